#!/bin/sh
# bad feeds: 200,000 entries in one second, entries that change while they are
# paged through
# shellcheck source=t/lib.sh disable=SC2016,SC2154,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/cases.sh
. "$t/cases.sh"

cat >conf <<'END'
[source ncmec]
type = ncmec
credential = box/hashsharing.cred
list = industry
END
export CT_CONF=conf
at() { CT_CLOCK=$1 control "{\"clock\":\"$1\"}" && CT_CLOCK=$1 && export CT_CLOCK; }
sync() { ct-syncdb --retry-wait 0 sync "$@" 2>said; }
show() { ct-syncdb show | jq -rc "$1"; }
requests() { state '[.requests[]|select(.path|contains("entries"))]|length'; }
start() { # OPTION...
	[ -z "${box_pid-}" ] || { kill "$box_pid"; wait "$box_pid" 2>/dev/null; }
	rm -rf "$CT_HOME"
	export CT_CLOCK=2026-06-01T00:00:00Z
	sandbox --clock $CT_CLOCK "$@"
}

# ---- 41: one second that no window divides
start --page-size 50 || exit 1
control '{"fill":{"entries":1500,"at":"2026-02-01T00:00:00Z"}}'
ends 0 sync
is 'all of a second' '1500 6000 2026-05-31T23:59:00Z' show '"\(.entries) \(.hashes) \(.done_to)"'
tail -c +4097 "$CT_HOME/lists/known.ctx" >whole.body
if [ -z "${CT_SANITIZED-}" ]; then
	dies() { # N - at its Nth write to disk
		LD_PRELOAD=$t/fault.so CT_FAULT=fdatasync:$1:KILL CT_FAULT_DID=did \
		    ct-syncdb -q --retry-wait 0 sync >killed 2>&1
	}
	# every run dies at its 11th, until one comes to its end
	rm -rf "$CT_HOME"
	before=$(requests) runs=0
	while rm -f did; dies 11; [ -e did ] && [ $runs -lt 50 ]; do
		runs=$((runs + 1))
	done
	ok "$runs runs that die early come to the end together" test $runs -gt 3 -a $runs -lt 50
	is 'nothing was asked twice but the first page, to be sure' 31 echo $(($(requests) - before))
	tail -c +4097 "$CT_HOME/lists/known.ctx" | cmp -s - whole.body
	is 'with the same index' 0 echo $?
	i=2 wrong='' struck=0
	while rm -rf "$CT_HOME" did; dies $i; [ -e did ]; do
		struck=$((struck + 1))
		ct-syncdb -q --retry-wait 0 sync 2>again || wrong="$wrong $i:status"
		tail -c +4097 "$CT_HOME/lists/known.ctx" | cmp -s - whole.body || wrong="$wrong $i"
		i=$((i + 7))
	done
	ok "killed at $struck of $i writes: the next run makes it the same$wrong" test -z "$wrong" -a $struck -gt 5
	row 41 'more entries in one second than can be asked for at once' \
	    'read page by page; killed anywhere it goes on from there'
fi

# ---- 42: 20 of 1500 entries change with each page of 50 that is asked for
# entries FROM TO OP AT - records of as many, with a hash that is their number
records() {
	awk -v a="$1" -v b="$2" -v op="$3" -v at="$4" 'BEGIN { printf "{\"entries\":["
		for (i = a; i < b; i++) printf "%s{%s\"member\":\"9002\",\"entry\":\"%d\",\"at\":\"%s\"%s}",
		    (i > a ? "," : ""), (op == "del" ? "\"op\":\"del\"," : ""), i,
		    sprintf(at, i % 28 + 1, i % 60, i % 50),
		    (op == "del" ? "" : sprintf(",\"type\":\"md5\",\"hash\":\"%032x\"", i + 65536))
		print "]}" }'
}
ours() { sqlite3 "$CT_HOME/lists/ncmec.db" 'SELECT lower(hex(hash)) FROM signal ORDER BY hash' >ours; }
theirs() { awk -v a="$1" -v b="$2" 'BEGIN { for (i = a; i < b; i++) printf "%032x\n", i + 65536 }'; }

start --page-size 50 || exit 1
control "$(records 0 1500 add 2026-01-%02dT00:%02d:%02dZ)"
control '{"churn":20}'
ends 0 sync
at 2026-06-01T01:00:00Z
control "$(records 0 50 del 2026-06-01T00:30:00Z)"
# what came late into a window that was done
control "$(records 1500 1550 add 2026-01-%02dT00:%02d:%02dZ)"
ends 0 sync
ends 0 sync --reconcile
ours
theirs 50 1550 >want.all
ok 'after a walk the set is that of the server' diff want.all ours
at 2026-06-01T02:00:00Z
ends 0 sync --reconcile
ours
ok 'and after another' diff want.all ours
is 'no live entry was swept' '1500 0 50' show '"\(.entries) \(.missing) \(.tombstones)"'
is 'and the server changed many meanwhile' true sh -c 'test "$1" -gt 300 && echo true' - "$(requests)"
# a second of six pages, which no window divides, while it changes all the time
start --page-size 50 || exit 1
control "$(records 0 300 add 2026-02-01T00:00:00Z)"
ends 0 sync
is 'all of it' 300 show .entries
control '{"churn":3}'
at 2026-06-01T01:00:00Z
ends 0 sync --reconcile
ok 'a walk that cannot be sure says so' \
    grep -q 'ncmec: entries changed while they were read; what is absent is left to the next walk' said
is 'and sweeps nothing' '300 0' show '"\(.entries) \(.missing)"'
control '{"churn":0}'
at 2026-06-01T03:00:00Z
ends 0 sync --reconcile
is 'the next is sure' '300 0 0' sh -c 'echo "$1 $(grep -c "left to the next" said)"' - "$(show '"\(.entries) \(.missing)"')"
row 42 'entries that change while they are paged through' 'the set of the server after the walk; nothing live swept'
done_testing
