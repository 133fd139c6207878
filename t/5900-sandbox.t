#!/bin/sh
# ct-sandbox: CyberTipline Reporting, answer by answer, and how it is run
# shellcheck source=t/lib.sh disable=SC2016,SC2154,SC2317
. "${0%/*}/lib.sh"

sandbox || { echo 'Bail out! ct-sandbox does not start'; exit 1; }
cred=$box/cybertip.cred
tip=$url/ispws

# ---- documents of our own making
report() { # [INCIDENT-TIME [EMAIL [MORE]]]
	cat <<X
<?xml version="1.0" encoding="UTF-8"?>
<report>
 <incidentSummary>
  <incidentType>Child Pornography (possession, manufacture, and distribution)</incidentType>
  <incidentDateTime>${1:-2026-01-02T03:04:05Z}</incidentDateTime>
 </incidentSummary>
 <reporter><reportingPerson><email>${2:-trust@example.com}</email></reportingPerson></reporter>
${3-}
</report>
X
}
details() { # REPORT-ID FILE-ID [MORE]
	echo "<fileDetails><reportId>$1</reportId><fileId>$2</fileId>${3-}</fileDetails>"
}
post() { req -u "$cred" -X POST "$@"; }
xml() { post -t 'text/xml; charset=utf-8' -b "$@"; }
submit() { xml "$1" "$tip/submit"; }
fileinfo() {
	details "$@" >details.xml
	xml details.xml "$tip/fileinfo"
}
upload() { post -f "id=$1" -F "file=$2" "$tip/upload"; }
finish() { post -f "id=$1" "$tip/finish"; }
retract() { post -f "id=$1" "$tip/retract"; }
member() { sed -n "s/.*$1=\([^ ]*\).*/\1/p" "$2"; }
new() { # a fresh report's id
	submit good.xml >new.out && member reportId new.out
}
report >good.xml
printf 'harmless bytes\n' >file.bin
md5=$(md5sum <file.bin | cut -c1-32)
bad() { # WHAT CODE FILE - this document is refused with this code
	is "$1" "400 reportResponse $2" submit "$3"
}

# ---- how it starts
ok 'the ready line tells url and process' \
    jq -e '.url=="'"$url"'" and .pid=='"$box_pid" "$tmp/box.ready"
is 'credential files are closed to others' '600
600' stat -c %a "$box/cybertip.cred" "$box/hashsharing.cred"
is 'for the test environment, with the base URL' "environment = test
url = $url/ispws" head -n 2 "$cred"
ok 'the password is not on standard output' \
    sh -c '! grep -qf "$1" "$2"' - "$cred" "$tmp/box.ready"

# ---- who may ask
is 'no credentials: 401 with an empty body' '401' req "$tip/status"
sed 's/^password.*/password = wrong/' "$cred" >wrong.cred
chmod 600 wrong.cred
is 'a wrong password' '401' req -u wrong.cred "$tip/status"
sed 's/^username.*/username = sandboy/' "$cred" >wrong.cred
is 'a wrong user' '401' req -u wrong.cred "$tip/status"
is 'even of what is not there' '401' req "$tip/none"
is 'nor may a body come in' '401' req -X POST -t text/xml -b good.xml "$tip/submit"
printf 'GET /ispws/status HTTP/1.1\nHost: x\nConnection: close\n\n' |
    raw "${url##*:}" >got.401
ok 'the realm is the one of the service' \
    grep -qx 'WWW-Authenticate: Basic realm="ESP Web Services"' got.401
ok 'Request-ID is on a refusal, too' grep -qx 'Request-ID: [0-9a-f]\{32\}' got.401

# ---- status, schema, what is not there
req -v -u "$cred" -o status.xml "$tip/status" >got.status
is 'status is code 0, without a report' '200 reportResponse 0' head -n 1 got.status
ok 'the charset trap: a header that says ISO-8859-1' \
    grep -q '^type=application/xml;charset=ISO-8859-1 request_id=32 ' got.status
ok 'over a document that says UTF-8' grep -q 'encoding="UTF-8"' status.xml
ok 'it tells user and address' \
    grep -q 'Remote User : sandbox, Remote Ip : 127.0.0.1' status.xml
req -u "$cred" -o live.xsd "$tip/xsd" >/dev/null
ok 'the schema is ours' cmp live.xsd "$top/lib/tool/cybertipline.xsd"
is 'no such call' '404' req -u "$cred" "$tip/statusx"
is 'a call of another method' '405' req -u "$cred" "$tip/submit"
is 'and the other way round' '405' post -f id=1 "$tip/status"

