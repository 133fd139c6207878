#!/bin/sh
# bad feeds: pages that are damaged
# shellcheck source=t/lib.sh disable=SC2016,SC2154,SC2317,SC3045
. "${0%/*}/lib.sh"
# shellcheck source=t/cases.sh
. "$t/cases.sh"

cat >conf <<'END'
[source ncii]
type = stopncii
credential = box/stopncii.cred
[source ncmec]
type = ncmec
credential = box/hashsharing.cred
list = industry
END
export CT_CONF=conf
sync() { ct-syncdb --retry-wait 0 sync "$@" 2>said; }
show() { ct-syncdb show "${2-ncmec}" | jq -rc "$1"; }
asked() { state '[.requests[]|select(.path|test("entries|Fetch"))]|length'; }
fresh() { # FAULT... - an empty list, and these faults from now
	rm -rf "$CT_HOME"
	control '{"fault":null}'
	for each in "$@"; do control "{\"fault\":\"$each\"}"; done
	seen=$(asked)
}
sandbox --page-size 10 --clock 2026-06-01T00:00:00Z || exit 1
export CT_CLOCK=2026-06-01T00:00:00Z
control "$(awk 'BEGIN { printf "{\"entries\":["; for (i = 0; i < 60; i++)
	printf "%s{\"member\":\"9002\",\"entry\":\"%d\",\"type\":\"md5\",\"hash\":\"%032x\",\"at\":\"2026-01-01T00:00:%02dZ\"}",
	    (i ? "," : ""), i, i + 65536, i; print "]}" }')"
control "$(awk 'BEGIN { printf "{\"stopncii\":["; for (i = 0; i < 40; i++)
	printf "%s{\"hashValue\":\"%064x\",\"hashStatus\":\"Active\",\"signalType\":\"ImagePDQ\",\"lastModtimestamp\":%d}",
	    (i ? "," : ""), i + 65536, 1767250000 + i; print "]}" }')"
control "{\"body\":{\"entries\":{\"path\":\"$tmp/page\"},\"fetch\":{\"path\":\"$tmp/page\"}}}"
root='<queryResult xmlns="https://hashsharing.ncmec.org/hashsharing/v2">'
entry='<image><member id="9002">M</member><timestamp>2026-01-01T00:00:00Z</timestamp><id>100</id><fingerprints><md5>0123456789abcdef0123456789abcdef</md5></fingerprints></image>'
# third FAULT STATUS TRIES - the third page is so each time: the first
# two stay, the window is not done; once it is well, all is there
third() {
	fault=$1 want_status=$2 tries=$3
	fresh entries:3:"$fault" entries:4:"$fault" entries:5:"$fault"
	[ "$tries" -eq 3 ] || for k in 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		control "{\"fault\":\"entries:$k:$fault\"}"
	done
	ends "$want_status" sync ncmec
	is "$fault: two pages stay, the window is not done" "20 true null $((tries + 2))" \
	    echo "$(show '"\(.entries) \(.resume) \(.done_to)"') $(($(asked) - seen))"
	control '{"fault":null}'
	sync ncmec
	is "$fault: then all" '60 false 2026-05-31T23:59:00Z' show '"\(.entries) \(.resume) \(.done_to)"'
}

# ---- 1 to 3
echo "$root<images count=\"2\">$entry<image><member id=\"9</images></queryResult>" >page
third body 65 3
row 1 'malformed XML in the third page' 'two pages stay, asked 3 times, window not done'
third truncate:700 75 12
third chunk-cut:700 75 12
third close-cut:700 65 3
row 2 'a page cut short: by its length, in chunks, by closing' 'the same'
fresh fetch:1:close-cut:700 fetch:2:close-cut:700
ends 0 sync ncii
is 'StopNCII, cut with 200: asked again' 40 show .entries ncii
fresh 'fetch:*:close-cut:100'
ends 65 sync ncii
is 'nothing is skipped' '0 null' show '"\(.entries) \(.done_to)"' ncii
row 3 'JSON cut short with status 200' 'asked again, in smaller pages; then no time is skipped'

# ---- 27: encodings
classed() { # CLASS - a page of one entry, with this classification
	printf '%s%s</queryResult>' "$root" "<images count=\"1\">$(echo "$entry" |
	    sed "s,<fing,<classification>$1</classification>&,")</images>"
}
class() { sqlite3 "$CT_HOME/lists/ncmec.db" 'SELECT classification FROM entry'; }
e=$(printf '\303\251')
for as in ISO-8859-1 UTF-16 UTF-8; do
	{ printf '<?xml version="1.0" encoding="%s"?>' $as; classed "$e"; } | iconv -f UTF-8 -t $as >page
	fresh entries:1:body
	ends 0 sync ncmec
	is "as $as" "$e" class
done
{ printf '\357\273\277'; classed "$e"; } >page
fresh entries:1:body
ends 0 sync ncmec
is 'with a mark before it' "$e" class
classed "$(printf '\351')" >page
fresh 'entries:*:body'
ends 65 sync ncmec
is 'what is no UTF-8 but says nothing' 0 show .entries
ncii() { printf '{"count":1,"hasMoreRecords":false,"nextSetTimestamp":1767250000,"hashRecords":[{"hashValue":"%064x","hashStatus":"%s","signalType":"ImagePDQ","lastModtimestamp":1767250000}]}' 77777 "$1"; }
{ printf '\357\273\277'; ncii Active; } >page
fresh fetch:1:body
ends 0 sync ncii
is 'JSON with a mark before it' 1 show .entries ncii
ncii "$(printf 'Act\351')" >page
fresh 'fetch:*:body'
ends 65 sync ncii
is 'JSON that is no UTF-8' '0 null' show '"\(.entries) \(.done_to)"' ncii
row 27 'UTF-16, Latin-1, byte order marks; bad UTF-8' 'read as declared; a bad page is refused whole'

# ---- 28: who we are
fresh entries:1:empty401
ends 77 sync ncmec
is '401: asked once' 1 echo $(($(asked) - seen))
for code in 401 403; do
	fresh entries:4:http:$code
	ends 77 sync ncmec
	is "$code midway: asked once, the pages before it stay" '4 30 null' \
	    echo "$(($(asked) - seen)) $(show '"\(.entries) \(.done_to)"')"
done
row 28 '401 at once or midway, 403' 'ends at once; pages before stay, window not done'

# ---- 46: the count of a page
echo "$root<images count=\"1\">$entry$(echo "$entry" | sed 's/<id>100/<id>101/')</images></queryResult>" >page
fresh entries:1:body
ends 0 sync ncmec
is 'more than it says: all of them' 2 show .entries
is 'and that is told' 'ct-syncdb: ncmec: page 1: a page has more entries than it says; all are taken' head -1 said
third count 65 3
row 46 'a count that is not that of the entries' 'more: taken; fewer: asked 3 times, as one cut short'
done_testing
