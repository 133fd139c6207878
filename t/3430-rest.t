#!/bin/sh
# lists at rest: refused when others can read them; with a key no hash is found
# in any file, and all else is as without
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

export CT_CONF=conf
lists=$CT_HOME/lists
source='[source own]
type = file
path = list
[source two]
type = file
path = other'
md5=900150983cd24fb0d6963f7d28e17f72
sha1=a9993e364706816aba3e25717850c26c9cd0d89d
sha256=ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
pdq=e64cd9d9b3c38f2c1e5a69b6c49396d26f3c0f1e2d4b5a69788796a5b4c3d2e1
other=0cc175b9c0f1b6a831c399e269772661
unknown=foo-bar-baz-qux-of-no-known-type
bytes() { echo "$1" | sed 's/../\\x&/g'; }
raw=$(bytes $md5)'|'$(bytes $sha1)'|'$(bytes $sha256)'|'$(bytes $pdq)'|'$(bytes $other)
hex="(?i)$md5|$sha1|$sha256|$pdq|$other|$unknown"
# the files that tell a hash
told() { (cd "$CT_HOME" && grep -rlaP "$raw|$hex" . | sort | paste -sd' ' | grep .); }
keyed() { { [ $# = 0 ] || printf '[lists]\n'; printf '%s\n' "$@" "$source"; } >conf; }
match() { ct-match -aq "$@" <in | jq -c 'del(.match.db)'; }
found() { grep -c '"verdict":"match"' "$1"; }
same() { match "$@" | cmp - plain; }
generation() { ct-match -q <in | jq .match.db.generation | sort -u; }

printf '%s\n' "md5 $md5 a" "sha1 $sha1 a" "sha256 $sha256 b" "pdq $pdq b" >list
printf '{"type":"foo","hash":"%s","entry":"u"}\n' "$unknown" >>list
echo "md5 $other c" >other
for h in md5:$md5 sha1:$sha1 sha256:$sha256 pdq:$pdq md5:$other md5:ffffffffffffffffffffffffffff0000; do
	printf '{"id":"%s","file":{"decode":"ok"},"hashes":{"%s":"%s","pdq_quality":100}}\n' "$h" "${h%%:*}" "${h#*:}"
done >in

# ---- in the clear
keyed
ct-syncdb -q sync 2>said
match >plain
is 'without a key: what there is to find' './lists/known.ctx ./lists/own.db ./lists/two.db' told
is 'matches' 5 found plain

# ---- modes
chmod 644 "$lists/known.ctx"
exits 'an index that others can read' 77 ct-match -q <in
ok '  and how to mend it' grep -qF "known.ctx' is open to others (mode 644): chmod 640" err
exits 'not by check' 77 ct-syncdb check own
exits 'nor for sync' 77 ct-syncdb -q sync
chmod 640 "$lists/known.ctx"
chmod 622 "$lists/own.db"
exits 'a list that others can write' 77 ct-syncdb -q sync own
ok '  and how to mend it' grep -qF "own.db' is open to others (mode 622): chmod 600" err
chmod 640 "$lists/own.db"
exits 'the group may read' 0 ct-syncdb -q sync own

# ---- switched on
exits 'a key' 0 ct-syncdb keygen -o one
is 'for its owner only' 600 stat -c %a one.key
exits 'never over another' 73 ct-syncdb keygen -o one
exits 'keygen without a name' 64 ct-syncdb keygen
ct-syncdb keygen -o two
# what goes from a list stays in its past
cp list full
printf '%s\n' "md5 $md5 a" "sha1 $sha1 a" >list
ct-syncdb -q sync 2>said
match >plain
is 'two went' 3 found plain
is 'and are still told' './lists/own.db' sh -c 'cd "$CT_HOME" && grep -rlaP "\x00*$0" .' "$(bytes $pdq)"
ct-syncdb diff --since 1 >diff.plain
keyed "key = $tmp/one.key"
exits 'sync of one of them' 0 ct-syncdb -q sync own
is 'all are encrypted, and nothing else is there' '' told
is '  neither is what was' '' sh -c "ls $lists | grep -v -e '^known.\(ctx\|generation\|lock\)\$' -e '\.db\$' -e '\.lock\$'"
ok 'the same matches' same
is 'the same generation' 2 generation
exits 'check' 0 ct-syncdb check
ct-syncdb diff --since 1 >diff.sealed
ok 'the same past' cmp diff.plain diff.sealed
is 'what went is told' '["deleted",3]' jq -sc '[.[0].why,length]' diff.sealed
exits 'again' 0 ct-syncdb -q sync
is 'is nothing new' 2 generation
ok 'also by its path' same -l "$lists/known.ctx"
CT_CONF=/nowhere
ok 'the key by -c' same -c conf
CT_CONF=conf

# ---- no key, another, a damaged one
sums() { (cd "$lists" && sha256sum known.ctx own.db two.db known.generation); }
sums >before
keyed
exits 'no key: ct-match' 77 ct-match -q <in
ok '  says so' grep -qF "known.ctx' is encrypted, and [lists] names no key" err
for verb in 'sync' 'show' 'diff' 'check'; do
	exits "no key: $verb" 77 ct-syncdb -q $verb
done
keyed "key = $tmp/two.key"
exits 'another key: ct-match' 77 ct-match -q <in
exits 'another key: sync' 77 ct-syncdb -q sync
ok '  says so' grep -qF "list 'own' is encrypted with another key than [lists] names" err
keyed "key = $tmp/none.key"
exits 'a key that is not there' 77 ct-syncdb -q sync
CT_HOME=$tmp/new exits 'nor is a new list begun' 77 ct-syncdb -q sync
is '  in the clear' '' sh -c "cd new && grep -rlaP '$raw|$hex' ."
sed 's/1 ../1 00/' one.key >bad.key
chmod 600 bad.key
keyed "key = $tmp/bad.key"
exits 'a damaged key' 78 ct-syncdb -q sync
chmod 644 bad.key
exits 'one that others can read' 77 ct-syncdb -q sync
keyed "key = $tmp/one.key" 'kay = x'
exits 'a word that is none' 78 ct-syncdb -q sync
keyed "key = $tmp/one.key"
sums >after
ok 'nothing was written' cmp before after
cp -p "$lists/known.ctx" sound
spoil "$lists/known.ctx" 3000
exits 'a bit of the index is another' 65 ct-match -q <in
head -c 4000 sound >"$lists/known.ctx"
exits 'it is cut short' 65 ct-match -q <in
exits 'check finds it' 65 ct-syncdb check
ct-syncdb -q sync 2>err
ok 'sync makes it anew' grep -q 'made anew' err
ok 'as it was' same

# ---- memory that cannot be locked
limited() { setpriv --bounding-set=-ipc_lock prlimit --memlock="$1" ct-match -aq <in; }
if [ "$(id -u)" != 0 ] || limited unlimited >/dev/null 2>&1; then
	exits 'no memory to lock' 71 limited 16384
	ok '  says how much it takes' grep -qE 'RLIMIT_MEMLOCK has to be [0-9]+ bytes \(ulimit -l [0-9]+\)$' err
	exits 'so much' 0 limited "$(sed 's/.* be \([0-9]*\) bytes.*/\1/' err)"
fi

# ---- from another key, and off
keyed "key = $tmp/two.key" "old_key = $tmp/one.key"
ok 'the old key opens what is not yet changed' same
exits 'another key' 0 ct-syncdb -q sync
keyed "key = $tmp/two.key"
ok 'is that of all' same
exits 'and of the lists' 0 ct-syncdb -q sync
is 'never in the clear' '' told
keyed "old_key = $tmp/two.key"
exits 'off' 0 ct-syncdb -q sync
is 'is in the clear' './lists/known.ctx ./lists/own.db ./lists/two.db' told
keyed
ok 'with the same matches' same
ct-syncdb diff --since 1 >diff.off
ok 'and the same past' cmp diff.sealed diff.off

# ---- who reads the old index goes on with it
keyed
mkfifo lines
ct-match -aq <lines >late &
pids=$!
exec 9>lines
head -1 in >&9
eventually test -s late
keyed "key = $tmp/one.key"
exits 'an index that is read' 75 ct-syncdb -q sync
ok '  is kept for now' grep -q 'is still read' err
tail -n +2 in >&9
exec 9>&-
wait $pids
pids=
is 'its reader finds all' 3 found late
exits 'the next sync' 0 ct-syncdb -q sync
is '  overwrites it' '' told

# ---- dying while all is switched
keyed
cp full list
rm -rf "$CT_HOME"
ct-syncdb -q sync 2>said
cp -r "$CT_HOME" clear
keyed "key = $tmp/one.key"
wrong='' struck=0
for call in fsync fdatasync rename; do
	i=1
	while :; do
		rm -rf "$CT_HOME" did
		cp -pr clear "$CT_HOME"
		LD_PRELOAD=$t/fault.so CT_FAULT=$call:$i:KILL CT_FAULT_DID=did \
		    ct-syncdb -q sync >/dev/null 2>&1
		[ -e did ] || break
		struck=$((struck + 1))
		match >half 2>said
		[ "$(found half)" -eq 5 ] || wrong="$wrong $call:$i:match"
		ct-syncdb -q sync 2>said || wrong="$wrong $call:$i:status"
		[ -z "$(told)" ] || wrong="$wrong $call:$i:told"
		match >half
		[ "$(found half)" -eq 5 ] || wrong="$wrong $call:$i:sealed"
		i=$((i + 3))
	done
done
[ -z "$wrong" ] || echo "# $wrong"
ok "killed while it is switched on, $struck times: it matches, and the next run does it" \
    test -z "$wrong" -a $struck -ge 5

# ---- what changed since, beside the index
many() { awk -v a="$1" -v b="$2" 'BEGIN { for (i = a; i < b; i++) printf "md5 %032x e%d\n", i + 65536, i }'; }
rm -rf "$CT_HOME"
{ cat full && many 0 5000; } >list
ct-syncdb -q sync 2>said
sha256sum <"$lists/known.ctx" >base
grep -v "^sha1\|^md5 $md5" full >list
{ cat list && many 1 5001; } >later
mv later list
exits 'a large list changes' 0 ct-syncdb -q sync --delta news 2>said
ok 'its index stays' sh -c "sha256sum <$lists/known.ctx | cmp - base"
ok 'what changed is beside it, encrypted' grep -q ^ct-known-sealed "$lists/known.delta"
is 'and no hash of it told' '' told
is 'as news' "$md5" jq -r 'select(.type == "md5" and .why and .entry == "a").hash' news
match >changed
is 'what went matches no more' 3 found changed
printf '{"hashes":{"md5":"%032x"}}\n' 70536 65537 65536 >in
is 'what came does' '["match","match","undecided"]' sh -c 'ct-match -aq <in | jq -sc "map(.match.verdict)"'
exits 'check' 0 ct-syncdb check
CT_CLOCK=$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)
export CT_CLOCK
ct-syncdb -q sync 2>said
is 'an hour later it is as young' 0 sh -c 'ct-match -aq <in | jq -s ".[0].match.db.age_s"'
unset CT_CLOCK

# ---- no secret of a URL is kept, or told
(umask 77 && printf 'environment = test\nusername = u\npassword = p\n' >u.cred)
for url in 'http://127.0.0.1:9/?code=wordofmine' 'http://me:wordofmine@127.0.0.1:9' 'http://127.0.0.1:9#wordofmine'; do
	printf '[source n]\ntype = ncmec\ncredential = %s/u.cred\nurl = %s\n' "$tmp" "$url" >conf
	ct-syncdb sync >>told.of 2>&1
	[ $? -ge 77 ] || echo "$url" >>taken
	ct-syncdb check >>told.of 2>&1
done
ok 'a URL with a secret in it is refused' sh -c '[ -s told.of ] && ! [ -e taken ]'
is '  and neither told nor kept' '' grep -rl wordofmine told.of "$CT_HOME"

done_testing
