#!/bin/sh
# type = test: the harmless picture and the video that ship with ct are found, as
# README says
# shellcheck source=t/lib.sh disable=SC2016,SC2317
. "${0%/*}/lib.sh"

# as installed: programs in bin, what ships with them in share/ct
mkdir -p inst/bin inst/share/ct inst/libexec/ct etc
for p in syncdb hash match review; do ln "$top/ct-$p" "inst/bin/ct-$p" 2>/dev/null || cp "$top/ct-$p" inst/bin; done
cp "$top/ct-decode" inst/libexec/ct
[ ! -x "$top/ct-decode-video" ] || cp "$top/ct-decode-video" inst/libexec/ct
cp -r "$top/lib/test" inst/share/ct
PATH=$tmp/inst/bin:$PATH
export CT_CONF="$tmp/etc/ct.conf"
picture=$tmp/inst/share/ct/test/harmless.jpg
film=$tmp/inst/share/ct/test/harmless.mp4

# ---- README's proof
sed -n '/^Does what is installed find/,/^It says/s/^    //p' "$top/README" >proof
is 'the proof has at most six lines' yes sh -c '[ "$(grep -c . proof)" -gt 0 ] && [ "$(grep -c . proof)" -le 6 ] && echo yes'
sed "s#/etc/ct\>#$tmp/etc#g; s#/usr/local/share/ct\>#$tmp/inst/share/ct#g" proof >run
exits 'it runs' 0 sh -e run
cp got queued
frames=',"vpdq"'
[ -x "$top/ct-decode-video" ] || frames=''
json 'the picture is a match, by all of its hashes, and so is the video' \
    '[.match.verdict, ([.match.hits[] | [.source, .entry, .distance, .class, .policy]] | unique), [.match.hits[].type]]' \
    '["match",[["test","harmless",0,"own","review"]],["md5","sha1","sha256","pdq"]]
["match",[["test","harmless-video",0,"own","review"]],["md5","sha1","sha256"'"$frames"']]' queued
ok '  it is said' grep -q '2 match' err
ok '  and that they are queued' grep -q '2 queued' err
is '  for a person' '["harmless.jpg"]
["harmless.mp4"]' sh -c 'ct-review list | jq -c "[.path | split(\"/\")[-1]]"'

# ---- what it is not
mkpix again.jpg --seed 7 --size 96x96 --quality 40
mkpix other.jpg --seed 8 --size 96x96 --quality 80
ct-hash -q again.jpg other.jpg | ct-match -aq >got
json 'the same picture written anew is near, another is not' \
    '[.match.verdict, .match.hits[0].type, (.match.hits[0].distance // 0) > 0]' \
    '["match","pdq",true]
["clean",null,false]' got
ok 'the list is of the picture' sh -c '
    ct-hash -q "$1" | jq -c ".hashes | [.md5, .sha1, .sha256, .pdq]" >a
    jq -c "select(.content == \"image\").hash" "${1%.jpg}.ndjson" | jq -cs . >b; cmp a b' - "$picture"
if [ -n "$frames" ]; then
	video -v "$top/ct-decode-video" -s 3 -c -e 256 -o still "$film" >/dev/null
	mkfilm other
	ct-hash -q still1.png other | ct-match -aq >got
	json 'a frame of the video is of it, another video is not' \
	    '[.match.verdict, .match.hits[0].type, .match.hits[0].entry]' '["match","vpdq","harmless-video"]
["clean",null,null]' got
	mkdir all
	ct-hash -q --video-rate all --video-files all "$film" >/dev/null
	ok 'the list is of the video' sh -c '
	    set -- "$1" $(md5sum <"$1") $(sha1sum <"$1") $(sha256sum <"$1")
	    jq -r "select(.content == \"video\").hash" "${1%.mp4}.ndjson" >a
	    printf "%s\n" "$2" "$4" "$6" harmless.vpdq | cmp - a && cmp "all/$6.vpdq" "${1%.mp4}.vpdq"' - "$film"
fi
conf() { printf '[source t]\ntype = test\n%s\n' "$1" >"$CT_CONF"; }
for key in 'path = x' 'url = https://x' 'credential = x' 'hash = md5' 'class = csam' 'action = report'; do
	conf "$key"
	exits "not with $key" 78 ct-syncdb check
done
conf 'action = shadow'
exits 'with action = shadow' 0 ct-syncdb -q sync
rm -r inst/share/ct/test
exits 'a list that is not there' 66 ct-syncdb -q sync
is 'leaves what there was' 8 sh -c 'ct-syncdb show | jq .hashes'
exits '  and check says so' 66 ct-syncdb check
done_testing
