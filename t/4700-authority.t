#!/bin/sh
# Reports for other desks than NCMEC: profiles, bundle, letter, the register
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
CT_CLOCK=2026-11-22T10:00:00Z
export CT_CLOCK

# item N ACCOUNT BATCH ITEMS [EDIT] - a record as ct-review decided prints it
item() {
	jq -cn --arg n "$1" --arg u "$2" --arg b "$3" --argjson items "$4" \
	    '($n | . * 64 | .[:64]) as $h | {id: "up/\($n).jpg", path: "/srv/up/\($n).jpg",
	    user: {id: $u}, incident: {at: "2026-03-04T05:06:00Z"},
	    file: {size: 3, mime: "image/jpeg", decode: "ok"},
	    hashes: {md5: $h[:32], sha1: $h[:40], sha256: $h, pdq: $h, pdq_quality: 90},
	    match: {verdict: "match", total: 1, hits: [{source: "ncmec", list: "industry",
	      member: "9002", entry: "1001", content: "image", type: "pdq", distance: 6,
	      classification: "A1", class: "csam", policy: "review"}]},
	    review: {verdict: "csam", class: "A1", by: "r7", at: "2026-03-05T00:00:0\($n)Z",
	      batch: ($b | . * 32), items: $items, viewed: {level: "none", entire: false,
	      exif: false}, mac: ("0" * 64)}} | '"${5:-.}"
}

# ---- profiles ------------------------------------------------------------------
conf </dev/null
ct-report authorities >got
json 'what ships' '[.name, .form]' '["ca","letter"]
["dsa18","letter"]
["nca","bundle"]
["ncmec","ncmec-xml"]' got
ok 'each says where it comes from' jq -es 'all(.from == ["'"$top"'/lib/authority/\(.name).conf"])' got
ok '  and on which law it rests, and when that was looked at' \
    jq -es 'all((.law | length > 0) and (.checked | test("^2026-")))' got
printf '[authority nca]\nexempt_by =\nneed =\n' | conf
ct-report authorities >nothing
json 'what is empty is taken away' 'select(.name == "nca") | [has("exempt_by", "need", "hours")]' \
    '[false,false,true]' nothing
mkdir authority
printf 'hours = 12\nneed = report.victim\n' >authority/nca.conf
conf <<'END'
[authority nca]
hours = 6
[authority bka]
form = letter
recipient = An office
recipient = A town
END
ct-report authorities >got
json 'the operator goes before what ships, key by key' \
    'select(.name == "nca") | [.hours, .urgent_hours, .need, .from]' \
    '[6,1,["report.victim"],["ct.conf","'"$tmp"'/authority/nca.conf","'"$top"'/lib/authority/nca.conf"]]' got
json 'one of his own' 'select(.name == "bka") | [.recipient, .from]' '[["An office","A town"],["ct.conf"]]' got
rm -r authority

mkdir -p inst/bin inst/share/ct
cp "$top/ct-report" inst/bin
cp -r "$top/lib/authority" inst/share/ct
inst/bin/ct-report authorities >got
ok 'installed, they are found in share/ct' jq -es 'length == 5 and all(.from[-1] | test("^ct.conf$|/inst/bin/../share/ct/authority/"))' got

exits 'one that there is not' 64 ct-report --authority atlantis </dev/null
ok '  those there are' grep -q "no authority 'atlantis'; there are: bka ca dsa18 nca ncmec\$" err
exits 'a name is no path' 64 ct-report --authority ../nca </dev/null
# wrong WHAT TEXT - this section is refused, and the others still shown
wrong() {
	echo "$2" | conf
	exits "$1" 78 ct-report authorities
	ok '  the others are shown' jq -es 'length >= 3' got
}
wrong 'a form that there is not' '[authority dsa18]
form = song'
wrong 'NCMEC gets what NCMEC wants' '[authority ncmec]
form = letter'
wrong 'nobody else does' '[authority nca]
form = ncmec-xml'
wrong 'no number' '[authority nca]
hours = soon'
wrong 'a letter in no language of ours' '[authority nca]
language = cy'
wrong 'exempt by whom?' '[authority nca]
exempt_by = me'
wrong 'a surface opened without a basis' '[authority dsa18]
surfaces = interpersonal'
wrong 'what is no UTF-8' "$(printf '[authority dsa18]\nrecipient = Polizeipr\344sidium')"
printf '[authority nca]\nhour = 3\n' | conf
exits 'a key that there is not' 78 ct-report authorities
conf </dev/null
mkdir authority && echo 'surprise = 1' >authority/ca.conf
exits '  in a file as well' 78 ct-report authorities
ok '  which is named' grep -q "authority/ca.conf' line 1: unknown key 'surprise'" err
rm -r authority

