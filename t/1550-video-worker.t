#!/bin/sh
# ct-decode-video: started once for many videos, it sees none of them; each has a
# process of its own, with its own limits, and none is left in the end
# shellcheck source=t/lib.sh disable=SC2013,SC2016,SC2046,SC2059,SC2086,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/decoders.sh
. "$t/decoders.sh"

[ -x "$top/ct-decode-video" ] || skip_all 'built with VIDEO=0'
clips=$t/data/golden/video
black=$clips/g_black_25.mp4

# dot R G B - a GIF of one dot, with a comment that its process alone ever reads
dot() {
	printf 'GIF89a\001\000\001\000\200\000\000'
	printf "$(printf '\\%03o\\%03o\\%03o' "$@")\\000\\000\\000"
	printf '!\376\022zygotes-read-this\n\000,\000\000\000\000\001\000\001\000\000\002\002\104\001\000;'
}
mkdir dots
for i in $(seq 0 149); do
	dot $i $((255 - i)) $((i * 7 % 256)) >dots/$i.gif
done
idle() { [ -z "$(busy)" ]; }
away() { # be it that nobody asks how they ended
	for pid; do
		! alive "$pid" || return
	done
}
gone() { eventually away "$@"; } # PID... - all of them, in the end
many() { [ "$(wc -l <o)" -ge "$1" ]; }
lines() { eventually many "$1"; } # N - so many records are there

# ---- many small ones ---------------------------------------------------------------
mkfifo names
ct-hash -q -j2 --unordered <names >o 2>err &
run=$!
pids=$run
exec 5>names
ls dots/*.gif >&5
ok '150 small ones' lines 150
is '  all of them well' '["ok"]' jq -sc 'map(.file.decode) | unique' o
workers >w
ok '  by two workers at most, which stay' sh -c 'grep -c . w | grep -qx "[12]"'
ok '  in the end without a child' eventually idle
dots() { for i in $(seq 0 7 149); do ct-hash -q dots/$i.gif; done; }
dots | jq -c '[.id, .hashes]' | sort >one-by-one
jq -c '[.id, .hashes]' o | sort | grep -Fxf one-by-one >together
ok '  as they are one by one' cmp one-by-one together

# ---- what the worker is ---------------------------------------------------------------
[ ! -d dots ] || printf 'comment %s\n' "$(printf 'zygotes-read-this' | od -An -vtx1 | tr -d ' \n')" >needle
ok 'the file has what is looked for' sh -c '! memscan needle dots/1.gif'
[ -n "${CT_SANITIZED-}" ] || [ "$(id -u)" -ne 0 ] ||
	for w in $(cat w); do
		ok 'no byte of a video is in the memory of a worker' memscan needle "$w"
		is '  it has a socket, and nothing' '0 socket 1 /dev/null 2 /dev/null' sh -c \
		    'cd /proc/$1/fd && for f in *; do l=$(readlink $f); echo $f ${l%%:*}; done | xargs' - "$w"
	done
ok 'another one' sh -c 'echo "$1" >&5' - "$black"
ok '  is done' lines 151
is '  by one that was there' "$(cat w)" sh -c 'grep -Fxf w' <<-END
	$(workers)
END
exec 5>&-
wait $run
is 'it ends well' 0 echo $?
pids=
ok '  and nothing is left of it' gone $(cat w)

# ---- what its child is -----------------------------------------------------------------
mkfilm -n 300000 -s 0 -d 10 long
begin() { # OPTION... - in the background, on what is in list; $w, $kid: who is at it
	ct-hash -q "$@" <list >o 2>err &
	run=$!
	pids=$run
	kid=$(kid)
	w=$(workers)
}
finish() { # STATUS
	wait $run
	status=$?
	pids=
	[ "$status" -eq "$1" ] || { cat err; false; }
}
limits() { # of process $1: CPU seconds, memory, files
	sed -n 's/^Max \(cpu time\|data size\|open files\) *\([^ ]*\) .*/\2/p' "/proc/$1/limits" | xargs
}
{ echo long && echo "$black" && echo dots/1.gif; } >list
begin -j1 --video-rate all --max-memory 300M --max-video-time 900
if [ -z "${CT_SANITIZED-}" ]; then
	is 'a child: filtered, without new privileges' '1 2' sh -c \
	    'sed -n "s/^\(NoNewPrivs\|Seccomp\):.//p" "/proc/$1/status" | xargs' - "$kid"
	is '  its own limits: CPU, memory, descriptors' "901 $(((300 + 64) << 20)) 0" limits "$kid"
	is '  which its worker has not' 'unlimited unlimited 5' limits "$w"
