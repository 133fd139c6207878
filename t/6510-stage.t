#!/bin/sh
# ct-preserve stage: what waits for a verdict is sealed, and goes on not_csam
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
export CT_CLOCK=2026-11-22T10:00:00Z

# rec ID FILE [USER] - a record of this file, that matches
rec() {
	printf '{"id":"%s","path":"%s",' "$1" "$2"
	[ $# -lt 3 ] || printf '"user":{"id":"%s"},' "$3"
	printf '"file":{"size":%d,"mime":"image/png"},' "$(wc -c <"$2")"
	printf '"hashes":{"md5":"%s","sha1":"%s","sha256":"%s"},' \
	    "$(md5sum <"$2" | cut -c-32)" "$(sha1sum <"$2" | cut -c-40)" \
	    "$(sha256sum <"$2" | cut -c-64)"
	echo '"match":{"verdict":"match"}}'
}
# verdict VERDICT - what people said of the records of standard input
verdict() {
	jq -c --arg v "$1" '.review = {verdict: $v, by: "r7",
	    at: "2026-11-22T10:00:00Z"}'
}
stage() { ct-preserve stage -qk k.pub "$@"; }
told() {
	cp got last
	json "$1" "$2" "$3" last
	cp last got
}
find_() { ct-preserve find "$@" | jq -rc "[.id,.state]|join(\" \")"; }
acts() { jq -r .act "$CT_HOME/audit/ct-preserve.log" | sort | uniq -c | xargs; }
object() { printf '%s/vault/objects/%.2s/%s' "$CT_HOME" "$1" "$1"; }
objects() { find "$CT_HOME/vault/objects" -type f | wc -l; }

ct-preserve keygen -o k
echo 'twenty harmless letters' >a
echo 'a second harmless file' >b
head -c 300000 /dev/urandom >c

# ---- what waits is sealed, once -----------------------------------------------
rec a.png a u42 >in
exits 'a match is staged' 0 stage <in
told '  its record says so' '[.vault.state, (.vault.id | length)]' '["staged",64]'
cp got out
is '  and nothing else changes' "$(cat in)" jq -c 'del(.vault)' out
stage <in >out 2>err
id=$(jq -r .vault.id out)
is 'found by find --staged' "$id" sh -c 'ct-preserve find --staged | jq -r .id'
exits '  its bytes are whole' 0 ct-preserve verify -qk k.key
is '  and open' "$(cat a)" ct-preserve open -k k.key "$id"
is 'staged twice, sealed once' 1 objects
is '  told of once' '1 stage' sh -c 'jq -r .act $CT_HOME/audit/ct-preserve.log | grep stage | uniq -c | xargs'
rec copy.png a u42 >in2
exits 'another name of the same account' 0 stage <in2
told '  the same object' .vault.id "\"$id\""
rec a.png a u7 >in3
exits 'another account' 0 stage <in3
told '  has its own' '.vault.id == "'"$id"'"' false
{ rec x.png b; rec y.png b; rec x.png b; } >in4
exits 'no account: each name has its own' 0 stage <in4
cp got out4
is '  two objects of three records' 2 sh -c 'jq -r .vault.id out4 | sort -u | wc -l'
ok 'nothing of it is on disk in the open' sh -c "! grep -rqF 'twenty harmless' $CT_HOME"

# ---- what is not staged ---------------------------------------------------------
CT_HOME=$tmp/passed
for how in '.match.verdict = "clean"' '.match.verdict = "undecided"' 'del(.match)' \
    'del(.hashes)' '.review = {verdict: "csam"}' '.review = {verdict: "unsure"}' \
    '.report = {}' '.error = {tool: "x", code: 65, msg: "m"}'; do
	jq -c "$how" in >rec1
	ct-preserve stage -qk k.pub <rec1 >got 2>err
	ok "passes untouched: $how" cmp got rec1
done
jq -c '.match.verdict = "undecided"' in >rec1
exits 'with --undecided, what ct-review add --undecided queues' 0 stage --undecided <rec1
told '  is staged' .vault.state '"staged"'
jq -c '.id = "clean" | .user.id = "u1" | .match.verdict = "clean"' in >rec1
exits 'with -a, all' 0 stage -a <rec1
told '  is staged' .vault.state '"staged"'

# ---- what cannot be staged goes on ----------------------------------------------
CT_HOME=$tmp/failed
for how in '.path = "gone"' 'del(.path)' '.path = "."' \
    '.hashes.sha256 = "0" * 64' '.file.size = 1'; do
	jq -c "$how" in >rec1
	exits "75: $how" 75 stage <rec1
	told '  it says why' '[.vault.state, .vault.id, (.vault.reason | length > 0)]' \
	    '["failed",null,true]'
	is '  nothing is left of it' '' find "$CT_HOME/vault/tmp" "$CT_HOME/vault/objects" -type f
