#!/bin/sh
# lines that nobody should send: each has one outcome in every program that
# reads records, and the lines around it are done as if it were not there
# shellcheck source=t/lib.sh disable=SC2016,SC2119,SC2120,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/submit.sh
. "$t/submit.sh"

sandbox
conf </dev/null
mkpix --seed 7 good.jpg || exit 1
printf 'md5 %032d\n' 1 >known
printf '{"id":"good","path":"good.jpg"}\n' >good
bytes a b c

# what ct-match writes of a record tells how old the list is
export CT_CLOCK=2026-11-22T10:00:00Z

# filter PROGRAM - in through it: records to o, messages to err
filter() {
	case $1 in
	ct-match) timeout 1200 ct-match -a -l known ;;
	ct-review) timeout 1200 ct-review add ;;
	*) timeout 1200 "$1" ;;
	esac <in >o 2>err
}

# between PROGRAM STATUS... - the line in file odd between two good ones: one
# of these statuses, a record each, the good ones as without it
between() {
	program=$1
	shift
	cat good odd good >in
	filter "$program"
	status=$?
	case " $* " in
	*" $status "*) ;;
	*) echo "exit $status"; return 1 ;;
	esac
	sed -n 1p o >o.1 && sed -n 3p o | cmp o.1 - && test "$(grep -c . o)" -eq 3
}

# passes WHAT - odd is a record: it goes through, its bytes first
passes() {
	for program in ct-hash ct-match; do
		ok "$1: $program passes it" between $program 0
		tr -d '\r\n' <odd | sed 's/}[ ]*$//' >o.head
		ok '  byte for byte' sh -c 'sed -n 2p o | head -c $(($(wc -c <o.head))) | cmp o.head -'
	done
}
# fails WHAT - odd is no record: it becomes an error, of a code that says so;
# what does not begin with { is a name for ct-hash
fails() {
	for program in ct-hash ct-match; do
		ok "$1: $program makes it an error" between $program 65 66
		ok '  and nothing else' sh -c 'sed -n 2p o | jq -es "length == 1 and (.[0] | .error.code >= 65 and (has(\"match\") or has(\"hashes\") | not))"'
		ok '  of which the message tells nothing' sh -c '! grep -q secret err'
	done
	[ "$(wc -c <odd)" -gt 9999 ] || cat odd good >>broken
}
# line FORMAT - odd is this, with an end
line() {
	# shellcheck disable=SC2059
	printf "$1\\n" >odd
}
rec='{"id":"x","path":"good.jpg",'

# ---- J1 nothing
printf '\n  \n\t\n{"id":"good"}\n\n' >in
exits 'J1 empty lines are nothing' 0 ct-match -a -l known <in
ok '  and not counted' grep -q ': 1 in = 1 out + 0 dropped' err
printf '\n\n{"id":"good","path":"good.jpg"}\n\n' >in
exits 'J1 nor for ct-hash' 0 ct-hash <in
ok '  and not counted' grep -q ': 1 in = 1 out + 0 dropped' err

# ---- J2 fields that are not there, or of another type
for type in 5 '[]' '{}' null true '""'; do
	line "{\"id\":\"x\",\"path\":$type}"
	ok "J2 path $type: ct-hash" between ct-hash 65 66
	line "{\"id\":\"x\",\"path_b64\":$type}"
	ok "J2 path_b64 $type: ct-hash" between ct-hash 65
	ok '  it is named' grep -q path_b64 err
	[ "$type" = '{}' ] && continue
	line "{\"id\":\"x\",\"hashes\":$type}"
	ok "J2 hashes $type: ct-match" between ct-match 65
	ok '  it is named' grep -q 'hashes' err
done
line '{}'
ok 'J2 {} has no path' between ct-hash 65
ok '  it is said' grep -q 'no path' err
ok 'J2 {} has nothing to match: undecided' between ct-match 0
json '  never clean' 'select(has("id")|not).match.verdict' '"undecided"' o

