# lists.sh - from the lists to the index, and what a day's changes cost
# shellcheck shell=sh disable=SC2154
#
# Made-up lists of entries with four hashes each; with BIG=1 ten million hashes,
# else a million.  What counts is the wall clock, with two CPUs, since that is
# what is waited for; the CPU time stands beside it.  Memory is what belongs to
# the process alone, as the kernel tells it every 20 ms.
#
# Bringing a list is measured by the CPU time, of a service that does nothing
# else, without the making of the index: where its lock should be is a directory.
# So the exit status is not 0.  With BIG=1 two million entries, else 100,000.

# anonymous COMMAND... - the most anonymous memory that it has, in KiB
anonymous() {
	most=0
	"$@" >/dev/null &
	while kill -0 $! 2>/dev/null && [ -r /proc/$!/status ]; do
		while read -r name kib _; do
			if [ "$name" = RssAnon: ] && [ "$kib" -gt "$most" ]; then
				most=$kib
			fi
		done </proc/$!/status 2>/dev/null
		sleep 0.02
	done
	wait $! || [ $? = 73 ]
	echo "$most"
}

# one - a list that is read, so that those that are filled are compiled
one() {
	echo "md5 900150983cd24fb0d6963f7d28e17f72 $1" >one.list
}

# wait_for COMMAND... - seconds of CPU and of the clock, once
wait_for() {
	took 1 "$@" </dev/null | sed 's/.*cpu=\([0-9.]*\).*wall=\([0-9.]*\).*/\1 \2/'
}

compile_rows() {
	n=250000
	[ -z "${BIG-}" ] || n=2500000
	printf '[source big]\ntype = file\npath = none\n[source one]\ntype = file\npath = one.list\n' >lists.conf
	CT_CONF=$PWD/lists.conf CT_HOME=$PWD/state
	export CT_CONF CT_HOME
	one a
	fill state big 0 $n
	name="index of $((n * 4)) hashes"
	wait_for ct-syncdb -q sync one >full
	rm state/lists/known.*
	kib=$(anonymous ct-syncdb -q sync one)
	row "$name" 'from the lists, s of CPU' "$(cut -d ' ' -f 1 full)" - -
	row "$name" 'from the lists, s, of 60 for ten million' \
	    "$(cut -d ' ' -f 2 full)" \
	    "$(awk -v n=$n '{ print $2 / (60 * n / 2500000) }' full)" 1
	row "$name" 'anonymous memory, bytes a hash' "$kib KiB" \
	    "$(awk -v n=$n -v kib="$kib" 'BEGIN { print kib * 1024 / n / 4 }')" 200
	fill state big 1000 11000
	wait_for ct-syncdb -q sync one >part
	echo '{"hashes":{"md5":"900150983cd24fb0d6963f7d28e17f72"}}' >rec
	took 1 ct-match -q <rec | sed 's/.*wall=//' >look
	[ -e state/lists/known.delta ]
	row "$name" '10,000 entries changed: sync, s' \
	    "$(cut -d ' ' -f 2 part)" "$(cut -d ' ' -f 2 part)" 1
	row "$name" '  and ct-match, s, from its start' "$(cat look)" \
	    "$(cat look)" 0.1
	unset CT_CONF CT_HOME
	rm -rf state
}

# costs KEY - CPU seconds of filling a list of a million hashes, of compiling
# it, of the start of ct-match, and the bytes of the index
costs() {
	{
		[ -z "$1" ] || printf '[lists]\nkey = %s\n' "$1"
		printf '[source big]\ntype = file\npath = none\n[source one]\ntype = file\npath = one.list\n'
	} >lists.conf
	rm -rf state
	{
		wait_for fill state big 0 250000 | cut -d ' ' -f 1
		wait_for ct-syncdb -q sync one | cut -d ' ' -f 1
		took 5 ct-match -q <rec | sed 's/.*cpu=\([0-9.]*\).*/\1/'
		stat -c %s state/lists/known.ctx
	} | paste -sd ' '
}

rest_rows() {
	CT_CONF=$PWD/lists.conf CT_HOME=$PWD/state
	export CT_CONF CT_HOME
	one a
	echo '{"hashes":{"md5":"900150983cd24fb0d6963f7d28e17f72"}}' >rec
	rm -f lists.key
	ct-syncdb keygen -o lists
	# shellcheck disable=SC2046 # numbers
	set -- $(costs '') $(costs "$PWD/lists.key")
	row 'a million hashes encrypted' 'put into a list, s of CPU, of those in the clear' \
	    "$5" "$(awk -v a="$1" -v b="$5" 'BEGIN { print b / a }')" -
	row 'a million hashes encrypted' 'compiled' \
	    "$6" "$(awk -v a="$2" -v b="$6" 'BEGIN { print b / a }')" -
	row 'a million hashes encrypted' 'ct-match, its start: s of CPU a GiB' \
	    "$7" "$(awk -v t="$7" -v n="$8" 'BEGIN { print t / n * 1073741824 }')" -
	unset CT_CONF CT_HOME
	rm -rf state
}

# alone - the sync of a list that is not there yet, and no index
alone() {
	rm -rf state
	mkdir -p state/lists/known.lock
	chmod 700 state state/lists
	"$@"
}

fetch_rows() {
	n=100000
	[ -z "${BIG-}" ] || n=2000000
	printf '[source big]\ntype = ncmec\ncredential = pages.cred\n' >lists.conf
	CT_CONF=$PWD/lists.conf CT_HOME=$PWD/state
	export CT_CONF CT_HOME
	pages $((n / 1000)) pages.cred &
	pages_pid=$!
	until [ -s pages.cred ]; do sleep 0.02; done
	url="$(sed -n 's/^url = //p' pages.cred)/v2/entries?start="
	set -- ct-syncdb -q sync big
	for _ in 1 2 3; do
		wait_for curl -s -o page "${url}[0-$((n - 1000)):1000]" |
		    cut -d ' ' -f 1 >>curl.cpu
		alone wait_for sh -c "$* || [ \$? = 73 ]" 2>told |
		    cut -d ' ' -f 1 >>fetch.cpu
	done
	kib=$(alone anonymous "$@" 2>told)
	name="list of $n entries from pages in memory"
	row "$name" 'curl of the same pages, s of CPU' "$(half curl.cpu)" - -
	row "$name" 'ct-syncdb, s of CPU' "$(half fetch.cpu)" - -
	per=$(awk -v n=$n -v s="$(half fetch.cpu)" 'BEGIN { printf "%d", n / s }')
	row "$name" 'entries a second of CPU, of 40,000' "$per" \
	    "$(awk -v per="$per" 'BEGIN { printf "%.2f", per / 40000 }')" '>1'
	row "$name" 'anonymous memory, MiB' "$kib KiB" \
	    "$(awk -v kib="$kib" 'BEGIN { printf "%.1f", kib / 1024 }')" 64
	kill $pages_pid
	unset CT_CONF CT_HOME
	rm -rf state
}

lists_rows() {
	fetch_rows
	compile_rows
	rest_rows
}
