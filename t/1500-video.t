#!/bin/sh
# ct-decode-video: whatever is wrong with a video, it has an outcome, and no
# decoder breaks out, hangs or dies of it
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

[ -x "$top/ct-decode-video" ] || {
	echo '1..0 # SKIP built with VIDEO=0'
	exit 0
}
clips=$t/data/golden/video

# hash FILE... - the outcome of each, a line, by the program as it is built
hash() {
	video -v "$top/ct-decode-video" "$@" >all || return
	grep '^[a-z]' all | cut -d' ' -f1
}

# ---- cut off --------------------------------------------------------------------
cuts=0
for clip in g_mandel_15_small.mp4 g_life_10_vp8.webm; do
	size=$(wc -c <"$clips/$clip")
	for percent in $(seq 0 9 90); do
		cuts=$((cuts + 1))
		head -c $((size * percent / 100)) "$clips/$clip" >"cut-$cuts"
	done
done
hash cut-* >outcomes
is 'cut at every ninth percent: an outcome each' "$cuts" sh -c 'wc -l <outcomes'
ok 'cut or not, none is whole' sh -c '! grep -qvx "partial\|corrupt\|unsupported" outcomes'
ok 'what there is of one is hashed' grep -qx partial outcomes

# ---- small and strange ------------------------------------------------------------
: >empty
printf 'no video at all\n' >text
head -c 40 "$clips/g_testsrc_25_h264.mp4" >begun
head -c 100000 /dev/zero >zeros
printf '#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n/etc/passwd\n' >list.m3u8
printf 'ffconcat version 1.0\nfile /etc/passwd\n' >list.ffconcat
printf '<svg xmlns="http://www.w3.org/2000/svg"><rect/></svg>\n' >a.svg
is 'nothing, text, zeros, lists of other files' \
    'unsupported unsupported unsupported unsupported unsupported unsupported' \
    sh -c "PATH='$PATH'; video -v '$top/ct-decode-video' empty text zeros list.m3u8 list.ffconcat a.svg | cut -d' ' -f1 | xargs"
hash begun >outcomes
ok 'a head alone' grep -qx 'corrupt\|unsupported' outcomes
mkdir names
name="names/a\$(touch INJ)\`touch INJ\`;touch INJ|x.mp4"
cp "$clips/g_black_25.mp4" "$name"
is 'a name that a shell would run' ok hash "$name"
ok 'which none did' test ! -e INJ

# ---- stills -------------------------------------------------------------------------
# stills OPTION... FILE... - as lines, by the program as it is built
stills() { video -v "$top/ct-decode-video" -s "$@"; }
# moments CLIP [OPTION...] - are so many stills there, each at the time of a frame,
# in order, and those asked for among them?
moments() {
	clip=$clips/$1 many=$2 want=$3
	shift 3
	stills "$many" "$@" "$clip" >got.stills || return
	video -v "$top/ct-decode-video" -r 0 "$clip" |
	    awk -F, '/^[0-9]/ { printf "%d\n", $4 * 1000 + 0.5 }' >frames
	grep '^[0-9]' got.stills | cut -d' ' -f1 >moments.ms
	grep -qx "$want" got.stills && sort -c -n -u moments.ms && ! grep -vxFf frames moments.ms
}
ok 'stills: spread, each at the time of a frame' \
    moments g_mandel_15_small.mp4 12 'ok h264 240x134 0 ms 5000 stills 12'
ok '  no two of a part: its first frame, or a key frame' sh -c \
    'awk "{ if (int((\$1 + 0.5) * 12 / 5000) != NR - 1) exit 1 }" moments.ms'
ok '  behind frames that come late, too' moments g_audio_first_bframes.mp4 7 'ok h264 320x240 0 ms 3000 stills 7'
ok '  one that is asked for is the one that was hashed' \
    moments g_life_10_vp8.webm 5 'ok vp8 256x192 0 ms 5000 stills 5' -a 3100 -a 4900
is '    by its time' '3100 4900' sh -c 'sed -n "s/ .* wanted .*//p" got.stills | xargs'
stills 1 -a 3100 -c -e 256 -o one "$clips/g_life_10_vp8.webm" >/dev/null
video -v "$top/ct-decode-video" -r 0 "$clips/g_life_10_vp8.webm" | grep ',3[.]100$' | cut -d, -f3 | sed 's/^/pdq /' >frame.list
is '    and by its hash' match sh -c 'ct-hash -q one0.png | ct-match -q -l frame.list -t 6 | jq -r .match.verdict'
ok '  a black one: black' sh -c 'video -v "$1" -s 3 "$2" >out; grep -c " mean 0$" out | grep -qx 3' - \
    "$top/ct-decode-video" "$clips/g_black_25.mp4"
is '  after the end: none' 'ok h264 160x120 0 ms 2000 stills 0' stills 1 -a 9000 "$clips/g_black_25.mp4"
printf 'GIF89a\1\0\1\0\200\0\0\377\377\377\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;' >dot.gif
is '  a dot: a dot' '0 1x1 1 mean 255' sh -c 'video -v "$1" -s 12 dot.gif | tail -n1' - "$top/ct-decode-video"
stills 12 "$clips/audio_only.m4a" empty text list.m3u8 >out
is '  no video: none' 'unsupported - 0x0 0 ms 0 stills 0' sort -u out
cut4="cut-1 cut-3 cut-5 cut-7 cut-9 cut-15 cut-17 cut-19"
# shellcheck disable=SC2086 # names of ours
stills 12 $cut4 >out
is '  cut off: what there is' 8 grep -cE '^(partial|corrupt|unsupported|ok) ' out
ok '    of one at least some' grep -qE '^partial .* stills [1-9]' out

# ---- damaged ------------------------------------------------------------------------
# with a process each; many more: t/1505-video-hostile.t
count=16
mkdir mutants
mutate --count "$count" --dir mutants "$clips/g_mandel_15_small.mp4" "$clips/g_life_10_vp8.webm" \
    "$clips/g_black_25.mp4" "$clips/g_testsrc_25_h264.mp4" >names.txt
# shellcheck disable=SC2046 # names of ours
hash $(cat names.txt) >outcomes
sort outcomes | uniq -c | sed 's/^/# /'
# shellcheck disable=SC2046
stills 4 -a 1234 $(awk "NR % 2 == 1" names.txt) >out
grep '^[a-z]' out | cut -d' ' -f1 >outcomes.stills
is 'stills of damaged ones: an outcome each' $((count / 2)) sh -c 'wc -l <outcomes.stills'
ok '  none of a crash, a call not allowed or a time that was up' \
    sh -c '! grep -qx "decoder-crash\|sandbox-violation\|timeout" outcomes.stills'
is "$count damaged ones: an outcome each" "$count" sh -c 'wc -l <outcomes'
ok 'none of a crash, a call not allowed or a time that was up' \
    sh -c '! grep -qx "decoder-crash\|sandbox-violation\|timeout" outcomes'
done_testing
