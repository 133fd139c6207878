#!/bin/sh
# ct-preserve hold: what may not be destroyed, by whose word, till when
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/evidence.sh
. "$t/evidence.sh"
export CT_CLOCK=2026-11-22T10:00:00Z
ct-preserve keygen -o k
for f in a b c d; do echo "harmless $f" >$f; done
kept production $k1 u42 9000001 2026-11-22T10:00:00Z a b
kept production $k2 u7 9000002 2026-11-22T10:00:00Z c
a=$(ids '.file=="a"') c=$(ids '.file=="c"')
add() {
	ct-preserve hold add --authority 'Police of Exampleton' --ref 26-123 \
	    --by ana "$@"
}

# ---- what there is
exits 'a hold on an account' 0 add --kind order --user u42
json '  is a record' '[.id, .hold.id, .hold.kind, .hold.user, .hold.authority,
    .hold.ref, .hold.by, .hold.at, .hold.state, .hold.objects, .hold.until]' \
    "[\"hold:$(jq -r .hold.id got)\",\"$(jq -r .hold.id got)\",\"order\",\"u42\",\"Police of Exampleton\",\"26-123\",\"ana\",\"2026-11-22T10:00:00Z\",\"active\",2,null]" got
h1=$(jq -r .hold.id got)
json '  and a line of the log' "select(.act == \"hold\") |
    [.hold, .kind, .user, .by, (.seq | \"H\\(.)\")]" \
    "[\"$h1\",\"order\",\"u42\",\"ana\",\"$h1\"]" "$CT_HOME/audit/ct-preserve.log"
exits 'one on a report' 0 add --kind warrant --report $k2
json '  holds its objects' '[.hold.report, .hold.objects]' "[\"$k2\",1]" got
h2=$(jq -r .hold.id got)
exits 'by the number that NCMEC gave it' 0 add --kind warrant --report 9000002
json '  it is the same' '[.hold.report, .hold.objects]' "[\"$k2\",1]" got
exits 'one on an object' 0 add --kind internal --object "$a"
json '  holds that' '[.hold.object, .hold.objects]' "[\"$a\",1]" got
h4=$(jq -r .hold.id got)
exits 'an account of which there is nothing yet' 0 add --kind order --user u99
json '  is held all the same' .hold.objects 0 got
ok '  and it says so' grep -q 'nothing of it' err
exits 'a report that the vault does not know: a slip' 66 \
    add --kind order --report 00000000000000000000000000000000
exits 'an object that there is not' 66 \
    add --kind order --object "$(printf %064d 0)"
is 'all are listed, oldest first' "$(printf '%s\n' "\"$h1\"" "\"$h2\"")" \
    sh -c 'ct-preserve hold list | head -n 2 | jq -c .hold.id'
is '  five of them' 5 sh -c 'ct-preserve hold list | wc -l'
is '  of an account' "\"$h1\"" sh -c \
    'ct-preserve hold list --user u42 | jq -c .hold.id'
is '  of an object' "\"$h4\"" sh -c \
    "ct-preserve hold list --object $a | jq -c .hold.id"
is '  or one' "\"$h2\"" sh -c "ct-preserve hold list --hold $h2 | jq -c .hold.id"
is 'the log finds holds by the account, on a report' "$h2" sh -c \
    'ct-audit find --user u7 --act hold | jq -r .hold | head -n 1'
is '  and on an object' "$h4" sh -c \
    'ct-audit find --user u42 --act hold | jq -r .hold | tail -n 1'
is 'find names those on an object' "[\"$h1\",\"$h4\"]" sh -c \
    "ct-preserve find --object $a | jq -c '.hold | sort'"
is '  and what a hold holds' "$c" sh -c \
    "ct-preserve find --hold $h2 | jq -r .id"

# ---- what is sealed later, too
kept production $k3 u42 9000003 2026-11-22T10:00:00Z d
is 'what comes later of an account is held' "[\"$h1\"]" jq -c .vault.hold $k3.rec
is '  and the hold counts it' 3 sh -c \
    "ct-preserve hold list --hold $h1 | jq .hold.objects"

# ---- a wrong word
exits 'no kind' 64 add --user u1
exits 'an unknown one' 64 add --kind friendly --user u1
exits 'on nothing' 64 add --kind order
exits 'on nobody' 64 add --kind order --user ''
exits 'by a name that is empty' 64 add --kind order --user u1 --by ''
exits 'on two things' 64 add --kind order --user u1 --object "$a"
exits 'by nobody' 64 ct-preserve hold add --kind order --authority x --ref y \
    --user u1
exits 'not even a verb' 64 ct-preserve hold
exits 'nor this' 64 ct-preserve hold dad
exits 'nor two' 64 ct-preserve hold list add
exits 'text that is no UTF-8' 65 add --kind order --user "$(printf 'u\377')"
is 'nothing of that is a hold' 5 sh -c 'ct-preserve hold list | wc -l'

# ---- until when
exits 'a day: to its end' 0 add --kind order --user u8 --until 2027-02-20
json '  in UTC' .hold.until '"2027-02-20T23:59:59Z"' got
exits 'a moment' 0 add --kind order --user u8 --until 2027-02-20T12:00:00+01:00
json '  as it is' .hold.until '"2027-02-20T11:00:00Z"' got
h8=$(jq -r .hold.id got)
exits 'the past' 64 add --kind order --user u8 --until 2026-11-21
exits 'no day' 64 add --kind order --user u8 --until 2027-02-30
exits 'no time' 64 add --kind order --user u8 --until tomorrow
is 'it ends' '"ended"' sh -c "CT_CLOCK=2027-02-21T00:00:00Z \
    ct-preserve hold list --hold $h8 | jq -c .hold.state"

# ---- 18 U.S.C. 2703(f): 90 days, and 90 more when the request is renewed
exits '2703(f): 90 days' 0 add --kind 2703f --user u5
json '  to the end of the day' .hold.until '"2027-02-20T23:59:59Z"' got
CT_CLOCK=2027-02-10T10:00:00Z add --kind 2703f --user u5 >got
json 'renewed: 90 more, from where the first ends' .hold.until \
    '"2027-05-21T23:59:59Z"' got
CT_CLOCK=2027-02-10T10:00:00Z add --kind 2703f --user u6 >got
json 'for another account: its own 90' .hold.until '"2027-05-11T23:59:59Z"' got
CT_CLOCK=2027-02-10T10:00:00Z add --kind 2703f --user u5 --until 2028-01-01 >got
json 'whoever says a day has it' .hold.until '"2028-01-01T23:59:59Z"' got
# a clock of 1970 is no reason to keep less
CT_CLOCK=1970-01-01T00:00:00Z add --kind 2703f --user u10 >got 2>err
json 'a dead clock does not shorten it' .hold.until '"2027-02-20T23:59:59Z"' got
ok '  but it is told' grep -q 'clock is behind' err

# ---- release
CT_CLOCK=2026-11-22T11:00:00Z
exits 'a release without a name' 64 ct-preserve hold release --hold "$h1"
exits 'of what is no hold' 66 ct-preserve hold release --hold H0 --by ben
exits 'release' 0 ct-preserve hold release --hold "$h1" --by ben \
    --reason 'order was lifted'
json '  says who, when and why' '[.hold.state, .hold.released.by,
    .hold.released.at, .hold.released.reason, .hold.objects]' \
    '["released","ben","2026-11-22T11:00:00Z","order was lifted",0]' got
