#!/bin/sh
# ct-fetch of large objects: ranges over several connections, put in order, and
# a server that fails in one of them
# shellcheck source=t/lib.sh disable=SC2154,SC2317
. "${0%/*}/lib.sh"

mkdir box
webbox box >port &
pids=$!
eventually test -s port || ok 'the server listens' false
at=http://127.0.0.1:$(cat port)
CT_CONF=$tmp/ct.conf
export CT_CONF
printf 'access_key = a\nsecret_key = b\n' >cred && chmod 600 cred
{
	printf '[fetch]\nallow = 127.0.0.0/8\n'
	for size in 5000000 9000000; do
		printf '[bucket of%s]\nbucket = %s\nendpoint = %s/n\ncredential = %s/cred\n' $size $size "$at" "$tmp"
	done
} >ct.conf
# windows and parts of 1 MiB
fetch() { ct-fetch -q --retry-wait 0 --memory 4M -j 4 "$@" >frames; }
# heard WORDS - Range and If-Match of each request of it
heard() { grep -F "/n/5000000?$1 " box/heard | cut -d ' ' -f 2-; }
# listed WORDS [BYTES] - its record, as ct-ls has it
listed() {
	size=${2:-5000000}
	printf '{"id":"s3://of%s/%s","object":{"bytes":%s,"etag":"tag%s"}}\n' "$size" "$1" "$size" "$size"
}
sum() { ct-hash -q | jq -r .hashes.md5; }
whole=$(ct-fetch -q -j 1 "$at/n/5000000" | sum)
other=$(ct-fetch -q -j 1 "$at/n/5000000?change=0" | sum)

# a server of which one connection is slow, so that parts are worth it
rated='ranges&rate=4'
# ---- all is well --------------------------------------------------------------------
listed "$rated&fine" >in
exits 'an object larger than two parts' 0 fetch <in
is '  comes whole' "$whole" sum <frames
ok '  by ranges that leave nothing out, of that version' sh -c '
    sed -n "s/.*&fine \(.*\) .tag5000000.$/\1/p" box/heard | sed "s/bytes=//" | sort -n >o
    [ "$(sed -n "1p" o)" = - ] && [ "$(sed 1d o | wc -l)" -ge 2 ] &&
    sed 1d o | awk -F - "NR > 1 && \$1 != to + 1 { exit 1 } { to = \$2 } END { if (to != 4999999) exit 1 }"'
listed "$rated&fine1" >in
exits 'by one connection' 0 fetch -j 1 <in
is '  it is one stream' '- "tag5000000"' heard "$rated&fine1"
for i in 1 2 3 4 5; do
	listed "ranges&rate=20&many$i"
	printf '{"id":"%s","url":"%s/n/%s"}\n' "$i" "$at" "$i"
	listed "larger$i" 9000000
done >many
nine=$(ct-fetch -q -j 1 "$at/n/9000000" | sum)
exits 'several, and small ones between them' 0 fetch <many
is '  all come, in order, each with its own bytes' "$(for i in 1 2 3 4 5; do
	echo "5000000 $whole"
	echo "$i $(ct-fetch -q "$at/n/$i" | sum)"
	echo "9000000 $nine"
done)" sh -c 'ct-hash -q <frames | jq -r "\"\(.file.size) \(.hashes.md5)\""'
exits '--unordered' 0 fetch --unordered <many
is '  all come' "$(jq -r .id many | sort)" sh -c 'ct-hash -q <frames | tee o | jq -r .id | sort'
is '  each with its own bytes' "$(printf '%s\n' "5000000 $whole" "9000000 $nine" | sort)" \
    sh -c 'jq -r "select(.object) | \"\(.file.size) \(.hashes.md5)\"" o | sort -u'
