#!/bin/sh
# ct-review serve in a browser, by keyboard alone: what is known first, a picture
# only step by step and in full only while a key is held, all of it told in
# words, and nothing of it left behind
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'its programs are run sanitized elsewhere'
command -v chromium-headless-shell >/dev/null || skip_all 'no chromium-headless-shell'

shots=${CT_SHOTS:-$tmp/shots}
mkdir -p "$shots" profiles/scratch pics png hostile
conf() { printf '[review]\n%s\n' "$@" >conf; }
export CT_CONF="$PWD/conf" TMPDIR="$tmp/profiles/scratch"
conf
# serve NAME - the page, at $page, for this person; $serve is the server
serve() {
	: >address
	ct-review serve --by "$1" >address 2>served &
	serve=$!
	pids="$pids $serve"
	while ! grep -q . address; do
		kill -0 $serve 2>/dev/null || return 1
		sleep 0.02
	done
	page=$(cat address)
}
served() { kill "$serve" && wait "$serve"; }
ended() { # by what was done at the browser, or now
	kill "$serve" 2>/dev/null
	wait "$serve"
}
# person PROFILE - at the browser: commands, with what is in capitals replaced
person() {
	sed "s|PAGE|$page|; s|SHOTS|$shots|; s|SERVER|$serve|; s|ELSEWHERE|$url|" >commands
	timeout 600 browse "profiles/$1" <commands
}
views() { jq -r 'select(.act == "view") | .level' "$CT_HOME/audit/ct-review.log" | xargs; }
url=

mkpix --seed 7 pics/a.jpg && mkpix --seed 8 pics/b.png && mkpix --seed 9 pics/c.webp &&
    mkpix --seed 5 pics/d.jpg && hostile jpeg-1-byte >hostile/cut.jpg || exit 1
