#!/bin/sh
# ct-match: what a source's policy makes of its hits
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

base=0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f
near=0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0e
far=f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0
md5=11111111111111111111111111111111
sha=3333333333333333333333333333333333333333333333333333333333333333
export CT_CONF=conf
printf 'pdq %s known\nmd5 %s digest\n' $base $md5 >list
rec() { printf '{"id":"%s","file":{"mime":"image/jpeg","decode":"ok"},"hashes":{%s}%s}\n' "$1" "$2" "${3-}"; }
pdq() { printf '"pdq":"%s","pdq_quality":%s' "$1" "${2-90}"; }
src() { # NAME FILE then lines
	printf '[source %s]\ntype = file\npath = %s\n' "$1" "$2"
	cat
}
says() { # WHAT FILTER EXPECTED [OPTION...]
	says=$1 filter=$2 expected=$3
	shift 3
	ct-syncdb -q sync && ct-match -qa "$@" <in >out.rec
	json "$says" "$filter" "$expected" out.rec
}

# ---- action
rec a "$(pdq $near)" >in
for action in review report block; do
	echo "action = $action" | src own list >conf
	says "action = $action" '[.match.verdict,.match.hits[0].policy]' "[\"match\",\"$action\"]"
done
echo 'action = shadow' | src own list >conf
says 'shadow counts and never acts' '.match|[.verdict,.total,.hits,[.shadow[]|[.entry,.distance,.policy]]]' \
    '["undecided",0,[],[["known",1,"shadow"]]]'
{ echo 'action = shadow' | src own list; printf 'md5 22222222222222222222222222222222\n' >other; src other other </dev/null; } >conf
rec a "\"md5\":\"00000000000000000000000000000000\",$(pdq $near)" >in
says 'beside one that acts it changes no verdict' '[.match.verdict,(.match.shadow|length)]' '["clean",1]'
ct-match -q <in >out.rec
json 'it is told without -a, too' '[.match.verdict,(.match.shadow|length)]' '["clean",1]' out.rec
{ printf 'action = shadow\nquality = 95\n' | src own list; src other other </dev/null; } >conf
says 'nor does the quality that it asks for' .match.verdict '"clean"'
rec a "$(pdq $near)" >in
{ echo 'action = shadow' | src a list; src b list </dev/null; } >conf
says 'beside one that acts' '.match|[.verdict,.total,[.hits[].source],[.shadow[].source]]' '["match",1,["b"],["a"]]'
echo 'action = nothing' | src own list >conf
exits 'an action that is none' 78 ct-syncdb sync

# ---- allow
printf 'sha256 %s harmless\npdq %s twin\nmd5 %s weak\n' $sha $near 22222222222222222222222222222222 >good
{ src bad list </dev/null; echo 'action = allow' | src good good; } >conf
rec a "\"sha256\":\"$sha\",$(pdq $base)" >in
says 'a SHA-256 that is allowed outweighs what is near' \
    '.match|[.verdict,.total,[.allowed[]|[.entry,.type]]]' '["clean",0,[["harmless","sha256"],["twin","pdq"]]]'
rec a "\"sha256\":\"$sha\",\"md5\":\"$md5\",$(pdq $base)" >in
says 'but no digest that is known' \
    '.match|[.verdict,[.hits[]|[.type,.allowed,.policy]]]' '["match",[["md5",true,"review"]]]'
rec a "$(pdq $base)" >in
says 'an allowed PDQ hash clears nothing' \
    '.match|[.verdict,[.hits[]|[.type,.allowed,.policy]]]' '["match",[["pdq",true,"review"]]]'
rec a "\"md5\":\"22222222222222222222222222222222\",$(pdq $base)" >in
says 'nor does an allowed MD5' '.match|[.verdict,.hits[0].allowed]' '["match",true]'
{ echo 'action = report' | src bad list; echo 'action = allow' | src good good; } >conf
says 'all of it is for a person' '.match.hits[0].policy' '"review"'
rec a "\"sha256\":\"$sha\",$(pdq $far)" >in
says 'what hits nothing stays as it was' '.match.verdict' '"clean"'

# ---- what is in doubt is for a person, whatever the source says
printf '{"type":"pdq","hash":"%s","entry":"x","opinion":"disputed"}\n' $base >doubt
echo 'action = report' | src own doubt >conf
rec a "$(pdq $base)" >in
says 'a hash that its source is not sure of' '.match.hits[0]|[.opinion,.policy]' '["disputed","review"]'
echo 'action = report' | src own list >conf
says 'one that it is sure of' '.match.hits[0].policy' '"report"'
sed 's/"ok"/"partial"/' in >partial
cp in whole && cp partial in
says 'near by what is damaged' '.match.hits[0].policy' '"review"'
rec a "\"pdq\":\"$base\"" >in
says 'by a hash of which no quality is told' '.match.hits[0].policy' '"review"'
rec a "\"pdq_degenerate\":\"ties\",$(pdq $base)" >in
says 'by a degenerate one' '.match.hits[0].policy' '"review"'
rec a "\"md5\":\"$md5\"" | sed 's/"ok"/"partial"/' >in
says 'but a digest is a digest' '.match.hits[0].policy' '"report"'

