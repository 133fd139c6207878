#!/bin/sh
# ct-review next on a terminal: what is known first, a picture only if it is
# asked for, small and grey, and every step of it logged
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

conf() { printf '[review]\n%s\n' "$@" >conf; }
export CT_CONF="$PWD/conf" TERM=dumb
conf
# face NAME ANSWER... - the screen of this person's session into screen
face() {
	by=$1
	shift
	printf '%s\n' "$@" | pty ct-review next --by "$by" >screen
}
# shown TEXT - as a fixed string, on the screen
shown() { grep -qF -- "$1" screen; }
blank() { ! grep -q "$(printf '\033')" screen; }
rows() { echo "$(grep -cE '^[ .:=+*#%@-]{32}$' screen) $(grep -cE '^[ .:=+*#%@-]{64}$' screen)"; }
views() { jq -r 'select(.act == "view") | .level' "$CT_HOME/audit/ct-review.log" | xargs; }
fresh() { rm -rf "$CT_HOME"; ct-review add -q "$@" >/dev/null; }

mkdir pics
mkpix --seed 7 pics/a.jpg && mkpix --seed 8 pics/b.png && mkpix --seed 9 pics/c.webp || exit 1
ct-hash -q --user u1 pics/* >recs || exit 1
jq -c '.match = {verdict: "match", total: 1, hits: [{source: "ncmec", list: "industry", type: "pdq",
    distance: 6, classification: "A1"}]}' recs >in

# ---- what is known, and no picture
fresh <in
exits 'a session: 0' 0 face r1 '?' q
ok 'the account, how much of it, till when' grep -q '^account u1: 3 items, in your hands until 20' screen
ok 'the item' shown "item 1 of 3: $PWD/pics/a.jpg"
ok 'what it is' shown 'image/jpeg, 640 x 480'
ok 'why it is here' shown 'ncmec industry, pdq, 6 bits away, class A1'
ok 'help tells the answers' shown 'see it: a grey tile'
ok 'that was looked at, and logged so: no picture' test "$(views)" = metadata
ok 'it stays in hand' test "$(ct-review next --by r2 2>&1)" = "ct-review: nothing waits for 'r2'"

# ---- a picture, step by step
face r1 s s s q
is 'a tile of 16 x 12 blocks, then 64 x 24, by characters on a dumb terminal' '12 24' rows
ok '  no closer' shown 'no closer on a terminal'
ok '  each step is logged' test "$(views)" = 'metadata metadata tile obscured'
TERM=xterm-256color face r1 s '' q
ok '  in greys, on a screen of its own that is left' sh -c \
    'test "$(grep -c "1049h" screen)" -eq 1 && test "$(grep -c "1049l" screen)" -eq 1 && grep -q "48;5;2" screen'
is 'what was seen travels with the verdict, and no more is claimed' '["obscured",false,false]' sh -c \
    'ct-review decide --item "$PWD/pics/a.jpg" --verdict unsure --by r1 >/dev/null
    ct-review decided -a | jq -c ".review.viewed | [.level, .entire, .exif]"'

# ---- answers
fresh <in
face r1 'a infant' 'p a child is near' 'o enticement' 'c a1' n nonsense k b u 'l e'
ok 'a session to the end' shown 'Nothing else waits.'
ok '  an answer that is none' shown '? helps'
ct-review decided -a | jq -c '[(.id | split("/")[-1]), .review.verdict, .review.class, .review.annotations,
    .review.incident, .review.priority]' >out
is 'the verdicts, and what was noted with the first alone' \
    '["a.jpg","csam","A1",["infant"],"enticement","a child is near"]
["b.png","unsure",null,null,null,null]
["c.webp","exploitative",null,null,null,null]' cat out
fresh <in
face r1 'c c1' q
ok 'a class that is none: refused' test "$(grep -c '^  !' screen)" -eq 1
ok '  and nothing decided' test -z "$(ct-review decided -a)"
fresh <in
face r1 'a cute' 'o theft' 'o enticement' 'a infant' a 'a viral' c 'a infant' k c q
ok 'an annotation, an offence that is none: told at once' shown "none of NCMEC's words"
ok '  and this' shown 'no such offence'
ok 'what was noted of one item is not said of the next' shown 'what was noted with no verdict is dropped'
is '  but with its own verdict' '["a.jpg",["viral"],"enticement"]
["c.webp",null,null]' sh -c 'ct-review decided -n |
    jq -c "[(.id | split(\"/\")[-1]), .review.annotations, .review.incident]"'
fresh <in
face r1 'l c b2'
ok 'all of an account at once' shown 'so 3 items'
is '  csam B2' 3 sh -c 'ct-review decided | grep -c "\"verdict\":\"csam\",\"class\":\"B2\""'
exits 'then there is nothing: 66' 66 face r1 q
jq -c '.user.id = "u2"' in | ct-review add -q >/dev/null
face r2 y Y
ok 'as the same content was decided: one, and all' sh -c 'grep -q "so 2 items" screen && ! grep -q "^  !" screen'
is '  csam B2' 6 sh -c 'ct-review decided | grep -c "\"verdict\":\"csam\",\"class\":\"B2\""'

# ---- two people, and no more than a shift has
conf 'second = csam' 'views = 1'
fresh <in
face r1 s s c s s q
ok 'a second person is wanted' shown 'noted; it wants a second person'
ok 'a shift is over: one picture closer, and no more' shown "'r1' has seen 1 in this shift, and 1 is the most"
is '  that is not shown, nor logged' '24 24 metadata tile obscured metadata tile' \
    sh -c 'echo "$@"' - "$(rows)" "$(views)"
conf

# ---- giving back, and the end of the line
face r1 g
face r2
ok 'what is given back another takes' shown 'account u1: 3 items'
ok '  who ends by control-D, and has it still' sh -c 'ct-review next --by r2 | grep -q pics'

# ---- a lease that runs out while its person sits there
rm -rf "$CT_HOME"
{
	cat in
	jq -c '.user.id = "u9" | .id += "9"' in | head -1
} | ct-review add -q >/dev/null
CT_CLOCK=$(date -u -d '+31 minutes' +%Y-%m-%dT%H:%M:%SZ)
# shellcheck disable=SC2094 # it is looked at while it comes
{
	echo k
	i=0
	until grep -q 'item 2 of 3' screen || [ $i -eq 2000 ]; do i=$((i + 1)) && sleep 0.01; done
	CT_CLOCK=$CT_CLOCK ct-review next --by r2 >taken
	printf '%s\n' n q
} | pty ct-review next --by r1 >screen
unset CT_CLOCK
is 'when the time is over another takes it' u1 sh -c 'jq -r .user.id taken | uniq'
ok '  who had it is told so' shown 'the time for this job is over'
ok '  and gets another job' grep -q '^account u9: 1 item,' screen
is '  the answer that came too late decided nothing' '' ct-review decided -an

# ---- what nobody should send
mkdir hostile && hostile jpeg-bomb-progressive >hostile/bomb.jpg && hostile jpeg-1-byte >hostile/cut.jpg || exit 1
ct-hash -q hostile/bomb.jpg hostile/cut.jpg | jq -c '.match = {verdict: "match"}' | fresh --reason 'x [2J said'
face r1 s n s n
ok 'hostile pictures: an outcome' sh -c 'grep -q "no picture: too-many-pixels" screen && grep -q "no picture: corrupt" screen'
ok '  nothing was seen, and nothing claims it' test "$(views)" = 'metadata metadata'
jq -c 'select(.path | endswith("a.jpg"))' in | fresh
mkpix --seed 1 pics/a.jpg
face r1 s q
ok 'another file in its place is not shown' shown 'the file is another than the one that was found'
printf '%s\n' '{"id":"t\u001b[2J\u009b\u202ex\u007f","user":{"id":"u\u001b]0;x\u0007"},"incident":{"type":"enticement","at":"2026-11-20T08:00:00Z\u001b[1m","text":"one\u001b[31m\ntwo\r\u009b","url":["https://x/\u001b[0m"]}}' |
    fresh --reason "$(printf 'so \033[5m')" --by "$(printf 'a\033')"
face r1 r s j t
ok 'no control character of a record gets to the terminal' blank
record='"id":"t[\]u001[bB][[]2J[?][?]x[?]"'
ok '  nor one of 8 bits, be it in the record' grep -q "$record" screen
ok '  nowhere' sh -c '! grep -qP "\xc2[\x80-\x9f]|\x7f|\xe2\x80\xae" screen'
ok '  what it tells is read' shown '| one?[31m'
ok '  it has no picture' shown 'it has no picture'
is '  what has no bytes was seen whole' '["text_offence","full",true]' sh -c \
    'ct-review decided | jq -c ".review | [.verdict, .viewed.level, .viewed.entire]"'
printf '%s\n' '{"id":"talk","incident":{"text":"one","type":"enticement"},"threads":[]}' | fresh
face r1 j q
is 'who reads its record has seen what it tells, whole' 'metadata full' views
is '  which travels with the verdict' '["full",true]' sh -c \
    'ct-review decide --item talk --verdict text_offence --by r1 >/dev/null
    ct-review decided -n | jq -c ".review.viewed | [.level, .entire]"'
head -1 in | jq -c '.object.exif = {Make: "x"}' | fresh
face r1 j q
is 'the record of a file is no picture, but has the metadata within it' '["metadata",false,true]' sh -c \
    'ct-review decide --account u1 --verdict csam --by r1 >/dev/null
    ct-review decided -n | jq -c ".review.viewed | [.level, .entire, .exif]"'
{
	printf '%s\n' '{"id":"a","incident":{"text":"one"}}'
	printf '%s\n' '{"id":"a","incident":{"text":"one"},"user":{"id":"u1"}}'
} | fresh
face r1 n n
is 'of no account, and of one, the same: each is decided' 2 sh -c 'ct-review decided -an | grep -c not_csam'
head -1 in | jq -c '.hashes.sha256 |= ascii_upcase' | fresh
mkpix --seed 7 pics/a.jpg
face r1 s n
is 'digests in capitals: seen, and decided' '["not_csam","tile"]' sh -c \
    'ct-review decided -an | jq -c ".review | [.verdict, .viewed.level]"'
head -1 in | jq -c '.match.verdict = "clean" | .scores = [{classifier: "g", state: "answered", score: 91,
    label: "VERY_HIGH", review: true}, {classifier: "h\u001b", state: "unanswered"}]' | fresh
face r1 q
ok 'what classifiers said is why it is here' shown 'scored    g: 91 of 100, VERY_HIGH'
ok '  or that they did not' shown 'scored    h?: unanswered'
# ---- a video
if [ -x "$top/ct-decode-video" ]; then
	cp "$t/data/golden/video/g_life_10_vp8.webm" pics/film.webm
	ct-hash -q --user u1 pics/film.webm | jq -c '.match = {verdict: "match", hits: [{at_ms: 3100}]}' >film
	fresh <film
	face r1 s s s q
	is 'stills in rows of four, then one by one' '18 48' sh -c \
	    'echo $(grep -cE "^([ .:=+*#%@-]{18}){4}$" screen) $(grep -cE "^[ .:=+*#%@-]{64}$" screen)'
	ok '  with their times, and where it hit' grep -q '0:02.8  *0:03.1  *[*]' screen
	ok '  how many of how long, and that it is not all' shown '12 stills of 0:05.0 (*: where it hit); not all of it is seen'
	ok '  which it is' shown 'still 2 of 12, at 0:00.5'
	is '  each is logged before it is shown' 'metadata tile obscured obscured' views
fi
done_testing
