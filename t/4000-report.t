#!/bin/sh
# ct-report: what becomes a report, what is in it, what is refused
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

# shellcheck source=t/report.sh
. "$t/report.sh"
lint=$(command -v xmllint || :)

# ---- one report an account and batch ---------------------------------------
{
	item 1 u1 a 2
	item 2 u2 b 1
	item 3 u1 a 2
	item 4 u1 c 1
} >in
ct-report <in >rep 2>msg
json 'a report for each account and batch, in order' \
    '[.user.id, (.report.files | map(.id))]' \
    '["u1",["up/1.jpg","up/3.jpg"]]
["u2",["up/2.jpg"]]
["u1",["up/4.jpg"]]' rep
ok 'the summary reconciles' grep -q ': 4 in = 4 in 3 reports + 0 with errors + 0 dropped$' msg
ok 'what is poor is said, without names' grep -q "report [0-9a-f]*: no 'ipCaptureEvent'" msg
json 'what a file is' '.report.files[0] | del(.review, .hits) | keys' \
    '["id","md5","mime","modified","name","path","pdq","sha1","sha256","size"]
["id","md5","mime","modified","name","path","pdq","sha1","sha256","size"]
["id","md5","mime","modified","name","path","pdq","sha1","sha256","size"]' rep
json 'what a report is' '[.id == "report:" + .report.key, .report.env, .report.part, .report.parts, .report.incident.at]' \
    '[true,"test",1,1,"2026-03-04T05:06:03Z"]
[true,"test",1,1,"2026-03-04T05:06:02Z"]
[true,"test",1,1,"2026-03-04T05:06:04Z"]' rep
jq -r 'select(.user.id == "u2").report.xml' rep >doc.xml
ok 'its document is valid' xsdcheck doc.xml
[ -z "$lint" ] || ok 'xmllint thinks so, too' \
    xmllint --noout --schema "$top/lib/tool/cybertipline.xsd" doc.xml
ok 'it writes the same again' sh -c 'ct-report -q <in | cmp - rep'

# the key, as promised, so that no program that knows it must follow a change
keys() { jq -r .report.key "$1" | xargs; }
cp rep first
item 2 u2 b 1 '.extra = 1 | .user.screen_name = "x"' >in
report in >rep
is 'the key does not depend on the words' \
    "$(jq -r 'select(.user.id == "u2").report.key' first)" keys rep
sed 's/images\.example/images.berlin/; s/Example Images/Images/' ct.conf >real.conf
ct-report -q --production -c real.conf <in >rep
ok 'but on the environment' test "$(keys rep)" != "$(jq -r 'select(.user.id == "u2").report.key' first)"
json 'which the record names' .report.env '"production"' rep

# field TEXT... - its length in 8 bytes, least first, and the text
field() { for f; do printf "\\$(printf %03o ${#f})\\0\\0\\0\\0\\0\\0\\0%s" "$f"; done; }
item 1 u1 a 1 >in
report in >rep
if command -v b2sum >/dev/null; then
	is 'the key is what it is said to be' \
	    "$(field test ncmec u1 "$(printf '%032d' 0 | tr 0 a)" | b2sum -l 128 | cut -c-32)" keys rep
	item 1 u1 a 1 'del(.review) | .match.hits[0].policy = "report"' >in
	report in >rep
	is '  and without review' \
	    "$(field test ncmec u1 "$(printf '%064d' 1)" | b2sum -l 128 | cut -c-32)" keys rep
fi

# ---- what is no reason to report --------------------------------------------
{
	item 1 u1 a 1 '.review.verdict = "not_csam"'
	item 2 u1 a 1 '.review.verdict = "unsure"'
	item 3 u1 a 1 '.review.verdict = "exploitative"'
	item 4 u1 a 1 'del(.review)'
	item 5 u1 a 1 'del(.review) | .match.hits[0].policy = "report" | .match.total = 2'
	item 6 u1 a 1 'del(.review) | .match.hits[0].policy = "report" | .match.hits[0].class = "ncii"'
	item 7 u1 a 1 'del(.review) | .match.hits += [.match.hits[0]] | .match.hits[0].policy = "report" | .match.total = 2'
	item 8 u1 a 1 'del(.review) | .match = {verdict: "undecided", total: 0, hits: []}'
	item 9 u1 a 1 '.review.verdict = "not_csam" | .match.hits[0].policy = "report"'
	for class in null 7 '["csam"]'; do
		item 1 u1 a 1 'del(.review) | .match.hits[0].policy = "report" | .match.hits[0].class = '"$class"
	done
	echo '{}'
} >in
ct-report <in >rep 2>msg
ok 'none of these is one' test ! -s rep
ok 'the summary says why' grep -q ': 13 in = 0 in 0 reports + 0 with errors + 13 dropped: 4 not csam, 9 not reviewed' msg
item 1 u1 a 1 'del(.review) | .match.hits[0].policy = "report"' >in
report in >rep
json 'a list may be trusted unseen' '[.report.files[0].id, .report.files[0].review]' '["up/1.jpg",null]' rep
item 2 u1 a 1 'del(.review) | .match.hits[0].policy = "report"' >two
cat two in >both
cat in two >other
is 'its key is of the contents, in no order' "$(report both | keys /dev/stdin)" \
    sh -c 'ct-report -q <other | jq -r .report.key'

