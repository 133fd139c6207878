#!/bin/sh
# contrib/objectlock against a real S3 API, that of OpenStack Swift: it takes
# what ct-copy-locked signs, and a vault comes back whole.  Locks it has none.
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'its programs are run sanitized elsewhere'
command -v openssl >/dev/null || skip_all 'no openssl'
# shellcheck source=t/swift.sh
. "$t/swift.sh"
PATH=$top/contrib/objectlock:$PATH
swift

ct-preserve keygen -o vault 2>/dev/null
seal() { # seal FILE - sealed and, in production, reported
	jq -nc --arg f "$tmp/$1" --arg s "$(sha256sum <"$1" | cut -c-64)" \
	    --arg k "$(md5sum <"$1" | cut -c-32)" '{id: "report:\($k)", user: {id: "u1"},
	    report: {key: $k, env: "production", part: 1, parts: 1,
		files: [{id: "f", path: $f, sha256: $s}]}}' |
	    ct-preserve seal -q -k vault.pub |
	    jq -c --arg n "$1" '.submission = {env: "production", report_id: $n,
		state: "finished", at: (now | todate), files: [.report.files[] | {id, sha256}]}' |
	    ct-preserve anchor -q
}
for i in 1 2 3; do
	head -c ${i}00000 /dev/urandom >f$i
	seal f$i
done >anchored
conf() { # conf [LINE...]
	cat >cred <<END
url = http://127.0.0.1:$port/vaults
region = us-east-1
access_key = $s3_key
secret_key = testing
lock = none
END
	printf '%s\n' "$@" >>cred
	chmod 600 cred
}
copy() { ct-copy-locked -c cred "$@"; }
keys() {
	s3 '/vaults?list-type=2' | grep -o '<Key>[^<]*' | sed 's/<Key>//'
}

conf 'secret_key = other'
exits 'a wrong key' 77 copy
conf 'region = eu-west-9'
exits 'a wrong region' 76 copy
conf
exits 'a copy' 0 copy
ok '  of objects, receipts and the log' grep -q ': 7 copied' err
keys >listed
is '  which are listed' '1 audit/ct-preserve.log
3 vault/objects
3 vault/receipts' sh -c 'sed "s/^\(vault.[a-z]*\|audit.ct-preserve.log\).*/\1/" listed | uniq -c | sed "s/^ *//"'
exits 'again' 0 copy
ok '  there is nothing to do' grep -q ': 0 copied' err
mv "$CT_HOME/copied" forgotten
exits 'what was copied is forgotten' 0 copy
ok '  all is looked for' grep -q ': 7 copied' err
is '  and there already' '' sh -c 'sort forgotten | cut -d " " -f 1,2 >a; sort "$1" | cut -d " " -f 1,2 | diff a -' - "$CT_HOME/copied"
head -c 5000 /dev/urandom >f4 && seal f4 >>anchored
exits 'and one more' 0 copy
ok '  is all that goes' grep -q ': 3 copied' err

# ---- back from it ---------------------------------------------------------------------
mkdir back
keys >listed
while read -r key; do
	mkdir -p "back/${key%/*}"
	s3 "/vaults/$key" -o "back/$key" </dev/null
done <listed
for log in back/audit/*.log; do
	cat "$log"/* >part && rm -r "$log" && mv part "$log"
done
exits 'what comes back is whole' 0 ct-preserve verify -q -d back -k vault.key
cp got verified
is '  all of it' '4 ok' sh -c 'jq -r .state verified | uniq -c | sed "s/^ *//"'
exits 'and opens' 0 ct-preserve open -d back -k vault.key -o opened "$(jq -r 'select(.report.files).report.files[].vault.id' anchored | tail -n 1)"
ok '  to what was sealed' cmp opened f4

# ---- a store that knows no locks, or is ill ----------------------------------------------
head -c 5000 /dev/urandom >f5 && seal f5 >>anchored
conf 'lock = compliance'
exits 'Swift locks nothing: refused' 76 copy
ok '  for it cannot write only what is not there' grep -q 'HTTP 501' err
printf x >x
s3 /vaults/x -T x -H 'x-amz-object-lock-mode: COMPLIANCE' \
    -H 'x-amz-object-lock-retain-until-date: 2099-01-01T00:00:00Z' >put 2>&1
ok '  headers of locks it takes' test ! -s put
s3 /vaults/x -I >headers
ok '  and has what came with them' grep -q '^HTTP/1.1 200' headers
is '  and forgets them' '' grep -i lock headers
conf
alone
pause object
before=$(wc -l <"$CT_HOME/copied")
exits 'its disks are gone' 75 timeout 60 ct-copy-locked -c cred
is '  nothing is noted' "$before" sh -c 'wc -l <"$1"' - "$CT_HOME/copied"
resume object
together
exits '  run again' 0 copy
ok '  what is left is done' grep -q ': 3 copied' err
done_testing
