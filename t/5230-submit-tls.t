#!/bin/sh
# ct-submit and servers whose TLS is not good: no byte of HTTP gets to them
# shellcheck source=t/lib.sh disable=SC2016,SC2119,SC2120,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/submit.sh
. "$t/submit.sh"
command -v openssl >/dev/null || skip_all 'no openssl'
[ -z "${CT_SANITIZED-}" ] || skip_all 'LD_PRELOAD and ASan do not mix'

sandbox
bytes a
report 1 a >in

# ---- certificates ---------------------------------------------------------
ec='ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
# shellcheck disable=SC2086 # a list of words
authority() { # NAME - one that signs
	openssl req -x509 -newkey $ec -keyout "$1.key" -out "$1.pem" -days 30 \
	    -subj "/CN=$1" 2>>openssl.err
}
# shellcheck disable=SC2086
certificate() { # NAME HOST DAYS [AUTHORITY] - of that host, for so long
	openssl req -newkey $ec -keyout "$1.key" -out "$1.csr" -subj "/CN=$2" \
	    2>>openssl.err
	echo "subjectAltName=DNS:$2" >ext
	openssl x509 -req -in "$1.csr" -CA "${4-ours}.pem" -CAkey "${4-ours}.key" \
	    -CAcreateserial -days "$3" -extfile ext -out "$1.pem" 2>>openssl.err
}
authority ours
authority theirs
certificate good localhost 1
certificate old localhost 0
certificate other report.example 1
certificate unknown localhost 1 theirs
openssl req -x509 -key good.key -out self.pem -days 1 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost 2>>openssl.err

# ---- a server -------------------------------------------------------------
mkfifo keys # what is typed at it; it ends when nobody holds that
exec 9<>keys

# serve CERTIFICATE [OPTION...] - $port, $server
serve() {
	cert=$1
	shift
	: >heard
	key=$cert.key
	[ -e "$key" ] || key=good.key
	openssl s_server -accept 127.0.0.1:0 -cert "$cert.pem" -key "$key" \
	    "$@" <keys >heard 2>&1 &
	server=$! tries=0
	pids="$pids $server"
	until grep -q '^ACCEPT ' heard || [ $tries -gt 250 ]; do
		tries=$((tries + 1))
		sleep 0.02
	done
	port=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' heard)
	ask localhost "$port"
}
ask() { # HOST PORT - a credential that leads there
	sed "s,^url.*,url = \"https://$1:$2/ispws\"," "$box/cybertip.cred" >tls.cred
	chmod 600 tls.cred
}
stop() { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; }
check() {
	LD_PRELOAD="$t/trust.so $t/fault.so" CT_TRUST=ours.pem CT_FAST=${CT_FAST-1} \
	    timeout 60 ct-submit -q --retry-wait 1 --credential ./tls.cred "$@"
}
silent() { ! grep -qi 'ispws\|authorization\|HTTP/1' heard; }

# refused WHAT EXIT - so ends a call, and a report; nothing is heard there
refused() {
	exits "$1" "$2" check check
	exits "$1: no report goes there" "$2" check <in
	says 'it waits' '.submission | [.state, has("report_id")]' '["pending",false]'
	ok 'the server hears nothing' silent
	stop
}

serve good
check check >got 2>err &
asking=$!
tries=0
until grep -q '^GET /ispws/status' heard || [ $tries -gt 250 ]; do
	tries=$((tries + 1))
	sleep 0.02
done
ok 'a good one is talked to, or the rest would prove nothing' \
    grep -q '^GET /ispws/status' heard
printf 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<reportResponse>' >keys
sleep 0.1
stop
wait $asking
is 'its answer ends in the middle: nobody knows' 75 echo $?

serve old
refused 'expired' 77
serve other
refused 'of another host' 77
serve self
refused 'signed by itself' 77
serve unknown
refused 'of an authority that nobody knows' 77
serve good
ask 127.0.0.1 "$port"
refused 'of this host, under another name' 77
for old in tls1 tls1_1; do
	serve good -$old -cipher DEFAULT@SECLEVEL=0
	refused "$old and no later" 77
done
serve good
kill -STOP "$server"
CT_FAST=30 exits 'a handshake that never goes on' 75 check check
kill -CONT "$server"
stop

ask 127.0.0.1 "${url##*:}"
before=$(state .requests_total)
exits 'a server that speaks no TLS' 75 check check
exits 'no report goes there' 75 check <in
is 'it saw no request' "$before" state .requests_total
exits 'to the right one it goes' 0 submit <in
done_testing
