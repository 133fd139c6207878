#!/bin/sh
# ct-stats: what records and logs add up to, worked out by hand and from a whole
# pipe, whatever the order and however often they come; what comes out names
# nobody; a page that stands alone
# shellcheck source=t/lib.sh disable=SC2016,SC2317
. "${0%/*}/lib.sh"
export CT_CLOCK=2026-03-10T00:00:00Z

# ---- ten records whose numbers are known ------------------------------------------
sum() { printf '%064d' "$1"; }
# hits SOURCE/LIST:TYPE... - as JSON
hits() {
	for hit; do
		echo "$hit"
	done | jq -Rnc '[inputs | capture("(?<source>.*)/(?<list>.*):(?<type>.*)")]'
}
# item ID SUM SURFACE VERDICT AT HITS - a file that a person decided about
item() {
	printf '{"id":"%s","user":{"id":"%s"},"surface":"%s","hashes":{"sha256":"%s"},"match":{"verdict":"match","hits":%s},"review":{"verdict":"%s","by":"someone","at":"%s"}}\n' \
	    "$1" "account-${1%%.*}" "$3" "$(sum "$2")" "$6" "$4" "$5"
}
# report NUMBER ENV AT ACCOUNT ITEM-OF-FILE... - finished, about these
report() {
	number=$1 env=$2 at=$3 account=$4
	shift 4
	for id; do
		grep -F "\"id\":\"$id\"" items
	done | jq -sc --arg number "$number" --arg env "$env" --arg at "$at" --arg user "$account" '
	    {id: "report:\($number)", user: {id: $user}, report: {key: $number, env: $env,
	      files: map({id, sha256: .hashes.sha256, hits: .match.hits, review})},
	     submission: {env: $env, report_id: $number, state: "finished", at: $at,
	      files: map({id, sha256: .hashes.sha256})}}'
}
pdq=$(hits ncmec/industry:pdq)
both=$(hits ncmec/industry:pdq own/ours:md5)
own=$(hits own/ours:md5)
{
	item a.1 1 public csam 2026-01-10T10:00:00Z "$pdq"
	item a.2 2 hosting csam 2026-01-10T10:10:00Z "$both"
	item b.1 3 public not_csam 2026-01-11T00:00:00Z "$own"
	item b.2 4 public unsure 2026-01-11T00:00:00Z "$own"
	item c.1 1 public csam 2026-01-31T12:00:00Z "$pdq"
	item d.1 5 public csam 2026-03-08T00:00:00Z "$pdq"
	item e.1 6 public exploitative 2026-03-08T00:00:00Z '[]'
	item d.2 7 public csam 2026-03-01T00:00:00Z "$pdq"
} >items
{
	jq -c 'if .id == "a.1" then .action = [{verb: "hide", state: "done", at: "2026-01-10T09:00:00Z"}]
	    elif .id == "a.2" then .action = [{verb: "hide", state: "failed", at: "2026-01-10T10:15:00Z"},
		{verb: "delete", state: "already", at: "2026-01-10T10:20:00Z"}]
	    elif .id == "b.1" then .action = [{verb: "restore", state: "done", at: "2026-01-11T01:00:00Z"}]
	    else . end' items
	report 101 production 2026-01-10T11:00:00Z account-a a.1 a.2
	report 102 production 2026-02-01T00:30:00Z account-c c.1
	report 103 test 2026-03-01T00:01:00Z account-d d.2
	echo '{"id":"clean.1","match":{"verdict":"clean"},"hashes":{"sha256":"'"$(sum 8)"'"}}'
	echo '{"id":"unread.1","error":{"tool":"ct-hash","code":65,"msg":"no"},"match":{"verdict":"undecided"}}'
	echo '{"id":"of nothing"}'
} >in

