#!/bin/sh
# large fingerprints told as text by ThreatExchange and StopNCII, and those of
# what people decided
# shellcheck source=t/lib.sh disable=SC2016,SC2094,SC2154,SC2317
. "${0%/*}/lib.sh"

mktmk 1 >1.tmk
h() { printf '%s' "$1" | sha256sum | cut -c1-"$2"; }
tmk=$(sha256sum 1.tmk | cut -c1-64)
f=$(h f 64) g=$(h g 64)
frames="\"$f,100,0.00\",\"$g,90,1.00\""
lines=$(printf '0,100,%s,0.000\n1,90,%s,1.000\n' "$f" "$g" | sha256sum | cut -c1-64)
files() { (cd "$CT_HOME/lists/$1/large" && find . -type f | sed 's,.*/,,' | LC_ALL=C sort | paste -sd ' '); }
sorted() { printf '%s\n' "$@" | LC_ALL=C sort | paste -sd ' '; }

# ---- exchanges
CT_CLOCK=2026-06-01T00:00:00Z
export CT_CLOCK CT_CONF=conf
sandbox --clock $CT_CLOCK || exit 1
printf '[source te]\ntype = threatexchange\ngroup = 300000000000001\nclass = exploitative\ncredential = box/threatexchange.cred\n' >conf
printf '[source sn]\ntype = stopncii\ncredential = box/stopncii.cred\n' >>conf
whole=$(base64 -w0 1.tmk)
theirs="$(head -c 12 1.tmk)|$(tail -c +13 1.tmk | base64 -w0)"
id=500
rec() { # TYPE HASH
	id=$((id + 1))
	printf '{"id":"%d","indicator":"%s","type":"%s","last_updated":1767254401,"should_delete":false,"descriptors":{"data":[{"id":"1%d","owner":{"id":"811"},"status":"MALICIOUS"}]}},' $id "$2" "$1" $id
}
json="[$(printf %s "$frames" | sed 's/"/\\"/g')]"
{
	rec HASH_TMK "$theirs"
	rec HASH_VIDEO_VPDQ "$json"
	rec HASH_VIDEO_VPDQ "0,100,$f,0.000\\n1,90,$g,1.000\\n"
	rec HASH_TMK 'some-name-of-it'
	rec HASH_TMK "$(printf %s "$theirs" | sed 's/^T/U/')"
	rec HASH_VIDEO_VPDQ "$f"
	rec HASH_VIDEO_VPDQ '[]'
} >recs
control "{\"threatexchange\":[$(sed 's/,$//' recs)],\"stopncii\":[{\"signalType\":\"VideoTMK\",\"hashValue\":\"$whole\",\"hashStatus\":\"Active\"}]}"
exits 'fingerprints as text, and what is none' 65 ct-syncdb --retry-wait 0 sync
cp err said
ok 'TMK+PDQF in another form is told of' grep -q 'TMK+PDQF hashes in a form that this program does not know: kept' said
is 'what is none is refused' 'page 1 record 5: refused: damaged
page 1 record 6: refused: damaged
page 1 record 7: refused: damaged' sed -n 's/^ct-syncdb: te: \(page.*refused.*\)/\1/p' said
is 'the others are signals' '["sn",1,1] ["te",4,2]' sh -c 'ct-syncdb show | jq -c "[.source,.entries,.large]" | xargs -d "\n"'
is 'an array and lines of the same frames are one file' "$(sorted "$tmk" "$lines")" files te
is 'base64 as a whole' "$tmk" files sn
rm -rf "$CT_HOME"
for i in 1 2 3 4 5 6 7 8; do # more bytes than a page may have
	{ rec HASH_TMK "$theirs"; rec HASH_TMK "$theirs"; rec HASH_TMK "$theirs"; rec HASH_TMK "$theirs"; } >recs
	control "{\"threatexchange\":[$(sed 's/,$//' recs)]}"
done
exits 'a page that is too large is asked for in smaller ones' 65 ct-syncdb -q --retry-wait 0 sync te
is '  and all is there' '[36,2]' sh -c 'ct-syncdb show te | jq -c "[.entries,.large]"'

