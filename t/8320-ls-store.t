#!/bin/sh
# ct-ls and stores that behave badly: pages that lead nowhere, tokens that die,
# other documents, cut answers; Azure's pages; what is told of it
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
printf 'access_key = AK\nsecret_key = SECRET-KEY\nsession_token = T\n' >cred
printf 'sas = sv=1&sig=SECRET%%3D\n' >sas
chmod 600 cred sas
CT_CONF=$tmp/ct.conf
export CT_CONF

# store - a fresh one: $d/N is what it says to request N
store() {
	[ -z "${pid-}" ] || kill "$pid"
	d=$(mktemp -d "$tmp/store.XXXXXX")
	answers "$d" >port &
	pid=$!
	pids="$pids $pid"
	eventually test -s port || ok 'the store listens' false
	printf '[bucket b]\nendpoint = http://127.0.0.1:%d\ncredential = ./cred
[bucket a]\ntype = azure\nendpoint = http://127.0.0.1:%d/me\ncredential = ./sas\n' \
	    "$(cat port)" "$(cat port)" >ct.conf
	: >port
}
say() { # say N STATUS [HEADER...] - with the body of standard input
	body=$(cat && echo .)
	body=${body%.}
	{
		printf 'HTTP/1.1 %s Said\r\nContent-Length: %d\r\nConnection: close\r\n' \
		    "$2" "$(printf %s "$body" | wc -c)"
		[ $# -lt 3 ] || printf '%s\r\n' "$3"
		printf '\r\n%s' "$body"
	} >"$d/$1"
}
page() { # page N NEXT KEY... - of S3
	at=$1 next=$2
	shift 2
	{
		printf '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult><EncodingType>url</EncodingType>'
		for key; do
			printf '<Contents><Key>%s</Key><Size>1</Size></Contents>' "$key"
		done
		[ -z "$next" ] || printf '<IsTruncated>true</IsTruncated>'
		[ -z "$next" ] || [ "$next" = - ] ||
		    printf '<NextContinuationToken>%s</NextContinuationToken>' "$next"
		printf '</ListBucketResult>'
	} | say "$at" 200
}
lists() { # lists WHAT STATUS KEYS [TEXT [OPTION...]]
	what=$1 status=$2 keys=$3 text=${4-}
	shift 3
	[ $# -eq 0 ] || shift
	exits "$what" "$status" ct-ls --retry-wait 0 "$@" s3://b
	jq -r .id got | sed 's,s3://b/,,' | xargs >keys
	ok '  it lists what there is' test "$(cat keys)" = "$keys"
	[ -z "$text" ] || ok '  it says why' grep -q "$text" err
}

store
page 1 T1 a b
page 2 T2
page 3 '' c
lists 'an empty page between' 0 'a b c'
is '  the tokens go back' 'continuation-token=T1
continuation-token=T2' grep -o 'continuation-token=[^& ]*' "$d/heard"

store
page 1 T1 a b
echo '<Error><Code>InvalidArgument</Code></Error>' | say 2 400
page 3 T3 c
page 4 '' d
lists 'a token that has died' 0 'a b c d'
is '  it goes on behind the last key' 1 grep -c start-after=b "$d/heard"

store
page 1 - a b
page 2 '' c
lists 'no token: behind the last key' 0 'a b c'

store
page 1 T1 a b
page last T1
lists 'a page that leads to itself' 76 'a b' 'goes round'
store
page 1 T1 a b
page last T2 b c
lists 'a key twice' 76 'a b' 'in no order'
store
page 1 '' b a
lists 'keys in no order' 76 '' 'in no order'
store
page last -
lists 'a page of nothing that leads nowhere' 76 '' 'goes round'

for what in '<html></html>' '<ListBucketResult>' '' 'no' \
    '<!DOCTYPE x><ListBucketResult></ListBucketResult>' \
    '<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>' \
    '<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>%zz</Key></Contents></ListBucketResult>'; do
	store
	echo "$what" | say last 200
	lists "no listing: '$what'" 76 ''
done

store
page 2 '' a
echo x | say 1 503
lists 'busy once' 0 a
store
echo '<Error><Code>SlowDown</Code></Error>' | say last 503
lists 'busy for ever' 75 '' 'wants fewer requests'
is '  it asks three times' 3 sh -c "wc -l <$d/heard"
store
page 1 T1 a b
printf 'HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n<ListBucketResult>' >"$d/2"
page 3 '' c
lists 'an answer that is cut' 0 'a b c'
store
: >"$d/last"
lists 'no answer' 75 '' 'request failed' --timeout 0.2
for code in ExpiredToken:400:77:expired InvalidToken:400:77:token \
    AccessDenied:403:77:denied NoSuchBucket:404:66:bucket; do
	IFS=: read -r code http status text <<-END
	$code
	END
	store
	echo "<Error><Code>$code</Code></Error>" | say last "$http"
	lists "$code" "$status" '' "$text"
done
store
: | say last 301 'x-amz-bucket-region: eu-west-9'
lists 'another region' 78 '' "it is in 'eu-west-9'"
store
: | say last 302 'Location: http://127.0.0.1:1/'
lists 'a redirect is not followed' 78 ''

# one prefix fails: what is before it is out, and the checkpoint is there
store
cat >listing <<'END'
<ListBucketResult><CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes><CommonPrefixes><Prefix>q/</Prefix></CommonPrefixes><Contents><Key>pa</Key></Contents></ListBucketResult>
END
say 1 200 <listing
echo x | say last 404
exits 'a prefix that fails' 66 ct-ls -j 2 --retry-wait 0 --checkpoint mark s3://b
ok '  nothing behind it is listed' test ! -s got
store
say 1 200 <listing
page last '' x/1
exits 'other keys than were asked for' 76 ct-ls -j 2 s3://b
ok '  which is told' grep -q 'not asked for' err
store
echo '<ListBucketResult><CommonPrefixes><Prefix>q/</Prefix></CommonPrefixes><CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes></ListBucketResult>' | say last 200
exits 'prefixes in no order' 76 ct-ls -j 2 s3://b
rm -f mark

# prefixes and keys that stand encoded in the page
coded() { # coded N TEXT...
	at=$1
	shift
	{
		printf '<ListBucketResult><EncodingType>url</EncodingType>'
		for text; do
			case $text in
			*/) printf '<CommonPrefixes><Prefix>%s</Prefix></CommonPrefixes>' "$text" ;;
			*) printf '<Contents><Key>%s</Key></Contents>' "$text" ;;
			esac
		done
		printf '</ListBucketResult>'
	} | say "$at" 200
}
store
coded 1 a%C3%BC a%C3%BC/
coded 2 a%C3%BC/1
lists 'a key and a prefix, both encoded' 0 'aü aü/1' '' -j 2
store
coded 1 a%00b/ b
coded 2 a a%00a a%00b/1 a%00c/1
lists 'a prefix with a NUL' 0 's3://b%/a%00b/1 b' '' -j 2
is '  what it is within is asked for' 1 grep -c 'prefix=a ' "$d/heard"
store
coded 1 a/ b
coded 2 a%2F a/1
exits 'a checkpoint at a key that is a prefix' 75 ct-ls -q -j 2 --limit 1 --checkpoint mark s3://b
coded 3 a/ b
coded 4 a/1
is '  goes on behind it' 's3://b/a/1 s3://b/b' sh -c 'ct-ls -q -j 2 --checkpoint mark s3://b | jq -r .id | xargs'
is '  there, too' 1 sh -c "sed -n 4p $d/heard | grep -c 'start-after=a%2F '"

