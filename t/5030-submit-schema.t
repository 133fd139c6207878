#!/bin/sh
# ct-submit fetch-xsd: NCMEC's own schema, and what is held to it from then on
# shellcheck source=t/lib.sh disable=SC2016,SC2119,SC2120,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/submit.sh
. "$t/submit.sh"

sandbox
bytes a
run() { submit "$@" <in; }
live=$CT_HOME/cybertipline-test.xsd

exits 'no outbox, no schema yet' 0 submit fetch-xsd
says 'it says where it is' '[.env, .path, .changed, .size > 10000]' \
    "[\"test\",\"$live\",true,true]"
ok 'it is what the service gave' cmp "$live" "$top/lib/tool/cybertipline.xsd"
is 'readable by the group, for ct-report' 640 stat -c %a "$live"
exits 'again' 0 submit fetch-xsd
says 'it is the same' .changed false
report 1 a >in
exits 'a report that follows it is filed' 0 run

# ---- what is no schema of the service is not kept -----------------------------
cp "$live" before
for fault in html:200 truncate:500 http:404 http:503 junk:1; do
	control "{\"fault\":\"xsd:1:$fault\"}"
	submit fetch-xsd >got 2>err
	rc=$?
	ok "$fault: exit $rc, with a word, nothing printed" \
	    test \( $rc -eq 75 -o $rc -eq 76 \) -a -s err -a ! -s got
done
ok 'the one there was is as it was' cmp before "$live"
control '{"fault":null}'

# ---- one that knows less, and one that knows more ------------------------------
held() {
	exits "$1" 76 run
	says '  it is held' '.submission.reason | test("by the schema that NCMEC serves")' true
	ct-submit resume -a >/dev/null
}
before=$(state .requests_total)
grep -v 'name="platform"' before >"$live"
report 2 a >in
exits 'what it does not know is not missed' 0 run
report 3 a | jq -c '.report.xml |= sub("<incidentDateTime>"; "<platform>p</platform><incidentDateTime>")' >in
held 'an element that it does not have'
sed 's/name="originalFileName"/name="oldFileName"/' before >"$live"
report 5 a | jq -c '.report.files[0].name = "a.jpg"' >in
held 'details of a file that it does not allow'
is 'nothing of them was sent' $((before + 4)) state .requests_total
exits 'and ct-submit -n says it, too' 76 ct-submit -qn <in
echo '<html/>' >"$live"
exits 'a damaged one stops all, before anything is sent' 65 run
ok 'and is named' grep -qF "$live" err
rm "$live"
exits 'without it, ours is what counts' 0 run

# ---- refused -------------------------------------------------------------------
control '{"fault":"xsd:1:http:401"}'
exits 'refused' 77 submit fetch-xsd
before=$(state .requests_total)
exits 'then nothing more is asked' 77 submit fetch-xsd
report 6 a >in
exits 'nor filed' 77 run
is 'nothing was sent' "$before" state .requests_total
exits 'until the credential was tried' 0 submit check
exits 'then' 0 run
exits 'it wants no operand' 64 submit fetch-xsd x
done_testing