# ---- documents -----------------------------------------------------------------
# desk: who reports, and to whom, for all that follows; more on standard input
desk() {
	conf <<END
[company]
legal_url = https://images.example/legal
[contact]
first_name = Bo
phone = +49 30 2
[authority dsa18]
recipient = Bundeskriminalamt
recipient = 65173 Wiesbaden
$(cat)
END
}
desk </dev/null
data=$t/data/authority
{
	item 1 u1 a 2 '.incident.priority = "a child speaks of tomorrow" |
	    .object = {url: "https://images.example/p/1", name: "a.jpg",
		uploaded: "2026-01-01T00:00:00Z", public: true} |
	    .user += {screen_name: "sam\n5. Files\nFile 9 of 9", bio: ("words " * 30),
		display_name: "\u202egpj.mas", email: [{value: "u@images.example", type: "Home"}],
		ip: [{address: "203.0.114.7", port: 51000, at: "2026-01-02T03:04:05Z", event: "Login"}]} |
	    .review.prior = [{env: "test", report_id: "990000001"}]'
	item 2 u1 a 2 '.match.hits[0] |= (.type = "md5" | .distance = 0)'
} >in
# document NAME - what ct-report -x makes of in for this authority
document() { ct-report -qx --authority "$1" <in; }
document dsa18 >letter 2>err
ok 'a letter, to the byte' diff -u "$data/dsa18.txt" letter
ok 'whom to telephone first' grep -q 'priority is set: if somebody is in danger now, telephone 112 first$' err
is 'it is of 72 columns' '' grep -n '.\{73\}' letter
is 'no suspect writes a line of it' '1 1' sh -c 'echo $(grep -c "^5. Files" letter) $(grep -c "^ *| 5. Files" letter)'
ok 'what cannot be seen is told' grep -q 'Display name: <U+202E>gpj.mas$' letter
ok 'a near match is none that is the same' sh -c '! grep -i "identical" letter'
is 'nobody says that a file was viewed' 4 grep -c 'viewed.*: not proven$\|Viewed.*: not proven$' letter
CT_CLOCK=2026-12-24T00:00:00Z document dsa18 >again 2>/dev/null
ok 'another day it is the same' cmp letter again
document nca >bundle 2>err
ok 'a bundle, to the byte' diff -u "$data/nca.json" bundle
ok 'whom to telephone there' grep -q 'telephone 999 first$' err

json 'it says who, when, from where' '.report | [.personOrUserReported[0] | (.espIdentifier, .ipCaptureEvent[0].ipAddress,
    .ipCaptureEvent[0].port)]' '["u1","203.0.114.7","51000"]' bundle
json '  urgent, and since when known' '[.urgent, .known, .due]' '[true,"2026-03-05T00:00:01Z","2026-03-05T01:00:01Z"]' bundle
json '  what is a near match, and what is not' '[.files[].matches[] | [.near, .type, .distance, .list, .entry]]' \
    '[[true,"pdq",6,"industry","1001"],[false,"md5",0,"industry","1001"]]' bundle
json '  that nobody is known to have viewed it' '[.files[].viewed]' '[{"file":false,"exif":false},{"file":false,"exif":false}]' bundle
json '  that nothing is declared yet' .declaration.declared false bundle
json '  that it is a test' 'has("test")' true bundle
ok '  not who decided' sh -c '! grep -q r7 bundle letter'
ok '  no path of ours' sh -c '! grep -q /srv/up bundle letter'

report() { ct-report -q --authority "$1" <in 2>/dev/null; }
report nca >rep
json 'the record' '[.report | .authority, .document_type, .due, .exempt_by, has("xml")]' \
    '["nca","application/json","2026-03-05T01:00:01Z","ncmec",false]' rep
