#!/bin/sh
# ct-sandbox: Hash Sharing v2 - windows, pages, links, tombstones, feedback
# shellcheck source=t/lib.sh disable=SC2016,SC2154,SC2317
. "${0%/*}/lib.sh"

# line MEMBER ENTRY CONTENT TYPE HASH AT [MORE]
line() {
	printf '{"op":"add","member":"%s","entry":"%s","content":"%s","type":"%s","hash":"%s","at":"%s"%s}\n' \
	    "$1" "$2" "$3" "$4" "$5" "$6" "${7-}"
}
a=d41d8cd98f00b204e9800998ecf8427e
pdq=f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22
{
	line 9002 1001 image md5 $a 2026-01-01T10:00:00Z ',"classification":"A1"'
	line 9002 1001 image PDQ $pdq 2026-01-01T10:00:00Z
	line 9003 1002 image md5 $a 2026-01-01T03:00:00Z
	line 9002 1001 video TMK_PDQF 'a+b/c=' 2026-01-01T04:00:00Z
	line 9002 990 image md5 $a 2026-01-01T01:00:00Z
	echo '{"op":"del","member":"9002","entry":"990","at":"2026-01-01T05:00:00Z"}'
} >list
sandbox --hashes list --page-size 2 --clock 2026-06-01T00:00:00Z || exit 1
hs=$url/hashsharing
get() { req -u "$box/hashsharing.cred" -o answer.xml "$@"; }
window() { # FROM TO: the hours of 1 January
	get "$hs/v2/entries?from=2026-01-01T$1:00:00Z&to=2026-01-01T$2:00:00Z"
}
# the entries of the answer: element member/id/time ...
found() {
	sed 's/<\(image\|video\|deleted[A-Z][a-z]*\)>/\n\1 /g;s/$/\n/' answer.xml |
	    sed 's/<\/\(images\|videos\)>.*//' |
	    sed -n '/^[a-z]/s/<member id="\([0-9]*\)">[^<]*<\/member>/\1 /p' |
	    sed 's/<[^>]*>/ /g;s/  */ /g;s/ $//'
}
next() { sed -n 's/.*<next>\(.*\)<\/next>.*/\1/p' answer.xml | sed 's/&amp;/\&/g'; }
# follow every link to the end; the ids met, sorted
walk() {
	: >met
	window "$1" "$2" >/dev/null
	while :; do
		grep -o '<id>[^<]*' answer.xml >>met
		link=$(next)
		[ "$link" ] || break
		get "$hs$link" >/dev/null
	done
	sed 's/<id>//' met | sort -n
}

is 'no credentials' '401' req "$hs/v2/status"
is 'status' '200 status' get "$hs/v2/status"
ok 'in the namespace of v2' grep -q '<status xmlns="https://hashsharing.ncmec.org/hashsharing/v2">' answer.xml
ok 'tells user and own member' sh -c '
    grep -q "<username>sandbox</username>" answer.xml &&
    grep -q "<member id=\"9001\">" answer.xml'
get "$hs/v2/members" >/dev/null
is 'members, each once' '9001
9002
9003' sh -c "grep -o 'id=\"[0-9]*' answer.xml | cut -d'\"' -f2"

# ---- windows
is 'no window: 400' '400' get "$hs/v2/entries"
is 'a time without a zone: 400' '400' get "$hs/v2/entries?from=2026-01-01T00:00:00&to=2026-01-01T10:00:00Z"
is 'a window' '200 queryResult' window 09 10
is 'an entry with its class and fingerprints, by their names' \
    "image 9002 2026-01-01T10:00:00Z 1001 A1 $a $pdq" found
ok 'MD5 is <md5>, PDQ <pdq>' grep -q "<md5>$a</md5><pdq>$pdq</pdq>" answer.xml
ok 'counts, the newest time, and the kind that is not there' sh -c '
    grep -q "<images count=\"1\" maxTimestamp=\"2026-01-01T10:00:00Z\">" answer.xml &&
    grep -q "<videos count=\"0\"/>" answer.xml'
