#!/bin/sh
# ct-hash on videos: the cache, and files beside records, whole or not there
# shellcheck source=t/lib.sh disable=SC1003,SC2013,SC2016,SC2059,SC2317
. "${0%/*}/lib.sh"

[ -x "$top/ct-decode-video" ] || skip_all 'built with VIDEO=0'
mandel=$t/data/golden/video/g_mandel_15_small.mp4
mkfilm -n 20 film
mkpix --seed 1 --size 200x150 a.png && mkpix --seed 2 --size 200x150 b.png &&
    mkmove 200x150 moves.png a.png b.png a.png || exit 1

# ---- the cache ------------------------------------------------------------------------------
CT_CLOCK=2037-01-01T00:00:00Z
export CT_CLOCK
printf '%s\n' "$mandel" film moves.png >names
ct-hash -q <names >fresh
cached() { # N OPTION...
	count=$1
	shift
	ct-hash --cache c.db "$@" <names >o 2>err && grep -qx "ct-hash: $count of them by the cache" err
}
ok 'a cache' cached 0
ok '  knows videos' cached 3
ok '  as they are' cmp o fresh
for opt in '--video-rate 2' --keyframes '--max-frames 9' '--max-video-time 99'; do
	# shellcheck disable=SC2086 # words
	ok "  under $opt" cached 0 $opt
	# shellcheck disable=SC2086
	ok '  again' cached 3 $opt
done
mkdir side
ok '  but not if there are to be files' cached 0 --video-files side
ok '  or again' cached 0 --video-files side
is '  which are there' 3 sh -c 'ls side | wc -l'
unset CT_CLOCK

# ---- files beside records, when something fails ------------------------------------------------
if [ -z "${CT_SANITIZED:-}" ] && [ -f "$t/fault.so" ]; then
	beside() { # FAULT
		rm -rf side && mkdir side
		env LD_PRELOAD="$t/fault.so" CT_FAULT="$1" CT_FAULT_PATH='*/side/*' \
		    ct-hash -q -j1 --tmk --video-files side "$mandel" >o 2>err
	}
	whole() { # each that is there is as it should be
		for f in side/*.vpdq side/*.tmk; do
			[ ! -e "$f" ] || cmp "$f" "right/${f##*/}" || return
		done
	}
	mkdir right
	ct-hash -q --tmk --video-files right "$mandel" >want.rec
	for at in 1 2; do
		for call in open write fsync; do
			exits "a full disk at $call $at" "$([ $call = open ] && echo 73 || echo 74)" beside "$call:$at+:ENOSPC"
			ok '  is said' grep -q '^ct-hash: input 1: cannot' err
			is '  the record is as it would be, without' "$(jq -c 'del(.hashes.tmk)' want.rec)" \
			    jq -c 'del(.hashes.tmk)' o
			ok '  and tells of no file that is not there' sh -c 'f=$(jq -r ".hashes.tmk // empty" o); [ -z "$f" ] || [ -e "$f" ]'
			ok '  which are whole' whole
			is '  and no other is left' '' sh -c 'ls side | grep -v "\.vpdq\$\|\.tmk\$"'
		done
	done
	for call in open write fsync rename; do
		for at in 1 2; do
			beside "$call:$at:KILL"
			ok "killed at $call $at: whole or not there" whole
		done
	done
fi
done_testing
