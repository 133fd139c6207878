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

# ---- damaged ------------------------------------------------------------------------
# more of them: COUNT=10000 t/1500-video.t
count=${COUNT:-64}
mkdir mutants
mutate --count "$count" --dir mutants "$clips/g_mandel_15_small.mp4" "$clips/g_life_10_vp8.webm" \
    "$clips/g_black_25.mp4" "$clips/g_testsrc_25_h264.mp4" >names.txt
# shellcheck disable=SC2046 # names of ours
hash $(cat names.txt) >outcomes
sort outcomes | uniq -c | sed 's/^/# /'
is "$count damaged ones: an outcome each" "$count" sh -c 'wc -l <outcomes'
ok 'none of a crash, a call not allowed or a time that was up' \
    sh -c '! grep -qx "decoder-crash\|sandbox-violation\|timeout" outcomes'
done_testing
