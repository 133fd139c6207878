#!/bin/sh
# ct-hash on what stands behind the end of a picture or film, or in it besides its
# frames: it is looked at, or the outcome is not ok
# shellcheck source=t/lib.sh disable=SC1003,SC2013,SC2016,SC2059,SC2317
. "${0%/*}/lib.sh"

[ -x "$top/ct-decode-video" ] || skip_all 'built with VIDEO=0'
golden=$t/data/golden
clips=$golden/clips
whole=$golden/pictures/whole.png
mandel=$golden/video/g_mandel_15_small.mp4
life=$golden/video/g_life_10_vp8.webm
mkpix --seed 1 --size 200x150 a.jpg && mkpix --seed 2 --size 200x150 b.jpg &&
    mkpix --seed 3 --size 200x150 c.png && mkpix --seed 4 --size 200x150 d.webp || exit 1

# hash FILE... - of each its outcome and how many pictures there are
hash() {
	ct-hash -q --video-rate all "$@" >o && jq -r '"\(.file.decode) \(.file.frames // 1)"' o
}
# more N NAME... - the same names, with so many more pictures
more() {
	by=$1
	shift
	hash "$@" | awk -v by="$by" '{ print $1, $2 + by }'
}

# be N BYTES - that number, the highest byte first
be() {
	left=$2
	while [ "$left" -gt 0 ]; do
		left=$((left - 1))
		printf "\\$(printf %o $(($1 >> 8 * left & 255)))"
	done
}
size() { wc -c <"$1"; }
pdq() { ct-hash -q "$1" | jq -r '"pdq " + .hashes.pdq'; }

# ---- behind the end -----------------------------------------------------------------
for clip in "$clips"/* "$golden"/pictures/* a.jpg c.png d.webp; do
	[ "${clip##*/}" = elsewhere.mov ] || echo "$clip"
done >names
mkdir film picture trailer
films='' pictures='' trailers=''
while read -r clip; do
	name=${clip##*/}
	cat "$clip" "$mandel" >"film/$name"
	cat "$clip" b.jpg >"picture/$name"
	{ cat "$clip" && head -c 3000 /dev/zero && printf 'TAG%0125d' 0; } >"trailer/$name"
	films="$films film/$name"
	pictures="$pictures picture/$name"
	# these have no end of their own: what follows is a frame
	case $name in
	*.nut | *.ivf) ;;
	*) trailers="$trailers trailer/$name" ;;
	esac
done <names
# shellcheck disable=SC2046,SC2086 # names of ours
{
	set -- $(cat names)
	hash "$@" >plain
	is "$# pictures and films: each is whole" ok sh -c 'cut -d" " -f1 plain | sort -u'
	is '  another film behind each: its frames, too' "$(more 75 "$@")" hash $films
	is '  a picture behind each' "$(more 1 "$@")" hash $pictures
	is '  what players leave there: nothing' "$(more 0 $(grep -v '[.]nut\|[.]ivf' names))" hash $trailers
}
pdq b.jpg >list
exits 'a listed picture behind films and pictures' 0 ct-hash -q picture/h264.mp4 picture/anim.gif picture/a.jpg film/a.jpg
ct-match -aq -l list <got >o
json '  is found, and where it is not, nothing' '[.match.verdict, (.match.hits[0].at_ms // 0) > 0]' '["match",true]
["match",true]
["match",true]
["clean",false]' o
cat a.jpg b.jpg c.png "$mandel" "$life" c.png >many
is 'one behind the other, pictures and films' 'ok 129' hash many
for i in $(seq 65); do cat c.png; done >crowd
is '  but not without end' 'too-many-frames 64' hash crowd
{ cat "$mandel" && head -c 60 c.png; } >short.mp4
{ cat a.jpg && head -c 60 c.png; } >cut.jpg
is '  what only begins there is not clean' 'too-many-frames 75
too-many-frames 1' hash short.mp4 cut.jpg
{ cat "$clips/h264.mp4" && be $(($(size "$mandel") + 8)) 4 && printf free && cat "$mandel"; } >free.mp4
{ cat "$golden/pictures/one.heic" && be $(($(size "$mandel") + 8)) 4 && printf mpvd && cat "$mandel"; } >live.heic
is 'a film in a box that is free, and in a picture of a phone' 'ok 83
ok 76' hash free.mp4 live.heic
video -v "$top/ct-decode-video" -s 12 -a 200 live.heic picture/a.jpg >stills
is '  people see it' '200 wanted' sh -c "sed -n '2,14s/ .* wanted .*/ wanted/p' stills"
is '  and a picture behind a picture' 2 sh -c "sed -n '/200x150/,\$p' stills | grep -c '^[0-9]'"

