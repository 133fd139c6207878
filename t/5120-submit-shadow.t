#!/bin/sh
# ct-submit ended by a power cut on a disk that keeps the least it may
# files there need a time of birth
[ "$(stat -c %W /dev/shm 2>/dev/null)" != 0 ] || export TMPDIR="${TMPDIR:-/tmp}"
# shellcheck source=t/lib.sh disable=SC2031,SC2119,SC2120,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/submit.sh
. "$t/submit.sh"
# shellcheck source=t/sweep.sh
. "$t/sweep.sh"
# shellcheck source=t/power.sh
. "$t/power.sh"
[ "$(stat -c %W .)" -gt 0 ] || skip_all 'files have no time of birth here'

sandbox
shadow
[ -n "${SWEEP-}" ] || { calls=; step=21; }
is_safe 'power cut, then run again' ct-submit
[ -z "${SWEEP-}" ] || {
	parallel
	is_safe 'two reports at a time' ct-submit -j 2
	serial
}
is_caught 'without syncing' no-sync
done_testing
