#!/bin/sh
# ct-match: many records, on any number of threads; the index while in use
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

export CT_CLOCK=2026-11-22T10:00:00Z
# so many hashes, the same each time
hashes() {
	awk -v n="$1" -v seed="$2" 'BEGIN {
		srand(seed)
		for (; n; n--) {
			for (i = h = ""; length(h) < 64;)
				h = h sprintf("%04x", int(rand() * 65536))
			print h
		}
	}'
}
hashes 3000 1 >known
hashes 3000 2 >other
i=0
while read -r hex; do
	echo "{\"type\":\"pdq\",\"hash\":\"$hex\",\"entry\":\"$((i += 1))\"}"
done <known >list
{ head -n 1500 known; head -n 1500 other; } | sort >asked

# regular lines and others: nested deeper, escapes, blanks, errors, no records
awk '{
	id = "x" NR
	if (NR % 7 == 0) id = "a\\\"b\\u00e9" NR
	more = ""
	if (NR % 11 == 0) more = ",\"user\":{\"id\":\"u\",\"deep\":{\"er\":[1,{\"x\":null}]}}"
	if (NR % 97 == 0) { print "{\"torn"; next }
	if (NR % 101 == 0) { print "{\"id\":\"e\",\"error\":{\"tool\":\"ct-hash\",\"code\":66,\"msg\":\"m\"}}"; next }
	if (NR % 103 == 0) { print "{\"id\":\"bad\",\"hashes\":{\"pdq\":\"xyz\"}}"; next }
	if (NR % 53 == 0) print ""
	printf "{\"id\":\"%s\",\"file\":{\"mime\":\"image/jpeg\",\"decode\":\"ok\"},\"hashes\":{\"pdq\":\"%s\",\"pdq_quality\":%d}%s}\n", id, $1, 40 + NR % 60, more
}' asked >in
ct-match build -o list.ctx list
ct-match -a -j 1 -l list.ctx <in >out.1 2>err.1
rc=$?
is 'its exit status is the worst of any record' 66 echo $rc
ok 'what is known is found' test "$(grep -c '"verdict":"match"' out.1)" -gt 1000
is 'each by its own entry' 0 sh -c 'jq -r "select(.match.total == 1) | select(.match.hits[0].distance != 0) | .id" out.1 2>/dev/null | wc -l'
for j in 2 3 8; do
	ct-match -a -j $j -l list.ctx <in >out.j 2>err.j
	ok "$j threads: the same output" cmp out.1 out.j
	ok "$j threads: the same messages" cmp err.1 err.j
done

# what came in is there, once, in order, but for what was not clean
jq -c 'del(.match)' out.1 >back 2>/dev/null
grep -v '^$' in | jq -Rc 'fromjson? // {}' >sent
is 'every record that was one comes out in order' 0 sh -c \
    'jq -c "select(.error|not)" back >1; jq -c "select(.hashes.pdq != \"xyz\" and .id and (.error|not))" sent >2; cmp 1 2; echo $?'
is 'and every line has an outcome' "$(grep -vc '^$' in)" sh -c 'wc -l <out.1'
rm -f lines
CT_SUMMARY=lines ct-match -qa -l list.ctx <in >/dev/null 2>&1
CT_SUMMARY=lines ct-match -q -l list.ctx </dev/null
json 'as a line of JSON for each run, quiet or not' '[.program, .in, .in - .out, .in - (.outcomes | add // 0)]' \
    "$(grep -vc '^$' in | sed 's/.*/["ct-match",&,0,0]/')
[\"ct-match\",0,0,0]" lines
is 'the summary adds up' "$(grep -vc '^$' in)" sh -c 'sed -n "\$s/.*: \([0-9]*\) in = .*/\1/p" err.1'

# an answer comes at once, though more may follow
mkfifo pipe
for j in 1 4; do
	ct-match -qa -j $j -l list.ctx <pipe >slow 2>slow.err &
	pids=$!
	exec 5>pipe
	head -n 1 in >&5
	tries=0
	until [ -s slow ] || [ $tries -eq 1000 ]; do
		tries=$((tries + 1))
		sleep 0.05
	done
	ok "$j threads: the first record is out before the second is in" test -s slow
	# the index is replaced while it is asked: the old one stays whole
	hashes 2000 3 | sed 's/^/pdq /' >new
	ct-match build -o list.ctx new
	tail -n +2 in >&5
	exec 5>&-
	wait $pids
	pids=
	sed 's/,"match":.*//' slow >slow.1
	sed 's/,"match":.*//' out.1 >slow.2
	ok "$j threads: nothing is lost when the index is replaced" cmp slow.1 slow.2
	ok "$j threads: and it answers by the one it began with" cmp slow out.1
	ct-match build -o list.ctx list
done

# without a reader it ends as others do
(ct-match -qa -j 4 -l list.ctx <in 2>pipe.err; echo $? >status) 2>/dev/null | head -c 100 >/dev/null
ok 'without a reader: SIGPIPE, or what was bad' grep -qE '^(141|66)$' status
ct-match -qa -j 4 -l list.ctx <in >/dev/full 2>err.full
is 'a full disk: 74' 74 echo $?
ok 'it is said' grep -q 'cannot write' err.full

# ---- no memory: a record does not go on without what was to be put into it
[ -z "${CT_SANITIZED-}" ] || done_testing # LD_PRELOAD and ASan do not mix
{
	echo '{"type":"md5","hash":"0123456789abcdef0123456789abcdef","entry":"1","classification":"A1"}'
	head -n 1 list
} >few
jq -cn --arg pdq "$(head -n 1 known)" '{id: "a", user: {id: "u"}, file: {decode: "ok"},
    hashes: {md5: "0123456789abcdef0123456789abcdef", pdq: $pdq, pdq_quality: 90}}' >one
ct-match -qa -l few <one >want.memory
points=0 odd=''
while :; do
	rm -f did
	points=$((points + 1))
	CT_FAULT=malloc:$points:ENOMEM CT_FAULT_DID=did LD_PRELOAD=$t/fault.so \
	    ct-match -qa -l few <one >got.memory 2>err.memory
	status=$?
	[ -e did ] || break
	case $status in
	0) cmp -s want.memory got.memory || odd="$odd $points" ;;
	71) grep -q 'out of memory' err.memory || odd="$odd $points:silent" ;;
	*) odd="$odd $points:$status" ;;
	esac
done
is "no memory, at $points places: all of it, or 71" '' printf %s "$odd"
ok '  there were some' test "$points" -gt 20
done_testing
