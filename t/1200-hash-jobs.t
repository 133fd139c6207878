#!/bin/sh
# ct-hash with several lanes: order, memory, signals, files that hang
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

mkpix --seed 7 a.jpg && mkpix --seed 8 --size 200x150 b.png &&
    mkpix --seed 9 --size 2400x1600 --progressive big.jpg || exit 1
: >empty

# begin OPTION... - ct-hash $preload reads from descriptor 5, in the background
begin() {
	rm -f names o err.run
	mkfifo names
	ct-hash "$@" <names >o 2>err.run &
	pids=$!
	exec 5>names
}
ended() { # STATUS - the input ends; so does ct-hash
	exec 5>&-
	wait "$pids"
	status=$?
	pids=
	[ $status -eq "$1" ] || { echo "exit $status"; cat err.run; false; }
}
lines() { test "$(wc -l <"$1")" -eq "$2"; }

# ---- order --------------------------------------------------------------------
for i in $(seq 12); do
	printf 'big.jpg\na.jpg\nempty\nb.png\nmissing\na.jpg\n{"id":"%s","path":"b.png"}\n{"id":\n\n' "$i"
done >many
many() { ct-hash "$@" <many; }
exits 'one lane' 66 many -j1
cp got want.j1
for j in 2 8; do
	is "$j lanes: the same bytes, in order" "$(cat want.j1)" many -q -j$j
	ok '  and the same count' grep -qx 'ct-hash: 96 in = 96 out + 0 dropped: .*60 ok.*' - <<-END
		$(many -j$j 2>&1 >/dev/null)
	END
done
many -j8 --unordered 2>/dev/null | sort >o
ok 'without order: the same records' sh -c 'sort want.j1 | cmp - o'
xargs printf '%s\0' <<-END >nul
	big.jpg a.jpg missing b.png
END
is 'operands and names ended by NUL: the same' "$(ct-hash -q -j4 big.jpg a.jpg missing b.png 2>/dev/null)" \
    sh -c 'ct-hash -q -0 -j4 <nul 2>/dev/null'
for opt in -j0 -j257 -jx --jobs=-1; do
	exits "$opt is wrong usage" 64 ct-hash $opt a.jpg
done

# ---- constant memory -------------------------------------------------------------
peak() { # N NAMES - kB that it takes at most
	begin -q -j2
	seq "$1" | sed 's,^,/nonexistent/a-name-of-some-length-,' >&5
	eventually lines o "$1" || echo never
	sed -n 's/VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pids/status"
	ended 66 >&2
}
if [ -z "${CT_SANITIZED:-}" ]; then
	few=$(peak 5000 2>/dev/null) more=$(peak 205000 2>/dev/null)
	echo "# $few kB for 5000 names, $more kB for 205000"
	# what waits to be written was seen to differ by 2600; names that are kept
	# take over 9000
	ok 'forty times the names take no more memory' test "$more" -lt $((few + 7000))
fi

# ---- what is done is written ---------------------------------------------------
truncate -s 60G huge
begin -j1
printf 'a.jpg\nhuge\nb.png\n' >&5
ok 'while a huge file is read, what came before it is written' eventually lines o 1
ok 'SIGUSR1 tells how far it is' eventually sh -c \
    "kill -USR1 $pids; grep -q '^ct-hash: 3 in, 1 out, [0-9]* MB, [0-9]*/s: 1 ok\$' err.run"
kill -TERM "$pids"
# two at once would be one
eventually grep -q '^ShdPnd:.0*$' "/proc/$pids/status"
ok 'a signal lets it finish' alive "$pids"
kill -TERM "$pids"
wait "$pids"
ok 'a second one kills' test $? -eq 143
pids=
exec 5>&-
rm huge

begin -j2
# its decoders are there: so it knows its signals
eventually grep -q . "/proc/$pids/task/$pids/children"
kill -USR1 "$pids"
ok 'SIGUSR1 without any input' eventually grep -q '^ct-hash: 0 in, 0 out, 0/s$' err.run
printf 'a.j' >&5
sleep 0.2
kill -USR1 "$pids"
ok 'in the middle of a line' eventually sh -c 'test "$(grep -c "0 in, 0 out" err.run)" -eq 2'
printf 'pg\n' >&5
ok 'and the line is whole in the end' eventually lines o 1
ok 'the input ends' ended 0

begin
for i in $(seq 40); do echo big.jpg; done >&5
eventually test -s o
kill -TERM "$pids"
wait "$pids"
ok 'SIGTERM: exit 75' test $? -eq 75
pids=
exec 5>&-
taken=$(sed -n 's/^ct-hash: \([0-9]*\) in = .*/\1/p' err.run)
ok 'what was taken in is finished' lines o "$taken"
is '  and whole' ok sh -c 'jq -r .file.decode o | sort -u'
ok '  and it is said' grep -q 'stopped; what was begun is finished' err.run

