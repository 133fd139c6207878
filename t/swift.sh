# swift.sh - OpenStack Swift with its S3 API, as Debian has it; after lib.sh
# shellcheck shell=sh disable=SC2154,SC2034
#
# swift [PORT]: starts it in $tmp/swift on PORT to PORT+3 of 127.0.0.1, makes
# the bucket "vaults", for the key test:tester with the secret testing.  Needs
# extended attributes where $tmp is.  $object: the process with the objects.

swift_conf() { # swift_conf NAME OFFSET - a server of that kind
	cat <<E
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $((port + $2))
workers = 0
user = $(id -un)
swift_dir = $swift/etc
devices = $swift/dev
mount_check = false
disable_fallocate = true
log_address = $swift/nolog
log_level = ERROR
E
}

swift() {
	swift=$tmp/swift port=${1:-18480}
	mkdir -p "$swift/etc" "$swift/dev/d1" "$swift/cache"
	cat >"$swift/etc/swift.conf" <<E
[swift-hash]
swift_hash_path_suffix = t
swift_hash_path_prefix = t
[storage-policy:0]
name = p0
default = yes
E
	i=0
	for kind in account container object; do
		i=$((i + 1))
		{
			swift_conf $kind $i
			cat <<E
[pipeline:main]
pipeline = $kind-server
[app:$kind-server]
use = egg:swift#$kind
recon_cache_path = $swift/cache
E
		} >"$swift/etc/$kind-server.conf"
	done
	{
		swift_conf proxy 0
		cat <<E
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats s3api tempauth proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
node_timeout = 1
recoverable_node_timeout = 1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
dns_compliant_bucket_names = false
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
E
		for f in catch_errors gatekeeper healthcheck listing_formats; do
			printf '[filter:%s]\nuse = egg:swift#%s\n' $f $f
		done
	} >"$swift/etc/proxy-server.conf"
	/usr/bin/python3 - "$swift/etc" "$port" <<'E' || return
import sys
from swift.common.ring import RingBuilder
d, base = sys.argv[1], int(sys.argv[2])
for i, s in enumerate(("account", "container", "object"), 1):
    b = RingBuilder(4, 1, 1)
    b.add_dev(dict(id=0, region=1, zone=1, ip="127.0.0.1", port=base + i,
                   device="d1", weight=1.0, meta="",
                   replication_ip="127.0.0.1", replication_port=base + i))
    b.rebalance()
    b.get_ring().save("%s/%s.ring.gz" % (d, s))
E
	# the proxy last: it shuns for a minute what does not answer it
	for kind in account container object proxy; do
		"swift-$kind-server" "$swift/etc/$kind-server.conf" </dev/null \
		    >"$swift/$kind.out" 2>&1 &
		pids="$pids $!"
		[ $kind != object ] || object=$!
		[ $kind = object ] || [ $kind = proxy ] || continue
		i=0
		first=$((port + 1)) last=$((port + 3))
		[ $kind = object ] || first=$port last=$port
		while [ "$first" -le "$last" ]; do
			if curl -s -o "$swift/answer" "http://127.0.0.1:$first/healthcheck"; then
				first=$((first + 1))
			elif [ $((i = i + 1)) -gt 300 ]; then
				cat "$swift"/*.out
				return 1
			else
				sleep 0.1
			fi
		done
	done
	i=0
	until [ "$(s3 /vaults -X PUT -o "$swift/answer" -w '%{http_code}')" = 200 ]; do
		[ $((i = i + 1)) -lt 100 ] || return 1
		sleep 0.1
	done
}

# s3 PATH [OPTION...] - a signed request, by curl
s3() {
	path=$1
	shift
	curl -q -sS --aws-sigv4 aws:amz:us-east-1:s3 \
	    -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "$@" \
	    "http://test%3Atester:testing@127.0.0.1:$port$path"
}
