#!/bin/sh
# ct-submit with many reports at a time: one output record for each input, in
# its order, each report once, and fewer commits than events
# shellcheck source=t/lib.sh disable=SC2016,SC2119,SC2120,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/submit.sh
. "$t/submit.sh"

sandbox
bytes a b c
report 0 a b >template
many() { # FROM TO
	i=$1
	while [ "$i" -le "$2" ]; do
		sed "s/$(key 0)/$(key "$i")/g; s,/p/1<,/p/$i<," template
		i=$((i + 1))
	done
}
run() { submit "$@" <in; }
# whole - how many finished reports of the sandbox have two files, described
whole() {
	state '[.reports[] | select(.state == "finished" and
	    (.files | length == 2 and all(.details)))] | length'
}
count() { jq -r "select($1) | .id" "$2" | wc -l; }

# ---- all, in order, once --------------------------------------------------
many 1 60 >in
exits 'sixty reports' 0 run
cp got first
is 'come out in their order' "$(jq -r .report.key in)" jq -r .report.key first
is 'each of them finished' 60 count '.submission.state == "finished"' first
is 'whole, at the service, once' 60 whole
is 'and nothing else is there' 60 state '.reports | length'
numbers='"\(.report_id) \(.xml | capture("(?<p>/p/[0-9]+)").p)"'
is 'each number is that of its document' "$(
	jq -r ".submission + .report | $numbers" first | sort)" \
    sh -c 'ct-sandbox state "$1" | jq -r ".reports[] | $2" | sort' - "$url" \
    "$numbers"
exits 'again' 0 run
cp got second
is 'each is there already' 60 count .submission.already second

many 61 90 >in
# what takes no time there is nothing to share of
late() { LD_PRELOAD=$t/fault.so CT_FAULT=fdatasync:1+:LATE "$@"; }
[ -z "${CT_SANITIZED-}" ] || late() { "$@"; }
late ct-submit --credential "$box/cybertip.cred" <in >got 2>err
ok 'the summary' grep -q ': 30 in = 30 out + 0 dropped: 30 finished$' err
cost=$(sed -n 's/.* \([0-9]*\) events in \([0-9]*\) commits of .*/\1 \2/p' err)
is 'tells of every event' $((30 * 13)) echo "${cost% *}"
if [ -z "${CT_SANITIZED-}" ]; then
	ok "which share commits (${cost#* })" test "${cost#* }" -lt "${cost% *}"
fi
many 91 93 >in
ct-submit -j 1 --credential "$box/cybertip.cred" <in >got 2>err
ok 'one at a time: a commit for each' grep -q ': 39 events in 39 commits' err

# ---- the same key twice ---------------------------------------------------
{ many 100 100 && many 100 100 && many 101 105 && many 100 100; } >in
exits 'a report three times in one input' 0 run
says 'is filed by the first' .submission.already 'null
true
null
null
null
null
null
true'
{ many 110 119 && report 120 a && report 120 a c; } >in
exits 'another content later on' 76 run
says 'never comes first' \
    'select(.report.key | endswith("120")) | .submission.state' '"finished"
"held"'
part() { jq -c ".report.part = $1 | .report.parts = $2"; }
for i in 131 132 133 134; do
	report $i a
	report $i b | part 1 2
	report $i c | part 2 2
done >in
exits 'reports whole, and then in parts' 76 run
says 'the whole is what counts, each time' .submission.state "$(
	for i in 1 2 3 4; do printf '"finished"\n"held"\n"held"\n'; done)"

# ---- what is wrong stays with its own record -------------------------------
{
	many 140 142
	echo nonsense
	many 143 144 | jq -c '.report.env = "production"'
	many 145 147
	report 148 a | jq -c '.report.files[0].sha256 = .report.key + .report.key'
	many 149 150
} >in
exits 'bad ones between good ones' 77 run
says 'keep their places' '.submission.state // .error.code' '"finished"
"finished"
"finished"
65
77
77
"finished"
"finished"
"finished"
"held"
"finished"
"finished"'

# ---- sweep ----------------------------------------------------------------
control '{"fault":"submit:*:http:503"}'
many 200 239 >in
exits 'forty that wait' 75 run
cp got first
is 'all of them' 40 count '.submission.state == "pending"' first
control '{"fault":null}'
ct-submit status | jq -r 'select(.state != "finished") | .key[:32]' >open
exits 'are swept, with what is held' 76 submit sweep
cp got swept
is 'in the order of status' "$(cat open)" jq -r .report.key swept
is 'and filed' 40 count '.submission.state == "finished"' swept
is 'but what is held stays so' $(($(grep -c . open) - 40)) \
    count '.submission.state == "held"' swept

# ---- ended in the middle ---------------------------------------------------
many 300 339 >in
before=$(whole)
# eight uploads have no answer before that is taken back
control "{\"fault\":[$(seq -s , -f '"upload:%g:slow:600000"' 5 12)]}"
uploads() { state '[.requests[] | select(.path | endswith("/upload"))] | length'; }
asked=$(uploads)
ct-submit -q -j 8 --credential "$box/cybertip.cred" <in >first 2>err &
pid=$!
stuck() { [ "$(uploads)" -eq $((asked + 12)) ]; }
ok 'eight uploads that wait' eventually stuck
kill -TERM $pid
control '{"fault":null}'
wait $pid
exits 'SIGTERM' 75 sh -c "exit $?"
is 'what it had in hand it wrote, in order' \
    "$(jq -r .report.key in | head -n "$(grep -c . first)")" \
    jq -r .report.key first
ok 'that was not all' test "$(grep -c . first)" -lt 40
is 'nothing was begun that it does not tell of' \
    "$(ct-submit status | jq -r 'select(.key | test("03[0-3][0-9]$")) | .key' | sort)" \
    sh -c 'jq -r .report.key first | sort'
exits 'run again' 0 run
is 'each is filed once' $((before + 40)) whole

many 400 459 >in
before=$(whole)
for ms in 05 10 20 40; do
	ct-submit -q --credential "$box/cybertip.cred" <in >/dev/null 2>&1 &
	pid=$!
	sleep 0.$ms
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
done
exits 'killed at four moments, and run again' 0 run
is 'all are filed, once' $((before + 60)) whole
is 'no draft is left that has a file and is not told of' 0 state \
    '[.reports[] | select(.state == "open" and (.files | length) > 0)] | length'

exits 'no such number' 64 submit -j 0
done_testing
