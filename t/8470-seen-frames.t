#!/bin/sh
# the frames of videos in a store: when a list grows, match says of them what
# ct-match does, and nobody reads a video again; a bit that turned over, a store
# without frames, objects that are gone
# shellcheck source=t/lib.sh disable=SC2016,SC2317
. "${0%/*}/lib.sh"

printf '[source own]\ntype = file\npath = list\n' >conf
export CT_CONF=conf
dir=$CT_HOME/seen/s
# lines SEED N [QUALITY] - frames as the reference writes them, a second apart
lines() {
	awk -v seed="$1" -v n="$2" -v q="${3-100}" 'BEGIN {
		srand(seed)
		for (i = 0; i < n; i++) {
			h = ""
			for (k = 0; k < 16; k++)
				h = h sprintf("%04x", int(rand() * 65536))
			printf "%d,%s,%s,%d.000\n", i, q, h, i
		}
	}'
}
# rec ID [MEMBERS] <lines - an object with those frames
rec() {
	awk -F, -v id="$1" -v more="${2-,\"vpdq_method\":\"1/s\"}" '
	BEGIN { printf "{\"id\":\"s3://m/%s\",\"object\":{\"etag\":\"%s\"},\"file\":{\"size\":1,\"mime\":\"video/mp4\",\"decode\":\"ok\"},\"hashes\":{\"md5\":\"%032x\",\"vpdq\":[", id, id, 1 }
	{ printf "%s\"%s,%s,%s\"", (NR > 1 ? "," : ""), $3, $2, $4 }
	END { print "]" more "}}" }'
}
picture() { # ID HASH
	printf '{"id":"s3://m/%s","object":{"etag":"%s"},"file":{"size":1,"mime":"image/jpeg","decode":"ok"},"hashes":{"md5":"%032d","pdq":"%s","pdq_quality":100}}\n' "$1" "$1" 2 "$2"
}
hash() { sed -n "$2p" "$1" | cut -d, -f3; } # FILE LINE
match() { ct-seen match -q --store s "$@"; }
put() { ct-seen put -q --store "${store-s}" "$@"; }
ids() { jq -r 'select(.match).id[7:]' "$@" | sort | paste -sd' '; }
hits='[.match.hits[]|[.type,.distance,.at_ms,.query_percent,.compared_percent]]'

# videos of one to 60 frames, and pictures; three of them are in lists later
lines 900 300 >frames
lines 131 32 | sed 3,5d >film
lines 7 20 >other
{
	i=100
	while [ $i -lt 160 ]; do
		lines $i $((i - 99)) | rec v$i
		i=$((i + 1))
	done
	rec long <frames
	picture still "$(hash other 9)"
	picture none "$(lines 8 1 | cut -d, -f3)"
	{ lines 11 4; lines 12 9 49 | sed 's/,49,/,20,/'; } | rec dark
	rec empty '' </dev/null
} >all
filler() { awk 'BEGIN { for (i = 0; i < 4500; i++) printf "md5 %032x f%d\n", i + 65536, i }'; }
filler >list
ct-syncdb -q sync
ct-match -aq <all >looked
# in two files and a log
head -n 40 looked | put >/dev/null
ct-seen merge --store s
sed -n '41,62p' looked | put >/dev/null
is 'frames are counted' '[61,0,2130]' sh -c 'ct-seen stats --store s | jq -c "[.videos,.unframed,.frames]"'
ct-seen export -q --store s >out
is 'all is given back as it was' '' sh -c 'sed 62q all | jq -cS .hashes | sort >a; jq -cS .hashes out | sort | diff a -'
sed -n '63,$p' looked | put >/dev/null
is 'nothing is new' '' ct-seen new -q --store s <all
is '  nor any video' '' ct-seen new -q --videos --store s <all
cp -r "$CT_HOME" before

