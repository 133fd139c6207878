#!/bin/sh
# what changed stands beside the index: ct-match finds what an index made anew
# would find, also while it is written; diff, and sync --delta for a rescan
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

export CT_CONF=conf
lists=$CT_HOME/lists
many() { # FROM TO
	awk -v a="$1" -v b="$2" 'BEGIN { for (i = a; i < b; i++) printf "md5 %032x e%d\n", i + 65536, i }'
}
md5() { printf '%032x' $(($1 + 65536)); }
sync() { ct-syncdb -q sync "$@"; }
rec() { printf '{"id":"%s","file":{"decode":"ok"},"hashes":{"md5":"%s"}}\n' "$1" "$(md5 "$1")"; }
ids() { jq -r 'select(.match.verdict == "match").id' | paste -sd' '; }
base() { sha256sum <"$lists/known.ctx"; }
generation() { echo '{"id":"x"}' | ct-match -q | jq .match.db.generation; }

# ---- a delta
printf '[source own]\ntype = file\npath = list\n' >conf
many 0 5000 >list
is 'a large list' '' sync --delta news
is 'all of it is news' 5000 jq -n '[inputs | select(.op == "add")] | length' news
is 'for nobody else to read' 600 stat -c %a news
cp "$lists/known.ctx" first
for i in 0 1 4999 5000 5001; do rec $i; done >in
ct-match -aq <in >out
is 'matches' '0 1 4999' ids <out
{ many 1 4999; many 5000 5002; } >list
is 'two go, two come' '' sync --delta news
ok 'the index stays' cmp first "$lists/known.ctx"
is 'its delta is small' 1 sh -c "[ \$(stat -c %s $lists/known.delta) -lt 9000 ] && echo 1"
is 'and as readable' 640 stat -c %a "$lists/known.delta"
ct-match -aq <in >out
is 'what came matches, what went does not' '1 5000 5001' ids <out
is 'one generation more' 2 jq -n 'first(inputs).match.db.generation' out
is 'it is told: what and why' \
    '["add","e5000",null] ["add","e5001",null] ["del","e0","deleted"] ["del","e4999","deleted"]' \
    sh -c "jq -c '[.op,.entry,.why]' news | sort | paste -sd' '"
is 'by its hash' "$(md5 0)" jq -r 'select(.entry == "e0").hash' news
ct-syncdb diff --since 1 | sort >changes
ok 'diff says the same' sh -c 'sort news | cmp - changes'
is 'nothing is newer than the index' '' ct-syncdb diff
is 'nor than its generation' '' ct-syncdb diff --since 2
exits 'there is no later one' 64 ct-syncdb diff --since 3
sync --delta news
ok 'no news: an empty file' test -f news -a ! -s news
is 'the same generation' 2 generation
exits 'check' 0 ct-syncdb check
is 'of both' 2 sh -c "ct-syncdb check | jq 'select(.index).generation'"
CT_CLOCK=$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)
export CT_CLOCK
sync
echo '{"id":"x"}' | ct-match -q >out
is 'a run without news makes both young' '[2,0]' jq -c '.match.db | [.generation,.age_s]' out
unset CT_CLOCK

# ---- nothing is news: only the time is written, however large the index
rm -rf "$CT_HOME"
many 0 5000 >list
sync
before=$(base)
export CT_CLOCK=2037-01-01T00:00:00Z
sync
is 'the index is not written again' "$before" base
echo '{"id":"x"}' | ct-match -q >out
is 'but its age' '[1,0]' jq -c '.match.db | [.generation,.age_s]' out
unset CT_CLOCK

# ---- merged
many 0 5000 | sed 1,300d >list
sync
is 'up to a sixteenth' "$before" base
many 0 5000 | sed 1,400d >list
sync
ok 'more: all anew' test "$(base)" != "$before" -a ! -e "$lists/known.delta"
is 'above the delta' 3 generation
many 0 5000 | sed 1,401d >list
sync
before=$(base)
sed -i 's/^path.*/&\nthreshold = 9/' conf
sync
ok 'another policy: all anew' test "$(base)" != "$before" -a ! -e "$lists/known.delta"
is 'which is told' '' ct-syncdb diff

# ---- files that do not belong together
cp -r "$CT_HOME" kept
many 0 5000 | sed 1,402d >list
sync
cp "$lists/known.delta" older
many 0 5000 >list
sync
cp older "$lists/known.delta"
rec 7 | ct-match -aq >out
is 'the delta of an older index is ignored' match jq -r .match.verdict out
sync
ok 'and removed by the next run that makes one' sh -c "cmp -s older $lists/known.delta; [ \$? -ne 0 ]"
rm "$lists/known.delta"
g=$(jq .match.db.generation out)
many 0 4999 >list
sync
many 0 4998 >list
sync
cp kept/lists/known.ctx "$lists/known.ctx"
exits 'an older index under a newer delta: 65' 65 ct-match -aq <in
ok 'it is said what to do' grep -q 'is of another index than .*: run ct-syncdb sync' err
exits 'check says so, too' 65 ct-syncdb check
sync
rec 7 | ct-match -aq >out
is 'a run makes it whole' match jq -r .match.verdict out
ok 'with a new number' test "$(jq .match.db.generation out)" -gt "$g"
many 0 4990 >list
sync
rm "$lists/known.delta"
sync
rec 4995 | ct-match -aq >out
is 'a delta that is lost is made again' 0 jq -r .match.total out
many 0 4980 >list
sync
spoil "$lists/known.delta" 4200
exits 'a damaged one: 65' 65 ct-match -aq <in
sync 2>/dev/null
exits 'is made anew' 0 ct-syncdb check

