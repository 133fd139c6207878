#!/bin/sh
# ct-submit killed anywhere and run again: filed once, never twice
# shellcheck source=t/lib.sh disable=SC2016,SC2119,SC2120,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/submit.sh
. "$t/submit.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'LeakSanitizer cannot run under ptrace'
killat 1 true || [ $? -eq 137 ] || skip_all 'ptrace is not allowed here'

sandbox
bytes a b

# kill_at N KEY CALLS - a run killed at stop N of CALLS, and another behind it
kill_at() {
	report "$2" a b >in
	killat -s "$3" "$1" ct-submit -q --retry-wait 1 \
	    --credential "$box/cybertip.cred" <in >got1 2>err1
	killed=$?
	submit <in >got2 2>err2
	again=$?
}

# outcome - of both runs and at the sandbox; every report of key K has a file
# details that name it, and so has its own numbers
outcome() {
	[ $again -eq 0 ] || echo "exit $again: $(cat err2)"
	[ "$(jq -r .submission.state got2)" = finished ] || echo 'not finished'
	now=$(filed)
	[ "$now" -eq $((before + 1)) ] || echo "filed $((now - before)) times"
	before=$now
	id=$(jq -r .submission.report_id got2)
	[ "$(state --arg id "$id" '.reports[] | select(.report_id == $id) |
	    [.state, (.files | length), ([.files[].sha256] | unique | length),
	    ([.files[] | select(.details)] | length)] | join(" ")')" = \
	    'finished 2 2 2' ] || echo 'not whole'
	[ ! -s got1 ] || [ "$(jq -r .submission.report_id got1)" = "$id" ] ||
	    echo 'two answers'
}

# stops STEP CALLS - kill at every STEP-th stop until there is none left
stops() {
	i=1 bad_stops='' points=0
	while :; do
		k=$((k + 1))
		kill_at $i $k "$2"
		said=$(outcome)
		before=$(filed)
		[ -z "$said" ] || bad_stops="$bad_stops
# stop $i: $said"
		[ $killed -eq 137 ] || break
		points=$((points + 1)) i=$((i + $1))
	done
	total=$i
}

k=0 before=0
stops 1 connect,sendto
echo "# $points points"
[ -z "$bad_stops" ] || echo "$bad_stops"
ok 'killed on either side of every call: filed once' test -z "$bad_stops"
ok 'that were all six calls' test $points -ge 24

stops 11 write,pwrite64,fdatasync,fsync,ftruncate,unlink,rename
echo "# $points points up to stop $total"
[ -z "$bad_stops" ] || echo "$bad_stops"
ok 'killed in between: filed once' test -z "$bad_stops"
ok 'that were many places' test $points -ge 20

is 'no draft is left that is known' '0' state \
    '[.reports[] | select(.state == "open" and (.files | length) > 0)] | length'
is 'every report has one finished answer' "$k" sh -c \
    'ct-submit status | jq -sc "[.[] | select(.state == \"finished\")] | length"'
done_testing