exits 'records' 0 ct-stats <in
cp got all
json 'reports, files, different files, accounts' '.total | [.reports, .files, .unique_files, .accounts]' '[2,3,2,2]' all
json 'verdicts' '.total | [.decided, .verdicts.csam, .verdicts.exploitative, .verdicts.not_csam, .verdicts.unsure]' '[8,5,1,1,1]' all
json 'false positives of what a list hit' '.total | [.matched, .false_positives]' '[6,1]' all
json 'to the report: from the earliest verdict in it' '.total.to_report' '{"n":2,"p50_s":3600,"p95_s":45000,"max_s":45000}' all
json 'to the removal: 0 if it was hidden before' '.total | [.removed, .to_removal]' '[2,{"n":2,"p50_s":0,"p95_s":600,"max_s":600}]' all
json 'looked up' .scanned '{"clean":1,"undecided":1,"match":8}' all
json 'what was read' .lines '{"read":14,"malformed":0,"errors":1,"other":1}' all
json 'months, also one without a report' '.month[] | [.name, .reports, .files, .accounts, .decided]' '["2026-01",1,2,1,5]
["2026-02",1,1,1,0]
["2026-03",0,0,0,3]' all
json 'lists: what two hit is in both' '.list[] | [.name, .reports, .files, .unique_files, .matched, .false_positives]' '["ncmec/industry",2,3,2,5,0]
["none",0,0,0,0,0]
["own/ours",1,1,1,2,1]' all
json 'methods' '.method[] | [.name, .reports, .decided]' '["md5",1,3]
["none",0,1]
["pdq",2,5]' all
json 'surfaces' '.surface[] | [.name, .reports, .files]' '["hosting",1,1]
["public",2,2]' all
json 'test reports are not counted with others' '[.env, .left_out]' '["production",1]' all
ct-stats --test <in >test.all
json '  nor others with them' '[.env, .left_out, .total.reports, .total.to_report.p50_s]' '["test",2,1,60]' test.all

{ sort -r in && cat in; } | ct-stats >again
is 'in any order, and twice' "$(jq -c 'del(.lines)' all)" jq -c 'del(.lines)' again
ct-stats --from 2026-01-11 --to 2026-02-01T00:30:00Z <in >some
json 'of a time: what happened in it' '[.from, .to, (.total | .reports, .decided, .removed, .to_report.n)]' \
    '["2026-01-11T00:00:00Z","2026-02-01T00:30:00Z",0,3,0,0]' some
ct-stats --from 2026-02-01 <in >some
json '  measured from what was before it' '.total | [.reports, .to_report.p50_s]' '[1,45000]' some

# a verdict that is repeated, taken back, given anew; people who ask for it
log() { # TOOL ACT AT MEMBERS
	lines=$((lines + 1))
	printf '{"seq":%d,"prev":"%s","at":"%s","tool":"%s","act":"%s",%s}\n' $lines "$(sum $lines)" "$3" "$1" "$2" "$4"
}
lines=0
decided() { # AT VERDICT
	log ct-review verdict "$1" '"file":"x","content":"'"$(sum 9)"'","user":"account-x","verdict":"'"$2"'"'
}
{
	log ct-review reported 2026-03-01T00:00:00Z '"file":"x","content":"'"$(sum 9)"'","user":"account-x"'
	decided 2026-03-01T00:05:00Z csam
	decided 2026-03-01T01:00:00Z not_csam
	decided 2026-03-01T02:00:00Z csam
	decided 2026-03-01T03:00:00Z exploitative
	decided 2026-03-01T04:00:00Z csam
	log ct-review ack 2026-03-01T05:00:00Z '"file":"x","content":"'"$(sum 9)"'","user":"account-x","env":"production","report_id":"7"'
	log ct-review view 2026-03-01T00:01:00Z '"content":"'"$(sum 9)"'","level":"tile"'
	log ct-review view 2026-03-01T00:01:00Z '"content":"'"$(sum 9)"'","level":"tile"'
	log ct-review seen 2026-03-01T00:01:00Z '"content":"'"$(sum 9)"'","level":"tile"'
	log ct-act hide 2026-03-01T02:30:00Z '"file":"x","content":"'"$(sum 9)"'","user":"account-x","state":"done"'
} >logs
cat logs logs | ct-stats >all.logs
json 'the last verdict counts' '.total | [.decided, .verdicts.csam]' '[1,1]' all.logs
json '  known since the first in a row of an offence' '.total | [.to_verdict.p50_s, .to_report.p50_s, .to_removal.p50_s]' '[300,10800,1800]' all.logs
json '  views, each once' '.views.tile' 2 all.logs
json '  of which list it was is not known' '.list[0] | [.name, .reports]' '["unknown",1]' all.logs
cat logs in | ct-stats >with
json 'logs and records together' '.total | [.reports, .accounts, .decided]' '[3,3,9]' with

