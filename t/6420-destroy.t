#!/bin/sh
# ct-preserve destroy: on the word of two, never what is held; and what happens
# to any end of evidence that is killed, or cannot be
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/evidence.sh
. "$t/evidence.sh"
ct-preserve keygen -o k
for who in ana ben eve; do ct-preserve keygen --officer -o $who; done
conf <<END
[officer ana]
public_key = $tmp/ana.pub
[officer ben]
public_key = $tmp/ben.pub
END
for f in a b c d e; do echo "harmless $f" >$f; done
T=2026-11-22T10:00:00Z
export CT_CLOCK=$T
live() { ct-preserve find | grep -c .; }
ask() {
	ct-preserve destroy-request --authority 'Police of Exampleton' \
	    --ref 26-123 --reason '2258B(c)(2)' --by ana "$@"
}
approve() { ct-preserve approve -q --by "$1" -k "$1.key"; }
kept production $k1 u42 9000001 $T a b
kept production $k2 u7 9000002 $T c d
a=$(ids '.file=="a"') b=$(ids '.file=="b"') c=$(ids '.file=="c"')
d=$(ids '.file=="d"')

# ---- the request
exits 'a request' 0 ask --user u42
cp got asked
json '  is a record' '[.request.verb, .request.objects, .request.authority,
    .request.ref, .request.reason, .request.by, .request.at,
    (.id == "request:\(.request.id)")]' \
    "[\"destroy\",[\"$a\",\"$b\"],\"Police of Exampleton\",\"26-123\",\"2258B(c)(2)\",\"ana\",\"$T\",true]" asked
r=$(jq -r .request.id asked)
json '  and a line of the log' 'select(.act == "request") |
    [.request, .verb, .by, .authority, .ref, .reason, .objects]' \
    "[\"$r\",\"destroy\",\"ana\",\"Police of Exampleton\",\"26-123\",\"2258B(c)(2)\",[\"$a\",\"$b\"]]" \
    "$CT_HOME/audit/ct-preserve.log"
is 'and destroys nothing' 4 live
is 'objects by name, each once' "[\"$d\",\"$c\"]" sh -c \
    ". $t/evidence.sh; ct-preserve destroy-request --authority x --ref y \
    --by ana --object $c $d $d | jq -c .request.objects"
exits 'for what there is not' 66 ask --user nobody
exits 'nor that' 66 ask "$(printf %064d 0)"
exits 'nor that' 64 ask a.jpg
exits 'for nothing' 64 ask
exits 'by nobody' 64 ct-preserve destroy-request --authority x --ref y "$a"

# ---- what is held is not even asked for
ct-preserve hold add --kind order --authority x --ref y --by ben \
    --object "$b" >held
h=$(jq -r .hold.id held)
exits 'a request for what is held' 77 ask --user u42
ok '  names the hold' grep -q "on hold, by $h" err
ok '  and is none' test ! -s got

# ---- two people
exits 'nobody has approved' 77 ct-preserve destroy -q --yes <asked
json '  the record says so' '.error | [.tool, .code]' '["ct-preserve",77]' got
approve ana <asked >one
exits 'one has' 77 ct-preserve destroy -q --yes <one
approve ana <one >twice 2>err
exits 'the same one twice' 77 ct-preserve destroy -q --yes <twice
approve ben <one >two
is 'nothing of that destroys' 4 live
exits 'two have, but it is held by now' 77 ct-preserve destroy -q --yes <two
json '  the record says so' '[.error.code, .certificate]' '[77,null]' got
is '  and nothing goes, not even the rest' 4 live
ct-preserve hold release --hold "$h" --by ana --reason 'case is closed' >out

# ---- what was changed since
for how in '.request.objects += ["'"$c"'"]' '.request.id = "R1"' \
    '.request.verb = "export"' '.request.by = "eve"' 'del(.approval[1])' \
    '.approval[1] = .approval[0]' '.request.objects = ["../../k.key"]'; do
	jq -c "$how" two >other
	ct-preserve destroy -q --yes <other >out 2>err
	is "changed, $how: nothing goes" 4 live
	ok '  and it has no certificate' sh -c '! grep -q certificate out'
