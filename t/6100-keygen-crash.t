#!/bin/sh
# ct-preserve keygen: killed anywhere, or on a full disk: never a public key
# whose secret is not there.  6110 and 6130 do so with all else
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'LD_PRELOAD and ASan do not mix'

export CT_CLOCK=2026-11-22T10:00:00Z

# shellcheck source=t/evidence.sh
. "$t/evidence.sh"
echo one >a
report production "$k1" u42 a >in

# struck FAULT COMMAND... - run it with this fault; sets $status
struck() {
	fault=$1
	shift
	rm -f did
	LD_PRELOAD=$t/fault.so CT_FAULT=$fault CT_FAULT_DID=did \
	    "$@" >out 2>err
	status=$?
}
wrong() {
	bad_at="$bad_at $fault($*)"
}

for call in write fsync link unlink; do
	for how in KILL ENOSPC; do
		i=1 bad_at=''
		while :; do
			rm -f n.*
			struck $call:$i:$how ct-preserve keygen -o n
			[ -e did ] || break
			[ ! -e n.pub ] || [ -e n.key ] || wrong half
			if [ -e n.pub ]; then
				CT_HOME=$tmp/n ct-preserve seal -qk n.pub <in |
				    jq -r '.report.files[0].vault.id' >id
				CT_HOME=$tmp/n ct-preserve open -k n.key \
				    "$(cat id)" | cmp -s - a || wrong useless
				rm -rf n
			fi
			i=$((i + 1))
		done
		ok "keygen, $call, $how: $((i - 1)) points" test -z "$bad_at"
		[ -z "$bad_at" ] || echo "#$bad_at"
	done
done
done_testing
