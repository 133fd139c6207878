#!/bin/sh
# ct-hash on videos: what the references hash, as many frames as are wanted
# shellcheck source=t/lib.sh disable=SC1003,SC2013,SC2016,SC2059,SC2317
. "${0%/*}/lib.sh"

[ -x "$top/ct-decode-video" ] || skip_all 'built with VIDEO=0'
golden=$t/data/golden
clips=$golden/video
mkdir side

# ---- what the references hash -----------------------------------------------------
# apart OURS THEIRS - the frames of theirs that ours has not within 10 bits,
# quality 2 and 2 ms
apart() {
	awk -F, '
	function bits(a, b, i, n) {
		for (i = 1; i <= 64; i++)
			n += differ[substr(a, i, 1) substr(b, i, 1)]
		return n + 0
	}
	BEGIN {
		hex = "0123456789abcdef"
		for (a = 0; a < 16; a++)
			for (b = 0; b < 16; b++) {
				n = 0
				for (bit = 1; bit < 16; bit *= 2)
					n += int(a / bit) % 2 != int(b / bit) % 2
				differ[substr(hex, a + 1, 1) substr(hex, b + 1, 1)] = n
			}
	}
	NR == FNR { quality[$1] = $2; hash[$1] = $3; at[$1] = $4; next }
	{
		q = $2 - quality[$1]; s = $4 - at[$1]
		if (!($1 in hash) || bits(hash[$1], $3) > 10 || q > 2 || q < -2 ||
		    s > .002 || s < -.002)
			print $0 ": " hash[$1], quality[$1], at[$1]
	}' "$1" "$2"
}
named() { for f; do [ ! -e "$golden/vpdq/${f##*/}.vpdq.txt" ] || echo "$f"; done; }
named "$clips"/* >names
exits 'all frames of the golden clips, and TMK' 0 ct-hash -q --video-rate all --tmk --video-files side <names
cp got recs
is 'each is whole' "$(sed 's/.*/ok all/' names)" jq -r '"\(.file.decode) \(.hashes.vpdq_method)"' recs
while read -r clip; do
	sum=$(sha256sum <"$clip" | cut -d' ' -f1)
	is "${clip##*/}: the reference's frames" '' apart "side/$sum.vpdq" "$golden/vpdq/${clip##*/}.vpdq.txt"
	jq -r --arg s "$sum" 'select(.hashes.sha256 == $s) | .hashes.vpdq[]' recs >items
	is '  the record has those of the file' '' sh -c \
	    'awk -F, "{ print \$3 \",\" \$2 \",\" \$4 }" "$1" | diff - items' - "side/$sum.vpdq"
	video -v "$top/ct-decode-video" -r 0 -t tmk "$clip" >/dev/null
	ok '  TMK is that of the library' cmp tmk "side/$sum.tmk"
	is '  and its path is told' "$PWD/side/$sum.tmk" \
	    jq -r --arg s "$sum" 'select(.hashes.sha256 == $s) | .hashes.tmk' recs
done <names
is 'files are for nobody else' 600 sh -c 'stat -c %a side/* | sort -u'
is '  and nothing else is there' "$((2 * $(wc -l <names)))" sh -c 'ls side | wc -l'
# one a second: the first frame of each
ct-hash -q <names >second
is 'one a second are some of all' '' sh -c '
    jq -r ".id as \$i | .hashes.vpdq[] | \"\(\$i) \(.)\"" second >a
    jq -r ".id as \$i | .hashes.vpdq | group_by(split(\",\")[2] | tonumber | floor)[] |
	\"\(\$i) \(min_by(split(\",\")[2] | tonumber))\"" recs | diff - a'
black=$clips/g_black_25.mp4
grep g_black second >o
json 'a black clip has hashes of nothing' '[.hashes.vpdq[] | split(",")[:2]] | unique' \
    "[[\"$(printf %064d 0)\",\"0\"]]" o
ok '  and numbers in its features' sh -c 'od -An -tf4 -j100 "$1" | grep -qi 0 && ! od -An -tf4 -j100 "$1" | grep -qi "nan\|inf"' \
    - "side/$(sha256sum <"$black" | cut -d' ' -f1).tmk"

# ---- how many ----------------------------------------------------------------------
mandel=$clips/g_mandel_15_small.mp4
rates() { for r; do ct-hash -q --video-rate "$r" "$mandel"; done | jq -r '"\(.hashes.vpdq_method) \(.hashes.vpdq | length)"'; }
is 'rates' '0.5/s 3
1/s 5
2/s 10
29.97/s 75
all 75' rates 0.5 1 2.0 29.97 all
ct-hash -q --keyframes "$mandel" >o
json 'key frames alone' '[.hashes.vpdq_method, .file.frames, (.hashes.vpdq | length)]' '["key",1,1]' o
for opt in '--video-rate 0' '--video-rate x' '--video-rate -1' '--video-rate 1001' '--video-rate 1e1' '--tmk' \
    '--tmk --keyframes --video-files side' '--max-frames 0' '--max-spool x'; do
	# shellcheck disable=SC2086 # words
	exits "$opt: no" 64 ct-hash $opt "$mandel"
