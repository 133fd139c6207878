#!/bin/sh
# ct-syncdb: NCMEC Hash Sharing - windows, pages, faults, reconcile
# shellcheck source=t/lib.sh disable=SC2016,SC2154,SC2317
. "${0%/*}/lib.sh"

at() { CT_CLOCK=$1 control "{\"clock\":\"$1\"}" && CT_CLOCK=$1 && export CT_CLOCK; }
h() { printf '%s' "$1" | sha256sum | cut -c1-"$2"; }
# entry MEMBER ID CONTENT TYPE HASH AT [MORE]
entry() {
	printf '{"member":"%s","entry":"%s","content":"%s","type":"%s","hash":"%s","at":"%s"%s}\n' \
	    "$1" "$2" "$3" "$4" "$5" "$6" "${7-}"
}
{
	entry 9002 1001 image md5 "$(h a 32)" 2026-01-01T10:00:00Z ',"classification":"A1"'
	entry 9002 1001 image sha1 "$(h b 40)" 2026-01-01T10:00:00Z
	entry 9002 1001 image pdq "$(h c 64)" 2026-01-01T10:00:00Z
	entry 9002 1001 image TMK_PDQF 'a+b/c=' 2026-01-01T10:00:00Z
	entry 9003 1001 image md5 "$(h d 32)" 2026-01-01T03:00:00Z ',"classification":"B2"'
	entry 9002 1001 video md5 "$(h e 32)" 2026-01-01T04:00:00Z
	entry 9003 1002 image md5 "$(h a 32)" 2026-01-01T04:00:00Z
	entry 9002 990 image md5 "$(h f 32)" 2026-01-01T01:00:00Z
	echo '{"op":"del","member":"9002","entry":"990","at":"2026-01-01T05:00:00Z"}'
	echo '{"op":"del","member":"9002","entry":"never","at":"2026-01-01T05:00:00Z"}'
} >small
printf '[source ncmec]\ntype = ncmec\ncredential = box/hashsharing.cred\nlist = industry\n' >conf
export CT_CONF=conf
sync() { ct-syncdb --retry-wait 0 sync "$@" 2>said; }
show() { ct-syncdb show | jq -rc "$1"; }
known() { # TYPE HASH: the entries that it hits
	printf '{"id":"x","hashes":{"%s":"%s"}}\n' "$1" "$2" |
	    ct-match -aq | jq -rc '[.match.hits[]|[.member,.content,.entry]]'
}
asked() { state '.requests[]|select(.path|contains("entries"))|"\(.path) \(.status)"' | tail -n +$((seen + 1)); }
mark() { seen=$(state '[.requests[]|select(.path|contains("entries"))]|length'); }
restart() { # OPTION...
	[ -z "${box_pid-}" ] || { kill "$box_pid"; wait "$box_pid" 2>/dev/null; }
	rm -rf "$CT_HOME"
	sandbox "$@" || exit 1
	seen=0
}

# ---- entries
restart --hashes small --page-size 3 --clock 2026-06-01T00:00:00Z
export CT_CLOCK=2026-06-01T00:00:00Z
exits 'a first run' 0 sync
is 'live entries, all their hashes, tombstones' '4 7 2 0' show '"\(.entries) \(.hashes) \(.tombstones) \(.rejects)"'
is 'by digest, in two entries' '[["9002","image","1001"],["9003","image","1002"]]' known md5 "$(h a 32)"
is 'by PDQ' '[["9002","image","1001"]]' known pdq "$(h c 64)"
is 'the same id of another member' '[["9003","image","1001"]]' known md5 "$(h d 32)"
is 'and of a video' '[["9002","video","1001"]]' known md5 "$(h e 32)"
is 'what was withdrawn is not looked for' '[]' known md5 "$(h f 32)"
printf '{"id":"x","hashes":{"sha1":"%s"}}\n' "$(h b 40)" | ct-match -q >out
is 'a hit has list and classification' '["ncmec","industry","A1","csam","review"]' \
    jq -c '.match.hits[0]|[.source,.list,.classification,.class,.policy]' out
is 'done to a minute before the server'\''s time' 2026-05-31T23:59:00Z show .done_to
is 'pages of one window, in order, the first again' \
    '/hashsharing/v2/entries?from=1970-01-01T00%3A00%3A00Z&to=2026-05-31T23%3A59%3A00Z 200
/hashsharing/v2/entries?from=1970-01-01T00:00:00.000Z&to=2026-05-31T23:59:00.000Z&start=3&size=3&max=6 200
/hashsharing/v2/entries?from=1970-01-01T00%3A00%3A00Z&to=2026-05-31T23%3A59%3A00Z 200' asked
mark
sync
is 'at the same time nothing is asked' '' asked

