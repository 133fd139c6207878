#!/bin/sh
# ct-seen match: that a row was looked up in lists of this generation proves
# nothing where these were others: of another machine, made anew, or put back
# shellcheck source=t/lib.sh disable=SC2016,SC2317
. "${0%/*}/lib.sh"

printf '[source own]\ntype = file\npath = list\n' >conf
export CT_CONF=conf
sync() { ct-syncdb -q sync --allow-shrink "$@" 2>/dev/null; }
# objects FROM TO - as ct-hash writes them
objects() {
	awk -v a="$1" -v b="$2" 'BEGIN { for (i = a; i < b; i++)
	    printf "{\"id\":\"o%d\",\"object\":{\"bytes\":%d,\"etag\":\"%d\"},\"file\":{\"size\":%d,\"decode\":\"ok\"},\"hashes\":{\"md5\":\"%032x\",\"pdq\":\"%064x\",\"pdq_quality\":100}}\n", i, i, i, i, i + 1000000, i * 65537 + 1 }'
}
# known I... - lines of a list: these objects; filler N - N others
known() { for i; do printf 'md5 %032x o%s\n' $((i + 1000000)) "$i"; done; }
filler() { awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) printf "md5 %032x f%d\n", i + 65536000, i }'; }
generation() { echo '{"id":"x"}' | ct-match -q | jq .match.db.generation; }
# into a file: those in the log are few, and looked up in all
put() { ct-seen put -q --store s >/dev/null && ct-seen merge --store s; }
# found - what match has, and what it says, in said
found() { ct-seen match -q --store s "$@" 2>said | jq -r 'select(.match).id' | sort | paste -sd' ' | grep .; }
up_to_date() { ct-seen match -q --store s 2>/dev/null | put; }
anew() { rm -rf "$CT_HOME" list; }
others='in lists that are not these'

# ---- the usual: what is new in the lists is looked up, and nothing is said
filler 5000 >list
sync
objects 0 10 >some
ct-match -aq <some | put
ok 'a record says what it was looked up in' grep -qE '"content":"[0-9a-f]{16}0{16}"' <<END
$(ct-match -aq <some)
END
is 'nothing is new' '' found
known 1 >>list
sync
ok 'there is a delta' test -e "$CT_HOME/lists/known.delta"
is 'a list that has grown' 'o1' found
ok '  of which no word is lost' test ! -s said
objects 10 12 | ct-match -aq | put
known 2 11 >>list
sync
is 'and again, since the delta before' 'o1 o11 o2' found
ok '  likewise' test ! -s said
is '  the last line tells of both' 1 sh -c 'ct-seen match -q --store s | tail -n 1 | jq -r .seen.content | grep -cE "^[0-9a-f]{32}$"'
up_to_date
is 'all is up to date' '' found
is 'and of these lists' "$(generation)" sh -c 'ct-seen stats --store s | jq .generation'
ct-seen merge --store s
is '  in one file, too' '' found
is '  of which stats knows' "$(generation)" sh -c 'ct-seen stats --store s | jq .generation'

# ---- a worker with lists of its own
anew
filler 5000 >list
sync
known 3 >>list
sync
g=$(generation)
cp -r "$CT_HOME" worker
cp list here
{ filler 5000 && known 4; } >list
rm -rf worker/lists
CT_HOME=worker sync
{ filler 5000 && known 4 5; } >list
CT_HOME=worker sync
is 'a worker has lists of its own, and the same generation' "$g" sh -c 'echo "{\"id\":\"x\"}" | ct-match -q -d worker | jq .match.db.generation'
cp here list
ct-match -aq -d worker <some | put
is 'what it has looked up is looked up here' 'o3' found
ok '  and it is said' grep -q "10 rows were looked up $others" said
up_to_date
is '  once' '' found
ok '  and said no more' test ! -s said
# a copy of the lists is as good as they are
rm -rf worker/lists && cp -r "$CT_HOME/lists" worker
objects 20 30 | ct-match -aq -d worker | put
is 'a copy is no other' '' found
ok '  of which nothing is said' test ! -s said

