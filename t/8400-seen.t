#!/bin/sh
# ct-seen: what was put is not new again, unless it changed; keys of every
# kind, in any order; what is gone; files that become one; a store that keeps
# no ids
# shellcheck source=t/lib.sh disable=SC2016,SC2094,SC2317
. "${0%/*}/lib.sh"

store=$CT_HOME/seen/s
# listing FROM TO ETAG - lines of ct-ls, in order
listing() {
	awk -v a="$1" -v b="$2" -v e="$3" 'BEGIN { for (i = a; i < b; i++)
	    printf "{\"id\":\"s3://m/u%05d/%d.jpg\",\"object\":{\"bytes\":%d,\"etag\":\"%s%d\",\"modified\":\"2026-11-20T08:00:00Z\"}}\n", i / 10, i % 10, i, e, i }'
}
# hashed - the same after ct-hash and ct-match
hashed() {
	awk '{ sub(/}$/, ""); printf "%s,\"file\":{\"size\":%d,\"mime\":\"image/jpeg\",\"decode\":\"ok\"},\"hashes\":{\"md5\":\"%032x\",\"sha1\":\"%040x\",\"sha256\":\"%064x\",\"pdq\":\"%064x\",\"pdq_quality\":90},\"match\":{\"verdict\":\"clean\",\"total\":0,\"hits\":[],\"db\":{\"generation\":7,\"age_s\":1}}}\n", $0, NR, NR, NR, NR, NR * 65537 }'
}
# got and err stay what they were
kept() { cp got kept && cp err said; }
new() { ct-seen new -q --store s "$@"; }
put() { ct-seen put -q --store s "$@"; }
ids() { jq -r .id; }
objects() { ct-seen stats --store s | jq -c '[.objects, .rows, .gone, .files]'; }

# ---- what is new
listing 0 3000 e >list
exits 'no store: all is new' 0 ct-seen new --store s <list
kept
ok '  as it came' cmp list kept
is '  and none is made' 0 sh -c 'ls "$1" 2>/dev/null | wc -l' - "$CT_HOME"
is '  it counts' 'ct-seen: 3000 in = 3000 out + 0 dropped: 3000 new' cat said
hashed <list >handled
exits 'put' 0 ct-seen put --store s <handled
kept
ok '  writes what came' cmp handled kept
is '  and counts' 'ct-seen: 3000 in = 3000 out + 0 dropped: 3000 put' cat said
is 'nothing is new any more' '' new <list
sort -R --random-source=list list >mixed
is '  in whatever order' '' new <mixed
{ head -n 10 mixed && listing 3000 3002 e && cat list; } >longer
is '  what is new among it' 's3://m/u00300/0.jpg s3://m/u00300/1.jpg' \
    sh -c 'ct-seen new -q --store s <longer | jq -r .id | paste -sd" "'
sed '7s/"e6"/"f6"/; 9s/"bytes":8/"bytes":9/; 11s/T08/T09/' list >changed
is 'what has another etag or size changed; another time alone says nothing' \
    's3://m/u00000/6.jpg
s3://m/u00000/8.jpg' sh -c 'ct-seen new -q --store s <changed | jq -r .id'
sed 7,8d changed >>longer
ct-seen new --store s <longer >/dev/null 2>said
is '  it is told apart' 'ct-seen: 6010 in = 3 out + 6007 dropped: 6007 seen, 2 new, 1 changed' cat said

# ---- without etag, by size and time; without either
sed 's/"etag":"[^"]*",//; s/s3:/f:/' list | head -n 20 >plain
hashed <plain | put >/dev/null
is 'without an etag: size and time' '' new <plain
is '  another time is a change' 'f://m/u00000/3.jpg' \
    sh -c 'sed "4s/T08:00/T08:01/" plain | ct-seen new -q --store s | jq -r .id'
sed 's/,"object":{[^}]*}//; s/f:/g:/' plain >bare
hashed <bare | put >/dev/null
is 'without any, nobody knows: it is new again' 20 sh -c 'ct-seen new -q --store s <bare | wc -l'

