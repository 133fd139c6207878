#!/bin/sh
# ct-syncdb add dies, or the disk fills, at any moment: each verdict is in the
# list or not, the index is an old one or the new one, and the next run makes
# it the new one
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'LD_PRELOAD and ASan do not mix'

printf '[source bad]\ntype = own\n' >conf
export CT_CONF=conf
for i in 1 2 3; do
	printf '{"id":"f%d","hashes":{"sha256":"%064d"}}\n' $i $i
done >files
ct-review add -aq <files >/dev/null
decide() { CT_CLOCK=2026-11-22T1$1:00:00Z ct-review decide --item "f$2" --verdict "$3" --by r7 >/dev/null; }
decide 0 1 csam
decide 0 2 csam
ct-review decided -a | ct-syncdb -q add >/dev/null
decide 1 3 csam
ct-review decided -a >first
# f3 comes; then a person takes f2 for something else, which has no proof here
# but by the record of another queue with the same key
mkdir other && cp "$CT_HOME/review.key" other/
ct-review add -aq -d other <files >/dev/null
CT_CLOCK=2026-11-22T12:00:00Z ct-review decide -d other --item f2 --verdict not_csam --by r8 >/dev/null
ct-review decided -a -d other >>first
cp -r "$CT_HOME" old
known() {
	ct-match -q <files >matched 2>/dev/null || echo "ct-match $?"
	sed -n 's/^{"id":"f\(.\)".*"match":{"verdict":"match".*/\1/p' matched | tr -d '\n'
}
strike() { # CALL KIND STEP
	at=1 wrong='' struck=0
	while :; do
		rm -rf "$CT_HOME" did
		cp -r old "$CT_HOME"
		LD_PRELOAD=$t/fault.so CT_FAULT=$1:$at:$2 CT_FAULT_DID=did \
		    ct-syncdb -q add <first >out 2>&1
		rc=$?
		[ -e did ] || break
		struck=$((struck + 1))
		case $2.$rc in
		KILL.137 | E*.7[1345] | E*.0) ;;
		*) wrong="$wrong $at:exit-$rc" ;;
		esac
		case $2.$(known) in
		*.12 | *.123 | *.13) ;;
		E*.1) [ $rc -ne 0 ] || wrong="$wrong $at:0-but-1" ;; # f3 has failed, f2 is out
		*) wrong="$wrong $at:$(known)" ;;
		esac
		ct-syncdb -q add <first >out 2>&1 || wrong="$wrong $at:again-$?"
		[ "$(known)" = 13 ] || wrong="$wrong $at:then-$(known)"
		for left in "$CT_HOME"/lists/*.tmp.*; do [ ! -e "$left" ] || wrong="$wrong $at:$left"; done
		at=$((at + $3))
	done
	ok "$1 $2, $struck times: old or new, then new" test -z "$wrong" -a $struck -gt 0
	[ -z "$wrong" ] || echo "# $wrong"
}
ok 'before' test "$(known)" = 12
strike fsync KILL 1
strike fdatasync KILL 1
strike rename KILL 1
strike write KILL 4
strike pwrite64 KILL 7
strike fdatasync EIO 3
strike rename EIO 1
strike write ENOSPC 4
strike pwrite64 ENOSPC 11
ok 'the log has each deed once' sh -c '
    [ "$(jq -r "select(.act == \"add\") | .entry" "$CT_HOME/audit/ct-syncdb.log" | sort | uniq -d)" = "" ]'
done_testing
