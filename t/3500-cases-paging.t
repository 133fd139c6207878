#!/bin/sh
# bad feeds: links that lead nowhere, entries that change while they are paged
# through
# shellcheck source=t/lib.sh disable=SC2016,SC2154,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/cases.sh
. "$t/cases.sh"

cat >conf <<'END'
[source ncmec]
type = ncmec
credential = box/hashsharing.cred
list = industry
END
export CT_CONF=conf
at() { CT_CLOCK=$1 control "{\"clock\":\"$1\"}" && CT_CLOCK=$1 && export CT_CLOCK; }
sync() { ct-syncdb --retry-wait 0 sync "$@" 2>said; }
show() { ct-syncdb show | jq -rc "$1"; }
asked() { state '.requests[]|select(.path|contains("entries"))|.path' | tail -n +$((seen + 1)); }
mark() { seen=$(state '[.requests[]|select(.path|contains("entries"))]|length'); }
# fresh FAULT... - an empty list, and these faults from now
fresh() {
	rm -rf "$CT_HOME"
	control '{"fault":null}'
	for each in "$@"; do control "{\"fault\":\"$each\"}"; done
	mark
}
# entries FROM TO AT - as many, of a hash that is their number
entries() {
	awk -v a="$1" -v b="$2" -v at="$3" 'BEGIN { for (i = a; i < b; i++)
		printf "%s{\"member\":\"9002\",\"entry\":\"%d\",\"type\":\"md5\",\"hash\":\"%032x\",\"at\":\"%s\"}\n",
		    (i > a ? "," : ""), i, i + 65536, sprintf(at, i % 28 + 1, i % 60, i % 50) }'
}
control_entries() { control "{\"entries\":[$(entries "$@")]}"; }
# the list's hashes, and those of entries FROM to TO
ours() { sqlite3 "$CT_HOME/lists/ncmec.db" 'SELECT lower(hex(hash)) FROM signal ORDER BY hash'; }
theirs() { awk -v a="$1" -v b="$2" 'BEGIN { for (i = a; i < b; i++) printf "%032x\n", i + 65536 }'; }

sandbox --page-size 10 --clock 2026-06-01T00:00:00Z || exit 1
export CT_CLOCK=2026-06-01T00:00:00Z
control_entries 0 60 2026-01-%02dT00:%02d:%02dZ

# ---- 4 to 6: links
fresh entries:3:loop
ends 76 sync
is 'a page that leads to itself is asked for once' 3 sh -c 'echo "$1" | wc -l' - "$(asked)"
fresh entries:3:back
ends 76 sync
is 'one that leads back leads nowhere' 3 sh -c 'echo "$1" | wc -l' - "$(asked)"
is 'the pages before it stay, the window is not done' '20 null' show '"\(.entries) \(.done_to)"'
row 4 'a link that repeats or goes back' 'found at once; pages before stay, window not done'

fresh 'entries:*:endless'
ends 76 sync
is 'some more pages than entries' 1061 sh -c 'echo "$1" | wc -l' - "$(asked)"
is 'the window is not done' '60 null' show '"\(.entries) \(.done_to)"'
row 5 'links without end' 'at most 1000 pages more than entries; window not done'

for f in 0 1 2 3; do
	fresh "entries:3:foreign:$f"
	ends 76 sync
	is "foreign:$f: nothing more is asked" '3 20 null' \
	    sh -c 'echo "$(echo "$1" | wc -l) $2"' - "$(asked)" "$(show '"\(.entries) \(.done_to)"')"
done
cat >absolute <<END
<queryResult xmlns="https://hashsharing.ncmec.org/hashsharing/v2"><images count="0"/>
<paging><next>$url/hashsharing/v2/entries?from=1970-01-01T00:00:00.000Z&amp;to=2026-05-31T23:59:00.000Z&amp;start=0&amp;size=10&amp;max=60</next></paging></queryResult>
END
control "{\"body\":{\"entries\":{\"path\":\"$tmp/absolute\"}}}"
fresh entries:1:body
ends 0 sync
is 'an absolute one of the service itself is followed' 60 show .entries
row 6 'a link to another host, scheme, user, above the base' 'refused, nothing sent there'

# ---- 39, 40: a walk that goes on later
w='from=1970-01-01T00%3A00%3A00Z&to=2026-05-31T23%3A59%3A00Z'
l='from=1970-01-01T00:00:00.000Z&to=2026-05-31T23:59:00.000Z'
paths() { asked | sed 's/.*entries?//'; }
whole='60 false 2026-05-31T23:59:00Z'
for code in 400 404 410; do
	fresh entries:4:http:403
	ends 77 sync
	control "{\"fault\":\"entries:1:http:$code\"}"
	mark
	ends 0 sync
	is "$code: the link, then the window from its start" "$l&start=30&size=10&max=60
$w" sh -c 'echo "$1" | head -2' - "$(paths)"
	is "$code: whole" "$whole" show '"\(.entries) \(.resume) \(.done_to)"'
done
entries 0 60 2026-01-%02dT00:%02d:%02dZ | sed 's/^,//' >sixty
fresh entries:4:http:403
ends 77 sync
kill "$box_pid"
wait "$box_pid" 2>/dev/null
sandbox -p "${url##*:}" --page-size 10 --clock 2026-06-01T00:00:00Z --hashes sixty || exit 1
mark
ends 0 sync
is 'a server that answers what it forgot with an empty last page' "$l&start=30&size=10&max=60
$w" sh -c 'echo "$1" | head -2' - "$(paths)"
is 'whole' "$whole" show '"\(.entries) \(.resume) \(.done_to)"'
row 39 'a stored link that is refused, or answered with an empty last page' 'the window again from its start; whole'

fresh entries:4:http:403
ends 77 sync
at 2026-06-01T01:00:00Z
mark
ends 0 sync
is 'the link as it was, then a window from there' "$l&start=30&size=10&max=60
$l&start=40&size=10&max=60
$l&start=50&size=10&max=60
$w
from=2026-05-31T23%3A59%3A00Z&to=2026-06-01T00%3A59%3A00Z" paths
is 'whole' 60 show .entries
row 40 'a link is resumed an hour later' 'with the times it was given for, then a window from there'
done_testing
