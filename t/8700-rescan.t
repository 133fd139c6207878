#!/bin/sh
# ct-rescan with a store: what is known is not read again, planted copies are
# found when the list grows, and none is missed, whatever dies or errs
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'its programs are run sanitized elsewhere'
command -v flock >/dev/null || skip_all 'no flock'

mkpix one.png --seed 1 --size 96x96
mkpix two.png --seed 2 --size 96x96
mkpix other.png --seed 3 --size 96x96
conf <<E
[source own]
type = file
path = $tmp/list
E
# shellcheck source=t/rescan.sh
. "$t/rescan.sh"
known one.png

# ---- a directory
mkdir -p tree/u1 tree/u2
cp one.png tree/u1/a.png
cp two.png tree/u2/b.png
cp other.png tree/u2/c.png
exits 'a directory' 0 rescan --store t -u 1 tree
is '  what matches' u1/a.png ids
json '  has its account' .user.id '"u1"' rec
is '  is queued' 1 sh -c 'ct-review list | wc -l'
is '  and all is remembered' '{"new":3}' sum '.programs["ct-seen"].outcomes | {new}'
exits 'again: nothing is read' 0 rescan --store t -u 1 tree
ok '  nor told' test ! -s rec
is '  since all is as it was' '[3,0]' sum '[.programs["ct-seen"].outcomes.seen, .programs["ct-hash"].in]'
touch -d '1 hour ago' tree/u2/c.png
cp two.png tree/u1/d.png
exits 'what has changed, and what is new' 0 rescan -a --store t -u 1 tree
jq -c 'select(.object)' rec >some && mv some rec
is '  are read' 'u1/d.png u2/c.png' ids
known one.png two.png
exits 'the list grows' 0 rescan --store t -u 1 tree
is '  its copies are found' 'u1/a.png u1/d.png u2/b.png' ids
is '  with their accounts' 'u1 u1 u2' sh -c 'jq -r .user.id rec | sort | xargs'
is '  without a byte that was read' 0 sum '.programs["ct-hash"].in'
exits 'and once' 0 rescan --store t -u 1 tree
ok '  only' test ! -s rec
rm tree/u1/d.png
exits '--full forgets what is gone' 0 rescan --full --store t -u 1 tree
is '  and looks all up again, also what has gone since' 'u1/a.png u1/d.png u2/b.png' ids
is '  three are left' 3 sh -c 'ct-seen stats -q --store t | jq .objects'
exits '--full without a store' 64 ct-rescan --full tree
exits 'no place' 64 ct-rescan --store t
exits 'a run is measured' 0 ct-rescan -q --prometheus m --store t tree
ok '  for a monitor' grep -q "^ct_rescan_status{place=\"$tmp/tree\"} 0" m
ok '  by outcomes' grep -q 'program="ct-seen",outcome="seen"} 3' m
ok '  as the alerts have them' sh -c '
    for m in $(grep -o "ct_rescan_[a-z_]*" "$1" | sort -u); do
	grep -q "^# TYPE $m " m || { echo "$m"; exit 1; }; done' - "$top/contrib/prometheus/ct-rescan.rules.yml"
odd=$(printf 'o\t"d\\d\nx')
mkdir "$odd"
(umask 077 && ct-rescan -q --prometheus m "$odd")
ok 'the name of a place is escaped as Prometheus has it' \
    grep -qF "$(printf '{place="%s/o\t\\"d\\\\d\\nx"}' "$tmp")" m
is '  and others may read the file' 644 stat -c %a m
mkfifo pipe
ln -s pipe link
exits 'metrics are a regular file' 73 ct-rescan -q --prometheus pipe --store t tree
exits '  and no link' 73 ct-rescan -q --prometheus link --store t tree
is '  or what is there stays' 'fifo symbolic link' sh -c 'stat -c %F pipe link | xargs'
for odds in '--store ../t' '--store .t' '-u 9999999999' '-j 0' '-j 257' '--lines 0'; do
	# shellcheck disable=SC2086
	exits "$odds" 64 ct-rescan -q --store t $odds tree
done
ok '  and no run was begun' test -z "$(find "$CT_HOME" -name 'rescan-.*')"
exits '-n' 0 rescan -qn --store n tree
is '  tells' 'u1/a.png u2/b.png' ids
ok '  and remembers nothing' test ! -e "$CT_HOME/seen/n"

