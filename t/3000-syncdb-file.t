#!/bin/sh
# ct-syncdb: a file is the whole list - forms, refusals, guards, faults
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

h() { printf '%s' "$1" | sha256sum | cut -c1-"$2"; }
printf '[source own]\ntype = file\npath = list\nclass = own\nlist = mine\n' >conf
export CT_CONF=conf
sync() { ct-syncdb sync "$@" 2>said; }
show() { ct-syncdb show | jq -rc "$1"; }
known() { # TYPE HASH: the entries that it hits
	printf '{"id":"x","hashes":{"%s":"%s"}}\n' "$1" "$2" |
	    ct-match -aq | jq -rc '[.match.hits[].entry]'
}
generation() { echo '{"id":"x"}' | ct-match -q | jq .match.db.generation; }

# ---- forms
md5=$(h 1 32) sha1=$(h 2 40) sha256=$(h 3 64) pdq=$(h 4 64) sha512=$(h 5 64)$(h 6 64)
cat >list <<EOF
# comment
$md5 a
$(echo "$sha1" | tr a-f A-F)  *b
SHA-256 $sha256 c
pdq $pdq d
$sha512 e
video_md5 $(h 7 32) f
\\$(h 8 32)  g
	
EOF
printf 'md5 %s crlf\r\n' "$(h 9 32)" >>list
cat >>list <<EOF
{"op":"add","type":"md5","hash":"$(h 10 32)","member":"m","entry":77,"content":"image","classification":"A","at":"2026-01-01T00:00:00Z"}
{"v":1,"op":"add","signal_type":"pdq","signal":"$(h 11 64)","source":"ncmec","entry_id":"1001","member_id":"9002","content_type":"image","classification":"A1","timestamp":"2026-01-01T10:00:00Z","opinion":"disputed"}
{"type":"md5","hash":"$(h 12 32)","entry":"n","opinion":"negative"}
{"type":"md5","hash":"$(h 13 32)","entry":"gone"}
{"op":"del","entry":"gone"}
EOF
exits 'a list of every form' 0 ct-syncdb sync own
is 'it is all there' '11 11 1 0' show '"\(.entries) \(.hashes) \(.tombstones) \(.rejects)"'
is 'md5 by its length' '["a"]' known md5 "$md5"
is 'sha1 in upper case' '["b"]' known sha1 "$sha1"
is 'SHA-256, as it may be spelled' '["c"]' known sha256 "$sha256"
is 'sha512' '["e"]' known sha512 "$sha512"
is 'video_md5' '["f"]' known md5 "$(h 7 32)"
is 'an escaped name' '["g"]' known md5 "$(h 8 32)"
is 'a line that ends in CR LF' '["crlf"]' known md5 "$(h 9 32)"
is 'a record; a number is an id' '["77"]' known md5 "$(h 10 32)"
is 'the other spelling of records' '["1001"]' known pdq "$(h 11 64)"
is 'what the source calls wrong is not looked for' '[]' known md5 "$(h 12 32)"
is 'what it withdrew neither' '[]' known md5 "$(h 13 32)"
printf '{"id":"x","hashes":{"pdq":"%s"}}\n' "$(h 11 64)" | ct-match -q >out
is 'a hit has it all' \
    '{"source":"own","list":"mine","member":"9002","entry":"1001","content":"image","classification":"A1","opinion":"disputed","type":"pdq","distance":0,"orientation":"orig","policy":"review","class":"own"}' \
    jq -c '.match.hits[0]' out

for i in 1 2 3; do echo "{\"type\":\"foo\",\"hash\":\"$i\"}"; done >foo
cp list forms
cat foo >>list
exits 'records of types that nobody knows' 0 ct-syncdb -q sync
is 'are kept' 3 show '.hashes - 11'
is 'and told, once' 'ct-syncdb: own: 3 hashes kept that cannot be matched: their types are not known' \
    sh -c 'ct-syncdb -q sync 2>&1'
mv forms list
sync

# ---- snapshots
before=$(generation)
sync
is 'the same again: the same generation' "$before" generation
grep -v "^$md5" list >rest && mv rest list
sync
is 'what is absent is gone' '[]' known md5 "$md5"
is 'the rest stays' '["b"]' known sha1 "$sha1"
is 'another generation' $((before + 1)) generation
printf 'md5 %s\nmd5 %s\nmd5 %s x\n' "$md5" "$md5" "$md5" >list
sync
is 'the same hash twice without a name is one entry' 2 show .entries
if known md5 "$md5" | grep -q "$md5"; then told=yes; else told=no; fi
ok 'its made-up name does not tell the hash' test $told = no
printf '{"id":"x"}\n' | ct-match -q >out
cp list kept

