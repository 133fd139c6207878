# clamd.sh - for tests of ct-clamd; source it behind lib.sh
# shellcheck shell=sh disable=SC2034,SC2154

# bytes N - as four of them, the highest first
bytes() {
	# shellcheck disable=SC2059
	printf "$(printf '\\%03o\\%03o\\%03o\\%03o' $(($1 >> 24 & 255)) $(($1 >> 16 & 255)) \
	    $(($1 >> 8 & 255)) $(($1 & 255)))"
}

# stream FILE [SIZE] - a command that sends it, by chunks of so many bytes
stream() {
	printf 'zINSTREAM\0' && chunks "$@"
}
chunks() {
	if [ $# -eq 1 ]; then
		[ ! -s "$1" ] || { bytes "$(wc -c <"$1")" && cat "$1"; }
	else
		rm -rf chunk.* && split -b "$2" "$1" chunk.
		for chunk in chunk.*; do
			bytes "$(wc -c <"$chunk")" && cat "$chunk"
		done
	fi
	bytes 0
}

# say [OPTION...] - standard input to the socket, and what comes, a line each
say() {
	raw "$@" "$sock" | tr '\0' '\n'
}

# clamd [OPTION...] - one at $sock and $port, $clamd; what it says in clamd.err
clamd() {
	sock=$tmp/clamd.sock
	rm -f ready
	ct-clamd -s "$sock" -p 0 "$@" >ready 2>clamd.err &
	clamd=$!
	pids="$pids $clamd"
	while ! grep -q . ready 2>/dev/null; do
		kill -0 $clamd 2>/dev/null || {
			sed 's/^/# /' clamd.err
			return 1
		}
		sleep 0.02
	done
	port=$(jq -r .port ready)
}

# clamd_ends [SIGNAL] - and its exit status
clamd_ends() {
	kill "-${1:-TERM}" "$clamd"
	wait "$clamd"
}

# soon COMMAND... - it succeeds before long
soon() {
	eventually "$@" >out.soon 2>&1
}