json '  and so does the log' 'select(.act == "release") |
    [.hold, .by, .reason]' "[\"$h1\",\"ben\",\"order was lifted\"]" \
    "$CT_HOME/audit/ct-preserve.log"
exits 'a second time' 0 ct-preserve hold release --hold "$h1" --by eve
json '  it stays as it is' .hold.released.by '"ben"' got
is '  and is no line' 1 acts release
is 'the other hold on the object holds on' "[\"$h4\"]" sh -c \
    "ct-preserve find --object $a | jq -c .hold"

# ---- a number that two reports have
exits 'a number that a test report has, too' 0 \
    kept test 33333333333333333333333333333333 u0 9000002 $CT_CLOCK c
exits '  holds nothing, as nobody knows which' 64 \
    add --kind warrant --report 9000002
ok '  and says which there are' grep -q "key: .*3333 (test, ncmec).*$k2 (production, ncmec)\|key: .*$k2 (production, ncmec).*3333 (test, ncmec)" err
exits '  nor is it asked to be destroyed' 64 ct-preserve destroy-request \
    --authority x --ref y --by ana --report 9000002
ok '  with a word, and no usage' test "$(grep -c . err)" -eq 1

# ---- the index is only what the log says
ct-preserve hold list >before
rm -f "$CT_HOME"/vault/index.db*
exits 'without its index' 0 ct-preserve hold list
ok '  the holds are as they were' cmp got before

# ---- killed anywhere: a hold that was printed is there
if [ -z "${CT_SANITIZED-}" ]; then
	bad_at='' i=1
	cp -r "$CT_HOME" saved
	while :; do
		rm -rf "$CT_HOME" && cp -r saved "$CT_HOME"
		rm -f did
		LD_PRELOAD=$t/fault.so CT_FAULT=write:$i:KILL CT_FAULT_DID=did \
		    ct-preserve hold add --kind order --authority x --ref y \
		    --by ana --user u42 >out 2>err
		[ -e did ] || break
		id=$(jq -r .hold.id out 2>err)
		if [ -n "$id" ] && [ "$id" != null ]; then
			[ "$(ct-preserve hold list --hold "$id" | wc -l)" -eq 1 ] ||
			    bad_at="$bad_at $i"
		fi
		ct-preserve hold list >out 2>&1 || bad_at="$bad_at $i"
		i=$((i + 1))
	done
	ok "killed at each of $((i - 1)) writes" test -z "$bad_at" -a $i -gt 1
	for how in fdatasync:1:EIO write:1+:ENOSPC; do
		rm -rf "$CT_HOME" && cp -r saved "$CT_HOME"
		LD_PRELOAD=$t/fault.so CT_FAULT=$how ct-preserve hold add \
		    --kind order --authority x --ref y --by ana --user u42 \
		    >out 2>err
		status=$?
		ok "$how: it says so" test $status -ge 74 -a ! -s out
	done
fi

# ---- two at once
rm -rf held && mkdir held
for i in 1 2 3 4 5 6 7 8; do
	add --kind order --user "w$i" >held/$i 2>&1 &
	pids="$pids $!"
done
wait
is 'eight at once are eight' 8 sh -c \
    'cat held/* | grep hold: | jq -r .hold.id | sort -u | wc -l'
ok '  in one chain' whole_log
done_testing
