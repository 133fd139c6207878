#!/bin/sh
# ct-submit from cron: what was asked, or refused, holds for the next run, too
# shellcheck source=t/lib.sh disable=SC2016,SC2119,SC2120,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/submit.sh
. "$t/submit.sh"

sandbox
bytes a
cred=$box/cybertip.cred

# at MS COMMAND... - the clock stands so many ms after noon; a pause of a minute
# takes 60 of them here
at() {
	CT_CLOCK=$(printf '2026-11-22T12:%02d:%02d.%03dZ' $(($1 / 60000)) \
	    $(($1 / 1000 % 60)) $(($1 % 1000)))
	export CT_CLOCK
	shift
	"$@"
	rc=$?
	unset CT_CLOCK
	return $rc
}
plain() { ct-submit -q -j 1 --retry-wait 1 --credential "$cred" "$@"; }
run() { plain "$@" <in; }
calls() { state .requests_total; }
sent() { echo $(($(calls) - before)); }
broken() { # CALL KIND
	control "{\"fault\":\"$1:*:$2\"}"
}
well() { control '{"fault":null}'; }

# ---- a report of which nothing comes ---------------------------------------
report 1 a >in
broken submit http:503
before=$(calls)
exits 'no answer that can be used' 75 at 0 run
is 'after four calls' 4 sent
at 0 ct-submit status >got
says 'status tells of the pause' '[.state, .next, (.reason | length > 0)]' \
    '["pending","2026-11-22T12:00:00.060Z",true]'
before=$(calls)
exits 'a minute is not over' 75 at 59 run
says 'it says so' '.submission | [.state, (.reason | test("^no call before 2026-11-22T12:00:00.060Z: "))]' \
    '["pending",true]'
is 'nothing is sent' 0 sent
exits 'nor by sweep' 75 at 59 plain sweep
ok 'and cron has nothing to mail' test ! -s err
is 'nothing' 0 sent
exits 'over: tried again' 75 at 60 run
is 'as before' 4 sent
at 60 ct-submit status >got
says 'the next pause is twice as long' .next '"2026-11-22T12:00:00.180Z"'
well
before=$(calls)
exits 'another report is not kept from being filed' 0 sh -c '
    CT_CLOCK=2026-11-22T12:00:00.070Z ct-submit -q --credential "$1"' - "$cred" <<END
$(report 2 a)
END
exits '--now does not wait' 0 at 61 run --now
says 'it is filed' .submission.state '"finished"'

broken submit http:503
report 3 a >in
for ms in 0 60 180 420 900 1860 3780; do at $ms run; done >/dev/null 2>&1
at 3780 ct-submit status >got
says 'no pause is longer than an hour' 'select(.key | endswith("3")) | .next' \
    '"2026-11-22T12:00:07.380Z"'
exits 'a person lets it go on' 0 ct-submit resume "$(key 3)"
says 'there is no pause then' 'has("next")' false
well
exits 'and it is filed' 0 at 3781 run

# ---- the service is away ---------------------------------------------------
broken submit drop-before
for i in 11 12 13 14; do report $i a; done >in
before=$(calls)
exits 'nobody answers' 75 at 0 run
says 'all wait' .submission.state '"pending"
"pending"
"pending"
"pending"'
says 'the third was not tried' '.submission.reason | test("^no call before 2026-11-22T12:00:00.060Z")' 'false
false
true
true'
is 'four calls for the first, one for the second' 5 sent
before=$(calls)
exits 'within the minute' 75 at 59 plain sweep
is 'nobody is tried' 0 sent
exits 'after it' 75 at 60 plain sweep
is 'one is, once' 1 sent
before=$(calls)
exits 'the pause has grown' 75 at 179 plain sweep
is 'to two minutes' 0 sent
well
exits 'there again' 0 at 60179 plain sweep
is 'all are filed' 7 filed
broken submit drop-before
report 15 a >in
before=$(calls)
exits 'then it begins anew' 75 at 60180 run
is 'with four calls' 4 sent
well
exits 'which pass' 0 at 60240 run

# ---- what the server asks for ----------------------------------------------
control '{"fault":"submit:1:busy:400"}'
for i in 21 22; do report $i a; done >in
before=$(calls)
exits 'busy for some minutes' 75 at 0 run
is 'one call' 1 sent
exits 'until then' 75 at 399 run
is 'none' 1 sent
exits 'then' 0 at 400 run
control '{"fault":"submit:1:busy:86400"}'
report 23 a >in
exits 'busy for a day: taken for an hour' 75 at 0 run
before=$(calls)
exits 'which is waited for' 75 at 3599 run
is 'truly' 0 sent
exits 'and not longer' 0 at 3600 run
control '{"fault":"submit:1:busy:400"}'
report 24 a >in
exits 'busy' 75 at 0 run
exits '--now asks all the same' 0 at 1 run --now

control '{"fault":"submit:1:busy:400"}'
report 25 a >in
CT_CLOCK=2036-01-01T00:00:00Z exits 'a clock ten years fast' 75 run
exits 'put right: holds up nothing' 0 run

# ---- refused ---------------------------------------------------------------
for fault in empty401 http:403 code:2000 code:3100; do
	k=$((${k-30} + 1))
	control "{\"fault\":\"submit:1:$fault\"}"
	report $k a >in
	before=$(calls)
	exits "$fault" 77 run
	is '  once' 1 sent
	exits '  and not in another run' 77 run
	says '  which says so' '.submission | [.state, (.reason | test("^nothing is sent since 2.*see ct-submit check$"))]' \
	    '["pending",true]'
	exits '  whatever the hurry' 77 run --now
	exits '  nor by sweep' 77 plain sweep
	is '  nothing was sent' 1 sent
	exits '  until the credential was tried' 0 plain check
	exits '  then it is filed' 0 run
done

control '{"fault":"upload:1:http:401"}'
report 41 a >in
exits 'refused in the middle' 77 run
before=$(calls)
exits 'no draft is given up either' 77 plain retract "$(key 41)"
is 'nothing was sent' 0 sent
ct-submit resume "$(key 41)" >/dev/null
control '{"fault":"status:1:http:403"}'
exits 'tried, and refused' 77 plain check
exits 'it stays so' 77 run
sed 's/^username.*/username = nobody/' "$cred" >other.cred
cp "$cred" same.cred
chmod 600 ./*.cred
before=$(calls)
cred=./same.cred
exits 'a copy of the file is no other' 77 run
is 'nothing was sent for it' 0 sent
cred=./other.cred
exits 'another user is' 77 run
is 'that was a call' 1 sent
exits 'and is refused, too' 77 run
is 'then it is the one that is known' 1 sent
cred=$box/cybertip.cred
exits 'the first is another now' 0 run
secret=$(sed -n 's/^password *= *//p' "$cred")
is 'nothing of it is in the outbox' '' \
    grep -laF "$secret" "$CT_HOME"/outbox-test.db*
is 'and what there was is forgotten' '|0|0' \
    sqlite3 "$CT_HOME/outbox-test.db" 'SELECT refused, until, pauses FROM service'

# one of eight is refused while the others' calls are on their way
for i in $(seq 51 80); do report "$i" a; done >in
control '{"fault":["submit:4:empty401"]}'
exits 'refused among eight at a time' 77 run -j 8
is 'is kept' 1 sqlite3 "$CT_HOME/outbox-test.db" "SELECT refused <> '' FROM service"
before=$(calls)
exits 'the next run' 77 run -j 8
is 'sends nothing' 0 sent
exits 'until the credential was tried' 0 plain check
exits 'then all go' 0 run -j 8
done_testing
