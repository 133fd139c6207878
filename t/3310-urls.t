#!/bin/sh
# URL lists: an address is looked up in its normal form, and no list shows one
# shellcheck source=t/lib.sh disable=SC2016,SC2154,SC2317,SC2086
. "${0%/*}/lib.sh"
export CT_CONF=$tmp/ct.conf

known=http://bad.example/x
md5=900150983cd24fb0d6963f7d28e17f72

# digests NORMAL-FORM...
digests() {
	for u; do
		printf %s "$u" | sha256sum | cut -c-64
	done | sort
}
# list LINE... - the list is the file "list", of a source with these lines
list() {
	rm -rf "$CT_HOME"
	{
		printf '[source own]\ntype = file\npath = list\n'
		printf '%s\n' "$@"
	} >ct.conf
}
# took NAME STATUS - sync ends so; news is what the list holds
took() {
	exits "$1" "$2" ct-syncdb -q sync --delta news own
	sed -n 's/^ct-syncdb: own: //p' err >said
}
held() { # of the addresses
	jq -r 'select(.type == "url").hash' news | sort
}
hits() { # <RECORDS - of each the verdict, and what was hit
	ct-match -qa "$@" 2>/dev/null | jq -r \
	    '[.match.verdict // .error.msg, (.match.hits[]? | .type + " " + .entry)] | join(", ")'
}

# ---- forms
list
cat >list <<-EOT
	# comments stay
	url HTTP://Bad.Example:80/a/../%78?#top one
	https://other.example two words
	http://user@bad.example/x/ three
	md5 $md5 file
	url ftp://bad.example/ four
	http://b%C3%BCcher.example/ five
	{"type":"URL","hash":"http://h.example/a b","entry":"six"}
	http://h.example/seven
EOT
took 'words and records' 65
is '  what is none is told by its line' \
    'line 6: refused: no URL of http or https
line 7: refused: a host that is not in ASCII' cat said
is '  the list holds digests of normal forms' \
    "$(digests $known https://other.example/ $known/ http://h.example/a%20b http://h.example/seven)" held
