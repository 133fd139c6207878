#!/bin/sh
# ct-match: videos by their frames and by TMK, pictures in them, and what is
# clean of them
# shellcheck source=t/lib.sh disable=SC2016,SC2317
. "${0%/*}/lib.sh"
. "$t/frames.sh"
golden=$top/t/data/golden/vpdq

# flip BITS - one bit of each of the last digits the other way
flip() {
	awk -F, -v n="$1" '{
		digits = "0123456789abcdef"
		other = "1032547698badcfe"
		h = $3
		for (k = 0; k < n; k++) {
			c = index(digits, substr(h, 64 - k, 1))
			h = substr(h, 1, 63 - k) substr(other, c, 1) substr(h, 65 - k)
		}
		print $1 "," $2 "," h "," $4
	}'
}
# says WHAT FILTER EXPECTED [OPTION...] - of each record of in, a line
says() {
	says=$1 filter=$2 expected=$3
	shift 3
	ct-match -qa -l list "$@" <in >out 2>said
	is "$says" "$expected" jq -rc "$filter" out
}
hits='[.match.hits[]|[.entry,.type,.distance,.at_ms,.query_percent,.compared_percent]]'

# ---- the reference's own ---------------------------------------------------------
for f in "$golden"/*.txt; do
	name=${f##*/}
	name=${name%%.*}
	cp "$f" "$name.vpdq"
	echo "vpdq $name.vpdq ${name#g_}" >>list
	rec "${name#g_}" ',"vpdq_method":"all"' <"$f" >>in
done
says 'golden clips: three are one film, the others nothing but themselves' "[.id,.match.verdict,$hits]" \
    '["audio_first_bframes","match",[["audio_first_bframes","vpdq",0,0,100,100]]]
["black_25","undecided",[]]
["life_10_vp8","match",[["life_10_vp8","vpdq",0,0,100,100]]]
["mandel_15_small","match",[["mandel_15_small","vpdq",0,0,100,100],["mandel_clip_mpeg4","vpdq",6,933,62,100],["mandel_30_h264","vpdq",8,0,100,100]]]
["mandel_30_h264","match",[["mandel_30_h264","vpdq",0,0,100,100],["mandel_clip_mpeg4","vpdq",0,900,63,100],["mandel_15_small","vpdq",8,0,100,100]]]
["mandel_clip_mpeg4","match",[["mandel_30_h264","vpdq",0,0,100,63],["mandel_clip_mpeg4","vpdq",0,0,100,100],["mandel_15_small","vpdq",6,0,100,62]]]
["testsrc_25_h264","match",[["testsrc_25_h264","vpdq",0,0,100,100]]]'
ok 'the black one is told of' grep -q '1 hashes left out: they are of something flat' said
ct-match build -o list.ctx list 2>/dev/null
ct-match -qa --verify -l list.ctx -j 1 <in | sed 's/"source":"[^"]*"//g; s/"age_s":[0-9]*//' >out.1
for j in 1 4; do
	ct-match -qa -l list -j $j <in 2>/dev/null | sed 's/"source":"[^"]*"//g; s/"age_s":[0-9]*//' | cmp - out.1 && echo "$j"
done >out.j
is 'an index says the same, by any number of threads' '1
4' cat out.j
is 'what was there stays' '' sh -c 'sed "s/,\"match\":.*/}/" out >bare; diff in bare'