item 1 u1 a 1 >in
cat in in >twice
ct-report <twice >rep 2>msg
json 'what is there twice is reported once' '.report.files | length' 1 rep
ok '  and counted' grep -q '1 dropped: 1 twice' msg

# ---- a preview is for eyes only ----------------------------------------------
{
	item 1 u1 a 2 'del(.review.batch) | .review.preview = true'
	item 2 u1 a 2 'del(.review.batch) | .review.preview = true'
} >in
exits 'a preview is no report' 77 report in
ok '  and says so in band' jq -es 'length == 2 and all(.error.code == 77 and .report == null)' got
exits '  but a document' 0 xml in
has '  of the account' '<espIdentifier>u1</espIdentifier>'
item 1 u1 a 1 '.review.preview = true' >in
exits '  also what is released already' 77 report in
head -n 1 in | jq -c 'del(.review.preview, .review.batch)' >bad
exits '  and no batch is no release' 65 report bad
{
	item 1 u1 a 2 'del(.review.batch) | .review.preview = true'
	item 3 u1 a 1 '.review.preview = true'
} >in
exits '  half of one is none' 75 xml in

# ---- accounts --------------------------------------------------------------
{
	item 1 u1 a 1 'del(.user, .review) | .match.hits[0].policy = "report"'
	item 2 u1 a 1 'del(.user, .review) | .match.hits[0].policy = "report"'
	item 1 u1 a 1 'del(.user, .review) | .match.hits[0].policy = "report" | .id = "copy"'
} >in
ct-report <in >rep 2>msg
json 'no account: a report for each file' '.report.files | length' '1
1
1' rep
ok '  with a warning' grep -q 'no account' msg
is '  and a key for each' 3 sh -c 'jq -r .report.key rep | sort -u | wc -l'

# ---- a batch is whole or nothing --------------------------------------------
item 1 u1 a 2 >in
item 2 u2 b 1 >>in
exits 'half of a batch is no report' 75 report in
cp got rep
json '  its records come back' 'select(.error) | [.id, .error.code]' '["up/1.jpg",75]' rep
json '  others are reported' 'select(.report) | .user.id' '"u2"' rep
{
	item 1 u1 a 2
	item 2 u1 a 2 '.error = {tool: "x", code: 65, msg: "m"}'
} >in
exits 'nor if one of it has an error, which is that of all' 65 report in
cp got rep
json '  it passes as it came' 'select(.error.tool == "x") | .error' '{"tool":"x","code":65,"msg":"m"}' rep
{
	item 1 u1 a 2
	item 2 u1 a 2 '.hashes.md5 = "yesterday"'
} >in
exits 'a fault in one holds all of it' 65 report in
cp got rep
json '  each says so' .error.code '65
65' rep

# ---- what is in the document -----------------------------------------------
with 'a document' '.user += {screen_name: "sam", display_name: "Sam <&> Sämi", profile_url: ["https://images.example/u/1"],
    email: {value: "u@images.example", type: "Home", verified: true}, phone: ["+49 30 1"],
    first_name: "S", bio: "", date_of_birth: "1990-01-02",
    ip: [{address: "198.51.100.7", port: 51, at: "2026-01-02T03:04:05+01:00", event: "Login", isp: "x"},
         {address: "2001:db8::7", at: 1767323045, proxy: true}],
    device: [{type: "IMEI", value: "0"}], disabled: {value: true, disabledDate: "2026-01-01T00:00:00Z"},
    location: {city: "Berlin", countryCode: "DE"}, group: "g1", compromised: false, additional_info: "more"}
  | .object += {url: "https://images.example/p/1?a=1&b=2"}
  | .incident = {at: "2026-03-04T06:06:06+01:00", type: "enticement", description: "Time of the message",
    priority: "secret reason", annotations: ["spam", "csamSolicitation"], additional_info: "Noted by hand."}
  | .review.prior = [{env: "test", report_id: "990000001"}, {env: "production", report_id: "55"}]'
