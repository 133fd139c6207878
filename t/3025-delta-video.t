#!/bin/sh
# videos among what changed: beside the index (known.delta), and as news for a
# rescan (sync --delta), where they are named by digest
# shellcheck source=t/lib.sh disable=SC2016,SC2094,SC2317
. "${0%/*}/lib.sh"
. "$t/frames.sh"

export CT_CONF=conf
lists=$CT_HOME/lists
sync() { ct-syncdb -q sync "$@"; }
fill() { awk 'BEGIN { for (i = 0; i < 4400; i++) printf "md5 %032x e%d\n", i + 65536, i }'; }
hit='.id + " " + ([.match.hits[]? | .entry + ":" + .type] | sort | join(","))'
look() { # RECORDS
	ct-match -aq <"$1" | jq -r "$hit"
}

for i in 1 2 3 4 5 6 7 8 9; do
	frames $i $((3 + i)) >v$i
	mktmk $i >t$i.tmk
done
mktmk 1 2 40 >near.tmk
for i in 1 2 3 4 5; do rec v$i ",\"tmk\":\"$tmp/t$i.tmk\"" <v$i; done >films
picture() { # ID LINES - its first frame as a picture
	printf '{"id":"%s","file":{"mime":"image/jpeg","decode":"ok"},"hashes":{"pdq":"%s","pdq_quality":100}}\n' \
	    "$1" "$(head -n 1 "$2" | cut -d, -f3)"
}

# ---- videos come and go beside the index
printf '[source own]\ntype = file\npath = list\n' >conf
list() { { fill; printf '%s\n' "$@"; } >list; }
list 'vpdq v1 a' 'tmk t1.tmk a' 'vpdq v2 b'
sync
cp "$lists/known.ctx" first
list 'vpdq v1 a' 'vpdq v3 c' 'tmk t3.tmk c' 'tmk t4.tmk d'
is 'two go, three come' '' sync --delta news
ok 'the index stays' cmp first "$lists/known.ctx"
ok '  what changed is beside it' test -s "$lists/known.delta"
is '  and found, and what went is not' 'v1 a:vpdq
v2 
v3 c:tmk,c:vpdq
v4 d:tmk
v5 ' look films
ct-match -aq <films >out
is '  with its scores' '["v3","c",100,100,null] ["v3","c",null,null,1] ["v4","d",null,null,1]' sh -c \
    'jq -c ".id as \$i | .match.hits[] | select(.entry != \"a\") | [\$i, .entry, .query_percent, .compared_percent, .level1]" out | sort | paste -sd" "'
is '  what is none of them is as clean as it was' '"clean"' sh -c 'sed -n 5p out | jq -c .match.verdict'
for i in 1 2 3; do picture p$i v$i; done >pictures
is '  a picture of them, too' 'p1 a:vpdq
p2 
p3 c:vpdq' look pictures
{ cat v3 && frames 77 40; } | rec long >long
is '  and a clip in something longer' 'long c:vpdq' look long
rm -f "$(find "$lists/own/large" -name "$(sha256sum <v1 | cut -c1-64)")"
ok '  a fingerprint that the index has need not be there' sh -c 'ct-match -q <films | grep -q "\"a\""'
cp v5 v1 && sync 2>said
is 'other frames under the same name' 'v1 
v2 
v3 c:tmk,c:vpdq
v4 d:tmk
v5 a:vpdq' look films