# ---- submit
is 'not text/xml: 4000' '400 reportResponse 4000' post -t application/xml -b good.xml "$tip/submit"
is 'no type at all: 4000' '400 reportResponse 4000' post -H 'Content-Type:' -b good.xml "$tip/submit"
: >empty
bad 'no body: 4110' 4110 empty
echo '<report>' >doc
bad 'cut short: 4110' 4110 doc
sed 's/<report>/<!DOCTYPE report><report>/' good.xml >doc
bad 'a DOCTYPE: 4110' 4110 doc
report 2026-01-02T03:04:05Z trust@example.com "<additionalInfo>$(printf '\351')</additionalInfo>" >doc
bad 'not UTF-8: 4110' 4110 doc
sed 's/UTF-8/ISO-8859-1/' good.xml >doc
bad 'another encoding declared: 4110' 4110 doc
{ cat good.xml; printf '\0'; } >doc
bad 'a NUL behind it: 4110' 4110 doc
sed 's/incidentSummary>/incidentSumary>/' good.xml >doc
bad 'the schema broken: 4100' 4100 doc
xml doc -o answer.xml "$tip/submit" >/dev/null
ok 'the description is of two lines, the second with the place' sh -c '
    grep -q "<responseDescription>Validation failed\$" "$1" &&
    grep -q "^\[3,[0-9]*\] - " "$1"' - answer.xml
details 1 a >doc
bad 'a document of another call: 4100' 4100 doc
report 2099-01-02T03:04:05Z >doc
bad 'an incident to come: 4100' 4100 doc
report '' '[REPORTER EMAIL]' >doc
bad 'no e-mail address: 4100' 4100 doc
person() { echo "<personOrUserReported>$1</personOrUserReported>"; }
report '' '' "$(person '<ipCaptureEvent><ipAddress>Unknown</ipAddress></ipCaptureEvent>')" >doc
bad 'no IP address: 4100' 4100 doc
report '' '' "$(person '<priorCTReports>0</priorCTReports>')" >doc
bad 'a prior report without number: 4100' 4100 doc
report '' '' "$(person '')$(person '')" >doc
bad 'two persons without batchedReport: 4100' 4100 doc
{ sed '$d' good.xml; head -c 2200000 /dev/zero | tr '\0' ' '; echo '</report>'; } >doc
is 'over 2 MiB: refused' '413 reportResponse 4000' submit doc
is 'none of these opened a report' 0 state '.reports|length'
id=$(new)
ok 'a good one gets a number of nine digits' expr "$id" : '[1-9][0-9]\{8\}$'
is 'which is open' open state '.reports[0]|select(.report_id=="'"$id"'").state'
state '.reports[0].xml' >held.xml
echo >>good.xml
ok 'the document is held as it came' cmp held.xml good.xml
ok 'the next one gets another' test "$(new)" != "$id"

# ---- upload
upload "$id" file.bin >got.up
fid=$(member fileId got.up)
is 'an upload gives the id, a file id, the MD5' \
    "200 reportResponse 0 reportId=$id fileId=$fid hash=$md5" cat got.up
ok 'the file id is 32 hex digits' expr "$fid" : '[0-9a-f]\{32\}$'
sha=$(sha256sum <file.bin | cut -c1-64)
is 'what it counted' '[15,"'"$md5"'","'"$sha"'","a b.jpg"]' sh -c '
    req -u "$1" -X POST -n "a b.jpg" -F file=file.bin -f "id=$2" "$3/upload" >/dev/null
    ct-sandbox state "$4" | jq -c ".reports[0].files[1]|[.size,.md5,.sha256,.name]"
    ' - "$cred" "$id" "$tip" "$url"
head -c 3000000 /dev/urandom >large.bin
lmd5=$(md5sum <large.bin | cut -c1-32)
upload "$id" large.bin >got.up
is 'a file of many pieces' "$lmd5" member hash got.up
upload "$id" empty >got.up
is 'an empty one' d41d8cd98f00b204e9800998ecf8427e member hash got.up
is 'no form: 4000' '400 reportResponse 4000' post -t text/xml -b good.xml "$tip/upload"
echo "id=$id" >body
is 'a form without parts: 4000' '400 reportResponse 4000' \
    post -t application/x-www-form-urlencoded -b body "$tip/upload"
is 'no id: 4000' '400 reportResponse 4000' post -F file=file.bin "$tip/upload"
is 'no file: 4200' '400 reportResponse 4200' post -f "id=$id" "$tip/upload"
is 'a file without a name is a field: 4200' '400 reportResponse 4200' \
    post -f "id=$id" -f file=text "$tip/upload"