ct-report --authority nca <in 2>&1 >/dev/null | tail -n 1 >last
ok '  and it says how that gets there' grep -q "to authority 'nca': by hand in the NCA's online portal" last
ok '  has the document' sh -c 'jq -j .report.document rep | cmp - bundle'
json '  and the files, as for NCMEC' '[.report.files[] | .id, .path]' '["up/1.jpg","/srv/up/1.jpg","up/2.jpg","/srv/up/2.jpg"]' rep
report dsa18 >other
json 'of a letter' '[.report | .authority, .document_type, has("exempt_by")]' '["dsa18","text/plain; charset=utf-8",false]' other
ct-report -q <in >ncmec 2>/dev/null
json 'of NCMEC nothing changes' '[.report | has("authority"), has("document"), has("due"), has("xml")]' '[false,false,false,true]' ncmec
ct-report -q --authority ncmec <in 2>/dev/null >named
ok '  named or not' cmp ncmec named
is 'each desk has a key of its own' 3 sh -c 'cat rep other ncmec | jq -r .report.key | sort -u | wc -l'
exits 'all that is from one run to the next' 0 sh -c 'ct-report -q --authority nca <in 2>/dev/null | cmp - rep'
sed 's/images\.example/images.berlin/; s/Example Images/Images/' ct.conf >real.conf
ct-report -qx --production -c real.conf --authority dsa18 <in >letter 2>/dev/null
is 'for real it is no test' 0 grep -c TEST letter

item 1 u1 a 1 'del(.review) | .match.hits[0].policy = "report"' >in
document dsa18 >letter
ok 'where no person decided, none is said to' grep -q 'Decided by: no person: it is on a list$' letter
report nca >rep
json '  and when it was known nobody can say' '.report | has("due")' false rep

item 1 u1 a 1 '.cybertip.file = {fileAnnotations: ["generativeAi"],
	details: [{type: "EXIF", nameValuePair: [{name: "GPS", value: "52.5, 13.4"}]}]} |
    .cybertip.report.lawEnforcement = {agencyName: "An agency", caseNumber: "7"} |
    .victim = [{id: "v1"}] | .recipient = [{id: "w1"}]' >in
document dsa18 >letter 2>/dev/null
# said TEXT... - lines of the letter, without their indent
said() { for text; do sed 's/^ *//' letter | grep -Fx "$text"; done; }
is 'what the operator adds is told' 'Marked as: Generative ai
Type: EXIF
Name: GPS
Value: 52.5, 13.4
Case number: 7
Account id: v1
Account id: w1' said 'Marked as: Generative ai' 'Type: EXIF' 'Name: GPS' 'Value: 52.5, 13.4' \
    'Case number: 7' 'Account id: v1' 'Account id: w1'
ok '  no head without a body' sh -c '! grep -q "^  Person:" letter'
document nca >bundle 2>/dev/null
json '  in a bundle, too' '[.files[0].fileDetails.details[0].nameValuePair[0].value, .report.lawEnforcement.caseNumber,
    .report.victim[0].espIdentifier, .report.intendedRecipient[0].espIdentifier]' '["52.5, 13.4","7","v1","w1"]' bundle

jq -nc '{id: "chat:7", user: {id: "u1"}, incident: {at: "2026-03-04T05:06:00Z", type: "enticement", text: "come alone"},
    threads: [{id: "t7", kind: "group", messages: [{id: "m1", at: "2026-03-04T05:00:00Z", from: "sam", text: "=a"}]}],
    review: {verdict: "csam", by: "r7", at: "2026-03-05T00:00:00Z", batch: ("a" * 32), items: 2, content: ("0" * 64)}}' >in
item 2 u1 a 2 '.object.missing = true' >>in
document dsa18 >letter 2>/dev/null
is 'what is no file is told, and what is gone' 'Content: come alone
Id at the sender: chat:7
Decided by: a person of the sender
Id at the sender: thread:t7
Id at the sender: up/2.jpg
Decided by: a person of the sender, as child sexual abuse material' sh -c 'sed "s/^ *//" letter | grep "^Content\|^Id at\|^Decided by"'
is '  of a conversation nobody says that it was decided' 1 grep -c 'as having viewed the whole$' letter
ok '    or rests on a hash' sh -c '! grep -q "It rests" letter'
document nca >bundle 2>/dev/null
json '  in a bundle, too' '[(.texts, .missing)[] | [.id, .sha256, .decided.verdict]]' \
    '[["chat:7",null,"csam"],["up/2.jpg","'"$(printf '%064d' 0 | tr 0 2)"'","csam"]]' bundle

item 1 u1 a 1 'del(.user)' >in
document dsa18 >letter 2>/dev/null
ok 'where no account is known, none is named' grep -q 'None: the records name none.$' letter

