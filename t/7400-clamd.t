#!/bin/sh
# ct-clamd: what clients of clamd ask, and what is answered
# shellcheck source=t/lib.sh disable=SC2059,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/clamd.sh
. "$t/clamd.sh"

mkpix known.jpg --seed 1 --size 320x240 && mkpix clean.jpg --seed 2 --size 320x240 &&
    mkpix near.jpg --seed 1 --size 320x240 --quality 60 || exit 1
head -c 3000 clean.jpg >cut.jpg
echo 'no picture' >note.txt
cp "$t/data/golden/video/audio_only.m4a" rare.mp4
: >empty
head -c 70000 /dev/zero >large
ct-hash -q known.jpg | jq -r '"pdq \(.hashes.pdq) x"' >list
mkdir -p dir/deep dir/clean && cp known.jpg near.jpg dir/deep && cp clean.jpg dir && cp clean.jpg dir/clean
ln -s "$tmp/known.jpg" dir/clean/link && ln -s . dir/clean/loop && mkfifo dir/clean/pipe
cp known.jpg "$(printf 'dir/a: OK\nb')"
exits 'with no list it does not start' 66 ct-clamd -s "$tmp/none.sock" -d none
ok '  and says whose end that is' grep -q 'ct-clamd: ct-match ended with exit status 66' err
clamd -l list --max-bytes 60000 --undecided unsupported=error --spool spool || exit 1
ok 'it says how it fails' grep -qx 'ct-clamd: some of what is undecided is let through\|ct-clamd: what is undecided is refused' clamd.err
is 'its socket is for a group' 660 stat -c %a clamd.sock
exits 'a second one does not take it' 75 ct-clamd -s "$tmp/clamd.sock" -l list

# ---- each alone ---------------------------------------------------------------
reply() { # WHAT EXPECTED SENT
	printf "$3" >sent
	is "$1" "$2" say <sent
}
reply 'nPING' PONG 'nPING\n'
reply 'zPING' PONG 'zPING\0'
reply 'PING as of old' PONG 'PING\n'
reply 'PING without an end' PONG 'PING'
reply 'with a carriage return' PONG 'nPING\r\n'
reply 'one command, then it is over' PONG 'nPING\nnPING\n'
reply 'VERSION' "ct-clamd $(ct-clamd -V | sed 's/.* //')" 'zVERSION\0'
reply 'VERSIONCOMMANDS' "$(ct-clamd -V)| COMMANDS: SCAN CONTSCAN MULTISCAN ALLMATCHSCAN INSTREAM FILDES PING VERSION VERSIONCOMMANDS STATS RELOAD IDSESSION END" 'zVERSIONCOMMANDS\0'
reply 'RELOAD' RELOADING 'nRELOAD\n'
reply 'no such command' 'UNKNOWN COMMAND' 'nSCANS /\n'
reply '  one that has no business here' 'UNKNOWN COMMAND' 'nSHUTDOWN\n'
reply '  HTTP' 'UNKNOWN COMMAND' 'POST / HTTP/1.1\r\nHost: a\r\n\r\nzPING\0'
reply '  nothing' 'UNKNOWN COMMAND' 'n\n'
reply 'a command without its end' 'COMMAND READ TIMED OUT' 'nPIN'
{ printf z && head -c 5000 /dev/zero | tr '\0' x; } >sent
is 'one too long' 'COMMAND TOO LONG ERROR' say <sent
is 'nothing at all' '' say </dev/null
printf 'zSTATS\0' >sent
say <sent >got
ok 'STATS, with its end' sh -c 'grep -q "^THREADS: live 1 .* max 64" got && tail -n 1 got | grep -qx END'

