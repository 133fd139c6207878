#!/bin/sh
# ct-sandbox: answers that go wrong on order; clients that mean it ill
# shellcheck source=t/lib.sh disable=SC2016,SC2154,SC2317
. "${0%/*}/lib.sh"

sandbox --fault submit:2:code:1000 --fault 'retract:*:http:503' || exit 1
cred=$box/cybertip.cred
tip=$url/ispws
port=${url##*:}
post() { req -u "$cred" -o answer -X POST "$@"; }
cat >good.xml <<X
<report><incidentSummary>
<incidentType>Child Sex Tourism</incidentType>
<incidentDateTime>2026-01-02T03:04:05Z</incidentDateTime></incidentSummary>
<reporter><reportingPerson><email>a@example.com</email></reportingPerson></reporter></report>
X
echo bytes >file.bin
md5=$(md5sum <file.bin | cut -c1-32)
submit() { post -t 'text/xml; charset=utf-8' -b good.xml "$tip/submit"; }
upload() { post -f "id=$id" -F file=file.bin "$tip/upload"; }
finish() { post -f "id=$id" "$tip/finish"; }
status() { req -o answer -u "$cred" "$tip/status"; }
fault() { control '{"fault":["'"$1"'"]}'; }
id() { sed -n 's/.*reportId=\([0-9]*\).*/\1/p'; }
reports() { state '.reports|length'; }

# ---- from the command line: which call
id=$(submit | id)
is 'the first call is well' 1 reports
is 'the second goes wrong' '500 reportResponse 1000' submit
is 'and opens nothing' 1 reports
is 'the third is well again' '200' sh -c 'echo "${1%% *}"' - "$(submit)"
is '*: each' '503' post -f "id=$id" "$tip/retract"
is 'again' '503' post -f "id=$id" "$tip/retract"
ok 'until it is taken back' control '{"fault":null}'
is 'it is' '200' sh -c 'echo "${1%% *}"' - "$(post -f "id=$id" "$tip/retract")"
id=$(submit | id)

# ---- each kind
fault submit:1:drop-before
is 'drop-before: no answer' 'no answer unknown' submit
is 'and no report' 3 reports
fault submit:1:drop-after
is 'drop-after: no answer' 'no answer unknown' submit
is 'but a report' 4 reports
is 'in the log: no status' '[0,0]' state '[.requests[-2:][]|.status]'
fault upload:1:drop-after
is 'drop-after an upload' 'no answer unknown' upload
is 'holds the file' 1 state '.reports[]|select(.report_id=="'"$id"'").files|length'
fault finish:1:drop-before
is 'a finish that did not come' 'no answer unknown' finish
fault finish:1:drop-after
is 'and one of which nobody heard' 'no answer unknown' finish
is 'was one all the same' '200 reportResponse 5102' finish
id=$(submit | id)
for junk in junk junk:1; do
	fault "upload:1:$junk"
	is "$junk: no HTTP, but it was sent" 'no answer unknown' upload
done
is 'and was done' 2 state '.reports[]|select(.report_id=="'"$id"'").files|length'
fault upload:1:bare:403
is 'bare: the status alone' 403 upload
is 'of what was done' 3 state '.reports[]|select(.report_id=="'"$id"'").files|length'
id=$(submit | id)
for c in '1000 500' '1111 500' '1300 500' '2000 401' '3100 403' '4000 400' '4200 400' '5001 200' '9999 200'; do
	fault "upload:1:code:${c% *}"
	is "code:${c% *} comes with HTTP ${c#* }" "${c#* } reportResponse ${c% *}" upload
done
fault status:1:http:301
is 'http' 301 status
fault status:1:busy:7
is 'busy' 503 status
printf 'GET /ispws/status HTTP/1.1\nHost: x\nConnection: close\nAuthorization: Basic %s\n\n' \
    "$(sed -n 's/^username = "\(.*\)"/\1:/p;s/^password = "\(.*\)"/\1/p' "$cred" | tr -d '\n' | base64 -w0)" >raw.status
fault status:1:busy:7
raw "$port" <raw.status >got.raw
ok 'says when to come again' grep -qx 'Retry-After: 7' got.raw
fault status:1:html
is 'html: a page of some proxy' 502 status
ok 'of HTML' grep -q '^<html>' answer
fault status:1:html:200
is 'with a status that seems well' 200 status
fault status:1:empty401
is 'empty401' 401 status
is 'is empty' 0 sh -c 'wc -c <answer'
fault submit:1:truncate:90
is 'truncate: half an answer' 'no answer unknown' submit
raw "$port" <raw.status >whole
fault status:1:truncate:50
raw "$port" <raw.status >got.raw
is 'of these bytes' 50 sh -c 'sed "1,/^\$/d" got.raw | wc -c'
is 'of the length promised' "$(grep ^Content-Length whole)" grep ^Content-Length got.raw
before=$(reports)
fault submit:1:wrong-root
is 'wrong-root' '200 otherResponse 0' sh -c 'echo "${1% reportId=*}"' - "$(submit)"
is 'of work that was done' $((before + 1)) reports
fault submit:1:no-id
is 'no-id: submit' '200 reportResponse 0' submit
fault upload:1:no-id
is 'no-id: upload has no file id' "200 reportResponse 0 reportId=$id hash=$md5" upload
fault upload:1:wrong-id
is 'wrong-id' "$((id + 1))" sh -c 'echo "$1" | sed "s/.*reportId=\([0-9]*\).*/\1/"' - "$(upload)"
fault upload:1:wrong-hash
upload >got.up
ok 'wrong-hash' sh -c 'grep -q " hash=[0-9a-f]\{32\}$" "$1" && ! grep -q "$2" "$1"' - got.up "$md5"
fault finish:1:lost-file
finish >got.fin
is 'lost-file: one is missing of three' 2 sh -c 'grep -o fileId= got.fin | wc -l'
fault status:1:doctype
is 'doctype: no parser of ours takes it' 200 status
ok 'it is there' grep -q '^<!DOCTYPE' answer
fault status:1:big
status >/dev/null
ok 'big: over 2 MiB' sh -c '[ "$(wc -c <answer)" -gt 2097152 ]'
fault status:1:indent
is 'indent: the same' '200 reportResponse 0' status
ok 'on lines of its own' grep -q '^ *<responseCode>0</responseCode>$' answer
fault status:1:slow:1000
start=$(date +%s%N)
is 'slow: then it is well' '200 reportResponse 0' status
ok '  as long as it says' test $((($(date +%s%N) - start) / 1000000)) -ge 1000
fault status:1:slow:600000
asked=$(state .requests_total)
status >slow.out &
slow=$!
heard() { [ "$(state .requests_total)" -gt "$asked" ]; }
ok 'the slow one at the server' eventually heard
is 'others need not wait' '200 status' req -o answer2 -u "$box/hashsharing.cred" "$url/hashsharing/v2/status"
ok '  while it does' test ! -s slow.out
ok 'until it is taken back' control '{"fault":null}'
wait $slow
is '  then it comes' '200 reportResponse 0' cat slow.out
start=$(date +%s%N)
fault status:1:drip:5
is 'drip: whole in the end' '200 reportResponse 0' status
ok 'byte after byte' test $((($(date +%s%N) - start) / 1000000)) -ge 500
fault status:1:slow:50
fault status:1:code:1000
is 'two at once' '500 reportResponse 1000' status

# ---- what goes wrong with lists
control '{"entries":[{"member":"1","entry":"1","type":"md5","hash":"x"}]}'
entries() { req -o answer -u "$box/hashsharing.cred" "$url/hashsharing/v2/entries?from=2026-01-01T00:00:00Z&to=2099-01-01T00:00:00Z"; }
fault entries:1:loop
entries >/dev/null
ok 'loop: the next page is this one' grep -q '<next>/v2/entries?.*;start=0&amp;' answer
fault entries:1:foreign
entries >/dev/null
ok 'foreign: the next page is elsewhere' grep -q '<next>http://other.example/' answer
fault entries:1:count
entries >/dev/null
ok 'count: one more than there are' grep -q '<images count="2"' answer
fault entries:1:drop-before
is 'drops' 'no answer unknown' entries
fault entries:1:html:200
is 'pages of a proxy' 200 entries
fault entries:1:truncate:100
is 'cut answers' 'no answer unknown' entries
fault hash-status:1:http:403
is 'its status' 403 req -u "$box/hashsharing.cred" "$url/hashsharing/v2/status"

# ---- plans that are none
for spec in '' submit submit:1 submit:1:none none:1:html submit:0:html submit:x:html \
    submit:1:code submit:1:code:0 submit:1:code:x submit:1:html:99 submit:1:doctype:1 \
    status:1:wrong-hash entries:1:code:1000 finish:1:loop; do
	exits "no fault: '$spec'" 64 timeout 60 ct-sandbox -p 0 -d box2 --fault "$spec"
done
exits 'nor at run time' 65 ct-sandbox control "$url" '{"fault":"submit:1:none"}'

# ---- hostile clients: it refuses, and lives
before=$(reports)
send() { raw "$@" "$port" >got.raw; }
auth=$(grep ^Authorization raw.status)
head -c 100000 /dev/urandom | send
head -c 400000 /dev/zero | tr '\0' 'A' | send
ok 'a line without end' sh -c '! grep -q "^HTTP.* 200" got.raw'
{ printf 'GET /ispws/status HTTP/1.1\nHost: x\n'; yes "X-Y: $(printf %01000d 0)" | head -n 300; echo; } | send
ok 'headers without end' sh -c '! grep -q "^HTTP.* 200" got.raw'
printf 'POST /ispws/submit HTTP/1.1\nHost: x\n%s\nContent-Type: text/xml\nContent-Length: 99999\n\n<report>' "$auth" | send -c
printf 'POST /ispws/upload HTTP/1.1\nHost: x\n%s\nContent-Type: multipart/form-data; boundary=b\nContent-Length: 5000\n\n--b\r\nContent-Disposition: form-data; name="id"\r\n\r\n%s' "$auth" "$id" | send -c
part() { printf 'POST /ispws/upload HTTP/1.1\nHost: x\nConnection: close\n%s\nContent-Type: multipart/form-data%s\nContent-Length: %s\n\n' "$auth" "$1" "$(wc -c <body)" | cat - body | send; }
echo garbage >body
part '; boundary=b'
ok 'a form that is none: 4000' grep -q '<responseCode>4000<' got.raw
part ''
ok 'a form without boundary: 4000' grep -q '<responseCode>4000<' got.raw
printf -- '--b\r\nContent-Disposition: form-data; name="id"\r\n\r\n%s' "$(printf %0100000d 1)" >body
part '; boundary=b'
ok 'an id without end' sh -c '! grep -q "<responseCode>0<" got.raw'
printf 'POST /ispws/submit HTTP/1.1\nHost: x\n%s\nContent-Type: text/xml\nContent-Length: 99999999999999\n\n' "$auth" | send -c
{ printf '<report>'; yes '<a>' | head -n 100000; } | tr -d '\n' >deep.xml
is 'nesting without end: 4110' '400 reportResponse 4110' post -t text/xml -b deep.xml "$tip/submit"
for i in 1 2 3 4 5 6 7 8 9; do
	status >"s.$i" &
	set -- "$@" $!
done
wait "$@"
is 'many at once' 9 sh -c 'cat s.? | grep -c "200 reportResponse 0"'
is 'it lives' '200 reportResponse 0' status
is 'and nothing came of it' "$before" reports
kill "$box_pid"
wait "$box_pid"
is 'to its end' 0 echo $?
done_testing
