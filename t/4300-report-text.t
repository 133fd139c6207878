#!/bin/sh
# ct-report: what is no file, what supplements, what is gone
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
CT_CLOCK=2026-11-22T10:00:00Z
export CT_CLOCK
conf </dev/null

# text N [EDIT] - a record that tells of something, as ct-review decided prints it
text() {
	jq -cn --arg n "$1" '{id: "case-\($n)", user: {id: "u1"}, incident: {type: "enticement",
	    at: "2026-11-20T08:00:00Z", text: "what was written"},
	    review: {verdict: "text_offence", by: "r7", at: "2026-11-21T00:00:00Z",
	      batch: ("a" * 32), items: 1, content: ($n * 64)}} | '"${2:-.}"
}
# file N [EDIT] - a file of the same batch
file() {
	jq -cn --arg n "$1" --arg md5 "$(printf '%032d' "$1")" --arg sha256 "$(printf '%064d' "$1")" \
	    '{id: "up/\($n).jpg", path: "/srv/up/\($n).jpg", user: {id: "u1"},
	    incident: {at: "2026-11-20T08:00:00Z"}, file: {size: 3, mime: "image/jpeg"},
	    hashes: {$md5, $sha256}, review: {verdict: "csam", class: "A1", by: "r7",
	      at: "2026-11-21T00:00:00Z", batch: ("a" * 32), items: 1}} | '"${2:-.}"
}
also() { file "$1" '.path = "'"$PWD"'/ct.conf" | .review |= del(.class, .by, .at) | .review.verdict = "supplemental" | .supplemental = {of: "up/1.jpg", additional_info: ["Profile picture", " "]} | '"${2:-.}"; }
# batch - the records of standard input as one batch
batch() { jq -cs 'length as $n | .[] | .review.items = $n'; }
report() { ct-report -q <"$1"; }
xml() { jq -r .report.xml "${1:-rep}" >doc.xml; }
has() { ok "$1" grep -qE "^ *$2\$" doc.xml; }
hasnt() { ok "$1" sh -c "! grep -qE '$2' doc.xml"; }
made() { exits "$1" 0 report in; cp got rep; xml; }
refused() { # WHAT WORDS
	exits "$1 is refused" 65 report in
	ok '  and in band' jq -es --arg w "$2" 'length > 0 and
	    all(.error.tool == "ct-report" and (.error.msg | contains($w)))' got
}

# ---- a text --------------------------------------------------------------------
text 1 >in
made 'a text alone is a report'
ok '  its document is valid' xsdcheck doc.xml
has '  the offence is named' '<incidentType>Online Enticement of Children for Sexual Acts</incidentType>'
has '  the text is there' '<content>what was written</content>'
json '  without a file; ack finds it' '.report | [.files, (.texts | map([.id, .content, .review.verdict, .review.batch])), .missing]' \
    "[[],[[\"case-1\",\"$(printf '%064d' 0 | tr 0 1)\",\"text_offence\",\"$(printf '%032d' 0 | tr 0 a)\"]],null]" rep
text 1 '.incident.text = "\u0007 \ufffe x"' >in
made 'a text with what XML has not'
has '  has it no more' '<content>� � x</content>'
{
	text 1
	text 2
	text 3 '.incident.text = "more"'
} | batch >in
made 'several texts'
ok '  each once' sh -c "tr -d '\n' <doc.xml | grep -q '<content>what was writtenmore</content>'"
json '  all are in the record' '.report.texts | length' 3 rep
conf <<'END'
[incident]
internet_detail = chat
client = Example Chat
END
text 1 >in
made 'a platform that is a chat'
has '  has it there' '<chatClient>Example Chat</chatClient>'
is '  once' 1 grep -c '<chatImIncident>' doc.xml
text 1 '.incident.url = "https://images.example/g/1"' >in
made '  and a page'
has '  beside it' '<url>https://images.example/g/1</url>'
sed -i 's/= chat/= gaming/' ct.conf
made 'a game'
has '  has it there' '<gameName>Example Chat</gameName>'
has '  with the text' '<content>what was written</content>'
hasnt '  and not in a chat' chatImIncident
conf </dev/null

text 1 '.threads = [{id: "t", messages: [{text: "hello"}]}]' >in
made 'a text and a thread'
json '  no want of an address or a class is seen in a conversation' '[.report.lint.warnings[] | select(test("file|class"; "i"))]' '[]' rep

# ---- a text too long for the document ----------------------------------------------
text 1 '.incident.text = ("äbc" * 20000 + "the end")' >in
made 'a long text'
is '  has its beginning in the document' 10000 sh -c "sed -n 's/.*<content>\(.*\)<.*/\1/p' doc.xml | LC_ALL=C.UTF-8 wc -m | awk '{ print \$1 - 1 }'"
json '  and is attached' '.report.files | map([.name, .mime, .supplemental])' \
    '[["text-1.txt","text/plain",true],["text-2.txt","text/plain",true],["text-3.txt","text/plain",true]]' rep