done
exits 'a directory that is not there' 73 ct-hash --video-files none "$mandel"
ok '  nothing is hashed' test ! -s got
exits 'one that is a file' 73 ct-hash --video-files names "$mandel"
mkfilm -n 36000 -s 0 ten
mkfilm -n 41 -d 900000 slow
mkfilm -n 9000 -s 4 halves
mkfilm -n 9 -t 270 turned
exits 'ten hours' 0 ct-hash -q -j2 ten slow halves turned
json '  of one picture, of few, of more than a record holds' \
    '[.file.decode, .file.duration_ms, (.hashes | (.vpdq | length), .vpdq_frames, .vpdq_cover), .file.turn]' \
    '["ok",35999000,1,36000,null,null]
["ok",36000000,41,null,null,null]
["ok",8999000,4500,9000,null,null]
["ok",8000,9,null,null,270]' got
# TMK is of the picture as it is shown: a feature is that of the film as it is
# stored at rows and columns, or the reverse, with another sign where they are odd
upright() { # FILE ROWS-ARE-COLUMNS FROM-THE-RIGHT FROM-BELOW - differences
	features() { od -An -v -tf4 -w4 -j176 -N1024 "side/$(sha256sum <"$1" | cut -d' ' -f1).tmk"; }
	{ features plain && features "$1"; } | awk -v t="$2" -v r="$3" -v b="$4" '
	    NR <= 256 { f[int((NR - 1) / 16), (NR - 1) % 16] = $1; next }
	    {
		y = int((NR - 257) / 16); x = (NR - 257) % 16
		want = t ? f[x, y] : f[y, x]
		if (r && x % 2 == 0) want = -want
		if (b && y % 2 == 0) want = -want
		d = want - $1
		if (d > .5 || d < -.5) print y, x, want, $1
	    }
	    END { if (NR != 512) print NR }'
}
mkfilm plain
for turn in 0 90 180 270; do mkfilm -t $turn turned.$turn && mkfilm -m -t $turn mirrored.$turn; done
ct-hash -q --tmk --video-files side plain turned.* mirrored.* >o
json 'turned, and mirrored before that' '[.id | split("/")[-1]] + [.file.turn] | join(" ")' '"plain "
"turned.0 "
"turned.180 180"
"turned.270 270"
"turned.90 90"
"mirrored.0 "
"mirrored.180 180"
"mirrored.270 270"
"mirrored.90 90"' o
while read -r film rows right below; do
	is "  TMK of $film" '' upright "$film" "$rows" "$right" "$below"
done <<'E'
turned.0 0 0 0
turned.90 1 1 0
turned.180 0 1 1
turned.270 1 0 1
mirrored.0 0 1 0
mirrored.90 1 1 1
mirrored.180 0 0 1
mirrored.270 1 0 0
E
mkfilm -n 9000 many
exits 'more than that' 0 ct-hash -q --video-files side many
json '  is undecided' '[.file.decode, (.hashes | (.vpdq | length) > 8000, .vpdq_frames, .vpdq_cover)]' \
    '["too-many-frames",true,9000,16]' got
ok '  in a record that may be one' sh -c 'test $(wc -c <got) -lt 700000 && test $(wc -c <got) -gt 600000'
is '  and the file has all' 9000 sh -c 'wc -l <side/$(sha256sum <many | cut -d" " -f1).vpdq'
is '--max-frames' '["too-many-frames",5,5]' sh -c \
    'ct-hash -q --max-frames 5 slow | jq -c "[.file.decode, .file.frames, (.hashes.vpdq | length)]"'

# ---- pictures ------------------------------------------------------------------------
gif() { printf 'GIF89a%b\200\0\0\0\0\0\377\377\377' "$1"; } # WIDTH and HEIGHT
frame='\054\0\0\0\0%b\0\002\002\104\001\0'
{ gif '\001\0\001\0' && printf "$frame" '\001\0\001\0' && printf ';'; } >tiny.gif
mkpix --seed 1 --size 200x150 a.png && mkpix --seed 2 --size 200x150 b.png &&
    mkmove 200x150 m.png a.png b.png a.png && mkmove 200x150 s.png a.png
ct-hash -q tiny.gif a.png s.png m.png >o
json 'a picture has the hash of one; one that moves, of all' \
    '[.file.decode, .file.frames, (.hashes | has("pdq"), (.vpdq | length), .vpdq_method), .file.codec]' \
    '["ok",null,true,0,null,null]
["ok",null,true,0,null,null]
["ok",null,true,0,null,null]
["ok",3,true,3,"all","apng"]' o
is '  the first as by the one process, so by the other' '' sh -c \
    'jq -r "select(.hashes.vpdq) | .hashes | [.pdq, .vpdq[0][:64]] | unique | .[1:][]" o'
done_testing
