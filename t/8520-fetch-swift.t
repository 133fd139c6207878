#!/bin/sh
# ct-fetch and a real S3 API, that of OpenStack Swift: what is listed is
# fetched, whatever its key; and what it does when the store fails
# shellcheck source=t/lib.sh disable=SC2154,SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'its programs are run sanitized elsewhere'
# shellcheck source=t/swift.sh
. "$t/swift.sh"
swift
fetch() { ct-fetch -q --retry-wait 0 "$@"; }

cred cred
cred wrong wrong
printf 'access_key = nobody\nsecret_key = testing\n' >nobody
cred token testing 'session_token = old'
chmod 600 nobody
CT_CONF=$tmp/ct.conf
export CT_CONF
bucket() { # bucket NAME CRED [LINE...] - a section for it
	printf '[bucket %s]\nendpoint = http://127.0.0.1:%s\ncredential = %s\n' "$1" "$port" "$tmp/$2"
	shift 2
	printf '%s\n' "$@"
}
{
	bucket vaults cred
	bucket nowhere cred
	bucket wrong wrong 'bucket = vaults'
	bucket nobody nobody 'bucket = vaults'
	bucket region cred 'bucket = vaults' 'region = eu-west-1'
	bucket lost missing
} >"$CT_CONF"

# put KEY FILE - the key as it stands in a URL
put() {
	s3 "/vaults/$1" --path-as-is -f -T "$2" -o answer
}
long=$(head -c 1000 /dev/zero | tr '\0' k)
for key in a.jpg dir/a%20b '../up' './dot' 'x//y' 'a/../b' '100%25' '%C3%BC' 'nl%0Aline' \
    'q%3Fa%26b%3D1%23f' '%27%28%29%2A%21~' "$long"; do
	printf '%s' "$key" >f
	put "$key" f || echo "# $key was not put"
done
: >f && put empty f
head -c 5000000 /dev/urandom >big && put big big
mkpix --seed 3 p.jpg && put p.jpg p.jpg

# ---- what is there ------------------------------------------------------------------
exits 'the bucket is listed' 0 ct-ls -q s3://vaults
cp got list
is '  all of it' 15 grep -c . list
exits 'and fetched' 0 fetch <list
ct-hash -q <got >o
is '  all of it' "$(jq -c '[.id, .object]' list)" jq -c '[.id, .object]' o
is '  by the MD5 that the listing has' "$(jq -r .object.etag list)" jq -r .hashes.md5 o
is '  as the file that it was' "$(ct-hash -q p.jpg | jq -c .hashes)" \
    jq -c 'select(.id == "s3://vaults/p.jpg").hashes' o
exits '--one' 0 ct-fetch --one s3://vaults/big
ok '  all of it' cmp got big
exits '  of a key that no path has' 0 ct-fetch --one 's3://vaults/a/../b'
printf 'a/../b' >want
ok '  that one' cmp got want

# ---- what is not ----------------------------------------------------------------------
exits 'what was deleted' 0 s3 /vaults/x//y -X DELETE -o answer
echo 'other bytes' >f && put './dot' f
exits '  is gone, and what was changed is left for the next listing' 75 fetch <list
ct-hash -q <got >o
json '  as its record says' 'select(.object.gone).id' '"s3://vaults/x//y"' o
json '  or its error' 'select(.error) | [.id, .error.code, .error.msg]' \
    '["s3://vaults/./dot",75,"it changed since it was listed"]' o
exits '  --head: one is gone, the other there' 0 fetch --head <list
cp got o
json '  as it says' 'select(.id | test("dot$|//y")) | [.id, .object.gone]' \
    '["s3://vaults/./dot",null]
["s3://vaults/x//y",true]' o
exits '--one of what is gone: no' 1 ct-fetch --one s3://vaults/x//y

# error CODE MESSAGE ID - it is that, and the object is not gone
error() {
	what=$3
	exits "$what" "$1" fetch "$3"
	json "  $2" '[.error.msg, .object]' "[\"$2\",null]" got
}
error 66 "bucket 'nowhere': there is no such bucket" s3://nowhere/a.jpg
error 77 "bucket 'wrong': the secret key is wrong" s3://wrong/a.jpg
error 77 "bucket 'nobody': the secret key is wrong" s3://nobody/a.jpg
error 78 "bucket 'region': wrong region: it is in 'us-east-1'" s3://region/a.jpg
exits 'credentials that are not there' 66 fetch s3://lost/x
seq -f 's3://wrong/%g' 60 >in
exits 'a bucket that refuses us is not asked for ever' 77 fetch -j 4 <in
cp got o
is '  although each has its error' 60 grep -c 'the secret key is wrong' o
ok 'no secret is told' sh -c '! cat got err o | grep -q testing'

# ---- a store that fails ------------------------------------------------------------------
alone
pause object
{ sleep 2 && resume object; } &
exits 'it hangs for a while' 0 fetch --stall 1 --retries 30 s3://vaults/big
ct-hash -q <got >o
is '  and all comes' "$(md5sum <big | cut -c 1-32)" jq -r .hashes.md5 o
pause object
exits 'it is broken' 75 fetch --retries 1 s3://vaults/big
json '  which is no reason to call an object gone' '[.error.msg, .object]' \
    "[\"bucket 'vaults' answers with status 503\",null]" got
resume object
together
done_testing