window 10 11 >/dev/null
is 'from is exclusive' '' found
window 09 10 >/dev/null
ok 'to is inclusive' grep -q '<id>1001' answer.xml
window 03 04 >/dev/null
is 'a video of the same member and id' 'video 9002 2026-01-01T04:00:00Z 1001 a+b/c=' found
ok 'TMK_PDQF is <tmk-pdqf>' grep -q '<tmk-pdqf>a+b/c=</tmk-pdqf>' answer.xml
window 04 05 >/dev/null
ok 'what was deleted is a tombstone at the time of that, its id first' grep -q \
    '<deletedImage><member id="9002">Member 9002</member><id>990</id><timestamp>2026-01-01T05:00:00Z</timestamp></deletedImage>' answer.xml
window 00 02 >/dev/null
is 'and no longer where it was added' '' found

# ---- pages
is 'all pages bring all' '990
1001
1001
1002' walk 00 23
window 00 23 >/dev/null
is 'a page is full' 2 sh -c 'grep -o "<id>" answer.xml | wc -l'
is 'its link is from, to with milliseconds, start, size, max' \
    '/v2/entries?from=2026-01-01T00:00:00.000Z&to=2026-01-01T23:00:00.000Z&start=2&size=2&max=4' next
link=$(next)
get "$hs$link" >/dev/null
is 'the last page has none' '' next
get "$hs$(echo "$link" | sed 's/T23/T22/')" >/dev/null
is 'a link with another window: as if all were read' '' sh -c 'grep -o "<id>" answer.xml'
get "$hs$(echo "$link" | sed 's/max=4/max=5/')" >/dev/null
is 'nor with another max' '' sh -c 'grep -o "<id>" answer.xml'
get "$hs/v2/entries?from=2026-01-01T00:00:00Z&to=2026-01-01T23:00:00Z&size=1" >/dev/null
is 'a smaller page may be asked for' 1 sh -c 'grep -o "<id>" answer.xml | wc -l'
is 'a start that is none' '400' get "$hs$(echo "$link" | sed 's/start=2/start=x/')"
control '{"clock":"2026-06-01T12:00:00Z"}'
is 'a link lives for 12 hours' '200 queryResult' get "$hs$link"
control '{"clock":"2026-06-01T12:00:01Z"}'
is 'not longer' '404' get "$hs$link"

# ---- changes at run time
control '{"clock":"2026-06-02T00:00:00Z"}'
control '{"entries":[{"member":"9004","entry":"7","type":"sha1","hash":"da39a3ee5e6b4b0d3255bfef95601890afd80709"},
	{"op":"del","member":"9002","entry":"1001","type":"md5"},
	{"op":"del","member":"9003","entry":"1002"}]}'
today() { get "$hs/v2/entries?from=2026-06-01T23:59:59Z&to=2026-06-02T00:00:00Z$1" >/dev/null; }
today ''
first=$(found)
get "$hs$(next)" >/dev/null
is 'one that comes, one that loses a fingerprint, one that goes' \
    "image 9002 2026-06-02T00:00:00Z 1001 A1 $pdq
deletedImage 9003 1002 2026-06-02T00:00:00Z
image 9004 2026-06-02T00:00:00Z 7 da39a3ee5e6b4b0d3255bfef95601890afd80709" \
    sh -c 'printf "%s\n" "$1" "$2"' - "$first" "$(found)"
window 09 10 >/dev/null
is 'a change moves its time' '' found
is 'what it holds now' '{"entries":3,"deleted":2,"fingerprints":3}' state .hashes
# two of four gone while a client is between pages: one slips past it
window 00 23 >/dev/null
control '{"entries":[{"member":"9005","entry":"1","type":"md5","hash":"'$a'","at":"2026-02-01T01:00:00Z"},
	{"member":"9005","entry":"2","type":"md5","hash":"'$a'","at":"2026-02-01T01:00:00Z"},
	{"member":"9005","entry":"3","type":"md5","hash":"'$a'","at":"2026-02-01T01:00:00Z"}]}'
