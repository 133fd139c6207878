#!/bin/sh
# ct-preserve: keys of months, a root, shares; whom it seals to, and when not
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
export CT_CLOCK=2026-12-15T10:00:00Z

echo 'sixteen letters!' >plain
# report - a report record of that file
report() {
	printf '{"id":"report:x","user":{"id":"u42"},"report":{"key":"%s",' \
	    00112233445566778899aabbccddeeff
	printf '"env":"test","part":1,"parts":1,"files":[{"id":"plain",'
	printf '"path":"plain","size":17,"sha256":"%s"}]}}\n' \
	    "$(sha256sum <plain | cut -c-64)"
}
seal() { report | ct-preserve seal -q "$@"; }
# told WHAT PATTERN - of what the last command under exits said
told() { ok "$1" grep -q "$2" err; }
# state WHAT EXPECTED - of the file that the last seal read
state() { json "$1" '.report.files[0].vault.state' "\"$2\"" got; }

# ---- what is made
exits 'a root' 0 ct-preserve keygen --root -o root
exits 'an officer' 0 ct-preserve keygen --officer -o jo
for f in root jo; do
	is "$f.key is closed" 600 stat -c %a $f.key
	is "$f.pub is not" 644 stat -c %a $f.pub
done
sum=$(cat root.* | b2sum)
exits 'never overwritten' 73 ct-preserve keygen --officer -o root
is '  at all' "$sum" sh -c 'cat root.* | b2sum'
exits 'keys of months' 0 ct-preserve keygen \
    --month 2026-12 --months 3 -k root.key -o m
is 'one pair a month' 'm-2026-12.key m-2026-12.pub m-2027-01.key m-2027-01.pub m-2027-02.key m-2027-02.pub' \
    sh -c 'echo m-*'
is 'a month says which' 2026-12 sh -c 'cut -d" " -f3 m-2026-12.pub'
rm m-2027-02.key
exits 'months again' 73 ct-preserve keygen \
    --month 2027-02 --months 2 -k root.key -o m
ok '  none is made' test ! -e m-2027-03.pub
exits 'the last there is' 0 ct-preserve keygen --month 9999-12 -k root.key -o y
exits 'none after it' 64 ct-preserve keygen \
    --month 9999-12 --months 2 -k root.key -o z
ok '  none is made' test ! -e z-9999-12.pub
for month in 2026-13 2026-00 2026-1 26-12 1969-12 2026-12-01 12 '' x; do
	exits "no month: '$month'" 64 ct-preserve keygen \
	    --month "$month" -k root.key -o z
done
exits 'months without a root' 64 ct-preserve keygen --month 2026-12 -o z
exits 'signed by a key that opens' 78 ct-preserve keygen \
    --month 2026-12 -k m-2026-12.key -o z
exits 'signed by a public half' 77 ct-preserve keygen \
    --month 2026-12 -k root.pub -o z
exits 'a number without months' 64 ct-preserve keygen --months 2 -o z
exits 'a root of a month' 64 ct-preserve keygen \
    --root --month 2026-12 -k root.key -o z
exits 'a root who is an officer' 64 ct-preserve keygen --root --officer -o z
exits 'nowhere' 73 ct-preserve keygen --root -o none/z
ok 'nothing came of all that' sh -c '! ls z* 2>/dev/null'

# ---- whom it seals to
mkdir keys
cp m-2026-12.pub m-2027-01.pub keys
conf <<END
END
CT_CONF=$tmp/rooted.conf
printf '[vault]\nroot = %s/root.pub\nkeys = %s/keys\n' "$tmp" "$tmp" >"$CT_CONF"
exits 'the key of the month' 0 seal
state '  seals' sealed
ok '  without a word' test ! -s err
cp got out
object=$(jq -r '.report.files[0].vault.id' out)
is '  opens with it' "$(cat plain)" ct-preserve open -k m-2026-12.key "$object"
exits '  and not with another' 77 ct-preserve open -k m-2027-01.key "$object"

# fresh - nothing is sealed yet
fresh() { rm -rf "$CT_HOME"; }
# at WHAT TIME STATUS STATE [OPTION...]
at() {
	what=$1 status=$3 state=$4
	CT_CLOCK=$2
	shift 4
	fresh
	exits "$what: $status" "$status" seal "$@"
	state "  $state" "$state"
	CT_CLOCK=2026-12-15T10:00:00Z
}
at 'the first moment' 2026-12-01T00:00:00Z 0 sealed
at 'the last one' 2026-12-31T23:59:59.999Z 0 sealed
at 'the next month' 2027-01-01T00:00:00Z 0 sealed
object=$(jq -r '.report.files[0].vault.id' got)
is '  with its own key' "$(cat plain)" ct-preserve open -k m-2027-01.key "$object"
at 'the moment before' 2026-11-30T23:59:59Z 77 failed
told '  says the month' 'keys of 2026-12 to 2027-01 but none of 2026-11'
json '  in the record, too' '.report.files[0].vault.reason | test("is the clock right")' \
    true got