# ---- edges -------------------------------------------------------------------------
frames 1 5 >five
{ head -n 4 five | flip 31; frames 9 1; } >near
{ head -n 3 five; frames 9 2; } >three
echo 'vpdq five film' >list
rec four <near >in
says '31 bits, 4 of 5 frames: 80 %' "$hits" '[["film","vpdq",31,0,80,80]]'
says '--vpdq-distance 30' .match.total 0 --vpdq-distance 30
says '--vpdq-query 81, --vpdq-contained 81' .match.total 0 --vpdq-query 81 --vpdq-contained 81
says 'either is enough' .match.total 1 --vpdq-query 81
says '  and the other' .match.total 1 --vpdq-contained 0
says '--vpdq-compared 81' .match.total 0 --vpdq-contained 0 --vpdq-compared 81
says '  80' .match.total 1 --vpdq-contained 0 --vpdq-compared 80
flip 32 <five | rec far >in
says '32 bits' '[.match.verdict,.match.total]' '["clean",0]'
rec a <three >in
says '3 of 5' .match.total 0
{ frames 7 40; cat five; frames 8 40; } | awk -F, '{ print NR "," $2 "," $3 "," NR ".000" }' >long
rec a <long >in
says 'a listed clip in something longer' "$hits" '[["film","vpdq",0,41000,5,100]]'
says '  by the rule of the reference alone' .match.total 0 --vpdq-contained 0
says '  policy: all of it is there' '.match.hits[0]|[.frames,.policy]' '[5,"review"]'

# ---- where the list has every frame, and the record one a second -----------------
frames 21 150 | awk -F, '{ printf "%d,%d,%s,%.3f\n", $1, $2, $3, $1 / 25 }' >fast
frames 22 40 >others
# at BAD... - the film from 20 s on in something else, but for these of its seconds
at() {
	awk -F, -v bad=" $* " '
	    NR == FNR { if ($1 % 25 == 0) hash[$1 / 25] = $3; next }
	    { s = $1 - 20; print $1 "," $2 "," (s in hash && !index(bad, " " s " ") ? hash[s] : $3) "," $4 }' fast others |
	    rec 'in'
}
echo 'vpdq fast film' >list
at >in
says 'a film of six seconds in another' "$hits" '[["film","vpdq",0,20000,15,4]]'
says '  it is told how long it is, and is for a person' '.match.hits[0]|[.duration_ms,.policy]' '[5960,"review"]'
says '  not by the rule of the reference' .match.total 0 --vpdq-contained 0
at 2 >in
says 'one of its frames in it is another: 83 %' .match.total 1
says '  --vpdq-query 84' .match.total 0 --vpdq-query 84
says '  --vpdq-query 0 is as by default' .match.total 1 --vpdq-query 0 --vpdq-compared 50
at 2 3 >in
says 'two: 67 %' .match.total 0
at 0 >in
says 'five seconds of it' .match.total 1
says '  --vpdq-contained 84' .match.total 0 --vpdq-contained 84
at 0 5 >in
says 'four' .match.total 0
at 0 1 2 3 4 >in
says 'a single frame' .match.total 0
{ head -n 3 five; sed -n 4,5p five | sed 's/,100,/,49,/'; } >bad
echo 'vpdq five film' >list
rec a <bad >in
says 'quality 49 does not count' "$hits" '[["film","vpdq",0,0,100,60]]'
says '  but does where it is asked for' "$hits" '[["film","vpdq",0,0,100,100]]' --quality 49
exits '  not of an index' 64 ct-match -q --quality 49 -l list.ctx <in
sed 's/,49,/,50,/' bad | rec good >in
says '50 does' "$hits" '[["film","vpdq",0,0,100,100]]'
echo 'vpdq bad half' >list
rec half <five >in
says 'nor in the list' "$hits" '[["half","vpdq",0,0,60,100]]'
{ cat five five; echo '9,100,0000000000000000000000000000000000000000000000000000000000000000,9.000'; } | rec twice >in
echo 'vpdq five film' >list
says 'the same frame is one, a flat one none' "$hits" '[["film","vpdq",0,0,100,100]]'
for bits in 257 -1 x ''; do exits "--vpdq-distance '$bits'" 64 ct-match -l list --vpdq-distance "$bits" <in; done
for level in 1.1 .5 0.12345 x; do exits "--tmk-level2 $level" 64 ct-match -l list --tmk-level2 $level <in; done

# ---- pictures and videos -------------------------------------------------------------
hex() { sed -n "$1p" five | cut -d, -f3; }
{ echo "pdq $(sed -n 2p near | cut -d, -f3) far"; echo "pdq $(hex 3) third"; } >list
{ cat five; sed -n 3p five | sed 's/2.000/7.500/'; } | rec v >in
says 'listed pictures in a video: the nearest, when it is first' "$hits" \
    '[["third","pdq",0,2000,null,null],["far","pdq",31,1000,null,null]]'