# ---- refusals
: >list
exits 'an empty list after one that was not: 77' 77 ct-syncdb sync
is 'nothing is taken' 2 show .entries
exits '--allow-shrink' 0 ct-syncdb sync --allow-shrink
is 'takes it' 0 show .entries
exits 'empty again is no news' 0 ct-syncdb sync
cat >list <<EOF
md5 $md5 good
md5 ${md5%?}
md5 ${md5%?}g
pdq $(h 4 63)
$sha256
d41d8cd98f00b204e9800998ecf8427e
pdq 0000000000000000000000000000000000000000000000000000000000000000
foo $md5
{"type":"md5"}
{"type":"md5","hash":"$md5","opinion":"what"}
{torn
{"op":"del"}
{"op":"frob","type":"md5","hash":"$md5"}
sha1 $sha1 good too
EOF
printf 'md5 %s a\000b\n' "$md5" >>list
sync
is 'bad lines: 65' 65 sh -c 'ct-syncdb -q sync 2>/dev/null; echo $?'
is 'the rest is taken' '2 13' show '"\(.entries) \(.rejects)"'
ok 'each is told by its line and why' sh -c "
	grep -qx 'ct-syncdb: own: line 2: refused: length' said &&
	grep -qx 'ct-syncdb: own: line 3: refused: alphabet' said &&
	grep -qx 'ct-syncdb: own: line 5: refused: 64 digits may be PDQ or SHA-256: say which' said &&
	grep -qx 'ct-syncdb: own: line 6: refused: null-signal' said &&
	grep -qx 'ct-syncdb: own: line 7: refused: null-signal' said"
if grep -q "$(echo "$md5" | cut -c1-12)" said; then told=yes; else told=no; fi
ok 'no message tells a hash' test $told = no
echo 'hash = pdq' >>conf
echo "$pdq" >list
exits 'a declared type is taken' 0 ct-syncdb sync
is 'for bare hashes' 1 show .entries
h 4 32 >list
exits 'and holds' 65 ct-syncdb sync --allow-shrink
sed -i '/^hash/d' conf

many() { # FROM TO
	awk -v a="$1" -v b="$2" 'BEGIN { for (i = a; i < b; i++) printf "md5 %032x e%d\n", i + 65536, i }'
}
many 0 20000 >list
sync --allow-shrink
is 'many' 20000 show .entries
many 2200 20000 >list
exits '11 per cent fewer: 77' 77 ct-syncdb sync
is 'nothing is taken' 20000 show .entries
many 1800 20000 >list
exits '9 per cent fewer' 0 ct-syncdb sync
is 'are taken' 18200 show .entries
{ many 1800 20000; yes 'not one' | head -5000; } >list
exits 'over a fifth is no hash: another format' 65 ct-syncdb sync
is 'nothing is taken' '18200 0' show '"\(.entries) \(.rejects)"'
exits 'no file' 66 sh -c 'rm list; ct-syncdb -q sync'
is 'and still they match' '["e5000"]' known md5 "$(printf '%032x' 70536)"

# ---- several sources
printf '[source b]\ntype=file\npath=lb\nthreshold=10\nclass=ncii\n[source a]\ntype=file\npath=la\nquality=80\naction=report\n' >conf
p=0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f
echo "pdq ${p}0f x" >la
echo "pdq ${p}0f x" >lb
rec() { printf '{"id":"x","file":{"decode":"ok"},"hashes":{"pdq":"%s","pdq_quality":%s}}\n' "$1" "$2"; }
sync
rec ${p}0f 90 | ct-match -q >out
is 'the same hash in two lists: both hit, in order' \
    '[["a","report","csam"],["b","review","ncii"]]' jq -c '[.match.hits[]|[.source,.policy,.class]]' out
rec ${p}0f 60 | ct-match -q >out
is 'a source may want a better quality' '["b"]' jq -c '[.match.hits[].source]' out
rec ffffffff00000000ffffffff00000000ffffffff00000000ffffffff00000000 60 | ct-match -aq >out
is 'not looked up in all: not clean' undecided jq -r .match.verdict out
rec "$(echo $p | cut -c1-56)f0f0f0f0" 90 >in
ct-match -aq <in >out
is 'far from both' '[]' jq -c '[.match.hits[].distance]' out
rec "$(echo $p | cut -c1-60)f0f0" 90 >in
ct-match -q <in >out
is 'a source may want it nearer' '[["a",16]]' jq -c '[.match.hits[]|[.source,.distance]]' out
ct-match -q -t 16 <in >out
is '-t is for all' '[["a",16],["b",16]]' jq -c '[.match.hits[]|[.source,.distance]]' out
g=$(generation)
sed -i s/threshold=10/threshold=20/ conf
sync
is 'another policy is another generation' $((g + 1)) generation
rm lb
exits 'one source fails: its status' 66 ct-syncdb sync
echo "md5 $md5 new" >>la
sync
is 'the other is taken, and the index made' '["new"]' known md5 "$md5"
rm "$CT_HOME/lists/known.ctx"
exits 'an index that is gone is made again' 66 ct-syncdb sync
is 'above every generation there was' $((g + 3)) generation
# an older copy put back by hand: by its generation, then by its content
ctx=$CT_HOME/lists/known.ctx
for lost in '' generation; do
	cp "$ctx" older
	echo "md5 $(h "newer$lost" 32) newer$lost" >>la
	sync
	g=$(generation)
	[ -z "$lost" ] || {
		g=$((g + 1)) # as if another index had this one's generation
		sed -i 's/^[0-9]* /'"$((g - 2))"' /' "$CT_HOME/lists/known.generation"
	}
	cp older put && mv put "$ctx"
	is 'the older copy does not know' '[]' known md5 "$(h "newer$lost" 32)"
	sync b # which fails: no list is another than it was
	is 'it is not taken for the newest' "[\"newer$lost\"]" known md5 "$(h "newer$lost" 32)"
	[ -n "$lost" ] || is 'its generation is above that of both' $((g + 1)) generation
done
rm "$CT_HOME/lists/known.generation"
g=$(generation)
sync
is 'without a trace of the last one: a new generation' $((g + 1)) generation
sync
is 'and then no more' $((g + 1)) generation
exits 'a source that is none' 64 ct-syncdb sync c
CT_CLOCK=$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)
export CT_CLOCK
echo '{"id":"x"}' | ct-match -q >out
ok 'age is that of the oldest list' test "$(jq .match.db.age_s out)" -ge 3590
touch lb
ct-syncdb -q sync --allow-shrink
echo '{"id":"x"}' | ct-match -q >out
is 'a run without news makes it young' 0 jq .match.db.age_s out
unset CT_CLOCK

