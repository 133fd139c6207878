#!/bin/sh
# ct-syncdb, bad feeds: services whose TLS is not good, or that come by the byte
# shellcheck source=t/lib.sh disable=SC2154,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/cases.sh
. "$t/cases.sh"
command -v openssl >/dev/null || skip_all 'no openssl'
[ -z "${CT_SANITIZED-}" ] || skip_all 'LD_PRELOAD and ASan do not mix'

CT_CLOCK=2026-06-01T00:00:00Z CT_CONF=$tmp/ct.conf
export CT_CONF
sandbox --clock "$CT_CLOCK" || exit 1
# shellcheck source=t/tls.sh
. "$t/tls.sh"
ask() { # HOST PORT - the credentials lead there
	for of in hashsharing:/h threatexchange:/graph/v21.0 stopncii:/v1 tat:/tat; do
		sed "s,^url.*,url = \"https://$1:$2${of#*:}\"," "$box/${of%:*}.cred" >"${of%:*}.cred"
		chmod 600 "${of%:*}.cred"
	done
}
{
	printf '[source ncii]\ntype = stopncii\ncredential = ./stopncii.cred\n'
	printf '[source ncmec]\ntype = ncmec\ncredential = ./hashsharing.cred\n'
	printf '[source tat]\ntype = tat\ncredential = ./tat.cred\n'
	printf '[source te]\ntype = threatexchange\ngroup = 300000000000001\nclass = exploitative\ncredential = ./threatexchange.cred\n'
} >"$CT_CONF"
sync() {
	LD_PRELOAD="$t/trust.so $t/fault.so" CT_TRUST=ours.pem CT_FAST=${CT_FAST-1} \
	    timeout 600 ct-syncdb -q --retry-wait 0 sync "$@" 2>said
}

serve good
sync >got 2>err &
asking=$!
eventually grep -q '^GET /.*Hash' heard
ok 'a good one is talked to, or the rest would prove nothing' grep -q '^GET /' heard
stop
wait $asking

# refused WHY - by all four
refused() {
	rm -rf "$CT_HOME"
	ends 77 sync
	is "each says why: $1" 4 grep -c "^ct-syncdb: source '[a-z]*': .*$1" said
	ok 'the server hears nothing' sh -c '! grep -qi "authorization\|HTTP/1\|token" heard'
	stop
}
serve old
refused 'certificate is not good'
row 31 'TLS: an expired certificate' 'refused, nothing sent'
serve other
refused 'certificate is not good'
row 31 'TLS: the certificate of another host' 'refused, nothing sent'
serve self
refused 'certificate is not good'
row 31 'TLS: a certificate signed by itself' 'refused, nothing sent'
for old in tls1 tls1_1; do
	serve good -$old -cipher DEFAULT@SECLEVEL=0
	refused 'does not speak TLS 1.2'
done
row 31 'TLS 1.0 or 1.1 only' 'refused, nothing sent'

# away WHY SOURCE - it cannot be talked to now
away() {
	ends 75 sync "$2"
	ok 'it says why' grep -q "^ct-syncdb: source '$2': the request failed: .*$1" said
}
rm -rf "$CT_HOME"
serve good
kill -STOP "$server"
CT_FAST=30 away timeout ncmec
sync ncmec >got 2>err &
asking=$!
sleep 0.3
kill -KILL "$server"
wait $asking
is 'closed in the middle' 75 echo $?
wait "$server" 2>/dev/null
ended="$ended, 75"
row 31 'TLS: a handshake that stands still, or is cut' 'tried six times'
ask 127.0.0.1 "${url##*:}"
before=$(state .requests_total)
away '' ncmec
is 'it saw no request' "$before" state .requests_total
row 31 'a server that speaks no TLS' 'never asked without'

# ---- 32
cp "$box"/*.cred .
control '{"fault":["entries:*:drip:1000","updates:*:drip:1000","fetch:*:drip:1000","list:*:drip:1000"]}'
# all at once, for a minute takes two seconds: of less a busy machine may have
# none left to connect in
asking=
for source in ncii ncmec tat te; do
	(
		mkdir $source && cp ./*.pem "$CT_CONF" ./*.cred $source && cd $source || exit
		CT_CONF=ct.conf CT_HOME=state CT_FAST=30 sync $source
		echo $? >status
	) &
	asking="$asking $!"
done
# shellcheck disable=SC2086 # numbers
wait $asking
for source in ncii ncmec tat te; do
	ends 75 sh -c 'exit "$(cat "$1/status")"' - $source
	ok 'it says why' grep -q "^ct-syncdb: source '$source': the request failed: .*too slow" $source/said
done
is 'each was asked six times for a page' 24 \
    state '.requests|map(.path|select(test("/entries|updates/|FetchHashes|hash-list")))|length'
row 32 'a byte a second, from four services' 'given up after a minute, tried six times'
done_testing
