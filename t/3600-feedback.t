#!/bin/sh
# ct-feedback: what people decided, told to the owners of the lists, once
# shellcheck source=t/lib.sh disable=SC2094,SC2154,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/cases.sh
. "$t/cases.sh"

h() { printf '%s' "$1" | sha256sum | cut -c1-"$2"; }
good=$(h good 32) bad_one=$(h bad 32) pdq=$(h pdq 64) near=$(h pdq 63)0
[ "$near" != "$pdq" ] || near=$(h pdq 63)1
ncii=$(h ncii 64) graph=$(h graph 64)
for entry in 1 2 3 4 5 6 7 8 9; do
	printf '{"member":"9002","entry":"%s","content":"image","type":"md5","hash":"%s"}\n' $entry "$(h "e$entry" 32)"
done >ncmec.rec
printf '{"member":"9002","entry":"good","type":"md5","hash":"%s"}
{"member":"9002","entry":"good","type":"pdq","hash":"%s"}
{"member":"9003","entry":"bad","type":"md5","hash":"%s"}\n' "$good" "$pdq" "$bad_one" >>ncmec.rec
sandbox --hashes ncmec.rec --clock 2026-06-01T00:00:00Z || exit 1
CT_CLOCK=2026-06-01T00:00:00Z
export CT_CLOCK
control '{"stopncii":[{"hashValue":"'"$ncii"'","hashStatus":"Active","signalType":"ImagePDQ","lastModtimestamp":1767250001,"caseNumbers":{"00000000-0000-4000-8000-000000000001":"Active"}}],
    "threatexchange":[{"id":"501","indicator":"'"$graph"'","type":"HASH_PDQ","last_updated":1767254401,"should_delete":false,
    "descriptors":{"data":[{"id":"601","owner":{"id":"811"},"status":"MALICIOUS","added_on":"2026-01-01T08:00:00+0000"}]}}]}'
reason=00000000-0000-4000-8000-000000000001
CT_CONF=$tmp/ct.conf
export CT_CONF
lists() { # [LINE] - of the section of NCMEC
	cat >"$CT_CONF" <<END
[source ncmec]
type = ncmec
credential = $box/hashsharing.cred
list = industry
${1-reason = $reason}
[source ncii]
type = stopncii
credential = $box/stopncii.cred
[source te]
type = threatexchange
group = 300000000000001
class = csam
credential = $box/threatexchange.cred
[source mine]
type = file
path = $tmp/mine
hash = md5
END
}
lists
h mine 32 >mine
exits 'the lists are there' 0 ct-syncdb sync --all -q

# found ID HASHES - a record; say ID VERDICT [AT] - as ct-review decided hands it
# on when it was matched
found() { printf '{"id":"%s","hashes":{%s,"pdq_quality":100}}\n' "$1" "$2"; }
say() {
	jq -c --arg id "$1" --arg v "$2" --arg at "${3-2026-05-01T00:00:00Z}" \
	    'select(.id == $id) | .review = {verdict: $v, by: "r7", at: $at}' found
}
vote() { ct-feedback -q --retry-wait 0 "$@"; }
votes() { state '.votes[]|[.member,.entry,.type,.vote,(.reasons|length)]' | sort; }
{
	found good "\"md5\":\"$good\",\"pdq\":\"$near\""
	found bad "\"md5\":\"$bad_one\""
	found near "\"pdq\":\"$near\""
	found ncii "\"pdq\":\"$ncii\""
	found te "\"pdq\":\"$graph\""
	found mine "\"md5\":\"$(cat mine)\""
	for entry in 1 2 3 4 5 6 7 8 9; do found e$entry "\"md5\":\"$(h "e$entry" 32)\""; done
} | ct-match -q >found
is 'what is found' 15 grep -c '"verdict":"match"' found

# ---- who votes, and how
{
	say good csam
	say bad not_csam
	say near not_csam
	say ncii csam
	say te csam
	say mine csam
	say e1 exploitative
	say e2 unsure
	say e3 csam | jq -c 'del(.review), (.review.preview = true),
	    del(.review.by), .report = {}'
	printf '{"id":"clean"}\n{"id":"failed","error":{"tool":"x","code":65,"msg":"m"},"review":{}}\n'
} >decided
exits 'a rehearsal' 65 vote -n <decided
cp got rehearsed
is '  tells of the votes' 'good md5 up send
good pdq up send
bad md5 down send
'"$(jq -r 'select(.id == "ncii").match.hits[0].entry' found)"' pdq up send
601 pdq up send' jq -r 'select(.vote) | [.entry, .type, .vote, .state] | join(" ")' rehearsed
is '  and sends none' '[]' state .votes
ok '  nor keeps one' test ! -e "$CT_HOME/feedback-test.db"
exits 'nothing to go on with' 0 vote send
ok '  makes nothing' test ! -e "$CT_HOME/feedback-test.db"
exits 'votes; an error that came is told again' 65 vote <decided
cp got voted
is 'NCMEC has them' '["9002","good","MD5","up",0]
["9002","good","PDQ","up",0]
["9003","bad","MD5","down",1]' votes
state '[.stopncii[0].CSPFeedbacks, .threatexchange[0].descriptors.data[0].reactions]' >others
json 'so has StopNCII, whatever harm it was' '.[0][]|[.source,.feedbackValue]' '["sandbox","Blocked"]' others
json 'and ThreatExchange' '.[1]' '[{"key":"HELPFUL","value":"810000000000001"}]' others
json 'a record tells of its votes' '[.id] + (.vote // [] | map([.source, .entry[:5], .type, .vote, .state, .env]))' \
    '["good",["ncmec","good","md5","up","done","test"],["ncmec","good","pdq","up","done","test"]]
