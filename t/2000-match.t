#!/bin/sh
# ct-match: what matches, how near, what is clean and what is undecided
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

# a hit tells how old the index is
export CT_CLOCK=2026-11-22T10:00:00Z

# 64 digits with 128 ones; flip N: with the last N bits the other way
base=0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f
flip() {
	case $1 in
	1) echo "${base%f}e" ;;
	31) echo "${base%????????}70f0f0f0" ;;
	32) echo "${base%????????}f0f0f0f0" ;;
	esac
}
md5=11111111111111111111111111111111
sha1=2222222222222222222222222222222222222222
sha256=3333333333333333333333333333333333333333333333333333333333333333
cat >list <<EOF
# a comment

pdq $base first
PDQ $(flip 1) second one
sha256 $sha256
$md5 *digest of a file
$sha1
EOF
rec() { printf '{"id":"%s","file":{"mime":"image/jpeg","decode":"%s"},"hashes":{%s}}\n' "$1" "$2" "$3"; }
pdq() { printf '"pdq":"%s","pdq_quality":%s' "$1" "${2-90}"; }
match() { ct-match -q -l list "$@" <in; }
says() { # WHAT FILTER EXPECTED [OPTION...]
	says=$1 filter=$2 expected=$3
	shift 3
	match -a "$@" >out.rec
	is "$says" "$expected" jq -rc ".match|$filter" out.rec
}

# ---- what a hit says
rec a ok "\"md5\":\"$md5\",$(pdq "$base")" >in
says 'the nearest first, then by entry' \
    '[.hits[]|[.entry,.type,.distance,.orientation]]' \
    '[["digest of a file","md5",0,null],["first","pdq",0,"orig"],["second one","pdq",1,"orig"]]'
says 'each with source, content, policy and class' '.hits[0]|[.source,.content,.policy,.class]' \
    '["list","unknown","review","own"]'
says 'and the index they are of' '.db' '{"generation":0,"age_s":0}'
ok 'what was there stays, byte for byte' sh -c 'head -c 100 in >1; head -c 100 out.rec >2; cmp 1 2'
if grep -qi "$base.*$base" out.rec; then list_told=yes; else list_told=no; fi
ok 'no hash of the list is told' test $list_told = no
says '--max-hits: the nearest; total is of all' '[.total, [.hits[].distance]]' '[3,[0]]' --max-hits 1
for k in scalar popcnt avx2 avx512 neon; do
	match -a >want.rec
	CT_CPU=$k ct-match -q -a -l list <in >got.rec
	ok "the kernel $k says the same" cmp want.rec got.rec
done

# ---- how near
rec a ok "$(pdq "$(flip 31)")" >in
says 'within 31 bits' '[.hits[]|.distance]' '[30,31]'
says '-t 30' '[.hits[]|.distance]' '[30]' -t 30
says '-t 0 wants equality' .verdict clean -t 0
rec a ok "$(pdq "$(flip 32)")" >in
says 'at 32 no more' '[.hits[]|.distance]' '[31]'
says '-t 32' '[.hits[]|.distance]' '[31,32]' -t 32
far=f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0
rec a ok "$(pdq $far)" >in
says 'the inverse is at 256' '[.hits[]|.distance]' '[255,256]' -t 256

# ---- digests
for h in md5:$md5 sha1:$sha1 sha256:$sha256; do
	rec a ok "\"${h%:*}\":\"${h#*:}\",$(pdq $far)" >in
	says "${h%:*} alone" '[.verdict,.hits[0].type,.hits[0].distance]' "[\"match\",\"${h%:*}\",0]"
done
echo 'sha256 ABCDEF0011223344556677889900AABBCCDDEEFF00112233445566778899AABB up' >upper
rec a ok '"sha256":"abcdef0011223344556677889900aabbccddeeff00112233445566778899aabb"' >in
exits 'upper case in the list, lower in the record' 1 ct-match -qe -l upper <in

