# objects.sh - ct-fetch beside curl --parallel, on the same store
# shellcheck shell=sh disable=SC2034,SC2154
#
# As many connections of either.  First a web server of this machine, which
# costs less than either, so that what is compared is the clients: of URLs, of
# which nothing is known, and as a bucket, of which ct-ls says the sizes.  curl
# throws its bytes away there; in the rows "through a pipe" both have a reader,
# as ct-fetch always has.  Then a server that gives each connection 50 MB a
# second, as stores far away do, and OpenStack Swift, if it is installed.  Five
# times in turns; the median counts, of time by the clock and of CPU time.

# piped NAME OBJECTS - as beside, but what they write is read
piped() {
	sed 's/^output = .*/output = "-"/' in.curl >out.curl
	cat >ours.sh <<-'END'
		ct-fetch -q -c web.conf -j 16 <in | cat
	END
	cat >curl.sh <<-'END'
		curl -q -s --no-progress-meter -K out.curl --parallel --parallel-max 16 </dev/null | cat
	END
	turns "$1, through a pipe" "$2"
}

# beside NAME OBJECTS - of the records in the file in, by curl as in in.curl
beside() {
	echo 'exec ct-fetch -q -c web.conf -j 16 <in' >ours.sh
	echo 'exec curl -q -s --no-progress-meter -K in.curl --parallel --parallel-max 16 </dev/null' >curl.sh
	turns "$1" "$2"
}

# turns NAME OBJECTS - ours.sh and curl.sh
turns() {
	: >ours.took
	: >curl.took
	for turn in 1 2 3 4 5; do
		took 1 sh ours.sh >>ours.took
		took 1 sh curl.sh >>curl.took
	done
	for what in wall cpu; do
		ours=$(middle $what ours.took)
		row fetching "ct-fetch, $1, $what" "$(short "$2 / $ours")/s" \
		    "$(short "$(middle $what curl.took) / $ours")" \
		    "$([ $what = wall ] && echo '>0.9' || echo -)"
	done
}

# urls FILE - for curl, each to be thrown away
urls() {
	sed 's/.*/url = "&"\noutput = "\/dev\/null"/' "$1"
}

# fetched NAME OBJECTS BYTES - so many objects of that size, by their URLs
fetched() {
	seq -f "http://127.0.0.1:$web_port/n/$3?ranges&$slow%g" "$2" >in
	urls in >in.curl
	beside "$1" "$2"
}

# bucket NAME OBJECTS BYTES - the same, of a bucket
bucket() {
	printf '[bucket b]\nbucket = %s\nendpoint = http://127.0.0.1:%s/n\ncredential = %s/cred\n' \
	    "$3" "$web_port" "$PWD" >web.conf
	seq -f "{\"id\":\"s3://b/ranges&$slow%g\",\"object\":{\"bytes\":$3,\"etag\":\"tag$3\"}}" "$2" >in
	seq -f "http://127.0.0.1:$web_port/n/$3/ranges&$slow%g" "$2" >addresses
	urls addresses >in.curl
	beside "$1, of a bucket" "$2"
}

# swifts NAME OBJECTS BYTES - the same, of Swift
swifts() {
	head -c "$3" /dev/urandom >bytes
	for i in $(seq "$2"); do
		s3 "/vaults/$3/$i" -f -T bytes -o answer
	done
	ct-ls -q -c web.conf "s3://vaults/$3/" >in
	{
		printf 'aws-sigv4 = "aws:amz:us-east-1:s3"\n'
		printf 'header = "x-amz-content-sha256: UNSIGNED-PAYLOAD"\n'
		seq -f "$url/$3/%g" "$2" >addresses
		urls addresses
	} >in.curl
	beside "$1, of Swift" "$2"
}

# with_swift - it runs, and web.conf knows it; false: it is not installed
with_swift() {
	command -v swift-proxy-server >/dev/null || {
		echo 'no rows of Swift: it is not installed' >&2
		return 1
	}
	t=${bench%/*} top=${bench%/*/*} on_disk=${TMPDIR:-/tmp}
	skip_all() {
		echo "$*" >&2
		exit 1
	}
	# shellcheck source=t/swift.sh
	. "$t/swift.sh"
	swift
	cred cred
	printf '[bucket vaults]\nendpoint = http://127.0.0.1:%s\ncredential = %s/cred\n' "$port" "$PWD" >web.conf
	# a URL of it with the key, for curl
	url=http://$(printf %s "$s3_key" | sed 's/:/%%3A/'):testing@127.0.0.1:$port/vaults
}

objects_rows() {
	mkdir -p web
	slow=''
	: >web.port
	printf '[fetch]\nallow = 127.0.0.0/8\n' >web.conf
	printf 'access_key = a\nsecret_key = b\n' >cred
	chmod 600 cred
	webbox web >web.port &
	web_pid=$!
	until [ -s web.port ]; do sleep 0.02; done
	web_port=$(cat web.port)
	fetched '10 KB' 2000 10000
	fetched '300 KB' 600 300000
	fetched '20 MB' 24 20000000
	piped '20 MB' 24
	fetched '200 MB' 4 200000000
	piped '200 MB' 4
	slow='rate=50&'
	fetched '20 MB, 50 MB/s each' 24 20000000
	fetched '100 MB, 50 MB/s each' 4 100000000
	slow=''
	bucket '10 KB' 2000 10000
	bucket '20 MB' 24 20000000
	bucket '200 MB' 4 200000000
	slow='rate=50&'
	bucket '20 MB, 50 MB/s each' 24 20000000
	bucket '100 MB, 50 MB/s each' 4 100000000
	kill $web_pid
	with_swift || return 0
	swifts '10 KB' 200 10000
	swifts '20 MB' 12 20000000
}