exits 'with no memory to speak of' 0 fetch --memory 1 <many
is '  the same' "$(jq -r .hashes.md5 o | sort)" sh -c 'ct-hash -q <frames | jq -r .hashes.md5 | sort'
ct-fetch --one -j 1 "$at/n/5000000" >bytes
exits '--one' 0 sh -c "ct-fetch --one --memory 4M -j 4 --sha256 $(sha256sum <bytes | cut -c 1-64) <in"
ok '  has the bytes' cmp got bytes
exits '  others are refused' 65 sh -c "ct-fetch --one --memory 4M -j 4 --sha256 $(sha256sum <in | cut -c 1-64) <in"

# ---- one of the ranges fails ------------------------------------------------------------
third=from=2097152
# mended WHAT WORDS [OPTION...] - it is fetched all the same
mended() {
	what=$1 words=$2
	shift 2
	listed "$rated&$words" >in
	exits "$what" 0 fetch "$@" <in
	is '  all comes' "$whole" sum <frames
}
mended 'the third range is cut off' "reset=2500000:1&$third"
is '  and goes on where it was' 1 sh -c 'grep -c "reset.* bytes=2500000-3145727 .tag5000000.$" box/heard'
mended 'it stalls' "stall=2500000:1&$third" --stall 0.5
mended 'it is refused for a while' "status=503:2&$third"
mended 'its Content-Range is of others' "lie=1:1&$third"
ok '  then what is left comes in one' sh -c 'grep -q "lie=1:1.* bytes=[0-9]*- " box/heard'
mended 'it is shorter than was asked for' "short=10:1&$third"
mended 'it comes as the whole' "norange&$third"
mended 'each does' 'norange'
is '  which is asked for once' 1 sh -c 'grep "&norange " box/heard | grep -c "bytes=[0-9]*- "'
mended 'all are of others' 'lie=7'
is '  and what is left comes as the whole' '-' sh -c 'grep "&lie=7 " box/heard | tail -n 1 | cut -d " " -f 2'
mended 'the last is cut off' 'reset=4999999:1&from=3145728'

# fails WHAT WORDS CODE MESSAGE [OPTION...] - and nothing else goes on as it
fails() {
	what=$1 words=$2 code=$3 msg=$4
	shift 4
	{ listed "$rated&$words" && echo "$at/n/7"; } >in
	exits "$what" "$code" fetch "$@" <in
	cp err said
	ct-hash -q <frames >o 2>/dev/null
	is '  says why' "input 1: ${msg}" sed -n '1s/ct-fetch: //p' said
	is '  it has no hashes, and the next one is whole' '0
7' jq '.file.size // 0' o
}
b="bucket 'of5000000' answers with status"
fails 'the third range fails' "status=500&$third" 75 "$b 500" --retries 1
fails 'it is forbidden' "status=403&$third" 77 "$b 403"
fails 'it is not there' "status=410&$third" 66 "$b 410"
fails 'it stalls on' "stall=2500000&$third" 75 'the server stalls' --stall 2 --retries 0
fails 'it takes too long' "drip=2500000&$third" 75 'it takes too long' --max-time 3
fails 'the object is another by then' 'change=2' 75 'it changed since it was listed'
fails '  of which the server says nothing but its name' 'change=2&blind' 75 'it changed since it was listed'
fails 'it is too large' x 65 'it is over 4999999 bytes' --max-bytes 4999999

# ---- a URL -----------------------------------------------------------------------------
slow="ranges&stall=1500000:1"
exits 'a URL whose server knows of ranges' 0 fetch --stall 0.5 "$at/n/5000000?$slow"
is '  comes whole' "$whole" sum <frames
ok '  by several, of the version that it named' \
    sh -c "grep -F '$slow' box/heard | grep -q 'bytes=[1-9][0-9]*-[0-9]* .tag5000000.\$'"
for words in ranges\&noetag ranges\&weak stall=9999999; do
	exits "  but not with $words" 0 fetch "$at/n/5000000?$words"
	is '    which is one stream' '- -' heard "$words"
