#!/bin/sh
# Forty URLs that strangers may put into records: none leads to a machine that
# only we can reach, and none costs more than its limit.
# shellcheck source=t/lib.sh disable=SC2154,SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'LD_PRELOAD and ASan do not mix'

# box DIR - a web server; its port
box() {
	mkdir -p "$1"
	webbox "$1" >"$1.port" &
	pids="$pids $!"
	eventually test -s "$1.port" || return 1
	cat "$1.port"
}
box one >port.1 && box two >port.2 || exit 1
one=$(cat port.1) two=$(cat port.2)
CT_CONF=$tmp/ct.conf
export CT_CONF
: >ct.conf

# names that lead to addresses, of which those of the Internet are our servers
cat >names <<'END'
public.example 203.0.114.7
private.example 10.0.0.1
both.example 10.0.0.1,203.0.114.7
first.example 203.0.114.7,10.0.0.1
rebound.example 203.0.114.7 127.0.0.1
loop.example 127.0.0.1,::1
END
fetch() {
	: >reached
	LD_PRELOAD=$t/names.so CT_NAMES=$tmp/names CT_REACHED=$tmp/reached \
	    ct-fetch -q --retries 0 "$@"
}
# outcomes - of each record of a stream without frames its id, code and message
outcomes() { jq -r '"\(.error.code) \(.error.msg // "no error")"' "$@"; }
# reached_by - addresses that connections were to be made to
reached_by() { cut -d ' ' -f 1 reached | sort -u; }

exits 'a public name is fetched, or the rest would prove nothing' 0 \
    fetch "http://public.example:$one/n/5"
cp got o
is '  by its address' '203.0.114.7' reached_by
is '  and the record has the bytes' 1 grep -ac '0 ok$' o

# ---- U1 to U30, as they are and by a redirect ----------------------------------------
wide=$(printf '127\357\274\2160\357\274\2160\357\274\2161')
urls() {
	cat <<END
http://127.0.0.1:$one/n/5
http://127.1:$one/n/5
http://0x7f.1:$one/n/5
http://2130706433:$one/n/5
http://017700000001:$one/n/5
http://0:$one/n/5
http://localhost:$one/n/5
http://[::1]:$one/n/5
http://[::]:$one/n/5
http://[::ffff:127.0.0.1]:$one/n/5
http://[::127.0.0.1]:$one/n/5
http://[fe80::1%25lo]:$one/n/5
http://169.254.169.254:$one/latest/meta-data/
http://[64:ff9b::a9fe:a9fe]:$one/n/5
http://10.0.0.1:$one/n/5
http://100.64.0.1:$one/n/5
http://192.168.0.1:$one/n/5
http://user@127.0.0.1:$one/n/5
http://1.1.1.1@127.0.0.1:$one/n/5
http://127.0.0.1:$one#@1.1.1.1/
http://1.1.1.1\\@127.0.0.1:$one/n/5
http://$wide:$one/n/5
file:///etc/passwd
gopher://127.0.0.1:$one/_x
ftp://127.0.0.1:$one/x
dict://127.0.0.1:$one/x
http:///n/5
http://127.0.0.1:99999/n/5
http://127.0.0.1 x:$one/n/5
END
	printf '%s:%s/n/5\n' "http://127.0.0.1\\r\\nHost: x" "$one"
}
urls | jq -Rc 'gsub("\\\\r\\\\n"; "\r\n") | {id: "U", url: .}' >in
is 'thirty' 30 grep -c . in
heard=$(grep -c . one/heard)
exits 'not one is fetched' 77 fetch <in
cp got got.direct
denied='77 it leads to an address that is not to be reached'
user='65 a URL may not hold a user name'
other='65 no URL of http or https'
none='65 no URL that can be read'
ascii='65 a host that is not in ASCII'
is '  and each has its outcome' "$(
	for i in $(seq 17); do echo "$denied"; done
	printf '%s\n' "$user" "$user" "$denied" "$user" "$ascii" "$other" "$other" "$other" \
	    "$other" "$none" "$none" "$none" "$none"
)" outcomes got.direct
is '  without a packet' '' reached_by
is '  nor a request' "$heard" grep -c . one/heard

jq -r --arg at "http://public.example:$one/n/5?to=" '{id, url: ($at + (.url | @uri))}' -c in >in.hops
exits 'U34: nor is one by a redirect' 77 fetch <in.hops
cp got got.hops
jq -r .error.msg got.direct >a
jq -r .error.msg got.hops >b
# a Location of other bytes is none, and a line break in one ends it
is '  with the same outcomes' '22c22
< a host that is not in ASCII
---
> a redirect to nowhere
30c30
< no URL that can be read
---
> it leads to an address that is not to be reached' diff a b
is '  and but the server that redirects nothing is reached' '203.0.114.7' reached_by
is '  with one request for each' "$((heard + 30))" grep -c . one/heard

# ---- names --------------------------------------------------------------------------
exits 'U31: a public name of a private address' 77 fetch "http://private.example:$one/n/5"
is '  is not reached' '' reached_by
for name in both first; do
	exits "U32: of one of each, $name, the public one is used" 0 fetch "http://$name.example:$one/n/5"
	is '  and the private one is not' '203.0.114.7' reached_by
done
back=$(printf 'http://rebound.example:%s/n/5' "$two" | jq -Rr @uri)
exits 'U33: a name that is another at the second look-up' 77 \
    fetch "http://rebound.example:$one/n/5?to=$back"
