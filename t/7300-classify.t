#!/bin/sh
# ct-classify of services: what they are asked, what becomes of their answers,
# and that what is no answer is never a low score
# shellcheck source=t/lib.sh disable=SC2016,SC2154,SC2317
. "${0%/*}/lib.sh"
export CT_CLOCK=2026-11-22T10:00:00Z

# files NAME COUNT - so many pictures, as far as first bytes tell; their records
# with what follows
files() {
	i=1
	while [ $i -le "$2" ]; do
		printf 'BM %s %s\n' "$1" $i >"$1$i.bmp"
		i=$((i + 1))
	done
	sha256sum "$1"*.bmp | sort -k2V | sed "s#\(.*\)  \(.*\)#{\"id\":\"\2\",\"path\":\"$tmp/\2\",\"hashes\":{\"sha256\":\"\1\"}${3-}}#"
}
# sum FILE - its SHA-256
sum() { sha256sum "$1" | cut -c-64; }
sandbox || exit 1
cat >conf <<END
[classifier g]
type = google
credential = $box/google.cred
timeout = 30
[classifier a]
type = arachnid
credential = $box/arachnid.cred
timeout = 30
[classifier m]
type = arachnid
credential = $box/arachnid.cred
media = yes
details = yes
END
classify() { ct-classify -q -c conf --retry-wait 1 "$@"; }
# asked - the calls since, and how many there were in each
asked() {
	now=$(state '[.requests[] | "\(.path | sub("\\?.*"; "") | sub(".*/v1[^/]*/"; "")) \(.code // "-") \(.status)"]')
	printf '%s\n' "$now" | jq -rc ".[$before:] | select(. != []) | join(\", \")"
	before=$(printf '%s\n' "$now" | jq length)
}
before=0
# scored WHAT EXPECTED - of each score in got
scored() {
	json "$1" '[.scores[] | [.classifier, .state, .label, .score, .reason, .review]]' "$2" got
}

# ---- Google ---------------------------------------------------------------------
files p 65 ',"match":{"verdict":"undecided","f":0.10}' >in
i=0
for word in VERY_LOW LOW MEDIUM HIGH VERY_HIGH; do
	i=$((i + 1))
	printf '%s"%s":"%s"' "${sep-}" "$(sum p$((13 * i)).bmp)" $word
	sep=,
done >words
control "{\"priorities\":{$(cat words)}}"
exits 'sixty-five pictures' 0 classify g <in
is '  32 a call' 'images:classify 32 200, images:classify 32 200, images:classify 1 200' asked
classify g <in >got
json '  answers are of the pictures they are for' \
    '[.id, .scores[].label] | select(.[1] != "VERY_LOW")' '["p26.bmp","LOW"]
["p39.bmp","MEDIUM"]
["p52.bmp","HIGH"]
["p65.bmp","VERY_HIGH"]' got
json '  each with its score, and whether a person should look' \
    'select(.id | IN("p13.bmp", "p39.bmp", "p52.bmp")).scores' \
    '[{"classifier":"g","type":"google","at":"2026-11-22T10:00:00Z","state":"answered","score":0,"label":"VERY_LOW","model":"sandbox-1"}]
[{"classifier":"g","type":"google","at":"2026-11-22T10:00:00Z","state":"answered","score":50,"label":"MEDIUM","model":"sandbox-1"}]
[{"classifier":"g","type":"google","at":"2026-11-22T10:00:00Z","state":"answered","score":75,"label":"HIGH","model":"sandbox-1","review":true}]' got
json '  what ct-match said stays' 'select(.id | IN("p65.bmp")).match.verdict' '"undecided"' got
asked >/dev/null
cp got once
ok '  run over its own output: nothing is asked, nothing changes' \
    sh -c 'ct-classify -q -c conf g <once | cmp - once'
is '    nobody' '' asked

