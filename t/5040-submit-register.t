#!/bin/sh
# ct-submit and reports for other authorities: kept account of, never sent
# shellcheck source=t/lib.sh disable=SC2016,SC2119,SC2120,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/submit.sh
. "$t/submit.sh"

sandbox
bytes a b c
run() { submit "$@" <in; }
calls() { state .requests_total; }
# desk N NAME... - the same for another authority
desk() {
	report "$@" | jq -c '.report |= (del(.xml) | .authority = "nca" |
	    .document = "a letter" | .document_type = "text/plain" |
	    .exempt_by = "ncmec" | .due = "2026-11-30T00:00:00Z")'
}
before=$(calls)

# ---- due ------------------------------------------------------------------
desk 1 a b >in
exits 'one for another authority' 0 run
says 'is due, and has no number' '.submission | [.env, .state, has("report_id"), has("already")]' \
    '["test","due",false,false]'
exits 'again' 0 run
says 'it still is' '.submission | [.state, has("already")]' '["due",false]'
ct-submit status >got
says 'status tells' '[.state, .authority, .due, .attempts]' \
    '["due","nca","2026-11-30T00:00:00Z",0]'
exits 'sweep does nothing with it' 0 submit sweep
ok 'and prints nothing' test ! -s got
exits 'it cannot be retracted' 77 submit retract "$(key 1)"
exits 'nor has it a receipt' 75 ct-submit receipt "$(key 1)"
exits 'resume leaves it as it is' 0 ct-submit resume "$(key 1)"
says 'due' .state '"due"'
exits 'in a rehearsal there is nothing to show' 0 ct-submit -qn <in
ok 'nothing' test ! -s got
desk 2 a | jq -c '.report.xml = "<report/>"' >in
exits 'one that has a document for NCMEC, too' 0 run
says 'is not taken for one of theirs' .submission.state '"due"'
is 'nothing was sent' "$before" calls
for f in '.report.document = ""' 'del(.report.document)' \
    '.report.authority = 7' '.report.env = "production"'; do
	desk 3 a | jq -c "$f" >in
	submit <in >got 2>err
	rc=$?
	ok "$f is refused ($rc)" test $rc -eq 65 -o $rc -eq 77
done
report 3 a | jq -c '.report.authority = "ncmec"' >in
exits 'one for NCMEC by name is as any' 0 run
says 'finished' .submission.state '"finished"'

# ---- filed by a person ------------------------------------------------------
exits 'filed wants a reference' 64 ct-submit filed "$(key 1)"
exits 'that says something' 64 ct-submit filed "$(key 1)" --ref ''
exits 'and one key' 64 ct-submit filed "$(key 1)" "$(key 2)" --ref x
exits 'which is there' 66 ct-submit filed "$(key 99)" --ref x
exits 'and not for NCMEC' 77 ct-submit filed "$(key 3)" --ref x
exits 'a reference without filed' 64 ct-submit status --ref x
exits 'filed' 0 ct-submit filed "report:$(key 1)" --ref 'NCA/2026/11 é'
says 'the record says so' '.submission | [.env, .state, .report_id]' \
    '["test","filed","NCA/2026/11 é"]'
ct-submit status "$(key 1)" >got
says 'so does status' '[.state, .report_id, has("finished")]' \
    '["filed","NCA/2026/11 é",true]'
exits 'the same again' 0 ct-submit filed "$(key 1)" --ref 'NCA/2026/11 é'
exits 'not another' 77 ct-submit filed "$(key 1)" --ref other
is 'that is one event' 1 sqlite3 "$CT_HOME/outbox-test.db" \
    "SELECT count(*) FROM events WHERE event='filed'"
desk 1 a b >in
exits 'the record again' 0 run
says 'it is filed already' '.submission | [.state, .already, .report_id]' \
    '["filed",true,"NCA/2026/11 é"]'
desk 1 a b c >in
exits 'with more in it' 0 run
says 'what is filed stays' .submission.state '"filed"'

# ---- exempt -------------------------------------------------------------------
desk 11 b c >in
exits 'due' 0 run
report 12 a b c >in
exits 'NCMEC gets all of it, and more' 0 run
id=$(jq -r .submission.report_id got)
desk 11 b c >in
exits 'the record again' 0 run
says 'is exempt by that report' '.submission | [.state, .exempt]' \
    "[\"exempt\",\"$id\"]"
exits 'and again' 0 run
says 'already' '.submission | [.state, .already, .exempt]' \
    "[\"exempt\",true,\"$id\"]"
ct-submit status "$(key 11)" >got
says 'status' '[.state, .exempt, has("report_id")]' "[\"exempt\",\"$id\",false]"
bytes d e
desk 13 d >in
exits 'due' 0 run
report 14 e d >in
exits 'NCMEC has it' 0 run
id=$(jq -r .submission.report_id got)
exits 'sweep sees that' 0 submit sweep
says 'and prints the record' 'select(.report.key | endswith("13")) | [.report.authority, .submission.state, .submission.exempt]' \
    "[\"nca\",\"exempt\",\"$id\"]"

