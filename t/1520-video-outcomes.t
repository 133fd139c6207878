#!/bin/sh
# ct-hash on videos: one record each, whatever comes, and whatever dies
# shellcheck source=t/lib.sh disable=SC1003,SC2013,SC2016,SC2059,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/decoders.sh
. "$t/decoders.sh"

[ -x "$top/ct-decode-video" ] || skip_all 'built with VIDEO=0'
clips=$t/data/golden/video
black=$clips/g_black_25.mp4
mandel=$clips/g_mandel_15_small.mp4

# ---- whatever comes -------------------------------------------------------------------
size=$(wc -c <"$mandel")
mkdir cuts
for i in $(seq 0 99); do
	head -c $((size * i / 100)) "$mandel" >"cuts/$i"
done
printf '%s\n' cuts/* >names
exits 'cut off at every percent' 0 ct-hash -q <names
cp got recs
is '  a record each, none of them whole' '100 true' jq -rs \
    '"\(length) \(map(.file.decode | IN("partial", "corrupt", "unsupported")) | all)"' recs
is '  all with digests' 100 sh -c 'jq -r .hashes.sha256 recs | sort -u | wc -l'
: >empty
head -c 40 "$mandel" >begun
ct-hash -q empty begun "$clips/audio_only.m4a" >o
json 'empty, a head, no picture' '[.file.decode, .hashes.vpdq]' '["corrupt",null]
["corrupt",null]
["unsupported",null]' o
mkdir names.d
for name in '$(touch INJ)' '`touch INJ`' ';touch INJ' '|touch INJ' '-o' '--tmk' 'a
b' 'file:x' 'concat:a' '%d.png' "$(printf 'caf\351')" '"' '\\'; do
	cp "$black" "names.d/$name.mp4"
done
exits 'names that a shell, or libav, would read' 0 sh -c 'find names.d -type f -print0 | ct-hash -q -0'
cp got recs
is '  are names' '13 ["ok"]' jq -rsc '"\(length) \(map(.file.decode) | unique)"' recs
ok '  and nothing else' sh -c '! ls INJ names.d/INJ'
mkfifo pipe
exits 'a pipe with a name is not opened' 66 timeout 200 ct-hash -q pipe "$black"
json '  and the next is hashed' '.error.code // .file.decode' '66
"ok"' got
gif() { printf 'GIF89a%b\200\0\0\0\0\0\377\377\377' "$1"; } # WIDTH and HEIGHT
frame='\054\0\0\0\0%b\0\002\002\104\001\0'
{ gif '\020\047\020\047' && printf "$frame" '\020\047\020\047' && printf ';'; } >large.gif
ct-hash -q --max-side 5 large.gif >o
json 'a side too long' .file.decode '"too-many-pixels"' o
ct-hash -q --max-memory 16M large.gif >o
# sanitizers take an address space that no limit leaves them
[ -n "${CT_SANITIZED-}" ] ||
	json 'no memory for it' .file.decode '"out-of-memory"' o

# tiff COMPRESSION ENTRY... - 64 x 64 grey at byte 8, and what its directory says
tiff() {
	compression=$1
	shift
	printf 'II*\0' && le 4104 4 && seq 2000 | head -c 4096 && le $((5 + $#)) 2
	for entry in '256 64' '257 64' '258 8' "259 $compression" '262 1' "$@"; do
		le "${entry% *}" 2 && le 4 2 && le 1 4 && le "${entry#* }" 4
	done
	le 0 4
}
tiff 1 '273 8' '277 1' '278 64' '279 4096' >strip.tif
tiff 1 '277 1' '322 64' '323 64' '324 8' '325 4096' >tile.tif
tiff 7 '273 8' '277 1' '278 64' '279 4096' >jpeg.tif
tiff 1 '273 8' '277 1' '278 64' '279 3072' >three.tif
tiff 1 '273 8' '277 1' '278 64' '279 1024' >one.tif
ct-hash -q strip.tif tile.tif jpeg.tif three.tif one.tif >o
json 'a TIFF in tiles or of JPEG, which libav leaves black; and one without some of its rows' \
    '[.file.decode, (.hashes.pdq | length)]' '["ok",64]
["unsupported",0]
["unsupported",0]
["partial",64]
["corrupt",0]' o
# 8 x 8 in runs, each row one of a colour, and the end of all
{
	printf 'BM' && le 1110 4 && le 0 4 && le 1078 4
	le 40 4 && le 8 4 && le 8 4 && le 1 2 && le 8 2 && le 1 4 && le 32 4
	le 0 8 && le 256 4 && le 0 4
	seq 4 4 1024 | while read -r grey; do le $((grey / 4 % 256 * 65793)) 4; done
	for row in 16 80 32 200 5 90 140 240; do le 8 1 && le "$row" 1 && le 0 2; done | head -c 30
	le 256 2
} >runs.bmp
head -c 1090 runs.bmp >cut.bmp
ct-hash -q runs.bmp cut.bmp >o
json '  and a BMP in runs, cut off' .file.decode '"ok"
"partial"' o

# what phones call a motion photo
mkpix --seed 1 --size 200x150 still.jpg
{ cat still.jpg && printf '\0\0SEFT' && cat "$mandel"; } >motion.jpg
{ cat still.jpg && head -c 3000 "$mandel"; } >cut.jpg
ct-hash -q motion.jpg cut.jpg still.jpg >o
json 'a video behind a JPEG' '[.file.decode, .file.frames, (.hashes.vpdq | length), (.hashes.pdq | length)]' '["ok",76,75,64]
["too-many-frames",null,0,64]
["ok",null,0,64]' o
ct-hash -q --video-rate all "$mandel" | jq -r '"pdq " + (.hashes.vpdq[70] | split(",")[0])' >list
ct-match -aq -l list <o >matched
json '  is looked up with it' .match.verdict '"match"
"undecided"
"clean"' matched
jq -c 'select(.file.frames).hashes.pdq_quality = 9' o >poor
echo 'pdq 5a0f3c96a5f0c3695a0f3c96a5f0c3695a0f3c96a5f0c3695a0f3c96a5f0c369' >other
ct-match -aq -l other <poor >matched
is '  and not instead of it' '"undecided"' sh -c 'head -n1 matched | jq -c .match.verdict'

mkdir alone && cp "$top/ct-hash" "$top/ct-decode" alone
if [ ! -x alone/../libexec/ct/ct-decode-video ] && ! alone/ct-hash -V | grep -q video/; then
	exits 'without the decoder of videos' 0 alone/ct-hash -q "$black"
	json '  they are not supported' '[.file.decode, .file.mime, .hashes.vpdq]' '["unsupported","video/mp4",null]' got
fi

# ---- that takes long, and dies ---------------------------------------------------------
# of a film that takes minutes; the pictures in front and behind do not wait
mkfilm -n 1000000 -s 0 -d 10 long
mkpix --seed 1 --size 200x150 a.png
begin() { # OPTION... - in the background, on names
	ct-hash "$@" <names >o 2>err &
	run=$!
	pids=$run
}
finish() { # STATUS
	wait "$run"
	status=$?
	pids=
	[ "$status" -eq "$1" ] || { cat err; false; }
}
written() { [ "$(wc -l <o)" -ge "$1" ]; } # N - so many records are
{ echo a.png && echo long && for i in $(seq 99); do echo a.png; done; } >names
begin -q -j2 --unordered --video-rate all
ok 'while a video is decoded, others go on' eventually written 100
kid=$(kid)
ok '  and it still is' kill -KILL "$kid"
ok '  killed, it has an outcome' finish 0
json '  of its own' 'select(.file.mime == "video/quicktime") | .file.decode, (.hashes | has("sha256"))' '"decoder-crash"
true' o
echo long >names
begin -q --video-rate all
kid=$(kid)
kill -STOP "$run"
kill -KILL "$kid"
echo >>long
kill -CONT "$run"
ok 'what is changed while it is hashed is an error' finish 75
json '  of its own' .error.code 75 o
{ echo long && echo "$mandel" && echo a.png; } >names
begin -q -j1 --video-rate all --max-video-time 5
kid >/dev/null
kill -TERM "$run"
ok 'stopped, what was not yet begun is an error' finish 75
# whether the picture was read by then is the scheduler's choice
json '  and what was is finished' '.file.decode // .error.code | if . == "ok" then 75 else . end' '"timeout"
75
75' o
ok '  what is there of it is hashed' sh -c 'head -n 1 o | jq -e ".hashes.vpdq | length > 0"'

# ---- frames from a pipe ------------------------------------------------------------------
frame() { # ID FILE [BLOCK]
	printf '{"id":"%s","frame":true}\n' "$1"
	rm -rf blk.* && split -a 4 -b "${3:-1048576}" "$2" blk.
	for blk in blk.*; do
		[ -s "$blk" ] || continue
		printf '%x\n' "$(wc -c <"$blk")"
		cat "$blk"
	done
	printf '0 ok\n'
}
members() { jq -c '[.file, .hashes]' "$@"; }
mkpix --seed 2 --size 200x150 b.png && mkmove 200x150 moves.png a.png b.png a.png
mkfilm -n 300 film
set -- "$mandel" "$black" film moves.png empty begun a.png "$clips/g_life_10_vp8.webm"
{ for f; do frame "${f##*/}" "$f"; done; } >in
exits 'frames' 0 sh -c 'ct-hash -q -j2 <in'
cp got o
ct-hash -q "$@" >files
is 'are hashed as files are' "$(members files)" members o
{ frame a "$mandel" 509 && frame b "$mandel" 4096 && frame c "$mandel" 4097; } >in
ct-hash -q <in >o
is '  in whatever pieces' "$(ct-hash -q "$mandel" "$mandel" "$mandel" | members)" members o
size=$(wc -c <film)
{ for i in 1 2 3 4 5 6; do frame $i film && frame p$i a.png; done; } >in
exits 'as many at a time as there is memory for' 0 sh -c "ct-hash -q -j4 --max-spool $((size + 99)) <in"
json '  each whole, and in order' '[.id, .file.decode]' \
    "$(for i in 1 2 3 4 5 6; do printf '["%s","ok"]\n' $i p$i; done)" got
{ frame film film && frame next "$black"; } >in
ct-hash -q --max-spool $((size - 1)) <in >o
json 'of more than that only digests' '[.file.decode, .file.size, .hashes.sha256, .hashes.vpdq == null]' \
    "[\"too-large\",$size,\"$(sha256sum <film | cut -d' ' -f1)\",true]
[\"ok\",$(wc -c <"$black"),\"$(sha256sum <"$black" | cut -d' ' -f1)\",false]" o
{ frame cut film | head -c $((size / 2)); } >in
exits 'a frame that ends early is an error' 75 sh -c 'ct-hash -q <in'
{ frame bad film | sed '$s/ok/timeout/'; } >in
exits '  and one that was not fetched' 75 sh -c 'ct-hash -q <in'


# ---- built without, or not installed
mkdir bare && cp "$top/ct-hash" "$top/ct-decode" bare
if [ ! -e /usr/local/libexec/ct/ct-decode-video ]; then
	mkpix --seed 1 --size 96x72 still.png
	bare/ct-hash -q "$clips/g_life_10_vp8.webm" "$clips/../pictures/one.heic" still.png >o
	json 'no decoder of videos: they are unsupported, and have their digests' \
	    '[.file.decode, (.hashes.sha256 | length)]' '["unsupported",64]
["unsupported",64]
["ok",64]' o
fi
done_testing