middle=$(($(size "$clips/mpeg2.ts") / 376))
middle=$((middle * 188))
{ head -c "$middle" "$clips/mpeg2.ts" && cat a.jpg && tail -c +$((middle + 1)) "$clips/mpeg2.ts"; } >within.ts
ct-hash -q --video-rate all "$clips/mpeg2.ts" within.ts >o
is 'a picture in the midst of a film takes no frame from it' '[0,1]' jq -sc '
    map(.hashes.vpdq | map(.[:64])) | [(.[0] - .[1] | length), (.[1] - .[0] | length)]' o

# ---- in it ----------------------------------------------------------------------------
mkfilm -n 10 plain.mov && mkfilm -n 10 -p "$whole" cover.mov
pdq "$whole" >list
is 'a cover is a frame' 'ok 10
ok 11' hash plain.mov cover.mov
ct-hash -q --video-rate 0.001 cover.mov | ct-match -aq -l list >o
json '  at every rate, and is found' '[.match.verdict, .match.hits[0].at_ms]' '["match",10000]' o
is '  people see it' '10000' sh -c \
    'video -v "$1" -s 1 -a 10000 cover.mov | sed -n "s/ .* wanted .*//p"' - "$top/ct-decode-video"
mkfilm -n 1000 -d 0 still.mov && mkfilm -n 1000 -d 1 fast.mov && mkfilm -n 240 -d 16 usual.mov
ct-hash -q still.mov fast.mov usual.mov >o
json 'a film of one time, one that is over at once, and one as they are' \
    '[.file.decode, .file.frames, (.hashes.vpdq | length)]' '["ok",1000,16]
["ok",1000,16]
["ok",240,4]' o
is '  each frame has a time of its own' 16 sh -c 'head -n1 o | jq -r ".hashes.vpdq[] | split(\",\")[2]" | sort -u | wc -l'

# element ID FILE... - of Matroska, whose contents are these
element() {
	printf "$1"
	shift
	printf '\001' && be "$(cat "$@" | wc -c)" 7 && cat "$@"
}
cluster=$(grep -abo "$(printf '\037\103\266\165')" "$clips/vp8.mkv" | head -n1 | cut -d: -f1)
segment=$(grep -abo "$(printf '\030\123\200\147')" "$clips/vp8.mkv" | head -n1 | cut -d: -f1)
# attach NAME MIME FILE - in that film
attach() {
	printf '%s' "$1" >name && printf '%s' "$2" >mime && printf 1234 >uid
	{
		element '\106\156' name && element '\106\140' mime
		element '\106\134' "$3" && element '\106\256' uid
	} >one
	element '\141\247' one >two
	with '\031\101\244\151'
}
# subtitles CODEC - in that film
subtitles() {
	printf '\011' >uid && printf '\021' >kind && printf '%s' "$1" >mime
	{
		element '\327' uid && element '\163\305' uid
		element '\203' kind && element '\206' mime
	} >one
	element '\256' one >two
	with '\026\124\256\153'
}
# with ID - that film with that element, of what is in two
with() {
	{
		printf '\354\100\102' # in place of where to find what is elsewhere now
		tail -c +$((segment + 16)) "$clips/vp8.mkv" | head -c $((cluster - segment - 15))
		element "$1" two
		tail -c +$((cluster + 1)) "$clips/vp8.mkv"
	} >rest
	head -c "$segment" "$clips/vp8.mkv"
	element '\030\123\200\147' rest
}
echo 'no font' >font
attach cover.png image/png "$whole" >cover.mkv
attach film.mp4 video/mp4 "$mandel" >film.mkv
attach font.ttf font/ttf font >font.mkv
is 'attached to a film: a cover, a film, a font' 'ok 9
ok 83
ok 8' hash cover.mkv film.mkv font.mkv
subtitles S_HDMV/PGS >pgs.mkv
subtitles S_TEXT/UTF8 >text.mkv
is 'subtitles that are pictures, and text' 'partial 8
ok 8' hash pgs.mkv text.mkv

