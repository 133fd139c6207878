#!/bin/sh
# ct-sandbox: ThreatExchange, StopNCII.org, Tech Against Terrorism, files
# shellcheck source=t/lib.sh disable=SC2016,SC2154,SC2317
. "${0%/*}/lib.sh"

sandbox --clock 2026-06-01T00:00:00Z || exit 1
secret=$(sed -n 's/^password = "\(.*\)"/\1/p' "$box/tat.cred")
graph=$url/graph/v21.0
token=access_token=810000000000001%7C$secret
get() { req -o answer "$@"; }
jqa() { jq -rc "$1" answer; }

# ---- ThreatExchange
is 'no token: as Graph says it' '400' get "$graph/300000000000001"
is '  code 190' 190 jqa .error.code
is 'our groups' 200 get "$graph/810000000000001/threat_privacy_groups_member?$token"
is '  with threat_updates' '["300000000000001",true]' jqa '.data[0]|[.id,.threat_updates_enabled]'
md5=13859ae9f7d420b49e4fc4ad6a90f72
control '{"threatexchange":['"$(sep='' && for i in 1 2 3 4 5; do
	printf '%s{"id":"50%s","indicator":"%s%s","type":"HASH_MD5","last_updated":%s,"should_delete":false,"descriptors":{"data":[{"id":"60%s","owner":{"id":"8"},"status":"MALICIOUS","tags":{"data":[{"id":"7","text":"t"}]}}]}}' \
	    "$sep" $i $md5 $i $((1767254400 + i)) $i
	sep=,
done)"']}'
updates=$graph/300000000000001/threat_updates/
fields='fields=id,type,descriptors%7Breactions,owner%7Bid%7D,tags%7D,last_updated'
is 'updates, a page' 200 get "$updates?$token&limit=2&$fields"
is '  in order of change' '["501","502"]' jqa '[.data[].id]'
is '  of the fields that were asked for' \
    '{"id":"501","type":"HASH_MD5","descriptors":{"data":[{"owner":{"id":"8"},"tags":{"data":[{"id":"7","text":"t"}]}}]},"last_updated":1767254401}' \
    jqa '.data[0]'
next=$(jqa .paging.next)
ok '  the token is in the link' sh -c 'case $1 in *access_token=810000000000001%7C*) ;; *) exit 1 ;; esac' - "$next"
control '{"threatexchange":[{"id":"501","indicator":"x","type":"HASH_MD5"}]}'
get "$next" >/dev/null
is 'what changes meanwhile goes to the end' '["503","504"]' jqa '[.data[].id]'
get "$(jqa .paging.next)" >/dev/null
is '  and comes again' '["505","501"]' jqa '[.data[].id]'
is '  the last page has no link' null jqa .paging
get "$updates?$token&start_time=1767254404&stop_time=1767254404" >/dev/null
is 'a range of time' '["504"]' jqa '[.data[].id]'
get "$updates?$token&types=HASH_PDQ,HASH_SHA256" >/dev/null
is 'of some types' '[]' jqa .data
is 'a reaction' 200 req -o answer -X POST "$graph/602?$token&reactions=HELPFUL"
is '  is there' '[{"key":"HELPFUL","value":"810000000000001"}]' state \
    '.threatexchange[]|select(.id=="502").descriptors.data[0].reactions'
is '  and moves the record' 502 state '.threatexchange[-1].id'
is '  and is taken back' 200 req -o answer -X POST "$graph/602?$token&reactions_to_remove=HELPFUL"
is '  whole' '[]' state '.threatexchange[-1].descriptors.data[0].reactions'
is 'one that there is none of' 400 req -o answer -X POST "$graph/602?$token&reactions=LOVE"
is 'to nothing' 400 req -o answer -X POST "$graph/1?$token&reactions=HELPFUL"
control '{"group":{"id":"300000000000001","threat_updates_enabled":false}}'
is 'a group that is not for it: 500' 500 get "$updates?$token"
control '{"group":{"id":"300000000000001","threat_updates_enabled":true},"fault":["updates:1:empty","updates:2:loop","updates:3:foreign"]}'
get "$updates?$token&limit=2" >/dev/null
is 'fault empty: nothing, and a link' '[0,true]' jqa '[(.data|length),(.paging.next|length>9)]'
get "$(jqa .paging.next)&limit=2" >/dev/null
get "$(jqa .paging.next)" >/dev/null
is 'fault foreign: a link elsewhere' 'http://other.example/g' jqa '.paging.next[:22]'

# ---- StopNCII
ncii=$url/stopncii/v1
keys() {
	key=$1-$secret
	shift
	get -H "x-functions-key: $key" -H "Ocp-Apim-Subscription-Key: subscription-$secret" "$@"
}
is 'no keys: 401' 401 get "$ncii/FetchHashes?startTimestamp=10"
is 'the key of another call: 401' 401 keys feedback "$ncii/FetchHashes?startTimestamp=10"
control '{"stopncii":['"$(sep='' && for i in 1 2 3; do
	printf '%s{"lastModtimestamp":%s,"hashValue":"%s%s","hashStatus":"Active","signalType":"VideoMD5"}' \
	    "$sep" $((1767250800 + i)) $md5 $i
	sep=,
