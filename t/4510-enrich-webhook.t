#!/bin/sh
# ct-enrich over a webhook: signed so that a receiver can check it, asked again
# where that helps; and the webhook that is told of finished reports
# shellcheck source=t/lib.sh disable=SC2016,SC2119,SC2317
. "${0%/*}/lib.sh"

sandbox
ct-enrich keygen -o k
ct-enrich keygen --rsa -o r
cat >both.conf <<END
[enrich]
url = $url/webhook/enrich
key = $tmp/k.key
key = $tmp/r.key
[preservation]
url = $url/webhook/preserve
END
# webhook JSON - what the server is told of itself, with both keys
webhook() {
	control "$(jq -nc --rawfile k k.pub --rawfile r r.pub --argjson more "$1" \
	    '{webhook: ({keys: [$k, $r]} + $more)}')"
}
webhook '{}'
enrich() { ct-enrich -q -c both.conf --retry-wait 1 "$@"; }
# asked - how often the server was asked since, by its own log
asked() {
	now=$(state '[.requests[] | select(.path | startswith("/webhook/"))] | length')
	echo $((now - before))
	before=$now
}
before=0

cat >in <<'END'
{"id":"s3://media/u1/a.jpg","user":{"id":"u1"},"match":{"verdict":"match"}}
{"id":"s3://media/u1/b.jpg","user":{"id":"u1"},"match":{"verdict":"match"}}
{"id":"c.jpg","user":{"id":"u2"},"match":{"verdict":"match"}}
END
head -n 1 in >one

# ---- an answer ---------------------------------------------------------------
exits 'three records of two accounts' 0 enrich <in
json 'have data now' '[.enrich.by, .user.screen_name, .object.name, (.user.ip | length)]' \
    '["webhook","u1","a.jpg",1]
["webhook","u1","b.jpg",1]
["webhook","u2","c.jpg",1]' got
is 'by two calls' 2 asked
is 'as the contract says' '{"users":[{"id":"u1","typeId":"user"}],"media":[{"id":"s3://media/u1/a.jpg","typeId":"media"},{"id":"s3://media/u1/b.jpg","typeId":"media"}]}' \
    state '.webhooks[0].text'