get "$hs/v2/entries?from=2026-02-01T00:00:00Z&to=2026-02-01T02:00:00Z" >/dev/null
link=$(next)
control '{"entries":[{"member":"9005","entry":"1","type":"md5","hash":"'$a'"}]}'
get "$hs$link" >/dev/null
is 'an offset loses one when another changes meanwhile' '' found
exits 'an entry without a member' 65 ct-sandbox control "$url" '{"entries":[{"entry":"1"}]}'
exits 'a type that can be no element' 65 ct-sandbox control "$url" '{"entries":[{"member":"1","entry":"1","type":"<x>","hash":"1"}]}'
exits 'audio' 65 ct-sandbox control "$url" '{"entries":[{"member":"1","entry":"1","content":"audio","type":"md5","hash":"1"}]}'

# ---- feedback
fb=$hs/v2/entries/9002/1001/PDQ/feedback
ns='xmlns="https://hashsharing.ncmec.org/hashsharing/v2"'
guid=00000000-0000-4000-8000-000000000001
echo "<feedbackSubmission $ns><affirmative/></feedbackSubmission>" >up
no() { echo "<feedbackSubmission $ns><negative><reasonIds>$1</reasonIds></negative></feedbackSubmission>"; }
no "<guid>$guid</guid>" >down
put() { req -u "$box/hashsharing.cred" -X PUT -t 'application/xml; charset=utf-8' -b "$@"; }
is 'reasons' '200 availableFeedbackReasons' get "$hs/v2/feedback/PDQ/reasons"
ok 'each with guid, name, type' grep -q "<reason guid=\"$guid\" name=\"[^\"]*\" type=\"PDQ\"/>" answer.xml
is 'of a type that is none' '404' get "$hs/v2/feedback/pdq/reasons"
is 'a vote up' '200 submissionResult' put up "$fb"
is 'is held' '[{"member":"9002","entry":"1001","type":"PDQ","vote":"up","reasons":[],"at":"2026-06-02T00:00:00Z"}]' state .votes
is 'a vote down takes its place' '200 submissionResult' put down "$fb"
is 'with its reason' '["down",["'$guid'"]]' state '.votes[0]|[.vote,.reasons]'
today ''
ok 'and comes with the entry' grep -q '<negativeFeedback type="PDQ"' answer.xml
no '' >doc
is 'down without a reason' '400' put doc "$fb"
no '<guid>00000000-0000-4000-8000-00000000000f</guid>' >doc
is 'an unknown reason' '400' put doc "$fb"
echo '<feedbackSubmission/>' >doc
is 'neither up nor down' '400' put doc "$fb"
is 'no XML type' '415' req -u "$box/hashsharing.cred" -X PUT -t text/plain -b up "$fb"
is 'POST is not PUT' '405' req -u "$box/hashsharing.cred" -X POST -t application/xml -b up "$fb"
is 'a fingerprint it has not' '404' put up "$hs/v2/entries/9002/1001/MD5/feedback"
is 'an entry that was deleted' '404' put up "$hs/v2/entries/9003/1002/MD5/feedback"
is 'the video of that id' '200 submissionResult' put up "$hs/v2/entries/9002/1001/TMK_PDQF/feedback"
is 'a path that goes on' '404' put up "$fb/more"
is 'categorizations' '200 availableCategorizations' get "$hs/v2/categorizations"

# ---- the file
kill "$box_pid"
wait "$box_pid"
echo '{"member":"1","entry":"1","type":"md5","hash":"'$a'"}' >list
sandbox --hashes list --clock 2026-06-01T01:00:00.250Z
get "$hs" >/dev/null
hs=$url/hashsharing
get "$hs/v2/entries?from=2026-05-31T23:59:59Z&to=2026-06-01T00:00:00Z" >/dev/null
is 'without a time: an hour ago' "image 1 2026-06-01T00:00:00Z 1 $a" found
echo '{"member":"1"}' >>list
exits 'a bad line' 65 timeout 60 ct-sandbox -p 0 -d box2 --hashes list
ok 'it is named' grep -q "'list' line 2" err
exits 'no such file' 66 timeout 60 ct-sandbox -p 0 -d box2 --hashes none
done_testing
