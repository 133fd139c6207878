# lib.sh - TAP in shell; source it from a test, end with: done_testing
# shellcheck shell=sh disable=SC2034
set -u
t=$(cd "$(dirname "$0")" && pwd)
top=${t%/*}
PATH=$top:$top/scripts:$t/tool:$PATH
LC_ALL=C
export LC_ALL
unset CT_CONF CT_CLOCK CT_CPU CT_FAULT http_proxy https_proxy

# roomy - is there room for what tests write, where programs may run, too?
roomy() {
	room=$(stat -fc '%a %S' /dev/shm 2>/dev/null) && [ -w /dev/shm ] &&
	    [ $((${room% *} * ${room#* })) -ge 2147483648 ] || return 1
	while read -r _ at _ how _; do
		case $at,$how, in /dev/shm,*,noexec,*) return 1 ;; esac
	done </proc/mounts
}
# most of what they wait for is a disk; TMPDIR=/tmp: they do
on_disk=${TMPDIR:-/tmp}
[ -n "${TMPDIR-}" ] || ! roomy || export TMPDIR=/dev/shm
tmp=$(mktemp -d) && cd "$tmp" || exit 1
CT_HOME=$tmp/state
export PATH CT_HOME
n=0 bad=0 pids=''
box=

cleanup() {
	# shellcheck disable=SC2086 # a list of numbers
	[ -z "$pids" ] || kill $pids 2>/dev/null
	cd / && rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

# le N BYTES - that number in binary, the lowest byte first
le() {
	by=0
	while [ "$by" -lt "$2" ]; do
		# shellcheck disable=SC2059 # a format is what it makes
		printf "\\$(printf %o $(($1 >> 8 * by & 255)))"
		by=$((by + 1))
	done
}

# most_held PID - $most, the most KiB of its own that it held, until it ends
most_held() {
	most=0
	while rss=$(sed -n 's/RssAnon:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status" 2>/dev/null) && [ -n "$rss" ]; do
		[ "$rss" -le "$most" ] || most=$rss
		sleep 0.05
	done
}

# ok WHAT COMMAND... - the command succeeds
ok() {
	what=$1 n=$((n + 1))
	shift
	if "$@" >out.ok 2>&1; then
		echo "ok $n - $what"
	else
		bad=$((bad + 1))
		echo "not ok $n - $what"
		# prove shows what goes to the standard error, also without -v
		echo "# $0: not ok $n - $what" >&2
		sed 's/^/# /' out.ok >&2
	fi
}

# is WHAT EXPECTED COMMAND... - its standard output is this text
is() {
	what=$1
	printf '%s' "${2:+$2
}" >want
	shift 2
	"$@" >got 2>err
	ok "$what" diff -u want got
}

# exits WHAT STATUS COMMAND... - it exits with this status
exits() {
	what=$1 status=$2
	shift 2
	"$@" >got 2>err
	got_status=$?
	[ $got_status -eq "$status" ] || { echo "# exit $got_status"; sed 's/^/# /' err; } >&2
	ok "$what" test $got_status -eq "$status"
}

# json WHAT FILTER EXPECTED FILE - jq -c FILTER FILE prints this; got and err
# stay what they were, so FILE may be got
json() {
	printf '%s' "${3:+$3
}" >want
	jq -c "$2" "$4" >got.json 2>&1
	ok "$1" diff -u want got.json
}

# eventually COMMAND... - it succeeds, be it after a minute
eventually() {
	for _ in $(seq 3000); do
		if "$@"; then return; fi
		sleep 0.02
	done
	return 1
}

# alive PID - that process is there, and did not end
alive() { grep -qs '^State:.[^ZX]' "/proc/$1/status"; }

# sandbox [OPTION...] - start ct-sandbox: $url, $box (its directory with the
# credential files cybertip.cred and hashsharing.cred), $box_pid
sandbox() {
	box=$tmp/box box_tries=0
	# the port of one that is gone may be that of somebody's client by now,
	# who has it for a minute
	until box_begins "$@"; do
		wait $box_pid
		[ $? -eq 69 ] && [ $((box_tries = box_tries + 1)) -lt 300 ] || return 1
		sleep 0.3
	done
	url=$(jq -r .url "$tmp/box.ready")
}
box_begins() {
	rm -f "$tmp/box.ready"
	ct-sandbox -p 0 -d "$box" "$@" >"$tmp/box.ready" &
	box_pid=$!
	pids="$pids $box_pid"
	while ! grep -q . "$tmp/box.ready" 2>/dev/null; do
		alive $box_pid || return 1
		sleep 0.02
	done
}

# holds - all that the sandbox holds, as ct-sandbox state has it, by a program
# that starts faster
holds() {
	case $url in
	https:*)
		ct-sandbox state "$url"
		return
		;;
	esac
	printf 'GET /_state HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' \
	    "${url#http://}" | raw "${url##*:}" | sed '1,/^$/d'
}

# state FILTER - what jq says of it
state() {
	holds | jq -rc "$@"
}

# control JSON - {"clock":TIME}, {"fault":SPEC} or {"entries":[...]}; what
# ct-sandbox control says to the server, by a program that starts faster
control() {
	printf 'POST /_control HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s' \
	    "${url#http://}" ${#1} "$1" | raw "${url##*:}" >control.said
	grep -q '^HTTP/1.1 200 ' control.said
}

# conf - $CT_CONF: a company that reports, seals, and if there is a sandbox,
# submits to it; sections of standard input after it
conf() {
	CT_CONF=$tmp/ct.conf
	export CT_CONF
	cat >"$CT_CONF" <<END
[company]
name = Example Images
[reporter]
first_name = Ana
last_name = Lima
email = trust@images.example
${box:+[ncmec]
credential = $box/cybertip.cred}
[vault]
public_key = $tmp/vault.pub
END
	cat >>"$CT_CONF"
}

# sync_killed STEP - ct-syncdb sync from nothing dies at each STEP-th sync to
# disk there is, and is run again: $struck of them, $wrong ones whose index is
# not that of the file whole.body
sync_killed() {
	i=1 wrong='' struck=0
	while :; do
		rm -rf "$CT_HOME" did
		LD_PRELOAD=$t/fault.so CT_FAULT=fdatasync:$i:KILL CT_FAULT_DID=did \
		    ct-syncdb -q --retry-wait 0 sync >/dev/null 2>&1
		[ -e did ] || break
		struck=$((struck + 1))
		ct-syncdb -q --retry-wait 0 sync 2>said || wrong="$wrong $i:status"
		tail -c +4097 "$CT_HOME/lists/known.ctx" | cmp -s - whole.body || wrong="$wrong $i"
		i=$((i + $1))
	done
	[ -z "$wrong" ] || echo "# $wrong"
}

# spoil FILE AT - its byte there is another
spoil() {
	byte=$(od -An -tu1 -j"$2" -N1 "$1" | tr -d ' ')
	# shellcheck disable=SC2059
	printf "\\$(printf %o $(((byte + 1) % 256)))" |
	    dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

skip_all() {
	echo "1..0 # SKIP $*"
	exit 0
}

done_testing() {
	echo "1..$n"
	exit $((bad > 0))
}
