#!/bin/sh
# the line of a rescan, each of its programs killed anywhere, then run again: no
# planted copy is missed, nothing is queued twice, and nothing is hashed again
# that was in the store
# shellcheck source=t/lib.sh disable=SC2016,SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'LeakSanitizer cannot run under ptrace'
killat 1 true || [ $? -eq 137 ] || skip_all 'ptrace is not allowed here'

mkdir media
for i in $(seq 100 139); do
	echo "text $i" >"media/$i"
done
cp media/103 "media/copy of 103"
for i in 103 121 139; do
	echo "sha256 $(sha256sum <"media/$i" | cut -d ' ' -f 1) planted$i"
done >list
planted='103
121
139
copy of 103'
printf '[source own]\ntype = file\npath = list\n' >conf
export CT_CONF=conf
ct-syncdb -q sync
cp -r "$CT_HOME" old

# line PROGRAM STOP - all of it; that program is killed there
at() { # NAME COMMAND...
	name=$1
	shift
	if [ "$name" = "$victim" ]; then
		killat "$stop" "$@"
		echo $? >rc
	else
		"$@"
	fi
}
line() {
	victim=$1 stop=$2
	at ls ct-ls -q media 2>>err | at new ct-seen new -q --store s 2>>err |
	    at hash ct-hash -q 2>>err | tee hashed | at match ct-match -aq 2>>err |
	    at review ct-review add -q 2>>err | at put ct-seen put -q --store s >out 2>>err
}
ids() { sed -n 's/^{"id":"\([^"]*\)".*/\1/p' "$@" | sed 's#.*/##' | sort; }
stored() { ct-seen export -q --store s 2>/dev/null | ids; }

# killed PROGRAM STEP
killed() {
	program=$1 step=${SWEEP:-$2} k=1 points=0
	: >wrong
	while :; do
		rm -rf "$CT_HOME" rc
		cp -r old "$CT_HOME"
		line "$program" $k
		[ "$(cat rc)" -eq 137 ] || break
		points=$((points + 1))
		stored >before
		ids out >written
		comm -23 written before | sed "s/^/$k: written, not stored: /" >>wrong
		line '' 0
		ids hashed >anew
		comm -12 before anew | sed "s/^/$k: hashed again: /" >>wrong
		[ "$(stored | wc -l)" -eq 41 ] || echo "$k: $(stored | wc -l) stored" >>wrong
		ct-review list -q | ids >queued
		[ "$(cat queued)" = "$planted" ] || echo "$k: queued: $(paste -sd' ' queued)" >>wrong
		line '' 0
		[ ! -s out ] || echo "$k: not all is seen" >>wrong
		k=$((k + step))
	done
	ok "$program killed at $points points: nothing missed, nothing twice" \
	    test ! -s wrong -a $points -ge 1
	[ ! -s wrong ] || sed 's/^/# /' wrong | head -n 10
}
killed ls 1
killed new 1
killed hash 19
killed match 1
killed review 61
killed put 13
# ---- ended while it waits, or just before that
mkfifo pipe
printf '[company]\nname = E\n[reporter]\nfirst_name = A\nlast_name = L\nemail = t@i.example\n' >report.conf
for at in 'ct-seen put -q --store s' 'ct-report -q -c report.conf'; do
	sleep 60 >pipe &
	pids=$!
	# shellcheck disable=SC2086
	exits "SIGTERM just before it waits: ${at%% *}" 75 env \
	    LD_PRELOAD="$t/fault.so" CT_FAULT=poll:1:TERM timeout 30 $at <pipe
	kill "$pids"
	wait "$pids" 2>/dev/null
	pids=
done
done_testing