awk 'BEGIN { for (i = 0; i < 3; i++) { printf "{\"id\":\"h://%d\",\"object\":{\"bytes\":1,\"etag\":\"", i; for (k = 0; k < 600; k++) printf "%d", i; print "\"}}" } }' >long
hashed <long | put >/dev/null
is 'an etag of any length' '' new <long
is '  to its end' 'h://1' sh -c 'sed "2s/1\"}}/2\"}}/" long | ct-seen new -q --store s | jq -r .id'
ct-seen gone -q --store s <long >/dev/null

# ---- keys of every kind
printf '%s\n' '{"id":"s3://m/../x//y"}' '{"id":"s3://m/a b+%2F\u0001\n\t\"\\"}' \
    '{"id":"s3://m/é𝄞"}' '{"id":"s3://m/\u00e9x"}' '{"id":"/srv/a","path":"/srv/a"}' \
    '{"id":"b64:Y2Fm6Q==","path_b64":"Y2Fm6Q=="}' '{"id":"1","path":"/srv/b"}' |
    sed 's/}$/,"object":{"bytes":1,"etag":"x"}}/' >odd
awk 'BEGIN { printf "{\"id\":\"s3://m/"; for (i = 0; i < 1024; i++) printf "k"; print "\",\"object\":{\"etag\":\"y\"}}" }' >>odd
hashed <odd >odd.done
ok 'odd keys' sh -c 'ct-seen put -q --store s <odd.done | cmp - odd.done'
is '  are known by their bytes' '' new <odd
is '  however they are spelt' '' sh -c 'printf "%s\n" "{\"id\":\"s3://m/\\u00e9\\ud834\\udd1e\",\"object\":{\"bytes\":1,\"etag\":\"x\"}}" | ct-seen new -q --store s'
is '  and not by less' 's3://m/../x' sh -c 'echo "{\"id\":\"s3://m/../x\",\"object\":{\"etag\":\"x\",\"bytes\":1}}" | ct-seen new -q --store s | jq -r .id'
ct-seen export -q --store s >all
jq -c '[.id,.path,.path_b64]' odd | sort >want.ids
jq -c 'select(.file.size < 9 and (.id | startswith("f:") or startswith("g:") or startswith("s3://m/u0") | not)) | [.id, if .path == .id then .path else null end, .path_b64]' all | sort >got.ids
sed -i 's#^\["1",.*#["1",null,null]#' want.ids
ok 'export has them again, and a path that is the id' diff want.ids got.ids
is 'with all that was kept' '{"id":"s3://m/u00000/4.jpg","object":{"modified":"2026-11-20T08:00:00Z"},"file":{"size":5,"mime":"image/jpeg","decode":"ok"},"hashes":{"md5":"00000000000000000000000000000005","sha1":"0000000000000000000000000000000000000005","sha256":"0000000000000000000000000000000000000000000000000000000000000005","pdq":"0000000000000000000000000000000000000000000000000000000000050005","pdq_quality":90},"seen":{"store":"s"}}' \
    sh -c 'jq -c "select(.id == \"s3://m/u00000/4.jpg\") | del(.seen.at)" all'
{
	echo '{"object":{}}'
	echo '{"id":7}'
	echo '{"id":""}'
	echo '{"id":"x","object":1}'
	echo 'no record'
	awk 'BEGIN { printf "{\"id\":\""; for (i = 0; i < 8193; i++) printf "k"; print "\"}" }'
	echo '{"id":"e","error":{"tool":"ct-ls","code":66,"msg":"m"}}'
} >bad
exits 'what is no object is an error' 66 new <bad
kept
is '  of its own' '[65,65,65,65,65,65,66]' jq -sc 'map(.error.code)' kept
exits '  for put, too' 66 put <bad
kept
is '  and passes on' 7 jq -s length kept
echo '{"id":"s3://m/n","object":{"etag":"1"}}' >unread
exits 'what has no hash was not read, and is not kept' 65 put <unread
is '  it is new' 's3://m/n' sh -c 'ct-seen new -q --store s <unread | jq -r .id'
is '  nor what came with an error' '' sh -c 'sed "s/}\$/,\"error\":{\"tool\":\"t\",\"code\":66,\"msg\":\"m\"}}/" handled | head -n 1 | sed "s#u00000/0#u99999/0#" | ct-seen put -q --store s >/dev/null 2>&1; ct-seen export -q --store s | grep u99999'

