#!/bin/sh
# The index: a damaged one is refused, whatever byte it is; never asked
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

md5=11111111111111111111111111111111
pdq=0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f
printf 'md5 %s a\npdq %s b\nsha1 2222222222222222222222222222222222222222\n' $md5 $pdq >list
printf '[source own]\ntype = file\npath = list\nclass = own\n' >conf
export CT_CONF=conf
echo '{"id":"x","file":{"decode":"ok"},"hashes":{"md5":"'$md5'","pdq":"'$pdq'","pdq_quality":100}}' >in
# a hit tells how old the index is
export CT_CLOCK=2026-11-22T09:00:00Z
ct-syncdb -q sync
ctx=$CT_HOME/lists/known.ctx
match() { ct-match -q "$@" <in; }

match >out
is 'it matches' '["a","b"]' jq -c '[.match.hits[].entry]' out
is 'its mode' 640 stat -c %a "$ctx"
is 'that of its directory' 750 stat -c %a "$CT_HOME/lists"
is 'that of the lists' 600 stat -c %a "$CT_HOME/lists/own.db"
match -l "$ctx" >out.l
ok '-l takes an index too' cmp out out.l
cp "$ctx" sound

# the same content makes the same bytes
CT_CLOCK=2026-11-22T10:00:00Z
CT_HOME=$tmp/s1 ct-syncdb -q sync
printf 'sha1 2222222222222222222222222222222222222222\npdq %s b\nmd5 %s a\n' $pdq $md5 >list
CT_HOME=$tmp/s2 ct-syncdb -q sync
ok 'the same content, the same bytes' cmp s1/lists/known.ctx s2/lists/known.ctx
unset CT_CLOCK

# every 37th byte, and all borders of sections
size=$(stat -c %s sound)
missed='' at=0 n_at=0
while [ $at -lt "$size" ]; do
	cp sound "$ctx"
	spoil "$ctx" $at
	match >out 2>err.d
	rc=$?
	{ [ $rc -eq 65 ] && ! [ -s out ]; } || missed="$missed $at:$rc"
	at=$((at + (at < 160 || at >= 4088 ? 8 : 211)))
	n_at=$((n_at + 1))
done
ok "$n_at bytes changed, one at a time: 65, and nothing is written" test -z "$missed"
echo "# $missed"
missed=''
for cut in 0 1 8 4095 4096 4097 $((size - 64)) $((size - 1)); do
	head -c $cut sound >"$ctx"
	match >out 2>/dev/null
	[ $? -eq 65 ] && ! [ -s out ] || missed="$missed $cut"
done
ok 'cut short: 65' test -z "$missed"
cp sound "$ctx"
printf x >>"$ctx"
exits 'grown: 65' 65 match
rm "$ctx"
exits 'gone: 66' 66 match
exits 'ct-syncdb check finds it, too' 66 ct-syncdb check
(umask 027 && head -c 5000 sound >"$ctx")
exits 'and a damaged one' 65 ct-syncdb check
CT_HOME=$tmp/state ct-syncdb sync 2>said
ok 'sync makes it anew, and says so' grep -q 'made anew' said
exits 'then all is well' 0 ct-syncdb check
ct-syncdb check >index.rec
is 'with a higher generation' 2 jq 'select(.index).generation' index.rec

# ---- one of over 16 MiB is looked at whole only when that is wanted
awk 'BEGIN {
	srand(1)
	for (n = 0; n < 11000; n++) {
		for (h = ""; length(h) < 64;)
			h = h sprintf("%04x", int(rand() * 65536))
		print "pdq", h, n
	}
}' >many
ct-match build -o big.ctx many
size=$(stat -c %s big.ctx)
ok 'it is large' test "$size" -gt $((16 << 20))
sed -n 's/^pdq \([^ ]*\) \(5.*\)/{"id":"\2","file":{"decode":"ok"},"hashes":{"pdq":"\1","pdq_quality":90}}/p' many >in
exits 'it is sound' 0 ct-match -qa --verify -l big.ctx <in
cp got whole
is 'each is found' 0 sh -c 'jq -r "select(.match.hits[0].entry != .id).id" whole | wc -l'
for k in scalar popcnt avx2 avx512; do
	CT_CPU=$k ct-match -qa -l big.ctx <in >out.k
	sed 's/"age_s":[0-9]*/"age_s":0/' out.k >k.1
	sed 's/"age_s":[0-9]*/"age_s":0/' whole >k.2
	ok "kernel $k says the same" cmp k.1 k.2
done
damage() { # AT - one byte there
	cp big.ctx bad.ctx
	spoil bad.ctx "$1"
}
missed='' rough=''
for at in 5000 300000 400000 500000 4400000 9000000 12000000 18000000 $((size - 70000)) $((size - 2000)); do
	damage $at
	ct-match -q --verify -l bad.ctx <in >out 2>err.d
	rc=$?
	{ [ $rc -eq 65 ] && ! [ -s out ]; } || missed="$missed $at:$rc"
	ct-match -q -l bad.ctx <in >out 2>err.d
	rc=$?
	{ [ $rc -eq 65 ] || [ $rc -eq 0 ]; } || rough="$rough $at:$rc"
done
ok '--verify finds a byte that changed, wherever it is' test -z "$missed"
ok 'without, it is an error or goes unnoticed, no worse' test -z "$rough"
echo "# $missed $rough"
damage 100
exits 'the header is always looked at' 65 ct-match -q -l bad.ctx <in
head -c $((size - 64)) big.ctx >bad.ctx
exits 'and the length' 65 ct-match -q -l bad.ctx <in
done_testing
