#!/bin/sh
# bad feeds: times, clocks, and what becomes of an entry
# shellcheck source=t/lib.sh disable=SC2016,SC2154,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/cases.sh
. "$t/cases.sh"

cat >conf <<'END'
[source ncmec]
type = ncmec
credential = box/hashsharing.cred
list = industry
END
export CT_CONF=conf
at() { CT_CLOCK=$1 control "{\"clock\":\"$1\"}" && CT_CLOCK=$1 && export CT_CLOCK; }
sync() { ct-syncdb --retry-wait 0 sync "$@" 2>said; }
show() { ct-syncdb show | jq -rc "$1"; }
paths() { state '.requests[]|select(.path|contains("entries"))|.path' | sed 's/.*?//' | tail -n +$((seen + 1)); }
mark() { seen=$(state '[.requests[]|select(.path|contains("entries"))]|length'); }
# live - the entries of the list, each with its hashes
live() {
	sqlite3 "$CT_HOME/lists/ncmec.db" "SELECT member||'/'||content||'/'||e.entry||' '||
	    group_concat(lower(substr(hex(hash), 1, 4)), ' ') FROM entry e JOIN
	    (SELECT * FROM signal ORDER BY hash) s ON s.entry = e.id GROUP BY e.id ORDER BY 1"
}
known() { # MD5: how many entries it hits
	printf '{"id":"x","hashes":{"md5":"%s"}}\n' "$1" | ct-match -aq | jq '.match.hits|length'
}
h() { printf '%s%028d' "$1" 0; }
# put AT ENTRY HASH [MEMBER [CONTENT]], del AT ENTRY [HASH]
put() {
	control "{\"entries\":[{\"member\":\"${4-9002}\",\"entry\":\"$2\",\"content\":\"${5-image}\",\"type\":\"md5\",\"hash\":\"$(h "$3")\",\"at\":\"2026-$1Z\"}]}"
}
del() {
	control "{\"entries\":[{\"op\":\"del\",\"member\":\"9002\",\"entry\":\"$2\"${3+,\"type\":\"$3\"},\"at\":\"2026-$1Z\"}]}"
}
# image ID HASH [MORE...] - as it stands on a page
image() {
	printf '<image><member id="9002">M</member><timestamp>2026-01-01T00:00:00Z</timestamp><id>%s</id>%s<fingerprints>%s</fingerprints></image>' \
	    "$1" "${3-}" "${2:+<md5>$(h "$2")</md5>}${4-}"
}
page() { # COUNT ENTRIES [CONTAINERS]
	printf '<queryResult xmlns="https://hashsharing.ncmec.org/hashsharing/v2"><images count="%d">%s</images>%s</queryResult>' "$1" "$2" "${3-}" >page.xml
	rm -rf "$CT_HOME"
	control '{"fault":null}'
	control '{"fault":"entries:1:body"}'
}
start=2026-06-01T00:00:00Z
sandbox --page-size 2 --clock $start || exit 1
export CT_CLOCK=$start
control "{\"body\":{\"entries\":{\"path\":\"$tmp/page.xml\"}}}"

# ---- 7: times of entries
put 05-03T00:00:00 1 aaaa
put 05-02T00:00:00 2 bbbb
put 05-01T00:00:00 3 cccc
put 04-01T00:00:00 4 dddd
ends 0 sync
is 'all are there, and done to the end of the window' '4 2026-05-31T23:59:00Z' show '"\(.entries) \(.done_to)"'
page 2 "$(image 8 aaaa | sed 's/00:00Z/00:00.123Z/')$(image 9 bbbb | sed 's/00:00Z/00:00+09:00/')"
sed -i 's/count="2"/& maxTimestamp="2031-01-01T00:00:00.5Z"/' page.xml
ends 0 sync
is 'with fractions and zones; a time to come is nothing to go on from' '2 2026-05-31T23:59:00Z' show '"\(.entries) \(.done_to)"'
row 7 'times that go backwards, with fractions, to come' 'accepted; no checkpoint is made of them'

