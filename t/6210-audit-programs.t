#!/bin/sh
# What the programs did is in their logs, each act once: also when they are
# killed anywhere between their store and the log, and when the log cannot be
# written.
# shellcheck source=t/lib.sh disable=SC2016,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/submit.sh
. "$t/submit.sh"
command -v sqlite3 >/dev/null || skip_all 'no sqlite3'
sandbox || exit 1

# acts PROGRAM FILTER - of its log, one line an act
acts() { jq -c "[.act] + ($2)" "$CT_HOME/audit/$1.log"; }
# lines PROGRAM - how many; of a cut there is none in the store
lines() { grep -vc '"act":"cut"' "$CT_HOME/audit/$1.log"; }
rows() { # DB SQL
	sqlite3 "$CT_HOME/$1" "SELECT $2"
}
# once PROGRAM DB SQL - the chain is whole, and has as many lines as this counts
once() {
	[ "$(ct-audit verify -q "$1" | grep -o '"state":"[^"]*"')" = \
	    '"state":"ok"' ] || return 1
	[ "$(lines "$1")" -eq "$(rows "$2" "$3")" ]
}
EVENTS="count(*) FROM events WHERE event NOT IN ('upload-sent', 'fileinfo-sent',
    'fileinfo-done', 'finish-sent', 'retract-sent')"
DECISIONS='(SELECT count(*) FROM decision) + (SELECT count(*) FROM view) +
    (SELECT count(*) FROM batch) + (SELECT count(*) FROM ack)'
ENDED="count(*) FROM act WHERE state <> 'begun'"

# ---- ct-submit
bytes a b
report 1 a b >rep
exits 'a report is filed' 0 submit <rep
report_id=$(jq -r .submission.report_id got)
is 'its acts are logged' '["accept","'"$(key 1)"'","test","u42",null]
["submit","'"$(key 1)"'","test","u42",null]
["open","'"$(key 1)"'","test","u42",true]
["upload","'"$(key 1)"'","test","u42",true]
["upload","'"$(key 1)"'","test","u42",true]
["finish","'"$(key 1)"'","test","u42",true]' \
    sh -c "$(cat <<-'END'
	jq -c '[.act, .report, .env, .user, (.report_id | if . then length > 3 else null end)]' "$CT_HOME/audit/ct-submit.log"
	END
    )"
ok 'each once' once ct-submit outbox-test.db "$EVENTS"
is 'with the number of the report' finish sh -c 'ct-audit find --report "$1" --act finish | jq -r .act' - "$report_id"
is 'and files as NCMEC names them' 2 sh -c '
    jq -r ".file_id // empty" "$CT_HOME/audit/ct-submit.log" | sort -u | wc -l'
exits 'a second run' 0 submit <rep
ok '  adds nothing' once ct-submit outbox-test.db "$EVENTS"
is '  of content, names and addresses there is nothing' '' \
    grep -iE '\bada\b|example|possession|bytes of|photos|path' "$CT_HOME/audit/ct-submit.log"
bytes c
report 2 c >rep2
echo other >c
submit <rep2 >held 2>err
json 'a report is held' .submission.state '"held"' held
is '  as the log says, and why is not in it' '[["hold",null]]' sh -c '
    jq -c "select(.act == \"hold\") | [.act, .why]" "$CT_HOME/audit/ct-submit.log" | jq -sc .'
ct-submit resume "$(key 2)" -q >out
ok 'what a person did with it, too' sh -c '
    jq -r .act "$CT_HOME/audit/ct-submit.log" | grep -qx resume'
ok '  each once' once ct-submit outbox-test.db "$EVENTS"

# a log that cannot be written
rm -rf "$CT_HOME"
mkdir "$CT_HOME"
echo >"$CT_HOME/audit"
report 3 a b >rep3
exits 'without a log a report is filed all the same' 75 submit <rep3
cp err said
says '  and finished' .submission.state '"finished"'
ok '  what is wrong is said' grep -q 'what was done is not in the log yet: run again' said
is '  once' 1 grep -c 'not in the log' said
rm "$CT_HOME/audit"
exits 'the next run' 0 submit <rep3
ok '  makes up for it' once ct-submit outbox-test.db "$EVENTS"
is '  with all of it' 6 lines ct-submit
cp "$CT_HOME/outbox-test.db" backup.db
report 4 a >rep4
submit <rep4 >out
cp backup.db "$CT_HOME/outbox-test.db"
rm -f "$CT_HOME"/outbox-test.db-*
submit <rep3 >out
is 'a store from a backup is told of, and taken anew' 'restart
accept' sh -c 'tail -n 7 "$CT_HOME/audit/ct-submit.log" | jq -r .act | head -n 2'

