#!/bin/sh
# ct-hash: names and files that nobody should have; what is no file, changes
# while it is read, or cannot be read, and a machine that has no more to give
# shellcheck source=t/lib.sh disable=SC2016,SC2119,SC2120,SC2317
. "${0%/*}/lib.sh"

printf 'md5 %032d\n' 1 >known
hostile jpeg >good && hostile jpeg-small >other || exit 1
sha() { sha256sum <"$1" | cut -c1-64; }
pdq() { ct-hash -q "$1" | jq -r .hashes.pdq; }
good="ok $(sha good)"

# in_run NAME... - each with the good file behind it, in one run: its record
# in o, every other line; 1 if it hangs, or a good one is not right
in_run() {
	for name in "$@"; do printf '%s\0good\0' "$name"; done |
	    timeout 200 ct-hash -0 "$flags" >all 2>err
	status=$?
	sed -n 'p;n' all >o
	test "$status" -lt 124 && test "$(sed -n 'n;p' all | wc -l)" -eq $# &&
	    test "$(sed -n 'n;p' all | jq -r '"\(.file.decode) \(.hashes.sha256)"' | sort -u)" = "$good"
}
flags=-q
# refused WHAT MESSAGE NAME... - each is an error of this message, no more
refused() {
	what=$1 message=$2
	shift 2
	ok "$what: the rest is done" in_run "$@"
	ok '  exit 66' test "$status" -eq 66
	is '  an error each' "$# $message" jq -rs 'map(select((.error.code == 66) and (has("file") or has("hashes") | not)).error.msg) |
	    "\(length) \(unique | join(", "))"' o
}

# ---- F1 F2 what is no file
mkfifo fifo && mkdir dir && race socket sock
refused 'F1 a FIFO nobody writes to' 'cannot open: not a regular file' fifo
refused 'F2 devices and a directory' 'cannot open: not a regular file' \
    /dev/zero /dev/full /dev/null /dev/ptmx dir /proc sock

# ---- a lease: who opens the file waits for who has it
leased() { # NAME [MS]
	race lease "$@" >held 2>&1 &
	pids=$!
	eventually grep -q . held
	grep -qx held held
}
cp good leased
if leased leased 200; then
	ok 'a file of which another has a lease is waited for' in_run leased
	json '  and read' .file.decode '"ok"' o
	kill $pids && wait $pids 2>/dev/null
	leased leased
	flags=--max-time=3
	ok '  but not for ever' in_run leased
	ok '  exit 75' test "$status" -eq 75
	json '  it is an error' '[.error.code, .error.msg]' '[75,"cannot read: timed out"]' o
	kill $pids && wait $pids 2>/dev/null
	flags=-q
fi
pids=

# ---- F3 links
ln -s good link && ln -s loop loop && ln -s none dangling && ln -s link link2 && ln -s dir dirlink
ok 'F3 a link is followed' in_run link link2
is '  to the same bytes' "2 $(sha good)" jq -rs '"\(length) \(map(.hashes.sha256) | unique | join(" "))"' o
refused 'F3 a loop of links' 'cannot open: Too many levels of symbolic links' loop
refused 'F3 one that leads nowhere' 'cannot open: No such file or directory' dangling
refused 'F3 one to a directory' 'cannot open: not a regular file' dirlink
flags=--no-follow
refused 'F3 --no-follow reads none' 'cannot open: it is a symbolic link' link link2 loop dangling
flags=-q

# ---- F4 changes while it is read
{ cat good; head -c 1500000 /dev/zero | tr '\0' z; } >long
cp long resized
race resize long resized &
pids=$!
# until one was not whole
for _ in 1 2 3 4 5 6 7 8; do
	for _ in $(seq 50); do printf 'resized\0good\0'; done | timeout 600 ct-hash -q -0 >>all.resized
	jq -r 'select(.path|endswith("resized")).file.size' all.resized | sort -nu >sizes
	[ "$(wc -l <sizes)" -lt 3 ] || break
done
kill $pids && wait $pids 2>/dev/null
pids=
ok 'F4 it was seen in several sizes' test "$(wc -l <sizes)" -ge 3
ok '  the file behind it is right each time' test "$(grep '/good"' all.resized |
    jq -r '"\(.file.decode) \(.hashes.sha256)"' | sort -u)" = "$good"
what_was_read() { # the hashes and outcomes are those of a file of these bytes
	while read -r size; do
		head -c "$size" long >resized
		ct-hash -q resized
	done <sizes | sort >want.rec
	grep '/resized"' all.resized | sort -u | diff want.rec -
}
ok '  digests, outcome and PDQ are of the bytes that were read' what_was_read

