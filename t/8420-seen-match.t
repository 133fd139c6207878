#!/bin/sh
# ct-seen match: what ct-match says of the same records, each time a list grows
# only what is new to it; nothing is taken for looked up that was not
# shellcheck source=t/lib.sh disable=SC2016,SC2317
. "${0%/*}/lib.sh"

printf '[source own]\ntype = file\npath = list\n' >conf
export CT_CONF=conf
sync() { ct-syncdb -q sync "$@" 2>/dev/null; }
# objects FROM TO SEED - as ct-hash writes them, by chance
objects() {
	awk -v a="$1" -v b="$2" -v seed="$3" '
	function hex(n,   s) { s = ""; while (length(s) < n) s = s sprintf("%04x", rand() * 65536); return s }
	BEGIN { srand(seed); for (i = a; i < b; i++)
	    printf "{\"id\":\"s3://m/%05d\",\"object\":{\"bytes\":%d,\"etag\":\"%s-%d\"},\"file\":{\"size\":%d,\"decode\":\"ok\"},\"hashes\":{\"md5\":\"%s\",\"sha1\":\"%s\",\"sha256\":\"%s\",\"pdq\":\"%s\",\"pdq_quality\":100}}\n",
	    i, i, seed, i, i, hex(32), hex(40), hex(64), hex(64) }'
}
match() { ct-seen match -q --store s "$@"; }
put() { ct-seen put -q --store s "$@"; }
ids() { grep -v '"told"' | sed 's#.*"s3://m/\([0-9]*\)".*#\1#' | sort | paste -sd' '; }
# known TYPE I... - lines of a list: the hash of that type of these objects
known() {
	type=$1
	shift
	for i; do
		sed -n "s#.*s3://m/$i\".*\"$type\":\"\([0-9a-f]*\)\".*#$type \1 $type$i#p" all
	done
}
filler() { awk 'BEGIN { for (i = 0; i < 4500; i++) printf "md5 %032x f%d\n", i + 65536, i }'; }

objects 0 7000 1 >all
filler >list
sync
ct-match -aq <all | put >/dev/null
is 'all is up to date' '0' sh -c 'ct-seen match -q --store s | jq .seen.told'
is '  and in a file' 1 sh -c 'ct-seen stats --store s | jq .files'

# ---- a list that grows
pdq=$(sed -n 's/.*00050".*"pdq":"\([0-9a-f]*\)".*/\1/p' all)
{
	filler
	known md5 00010 06999
	known sha1 00020
	known sha256 00030
	known pdq 00040
	# 12 bits from one
	echo "$pdq" | sed 's/^\(.*\)...$/pdq \1/' | sed "s/\$/$(printf %03x $((0x$(echo "$pdq" | tail -c 4) ^ 0xfff)))/; s/\$/ near/"
} >list
sync --delta news
ok 'there is a delta' test -e "$CT_HOME/lists/known.delta"
match >told
is 'what is new in it is found' '00010 00020 00030 00040 00050 06999' ids <told
tail -n 1 told >end
json 'and the last line says so' '.seen | del(.epoch, .content)' '{"store":"s","generation":2,"told":6}' end
is 'as ct-match has it' '' sh -c 'ct-match -q <all | jq -c "[.id, (.match | del(.db.age_s))]" | sort >a; jq -c "select(.match) | [.id, (.match | del(.db.age_s))]" told | sort | diff a -'
match --delta news >found
is 'the same of the list of what is new' '00010 00020 00030 00040 00050 06999' ids <found
is '  without a last line' 0 grep -c told found
is 'a lesser distance' '00010 00020 00030 00040 06999' sh -c 'ct-seen match -q --store s -t 11 | jq -r .id | tail -c +1 | cut -c 8- | sort | paste -sd" "'