# ---- where players pass over it --------------------------------------------------------
# box NAME FILE... - of a movie, whose contents are these
box() {
	called=$1
	shift
	be $(($(cat "$@" | wc -c) + 8)) 4 && printf %s "$called" && cat "$@"
}
# tag FILE - what an FLV says of itself
tag() {
	printf '\022' && be "$(size "$1")" 3 && printf '\0\0\0\0\0\0\0' && cat "$1"
	be $(($(size "$1") + 11)) 4
}
# junk FILE - of an AVI, whose chunks end with its index
junk() {
	index=$(grep -abo idx1 "$clips/mpeg4.avi" | tail -n1 | cut -d: -f1)
	len=$(($(size "$1") + $(size "$1") % 2))
	all=$(($(size "$clips/mpeg4.avi") + len))
	printf 'RIFF' && le $all 4 && tail -c +9 "$clips/mpeg4.avi" | head -c $((index - 8))
	printf JUNK && le $len 4 && cat "$1" && head -c $((len - $(size "$1"))) /dev/zero
	tail -c +$((index + 1)) "$clips/mpeg4.avi"
}
seq 100 >words
for what in "$mandel" "$life" "$clips/mpeg4.avi" "$clips/flv1.flv" b.jpg c.png d.webp words; do
	name=${what##*/}
	{ cat "$clips/h264.mp4" && box mdat words "$what" words; } >"mdat.$name"
	{ cat "$clips/h264.mp4" && box free words "$what" && box skip words; } >"free.$name"
	{ cat plain.mov && box uuid words "$what" && box ABCD words; } >"uuid.$name"
	cp "$what" two && with '\354' >"void.$name"
	tag "$what" >one && cat "$clips/flv1.flv" one >"script.$name"
	junk "$what" >"junk.$name"
	more=0
	[ "$what" = words ] || more=$(hash "$what" | cut -d' ' -f2)
	is "$name in a movie, a Matroska, an FLV and an AVI, where nobody looks" \
	    "$(more "$more" "$clips/h264.mp4" "$clips/h264.mp4" plain.mov "$clips/vp8.mkv" \
		"$clips/flv1.flv" "$clips/mpeg4.avi")" \
	    hash "mdat.$name" "free.$name" "uuid.$name" "void.$name" "script.$name" "junk.$name"
done
pdq b.jpg >list
ct-hash -q mdat.b.jpg void.b.jpg mdat.words | ct-match -aq -l list >o
json '  a listed picture there is found' '.match.verdict' '"match"
"match"
"clean"' o
{ cat plain.mov && box free mdat.b.jpg; } >deep.mov
is '  and one in a film in a film' 'ok 19' hash deep.mov
{ cat plain.mov && box free words && head -c 1000 b.jpg && box free words; } >half.mov
is '  what only begins there is not clean' 'partial 11' hash half.mov
for i in $(seq 64); do box free c.png; done | cat plain.mov - >crowd.mov
is '  nor is what is too much' 'too-many-frames 73' hash crowd.mov
is '  a film that is made of pictures has no more than them' 'ok 3' hash "$clips/mjpeg.mov"

# its blocks are in one cluster: a length that is wrong, and libav looks for another
cp "$life" hole.webm
cluster=$(grep -abo "$(printf '\037\103\266\165')" hole.webm | head -n1 | cut -d: -f1)
block=$(grep -abo "$(printf '\243[\100-\177].\201')" hole.webm | sed -n 9p | cut -d: -f1)
spoil hole.webm "$block"
LC_ALL=C sed 's/auxl/auxx/' "$golden/pictures/alpha.avif" >two.avif
is 'another picture in AVIF, that belongs to none' 'ok 1
too-many-frames 1' hash "$golden/pictures/alpha.avif" two.avif
# the head and the frames' heads of an animation, by ISO/IEC 18181-1; a frame twice
frame=$golden/pictures/one.jxl
{
	printf '\377\012\335\004\001\310\011\000\022\010\050\000' && tail -c +10 "$frame"
	printf '\000\022\050\012\000' && tail -c +10 "$frame"
} >moves.jxl
is 'a JPEG XL that moves' 'too-many-frames 1' hash moves.jxl
is '  and one that does not' 'ok 1' hash "$frame"
done_testing
