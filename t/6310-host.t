#!/bin/sh
# The host cannot open what it wrote: no key of an object, nothing of a file
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'a sanitizer keeps memory of its own'
mkdir offline source host host/tmp
CT_HOME=$tmp/host/state
TMPDIR=$tmp/host/tmp
export TMPDIR
touch -d '1 second ago' since

sleep 60 &
sleeper=$!
pids="$pids $sleeper"
echo 'none 9f3ac01b77e2485dd09c6e1fab52837e' >all
memscan all $sleeper >/dev/null 2>&1
memory=$?
[ $memory -eq 0 ] || echo '# the memory of a process cannot be read here'

(cd offline && ct-preserve keygen -o k) && mv offline/k.pub host
i=0
for len in 17 200000 1500000; do
	head -c $len /dev/urandom >source/f$i
	i=$((i + 1))
done

# record I - a report of source/fI
record() {
	printf '{"id":"report:%d","user":{"id":"u42"},"report":{"key":"%032d",' \
	    "$1" "$1"
	printf '"env":"test","part":1,"parts":1,"files":[{"id":"f","path":"%s",' \
	    "$tmp/source/f$1"
	printf '"size":%d,"sha256":"%s"}]}}\n' "$(wc -c <"source/f$1")" \
	    "$(sha256sum <"source/f$1" | cut -c-64)"
}
# plain FILE - some of its bytes, as needles: at the ends of its chunks, and with
# $dense within them, too
plain() {
	size=$(wc -c <"$1")
	for at in 0 48 65520 65536 131056 $((size / 2)) $((size - 24)); do
		[ "$at" -lt 0 ] || [ $((at + 17)) -gt "$size" ] || echo "plain $(od -An -v -tx1 -j$at -N24 "$1" | tr -d ' \n')"
	done
	[ -n "${dense-}" ] && od -An -v -tx1 -w10000 "$1" | awk 'length($0) > 150 {
		s = substr($0, 1 + 3 * 4, 72); gsub(" ", "", s); print "plain " s }'
	:
}
# needles - all that nobody on the host may have, of what was sealed so far
needles() {
	jq -r '.report.files[].vault.id' sealed | while read -r id; do
		objectkey offline/k.key \
		    "$CT_HOME/vault/objects/$(echo "$id" | cut -c-2)/$id"
	done
	for f in source/*; do plain "$f"; done
}
# settled N - so many records are out, and it waits for the next
settled() {
	while [ "$(wc -l <sealed)" -lt "$1" ]; do
		kill -0 $seal 2>/dev/null || return 1
		sleep 0.02
	done
	eventually grep -q '^State:.S' "/proc/$seal/status"
}
# start PROGRAM - that seals what is written to descriptor 4
start() {
	rm -rf "$CT_HOME" in sealed
	mkfifo in
	: >sealed
	"$1" seal -qk host/k.pub <in >>sealed &
	seal=$!
	pids="$pids $seal"
	exec 4>in
}
# in_memory N - what is found while it waits, N records on
in_memory() {
	settled "$1" || return 2
	needles >all
	memscan all $seal | sed 's/ .*//' | sort -u
}
# on_disk - what is found there, but for the file itself and the other machine
on_disk() {
	needles >all
	find /tmp /dev/shm "$tmp/host" -xdev -type f -newer since \
	    ! -path "$tmp/source/*" ! -path "$tmp/offline/*" \
	    ! -path "$tmp/all" -print0 2>/dev/null |
	    xargs -0 memscan all 2>/dev/null | sort -u
}

# ---- is what is there found at all?
cp offline/k.key host/tmp/planted
start ct-preserve
record 1 >&4
ok 'one is sealed' settled 1
is 'a planted key would be found' "secret $tmp/host/tmp/planted" on_disk
rm host/tmp/planted
cp source/f1 host/tmp/planted
is 'and so would the bytes' "plain $tmp/host/tmp/planted" on_disk
rm host/tmp/planted

# ---- while it waits for the next record
if [ $memory -eq 0 ]; then
	is 'in memory: nothing' '' in_memory 1
	record 2 >&4
	is 'after a longer file: nothing' '' in_memory 2
	record 0 >&4
	is 'after a short one: nothing' '' in_memory 3
	record 1 >&4
	is 'after one that was sealed before: nothing' '' in_memory 4
	echo '{"id":"x"}' >&4
	is 'after another record: nothing' '' in_memory 5 2>/dev/null
fi
is 'on disk: nothing' '' on_disk
exec 4>&-
wait $seal
is 'it ended well' 0 echo $?

# ---- bytes that are on no disk: from a pipe, half of them sent
head -c 300000 /dev/urandom >source/piped
mkfifo pipe
ct-preserve stage -k host/k.pub --id piped <pipe >staged &
seal=$!
pids="$pids $seal"
exec 5>pipe
head -c 200000 source/piped >&5
half() { [ "$(stat -c %s "$CT_HOME"/vault/tmp/*.part 2>/dev/null || echo 0)" -ge 131072 ]; }
ok 'half of it is there' eventually half
is 'half of it sent: nothing on disk' '' on_disk
kill -9 $seal
wait $seal 2>/dev/null
exec 5>&-
is 'killed then: nothing' '' on_disk
ct-preserve stage -k host/k.pub --id piped <source/piped >staged
jq -c '{report: {files: [.]}}' staged >>sealed
is 'staged from a pipe: nothing' '' on_disk

# ---- after it has ended
is 'after it has ended: nothing' '' on_disk
is 'but where the key is, all opens' ok sh -c \
    'ct-preserve verify -k offline/k.key 2>/dev/null | jq -r .state | sort -u'

# ---- one that forgets to wipe is found, and one that keeps what it should not
# broken PROGRAM NEEDLE - it leaves this
broken() {
	# what is freed stays where it was
	export MALLOC_TRIM_THRESHOLD_=1000000000
	start "$t/broken/$1"
	unset MALLOC_TRIM_THRESHOLD_
	record 1 >&4
	dense=1
	in_memory 1 >left
	dense=
	ok "$1 leaves a $2" grep -qx "$2" left
	exec 4>&-
	wait $seal
}
if [ $memory -eq 0 ]; then
	broken no-wipe plain
	broken keeps-key key
fi
kill $sleeper
done_testing
