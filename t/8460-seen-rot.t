#!/bin/sh
# a bit of a store that turned over, in each of its columns: match says that not
# all was looked up, new has the objects read again, and then all is found
# shellcheck source=t/lib.sh disable=SC2016,SC2317
. "${0%/*}/lib.sh"

printf '[source own]\ntype = file\npath = list\n' >conf
export CT_CONF=conf
dir=$CT_HOME/seen/s
# 32,300 objects, as ct-match passes them on
awk '
function hex(n,   s) { s = ""; while (length(s) < n) s = s sprintf("%08x", rand() * 4294967296); return s }
BEGIN { srand(1); for (i = 0; i < 32300; i++)
    printf "{\"id\":\"s3://m/%05d\",\"object\":{\"bytes\":%d,\"etag\":\"%d\"},\"file\":{\"decode\":\"ok\"},\"hashes\":{\"md5\":\"%s\",\"sha1\":\"%s\",\"sha256\":\"%s\",\"pdq\":\"%s\",\"pdq_quality\":100}}\n",
    i, i, i, hex(32), hex(40), hex(64), hex(64) }' >all
known() { sed -n "$(($2 + 1))s/.*\"$1\":\"\\([0-9a-f]*\\)\".*/$1 \\1 $1$2/p" all; }
{ known md5 100 && known sha1 7000 && known sha256 13000 && known pdq 20000 && known md5 25999 && known pdq 31000; } >list
ct-syncdb -q sync 2>/dev/null
want='00100 07000 13000 20000 25999 31000'
# two files, so that there is more than one block
head -n 26000 all | ct-seen put -q --store s >/dev/null
ct-seen merge --store s
tail -n +26001 all | ct-seen put -q --store s >/dev/null
cp -r "$dir" whole
rows=$(cd "$dir" && find . -name '*.rows' -size +3000k)
restore() { rm -rf "$dir" && cp -r whole "$dir"; }
# flip FILE OFFSET - a bit there is another
flip() {
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	printf '%b' "\\0$(printf %o $((byte ^ 4)))" |
	    dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}
# at COLUMN - where it begins, and its bytes
at() { od -An -tu8 -w16 -j $((64 + 16 * $1)) -N 16 "whole/$rows"; }
ids() { sed -n '/"told"/!s#.*"id":"s3://m/\([0-9]*\)".*#\1#p' "$@" | sort | paste -sd' '; }
match() { ct-seen match -q --store s "$@"; }

is 'two files' 2 sh -c 'ct-seen stats --store s | jq .files'
match -j 1 >told
is 'what is known' "$want" ids told
match -j 2 | sed 's/"age_s":[0-9]*//' >two
match -j 5 | sed 's/"age_s":[0-9]*//' >five
sed 's/"age_s":[0-9]*//' told >one
ok 'two threads, or five, write the same as one' sh -c 'cmp one two && cmp one five'
exits 'no thread' 64 match -j 0
exits 'of another verb' 64 ct-seen new -j 2 --store s

# ---- every column, at object 13000, or as far along
wrong=''
for column in 0:keys 1:at 2:stamp 3:info 4:md5 5:sha1 6:sha256 7:pdq; do
	name=${column#*:}
	restore
	# shellcheck disable=SC2046 # two numbers
	set -- $(at "${column%:*}")
	flip "$dir/$rows" $(($1 + $2 / 2))
	match >told 2>err
	rc=$?
	case $name.$rc in
	*.65) grep -q damaged err && ! grep -q '"told"' told || wrong="$wrong $name:untold" ;;
	keys.0 | at.0 | stamp.0) [ "$(ids told)" = "$want" ] || wrong="$wrong $name:missed" ;;
	*) wrong="$wrong $name:exit-$rc" ;;
	esac
	# what is told, is told as it was put
	[ "$(jq -r 'select(.match).id' told | wc -l)" -eq "$(ids told | wc -w)" ] || wrong="$wrong $name:told"
	ct-seen check -q --store s 2>err && wrong="$wrong $name:check"
	grep -q "${rows#./}.*damaged" err || wrong="$wrong $name:unnamed"
	ct-seen new -q --store s <all >again 2>err
	[ $? -eq 65 ] && grep -q damaged err || wrong="$wrong $name:new"
	grep -q 's3://m/13000"' again || wrong="$wrong $name:not-read-again"
	[ "$(wc -l <again)" -lt 26001 ] || wrong="$wrong $name:all"
	ct-seen put -q --store s <again >/dev/null 2>&1
	ct-seen merge -q --store s 2>/dev/null
	ct-seen check -q --store s || wrong="$wrong $name:not-mended"
	match >told 2>err || wrong="$wrong $name:not-whole"
	[ "$(ids told)" = "$want" ] && grep -q '"told":6' told || wrong="$wrong $name:not-found"
done
ok "a bit of each column: told, read again, found:$wrong" test -z "$wrong"
is 'nothing is new then' '' ct-seen new -q --store s <all

# ---- what is newer makes it good, merged or not
restore
# shellcheck disable=SC2046
set -- $(at 7)
flip "$dir/$rows" $(($1 + $2 * 25 / 26))
ct-seen match --store s >told 2>said
is 'what has a hash that is damaged is not told by it' '00100 07000 13000 25999 31000' ids told
ct-seen new -q --store s <all >again 2>/dev/null
head -n 1000 again | ct-seen put -q --store s >/dev/null
before=$(sed -n 's/.* \([0-9]*\) undecided.*/\1/p' said)
is 'those that were read again are decided' $((before - 1000)) sh -c 'ct-seen match --store s 2>&1 >/dev/null | sed -n "s/.* \([0-9]*\) undecided.*/\1/p"'
exits 'export leaves them out, and tells' 65 ct-seen export -q --store s
is '  them alone' $((32300 - before + 1000)) sh -c 'ct-seen export -q --store s 2>/dev/null | wc -l'
{ cat all && echo '{"listed":"s3://"}'; } >listing
is 'nothing of it is gone' 0 sh -c 'ct-seen new -q --gone --store s <listing 2>/dev/null | grep -c gone'
exits 'merge leaves them out, and tells' 65 ct-seen merge -q --store s
exits '  once' 0 ct-seen merge -q --store s
is '  what is left is new' $((before - 1000)) sh -c 'ct-seen new -q --store s <all | wc -l'

# ---- a disk that cannot read, no threads
if [ -n "${CT_SANITIZED-}" ]; then
	echo '# sanitizers: no faults'
else
	restore
	faulty() { LD_PRELOAD=$t/fault.so CT_FAULT=$1 timeout 60 ct-seen "$2" -q --store s -j 3; }
	exits 'a chunk that cannot be read is damaged' 65 faulty madvise:1:EIO match
	exits '  or all' 65 faulty madvise:1+:EIO match
	is 'a kernel that does not load beforehand' "$want" sh -c 'LD_PRELOAD=$1/fault.so CT_FAULT=madvise:1+:EINVAL ct-seen match -q --store s | sed -n "/\"told\"/!s#.*\"id\":\"s3://m/\([0-9]*\)\".*#\1#p" | sort | paste -sd" "' - "$t"
	is 'a thread that cannot be had' "$want" sh -c 'LD_PRELOAD=$1/fault.so CT_FAULT=pthread_create:2+:EAGAIN ct-seen match -q -j 3 --store s | sed -n "/\"told\"/!s#.*\"id\":\"s3://m/\([0-9]*\)\".*#\1#p" | sort | paste -sd" "' - "$t"
fi
done_testing
