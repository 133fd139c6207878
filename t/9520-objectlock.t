#!/bin/sh
# contrib/objectlock: what is sealed gets to the bucket, locked, once, and the
# secret nowhere else
# shellcheck source=t/lib.sh disable=SC2016,SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'its programs are run sanitized elsewhere'
for p in curl openssl flock; do
	command -v $p >/dev/null || skip_all "no $p"
done
export CT_CLOCK=2026-11-28T12:00:00Z
PATH=$top/contrib/objectlock:$PATH
secret='s3cret/+ "\= key'

# ---- a vault -----------------------------------------------------------------------
ct-preserve keygen -o vault 2>/dev/null
sealed() { # sealed KEY USER FILE... - a report of these files, sealed
	key=$1 user=$2
	shift 2
	for f; do
		jq -nc --arg f "$tmp/$f" --arg s "$(sha256sum <"$f" | cut -c-64)" \
		    '{id: $f, path: $f, sha256: $s}'
	done | jq -sc --arg k "$key" --arg u "$user" '{id: "report:\($k)", user: {id: $u},
	    report: {key: $k, env: "production", part: 1, parts: 1, files: .}}' |
	    ct-preserve seal -q -k vault.pub
}
for i in 1 2 3; do head -c ${i}0000 /dev/urandom >f$i; done
sealed 00000000000000000000000000000001 u1 f1 f2 |
    jq -c '.submission = {env: "production", report_id: "4711", state: "finished",
	at: "2026-11-28T12:00:00Z", files: [.report.files[] | {id, sha256}]}' |
    ct-preserve anchor -q >anchored

mkdir s3
s3box s3 >port &
pids="$pids $!"
eventually test -s port || ok 'the server listens' false
conf() { # conf [LINE...]
	cat >cred <<END
# a key that may write and look, and nothing else
url = http://127.0.0.1:$(cat port)/bucket
region = eu-west-1
access_key = AKIDEXAMPLE
secret_key = $secret
END
	printf '%s\n' "$@" >>cred
	chmod 600 cred
}
conf
copy() { ct-copy-locked -c cred "$@"; }
heard() { # heard NAME - the values of a header, sorted, each once
	tr -d '\r' <s3/heard | sed -n "s/^$1: *//Ip" | sort -u
}

# ---- the first run -------------------------------------------------------------------
exits '-n tells what would be copied' 0 copy -n
sort got >planned
is '  and copies nothing' '' ls s3
exits 'a copy' 0 copy
ok 'the summary' grep -qx 'ct-copy-locked: 4 copied or locked for longer, 2 sealed' err
cut -d ' ' -f 1,3 "$CT_HOME/copied" | sort >noted
sed 's/T.*//' noted >a && sed 's/T.*//' planned >b
ok 'what was noted is what was planned' cmp a b
is 'objects are locked for 400 days from when they were sealed' '2 2028-01-02T12:00:00Z' \
    sh -c 'grep objects noted | cut -d " " -f 2 | uniq -c | sed "s/^ *//"'
is 'two objects, a receipt and the log are there' '4' sh -c 'ls s3 | grep -vc "lock$\|heard"'
while read -r key _; do
	file=$key
	case $key in
	audit/*) file=${key%/*} ;;
	esac
	cmp "$CT_HOME/$file" "s3/$(echo "bucket/$key" | tr / +)"
done <noted >differ 2>&1
is '  byte for byte' '' cat differ
is 'in compliance mode' COMPLIANCE heard x-amz-object-lock-mode
is 'each only if it was not there' '*' heard if-none-match
is 'what decides is signed' 'content-md5;content-type;host;if-none-match;x-amz-content-sha256;x-amz-date;x-amz-object-lock-mode;x-amz-object-lock-retain-until-date
host;x-amz-content-sha256;x-amz-date' sh -c 'sed -n "s/.*SignedHeaders=\([^,]*\),.*/\1/p" s3/heard | sort -u'
ok 'for the key, the region and the service' grep -q 'Credential=AKIDEXAMPLE/[0-9]*/eu-west-1/s3/aws4_request' s3/heard
is 'the secret is not sent' '' grep -F s3cret s3/heard

exits 'again' 0 copy
ok '  there is nothing to do' grep -qx 'ct-copy-locked: 0 copied or locked for longer, 2 sealed' err