# ---- a list that does not know the index
many 0 4996 >list
cp "$lists/own.db" own.db
sync
many 400 4996 >list
sync
cp own.db "$lists/own.db" && rm -f "$lists"/own.db-*
many 0 4996 | sed '/e5$/d' >list
sync
for i in 5 399 4995; do rec $i; done | ct-match -aq >out
is 'put back from a copy: all anew' '399 4995' ids <out
ok 'no delta' test ! -e "$lists/known.delta"
rm "$lists"/own.db*
many 10 4996 >list
sync
for i in 5 9 10; do rec $i; done | ct-match -aq >out
is 'made anew: all anew' '10' ids <out

# ---- as one index would
rm -rf "$CT_HOME"
cat >conf <<'E2'
[source a]
type = file
path = la
[source b]
type = file
path = lb
class = ncii
[source fine]
type = file
path = lf
action = allow
[source watch]
type = file
path = lw
action = shadow
E2
# made-up PDQ hashes near one another, in three members, under awkward names
list() { # SEED N FILLERS
	awk -v seed="$1" -v n="$2" -v many="$3" 'BEGIN {
		srand(seed)
		for (i = 0; i < many; i++)
			printf "md5 %032x f%d\n", i + 65536, i
		for (i = 0; i < n; i++) {
			h = "0f1e2d3c4b5a69780f1e2d3c4b5a69780f1e2d3c4b5a69780f1e2d3c4b5a"
			o = rand() < .2 ? "disputed" : rand() < .1 ? "negative" : \
			    rand() < .1 ? "seed" : "positive"
			printf "{\"type\":\"pdq\",\"hash\":\"%s%04x\",\"member\":\"m %d\\u00e9\",\"entry\":\"\\\"%d/\\\\\",\"content\":\"image\",\"opinion\":\"%s\",\"classification\":\"%s\"}\n", \
			    h, int(rand() * 65536), i % 3, i, o, rand() < .5 ? "A" : "B"
			printf "{\"type\":\"sha256\",\"hash\":\"%064x\",\"member\":\"m %d\\u00e9\",\"entry\":\"\\\"%d/\\\\\",\"content\":\"image\"}\n", \
			    i * 7 + int(rand() * 3), i % 3, i
		}
	}'
}
lists_of() { list "$1" 60 5000 >la; list "$1$1" 40 10 >lb; list "$1" 9 0 >lf; list "9$1" 9 0 >lw; }
{
	for i in 1 2 3 4; do
		h=0f1e2d3c4b5a69780f1e2d3c4b5a69780f1e2d3c4b5a69780f1e2d3c4b5a
		printf '{"id":"p%s","file":{"decode":"ok"},"hashes":{"pdq":"%s%04x","pdq_quality":%s}}\n' \
		    $i $h $((i * 9999)) $((i > 1 ? 100 : 0))
	done
	awk 'BEGIN { for (i = 0; i < 300; i++) {
		printf "{\"id\":\"s%d\",\"hashes\":{\"sha256\":\"%064x\"}}\n", i, i
		printf "{\"id\":\"m%d\",\"hashes\":{\"md5\":\"%032x\"}}\n", i, i * 20 + 65536 } }'
} >probes
h=0f1e2d3c4b5a69780f1e2d3c4b5a69780f1e2d3c4b5a69780f1e2d3c4b5a
for i in 1 2 3; do printf '%s%04x' $h $((i * 20000)); done |
    perl -ne 'print pack "H*", $_' >packed
look() { # FILE: all that ct-match says, but for the age
	ct-match -a -q -j1 --max-hits 300 <probes >raw
	ct-match -q --packed <packed >>raw
	grep -h '^{"id":"p' raw | ct-match histogram -q >"$1"
	sed 's/"db":{[^}]*}//' raw >>"$1"
}
lists_of 1
sync
wrong='' deltas=0
for seed in 2 3 4; do
	lists_of $seed
	sync || wrong="$wrong $seed:sync"
	[ ! -e "$lists/known.delta" ] || deltas=$((deltas + 1))
	look pair
	mv "$lists" "$lists.pair"
	cp -r "$lists.pair" "$lists"
	rm -f "$lists/known.ctx" "$lists/known.delta"
	sync
	[ ! -e "$lists/known.delta" ] || wrong="$wrong $seed:not-anew"
	look whole
	cmp -s pair whole || wrong="$wrong $seed"
	rm -r "$lists" && mv "$lists.pair" "$lists"
