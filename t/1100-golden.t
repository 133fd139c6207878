#!/bin/sh
# ct-hash: the bits that the reference makes of the same files, by each method
#
# data/golden/manifest.ndjson: "full" is what Meta's reference core makes of
# the picture decoded at full size by libjpeg-turbo and libpng, "cli" what its
# command pdq-photo-hasher prints.  Other sets: scripts/golden DIR.
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

golden=$t/data/golden
manifest=$golden/manifest.ndjson
jq -r .file "$manifest" | sed "s:^:$golden/:" | ct-hash -q >recs
is 'every picture is what it was' "$(jq -r .sha256 "$manifest")" jq -r .hashes.sha256 recs

# one line of each: file, size, hash, quality
jq -c 'select(.full) | [.file, .full.w, .full.h, .full.hash, .full.quality]' "$manifest" >expect
jq -c '[(.path | split("/")[-1]), .file.width, .file.height, .hashes.pdq, .hashes.pdq_quality]' recs >have
while read -r line; do
	ok "$line" grep -qxF "$line" have
done <expect
is 'what is no whole picture has its outcome' 'g_corrupt.jpg partial true
g_empty.jpg corrupt false
g_notimage.jpg unsupported false
g_trunc2.jpg corrupt false
g_trunc60.jpg partial true' \
    jq -r 'select(.file.decode != "ok") | "\(.path | split("/")[-1]) \(.file.decode) \(.hashes | has("pdq"))"' recs

# ---- by every method: method, set, n, equal, <=2, <=4, <=10, max, mean,
# quality equal, within 1
golden -v "$golden" >table 2>differ
sed 's/^/# /' table
counts() { # METHOD SET CONDITION on its columns
	awk -v method="$1" -v set="$2" '$1 == method && $2 == set { found = 1; if (!('"$3"')) bad = 1 }
	END { exit !found || bad }' table
}
for method in tent exact dihedral dihedral-ex.; do
	ok "$method: every bit and every quality" counts $method all '$3 > 80 && $4 == $3 && $10 == $3'
done
ok 'fast: 1 bit off in the mean' counts fast q50 '$9 <= 1'
ok 'fast: at most 4 for 98 percent, 10 for 99' counts fast q50 '$6 >= 0.98 * $3 && $7 >= 0.99 * $3'
ok 'fast: quality within 1' counts fast q50 '$11 == $3'
# of 16 bits that command keeps the lower 8, which are noise here
is 'photo-hasher: every bit of what Meta prints, but of 16-bit pictures' 'g_gray16.png g_rgb16.png' \
    sh -c "sed -n 's/^photo-hasher \\([^	]*\\).*/\\1/p' differ | xargs"
ok 'photo-hasher: every quality' counts photo-hasher all '$3 > 80 && $10 == $3'

# ---- and a difference is seen
jq -c 'select(.file == "g_rgb.png") | .full.quality -= 1 |
    .full.hash |= (.[:-1] + ({"0":"7"}[.[-1:]] // "0"))' "$manifest" >manifest.ndjson
cp "$golden/g_rgb.png" .
last=$(jq -r '.full.hash[-1:]' manifest.ndjson)
golden . >table
ok 'bits and a quality that are wrong' counts tent all '$3 == 1 && $4 == 0 && $8 > 0 && $8 <= 4 && $10 == 0 && $11 == 1'
ok 'in the text of the hash' test "$last" = 0 -o "$last" = 7
ok 'dihedral is not touched by it' counts dihedral all '$3 == 8 && $4 == 8 && $10 == 0'
echo '{"file":"none.png","full":{"hash":"'"$(printf %064d 0)"'","quality":50}}' >>manifest.ndjson
golden . >table 2>err
ok 'a file that is not there is as far as can be' counts tent q50 '$3 == 2 && $8 == 256'
exits 'no manifest is bad usage' 64 golden none
done_testing
