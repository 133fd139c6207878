#!/bin/sh
# The users of contrib/systemd: the lines work across them, and none reads what
# another has.  In a mount namespace, so that this machine keeps its own.
[ "${1-}" = inside ] || [ "$(id -u)" -ne 0 ] ||
    ! unshare -m true 2>/dev/null || exec unshare -m "$0" inside
# shellcheck source=t/lib.sh disable=SC2016,SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'its programs are run sanitized elsewhere'
[ "${1-}" = inside ] || skip_all 'needs root, and mount namespaces'
for p in bash setpriv systemd-sysusers systemd-tmpfiles getent; do
	command -v $p >/dev/null || skip_all "no $p"
done
c=$top/contrib/systemd
PATH=$c:$PATH

# ---- the machine: users, their directories, files of the platform -------------
mkdir -p root/etc
for file in passwd group; do
	getent $file root nobody nogroup >root/etc/$file
done
exits 'systemd takes ct.sysusers' 0 systemd-sysusers --root="$tmp/root" "$c/ct.sysusers"
is 'three users, and who may read the platform'"'"'s files' 'ct-media ct,ct-vault
ct
ct-review
ct-vault' sh -c 'sed -n "s/^\(ct[a-z-]*\):.*:/\1 /p" root/etc/group | sed "s/ $//" | sort -r | sort -t " " -k 2r,2 -k 1,1'
if ! mount --bind root/etc/passwd /etc/passwd ||
    ! mount --bind root/etc/group /etc/group ||
    ! mount -t tmpfs -o mode=755 none /var/lib; then
	skip_all 'cannot mount'
fi
[ -d /etc/ct ] || sed '/^d .etc.ct/d' "$c/ct.tmpfiles" >some
[ ! -d /etc/ct ] || cp "$c/ct.tmpfiles" some
exits 'and ct.tmpfiles' 0 systemd-tmpfiles --create "$tmp/some"
is 'a directory each, closed to the others' '/var/lib/ct ct:ct 700
/var/lib/ct-review ct-review:ct-review 700
/var/lib/ct-vault ct-vault:ct-vault 700' stat -c '%n %U:%G %a' /var/lib/ct*

# as USER COMMAND...
as() {
	who=$1
	shift
	env -i PATH="$PATH" CT_CONF=/var/lib/etc/ct.conf CT_HOME="/var/lib/$who" \
	    setpriv --reuid="$who" --regid="$who" --init-groups "$@"
}
as ct test -x "$top/ct-hash" || skip_all 'users cannot get at what is built'
mkdir -m 755 /var/lib/etc
install -d -m 2750 -g ct-media /var/lib/media /var/lib/media/u1 /var/lib/media/u2
for i in 1 2; do mkpix /var/lib/media/u$i/$i.jpg --seed $i --size 160x120; done
chgrp -R ct-media /var/lib/media && chmod 640 /var/lib/media/u?/*
ct-hash -q /var/lib/media/u?/* | jq -c '{member: "9002", entry: (.id | sub(".*/"; "")), type: "pdq",
    hash: .hashes.pdq, classification: "A1"}' >list.rec
sandbox --hashes list.rec || exit 1
install -o ct -m 600 "$box/cybertip.cred" "$box/hashsharing.cred" /var/lib/etc
(cd /var/lib/etc && umask 022 && ct-preserve keygen -o vault 2>/dev/null)
mv /var/lib/etc/vault.key .
for verb in disable delete; do
	printf '#!/bin/sh\necho "$(id -un) %s $*" >>/var/lib/done\n' $verb >/var/lib/etc/$verb
	chmod 755 /var/lib/etc/$verb
done
: >/var/lib/done && chmod 666 /var/lib/done
cat >/var/lib/etc/ct.conf <<END
[company]
name = Example Images
[reporter]
first_name = Ana
last_name = Lima
email = trust@images.example
[ncmec]
credential = /var/lib/etc/cybertip.cred
[vault]
public_key = /var/lib/etc/vault.pub
[act]
disable = /var/lib/etc/disable
delete = /var/lib/etc/delete
[source ncmec]
type = ncmec
url = $url/hashsharing
credential = /var/lib/etc/hashsharing.cred
list = industry
reason = 00000000-0000-4000-8000-000000000001
END
CT_CONF=/var/lib/etc/ct.conf
export CT_CONF

