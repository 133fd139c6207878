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

# shellcheck source=t/tls.sh
. "$t/tls.sh"
ask() { # HOST PORT - a credential that leads there
	sed "s,^url.*,url = \"https://$1:$2/ispws\"," "$box/cybertip.cred" >tls.cred
	chmod 600 tls.cred
}
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
ok 'a good one is talked to, or the rest would prove nothing' eventually \
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
