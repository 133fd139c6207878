#!/bin/sh
# ct-syncdb, bad feeds: services that are busy, broken, elsewhere; each of them
# shellcheck source=t/lib.sh disable=SC2154,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/cases.sh
. "$t/cases.sh"

CT_CLOCK=2026-06-01T00:00:00Z CT_CONF=$tmp/ct.conf
export CT_CLOCK CT_CONF
h() { printf '%s' "$1" | sha256sum | cut -c1-"$2"; }
printf '{"member":"9002","entry":"1","type":"md5","hash":"%s"}\n' "$(h ncmec 32)" >hashes
sandbox --hashes hashes --clock "$CT_CLOCK" || exit 1
{
	printf '[source ncii]\ntype = stopncii\ncredential = %s/stopncii.cred\n' "$box"
	printf '[source ncmec]\ntype = ncmec\ncredential = %s/hashsharing.cred\n' "$box"
	printf '[source tat]\ntype = tat\ncredential = %s/tat.cred\n' "$box"
	printf '[source te]\ntype = threatexchange\ngroup = 300000000000001\nclass = exploitative\ncredential = %s/threatexchange.cred\n' "$box"
} >"$CT_CONF"
control '{"threatexchange":[{"id":"1","indicator":"'"$(h te 32)"'","type":"HASH_MD5","last_updated":1767254400,"should_delete":false,"descriptors":{"data":[{"id":"2","owner":{"id":"811"},"status":"MALICIOUS"}]}}],
"stopncii":[{"hashValue":"'"$(h ncii 32)"'","hashStatus":"Active","signalType":"VideoMD5","lastModtimestamp":1767250001}],
"tat":[{"id":1,"hash_digest":"'"$(h tat 32)"'","algorithm":"MD5","file_type":"jpg","deleted":false,"updated_on":1767254400}]}'
sync() { ct-syncdb -q --retry-wait 0 sync "$@" 2>said; }
# lists - of each the entries, and whether it was read to its end
lists() { ct-syncdb show | jq -r 'select(.source)|"\(.source) \(.entries) \(.last_run != null)"' | paste -sd ' '; }
all='ncii 1 true ncmec 1 true tat 1 true te 1 true'
none='ncii 0 false ncmec 0 false tat 0 false te 0 false'
# faults KIND [N...] - at the first (or Nth) call for a page of each from now;
# nothing is known of the lists
faults() {
	kind=$1 faults=
	shift
	for nth in "${@:-1}"; do
		for call in entries updates fetch list; do
			faults="$faults,\"$call:$nth:$kind\""
		done
	done
	control '{"fault":null}'
	control "{\"fault\":[${faults#,}]}"
	rm -rf "$CT_HOME"
	before=$(state .requests_total)
}
# pages - how often they were asked for pages
pages() {
	state '.requests['"$before"':]|map(.path|select(test("/entries|updates/|FetchHashes|hash-list")))|length'
}
# takes MS COMMAND... - it succeeds, but not sooner
takes() {
	start=$(date +%s%N) least=$1
	shift
	ends 0 "$@"
	took=$((($(date +%s%N) - start) / 1000000))
	ok "it takes $least ms at least: $took" test $took -ge "$least"
}

# ---- 29
ok 'all is well without' sync
faults limit:1
takes 4000 sync
is 'all are read' "$all" lists
row 29 '429 with Retry-After 1, from four services' 'waits as long, asks again'
faults limit-date:2
takes 2000 sync ncmec
row 29 '429 with Retry-After as a time' 'waits until then, by the clock of the server'
faults limit:86400
ends 75 sync
is 'each is asked once' 4 pages
is 'it is said why' 4 grep -c 'the server asks to wait 86400 s$' said
is 'nothing is taken' "$none" lists
row 29 '429 with Retry-After 86400' 'ends at once'
faults limit 1 2
takes 1200 ct-syncdb -q --retry-wait 100 sync
is 'asked thrice each' 12 pages
row 29 '429 without Retry-After' 'waits twice as long each time'

# ---- 30
faults http:500 1 2
ends 0 sync
is 'all are read' "$all" lists
row 30 '500 twice, then 200' 'asked again'
faults http:500 '*'
ends 75 sync
is 'asked six times each' 24 pages
is 'nothing is taken' "$none" lists
row 30 '500 for ever' 'six tries'
faults html:503 '*'
ends 75 sync
is 'nothing is taken' "$none" lists
row 30 'a page of HTML with 503, for ever' 'six tries'
faults html:200 '*'
for source in ncii tat te; do ends 65 sync $source; done
ends 76 sync ncmec
is 'asked thrice each; of StopNCII smaller pages, too' 39 pages
is 'nothing is taken' "$none" lists
row 30 'a page of HTML with 200, for ever' 'never taken for a list'

# ---- 33
for status in 301 302 307 308; do
	faults redirect:$status
	ends 76 sync
	is "$status: each is asked once, nobody elsewhere" '4 0' sh -c \
	    "echo $(pages) \$(ct-sandbox state $url | jq '[.requests[].path|select(contains(\"elsewhere\"))]|length')"
	is '  nothing is taken' "$none" lists
done
control '{"fault":null}'
control '{"fault":["token:1:redirect:307","hash-status:1:redirect:302","groups:1:redirect:301"]}'
ends 76 sync ncmec tat te
is 'the first call of each neither' 0 state '[.requests[].path|select(contains("elsewhere"))]|length'
row 33 'a redirect to another host: 301, 302, 307, 308' 'not followed: no credentials go there'
done_testing