head -n 3 in | sed 's/undecided/clean/' >clean
sed -n 1p in >>clean
cat >>clean <<'END'
{"id":"r","path":"/x","review":{"verdict":"csam"}}
{"id":"report:1","report":{}}
{"id":"s","path":"/x","supplemental":{"of":"r"}}
{"id":"t","incident":{"text":"x"}}
END
exits 'what is clean, decided or no picture passes' 0 ct-classify -c conf g <clean
cp err said
json '  as it came' '[.id, (.scores | length)] | select(.[1] > 0)' '["p1.bmp",1]' got
is '  and is counted' 'ct-classify: 8 in = 8 out + 0 dropped: 3 clean, 1 scored, 1 decided, 3 passed' cat said
exits '-a asks about what is clean, too' 0 classify -a g <clean
json '  of its verdict nothing changes' '[.match.verdict, (.scores | length)] | select(.[1] > 0)' '["clean",1]
["clean",1]
["clean",1]
["undecided",1]' got
asked >/dev/null

# ---- pictures that are not sent ----------------------------------------------------
{ printf BM; head -c 5999998 /dev/zero; } >big1.bmp
{ printf BM; head -c 5999997 /dev/zero; } >big2.bmp
{ printf BM; head -c 7600000 /dev/zero; } >big3.bmp
echo 'no picture' >text.bmp
for f in big1 big2 big3 text; do
	echo "{\"id\":\"$f\",\"path\":\"$tmp/$f.bmp\",\"hashes\":{\"sha256\":\"$(sum $f.bmp)\"}}"
done >odd
exits 'ten megabytes a call' 0 classify g <odd
scored '  what cannot go is said' '[["g","answered","VERY_LOW",0,null,null]]
[["g","answered","VERY_LOW",0,null,null]]
[["g","unanswered",null,null,"too-large",null]]
[["g","unanswered",null,null,"unsupported",null]]'
is '  two of six go apart' 'images:classify 1 200, images:classify 1 200' asked
sed -n 1p in >one
echo other >>p2.bmp
exits 'other bytes than were hashed are not sent' 65 sh -c 'sed -n 2p in | ct-classify -q -c conf g'
json '  for a reason' '.scores[].reason' '"changed"' got
sed 's#/p1.bmp"#/none"#' one >gone
exits 'nor what is not there' 66 classify g <gone
json '  for another' '.scores[].reason' '"missing"' got
echo '{"id":"x","path":"/x","hashes":{"pdq":"00"}}' >nohash
exits 'nor what was never hashed' 0 classify g <nohash
json '  for a third' '.scores[].reason' '"no-bytes"' got
is '  nobody was asked' '' asked
control "{\"priorities\":{\"$(sum p7.bmp)\":null}}"
exits 'one that Google cannot read' 0 sh -c 'sed -n 5,12p in | ct-classify -q -c conf g'
json '  does not keep the others' '[.id, .scores[0].state, .scores[0].reason]' '["p5.bmp","answered",null]
["p6.bmp","answered",null]
["p7.bmp","unanswered","declined"]
["p8.bmp","answered",null]
["p9.bmp","answered",null]
["p10.bmp","answered",null]
["p11.bmp","answered",null]
["p12.bmp","answered",null]' got
asked >/dev/null
control "{\"priorities\":{\"$(sum p20.bmp)\":null}}"
sed -n 13,44p in | ct-classify -q -c conf g >got
json 'of thirty-two, one of which cannot be read' '[.scores[0] | .state, .reason] | select(.[1])' \
    '["unanswered","declined"]' got
is '  the others are answered, by eleven calls' '11 images:classify' sh -c "echo '$(asked)' | tr , '\n' |
    awk '{ print \$1 }' | sort | uniq -c | xargs"