at 'the moment after' 2027-02-01T00:00:00Z 77 failed
at 'in 1970' 1970-01-01T00:00:00Z 77 failed
at 'in 2038' 2038-01-19T03:14:08Z 77 failed
at 'after 2038' 2106-02-07T06:28:16Z 77 failed
ct-preserve keygen --month 2038-01 -k root.key -o m
cp m-2038-01.pub keys
at 'in 2038, with a key' 2038-01-19T03:14:08Z 0 sealed
rm keys/m-2038-01.pub
at '-k of the month' 2026-12-15T10:00:00Z 0 sealed -k m-2026-12.pub

# ---- the next key is not there
at '8 days before the end' 2027-01-24T23:00:00Z 0 sealed
ok '  not a word' test ! -s err
at '7 days before the end' 2027-01-25T00:00:01Z 0 sealed
told '  it is told of' 'no key of 2027-02'

# ---- what it does not seal to
# refused WHAT STATUS PATTERN [OPTION...] - and nothing is read or made
refused() {
	what=$1 status=$2 pattern=$3
	shift 3
	fresh
	exits "$what: $status" "$status" seal "$@"
	told '  says why' "$pattern"
	ok '  nothing is sealed' sh -c "! find $CT_HOME/vault/objects -type f 2>/dev/null | grep -q ."
}
ct-preserve keygen -o p
ct-preserve keygen --root -o other
mkdir o && ct-preserve keygen --month 2026-12 -k other.key -o o/m
refused '-k, not signed' 77 'not signed' -k p.pub
refused '-k, of another root' 77 'another root' -k o/m-2026-12.pub
refused '-k, of another month' 77 'not valid yet' -k m-2027-01.pub
CT_CLOCK=2027-01-15T10:00:00Z
refused '-k, of a month that is over' 77 'expired' -k m-2026-12.pub
CT_CLOCK=2026-12-15T10:00:00Z
refused '-k, a secret key' 78 'no public key' -k m-2026-12.key
refused '-k, none' 66 'cannot open' -k none.pub

# keys FILE... - these are there
keys() { rm -rf keys && mkdir keys && cp "$@" keys; }
keys p.pub
refused 'not signed' 77 'not signed'
keys o/m-2026-12.pub
refused 'of another root' 77 'another root'
keys root.pub
refused 'a key that signs' 78 'no public key of ct-vault'
rm -rf keys && mkdir keys
refused 'no key' 78 'holds no key'
rm -rf keys
refused 'no directory' 66 'cannot read'
keys m-2026-12.pub
ct-preserve keygen --month 2026-12 -k root.key -o twin
cp twin-2026-12.pub keys
refused 'two of one month' 78 'not the only key'
keys m-2026-12.pub p.pub root.pub
cp o/m-2026-12.pub keys/a.pub
cp m-2026-12.pub keys/b.pub
fresh
exits 'a good one, twice, among the bad' 0 seal
ok '  each of which is told of' test "$(grep -c 'not used' err)" -eq 3
# checked WORDS HEX - forged, so many words of text, those in hex, a check that
# fits both, as ct-vault(5) has it
checked() {
	text=$(cut -d' ' -f-"$1" forged)
	raw=$(cut -d' ' -f"$2" forged)
	check=$({ printf '%s ' "$text"
	    echo "$raw" | perl -pe 's/\s//g; $_ = pack "H*", $_'; } |
	    b2sum -l 256 | cut -c-16)
	printf '%s %s %s\n' "$text" "$raw" "$check"
}
# the signature, the month, the key, the root of another
for word in 3 4 5 6; do
	awk -v n=$word 'NR == FNR { w = $n; next } { $n = w; print }' \
	    o/m-2026-12.pub m-2027-01.pub >forged
	rm -rf keys && mkdir keys
	checked 3 4-6 >keys/f.pub
	CT_CLOCK=2027-01-15T10:00:00Z
	[ $word -ne 3 ] || CT_CLOCK=2026-12-15T10:00:00Z
	refused "word $word is of another key" 77 'another root\|does not fit'
done
CT_CLOCK=2026-12-15T10:00:00Z
keys m-2026-12.pub
cut -c-60 m-2026-12.pub >keys/m-2026-12.pub
refused 'cut' 78 'damaged'
tr 7 8 <m-2026-12.pub >keys/m-2026-12.pub
refused 'mistyped' 78 'damaged'
keys m-2026-12.pub

