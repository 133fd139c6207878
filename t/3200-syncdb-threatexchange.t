#!/bin/sh
# ct-syncdb, type = threatexchange, against ct-sandbox: descriptors and their
# opinions, deletions, pages, links with the token in them, errors of Graph
# shellcheck source=t/lib.sh disable=SC2154,SC2317
. "${0%/*}/lib.sh"

sandbox --clock 2026-06-01T00:00:00Z || exit 1
CT_CLOCK=2026-06-01T00:00:00Z
export CT_CLOCK
CT_CONF=$tmp/ct.conf
export CT_CONF
conf() {
	printf '[source te]\ntype = threatexchange\ngroup = 300000000000001\nclass = exploitative\ncredential = %s/threatexchange.cred\n' "$box" >"$CT_CONF"
}
conf
secret=$(sed -n 's/^token = "[0-9]*|\(.*\)"/\1/p' "$box/threatexchange.cred")
sync() { ct-syncdb -q --retry-wait 0 sync "$@" 2>said; }
show() { ct-syncdb show | jq -rc "$1"; }
h() { printf '%s' "$1" | sha256sum | cut -c1-"$2"; }
hits() { # TYPE HASH
	printf '{"id":"x","hashes":{"%s":"%s"}}\n' "$1" "$2" | ct-match -q |
	    jq -rc '.match.hits[]|[.member,.entry,.content,.classification,.opinion]'
}
asked() { state '.requests[].path' | grep threat_updates/ | grep -o 'threat_updates/?.*'; }
last_asked() { asked | tail -"$1" | sed 's/access_token=[^&]*//'; }
fresh() { rm -rf "$CT_HOME"; }
us=810000000000001

desc() { # ID OWNER STATUS [TAG] [REACTION APPS]
	printf '{"id":"%s","owner":{"id":"%s"},"status":"%s","added_on":"2026-01-01T08:00:00+0000"' "$1" "$2" "$3"
	[ -z "${4-}" ] || printf ',"tags":{"data":[{"id":"7","text":"%s"}]}' "$4"
	[ -z "${5-}" ] || printf ',"reactions":[{"key":"%s","value":"%s"}]' "$5" "$6"
	printf '}'
}
rec() { # ID TYPE HASH AT [DESCRIPTORS]
	printf '{"id":"%s","indicator":"%s","type":"%s","last_updated":%s,"should_delete":false' "$1" "$3" "$2" "$4"
	[ -z "${5-}" ] || printf ',"descriptors":{"data":[%s]}' "$5"
	printf '}'
}
two=$(h two 64) video=$(h video 32) none=$(h none 32) seed=$(h seed 64) own=$(h own 64) down=$(h down 40)
helpful=$(h helpful 64)
control '{"threatexchange":['"
$(rec 501 HASH_PDQ "$two" 1767254401 "$(desc 601 811 MALICIOUS tag_a),$(desc 602 812 NON_MALICIOUS)"),
$(rec 502 HASH_VIDEO_MD5 "$video" 1767254402 "{\"id\":\"603\",\"status\":\"UNKNOWN\"},$(desc 604 811 MALICIOUS)"),
$(rec 503 HASH_MD5 "$none" 1767254403),
$(rec 504 HASH_PDQ "$seed" 1767254404 "$(desc 605 811 BRAND_NEW)"),
$(rec 505 HASH_PDQ "$own" 1767254405 "$(desc 606 811 MALICIOUS),$(desc 607 $us NON_MALICIOUS)"),
$(rec 506 HASH_SHA1 "$down" 1767254406 "$(desc 608 811 SUSPICIOUS media_type_photo DISAGREE_WITH_TAGS 813,814)"),
$(rec 507 HASH_PDQ "$(echo "$helpful" | tr a-f A-F)" 1767254407 "$(desc 609 811 UNKNOWN '' HELPFUL 813)"),
$(rec 508 HASH_PDQ 'not a hash' 1767254408 "$(desc 610 811 MALICIOUS)"),
$(rec 509 HASH_NEW_AND_LONG_ONE xyz 1767254409 "$(desc 611 811 MALICIOUS)"),
$(rec 510 HASH_MD5 "$none" 1767254410 "{\"id\":\"612\",\"status\":\"MALICIOUS\"}")"']}'
exits 'a first run; one hash is none: 65' 65 sync
ok 'it is said where, and why' grep -qx 'ct-syncdb: te: page 1 record 8: refused: length' said
is 'the rest is there' '9 1' show '"\(.entries) \(.rejects)"'
is 'an entry for each descriptor; they disagree' \
    '["811","601","image","tag_a","disputed"]
