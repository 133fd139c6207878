#!/bin/sh
# ct-submit: what is filed, what is not, and what it says about it
# shellcheck source=t/lib.sh disable=SC2016,SC2119,SC2120,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/submit.sh
. "$t/submit.sh"

sandbox
bytes a b c
run() { submit "$@" <in; }
calls() { state '[.requests[].path | sub(".*/"; "")] | join(" ")'; }

# ---- filed, once ----------------------------------------------------------
report 1 a b >in
exits 'a report is filed' 0 run
cp got first
json 'its record has the outcome' \
    '.submission | [.env, .state, (.files | length), has("reason"), has("already")]' \
    '["test","finished",2,false,false]' first
is 'with the calls in their order' \
    'submit upload fileinfo upload fileinfo finish' calls
is 'the number is that of the service' \
    "$(jq -r .submission.report_id first)" state '.reports[0].report_id'
is 'so are those of the files' "$(jq -c '[.submission.files[].file_id]' first)" \
    state '[.reports[0].files[].file_id]'
is 'each of its own bytes' "$(jq -c '[.report.files[].sha256]' in)" \
    state '[.reports[0].files[].sha256]'
is 'the document arrived as it was' "$(jq .report.xml in)" \
    state '.reports[0].xml | tojson'
ok 'the record grew, no more' sh -c \
    'jq -c "del(.submission)" first | cmp - in'
exits 'again: nothing to do' 0 run
says 'it was filed already, under that number' \
    '.submission | [.state, .already, .report_id]' \
    "[\"finished\",true,$(jq .submission.report_id first)]"
is 'and nothing was sent' 6 state .requests_total
exits 'its own output as input' 0 submit <first
says 'has one submission' '[.submission.already, .id]' \
    "[true,\"report:$(key 1)\"]"
report 1 a c >in
exits 'a finished report that lacks a file' 76 run
says 'is not said to be finished' '.submission | [.state, .reason]' \
    '["held","the report was finished without report.files[1]"]'
ct-submit status "$(key 1)" >got
says 'status goes on telling it' '[.state, .lacks]' '["finished",1]'
exits 'told again' 76 run
bytes d
report 1 a c d >in
exits 'another one more' 76 run
ct-submit status "$(key 1)" >got
says 'each is counted once' .lacks 2
is 'and noted once' 2 sqlite3 "$CT_HOME/outbox-test.db" \
    "SELECT count(*) FROM events WHERE event = 'lacks'"
report 1 b >in
exits 'less than what was filed' 0 run
report 1 b | jq -c '.report.xml |= sub("</report>"; "<personOrUserReported><screenName>s</screenName></personOrUserReported></report>")' >in
exits 'a document that says more than was filed' 76 run
says 'is finished, and changed' '.submission | [.state, .already, .changed, has("reason"), .report_id]' \
    "[\"finished\",true,true,false,$(jq .submission.report_id first)]"
ok 'it is said whom to tell' grep -q "is finished; what changed in it since is not filed: tell NCMEC, report number $(jq -r .submission.report_id first)\$" err
exits 'in a rehearsal it is no more than finished' 0 ct-submit -qn <in
report 88 a | jq -c '.report.xml |= sub("</report>"; "<personOrUserReported>\n  <screenName>s</screenName>\n</personOrUserReported></report>")' >in
exits 'of an account' 0 run
jq -c '.report.xml |= sub("</screenName>"; "</screenName>\n  <priorCTReports>1</priorCTReports>\n  <priorCTReports>22</priorCTReports>")' in >later
exits 'that the account was reported before is no change' 0 submit <later
says '  nothing is said of it' '.submission | [.already, has("changed")]' '[true,false]'
is 'the receipt is the answer, as it came' "$(key 1)" sh -c \
    'ct-submit receipt '"$(key 1)"' >receipt; grep -q "<reportDoneResponse>" receipt &&
     grep -q "$(jq -r .submission.report_id first)" receipt && echo '"$(key 1)"
