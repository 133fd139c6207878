#!/bin/sh
# ct-submit and a service that fails: what is asked again when, what is begun
# anew; t/5220-submit-http.t has every call and every fault
# shellcheck source=t/lib.sh disable=SC2016,SC2119,SC2120,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/submit.sh
. "$t/submit.sh"

sandbox
bytes a b
run() { submit "$@" <in; }
one() { run -j 1; } # after the other
finished_as() { state --arg id "$1" '.reports[] | select(.report_id == $id) | .state'; }

says_first() { json "$1" "$2" "$3" first; }

# ---- credentials: nothing more is asked -----------------------------------
control '{"fault":"submit:1:empty401"}'
before=$(state .requests_total)
for i in 901 902 903; do report $i a; done >in
exits 'refused once: no other report is tried' 77 one
is 'there was one call' $((before + 1)) state .requests_total
exits 'nor in the next run' 77 submit sweep
is 'there was no other call' $((before + 1)) state .requests_total
exits 'until the credential was tried' 0 submit check
exits 'all wait for that' 0 submit sweep

# always CALL KIND - the four times that a run tries
always() { for i in 1 2 3 4; do echo "$1:$i:$2"; done; }

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
exits 'busy for a day: another run' 75 one
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
exits 'no answer to one report' 75 one
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

# ---- what else there is on the way ----------------------------------------
report 913 a >in
exits 'a proxy of the environment is not asked' 0 env http_proxy=http://127.0.0.1:1 \
    https_proxy=http://127.0.0.1:1 all_proxy=http://127.0.0.1:1 \
    ct-submit -q --retry-wait 1 --credential "$box/cybertip.cred" <in

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
control '{"fault":"upload:1:slow:600000"}'
report 940 a b >in
ct-submit -q --retry-wait 1 --credential "$box/cybertip.cred" <in >got 2>err &
pid=$!
# its first file is there, the answer comes when the fault is taken back
there() { [ "$(state '.reports[-1] | [.state, (.files | length)]')" = '["open",1]' ]; }
ok 'a file at the server' eventually there
kill -TERM $pid
control '{"fault":null}'
wait $pid
exits 'SIGTERM: the step is finished, no more' 75 sh -c "exit $?"
is 'the first file is there' 1 state '.reports[-1].files | length'
exits 'gone on with' 0 run
is 'in the same draft' '["finished",2]' state \
    '[.reports[-1].state, (.reports[-1].files | length)]'
done_testing
