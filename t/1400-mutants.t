#!/bin/sh
# ct-hash over damaged pictures: none stops it, each gets its one record, and
# the pictures among them that are whole get theirs right
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/mutants.sh
. "$t/mutants.sh"

count=10000 less=1000
# instrumented it is the same code at a tenth of the pace
[ -z "${CT_SANITIZED:-}" ] || count=2000 less=500

# a word on each record: is it as ct-record(5) has it?
cat >whole.jq <<'EOT'
def hex(n): type == "string" and length == n and test("^[0-9a-f]*$");
.file.decode as $d | .hashes as $h |
def is_one_of($l): $l | index($d) != null;
if has("error") then "error"
elif ($h.md5 | hex(32) | not) or ($h.sha1 | hex(40) | not) or
	($h.sha256 | hex(64) | not) then "a bad digest"
elif is_one_of(["ok", "partial", "too-many-frames"]) then
	if ($h.pdq | hex(64)) and ($h.pdq_quality | . >= 0 and . <= 100) and
		.file.width >= 1 and .file.height >= 1
	then "whole" else "a bad hash" end
elif is_one_of(["corrupt", "unsupported", "too-large", "too-many-pixels",
	"too-many-scans", "out-of-memory", "timeout"]) then
	if $h | has("pdq") then "a hash of nothing" else "whole" end
else "a bad outcome" end
EOT

ok 'seeds' seeds
ct-hash -q seed-* >seeds.out
is 'all are good' '["ok",true]' \
    jq -sc '[(map(.file.decode) | unique[]), all(.hashes.pdq_quality >= 50)]' seeds.out

run() { timeout 1000 ct-hash "$@" <in; }
mutate --count "$count" --good 100 seed-* >in
exits "$count mutants are hashed" 0 run
mv got all
ok 'and counted' grep -q "^ct-hash: $count in = $count out + 0 dropped: " err
sed 's/^/# /' err
is 'a record each, in order, and of the good ones the right one' $((count / 100)) \
    sh -c ". '$t/mutants.sh'; in_order $count <all"
is 'each of them whole' whole sh -c 'jq -r -f whole.jq all | sort -u'
ok 'of every outcome some' sh -c '[ "$(jq -r .file.decode all | sort -u | wc -l)" -ge 6 ]'

# whatever is decoded beside it, or before it by the same process
head -n "$less" all >want.less
mutate --count "$less" --good 100 seed-* >in
for how in '-j1 -B1' '-j4' '-j2 -B3'; do
	# shellcheck disable=SC2086 # options
	exits "$less with $how" 0 run -q $how
	ok '  the same' cmp got want.less
done

# as files they are the same
mkdir d
mutate --count 100 --good 50 --dir d seed-* >names
mutate --count 100 --good 50 seed-* | ct-hash -q | jq -c .hashes >want.files
ct-hash -q <names | jq -c .hashes >got.files
ok 'files and frames are the same' cmp want.files got.files
done_testing
