#!/bin/sh
# ct-act: whom and what it acts on, once; what it refuses; killed anywhere
# shellcheck source=t/lib.sh disable=SC2016,SC2317
. "${0%/*}/lib.sh"
export CT_CLOCK=2026-11-22T10:00:00Z

# hook - the command at ./hook writes its name and arguments to calls, then does
# what standard input says
hook() {
	{
		echo '#!/bin/sh'
		echo "cd '$tmp' || exit 99"
		echo 'cat >rec'
		echo 'verb=$1; shift; { printf %s "$verb"; printf " [%s]" "$@"; echo; } >>calls'
		cat
	} >hook.new
	chmod +x hook.new && mv hook.new hook
}
hook </dev/null
for verb in hide disable restore enable delete; do
	echo "$verb = $tmp/hook $verb"
done | { echo '[act]'; echo 'timeout = 60'; cat; } >conf
sed 's/timeout = 60/timeout = 5/' conf >hasty
sed 's/timeout = 60/timeout = 300/' conf >patient
use=conf
act() { ct-act "$@" -q -c $use; }
# called - what was run since, one a line
called() {
	cat calls 2>/dev/null
	rm -f calls
}

# ---- files: what is acted on ----------------------------------------------------
sha=$(printf x | sha256sum | cut -c-64)
cat >in <<END
{"id":"named","user":{"id":"u1"}}
{"id":"match","user":{"id":"u1"},"hashes":{"sha256":"$sha"},"match":{"verdict":"match"}}
{"id":"undecided","user":{"id":"u1"},"match":{"verdict":"undecided"}}
{"id":"clean","user":{"id":"u1"},"match":{"verdict":"clean"}}
{"id":"csam","user":{"id":"u2"},"match":{"verdict":"match"},"review":{"verdict":"csam","batch":"b1"}}
{"id":"ncii","review":{"verdict":"ncii"}}
{"id":"not","user":{"id":"u3"},"match":{"verdict":"match"},"review":{"verdict":"not_csam"}}
{"id":"unsure","user":{"id":"u3"},"match":{"verdict":"match"},"review":{"verdict":"unsure"}}
{"id":"more","user":{"id":"u3"},"supplemental":{"of":"csam"}}
{"id":"-x y;\$(z)","user":{"id":"u'1"}}
END
exits 'hide' 0 act hide <in
mv got hidden
is 'what is named, matches, or is harmful by verdict, without a shell' \
    'hide [named] [u1]
hide [match] [u1]
hide [csam] [u2]
hide [ncii] []
hide [-x y;$(z)] [u'"'1]" called
is 'with the record on standard input' '"-x y;$(z)"' jq -c .id rec
json 'each says so' 'select(.action) | [.id, .action[0]]' \
    '["named",{"verb":"hide","state":"done","at":"2026-11-22T10:00:00Z"}]
["match",{"verb":"hide","state":"done","at":"2026-11-22T10:00:00Z"}]
["csam",{"verb":"hide","state":"done","at":"2026-11-22T10:00:00Z"}]
["ncii",{"verb":"hide","state":"done","at":"2026-11-22T10:00:00Z"}]
["-x y;$(z)",{"verb":"hide","state":"done","at":"2026-11-22T10:00:00Z"}]' hidden
ok 'the rest is as it came, in order' sh -c 'sed "s/,\"action\".*/}/" hidden | cmp - in'
ct-act hide -c conf <in 2>said >again
is 'the summary says why not' 'ct-act: 10 in = 10 out + 0 dropped: 5 already, 1 undecided, 1 clean, 2 not harmful, 1 supplement' \
    tail -n 1 said
is 'run again: nothing is run' '' called
json 'and each says so' 'select(.action).action[0].state' '"already"
"already"
"already"
"already"
"already"' again

exits 'disable' 0 act disable <in
is 'no account by a match alone, each once' 'disable [u1]
disable [u2]
disable ['"u'1]" called
exits 'restore' 0 act restore <in
is 'what is named, or harmless by verdict' 'restore [named] [u1]
restore [not] [u3]
restore [-x y;$(z)] [u'"'1]" called
exits 'enable' 0 act enable <in
is 'only who is named' 'enable [u1]
enable ['"u'1]" called
exits 'delete' 77 act delete <in
mv got out
is 'no file without a report' '' called
json 'each that is not clean is refused' 'select(.error) | [.id, .error.code, .action[0].state]' \
    '["named",77,"refused"]