done
# a request of the same officers that this vault never saw
CT_HOME=$tmp/elsewhere
kept production $k1 u42 9000001 $T a
ct-preserve destroy-request --authority x --ref y --by ana --user u42 |
    jq -c --arg a "$a" '.request.objects = [$a]' >foreign
CT_HOME=$tmp/state
approve ana <foreign 2>err | approve ben >foreign2 2>err
exits 'one that the log does not know' 77 ct-preserve destroy -q --yes <foreign2
is '  destroys nothing' 4 live

# ---- and then
exits 'without --yes: only checked' 0 ct-preserve destroy <two
ok '  it says so' grep -q '1 approved' err
json '  no certificate' .certificate null got
is '  nothing goes' 4 live
CT_CLOCK=2026-12-22T10:00:00Z
exits 'the clock must be right here, too' 77 ct-preserve destroy -q --yes <two
CT_CLOCK=$T
mkdir certs
exits 'with it: destroyed, long before its date' 0 \
    ct-preserve destroy -q --yes --by ben --certificate certs <two
cp got ended
json '  its certificate' '.certificate | [.request, [.objects[] |
    [.id, .cause, .destroyed_at]]]' \
    "[\"$r\",[[\"$a\",\"request\",\"$T\"],[\"$b\",\"request\",\"$T\"]]]" ended
is '  also in the directory' "$(jq -c .certificate ended)" \
    cat certs/"$(jq -r .certificate.id ended).json"
json '  the log says by whose word' 'select(.act == "destroy") |
    [.cause, .request, .by]' "[\"request\",\"$r\",\"ben\"]" \
    "$CT_HOME/audit/ct-preserve.log"
json '  and who approved it' 'select(.act == "destroy") | [.approval[] | [.by, (.key | length), .signature]]' \
    "$(jq -c '[.approval[] | [.by, 64, .signature]]' two)" \
    "$CT_HOME/audit/ct-preserve.log"
is 'they are gone' '' ls "$CT_HOME"/vault/objects/*/"$a" "$CT_HOME"/vault/objects/*/"$b"
is 'the others are there' 2 live
exits 'once more' 0 ct-preserve destroy -q --yes <two
json '  the same certificate of them, again' \
    '[.certificate.objects[].id]' "[\"$a\",\"$b\"]" got
is '  nothing is done twice' 1 acts destroyed
ask --user u7 | approve ana | approve ben >old
if [ -z "${CT_SANITIZED-}" ]; then
	cp -r "$CT_HOME" later
	LD_PRELOAD=$t/fault.so CT_FAULT=pwrite64:1:KILL CT_FAULT_PATH="$c" \
	    ct-preserve destroy -d later -q --yes <old >out 2>err
	is 'killed on the way' 137 echo $?
	ct-preserve hold add -d later --kind order --authority x --ref y \
	    --by ben --user u7 >held
	exits '  and held by then' 77 ct-preserve destroy -d later -q --yes <old
	ct-preserve hold release -d later --hold "$(jq -r .hold.id held)" \
	    --by ana >out
	exits '  and released' 77 ct-preserve destroy -d later -q --yes <old
	ok '  it was done already' grep -q 'done already' err
	is '  what was spared stays' 2 sh -c 'ct-preserve find -d later | wc -l'
	rm -rf later
fi
for at in 2026-12-22T09:59:59Z:0 2026-12-22T10:00:01Z:77; do
	exits "approvals count for 30 days: ${at%:*}" "${at##*:}" \
	    env CT_CLOCK="${at%:*}" ct-preserve destroy -q <old
done
cp -r "$CT_HOME" later
CT_CLOCK=2027-01-22T10:00:00Z ct-preserve expire -d later -q --yes --clock-ok >out
exits '  by the log, too, whatever the clock is put back to' 77 \
    ct-preserve destroy -d later -q <old
ok '  says so' grep -q '30 days' err
is '  and nothing goes' 2 live
other='{"id":"a.jpg","x":1}'
echo "$other" >rec
is 'other records pass' "$other" ct-preserve destroy -q --yes <rec
exits 'the line that meets the report again' 0 sh -c \
    "jq -c 'del(.report.files[].vault)' $k1.rec | ct-preserve seal -qk k.pub"
json '  does not seal it anew' '[.report.files[].vault | [.state, .id]]' \
    "[[\"destroyed\",\"$a\"]]" got