# keys as they are: white space, characters that XML escapes, of many bytes
store
cat <<'END' | say 1 200
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Contents><Key> a &amp; &#252;&lt;</Key>
<ETag>&#34;x&#34;</ETag><!-- no --><Owner><ID>o</ID></Owner></Contents><Contents><Key>é%41</Key></Contents></ListBucketResult>
END
is 'a listing that is not encoded' '{"id":"s3://b/ a & ü<","object":{"etag":"x"}}
{"id":"s3://b/é%41","object":{}}' ct-ls -q s3://b
store
cat <<'END' | say 1 200
<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>%00a%FF</Key></Contents></ListBucketResult>
END
is 'a key of any bytes' '{"id":"s3://b%/%00a%FF","object":{"key_b64":"AGH/"}}' ct-ls -q s3://b

# Azure
store
cat <<'END' | say 1 200
<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://me/" ContainerName="a"><Blobs><Blob><Name>x/1.jpg</Name><Properties><Creation-Time>Fri, 20 Nov 2026 07:00:00 GMT</Creation-Time><Last-Modified>Fri, 20 Nov 2026 08:00:00 GMT</Last-Modified><Etag>0x8D</Etag><Content-Length>7</Content-Length></Properties></Blob></Blobs><NextMarker>M 1</NextMarker></EnumerationResults>
END
echo '<EnumerationResults><Blobs><Blob><Name>x/2</Name></Blob></Blobs><NextMarker/></EnumerationResults>' | say 2 200
is 'a container of Azure' '{"id":"az://a/x/1.jpg","object":{"bytes":7,"etag":"0x8D","modified":"2026-11-20T08:00:00Z"}}
{"id":"az://a/x/2","object":{}}' ct-ls -q az://a/x
is '  by its SAS' 'GET /me/a?comp=list&maxresults=5000&prefix=x&restype=container&sv=1&sig=SECRET%3D HTTP/1.1
GET /me/a?comp=list&marker=M%201&maxresults=5000&prefix=x&restype=container&sv=1&sig=SECRET%3D HTTP/1.1' cat "$d/heard"
store
for i in 1 2 3 4 5 6 7 8 9; do
	echo "<EnumerationResults><Blobs/><NextMarker>M$((i % 3))</NextMarker></EnumerationResults>" | say $i 200
done
exits 'markers that go round' 76 ct-ls az://a
store
echo '<Error><Code>AuthenticationFailed</Code></Error>' | say last 403
exits 'a SAS that has expired' 77 ct-ls az://a
ok '  which is told, and no secret' sh -c 'grep -q "SAS is wrong or expired" err && ! grep -q SECRET err'
kill "$pid"
wait "$pid" 2>/dev/null
exits 'no SAS is told with no server' 75 ct-ls --retry-wait 0 az://a
ok '  of the secrets nothing' sh -c '! grep -q SECRET err got'
pid=
done_testing
