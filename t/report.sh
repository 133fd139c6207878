# report.sh - file records for the tests of ct-report; after lib.sh
# shellcheck shell=sh disable=SC2154,SC2317

cat >ct.conf <<'E2'
[company]
name = Example Images
legal_url = https://images.example/legal
[reporter]
first_name = Ana
last_name = Trust
email = trust@images.example
[incident]
platform = Example Images
E2
CT_CONF=$tmp/ct.conf CT_CLOCK=2026-11-22T10:00:00Z
export CT_CONF CT_CLOCK

# item N ACCOUNT BATCH ITEMS [EDIT] - a record as ct-review decided prints it
item() {
	jq -cn --arg n "$1" --arg u "$2" --arg b "$3" --argjson items "$4" \
	    --arg md5 "$(printf '%032d' "$1")" --arg sha1 "$(printf '%040d' "$1")" \
	    --arg sha256 "$(printf '%064d' "$1")" '{id: "up/\($n).jpg", path: "/srv/up/\($n).jpg",
	    user: {id: $u}, object: {modified: "2026-03-04T05:06:0\($n | tonumber % 10)Z"},
	    file: {size: 3, mime: "image/jpeg", decode: "ok"},
	    hashes: {md5: $md5, sha1: $sha1, sha256: $sha256, pdq: $sha256, pdq_quality: 90},
	    match: {verdict: "match", total: 1, hits: [{source: "ncmec", list: "industry",
	      member: "9002", entry: "1001", content: "image", type: "pdq", distance: 6,
	      classification: "A1", class: "csam", policy: "review"}]},
	    review: {verdict: "csam", class: "A1", by: "r7", at: "2026-03-05T00:00:00Z",
	      batch: ($b | . * 32), items: $items, viewed: {level: "none", entire: false,
	      exif: false}, mac: ("0" * 64)}} | '"${5:-.}"
}
xml() { ct-report -qx <"$1" >doc.xml; }
report() { ct-report -q <"$1"; }
# has WHAT TEXT - a line of doc.xml is TEXT
has() { ok "$1" grep -qE "^ *$2\$" doc.xml; }
hasnt() { ok "$1" sh -c "! grep -qE '$2' doc.xml"; }
# with WHAT EDIT - the document of one item so edited, in doc.xml
with() {
	item 1 u1 a 1 "$2" >in
	exits "$1" 0 xml in
}
# refuses WHAT WORDS EDIT - no report: the record has an error with these words
refuses() {
	item 1 u1 a 1 "$3" >in
	exits "$1 is refused" 65 report in
	sed -n 's/.*"error":{"tool":"ct-report","code":65,"msg":"\(.*\)"}}$/\1/p' got >said
	ok '  and in band' grep -qF -e "$2" said
	ok '  nothing of it is told' sh -c '! grep -q secret err'
}
# file EDIT - the fileDetails of one item so edited, in doc.xml
file() {
	item 1 u1 a 1 "$1" | ct-report -q >rep && filexml <rep >doc.xml
}
# told WHAT EDIT - the details of one item so edited, in doc.xml
told() {
	exits "$1" 0 file "$2"
	ok '  is valid' xsdcheck doc.xml
}