# of two verdicts in one second the logs know the order, records do not
{
	decided 2026-03-01T00:00:00Z not_csam && decided 2026-03-01T00:00:00Z csam
} >second
ct-stats <second >with
json 'two verdicts of one second: the last in the log' '[.waiting.items, .total.verdicts.csam]' '[1,1]' with
{
	decided 2026-03-01T00:00:00Z csam && decided 2026-03-01T00:00:00Z unsure
	jq -c '{id: .file, user: {id: .user}, hashes: {sha256: .content}, review: {verdict, at}}' second
} | ct-stats >with
json '  also where there are records' '[.waiting.items, .total.verdicts.unsure]' '[0,1]' with
jq -c '{id: .file, hashes: {sha256: .content}, review: {verdict, at}}' second | ct-stats >with
json '  of records the one that waits' '[.waiting.items, .total.verdicts.csam]' '[1,1]' with

# hidden, restored, hidden again
act() { # VERB AT...
	verb=$1
	shift
	for at; do log ct-act "$verb" "$at" '"file":"x","content":"'"$(sum 9)"'","user":"account-x","state":"done"'; done
}
{
	decided 2026-03-01T12:00:00Z csam && act hide 2026-03-01T00:00:00Z 2026-03-01T13:00:00Z
	act restore 2026-03-01T01:00:00Z
} >second
ct-stats <second >with
json 'what was restored is removed when it is hidden again' '.total | [.removed, .to_removal.p50_s]' '[1,3600]' with
{ cat second && act restore 2026-03-01T14:00:00Z; } | ct-stats >with
json '  or is not removed' '.total | [.removed, .to_removal.n]' '[0,0]' with
jq -c 'select(.act == "verdict") | {id: .file, hashes: {sha256: .content}, review: {verdict, at}, action: [
    {verb: "hide", state: "done", at: "2026-03-01T00:00:00Z"}, {verb: "restore", state: "done", at: "2026-03-01T01:00:00Z"}]}' second |
    ct-stats >with
json '  as records say, too' '.total | [.removed, .to_removal.n]' '[0,0]' with

# one object of two accounts, one of which is reported; what it tells; how it was found
item a.1 1 public csam 2026-01-10T10:00:00Z "$pdq" >items2
sed 's/account-a/account-z/' items2 >other
{ report 201 production 2026-01-10T11:00:00Z account-a a.1 && cat items2 other; } >shared
{
	cat shared
	jq -c 'del(.user, .review) | .surface = "hosting"' items2
} | ct-stats >all.shared
json 'an object of two accounts is two items, looked up once' '[.total.decided, .total.reports, .scanned.match, .waiting.items]' '[2,1,1,1]' all.shared
json '  what was read of it without an account is so for both' '.surface[] | [.name, .decided]' '["hosting",2]
["public",2]' all.shared
{
	for user in account-a account-z; do
		log ct-review verdict 2026-01-10T10:00:00Z '"file":"a.1","content":"'"$(sum 1)"'","user":"'$user'","verdict":"csam"'
	done
	log ct-review ack 2026-01-10T11:00:00Z '"file":"a.1","content":"'"$(sum 1)"'","user":"account-a","env":"production","report_id":"201"'
	log ct-review ack 2026-01-10T11:00:00Z '"file":"t.1","content":"'"$(sum 2)"'","user":"account-a","bytes":false,"env":"production","report_id":"201"'
	log ct-act hide 2026-01-10T10:00:00Z '"file":"a.1","content":"'"$(sum 1)"'","user":"account-a","state":"done"'
} >logs.shared
ct-stats <logs.shared >all.logs
json '  by the logs, too; hidden, it is so for both' '[.total.decided, .waiting.items, .total.removed]' '[2,1,2]' all.logs
json '  a text is no file' '.total | [.files, .unique_files]' '[1,1]' all.logs
{
	cat logs.shared shared
	report 201 production 2026-01-10T11:00:00Z account-a a.1 | jq -c '.report.texts = [{id: "t.1",
	    content: "'"$(sum 2)"'", review: {verdict: "csam", at: "2026-01-10T10:00:00Z"}}]'
	log ct-review ack 2026-01-10T11:00:00Z '"file":"t.1","content":"'"$(sum 2)"'","user":"account-a","env":"production","report_id":"201"'
} | ct-stats >with
json '  nor by a record, whatever the log says' '.total | [.decided, .files, .unique_files]' '[3,1,1]' with
{
	jq -c '.match.hits = [{source: "own"}] | .scores = [{score: 90, review: true}]' items2
	jq -c '.id = "a.2" | .match = {verdict: "clean"} | .scores = [{score: 90, review: true}]' items2
	jq -c '.id = "a.3" | .match = {verdict: "clean"} | .scores = [{score: 9}] |
	    .review.reasons = [{reason: "x", at: "2026-01-01T00:00:00Z"}]' items2
	jq -c '.id = "a.4" | .match = {verdict: "clean"} | .scores = 5' items2
} | ct-stats >with
json 'found by a classifier, or by a person' '.method[] | [.name, .decided]' '["classifier",2]
["none",1]
["reported",1]' with
json '  what only these found, no list matched' '[.total.matched, (.list[] | [.name, .decided, .matched])]' '[1,["none",3,0],["own",1,1]]' with

