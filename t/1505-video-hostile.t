#!/bin/sh
# ct-decode-video: clips of each container and decoder, and pictures of each kind,
# as strange as they come, cut off at each percent, and damaged by the thousand
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

[ -x "$top/ct-decode-video" ] || {
	echo '1..0 # SKIP built with VIDEO=0'
	exit 0
}
golden=$t/data/golden
clips=$golden/clips

# frames CLIP - what came of it, and of each frame how good it is, and when it is shown
frames() {
	video -v "$top/ct-decode-video" -r 0 "$clips/$1" >all || return
	sed 's/^\([0-9]*,[0-9]*\),[0-9a-f]*,/\1,/' all | xargs
}

# ---- all kinds of them ----------------------------------------------------------
# rawer ones of Debian's libav are here, each with a decoder of its own
for clip in "$clips"/*; do
	[ "${clip##*/}" = elsewhere.mov ] || echo "$clip"
done >names
# shellcheck disable=SC2046 # names of ours
video -v "$top/ct-decode-video" $(cat names) >all
is 'each has its frames' "$(wc -l <names) ok" sh -c "grep '^[a-z]' all | cut -d' ' -f1 | sort | uniq -c | xargs"
is '  and these decoders' 22 sh -c "grep '^[a-z]' all | cut -d' ' -f3 | sort -u | wc -l"
# shellcheck disable=SC2046
ct-hash -q $(cat names) >all
is 'each is known by its first bytes' '["image/","video/"]' \
    jq -sc '[.[].file.mime | if . == "application/mxf" or . == "application/vnd.rn-realmedia" then "video/" else .[:6] end] | unique' all

# ---- strange --------------------------------------------------------------------
is 'turned: as it is stored, and by how much' \
    'ok mov,mp4,m4a,3gp h264 64x48 270 frames 8 ms 875 hashed 8' sh -c "video -v '$top/ct-decode-video' -r 0 '$clips/turned.mp4' | tee turned | head -n1"
video -v "$top/ct-decode-video" -r 0 "$clips/h264.mp4" | tail -n +2 >upright
is '  the same frames' '' sh -c 'tail -n +2 turned | diff upright -'
is 'a size that changes' \
    'ok mpegts h264 64x48 0 frames 16 ms 1875 hashed 16 0,100,0.000 1,100,0.125 2,100,0.250 3,100,0.375 4,100,0.500 5,100,0.625 6,100,0.750 7,100,0.875 8,100,1.000 9,100,1.125 10,100,1.250 11,100,1.375 12,100,1.500 13,100,1.625 14,100,1.750 15,100,1.875' \
    frames sizes.ts
is 'a rate that varies' \
    'ok matroska,webm h264 64x48 0 frames 8 ms 4875 hashed 8 0,100,0.000 1,100,0.000 2,100,0.125 3,100,0.250 4,100,1.500 5,100,2.500 6,100,3.500 7,100,4.875' \
    frames variable.mkv
is 'sound first, and frames that come late' \
    'ok mov,mp4,m4a,3gp h264 64x48 0 frames 8 ms 875 hashed 8 0,100,0.000 1,100,0.125 2,100,0.250 3,100,0.375 4,100,0.500 5,100,0.625 6,100,0.750 7,100,0.875' \
    frames sound-first.mp4
is 'ten hours' \
    'ok mov,mp4,m4a,3gp h264 64x48 0 frames 11 ms 36000000 hashed 11 0,100,0.000 1,100,3600.000 2,100,7200.000 3,100,10800.000 4,100,14400.000 5,100,18000.000 6,100,21600.000 7,100,25200.000 8,100,28800.000 9,100,32400.000 10,100,36000.000' \
    frames hours.mp4
is 'black: no quality' \
    'ok mov,mp4,m4a,3gp h264 64x48 0 frames 8 ms 875 hashed 8 0,0,0.000 1,0,0.125 2,0,0.250 3,0,0.375 4,0,0.500 5,0,0.625 6,0,0.750 7,0,0.875' \
    frames black.mp4
is 'one that is in another file: it is not opened' \
    'corrupt - - 0x0 0 frames 0 ms 0 hashed 0' frames elsewhere.mov