# ---- streams -------------------------------------------------------------------
streamed() { # WHAT EXPECTED FILE [SIZE]
	what=$1 expected=$2
	shift 2
	stream "$@" >sent
	is "$what" "$expected" say <sent
}
streamed 'what is known' 'stream: ct.Match FOUND' known.jpg
streamed '  by chunks' 'stream: ct.Match FOUND' known.jpg 100
streamed '  what is near' 'stream: ct.Match FOUND' near.jpg
streamed 'what is not' 'stream: OK' clean.jpg
streamed 'what is cut' 'stream: ct.Undecided.corrupt FOUND' cut.jpg
streamed 'what has nothing to be seen' 'stream: undecided: unsupported ERROR' rare.mp4
streamed 'no picture' 'stream: ct.Undecided.other FOUND' note.txt
streamed 'nothing' 'stream: ct.Undecided.other FOUND' empty
streamed 'what is too long' 'INSTREAM size limit exceeded. ERROR' large 50000
{ printf 'zINSTREAM\0' && printf '\377\377\377\377'; } >sent
is '  and says so' 'INSTREAM size limit exceeded. ERROR' say <sent
stream known.jpg >whole
for cut in 3 4 11 100 $(($(wc -c <whole) - 11)); do
	head -c $((10 + cut)) whole >sent
	is "cut after $cut bytes" 'stream: it ended early ERROR' say <sent
done
stream known.jpg >sent
is 'over TCP' 'stream: ct.Match FOUND' sh -c 'raw "$1" <sent | tr "\0" "\n"' - "$port"
head -c 60000 large >most
streamed 'as long as may be' 'stream: ct.Undecided.other FOUND' most

# ---- paths ----------------------------------------------------------------------
reply 'SCAN' "$tmp/known.jpg: ct.Match FOUND" "nSCAN $tmp/known.jpg\n"
reply '  clean' "$tmp/clean.jpg: OK" "zSCAN $tmp/clean.jpg\0"
reply '  through a link' "$tmp/dir/clean/link: ct.Match FOUND" "zSCAN $tmp/dir/clean/link\0"
reply '  too long' "$tmp/large: ct.Undecided.too-large FOUND" "zSCAN $tmp/large\0"
reply '  not there' "$tmp/none: no such file or directory ERROR" "zSCAN $tmp/none\0"
reply '  a pipe' "$tmp/dir/clean/pipe: it is no regular file ERROR" "zSCAN $tmp/dir/clean/pipe\0"
reply '  not from the root' 'known.jpg: want a path from /. ERROR' 'zSCAN known.jpg\0'
reply 'a directory: no link, no pipe' "$tmp/dir/clean: OK" "zCONTSCAN $tmp/dir/clean\0"
printf 'zCONTSCAN %s\0' "$tmp/dir" >sent
say <sent | sort >got.all
printf '%s: ct.Match FOUND\n' "$tmp/dir/a: OK?b" "$tmp/dir/deep/known.jpg" "$tmp/dir/deep/near.jpg" >want.all
ok 'CONTSCAN names all, a line each' diff -u want.all got.all
printf 'zMULTISCAN %s\0' "$tmp/dir" >sent
is 'MULTISCAN too' 3 sh -c 'raw "$1" <sent | tr "\0" "\n" | grep -c FOUND' - "$sock"
printf 'zSCAN %s\0' "$tmp/dir" >sent
is 'SCAN stops at the first' 1 sh -c 'raw "$1" <sent | tr "\0" "\n" | grep -c .' - "$sock"
mkdir far && (
	# shellcheck disable=SC2016 # of perl
	cd far && perl -e '$n = ("x" x 251) . ": OK"; for (1 .. 32) { mkdir $n; chdir $n or exit 1 }
	    open my $f, ">", "note" or exit 1; print $f "text"'
) || exit 1
printf 'zCONTSCAN %s\0' "$tmp/far" >sent
is 'a name of any length does not cut off what is said' ' ct.Undecided.other FOUND' \
    sh -c 'raw "$1" <sent | tr "\0" "\n" | sed "s/.*://"' - "$sock"
printf 'zSCAN %s/clean.jpg\0' "$tmp" >sent
is 'over TCP there are no paths' "$tmp/clean.jpg: paths only over the local socket. ERROR" \
    sh -c 'raw "$1" <sent | tr "\0" "\n"' - "$port"
