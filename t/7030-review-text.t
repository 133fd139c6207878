#!/bin/sh
# ct-review: what has no bytes, what only supplements, what is gone
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
CT_CLOCK=2026-11-22T10:00:00Z
export CT_CLOCK

# text ID ACCOUNT [EDIT] - a record that tells of a conversation
text() {
	jq -cn --arg id "$1" --arg u "$2" '{$id, user: {id: $u}, incident: {type: "enticement",
	    at: "2026-11-20T08:00:00Z", text: "what was written"},
	    threads: [{id: "t1", kind: "private", messages: [{at: "2026-11-20T08:00:00Z",
	      from: "u1", to: "u2", text: "hello"}]}]} |
	    if $u == "" then del(.user) else . end | '"${3:-.}"
}
# pic ID ACCOUNT [EDIT] - a file, by its id
pic() {
	jq -cn --arg id "$1" --arg u "$2" --arg s "$(printf %s "$1" | sha256sum | cut -c-64)" \
	    '{$id, user: {id: $u}, hashes: {sha256: $s}, match: {verdict: "match"}} |
	    if $u == "" then del(.user) else . end | '"${3:-.}"
}
also() { pic "$1" "$2" ".match.verdict = \"clean\" | .supplemental = {of: \"$3\", additional_info: [\"i\"]} | ${4:-.}"; }
add() { ct-review add -q >/dev/null; }
ids() { jq -rs 'map(.id) | select(. != []) | join(" ")'; }
listed() { ct-review list "$@" | ids; }
decided() { ct-review decided "$@" | ids; }
decide() { ct-review decide --by r7 "$@"; }

# ---- what has no bytes -----------------------------------------------------------
{
	text t1 u1
	text t2 u1 'del(.threads)'
	text t3 u1 'del(.threads, .incident.text) | .incident.url = "https://images.example/g/1"'
	text t4 u1 'del(.incident.text)'
	text none u1 'del(.threads, .incident.text)'
	text blank u1 'del(.threads) | .incident.text = " \n" | .incident.url = [""]'
	text empty u1 'del(.incident.text) | .threads[0].messages = []'
	text file u1 '.path = "/p/x.jpg"'
} >in
ct-review add <in >out 2>err
grep -v '"file"' out >rest
grep -v '"file"' in >want
ok 'records without bytes are queued, and pass as they came' cmp want rest
ok '  if they tell something, and are of no file' grep -q '4 queued, 3 not for review' err
exits '  what is of a file wants its hash' 65 ct-review add <in
is '  list shows them' 't1 t2 t3 t4' listed
json '  whole' 'select(.id == "t1") | .threads[0].messages[0].text' '"hello"' /dev/stdin <<END
$(ct-review list)
END
ct-review add <in >/dev/null 2>err
ok '  once' grep -q '4 known, 3 not' err
bad() { exits "$1" 65 ct-review add <bad; ok '  in band' grep -q '"error":{"tool":"ct-review","code":65' got; }
text x u1 '.incident.text = 7' >bad
bad 'a text that is a number'
text x u1 '.incident.url = ["a", 7]' >bad
bad 'a URL that is a number'
text x u1 '.incident.url = {"a": "b"}' >bad
bad 'a URL that is an object'
text x u1 '.threads = {"id": "a"}' >bad
bad 'threads that are no list'
text x u1 '.threads[0].messages = "hello"' >bad
bad 'messages that are no list'
text x u1 '.threads[0].messages = ["hello"]' >bad
bad 'a message that is a text'
ct-review add -a <in >out 2>err
is 'add -a: what tells nothing cannot be an item' 'none blank empty file' \
    sh -c "jq -r 'select(.error.code == 65).id' out | xargs"

# a content is what is told, not what is said of it
text t1 u1 '.incident.at = "2026-11-20T09:00:00Z" | .incident.type = "trafficking" | .incident.priority = "p"' |
    ct-review add --replace 2>err >/dev/null
ok 'a correction of type and time is the same item' grep -q '1 updated' err
text t1 u1 '.incident.text = "more was written"' | ct-review add 2>err >/dev/null
ok 'more text is another' grep -q '1 queued' err
exits '  by id alone it is ambiguous' 64 decide --item t1 --verdict unsure
content=$(ct-review list | jq -r 'select(.incident.text == "more was written").review.content')
exits '  list tells the content, which tells which' 0 decide --item t1 --verdict unsure --sha256 "$content"

