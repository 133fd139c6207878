#!/bin/sh
# ct-classify of a command: lines to it and from it, in any order, and all that
# it can do wrong; and what the queue makes of scores
# shellcheck source=t/lib.sh disable=SC2016,SC2154,SC2317
. "${0%/*}/lib.sh"
export CT_CLOCK=2026-11-22T10:00:00Z

# hook - the command: this body, with id of the line read as $id
hook() {
	{
		echo '#!/bin/sh'
		echo "cd '$tmp' || exit 99"
		echo 'echo $$ >>starts'
		cat <<-'SAYS'
		says() { printf '{"id":"%s",%s}\n' "$1" "$2"; }
		SAYS
		cat
	} >hook.new
	chmod +x hook.new && mv hook.new hook
	: >starts && rm -f seen
}
# loop - the same for each line that it reads
loop() {
	{
		echo 'while read -r line; do'
		echo 'id=${line#*\"id\":\"} id=${id%%\"*}; echo "$line" >>seen'
		cat
		echo 'done'
	} | hook
}
cat >conf <<END
[classifier c]
type = command
command = $tmp/hook one two
timeout = 60
END
{ cat conf && echo 'at_once = 4'; } >four.conf
sed 's/^timeout.*/timeout = 3/' four.conf >late.conf
classify() { ct-classify -q -c conf "$@"; }
four() { ct-classify -q -c four.conf; }
late() { ct-classify -q -c late.conf; }
# scored WHAT EXPECTED - of each record in got
scored() {
	json "$1" '[.id, (.scores[0] | .state, .score, .reason)]' "$2" got
}
recs() {
	for i; do
		echo '{"id":"'"$i"'","path":"/x/'"$i"'","user":{"id":"SECRET"},"file":{"mime":"image/jpeg"},"match":{"verdict":"undecided"},"review":{"wants":"x"}}'
	done
}
recs a b c >abc

# ---- an answer ----------------------------------------------------------------
loop <<'END'
env | sed 's/=.*//' | sort >env; ls /proc/self/fd | wc -l >fds; echo "$*" >args
says $id '"score":76,"label":"new","model":"m1","more":[1]'
END
exits 'three records' 0 classify <abc
json '  each has its score' 'select(.id == "a").scores' '[{"classifier":"c","type":"command","at":"2026-11-22T10:00:00Z","state":"answered","score":76,"label":"new","model":"m1","review":true}]' \
    got
cp got first
is '  of one process' 1 sh -c 'wc -l <starts'
is '  is told what is to be looked at' '{"id":"a","path":"/x/a","file":{"mime":"image/jpeg"}}' head -n 1 seen
is '  has its arguments' 'one two' cat args
is '  little environment' 'LANG
PATH' grep -vE '^(PWD|OLDPWD|SHLVL|_)$' env
is '  and no descriptors' 4 cat fds
ct-classify -c conf <abc >/dev/null 2>said
is '  the summary says how many are for people' \
    'ct-classify: 3 in = 3 out + 0 dropped: 3 for review' cat said
ok '  what was answered is not asked again' sh -c 'ct-classify -q -c conf <first | cmp - first'
sed 's/^type/threshold = 77\n&/' conf >high.conf
ct-classify -q -c high.conf <abc >got
json '  under the threshold none is' '.scores[0].review' 'null
null
null' got