# ---- when the rows are up to date
is 'what nobody has put is told again' '00010 00020 00030 00040 00050 06999' sh -c 'ct-seen match -q --store s | grep -v told | cut -c 15-19 | sort | paste -sd" "'
exits 'a match that did not come' 75 put <<END
$(sed 2d told)
END
exits '  or one with an error' 75 sh -c 'sed "1s/}\$/,\"error\":{\"tool\":\"t\",\"code\":75,\"msg\":\"m\"}}/" told | ct-seen put -q --store s >/dev/null; rc=$?; [ $rc -eq 75 ] && exit 75'
is '  leaves all to be looked up' 6 sh -c 'ct-seen match -q --store s | jq -r "select(.match).id" | wc -l'
exits 'one of another store' 65 sh -c 'sed "s/\"epoch\":[0-9]*/\"epoch\":99/" end | ct-seen put -q --store s'
put <told >passed
ok 'all of them: passed on' cmp told passed
is '  and no longer old' 0 sh -c 'ct-seen match -q --store s | jq .seen.told'
is '  but with -a' 6 sh -c 'ct-seen match -aq --store s | jq -r "select(.match).id" | wc -l'
is '  the oldest are of these lists' 2 sh -c 'ct-seen stats --store s | jq .generation'
is '  and still not new in a listing' 0 sh -c 'ct-seen new -q --store s <all | wc -l'
ct-seen merge --store s
is '  also in one file' '[2,7000]' sh -c 'ct-seen stats --store s | jq -c "[.generation,.objects]"'

# ---- an object that changed, one that is gone, one put late
objects 0 1 9 | sed 's#m/00000#m/00010#' | ct-match -aq | put >/dev/null
echo '{"id":"s3://m/00020","object":{"gone":true}}' | put >/dev/null
objects 7000 7001 5 >late
put <late >/dev/null # looked up in nothing
known md5 00060 >>list
sed -n 's/.*"sha256":"\([0-9a-f]*\)".*/sha256 \1 late/p' late >>list
sync
match >told
is 'what came since the index, what is put late; not what changed or is gone' \
    '00030 00040 00050 00060 06999 07000' ids <told
put <told >/dev/null
match -a >told
is 'all: not what changed, nor what is gone' '00030 00040 00050 00060 06999 07000' ids <told
is 'put while match runs: it stays old' '07000' sh -c 'ct-seen put -q --store s <late >/dev/null; ct-seen match -q --store s | jq -r "select(.match).id" | cut -c 8-'

# ---- the index made anew, and lists that were lost
match | put >/dev/null
known md5 00070 >>list
filler | sed 's/^md5 0/md5 1/' >>list
sync
ok 'an index without a delta' test ! -e "$CT_HOME/lists/known.delta"
is 'is looked through whole' '00030 00040 00050 00060 00070 06999 07000' sh -c 'ct-seen match -q --store s | grep -v told | cut -c 15-19 | sort | paste -sd" "'
match | put >/dev/null
rm -rf "$CT_HOME/lists"
known md5 00080 >list
sync
is 'lists that begin anew are others' '00080' sh -c 'ct-seen match -q --store s | grep -v told | cut -c 15-19'

# ---- for people
known pdq 00090 >>list
sync
match | ct-review add -q | put | tail -n 1 >last
json 'ct-review queues them, and lets the last line by' '.seen.told > 0' true last
is '  they wait for a verdict' 2 sh -c 'ct-review list -q | wc -l'

# ---- without ids
echo 'a secret of some length' >secret && chmod 600 secret
head -n 200 all | ct-seen put -q --store k --keyed secret >/dev/null
is 'a store without ids has none to tell' '2' sh -c 'ct-seen match -q --store k | jq -r "select(.match).id" | grep -cE "^seen:k:[0-9a-f]{32}\$"'

# ---- what cannot be
exits 'no store' 66 ct-seen match --store none
exits 'no list' 66 ct-seen match --store s --delta none
rm -rf "$CT_HOME/lists"
exits 'no index' 66 ct-seen match --store s
exits 'both' 64 ct-seen match -a --delta news --store s
done_testing