echo "md5 $(md5sum <a.jpg | cut -c1-32)" >known
rm -f names && mkfifo names
ct-match -a -l known <names >o 2>err.run &
pids=$!
exec 5>names
ct-hash -q a.jpg >&5
eventually test -s o
ok 'another filter, too' eventually sh -c "kill -USR1 $pids; grep -q '^ct-match: 1 in, 1 out, [0-9]*/s: 1 match' err.run"
exec 5>&-
wait "$pids"
pids=

# ---- a decoder that goes ----------------------------------------------------------
begin -j2
echo a.jpg >&5
eventually lines o 1
# shellcheck disable=SC2046 # numbers
kill -9 $(cat "/proc/$pids/task/$pids/children")
for i in $(seq 20); do echo a.jpg; done >&5
ok 'decoders that were killed are replaced' ended 0
is '  at no cost' ok sh -c 'jq -r .file.decode o | sort -u'

# ---- on a terminal ------------------------------------------------------------------
if command -v script >/dev/null; then
	yes big.jpg | head -n 40 >forty
	script -qc 'ct-hash -j2 <forty >o; ct-hash -q -j2 <forty >o2' typed >/dev/null
	ok 'progress on a terminal' grep -qP '\r\x1b\[Kct-hash: [0-9]+ in, [0-9]+ out, .*/s' typed
	ok '  gone before the summary' grep -qP '\r\x1b\[Kct-hash: 40 in = 40 out' typed
	ok '  and none with -q' test "$(grep -c 'in = ' typed)" -eq 1
	ok '  with the records where they belong' lines o 40
fi

# ---- records that may not grow ----------------------------------------------------
# big SIZE - a record of so many bytes
big() { printf '{"id":"x","path":"a.jpg","z":"%s"}\n' "$(head -c $(($1 - 35)) /dev/zero | tr '\0' z)"; }
big 1048300 | ct-hash >o 2>err
json 'no room for hashes: an error' '[.id, .error.code, (.z|length)]' '["x",65,1048265]' o
ok '  that is told' grep -q 'input 1: with its hashes it would be over 1048576 bytes' err
ok '  and can be read again' sh -c 'ct-hash -q <o | cmp - o'
big 1048576 | ct-hash -q >o 2>err
json 'no room for an error either: only the id stays' '[.id, .error.code, .z]' '["x",65,null]' o
echo '{"id":"n","path":"a.jpg","error":null}' >null
exits 'an error that is null counts' 65 sh -c 'ct-hash <null'
ok '  and is told' grep -q 'input 1: it came with an error that says nothing' err

# ---- faults ---------------------------------------------------------------------------
if [ -n "${CT_SANITIZED:-}" ] || [ ! -f "$t/fault.so" ]; then
	done_testing
fi
faulty() { LD_PRELOAD=$t/fault.so timeout 600 ct-hash "$@"; }

for i in $(seq 20); do cp b.png "$i.stuck"; done
run() { CT_FAULT=read:1+:HANG CT_FAULT_PATH=.stuck faulty --max-time 3 -j1 a.jpg 1.stuck b.png 2.stuck big.jpg; }
exits 'files that hang: 75' 75 run
json '  each an error, the rest is done' '.error.code // .file.decode' '"ok"
75
"ok"
75
"ok"' got
json '  under its name' 'select(.error) | .path | test("/[12].stuck$")' 'true
true' got
ok '  and told' grep -q 'input 2: cannot read: timed out' err
run() { CT_FAULT=read:1+:HANG CT_FAULT_PATH=.stuck faulty --max-time 1 -j16 ./*.stuck a.jpg b.png; }
exits 'sixteen of them: no more is tried' 75 run
ok '  but each input has an outcome' lines got 22
ok '  which is told' grep -q 'reading 16 files timed out; no more is tried' err

for i in 1 2; do
	export CT_FAULT=pthread_create:$i:EAGAIN
	exits "no thread $i: 75" 75 faulty -j2 a.jpg
done
for i in $(seq 12); do
	export CT_FAULT="read:$i:EIO"
	faulty -q -j1 a.jpg b.png a.jpg b.png
	echo $?
done >statuses 2>err
is 'one read fails: one file has the error' 74 sh -c "sort -u statuses | grep -v '^{' | grep -vx 0"
is '  and no other' '' sh -c 'grep -c "\"code\":74" statuses | cmp - /dev/stdin <<-END
	$(grep -cx 74 statuses)
	END'
odd=
for call in calloc write; do
	for i in 1 2 3 4 5 7 9 12 15 20 25 30 40 60 100 200 400; do
		export CT_FAULT=$call:$i:ENOMEM
		faulty -q -j2 a.jpg b.png a.jpg b.png >o 2>err
		status=$?
		case $status in
		0) lines o 4 || odd="$odd $call:$i" ;;
		69 | 71 | 74 | 75) [ -s err ] || odd="$odd $call:$i" ;;
		*) odd="$odd $call:$i=$status" ;;
		esac
	done
done
unset CT_FAULT
is 'no memory, no output: an error that is told' '' printf %s "$odd"
done_testing