says '-t' .match.total 1 -t 30
sed 's/,100,/,49,/' five | rec low >in
says 'of frames that count' '[.match.verdict,.match.total]' '["undecided",0]'
echo 'vpdq five film' >list
pic() { printf '{"id":"p","file":{"mime":"image/jpeg","decode":"ok"},"hashes":{"pdq":"%s","pdq_quality":%s%s}}\n' "$1" "$2" "${3-}"; }
pic "$(hex 4)" 50 >in
says 'a picture of a listed video' '[.match.hits[]|[.type,.distance,.orientation,.at_ms,.query_percent,.compared_percent]]' \
    '[["vpdq",0,"orig",null,100,20]]'
pic "$(hex 4)" 49 >in
says 'of low quality' .match.total 0
other=$(frames 3 1 | cut -d, -f3)
all="\"$other\",\"$other\",\"$other\",\"$(hex 2)\",\"$other\",\"$other\",\"$other\",\"$(hex 1)\""
pic "$other" 90 ",\"pdq_dihedral\":[$all]" >in
says 'in all orientations it is one picture' '[.match.hits[]|[.distance,.orientation,.query_percent,.compared_percent]]' \
    '[[0,"flipm",100,40]]'
pic "$other" 90 >in
says 'another is clean' .match.verdict clean
bash -c "printf '$(hex 4 | sed 's/../\\x&/g')'" >packed
ct-match -q --packed -l list <packed >out
json '--packed' '.match.hits[0].type' '"vpdq"' out

# ---- what is clean --------------------------------------------------------------------
frames 5 5 >new
{ frames 5 3; frames 6 3 49; frames 7 1 49 | sed 's/,49,/,10,/'; } >dark
{
	rec ok <new
	rec told ',"vpdq_method":"1/s","vpdq_cover":10' <new
	rec key ',"vpdq_method":"key"' <new
	rec rare ',"vpdq_method":"0.5/s"' <new
	rec cover ',"vpdq_cover":11' <new
	rec cut '' partial <new
	rec black <dark
	head -n 6 dark | rec half
	rec none </dev/null
	echo '{"id":"no","file":{"mime":"video/mp4","decode":"ok"},"hashes":{"md5":"00000000000000000000000000000000"}}'
	rec key ',"vpdq_method":"key"' <five
} >in
says 'clean or not' '.id+" "+.match.verdict' 'ok clean
told clean
key undecided
rare undecided
cover undecided
cut undecided
black undecided
half clean
none undecided
no undecided
key match'
first=$(head -n 1 new | cut -d, -f3)
{ sed '1s/,100,/,9,/' new | rec heic ",\"pdq\":\"$first\",\"pdq_quality\":9"; } | sed 's,video/mp4,image/heic,' >in
sed 's/heic/gif/g' in >gif && cat gif >>in
says 'of little quality: what stands in front for itself, and a frame of many' '.id+" "+.match.verdict' 'heic undecided
gif clean'
rec ok <new >in
echo 'md5 11111111111111111111111111111111' >list
head -n 1 in >one && mv one in
says 'a list of nothing that it has' .match.verdict undecided

# ---- malformed, and large ---------------------------------------------------------------
echo 'vpdq five film' >list
{
	rec a <five
	echo '{"id":"b","hashes":{"vpdq":"x"}}'
	echo '{"id":"c","hashes":{"vpdq":["zz,100,0"]}}'
	echo '{"id":"d","hashes":{"vpdq":[1]}}'
	rec e ',"vpdq_cover":"x"' <five
	rec f ',"vpdq_method":1' <five
	rec g ',"tmk":1' <five
	rec h <five | sed 's/,100,/,101,/'
	rec i <five | sed 's/,100,/,\\u0031\\u0030\\u0030,/; s/"id"/"i\\u0064"/'
	frames 4 12000 | rec j
	{ frames 4 12000; cat five; } | rec k
} >in
exits 'what is malformed' 65 ct-match -qa -l list <in
mv got all && mv err said
is '  is an error of its own, the rest is done' 'a match
b 65
c 65
d 65
e 65
f 65
g 65
h 65
i match
j clean
k match' jq -r '"\(.id) \(.match.verdict // .error.code)"' all
ok '  it is said what' grep -q 'line 3: hashes.vpdq: element 0 is no frame of vPDQ' said
tail -n 2 in | head -n 1 >12k
ok '12,000 frames' test "$(wc -c <12k)" -gt 900000

