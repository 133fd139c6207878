#!/bin/sh
# ct-rescan, ct-report-one and the demo: what an operator runs by hand or cron
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

mkdir -p media/u1 media/u2 known "$CT_HOME"
for i in 1 2 3; do mkpix known/$i.png --seed $i --size 160x120; done
mkpix media/u1/a.jpg --seed 1 --size 160x120 --quality 60
mkpix media/u1/b.jpg --seed 9 --size 160x120
cp known/2.png "media/u2/c d.png"
echo text >media/u2/note.jpg
conf <<E
[source own]
type = file
path = $tmp/list
E

# ---- ct-rescan
exits 'ct-rescan without a list: 66, never clean' 66 ct-rescan media
ct-hash -q known/*.png | jq -r '"pdq " + .hashes.pdq + " known"' >list
ct-syncdb -q sync
exits 'a directory that is not there' 66 ct-rescan nowhere
exits 'no directory' 64 ct-rescan
exits 'ct-rescan' 0 ct-rescan -u 1 media
jq -sc "sort_by(.id)[]" got >rec
cp err summary
json 'writes what is not clean, with its account' \
    '[(.id | split("/")[-1]), .user.id, .match.verdict]' \
    '["a.jpg","u1","match"]
["c d.png","u2","match"]
["note.jpg","u2","undecided"]' rec
ok 'says how many had which outcome' grep -q 'ct-match: 4 in = 4 out + 0 dropped: .*2 match' summary
is 'and has queued what matched' '2' sh -c 'ct-review list | wc -l'
ct-rescan -q -a -u 1 media >all 2>err
[ -z "${CT_SANITIZED:-}" ] || sed -i '/the decoder is not confined/d' err
ok '-q says nothing' test ! -s err
is '-a writes every record' 4 sh -c 'wc -l <all'
is 'a second run queues nothing twice' '2' sh -c 'ct-review list | wc -l'
mkdir n && cp -r "$CT_HOME/lists" n/
exits '-n looks things up' 0 ct-rescan -qn -d n media
ok '  and tells' grep -q '"verdict":"match"' got
is '  but queues nothing at all' 0 sh -c 'ct-review list -d n | wc -l'
cp -r n s
exits '-s without the key of the vault: 66' 66 ct-rescan -qs -d s media
is '  and nothing is queued' 0 sh -c 'ct-review list -d s | wc -l'
ct-preserve keygen -o vault
exits '-s seals what matches' 0 ct-rescan -qs -u 1 -d s media
is '  and what is queued says so' '2 staged' sh -c 'ct-review list -d s | jq -r .vault.state | uniq -c | xargs'
exits '-s with -n' 0 ct-rescan -qns -d n media
ok '  seals nothing' test ! -e n/vault

# however the directory is spelled, the account is the one below it
accounts() {
	ct-rescan -nqa -u 1 "$1" 2>/dev/null | jq -r '.user.id // "none"' | sort -u | xargs
}
ln -s media link
mkdir -p a
for spelled in media ./media media// a/../media link; do
	is "accounts below $spelled" 'u1 u2' accounts "$spelled"
done
is 'accounts below .' 'u1 u2' sh -c 'cd media && ct-rescan -nqa -u 1 . | jq -r .user.id | sort -u | xargs'
odd=$(printf 'media/u2/n\377.png')
cp known/*.png . && for f in *.png; do mv "$f" "$odd"; done
is 'a name that is not UTF-8 has an account' u2 sh -c 'ct-rescan -nqa -u 1 media | jq -r "select(.path_b64) | .user.id"'
mkdir "$(printf 'media/u\377')" && mv "$odd" "$(printf 'media/u\377/x.png')"
exits 'an account that is not UTF-8: an error' 65 ct-rescan -nqa -u 1 media
json '  of that record' 'select(.path_b64) | [.error.tool, .user]' '["ct-rescan",null]' got
rm -r "$(printf 'media/u\377')"
flock -F "$CT_HOME/rescan.lock" sh -c ': >locked; exec sleep 60' &
holder=$!
ok 'a lock is taken' eventually test -e locked
exits 'another run at it: 75' 75 ct-rescan media
kill $holder
wait $holder 2>/dev/null
chmod 000 media/u1/b.jpg
if [ -r media/u1/b.jpg ]; then
	ln -s nowhere media/u1/link # root reads all; a link is no regular file
	exits 'a link is none of the files' 0 ct-rescan -q -u 1 media
else
	exits 'a file that cannot be read is told' 66 ct-rescan -q -u 1 media
fi
(umask 027 && printf x >"$CT_HOME/lists/known.ctx")
exits 'a damaged list: never clean' 65 ct-rescan -q media
rm "$CT_HOME/lists/known.ctx"
ct-syncdb -q sync

# ---- ct-report-one
sandbox
ct-preserve keygen -o vault >/dev/null 2>&1
one() { ct-report-one --credential "$box/cybertip.cred" "$@" </dev/null; }
exits 'ct-report-one without a file' 64 one --user u7
exits 'without a terminal and --yes it asks nobody' 64 one --user u7 media/u1/b.jpg
exits 'a file that is not there' 66 one --user u7 --yes media/u1/b.jpg missing.jpg
is 'and nothing was done' 0 state '.reports | length'
exits 'two files of an account' 0 one --user u7 --class B2 --yes \
    --at 2026-11-20T08:00:00Z media/u1/b.jpg "media/u2/c d.png"
ok 'it prints the number of the report' grep -Eq '^report [0-9]+ finished \(test\), 2 files$' got
ok 'it told what each one is' grep -q 'on the list own' err
is 'the server has it, with both files' '["finished",2]' state '.reports[] | [.state, (.files | length)]'
ok 'of that account' sh -c 'ct-sandbox state "$0" | jq -e ".reports[0].xml | contains(\"<espIdentifier>u7</\")"' "$url"
exits 'again' 0 one --user u7 --class B2 --yes \
    --at 2026-11-20T08:00:00Z media/u1/b.jpg "media/u2/../u2/c d.png"
ok 'it says that it was filed before' grep -q 'finished (test), 2 files, before$' got
is 'and nothing is filed twice' 1 state '.reports | length'
mkdir d1 d2
mkpix d1/x.png --seed 31 --size 96x64
mkpix d2/x.png --seed 32 --size 96x64
newline=$(printf 'd1/y\nz.png')
mkpix "$newline" --seed 33 --size 96x64
ct-review decide -q --account u1 --verdict csam --by other >/dev/null
exits 'files of one name, and odd ones' 0 one --user u1 --yes d1/x.png d2/x.png "$newline"
is 'go without what others decided of the account' '[2,3]' state '[.reports[].files | length]'
(umask 027 && printf x >"$CT_HOME/lists/known.ctx")
exits 'a damaged list: nothing is done' 65 one --user u9 --yes d1/x.png
rm "$CT_HOME/lists/known.ctx"
ct-syncdb -q sync
is 'what waits of others still waits' '1' sh -c 'ct-review list | wc -l'

# ---- the demo
exits 'the demo' 0 "$top/scripts/demo" "$tmp/demo"
ok 'ends with the number of a finished report' \
    sh -c 'tail -n 1 got | grep -Eq "^finished report number: [0-9]+$"'
done_testing
