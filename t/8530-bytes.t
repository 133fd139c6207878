#!/bin/sh
# bytes of a bucket, once more: they are looked at, sealed and reported from
# there, by ct-fetch, which alone knows the secrets; what if they are not
# shellcheck source=t/lib.sh disable=SC2154,SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'its programs are run sanitized elsewhere'
# shellcheck source=t/swift.sh
. "$t/swift.sh"
swift
sandbox || exit 1

cred cred
cred wrong wrong
ct-preserve keygen -o vault >/dev/null || exit 1
conf <<E
[bucket media]
bucket = vaults
endpoint = http://127.0.0.1:$port
credential = $tmp/cred
[source own]
type = file
path = $tmp/list
[fetch]
allow = 127.0.0.0/8
E
sed "s|^credential = $tmp/cred|credential = $tmp/wrong|" ct.conf >wrong.conf
sed "s|127.0.0.1:$port|127.0.0.1:1|" ct.conf >down.conf
put() { s3 "/vaults/$2" --path-as-is -f -T "$1" -o answer; }

# ---- the whole line ---------------------------------------------------------------
mkpix one.png --seed 1 --size 96x96
mkpix two.png --seed 2 --size 96x96
mkpix fair.png --seed 3 --size 96x96
ct-hash -q one.png two.png | jq -r '"pdq " + .hashes.pdq + " known"' >list
ct-syncdb -q sync
put one.png u1/a.png && put fair.png u1/b.png && put two.png 'u2/%C3%BC%0Ab.png' &&
    put two.png u3/c.png && put one.png u4/d.png && put one.png u5/e.png || exit 1
# taken from the bucket, by account
find_all() {
	ct-ls -q s3://media | ct-seen new -q --store media | ct-fetch -q | ct-hash -q |
	    ct-match -a -q | jq -c --unbuffered '. + {user: {id: (.id | split("/")[3])},
	      incident: {at: "2026-11-20T08:00:00Z"}}' |
	    ct-review add -q | ct-seen put -q --store media
}
exits 'a bucket is looked through' 0 find_all
cp got all
is '  its copies are queued' 'u1 u2 u3 u4 u5' sh -c 'ct-review list -q | jq -r .user.id | sort | xargs'
ct-review list -q >queued
json '  none has a path' 'select(.path)' '' queued

# ---- looked at
mkdir bin # ct-fetch is beside whoever runs it
cp "$t/tool/tiles" bin && ln -s "$top/ct-fetch" bin
grep u1/ queued | bin/tiles "$top/ct-decode" full >o 2>said
is 'a person sees it' '0 96x96' sh -c 'jq -r "\"\(.rc) \(.pixels[0])x\(.pixels[1])\"" o'

# ---- staged
exits 'staged' 0 sh -c "grep u1/ queued | ct-preserve stage -q"
json '  from its bucket' .vault.state '"staged"' got

# ---- decided, reported, sealed
decide() { ct-review decide -q --account "$1" --verdict csam --class A1 --by ana >/dev/null; }
decide u1
ct-review decided -q --test | ct-report -q >rep
json 'the report names the object' '[.report.files[] | [.id, .path]]' '[["s3://media/u1/a.png",null]]' rep
exits 'sealed' 0 ct-preserve seal -q <rep
cp got sealed
json '  its bytes' '[.report.files[].vault.state]' '["sealed"]' sealed
exits 'filed' 0 ct-submit -q --now <sealed
cp got filed
json '  finished' .submission.state '"finished"' filed
is '  with its bytes' "$(sha256sum <one.png | cut -c1-64)" state '.reports[].files[].sha256'
exits 'anchored, acknowledged' 0 sh -c 'ct-preserve anchor -q <filed | ct-review ack -q'
exits 'the vault is whole' 0 ct-preserve verify -q
id=$(jq -r '.report.files[0].vault.id' sealed)
exits '  and opened' 0 ct-preserve open -k vault.key -o opened "$id"
ok '  has what was found' cmp one.png opened

# a key of any bytes, and a directory as the place to be: -c is taken along
decide u2
ct-review decided -q --test | ct-report -q >rep
exits 'a key of odd bytes' 0 sh -c "unset CT_CONF; ct-preserve seal -q -c ct.conf <rep"
json '  is sealed' '[.report.files[].vault.state]' '["sealed"]' got
exits '  and filed' 0 sh -c "unset CT_CONF; ct-submit -q --now -c ct.conf --credential $box/cybertip.cred <rep"
cp got filed
is '  with its bytes' "$(sha256sum <two.png | cut -c1-64)" state '.reports[-1].files[].sha256'
ct-review ack -q <filed >/dev/null