done)"']}'
is 'a page' 200 keys fetch "$ncii/FetchHashes?startTimestamp=10&pageSize=2"
is '  with a token' '[2,1767250802,true,true]' \
    jqa '[.count,.nextSetTimestamp,.hasMoreRecords,(.nextPageToken|length>3)]'
keys fetch "$ncii/FetchHashes?startTimestamp=10&pageSize=2&nextPageToken=$(jqa .nextPageToken)" >/dev/null
is 'the last' "[1,1767250803,false,null,\"${md5}3\"]" \
    jqa '[.count,.nextSetTimestamp,.hasMoreRecords,.nextPageToken,.hashRecords[0].hashValue]'
control '{"fault":["fetch:1:rewind","fetch:2:no-token","fetch:3:count"]}'
keys fetch "$ncii/FetchHashes?startTimestamp=10" >/dev/null
is 'fault rewind' 1767243556 jqa .nextSetTimestamp
keys fetch "$ncii/FetchHashes?startTimestamp=10" >/dev/null
is 'fault no-token' '[true,null]' jqa '[.hasMoreRecords,.nextPageToken]'
keys fetch "$ncii/FetchHashes?startTimestamp=10" >/dev/null
is 'fault count' '[4,3]' jqa '[.count,(.hashRecords|length)]'
printf '{"count":1,"hashFeedbacks":[{"hashValue":"%s2","feedbackValue":"Blocked","tags":[]}]}' $md5 >vote
is 'feedback' 200 keys feedback -X POST -t application/json -b vote "$ncii/SubmitFeedback"
is '  is there' '[["sandbox","Blocked"]]' state \
    '.stopncii[]|select(.hashValue=="'"$md5"'2").CSPFeedbacks|map([.source,.feedbackValue])'

# ---- Tech Against Terrorism
tat=$url/tat
printf 'username=sandbox&password=%s&resend=false' "$secret" >form
is 'a token' 200 req -o answer -X POST -t application/x-www-form-urlencoded -b form "$tat/token-auth/tcap/"
bearer=$(jqa .token)
control '{"tat":['"$(sep='' && for i in 1 2 3; do
	printf '%s{"id":%s,"hash_digest":"%s%s","algorithm":"MD5","deleted":false,"updated_on":%s.5}' \
	    "$sep" $i $md5 $i $((1767254400 + i))
	sep=,
done)"']}'
is 'no token: 401' 401 get "$tat/api/hash-list/v2/all"
is 'a page' 200 get -H "Authorization: Bearer $bearer" "$tat/api/hash-list/v2/all?order=asc&limit=2"
is '  with its checkpoint' '[[1,2],"1767254402.500000,2",true]' \
    jqa '[[.results[].id],.checkpoint,(.next!=null)]'
get -H "Authorization: Bearer $bearer" "$(jqa .next)" >/dev/null
is 'the next' '[[3],null]' jqa '[[.results[].id],.next]'
get -H "Authorization: Bearer $bearer" "$tat/api/hash-list/v2/all?order=asc&after=1767254403.500000,3" >/dev/null
is 'nothing new: no checkpoint' '[[],""]' jqa '[.results,.checkpoint]'
control '{"clock":"2026-06-01T02:00:00Z"}'
is 'a token has an hour' 401 get -H "Authorization: Bearer $bearer" "$tat/api/hash-list/v2/all"

# ---- files, and bodies in place of answers
echo one >one
control '{"file":{"list.txt":"'"$tmp"'/one"}}'
is 'a file' 200 get "$url/files/list.txt"
is '  its bytes' one cat answer
is 'another: 404' 404 get "$url/files/none"
control '{"body":{"entries":{"path":"'"$tmp"'/one","header":{"Content-Type":"text/plain"}}},"fault":"entries:1:body"}'
is 'fault body' 200 get -u "$box/hashsharing.cred" "$url/hashsharing/v2/entries"
is '  is that' one cat answer
control '{"fault":["entries:1:limit:7","entries:2:redirect:307"]}'
is 'fault limit' 429 get -u "$box/hashsharing.cred" "$url/hashsharing/v2/entries"
is 'fault redirect' 307 get -u "$box/hashsharing.cred" "$url/hashsharing/v2/entries"

# ---- made-up lists that change
control '{"clock":"2026-06-01T00:00:00Z","fill":{"entries":2500,"at":"2026-01-01T00:00:00Z"}}'
is 'fill' '{"entries":2500,"deleted":0,"fingerprints":10000}' state .hashes
walk() { # how many ids are met in a window, and in that of what changed
	: >met
	for w in 'from=2025-12-31T00:00:00Z&to=2026-01-02T00:00:00Z' \
	    'from=2026-05-31T00:00:00Z&to=2026-06-02T00:00:00Z'; do
		link="/v2/entries?$w"
		while [ "$link" ]; do
			get -u "$box/hashsharing.cred" "$url/hashsharing$link" >/dev/null
			grep -o '<id>[^<]*' answer >>met
			link=$(sed -n 's/.*<next>\(.*\)<\/next>.*/\1/p' answer |
			    sed 's/&amp;/\&/g')
		done
	done
	sort -u met | wc -l
}
is 'a walk meets all' 2500 walk
control '{"churn":40}'
many=$(walk)
ok "counted off, with changes between pages: $many" test "$many" -lt 2500
control '{"paging":"entry","fill":{"entries":2500,"at":"2026-01-01T00:00:00Z"}}'
is 'counted from an entry all are met' 2500 walk
done_testing