# ---- a list that grows: a video, a picture of one, a video of which there is a picture
{
	filler
	echo 'vpdq film film'
	echo "pdq $(hash frames 222) frame"
	echo 'vpdq other other'
	echo "pdq $(lines 12 1 | cut -d, -f3) dim"
} >list
ct-syncdb -q sync --delta news
ok 'there is a delta' test -e "$CT_HOME/lists/known.delta"
want='long still v131'
match >told
is 'what is new in it is found' "$want" ids told
json '  a video: both percentages' "select(.id == \"s3://m/v131\")|$hits" '[["vpdq",0,0,90,100]]' told
json '  a picture of one: when it is shown' "select(.id == \"s3://m/long\")|$hits" '[["pdq",0,221000,null,null]]' told
json '  a video of which there is a picture' "select(.id == \"s3://m/still\")|$hits" '[["vpdq",0,null,100,5]]' told
is 'as ct-match has it' '' sh -c 'ct-match -q <all | jq -c "select(.match.total > 0) | [.id, .hashes, (.match | del(.db.age_s))]" | sort >a; jq -c "select(.match) | [.id, .hashes, (.match | del(.db.age_s))]" told | sort | diff a -'
json 'the last line says that it is all' 'select(.seen.told).seen.told' 3 told
match -j 1 | sed 's/"age_s":[0-9]*//' >one
match -j 3 | sed 's/"age_s":[0-9]*//' >three
ok 'three threads write the same as one' cmp one three
is 'the same of the list of what is new' "$want" sh -c 'ct-seen match -q --store s --delta news | jq -r ".id[7:]" | sort | paste -sd" "'
is '  but for frames a distance is given' 'long still v131' sh -c 'ct-seen match -q --store s -t 0 | jq -r "select(.match).id[7:]" | sort | paste -sd" "'
put <told >passed
ok 'all of them: passed on' cmp told passed
match >again
json '  and no longer old' .seen.told 0 again
{ filler; cat list; echo 'vpdq late late'; } | awk '!had[$0]++' >list.new
lines 142 43 >late
mv list.new list
ct-syncdb -q sync
match >told
is 'and again: what has come since the index was made' "$want v142" ids told
is '-a: all' "$want v142" sh -c 'ct-seen match -aq --store s | jq -r "select(.match).id[7:]" | sort | paste -sd" "'

# ---- files that become one; what changed, and what is gone
put <told >/dev/null
ct-seen merge --store s
exits 'merged, it is sound' 0 ct-seen check -q --store s
is '  and is told the same' "$want v142" sh -c 'ct-seen match -aq --store s | jq -r "select(.match).id[7:]" | sort | paste -sd" "'
is '  with as many frames' 2143 sh -c 'ct-seen stats --store s | jq .frames'
echo '{"id":"s3://m/long"}' | ct-seen gone -q --store s >/dev/null
sed 's/v142/v131/; s/"etag":"v142"/"etag":"new"/' all | grep '"new"' >changed
put <changed >/dev/null
is 'what is gone is not told, nor what has changed' 'still v131 v142' sh -c 'ct-seen match -aq --store s | tee told | jq -r "select(.match).id[7:]" | sort | paste -sd" "'
json '  but by what it has now' "select(.id == \"s3://m/v131\")|$hits" '[["vpdq",0,0,100,100]]' told
hash frames 100 >raw
has() { [ "$(cat "$dir"/*.rows | od -An -v -tx1 | tr -d ' \n' | grep -c "$(cat raw)")" -eq "$1" ]; }
ok 'its frames are still in a file' has 1
ct-seen merge --store s
ok '  until they are merged' has 0
is '  and others are there' 1854 sh -c 'ct-seen stats --store s | jq .frames'
head -n 45 all | tail -n 1 | jq -c 'del(.hashes.vpdq) | .object.etag = "x"' | put >/dev/null
ct-seen merge --store s
is 'put without frames it has none' '[61,1809]' sh -c 'ct-seen stats --store s | jq -c "[.videos,.frames]"'

# ---- what is not kept
store=o
{
	rec tmk ',"tmk":"/a/b.tmk"' <film
	rec plain <film
	rec cover ',"vpdq_cover":9,"vpdq_frames":4000,"vpdq_method":"0.25/s"' <film
	rec odd ',"vpdq_method":"a word of more than seventeen"' <film
	lines 3 11000 | rec most
	lines 4 12700 | rec more
} >some
put <some >/dev/null
is 'TMK is not, nor what would be no record with the rest: --videos tells of them' 'tmk more' \
    sh -c 'ct-seen new -q --videos --store o <some | jq -r ".id[7:]" | paste -sd" "'
is '  and only then' '' ct-seen new -q --store o <some
is '  stats counts those without' 1 sh -c 'ct-seen stats --store o | jq .unframed'
ct-seen merge --store o
is '  likewise merged' 'tmk more' \
    sh -c 'ct-seen new -q --videos --store o <some | jq -r ".id[7:]" | paste -sd" "'