is '  was public at the first' '203.0.114.7' reached_by
ok '  and did not get to the second' sh -c '! grep . two/heard'
exits 'a name of two addresses that are both refused' 77 fetch "http://loop.example:$one/n/5"
is '  is not reached' '' reached_by

# ---- redirects -----------------------------------------------------------------------
p="http://public.example:$one"
exits 'U35: three redirects are followed' 0 fetch "$p/n/5?hops=3"
exits '  four are not' 76 fetch "$p/n/5?hops=4"
exits '  nor is one that goes on for ever' 76 fetch "$p/n/5?hops=1000000"
json '  which says so' .error.msg '"over 3 redirects in a row"' got
for s in 301 303 307 308; do
	exits "a redirect by status $s" 0 fetch "$p/n/5?to=/n/7&via=$s"
done
exits '  by a status that is none' 76 fetch "$p/n/5?to=/n/7&via=304"
if command -v openssl >/dev/null; then
	# shellcheck source=t/tls.sh
	. "$t/tls.sh"
	ask() { :; }
	printf 'HTTP/1.1 302 Found\r\nLocation: http://public.example:%s/n/5\r\nContent-Length: 0\r\n\r\n' "$one" >down
	printf 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc' >plain
	printf '[fetch]\nallow = 127.0.0.0/8\n' >allowed
	serve good -HTTP
	tls() {
		: >reached
		LD_PRELOAD="$t/names.so $t/trust.so" CT_NAMES=$tmp/names CT_REACHED=$tmp/reached \
		    CT_TRUST=ours.pem ct-fetch -q --retries 0 -c allowed "https://localhost:$port/$1"
	}
	exits 'https is fetched' 0 tls plain
	exits 'U36: a redirect from https to http is not followed' 77 tls down
	json '  and says why' .error.msg '"a redirect from https to http"' got
	is '  nothing is asked there' '127.0.0.1' sh -c 'cut -d " " -f 1 reached | grep -v ::1 | sort -u'
	stop
	serve self -HTTP
	exits 'a certificate that nobody vouches for' 77 tls plain
	stop
else
	echo '# no openssl: no redirect from https'
fi
exits 'U37: a Location of 100 KB' 76 fetch "$p/n/5?long=100000"
json '  leads nowhere' .error.msg '"a redirect to nowhere"' got
exits '  one over the limit of libcurl' 76 fetch "$p/n/5?long=200000"
exits '  nor do headers without end' 76 fetch "$p/n/5?headers=400000"
exits '  but many are read' 0 fetch "$p/n/5?headers=90000"

# ---- bodies ---------------------------------------------------------------------------
exits 'U38: a body without end is cut at the limit' 65 fetch --max-bytes 300K "$p/n/5?endless"
json '  of what is smaller than the window nothing goes out' '[.error.code, .error.msg, .frame]' \
    '[65,"it is over 307200 bytes",null]' got
exits '  of what is larger' 65 fetch --max-bytes 3M --memory 1M "$p/n/5?endless"
cp got o
is '  the frame ends with the reason' 1 grep -ac '0 it is over 3145728 bytes$' o
exits '  one that says its length is not even begun' 65 fetch --max-bytes 4 "$p/n/5"
exits 'U39: a byte a second is too slow' 75 fetch --stall 1 "$p/n/50?drip=3"
json '  and says so' .error.msg '"the server stalls"' got
exits '  so is it in all' 75 fetch --max-time 1.2 "$p/n/50?drip=3"
json '  as it says' .error.msg '"it takes too long"' got
exits 'U40: an encoding that nobody asked for' 76 fetch "$p/n/5?gzip"
json '  is not decoded, nor taken for the file' '[.error.msg, .frame]' \
    '["the server sends an encoding that nobody asked for",null]' got

# ---- whom the operator allows ------------------------------------------------------------
printf '[fetch]\nallow = 10.0.0.0/8\nallow = fd00::/8\n' >allowed
exits 'a network of the configuration is reached' 0 fetch -c allowed "http://private.example:$one/n/5"
is '  by its address' '10.0.0.1' reached_by
exits '  and no other' 77 fetch -c allowed "http://192.168.0.1:$one/n/5"
printf '[fetch]\nallow = 10.0.0.1/8\n' >allowed
exits 'what is no network is no configuration' 78 fetch -c allowed "http://private.example:$one/n/5"
printf '[fetch]\nallows = 10.0.0.0/8\n' >allowed
exits 'nor is an unknown key' 78 fetch -c allowed "http://private.example:$one/n/5"

# a bucket may be where no URL leads, and leaves a connection there
printf 'access_key = a\nsecret_key = b\n' >cred && chmod 600 cred
printf '[bucket near]\nendpoint = http://127.0.0.1:%s/n\ncredential = %s/cred\n' "$one" "$tmp" >near
: >one/5 && mkdir -p one/near
exits 'a bucket of this machine is asked, a URL beside it is not' 77 fetch -c near -j 1 \
    s3://near/x "http://127.0.0.1:$one/n/secret"
is '  although a connection is at hand' 1 grep -c . reached
ok '  on which nothing is asked' sh -c '! grep secret one/heard'
env http_proxy="http://127.0.0.1:$two" all_proxy="http://127.0.0.1:$two" LD_PRELOAD="$t/names.so" \
    CT_NAMES="$tmp/names" CT_REACHED="$tmp/reached" ct-fetch -q "$p/n/5" >got 2>err
ok 'a proxy of the environment is not asked' sh -c '! grep . two/heard'
done_testing
