#!/bin/sh
# Frames: the bytes of files in the stream, as ct-frame(5) has them
# shellcheck source=t/lib.sh disable=SC2059,SC2317
. "${0%/*}/lib.sh"

mkpix --seed 7 a.jpg && mkpix --seed 8 --size 200x150 b.png &&
    mkpix --seed 9 --size 5x300 t.png || exit 1
: >empty

# frame ID FILE [BLOCK [END]] - its record and frame, by blocks of so many bytes
frame() {
	printf '{"id":"%s","frame":true}\n' "$1"
	blocks "$2" "${3:-1048576}"
	printf '0 %s\n' "${4:-ok}"
}
# blocks FILE SIZE - kept, for most are asked for more than once
blocks() {
	made=made.$1.$2.$(stat -c %s "$1")
	if [ ! -e "$made" ]; then
		rm -rf blk.* && split -b "$2" "$1" blk.
		for blk in blk.*; do
			[ -s "$blk" ] || continue
			printf '%x\n' "$(wc -c <"$blk")"
			cat "$blk"
		done >"$made"
	fi
	cat "$made"
}
run() { ct-hash -q -j2 <in; }
members() { jq -c '[.file, .hashes]' "$@"; }

# ---- what comes of a frame ---------------------------------------------------------
{ frame one a.jpg && frame two b.png 1000 && frame none empty && frame tiny t.png 7; } >in
exits 'frames are hashed' 0 run
cp got o
is 'as the files are' "$(ct-hash -q a.jpg b.png empty t.png | members)" members o
is 'by the names of their records' '"one" "two" "none" "tiny"' sh -c 'jq .id o | xargs -d "\n"'
json 'without the word frame' '[has("frame"), has("path")] | unique' '[false]
[false]
[false]
[false]' o
printf '{ "z":1.50,"frame" : true , "id":"x\\u00e9", "path":"a.jpg", "n":{"frame":1} } \n0 ok\n' >in
run >o 2>err
is 'of its record no other byte changes' '{ "z":1.50, "id":"x\u00e9", "path":"a.jpg", "n":{"frame":1} ' sed 's/,"file":.*//' o
json '  and its path is not read' .file.size 0 o
printf '{"fr\\u0061me":true,"id":"x","a":0.10}\n0 ok\n' >in
run >o
json 'a frame spelt in another way is one' '[keys_unsorted[0,1], has("frame"), .file.size]' '["id","a",false,0]' o
{ echo '{"id":"p","path":"a.jpg"}' && frame q b.png && echo && echo '{"id":"r","path":"b.png"}'; } >in
run >o
is 'records with a path and frames may be mixed' '"p" "q" "r"' sh -c 'jq .id o | xargs -d "\n"'
for i in $(seq 30); do frame "a$i" a.jpg 20000 && frame "b$i" b.png && frame "t$i" t.png 100; done >in
run >o
is 'many, in order' "$(seq 30 | sed 's/.*/a&\nb&\nt&/')" jq -r .id o
json '  each with its own digest' .hashes.sha256 "$(for i in $(seq 30); do sha256sum a.jpg b.png t.png; done | sed 's/\(.*\)  .*/"\1"/')" o

