# tls.sh - servers of TLS, good and not: certificates by openssl, and its server;
# after lib.sh.  Before serve there must be: ask HOST PORT, what is tested asks
# that one from then on
# shellcheck shell=sh disable=SC2034,SC2154

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
	server=$!
	pids="$pids $server"
	eventually grep -q '^ACCEPT ' heard
	port=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' heard)
	ask localhost "$port"
}
stop() { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; }
