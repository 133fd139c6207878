#!/bin/sh
# ct-syncdb dies, or the disk fails, while what changed is written beside the
# index, or merged into it: ct-match finds the old state or the new one, and
# the next run makes it the new one
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'LD_PRELOAD and ASan do not mix'

printf '[source own]\ntype = file\npath = list\n' >conf
export CT_CONF=conf CT_CLOCK=2026-11-22T10:00:00Z
made() { # MANY ID...: so many, and those
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) printf "md5 %032x f%d\n", i + 65536, i }'
	shift
	for i; do printf 'md5 %032x e%s\n' "$i" "$i"; done
}
for i in 1 2 3 4; do printf '{"id":"%s","hashes":{"md5":"%032x"}}\n' "$i" "$i"; done >in
known() { # the ids that match; ct-match itself must be content
	ct-match -q <in >matched 2>/dev/null || echo "ct-match $?"
	sed -n 's/^{"id":"\([0-9]\)".*"verdict":"match".*/\1/p' matched | tr -d '\n'
}
strike() { # CALL KIND [STEP]
	at=1 wrong='' struck=0
	while :; do
		rm -rf "$CT_HOME" did
		cp -r old "$CT_HOME"
		LD_PRELOAD=$t/fault.so CT_FAULT=$1:$at:$2 CT_FAULT_DID=did \
		    ct-syncdb -q sync --delta news >/dev/null 2>&1
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
		[ $rc -ne 0 ] || [ "$got" = "$after" ] || wrong="$wrong $at:0-but-$got"
		# what is in the index was told, or will be
		[ "$got" = "$before" ] || grep -q '"hash":"0*3"' news ||
		    wrong="$wrong $at:untold"
		ct-syncdb -q sync 2>/dev/null || wrong="$wrong $at:again-$?"
		[ "$(known)" = "$after" ] || wrong="$wrong $at:then-$(known)"
		ct-syncdb check >/dev/null 2>&1 || wrong="$wrong $at:check"
		for left in "$CT_HOME"/lists/*.tmp.*; do [ ! -e "$left" ] || wrong="$wrong $at:$left"; done
		rm -f news
		at=$((at + ${3-1}))
	done
	ok "$stage: $1 $2, $struck times: old or new, then new" test -z "$wrong" -a $struck -gt 0
	[ -z "$wrong" ] || echo "# $wrong"
}
# sweep WHAT BEFORE AFTER - the list as it is, on top of the state as it is
sweep() {
	stage=$1 before=$2 after=$3
	rm -rf old
	cp -r "$CT_HOME" old
	strike rename KILL
	strike fsync KILL 3
	[ "$stage" != 'another delta' ] || return 0
	strike unlink KILL 4
	strike fdatasync KILL 4
	strike write KILL 6
	strike rename EIO 2
	strike write ENOSPC 6
}
made 4200 1 2 >list
ct-syncdb -q sync
made 4200 2 3 >list
sweep 'a first delta' 12 23
rm -rf "$CT_HOME"
cp -r old "$CT_HOME"
made 4200 2 4 >list
ct-syncdb -q sync
is 'a delta is there' 0 sh -c "test -e $CT_HOME/lists/known.delta; echo \$?"
made 4200 2 3 >list
sweep 'another delta' 24 23
rm -rf "$CT_HOME"
cp -r old "$CT_HOME"
made 4600 2 3 >list
sweep 'merged' 24 23
is 'the delta is gone' 1 sh -c "test -e $CT_HOME/lists/known.delta; echo \$?"
done_testing
