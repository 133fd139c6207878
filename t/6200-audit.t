#!/bin/sh
# ct-audit: what a log proves, what only a head proves, and what is left of it
# after every fault of the disk
# shellcheck source=t/lib.sh disable=SC2016,SC2317
. "${0%/*}/lib.sh"

log=$CT_HOME/audit/ct-submit.log
fresh() {
	rm -rf "$CT_HOME"
	mkdir "$CT_HOME"
	cp -r whole "$CT_HOME/audit"
}
# bad WHAT LINE - verify names this line
bad() {
	exits "$1" 1 ct-audit verify -q
	json '  and which it is' .bad "$2" got
}

# ---- without heads
for verb in verify head find export; do
	exits "$verb of no logs is of the wrong directory" 66 ct-audit $verb -d "$tmp/none"
done
ok '  as is said' grep -qx "ct-audit: there is no log in '$tmp/none/audit'" err
: >heads
exits '  though there are heads, of none' 66 ct-audit verify --heads heads -d "$tmp/none"
mklog "$CT_HOME" ct-submit 1000
cp -r "$CT_HOME/audit" whole
exits 'a log is whole' 0 ct-audit verify
json '  of which nothing is proven' '[.program, .state, .lines, .proven, .unproven]' \
    '["ct-submit","ok",1000,0,1000]' got
ok '  as is said' grep -qx 'ct-audit: ct-submit: all 1000 lines are unproven: no head is of them' err
is 'the sum of its end is what b2sum says' "$(tail -n 1 "$log" | b2sum -l 256 | cut -c-64)" \
    sh -c 'ct-audit verify -q | jq -r .sum'
is 'quiet says nothing' '' sh -c 'ct-audit verify -q 2>&1 >out'

sed -i '500s/"user":"u/"user":"v/' "$log"
bad 'a line changed' 500
ok '  and is said' grep -qx 'ct-audit: ct-submit: line 500: the next line names another digest' err
fresh
sed -i 500d "$log"
bad 'a line dropped' 500
fresh
sed -i 500p "$log"
bad 'a line put in' 500
fresh
sed -i '500{h;d};501G' "$log"
bad 'two lines in the other order' 500
fresh
sed -i '500s/...$//' "$log"
bad 'a line cut' 500
fresh
printf '{"seq":1001' >>"$log"
exits 'a torn end is not bad' 0 ct-audit verify
json '  but told of' '[.state, .torn]' '["ok",11]' got
ok '  twice' grep -q ': 11 bytes behind the last line: being written, or torn' err
fresh
sed -i 's/,"at":"2/,"at":"3/' "$log"
bad 'all of another time' 1
fresh
echo text >"$log"
bad 'what is no log' 1
printf '\0\0\n' >"$log"
bad 'nor this' 1
fresh
exits 'a log by its path' 0 ct-audit verify -q whole/ct-submit.log
exits 'that is not there' 66 ct-audit verify ./none.log
exits 'a program that has none' 66 ct-audit verify ct-none

# ---- heads
fresh
ct-audit head >head.1000
json 'a head' '[.program, .seq, has("signature")]' '["ct-submit",1000,false]' head.1000
is '  its sum is that of the last line' "$(tail -n 1 "$log" | b2sum -l 256 | cut -c-64)" jq -r .sum head.1000
head -n 700 whole/ct-submit.log >"$log"
exits 'the end cut off is nothing to the chain' 0 ct-audit verify -q
ct-audit head >head.700
exits '  but to a head' 1 ct-audit verify --heads head.1000
json '  which says how long it was' '[.bad, .reason]' \
    '[701,"the log ends here; a head is of line 1000"]' got
fresh
exits 'a head in the middle' 0 ct-audit verify --heads head.700
json '  proves up to there' '[.proven, .unproven]' '[700,300]' got
ok '  and what is behind is unproven' \
    grep -qx 'ct-audit: ct-submit: lines 701 to 1000 are unproven: no head is of them' err
cat head.1000 head.700 >heads
exits 'heads may be in any order' 0 ct-audit verify --heads heads
json '  the last counts' '[.proven, .unproven]' '[1000,0]' got
ok '  and nothing is left to be said' test ! -s err

# made anew from line 701 on, its chain whole
head -n 700 whole/ct-submit.log >"$log"
CT_CLOCK=2027-01-01T00:00:00Z mklog "$CT_HOME" ct-submit 1000
exits 'an end made anew is nothing to the chain' 0 ct-audit verify -q
json '  as it has as many lines' .lines 1000 got
exits '  but to a head' 1 ct-audit verify --heads heads
json '  which tells between which lines' '[.bad, .proven, .reason]' \
    '[1000,700,"a head of it names another digest: lines 701 to 1000 are not all what they were"]' got