# ---- the same object again is one; what came last counts
listing 0 5 z | hashed | put >/dev/null
is 'put anew' 's3://m/u00000/0.jpg' sh -c 'ct-seen new -q --store s <list | jq -r .id | head -n 1'
is '  it is another now' '' sh -c 'head -n 5 list | sed "s/\"etag\":\"e/\"etag\":\"z/" | ct-seen new -q --store s'
is 'objects once, rows as often' '[3048,3059,3,0]' objects

# ---- gone
{ sed '3d;500d' list && echo '{"listed":"s3://m/u0"}'; } >part
exits 'a whole listing' 0 ct-seen new --gone --store s <part
kept
grep -e gone kept >gone
is '  tells what it lacks' '{"id":"s3://m/u00000/2.jpg","object":{"gone":true}}
{"id":"s3://m/u00049/9.jpg","object":{"gone":true}}' cat gone
is 'also a name that is not UTF-8, of a directory' '{"id":"b64:L3Nydi9jYWbp","path_b64":"L3Nydi9jYWbp","object":{"gone":true}}' sh -c '
    echo "{\"id\":\"b64:L3Nydi9jYWbp\",\"path_b64\":\"L3Nydi9jYWbp\",\"hashes\":{\"md5\":\"00000000000000000000000000000001\"}}" | ct-seen put -q --store d >/dev/null
    echo "{\"listed\":\"/srv/\"}" | ct-seen new -q --gone --store d'
is '  but not of another' '' sh -c 'echo "{\"listed\":\"/srw/\"}" | ct-seen new -q --gone --store d'
exits 'one that did not end well does not' 75 new --gone <list
kept
is '  nothing' 0 grep -c gone kept
{ cat part && echo 'no record'; } >torn
exits '  nor does one with an error' 75 new --gone <torn
kept
is '  nothing' 0 grep -c gone kept
is 'without --gone the end of a listing is left out' 's3://m/u00000/0.jpg' sh -c 'ct-seen new -q --store s <part | jq -r .id | head -n 1'
exits 'put takes what is gone' 0 put <gone
kept
ok '  and passes it on' cmp gone kept
is '  it is new, should it come again' 's3://m/u00000/2.jpg
s3://m/u00049/9.jpg' sh -c 'sed -n "3p;500p" list | ct-seen new -q --store s | jq -r .id'
is '  and gone only once' '' sh -c 'ct-seen new -q --gone --store s <part 2>/dev/null | grep gone'
is '  and no object' '[3046,3061,5,0]' objects
exits 'ct-seen gone' 0 ct-seen gone -q --store s <plain
is '  forgets whatever comes' 20 sh -c 'ct-seen new -q --store s <plain | wc -l'

# ---- files
before=$(ct-seen export -q --store s | sort | sha256sum)
exits 'merge' 0 ct-seen merge --store s
is '  one file, and nothing is there twice' '[3026,3026,0,1]' objects
is '  with the same in it' "$before" sh -c 'ct-seen export -q --store s | sort | sha256sum'
ok '  again: nothing to do' sh -c 'ls "$1" >a; ct-seen merge --store s; ls "$1" | cmp - a' - "$store"
is 'for nobody else to read' '600 700' sh -c 'echo $(stat -c %a "$1"/*.rows "$1")' - "$store"
listing 3000 9500 e | hashed | put >/dev/null
is 'much becomes a file by itself' '[9526,9526,0,1]' objects
listing 9500 16500 e | hashed | put >/dev/null
is '  and those alike one' '[16526,16526,0,1]' objects
exits '  all as it was written' 0 ct-seen check -q --store s
listing 0 16500 e >whole
is 'nothing of it is new but what changed, and was gone' '6' sh -c 'ct-seen new -q --store s <whole | wc -l'
is '  in whatever order' '6' sh -c 'sort -R --random-source=list whole | ct-seen new -q --store s | wc -l'
is 'the keys are in order' '' sh -c 'ct-seen export -q --store s | jq -r .id | grep -v "[^ -~]" | LC_ALL=C sort -c 2>&1'
is 'at most 160 bytes an object, and its key' 1 sh -c 'ct-seen stats --store s | jq "if .bytes <= 160 * .objects + .key_bytes then 1 else . end"'

