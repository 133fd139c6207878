#!/bin/sh
# ct-syncdb, type = stopncii, against ct-sandbox: the whole state of each hash,
# withdrawn ones go, damaged pages, time that goes back
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

sandbox --clock 2026-06-01T00:00:00Z || exit 1
CT_CLOCK=2026-06-01T00:00:00Z
export CT_CLOCK
CT_CONF=$tmp/ct.conf
export CT_CONF
printf '[source ncii]\ntype = stopncii\ncredential = %s/stopncii.cred\n' "$box" >"$CT_CONF"
sync() { ct-syncdb -q --retry-wait 0 sync "$@" 2>said; }
show() { ct-syncdb show | jq -rc "$1"; }
h() { printf '%s' "$1" | sha256sum | cut -c1-"$2"; }
hits() { # TYPE HASH
	printf '{"id":"x","hashes":{"%s":"%s"}}\n' "$1" "$2" | ct-match -q |
	    jq -rc '.match.hits[]|[.content,.classification,.opinion,.class,.policy]'
}
n=0
said_has() { ok "$1" grep -q "$2" said; }
asked() { state '.requests[].path' | grep FetchHashes; }
fresh() { rm -rf "$CT_HOME"; }

active=$(h active 64) seed=$(h seed 64) up=$(h up 64) both=$(h both 64)
down=$(h down 64) gone=$(h gone 64) md5=$(h video 32) odd=$(h odd 64)
rec() { # HASH STATUS TYPE FEEDBACK... AT
	printf '{"hashValue":"%s","hashStatus":"%s","signalType":"%s","lastModtimestamp":%s,"caseNumbers":{"00000000-0000-4000-8000-000000000001":"%s"}%s}' \
	    "$1" "$2" "$3" "$4" "$2" "${5:+,\"CSPFeedbacks\":[$5]}"
}
says() { printf '{"source":"P%s","feedbackValue":"%s","tags":["t"]}' "$1" "$1"; }
control '{"stopncii":['"
$(rec "$active" Active ImagePDQ 1767250001),
$(rec "$seed" Received ImagePDQ 1767250002),
$(rec "$up" Received ImagePDQ 1767250003 "$(says Blocked)"),
$(rec "$both" Active ImagePDQ 1767250004 "$(says Blocked),$(says NotBlocked)"),
$(rec "$down" Received ImagePDQ 1767250005 "$(says NotBlocked)"),
$(rec "$gone" Withdrawn ImagePDQ 1767250006),
$(rec "$md5" Active VideoMD5 1767250007 "$(says Undefined)"),
$(rec "$odd" Odd ImagePDQ 1767250008 "$(says New)"),
$(rec 00000000000000000000000000000000 Active ImagePDQ 1767250009),
$(rec sig1 Active ImageNewKind 1767250010)"']}'
exits 'a first run; one hash is none: 65' 65 sync
is 'the rest is there' '8 1 1' show '"\(.entries) \(.tombstones) \(.rejects)"'
said_has 'it is said where, and why' 'ncii: page 1 record 9: refused: length'
is 'an active case' '["image","Active",null,"ncii","review"]' hits pdq "$active"
is 'one that nobody looked at yet' '["image","Received","seed","ncii","review"]' hits pdq "$seed"
is 'blocked by a platform' '["image","Received",null,"ncii","review"]' hits pdq "$up"
is 'blocked by one, not by another' '["image","Active","disputed","ncii","review"]' hits pdq "$both"
is 'not blocked: not looked for' '' hits pdq "$down"
is 'withdrawn' '' hits pdq "$gone"
is 'an opinion that nobody knows keeps the hash' '["video","Active",null,"ncii","review"]' hits md5 "$md5"
is 'so does a status' '["image","Odd","seed","ncii","review"]' hits pdq "$odd"
is 'the first moment, whole pages' '/stopncii/v1/FetchHashes?startTimestamp=10&pageSize=800' asked
is 'known up to what it says' 2026-01-01T06:46:50Z show .done_to
ok 'no key and no hash in state' sh -c "! grep -aqE 'fetch-|subscription-|$active' $CT_HOME/lists/ncii.db*"
printf '{"id":"x","hashes":{"pdq":"%s"}}\n' "$active" | ct-match -q >out
ok 'the name of an entry does not tell the hash' \
    sh -c "jq -r '.match.hits[0].entry' out | grep -qE '^[0-9a-f]{32}$'"

# ---- changes
control '{"stopncii":['"
$(rec "$active" Withdrawn ImagePDQ 1780000000),
$(rec "$(echo "$seed" | tr a-f A-F)" Active ImagePDQ 1780000001)"']}'
sync
is 'withdrawn afterwards' '' hits pdq "$active"
is 'changed, and spelt another way: the same one' '["image","Active",null,"ncii","review"]' hits pdq "$seed"
is 'as many' 7 show .entries
is 'asked from ten minutes before' '/stopncii/v1/FetchHashes?startTimestamp=1767249410&pageSize=800' \
    sh -c "ct-sandbox state $url | jq -r '.requests[].path' | grep Fetch | tail -1"
exits 'nothing new' 0 sync
is 'it is up to date all the same' 0 show .age_s

# ---- quirks
control '{"fault":["fetch:1:rewind","fetch:2:count","fetch:3:no-token","fetch:4:no-token","fetch:5:no-token"]}'
before=$(show .done_to)
exits 'time that goes back' 0 sync
said_has 'is told' "the list's time went back"
is 'and not followed' "$before" show .done_to
exits 'another count than there is' 0 sync
said_has 'is told' 'a page says another count'
exits 'more, and not where: 65' 65 sync
is 'nothing moves' "$before" show .done_to

