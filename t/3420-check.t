#!/bin/sh
# ct-syncdb check --max-age and show --prometheus: what a monitor asks
# shellcheck source=t/lib.sh disable=SC2016,SC2317
. "${0%/*}/lib.sh"

printf '[source %s]\ntype = file\npath = list\n' a b >conf
export CT_CONF=conf
echo 'md5 900150983cd24fb0d6963f7d28e17f72 x' >list
at() { # TIME COMMAND...
	CT_CLOCK=2026-11-2$1:00Z
	shift
	CT_CLOCK=$CT_CLOCK "$@"
}
old() { at "$1" ct-syncdb check --max-age "${2-26h}"; }

# ---- ages
at 2T10:00 ct-syncdb -q sync a 2>/dev/null
exits 'a list that was never read' 75 old 2T10:01
json '  is told, the other is not' '[.source, .ok, .age_s, .error.code]' \
    '["a",true,60,null]
["b",false,null,75]
[null,false,null,65]' got
ok '  by name' grep -qx "ct-syncdb: source 'b' was never brought up to date" err
exits 'only the one that is asked for' 0 at 2T10:01 ct-syncdb check --max-age 26h a
json '  one record' .source '"a"' got
at 2T10:00 ct-syncdb -q sync
exits 'all are new enough' 0 old 3T12:00
json '  with their ages' '[.source, .ok, .age_s]' \
    '["a",true,93600]
["b",true,93600]
[null,true,93600]' got
is '  nothing is said' '' cat err
exits 'a second later' 75 at 3T12:00 sh -c 'CT_CLOCK=2026-11-23T12:00:01Z ct-syncdb check --max-age 26h'
ok '  it is said how late' grep -qx "ct-syncdb: source 'a' was brought up to date 1560 minutes ago" err
at 3T12:00 ct-syncdb -q sync a
exits 'one of two' 75 old 3T12:01
json '  makes the index old too' '[.source, .ok, .age_s]' \
    '["a",true,60]
["b",false,93660]
[null,false,93660]' got
at 3T12:00 ct-syncdb -q sync
exits 'an hour' 0 old 3T13:00 60m
exits 'of the future' 75 old 2T10:00
ok '  it is said' grep -q 'in the future: one of the clocks is wrong' err
printf '[source a]\ntype = ncmec\ncredential = none\n' >alone
exits 'no service is asked, no credential read' 0 at 3T12:00 ct-syncdb check --max-age 1h a -c alone
exits 'without it they are' 66 ct-syncdb check a b -c /dev/stdin <<END
[source a]
type = file
path = none
[source b]
type = file
path = none
END
for age in '' 0 1x -1h 1.5h 'h'; do
	exits "no age: '$age'" 64 ct-syncdb check --max-age "$age"
done
exits 'of another verb' 64 ct-syncdb sync --max-age 26h
rm -r "$CT_HOME/lists/known.ctx"
exits 'no index' 66 old 3T12:00

# ---- metrics
at 3T12:00 ct-syncdb -q sync
printf '[source %s]\ntype = file\npath = list\n' a b c-1 >conf
echo 'no hash' >>list
at 3T13:00 ct-syncdb -q sync b 2>/dev/null
at 3T14:00 ct-syncdb show --prometheus -o ct.prom
is 'what it says of lists' 'ct_list_age_seconds{source="a",type="file"} 7200
ct_list_age_seconds{source="b",type="file"} 3600
ct_list_age_seconds{source="c-1",type="file"} +Inf
ct_list_last_run_timestamp_seconds{source="a",type="file"} 1795435200
ct_list_last_run_timestamp_seconds{source="b",type="file"} 1795438800
ct_list_last_run_timestamp_seconds{source="c-1",type="file"} 0
ct_list_rejects{source="a",type="file"} 0
ct_list_rejects{source="b",type="file"} 1
ct_list_rejects{source="c-1",type="file"} 0' grep -E '^ct_list_(age|last_run|rejects)' ct.prom
is '  of the index' "ct_index_generation $(cut -d' ' -f1 "$CT_HOME/lists/known.generation")" grep ^ct_index ct.prom
# the text format: each metric once, under its HELP and TYPE, every line ended
awk '
/^# HELP [a-z_]+ [A-Z].*[.?]$/ { help = $3; next }
/^# TYPE [a-z_]+ gauge$/ { if ($3 != help || seen[$3]++) exit 1; name = $3; next }
/^[a-z_]+({source="[^"]*",type="[a-z]+"})? (-?[0-9]+|\+Inf)$/ {
	split($1, part, "{")
	if (part[1] != name || line[$1]++) exit 1
	n++; next
}
{ exit 1 }
END { print n }' ct.prom >lines
is 'the text format' 40 cat lines
is 'nothing is left beside it' ct.prom sh -c 'ls ct.prom*'
is 'others may read it' 644 stat -c %a ct.prom
is 'no hash is in it' '' grep -i 900150 ct.prom
at 3T14:00 ct-syncdb show --prometheus >got
ok 'the same on standard output' cmp got ct.prom
is 'of one' 'ct_list_up{source="b",type="file"} 1' sh -c 'ct-syncdb show --prometheus b | grep "_up{"'
exits 'a file that cannot be made' 73 ct-syncdb show --prometheus -o none/ct.prom
echo garbage >"$CT_HOME/lists/b.db" && rm -f "$CT_HOME"/lists/b.db-*
exits 'a list that cannot be read' 65 at 3T14:00 ct-syncdb show --prometheus -o ct.prom
is '  is down' 'ct_list_up{source="a",type="file"} 1
ct_list_up{source="b",type="file"} 0
ct_list_up{source="c-1",type="file"} 1' grep '_up{' ct.prom
is '  and of it no more is told' 1 grep -c 'source="b"' ct.prom
exits 'only metrics go into a file' 64 ct-syncdb show -o file
exits 'of another verb' 64 ct-syncdb check --prometheus
ok 'the alerts name metrics that there are' sh -c '
    grep -o "ct_[a-z_]*" "$1" | sort -u | while read -r m; do
	grep -q "^# TYPE $m " ct.prom || { echo "$m"; exit 1; }; done' - "$top/contrib/prometheus/ct.rules.yml"
done_testing