["match",77,"refused"]
["csam",77,"refused"]
["ncii",77,"refused"]
["-x y;$(z)",77,"refused"]' out

# ---- once, until it is undone --------------------------------------------------------
head -n 1 in >one
for verb in hide hide restore restore hide hide; do act $verb <one; done >out
is 'hide, restore and hide again' 'hide [named] [u1]
restore [named] [u1]
hide [named] [u1]' called
json 'are told apart from what was done already' '.action[0] | [.verb, .state] | join(" ")' \
    '"hide done"
"hide already"
"restore done"
"restore already"
"hide done"
"hide already"' out
jq -c '.review = {verdict: "csam", batch: "b2"}' one >batch2
exits 'another batch is another reason' 0 act hide <batch2
is '  it is done again' 'hide [named] [u1]' called
jq -c '.hashes.sha256 = "'"$sha"'"' one >content
exits 'other content under the same name' 0 act hide <content
is '  is another object' 'hide [named] [u1]' called
jq -c '.user.id = "u7"' one >content
exits 'so is that of another account' 0 act hide <content
is '  it is done' 'hide [named] [u7]' called
act hide <one | act disable | act hide >out
called >/dev/null
json 'several in a pipe: each adds its own' '[.action[] | .verb + " " + .state]' \
    '["hide done","disable done","hide already"]' out

# ---- commands that fail -----------------------------------------------------------------
echo '{"id":"f","user":{"id":"u1"}}' >f
# failing WHAT CODE - by the hook of standard input
failing() {
	hook
	exits "$1: $2" "$2" act hide <f
	json '  in the record' '[.error.code, .action[0].state]' "[$2,\"failed\"]" got
	is '  it was run' 'hide [f] [u1]' called
}
failing 'temporary' 75 <<'END'
exit 75
END
failing 'a service is not there' 69 <<'END'
exit 69
END
failing 'any other status' 76 <<'END'
exit 1
END
failing 'killed' 75 <<'END'
kill -9 $$
END
use=hasty
failing 'too slow' 75 <<'END'
sleep 300
END
use=conf
hook <<'END'
[ "$1" != f ] || exit 75
END
{ cat f; jq -c '.id = "then"' f; } | act restore 2>err | jq -c 'del(.error)' >several
exits 'what fails behind what came with an action' 75 act hide <several
json '  each says both, and the bad one why' '[.error.code, (.action[] | .verb + " " + .state)]' \
    '[75,"restore failed","hide failed"]
[null,"restore done","hide done"]' got
exits '  also what is refused' 77 act delete <several
json '  says both' '[.error.code, (.action[] | .verb + " " + .state)]' \
    '[77,"restore failed","delete refused"]
[77,"restore done","delete refused"]' got
called >/dev/null
gone() { [ -s child ] && ! alive "$(cat child)"; }
for sig in TERM INT; do
	hook <<'END'
sleep 300 & echo $! >child
sleep 300
END
	rm -f child
	start=$(date +%s)
	{ echo '{"id":"'$sig'"}'; echo '{"id":"behind'$sig'"}'; } >two
	{ eventually test -s child; kill -s $sig "$(cat pid)"; } &
	# a shell in the background ignores INT
	env --default-signal=$sig sh -c 'echo $$ >pid && exec ct-act hide -q -c patient' <two >out 2>err
	is "SIG$sig while a command hangs" 75 echo $?
	ok '  ends it soon' test $(($(date +%s) - start)) -lt 200
	json '  says so in the record' '[.error.code, .action[0].state]' \
	    '[75,"failed"]' out
	ok '  leaves none of the group' eventually gone
	ct-act log | jq -c 'select(.id == "'$sig'")' >logged
	json '  and the journal knows' '[.state, .code]' '["failed",75]' logged
	hook </dev/null
	called >/dev/null
	exits '  run again' 0 act hide <two
	json '  it is done, without doubt' '.action[-1] | [.state, .doubt]' \
	    '["done",null]
["done",null]' got
	called >/dev/null