# ---- TMK --------------------------------------------------------------------------------
mktmk 1 >1.tmk
mktmk 2 >2.tmk
head -c 263343 1.tmk >cut.tmk
head -c 263344 /dev/zero >zero.tmk
mkdir sub && echo 'tmk ../1.tmk one' >sub/list
cp sub/list list && sed -i 's/\.\.\///' list
for f in 1 2 cut none; do printf '{"id":"%s","file":{"mime":"video/mp4","decode":"ok"},"hashes":{"tmk":"%s"}}\n' $f "$tmp/$f.tmk"; done >in
ct-match -qa -l sub/list <in >out 2>said
json 'itself, and no other; what cannot be read is no error' '[.id,.match.verdict,(.match.hits[]|[.entry,.level1,.level2,.shift_ms,.distance])]' \
    '["1","match",["one",1,1,0,null]]
["2","undecided"]
["cut","undecided"]
["none","undecided"]' out
is 'it is said once' 1 grep -c 'hashes.tmk of a record' said
ok 'by TMK no hit is without doubt' grep -q '"policy":"review"' out
mktmk 1 2 40 >2.tmk
sed -n 2p in >one && mv one in
says 'one that is only alike' .match.verdict undecided
says '  matches if that is asked for' '.match.hits[0]|[.level1 > 0.7,.level2 > 0.7,.level2 < 0.9]' '[true,true,true]' --tmk-level2 0.7
says '  not with more of level 1' .match.total 0 --tmk-level2 0.7 --tmk-level1 0.95

# ---- lists that are refused ----------------------------------------------------------------
for line in 'vpdq none x' 'vpdq 1.tmk' 'tmk five' 'tmk cut.tmk' 'tmk zero.tmk' 'vpdq .' \
    "vpdq $(printf %064d 1)" 'vpdq'; do
	echo "$line" >list
	exits "list: $line" 65 ct-match -l list <in
done
{ rec a <five; } >in
echo '{"type":"vpdq","hash":"five","entry":"7","member":"m","classification":"A1"}' >list
says 'an entry as a record' '.match.hits[0]|[.entry,.member,.classification]' '["7","m","A1"]'
printf 'vpdq five film\nvpdq near film\nmd5 11111111111111111111111111111111 film\n' >list
says 'each video of an entry is a hit' "$hits" '[["film","vpdq",0,0,100,100],["film","vpdq",31,0,80,80]]'
says '--max-hits' '[.match.total,(.match.hits|length)]' '[2,1]' --max-hits 1
ct-match -q --delta list <in >out
json '--delta' .match.total 2 out

# ---- an index with something wrong ------------------------------------------------------------
printf 'vpdq five film\ntmk 1.tmk one\n' >list
ct-match build -o a.ctx list
size=$(wc -c <a.ctx)
missed=0
for at in $(seq 4096 $((size / 40)) "$size"); do
	cp a.ctx b.ctx
	spoil b.ctx "$at"
	! ct-match -qa -l b.ctx <in >/dev/null 2>&1 || missed=$((missed + 1))
done
is 'a byte of it changed: noticed' 0 echo $missed

