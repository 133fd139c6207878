#!/bin/sh
# ct-preserve: keys, rewrap, shred: a month's key goes when nothing needs it
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/evidence.sh
. "$t/evidence.sh"
export CT_CLOCK=2026-11-10T10:00:00Z

keys() { ct-preserve keys; }
# of MONTH FILTER EXPECTED - what keys says of it
of() { json "  $1: $2" "select(.month == \"$1\") | $2" "$3" got; }
vault() { printf '%s/vault/%s' "$CT_HOME" "$1"; }

mkdir keys off
ct-preserve keygen --root -o root
ct-preserve keygen --month 2026-11 --months 4 -k root.key -o off/m
for month in 2026-11 2026-12 2027-01 2027-02; do
	mv "off/m-$month.pub" keys
done
conf <<END
END
CT_CONF=$tmp/rooted.conf
printf '[vault]\nroot = %s/root.pub\nkeys = %s/keys\n' "$tmp" "$tmp" >"$CT_CONF"

# ended KEY.pub - something was sealed to it, and is gone
ended() {
	echo gone >gone.file
	ct-preserve stage -qk "$1" --id gone --user u9 <gone.file |
	    jq -c '.review = {verdict: "not_csam", by: "ana"}' |
	    ct-preserve stage -qk "$1" >/dev/null
}

# ---- keys
for verb in keys find verify 'hold list' 'hold release --hold H1 --by x' rewrap; do
	# shellcheck disable=SC2086 # words
	exits "$verb: there is no vault" 66 ct-preserve $verb -d none
done
exits 'nor for shred' 66 ct-preserve shred -d none --yes off/m-2026-11.key
ok '  and none is made' test ! -e none
ct-preserve hold add --kind order --authority A --ref R --by ana --user nobody >held 2>err
exits 'keys of an empty vault' 0 keys
is '  all that are installed' '2026-11 2026-12 2027-01 2027-02' \
    sh -c "ct-preserve keys | jq -r .month | xargs"
keys >got
of 2026-11 .seals true
of 2027-02 .seals true
of 2026-11 .destroyable null
for i in 1 2 3 4; do echo "sixteen letters $i" >"f$i"; done
report production $k1 u42 f1 f2 | ct-preserve seal -q >sealed
CT_CLOCK=2026-12-10T10:00:00Z
report production $k2 u42 f3 | ct-preserve seal -q >sealed2
exits 'keys of a vault in its second month' 0 keys
of 2026-11 '[.objects, .staged, .held, .undated, .wrapped, .wraps]' \
    '[2,0,0,2,0,0]'
of 2026-11 .destroyable null
of 2026-11 .seals null
of 2026-12 .objects 1
of 2026-12 .seals true
of 2027-01 .objects 0
jq -c '.submission = {env: "production", report_id: "17", state: "finished",
    at: "2026-11-12T10:00:00Z", files: []}' sealed >finished
# f1 and f2 were sealed in November, so the receipt may be of November
CT_CLOCK=2026-11-12T11:00:00Z ct-preserve anchor -q <finished >anchored 2>err
exits '  once there is a receipt' 0 keys
of 2026-11 '[.undated, .first_expires == .last_expires]' '[0,true]'
of 2026-11 .first_expires "$(jq -c .vault.expires anchored)"
chmod 000 keys
[ "$(id -u)" -eq 0 ] || exits 'keys that cannot be read' 66 keys
chmod 755 keys

# ---- shred refuses what is needed
exits 'a key that is needed' 77 ct-preserve shred --yes off/m-2026-11.key
json '  is named' .state '"needed"' got
ok '  and stays' test -s off/m-2026-11.key
exits 'a key that still seals' 77 ct-preserve shred --yes off/m-2026-12.key
exits 'a key that will' 77 ct-preserve shred --yes off/m-2027-02.key
exits 'what opens nothing' 78 ct-preserve shred --yes root.key
exits 'a public key' 77 ct-preserve shred --yes keys/m-2027-02.pub
exits 'what is not there' 66 ct-preserve shred --yes none
exits 'no file' 64 ct-preserve shred --yes

# the log of another vault, an older copy of this one, or of no use
: >no.conf
exits 'a key that the log never saw' 77 \
    env CT_CONF="$tmp/no.conf" ct-preserve shred --yes off/m-2027-01.key
json '  is unknown' .state '"unknown"' got
ok '  and says what the log is' grep -q 'reaches line [0-9]* of 2026-1' err
exits 'a key of this month, and nobody says that it is installed' 77 \
    env CT_CONF="$tmp/no.conf" ct-preserve shred --yes off/m-2026-12.key