# ---- changes
at 2026-06-01T01:00:00Z
control '{"entries":[{"op":"del","member":"9002","entry":"1001","type":"sha1","at":"2026-06-01T00:30:00Z"},
	{"op":"del","member":"9003","entry":"1002","at":"2026-06-01T00:30:00Z"},
	{"member":"9002","entry":"990","type":"md5","hash":"'"$(h f 32)"'","at":"2026-06-01T00:31:00Z"},
	{"member":"9004","entry":"new","type":"pdq","hash":"'"$(h g 64)"'","at":"2026-06-01T00:59:30Z"}]}'
for tz in UTC America/New_York Asia/Tokyo; do
	cp -r "$CT_HOME" "$tmp/copy"
	mark
	CT_HOME=$tmp/copy TZ=$tz ct-syncdb -q --retry-wait 0 sync
	rm -rf "$tmp/copy"
	is "in $tz: from 300 s before, to 60 s ago" \
	    '/hashsharing/v2/entries?from=2026-05-31T23%3A54%3A00Z&to=2026-06-01T00%3A59%3A00Z 200' asked
done
sync
is 'an update may drop a hash' '[]' known sha1 "$(h b 40)"
is 'and keeps the others' '[["9002","image","1001"]]' known md5 "$(h a 32)"
is 'withdrawn, then put again' '[["9002","image","990"]]' known md5 "$(h f 32)"
is 'what is newer than a minute waits' '[]' known pdq "$(h g 64)"
is 'one tombstone less, one more' '4 2' show '"\(.entries) \(.tombstones)"'
at 2026-06-01T01:10:00Z
sync
is 'and comes with the next run' '[["9004","image","new"]]' known pdq "$(h g 64)"
control '{"entries":[{"member":"9005","entry":"1","type":"md5","hash":"'"$(h i 31)"'","at":"2026-06-01T01:09:30Z"},
	{"member":"9005","entry":"1","type":"sha1","hash":"'"$(h i 40)"'","at":"2026-06-01T01:09:30Z"},
	{"member":"9005","entry":"2","type":"md5","hash":"d41d8cd98f00b204e9800998ecf8427e","at":"2026-06-01T01:09:30Z"}]}'
at 2026-06-01T02:00:00Z
exits 'a bad hash: 65' 65 sync
is 'the rest of its entry is taken' '[["9005","image","1"]]' known sha1 "$(h i 40)"
is 'both are noted' 2 show .rejects
ok 'and told by their place' sh -c 'grep -qx "ct-syncdb: ncmec: page 1 entry [0-9]*: refused: length" said &&
    grep -qx "ct-syncdb: ncmec: page 1 entry [0-9]*: refused: null-signal" said'
at 2026-06-01T03:00:00Z
exits 'the next run has none' 0 sync

# ---- faults; each on a list of ten pages
awk 'BEGIN { for (i = 0; i < 100; i++)
	printf "{\"member\":\"9002\",\"entry\":\"%d\",\"type\":\"md5\",\"hash\":\"%032x\",\"at\":\"2026-01-%02dT00:00:00Z\"}\n",
	    i, i + 65536, i % 28 + 1 }' >hundred
fresh() { restart --hashes hundred --page-size 10 --clock 2026-06-01T00:00:00Z "$@"; export CT_CLOCK=2026-06-01T00:00:00Z; }
is_whole() { is "$1" '100 false 2026-05-31T23:59:00Z' show '"\(.entries) \(.resume) \(.done_to)"'; }

fresh
sync
cp -r "$CT_HOME" whole
is_whole 'ten pages'
tail -c +4097 whole/lists/known.ctx >whole.body
for f in entries:3:http:500 entries:3:http:503 entries:3:http:429 entries:4:truncate:500 \
    entries:4:html:200 entries:2:drop-before entries:2:drop-after entries:3:count entries:5:wrong-root; do
	fresh --fault "$f"
	exits "$f once: tried again" 0 sync
	is_whole "$f: whole"
