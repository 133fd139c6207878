#!/bin/sh
# ct-report: conversations as CSV, byte for byte
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
CT_CLOCK=2026-11-22T10:00:00Z
export CT_CLOCK
conf </dev/null

# rec [EDIT] - a record with this thread
rec() {
	jq -cn '{id: "case-1", user: {id: "u1"}, incident: {type: "enticement", at: "2026-11-20T08:00:00Z"},
	    threads: [{id: "t7", kind: "private", messages: [
	      {at: "2026-11-20T07:00:00Z", from: "u1", to: "u2", ip: "203.0.114.7", port: 51000,
	       type: "text", id: "m1", text: "hello"}]}],
	    review: {verdict: "text_offence", by: "r7", at: "2026-11-21T00:00:00Z",
	      batch: ("a" * 32), items: 1, content: ("1" * 64)}} | '"${1:-.}"
}
# csv [EDIT] - the bytes of the first file of its report
csv() { rec "${1:-.}" | ct-report -q | tee rep | jq -j '.report.files[0].text // empty'; }
# back FILE - by a reader of RFC 4180, one apostrophe taken off at each place: rows as JSON
back() {
	python3 - "$1" <<'END'
import csv, json, re, sys
with open(sys.argv[1], newline="", encoding="utf-8") as f:
    for row in csv.reader(f, strict=True):
        print(json.dumps([re.sub(r"(^|[;\t\r\n])'", r"\1", c) for c in row]))
END
}
messages() { printf '.threads[0].messages = %s' "$1"; }

# ---- the bytes -----------------------------------------------------------------
printf '%s\r\n' 'time,sender,recipient,ip,port,type,thread,message,content' \
    '2026-11-20T07:00:00Z,u1,u2,203.0.114.7,51000,text,t7,m1,hello' >want.csv
csv >got.csv
ok 'a thread is a CSV file, to the byte' cmp want.csv got.csv
json 'as a file of the report' '.report.files[0] | del(.text)' \
    "$(jq -nc --arg m "$(md5sum <want.csv | cut -c-32)" --arg s1 "$(sha1sum <want.csv | cut -c-40)" \
	--arg s2 "$(sha256sum <want.csv | cut -c-64)" --argjson n "$(wc -c <want.csv)" \
	'{id: "thread:t7", size: $n, mime: "text/csv", md5: $m, sha1: $s1, sha256: $s2,
	  name: "thread-t7.csv", supplemental: true,
	  info: ["Messages of a private conversation: 1 of thread t7, in order of time."]}')" rep
filexml <rep >doc.xml
ok '  its document is valid' xsdcheck doc.xml
ok '  it supplements' grep -q '<fileRelevance>Supplemental Reported</fileRelevance>' doc.xml
ok '  nobody is said to have viewed it' sh -c '! grep -q Viewed doc.xml'
ok '  what it is, is said' grep -q '<additionalInfo>Messages of a private conversation' doc.xml
csv '.threads[0].kind = "group"' >/dev/null
ok '  of a group' grep -q 'Messages of a group conversation' rep
csv 'del(.threads[0].kind)' >/dev/null
ok '  of neither' grep -q 'Messages of a conversation' rep

csv "$(messages '[
    {at: "2026-11-20T08:00:02+01:00", from: "u1", to: ["u2", "u3"], text: "say \"hi\"\n\tand, so on "},
    {at: 1763622000, from: "u2", text: " ä "},
    {at: "no time", from: 7, to: {name: "x"}, port: "51000", text: null},
    {from: "u2", text: "behind the one before"}]')" >got.csv
printf '%s\r\n' 'time,sender,recipient,ip,port,type,thread,message,content' \
    '2025-11-20T07:00:00Z,u2,,,,,t7,," ä "' \
    'no time,7,"{""name"":""x""}",,51000,,t7,,' ',u2,,,,,t7,,behind the one before' \
    '2026-11-20T07:00:02Z,u1,"u2; u3",,,,t7,,"say ""hi""
	and, so on "' >want.csv
ok 'quotes, line ends, odd values; in order of time' cmp want.csv got.csv

