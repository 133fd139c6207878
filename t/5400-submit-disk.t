#!/bin/sh
# ct-submit on a disk that is full or fails: nothing goes out unjournalled
# shellcheck source=t/lib.sh disable=SC2016,SC2119,SC2120,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/submit.sh
. "$t/submit.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'LD_PRELOAD and ASan do not mix'

sandbox
bytes a
report 0 a >template
k=0 before=0
finished() { grep -q '"state":"finished"' "$1"; }

# outcome - of a run with a fault, and of the next without
outcome() {
	case $status in
	0) finished got1 || echo 'exit 0, not finished' ;;
	7[1345]) grep -q . err1 || echo 'it says nothing' ;;
	*) echo "exit $status: $(cat err1)" ;;
	esac
	! grep -q '"finished"' got1 || [ "$(filed)" -gt "$before" ] ||
	    echo 'said to be finished'
	submit <in >got2 2>err2 || echo "again: $(cat err2)"
	finished got2 || echo 'not finished'
	filed >after
	[ "$(cat after)" -eq $((before + 1)) ] ||
	    echo "filed $(($(cat after) - before)) times"
}

# sweep CALL STEP FROM HOW - at every STEP-th call until there is none left
sweep() {
	i=1 points=0 wrong=''
	while :; do
		k=$((k + 1))
		rm -f did
		sed "s/$(key 0)/$(key $k)/g" template >in
		LD_PRELOAD=$t/fault.so CT_FAULT="$1:$i$3" CT_FAULT_DID=did \
		    ct-submit -q --retry-wait 1 \
		    --credential "$box/cybertip.cred" <in >got1 2>err1
		status=$?
		said=$(outcome)
		before=$(cat after)
		[ -z "$said" ] || wrong="$wrong
# $1 $i: $said"
		[ -e did ] || break
		points=$((points + 1)) i=$((i + $2))
	done
	[ -z "$wrong" ] || echo "$wrong"
	ok "$1$3 at $points places: filed once, with the next run" test -z "$wrong"
	ok 'those are some' test $points -gt "$4"
}

sweep fdatasync 1 :EIO 3
sweep pwrite64 "${SWEEP:-9}" :ENOSPC 5
sweep pwrite64 "${SWEEP:-13}" +:ENOSPC 3
is 'what was sent is in the journal, or was not sent' 0 state \
    '[.reports[] | select(.state == "open" and (.files | length) > 0)] | length'

before=$(state .requests_total)
report 899 a >in
LD_PRELOAD=$t/fault.so CT_FAULT=fdatasync:1+:EIO submit <in >got 2>err
is 'a journal that cannot be made durable: nothing is sent' "$before" \
    state .requests_total
exits 'a journal that cannot be made' 73 ct-submit -q -d /dev/null/x \
    --credential "$box/cybertip.cred"
disk() { # of the outbox: it opens, then nothing can be written
	LD_PRELOAD=$t/fault.so CT_FAULT=fdatasync:1+:EIO "$@"
}
for i in 890 891; do report $i a; done >in
exits 'a disk that fails: not to be tried again by itself' 74 disk submit <in
ok 'at the first record' grep -q 'line 1' err
is 'nothing is sent' "$before" state .requests_total
control '{"fault":"submit:*:http:503"}'
exits 'two reports wait' 75 submit <in
control '{"fault":null}'
exits 'a disk that fails ends a sweep' 74 disk submit sweep
exits 'well again' 0 submit sweep
is 'and each is filed, once' 2 sh -c \
    'ct-submit status | grep -c "00000089[01]\".*finished"'
bytes b
report 900 a b >in
exits 'no output: it is filed all the same' 74 sh -c \
    'ct-submit -q --credential "$1" <in >/dev/full' - "$box/cybertip.cred"
exits 'and told by the next run' 0 submit <in
says 'as filed already' .submission.already true
done_testing
