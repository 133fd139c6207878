#!/bin/sh
# ct-fetch: records in, frames out, from a web server that fails in every way
# shellcheck source=t/lib.sh disable=SC2154,SC2317
. "${0%/*}/lib.sh"

mkdir box
webbox box >port &
pids=$!
eventually test -s port || ok 'the server listens' false
at=http://127.0.0.1:$(cat port)
CT_CONF=$tmp/ct.conf
export CT_CONF
printf '[fetch]\nallow = 127.0.0.0/8\n' >ct.conf
fetch() { ct-fetch -q --retry-wait 0 "$@"; }
# heard TARGET - Range and If-Match of each request of it
heard() { sed -n "s|^/$1 ||p" box/heard; }

# ---- frames -----------------------------------------------------------------------
mkpix --seed 7 box/a.jpg && mkpix --seed 8 --size 200x150 box/b.png &&
    mkpix --seed 9 --size 5x300 box/t.png || exit 1
: >box/empty
head -c 1500000 /dev/urandom >box/big
for f in a.jpg b.png empty big t.png; do
	printf '{"id":"%s", "n":1.50,"url":"%s/f/%s"}\n' "$f" "$at" "$f"
done >in
exits 'objects are fetched' 0 fetch <in
cp got frames
ct-hash -q <frames >o
is 'ct-hash makes of them what it makes of the files' \
    "$(cd box && ct-hash -q a.jpg b.png empty big t.png | jq -c '[.file, .hashes]')" jq -c '[.file, .hashes]' o
is '  in the order of the input, whose records are not changed' "$(cat in)" \
    sed 's/,"file":.*/}/' o
printf '{"id":"m","url":"%s/f/b.png","frame":true}\n' "$at" >want
is 'the record says that its frame follows' "$(cat want)" sh -c "printf '%s' '{\"id\":\"m\",\"url\":\"$at/f/b.png\"}' |
    ct-fetch -q | head -n 1"
for i in $(seq 6); do cat in; done >many
exits 'many' 0 fetch -j 8 <many
ct-hash -q <got >o
is '  all come, in order' "$(jq -r .id many)" jq -r .id o
is '  each with its own bytes' "$(for i in $(seq 6); do (cd box && sha256sum a.jpg b.png empty big t.png); done |
    cut -d ' ' -f 1)" jq -r .hashes.sha256 o
exits '--unordered' 0 fetch -j 8 --unordered <many
ct-hash -q <got >o
is '  all come' "$(jq -r .id many | sort)" sh -c 'jq -r .id o | sort'
is '  each with its own bytes' "$(cd box && sha256sum a.jpg b.png empty big t.png | sed 's/\(.*\)  \(.*\)/\2 \1/' | sort)" \
    sh -c 'jq -r "\"\(.id) \(.hashes.sha256)\"" o | sort -u'
exits 'by one connection and little memory' 0 fetch -j 1 --memory 1 <in
cp got o
ok '  the same comes' sh -c 'ct-hash -q <o >a; ct-hash -q <frames | cmp - a'

# ---- what passes ----------------------------------------------------------------------
cat >in <<END
{"id":"1","path":"/x","url":"$at/n/1"}
{"id":"2","path_b64":"L3g=","url":"$at/n/1"}
{"id":"3","hashes":{"md5":"0"},"url":"$at/n/1"}
{"id":"4","file":{},"url":"$at/n/1"}
{"id":"5","object":{"gone":true},"url":"$at/n/1"}
{"id":"6"}
{}
 
