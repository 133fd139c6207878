#!/bin/sh
# ct-report new, template: a report by hand, of what a person says
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
CT_CLOCK=2026-11-22T10:00:00Z
export CT_CLOCK
sandbox || exit 1
ct-preserve keygen -o vault 2>/dev/null
conf </dev/null

# new [OPTION...] - one with all that is needed
new() {
	ct-report new -q --incident enticement --at 2026-11-20T08:00:00Z --by ana \
	    --url https://images.example/g/1 "$@" </dev/null
}
made() { what=$1; shift; exits "$what" 0 "$@"; cp got rep; jq -r .report.xml rep >doc.xml; }
has() { ok "$1" grep -qE "^ *$2\$" doc.xml; }

# ---- by options ------------------------------------------------------------------
made 'what is needed' new
ok '  its document is valid' xsdcheck doc.xml
json '  its record' '[.report.env, .report.files, (.report.texts[0] | [(.id | startswith("new:")), .review.verdict, .review.by, .review.at])]' \
    '["test",[],[true,"text_offence","ana","2026-11-22T10:00:00Z"]]' rep
has '  the page' '<url>https://images.example/g/1</url>'
key=$(jq -r .report.key rep)
made 'again' new
is '  the same statement is the same report' "$key" jq -r .report.key rep
for more in --info --victim --priority --user; do
	new $more 'more' >rep
	ok "  with $more it is another" test "$(jq -r .report.key rep)" != "$key"
done
is '  whoever says it' "$key" sh -c 'ct-report new -q --incident enticement --at 2026-11-20T08:00:00Z --by ben \
    --url https://images.example/g/1 </dev/null | jq -r .report.key'
new --url https://images.example/g/2 >rep
ok '  another is another' test "$(jq -r .report.key rep)" != "$key"
printf 'what was\nwritten' >text
jq -nc '{id: "t1", kind: "private", messages: [{at: "2026-11-20T08:00:00Z", from: "u9", to: "v1", text: "hello"}]}' >thread
made 'all there is' new --url https://images.example/g/2 --text text --threads thread --user u9 --screen-name sam \
    --email sam@images.example --email s@images.example --phone '+49 30 1' --ip 203.0.114.7,51000,2026-11-20T07:00:00Z \
    --ip 2001:db8::1 --victim v1 --victim v2 --info 'Noted by hand.' --priority 'a child may be in danger'
ok '  is valid' xsdcheck doc.xml
ok '  priority says whom to telephone' grep -q '911.*1-800-843-5678' err
is '  both pages' 2 grep -c '<url>' doc.xml
has '  the text' '<content>what was'
has '  the account' '<espIdentifier>u9</espIdentifier>'
has '  its name' '<screenName>sam</screenName>'
has '  an address' '<email>s@images.example</email>'
has '  a number' '<phone>\+49 30 1</phone>'
has '  from where' '<port>51000</port>'
has '  when' '<dateTime>2026-11-20T07:00:00Z</dateTime>'
has '  from elsewhere' '<ipAddress>2001:db8::1</ipAddress>'
has '  to whom' '<espIdentifier>v2</espIdentifier>'
has '  the reason of priority' '<escalateToHighPriority>a child may be in danger</escalateToHighPriority>'
ok '  what else' grep -q 'Noted by hand' doc.xml
json '  the conversation' '.report.files | map(.name)' '["thread-t1.csv"]' rep
made 'a text of standard input' sh -c "ct-report new -q --incident trafficking --at 2026-11-20T08:00:00Z --by ana --text - <text"
has '  is there' '<content>what was'
made 'csam at a page' ct-report new -q --incident csam --at 2026-11-20T08:00:00Z --by ana --url https://images.example/g
json '  is a verdict of csam' '.report.texts[0].review.verdict' '"csam"' rep
exits '-x: the document alone' 0 new -x
ok '  is one' sh -c 'head -n 1 got | grep -q "^<?xml"'
sed 's/images\.example/images.berlin/; s/Example Images/Images/' ct.conf >real.conf
made '--production' new --production -c real.conf
json '  is for real' .report.env '"production"' rep

# ---- nothing in silence ------------------------------------------------------------
echo one >t1
echo two >t2
made 'two texts' new --text t1 --text t2
ok '  both are there' sh -c 'tr "\n" " " <doc.xml | grep -q "<content>one two"'
echo '{"id": "A", "messages": [{"from": "a", "text": "x"}]}' >t1
echo '{"id": "B", "messages": [{"from": "b", "text": "y"}]}' >t2
made 'two files of threads' new --threads t1 --threads t2
json '  both are there' '.report.files | map(.id)' '["thread:A","thread:B"]' rep
made 'two words of what else to know' new --info 'known one' --info 'known two'
ok '  both are there' sh -c 'grep -q "known one" doc.xml && grep -q "known two" doc.xml'
for one in at by incident priority screen-name user; do
	exits "--$one twice" 64 new --$one csam --$one trafficking --$one tourism
	ok '  is said' grep -q -- "--$one is there twice" err
