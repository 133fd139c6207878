#!/bin/sh
# ct-submit prior: the earlier reports of an account, and no test ids among
# those of production
# shellcheck source=t/lib.sh disable=SC2016,SC2119,SC2120,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/submit.sh
. "$t/submit.sh"

sandbox
bytes a b c
run() { submit "$@" <in; }
file() { printf '{"id":"f", "n": 1.50,"user":{"id":"%s"}}\n' "$1"; }

# ---- what is added ------------------------------------------------------------
file u42 >files
exits 'no outbox' 0 ct-submit prior -q <files
ok 'adds nothing' cmp files got
report 1 a >in
exits 'a report of u42' 0 run
one=$(jq -r .submission.report_id got)
report 2 b | jq -c '.user.id = "u7"' >in
exits 'one of another' 0 run
report 3 b >in
exits 'a second of u42' 0 run
two=$(jq -r .submission.report_id got)
control '{"fault":"finish:*:http:503"}'
report 4 c >in
exits 'a third that is not finished' 75 run
control '{"fault":null}'
exits 'prior' 0 ct-submit prior -q <files
says 'names what is finished, in order' .prior \
    "[{\"env\":\"test\",\"report_id\":\"$one\"},{\"env\":\"test\",\"report_id\":\"$two\"}]"
ok 'and changes nothing else' grep -qF "$(sed 's/}$//' files)," got
cp got had
sqlite3 "$CT_HOME/outbox-test.db" 'DROP INDEX reports_account;
    DROP INDEX reports_report_id; ALTER TABLE reports DROP COLUMN account;
    DROP TABLE service; PRAGMA user_version = 1'
exits 'an outbox of before there were accounts in it' 0 ct-submit prior -q <files
ok 'is brought up to date' cmp had got
exits 'its own output' 0 ct-submit prior -q <had
cp got again
is 'comes out the same' "$(jq -cS . had)" jq -cS . again
jq -c '.prior = [{env: "production", report_id: "1"}]' files >had
exits 'what another wrote there' 0 ct-submit prior -q <had
says 'is ours' '.prior | map(.report_id)' "[\"$one\",\"$two\"]"
{
	file u8
	jq -nc '{id: "no account", prior: [{env: "test", report_id: "9"}]}'
	jq -nc '{id: "x", user: "u42"}'
	jq -nc '{id: "y", user: {id: "u42"}, error: {tool: "ct-hash", code: 66, msg: "m"}}'
	file u7
} >files
exits 'others' 66 ct-submit prior -q <files
says 'each gets its own' '[(.prior | length), .error.code]' '[0,null]
[0,null]
[0,65]
[0,66]
[1,null]'
exits 'in production there are none' 0 sh -c 'jq -nc "{id: \"f\", user: {id: \"u42\"}}" | ct-submit prior -q --production'
says 'of the test environment' 'has("prior")' false
exits 'it wants no operand' 64 ct-submit prior x
file u42 >files
exits 'a summary' 0 ct-submit prior <files
ok 'is printed' grep -q ': 1 in = 1 out' err

# ---- an id of the test environment in a production report --------------------
cat >live.cred <<'END'
environment = production
username = nobody
password = nothing
END
chmod 600 live.cred
live() { # ID - such a report; no call is made, as all pause
	report 11 a | jq -c --arg id "$1" '.report.env = "production" |
	    .report.xml |= sub("</report>"; "<personOrUserReported><screenName>s</screenName><priorCTReports>\($id)</priorCTReports></personOrUserReported></report>")' |
	    ct-submit -q --production --credential ./live.cred
}
rehearse() { # ID - nothing was ever sent to production
	report 11 a | jq -c --arg id "$1" '.report.env = "production" |
	    .report.xml |= sub("</report>"; "<personOrUserReported><screenName>s</screenName><priorCTReports>\($id)</priorCTReports></personOrUserReported></report>")' |
	    ct-submit -qn --production
}
exits 'a test id in the first rehearsal for production' 65 rehearse "$one"
exits '  another number' 0 rehearse 123456789
exits 'an outbox for production' 0 ct-submit --production resume -a
real() { sqlite3 "$CT_HOME/outbox-production.db" "$@"; }
real "INSERT INTO service(one, until, pauses, refused, at, why)
    VALUES(1, $(date +%s)000 + 3600000, 1, '', 0, 'a test')"
exits 'a test id in a production report' 65 live "$one"
says 'is an error' '.error | [.code, .msg]' \
    '[65,"report.xml names a prior report that is one of the test environment"]'
for as in "0$one" "+$one" " +00$one "; do
	exits "nor as '$as'" 65 live "$as"
done
exits 'which is not accepted' 66 ct-submit status --production "$(key 11)"
exits 'another number is not held against it' 75 live 123456789
says 'it waits' '.submission | [.state, .reason[:14]]' \
    '["pending","no call before"]'
real "UPDATE reports SET report_id = '$one'"
exits 'nor one that both have given' 75 live "$one"
rm -f "$CT_HOME"/outbox-test.*
exits 'nor one that is not known' 75 live "$two"
done_testing