# ---- answers that are none ------------------------------------------------------------
# fault SPEC CODE REASON [N] - three pictures, no score of which; N: calls that were made
sed -n 3,5p in >three
fault() {
	control "{\"fault\":\"classify:$1\"}"
	exits "$1: status $2" "$2" classify g <three
	json "  $3, and no score" '[.scores[0] | .state, .reason, .score, .review] + [.match.verdict]' \
	    "$(printf '["unanswered","%s",null,null,"undecided"]\n' "$3" "$3" "$3")" got
	control '{"fault":null}'
	[ $# -lt 4 ] || is '  so many calls' "$4" sh -c "echo '$(asked)' | grep -o images | wc -l"
	asked >/dev/null
}
fault '1:count' 76 short
fault '1:html:200' 76 garbage
fault '*:truncate:20' 75 unavailable 3
fault '1:big' 76 garbage
fault '*:busy:0' 75 unavailable 3
fault '*:http:500' 75 unavailable 3
fault '*:drop-after' 75 unavailable 3
fault '*:empty401' 77 refused 1
fault '1:http:403' 77 refused 1
fault '1:redirect' 76 garbage 1
fault '1:http:204' 76 garbage 1
control '{"fault":"classify:*:http:400"}'
exits 'a service that declines all' 76 classify g <in
cp err said
is '  says so' "ct-classify: classifier 'g' declines whatever it is asked" cat said
is '  after so many calls' 20 sh -c "echo '$(asked)' | grep -o images | wc -l"
control '{"fault":null}'
control '{"fault":"classify:1:unknown"}'
exits 'a word that there is none of' 76 classify g <three
json '  is no score of that picture' '[.scores[0] | .reason, .score]' '["unknown",null]
[null,0]
[null,0]' got
printf '{"reviewPriorities":["LOW"],"model_version":"a\\u0000b"}' >model.json
control "{\"body\":{\"classify\":{\"path\":\"$tmp/model.json\"}},\"fault\":\"classify:1:body\"}"
exits 'a model with a NUL' 0 classify g <one
json '  is not kept' '.scores[0] | [.score, .model]' '[25,null]' got
control '{"fault":"classify:1:http:503"}'
exits 'an answer that comes at the second try' 0 classify g <three
asked >/dev/null
sed 's/token = .*/token = other/' "$box/google.cred" >other.cred && chmod 600 other.cred
sed "s#$box/google.cred#other.cred#" conf >other.conf
head -n 40 in >forty
exits 'a key that is none' 77 ct-classify -c other.conf g <forty
is '  is told of once' '1 0' sh -c 'echo $(grep -c "refuses the key" said) $(grep -c "token\|other.cred\|key=" said)' <<-END
	$(cp err said)
END
is '  and tried once' 'images:classify 32 400' asked
kill -STOP "$box_pid"
sed 's/timeout = 30/timeout = 10/' conf >stop.conf
start=$(date +%s)
timeout --foreground --preserve-status 3 ct-classify -q -c stop.conf g <forty >got 2>err
is 'SIGTERM while it says nothing' 75 echo $?
ok '  ends it after one request' test $(($(date +%s) - start)) -lt 20
sed 's/timeout = 30/timeout = 1/' conf >soon.conf
exits 'a server that says nothing' 75 timeout 60 ct-classify -q -c soon.conf --retry-wait 1 g <one
kill -CONT "$box_pid"
{ printf BM; head -c 99998 /dev/zero; } >slow.bmp
echo "{\"id\":\"slow\",\"path\":\"$tmp/slow.bmp\",\"hashes\":{\"sha256\":\"$(sum slow.bmp)\"}}" >slow
control '{"fault":"classify:*:slow:1500"}'
exits 'what is large may take longer' 0 ct-classify -q -c soon.conf --retry-wait 1 g <slow
control '{"fault":null}'
asked >/dev/null

# ---- Arachnid ------------------------------------------------------------------------
# pdqs N... - records with such a PDQ hash
pdqs() {
	for i; do
		printf '{"id":"%s","hashes":{"pdq":"%064x","pdq_quality":100}}\n' "$i" "$i"
	done
}
# hex N - that hash
hex() { printf %064x "$1"; }
# shellcheck disable=SC2046 # numbers
pdqs $(seq 101 220) 101 >hashed
control "{\"classifications\":{\"$(hex 101)\":\"csam\",\"$(hex 102)\":\"harmful-abusive-material\",
    \"$(hex 103)\":\"test\",\"$(hex 104)\":\"newer\"}}"
exits 'a hundred and twenty hashes, one of them twice' 76 classify a <hashed
sed '6,120d' got >few && cp few got
scored '  by classification; what is new is no answer; a test is no match' \
    '[["a","answered","csam",100,null,true]]
[["a","answered","harmful-abusive-material",75,null,true]]
[["a","answered","test",null,null,null]]
[["a","unanswered",null,null,"unknown",null]]
[["a","answered","no-known-match",0,null,null]]
[["a","answered","csam",100,null,true]]'
json '  what is near is not kept' '.scores[0] | [.match, has("near")] | select(.[0])' '["near",false]
["near",false]
["near",false]
["near",false]' few
is '  a hundred a call' 'pdq/ 100 200, pdq/ 21 200' asked
pdqs 101 | sed 's/100}/49}/' >weak
exits 'a hash that says little is not asked about' 0 classify a <weak
scored '  which is said' '[["a","unanswered",null,null,"no-hash",null]]'
control '{"fault":"pdq:1:count"}'
exits 'one of three is not in the answer' 76 sh -c 'sed -n 1,3p hashed | ct-classify -q -c conf a'
scored '  it is not answered' '[["a","unanswered",null,null,"short",null]]
[["a","answered","harmful-abusive-material",75,null,true]]
[["a","answered","test",null,null,null]]'
sed -n 1p hashed >one.pdq
asked >/dev/null
control '{"fault":"pdq:1:http:404"}'
exits 'a path with a slash that leads nowhere' 0 classify a <one.pdq
is '  is tried without' 'pdq/ - 404, pdq 1 200' asked
control '{"fault":"pdq:1:html:200"}'
exits 'a page in place of an answer' 76 classify a <one.pdq
asked >/dev/null
control '{"fault":"pdq:*:http:401"}'
exits 'a password that is none' 77 classify a <hashed
is '  is tried once' 'pdq/ - 401' asked
control '{"fault":null}'
# answer JSON - what Arachnid says of one.pdq, or of p1.bmp, next
answer() {
	printf '%s' "$1" >answer.json
	control "{\"body\":{\"pdq\":{\"path\":\"$tmp/answer.json\"},\"media\":{\"path\":\"$tmp/answer.json\"}},\"fault\":[\"pdq:1:body\",\"media:1:body\"]}"
}
key=$(printf '%040d' 0 | tr 0 A)AGU=
answer "{\"scanned_hashes\":{\"$key\":{\"classification\":\"harmful-abusive-material\",\"match_type\":\"near\",\"near_match_details\":{\"classification\":\"csam\"}}}}"
exits 'near details as an object' 0 classify a <one.pdq
scored '  in which csam wins' '[["a","answered","csam",100,null,true]]'
near='{"classification":"no-known-match"}' i=0
while [ $i -lt 20 ]; do
	near="$near,{\"classification\":\"harmful-abusive-material\"}" i=$((i + 1))
done
nears() {
	answer "{\"scanned_hashes\":{\"$key\":{\"classification\":\"$1\",\"near_match_details\":[$near$2]}}}"
}
nears no-known-match ',{"classification":"csam"}'
exits 'csam behind twenty others' 0 classify a <one.pdq
scored '  wins' '[["a","answered","csam",100,null,true]]'
nears no-known-match ',{"classification":"test"}'
exits 'what is near is worse than the whole' 0 classify a <one.pdq
scored '  and wins' '[["a","answered","harmful-abusive-material",75,null,true]]'
nears csam ''
exits 'what is near is not as bad' 0 classify a <one.pdq
scored '  and does not' '[["a","answered","csam",100,null,true]]'
nears test ',{"classification":"csam"}'
exits 'a test' 0 classify a <one.pdq
scored '  is one, whatever is near' '[["a","answered","test",null,null,null]]'
nears newer ''
exits 'a word that there is none of' 76 classify a <one.pdq
scored '  is none, whatever is near' '[["a","unanswered",null,null,"unknown",null]]'
answer '{"scanned_hashes":[]}'
exits 'no object of answers' 76 classify a <one.pdq
scored '  is none' '[["a","unanswered",null,null,"garbage",null]]'
answer "{\"scanned_hashes\":{\"$key\":{\"classification\":7}}}"
exits 'a classification that is no word' 76 classify a <one.pdq
scored '  is none' '[["a","unanswered",null,null,"garbage",null]]'

# media
control "{\"fault\":null,\"classifications\":{\"$(sum p1.bmp)\":\"csam\"}}"
asked >/dev/null
exits 'with media = yes: the bytes' 0 classify m <one
json '  exact, and what is near with its time' '.scores[0] | del(.at)' \
    '{"classifier":"m","type":"arachnid","state":"answered","score":100,"label":"csam","match":"exact","near":[{"label":"csam","sha256":"47885204a833e26acd68805258d293375784638478dce096f8a3b3a5956c4252","at_ms":0}],"review":true}' got
is '  go there' 'media/ - 200' asked
exits '  where there are none, the hash' 0 classify m <one.pdq
is '  does' 'pdq/ 1 200' asked
answer "{\"sha256_hex\":\"$(sum p1.bmp)\",\"classification\":\"no-known-match\",\"match_type\":\"near\",\"near_match_details\":[{\"timestamp\":1.25,\"matches\":[{\"classification\":\"csam\",\"distance\":1999}]},{\"timestamp\":2,\"matches\":[{\"classification\":\"test\"}]}]}"
exits 'details of an older form' 0 classify m <one
json '  are read, and csam wins' '.scores[0] | [.label, .near]' \
    '["csam",[{"label":"csam","distance":1999,"at_ms":1250},{"label":"test","at_ms":2000}]]' got
answer "{\"sha256_hex\":\"$(sum p1.bmp | tr a-f A-F)\",\"classification\":\"csam\",\"match_type\":\"exact\"}"
exits 'a hash in capitals' 0 classify m <one
scored '  is the same' '[["m","answered","csam",100,null,true]]'
control '{"fault":"media:1:wrong-hash"}'
exits 'an answer about other bytes' 76 classify m <one
scored '  is none' '[["m","unanswered",null,null,"garbage",null]]'
control '{"fault":"media:1:http:415"}'
exits 'bytes that it does not take' 0 classify m <one
scored '  are declined' '[["m","unanswered",null,null,"declined",null]]'

# ---- several, and again ---------------------------------------------------------------
control '{"fault":[null,"classify:*:http:500"]}'
sed -n 1p in | jq -c '.hashes += {pdq: ("0" * 62 + "65")}' >both
exits 'of three one does not answer' 75 classify <both
cp got had
json '  the others do' '.scores | map(.state)' '["unanswered","answered","answered"]' had
control '{"fault":null}'
asked >/dev/null
exits 'run again' 0 classify <had
json '  only that is asked, and is in its place' '.scores | map([.classifier, .state])' \
    '[["g","answered"],["a","answered"],["m","answered"]]' got
is '  one call' 'images:classify 1 200' asked
jq -c '.scores |= .[:1]' had | jq -c '.more = 0.10' >kept
exits 'a record of somebody else' 0 classify a <kept
json '  keeps what it had' '[.more, (.scores | length)]' '[0.1,2]' got

# ---- set-up ------------------------------------------------------------------------------
conf_is() {
	printf '[classifier x]\n' >x.conf
	cat >>x.conf
	exits "$1" 78 ct-classify -q -c x.conf <one
}
conf_is 'no type' </dev/null
conf_is 'a type that there is none of' <<END
type = oracle
END
conf_is 'a key of another type' <<END
type = google
credential = $box/google.cred
media = yes
END
conf_is 'a misspelt key' <<END
type = google
credentials = $box/google.cred
END
conf_is 'no credential' <<END
type = google
END
conf_is 'surfaces that are no words' <<END
type = google
credential = $box/google.cred
surfaces = public, hosting
END
conf_is 'no surface' <<END
type = google
credential = $box/google.cred
surfaces =
END
conf_is 'a threshold over a hundred' <<END
type = google
credential = $box/google.cred
threshold = 101
END
conf_is 'neither yes nor no' <<END
type = arachnid
credential = $box/arachnid.cred
media = maybe
END
conf_is 'a credential of another kind' <<END
type = google
credential = $box/arachnid.cred
END
sed '/^url/d' "$box/google.cred" >test.cred && chmod 600 test.cred
conf_is 'test without an address' <<END
type = google
credential = test.cred
END
sed 's/= test/= production/' "$box/google.cred" >prod.cred && chmod 600 prod.cred
conf_is 'production with another address' <<END
type = google
credential = prod.cred
END
chmod 644 test.cred
printf '[classifier x]\ntype = google\ncredential = test.cred\n' >x.conf
exits 'a credential that others can read' 77 ct-classify -q -c x.conf <one
exits 'nobody of that name' 78 ct-classify -q -c conf nobody <one
: >empty.conf
exits 'nobody at all' 78 ct-classify -q -c empty.conf <one
exits 'scores that are no list' 65 classify g <<END
{"id":"x","path":"/x","scores":{}}
END
exits 'a full disk is said' 74 sh -c 'ct-classify -q -c conf g <one >/dev/full'
done_testing