# ---- ct-review
rm -rf "$CT_HOME"
for i in 1 2 3; do
	printf '{"id":"f%d","user":{"id":"u%d"},"hashes":{"sha256":"%064d"},"match":{"verdict":"match"}}\n' \
	    $i $((i > 1)) $i
done >queued
ct-review add -q <queued >out
ct-review decide --account u1 --verdict csam --class A1 --by r7 --note 'she said so' >out
ct-review decide --item f1 --verdict not_csam --by r8 >out
ct-review decided >released
jq -cs '{id: "r", report: {env: "test", files: map({id, sha256: .hashes.sha256, review})},
    submission: {env: "test", report_id: "77", state: "finished",
      files: map({id, sha256: .hashes.sha256, file_id: "f"})}}' released >filed
ct-review ack -q <filed >out
is 'verdicts, releases and acks are logged' '["verdict","f2","u1","csam","A1","r7",null]
["verdict","f3","u1","csam","A1","r7",null]
["verdict","f1","u0","not_csam",null,"r8",null]
["release",null,"u1",null,null,null,2]
["ack","f2","u1",null,null,null,null]
["ack","f3","u1",null,null,null,null]' \
    jq -c '[.act, .file, .user, .verdict, .class, .by, .items]' "$CT_HOME/audit/ct-review.log"
ok 'each once' once ct-review review.db "$DECISIONS"
is 'with the content' "$(printf %064d 3)" sh -c 'ct-audit find --object f3 --act ack | jq -r .content'
is 'without the note' '' grep 'she said' "$CT_HOME/audit/ct-review.log"
is 'who decided is found' '2' sh -c 'ct-audit find --by r7 | wc -l'

# ---- ct-act
cat >ct.conf <<END
[act]
hide = /bin/true
disable = /bin/false
[source own]
type = file
path = $tmp/list
class = own
END
export CT_CONF="$tmp/ct.conf"
printf '{"id":"f%d","user":{"id":"u1"}}\n' 1 2 3 >objects
ct-act hide -q <objects >out
ct-act hide -q <objects >out
ct-act disable -q <objects >out 2>err
is 'commands are logged, each once' '["hide","f1","u1","done",null]
["hide","f2","u1","done",null]
["hide","f3","u1","done",null]
["disable",null,"u1","failed",76]
["disable",null,"u1","failed",76]
["disable",null,"u1","failed",76]' \
    jq -c '[.act, .file, .user, .state, .code]' "$CT_HOME/audit/ct-act.log"
ok 'as the journal has them' once ct-act act.db "$ENDED"

# ---- ct-syncdb
printf 'md5 900150983cd24fb0d6963f7d28e17f72 sample\n' >list
ct-syncdb sync --all -q
ct-syncdb sync --all -q
printf 'md5 900150983cd24fb0d6963f7d28e17f73 other\n' >>list
ct-syncdb sync --all -q
is 'lists are logged, and the index when it is another' '["sync","own",1,1,0,0]
["compile",null,1,null,null,null]
["sync","own",2,1,0,0]
["sync","own",3,2,0,0]
["compile",null,2,null,null,null]' \
    jq -c '[.act, .source, .generation, .put, .gone, .rejected]' "$CT_HOME/audit/ct-syncdb.log"
is 'no hash is' '' grep -E '9001509|sample' "$CT_HOME/audit/ct-syncdb.log"
exits 'all logs are whole' 0 ct-audit verify -q
unset CT_CONF

