# cases.sh - the table of what can be wrong with a list, a row a case; sourced
# after lib.sh.  A row is some runs and what is true after them, then its line:
#	ends 65 sync
#	is 'two pages stay' 20 show .entries
#	row 1 'malformed XML in page 3' 'pages 1-2 stay, asked 3 times'
# shellcheck shell=sh disable=SC2034,SC2154
ended='' bad_before=0

# ends STATUS COMMAND... - it exits with this status, which the row tells; its
# output is in got and err
ends() {
	exits "ends with $1" "$@"
	ended="$ended${ended:+, }$got_status"
}

# row NUMBER CASE OUTCOME - the line of the table: the statuses are those there
# were, and the outcome stands there if all since the row before was ok
row() {
	[ "$bad" -eq "$bad_before" ]
	held=$?
	ok "$1: $2" test "$held" -eq 0
	[ $held -eq 0 ] || set -- "$1" "$2" "NOT: $3"
	printf '# %02d | %s | %s | %s\n' "$1" "$2" "$3" "${ended:-$got_status}"
	ended='' bad_before=$bad
}