jq -j .incident.text in >whole
ok '  whole' sh -c 'jq -j ".report.files[].text" rep | cmp - whole'
is '  each with its digests' "$(jq -j '.report.files[2].text' rep | sha256sum | cut -c-64)" jq -r '.report.files[2].sha256' rep
is '  and its size' "$(jq -j '.report.files[1].text' rep | wc -c)" jq -r '.report.files[1].size' rep

# ---- a page --------------------------------------------------------------------------
text 1 'del(.incident.text) | .incident.url = ["https://images.example/g/1", "https://images.example/g/2"]' >in
made 'pages alone are a report'
has '  both are named' '<url>https://images.example/g/2</url>'
text 1 '.incident.type = "csam" | .review.verdict = "csam" | del(.incident.text) | .incident.url = "https://images.example/g/1"' >in
made 'a page with csam'
has '  is one' '<incidentType>Child Pornography .*'
text 1 'del(.incident.text) | .incident.url = "not a url"' >in
made 'a page whose address is none'
has '  is told' '<additionalInfo>incident.url: not a url</additionalInfo>'
sed -i 's/^name = .*/&\nmore_info_url = https:\/\/images.example\/about/' ct.conf
made '  and is not made into a page of the service'
hasnt '  which it is not' 'about'
conf </dev/null

# ---- the time -----------------------------------------------------------------------------
text 1 'del(.incident.at) | .threads = [{id: "t", messages: [{at: "2026-11-19T01:00:00Z", text: "a"},
    {at: "2026-11-19T02:00:00Z", text: "b"}, {at: "2027-01-01T00:00:00Z", text: "c"}]}]' >in
made 'no time but that of the messages'
has '  the newest that is past' '<incidentDateTime>2026-11-19T02:00:00Z</incidentDateTime>'
has '  is said to be one' '<incidentDateTimeDescription>When the newest of the messages was sent.*'
text 1 'del(.incident.at)' >in
refused 'no time at all' incidentDateTime

# ---- what is none ---------------------------------------------------------------------------
text 1 '.incident.text = ""' >in
refused 'a text of nothing' 'nothing to report'
text 1 '.incident.text = 7' >in
refused 'a text that is none' incident.text
text 1 '.threads = [{id: "t", messages: "x"}]' >in
refused 'a thread that is none' 'threads[0]'
text 1 'del(.review)' >in
ct-report <in >got 2>err
ok 'a text that nobody decided' grep -q '1 dropped: 1 not reviewed' err
text 1 'del(.incident.type)' >in
refused 'a text_offence of no offence' incidentType
exits '  the configuration may name it' 0 sh -c 'printf "[incident]\ntype = trafficking\n" >>ct.conf; ct-report -q <in >rep'
xml
has '  then it is that' '<incidentType>Child Sex Trafficking</incidentType>'
conf </dev/null
exits '  or --incident' 0 ct-report -q --incident trafficking <in
text 1 >in
exits '  which cannot make it csam' 65 ct-report -q --incident csam <in

# ---- with files ----------------------------------------------------------------------------------
{
	file 1 '.incident.type = "csam"'
	text 2
	also 3
} | batch >in
made 'a file, a text, and what supplements'
has '  csam gives way to the offence named' '<incidentType>Online Enticement of .*'
json '  in order' '.report | [(.files | map(.id)), (.texts | map(.id))]' '[["up/1.jpg","up/3.jpg"],["case-2"]]' rep
filexml <rep >file.xml
is '  one is reported, the other supplements' 'Reported Supplemental Reported' \
    sh -c "sed -n 's/.*<fileRelevance>\(.*\)<.*/\1/p' file.xml | xargs"
is '  only the first has a class' 1 grep -c industryClassification file.xml
is '  what it is, is said' 1 grep -c '<additionalInfo>Profile picture</additionalInfo>' file.xml
key=$(jq -r .report.key rep)
also 3 '.review.class = "A1"' | batch >two
{ file 1; cat two; } | batch >in
made 'no supplement has a class, whatever its record says'
is '  none' 1 sh -c 'filexml <rep | grep -c industryClassification'
{ file 1 'del(.incident) | .object.modified = "2026-01-01T00:00:00Z"'
  also 3 '.incident.at = "2026-11-21T00:00:00Z" | .object.modified = "2026-11-21T00:00:00Z"'
  file 4 'del(.incident) | .object = {missing: true, modified: "2026-11-21T00:00:00Z"}'; } | batch >in
made 'the time is of what is attached'
json '  alone' '[.report.incident.at, (.report.lint.warnings | map(test("incident.at")) | any)]' '["2026-01-01T00:00:00Z",true]' rep
{ file 1; also 3 '.path = "/nowhere/x.jpg"'; } | batch >in
ct-report <in >rep 2>msg
json 'what only goes along and is gone is told, not waited for' '.report | [(.files | map(.id)), (.missing | map(.id))]' \
    '[["up/1.jpg"],["up/3.jpg"]]' rep