# ---- killed anywhere
[ -z "${CT_SANITIZED-}" ] || done_testing
killat 1 true || [ $? -eq 137 ] || done_testing # ptrace is not allowed here
# sweep WHAT STEP INPUT PROGRAM DB SQL COMMAND... - killed at every so many stops,
# then run again
sweep() {
	what=$1 step=${SWEEP:-$2} input=$3 of=$4 db=$5 sql=$6 stop=1 points=0 wrong=
	shift 6
	while :; do
		rm -rf "$CT_HOME"
		[ ! -d start ] || cp -r start "$CT_HOME"
		killat $stop "$@" <"$input" >out 2>err
		[ $? -eq 137 ] || break
		"$@" <"$input" >out 2>err || ${may:-false} || wrong="$wrong $stop:exit"
		once "$of" "$db" "$sql" || wrong="$wrong $stop"
		points=$((points + 1)) stop=$((stop + step))
	done
	once "$of" "$db" "$sql" || wrong="$wrong none"
	ok "$what: each act once, whatever died ($points points)" test -z "$wrong" -a $points -gt 3
	[ -z "$wrong" ] || echo "#$wrong"
}
number=100
# a report of its own each time: the server remembers
filing() {
	[ "$1" ] && number=$((number + 1))
	sed "s/$(key 3)/$(key $number)/g" rep3 >killed.in
}
stop=1 points=0 wrong=
rm -rf start
while :; do
	rm -rf "$CT_HOME"
	filing new
	killat $stop ct-submit -q --now --retry-wait 1 --credential "$box/cybertip.cred" \
	    <killed.in >out 2>err
	[ $? -eq 137 ] || break
	submit <killed.in >out 2>err || wrong="$wrong $stop:exit"
	once ct-submit outbox-test.db "$EVENTS" || wrong="$wrong $stop"
	points=$((points + 1)) stop=$((stop + ${SWEEP:-11}))
done
ok "ct-submit: each act once, whatever died ($points points)" test -z "$wrong" -a $points -gt 20
[ -z "$wrong" ] || echo "#$wrong"

rm -rf "$CT_HOME" start
ct-review add -q <queued >out
cp -r "$CT_HOME" start
: >nothing
may=true # there is nothing to be decided again
sweep 'ct-review decide' 7 nothing ct-review review.db "$DECISIONS" \
    ct-review decide --account u1 --verdict csam --by r7
may=
rm -rf "$CT_HOME"
cp -r start "$CT_HOME"
ct-review decide --account u1 --verdict csam --by r7 >out
rm -rf start
cp -r "$CT_HOME" start
sweep 'ct-review decided' 7 nothing ct-review review.db "$DECISIONS" ct-review decided
rm -rf "$CT_HOME"
cp -r start "$CT_HOME"
ct-review decided >released
jq -cs '{id: "r", report: {env: "test", files: map({id, sha256: .hashes.sha256, review})},
    submission: {env: "test", report_id: "77", state: "finished",
      files: map({id, sha256: .hashes.sha256, file_id: "f"})}}' released >filed
rm -rf start
cp -r "$CT_HOME" start
sweep 'ct-review ack' 7 filed ct-review review.db "$DECISIONS" ct-review ack -q
rm -rf start
export CT_CONF="$tmp/ct.conf"
sweep 'ct-act' 11 objects ct-act act.db "$ENDED" ct-act hide -q
# and of the list each run, of which there may be two
stop=1 points=0 wrong=
while :; do
	rm -rf "$CT_HOME"
	killat $stop ct-syncdb sync --all -q 2>err
	[ $? -eq 137 ] || break
	ct-syncdb sync --all -q || wrong="$wrong $stop:exit"
	[ "$(grep -c '"act":"sync"' "$CT_HOME/audit/ct-syncdb.log")" -eq \
	    "$(rows lists/own.db 'count(*) FROM run')" ] || wrong="$wrong $stop:sync"
	[ "$(sed -n 's/.*"act":"compile".*"generation":\([0-9]*\).*/\1/p' "$CT_HOME/audit/ct-syncdb.log" | tail -n 1)" -eq \
	    "$(cut -d' ' -f1 "$CT_HOME/lists/known.generation")" ] || wrong="$wrong $stop:compile"
	ct-audit verify -q >out || wrong="$wrong $stop:chain"
	points=$((points + 1)) stop=$((stop + ${SWEEP:-13}))
done
ok "ct-syncdb: each run and index once, whatever died ($points points)" test -z "$wrong" -a $points -gt 5
[ -z "$wrong" ] || echo "#$wrong"
done_testing