ok 'it is valid' xsdcheck doc.xml
ok 'priority: whom to telephone' grep -q '911.*1-800-843-5678' err
ok 'priority: not why' sh -c '! grep -q secret err'
has 'the incident type' '<incidentType>Online Enticement of Children for Sexual Acts</incidentType>'
has 'the platform' '<platform>Example Images</platform>'
has 'the reason of priority' '<escalateToHighPriority>secret reason</escalateToHighPriority>'
has 'annotations' '<csamSolicitation/>'
has 'the time, in UTC' '<incidentDateTime>2026-03-04T05:06:06Z</incidentDateTime>'
has 'its description' '<incidentDateTimeDescription>Time of the message</incidentDateTimeDescription>'
has 'the page' '<url>https://images.example/p/1\?a=1&amp;b=2</url>'
has 'the reporter' '<email>trust@images.example</email>'
has 'the company' '<companyTemplate>Example Images</companyTemplate>'
has 'the legal page' '<legalURL>https://images.example/legal</legalURL>'
has 'the suspect' '<espIdentifier>u1</espIdentifier>'
has 'who verified the address' '<email type="Home" verified="true">u@images.example</email>'
has 'a telephone' '<phone>\+49 30 1</phone>'
has 'a birthday' '<dateOfBirth>1990-01-02</dateOfBirth>'
has 'a name that needs care' '<displayName>Sam &lt;&amp;&gt; Sämi</displayName>'
has 'where from' '<ipAddress>198.51.100.7</ipAddress>'
has 'when, in UTC' '<dateTime>2026-01-02T02:04:05Z</dateTime>'
has 'the port' '<port>51</port>'
has 'another' '<ipAddress>2001:db8::7</ipAddress>'
has 'a proxy' '<possibleProxy>true</possibleProxy>'
has 'a device' '<idType>IMEI</idType>'
has 'a place' '<countryCode>DE</countryCode>'
has 'when it was closed' '<accountPermanentlyDisabled disabledDate="2026-01-01T00:00:00Z">true</accountPermanentlyDisabled>'
has 'the earlier report of this environment' '<priorCTReports>990000001</priorCTReports>'
hasnt 'and none of the other' '>55<'
has 'what else' 'Noted by hand.</additionalInfo>'
hasnt 'nothing blank' 'profileBio'
ct-report -qx --incident csam <in >doc.xml 2>/dev/null
has '--incident goes before' '<incidentType>Child Pornography \(possession, manufacture, and distribution\)</incidentType>'
exits '--incident must be one' 64 ct-report --incident crime <in

with 'no time but that of storage' .
has '  which is said' '<incidentDateTimeDescription>When the newest of the files was last modified.*'
: >file.jpg
touch -d 2026-02-03T04:05:06Z file.jpg
with 'no time but that of the file' 'del(.object) | .path = "'"$tmp"'/file.jpg"'
has '  it is taken' '<incidentDateTime>2026-02-03T04:05:06Z</incidentDateTime>'

{
	item 1 u1 a 2 '.user += {screen_name: "old", email: ["a@images.example"]} | .incident.at = "2026-03-01T00:00:00Z" | .incident.priority = "one"'
	item 2 u1 a 2 '.user += {screen_name: "new", email: ["a@images.example", "b@images.example"]} | .incident.priority = "two"
	    | .object.ip = [{address: "198.51.100.1"}, {address: "198.51.100.2"}]'
} >in
exits 'two records' 0 xml in
sed -n '/<personOrUserReported>/,$p' doc.xml >user.xml
has 'of plain members the last counts' '<screenName>new</screenName>'
is 'of lists every entry, once' 2 grep -c '@images.example</email>$' user.xml
is 'all addresses of its files but the first' 2 grep -c '<ipAddress>' doc.xml
has 'of times the newest' '<incidentDateTime>2026-03-01T00:00:00Z</incidentDateTime>'
has 'of reasons all' '<escalateToHighPriority>one'

