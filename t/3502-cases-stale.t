#!/bin/sh
# bad feeds: a list that was not read for 29 days; killed between the data and
# the checkpoint
# shellcheck source=t/lib.sh disable=SC2016,SC2154,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/cases.sh
. "$t/cases.sh"

cat >conf <<'END'
[source ncii]
type = stopncii
credential = box/stopncii.cred
[source ncmec]
type = ncmec
credential = box/hashsharing.cred
list = industry
END
export CT_CONF=conf
at() { CT_CLOCK=$1 control "{\"clock\":\"$1\"}" && CT_CLOCK=$1 && export CT_CLOCK; }
sync() { ct-syncdb -q --retry-wait 0 sync "$@" 2>said; }
show() { ct-syncdb show "$1" | jq -rc "$2"; }
# matched - of the 60 that each had, how many match
matched() {
	awk 'BEGIN { for (k = 1; k <= 2; k++) for (i = 0; i < 60; i++)
		printf "{\"hashes\":{\"md5\":\"%032x\"}}\n", i + k * 65536 }' |
	    ct-match -aq | jq -rs '[.[].match.hits[]?.source] | "ncmec \(map(select(. == "ncmec")) | length)" +
		" ncii \(map(select(. == "ncii")) | length)"'
}
# ncmec N, ncii N - the first N of the list are there
ncmec() {
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++)
		printf "{\"member\":\"9002\",\"entry\":\"%d\",\"type\":\"md5\",\"hash\":\"%032x\",\"at\":\"2026-01-01T00:00:%02dZ\"}\n",
		    i, i + 65536, i }' >ncmec.list
	[ -z "${box_pid-}" ] || { kill "$box_pid"; wait "$box_pid" 2>/dev/null; }
	sandbox -p "${port-0}" --hashes ncmec.list --page-size 10 --clock "$CT_CLOCK" || exit 1
	port=${url##*:}
}
ncii() {
	control "$(awk -v n="$1" 'BEGIN { printf "{\"stopncii\":["; for (i = 0; i < n; i++)
	    printf "%s{\"hashValue\":\"%032x\",\"hashStatus\":\"Active\",\"signalType\":\"VideoMD5\",\"lastModtimestamp\":%d}",
		(i ? "," : ""), i + 131072, 1767250000 + i; print "]}" }')"
}

export CT_CLOCK=2026-06-01T00:00:00Z
ncmec 60
ncii 60
ends 0 sync
is 'two lists' 'ncmec 60 ncii 60' matched
# the services have lost 20 of each, without a word
export CT_CLOCK=2026-06-30T00:00:00Z
ncmec 40
ncii 40
control '{"fault":["entries:4:http:403","fetch:2:http:403"]}'
ends 77 sync
is 'while they are read anew all match' 'ncmec 60 ncii 60' matched
ends 0 sync
is 'as new generations' '2 2' echo "$(show ncii .generation) $(show ncmec .generation)"
is 'what StopNCII does not have goes at once; NCMEC'\''s is missing, and matches' \
    'ncmec 60 ncii 40 20' echo "$(matched) $(show ncmec .missing)"
at 2026-07-08T00:00:00Z
ends 0 sync
is 'absent from two walks it goes, too' 'ncmec 40 ncii 40' matched
is 'and nothing else' '40 0' show ncmec '"\(.entries) \(.missing)"'
row 38 'not read for 29 days' 'read anew; ghosts go at its end, and match until then'

# ---- 43
at 2026-07-08T02:00:00Z
control "$(awk 'BEGIN { printf "{\"entries\":["; for (i = 0; i < 25; i++)
	printf "%s{\"op\":\"%s\",\"member\":\"9002\",\"entry\":\"%d\",\"type\":%s\"md5\",\"hash\":\"%032x\"}",
	    (i ? "," : ""), (i % 3 ? "add" : "del"), i * 3, "", i + 99999; print "]}" }' | sed 's/"del",\([^}]*\),"type"[^}]*}/"del",\1}/g')"
at 2026-07-08T03:00:00Z
dump() {
	sqlite3 "$CT_HOME/lists/ncmec.db" "SELECT member, e.entry, content, at, type, hex(hash), opinion, e.generation, missing_since
	    FROM entry e LEFT JOIN signal s ON s.entry = e.id ORDER BY 1, 2, 3, 5, 6;
	    SELECT member, entry, content, at FROM tombstone ORDER BY 1, 2, 3;
	    SELECT name, done_to, start, stop, next, total FROM cursor ORDER BY 1"
}
cp -r "$CT_HOME" before
ends 0 sync ncmec
dump >whole
is 'a run of several pages' true sh -c 'test "$(wc -l <whole)" -gt 50 && echo true'
i=1 wrong='' struck=0
while [ -z "${CT_SANITIZED-}" ]; do
	rm -rf "$CT_HOME" did
	cp -r before "$CT_HOME"
	LD_PRELOAD=$t/fault.so CT_FAULT=fdatasync:$i:KILL CT_FAULT_DID=did \
	    ct-syncdb -q --retry-wait 0 sync ncmec >killed 2>&1
	[ -e did ] || break
	struck=$((struck + 1)) i=$((i + 1))
	sync ncmec || wrong="$wrong $i:status"
	dump | cmp -s - whole || wrong="$wrong $i"
done
ok "killed at each of $struck writes: the next run has the same state$wrong" test -z "$wrong"
[ -n "${CT_SANITIZED-}" ] || ok 'there were some' test $struck -gt 8
row 43 'killed between the data and the checkpoint' 'one commit; the next run has the same state'
done_testing