# ---- what parses, and what does not
line '{"id":"x","id":"y","path":"good.jpg"}'
fails 'J3 a name twice'
line "$rec"'"secret":{"sha256":"a","sha256":"b"}}'
fails 'J3 deeper down'
for name in line-1m-1 line-1m line-85000-keys line-key-64k line-deep-64; do
	hostile $name | sed 's/^{/{"path":"good.jpg",/' >odd
	case $name in line-1m*) hostile $name >odd ;; esac
	case $name in
	line-1m*) ok "J4 $name: ct-match reads it, and it can grow no more" between ct-match 65 ;;
	*) passes "J9 J10 J17 $name" ;;
	esac
done
for name in line-1m+1 line-100m line-deep-65 line-deep-2049 line-deep-100000 line-1000000-keys; do
	hostile $name >odd
	fails "J4 J9 J10 $name"
done
printf '{"id":"x","path":"good.jpg","secret":"\0"}\n' >odd
fails 'J6 a NUL'
line "$rec"'"secret":"\\u0000"}'
fails 'J6 a NUL written out'
for bytes in '\377' '\300\257' '\355\240\200' '\364\220\200\200' '\200' '\342\202'; do
	line "$rec\"secret\":\"$bytes\"}"
	fails "J7 $bytes is no UTF-8"
done
line "$rec"'"secret":"\\ud800"}'
fails 'J7 half of a surrogate pair'
line "$rec"'"secret":"\\udc00\\ud800"}'
fails 'J7 the wrong way round'
line '\357\273\277'"$rec"'"secret":1}'
fails 'J8 a byte order mark'
line "$rec"'"n":1}\r{"secret":1}'
fails 'J8 CR alone ends no line'
line "$rec"'"n":1}\r'
passes 'J8 CR LF'
line "$rec"'"u":"\342\200\250\342\200\251"}'
passes 'J8 U+2028'
for num in 9007199254740993 -0 9223372036854775807 1.10 1e3 0.1; do
	line "$rec\"n\":$num}"
	passes "J11 $num"
done
for num in 9223372036854775808 1e400 NaN Infinity 0x10 01 1. .5 +1; do
	line "$rec\"secret\":$num}"
	fails "J11 $num"
done
line "$rec"'"n":"9223372036854775808"}'
passes 'J11 in a string it stays'
for l in '{}{}' '{} secret' '[{}]' 1 '"secret"' 'null' '{' '}' '{"secret":1,}' "{'secret':1}"; do
	line "$l"
	fails "J12 $l"
done
line "$rec"'"t":"\\u001b[2J\\u007f\\u009b"}'
passes 'J13 controls written out'
line "$rec"'"t":"\177\302\233"}'
passes 'J13 raw DEL and C1'
if script -qc true /dev/null >/dev/null 2>&1; then
	script -qc 'ct-match -aq -l known <odd' /dev/null </dev/null | tr -d '\r' >o
	json 'J13 but a terminal gets neither' '.t' "$(jq .t odd)" o
	ok '  they are written out' grep -q '"t":"\\u007f\\u009b"' o
fi
line "$rec"'"secret":"\033[2J"}'
fails 'J13 a raw ESC'
line "$rec"'"__proto__":{"id":"y"},"":1,"constructor":null}'
passes 'J17 names that mean something elsewhere'
json '  mean nothing here' '.id' '"good"
"x"
"good"' o

# ---- J14 a hash is 64 digits
pdq=0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0fab
hashes() {
	line "{\"id\":\"x\",\"file\":{\"mime\":\"image/jpeg\",\"decode\":\"ok\"},\"hashes\":{\"pdq\":\"$1\",\"pdq_quality\":90}}"
}
echo "pdq $pdq" >known
for hash in $pdq "$(echo $pdq | tr a-f A-F)"; do
	hashes "$hash"
	ok "J14 $hash" between ct-match 0
	json '  matches' 'select(.id == "x").match.verdict' '"match"' o
done
for hash in "${pdq%?}" "${pdq}0" "0x${pdq}" "0x${pdq%??}" "${pdq%?}g" "${pdq%?} " ''; do
	hashes "$hash"
	ok "J14 '$hash'" between ct-match 65
	ok '  it is named' grep -q hashes.pdq err
done

