# line.sh - the report line, whole and cut; after lib.sh
# shellcheck shell=sh disable=SC2034,SC2317

# stage N - the N-th program of the line; line: all of them.  As text, too, for
# a shell that is to be killed.
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

# cut_line ACCOUNT CASE - programs 1 to k run, for every k, then the line again:
# account ACCOUNTk, of which CASE makes what is decided
cut_line() {
	k=0
	while [ $k -lt 6 ]; do
		k=$((k + 1)) in=/dev/null s=1
		$2 "$1$k"
		# what follows died before it read anything
		while [ $s -le $k ]; do
			stage $s <$in >out.$s 2>/dev/null
			in=out.$s s=$((s + 1))
		done
		exits "cut after program $k: the line runs again" 0 line
		is 'and one report of the account is finished' 1 finished "$1$k"
		is 'nothing is left to report' '' stage 1
	done
}

# kill_line ACCOUNT CASE MS... - all of the line killed after so long, wherever
# each of them is just then, and run again
kill_line() {
	account=$1 decided=$2
	shift 2
	for ms; do
		$decided "$account$ms"
		setsid sh -c "$functions line" >/dev/null 2>&1 &
		group=$!
		sleep "0.$ms"
		kill -9 -- "-$group" 2>/dev/null
		wait $group 2>/dev/null
		tries=0
		until line >again 2>&1 || [ $tries -ge 20 ]; do
			tries=$((tries + 1))
			sleep 0.1
		done
		is "killed after $ms ms and run again: one report" 1 finished "$account$ms"
	done
	is 'no account has two' '' state '[.reports[] | select(.state == "finished") |
	    .xml | capture("<espIdentifier>(?<a>[^<]*)").a] | group_by(.) |
	    map(select(length > 1)) | .[]'
}
