#!/bin/sh
# ct-feedback killed at each sync to disk and at each call of the network, and
# run again: every vote is there, and what was answered to went out once
# shellcheck source=t/lib.sh disable=SC2094,SC2154,SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'LeakSanitizer cannot run under ptrace'
killat 1 true || [ $? -eq 137 ] || skip_all 'ptrace is not allowed here'

STOPS=60
jq -nc --argjson n $STOPS 'range(1; $n + 1) | "s\(.)-1", "s\(.)-2" |
    {member: "9002", entry: ., type: "md5", hash: ("0" * (32 - length) + (gsub("[^0-9]"; "")) + "f" * 32)[:32]}' >ncmec.rec
sandbox --hashes ncmec.rec || exit 1
CT_CONF=$tmp/ct.conf
export CT_CONF
printf '[source ncmec]\ntype = ncmec\ncredential = %s/hashsharing.cred\n' "$box" >"$CT_CONF"

# of a stop two entries of its own
records() {
	for k in 1 2; do
		printf '{"id":"x%d","match":{"hits":[{"source":"ncmec","member":"9002","entry":"s%d-%d","content":"image","type":"md5","distance":0}]},"review":{"verdict":"csam","by":"r7","at":"2026-05-01T00:00:00Z"}}\n' \
		    $k "$1" $k
	done
}
stop=0
# point PROGRAM... - killed by it; a line in "told" of what it knew then, what
# the next run made of it, and what the log has
point() {
	stop=$((stop + 1))
	records $stop >in
	rm -rf "$CT_HOME" did
	"$@" ct-feedback -q <in >killed.out 2>/dev/null
	killed=$?
	[ $killed -eq 137 ] || return 1
	ct-feedback status >was 2>/dev/null
	ct-feedback -q <in >again.out 2>again.err
	printf '{"stop":%d,"exit":%d,"out":[%s],"was":[%s],"is":[%s],"log":[%s]}\n' \
	    $stop $? "$(paste -sd, killed.out)" "$(paste -sd, was)" \
	    "$(paste -sd, again.out)" "$(paste -sd, "$CT_HOME/audit/ct-feedback.log")" >>told
}
: >told
i=1
while point env LD_PRELOAD="$t/fault.so" CT_FAULT="fdatasync:$i:KILL"; do i=$((i + 1)); done 2>/dev/null
syncs=$((i - 1))
i=1
while point killat -s connect,sendto $i; do i=$((i + 1)); done 2>/dev/null
calls=$((i - 1))
echo "# $syncs syncs, $calls calls"
ok 'many syncs' test $syncs -ge 10
ok 'many calls' test $calls -ge 4
ok 'all had entries' test $stop -le $STOPS
ct-sandbox state "$url" | jq -c '[.requests[] | select(.method == "PUT") |
    {entry: (.path | split("/")[5]), status}] | group_by(.entry) |
    map({key: .[0].entry, value: map(.status)}) | from_entries' >puts
json 'puts were seen' 'length > 4' true puts
verdict() {
	jq -c --slurpfile puts puts "$1" told
}
is 'every run after it ends well' '' verdict 'select(.exit != 0) | [.stop, .exit]'
is 'with both votes' '' verdict 'select([.is[].vote[].state] != ["done", "done"]) | .stop'
is 'which NCMEC has' '' verdict '.stop as $s | (1, 2) | "s\($s)-\(.)" | select(($puts[0][.] // []) | index(200) | not)'
is 'what was known to be done went out once' '' verdict '.was[] | select(.state == "done") | select($puts[0][.entry] | length != 1) | [.entry, $puts[0][.entry]]'
is 'no vote goes out three times' '' verdict '.stop as $s | (1, 2) | "s\($s)-\(.)" | select($puts[0][.] | length > 2)'
is 'some did twice: those in doubt' true sh -c 'jq "[.[] | length] | max == 2" puts'
is 'what was promised is true' '' verdict '. as $t | .out[] | .vote[] | select(.state == "done") | .entry as $e | select([$t.was[] | select(.entry == $e).state] != ["done"]) | [$t.stop, $e]'
is 'each is in the log once' '' verdict '.stop as $s | select(([.log[] | select(.act == "vote").entry] | sort) != ["s\($s)-1", "s\($s)-2"]) | .stop'
done_testing
