#!/bin/sh
# The forty rules of a CyberTipline report, one after the other: what ct-report
# refuses, cuts or leaves out, and what it says.  Most break by cybertip, which
# is nobody's but the operator's; what a suspect can write holds nothing up.
# shellcheck source=t/lib.sh disable=SC2317,SC2034
. "${0%/*}/lib.sh"
# shellcheck source=t/report.sh
. "$t/report.sh"

# no N WHAT WORDS REPORT, nofile - refused with these words when cybertip.report
# (cybertip.file) is this
no() { refuses "$1: $2" "$3" ".cybertip.report = $4"; }
nofile() { refuses "$1: $2" "$3" ".cybertip.file = $4"; }
# takes N WHAT REPORT, takesfile - with this it is a document, in doc.xml
takes() { with "$1: $2" ".cybertip.report = $3"; }
takesfile() { told "$1: $2" ".cybertip.file = $3"; }
# elsewhere N FILE TEXT - it is ct-submit's, and tested there
elsewhere() { ok "$1: $2 tests it" grep -qF -- "$3" "$t/$2"; }

summary() { echo "{incidentSummary: $1}"; }
suspect() { echo "{personOrUserReported: $1}"; }
person() { suspect "{personOrUserReportedPerson: $1}"; }
web() { echo "{internetDetails: [{webPageIncident: $1}]}"; }
letters() { printf "%0$1d" 0; }

# ---- the incident -----------------------------------------------------------
no 1 'a type one letter short' "element 'incidentType' is not an incident type" \
    "$(summary '{incidentType: "Online Enticement of Children for Sexual Act"}')"
no 1 'a type with blanks around it' incidentType "$(summary '{incidentType: " Child Sex Tourism "}')"
takes 1 'one of the eight' "$(summary '{incidentType: "Child Sex Tourism"}')"
has '  as it stands' '<incidentType>Child Sex Tourism</incidentType>'
no 2 'a time without zone' "element 'incidentDateTime' is not a time with a zone" \
    "$(summary '{incidentDateTime: "2026-03-04T05:06:07"}')"
no 2 'a blank in place of T' incidentDateTime "$(summary '{incidentDateTime: "2026-03-04 05:06:07Z"}')"
no 2 'an offset without colon' incidentDateTime "$(summary '{incidentDateTime: "2026-03-04T05:06:07+0000"}')"
refuses '2: no time at all' "element 'incidentDateTime': no record tells the time" 'del(.object)'
no 3 'a second to come' "element 'incidentDateTime' must lie in the past" \
    "$(summary '{incidentDateTime: "2026-11-22T10:00:01Z"}')"
takes 3 'now' "$(summary '{incidentDateTime: "2026-11-22T11:00:00+01:00"}')"
has '  in UTC' '<incidentDateTime>2026-11-22T10:00:00Z</incidentDateTime>'
is '  and in the record' 2026-11-22T10:00:00Z sh -c 'ct-report -q <in | jq -r .report.incident.at'
no 4 'a blank text' "element 'vehicleDescription' is blank" "$(suspect '{vehicleDescription: " \t"}')"
with '4: blank where people write: absent' '.user.bio = " " | .user.screen_name = "\n"'
hasnt '  both' 'profileBio|screenName'
no 5 'a reason of 3001 characters' "element 'escalateToHighPriority' is longer than 3000 characters" \
    "$(summary "{escalateToHighPriority: \"$(letters 3001)\"}")"
no 5 'a reason that is true' "element 'escalateToHighPriority' is not a text" \
    "$(summary '{escalateToHighPriority: true}')"
no 5 'a blank reason' "element 'escalateToHighPriority' is blank" "$(summary '{escalateToHighPriority: " "}')"
no 6 'a description of 3001' "element 'incidentDateTimeDescription' is longer than 3000" \
    "$(summary "{incidentDateTimeDescription: \"$(letters 3001)\"}")"
no 6 'a platform of 257' "element 'platform' is longer than 256" "$(summary "{platform: \"$(letters 257)\"}")"
takes 6 'characters, not bytes' "$(summary '{platform: ("ä" * 256)}')"

# ---- who reports --------------------------------------------------------------
no 7 'an e-mail that is none' "element 'email' is not an e-mail address" \
    '{reporter: {reportingPerson: {email: ["Ana <secret@images.example>"]}}}'