jq -c 'select(.seq == 1000) | .sum |= (explode | reverse | implode)' heads >twice
for order in 'head.1000 twice' 'twice head.1000'; do
	# shellcheck disable=SC2086 # words
	cat $order >heads.2
	exits "two heads of a line, $order" 1 ct-audit verify --heads heads.2 whole/ct-submit.log
	json '  are told of the same way' '[.bad, .proven, (.reason | contains("1 to 1000"))]' \
	    '[1000,1000,true]' got
done
rm "$log"
exits 'a log that is gone' 1 ct-audit verify --heads heads
json '  is named' '[.program, .state, .bad]' '["ct-submit","bad",1]' got

# ---- a program has a log in every home: a head is of the log that began as its own
CT_CLOCK=2027-01-01T00:00:00Z mklog other ct-submit 800
ct-audit head -d other >head.other
fresh
cat head.700 head.other head.1000 >mixed
exits 'heads of two logs of a program' 0 ct-audit verify --heads mixed \
    "$log" other/audit/ct-submit.log
cp got last
is '  prove each its own' '[1000,1000]
[800,800]' jq -c '[.lines, .proven]' last
exits 'one that no log is of is told of' 1 ct-audit verify --heads mixed
cp got last
is '  and harms no other' '["ok",1000,null]
["bad",0,"no log begins as the one that a head of line 800 is of"]' jq -c '[.state, .proven, .reason]' last
exits '  nor if it is of a program that was not asked for' 0 sh -c \
    'jq -c ".program = \"ct-act\"" head.other >>head.1000 &&
    ct-audit verify --heads head.1000 ct-submit'
rm -rf "$CT_HOME"
CT_CLOCK=2027-01-01T00:00:00Z mklog "$CT_HOME" ct-submit 1000
ct-audit head >>head.700
exits 'a log made anew from its first line on' 1 ct-audit verify --heads head.700
json '  is bad, though heads were taken since' 'select(.state == "bad") | .reason' \
    '"no log begins as the one that a head of line 700 is of"' got
fresh
echo '{"program":"ct-submit"}' >>heads
exits 'a log under the name of another program' 1 sh -c \
    'cp "$1" "${1%-submit.log}-act.log"; ct-audit verify -q ct-act; s=$?; rm "${1%-submit.log}-act.log"; exit $s' - "$log"
json '  is bad' '[.program, .bad, .reason]' '["ct-act",1,"this is a line of another program"]' got
chmod 666 "$log"
chmod 777 "$CT_HOME/audit"
exits 'a log that others can write' 0 ct-audit verify -q
ok '  is told of' grep -q 'others can write this log: it has mode 0666' err
ok '  and the directory' grep -q 'others can write the directory .* mode 0777' err
chmod 600 "$log"
chmod 700 "$CT_HOME/audit"
exits '  no more then' 0 ct-audit verify -q
ok '  ' test ! -s err
{ head -c 67108864 /dev/zero | tr '\0' '\n'; ct-audit head; } >heads.large
exits 'a file of heads may be of any size' 0 ct-audit verify --heads heads.large
json '  and is read to its end' .proven 1000 got
rm heads.large
exits 'what is no head is an error' 1 ct-audit verify --heads heads
ok '  that is named' grep -qx "ct-audit: 'heads', line 3: this is no head" err

# ---- signed heads
ct-preserve keygen --officer -o ours 2>/dev/null
ct-preserve keygen --officer -o theirs 2>/dev/null
exits 'a head is signed' 0 ct-audit head -k ours.key
cp got signed
json '  by that key' '[.seq, (.signature | length)]' '[1000,128]' signed
exits '  and proves' 0 ct-audit verify --heads signed -k ours.pub
json '  all' .proven 1000 got
head -n 700 whole/ct-submit.log >"$log"
CT_CLOCK=2027-01-01T00:00:00Z mklog "$CT_HOME" ct-submit 1000
ct-audit head >forged
exits 'one without the key can make a head of the log made anew' 0 ct-audit verify --heads forged
exits '  but none that counts' 1 ct-audit verify --heads forged -k ours.pub
ok '  as is said' grep -qx "ct-audit: 'forged', line 1: this head is not signed by the key" err
json '  so nothing is proven' .proven 0 got
ct-audit head -k theirs.key >forged
exits '  nor with another key' 1 ct-audit verify --heads forged -k ours.pub
exits 'and the signed one tells' 1 ct-audit verify --heads signed -k ours.pub
for edit in '.seq = 999' '.at = "2026-11-28T12:00:01Z"' '.taken = "2027-01-01T00:00:00Z"' \
    '.program = "ct-act"' '.first |= (explode | reverse | implode)' '.sum |= (explode | reverse | implode)' \
    '.signature |= (explode | reverse | implode)' 'del(.signature)'; do
	jq -c "$edit" signed >edited
	exits "a signed head with $edit" 1 ct-audit verify --heads edited -k ours.pub
	ok '  counts for nothing' grep -q 'not signed by the key' err
