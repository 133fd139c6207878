#!/bin/sh
# ct-preserve, its clock in 1970 or 2038, behind, or ahead: what must not wait
# is done, with a warning; what cannot be undone is refused
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/evidence.sh
. "$t/evidence.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'as the others of deeds.sh'
# shellcheck source=t/stops.sh
. "$t/stops.sh"
# shellcheck source=t/deeds.sh
. "$t/deeds.sh"

# at CLOCK DEED STATUS - the deed is done then; refused, it has changed nothing
at() {
	deed=$2
	start "$deed"
	restore "$deed"
	shown "$deed" >was
	exits "$1: $deed" "$3" env CT_CLOCK="$1" sh -c '
		t=$1 tmp=$2 CT_HOME=$3 home=$3 held_by=$4
		. "$t/evidence.sh"; keys=
		eval "$5"' - "$t" "$tmp" "$CT_HOME" "${held_by-}" "$(now "$deed")"
	case $3 in
	0) is '  it warns, if at all' '' grep -v 'clock\|no key\|in the vault yet' err ;;
	*)
		ok '  says why' grep -q 'the clock is\|30 days' err got
		shown "$deed" >is
		ok '  and nothing is done' cmp was is
		;;
	esac
}
# now DEED - as text, with the clock that there is
now() {
	case $1 in
	seal) echo 'ct-preserve seal -qk k.pub <in' ;;
	stage) echo 'ct-preserve stage -aqk k.pub <waiting' ;;
	unstage) echo 'ct-preserve stage -aqk k.pub <harmless' ;;
	anchor) echo 'ct-preserve anchor -q <rec' ;;
	hold) echo 'ct-preserve hold add --kind order --authority x --ref y --by ana --user u42' ;;
	release) echo 'ct-preserve hold release --hold $held_by --by ben' ;;
	rewrap) echo 'ct-preserve rewrap -q --yes <wrapped' ;;
	expire) echo 'ct-preserve expire -q --yes' ;;
	destroy) echo 'ct-preserve destroy -q --yes <two' ;;
	verify) echo 'ct-preserve verify -qk k.key' ;;
	find) echo 'ct-preserve find' ;;
	esac
}
verify_start() { seal_start; }
find_start() { seal_start; }

# T is 2026-11-22T10:00:00Z.  Whatever the clock says:
for deed in seal stage hold rewrap verify find unstage release expire destroy \
    anchor; do
	case $deed in
	unstage | release | expire | destroy | anchor) status=77 ;;
	*) status=0 ;;
	esac
	for clock in 1970-01-01T00:00:01Z 2026-11-22T09:00:00Z \
	    2026-11-30T11:00:00Z 2038-01-20T00:00:00Z; do
		at $clock "$deed" "$status"
	done
	[ "$status" -eq 0 ] || for clock in 2026-11-22T09:56:00Z \
	    2026-11-29T09:00:00Z; do
		at $clock "$deed" 0
	done
done
done_testing
