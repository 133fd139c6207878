#!/bin/sh
# ct-hash --cache: what is known is not read, and is what reading would give
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
command -v sqlite3 >/dev/null || skip_all 'no sqlite3'

# files must have settled for a minute before they are remembered
CT_CLOCK=2037-01-01T00:00:00Z
export CT_CLOCK
mkdir m
for i in 1 2 3 4 5 6; do mkpix --seed $i --size 320x240 m/$i.jpg || exit 1; done
mkpix --seed 7 m/7.png && mkpix --seed 8 --progressive m/8.jpg || exit 1
head -c 9000 m/7.png >m/cut.png
head -c 99 m/1.jpg >m/cut.jpg
echo text >m/text
: >m/empty
ln -s 1.jpg m/link
total=$(find m ! -type d | wc -l)
find "$PWD/m" ! -type d | sort >names
run() { ct-hash -j2 "$@" <names; }
cached() { # NAME N - NAME.err says that N came by the cache
	grep -qx "ct-hash: $2 of them by the cache" "$1" || { cat "$1"; false; }
}

# ---- the second pass ------------------------------------------------------------
run -q >fresh
run --cache c.db >one 2>one.err
ok 'with an empty cache it is as without' cmp one fresh
ok '  none of it by the cache' cached one.err 0
is 'the cache is for nobody else' 600 stat -c %a c.db
run --cache c.db >two 2>two.err
ok 'the second time: the same, byte for byte' cmp two fresh
ok '  all by the cache' cached two.err "$total"
ok '  and counted as before' sh -c 'head -n 1 one.err >a && head -n 1 two.err | cmp - a'
# shows that nothing is read: no read of such a file comes back
if [ -z "${CT_SANITIZED:-}" ] && [ -f "$t/fault.so" ]; then
	# shellcheck disable=SC2086 # an option or none
	hang() { LD_PRELOAD=$t/fault.so CT_FAULT=read:1+:HANG CT_FAULT_PATH=$1 timeout 200 ct-hash -q -j2 --cache "$2" $3 <names; }
	exits '  without reading one' 0 hang .jpg c.db ''
	ok '    as said' cmp got fresh
	exits '  as it would have without' 75 hang .jpg other.db '--max-time 1'
fi
mv m/2.jpg m/2.jpg~ && mv m/3.jpg m/2.jpg && mv m/2.jpg~ m/3.jpg
run -q >fresh
run --cache c.db >o 2>err
ok 'files that change places are told apart' cmp o fresh
mv m/2.jpg m/2.jpg~ && mv m/3.jpg m/2.jpg && mv m/2.jpg~ m/3.jpg
run -q --cache c.db >/dev/null
jq -c '{id, path}' fresh | ct-hash -q --cache c.db >o
run -q >want
ok 'records get the same' cmp o want

# ---- what changes ------------------------------------------------------------------
touch -d '2020-01-01' m/1.jpg
run -q --cache c.db >/dev/null
cp -p m/1.jpg stamp
size=$(wc -c <m/1.jpg)
head -c "$size" /dev/zero >zeros
cat zeros >m/1.jpg && touch -r stamp m/1.jpg
run -q >fresh
run --cache c.db >o 2>err
ok 'other bytes under the old times and size are seen' cmp o fresh
ok '  and they alone are read' cached err $((total - 2))
rm m/2.jpg
run -q >fresh 2>/dev/null
run -q --cache c.db >o 2>/dev/null
ok 'a file that is gone is an error' cmp o fresh
cp m/3.jpg m/2.jpg
run -q >fresh
run -q --cache c.db >o
ok 'and a new one is new' cmp o fresh

for opt in --exact --fast --compat=photo-hasher --dihedral '--max-bytes 9000' '--max-read 9000' '--max-pixels 80000' \
    '--max-side 300' '--max-scans 2' '--max-memory 20K' '--max-time 9'; do
	# shellcheck disable=SC2086 # two words
	{ run -q $opt >fresh && run --cache c.db $opt >one 2>err && run --cache c.db $opt >two 2>two.err; }
	ok "$opt is looked up under $opt" cmp one fresh
	ok '  the second time as well' cmp two fresh
	ok '  nothing of other options before' cached err 0
done
run -q >fresh
run --cache c.db >o 2>err
ok 'those without are still there' cached err "$total"
run -q --no-follow >fresh 2>/dev/null
exits '--no-follow refuses a link that is known' 66 run --cache c.db --no-follow
ok '  and that alone' cmp got fresh