done
jq -c '.hashes.sha256 = "x"' in >rec1
exits 'no digest at all: 65' 65 stage <rec1
: >blocked
CT_HOME=$tmp/blocked
exits 'no vault can be made: 75' 75 stage <in
told '  and the record goes on' '[.vault.state, .id]' '["failed","a.png"]'

CT_HOME=$tmp/forbidden
printf '[vault]\npreserve = forbidden\n' >forbidden.conf
exits 'where no evidence may be kept' 0 ct-preserve stage -qc forbidden.conf <in
told '  the record says so' '[.vault.state, .vault.reason]' \
    '["failed","[vault] preserve = forbidden: no evidence is kept"]'
ok '  and nothing is made' test ! -e "$CT_HOME"

# ---- not_csam -------------------------------------------------------------------
CT_HOME=$tmp/state
jq -c . out | verdict not_csam >no
exits 'not_csam: destroyed' 0 stage <no
told '  its record says so' '[.vault.state, .vault.id]' "[\"destroyed\",\"$id\"]"
ok '  it is gone' test ! -e "$(object "$id")"
is '  the others are not' 3 objects
is '  the log says why and who' '["not_csam","r7"]' jq -c \
    'select(.act == "destroy") | [.cause, .by]' "$CT_HOME/audit/ct-preserve.log"
before=$(acts)
exits 'again' 0 stage <no
told '  says the same' .vault.state '"destroyed"'
is '  and does nothing' "$before" acts
exits 'found again by a scan' 0 stage <in
told '  it is not staged anew' .vault.state '"destroyed"'
exits 'but under another name, which people must look at' 0 stage <in2
told '  it is' .vault.state '"staged"'
{ verdict not_csam <in4; } >no4
exits 'no account: by name' 0 stage <no4
cp got out4
is '  both' 'destroyed' sh -c 'jq -r .vault.state out4 | sort -u'
exits 'what was never staged passes' 0 sh -c 'jq -c ".id = \"z\" | .user.id = \"z\"" no |
    ct-preserve stage -qk k.pub | jq -e ".vault.state == \"staged\"" >/dev/null'
jq -c 'del(.vault) | .user.id = "u1000"' no >rec1
ct-preserve stage -qk k.pub <rec1 >got 2>err
ok '  untouched' cmp rec1 got
exits 'a second upload, by now not_csam too' 0 sh -c "ct-preserve stage -qk k.pub <in2 >out2; jq -c '.review.verdict = \"not_csam\"' out2 |
    ct-preserve stage -qk k.pub"
told '  is destroyed, and not only said to be' "[.vault.state, .vault.id == \"$id\"]" '["destroyed",false]'
ok '  it is gone' test ! -e "$(object "$(jq -r .vault.id out2)")"
jq -c 'range(66) as $i | .id = "m" | .user.id = "m\($i)"' in | stage >many
was=$(objects)
exits 'not_csam of more than fit one line' 0 sh -c "head -n 1 many |
    jq -c 'del(.user) | .review = {verdict: \"not_csam\", by: \"r7\"}' | ct-preserve stage -qk k.pub"
is '  all of them are gone' $((was - 66)) objects
exits 'the vault is whole' 0 ct-preserve verify -qk k.key

# ---- a hold keeps it ---------------------------------------------------------------
rec held.png c u9 >in
stage <in >out
held=$(jq -r .vault.id out)
ct-preserve hold add --kind internal --authority 'the court' --ref 26-1 --by ana --user u9 >holding
exits 'not_csam, but held' 0 sh -c 'jq -c ".review = {verdict: \"not_csam\", by: \"r7\"}" out |
    ct-preserve stage -qk k.pub'
told '  it stays, and says by what' '[.vault.state, .vault.hold]' \
    "[\"staged\",[$(jq '.hold.id' holding)]]"
ok '  it is there' test -e "$(object "$held")"
if command -v sqlite3 >/dev/null; then
	sqlite3 "$CT_HOME/vault/index.db" 'DELETE FROM hold'
	verdict not_csam <out >freed
	exits '  also if the index has lost it' 75 stage <freed
	told '  that is told of' .vault.state '"failed"'
	rm -f "$CT_HOME"/vault/index.db*
