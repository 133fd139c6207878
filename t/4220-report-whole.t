#!/bin/sh
# ct-report: every element there is can be written, from cybertip and from the
# members that records have; what is said of a file, and on what it rests
# shellcheck source=t/lib.sh disable=SC2317,SC2016
. "${0%/*}/lib.sh"
# shellcheck source=t/report.sh
. "$t/report.sh"

# ---- schema: what there is ---------------------------------------------------
ct-report schema >lines
ct-report schema --json >rows
json 'a row' 'select(.path == "report/incidentSummary/platform")' \
    '{"path":"report/incidentSummary/platform","times":"?","kind":"text","max":256}' rows
json 'an attribute' 'select(.path | test("webPageIncident/@"))' \
    '{"path":"report/internetDetails/webPageIncident/@thirdPartyHostedContent","times":"?","kind":"boolean"}' rows
json 'values' 'select(.path == "fileDetails/industryClassification").values' '["A1","A2","B1","B2"]' rows
json 'a range' 'select(.path == "fileDetails/ipCaptureEvent/port").range' '[1,65535]' rows
json 'what is newer' 'select(.later and (.path | test("Annot"))) | .path | split("/")[3]' \
    '"informational"
"potentialAggravatingFactors"
"instrumentalUse"' rows
ok 'for people, too' grep -qx '? text      256  report/incidentSummary/platform' lines
ok '  with few values' grep -qx '? text           fileDetails/industryClassification  = A1 | A2 | B1 | B2' lines
is '  as many' "$(wc -l <rows)" sh -c 'wc -l <lines'
is '  of two documents' 2 grep -vc / lines
exits 'schema takes no -x' 64 ct-report schema -x
exits 'a full disk' 74 sh -c 'ct-report schema >/dev/full'

