#!/bin/sh
# ct-ls of directories: every file once, in byte order of whole paths, whatever
# its name is; goes on where it was; and options that make no sense
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
CT_CONF=$tmp/none.conf
: >"$CT_CONF"
export CT_CONF

mkdir -p d/a d/a.b d/e/m/p/t d/e/f/g 'd/sp ace' d/deep
touch d/a/x d/a.b/x d/a0 d/a-1 d/e/f/g/h 'd/sp ace/+%' "d/$(printf 'l\nf')" \
    "d/$(printf 'caf\351')" 'd/q"\k' "d/$(printf '\303\274')" d/z
ln -s a d/link
ln -s a0 d/linked
mkfifo d/pipe
files=11
find "$tmp/d" -type f -print0 | LC_ALL=C sort -z >want.names

ct-ls d >all 2>err
ok 'a directory' grep -q ": $((files + 3)) in = $files out + 3 dropped: $files listed, 3 no regular file" err
jq -r 'select(.path_b64) | [.id == "b64:" + .path_b64, has("path")] | @csv' all >odd
is '  a name that is not UTF-8' true,false cat odd
jq -j 'select(.path) | .path + "\u0000"' all >names
ok '  the others byte for byte, in byte order' sh -c \
    'grep -zv "caf" want.names | LC_ALL=C sort -zc && grep -zav caf want.names | cmp - names'
json '  size, times, and what changes when it does' 'select(.id | test("a0$")) |
    [.object.bytes, (.object.etag | test("^[0-9a-f]+-[0-9a-f]+[.][0-9]{9}$")), (.object.modified | test("^20.*Z$")), .path == .id]' \
    '[0,true,true,true]' all
before=$(jq -r 'select(.id | test("a0$")).object.etag' all)
touch -d '2020-01-01' d/a0
ct-ls -q d >after
ok '  a file whose time was put back is another' test "$before" != \
    "$(jq -r 'select(.id | test("a0$")).object.etag' after)"
exits 'since a time' 0 ct-ls --since 2021-01-01T00:00:00Z d
ok '  what is older is left out' sh -c '! grep -q "/a0\"" got && grep -q "1 older" err'
is 'a file' 1 sh -c 'ct-ls -q d/z | grep -c "\"path\":.*/d/z\""'
exits 'what is not there' 66 ct-ls d/none
ok '  is counted' grep -q '1 in = 0 out + 1 dropped: 1 error' err
ok '  keeps nobody else from being listed' sh -c 'ct-ls -q d/none d/e >got; grep -q e/f/g/h got'
is 'the end of a place is told, if it was listed whole' "$tmp/d/e/ $tmp/d/a/ $tmp/d/z" \
    sh -c 'ct-ls -q --end d/e d/none d/a d/z 2>/dev/null | jq -r ".listed // empty" | xargs'

ct-ls -q d >all
for step in 1 3 4; do
	: >sum
	i=0
	while ct-ls -q --checkpoint mark --limit $step d >>sum
	    [ $? -eq 75 ]; do
		[ $((i = i + 1)) -lt 20 ] || break
	done
	ok "by steps of $step, each file once" cmp all sum
	ok '  and no checkpoint is left' test ! -e mark
done
ct-ls -q --checkpoint mark --limit 5 d d/e >sum
ct-ls -q --checkpoint mark --limit 6 d d/e >>sum
ct-ls -q --checkpoint mark d d/e >>sum
ct-ls -q d d/e | cmp - sum
ok 'over two places' test $? -eq 0
ct-ls -q --checkpoint mark --limit 5 d >/dev/null
cp mark kept
exits 'a checkpoint of another shard' 65 ct-ls --checkpoint mark --shard 1/2 d
ok '  stays as it is' cmp mark kept
echo '{}' >mark
exits '  one that says nothing' 65 ct-ls --checkpoint mark d
echo 'no' >mark
exits '  that is none' 65 ct-ls --checkpoint mark d
rm mark
exits '  that cannot be written' 73 ct-ls --checkpoint none/mark --limit 1 d
exits 'nobody reads' 74 sh -c 'ct-ls --end d >/dev/full'
ok '  and so nothing came out' grep -q ' = 0 out + ' err

for i in 1 2 3 4; do ct-ls -q --shard $i/4 d; done | LC_ALL=C sort >a
LC_ALL=C sort all | cmp - a
ok 'four shards are all of it' test $? -eq 0

for args in '' '--shard 5/4 d' '--shard 0/4 d' '--shard x d' '--replay r d' \
    '--replay r s3://a s3://b' '--replay r --save s s3://a' '--save s -j 2 s3://a' \
    '--end --shard 1/2 d' '--inventory m d' '--limit 0 d' '--page 0 s3://a' 's3:// d --since x'; do
	# shellcheck disable=SC2086
	exits "usage: $args" 64 ct-ls $args
done
exits 'a malformed place' 65 ct-ls s3://%/x
exits 'a bucket of Azure that is not configured' 78 ct-ls az://none
HOME=$tmp exits 'no credentials' 66 ct-ls s3://some
ok '  it says that the configuration does not know it' grep -q 'there is no \[bucket some\]' err
exits 'no pages' 66 ct-ls --replay none s3://a
mkdir pages
exits '  none is fine' 0 ct-ls --replay pages s3://a
echo '<a/>' >pages/1.xml
exits '  one that is none' 65 ct-ls --replay pages s3://a
done_testing