done
hook <<'END'
echo SECRET; echo mine >&2
END
exits 'then it works: run again' 0 act hide <f
cp err said
is '  its output goes nowhere' '' grep SECRET got
is '  what it says is said' mine cat said
called >/dev/null
hook </dev/null
echo '{"id":"g"}' >g
exits 'a command that is not there' 69 ct-act hide -q -c conf --command /nonexistent/x <g
: >empty
exits 'no command' 78 ct-act hide -q -c empty <one
exits 'one without its path' 78 ct-act hide -q -c conf --command x <one
echo '[act]
hid = /bin/true' >typo
exits 'a misspelt verb' 78 ct-act hide -q -c typo <one
exits 'no verb' 64 ct-act -q -c conf <one
exits 'none that there is' 64 ct-act burn -q -c conf <one
exits 'an operand' 64 act hide x <one
echo '{"user":{"id":"u1"}}' >odd
exits 'no id' 65 act hide <odd
echo '{"id":"x","user":"u1"}' >odd
exits 'an account that is no object' 65 act hide <odd
echo '{"id":"x","action":{}}' >odd
exits 'an action that is no list' 65 act hide <odd
printf '{"id":"cut"}' >odd
exits 'a line that may be cut' 65 act hide <odd
echo '{"id":"x","error":{"tool":"y","code":74,"msg":"z"}}' >odd
exits 'an error passes' 74 act hide <odd
ok '  untouched' cmp got odd
{ printf '{"id":"'; head -c 200000 /dev/zero | tr '\0' x; echo '"}'; } >odd
exits 'an id longer than an argument may be' 65 act hide <odd
is 'none of them was run' '' called

# ---- rehearsal, log -------------------------------------------------------------------------
CT_HOME=$tmp/none exits 'a rehearsal where nothing was done yet' 0 act hide -n <in
ok '  makes no state' test ! -e none
is '  runs nothing' '' called
exits 'a rehearsal' 0 act hide -n <in
json '  says what would be done' '[.id, .account, .verb, .state]' \
    '["named","u1","hide","already"]
["match","u1","hide","already"]
["csam","u2","hide","already"]
["ncii",null,"hide","already"]
["-x y;$(z)","u'"'"'1","hide","run"]' got
is '  and runs nothing' '' called
ct-act log | jq -c 'select(.id == "f")' | tail -n 2 >logged
json 'the log: what, when, and what came of it' . \
    '{"id":"f","account":"u1","verb":"hide","state":"failed","at":"2026-11-22T10:00:00Z","ended":"2026-11-22T10:00:00Z","code":75}
{"id":"f","account":"u1","verb":"hide","state":"done","at":"2026-11-22T10:00:00Z","ended":"2026-11-22T10:00:00Z"}' logged
CT_HOME=$tmp/none is 'of nothing' '' ct-act log
exits 'log takes no record' 64 ct-act log -n
is 'the journal is closed to others' 600 stat -c %a "$CT_HOME/act.db"

# ---- reports ---------------------------------------------------------------------------------
key=00112233445566778899aabbccddeeff
for i in 1 2; do head -c ${i}000 /dev/urandom >f$i; done
jq -nc --arg key $key --arg a "$(sha256sum <f1 | cut -c-64)" \
    --arg b "$(sha256sum <f2 | cut -c-64)" --arg t "$tmp" \
    '{id: "report:\($key)", user: {id: "u5"}, report: {key: $key,
    env: "production", part: 1, parts: 1, texts: [{id: "chat", content: $a}],
    files: [{id: "a", path: "\($t)/f1", sha256: $a},
	{id: "b", path: "\($t)/f2", sha256: $b}]}}' >report
ct-preserve keygen -o vault
ct-preserve seal -q -k vault.pub <report |
    jq -c '.submission = {env: "production", report_id: "4711",
	state: "finished", at: "2026-11-22T10:00:00Z",
	files: [.report.files[] | {id, sha256}]}' >submitted
ct-preserve anchor -q <submitted >filed
exits 'hide what is reported' 0 act hide <filed
json '  each of it' '.action[0] | [.state, .objects]' \
    '["done",[{"id":"a","state":"done"},{"id":"b","state":"done"},{"id":"chat","state":"done"}]]' got