# ---- limits ---------------------------------------------------------------------------
{ frame big a.jpg && frame next b.png; } >in
run2() { ct-hash -q --max-bytes 20000 <in; }
run2 >o
json 'over the limit: digested' '[.file.decode, .hashes.sha256]' "$(for f in 'too-large a.jpg' 'ok b.png'; do
	echo "[\"${f% *}\",\"$(sha256sum <"${f#* }" | cut -c1-64)\"]"; done)" o
truncate -s 200M huge
if [ -z "${CT_SANITIZED:-}" ]; then
	rm -f names && mkfifo names
	ct-hash -j2 <names >o 2>err &
	pids=$!
	exec 5>names
	frame huge huge >&5
	eventually test -s o
	ok 'of 200 MiB only pieces are in memory' \
	    test "$(sed -n 's/RssAnon:[^0-9]*\([0-9]*\).*/\1/p' /proc/$pids/status)" -lt 30000
	exec 5>&-
	wait "$pids"
	pids=
	json '  and all is digested' '[.file.size, .hashes.md5]' "[209715200,\"$(md5sum <huge | cut -c1-32)\"]" o
fi
rm huge made.huge.*

# ---- what the fetcher could not get ---------------------------------------------------
{ frame one a.jpg && frame gone a.jpg 5000 'host is down' && frame two b.png; } >in
exits 'a reason is an error of its record' 75 run
cp got o
json '  alone' '[.id, .error.code, .error.msg, has("hashes")]' '["one",null,null,true]
["gone",75,"not fetched: host is down",false]
["two",null,null,true]' o
err=$(printf '{"id":"e","error":{"tool":"ct-fetch","code":76,"msg":"m"}')
{ echo "$err,\"frame\":true}" && blocks a.jpg 999 && echo '0 ok' && frame two b.png; } >in
exits 'an error that came stays' 76 run
cp got o
is '  as it was' "$err}" head -n 1 o
json '  and its frame is passed over' .file.decode 'null
"ok"' o
for line in '{"frame":true}' '{"frame":true,"id":1}' '{"frame":true,"id":"x","hashes":{}}'; do
	{ echo "$line" && blocks a.jpg 999 && echo '0 ok' && frame two b.png; } >in
	exits "$line is an error" 65 run
	cp got o
	json '  but its frame is known' '.error.code // .file.decode' '65
"ok"' o
done

# ---- what is no frame: nothing behind it is read ------------------------------------------
broken() {
	exits "$1: 65" 65 run
	cp got o
	json '  what came before is finished, nothing behind is read' '[.id, .file.decode // .error.code]' '["one","ok"]
["bad",65]' o
	ok '  and it is told' grep -q 'input 2: where the next record begins is not known' err
}
i=0
# shellcheck disable=SC2059 # escapes
for shape in '' '0\n' '0 \n' '0  ok\n' '0 ok \n' '0 ok\r\n' '00 ok\n' '03\nabc' '0x3\nabc' \
    'A\n0123456789' ' 3\nabc' '3 \nabc' '3\r\nabc' '-3\nabc' '100001\n' 'ffffffffffffffffffff\n' \
    '3\nabc\n0 ok\n' '3\nabcd0 ok\n' '0 \001\n' '0 \303\251\n' "0 $(head -c 201 /dev/zero | tr '\0' r)\\n" \
    '/etc/passwd\n' '{"id":"x","path":"a.jpg"}\n'; do
	[ -n "$shape" ] || shape='\n'
	{ frame one a.jpg && printf '{"id":"bad","frame":true}\n' && printf -- "$shape" &&
	    printf '/etc/passwd\n' && frame two b.png; } >in
	i=$((i + 1))
	broken "shape $i"
done
lost() { # WHAT LINE
	{ frame one a.jpg && printf '%s\n' "$2" && blocks a.jpg 999 && echo '0 ok' && frame two b.png; } >in
	exits "$1: 65" 65 run
	cp got o
	json '  is an error, and nothing behind is read' '.file.decode // .error.code' '"ok"
65' o
}
lost 'a record that does not parse' '{"id":"bad","frame":true'
lost 'another that does not' '{"id":'
lost 'a path' "$PWD/a.jpg"
lost 'frame: false' '{"id":"x","path":"a.jpg","frame":false}'
lost 'frame: 1' '{"id":"x","frame":1}'
lost 'a line too long' "{\"id\":\"$(head -c 1100000 /dev/zero | tr '\0' x)\",\"frame\":true}"

# the first line of a stream: neither records nor paths that its frame holds
printf '{"id":"victim","path":"%s/a.jpg"}\n%s/a.jpg\n' "$PWD" "$PWD" >inner
first() { # WHAT LINE [OPTION]
	{ printf "$2" && printf '\n%x\n' "$(wc -c <inner)" && cat inner && echo '0 ok'; } >in
	exits "first, $1: 65" 65 run
	cp got o
	json '  is the only record' '[.id, .path, .error.code]' '[null,null,65]' o
	ok '  and it is told' grep -q 'input 1: where the next record begins is not known' err
}
xs() { head -c "$1" /dev/zero | tr '\0' x; }
first 'too long' "{\"id\":\"a\",\"frame\":true,\"n\":\"$(xs 1048576)\"}"
first 'far too long' "{\"id\":\"a\",\"n\":\"$(xs 3000000)\",\"frame\":true,\"m\":\"$(xs 3000000)\"}"
for at in 1048570 1048571 1048572 1048573 1048574 1048575 1048576 2097151 2097152; do
	first "too long, the word at $at" "{\"n\":\"$(xs $((at - 9)))\",\"frame\":true,\"m\":\"$(xs 1048576)\"}"
done
first 'too long, by an escape' "{\"id\":\"a\",\"fr\\\\u0061me\":true,\"n\":\"$(xs 1048576)\"}"
first 'too long, blanks first' "  {\"id\":\"a\",\"frame\":true,\"n\":\"$(xs 1048576)\"}"
first 'no end' '{"id":"a","frame":true'
first 'an escape' '{"id":"a","fr\\u0061me":true,}'
first 'an escape in capitals' '{"id":"a","\\u0046\\u0052AM\\u0045":true,}'
first 'other quotes' "{'id':'a','frame':True}"
first 'no quotes' '{id:"a",Frame:true}'
first 'a blank first' ' {"id":"a","frame":true}'
first 'blanks first' '\t \r\v\f{"id":"a","frame":true}'
first 'a byte order mark' '\357\273\277{"id":"a","frame":true}'
first 'a name that is not UTF-8' '{"id":"\377","frame":true}'
first 'a name twice' '{"frame":true,"id":"a","frame":true}'
first 'something first' 'got {"id":"a","frame":true}'
first 'the rest of a record' 'a","frame":true}'
{ printf '{"id":"a\nb","frame":true}\n%x\n' "$(wc -c <inner)" && cat inner && echo '0 ok'; } >in
exits 'a newline within the record: 65' 65 run
cp got o
json '  nothing behind it is read' '[.path, .error.code]' '[null,65]
[null,65]' o
others() { # WHAT LINE - an error of this item alone
	{ printf "$2" && printf '\n{"id":"b","path":"a.jpg"}\na.jpg\n'; } >in
	exits "$1: 65" 65 run
	cp got o
	json '  the rest is done' '.file.decode // .error.code' '65
"ok"
"ok"' o
}
others 'without the word: no end' '{"id":"a"'
others 'blanks first' '  {"id":"a","path":"a.jpg"}'
others 'a tab first, no record' '\t{'
others 'escapes of other signs' '{"id":"\\u00e9\\u0000\\u0020"'
others 'too long' "{\"id\":\"$(xs 1048576)\"}"
others 'too long, no record' "frame$(xs 3000000)"
mkdir -p 'frame s' && cp a.jpg 'frame s/"frame' && cp a.jpg '"frame"'
printf 'frame s/"frame\n./"frame\n' >in
exits 'a path may hold the word' 66 run
cp got o
json '  but for its quotes' '.file.decode // .error.code' '"ok"
66' o
printf ' {"frame"}\0"frame"\0' >in
exits 'and with -0 what it likes' 66 sh -c 'ct-hash -q -0 <in'
cp got o
json '  it is a name' '.file.decode // .error.code' '66
"ok"' o

{ printf '{"id":"x","frame":true\n' && blocks a.jpg 999 && printf 'a.jpg\n'; } >in
exits 'the first of a stream that does not parse: 65' 65 run
ok '  and nothing behind it is read' sh -c 'wc -l <got | grep -qx 1'

# ---- what ends early --------------------------------------------------------------------
frame one a.jpg 1000 >whole
size=$(wc -c <whole)
for cut in 26 28 30 1000 $((size - 6)) $((size - 2)) $((size - 1)); do
	{ frame zero b.png && head -c "$cut" whole; } >in
	exits "cut after $cut bytes: 75" 75 run
	cp got o
	json '  is an error of its record' '.file.decode // .error.msg' '"ok"
"the input ended within a frame"' o
done
rm -f names && mkfifo names
ct-hash -j2 <names >o 2>err &
pids=$!
exec 5>names
{ frame one a.jpg && head -c 5000 whole; } >&5
eventually test -s o
ok 'within a frame, what came before is written' test "$(wc -l <o)" -eq 1
kill -TERM "$pids"
wait "$pids"
ok 'a signal within a frame: 75' test $? -eq 75
pids=
exec 5>&-
json '  and its record has an error' '.file.decode // .error.code' '"ok"
75' o
ct-hash -j2 <names >o 2>err &
pids=$!
exec 5>names
for part in '{"id":"s","fra' 'me":true}' '\n' '6' '\nGIF' '89' 'a0' ' o' 'k\n'; do
	# shellcheck disable=SC2059
	printf "$part" >&5
	sleep 0.02
done
exec 5>&-
wait "$pids"
pids=
json 'in pieces, it is the same' '[.id, .file.size, .file.mime]' '["s",6,"image/gif"]' o

# with -0 nothing is a record
printf '{"id":"x","frame":true}\0' >in
exits 'with -0 there are no frames' 66 sh -c 'ct-hash -0 <in'
done_testing