["bad",["ncmec","bad","md5","down","done","test"]]
["near"]
["ncii",["ncii","'"$(jq -r 'select(.id == "ncii").match.hits[0].entry[:5]' found)"'","pdq","up","done","test"]]
["te",["te","601","pdq","up","done","test"]]
["mine"]
["e1"]
["e2"]
["e3"]
["e3"]
["e3"]
["e3"]
["clean"]
["failed"]' voted
jq -c 'select(.vote | not)' voted >untouched
is 'the others pass untouched' '' sh -c 'grep -vxFf decided voted | jq -c "select(.vote | not)"'
is 'status is of all' 'up up down up up' sh -c 'ct-feedback status | jq -r .vote | xargs'
is 'who decided what is in the log' '["vote","ncmec","9003","bad","md5","down","r7","bad","done","test"]' \
    sh -c 'jq -c "select(.entry == \"bad\") | [.act,.source,.member,.entry,.type,.vote,.by,.file,.state,.env]" "$CT_HOME/audit/ct-feedback.log"'
ok '  and no hash, nor a key' sh -c "! cat $CT_HOME/feedback-test.db* $CT_HOME/audit/ct-feedback.log | grep -aE '$good|$pdq|$near|$bad_one|$ncii|$graph|sandbox'"
asked() { state '.requests_total'; }
before=$(asked)
vote <decided >again
is 'run again nothing is sent' "$before" asked
json '  as they say' '.vote // empty | .[] | [.state, .already]' '["done",true]
["done",true]
["done",true]
["done",true]
["done",true]' again
vote <voted >again
is 'what came with votes gets these anew' 'true true true true true' sh -c 'jq -r ".vote // empty | .[].already" again | xargs'

# ---- another verdict
{
	say bad csam 2026-05-02T00:00:00Z
	say good not_csam 2026-04-01T00:00:00Z
	say te not_csam 2026-05-02T00:00:00Z
	say ncii not_csam 2026-05-02T00:00:00Z
} >later
exits 'later verdicts' 0 vote <later
json '  of an earlier one nothing comes' '.vote[].state' '"done"
"superseded"
"done"
"done"' got
is '  take the place of the votes' '["9002","good","MD5","up",0]
["9002","good","PDQ","up",0]
["9003","bad","MD5","up",0]' votes
state '[.stopncii[0].CSPFeedbacks, .threatexchange[0].descriptors.data[0].reactions]' >others
json '  of StopNCII' '.[0][]|[.source,.feedbackValue]' '["sandbox","NotBlocked"]' others
json '  of ThreatExchange: the other reaction is taken back' '.[1]' \
    '[{"key":"NON_MALICIOUS","value":"810000000000001"}]' others
say good not_csam 2026-05-03T00:00:00Z | jq -c '.match.hits |= map(.distance = 0)' | vote >/dev/null
say near csam 2026-05-04T00:00:00Z | vote >got
json 'what is near does not outweigh the very hash' '.vote[].state' '"superseded"' got
is '  which stands' '["9002","good","PDQ","down",1]' sh -c 'ct-sandbox state "$1" | jq -c ".votes[]|select(.type == \"PDQ\")|[.member,.entry,.type,.vote,(.reasons|length)]"' - "$url"
{
	say e9 csam 2026-05-01T00:00:00Z
	say e9 csam 2026-05-03T00:00:00Z
	say e9 not_csam 2026-05-02T00:00:00Z
} | vote >got
json 'said again later, it outlasts what was said between' '.vote[].state' '"done"
"done"
"superseded"' got

# ---- reasons
exits 'the reasons that NCMEC takes' 0 ct-feedback reasons ncmec pdq
json '  have names' '[.source, .type, .reason[-1:], .name]' '["ncmec","pdq","1","Sandbox reason one"]
["ncmec","pdq","2","Sandbox reason two"]' got
exits '  StopNCII has none' 64 ct-feedback reasons ncii pdq
exits '  nor has a file' 64 ct-feedback reasons mine md5
lists ''
say e1 not_csam >e1
exits 'a vote against without a reason waits' 78 vote <e1
json '  as the record says' '.vote[0] | [.state, .reason]' '["queued","it wants a reason, see ct-feedback reasons"]' got
lists "reason = md5:$reason md5:00000000-0000-4000-8000-000000000002 pdq:$reason"
exits '  for one of this type' 0 vote send
json '  then it goes' '[.entry, .vote, .state]' '["1","down","done"]' got
is '  with all of these' '["9002","1","MD5","down",2]' sh -c 'ct-sandbox state "$1" | jq -c ".votes[]|select(.entry == \"1\")|[.member,.entry,.type,.vote,(.reasons|length)]"' - "$url"
for word in 'reason = none' "reason = pdq:" 'feedback = maybe'; do
	lists "$word"
	exits "$word is none" 78 vote send