done
echo '{"incident": {"url": "https://x.berlin/first", "text": "of the file", "additional_info": "info of the file"},
    "user": {"id": "u1", "email": "a@mail.berlin", "screen_name": "old"}, "victim": {"id": "vfirst"},
    "threads": {"id": "A", "messages": [{"from": "a", "text": "x"}]}}' >f
echo 'of an option' >text2
made 'a file and options' new --url https://x.berlin/second --email b@mail.berlin --victim vsecond --from f --info more \
    --text text2 --threads t2 --user u1
for w in x.berlin/first x.berlin/second a@mail.berlin b@mail.berlin '>vfirst' '>vsecond' 'of the file' 'of an option' 'info of' 'more'; do
	ok "  has $w" grep -q "$w" doc.xml
done
json '  both conversations' '.report.files | map(.id)' '["thread:A","thread:B"]' rep
exits '--from twice' 64 new --from f --from f
exits 'another account than that of the file' 64 new --from f --user u2
ct-report new --from f --threads t2 --incident enticement --at 2026-11-20T08:00:00Z --by ana --screen-name new </dev/null 2>err >rep
ok 'what goes in place of the file is said' grep -q -- '--screen-name is taken in place of user.screen_name' err
is '  but what it was is not' 0 grep -c old err
for u in '"u44"' '[{"id": "u44"}]' '{"id": 44}'; do
	echo "{\"user\": $u, \"incident\": {\"text\": \"hi\"}}" >f
	exits "a user that is $u" 65 new --from f --screen-name x
	ok '  makes nothing' test ! -s got
done
echo '{"incident": "hi"}' >f
exits 'an incident that is a text' 65 new --from f
echo '{"incident": {"text": ["hi"]}}' >f
exits 'a text that is none' 65 new --from f --text text2

# ---- what is lacking ---------------------------------------------------------------
lacks() { # WHAT WORD OPTION...
	what=$1 word=$2
	shift 2
	exits "$what" 64 ct-report new "$@" </dev/null
	ok '  says what' grep -q -- "$word" err
	ok '  makes nothing' test ! -s got
}
lacks 'nothing' --incident
lacks 'no time' --at --incident csam --by a --url https://a.example/
lacks 'no name' --by --incident csam --at 2026-11-20T08:00:00Z --url https://a.example/
lacks 'no content' --url --incident csam --at 2026-11-20T08:00:00Z --by a
lacks 'blanks' --url --incident csam --at 2026-11-20T08:00:00Z --by a --url ' '
lacks 'no such type' incident --incident crime --at 2026-11-20T08:00:00Z --by a --url https://a.example/
exits 'an option of another verb' 64 ct-report schema --url x
exits 'one of new without new' 64 ct-report --url x </dev/null
exits 'an operand' 64 new x
exits 'no such file' 66 new --text nowhere
printf 'a\377' >bad
exits 'a text that is not UTF-8' 65 new --text bad
printf '{"messages":' >bad
exits 'a thread that is no JSON' 65 new --threads bad
echo '{"messages": 7}' >bad
exits 'a thread that is none' 65 new --threads bad
echo '[1]' >bad
exits 'a file that is no record' 65 new --from bad
echo '{"path": "/srv/a.jpg", "hashes": {"sha256": "x"}}' >bad
exits 'a file is for ct-report-one' 64 new --from bad
ok '  which is said' grep -q ct-report-one err
exits 'a time in the future' 65 ct-report new -q --incident csam --at 2027-01-01T00:00:00Z --by a --url https://a.example/
json '  is in band' .error.code 65 got

# ---- the template -------------------------------------------------------------------
exits 'the template' 0 ct-report template
cp got blank
ok '  has comments' grep -q '^ *# ' blank
lacks 'as it is, it says nothing' --incident --from blank
sed 's/"type": ""/"type": "enticement"/; s/"by": ""/"by": "ana"/
    s/^    "text": ""/    "text": "what was\\nwritten"/' blank |
    awk '/"at": "",$/ && !n++ { sub(/""/, "\"2026-11-20T08:00:00Z\"") }
	/"url"/ { sub(/""/, "\"https://images.example/g/1\"") }
	/"id": "",$/ && !k++ { sub(/""/, "\"u9\"") }
	/"address"/ { sub(/"address": ""/, "\"address\": \"203.0.114.7\""); sub(/"port": ""/, "\"port\": 51000") }
	/"from"/ { sub(/"from": ""/, "\"from\": \"u9\""); sub(/"text": ""/, "\"text\": \"hello\"") }
	/"kind"/ { sub(/"id": ""/, "\"id\": \"t1\""); sub(/"kind": ""/, "\"kind\": \"private\"") }
	/"victim"/ { sub(/"id": ""/, "\"id\": \"v1\"") }
	{ print }' >filled
