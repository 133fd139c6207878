#!/bin/sh
# Reports for other desks than NCMEC: profiles, bundle, letter, the register
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
CT_CLOCK=2026-11-22T10:00:00Z
export CT_CLOCK

# item N ACCOUNT BATCH ITEMS [EDIT] - a record as ct-review decided prints it
item() {
	jq -cn --arg n "$1" --arg u "$2" --arg b "$3" --argjson items "$4" \
	    '($n | . * 64 | .[:64]) as $h | {id: "up/\($n).jpg", path: "/srv/up/\($n).jpg",
	    user: {id: $u}, incident: {at: "2026-03-04T05:06:00Z"},
	    file: {size: 3, mime: "image/jpeg", decode: "ok"},
	    hashes: {md5: $h[:32], sha1: $h[:40], sha256: $h, pdq: $h, pdq_quality: 90},
	    match: {verdict: "match", total: 1, hits: [{source: "ncmec", list: "industry",
	      member: "9002", entry: "1001", content: "image", type: "pdq", distance: 6,
	      classification: "A1", class: "csam", policy: "review"}]},
	    review: {verdict: "csam", class: "A1", by: "r7", at: "2026-03-05T00:00:0\($n)Z",
	      batch: ($b | . * 32), items: $items, viewed: {level: "none", entire: false,
	      exif: false}, mac: ("0" * 64)}} | '"${5:-.}"
}

# ---- profiles ------------------------------------------------------------------
conf </dev/null
ct-report authorities >got
json 'what ships' '[.name, .form]' '["ca","letter"]
["dsa18","letter"]
["nca","bundle"]
["ncmec","ncmec-xml"]' got
ok 'each says where it comes from' jq -es 'all(.from == ["'"$top"'/lib/authority/\(.name).conf"])' got
ok '  and on which law it rests, and when that was looked at' \
    jq -es 'all((.law | length > 0) and (.checked | test("^2026-")))' got
mkdir authority
printf 'hours = 12\nneed = report.victim\n' >authority/nca.conf
conf <<'END'
[authority nca]
hours = 6
[authority bka]
form = letter
recipient = An office
recipient = A town
END
ct-report authorities >got
json 'the operator goes before what ships, key by key' \
    'select(.name == "nca") | [.hours, .urgent_hours, .need, .from]' \
    '[6,1,["report.victim"],["ct.conf","'"$tmp"'/authority/nca.conf","'"$top"'/lib/authority/nca.conf"]]' got
json 'one of his own' 'select(.name == "bka") | [.recipient, .from]' '[["An office","A town"],["ct.conf"]]' got
rm -r authority

exits 'one that there is not' 64 ct-report --authority atlantis </dev/null
ok '  those there are' grep -q "no authority 'atlantis'; there are: bka ca dsa18 nca ncmec\$" err
exits 'a name is no path' 64 ct-report --authority ../nca </dev/null
# wrong WHAT TEXT - this section is refused, and the others still shown
wrong() {
	echo "$2" | conf
	exits "$1" 78 ct-report authorities
	ok '  the others are shown' jq -es 'length >= 3' got
}
wrong 'a form that there is not' '[authority dsa18]
form = song'
wrong 'NCMEC gets what NCMEC wants' '[authority ncmec]
form = letter'
wrong 'nobody else does' '[authority nca]
form = ncmec-xml'
wrong 'no number' '[authority nca]
hours = soon'
wrong 'a letter in no language of ours' '[authority nca]
language = cy'
wrong 'exempt by whom?' '[authority nca]
exempt_by = me'
wrong 'a surface opened without a basis' '[authority dsa18]
surfaces = interpersonal'
printf '[authority nca]\nhour = 3\n' | conf
exits 'a key that there is not' 78 ct-report authorities
conf </dev/null
mkdir authority && echo 'surprise = 1' >authority/ca.conf
exits '  in a file as well' 78 ct-report authorities
ok '  which is named' grep -q "authority/ca.conf' line 1: unknown key 'surprise'" err
rm -r authority

# ---- NCMEC's case stays open ------------------------------------------------------
item 1 u1 a 1 'del(.review)' | ct-review add -q >/dev/null
ct-review decide -q --account u1 --verdict csam --by r7 >/dev/null
ct-review decided -q >in
jq -c '{id: "report:k", report: {key: ("0" * 32), env: "production", authority: "nca",
    files: [{id, sha256: .hashes.sha256, review}]},
    submission: {env: "production", state: "finished", at: "2026-11-22T10:00:00Z",
	report_id: "R-1", files: [{id, sha256: .hashes.sha256}]}}' in >other
jq -c '.submission.state = "filed"' other >filed
cat filed >>other
ct-review ack <other >out 2>err
ok 'a receipt of another desk passes ct-review ack' cmp other out
ok '  which says so' grep -q '2 of another authority' err
is '  and is no end' 1 sh -c 'ct-review decided -q | wc -l'
ct-preserve keygen -o vault 2>/dev/null
jq -c 'select(.submission.state == "finished")' other | ct-preserve anchor >out 2>err
ok 'no clock of the vault starts by it' jq -e '.vault == null' out
ok '  nor is it an error' grep -q '1 passed' err
jq -c 'select(.submission.state == "finished") | .report.authority = "ncmec"' other >ncmec
ct-review ack <ncmec >out 2>err
ok 'NCMEC named is NCMEC' grep -q '1 acked' err
done_testing
