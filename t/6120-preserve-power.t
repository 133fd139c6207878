#!/bin/sh
# ct-preserve ended by a power cut: what was not synced is lost, and nothing
# that was promised; on a disk that keeps the least it may, and on ext4

# mounts of its own: they end with it, however it ends
[ -n "${UNSHARED-}" ] || ! unshare -m true 2>/dev/null ||
    UNSHARED=1 exec unshare -m "$0"
# files there need a time of birth
[ "$(stat -c %W /dev/shm 2>/dev/null)" != 0 ] || export TMPDIR="${TMPDIR:-/tmp}"
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/evidence.sh
. "$t/evidence.sh"
# shellcheck source=t/stops.sh
. "$t/stops.sh"
# shellcheck source=t/deeds.sh
. "$t/deeds.sh"
# shellcheck source=t/power.sh
. "$t/power.sh"

# cut_all DISK - some deeds; with make sweep, all that make or end something
cut_all() {
	is_safe "$1: seal" seal 25
	is_safe "$1: expire" expire 41
	is_caught "$1: a line that is not synced" seal no-line-sync fdatasync 2
	is_caught "$1: an object that is not synced" seal no-object-sync fsync 3
	[ -n "${SWEEP-}" ] || return
	is_safe "$1: seal, in a new vault" make
	is_safe "$1: stage" stage
	is_safe "$1: seal what is staged" claim
	is_safe "$1: stage of what is not_csam" unstage
	is_safe "$1: anchor" anchor
	is_safe "$1: hold add" hold
	is_safe "$1: hold release" release
	is_safe "$1: rewrap --yes" rewrap
	is_safe "$1: destroy" destroy
}

# ---- the least that a disk may keep
if [ "$(stat -c %W .)" -gt 0 ]; then
	shadow
	CT_HOME=$home
	settled=settle
	settle() {
		# shellcheck disable=SC2086,SC2317 # words
		find "$tmp/disk" -exec $under sync {} +
	}
	# POSIX does not say that the name in tmp/ is there when that of the
	# object is: so one of which no line tells may stay, and is told of
	strays=1
	cut_all 'the least'
	is_caught 'the least: a name that is not synced' seal no-place-sync fsync 3
	strays='' settled='' under='' fresh='' power=''
	rm -rf disk
else
	echo '# no model of a disk: files have no time of birth here'
fi

# ---- ext4
if [ "$(id -u)" -eq 0 ] && disk && cut_power; then
	CT_HOME=$home
	power=cut_power settled="sync -f $tmp/disk"
	cut_all ext4
	cd "$tmp" && umount disk
else
	echo '# no ext4 that can be shut down'
fi
echo "# $points_all points"
done_testing
