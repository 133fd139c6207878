#!/bin/sh
# large fingerprints: fetched by link, kept in files, gone with their signals;
# what cannot be got stops nothing, and is not forgotten
# shellcheck source=t/lib.sh disable=SC2016,SC2154,SC2317
. "${0%/*}/lib.sh"

for i in 1 2 3 4 5; do mktmk $i >"$i.tmk"; done
sum() { sha256sum "$1.tmk" | cut -c1-64; }
a=$(sum 1) b=$(sum 2) c=$(sum 3) d=$(sum 4) e=$(sum 5)
files=$CT_HOME/lists/ncmec/large
# entry ID FILE - a video with an MD5 and a large one, of the clock's time
entry() {
	printf '{"member":"9002","entry":"%s","content":"video","type":"md5","hash":"%032x"},' "$1" "$1"
	large "$@"
}
large() { printf '{"member":"9002","entry":"%s","content":"video","type":"%s","path":"%s.tmk"}' "$1" "${3-TMK_PDQF}" "$tmp/$2"; }
put() { control "{\"entries\":[$*]}"; }
minute=10
later() { # ten minutes, so that all that was put before is told of
	minute=$((minute + 10))
	CT_CLOCK=$(printf '2026-06-01T%02d:%02d:00Z' $((minute / 60)) $((minute % 60)))
	control "{\"clock\":\"$CT_CLOCK\"}"
	export CT_CLOCK
}
sync() { ct-syncdb -q --retry-wait 0 sync "$@" 2>said; }
# entries, hashes, large ones, missing ones, refused ones
show() { ct-syncdb show ncmec | jq -rc '"\(.entries) \(.hashes) \(.large) \(.large_missing) \(.rejects)"'; }
kept() { (cd "$files" && find . -type f | LC_ALL=C sort | paste -sd ' '); }
at() { for i; do printf './%.2s/%s\n' "$i" "$i"; done | LC_ALL=C sort | paste -sd ' '; }
asked() { # which entry's, with which status, since the last time
	state '.requests[]|select(.path|contains("fingerprints"))|"\(.path|split("/")[5]):\(.status)"' >all
	tail -n +$(($(cat seen) + 1)) all | sort | uniq -c | sed 's/^ *1 //;s/^ *\([0-9]*\) /\1x/' | paste -sd ' '
	wc -l <all >seen
}
echo 0 >seen
lacks() { ct-syncdb check 2>&1 | grep -c 'msg.*lacks large fingerprints'; }

sandbox --clock 2026-06-01T00:10:00Z || exit 1
printf '[source ncmec]\ntype = ncmec\ncredential = box/hashsharing.cred\n' >conf
export CT_CONF=conf

# ---- fetched
put "$(entry 1 1),$(large 1 2 SSVH_PDNA)"
later
exits 'a list with a large fingerprint' 0 sync
ok 'another that nobody matches is told of' grep -q 'does not match; they are left there' said
is '  and is not asked for' 1:200 asked
is 'it is a signal of its entry' '1 2 1 0 0' show
is 'its file has the name of its digest' "$(at "$a")" kept
ok 'its bytes' cmp 1.tmk "$files/$(at "$a")"
modes() { stat -c %a "$files/$(at "$a")" "$files/$(printf %.2s "$a")" "$files" "${files%/*}" | paste -sd ' '; }
is 'and is for the group to read' '640 750 750 750' modes
is 'nothing lacks' 0 lacks
later
exits 'the next run' 0 sync --reconcile
is 'asks for nothing that there is' none sh -c "echo '$(asked)none'"
rm "$files/$(at "$a")"
later
exits 'a file that is lost' 0 sync
ok '  is told of' grep -q '1 files of large fingerprints are not there' said
is '  is fetched again' "1:200 $(at "$a")" sh -c "echo '$(asked)' '$(kept)'"

spoil "$files/$(at "$a")" 5000
later
exits 'a file that is damaged' 0 sync --reconcile
ok '  is fetched again' cmp 1.tmk "$files/$(at "$a")"
asked >/dev/null

# ---- what cannot be got
put "$(entry 2 2),$(entry 3 3)"
later
head -c 263343 2.tmk >short
{ cat 2.tmk && echo; } >long
head -c 263344 /dev/zero >zero
for f in http:404 http:500 http:403 redirect truncate:9000 close-cut:9000 body:short body:long body:zero; do
	control "{\"body\":{\"large\":{\"path\":\"$tmp/${f#*:}\"}}}"
	control "{\"fault\":[null,\"large:*:$(case $f in body*) echo body ;; *) echo $f ;; esac)\"]}"
	rm -rf "$CT_HOME"
	sync
	echo "$f $? $(show) $(asked)"
done >faults
control '{"fault":[null,"entries:*:stray:0"]}'
rm -rf "$CT_HOME"
sync
echo "stray $? $(show) $(asked)" >>faults
is 'not there, in vain, damaged, elsewhere: their entries are in' "\
http:404 65 3 3 0 3 3 1:404 2:404 3:404
http:500 75 3 3 0 3 3 6x1:500 6x2:500 6x3:500
http:403 77 3 3 0 3 1 1:403
redirect 65 3 3 0 3 3 1:302 2:302 3:302
truncate:9000 75 3 3 0 3 3 6x1:200 6x2:200 6x3:200
close-cut:9000 65 3 3 0 3 3 3x1:200 3x2:200 3x3:200
body:short 65 3 3 0 3 3 3x1:200 3x2:200 3x3:200
body:long 65 3 3 0 3 3 3x1:200 3x2:200 3x3:200
body:zero 65 3 3 0 3 3 3x1:200 3x2:200 3x3:200
stray 65 3 3 0 3 3 " cat faults
is 'the index says so' 1 lacks
ok 'and the run' grep -q '3 large fingerprints are missing: the next run asks' said

