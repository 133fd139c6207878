#!/bin/sh
# ct-clamd: what it asks dies, hangs, or has another list
# shellcheck source=t/lib.sh disable=SC2059,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/clamd.sh
. "$t/clamd.sh"

mkpix a.jpg --seed 1 --size 320x240 && mkpix b.jpg --seed 2 --size 320x240 || exit 1
ct-hash -q a.jpg | jq -r '"pdq \(.hashes.pdq) a"' >a.list
ct-hash -q b.jpg | jq -r '"pdq \(.hashes.pdq) b"' >b.list
stream a.jpg >sent.a
stream b.jpg >sent.b
both() { # a line for a, one for b
	say <sent.a
	say <sent.b
}
# child NAME - the process of it that this daemon has, once it is the only one
child() {
	eventually only "$1" && cat only
}
only() {
	for stat in /proc/[0-9]*/stat; do
		read -r pid name _ parent _ <"$stat" || continue
		[ "$parent $name" != "$clamd ($1)" ] || echo "$pid"
	done >only 2>/dev/null
	[ "$(wc -l <only)" -eq 1 ]
}
# asked N - so many wait for an answer
asked() {
	[ "$(printf 'zSTATS\0' | say | sed -n 's/^QUEUE: \([0-9]*\) items$/\1/p')" = "$1" ]
}

# ---- another list -----------------------------------------------------------------
printf '[source own]\ntype = file\npath = %s/list\n' "$tmp" >sync.conf
cp a.list list
ct-syncdb -q -c sync.conf sync
clamd --spool spool || exit 1
is 'one list' 'stream: ct.Match FOUND
stream: OK' both
before=$(child ct-match)
cat b.list >>list
ct-syncdb -q -c sync.conf sync
is 'a longer one is asked as soon as it is there' 'stream: ct.Match FOUND
stream: ct.Match FOUND' both
ok '  by another process' sh -c '[ -n "$1" ] && [ "$1" != "$2" ]' - "$before" "$(child ct-match)"
ok '  and the old one has gone' soon test ! -e "/proc/$before"
before=$(child ct-match)
printf 'zRELOAD\0' >sent
is 'RELOAD' RELOADING say <sent
is '  and it goes on' 'stream: ct.Match FOUND' say <sent.a
ok '  with another process, too' sh -c '[ "$1" != "$2" ]' - "$before" "$(child ct-match)"
cp a.list list
ct-syncdb -q -c sync.conf sync
is 'what is withdrawn is let through' 'stream: ct.Match FOUND
stream: OK' both

# ---- it dies --------------------------------------------------------------------------
sleep 1 # not the first second of its life
for name in ct-match ct-hash; do
	kill -9 "$(child $name)"
	ok "$name dies: it is started again" soon sh -c '
	    raw "$1" <sent.a | tr "\0" "\n" | grep -qx "stream: ct.Match FOUND"' - "$sock"
	ok '  and it is told' grep -q "^ct-clamd: signal 9 ended $name" clamd.err
done
# one that is being asked
sleep 1
kill -STOP "$(child ct-match)"
raw "$sock" <sent.b >answer &
ask=$!
ok 'one is asked' eventually asked 1
kill -9 "$(child ct-match)"
wait $ask
is 'of what was asked meanwhile, an error' 'stream: signal 9 ended ct-match ERROR' sh -c 'tr "\0" "\n" <answer'

# ---- it hangs ---------------------------------------------------------------------------
clamd_ends
clamd --timeout 4 --spool spool || exit 1
is 'before' 'stream: OK' say <sent.b
for name in ct-match ct-hash; do
	hung=$(child $name)
	kill -STOP "$hung"
	is "$name hangs: an error" 'stream: no answer in time ERROR' say <sent.b
	ok '  it is killed' soon test ! -e "/proc/$hung"
	is '  and started again' 'stream: OK' say <sent.b
done
kill -STOP "$(child ct-match)"
for i in $(seq 10); do raw "$sock" <sent.b >"hung.$i" & all="${all-} $!"; done
# shellcheck disable=SC2086
wait $all
is 'all that wait get one' '10 stream: no answer in time ERROR' sh -c \
    'for f in hung.*; do tr "\0" "\n" <$f; done | sort | uniq -c | sed "s/^ *//"'

# ---- there is no list, or a broken one -------------------------------------------------------
mv "$CT_HOME/lists/known.ctx" away.ctx
is 'no list: an error' 'stream: ct-match ended with exit status 66 ERROR' say <sent.b
printf 'zSTATS\0' >sent
say <sent | sed -n 's/.* started //p' >started
begun=$(date +%s)
for _ in 1 2 3 4 5 6 7 8; do say <sent.b >>errors; done
is '  each time' 0 sh -c 'grep -c -v ERROR errors; :'
is '  and it is tried once a second at most' '' sh -c 'raw "$1" <sent | tr "\0" "\n" |
    sed -n "s/.* started //p" | awk -v most="$(($(cat started) + 4 + $(date +%s) - $2))" "\$1 > most"' - "$sock" "$begun"