# ---- what is in the document of a file -------------------------------------
exits 'a file' 0 file '.object += {name: "C/holiday.jpg", uploaded: "2026-03-04T06:06:06+01:00",
    url: "https://images.example/p/1.jpg", public: true,
    ip: {address: "198.51.100.9", port: 9, event: "Upload", at: "2026-03-04T05:06:06Z"}}'
ok 'it is valid' xsdcheck doc.xml
has 'report and file' '<reportId>990000009</reportId>'
has 'its base name' '<originalFileName>holiday.jpg</originalFileName>'
has 'when it came' '<uploadedToEspTimestamp>2026-03-04T05:06:06Z</uploadedToEspTimestamp>'
has 'where it is' '<locationOfFile>https://images.example/p/1.jpg</locationOfFile>'
has 'who sees it' '<publiclyAvailable>true</publiclyAvailable>'
has 'that it is reported' '<fileRelevance>Reported</fileRelevance>'
has 'its class' '<industryClassification>A1</industryClassification>'
for h in MD5 SHA1 SHA256 PDQ; do
	has "its $h" "<originalFileHash hashType=\"$h\">0+1</originalFileHash>"
done
has 'where from' '<ipAddress>198.51.100.9</ipAddress>'
has 'what it is near' '<additionalInfo>Near match by PDQ, distance 6 of 256 bits: source ncmec, list industry, entry 1001, of member 9002, classified A1</additionalInfo>'
hasnt 'not that anybody viewed it' 'ViewedByEsp'
exits 'an exact hit' 0 file '.match.hits[0] = {source: "own", type: "md5"}'
has '  is called one' '<additionalInfo>Same md5 as a known file: source own</additionalInfo>'
exits 'many hits' 0 file '.match.hits = [range(40) | {source: "s\(.)", type: "md5"}]'
is '  are cut' 19 grep -c '<additionalInfo>' doc.xml
has '  and counted' '<additionalInfo>And 24 more known hashes.</additionalInfo>'
exits 'no hit: a person found it' 0 file 'del(.match)'
is '  so nothing is said of lists' 0 grep -c 'known' doc.xml
jq -r .report.xml rep >doc.xml
hasnt '  in the report, too' 'lists'
exits 'a name with a newline and a bell' 0 file '.path = "/a/b\n\u0007ä.jpg"'
has '  cannot keep a report back' '<originalFileName>b%0A%07%C3%A4.jpg</originalFileName>'
exits 'a name of 3000 characters' 0 file '.object.name = ("ä" * 3000)'
exits 'a name that ends in a slash' 0 file '.object.name = "a/"'
hasnt '  is none' originalFileName
exits 'a path that is no text' 0 file 'del(.path) | .path_b64 = "/w=="'
json '  goes to ct-submit' '.report.files[0] | [.path, .path_b64]' '[null,"/w=="]' rep

# ---- viewed: only what the log proves --------------------------------------
sha256=$(printf '%064d' 1)
item 1 u1 a 1 'del(.review)' | ct-review add -q >/dev/null
ct-review decide --account u1 --verdict csam --by r7 >/dev/null
viewed() { # EDIT - the flags of the file when the decision is edited so
	ct-review decided | jq -c "$1" | ct-report 2>msg | filexml | sed -n 's/ *<\(.*ViewedByEsp\)>\(.*\)<.*/\1 \2/p'
}
is 'unseen' '' viewed .
forged='.review.viewed = {level: "full", entire: true, exif: true}'
is 'a flag without proof' '' viewed "$forged"
ok '  is noted' grep -q 'not proven' msg
saw "$CT_HOME" "$sha256" obscured true true
is 'seen in part' 'fileViewedByEsp false' viewed .
saw "$CT_HOME" "$sha256" full false false
is 'seen, not all' 'fileViewedByEsp false' viewed .
is 'a flag that somebody raised' '' viewed '.review.viewed.entire = true'
saw "$CT_HOME" "$sha256" full true false
# the metadata were displayed above
is 'seen whole' 'fileViewedByEsp true
exifViewedByEsp true' viewed .
is 'of other content' '' viewed '.hashes.sha256 = "'"$(printf '%064d' 2)"'"'
ct-review decided >proof
proven() { ct-report 2>msg <proof | filexml | grep -c Viewed; }
is 'with the key' 2 proven
mv "$CT_HOME/review.key" key
is 'without it' 0 proven
ok '  is noted' grep -q 'not proven' msg
head -c 32 /dev/zero >"$CT_HOME/review.key"
chmod 600 "$CT_HOME/review.key"
is 'with another' 0 proven
: >"$CT_HOME/review.key"
is 'with none that is one' 0 proven
ok '  the report is made all the same' grep -q '1 in = 1 in 1 reports' msg

