#!/bin/sh
# ct-preserve: what is sealed opens byte for byte, and nothing else does
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
export CT_CLOCK=2026-11-22T10:00:00Z

# report ENV KEY FILE... - a report record of these files
report() {
	env=$1 key=$2 sep=''
	shift 2
	printf '{"id":"report:%s","user":{"id":"u42"},"report":{' "$key"
	printf '"key":"%s","env":"%s","part":1,"parts":1,"files":[' "$key" "$env"
	for f; do
		printf '%s{"id":"%s","path":"%s","size":%d,' "$sep" "$f" "$f" \
		    "$(wc -c <"$f")"
		printf '"mime":"image/png","sha256":"%s","md5":"%s","sha1":"%s"}' \
		    "$(sha256sum <"$f" | cut -c-64)" \
		    "$(md5sum <"$f" | cut -c-32)" "$(sha1sum <"$f" | cut -c-40)"
		sep=,
	done
	echo ']}}'
}
finished() { # ENV REPORT_ID AT - of the record on standard input
	jq -c --arg e "$1" --arg r "$2" --arg at "$3" \
	    '.submission={env:$e,report_id:$r,state:"finished",at:$at}'
}
seal() { ct-preserve seal -qk k.pub <"$1"; }
anchor() { ct-preserve anchor -q <"$1"; }
ids() { jq -r '.report.files[].vault.id' "$@"; }
object() { printf '%s/vault/objects/%.2s/%s' "$CT_HOME" "$1" "$1"; }
# bytes FILE FROM COUNT
bytes() { tail -c +$(($2 + 1)) "$1" | head -c "$3"; }
# replant FILE - standard input becomes an object of the right name
replant() {
	cat >new
	id=$(b2sum -l 256 <new | cut -c-64)
	mkdir -p copy && rm -rf copy/* && mv new "copy/$id"
	echo "$id" >id
}
# told WHAT FILTER EXPECTED - of what the last command under exits wrote
told() {
	cp got last
	json "$1" "$2" "$3" last
	cp last got
}
k1=00112233445566778899aabbccddeeff
k2=ffeeddccbbaa99887766554433221100
k3=0123456789abcdef0123456789abcdef

# ---- keys
exits 'keygen' 0 ct-preserve keygen -o k
is 'the public key is readable' 644 stat -c %a k.pub
is 'the secret key is not' 600 stat -c %a k.key
is 'each is one line' 2 sh -c 'cat k.pub k.key | wc -l'
sum=$(cat k.key k.pub | b2sum)
exits 'keygen does not overwrite' 73 ct-preserve keygen -o k
rm -f k2.pub && : >k2.key
exits 'not even half of a pair' 73 ct-preserve keygen -o k2
ok 'and makes no other half' test ! -e k2.pub
rm -f k2.key && : >k2.pub
exits 'nor the other half' 73 ct-preserve keygen -o k2
ok 'of which the secret is not made' test ! -e k2.key
is 'the pair is as it was' "$sum" sh -c 'cat k.key k.pub | b2sum'
rm -f k2.pub
exits 'a second pair' 0 ct-preserve keygen -o k2

# ---- sizes around the chunk and what closes it, byte for byte
: >s0
for len in 1 65495 65496 65497 65535 65536 65537 131072 1048576; do
	head -c "$len" /dev/urandom >"s$len"
done
sizes='s0 s1 s65495 s65496 s65497 s65535 s65536 s65537 s131072 s1048576'
# shellcheck disable=SC2086 # a list of names
report test $k1 $sizes >in
seal in >out
is 'all are sealed' '["sealed"]' jq -c '[.report.files[].vault.state]|unique' out
is 'nothing else changes' "$(cat in)" jq -c 'del(.report.files[].vault)' out
i=0
for f in $sizes; do
	id=$(jq -r ".report.files[$i].vault.id" out)
	ok "$f opens byte for byte" sh -c \
	    "ct-preserve open -k k.key $id | cmp - $f"
	rm -f back
	exits "$f to a file" 0 ct-preserve open -k k.key -o back "$id"
	ok 'the same' cmp back "$f"
	exits 'a file that is there: 73' 73 \
	    ct-preserve open -k k.key -o back "$id"
	ok 'stays' cmp back "$f"
	is "$f: mode 0400" 400 stat -c %a "$(object "$id")"
	is "$f: named by its digest" "$id" \
	    sh -c "b2sum -l 256 <$(object "$id") | cut -c-64"
	is "$f: as long as ct-vault(5) says" \
	    "$(wc -c <"$f")" sh -c "
	    f=$(object "$id"); b() { od -An -tu1 -j\$1 -N1 \$f; }
	    m=\$((\$(b 12) + 256 * \$(b 13)))
	    n=\$((\$(wc -c <\$f) - 152 - m - 17))
	    echo \$((n - 40 - 17 * (n / 65553 + 1)))"
	i=$((i + 1))
done
echo mine >back
exits 'whatever it holds' 73 ct-preserve open -k k.key -o back "$id"
is 'it stays' mine cat back
is 'and nothing is beside it' back sh -c 'echo back*'
rm back && ln -s nowhere back
exits 'a link too' 73 ct-preserve open -k k.key -o back "$id"
ok 'is not followed' test ! -e nowhere
rm back
seal in >again
ok 'sealed before: the same ids' cmp out again
is 'and no second object' 10 sh -c "find $CT_HOME/vault/objects -type f | wc -l"
is 'verify' '["ok",10]' sh -c \
    'ct-preserve verify -q | jq -sc "[([.[].state]|unique[]),length]"'
exits 'verify with the key' 0 ct-preserve verify -k k.key
report test $k2 s1 | ct-preserve seal -qk k.pub >other
ok 'another report: another object' test "$(ids other)" != \
    "$(jq -r '.report.files[1].vault.id' out)"
ok 'what was sealed is not on disk in the open' sh -c \
    "! grep -rqF \"\$(tr -dc '[:alnum:]' <s1048576 | head -c 8)\" $CT_HOME"
echo 'sixteen letters!' >plain
report test $k2 plain | ct-preserve seal -qk k.pub >out1
ok 'not even a short one' sh -c "! grep -rq 'sixteen letters' $CT_HOME"
id=$(ids out1)


# ---- bytes that the record carries
printf 'time,sender\r\n,"ä ""twenty letters here"""\r\n' >carried
report test $k2 carried | jq -c --rawfile t carried \
    '.report.files[0] |= (del(.path) | .text = $t | .supplemental = true)' >in1
exits 'a text of the record itself' 0 seal in1
ok '  opens byte for byte' sh -c "ct-preserve open -k k.key $(ids got) | cmp - carried"
ok '  is never on a disk in the open' sh -c "! grep -rq 'twenty letters' $CT_HOME"
jq -c '.report.files[0].text += "x" | .report.key = "a" * 32' in1 >bad1
exits '  another text than its digest says is not sealed' 75 seal bad1

# ---- what passes
echo '{"id":"a.jpg","x":1.0}' >rec
is 'what is no report passes untouched' "$(cat rec)" seal rec
printf '{"id":"a"' >rec
exits 'half a line is an error' 65 ct-preserve seal -qk k.pub <rec
for how in 'del(.report.key)' '.report.key="x"' '.report.env="x"' \
    '.report.files=1' '.report.files=[1]' '.report.part=0'; do
	jq -c "$how" in >rec
	exits "a report that is none: $how" 65 seal rec
	told 'it carries the error' '.error|[.tool,.code]' \
	    '["ct-preserve",65]'
done

# ---- what cannot be sealed does not stop the report
report test $k3 s1 s65537 >in
rm -f gone
jq -c '.report.files[0].path="gone"' in >rec
exits 'a file that is gone: 75' 75 seal rec
told 'failed and sealed, and no error' \
    '[.report.files[].vault.state,.error]' '["failed","sealed",null]'
told 'it says why' '.report.files[0].vault.reason' '"cannot open: No such file or directory"'
for change in '.sha256="'"$(printf %064d 0)"'"' '.size=2' 'del(.sha256)' '.sha256=1' \
    '.sha256="x"' 'del(.path)' '.path="."'; do
	CT_HOME=$tmp/none
	jq -c ".report.files[0]|=(.|$change)" in >rec
	exits "what is not as the record says: $change" 75 seal rec
	told 'is failed' '.report.files[0].vault.state' '"failed"'
	is 'and leaves nothing' '' find "$CT_HOME"/vault/tmp -type f
	is 'but what was good' 1 sh -c "ct-preserve find | wc -l"
	CT_HOME=$tmp/state
	rm -rf none
done
for change in '.sha1="'"$(printf %040d 0)"'"' '.md5="'"$(printf %032d 0)"'"'; do
	CT_HOME=$tmp/none
	jq -c ".report.files|=.[0:1]|.report.files[0]|=(.|$change)" in >rec
	exits "what its SHA-256 proves is sealed: $change" 0 seal rec
	exits '  verify with the key finds it whole' 0 \
	    ct-preserve verify -qk k.key
	json '  and says what the record did not know' '[.state, (.reason | test("have not the (md5|sha1) of its record"))]' \
	    '["ok",true]' got
	exits '  open gives it' 0 ct-preserve open -k k.key -o belied \
	    "$(ct-preserve find | jq -r .id)"
	ok '  and says so, too' grep -Eq 'have not the (md5|sha1) of its record' err
	rm -f belied
	CT_HOME=$tmp/state
	rm -rf none
done
jq -c '.report.files|=.[0:1]|.report.files[0]|=(.path_b64="czE="|del(.path))' in >rec
CT_HOME=$tmp/none seal rec >got
told 'path_b64 names a file too' '.report.files[0].vault.state' '"sealed"'
rm -rf none
: >none
CT_HOME=$tmp/none
exits 'no vault can be made: 75' 75 seal in
told 'and the report goes on' '[.report.files[].vault.state]' '["failed","failed"]'
CT_HOME=$tmp/state

# ---- keys that are none
for how in 's/^ct/xt/' 's/0/1/' 's/ 1 / 2 /' 's/.$//' 's/$/ /'; do
	sed "$how" k.pub >bad.pub
	cmp -s k.pub bad.pub && sed 's/[1-9a-f] / /' k.pub >bad.pub
	exits "a damaged public key: $how" 78 ct-preserve seal -k bad.pub <in
done
exits 'no public key' 66 ct-preserve seal -k none.pub <in
exits 'a secret key is none' 78 ct-preserve seal -k k.key <in
CT_CONF=/dev/null exits 'none given' 66 ct-preserve seal <in
: >ct.conf
exits 'nor configured' 78 ct-preserve seal -c ct.conf <in
printf '[vault]\npublic_key = k.pub\ndays = 400\n' >ct.conf
exits 'one configured' 0 ct-preserve seal -c ct.conf <in
echo 'daze = 1' >>ct.conf
exits 'a key misspelt' 78 ct-preserve seal -c ct.conf <in
printf '[vault]\ndays = 364\n' >ct.conf
exits 'too few days configured' 78 ct-preserve anchor -c ct.conf <in

# ---- opening
case $(stat -f -c %T .) in
ext* | tmpfs | xfs | btrfs)
	[ -n "${CT_SANITIZED-}" ] || {
		LD_PRELOAD=$t/fault.so CT_FAULT=fsync:1:KILL CT_FAULT_DID=did ct-preserve open \
		    -k k.key -o killed "$CT_HOME/vault/objects/$(echo "$id" | cut -c-2)/$id" 2>err
		ok 'killed before its file has a name' test -e did
		is '  nothing of it is left in the clear' '' find . -name 'killed*'
	}
	;;
esac
exits 'another key' 77 ct-preserve open -k k2.key "$id"
ok 'gives nothing' test ! -s got
is 'one of several keys' 'sixteen letters!' \
    ct-preserve open -k k2.key -k k.key "$id"
for mode in 640 604 620 602; do
	chmod $mode k.key
	exits "a secret key of mode $mode: 77" 77 ct-preserve open -k k.key "$id"
	exits 'verify too' 77 ct-preserve verify -k k.key
done
chmod 600 k.key
sed 's/ [0-9a-f]/ x/' k.key >bad.key
chmod 600 bad.key
exits 'a damaged secret key' 78 ct-preserve open -k bad.key "$id"
exits 'no such object' 66 ct-preserve open -k k.key "$(printf %064d 0)"
exits 'no id' 64 ct-preserve open -k k.key
exits 'an id that is none' 64 ct-preserve open -k k.key ../x
if command -v script >/dev/null; then
	script -qec "ct-preserve open -k k.key $id" /dev/null >screen 2>&1
	ok 'not to a terminal' sh -c "grep -q 'will not' screen &&
	    ! grep -q sixteen screen"
fi
bytes "$(object "$id")" 0 9999 >flip
spoil flip 200
mkdir copy && cp flip "copy/$id"
exits 'a changed object under its old name: 65' 65 \
    ct-preserve open -k k.key "copy/$id"
ok 'gives nothing' test ! -s got

cp "$(object "$(ids other)")" "copy/$id"
exits 'a good object under the name of another: 65' 65 \
    ct-preserve open -k k.key "copy/$id"
ok 'gives nothing' test ! -s got

# ---- objects that someone made up, each under the digest of its bytes
id=$(jq -r '.report.files[4].vault.id' out) # 65537 bytes: two chunks
whole=$(object "$id")
size=$(wc -c <"$whole")
m=$(($(od -An -tu1 -j12 -N1 "$whole") + 256 * $(od -An -tu1 -j13 -N1 "$whole")))
a=$((152 + m + 17)) # where the bytes begin
damaged() {
	rm -f back
	exits "$1" 65 ct-preserve open -k k.key -o back "copy/$(cat id)"
	ok 'and leaves no file' sh -c '! ls back* 2>/dev/null'
}
for at in 0 8 12 14 48 100 127 128 151 152 $((a - 1)) $a $((a + 40000)) \
    $((a + 65552)) $((a + 65553)) $((size - 1)); do
	{
		bytes "$whole" 0 "$at"
		bytes "$whole" "$at" 1 | LC_ALL=C tr '\000-\377' '\001-\377\000'
		bytes "$whole" $((at + 1)) "$size"
	} | replant
	damaged "byte $at changed"
done
cp "$whole" other.key && chmod 600 other.key
spoil other.key 16
replant <other.key
exits 'the id of the key changed: it is another key' 77 \
    ct-preserve open -k k.key "copy/$(cat id)"
for at in 0 100 152 $a $((a + 17)) $((a + 65553)) $((a + 65553 + 16)) \
    $((size - 1)); do
	bytes "$whole" 0 "$at" | replant
	damaged "cut at $at"
done
for more in 1 17 65553; do
	{ cat "$whole"; head -c $more /dev/zero; } | replant
	damaged "$more bytes more"
done
big=$(jq -r '.report.files[5].vault.id' out) # three chunks, the last empty
big=$(object "$big")
m=$(($(od -An -tu1 -j12 -N1 "$big") + 256 * $(od -An -tu1 -j13 -N1 "$big")))
a=$((152 + m + 17))
c=65553
{ bytes "$big" 0 $a; bytes "$big" $((a + c)) $c; bytes "$big" $a $c
  bytes "$big" $((a + 2 * c)) 17; } | replant
damaged 'two chunks swapped'
{ bytes "$big" 0 $((a + c)); bytes "$big" $((a + 2 * c)) 17; } | replant
damaged 'one left out'
{ bytes "$big" 0 $((a + c)); bytes "$big" $a 999999; } | replant
damaged 'one twice'
{ bytes "$whole" 0 152; bytes "$big" 152 999999; } | replant
damaged 'the header of another'

# ---- verify tells each of them
is 'verify is still content' '' sh -c \
    'ct-preserve verify -qk k.key | jq -c "select(.state!=\"ok\")"'
chmod 600 "$whole"
spoil "$whole" 300
moved=$(object "$(jq -r '.report.files[0].vault.id' out)")
mv "$moved" lost
echo stray >"$CT_HOME/vault/objects/odd"
exits 'verify: 1' 1 ct-preserve verify
told 'and says what' 'select(.state!="ok").state' '"missing"
"damaged"
"stray"'
rm "$CT_HOME/vault/objects/odd"
ct-preserve seal -qk k.pub <again >resealed 2>err
json 'what is gone is sealed again' '[.report.files[].vault.state]|unique' \
    '["sealed"]' resealed
ids resealed >resealed.ids
is 'so is what is damaged, and that is gone' '["ok"]' sh -c \
    'ct-preserve verify -qk k.key | jq -sc "[.[].state]|unique"'
ok 'it has another id' test "$id" != \
    "$(jq -r '.report.files[4].vault.id' resealed)"
is 'the others have theirs' 8 sh -c \
    'jq -r ".report.files[].vault.id" again | grep -cFf - resealed.ids'
is 'nothing is left of it' '' find "$CT_HOME/vault/tmp" -type f
# what cannot be looked at now is neither
if [ -z "${CT_SANITIZED-}" ]; then
	some=$(ids resealed | tail -n 1)
	for how in open:1:EACCES open:1:EMFILE open:1:ENFILE open:1:ENOMEM \
	    open:1:EIO pread64:1:EIO; do
		LD_PRELOAD=$t/fault.so CT_FAULT=$how CT_FAULT_PATH="$some" \
		    ct-preserve seal -qk k.pub <again >told 2>err
		is "$how on an object that is whole: 75" 75 echo $?
		json '  it is told of, the rest goes on' \
		    '[.report.files[].vault.state] | [unique, index("failed") == length - 1]' \
		    '[["failed","sealed"],true]' told
		ok '  and it stays' test -e "$(object "$some")"
	done
	ct-preserve seal -qk k.pub <again >told 2>err
	json 'it is what it was' '.report.files[-1].vault.id' "\"$some\"" told
fi
some=$(ids resealed | tail -n 1)
# what is left of evidence on hold is no program's to remove
ct-preserve hold add --kind order --authority x --ref y --by ana --object "$some" >held
chmod 600 "$(object "$some")"
spoil "$(object "$some")" 300
exits 'damaged, and on hold: sealed again' 0 ct-preserve seal -qk k.pub <again
ok '  what is left stays' test -e "$(object "$some")"
ok '  that is said' grep -q 'stays: it is on hold' err
exits '  verify tells of it' 1 ct-preserve verify -qk k.key
told '  a stray' 'select(.state != "ok") | [.id, .state]' "[\"$some\",\"stray\"]"
rm -f "$(object "$some")"
exits '  till somebody removes it' 0 ct-preserve verify -qk k.key
exits 'a key that fits none: 1' 1 ct-preserve verify -k k2.key
is 'locked' true sh -c \
    'ct-preserve verify -qk k2.key | jq -s "any(.state==\"locked\")"'

# ---- anchor
CT_HOME=$tmp/kept
report production $k1 s1 s0 | ct-preserve seal -qk k.pub >sealed
is 'not finished: passes untouched' "$(cat sealed)" anchor sealed
jq -c '.submission={state:"pending"}' sealed >rec
is 'pending too' "$(cat rec)" anchor rec
finished production 900 2026-11-22T10:00:00Z <sealed >rec
exits 'anchor' 0 ct-preserve anchor -q <rec
told 'a production receipt: 400 days' .vault \
    '{"receipt":"900","expires":"2027-12-27T10:00:00Z"}'
cp got first
exits 'again' 0 ct-preserve anchor -q <rec
ok 'the same' cmp got first
exits 'fewer days' 0 ct-preserve anchor -q --days 365 <rec
ok 'change nothing' cmp got first
exits 'more days' 0 ct-preserve anchor -q --days 500 <rec
told 'extend' .vault.expires '"2028-04-05T10:00:00Z"'
is 'list tells it of each object' '["900","2028-04-05T10:00:00Z",1]
["900","2028-04-05T10:00:00Z",0]' sh -c \
    'ct-preserve find | jq -c "[.report_id,.expires,.size]"'
exits '364 days' 64 ct-preserve anchor --days 364 <rec
jq -c '.submission.report_id="901"' rec >rec2
jq -c '.report.part=2' rec >rec3
exits 'the receipt of another part' 65 ct-preserve anchor -q <rec3
told 'is refused' .error.code 65
for how in 'del(.submission.report_id)' '.submission.env="test"' \
    '.submission.at="soon"' 'del(.submission.at)'; do
	jq -c "$how" rec >rec2
	exits "no receipt: $how" 65 ct-preserve anchor -q <rec2
done
jq -c '.submission.report_id="901"|.submission.at="2027-03-01T00:00:00Z"' \
    rec >rec2
CT_CLOCK=2027-03-01T09:00:00Z exits 'a leap year' 0 \
    ct-preserve anchor -q --clock-ok --days 365 <rec2
told 'a calendar year is a day more then' .vault.expires \
    '"2028-03-01T23:59:59Z"'
is 'a second receipt shortens nothing' '"2028-04-05T10:00:00Z"' sh -c \
    'ct-preserve find | jq -c .expires | sort -u'

CT_HOME=$tmp/test
report test $k2 s1 | ct-preserve seal -qk k.pub |
    finished test 7 2026-11-22T10:00:00Z >rec
exits 'a test receipt' 0 ct-preserve anchor -q <rec
told 'starts no clock' .vault '{"receipt":"7"}'
is 'but is kept' '["7",null]' sh -c \
    'ct-preserve find | jq -c "select(.env==\"test\")|[.report_id,.expires]"'

report production $k2 s1 s65535 >in2
jq -c '.report.files[1].path="gone"' in2 | ct-preserve seal -qk k.pub 2>err |
    finished production 902 2026-11-22T10:00:00Z >rec
exits 'a file is not sealed: 75' 75 ct-preserve anchor -q <rec
told 'so it comes again, but the clock of the other runs' \
    '[.error.code,.vault.receipt]' '[75,"902"]'
exits '--incomplete accepts that' 0 ct-preserve anchor -q --incomplete <rec
told 'without an error' '[.error,.vault.receipt]' '[null,"902"]'
ct-preserve seal -qk k.pub <in2 |
    finished production 902 2026-11-22T10:00:00Z >rec
exits 'sealed by a later run' 0 ct-preserve anchor -q <rec

# ---- a receipt of a time that cannot be starts no clock
CT_HOME=$tmp/times
report production $k1 s1 | ct-preserve seal -qk k.pub >sealed
for at in 1970-01-01T00:00:00Z 2026-11-21T09:59:59Z 2026-11-23T10:00:01Z \
    9999-01-01T00:00:00Z; do
	finished production 904 $at <sealed >rec
	exits "finished at $at: 65" 65 ct-preserve anchor -q <rec
	told 'the record passes' '[.error.code,.vault,.submission.at]' \
	    "[65,null,\"$at\"]"
	is 'and no receipt is kept' null sh -c 'ct-preserve find | jq .expires'
done
for at in 2026-11-21T10:00:00Z 2026-11-23T10:00:00Z; do
	finished production "$at" $at <sealed >rec
	exits "but at $at" 0 ct-preserve anchor -q <rec
done
finished production 905 2026-11-12T10:00:00Z <sealed |
    jq -c '.submission.already=true' >rec
exits 'finished by an earlier run, when nothing could be sealed' 0 \
    ct-preserve anchor -q <rec
told 'the clock runs from when they were' .vault.expires \
    '"2027-12-27T10:00:00Z"'
for at in 1970-01-01T00:00:00Z 2025-11-22T09:59:59Z; do
	finished production 906 $at <sealed |
	    jq -c '.submission.already=true' >rec
	exits "but not at $at" 65 ct-preserve anchor -q <rec
	jq -c '.report.key="'$k2'"|del(.submission.already)' rec >rec2
	exits 'nor if nothing is sealed' 65 ct-preserve anchor -q <rec2
done

# ---- what is lost or damaged before the receipt comes is no evidence
CT_HOME=$tmp/early
for harm in 'rm -f' 'truncate -s 9' 'chmod 600 $1; printf XXXX | dd conv=notrunc bs=1 seek=200 of=$1; :' \
    'rm -f $1; mkdir'; do
	rm -rf "$CT_HOME"
	report production $k1 s1 s0 | ct-preserve seal -qk k.pub |
	    finished production 903 2026-11-22T10:00:00Z >rec
	at=$(object "$(ids rec | tail -n 1)")
	sh -c "$harm \$1" - "$at" 2>err
	exits "anchor after '$harm': 75" 75 ct-preserve anchor -q <rec
	told 'it counts as not in the vault' '.error|[.code,.msg]' \
	    '[75,"1 of 2 files of the report are not whole in the vault"]'
	[ ! -d "$at" ] || rmdir "$at"
	CT_CLOCK=2026-12-02T10:00:00Z ct-preserve seal -qk k.pub <rec \
	    >rec2 2>err
	ok 'the next run seals it again' test "$(ids rec | tail -n 1)" != \
	    "$(ids rec2 | tail -n 1)"
	is 'but not the other' "$(ids rec | head -n 1)" \
	    sh -c 'jq -r ".report.files[0].vault.id" rec2'
	CT_CLOCK=2026-12-02T10:00:00Z exits 'then it has its receipt' 0 \
	    ct-preserve anchor -q --clock-ok <rec2
	exits 'and the vault is whole' 0 ct-preserve verify -k k.key
	is 'sealed_at is when it was first sealed' 2 sh -c \
	    'ct-preserve find | grep -c "\"sealed_at\":\"2026-11-22"'
done

# ---- the examples of ct-preserve(1) and ct-vault(5)
CT_HOME=$tmp/example
exits 'an example: the keys' 0 ct-preserve keygen -o evidence
report production $k1 s1 s65537 | ct-preserve seal -qk evidence.pub |
    finished production 990000002 2026-11-22T10:00:00Z | ct-preserve anchor -q >rec
is 'the check' '' sh -c \
    "ct-preserve verify -q | jq -c 'select(.state != \"ok\")'"
ct-preserve find | jq -r 'select(.report_id == "990000002").id' |
    while read -r id; do
	ct-preserve open -k evidence.key -o "$id.bin" "$id"
    done
is 'the evidence of one report' "$(sha256sum <s1)
$(sha256sum <s65537)" sh -c 'jq -r ".report.files[].vault.id" rec |
    while read -r id; do sha256sum <$id.bin; done'
is 'what an object is called' "$(cd "$CT_HOME/vault/objects" && echo ??/*)" \
    sh -c 'cd "$CT_HOME/vault/objects" && b2sum -l 256 ??/* |
    sed "s/^\(..\)\([^ ]*\)  .*/\1\/\1\2/" | paste -sd" "'

# ---- beside another that seals, and options
mkfifo hold
ct-preserve seal -qk k.pub <hold >held 2>&1 &
pids=$!
exec 9>hold
echo '{"id":"x"}' >&9
while [ ! -s held ] && kill -0 "$pids"; do
	sleep 0.05
done
exits 'another one that seals does not wait' 0 seal in
exits 'anchor does not mind' 0 ct-preserve anchor -q <rec
exits 'nor verify' 0 ct-preserve verify -q
exec 9>&-
wait "$pids"
pids=''
for v in '' x 'keygen' 'open' 'seal -o x' 'find x' 'find --staged --destroyed' 'verify --days 400' \
    'seal -k a -k b'; do
	# shellcheck disable=SC2086 # words
	exits "usage: '$v'" 64 ct-preserve $v
done
# what is wrong is said in a line, and nothing else
says() { # LINE WORD...
	line=$1
	shift
	exits "usage: $*" 64 ct-preserve "$@"
	cp err said
	is "  $line" "ct-preserve: $line" cat said
}
says "hold: want one of hold add, hold list, hold release" hold
says "hold: want one of hold add, hold list, hold release" hold dad --user u
says 'hold add: --ref is missing' hold add --kind order --authority x --by y
says 'hold add: want one of --user, --report, --object' hold add --kind order --authority x --by y --ref z
says 'hold add: --user and --object do not go together' hold add --kind order --authority x --by y --ref z \
    --user u --object o
says 'hold add: --user is there more than once' hold add --user a --user b
says 'hold release: --by is missing' hold release --hold H1
says 'hold list does not take --by' hold list --by x
says 'keygen: --month wants --key, too' keygen --month 2026-12 -o x
says '--shares: want K/N, as 2/3: K of N, 2 or more, at most 64' keygen --shares 3/2 -o x
says 'open: --key is missing' open x
says 'open: ID is missing' open -k x
says 'shred: FILE... is missing' shred
says 'export: --by is missing' export -k x --to y -o z
says 'destroy-request: --authority is missing' destroy-request --by x --ref y
says 'destroy-request: want one of --user, --report, --object, --file or an ID' \
    destroy-request --by x --ref y --authority z
says 'find does not take --yes' find --yes
says 'find: an operand too many' find x
says '--user is empty' find --user ''
says '--dir is empty' verify -d ''
says 'the verb comes before its options' -q verify
ok 'a verb that is none: all are named' sh -c 'ct-preserve fnd 2>&1 | grep -q "no verb .fnd.; there are keygen.* find, "'
is 'help of one verb is of that one' 'hold add|hold list|hold release' sh -c \
    "ct-preserve hold --help | sed -n 's/^  \([a-z][a-z]* [a-z]*\).*/\1/p' | paste -sd '|'"
is '  and of its options' '--dir --hold --until' sh -c \
    "ct-preserve hold --help | grep -oe --dir -e '--days' -e --until -e '--hold ID' -e --month | sed 's/ .*//' | sort -u | paste -sd ' '"
exits 'help' 0 ct-preserve --help
ok 'on one screen' test "$(wc -l <got)" -le 40
exits 'version' 0 ct-preserve -V
done_testing