printf '[reporter]\nfirst_name = Ana\n' >none.conf
exits '7: no e-mail' 78 ct-report -c none.conf <in
printf '[reporter]\nemail = ana@images.berlin\n[contact]\nphone = +49 30 1\n' >real.conf
# real EDIT - for production
real() { item 1 u1 a 1 "$1" | ct-report -q --production -c real.conf; }
exits '8: in production, nothing made up' 0 real .
exits '8: a placeholder' 65 real '.cybertip.report = {reporter: {reportingPerson: {lastName: "[NAME]"}}}'
json '  is refused' .error.msg "\"element 'reporter' has a placeholder; not in production\"" got
exits '8: but in the terms of service' 0 real '.cybertip.report = {reporter: {termsOfService: "see [1]"}}'
printf '[reporter]\nemail = ana@example.com\n' >made.conf
item 1 u1 a 1 >in
exits '8: one in the configuration' 78 ct-report --production -c made.conf <in
exits '  but for a test' 0 ct-report -q -c made.conf <in

# ---- the document ---------------------------------------------------------------
takes 9 'members in any order' "$(suspect '{screenName: "s", personOrUserReportedPerson:
    {email: ["a@b.berlin"], phone: ["1"], lastName: "L", firstName: "F"}, vehicleDescription: "v"}')"
is '  are written in that of the schema' 'personOrUserReported personOrUserReportedPerson firstName lastName phone email vehicleDescription espIdentifier screenName' \
    sh -c 'sed -n "/<personOr.*ed>/,\$s/^ *<\([a-zA-Z]*\)>.*/\1/p" doc.xml | grep -v addi | xargs'
takes 10 'a flag that is false' "$(summary '{reportAnnotations: {spam: false, sextortion: true}}')"
has '  is left out' '<sextortion/>'
hasnt '  and not written' spam
takes 10 'none that is true' "$(summary '{reportAnnotations: {spam: false}}')"
hasnt '  no list of them' reportAnnotations
no 10 'truth as a text' "element 'reportAnnotations' is not a list of names" \
    "$(summary '{reportAnnotations: {spam: "true"}}')"
no 10 'a flag that is a number' reportAnnotations "$(summary '{reportAnnotations: [1]}')"
no 10 'a flag in capitals' "element 'reportAnnotations': unknown member" "$(summary '{reportAnnotations: ["SPAM"]}')"
no 11 'two channels in one' "element 'internetDetails' must have exactly one of its kinds" \
    '{internetDetails: [{chatImIncident: {}, emailIncident: {}}]}'
no 11 'none' "element 'internetDetails' must have exactly one" '{internetDetails: [{}]}'
no 12 'a page with a blank' "element 'url' is not a URL" "$(web '{url: ["https://secret b/"]}')"
no 12 'a page with a bell' "element 'url' holds a character" "$(web '{url: ["https://a/\u0007"]}')"
nofile 12 'a location of no scheme' "element 'locationOfFile' is not an http or https URL" '{locationOfFile: "secret/p"}'
nofile 12 'one of 2084 characters' "element 'locationOfFile' is longer than 2083" \
    '{locationOfFile: ("https://a.b/" + "p" * 2072)}'
no 12 'a legal page of no scheme' "element 'legalURL' is not an http" '{reporter: {legalURL: "ftp://secret/"}}'
takes 13 'third-party hosting' "$(web '{url: ["https://a.b/"], thirdPartyHostedContent: true}')"
has '  is an attribute' '<webPageIncident thirdPartyHostedContent="true">'
no 13 'in words' "element 'webPageIncident': attribute 'thirdPartyHostedContent' is not true or false" \
    "$(web '{thirdPartyHostedContent: "Yes"}')"
takes 13 'legal process of another country' \
    '{lawEnforcement: {agencyName: "P", servedLegalProcessInternational: {value: true, fleaCountry: "DE"}}}'
has '  is an attribute' '<servedLegalProcessInternational fleaCountry="DE">true</servedLegalProcessInternational>'
takes 13 'when an account was closed' "$(suspect '{accountPermanentlyDisabled: {value: true, disabledDate: "2026-01-01T00:00:00Z"}}')"
has '  is one' '<accountPermanentlyDisabled disabledDate="2026-01-01T00:00:00Z">true<.*'