# ---- J15 how it is written makes no difference
cat good good good >in
filter ct-match
mv o want.rec
dribble() { dd bs="$1" status=none <in; }
ok 'J15 a write for each byte' sh -c 'dd bs=1 status=none <in | ct-match -a -l known | cmp want.rec'
ok 'J15 a write for each 7' sh -c 'dd bs=7 status=none <in | ct-match -a -l known | cmp want.rec'
ok 'J15 a pause within a line' sh -c '{ head -c 40 in; sleep 0.3; tail -c +41 in; } | ct-match -a -l known | cmp want.rec'
filter ct-hash
mv o want.rec
ok 'J15 the same of ct-hash' sh -c 'dd bs=1 status=none <in | ct-hash | cmp want.rec'
ok 'J15 with a pause' sh -c '{ head -c 40 in; sleep 0.3; tail -c +41 in; } | ct-hash | cmp want.rec'

# ---- the end is missing
printf '{"id":"good"}\n{"id":"x"}' >in
exits 'J5 a last line without newline is done' 0 ct-match -aq -l known <in
ok '  and said' grep -q 'line 2: no newline' err
json '  both' .id '"good"
"x"' got
printf '{"id":"good"}\n{"id":"x\303' >in
exits 'J16 an end within a character' 65 ct-match -aq -l known <in
json '  is an error' '[.id,.error.code]' '["good",null]
[null,65]' got
exits 'J16 for ct-hash too' 65 ct-hash -q <in

unset CT_CLOCK

# ---- what is promised is done only of lines that are whole
report 1 a >one
report 2 b >two
report 3 c >three
line '{"id":"x","secret":"\377"}'
cat one odd two >in
exits 'a broken line among reports' 65 submit <in
json '  both are filed' '[.submission.state, .error.code]' '["finished",null]
[null,65]
["finished",null]' got
is '  and no more' 2 filed
hostile line-100m >odd
cat one odd two >in
exits 'J4 a long one' 65 submit <in
is '  nothing is filed twice' 2 filed
head -c -1 three >in
exits 'J5 a last report without newline is not filed' 65 submit <in
json '  it is an error' '[.error.code, has("submission")]' '[65,false]' got
is '  really' 2 filed
head -c -100 three >in
exits 'J5 nor one cut in the middle' 65 submit <in
is '  really' 2 filed
jq -c '.report.env = "production"' three >in
exits 'J18 a production report in the test environment' 77 submit <in
is '  is not filed' 2 filed
cp three in
ok 'J15 a report written byte by byte' sh -c 'dd bs=1 status=none <three | ct-submit -q --retry-wait 1 >o'
json '  is filed' .submission.state '"finished"' o
is '  once' 3 filed

# ---- ct-report: what can be reported is, whatever lies between
jq -nc '{id: "up/1.jpg", path: "/srv/up/1.jpg", user: {id: "u1"},
    object: {modified: "2026-03-04T05:06:07Z"},
    file: {size: 3, mime: "image/jpeg", decode: "ok"},
    hashes: {md5: ("1" * 32), sha1: ("1" * 40), sha256: ("1" * 64)},
    review: {verdict: "csam", class: "A1", by: "r7", at: "2026-03-05T00:00:00Z",
      batch: ("1" * 32), items: 1}}' >item
ct-report -q <item >want.rec
ok 'a report is made' jq -e .report.xml want.rec
for l in '{"id":"x","id":"y"}' '[{}]' '{"id":"\377"}' \
    '{"user":5,"review":{"verdict":"csam"}}' '{"hashes":5,"review":{"verdict":"csam"}}' \
    '{"user":{"id":7},"review":{"verdict":"csam"}}'; do
	line "$l"
	cat odd item odd >in
	exits "$l around an item: 65" 65 ct-report -q <in
	cp got o
	grep -v '"error"' o >o.good
	ok '  its report is the same' cmp want.rec o.good
	is '  and each has a record' 3 grep -c . o
done

# ---- all that is broken, in one run of the others
ct-preserve keygen -o vault 2>/dev/null
all=$(wc -l <broken)
for program in 'ct-review add' 'ct-preserve seal' ct-submit ct-report; do
	# to ct-submit, what is no report is one more error
	case $program in ct-submit) errors=$all ;; *) errors=$((all / 2)) ;; esac
	# shellcheck disable=SC2086 # a program and its verb
	exits "$program: all of it" 65 timeout 1200 $program <broken
	cp got o
	is '  an error for each' "$errors" grep -c '"code":65,' o
	ok '  of which the messages tell nothing' sh -c '! grep -q secret err'
done
done_testing
