#!/bin/sh
# ct-review: what waits, who decided, what is released, what is done
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

# rec ID ACCOUNT DIGIT [VERDICT] - a record as ct-match makes it
rec() {
	printf '{"id":"%s","path":"/p/%s",%s"hashes":{"sha256":"%s"},"match":{"verdict":"%s","total":1,"hits":[]},"n":1.50}\n' \
	    "$1" "$1" "${2:+\"user\":{\"id\":\"$2\"\},}" \
	    "$(printf '%064d' "$3")" "${4-match}"
}
ids() { jq -c '[.id, .review.batch]' | jq -rs 'map(.[0]) | select(. != []) | join(" ")'; }
listed() { ct-review list "$@" | ids; }
released() { ct-review decided "$@" | ids; }
decide() { ct-review decide --by r7 "$@"; }
batch() { ct-review decided "$@" | jq -r --arg i "$id" 'select(.id == $i) | .review.batch'; }

{
	rec a u1 1
	rec b u2 2
	rec c u1 3
	rec d '' 4
	rec e '' 5
	rec f u3 6 undecided
	rec g u3 7 clean
} >in
ct-review add <in >out 2>err
ok 'add passes everything through, byte for byte' cmp in out
ok 'its summary counts' grep -q 'ct-review: 7 in = 7 out + 0 dropped: 5 queued, 2 not for review' err
is 'the items of an account are listed together' 'a c b d e' listed
is 'as they were queued' "$(rec b u2 2 | jq -c .)" sh -c 'ct-review list --account u2 | jq -c .'
ct-review add <in >/dev/null 2>err
ok 'again: nothing is new' grep -q '5 known, 2 not for review' err
is 'and nothing is twice' 'a c b d e' listed
ct-review add -q --undecided <in >/dev/null 2>err
is 'what is undecided only if asked for' 'a c b d e f' listed
ok '-q: no summary' test ! -s err
ok 'the database is ours alone' test "$(stat -c %a "$CT_HOME/review.db" "$CT_HOME/review.key" | xargs)" = '600 600'
ok 'its key is 32 bytes' test "$(stat -c %s "$CT_HOME/review.key")" -eq 32

# the same object and content in the hands of another account is another case
rec a u9 1 | ct-review add -q >/dev/null
is 'another account is another item' 'a' listed --account u9
exits 'an id of several items is ambiguous' 64 decide --item a --verdict csam
exits 'it is decided with the account' 0 decide --item a --account u9 --verdict unsure
is 'nothing is released yet' '' released

# what cannot be an item says so in band
bad() { exits "$1" 65 ct-review add <bad; ok '  and in band' grep -q '"error":{"tool":"ct-review","code":65' got; }
rec x u1 1 | jq -c 'del(.hashes)' >bad
bad 'a match without sha256'
rec x u1 1 | jq -c '.hashes.sha256="zz"' >bad
bad 'a sha256 that is none'
rec x u1 1 | jq -c '.user.id=7' >bad
bad 'a user.id that is a number'
for user in '"u1"' '["u1"]' null '{"id":""}' '{"id":null}' '{"id":["u1"]}'; do
	rec x u1 1 | jq -c --argjson u "$user" '.user = $u' >bad
	bad "a user that is $user"
done
rec x u1 1 | jq -c '.review={"verdict":"csam"}' >bad
bad 'a record that has a review already'
printf '%01046000d' 1 >pad
rec x u1 1 | jq -c --rawfile x pad '.pad=$x' >bad
bad 'one too long to be queued'
rec x u1 1 | jq -c '.pad = ("\u007f\u0085" * 100000)' >bad
bad 'one too long as it is written'
printf '%s' "$(rec x u1 1)" >bad
bad 'a last line without newline'
is 'none of them was queued' '' sh -c 'ct-review list | grep \"x\"'

# verdicts
exits 'no verdict' 64 decide --account u1
exits 'no such verdict' 64 decide --account u1 --verdict guilty
exits 'no name' 64 ct-review decide --account u1 --verdict csam
exits 'an empty account is no account' 64 decide --account '' --verdict csam
exits 'neither account nor item' 64 decide --verdict csam
exits 'a class that is none' 64 decide --account u1 --verdict csam --class C1
exits 'a class of what has none' 64 decide --account u1 --verdict ncii --class A1
exits 'an option of another verb' 64 ct-review list --verdict csam
exits 'no such verb' 64 ct-review judge
exits 'no verb' 64 ct-review
exits 'an operand too much' 64 ct-review list x
exits 'no such account' 66 decide --account u77 --verdict csam
ok '  it names it' grep -q "no such account: 'u77'" err
exits 'no such item' 66 decide --item nope --verdict csam

decide --account u1 --verdict csam --class A1 --note 'not for export' >r
json 'an account is decided as a whole' \
    '[.id, .review.verdict, .review.class, .review.by, .review.batch]' \
    '["a","csam","A1","r7",null]