# ---- 8: clocks
rm -rf "$CT_HOME"
mark
CT_CLOCK=2026-06-01T02:00:00Z
ends 0 sync
is 'ours is two hours ahead: the server'\''s counts' 2026-05-31T23:59:00Z show .done_to
ok 'and that is told' grep -qx "ct-syncdb: ncmec: our clock is 7200 s from the server's" said
rm -rf "$CT_HOME"
CT_CLOCK=2026-05-31T22:00:00Z
ends 0 sync
is 'two hours behind: likewise' 2026-05-31T23:59:00Z show .done_to
control '{"fault":["hash-status:*:no-date","entries:*:no-date"]}'
mark
ends 0 sync
is 'behind the last run, and the server says no time: nothing is asked' '' paths
ok 'and that is told' grep -qx 'ct-syncdb: ncmec: our clock is before the last run; nothing asked' said
CT_CLOCK=2026-06-01T00:30:00Z
mark
ends 0 sync
is 'the server says no time: ours' 2026-06-01T00:29:00Z show .done_to
control '{"fault":null}'
CT_CLOCK=$start
mark
ends 0 sync
is 'the server'\''s clock went back: nothing is asked' ' 2026-06-01T00:29:00Z' echo "$(paths) $(show .done_to)"
ok 'and that is told' grep -qx "ct-syncdb: ncmec: the server's clock is before the last run; nothing asked" said
row 8 'clocks two hours ahead, behind, none from the server' 'the time of the server; never one to come; else nothing asked'

# ---- 9: zones
rm -rf "$CT_HOME"
for tz in UTC America/New_York Asia/Tokyo; do
	rm -rf "$CT_HOME"
	at 2026-06-01T00:00:00Z
	mark
	ends 0 env TZ=$tz ct-syncdb -q sync
	at 2026-06-01T06:00:00Z
	ends 0 env TZ=$tz ct-syncdb -q sync
	paths >"asked.$(echo $tz | tr -d /)"
done
is 'they are what they are in UTC' 0 sh -c 'cmp asked.UTC asked.AmericaNew_York && cmp asked.UTC asked.AsiaTokyo; echo $?'
is 'and there are some' 'from=2026-05-31T23%3A54%3A00Z&to=2026-06-01T05%3A59%3A00Z' tail -1 asked.UTC
row 9 'TZ = America/New_York, Asia/Tokyo' 'the same requests, byte for byte'

# ---- 10 to 17: what becomes of an entry
at 2026-06-01T07:00:00Z
put 06-01T06:50:00 10 aaa1
del 06-01T06:51:00 10
del 06-01T06:51:00 never
ends 0 sync
is 'tombstones of what was never there' '4 2' show '"\(.entries) \(.tombstones)"'
row 10 'deleted before it was added' 'a tombstone'
at 2026-06-01T08:00:00Z
put 06-01T07:50:00 11 aaa2
del 06-01T07:51:00 11
put 06-01T07:52:00 11 aaa3
ends 0 sync
is 'live, with the last hash' 'NOT 9002/image/11 aaa3' echo "NOT $(live | grep /11)"
at 2026-06-01T09:00:00Z
put 06-01T08:50:00 14 ee01
put 06-01T08:50:00 15 ee01
put 06-01T08:50:00 13 ee02
put 06-01T08:51:00 16 ee03
put 06-01T08:51:00 16 ee04 9002 video
put 06-01T08:51:00 16 ee05 9003
control "{\"entries\":[{\"member\":\"9002\",\"entry\":\"13\",\"type\":\"sha1\",\"hash\":\"$(h ee01)00000000\",\"at\":\"2026-06-01T08:50:00Z\"}]}"
ends 0 sync
is 'as they are there' "9002/image/13 ee01 ee02
9002/image/14 ee01
9002/image/15 ee01
9002/image/16 ee03
9002/video/16 ee04
9003/image/16 ee05" sh -c 'echo "$1" | grep /1[3-6]' - "$(live)"
is 'all of them match' '2 1 1 1 1' echo "$(known "$(h ee01)") $(known "$(h ee02)") $(known "$(h ee03)") $(known "$(h ee04)") $(known "$(h ee05)")"
row 16 'an image and a video of the same member and id' 'two records'
row 17 'the same id of another member' 'two records'
at 2026-06-01T10:00:00Z
del 06-01T09:50:00 13 md5
del 06-01T09:50:00 14
ends 0 sync
is 'one hash less, and the entry stays' '9002/image/13 ee01' sh -c 'echo "$1" | grep /13' - "$(live)"
is 'what it dropped matches no more' 0 known "$(h ee02)"
row 13 'an update drops a hash' 'it matches no more; the entry stays with the others'
is 'what another entry has still matches' 1 known "$(h ee01)"
at 2026-06-01T11:00:00Z
del 06-01T10:50:00 15
ends 0 sync
is 'until that is deleted, too' 0 known "$(h ee01)"
row 14 'two entries of one hash, one is deleted' 'it matches until both are'