# ---- what a suspect can write keeps no report back ---------------------------
# leaves WHAT MEMBER TEXT EDIT - the report is made; where the member stood is
# nothing, TEXT is among what else is known, the operator hears of the member
leaves() {
	item 1 u1 a 1 "$4" >in
	exits "$1 keeps no report back" 0 sh -c 'ct-report <in >rep'
	{ jq -r .report.xml rep && filexml <rep; } >doc.xml
	ok '  it is told apart' grep -qF "$2: $3" doc.xml
	ok '  and nowhere else' sh -c '! grep -F secret doc.xml | grep -v ": "'
	ok '  the operator hears of it' grep -qF "'$2'" err
	ok '  without its text' sh -c '! grep -q secret err'
}
leaves 'an e-mail that is none' user.email secret '.user.email = ["secret", "u@images.example"]'
has '  another goes as it should' '<email>u@images.example</email>'
leaves 'a phone of 51 letters' user.phone "secret$(printf '%045d' 0)" '.user.phone = "secret" + "0" * 45'
leaves 'an IP in plain' user.ip 192.0.2.1:80 '.user.ip = ["192.0.2.1:80"]'
leaves 'an IP with its port' user.ip '{' '.user.ip = [{address: "192.0.2.1:80"}]'
leaves 'an unknown attribute' user.email.other secret '.user.email = [{value: "u@images.example", other: "secret"}]'
leaves 'a page without scheme' object.url images.example '.object.url = "images.example"'
leaves 'an event of no name' user.ip.event secret '.user.ip = [{address: "192.0.2.1", event: "secret", port: 5}]'
has '  its address is there' '<ipAddress>192.0.2.1</ipAddress>'
has '  its port is there' '<port>5</port>'
leaves 'port 65536' user.ip.port 65536 '.user.ip = [{address: "192.0.2.1", port: 65536}]'
leaves 'an IP at no time' user.ip.at secret '.user.ip = [{address: "192.0.2.1", at: "secret"}]'
leaves 'a country in full' user.location.countryCode secret '.user.location = {countryCode: "secret", city: "Berlin"}'
has '  the city is there' '<city>Berlin</city>'
leaves 'a profile with blanks' user.profile_url 'https://secret b/' '.user.profile_url = "https://secret b/"'
leaves 'truth as text' user.compromised true '.user.compromised = "true"'
leaves 'a name that is a number' user.screen_name 7 '.user.screen_name = 7'
leaves 'a birthday that is none' user.date_of_birth secret '.user.date_of_birth = "secret"'
leaves 'a birthday to come' user.date_of_birth 2026-11-23 '.user.date_of_birth = "2026-11-23"'
leaves 'an age of 151' user.age 151 '.user.age = 151'
leaves 'a device of no type' user.device '{' '.user.device = {value: "secret"}'
leaves 'a page with a blank' object.url 'https://secret b/' '.object.url = "https://secret b/"'
leaves 'an upload to come' object.uploaded 2026-11-22T10:00:01Z '.object.uploaded = "2026-11-22T10:00:01Z"'
leaves 'an upload at no time' object.uploaded secret '.object.uploaded = "secret"'
leaves 'an address of a file that is none' object.ip.event secret '.object.ip = {address: "192.0.2.1", event: "secret"}'
leaves 'an account of 256 letters' user.id "$(printf '%0256d' 0)" '.user.id = "0" * 256'
has '  it is cut in its place' "<espIdentifier>$(printf '%0255d' 0)</espIdentifier>"
with 'a bell in a name' '.user.screen_name = "a\u0007b"'
has '  is not in it' '<screenName>a�b</screenName>'
with 'U+FFFE' '.user.display_name = ["\ufffea"]'
has '  is not in it' '<displayName>�a</displayName>'
with 'a name of 257 letters' '.user.screen_name = "ä" * 257'
has '  is cut' "<screenName>(ä){256}</screenName>"
ok '  the operator hears of it' sh -c "ct-report <in 2>&1 >/dev/null | grep -q \"'user.screen_name' was cut\""
with 'a profile without end' '.user.bio = "ä" * 200000'
with 'a reason of 3001 letters' '.incident.priority = "s" * 3001'
has '  is cut' "<escalateToHighPriority>s{3000}</escalateToHighPriority>"
with 'a storage whose clock is wrong' '.object.modified = "2027-01-01T00:00:00Z" | .path = "'"$tmp"'/file.jpg"'
has '  is not asked' '<incidentDateTime>2026-02-03T04:05:06Z</incidentDateTime>'
sed 's/^platform.*/platform = '"$(printf '%0257d' 0)"'/' ct.conf >long.conf
item 1 u1 a 1 >in
exits 'what the configuration has is refused all the same' 65 ct-report -q -c long.conf <in