ct-seen export -q --store o >out
json 'what frames were left out is said, and how they were chosen' \
    'select(.id == "s3://m/cover").hashes|[.vpdq_cover,.vpdq_frames,.vpdq_method]' '[9,4000,"0.25/s"]' out
json '  if it is such a word' 'select(.id == "s3://m/odd").hashes|has("vpdq_method")' false out
json 'of what is not kept there are none' 'select(.id == "s3://m/more").hashes.vpdq' '[]' out
json '  else all' 'select(.id == "s3://m/most").hashes.vpdq|length' 11000 out
echo 'vpdq film film' >some.list
is '  every line is a record' '[6,0]' sh -c 'ct-match -aq -l some.list <out 2>/dev/null | jq -sc "[length, (map(select(.error)) | length)]"'
{
	rec bad <film | sed 's/,100,/,101,/'
	rec bad ',"vpdq_cover":-1' <film
	rec bad ',"vpdq_method":1' <film
	echo '{"id":"s3://m/bad","hashes":{"md5":"00000000000000000000000000000001","vpdq":"x"}}'
	rec good <film
} >in
exits 'what is malformed is an error' 65 put <in
is '  of its own' 'good' sh -c 'ct-seen export -q --store o | jq -r ".id[7:]" | grep -E "bad|good"'
store=s

# ---- without ids
echo 'a secret of some length' >secret && chmod 600 secret
store=k put --keyed secret <looked >/dev/null
is 'a store without ids has frames, too' "4 seen:k:" sh -c 'ct-seen match -aq --store k | jq -r "select(.match).id[:7]" | sort | uniq -c | sed "s/^ *//"'

# ---- a store that was made before there were frames
mkdir -p "$CT_HOME/seen"
cp -r "$t/data/seen1" "$CT_HOME/seen/s1"
old() { ct-seen "$@" -q --store s1; }
exits 'a store without frames is read' 0 old check
is '  all of it' '[43,3,3,0]' sh -c 'ct-seen stats --store s1 | jq -c "[.objects,.videos,.unframed,.frames]"'
i=0
while [ $i -lt 3 ]; do
	lines 5$i 10 | rec film$i | sed "s/\"object\":{[^}]*}/\"object\":{\"bytes\":$i,\"etag\":\"f$i\"}/"
	i=$((i + 1))
done >films
is '  its videos are known' '' old new <films
is '  and told by --videos' 3 sh -c 'ct-seen new -q --videos --store s1 <films | wc -l'
head -n 2 films | store=s1 put >/dev/null
is '  those that were read again are not' s3://m/film2 sh -c 'ct-seen new -q --videos --store s1 <films | jq -r .id'
is '  it is what it was' 43 sh -c 'ct-seen export -q --store s1 | wc -l'
lines 51 10 >f1
echo 'vpdq f1 again' >known
is '  and they are found' s3://m/film1 sh -c 'ct-seen match -q --store s1 --delta known | jq -r .id'
exits '  it is sound' 0 old check
exits '  likewise merged' 0 old merge
is '  they are found' s3://m/film1 sh -c 'ct-seen match -q --store s1 --delta known | jq -r .id'
is '  the rest is told' s3://m/film2 sh -c 'ct-seen new -q --videos --store s1 <films | jq -r .id'

# ---- a bit that turned over, in each of the columns
rm -rf "$CT_HOME"
cp -r before "$CT_HOME"
i=0
while [ $i -lt 90 ]; do
	lines $((i + 1000)) 1500 | rec x$i
	i=$((i + 1))