# ---- 11, 12, 15: pages
page 3 "$(image 30 aaa1)<deletedImage><member id=\"9002\">M</member><id>30</id><timestamp>2026-01-01T00:00:00Z</timestamp></deletedImage>$(image 30 aaa2)"
ends 0 sync
is 'on one page: live, with the last hash' '9002/image/30 aaa2 1' echo "$(live) $(known "$(h aaa2)")"
row 11 'added, deleted, and added again' 'live, with the last hash'
ok 'twice on a page: that is told' grep -q 'ncmec: page 1: an entry stands twice on a page; the last one counts' said
page 2 "$(image 31 aaa1)$(image 31 aaa2)"
ends 0 sync
is 'the last hash' '9002/image/31 aaa2' live
is 'told once' 1 grep -c 'stands twice' said
row 15 'one id twice on a page, with different hashes' 'the last counts; that is told'
# the server has 16 deleted; a page has it deleted, and then an older copy
del 06-01T10:58:30 16
page 2 "<deletedImage><member id=\"9002\">M</member><id>16</id><timestamp>2026-06-01T10:58:30Z</timestamp></deletedImage>$(image 16 ee03)"
ends 0 sync
is 'what came last holds' '9002/image/16 ee03' live
at 2026-06-01T11:10:00Z
ends 0 sync
is 'the next run reads that time again, and has what the server has' '0 1' show '"\(.entries) \(.tombstones)"'
row 12 'deleted, and then an older copy of it' 'what came last holds; the next run reads it again'

# ---- 21, 22: what is not known, or not there
page 4 "$(image 40 aaa1 '<aura colour="red"><x>1</x></aura><classification>Z9</classification>' '<newhash>q</newhash><ssvh-pdna rel="self" href="/v2/x"/>')$(image 41 '' '' '<newhash>r</newhash>')<hologram>$(image 42 aaa2 | sed 's,</*image>,,g')</hologram>$(image 43 aaa3)" \
    "<audios count=\"1\"><audio>$(image 44 aaa4 | sed 's,</*image>,,g')</audio></audios><weather>fine</weather>"
ends 0 sync
is 'all entries, all hashes' '9002/audio/44 aaa4
9002/hologram/42 aaa2
9002/image/40 71 aaa1
9002/image/41 72
9002/image/43 aaa3' live
is 'a classification as it is, types by their names' 'Z9 newhash' \
    sqlite3 -separator ' ' "$CT_HOME/lists/ncmec.db" "SELECT classification, type FROM entry e JOIN signal s ON s.entry = e.id WHERE e.entry = '40' AND type <> 'md5'"
is 'they match' '1 1 1' echo "$(known "$(h aaa1)") $(known "$(h aaa2)") $(known "$(h aaa4)")"
is 'told once' 1 grep -c 'ncmec: page 1: there is what this program does not know' said
row 21 'elements, types and values that nobody knows' 'kept as they are; told once'
page 5 "$(image 50 aaa1 | sed 's,<id>50</id>,,')$(image 51 aaa1 | sed 's,<member.*</member>,,')$(image 52 aaa1 | sed 's,<timestamp>.*</timestamp>,,')$(image 53 aaa1)$(image 54 aaa1 | sed 's,<id>54,<id>,')"
ends 65 sync
is 'the others are taken' '9002/image/53 aaa1 4' echo "$(live) $(show .rejects)"
is 'each with its place and the reason' 'page 1 entry 1: refused: no id
page 1 entry 2: refused: no member
page 1 entry 3: refused: no timestamp
page 1 entry 5: refused: no id' sed -n 's/^ct-syncdb: ncmec: \(.*refused: no\)/\1/p' said
is 'and the window is done' true sh -c 'test "$1" != null && echo true' - "$(show .done_to)"
row 22 'no id, no member, no timestamp' 'those entries are refused, with the reason; all others taken'
done_testing
