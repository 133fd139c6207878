#!/bin/sh
# Every program is built so that a fault in it is hard to make use of: placed
# anywhere, nothing both writable and executable, its tables read-only, its
# stack guarded.
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
command -v readelf >/dev/null || skip_all 'no readelf'
[ -z "${CT_SANITIZED:-}" ] || skip_all 'sanitizers take the place of hardening'

# those that this build has: VIDEO=0 leaves out ct-decode-video
programs=$(cd "$top" && for f in cmd/ct-*.c; do
	f=${f#cmd/}
	[ ! -x "${f%.c}" ] || echo "${f%.c}"
done)
elf() { # WHAT readelf says about $p
	readelf -W "$@" "$top/$p"
}
# segments TYPE - the flags of such segments: R W E
segments() {
	elf -l | sed -n "s/^ *$1 .* \\([R ][W ][E ]\\) 0x[0-9a-f]*\$/\\1/p"
}
writable_code() { segments '[A-Z_]*' | grep -q 'WE'; }
not() { ! "$@"; }

for p in $programs; do
	is "$p: position-independent" DYN sh -c \
	    'readelf -h "$1" | sed -n "s/^ *Type: *\([A-Z]*\).*/\1/p"' sh "$top/$p"
	ok "$p: and a program" sh -c 'readelf -d "$1" | grep -q "FLAGS_1.*PIE"' sh "$top/$p"
	ok "$p: bound at its start" sh -c 'readelf -d "$1" | grep -q "FLAGS_1.*NOW"' sh "$top/$p"
	ok "$p: its tables read-only then" test -n "$(segments GNU_RELRO)"
	is "$p: its stack not executable" 'RW ' segments GNU_STACK
	ok "$p: nothing writable is executable" not writable_code
	ok "$p: no text relocations" sh -c '! readelf -d "$1" | grep -q TEXTREL' sh "$top/$p"
	ok "$p: stack guarded" sh -c 'readelf -W --dyn-syms "$1" | grep -q __stack_chk_fail' sh "$top/$p"
	ok "$p: finds its libraries where the system has them" \
	    sh -c '! readelf -d "$1" | grep -qE "RPATH|RUNPATH"' sh "$top/$p"
done
# ct-decode uses none of the functions that have a checked form
for p in ct-hash ct-submit ct-preserve; do
	ok "$p: library calls checked" sh -c 'readelf -W --dyn-syms "$1" | grep -q "_chk@"' sh "$top/$p"
done

# ---- who may do what: the decoders are in ct-decode alone, and it has
# neither network, keys nor state
ok 'ct-decode links decoders' sh -c 'readelf -d "$1" | grep -q "NEEDED.*libjpeg"' sh "$top/ct-decode"
ok 'ct-decode links nothing for network, keys or state' sh -c \
    '! readelf -d "$1" | grep -E "NEEDED.*lib(curl|ssl|crypto|sodium|sqlite|jansson|xml|microhttpd)"' \
    sh "$top/ct-decode"
ok 'ct-match, which only reads an index, links nothing for network or stores' sh -c \
    '! readelf -d "$1" | grep -E "NEEDED.*lib(curl|ssl|crypto|sqlite|xml|microhttpd)"' \
    sh "$top/ct-match"
for p in $programs; do
	case $p in ct-decode | ct-decode-video) continue ;; esac
	ok "$p links no decoder" sh -c \
	    '! readelf -d "$1" | grep -qE "NEEDED.*lib(jpeg|png|webp|av|sw)"' sh "$top/$p"
done
done_testing
