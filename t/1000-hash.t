#!/bin/sh
# ct-hash: what it takes, what it makes of it, what it exits with
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

mkpix --seed 7 a.jpg && mkpix --seed 8 --size 200x150 b.png || exit 1
run() { printf %b "$in" | ct-hash "$@"; }
pdq() { ct-hash -q "$1" | jq -r .hashes.pdq; }
decode() { ct-hash -q "$@" | jq -r .file.decode; }

# ---- a record
in='a.jpg\n'
exits 'a path is hashed' 0 run
ok 'and summed up' grep -qx 'ct-hash: 1 in = 1 out + 0 dropped: 1 ok' err
cp got rec
json 'its members' '[keys_unsorted, (.file|keys_unsorted), (.hashes|keys_unsorted)]' \
    '[["id","path","file","hashes"],["size","mime","width","height","decode"],["md5","sha1","sha256","pdq","pdq_quality","pdq_method"]]' rec
json 'its file' '.file' '{"size":'"$(wc -c <a.jpg)"',"mime":"image/jpeg","width":640,"height":480,"decode":"ok"}' rec
is 'MD5 as md5sum has it' "$(md5sum <a.jpg)" printf '%s  -\n' "$(jq -r .hashes.md5 rec)"
is 'SHA-1 as sha1sum' "$(sha1sum <a.jpg)" printf '%s  -\n' "$(jq -r .hashes.sha1 rec)"
is 'SHA-256 as sha256sum' "$(sha256sum <a.jpg)" printf '%s  -\n' "$(jq -r .hashes.sha256 rec)"
json 'PDQ: 256 bits, quality 100' '[(.hashes.pdq|length), .hashes.pdq_quality]' '[64,100]' rec
is 'an operand is the same' "$(cat rec)" ct-hash a.jpg
in='a.jpg\0b.png\0'
is 'so are names ended by NUL' "$(cat rec; ct-hash -q b.png)" run -0
in='\na.jpg\n\n'
is 'empty lines are nothing' "$(cat rec)" run -q
in='a.jpg'
is 'no newline at the end: done all the same' "$(cat rec)" run
ok 'but it is said' grep -q 'input 1: not ended' err
in=''
is 'no input, no output' '' run
in='a.jpg\n'
run --user u9 >user
json '--user goes into new records' '.user' '{"id":"u9"}' user
mv a.jpg a.txt
is 'the name has no say about the kind' image/jpeg sh -c 'ct-hash -q a.txt | jq -r .file.mime'
mv a.txt a.jpg

# ---- records in
in='{ "z":1.50, "path":"a.jpg" ,"id":"x\\u00e9" }\n'
run >o
is 'a record keeps its bytes' '{ "z":1.50, "path":"a.jpg" ,"id":"x\u00e9" ' sed 's/,"file":.*//' o
json 'and gets ours' '.hashes' "$(jq -c .hashes rec)" o
in='{"path":"a.jpg"}\n'
run --user u9 >o
json '--user leaves it alone' '.user' null o
old='{"path":"a.jpg","error":{"tool":"ct-fetch","code":76,"msg":"m"}}'
in="$old\\n"
is 'a record with an error passes' "$old" run
exits 'and counts' 76 run
bad() {
	in=$2
	exits "$1: 65" 65 run
	cp got o
	json "$1: is told" .error "{\"tool\":\"ct-hash\",\"code\":65,\"msg\":\"$3\"}" o
}
bad 'no path' '{"url":"https://x"}\n' 'it has no path'
bad 'a path that is no string' '{"path":1}\n' 'path or path_b64 is malformed'
bad 'two paths' '{"path":"a.jpg","path_b64":"YS5qcGc="}\n' 'path or path_b64 is malformed'
for b64 in YS5qcGc '====' 'Y=5qcGc=' 'YQBi' 'Y!5q'; do
	bad "path_b64 $b64" '{"path_b64":"'$b64'"}\n' 'path or path_b64 is malformed'
done
bad 'a torn record' '{"path":"a.jpg\n' 'not a JSON object (byte 14)'
bad 'hashes already' '{"path":"a.jpg","hashes":{}}\n' 'it has file or hashes'
bad 'file already' '{"path":"a.jpg","file":{}}\n' 'it has file or hashes'
head -c 1100000 /dev/zero | tr '\0' x >long
in="$(cat long)\\na.jpg\\n"
exits 'a line too long is an error' 65 run
cp got o
json 'and the next one is done' '.file.decode//.error.code' '65
"ok"' o