head -c 100 away.ctx >"$CT_HOME/lists/known.ctx"
chmod 640 "$CT_HOME/lists/known.ctx"
ok 'a broken one: an error' soon sh -c 'raw "$1" <sent.b | tr "\0" "\n" |
    grep -qx "stream: ct-match ended with exit status 65 ERROR"' - "$sock"
mv away.ctx "$CT_HOME/lists/known.ctx"
ok 'it is back: it goes on' soon sh -c 'raw "$1" <sent.b | tr "\0" "\n" | grep -qx "stream: OK"' - "$sock"

# ---- a disk that takes nothing ------------------------------------------------------------------
if [ "$(id -u)" -eq 0 ] && mkdir small && mount -t tmpfs -o size=4k none small 2>/dev/null; then
	clamd_ends
	clamd -d "$CT_HOME" --spool small
	is 'what cannot be kept is an error' 'stream: it could not be kept ERROR' say <sent.a
	is '  and leaves no record' 0 sh -c 'ls small | grep -c rec$; :'
	is '  what is clean is' 'stream: OK' say <sent.b
	clamd_ends
	umount small
else
	clamd_ends
	echo '# no small disk here'
fi

# ---- it is slow -----------------------------------------------------------------------------
mkdir lazy && cp "$top/ct-clamd" "$top/ct-hash" "$top/ct-decode" lazy && cat >lazy/ct-match <<'E2' && chmod +x lazy/ct-match
#!/bin/sh
while IFS= read -r record; do
	sleep 1
	printf '%s\n' "${record%\}},\"match\":{\"verdict\":\"clean\",\"db\":{\"age_s\":0}}}"
done
E2
PATH=$tmp/lazy:$PATH clamd -l a.list --timeout 3 || exit 1
all=
for i in 1 2 3 4 5 6; do raw "$sock" <sent.b >"lazy.$i" & all="${all-} $!"; done
# shellcheck disable=SC2086
wait $all
for f in lazy.?; do tr '\0' '\n' <"$f"; done | sort | uniq -c >answers
ok 'much to do: some are late, and only those are errors' sh -c \
    'grep -q "[1-9] stream: OK" answers && grep -q "[1-9] stream: no answer in time ERROR" answers'
ok '  the others do not die of it' sh -c 'test "$(wc -l <answers)" -eq 2 && ! grep -q "no answer" clamd.err'
clamd_ends

# ---- the end ---------------------------------------------------------------------------------
clamd -l a.list --idle 1 --clients 2 --max-memory 1M --undecided ok --undecided hash=error || exit 1
ok 'it says that it fails open' grep -q 'some of what is undecided is let through' clamd.err
echo text >note
stream note >sent
is '  and does' 'stream: OK' say <sent
head -c 2000000 /dev/zero >much
stream much 60000 >sent
is 'more than may be in memory' 'stream: no memory for it now ERROR' say <sent
{ printf 'zINSTREAM\0' && bytes 9 && sleep 2.4; } | raw "$sock" | tr '\0' '\n' >slow
is 'one that says nothing for too long' 'stream: it ended early ERROR' cat slow
{ sleep 2.4; } | raw "$sock" >idle.1 &
one=$!
{ sleep 2.4; } | raw "$sock" >idle.2 &
two=$!
is 'others wait for their turn' 'stream: ct.Match FOUND' say <sent.a
wait $one $two
clamd_ends
is 'it ends' 0 echo $?
clamd -l a.list || exit 1
{ printf 'zIDSESSION\0zPING\0' && sleep 3; } | raw "$sock" >session &
ask=$!
live() { printf 'zSTATS\0' | say | grep -q "^THREADS: live $1 "; }
ok 'a session is there' eventually live 2
hash=$(child ct-hash)
clamd_ends
is 'with a client that waits, it ends' 0 echo $?
ok '  and so do its children' soon test ! -e "/proc/$hash"
wait $ask
clamd -l a.list --clients 1 || exit 1
fds() { find "/proc/$clamd/fd" | wc -l; }
before=$(fds)
{ printf 'zIDSESSION\0zPING\0' && sleep 9; } | raw "$sock" >session &
more() { [ "$(fds)" -gt "$before" ]; }
ok 'the only one that may be is there' eventually more
kill "$clamd"
ok '  a signal ends it even so' soon test ! -e "$sock"
wait "$clamd"
clamd -l a.list || exit 1
hash=$(child ct-hash)
clamd_ends KILL 2>/dev/null
ok 'if it is killed its children go, too' soon test ! -e "/proc/$hash"
clamd -l a.list
is '  and the next takes its socket' 'stream: ct.Match FOUND' say <sent.a
clamd_ends
done_testing