# ---- every element of it, written ----------------------------------------------
# Every row as a member of cybertip; of exclusive ones the first but for
# potentialMeme; none that is newer, and none that is not the operator's
cat >fill.jq <<'END'
def value: if .values then (.values | if index("US") then "US" else .[0] end)
    else {text: "x", integer: (.range // [1])[0], boolean: true, number: 1.5,
	time: "2026-01-02T03:04:05Z", date: "1990-01-02", url: "https://a.berlin/",
	"http url": "https://a.berlin/", "e-mail": "a@b.berlin", ip: "9.9.9.9",
	"+digits": "+49", digits: "1", object: {}, flags: []}[.kind] end;
reduce (.[] | select(.path | startswith($root)) | select(.later | not) |
    select(.path | test("^fileDetails/(reportId|fileId|(file|exif)ViewedByEsp|potentialMeme)$") | not)) as $row
({at: {}, kind: {}, n: 0, all: {}};
    ($row.path | split("/")) as $p | $p[-1] as $name | ($p[:-1] | join("/")) as $up |
    .kind[$row.path] = $row.kind | .at[$up] as $to |
    if $up == "" then .at[$row.path] = []
    elif $row.kind == "flag" then
	.all |= setpath($to; getpath($to) + [$name])
    elif ($name | startswith("@")) then
	.all |= ((if getpath($to) | type == "object" then . else
	    setpath($to; {value: getpath($to)}) end) |
	    setpath($to + [$name[1:]]; $row | value))
    else
	(if .kind[$up] == "one of" then .n += 1 | $to[:-1] + [.n - 1, $name]
	else $to + [$name] + (if $row.times | test("[*+]") then [0] else [] end) end) as $path |
	.n = (if .kind[$up] == "one of" then .n + 1 else .n end) |
	.at[$row.path] = $path |
	if $row.kind == "one of" then . else .all |= setpath($path; $row | value) end
    end) | .all
END
jq -s --arg root report -f fill.jq rows >whole.report
jq -s --arg root fileDetails -f fill.jq rows >whole.file
# paths FILE - every element and attribute of a document that we wrote
paths() {
	awk '
	function attrs(line, path) {
		while (match(line, / [a-zA-Z:]+="/)) {
			name = substr(line, RSTART + 1, RLENGTH - 3)
			if (name !~ /:/)
				print path "/@" name
			line = substr(line, RSTART + RLENGTH)
		}
	}
	BEGIN { depth = 0 }
	/^ *<[?]/ { next }
	/^ *<\// { depth--; next }
	match($0, /<[a-zA-Z0-9]+/) {
		path[depth] = (depth ? path[depth - 1] "/" : "") substr($0, RSTART + 1, RLENGTH - 1)
		print path[depth]
		start = $0
		sub(/>.*/, "", start)
		attrs(start, path[depth])
		if ($0 !~ /\/>$|<\//)
			depth++
	}' "$1" | sort -u
}
item 1 u1 a 1 | jq -c --slurpfile r whole.report --slurpfile f whole.file \
    '.user.id = "x" | .cybertip = {report: $r[0], file: $f[0]}' >in
exits 'all elements at once' 0 sh -c 'ct-report -q <in >rep'
{ jq -r .report.xml rep >report.xml && filexml <rep >file.xml; } 2>/dev/null
ok '  the report is valid' xsdcheck report.xml
ok '  the file is valid' xsdcheck file.xml
{ paths report.xml; paths file.xml; } | sort -u >written
jq -r 'select(.later | not).path' rows | sort -u >there
is '  and each is written, but what only the log says, and a second meme' \
    'fileDetails/exifViewedByEsp
fileDetails/fileViewedByEsp
fileDetails/potentialMeme' comm -13 written there
is '  and no other' '' comm -23 written there
grep -c . there | sed 's/^/# elements and attributes: /'

# ---- what the operator says, over what is known ---------------------------------
with 'an object, member by member' '.cybertip.report.personOrUserReported = {vehicleDescription: "red",
    personOrUserReportedPerson: {lastName: "L"}} | .user.first_name = "F"'
has '  beside what is known' '<espIdentifier>u1</espIdentifier>'
has '  what is new' '<vehicleDescription>red</vehicleDescription>'
has '  at any depth' '<lastName>L</lastName>'
has '  beside what is known there' '<firstName>F</firstName>'
is '  in one account' 1 grep -c '<personOrUserReported>' doc.xml
with 'a text in place of another' '.user.screen_name = "old" | .cybertip.report.personOrUserReported.screenName = "new"'
hasnt '  the other is gone' old
with 'entries that are there already' '.user.email = ["a@b.berlin"] |
    .cybertip.report.personOrUserReported.personOrUserReportedPerson.email = ["a@b.berlin", "c@d.berlin"]'
is '  are there once' 'a@b.berlin c@d.berlin' sh -c 'sed -n "/OrUserReportedP/,\$s/ *<email>\(.*\)<.*/\1/p" doc.xml | xargs'
with 'a page more' '.object.url = "https://a.berlin/1" | .cybertip.report.internetDetails = {webPageIncident: {url: ["https://a.berlin/2"]}}'
is '  in the same channel' 1 grep -c '<webPageIncident>' doc.xml
is '  both' 2 grep -c '<url>' doc.xml
with 'another channel' '.object.url = "https://a.berlin/1" | .cybertip.report.internetDetails = {chatImIncident: {content: "c"}}'
has '  is one more' '<content>c</content>'
has '  beside the page' '<url>https://a.berlin/1</url>'
with 'flags' '.incident.annotations = ["spam"] | .cybertip.report.incidentSummary.reportAnnotations = {sextortion: true}'
has '  of both' '<spam/>'
has '  of both' '<sextortion/>'
with 'null' '.cybertip.report = {personOrUserReported: {screenName: null}, victim: null} | .user.screen_name = "s"'
has '  says nothing' '<screenName>s</screenName>'
with 'what else' '.incident.additional_info = "One." | .cybertip.report.additionalInfo = "Two."'
has '  is added' 'One.'
has '  is added' 'Two.</additionalInfo>'
has '  to what is known' ' *<additionalInfo>Found by .*'
with 'priority' '.cybertip.report.incidentSummary.escalateToHighPriority = "secret why"'
ok '  whom to telephone' grep -q 1-800-843-5678 err
ok '  not why' sh -c '! grep -q secret err'
item 1 u1 a 2 '.cybertip.report.personOrUserReported.vehicleDescription = "red"' >in
item 2 u1 a 2 '.cybertip.report.victim = [{victimPerson: {age: 9}}]' >>in
exits 'each record of a report' 0 xml in
has '  has its say' '<vehicleDescription>red</vehicleDescription>'
has '  has its say' '<age>9</age>'
refuses 'a member that there is not' "element 'personOrUserReported': unknown member" \
    '.cybertip.report.personOrUserReported.secret = "x"'
refuses 'one of the whole' "element 'report': unknown member" '.cybertip.report.secret = {}'
refuses 'one of a file' "element 'fileDetails': unknown member" '.cybertip.file.secret = {}'
refuses 'a third document' 'neither report nor file' '.cybertip.secret = {}'
refuses 'words that are none' 'cybertip is not an object' '.cybertip = "secret"'
refuses 'a report that is a text' "element 'report' is not an object" '.cybertip.report = "secret"'
refuses 'a file that is a list' "element 'fileDetails' is not an object" '.cybertip.file = ["secret"]'
refuses 'an array in place of a text' "element 'screenName' is not a text" \
    '.cybertip.report.personOrUserReported.screenName = ["secret"]'
refuses 'one more text, where there is one' "element 'additionalInfo' is not a text" '.cybertip.report.additionalInfo = ["secret"]'

# ---- others than the suspect -------------------------------------------------------
who='{id: "v1", school: "S", screen_name: "s", age: 9, date_of_birth: "2017-01-01",
    email: ["v@mail.berlin", "secret"], ip: [{address: "9.9.9.9", port: 5}], group: "secret g",
    associated: [{type: "Parent/Guardian", first_name: "P", middle_name: "M", age: 40, platform: "Web",
    email: "p@mail.berlin", prior: 5}, {type: "secret"}]}'
with 'a victim' ".victim = $who"
ok '  is valid' xsdcheck doc.xml
sed -n '/<victim>/,/<.victim>/p' doc.xml >part && mv part doc.xml
for line in '<schoolName>S</schoolName>' '<espIdentifier>v1</espIdentifier>' '<age>9</age>' \
    '<email>v@mail.berlin</email>' '<ipAddress>9.9.9.9</ipAddress>' '<associatedAccount type="Parent/Guardian">' \
    '<middleName>M</middleName>' '<approximateAge>40</approximateAge>' '<platform>Web</platform>'; do
	has "  $line" "$line"
done
has '  what is no address is told' ' *<additionalInfo>victim.email: secret'
has '  what a victim has not is told' 'victim.group: secret g'
ok '  an account of no kind is told' grep -qF 'victim.associated: {"type":"secret"}' doc.xml
ok '  the operator hears of it' sh -c "ct-report <in 2>&1 >/dev/null | grep \"'victim.email' does not fit\""
with 'several recipients, each once' '.recipient = [{id: "r1"}, {id: "r2"}, {id: "r1"}, {}]'
is '  r1 and r2' 'r1 r2' sh -c 'sed -n "/<intended/,\$s/ *<espIdentifier>\(.*\)<.*/\1/p" doc.xml | xargs'
refuses 'a victim that is a text' "element 'victim' is not an object" '.victim = "secret"'
with 'a suspect' '.user += {vehicle: "red", third_party: false, associated: {type: "Linked", id: "u9",
    disabled: true, ip: {address: "9.9.9.9"}, device: {type: "IMEI", value: "0"}}}'