# ---- names
mkdir -p sub
for n in a.jpg ./a.jpg sub/../a.jpg "$PWD/a.jpg"; do ct-hash -q -- "$n"; done | jq -r .id | sort -u >ids
is 'however it is spelt, a file has one id' "$(pwd -P)/a.jpg" cat ids
name=$(printf 'new\nline \033[2J "q" \\ -n')
cp a.jpg "./$name"
printf '%s\0' "$name" | ct-hash -0 >o
is 'a name with newline and ESC is one line' 1 sh -c 'wc -l <o'
ok 'with the ESC written out' grep -qiF 'new\nline \u001b[2J' o
json 'and means the same, from the root' '.path' "$(printf '%s' "$PWD/$name" | jq -Rs -c .)" o
json 'which is its id too' '.id == .path' true o
ok 'and can be opened again' sh -c 'jq -c "{path}" o | ct-hash -q'
name=$(printf 'b\377\302\233.jpg')
cp a.jpg "$name"
ct-hash -- "$name" >o
json 'a name that is not UTF-8' '[.path, .path_b64, .id == "b64:" + .path_b64]' '[null,"'"$(printf '%s/b\377\302\233.jpg' "$PWD" | base64 -w0)"'",true]' o
jq -c '{path_b64}' o | ct-hash -q >again
json 'can be opened again' .hashes.sha256 "$(jq .hashes.sha256 rec)" again
cp a.jpg "$(printf 'c\302\233')"
ct-hash "$(printf 'c\302\233')" >o
ok 'a C1 control is written out' grep -qF 'c\u009b"' o
cp a.jpg '{odd'
in='{odd\0'
run -0 >o
json 'with -0 nothing is a record' .file.decode '"ok"' o
cp a.jpg ./-V
in='-V\n'
run >o
json 'a name like an option' .file.decode '"ok"' o

# ---- what cannot be read
unread() {
	shift
	timeout 300 ct-hash -q "$1" >o 2>err
	status=$?
	[ "$status" -eq 66 ] && jq -e '.error.code == 66 and (has("file")|not)' o >/dev/null
}
mkfifo fifo && mkdir dir && ln -s a.jpg link && ln -s loop loop && ln -s none dangling
for f in fifo dir loop dangling missing /dev/zero a.jpg/x ''; do
	ok "'$f' is refused at once" unread - "$f"
done
is 'a link is followed' ok decode link
exits 'or with --no-follow refused' 66 ct-hash -q --no-follow link
in='missing\na.jpg\n'
run >o
json 'and the rest is done' '.error.code//.file.decode' '66
"ok"' o
if [ "$(id -u)" -ne 0 ]; then
	: >secret && chmod 0 secret
	ok 'mode 000 is refused' unread - secret
fi