# ---- clean, or not known
rec a ok "\"md5\":\"00000000000000000000000000000000\",$(pdq $far)" >in
says 'nothing near: clean' '[.verdict,.total,.hits]' '["clean",0,[]]'
is 'clean is not written' '' match
exits 'and exit 0 with -e' 0 match -e
for d in partial corrupt unsupported too-large timeout decoder-crash; do
	rec a $d "\"md5\":\"00000000000000000000000000000000\",$(pdq $far)" >in
	says "$d is never clean" .verdict undecided
done
rec a ok "\"pdq_degenerate\":\"tiny\",$(pdq $far)" >degenerate
cp in kept && cp degenerate in
says 'a degenerate hash is never clean' .verdict undecided
cp kept in
ok 'undecided is written without -a' test -s out.rec
match >out.rec
ok 'really' grep -q undecided out.rec
exits 'undecided is an outcome: exit 0' 0 match
exits 'but not clean: exit 1 with -e' 1 match -e
{ rec a ok "$(pdq $far)"; cat in; } >two
exits 'nor is all of it' 1 ct-match -qe -l list <two
rec a partial "$(pdq "$base" 90)" >in
says 'but it may match' .verdict match
rec a ok "$(pdq $far 49)" >in
says 'quality 49: undecided' .verdict undecided
rec a ok "$(pdq "$base" 49)" >in
says 'and PDQ is not looked up' '[.verdict,.total]' '["undecided",0]'
rec a ok "\"md5\":\"$md5\",$(pdq "$base" 49)" >in
says 'a digest matches at any quality' '[.verdict,.total]' '["match",1]'
rec a ok "\"pdq\":\"$far\"" >in
says 'no quality told: undecided' .verdict undecided
rec a ok "\"pdq\":\"$base\"" >in
says 'no quality told: may match' .verdict match
rec a ok '"md5":"00000000000000000000000000000000"' >in
says 'a picture without PDQ' .verdict undecided
echo '{"id":"a","file":{"mime":"application/pdf","decode":"ok"},"hashes":{"md5":"00000000000000000000000000000000"}}' >in
says 'no picture needs none' .verdict clean
sed -i 's,application/pdf,video/mp4,' in
says 'a video without frames, of which one may be a listed picture' .verdict undecided
echo '{"id":"a","file":{"mime":"video/mp4","decode":"ok"},"hashes":{}}' >in
says 'nothing to look up' .verdict undecided
echo '{"id":"a"}' >in
says 'no hashes at all' .verdict undecided
echo '{"id":"a","hashes":{"md5":"00000000000000000000000000000000"}}' >in
says 'a digest of what nobody looked at' .verdict undecided
flat=000000000000000000000000000000000000000000000000ffffffffffffff7f
rec a ok "$(pdq $flat)" >in
printf 'pdq %s flat\nmd5 %s\n' $flat $md5 >flatlist
ct-match -aq -l flatlist <in >out.rec 2>said
is 'a flat hash never matches, nor is it clean' 'undecided 0' jq -r '.match|"\(.verdict) \(.total)"' out.rec
ok 'and the list is told of it' grep -q 'left out' said

# ---- orientations
eight="\"$far\",\"$far\",\"$base\",\"$far\",\"$far\",\"$(flip 1)\",\"$far\",\"$far\""
rec a ok "$(pdq $far),\"pdq_dihedral\":[$eight]" >in
says 'each entry once, at its nearest' \
    '[.hits[]|[.entry,.distance,.orientation]]' '[["first",0,"rot180"],["second one",0,"flipy"]]'
rec a ok "$(pdq $far),\"pdq_dihedral\":{\"flipm\":\"$base\"}" >in
says 'by name' '.hits[0].orientation' flipm
for odd in "[\"$far\"]" '"x"' "{\"up\":\"$far\"}" '{"orig":1}'; do
	rec a ok "$(pdq $far),\"pdq_dihedral\":$odd" >in
	exits "pdq_dihedral $odd" 65 match
done

