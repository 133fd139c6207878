#!/bin/sh
# ct-submit: what goes where.  Flag, credential, configuration and record must
# agree; a rehearsal opens no socket; bytes may be in the record
# shellcheck source=t/lib.sh disable=SC2016,SC2119,SC2120,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/submit.sh
. "$t/submit.sh"

sandbox
bytes a b
run() { submit "$@" <in; }

# ---- every combination --------------------------------------------------------
# No call to production leaves this machine: all of it pauses.
cp "$box/cybertip.cred" test.cred
sed '/^url/d; s/^environment.*/environment = production/' test.cred >production.cred
chmod 600 ./*.cred
paused() { # ENV - an outbox there in which all pauses
	sqlite3 "$CT_HOME/outbox-$1.db" "INSERT OR REPLACE INTO
	    service(one, until, pauses, refused, at, why)
	    VALUES(1, $(date +%s)000 + 3600000, 1, '', 0, 'a test')"
}
ct-submit --production --credential ./production.cred resume -a
ct-submit --credential ./test.cred resume -a
paused production
paused test
k=0
for flag in '' --production; do
	for cred in test production; do
		for by in option configuration; do
			for record in test production; do
				k=$((k + 1))
				report "$k" a | jq -c --arg e $record '.report.env = $e' >in
				printf '[ncmec]\ncredential = %s\n' "$tmp/$cred.cred" >ct.conf
				[ $by = option ] && with="--credential ./$cred.cred" || with='-c ct.conf'
				want=77
				[ "$flag$cred$record" != testtest ] || want=75
				[ "$flag$cred$record" != --productionproductionproduction ] || want=75
				before=$(state .requests_total)
				# shellcheck disable=SC2086 # none, or two words
				exits "${flag:-no flag}, $cred credential by $by, $record record: $want" \
				    $want ct-submit -q $flag $with <in
				[ "$(state .requests_total)" -eq "$before" ] ||
				    ok '  and something was sent' false
			done
		done
	done
done
held() { sqlite3 "$CT_HOME/outbox-$1.db" 'SELECT count(*) FROM reports'; }
is 'only what agrees is in the outbox of either' '2 2' \
    sh -c 'echo "$1 $2"' - "$(held test)" "$(held production)"
report 1 a >in
exits 'the same key in the other environment is another report' 0 run --now
is 'which the first knows nothing of' 0 sqlite3 "$CT_HOME/outbox-production.db" \
    "SELECT count(*) FROM reports WHERE key = '$(key 1)'"
printf '[ncmec]\ncredential = %s\nurl = x\n' "$tmp/test.cred" >ct.conf
exits 'the configuration names no address' 78 ct-submit -q -c ct.conf check

# ---- a rehearsal ----------------------------------------------------------------
report 50 a b | jq -c '.report.lint = {score: 90, errors: [], warnings: ["w"]}' >in
exits 'a rehearsal' 0 ct-submit -qn <in
says 'the calls, where to, and lint' '[.id, .env, .call, .file, (.url // "" | sub(".*cybertip.org"; "")), .lint.score]' \
    "$(id="\"report:$(key 50)\",\"test\"" && cat <<END
[$id,"submit",null,"/ispws/submit",null]
[$id,"upload",0,"/ispws/upload",null]
[$id,"fileinfo",0,"/ispws/fileinfo",null]
[$id,"upload",1,"/ispws/upload",null]
[$id,"fileinfo",1,"/ispws/fileinfo",null]
[$id,"finish",null,"/ispws/finish",null]
[$id,null,null,"",90]
END
)"
says 'the document as it would go out' 'select(.call == "submit").xml' \
    "$(jq -c .report.xml in)"
says 'and those of the files' 'select(.call == "fileinfo").xml | test("<fileDetails")' 'true
true'
says 'NCMEC is where it would go without a credential' 'select(.call == "submit").url' \
    '"https://exttest.cybertip.org/ispws/submit"'
exits 'with one' 0 ct-submit -qn --credential ./test.cred <in
says 'where that says' 'select(.call == "submit").url' "\"$url/ispws/submit\""
jq -c '.report.env = "production"' in >live
exits 'for production' 0 ct-submit -qn --production <live
says 'is the real one' 'select(.call == "submit") | [.env, .url]' \
    '["production","https://report.cybertip.org/ispws/submit"]'
exits 'one that does not agree' 77 ct-submit -qn --production --credential ./test.cred <live
exits 'nor this' 77 ct-submit -qn <live
printf '[ncmec]\ncredential = %s\n' "$tmp/none.cred" >ct.conf
exits 'a credential that is not there' 0 ct-submit -qn -c ct.conf <in
ok 'is spoken of' grep -q "the addresses shown are NCMEC's" err
exits 'one that was named and is not there' 66 ct-submit -qn --credential ./none.cred <in
{ cat in && report 51 a; } | ct-submit -n >got 2>err
ok 'the summary counts what was printed' grep -q ': 2 in + 9 more = 11 out' err
if strace -o trace -f -e trace=network true 2>/dev/null; then
	strace -o trace -f -e trace=network ct-submit -qn \
	    --credential ./test.cred <in >got 2>err
	ok 'no socket is opened' sh -c '! grep -v "^[0-9]* *+++\|^+++" trace'
else
	ok 'no socket is opened # SKIP no strace' true
fi
exits 'nor does a verb rehearse' 64 ct-submit -n sweep

# ---- bytes in the record --------------------------------------------------------
text='time,from
2026,"=1+1"
'
inline() { # N DIGESTS-OF - a report of a, and of text
	sha=$(printf %s "$2" | sha256sum | cut -c1-64)
	md5=$(printf %s "$2" | md5sum | cut -c1-32)
	report "$1" a | jq -c --arg text "$text" --arg sha "$sha" --arg md5 "$md5" '
	    .report.files += [{id: "thread", text: $text, mime: "text/csv",
		name: "thread.csv", sha256: $sha, md5: $md5, supplemental: true}]'
}
inline 60 "$text" >in
exits 'bytes that the record has' 0 run
is 'arrive as they are' "$(printf %s "$text" | sha256sum | cut -c1-64) ${#text}" \
    state '.reports[-1].files[1] | "\(.sha256) \(.size)"'
is 'as what they are' 1 sh -c 'ct-sandbox state "$1" |
    jq -r ".reports[-1].files[1].details" | grep -c "<fileRelevance>Supplemental Reported<"' - "$url"
cp in again
exits 'again: finished' 0 submit <again
inline 61 other >in
exits 'others than those of their SHA-256' 76 run
says 'are held' .submission.reason \
    '"the bytes of report.files[1] are not those of its SHA-256"'
inline 62 "$text" | jq -c '.report.files[1].text = 7' >in
exits 'a text that is none' 76 run
says 'is no bytes' .submission.reason \
    '"the bytes of report.files[1] cannot be opened"'
inline 63 '' | jq -c '.report.files[1].text = ""' >in
exits 'no bytes at all are bytes' 0 run
inline 64 "$text" | jq -c '.report.files |= .[1:]' >in
exits 'nothing but such' 0 run

# ---- words, and no file --------------------------------------------------------
words() { # N CONTENT - a report of what was written alone
	report "$1" | jq -c --arg c "$2" '.report.texts = [{id: "t", content: $c}] |
	    .report.xml |= sub("<internetDetails>.*</internetDetails>";
	    "<internetDetails><chatImIncident><content>come</content></chatImIncident></internetDetails>")'
}
content=$(printf %064d 7)
words 70 "$content" >in
exits 'words are a report' 0 run
is 'without a file' 'finished 0' state '.reports[-1] | "\(.state) \(.files | length)"'
exits 'again' 0 run
says 'it is there' '.submission.already' true
words 70 "$(printf %064d 8)" >in
exits 'others under that key' 76 run
says 'are not in it' .submission.reason \
    '"the report was finished without report.texts[0]"'
words 71 "$content" | jq -c '.report.texts = {}' >in
exits 'no array' 65 run
words 71 "$content" | jq -c 'del(.report.texts[0].content)' >in
exits 'nor without what they are' 65 run

# ---- the encoding ----------------------------------------------------------------
before=$(state .requests_total)
report 75 a | jq -c '.report.xml |= sub("UTF-8"; "ISO-8859-1")' >in
exits 'a document that says it is not UTF-8' 76 run
says 'is held' .submission.reason '"report.xml is not valid: its encoding is not UTF-8"'
is 'before any call' "$before" state .requests_total
report 76 a | jq -c '.report.xml |= sub("\"UTF-8\""; "\u0027utf-8\u0027")' >in
exits 'in other letters it is' 0 run
done_testing
