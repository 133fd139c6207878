#!/bin/sh
# A vault that cannot be written can be read: on a disk that is read-only or
# full, and by who has no more than a copy to read

# mounts of its own: they end with it, however it ends
[ -n "${UNSHARED-}" ] || ! unshare -m true 2>/dev/null ||
    UNSHARED=1 exec unshare -m "$0"
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/evidence.sh
. "$t/evidence.sh"
CT_HOME=$tmp/home CT_CONF=$tmp/ct.conf
export CT_HOME CT_CONF
cd "$tmp" || exit 1
: >ct.conf
ct-preserve keygen -o k 2>/dev/null
for i in a b; do echo "file $i" >$i; done
now=$(date +%s)
kept production $k1 u1 100 "$(date -ud "@$((now - 1))" +%Y-%m-%dT%H:%M:%SZ)" a
report production $k2 u2 b | ct-preserve seal -qk k.pub >/dev/null
ct-preserve hold add --kind order --authority DE --ref 7 --by ana --user u2 >held
ct-preserve keys >/dev/null
# shellcheck disable=SC2046 # words
set -- $(ids true)
one=$1
mine=k.key
ct-preserve verify -k $mine >as.keys 2>/dev/null

# looks HOME RUN... - all that only looks says there what it says in the home
looks() {
	place=$1
	shift
	for verb in find 'find --user u2' keys 'hold list' expire \
	    'expire -n --yes' verify "verify -k $mine" rewrap; do
		case $verb in
		*-k*) cp as.keys want && want=0 ;;
		*)
			# shellcheck disable=SC2086 # words
			ct-preserve $verb >want 2>/dev/null
			want=$?
			;;
		esac
		cp "$place/audit/ct-preserve.log" before
		# shellcheck disable=SC2086 # words
		exits "  $verb" $want "$@" ct-preserve $verb -d "$place"
		ok '    is the same' cmp want got
		ok '    says that nothing is logged' grep -q 'logged\|not in the log' err
		ok '    nothing is' cmp before "$place/audit/ct-preserve.log"
	done
	exits '  open' 0 "$@" ct-preserve open -k "$mine" -d "$place" "$one"
	ok '    opens' grep -q '^file [ab]$' got
	ok '    says that it is not logged' grep -q 'not logged' err
	for verb in 'expire --yes' 'rewrap --yes' \
	    'hold add --kind order --authority DE --ref 8 --by ana --user u1'; do
		# shellcheck disable=SC2086 # words
		"$@" ct-preserve $verb -d "$place" </dev/null >got 2>err
		status=$?
		ok "  $verb: $status" test $status -eq 73 -o $status -eq 77
		ok '    nothing is written' cmp before "$place/audit/ct-preserve.log"
	done
}

# ---- who may only read
cp -R home copy
find copy -type d -exec chmod 555 {} +
find copy -type f -exec chmod 444 {} +
run='env'
if [ "$(id -u)" -eq 0 ]; then
	run='setpriv --reuid=65534 --regid=65534 --clear-groups'
	chmod 711 .
	chmod 644 ct.conf
	cp k.key theirs.key && chown 65534 theirs.key && mine=theirs.key
fi
# shellcheck disable=SC2086 # words
if $run test -x "$top/ct-preserve" -a -r copy/audit/ct-preserve.log \
    2>/dev/null; then
	echo '# a copy without permission to write'
	# shellcheck disable=SC2086 # words
	looks copy $run
	echo '# without its index'
	chmod 755 copy/vault && rm copy/vault/index.db* && chmod 555 copy/vault
	# shellcheck disable=SC2086 # words
	looks copy $run
else
	echo '# no other user here'
fi
mine=k.key

