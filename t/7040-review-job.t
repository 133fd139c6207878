#!/bin/sh
# ct-review next: one job in one person's hands, two people, suggestions
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

# rec ID ACCOUNT DIGIT [MORE] - a match; MORE are members, with a comma behind
rec() {
	printf '{"id":"%s","path":"/p/%s",%s%s"hashes":{"sha256":"%s"},"match":{"verdict":"match","total":1,"hits":[]}}\n' \
	    "$1" "$1" "${2:+\"user\":{\"id\":\"$2\"\},}" "${4-}" \
	    "$(printf '%064d' "$3")"
}
ids() { jq -rs 'map(.id) | join(" ")'; }
taken() { ct-review next --by "$@" | ids; }
decide() { ct-review decide "$@" >/dev/null; }
conf() { printf '[review]\n%s\n' "$@" >conf; }
export CT_CONF="$PWD/conf"
conf

# ---- one job, one person
{
	rec a u1 1
	rec b u2 2
	rec c u1 3
	rec d '' 4
	rec e u3 5 '"incident":{"priority":"a child is in danger"},'
} >in
ct-review add -q <in >/dev/null
is 'what has a priority first' 'e' taken r1
is 'and once more the same: it is in hand' 'e' taken r1
is 'another person gets another job: a whole account' 'a c' taken r2
is 'and the next the next' 'b' taken r3
is 'an item of no account is a job' 'd' taken r4
exits 'then there is none' 66 ct-review next --by r5
exits 'nobody decides what another has in hand' 75 decide --account u1 --verdict csam --by r5
ok '  who, and until when' grep -q "in the hands of 'r2' until 20" err
exits '  nor takes it, who wants just that' 75 ct-review next --account u1 --by r5
ok '  who has it is said' grep -q "in the hands of 'r2' until 20" err
exits 'who has it may' 0 decide --item a --verdict csam --by r2
is 'what is left of it stays in hand' 'c' taken r2
exits 'until all is decided' 0 decide --account u1 --verdict unsure --by r2
exits '  then there is nothing' 66 ct-review next --by r2
exits 'what is given back' 0 ct-review give --by r3
is '  another takes' 'b' taken r5
exits 'nothing in hand is nothing to give' 66 ct-review give --by r3
is 'with --account that one' 'd' taken r4 --item d
CT_CLOCK=$(date -u -d '+31 minutes' +%Y-%m-%dT%H:%M:%SZ)
export CT_CLOCK
is 'half an hour without a sign of life: it is free' 'e' taken r6
unset CT_CLOCK

# ---- a person's reason
rec f u6 6 | jq -c '.match.verdict = "clean"' |
    ct-review add -q --reason 'says a user' --by ana >/dev/null
ct-review next --by r7 >job
is 'what a person reported, whatever ct-match said, and why' \
    'f "says a user" "ana"' sh -c 'jq -r "\"\(.id) \(.review.reasons[0] | \"\\\"\(.reason)\\\" \\\"\(.by)\\\"\")\"" job'
exits '--by is who had the reason' 64 ct-review add --by ana

# ---- two people
conf 'second = csam' 'reviewers = ana ben cid'
exits 'who is no reviewer decides nothing' 77 decide --item b --verdict csam --by eve
exits '  and takes nothing' 77 ct-review next --by eve
rm -rf "$CT_HOME"
{
	rec a u1 1
	rec b u2 2
} | ct-review add -q >/dev/null
ct-review decide --item a --verdict csam --class A1 --annotation infant --by ana >res
is 'the first word: a second person is wanted' '"a second person"' jq -c .review.wants res
is 'nothing is released' '' sh -c 'ct-review decided | jq -r .id'
is 'who said it gets other work' 'b' taken ana
ct-review next --by ben --account u1 >job
is 'the second person is not told what the first said' \
    '["a","a second person",null,null]' jq -c '[.id, .review.wants, .review.verdict, .review.suggest]' job
decide --item a --verdict csam --class A1 --by ben
ct-review decided >res
is 'both say so: it is released, with both names and what either noted' \
    '["a","csam","A1","ben","ana",["infant"]]' \
    jq -c '[.id, .review.verdict, .review.class, .review.by, .review.second, .review.annotations]' res
ct-review give --by ana
decide --item b --verdict csam --class A1 --by ana
decide --item b --verdict not_csam --by ben
is 'they differ: it is open, and a third is wanted' '["b","a third"]' \
    sh -c 'ct-review next --by cid | jq -c "[.id, .review.wants]"'
decide --item b --verdict not_csam --by cid
is 'two of three' '["b","not_csam","cid","ben"]' \
    sh -c 'ct-review decided -a | jq -c "select(.id == \"b\") | [.id, .review.verdict, .review.by, .review.second]"'

rm -rf "$CT_HOME"
for i in 1 2 3; do rec i$i u1 $i; done | ct-review add -q >/dev/null
decide --item i1 --verdict csam --class A1 --by ana
ct-review decide --account u1 --verdict not_csam --by ana >res
is 'the rest of an account is not what one said of an item alone' 'i2 i3' ids <res
exits '  and there is no more of it' 66 decide --account u1 --verdict not_csam --by ana
ok '  which is said' grep -q "no open item that 'ana' did not decide" err
ct-review decide --account u1 --verdict csam --class A1 --by ben >res
is '  for another there is' 'i1' ids <res
exits 'who says again what two did changes nothing' 0 decide --item i1 --verdict csam --class A1 --by ana
decide --item i1 --verdict csam --class A1 --by cid
is '  nor who says so, too' '["csam","cid","ana"]' \
    sh -c 'ct-review decided -n | jq -c ".review | [.verdict, .by, .second]"'
