#!/bin/sh
# ct-submit and a service that fails in every way it can
# shellcheck source=t/lib.sh disable=SC2016,SC2119,SC2120,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/submit.sh
. "$t/submit.sh"

sandbox
bytes a b
k=0
run() { submit "$@" <in; }
finished_as() { state --arg id "$1" '.reports[] | select(.report_id == $id) | .state'; }

# fault STATUS SPEC... - a run in which these happen ends so; and then, when it
# can go on, another files it, so that it is filed once
fault() {
	want=$1 k=$((k + 1)) before=$(filed)
	shift
	for spec; do control "{\"fault\":\"$spec\"}"; done
	report $k a b >in
	exits "$*: $want" "$want" run
	cp got first
	[ "$want" -ne 76 ] || ct-submit resume "$(key $k)" >/dev/null
	[ "$want" -eq 0 ] || exits "$*: then it is finished" 0 run
	is "$*: once, whole, as it says" "$((before + 1)) finished 2" \
	    state --arg id "$(jq -r .submission.report_id got)" '
	    ([.reports[] | select(.state == "finished")] | length) as $n |
	    .reports[] | select(.report_id == $id) |
	    "\($n) \(.state) \(.files | length)"'
}
held() {
	fault 76 "$@"
	says_first "$*: is held" '.submission.state' '"held"'
}
says_first() { json "$1" "$2" "$3" first; }

# ---- what passes within the run -------------------------------------------
for call in submit upload fileinfo finish; do
	for kind in drop-before drop-after http:500 http:429 html:200 html:502 \
	    truncate:0 truncate:90 doctype wrong-root big indent slow:50 \
	    junk junk:1 bare:502 \
	    code:1000 code:1300; do
		fault 0 "$call:1:$kind"
	done
done
fault 0 upload:2:drop-after
fault 0 submit:1:code:9999
fault 0 upload:1:wrong-hash
fault 0 upload:1:code:5001
fault 0 upload:2:code:5101
fault 0 fileinfo:1:code:5002
fault 0 fileinfo:2:code:5001
fault 0 finish:1:code:5001
fault 0 finish:1:code:5101
fault 0 submit:1:wrong-id
fault 0 upload:1:drop-after retract:1:drop-after
fault 0 upload:1:drop-after retract:1:code:5001
fault 0 upload:1:drop-after retract:1:code:1000

# ---- what a person must look at -------------------------------------------
had=$(state '.reports | length')
for spec in submit:1:code:4100 submit:1:code:4110 submit:1:no-id \
    submit:1:code:5102 submit:1:http:302 submit:1:http:404 \
    upload:1:code:4200 upload:1:wrong-id upload:1:http:413 upload:1:code:5002 \
    upload:1:code:5102 finish:1:code:5102 fileinfo:1:code:4100 fileinfo:2:wrong-id fileinfo:1:no-id \
    submit:1:bare:404 upload:1:bare:413 finish:1:bare:404 \
    finish:1:no-id finish:1:lost-file finish:1:wrong-id finish:1:code:4000; do
	held $spec
done
for i in 1 2 3 4; do control '{"fault":"upload:'$i':wrong-hash"}'; done
held fileinfo:9:drop-after
is 'the drafts of what was held are given up' '[]' state --argjson n "$had" \
    '[.reports[$n:][] | select(.state == "open" and (.files | length) > 0)]'

# ---- credentials: nothing more is asked -----------------------------------
for spec in submit:1:empty401 submit:1:http:403 upload:1:code:2000 \
    finish:1:code:3300 submit:1:bare:401 upload:1:bare:403 \
    fileinfo:2:bare:401 finish:1:bare:401 finish:1:bare:403; do
	before=$(state .requests_total)
	fault 77 $spec
	says_first "$spec: it waits" .submission.state '"pending"'
done
control '{"fault":"submit:1:empty401"}'
before=$(state .requests_total)
for i in 901 902 903; do report $i a; done >in
exits 'refused once: no other report is tried' 77 run
is 'there was one call' $((before + 1)) state .requests_total
exits 'all wait for the next run' 0 submit sweep

# ---- what lasts longer than a run -----------------------------------------
always() { for i in 1 2 3 4; do echo "$1:$i:$2"; done; }
# shellcheck disable=SC2046 # a list of words
{
	fault 75 $(always submit drop-before)
	fault 75 $(always upload http:503)
	fault 75 $(always finish drop-before)
	fault 75 $(always finish drop-after)
	fault 75 $(always finish code:1000)
	fault 75 $(always finish junk)
	fault 75 $(always finish junk:1)
}

