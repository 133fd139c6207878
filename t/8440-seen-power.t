#!/bin/sh
# ct-seen ended by a power cut: what was not synced is lost, and nothing that was
# written to its output; on a disk that keeps the least it may

# files there need a time of birth
[ "$(stat -c %W /dev/shm 2>/dev/null)" != 0 ] || export TMPDIR="${TMPDIR:-/tmp}"
# shellcheck source=t/lib.sh disable=SC2016,SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'LD_PRELOAD and ASan do not mix'
killat 1 true || [ $? -eq 137 ] || skip_all 'ptrace is not allowed here'
[ "$(stat -c %W .)" -gt 0 ] || skip_all 'no model of a disk: files have no time of birth here'
# shellcheck source=t/power.sh
. "$t/power.sh"
shadow
CT_HOME=$home

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
out_of() { ct-seen new --videos -q --store s <"$1" 2>&1 | wc -l; }
restore() {
	forget
	[ ! -d old ] || cp -r old "$CT_HOME"
	# shellcheck disable=SC2086 # words
	find "$tmp/disk" -exec $under sync {} +
}
# cut WHAT STEP LEAST VERB - the power goes at each STEP-th stop
cut() {
	what=$1 step=${SWEEP:-$2} at=1 points=0 least=$3
	shift 3
	: >wrong
	while :; do
		restore
		# shellcheck disable=SC2086 # words
		$under killat $at "${program-ct-seen}" "$@" -q --store s <in >out 2>err
		rc=$?
		revive
		ct-seen check -q --store s 2>said || grep -q "${none:-^$}" said ||
		    echo "$at:check $(head -n 1 said)" >>wrong
		[ "$(out_of old.list)" -eq 0 ] || echo "$at:lost" >>wrong
		[ "$(out_of out)" -eq 0 ] || echo "$at:written, not stored" >>wrong
		ct-seen "$@" -q --store s <in >out.again 2>said || echo "$at:again $? $(head -n 1 said)" >>wrong
		[ "$(out_of all.list)" -eq 0 ] || echo "$at:then lost" >>wrong
		[ $rc -eq 137 ] || break
		points=$((points + 1)) at=$((at + step))
	done
	[ "$rc" -eq 0 ] || echo "at the end: $rc" >>wrong
	[ -z "${program-}" ] || return 0
	ok "$what: cut at $points points, nothing wrong" test ! -s wrong -a $points -ge "$least"
	[ ! -s wrong ] || sed 's/^/# /' wrong | head -n 10
}

: >old.list
listing 0 1100 e >all.list
hashed <all.list >in
none='no store' # is made yet
cut 'put into nothing' 5 5 put
none=
listing 0 100 e | hashed | ct-seen put -q --store s >/dev/null
ct-seen merge --store s
listing 100 120 e | hashed | ct-seen put -q --store s >/dev/null
rm -rf old && cp -r "$CT_HOME" old
{ listing 0 50 f && listing 120 130 e; } >all.list
listing 50 120 e >old.list
hashed <all.list >in
cat old.list >>all.list
cut 'put' 3 5 put
program=$t/broken/no-row-sync
cut 'put that does not sync' 3 5 put
unset program
ok 'one that does not sync is found' grep -q 'not stored' wrong
listing 0 120 e >old.list
cp old.list all.list
: >in
cut 'merge' 4 5 merge
done_testing
