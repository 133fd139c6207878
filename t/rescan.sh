# rescan.sh - ct-rescan and what it says; after lib.sh
# shellcheck shell=sh disable=SC2154

known() { # known FILE... - the list is of these
	ct-hash -q "$@" | jq -r '"pdq " + .hashes.pdq + " known"' >list
	ct-syncdb -q sync
}

# sum FILTER - of the last line of the file of summaries
sum() { tail -n 1 runs | jq -c "$1"; }
rescan() { # what it writes is in rec, too
	ct-rescan --summary runs "$@" >rec
	status=$?
	cat rec
	return "$status"
}
ids() { jq -r '.id | split("/")[-2:] | join("/")' rec | sort | xargs; }