bytes f
desk 21 f >in
exits 'one more' 0 run
report 22 f | jq -c '.user.id = "another"' >in
exits 'in a report about another account' 0 run
report 23 f >in
control '{"fault":"finish:*:http:503"}'
exits 'or in one that is not finished' 75 run
control '{"fault":null}'
desk 21 f >in
exits 'it is due' 0 run
says 'still' .submission.state '"due"'
desk 24 a f >in
exits 'one of which NCMEC has a part' 0 run
says 'is due' .submission.state '"due"'
desk 25 a | jq -c 'del(.report.exempt_by)' >in
exits 'one whose law knows no exemption' 0 run
says 'is due, too' .submission.state '"due"'
desk 26 | jq -c '.report.texts = [{id: "t", content: ("0" * 64)}]' >in
exits 'one of words that NCMEC does not have' 0 run
says 'is due' .submission.state '"due"'
report 27 a | jq -c '.report.texts = [{id: "t", content: ("0" * 64)}]' >in
exits 'NCMEC has them' 0 run
desk 26 | jq -c '.report.texts = [{id: "t", content: ("0" * 64)}]' >in
exits 'then' 0 run
says 'it is exempt' .submission.state '"exempt"'
gone() { jq -c --arg h "$(sha256sum <"$1" | cut -c-64)" '.report.missing = [{id: "gone", sha256: $h}]'; }
bytes g
desk 29 a | gone g >in
exits 'one that tells of what is gone' 0 run
says 'is due, as NCMEC knows nothing of that' .submission.state '"due"'
report 30 a | gone g >in
exits 'NCMEC is told' 0 run
desk 29 a | gone g >in
exits 'then' 0 run
says 'it is exempt' .submission.state '"exempt"'
desk 28 >in
exits 'one of nothing' 0 run
says 'is not' .submission.state '"due"'

# ---- what is late -------------------------------------------------------------
due() { CT_CLOCK=$1 ct-submit due -e ${2:+--max-age "$2"}; }
rm -rf "$CT_HOME"
exits 'no outbox' 0 due 2026-11-22T12:00:00Z
{
	desk 31 a | jq -c '.report.due = "2026-11-22T15:00:00Z"'
	desk 32 a | jq -c 'del(.report.due)'
	report 33 a | jq -c '.report.incident.priority = true'
	report 34 a
	report 35 b
} >in
control '{"fault":"submit:*:http:503"}'
CT_CLOCK=2026-11-22T12:00:00Z exits 'five, of which one could be' 75 \
    submit --retry-wait 1 <in
control '{"fault":null}'
ct-submit resume "$(key 35)" >/dev/null
report 35 b >in
CT_CLOCK=2026-11-22T12:00:00Z exits 'is filed' 0 run
late() {
	exits "$1" "$2" due "$3" "${5-}"
	says '  these' '.key | .[30:] | tonumber' "$4"
}
late 'after an hour' 0 2026-11-22T13:00:00Z ''
late 'and a second: that of priority' 1 2026-11-22T13:00:01Z 33
late 'when one is due' 1 2026-11-22T15:00:00Z "31
33"
late 'after a day' 1 2026-11-23T12:00:00Z "31
33"
late 'and a second: all' 1 2026-11-23T12:00:01Z "31
32
33
34"
late 'the age is what one says' 1 2026-11-22T12:10:01Z "31
32
33
34" 10m
exits 'without -e the status is 0' 0 sh -c \
    'CT_CLOCK=2026-11-25T00:00:00Z ct-submit due'
ok 'they are listed' test -s got
exits 'an age is one' 64 ct-submit due --max-age never

# ---- of no account ------------------------------------------------------------
{ report 70 c && desk 71 c; } | jq -c 'del(.user)' >in
exits 'two of no account, the same file' 0 run -j 1
says 'may be of two people: neither is exempt' .submission.state '"finished"
"due"'
exits 'a reference that is not UTF-8' 64 ct-submit filed "$(key 71)" --ref "$(printf '\377')"
ct-submit status "$(key 71)" >got
says 'ends nothing' .state '"due"'
exits 'one that is' 0 ct-submit filed "$(key 71)" --ref 'Tgb. 7'

# ---- one that cannot be read ----------------------------------------------------
for i in 81 82 83; do report $i a; done >in
control '{"fault":["submit:*:http:503"]}'
submit <in >/dev/null 2>&1
control '{"fault":null}'
sqlite3 "$CT_HOME/outbox-test.db" \
    "INSERT INTO events(key, attempt, at, event) VALUES('$(key 81)', 1, 1, 'unheard')"
exits 'an event of a later version' 78 ct-submit status
ok 'the report is named' grep -q "'report:$(key 81)': the outbox holds an unknown event" err
says 'the others are told of' 'select(.key | test("8[123]$")) | .state' '"pending"
"pending"'
sleep 1.1
exits 'due' 78 ct-submit due --max-age 1s
says 'lists them' 'select(.key | test("8[123]$")) | .state' '"pending"
"pending"'
exits 'the filter' 78 run -j 1
says 'files them' '[.submission.state, .error.code]' '[null,78]
["finished",null]
["finished",null]'
done_testing
