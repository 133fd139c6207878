# stops.sh - ct-preserve ended at its system calls, one after the other, each
# time run again: is anything lost, left half, or there twice?  After lib.sh,
# evidence.sh
# shellcheck shell=sh disable=SC2034,SC2154

[ -z "${CT_SANITIZED-}" ] || skip_all 'LeakSanitizer cannot run under ptrace'
killat 1 true || [ $? -eq 137 ] || skip_all 'ptrace is not allowed here'

# What is asked of one sweep; set before it
calls=         # options of killat: the calls to count
first=1        # of the stops; make sweep takes all that there are
few=5          # of them: fewer prove nothing
[ -z "${SWEEP-}" ] || calls=-a few=1
home=$CT_HOME  # the state directory
under=         # what the program that is killed runs under
fresh=         # done before each
settled=       # a command that makes durable what is there before each
power=         # a command that lets all be lost that is not on the disk
strays=        # set: verify may tell of strays
points_all=0

# What is done to a vault has a name; of it there are
#	NAME_start	makes the vault that it begins with
#	NAME PROGRAM...	does it, by ct-preserve or what PROGRAM says
#	NAME_between	what is wrong of a vault in which it was cut short
#	NAME_after	what is wrong when it was done again: killed.out is what
#			the first one printed, again.out the second
#	NAME_shows	all that the index says that it may have changed
# The last four may be missing.
has() {
	command -v "$1" >/dev/null
}

# start NAME - start.NAME is the vault that it begins with
started=
start() {
	[ "$started" != "$1" ] || return 0
	started=$1
	rm -rf "$CT_HOME" "start.$1"
	has "$1_start" && "$1_start" >start.out 2>start.err
	[ -d "$CT_HOME" ] || return 0 # it begins with none
	cp -rp "$CT_HOME" "start.$1"
	# as the next to seal makes them anew, they are not copied each time
	[ -z "$fresh" ] || find "start.$1/vault/objects" -empty -type d -delete
	(cd "start.$1" && find . -type f) >start.files
	rm -rf "$CT_HOME"
}
restore() {
	${fresh:-:}
	if [ ! -d "start.$1" ]; then
		rm -rf "$home"
	elif [ ! -d "$home" ]; then
		cp -rp "start.$1" "$home"
	else
		find "$home" -type f -delete
		(cd "start.$1" && xargs cp -p --parents -t "$home") <start.files
	fi
	${settled:-:}
}

# shown NAME - what the index says
shown() {
	if has "$1_shows"; then "$1_shows"; else ct-preserve find; fi
}

# promised STATE - the objects of which killed.out says so
promised() {
	grep -o "\"state\":\"$1\",\"id\":\"[^\"]*\"" killed.out | cut -d'"' -f8
}

looked=0
# whole NAME - what is wrong with the vault, whatever was done to it
whole() {
	# shellcheck disable=SC2086 # options
	ct-preserve verify -qk k.key $keys >states 2>&1
	grep -v "\"state\":\"ok\"${strays:+\\|\"state\":\"stray\"}" states |
	    sed 's/^/verify: /'
	ct-audit verify "$home/audit/ct-preserve.log" >chain 2>&1 ||
	    sed 's/^/chain: /' chain
	for left in "$home"/vault/tmp/* "$home"/*/*.tmp* "$home"/vault/*/*.tmp*; do
		[ ! -e "$left" ] || echo "left over: ${left##*/}"
	done
	set -- "$1" "$home"/vault/objects/*/*
	[ -e "$2" ] || shift
	# a file an object, an object a file of a report: the first by count,
	# the second is how the index is made
	[ -n "$strays" ] || [ $(($# - 1)) -eq "$(grep -c . states)" ] ||
	    echo "files: $(($# - 1))"
	# verify compares them, too: so that it does is seen by some
	looked=$((looked + 1))
	[ -n "${SWEEP-}" ] || [ $((looked % 3)) -eq 0 ] || return 0
	shown "$1" >shown.was 2>&1
	rm -f "$home"/vault/index.db*
	shown "$1" >shown.is 2>shown.err
	cmp shown.was shown.is 2>&1
}
keys='' # more of them, as options

# point NAME STOP PROGRAM... - killed there, then run again: what is wrong
point() {
	deed=$1 stop=$2
	shift 2
	restore "$deed"
	# shellcheck disable=SC2086 # lists of words
	"$deed" ${under-} killat $calls "$stop" "$@" >killed.out 2>killed.err
	killed=$?
	${power:-:}
	{
		! has "${deed}_between" || "${deed}_between"
		"$deed" "$@" >again.out 2>again.err ||
		    echo "again: $? $(head -n 1 again.err)"
		! has "${deed}_after" || "${deed}_after"
		whole "$deed"
	} >said 2>&1
	[ -z "$strays" ] || told=$((told + $(grep -c stray states)))
}

# sweep NAME PROGRAM... - all of them: $points, $wrong of which something is,
# the first of it in "worst"
sweep() {
	stop=$first points=0 wrong=0 told=0
	: >worst
	start "$1"
	while
		point "$1" "$stop" "$2"
		[ ! -s said ] || {
			wrong=$((wrong + 1))
			sed "s/^/# stop $stop: /" said >>worst
		}
		[ $killed -eq 137 ]
	do
		points=$((points + 1)) stop=$((stop + step))
	done
	[ $killed -eq 0 ] || wrong=$((wrong + 1))
	points_all=$((points_all + points))
	rm -rf "$home"
}

# is_safe WHAT NAME STEP [PROGRAM] - a sweep finds nothing, at every STEP-th
# stop of ct-preserve
is_safe() {
	step=${SWEEP:-${3-}}
	sweep "$2" "${4:-ct-preserve}"
	ok "$1: $points points, nothing wrong${strays:+, $told strays told of}" \
	    test $wrong -eq 0
	[ $wrong -eq 0 ] || head -n 20 worst
	ok "  those are enough" test $points -ge $few
}

# is_caught WHAT NAME BROKEN CALL,... STEP - it finds something in a program that
# is broken so, at these calls, and not because that cannot run at all
is_caught() {
	kept=$calls calls="-s $4" step=$5
	sweep "$2" "$t/broken/$3"
	calls=$kept
	ok "$1: it is found, at $wrong of $points points" \
	    test $wrong -gt 0 -a $wrong -lt $points
	sed 's/^# stop/# found: stop/' worst | head -n 2
}
