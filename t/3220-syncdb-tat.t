#!/bin/sh
# ct-syncdb, type = tat, against ct-sandbox: a token, pages behind a checkpoint
# that changes cannot slip through, ids that change what they are
# shellcheck source=t/lib.sh disable=SC2154,SC2317
. "${0%/*}/lib.sh"

CT_CLOCK=2026-06-01T00:00:00Z
export CT_CLOCK
CT_CONF=$tmp/ct.conf
export CT_CONF
sandbox --clock "$CT_CLOCK" || exit 1
conf() { printf '[source tat]\ntype = tat\ncredential = %s/tat.cred\n' "$box" >"$CT_CONF"; }
conf
sync() { ct-syncdb -q --retry-wait 0 sync "$@" 2>said; }
show() { ct-syncdb show | jq -rc "$1"; }
h() { printf '%s' "$1" | sha256sum | cut -c1-"$2"; }
hits() { # TYPE HASH
	printf '{"id":"x","hashes":{"%s":"%s"}}\n' "$1" "$2" | ct-match -q |
	    jq -rc '.match.hits[]|[.entry,.content,.classification,.class,.policy]'
}
asked() { state '.requests[].path' | grep hash-list; }
fresh() { rm -rf "$CT_HOME"; }
rec() { # ID ALGORITHM HASH FILE_TYPE UPDATED [DELETED]
	printf '{"id":%s,"hash_digest":"%s","algorithm":"%s","ideology":"far-right","file_type":"%s","deleted":%s,"updated_on":%s,"created_on":"2025-03-03T23:05:22.587Z"}' \
	    "$1" "$3" "$2" "$4" "${6-false}" "$5"
}
md5=$(h md5 32) pdq=$(h pdq 64) sha=$(h sha 64)$(h sha2 64) other=$(h other 32)
control '{"tat":['"
$(rec 2819 MD5 "$md5" mp4 1767254399.5),
$(rec 2820 PDQ "$pdq" gif 1767254400.222779),
$(rec 2821 SHA512 "$(echo "$sha" | tr a-f A-F)" odd 1767254401),
$(rec 2822 MD5 "$md5" mp4 1767254402),
$(rec 2823 SHA256 "$(h x 63)" jpg 1767254403),
$(rec 2824 PDQ "$(h gone 64)" jpg 1767254404 true)"']}'
exits 'a first run; one hash is none: 65' 65 sync
ok 'it is said where, and why' grep -qx 'ct-syncdb: tat: page 1 record 5: refused: length' said
is 'the rest is there' '4 1 1' show '"\(.entries) \(.tombstones) \(.rejects)"'
is 'the same hash twice' '["2819","video","far-right","own","review"]
["2822","video","far-right","own","review"]' hits md5 "$md5"
is 'a picture' '["2820","image","far-right","own","review"]' hits pdq "$pdq"
is 'in upper case, of a kind unknown' '["2821","unknown","far-right","own","review"]' hits sha512 "$sha"
control '{"tat":['"
$(rec 2819 MD5 "$md5" mp4 1767300000 true),
$(rec 2820 MD5 "$other" mp4 1767300001)"']}'
exits 'changes' 0 sync
is 'of two with the same hash one is deleted: the other matches' '["2822","video","far-right","own","review"]' hits md5 "$md5"
is 'another hash' '' hits pdq "$pdq"
is 'and another kind of file' '["2820","video","far-right","own","review"]' hits md5 "$other"
is 'as many' 3 show .entries
is 'asked behind the checkpoint' '/tat/api/hash-list/v2/all?order=asc&after=1767254404.000000%2C2824&limit=1000' \
    sh -c 'echo "$1" | tail -1' - "$(asked)"
exits 'nothing new: no checkpoint' 0 sync
sync
is 'the one before stays' '/tat/api/hash-list/v2/all?order=asc&after=1767300001.000000%2C2820&limit=1000' \
    sh -c 'echo "$1" | tail -1' - "$(asked)"