# ---- a batch that is not whole -----------------------------------------------
item 1 u1 a 2 >in
exits 'a file of two' 75 report in
item 1 u1 a '"1"' >in
exits 'a number that is none' 65 report in
{ item 1 u1 a 2 && item 2 u1 a 2 '.user.id = 7'; } >in
exits 'the other gets an error: it is that of both' 65 report in
json '  said of each' '.error.code' '65
65' got
item 1 u1 a 1 >in
exits 'a key that no report has' 66 ct-report -q --key 00 <in
ok '  and it says so' grep -q -- '--key 00: no report of the input has it' err
key=$(report in | jq -r .report.key)
exits 'one that it has' 0 ct-report -q --key "$key" <in

# ---- who is accused -------------------------------------------------------------
item 1 u1 a 1 '.cybertip.report.personOrUserReported.espIdentifier = "secret"' >in
exits 'another account over that of the record' 65 report in
ok '  is told' grep -q "element 'espIdentifier' of the operator is not user.id" err
item 1 u1 a 1 '.cybertip.report.personOrUserReported = [{espIdentifier: "secret"}]' >in
exits '  nor as one more' 65 report in
item 1 u1 a 1 '.cybertip.report.personOrUserReported = {espIdentifier: "u1", espService: "Images"}' >in
exits '  the same is none' 0 report in

# ---- what is refused --------------------------------------------------------
refuses 'a time in the future' incidentDateTime '.incident.at = "2026-11-22T10:00:01Z"'
refuses 'a time without zone' incidentDateTime '.incident.at = "2026-03-04T05:06:07"'
refuses 'no time at all' incidentDateTime 'del(.object)'
refuses 'an object that is a text' 'object is' '.object = "secret"'
refuses 'an incident that is a text' 'incident is' '.incident = "secret"'
refuses 'earlier reports that are no array' 'prior is' '.prior = "secret"'
refuses 'a priority that is true' escalateToHighPriority '.incident.priority = true'
refuses 'an unknown type' incidentType '.incident.type = "secret"'
refuses 'an unknown annotation' reportAnnotations '.incident.annotations = ["secret"]'
refuses 'an annotation in capitals' reportAnnotations '.incident.annotations = ["SPAM"]'
refuses 'one too new' informational '.incident.annotations = ["informational"]'
refuses 'a prior report that is none' priorCTReports '.review.prior = [{env: "test", report_id: "secret"}]'
refuses 'a class that is none' industryClassification '.review.class = "C1"'
refuses 'a short MD5' hashes.md5 '.hashes.md5 = "00"'
refuses 'no MD5' hashes.md5 'del(.hashes.md5)'
refuses 'no SHA-256' hashes.sha256 'del(.hashes.sha256)'
refuses 'an id that is a number' 'id is not' '.id = 7'
refuses 'an account that is a number' user.id '.user.id = 7'
refuses 'an account that is empty' user.id '.user.id = ""'
refuses 'an account that is null' user.id '.user.id = null'
refuses 'a user that is a text' 'user is' '.user = "secret"'
refuses 'a user that is a list' 'user is' '.user = ["secret"]'
refuses 'a user that is null' 'user is' '.user = null'
refuses 'a review without batch' batch 'del(.review.batch)'
item 1 u1 a 2 '.incident.type = "trafficking"' >in
item 2 u1 a 2 '.incident.type = "enticement"' >>in
exits 'two incident types in one report' 65 report in
ok '  --incident settles it' ct-report -q --incident enticement <in

echo '{"torn' >in
exits 'a line that is no record' 65 report in
item 1 u1 a 1 | tr -d '\n' >in
exits 'a last line without newline' 65 report in
ok '  is no report' sh -c '! grep -q report: got'
item 1 u1 a 1 '.error = {tool: "x", code: 70, msg: "m"}' >in
exits 'an earlier error counts' 70 report in
ok '  and passes' cmp got in
: >in
exits 'no input, no report' 0 report in