ok 'which ct-report takes' sh -c 'mkpix p.png --seed 1 --size 96x64 &&
    ct-hash -q --user u1 p.png | jq -c ".match = {verdict: \"match\"} |
	.review = {verdict: \"csam\", batch: \"00112233445566778899aabbccddeeff\"} | .incident.at = \"2026-11-20T08:00:00Z\"" |
    ct-enrich -q -c both.conf >rec'
conf </dev/null && mv ct.conf report.conf
exits '  as it is' 0 ct-report -q -c report.conf -x <rec
cp got xml
ok '  with mail' grep -q '<email verified="true">user[0-9]*@users.example</email>' xml
is '  with name and address' '1 1' sh -c 'echo $(grep -o "<ipAddress>203" xml | wc -l) $(grep -o "<screenName>u1<" xml | wc -l)'

# ---- signatures: as ct-enrich(1) tells a receiver ------------------------------
state '.webhooks[0]' >call
jq -j .text call >body
h() { jq -j --arg h "$1" '.headers[$h]' call; }
h coop-signature | base64 -d >sig
ok 'RSA: openssl verifies the body' \
    openssl dgst -sha256 -verify r.pub -signature sig body
echo >>body
ok '  and no other' sh -c '! openssl dgst -sha256 -verify r.pub -signature sig body'
jq -j .text call >body
{ printf 'ct-webhook-1\n%s\n%s\n' "$(h ct-timestamp)" "$(h ct-nonce)"; cat body; } >signed
h ct-signature | base64 -d >sig
ok 'Ed25519: openssl verifies time, nonce and body' \
    openssl pkeyutl -verify -pubin -inkey k.pub -rawin -in signed -sigfile sig
sed 's/u1/u7/' signed >forged
ok '  and no other' sh -c '! openssl pkeyutl -verify -pubin -inkey k.pub -rawin -in forged -sigfile sig'
is 'the key is named by its id' "$(ct-enrich pubkey --id k.pub)" jq -r '.headers["ct-key"]' call
is 'no nonce comes twice' '' sh -c 'ct-sandbox state "$1" | jq -r ".webhooks[].headers[\"ct-nonce\"]" | sort | uniq -d' - "$url"
ok 'the time is now' sh -c 't=$(date -d "$1" +%s) && n=$(date +%s) && [ $((n - t)) -lt 100 ]' - "$(h ct-timestamp)"
# replay: the same request by another client
replay() {
	req -X POST -t application/json -b body -H "ct-key: $(h ct-key)" \
	    -H "ct-timestamp: $(h ct-timestamp)" -H "ct-nonce: $(h ct-nonce)" \
	    -H "ct-signature: $(h ct-signature)" \
	    -H "coop-signature: $(h coop-signature)" "$url/webhook/enrich"
}
is 'a copy of a request is refused' 401 replay
for junk in '' '!' AAAA ==== A= "$(head -c 3000 /dev/zero | tr '\0' A)" "$(h ct-signature)"; do
	is "  and so is a signature like '$(echo "$junk" | cut -c-8)'" 401 req -X POST \
	    -t application/json -b body -H "ct-key: $(h ct-key)" \
	    -H "ct-timestamp: $(h ct-timestamp)" -H 'ct-nonce: another' \
	    -H "ct-signature: $junk" -H "coop-signature: $junk" "$url/webhook/enrich"
done
asked >/dev/null
sed '/r.key/d' both.conf >ed.conf
sed '/k.key/d' both.conf >rsa.conf
exits 'one key of two is not enough for a server that wants both' 77 \
    ct-enrich -q -c ed.conf <one
is '  and it is not asked a second time' 1 asked
exits '  nor for the next account' 77 ct-enrich -q -c rsa.conf <in
cp got out
is '  as it would say the same' 1 asked
json '  which is said' .error.msg '"the webhook answers with status 401"
"the webhook answers with status 401"
"not sent: the webhook refused a request before"' out
exits 'a clock that is ten minutes off' 77 env CT_CLOCK=2026-11-20T10:00:00Z \
    ct-enrich -q -c both.conf <one
ct-enrich keygen -o other
sed 's/k.key/other.key/' both.conf >other.conf
exits 'a key it does not know' 77 ct-enrich -q -c other.conf <one
control "$(jq -nc --rawfile k k.pub '{webhook: {keys: [$k]}}')"
exits 'Ed25519 alone' 0 ct-enrich -q -c ed.conf <one
control "$(jq -nc --rawfile k r.pub '{webhook: {keys: [$k]}}')"
exits 'RSA alone' 0 ct-enrich -q -c rsa.conf <one
webhook '{}'

# ---- what cannot be signed is not sent ------------------------------------------
asked >/dev/null
sed '/key/d' both.conf >none.conf
exits 'no key' 78 ct-enrich -q -c none.conf <one
sed 's/k.key/gone.key/' both.conf >gone.conf
exits 'a key file that is gone' 66 ct-enrich -q -c gone.conf <one
cp k.key open.key && chmod 640 open.key
sed 's/k.key/open.key/' both.conf >open.conf
exits 'one that others can read' 77 ct-enrich -q -c open.conf <one
cp k.key second.key
printf '[enrich]\nurl = %s\nkey = %s\nkey = %s\n' "$url/webhook/enrich" \
    "$tmp/k.key" "$tmp/second.key" >twice.conf
exits 'two of a kind' 78 ct-enrich -q -c twice.conf <one
cp k.pub pub.key && chmod 600 pub.key
sed 's/k.key/pub.key/' both.conf >pub.conf
exits 'a public one' 78 ct-enrich -q -c pub.conf <one
openssl genrsa -out small.key 1024 2>/dev/null && chmod 600 small.key
sed 's/r.key/small.key/' both.conf >small.conf
exits 'one that is too short' 78 ct-enrich -q -c small.conf <one
openssl pkey -in k.key -aes256 -passout pass:x -out locked.key 2>/dev/null && chmod 600 locked.key
sed 's/k.key/locked.key/' both.conf >locked.conf
exits 'one behind a password, which is not asked for' 78 ct-enrich -q -c locked.conf <one
is 'none of them asked the server' 0 asked
sed "s,$tmp/,," both.conf >cred.conf
exits 'keys of the service manager' 0 env CREDENTIALS_DIRECTORY="$tmp" \
    ct-enrich -q -c cred.conf <one
sed 's,http:,http://u:p@127.0.0.1,' both.conf >user.conf
exits 'an address with a password' 78 ct-enrich -q -c user.conf <one
sed 's,http://127.0.0.1[^/]*,http://images.example,' both.conf >plain.conf
exits 'plain http to elsewhere' 78 ct-enrich -q -c plain.conf <one
asked >/dev/null

# ---- faults ---------------------------------------------------------------------------
# fault WHAT CODE TIMES SPEC... - with these faults: exit status and calls
fault() {
	what=$1 code=$2 times=$3
	shift 3
	for spec; do control "{\"fault\":\"enrich:$spec\"}"; done
	exits "$what: $code" "$code" enrich <one
	case $code in
	0) json '  and the data are there' .enrich.by '"webhook"' got ;;
	*) json '  in the record, without data' '[.error.code, .user]' \
		"[$code,{\"id\":\"u1\"}]" got ;;
	esac
	is "  after $times calls" "$times" asked
	control '{"fault":null}'
}
fault 'no answer, once' 0 2 1:drop-before
fault 'an answer lost, once' 0 2 1:drop-after
fault 'busy, twice' 0 3 1:http:503 2:http:429
fault 'a bad gateway, in HTML' 0 2 1:html
fault 'busy for good' 75 3 '*:busy:0'
fault 'busy for an hour' 75 1 1:busy:3600
fault 'no answer for good' 75 3 '*:drop-before'
fault 'an error of the server' 75 3 '*:http:500'
fault 'a bad request' 76 1 1:http:400
fault 'no such thing there' 66 1 1:http:404
fault 'another method, please' 76 1 1:http:405
fault 'forbidden' 77 1 1:http:403
fault 'it wants to lead elsewhere' 76 1 1:http:302
fault 'a page of HTML as success' 76 1 1:html:200
fault 'nothing, as success' 76 1 1:http:204
fault 'half an answer' 75 3 '*:truncate:40'
fault 'half an answer, once' 0 2 1:truncate:40
fault 'two megabytes' 76 1 1:big
fault 'no HTTP' 76 1 1:junk:1
sed 's/^key.*k.key/&\ntimeout = 3/' both.conf >slow.conf
control '{"fault":"enrich:1:slow:600000"}'
exits 'slow, once: asked again' 0 ct-enrich -q -c slow.conf --retry-wait 1 <one
control '{"fault":null}'
asked >/dev/null
control '{"fault":["enrich:1:http:503","enrich:2:http:503","enrich:3:http:503","enrich:4:http:503"]}'
exits 'one that failed three times is tried once for the next account' 75 enrich <in
is '  and no more' 4 asked
control '{"fault":null}'
exits 'and run again all is there' 0 enrich <in
webhook '{"body":"{\"users\":[],\"media\":[]}"}'
exits 'an answer of others' 76 enrich <one
webhook '{"media":[{"id":"s3://media/u1/a.jpg","missing":true}]}'
exits 'the only medium is missing' 65 enrich <one
exits 'one of two' 0 enrich <in
json '  which is said of that' '.object.missing // false' 'true
false
false' got
webhook '{}'
sed "s,$url,http://127.0.0.1:9," both.conf >nobody.conf
seq 20 | sed 's/.*/{"id":"m&","user":{"id":"&"}}/' >many
exits 'nobody listens' 75 ct-enrich -q -c nobody.conf --retry-wait 1 <many
json 'every record says so, and after a while nobody is asked' \
    'select(.id == ("m1", "m20")).error.msg | split(":")[0]' \
    '"the request failed"
