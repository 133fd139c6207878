#!/bin/sh
# The vault is what its log says: the index is made of it, and what does not
# fit it is told of
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/evidence.sh
. "$t/evidence.sh"
export CT_CLOCK=2026-11-22T10:00:00Z
log=$CT_HOME/audit/ct-preserve.log
index=$CT_HOME/vault/index.db

over() { # STATE REPORT_ID - of the record on standard input
	jq -c --arg s "$1" --arg r "$2" '.submission={env:.report.env,
	    report_id:$r,state:$s,at:"2026-11-22T10:00:00Z"}'
}
found() { ct-preserve find "$@" | jq -r '[.file,.state]|join(" ")' | paste -sd, - | sed '/^$/d'; }
for f in a b c; do
	echo "file $f" >$f
done
ct-preserve keygen -o k

# ---- three syncs a picture
pictures() { # N - a report of so many new files, and what sealing it syncs
	set -- "$1" "$(printf %032x "$1")"
	rm -rf pics && mkdir pics
	for p in $(seq "$1"); do
		head -c 48000 /dev/urandom >"pics/$p"
	done
	report production "$2" u9 pics/* >in
	strace -f -qq -e trace=fsync,fdatasync,sync,syncfs,msync -o calls \
	    ct-preserve seal -qk k.pub <in >got
	wc -l <calls
}
if command -v strace >/dev/null && strace -qq -o calls true 2>/dev/null; then
	CT_HOME=$tmp/syncs
	pictures 1 >/dev/null
	few=$(pictures 2)
	many=$(pictures 22)
	is 'a sealed picture of 48 kB is three syncs' 60 echo $((many - few))
	CT_HOME=$tmp/state
fi

# ---- the index is what the log says
report production $k1 u1 a b | ct-preserve seal -qk k.pub >sealed
over finished 900 <sealed | ct-preserve anchor -q >rec
report test $k2 u2 b c | ct-preserve seal -qk k.pub >sealed2
over finished 7 <sealed2 | ct-preserve anchor -q >rec2
ct-preserve find >before
is 'one line an act' '["seal",2,"anchor",1,"seal",2,"anchor",1]' jq -sc \
    'map(.act)|[foreach .[] as $a ({}; if .a==$a then .n+=1 else {a:$a,n:1} end)]|
    [.[]]|[.[1],.[2],.[4],.[5]]|map(.a,.n)' "$log"
again() { # WHAT - the index is the same as before
	exits "$1: found" 0 ct-preserve find
	ok '  the same' diff before got
}
rm "$index"
again 'the index removed'
ok '  it says so' grep -q 'made anew' err
head -c 4096 /dev/urandom >"$index"
rm -f "$index"-*
again 'the index overwritten'
ok '  it says so' grep -q 'made again' err
: >"$index"
again 'the index emptied'
if command -v sqlite3 >/dev/null; then
	sqlite3 "$index" 'PRAGMA application_id = 7; DROP TABLE known'
	again 'an index of another version'
	ok '  it says so' grep -q 'another version.*made again' err
fi
cp "$index" old.db
report production $k3 u3 c | ct-preserve seal -qk k.pub >sealed3
ct-preserve find >before
cp old.db "$index"
again 'an older index'
is '  catches up without a word' '' cat err
exits 'verify agrees' 0 ct-preserve verify -qk k.key
is '  and there is a line of it' '["verify",5,0,1]' sh -c \
    "tail -n 1 $log | jq -c '[.act,.objects,.bad,.keys]'"
mkdir -p other/vault && : >other/vault/vault.db
exits 'a vault of before the first release: 78' 78 ct-preserve find -d other

# ---- find
is 'all' 'a sealed,b sealed,b sealed,c sealed,c sealed' found
is 'of an account' 'b sealed,c sealed' found --user u2
is 'of a report' 'a sealed,b sealed' found --report $k1
is 'by the number of its receipt' 'a sealed,b sealed' found --report 900
is 'of a file' 'b sealed,b sealed' found --file b
is 'of both' 'b sealed' found --file b --user u1
id=$(jq -r '.report.files[0].vault.id' sealed)
is 'one object' 'a sealed' found --object "$id"
is 'none is staged' '' found --staged
is 'none is destroyed' '' found --destroyed
is 'none is due' '' found --due
CT_CLOCK=2027-12-27T09:59:59Z is 'not yet' '' found --due
CT_CLOCK=2027-12-27T10:00:00Z is 'but then, and not of a test' \
    'a sealed,b sealed' found --due
ct-preserve hold add --kind order --authority court --ref 1 --by jo \
    --report $k1 >held
hold=$(jq -r .hold.id held)
CT_CLOCK=2027-12-27T10:00:00Z is 'not what is held' '' found --due
is 'by its hold' 'a sealed,b sealed' found --hold "$hold"
is 'which it names' "[\"$hold\"]" sh -c \
    "ct-preserve find --object $id | jq -c .hold"
is 'anchor does, too' "[\"$hold\"]" sh -c 'jq -c "del(.vault)" rec | ct-preserve anchor -q |
    jq -c .vault.hold'
lines=$(wc -l <"$log")
exits 'a receipt again' 0 ct-preserve anchor -q <rec
is '  is no act' "$lines" sh -c "wc -l <$log"

# ---- receipts
receipt=$CT_HOME/vault/receipts/production-900
is 'the receipt, as it came' "$(jq -c .submission rec)" sh -c "cat $receipt; echo"
is '  that nobody writes' 400 stat -c %a "$receipt"
for harm in 'rm -f' 'chmod 600 $1; echo x >'; do
	sh -c "$harm \$1" - "$receipt"
	exits "verify after '$harm' of it" 1 ct-preserve verify -q
	json '  names it' 'select(.state!="ok")|[.receipt,.state]' \
	    '["production-900","damaged"]' got
	exits '  anchor stores it again' 0 ct-preserve anchor -q <rec
	exits '  so that all is well' 0 ct-preserve verify -q
done
report production "$(printf %032x 5)" u5 a |
    jq -c '.report.authority="nca"' | ct-preserve seal -qk k.pub >desk
over filed 900 <desk >rec5
exits 'a report filed with another authority has a clock, too' 0 \
    ct-preserve anchor -q <rec5
json '  of the same length' .vault \
    '{"receipt":"900","expires":"2027-12-27T10:00:00Z"}' got
is '  and its own receipt, under the same number' 3 sh -c \
    "ls $CT_HOME/vault/receipts | wc -l"
is '  the log says whose' nca sh -c "tail -n 1 $log | jq -r .authority"
over finished 901 <desk >rec5
exits '  such a report is never finished' 0 ct-preserve anchor -q <rec5
ok '  so it passes' cmp -s got rec5

# ---- a log that does not fit
cp -a "$CT_HOME" good
back() { rm -rf "$CT_HOME" && cp -a good "$CT_HOME"; }
refused() { # WHAT - nothing is sealed over it, but the report goes on
	cp "$log" log.is 2>/dev/null || : >log.is
	exits "$1: nothing is sealed" 75 ct-preserve seal -qk k.pub <rec6
	json '  and the record says so' '.report.files[0].vault.state' \
	    '"failed"' got
	ok '  the log stays' cmp -s log.is "$log"
	exits '  nor is it searched' 65 ct-preserve find
	back
}
echo more >d
report production "$(printf %032x 6)" u6 d >rec6
sed -i '$d' "$log"
refused 'the last line cut'
sed -i 's/"uid":0*/&1/;t' "$log"
refused 'every line changed'
: >"$log"
refused 'the log emptied'
rm "$log"
refused 'the log gone'
sed -i '4s/"u2"/"u8"/' "$log"
exits 'a line changed: verify finds it' 1 ct-preserve verify -q
json '  in the log' 'select(.log)|[.log,.state]' '["ct-preserve","damaged"]' got
ok '  and says where' grep -q '"reason":"[^"]*line [45]' got
rm "$index"
exits '  no index is made of it' 65 ct-preserve find
back
if command -v sqlite3 >/dev/null; then
	sqlite3 "$index" "UPDATE object SET user = 'u7' WHERE user = 'u2';
	    DELETE FROM hold"
	exits 'the index changed: verify finds it' 1 ct-preserve verify -q
	json '  each table' 'select(.index)|[.index,.state]' \
	    '["object","damaged"]
["hold","damaged"]' got
	back
fi
printf '{"seq":9' >>"$log"
exits 'a line torn off by a power cut' 0 ct-preserve seal -qk k.pub <rec6
is '  is cut, and a line says so' 1 grep -c '"act":"cut"' "$log"
exits '  and all is well' 0 ct-preserve verify -qk k.key
back

# ---- what was staged becomes evidence
staged() { # what stage logs, by hand: a log with it, and an index of that
	ct-preserve stage -qk k.pub <stage.in
}
cp a gone
if ct-preserve --help | grep -q '^  stage'; then
	printf '{"id":"gone","path":"gone","user":{"id":"u4"},"hashes":{"sha256":"%s"},"match":{"verdict":"match"}}\n' \
	    "$(sha256sum <gone | cut -c-64)" >stage.in
	exits 'a file is staged' 0 staged
	id=$(jq -r .vault.id got)
	is '  that can be found' 'gone staged' found --staged
	report test "$(printf %032x 7)" u4 gone >rec7
	report production "$(printf %032x 8)" u4 gone >rec8
	report production "$(printf %032x 8)" u5 gone >rec9
	exits 'a test report seals it anew' 0 ct-preserve seal -qk k.pub <rec7
	ok '  as another object' test "$(jq -r '.report.files[0].vault.id' got)" \
	    != "$id"
	rm gone
	exits 'the report of another account has none' 75 \
	    ct-preserve seal -qk k.pub <rec9
	exits 'but its own in production takes it, the file gone by now' 0 \
	    ct-preserve seal -qk k.pub <rec8
	json '  the same object' '.report.files[0].vault' \
	    "{\"state\":\"sealed\",\"id\":\"$id\"}" got
	is '  it is evidence now' 'gone sealed' found --object "$id"
	is '  by a claim' '["claim","u4"]' sh -c \
	    "tail -n 1 $log | jq -c '[.act,.user]'"
	exits '  and whole' 0 ct-preserve verify -qk k.key
	exits '  once more' 0 ct-preserve seal -qk k.pub <rec8
	json '  it keeps it' '.report.files[0].vault.id' "\"$id\"" got
fi

# ---- strays, and what is just being made
mkdir -p "$CT_HOME/vault/objects/aa"
cp a "$(object "$(printf 'a%.0s' $(seq 64))")"
exits 'what the log does not know' 1 ct-preserve verify -q
json '  is a stray' 'select(.state!="ok").state' '"stray"' got
exits '  that no run removes' 0 ct-preserve seal -qk k.pub <rec6
ok '  as nobody knows whose it is' test -e \
    "$(object "$(printf 'a%.0s' $(seq 64))")"
back
id=$(ct-preserve find | jq -r .id | head -n 1)
ln "$(object "$id")" "$CT_HOME/vault/tmp/99999-0.part"
exits 'a run that died when all was done' 0 ct-preserve seal -qk k.pub <rec6
ok '  left nothing' test ! -e "$CT_HOME/vault/tmp/99999-0.part"
ok '  and lost nothing' test -e "$(object "$id")"
echo lost >"$CT_HOME/vault/tmp/99999-0.part"
id=$(b2sum -l 256 <"$CT_HOME/vault/tmp/99999-0.part" | cut -c-64)
ln "$CT_HOME/vault/tmp/99999-0.part" "$(object "$id")"
exits 'one that died before its line: no stray' 0 ct-preserve verify -q
exits '  the next run' 0 ct-preserve seal -qk k.pub <rec6
ok '  takes it away' test ! -e "$(object "$id")"
is '  and says so' "\"$id\"" sh -c \
    "jq -c 'select(.act==\"recovered\").object' $log"

if [ -z "${CT_SANITIZED-}" ]; then
	echo lost >"$CT_HOME/vault/tmp/99999-0.part"
	report production "$(printf %032x 16)" u6 d >rec16
	exits 'one that cannot be read, as of another user, stops nobody' 0 \
	    env LD_PRELOAD="$t/fault.so" CT_FAULT=open:1:EACCES \
	    CT_FAULT_PATH=99999-0.part ct-preserve seal -qk k.pub <rec16
	json '  who seals' '.report.files[0].vault.state' '"sealed"' got
	ok '  and is told of' grep -q 'what a killed run left stays' err
	report production "$(printf %032x 17)" u6 d >rec17
	exits '  the next run that can' 0 ct-preserve seal -qk k.pub <rec17
	ok '  takes it away' test ! -e "$CT_HOME/vault/tmp/99999-0.part"
fi

# ---- where no evidence may be kept
printf '[vault]\npreserve = forbidden\n' >ct.conf
CT_HOME=$tmp/forbidden
exits 'forbidden: no failure' 0 ct-preserve seal -q -c ct.conf <rec6
json '  but nothing is sealed' '.report.files[0].vault' \
    '{"state":"failed","reason":"[vault] preserve = forbidden: no evidence is kept"}' got
ok '  nor is anything made' test ! -e "$CT_HOME"
printf '[vault]\npreserve = maybe\n' >ct.conf
exits 'neither required nor forbidden' 78 ct-preserve seal -c ct.conf -k k.pub <rec6
done_testing