done
for f in http:500:75 truncate:500:75 html:200:76 html:503:75 count:65 wrong-root:76 drop-before:75 doctype:65; do
	rc=${f##*:}
	f=${f%:*}
	fresh --fault "entries:4:$f"
	for i in 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do control "{\"fault\":\"entries:$i:$f\"}"; done
	exits "$f for ever: $rc" "$rc" sync
	is "$f: pages before it stay, the window is not done" '30 true null' show '"\(.entries) \(.resume) \(.done_to)"'
	control '{"fault":null}'
	mark
	exits "$f: then it goes on" 0 sync
	is_whole "$f: to the end"
	ok "$f: from where it was" sh -c 'printf "%s\n" "$1" | head -1 | grep -q "start=[1-9]"' - "$(asked)"
	tail -c +4097 "$CT_HOME/lists/known.ctx" | cmp -s - whole.body
	is "$f: the same index as without" 0 echo $?
done
for f in loop foreign; do
	fresh --fault "entries:3:$f"
	exits "$f: 76" 76 sync
	is "$f: not done" null show .done_to
done
fresh --fault 'entries:1:empty401'
exits '401: 77' 77 sync
is 'asked once' 1 sh -c 'echo "$1" | wc -l' - "$(asked)"
fresh --fault 'entries:4:http:403'
exits '403 midway: 77' 77 sync
is 'asked once' 4 sh -c 'echo "$1" | wc -l' - "$(asked)"
fresh --fault 'entries:4:http:302'
exits 'a redirect is not followed: 76' 76 sync
fresh
chmod 644 box/hashsharing.cred
exits 'an open credential file: 77' 77 sync
chmod 600 box/hashsharing.cred
sed -i 's/^password.*/password = wrong/' box/hashsharing.cred
exits 'a wrong password: 77' 77 sync
if grep -q wrong said; then told=yes; else told=no; fi
ok 'it is not told' test $told = no

# ---- resuming late
fresh --fault 'entries:4:http:403'
sync
at 2026-06-01T05:00:00Z
mark
sync
ok 'after 5 hours by the link, with the old times' sh -c 'echo "$1" | head -1 | grep -q "to=2026-05-31T23:59:00.000Z&start=30"' - "$(asked)"
fresh --fault 'entries:4:http:403'
sync
at 2026-06-01T07:00:00Z
mark
sync
is 'after 7 hours the window from its start' \
    '/hashsharing/v2/entries?from=1970-01-01T00%3A00%3A00Z&to=2026-05-31T23%3A59%3A00Z 200' sh -c 'echo "$1" | head -1' - "$(asked)"
is 'whole' 100 show .entries
fresh --fault 'entries:4:http:403' --fault 'entries:5:http:404'
sync
exits 'a forgotten link' 0 sync
is_whole 'the window from its start'

# ---- removal
fresh
sync
# in several, for one argument holds 128 KiB at most
add() { # TIME
	for i in 0 1 2 3 4 5; do
		control "$(awk -v i=$i -v at="$1" 'BEGIN { printf "{\"entries\":["
			for (k = i * 500; k < i * 500 + 500; k++)
				printf "%s{\"member\":\"9002\",\"entry\":\"%d\",\"type\":\"md5\",\"hash\":\"%032x\",\"at\":\"%s\"}",
				    k % 500 ? "," : "", k + 1000, k + 99999, at
			print "]}" }')"
	done
}
del() { # TIME
	for i in 0 1 2 3 4 5; do
		control "$(awk -v i=$i -v at="$1" 'BEGIN { printf "{\"entries\":["
			for (k = i * 500; k < i * 500 + 500; k++)
				printf "%s{\"op\":\"del\",\"member\":\"9002\",\"entry\":\"%d\",\"at\":\"%s\"}",
				    k % 500 ? "," : "", k + 1000, at
			print "]}" }')"
	done
}
at 2026-06-01T01:00:00Z
add 2026-06-01T00:30:00Z
sync
is 'many more' 3100 show .entries
at 2026-06-01T02:00:00Z
del 2026-06-01T01:30:00Z
exits 'most of the list goes at once: 77' 77 sync
left=$(show .entries)
is 'nothing goes' 3100 echo "$left"
exits 'again' 77 sync
is 'and not bit by bit with every run' "$left" show .entries
exits '--allow-shrink' 0 sync --allow-shrink
is 'takes it' 100 show .entries

# ---- reconcile: what an offset lost, and what only the list still has
fresh
sync
control '{"entries":[{"member":"9002","entry":"lost","type":"md5","hash":"'"$(h l 32)"'","at":"2026-02-01T00:00:00Z"}]}'
at 2026-06-03T00:00:00Z
sync
is 'an entry that came into a window that was done' '[]' known md5 "$(h l 32)"
at 2026-06-09T00:00:00Z
sync
is 'is found by the walk of each 7 days' '[["9002","image","lost"]]' known md5 "$(h l 32)"
is 'a new generation' '2 0' show '"\(.generation) \(.missing)"'
cp -r "$CT_HOME" kept
head -50 hundred >fifty
again() { # OPTION...: another server in the place of this one
	cp -r "$CT_HOME" kept.now
	restart -p "${url##*:}" "$@"
	mv kept.now "$CT_HOME"
}
again --hashes fifty --page-size 10 --clock 2026-06-10T00:00:00Z
export CT_CLOCK=2026-06-10T00:00:00Z
h51=$(printf '%032x' 65590)
exits 'a server that has lost half: forced walk' 0 sync --reconcile
is 'what is absent once is missing, and stays' '101 51' show '"\(.entries) \(.missing)"'
is 'and matches' '[["9002","image","54"]]' known md5 "$h51"
control '{"entries":[{"member":"9002","entry":"60","type":"md5","hash":"'"$(printf '%032x' 65596)"'","at":"2026-06-09T23:00:00Z"}]}'
exits 'a second walk in a row' 0 sync --reconcile
is 'takes what is still absent, not what came back' '51 0' show '"\(.entries) \(.missing)"'
is 'it matches no more' '[]' known md5 "$h51"
is 'generations count walks' 4 show .generation

# ---- a walk that is interrupted goes on in its generation
at 2026-06-11T00:00:00Z
control '{"fault":["entries:4:http:403"]}'
exits 'interrupted' 77 sync --reconcile
control '{"fault":null}'
mark
exits 'taken up by the next run that is due' 0 sync --reconcile
is 'in the same generation' '51 0 5' show '"\(.entries) \(.missing) \(.generation)"'
ok 'from where it was' sh -c 'echo "$1" | grep -q start=20' - "$(asked)"
rm -rf "$CT_HOME"
mv kept "$CT_HOME"
sed -i 's/^url.*/url = http:\/\/localhost:1\/x/' box/hashsharing.cred
exits 'plain http to a name' 77 sync
kill "$box_pid"
wait "$box_pid" 2>/dev/null
sandbox --hashes fifty
exits 'another server under the same name: 78' 78 sync
is 'nothing is taken of it' 101 show .entries

# ---- a walk that is refused: the next one sees what the server has by then
awk 'BEGIN { for (i = 0; i < 1500; i++)
	printf "{\"member\":\"9002\",\"entry\":\"%d\",\"type\":\"md5\",\"hash\":\"%032x\",\"at\":\"2026-01-01T00:00:00Z\"}\n",
	    i, i + 65536 }' >many