decide --item i1 --verdict unsure --by cid
is '  but who says another thing' '' sh -c 'ct-review decided -n | jq -c .id'
rec d u2 1 | ct-review add -q >/dev/null
decide --item d --verdict csam --by ana
is 'who differs is not told what others said, but that a third is wanted' '"a third"' \
    sh -c 'ct-review decide --item d --verdict unsure --by ben | jq -c .review.wants'

# ---- what was decided before
conf
rm -rf "$CT_HOME"
pdq=$(printf 'f0%.0s' $(seq 32))
near=$(printf 'f0%.0s' $(seq 31))f3
{
	rec a u1 1 '"x":1,'
	rec b u2 1
	rec c u3 3 '"x":3,'
} | jq -c --arg p "$pdq" --arg n "$near" '.hashes += {pdq: (if .x == 3 then $n else $p end), pdq_quality: 100}' |
    ct-review add -q >/dev/null
decide --item a --verdict csam --class B1 --by r1
ct-review next --by r2 --account u2 >job
is 'the same content: what was decided is suggested' '["csam","B1","r1",null]' \
    jq -c '.review.suggest | [.verdict, .class, .by, .distance]' job
ct-review next --by r3 --account u3 >job
is 'a near one: with its distance' '["csam",2]' jq -c '.review.suggest | [.verdict, .distance]' job
rec t u4 7 | jq -c '.incident.type = "csam"' | ct-review add -q >/dev/null
decide --item t --verdict text_offence --incident enticement --annotation infant --priority soon --by r1
rec t2 u5 7 | ct-review add -q >/dev/null
ct-review next --by r5 --account u5 >/dev/null
ct-review agree --by r5 >res
is 'as it was, with what was noted, but for how urgent it was' '["text_offence","enticement",["infant"],null]' \
    jq -c '.review | [.verdict, .incident, .annotations, .priority]' res
exits 'only the same content is agreed to' 66 ct-review agree --by r3
ct-review agree --by r2 >res
is 'and that at once' '["b","csam","B1","r2"]' jq -c '[.id, .review.verdict, .review.class, .review.by]' res
other=$(printf 'a5c3%.0s' $(seq 16))
{
	rec o u6 60 '"x":"o",'
	rec k1 u7 61 '"x":"o7",'
	rec k2 u7 62
	rec k3 u7 63 '"x":"p3",'
	rec k4 u7 1 '"x":"o7",'
} | jq -c --arg p "$pdq" --arg o "$other" 'if .x then .hashes += {pdq_quality: 100, pdq:
    (if .x == "o" then $o elif .x == "o7" then $o[:62] + "bf" else $p[:62] + "f7" end)} else . end' |
    ct-review add -q >/dev/null
decide --item o --verdict exploitative --by r1
ct-review next --by r7 --account u7 >job
is 'each of a job: the nearest of its own, or the same' \
    '["k1","exploitative",5]
["k2",null,null]
["k3","csam",3]
["k4","csam",null]' jq -c '[.id, .review.suggest.verdict, .review.suggest.distance]' job
conf 'near = -1'
is 'near = -1: no near ones' null sh -c 'ct-review next --by r3 --account u3 | jq -c .review.suggest'

# ---- enough of an account
conf 'least = 2'
rm -rf "$CT_HOME"
for i in 1 2 3 4; do rec i$i u1 $i; done | ct-review add -q >/dev/null
exits 'not at once, with none looked at' 77 decide --account u1 --verdict csam --by r1
decide --item i1 --verdict csam --by r1
decide --item i2 --verdict csam --by r1
exits 'two one by one: then the others' 0 decide --account u1 --verdict csam --by r1
{
	for i in 1 2; do rec j$i u2 $i; done
	for i in 5 6; do rec j$i u2 $i; done
} | ct-review add -q >/dev/null
ct-review next --by r2 --account u2 >/dev/null
ct-review agree --by r2 >res
is 'what is agreed to at once' 'j1 j2' ids <res
exits '  is not looked at one by one' 77 decide --account u2 --verdict csam --by r2

# ---- what goes to the report
conf
rm -rf "$CT_HOME"
rec a u1 1 | jq -c '.hashes.md5 = "00000000000000000000000000000001"' |
    ct-review add -q >/dev/null
exits 'an annotation that is none' 64 decide --item a --verdict csam --by r1 --annotation cute
exits 'an offence that is none' 64 decide --item a --verdict csam --by r1 --incident theft
exits 'what reports nothing has none' 64 decide --item a --verdict unsure --by r1 --annotation infant
decide --item a --verdict csam --class A2 --by r1 --annotation infant --annotation viral \
    --incident enticement --priority 'he has met her'
# shellcheck source=t/report.sh
. "$t/report.sh"
ct-review decided | jq -c '.incident.at = "2026-11-20T08:00:00Z"' |
    ct-report -q -c ct.conf >rep
json 'its offence and why it is urgent are those that the person named' \
    '[.report.incident.type, .report.incident.priority]' \
    '["Online Enticement of Children for Sexual Acts",true]' rep
jq -r .report.xml rep >doc.xml
ok '  in the document, too' grep -q 'he has met her' doc.xml
ok '  which is valid' xsdcheck doc.xml
json 'the annotations are those of the file' '.report.files[0].annotations' '["infant","viral"]' rep

# ---- the log
json 'the audit log has what was noted' 'select(.act == "verdict") | .annotations' \
    '["infant","viral"]' "$CT_HOME/audit/ct-review.log"
ok 'and no reason' sh -c '! grep -q "has met" "$1"' - "$CT_HOME/audit/ct-review.log"
done_testing
