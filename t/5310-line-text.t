#!/bin/sh
# The report line with what is no file: a conversation, a page, what
# supplements, what is gone; cut anywhere and run again it is one report.
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/line.sh
. "$t/line.sh"

sandbox || exit 1
ct-preserve keygen -o vault >/dev/null 2>&1
conf </dev/null
at=2026-11-20T08:00:00Z

# case ACCOUNT - a conversation of a new account, decided to be enticement; a
# page with csam; a picture that supplements; one that matched and is gone
seed=0
case_of() {
	seed=$((seed + 2))
	mkpix "$1.png" --seed "$seed" --size 96x64
	mkpix "$1-gone.png" --seed $((seed + 1)) --size 96x64
	ct-hash -q "$1-gone.png" | jq -r '"sha256 " + .hashes.sha256' >list
	{
		jq -nc --arg u "$1" --arg at $at '
		    {id: "chat-\($u)", user: {id: $u}, incident: {type: "enticement", $at, text: "what was written"},
		     threads: [{id: "t-\($u)", kind: "private", messages: [
		       {$at, from: $u, to: "v1", ip: "203.0.114.7", port: 51000, text: "=hello"},
		       {$at, from: "v1", to: $u, text: "who is this"}]}]},
		    {id: "page-\($u)", user: {id: $u}, incident: {type: "csam", $at, url: "https://images.example/\($u)"}}'
		ct-hash -q --user "$1" "$1.png" | jq -c --arg u "$1" \
		    '.supplemental = {of: "chat-\($u)", additional_info: ["Profile picture"]}'
		ct-hash -q --user "$1" "$1-gone.png" | ct-match -q -l list |
		    jq -c '.object.missing = true'
	} | ct-review add -q >/dev/null
	rm "$1-gone.png"
	ct-review decide --item "chat-$1" --verdict text_offence --by t >/dev/null
	ct-review decide --account "$1" --verdict csam --by t >/dev/null
}

# ---- once, looked at ----------------------------------------------------------
case_of u0
exits 'the line' 0 line
cp got done.rec
json 'four items are one finished report' \
    '[.submission.state, (.report.files | map(.name)), (.report.texts | map(.id)), (.report.missing | length)]' \
    '["finished",["thread-t-u0.csv","u0.png"],["chat-u0","page-u0"],1]' done.rec
state '.reports[0].xml' >doc.xml
ok '  that names the offence' grep -q 'Online Enticement' doc.xml
ok '  what was written' grep -q '<content>what was written</content>' doc.xml
ok '  the page' grep -q '<url>https://images.example/u0</url>' doc.xml
ok '  and what is gone' grep -q 'Not attached: SHA-256' doc.xml
is '  with both files' 2 state '.reports[0].files | length'
is '  none of them is what is reported' 'Supplemental Reported' sh -c \
    "ct-sandbox state '$url' | jq -r '.reports[0].files[].details' | sed -n 's/.*<fileRelevance>\(.*\)<.*/\1/p' | sort -u"
is '  the conversation is sealed to the byte' "$(jq -j '.report.files[0].text' done.rec | sha256sum)" sh -c \
    "ct-preserve open -k vault.key $(jq -r '.report.files[0].vault.id' done.rec) | sha256sum"
is '  and was sent so' "$(jq -r '.report.files[0].md5' done.rec)" state '.reports[0].files[0].md5'
is 'all is done' '' stage 1
is '  all four' 4 sh -c 'ct-review stats | jq .tested'

# ---- cut -------------------------------------------------------------------------
cut_line u case_of
kill_line v case_of 010 030 060 100

# ---- a conversation that goes on is a new report that names the first ---------------
jq -nc --arg at $at '{id: "chat-u0", user: {id: "u0"}, incident: {type: "enticement", $at, text: "more was written"}}' |
    ct-review add -q >/dev/null
ct-review decide --account u0 --verdict text_offence --by t >/dev/null
line >later 2>err
json 'more of it is another report' '.submission.state' '"finished"' later
is '  that names the one before' "$(jq -r .submission.report_id done.rec)" sh -c \
    "jq -r .report.xml later | sed -n 's/.*<priorCTReports>\(.*\)<.*/\1/p'"
done_testing