# ---- whose it is
cp -R home theirs
for path in vault audit audit/ct-preserve.log; do
	chmod 777 theirs/$path
	report production $k3 u3 a >in
	exits "others can write $path: seal" 77 ct-preserve seal -qk k.pub -d theirs <in
	ok '  says so' grep -q "others can write 'theirs/$path'.*chmod go-w" err
	json '  as the record does' '.report.files[].vault.state' '"failed"' got
	exits '  expire' 77 ct-preserve expire -q --yes -d theirs
	exits '  find' 0 ct-preserve find -d theirs
	ok '  says so' grep -q 'others can write' err
	chmod 700 theirs/$path
done
chmod 644 theirs/audit/ct-preserve.log
exits 'others can read the log: find' 0 ct-preserve find -d theirs
cp err said
is '  says so once' 1 grep -c 'others can read .*chmod 600' said
chmod 600 theirs/audit/ct-preserve.log
if [ "$(id -u)" -eq 0 ]; then
	chown -R 65534 theirs
	exits 'root seals into the vault of another' 77 ct-preserve seal -qk k.pub -d theirs <in
	ok '  says whose' grep -q 'uid 65534' err
	rm theirs/vault/index.db*
	exits '  finds what is there' 0 ct-preserve find -d theirs
	is '  and leaves nothing' '' find theirs ! -uid 65534
fi

# ---- disks that are so
if [ "$(id -u)" -eq 0 ] && mkdir disk &&
    mount -t tmpfs -o size=4m tmpfs disk 2>/dev/null; then
	echo '# a disk that is read-only'
	cp -R home disk/home
	cp home/audit/ct-preserve.log was
	mount -o remount,ro disk
	looks disk/home env
	echo '# its log is torn'
	mount -o remount,rw disk
	printf '{"seq":9,"prev":"00' >>disk/home/audit/ct-preserve.log
	mount -o remount,ro disk
	looks disk/home env
	exits '  find' 0 ct-preserve find -d disk/home
	ok '    says up to where it reads' grep -q 'no whole line: .* line [1-9]' err
	mount -o remount,rw disk
	head -c 5000 /dev/zero >>disk/home/audit/ct-preserve.log
	echo >>disk/home/audit/ct-preserve.log
	mount -o remount,ro disk
	looks disk/home env
	echo '# a line of it is gone, of which the index knows'
	mount -o remount,rw disk
	sed '$d' was >disk/home/audit/ct-preserve.log
	mount -o remount,ro disk
	exits '  find' 65 ct-preserve find -d disk/home
	ok '    says so' grep -q 'cut or changed' err
	echo '# it has another last line'
	mount -o remount,rw disk
	sed '$s/"uid":[0-9]*/"uid":77/' was \
	    >disk/home/audit/ct-preserve.log
	mount -o remount,ro disk
	exits '  find' 65 ct-preserve find -d disk/home
	ok '    says so' grep -q 'cut or changed' err
	echo '# damaged evidence is found nevertheless'
	mount -o remount,rw disk
	cp was disk/home/audit/ct-preserve.log
	f=$(find disk/home/vault/objects -type f | head -n 1)
	chmod 600 "$f" && echo >>"$f"
	mount -o remount,ro disk
	exits '  verify' 1 ct-preserve verify -d disk/home
	ok '    names it' grep -q '"damaged"' got
	umount disk

	echo '# a disk that is full'
	mount -t tmpfs -o size=1m tmpfs disk
	cp -R home disk/home
	head -c 9999999 /dev/zero >disk/fill 2>/dev/null
	for verb in find keys 'hold list' expire verify 'verify -k k.key'; do
		# shellcheck disable=SC2086 # words
		ct-preserve $verb >want 2>/dev/null
		want=$?
		# shellcheck disable=SC2086 # words
		exits "  $verb" $want ct-preserve $verb -d disk/home
		ok '    is the same' cmp want got
	done
	exits '  open, which is to be logged' 74 ct-preserve open -k k.key \
	    -d disk/home "$one"
	ok '    opens nothing' test ! -s got
	umount disk
else
	echo '# no mounts here'
fi
done_testing