cp got rec
exits '  and anchor does not wait for it' 0 ct-preserve anchor -q <rec
is '  nothing is there' 2 live
exits 'another report of the same file' 0 sh -c \
    ". $t/evidence.sh; report production $k3 u42 a | ct-preserve seal -qk k.pub"
json '  has its own evidence' '.report.files[].vault.state' '"sealed"' got

# ---- ct-act: what is held is not deleted from the platform
ct-preserve hold add --kind order --authority x --ref y --by ben --user u7 >held
printf '[act]\ndelete = /bin/true\n' >>"$CT_CONF"
exits 'a report that is on hold' 77 ct-act delete -q <$k2.rec
ok '  says so' grep -q 'hold' got
ct-preserve hold release --hold "$(jq -r .hold.id held)" --by ana >out
exits 'that is not' 0 ct-act delete -q <$k2.rec

# ---- its place: gone, or something else
rm -rf "$CT_HOME"
later=2028-01-01T10:00:00Z
expire() { CT_CLOCK=$later ct-preserve expire -q --yes --clock-ok "$@"; }
kept production $k1 u42 9000001 $T a b c d e
a=$(ids '.file=="a"') b=$(ids '.file=="b"') c=$(ids '.file=="c"')
d=$(ids '.file=="d"') e=$(ids '.file=="e"')
rm -f "$(object "$a")"
rm -f "$(object "$b")" && mkdir "$(object "$b")"
rm -f "$(object "$c")" && echo mine >mine && ln -s "$PWD/mine" "$(object "$c")"
: >new && mv -f new "$(object "$d")"
exits 'an object missing, a directory, a link, a stump' 65 expire
cp got out
json '  what is gone from its place is destroyed' \
    'select(.certificate) | [.certificate.objects[] | [.id, .missing]] | sort' \
    "$(jq -nc --arg a "$a" --arg d "$d" --arg e "$e" \
    '[[$a,true],[$d,null],[$e,null]] | sort')" out
json '  what is no file is not' 'select(.state) | [.id, .state]' \
    "$(printf '%s\n' "[\"$b\",\"failed\"]" "[\"$c\",\"failed\"]" )" out
is '  a link is not followed' mine cat mine
json 'the log tells of the missing' 'select(.act == "destroyed") | .missing' \
    "[\"$a\"]" "$CT_HOME/audit/ct-preserve.log"
rmdir "$(object "$b")"
rm "$(object "$c")"
exits 'once that is out of the way' 0 expire
is '  they end' 0 live

# ---- or another object
rm -rf "$CT_HOME"
swap() { # of the files of two objects
	mv "$(object "$1")" swapped
	mv "$(object "$2")" "$(object "$1")"
	mv swapped "$(object "$2")"
}
harm() { # a byte of it
	chmod 600 "$(object "$1")"
	spoil "$(object "$1")" 300
}
kept production $k1 u42 9000001 $T a
kept production $k2 u43 9000002 $T b
a=$(ids '.file=="a"') b=$(ids '.file=="b"')
ct-preserve hold add --kind order --authority x --ref y --by ana --user u43 >held
swap "$a" "$b"
exits 'the files of two objects are swapped: verify' 1 ct-preserve verify -q
json '  says which is where' '[.id, .state, .reason] | sort' \
    "$(jq -nc --arg a "$a" --arg b "$b" '[[$a, "damaged", "it is object \($b)"],
    [$b, "damaged", "it is object \($a)"]][] | sort')" got
exits '  one is due, the other held: 65' 65 expire
json '  the first is told of' 'select(.state == "failed") | [.id, .reason]' \
    "[\"$a\",\"in its place are the bytes of object $b\"]" got
is '  both are whole' "$(printf '%s\n' "$a" "$b" | sort)" sh -c \
    "find $CT_HOME/vault/objects -type f -exec b2sum -l 256 {} + | cut -c-64 | sort"
exits '  it holds up nobody' 0 sh -c \
    ". $t/evidence.sh; report production $k3 u7 c | ct-preserve seal -qk k.pub"
json '  who seals' '.report.files[].vault.state' '"sealed"' got
ok '  and is told of again' grep -q "not destroyed: in its place are" err
swap "$a" "$b"
exits '  put right: it ends' 0 expire
is '  and what is held does not' "$b" sh -c \
    "ct-preserve find --user u43 | jq -r .id"