# ---- the lines --------------------------------------------------------------------
exits 'ct brings the lists up to date' 0 as ct ct-syncdb sync --all -q
exits 'ct-line scan' 0 ct-line scan -q -u 1 /var/lib/media
as ct-review ct-review list >queue 2>/dev/null
for o in -n -qn -d; do
	exits "$o, which it would not keep to" 64 ct-line scan $o /var/lib/media
done
exits 'with a store' 0 ct-line scan -q -u 1 --store media /var/lib/media
cp got told
is '  what is not clean is told' 2 sh -c 'wc -l <told'
exits 'again' 0 ct-line scan -q -u 1 --store media /var/lib/media
ok '  nothing is told' test ! -s got
as ct ct-seen stats --store media >stored 2>/dev/null
json '  since ct remembers all' .objects "$(find /var/lib/media -type f | wc -l)" stored
is 'the queue is of ct-review' 'u1
u2' sh -c 'jq -r .user.id queue | sort'
is 'where the copy of its key is made' '600 ct' sh -c \
    'systemd-tmpfiles --create "$1/some" && stat -c "%a %U" /var/lib/ct/review.key' - "$tmp"
ok '  the same' cmp /var/lib/ct/review.key /var/lib/ct-review/review.key
exits 'a verdict' 0 as ct-review ct-review decide -q --account u1 --verdict csam --by ana
as ct-review ct-review decided -q | as ct ct-report -q --explain-viewed >why 2>&1
ok 'by which ct-report can prove who looked at what' grep -q 'proven: no view' why
# unit COMMAND... - root as ct-line.service leaves it
# shellcheck disable=SC2016,SC2317
unit() {
	unshare -m sh -c 'mount -t proc -o subset=pid,hidepid=invisible none /proc
	    exec setpriv --bounding-set=-all,+setuid,+setgid --inh-caps=-all \
	    --no-new-privs "$@"' - "$@"
}
exits 'ct-line report, by root with two capabilities' 0 unit ct-line report -q
cp got filed
exits '  which cannot read what it hands on' 1 unit cat /var/lib/ct-review/review.db
json 'the report is finished, its evidence sealed' \
    '[.user.id, .submission.state, .report.files[].vault.state, .vault.receipt == .submission.report_id]' \
    '["u1","finished","sealed",true]' filed
exits 'again' 0 ct-line report -q
json '  nothing is sent twice' .submission.already true got
is '  of one report' 1 state '.reports | length'
exits 'with the operator'"'"'s commands' 0 ct-line report -q --disable
is '  which do nothing for a test' '' cat /var/lib/done

# what dies in between is gone on with
as ct-review ct-review decide -q --account u2 --verdict csam --by ana >/dev/null
control '{"fault":"finish:*:http:500"}'
as ct-review ct-review decided -q | as ct ct-report -q |
    as ct-vault ct-preserve seal -q | as ct ct-submit -q --retry-wait 1 >first 2>/dev/null
json 'a report that cannot be finished now' 'select(.user.id == "u2").submission.state' '"pending"' first
control '{"fault":null}'
# it is not due before its second has passed
i=0
while ct-line sweep -q >again 2>/dev/null; [ $? -eq 75 ] && [ $i -lt 50 ]; do
	sleep 0.1
	i=$((i + 1))
done
exits '  ct-line sweep goes on with it' 0 ct-line sweep -q
is '  until it is finished' '"finished"' jq -c 'select(.user.id == "u2").submission.state' again
is '  of two reports' 2 state '.reports | map(select(.state == "finished")) | length'
exits 'the evidence is whole' 0 as ct-vault ct-preserve verify -q
mv got verified
is '  of both' 2 grep -c '"state":"ok"' verified