# ---- what is not kept ----------------------------------------------------------------
mkpix --seed 9 --size 3000x2000 --progressive slow.jpg
ct-hash -q --cache n.db --max-time 0.001 slow.jpg missing m >o 2>/dev/null
ct-hash -q --cache n.db --max-memory 20K m/8.jpg >>o
json 'timeouts, errors, no memory' '.file.decode // .error.code' '"timeout"
66
66
"out-of-memory"' o
is 'are not kept' 0 sqlite3 n.db 'SELECT count(*) FROM hash'
unset CT_CLOCK
touch m/5.jpg
ct-hash -q --cache n.db m/5.jpg >/dev/null
is 'nor is a file of this second' 0 sqlite3 n.db 'SELECT count(*) FROM hash'
touch -d 2020-01-01 m/5.jpg
ct-hash -q --cache n.db m/5.jpg >/dev/null
is '  whatever age it claims' 0 sqlite3 n.db 'SELECT count(*) FROM hash'
at() { # SECONDS - the time of a run, from the change of the file
	CT_CLOCK=$(date -u -d "@$(($(stat -c %Z m/5.jpg) + $1))" +%Y-%m-%dT%H:%M:%SZ)
	export CT_CLOCK
	ct-hash -q --cache n.db m/5.jpg >/dev/null
	sqlite3 n.db 'SELECT count(*) FROM hash'
}
is 'nor one of the last minute' 0 at 59
is '  or of the future' 0 at -1
is '  but an older one' 1 at 62
sqlite3 n.db 'DELETE FROM hash'
CT_CLOCK=2037-01-01T00:00:00Z
export CT_CLOCK
# it grows while it is read
truncate -s 1G grows
under_way() { # it was opened, and read in part
	for f in "/proc/$pids/fd"/*; do
		[ "$(readlink "$f")" = "$PWD/grows" ] || continue
		read -r _ pos <"/proc/$pids/fdinfo/${f##*/}"
		[ "$pos" -gt 0 ] && [ "$pos" -lt 1073741824 ]
		return
	done
	return 1
}
under_way_or_over() { under_way || ! alive "$pids"; }
halted() { grep -qs '^State:.T' "/proc/$pids/status" || ! alive "$pids"; }
# who looks too late finds it over, and known: then it is begun again
grown=
for i in $(seq 30); do
	ct-hash -q --cache n.db grows >/dev/null &
	pids=$!
	eventually under_way_or_over
	kill -STOP $pids
	eventually halted
	! under_way || { echo more >>grows && grown=yes; }
	kill -CONT $pids
	wait "$pids"
	pids=
	[ -z "$grown" ] || break
	sqlite3 n.db 'DELETE FROM hash'
done
is 'one was caught while it was read' yes echo "$grown"
is 'nor one that changed while it was read' 0 sqlite3 n.db 'SELECT count(*) FROM hash'
rm grows
{ printf '{"id":"f","frame":true}\n5\nhello0 ok\n'; } | ct-hash -q --cache n.db >o
is 'nor frames' 0 sqlite3 n.db 'SELECT count(*) FROM hash'

# ---- a cache that is damaged, or in use ----------------------------------------------
sqlite3 c.db "UPDATE hash SET text = replace(text, '\"md5\":\"', '\"md5\":\"0')"
run -q >fresh
run --cache c.db >o 2>err
ok 'rows that were tampered with are none' cmp o fresh
ok '  each is read again' cached err 0
run --cache c.db >o 2>err
ok '  and mended' cached err "$total"
echo 'this is no database, and long enough to be looked at as one' >bad.db
refused() { # FILE STATUS
	exits "$1 is refused" "$2" run --cache "$1"
	ok '  nothing is hashed' test ! -s got
	ok '  and it is said' grep -q "$1" err
}
refused bad.db 73
refused none/c.db 73
refused m 73
cp c.db later.db && sqlite3 later.db 'PRAGMA user_version = 99' >/dev/null
refused later.db 78
for mode in 620 602 666; do
	cp c.db open.db && chmod $mode open.db
	refused open.db 77
	ok '  so is one whose log is open' sh -c 'chmod 600 open.db; : >open.db-wal; chmod $1 open.db-wal
	    ct-hash -q --cache open.db m/1.jpg; s=$?; rm open.db-wal; test $s -eq 77' - $mode
done
ln -s c.db link.db
refused link.db 73
if [ "$(id -u)" -eq 0 ]; then
	cp c.db other.db && chown 1 other.db
	refused other.db 77
fi
cp c.db torn.db
head -c 24576 /dev/zero | tr '\0' '\245' |
    dd of=torn.db bs=4096 seek=1 conv=notrunc iflag=fullblock 2>/dev/null
run --cache torn.db >o 2>err
status=$?
ok 'one damaged in the middle gives the right hashes, or is refused' \
    sh -c '{ test $1 -eq 0 && cmp o fresh; } || { test $1 -eq 73 && test ! -s o; }' - $status
ok '  and it is said' grep -q 'cache' err

rm -f shared.db
for i in 1 2 3 4; do
	run -q --cache shared.db >o.$i 2>>shared.err &
	pids="$pids $!"
done
# shellcheck disable=SC2086 # a list
wait $pids
pids=
ok 'four processes share one' sh -c 'for i in 1 2 3 4; do cmp fresh o.$i || exit 1; done; ! grep -v "not confined" shared.err'
run --cache shared.db >o 2>err
ok '  and fill it' cached err "$total"

# killed at any moment
for i in $(seq 150); do
	cp "m/$((i % 4 + 3)).jpg" "m/x$i.jpg" 2>/dev/null || cp m/1.jpg "m/x$i.jpg"
done
find "$PWD/m" ! -type d | sort >names
run -q >fresh
for after in 0.05 0.1 0.2 0.3 0.4 0.6; do
	run -q --cache k.db >/dev/null 2>&1 &
	sleep $after
	kill -9 $! 2>/dev/null
	wait $! 2>/dev/null
done
run -q --cache k.db >o 2>err
ok 'killed again and again, it can be used' cmp o fresh
ok '  in silence' sh -c '! grep -v "not confined" err'
run --cache k.db >o 2>err
ok '  and is whole in the end' cached err "$(wc -l <names)"
if [ -z "${CT_SANITIZED:-}" ] && [ -f "$t/fault.so" ]; then
	full() { LD_PRELOAD=$t/fault.so CT_FAULT=pwrite64:$1+:ENOSPC timeout 600 ct-hash -q -j2 --cache k.db <names; }
	touch -d 2020-01-01 m/x*.jpg
	run -q >fresh
	exits 'a full disk from the start: refused' 73 full 1
	ok '  and nothing is hashed' test ! -s got
	for at in 10 20; do
		exits "a full disk from write $at on: what was asked for is done" 0 full $at
		ok '  rightly' cmp got fresh
		ok '  and it is said, once' sh -c 'grep -c "the cache is not used any more" err | grep -qx 1'
	done
fi
done_testing