report 2 >in
exits 'a report without files' 0 run
bare() { # N FILTER: no file, and internetDetails so
	report "$1" | jq -c '.report.xml |= sub("<internetDetails>.*</internetDetails>"; "'"$2"'")' >in
}
incident() { echo "<internetDetails><webPageIncident>$1</webPageIncident></internetDetails>"; }
bare 89 ''
exits 'one that tells of nothing' 65 run
bare 89 "$(incident '<url> </url>')"
exits 'nor with its address empty' 65 run
is 'is not in the outbox' 66 sh -c 'ct-submit status "$1" 2>/dev/null; echo $?' - "$(key 89)"
bare 89 "$(incident '<url>https://a.example/</url><additionalInfo>words</additionalInfo>')"
exits 'with an address it is a report' 0 run
report 90 a | jq -c '.report.files[0] |= (.path_b64 = (.path | @base64) | del(.path))' >in
exits 'a path that is not UTF-8 is in base64' 0 run

# ---- what is told of the outbox -------------------------------------------
ct-submit status >got
says 'status' '[.key, .state, .attempts]' "[\"$(key 1)\",\"finished\",1]
[\"$(key 88)\",\"finished\",1]
[\"$(key 2)\",\"finished\",1]
[\"$(key 89)\",\"finished\",1]
[\"$(key 90)\",\"finished\",1]"
ct-submit status "report:$(key 2)" >got
says 'of one' .key "\"$(key 2)\""
exits 'of one that is not there' 66 ct-submit status nothing
exits 'nothing to sweep' 0 submit sweep
ok 'says nothing' test ! -s got
exits 'a finished report cannot be retracted' 77 submit retract "$(key 1)"
exits 'no outbox: nothing' 0 ct-submit -d none status
ok 'and none is made' test ! -e none

# ---- bytes ----------------------------------------------------------------
before=$(state .requests_total)
report 3 a b >in
echo more >>b
exits 'other bytes than were matched' 76 run
says 'are held, the file is named' '.submission | [.state, .reason]' \
    '["held","the bytes of report.files[1] are not those of its SHA-256"]'
is 'nothing was sent' "$before" state .requests_total
bytes b
exits 'held: not even when they are good again' 76 run
is 'nothing was sent then' "$before" state .requests_total
exits 'a sweep tells of it' 76 submit sweep
exits 'until a person lets it go on' 0 ct-submit resume "$(key 3)"
says 'which is noted' .state '"pending"'
exits 'then it is filed' 0 submit sweep
says 'the record comes out as from the filter' \
    '[.id, .submission.state, (.submission.files | length)]' \
    "[\"report:$(key 3)\",\"finished\",2]"
report 4 a >in
mv a a.away
exits 'no bytes' 76 run
says 'are held' .submission.reason \
    '"the bytes of report.files[0] cannot be opened"'
mkfifo a
ct-submit resume -a >/dev/null
exits 'a FIFO is none, and nothing waits for it' 76 run
rm a && mv a.away a
ct-submit resume -a >/dev/null
exits 'resume -a' 0 run

# ---- documents ------------------------------------------------------------
before=$(state .requests_total)
report 5 a | jq -c '.report.xml |= sub("<reporter>.*</reporter>"; "")' >in
exits 'a document that breaks the schema' 76 run
says 'is held' '.submission | [.state, (.reason | test("report.xml is not valid"))]' \
    '["held",true]'
is 'and not sent' "$before" state .requests_total
report 5 a >in
exits 'a better one takes its place' 76 run
ct-submit resume "$(key 5)" >got
exits 'once it may' 0 run
before=$(state .requests_total)
report 39 a b | jq -c '.report.files[1].cybertip = {ipCaptureEvent:
    [{ipAddress: "203.0.114.7", dateTime: "2999-01-01T00:00:00Z"}]}' >in
exits 'details of a file that a rule forbids' 76 run
says 'are held' '.submission | [.state, (.reason | test("^report.files.1.: "))]' \
    '["held",true]'
is 'with all of the report' "$before" state .requests_total

# ---- guards ---------------------------------------------------------------
before=$(state .requests_total)
report 6 a | jq -c '.report.env = "production"' >in
exits 'a production report in the test environment' 77 run
says 'is an error' .error.code 77
report 6 a >in
exits 'a test credential for production' 77 run --production
sed 's/^environment.*/environment = production/' "$box/cybertip.cred" >url.cred
grep -v '^url' url.cred >live.cred
sed 's,^url.*,url = https://report.cybertip.org/ispws,' "$box/cybertip.cred" >liar.cred
sed 's,^url.*,url = https://report%2ecyber%74ip.org/ispws,' "$box/cybertip.cred" >coded.cred
cat "$box/cybertip.cred" >open.cred
chmod 600 ./*.cred && chmod 644 open.cred
with() { cred=$1; shift; ct-submit -q --credential "./$cred" "$@" <in; }
exits 'a production credential for the test environment' 77 with live.cred
exits 'a production credential with a URL' 78 with url.cred --production
exits 'and in the test environment' 78 with url.cred
exits "production's address as that of the test environment" 77 with liar.cred
exits 'nor percent-encoded' 77 with coded.cred
exits 'a test report with --production' 77 with live.cred --production
exits 'a credential that others can read' 77 with open.cred
: >empty.conf
exits 'no credential' 78 ct-submit -q -c empty.conf
printf '[ncmec]\ncredential = %s\n' "$box/cybertip.cred" >ct.conf
exits 'one from the configuration' 0 ct-submit -q -c ct.conf check
is 'nothing else was sent' $((before + 1)) state .requests_total
exits 'nothing of them is accepted' 66 ct-submit status "$(key 6)"

# ---- input ----------------------------------------------------------------
bad() { report 7 a | jq -c "$1" >in; }
for f in 'del(.report)' '.report.key = "x"' '.report.key |= ascii_upcase + "A"' \
    '.report.files = {}' '.report.files[0].sha256 = "ab"' 'del(.report.xml)' \
    '.report.env = "live"' '.report.part = 3' 'del(.report.files[0].id)'; do
	bad "$f"
	exits "$f is refused" 65 run
done
printf '{"id":"torn' >in
exits 'a torn line' 65 run
report 7 a | tr -d '\n' >in
exits 'a last line without newline may be cut' 65 run
is 'nothing of these is filed' '0' sh -c \
    'ct-submit status | grep -c "$(printf %032d 7)"'
{ report 8 a; echo 'no record'; report 9 b; } >in
exits 'one bad line' 65 run
says 'keeps no other from being filed' .submission.state '"finished"
null
"finished"'

# ---- rehearsal ------------------------------------------------------------
before=$(state .requests_total)
report 10 a b >in
exits 'a rehearsal' 0 ct-submit -qn <in
says 'shows the calls' '[.call, .file]' '["submit",null]
["upload",0]
["fileinfo",0]
["upload",1]
["fileinfo",1]
["finish",null]'
exits 'keeps nothing' 66 ct-submit status "$(key 10)"
report 1 b >in
is 'has nothing to do for what is filed' '' ct-submit -qn <in
report 10 a | jq -c '.report.files[0].sha256 = .report.key + .report.key' >in
exits 'finds what would be held' 76 ct-submit -qn <in
is 'and sends nothing' "$before" state .requests_total

# ---- what goes with it ----------------------------------------------------
report 11 a | jq -c '.report.files[0].vault = {state:"failed",reason:"x"}' >in
exits 'no sealed copy: filed all the same, to be run again' 75 run
says 'it is finished' .submission.state '"finished"'
report 11 a >in
exits 'sealed by now' 0 run
part() { jq -c ".report.part = $1 | .report.parts = $2"; }
{ report 12 a | part 1 2; report 12 b | part 2 2; } >in
exits 'two parts of one account' 0 run
says 'are two reports' .submission.state '"finished"
"finished"'
report 12 a b >in
exits 'the same as one report' 76 run
says 'waits for a person' .submission.reason \
    '"an earlier run cut this report into other parts"'

exits 'a second run at the same time waits' 0 sh -c '
    (sleep 1 | ct-submit -q --credential "$1" >other) &
    sleep 0.2
    ct-submit -q --credential "$1" </dev/null
    rc=$?; wait; exit $rc' - "$box/cybertip.cred"
exits 'wrong options' 64 submit --nonsense
exits 'wrong verb' 64 submit nonsense
exits 'retract wants a key' 64 submit retract -a
exits 'sweep wants none' 64 submit sweep x
secret=$(sed -n 's/^password *= *//p' "$box/cybertip.cred")
no_secret() { ! grep -rqF "$secret" state first err got; }
ok 'the password is nowhere' no_secret
done_testing
