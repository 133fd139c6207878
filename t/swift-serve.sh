#!/bin/sh
# swift-serve.sh DIR - the servers that t/swift.sh shares, as long as a process
# of DIR/users runs; they are killed when this dies, too.  DIR/state: up, failed
set -u
# ports that no other test takes, nor the kernel gives
dir=$1 port=$(($$ % 1500 * 4 + 20000))
cd "$dir" || exit 1
echo $$ >pid
trap 'cd / && rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

server_conf() { # server_conf OFFSET - of every kind
	cat <<E
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $((port + $1))
workers = 0
user = $(id -un)
swift_dir = $dir/etc
devices = $dir/dev
mount_check = false
disable_fallocate = true
log_address = $dir/nolog
log_level = ERROR
E
}

# one that is stopped for a test is not shunned afterwards
proxy_conf() {
	cat <<E
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats s3api tempauth proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
node_timeout = 1
recoverable_node_timeout = 1
error_suppression_limit = 100000
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
	printf '[filter:tempauth]\nuse = egg:swift#tempauth\n'
	seq -f 'user_a%g_tester = testing .admin' 500
}

start() {
	mkdir -p etc dev/d1 cache
	cat >etc/swift.conf <<E
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
			server_conf $i
			cat <<E
[pipeline:main]
pipeline = $kind-server
[app:$kind-server]
use = egg:swift#$kind
recon_cache_path = $dir/cache
E
		} >etc/$kind-server.conf
	done
	{
		server_conf 0
		proxy_conf
	} >etc/proxy-server.conf
	/usr/bin/python3 - etc "$port" <<'E' || return
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
	for kind in account container object proxy; do
		setpriv --pdeathsig KILL "swift-$kind-server" \
		    "$dir/etc/$kind-server.conf" >$kind.out 2>&1 &
		echo $! >$kind.pid
	done
	i=0
	for at in 0 1 2 3; do
		until curl -s -o answer "http://127.0.0.1:$((port + at))/healthcheck"; do
			[ $((i = i + 1)) -lt 900 ] || return 1
			sleep 0.1
		done
	done
	echo "$port" >port
}

# needed - a process of users/ runs, and is not another of its number
needed() {
	for user in users/*; do
		[ -e "$user" ] || continue
		now=$(cut -d ' ' -f 22 "/proc/${user#*/}/stat" 2>/dev/null)
		[ "$now" != "$(cat "$user")" ] || return 0
		rm -f "$user"
	done
	return 1
}

if start; then echo up; else echo failed; fi >state.new
mv state.new state
exec 8>>lock
while :; do
	sleep 1
	needed && continue
	flock 8
	needed || break
	flock -u 8
done
# nobody may take it for one that runs, be it that nobody waits for us
rm -f state
cat ./*.pid | xargs kill -KILL
wait