# ---- surfaces
src own list </dev/null >conf
{ rec none "$(pdq $base)"; for s in public hosting interpersonal; do rec $s "$(pdq $base)" ",\"surface\":\"$s\""; done; } >in
says 'private messages want to be allowed' '[.id,.match.verdict]' '["none","match"]
["public","match"]
["hosting","match"]
["interpersonal","undecided"]'
echo 'surfaces = public interpersonal' | src own list >conf
says 'as others do then' '[.id,.match.verdict]' '["none","match"]
["public","match"]
["hosting","undecided"]
["interpersonal","match"]'
for odd in 'Public' 'a,b' '"  "'; do
	echo "surfaces = $odd" | src own list >conf
	exits "surfaces = $odd" 78 ct-syncdb sync
done
rec a "$(pdq $base)" ',"surface":5' >in
src own list </dev/null >conf && ct-syncdb -q sync
exits 'a surface that is none' 65 ct-match -q <in

# ---- threshold, quality, by source
{ echo 'threshold = 0' | src a list; echo 'quality = 95' | src b list; src c list </dev/null; } >conf
rec a "$(pdq $near)" >in
says 'each source by its own' '[.match.hits[].source]' '["c"]'
rec a "$(pdq $base 95)" >in
says 'all of them' '[.match.hits[].source]' '["a","b","c"]'

# ---- flood
{ printf 'flood = 3\naction = report\n' | src own list; } >conf
for i in 1 2 3 4 5; do rec $i "$(pdq $near)"; done >in
for i in 6 7 8 9; do rec $i "\"md5\":\"$md5\""; done >>in
# an index is as old in the runs that are compared
CT_CLOCK=$(date -u +%Y-%m-%dT%H:%M:%SZ) && export CT_CLOCK
says 'a hash that hits more than 3 an hour' \
    '[.id,(.match.hits[0]|[.entry,.flood,.policy])]' '["1",["known",null,"report"]]
["2",["known",null,"report"]]
["3",["known",null,"report"]]
["4",["known",true,"review"]]
["5",["known",true,"review"]]
["6",["digest",null,"report"]]
["7",["digest",null,"report"]]
["8",["digest",null,"report"]]
["9",["digest",null,"report"]]'
for j in 2 8; do
	ct-match -qa -j $j <in >out.j
	ok "the same with $j threads" cmp out.rec out.j
done
ct-match -qa <out.rec >out.again
ok 'and of records that have a match' cmp out.rec out.again
unset CT_CLOCK
for i in 1 2 3 4; do
	rec $i "$(pdq $near)" ',"m\u0061tch":{"x":1}'
done >odd
ct-match -qa <odd >out.odd
json 'however the name of that is spelt' '.match.hits[0]|[.flood,.policy]' '[null,"report"]
[null,"report"]
[null,"report"]
[true,"review"]' out.odd
{ printf 'flood = 0\naction = report\n' | src own list; } >conf
says '0: as many as come' '[.match.hits[].flood]' '[null]
[null]
[null]
[null]
[null]
[null]
[null]
[null]
[null]'
{ printf 'flood = 1\n' | src a list; printf 'flood = 4\n' | src b list; } >conf
says 'by its source' '[.match.hits[]|.flood]' '[null,null]
[true,null]
[true,null]
[true,null]
[true,true]
[null,null]
[null,null]
[null,null]
[null,null]'
says 'also what is not told' '.match.total' '2
2
2
2
2
2
2
2
2' --max-hits 0

# ---- how old
CT_CLOCK=2026-11-22T10:00:00Z ct-syncdb -q sync
export CT_CLOCK=2026-11-22T11:00:00Z
exits 'an index of an hour, at most an hour' 0 ct-match -q --max-age 60m <in
exits 'at most 59 minutes' 75 ct-match -q --max-age 59m <in
ok 'it is said' grep -q 'older than --max-age' err
ok 'and nothing is written' test ! -s got
CT_CLOCK=2026-11-22T08:00:00Z
exits 'an index of the future' 75 ct-match -q --max-age 1d <in
for odd in 0 x 5w -1 5mm; do
	exits "--max-age $odd" 64 ct-match --max-age=$odd <in
done
done_testing
