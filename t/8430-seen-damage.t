#!/bin/sh
# files of a store that are damaged, cut, missing, another's: it is told, never
# taken for what was written by check, and no program crashes over it
# shellcheck source=t/lib.sh disable=SC2016,SC2317
. "${0%/*}/lib.sh"

dir=$CT_HOME/seen/s
listing() { # FROM TO
	awk -v a="$1" -v b="$2" 'BEGIN { for (i = a; i < b; i++)
	    printf "{\"id\":\"s3://m/u%d/%06d.jpg\",\"object\":{\"bytes\":%d,\"etag\":\"%d\"}}\n", i / 100, i, i, i }'
}
hashed() {
	awk '{ sub(/}$/, ""); printf "%s,\"file\":{\"size\":%d,\"decode\":\"ok\"},\"hashes\":{\"md5\":\"%032x\",\"pdq\":\"%064x\"}}\n", $0, NR, NR, NR }'
}
listing 0 700 >list
hashed <list | ct-seen put -q --store s >/dev/null
ct-seen merge --store s
listing 700 720 | hashed | ct-seen put -q --store s >/dev/null
listing 0 720 >list
cp -r "$CT_HOME" whole
rows=$(cd "$dir" && ls ./*.rows)
log=$(cd "$dir" && ls ./*.log)
restore() { rm -rf "$CT_HOME" && cp -r whole "$CT_HOME"; }
# flip FILE OFFSET - another byte there
flip() {
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	printf '%b' "\\0$(printf %o $((byte ^ ${3-85})))" |
	    dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}
# use WHAT - no program may crash, or say that all is well and not be right
wrong=''
use() {
	for verb in new export stats check; do
		ct-seen $verb -q --store s <list >"out.$verb" 2>"err.$verb"
		rc=$?
		case $verb.$rc in
		*.0) ;;
		*.65) [ -s "err.$verb" ] || wrong="$wrong $1:$verb-says-nothing" ;;
		*) wrong="$wrong $1:$verb-exit-$rc" ;;
		esac
		eval "$verb=$rc"
	done
	# shellcheck disable=SC2154 # of eval
	case $2.$check in
	damage.65 | log.0) ;;
	*) wrong="$wrong $1:check-$check" ;;
	esac
}

# ---- a byte anywhere in the file of rows
size=$(stat -c %s "$dir/$rows") many=0
step=$((size / 60))
at=3
while [ $at -lt "$size" ]; do
	restore
	flip "$dir/$rows" $at
	before=$(od -An -tu1 -j $at -N 1 "whole/seen/s/$rows")
	# what fills up to the next section is summed, too
	use "byte-$at(was$before)" damage
	at=$((at + step)) many=$((many + 1))
done
ok "$many bytes of rows: all are found: $wrong" test -z "$wrong" -a $many -gt 50

# ---- keys that lead astray: of a block, one that is too long, or shares more
wrong=''
for what in 512:255 513:127 514:255 600:255 640:127; do
	restore
	flip "$dir/$rows" "${what%:*}" "${what#*:}"
	use "key-$what" damage
done
ok "keys: found$wrong" test -z "$wrong"

# ---- the manifest and the log
wrong='' many=0
for at in 0 8 12 16 30 50 56 64 72 84 88 100 1119 1127; do
	restore
	flip "$dir/current" $at
	use "manifest-$at" damage
	many=$((many + 1))
done
ok "$many bytes of the manifest: found$wrong" test -z "$wrong"
wrong=''
for at in 0 8 16 24 60; do
	restore
	flip "$dir/$log" $at
	use "log-$at" damage
done
ok "the beginning of the log: found$wrong" test -z "$wrong"
wrong=''
for at in 64 68 72 100 200 300; do
	restore
	flip "$dir/$log" $at
	use "entry-$at" log
	lost=$(wc -l <out.new)
	[ "$lost" -gt 0 ] || wrong="$wrong $at:not-lost"
	grep -q 'no entry' err.check || wrong="$wrong $at:untold"
done
ok "an entry of the log: it and what follows are new again, and it is told$wrong" test -z "$wrong"

# ---- cut, missing, another's
wrong=''
for to in 0 1 511 512 4000 $((size - 1)); do
	restore
	truncate -s "$to" "$dir/$rows"
	use "rows-cut-$to" damage
done
for to in 0 1 63; do
	restore
	truncate -s "$to" "$dir/$log"
	use "log-cut-$to" damage
	restore
	truncate -s "$to" "$dir/current"
	use "manifest-cut-$to" damage
done
for file in "$rows" "$log"; do
	restore
	rm "$dir/$file"
	use "no-$file" damage
done
ok "cut, or missing: told$wrong" test -z "$wrong"
restore
head -n 5 list | hashed | ct-seen put -q --store t >/dev/null
ct-seen merge --store t
cp "$CT_HOME"/seen/t/*.rows "$dir/$rows"
wrong=''
use 'of another store' damage
ok "a file of another store: told$wrong" test -z "$wrong"
restore
mkdir "$CT_HOME/elsewhere"
mv "$dir/$rows" "$CT_HOME/elsewhere/rows"
ln -s ../../elsewhere/rows "$dir/$rows"
exits 'a link is not followed' 66 ct-seen new --store s <list

# ---- what the writer makes of it
restore
flip "$dir/$rows" 20000
before=$(sha256sum <"$dir/current")
listing 720 730 | hashed >in
exits 'put goes on beside a damaged file' 0 ct-seen put --store s <in
restore
flip "$dir/$log" 100
listing 700 720 | hashed >in
exits 'and makes a damaged log good' 0 ct-seen put --store s <in
is '  all is there' '' ct-seen new -q --store s <list
exits '  and sound' 0 ct-seen check --store s
restore
flip "$dir/$rows" 600 127
exits 'merge leaves out what is damaged, and tells' 65 ct-seen merge --store s
exits '  what it makes is sound' 0 ct-seen check --store s

# ---- a damaged store lets through what it does not know any more
restore
flip "$dir/$rows" 515 255
ct-seen new --store s <list >got.new 2>said
rc=$?
is 'new over a key that is none: it is told' 65 echo $rc
is '  all of its file is new' 700 sh -c 'wc -l <got.new'
done_testing