# ---- what beside an index says is what one index would
frames 1 4 >v1
add() { # SEED: lines of videos, of one entry several, and the same of several
	awk -v s="$1" 'BEGIN {
		srand(s)
		for (i = 0; i < 14; i++) {
			n = 1 + int(rand() * 9)
			type = rand() < .4 ? "tmk" : "vpdq"
			printf "{\"type\":\"%s\",\"hash\":\"%s\",\"member\":\"m%d\",\"entry\":\"e%d\",\"content\":\"video\",\"opinion\":\"%s\"}\n", \
			    type, type == "tmk" ? "t" n ".tmk" : "v" n, i % 2, i / 2, rand() < .2 ? "disputed" : "positive"
		}
	}'
}
cat >conf <<'E2'
[source a]
type = file
path = la
[source b]
type = file
path = lb
vpdq_query = 40
tmk_level2 = 0.6
[source fine]
type = file
path = lf
action = allow
E2
lists_of() { { fill; add "$1"; } >la; add "1$1" >lb; add "2$1" | head -n 3 >lf; }
{
	cat films pictures long
	rec part <v9 | jq -c '.hashes.vpdq |= .[:3]'
	{ head -n 3 v8 && frames 5 4 && sed -n 2,4p v7; } | rec mix
	printf '{"id":"near","file":{"mime":"video/mp4","decode":"ok"},"hashes":{"tmk":"%s"}}\n' "$tmp/near.tmk"
} >probes
all() { # FILE
	ct-match -aq --max-hits 300 <probes | sed 's/"db":{[^}]*}//' >"$1"
}
rm -rf "$CT_HOME"
lists_of 1
sync
wrong='' deltas=0
for seed in 2 3 4 5; do
	lists_of $seed
	sync || wrong="$wrong $seed:sync"
	[ ! -e "$lists/known.delta" ] || deltas=$((deltas + 1))
	all pair
	mv "$lists" "$lists.pair"
	cp -r "$lists.pair" "$lists"
	rm -f "$lists/known.ctx" "$lists/known.delta"
	sync
	all whole
	cmp -s pair whole || wrong="$wrong $seed"
	rm -r "$lists" && mv "$lists.pair" "$lists"
done
is "$deltas deltas say what one index would" '' printf %s "$wrong"
ok '  there were some, with hits of all kinds in them' sh -c \
    "[ $deltas -eq 4 ] && grep -q '\"type\":\"vpdq\"' pair && grep -q '\"type\":\"tmk\"' pair && grep -q allowed pair"

# ---- news for a rescan
printf '[source own]\ntype = file\npath = list\n' >conf
rm -rf "$CT_HOME"
list 'vpdq v1 a'
sync
new='md5 00000000000000000000000000000009 m'
list 'vpdq v1 a' 'vpdq v3 c' 'tmk t4.tmk d' "$new"
sync --delta news
is 'news names a video by digest' "$(sha256sum <v3 | cut -c1-64)" jq -r 'select(.type == "vpdq").hash' news
echo '{"id":"m","hashes":{"md5":"00000000000000000000000000000009"}}' | cat films - >library
rescan() { # WHAT STATUS OPTION... - what is found goes to out
	what=$1 status=$2
	shift 2
	exits "$what" "$status" ct-match -q "$@" <library
	cp got out && cp err said
}
finds() { is "$1" "$2" jq -r "$hit" out; }
rescan 'a rescan for it' 0 --delta news
finds '  finds what is new, and nothing else' 'v3 c:vpdq
v4 d:tmk
m m:md5'
picture p v3 | jq -c '.object = {bytes: 1, etag: "e"} | .match = {verdict: "clean", db: {generation: 1}}' |
    ct-seen put -q --store st >/dev/null
exits '  ct-seen match does, too' 0 ct-seen match -q --store st --delta news
cp got out
finds '    a picture of the video' 'p c:vpdq'
was=$CT_HOME
export CT_HOME=nowhere
rescan '  by the lists of another state directory' 0 -d "$was" --delta news
is '    too' 3 sh -c 'wc -l <out'
export CT_HOME="$was"
cp conf plain
ct-syncdb keygen -o lists && printf '[lists]\nkey = %s/lists.key\n' "$tmp" >>conf
is 'the lists encrypted' '' sync
rescan '  it finds the same' 0 --delta news
is '    by the key' 3 sh -c 'wc -l <out'
rescan '  without it not, and says so' 65 -c plain --delta news
list "$new"
sync && sync
rescan 'what was withdrawn since is told of' 65 --delta news
ok '  as left out' grep -q "'news': 2 videos left out: the lists in '.*' do not have their fingerprints, or not by this key" said
finds '  the rest is found' 'm m:md5'
sed 's,"source":"own","source":"../lists/own",' news >odd
rescan 'a source that is a way elsewhere has none' 65 --delta odd
exits 'an index is not built of news' 65 ct-match build -o x.ctx news
rescan '  nor is news a list' 65 -l news
done_testing
