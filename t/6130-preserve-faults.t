#!/bin/sh
# ct-preserve on a disk that is full, fails, or cannot be written; without
# memory or descriptors: it says so, and nothing is half, or lost

# mounts of its own: they end with it, however it ends
[ -n "${UNSHARED-}" ] || ! unshare -m true 2>/dev/null ||
    UNSHARED=1 exec unshare -m "$0"
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/evidence.sh
. "$t/evidence.sh"
# shellcheck source=t/stops.sh
. "$t/stops.sh"
# shellcheck source=t/deeds.sh
. "$t/deeds.sh"

# outcome - what is wrong of a run that had a fault: $status
outcome() {
	case $status in
	0) ;;
	7[1345]) grep -q . killed.err || echo 'it says nothing' ;;
	*) echo "exit $status: $(cat killed.err)" ;;
	esac
	case $deed in
	seal | stage | anchor | rewrap) # of each record something becomes
		[ "$status" -ne 75 ] ||
		    grep -q '"failed"\|"code":75' killed.out ||
		    echo 'no record says so'
		;;
	esac
	! has "${deed}_between" || "${deed}_between"
	"$deed" ct-preserve >again.out 2>again.err ||
	    echo "again: $? $(head -n 1 again.err)"
	! has "${deed}_after" || "${deed}_after"
	whole "$deed"
}
# faults WHAT HOW CALL STEP DEED... - at every STEP-th call of each
faults() {
	kind=$1 how=${2%+} more=${2#"${2%+}"} call=$3 step=${SWEEP:-$4}
	shift 4
	for deed; do
		start "$deed"
		i=1 points=0
		: >worst
		while :; do
			rm -f did
			restore "$deed"
			"$deed" env LD_PRELOAD="$t/fault.so" CT_FAULT_DID=did \
			    CT_FAULT="$call:$i$more:$how" ct-preserve \
			    >killed.out 2>killed.err
			status=$?
			[ -e did ] || break
			outcome 2>&1 | sed "s/^/# $call $i: /" >>worst
			points=$((points + 1)) i=$((i + step))
		done
		ok "C30 $kind: $deed, $how$more at $points calls of $call" \
		    test ! -s worst -a $points -gt 0
		head -n 9 worst
	done
}
faults 'a full disk' ENOSPC write 3 seal mend stage anchor hold rewrap expire
faults 'a disk that stays full' ENOSPC+ write 5 seal expire
faults 'a full disk' ENOSPC pwrite64 23 seal
faults 'a full disk' ENOSPC link 1 seal
faults 'a full disk' ENOSPC mkdir 97 make
faults 'a quota' EDQUOT write 7 seal
faults 'a disk that fails' EIO fsync 3 seal mend anchor expire
faults 'a disk that fails' EIO fdatasync 1 seal anchor hold expire
faults 'too many open files' EMFILE open 7 seal expire
faults 'no memory' ENOMEM calloc 251 seal expire

# ---- disks that are so
deed=seal
if [ "$(id -u)" -eq 0 ] && mkdir full &&
    mount -t tmpfs -o size=600k tmpfs full 2>mount.err; then
	home=$tmp/full/home
	CT_HOME=$home
	seal ct-preserve >out 2>err # makes it
	head -c 9999999 /dev/zero >full/fill 2>fill.err
	b=$(find full/home/vault/objects -type f | wc -l)
	report production "$k3" u42 c >in3
	exits 'a disk that is full: seal' 75 ct-preserve seal -qk k.pub <in3
	json '  the record says so' '.report.files[].vault.state' '"failed"' got
	exits '  hold' 74 hold ct-preserve
	ok '  says why' grep -q 'No space left\|disk' err
	is '  nothing is half' "$b" sh -c \
	    'find full/home/vault/objects -type f | wc -l'
	rm full/fill
	exits '  there is room again' 0 ct-preserve seal -qk k.pub <in3
	exits '  hold, too' 0 hold ct-preserve
	whole hold >said 2>&1
	is '  all is whole' '' cat said
	mount -o remount,ro full
	exits 'a disk that is read-only: seal' 75 ct-preserve seal -qk k.pub <in
	for verb in 'anchor -q' 'expire --yes' 'rewrap --yes'; do
		# shellcheck disable=SC2086 # words
		ct-preserve $verb <in >got 2>err
		status=$?
		ok "  $verb: $status" test $status -ge 71 -a $status -le 75
		ok '  says why' grep -qi 'read-\?only' err
	done
	umount full
else
	echo '# no mounts here'
fi
done_testing