has '  has a car' '<vehicleDescription>red</vehicleDescription>'
has '  is of this service' '<thirdPartyUserReported>false</thirdPartyUserReported>'
has '  has another account' '<associatedAccount type="Linked">'
has '  with its device' '<idType>IMEI</idType>'
is '  and the record has it' '["Linked","u9"]' sh -c 'ct-report -q <in | jq -c "[.user.associated[0] | .type, .id]"'

# ---- files --------------------------------------------------------------------------
told 'a file' '.object += {device: [{type: "IMEI", value: "0", event: "Upload", at: "2026-01-02T03:04:05Z"},
    {value: "secret"}], annotations: ["viral", "infant"], exif: {Make: "Maker", GPSLatitude: 52.5,
    Comment: "bell\u0007", Empty: " ", None: null, List: [1, 2], ("k" * 70): "long"}} |
    .cybertip.file = {additionalInfo: ["By hand."], fileAnnotations: ["generativeAi"]}'
for line in '<idType>IMEI</idType>' '<viral/>' '<infant/>' '<generativeAi/>' '<details type="EXIF">' \
    '<name>Make</name>' '<value>Maker</value>' '<value>52.5</value>' '<value>bell�</value>' \
    '<value>\[1,2\]</value>' '<name>k{64}</name>' '<additionalInfo>By hand.</additionalInfo>'; do
	has "  $line" "$line"
done
hasnt '  nothing empty' 'Empty|None'
has '  a device of no type is told' '<additionalInfo>object.device: .*secret.*'
refuses 'an annotation that there is not' "element 'fileAnnotations': unknown member" '.object.annotations = ["secret"]'
told 'a file as it comes' '.cybertip.file.fileRelevance = "Supplemental Reported" | del(.review.class)'
has '  is supplemental by word' '<fileRelevance>Supplemental Reported</fileRelevance>'