# ---- people ----------------------------------------------------------------------
address() { person "{address: [$1]}"; }
no 14 'a country in lower case' "element 'country' is not a country code" "$(address '{country: "us"}')"
no 14 'a country in full' country "$(address '{country: "secret land"}')"
no 14 'a state that there is not' "element 'state' is not a state of the USA" "$(address '{state: "XX"}')"
no 14 'a state of another country' "element 'state' is one of the USA, and the country another" \
    "$(address '{state: "CA", country: "DE"}')"
takes 14 'a state and its country' "$(address '{state: "CA", country: "US"}, {state: "NY"}')"
no 15 'a calling code with zeroes' "element 'phone': attribute 'countryCallingCode' is not a calling code" \
    "$(person '{phone: [{value: "1", countryCallingCode: "0049"}]}')"
no 15 'an extension in words' "attribute 'extension' is not digits" "$(person '{phone: [{value: "1", extension: "x1"}]}')"
no 15 'one of eleven digits' "attribute 'extension' is longer than 10" \
    "$(person '{phone: [{value: "1", extension: "12345678901"}]}')"
no 15 'a phone of 51' "element 'phone' is longer than 50" "$(person "{phone: [\"$(letters 51)\"]}")"
no 15 'an e-mail of 256' "element 'email' is longer than 255" "$(person '{email: ["a@" + "b" * 251 + ".de"]}')"
no 15 'a phone of no kind' "attribute 'type' is none of Mobile, Home, Business, Work, Fax, Internet, Recovery" \
    "$(person '{phone: [{value: "1", type: "mobile"}]}')"
no 16 'a name of 101' "element 'firstName' is longer than 100" "$(person "{firstName: \"$(letters 101)\"}")"
no 16 'an account of 256' "element 'espIdentifier' is longer than 255" "{victim: [{victimPerson: {}, espIdentifier: \"$(letters 256)\"}]}"
no 16 'a service of 101' "element 'espService' is longer than 100" "$(suspect "{espService: \"$(letters 101)\"}")"
no 16 'a screen name of 257' "element 'screenName' is longer than 256" "$(suspect "{screenName: \"$(letters 257)\"}")"
no 16 'a group of 256' "element 'groupIdentifier' is longer than 255" "$(suspect "{groupIdentifier: \"$(letters 256)\"}")"
with '16: cut where people write' '.user.screen_name = "s" * 257'
has '  to what the form takes' '<screenName>s{256}</screenName>'
ip() { suspect "{ipCaptureEvent: [$1]}"; }
no 17 'Unknown' "element 'ipAddress' is not an IP address" "$(ip '{ipAddress: "Unknown"}')"
no 17 'a port glued on' ipAddress "$(ip '{ipAddress: "192.0.2.1:80"}')"
no 17 'one in brackets' ipAddress "$(ip '{ipAddress: "[2001:db8::1]"}')"
takes 17 'both kinds' "$(ip '{ipAddress: "192.0.2.1"}, {ipAddress: "2001:db8::1"}')"
no 18 'an event of no name' "element 'eventName' is none of Login, Registration, Purchase, Upload, Other, Unknown" \
    "$(ip '{ipAddress: "192.0.2.1", eventName: "secret"}')"
for port in 0 65536 -1 '"x"' 4.5; do
	no 18 "port $port" "element 'port' is not a port, 1 to 65535" "$(ip "{ipAddress: \"192.0.2.1\", port: $port}")"
done
no 19 'an address at a time without zone' "element 'dateTime' is not a time with a zone" \
    "$(ip '{ipAddress: "192.0.2.1", dateTime: "2026-03-04T05:06:07"}')"
with '19: an address of no time and no port' '.user.ip = {address: "192.0.3.1"}'
ok '  is told of' sh -c 'ct-report <in 2>&1 >/dev/null | grep "no .dateTime" && ct-report <in 2>&1 >/dev/null | grep "no .port"'
for number in '"0"' -5 '"x"' 900000001.5 '"990000001 990000002"'; do
	no 20 "report $number" "element 'priorCTReports' is not a report number" "$(suspect "{priorCTReports: [$number]}")"
done
with '20: one element each' '.prior = [{env: "test", report_id: "990000001"}, {env: "production", report_id: "55"},
    {env: "test", report_id: "990000002"}] | .review.prior = [{env: "test", report_id: "990000001"}]'
is '  each once, none of the other environment' '990000001 990000002' \
    sh -c 'sed -n "s/.*<priorCTReports>\(.*\)<.*/\1/p" doc.xml | xargs'