fi
ct-preserve hold release --hold "$(jq -r .hold.id holding)" --by ana >released
verdict not_csam <out >no
exits 'a clock that is behind' 77 env CT_CLOCK=1970-01-01T00:00:00Z ct-preserve stage -qk k.pub <no
told '  destroys nothing' .vault.state '"failed"'
exits 'a clock that is far ahead' 77 env CT_CLOCK=2038-01-19T03:14:08Z ct-preserve stage -qk k.pub <no
ok '  it is there' test -e "$(object "$held")"
cp -r "$CT_HOME" vouched
exits '  unless somebody vouches for it' 0 env CT_CLOCK=2038-01-19T03:14:08Z \
    ct-preserve stage -d vouched -qk k.pub --clock-ok <no
told '  destroyed' .vault.state '"destroyed"'
rm -rf vouched
exits 'released: destroyed' 0 stage <no
ok '  it is gone' test ! -e "$(object "$held")"

# ---- evidence survives though the uploader deletes the file -------------------------
CT_HOME=$tmp/claim
rec up.png a u42 >in
stage <in | verdict csam >offence
staged=$(jq -r .vault.id offence)
mv a away
jq -c '{id: "report:1", user, report: {key: ("a" * 32), env: "production", part: 1,
    files: [{id, path, size: .file.size, mime: .file.mime} + .hashes]}}' offence >report
exits 'seal claims what is staged' 0 ct-preserve seal -qk k.pub <report
told '  the same object' '[.report.files[0].vault.state, .report.files[0].vault.id]' \
    "[\"sealed\",\"$staged\"]"
mv away a
exits 'found again, after it was reported' 0 stage <in
told '  nothing is staged' '[.vault.state, .vault.id]' "[\"sealed\",\"$staged\"]"
exits 'not_csam does not touch what was reported' 0 sh -c 'jq -c "del(.vault) | .review.verdict = \"not_csam\"" offence |
    ct-preserve stage -qk k.pub'
ok '  it is there' test -e "$(object "$staged")"

mv "$(object "$staged")" aside
exits 'reported, and its object is gone' 0 stage <in
told '  it is staged' "[.vault.state, .vault.id == \"$staged\"]" '["staged",false]'
mv aside "$(object "$staged")"

# ---- what is lost or damaged is staged anew -------------------------------------------
rec b.png b u5 >in
stage <in >out
lost=$(jq -r .vault.id out)
chmod 600 "$(object "$lost")"
spoil "$(object "$lost")" 200
exits 'damaged: staged anew' 0 stage <in
told '  as another object' "[.vault.state, .vault.id == \"$lost\"]" '["staged",false]'
exits '  which is whole' 0 ct-preserve verify -qk k.key

if [ -z "${CT_SANITIZED-}" ]; then
	some=$(stage <in 2>err | jq -r .vault.id)
	for how in open:1:EACCES pread64:1:EIO; do
		LD_PRELOAD=$t/fault.so CT_FAULT=$how CT_FAULT_PATH="$some" \
		    ct-preserve stage -qk k.pub <in >out 2>err
		is "$how on one that is whole: 75" 75 echo $?
		json '  it is told of' .vault.state '"failed"' out
	done
	exits 'it is what it was' 0 stage <in
	told '  the same object' .vault.id "\"$some\""
fi

# ---- a pipe -------------------------------------------------------------------------------
CT_HOME=$tmp/pipe
exits 'bytes from a pipe' 0 sh -c 'cat c | ct-preserve stage -qk k.pub --id up/1 --user u42 --mime video/mp4'
told '  its record' '[.id, .user.id, .file, .hashes.sha256, .vault.state]' \
    "[\"up/1\",\"u42\",{\"size\":300000,\"mime\":\"video/mp4\"},\"$(sha256sum <c | cut -c-64)\",\"staged\"]"
id=$(jq -r .vault.id got)
ok '  opens byte for byte' sh -c "ct-preserve open -k k.key $id | cmp - c"
exits '  again: the same object' 0 sh -c 'cat c | ct-preserve stage -qk k.pub --id up/2 --user u42'
told '  the same' '[.vault.id, .file.mime]' "[\"$id\",null]"
is '  and no other' 1 objects
is '  nothing is left in tmp' '' find "$CT_HOME/vault/tmp" -type f
exits 'no bytes at all' 0 ct-preserve stage -qk k.pub --id up/3 </dev/null
told '  are a file too' '[.file.size, .user]' '[0,null]'
exits 'not_csam of it' 0 sh -c "echo '{\"id\":\"up/1\",\"user\":{\"id\":\"u42\"},\"hashes\":{\"sha256\":\"$(sha256sum <c | cut -c-64)\"},\"review\":{\"verdict\":\"not_csam\",\"by\":\"r\"}}' | ct-preserve stage -qk k.pub"
told '  destroyed' .vault.state '"destroyed"'
for v in '--user x' '--mime x' '--id x -a' '--id= ' '--id x --undecided' '-k a -k b'; do
	# shellcheck disable=SC2086 # words
	exits "usage: $v" 64 ct-preserve stage $v </dev/null
