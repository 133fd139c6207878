#!/bin/sh
# ct-syncdb, bad feeds: hashes that are none, from every kind of source at once
# shellcheck source=t/lib.sh disable=SC2154,SC2317,SC3045
. "${0%/*}/lib.sh"
# shellcheck source=t/cases.sh
. "$t/cases.sh"

sandbox --clock 2026-06-01T00:00:00Z || exit 1
CT_CLOCK=2026-06-01T00:00:00Z CT_CONF=$tmp/ct.conf
export CT_CLOCK CT_CONF
{
	printf '[source file]\ntype = file\npath = list\n'
	printf '[source ncii]\ntype = stopncii\ncredential = %s/stopncii.cred\n' "$box"
	printf '[source ncmec]\ntype = ncmec\ncredential = %s/hashsharing.cred\n' "$box"
	printf '[source tat]\ntype = tat\ncredential = %s/tat.cred\n' "$box"
	printf '[source te]\ntype = threatexchange\ngroup = 300000000000001\nclass = exploitative\ncredential = %s/threatexchange.cred\n' "$box"
} >"$CT_CONF"
sync() { ct-syncdb -q --retry-wait 0 sync "$@" 2>said; }
h() { printf '%s' "$1" | sha256sum | cut -c1-"$2"; }
upper() { printf '%s' "$1" | tr "[:lower:]" "[:upper:]"; }

# hashes TYPE HASH... - as JSON has a string; each source has them as its only
# records, each under a name of its own
hashes() {
	type=$1
	shift
	for i; do
		big=$(upper "$type") k=$((k + 1))
		printf '{"type":"%s","hash":"%s","entry":"%d"}\n' "$type" "$i" $k >>list
		case $i in
		'' | *u0000*) ;; # XML cannot hold it
		*) printf '{"member":"9002","entry":"%d","type":"%s","hash":"%s"}\n' $k "$type" "$i" >>ncmec ;;
		esac
		printf '{"id":"%d","indicator":"%s","type":"HASH_%s","last_updated":1767254400,"should_delete":false,"descriptors":{"data":[{"id":"1%d","owner":{"id":"811"},"status":"MALICIOUS"}]}}\n' $k "$i" "$big" $k >>te
		printf '{"id":%d,"hash_digest":"%s","algorithm":"%s","file_type":"jpg","deleted":false,"updated_on":1767254400}\n' $k "$i" "$big" >>tat
		case $type in pdq) big=ImagePDQ ;; md5) big=VideoMD5 ;; *) continue ;; esac
		printf '{"hashValue":"%s","hashStatus":"Active","signalType":"%s","lastModtimestamp":1767250001}\n' "$i" "$big" >>ncii
	done
}
k=0
array() { paste -sd , "$1"; }
# put - all of it becomes what the sources are
put() {
	[ -z "${box_pid-}" ] || { kill "$box_pid"; wait "$box_pid" 2>/dev/null; }
	rm -rf "$CT_HOME"
	sandbox --hashes ncmec --clock 2026-06-01T00:00:00Z -p "${url##*:}"
	control "{\"threatexchange\":[$(array te)],\"stopncii\":[$(array ncii)],\"tat\":[$(array tat)]}"
}
fresh() { rm -f list ncmec te ncii tat; }
# lists - of each the hashes, and what was refused
lists() {
	ct-syncdb show | jq -r 'select(.source)|"\(.source) \(.hashes) \(.rejects)"' | paste -sd ' '
}
# hits TYPE HASH... - a line each, the sources that know it
hits() {
	type=$1
	shift
	printf '{"hashes":{"'"$type"'":"%s"}}\n' "$@" | ct-match -aq |
	    jq -r '[.match.hits[]?.source]|join(" ")'
}
# reasons - why, and how often, in all
reasons() { sed -n 's/^ct-syncdb: .*: refused: //p' said | sort | uniq -c | awk '{ $1 = $1; print }'; }

# ---- 18
good=$(h good 64)
fresh
g=$(printf '%064d' 0 | tr 0 g)
wide=$(printf '%064d' 0 | sed 's/0/０/g')
hashes pdq "$good" "$g" "$wide" "$(h a 61)１" "$(h b 30) $(h c 33)" "0x$(h i 62)" \
    "$(h d 64)\\u0000" "$(h e 30)\\u0000$(h f 33)"
put
ends 65 sync
is 'one is a hash, in each source' 'file 1 7 ncii 1 7 ncmec 1 5 tat 1 7 te 1 7' lists
is 'it is known by all' 'file ncii ncmec tat te' hits pdq "$good"
row 18 '64 characters of a wrong alphabet' '5 kinds of source: the records refused, the rest taken'

# ---- 19
fresh
hashes pdq "$(upper "$good")" "$(h n 64)\\n" "  $(h s 64) " \
    00000000000000000000000000000000 "$(h a 63)" "$(h b 64)0" "$(h c 64)$(h d 64)" ''