# ---- what came since -------------------------------------------------------------------
sealed 00000000000000000000000000000002 u2 f3 >sealed2
exits 'another file' 0 copy -q
ok '-q says nothing' test ! -s err
is '  and what came to the log' 'objects
audit' sh -c 'tail -n 2 "$1" | sed "s/^vault.//; s/\/.*//"' - "$CT_HOME/copied"
is '  in whole lines, which make the log' '' sh -c 'cat s3/bucket+audit+ct-preserve.log+???????????????? | cmp - "$1"' - "$CT_HOME/audit/ct-preserve.log"

# ---- what is kept longer is locked for longer ---------------------------------------------
: >s3/heard
exits '--days' 0 copy --days 800
is '  locks what is there for longer' '3 COMPLIANCE 2029-02-05T12:00:00Z' \
    sh -c 'for f in s3/*objects*.lock; do cat "$f"; echo; done | sort | uniq -c | sed "s/^ *//"'
is '  by a call that is signed, too' '3 /retention=' sh -c \
    'sed -n "s/^PUT \/[^?]*?/\//p" s3/heard | sed "s/ .*//" | sort | uniq -c | sed "s/^ *//"'
exits '  once' 0 copy --days 800
ok '    not twice' grep -q ': 0 copied' err
exits 'fewer days' 0 copy
ok '  shorten nothing' grep -q ': 0 copied' err

ct-preserve hold add --kind warrant --authority police --ref 1 --by ana --user u1 >held
: >s3/heard
exits 'a hold' 0 copy
ok '  is no reason where the lock is longer' grep -q ': 1 copied' err
jq -rn 'now - 370 * 86400 | todate' >past # sealed then, a lock of 400 days ends soon
CT_CLOCK=$(cat past)
sealed 00000000000000000000000000000004 u1 f1 >held 2>&1
CT_CLOCK=2026-11-28T12:00:00Z
id=$(ct-preserve find --user u1 | jq -r 'select(.report | endswith("4")).id')
exits 'where it would end' 0 copy -n
mv got would
is '  what is held is locked for four months' 'true' sh -c \
    'grep "$1" would | jq -R "split(\" \")[1] | fromdate - now | . > 119 * 86400 and . < 121 * 86400"' - "$id"
exits 'so it is' 0 copy
exits '  once' 0 copy -n
ok '    not twice' test ! -s got

# what only waits for a verdict may have to go tomorrow
head -c 3000 /dev/urandom | ct-preserve stage -q -k vault.pub --id upload --user u9 >waits
id=$(jq -r .vault.id waits)
exits 'with one staged' 0 copy -n
ok '  the log of it goes' grep -q audit got
ok '  and it does not' sh -c '! grep "$1" got' - "$id"

# a key that was wrapped anew, and then once more
mkdir -p "$CT_HOME/vault/wraps"
for i in 1 2; do
	echo "{\"wrap\":$i}" >"$CT_HOME/vault/wraps/abcd"
	exits "wrap $i" 0 copy
done
is '  both are there' 2 sh -c 'ls s3 | grep "wraps+abcd" | grep -vc lock'