{"id":"7","error":{"tool":"x","code":66,"msg":"m"},"url":"$at/n/1"}
END
: >box/heard
exits 'what needs no bytes passes, an error with its code' 66 fetch <in
cp got o
is '  as it came' "$(grep . in | grep -v '^ $')" cat o
is '  and nobody is asked' '' cat box/heard
cat >in <<END
{"id":"a","url":7}
{"url":"$at/n/1"}
{"id":"b","object":"x","url":"$at/n/1"}
{"id":"c","url":"$at/n/1"
not an id
s3://
s3://NAME
{"id":"d","frame":true,"url":"$at/n/1"}
{"id":"e","url":"$at/n/1"}
END
exits 'what cannot be fetched is an error' 65 fetch <in
json '  each says why, and behind a frame nothing is read' '[.id, .frame, .error.msg[:17]]' \
    '["a",null,"no URL that can b"]
[null,null,"it has no id"]
["b",null,"object is no obje"]
[null,null,"not a JSON object"]
["not an id",null,"neither a record "]
["s3://",null,"a malformed id of"]
["s3://NAME",null,"a bucket, and no "]
["d",null,"it has a frame al"]' got
printf '{"id":"%s","url":"%s/n/1"}' "$(head -c 1048520 /dev/zero | tr '\0' x)" "$at" >in
exits 'an operand that is empty' 65 fetch ''
exits 'a record that would be too long' 65 fetch <in
head -c 1100000 /dev/zero | tr '\0' x >in
exits 'a line that is' 65 fetch <in
printf '%s/n/9\n' "$at" >in
exits 'a line that is a URL' 0 fetch <in
json '  becomes a record' '[.id == .url, .file.size]' '[true,9]' - <<END
$(ct-hash -q <got)
END

# ---- faults ---------------------------------------------------------------------------
exits 'a server that fails for a while' 0 fetch "$at/n/10?status=503:3"
exits 'that wants fewer requests' 0 fetch "$at/n/10?status=429:1"
exits 'that fails on' 75 fetch --retries 2 "$at/n/10?status=500"
json '  says so' .error '{"tool":"ct-fetch","code":75,"msg":"the server answers with status 500"}' got
is '  after so many tries' 3 sh -c 'grep -c "status=500 " box/heard'
exits 'that asks to wait for an hour' 75 fetch "$at/n/10?status=503:1&retry=3600"
is '  is not waited for' 1 sh -c 'grep -c retry=3600 box/heard'
exits 'that is told to come back at once' 0 fetch "$at/n/10?status=503:1&retry=0"
exits 'that refuses' 77 fetch "$at/n/10?status=403"
exits 'that answers nonsense' 76 fetch "$at/n/10?status=418"
exits 'none at all' 75 fetch --retries 1 http://127.0.0.1:1/x

exits 'an object that is gone is an outcome' 0 fetch "$at/none" "$at/n/10?status=410"
json '  which the record has' .object '{"gone":true}
{"gone":true}' got
printf '{"id":"g","object":{"bytes":5,"etag":"e"},"url":"%s/none"}\n' "$at" >in
exits '  beside what was there' 0 fetch <in
json '  of the listing' .object '{"bytes":5,"etag":"e","gone":true}' got
cp got gone
ct-hash <gone >o 2>said
is '  ct-hash passes it as it came' "$(cat gone)" cat o
is '  and counts it' 'ct-hash: 1 in = 1 out + 0 dropped: 1 gone' tail -n 1 said

# sums URL... - MD5 of what comes of them
sums() { fetch "$@" | ct-hash -q | jq -r .hashes.md5; }
whole=$(sums "$at/n/5000000")
is 'cut off, it goes on where it was' "$whole" sums "$at/n/5000000?reset=3000000:2"
is '  if it is the same still' '"tag5000000"' sh -c '
    sed -n "s|.*reset=3000000:2 bytes=[0-9]*- ||p" box/heard | sort -u'
is 'also what has begun to go out' "$whole" sums --memory 1 "$at/n/5000000?reset=3000000:2"
is 'a server without ranges sends all again' "$whole" sums "$at/n/5000000?reset=3000000:1&norange"
is '  of which only the rest goes out' "$whole" sums --memory 1 "$at/n/5000000?norange&reset=3000000:1"
is 'one without ETag is asked anew' "$whole" sums "$at/n/5000000?reset=3000000:1&noetag"
is '  also if the length is not said' "$whole" sums "$at/n/5000000?chunked&reset=3000000:1&noetag"
exits '  but not if bytes have gone out' 75 fetch --memory 1 "$at/n/5000000?reset=3000000:9&weak"
cp got o
is '  the frame has the reason' 1 grep -ac '0 it was cut off, and cannot be gone on with$' o
ct-hash -q <o >o2
json '  which ct-hash makes the error of the record' '[.error.code, .hashes]' '[75,null]' o2
other=$(sums "$at/n/5000000?change=0")
is 'another file by then: it is fetched, whole' "$other" sums "$at/n/5000000?reset=3000000:1&change=1"
is '  of one that does not know of If-Match' "$other" \
    sums "$at/n/5000000?reset=3000000:1&change=1&blind"
exits '  but not if bytes have gone out' 75 fetch --memory 1 "$at/n/5000000?change=1&reset=3000000:1"
cp got o
is '  it has changed' 1 grep -ac '0 it changed while it was read$' o
exits 'gone by then' 0 fetch "$at/n/900000?reset=300000:1&gone=1"
json '  is gone' .object '{"gone":true}' got
exits '  but not if bytes have gone out' 75 fetch --memory 1 "$at/n/5000000?gone=1&reset=3000000:1"
exits 'a server that stalls' 75 fetch --stall 0.5 --retries 0 "$at/n/100?stall=50"
json '  says so' .error.msg '"the server stalls"' got
is '  for a while' "$whole" sums --stall 0.5 "$at/n/5000000?stall=3000000:1"
exits 'a body longer than it should be' 0 fetch --max-bytes 100 "$at/n/100"
exits '  by a byte' 65 fetch --max-bytes 99 "$at/n/100?chunked"
exits 'a frame that is cut has its own exit status' 75 sh -c "ct-fetch -q --memory 1 --retries 0 '$at/n/5000000?reset=3000000:9' >o"

# one that stalls holds up none but those behind it, and these wait ready
exits 'objects wait for the one before them' 0 fetch -j 2 --stall 0.5 "$at/n/10?stall=5:1" "$at/n/11" "$at/n/12" "$at/n/13"
ct-hash -q <got >o
json '  but are there' .file.size "10
11
12
13" o
exits '--unordered: they do not' 0 fetch --unordered -j 2 --stall 2 "$at/n/20?stall=5:1" "$at/n/11" "$at/n/12" "$at/n/13"
ct-hash -q <got | tail -n 1 >o
json '  wait' .file.size 20 o

# ---- --one ------------------------------------------------------------------------------
sum=$(sha256sum <box/big | cut -c 1-64)
exits '--one: the bytes alone' 0 ct-fetch --one --sha256 "$sum" "$at/f/big"
ok '  all of them' cmp got box/big
printf '{"id":"x","url":"%s/f/big","hashes":{"sha256":"%s"}}\n' "$at" "$sum" >in
exits '  of a record, that says what they must be' 0 ct-fetch --one <in
ok '  all of them' cmp got box/big
exits '  others are refused' 65 ct-fetch --one --sha256 "$sum" "$at/f/a.jpg"
ok '  before any goes out' test ! -s got
sed 's/f.big/f\/a.jpg/' in >in2
exits '  those of a record, too' 65 ct-fetch --one <in2
exits '  of what is large at the end' 65 ct-fetch --one --memory 1 --sha256 "$sum" "$at/n/5000000"
exits '  gone' 1 ct-fetch --one "$at/none"
exits '  no record' 66 ct-fetch --one </dev/null
exits '  two' 64 ct-fetch --one "$at/n/1" "$at/n/2"
exits '  digits that are none' 64 ct-fetch --one --sha256 "${sum%?}x" "$at/n/1"
exits '  digits without it' 64 ct-fetch --sha256 "$sum" "$at/n/1"

# ---- --head -------------------------------------------------------------------------------
cat >in <<END
{"id":"1","url":"$at/n/5000000?head","hashes":{"md5":"0"}}
{"id":"2","url":"$at/none?head"}
{"id":"3","url":"$at/n/0?head"}
{"id":"4","url":"$at/n/7?norange&head"}
END
exits '--head: what is there' 0 ct-fetch --head <in
cp got o && cp err said
is '  passes as it came' "$(sed '2s/}/,"object":{"gone":true}}/' in)" cat o
is '  by the summary' 'ct-fetch: 4 in = 4 out + 0 dropped: 3 there, 1 gone' cat said

# ---- the run --------------------------------------------------------------------------------
exits 'the summary' 0 ct-fetch "$at/n/5" "$at/none"
cp err said
is '  reconciles' 'ct-fetch: 2 in = 2 out + 0 dropped: 1 fetched, 1 gone' cat said
exits 'a disk that is full' 74 sh -c "ct-fetch -q '$at/n/5' >/dev/full"
exits '  in the midst of a frame' 74 sh -c "ct-fetch -q --memory 1 '$at/n/5000000' >/dev/full"
{ ct-fetch -q "$at/n/9000000"; echo $? >rc; } | :
is 'a reader that went away' 141 cat rc
mkfifo names
ct-fetch -q --retry-wait 0 -j 1 <names >o 2>err &
run=$!
exec 5>names
printf '%s\n' "$at/n/6?drip=5" "$at/n/7" "$at/n/8" >&5
ok 'one that takes long is begun' eventually grep -q drip box/heard
kill $run
wait $run
is 'a signal: what was begun is finished, the rest is not begun' "75
0 ok
stopped before it was fetched
stopped before it was fetched" sh -c "echo $?; grep -ao '0 ok' o; sed -n 's/.*msg\":\"\([^\"]*\).*/\1/p' o"
exec 5>&-
if [ -z "${CT_SANITIZED:-}" ]; then
	# shellcheck disable=SC2046
	ct-fetch -q -j 8 --memory 8M --stall 1.5 --retry-wait 0 "$at/n/9000000?stall=100:1" \
	    $(seq -f "$at/n/9000000?%g" 15) >o &
	run=$!
	eight() { [ "$(grep -c 'n/9000000?' box/heard)" -ge 8 ]; }
	ok 'eight are begun' eventually eight
	most_held $run
	ok "of 16 objects of 9 MB only windows are in memory, $most kB" test "$most" -lt 48000
	ok '  which are full' test "$most" -gt 7000
	wait $run
	is '  and all comes' "$(sums "$at/n/9000000")" sh -c 'ct-hash -q <o | jq -r .hashes.md5 | uniq'
fi
done_testing
