#!/bin/sh
# ct-submit ended by a power cut: what was not synced is lost, no report is

# mounts of its own: they end with it, however it ends
[ -n "${UNSHARED-}" ] || ! unshare -m true 2>/dev/null ||
    UNSHARED=1 exec unshare -m "$0"
# shellcheck source=t/lib.sh disable=SC2031,SC2119,SC2120,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/submit.sh
. "$t/submit.sh"
# shellcheck source=t/sweep.sh
. "$t/sweep.sh"
# shellcheck source=t/power.sh
. "$t/power.sh"
[ "$(id -u)" -eq 0 ] || skip_all 'power cuts need root'
disk || skip_all 'no loop device, or no ext4'
cut_power || skip_all 'no ext4 that can be shut down'

sandbox
power=cut_power
[ -n "${SWEEP-}" ] || { calls=; step=14; }
is_safe 'power cut, then run again' ct-submit
[ -z "${SWEEP-}" ] || {
	parallel
	is_safe 'two reports at a time' ct-submit -j 2
	serial
}
is_caught 'without syncing' no-sync
done_testing