# ---- verdicts --------------------------------------------------------------------
text t5 u2 'del(.incident.type)' | add
text t6 u2 '.incident.type = "csam"' | add
text t7 u2 '.incident.type = "Child Sex Trafficking"' | add
text t8 u2 'del(.incident.type) | .cybertip.report.incidentSummary.incidentType = "Child Sex Tourism"' | add
for i in t5 t6; do
	exits "$i: text_offence of no other offence is refused" 65 decide --item $i --verdict text_offence
done
exits '  so for the whole account, which is decided as one' 65 decide --account u2 --verdict text_offence
is '  or not at all' 't5 t6 t7 t8' listed --account u2
decide --item t7 --verdict text_offence >/dev/null
decide --item t8 --verdict text_offence >/dev/null
decide --item t6 --verdict csam >/dev/null
decide --item t5 --verdict not_csam >/dev/null
is 'text_offence is a reason to report, so is csam' 't6 t7 t8' decided --account u2
exits 'text_offence has no class' 64 decide --item t5 --verdict text_offence --class A1
ct-review decided --account u2 >r
json 'its review has the content' 'select(.id == "t7") | .review | [.verdict, (.content | test("^[0-9a-f]{64}$")), .items]' \
    '["text_offence",true,1]' r
pic p1 u3 | add
decide --item p1 --verdict csam >/dev/null
json '  that of a file has none' .review.content null /dev/stdin <<END
$(ct-review decided --account u3)
END

# ---- what only supplements -----------------------------------------------------------
{
	pic f1 u4
	also s1 u4 f1
	also s2 u4 f1 '.match.verdict = "match"'
	also s3 u5 f9
	pic n1 ''
	pic n2 ''
	also s4 '' n1
} | ct-review add >/dev/null 2>err
ok 'supplements are queued' grep -q '7 queued' err
is '  only one that matches wants a verdict' 'f1 s2' sh -c 'ct-review list --account u4 | jq -r .id | xargs'
is '  stats counts those that wait' 3 sh -c 'ct-review stats | jq .supplemental'
is '  alone they are no batch' '' decided --account u4
decide --item s2 --verdict not_csam >/dev/null
is '  not even decided' '' decided --account u4
is '  -a tells nothing of them either' '' decided -a --account u5
decide --item f1 --verdict csam >/dev/null
is '  -n shows what will go along' 'f1 s1 s2' decided -n --account u4
ct-review decided --account u4 >r
json 'they go with what is reported of their account' '[.id, .review.verdict, .review.by, .review.items]' \
    '["f1","csam","r7",3]
["s1","supplemental",null,3]
["s2","not_csam","r7",3]' r
is '  as one batch' 1 sh -c 'jq -r .review.batch r | sort -u | wc -l'
also s5 u4 f1 | ct-review add >/dev/null 2>err
ok 'a supplement that comes late is told of' grep -q "'s5' supplements what is released.*another report" err
ok '  and counted' grep -q '1 queued late' err
is '  one that comes later waits for the next' 'f1 s1 s2' decided --account u4
pic f2 u4 | add
decide --item f2 --verdict csam >/dev/null
is '  which is there now' 'f1 s1 s2 s5 f2' decided --account u4 # in order of batches
also s6 u4 f1 | add
exits 'a supplement may be decided to be more' 0 decide --item s6 --verdict csam
is '  then it is a reason of its own' 'f1 s1 s2 s5 f2 s6' decided --account u4
decide --item n1 --verdict csam >/dev/null
decide --item n2 --verdict csam >/dev/null
ct-review decided >r
is 'of no account they go with what they name' '[["n1","s4"],["n2"]]' \
    jq -cs 'map(select(.user | not)) | group_by(.review.batch) | map(map(.id)) | sort' r
pic i1 u6 | add
pic i2 u6 | add
also s7 u6 i2 | add
decide --account u6 --verdict csam >/dev/null
is 'with --item those of the items' i1 decided --account u6 --item i1
is '  the other later' 'i1 i2 s7' decided --account u6

