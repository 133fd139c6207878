#!/bin/sh
# ct-enrich: what is asked of a command, what its answer does to records, and
# answers that are none
# shellcheck source=t/lib.sh disable=SC2016,SC2317
. "${0%/*}/lib.sh"
export CT_CLOCK=2026-11-22T10:00:00Z

# hook - a command at ./hook with this body, which finds $tmp as its own
# directory; req: the last request, calls: a line for each
hook() {
	{
		echo '#!/bin/sh'
		echo "cd '$tmp' || exit 99"
		echo 'cat >req; cat req >>calls'
		cat
	} >hook.new
	chmod +x hook.new && mv hook.new hook
	: >calls
}
# says - the hook answers with this
says() {
	cat >answer
	hook <<-'END'
	cat answer
	END
}
cat >conf <<END
[enrich]
command = $tmp/hook
timeout = 60
user_type = account
media_type = upload
END
sed 's/timeout = 60/timeout = 5/' conf >hasty
sed 's/timeout = 60/timeout = 300/' conf >patient
use=conf
enrich() { ct-enrich -q -c $use; }

# ---- who is asked for -----------------------------------------------------------
says <<'END'
{"users":[{"id":"u1","typeId":"account"},{"id":"u2","typeId":"person"}],
 "media":[{"id":"m1","typeId":"upload"},{"id":"m2","typeId":"photo"},
  {"id":"m3","typeId":"upload"},{"id":"alone","typeId":"upload"}]}
END
cat >in <<'END'
{"id":"m1","user":{"id":"u1"},"match":{"verdict":"match"}}
{"id":"clean","user":{"id":"u1"},"match":{"verdict":"clean"}}
{"id":"m2","user":{"id":"u1"},"object":{"type_id":"photo"},"match":{"verdict":"undecided"}}
{"id":"m1","user":{"id":"u1"}}
{"id":"m3","user":{"id":"u2","type_id":"person"},"match":{"verdict":"clean"},"review":{"verdict":"csam"}}
{"id":"alone"}
{"id":"bad","error":{"tool":"x","code":74,"msg":"y"}}
{"id":"report:1","report":{}}
{"id":"more","user":{"id":"u2"},"supplemental":{"of":"m3"}}
{"id":"done","user":{"id":"u2"},"enrich":{"at":"2026-11-22T09:00:00Z","by":"command"}}
END
exits 'records of three accounts, one in error' 74 enrich <in
mv got out
is 'one call for the adjacent records of an account, one for each without' \
    '{"users":[{"id":"u1","typeId":"account"}],"media":[{"id":"m1","typeId":"upload"},{"id":"m2","typeId":"photo"}]}
{"users":[{"id":"u2","typeId":"person"}],"media":[{"id":"m3","typeId":"upload"}]}
{"users":[],"media":[{"id":"alone","typeId":"upload"}]}' jq -c . calls
json 'those have a member, and no other' '[.id, .enrich] | select(.[1])' \
    '["m1",{"at":"2026-11-22T10:00:00Z","by":"command"}]
["m2",{"at":"2026-11-22T10:00:00Z","by":"command"}]
["m1",{"at":"2026-11-22T10:00:00Z","by":"command"}]
["m3",{"at":"2026-11-22T10:00:00Z","by":"command"}]
["alone",{"at":"2026-11-22T10:00:00Z","by":"command"}]
["done",{"at":"2026-11-22T09:00:00Z","by":"command"}]' out
sed -n '2p;7,10p' in >want.passed
sed -n '2p;7,10p' out >passed
ok 'what is not asked for passes byte for byte' cmp want.passed passed
ct-enrich -c conf <in >/dev/null 2>said
is 'the summary reconciles' \
    'ct-enrich: 10 in = 10 out + 0 dropped: 5 enriched, 1 clean, 1 error, 2 passed, 1 already' \
    tail -n 1 said

