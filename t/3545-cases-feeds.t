#!/bin/sh
# ct-syncdb, bad feeds: what ThreatExchange and StopNCII do of their own; lists
# of which most goes at once; tokens in links and in errors
# shellcheck source=t/lib.sh disable=SC2154,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/cases.sh
. "$t/cases.sh"

CT_CLOCK=2026-06-01T00:00:00Z CT_CONF=$tmp/ct.conf
export CT_CLOCK CT_CONF
h() { printf '%s' "$1" | sha256sum | cut -c1-"$2"; }
sync() { ct-syncdb -q --retry-wait 0 sync "$@" 2>said; }
# show NAME FILTER
show() { ct-syncdb show "$1" | jq -rc "$2"; }
hits() { # TYPE HASH...
	type=$1
	shift
	printf '{"hashes":{"'"$type"'":"%s"}}\n' "$@" | ct-match -aq |
	    jq -rc '[.match.hits[]?|[.member,.entry]]'
}
faults() { # SPEC... - these from now
	specs=$(printf ',"%s"' "$@")
	control '{"fault":null}'
	control "{\"fault\":[${specs#,}]}"
}
now() { # TIME
	CT_CLOCK=$1
	control "{\"clock\":\"$1\"}"
}
sandbox --clock "$CT_CLOCK" || exit 1
{
	printf '[source ncii]\ntype = stopncii\ncredential = %s/stopncii.cred\n' "$box"
	printf '[source ncmec]\ntype = ncmec\ncredential = %s/hashsharing.cred\n' "$box"
	printf '[source tat]\ntype = tat\ncredential = %s/tat.cred\n' "$box"
	printf '[source te]\ntype = threatexchange\ngroup = 300000000000001\nclass = exploitative\ncredential = %s/threatexchange.cred\n' "$box"
} >"$CT_CONF"

# ---- 36
rec() { # ID HASH AT DESCRIPTORS
	printf '{"id":"%s","indicator":"%s","type":"HASH_MD5","last_updated":%s,"should_delete":false' "$1" "$2" "$3"
	[ -z "${4-}" ] || printf ',"descriptors":{"data":[%s]}' "$4"
	printf '}'
}
desc() { # ID OWNER
	printf '{"id":"%s","owner":{"id":"%s"},"status":"MALICIOUS"}' "$1" "$2"
}
control '{"threatexchange":['"$(rec 1 "$(h 1 32)" 1767254400 "$(desc 11 811)"),$(rec 2 "$(h 2 32)" 1767254401 "$(desc 12 811),$(desc 13 812)"),$(rec 3 "$(h 3 32)" 1767254402 "$(desc 14 811)"),$(rec 4 "$(h 4 32)" 1767254403 "$(desc 15 811)")"']}'
faults updates:1:empty entries:1:empty
ends 0 sync te ncmec
is 'ThreatExchange: what is behind it is read' 5 show te .entries
row 36 'an empty page with a next' 'goes on'
now 2026-06-01T01:00:00Z
ends 0 sync
is 'none of them is older than this run' '0 0 0 0' sh -c "ct-syncdb show | jq 'select(.source).age_s' | paste -sd ' '"
now 2026-06-01T02:00:00Z
ends 0 sync
is 'nor than the next' '0 0 0 0' sh -c "ct-syncdb show | jq 'select(.source).age_s' | paste -sd ' '"
row 36 'an empty first page, from four services' 'a success, the list is up to date'

# ---- 37
control '{"threatexchange":['"$(rec 1 "$(h 1 32)" 1780000000),$(rec 2 "$(h 2 32)" 1780000001 "$(desc 12 811),{\"id\":\"13\",\"status\":\"MALICIOUS\"}"),$(rec 3 "$(h 3 32)" 1780000002 '{"id":"14","owner":{},"status":"MALICIOUS"}')"']}'
ends 0 sync te
is 'no descriptors: deleted; without owner: left out; none left: deleted' '[]
[["811","12"]]
[]
[["811","15"]]' hits md5 "$(h 1 32)" "$(h 2 32)" "$(h 3 32)" "$(h 4 32)"
is 'no more entries than that' '2 0' show te '"\(.entries) \(.rejects)"'
row 37 'no descriptors; a descriptor without owner' 'deleted; left out, deleted if none is left'