# ---- what is null is absent, what tells something is never passed over -------------------
for m in url path hashes file path_b64 review; do
	text "null-$m" u9 ".$m = null" | ct-review add >/dev/null 2>err
	ok "a text with $m: null is queued" grep -q '1 queued' err
done
is '  and waits' 6 sh -c 'ct-review list --account u9 | wc -l'
text page u9 '.url = "https://images.example/1.jpg"' >bad
bad 'a text beside a file that is not hashed'
pic clean u9 '.match.verdict = "clean" | .incident.text = "what was written"' | ct-review add >/dev/null 2>err
ok 'a text beside a file that is clean is queued' grep -q '1 queued' err
pic null u9 '.review = null | .hashes.md5 = ("0" * 32) | .file = {size: 3, mime: "image/jpeg"} | .match = {verdict: "match", total: 1, hits: [{source: "s", policy: "report"}]} |
    .incident = {at: "2026-11-20T08:00:00Z"}' >r
conf </dev/null
ct-report -q <r >got 2>err
ok 'review: null is none to ct-report' jq -e .report.key got

# ---- a supplement that turns out to be more ---------------------------------------------
also k1 u10 f | add
is 'a supplement waits for no person' '' listed --account u10
also k1 u10 f '.match.verdict = "match"' >r
ct-review add <r >/dev/null 2>err
ok 'one that matches now is taken' grep -q '1 updated' err
is '  and waits for one' k1 listed --account u10
ct-review add <r >/dev/null 2>err
ok '  once' grep -q '1 known' err
also k1 u10 f | ct-review add --replace >/dev/null 2>err
is 'corrected back it is a supplement again' '' listed --account u10
ct-review add --replace <r >/dev/null 2>err
is '  and a match again, with --replace' k1 listed --account u10
pic k1 u10 | ct-review add --replace >/dev/null 2>err
is 'without supplemental it still waits' k1 listed --account u10
also k1 u10 f | ct-review add -q --replace >/dev/null 2>err
pic k1 u10 '.match.verdict = "clean"' | ct-review add --replace >/dev/null 2>err
ok 'a correction is taken whatever ct-match says' grep -q '1 updated' err
is '  and no supplement any more it is open' k1 listed --account u10
pic other u10 '.match.verdict = "clean"' | ct-review add --replace >/dev/null 2>err
ok '  what is not queued is not' grep -q '1 not for review' err
pic k1 u10 '.match.verdict = "clean" | del(.hashes)' >bad
exits '  a correction that cannot be taken fails' 65 ct-review add --replace <bad
pic k2 u10 | add
decide --account u10 --verdict csam >/dev/null
also k3 u10 k2 | add
is 'both are released, and their supplement' 'k1 k2 k3' decided --account u10
for e in 'del(.supplemental)' '.match.verdict = "match"'; do
	also k3 u10 k2 "$e" | tee bad | jq -c '.match.verdict = "match"' >bad2
	exits "a supplement that is released stays one: $e" 77 ct-review add --replace <bad
	exits '  without --replace one that matches is an error, too' 77 ct-review add <bad2
done
also k3 u10 k2 '.supplemental.additional_info = ["j"]' | ct-review add --replace >/dev/null 2>err
ok '  but takes a correction' grep -q '1 updated' err
is '  the batch is whole' '3 3 3' sh -c 'ct-review decided --account u10 | jq .review.items | xargs'