# ---- lists that are deleted, and grow again past what there was
for size in 10 5000; do
	anew
	filler $size >list
	sync
	ct-match -aq <some | put
	up_to_date
	rm -rf "$CT_HOME/lists"
	{ filler $size && known 5; } >list
	sync
	known 6 >>list
	sync
	known 7 >>list
	sync
	is "lists made anew, of $size: all of them" 'o5 o6 o7' found
	ok '  the generation is a later one' test "$(generation)" -eq 3
done
ok '  and it is said' grep -q "10 rows were looked up $others" said
# that they had the same number
anew
filler 5000 >list
sync
known 8 >>list
sync
ct-match -aq <some | put
up_to_date
rm -rf "$CT_HOME/lists"
filler 4999 >list
sync
known 9 >>list
sync
is 'of the same generation: all of them' 'o9' found

# ---- a copy is put back, and other things come
for back in all lists; do
	anew
	filler 5000 >list
	sync
	known 1 >>list
	sync
	cp -r "$CT_HOME/lists" copy
	# what the index has is withdrawn; now rows are looked up, and miss it
	sed -i '/ f7$/d' list
	sync
	ok 'it is withdrawn' test "$(generation)" -eq 3
	printf '{"id":"f","object":{"etag":"f"},"file":{"size":1,"decode":"ok"},"hashes":{"md5":"%032x"}}\n' 65536007 >f
	ct-match -aq <f | put
	is "  from all of them" '' found
	case $back in
	all) rm -rf "$CT_HOME/lists" && mv copy "$CT_HOME/lists" ;;
	*) cp copy/own.db "$CT_HOME/lists/own.db" && rm -rf copy "$CT_HOME/lists/own.db-wal" "$CT_HOME/lists/own.db-shm" ;;
	esac
	{ filler 5000 && known 1 2; } >list
	sync
	ok "$back of a copy: another delta" test -e "$CT_HOME/lists/known.delta"
	is '  what counts again is found' 'f' found
	ok '  and it is said' grep -q "1 rows were looked up $others" said
	up_to_date
	is '  once' '' found
done

# ---- what was harmless, and is not
anew
cat >conf <<'END'
[source own]
type = file
path = list
[source fine]
type = file
path = fine
action = allow
END
sha=$(printf %064d 5)
pdq=$(awk 'BEGIN { while (n++ < 8) printf "%08x", n * 305419896 % 4294967291 }')
{ filler 5000 && echo "pdq $pdq near"; } >list
echo "sha256 $sha fine" >fine
echo "sha256 $(printf %064d 6) more" >>fine
sync
echo '{"id":"a","object":{"etag":"a"},"file":{"size":1,"decode":"ok"},"hashes":{"sha256":"'"$sha"'","pdq":"'"$pdq"'","pdq_quality":100}}' >a
ct-match -aq <a | put
is 'what is known to be harmless' '' found -a
sed -i 1d fine
sync
is '  and no longer is' 'a' found
up_to_date
known 1 >>list
sync
is '  of the next lists only what is new is asked' '' found

# ---- looked up with less than the lists ask for
anew
printf '[source own]\ntype = file\npath = list\n' >conf
filler 10 >list
echo "pdq $(printf %s "$pdq" | sed 's/...$//')$(printf %03x $((0x$(printf %s "$pdq" | tail -c 3) ^ 0xfff))) near" >>list
sync
echo '{"id":"t","object":{"etag":"t"},"file":{"size":1,"decode":"ok"},"hashes":{"pdq":"'"$pdq"'","pdq_quality":100}}' >a
ct-match -aq -t 3 <a >narrow
json 'less than the lists ask for' '[.match.verdict, .match.db.content]' '["clean",null]' narrow
put <narrow
is '  is no reason not to look' 't' found
ok '  of which nothing is said' test ! -s said
done_testing