# what is viewed: by the log alone
(
	CT_HOME=$tmp/saw && export CT_HOME
	item 7 u7 a 1 'del(.review)' | ct-review add -q >/dev/null
	ct-review decide --account u7 --verdict csam --by r7 >/dev/null
	saw "$CT_HOME" "$(printf '%064d' 0 | tr 0 7)" full true true
	ct-review decided -q >in
	ct-report -qx --authority nca <in >viewed.json
	ct-report -qx --authority dsa18 <in >viewed.txt
)
json 'a view that is proven' '.files[0].viewed' '{"file":true,"exif":true}' viewed.json
is '  in words' 2 grep -c 'iewed.*: yes' viewed.txt

# 300 files with long names: more than a record takes twice
item 1 u1 a 300 'range(300) as $i | .id = "\($i) " + ("0" * 700)' >in
report nca >rep
ok 'what is too much for one is several' jq -es 'length > 1 and ([.[].report.files | length] | add) == 300' rep
json '  each says which' '.report.document | fromjson | .part' "$(jq .report.part rep)" rep

# ---- what is needed, what is closed ------------------------------------------------
item 1 u1 a 1 >in
conf </dev/null
exits 'a letter to nobody is refused' 78 ct-report --authority dsa18 </dev/null
ok '  and says what is missing' grep -q "authority 'dsa18' needs 'recipient', which the configuration lacks" err
desk <<'END'
[authority nca]
need = report.victim.victimPerson
need = files.fileDetails.locationOfFile
END
exits 'what is needed and not there' 65 ct-report -q --authority nca <in
ok '  is named in the record' jq -e '.error.msg == "authority '"'nca' needs 'report.victim.victimPerson'"', which is not there"' got
desk <<'END'
[authority nca]
need = files.fileDetails.locationOfFile
END
{
	item 1 u1 a 2 '.object.url = "https://images.example/p/1"'
	item 2 u1 a 2
} >in
exits '  of each file' 65 ct-report -q --authority nca <in
jq -c '.object.url = "https://images.example/p"' in >both
exits '  and then it is' 0 ct-report -q --authority nca <both
desk </dev/null
item 1 u1 a 1 '.surface = "interpersonal"' >in
exits 'private messages are closed to the EU' 77 ct-report -q --authority dsa18 <in
ok '  and it says where to open them' grep -q 'surfaces and basis' err
exits '  not to the UK' 0 ct-report -q --authority nca <in
item 1 u1 a 1 '.threads = [{id: "t", kind: "private", messages: []}]' >thread
exits '  though nobody says that they are' 77 ct-report -q --authority dsa18 <thread
item 1 u1 a 1 '.surface = "public" | .threads = [{id: "g", kind: "group", messages: []}, {id: "t", messages: []}]' >thread
exits '  nor on what surface the object is' 77 ct-report -q --authority dsa18 <thread
item 1 u1 a 1 '.threads = [{id: "g", kind: "group", messages: [{at: "2026-11-20T08:00:00Z", from: "u1", text: "x"}]}]' >thread
exits '  a group is none' 0 ct-report -q --authority dsa18 <thread
for kind in '"dm"' '"Private"' '"Group"' 7; do
	item 1 u1 a 1 '.threads = [{id: "t", kind: '"$kind"', messages: []}]' >thread
	exits "  $kind is no kind" 65 ct-report -q --authority dsa18 <thread
done
item 1 u1 a 1 '.incident.text = "hello"' >thread
exits '  words on a page are open' 0 ct-report -q --authority dsa18 <thread
printf '[incident]\ninternet_detail = chat\n' | desk
exits '  words of a chat are not' 77 ct-report -q --authority dsa18 <thread
desk </dev/null
item 1 u1 a 1 '.match.hits = [{source: "s", type: "vpdq", distance: 31}, {source: "s", type: "tmk", distance: 7},
    {source: "s", type: "sha512"}, {source: "s", type: "pdq", distance: 3}, {source: "s", type: "sha1"}]' >kinds
json 'near is all that is not the bytes' '[.files[0].matches[].near]' '[true,true,false,true,false]' /dev/stdin <<END
$(ct-report -qx --authority nca <kinds)
END
item 1 u1 a 1 '.match.hits = [{source: "s", type: "vpdq", distance: 31}]' >kinds
ok '  of which the letter says what it is' sh -c 'ct-report -qx --authority dsa18 <kinds | grep -q "A near match is a file"'
item 1 u1 a 1 '.surface = "public"' >public
exits '  what is public is not' 0 ct-report -q --authority dsa18 <public
printf '[authority dsa18]\nclosed =\n' | desk
exits '  whoever says nothing of it' 77 ct-report -q --authority dsa18 <in
desk <<'END'
[authority dsa18]
surfaces = interpersonal
basis = Opinion of counsel of 2026-05-01, no. 7
END
exits 'with a basis they are open' 0 ct-report -qx --authority dsa18 <in
ok '  which the letter names' grep -q 'on the basis of: Opinion of counsel of 2026-05-01, no. 7$' got

