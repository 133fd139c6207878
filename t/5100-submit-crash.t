#!/bin/sh
# ct-submit killed at every system call: nothing lost, nothing filed twice
# shellcheck source=t/lib.sh disable=SC2031,SC2119,SC2120,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/submit.sh
. "$t/submit.sh"
# shellcheck source=t/sweep.sh
. "$t/sweep.sh"

sandbox
# up to here its libraries are loaded, and nothing of it has run
[ -n "${SWEEP-}" ] ||
    first=$(killat -a 0 ct-submit -V 2>&1 >/dev/null | tail -n 1)
is_safe 'killed, then run again' ct-submit
# the run that puts right what one left that was killed as the answer to its
# first upload came: killed, too
keep
before=10 first=1
[ -n "${SWEEP-}" ] || { calls='-s connect,sendto'; step=1; }
is_safe 'killed while it recovers' ct-submit
before=
serial
parallel
is_safe 'two reports at a time' ct-submit -j 2
serial
is_caught 'without a journal' no-journal
is_caught 'a journal that comes after' late-journal
done_testing
