#!/bin/sh
# ct-match: build, histogram, --delta, --packed, PhotoDNA
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

base=0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f
near=0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0e
far=f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0
md5=11111111111111111111111111111111
rec() { printf '{"id":"%s","file":{"mime":"image/jpeg","decode":"ok"},"hashes":{%s}}\n' "$1" "$2"; }
pdq() { printf '"pdq":"%s","pdq_quality":%s' "$1" "${2-90}"; }

# ---- build
printf 'pdq %s one\n' $base >a.list
printf '%s two\n' $md5 >b.list
exits 'two lists' 0 ct-match build -o both.ctx a.list b.list
rec x "\"md5\":\"$md5\",$(pdq $near)" >in
ct-match -qa -l both.ctx <in >out
json 'each is a source' '[.match.hits[]|[.source,.entry,.distance,.policy]]' \
    '[["b.list","two",0,"review"],["a.list","one",1,"review"]]' out
is 'its mode' 640 stat -c %a both.ctx
ct-match build -t 0 -o narrow.ctx a.list
ct-match -qa -l narrow.ctx <in >out
json '-t is its threshold' .match.verdict '"clean"' out
ct-match build -o stdin.ctx --type pdq <<END
$base from a pipe
END
ct-match -qa -l stdin.ctx <in >out
json 'from standard input' '.match.hits[0]|[.source,.entry]' '["stdin","from a pipe"]' out
cp both.ctx kept
echo 'zz' >bad
exits 'a bad line' 65 ct-match build -o both.ctx a.list bad
ok 'it is named' grep -q "'bad' line 1" err
ok 'and the index stays' cmp kept both.ctx
: >empty
exits 'a list of nothing' 65 ct-match build -o both.ctx a.list empty
ok 'is named' grep -q "'empty' holds no hash" err
exits 'a list that is not there' 66 ct-match build -o both.ctx none
exits 'a directory that is not there' 73 ct-match build -o no/where.ctx a.list
ok 'nothing is left of any' sh -c '! ls | grep -q tmp'
: >both.ctx.tmp.999999
ct-match build -o both.ctx a.list b.list
ok 'nor of one that was killed' test ! -e both.ctx.tmp.999999
mkfifo pipe
ln -s a.list link
cp a.list a.kept
for odd in pipe link a.list .; do
	exits "it does not take the place of $odd" 73 ct-match build -o $odd a.list
done
ok 'which stay what they were' sh -c 'test -p pipe && test -h link && cmp a.list a.kept'
exits 'without -o' 64 ct-match build a.list
exits 'with what build does not take' 64 ct-match build -a -o x a.list
ct-match build -o again.ctx --type md5 a.list b.list
ok 'the same lists, the same index' sh -c \
    'tail -c +4097 both.ctx >1; tail -c +4097 again.ctx >2; cmp 1 2'

# ---- histogram
{ rec a "$(pdq $base)"; rec b "$(pdq $near)"; rec c "$(pdq $near 40)"; rec d "$(pdq $far)"; rec e '"md5":"22222222222222222222222222222222"'; } >in
ct-match histogram -t 2 -l a.list <in >out 2>said
is 'how near' '{"source":"a.list","type":"pdq","threshold":31,"quality":50,"looked":3,"distance":[1,1,0]}' cat out
ok 'the summary adds up' grep -q '5 in = 0 out + 5 dropped: 4 looked up, 1 without PDQ' said
ct-match histogram -q -l both.ctx <in >out
is 'of 47 bits' '48
48' jq '.distance|length' out
exits 'with what histogram does not take' 64 ct-match histogram -a -l a.list <in

# ---- delta: what is new, against all there is
ct-match -q --delta a.list <in >out 2>said
json 'only what matches is written' '[.id,.match.verdict]' '["a","match"]
["b","match"]' out
ct-match --delta a.list <in 2>said >out
ok 'the rest is counted' grep -q '5 in = 2 out + 3 dropped: 2 match, 3 other' said
: >none
exits 'nothing new: nothing matches' 0 ct-match -q --delta none <in
ok 'at all' test ! -s got
exits '--delta and -l' 64 ct-match --delta a.list -l a.list <in

