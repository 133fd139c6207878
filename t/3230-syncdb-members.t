#!/bin/sh
# ct-syncdb: some members only, which needs no new download; windows of a single
# page; the lists of NCMEC by their names
# shellcheck source=t/lib.sh disable=SC2154,SC2317
. "${0%/*}/lib.sh"

awk 'BEGIN { for (i = 0; i < 2600; i++)
	printf "{\"member\":\"%d\",\"entry\":\"%d\",\"type\":\"md5\",\"hash\":\"%032x\",\"at\":\"2026-01-01T%02d:%02d:00Z\"}\n",
	    9002 + i % 2, i, i + 65536, i / 120, i / 2 % 60 }' >hashes
sandbox --hashes hashes --clock 2026-06-01T00:00:00Z || exit 1
CT_CLOCK=2026-06-01T00:00:00Z
export CT_CLOCK
CT_CONF=$tmp/ct.conf
export CT_CONF
printf '[source n]\ntype = ncmec\ncredential = %s/hashsharing.cred\n' "$box" >"$CT_CONF"
printf '{"id":"0","hashes":{"md5":"%032x"}}\n{"id":"1","hashes":{"md5":"%032x"}}\n' 65536 65537 >in
known() { ct-match -q <in | jq -rc 'select(.match.verdict == "match").id' | paste -sd ' '; }
entries() { state '.requests[].path' | grep -c /entries; }
sync() { ct-syncdb -q --retry-wait 0 sync "$@" 2>said; }
exits 'strict windows' 0 sync --strict-windows
is 'all is there' 2600 sh -c 'ct-syncdb show | jq .entries'
is 'each is a single page: no second one is asked for' 0 \
    sh -c 'echo "$1" | grep -c start=' - "$(state '.requests[].path')"
is 'all is looked for' '0 1' known
before=$(entries)
echo 'members = 9002 9999' >>"$CT_CONF"
exits 'one member only' 0 sync
is 'it alone is looked for' 0 known
is 'the list has all of it' 2600 sh -c 'ct-syncdb show | jq .entries'
is 'and is not asked for again' "$before" entries
control '{"entries":[{"member":"9003","entry":"9","type":"md5","hash":"900150983cd24fb0d6963f7d28e17f72"},{"member":"9002","entry":"8","type":"md5","hash":"00000000000000000000000000010001"}],"clock":"2026-06-01T01:00:00Z"}'
CT_CLOCK=2026-06-01T01:00:00Z
control '{"clock":"2026-06-01T01:10:00Z"}'
CT_CLOCK=2026-06-01T01:10:00Z
sync --delta news
is 'of what is new only that' '["9002","8"]' jq -c '[.member,.entry]' news
is 'it is looked for' '0 1' known
sed -i '/^members/d' "$CT_CONF"
exits 'all again' 0 sync
is 'all is looked for' '0 1' known

# ---- as many requests a minute as the configuration allows
echo 'requests_per_minute = 300' >>"$CT_CONF"
before=$(state .requests_total)
start=$(date +%s%N)
exits 'a slow client' 0 sync --reconcile
took=$((($(date +%s%N) - start) / 1000000))
asked=$(($(state .requests_total) - before))
ok "$asked requests took $took ms: 200 between two" test $took -ge $(((asked - 1) * 200)) -a $asked -gt 1

# ---- the lists of NCMEC: the address is that of the name
class() { # LIST: what the index says of a source that nobody could read
	printf '[source l]\ntype = ncmec\nlist = %s\ncredential = cred\nurl = http://127.0.0.1:1/h\n' "$1" >one.conf
	CT_HOME=$tmp/one ct-syncdb -c one.conf -q --retry-wait 0 sync 2>/dev/null
	grep -ao '"class":"[a-z]*"' "$tmp/one/lists/known.ctx"
}
printf 'environment = test\nusername = u\npassword = p\n' >cred
chmod 600 cred
is 'industry' '"class":"csam"' class industry
is 'exploitative' '"class":"exploitative"' class exploitative
is 'of the NPO' '"class":"exploitative"' class npo-generative-ai-exploitative
is 'another name' '"class":"csam"' class mine
done_testing