# ---- one writer, any number of readers
mkfifo pipe
put <pipe >written &
exec 9>pipe
head -n 1 odd.done >&9
ok 'one that puts' eventually test -s written
exits 'a second writer waits for another day' 75 put <odd.done
is '  a reader does not' '' new <odd
exec 9>&-
wait

# ---- monitors
ct-seen stats --prometheus --store s >metrics
is 'metrics' 'ct_seen_objects{store="s"} 16526' grep '^ct_seen_objects' metrics
is '  each with its help and type' '11 11 11' \
    sh -c 'echo $(grep -c "^# HELP" metrics) $(grep -c "^# TYPE" metrics) $(grep -c "^ct_" metrics)'

# ---- keyed
head -c 32 /dev/zero | tr '\0' k >secret && chmod 600 secret
keyed() { verb=$1; shift; ct-seen "$verb" -q --store k --keyed secret "$@"; }
hashed <list | keyed put >/dev/null
is 'by keyed hashes nothing is new' '' keyed new <list
is '  in whatever order' '' keyed new <mixed
is '  what is, is' 's3://m/u00300/0.jpg' sh -c '{ head -n 9 list; sed -n 3001p whole; tail -n 9 list; } | ct-seen new -q --store k --keyed secret | jq -r .id'
ok '  no id is kept' sh -c '! grep -ralE "s3://m|u00[0-9]{3}" "$1"' - "$CT_HOME/seen/k"
is '  nor told' 'seen:k:' sh -c 'ct-seen export -q --store k | jq -r .id | cut -c1-7 | sort -u'
ct-seen merge --store k --keyed secret
is '  nor in files' 0 sh -c 'cat "$1"/* | grep -ac s3://m' - "$CT_HOME/seen/k"
is '  and known there' '' keyed new <mixed
exits 'without the secret it is refused' 77 ct-seen new -q --store k <list
tr k j <secret >other && chmod 600 other
exits '  and with another' 77 ct-seen put -q --store k --keyed other <odd.done
exits '  and one for a store without' 77 ct-seen put -q --store s --keyed secret <odd.done
chmod 644 other
exits '  or one that others may read' 77 ct-seen new -q --store x --keyed other <list
echo short >tiny && chmod 600 tiny
exits '  or one that is none' 78 ct-seen new -q --store x --keyed tiny <list

# ---- videos: all is kept but TMK; frames are in t/8470
printf '{"id":"s3://m/%s","object":{"etag":"%s"}}\n' film 1 moves 2 still 3 tmk 4 >films
jq -c '.file = {mime: "video/x-msvideo", decode: "ok"} | .hashes = {md5: ("0" * 32)} |
    if .id == "s3://m/film" then .hashes.vpdq = ["\("1f" * 32),100,0.000"] elif
    .id == "s3://m/moves" then .hashes.vpdq = [] elif
    .id == "s3://m/tmk" then .hashes.tmk = "/a.tmk" else . end' <films |
    ct-seen put -q --store v >/dev/null
is 'a video is known' '' ct-seen new -q --store v <films
ct-seen new --videos --store v <films >told 2>said
is '  but told by --videos, if there is more of it' s3://m/tmk jq -r .id told
ok '  and counted' grep -q '3 seen, 1 video' said
is '  it had frames' '1 0 null null' \
    sh -c 'ct-seen export --store v | jq -c ".hashes.vpdq|if . then length else . end" | paste -sd " "'
is '  and what it was' video/x-msvideo sh -c 'ct-seen export --store v | jq -r .file.mime | uniq'
ct-seen merge --store v
is '  likewise in a file' 1 sh -c 'ct-seen new -q --videos --store v <films | wc -l'

# ---- what is refused
for name in '' . ../x a/b .x 'a b'; do
	exits "--store '$name'" 64 ct-seen new --store "$name" </dev/null
done
exits 'no store' 64 ct-seen new </dev/null
exits 'no verb' 64 ct-seen --store s
exits 'what is of another verb' 64 ct-seen put --gone --store s </dev/null
for verb in match export stats merge check gone; do
	[ $verb != match ] || continue
	exits "$verb of a store that is not there" 66 ct-seen $verb --store none </dev/null
done
is '  and makes none' 0 sh -c 'ls "$1/seen" | grep -c none' - "$CT_HOME"
done_testing