done
exits 'an empty log has a head, too' 0 sh -c ': >none.log; ct-audit head -k ours.key ./none.log'
json '  of nothing' '[.seq, has("at")]' '[0,false]' got
exits 'a key without heads is a mistake' 64 ct-audit verify -k ours.pub
chmod 644 ours.key
exits 'a key that others can read' 77 ct-audit head -k ours.key

# ---- find, export, note
fresh
export CT_CLOCK=2026-11-28T12:00:00Z
exits 'a note' 0 ct-audit note --by ana --report 000000000000000000000000000001f4 'asked, ref 7'
exits 'another' 0 ct-audit note --rid 990000500 'asked again'
unset CT_CLOCK
is 'is in the log of ct-audit' '["note","asked, ref 7","ana"]
["note","asked again",null]' \
    jq -c '[.act, .text, .by]' "$CT_HOME/audit/ct-audit.log"
exits 'two reports for one note' 64 ct-audit note --rid 1 --report 2 text
exits 'no text' 64 ct-audit note
exits 'an empty one' 64 ct-audit note ''
exits 'no UTF-8' 64 ct-audit note "$(printf 'a\377')"
exits 'one of 4 KiB' 0 ct-audit note -d else "$(head -c 4096 /dev/zero | tr '\0' a)"
exits 'one over that' 64 ct-audit note "$(head -c 4097 /dev/zero | tr '\0' a)"
is 'a report is found by its key, in all logs' 'note
finish' sh -c 'ct-audit find --report 000000000000000000000000000001f4 | jq -r .act | sort -r'
is 'and by its number' '["ct-audit",2]
["ct-submit",500]' sh -c 'ct-audit find --report 990000500 | jq -c "[.tool, .seq]" | sort'
is 'an account, with the note on a report of it' 144 sh -c 'ct-audit find --user u3 | wc -l'
is 'an account and a report' 500 sh -c 'ct-audit find --user u3 --report 990000500 | jq .seq'
is 'of another account there is none' '' ct-audit find --user u4 --report 990000500
is 'by' 1 sh -c 'ct-audit find --by ana | jq .seq'
is 'an act' 2 sh -c 'ct-audit find --act note | wc -l'
is 'in one log' 0 sh -c 'ct-audit find --act note ct-submit | wc -l'
is 'lines are printed as they are' '' sh -c 'ct-audit find ct-submit | cmp - "$1"' - "$log"
is 'export prints them all, in order of time' '' sh -c '
    cat "$CT_HOME"/audit/*.log | sort >a; ct-audit export | sort | cmp - a &&
    ct-audit export | jq -r .at | sort -c'
is 'of a time' 2 sh -c 'ct-audit export --from 2026-11-28T12:00:00Z --to 2026-11-28T12:00:00.001Z | wc -l'
is 'of a day' 0 sh -c 'ct-audit export --to 2026-01-01 | wc -l'
exits 'no time' 64 ct-audit export --from yesterday
exits 'two accounts' 64 ct-audit find --user a --user b
exits 'no such verb' 64 ct-audit fnd --user a
ok '  there are others' grep -qx 'ct-audit: first a verb: verify, head, find, export, note' err
exits 'what a verb does not take' 64 ct-audit export --user u1
sed -i '500s/"user":"u/"user":"v/' "$log"
exits 'a damaged log is told of' 65 ct-audit export
ok '  and printed all the same' test "$(wc -l <got)" -eq 1002
exits 'a full disk is told of' 74 sh -c 'ct-audit export >/dev/full'

# ---- faults: whatever fails, the chain is whole, and what was promised is there
[ -z "${CT_SANITIZED-}" ] || { done_testing; }
# struck FAULT - a note with this fault; then one without
struck() {
	LD_PRELOAD=$t/fault.so CT_FAULT=$1 CT_FAULT_DID=did CT_FAULT_PATH=ct-audit.log \
	    ct-audit note second 2>err
	first=$?
	[ -e did ] || return
	[ $first -ne 0 ] || fail "$1: exit 0"
	ct-audit note third 2>>err || fail "$1: the next"
	ct-audit verify -q >got || fail "$1: the chain"
	jq -r .act "$CT_HOME/audit/ct-audit.log" | grep -vx note >acts
	[ ! -s acts ] || [ "$2" = cut ] || fail "$1: $(cat acts)"
}
fail() {
	echo "# $*"
	failed=$((failed + 1))
}
for call in write fdatasync; do
	for how in KILL ENOSPC EIO; do
		failed=0
		rm -rf "$CT_HOME" did
		ct-audit note first
		struck $call:1:$how none
		ok "$how at $call" test $failed -eq 0 -a -e did
		# a sync that failed may have written it or not; a write that did, not
		[ $how = KILL ] || [ $call = fdatasync ] ||
		    is '  it is not there' 'first
third' jq -r .text "$CT_HOME/audit/ct-audit.log"
	done
done
for call in write ftruncate64 fdatasync; do
	for how in KILL ENOSPC EIO; do
		failed=0
		rm -rf "$CT_HOME" did
		ct-audit note first
		printf '{"seq":2,"prev":"0' >>"$CT_HOME/audit/ct-audit.log"
		struck $call:1:$how cut
		ok "$how at $call of the cut of a torn end" test $failed -eq 0 -a -e did
		ok '  which is cut' jq . "$CT_HOME/audit/ct-audit.log"
	done
done
# what is cut is kept; and what was no power cut is not cut
rm -rf "$CT_HOME"
for i in first second third; do ct-audit note $i; done
cp "$CT_HOME/audit/ct-audit.log" three
printf '{"seq":4,\0"pr' >>"$CT_HOME/audit/ct-audit.log"
exits 'a torn end' 0 ct-audit note fourth
is '  is kept beside the log' '{"seq":4,"pr 600' sh -c 'printf "%s %s\n" \
    "$(tr -d "\0" <"$1")" "$(stat -c %a "$1")"' - "$CT_HOME/audit/ct-audit.cut-4"
printf '\0\0\0' >>"$CT_HOME/audit/ct-audit.log"
exits 'an end of zeros' 0 ct-audit note sixth
ok '  is not' test ! -e "$CT_HOME/audit/ct-audit.cut-6"
exits '  the chain is whole' 0 ct-audit verify -q
cp three "$CT_HOME/audit/ct-audit.log"
printf '\0' | dd of="$CT_HOME/audit/ct-audit.log" bs=1 seek=20 conv=notrunc 2>/dev/null
printf '{"seq":4' >>"$CT_HOME/audit/ct-audit.log"
cp "$CT_HOME/audit/ct-audit.log" three
exits 'a zero with lines behind it is damage' 65 ct-audit note fourth
ok '  of which nothing is cut' cmp three "$CT_HOME/audit/ct-audit.log"
# one that was killed before its sync left what a power cut may take: that is
# synced before more is written, and only then
if command -v strace >/dev/null && strace -qq -o calls true 2>/dev/null; then
	syncs='strace -qq -e trace=fdatasync -o calls ct-audit note more && wc -l <calls'
	rm -rf "$CT_HOME" did
	ct-audit note first
	is 'a line is one sync' 1 sh -c "$syncs"
	LD_PRELOAD=$t/fault.so CT_FAULT=fdatasync:1:KILL CT_FAULT_DID=did \
	    CT_FAULT_PATH=ct-audit.log ct-audit note second 2>err
	is '  behind one that was killed, two' 2 sh -c "$syncs"
	is '  and the next is one again' 1 sh -c "$syncs"
fi
# the test of a power cut in a batch finds one that does not say what is before
"$t/broken/no-behind" >got
ok 'a batch whose lines do not say what they stand behind is refused' \
    grep -qx 'not ok 1 - any page of the last batch is lost.*' got
ok '  as damage is' grep -qx 'ok 3 - any page before it is damage (0 not)' got
# torn at every byte by one that wrote half a line
rm -rf "$CT_HOME"
ct-audit note first
cp "$CT_HOME/audit/ct-audit.log" first
ct-audit note second
cp "$CT_HOME/audit/ct-audit.log" both
i=$(wc -c <first) all=$(wc -c <both) failed=0
while [ $((i += 7)) -lt "$all" ]; do
	head -c "$i" both >"$CT_HOME/audit/ct-audit.log"
	ct-audit note third || failed=$i
	ct-audit verify -q >got || failed=$i
	[ "$(jq -rs '[.[].act] | join(" ")' "$CT_HOME/audit/ct-audit.log")" = 'note cut note' ] || failed=$i
done
ok 'a torn end is cut, and said to be, wherever it was torn' test $failed -eq 0

# ---- two at once
rm -rf "$CT_HOME"
many() { for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do ct-audit note "$1$i" || exit 1; done; }
many a & one=$!
many b & two=$!
ok 'one process that adds' wait $one
ok 'and another' wait $two
exits 'make one chain' 0 ct-audit verify -q
json '  with the lines of both' .lines 40 got
done_testing