done
lists 'feedback = no'
say e2 csam >e2
exits 'feedback = no' 0 vote <e2
ok '  is told nothing' cmp e2 got
lists

# ---- production is said aloud
exits 'a test credential in production' 77 vote --production <e2
json '  is refused' '.vote[0] | [.env, .state]' '["production","refused"]' got
sed 's/= test/= production/; /^url/d' "$box/hashsharing.cred" >real.cred
sed -i "s,$box/hashsharing,$tmp/real," "$CT_CONF"
chmod 600 real.cred
exits 'a production credential in a test' 77 vote <e2
json '  is refused, too' '.vote[0] | [.env, .state]' '["test","refused"]' got
lists

# ---- what may go wrong with one
fault() { control '{"fault":'"${1:-null}"'}'; }
state_of() { ct-feedback status | jq -rc "select(.entry == \"$1\") | [.state, .code, .vote]"; }
control '{"entries":[{"op":"del","member":"9002","entry":"2"}]}'
ends 0 vote <e2
json 'an entry that is gone' '.vote[0].state' '"dropped"' got
ok '  it is said, and of what number' grep -q "vote [0-9]* is dropped: source 'ncmec': the server answers HTTP 404" err
fault '"feedback:1:http:409"'
say e3 csam >e3
ends 0 vote <e3
json 'a conflict' '.vote[0].state' '"dropped"' got
is '  is in the log' '["3","dropped",409]' sh -c 'jq -c "select(.entry == \"3\") | [.entry,.state,.code]" "$CT_HOME/audit/ct-feedback.log"'
fault '["feedback:1:drop-after","feedback:3:drop-after","feedback:4:drop-after"]'
say e4 csam >e4
say e5 csam >e5
ends 75 vote --retry-wait 60000 <e4
json 'no answer' '.vote[0].state' '"queued"' got
ends 75 vote --retry-wait 60000 <e4
json '  it waits' '.vote[0].reason | startswith("not before 2026-06-01T00:01:00Z")' true got
ends 0 vote send --now
is '  and goes once more' '["done",200,"up"]' state_of 4
ends 75 vote <e5
ends 76 vote send
is '  not a third time' '["failed",null,"up"]' state_of 5
row 47 'feedback: 404, 409, no answer' 'dropped; dropped and logged; sent once more'
before=$(asked)
exits 'what failed' 0 vote <e5
json '  stays so' '.vote[0] | [.state, .already]' '["failed",true]' got
is '  and is not sent' "$before" asked
exits 'unless a person says so' 0 vote send -a
is '  then it is' '["done",200,"up"]' state_of 5

# ---- what may go wrong with all
fault '"feedback:1:limit:90"'
{ say e6 csam && say e7 csam; } >e67
exits '429' 75 vote <e67
json '  all wait' '.vote[0].state' '"queued"
"queued"' got
ok '  which is said once' test "$(grep -c 'HTTP 429' err)" -eq 1
before=$(asked)
exits '  the next run, too' 75 vote send
is '  and asks nothing' "$before" asked
CT_CLOCK=2026-06-01T00:01:31Z
exits '  until the time has come' 0 vote send
is '  then all go' 'done done' sh -c 'ct-feedback status | jq -r "select(.entry | test(\"^[67]\$\")).state" | xargs'
fault '"feedback:*:empty401"'
{ say e6 not_csam 2026-05-05T00:00:00Z && say e7 not_csam 2026-05-05T00:00:00Z; } >e67
before=$(asked)
exits '401' 77 vote <e67
is '  ends it at once' $((before + 1)) asked
fault
exits '  for good' 77 vote send
is '  with this credential' $((before + 1)) asked
exits '  or until a person says so' 0 vote send --now
is '  then all go' '["done",200,"down"]' state_of 7
fault '["feedback:1:http:400","feedback:2:html:200","reaction:1:body"]'
printf '{"error":{"code":4}}' >no-success
control '{"body":{"reaction":{"path":"'"$tmp"'/no-success"}}}'
say e8 csam >e8
exits 'a vote that is not taken' 76 vote <e8
is '  failed' '["failed",400,"up"]' state_of 8
exits 'a page for people in place of an answer' 75 vote send -a
say te csam 2026-05-09T00:00:00Z | vote >got
ok 'a body that says no success is none' jq -e '.vote[0].state == "queued"' got
kill "$box_pid"
wait "$box_pid"
say e1 csam 2026-06-01T00:00:00Z >e1
exits 'nobody is there' 75 vote <e1
json '  it stays queued' '.vote[0].state' '"queued"' got
is '  and nothing counts as sent' '["queued",null,"up"]' state_of 1
rm "$box/hashsharing.cred"
exits 'no credential: nothing is read' 66 vote <e1
ok '  and nothing written' test ! -s got
done_testing