ok '  and is whole' sh -c "ct-preserve verify -qk k.key"
# the same by who seals: a is not there, b stands in its place
rm -rf "$CT_HOME"
kept production $k1 u42 9000001 $T a
kept production $k2 u43 9000002 $T b
a=$(ids '.file=="a"') b=$(ids '.file=="b"')
swap "$a" "$b"
exits 'swapped, and sealed again' 0 sh -c "jq -c 'del(.report.files[].vault)' $k1.rec |
    ct-preserve seal -qk k.pub"
ok '  that is said' grep -q "stays: in its place are the bytes of object $b" err
is '  the other stays, whole, in the wrong place' "$b" sh -c "b2sum -l 256 <$(object "$a") | cut -c-64"
# what is damaged is no other, and ends: as long as another, or not
rm -rf "$CT_HOME"
kept production $k1 u42 9000001 $T a
kept production $k2 u43 9000002 $T b
a=$(ids '.file=="a"') b=$(ids '.file=="b"')
harm "$a"
truncate -s 1000 "$(object "$b")"
exits 'damaged, or cut' 0 expire
is '  they end' 0 live
is '  and are gone' '' find "$CT_HOME/vault/objects" -type f
# an end of what has ended is no line of a log
line() { # PROGRAM - the line of this number, made of another
	prev=$(tail -n 1 "$CT_HOME/audit/ct-preserve.log" | b2sum -l 256 | cut -c-64)
	seq=$(tail -n 1 "$CT_HOME/audit/ct-preserve.log" | jq .seq)
	log | jq -c --arg a "$a" --arg prev "$prev" "$1 | .seq = $seq + 1 | .prev = \$prev" |
	    head -n 1 >line
	cat line >>"$CT_HOME/audit/ct-preserve.log"
}
cp -r "$CT_HOME" sound
for how in 'select(.act == "seal") | .object = ("f" * 64) | .replaces = $a' \
    'select(.act == "seal") | .act = "claim" | .object = $a' \
    'select(.act == "destroy") | .objects = [$a]' \
    'select(.act == "destroyed") | .objects = [$a]'; do
	line "$how"
	exits "what has ended does not go on: ${how#*|}" 65 ct-preserve find
	ok '  as that cannot be' grep -q 'what cannot be' err
	rm -rf "$CT_HOME" && cp -r sound "$CT_HOME"
done
# a lost object is sealed anew while it ends
if [ -z "${CT_SANITIZED-}" ]; then
	rm -rf "$CT_HOME" sound
	kept production $k1 u42 9000001 $T a
	a=$(ids '.file=="a"')
	rm -f "$(object "$a")"
	jq -c 'del(.report.files[].vault)' $k1.rec |
	    LD_PRELOAD=$t/fault.so CT_FAULT=read:1+:DRIP CT_FAULT_PATH=/a \
		CT_FAULT_DID=did CT_CLOCK=$later ct-preserve seal -qk k.pub >sealed 2>err2 &
	pids=$!
	ok 'one is sealed anew' eventually test -e did
	kill -STOP "$pids"
	exits '  and ends meanwhile' 0 expire
	kill -CONT "$pids"
	wait "$pids"
	pids='' && rm -f did
	id=$(jq -r '.report.files[].vault.id' sealed)
	json '  it is sealed' '[.report.files[].vault.state]' '["sealed"]' sealed
	json '  as a new one' '[.id, .state]' "[\"$id\",\"sealed\"]" - <<END
$(ct-preserve find --object "$id")
END
	exits '  and there is no stray' 0 ct-preserve verify -qk k.key
fi

# ---- a disk that cannot be written, or is full
if [ -z "${CT_SANITIZED-}" ]; then
	rm -rf "$CT_HOME"
	kept production $k1 u42 9000001 $T a b c
	cp -r "$CT_HOME" saved
	b=$(ids '.file=="b"')
	for how in pwrite64:1:EROFS pwrite64:1:ENOSPC fsync:1:EIO; do
		rm -rf "$CT_HOME" && cp -r saved "$CT_HOME"
		LD_PRELOAD=$t/fault.so CT_FAULT=$how CT_FAULT_PATH="$b" \
		    CT_CLOCK=$later ct-preserve expire -q --yes --clock-ok \
		    >out 2>err
		is "$how on one object: 74" 74 echo $?
		json '  it is told of' 'select(.state) | [.id, .state]' \
		    "[\"$b\",\"failed\"]" out
		is '  the rest goes on' 1 live
		exits '  the next run ends it' 0 expire
		is '  too' 0 live
	done
