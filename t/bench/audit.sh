# audit.sh - what proving a log costs
# shellcheck shell=sh disable=SC2094
#
# A log of a million lines, read from memory, three times; the CPU time counts,
# as there is one thread.

audit_rows() {
	mklog state ct-submit 1000000
	cat state/audit/ct-submit.log >log
	took 3 b2sum -l 256 log </dev/null >sum
	took 3 ct-audit verify -q ct-submit -d state </dev/null >verify
	awk -v ours="$(sed 's/.*cpu=\([0-9.]*\).*/\1/' verify)" \
	    -v sum="$(sed 's/.*cpu=\([0-9.]*\).*/\1/' sum)" \
	    -v bytes="$(wc -c <log)" 'BEGIN {
		name = "proving a log of 1,000,000 lines, " int(bytes / 1e6) " MB\t"
		printf "%sb2sum of the same bytes\t%.2f s\t-\t-\n", name, sum
		printf "%slines a second, over 500,000\t%.0f\t%.2f\t>1\n",
		    name, 1e6 / ours, 2 / ours
	}'
	rm -r state log
}