["812","602","image",null,"disputed"]' hits pdq "$two"
is 'a descriptor without owner is none' '["811","604","video",null,null]' hits md5 "$video"
is 'without descriptors it is deleted, also if none has an owner' '' hits md5 "$none"
is 'a status that nobody knows' '["811","605","image",null,"seed"]' hits pdq "$seed"
is 'what we say ourselves counts alone' '' hits pdq "$own"
is 'reactions against' '' hits sha1 "$down"
is 'a reaction for' '["811","609","image",null,null]' hits pdq "$helpful"
is 'known up to the last change' 2026-01-01T08:00:10Z show .done_to
ok 'the whole list is asked for' sh -c '! echo "$1" | grep -q start_time' - "$(asked)"

# ---- changes
control '{"threatexchange":['"
$(rec 501 HASH_PDQ "$two" 1767300000 "$(desc 602 812 MALICIOUS)"),
{\"id\":\"502\",\"indicator\":\"$video\",\"type\":\"HASH_VIDEO_MD5\",\"last_updated\":1767300001,\"should_delete\":true},
{\"id\":\"508\",\"type\":\"HASH_PDQ\",\"last_updated\":1767300002,\"should_delete\":true},
{\"id\":\"999\",\"type\":\"HASH_MD5\",\"last_updated\":1767300002,\"should_delete\":true}"']}'
exits 'changes' 0 sync
is 'a descriptor that is gone' '["812","602","image",null,null]' hits pdq "$two"
is 'an indicator that is deleted' '' hits md5 "$video"
is 'as many' 7 show .entries
ok 'asked from five minutes before' sh -c 'case $1 in *start_time=1767254110*) ;; *) exit 1 ;; esac' - "$(asked | tail -1)"
exits 'nothing new: an empty page' 0 sync
is 'it is up to date' 0 show .age_s

# ---- the token
ok 'is asked with' sh -c 'echo "$1" | grep -q "access_token=$2%7C$3"' - "$(asked | tail -1)" $us "$secret"
if grep -aq "$secret" "$CT_HOME"/lists/* said; then told=yes; else told=no; fi
is 'stands in no state, in no message' no echo $told

# ---- pages
many() { # FROM TO [SECOND]: records, some hundreds at a time
	i=$1
	while [ "$i" -lt "$2" ]; do
		control "$(awk -v a="$i" -v b="$(((i + 300 - $2) > 0 ? $2 : i + 300))" -v same="${3-}" 'BEGIN {
			printf "{\"threatexchange\":["
			for (i = a; i < b; i++)
				printf "%s{\"id\":\"5%07d\",\"indicator\":\"%032x\",\"type\":\"HASH_MD5\",\"last_updated\":%d,\"should_delete\":false,\"descriptors\":{\"data\":[{\"id\":\"6%07d\",\"owner\":{\"id\":\"811\"},\"status\":\"MALICIOUS\"}]}}", (i > a ? "," : ""), i, i + 65536, same ? same : 1770000000 + i, i
			print "]}" }')"
		i=$((i + 300))
	done
}
restart() {
	kill "$box_pid"
	wait "$box_pid" 2>/dev/null
	sandbox --clock "$CT_CLOCK" -p "${url##*:}"
	conf
	secret=$(sed -n 's/^token = "[0-9]*|\(.*\)"/\1/p' "$box/threatexchange.cred")
}
restart
many 0 450 1770000000
fresh
exits 'several pages, all of one second' 0 sync
is 'all are there' 450 show .entries
tail -c +4097 "$CT_HOME/lists/known.ctx" >whole.body
control '{"fault":["updates:2:empty"]}'
fresh
exits 'an empty page with a next' 0 sync
is 'all are there' 450 show .entries
control '{"fault":null}'
control '{"fault":["updates:3:http:401"]}'
fresh
exits 'refused in the middle: 77' 77 sync
is 'what came stays' '200 true' show '"\(.entries) \(.resume)"'
if grep -aq "$secret" "$CT_HOME"/lists/* said; then told=yes; else told=no; fi
is 'the link is kept without the token' no echo $told
control '{"fault":null}'
exits 'it goes on' 0 sync
is 'all are there' 450 show .entries
is 'from the page it stopped at' 3 sh -c 'echo "$1" | grep -c after=' - "$(last_asked 3)"
for what in 0:http: 1:another-host 2:with-credentials 3:with-dots; do
	control '{"fault":null}'
	control "{\"fault\":\"updates:1:foreign:${what%%:*}\"}"
	fresh
	exits "a next link that leads elsewhere, ${what#*:} 76" 76 sync
	is '  nothing is sent' 1 sh -c 'echo "$1" | wc -l' - "$(last_asked 1)"
	is '  nothing is taken' '0 null' show '"\(.entries) \(.done_to)"'
done
control '{"fault":null}'
control '{"fault":["updates:2:loop"]}'
fresh
exits 'a page that leads back: 76' 76 sync
control '{"fault":null}'
control '{"fault":["updates:2:close-cut:300","updates:3:close-cut:3000"]}'
fresh
exits 'a page cut short twice is asked for again' 0 sync
control '{"fault":null}'
control '{"fault":["updates:2:close-cut:300","updates:3:close-cut:300","updates:4:close-cut:300"]}'
fresh
exits 'thrice: 65' 65 sync
is 'what came stays' '100 null' show '"\(.entries) \(.last_run)"'
control '{"fault":null}'

# ---- what Graph answers
body() { # STATUS CODE MESSAGE
	printf '{"error":{"message":"%s","type":"OAuthException","code":%s}}' "$3" "$2" >answer
	control "{\"body\":{\"updates\":{\"path\":\"$PWD/answer\",\"status\":$1}},\"fault\":\"updates:*:body\"}"
}
fresh
body 200 4 'limit reached'
exits 'a limit, as 200: 75' 75 sync
body 200 190 "token $secret"
exits 'a bad token, as 200: 77' 77 sync
ok 'its words are not repeated' sh -c "! grep -q '$secret' said"
control '{"fault":null,"group":{"id":"300000000000001","threat_updates_enabled":false}}'
exits 'a group without threat_updates: 78' 78 sync
is 'none are asked for' 0 sh -c "ct-sandbox state $url | jq '[.requests[-1].path|select(contains(\"threat_updates/\"))]|length'"
exits 'check: 78' 78 ct-syncdb check
control '{"group":{"id":"300000000000001","threat_updates_enabled":true}}'
is 'check tells who we are' $us sh -c 'ct-syncdb check te | jq -r "select(.source).member"'

printf '{"data":[]}' >empty
control '{"fault":null}'
control "{\"body\":{\"groups\":{\"path\":\"$PWD/empty\",\"header\":{\"X-App-Usage\":\"{\\\"call_count\\\":28,\\\"total_time\\\":95}\"}}},\"fault\":\"groups:1:body\"}"
start=$(date +%s%N)
exits 'most of the limit is used' 0 ct-syncdb -q --retry-wait 100 sync
took=$((($(date +%s%N) - start) / 1000000))
ok "five times the wait goes by: $took ms" test $took -ge 500

# ---- not read for 29 days
fresh
sync
restart
many 3 450 1770000000
printf 'reconcile_days = 365\n' >>"$CT_CONF"
CT_CLOCK=2026-06-28T00:00:00Z
control '{"clock":"2026-06-28T00:00:00Z"}'
sync
is 'after 27 days: what is absent stays' 450 show .entries
CT_CLOCK=2026-07-27T00:00:00Z
control '{"clock":"2026-07-27T00:00:00Z","fault":"updates:4:http:401"}'
exits 'after 29 more, and it dies in the middle: 77' 77 sync
is 'all of it matches meanwhile' 450 show .entries
control '{"fault":null}'
exits 'the next run' 0 sync
is 'what is absent goes' 447 show .entries

# ---- killed anywhere: the next run makes it whole
restart
many 0 450 1770000000
if [ -z "${CT_SANITIZED-}" ]; then
	sync_killed 1
	ok "killed at each of $struck syncs: the same list in the end" \
	    test -z "$wrong" -a $struck -gt 8
fi

# ---- configuration
bad() { { sed 1q "$CT_CONF"; printf 'type=threatexchange\n%s\n' "$1"; } >bad; ct-syncdb -c bad check; }
nl='
'
cred=credential=$box/threatexchange.cred
exits 'no group' 78 bad "class=own$nl$cred"
exits 'a group that is none' 78 bad "group=x/y${nl}class=own$nl$cred"
exits 'no class' 78 bad "group=1$nl$cred"
printf 'environment = test\nurl = %s/graph/v21.0\ntoken = short\n' "$url" >cred
chmod 600 cred
exits 'a token that is none' 78 bad "group=1${nl}class=own${nl}credential=cred"
printf 'environment = test\nurl = %s/graph/v21.0\ntoken = %s|aaaaaaaaaaaaaaaaaaaaaaaaa\n' "$url" $us >cred
exits 'another token: 77' 77 bad "group=300000000000001${nl}class=own${nl}credential=cred"
done_testing
