#!/bin/sh
# what a person is shown: small and grey first, only of the bytes that were
# found, and of hostile ones nothing but an outcome
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

seen() { # LEVEL [DIRECTORY] - of the records on standard input
	timeout 600 tiles "$top/ct-decode" "$@" 2>said
}
mkdir pics png
mkpix --seed 7 pics/a.jpg && mkpix --seed 7 --progressive pics/b.jpg &&
    mkpix --seed 7 pics/c.png && mkpix --seed 7 --interlaced pics/d.png &&
    mkpix --seed 7 pics/e.webp && mkpix --seed 7 --size 2000x3000 pics/f.jpg &&
    mkpix --seed 7 --size 7x5 --gray pics/g.png || exit 1
ct-hash -q pics/*.* >recs || exit 1

# ---- the steps
seen tile png <recs >tiles.out
json 'a tile: 16 a side at most, grey' '[.name, .decode] + .pixels' '["a.jpg","ok",16,12,1]
["b.jpg","ok",16,12,1]
["c.png","ok",16,12,1]
["d.png","ok",16,12,1]
["e.webp","ok",16,12,1]
["f.jpg","ok",11,16,1]
["g.png","ok",7,5,1]' tiles.out
json '  it knows how large the picture is' 'select(.name == "f.jpg") | [.w, .h]' '[2000,3000]' tiles.out
ok '  the same of every format' jq -es 'map(select(.name | test("^[abcde]"))) | map(.mean) | max - min <= 2' tiles.out
is '  as a PNG, its pixels are blocks' '128 96' \
    sh -c 'ct-hash -q png/1.png | jq -r "\"\(.file.width) \(.file.height)\""'
seen obscured <recs >obscured.out
json 'obscured: 64, grey' 'select(.name | test("^[aeg]")) | .pixels' '[64,48,1]
[64,48,1]
[7,5,1]' obscured.out
rm png/*
seen full png <recs >full.out
json 'full: 1600, in colour' 'select(.name | test("^[acf]")) | .pixels' '[640,480,3]
[640,480,3]
[1067,1600,3]' full.out
ct-hash -q png/1.png png/3.png png/5.png >again
is '  and as it is: the PNG has the hash of the picture' \
    "$(jq -r 'select(.path | test("[ace][.]")).hashes.pdq' recs)" jq -r .hashes.pdq again

# ---- upright: by EXIF, as the picture is when that is applied
ct-hash -q --dihedral pics/a.jpg | jq -r '.hashes.pdq_dihedral as $h |
    [0, 5, 2, 4, 6, 3, 7, 1] | to_entries[] | "pdq \($h[.value]) \(.key + 1)"' >all.list
mkdir turned
for i in 1 2 3 4 5 6 7 8; do
	{
		head -c 2 pics/a.jpg
		printf '\377\341\0\042Exif\0\0MM\0*\0\0\0\010\0\001\001\022\0\003\0\0\0\001\0%b\0\0\0\0\0\0' "\\0$((i % 8 ? i : 10))"
		tail -c +3 pics/a.jpg
	} >turned/$i.jpg
done
rm png/*
ct-hash -q turned/*.jpg | seen full png >full.out
is 'all eight orientations: its sides' '640x480 640x480 640x480 640x480 480x640 480x640 480x640 480x640' \
    sh -c 'jq -r ".pixels | \"\(.[0])x\(.[1])\"" full.out | xargs'
is '  and which way up' '1 2 3 4 5 6 7 8' sh -c \
    'ct-hash -q png/*.png | ct-match -q -l all.list -t 20 | jq -r ".match.hits[].entry" | xargs'
ct-hash -q turned/*.jpg | seen tile >tiles.out
is '  small and grey, too' '16x12 12x16' sh -c 'jq -r ".pixels | \"\(.[0])x\(.[1])\"" tiles.out | uniq | xargs'

# ---- only the bytes that were found
{
	jq -c 'select(.path | endswith("/a.jpg"))' recs >a
	jq -c --arg p "$PWD" '(.path = $p + "/pics/b.jpg"), (.path = $p + "/none"), (.path = $p + "/pics"),
	    del(.path), (.path = 7), del(.hashes), (.hashes.sha256 = "zz"), .' a
} >changed
mkfifo pics/pipe
jq -c --arg p "$PWD/pics/pipe" '.path = $p' a >>changed
seen full <changed >out
is 'other bytes, no file, no path, no hash: an error, and no pixels' \
    '65 66 66 66 65 65 65 0 66' sh -c 'jq -r "select(.rc > 0 and .mean >= 0 | not) | .rc" out | xargs'
ok '  it says so' grep -q 'tiles: the file is another than the one that was found' said
printf x >>pics/c.png
cp pics/d.png "$(printf 'pics/\377.png')"
printf 'pics/\377.png\0' | ct-hash -q -0 >odd
jq -c 'select(.path | endswith("/c.png"))' recs | cat - odd >in
seen tile <in >out
is 'one byte more is another file; a name that is not UTF-8 is a name' '65 0' sh -c 'jq -r .rc out | xargs'
head -c 65M /dev/zero >pics/large
jq -c --arg p "$PWD/pics/large" '.path = $p' a >in
printf 'no picture' >pics/text
printf '\377\330' >pics/cut.jpg
ct-hash -q pics/text pics/cut.jpg >>in
seen tile <in >out
is 'too large, no picture, nothing of one' 'too-large unsupported corrupt' sh -c 'jq -r .decode out | xargs'

# ---- what moves: a strip of stills
if [ -x "$top/ct-decode-video" ]; then
	mkdir films
	cp "$t/data/golden/video/g_life_10_vp8.webm" films/a.webm
	cp "$t/data/golden/video/g_black_25.mp4" films/b.mp4
	cp "$t/data/golden/video/audio_only.m4a" films/c.mp4
	mkpix --seed 1 --size 64x48 films/1.webp && mkpix --seed 2 --size 64x48 films/2.webp &&
	    mkpix --seed 1 --size 64x48 films/1.png && mkpix --seed 2 --size 64x48 films/2.png &&
	    mkmove 64x48 films/d.webp films/1.webp films/2.webp && mkmove 64x48 films/e.png films/1.png films/2.png || exit 1
	mkpix --seed 1 --size 64x48 films/1.jpg && mkpix --seed 2 --size 64x48 films/2.jpg &&
	    cat films/1.jpg films/2.jpg films/1.jpg >films/g.jpg
	rm films/[12].*
	# a picture of a kind that only libav knows
	printf 'BM\106\0\0\0\0\0\0\0\066\0\0\0\050\0\0\0\2\0\0\0\2\0\0\0\1\0\030\0\0\0\0\0\020\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\377\377\377\0\0\0\0\0\0\0\0\377\377\377\0\0' >films/f.bmp
	ct-hash -q films/* | jq -c '.match = {hits: [{at_ms: 3100}, {at_ms: -1}, {at_ms: "x"}, {at_ms: 4900}, {at_ms: 3100}]}' >recs.f
	rm -f png/*
	seen tile png <recs.f >tiles.out
	json 'a video: stills, small and grey, those among them at which it hit' '[.name, .decode, .pixels, (.at // [] | length), .wanted, .long]' \
	    '["a.webm","ok",[16,12,1],12,[3100,4900],5000]
["b.mp4","ok",[16,12,1],10,[],2000]
["c.mp4","unsupported",[0,0,0],0,null,null]
["d.webp","ok",[16,12,1],2,[],1000]
["e.png","ok",[16,12,1],2,[],1000]
["f.bmp","ok",[2,2,1],0,null,null]
["g.jpg","ok",[16,12,1],3,[],80]' tiles.out
	is '  which are not the whole of it' false sh -c 'jq .whole tiles.out | sort -u'
	seen obscured <recs.f >obscured.out
	is '  closer: as many, of 64' '[64,48,1] 12' sh -c 'jq -r "select(.name == \"a.webm\") | \"\(.pixels | tojson) \(.at | length)\"" obscured.out'
	rm -f png/*
	seen full png <recs.f >full.out
	json '  in full: one, at which it hit, else the first' 'select(.name | test("^[ab]")) | [.pixels, .at]' '[[256,192,3],[3100]]
[[160,120,3],[0]]' full.out
	is '  of another time' '[1100]' sh -c 'head -n1 recs.f | timeout 100 tiles "$1" full@1050 | jq -c .at' - "$top/ct-decode"
	head -c 20000 films/a.webm >>films/b.mp4
	mkfifo go
	{ head -n1 recs.f && cat go; } | seen tile >out &
	ok '  one is looked at' eventually grep -q webm out
	printf x >>films/a.webm
	sed -n 1,2p recs.f >go
	wait $!
	is '  other bytes, or others than a moment ago: an error, and no pixels' '0 65 65' sh -c 'jq -r .rc out | xargs'
fi

# ---- hostile ones: each has its outcome, and the good one behind it comes
# right.  What takes as long as it may is for ct-hash to try.
mkdir hostile && hostile --all hostile && rm hostile/*99-scans hostile/*rgba16 hostile/*1000-scans || exit 1
find hostile -type f | sort >names
ct-hash -q <names >recs.h
jq -c --slurpfile a a '., $a[0]' recs.h >in
jq -r '[(.id | split("/")[-1]), .file.decode] | join(" ")' recs.h >want.h
for level in tile full; do
	exits "$level: hostile pictures: an outcome each" 0 seen $level <in
	cp got out
	jq -r 'select(.name != "a.jpg") | [.name, .decode] | join(" ")' out >got.h
	# of brightness alone no fraction is asked; stubs and what
	# moves are for ct-decode-video
	ok '  the one that ct-hash found' sh -c 'for f in want.h got.h; do grep -v "fraction\|-stub\|-frames" $f >cut.$f; done
	    diff cut.want.h cut.got.h'
	ok '  pixels only of what was seen' jq -es \
	    'all((.decode | IN("ok", "partial", "too-many-frames")) == (.mean >= 0) and .rc == 0)' out
	is '  and the good one is right each time' 1 \
	    sh -c 'jq -c "select(.name == \"a.jpg\") | [.decode, .mean, .pixels]" out | sort -u | wc -l'
done

exits 'without a decoder: none' 69 tiles /bin/true tile </dev/null
done_testing