"not sent"' got
printf '%s\n' '{"id":"cut","user":{"id":"u1"}' >torn
exits 'a line that was cut' 65 enrich <torn

# ---- preservation ------------------------------------------------------------------------
asked >/dev/null
control '{"fault":null}'
key=00112233445566778899aabbccddeeff
jq -nc --arg key $key '{id: "report:\($key)", user: {id: "u1"},
    report: {key: $key, env: "production", part: 1, parts: 1, files: [
	{id: "a", type_id: "photo"}, {id: "b"}, {id: "more", supplemental: true},
	{id: "chat.csv", text: "x"}]},
    submission: {env: "production", report_id: "4564654", state: "finished"}}' >report
preserve() { ct-enrich preserve -q -c both.conf --retry-wait 1; }
exits 'a finished report in production' 0 preserve <report
mv got told
json 'was told' .preservation.state '"told"' told
is 'once' 1 asked
is 'as the contract says' '{"user":{"id":"u1","typeId":"user"},"reportedMedia":[{"id":"a","typeId":"photo"},{"id":"b","typeId":"media"}],"reportId":"4564654"}' \
    state '.webhooks[-1].text'
is 'signed by both' '["ed25519","rsa"]' state '.webhooks[-1].signed'
exits 'run again over that' 0 preserve <told
is 'nothing is told' 0 asked
for change in '.submission.state = "pending"' 'del(.submission)' 'del(.report)' \
    '.report.env = "test" | .submission.env = "test"' \
    '.report.authority = "nca"' '.error = {code: 75, msg: "x"}'; do
	jq -c "$change" report >other
	ct-enrich preserve -q -c both.conf <other >got 2>/dev/null
	ok "passes as it came: $change" cmp got other
