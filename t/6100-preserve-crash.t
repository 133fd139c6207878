#!/bin/sh
# ct-preserve: killed anywhere, or on a full disk, and run again: every file
# is sealed once, opens, and nothing is left over
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm # what is killed needs no disk
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'LD_PRELOAD and ASan do not mix'

export CT_CLOCK=2026-11-22T10:00:00Z

key=00112233445566778899aabbccddeeff
echo one >a
head -c 70000 /dev/urandom >b
{
	printf '{"id":"report:%s","report":{"key":"%s","env":"production",' \
	    $key $key
	printf '"part":1,"parts":1,"files":[{"id":"a","path":"a","sha256":"%s"}' \
	    "$(sha256sum <a | cut -c-64)"
	printf ',{"id":"b","path":"b","sha256":"%s"}]}}\n' \
	    "$(sha256sum <b | cut -c-64)"
} >in
ct-preserve keygen -o k

# struck FAULT COMMAND... - run it with this fault; sets $status
struck() {
	fault=$1
	shift
	rm -f did
	LD_PRELOAD=$t/fault.so CT_FAULT=$fault CT_FAULT_DID=did \
	    "$@" >out 2>err
	status=$?
}
wrong() {
	bad_at="$bad_at $fault($*)"
}
# whole N: N objects that open, no more, and nothing in tmp
whole() {
	ct-preserve verify -qk k.key >states 2>&1 || wrong verify
	[ "$(grep -c '"state":"ok"' states)" -eq "$1" ] || wrong objects
	[ "$(find "$CT_HOME/vault/objects" -type f | wc -l)" -eq "$1" ] ||
		wrong files
	[ -z "$(find "$CT_HOME/vault/tmp" -type f)" ] || wrong left over
}
# same: every id that was printed before is still the id
same() {
	grep -o '"state":"sealed","id":"[^"]*"' out >ids
	while read -r line; do
		grep -qF "$line" again || wrong another id
	done <ids
	[ "$(grep -o '"state":"sealed"' again | wc -l)" -eq 2 ] ||
		wrong not sealed
}

# anew: the vault empty, or as in start; its many directories stay, but where
# it is about making them
anew() {
	if [ "$call" = mkdir ]; then
		rm -rf "$CT_HOME"
	elif [ -d "$CT_HOME" ]; then
		find "$CT_HOME" -type f -delete
	fi
	[ ! -d start ] || cp -r start/. "$CT_HOME"
}

# sweep HOW CALL - fault HOW at each CALL in turn, on a new vault each time;
# of the calls that only make the index, or directories, some are enough
sweep() {
	how=${1%+} more=${1#"${1%+}"} call=$2 i=1 bad_at='' points=0
	while :; do
		anew
		struck "$call:$i$more:$how" ct-preserve seal -qk k.pub <in
		[ -e did ] || break
		points=$((points + 1))
		if [ "$how" = ENOSPC ]; then
			# said, and the report is there all the same
			if [ "$status" -ne 75 ] && [ "$status" -ne 74 ] &&
			    ! grep -q 'sealed.*sealed' out; then
				wrong "exit $status"
			fi
			if [ "$status" -eq 75 ] &&
			    ! grep -q '"state":"failed"' out; then
				wrong silent
			fi
			# nothing half written, but where it is not known if
			# the log has its line, or what is lost cannot go
			[ "$call" = fdatasync ] ||
			    { [ "$call" = fsync ] && [ -d start ]; } ||
			    ! find "$CT_HOME" -name '*.part' 2>&1 |
			    grep -q 'part$' || wrong half an object
		fi
		ct-preserve seal -qk k.pub <in >again 2>err || wrong again
		same
		whole 2
		case $call in
		pwrite64 | mkdir) i=$((i + 1 + (i > 4) * (i / 3))) ;;
		*) i=$((i + 1)) ;;
		esac
	done
	[ "$status" -eq 0 ] || wrong "no fault: $status"
	ok "$call: $points points, $1" test -z "$bad_at"
	[ -z "$bad_at" ] || echo "#$bad_at"
	ok 'there were some' test $points -gt 0
}

for call in write fsync link pwrite64 fdatasync mkdir unlink; do
	sweep KILL $call
done
for call in write fsync link pwrite64 fdatasync mkdir; do
	sweep ENOSPC $call
done
for call in write pwrite64; do
	sweep ENOSPC+ $call
done

# ---- the same where one object was damaged and the other lost
rm -rf "$CT_HOME"
ct-preserve seal -qk k.pub <in >sealed
mkdir start
(cd "$CT_HOME" && find . -type f) | while read -r f; do
	mkdir -p "start/${f%/*}" && cp -p "$CT_HOME/$f" "start/$f"
done
set -- start/vault/objects/*/*
chmod 600 "$1" && printf X | dd of="$1" bs=1 seek=200 conv=notrunc 2>err
rm -f "$2"
for call in write fsync link pwrite64 fdatasync unlink; do
	sweep KILL $call
done
for call in fsync link pwrite64 fdatasync; do
	sweep ENOSPC $call
done
rm -rf start

# ---- anchor: the receipt is there before the record goes on
rm -rf "$CT_HOME"
ct-preserve seal -qk k.pub <in >sealed
cp -r "$CT_HOME" saved
jq -c '.submission={env:"production",report_id:"9",state:"finished",
    at:"2026-11-22T10:00:00Z"}' sealed >rec
receipts() { ct-preserve find | grep -c '"report_id":"9","expires"'; }
for call in write pwrite64 fdatasync; do
	for how in KILL ENOSPC; do
		i=1 bad_at=''
		while :; do
			find "$CT_HOME" -type f -delete
			cp -r saved/. "$CT_HOME"
			struck $call:$i:$how ct-preserve anchor -q <rec
			[ -e did ] || break
			if grep -q '"receipt"' out; then
				[ "$(receipts)" -eq 2 ] || wrong promised
			else
				[ $status -ne 0 ] || wrong silent
			fi
			ct-preserve anchor -q <rec >again || wrong again
			[ "$(receipts)" -eq 2 ] || wrong receipts
			[ -z "$(find "$CT_HOME"/vault/tmp "$CT_HOME" -type f \
			    \( -name '*.tmp.*' -o -name 'new.*' \))" ] ||
				wrong left over
			i=$((i + 1))
		done
		ok "anchor, $call, $how: $((i - 1)) points" test -z "$bad_at"
		[ -z "$bad_at" ] || echo "#$bad_at"
	done
done

# ---- keygen: never a public key whose secret is not there
for call in write fsync link unlink; do
	for how in KILL ENOSPC; do
		i=1 bad_at=''
		while :; do
			rm -f n.*
			struck $call:$i:$how ct-preserve keygen -o n
			[ -e did ] || break
			[ ! -e n.pub ] || [ -e n.key ] || wrong half
			if [ -e n.pub ]; then
				CT_HOME=$tmp/n ct-preserve seal -qk n.pub <in |
				    jq -r '.report.files[0].vault.id' >id
				CT_HOME=$tmp/n ct-preserve open -k n.key \
				    "$(cat id)" | cmp -s - a || wrong useless
				rm -rf n
			fi
			i=$((i + 1))
		done
		ok "keygen, $call, $how: $((i - 1)) points" test -z "$bad_at"
		[ -z "$bad_at" ] || echo "#$bad_at"
	done
done
done_testing
