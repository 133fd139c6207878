# sweep.sh - ct-submit ended at its system calls, one after the other, each time
# run again: is anything lost, is anything filed twice?  After lib.sh, submit.sh
# shellcheck shell=sh disable=SC2034,SC2154

[ -z "${CT_SANITIZED-}" ] || skip_all 'LeakSanitizer cannot run under ptrace'
killat 1 true || [ $? -eq 137 ] || skip_all 'ptrace is not allowed here'

# What is asked of one sweep; set before it
calls=-a       # those of killat to count
step=29 first=1 # which of the stops there are; make sweep takes all
[ -z "${SWEEP-}" ] || step=$SWEEP
each=1         # reports in one run
home=$tmp/home # its state directory, a new one for each stop
before=        # a stop, of the calls of the network, of a run before that one
under=         # what the program that is killed runs under
fresh=         # done before each
power=         # a command that lets all be lost that is not on the disk

# the two files of every report, and their record: its key and the address in
# its document are those of the point
bytes a b
report 0 a b >template

records() { # NUMBER, of the first of them
	number=$1
	while [ "$number" -lt $(($1 + each)) ]; do
		sed "s/$(key 0)/$(key "$number")/g; s,/p/1<,/p/$number<," template
		number=$((number + 1))
	done
}

filer() { # PROGRAM [OPTION...]
	"$@" -q -d "$home" --retry-wait 1 --credential "$box/cybertip.cred"
}

# point NUMBER STOP PROGRAM... - killed there; then a run without a fault, and
# what it and the outbox say: a line in "told"
point() {
	records "$1" >in
	stop=$2
	shift 2
	rm -rf "$home"
	${fresh:-:}
	[ -z "$before" ] || filer killat -s connect,sendto "$before" "$@" \
	    <in >before.out 2>before.err
	# shellcheck disable=SC2086 # lists of words
	filer ${under-} killat $calls "$stop" "$@" <in >killed.out 2>killed.err
	killed=$?
	${power:-:}
	filer "$@" <in >again.out 2>again.err
	again=$?
	ct-submit status -d "$home" >status.out 2>status.err
	printf '{"stop":%d,"exit":%d,"out":[%s],"status":[%s]}\n' "$stop" \
	    $again "$(paste -sd, again.out)" "$(paste -sd, status.out)" >>told
}

# sweep PROGRAM [OPTION...] - all of them; $points, and the verdict, in numbers:
# $lost $double $orphans $untold
sweep() {
	rm -f told
	: >told
	stop=$first points=0
	while
		point "$base" "$stop" "$@"
		base=$((base + each))
		[ $killed -eq 137 ]
	do
		points=$((points + 1)) stop=$((stop + step))
	done
	state '.reports' >reports.json
	jq -nr --slurpfile told told --slurpfile box reports.json \
	    --argjson want $(((points + 1) * each)) -f "$t/sweep.jq" >verdict
	read -r lost double orphans untold <verdict
	sed 1d verdict
	name=${1##*/}
	shift
	echo "points $points lost $lost double $double orphans $orphans ($name${*:+ $*})"
}

# is_safe WHAT PROGRAM... - a sweep finds nothing
is_safe() {
	safe=$1
	shift
	sweep "$@"
	is "$safe: nothing is lost" 0 echo "$lost"
	is "$safe: nothing is filed twice" 0 echo "$double"
	is "$safe: no draft stays open that is not told of" 0 echo "$untold"
	ok "$safe: at many stops" test "$points" -gt 20
}

# is_caught WHAT NAME - it finds something in a program that is broken so, and
# not because that cannot run at all.  Stops behind a call will do
is_caught() {
	keep
	calls='-s connect,sendto' step=2 first=2
	sweep "$t/broken/$2"
	ok "$1: it is found" test $((lost + double)) -gt 0
	ok "$1: at some of many stops" test $((lost + double)) -lt "$points"
	serial
}

# parallel - from here on two reports in each run, at fewer of its stops, as
# these are the same twice, in an order that is another each time
parallel() {
	keep
	each=2 first=1
	[ -n "${SWEEP-}" ] || { calls=; step=23; }
}
# keep, serial - what is asked, put aside, and taken up again
keep() {
	kept="$each:$step:$first:$calls"
}
serial() {
	each=${kept%%:*} kept=${kept#*:}
	step=${kept%%:*} kept=${kept#*:}
	first=${kept%%:*} calls=${kept#*:}
}

base=1 # the number of the next report