ok '  with a note' grep -q 'goes along is there no longer' msg
also 3 >in
ct-report <in >out 2>msg
ok 'supplements alone are no report' test ! -s out
ok '  and dropped with a word' grep -q '1 in = 0 in 0 reports + 0 with errors + 1 dropped: 1 supplements of nothing' msg
{ file 1; also 3; } | head -n 1 >in
also 3 '.review.items = 2' >>in
exits 'a batch that lacks one is not whole' 75 sh -c 'jq -c ".review.items = 3" in | ct-report -q'

# without review, by the policy of the lists
policy='del(.review) | .match = {verdict: "match", total: 1, hits: [{source: "x", type: "md5", class: "csam", policy: "report"}]}'
file 1 "$policy" >one
cp one in
made 'a report of a policy'
key=$(jq -r .report.key rep)
also 3 'del(.review)' >>in
made '  takes what supplements its account'
json '  along' '.report.files | map([.id, .supplemental])' '[["up/1.jpg",null],["up/3.jpg",true]]' rep
is '  and is the same report' "$key" jq -r .report.key rep
also 3 'del(.review) | .user.id = "u2"' >>in
ct-report <in >got 2>err
ok '  not what is of another' grep -q '1 dropped: 1 supplements of nothing' err

# ---- what is gone -----------------------------------------------------------------------------------
{
	file 1
	file 2 '.object.missing = true'
	file 3 '.object.missing = true | del(.hashes.md5)'
} | batch >in
made 'files that the platform has no longer'
json '  are no files' '[(.report.files | map(.id)), (.report.missing | map([.id, .sha256, .review.batch]))]' \
    "[[\"up/1.jpg\"],[[\"up/2.jpg\",\"$(printf '%064d' 2)\",\"$(printf '%032d' 0 | tr 0 a)\"],[\"up/3.jpg\",\"$(printf '%064d' 3)\",\"$(printf '%032d' 0 | tr 0 a)\"]]]" rep
has '  it is said' '.*2 files of this account are not attached: the provider has their bytes no longer.'
has '  which' "Not attached: SHA-256 $(printf '%064d' 2)"
file 1 '.object.missing = true' >in
refused 'a report of nothing but such files' object.missing
{
	file 1 '.object.missing = true'
	also 3
} | batch >in
refused 'what supplements one makes none' object.missing
{
	file 1 '.object.missing = true'
	text 2
} | batch >in
made 'a text beside it makes one'
json '  of both' '.report | [(.texts | length), (.missing | length), (.files | length)]' '[1,1,0]' rep

# ---- parts ------------------------------------------------------------------------------------------
jq -cn '{id: "t1", kind: "group", messages: [range(4000) | {at: (1763600000 + .), from: "u\(. % 7)",
    to: "u9", ip: "203.0.114.7", port: 51000, id: "m\(.)", text: ("text \"\(.)\" " * 8)}]}' >thread
also 79 >along
text 78 >told
file 7 | jq -c --slurpfile along along --slurpfile told told --slurpfile t thread '
    . as $f | range(1; 1101) as $n | ("\($n)" | "0" * (32 - length) + .) as $md5 |
    if $n == 78 then $told[0] elif $n == 79 then $along[0] else
      $f | .id = "up/\($n).jpg" | .hashes = {md5: $md5, sha256: ($md5 + $md5)} end |
    if $n == 77 then .object.missing = true else . end |
    if $n == 78 then .threads = $t else . end | .review.items = 1100' >in
made 'a very large case'
json '  has parts' '[.report.part, .report.parts, (.report | has("texts")), (.report | has("missing"))]' \
    '[1,4,true,true]
[2,4,false,false]
[3,4,false,false]
[4,4,false,false]' rep
json '  every file once' '.[].report.files[].id' '1098' /dev/stdin <<END
$(jq -s '[.[].report.files[] | select(.text | not)] | unique_by(.id) | [{report: {files: [{id: length}]}}]' rep)
END
json '  what supplements is last' '.report.files | map(.supplemental == true) | [.[0], .[-1]]' '[false,false]
[false,false]
[false,true]
[true,true]' rep
is '  none over 500 files, none over a line' true jq -s 'all((.report.files | length) <= 500 and (tojson | length) < 1048576)' rep
ok '  what was written is behind the files' jq -es '[.[].report.files[] | (if .text then 2 elif .supplemental then 3 else 1 end)] |
    . == sort and (map(select(. == 2)) | length) > 3' rep
is '  every message once' 4000 sh -c "jq -rj '.report.files[] | select(.text).text' rep | grep -c ',m[0-9]*,\"text '"
ct-report -q <in >again
ok '  and cut so again' cmp rep again
done_testing