ct-preserve keygen --shares 2/3 -o off/s
CT_HOME=$tmp/old
CT_CLOCK=2026-10-10T10:00:00Z CT_CONF=$tmp/no.conf
ended off/s.pub
is '  nothing needs it' 0 sh -c "ct-preserve keys | jq .objects"
exits 'a key that sealed in this month' 77 ct-preserve shred --yes off/s.1.share
CT_CLOCK=2026-11-10T10:00:00Z
exits 'one of which nothing is left, without --yes' 0 \
    ct-preserve shred off/s.1.share off/s.2.share
json '  may go' .state '"destroyable"
"destroyable"' got
ok '  and stays' test -s off/s.1.share
exits '  with --yes' 0 ct-preserve shred --yes off/s.1.share off/s.2.share
json '  is gone' .state '"destroyed"
"destroyed"' got
is '  both of it' off/s.3.share sh -c 'echo off/*.share'
is '  which the log tells' 2 grep -c '"act":"shred"' "$CT_HOME/audit/ct-preserve.log"
ln off/s.3.share off/linked
exits 'one of two names' 0 ct-preserve shred --yes off/s.3.share
is '  is overwritten under the other' 0 sh -c 'tr -d "\\0" <off/linked | wc -c'
CT_HOME=$tmp/state CT_CONF=$tmp/rooted.conf CT_CLOCK=2026-12-10T10:00:00Z
exits 'a needed one among others' 77 ct-preserve shred --yes none off/m-2026-11.key
ok '  stays' test -s off/m-2026-11.key

# ---- rewrap
ct-preserve keygen -o off/hold
mv off/hold.pub .
a=$(jq -r '.report.files[0].vault.id' sealed)
b=$(jq -r '.report.files[1].vault.id' sealed)
exits 'rewrap: what is asked' 0 ct-preserve rewrap --object "$a"
ct-preserve rewrap --object "$a" >asked
is '  one record' 1 sh -c 'wc -l <asked'
json '  of the header only' '[.id, (.head | length), has("wrap")]' \
    "[\"$a\",304,false]" asked
is '  which is the beginning of the object' "$(jq -r .head asked)" sh -c "
    head -c 152 $(object "$a") | od -An -v -tx1 |
	tr -d ' \n'; echo"
is 'nothing is held: nothing is asked' '' ct-preserve rewrap
ct-preserve hold add --kind warrant --authority A --ref R --by ana --user u42 >held
h=$(jq -r .hold.id held)
is 'what is held, of any month' 3 sh -c 'ct-preserve rewrap | wc -l'
keys >got
of 2026-11 '[.objects, .held]' '[2,2]'
ct-preserve hold add --kind warrant --authority A --ref R --by ana --object "$b" >held
is 'what is held by this one hold' "\"$b\"" sh -c "
    ct-preserve rewrap --hold $(jq -r .hold.id held) | jq .id"
is 'a hold that is none' '' ct-preserve rewrap --hold H999
ct-preserve hold release --clock-ok --hold "$h" --by ana --reason r >/dev/null
ct-preserve hold release --clock-ok --hold "$(jq -r .hold.id held)" --by ana --reason r >/dev/null
is 'released: nothing is asked again' '' ct-preserve rewrap
exits 'to nobody' 64 ct-preserve rewrap -k off/m-2026-11.key
exits 'with nothing' 64 ct-preserve rewrap --to hold.pub
exits 'to a secret key' 78 ct-preserve rewrap -k off/m-2026-11.key \
    --to off/hold.key
rewrap() { ct-preserve rewrap -qk "$1" --to hold.pub; }
exits 'with another key' 77 rewrap off/m-2026-12.key <asked
json '  the record says so' .error.code 77 got
exits 'with the key' 0 rewrap off/m-2026-11.key <asked
cp got wrapped
json '  a wrap' '[.wrap.key, .wrap.sealed, .wrap.proof | length]' '[64,160,64]' wrapped
exits 'opened with the new key: not yet' 77 ct-preserve open -k off/hold.key "$a"
exits 'taken in' 0 ct-preserve rewrap -q --yes <wrapped
is '  one line' 1 sh -c "wc -l <$(vault wraps)/$a"
is '  of the log, too' 1 grep -c '"act":"wrap"' "$CT_HOME/audit/ct-preserve.log"
is 'now it opens' "$(cat f1)" ct-preserve open -k off/hold.key "$a"
is '  and with the old one' "$(cat f1)" ct-preserve open -k off/m-2026-11.key "$a"
exits '  not the other object' 77 ct-preserve open -k off/hold.key "$b"
is 'verify opens it, too' '["locked","ok"]' sh -c \
    'ct-preserve verify -qk off/hold.key | jq -sc "[.[].state] | sort | unique"'
