# review.sh - what the queue of people costs when it is long
# shellcheck shell=sh

review_rows() {
	jobs state 100000
	rm -r state
	[ -z "${BIG-}" ] || jobs state 1000000
	rm -rf state
}