# in any order, four at once
hook <<'END'
while :; do
	n=0 all=
	while [ $n -lt 4 ] && read -r line; do
		id=${line#*\"id\":\"} id=${id%%\"*} all="$id $all" n=$((n + 1))
	done
	[ $n -gt 0 ] || exit 0
	for id in $all; do says $id '"score":'${id#r}; done
done
END
# shellcheck disable=SC2046 # numbers
recs $(seq -f r%g 1 40) >forty
exits 'answers come backwards' 0 four <forty
json '  and are of their records' 'select(.id != "r\(.scores[0].score)")' '' got
recs a a a a >same
loop <<'END'
says $id '"score":'$(grep -c . seen)
END
exits 'four of one name' 0 four <same
json '  are in hand one by one' '.scores[0].score' '1
2
3
4' got

# ---- answers that are none -------------------------------------------------------
# bad WHAT STATUS REASON STARTS - of a b c, b goes wrong by standard input
bad() {
	{
		echo 'if [ $id = b ]; then'
		cat
		echo 'else says $id "\"score\":7"; fi'
	} | loop
	[ "$3" = late ] && how=late || how=four
	exits "$1" "$2" "$how" <abc
	scored '  is told of it alone' '["a","answered",7,null]
["b","unanswered",null,"'"$3"'"]
["c","answered",7,null]'
	is '  after so many starts' "$4" sh -c 'wc -l <starts'
}
bad 'it ends' 75 died 3 <<'END'
exit 3
END
bad 'it is killed' 75 died 3 <<'END'
kill -9 $$
END
bad 'it takes too long' 75 late 3 <<'END'
sleep 30
END
bad 'it takes too long, its children too' 75 late 3 <<'END'
sleep 31 & echo $! >child; wait
END
ok '  which are gone' eventually sh -c '! grep "^State:" "/proc/$(cat child)/status" | grep -v "[ZX]"'
bad 'a score over a hundred' 76 garbage 1 <<'END'
says b '"score":101'
END
bad 'a score with a fraction' 76 garbage 1 <<'END'
says b '"score":0.5'
END
bad 'neither score nor label' 76 garbage 1 <<'END'
says b '"x":1'
END
bad 'a label that is no text' 76 garbage 1 <<'END'
says b '"score":1,"label":[]'
END
bad 'no JSON' 76 garbage 3 <<'END'
echo SECRET
END
ok '  which is not quoted' sh -c '! grep SECRET err'
bad 'an answer of another' 76 garbage 3 <<'END'
says x '"score":1'
END
bad 'an answer twice' 76 garbage 3 <<'END'
says a '"score":100'
END
bad 'half an answer' 76 short 3 <<'END'
printf '{"id":"b","sco'; exit 0
END
bad 'an answer without end' 76 garbage 3 <<'END'
head -c 1000000 /dev/zero | tr '\0' x
END
bad 'it cannot tell' 0 declined 1 <<'END'
says b '"declined":true'
END
loop <<'END'
says $id '"score":1'; exec 0<&-; says late '"score":1'
END
exits 'it talks when it was not asked' 76 classify <abc
scored '  which takes no score from what it was' '["a","answered",1,null]
["b","answered",1,null]
["c","answered",1,null]'
loop <<'END'
case $id in r1[0-9]) exit 3 ;; *) says $id '"score":'${id#r}; exec 0<&- ;; esac
END
exits 'ten in a row that it does not survive' 75 classify <forty
json '  do not keep the others' '.scores[0].score // .scores[0].reason' "$(seq 40 | sed 's/^1.$/"died"/')" got
hook <<'END'
read -r line; id=${line#*\"id\":\"} id=${id%%\"*}
says $id '"score":'${id#r}
END
head -n 12 forty >twelve
exits 'one that ends after each answer' 0 four <twelve
json '  has answered all' 'select(.id != "r\(.scores[0].score)")' '' got
recs $(seq -f r%g 1 600) >many
loop <<'END'
says $id '"model":"m","label":"'${id}'"'
END
ct-classify -q -c four.conf <many >got
json 'hundreds, each has its own' 'select(.id != .scores[0].label)' '' got
hook <<'END'
exit 0
END
# shellcheck disable=SC2046
exits 'one that never answers' 75 four <forty
json '  and then is given up' '.scores[0].reason' "$(yes '"died"' | head -n 40)" got
is '  is started eight times' 8 sh -c 'wc -l <starts'
hook <<'END'
exec sleep 600
END
printf '[classifier c]\ntype = command\ncommand = %s/hook\ntimeout = 600\n' "$tmp" >long.conf
ct-classify -q -c long.conf <abc >got 2>err &
hung=$!
ok 'one that hangs' eventually test -s starts
start=$(date +%s)
kill $hung
wait $hung
is 'SIGTERM while it hangs' 75 echo $?
ok '  ends it soon' test $(($(date +%s) - start)) -lt 100
printf '[classifier c]\ntype = command\ncommand = /none/x\n' >none.conf
exits 'one that cannot be run' 69 ct-classify -q -c none.conf <abc
scored '  is told of all' '["a","unanswered",null,"unavailable"]
["b","unanswered",null,"unavailable"]
["c","unanswered",null,"unavailable"]'
exits 'no path' 78 sh -c 'echo "[classifier c]
type = command
command = x" >x.conf; ct-classify -q -c x.conf'

# ---- hashers ------------------------------------------------------------------------
pdna=$(printf '%0288d' 7)
loop <<END
case \$id in
a) says a '"hashes":{"pdna":"$pdna","sha512":"00"}' ;;
b) says b '"hashes":{"pdna":"zz"}' ;;
c) says c '"score":1,"hashes":{"sha256":"$(printf '%064d' 1)"}' ;;
d) says d '"hashes":{"pdna":"$(printf '%0288d' 8)"}' ;;
esac
END
{ cat conf && echo 'hashes = pdna'; } >hash.conf
{ cat abc && echo '{"id":"d","path":"/x","hashes":{"pdna":"'"$pdna"'"}}'; } >abcd
exits 'a hasher' 76 ct-classify -q -c hash.conf <abcd
json '  adds what it may' '[.id, .hashes, .scores[0].hashes, .scores[0].reason]' \
    '["a",{"pdna":"'"$pdna"'"},["pdna"],null]
