#!/bin/sh
# ct-preserve killed at every system call, and run again: nothing is lost, left
# half, or there twice
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/evidence.sh
. "$t/evidence.sh"
# shellcheck source=t/stops.sh
. "$t/stops.sh"
# shellcheck source=t/deeds.sh
. "$t/deeds.sh"

# ---- each point by its name, of those that have one
# struck FAULT PATH NAME - NAME, done with this fault on files of such a path
struck() {
	deed=$3
	rm -f did
	start "$deed" && restore "$deed"
	"$deed" env LD_PRELOAD="$t/fault.so" CT_FAULT="$1" CT_FAULT_PATH="$2" \
	    CT_FAULT_DID=did ct-preserve >killed.out 2>killed.err
	status=$?
	[ -e did ]
}
# is_good WHAT - it is done again, and then all is as it must be
is_good() {
	{
		"$deed" ct-preserve >again.out 2>again.err || cat again.err
		! has "${deed}_after" || "${deed}_after"
		lines=$(jq -r .act "$home/audit/ct-preserve.log" | paste -sd' ')
		whole "$deed"
	} >said 2>&1
	ok "  $1" test ! -s said
	sed 's/^/# /' said
}
part() {
	find "$home/vault/tmp" -type f -printf '%f %n\n' | sed 's/.*\.//'
}
ok 'C4 a file is to be sealed, nothing was written' \
    struck open:1:KILL 'tmp/*.part' seal
is '  nothing is there' '' part
is_good 'it is sealed'
ok 'C5 an object is partly written' struck write:6:KILL 'tmp/*.part' seal
is '  so much of it' 'part 1' part
is_good 'that goes, it is sealed anew'
ok 'C6 an object is written, and has no place' struck link:1:KILL '' seal
is '  it has one name' 'part 1' part
is_good 'that goes, it is sealed anew'
ok 'C7 it has its place, the directory is not synced' \
    struck 'fsync:1:KILL' 'objects/??' seal
is '  it has two names' 'part 2' part
is_good 'that goes, it is sealed anew'
ok '  the log tells of it' test "${lines#* recovered }" != "$lines"
ok 'C8 an object is in its place, no line says so' \
    struck write:1:KILL audit/ct-preserve.log seal
is '  nothing is promised' '' promised sealed
is_good 'there is one object of it'
ok '  the log tells of it' test "${lines#* recovered seal}" != "$lines"
ok 'C9 the line is written, and not synced' \
    struck fdatasync:1:KILL audit/ct-preserve.log seal
truncate -s -30 "$home/audit/ct-preserve.log"
torn=$(tail -n 1 "$home/audit/ct-preserve.log" | wc -c)
is_good 'torn: it is cut off, the chain goes on, the file is sealed'
start_lines=$(jq -r .act start.seal/audit/ct-preserve.log | paste -sd' ')
is '  the log tells of it' "$start_lines cut recovered seal seal" echo "$lines"
is '  how much of it' "$torn" jq 'select(.act == "cut").bytes' \
    "$home/audit/ct-preserve.log"
ok 'C29 the journal cannot be synced' \
    struck fdatasync:1:EIO audit/ct-preserve.log seal
is '  the run says so' 75 echo "$status"
is '  of this file and all after it' 2 sh -c \
    "grep -o '\"state\":\"failed\"' killed.out | grep -c ."
is_good 'the next reads from the disk what became of it'

ok 'C28 that objects will end is in the log' \
    struck pwrite64:1:KILL 'objects/??/*' expire
is '  they are whole' '' keyless
is_good 'they end, and are certified'
ok 'C28 the key of one is overwritten' \
    struck fsync:1:KILL 'objects/??/*' expire
is '  the log said so before' '' is_honest
is '  its file is there' 2 sh -c "ls $home/vault/objects/*/* | grep -c ."
is_good 'they end, and are certified'
ok 'C28 its file is unlinked' struck fsync:1:KILL 'objects/??' expire
is '  the log said so before' '' is_honest
is '  the other is there' 1 sh -c "ls $home/vault/objects/*/* | grep -c ."
is_good 'they end, and are certified'
ok 'C28 all of that is done, no line says so' \
    struck write:3:KILL ct-preserve.log expire
is '  nothing is there' '' sh -c "ls $home/vault/objects/*/* 2>/dev/null"
is_good 'it is certified'

# ---- any stop
is_safe 'seal' seal 13
is_safe 'seal, in a new vault' make 61
is_safe 'seal what was lost' mend 23
is_safe 'stage' stage 23
is_safe 'seal what is staged' claim 17
is_safe 'stage of what is not_csam' unstage 23
is_safe 'anchor' anchor 15
is_safe 'hold add' hold 15
is_safe 'hold release' release 11
is_safe 'rewrap --yes' rewrap 19
is_safe 'expire' expire 25
is_safe 'destroy' destroy 25
is_safe 'ct-audit note' note 1 ct-audit
echo "# $points_all points"

# ---- and would it be found?
is_caught 'a line of the log that comes late' seal late-line write 3
is_caught 'an end that comes before its line' expire early-end unlink 1
done_testing
