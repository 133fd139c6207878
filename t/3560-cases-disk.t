#!/bin/sh
# ct-syncdb, bad feeds: the disk is full from any of its writes on; two at once
# shellcheck source=t/lib.sh disable=SC2059,SC2094,SC2154,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/cases.sh
. "$t/cases.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'LD_PRELOAD and ASan do not mix'

CT_CLOCK=2026-06-01T00:00:00Z CT_CONF=$tmp/ct.conf
export CT_CLOCK CT_CONF
sync() { ct-syncdb -q --retry-wait 0 sync "$@" 2>said; }
sandbox --clock "$CT_CLOCK" || exit 1
{
	printf '[source file]\ntype = file\npath = list\n'
	printf '[source ncmec]\ntype = ncmec\ncredential = %s/hashsharing.cred\n' "$box"
	printf '[source te]\ntype = threatexchange\ngroup = 300000000000001\nclass = exploitative\ncredential = %s/threatexchange.cred\n' "$box"
} >"$CT_CONF"
# three of each, of which the first goes and a fourth comes
update() { # ID AT GONE
	printf '{"id":"%d","indicator":"%032x","type":"HASH_MD5","last_updated":%d,"should_delete":%s,"descriptors":{"data":[{"id":"9%d","owner":{"id":"811"},"status":"MALICIOUS"}]}}' "$1" "$1" "$2" "$3" "$1"
}
entry() { # ID OP
	printf '{"op":"%s","member":"9002","entry":"%d"%s}' "$2" "$1" "$(printf "${3-}" "$1")"
}
md5=',"type":"md5","hash":"%032x"'
for i in 11 12 13; do printf 'md5 %032x e%d\n' $i $i; done >list
control "{\"entries\":[$(entry 21 add "$md5"),$(entry 22 add "$md5"),$(entry 23 add "$md5")],\"threatexchange\":[$(update 31 1770000000 false),$(update 32 1770000000 false),$(update 33 1770000000 false)]}"
CT_CLOCK=2026-06-01T00:10:00Z control "{\"clock\":\"2026-06-01T00:10:00Z\"}"
CT_CLOCK=2026-06-01T00:10:00Z
for i in 11 12 13 14 21 22 23 24 31 32 33 34; do
	printf '{"id":"%d","hashes":{"md5":"%032x"}}\n' $i $i
done >in
known() { # the ids that match; ct-match itself must be content
	ct-match -q <in >matched 2>/dev/null || echo "ct-match $?"
	sed -n 's/^{"id":"\([^"]*\)".*"match":{"verdict":"match".*/\1/p' matched | paste -sd ' '
}
# lists - of each, how many entries, and known up to when
lists() {
	ct-syncdb show | sed -n 's/^{"source":"\([a-z]*\)".*"entries":\([0-9]*\).*"done_to":\([^,]*\),.*/\1 \2 \3/p'
}
ok 'a list of each' sync
before=$(known)
is 'all of it matches' '11 12 13 21 22 23 31 32 33' known
generation=$(sed -n '1s/.*"generation":\([0-9]*\).*/\1/p' matched)
lists >lists.old
cp -r "$CT_HOME" old
{ sed 1d list && printf 'md5 %032x e14\nmd5 %032x e15\n' 14 15; } >new && mv new list
control "{\"clock\":\"2026-06-01T01:00:00Z\"}"
CT_CLOCK=2026-06-01T01:00:00Z
control "{\"entries\":[$(entry 21 del),$(entry 24 add "$md5"),$(entry 25 add "$md5")],\"threatexchange\":[$(update 31 1780000000 true),$(update 34 1780000000 false),$(update 35 1780000000 false)]}"
control "{\"clock\":\"2026-06-01T01:10:00Z\"}"
CT_CLOCK=2026-06-01T01:10:00Z
ok 'another' sync
after=$(known)
is 'of which other things match' '12 13 14 22 23 24 32 33 34' known
lists >lists.new
ct-syncdb diff --since "$generation" | sort >diff.new
is 'the lists differ by nine' 9 grep -c . diff.new

