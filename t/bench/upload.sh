# upload.sh - how long an upload of 1920x1080 waits, with 1e6 hashes, on one core
# shellcheck shell=sh

upload_rows() {
	photos 1920x1080 53 16
	head -c 32000000 /dev/urandom | od -An -v -tx1 -w32 |
	    sed 's/ //g; s/^/pdq /' >upload.list
	ct-match build -o upload.ctx upload.list
	one=
	! command -v taskset >/dev/null || one='taskset -c 0'
	$one ct-clamd -s "$PWD/upload.sock" -l upload.ctx -j 1 >upload.ready 2>/dev/null &
	served=$!
	while ! grep -q . upload.ready && kill -0 $served; do sleep 0.1; done
	failed=
	$one upload "$PWD/upload.sock" 1000 1920x1080-*.jpg || failed=1
	kill $served
	wait $served
	[ -z "$failed" ]
}