# T7 replaced: the digest and the hash are of the same file
ln good swapped
race swap good other swapped &
pids=$!
for _ in $(seq 2000); do printf 'swapped\0'; done | timeout 600 ct-hash -q -0 >o
kill $pids && wait $pids 2>/dev/null
pids=
is 'T7 2000 records of a name that is swapped' 2000 grep -c . o
printf '%s ok %s\n' "$(sha good)" "$(pdq good)" "$(sha other)" "$(pdq other)" | sort >want.two
pairs() { jq -r '"\(.hashes.sha256) \(.file.decode) \(.hashes.pdq)"' o | sort -u; }
is '  each is of one file or the other, whole' "$(cat want.two)" pairs

# ---- F5 large
truncate -s 67108865 big
ok 'F5 64 MiB and a byte' in_run big
json '  is too large, and digested' '[.file.size,.file.decode,.hashes.sha256]' "[67108865,\"too-large\",\"$(sha big)\"]" o
rm big
truncate -s 1T holes
ok 'F5 1 TiB of holes' in_run holes
json '  is not read' '[.file, .hashes]' '[{"size":1099511627776,"mime":"application/octet-stream","decode":"too-large"},null]' o
is '  nor ever clean' undecided sh -c 'ct-match -aq -l known <o | jq -r .match.verdict'
rm holes
flags='--max-read=9'
ln -s /proc/version endless # whose size is told as 0
printf 'endless\0' | timeout 200 ct-hash -q -0 $flags >o
json 'F5 one that does not end is read no further' '[.file.decode, .hashes]' '["too-large",null]' o
flags=-q

# ---- F6 cannot be read
long=$(printf %0256d 0)
deep=$(printf 'd/%.0s' $(seq 2049))f
refused 'F6 a name of 256 bytes' 'cannot open: File name too long' "$long"
refused 'F6 a path of 4099' 'cannot open: File name too long' "$deep"
cp good secret && chmod 0 secret
# root needs a right for it, which can be taken away
as=
[ "$(id -u)" -ne 0 ] || as='setpriv --bounding-set=-dac_override,-dac_read_search'
if [ -z "$as" ] || $as true 2>/dev/null; then
	$as "$top/ct-hash" -q secret good >all 2>err
	ok 'F6 mode 000: exit 66' test $? -eq 66
	json '  an error, and the rest is done' '[.error.msg, .file.decode]' '["cannot open: Permission denied",null]
[null,"ok"]' all
fi
# injects - LD_PRELOAD works here: not with sanitizers
injects() { [ -z "${CT_SANITIZED-}" ]; }
fault() { # FAULT PATH COMMAND...
	CT_FAULT=$1 CT_FAULT_PATH=$2 LD_PRELOAD=$t/fault.so sh -c 'shift 2; timeout 200 "$@"' - "$@" >all 2>err
}
if injects; then
	cp good bad
	fault read:1:EIO /bad ct-hash -q good bad good
	ok 'F6 a disk that fails: exit 74' test $? -eq 74
	json '  an error of the one, and the rest is done' '[.error.code, .error.msg, .file.decode]' '[null,null,"ok"]
[74,"cannot read: Input/output error",null]
[null,null,"ok"]' all
	# F9 a file system that hangs
	cp good bad
	fault read:1:HANG /bad ct-hash -q --max-time=3 bad good
	ok 'F9 a read that never comes back: exit 75' test $? -eq 75
	json '  it is an error, and the rest is done' '[.error.code, .error.msg, .file.decode]' '[75,"cannot read: timed out",null]
[null,null,"ok"]' all
	fault read:1+:DRIP /bad ct-hash -q --max-time=3 bad good
	ok 'F9 one that drips: exit 75' test $? -eq 75
	json '  it is an error, and the rest is done' '[.error.code, .error.msg, .file.decode]' '[75,"cannot read: timed out",null]
[null,null,"ok"]' all
	head -c 5 good >bad
	fault read:1+:DRIP /bad ct-hash -q --max-time=50 bad
	ok '  but it may take its time' test $? -eq 0
	cp good bad
	for why in EMFILE ENFILE ENOMEM; do
		fault open:1:$why ./bad ct-hash -q -j1 ./bad good
		ok "F10 $why on opening: exit 71" test $? -eq 71
		ok '  which ends the run' grep -q '^ct-hash: cannot open: ' err
		json '  and each has an outcome' '.error.code' '71
71' all
	done
	fault read:1:EINTR /bad ct-hash -q good bad good
	ok 'F6 a signal while it is read is nothing' test $? -eq 0
fi

# ---- F7 names
mkdir names
esc=$(printf '\033') rlo=$(printf '\342\200\256')
set -- "$(printf 'new\nline')" "$(printf 'tab\there')" "${esc}[2J" 'quote"' 'back\slash' \
    -n -- "$(printf '%0255d' 0 | tr 0 '\377')" "${rlo}gpj.exe" "$(printf '\177\302\233')" ' ' '{}' '*' '$(touch INJ)' "a;b'c"