made 'filled in' ct-report new -q --from filled
cp rep one
jq -nc '[{id: "t1", kind: "private", messages: [{from: "u9", text: "hello"}]}]' >thread
made '  is the same as by options' new --user u9 --text text --ip 203.0.114.7,51000 --victim v1 --threads thread
ok '  to the byte' cmp one rep
made '  options go before it' ct-report new -q --from filled --incident trafficking --by ben --url https://images.example/g/2
has '  one of it' '<incidentType>Child Sex Trafficking</incidentType>'
is '  lists are put together' 2 grep -c '<url>' doc.xml
json '  who says so' '.report.texts[0].review.by' '"ben"' rep
made 'of standard input' sh -c 'ct-report new -q --from - <filled'
ok '  the same' cmp one rep
made 'any record without bytes will do' sh -c 'echo "{\"id\": \"case-1\", \"incident\": {\"type\": \"csam\", \"at\": \"2026-11-20T08:00:00Z\",
    \"text\": \"x\"}, \"review\": {\"by\": \"ana\", \"verdict\": \"not_csam\"}}" | ct-report new -q --from -'
json '  it keeps its id; the verdict is by its type' '.report.texts[0] | [.id, .review.verdict]' '["case-1","csam"]' rep

# ---- at a terminal -------------------------------------------------------------------
if command -v script >/dev/null; then
	# ask ANSWERS [OPTION...] - what a person at a terminal gets
	ask() {
		printf %b "$1" >answers
		shift
		script -qec "ct-report new -q $* 2>asked >rep" /dev/null <answers >/dev/null
	}
	exits 'it asks' 0 ask 'enticement\n2026-11-20T08:00:00Z\n\nwhat was\nwritten\n.\nu9\nin danger\nana\n'
	jq -r .report.xml rep >doc.xml
	has '  for the type' '<incidentType>Online Enticement of .*'
	has '  the time' '<incidentDateTime>2026-11-20T08:00:00Z</incidentDateTime>'
	has '  the text' '<content>what was'
	has '  the account' '<espIdentifier>u9</espIdentifier>'
	has '  a reason of priority' '<escalateToHighPriority>in danger</escalateToHighPriority>'
	json '  and the name' '.report.texts[0].review.by' '"ana"' rep
	ok '  on standard error' grep -q 'When was it' asked
	ok '  and says whom to telephone' grep -q 1-800-843-5678 asked
	exits 'an answer that is none' 0 ask 'crime\ncsam\nyesterday\n2026-11-20T08:00:00Z\nhttps://a.example/\n.\n\n\n\nana\n'
	ok '  is asked for again' grep -q 'That is none' asked
	json '  until it is one' '.report.incident.at' '"2026-11-20T08:00:00Z"' rep
	exits 'but not for ever' 64 ask '\n\n\n\n'
	ok '  nothing was made' test ! -s rep
	exits 'the end of the input' 64 ask 'csam\n\004'
	exits 'what options said is not asked' 0 ask 'ana\n' --incident csam --at 2026-11-20T08:00:00Z \
	    --url https://a.example/ --user u1 --priority p
	is '  only the name' 1 grep -c '?' asked
	exits 'with all that is needed nothing is' 0 ask '' --incident csam --at 2026-11-20T08:00:00Z \
	    --url https://a.example/ --by ana --screen-name sam
	is '  nothing' 0 sh -c 'wc -c <asked'
	exits 'but who it is' 0 ask 'u9\n' --incident csam --at 2026-11-20T08:00:00Z \
	    --url https://a.example/ --by ana
	json '  the account' .user.id '"u9"' rep
	exits 'a time that is to come, a URL that is none' 0 ask \
	    'csam\n2027-01-01T00:00:00Z\n2026-11-20T08:00:00Z\nnot a url\nhttps://a.example/\n.\nu9\n\nana\n'
	is '  are asked again' 2 grep -c 'That is none' asked
	json '  until they are' '[.error, .report.incident.at]' '[null,"2026-11-20T08:00:00Z"]' rep
	exits 'no page and no text' 0 ask 'csam\n2026-11-20T08:00:00Z\n\n.\n\nwords\n.\nu9\n\nana\n'
	is '  one is asked for again' 1 grep -c 'One of the two is needed' asked
	ok '  until it is there' sh -c 'jq -r .report.xml rep | grep -q "<content>words"'
fi

# ---- to the end -----------------------------------------------------------------------
unset CT_CLOCK
submit() { ct-preserve seal -q | ct-submit -q --retry-wait 1; }
new --threads thread --user u9 | submit >sent
json 'it goes to ct-submit, in test' '[.submission.env, .submission.state]' '["test","finished"]' sent
is '  with its conversation' 1 state '[.reports[] | select(.state == "finished") | .files[]] | length'
new --threads thread --user u9 | submit >again
json '  once' '[.submission.already, .submission.report_id == "'"$(jq -r .submission.report_id sent)"'"]' '[true,true]' again
exits 'ct-review ack does not mind' 0 ct-review ack -q <sent
exits 'nor does anchor' 0 ct-preserve anchor -q <sent
done_testing
