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

# what is stretched to 512 x 512 first has a hash, however narrow it was
for size in 3x512 4x700 512x3 600x3; do
	mkpix --size $size $size.png && echo $size.png
done >narrow
hashes() { # OPTION... - the size, whether there is a quality, hashes not zero
	ct-hash -q --dihedral "$@" <narrow | jq -r '[(.path | split("/")[-1]),
	    .file.decode, .hashes.pdq_quality > 0,
	    ([.hashes.pdq_dihedral[] | select(test("[1-9a-f]"))] | length)] |
	    join(" ")'
}
is 'narrow pictures' '3x512.png ok false 0
4x700.png ok true 8
512x3.png ok false 0
600x3.png ok true 8' hashes --compat=photo-hasher
is 'they have no hash by the other methods' '3x512.png ok false 0
4x700.png ok false 0
512x3.png ok false 0
600x3.png ok false 0' hashes
done_testing
