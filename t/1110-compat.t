#!/bin/sh
# ct-hash: --compat=photo-hasher hashes as Meta's program does
#
# data/golden/compat.ndjson holds what the stock pdq-photo-hasher, built with
# CImg and ImageMagick, makes of each file; but of PNG with 16 bits, of which it
# takes the lower 8.
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

golden=$t/data/golden
jq -r .file "$golden/compat.ndjson" | sed "s:^:$golden/:" |
	ct-hash -q --compat=photo-hasher >recs
jq -c '[.file, .hash, .quality]' "$golden/compat.ndjson" >expect
jq -c '[(.path | split("/")[-1]), .hashes.pdq, .hashes.pdq_quality]' recs >have
while read -r line; do
	ok "$line" grep -qxF "$line" have
done <expect
ok 'the records name the method' jq -es 'all(.hashes.pdq_method == "photo-hasher")' recs
done_testing