# ---- pages
many() { # FROM TO: records, some hundreds at a time
	i=$1
	while [ "$i" -lt "$2" ]; do
		control "$(awk -v a="$i" -v b="$(((i + 500 - $2) > 0 ? $2 : i + 500))" 'BEGIN {
			printf "{\"stopncii\":["
			for (i = a; i < b; i++)
				printf "%s{\"hashValue\":\"%032x\",\"hashStatus\":\"Active\",\"signalType\":\"VideoMD5\",\"lastModtimestamp\":%d}", (i > a ? "," : ""), i + 65536, 1770000000 + i / 100
			print "]}" }')"
		i=$((i + 500))
	done
}
restart() {
	kill "$box_pid"
	wait "$box_pid" 2>/dev/null
	sandbox --clock 2026-06-01T00:00:00Z -p "${url##*:}"
}
restart
many 0 2500
fresh
exits 'several pages' 0 sync
is 'all are there' 2500 show .entries
is 'four requests' 4 sh -c "ct-sandbox state $url | jq '[.requests[]|select(.path|contains(\"Fetch\"))]|length'"
cp "$CT_HOME/lists/known.ctx" whole
tail -c +4097 whole >whole.body

control '{"fault":["fetch:2:truncate:5000","fetch:3:close-cut:5000"]}'
fresh
exits 'a page cut short twice is asked for again' 0 sync
is 'all are there' 2500 show .entries
control '{"fault":["fetch:2:close-cut:60000","fetch:3:close-cut:60000","fetch:4:close-cut:60000"]}'
fresh
exits 'cut thrice: smaller pages' 0 sync
is 'all are there' 2500 show .entries
ok 'of 400' grep -q 'pageSize=400&' <<END
$(asked | tail -3)
END
control '{"fault":"fetch:*:close-cut:60"}'
fresh
exits 'cut at any size: 65' 65 sync
is 'nothing is known' 'null null' show '"\(.done_to) \(.last_run)"'
ok 'down to one record' grep -q 'pageSize=1$' <<END
$(asked | tail -1)
END
control '{"fault":null}'
control '{"fault":"fetch:3:http:401"}'
exits 'refused in the middle: 77' 77 sync
is 'what came stays; it can go on' '1600 true' show '"\(.entries) \(.resume)"'
control '{"fault":null}'
exits 'the next run' 0 sync
is 'all are there' 2500 show .entries
ok 'it goes on where it was' sh -c 'test "$(echo "$1" | tail -2 | grep -c nextPageToken)" = 2' - "$(asked)"
control '{"fault":["fetch:2:loop"]}'
fresh
exits 'a page that leads back: 76' 76 sync

# ---- a token dies: the walk from its beginning
control '{"fault":null}'
control '{"fault":"fetch:3:http:401"}'
fresh
sync
control '{"fault":null,"clock":"2026-06-01T02:00:00Z"}'
CT_CLOCK=2026-06-01T02:00:00Z
exits 'a token that has died' 0 sync
is 'all are there' 2500 show .entries
is 'the walk began anew' /stopncii/v1/FetchHashes'?startTimestamp=10&pageSize=800' \
    sh -c "ct-sandbox state $url | jq -r '.requests[].path' | grep Fetch | tail -4 | head -1"

# ---- not read for 29 days: what was deleted meanwhile is never told
restart
many 1 2500
CT_CLOCK=2026-06-29T00:00:00Z
control '{"clock":"2026-06-29T00:00:00Z"}'
sync
is 'within 28 days nothing is walked again, but the week is over' 2499 show .entries
restart
many 3 2500
control '{"clock":"2026-06-30T00:00:00Z"}'
CT_CLOCK=2026-06-30T00:00:00Z
sync
is 'not due yet: what is absent stays' 2499 show .entries
restart
many 3 2500
control '{"clock":"2026-08-01T00:00:00Z"}'
CT_CLOCK=2026-08-01T00:00:00Z
printf 'reconcile_days = 365\n' >>"$CT_CONF"
exits 'stale' 0 sync
is 'what is absent goes' 2497 show .entries
restart
control '{"clock":"2026-08-01T00:00:00Z"}'
exits 'a list that has become empty: 77' 77 sync --reconcile
is 'stays' 2497 show .entries
exits '--allow-shrink' 0 sync --reconcile --allow-shrink
is 'lets it' 0 show .entries

# ---- killed anywhere: the next run makes it whole
restart
many 0 2500
CT_CLOCK=2026-06-01T00:00:00Z
if [ -z "${CT_SANITIZED-}" ]; then
	sync_killed 1
	ok "killed at each of $struck syncs: the same list in the end" \
	    test -z "$wrong" -a $struck -gt 8
fi

# ---- configuration
exits 'check' 0 ct-syncdb check ncii
bad() { sed '1!d' "$CT_CONF" >bad; printf 'type=stopncii\n%s\n' "$1" >>bad; ct-syncdb -c bad check; }
exits 'never reported by itself' 78 bad "credential=$box/stopncii.cred
action=report"
exits 'also not as another class' 78 bad "credential=$box/stopncii.cred
class=csam
action=report"
exits 'no credential' 78 bad ''
exits 'one of another kind' 78 bad "credential=$box/tat.cred"
sed -i 's/^fetch_key.*/fetch_key = wrong/' "$box/stopncii.cred"
exits 'a key that is wrong: 77' 77 sync
ok 'no key in messages' sh -c "! grep -qE 'wrong|subscription-' said"
done_testing