rec a ok "\"md5\":\"00000000000000000000000000000000\",\"pdq_dihedral\":[$eight]" >in
says 'without pdq, too' '.hits[0].orientation' rot180
rec a ok "\"pdq_dihedral\":[$eight],\"pdq_quality\":49" >in
says 'but not of a low quality' '[.verdict,.total]' '["undecided",0]'
rec a ok "$(pdq $flat),\"pdq_dihedral\":[$eight]" >in
says 'nor is it lost behind a flat one' .total 2
eight="\"$far\",\"$far\",\"$far\",\"$far\",\"$far\",\"$far\",\"$far\",\"$far\""
rec a ok "\"md5\":\"00000000000000000000000000000000\",\"pdq_dihedral\":[$eight],\"pdq_quality\":90" >in
says 'without pdq nothing is clean by it' .verdict undecided
sed -i 's,image/jpeg,video/mp4,' in
says 'whatever it says to be' .verdict undecided

# ---- of what is looked up
echo '{"id":"a","file":{"mime":"IMAGE/JPEG","decode":"ok"},"hashes":{"md5":"00000000000000000000000000000000"}}' >in
says 'a picture, however its type is spelt' .verdict undecided
printf 'md5 %s\n' $md5 >digests
rec a ok "$(pdq $far)" >in
ct-match -aq -l digests <in >out.rec
json 'nothing is clean by a list without its kind of hash' .match.verdict '"undecided"' out.rec
rec a ok "\"md5\":\"00000000000000000000000000000000\",$(pdq $far)" >in
ct-match -aq -l digests <in >out.rec
json 'with one of its kinds it is' .match.verdict '"clean"' out.rec
printf 'pdq %s twice\npdq %s twice\npdq %s %s\n' "$base" "$(flip 1)" "$(flip 31)" "$(flip 31)" >same
rec a ok "$(pdq "$base")" >in
ct-match -aq -l same <in >out.rec
json 'lines with one label are one entry' '[.match.total,.match.hits[0].entry]' '[2,"twice"]' out.rec
ok 'a hash in place of a label is not told' sh -c '! grep -q "$1" out.rec' - "$(flip 31)"

# a record that would grow over what others read tells fewer hits
i=0
while [ $i -lt 3000 ]; do
	printf 'pdq %s %s-%0200d\n' "$base" $((i += 1)) 0
done >wordy
ct-match -aq --max-hits 10000 -l wordy <in >out.rec
ok 'a record stays under 1 MiB' test "$(wc -c <out.rec)" -le 1048577
json 'and says how many hits there are' '[.match.total,(.match.hits|length > 1000)]' '[3000,true]' out.rec
printf '{"id":"long","x":"%01048450d","hashes":{"pdq":"%s"}}\n' 0 "$base" >in
exits 'one that cannot: an error' 65 ct-match -q -l list <in
ct-match -q -l list <in >out.rec 2>/dev/null
json 'with its name' '[.id,.error.code]' '["long",65]' out.rec

# ---- bad input
for odd in '"decode":5' '"decode":null' '"decode":["ok"]' '"mime":5,"decode":"ok"' '"mime":{},"decode":"ok"'; do
	echo "{\"id\":\"a\",\"file\":{$odd},\"hashes\":{$(pdq $far)}}" >in
	exits "file of $odd" 65 match
	odd=${odd%%:*}
	ok '  it is named' grep -q "file.$(echo "$odd" | tr -d \") is not a string" err
done
echo "{\"id\":\"a\",\"file\":\"ok\",\"hashes\":{$(pdq $far)}}" >in
exits 'a file that is none' 65 match
ok '  it is named' grep -q 'file is not an object' err
rec b ok '"pdq":"xyz"' >in
is 'a bad hash becomes an error of its record' \
    '{"tool":"ct-match","code":65,"msg":"hashes.pdq is not 64 hex digits"}' \
    sh -c 'ct-match -l list <in 2>/dev/null | jq -c .error'
exits 'and of the exit status' 65 match
for odd in '"md5":5' '"md5":"00"' '"sha256":null' "\"pdq\":\"$far\",\"pdq_quality\":\"9\"" "\"pdq\":\"$far\",\"pdq_quality\":101"; do
	rec b ok "$odd" >in
	exits "hashes of $odd" 65 match