# ---- what is no picture, or not a whole one
: >empty
echo 'not a picture' >text.jpg
for f in empty:corrupt text.jpg:unsupported; do
	outcome=${f#*:} f=${f%:*}
	ct-hash -q "$f" >o
	json "$f: digests and an outcome" '[.file.size,.file.mime,.file.decode,.hashes.pdq]' \
	    "[$(wc -c <"$f"),\"application/octet-stream\",\"$outcome\",null]" o
	json "$f: SHA-256" .hashes.sha256 "\"$(sha256sum <"$f" | cut -d' ' -f1)\"" o
done
for kind in 'GIF89a image/gif' 'II*\0 image/tiff' \
    'BM1234\0\0\0\0 image/bmp' '1234ftypheic image/heic' '1234ftypavif image/avif' \
    '1234ftypisom video/mp4' '1234ftypqt\040\040 video/quicktime' \
    '\032\105\337\243 video/x-matroska'; do
	# shellcheck disable=SC2059
	printf "${kind% *}" >magic
	ct-hash -q magic >o
	json "${kind#* } is named" '[.file.mime,.file.decode] | .[1] |= IN("unsupported", "corrupt")' \
	    "[\"${kind#* }\",true]" o
done
head -c 1000 a.jpg >part
is 'a JPEG without its rows is corrupt' corrupt decode part
clip() { # FILE PERCENT
	head -c $(($(wc -c <"$1") * $2 / 100)) "$1" >part
	ct-hash -q part
}
mkpix --seed 7 --progressive p.jpg && mkpix --seed 7 a.png && mkpix --seed 7 --interlaced i.png
mkpix --seed 7 a.webp && mkpix --seed 7 --lossless l.webp
for f in a.jpg p.jpg a.png i.png a.webp l.webp; do
	for at in 0 1 5 10 20 30 40 50 60 70 80 90 95 99; do
		clip $f $at >>cuts
	done
	ok "$f cut anywhere: a hash only of half of it and more" jq -es \
	    'all(.file.decode | IN("corrupt","partial")) and
	    all(.file.decode == "partial" or (.hashes|has("pdq")|not)) and
	    (.[0].file.decode, .[2].file.decode) != "partial" and .[-1].file.decode == "partial"' cuts
	rm cuts
done
(cat a.jpg && echo trailing) >longer
is 'bytes behind the end harm nothing' ok decode longer
mkpix --seed 7 --restart 1 r.jpg
size=$(wc -c <r.jpg)
{ head -c $((size / 3)) r.jpg && printf '\0\0\0\0\0\0\0\0' && tail -c +$((size / 3 + 9)) r.jpg; } >hole
ct-hash -q hole >o
json 'a hole is a partial picture, hashed' '[.file.decode,.hashes.pdq_quality]' '["partial",100]' o
{ head -c 20000 a.png && printf x && tail -c +20002 a.png; } >flip
ok 'a PNG with a bad byte is never whole' test "$(decode flip)" != ok

printf RIFF1234WEBP >stub
is 'a WebP without a picture is corrupt' corrupt decode stub

# ---- limits, each by a file of a few bytes
# shellcheck disable=SC2059
sof() { # MARKER HEIGHT WIDTH in octal escapes: an image header, no rows
	printf "\\377\\330\\377$1\\0\\013\\010$2$3\\001\\001\\021\\0\\377\\332\\0\\010\\001\\001\\0\\0\\077\\0\\377\\331"
}
sof '\300' '\377\334' '\377\334' >huge # 65500 x 65500
is '65500 x 65500 is too much' too-many-pixels decode huge
sof '\302' '\377\334' '\377\334' >huge
is 'and so is progressive' too-many-pixels decode huge
sof '\300' '\165\061' '\0\010' >wide # 30001
is 'a side over 30000 is' too-many-pixels decode wide
sof '\300' '\0\0' '\0\010' >none
is 'no height is corrupt' corrupt decode none
sof '\303' '\0\010' '\0\010' >lossless
is 'lossless JPEG is unsupported' unsupported decode lossless
mkpix --size 64x64 --gray --progressive s.jpg
sos=$(LC_ALL=C grep -obUaP '\xff\xda' s.jpg | tail -1 | cut -d: -f1)
tail -c +$((sos + 1)) s.jpg | head -c -2 >scan
{ head -c "$sos" s.jpg && for i in $(seq 150); do cat scan; done && printf '\377\331'; } >scans
is 'more than 100 scans are' too-many-scans decode scans
truncate -s 67108865 big
ct-hash -q big >o
json 'more than 64 MiB: not decoded' .file '{"size":67108865,"mime":"application/octet-stream","decode":"too-large"}' o
json 'but digested' .hashes "{\"md5\":\"$(md5sum <big | cut -d' ' -f1)\",\"sha1\":\"$(sha1sum <big | cut -d' ' -f1)\",\"sha256\":\"$(sha256sum <big | cut -d' ' -f1)\"}" o
truncate -s 67108864 big
is 'just 64 MiB are not' unsupported decode big
rm big
mkpix --size 4x300 t.png
ct-hash -q t.png >o
json 'a side under 5: the hash zero, quality 0' '[.file.decode,.file.width,.hashes.pdq_quality,.hashes.pdq]' '["ok",4,0,"'"$(printf %064d 0)"'"]' o
mkpix --size 5x300 t.png
ct-hash -q t.png >o
json 'one of 5 has one' '[.file.decode,(.hashes.pdq|length)]' '["ok",64]' o

# ---- the same picture in other clothes
near() { # FILE: within 31 bits of a.jpg
	ct-hash -q a.jpg "$1" | jq -es 'def bits: explode | map((if . > 57 then . - 87 else . - 48 end) as $d |
	    (8, 4, 2, 1) as $b | ($d / $b | floor) % 2);
	    [map(.hashes.pdq | bits) | transpose[] | select(.[0] != .[1])] | length <= 31'
}
for how in '--quality 30' '--size 1000x700' '--resize 200x150' '--crop 2' --gray --cmyk; do
	# shellcheck disable=SC2086
	mkpix --seed 7 $how v.jpg
	ok "$how is near" near v.jpg
done
for how in --palette --16bit --alpha '--gray --alpha' '--gray --16bit' --interlaced; do
	# shellcheck disable=SC2086
	mkpix --seed 7 $how v.png
	ok "$how is near" near v.png