done
is 'and nobody is told' 0 asked
jq -c '.submission.env = "test"' report >other
exits 'a test receipt in a report in production passes' 0 preserve <other
jq -c '.report.env = "test"' report >other
exits 'a receipt in production of a test report is an error' 65 preserve <other
jq -c 'del(.submission.report_id)' report >other
exits 'so is one without number' 65 preserve <other
jq -c 'del(.user)' report >other
exits 'of no account' 0 preserve <other
json 'nobody can be told' .preservation.state '"no-account"' got
is 'and nobody is' 0 asked
for code in 200 201 202 204 299; do
	control "{\"fault\":\"preserve:1:http:$code\"}"
	exits "$code is success" 0 preserve <report
done
for code in 300 400 401 404 500; do
	control "{\"fault\":\"preserve:*:http:$code\"}"
	preserve <report >got 2>err
	json "$code is none" 'has("preservation"), has("error")' 'false
true' got
	control '{"fault":null}'
done

sed '/^.preservation/,$d' both.conf >nobody.conf
jq -c '.error = {tool: "x", code: 75, msg: "y"}' report | cat report - >two
head -n 1 two >first
asked >/dev/null
exits 'no webhook for it' 0 ct-enrich preserve -c nobody.conf <first
cp err said
ok '  all passes as it came' cmp got first
is '  with a notice and the summary' \
    'ct-enrich: the configuration has no [preservation]: nobody is told
ct-enrich: 1 in = 1 out + 0 dropped: 1 passed' cat said
exits '  quietly, errors too' 75 ct-enrich preserve -q -c nobody.conf <two
cp err said
ok '  as they came' cmp got two
is '  without a notice' '' grep preservation said
is '  nobody is told' 0 asked
echo '[preservation]' >>nobody.conf
exits 'a section without url is a mistake' 78 ct-enrich preserve -q -c nobody.conf <first

