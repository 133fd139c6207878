# power.sh - disks that forget what was not synced; after sweep.sh
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

# shadow - none, but a model of one that keeps the least it may: t/shadow.c
shadow() {
	mkdir -p disk shadow
	home=$(pwd -P)/disk/home
	under="env LD_PRELOAD=$t/shadow.so CT_SHADOW=$PWD/shadow CT_SHADOW_OF=$(pwd -P)/disk"
	fresh=forget power=revive
}
forget() {
	rm -rf disk/* shadow/*
}
revive() {
	rm -rf disk/*
	revive_dir disk dir.
}
revive_dir() { # WHERE, NAME of the list of what was in it
	[ -e "shadow/$2" ] || return 0
	sed -n 's/^d [^ ]* //p' "shadow/$2" | (cd "$1" && xargs -r mkdir)
	while read -r kind id name; do
		if [ "$kind" = d ]; then
			revive_dir "$1/$name" "$2+$name"
		elif [ -e "shadow/file.$id" ]; then
			cp -p "shadow/file.$id" "$1/$name"
		else
			: >"$1/$name"
			chmod 600 "$1/$name"
		fi
	done <"shadow/$2"
}
