#!/bin/sh
# ct-review serve: who may ask, and that nothing is shown before it is logged,
# whatever a browser, another site or a stranger does
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

settings() { printf '[review]\n%s\n' "$@" >conf; }
export CT_CONF="$PWD/conf"
settings

# serve NAME [OPTION...] - start it: $address, $port, $server
serve() {
	: >address
	ct-review serve --by "$@" >address 2>said </dev/null &
	server=$!
	pids="$pids $server"
	while ! grep -q . address; do
		kill -0 $server 2>/dev/null || return 1
		sleep 0.02
	done
	address=$(cat address) port=${address#*1:}
	port=${port%%/*}
}
stop() {
	kill -"${1-TERM}" "$server" && wait "$server"
}
# asks METHOD PATH BODY HEADER... - into head and body; $status
asks() {
	{
		printf '%s %s HTTP/1.1\r\nConnection: close\r\n' "$1" "$2"
		length=${#3} text=$3 is_post=$1
		shift 3
		printf '%s\r\n' "$@"
		[ "$is_post" = GET ] || printf 'Content-Length: %d\r\n' "$length"
		printf '\r\n%s' "$text"
	} | raw "$port" >answer
	sed -e '1,/^$/{' -e 'w headers' -e 'd' -e '}' answer >body
	status=''
	IFS=' ' read -r _ status _ <answer
}
host() { echo "Host: 127.0.0.1:$port"; }
# enters - by the address: $cookie
enters() {
	asks GET "/open/${address##*/}" '' "$(host)" Sec-Fetch-Site:\ none
	base=$(sed -n 's,^Location: \(/[0-9a-f]\{64\}\)/$,\1,p' headers)
	cookie="Cookie: $(sed -n 's/^Set-Cookie: \([^;]*\);.*/\1/p' headers)"
	[ "$status" = 303 ]
}
gets() { asks GET "$base$1" '' "$(host)" "$cookie" 'Sec-Fetch-Site: same-origin'; }
# posts PATH BODY - as the page does
posts() {
	asks POST "$base$1" "$2" "$(host)" "$cookie" "Origin: http://127.0.0.1:$port" \
	    'Sec-Fetch-Site: same-origin' 'Content-Type: application/json'
}
# looks JOB N STEP - status
looks() { posts /look "{\"job\":$1,\"n\":$2,\"step\":\"$3\"}"; }
# told WHAT STATUS [FILTER EXPECTED] - of the last answer
told() {
	ok "$1: $2" test "$status" = "$2"
	[ $# -eq 2 ] || json "  $3" "$3" "$4" body
}
picture() { jq -r '"/" + .picture' body; }
# views - by level, whole or not, ended or not
views() {
	sqlite3 "$CT_HOME/review.db" "SELECT level || iif(entire, ' whole', '') ||
	    iif(e.id, '', ' open') FROM view v LEFT JOIN view_end e ON e.view = v.id ORDER BY v.id"
}
db() { sqlite3 "$CT_HOME/review.db" "$1"; }
fresh() {
	rm -rf "$CT_HOME"
	ct-review add -q "$@" >/dev/null
}

mkdir pics
mkpix --seed 7 pics/a.jpg && mkpix --seed 8 pics/b.png && mkpix --seed 9 pics/c.webp || exit 1
echo 'another thing behind it' >>pics/c.webp
ct-hash -q --user u1 pics/* >recs || exit 1
jq -c '.match = {verdict: "match", total: 1, hits: [{source: "ncmec", list: "industry", type: "pdq",
    distance: 6, classification: "A1"}]}' recs >in
fresh <in

# ---- the address
serve r1 || exit 1
is 'an address on this machine, with 32 bytes that nobody guesses' 1 \
    grep -cxE 'http://127\.0\.0\.1:[0-9]+/open/[0-9a-f]{64}' address
is '  at no other address of it' 0100007F sh -c \
    'cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
    awk -v port="$(printf %04X "$1")" "\$4 == \"0A\" && sub(\":\" port \"\$\", \"\", \$2) {
	print \$2 }"' - "$port"
asks GET "/open/${address##*/}" '' 'Host: evil.example' 'Sec-Fetch-Site: none'
told 'by another name of this machine' 403
enters
ok 'it opens, to a path of its own' test ${#base} -eq 65
ok '  with a cookie for this browser and for that path alone' grep -qE \
    "^Set-Cookie: ct-$port=[0-9a-f]{64}; HttpOnly; SameSite=Strict; Path=$base\$" headers
enters
cookie_again=$cookie
told 'it opens once' 403 .code 77
ok '  and gives nothing' test "$cookie_again" = 'Cookie: '
ok '  which is told' grep -q 'a wrong address or cookie: 1 of 10' said
stop
serve r1 && asks GET "/open/${address##*/}" '' "$(host)" 'Sec-Fetch-Site: cross-site'
told 'by a link of another site' 403
enters
told '  it is dead then' 403
stop
serve r1 && enters || exit 1
asks GET / '' "$(host)" "$cookie"
told 'who has the cookie, and not the path' 403 .over true
asks GET "$base" '' "$(host)" "$cookie"
told '  nor all of it' 403
asks GET "/$(printf '%064d' 7)/" '' "$(host)" "$cookie"
told '  or another' 403
ok '  which no guess at the cookie is' sh -c '! grep -q "wrong address" said'
asks GET "$base/" '' "$(host)"
told 'who has the path, and not the cookie' 403 .over true

# ---- who may ask
page="$(host)|$cookie|Origin: http://127.0.0.1:$port|Content-Type: application/json"
# refused WHAT STATUS METHOD PATH HEADERS - separated by |
refused() {
	what=$1 want=$2 method=$3 path=$4 IFS='|'
	# shellcheck disable=SC2086 # each a header
	asks "$method" "$base$path" '{}' $5
	unset IFS
	ok "$what: $want" test "$status" = "$want"
	[ "$status" = "$want" ] || echo "# $status"
}
refused 'the page' 200 GET / "$page"
cp headers page.headers
refused '  by localhost' 200 GET / "Host: localhost:$port|$cookie"
refused '  of another host, whoever that is' 403 GET / "Host: evil.example:$port|$cookie"
refused '  without its port' 403 GET / "Host: 127.0.0.1|$cookie"
refused '  of two hosts' 403 GET / "$(host)|Host: evil.example|$cookie"
refused '  of none' 400 GET / "$cookie"
refused '  without a cookie' 403 GET / "$(host)"
json '  the session is over, it says' .over true body
refused '  with a cookie that is guessed' 403 GET / "$(host)|Cookie: ct-$port=$(printf '%064d' 7)"
refused '  inside another site' 403 GET / "$(host)|$cookie|Sec-Fetch-Site: cross-site"
refused '  of another port of this machine' 403 GET / "$(host)|$cookie|Sec-Fetch-Site: same-site"
refused '  asked for by script of another' 403 GET / "$(host)|$cookie|Origin: http://evil.example"
refused 'a verb' 200 POST /job "$page"
refused '  without a cookie' 403 POST /job "$(host)|Origin: http://127.0.0.1:$port|Content-Type: application/json"
refused '  without an origin' 403 POST /job "$(host)|$cookie|Content-Type: application/json"
refused '  of another origin' 403 POST /job "$(host)|$cookie|Origin: http://127.0.0.1:1|Content-Type: application/json"
refused '  of an origin that is none' 403 POST /job "$(host)|$cookie|Origin: null|Content-Type: application/json"
refused '  of another name of ours' 403 POST /job "$(host)|$cookie|Origin: http://localhost:$port|Content-Type: application/json"
refused '  of two origins' 403 POST /job "$page|Origin: http://evil.example"
refused '  of a site beside' 403 POST /job "$page|Sec-Fetch-Site: same-site"
refused '  typed by a person' 403 POST /job "$page|Sec-Fetch-Site: none"
refused '  as a form has it' 415 POST /job "$(host)|$cookie|Origin: http://127.0.0.1:$port|Content-Type: text/plain"
refused '  to be had by GET' 405 GET /job "$page"
refused 'what is to be had, by POST' 405 POST /page.js "$page"
refused 'no such thing' 404 GET /review.db "$page"
refused '  nor such a verb' 404 POST /open "$page"
refused '  nor outside' 404 GET /../etc/passwd "$page"
for m in PUT DELETE HEAD OPTIONS TRACE BREW; do
	refused "by $m" 405 $m / "$page"
done
posts /job "$(head -c 70000 /dev/zero | tr '\0' ' ')"
told 'more than 64 KiB' 413
printf 'POST %s/job HTTP/1.1\r\n%s\r\n%s\r\nOrigin: http://127.0.0.1:%s\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n11170\r\n%s\r\n0\r\n\r\n' \
    "$base" "$(host)" "$cookie" "$port" "$(head -c 70000 /dev/zero | tr '\0' ' ')" | raw "$port" >answer
ok '  said by nobody beforehand' grep -q '^HTTP/1.1 413 ' answer
for odd in '' '[]' '{"job":1' '{"job":1,"job":1}' '{"job":"1","n":0,"step":"tile"}' '{"job":1,"n":-1,"step":"tile"}' \
    '{"job":1,"n":0.5,"step":"tile"}' '{"job":1,"n":0,"step":7}' '{"job":1,"n":0,"step":"whole"}' '{"job":1,"n":0}' \
    '{"job":1,"n":0,"step":"tile","full":true}' '{"job":1,"n":0,"step":"tile\u0000"}' \
    '{"job":1,"n":0,"step":"tile"} {}' "$(printf '{"job":1,"n":0,"step":"\377"}')" \
    "$(printf '%080d' 0 | tr 0 '[')" '{"job":1e999,"n":0,"step":"tile"}'; do
	posts /look "$odd"
	ok "what is no question: $(printf %.40s "$odd" | tr '\377' '?')" test "$status" = 400
done
looks 1 3 tile
told 'an item that is not there' 422
looks 2 0 tile
told 'another job' 409 .code 75
ok 'and nothing of all that was seen' test -z "$(views)"

# ---- every answer keeps itself to itself
looks 1 0 tile
asks=/$(picture)
dressed() {
	[ "$(grep -ciE "^(cache-control: no-store|content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'|x-content-type-options: nosniff|x-frame-options: deny|referrer-policy: no-referrer|cross-origin-resource-policy: same-origin|cross-origin-opener-policy: same-origin|permissions-policy: .*camera=\(\).*display-capture=\(\).*microphone=\(\).*)\$" "$1")" -eq 8 ]
}
ok 'the page: never kept, never framed, no script but its own' dressed page.headers
for path in /page.css /page.js /sight.js /judge.js "/${asks#//}" /none; do
	gets "$path"
	ok "  so $(echo "$path" | cut -c1-9): $status" dressed headers
done
posts /alive '{"job":1}'
told 'a sign of life' 200 '[(.until | length), .shift.seen]' '[20,0]'
ok '  is dressed, too' dressed headers
asks GET "$base/" '' "$(host)"
ok '  and a refusal' dressed headers
ok 'the page has no script or style within, and none from elsewhere' sh -c \
    '! grep -niE "<script>|<style|style=|[ \"]on[a-z]+=|https?:|@import|url\(" "$1"/lib/tool/serve_*.html "$1"/lib/tool/serve_*.css' - "$top"
ok '  nothing of a record becomes markup, and nothing is kept' sh -c \
    '! grep -nE "innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|Function\(|Storage|indexedDB|caches|https?:" "$1"/lib/tool/serve_*.js' - "$top"

# ---- what is seen
stop && fresh <in && serve r1 && enters || exit 1
posts /job '{}'
told 'a job' 200 '[.job, .account, .by, .waits, (.items | length)]' '[1,"u1","r1",{"open":3,"accounts":1,"more":false},3]'
json '  its items, and nothing of what they are' '.items[0] | [.n, .kind, .has_picture, .text, .done, .suggest, has("facts")]' \
    '[0,"image",true,false,null,null,false]' body
looks 1 0 metadata
told 'what is known' 200 '.facts[0:3]' "$(jq -c '[["file","image/jpeg, 640 x 480, \(.file.size) bytes, decoded: ok"],
    ["found","match"],["hit","ncmec industry, pdq, 6 bits away, class A1"]]' in | head -n1)"
is '  logged so' 'metadata open' views
looks 1 0 tile
told 'a tile' 200 '[.view, .width, .height, .entire]' '[2,16,12,false]'
is '  is in the log before there is anything to fetch' 'metadata open
tile open' views
once=$(picture)
asks GET "$base$once" '' "$(host)"
told '  for nobody without the cookie' 403
gets "$once"
ok '  a PNG' grep -q IHDR body
gets "$once"
told '  once' 404
gets "${once%?????}00000"
told '  and by its name alone' 404
looks 1 0 obscured
told 'closer' 200 '[.width, .height, .shift]' '[64,48,{"seen":1,"most":0}]'
is '  what was seen before is not any more' 'metadata
tile
obscured open' views
left=$(picture)
looks 1 1 full
told 'and whole' 200 '[.width, .height, .entire]' '[640,480,true]'
whole=$(picture) view=$(jq .view body)
gets "$left"
told '  what nobody fetched is forgotten with it' 404
gets "$whole"
ok '  pixels, and nothing of its file' sh -c 'grep -q IHDR body && ! grep -q "tEXt\|eXIf\|JFIF" body'
posts /cover "{\"view\":$view}"
told 'covered' 200
is '  and ended' 'full whole' sh -c 'sqlite3 "$CT_HOME/review.db" "SELECT level || iif(entire, \" whole\", \"\")
    FROM view v JOIN view_end e ON e.view = v.id ORDER BY v.id DESC LIMIT 1"'
looks 1 1 full && whole=$(picture)
posts /cover '{"view":0}'
gets "$whole"
told 'covered before it was fetched: not to be had' 404
is '  nor was the whole of it seen' full sh -c 'echo "$1" | tail -n1' - "$(views)"
db "CREATE TRIGGER no BEFORE INSERT ON view WHEN new.entire BEGIN SELECT RAISE(ABORT, 'no'); END"
looks 1 1 full && gets "$(picture)"
told 'nor is the whole of it without a log' 404
db 'DROP TRIGGER no'
posts /cover '{"view":99}'
told 'covering what is not open' 200
looks 1 2 full
told 'with more in its file than the picture: not seen as a whole' 200 .entire false
looks 1 0 text
told 'nothing to read' 200 '[.view, .none]' '[0,"it tells nothing"]'

# metadata within the file, as far as it is known
looks 1 0 exif
told 'no EXIF known' 200 '[.view, .none]' '[0,"nothing of it is in its record"]'

# a client that is gone
before=$(views | wc -l)
printf 'POST %s/look HTTP/1.1\r\n%s\r\n%s\r\nOrigin: http://127.0.0.1:%s\r\nContent-Type: application/json\r\nContent-Length: 32\r\n\r\n{"job":1,"n":2,"step":"obscured"}' \
    "$base" "$(host)" "$cookie" "$port" | sed 's/: 32/: 33/' | raw -c "$port"
one_more() { [ "$(views | wc -l)" -gt "$before" ]; }
ok 'a browser that dies when it has asked' eventually one_more
is '  has seen it' "$((before + 1)) obscured open" \
    sh -c 'echo "$1 $2"' - "$(views | wc -l)" "$(views | tail -n1)"

# what cannot be logged is not seen
db "CREATE TRIGGER no BEFORE INSERT ON view BEGIN SELECT RAISE(ABORT, 'no'); END"
for step in metadata tile full; do
	looks 1 2 $step
	ok "without a log, no $step" sh -c 'test "$1" -ge 500 && ! grep -qE "picture|facts" body' - "$status"
done
db 'DROP TRIGGER no'

# ---- verdicts
posts /decide '{"job":1,"n":0,"verdict":"csam","class":"C1"}'
told 'a class that is none' 422 .error '"--class: want A1, A2, B1 or B2"'
posts /decide '{"job":1,"n":0,"verdict":"bad"}'
told 'a verdict that is none' 422
posts /decide '{"job":1,"n":0,"verdict":"csam","annotations":["cute"]}'
told 'an annotation that is none' 422
for odd in '' x; do # one is cut within a letter
	posts /decide "{\"job\":1,\"n\":0,\"verdict\":\"csam\",\"annotations\":[\"$odd$(printf 'é%.0s' $(seq 200))\"]}"
	told '  nor a long one' 422
done
posts /decide '{"job":1,"n":0,"verdict":"csam","annotations":"infant"}'
told '  or no list of them' 400
posts /decide '{"job":1,"n":0,"verdict":"csam","classs":"A1"}'
told 'a member misspelt is not overlooked' 400
ok 'nothing is decided by any of these' test -z "$(ct-review decided -an)"
posts /decide '{"job":1,"n":0,"verdict":"unsure"}'
told 'a verdict' 200 . '{"decided":1,"wants":null}'
posts /decide '{"job":1,"n":0,"verdict":"csam","class":"A1","annotations":["infant"],"incident":"enticement","priority":"near","note":"x"}'
told '  and another in its place' 200
posts /job '{}'
told 'the page comes again: the same job, and what is done of it' 200 '[.job, [.items[].done]]' '[1,["csam",null,null]]'
jq -c '.path += "x" | .id += "x" | .hashes.sha256 |= "00" + .[2:]' in | head -n1 | ct-review add -q >/dev/null
posts /decide-all '{"job":1,"verdict":"not_csam"}'
told 'the rest at once, but more came meanwhile' 422 .anew true
posts /job '{}'
told '  and is told of' 200 '.items | length' 4
posts /decide '{"job":1,"n":3,"verdict":"unsure"}'
posts /decide-all '{"job":1,"verdict":"not_csam"}'
told 'the rest at once' 200 . '{"decided":2,"wants":null}'
ct-review decided -a | jq -c '[(.id | split("/")[-1])] + (.review | [.verdict, .class, .annotations, .incident, .priority, .viewed.level, .viewed.entire])' | sort >out
is '  as it was said, with what was seen' '["a.jpg","csam","A1",["infant"],"enticement","near","obscured",false]
["a.jpgx","unsure",null,null,null,null,"none",false]
["b.png","not_csam",null,null,null,null,"full",true]
["c.webp","not_csam",null,null,null,null,"full",false]' cat out
posts /decide '{"job":1,"n":1,"verdict":"unsure"}'
told 'the job is done, and a verdict of it can be replaced' 200 .decided 1
posts /alive '{"job":1}'
told '  though nobody has it in hand' 409
posts /job '{}'
told 'nothing else waits' 204
looks 1 0 tile
told '  then there is no more of it' 409
jq -c '.user.id = "u2"' in | ct-review add -q >/dev/null
posts /job '{}'
told 'what was decided of the same content is suggested' 200 '[.job] + (.items[0].suggest | [.verdict, .class, .annotations, .incident, .distance])' '[2,"csam","A1",["infant"],"enticement",null]'
posts /agree '{"job":2}'
told '  and taken' 200 .decided 3
jq -c '.user.id = "u3"' in | ct-review add -q >/dev/null
posts /job '{}'
posts /give '{"job":3}'
told 'given back' 204
is '  to whoever comes' u3 sh -c 'ct-review next --by r9 | jq -r .user.id | sort -u'

# ---- two people, a shift, a time that is over
stop && is 'at its end all views are' 0 sh -c 'grep -c open' <<END
$(views)
END
settings 'second = csam' 'views = 1' 'least = 2'
fresh <in && serve r1 && enters || exit 1
posts /job '{}'
first="$server $port"
posts /decide-all '{"job":1,"verdict":"unsure"}'
told 'not all at once before the least is done' 422 .code 77
looks 1 0 obscured
told 'one closer' 200 .shift '{"seen":1,"most":1}'
gets "$(picture)"
looks 1 1 obscured
told 'beyond the shift' 429 .hard_stop true
looks 1 1 full
told '  by any step' 429 '[.picture, .view]' '[null,null]'
looks 1 0 full
told 'what was seen in it is not counted again' 200
looks 1 1 tile
told 'a tile is none of it' 200
is '  nothing refused is logged' 'obscured full tile' sh -c 'echo "$1" | sed "s/ open//" | xargs' - "$(views)"
posts /decide '{"job":1,"n":1,"verdict":"csam"}'
told 'a verdict without it' 200 . '{"decided":1,"wants":"a second person"}'
c1=$cookie b1=$base
serve r2 && enters || exit 1
posts /job '{}'
told 'another person has no such job' 204
exits '  nor by the shell' 75 ct-review decide --item "$PWD/pics/a.jpg" --verdict unsure --by r2
db "UPDATE lease SET until = '2020-01-01T00:00:00Z'"
posts /job '{}'
told 'until the time is over' 200 '[.by, .account, .items[1].wants]' '["r2","u1","a second person"]'
json '  what the first said stays unsaid' '[.items[] | .suggest, .done] | unique' '[null]' body
c2=$cookie p2=$port s2=$server
server=${first% *} port=${first#* } cookie=$c1 base=$b1
looks 1 0 tile
told 'then the first sees nothing more of it' 409
posts /decide '{"job":1,"n":0,"verdict":"unsure"}'
told '  nor decides' 409
posts /alive '{"job":1}'
told '  nor keeps it' 409
stop && server=$s2 port=$p2 cookie=$c2 && stop
settings

# ---- hostile media and records
mkdir hostile && hostile jpeg-bomb-progressive >hostile/bomb.jpg && hostile jpeg-1-byte >hostile/cut.jpg || exit 1
hostile png-rows-most >hostile/part.png && hostile png-10000-frames >hostile/moves.png || exit 1
ct-hash -q --user u4 hostile/*.* | jq -c '.match = {verdict: "match"}' >h
jq -c '.scores = [{classifier: "g\u001b", state: "answered", score: 91, label: "HIGH", review: true}]' h >h2 && mv h2 h
printf '%s\n' '{"id":"t\u001b[2J\u202e<img src=x>","user":{"id":"u4"},"incident":{"type":"enticement","at":"2026-11-20T08:00:00Z","text":"one\u001b[31m\n<script>alert(1)</script>\u202e","url":["https://x/\u0007"]}}' >>h
jq -c --arg p "$PWD" '.user.id = "u4" | .path = $p + "/pics/b.png"' in | head -n1 >>h
fresh --reason "$(printf 'so \033[5m')" <h && serve r1 && enters || exit 1
posts /job '{}'
order=$(jq -r '[.items[].id | split("/")[-1] | sub(".*<.*"; "text")] | join(" ")' body)
n() { echo "$order" | tr ' ' '\n' | grep -n "$1" | head -n1 | sed 's/:.*//' | awk '{ print $1 - 1 }'; }
json '  nothing in an id that turns a line, or moves it' '.items[] | select(.kind == "text").id' '"t?[2J?<img src=x>"' body
looks 1 "$(n bomb)" metadata
json 'what classifiers said' '[.facts[] | select(.[0] == "scored")]' '[["scored","g?: 91 of 100, HIGH"]]' body
posts /cover '{"view":0}'
looks 1 "$(n bomb)" tile
told 'a bomb' 200 '[.view, .none]' '[0,"too-many-pixels"]'
looks 1 "$(n cut)" full
told 'nearly nothing' 200 '[.view, .none]' '[0,"corrupt"]'
looks 1 "$(n part)" full
told 'most of it' 200 .entire false
looks 1 "$(n moves)" full
told 'one of many frames' 200 .entire false
is '  is not the whole of it, in the log either' 'metadata
full
full open' views
posts /cover '{"view":0}'
looks 1 "$(n a.jpg)" full
told 'another file in its place' 200 '[.view, .none]' '[0,"the file is another than the one that was found"]'
looks 1 "$(n text)" tile
told 'no picture' 200 .none '"it has no picture"'
is '  and none of these is in the log' 'metadata full full' sh -c 'echo $1' - "$(views)"
looks 1 "$(n text)" text
told 'what it tells' 200 '[.text, .url]' '["one?[31m\n<script>alert(1)</script>?","https://x/?"]'
ok '  is JSON, and nothing that a browser would run' grep -qx 'Content-Type: application/json' headers
is '  seen whole' 'full whole open' sh -c 'echo "$1" | tail -n1' - "$(views)"
posts /decide "{\"job\":1,\"n\":$(n text),\"verdict\":\"text_offence\"}"
told '  and decided' 200 .decided 1

# ---- a video: stills, of which none is the whole
if [ -x "$top/ct-decode-video" ]; then
	before="$server $port $base $cookie" keep=$CT_HOME
	export CT_HOME="$PWD/films"
	cp "$t/data/golden/video/g_life_10_vp8.webm" pics/film.webm
	ct-hash -q --user u5 pics/film.webm | jq -c '.object.exif = {Make: "a\u001b", GPS: [1, 2]} | .match = {verdict: "match", hits: [{source: "own", type: "vpdq", at_ms: 3100}]}' |
	    ct-review add -q >/dev/null
	serve r1 && enters || exit 1
	posts /job '{}'
	looks 1 0 metadata
	json 'what is known of a video: where it hit' '[.facts[] | select(.[0] == "hit")]' '[["hit","own, vpdq, at 0:03.1"]]' body
	looks 1 0 tile
	told 'as a tile: stills' 200 '[(.stills | length), .long, .entire, has("picture"), (.stills[] | select(.hit) | [.ms, .width, .height])]' \
	    '[12,5000,false,false,[3100,16,12]]'
	is '  in the log, once, before any of them leaves' 'metadata open
tile open' views
	one=/$(jq -r '.stills[7].picture' body) two=/$(jq -r '.stills[8].picture' body)
	gets "$one"
	ok '  each a PNG' grep -q IHDR body
	gets "$one"
	told '    once' 404
	gets "$two"
	told '  the others wait' 200
	looks 1 0 obscured
	told 'closer' 200 '[(.stills | length), .stills[0].width, .entire]' '[12,64,false]'
	looks 1 0 full
	told 'in full: one, the first that hit' 200 '[.entire, (.stills[] | [.ms, .hit, .width])]' '[false,[3100,true,256]]'
	gets "/$(jq -r '.stills[0].picture' body)"
	ok '  pixels, and nothing of its file' sh -c 'grep -q IHDR body && ! grep -qi "webm\|matroska" body'
	posts /look '{"job":1,"n":0,"step":"full","at":1100}'
	told '  or of another time' 200 '[.stills[] | [.ms, .hit]]' '[[1100,false]]'
	posts /look '{"job":1,"n":0,"step":"full","at":99999}'
	told '  behind its end: none' 200 '[.view, .none]' '[0,"there is no such still"]'
	for odd in '"x"' -1 0.5 null; do
		posts /look "{\"job\":1,\"n\":0,\"step\":\"full\",\"at\":$odd}"
		told "  at $odd" 400
	done
	looks 1 0 exif
	told 'metadata within its file' 200 .text '"Make: a?\nGPS: [1,2]"'
	is '  each still in full is in the log' 'metadata
tile
obscured
full
full
metadata open' views
	posts /decide '{"job":1,"n":0,"verdict":"unsure"}'
	is '  and nobody has seen all of it, but EXIF' '["full",false,true]' sh -c \
	    'ct-review decided -a | jq -c ".review.viewed | [.level, .entire, .exif]"'
	stop
	export CT_HOME="$keep"
	# shellcheck disable=SC2086 # three words, and a header
	set -- $before
	server=$1 port=$2 base=$3
	shift 3
	cookie=$*
fi

# ---- the server dies, and strangers come
looks 1 "$(n bomb)" metadata
stop KILL 2>/dev/null
is 'a server that is killed: what was seen stays seen' 'full whole
metadata open' sh -c 'echo "$1" | tail -n2' - "$(views)"
serve r1 && enters || exit 1
posts /job '{}'
told '  and the job goes on' 200 '[.account, (.items | length)]' '["u4",5]'
flood=''
mkfifo hold && exec 9<>hold
for _ in $(seq 70); do
	raw "$port" <hold >/dev/null 2>&1 &
	flood="$flood $!"
done
gets /
told 'many who connect and say nothing shut nobody out' 200
# shellcheck disable=SC2086 # a list of numbers
kill $flood
exec 9>&-
# nine - as many guesses, whose answers take a second; that of the person, who is
# known again then, is there before that of the last
nine() {
	all=
	for i in 1 2 3 4 5 6 7 8 9; do
		printf 'GET /open/%064d HTTP/1.1\r\n%s\r\nConnection: close\r\n\r\n' $i "$(host)" |
		    raw "$port" >guess.$i &
		all="$all $!"
	done
	gets / && [ "$status" = 200 ] && [ ! -s guess.9 ]
	early=$?
	# shellcheck disable=SC2086 # a list of numbers
	wait $all
	gets /
	return $early
}
tries=0
until nine || [ $((tries = tries + 1)) -eq 9 ]; do :; done
ok 'nine guesses: the person goes on at once, they wait for their answers' test $tries -lt 9
told '  and the person goes on' 200
for i in $(seq 10); do
	printf 'GET /x/ HTTP/1.1\r\n%s\r\nCookie: ct-%s=%064d\r\nConnection: close\r\n\r\n' "$(host)" "$port" "$i" |
	    raw "$port" >/dev/null &
done
wait $server
ok 'ten in a row: it ends itself' test $? -eq 77
ok '  and says why' grep -q '10 wrong addresses or cookies in a row: somebody guesses' said

# ---- what memory keeps
fresh <in && serve r1 && enters || exit 1
if [ -r /proc/$server/mem ] && [ -z "${CT_SANITIZED:-}" ]; then
	posts /job '{}'
	head -c 600 pics/a.jpg | tail -c 24 | od -An -v -tx1 | tr -d ' \n' | sed 's/^/file /' >file
	echo >>file
	for step in obscured full; do
		looks 1 0 $step && gets "$(picture)"
		# some bytes of its pixels that raw cut no CR out of
		printf 'pixels %s\n' "$(tail -c +1001 body | head -c 24 | od -An -v -tx1 | tr -d ' \n')" | cat file - >needle
		looks 1 0 $step
		ok "$step: a picture that waits is in memory" sh -c 'memscan needle "$1" | grep -q pixels' - "$server"
		gets "$(picture)"
		# its connection is closed before what it held is wiped
		ok '  and once it is sent it is not, nor are the bytes of its file' eventually memscan needle "$server"
		looks 1 0 $step && posts /cover '{"view":0}'
		exits '  nor what was covered' 0 memscan needle "$server"
	done
	exits 'no disk has it' 0 memscan needle "$CT_HOME"
fi
stop
exits 'no such reviewer: 77' 77 sh -c 'printf "[review]\nreviewers = r1\n" >conf; ct-review serve --by r5 </dev/null'
settings
serve r1
exits 'the port is taken: 69' 69 ct-review serve --by r2 --port "$port"
stop
exits 'a port that is none: 64' 64 ct-review serve --by r2 --port 65536
exits 'who? 64' 64 ct-review serve
exits 'who is no text: 64' 64 ct-review serve --by "$(printf 'r\377')"

# ---- a terminal: Enter, and who was in is out
: >screen
mkfifo typed
# shellcheck disable=SC2016 # expanded there
pty -p 'a new one
' sh -c 'echo $$ >shell; exec ct-review serve --by r1' <typed >screen &
typist=$!
exec 9>typed
# shown N - so many addresses are on the screen; the last: $address, $port
shown() {
	while [ "$(grep -c /open/ screen)" -lt "$1" ]; do
		kill -0 $typist || return 1
		sleep 0.02
	done
	address=$(grep /open/ screen | tail -n1) port=${address#*1:}
	port=${port%%/*}
}
shown 1 && enters && gets /
told 'at a terminal, too' 200
old=$cookie
echo >&9
shown 2 && asks GET "$base/" '' "$(host)" "$old"
told 'Enter: who was in is out' 403 .over true
enters
told '  and in by a new address' 303
exec 9>&-
server=$(cat shell)
kill -HUP "$server"
wait $typist
ok 'a terminal that is gone ends it' test $? -eq 0
done_testing
