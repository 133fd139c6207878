#!/bin/sh
# ct-submit ended by a power cut on a disk that keeps the least it may
# shellcheck source=t/lib.sh disable=SC2031,SC2119,SC2120,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/submit.sh
. "$t/submit.sh"
# shellcheck source=t/sweep.sh
. "$t/sweep.sh"
# shellcheck source=t/power.sh
. "$t/power.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'LeakSanitizer cannot run under ptrace'
killat 1 true || [ $? -eq 137 ] || skip_all 'ptrace is not allowed here'

sandbox
shadow
[ -n "${SWEEP-}" ] || { calls=; step=21; }
is_safe 'power cut, then run again' ct-submit
is_caught 'without syncing' no-sync
done_testing