# what waits for a verdict is kept by ct-vault, and let go if it is harmless
mkdir -m 2750 /var/lib/media/u3 && cp /var/lib/media/u1/1.jpg /var/lib/media/u3/3.jpg
chgrp -R ct-media /var/lib/media/u3 && chmod 640 /var/lib/media/u3/3.jpg
exits 'ct-line scan --stage' 0 ct-line scan -qs -u 1 /var/lib/media
as ct-vault ct-preserve find --staged --user u3 >staged
is '  keeps what is new' '"u3"' jq -c .user staged
as ct-review ct-review decide -q --account u3 --verdict not_csam --by ana >/dev/null
exits 'ct-line harmless' 0 ct-line harmless -q
as ct-vault ct-preserve find --staged --user u3 >staged
ok '  lets go of it' test ! -s staged

# who shares the lists is told
exits 'ct-line feedback' 0 ct-line feedback -q
is '  tells NCMEC: of u1 what was said last' '1.jpg down
2.jpg up' state -r '.votes[] | "\(.entry) \(.vote)"'

# deletion: the vault is asked, so its user runs the command
jq -c '.report.env = "production" | .report.key = ("e" * 32) | del(.submission, .vault, .report.files[].vault)' filed |
    as ct-vault ct-preserve seal -q |
    jq -c '.submission = {env: "production", report_id: "4711",
	state: "finished", at: (now | todate), files: [.report.files[] | {id, sha256}]}' |
    as ct-vault ct-preserve anchor -q >real
exits 'ct-act delete as ct-vault' 0 as ct-vault ct-act delete -q <real
is '  deletes' 'ct-vault delete /var/lib/media/u1/1.jpg u1' cat /var/lib/done
exits '  and as ct is refused: it does not see the vault' 77 as ct ct-act delete -q <real
is '  nothing more is run' 1 sh -c 'wc -l </var/lib/done'

# ---- what each does is in a log of its own --------------------------------------
: >logs
for user in ct ct-review ct-vault; do
	exits "the logs of $user are whole" 0 as $user ct-audit verify -q
	jq -r --arg u $user '"\($u) \(.program)"' got >>logs
done
is '  and of its programs' 'ct ct-act
ct ct-feedback
ct ct-submit
ct ct-syncdb
ct-review ct-review
ct-vault ct-act
ct-vault ct-preserve' cat logs
exits 'ct-vault destroys what is past its date' 0 as ct-vault ct-preserve expire --yes -q
ok '  which is nothing yet' test ! -s got

# ---- none reads what another has -----------------------------------------------
for user in ct ct-review ct-vault; do
	find "/var/lib/$user" -type f >files
	ok "there is something of $user" test -s files
	while read -r file; do
		case ${file%%-wal} in
		*-shm) continue ;;
		esac
		as $user test -r "$file" || echo "$file"
	done <files >unread
	ok '  which it can read' test ! -s unread
	for other in ct ct-review ct-vault; do
		[ $other != $user ] || continue
		# shellcheck disable=SC2024
		as $other xargs -n 1 sh -c 'cat "$1" 2>/dev/null || :' - <files >leaked
		ok "  $other cannot" test ! -s leaked
		exits "  nor list it" 2 as $other ls "/var/lib/$user"
		exits "  nor write there" 1 as $other sh -c 'true >"$1" || exit 1' - "/var/lib/$user/x" 2>/dev/null
	done
done
ok 'the outbox is of ct' test -s /var/lib/ct/outbox-test.db
ok 'the verdicts are of ct-review' test -s /var/lib/ct-review/review.db
ok 'the vault is of ct-vault' test -d /var/lib/ct-vault/vault/objects
is 'and nothing of it anywhere else' '' find /var/lib/ct /var/lib/ct-review -name '*vault*'
exits 'ct-review has no business with the platform' 1 as ct-review test -r /var/lib/media/u1
is 'nobody may write there' '' sh -c 'for u in ct ct-review ct-vault; do
    setpriv --reuid=$u --regid=$u --init-groups test ! -w /var/lib/media/u1 || echo $u; done'

# ---- what it is called with ------------------------------------------------------
exits 'no verb' 64 ct-line
exits 'no such verb' 64 ct-line file
exits 'an option of another verb' 64 ct-line sweep --production --disable
exits 'nothing is deleted for a test' 64 ct-line report --delete
exits 'help' 0 ct-line --help
sed '/^ct-vault:/d' /etc/passwd >p && cat p >/etc/passwd
exits 'a user that is not there' 78 ct-line report -q
ok '  is said' grep -q "no user 'ct-vault'" err
done_testing