# ---- parts ------------------------------------------------------------------
item 1 u1 a 501 >one
jq -c '. as $r | range(501) | . as $i | $r | .id = "f\($i)" | .hashes.sha256 = ("0000\($i)"[-4:] | . * 16)' one >in
report in >rep
json 'more than 500 files: parts' '[.id == "report:\(.report.key)/\(.report.part)", .report.part, .report.parts, (.report.files | length)]' \
    '[true,1,2,500]
[true,2,2,1]' rep
jq -r .report.xml rep >doc.xml
has 'which says so' '.*Part 2 of 2: the account has more files than one report takes.</additionalInfo>'
jq -c 'select(.review.items) | .review.items = 40 | .note = "x" | .match.hits[0].entry = ("e" * 40000)' in | head -40 >long
report long >rep
ok 'more than 600 kB: parts' test "$(wc -l <rep)" -eq 3
ok '  none over a line of 1 MiB' awk 'length > 1000000 { exit 1 }' rep
# the cut is of the files alone: not of what others say, or of other reports
cut() { report "$1" | jq -c '[.report.files[].id]'; }
cut long >want.cut
jq -c '.review.prior = [range(20) | {env: "test", report_id: "9900000\(. + 10)"}] |
    .review.viewed.level = "metadata" | .user.bio = ("b" * 20000)' long >more.in
sed "/legal_url/a terms = $(printf '%02500d' 0)" ct.conf >terms.conf
more() { ct-report -q -c terms.conf <more.in | jq -c '[.report.files[].id]'; }
is 'terms, priors and a profile do not move the cut' "$(cat want.cut)" more
json '  priors are of the account, not of each file' '[.report.files[] | select(.review.prior)] | length' '0
0
0' rep
jq -c '.object.name = ("\u007f\u0085" * 900)' long >odd
report odd >rep
ok 'what is escaped in writing counts' sh -c 'test "$(wc -l <rep)" -ge 3 && awk "length > 1000000 { exit 1 }" rep'
item 1 u1 a 1 '.user.display_name = [range(60) | "\(.)" + "s" * 9000]' >in
exits 'an account of very many words is a report' 0 report in
item 1 u1 a 1 '.user.profile_url = [range(9000) | "https://images.berlin/\(.)" + "s" * 30]' >in
exits '  or pages' 0 report in
cp got rep
json '  its record names only the account' .user '{"id":"u1"}' rep
is '  its document has them' 9000 sh -c 'jq -r .report.xml rep | grep -c "<profileUrl>"'
item 1 u1 a 1 '.cybertip.report.internetDetails = [range(6000) | {webPageIncident: {additionalInfo: ("\(.)" + "z" * 90)}}]' >in
exits 'a report that is too long for a record' 65 report in
item 1 u1 a 1 '.user.ip = [range(4500) | {address: "93.184.\(. / 250 | floor).\(. % 250)", port: (. + 1), event: "Login",
    at: (1763600000 + (. * 7919 % 4500))}] + [{address: "9.9.9.9"}]' >in
ct-report <in >rep 2>msg
is 'of very many addresses 300 are in the document' 300 sh -c 'jq -r .report.xml rep | grep -c "<ipCaptureEvent>"'
ok '  which a note tells' grep -q "'user.ip' has very many" msg
json '  the newest' '.user.ip | [length, (map(.at) | min)]' '[300,1763604200]' rep
jq -r '.report.files[] | select(.text) | .text' rep | tr -d '\r' | grep -v '^$' >rows
is '  the rest are attached' '4201 2' sh -c 'echo "$(grep -vc ^time rows) $(grep -c ^time rows)"'
ok '  that of no time, too' grep -qx ',9.9.9.9,,,' rows
json '  as what supplements' '.report.files | map(.supplemental) | .[-1]' true rep
ok '  in a record that is one' sh -c '! awk "length > 1048576" rep | grep -q .'
is '  and the same again' "$(sha256sum <rep)" sh -c 'ct-report -q <in | sha256sum'

