# review.sh - what the queue of people costs when it is long
# shellcheck shell=sh disable=SC2154

review_rows() {
	"$bench/jobs" state 100000
	rm -r state
	[ -z "${BIG-}" ] || "$bench/jobs" state 1000000
	rm -rf state
}
