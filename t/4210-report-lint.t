#!/bin/sh
# ct-report --lint: what is found, what it costs, that nothing is quoted
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/report.sh
. "$t/report.sh"
cat >>ct.conf <<'END'
[contact]
phone = +49 30 1
END

# whole - a record with which nothing is wrong
whole='.user += {screen_name: "sam", email: ["sam@mail.berlin"],
	ip: [{address: "9.9.9.9", port: 51, at: "2026-03-04T05:06:07Z", event: "Login"}]} |
    .object.ip = {address: "9.9.9.9", port: 52, at: "2026-03-04T05:06:07Z"} |
    .incident.at = "2026-03-04T05:06:07Z"'
lint() { item 1 u1 a 1 "$whole | ${1:-.}" >in; ct-report --lint -q <in; }
# finds WHAT COST ERRORS WARNINGS EDIT - so edited, it loses that much, and each
# of these words, parted by |, is in an error, a warning; there are no others
finds() {
	exits "$1" 0 lint "$5"
	jq -c --argjson cost "$2" --arg e "$3" --arg w "$4" '
	    def same($want; $got): ($want | split("|")) as $w |
		($got | length) == ($w | length) and
		all($w[]; . as $x | any($got[]; contains($x)));
	    [.score == 100 - $cost, same($e; .errors), same($w; .warnings)]' got >said
	ok '  it is found, and nothing else' grep -qx '\[true,true,true\]' said
	grep -qx '\[true,true,true\]' said || sed 's/^/# /' got
	ok '  it is not quoted' sh -c '! grep -qi secret got err'
}

finds 'nothing' 0 '' '' .
json '  is 100' . "{\"id\":\"report:$(ct-report -q <in | jq -r .report.key)\",\"score\":100,\"errors\":[],\"warnings\":[]}" got
finds 'no account' 20 '' 'no account' 'del(.user.id)'
finds 'no address of it' 20 '' "no 'ipCaptureEvent' of the account" 'del(.user.ip)'
finds 'no e-mail' 15 '' "no 'email'" 'del(.user.email)'
finds 'no screen name' 5 '' "no 'screenName'" 'del(.user.screen_name)'
finds 'nobody' 100 'nothing tells who it is' "no account|no 'email'|no 'ipCaptureEvent' of|no 'screenName'" \
    'del(.user)'
finds 'no time at an address' 10 '' "has no 'dateTime'" 'del(.user.ip[0].at)'
finds 'no port' 5 '' "has no 'port'" 'del(.object.ip.port)'
for address in 10.1.2.3 127.0.0.1 192.168.0.1 172.16.5.5 169.254.1.1 100.64.0.9 0.0.0.0 224.0.0.1 \
    192.0.2.1 198.51.100.1 203.0.113.42 ::1 fe80::1 fd00::1 2001:db8::1 ff02::1 \
    192.0.0.8 198.18.0.1 198.19.255.1 240.0.0.1 255.255.255.255 ::ffff:10.0.0.1 ::10.0.0.1 64:ff9b::a00:1 \
    2002:a00:1:: 64:ff9b:1::1 100::1 2001:2::1 2001:10::1 3fff::1 3fff:fff::1 5f00::1 fec0::1; do
	finds "address $address" 20 'not a public one' '' ".user.ip[0].address = \"$address\""
done
finds 'the same of a file' 20 'not a public one' '' '.object.ip.address = "10.0.0.1"'
finds 'of a victim' 20 'not a public one' '' '.victim = [{ip: [{address: "10.0.0.1", port: 5, at: "2026-03-04T05:06:07Z"}]}]'
finds 'addresses that are public' 0 '' '' '.user.ip += [("172.32.0.1", "2a00::1", "::ffff:9.9.9.9", "64:ff9b::909:909", "2002:909:909::", "3ffe::1", "198.20.0.1", "2001:4860::1", "100.128.0.1") |
    {address: ., port: 5, at: "2026-03-04T05:06:07Z"}]'