done
mkpix --size 21x21 small.png && mkpix --size 21x21 --16bit --alpha v.png
is '16 bits count by their upper 8, transparency not at all' "$(pdq small.png)" pdq v.png
is 'interlaced or not is the same' "$(pdq a.png)" sh -c 'ct-hash -q i.png | jq -r .hashes.pdq'

clip a.jpg 99 >o
ok 'most of a picture is near' near part

cp a.jpg "$(printf 'cr\r')"
cp b.png cr
printf 'cr\r\n' | ct-hash -q >o
json 'a CR at the end belongs to the name' '[(.path | endswith("cr\r")), .hashes.sha256]' \
    "[true,$(jq .hashes.sha256 rec)]" o
printf 'a.jpg\0b.png\n' | ct-hash -q >o 2>err
ok 'NUL among lines is an error, not one of the names' grep -q 'names ended by NUL want -0' err
json 'of that input' '[.error.code, has("hashes")]' '[65,false]' o
exits 'closed output is an error' 74 sh -c 'ct-hash -q a.jpg >&-'
exits 'so is closed input' 74 sh -c 'ct-hash -q <&-'
exits 'an account without a name' 64 ct-hash --user '' a.jpg

# ---- order and streams
for i in 1 2 3 4 5 6 7 8 9; do
	printf 'a.jpg\nempty\nb.png\nmissing\n{"id":%s,"path":"p.jpg"}\n{"id":"e%s","error":{}}\n' $i $i
done >many
many() { ct-hash <many; }
exits 'the exit status is the highest' 66 many
cp got o
ok 'and all are counted' grep -q '54 in = 54 out + 0 dropped: .*18 error' err
sed 's/^{"id":"[^"]*\/\([^"]*\)","path.*/\1/; s/^{"id":\([^,]*\).*/\1/' o >heads
sed 's/^{"id":\([^,]*\).*/\1/' many | diff - heads >differ
ok 'records come out in the order they went in' test ! -s differ
mkfifo pipe
ct-hash -q <pipe >live &
pids=$!
exec 5>pipe
echo a.jpg >&5
eventually test -s live
ok 'what is done is written while input waits' cmp live rec
exec 5>&-
wait "$pids"
pids=''
exits 'a full disk is an error' 74 sh -c 'ct-hash -q a.jpg >/dev/full'

# ---- options
for opt in --exact --fast --compat=photo-hasher; do
	exits "$opt is taken" 0 ct-hash -q $opt a.jpg
done
exits 'but not two ways at once' 64 ct-hash --exact --fast a.jpg
exits 'nor another --compat' 64 ct-hash --compat=other a.jpg
exits '--dihedral is taken' 0 ct-hash -q --dihedral a.jpg
for opt in --batch=0 --batch=1000001 --max-bytes=0 --max-bytes=1025M --max-bytes=-1K --max-bytes=1T \
    --max-bytes=9999999999G --max-side=65536 --max-pixels=x --max-scans=0 --max-memory=3G \
    --max-time=0 --max-time=-0.5 --max-time=1s --max-time=99999999999999999999; do
	exits "$opt is wrong usage" 64 ct-hash "$opt" a.jpg
done
is '-B 1' ok decode -B 1 a.jpg
is '--max-bytes' too-large decode --max-bytes 1K a.jpg
is '--max-pixels' too-many-pixels decode --max-pixels 307199 a.jpg
is '--max-side' too-many-pixels decode --max-side 639 a.jpg
is '--max-scans' too-many-scans decode --max-scans 1 p.jpg
is '--max-memory' out-of-memory decode --max-memory 16K p.jpg
mkpix --size 4000x3000 --progressive huge.jpg
is '--max-time' timeout decode --max-time 0.001 huge.jpg
is 'all of them just enough' ok decode --max-bytes 64M --max-pixels 307200 --max-side 640 --max-scans 10 \
    --max-memory 256M --max-time 99.5 p.jpg
exits 'an unknown option' 64 ct-hash --nope
exits '--user wants UTF-8' 64 ct-hash --user "$(printf '\377')" a.jpg
exits '--help' 0 ct-hash --help
exits '--version' 0 ct-hash -V
exits 'ct-decode by hand' 64 ct-decode
exits 'ct-decode --help' 0 ct-decode --help
mkdir alone && cp "$top/ct-hash" alone && alone/ct-hash -V >version
exits '-V says so without its decoder' 69 alone/ct-hash -V
ok '  in words' grep -q 'alone/../libexec\|ct-decode' got
exits '-V names kernels, formats, isolation' 0 ct-hash -V
ok '  each' sh -c 'grep -q "^kernels: pdq [a-z0-9]*, ham " got && grep -q "^decodes: image/jpeg" got && grep -q "^isolation: .*seccomp" got'
exits '--self-test' 0 ct-hash --self-test
ok '  a line for each kernel' sh -c 'grep -qx "pdq scalar: ok" got && grep -qx "ham scalar: ok" got && ! grep -v ": ok$" got'
exits 'without its decoder it does not begin' 69 alone/ct-hash a.jpg

