# video.sh - what hashing video costs over decoding, and comparing it
# shellcheck shell=sh
#
# The clip, 10 s of 1920 x 1080 H.264 with noise in it, is ffmpeg's; without
# ffmpeg its rows are not there, and built with VIDEO=0 only those of comparing.

video_rows() {
	tmk 'TMK+PDQF'
	clips 'vPDQ, 60 frames among 10,000 times 60' clips.ctx
	decoder=$(command -v ct-decode-video) || decoder=
	[ -z "$decoder" ] || command video small "$decoder"
	if [ "$decoder" ] && command -v ffmpeg >/dev/null; then
		ffmpeg -nostdin -v error -y -f lavfi \
		    -i 'testsrc2=size=1920x1080:rate=30:duration=10,noise=alls=8:allf=t' \
		    -c:v libx264 -preset ultrafast -b:v 5M -g 60 clip.mp4
		command video '1080p H.264' clip.mp4 "$decoder" "$(command -v ct-hash)"
	else
		echo 'no rows of decoding video: no ffmpeg, or VIDEO=0' >&2
	fi
}
