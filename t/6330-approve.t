#!/bin/sh
# ct-preserve approve: an officer's word for one request, and for nothing else
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/evidence.sh
. "$t/evidence.sh"
export CT_CLOCK=2026-12-01T10:00:00Z

ct-preserve keygen -o k
for name in ana ben eve; do ct-preserve keygen --officer -o $name; done
conf <<END
[officer ana]
public_key = $tmp/ana.pub
[officer ben]
public_key = $tmp/ben.pub
[officer anna]
public_key = $tmp/ana.pub
END
echo one >a
report production $k1 u1 a | ct-preserve seal -qk k.pub >sealed
ct-preserve destroy-request --authority A --ref R --by ana --user u1 >asked
approve() { ct-preserve approve -q --by "$1" -k "$1.key"; }
log() { cat "$CT_HOME/audit/ct-preserve.log"; }
told() { ok "$1" grep -q "$2" err; }

# ---- what is signed
exits 'approved' 0 approve ana <asked
cp got one
json '  by whom, when' '[.approval[] | [.by, .at, (.signature | length)]]' \
    '[["ana","2026-12-01T10:00:00Z",128]]' one
is '  the rest stays' "$(cat asked)" jq -c 'del(.approval)' one
is '  it is logged' "$(jq -c '[.request.id, "ana"]' asked)" \
    sh -c "tail -n 1 $CT_HOME/audit/ct-preserve.log | jq -c 'select(.act == \"approve\") | [.request, .by]'"
exits 'and by another' 0 approve ben <one
cp got two
json '  both' '[.approval[].by]' '["ana","ben"]' two
# any program with Ed25519 says so: the page has what is signed, and how
{ printf 'ct-vault-request 1\n' && jq -cjS .request asked; } >text
jq -r '.approval[0].signature' one | perl -pe 'chomp; $_ = pack "H*", $_' >sig
{
	printf 302a300506032b6570032100
	cut -d' ' -f3 ana.pub
} | perl -pe 's/\s//g; $_ = pack "H*", $_' >ana.der
ok 'openssl says so, too' openssl pkeyutl -verify -pubin -keyform DER \
    -inkey ana.der -rawin -in text -sigfile sig
printf ' ' >>text
ok '  and not of another text' sh -c '! openssl pkeyutl -verify -pubin -keyform DER \
    -inkey ana.der -rawin -in text -sigfile sig'

# ---- what is not
# refused WHAT STATUS PATTERN BY KEY FILE - and nothing is added or logged
refused() {
	lines=$(log | wc -l)
	exits "$1: $2" "$2" ct-preserve approve -q --by "$4" -k "$5" <"$6"
	json '  the record says why' ".error.code" "$2" got
	ok "  $3" grep -q "$3" got
	json '  nothing is added' '.approval // [] | length' \
	    "$(jq '.approval // [] | length' "$6")" got
	ok '  nor logged' test "$(log | wc -l)" -eq "$lines"
}
refused 'the same one again' 77 'approved it before' ana ana.key one
refused 'under another name' 77 'approved it before' anna ana.key one
refused 'for another' 77 'is not that of' ben ana.key one
refused 'one who is no officer' 77 'no \[officer eve\]' eve eve.key one
jq -c '.request.objects += ["x"]' one >changed
refused 'what was changed behind an approval' 77 'not of this request' ben ben.key changed
jq -c '.request.ref = "S"' asked >changed
refused 'what the log has otherwise' 77 'not as the log has it' ana ana.key changed
jq -c '.request.more = "S"' asked >changed
refused 'what it has not' 77 'not as the log has it' ana ana.key changed
jq -c 'del(.request.authority)' asked >changed
refused 'what it has more of' 77 'not as the log has it' ana ana.key changed
jq -c '.request.id = "R99"' asked >changed
refused 'a request that is none' 77 'no such request' ana ana.key changed
jq -c '.approval = [.approval[0] | .by = "eve"]' one >changed
refused 'on top of a stranger' 77 'no \[officer\]' ben ben.key changed
jq -c '.request = 1' asked >changed
refused 'a request that is a number' 65 'request is none' ana ana.key changed
jq -c '.approval = 1' asked >changed
lines=$(log | wc -l)
exits 'approvals that are a number: 65' 65 approve ana <changed
ok '  nothing is logged' test "$(log | wc -l)" -eq "$lines"
exits 'another record passes' 0 approve ana <sealed
ok '  untouched' cmp got sealed

# ---- set-up
exits 'nobody' 64 ct-preserve approve -k ana.key <asked
exits 'no key' 64 ct-preserve approve --by ana <asked
exits 'a public key' 77 ct-preserve approve --by ana -k ana.pub <asked
exits 'a key that opens' 78 ct-preserve approve --by ana -k k.key <asked
exits 'a key that is not there' 66 ct-preserve approve --by ana -k none <asked
cp "$CT_CONF" good
rm ben.pub
exits 'an officer whose key is gone' 66 approve ben <asked
{ cat good && printf 'name = Ana\n'; } >"$CT_CONF"
exits 'a word that is none' 78 approve ana <asked
cp good "$CT_CONF"

# ---- where there is no vault
exits 'on an officer'\''s own machine' 0 ct-preserve approve -q -d none --by ana \
    -k ana.key <asked
json '  signed' '.approval | length' 1 got
told '  it is said that it is not logged' 'nor logged'
ok '  and no vault is made' test ! -e none

# ---- a log that takes nothing
if [ -f "$t/fault.so" ] && [ -z "${CT_SANITIZED-}" ]; then
	for fault in write:1:ENOSPC fdatasync:1:EIO; do
		LD_PRELOAD=$t/fault.so CT_FAULT=$fault CT_FAULT_PATH=ct-preserve.log \
		    CT_FAULT_DID=$tmp/did ct-preserve approve -q --by ana -k ana.key \
		    <asked >got 2>err
		ok "$fault: not approved" test $? -ge 74
		ok '  it happened' test -e did
		json '  nothing is signed' .approval null got
		rm -f did
	done
	exits 'then again' 0 approve ana <asked
fi
done_testing