# ---- on what it rests ------------------------------------------------------------------
rests() { sed -n 's/ *<additionalInfo>No person of the provider is on record as having viewed the whole file. It rests on \(.*\)<.*/\1/p' doc.xml; }
told 'decided, on a list' .
is '  rests on both' 'the decision of a person and on its hash:' rests
told 'decided, on no list' 'del(.match)'
is '  rests on the decision' 'the decision of a person.' rests
told 'reported unseen' 'del(.review) | .match.hits[0].policy = "report"'
is '  rests on the hash' 'its hash alone:' rests
# near WHAT HIT TEXT - of this hit the file says so
near() {
	told "$1" ".match.hits = [$2] | .match.total = 1 | .match.db = {generation: 412, age_s: 1800}"
	has '  it says so' "<additionalInfo>$3</additionalInfo>"
}
near 'a PDQ at no distance' '{source: "s", type: "pdq", distance: 0, orientation: "rot90"}' \
    'Near match by PDQ, distance 0 of 256 bits: source s, orientation rot90'
hasnt '  is not the same' 'Same|dentical'
near 'a PhotoDNA' '{source: "s", type: "pdna", distance: 7, entry: "e"}' 'Near match by PhotoDNA, distance 7: source s, entry e'
near 'a hash to come' '{source: "s", type: "tmk", distance: 1, opinion: "disputed"}' 'Near match by tmk, distance 1: source s, opinion disputed'
near 'frames of a video' '{source: "s", type: "vpdq", distance: 0, query_percent: 62, compared_percent: 100}' \
    'Near match by vPDQ, 62 % of its frames and 100 % of those of the known video: source s'
near 'a video over time' '{source: "s", type: "tmk", level1: 0.95, level2: 0.9278}' 'Near match by TMK[+]PDQF, level 2 0.9278 of 1: source s'
near 'a digest' '{source: "s", type: "sha512", list: "l", member: "m", classification: "A2"}' \
    'Same sha512 as a known file: source s, list l, of member m, classified A2'
has '  and how old the lists were' '<additionalInfo>The lists were of generation 412, the oldest fetched 1800 seconds before they were asked.</additionalInfo>'

# ---- who viewed it ---------------------------------------------------------------------
sha256=$(printf '%064d' 1)
item 1 u1 a 1 'del(.review)' | ct-review add -q >/dev/null
ct-review decide --account u1 --verdict csam --by r7 >/dev/null
why() { ct-review decided | jq -c "${1:-.}" | ct-report --explain-viewed; }
# explains WHAT FILE EXIF WHY EDIT
explains() {
	exits "$1" 0 why "$5"
	json '  and why' '[.id, .sha256, .fileViewedByEsp, .exifViewedByEsp, .why]' \
	    "[\"up/1.jpg\",\"$sha256\",$2,$3,\"$4\"]" got
	ok '  no report, no summary' test ! -s err
}
explains 'nobody' null null 'proven: no view of this content is in the log' .
saw "$CT_HOME" "$sha256" tile false false
explains 'somebody, not whole' false null 'proven: looked at, but not whole' .
told=$(ct-review decided | ct-report -q | filexml | grep -c 'ViewedByEsp>false')
is '  the file says so' 1 echo "$told"
saw "$CT_HOME" "$sha256" full true true
explains 'somebody, whole' true true 'proven: viewed whole' .
is '  the file rests on that' '' sh -c 'ct-review decided | ct-report -q | filexml | grep "on record"'
explains 'another key or content' null null \
    'review.mac is of another key or other content, or review.viewed was changed' '.review.mac = "0" * 64'
explains 'no proof' null null 'the review has no proof (review.mac)' 'del(.review.mac)'
explains 'no word of it' null null 'no review says what a person viewed' 'del(.review.viewed)'
jq -cn '{id: "chat", user: {id: "u9"}, incident: {type: "enticement", at: "2026-11-20T08:00:00Z", text: "x"}}' |
    ct-review add -q >/dev/null
ct-review decide --item chat --verdict text_offence --by r7 >/dev/null
exits 'what is no file' 0 why 'select(.id == "chat")'
ok '  is nothing to view' test ! -s got
ct-review decided | jq -c 'select(.id != "chat")' >rec
rm -f "$CT_HOME/review.key"
exits 'no key' 0 sh -c 'ct-report --explain-viewed <rec'
json '  says so' .why '"no key (review.key) to prove what the review says"' got
exits 'viewed and lint are two things' 64 ct-report --explain-viewed --lint <rec
done_testing