# ---- two thousand, recounted ---------------------------------------------------------
jq -nc '[range(2000) | {id: "q\(.)", sum: (. * 7 % 1500), user: "w\(. % 211)", surface: "s\(. % 3)",
    lists: ([. % 7, . * 3 % 11] | map(select(. < 5) | "l\(.)/x") | unique), type: ["md5", "pdq"][. % 2],
    verdict: ["csam", "csam", "not_csam", "unsure", "exploitative"][. * 13 % 5],
    at: (1767225600 + . * 79190 % 13000000), gone: (if . % 3 > 0 then . * 977 % 900000 - 90000 else null end)}] |
    {items: ., reports: [group_by(.user)[] | map(select(.verdict == "csam")) |
	select(length > 0 and (.[0].user | .[1:] | tonumber) % 4 > 0) |
	{n: .[0].user, items: ., at: ((map(.at) | max) + (.[0].user | .[1:] | tonumber) * 997 % 400000)}]}' >truth
jq -c 'def sum: "\(.sum)" | "0" * (64 - length) + .; def hits: . as $i | .lists | map({source: .[:2], list: "x", type: $i.type});
    (.items[] | {id, user: {id: .user}, surface, hashes: {sha256: sum}, match: {verdict: "match", hits: hits},
	review: {verdict, at: (.at | todate)}} + if .gone then
	{action: [{verb: "hide", state: "done", at: (.at + .gone | todate)}]} else {} end),
    (.reports[] | {id: .n, user: {id: .n}, report: {files: .items | map({id, sha256: sum, hits: hits, review: {verdict, at: (.at | todate)}})},
	submission: {env: "production", report_id: .n, state: "finished", at: (.at | todate), files: .items | map({id, sha256: sum})}})' \
    truth | sort -R --random-source=truth >random
jq -cS 'def span: sort as $t | ($t | length) as $n | if $n == 0 then {n: 0} else
	{n: $n, p50_s: $t[(($n * 50 + 99) / 100 | floor) - 1], p95_s: $t[(($n * 95 + 99) / 100 | floor) - 1], max_s: $t[-1]} end;
    def counts($items; $reports; $of): {decided: ($items | length), csam: ($items | map(select(.verdict == "csam")) | length),
	matched: ($items | map(select(.lists != [] and .verdict != "unsure")) | length),
	wrong: ($items | map(select(.lists != [] and .verdict == "not_csam")) | length),
	reports: ($reports | length), accounts: ($reports | map(.n) | unique | length),
	files: ([$reports[].items[] | select($of == null or any(.lists[]; . == $of))] | length),
	unique: ([$reports[].items[] | select($of == null or any(.lists[]; . == $of)) | .sum] | unique | length),
	to_report: ($reports | map(.at - (.items | map(.at) | min)) | span)};
    def month: .at | todate[:7];
    . as {$items, $reports} | counts($items; $reports; null),
    ($items | map(select(.gone and .verdict != "not_csam" and .verdict != "unsure") | [.gone, 0] | max) | span),
    ([$items[], $reports[] | month] | unique[] as $m | $m, counts($items | map(select(month == $m)); $reports | map(select(month == $m)); null)),
    (["l0/x", "l1/x", "l2/x", "l3/x", "l4/x"][] as $l | $l, counts($items | map(select(any(.lists[]; . == $l)));
	$reports | map(select(any(.items[].lists[]; . == $l))); $l))' truth >recounted