for list in 1 2 3; do
	echo "$before" | tr ' ' '\n' | grep "^$list" | paste -sd ' '
	echo "$after" | tr ' ' '\n' | grep "^$list" | paste -sd ' '
	echo "$before $after" | tr ' ' '\n' | grep "^$list" | sort -u | paste -sd ' '
done >may
# damage - what is wrong with the state: of each list all that matches is as it
# was, or is as it is now, or has what came but still what goes with the end of
# the walk; so is how far it is known, which comes after the data
damage() {
	got=$(known)
	[ $rc -ne 0 ] || [ "$got" = "$after" ] || echo "0, but matches $got"
	lists >lists.got
	echo "$got" | tr ' ' '\n' | awk '
	FILENAME == "may" { may[int((FNR + 2) / 3), $0] = 1; next }
	FILENAME == "lists.old" { n[$1, $2] = to[$1, $3] = 1; first[$1] = $2; next }
	FILENAME == "lists.new" { n[$1, $2] = n[$1, $2 + 1] = 1; to[$1, $3] = 2; next }
	FILENAME == "lists.got" {
		if (!n[$1, $2] || !to[$1, $3] || (to[$1, $3] == 2 && $2 == first[$1] && $3 != "null"))
			print "lists: " $0
		next
	}
	{ i = int($0 / 10); has[i] = has[i] (has[i] == "" ? "" : " ") $0 }
	END {
		for (i = 1; i < 4; i++)
			if (!may[i, has[i]])
				print "matches " has[i]
	}' may lists.old lists.new lists.got -
	sync || echo "again: $?"
	[ "$(known)" = "$after" ] || echo "then matches $(known)"
	ct-syncdb diff --since "$generation" | sort | cmp -s - diff.new || echo 'then another diff'
}
# full CALL STEP [PATH] - that call fails from each STEP-th on
full() {
	at=1 struck=0 wrong=0 codes=''
	while :; do
		rm -rf "$CT_HOME" did
		cp -r old "$CT_HOME"
		LD_PRELOAD=$t/fault.so CT_FAULT=$1:$at+:ENOSPC CT_FAULT_DID=did \
		    CT_FAULT_PATH=${3-} ct-syncdb -q --retry-wait 0 sync >/dev/null 2>&1
		rc=$?
		[ -e did ] || break
		struck=$((struck + 1))
		case $rc in # 0: all was there already
		0 | 73 | 74) codes="$codes$rc " ;;
		*) echo "# $1 $at: exit $rc" && wrong=$((wrong + 1)) ;;
		esac
		damage >damaged 2>&1
		[ ! -s damaged ] || { sed "s/^/# $1 $at: /" damaged && wrong=$((wrong + 1)); }
		at=$((at + $2))
	done
	ok "full at each of $struck of $1${3:+ to $3}" test $wrong -eq 0 -a $struck -gt 0
	for code in $codes; do echo "$code"; done | sort -u >>codes
}
full pwrite64 13 '/lists/*'
full write 3 '/lists/*'
full ftruncate64 4 '/lists/*'
full fdatasync 5 '/lists/*'
full fsync 1 '/lists/*'
full rename 1
ended=$(grep -v ^0 codes | sort -u | paste -sd ,)
is 'some of them fail' 73,74 echo "$ended"
row 44 'the disk is full, from each write on' 'old lists and index stay, the next run makes it good'

# ---- 45
rm -rf "$CT_HOME"
cp -r old "$CT_HOME"
control '{"fault":"updates:1:slow:600000"}'
asked=$(state .requests_total)
ct-syncdb -q sync te 2>first &
first=$!
pids="$pids $first"
# flock would hold the lock itself, just when the first wants it
asks() { [ "$(state .requests_total)" -gt "$asked" ]; }
eventually asks
ends 75 sync te
ok 'it says why' grep -q 'another process' said
is 'the old list matches meanwhile' "$before" known
ok 'it did not wait' alive $first
control '{"fault":null}'
wait $first
is 'the first comes to its end' '0 ' echo "$? $(cat first)"
is 'its list is there' '11 12 13 21 22 23 32 33 34' known
row 45 'two runs at once' 'the second is told, the first goes on'
done_testing