# batches of one account are asked for apart; a thousand records in pieces
for b in 1 1 2; do
	echo '{"id":"m1","user":{"id":"u1"},"review":{"batch":"'$b'"}}'
done >in
: >calls
enrich <in >out
is 'another batch is another call' 2 sh -c 'jq -c . calls | wc -l'
seq 600 | sed 's/.*/{"id":"m1","user":{"id":"u1"},"n":&}/' >in
: >calls
enrich <in >out
is 'many records of one account: 256 a call' 3 sh -c 'jq -c . calls | wc -l'
is 'in their order' '' sh -c 'jq .n out | cmp - - <<E
$(seq 600)
E'
: >calls
{ sed -n 1p in; eventually test -s calls; sed -n 2p in; } | enrich >out
is 'one that is slow to come does not keep the others' 2 sh -c 'jq -c . calls | wc -l'

# ---- what an answer does ---------------------------------------------------------
says <<'END'
{"users":[{"id":"u1","typeId":"account","screenName":"sam","email":[
   {"email":"sam@images.example","type":"Home","verified":true,
    "verificationDate":"2026-01-02T03:04:05Z"},{"email":"s@images.example"}],
  "ipCaptureEvent":[{"ipAddress":"203.0.114.7","eventName":"Login",
    "dateTime":"2026-11-20T08:00:00Z","possibleProxy":false,"port":51000},
   {"ipAddress":"2001:4860::1"}],"data":{"ignored":[1]}},
  {"id":"stranger","typeId":"account","screenName":"not asked for"}],
 "media":[{"id":"m1","typeId":"upload","fileName":"a.jpg","missing":false,
   "publiclyAvailable":true,"additionalInfo":["one","two"],
   "ipCaptureEvent":[{"ipAddress":"203.0.114.8","eventName":"Upload","port":1}],
   "fileDetails":{"hash":"00ff","hashType":"MD5"}},
  {"id":"m2","typeId":"upload","missing":true,"fileName":null}],
 "messages":[{"id":"7","typeId":"message","ipAddress":"203.0.114.9"}],
 "additionalFiles":[{"fileUrl":"https://images.example/export/u1.json?pass=1",
   "fileName":"u1.json","additionalInfo":["account export"]},
  {"fileUrl":"https://images.example/export/u1.json?pass=2"}],
 "additionalInfo":"asked twice"}
END
cat >in <<'END'
{"id":"m1","user":{"id":"u1"},"f":0.10,"match":{"verdict":"match"}}
{"id":"m2","user":{"id":"u1","screen_name":"","email":"own@images.example"},"object":{"ip":[]}}
{"id":"t1","user":{"id":"u1","ip":[],"additional_info":"ours"},"threads":[{"id":"t","messages":[{"id":"7","text":"hi"},{"id":"7","ip":"203.0.114.1"},{"id":"8"},{}]}]}
END
exits 'a rich answer' 0 enrich <in
mv got out
json 'the account' 'select(.id == "m1").user' \
    '{"id":"u1","screen_name":"sam","email":[{"value":"sam@images.example","type":"Home","verified":true,"verificationDate":"2026-01-02T03:04:05Z"},{"value":"s@images.example"}],"ip":[{"address":"203.0.114.7","event":"Login","at":"2026-11-20T08:00:00Z","proxy":false,"port":51000},{"address":"2001:4860::1"}],"additional_info":"asked twice"}' out
json 'the object' 'select(.id == "m1").object' \
    '{"name":"a.jpg","public":true,"ip":[{"address":"203.0.114.8","event":"Upload","port":1}],"additional_info":["one","two"],"hash":{"type":"MD5","value":"00ff"}}' out
json 'what is missing is said, and only where it is' \
    '[.id, .object.missing]' '["m1",null]
["https://images.example/export/u1.json",null]
["https://images.example/export/u1.json#2",null]
["m2",true]
["t1",null]' out
json "the operator's own members stay, empty ones too" \
    'select(.id == "m2") | [.user.screen_name, .user.email, .object.ip]' \
    '["","own@images.example",[]]' out