# killed anywhere, and run again: told, at most once more
if [ -z "${CT_SANITIZED-}" ] && { killat 1 true || [ $? -eq 137 ]; }; then
	i=1 wrong='' twice=0
	while :; do
		# each has a number of its own: the server may come late to a
		# request whose client was killed
		jq -c --arg i $i '.submission.report_id = "90" + $i' report >numbered
		killat $i ct-enrich preserve -q -c both.conf --retry-wait 1 <numbered >first 2>err
		killed=$?
		preserve <numbered >second 2>err || wrong="$wrong $i: exit"
		told=$(state "[.webhooks[] | select(.call == \"preserve\" and .body.reportId == \"90$i\")] | length")
		[ "$told" -ge 1 ] && [ "$told" -le 2 ] || wrong="$wrong $i: told $told"
		[ "$told" -eq 1 ] || twice=$((twice + 1))
		[ $killed -eq 137 ] || break
		i=$((i + 1))
	done
	ok "killed at $((i - 1)) stops: told, never lost" test -z "$wrong"
	[ -z "$wrong" ] || echo "#$wrong"
	ok '  there were some' test $i -gt 3 -a $twice -gt 0
fi
exits 'a control that is none' 65 ct-sandbox control "$url" '{"webhook":7}'
exits 'a key that is none' 65 ct-sandbox control "$url" '{"webhook":{"keys":["x"]}}'
webhook '{}'

# ---- the line, while the webhook is down ------------------------------------------------------
ct-preserve keygen -o vault >/dev/null 2>&1
conf <both.conf
mkpix a.png --seed 3 --size 96x64
webhook '{"media":[{"id":"'"$tmp"'/a.png","additionalInfo":["seen by many"],
    "fileDetails":{"hash":"00ff","hashType":"MD5"}}]}'
ct-hash -q a.png | jq -r '"sha256 " + .hashes.sha256' >list
ct-hash -q --user u9 a.png | jq -c '.incident.at = "2026-11-20T08:00:00Z"' |
    ct-match -q -l list | ct-enrich -q | ct-review add -q >/dev/null
ct-review decide -q --account u9 --verdict csam --by t >/dev/null
# The sandbox is no production service: what it finished is called that behind
# ct-submit, and before it the test report it is.
line() {
	ct-review decided -q | ct-report -q | ct-preserve seal -q | ct-submit -q |
	    jq -c '.report.env = "production" | .submission.env = "production"' |
	    ct-enrich preserve -q --retry-wait 1 | ct-review ack -q
}
open() { ct-review decided -q --test | jq -s length; }
filed() { state '[.reports[] | select(.state == "finished")] | length'; }
control '{"fault":"preserve:*:http:503"}'
asked >/dev/null
for run in 1 2 3; do
	exits "run $run: the webhook is down" 75 line
	is '  it was tried' 3 sh -c 'echo "$1"' - "$(state '[.requests[] | select(.path == "/webhook/preserve" and .status == 503)] | length' | awk -v r=$run -v b="${base-0}" '{ print $1 - b - 3 * (r - 1) }')"
	is '  the decision stays' 1 open
	is '  the report is filed once' 1 filed
done
control '{"fault":null}'
told=$(state '[.webhooks[] | select(.call == "preserve")] | length')
exits 'run 4: it is up' 0 line
is '  it is told once' $((told + 1)) state '[.webhooks[] | select(.call == "preserve")] | length'
is '  of the number of the report' "$(state '.reports[-1].report_id')" state '.webhooks[-1].body.reportId'
is '  what the platform said of the file is in its details' 'seen by many
The provider'"'"'s own records give the file the MD5 hash 00ff.' sh -c \
    'ct-sandbox state "$1" | jq -r ".reports[-1].files[0].details" | grep -oE "seen by many|The provider.s own[^<]*"' - "$url"
is '  the decision is done' 0 open
is '  and still the report is filed once' 1 filed
exits 'run 5: nothing to do' 0 line
is '  nobody is told' $((told + 1)) state '[.webhooks[] | select(.call == "preserve")] | length'
done_testing