# ---- 50
# many N AT GONE - entries 1 to N of each service as they are at this second:
# there, or withdrawn
many() {
	i=1
	while [ "$i" -le "$1" ]; do
		control "$(awk -v a="$i" -v n="$1" -v at="$2" -v gone="$3" 'BEGIN {
			end = a + 300 > n + 1 ? n + 1 : a + 300
			yes = gone ? "true" : "false"
			printf "{\"threatexchange\":["
			for (i = a; i < end; i++)
				printf "%s{\"id\":\"5%07d\",\"indicator\":\"%032x\",\"type\":\"HASH_MD5\",\"last_updated\":%d,\"should_delete\":%s,\"descriptors\":{\"data\":[{\"id\":\"6%d\",\"owner\":{\"id\":\"811\"},\"status\":\"MALICIOUS\"}]}}", (i > a ? "," : ""), i, i + 65536, at, yes, i
			print "]}" }')"
		control "$(awk -v a="$i" -v n="$1" -v at="$2" -v gone="$3" 'BEGIN {
			end = a + 300 > n + 1 ? n + 1 : a + 300
			yes = gone ? "true" : "false"
			printf "{\"stopncii\":["
			for (i = a; i < end; i++)
				printf "%s{\"hashValue\":\"%032x\",\"hashStatus\":\"%s\",\"signalType\":\"VideoMD5\",\"lastModtimestamp\":%d}", (i > a ? "," : ""), i + 65536, gone ? "Withdrawn" : "Active", at
			printf "],\"tat\":["
			for (i = a; i < end; i++)
				printf "%s{\"id\":%d,\"hash_digest\":\"%032x\",\"algorithm\":\"MD5\",\"file_type\":\"jpg\",\"deleted\":%s,\"updated_on\":%d}", (i > a ? "," : ""), i, i + 65536, yes, at
			printf "],\"entries\":["
			for (i = a; i < end; i++)
				printf gone ? "%s{\"op\":\"del\",\"member\":\"9002\",\"entry\":\"%d\"}" : "%s{\"member\":\"9002\",\"entry\":\"%d\",\"type\":\"md5\",\"hash\":\"%032x\"}", (i > a ? "," : ""), i, i + 65536
			print "]}" }')"
		i=$((i + 300))
	done
}
restart() {
	kill "$box_pid"
	wait "$box_pid" 2>/dev/null
	rm -rf "$CT_HOME"
	sandbox --clock "$CT_CLOCK" -p "${url##*:}"
}
restart
now 2026-06-01T00:00:00Z
many 1200 1770000000 ''
now 2026-06-01T02:00:00Z
ends 0 sync
is 'all is there' '1200 1200 1200 1200' sh -c "ct-syncdb show | jq 'select(.source).entries' | paste -sd ' '"
before=$(show ncii .done_to)
now 2026-06-01T03:00:00Z
faults fetch:2:rewind
ends 0 sync ncii
ok 'it is told' grep -q "ncii: the list's time went back" said
is 'what is known is not less' "$before" show ncii .done_to
row 50 'StopNCII: nextSetTimestamp smaller on page 2' 'never below what is known'
faults fetch:1:count
ends 0 sync ncii
ok 'it is told' grep -q 'ncii: a page says another count' said
row 50 'StopNCII: count is not that of the records' 'warned of'
faults fetch:1:no-token fetch:2:no-token fetch:3:no-token
ends 65 sync ncii
is 'nothing moves' "$before" show ncii .done_to
row 50 'StopNCII: hasMoreRecords without a token' 'refused'

# ---- 34
control '{"fault":null}'
sync
many 1200 1780000000 1
now 2026-06-01T04:00:00Z
mixed() { printf '{"hashes":{"md5":"%032x"}}\n' 65537 66036 66736 | ct-match -aq | jq -c '[.match.hits[].source]'; }
matched=$(mixed)
ends 77 sync
is 'each is refused' 4 grep -c 'refused: ' said
is 'all of it is there' '1200 1200 1200 1200' sh -c "ct-syncdb show | jq 'select(.source).entries' | paste -sd ' '"
is 'all of it matches' "$matched" mixed
ends 77 sync
is 'also the next time' "$matched" mixed
row 34 'all entries withdrawn in one run, by four services' 'refused, the old lists match'
ends 0 sync --allow-shrink
is 'unless it is meant' '[]
[]
[]' mixed

# ---- 48
token=$(sed -n 's/^token = "\(.*\)"/\1/p' "$box/threatexchange.cred")
secret=${token#*|}
rm -rf "$CT_HOME"
: >told
# safe - the token is nowhere that anybody sees
safe() {
	cat said >>told
	if grep -rqaF "$secret" "$CT_HOME" told news 2>/dev/null; then told=told; else told=none; fi
	is "$1: told nowhere" none echo $told
}
body() { # STATUS TEXT
	printf '%s' "$2" >answer
	control "{\"body\":{\"updates\":{\"path\":\"$PWD/answer\",\"status\":$1}},\"fault\":null}"
	control '{"fault":"updates:*:body"}'
}
base=$url/graph/v21.0
next() { printf '{"data":[%s],"paging":{"next":"%s"}}' "$(rec 1 "$(h 1 32)" 1767254400 "$(desc 11 811)")" "$1"; }
link="$base/300000000000001/threat_updates/?after=x&limit=100"
ct-syncdb --retry-wait 0 sync --delta news te 2>said
safe 'in the request'
faults updates:2:http:401
escaped=${secret%?}$(printf '%%%02X' "'${secret#"${secret%?}"}")
for with in "$link&access_token=$token" "$link&Access_Token=$token" "$link&x=$secret" \
    "$link&access%5Ftoken=$token" "$link&x=$escaped" "http://x@$secret/" "$secret"; do
	body 200 "$(next "$with")"
	sync te
	rc=$?
	ok "  not well: $rc" test $rc -eq 76
	safe 'in a link'
	ok '  also not as it is spelt' sh -c "! grep -qaF '$escaped' '$CT_HOME'/lists/te.db*"
done
ended=76
body 400 '{"error":{"message":"bad access_token '"$token"'","type":"'"$secret"'","code":190}}'
ends 77 sync te
safe 'in an error'
body 500 "<html>GET /v21.0?access_token=$token failed</html>"
ends 75 sync te
safe 'in a page of HTML'
body 200 "access_token=$token is no JSON"
ends 65 sync te
safe 'in what is no JSON'
faults updates:1:redirect
ends 76 sync te
safe 'in the request for what is elsewhere'
kill "$box_pid"
wait "$box_pid" 2>/dev/null
ends 75 sync te
safe 'in a request that cannot be sent'
row 48 'the token in links, errors, pages, requests' 'in no message, state, log or delta'
done_testing