fi
if [ "$(id -u)" -eq 0 ] && rm -rf "$CT_HOME" &&
    cp -r saved "$CT_HOME" && mount --bind "$CT_HOME/vault/objects" \
    "$CT_HOME/vault/objects" 2>err && mount -o remount,ro,bind \
    "$CT_HOME/vault/objects" 2>>err; then
	exits 'a read-only disk: 74' 74 expire
	json '  each is told of' '[.state]' \
	    "$(printf '%s\n' '["failed"]' '["failed"]' '["failed"]')" got
	umount "$CT_HOME/vault/objects"
	exits '  nothing was lost' 0 ct-preserve verify -qk k.key
	exits '  the next run ends them' 0 expire
	is '  all' 0 live
else
	echo '# no read-only mount here'
fi

# ---- killed anywhere, and on a full disk
[ -z "${CT_SANITIZED-}" ] || done_testing
rm -rf "$CT_HOME"
kept production $k1 u42 9000001 $T a b c
rm -rf saved && cp -r "$CT_HOME" saved
# who seals makes these anew
find saved/vault/objects -empty -type d -delete
found() { ct-preserve find | sed 's/^{"id":"\([0-9a-f]*\)".*/\1/'; }
found >all
# in_log ACT - the objects of its lines
in_log() {
	log | sed -n "s/.*\"act\":\"$1\".*\"objects\":\[\([^]]*\)\].*/\1/p" |
	    tr -d '"' | tr , '\n'
}
# keyed FILE - it has its key
keyed() { [ -s "$1" ] && ! cmp -s -i 48:0 -n 104 "$1" /dev/zero; }
# honest: whatever has no key or no file any more, the log has said so before
honest() {
	in_log destroy >intended
	while read -r id; do
		keyed "$(object "$id")" || grep -qx "$id" intended ||
			wrong "gone and no line"
	done <all
}
wrong() { bad_at="$bad_at $how:$i($*)"; }
sweep() { # HOW CALL NEXT...
	how=$2:$1 bad_at='' i=1 points=0
	call=$2 what=$1 step=${SWEEP:-4}
	# most of these are the index, which can be made anew
	[ "$call" != pwrite64 ] || step=${SWEEP:-17}
	shift 2
	while :; do
		rm -rf "$CT_HOME" did certs && cp -r saved "$CT_HOME"
		mkdir certs
		LD_PRELOAD=$t/fault.so CT_FAULT=$call:$i:$what CT_FAULT_DID=did \
		    CT_CLOCK=$later ct-preserve expire -q --yes --clock-ok \
		    --certificate certs >out 2>err
		[ -e did ] || break
		points=$((points + 1))
		honest
		"$@" || wrong next
		whole_log >v 2>&1 || wrong chain
		i=$((i + step))
	done
	ok "$call, $what: $points points, then $*" \
	    test -z "$bad_at" -a $points -gt 0
	[ -z "$bad_at" ] || echo "#$bad_at"
}
again() {
	expire >again 2>err2 || return 1
	[ -z "$(find "$CT_HOME/vault/objects" -type f)" ] || return 1
	[ "$(in_log destroyed | sort)" = "$(sort all)" ]
}
# sealing finishes what was begun, and nothing else
begun() {
	in_log destroy | sort >was
	report production "$k2" u7 d | CT_CLOCK=$later ct-preserve seal -qk k.pub \
	    >sealed 2>err2 || return 1
	in_log destroyed | sort >is
	cmp -s was is && grep -q '"state":"sealed"' sealed
}
for call in write fsync fdatasync pwrite64 unlink; do
	sweep KILL $call again
done
for call in write fsync fdatasync pwrite64 unlink; do
	sweep ENOSPC $call again
done
for call in fdatasync unlink; do
	sweep KILL $call begun
done

