# submit.sh - what ct-submit costs beside the service and the disk
# shellcheck shell=sh disable=SC2154
#
# 200 reports of two files, against ct-sandbox, the outbox where TMPDIR is: a
# real disk, or the figure says nothing.  On the other side stand what the
# same calls take one after the other, without a journal, and the commits that
# ct-submit tells of, each at what one write of 4 KiB takes to get to that disk.
# Both sides three times in turns; the median counts.

reports=200

# records N - N reports, each of another key
records() {
	i=0
	while [ $i -lt $reports ]; do
		i=$((i + 1))
		sed "s/$(printf %032d 0)/$(printf %08d%024d "$1" $i)/g" template
	done
}

# file TURN - a run: what it took, and its commits
file() {
	records "$1" >in
	from=$(date +%s%N)
	ct-submit --credential box/cybertip.cred -d "state-$1" <in >/dev/null \
	    2>told || return 1
	to=$(date +%s%N)
	sed -n 's/.* events in \([0-9]*\) commits .*/\1/p' told >>commits
	echo $(((to - from) / 1000000)) >>took
}

# half FILE - its median
half() {
	sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

submit_rows() {
	# shellcheck source=t/submit.sh
	. "${bench%/*}/submit.sh"
	bytes a b
	report 0 a b >template
	: >box.ready
	ct-sandbox -p 0 -d box >box.ready &
	box_pid=$!
	until [ -s box.ready ]; do sleep 0.02; done
	for turn in 1 2 3; do
		filing sync 200 >>synced.ms
		filing calls box/cybertip.cred report.xml $reports a b >>called
		file $turn
	done
	kill $box_pid
	awk -v took="$(half took)" -v called="$(half called)" \
	    -v commits="$(half commits)" -v sync="$(half synced.ms)" \
	    -v n=$reports 'BEGIN {
		name = "filing " n " reports of two files\t"
		printf "%sthe calls alone\t%.2f s\t-\t-\n", name, called / 1e3
		printf "%sa sync of this disk\t%.2f ms\t-\t-\n", name, sync
		printf "%scommits, of %d events\t%d\t%.2f\t-\n", name, n * 13,
		    commits, commits / n / 13
		printf "%sct-submit, over calls and commits\t%.2f s\t%.2f\t1.5\n",
		    name, took / 1e3, took / (called + commits * sync)
	}'
}