ct-stats <random | jq -cS 'def counts: {decided, csam: .verdicts.csam, matched, wrong: .false_positives, reports, accounts, files,
	unique: .unique_files, to_report};
    (.total | counts, .to_removal), (.month[] | .name, counts), (.list[] | select(.name != "none") | .name, counts)' >counted
ok 'two thousand items, counted again by another program' diff -u recounted counted
is '  some of each' '["l4/x",true,true,true]' jq -sc '.[-1] as $l | [.[-2], $l.wrong > 9, $l.reports > 9, $l.to_report.n > 9]' counted

# ---- overdue ---------------------------------------------------------------------
exits 'what is decided and not reported' 1 ct-stats overdue -e <in
json '  and for how long' '[.waiting, .overdue, .oldest, .age_s, .max_s]' \
    '[2,2,"2026-03-01T00:00:00Z",777600,86400]' got
exits '  within the time' 0 ct-stats overdue -e --max 10d <in
json '    it only waits' '[.waiting, .overdue]' '[2,0]' got
exits '  without -e it is only told' 0 ct-stats overdue <in
exits '  a test report is one for the test' 1 ct-stats overdue -e --test --max 5d <in
json '    and only there' '[.waiting, .overdue]' '[4,3]' got
report 104 production 2026-03-09T00:00:00Z account-d d.1 d.2 |
    jq -c '.submission.files |= .[:1]' >short
cat in short >mixed
exits '  a file that was not sent waits on' 1 ct-stats overdue -e <mixed
json '    it alone' '.waiting' 1 got
jq -c '.report.authority = "nca" | .submission.state = "filed"' short >desk
cat in desk >mixed
exits '  filed with another authority it does not' 0 ct-stats overdue -e <mixed
ct-stats <mixed >all.desk
json '    which is no report to NCMEC' '[.filed, .total.reports]' '[1,2]' all.desk

jq -c '.action = [{verb: "delete", state: "failed", at: "2026-03-09T01:00:00Z",
    objects: [{id: "d.1", state: "done"}, {id: "d.2", state: "failed"}]}]' short |
    cat in - | ct-stats >all.deleted
json '  deleted by its report, one of two' '.total | [.removed, .to_removal.max_s]' '[3,90000]' all.deleted

# ---- forms -----------------------------------------------------------------------
ct-stats -f csv <in >all.csv
ok 'CSV: four fields in each line' awk -F, 'NF != 4 { exit 1 }' all.csv
is '  the same numbers' '2
45000
3' sh -c 'sed -n "s/^run,,total.reports,//p; s/^list,ncmec.industry,files,//p; s/^month,2026-02,to_report.p95_s,//p" all.csv'
is '  what they are of' 'run,,env,production
run,,at,2026-03-10T00:00:00Z' grep -E ',(env|at),' all.csv
exits 'Prometheus, into a file' 0 ct-stats -f prometheus -o all.prom <in
is '  the same' 'ct_stats_reports 2
ct_stats_waiting_seconds 777600
ct_stats_list_false_positives{list="own/ours"} 1
ct_stats_to_report_seconds{quantile="0.95"} 45000' grep -xE 'ct_stats_(reports|list_false.*own.*|to_report.*95.*|waiting_seconds) [0-9]+' all.prom
ok '  each metric has a help and a type, once' sh -c '
    sed "/^#/d; s/[{ ].*//" all.prom | sort -u >names
    sed -n "s/^# TYPE \([a-z_]*\) gauge$/\1/p" all.prom | sort >types
    [ "$(comm -23 names types)" = "" ] && [ "$(uniq -d types)" = "" ]'
ok '  what the alerts go by is there' sh -c '
    for m in $(grep -o "ct_stats_[a-z_]*" "$1" | sort -u); do
	grep -q "^# TYPE $m " all.prom || { echo "$m"; exit 1; }; done' - "$top/contrib/prometheus/ct-stats.rules.yml"
is '  others can read it' 644 stat -c %a all.prom
exits 'a page' 0 ct-stats -f html -o page.html <in
ok '  without a script, an address, or a picture of elsewhere' sh -c '
    ! grep -iE "<script|<img|<link|<iframe|javascript:| on[a-z]+=|https?:|url\(|src=|href=" page.html'
ok '  forbids them by itself' grep -q "default-src 'none'; style-src 'unsafe-inline'\"" page.html
ok '  says that test reports are left out, and how it counts' sh -c '
    grep -q "1 reports to the test environment are not counted" page.html && grep -q "nearest rank" page.html'