printf 'zFILDES\0' >sent
is 'a descriptor' 'ct.Match FOUND' sh -c 'raw -f known.jpg "$1" <sent | tr "\0" "\n" | sed "s/^fd\[[0-9]*\]: //"' - "$sock"
is '  of no file' 'it is no regular file ERROR' sh -c 'raw -f dir "$1" <sent | tr "\0" "\n" | sed "s/^fd\[[0-9]*\]: //"' - "$sock"
printf 'zFILDES\0\0' >sent
is '  none' 'No file descriptor received. ERROR' say <sent
is '  over TCP' 'UNKNOWN COMMAND' sh -c 'raw "$1" <sent | tr "\0" "\n"' - "$port"
find "/proc/$clamd/fd" | wc -l >fds.before
printf 'zPING\0' >sent
for _ in 1 2 3; do say -f known.jpg -f known.jpg -f known.jpg -f known.jpg -f known.jpg -f known.jpg <sent >/dev/null; done
ok 'descriptors that nobody asked for are closed' soon sh -c \
    'test "$(find "/proc/$1/fd" | wc -l)" -le "$(cat fds.before)"' - "$clamd"

# ---- a session ----------------------------------------------------------------------
{ printf 'zIDSESSION\0zPING\0' && stream known.jpg && printf 'zSCAN %s\0' "$tmp/clean.jpg" &&
    stream clean.jpg 1000 && printf 'zVERSION\0zEND\0zPING\0'; } >sent
is 'a session has numbers' "1: PONG
2: stream: ct.Match FOUND
3: $tmp/clean.jpg: OK
4: stream: OK
5: $(ct-clamd -V)" say <sent
printf 'nIDSESSION\nnPING\nPING\n' >sent
is '  in which each command says its end' '1: PONG
1: UNKNOWN COMMAND' say <sent
{ printf 'zIDSESSION\0' && stream large 50000 && printf 'zPING\0'; } >sent
is '  and one that is cut off ends it' '1: INSTREAM size limit exceeded. ERROR' say <sent

# ---- many at a time -------------------------------------------------------------------
stream known.jpg 777 >sent.1
stream clean.jpg 999 >sent.0
for i in $(seq 20); do raw "$sock" <sent.$((i % 2)) >"many.$i" & all="${all-} $!"; done
# shellcheck disable=SC2086
wait $all
is 'each gets its own answer' '10 stream: OK
10 stream: ct.Match FOUND' sh -c 'for f in many.*; do tr "\0" "\n" <$f; done | sort | uniq -c | sed "s/^ *//"'
raw -c "$sock" <sent.0
is 'one that is gone at once harms none' PONG sh -c 'printf "zPING\0" | raw "$1" | tr "\0" "\n"' - "$sock"

# ---- what is kept ------------------------------------------------------------------------
find spool -name '*.rec' | sed 's#.*/##; s/\.rec$//' >kept
ok 'each match is kept' test "$(wc -l <kept)" -gt 20
is '  with its bytes' '' sh -c 'while read -r k; do
    [ "$(jq -r .hashes.sha256 "spool/$k.rec")" = "$(sha256sum <"spool/$k.bytes" | cut -c1-64)" ] || echo "$k"; done <kept'
cat spool/*.rec >records
is '  and nothing else' match sh -c 'jq -r .match.verdict records | sort -u'
is '  by a path that others can open' '' sh -c 'jq -r .path records | xargs ls >/dev/null'
is '  names where there were any' "$tmp/dir/a: OK
b" sh -c 'jq -r "select(.object) | .object.name | select(endswith(\"b\"))" records | head -n 2'
ct-review add -q <records >/dev/null
is 'and all of it is queued' "$(wc -l <kept)" sh -c 'ct-review list -q | wc -l'
clamd_ends
is 'a signal ends it' 0 echo $?
ok '  and its socket is gone' test ! -e clamd.sock
is '  with nothing more said' 1 sh -c 'grep -vc "decoder is not confined" clamd.err'
done_testing
