#!/bin/sh
# ct-syncdb: files that a server has, fetched if they are others; and files
# that have their SHA-256 beside them
# shellcheck source=t/lib.sh disable=SC2016,SC2154,SC2317,SC2086
. "${0%/*}/lib.sh"
sandbox || exit 1
export CT_CONF=$tmp/ct.conf

md5() { printf '%032x s%d\n' "$1" "$1"; }
for i in 1 2 3; do md5 $i; done >list
control '{"file":{"list.txt":"'"$tmp"'/list","list.txt.sha256":"'"$tmp"'/sums"}}'
# conf [LINE...] - the list is that of the server, by these lines
conf() {
	{
		printf '[source far]\ntype = file\nclass = own\n'
		printf '%s\n' "${@:-url = $url/files/list.txt}"
	} >ct.conf
}
sync() { ct-syncdb -q --retry-wait 0 sync "$@"; }
answers() { # of the server to what was asked since the last time
	state '.requests | map(select(.path | startswith("/files/")) | .status)' >all
	jq -c --slurpfile had had '.[($had[0] | length):]' all
	cp all had
}
show() { ct-syncdb show | jq -c "$1"; }
echo '[]' >had

# ---- fetched, and not again
conf
exits 'a list of a server' 0 sync
is '  its hashes' 3 show .hashes
is '  one request' '[200]' answers
ok '  nothing of it stays beside' sh -c '! ls -A state/lists | grep fetch'
exits 'the same again' 0 env CT_CLOCK=2030-01-01T00:00:00Z ct-syncdb -q sync
is '  is not sent again' '[304]' answers
is '  the run counts' '[3,"2030-01-01T00:00:00Z"]' show '[.hashes,.last_run[:20] | if type == "string" then sub("\\.[0-9]+Z$"; "Z") else . end]'
md5 4 >>list
exits 'another' 0 sync
is '  is sent' '[200]' answers
is '  and taken' 4 show .hashes
exits '--reconcile asks for all of it' 0 sync --reconcile
is '  and gets it' '[200]' answers
conf "url = $url/files/list.txt" 'positive = A' 'form = words'
exits 'with other settings it is another list' 0 sync
is '  so it is sent' '[200]' answers

# ---- what goes wrong leaves the list
conf
printf 'md5 1 short\n' >>list
exits 'a bad line' 65 sync
is '  the rest is there' '[4,1]' show '[.hashes,.rejects]'
: >list
exits 'it has become empty: 77' 77 sync
is '  the old list stays' 4 show .hashes
exits '  and it is looked at again' 77 sync
answers >/dev/null
for i in 1 2 3 4 5; do md5 $i; done >list
conf "url = $url/files/none.txt"
exits 'no such file: 66' 66 sync
exits '  check says it, too' 66 ct-syncdb check far
conf "url = $url/files/list.txt?sig=s3cret-of-mine" 'form = vics' 'positive = 1'
exits 'a URL with a secret' 65 sync
ok '  is told without it' grep -q 'files/list.txt?sig=\*' err
ok '  and kept nowhere' sh -c '! grep -raq s3cret-of-mine state'
answers >/dev/null
head -c 1100000 /dev/zero | tr '\0' '#' >large
cp list small && cp large list
conf "url = $url/files/list.txt" 'max_mb = 1'
exits 'over max_mb: 76' 76 sync
is '  the old list stays' 4 show .hashes
cp small list
control '{"fault":"file:1:close-cut:72"}'
exits 'cut at a line, by a server that says no length: 76' 76 sync
is '  the old list stays' 4 show .hashes
control '{"fault":["file:1:html:200"]}'
mv state kept
exits 'a page in place of the first list: 65' 65 sync
is '  it was not read' '[0,0]' show '[.hashes,.generation]'
rm -rf state && mv kept state
exits 'as it should be' 0 sync
is '  it is taken' 5 show .hashes
is 'check' true sh -c 'ct-syncdb check far | jq "select(.source == \"far\").ok"'

# ---- the sum beside it
conf "url = $url/files/list.txt" 'sha256 = yes'
sha256sum list >sums
exits 'with its .sha256' 0 sync
md5 6 >>list
exits 'of another file: 65' 65 sync
ok '  says what' grep -q 'has another SHA-256 than it should: nothing taken' err
is '  the old list stays' 5 show .hashes
echo 'SHA256 no sum' >sums
exits 'one that is none' 65 sync
sha256sum list | cut -c-64 >sums
exits 'when it is right it is taken' 0 sync
is '  all of it' 6 show .hashes
conf "url = $url/files/list.txt?x=1" 'sha256 = yes'
exits 'beside a URL with a query there is none: 78' 78 sync
conf "url = $url/files/list.txt?x=1" "sha256 = $(sha256sum list | cut -c-64)"
exits 'but the digits will do' 0 sync
conf "path = list" "sha256 = $(printf %064d 0)"
exits 'digits of another file' 65 sync
conf 'path = list' 'sha256 = yes'
exits 'a file without .sha256: 66' 66 sync
{
	printf '%s  other.txt\n' "$(printf %064d 1)"
	sha256sum --tag list | sed 's/(list)/(dir\/list)/'
} >list.sha256
exits 'one of many, as BSD writes it' 0 sync
sed -i 1q list.sha256
exits 'alone, of another name: its digest counts' 65 sync
cp list.sha256 twice && cat twice twice >list.sha256
exits 'not among many' 65 sync
ok '  says so' grep -q 'does not tell of it' err

# ---- configurations
for odd in 'sha256 = no' "path = list
url = $url/files/list.txt" "path = list
credential = x" 'class = own' 'url = ftp://a.example/list' 'max_mb = -1'; do
	case $odd in
	url* | path* | class*) conf "$odd" ;;
	*) conf 'path = list' "$odd" ;;
	esac
	sync 2>/dev/null
	echo $?
done >got.odd
is 'what makes no sense' '78
78
78
78
77
78' cat got.odd

# ---- the server goes
conf
kill $box_pid
wait $box_pid 2>/dev/null
exits 'a server that is not there: 75' 75 sync
is '  the old list stays' 6 show .hashes
done_testing