# ---- a file of lines
rm -rf "$CT_HOME"
printf '[source own]\ntype = file\npath = dir/list\n' >conf
mkdir dir && cp 1.tmk dir/ && printf '0,100,%s,0.000\n' "$f" >dir/v
printf 'tmk 1.tmk a\nvpdq v b\nvpdq none c\ntmk v d\ntmk %s e\n' "$f" >dir/list
exits 'paths of fingerprints, and what is none' 65 ct-syncdb sync
cp err said
is '  is said of each' 'line 3: refused: its file cannot be read
line 4: refused: its file is no TMK+PDQF
line 5: refused: want its file' sed -n 's/^ct-syncdb: own: \(line\)/\1/p' said
is '  those that are' "$(sorted "$tmk" "$(sha256sum dir/v | cut -c1-64)")" files own
sed -i '1!d' dir/list
ct-syncdb -q sync
ct-syncdb -q sync
is 'files go with their lines' "$tmk" files own
printf '{"id":"x","hashes":{"tmk":"%s"}}\n' "$tmp/1.tmk" | ct-match -q >matched
is 'and match by the index' '["own","a","tmk"]' jq -c '.match.hits[]|[.source,.entry,.type]' matched

# ---- verdicts
unset CT_CLOCK
printf '[source bad]\ntype = own\n[source good]\ntype = own\naction = allow\n' >conf
rm -rf "$CT_HOME"
cp 1.tmk a.tmk
for i in 1 2 3 4; do
	printf '{"id":"v%d","user":{"id":"u%d"},"file":{"mime":"video/mp4","decode":"ok"},"hashes":{"sha256":"%s","vpdq":[%s],"vpdq_method":"1/s"%s}}\n' \
	    $i $i "$(h $i 64)" "$frames" "$([ $i = 3 ] || printf ',"tmk":"%s"' "$tmp/a.tmk")"
done >in
ct-review add -aq <in >/dev/null
for i in 1 3 4; do ct-review decide -d "$CT_HOME" --item v$i --verdict csam --by r7 --note x; done >/dev/null
ct-review decide -d "$CT_HOME" --item v2 --verdict not_csam --by r7 --note x >/dev/null
ct-review decided -a >decided
sed -n '/"id":"v1"/p;/"id":"v3"/p' decided >first
exits 'what was decided about videos' 0 sh -c 'ct-syncdb -q add <first | ct-syncdb -q deny'
is 'is kept with its frames and TMK+PDQF' "$(sorted "$tmk" "$lines")" files bad
is '  as signals' '[2,5,2]' sh -c 'ct-syncdb show bad | jq -c "[.entries,.hashes,.large]"'
ct-syncdb diff --since 0 bad >/dev/null 2>&1
sed '/"id":"v2"/!d' decided >second
exits 'what is harmless' 0 sh -c 'ct-syncdb -q add <second | ct-syncdb -q deny'
is '  is so by its digest only' '[1,1,0]' sh -c 'ct-syncdb show good | jq -c "[.entries,.hashes,.large]"'
sed 's/,100,0.00/,99,0.00/' first >forged
exits 'other frames than those decided about' 77 ct-syncdb -q add <forged
sed 's/a.tmk/1.tmk/' first >forged
exits 'another path' 77 ct-syncdb -q add <forged
sed '/"id":"v4"/!d' decided >third
rm a.tmk
exits 'a .tmk that is gone' 66 ct-syncdb -q add <third
ok '  is told of' grep -q "hashes.tmk: '.*a.tmk': cannot open.*: taken without it" err
is '  and the rest is taken' '[3,7,2]' sh -c 'ct-syncdb show bad | jq -c "[.entries,.hashes,.large]"'
ct-syncdb -q sync
is '  and no file went' "$(sorted "$tmk" "$lines")" files bad
exits 'taken out' 0 ct-syncdb -q add --remove --by ana <first
ct-syncdb -q sync
is 'and so are the files that nobody else has' "$lines" files bad
done_testing
