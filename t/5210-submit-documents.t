#!/bin/sh
# ct-submit trusts no document that the pipe brings: what NCMEC would refuse is
# held before anything is sent, what it would take is filed
# shellcheck source=t/lib.sh disable=SC2016,SC2119,SC2031,SC2120,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/submit.sh
. "$t/submit.sh"

data=$t/data/tipline
sandbox
cp "$data/good/thread-7.csv" .
bytes a
k=0
run() { submit <in; }

# with DOCUMENT [FILE...] - a record of these files with this document
with() {
	doc=$1 k=$((k + 1))
	shift
	report $k "$@" | jq -c --rawfile xml "$doc" '.report.xml = $xml' >in
}

# ---- bad ------------------------------------------------------------------
reports=0 details=0
for doc in "$data"/bad/*.xml; do
	name=${doc##*/} name=${name%.xml}
	if grep -q '<fileDetails' "$doc"; then
		# a record cannot hold it: it is made of the file's members
		details=$((details + 1))
		exits "$name: no details of a file" 65 xsdcheck -r "$doc"
		continue
	fi
	reports=$((reports + 1))
	with "$doc" a
	exits "$name" 76 run
	says "$name: held, for what stands in it" \
	    '.submission | [.state, (.reason | test("report.xml is not valid: "))]' \
	    '["held",true]'
done
is 'all 39 of them' '27 12' echo "$reports $details"

# element FILTER REASON - a file with these members has details of that kind
element() {
	k=$((k + 1))
	report $k a | jq -c ".report.files[0] |= ($1)" >in
	exits "a file: $1" 76 run
	says "$2" '.submission | [.state, (.reason | test("report.files\\[0\\]: .*'"$2"'"))]' \
	    '["held",true]'
}
element '.exif_viewed = true' exifViewedByEsp
element '.md5 = .sha256' originalFileHash
element '.ip = {address: "Unknown"}' ipAddress
element '.uploaded = "2099-01-02T03:04:05Z"' uploadedToEspTimestamp
element '.location = "p/1.jpg"' locationOfFile
element '.name = "u/a.jpg"' originalFileName
element '.review.class = "C1"' industryClassification
# as the operator's own words (cybertip), by the names of the schema
said() { element ".cybertip = $1" "$2"; }
said '{ipCaptureEvent: [{ipAddress: "192.0.2.1"}, {ipAddress: "192.0.2.1"}]}' ipCaptureEvent
said '{originalFileHash: [{value: "00"}]}' originalFileHash
said '{originalFileHash: [{hashType: "MD5", value: .sha256}]}' originalFileHash
said '{details: [{nameValuePair: [{type: "EXIF", name: "Make", value: "X"}]}]}' nameValuePair
said '{potentialMeme: true, fileAnnotations: ["viral"]}' fileAnnotations
said '{originalBinaryHash: [{hashType: "MD5", value: "00"}]}' "unknown member"
said '{fileRelevance: "Supplemental Reported", industryClassification: "A1"}' industryClassification
said '{fileRelevance: "Supplemental Reported", fileAnnotations: ["potentialMeme"]}' potentialMeme
said '{exifViewedByEsp: true}' exifViewedByEsp
said '{fileViewedByEsp: true}' fileViewedByEsp
said '{fileId: "a"}' fileId

with "$data/good/fileDetails-minimal.xml" a
exits 'details of a file in the place of a report' 76 run
with "$data/responses/submit-ok.xml" a
exits 'an answer in the place of a report' 76 run
report $k a | jq -c '.report.xml |= sub("<report>"; "<!DOCTYPE report>&")' >in
exits 'a DOCTYPE' 76 run
is 'of all these nothing was sent' 0 state .requests_total

# ---- good -----------------------------------------------------------------
good=0
for doc in "$data"/good/*.xml; do
	name=${doc##*/} name=${name%.xml} good=$((good + 1))
	if grep -q '<fileDetails' "$doc"; then
		exits "$name" 0 xsdcheck -r "$doc"
		continue
	fi
	with "$doc" a thread-7.csv
	exits "$name" 0 run
	says "$name: filed" .submission.state '"finished"'
	ok 'as it is' sh -c 'ct-sandbox state "$1" | jq -j .reports[-1].xml | cmp - "$2"' \
	    - "$url" "$doc"
done
is 'all 8' 8 echo $good
is 'and the table of messages, byte for byte' \
    "$(sha256sum <"$data/good/thread-7.csv" | cut -c1-64)" \
    state '.reports[-1].files[1].sha256'
done_testing