is 'a token a run' 4 state '[.requests[].path|select(contains("token-auth"))]|length'
token=$(sed -n 's/^password = "\(.*\)"/\1/p' "$box/tat.cred")
if grep -aq "$token" "$CT_HOME"/lists/* said; then told=yes; else told=no; fi
is 'no password in state or messages' no echo $told

# ---- pages
many() { # FROM TO: records, some hundreds at a time
	i=$1
	while [ "$i" -lt "$2" ]; do
		control "$(awk -v a="$i" -v b="$(((i + 500 - $2) > 0 ? $2 : i + 500))" 'BEGIN {
			printf "{\"tat\":["
			for (i = a; i < b; i++)
				printf "%s{\"id\":%d,\"hash_digest\":\"%032x\",\"algorithm\":\"MD5\",\"file_type\":\"jpg\",\"deleted\":false,\"updated_on\":%d.25}", (i > a ? "," : ""), i + 1, i + 65536, 1770000000 + i / 100
			print "]}" }')"
		i=$((i + 500))
	done
}
restart() {
	kill "$box_pid"
	wait "$box_pid" 2>/dev/null
	sandbox --clock "$CT_CLOCK" -p "${url##*:}"
}
restart
many 0 2500
fresh
exits 'several pages' 0 sync
is 'all are there' 2500 show .entries
is 'three, each behind the one before' 3 sh -c 'echo "$1" | grep -vc offset=' - "$(asked)"
tail -c +4097 "$CT_HOME/lists/known.ctx" >whole.body
control '{"fault":["list:2:http:401"]}'
fresh
exits 'refused in the middle: 77' 77 sync
is 'what came stays' '1000 true' show '"\(.entries) \(.resume)"'
control '{"fault":null}'
control '{"tat":['"$(rec 7 MD5 "$md5" jpg 1780000000)"']}'
exits 'it goes on, though a record has moved' 0 sync
is 'all are there' 2500 show .entries
is 'from the page it stopped at' 2 sh -c 'echo "$1" | tail -2 | grep -c after=' - "$(asked)"
for what in 0:http: 1:another-host 2:with-credentials; do
	control '{"fault":null}'
	control "{\"fault\":\"list:1:foreign:${what%%:*}\"}"
	fresh
	exits "a next link that leads elsewhere, ${what#*:} 76" 76 sync
	is '  nothing is taken' 0 show .entries
done
control '{"fault":null}'
control '{"fault":["list:2:close-cut:500","list:3:close-cut:500","list:4:close-cut:500"]}'
fresh
exits 'a page cut short thrice: 65' 65 sync
control '{"fault":["token:1:http:401"]}'
exits 'no token: 77' 77 sync
control '{"fault":null}'
control '{"fault":["token:1:html:200"]}'
exits 'a page in its place: 76' 76 sync
control '{"fault":null}'

# ---- not read for 29 days
fresh
sync
restart
many 3 2500
CT_CLOCK=2026-07-01T00:00:00Z
control '{"clock":"2026-07-01T00:00:00Z"}'
exits 'not read for a month' 0 sync
is 'what is absent goes' 2497 show .entries

# ---- killed anywhere: the next run makes it whole
CT_CLOCK=2026-06-01T00:00:00Z
restart
many 0 2500
if [ -z "${CT_SANITIZED-}" ]; then
	sync_killed 2
	ok "killed at each second sync, $struck times: the same list in the end" \
	    test -z "$wrong" -a $struck -gt 4
fi

# ---- configuration
exits 'check' 0 ct-syncdb check
bad() { printf '[source tat]\ntype=tat\ncredential=%s\n%s\n' "$box/tat.cred" "$1" >bad; ct-syncdb -c bad check; }
exits 'it holds no abuse of children' 78 bad class=csam
exits 'and is never reported' 78 bad action=report
printf 'environment = test\nusername = u\npassword = p\n' >cred
chmod 600 cred
printf '[source tat]\ntype=tat\ncredential=cred\n' >bad
exits 'no address' 78 ct-syncdb -c bad check
done_testing