# ---- films, by their frames alone
if [ -x "$top/ct-decode-video" ]; then
	mkdir films
	mkfilm -n 20 films/a.mov
	mkfilm -n 30 -c 16 films/b.mov
	cp other.png films/c.png
	exits 'films' 0 rescan --store films films
	ok '  none of them is known' test ! -s rec
	ct-hash -q --video-rate all films/a.mov | jq -r '.hashes.vpdq[]' |
	    awk -F, '{ print NR - 1 "," $2 "," $1 "," $3 }' >a.vpdq
	ct-hash -q films/b.mov | jq -r '"pdq " + .hashes.vpdq[7][:64] + " frame"' >>list
	echo 'vpdq a.vpdq film' >>list
	ct-syncdb -q sync
	exits 'a film is listed, and a frame of another' 0 rescan --store films films
	is '  both are found' 'films/a.mov films/b.mov' ids
	json '  as what they are' '.match.hits[0]|[.type,.compared_percent,.at_ms]' \
	    '["vpdq",100,0]
["pdq",null,7000]' rec
	is '  without a byte that was read' 0 sum '.programs["ct-hash"].in'
	exits '--videos' 0 rescan --videos --store films films
	is '  reads none again' '[0,3]' sum '[.programs["ct-hash"].in, .programs["ct-seen"].outcomes.seen]'
	known one.png two.png
fi

# a part after another, and killed at any time: none is missed
mkdir -p many
i=0
while [ $i -lt 20 ]; do
	cp other.png many/$i.png
	i=$((i + 1))
done
for i in 3 11 19; do cp one.png many/$i.png; done
ct-rescan -q -a --lines 7 --store parts many >all
is 'in parts: every file, once' '20 20' sh -c 'echo $(jq -r .id all | sort -u | wc -l) $(wc -l <all)'
ok '  and no place to go on from is left' test ! -e "$CT_HOME/rescan-parts.mark"
missed='' struck=0
for at in 0.1 0.3 0.6; do
	rm -rf "$CT_HOME/seen/k" "$CT_HOME"/rescan-k.* "$CT_HOME/review.db"*
	# a line a part, so that it takes longer than this
	setsid ct-rescan -q --lines 1 --store k many >/dev/null 2>&1 &
	pid=$!
	eventually kill -0 -$pid 2>/dev/null
	sleep $at
	kill -9 -$pid 2>/dev/null && struck=$((struck + 1))
	wait $pid 2>/dev/null
	while kill -0 -$pid 2>/dev/null; do sleep 0.02; done
	ct-rescan -q --lines 7 --store k many >/dev/null 2>killed.err || missed="$missed $at:$?"
	[ "$(ct-review list | wc -l)" -eq 3 ] || missed="$missed $at"
	[ "$(ct-seen stats -q --store k | jq .objects)" -eq 20 ] || missed="$missed $at:seen"
done
ok 'kill -9, run again: every copy is queued, all is remembered' test -z "$missed"
[ -z "$missed" ] || echo "#$missed"
ok '  and it struck' test $struck -gt 1

# ended, not killed: what was listed goes through, and it says so
mkdir shim three
for i in 1 2 3; do cp one.png three/$i.png; done
cat >shim/ct-hash <<'E'
#!/bin/sh
IFS= read -r one
: >at
read -r _ <go
{ printf '%s\n' "$one" && cat; } | "$TOP/ct-hash" "$@"
E
cat >shim/ct-ls <<'E'
#!/bin/sh
ct=$TOP/ct-ls
[ ! -e more ] || exec "$ct" "$@"
"$ct" "$@"
trap 'exit 75' TERM
while :; do sleep 0.1; done
E
chmod +x shim/*
mkfifo go
PATH=$tmp/shim:$PATH TOP=$top setsid ct-rescan -q --store z three >/dev/null 2>ended.err &
pid=$!
while [ ! -e at ]; do sleep 0.02; done
kill -TERM $pid
echo >go
wait $pid
ended=$?
is 'TERM, while the listing goes on: run again' 75 echo $ended
ok '  it says so' grep -q 'run it again' ended.err
is '  what was listed is done' 3 sh -c 'ct-seen stats --store z | jq .objects'
i=0
while kill -0 -$pid 2>/dev/null && [ $i -lt 500 ]; do
	sleep 0.02
	i=$((i + 1))
done
ok '  nothing is left running' test $i -lt 500
rm -r shim

# one that errs, for whatever reason, does not hide those behind it
mkdir shim part
for i in 1 2 3 4 5 6 7 8; do cp other.png part/$i.png; done
cp one.png part/8.png
errs() { # errs PROGRAM - with one object
	cat >"shim/$1" <<'E'
#!/bin/sh
jq -c --arg tool "${0##*/}" 'if (.id | endswith("/2.png")) and (.error | not)
    then .error = {tool: $tool, code: (env.CODE | tonumber), msg: "x"} else . end' |
    "$TOP/${0##*/}" "$@"