# ---- what the server asks for ---------------------------------------------
control '{"fault":"submit:1:busy:250"}'
report 904 a >in
exits 'busy for a while: asked again in this run' 0 run
is 'but not earlier' true state '.requests[-5:-3] |
    map(.at | sub("\\.(?<ms>[0-9]+)Z"; "Z \(.ms)") | split(" ") |
	(.[0] | fromdate) * 1000 + ((.[1] // 0) | tonumber)) |
    .[1] - .[0] >= 250'
before=$(state .requests_total)
control '{"fault":"submit:1:busy:86400"}'
for i in 905 906; do report $i a; done >in
exits 'busy for a day: another run' 75 run
is 'nobody else asks either' $((before + 1)) state .requests_total
exits 'then all are filed' 0 submit sweep

before=$(state .requests_total)
control '{"fault":"submit:1:busy:9223372036854775807"}'
report 909 a >in
exits 'busy for ever: another run' 75 run
is 'that long is not taken for short' $((before + 1)) state .requests_total
exits 'which files it' 0 run

before=$(state .requests_total)
for i in 1 2 3 4 5; do control '{"fault":"submit:'$i':http:429"}'; done
for i in 907 908; do report $i a; done >in
exits 'no answer to one report' 75 run
is 'the next is tried once' $((before + 5)) state .requests_total
exits 'and filed by another run' 0 submit sweep

# in doubt whether it is filed, and then the service knows no such report
for spec in $(always finish drop-before); do control "{\"fault\":\"$spec\"}"; done
report 910 a >in
exits 'perhaps filed' 75 run
control '{"fault":"finish:1:code:5001"}'
exits 'and unknown to the service: a person' 76 run
cp got first
says_first 'is told so' .submission.reason \
    '"the report may be filed, and now there is no such report"'
exits 'who may give it up' 0 submit retract "$(key 910)"
cp got first
id=$(jq -r .submission.report_id first)
is 'it is retracted' retracted state '.reports[-1].state'
exits 'it stays held' 76 run

# another content while the draft is open: given up, begun anew
for spec in $(always fileinfo http:429); do control "{\"fault\":\"$spec\"}"; done
report 911 a >in
exits 'a draft is open' 75 run
id=$(ct-submit status "$(key 911)" | jq -r .report_id)
report 911 a b >in
exits 'now with another file' 0 run
is 'the draft is given up' retracted finished_as "$id"
is 'what is filed has both' 2 state '.reports[-1].files | length'

# the same content: gone on with where it stopped
for spec in $(always fileinfo http:429); do control "{\"fault\":\"$spec\"}"; done
report 912 a >in
exits 'a draft is open' 75 run
id=$(ct-submit status "$(key 912)" | jq -r .report_id)
exits 'gone on with' 0 run
is 'under the same number' finished finished_as "$id"

# ---- the service is away --------------------------------------------------
kill $box_pid
wait $box_pid 2>/dev/null
for i in 920 921; do report $i a; done >in
exits 'nobody there' 75 run
cp got first
says_first 'all wait' .submission.state '"pending"
"pending"'
is 'nothing is in doubt' 0 sh -c 'ct-submit status "$1" | jq ".orphans // 0"' \
    - "$(key 920)"

# ---- the clocks -----------------------------------------------------------
sandbox --clock 2026-11-22T10:00:00Z
for spec in $(always fileinfo http:429); do control "{\"fault\":\"$spec\"}"; done
report 930 a >in
CT_CLOCK=2026-11-22T10:00:00Z run >got 2>err
id=$(ct-submit status "$(key 930)" | jq -r .report_id)
control '{"clock":"2026-11-23T09:30:00Z"}'
CT_CLOCK=2026-11-23T09:30:00Z run >got 2>err
is 'half an hour before NCMEC deletes it: given up' retracted finished_as "$id"
is 'and filed anew' '[1,"finished"]' state \
    '[(.reports | map(select(.state == "finished")) | length), .reports[-1].state]'
for spec in $(always fileinfo http:429); do control "{\"fault\":\"$spec\"}"; done
report 931 a >in
CT_CLOCK=2026-11-23T09:30:00Z run >got 2>err
control '{"clock":"2026-11-24T10:00:00Z"}'
CT_CLOCK=2026-11-24T10:00:00Z exits 'deleted by NCMEC: filed anew' 0 run
is 'both are filed' 2 filed

# ---- signals --------------------------------------------------------------
control '{"clock":null}' || :
control '{"fault":"upload:1:slow:700"}'
report 940 a b >in
ct-submit -q --retry-wait 1 --credential "$box/cybertip.cred" <in >got 2>err &
pid=$!
sleep 0.4
kill -TERM $pid
wait $pid
exits 'SIGTERM: the step is finished, no more' 75 sh -c "exit $?"
is 'the first file is there' 1 state '.reports[-1].files | length'
exits 'gone on with' 0 run
is 'in the same draft' '["finished",2]' state \
    '[.reports[-1].state, (.reports[-1].files | length)]'
done_testing