done >much
ct-match -aq <much | put >/dev/null
ct-seen merge --store s
{ filler; echo 'vpdq film film'; echo "pdq $(lines 1045 800 | tail -n 1 | cut -d, -f3) frame"; echo "pdq $(hash frames 222) frame2"; } >list
ct-syncdb -q sync
match >told
is 'much is in a file' 'long v131 x45' ids told
rows=$(basename "$dir"/*.rows)
rm -rf whole && cp -r "$dir" whole
at() { od -An -tu8 -w16 -j $((64 + 16 * $1)) -N 16 "whole/$rows"; }
cat all much >listing
wrong=''
for column in 8:film 9:ms 10:frame 11:quality; do
	name=${column#*:}
	rm -rf "$dir" && cp -r whole "$dir"
	# shellcheck disable=SC2046 # two numbers
	set -- $(at "${column%:*}")
	spoil "$dir/$rows" $(($1 + $2 / 2))
	match >told 2>err
	rc=$?
	[ $rc -eq 65 ] && grep -q damaged err && ! grep -q '"told"' told || wrong="$wrong $name:untold-$rc"
	ct-seen check -q --store s 2>err && wrong="$wrong $name:check"
	ct-seen export -q --store s >out 2>err
	[ $? -eq 65 ] || wrong="$wrong $name:export"
	ct-seen new -q --store s <listing >again 2>err
	[ $? -eq 65 ] && grep -q damaged err || wrong="$wrong $name:new"
	case $name in
	film | ms) ;; # what stands near it is in the same MiB
	*) [ -s again ] && ! grep -q 's3://m/still"' again || wrong="$wrong $name:read-again" ;;
	esac
	[ "$(wc -l <again)" -eq $((155 - $(wc -l <out))) ] || wrong="$wrong $name:$(wc -l <again)-of-$(wc -l <out)"
	ct-match -aq <again | put >/dev/null 2>&1
	ct-seen merge -q --store s 2>/dev/null
	ct-seen check -q --store s || wrong="$wrong $name:not-mended"
	match -a >told 2>err || wrong="$wrong $name:not-whole"
	[ "$(ids told)" = 'long v131 x45' ] || wrong="$wrong $name:not-found"
done
ok "a bit of each: told, read again, found:$wrong" test -z "$wrong"
rm -rf "$dir" && cp -r whole "$dir"
# shellcheck disable=SC2046
set -- $(at 10)
spoil "$dir/$rows" $(($1 + 9))
is 'what is sound is found beside it' x45 sh -c 'ct-seen match -q --store s 2>/dev/null | jq -r "select(.match).id[7:]" | grep x'
exits 'merge leaves it out, and tells' 65 ct-seen merge -q --store s
exits '  what it makes is sound' 0 ct-seen check -q --store s

# ---- shown turned ------------------------------------------------------------------
for i in 1 2 3 4; do mkpix --seed "$i" --size 200x150 "turn.$i.png" || exit 1; done
ct-hash -q --dihedral turn.?.png >sides
# as N - those pictures as frames, so turned: by quarters, from 0 to 3
as() {
	jq -r --argjson n "$1" '.hashes.pdq_dihedral[$n]' sides |
	    awk '{ printf "%d,100,%s,%d.000\n", NR - 1, $1, NR - 1 }'
}
filler >list
ct-syncdb -q sync
i=0
while [ $i -lt 40 ]; do
	lines $((300 + i)) $((i % 5 + 1)) | rec "o$i"
	as 0 | rec "t$((i % 4 * 90)).$i" | jq -c --argjson by $((i % 4 * 90)) '.file.turn = $by'
	i=$((i + 1))
done >turns
ct-match -aq <turns >looked
store=turned put <looked >/dev/null
ct-seen export -q --store turned | jq -c '[.id, .file.turn, .hashes.vpdq]' >is
jq -c 'select(.file.turn == 0) |= del(.file.turn) | [.id, .file.turn, .hashes.vpdq]' turns |
    LC_ALL=C sort | cmp - is
ok 'how a video is turned is kept' test $? -eq 0
as 3 >side
{ filler && echo 'vpdq side side'; } >list
ct-syncdb -q sync
want=$(ct-seen export -q --store turned | ct-match -q | ids)
ok '  so is what a list says of it' test "$(echo "$want" | tr ' ' '\n' | grep -c '^t90')" -eq 10
is '    no other' 10 sh -c 'echo "$1" | wc -w' - "$want"
is 'a list that grew: of the log' "$want" sh -c 'ct-seen match -q --store turned |
    jq -r "select(.match).id[7:]" | sort | paste -sd" "'
ct-seen merge -q --store turned
is '  of a file' "$want" sh -c 'ct-seen match -q --store turned |
    jq -r "select(.match).id[7:]" | sort | paste -sd" "'
is '  and by three threads the orientation' '["rot270"]' sh -c 'ct-seen match -q -j 3 --store turned |
    jq -c "select(.match).match.hits | map(.orientation)" | sort -u'
done_testing