is '  by a command each' 'hide [a] [u5]
hide [b] [u5]
hide [chat] [u5]' called
exits 'disable its account' 0 act disable <filed
is '  once' 'disable [u5]' called
jq -c '.report.files |= map(select(.id == "a")) | .report.part = 2' filed >part
exits '  also for another part' 0 act disable <part
is '  which is done already' '' called
jq -c '.report.key = ("f" * 32)' filed >later
exits 'a later report of the account' 0 act disable <later
is '  is another reason' 'disable [u5]' called
jq -c '.report.env = "test" | .submission.env = "test"' filed >tested
exits 'a test report passes' 0 act disable <tested
ok '  untouched' cmp got tested
exits '  but with --test' 0 act disable --test <tested
is '  it is acted on' 'disable [u5]' called
exits 'what is reported is not restored' 77 act restore <filed
exits 'nor its account enabled' 77 act enable <filed
jq -c 'del(.user)' filed >nobody
exits 'a report of no account' 0 act disable <nobody
is '  disables none' '' called

jq -c '.report.files = []' filed >texts
exits 'a report of texts alone' 0 act delete <texts
ok '  has no file to delete' cmp got texts

# delete
# keeps WHAT REASON FILTER - a report so changed is refused
keeps() {
	jq -c "$3" filed >changed
	exits "delete, $1: refused" 77 act delete <changed
	json '  because' .error.msg "\"$2\"" got
	is '  nothing is run' '' called
}
keeps 'a test report' 'delete: no report in production' '.report.env = "test"'
keeps 'a test receipt' 'delete: no report in production' '.submission.env = "test"'
keeps 'not submitted' 'delete: no report in production' 'del(.submission)'
keeps 'pending' 'delete: the report is not finished' '.submission.state = "pending"'
keeps 'filed elsewhere' 'delete: the report is not finished' '.report.authority = "nca"'
keeps 'without number' 'delete: the report is not finished' 'del(.submission.report_id)'
keeps 'not anchored' 'delete: the receipt is not with the evidence' 'del(.vault)'
keeps "another's receipt" 'delete: the receipt is not with the evidence' '.vault.receipt = "1"'
keeps 'on hold' 'delete: the report is on hold' '.vault.hold = "court"'
keeps 'not sealed' 'delete: report.files[1] is not sealed' 'del(.report.files[1].vault)'
keeps 'seal failed' 'delete: report.files[0] is not sealed' '.report.files[0].vault.state = "failed"'
keeps 'no such object' 'delete: the evidence of report.files[0]: cannot open the object: No such file or directory' \
    '.report.files[0].vault.id = ("0" * 64)'
keeps 'no name of an object' 'delete: the evidence of report.files[0]: no name of an object' \
    '.report.files[0].vault.id = "../../etc/passwd"'
keeps 'bytes that were never sealed' 'delete: the evidence of report.files[0]: the vault knows no receipt in production for it' \
    '.report.files[0].sha256 = ("f" * 64)'
keeps 'a name that was never reported' 'delete: the evidence of report.files[1]: the stored receipt does not name it' \
    '.report.files[1].id = "never"'
keeps "another's evidence" 'delete: the evidence of report.files[0]: the vault knows no receipt in production for it' \
    '.report.key = ("d" * 32)'
keeps 'a number that NCMEC did not give it' 'delete: the evidence of report.files[0]: the vault knows no receipt in production for it' \
    '.submission.report_id = "1" | .vault.receipt = "1"'
jq -c '.report.key = ("c" * 32) | .report.env = "test"' report |
    ct-preserve seal -q -k vault.pub |
    jq -c '.submission = {env: "test", report_id: "1",
	state: "finished", at: "2026-11-22T10:00:00Z",
	files: [.report.files[] | {id, sha256}]}' |
    ct-preserve anchor -q | sed 's/"env":"test"/"env":"production"/g' >forged
