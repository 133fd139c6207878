#!/bin/sh
# ct-record(5) names every member that a program writes, under that program,
# and none that no program writes.
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
page=$top/man/ct-record.5

# Members of the page that nothing in this run writes, and why:
# report.files.viewed, report.files.exif_viewed: no program shows files yet
# file.turn, hashes.vpdq_*: only of a video that is turned, of one of hours
unseen='file.turn
hashes.vpdq_cover
hashes.vpdq_frames
report.files.exif_viewed
report.files.viewed'

# members SECTION... - what the page names there, arrays without their []
members() {
	for section; do
		sed -n "/^\.Ss $section\$/,/^\.S[hs]/s/^\.It Cm //p" "$page"
	done | sed 's/ , /\n/g' | sed 's/\[\]//g' | sort -u
}

# printed COMMAND - what the page says that this one prints, sorted
printed() {
	sed -n "/^\.It Ic $1\$/,/^\.It Ic\|^\.El/s/^\.Cm //p" "$page" |
	    sed 's/ [,;]$//; s/ , /\n/g' | sort -u
}

# paths FILE... - every member there is; those that the page describes as
# copies by the names of what they are copies of
paths() {
	jq -r 'paths | map(strings) | join(".")' "$@" |
	    sed 's/^report\.\(files\|texts\|missing\)\.\(review\.\)/\2/
	    s/^report\.files\.hits\(\.\)/match.hits\1/
	    s/^match\.\(shadow\|allowed\)\./match.hits./
	    s/^report\.files\.ip\(\.\)/object.ip\1/
    s/^report\.files\.device\(\.\)/object.device\1/
    s/^report\.files\.hash\(\.\)/object.hash\1/
    s/^report\.files\.db\(\.\)/match.db\1/' | sort -u
}

# unnamed NAMES - those paths of standard input that are not in this file
unnamed() {
	awk -v names="$1" '
	BEGIN {
		while ((getline name < names) > 0) {
			if (sub(/\.\*$/, "", name))
				open[name]
			do
				known[name]
			while (sub(/\.[^.]*$/, "", name))
		}
	}
	$0 in known { next }
	{
		path = $0
		while (sub(/\.[^.]*$/, "", path))
			if (path in open)
				next
		print
	}'
}

# adds WHO SECTION... - of what N.rec has and the stage before it had not,
# all is named in these sections
adds() {
	who=$1
	shift
	members "$@" >names
	paths "$before.rec" >old
	paths "$stage.rec" >now
	comm -13 old now >new
	ok "$who writes members" test -s new
	is "$who writes what its section names" '' unnamed names <new
}

# stage WHO - the next N.rec is what WHO makes of the one before
stage=0 before=0
stage() {
	before=$stage stage=$((stage + 1))
	"$@" <"$before.rec" >"$stage.rec" 2>>err.log
}

# ---- a list, and what a platform has ----------------------------------------
mkdir media known
for i in 1 2 3 4; do mkpix known/$i.png --seed $i --size 128x96; done
cp known/1.png media/same.png
cp known/2.png media/gone.png
mkpix media/near.jpg --seed 1 --size 128x96 --quality 60
mkpix media/clean.jpg --seed 50 --size 128x96
mkpix cut.jpg --seed 51 --size 128x96
head -c $(($(wc -c <cut.jpg) * 3 / 4)) cut.jpg >media/partial.jpg
echo 'no picture' >media/note.txt
mkpix still.png --seed 60 --size 128x96
mkmove 128x96 media/moves.png still.png known/1.png
{ cat media/clean.jpg && echo behind; } >media/trails.jpg
mkpix media/tiny.png --seed 61 --size 20x20
cp known/3.png "media/$(printf 'caf\351.png')"
cp known/4.png later.png