["c","csam","A1","r7",null]' r
exits 'nothing of it is open then' 66 decide --account u1 --verdict csam
decide --item c --verdict not_csam >/dev/null
decide --item b --verdict not_csam >/dev/null
decide --item d --verdict csam >/dev/null
decide --item e --verdict csam >/dev/null
is 'what is left' 'f' listed
is 'only csam is released' 'a d e' released
is 'again the same' 'a d e' released
is '-a: what else was decided' 'a d e b c a' released -a
id=a one=$(batch) again=$(batch)
ok 'a batch is 32 hex digits' expr "$one" : '[0-9a-f]\{32\}$'
is 'and stays' "$one" echo "$again"
id=d two=$(batch)
id=e three=$(batch)
ok 'what has no account has a batch of its own' test "$two" != "$three"
ct-review decided >r
ok 'the note goes nowhere' sh -c '! grep -q export r'
json 'review as promised' 'select(.id == "a") | .review | [keys, .viewed]' \
    '[["at","batch","by","class","items","mac","proof","verdict","viewed"],{"level":"none","entire":false,"exif":false}]' r
ok 'the mac is 64 hex digits' jq -es 'all(.review.mac | test("^[0-9a-f]{64}$"))' r
exits 'what is released stands' 77 decide --item a --account u1 --verdict not_csam
exits 'and its namesake is not taken for it' 64 decide --item a --verdict not_csam
rec a u1 1 | ct-review add -q >/dev/null
is 'a decided item is not queued again' 'f' listed

# later decisions of the account are another batch, before ack and after
rec h u1 8 | ct-review add -q >/dev/null
decide --account u1 --verdict csam >/dev/null
id=h later=$(batch)
ok 'a batch does not grow behind its report' test "$later" != "$one"
id=a again=$(batch)
is 'the earlier keeps its own' "$one" echo "$again"

# report ENV STATE ITEM... - a report record as ct-submit leaves it
report() {
	env=$1 state=$2 number=$3
	shift 3
	ct-review decided | jq -cs --arg env "$env" --arg state "$state" --arg n "$number" \
	    --args 'map(select(.id as $i | $ARGS.positional | index($i)) | {id, sha256: .hashes.sha256, review})
	     | {id: "report:k", report: {env: $env, files: .}, submission: {env: $env, state: $state,
	        report_id: $n, files: map({id, sha256, file_id: "0"})}}' "$@"
}
report test pending 1 a d >rep
ct-review ack <rep >out 2>err
ok 'ack passes everything through' cmp rep out
ok 'what is not finished is not done' grep -q 'not finished' err
is '  it is still released' 'a d e h' released
report test finished 990000001 a d | jq -c '.submission.files |= .[:1]' >rep
ct-review ack <rep >/dev/null 2>err
ok 'it says that it was a test' grep -q '1 acked (test)' err
is 'a test report ends nothing' 'a d e h' released
is 'but with --test, for trying out' 'd e h' released --test
id=a again=$(batch)
is '  and the batch is the same' "$one" echo "$again"
exits 'ack again: no harm' 0 ct-review ack <rep
is '  the same' 'd e h' released --test
ct-review stats >r
json '  stats tells' '[.released, .tested, .acked]' '[4,1,0]' r
ct-review decided | jq -c 'select(.id == "h") | .review.prior' >r
json 'the next report of the account knows of it' . \
    '[{"env":"test","report_id":"990000001"}]' r
report production finished 123456789 a h >rep
ct-review ack -q <rep >/dev/null
is 'done in production' 'd e' released
is '  for --test as well' 'd e' released --test
report test finished 990000001 d >rep
ct-review ack -q <rep >/dev/null
is 'one of a test is not done' 'd e' released
report production finished 123456790 d >rep
for f in '.submission.env = "live"' '.submission.env = "test"' \
    '.report.env = "test"' 'del(.report.env)' 'del(.submission.report_id)' \
    'del(.submission.files)' '(.report.files[0].review.batch, .report.files[1].review.batch) = "0"'; do
	jq -c "$f" rep >bad
	exits "ack refuses: $f" 65 ct-review ack <bad
done
is '  and nothing of it is done' 'd e' released
jq -c 'del(.report.files[].review)' rep >bad
ct-review ack <bad >/dev/null 2>err
ok 'files that no person decided are none of its' grep -q 'without items' err
rec z u1 9 | ct-review add -q >/dev/null
decide --account u1 --verdict csam >/dev/null
ct-review decided | jq -c 'select(.id == "z") | .review.prior' >r
json 'priors are told apart by environment' . \
    '[{"env":"test","report_id":"990000001"},{"env":"production","report_id":"123456789"}]' r

# a batch that is acked in part is printed as a whole, until it is done
{ rec k u5 31; rec l u5 32; } | ct-review add -q >/dev/null
decide --account u5 --verdict csam >/dev/null
report test finished 990000005 k l | jq -c '.submission.files |= .[:1]' | ct-review ack -q >/dev/null
ct-review decided --test --account u5 >r
json 'half of a batch is done: all of it again' '[.id, .review.items, .review.prior]' \
    '["k",2,null]
["l",2,null]' r
report test finished 990000005 k l | ct-review ack -q >/dev/null
is '  until all is done' '' released --test --account u5
is '  in production' 'k l' released --account u5