finds 'a made-up e-mail' 25 placeholder '' '.user.email = ["secret@example.com"]'
finds 'a made-up account' 25 placeholder '' '.user.id = "changeme secret"'
finds 'a made-up name' 25 placeholder '' '.user.first_name = "[SECRET NAME]"'
finds 'a name that they chose' 0 '' '' '.user.screen_name = "[example.com]" | .user.bio = "changeme"'
finds 'an address in the future' 20 'in the future' '' '.user.ip[0].at = "2026-11-22T10:00:01Z"'
finds 'a ban in the future' 20 'in the future' '' '.user.disabled = {value: true, disabledDate: "2027-01-01T00:00:00Z"}'
finds 'an upload in the future is told' 0 '' '' '.object.uploaded = "2027-01-01T00:00:00Z"'
finds 'no time of the incident' 10 '' 'incident.at' 'del(.incident)'
finds '  0 is none' 10 '' 'incident.at' '.incident.at = 0'
finds '  nor is null' 10 '' 'incident.at' '.incident.at = null'
finds 'one of cybertip' 0 '' '' 'del(.incident) | .cybertip.report.incidentSummary.incidentDateTime = "2026-03-04T05:06:07Z"'
finds 'a decision alone' 15 '' 'rests on a decision alone' 'del(.match)'
finds 'a birthday and an age' 5 '' "'age' and 'dateOfBirth' disagree" '.user.date_of_birth = "2000-12-01" | .user.age = 24'
finds 'of those before the birthday' 0 '' '' '.user.date_of_birth = "2000-12-01" | .user.age = 25'
finds 'of an associated account' 5 '' disagree '.user.associated = [{type: "Linked", date_of_birth: "2000-12-01", age: 50}]'
finds 'enticement of nobody' 5 '' enticement '.incident.type = "enticement"'
finds 'enticement of somebody' 0 '' '' '.incident.type = "enticement" | .recipient = {id: "u8"}'
finds 'a batch of one' 5 '' batchedReport '.cybertip.report.batchedReport.reason = "VIRAL_POTENTIAL_MEME"'
finds 'no address of a file' 5 '' 'from which address' 'del(.object.ip)'
finds 'one of cybertip' 0 '' '' 'del(.object.ip) | .cybertip.file.ipCaptureEvent =
    {ipAddress: "9.9.9.9", port: 5, dateTime: "2026-03-04T05:06:07Z"}'
finds 'no class' 3 '' industryClassification 'del(.review.class)'
sed '/contact/,$d' ct.conf >less.conf
item 1 u1 a 1 "$whole" >in
is 'nobody to call' '98 ["no '\''contactPerson'\'' whom the police can call"]' \
    sh -c 'ct-report -q -c less.conf --lint <in | jq -r "\"\(.score) \(.warnings | tojson)\""'
sed 's/images\.example/images.berlin/; s/Example //' ct.conf >real.conf
prior='.cybertip.report.personOrUserReported = {priorCTReports: ["55"]}'
item 1 u1 a 1 "$whole | $prior" >in
is 'earlier reports of no environment, in production' 95 \
    sh -c 'ct-report -q --production -c real.conf --lint <in | jq .score'
is '  but not in the test' 100 sh -c 'ct-report -q --lint <in | jq .score'

# ---- where it is told ---------------------------------------------------------
item 1 u1 a 1 "$whole | .user.ip[0].address = \"10.0.0.1\" | del(.user.email)" >in
ct-report <in >rep 2>msg
json 'a report has it' .report.lint \
    '{"score":65,"errors":["an '\''ipAddress'\'' is not a public one"],"warnings":["no '\''email'\'' of the account"]}' rep
is 'the operator hears of each' 2 grep -c "report $(jq -r .report.key rep): " msg
exits '--lint=error: no report' 65 ct-report -q --lint=error <in
json '  its records come back' '[.id, .report, .error]' \
    '["up/1.jpg",null,{"tool":"ct-report","code":65,"msg":"lint: an '\''ipAddress'\'' is not a public one"}]' got
item 1 u1 a 1 "$whole | del(.user.email)" >in
exits '  a warning holds nothing up' 0 ct-report -q --lint=error <in
ok '  it is a report' jq -e '.report.lint.score == 85' got
item 1 u1 a 1 "$whole" >in
exits 'a preview can be looked at' 0 sh -c 'jq -c "del(.review.batch) | .review.preview = true" in | ct-report --lint'
ok '  the summary is there' grep -q '1 in = 1 in 1 reports' err
item 1 u1 a 1 '.incident.at = "x"' >in
exits 'what cannot be a report has an error' 65 ct-report --lint -q <in
ok '  in band' jq -e .error got
exits 'lint and documents are two things' 64 ct-report --lint -x <in
exits 'lint knows only one word' 64 ct-report --lint=warning <in

# ---- the manual tells the price of each ------------------------------------------
sed -n '/^\.Ss Lint/,/^\.Sh/s/^\.It \([0-9]*\)$/\1/p' "$top/man/ct-report.1" | sort -n | xargs >page
is 'as many as there are' "$(cat page)" sh -c \
    'sed -n "s/^	\[[A-Z_]*\] = { \([0-9]*\), .*/\1/p" "$1" | sort -n | xargs' - "$top/lib/tool/report_lint.c"
done_testing