fi
[ "$(id -u)" -ne 0 ] ||
	is '  a video, a socket, and nothing' '0 long 1 socket 2 null' sh -c \
	    'cd /proc/$1/fd && for f in *; do l=$(readlink $f); l=${l##*/}; echo $f ${l%%:*}; done | xargs' - "$kid"
kill -KILL "$kid"
ok 'a child is killed' finish 0
is '  which is the outcome of its video alone' 'decoder-crash ok ok' sh -c 'jq -r .file.decode o | xargs'
ok '  and nothing is left' gone "$w" "$kid"

begin -j1 --video-rate all --max-video-time 6
kill -STOP "$kid"
ok 'a child is stopped' finish 0
is '  its time is over, and the others are hashed' 'timeout ok ok' sh -c 'jq -r .file.decode o | xargs'
ok '  and nothing is left' gone "$w" "$kid"

# ---- a worker that dies ------------------------------------------------------------------
begin -j1 --video-rate all
kill -KILL "$w"
ok 'a worker is killed: its child is' gone "$kid"
second=$(kid)
ok '  and the video is begun again' test "$second" != "$kid"
kill -KILL $(workers)
ok '  and once more' finish 0
is '  then that is its outcome' 'decoder-crash ok ok' sh -c 'jq -r .file.decode o | xargs'
ok '  and nothing is left' gone "$second"
{ echo "$black" && mkfilm -n 3000 short && echo short && echo "$black"; } >list
begin -j1 --video-rate all
[ -z "$w" ] || kill -KILL $w
ok 'killed once, it is made up for' finish 0
is '  all are hashed' 'ok ok ok' sh -c 'jq -r .file.decode o | xargs'

# ---- two lanes, and the end of it all ------------------------------------------------------
cp long long2
{ echo long && echo long2; } >list
begin -j2 --video-rate all
both() { [ "$(decoding | wc -w)" -ge 2 ]; }
eventually both
is 'two lanes, two workers, a child of each' '2 2' echo "$(workers | wc -w) $(busy | wc -w)"
all="$(workers) $(busy)"
kill -KILL $run
wait $run 2>/dev/null
pids=
ok '  with ct-hash itself killed, none of them is left' gone $all

# ---- limits are each video's -----------------------------------------------------------------
gif() { printf 'GIF89a%b\200\0\0\0\0\0\377\377\377' "$1"; } # WIDTH and HEIGHT
{ gif '\020\047\020\047' && printf '\054\0\0\0\0\020\047\020\047\0\002\002\104\001\0;'; } >large.gif
for f in large.gif "$black" large.gif dots/1.gif large.gif "$black"; do
	echo "$f"
done >list
[ -n "${CT_SANITIZED-}" ] || {
	ct-hash -q -j1 --max-memory 16M <list >o
	is 'memory is that of a video, and no sum' 'out-of-memory ok out-of-memory ok out-of-memory ok' sh -c 'jq -r .file.decode o | xargs'
}
if [ -z "${CT_SANITIZED-}" ] && { [ "$(id -u)" -ne 0 ] || setpriv --reuid 65534 true 2>/dev/null; }; then
	as='' && [ "$(id -u)" -ne 0 ] || as='setpriv --reuid 65534 --clear-groups'
	{ printf '{"id":"a","frame":true}\n%x\n' "$(wc -c <"$black")" && cat "$black" && echo '0 ok'; } >frame
	! $as test -x "$top/ct-decode-video" ||
		is 'lower limits that come from outside stay' ok sh -c \
		    "ulimit -t 99; ulimit -d 900000; $as ct-hash -q <frame | jq -r .file.decode"
fi
done_testing
