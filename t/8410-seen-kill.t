#!/bin/sh
# ct-seen dies at any of its system calls, or the disk fails or fills: what was
# written to its output is in the store, what was there stays, and the next run
# makes it whole
# shellcheck source=t/lib.sh disable=SC2016,SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'LeakSanitizer cannot run under ptrace'
killat 1 true || [ $? -eq 137 ] || skip_all 'ptrace is not allowed here'

listing() { # FROM TO ETAG
	awk -v a="$1" -v b="$2" -v e="$3" 'BEGIN { for (i = a; i < b; i++)
	    printf "{\"id\":\"s3://m/%06d.jpg\",\"object\":{\"bytes\":%d,\"etag\":\"%s%d\"}}\n", i, i, e, i }'
}
hashed() { # some are videos
	awk '{ sub(/}$/, ""); printf "%s,\"file\":{\"size\":%d,\"decode\":\"ok\"},\"hashes\":{\"md5\":\"%032x\"", $0, NR, NR
	    for (i = 0; NR % 7 == 0 && i < 20; i++)
		    printf "%s\"%064x,90,%d.500\"", i ? "," : ",\"vpdq\":[", NR * 100 + i, i
	    print (NR % 7 ? "}}" : "]}}") }'
}
seen() { verb=$1; shift; ct-seen "$verb" -q --store s "$@"; }
out_of() { # those of this listing that are not in the store, with their frames
	seen new --videos <"$1" 2>&1 | wc -l
}

