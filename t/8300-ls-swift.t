#!/bin/sh
# ct-ls against a real S3 API, that of OpenStack Swift: keys of all kinds, pages,
# threads, checkpoints, shards, inventories; and what a store refuses
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'its programs are run sanitized elsewhere'
command -v gzip >/dev/null || skip_all 'no gzip'
# shellcheck source=t/swift.sh
. "$t/swift.sh"
swift
s3 /pics -X PUT && s3 /empty -X PUT || exit 1

# put KEY... - percent-encoded, as it is sent
put() {
	for key; do
		printf '%s %s\n' "$(s3 "/pics/$key" --path-as-is -X PUT -d '' \
		    -o answer -w '%{http_code}')" "$key"
	done
}
long=$(head -c 1024 /dev/zero | tr '\0' k)
put a/b.jpg a.b a0 ../x a/../c a//d / // a%2Bb a%20b 50%25 %2525 %C3%BC n%0A/l \
    q%22%27%26%3C%3E %01%02 %7F bs%5Cx %F0%9F%98%80 end/ "$long" star%2A%28%29 \
    %20lead/x trail%20/%2B/y %3F%23%3A%40%5B u1/1 u1/2 u1/3 u2/x/1 u2/x/2 u3/1 >said
is 'keys of all kinds are stored' '31 200' \
    sh -c 'cut -d " " -f 1 said | sort | uniq -c | sed "s/^ *//"'
conf() { # conf [LINE...] - of the bucket
	printf '%s\n' '[bucket media]' 'bucket = pics' 'credential = ./cred' \
	    "endpoint = http://127.0.0.1:$port" "$@" '[bucket hollow]' \
	    'bucket = empty' 'credential = ./cred' \
	    "endpoint = http://127.0.0.1:$port" '[bucket none]' \
	    'credential = ./cred' "endpoint = http://127.0.0.1:$port" >ct.conf
}
CT_CONF=$tmp/ct.conf
export CT_CONF
cred cred
conf

ct-ls s3://media >all 2>err
ok 'a bucket' grep -q ': 31 in = 31 out' err
# the keys that were put, by another decoder than ours
cut -d ' ' -f 2 said | while read -r key; do
	env printf '%b\0' "$(printf %s "$key" | sed 's/%\(..\)/\\x\1/g')"
done | LC_ALL=C sort -z >want.names
jq -j '.id | ltrimstr("s3://media/") + "\u0000"' all >names
ok '  every key byte for byte, in byte order' cmp names want.names
json '  with what is known of it' 'select(.id == "s3://media/a/b.jpg") |
    [.object.bytes, .object.etag, (.object.modified | test("^20.*Z$"))]' \
    '[0,"d41d8cd98f00b204e9800998ecf8427e",true]' all
ct-ls -q --page 2 s3://media >pages
ok 'in pages of two' cmp all pages
for j in 2 7; do
	ct-ls -q -j $j --page 3 s3://media >threads
	ok "by $j threads, in order" cmp all threads
done
ct-ls -q s3://media/u >u
is 'below a prefix' '6' sh -c 'wc -l <u'
ct-ls -q -j 3 s3://media/u2 >u2
ok '  that holds but another' sh -c 'grep "media/u2/" all | cmp - u2'
is 'an empty bucket is listed whole' '{"listed":"s3://hollow/"}
{"listed":"s3://hollow%/"}' ct-ls -q --end s3://hollow

ct-ls -q --save pages.d --page 5 s3://media >again
ok 'pages that are saved' cmp all again
ct-ls -q --replay pages.d s3://media >again
ok '  list the same again' cmp all again
exits 'pages of two listings are not mixed' 73 ct-ls --save pages.d s3://media
ct-ls -q --replay pages.d s3://media/u1/ >again
is 'a part of it' 3 sh -c 'wc -l <again'

for i in 1 2 3; do ct-ls -q --shard $i/3 s3://media >shard.$i; done
ok 'shards are all of it, each once' sh -c 'LC_ALL=C sort shard.? >a; LC_ALL=C sort all | cmp - a'
ok '  and none is empty' test -s shard.1 -a -s shard.2 -a -s shard.3
exits 'what is old is left out' 0 ct-ls --since 2999-01-01 s3://media
ok '  and counted' grep -q '31 dropped: 31 older' err

# a checkpoint, by one thread and by several
for j in 1 3; do
	: >sum
	i=0
	while ct-ls -q -j $j --checkpoint mark --limit 4 --page 3 s3://media >>sum
	    [ $? -eq 75 ]; do
		[ $((i = i + 1)) -lt 20 ] || break
	done
	is "seven checkpoints, -j $j" 7 echo $i
	ok '  nothing twice, nothing missing' cmp all sum
	ok '  the last is gone' test ! -e mark
done
# what goes while it is listed is no trouble, nor what comes
at=$(grep -n '"s3://media/a0"' all | cut -d : -f 1)
ct-ls -q --checkpoint mark --limit "$at" s3://media >part
s3 /pics/a0 -X DELETE
put zz/new 0/behind >/dev/null
ct-ls -q --checkpoint mark s3://media >>part
ok 'the key of the checkpoint has gone meanwhile' sh -c \
    'grep -v zz/new part | cmp - all'
ok '  one that came behind it is there' grep -q zz/new part
exits 'a checkpoint of another place' 65 sh -c \
    'ct-ls -q --checkpoint mark --limit 1 s3://media >/dev/null; ct-ls --checkpoint mark s3://media/u'
