# vault.sh - what evidence costs: sealing it, checking it, taking it from a pipe
# shellcheck shell=sh disable=SC2154
#
# Where there is room in /dev/shm, that is where files and vault are: the disk
# is not what is measured.  CPU time counts, as each side has one thread.  With
# BIG=1 what comes from a pipe is 5 GB, else a tenth.

# half_cpu COMMAND... - seconds of CPU, the median of three
half_cpu() {
	took 3 "$@" </dev/null | sed 's/.*cpu=\([0-9.]*\).*/\1/'
}

# pictures N KEY - a report record of N files of 48 kB, all different
pictures() {
	rm -rf pics && mkdir pics
	head -c $((48000 * $1)) /dev/urandom | split -a 5 -b 48000 - pics/
	(cd pics && find . -type f -exec sha256sum {} +) | awk -v key="$2" '{
		file = file sep "{\"id\":\"" $2 "\",\"path\":\"pics/" $2 \
		    "\",\"sha256\":\"" $1 "\"}"
		sep = ","
		if (++n % 500 == 0 || n == '"$1"') {
			k = sprintf("%s%024d", key, n)
			print "{\"id\":\"report:" k "\",\"report\":{\"key\":\"" k \
			    "\",\"env\":\"test\",\"part\":1,\"parts\":1," \
			    "\"files\":[" file "]}}"
			file = sep = ""
		}
	}'
}

# syncs N - how many syncs sealing N pictures takes
syncs() {
	pictures "$1" "$(printf %08d "$1")" >in
	strace -f -qq -o calls -e trace=fsync,fdatasync,sync,syncfs \
	    ct-preserve seal -qk k.pub -d few <in >/dev/null
	wc -l <calls
}

sync_rows() {
	command -v strace >/dev/null || return 0
	syncs 1 >/dev/null
	one=$(syncs 2)
	awk -v n="$(($(syncs 22) - one))" 'BEGIN {
		printf "sealing\tsyncs a picture of 48 kB\t%.2f\t%.2f\t3\n",
		    n / 20, n / 20
	}'
}

verify_rows() {
	pictures 20000 "$(printf %08d 0)" >in
	ct-preserve seal -qk k.pub -d many <in >/dev/null
	rm -rf pics
	find many/vault/objects -type f >objects
	ours=$(half_cpu ct-preserve verify -q -d many)
	sum=$(half_cpu xargs -a objects b2sum -l 256)
	awk -v ours="$ours" -v sum="$sum" 'BEGIN {
		name = "checking 20,000 objects of 48 kB\t"
		printf "%sb2sum of the same files\t%.2f s\t1.00\t-\n", name, sum
		printf "%sct-preserve verify, of b2sum\t%.2f s\t%.2f\t>0.7\n",
		    name, ours, sum / ours
	}'
	rm -rf many
}

pipe_rows() {
	if [ -n "${BIG-}" ]; then mib=4769; else mib=477; fi
	mkfifo from
	ct-preserve stage -k k.pub -d piped --id big <from >/dev/null &
	pid=$!
	exec 9>from
	dd if=/dev/zero bs=1M count=$mib 2>/dev/null >&9
	kib=$(awk '$1 == "VmHWM:" { print $2 }' /proc/$pid/status)
	exec 9>&-
	wait $pid
	awk -v mib=$mib -v kib="$kib" 'BEGIN {
		printf "from a pipe\tMiB of memory for %.1f GB\t%.1f MiB\t%.2f\t32\n",
		    mib * 1048576 / 1e9, kib / 1024, kib / 1024
	}'
	rm -rf piped from
}

vault_rows() {
	here=$PWD
	room=$(df -k /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
	if [ "${room:-0}" -gt 8000000 ]; then
		mkdir "/dev/shm/bench.$$"
		cd "/dev/shm/bench.$$" || return 1
	fi
	ct-preserve keygen -o k
	head -c 1G /dev/urandom >plain
	seal plain sealed
	rm plain sealed
	sync_rows
	verify_rows
	pipe_rows
	[ "$PWD" = "$here" ] || rm -rf "/dev/shm/bench.$$"
	cd "$here" || return 1
}