# ---- a configuration that is wrong
# wrong WHAT PATTERN: as the lines of standard input say
wrong() {
	{ echo '[vault]'; cat; } >"$CT_CONF"
	refused "$1" 78 "$2"
}
wrong 'no key at all' 'no public key' <<END
days = 400
END
wrong 'a root without keys' 'root without keys' <<END
root = $tmp/root.pub
END
wrong 'keys without a root' 'keys without root' <<END
keys = $tmp/keys
END
wrong 'two roots' 'more than once' <<END
root = $tmp/root.pub
root = $tmp/other.pub
keys = $tmp/keys
END
wrong 'a root and a plain key' 'both root' <<END
root = $tmp/root.pub
keys = $tmp/keys
public_key = $tmp/p.pub
END
wrong 'a root that seals' 'no public key that signs' <<END
root = $tmp/p.pub
keys = $tmp/keys
END
sed 's/.$/x/' root.pub >bad.pub
wrong 'a damaged root' 'damaged' <<END
root = $tmp/bad.pub
keys = $tmp/keys
END
printf '[vault]\npublic_key = %s/m-2026-12.pub\n' "$tmp" >"$CT_CONF"
at 'without a root a key has its month' 2026-12-31T00:00:00Z 0 sealed
at '  and no other' 2027-01-01T00:00:00Z 77 failed

# ---- shares
exits 'shares' 0 ct-preserve keygen --shares 2/3 -o s
is 'in place of a key' 's.1.share s.2.share s.3.share s.pub' sh -c 'echo s.*'
is 'closed' '600 600 600' sh -c 'echo $(stat -c %a s.?.share)'
: >t.2.share
exits 'not even one is overwritten' 73 ct-preserve keygen --shares 2/3 -o t
is '  nor the others made' t.2.share sh -c 'echo t.*'
for cut in 1/3 0/0 3/2 2 2/ /3 2/x 2/65 -2/3 2/3/4 2/300; do
	exits "no shares: $cut" 64 ct-preserve keygen --shares "$cut" -o u
done
exits 'of months, too' 0 ct-preserve keygen --month 2026-12 --months 2 \
    --shares 3/5 -k root.key -o q
is '  five a month' 10 sh -c 'ls q-*.share | wc -l'
fresh
report | ct-preserve seal -qk s.pub >out
object=$(jq -r '.report.files[0].vault.id' out)
# with WHAT STATUS FILE...
with() {
	what=$1 status=$2 keys=''
	shift 2
	for f; do keys="$keys -k $f"; done
	# shellcheck disable=SC2086 # options
	exits "$what" "$status" ct-preserve open $keys "$object"
	[ "$status" -ne 0 ] || ok '  it opens' cmp -s plain got
}
with '1 and 2' 0 s.1.share s.2.share
with '3 and 1' 0 s.3.share s.1.share
with '2 and 3' 0 s.2.share s.3.share
with 'all of them' 0 s.1.share s.2.share s.3.share
with 'one' 77 s.2.share
told '  says how many are missing' '2 are needed: 1 missing'
with 'one twice' 77 s.2.share s.2.share
with 'two and one twice' 0 s.2.share s.1.share s.2.share
ct-preserve keygen --shares 2/3 -o v
with 'one, and one of another key' 78 s.1.share v.2.share
told '  says so' 'another key'
with 'enough, and enough of another' 0 s.1.share v.2.share s.3.share v.1.share
with 'enough, and a key' 0 m-2026-12.key s.1.share s.3.share
with 'enough of another key only' 77 v.1.share v.2.share
chmod 640 s.1.share
with 'open to others' 77 s.1.share s.2.share
chmod 600 s.1.share
for i in 2 3 4 5; do
	ct-preserve open -k q-2026-12.1.share -k "q-2026-12.$i.share" "$object" \
	    >got 2>err
	told "3 of 5, 1 and $i are too few" '3 are needed: 1 missing'
done
report | sed 's/"key":"00/"key":"11/' | ct-preserve seal -qk q-2026-12.pub >out
object=$(jq -r '.report.files[0].vault.id' out)
for three in '1 2 3' '1 3 5' '2 3 4' '5 4 3'; do
	# shellcheck disable=SC2086 # three words
	set -- $three
	with "3 of 5: $three" 0 "q-2026-12.$1.share" "q-2026-12.$2.share" \
	    "q-2026-12.$3.share"
done
exits 'verify takes shares' 0 ct-preserve verify -q -k q-2026-12.1.share \
    -k s.1.share -k q-2026-12.2.share -k s.2.share -k q-2026-12.3.share

# what does not fit together: a share with a check that fits, else wrong
# reshare WORD VALUE - s.1.share with this word
reshare() {
	awk -v n="$1" -v v="$2" '{ $n = v; print }' s.1.share >forged
	(umask 77; checked 5 6-7 >x.share)
}
reshare 3 3
with 'another K' 78 x.share s.2.share
reshare 4 4
with 'another N' 78 x.share s.2.share
reshare 5 3
with 'another place' 78 x.share s.2.share
reshare 5 2
with 'a place that is taken' 78 x.share s.2.share
reshare 5 4
with 'a place that is none' 78 x.share s.2.share
reshare 5 01
with 'a place written otherwise' 78 x.share s.2.share
reshare 7 "$(cut -d' ' -f7 s.3.share)"
with 'the bytes of another' 78 x.share s.2.share
told '  says so' 'one is wrong'
with 'even beside enough good ones' 78 x.share s.2.share s.3.share
done_testing
