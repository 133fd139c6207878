#!/bin/sh
# ct-syncdb, bad feeds: lists that shrink, of one hash, of the wrong type; VICS
# as it comes; some members only
# shellcheck source=t/lib.sh disable=SC2154,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/cases.sh
. "$t/cases.sh"

CT_CLOCK=2026-06-01T00:00:00Z CT_CONF=$tmp/ct.conf
export CT_CLOCK CT_CONF
sync() { ct-syncdb -q --retry-wait 0 sync "$@" 2>said; }
show() { ct-syncdb show | jq -rc "$1"; }
h() { printf '%s' "$1" | sha256sum | cut -c1-"$2"; }
many() { awk -v a="$1" -v b="$2" 'BEGIN { for (i = a; i < b; i++) printf "md5 %032x e%d\n", i + 65536, i }'; }
# hits TYPE HASH - the entries, or what else of the hits $3 says
hits() {
	printf '{"hashes":{"%s":"%s"}}\n' "$1" "$2" | ct-match -aq |
	    jq -rc "[.match.hits[]?|${3-.entry}]"
}
file() { # LINE... - a source that is the file "list"
	rm -rf "$CT_HOME"
	{ printf '[source own]\ntype = file\npath = list\n' && printf '%s\n' "$@"; } >"$CT_CONF"
}

# ---- 35, and a file of 34
file
many 0 20000 >list
sync
ct-syncdb show >whole
many 2200 20000 >list
ends 77 sync
ok 'nothing of it is taken' sh -c 'ct-syncdb show | diff whole -'
is 'what is absent matches' '["e5"]' hits md5 "$(printf %032x 65541)"
many 1800 20000 >list
ends 0 sync
is 'it is taken' 18200 show .entries
row 35 'a list shrinks by 11, by 9 per cent' 'refused; taken'
ct-syncdb show >whole
: >list
ends 77 sync
printf '# nothing but this\n\n' >list
ends 77 sync
ok 'nothing of it is taken' sh -c 'ct-syncdb show | diff whole -'
is 'all of it matches' '["e5000"]' hits md5 "$(printf %032x 70536)"
row 34 'a file that is empty after one that was not' 'refused, the old list matches'

# ---- 49
file
printf 'md5 %s only\n' "$(h 1 32)" >list
ends 0 sync
is 'one matches' '["only"]' hits md5 "$(h 1 32)"
row 49 'a list of one entry' 'matches'
file
: >list
ends 0 sync
is 'it is a list, and there is an index' '[0,0,true]' show '[.entries,.age_s,.compiled]'
printf '{"file":{"decode":"ok"},"hashes":{"md5":"%s","pdq":"%s","pdq_quality":100}}\n' "$(h 1 32)" "$(h 4 64)" >rec
is 'nothing is on it' '[0,1]' sh -c 'ct-match -q <rec | jq -c "[.match.total,.match.db.generation]"'
row 49 'a list of none, the first time' 'loads; nothing matches'

# ---- 51
pdq=$(h pdq 64) sha=$(h sha 64)
printf '%s a\n' "$pdq" >list
for type in pdq sha256; do
	file "hash = $type"
	ends 0 sync
	is "$type: it is one" '["a"]' hits $type "$pdq"
	[ $type = pdq ] && other=sha256 || other=pdq
	is "  and no $other" '[]' hits "$other" "$pdq"
done
row 51 'PDQ given as SHA-256, and the reverse' 'the declared type holds'
printf '# a list\n%s a\n%s b\n' "$pdq" "$sha" >list
file
ends 78 sync
ok 'it says what to do' grep -q 'want hash = pdq or sha256$' said
is 'nothing is taken' '0 null' show '"\(.entries) \(.last_run)"'
row 51 '64 digits, and no type' 'refused as a whole, with what to configure'
echo "md5 $(h c 32) c" >>list
ends 65 sync
is 'with others these are taken' '1 2' show '"\(.entries) \(.rejects)"'
row 51 '64 digits without a type among others' 'these lines refused'

# ---- 52
pdna=$(awk 'BEGIN { for (i = 0; i < 144; i++) printf "%02x", (i * 37) % 251 }')
base64=$(printf %s "$pdna" | sed 's/../\\x&/g' | xargs -0 printf %b | base64 -w 0)
medium() { # MD5 MEMBERS
	printf '{"MediaID":%s,"MD5":"%s",%s}' "$((k += 1))" "$(h "$1" 32 | tr a-f A-F)" "$2"
}
k=0
{
	printf '\357\273\277{"@odata.context":"http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/UK/$metadata#Media","value":[\r\n'
	medium 1 '"Category":1,"MediaSize":5,"VictimIdentified":true,"IsDistributed":"True","AlternativeHashes":[{"HashName":"PhotoDNA","HashValue":"'"$base64"'"}]'
	printf ','
	medium 2 '"Category":"2","MediaSize":"5","VictimIdentified":"true","AlternativeHashes":null,"SHA1":null'
	printf ','
	medium 3 '"MediaSize":"","IsPrecategorized":"False"'
	printf ','
	medium 4 '"Category":null,"MediaFiles":null,"Exifs":[]'
	printf ','
	medium 5 '"Category":9,"AlternativeHashes":[]'
	printf ','
	medium 6 '"Category":"x y","Tags":null'
	printf ','
	medium 7 '"Category":0'
	printf ']}\r\n'
} >list
file 'positive = 1, 2' 'negative = 0'
ends 0 sync
is 'all are taken' '7 8 0' show '"\(.entries) \(.hashes) \(.rejects)"'
for i in 1 2 3 4 5 6 7; do printf '{"hashes":{"md5":"%s"}}\n' "$(h $i 32)"; done >recs
ct-match -aq <recs >out
is 'positive, else a seed; what is known to be none is not looked for' \
    '[["1",null],["2",null],[null,"seed"],[null,"seed"],["9","seed"],["x y","seed"],[]]' \
    jq -sc '[.[].match.hits // []|map([.classification,.opinion])|.[0] // []]' out
is 'PhotoDNA' '["1"]' hits pdna "$pdna"
file
ends 78 sync
ok 'without a mapping none is' grep -q 'VICS wants positive' said
row 52 'VICS: text booleans, BOM, sizes as text, no Category, null hashes' 'imported; unmapped is a seed'

# ---- 53
for i in 1 2 3; do
	printf '{"member":"900%d","entry":"%d","type":"md5","hash":"%s"}\n' $i $i "$(h $i 32)"
done >hashes
sandbox --hashes hashes --clock "$CT_CLOCK" || exit 1
rm -rf "$CT_HOME"
printf '[source n]\ntype = ncmec\ncredential = %s/hashsharing.cred\n' "$box" >"$CT_CONF"
for i in 1 2 3; do printf '{"id":"%d","hashes":{"md5":"%s"}}\n' $i "$(h $i 32)"; done >recs
known() { ct-match -q <recs | jq -r 'select(.match.verdict == "match").id' | paste -sd ' '; }
asked() { state '[.requests[].path|select(contains("/entries"))]|length'; }
sync
is 'before: all are looked for' '1 2 3' known
before=$(asked)
echo 'members = 9002' >>"$CT_CONF"
ends 0 sync
is 'one is looked for' 2 known
is 'the list has all' 3 show .entries
sed -i /^members/d "$CT_CONF"
ends 0 sync
is 'taken back: all again' '1 2 3' known
is 'nothing was asked for' "$before" asked
row 53 'only member 9002, after a full sync' 'the rest stays in the list, no new download'
done_testing
