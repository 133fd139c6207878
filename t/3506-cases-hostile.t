#!/bin/sh
# bad feeds: pages that are hostile, or too much
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
control "{\"body\":{\"entries\":{\"path\":\"$tmp/page\"},\"fetch\":{\"path\":\"$tmp/page\"}}}"
root='<queryResult xmlns="https://hashsharing.ncmec.org/hashsharing/v2">'
entry='<image><member id="9002">M</member><timestamp>2026-01-01T00:00:00Z</timestamp><id>100</id><fingerprints><md5>0123456789abcdef0123456789abcdef</md5></fingerprints></image>'

# ---- 24: what a DOCTYPE could do; to open the pipe would be to hang
mkfifo trap
bomb=$(for k in 1 2 3 4 5 6 7 8 9; do
	printf '<!ENTITY e%d "&e%d;&e%d;&e%d;&e%d;&e%d;&e%d;&e%d;&e%d;">' $k $((k-1)) $((k-1)) $((k-1)) \
	    $((k-1)) $((k-1)) $((k-1)) $((k-1)) $((k-1))
done)
body="$root<images count=\"1\">$entry</images><x>&e9;</x></queryResult>"
printf '<!DOCTYPE queryResult [<!ENTITY e0 "lol">%s]>%s\n' "$bomb" "$body" >bomb
printf '<!DOCTYPE queryResult [<!ENTITY e9 SYSTEM "file://%s/trap">]>%s\n' "$tmp" "$body" >local
printf '<!DOCTYPE queryResult SYSTEM "%s/files/dtd" [<!ENTITY e9 SYSTEM "%s/files/x">]>%s\n' "$url" "$url" "$body" >remote
printf '<!DOCTYPE queryResult>%s\n' "$root<images count=\"1\">$entry</images></queryResult>" >plain
for f in bomb local remote plain; do
	cp $f page
	fresh 'entries:*:body'
	ends 65 timeout 600 ct-syncdb --retry-wait 0 sync ncmec
	ok "$f: it says so" grep -q 'XML with a DOCTYPE' err
	is "$f: nothing of it" 0 show .entries
done
is 'nothing else was asked for' 0 state '[.requests[]|select(.path|contains("files"))]|length'
row 24 'entity bomb, external entities, DOCTYPE' 'ends at the DOCTYPE; nothing opened, nothing asked'

# ---- 25, 26: depth and size; anonymous memory is limited to 64 MiB
small() { # in 64 MiB, but for a sanitizer's own
	([ -n "${CT_SANITIZED-}" ] || ulimit -d 65536
	exec timeout 600 ct-syncdb --retry-wait 0 sync "$@")
}
awk -v root="$root" -v k=100000 'BEGIN { printf "%s<images>", root; for (i = 0; i < k; i++) printf "<a>"
	for (i = 0; i < k; i++) printf "</a>"; print "</images></queryResult>" }' >page
fresh 'entries:*:body'
ends 65 small ncmec
ok 'XML: it says so' grep -q 'nested too deep' err
awk -v k=100000 'BEGIN { for (i = 0; i < k; i++) printf "{\"a\":["; for (i = 0; i < k; i++) printf "]}" }' >page
fresh 'fetch:*:body'
ends 65 small ncii
is 'JSON: nothing of it' '0 null' show '"\(.entries) \(.done_to)"' ncii
row 25 'a hundred thousand levels, XML and JSON' 'a limit of depth; nothing of the page'

truncate -s 100M page
fresh 'entries:*:body'
ends 76 small ncmec
ok 'it says so' grep -q 'answer is over 16777216 bytes' err
is 'and asks once' 1 echo $(($(asked) - seen))
truncate -s 10M big
gzip -c big >page
control "{\"body\":{\"entries\":{\"path\":\"$tmp/page\",\"header\":{\"Content-Encoding\":\"gzip\"}}}}"
fresh 'entries:*:body'
ends 65 small ncmec
control "{\"body\":{\"entries\":{\"path\":\"$tmp/page\"}}}"
awk -v root="$root" -v k=20001 -v e="$entry" 'BEGIN { printf "%s<images>", root
	for (i = 0; i < k; i++) printf "%s", e; print "</images></queryResult>" }' >page
fresh 'entries:*:body'
ends 76 small ncmec
ok 'more entries than a page has' grep -q 'a page of over 20000 entries' err
awk -v root="$root" 'BEGIN { printf "%s<images><image><id>", root
	for (i = 0; i < 1100000; i++) printf "0123456789"; print "</id></image></images></queryResult>" }' >page
fresh 'entries:*:body'
ends 65 small ncmec
ok 'more text than an element has' grep -q 'too much text' err
row 26 'a page of 100 MB, gzip, 20,001 entries, 11 MB of text' 'limits; never over 64 MiB of memory'

done_testing