ct-hash -q pics/* hostile/* >recs || exit 1
jq -c '.match = {verdict: "match", total: 1, hits: [{source: "ncmec", list: "industry", type: "pdq",
    distance: 6, classification: "A1"}]} | .user.id = (if .path | test("[ab][.]|cut") then "u1" else "u2" end)' recs >in
printf '%s\n' '{"id":"talk-1","user":{"id":"u1"},"incident":{"type":"enticement","at":"2026-11-20T08:00:00Z","text":"what was <b>written</b>\nin two lines","url":"https://images.example/1"}}' >>in
ct-review add -q <in >/dev/null

# ---- what the page is held to, in its own words: the worst contrast of text with
# what is behind it, and of what is around buttons and fields; what Tab reaches
cat >contrast.js <<'END'
(() => {
  const rgb = c => c.match(/[0-9.]+/g).map(Number);
  const light = c => [0.2126, 0.7152, 0.0722].reduce((s, w, i) => s + w * ((c[i] / 255 <= 0.04045) ?
      c[i] / 255 / 12.92 : ((c[i] / 255 + 0.055) / 1.055) ** 2.4), 0);
  const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length < 4) return c; } return [255, 255, 255]; };
  let text = 99, edge = 99, worst = "", n = 0;
  for (const e of document.querySelectorAll("body *")) {
    if (!e.checkVisibility()) continue;
    const s = getComputedStyle(e);
    if ([...e.childNodes].some(k => k.nodeType === 3 && k.data.trim())) {
      const r = ratio(rgb(s.color), behind(e)); n++;
      if (r < text) { text = r; worst = e.textContent; } }
    if (e.matches("button:enabled, select, textarea") && rgb(s.borderTopColor).length < 4 && !e.closest("#items"))
      edge = Math.min(edge, ratio(rgb(s.borderTopColor), behind(e.parentElement)));
  }
  const ring = ratio(rgb(getComputedStyle(document.activeElement).outlineColor), behind(document.body));
  return [text >= 4.5, edge >= 3, ring >= 3, n > 5, text >= 4.5 ? "" : text + worst, edge >= 3 ? "" : edge, ring >= 3 ? "" : ring];
})()
END
cat >reach.js <<'END'
[...document.querySelectorAll("button:enabled, input, select, textarea, summary, [tabindex='0']")]
  .filter(e => e.checkVisibility() && !went.has(e)).map(e => e.id || e.textContent)
END
calm='[true,true,true,true,"","",""]'

# ---- a job from its beginning to its end
serve r1 || exit 1
exits 'a job, by keyboard alone' 0 person one <<'END'
goto PAGE
wait document.querySelector('#box img.tile')
eval [document.title, /^\/[0-9a-f]{64}\/$/.test(location.pathname), document.activeElement.id, $('account').textContent]
eval [...$('known').querySelectorAll('dt')].map(e => e.textContent)
eval [$('status').textContent, document.images.length, document.images[0].alt]
shot SHOTS/item-light.png
scheme dark
shot SHOTS/item-dark.png
key s
wait document.querySelector('#box img.obscured')
eval [document.images.length, document.images[0].alt, $('status').textContent]
shot SHOTS/obscured-dark.png
key s
eval $('status').textContent
key a
key Space
eval $('notes-title').textContent
key Escape
key k
wait at === 1 && document.querySelector('#box img.tile')
eval [at, document.images.length, $('notes-title').textContent]
key b
wait at === 0 && document.querySelector('#box img.tile')
scheme light
key c
eval [document.activeElement.id, $('verdict-title').textContent]
shot SHOTS/class-light.png
key n
eval [left(), $('status').textContent]
key 1
wait at === 1 && document.querySelector('#box img.tile')
eval [left(), $('status').textContent, document.activeElement.id]
key a
key Space
eval $('note').focus() ?? 0
key n
key e
eval $('note').value
key Escape
eval [$('notes').open, $('notes-title').textContent, left(), document.activeElement.id]
key a
shot SHOTS/notes-light.png
key Escape
key e
wait $('status').textContent.startsWith('Not')
eval [at, $('status').textContent]
console
eval window.told = [], new MutationObserver(() => told.push($('status').textContent)).observe($('status'), {childList: true, characterData: true, subtree: true}), 0
key c
key 0
wait at === 2
eval [$('notes-title').textContent, told.find(t => t.startsWith('Decided'))]
wait $('box').textContent.startsWith('No picture')
eval $('status').textContent
key u
wait at === 3
eval [$('box').textContent, $('closer').disabled]
key r
wait !$('tells').hidden
eval [$('tells-text').textContent, document.activeElement.id]
shot SHOTS/text-light.png
key Escape
eval [$('tells').hidden, $('tells-text').textContent, document.activeElement.id]
key n
wait item() === null
eval [$('rest-title').textContent, document.activeElement.textContent, $('known').textContent, $('tells-text').textContent]
shot SHOTS/rest-light.png
key ?
eval [$('help').open, document.activeElement.id]
key Escape
console
# the address has opened once
goto PAGE
eval [document.scripts.length, document.body.textContent.length < 200]
END
cp got out
is '  what is told, and where the focus is; the address opens once' '["ct-review",true,"item-title","Account u1"]
["file","found","hit","seen"]
["Job of 4 items. Item 1 of 4.",1,"tile of item 1, obscured"]
[1,"item 1 closer, obscured","item 1 closer, obscured."]
"No closer, but while f is held."
"Notes for this verdict: 1 made"
[1,1,"Notes for this verdict"]
["verdict-title","csam: which class?"]
[4,"One of these, or Escape."]
[3,"Decided: csam A1. Item 2 of 4.","item-title"]
0
"ne"
[false,"Notes for this verdict: 2 made",3,"item-title"]
[1,"Not done: --annotation, --incident and --priority are for a verdict that is a reason to report."]
Failed to load resource: the server responded with a status of 422 (Unprocessable Content)
0
["Notes for this verdict","Decided: csam. Item 3 of 4."]
"No picture: corrupt."
["It has no picture; r reads what it tells.",true]
["https://images.example/1what was <b>written</b>\nin two lines","tells-title"]
[true,"","item-title"]
["All 4 items are decided","Next job","",""]
[true,"help-title"]
[0,true]' cat out
ct-review decided -a | jq -c '[(.id | split("/")[-1]), .review.verdict, .review.class, .review.annotations,
    .review.viewed.level, .review.viewed.entire]' | sort >verdicts
is '  what was decided, and what was seen of it' '["a.jpg","csam","A1",null,"obscured",false]
["b.png","csam",null,["animeDrawingVirtualHentai"],"tile",false]
["cut.jpg","unsure",null,null,"metadata",false]
["talk-1","not_csam",null,null,"full",true]' cat verdicts

# ---- the next job: in full only while it is held, and what covers it
served
serve r2 || exit 1
covered="[0,true,true,false]"
exits 'a picture in full' 0 person one <<'END'
goto PAGE
wait document.querySelector('#box img.tile')
eval window.gone = () => [document.images.length, $('full').hidden, seen === null, document.body.innerHTML.includes('/picture/')]; 0
down f
wait document.querySelector('#full img')
eval [document.images[0].alt, document.images[0].naturalWidth, $('status').textContent]
shot SHOTS/full.png
hold f
hold f
eval document.images.length
up f
eval [gone(), $('status').textContent]
down f
wait document.querySelector('#full img')
window minimized
wait document.hidden
eval [gone(), document.hidden]
window normal
up f
down f
wait document.querySelector('#full img')
eval window.dispatchEvent(new Event('blur')), gone()
up f
down f
wait document.querySelector('#full img')
eval addEventListener('keydown', () => window.after = gone(), {once: true}), 0
key k
eval window.after
wait document.querySelector('#box img.tile')
down f
up f
eval gone()
eval window.late = look('obscured'), window.dispatchEvent(new Event('blur')), gone()
eval window.late.then(() => gone())
eval MOST.full = 2000
eval window.shown = new Promise(r => new MutationObserver(() => document.querySelector('#full img') && r(true)).observe(document.body, {subtree: true, childList: true})), 0
down f
eval window.shown
wait gone()[0] === 0
eval [$('status').textContent, gone()]
hold f
eval [held, gone()]
up f
hold k
eval at
eval MOST.full = 10000
press #hold
wait document.querySelector('#full img')
release
eval gone()
eval $('hold').focus() ?? 0
down Space
wait document.querySelector('#full img')
up Space
eval gone()
key s
wait document.querySelector('#box img.tile')
key s
wait document.querySelector('#box img.obscured')
key Escape
eval gone()
key s
wait document.querySelector('#box img.tile')
key s
wait document.querySelector('#box img.obscured')
sh kill SERVER
wait item() === null
eval [gone(), $('rest-title').textContent, document.activeElement.textContent, $('known').textContent]
key Enter
wait !busy && $('rest-title').textContent.startsWith('The server')
shot SHOTS/lost-light.png
END
cp got out
ended
is '  is there while it is held, and gone at once' "0
[\"item 1 in full\",640,\"item 1 in full.\"]
1
[$covered,\"Covered.\"]
[$covered,true]
$covered
0
$covered
$covered
$covered
$covered
2000
0
true
[\"Covered, after 2 seconds.\",$covered]
[null,$covered]
1
10000
$covered
0
$covered
$covered
[$covered,\"The server does not answer\",\"Try again\",\"\"]" cat out

# ---- what a screen reader is told, what Tab reaches, what eyes can tell apart
serve r2 || exit 1
exits 'the page, in both lights' 0 person one <<'END'
goto PAGE
wait document.querySelector('#box img.tile')
ax
sh echo ----
run contrast.js
scheme dark
run contrast.js
key a
run contrast.js
scheme light
run contrast.js
key Escape
key c
run contrast.js
scheme dark
run contrast.js
key Escape
key ?
run contrast.js
shot SHOTS/help-dark.png
scheme light
run contrast.js
shot SHOTS/help-light.png
key Escape
key q
run contrast.js
scheme dark
run contrast.js
scheme light
key Enter
wait document.querySelector('#box img.tile')
END
sed '1,/^----/d' got >contrasts
sed '/^----/,$d' got >told
is '  every contrast is AA' "$(for i in 1 2 3 4 5 6 7 8 9 10; do echo "$calm"; done)" cat contrasts
is '  every control has a name' '' grep -E '^(button|textbox|checkbox|combobox|image|main|navigation|region|group|dialog|heading|DisclosureTriangle) ""' told
grep -E '^(banner|navigation|main|region|contentinfo|heading|status|image)|focused|pressed' told >landmarks
is '  headings, landmarks, what is live, the picture' 'RootWebArea "ct-review" focused
banner ""
heading "Account u2" level=1
button "Tiles" pressed=true keyshortcuts=h
button "Single keys" pressed=true
navigation "Items"
heading "Items" level=2
main "Item 1 of 2"
heading "Item 1 of 2" focused level=2
region "What is known"
heading "What is known" level=3
region "Picture"
heading "Picture" level=3
image "tile of item 1, obscured"
region "Verdict"
heading "Verdict" level=3
region "Go on"
heading "Go on" level=3
contentinfo ""
status "" live=polite' cat landmarks
{
	cat <<'END'
goto PAGE
wait document.querySelector('#box img.tile')
key a
eval document.activeElement.blur() ?? 0
eval window.went = new Set(); window.blind = 0; addEventListener('focusin', e => { went.add(e.target); if (getComputedStyle(e.target).outlineStyle === 'none') blind++; }); 0
END
	i=0
	while [ $i -lt 60 ]; do
		i=$((i + 1))
		echo key Tab
	done
	cat <<'END'
run reach.js
eval [blind, went.size > 30]
size 320 700
key Escape
run narrow.js
shot SHOTS/narrow-light.png
eval scrollTo(0, 560), 0
shot SHOTS/narrow-picture-light.png
scheme dark
eval scrollTo(0, 1000), 0
shot SHOTS/narrow-verdict-dark.png
key a
run narrow.js
key Escape
key q
run narrow.js
shot SHOTS/narrow-rest-dark.png
key Enter
wait document.querySelector('#box img.tile')
size 640 450 2
run narrow.js
shot SHOTS/zoom-dark.png
size 1280 900
scheme light
click #keys
key u
key f
eval [left(), held, $('status').textContent, document.querySelector('#verdicts kbd').checkVisibility()]
click #tiles
eval [document.images.length, $('status').textContent]
click #closer
wait document.querySelector('#box img.tile')
click #closer
wait document.querySelector('#box img.obscured')
click #cover
eval document.images.length
click #verdicts button:last-child
wait at === 1
eval [left(), $('box').textContent]
console
END
} >keys
cat >narrow.js <<'END'
[document.documentElement.scrollWidth <= innerWidth,
  [...document.querySelectorAll("button, select, textarea, summary, label")].filter(e => e.checkVisibility())
    .filter(e => { const r = e.getBoundingClientRect(); return r.height < 24 || r.width < 24 || r.right > innerWidth; })
    .map(e => e.textContent)]
END
served
serve r2
exits 'by Tab, narrow, and without single keys' 0 person one <keys
cp got out
is '  everything is reached, and seen to be; 320 wide nothing is beside it; the buttons remain' '0
0
[]
[0,true]
[true,[]]
0
0
[true,[]]
[true,[]]
[true,[]]
[2,null,"Single keys are off; the buttons remain.",false]
[0,"No tile is shown unless s asks for it."]
0
[1,"Covered."]' cat out

# ---- a video: stills, and one of them in full
if [ -x "$top/ct-decode-video" ]; then
	served
	cp "$t/data/golden/video/g_life_10_vp8.webm" pics/film.webm
	ct-hash -q --user u5 pics/film.webm | jq -c '.match = {verdict: "match", hits: [{source: "own", type: "vpdq", at_ms: 3100}]}' >film
	CT_HOME="$PWD/films" ct-review add -q -a <film >/dev/null
	CT_HOME="$PWD/films" serve r2
	exits 'a video' 0 person one <<'END'
goto PAGE
wait document.querySelector('#box .strip.tile li')
eval [document.images.length, document.images[7].alt, document.querySelectorAll('#box li[aria-current]').length, which]
eval [$('strip-note').textContent, $('turns').hidden]
shot SHOTS/strip-light.png
scheme dark
run contrast.js
shot SHOTS/strip-dark.png
key s
wait document.querySelector('#box .strip.obscured li')
eval [document.images.length, document.images[0].alt, $('status').textContent]
scheme light
run contrast.js
shot SHOTS/strip-closer-light.png
key .
eval [which, $('status').textContent, document.images.length]
down f
wait document.querySelector('#full img')
eval [document.images.length, document.images[0].alt, $('status').textContent]
shot SHOTS/strip-full-light.png
key .
wait document.querySelector('#full img') && $('status').textContent.startsWith('still 10')
eval [document.images.length, held]
key k
eval [document.images.length, $('full').hidden, $('full').textContent]
up f
size 320 700
wait document.querySelector('#box .strip.tile li')
key s
wait document.querySelector('#box .strip.obscured li')
eval $('sight-title').scrollIntoView(), document.documentElement.scrollWidth <= innerWidth
shot SHOTS/strip-narrow-light.png
press #later
release
eval which
size 1280 900
key ,
key ,
key Escape
eval [document.images.length, which]
console
END
	cp got out
	is '  its stills, of which one is seen in full, as long as it is held; no one has seen all of it' "[12,\"still 8 of 12, at 0:03.1, where it hit: tile, obscured\",1,7]
[\"Stills of 0:05.0: nobody has seen all of it by these. , and . choose the one that f shows.\",false]
$calm
[12,\"still 1 of 12, at 0:00.0: obscured\",\"12 stills of item 1 closer, obscured.\"]
$calm
[8,\"still 9 of 12, at 0:03.2.\",12]
[1,\"still 9 of 12, at 0:03.2, of item 1 in full\",\"still 9 of 12, at 0:03.2, of item 1 in full, not all of it.\"]
[1,\"f\"]
[0,true,\"\"]
true
8
[0,6]" cat out
	served
	serve r2
fi

# ---- a browser that dies while a picture is seen, and what it leaves
served
serve r2
exits 'a browser that dies' 0 person one <<'END'
goto PAGE
wait document.querySelector('#box img.tile')
down f
wait document.querySelector('#full img')
kill
END
jq -c 'select(.path | test("d[.]jpg"))' recs >d
served
ct-review decide --item "$PWD/pics/d.jpg" --verdict not_csam --by r2 >/dev/null
is '  has shown it all the same' '["full",true]' \
    sh -c 'ct-review decided -a | jq -c "select(.id | endswith(\"d.jpg\")).review.viewed | [.level, .entire]"'
tiles "$top/ct-decode" full png <recs >/dev/null
# 64 bytes from the middle of pictures as they were shown, and of one that was not decoded
{
	for i in 1 3 4; do
		printf 'full%d ' $i && tail -c +300000 png/$i.png | head -c 64 | od -An -v -tx1 | tr -d ' \n' && echo
	done
	printf 'file ' && tail -c +9000 pics/d.jpg | head -c 64 | od -An -v -tx1 | tr -d ' \n' && echo
} >needles
is 'what was seen' 'file full1 full3 full4' sh -c 'memscan needles png pics | cut -d " " -f 1 | sort | xargs'
rm -rf png pics/*.png
is '  is nowhere in what the browser has on disk' 0 sh -c 'memscan needles profiles; echo $?'

# ---- a shift that is over, a second person, other pages, a job that is gone
for i in 1 2 3 4; do mkpix --seed $((20 + i)) pics/$i.jpg || exit 1; done
mkpix --seed 7 pics/0.jpg
ct-hash -q --user u3 pics/[0-4].jpg | jq -c '.match = {verdict: "match", total: 0, hits: []}' | ct-review add -q >/dev/null
conf 'views = 1' 'second = exploitative'
sandbox && serve r3 || exit 1
cat >other.js <<END
(async () => {
  const to = (path, how) => fetch("${page%/open*}" + path, {credentials: "include", ...how})
      .then(r => r.type === "opaque" ? "unread" : r.status, () => "refused");
  const json = {method: "POST", headers: {"Content-Type": "application/json"}, body: "{}"};
  const frame = document.createElement("iframe");
  frame.src = "${page%/open*}/";
  document.documentElement.append(frame);
  await new Promise(r => frame.onload = r);
  let inside = "refused";
  try { inside = frame.contentWindow.document.title } catch { }
  return [await to("/", {}), await to("/job", json), await to("/give", {...json, mode: "no-cors"}),
      await to("/give", {method: "POST", mode: "no-cors", body: '{"job":1}'}), inside];
})()
END
exits 'a shift that is over, other pages, a job that is gone' 0 person two <<'END'
goto PAGE
wait document.querySelector('#box img.tile')
eval [job.items.length, $('known').textContent.match(/the same.*by/)[0], $('moves').textContent.includes('As the same')]
shot SHOTS/suggest-light.png
key k
wait document.querySelector('#box img.tile')
down f
wait document.querySelector('#full img')
up f
key k
wait document.querySelector('#box img.tile')
key s
wait $('status').textContent.startsWith('Enough')
eval [$('status').textContent, document.images.length, $('box').textContent.slice(0, 80)]
shot SHOTS/enough-light.png
scheme dark
shot SHOTS/enough-dark.png
scheme light
down f
up f
key e
wait at === 3
eval $('status').textContent
# another page, of another port of this host, that does not know the path
goto ELSEWHERE/_state
run other.js
eval history.back() ?? 0
wait document.querySelector('#box img.tile')
eval [left(), $('facts').textContent.includes('1 of 1 seen closer')]
key g
wait $('rest-title').textContent === 'Given back'
key Enter
wait document.querySelector('#box img.tile')
key Y
wait $('status').textContent.startsWith('1 decided')
eval $('status').textContent
key l
eval [$('verdict-title').textContent, left()]
key Escape
eval $('status').textContent
key l
key n
wait item() === null
eval [$('rest-title').textContent, $('status').textContent]
key b
wait document.querySelector('#box img.tile')
key u
wait item() === null
eval $('rest-title').textContent
key Enter
wait $('rest-title').textContent === 'Nothing waits'
END
cp got out
is '  what is told' '[5,"the samewas decided: csam A1, by",true]
["Enough for this shift: no more is shown.",0,"Enough for this shift. '"'r3'"' has seen 1 in this shift, and 1 is the most. No more"]
"Decided: exploitative; it wants a second person. Item 4 of 5."
["refused","refused","refused","refused","refused"]
0
[4,true]
"1 decided as before. Item 2 of 4."
["All 3 open of the account: which verdict?",3]
"Nothing is decided."
["All 4 items are decided","All 4 items are decided. A breath, and then the next job."]
"All 4 items are decided"' cat out
printf '%s\n' '{"id":"talk-2","user":{"id":"u4"},"incident":{"type":"enticement","at":"2026-11-20T08:00:00Z","text":"again"}}' |
    ct-review add -q >/dev/null
served
# which is whole once the server has ended
is 'what was closer, by the log' 1 sh -c 'jq -r "select(.act == \"view\" and .by == \"r3\" and
    (.level | IN(\"obscured\", \"full\"))).content" "$CT_HOME/audit/ct-review.log" | sort -u | wc -l'
serve r3 || exit 1
port=${page#http://127.0.0.1:} port=${port%%/*}
cat >again <<END
kill $serve
while raw $port </dev/null >/dev/null 2>&1; do :; done
: >address
ct-review serve --by r3 --port $port >address 2>served &
echo \$! >again.pid
for i in \$(seq 3000); do ! grep -q . address || exit 0; sleep 0.02; done
exit 1
END
exits 'a job that is gone, and a session' 0 person two <<'END'
goto PAGE
wait item()
sh ct-review give --by r3
key n
wait item() === null
eval [$('rest-title').textContent, document.activeElement.textContent, $('known').textContent]
key Enter
wait item() && $('facts').textContent
sh sh ./again
key n
wait item() === null
eval [$('rest-title').textContent, document.activeElement.id, $('known').textContent]
shot SHOTS/over-light.png
key Enter
key n
eval [job, $('rest-title').textContent]
END
pids="$pids $(cat again.pid)"
cp got out
is '  are told, and nothing is shown' '["The job is out of your hands","Take a job",""]
["The session is over","rest-title",""]
[null,"The session is over"]' cat out
done_testing