is '  headings of every table' 0 sh -c 'grep -o "<table>.*" page.html | grep -vc caption'
xml=$(sed 's/<meta[^>]*>//g; s/<!DOCTYPE html>//; s/&ndash;\|&nbsp;//g' page.html)
command -v xmllint >/dev/null && ok '  every element is closed' sh -c 'echo "$1" | xmllint --noout -' - "$xml"
cat all all.csv all.prom page.html >told
is 'no account, object, person or hash is in any of them' '' \
    grep -nE 'account-|[abcde]\.[12]|someone|0{20}|report:1' told
jq -c '.surface = "<b>\"x\",\n=1" | .match.hits[]?.list = "=cmd()"' in >bad.names
for form in json csv prometheus html; do ct-stats -f $form <bad.names; done >told
is 'names that would mean something are "other"' '' grep -E '<b>|=1|cmd\(' told
ct-stats <bad.names >told
json '  and counted' '.surface[] | [.name, .reports]' '["other",2]' told
i=0
while [ $i -lt 300 ]; do
	i=$((i + 1))
	echo '{"id":"m'$i'","surface":"s'$i'","match":{"verdict":"match","hits":[]},"review":{"verdict":"csam","at":"2026-03-01T00:00:00Z"}}'
done | ct-stats >many
json 'of too many names the last are "other", too' '[(.surface | length), (.surface[] | select(.name == "other").decided)]' '[257,44]' many

jq -nc 'range(30) | {id: "l\(.)", hashes: {sha256: "\(.)"}, match: {verdict: "match", hits: [
    {source: "a-source-with-a-long-name", list: "and-the-list-\(.)", type: "pdq"}]},
    review: {verdict: "csam", at: "2026-03-01T00:00:00Z"}}' | ct-stats -f html >page.lists
ok 'a picture of thirty lists says that it has twenty' grep -q 'figcaption>.*; the first 20 of 30<' page.lists
is '  whose names still differ' 20 sh -c 'grep -o "a-source-with-[^<]*</text>" page.lists | sort -u | wc -l'

# ---- bad input --------------------------------------------------------------------
{ cat in && echo '{"id":' && echo '[]'; } >torn
exits 'lines that are none' 65 ct-stats <torn
cp err said
json '  are counted, and all else is' '[.lines.malformed, .total.reports]' '[2,2]' got
is '  the first is told, without what is in it' 'ct-stats: line 15: ' sh -c 'sed -n "1s/\(line 15: \).*/\1/p" said'
exits '  so is one that is too long' 65 sh -c '{ head -c 1100000 /dev/zero | tr "\0" x; echo; cat in; } | ct-stats'
json '    and what is behind it' '[.lines.malformed, .total.reports]' '[1,2]' got
exits 'nothing' 0 ct-stats </dev/null
json '  is nothing' '[.total.reports, .month, .total.to_report, (.waiting | has("oldest"))]' '[0,[],{"n":0},false]' got
exits '  of which it cannot be told that none of it waits' 66 ct-stats overdue </dev/null
json '    though it is' .waiting 0 got
exits '  as a page, too' 0 ct-stats -f html </dev/null
ok '    where nothing of nothing is no share' sh -c '! grep -F "0.0" got'
ok '    and why is said' grep -q 'no decided item that a list hit it' got
jq -c '.match.hits = "x", .review.at = "later", (.user = 5 | .report = {files: {}, texts: 7} |
    .submission = {env: 1, state: "finished"}), .action = {verb: 1}, .id = 5' items |
    { cat && echo '{"seq":"x","act":5,"tool":[]}'; } >odd
exits 'members of a wrong type' 0 ct-stats <odd
json '  say nothing' '.total | [.reports, .removed]' '[0,0]' got
{ cat items2 && jq -c '.review |= (.verdict = "not_csam" | .at = "1960-01-01T00:00:00Z")' items2; } | ct-stats >with
json 'a time before there was any says nothing' '.total | [.decided, .verdicts.csam]' '[1,1]' with
sed "s/$(sum 1)/$(printf %064x 171 | tr a-f A-F)/g" shared >capitals
{ sed "s/$(sum 1)/$(printf %064x 171)/g" logs.shared && cat capitals; } | ct-stats >with
json 'a hash in capitals is the same' '.total | [.decided, .files, .unique_files, .removed]' '[2,1,1,2]' with
exits 'a file that cannot be written' 73 ct-stats -o nowhere/x <in
mkfifo pipe
ln -s pipe link
exits 'no regular file' 73 ct-stats -o pipe <in
exits '  nor a link' 73 ct-stats -o link <in
is '  stays what it is' 'fifo symbolic link' sh -c 'stat -c %F pipe link | xargs'
exits 'a full disk' 74 sh -c 'ct-stats <in >/dev/full'
exits 'no such form' 64 ct-stats -f xml </dev/null
exits 'a time that ends before it begins' 64 ct-stats --from 2026-02-01 --to 2026-01-01 </dev/null
exits '-e is of overdue' 64 ct-stats -e </dev/null
exits 'no other verb' 64 ct-stats due </dev/null