done
is "$deltas deltas say what one index would" '' printf %s "$wrong"
ok 'there were some, with hits in them' sh -c "[ $deltas -ge 2 ] && grep -q allowed pair && grep -q shadow pair"

# ---- a decision that rests on what is withdrawn
printf '[source own]\ntype = file\npath = list\n' >conf
rm -rf "$CT_HOME"
entry() { # ENTRY TYPE HASH OPINION
	printf '{"type":"%s","hash":"%s","member":"m","entry":"%s","content":"image","opinion":"%s"}\n' "$2" "$3" "$1" "$4"
}
{
	many 0 4400
	entry good md5 "$(md5 9001)" positive
	entry moot md5 "$(md5 9002)" positive
	entry gone md5 "$(md5 9003)" positive
} >list
sync
for i in 9001 9002 9003 9004 9005; do rec $i; done >in
ct-match -aq <in >records
{
	many 0 4400
	entry good md5 "$(md5 9001)" positive
	entry moot md5 "$(md5 9002)" negative
	entry new md5 "$(md5 9004)" positive
} >list
sync --delta news
is 'downvoted, deleted' '["del","gone","deleted"] ["del","moot","downvoted"]' \
    sh -c "jq -c 'select(.why) | [.op,.entry,.why]' news | sort | paste -sd' '"
jq -c 'del(.match)' records | ct-match -q --delta news >hits
is 'a rescan for what is new' '9004' ids <hits
undone() {
	jq -c --slurpfile news news '($news | map(select(.op == "del") |
	    {key: ([.source,.member,.entry,.content,.type] | tojson), value: .why}) | from_entries) as $why |
	    [.match.hits[] | $why[[.source,.member,.entry,.content,.type] | tojson] // empty] as $w |
	    select($w != []) | [.id, $w[]]' records
}
is 'old records that rest on what is withdrawn' '["9002","downvoted"]
["9003","deleted"]' undone
# what a list loses in part is told whole, so that the file is a list, too
{
	many 0 4400
	entry good md5 "$(md5 9001)" positive
	entry good sha1 "$(md5 9001)00000000" positive
	entry both md5 "$(md5 9006)" positive
	entry both md5 "$(md5 9007)" positive
} >list
sync
sed -i '/9007 *$/d; '"/$(md5 9007)/d" list
sync --delta news
is 'one hash of two goes' "$(md5 9007) del $(md5 9006) add" \
    sh -c "jq -r '[.hash,.op] | join(\" \")' news | paste -sd' '"
chmod 500 .
[ "$(id -u)" -eq 0 ] || exits 'where news cannot be written: 73' 73 sync --delta news
chmod 700 .
exits 'nor there' 73 sync --delta nowhere/news
is 'the index is as it was' 1 sh -c "ct-syncdb diff | wc -l | tr -d ' ' | sed 's/0/1/'"
exits 'a name that is none' 64 ct-syncdb diff --since x

# ---- readers, while sync runs: of 24 versions they see one after the other
rm -rf "$CT_HOME"
version() { # N: it has only its own hash, and sometimes much else is new
	many 0 $((4400 + $1 / 3 % 2 * 400))
	printf 'md5 %s v%s\n' "$(md5 $((10000 + $1)))" "$1"
}
version 0 >list
sync
for i in $(seq 0 24); do rec $((10000 + i)); done >in
reader() {
	while [ ! -e stop ]; do
		ct-match -q <in >"$1.one" 2>>"$1.err" || echo "status $?" >>"$1.err"
		cat "$1.one" >>"$1.all"
		echo '{"end":true}' >>"$1.all"
	done
}
reader r1 &
p1=$!
reader r2 &
p2=$!
pids="$p1 $p2"
for i in $(seq 24); do
	version "$i" >list
	sync || echo "sync $?" >>r1.err
	[ -e "$lists/known.delta" ] && echo delta || echo base
done >kinds
: >stop
wait $p1 $p2
pids=
ok 'readers are never refused' test ! -s r1.err -a ! -s r2.err
[ ! -s r1.err ] || sed 's/^/# /' r1.err
seen='
	reduce inputs as $r ({n: 0, last: -1, generation: 0, bad: 0, runs: 0};
	    if $r.end then
		(if .n == 1 then . else .bad += 1 end) | .n = 0 | .runs += 1
	    elif $r.match.verdict == "match" then .n += 1 |
		(if ($r.id | tonumber) >= .last and $r.match.db.generation >= .generation and
		    ($r.match.db.generation == (($r.id | tonumber) - 9999)) then .
		else .bad += 1 end) |
		.last = ($r.id | tonumber) | .generation = $r.match.db.generation
	    else . end) | .bad, .runs'
for r in r1 r2; do
	jq -n "$seen" $r.all >bad
	is "a reader sees one version each time, $(sed -n 2p bad) times" 0 head -1 bad
done
ok 'both kinds were written' sh -c 'grep -q delta kinds && grep -q base kinds'
done_testing