no 21 'a victim without person' "element 'victim' lacks 'victimPerson'" '{victim: [{screenName: "v"}]}'
with '21: of a record that has none' '.victim = {screen_name: "v"}'
has '  it is empty' '<victimPerson/>'
no 22 'two accounts' "element 'personOrUserReported' comes twice, without 'batchedReport'" \
    '{personOrUserReported: [{screenName: "s"}]}'
takes 22 'two in a batch' '{batchedReport: {reason: "VIRAL_POTENTIAL_MEME"}, personOrUserReported: [{screenName: "s"}]}'
takes 22 'a batch of one' '{batchedReport: {reason: "VIRAL_POTENTIAL_MEME"}}'
ok '  is told of' sh -c 'ct-report <in 2>&1 >/dev/null | grep -q batchedReport'
no 22 'another reason' "element 'batchedReport': attribute 'reason' is none of VIRAL_POTENTIAL_MEME" \
    '{batchedReport: {reason: "secret"}}'

# ---- files ------------------------------------------------------------------------
elsewhere 23 5220-submit-http.t submit:1:wrong-id
nofile 23 'a report of its own' "element 'reportId' is not for the operator to say: NCMEC gives it" '{reportId: 5}'
nofile 23 'a file id of its own' "element 'fileId' is not for the operator" '{fileId: "x"}'
nofile 24 'two addresses' "element 'ipCaptureEvent' is not an object" \
    '{ipCaptureEvent: [{ipAddress: "192.0.2.1"}, {ipAddress: "192.0.2.2"}]}'
told '24: of two the first' '.object.ip = [{address: "192.0.2.1"}, {address: "192.0.2.2"}]'
is '  is the file'\''s' 192.0.2.1 sed -n 's/ *<ipAddress>\(.*\)<.*/\1/p' doc.xml
is '  both are the account'\''s' '192.0.2.1 192.0.2.2' \
    sh -c 'jq -r .report.xml rep | sed -n "s/ *<ipAddress>\(.*\)<.*/\1/p" | xargs'
nofile 25 'metadata viewed' "element 'exifViewedByEsp' is not for the operator" '{exifViewedByEsp: true}'
elsewhere 25 unit/report.c "'exifViewedByEsp' needs 'fileViewedByEsp'"
nofile 26 'a supplemental file of a class' "element 'industryClassification' is not for a supplemental file" \
    '{fileRelevance: "Supplemental Reported"}'
refuses '26: one that is a meme' "element 'potentialMeme' is not for a supplemental file" \
    'del(.review.class) | .cybertip.file = {fileRelevance: "Supplemental Reported", potentialMeme: true}'
refuses '26: one that is said to be one' "element 'potentialMeme' is not for a supplemental file" \
    'del(.review.class) | .object.annotations = ["potentialMeme"] | .cybertip.file = {fileRelevance: "Supplemental Reported"}'
nofile 27 'a meme in two ways' "element 'fileAnnotations' is not expected here" '{potentialMeme: true, fileAnnotations: ["viral"]}'
nofile 28 'a hash of no type' "element 'originalFileHash' lacks 'hashType'" '{originalFileHash: ["00"]}'
nofile 28 'a type of 65' "attribute 'hashType' is longer than 64" \
    "{originalFileHash: [{value: \"00\", hashType: \"$(letters 65)\"}]}"
for type in MD5 SHA1 SHA256 PDQ; do
	nofile 28 "a short $type" "element 'originalFileHash' has not the form of its type" \
	    "{originalFileHash: [{value: \"00\", hashType: \"$type\"}]}"
done
takesfile 28 'one that we do not know' '{originalFileHash: [{value: "00", hashType: "PhotoDNA"}]}'
elsewhere 29 5220-submit-http.t upload:1:wrong-hash
elsewhere 29 5000-submit.t 'other bytes than were matched'
told '30: not said to be viewed' '.review.viewed = {level: "full", entire: true, exif: true}'
hasnt '  either way' ViewedByEsp
nofile 30 'by nobody but the log' "element 'fileViewedByEsp' is not for the operator to say: it comes from the log of views" \
    '{fileViewedByEsp: true}'
elsewhere 31 5220-submit-http.t finish:1:lost-file

# ---- the whole ----------------------------------------------------------------------
no 32 'a bell' "element 'vehicleDescription' holds a character that XML does not allow" \
    "$(suspect '{vehicleDescription: "a\u0007"}')"