# ---- the register: the same decision for three desks -----------------------------------
CT_HOME=$tmp/register
sandbox || exit 1
printf 'one' >a.bin && printf 'two' >b.bin
desk </dev/null
ct-hash -q --user u5 a.bin b.bin | jq -c '.incident.at = "2026-03-04T05:06:00Z" |
    .match = {verdict: "match", total: 1, hits: [{source: "s", list: "l", type: "md5", class: "csam", policy: "review"}]}' |
    ct-review add -q >/dev/null
ct-review decide -q --account u5 --verdict csam --by r7 >/dev/null
ct-review decided -q >three.rec
# line AUTHORITY - what comes of the decision there
line() { ct-report -q --authority "$1" <three.rec 2>/dev/null | ct-submit -q --retry-wait 1; }
line nca >of.nca
line dsa18 >of.dsa18
json 'what nobody files is due' '[.report.authority, .submission.state]' '["nca","due"]
["dsa18","due"]' /dev/stdin <<END
$(cat of.nca of.dsa18)
END
is 'no request is made for it' 0 state .requests_total
kill "$box_pid"
wait "$box_pid" 2>/dev/null
exits 'nor does it need one' 0 line nca
sandbox || exit 1
line nca >of.nca
CT_CLOCK=2026-11-23T10:00:00Z ct-submit due | jq -rc '[.authority, .state]' | sort >got
json 'what is late is told' . '["dsa18","due"]
["nca","due"]' got
exits 'a letter was sent' 0 ct-submit filed "$(jq -r .report.key of.dsa18)" --ref 'BKA 7/26'
json '  and is filed under its reference' '[.submission.state, .submission.report_id]' '["filed","BKA 7/26"]' got
ct-review ack -q <got >/dev/null
is 'NCMEC is still to be told' 2 sh -c 'ct-review decided -q | wc -l'
line ncmec >of.ncmec
json 'NCMEC is told' .submission.state '"finished"' of.ncmec
id=$(jq -r .submission.report_id of.ncmec)
line nca >of.nca
json '  so the NCA need not be' '[.submission.state, .submission.exempt]' "[\"exempt\",\"$id\"]" of.nca
line dsa18 >of.dsa18
json '  what is filed stays so' '[.submission.state, .submission.already]' '["filed",true]' of.dsa18
CT_CLOCK=2026-11-24T10:00:00Z ct-submit due >got
json 'nothing is due' . '' got
ct-review ack -q <of.ncmec >/dev/null
is 'and the decision ends' '' ct-review decided -q --test

# ---- NCMEC's case stays open ------------------------------------------------------
CT_HOME=$tmp/state box=''
conf </dev/null
item 1 u1 a 1 'del(.review)' | ct-review add -q >/dev/null
ct-review decide -q --account u1 --verdict csam --by r7 >/dev/null
ct-review decided -q >in
jq -c '{id: "report:k", report: {key: ("0" * 32), env: "production", authority: "nca",
    files: [{id, sha256: .hashes.sha256, review}]},
    submission: {env: "production", state: "finished", at: "2026-11-22T10:00:00Z",
	report_id: "R-1", files: [{id, sha256: .hashes.sha256}]}}' in >other
jq -c '.submission.state = "filed"' other >filed
cat filed >>other
ct-review ack <other >out 2>err
ok 'a receipt of another desk passes ct-review ack' cmp other out
ok '  which says so' grep -q '2 of another authority' err
is '  and is no end' 1 sh -c 'ct-review decided -q | wc -l'
ct-preserve keygen -o vault 2>/dev/null
jq -c 'select(.submission.state == "finished")' other | ct-preserve anchor >out 2>err
ok 'no clock of the vault starts by it' jq -e '.vault == null' out
ok '  nor is it an error' grep -q '1 passed' err
jq -c 'select(.submission.state == "finished") | .report.authority = "ncmec"' other >ncmec
ct-review ack <ncmec >out 2>err
ok 'NCMEC named is NCMEC' grep -q '1 acked' err
done_testing