ct-review stats >r
json 'stats counts' 'del(.oldest)' \
    '{"open":1,"decided":3,"released":5,"tested":3,"acked":2,"supplemental":0,"accounts":1,"verdicts":{"csam":7,"not_csam":2,"unsure":1}}' r

rec y u8 21 clean | ct-review add -q -d two >/dev/null
is 'what is clean is not queued' '' listed -d two
{ rec y u8 21 clean; rec x u9 22; } | ct-review add -qa -d two >/dev/null
is 'but by add -a' 'y x' listed -d two
for u in u8 u9; do decide -d two --account $u --verdict csam >/dev/null; done
is 'decided --account releases that account' y released -d two --account u8
is 'and no other' '"decided":1' sh -c 'ct-review stats -d two | grep -o "\"decided\":1"'
is 'the other one later' 'y x' released -d two

# a record that comes again with a correction
rec a u1 1 | ct-review add -q -d four >/dev/null
four() { ct-review add --replace -d four 2>&1 >/dev/null | grep -o '[0-9] [a-z]*$'; }
fixed() { rec a u1 1 | jq -c ".fixed = $1"; }
for s in open decided released; do
	[ $s = open ] || ct-review decide -d four --account u1 --verdict csam --by r7 >/dev/null 2>&1
	[ $s != released ] || ct-review decided -d four >before
	fixed "\"$s\"" >in
	ct-review add -d four <in 2>&1 >/dev/null | grep -o '[0-9] [a-z]*$' >said
	is "what is $s keeps the record it has" '1 known' cat said
	is 'but takes a correction with --replace' '1 updated' four <in
	is '  once' '1 known' four <in
done
ct-review decided -d four >r
json '  goes out with the verdict and batch it had' '.fixed, .review.verdict' '"released"
"csam"' r
is '  the same' "$(jq -c .review before)" jq -c .review r
jq -cs '{id: "r", report: {env: "test", files: map({id, sha256: .hashes.sha256, review})},
    submission: {env: "test", report_id: "1", state: "finished", files: map({id, sha256: .hashes.sha256})}}' r >rep
ct-review ack -q -d four <rep >/dev/null
fixed '"tested"' >in
is 'a correction after a test' '1 updated' four <in
sed 's/"test"/"production"/g' rep | ct-review ack -q -d four >/dev/null
fixed '"late"' >in
is 'what production has acked stays' '1 known' four <in

# some items of an account, and a look at what would be
{ rec a u1 1; rec b u1 2; rec b u1 3; rec c u1 4; rec d u2 5; rec e '' 6; rec f '' 7; } |
    ct-review add -q -d three >/dev/null
of3() { ct-review decided -d three "$@" | jq -r '[.id, (.review | .batch == null, .preview, .items)] | join(" ")' ; }
is 'what is open is none' '' of3 --account u1 --item a
for i in a c d e f; do decide -d three --item $i --verdict csam >/dev/null; done
for i in 2 3; do decide -d three --item b --sha256 "$(printf '%064d' $i)" --verdict csam >/dev/null; done
is 'a preview of some' 'b true true 3
b true true 3
c true true 3' of3 -n --account u1 --item b --item c
is 'of all' 'a true true 4
b true true 4
b true true 4
c true true 4
d true true 1
e true true 1
f true true 1' of3 --dry-run
is '  releases nothing' '{"decided":7,"released":0}' sh -c "ct-review stats -d three | jq -c '{decided, released}'"
is 'two of three ids are released, with all contents' 'b false  3
b false  3
c false  3' of3 --account u1 --item c --item b
is '  in one batch' 1 sh -c "ct-review decided -d three --account u1 --item b | jq -r .review.batch | sort -u | wc -l"
is '  and nothing else' '{"decided":4,"released":3}' sh -c "ct-review stats -d three | jq -c '{decided, released}'"
is 'a preview of both kinds' 'b false true 3
b false true 3
c false true 3
a true true 1' of3 -n --account u1
is 'another item: not the batch of others' 'a false  1' of3 --account u1 --item a
is 'one of a batch: all of it' 'b false  3
b false  3
c false  3' of3 --account u1 --item c
is '  what is left' '{"decided":3,"released":4}' sh -c "ct-review stats -d three | jq -c '{decided, released}'"
exits 'an item of another account is none' 66 ct-review decided -d three --account u1 --item a --item d
exits 'items without account' 64 ct-review decided -d three --item a
exits 'two items are for decided only' 64 decide -d three --item e --item f --verdict csam
exits '--production is no option' 64 ct-review decided --production

chmod 640 "$CT_HOME/review.key"
exits 'a key that others can read is refused' 77 ct-review decided
chmod 600 "$CT_HOME/review.key"
: >"$CT_HOME/review.key"
exits 'a key that is cut, too' 65 ct-review decided
exits 'help' 0 ct-review --help
exits 'version' 0 ct-review -V
rec q u1 77 >in
is 'a limit on the size of files is no signal' 74 sh -c '(ulimit -f 1; ct-review add -q -d limited <in >/dev/null 2>&1; echo $?)'
is 'a full disk' '' sh -c 'ct-review stats -d new >/dev/full; test $? -eq 74'
done_testing
