#!/bin/sh
# ct-preserve expire: never too early, never what is held; what is destroyed is
# gone from here, and everybody can see why
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/evidence.sh
. "$t/evidence.sh"
ct-preserve keygen -o k
for f in a b c d e f; do echo "harmless $f" >$f; done
T=2026-11-22T10:00:00Z
# day N [SECONDS] - T and so many days and seconds
day() { date -u -d "@$(($(date -u -d $T +%s) + $1 * 86400 + ${2:-0}))" +%FT%TZ; }
expire() { ct-preserve expire "$@"; }
live() { ct-preserve find | jq -r .id | grep -c .; }
fresh() { rm -rf "$CT_HOME"; }

# ---- when: 400 days, or what was asked, but never less than the year
# due DAYS NDAY SECONDS COUNT - kept for DAYS, so many are due then
due() {
	is "$1 days, on day $2 and $3 s: $4" "$4" sh -c \
	    "CT_CLOCK=$(day "$2" "$3") ct-preserve expire -q 2>err | grep -c '\"due\"'"
}
kept production $k1 u42 9000001 $T a
for d in 364 365 366 399; do due 400 $d 0 0; done
due 400 400 -1 0
due 400 400 0 1
due 400 401 0 1
fresh
KEPT='--days 365'
kept production $k1 u42 9000001 $T a
due 365 364 0 0
due 365 365 0 0
due 365 365 $((14 * 3600 - 2)) 0
due 365 365 $((14 * 3600 - 1)) 1
due 365 366 0 1
for how in 2028-02-29:2029-03-01T23:59:58Z:0 2028-02-29:2029-03-01T23:59:59Z:1 \
    2027-03-01:2028-03-01T23:59:58Z:0 2027-03-01:2028-03-01T23:59:59Z:1 \
    2028-02-28:2029-02-28T23:59:58Z:0 2028-02-28:2029-02-28T23:59:59Z:1 \
    2037-12-01:2038-12-01T23:59:58Z:0 2037-12-01:2038-12-01T23:59:59Z:1; do
	fresh
	at=${how%%:*} rest=${how#*:}
	now=${rest%:*} n_due=${rest##*:}
	kept production $k1 u42 9000001 "${at}T10:00:00Z" a
	is "a calendar year from $at, at $now: $n_due" "$n_due" sh -c \
	    "CT_CLOCK=$now ct-preserve expire -q 2>err | grep -c '\"due\"'"
done
KEPT=''

# ---- which: one of each kind
fresh
kept production $k1 u42 9000001 $T a
kept test $k2 u42 9000002 $T b
report production $k3 u42 c | CT_CLOCK=$T ct-preserve seal -qk k.pub >c.rec
kept production 33333333333333333333333333333333 u7 9000003 $T d
kept production 44444444444444444444444444444444 u8 9000004 $T e
kept production 55555555555555555555555555555555 u9 9000005 $T f
# d: a second receipt, five days later; e: held; f: was held
finished production 9000006 "$(day 5)" <33333333333333333333333333333333.rec |
    CT_CLOCK=$(day 5) ct-preserve anchor -q >d.rec
hold() {
	CT_CLOCK=$T ct-preserve hold add --kind order --authority x --ref y \
	    --by ana "$@" | jq -r .hold.id
}
h=$(hold --user u8)
hold --user u9 --until 2027-01-01 >/dev/null
a=$(ids '.file=="a"') b=$(ids '.file=="b"') c=$(ids '.file=="c"')
d=$(ids '.file=="d"') e=$(ids '.file=="e"') f=$(ids '.file=="f"')
CT_CLOCK=$(day 401)
export CT_CLOCK
exits 'without --yes' 0 expire
cp got out
json '  it says what is due, and what is held' '[.id, .state, .hold]' \
    "$(printf '%s\n' "[\"$a\",\"due\",null]" "[\"$e\",\"held\",[\"$h\"]]" \
    "[\"$f\",\"due\",null]")" out
ok '  and how many' grep -q ': 2 due, 1 held' err
is '  and does nothing' 6 live
exits 'nor with -n' 0 expire -n --yes
is '  nothing' 6 live
is '  not even in the log' 0 sh -c "grep -c '\"act\":\"expire\"' $CT_HOME/audit/ct-preserve.log"

# ---- the clock
exits 'a clock that is far ahead of the log' 77 expire --yes
ok '  says so' grep -q 'clock is ahead' err
is '  destroys nothing' 6 live
CT_CLOCK=2038-01-19T03:14:08Z
exits 'in 2038, too' 77 expire --yes
# sealing goes on whatever the clock says; but that is no word for the clock
report production 66666666666666666666666666666666 u1 a |
    ct-preserve seal -qk k.pub >out 2>err
json 'what is sealed in 2038' '.report.files[].vault.state' '"sealed"' out
ok '  with a warning' grep -q 'clock is ahead' err
exits '  does not make 2038 true' 77 expire --yes
CT_CLOCK=1970-01-01T00:00:00Z
exits 'in 1970' 77 expire --yes
ok '  it says so' grep -q 'clock is behind' err
CT_CLOCK=$(day 5 -301)
exits 'more than 5 minutes behind the log' 77 expire --yes
CT_CLOCK=$(day 5 -299)
exits 'less' 0 expire --yes
CT_CLOCK=$(day 12 1)
exits 'more than 7 days ahead' 77 expire --yes
CT_CLOCK=$(day 12)
exits 'that is the most' 0 expire --yes
is 'each has its line, though nothing was due' 2 acts expire
CT_CLOCK=$(day 18)
exits 'run every day, it is never ahead' 0 expire --yes
is 'nothing was destroyed' 7 live

cp -r "$CT_HOME" vouched
exits 'who only vouches for the clock' 0 env CT_CLOCK="$(day 401)" \
    ct-preserve expire -d vouched -qn --clock-ok
is '  destroys nothing' 7 sh -c 'ct-preserve find -d vouched | grep -c .'
exits '  and it is right from there' 0 env CT_CLOCK="$(day 401)" \
    ct-preserve expire -d vouched -qn
ok '  without a further word' test ! -s err
rm -rf vouched

# ---- what is due, and its certificate
mkdir certs copy
cp "$(object "$a")" copy/
ln "$(object "$f")" linked
was=$(ct-preserve find --object "$a")
CT_CLOCK=$(day 401)
exits 'no directory for certificates' 73 expire --yes --clock-ok --certificate none
is '  destroys nothing' 7 live
exits 'somebody vouches for the clock' 0 \
    expire --yes --clock-ok --by ana --certificate certs
cp got out
json '  and the log says so' 'select(.act == "clock") | [.ok, .at]' \
    "[true,\"$CT_CLOCK\"]" "$CT_HOME/audit/ct-preserve.log"
is 'what was due is gone' '' ls "$CT_HOME/vault/objects/"??"/$a" "$CT_HOME/vault/objects/"??"/$f"
is 'and nothing else' "$(printf '%s\n' "$b" "$c" "$d" "$e" | sort)" sh -c \
    "ct-preserve find | jq -r 'select(.user != \"u1\").id' | sort"
json 'the intent stands before the end' \
    'select(.act == "destroy" or .act == "destroyed") |
    [.act, .cause, .by, .objects]' \
    "$(printf '%s\n' "[\"destroy\",\"expired\",\"ana\",[\"$a\",\"$f\"]]" \
    "[\"destroyed\",null,null,[\"$a\",\"$f\"]]")" \
    "$CT_HOME/audit/ct-preserve.log"
json 'the run has its line' 'select(.act == "expire" and .due > 0) |
    [.due, .destroyed, .held, .by]' '[3,2,1,"ana"]' \
    "$CT_HOME/audit/ct-preserve.log"
jq -c 'select(.certificate)' out >cert
json 'a certificate, and what is held' '[.id, .state, .hold]' \
    "$(printf '%s\n' "[$(jq .id cert),null,null]" "[\"$e\",\"held\",[\"$h\"]]")" out
json 'it names what, since when, till when, why' '.certificate.objects[0]' \
    "$(printf '%s' "$was" | jq -c --arg at "$CT_CLOCK" '{id, sha256, size,
    report, env, report_ids: [{authority: "ncmec", env, id: .report_id}], sealed_at, expires,
    destroyed_at: $at, cause: "expired"}')" cert
seq=$(jq .certificate.log.seq cert)
is 'and where the log says so' "$(jq -r .certificate.log.sum cert)" sh -c \
    "sed -n ${seq}p $CT_HOME/audit/ct-preserve.log | b2sum -l 256 | cut -c-64"
json '  in that line' "select(.seq == $seq) | .act" '"destroyed"' \
    "$CT_HOME/audit/ct-preserve.log"
is 'the same is in the directory' "$(jq -c .certificate cert)" \
    cat "certs/$(jq -r .certificate.id cert).json"
ok 'a certificate names no account' sh -c '! grep -q "\"u[0-9]" cert'
json 'find still knows it' '[.state, .cause, .destroyed_at]' \
    "[\"destroyed\",\"expired\",\"$CT_CLOCK\"]" - <<END
$(ct-preserve find --object "$a")
END
is 'two are destroyed' 2 sh -c 'ct-preserve find --destroyed | wc -l'

# ---- what the log says, and nothing else
if command -v sqlite3 >/dev/null; then
	for how in 'UPDATE receipt SET expires = 1' \
	    "UPDATE hold SET released_at = '2027-01-01T00:00:00Z'"; do
		sqlite3 "$CT_HOME/vault/index.db" "$how" >out
		exits "an index that was changed: $how" 65 expire --yes
		ok '  is told of' grep -q 'index is not what the log says' err
		is '  and destroys nothing' 4 sh -c \
		    "ct-preserve find | jq -r 'select(.user != \"u1\").id' | wc -l"
		rm -f "$CT_HOME"/vault/index.db*
		exits '  once it is away' 0 expire --yes
		json '  what is held is held' .state '"held"' got
	done
	# a row that says that an end was begun: the log does not
	sqlite3 "$CT_HOME/vault/index.db" "INSERT INTO intent (object, cause, at)
	    VALUES ('$b', 'expired', '$T')" >out
	report production 88888888888888888888888888888888 u1 a |
	    ct-preserve seal -qk k.pub >sealed 2>err
	json 'an end that nobody began: what is new is sealed' \
	    '.report.files[].vault.state' '"sealed"' sealed
	ok '  with a word' grep -q 'nothing is destroyed: the index' err
	exits '  and nothing ends' 65 expire --yes
	ok '  not that object, either' test -e "$(object "$b")"
	exits '  no key is called destroyable' 65 ct-preserve keys
	cp k.key other.key
	exits '  nor one destroyed' 65 ct-preserve shred --yes other.key
	ok '  it is there' cmp k.key other.key
	printf '#!/bin/sh\ntrue\n' >del && chmod +x del
	printf '[act]\ndelete = %s/del\n' "$tmp" >act.conf
	exits '  nor is what the platform has deleted' 77 \
	    ct-act delete -q -c act.conf <33333333333333333333333333333333.rec
	ok '  as the index is not what it was' grep -q 'index is not what' err
	rm -f "$CT_HOME"/vault/index.db*
fi

# ---- what destroying reaches
is 'a name that another file system entry had of it: no key' \
    "$(head -c 104 /dev/zero | b2sum)" sh -c \
    'tail -c +49 linked | head -c 104 | b2sum'
is '  it opens for nobody' 1 sh -c \
    "mkdir l && cp linked l/\$(b2sum -l 256 <linked | cut -c-64) &&
    ! ct-preserve open -k k.key l/* 2>err; echo \$((\$? == 0))"
is 'but an earlier copy opens with the key of the month' 'harmless a' \
    ct-preserve open -k k.key "copy/$a"
exits 'the vault is whole' 0 ct-preserve verify -qk k.key
jq -nc --arg s "$(sha256sum <a | cut -c-64)" --arg p "$PWD/a" '{id: "a",
    path: $p, user: {id: "u42"}, hashes: {sha256: $s}, match: {verdict: "match"}}' >shown
exits 'who shows again what has expired' 0 ct-preserve stage -qk k.pub <shown
json '  is looked at again' .vault.state '"staged"' got
exits 'another run finds nothing more' 0 expire --yes
json '  but what is held' .state '"held"' got

# ---- a hold that is released
ct-preserve hold release --hold "$h" --by ben >out
exits 'lets go' 0 expire --yes -q
json '  of it' '.certificate.objects[].id' "\"$e\"" got

# ---- what is sealed anew keeps nothing alive, and is no other report's
kept production 77777777777777777777777777777777 u42 9000007 "$CT_CLOCK" a
is 'the same file in a new report' 1 sh -c \
    'ct-preserve find --user u42 | jq -r "select(.file == \"a\").id" | wc -l'
exits 'stays' 0 expire --yes -q
is '  till its own date' 1 sh -c \
    'ct-preserve find --user u42 | jq -r "select(.file == \"a\").id" | wc -l'

# ---- many, a hold meanwhile, and two runs at once
fresh
mkdir many
i=0
while [ $i -lt 200 ]; do
	echo $i >many/$i
	i=$((i + 1))
done
# shellcheck disable=SC2046 # names of ours
kept production $k1 u42 9000001 $T $(printf 'many/%d ' $(seq 0 149))
# shellcheck disable=SC2046
kept production $k2 u43 9000002 $T $(printf 'many/%d ' $(seq 150 199))
is 'two hundred' 200 live
expire --yes --clock-ok >one 2>err1 &
p1=$!
expire --yes --clock-ok >two 2>err2 &
p2=$!
CT_CLOCK=$CT_CLOCK ct-preserve hold add --kind order --authority x --ref y \
    --by ana --user u43 >held 2>err3
wait $p1
s1=$?
wait $p2
s2=$?
is 'both end well' '0 0' echo $s1 $s2
ok 'what the hold counted is there' test "$(jq .hold.objects held)" -eq "$(live)"
gone=$((200 - $(live)))
is 'each that went has one certificate' $gone sh -c \
    'jq -r "select(.certificate).certificate.objects[].id" one two | sort -u | wc -l'
is '  and not two' $gone sh -c \
    'jq -r "select(.certificate).certificate.objects[].id" one two | wc -l'
is '  and one end in the log' $gone sh -c "grep '\"act\":\"destroyed\"' \
    $CT_HOME/audit/ct-preserve.log | jq -r '.objects[]' | sort | uniq -u | wc -l"
exits 'the vault is whole' 0 ct-preserve verify -qk k.key
ok '  and so is its log' whole_log
done_testing
