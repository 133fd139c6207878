#!/bin/sh
# ct-hash: one picture in every form that a decoder tells apart
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

pic() { # NAME OPTION...
	file=$1
	shift
	mkpix --seed 7 "$@" "$file" && echo "$file" >>files
}
pic a.png
pic interlaced.png --interlaced
pic alpha.png --alpha
pic 16.png --16bit
pic 16alpha.png --16bit --alpha --interlaced
pic lossless.webp --lossless
pic lossless-alpha.webp --lossless --alpha
pic gray.png --gray
pic gray-alpha.png --gray --alpha
pic gray-16.png --gray --16bit
pic gray-interlaced.png --gray --interlaced
pic gray.webp --gray --lossless
for bits in 1 2 4; do
	pic $bits.png --bits $bits
	pic $bits-palette.png --palette --bits $bits
	pic $bits-interlaced.png --palette --bits $bits --interlaced
done
pic palette.png --palette
pic palette-interlaced.png --palette --interlaced
pic a.jpg
pic progressive.jpg --progressive
pic arithmetic.jpg --arithmetic
pic arithmetic-progressive.jpg --arithmetic --progressive
pic apart.jpg --apart
pic restart.jpg --restart 1
pic 444.jpg --sampling 11
pic 422.jpg --sampling 21
pic 440.jpg --sampling 12
pic 411.jpg --sampling 41
pic rgb.jpg --rgb
pic cmyk.jpg --cmyk
pic cmyk-plain.jpg --cmyk --plain
pic ycck.jpg --ycck
pic gray.jpg --gray
pic a.webp
pic alpha.webp --alpha

ct-hash -q <files >recs
is 'all are whole' '40 ok' sh -c 'jq -r .file.decode recs | sort | uniq -c | xargs'
jq -r '"\(.path | split("/")[-1]) \(.hashes.pdq) \(.hashes.pdq_quality)"' recs >bits
same() { # WHAT FILE...: have the same hash
	what=$1
	shift
	for f; do grep "^$f " bits; done | cut -d' ' -f2- | sort -u >hashes
	is "$what" 1 sh -c 'wc -l <hashes'
}
same 'what lost nothing is the same' a.png interlaced.png alpha.png 16.png 16alpha.png \
    lossless.webp lossless-alpha.webp
same 'so is grey' gray.png gray-alpha.png gray-16.png gray-interlaced.png gray.webp
for bits in 1 2 4; do
	same "$bits bits, and a palette of as many" $bits.png $bits-palette.png $bits-interlaced.png
done
same 'a palette' palette.png palette-interlaced.png
same 'JPEG, however its bits are written' a.jpg progressive.jpg arithmetic.jpg \
    arithmetic-progressive.jpg apart.jpg restart.jpg
same 'lossy WebP, with transparency or not' a.webp alpha.webp

# far FILE - how many bits from a.png
far() {
	sed -n "s/^$1 \\([^ ]*\\).*/pdq \\1/p" bits >list
	ct-match -q -t 31 -l list <first | jq '.match.hits[0].distance // 256'
}
head -n 1 recs >first
sed 1d files >others
while read -r f; do
	case $f in
	1.png|1-*) continue ;; # of 1 bit too little is left
	2*|4.*|4-*|palette*) most=31 ;;
	*) most=10 ;;
	esac
	ok "$f: at most $most bits off" test "$(far "$f")" -le "$most"
done <others
is '1 bit is black or white' 100 sh -c "sed -n 's/^1.png .* //p' bits"

# ---- which way each of them goes
ct-hash -q --fast <files >recs
jq -r '"\(.path | split("/")[-1]) \(.hashes.pdq_method)"' recs >ways
is 'brightness alone is decoded of these' 'a.jpg progressive.jpg arithmetic.jpg arithmetic-progressive.jpg apart.jpg restart.jpg 444.jpg 422.jpg 440.jpg 411.jpg gray.jpg' \
    sh -c "sed -n 's/ fast//p' ways | xargs"
is 'of the rest all' '' sh -c "grep -v ' fast$' ways | grep -v ' tent$' | grep -v ' exact$'"
jq -r '"\(.path | split("/")[-1]) \(.hashes.pdq) \(.hashes.pdq_quality)"' recs >bits
for f in a.jpg progressive.jpg 444.jpg 411.jpg gray.jpg; do
	ok "$f, fast: at most 14 bits off" test "$(far $f)" -le 14
done

# ---- more than one, and more behind it
mkpix --seed 7 --size 200x150 one.png
mkpix --seed 7 --size 200x150 --lossless one.webp
mkpix --seed 8 --size 200x150 two.png
mkpix --seed 8 --size 200x150 two.webp
# as a video every one of them is hashed
all=too-many-frames
[ ! -x "$top/ct-decode-video" ] || all=ok
for kind in png webp; do
	mkmove 200x150 still.$kind one.$kind
	mkmove 200x150 moving.$kind one.$kind two.$kind one.$kind two.$kind
	head -c -300 moving.$kind >cut.$kind
	ct-hash -q one.$kind still.$kind moving.$kind cut.$kind >o
	json "$kind: frames" '[.file.decode, .file.frames]' '["ok",null]
["ok",null]
["'$all'",4]
["partial",4]' o
	is "$kind: the first is hashed" '1 200 150' sh -c \
	    "jq -sr '\"\\(map(.hashes.pdq) | unique | length) \\(.[2].file.width) \\(.[2].file.height)\"' o"
done
mkmove --margin 20 200x150 margin.webp one.webp two.webp
ct-hash -q margin.webp >o
json 'the first frame on its canvas' '[.file.decode,.file.frames,.file.width,.file.height]' \
    '["'$all'",2,240,190]' o
for f in one.png one.webp a.jpg progressive.jpg; do
	ct-hash -q $f >plain
	cat $f two.png >trails
	ct-hash -q trails >o
	json "$f: what trails is told" '[.file.decode,.file.trailing_bytes,.hashes.pdq]' \
	    "[\"$all\",$(wc -c <two.png),$(jq .hashes.pdq plain)]" o
done
done_testing
