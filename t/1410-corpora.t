#!/bin/sh
# every fuzz target over its corpus: what once went wrong, and a few of each
# kind of input that it knows
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

for c in "$t"/fuzz/*.c; do
	name=${c##*/}
	name=${name%.c}
	[ "$name" != main ] || continue
	files=$(find "$t/fuzz/$name.corpus" -type f | wc -l)
	ok "$name has a corpus" test "$files" -ge 5
	is "$name: all $files" "$files inputs" \
	    timeout 1000 "$t/fuzz/$name" "$t/fuzz/$name.corpus"
	cmp -s want got || tail -n 20 err | sed 's/^/# /'
done
done_testing