exits 'delete, a test report that says it is none' 77 act delete <forged
is '  nothing is run' '' called
exits 'delete --test does not help' 77 act delete --test <tested
id=$(jq -r '.report.files[1].vault.id' filed)
object=$CT_HOME/vault/objects/$(echo "$id" | cut -c-2)/$id
cp "$object" kept && chmod 600 "$object"
spoil "$object" 100
keeps 'damaged evidence' 'delete: the evidence of report.files[1]: damaged object: its name is not its digest' .
rm "$object" && cp kept "$object"
jq -c '.report.env = "test"' filed >pair
jq -c . filed >>pair
exits 'one refused, and one that is not' 77 act delete <pair
mv got out
is '  which is deleted, its files alone' 'delete [a] [u5]
delete [b] [u5]' called
json '  and says so' '[.action[0].state, .error.code]' '["refused",77]
["done",null]' out
exits 'run again' 0 act delete <filed
is '  nothing is run' '' called
hook <<'END'
[ "$1" != b ] || exit 75
END
jq -c '.report.key = ("e" * 32)' report | ct-preserve seal -q -k vault.pub |
    jq -c '.submission = {env: "production", report_id: "4712",
	state: "finished", at: "2026-11-22T10:00:00Z",
	files: [.report.files[] | {id, sha256}]}' | ct-preserve anchor -q >again
exits 'one file of two fails' 75 act delete <again
json '  which is said of each' '.action[0] | [.state, .objects[].state]' '["failed","done","failed"]' got
called >/dev/null
hook </dev/null
exits '  and run again' 0 act delete <again
is '  only the other is' 'delete [b] [u5]' called

# ---- a disk that is full: nothing is done that is not noted ---------------------------------
if [ -z "${CT_SANITIZED-}" ]; then
	for call in write pwrite64 fdatasync fsync; do
		i=1 wrong=
		while [ $i -lt 40 ]; do
			echo '{"id":"full'$call$i'"}' >full
			rm -f did calls
			LD_PRELOAD=$t/fault.so CT_FAULT=$call:$i:ENOSPC \
			    CT_FAULT_DID=did ct-act hide -q -c conf <full >out 2>err
			status=$?
			[ -e did ] || break
			noted=$(ct-act log | jq -r --arg i "full$call$i" 'select(.id == $i).state')
			if [ $status -eq 0 ] && [ "$noted" != 'done' ]; then
				wrong="$wrong $i: success"
			fi
			if [ -s calls ] && [ -z "$noted" ]; then
				wrong="$wrong $i: not noted"
			fi
			act hide <full >out 2>err || wrong="$wrong $i: not again"
			called >all
			grep -q "full$call$i" all || wrong="$wrong $i: never"
			i=$((i + 1))
		done
		ok "$call fails at $((i - 1)) points: noted before it is done" test -z "$wrong"
		[ -z "$wrong" ] || echo "#$wrong"
	done
fi

# ---- killed ---------------------------------------------------------------------------------------
[ -z "${CT_SANITIZED-}" ] || done_testing # LeakSanitizer and ptrace do not mix
killat 1 true || [ $? -eq 137 ] || done_testing # ptrace is not allowed here
i=1 wrong='' twice=0 doubts=0
while :; do
	echo '{"id":"k'$i'","user":{"id":"u1"}}' >k
	killat $i ct-act hide -q -c conf <k >first 2>err
	killed=$?
	act hide <k >second 2>err || wrong="$wrong $i: exit"
	times=$(called | grep -c "hide \[k$i\]")
	verdict=$(jq -r '.action[0] | "\(.state) \(.doubt // false)"' second)
	state=${verdict% *} doubt=${verdict#* }
	case $times:$state:$doubt in
	1:already:false | 1:done:false) ;;          # noted, or not begun
	1:done:true) doubts=$((doubts + 1)) ;;      # begun, not run
	2:done:true) twice=$((twice + 1)) ;;        # run, and not noted
	*) wrong="$wrong $i: $times:$state:$doubt" ;;
	esac
	# a record that says done tells the truth
	[ ! -s first ] || [ "$state" = already ] || wrong="$wrong $i: unsaid"
	[ $killed -eq 137 ] || break
	i=$((i + 1))
done
ok "killed at $((i - 1)) stops: never not done, never unsaid" test -z "$wrong"
[ -z "$wrong" ] || echo "#$wrong"
echo "# in doubt: $doubts not run, $twice run"
ok 'there were stops of each kind' test $i -gt 10 -a $doubts -gt 0 -a $twice -gt 0
is 'nothing is left begun but what was done again' '' sh -c \
    'ct-act log | jq -rs "group_by(.id)[] | last | select(.state == \"begun\").id"'
done_testing
