# power.sh - a disk that forgets what was not synced; after sweep.sh
# shellcheck shell=sh disable=SC2034,SC2154

# disk - an ext4 on a loop device at $tmp/disk, with $home on it; 1 if there
# can be none.  Its own commits come too late to help anybody.
disk() {
	truncate -s 24M img && mkfs.ext4 -qF img 2>mkfs.err || return 1
	mkdir -p disk
	plug 2>mount.err && home=$tmp/disk/home
}
plug() {
	mount -t ext4 -o loop,commit=600,noauto_da_alloc img "$tmp/disk"
}
cut_power() {
	powercut disk && umount disk && plug
}
unplug() {
	cd /
	umount "$tmp/disk" 2>/dev/null
	cleanup
}
trap unplug EXIT
