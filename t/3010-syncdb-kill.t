#!/bin/sh
# ct-syncdb dies, or the disk fills, at any moment: the index is the old one or
# the new one, and the next run makes it the new one
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'LD_PRELOAD and ASan do not mix'

printf '[source own]\ntype = file\npath = list\n' >conf
export CT_CONF=conf
export CT_CLOCK=2026-11-22T10:00:00Z
md5() { printf '%032x' "$1"; }
list() { for i; do printf 'md5 %s e%s\n' "$(md5 "$i")" "$i"; done >list; }
for i in 1 2 3 4; do printf '{"id":"%s","hashes":{"md5":"%s"}}\n' "$i" "$(md5 "$i")"; done >in
known() { # the ids that match; ct-match itself must be content
	ct-match -q <in >matched 2>/dev/null || echo "ct-match $?"
	sed -n 's/^{"id":"\([^"]*\)".*"match":{"verdict":"match".*/\1/p' matched | tr -d '\n'
}
list 1 2
ct-syncdb -q sync
cp -r "$CT_HOME" old
list 2 3
before=12 after=23
strike() { # CALL KIND
	at=1 wrong='' struck=0 step=${3-1}
	while :; do
		rm -rf "$CT_HOME" did
		cp -r old "$CT_HOME"
		LD_PRELOAD=$t/fault.so CT_FAULT=$1:$at:$2 CT_FAULT_DID=did \
		    ct-syncdb -q sync >/dev/null 2>&1
		rc=$?
		[ -e did ] || break
		struck=$((struck + 1))
		got=$(known)
		case $2.$rc in
		KILL.137 | E*.7[1345] | E*.0) ;;
		*) wrong="$wrong $at:exit-$rc" ;;
		esac
		case $got in
		"$before" | "$after") ;;
		*) wrong="$wrong $at:$got" ;;
		esac
		[ $rc -ne 0 ] || [ "$got" = $after ] || wrong="$wrong $at:0-but-$got"
		ct-syncdb -q sync 2>/dev/null || wrong="$wrong $at:again-$?"
		[ "$(known)" = $after ] || wrong="$wrong $at:then-$(known)"
		ct-syncdb check >/dev/null 2>&1 || wrong="$wrong $at:check"
		for left in "$CT_HOME"/lists/*.tmp.*; do [ ! -e "$left" ] || wrong="$wrong $at:$left"; done
		at=$((at + step))
	done
	ok "$1 $2, $struck times: old or new, then new" test -z "$wrong" -a $struck -gt 0
	[ -z "$wrong" ] || echo "# $wrong"
}
strike fsync KILL
strike fdatasync KILL
strike rename KILL
strike write KILL
strike pwrite64 KILL 4
strike fsync EIO
strike fdatasync EIO 2
strike rename EIO
strike write ENOSPC
strike pwrite64 ENOSPC 4
done_testing