# ---- a whole pipe: its records, and its logs ---------------------------------------
unset CT_CLOCK
mkdir media
for i in 1 2 3 4; do mkpix media/$i.png --seed $i --size 128x96; done
ct-hash -q media/[123].png | jq -r '"md5 \(.hashes.md5)"' >known
sandbox || exit 1
conf <<END
[source some]
type = file
path = $tmp/known
[act]
hide = /bin/true
END
ct-preserve keygen -o vault 2>/dev/null
ct-syncdb -q sync
{
	ct-hash -q --user u1 media/[124].png && ct-hash -q --user u2 media/3.png
} | jq -c '.surface = "public"' | ct-match -q -a | ct-preserve stage -q |
    ct-review add -q >scanned
ct-review decide -q --account u1 --verdict csam --by r7 >/dev/null
ct-review decide -q --account u2 --verdict not_csam --by r7 >/dev/null
ct-review decided -q -a >verdicts
jq -c 'select(.review.verdict == "csam")' verdicts | ct-act hide -q | tee hidden |
    ct-report -q | ct-preserve seal -q | ct-submit -q --retry-wait 1 | ct-preserve anchor -q | ct-review ack -q >filed
ct-audit export >lines.log
ct-stats --test <lines.log >of.logs
cat scanned verdicts hidden filed | ct-stats --test >of.records
cat scanned verdicts hidden filed lines.log | ct-stats --test >of.both
numbers='.total | [.reports, .files, .unique_files, .accounts, .decided, .verdicts.not_csam, .removed, .to_report.n, .to_removal.n]'
json 'the logs' "$numbers" '[1,2,2,1,3,1,2,1,2]' of.logs
json 'the records' "$numbers" '[1,2,2,1,3,1,2,1,2]' of.records
json 'both' "$numbers" '[1,2,2,1,3,1,2,1,2]' of.both
json '  what was staged waited for its verdict' .total.to_verdict.n 3 of.both
json 'the records say of which list, surface and method' \
    '[.list, .surface, .method | map([.name, .reports, .files, .false_positives])]' \
    '[[["some",1,2,1]],[["public",1,2,1]],[["md5",1,2,1]]]' of.both
exits 'nothing of it is overdue' 0 sh -c 'ct-stats overdue -e --test --max 1s <lines.log'
exits '  but for production' 1 sh -c 'CT_CLOCK=2100-01-01T00:00:00Z ct-stats overdue -e <lines.log'

# ---- the page in a browser ----------------------------------------------------------
if command -v chromium-headless-shell >/dev/null; then
	# shot NUMBER - page.html as the scheme shows it: 0 dark, 1 light
	shot() {
		chromium-headless-shell --no-sandbox --disable-gpu --hide-scrollbars \
		    --window-size=1000,1400 --user-data-dir="$tmp/chromium" \
		    --enable-logging=stderr --blink-settings=preferredColorScheme="$1" \
		    --screenshot="$tmp/$1.png" "file://$tmp/page.html" </dev/null 2>shot.err
	}
	exits 'a browser shows it dark' 0 shot 0
	exits '  and light' 0 shot 1
	is '  refuses nothing of it' '' grep -iE 'refused to|violat|CONSOLE' shot.err
	ok '  there is something to see, in both' sh -c '
	    ct-hash -q [01].png | jq -c "[.file.width, .hashes.pdq_quality > 50]" | uniq | grep -qx "\[1000,true\]"'
	ok '  and not the same' sh -c '! cmp -s 0.png 1.png'
else
	echo "ok $((n += 1)) - the page in a browser # SKIP no chromium-headless-shell"
fi
done_testing