cat "$clips/mpeg2.ts" "$clips/mpeg2.ts" "$clips/mpeg2.ts" >joined.ts
ct-hash -q joined.ts >o
json 'parts that were joined, of which each begins its time anew' '[.file.decode, .file.frames, (.hashes.vpdq | length)]' '["ok",24,3]' o
LC_ALL=C sed 's/soun/vide/' "$clips/sound-first.mp4" >two.mp4
ct-hash -q two.mp4 >o
json 'another video beside the one that was decoded' '[.file.decode, .file.frames]' '["partial",8]' o
LC_ALL=C sed 's/\(elst\x00\x00\x00\x00\x00\x00\x00\x01\)..../\1\x00\x00\x00\x64/' "$clips/h264.mp4" >edited.mp4
ct-hash -q edited.mp4 "$clips/h264.mp4" >o
json 'what an edit list hides' '[.file.decode, .file.frames, .file.duration_ms]' '["ok",8,875]
["ok",8,875]' o
LC_ALL=C sed 's/ftypavis/ftypavif/' "$clips/av1.avif" >still.avif
{ cat "$golden/pictures/one.heic" && printf '\0\0\0\014mpvdmove'; } >live.heic
ct-hash -q still.avif live.heic "$golden/pictures/one.heic" >o
json 'a still picture with one that moves beside it, and what says that it is one' \
    '[.file.decode, (.hashes.pdq | length), .file.frames]' '["ok",64,9]
["too-many-frames",64,null]
["ok",64,null]' o
LC_ALL=C sed 's/thmb/none/' "$golden/thumb.heic" >second.heic
ct-hash -q "$golden/two.heic" second.heic "$golden/thumb.heic" "$golden/pictures/alpha.avif" "$golden/pictures/grid.heic" >o
json '  with another that is shown by itself; thumbnails, masks and tiles are not' '.file.decode' '"too-many-frames"
"too-many-frames"
"ok"
"ok"
"ok"' o
entry() { printf "%b\004\0\001\0\0\0%b\0\0" "$1" "$2"; }
page() { # NEXT - of a TIFF
	printf 'II*\0\010\0\0\0\010\0'
	entry '\0\01' '\020\0' && entry '\01\01' '\020\0' && entry '\02\01' '\010\0' && entry '\03\01' '\001\0'
	entry '\06\01' '\001\0' && entry '\021\01' '\0156\0' && entry '\026\01' '\020\0' && entry '\027\01' '\0\001'
	printf '%b\0\0\0' "$1"
	printf '%0256d' 0
}
page '\0' >one.tiff && page '\010' >pages.tiff
ct-hash -q one.tiff pages.tiff >o
json 'a TIFF of which there are more pages' .file.decode '"ok"
"too-many-frames"' o
printf '#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nh264.mp4\n' >"list.m3u8"
printf 'ffconcat version 1.0\nfile h264.mp4\n' >list.ffconcat
printf 'v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5000 RTP/AVP 33\n' >list.sdp
printf '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>h264.mp4</BaseURL></MPD>\n' >list.mpd
cp "$clips/h264.mp4" .
printf 'RIFF\3\0\0\0WEBPVP8X\12\0\0\0\2\0\0\0\77\0\0\57\0\0ANMF' >short.webp
is 'a WebP that says it is shorter than its head' 'corrupt - - 0x0 0 frames 0 ms 0 hashed 0' \
    video -v "$top/ct-decode-video" short.webp
is 'lists of others, which are beside them' '4 unsupported - -' sh -c \
    "video -v '$top/ct-decode-video' list.* | cut -d' ' -f1-3 | uniq -c | xargs"

# ---- cut off --------------------------------------------------------------------
set -- "$clips"/* "$golden"/pictures/*
# outcomes - how many there were, of what
outcomes() {
	hashall -d "$tmp" >out 2>err || return
	sed 's/^/# /' out err
	awk '{ n += $1 } END { print n }' out >sum
}
ok "$# of them, cut off at each percent" sh -c 'mutate --cuts 100 "$@" >in' - "$@"
outcomes <in
is '  an outcome each' $(($# * 100)) cat sum
ok '  and of them what is whole, what is not, and what is nothing' sh -c \
    'grep -q " partial$" out && grep -q " corrupt$" out && grep -q " unsupported$" out'
ok '  none of a call not allowed, or a time that was up' \
    sh -c '! grep -q "sandbox-violation\|timeout" out'

# ---- damaged --------------------------------------------------------------------
# more of them: make fuzz-videos
count=10000
[ -z "${CT_SANITIZED:-}" ] || count=1000
mutate --count "$count" "$@" | {
	outcomes
	echo $? >status
}

is "$count damaged ones: an outcome each, in time and within bounds" "$count 0" sh -c 'cat sum status | xargs'
done_testing