E
	chmod +x "shim/$1"
}
shimmed() { PATH=$tmp/shim:$PATH TOP=$top "$@"; }
for what in ct-fetch:75 ct-fetch:77 ct-review:65 ct-review:74; do
	code=${what#*:}
	rm -rf "$CT_HOME/seen/e" "$CT_HOME/review.db"*
	errs "${what%:*}"
	export CODE="$code"
	exits "an object with an error $code of ${what%:*}" "$code" \
	    shimmed ct-rescan -q --lines 3 --store e part
	rm shim/*
	is '  does not hide a copy in a later part' 1 sh -c 'ct-review list | wc -l'
	ok '  the listing came to its end' test ! -e "$CT_HOME/rescan-e.mark"
	is '  and all others are remembered' 7 sh -c 'ct-seen stats -q --store e | jq .objects'
done
cat >shim/ct-fetch <<'E'
#!/bin/sh
head -n 1 | "$TOP/ct-fetch" "$@"
cat >/dev/null
kill -9 $$
E
cat >shim/ct-hash <<'E'
#!/bin/sh
"$TOP/ct-hash" "$@"
exit 65
E
chmod +x shim/*
rm -rf "$CT_HOME/seen/e"
exits 'one is killed, and one behind it has an error' 75 \
    shimmed ct-rescan -q --lines 3 --store e part
ok '  which is no place to go on from' test ! -e "$CT_HOME/rescan-e.mark"
rm shim/*
ct-ls -q --limit 3 --checkpoint "$CT_HOME/rescan-e.mark" many >/dev/null
exits 'the place of another listing: from the beginning' 0 ct-rescan -q --store e part
is '  all of it' 8 sh -c 'ct-seen stats -q --store e | jq .objects'
rm -rf "$CT_HOME/seen/e"
ct-ls -q --limit 3 --checkpoint "$CT_HOME/rescan-e.mark" "$tmp/part" >/dev/null 2>&1
exits 'the place of a store that was taken away, too' 0 ct-rescan -q --store e part
is '  all is new' 8 sh -c 'ct-seen stats -q --store e | jq .objects'

ct-seen merge -q --store e
for f in "$CT_HOME"/seen/e/*.rows; do
	raw=$(($(stat -c %s "$f") * 2 / 3))
	printf xyz | dd of="$f" bs=1 seek=$raw conv=notrunc 2>/dev/null
done
exits '--full of a store that is damaged: 65' 65 ct-rescan -q --full --store e part
ok '  and what to do' grep -q "take .*/seen/e. away, and all is read again" err
rm -r "$CT_HOME/seen/e"
exits '  after which all is' 0 ct-rescan -q --full --store e part
is '  remembered' 8 sh -c 'ct-seen stats -q --store e | jq .objects'

if command -v parallel >/dev/null; then
	PATH=$top/contrib/parallel:$PATH
	rm -rf "$CT_HOME/seen/e"
	ct-ls -q "$tmp/part" | head -n 3 |
	    ct-spread -q -w w --command false parallel >/dev/null 2>&1
	exits 'what a run before has left with ct-spread is done' 0 \
	    ct-rescan -q --store e --spread '-w w -n 2 parallel -j 1' part
	is '  and what else there is' 8 sh -c 'ct-seen stats -q --store e | jq .objects'
	printf '#!/bin/sh\ncat >b.$$\n! grep -q "/2[.]png" b.$$ || exit 77\nexec ct-work <b.$$\n' >bad
	chmod +x bad
	rm -rf "$CT_HOME/seen/e"
	exits 'a batch that never works' 75 ct-rescan -q --lines 2 --store e \
	    --spread "-w w -n 1 --command $tmp/bad parallel -j 1" part
	is '  hides none behind it' 7 sh -c 'ct-seen stats -q --store e | jq .objects'
fi
done_testing