is 'two files: 4200' '400 reportResponse 4200' \
    post -f "id=$id" -F file=file.bin -F file=file.bin "$tip/upload"
is 'even if the first is empty: 4200' '400 reportResponse 4200' \
    post -f "id=$id" -F file=empty -F file=file.bin "$tip/upload"
is 'an unknown report: 5001' '200 reportResponse 5001' upload 1 file.bin
is 'what is no number: 5001' '200 reportResponse 5001' upload "${id}x" file.bin
is 'nor a very long one' '200 reportResponse 5001' upload 99999999999999999999999 file.bin

# ---- fileinfo
is 'details of a file' "200 reportResponse 0 reportId=$id" \
    fileinfo "$id" "$fid" '<originalFileName>a.jpg</originalFileName>'
is 'a second time they replace' "200 reportResponse 0 reportId=$id" \
    fileinfo "$id" "$fid" '<originalFileName>b.jpg</originalFileName>'
details "$id" "$fid" '<originalFileName>b.jpg</originalFileName>' >want.xml
state '.reports[0].files[0].details' >held.xml
echo >>want.xml
ok 'and are held' cmp held.xml want.xml
is 'an unknown file: 5002' '200 reportResponse 5002' fileinfo "$id" ffff
is 'an unknown report: 5001' '200 reportResponse 5001' fileinfo 1 "$fid"
other=$(new)
is 'the file of another report: 5002' '200 reportResponse 5002' fileinfo "$other" "$fid"
invalid() { # WHAT MORE
	is "$1: 4100" '400 reportResponse 4100' fileinfo "$id" "$fid" "$2"
}
hash() { echo "<originalFileHash hashType=\"$1\">$2</originalFileHash>"; }
invalid 'EXIF viewed, the file not' '<exifViewedByEsp>true</exifViewedByEsp>'
supplemental='<fileRelevance>Supplemental Reported</fileRelevance>'
invalid 'supplemental with a class' "$supplemental<industryClassification>A1</industryClassification>"
invalid 'supplemental with meme' "$supplemental<potentialMeme>true</potentialMeme>"
invalid 'or among its annotations' "$supplemental<fileAnnotations><potentialMeme/></fileAnnotations>"
invalid 'SHA-256 that says it is MD5' "$(hash MD5 "$sha")"
invalid 'PDQ of other letters' "$(hash PDQ "$(echo "$sha" | tr 0-9a-f g-v)")"
is 'hashes as they should be' "200 reportResponse 0 reportId=$id" \
    fileinfo "$id" "$fid" "$(hash md5 "$md5")$(hash SHA256 "$sha")$(hash OTHER x)"
is 'not XML: 4110' '400 reportResponse 4110' xml file.bin "$tip/fileinfo"
is 'a report: 4100' '400 reportResponse 4100' xml good.xml "$tip/fileinfo"

# ---- finish, retract, and what they end
ids=$(state '.reports[0].files[]|" fileId=" + .file_id' | tr -d '\n')
is 'finish lists the files in the order they came' \
    "200 reportDoneResponse 0 reportId=$id$ids" finish "$id"
is 'it is finished' finished state '.reports[0].state'
is 'finish again: 5102' '200 reportResponse 5102' finish "$id"
is 'retract: 5102' '200 reportResponse 5102' retract "$id"
is 'upload: 5102' '200 reportResponse 5102' upload "$id" file.bin
is 'fileinfo: 5102' '200 reportResponse 5102' fileinfo "$id" "$fid"
is 'retract one that is open' "200 reportResponse 0 reportId=$other" retract "$other"
is 'again: 5101' '200 reportResponse 5101' retract "$other"
is 'finish: 5101' '200 reportResponse 5101' finish "$other"
is 'upload: 5101' '200 reportResponse 5101' upload "$other" file.bin
is 'fileinfo: 5101' '200 reportResponse 5101' fileinfo "$other" "$fid"
is 'finish an unknown one: 5001' '200 reportResponse 5001' finish 1
is 'retract an unknown one: 5001' '200 reportResponse 5001' retract 1
is 'finish without id: 4000' '400 reportResponse 4000' post -f di=1 "$tip/finish"
is 'without a form: 4000' '400 reportResponse 4000' post -t text/xml -b body "$tip/retract"
echo "id=$(new)" | tr -d '\n' >body
post -t application/x-www-form-urlencoded -b body -o answer.xml "$tip/finish" >got.fin
is 'a urlencoded form will do; no files' "200 reportDoneResponse 0 reportId=$(cut -d= -f2 body)" cat got.fin
ok 'an empty list of them' grep -q '<files/>' answer.xml
ok 'no description in this one' sh -c '! grep -q responseDescription answer.xml'