# ---- nothing that a spreadsheet computes ------------------------------------------
cat >evil <<'END'
=1+1
+1
-1
@SUM(A1)
'=1
''
=cmd|' /C calc'!A0
＝1
＋1
－1
＠x
see;=1+1;@SUM(A1); =2;'x;"=3;＝4;;-5
END
jq -Rsc 'split("\n")[:-1] + ["\t=1", "\r=1", "\n=1", "=1\",=2", "\"=1", "a=1", "a\t=1\r\n+1\t\t@x", ""]' evil >texts
edit=$(jq -r '"[" + (map("{at: \"2026-11-20T07:00:00Z\", from: " + tojson + ", text: " + tojson + "}") | join(",")) + "]"' texts)
csv "$(messages "$edit")" >got.csv
ok 'no cell begins like one of full width' sh -c "! grep -qE '(^|[,\"])(＝|＋|－|＠)' got.csv"
if command -v python3 >/dev/null; then
	back got.csv >rows
	is '  no reader sees one' 0 sh -c "python3 -c '
import csv,sys
print(sum(1 for r in csv.reader(open(sys.argv[1], newline=\"\", encoding=\"utf-8\"), strict=True) for c in r if c[:1] in \"=+-@\t\r\n＝＋－＠\" and c))' got.csv"
	# who opens it where a semicolon or a tab parts cells, with or without quotes
	for d in ';' '	'; do
		is "  nor one for whom '$d' parts cells" 0 sh -c "python3 -c '
import csv,sys
for q in csv.QUOTE_MINIMAL, csv.QUOTE_NONE:
    with open(sys.argv[1], newline=\"\", encoding=\"utf-8\") as f:
        for r in csv.reader(f, delimiter=sys.argv[2], quoting=q):
            n = [c for c in r if c.strip(\" \\\"\")[:1] in tuple(\"=+-@＝＋－＠\")]
            if n: print(n)
print(0)' got.csv '$d'"
	done
	is 'without the apostrophe every text is as it was' "$(jq -c . texts)" \
	    jq -cs '.[1:] | map(.[8])' rows
	is '  every sender' "$(jq -c . texts)" jq -cs '.[1:] | map(.[1])' rows
fi
ok '  the reader of the report is told' grep -q 'one apostrophe before it that is not' rep
csv >/dev/null
ok '  only if there is one' sh -c '! grep -q apostrophe rep'

# ---- what XML and CSV have not ---------------------------------------------------------
csv "$(messages '[{text: "a\u0007\u0001b\ufffe", from: "\u001b[2J"}]')" >got.csv
ok 'control characters are U+FFFD' grep -q '^,�\[2J,,,,,t7,,a��b�' got.csv
rec "$(messages '[{text: "\u0007 secret", from: "x"}]')" | ct-report 2>msg >/dev/null
ok '  which is noted, not what it was' sh -c "grep -q \"'threads.messages.text'\" msg && ! grep -q secret msg"

# ---- names -----------------------------------------------------------------------------
csv '.threads = [{messages: [{from: "a", text: "A"}]}, {id: "1", messages: [{from: "b", text: "B"}]},
    {id: 1, messages: [{from: "c", text: "C"}]}, {messages: [{from: "d", text: "D"}]}]' >/dev/null
json 'what has no id is nobody else'\''s; a number is no text' '.report.files | map([.name, (.text | sub(".*,(?<x>.)\r\n$"; "\(.x)"; "m"))])' \
    '[["thread-2.csv","A"],["thread-1.csv","B"],["thread-1__2_.csv","C"],["thread-4.csv","D"]]' rep
csv '.threads = [("a/b", "a_b", "A_b", "a_b-1", "x" * 64 + "1", "x" * 64 + "2") | {id: ., messages: [{from: ., text: "x"}]}]' >/dev/null
json 'no two files are of one name' '.report.files | [(map(.id) | unique | length), (map(.name | ascii_downcase) | unique | length), .[1].name]' \
    '[6,6,"thread-a_b.2.csv"]' rep
csv "$(messages '[{at: "2026-11-20T07:00:00Z", from: "u1", text: "a"}, {at: "2026-11-20T06:00:00", from: "u1", text: "b"}]')" >/dev/null
json 'a time without a zone is no order' '.report.files[0].info[0] | test("no known time behind")' true rep

# ---- nothing in silence ----------------------------------------------------------------
rec "$(messages '[{at: "2026-11-20T08:00:00Z", sender: "secret", recipient: "b", content: "the words"}]')" >in
ct-report <in >rep 2>msg
json 'words under another name: an error of lint' '.report.lint.errors | map(test("no message has"))' '[true]' rep
for m in sender recipient content; do ok "  a note names $m" grep -q "'threads.messages.$m' is not looked at" msg; done
ok '  and quotes nothing' sh -c '! grep -q secret msg'
csv "$(messages '[{at: "2026-11-20T08:00:00Z", from: "u1"}]')" >/dev/null
json '  who wrote is enough' '.report.lint.errors | map(test("no message has")) | any' false rep
csv '.threads[0].id = "../../etc/ä b\n"' >/dev/null
json 'an id is no path' '.report.files[0].name' '"thread-______etc____b_.csv"' rep
csv '.threads[0].id = "x" * 300' >/dev/null
json '  nor without end' '.report.files[0].name | length' 75 rep
csv '.threads[0].id = 7' >/dev/null
json '  a number is one' '.report.files[0].id' '"thread:7"' rep
csv 'del(.threads[0].id)' >/dev/null
json '  none is counted' '.report.files[0].id' '"thread:1"' rep
csv '.threads = [{id: "2", messages: [{text: "a"}]}, {messages: [{text: "b"}]}, {id: null, messages: [{text: "c"}]}]' >/dev/null
json '  by a number that no other has' '.report.files | map(.name)' '["thread-2.csv","thread-3.csv","thread-4.csv"]' rep
csv '.threads += [{id: "t8", messages: []}]' >/dev/null
json 'a thread without messages is no file' '.report.files | length' 1 rep

# ---- one thread of several records ---------------------------------------------------------
{
	rec '.review.items = 2'
	rec '.id = "case-2" | .review.items = 2 | .review.content = ("2" * 64) | .threads[0].messages += [
	    {at: "2026-11-20T06:00:00Z", from: "u2", text: "earlier"}]'
} | ct-report -q >rep
jq -j '.report.files[0].text' rep >got.csv
json 'of several records it is one' '.report.files | length' 1 rep
is '  with every message once' 'earlier hello' sh -c "sed 1d got.csv | tr -d '\r' | sed 's/.*,//' | xargs"
csv "$(messages '[{text: "ok"}, {text: "ok"}]')" >got.csv
is 'what one record tells twice was said twice' 2 grep -c ',ok' got.csv

# ---- long ones ---------------------------------------------------------------------------
csv "$(messages '[{at: "2026-11-20T07:00:00Z", from: "u1", type: "text", text: ("ä\"" * 40000)}]')" >got.csv
json 'a very long message is one message' '.report.files | map(.info[0] | sub(".*: (?<n>[0-9]*) of.*"; "\(.n)") | tonumber) | add' 1 rep
if command -v python3 >/dev/null; then
	jq -c '.report.files[].text' rep | while read -r one; do
		printf '%s\n' "$one" | jq -j . >part.csv
		back part.csv | sed 1d
	done >rows
	is '  cut into cells that a spreadsheet takes: none over 32,767 characters' true jq -s 'all(.[8] | length <= 32767)' rows
	is '  nothing of it is lost' "$(jq -n '"ä\"" * 40000' | sha256sum)" sh -c 'jq -s "map(.[8]) | join(\"\")" rows | sha256sum'
	is '  those after the first say so' 'text text (continued) text (continued)' sh -c 'jq -rs "map(.[5]) | join(\" \")" rows'
fi
jq -cn '[range(3000) | {at: (1763600000 + .), from: "u\(. % 3)", id: "m\(.)", text: ("=\"" * 60)}]' >long
rec | jq -c --slurpfile m long '.threads[0].messages = $m[0]' | ct-report -q >rep
json 'a very long thread is cut' 'select(.report.part == 1).report.files | [length > 3, (map(.name)[:2]), (map(.info[1])[0] | sub("of .*"; "of")),
    all(.text | startswith("time,sender,"))]' '[true,["thread-t7-1.csv","thread-t7-2.csv"],"Part 1 of",true]' rep
is '  every message is in one' 3000 sh -c "jq -j '.report.files[].text' rep | grep -c ',m[0-9]*,\"'"
is '  in order' '' sh -c "jq -j '.report.files[].text' rep | sed -n 's/.*,m\([0-9]*\),\".*/\1/p' | sort -nc"
is '  and counted' 3000 sh -c "jq -r '.report.files[].info[0]' rep | sed 's/.*: \([0-9]*\) of.*/\1/' | awk '{ n += \$1 } END { print n }'"
is '  no line is over 1 MiB' '' awk 'length > 1048576' rep
rec '.threads[0].messages = [range(45000) | {text: "\"\u007f\\"}]' >in
exits 'one as long as a record may be, of what is written longest' 0 ct-report -q <in
cp got rep
is '  every message' 45000 sh -c "jq -j '.report.files[].text' rep | grep -c ',,\"\"\"'"
is '  in lines that are records' '' awk 'length > 1048576' rep
done_testing