ct-hash -q known/*.png | jq -c '
    {op: "add", member: "9002", entry: .file.size | tostring, content: "image",
     classification: "A1", at: "2026-01-01T00:00:00Z"} +
    (.hashes | {md5, pdq} | to_entries[] | {type: .key, hash: .value})' >ncmec.rec
jq -c '. + {opinion: "seed"}' ncmec.rec >own.rec
members 'List records' >names
head -1 own.rec >some.rec
printf '[source some]\ntype = file\npath = some.rec\nlist = ours\n' >some.conf
ct-syncdb -q -c some.conf -d some sync --delta some.add
echo '{"type":"md5","hash":"900150983cd24fb0d6963f7d28e17f72"}' >some.rec
ct-syncdb -q -c some.conf -d some sync --delta some.del
is 'list records are as their section says' '' \
    sh -c 'jq -r keys_unsorted[] own.rec some.add some.del | sort -u | diff names -'
ct-preserve keygen -o vault 2>/dev/null
sandbox --hashes ncmec.rec || exit 1
conf <<END
[source ncmec]
type = ncmec
url = $url/hashsharing
credential = $box/hashsharing.cred
list = industry
[source own]
type = file
path = $tmp/own.rec
class = own
END
exits 'the lists are taken whole' 0 ct-syncdb sync --all -q

# ---- the pipe ----------------------------------------------------------------
cat >operator.jq <<'END'
.incident = {at: "2026-01-02T03:04:05Z"} |
if .id | test("gone.png$") then .user.id = "u3" | .object.url = "a b"
elif .path_b64 then .user.id = "u2"
else
    .user += {type_id: "account", screen_name: "sam", display_name: "Sam",
	service: "photos",
	profile_url: ["https://images.example/u/1"], bio: "b", group: "g1",
	email: {value: "u@images.example", type: "Home", verified: true},
	phone: [{value: "+49 30 1", type: "Mobile"}], first_name: "S",
	last_name: "T", date_of_birth: "1990-01-02", age: 36,
	address: {city: "Berlin", country: "DE", type: "Home"},
	ip: [{address: "203.0.114.7", port: 51, at: "2026-01-02T03:04:05Z",
	    event: "Login", proxy: false}],
	device: [{type: "IMEI", value: "0", event: "Upload",
	    at: "2026-01-02T03:04:05Z"}],
	disabled: {value: true, disabledDate: "2026-01-03T00:00:00Z"},
	suspended: {value: true, disabledDate: "2026-01-03T00:00:00Z"},
	location: {city: "Berlin", countryCode: "DE"}, compromised: false,
	all_emails: true, additional_info: "more", vehicle: "red",
	third_party: false, associated: [{type: "Linked", id: "u9"}]} |
    .victim = [{first_name: "V"}] | .recipient = [{id: "u8"}] |
    .cybertip = {report: {lawEnforcement: {agencyName: "P"}},
	file: {additionalInfo: ["f"]}} |
    .incident += {type: "csam", priority: "a reason", platform: "Web",
	description: "d", annotations: ["spam"], additional_info: "i"} |
    .object = {name: "a/b.png", url: "https://images.example/p/1",
	uploaded: "2026-01-01T00:00:00Z", modified: "2026-01-01T00:00:00Z",
	type_id: "photo", hash: {type: "MD5", value: "00"}, public: true,
	additional_info: ["i"], annotations: ["viral"], exif: {Make: "x"},
	device: [{type: "IMEI", value: "0", event: "Upload",
	    at: "2026-01-02T03:04:05Z"}],
	ip: [{address: "203.0.114.8", port: 52,
	    at: "2026-01-01T00:00:00Z", event: "Upload", proxy: true}]}
end
END
operator() {
	jq -c -f operator.jq
	jq -nc '{id: "a conversation", user: {id: "u1"}, incident: {type: "enticement",
	    at: "2026-01-02T03:04:05Z", text: "written",
	    url: ["https://images.example/g/1"]},
	    threads: [{id: "t", kind: "group", messages: [{at: "2026-01-02T03:04:05Z",
		from: "u1", to: ["u2", "u3"], ip: "203.0.114.7", port: 51,
		id: "m", type: "text", text: "hello"}]}]}'
	# what supplements an item, and one that is there no longer
	jq -c 'select(.id | test("media/clean.jpg$")) | .id = "of same.png" |
	    .supplemental = {of: "same.png", additional_info: ["a picture"]}' 1.rec
	jq -c 'select(.id | test("media/same.png$")) | .id = "gone" |
	    .object.missing = true' 1.rec
	jq -nc '("0" * 128) as $h | {id: "of another tool", surface: "public",
		url: "http://a.example/", urls: ["http://a.example/"],
	    hashes: {sha512: $h, pdna: ("A" * 192), pdq: $h[:64],
		pdq_quality: 100, pdq_dihedral: [range(8) | $h[:64]]}}'
}

{
	find media -type f -print0 | sort -z
	printf 'media/not-there\0'
} >0.names
: >0.rec
hash() { ct-hash -q -0 --dihedral --user u1 <0.names; }
stage hash
adds ct-hash ct-hash 'The operator' 'Any program'
if [ -x "$top/ct-decode-video" ]; then
	ct-hash -q --tmk --video-files . "$t/data/golden/video/g_black_25.mp4" >1000.rec
	paths 1000.rec >now
	is 'of a video, too' '' unnamed names <now
else
	unseen="$unseen
file.codec
file.container
file.duration_ms
hashes.tmk
hashes.vpdq
hashes.vpdq_method"
fi
is 'a name that is not UTF-8, a partial, an error' 1,1,1 \
    jq -rs '"\(map(select(.path_b64)) | length),\(map(select(.file.decode == "partial")) | length),\(map(select(.error)) | length)"' 1.rec
stage operator
adds 'the operator' 'The operator'
stage ct-match -a -q
adds ct-match ct-match
mktmk 1 >v.tmk
cp "$t/data/golden/vpdq/g_life_10_vp8.webm.vpdq.txt" v.txt
printf 'vpdq v.txt v\ntmk v.tmk v\n' >v.list
awk -F, -v tmk="$tmp/v.tmk" '{ all = all (NR > 1 ? "," : "") "\"" $3 "," $2 "," $4 "\"" }
    END { printf "{\"id\":\"v\",\"hashes\":{\"vpdq\":[%s],\"tmk\":\"%s\"}}\n", all, tmk }' v.txt |
    ct-match -q -l v.list >1001.rec
paths 1001.rec | grep '^match' >now
is 'of a video, too' '' unnamed names <now
is 'every verdict' 'clean match undecided' sh -c 'jq -r ".match.verdict // empty" 3.rec | sort -u | xargs'
stage ct-review add -q
ok 'ct-review add adds nothing' cmp 3.rec 4.rec
decide() {
	ct-review list -q
	for u in u1 u2 u3; do
		ct-review decide -q --account "$u" --verdict csam --class A1 --by r7
	done
}
stage decide
adds 'ct-review list, decide' ct-review
is 'list, decide: content and the first four' 'at by class content verdict' sh -c 'jq -r "select(.review).review | keys[]" 5.rec | sort -u | xargs'
ct-review decided -n >12.rec
stage ct-review decided
adds 'ct-review decided' ct-review 'The operator'
stage ct-report -q
adds ct-report ct-report 'The operator'
cp 6.rec 120.rec
jq -c 'select(.user.id == "u1") | if .path then del(.path) | .url = "https://images.example/1" else . end' 6.rec |
    ct-report -q >129.rec 2>>err.log
rm media/gone.png
stage ct-preserve seal -q
adds 'ct-preserve seal' 'ct-preserve seal'
stage ct-submit -q --retry-wait 1
adds ct-submit ct-submit
is 'ct-submit: finished and held' 'finished finished held' sh -c 'jq -r .submission.state 9.rec | sort | xargs'
stage ct-preserve anchor -q
adds 'ct-preserve anchor' 'ct-preserve anchor'
stage ct-review ack -q
ok 'ct-review ack adds nothing' cmp 10.rec 11.rec

# ---- what there is ---------------------------------------------------------------
stage=300
: >300.rec
mkdir pages
cat >pages/1.xml <<'END'
<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>%FF</Key></Contents></ListBucketResult>
END
list() { ct-ls -q --end media && ct-ls -q --replay pages s3://media; }
stage list
adds ct-ls ct-ls

stage=320
: >320.rec
webbox media >web.port &
pids="$pids $!"
i=0
until [ -s web.port ] || [ $((i = i + 1)) -gt 500 ]; do sleep 0.02; done
printf '[fetch]\nallow = 127.0.0.1\n' >fetch.conf
get() { ct-fetch -q -c fetch.conf "http://127.0.0.1:$(cat web.port)/none"; }
stage get
adds ct-fetch ct-fetch 'The operator'

# ---- what waits for a verdict ----------------------------------------------------
stage=160
cp 4.rec 160.rec
stage ct-preserve stage -q
adds 'ct-preserve stage' 'ct-preserve stage'
jq -c 'select(.vault.state == "staged" and .user.id == "u1") |
    .review = {verdict: "not_csam", by: "r7"}' 161.rec | head -n 1 >163.rec
ct-preserve hold add --kind internal --authority a --ref r --by r7 --user u1 >holding
stage=163
stage ct-preserve stage -q
json 'what is held stays, and says so' '.vault.hold | length' 1 164.rec
ct-preserve hold release --hold "$(jq -r .hold.id holding)" --by r7 >released
jq -c 'del(.vault, .review) | .path = "none" | .user.id = "u7"' 163.rec >165.rec
stage=165
stage ct-preserve stage -q
json 'what cannot be staged says why' '.vault.reason | length > 0' true 166.rec

# ---- jobs: two people, a reason, what was decided before ------------------------
stage=190
jq -c 'select(.match.verdict == "match")' 4.rec | head -n 1 |
    jq -c '.id = "j1", (.id = "j2" | .user.id = "u98"), (.id = "j3" | .user.id = "u98" |
	.hashes.sha256 = "0" * 64)' >190.rec
jobs() {
	export CT_HOME="$tmp/jobs"
	ct-review add -q --reason 'seen by a user' --by ana >/dev/null
	printf '[review]\nsecond = csam\n' >second.conf
	for by in ana ben; do
		ct-review decide -q -c second.conf --item j1 --verdict csam --class A1 --by "$by" \
		    --incident enticement --annotation viral --priority soon
	done
	ct-review next -q --by dan
	CT_HOME="$tmp/state"
}
stage jobs
adds 'ct-review next, decide' ct-review
echo '{"reportedItem":{"id":"c1","typeId":"t2","data":{"text":"x","n":1}},"reportedAt":"2026-11-21T08:00:00Z"}' |
    CT_HOME="$tmp/jobs" ct-review add -q --coop >299.rec

# ---- another desk --------------------------------------------------------------
stage=120
stage ct-report -q --authority nca
adds 'ct-report for another desk' ct-report 'The operator'

# ---- by hand -------------------------------------------------------------------
ct-report new -q --incident csam --at 2026-03-04T05:06:07Z --by r7 --url https://images.example/g/1 \
    --user u1 </dev/null >130.rec 2>>err.log

# ---- what comes of a second run, and of production ----------------------------
jq -c 'del(.submission, .vault) | select(.user.id == "u1")' 9.rec >100.rec
stage=100
stage ct-submit -q
json 'a finished report is already there' .submission.already true 101.rec
jq -c '.report.xml |= sub("</report>"; "<additionalInfo>more</additionalInfo></report>")' \
    100.rec >150.rec
stage=150
stage ct-submit -q
json 'and has changed since' .submission.changed true 151.rec
stage=101
jq -c '.report.env = "production" | .report.key = "f" * 32 |
    .submission.env = "production"' 101.rec | ct-preserve seal -q >102.rec
stage=102
stage ct-preserve anchor -q
adds 'ct-preserve anchor, in production' 'ct-preserve anchor'
json 'with the time to keep it' '.vault | has("expires")' true 103.rec
ct-hash -q --user u1 later.png | ct-match -q | ct-review add -q |
    jq -r .id >later
ct-review decide -q --item "$(cat later)" --verdict csam --by r7 >/dev/null
ct-review decided --test --account u1 >104.rec
json 'a later decision knows the earlier report' '.review.prior | length' 1 104.rec

# a source that cannot be read
printf '[source down]\ntype = file\npath = none\n' >down.conf
ct-syncdb -c down.conf -d down sync >/dev/null 2>&1
stage=105
cp 1.rec 105.rec
stage ct-match -a -q -d down
adds 'ct-match, a list unread' ct-match

# what is in a store: matches, and what is gone
echo '{"listed":"of"}' >listed
: >200.rec
stage=200
matching() {
	ct-seen put -q --store s <4.rec >/dev/null
	ct-seen match -aq --store s
	ct-seen new -q --gone --store s <listed
}
stage matching
adds ct-seen ct-seen ct-hash ct-match 'The operator'
is 'its last line, and one that is gone' '1 true' sh -c 'echo $(jq -r "select(.seen.told) | 1" 201.rec) $(jq -r ".object.gone // empty" 201.rec | uniq)'

# sources that watch, vouch, or are hit by much
jq -r '"md5 \(.hashes.md5)"' 1.rec | sort -u | grep -v null | head -n 2 >vouched
cat >policy.conf <<END
[source own]
type = file
path = $tmp/own.rec
flood = 1
[source watched]
type = file
path = $tmp/own.rec
action = shadow
[source vouched]
type = file
path = $tmp/vouched
action = allow
END
ct-syncdb -q -c policy.conf -d policy sync
cat 1.rec 1.rec >107.rec
stage=107
stage ct-match -a -q -d policy
adds 'ct-match, by policies' ct-match

# what classifiers say: one adds a hash, one is down, one tells what is near
cat >says <<'END'
#!/bin/sh
exec jq --unbuffered -c '{id, score: 90, model: "m", hashes: {pdna: ("A" * 192), sha512: ("0" * 128)}}'
END
chmod +x says
cat >classify.conf <<END
[classifier says]
type = command
command = $tmp/says
hashes = pdna sha512
[classifier shield]
type = arachnid
credential = $box/arachnid.cred
media = yes
details = yes
[classifier google]
type = google
credential = $box/google.cred
END
jq -c 'select(.id | test("media/near.jpg$"))' 3.rec >195.rec
jq -c '{sha256_hex: .hashes.sha256, classification: "csam", match_type: "near",
    near_match_details: [{timestamp: 1.5, matches: [{classification: "csam",
	sha256_hex: ("0" * 64), distance: 7}]}]}' 195.rec >near.json
control '{"body":{"media":{"path":"'"$tmp"'/near.json"}},"fault":["media:1:body","classify:*:http:500"]}'
stage=195
stage ct-classify -a -q -c classify.conf --retry-wait 1
adds ct-classify ct-classify 'The operator'
control '{"fault":null}'

# what only the platform knows
cat >platform <<'END'
#!/bin/sh
exec jq -c '{users: [.users[] | . + {screenName: "sam", email: [{email:
	"u@images.example", type: "Home", verified: true,
	verificationDate: "2026-01-01T00:00:00Z"}]}],
    media: [.media[] | . + {missing: (.id == "gone"), fileName: "a.png",
	publiclyAvailable: true, additionalInfo: ["i"],
	fileDetails: {hash: "00", hashType: "MD5"}}],
    messages: [{id: "1", ipAddress: "203.0.114.9"}], additionalInfo: "more",
    additionalFiles: [{fileUrl: "https://images.example/more",
	fileName: "more", additionalInfo: ["i"]}]} |
    (.users[], .media[]).ipCaptureEvent = [{ipAddress: "203.0.114.7", port: 51,
	eventName: "Login", dateTime: "2026-01-02T03:04:05Z",
	possibleProxy: false}]'
END
chmod +x platform
for id in gone here told; do
	echo '{"id":"'$id'","user":{"id":"u1","type_id":"account"},"object":{"type_id":"photo"}}'
done | jq -c 'if .id == "told" then .threads = [{messages: [{id: "1"}]}] else . end' >109.rec
stage=109
stage ct-enrich -q --command "$tmp/platform"
adds ct-enrich ct-enrich 'The operator'
control '{"webhook":{}}'
ct-enrich keygen -o hook
printf '[preservation]\nurl = %s\nkey = %s\n' "$url/webhook/preserve" "$tmp/hook.key" >hook.conf
jq -c '., del(.user) | del(.error)' 103.rec >111.rec
stage=111
stage ct-enrich preserve -q -c hook.conf
adds 'ct-enrich preserve' 'ct-enrich preserve'
is 'both states of it' 'no-account told' sh -c 'jq -r .preservation.state 112.rec | sort -u | xargs'

# one for another authority, that NCMEC has all of; and the next of the account
jq -c 'select(.submission.state == "finished") | del(.submission, .vault) |
    .report |= (.key = "c" * 32 | .authority = "nca" | .document = "d" | .document_type = "t" |
	.exempt_by = "ncmec" | .due = "2026-01-01T00:00:00Z")' 9.rec |
    head -n 1 >120.rec
stage=120
stage ct-submit -q
adds 'ct-submit, for another authority' ct-submit
json 'it is exempt' .submission.state '"exempt"' 121.rec
stage ct-submit prior -q
adds 'ct-submit prior' 'ct-submit prior'

# what the operator does about it: a run that is killed, one that fails, reports
cat >does <<END
#!/bin/sh
[ -e '$tmp/killed' ] || { : >'$tmp/killed'; kill -9 \$PPID; sleep 9; }
[ "\$1" != told ]
END
chmod +x does
jq -c 'select(.id == "here" or .id == "told") | del(.enrich)' 110.rec >113.rec
jq -c 'select(.user.id == "u1")' 103.rec | head -n 1 >>113.rec
ct-act hide -q --command "$tmp/does" <113.rec >/dev/null 2>>err.log
stage=113
stage ct-act hide -q --command "$tmp/does"
adds ct-act ct-act 'Any program'
is 'what became of it' 'done failed' sh -c 'jq -r ".action[].state" 114.rec | sort -u | xargs'

# what list owners are told: done, already, in vain
jq -c 'select(.review.verdict == "csam")' 12.rec 5.rec >180.rec
[ -s 180.rec ] || echo '# nothing is decided'
stage=180
control '{"fault":"feedback:1:http:500"}'
ct-feedback -q --retry-wait 0 <180.rec >once.rec 2>>err.log
stage ct-feedback -q --now
adds ct-feedback ct-feedback
cat once.rec >>181.rec
control '{"fault":null}'

# what is to be destroyed: asked for, approved, certified; and what gets another
# key
ct-preserve keygen -o hold
for who in jo al; do
	ct-preserve keygen --officer -o $who
	printf '[officer %s]\npublic_key = %s\n' $who "$tmp/$who.pub"
done >officers
cat "$CT_CONF" officers >two.conf
for key in a b; do
	jq -c --arg k $key '.report.env = "production" | .report.key = $k * 32 |
	    .submission += {env: "production", report_id: ($k * 8)}' 101.rec |
	    ct-preserve seal -q | ct-preserve anchor -q >ended
done
id=$(jq -r '.report.files[0].vault.id' ended)
rm -f "$CT_HOME/vault/objects/"??"/$id"
ask() {
	ct-preserve destroy-request --authority police --ref 1 --reason law \
	    --by jo --object "$id" "$staged"
}
staged=$(echo text | ct-preserve stage --id s1 --user u1 2>>err.log | jq -r .vault.id)
approve() {
	ct-preserve approve -q -c two.conf --by jo -k jo.key |
	    ct-preserve approve -q -c two.conf --by al -k al.key
}
echo '{"id":"request:R1"}' >140.rec
stage=140
stage ask
adds 'ct-preserve destroy-request' 'ct-preserve destroy-request'
stage approve
adds 'ct-preserve approve' 'ct-preserve approve'
stage ct-preserve destroy -q -c two.conf --yes
adds 'ct-preserve destroy' 'ct-preserve destroy'
id=$(jq -r '.report.files[0].vault.id' 102.rec)
ct-preserve rewrap --object "$id" | jq -c 'del(.key, .head)' >145.rec
rewrap() {
	ct-preserve rewrap --object "$id" |
	    ct-preserve rewrap -q -k vault.key --to hold.pub | jq -c 'del(.key, .head)'
}
stage=145
stage rewrap
adds 'ct-preserve rewrap' 'ct-preserve rewrap'
{ cat 146.rec && cat 146.rec; } | ct-preserve rewrap -q --yes >/dev/null

# evidence for others: request and approval are as above
for who in ana ben; do
	ct-preserve keygen --officer -o $who
	printf '[officer %s]\npublic_key = %s\n' $who "$tmp/$who.pub"
done >two.conf
ct-preserve keygen -o police
ct-preserve export-request --user u1 --to police.pub --by ana --authority a --ref r |
    ct-preserve approve -q -c two.conf --by ana -k ana.key |
    ct-preserve approve -q -c two.conf --by ben -k ben.key >asked
cp asked 169.rec
exporting() {
	ct-preserve export -q -c two.conf -k vault.key --to police.pub --by ana -o exported <asked |
	    jq -c 'del(.request, .approval)'
}
jq -c 'del(.request, .approval)' asked >170.rec
stage=170
stage exporting
adds 'ct-preserve export' 'ct-preserve export'

# ---- nothing is named that nobody writes ---------------------------------------
members 'The operator' ct-hash ct-match ct-review ct-report 'ct-preserve stage' 'ct-preserve seal' 'ct-preserve export' \
    ct-submit 'ct-submit prior' 'ct-preserve anchor' ct-classify ct-enrich 'ct-enrich preserve' \
    'ct-preserve destroy-request' 'ct-preserve approve' 'ct-preserve destroy' \
    'ct-preserve rewrap' ct-act ct-feedback ct-fetch ct-ls ct-seen 'Any program' >names
paths ./*[0-9].rec >all
is 'all together: nothing without a name' '' unnamed names <all
echo "$unseen" | sort >unseen
awk '{ do print; while (sub(/\.[^.]*$/, "")) }' all | sort -u >written
missing() {
	while read -r name; do
		case $name in
		*.\*) grep -q "^${name%\*}" written || echo "$name" ;;
		*) grep -qx "$name" written || echo "$name" ;;
		esac
	done <names
}
is 'what the page names, some program wrote' "$(cat unseen)" missing

# ---- what else is printed --------------------------------------------------------
# prints COMMAND ... - its members are those of the page, but for $may
may='^$'
prints() {
	printed "$*" >names
	"$@" >got 2>>err.log
	jq -r 'keys_unsorted[]' got | sort -u >keys
	ok "$*: it prints something" test -s got
	is "$*: nothing without a name" '' comm -13 names keys
	is "  and nothing in vain" '' sh -c 'comm -23 names keys | grep -v "$1"' - "$may"
}
control '{"fault":"submit:1:drop-after"}'
jq -c 'select(.user.id == "u2") | .report.key = "e" * 32' 8.rec |
    ct-submit -q --retry-wait 1 >/dev/null 2>>err.log
control '{"fault":"submit:*:http:503"}'
jq -c 'select(.user.id == "u2") | .report.key = "d" * 32' 8.rec |
    ct-submit -q --retry-wait 50 >/dev/null 2>>err.log
control '{"fault":null}'
prints ct-submit status
prints ct-act log
printed 'ct-act hide -n' >names
ct-act hide -n --command "$tmp/does" <113.rec 2>>err.log | jq -r keys_unsorted[] | sort -u >keys
ok 'ct-act -n: as the page says' diff -u names keys
prints ct-submit fetch-xsd
may='^reason$' prints ct-feedback status
printed 'ct-feedback -n' >names
ct-feedback -n <180.rec 2>>err.log | jq -r keys_unsorted[] | sort -u >keys
ok 'ct-feedback -n: as the page says' diff -u names keys
printed 'ct-feedback reasons' >names
ct-feedback reasons ncmec md5 | jq -r keys_unsorted[] | sort -u >keys
ok 'ct-feedback reasons: as the page says' diff -u names keys
prints ct-syncdb show
printed 'ct-seen stats' >names
ct-seen stats --store s | jq -r keys_unsorted[] | sort -u >keys
ok 'ct-seen stats: as the page says' diff -u names keys
printed ct-stats >names
ct-stats --test --from 2026-01-01 --to 2100-01-01 <9.rec |
    jq -r 'keys_unsorted[], (.month[0] | keys_unsorted[])' | sort -u >keys
ok 'ct-stats: as the page says' diff -u names keys
prints ct-stats overdue <12.rec
may='^error$' prints ct-syncdb check
may='^error$' prints ct-syncdb check --max-age 26h
ct-review add -q --undecided <3.rec >/dev/null
prints ct-review stats
ct-preserve keygen --officer -o heads 2>>err.log
printed 'ct-audit head' >names
ct-audit head -k heads.key | jq -r 'keys_unsorted[]' | sort -u >keys
ok 'ct-audit head: as the page says' diff -u names keys
may='^bad$\|^reason$\|^back$\|^torn$' prints ct-audit verify
may='^staged_at$\|^destroyed_at$\|^cause$\|^hold$' prints ct-preserve find
may='^month$\|^destroyable$' prints ct-preserve keys
printed 'ct-preserve rewrap' >names
ct-preserve rewrap --object "$id" | jq -r keys_unsorted[] | sort -u >keys
ok 'ct-preserve rewrap: as the page says' diff -u names keys
printed 'ct-preserve shred' >names
ct-preserve shred hold.key 2>>err.log | jq -r keys_unsorted[] | sort -u >keys
ok 'ct-preserve shred: as the page says' diff -u names keys
id=$(jq -r 'select(.report.files[0].vault.id) | .report.files[0].vault.id' 9.rec | tail -n 1)
rm -f "$CT_HOME/vault/objects/$(echo "$id" | cut -c1-2)/$id"
may='^log$\|^index$\|^receipt$' prints ct-preserve verify
id=$(jq -r '.report.files[0].vault.id' 102.rec)
ct-preserve hold add --kind order --authority court --ref 1 --by jo \
    --object "$id" >/dev/null
prints ct-preserve hold list
printed 'ct-preserve expire' >names
CT_CLOCK=2040-01-01T00:00:00Z ct-preserve expire --yes --clock-ok 2>>err.log |
    jq -r keys_unsorted[] | sort -u >keys
is 'ct-preserve expire: as the page says, and nothing failed' reason comm -23 names keys
is '  nothing without a name' '' comm -13 names keys
printed 'ct-submit -n' >names
ct-submit -n -d dry <100.rec >got 2>>err.log
jq -r 'keys_unsorted[]' got | sort -u >keys
ok 'ct-submit -n: as the page says' diff -u names keys
done_testing