# look - what is wrong with the store, as it was left; lines of out were written
look() {
	seen check 2>said || grep -q "${none:-^$}" said ||
	    echo "$at:check $(head -n 1 said)"
	[ "$(out_of old.list)" -eq 0 ] || echo "$at:lost $(out_of old.list)"
	[ "$(out_of out)" -eq 0 ] || echo "$at:written, not stored"
}
# again - the next run makes it whole, with nothing left over
again() {
	"$@" <in >out.again 2>said || echo "$at:again $? $(head -n 1 said)"
	[ "$(out_of all.list)" -eq 0 ] || echo "$at:then lost $(out_of all.list)"
	for left in "$CT_HOME"/seen/s/*.tmp*; do
		[ ! -e "$left" ] || echo "$at:left ${left##*/}"
	done
	set -- "$CT_HOME"/seen/s/*.log
	[ $# -eq 1 ] || echo "$at:logs"
	set -- "$CT_HOME"/seen/s/*.rows
	[ -e "$1" ] || shift
	ct-seen stats --store s | grep -q "\"files\":$#," || echo "$at:files"
}
restore() {
	rm -rf "$CT_HOME" did
	[ ! -d old ] || cp -r old "$CT_HOME"
}
# killed WHAT STEP VERB... - at each STEP-th stop; SWEEP=1: at all
killed() {
	what=$1 step=${SWEEP:-$2} at=1 points=0
	shift 2
	: >wrong
	while :; do
		restore
		killat $at ct-seen "$@" -q --store s <in >out 2>err
		rc=$?
		look >>wrong
		again ct-seen "$@" -q --store s >>wrong
		[ $rc -eq 137 ] || break
		points=$((points + 1)) at=$((at + step))
	done
	[ "$rc" -eq 0 ] || echo "at the end: $rc" >>wrong
	ok "$what: killed at $points points, nothing wrong" test ! -s wrong -a $points -ge 5
	[ ! -s wrong ] || sed 's/^/# /' wrong | head -n 10
}
# failed WHAT CALL KIND STEP VERB... - each STEP-th call fails
failed() {
	what=$1 call=$2 kind=$3 step=${SWEEP:-$4} at=1 points=0
	shift 4
	: >wrong
	while :; do
		restore
		LD_PRELOAD=$t/fault.so CT_FAULT=$call:$at:$kind CT_FAULT_DID=did \
		    ct-seen "$@" -q --store s <in >out 2>err
		rc=$?
		[ -e did ] || break
		case $rc in 7[1345]) ;; *) echo "$at:exit $rc" >>wrong ;; esac
		grep -q . err || echo "$at:says nothing" >>wrong
		look >>wrong
		again ct-seen "$@" -q --store s >>wrong
		points=$((points + 1)) at=$((at + step))
	done
	ok "$what: $call fails by $kind $points times, nothing wrong" test ! -s wrong -a $points -ge 1
	[ ! -s wrong ] || sed 's/^/# /' wrong | head -n 10
}

# ---- the first that is put
: >old.list
listing 0 1100 e >all.list
hashed <all.list >in
none='no store' # is made yet
killed 'put into nothing' 4 put
none=

# ---- more, some of it anew
listing 0 100 e | hashed | seen put >/dev/null
ct-seen merge --store s
listing 100 120 e | hashed | seen put >/dev/null
rm -rf old && cp -r "$CT_HOME" old
{ listing 0 50 f && listing 120 130 e; } >all.list
listing 50 120 e >old.list
hashed <all.list >in
cat old.list >>all.list
killed 'put' 2 put
failed 'put' write ENOSPC 1 put
failed 'put' fdatasync EIO 1 put
failed 'put' rename EIO 1 put
failed 'put' fsync EIO 1 put

# ---- files into one
listing 0 120 e >old.list
cp old.list all.list
: >in
before=$(rm -rf "$CT_HOME" && cp -r old "$CT_HOME" && seen export | sha256sum)
killed 'merge' 4 merge
is '  with the same in it, all frames' "$before" sh -c 'ct-seen export -q --store s | sha256sum'
failed 'merge' pwrite64 ENOSPC 4 merge
failed 'merge' fsync EIO 2 merge
failed 'merge' rename EIO 1 merge

# ---- a log that becomes a file, and files that become one
restore
listing 0 6000 e | hashed | seen put >/dev/null
rm -rf old && cp -r "$CT_HOME" old
listing 6000 12000 e >all.list
hashed <all.list >in
killed 'put of much' 11 put

# ---- a store that was made before there were frames
mkdir -p kept && mv old kept
mkdir -p old/seen && cp -r "$t/data/seen1" old/seen/s
awk 'BEGIN { for (i = 0; i < 40; i++)
    printf "{\"id\":\"s3://m/%d\",\"object\":{\"bytes\":%d,\"etag\":\"e%d\"}}\n", i + 100, i, i }' >old.list
awk 'BEGIN { for (i = 0; i < 3; i++)
    printf "{\"id\":\"s3://m/film%d\",\"object\":{\"bytes\":%d,\"etag\":\"f%d\"}}\n", i, i, i }' >films
sed 's/}$/,"hashes":{"md5":"00000000000000000000000000000007","vpdq":[]}}/' films >in
cat old.list films >all.list
killed 'put into one without frames' 2 put
rm -rf old && mv kept/old old

# ---- what was not written whole
restore
log=$(echo "$CT_HOME"/seen/s/*.log)
listing 0 3 f | hashed | seen put >/dev/null
size=$(stat -c %s "$log")
rm -rf old && cp -r "$CT_HOME" old
wrong=''
for cut in 1 100 184; do
	restore
	truncate -s $((size - cut)) "$log"
	head -c 50 /dev/zero >>"$log"
	[ "$(listing 0 2 f | seen new | wc -l)" -eq 0 ] || wrong="$wrong $cut:lost"
	listing 0 6000 e | hashed | seen put >/dev/null 2>said || wrong="$wrong $cut:put"
	grep -q 'no entry' said || wrong="$wrong $cut:untold"
	[ "$(listing 0 6000 e | seen new | wc -l)" -eq 0 ] || wrong="$wrong $cut:then"
	seen check || wrong="$wrong $cut:check"
done
ok "an entry that was cut is left out, and told: $wrong" test -z "$wrong"
done_testing