exits 'the same again' 0 ct-preserve rewrap -q --yes <wrapped
is '  is there once' 1 sh -c "wc -l <$(vault wraps)/$a"
# damage WHAT FILTER - a wrap that is none
for how in 'del(.wrap.proof)' 'del(.wrap.key)' '.wrap.key = "x"' '.wrap.sealed |= .[2:]' \
    '.wrap = 1' '.id = "x"' '.wrap.sealed |= "zz" + .[2:]'; do
	jq -c "$how" wrapped >bad
	exits "no wrap: $how" 65 ct-preserve rewrap -q --yes <bad
done
exits 'of an object that is none' 66 sh -c \
    "jq -c '.id |= (explode | reverse | implode)' wrapped | ct-preserve rewrap -q --yes"
for how in '.head |= .[2:]' '.head = 1' '.head |= "00" + .[2:]'; do
	jq -c "$how" asked >bad
	exits "no head: $how" 65 rewrap off/m-2026-11.key <bad
done
# another - in jq, two digits that are not those
another='def another: if . == "00" then "01" else "00" end;'
jq -c "$another"' .head |= .[:100] + (.[100:102] | another) + .[102:]' asked >bad
exits 'a head that was changed' 65 rewrap off/m-2026-11.key <bad
exits 'another record passes' 0 sh -c \
    'echo "{\"id\":\"x\"}" | ct-preserve rewrap -q --yes'
json '  untouched' . '{"id":"x"}' got
# a wrap that is someone else's opens nothing
cp "$(vault wraps)/$a" kept
jq -c "$another"' .wrap.sealed |= .[:-2] + (.[-2:] | another)' wrapped | ct-preserve rewrap -q --yes >/dev/null
is 'a wrap that does not open is passed over' "$(cat f1)" \
    ct-preserve open -k off/hold.key "$a"
tail -n 1 "$(vault wraps)/$a" >bad && cp bad "$(vault wraps)/$a"
exits '  alone it opens nothing' 65 ct-preserve open -k off/hold.key "$a"
jq -c "$another"' .proof |= (.[:2] | another) + .[2:]' kept >bad && cp bad "$(vault wraps)/$a"
exits '  nor does one without its proof' 65 ct-preserve open -k off/hold.key "$a"
exits '  to be wrapped again' 65 sh -c "ct-preserve rewrap --object $a |
    jq -c '.head |= .[:32] + (\"0\" * 64) + .[96:]' |
    ct-preserve rewrap -qk off/hold.key --to hold.pub"
cp kept "$(vault wraps)/$a"

# ---- the whole order: what is needed is wrapped, the month's key goes
keys >got
of 2026-11 '[.objects, .wrapped, .destroyable]' '[2,1,null]'
jq -c --arg b "$b" '.id = $b | .wrap.sealed = "0" * 160' wrapped |
    ct-preserve rewrap -q --yes >/dev/null
ct-preserve verify -qk off/hold.key >/dev/null
keys >got
of 2026-11 '[.objects, .wrapped, .destroyable]' '[2,1,null]'
exits '  a wrap that is none: its key stays' 77 \
    ct-preserve shred --yes off/m-2026-11.key
ct-preserve rewrap --object "$b" | rewrap off/m-2026-11.key |
    ct-preserve rewrap -q --yes >/dev/null
keys >got
of 2026-11 '[.objects, .wrapped, .destroyable]' '[2,1,null]'
exits '  one that nobody has opened yet: it stays, too' 77 \
    ct-preserve shred --yes off/m-2026-11.key
ct-preserve verify -qk off/hold.key >/dev/null
is '  by verify it is proved' 1 sh -c "grep '\"act\":\"proved\"' $CT_HOME/audit/ct-preserve.log |
    tail -n 1 | grep -c $b"
keys >got
of 2026-11 '[.objects, .wrapped, .destroyable]' '[2,2,true]'
json 'the new key is needed now' 'select(.wraps > 0) | [.objects, .wraps, .destroyable]' \
    '[0,2,null]' got
exits '  and cannot be shredded' 77 ct-preserve shred --yes off/hold.key
mv "$(vault wraps)/$b" lost
exits 'a wrap that is lost' 77 ct-preserve shred --yes off/m-2026-11.key
ok '  is told of' grep -q 'is lost' err
mv lost "$(vault wraps)/$b"
# the machine that has the keys has a copy of the log, and of the wraps
mkdir -p off/copy/audit off/copy/vault
cp "$CT_HOME/audit/ct-preserve.log" off/copy/audit
ct-preserve keys >here
is 'a copy of the log alone: the wraps are lost' 2 \
    sh -c 'ct-preserve keys -d off/copy 2>&1 >/dev/null | grep -c lost'
cp -r "$(vault wraps)" off/copy/vault
is '  with them it says the same' "$(cat here)" ct-preserve keys -d off/copy
exits 'with all of them the month can go' 0 ct-preserve shred --yes off/m-2026-11.key
ok '  and is gone' test ! -e off/m-2026-11.key
is '  all that was in it still opens' '"ok"' sh -c "
    ct-preserve verify -qk off/hold.key -k off/m-2026-12.key | jq -c .state | sort -u"
