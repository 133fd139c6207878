#!/bin/sh
# Two report lines at a time: one waits for the other, and what cannot be done
# is said by the last program.
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

sandbox || exit 1
ct-preserve keygen -o vault >/dev/null 2>&1
conf </dev/null

# report N - of a conversation of an account
report() {
	jq -cn --arg u "u$1" '{id: $u, user: {id: $u}, incident: {type: "enticement",
	    at: "2026-11-20T08:00:00Z", text: "what was written"},
	    threads: [{id: $u, kind: "private", messages: [{at: "2026-11-20T08:00:00Z", from: $u, to: "v", text: "x"}]}],
	    review: {verdict: "text_offence", by: "r", at: "2026-11-21T00:00:00Z", batch: ("a" * 32), items: 1,
	      content: ("1" * 64)}}' | ct-report -q
}
# held SECONDS LOCK COMMAND... - while another has the lock so long
held() {
	flock -F "$2" sh -c "touch there; exec sleep $1" &
	holder=$!
	pids="$pids $holder"
	eventually test -e there || ok "a lock of $2 is had" false
	rm there
	shift 2
	exits "$@"
}
log=audit/ct-preserve.log
mkdir -p state/audit other/audit
report 1 >r1
{ report 2; report 3; } >r2

# the long wait goes on beside the others
flock -F other/$log sh -c 'touch taken; exec sleep 600' &
long=$!
pids="$pids $long"
ok 'a lock that is held long' eventually test -e taken
(
	CT_HOME=$tmp/other ct-preserve seal <r2 >late 2>late.err
	echo $? >late.rc
) &
waits=$!

held 2 state/$log 'seal waits for another that acts' 0 ct-preserve seal <r1
json '  and seals' '.report.files[0].vault.state' '"sealed"' got
cp got sealed
wait "$holder"
held 2 state/outbox-test.lock 'submit waits for another that submits' 0 ct-submit <sealed
json '  and files' .submission.state '"finished"' got
wait "$holder"
held 600 state/outbox-test.lock 'but not for ever' 75 ct-submit <r2
json '  every record says so' '[.id[:7], .error.tool, .error.code, .submission]' \
    '["report:","ct-submit",75,null]
["report:","ct-submit",75,null]' got
cp got busy
exits '  so the last program of the line tells' 75 ct-review ack -q <busy
exits '  a verb does not wait' 75 timeout 20 ct-submit sweep
kill "$holder"
wait "$waits"
kill "$long"
is 'seal gives up at last' 75 cat late.rc
json '  and passes on what is to be reported' '[.report.files[0].vault.state, .error]' '["failed",null]
["failed",null]' late
done_testing