["b",null,null,"garbage"]
["c",null,null,null]
["d",{"pdna":"'"$pdna"'"},null,null]' got
exits 'one that may add nothing' 76 classify <abcd
json '  does not' '[.id, .hashes.pdna, .scores[0].reason]' '["a",null,"garbage"]
["b",null,"garbage"]
["c",null,null]
["d","'"$pdna"'","garbage"]' got
pdna=$(seq -f %03g 101 196 | tr -d '\n')
loop <<END
says \$id '"hashes":{"pdna":"$pdna"}'
END
echo "pdna $pdna" >list
exits 'a hasher stands before ct-match' 0 sh -c 'jq -c "del(.match)" abc |
    ct-classify -q -c hash.conf | ct-match -q -l list'
json '  which looks its hashes up' '[.id, .match.verdict, .match.hits[0].type]' '["a","match","pdna"]
["b","match","pdna"]
["c","match","pdna"]' got
exits 'what it may not add' 78 sh -c '{ cat conf; echo "hashes = sha256"; } >x.conf; ct-classify -q -c x.conf <abc'

# ---- surfaces --------------------------------------------------------------------------
loop <<'END'
says $id '"score":1'
END
for s in public interpersonal hosting; do
	echo '{"id":"'$s'","path":"/x","surface":"'$s'"}'
done >surfaces
exits 'private messages' 0 classify <surfaces
scored '  are looked at by nobody who was not told to' '["public","answered",1,null]
["interpersonal","unanswered",null,"surface"]
["hosting","answered",1,null]'
sed 's/^type/surfaces = direct  interpersonal\n&/' conf >private.conf
exits '  and by who was' 0 ct-classify -q -c private.conf <surfaces
scored '    who looks at nothing else' '["public","unanswered",null,"surface"]
["interpersonal","answered",1,null]
["hosting","unanswered",null,"surface"]'

# ---- the queue -------------------------------------------------------------------------
loop <<'END'
says $id '"score":'${id#s}
END
sed 's/^type/threshold = 50\n&/' conf >mid.conf
for i in 51 90 10 70; do
	printf '{"id":"s%s","user":{"id":"u%s"},"path":"/x","file":{"size":1,"mime":"image/png"},"hashes":{"md5":"%032d","sha1":"%040d","sha256":"%064d"},"match":{"verdict":"clean"}}\n' $i $i $i $i $i
done >clean
printf '{"id":"m","user":{"id":"um"},"path":"/x","hashes":{"sha256":"%064d"},"match":{"verdict":"match","total":0,"hits":[]}}\n' 99 >match
ct-classify -qa -c mid.conf <clean >scored
conf </dev/null
cat match scored | ct-review add 2>said >/dev/null
is 'what a classifier wants looked at is queued, though clean' \
    'ct-review: 5 in = 5 out + 0 dropped: 4 queued, 1 not for review' cat said
printf '{"id":"r","user":{"id":"ur"},"path":"/x","hashes":{"sha256":"%064d"}}\n' 98 |
    ct-review add -q --reason 'a user says so' >/dev/null
printf '{"id":"p","user":{"id":"up"},"path":"/x","hashes":{"sha256":"%064d"},"match":{"verdict":"match"},"incident":{"priority":"now"}}\n' 97 |
    ct-review add -q >/dev/null
for n in 1 2 3 4 5 6; do ct-review next --by r$n; done | jq -r .user.id >order
is 'a priority is taken first, then what a person reported, then by the score' \
    'up
ur
u90
u70
u51
um' cat order
is 'a score is no reason to report' '' sh -c 'ct-report -q <scored'
ct-review decide -q --account u90 --verdict csam --by r3 --class A1 >/dev/null
exits 'a verdict is' 0 sh -c 'ct-review decided -q | jq -c ".incident.at = \"2026-11-20T08:00:00Z\"" | ct-report -q'
json '  and no score is in the report' '[.user.id, (.report.xml | test("score|classif"))]' '["u90",false]' got
done_testing
