# swift.sh - OpenStack Swift with its S3 API, as Debian has it; after lib.sh
# shellcheck shell=sh disable=SC2154,SC2034
#
# swift: skips the test where there is none.  All tests of this tree share one,
# which t/swift-serve.sh starts for the first and ends after the last, be they
# killed; each has an account of its own in it, with the bucket "vaults".
# $port of 127.0.0.1, $s3_key and the secret testing; $swift/KIND.pid: the servers.
#
# alone: the others wait until together; only then may a server be stopped, and
# never ended.  A test that dies meanwhile leaves what the next one mends.

swift() {
	for p in curl flock setpriv swift-proxy-server swift-account-server \
	    swift-container-server swift-object-server; do
		command -v $p >/dev/null || skip_all "no $p"
	done
	swift=$on_disk/ct-swift-$(id -u)-$(printf %s "$top" | cksum | cut -d ' ' -f 1)
	# it may be going away just now
	while :; do
		mkdir -m 700 "$swift" 2>/dev/null
		[ -O "$swift" ] || skip_all "$swift is not ours"
		: >>"$swift/lock" || continue
		exec 8>>"$swift/lock"
		flock 8
		[ "$(stat -L -c %i /proc/self/fd/8)" != "$(stat -c %i "$swift/lock")" ] || break
	done
	mkdir -p "$swift/users"
	swift_user $$
	[ "$(cat /proc/$PPID/comm)" != prove ] || swift_user $PPID
	# be it that it was killed and could not clear up
	if [ -e "$swift/pid" ] && ! kill -0 "$(cat "$swift/pid")" 2>/dev/null; then
		(cd "$swift" && rm -rf state dev accounts)
	fi
	if [ ! -e "$swift/state" ]; then
		setsid sh "$t/swift-serve.sh" "$swift" 8>&- </dev/null >"$swift/out" 2>&1 &
		until [ -e "$swift/state" ]; do
			kill -0 $! 2>/dev/null || break
			sleep 0.1
		done
	fi
	if ! grep -qx up "$swift/state"; then
		sed 's/^/# /' "$swift"/*out
		skip_all 'Swift does not start here'
	fi
	port=$(cat "$swift/port")
	echo >>"$swift/accounts"
	s3_key=a$(wc -l <"$swift/accounts"):tester
	exec 8>&- 9>>"$swift/use"
	together
	cat "$swift"/*.pid | xargs kill -CONT
	i=0
	until [ "$(s3 /vaults -X PUT -o answer -w '%{http_code}')" = 200 ]; do
		[ $((i = i + 1)) -lt 600 ] || { cat answer; exit 1; }
		sleep 0.1
	done
}

# swift_user PID - as long as it runs it is needed
swift_user() { cut -d ' ' -f 22 "/proc/$1/stat" >"$swift/users/$1"; }

together() { flock -s -w 300 9 || exit 1; }
alone() { flock -w 300 9 || exit 1; }

# pause KIND, resume KIND - a server, while alone
pause() { kill -STOP "$(cat "$swift/$1.pid")"; }
resume() { kill -CONT "$(cat "$swift/$1.pid")"; }

# cred FILE [SECRET [LINE]] - for a bucket
cred() {
	printf 'access_key = %s\nsecret_key = %s\n%s\n' "$s3_key" "${2-testing}" "${3-}" >"$1"
	chmod 600 "$1"
}

# s3 PATH [OPTION...] - a signed request, by curl
s3() {
	path=$1
	shift
	curl -q -sS --aws-sigv4 aws:amz:us-east-1:s3 \
	    -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "$@" \
	    "http://${s3_key%:*}%3A${s3_key#*:}:testing@127.0.0.1:$port$path"
}
