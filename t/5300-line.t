#!/bin/sh
# The report line, cut between any two programs and run again: one report.
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

sandbox || exit 1
ct-preserve keygen -o vault >/dev/null 2>&1
conf </dev/null

# scan ACCOUNT - two pictures of a new account, matched, queued, decided; the
# name of one is not UTF-8
odd=$(printf 'b\377')
seed=0
scan() {
	mkdir -p "$1"
	for i in 1 2; do
		seed=$((seed + 1))
		mkpix "$1/$i.png" --seed $seed --size 96x64
	done
	mv "$1/2.png" "$1/$odd.png"
	ct-hash -q "$1"/*.png | jq -r '"sha256 " + .hashes.sha256' >list
	ct-hash -q --user "$1" "$1"/*.png |
	    jq -c '.incident = {at: "2026-11-20T08:00:00Z"}' |
	    ct-match -q -l list | ct-review add -q >/dev/null
	ct-review decide -q --account "$1" --verdict csam --by t >/dev/null
}

# stage N - the N-th program of the line; line: all of them
functions='
stage() {
	case $1 in
	1) ct-review decided -q --test ;;
	2) ct-report -q ;;
	3) ct-preserve seal -q ;;
	4) ct-submit -q ;;
	5) ct-preserve anchor -q ;;
	6) ct-review ack -q ;;
	esac
}
line() {
	stage 1 | stage 2 | stage 3 | stage 4 | stage 5 | stage 6
}
'
eval "$functions"

# finished ACCOUNT - how many finished reports name it
finished() {
	state --arg a "$1" '[.reports[] | select(.state == "finished" and
	    (.xml | contains("<espIdentifier>" + $a + "</")))] | length'
}

k=0
while [ $k -lt 6 ]; do
	k=$((k + 1)) in=/dev/null s=1
	scan "u$k"
	# programs 1 to k run; what follows died before it read anything
	while [ $s -le $k ]; do
		stage $s <$in >out.$s 2>/dev/null
		in=out.$s s=$((s + 1))
	done
	exits "cut after program $k: the line runs again" 0 line
	is 'and one report of the account is finished' 1 finished "u$k"
	is 'nothing is left to report' '' stage 1
done

# killed together at some moment, wherever each of them is just then
for ms in 005 010 020 040 080 120; do
	scan "v$ms"
	setsid sh -c "$functions line" >/dev/null 2>&1 &
	group=$!
	sleep 0.$ms
	kill -9 -- -$group 2>/dev/null
	wait $group 2>/dev/null
	tries=0
	until line >again 2>&1 || [ $tries -ge 20 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
	is "killed after $ms ms and run again: one report" 1 finished "v$ms"
done
is 'no account has two' '' state '[.reports[] | select(.state == "finished") |
    .xml | capture("<espIdentifier>(?<a>[^<]*)").a] | group_by(.) |
    map(select(length > 1)) | .[]'
done_testing