restart --hashes many --clock 2026-06-01T00:00:00Z
export CT_CLOCK=2026-06-01T00:00:00Z
sync
again --hashes fifty --clock 2026-06-02T00:00:00Z
sync --reconcile
exits 'absent twice, but too many: 77' 77 sync --reconcile
is 'they stay' '1500 1450' show '"\(.entries) \(.missing)"'
again --hashes many --clock 2026-06-02T00:00:00Z
exits 'the server has them again' 0 sync --reconcile --allow-shrink
is 'so they are missing no more' '1500 0' show '"\(.entries) \(.missing)"'

# ---- entries in crowds: windows are made smaller
awk 'BEGIN { for (i = 0; i < 24000; i++)
	printf "{\"member\":\"9002\",\"entry\":\"%d\",\"type\":\"md5\",\"hash\":\"%032x\",\"at\":\"20%02d-%02d-01T00:00:00Z\"}\n",
	    i, i + 65536, 20 + i % 6, i % 12 + 1
	for (i = 0; i < 22000; i++)
	printf "{\"member\":\"9003\",\"entry\":\"%d\",\"type\":\"md5\",\"hash\":\"%032x\",\"at\":\"2026-02-01T00:00:00Z\"}\n",
	    i, i + 165536 }' >crowd
restart --hashes crowd --clock 2026-06-01T00:00:00Z
export CT_CLOCK=2026-06-01T00:00:00Z
exits '22000 entries in one second' 0 sync
is 'all are there' '46000 2026-05-31T23:59:00Z' show '"\(.entries) \(.done_to)"'
ok 'windows of a minute are not divided' sh -c 'test "$(echo "$1" | grep -vc start=)" -lt 80' - "$(asked)"

# ---- killed anywhere: the next run makes it whole
if [ -z "${CT_SANITIZED-}" ]; then
	i=1
	bad_kill=''
	fresh
	while :; do
		rm -rf "$CT_HOME" did
		# several before the run that is let be: each goes on
		for _ in 1 2 3; do
			LD_PRELOAD=$t/fault.so CT_FAULT=fdatasync:$i:KILL CT_FAULT_DID=did \
			    ct-syncdb -q --retry-wait 0 sync >/dev/null 2>&1
		done
		ct-syncdb -q --retry-wait 0 sync 2>/dev/null || bad_kill="$bad_kill $i:status"
		tail -c +4097 "$CT_HOME/lists/known.ctx" | cmp -s - whole.body || bad_kill="$bad_kill $i"
		[ -e did ] || break
		i=$((i + 3))
	done
	ok "killed at each third sync up to $i: the same list in the end" test -z "$bad_kill"
	ok 'there were many' test $i -gt 20
fi
done_testing