# and to a third key
ct-preserve keygen -o off/next && mv off/next.pub .
ct-preserve rewrap --object "$a" >asked
json 'what was wrapped comes with its wrap' 'has("wrap")' true asked
ct-preserve rewrap -qk off/hold.key --to next.pub <asked |
    ct-preserve rewrap -q --yes >/dev/null
is '  and is wrapped to another' "$(cat f1)" ct-preserve open -k off/next.key "$a"
is '  beside the first' "$(cat f1)" ct-preserve open -k off/hold.key "$a"
rm "$(vault index.db)"
keys >got 2>/dev/null
of 2026-11 '[.objects, .wrapped, .destroyable]' '[2,2,true]'

# ---- what is sealed to a key that is destroyed is not deleted elsewhere
CT_HOME=$tmp/late CT_CONF=$tmp/no.conf CT_CLOCK=2026-11-10T10:00:00Z
printf '[act]\ndelete = /bin/true\n' >act.conf
ct-preserve keygen -o g
ended g.pub
CT_CLOCK=2026-12-10T10:00:00Z
cp g.key off/g.key
exits 'a key whose month is over' 0 ct-preserve shred --yes off/g.key
report production $k3 u8 f3 | ct-preserve seal -qk g.pub |
    finished production 9000008 $CT_CLOCK | ct-preserve anchor -q --clock-ok >late.rec
exits 'what is sealed to it is not deleted' 77 ct-act delete -q -c act.conf <late.rec
ok '  the record says why' grep -q 'key is destroyed' got

# ---- sealed anew: its wraps go, too
CT_HOME=$tmp/anew
report production $k3 u8 f3 | ct-preserve seal -qk g.pub >sealed
a=$(jq -r '.report.files[0].vault.id' sealed)
ct-preserve rewrap --object "$a" | rewrap g.key | ct-preserve rewrap -q --yes >/dev/null
rm -f "$(object "$a")"
ct-preserve seal -qk g.pub <sealed >again 2>err
is 'of what was sealed anew the wraps are gone' '' ls "$(vault wraps)"
CT_HOME=$tmp/state

# ---- killed anywhere, and run again
# swept N - killed at stop N of taking a wrap in, and of shredding its key
swept() {
	rm -rf "$CT_HOME" && cp -r start "$CT_HOME"
	cp w.key off/w.key
	killat "$1" ct-preserve rewrap -q --yes <once >/dev/null 2>&1
	[ $? -eq 137 ] || done=yes
	# what is logged is there
	ct-preserve keys >got 2>err || bad_at="$bad_at $1:keys"
	grep -q lost err && bad_at="$bad_at $1:lost"
	ct-preserve rewrap -q --yes <once >/dev/null || bad_at="$bad_at $1:again"
	ct-preserve open -k off/next.key "$a" 2>/dev/null | cmp -s - f1 ||
		bad_at="$bad_at $1:opens"
	killat "$1" ct-preserve shred --yes off/w.key >/dev/null 2>&1
	[ $? -eq 137 ] || [ "$done" = no ] || done=both
	if ! cmp -s off/w.key w.key; then
		grep -q '"act":"shred"' "$CT_HOME/audit/ct-preserve.log" ||
			bad_at="$bad_at $1:log"
	fi
	if [ -e off/w.key ] && [ -n "$(tr -d '\0' <off/w.key)" ]; then
		ct-preserve shred --yes off/w.key >/dev/null 2>&1 ||
			bad_at="$bad_at $1:shred"
		[ ! -e off/w.key ] || bad_at="$bad_at $1:stays"
	fi
	ct-audit verify -q >/dev/null 2>&1 || bad_at="$bad_at $1:chain"
}
ct-preserve keygen -o w
rm -rf "$CT_HOME"
printf '[vault]\npublic_key = %s/hold.pub\n' "$tmp" >"$CT_CONF"
CT_CLOCK=2026-11-10T10:00:00Z
ended w.pub
CT_CLOCK=2026-12-10T10:00:00Z
ct-preserve shred w.key >got || echo "# w.key is needed"
report production $k1 u42 f1 | ct-preserve seal -q >sealed
a=$(jq -r '.report.files[0].vault.id' sealed)
ct-preserve rewrap --object "$a" |
    ct-preserve rewrap -qk off/hold.key --to next.pub >once
cp -r "$CT_HOME" start
done=no bad_at='' stop=1
while [ $done != both ] && [ $stop -lt 400 ]; do
	swept $stop
	stop=$((stop + ${SWEEP:-5}))
done
ok "rewrap and shred, killed at each of $stop stops" test -z "$bad_at"
echo "#$bad_at"
ok '  which are some' test $stop -gt 10
done_testing
