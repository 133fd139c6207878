#!/bin/sh
# ct-review add --coop: reports of users, as platforms send them to Coop
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

printf '[review]\ncoop_account = owner\ncoop_time = created\n' >conf
export CT_CONF="$PWD/conf"
# body ID REASON DATA - what is posted to /api/v1/report
body() {
	printf '{"reporter":{"kind":"user","typeId":"t1","id":"v7"},"reportedAt":"2026-11-21T08:00:00Z","reportedForReason":%s,"reportedItem":{"id":"%s","typeId":"t2","data":%s}}\n' \
	    "$2" "$1" "$3"
}
seen() { jq -c '[.id, .user.id, .incident, (.review.reasons // [] | map([.reason, .by]))]'; }

# a picture of u1 is queued already, which the report knows by the same id
printf '{"id":"p1","path":"/p/1","user":{"id":"u1"},"hashes":{"sha256":"%064d"},"match":{"verdict":"match"}}\n' 1 2 >in
sed -i 2s/p1/p0/ in
ct-review add -q <in >/dev/null
{
	body p1 '{"csam":true}' '{"owner":{"id":"u1","typeId":"t0"}}'
	body p2 '{"csam":true,"reason":"a child"}' \
	    '{"owner":"u2","created":"2026-11-20T08:00:00.000Z","title":"one","images":["https://images.example/1.jpg"],"n":7}'
	body p3 '{"policyId":"pol9"}' '{"owner":"u2","text":"come here"}'
	body p4 '{}' '{"text":"of nobody"}'
} >reports
exits 'reports of users: 0' 0 ct-review add --coop <reports
cp got out
ok 'what was known and what is new' grep -q '4 in = 4 out + 0 dropped: 1 known, 3 queued' err
json 'each is written as the record that it becomes' '[.id, .user.id, (.reporter // .reportedItem)]' \
    '["p1","u1",null]
["p2","u2",null]
["p3","u2",null]
["p4",null,null]' out
ct-review next --by r1 | seen >job
is 'what was queued has that reason now, and comes before what was only found' '["p1","u1",null,[["csam","v7"]]]
["p0","u1",null,[]]' cat job
ct-review next --by r2 | seen >job
is 'what was not is an item by what it tells, of its account' \
    '["p2","u2",{"type":"csam","at":"2026-11-20T08:00:00.000Z","text":"title: one\n","url":["https://images.example/1.jpg"]},[["csam: a child","v7"]]]
["p3","u2",{"description":"When it was reported.","at":"2026-11-21T08:00:00Z","text":"text: come here\n"},[["policy pol9","v7"]]]' cat job
ct-review next --by r3 | seen >job
is 'or of none' '["p4",null,{"description":"When it was reported.","at":"2026-11-21T08:00:00Z","text":"text: of nobody\n"},[["reported","v7"]]]' cat job
exits 'again' 0 ct-review add --coop <reports
ok '  nothing is new' grep -q '4 known' err
is '  and the same person says it once' 1 sh -c \
    'ct-review next --by r1 | jq -s ".[0].review.reasons | length"'

# what is none says so in band, and stays as it was
{
	body '' '{}' '{"text":"x"}'
	body p9 '{}' '"x"'
	body p9 '{"csam":true}' '{"n":1}'
	body p9 '{"csam":true}' '{"images":[7]}'
	echo '{"reportedItem":7}'
	echo '{}'
} >bad
exits 'no id, no data, nothing told: 65' 65 ct-review add --coop <bad
cp got out
is '  each is written with its error' 6 grep -c '"error":{"tool":"ct-review","code":65' out
ok '  none is queued' sh -c '! ct-review list | grep -q p9'
json '  a report that is none as it came' 'select(.id | not) | del(.error) | keys' '["reportedAt","reportedForReason","reportedItem","reporter"]
["reportedAt","reportedForReason","reportedItem","reporter"]
["reportedItem"]
[]' out
exits 'a reason besides' 64 ct-review add --coop --reason x
exits 'of another verb' 64 ct-review list --coop

# ---- what has no place of its own stays
jq -cn '{reporter: {kind: "user", typeId: "t1", id: "v7"}, reportedAt: "2026-11-21T08:00:00Z",
    reportedForReason: {csam: true}, reportedItem: {id: "p6", typeId: "t2",
    data: {owner: "u6", created: "last week", text: "a", images: ["https://images.example/6.jpg"], deep: {text: "b"}}},
    reportedItemThread: [{id: "m1", typeId: "t3", data: {text: "before"}}],
    reportedItemsInThread: [{id: "m1", typeId: "t3"}], additionalItems: [{id: "x", typeId: "t2", data: {}}]}' |
    ct-review add --coop -q >out
json 'the thread, and all that is no text' '.coop | [.reportedItem, .reportedItemThread, (keys - ["reportedItem"] | length)]' \
    '[{"typeId":"t2","data":{"owner":"u6","created":"last week","deep":{"text":"b"}}},[{"id":"m1","typeId":"t3","data":{"text":"before"}}],6]' out
json '  and no more' '.coop.reportedItem.data | has("text") or has("images")' false out
json 'what is no time is none: when it was reported' '.incident | [.at, .description]' \
    '["2026-11-21T08:00:00Z","When it was reported."]' out

# decided like any other
ct-review decide --item p2 --verdict csam --class A2 --by r2 >/dev/null
# shellcheck source=t/report.sh
. "$t/report.sh"
ct-review decided | ct-report -q -c ct.conf >rep
json 'a page that a user reported is in a report' '[.report.incident.type, (.report.texts | length)]' \
    '["Child Pornography (possession, manufacture, and distribution)",1]' rep
jq -r .report.xml rep >doc.xml
ok '  which is valid' xsdcheck doc.xml
ct-review decide --item p6 --verdict csam --by r2 >/dev/null
ct-review decided | ct-report -q -c ct.conf | jq -c 'select(.user.id == "u6")' >rep
json 'one of which only the report has a time, too' .report.incident.at '"2026-11-21T08:00:00Z"' rep
jq -r .report.xml rep >doc.xml
ok '  which says so' grep -q '<incidentDateTimeDescription>When it was reported.<' doc.xml
done_testing