# ---- packed: 32 bytes a hash
bash -c "printf '$(echo $far$near$base | sed 's/../\\x&/g')'" >packed
ct-match -q --packed --delta a.list <packed >out
json 'a record for each row that matches' '[.id,.match.hits[0].distance]' '["row:1",1]
["row:2",0]' out
ct-match --packed --delta a.list <packed 2>said >out
ok 'counted' grep -q '3 hashes: 2 match, 1 other' said
head -c 95 packed >cut.packed
exits 'a hash cut short' 65 ct-match -q --packed --delta a.list <cut.packed
json 'those before it are looked up' .id '"row:1"' got
exits '-e: something matched' 1 ct-match -qe --packed -l a.list <packed
head -c 32 packed >one.packed
exits '-e: nothing did' 0 ct-match -qe --packed -l a.list <one.packed
exits '-e: nothing came' 66 ct-match -qe --packed -l a.list </dev/null
mkfifo slow
ct-match -q --packed -l a.list <slow >out.slow &
pids=$!
exec 5>slow
cat packed >&5
tries=0
until [ -s out.slow ] || [ $tries -eq 1000 ]; do
	tries=$((tries + 1))
	sleep 0.05
done
ok 'an answer comes at once, though more may follow' test -s out.slow
kill -USR1 $pids
exec 5>&-
wait $pids
ok 'and SIGUSR1 is no harm' test $? -eq 0
pids=
: >nothing
exits 'no hash' 0 ct-match -q --packed --delta a.list <nothing

# ---- PhotoDNA: 144 bytes as hex digits or base64
pdna=$(awk 'BEGIN { for (i = 0; i < 144; i++) printf "%02x", i * 37 % 256 }')
pdna1=$(awk 'BEGIN { for (i = 0; i < 144; i++) printf "%02x", i ? i * 37 % 256 : 100 }')
pdna9=$(awk 'BEGIN { for (i = 0; i < 144; i++) printf "%02x", (i * 37 + 20) % 256 }')
b64=$(bash -c "printf '$(echo "$pdna" | sed 's/../\\x&/g')'" | base64 -w 0)
printf 'pdna %s known\n' "$pdna" >p.list
for h in "$pdna" "$b64"; do
	rec x "\"pdna\":\"$h\"" >in
	ct-match -qa -l p.list <in >out
	json 'equal' '[.match.verdict,(.match.hits[0]|[.type,.distance,.orientation])]' '["match",["pdna",0,null]]' out
done
printf 'pdna %s known\n' "$b64" >b64.list
ct-match -qa -l b64.list <in >out
json 'in the list, too' .match.verdict '"match"' out
rec x "\"pdna\":\"$pdna1\"" >in
ct-match -qa -l p.list <in >out
json 'the sum of the squares' '.match.hits[0].distance' 10000 out
rec x "\"pdna\":\"$pdna9\"" >in
ct-match -qa -l p.list <in >out
json 'more than 40000 is none' '[.match.verdict,.match.total]' '["undecided",0]' out
printf '[source own]\ntype = file\npath = p.list\npdna_threshold = 9999\n' >ct.conf
rec x "\"pdna\":\"$pdna1\"" >in
CT_CONF=ct.conf ct-syncdb -q sync
ct-match -qa <in >out
json 'its threshold is of the source' .match.verdict '"undecided"' out
sed -i 's/9999/10000/' ct.conf
CT_CONF=ct.conf ct-syncdb -q sync
ct-match -qa <in >out
json 'inclusive' .match.verdict '"match"' out
flat=$(awk 'BEGIN { for (i = 0; i < 144; i++) printf "%02x", int(i / 4) }')
printf 'pdna %s flat\nmd5 %s\n' "$flat" $md5 >flat.list
rec x "\"pdna\":\"$flat\"" >in
ct-match -qa -l flat.list <in >out 2>said
json 'of something flat never' .match.verdict '"undecided"' out
ok 'which is said of the list' grep -q 'left out: they are of something flat' said
rec x "\"md5\":\"$md5\",\"pdna\":\"$(printf %0288d 0)\"" >in
ct-match -qa -l flat.list <in >out 2>/dev/null
json 'one of zeros hides no other hash' '[.match.verdict,.match.hits[0].type]' '["match","md5"]' out
rec x "\"md5\":\"00000000000000000000000000000000\",$(pdq $far),\"pdna\":\"$flat\"" >in
cat a.list p.list b.list >all.list
ct-match -qa -l all.list <in >out
json 'and nothing is clean that was not looked up' .match.verdict '"undecided"' out
for odd in '"00"' 5 null "\"$pdna@\"" "\"${b64%?}*\""; do
	rec x "\"pdna\":$odd" >in
	exits "pdna of $(echo "$odd" | cut -c 1-9)" 65 ct-match -l p.list <in
done
for k in scalar popcnt avx2 neon avx512; do
	rec x "\"pdna\":\"$pdna1\"" >in
	CT_CPU=$k ct-match -qa -l p.list <in >out
	json "$k says the same" '.match.hits[0].distance' 10000 out
done
done_testing