# ---- the lists of ct-syncdb ----------------------------------------------------------------
sandbox --clock 2026-06-01T00:10:00Z || exit 1
control "$(printf '{"entries":[{"member":"9002","entry":"1","content":"video","type":"TMK_PDQF","path":"%s"}]}' "$tmp/1.tmk")"
control '{"clock":"2026-06-01T00:20:00Z"}'
config() { printf '[source ncmec]\ntype = ncmec\ncredential = box/hashsharing.cred\n%s\n' "$1" >ct.conf; }
sync() { CT_CLOCK=2026-06-01T00:20:00Z ct-syncdb -q -c ct.conf --retry-wait 0 sync 2>said; }
with() { printf '{"id":"a","file":{"mime":"video/mp4","decode":"ok"},"hashes":{"tmk":"%s"}}\n' "$tmp/$1.tmk"; }
lists() { # WHAT FILTER EXPECTED
	ct-match -qa <in >out
	json "$1" "$2" "$3" out
}
config 'action = report'
exits 'a list with a large fingerprint' 0 sync
with 1 >in
lists 'matches, not without a person' '[.match.verdict,(.match.hits[]|[.member,.entry,.content,.type,.level2,.policy])]' \
    '["match",["9002","1","video","tmk",1,"review"]]'
with 2 >in
lists 'another is worth a look' .match.verdict '"undecided"'
config 'tmk_level2 = 0.7'
sync
lists 'tmk_level2 of the source' .match.verdict '"match"'
for odd in 'tmk_level2 = 2' 'vpdq_query = 101' 'vpdq_distance = x'; do
	config "$odd"
	exits "$odd" 78 sync
done
mktmk 3 >3.tmk
rec v ",\"tmk\":\"$tmp/3.tmk\"" <new >in
lists 'what is neither is clean' .match.verdict '"clean"'
file=$(find "$CT_HOME/lists/ncmec/large" -type f)
cp "$file" kept && chmod u+w "$file" && spoil "$file" 9999
config 'tmk_level1 = 0.6'
sync
ok 'a damaged fingerprint is told of' grep -q "source 'ncmec': fingerprints of videos are missing" said
lists '  nothing is clean meanwhile' .match.verdict '"undecided"'
cat kept >"$file"
sync
lists '  but when it is there again' .match.verdict '"clean"'
rm "$file"
control '{"fault":[null,"large:*:http:404"]}'
config 'tmk_level1 = 0.5'
sync
lists 'nor while the source lacks what it lists' .match.verdict '"undecided"'

# ---- shown turned ----------------------------------------------------------------------
for i in 1 2 3 4; do mkpix --seed "$i" --size 200x150 "turn.$i.png" || exit 1; done
ct-hash -q --dihedral turn.?.png >all
# as N - those pictures as frames, so turned: 0 as they are, 1 to 3 by quarters
as() {
	jq -r --argjson n "$1" '.hashes.pdq_dihedral[$n]' all | awk '{ printf "%d,100,%s,%d.000\n", NR - 1, $1, NR - 1 }'
}
turned='[.match.verdict]+[.match.hits[]|[.entry,.orientation,.at_ms,.query_percent,.compared_percent]]'
as 0 >stored
for turn in '90 3 rot270' '180 2 rot180' '270 1 rot90'; do
	# shellcheck disable=SC2086 # three words
	set -- $turn
	as "$2" >upright
	rec v <stored | jq -c --argjson by "$1" '.file.turn = $by' >in
	echo 'vpdq upright film' >list
	says "shown turned by $1, listed upright" "$turned" '["match",["film","'"$3"'",0,100,100]]'
	echo 'vpdq stored film' >list
	says '  as it is stored' "$turned" '["match",["film",null,0,100,100]]'
	{ head -n 2 stored && tail -n 2 upright; } >mixed
	echo 'vpdq mixed film' >list
	says '  not by half of each' "$turned" '["clean"]'
	says '    which are counted' "$turned" '["match",["film",null,0,50,50]]' --vpdq-query 50
	sed -n '3s/.*,\(.*\),.*/pdq \1 pic/p' upright >list
	says '  a listed picture in it' "$turned" '["match",["pic","'"$3"'",2000,null,null]]'
	echo 'vpdq upright film' >list
	rec v <stored >in
	says '  not if it is shown as it is' "$turned" '["clean"]'
done
rec v <stored | jq -c '.file.turn = "90"' >in
is 'a turn that is no number' 65 sh -c 'ct-match -qa -l list <in >out 2>/dev/null; echo $?'
done_testing