done

# ---- beside a run that seals -----------------------------------------------------------------
mkfifo slow
ct-preserve stage -qk k.pub <slow >waiting 2>&1 &
pids=$!
exec 9>slow
rec first.png a u1 >&9
while [ ! -s waiting ] && kill -0 "$pids"; do sleep 0.05; done
exits 'a stage that waits for input does not hold up seal' 0 timeout 20 ct-preserve seal -qk k.pub <report
exec 9>&-
wait "$pids"
pids=''

# an uploader who trickles holds up nobody, and what he sends is not taken for
# what a killed process left
mkfifo trickle
ct-preserve stage -qk k.pub --id up/4 --user u8 <trickle >trickled 2>&1 &
pids=$!
exec 9>trickle
cat c >&9
part() { find "$CT_HOME/vault/tmp" -name '*.part' -size +1; }
until [ -n "$(part)" ] || ! kill -0 "$pids"; do sleep 0.05; done
jq -c '.report.key = "b" * 32' report >report2
exits 'nor does one who sends bytes' 0 timeout 20 ct-preserve seal -qk k.pub <report2
is '  whose bytes stay' "$pids" sh -c "basename '$(part)' .part | cut -d- -f1"
exec 9>&-
wait "$pids"
is '  and are staged' '["staged",300000]' jq -c '[.vault.state, .file.size]' trickled
pids=''

# two that seal the same file for the same report, both before either is done
mkfifo left right
ct-preserve seal -qk k.pub <left >out1 2>&1 &
pids=$!
ct-preserve seal -qk k.pub <right >out2 2>&1 &
pids="$pids $!"
exec 7>left 8>right
echo '{"id":"x"}' | tee /dev/fd/7 >&8
ok 'two that seal wait' eventually test -s out1 -a -s out2
flock -F "$CT_HOME/audit/ct-preserve.log" sh -c ': >taken; exec sleep 60' &
holder=$!
ok '  for a lock that is taken' eventually test -e taken
jq -c '.report.key = "c" * 32' report | tee /dev/fd/7 >&8
exec 7>&- 8>&-
tries=0
until [ "$(find "$CT_HOME/vault/tmp" -name '*.part' -perm 0400 | wc -l)" -eq 2 ] || [ $tries -eq 200 ]; do
	sleep 0.05
	tries=$((tries + 1))
done
kill $holder
for pid in $pids; do wait "$pid" || echo "$pid failed" >>out1; done
pids=''
cat out1 out2 | jq -c 'select(.report).report.files[0].vault' >both
is 'two that seal the same file: both do' '"sealed" "sealed"' sh -c 'jq .state both | xargs -d "\n"'
is '  the same object' 1 sh -c 'sort -u both | wc -l'
is '  once' 1 sh -c "ct-preserve find --report $(printf '%032d' 0 | tr 0 c) | wc -l"
is '  and nothing is left in tmp' '' find "$CT_HOME/vault/tmp" -type f
exits '  nor a stray' 0 ct-preserve verify -qk k.key

# ---- with ct-review: the whole way -----------------------------------------------------------
CT_HOME=$tmp/people
rec p1 a u1 >in
rec p2 b u2 >>in
stage <in | ct-review add -q >queued
is 'what is queued keeps its vault' 2 sh -c 'ct-review list | jq -c .vault.id | wc -l'
ct-review decide --account u1 --verdict not_csam --by r7 >/dev/null
ct-review decide --account u2 --verdict csam --by r7 >/dev/null
exits 'decided -a hands out not_csam too' 0 sh -c 'ct-review decided -a | ct-preserve stage -qk k.pub >after'
is '  that is destroyed, the other passes' 'p1 destroyed
p2 staged' sh -c 'jq -r "[.id,.vault.state]|join(\" \")" after | sort'
ct-review decided >released
json 'ct-review decided has what stage said' .vault.state '"staged"' released
mv b away
conf </dev/null
sed -i 's/images\.example/images.org/' ct.conf
cp k.pub vault.pub
exits 'the report of it, though the file is gone' 0 sh -c 'jq -c ".incident.at = \"2026-11-20T10:00:00Z\"" released |
    ct-report -q --production | ct-preserve seal -q'
told '  has what was staged' '.report.files[0].vault' \
    "{\"state\":\"sealed\",\"id\":$(jq .vault.id released)}"
is '  and the vault is whole' '"ok"' sh -c 'ct-preserve verify -qk k.key | jq .state'
mv away b
done_testing
