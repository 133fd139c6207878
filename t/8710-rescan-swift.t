#!/bin/sh
# ct-rescan of a bucket, with a store, against OpenStack Swift: planted copies are
# found when the list grows, without a single GET
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'its programs are run sanitized elsewhere'
# shellcheck source=t/swift.sh
. "$t/swift.sh"
swift
# shellcheck source=t/rescan.sh
. "$t/rescan.sh"

mkpix one.png --seed 1 --size 96x96
mkpix two.png --seed 2 --size 96x96
mkpix other.png --seed 3 --size 96x96
conf <<E
[source own]
type = file
path = $tmp/list
[bucket media]
bucket = pics
credential = $tmp/cred
endpoint = http://127.0.0.1:$port
E
cred cred
s3 /pics -X PUT
put() { s3 "/pics/$2" -T "$1"; }
known one.png
put one.png u1/a.png && put two.png u2/b.png && put two.png u3/c%20d.png &&
    put other.png u3/e.png || exit 1
exits 'a bucket' 0 rescan -u 1 s3://media
is '  what matches' u1/a.png ids
json '  has its account' .user.id '"u1"' rec
exits 'again: nothing is read' 0 rescan -u 1 s3://media
is '  since all is as it was' 4 sum '.programs["ct-seen"].outcomes.seen'
known one.png two.png
exits 'the list grows' 0 rescan -u 1 s3://media
is '  planted copies are found' 'u1/a.png u2/b.png u3/c d.png' ids
is '  without a single GET' 0 sum '.programs["ct-hash"].in'
s3 /pics/u2/b.png -X DELETE
put one.png u3/e.png
exits 'one is gone, one is another' 0 rescan --full -u 1 s3://media
is '  all is looked up, the new one read' 'u1/a.png u2/b.png u3/c d.png u3/e.png' ids
json '  what is gone says so' 'select(.object.gone) | .id' '"s3://media/u2/b.png"' rec
is '  and the one is forgotten' 3 sh -c 'ct-seen stats -q --store media | jq .objects'
put one.png /d.png && put one.png w%20x/%2B%25.png
exits 'keys in directories of any name' 0 rescan -u 1 s3://media
is '  are looked up, by their accounts' '[null,"w x"]' jq -s -c 'map(.user.id)' rec
ct-preserve keygen -o vault 2>/dev/null
put one.png u5/kept.png
exits '-s of a bucket' 0 rescan -s -u 1 s3://media
json '  seals what matches' '[.user.id, .vault.state]' '["u5","staged"]' rec
put one.png u6/kept.png
is '  by the configuration that it is given, too' '["u6","staged"]' \
    sh -c "env -u CT_CONF ct-rescan -q -c '$CT_CONF' -s -u 1 s3://media |
	jq -c '[.user.id, .vault.state]'"
done_testing