no 32 'U+FFFE' vehicleDescription "$(suspect '{vehicleDescription: "\ufffe"}')"
printf '{"id":"a\377"}\n' >in
exits '32: what is no UTF-8' 65 report in
item 1 u1 a 1 >in
xml in
is '32: no mark before it' '<?xml version="1.0" encoding="UTF-8"?>' head -n 1 doc.xml
hasnt '33: no namespace, no DOCTYPE' 'xmlns=|DOCTYPE'
elsewhere 34 5000-submit.t 'a production report in the test environment'
elsewhere 35 unit/report.c 'nothing to report'
for flag in informational potentialAggravatingFactors instrumentalUse; do
	no 36 "$flag" "element '$flag' is newer than the schema" "$(summary "{reportAnnotations: [\"$flag\"]}")"
done
no 36 ageAssertionDiscrepancy "element 'ageAssertionDiscrepancy' is newer" "$(person '{ageAssertionDiscrepancy: true}')"
mkdir -p "$CT_HOME"
cp "$top/lib/tool/cybertipline.xsd" "$CT_HOME/cybertipline-test.xsd"
takes 36 'with a schema of NCMEC that has it' "$(summary '{reportAnnotations: ["informational"]}')"
has '  it is written' '<informational/>'
grep -v '"informational"' "$top/lib/tool/cybertipline.xsd" >"$CT_HOME/cybertipline-test.xsd"
no 36 'with one that has not' "element 'informational' is newer" "$(summary '{reportAnnotations: ["informational"]}')"
grep -v '"schoolName"' "$top/lib/tool/cybertipline.xsd" >"$CT_HOME/cybertipline-test.xsd"
refuses '36: what NCMEC does not know any more' "by the schema that NCMEC serves, " '.victim = {school: "S"}'
echo '<x/>' >"$CT_HOME/cybertipline-test.xsd"
with '36: one that is none' .
ok '  is told of and not used' grep -q 'cybertipline-test.xsd.*not used' err
rm "$CT_HOME/cybertipline-test.xsd"
nofile 37 'details without a pair' "element 'details' lacks 'nameValuePair'" '{details: [{type: "EXIF"}]}'
nofile 37 'a name of 65' "element 'name' is longer than 64" \
    "{details: [{nameValuePair: [{name: \"$(letters 65)\", value: \"v\"}]}]}"
nofile 37 'the type on the pair' "element 'nameValuePair': unknown member" \
    '{details: [{nameValuePair: [{name: "n", value: "v", type: "EXIF"}]}]}'
nofile 37 'another type' "attribute 'type' is none of EXIF, HASH" '{details: [{type: "IPTC", nameValuePair: [{name: "n", value: "v"}]}]}'
no 38 'an age of 151' "element 'age' is not an age, 0 to 150" "$(person '{age: 151}')"
no 38 'a day that there is not' "element 'dateOfBirth' is not a date" "$(person '{dateOfBirth: "2001-02-29"}')"
no 38 'a birthday to come' "element 'dateOfBirth' must lie in the past" "$(person '{dateOfBirth: "2026-11-23"}')"
takes 38 'a day that there is' "$(person '{dateOfBirth: "2000-02-29", age: 26}')"
ok '  agrees' sh -c '! ct-report <in 2>&1 >/dev/null | grep disagree'
takes 38 'another age' "$(person '{dateOfBirth: "2000-02-29", age: 24}')"
ok '  is told of' sh -c 'ct-report <in 2>&1 >/dev/null | grep disagree'
nofile 39 'a name with a path' "element 'originalFileName' has a path" '{originalFileName: "a/secret.jpg"}'
nofile 39 'one of another system' "has a path" '{originalFileName: "C:\\secret\\a.jpg"}'
nofile 39 'one of a server' "has a path" '{originalFileName: "\\\\secret\\a.jpg"}'
told '39: what a platform knows' '.object.name = "C:\\a b\\c.jpg"'
has '  is cut' '<originalFileName>c.jpg</originalFileName>'
nofile 39 'one with a tab' "element 'originalFileName' holds a control character" '{originalFileName: "a\tb"}'
nofile 39 'one of 2057 characters' "element 'originalFileName' is longer than 2056" '{originalFileName: ("ä" * 2057)}'
takesfile 39 'one of 2056' '{originalFileName: ("ä" * 2056)}'
elsewhere 40 unit/tipline.c 9223372036854775807
done_testing