# ---- a source that was never read to its end
printf '[source a]\ntype=file\npath=la\n[source never]\ntype=file\npath=ln.list\n' >conf
exits 'a source that cannot be read: 66' 66 ct-syncdb -q sync
ok 'it is said' grep -q "source 'never' was never read to its end" err
rec ffffffff00000000ffffffff00000000ffffffff00000000ffffffff00000000 90 >in
ct-match -aq <in >out 2>said
is 'nothing is clean by the rest' '["undecided",false]' jq -c '.match|[.verdict,.db.complete]' out
is 'it is told once, by name' "ct-match: source 'never' was never read to its end: nothing is clean" cat said
ok 'it is written' sh -c 'ct-match -q <in 2>/dev/null | grep -q undecided'
is 'what is known still matches' '["new"]' known md5 "$md5"
exits 'check: 66 and 65' 66 ct-syncdb check
json 'of the index' 'select(.index)|[.ok,.error.code]' '[false,65]' got
echo "md5 $(h n 32)" >ln.list
exits 'check knows that it was not read yet' 65 ct-syncdb check
g=$(generation 2>/dev/null)
sync
ct-match -aq <in >out 2>said
is 'once it is read' '["clean",null]' jq -c '.match|[.verdict,.db.complete]' out
ok 'no warning' test ! -s said
is 'another generation' $((g + 1)) generation
exits 'check' 0 ct-syncdb check
rm "$CT_HOME/lists/never.db" ln.list
sync
is 'its database lost' undecided sh -c 'ct-match -aq <in 2>/dev/null | jq -r .match.verdict'
printf '[source a]\ntype=file\npath=la\n[source ncmec]\ntype=ncmec\ncredential=cred\nurl=http://127.0.0.1:1/h\n' >conf
printf 'environment = test\nusername = u\npassword = p\n' >cred
chmod 600 cred
ct-syncdb --retry-wait 0 -q sync >/dev/null 2>&1
is 'a new name, while the service is down' undecided sh -c 'ct-match -aq <in 2>/dev/null | jq -r .match.verdict'

# ---- configuration
conf() { printf '[source x]\n%s\n' "$1" >conf.bad; ct-syncdb -c conf.bad sync; }
nl='
'
exits 'an unknown key' 78 conf "type=file${nl}path=a${nl}treshold=3"
exits 'no path' 78 conf type=file
exits 'an unknown type' 78 conf "type=ftp${nl}path=a"
exits 'a threshold that is none' 78 conf "type=file${nl}path=a${nl}threshold=257"
exits 'report is for csam only' 78 conf "type=file${nl}path=a${nl}class=ncii${nl}action=report"
printf '[source ../x]\ntype=file\npath=a\n' >conf.bad
exits 'a name that leads elsewhere' 78 ct-syncdb -c conf.bad sync
: >conf.bad
exits 'no source' 78 ct-syncdb -c conf.bad sync
is 'it is said where' 'ct-syncdb: no [source NAME] in conf.bad' \
    sh -c 'ct-syncdb -c conf.bad sync own 2>&1'
is 'also by CT_CONF' 'ct-syncdb: no [source NAME] in conf.bad' \
    sh -c 'CT_CONF=conf.bad ct-syncdb sync 2>&1'
[ -e /etc/ct ] ||
    is 'or by nobody' 'ct-syncdb: no [source NAME] in /etc/ct/ct.conf, /etc/ct/conf.d/*.conf' \
	sh -c 'unset CT_CONF; ct-syncdb sync 2>&1'
exits 'no verb' 64 ct-syncdb
exits 'a verb that is none' 64 ct-syncdb frob
exits 'names and --all' 64 ct-syncdb sync --all a

# ---- two at once
is 'while another is at it: 75' 75 sh -c "flock $CT_HOME/lists/a.lock ct-syncdb -q sync a 2>/dev/null; echo \$?"
done_testing
