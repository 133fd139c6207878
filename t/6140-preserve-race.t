#!/bin/sh
# ct-preserve, many of it at once: each waits for the other, or says 75
# shellcheck source=t/lib.sh disable=SC2217,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/evidence.sh
. "$t/evidence.sh"
export CT_CLOCK=2026-11-22T10:00:00Z
ct-preserve keygen -o k
for f in a b c; do echo "harmless $f" >$f; done
later=2028-01-01T10:00:00Z

# bg NAME COMMAND... - its exit status goes into NAME.rc
bg() {
	bg=$1
	shift
	{
		"$@" >"$bg.out" 2>"$bg.err"
		echo "$bg $?" >>rc
	} &
}
: >rc
kept production "$k1" u1 1 $CT_CLOCK a
i=0
while [ $i -lt 20 ]; do
	i=$((i + 1))
	key=$(printf %032d $i)
	for f in a b c; do echo "harmless $f $i" >$f.$i; done
	report production "$key" "u$i" a.$i b.$i >in.$i
	report production "$(printf %032d $((100 + i)))" "u$i" c.$i >other.$i
	ct-preserve seal -qk k.pub <in.$i 2>first.err |
	    finished production $i $CT_CLOCK >anchor.$i
	bg seal ct-preserve seal -qk k.pub <other.$i
	bg seal ct-preserve seal -qk k.pub <in.$i
	bg anchor ct-preserve anchor -q <anchor.$i
	bg hold ct-preserve hold add --kind order --authority x --ref y \
	    --by ana --user "u$i"
	bg expire env CT_CLOCK=$later ct-preserve expire -q --yes --clock-ok
	bg verify ct-preserve verify -qk k.key
	bg find ct-preserve find
	wait
	for verb in verify find hold; do
		sed "s/^/# $verb: /" $verb.err | grep -v clock
	done
done
is 'each of 140 ran' 140 grep -c . rc
is 'and none failed, but some may have to run again' '' \
    grep -v ' 0$\| 75$' rc
exits 'the chain is whole' 0 ct-audit verify -q ct-preserve
exits 'and each object' 0 ct-preserve verify -qk k.key
ok 'the index says what the log says' whole_log
is 'nothing is left over' '' ls "$CT_HOME/vault/tmp"
log | jq -r 'select(.act == "seal") | "\(.report) \(.sha256)"' | sort | uniq -d >twice
is 'no file of a report was sealed twice, unless its object had ended' '' sh -c '
while read -r report sha256; do
	ct-preserve find | jq -r --arg r $report --arg s $sha256 \
	    "select(.report == \$r and .sha256 == \$s).id"
done <twice | sort | uniq -d'
is 'what is on hold is there' '' sh -c "
jq -r 'select(.act == \"destroyed\").objects[]' '$CT_HOME/audit/ct-preserve.log' |
    sort >gone
ct-preserve find | jq -r 'select(.hold).id' | sort | comm -12 - gone"
done_testing