json 'and those of others' 'select(.id == "t1").user | [.ip, .additional_info]' \
    '[[],"ours"]' out
json 'messages get their addresses by id' \
    '.threads // empty | .[0].messages | map(.ip)' \
    '["203.0.114.9","203.0.114.1",null,null]' out
json 'what is told of a record without bytes is no medium' \
    '[.media[].id]' '["m1","m2"]' req
json 'further files follow the first record, for its account' \
    'select(.supplemental) | del(.enrich)' \
    '{"id":"https://images.example/export/u1.json","url":"https://images.example/export/u1.json?pass=1","supplemental":{"of":"m1","additional_info":["account export"]},"user":{"id":"u1"},"object":{"name":"u1.json"}}
{"id":"https://images.example/export/u1.json#2","url":"https://images.example/export/u1.json?pass=2","supplemental":{"of":"m1"},"user":{"id":"u1"}}' out
: >calls
ok 'run again over its own output: nothing is asked, nothing changes' \
    sh -c 'ct-enrich -q -c conf <out | cmp - out && test ! -s calls'
is 'what only the record says stays as it was written' 1 grep -c '"f":0.1[,0]' out

# ---- nothing is filed of what is not there -----------------------------------------
says <<'END'
{"users":[{"id":"u1","typeId":"account"}],"media":[
 {"id":"m1","typeId":"upload","missing":true},{"id":"m2","typeId":"upload","missing":true}]}
END
head -n 2 in >gone
exits 'all media missing: permanent' 65 enrich <gone
json 'each of them says so' .error.msg \
    '"nothing to report: the platform no longer has any of the 2 media"
"nothing to report: the platform no longer has any of the 2 media"' got
ok 'and nothing else is added' sh -c '! grep -q enrich..: got'
exits 'but a text of the same account is there to report' 0 enrich <in