rm -f mark

# killed while it waits for somebody to read
mkfifo pipe
ct-ls -q --checkpoint mark --page 1 s3://media >pipe &
lister=$!
pids="$pids $lister"
{
	head -n 3 >first
	while [ ! -e mark ]; do
		kill -0 $lister 2>/dev/null || break
		sleep 0.1
	done
	kill -9 $lister 2>/dev/null
	cat >rest
} <pipe
wait $lister 2>/dev/null
: >rest.of
[ ! -e mark ] || ct-ls -q --checkpoint mark s3://media >rest.of
ct-ls -q s3://media >now
ok 'killed, it misses nothing' sh -c \
    'cat first rest rest.of | LC_ALL=C sort -u >a; LC_ALL=C sort now | cmp - a'

# an inventory, in the bucket and beside its manifest
schema='Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag'
row() { # row KEY VERSION LATEST MARKER SIZE
	printf '"pics","%s","%s","%s","%s","%s","2026-11-20T08:00:00.000Z","9b2c"\n' "$@"
}
{
	row a/b.jpg v2 true false 7
	row a/b.jpg v1 false false 9
	row gone v3 true true ''
	row x%2By+z%2C%22%FF v4 true false 5
} >csv
gzip -c csv >1.csv.gz
head -c 20 /dev/zero >2.csv
inventory() { # inventory FORM FILE...
	form=$1
	shift
	for f; do
		printf '{"key":"inv/pics/data/%s","size":%d,"MD5checksum":"%s"}\n' \
		    "$f" "$(wc -c <"$f")" "$(md5sum <"$f" | cut -c-32)"
	done | jq -s --arg f "$form" --arg s "$schema" '{sourceBucket: "pics",
	    destinationBucket: "arn:aws:s3:::vaults", version: "2016-11-30",
	    fileFormat: $f, fileSchema: $s, files: .}'
}
inventory CSV 1.csv.gz >manifest.json
s3 /vaults/inv/pics/data/1.csv.gz -T 1.csv.gz && s3 /vaults/inv/pics/m.json -T manifest.json
printf '[bucket store]\nbucket = vaults\ncredential = ./cred\nendpoint = http://127.0.0.1:%d\n' "$port" >>ct.conf
want='{"id":"s3://media/a/b.jpg","object":{"bytes":7,"etag":"9b2c","modified":"2026-11-20T08:00:00Z"}}
{"id":"s3://media%/x+y z,\"%FF","object":{"key_b64":"eCt5IHosIv8=","bytes":5,"etag":"9b2c","modified":"2026-11-20T08:00:00Z"}}'
is 'an inventory in a bucket: the latest, no delete markers' "$want" \
    ct-ls -q --inventory s3://store/inv/pics/m.json s3://media
is '  and beside its manifest' "$want" ct-ls -q --inventory manifest.json s3://media
is '  below a prefix' "$(echo "$want" | head -n 1)" \
    ct-ls -q --inventory manifest.json s3://media/a/
ct-ls -q --inventory manifest.json --checkpoint mark --limit 1 s3://media >part
ct-ls -q --inventory manifest.json --checkpoint mark s3://media >>part
is '  by a checkpoint' "$want" cat part
gzip -c csv csv | head -c 100 >cut.csv.gz
inventory CSV cut.csv.gz >m2
exits 'a file of it that is cut' 65 ct-ls --inventory m2 s3://media
inventory CSV 2.csv >m2
exits '  that holds something else' 65 ct-ls --inventory m2 s3://media
inventory CSV 1.csv.gz | sed 's/"MD5checksum": "../"MD5checksum": "zz/' >m2
exits '  of another MD5' 65 ct-ls --inventory m2 s3://media
ok '    which is told' grep -q "'1.csv.gz': its MD5 is another" err
inventory ORC 1.csv.gz >m2
exits '  in another form' 65 ct-ls --inventory m2 s3://media
exits 'a manifest that is none' 65 ct-ls --inventory csv s3://media
exits '  that is not there' 66 ct-ls --inventory s3://store/none s3://media

# what a store refuses
refused() { # refused WHAT STATUS TEXT PLACE
	exits "$1" "$2" ct-ls --retry-wait 0 "$4"
	ok '  which is told' grep -q "$3" err
}
refused 'no such bucket' 66 "bucket 'none': there is no such bucket" s3://none
conf 'region = eu-west-9'
refused 'a wrong region' 78 "wrong region: it is in 'us-east-1'" s3://media
conf
cred cred other
refused 'a wrong secret' 77 'the secret key is wrong' s3://media
printf 'access_key = other\nsecret_key = testing\n' >cred
refused 'a key that it does not know' 77 "bucket 'media'" s3://media
cred cred
CT_CLOCK=2026-01-01T00:00:00Z
export CT_CLOCK
refused 'a clock that is wrong' 75 'clock' s3://media
unset CT_CLOCK
chmod 644 cred
refused 'credentials that others may read' 77 "cred" s3://media
chmod 600 cred
alone
pause container
refused 'a store without its listings' 75 "bucket 'media'" s3://media
resume container
pause proxy
exits 'a store that stalls' 75 ct-ls --retry-wait 0 --timeout 0.2 s3://media
resume proxy
together
port=1
conf
refused 'no store at all' 75 'cannot\|failed' s3://media
done_testing