# ---- one offence, one report ------------------------------------------------------------
batches() { ct-review decided "$@" | jq -cs 'group_by(.review.batch) | map([map(.id), .[0].review.items]) | sort'; }
{
	text o1 u11 '.incident.text = "1"'
	text o2 u11 '.incident.type = "trafficking" | .incident.text = "2"'
	text o3 u11 '.incident.type = "Child Sex Trafficking" | .incident.text = "3"'
	text o4 u11 '.incident.type = "csam" | .incident.text = "4"'
	pic o5 u11
	pic o6 u11 '.cybertip.report.incidentSummary.incidentType = "Child Sex Tourism"'
	also o7 u11 o3 '.incident.type = "molestation"'
	also o8 u11 gone
	text o9 u12 '.incident.text = "9"'
	text o10 u12 '.incident.type = "csam"'
	pic o11 u12 '.incident.type = null'
	also o12 u12 o9 '.incident.type = "molestation"'
	pic o13 u13 '.cybertip.report.incidentSummary.incidentType = "Child Pornography (possession, manufacture, and distribution)"'
	text o14 u13
} | add
for i in o1 o2 o3 o9 o14; do decide --item $i --verdict text_offence >/dev/null; done
for i in o4 o5 o6 o10 o11 o13; do decide --item $i --verdict csam >/dev/null; done
want='[[["o1","o8"],2],[["o2","o3","o7"],3],[["o4","o5"],2],[["o6"],1]]'
is 'each offence of an account is a batch' 'o1 2,o2 3,o3 3,o4 2,o5 2,o6 1,o7 3,o8 2' \
    sh -c 'ct-review decided --account u11 -n | jq -r "[.id, .review.items] | join(\" \")" | paste -sd,'
is '  released so' "$want" batches --account u11
is '  csam gives way to the only other' '[[["o9","o10","o11","o12"],4]]' batches --account u12
is '  but not in the words of the schema' '[[["o13"],1],[["o14"],1]]' batches --account u13
for u in u11 u12 u13; do ct-review decided --account $u; done |
    jq -c 'if .hashes then .hashes.md5 = ("0" * 32) | .file = {size: 3, mime: "image/jpeg"} |
      .incident.at = "2026-11-20T08:00:00Z" else . end' | ct-report -q >r 2>err
is '  each is reported as what it is' 'Child Pornography (possession, manufacture, and distribution): o13
Child Pornography (possession, manufacture, and distribution): o4 o5
Child Sex Tourism: o6
Child Sex Trafficking: o2 o3 o7
Online Enticement of Children for Sexual Acts: o1 o8
Online Enticement of Children for Sexual Acts: o14
Online Enticement of Children for Sexual Acts: o9 o10 o11 o12' \
    sh -c "jq -r '[(.report.xml | capture(\"<incidentType>(?<t>[^<]*)\").t), (.report | [.texts[]?, .files[]?] |
        map(.id | select(startswith(\"o\"))) | sort_by(.[1:] | tonumber) | join(\" \"))] | join(\": \")' r | LC_ALL=C sort"

# ---- ack: files that were sent, and what has none ------------------------------------
text a1 u7 | add
pic a2 u7 | add
pic a3 u7 '.object.missing = true' | add
also a4 u7 a2 | add
for i in a1 a2 a3; do decide --account u7 --item $i --verdict csam >/dev/null; done
# report ENV STATE - as ct-report and ct-submit leave it
report() {
	ct-review decided --account u7 | jq -cs --arg e "$1" --arg s "$2" '
	    {id: "report:k", report: {env: $e,
	      files: (map(select(.hashes and (.object.missing | not)) | {id, sha256: .hashes.sha256, review}) +
	        [{id: "thread:t1", sha256: ("0" * 64), text: "x"}]),
	      texts: map(select(.review.content) | {id, content: .review.content, review}),
	      missing: map(select(.object.missing) | {id, sha256: .hashes.sha256, review})},
	    submission: {env: $e, report_id: "5", state: $s}} | .submission.files = .report.files'
}
report test finished >rep
ct-review ack <rep >/dev/null 2>err
ok 'a test report is noted' grep -q '1 acked (test)' err
is '  of all of it' '' decided --test --account u7
report production pending >rep
ct-review ack -q <rep >/dev/null
is 'what is not finished ends nothing' 'a1 a2 a3 a4' decided --account u7
report production finished | jq -c '.report.texts = []' >rep
ct-review ack -q <rep >/dev/null
is 'what is not in the report is not ended' 'a1 a2 a3 a4' decided --account u7
is '  (all but that is)' 3 sh -c 'ct-review stats | jq .acked'
report production finished >rep
exits 'the whole report' 0 ct-review ack -q <rep
is '  ends all, though not all are files' '' decided --account u7
jq -c '.report.texts[0].content = "0" * 64' rep >bad
exits 'a text that is no item' 65 ct-review ack -q <bad
text a1 u7 | ct-review add 2>err >/dev/null
ok 'what is done is not queued again' grep -q '1 known' err
done_testing