# what it is started with
exits 'a lower limit of CPU time from outside' 0 sh -c 'ulimit -t 300; ct-hash -q a.jpg'
json '  is none of the picture' .file.decode '"ok"' got
sh -c 'ct-hash a.jpg a.jpg >/dev/full' 2>err
ok 'what could not be written is not counted as out' grep -q '2 in = 0 out + 2 dropped' err
mkfifo quiet && rm o
sh -c 'trap "" INT; exec ct-hash -q <quiet >o' &
pids=$!
exec 6>quiet
echo a.jpg >&6
eventually test -s o
kill -INT $pids
echo a.jpg >&6
exec 6>&-
wait $pids
is 'SIGINT that was ignored stays so' '0 2' echo $? "$(wc -l <o)"

# the decoder goes for good in the middle of a run
rm o
mkdir inst && cp "$top/ct-hash" "$top/ct-decode" inst
mkfifo names
inst/ct-hash -q -j1 <names >o 2>err &
pids=$!
exec 5>names
echo a.jpg >&5
eventually test -s o
rm inst/ct-decode
# the worker is the child of ct-hash; what decodes is its child, and goes too
worker=$(xargs <"/proc/$pids/task/$pids/children")
child=$(xargs <"/proc/$worker/task/$worker/children")
kill -9 "$worker"
eventually sh -c '! kill -0 "$1" 2>/dev/null' - "$child"
printf 'a.jpg\na.jpg\na.jpg\na.jpg\na.jpg\n' >&5
exec 5>&-
wait $pids
ok 'a decoder that cannot be had again ends the run' test $? -eq 69
pids=
jq -r 'select(has("file") != has("error")) | .error.code' o | sort -u | xargs >codes
is 'what was taken in has an outcome' '69 null' cat codes

# ---- a PNG of several pictures
# shellcheck disable=SC2059 # octal
chunk() { # TYPE LENGTH DATA: the last two in octal
	printf '%s' "$1" >body
	printf "$3" >>body
	printf "\\0\\0\\0\\$2" && cat body
	# the checksum is that of gzip, the other way round
	gzip -c <body | tail -c 8 | head -c 4 | od -An -to1 >sum
	read -r s1 s2 s3 s4 <sum
	printf "\\$s4\\$s3\\$s2\\$s1"
}
mkpix --seed 7 --size 200x150 one.png
frames() { # FILE BEFORE-IDAT [BEFORE-IEND]
	head -c 33 one.png && cat "$1" && tail -c +34 one.png | head -c -12
	cat "${2-/dev/null}" && tail -c 12 one.png
}
chunk acTL 10 '\0\0\0\2\0\0\0\0' >two
chunk acTL 10 '\0\0\0\1\0\0\0\0' >single
chunk fdAT 5 '\0\0\0\1x' >frame2
frames two >v2.png
frames single >v1.png
frames single frame2 >vmore.png
frames /dev/null frame2 >vhidden.png
head -c -300 v2.png >vcut.png
ct-hash -q one.png v1.png v2.png vmore.png vhidden.png vcut.png >o
is 'more pictures than one are too many' \
    'ok ok too-many-frames too-many-frames too-many-frames partial' \
    sh -c 'jq -r .file.decode o | xargs'
is 'the first is hashed, and has its size' '1 [100,200,150]' \
    sh -c 'jq -sc "\"\(map(.hashes.pdq) | .[:5] | unique | length) \(.[2] | [.hashes.pdq_quality, .file.width, .file.height])\"" o | tr -d \"'
jq -r '"md5 \(.hashes.md5)"' rec | head -n 1 >other
is 'never clean' 'clean clean undecided undecided undecided undecided' \
    sh -c 'ct-match -aq -l other <o | jq -r .match.verdict | xargs'
jq -r '"pdq \(.hashes.pdq)"' o | head -n 1 >first
is 'but it may match' match sh -c 'grep v2.png o | ct-match -q -l first | jq -r .match.verdict'
done_testing