# ---- answers that are none ------------------------------------------------------------
head -n 1 in >one
# refused WHAT CODE - the answer of standard input
refused() {
	says
	exits "$1: refused" "$2" enrich <one
	json '  in the record, with nothing of it' \
	    '[.error.tool, .error.code, has("enrich"), .user]' \
	    "[\"ct-enrich\",$2,false,{\"id\":\"u1\"}]" got
	ok '  and not quoted' sh -c '! grep -q SECRET got err'
}
u='{"id":"u1","typeId":"account"}' m='{"id":"m1","typeId":"upload"}'
refused 'truncated JSON' 76 <<END
{"users":[$u],"media":[$m
END
refused 'no JSON at all' 76 <<END
<html>SECRET</html>
END
refused nothing 76 </dev/null
refused 'an array' 76 <<END
[{"users":[$u],"media":[$m]}]
END
refused 'no users' 76 <<END
{"media":[$m]}
END
refused 'another account' 76 <<END
{"users":[{"id":"SECRET","typeId":"account"}],"media":[$m]}
END
refused 'another type of account' 76 <<END
{"users":[{"id":"u1","typeId":"SECRET"}],"media":[$m]}
END
refused 'another medium' 76 <<END
{"users":[$u],"media":[{"id":"SECRET","typeId":"upload"}]}
END
refused 'no medium' 76 <<END
{"users":[$u]}
END
refused 'a number for a name' 76 <<END
{"users":[{"id":"u1","typeId":"account","screenName":7}],"media":[$m]}
END
refused 'a text for a boolean' 76 <<END
{"users":[$u],"media":[{"id":"m1","typeId":"upload","missing":"SECRET"}]}
END
refused 'an address without one' 76 <<END
{"users":[{"id":"u1","typeId":"account","ipCaptureEvent":[{"port":1}]}],"media":[$m]}
END
refused 'a port that is none' 76 <<END
{"users":[{"id":"u1","typeId":"account","ipCaptureEvent":[{"ipAddress":"203.0.114.7","port":1.5}]}],"media":[$m]}
END
refused 'an account twice, not the same' 76 <<END
{"users":[$u,{"id":"u1","typeId":"account","screenName":"SECRET"}],"media":[$m]}
END
refused 'a name twice in an object' 76 <<END
{"users":[{"id":"u1","typeId":"account","screenName":"a","screenName":"SECRET"}],"media":[$m]}
END
refused 'a message twice, from two places' 76 <<END
{"users":[$u],"media":[$m],"messages":[{"id":"1","ipAddress":"203.0.114.7"},{"id":"1","ipAddress":"203.0.114.8"}]}
END
refused 'a file of this machine' 76 <<END
{"users":[$u],"media":[$m],"additionalFiles":[{"fileUrl":"file:///etc/SECRET"}]}
END
jq -nc --argjson u "$u" --argjson m "$m" '{users: [$u], media: [$m],
    additionalFiles: [range(101) | {fileUrl: "https://images.example/\(.)"}]}' >big
refused 'a hundred and one files' 76 <big
{
	printf '{"users":[%s],"media":[%s],"x":' "$u" "$m"
	head -c 100000 /dev/zero | tr '\0' '['
} >big
refused 'deep nesting' 76 <big
{
	printf '{"users":[%s],"media":[%s],"x":"' "$u" "$m"
	head -c 70 /dev/zero | tr '\0' '['
	printf '"}'
} | says
exits 'brackets in a text are none' 0 enrich <one
printf '{"users":[%s],"media":[%s],"x":"\000"}' "$u" "$m" >big
refused 'a NUL' 76 <big
printf '{"users":[%s],"media":[%s],"x":"\377"}' "$u" "$m" >big
refused 'no UTF-8' 76 <big
hook <<'END'
printf '{"users":[],"x":"'
head -c 10485760 /dev/zero | tr '\0' x
END
exits 'ten megabytes: refused' 76 enrich <one
cp err said
is '  by their size' 'ct-enrich: line 1: the command wrote over 1048576 bytes' cat said
jq -nc --argjson u "$u" --argjson m "$m" \
    '{users: [$u + {screenName: ("x" * 600000)}], media: [$m]}' | says
jq -c '.pad = "y" * 600000' one >long
exits 'a record that would be too long' 65 enrich <long
json '  stays what it was' '[.error.code, (.pad | length), has("enrich")]' '[65,600000,false]' got

# ---- commands that fail ------------------------------------------------------------------
# failing WHAT CODE - the hook of standard input
failing() {
	hook
	exits "$1" "$2" enrich <one
	json '  in the record' .error.code "$2" got
}
failing 'temporary' 75 <<'END'
exit 75
END
failing 'it knows no such account' 66 <<'END'
exit 66
END
failing 'it may not tell' 77 <<'END'
exit 77
END
failing 'what it needs is not there' 69 <<'END'
exit 69
END
failing 'any other status' 76 <<'END'
cat answer; exit 3
END
failing 'killed' 75 <<'END'
kill -9 $$
END
gone() { [ -s child ] && ! alive "$(cat child)"; }
use=hasty
failing 'too slow, its children too' 75 <<'END'
sleep 300 & echo $! >child
sleep 300
END
use=conf
ok '  which are gone' eventually gone
rm child
hook <<'END'
sleep 300 & echo $! >child
sleep 300
END
start=$(date +%s)
{ eventually test -s child; kill "$(cat pid)"; } &
sh -c 'echo $$ >pid && exec ct-enrich -q -c patient' <one >out 2>err
is 'SIGTERM while it hangs' 75 echo $?
ok '  ends it soon' test $(($(date +%s) - start)) -lt 200
json '  says so in the record' .error.code 75 out
ok '  leaves none of the group' eventually gone
hook <<'END'
exec 0<&-
cat answer
END
cp answer answer.ok
printf '{"users":[%s],"media":[%s]}' "$u" "$m" >answer
exits 'one that reads nothing may still know' 0 enrich <one
hook <<'END'
(sleep 20) &
cat answer
END
use=hasty
exits 'one that leaves something behind is not waited for' 0 enrich <one
use=conf
hook <<'END'
env | sort >env; ls /proc/self/fd | wc -l >fds
cat answer
END
SECRET=1 sh -c 'exec 9<conf; exec ct-enrich -q -c conf' <one >/dev/null
is 'nothing of our environment' 'LANG=C.UTF-8
PATH=/usr/local/bin:/usr/bin:/bin' grep -vE '^(PWD|OLDPWD|SHLVL|_)=' env
is 'nor of our descriptors' 4 cat fds

# ---- set-up ---------------------------------------------------------------------------------
exits '--command comes first' 69 ct-enrich -q -c conf --command /nonexistent/x <one
exits 'one without its path' 78 ct-enrich -q -c conf --command 'true' <one
hook <<'END'
echo "$*" >args
cat answer
END
exits 'its arguments' 0 ct-enrich -q -c conf --command "$tmp/hook  a;b '\$c'" <one
is '  go through no shell' "a;b '\$c'" cat args
echo '[enrich]' >empty
exits 'nobody to ask' 78 ct-enrich -c empty <one
printf '[enrich]\ncommand = /bin/true\nurl = https://x.example/\n' >both
exits 'two to ask' 78 ct-enrich -c both <one
printf '[enrich]\ncomand = /bin/true\n' >typo
exits 'a misspelt key' 78 ct-enrich -c typo <one
printf '[enrich]\ncommand = /bin/true\ntimeout = 0\n' >now
exits 'no time at all' 78 ct-enrich -c now <one
exits 'an operand' 64 ct-enrich -c conf x <one
exits 'an option of another verb' 64 ct-enrich --rsa <one
echo '{"id":7}' >odd
exits 'an id that is no text' 65 enrich <odd
echo '{"id":"m1","user":"u1"}' >odd
exits 'an account that is no object' 65 enrich <odd
echo '{"id":"m1","object":[]}' >odd
exits 'an object that is none' 65 enrich <odd
exits 'a full disk is said' 74 sh -c 'ct-enrich -q -c conf <one >/dev/full'

# ---- keys -------------------------------------------------------------------------------------
exits 'a key pair' 0 ct-enrich keygen -o k
exits 'and one of RSA' 0 ct-enrich keygen --rsa -o r
is 'secret ones are closed' '600 600' sh -c 'stat -c %a k.key r.key | xargs'
exits 'no key is written over' 73 ct-enrich keygen -o k
rm k.key
exits 'nor half a pair' 73 ct-enrich keygen -o k
ok '  and none made' test ! -e k.key
rm k.pub && ct-enrich keygen -o k
for k in k r; do
	is "$k.key has the public key $k.pub" "$(cat $k.pub)" ct-enrich pubkey $k.key
	is "$k.pub, too" "$(cat $k.pub)" ct-enrich pubkey $k.pub
	ok 'openssl reads both' sh -c 'openssl pkey -in '$k'.key -pubout | cmp - '$k.pub
	is 'its id is what openssl says' \
	    "$(openssl pkey -pubin -in $k.pub -outform DER | sha256sum | cut -c-32)" \
	    ct-enrich pubkey --id $k.key
done
is 'the bytes of a key' "$(openssl pkey -pubin -in k.pub -outform DER | tail -c 32 | base64)" \
    ct-enrich pubkey --base64 k.pub
is 'of RSA all of its DER' "$(openssl pkey -pubin -in r.pub -outform DER | base64 -w0)" \
    ct-enrich pubkey --base64 r.key
ok 'RSA of 2048 bits, to the power of 65537' sh -c \
    'openssl pkey -in r.key -noout -text | tr "\n" " " | grep -q "2048 bit.*65537"'
echo hello >x
exits 'what is no key' 65 ct-enrich pubkey x
exits 'no file' 66 ct-enrich pubkey y
exits 'no name' 64 ct-enrich keygen
done_testing