# one that could not be got is asked for again, others go on
control '{"fault":[null,"large:*:http:404"]}'
rm -rf "$CT_HOME"
sync
put "$(entry 4 4)"
control '{"fault":[null,"large:3:http:404"]}'
later
exits 'the next run, and one that is not there' 65 sync
is 'some of them' '4 7 3 1 1' show
later
exits 'the one after it' 0 sync
is 'all' '4 8 4 0 0' show
is 'nothing lacks any more' 0 lacks
is 'files of all' "$(at "$a" "$b" "$c" "$d")" kept

# ---- changed, dropped, withdrawn
put "$(entry 1 5)"
control '{"fault":[null,"large:1:http:404"]}'
later
exits 'another in its place that is not there' 65 sync
is 'the old one counts until it is' "$(at "$a" "$b" "$c" "$d")" kept
later
exits 'it is there' 0 sync
is 'it takes the place of the old one' '4 8 4 0 0' show
put '{"op":"del","member":"9002","entry":"2","content":"video","type":"TMK_PDQF"},{"op":"del","member":"9002","entry":"3","content":"video"}'
later
sync
is 'an update that drops it, and an entry that goes' '3 5 2 0 0' show
later
sync
is 'their files go once the index has none of them' "$(at "$d" "$e")" kept

# ---- not wanted
cp conf tmk
echo 'large = none' >>conf
rm -rf "$CT_HOME"
exits 'large = none' 0 sync
is 'nothing is asked for' '3 3 0 0 0' show
cp tmk conf
control '{"fault":[null,"large:*:http:404"]}'
later
exits 'now it is' 65 sync
is 'the whole list is walked for it' '3 3 0 2 2' show
control '{"fault":null}'
later
exits 'and all is got' 0 sync
is 'at last' '3 5 2 0 0' show
echo 'large = all' >>conf
exits 'another word' 78 sync
printf '[source f]\ntype = file\npath = x\nlarge = tmk\n' >conf
exits 'of another type' 78 sync

# ---- encrypted
exits 'a key' 0 ct-syncdb keygen -o k
keyed() { printf '[lists]\n%s\n' "$1" | cat - tmk >conf; }
told() {
	(cd "$CT_HOME" && { find . -name "*$d*" && grep -rlaP "$(printf %s "$d" | sed 's/../\\x&/g')|$(tail -c 32 "$tmp/4.tmk" | od -An -v -tx1 | tr -d ' \n' | sed 's/../\\x&/g')" .; } | wc -l)
}
ok 'in the clear they do' test "$(told)" -gt 0
keyed "key = $PWD/k.key"
exits 'with it' 0 sync
is 'neither names nor bytes tell' 0 told
is 'a file of each' 2 sh -c "find '$files' -type f | wc -l"
rm -rf copy && cp -r "$files" copy
put "$(entry 6 1)"
later
exits 'one more' 0 sync
is 'it is there' '4 7 3 0 0' show
ok 'no other was touched' sh -c "cd copy && find . -type f -exec cmp {} '$files'/{} ';' | grep -c . | grep -qx 0"
keyed "old_key = $PWD/k.key"
exits 'in the clear again' 0 sync
is 'as they were' "$(at "$a" "$d" "$e")" kept
ok '  all of them' cmp 4.tmk "$files/$(at "$d")"
cp tmk conf
put '{"op":"del","member":"9002","entry":"6","content":"video"}'
later
sync
if [ -n "${CT_SANITIZED-}" ]; then # LD_PRELOAD and ASan do not mix
	done_testing
	exit
fi

# ---- it dies, or the disk fills
put "$(entry 4 2),$(entry 7 3)"
later
cp -r "$CT_HOME" old
strike() { # CALL KIND STEP
	i=1 wrong='' struck=0
	while :; do
		rm -rf "$CT_HOME" did
		cp -r old "$CT_HOME"
		LD_PRELOAD=$t/fault.so CT_FAULT=$1:$i:$2 CT_FAULT_DID=did \
		    ct-syncdb -q --retry-wait 0 sync >/dev/null 2>&1
		rc=$?
		[ -e did ] || break
		struck=$((struck + 1))
		case $2.$rc in
		KILL.137 | E*.7[1345] | E*.0) ;;
		*) wrong="$wrong $i:exit-$rc" ;;
		esac
		sync && sync || wrong="$wrong $i:again"
		[ "$(kept)" = "$want" ] || wrong="$wrong $i:$(kept)"
		i=$((i + $3))
	done
	ok "$1 $2, $struck times: the next run mends it" test -z "$wrong" -a $struck -gt 0
	[ -z "$wrong" ] || echo "# $wrong"
}
want=$(at "$b" "$c" "$e")
strike fsync KILL 1
strike rename KILL 1
strike fdatasync KILL 6
strike write ENOSPC 6
done_testing