ok '  and no address' sh -c '! grep -rqi "example" state news'
is '  the label, or a name that tells nothing' 'five of them
four are words' sh -c 'jq -r "select(.type == \"url\") | .entry" news |
	awk "length == 32 { hex++ } /^(one|two words|three|six)\$/ { word++ }
	    END { print (hex + word == 5 ? \"five\" : hex \" \" word), \"of them\"; print (word == 4 ? \"four\" : word), \"are words\" }"'
cp news again

# ---- looking up
cat >records <<-EOT
	{"id":1,"url":"$known"}
	{"id":2,"url":"http:\/\/BAD.example\/x#y","urls":["https://other.example/?","http://bad.example/x"]}
	{"id":3,"urls":["http://good.example/","http://bad.example/y"],"file":{"decode":"ok","mime":"text/html"}}
	{"id":4,"urls":["mailto:x"],"file":{"decode":"ok","mime":"text/html"},"hashes":{"md5":"00000000000000000000000000000001"}}
	{"id":5,"urls":["http://good.example/"],"file":{"decode":"ok","mime":"text/html"},"hashes":{"md5":"00000000000000000000000000000001"}}
	{"id":6,"url":7}
	{"id":7,"urls":["$known",7]}
	{"id":8,"url":["$known"],"hashes":{"md5":"$md5"},"file":{"decode":"partial"}}
	{"id":9,"url":"","urls":[]}
EOT
want='match, url one
match, url one, url two words
undecided
undecided
clean
url is no string and no array
urls: want an array of strings
match, md5 file, url one
undecided'
is 'url and urls; no verdict rests on an address alone' "$want" hits <records
is 'distance, no orientation' '[0,null,"review"]' \
    sh -c 'ct-match -q <records | jq -c "select(.id == 1).match.hits[0] | [.distance,.orientation,.policy]"'
is 'many, and one that is parsed' 'match, url one
match, url one' hits <<-EOT
	{"urls":["$known"$(awk 'BEGIN { for (i = 0; i < 63; i++) printf ",\"http://a.example/%d\"", i }')]}
	{"urls":[$(awk 'BEGIN { for (i = 0; i < 300; i++) printf "\"http://a.example/%d\",", i }')"$known"]}
EOT
is 'in the list as a file' 'match, url one' hits -l again <<-EOT
	{"url":"$known"}
EOT
is 'in what changed, too' 'match, url eight' sh -c '
	sed -i "/line/!s/^md5.*/http:\/\/new.example\/#x eight/" list
	ct-syncdb -q sync own 2>/dev/null
	echo "{\"url\":\"http://new.example\"}" | ct-match -q |
	    jq -r "\"\(.match.verdict), \(.match.hits[0].type) \(.match.hits[0].entry)\""'

# ---- what it writes it reads again
mkfifo pipe
exits 'no file takes the place of what is none' 73 ct-syncdb -q sync --delta pipe own
ok '  it stays' test -p pipe
list
cp again list
took 'what --delta wrote is a list' 0
is '  of the same' "$(jq -cS 'del(.source)' again | sort)" sh -c 'jq -cS "del(.source)" news | sort'
sed -i '/"entry":"two words"/d' list
ct-syncdb -q sync --delta news own
is 'what went is told by its digest' "del two words $(digests https://other.example/)" \
    jq -r '"\(.op) \(.entry) \(.hash)"' news

# ---- forms that say it
printf '%s\r\nftp://x/\nh.example\n%s\n' $known "$(digests http://y.example/)" >list
list 'form = url'
took 'form = url' 65
is '  what is none' 'line 2: refused: no URL of http or https
line 3: refused: no URL of http or https' cat said
is '  addresses, and digests of such' "$(digests $known http://y.example/)" held
list 'hash = url'
took 'hash = url' 65
is '  the same' "$(digests $known http://y.example/)" held
printf 'id,URI,note\n1,"http://bad.example/x?a,b",x\n2,x,y\n' >list
list
took 'CSV' 65
ok '  a bad row' grep -q 'line 3: refused: no URL of http' err
is '  the other' "$(digests 'http://bad.example/x?a,b')" held
printf 'md5,url\n%s,http://where.example/it/was\n' $md5 >list
list
took 'beside hashes an address is where they were' 0
is '  and no signal' 'md5' jq -r .type news
list 'map = url: url'
took 'unless the map says it' 0
is '  both, of one entry' '1 md5,url' \
    sh -c 'jq -r "[.entry,.type] | join(\" \")" news | sort | awk "{ e[\$1]; t = t (NR > 1 ? \",\" : \"\") \$2 } END { n = 0; for (i in e) n++; print n, t }"'

# ---- an allow list of addresses, and of bytes
printf '[source own]\ntype = file\npath = list\nclass = own\n[source fine]\ntype = file\npath = fine\naction = allow\nclass = own\n' >ct.conf
rm -rf "$CT_HOME"
printf '%s one\nmd5 %s file\n' $known $md5 >list
printf '%s ours\n' $known >fine
ct-syncdb -q sync --all
is 'an address that is fine says nothing of the bytes' 'md5 null
url true' sh -c "echo '{\"url\":\"$known\",\"hashes\":{\"md5\":\"$md5\"}}' |
    ct-match -q | jq -r '.match.hits[] | \"\(.type) \(.allowed)\"'"

# ---- and for Python: what it reads of an address is that of the normal form
if command -v python3 >/dev/null; then
	cat >urls.py <<'EOT'
import sys
from urllib.parse import urlsplit, unquote
bad = n = 0
for url, form in zip(open("in"), open("out")):
    url, form = url.rstrip("\n"), form.rstrip("\n")
    if form.startswith("- "):
        continue
    a, b = urlsplit(url), urlsplit(form)
    n += 1
    port = {"http": 80, "https": 443}
    if ((a.scheme, (a.hostname or "").rstrip("."), a.port or port[a.scheme]) !=
            (b.scheme, b.hostname, b.port or port[b.scheme])
            or unquote(a.query) != unquote(b.query)
            or "." in b.path.split("/") or ".." in b.path.split("/")
            or ("." not in a.path and "%" not in a.path
                and unquote(a.path or "/") != unquote(b.path))):
        bad += 1
        print("#", url, form, file=sys.stderr)
print(n > 300, bad)
EOT
	# every scheme with every host, path and query
	for a in http://a.example HTTPS://B.Example:443 http://u:p@c.example:81 'https://[2001:DB8::1]:8443'; do
		for b in '' / /a/b /a/../b /a/./ /%7euser /a%2Fb /%C3%BC '/a b' '/;x=1' //a//b /../.. '/%2e%2E/x' /A/B.html; do
			for c in '' '?' '?a=1' '?a=%41&b=/../' '?x=%2b+' '#f' '?q=1#f?g'; do
				printf '%s%s%s\n' "$a" "$b" "$c"
			done
		done
	done >in
	urls <in >out
	is 'the same for urllib' 'True 0' python3 urls.py
fi
done_testing