put
ends 65 sync
is 'three are hashes, in each source' 'file 3 5 ncii 3 5 ncmec 3 4 tat 3 5 te 3 5' lists
all='file ncii ncmec tat te'
is 'upper case is lower case, blanks are none' "$all
$all
$all" hits pdq "$good" "$(h n 64)" "$(h s 64)"
row 19 'wrong lengths; upper case; blanks around' '5 kinds of source: refused; normalised; trimmed'

# ---- 20
fresh
null() { printf '%0*d' "$1" 0 | tr 0 "$2"; }
hashes pdq "$(null 64 0)" "$(null 64 f)" "$good"
hashes md5 "$(md5sum </dev/null | cut -c1-32)"
hashes sha1 "$(sha1sum </dev/null | cut -c1-40)"
hashes sha256 "$(upper "$(sha256sum </dev/null | cut -c1-64)")"
hashes sha512 "$(sha512sum </dev/null | cut -c1-128)"
put
ends 65 sync
is 'one is a hash, in each source' 'file 1 6 ncii 1 3 ncmec 1 6 tat 1 6 te 1 6' lists
is 'why' 27 sh -c 'grep -c "refused: null-signal$" said'
row 20 'hashes of the empty file; PDQ of one bit' '5 kinds of source: refused as null-signal'

# ---- 23: what is too much; and what it takes of memory
fresh
hashes pdq "$good"
put
[ -n "${CT_SANITIZED-}" ] || ulimit -S -d 65536 # KiB
long() { head -c "$1" /dev/zero | tr '\0' "${2-x}"; }
tags() { awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) printf "%s{\"text\":\"tag%d\"}", i ? "," : "", i }'; }
answer() { # CALL: that file, always
	control "{\"fault\":null,\"body\":{\"$1\":{\"path\":\"$PWD/$1\"}}}"
	control "{\"fault\":\"$1:*:body\"}"
}
graph() { # ID OWNER TAGS
	k=$((k + 1))
	printf ',{"id":"%s","indicator":"%s","type":"HASH_MD5","last_updated":1767254401,"should_delete":false,"descriptors":{"data":[{"id":"9%d","owner":{"id":"%s"},"tags":{"data":[' "$1" "$(h $k 32)" $k "$2"
	tags "$3"
	printf ']}}]}}'
}
{
	printf '{"data":['
	cat te
	graph "$(long 1000000)" 811 1
	graph 7 "$(long 70000)" 1
	graph 8 811 100000
	printf ']}'
} >updates
answer updates
ends 65 sync te
ok 'ThreatExchange: an id of 1 MB, an owner of 70 kB' \
    test "$(grep -c '^ct-syncdb: te: page 1 record [23]: refused: too long$' said)" -eq 2
is 'the rest is taken, so is that with 100,000 tags' '2 2' sh -c "ct-syncdb show te | jq -r '\"\(.hashes) \(.rejects)\"'"
printf '{"hashes":{"md5":"%s"}}\n' "$(h $k 32)" | ct-match -aq >hit
is 'with as many of them as there is room for' true jq '.match.hits[0].classification|length|. > 500 and . < 1025' hit

entry() { # ID NOTE HASH
	printf '<image><member id="9002">M</member><timestamp>2026-01-01T00:00:00Z</timestamp><id>%s</id><note>%s</note><fingerprints><md5>%s</md5></fingerprints></image>' \
	    "$1" "$2" "$3"
}
result() { # the entries on standard input
	printf '<?xml version="1.0"?><queryResult xmlns="https://hashsharing.ncmec.org/hashsharing/v2"><images count="%d">' "$1"
	cat
	printf '</images></queryResult>'
}
{ entry 1 x "$(h one 32)" && entry "$(long 60000)" x "$(h two 32)"; } | result 2 >entries
answer entries
ends 65 sync ncmec
is 'NCMEC: an id of 60 kB is refused, the rest taken' '1 1' sh -c \
    "ct-syncdb show | jq -r 'select(.source==\"ncmec\")|\"\(.hashes) \(.rejects)\"'"
rm -rf "$CT_HOME"
for much in "$(long 1000000)" '' 'x'; do
	case $much in
	'') { printf '<image><id>1</id><note>' && long 10000000 && printf '</note></image>'; } | result 1 >entries ;;
	x) { printf '<image><id>1</id><note a="' && long 10000000 && printf '"/></image>'; } | result 1 >entries ;;
	*) { entry 1 x "$(h one 32)" && entry "$much" x "$(h two 32)"; } | result 2 >entries ;;
	esac
	ends 65 sync ncmec
	is 'NCMEC: an id of 1 MB, a text, an attribute of 10 MB: the page is refused' '0 null' sh -c \
	    "ct-syncdb show ncmec | jq -r '\"\(.hashes) \(.done_to)\"'"
done
{ cat list && long 10000000 && echo && printf 'md5 %s ' "$(h x 32)" && long 1000000; } >much
mv much list
ends 65 sync file
is 'a file: lines of 10 MB and 1 MB are refused' '1 2' sh -c "ct-syncdb show file | jq -r '\"\(.hashes) \(.rejects)\"'"
ulimit -S -d unlimited
row 23 'an id of 1 MB, 100,000 tags, a text of 10 MB' 'record or page refused, tags cut, in 64 MiB of memory'

done_testing
