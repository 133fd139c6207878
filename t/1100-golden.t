#!/bin/sh
# ct-hash: the bits that the reference makes of the same files
#
# data/golden/image.ndjson holds what Meta's reference core makes of each
# picture decoded at full size by libjpeg-turbo and libpng.
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

golden=$t/data/golden
jq -r .file "$golden/image.ndjson" | sed "s:^:$golden/:" | ct-hash -q >recs
is 'every picture is what it was' "$(cat "$golden/image.sha256")" jq -r '.hashes.sha256 + "  " + (.path | split("/")[-1])' recs

# one line of each: file, size, hash, quality; what the reference cannot decode
# has none
jq -c '[.file, .w, .h, .hash, .quality]' "$golden/image.ndjson" >expect
jq -c '[(.path | split("/")[-1]), .file.width, .file.height, .hashes.pdq, .hashes.pdq_quality]' recs >have
while read -r line; do
	ok "$line" grep -qxF "$line" have
done <expect
ok 'nothing of a file that is none' jq -es 'map(select(.file.decode != "ok")) | length == 3 and all(.hashes | has("pdq") | not)' recs
done_testing