done
echo '{"id":"a","error":{"tool":"ct-hash","code":66,"msg":"m"}}' >in
is 'an earlier error passes through untouched' "$(cat in)" match
exits 'and still counts' 66 match
{ rec a ok "$(pdq "$base")"; echo '{"torn'; rec c ok "$(pdq "$base")"; } >in
match >out.rec
is 'a torn line does not stop the rest' '["a",null,"c"]' jq -sc 'map(.id)' out.rec
rec a ok "$(pdq "$base")" >in
match >once
ct-match -q -l list <once >twice
ok 'a second time: the same, not two' cmp once twice
exits '-e: 1' 1 match -e
ct-match -a -l list <in >/dev/null 2>said
is 'a closing summary' 'ct-match: 1 in = 1 out + 0 dropped: 1 match' cat said

# ---- nothing came
: >in
exits 'nothing came: exit 0' 0 match
exits 'but with -e: 66' 66 match -e
is 'it is said' 'ct-match: no record came' sh -c 'ct-match -qe -l list <in 2>&1'
echo >in
exits 'an empty line is nothing' 66 match -e
echo '{"id":"a","error":{"tool":"ct-hash","code":65,"msg":"m"}}' >in
exits 'an error is something' 65 match -e
rec a ok "$(pdq $far)" >in
exits 'one that is clean' 0 match -e

# ---- bad lists
: >in
echo zz >bad
exits 'a list that is none' 65 ct-match -l bad <in
ok 'it names the line' grep -q "'bad' line 1" err
echo $sha256 >bad
exits '64 digits are PDQ or SHA-256' 65 ct-match -l bad <in
exits 'unless it is said' 0 ct-match -l bad --type sha256 <in
echo "md5 $sha1" >bad
exits 'a hash of another length' 65 ct-match -l bad <in
if grep -q 2222 err; then told=yes; else told=no; fi
ok 'the message does not tell it' test $told = no
printf 'd41d8cd98f00b204e9800998ecf8427e\n%s\n' $md5 >bad
exits 'the digest of nothing is left out' 0 ct-match -l bad <in
for none in '' '# nothing' d41d8cd98f00b204e9800998ecf8427e "pdq $flat" \
    "{\"type\":\"pdna\",\"hash\":\"$(printf %0192d 0 | tr 0 A)\"}" \
    "{\"type\":\"md5\",\"hash\":\"$md5\",\"opinion\":\"negative\"}"; do
	echo "$none" >bad
	exits "a list of nothing to match: $none" 65 ct-match -l bad <in
	ok '  it is said' grep -q "'bad' holds no hash that can be matched" err
done
printf 'md5 %s\n{"type":"foo","hash":"%s"}\n' $md5 $md5 >bad
exits 'a record of an unknown type' 65 ct-match -l bad <in
ok 'is named' grep -q "'bad' line 2: unknown type" err
for type in foo vpdq '' md-5; do
	exits "--type '$type'" 64 ct-match -l bad --type "$type" <in
done
echo $sha256 >bad
exits 'in another spelling' 0 ct-match -l bad --type SHA-256 <in
exits 'a list that is not there' 66 ct-match -l none <in
exits 'no index' 66 ct-match <in
is 'it is said what to do' "ct-match: no index '$CT_HOME/lists/known.ctx': run ct-syncdb sync" \
    sh -c 'ct-match <in 2>&1'
mkdir -p state/lists
(umask 027 && : >state/lists/known.ctx)
exits 'an empty index' 65 ct-match <in
exits 'a directory' 66 ct-match -l state <in
exits '-d and -l' 64 ct-match -d x -l y <in
exits '-t too far' 64 ct-match -t 257 -l list <in
exits 'an operand' 64 ct-match list <in
mkfifo pipe
ct-match -l list <pipe >out &
pids=$!
exec 5>pipe
kill -TERM $pids
wait $pids
ok 'a signal ends it' test $? -eq 143
pids=
done_testing