# ---- when things go wrong ----------------------------------------------------------------
# planned_answers STATUS... - what the server is to answer next
plan() { printf '%s\n' "$@" >s3/answers; }
again() { # again WHAT - the run that comes next does what is left
	exits "  $1" 0 copy
}
new=3
more() { # another sealed file
	new=$((new + 1))
	head -c 5000 /dev/urandom >f$new
	sealed "$(printf %032d $new)" u$new f$new >/dev/null
	copies=$(wc -l <"$CT_HOME/copied")
}
unnoted() { is '  nothing is noted' "$copies" sh -c 'wc -l <"$1"' - "$CT_HOME/copied"; }
# answered EXIT FATE... - each of these ends the run so, and nothing is noted
answered() {
	want_exit=$1
	shift
	more
	for fate; do
		plan "$fate"
		exits "the first answer is $fate" "$want_exit" copy
	done
	unnoted
	again 'when it is well'
}
answered 75 503 500 429 409 drop
more
plan lose
exits 'an answer is lost' 75 copy
unnoted
again 'what is there is taken for copied'
more
plan - - lose
exits 'an answer about the log is lost' 75 copy
more
again 'and the log has grown since'
is '    in whole lines, which make the log' '' sh -c 'cat s3/bucket+audit+ct-preserve.log+???????????????? | cmp - "$1"' - "$CT_HOME/audit/ct-preserve.log"
answered 77 401 403
answered 76 400 404 301 501
more
plan - 503
exits 'nobody says whether it is locked' 75 copy
unnoted
again 'run again'
more
touch s3/nolock
exits 'a bucket that does not lock' 76 copy
ok '  is named' grep -q 'the bucket does not lock it' err
unnoted
rm s3/nolock
exits '  what it has got stays unlocked' 76 copy
id=$(ct-preserve find | tail -n 1 | jq -r .id)
rm "s3/bucket+vault+objects+$(echo "$id" | cut -c-2)+$id"
again 'without it'
more
id=$(ct-preserve find | tail -n 1 | jq -r .id)
echo other >"s3/bucket+vault+objects+$(echo "$id" | cut -c-2)+$id"
exits 'something else is there' 76 copy
ok '  is said' grep -q 'what is there is something else' err
unnoted
rm "s3/bucket+vault+objects+$(echo "$id" | cut -c-2)+$id"
again 'without it'
more
id=$(ct-preserve find | tail -n 1 | jq -r .id)
file=$CT_HOME/vault/objects/$(echo "$id" | cut -c-2)/$id
cp "$file" whole
chmod 600 "$file" && spoil "$file" 200
more
exits 'a damaged object' 65 copy
ok '  is named' grep -q "$id' is damaged" err
is '  and is not there' '' sh -c 'ls s3 | grep "$1"' - "$id"
is '  the other is' 1 sh -c 'copy=$(tail -n 2 "$1" | head -n 1); echo "$copy" | grep -c objects' - "$CT_HOME/copied"
cp whole "$file"
printf 'vault/objects/torn' >>"$CT_HOME/copied"
more
again 'a torn line of what was copied does no harm'
is 'nothing is left' '' copy -n
exits 'two at once' 75 flock "$CT_HOME/copied" ct-copy-locked -c cred
cp -r "$CT_HOME" cut
rm cut/vault/index.db*
sed -i '$d' cut/audit/ct-preserve.log
sed -i '$d' cut/audit/ct-preserve.log
exits 'a log shorter than what was copied' 76 copy -d cut
ok '  is named' grep -q "'audit/ct-preserve.log' is shorter" err

# ---- the secret, and the rest of the configuration -----------------------------------------
mkdir bin
cat >bin/curl <<END
#!/bin/sh
{ printf '%s\n' "\$@"; env; tr '\0' '\n' </proc/\$PPID/cmdline; } >>$tmp/seen
exec $(command -v curl) "\$@"
END
chmod +x bin/curl
more
PATH=$tmp/bin:$PATH exits 'a run that is watched' 0 sh -xc 'exec ct-copy-locked -c cred'
ok '  had curl run' grep -qx -e --speed-time seen
is '  no argument and no variable has the secret' '' grep -F s3cret seen
plan 403
more
ct-copy-locked -c cred >said 2>&1
is '  nor what is said' '' grep -F s3cret said
is '  nor what was noted' '' grep -rF s3cret "$CT_HOME"
again 'afterwards'
chmod 640 cred
exits 'a key that others can read' 77 copy
conf
sed -i '/^region/d' cred
exits 'no region' 78 copy
conf 'colour = red'
exits 'a key that is none' 78 copy
conf 'lock = never'
exits 'a lock that is none' 78 copy
conf 'url = http://s3.example/bucket'
exits 'without TLS' 78 copy
conf 'url = https://x@y/bucket'
exits 'an address with more in it' 78 copy
exits 'no such file' 66 ct-copy-locked -c nothing
exits 'too few days' 64 copy --days 364
exits 'no such option' 64 copy --fast
conf
exits 'no vault' 66 sh -c 'mkdir none; ct-copy-locked -c "$1" -d none' - cred
conf 'prefix = site-a/'
CT_HOME=$tmp/elsewhere
export CT_HOME
sealed 00000000000000000000000000000009 u9 f1 >/dev/null
exits 'a prefix' 0 env -u CT_HOME CREDENTIALS_DIRECTORY="$tmp" sh -c 'cp cred objectlock.cred; ct-copy-locked -d elsewhere'
is '  stands before each key' 2 sh -c 'ls s3 | grep -v lock$ | grep -c "bucket+site-a+"'
done_testing