# ---- a hold that comes when the intent stands already
i=0 spared=0 bad_at='' how=hold
for call in fdatasync pwrite64 unlink; do
	k=1 step=${SWEEP:-2}
	[ $call != pwrite64 ] || step=${SWEEP:-13}
	while :; do
		i=$((i + 1))
		rm -rf "$CT_HOME" did && cp -r saved "$CT_HOME"
		LD_PRELOAD=$t/fault.so CT_FAULT=$call:$k:KILL CT_FAULT_DID=did \
		    CT_CLOCK=$later ct-preserve expire -q --yes --clock-ok \
		    >out 2>err
		[ -e did ] || break
		find "$CT_HOME/vault/objects" -type f -size +0 |
		    while read -r f; do
			! keyed "$f" || echo "${f##*/}"
		done | sort >has_key
		ct-preserve hold add --kind order --authority x --ref y \
		    --by ana --user u42 >held 2>err
		expire >again 2>err2 || wrong again
		found | sort >there
		cmp -s has_key there || wrong "$call:$k: not what had its key"
		ct-preserve verify -qk k.key >states || wrong "$call:$k: verify"
		spared=$((spared + $(acts spared)))
		k=$((k + step))
	done
done
ok 'what still had its key stays, whole' test -z "$bad_at"
[ -z "$bad_at" ] || echo "#$bad_at"
ok 'and some were spared' test $spared -gt 0

# ---- or another receipt
rm -rf "$CT_HOME" did && cp -r saved "$CT_HOME"
acted=$(ids '.file=="a"')
LD_PRELOAD=$t/fault.so CT_FAULT=pwrite64:1:KILL CT_FAULT_DID=did \
    CT_FAULT_PATH="$acted" CT_CLOCK=$later ct-preserve expire -q --yes \
    --clock-ok >out 2>err
is 'killed when the intent stands' 1 acts destroy
jq -c --arg at "$later" '.report.authority = "nca" |
    .submission |= (.state = "filed" | .report_id = "X1" | .at = $at |
    .already = true)' $k1.rec >filed
CT_CLOCK=$later exits 'a receipt that comes when the intent stands' 0 \
    ct-preserve anchor -q <filed
CT_CLOCK=2038-01-01T00:00:00Z
report production "$k2" u7 d | ct-preserve seal -qk k.pub >sealed 2>err
ok '  lets nothing end, whatever the clock says' test -e "$(object "$acted")"
CT_CLOCK=$later
exits '  nor later' 0 expire
is '  it is spared' "$acted" sh -c "ct-preserve find --object $acted | jq -r 'select(.state == \"sealed\").id'"
ok '  and the log says so' test "$(acts spared)" -gt 0

# ---- the same, where its key was wrapped anew and the month's is gone
ct-preserve keygen -o hold
rm -rf "$CT_HOME" && cp -r saved "$CT_HOME"
a=$(ids '.file=="a"')
ct-preserve rewrap --object "$a" | ct-preserve rewrap -qk k.key --to hold.pub |
    ct-preserve rewrap -q --yes >out
rm -rf wrapped && cp -r "$CT_HOME" wrapped
points=0 bad_at=''
for call in pwrite64 fsync unlink; do
	for k in 1 2; do
		rm -rf "$CT_HOME" did && cp -r wrapped "$CT_HOME"
		LD_PRELOAD=$t/fault.so CT_FAULT=$call:$k:KILL CT_FAULT_DID=did \
		    CT_FAULT_PATH="$a" CT_CLOCK=$later ct-preserve expire -q \
		    --yes --clock-ok >out 2>err
		[ -e did ] || continue
		points=$((points + 1))
		ct-preserve hold add --kind order --authority x --ref y \
		    --by ana --object "$a" >held 2>err
		expire >again 2>err2 || bad_at="$bad_at $call:$k(expire)"
		ct-preserve find --object "$a" | grep -q '"destroyed"' ||
		    ct-preserve open -k hold.key "$a" 2>err | cmp -s - a ||
		    bad_at="$bad_at $call:$k(nobody can open it)"
	done
done
ok "$points points of the end of a wrap: destroyed, or whole" \
    test -z "$bad_at" -a $points -ge 4
[ -z "$bad_at" ] || echo "#$bad_at"
done_testing