done
jump="$at/n/5?to=%2Fn%2F5000000%3Fjump%26ranges%26stall=1500000:1"
exits 'one that leads elsewhere' 0 fetch --stall 0.5 "$jump"
is '  is gone on with there' 1 sh -c 'grep -c "?to=" box/heard'
ok '  in parts' sh -c "grep 'jump' box/heard | grep -q 'bytes=[1-9][0-9]*-[0-9]* '"
# of several, while the first says nothing: its words, and those of the second
pair() {
	exits "$1" 0 ct-fetch -q --retry-wait 0 --memory 4M -j 4 --stall "${stall-1.5}" \
	    "$at/n/5000000?ranges&stall=1500000:1&$2" "$at/n/5000000?ranges&rate=4&$2"
	cp got frames
	is '  both come whole' "$whole
$whole" sum <frames
}
stall=5
pair 'the next is not waited with' beside
unset stall
# its ranges, until the first is asked for once more
ok '  it comes in parts before the first goes on' sh -c "
    sed -n '/stall=1500000:1&beside bytes=1500000-/q; /rate=4&beside bytes=/p' box/heard |
    grep -q 'bytes=[1-9][0-9]*-[0-9][0-9]* .tag5000000.\$'"
pair '  a part of it is cut off' 'reset=3000000:2'
pair '  is shorter than was asked for' 'short=10:2'
pair '  is of others' 'lie=1:2'
pair '  comes as the whole' 'norange=0:2'
# what it has stays, and waits for its turn, while the whole comes once more
exits '  always does' 0 ct-fetch -q --retry-wait 0 --memory 16M -j 8 --stall 2 \
    "$at/n/9000000?ranges&stall=1500000:1&whole" "$at/n/9000000?ranges&rate=8&norange&whole"
cp got frames
is '  both come whole' "$nine
$nine" sum <frames
fetch --stall 1.5 "$at/n/5000000?ranges&stall=1500000:1&then" \
    "$at/n/5000000?ranges&rate=4&change=1&then" 2>err
is '  is of another by then: it is fetched anew' "$whole
$other" sum <frames
# what has gone out cannot be taken back, what has not is fetched anew
fetch --stall 0.5 "$at/n/5000000?ranges&stall=1500000:1&change=1" 2>err
is 'one that is another by then is never half of each' '' \
    sh -c "ct-hash -q <frames 2>err | jq -r '.hashes.md5 // empty' | grep -v $other"

# ---- memory, and the end ------------------------------------------------------------------
if [ -z "${CT_SANITIZED:-}" ]; then
	{ listed 'stall=100:1&from=0' 9000000 && for i in $(seq 12); do listed "$i" 9000000; done; } >in
	ct-fetch -q -j 8 --memory 8M --stall 1.5 --retry-wait 0 <in >o 2>err &
	run=$!
	most_held $run
	ok "of 13 objects of 9 MB no more is held than may be, $most kB" test "$most" -lt 40000
	ok '  which is something' test "$most" -gt 0
	wait $run
	is '  and all comes' "$nine" sh -c 'ct-hash -q <o | jq -r .hashes.md5 | uniq'
fi
listed "$rated&drip=2500000:1&$third" >in
ct-fetch -q --retry-wait 0 --stall 2 --memory 4M -j 4 <in >o 2>err &
run=$!
ok 'a range that takes long is begun' eventually grep -q 'drip=2500000:1.*bytes=2097152' box/heard
kill $run
wait $run
is 'a signal: a range that is cut off then is not tried again' '75 0' \
    sh -c "echo $? \$(ct-hash -q <o 2>err | jq '.file.size // 0')"
listed x >in
{ ct-fetch -q --memory 4M -j 4 <in; echo $? >rc; } | :
is 'a reader that went away' 141 cat rc
exits 'a disk that is full' 74 sh -c 'ct-fetch -q --memory 4M -j 4 <in >/dev/full'
done_testing