# ---- nothing in silence ------------------------------------------------------
# tells WHAT WORD EDIT - so edited, the documents have this
tells() {
	item 1 u1 a 1 "$3" | ct-report >rep 2>msg
	{ jq -r .report.xml rep; filexml <rep; } >doc.xml
	ok "$1" grep -q "$2" doc.xml
}
tells 'what else to know, as a list' '^b in Bonn' '.incident.additional_info = ["a", "b in Bonn"]'
tells '  a part of what is said' '^a person' '.incident.additional_info = "a person"'
tells 'words on the time, as a list' 'in Bonn' '.incident.description = ["x", "in Bonn"]'
tells '  beside how it was come by' '>When the newest of the files was last modified in the storage of the provider.$' \
    'del(.incident) | .incident.description = "in Bonn"'
ok '  both' grep -q '^in Bonn<' doc.xml
tells '  within what the form takes' 'When the newest' 'del(.incident) | .incident.description = "z" * 5000'
ok '  cut with a note' grep -q "'incident.description' was cut" msg
tells 'a word of a file as text' '>in Bonn<' '.object.additional_info = "in Bonn"'
tells '  a long one whole' 'the end<' '.object.additional_info = "y " * 5000 + "the end"'
tells 'an earlier report by number' 'priorCTReports>123456<' '.prior = [{env: "test", report_id: 123456}]'
tells 'metadata over what is told' 'And 100 more' '.object.exif = ([range(300) | {key: "k\(.)", value: "v"}] | from_entries)'
ok '  with a note' grep -q "'object.exif' has more" msg
tells 'no more than what fits' zzz '.incident.additional_info = "z" * 20000'
ok '  is cut with a note' grep -q "'incident.additional_info' was cut" msg
tells 'what is no text' . '.incident.additional_info = 7 | .object.additional_info = [7] | .object.exif = "x" | .prior = [{env: "test"}]'
for m in incident.additional_info object.additional_info object.exif prior; do ok "  is noted: $m" grep -q "'$m' " msg; done
item 1 u1 a 1 '.incident.priority = " "' >in
exits 'a blank priority is none' 0 ct-report -q <in
json '  none' .report.incident.priority null got
item 1 u1 a 1 '.incident.at = 0' >in
report in >rep
json 'a time of 0 is none' .report.incident.at '"2026-03-04T05:06:01Z"' rep

# ---- -x, --key, configuration, output --------------------------------------
item 1 u1 a 1 >in
item 2 u2 b 1 >>in
exits '-x is for one' 64 xml in
key=$(report in | jq -r 'select(.user.id == "u2").report.key')
ok '  it names the keys' grep -q -- "--key $key" err
ct-report -qx --key "$key" <in >doc.xml
has '--key chooses' '<espIdentifier>u2</espIdentifier>'
is '--key without -x' 1 sh -c "ct-report -q --key $key <in | wc -l"

# conf WHAT STATUS LINE... - with this configuration
conf() {
	what=$1 status=$2
	shift 2
	printf '%s\n' "$@" >other.conf
	# shellcheck disable=SC2086 # an option or none
	exits "$what" "$status" ct-report -q -c other.conf ${prod-} <in
}
conf 'no e-mail of the reporter' 78 '[reporter]' 'last_name = x'
conf 'one that is none' 78 '[reporter]' 'email = x'
conf 'a misspelt key' 78 '[reporter]' 'email = a@b.example' '[company]' 'legalurl = x'
conf 'an incident type that is none' 78 '[reporter]' 'email = a@b.example' '[incident]' 'type = x'
conf 'a detail that is none' 65 '[reporter]' 'email = a@b.example' '[company]' 'legal_url = images.example'
conf 'another kind of detail' 0 '[reporter]' 'email = a@b.example' '[incident]' 'internet_detail = chat' 'client = Chat'
ok '  is written' sh -c 'ct-report -q -c other.conf <in | jq -r .report.xml | grep -q "<chatClient>Chat<"'
conf 'an unknown kind of detail' 78 '[reporter]' 'email = a@b.example' '[incident]' 'internet_detail = x'
prod=--production
conf 'a placeholder, in production' 78 '[reporter]' 'email = a@b.example'
conf 'another' 78 '[reporter]' 'email = a@images.berlin' 'last_name = [NAME]'
conf 'none' 0 '[reporter]' 'email = a@images.berlin'
conf 'where only a person would see it' 78 '[reporter]' 'email = a@images.berlin' '[contact]' 'email = a@example.com'
exits 'a configuration that is not there' 66 ct-report -c none.conf <in
exits 'an operand' 64 ct-report in
exits 'a full disk' 74 sh -c 'ct-report -q <in >/dev/full'
exits 'help' 0 ct-report --help
done_testing
