#!/bin/sh
# The report line, cut between any two programs and run again: one report.
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/line.sh
. "$t/line.sh"

sandbox || exit 1
ct-preserve keygen -o vault >/dev/null 2>&1
conf </dev/null

# scan ACCOUNT - two pictures of a new account, matched, queued, decided; the
# name of one is not UTF-8
odd=$(printf 'b\377')
seed=0
scan() {
	mkdir -p "$1"
	for i in 1 2; do
		seed=$((seed + 1))
		mkpix "$1/$i.png" --seed "$seed" --size 96x64
	done
	mv "$1/2.png" "$1/$odd.png"
	ct-hash -q "$1"/*.png | jq -r '"sha256 " + .hashes.sha256' >list
	ct-hash -q --user "$1" "$1"/*.png |
	    jq -c '.incident = {at: "2026-11-20T08:00:00Z"}' |
	    ct-match -q -l list | ct-review add -q >/dev/null
	ct-review decide -q --account "$1" --verdict csam --by t >/dev/null
}

cut_line u scan
kill_line v scan 005 010 020 040 080 120
done_testing