for name; do cp good "names/$name" || exit 1; done
cd names || exit 1
printf '%s\0' "$@" | ct-hash -q -0 >../o
ct-hash -q -- "$@" >../o2
cd ..
is 'F7 a line each' $# grep -c . o
ok '  the same as operands' cmp o o2
is '  all of them read' "$# ok $(sha good)" jq -rs '"\(length) \(map("\(.file.decode) \(.hashes.sha256)") | unique | join(", "))"' o
here=$(pwd -P)/names
for name; do
	printf '%s' "$here/$name" >want.name
	i=$((${i-0} + 1))
	sed -n ${i}p o | jq -j 'if .path then .path else .path_b64 | @base64d end' >got.name 2>/dev/null
	# jq has no bytes: what is not UTF-8 is compared as base64
	sed -n ${i}p o | jq -r '.path_b64 // empty' >got.b64
	[ ! -s got.b64 ] || base64 -d <got.b64 >got.name
	ok "  $i is its name" cmp want.name got.name
done
is '  only what is not UTF-8 is in base64' 1 grep -c path_b64 o
ok '  no control gets through' sh -c '! LC_ALL=C grep -q "$(printf "[\001-\011\013-\037\177]")" o && ! grep -q "$(printf "\302\233")" o'
is '  and back: the same files' "$# ok" sh -c 'jq -c "{path,path_b64} | with_entries(select(.value))" o | ct-hash -q |
    jq -rs "\"\(length) \(map(.file.decode) | unique | join(\" \"))\""'

# ---- F8 more names than memory
mkfifo pipe records
ct-hash -q <pipe >records 2>/dev/null &
pids=$!
# mawk waits for whole blocks: of the last lines it sees nothing yet
awk 'NR == 1000 { print >"first"; close("first") } END { print NR }' <records >count &
counter=$!
exec 5>pipe
resident() { sed -n 's/^RssAnon:[^0-9]*\([0-9]*\).*/\1/p' /proc/$pids/status; }
open_files() { find /proc/$pids/fd -type l | wc -l; }
many() { seq -f 'none/%.0f' "$1" >&5; }
many 2000
eventually test -s first
before=$(resident) files=$(open_files)
many 200000
after=$(resident)
# sanitizers keep what is freed; a name kept is 32 bytes or more, so 6000 kB
! injects || ok "F8 200000 names: memory flat, $before kB before, $after after" test $((after - before)) -lt 4096
is '  and descriptors' "$files" open_files
exec 5>&-
wait $pids
ok '  exit 66' test $? -eq 66
wait $counter
is '  a record each' 202000 cat count
pids=

# ---- F10 a machine that has no more to give
short() { # WHAT STATUS MESSAGE SHELL
	sh -c "$4" >all 2>said
	status=$?
	ok "F10 $1: exit $2" test "$status" -eq "$2"
	ok '  in one clear line' grep -qx "ct-hash: $3" said
	is '  and no more' 1 sh -c 'grep -vc " in = " said'
}
ok 'F10 29 descriptors do' sh -c 'ulimit -n 29; ct-hash -q -j 1 good | grep -q \"ok\"'
for few in 4 5 12 28; do
	short "$few descriptors" 71 "$few descriptors are too few (ulimit -n); 29 would do" \
	    "ulimit -n $few; exec ct-hash good"
done
short '100 descriptors, 64 at a time' 71 '100 descriptors (ulimit -n) are too few for -j 64; -j 5 would do' \
    'ulimit -n 100; exec ct-hash -j 64 good'
ok 'F10   which do' sh -c 'ulimit -n 100; ct-hash -q -j 5 -B 1 --cache cache.n $(yes good | head -n 50) >all 2>said &&
    test "$(grep -c "\"ok\"" all)" -eq 50'
if sh -c 'ulimit -S -n 600' 2>/dev/null; then
	ok 'F10 more than 100, if they may be had' sh -c 'ulimit -S -n 100; ct-hash -q -j 64 good'
fi
if injects; then
	short '64 MiB of memory' 71 'cannot map shared memory: Cannot allocate memory' \
	    'ulimit -v 65536; timeout 200 ct-hash good'
	short '300 MiB, which is not enough for the decoder' 71 'the decoder lacks memory, or descriptors' \
	    'ulimit -v 300000; timeout 200 ct-hash good'
	short 'no more processes' 75 'cannot make a process: Resource temporarily unavailable' \
	    "timeout 200 env CT_FAULT=fork:1+:EAGAIN LD_PRELOAD=$t/fault.so ct-hash good"
fi
done_testing
