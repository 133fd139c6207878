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
# of what it cannot decode, and of the seeds: all but their names
bare='del(.id, .path)'

ok 'seeds' seeds
ct-hash -q seed-* >want.seed
is 'all are good' '["ok",true]' \
    jq -sc '[(map(.file.decode) | unique[]), all(.hashes.pdq_quality >= 50)]' want.seed
mkdir d
mutate --count "$count" --good 100 --dir d seed-* >names
is "$count mutants" "$count" sh -c 'wc -l <names'
ok 'the same ones every time' sh -c 'mkdir e &&
    mutate --from 100 --count 100 --good 100 --dir e seed-* >names.e &&
    (cd e && sha256sum -- *) >sums && cd d && sha256sum -c --quiet ../sums'

run() { timeout 100 ct-hash <names; }
exits 'all are hashed' 0 run
mv got all
ok 'and counted' grep -q "^ct-hash: $count in = $count out + 0 dropped: " err
sed 's/^/# /' err
is 'a record each, in order' "$(sed 's:^:d/:; s:^d/d/:d/:' names)" \
    sh -c "jq -r .path all | sed 's:.*/d/:d/:'"
is 'each of them whole' whole sh -c 'jq -r -f whole.jq all | sort -u'
awk -v n=100 'NR % n == 0' all | jq -c "$bare" >good
awk -v n=100 'NR % n == 0' names | sed 's/.*-seed/seed/' | xargs ct-hash -q |
    jq -c "$bare" >want.good
is 'the good ones among them are right' "$(cat want.good)" cat good
ok 'of every outcome some' sh -c '[ "$(jq -r .file.decode all | sort -u | wc -l)" -ge 6 ]'

head -n "$less" all >want
ok 'again: the same' sh -c "head -n $less names | ct-hash -q | cmp - want"
done_testing