# ---- expiry: the later of 24 h after opening and 1 h after the last change
at() { control '{"clock":"'"$1"'"}'; }
at 2026-12-01T00:00:00Z
a=$(new) b=$(new) c=$(new) d=$(new) e=$(new)
upload "$d" file.bin >got.up
dfid=$(member fileId got.up)
finish "$c" >/dev/null
retract "$e" >/dev/null
at 2026-12-01T23:50:00Z
upload "$b" file.bin >/dev/null
fileinfo "$d" "$dfid" >/dev/null
at 2026-12-02T00:00:00Z
upload "$a" empty >got.up
is 'at 24 h to the second it lives' "$a" member reportId got.up
at 2026-12-02T00:50:00Z
upload "$b" file.bin >got.up
is 'one changed in its last hour lives on' "$b" member reportId got.up
at 2026-12-02T00:50:01Z
is 'but an hour after its details were told: 5001' '200 reportResponse 5001' finish "$d"
at 2026-12-02T01:00:01Z
is 'and an hour after an upload: 5001' '200 reportResponse 5001' upload "$a" file.bin
is 'expired is what it is' expired state '.reports[]|select(.report_id=="'"$a"'").state'
is 'retract: 5001' '200 reportResponse 5001' retract "$a"
is 'what was changed again lives' open state '.reports[]|select(.report_id=="'"$b"'").state'
is 'a finished one never expires' '200 reportResponse 5102' finish "$c"
is 'nor a retracted one' '200 reportResponse 5101' finish "$e"
report 2026-12-02T01:00:02Z >doc
bad 'what is to come goes by this clock' 4100 doc
req -v -u "$cred" "$tip/status" >got.status
ok 'so does Date' grep -q "date=$(date -ud 2026-12-02T01:00:01Z +%s)\$" got.status
ok 'it can be given back' control '{"clock":null}'
ok 'and then goes' sh -c '[ "$(ct-sandbox state "$1" | jq -r .clock)" \< "2026-12-02T01:00:01Z" ] ||
    [ "$(ct-sandbox state "$1" | jq -r .clock)" \> "2026-12-02T01:00:02Z" ]' - "$url"

# ---- the log, the controls
is 'requests are remembered with their codes' \
    '["POST","/ispws/finish",200,5101,"'"$e"'"]' \
    state '[.requests[]|select(.code==5101)|[.method,.path,.status,.code,.report_id]]|last'
exits 'a control that is none' 65 ct-sandbox control "$url" '{"clok":null}'
exits 'what is no JSON' 65 ct-sandbox control "$url" '{'
exits 'a clock without a zone' 65 ct-sandbox control "$url" '{"clock":"2026-12-01T00:00:00"}'
is 'controls are not for the pages of other hosts' 403 req -H 'Host: evil.example' "$url/_state"
exits 'verbs are for a sandbox only' 64 ct-sandbox state https://exttest.cybertip.org

# ---- how it is told to run, and how it ends
exits 'nobody could log in' 64 timeout 60 ct-sandbox -p 0
exits 'a port that is none' 64 ct-sandbox -p 65536 -d box2
exits 'a port that is taken' 69 timeout 60 ct-sandbox -p "${url##*:}" -d box2
exits 'a verb that is none' 64 ct-sandbox stat "$url"
exits 'an option that is none' 64 ct-sandbox --none
sed 's/= test/= production/;/^url/d' "$cred" >prod.cred
chmod 600 prod.cred
exits 'credentials of production stay out' 77 timeout 60 ct-sandbox -p 0 --credential prod.cred
exits 'help' 0 ct-sandbox --help
exits 'version' 0 ct-sandbox -V
kill -TERM "$box_pid"
wait "$box_pid"
is 'SIGTERM ends it with 0' 0 echo $?
printf 'environment = test\nusername = we\npassword = ours\n' >our.cred
chmod 600 our.cred
sandbox --credential our.cred --clock 2026-05-05T00:00:00Z
is 'credentials of our own' '200 reportResponse 0' req -u our.cred "$url/ispws/status"
is 'are written for clients, too' '200 reportResponse 0' req -u "$box/cybertip.cred" "$url/ispws/status"
is 'the clock from the start' 2026-05-05T00:00:00Z state .clock
kill -TERM "$box_pid"
wait "$box_pid"
is 'a server with its own ends as well' 0 echo $?
done_testing