# ---- what was found is there no longer
decide u3
ct-review decided -q --test | ct-report -q >rep
put fair.png u3/c.png
exits 'it is another by now: its seal fails' 75 ct-preserve seal -q <rep
json '  and says so' '.report.files[0].vault' \
    '{"state":"failed","reason":"it is another than the one that was found"}' got
grep u3/ queued | bin/tiles "$top/ct-decode" full >o 2>said
json '  nobody is shown it' .rc 65 o
s3 /vaults/u3/c.png -X DELETE
exits 'it is gone: its seal fails' 75 ct-preserve seal -q <rep
json '  and says so' '.report.files[0].vault' \
    '{"state":"failed","reason":"it is gone from where it was"}' got
cp got sealed
rm -f none
jq -c '.report.files[0] |= (.path = "'"$tmp"'/none" | .id = "none")' rep >missing
ct-submit -q --now <missing >got.missing 2>/dev/null
as=$?
exits '  ct-submit says of it what it says of a file that is gone' $as ct-submit -q --now <sealed
json '  and holds the report' '[.submission.state, .submission.reason]' \
    "$(jq -c '[.submission.state, .submission.reason]' got.missing)" got

# ---- its store does not give it
decide u4
ct-review decided -q --test | ct-report -q | jq -c 'select(.user.id == "u4")' >rep
filed=$(state '[.reports[] | select(.state == "finished")] | length')
exits 'the wrong secret: its seal fails' 75 ct-preserve seal -q -c wrong.conf <rep
json '  and says so' .report.files[0].vault.reason '"its store refuses us"' got
exits '  nor is it filed' 77 ct-submit -q --now -c wrong.conf <rep
exits 'the store is down: nor' 75 ct-submit -q --now -c down.conf <rep
is '  nothing was sent' "$filed" state '.reports | length'
exits 'and run again' 0 ct-submit -q --now <rep
cp got filed
is '  it is' "$(sha256sum <one.png | cut -c1-64)" state '.reports[-1].files[].sha256'
ct-review ack -q <filed >/dev/null

# ---- by a URL; and killed
mkdir web
cp one.png web/a.png
webbox web >webport &
pids="$pids $!"
eventually test -s webport || ok 'the server listens' false
at="http://127.0.0.1:$(cat webport)/f/a.png?stall=100:1"
grep u5/ all | jq -c --arg url "$at" '.id = "w" | .url = $url | .user.id = "w"' |
    ct-review add -q >/dev/null
decide w
ct-review decided -q --test | ct-report -q | jq -c 'select(.user.id == "w")' >rep
json 'the report has the URL of what has no path' '.report.files[0] | [.id, .url == "'"$at"'"]' '["w",true]' rep
SECRET=deeds ct-submit -q --now <rep >got 2>err 9<ct.conf &
pid=$! child='' i=0
while [ -z "$child" ] && [ $((i = i + 1)) -lt 500 ]; do
	# shellcheck disable=SC2013 # names without blanks
	for d in $(grep -lsx "PPid:.$pid" /proc/[0-9]*/status); do
		d=${d%/status}
		[ -s web/heard ] && [ "$(cat "$d/comm")" = ct-fetch ] && child=${d#/proc/}
	done
	sleep 0.02
done
tr '\0' '\n' <"/proc/$child/environ" | sed 's/=.*//' | sort | xargs >names
tr '\0' ' ' <"/proc/$child/cmdline" >args
readlink "/proc/$child/fd/9" >nine
readlink "/proc/$child/fd/1" >one
kill -9 "$child"
wait $pid
is 'ct-fetch is killed in the middle: run it again' 75 echo $?
is '  its environment' 'CT_CONF HOME LANG PATH' cat names
ok '  no argument says what it is' sh -c '! grep -q -e /f/a -e "$(sha256sum <one.png | cut -c1-64)" args'
is '  no other file is open to it' '' cat nine
ok '  what it gets is nowhere on a disk' grep -q ^/memfd: one
exits 'run again' 0 ct-submit -q --now <rep
is '  it is filed' "$(sha256sum <one.png | cut -c1-64)" state '.reports[-1].files[].sha256'
done_testing
