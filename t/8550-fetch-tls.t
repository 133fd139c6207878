#!/bin/sh
# ct-fetch by TLS: large objects in ranges over several connections, of a bucket
# and of a URL, connections that are used again, one that is cut within a record
# shellcheck source=t/lib.sh disable=SC2154,SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'LD_PRELOAD and ASan do not mix'
for p in openssl python3; do command -v $p >/dev/null || skip_all "no $p"; done
# shellcheck source=t/tls.sh
. "$t/tls.sh"

mkdir box
webbox box >port.plain &
pids="$pids $!"
# TLS before it: "served" has a line for each connection; the first with so many
# bytes of it left to send is cut off, if there is a file "cut"
cat >relay.py <<'E2'
import os, socket, ssl, sys, threading
to = int(sys.argv[1])
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(sys.argv[2] + ".pem", sys.argv[2] + ".key")

def first():
    try:
        os.unlink("cut")
        return True
    except OSError:
        return False

def pump(a, b, cut):
    n = 0
    try:
        while data := a.recv(65536):
            b.sendall(data)
            n += len(data)
            if cut and n > 700000 and first():
                break
    except OSError:
        pass
    for s in (a, b):
        try:
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

def serve(raw):
    try:
        near = tls.wrap_socket(raw, server_side=True)
    except OSError:
        return
    with open("served", "a") as f:
        f.write(near.version() + "\n")
    far = socket.create_connection(("127.0.0.1", to))
    threading.Thread(target=pump, args=(near, far, False), daemon=True).start()
    pump(far, near, True)

at = socket.create_server(("127.0.0.1", 0))
print(at.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=(at.accept()[0],), daemon=True).start()
E2
eventually test -s port.plain || ok 'the server listens' false
relay() { # relay CERTIFICATE - $port
	: >port.tls
	python3 relay.py "$(cat port.plain)" "$1" >port.tls 2>relay.err &
	pids="$pids $!"
	until [ -s port.tls ]; do
		kill -0 $! || exit 1
		sleep 0.02
	done
	port=$(cat port.tls)
	printf 'access_key = a\nsecret_key = b\n' >cred && chmod 600 cred
	CT_CONF=$tmp/ct.conf
	export CT_CONF
	printf '[fetch]\nallow = 127.0.0.0/8\n[bucket big]\nbucket = 5000000
endpoint = https://localhost:%s/n\ncredential = %s/cred\n' "$port" "$tmp" >ct.conf
}
# windows and parts of 1 MiB
fetch() {
	: >served
	LD_PRELOAD=$t/trust.so CT_TRUST=ours.pem ct-fetch -q --retry-wait 0 \
	    --memory 4M -j 4 "$@" >frames
}
record() { printf '{"id":"s3://big/%s","object":{"bytes":5000000,"etag":"tag5000000"}}\n' "$1"; }
sum() { ct-hash -q | jq -r .hashes.md5; }
printf '[fetch]\nallow = 127.0.0.0/8\n' >plain
whole=$(ct-fetch -q -j 1 -c plain "http://127.0.0.1:$(cat port.plain)/n/5000000" | sum)

relay good
# one connection is slow, so that parts are worth it
rated='ranges&rate=4'
record "$rated&fine" >in
exits 'an object of a bucket, by TLS' 0 fetch <in
is '  comes whole' "$whole" sum <frames
ok '  by ranges' sh -c '[ "$(grep -c "fine .*bytes=" box/heard)" -ge 2 ]'
ok '  over several connections of TLS 1.2 or later' \
    sh -c '[ $(grep -c "^TLSv1\.[23]$" served) -gt 1 ] && ! grep -qv "^TLSv1\.[23]$" served'
exits 'a URL whose server knows of ranges' 0 fetch "https://localhost:$port/n/5000000?ranges"
is '  comes whole' "$whole" sum <frames
for i in 1 2 3 4 5 6; do printf '{"id":"%s","url":"https://localhost:%s/n/%s"}\n' $i "$port" $i; done >in
exits 'many' 0 fetch <in
is '  all come' '1 2 3 4 5 6' sh -c 'ct-hash -q <frames | jq .file.size | xargs'
ok '  by connections that are used again' test "$(wc -l <served)" -le 4
touch cut
record "$rated&cut" >in
exits 'a connection that is cut off within a part' 0 fetch <in
ok '  which it was' test ! -e cut
is '  the part comes once more' "$whole" sum <frames
ok '  from where it was' sh -c "sed -n 's/.*&cut bytes=\([0-9]*\)-.*/\1/p' box/heard |
    awk '\$1 % 1048576 { odd = 1 } END { exit !odd }'"
record "$rated&lie=1" >in
exits 'other ranges than were asked for' 0 fetch <in
is '  are not put together' "$whole" sum <frames

relay other
record stranger >in
exits 'a certificate of another host' 77 fetch <in
json '  is told of' .error.code 77 frames
is '  and nothing is asked' 0 grep -c stranger box/heard
done_testing
