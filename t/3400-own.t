#!/bin/sh
# ct-syncdb add, deny: what people decided, into lists of one's own
# shellcheck source=t/lib.sh disable=SC2016,SC2317
. "${0%/*}/lib.sh"

cat >conf <<'END'
[source bad]
type = own
[source good]
type = own
action = allow
[source other]
type = file
path = list
END
export CT_CONF=conf
h() { printf '%s' "$1" | sha256sum | cut -c1-"$2"; }
echo "md5 $(h 0 32) x" >list
clock() { CT_CLOCK=2026-11-22T$1Z; export CT_CLOCK; }
clock 10:00:00

# what the platform has: f1 ... f9 with pictures of their own
for i in 1 2 3 4 5 6 7 8 9; do
	printf '{"id":"f%d","user":{"id":"u%d"},"file":{"mime":"image/jpeg","decode":"ok"},"hashes":{"md5":"%s","sha1":"%s","sha256":"%s","pdq":"%s","pdq_quality":100}}\n' \
	    $i $i "$(h m$i 32)" "$(h s$i 40)" "$(h $i 64)" "$(h p$i 64)"
done >files
ct-review add -aq <files >/dev/null
verdict() { # VERDICT ITEM...
	v=$1
	shift
	for i; do ct-review decide -d "$CT_HOME" --item "f$i" --verdict "$v" --by r7 --note x; done >/dev/null
}
decided() { ct-review decided -a; }
matched() { # what is a hit in bad, in good, and neither
	ct-match -aq <files | jq -rc '[.id, (.match.hits + (.match.allowed // []) | map(.source) | unique)[]] | join(":")' |
	    sed 's/^f//' | xargs
}

# ---- both
verdict csam 1 2
verdict not_csam 3 4
verdict unsure 5
verdict exploitative 6
decided >first
ct-syncdb -q sync
exits 'what was decided' 0 sh -c 'ct-syncdb add <first | ct-syncdb deny'
ok 'passes through as it is' cmp first got
ok '  it is said what was done' grep -q 'ct-syncdb: 6 in = 6 out + 0 dropped: .*2 added' err
is 'csam is found, by all it has; what is harmless is told' '1:bad 2:bad 3:good 4:good 5 6 7 8 9' matched
ct-match -aq <files >out
json '  as such' 'select(.id == "f1" or .id == "f3") | [.match.verdict, (.match.hits + (.match.allowed // []) | map([.source, .member, .content, .type, .policy, .class])[])]' \
    '["match",["bad","us","image","md5","review","own"],["bad","us","image","sha1","review","own"],["bad","us","image","sha256","review","own"],["bad","us","image","pdq","review","own"]]
["clean",["good","us","image","sha256","allow","own"]]' out
is '  the name of an entry tells no hash' '' sh -c 'jq -r ".match.hits[].entry" out | grep -f - files'
is 'a list of five hashes and one of two' '[["bad",2,8],["good",2,2]]' sh -c \
    'ct-syncdb show bad good | jq -s -c "map([.source, .entries, .hashes])"'
generation=$(cut -d' ' -f1 "$CT_HOME/lists/known.generation")
exits 'the same again' 0 sh -c 'ct-syncdb add <first | ct-syncdb deny'
ok '  is nothing new' grep -q '6 known' err
is '  and one entry each' '2 2' sh -c 'ct-syncdb show bad good | jq .entries | xargs'
is '  in the same index' "$generation" sh -c 'cut -d" " -f1 "$CT_HOME/lists/known.generation"'
is 'the log has who, when, what' '["add","bad","csam","r7","2026-11-22T10:00:00Z"]
["add","bad","csam","r7","2026-11-22T10:00:00Z"]
["deny","good","not_csam","r7","2026-11-22T10:00:00Z"]
["deny","good","not_csam","r7","2026-11-22T10:00:00Z"]' \
    jq -sc 'map(select(.act == "add" or .act == "deny") | [.act, .source, .verdict, .by, .when]) | sort[]' "$CT_HOME/audit/ct-syncdb.log"
is '  and no hash' '' sh -c 'jq -r ".hashes | .md5, .sha1, .sha256, .pdq" files | grep -Ff - "$CT_HOME/audit/ct-syncdb.log"'
exits '  it is whole' 0 ct-audit verify -q
ct-syncdb -q sync
is 'a sync leaves them' '1:bad 2:bad 3:good 4:good 5 6 7 8 9' matched

# ---- a verdict that becomes another
clock 11:00:00
verdict csam 3
verdict not_csam 5
decided >second
exits 'changed verdicts' 0 sh -c 'ct-syncdb add --delta news <second && ct-syncdb deny --delta undone <second'
is 'go to the other list' '1:bad 2:bad 3:bad 4:good 5:good 6 7 8 9' matched
json 'what came is told, for a rescan' '[.op, .source, .type]' '["add","bad","md5"]
["add","bad","pdq"]
["add","bad","sha1"]
["add","bad","sha256"]' news
is '  and what went' '["add","good","sha256",null]
["del","good","sha256","deleted"]' sh -c 'jq -c "[.op, .source, .type, .why]" undone | sort'
is '  and ct-match takes it' '["f3"]' sh -c 'ct-match -q --delta news <files | jq -c "[.id]"'
exits 'the older verdicts, again' 0 sh -c 'ct-syncdb add <first | ct-syncdb deny'
ok '  are older' grep -q ' older' err
is '  and change nothing' '1:bad 2:bad 3:bad 4:good 5:good 6 7 8 9' matched
is 'diff tells it, too' '4 add bad
1 add good
1 del good' sh -c 'ct-syncdb diff --since '"$generation"' | jq -r "[.op, .source] | join(\" \")" | sort | uniq -c | sed "s/^ *//"'
# the later comes first, the earlier after it
clock 12:00:00
verdict csam 7
ct-review decided -na >early # a preview
verdict not_csam 7
decided | jq -c 'select(.id == "f7")' >late
ct-syncdb -q add <late >/dev/null
is 'a verdict that is not this list'\''s is in neither' '1:bad 2:bad 3:bad 4:good 5:good 6 7 8 9' matched
ct-syncdb -q deny <late >/dev/null

# ---- another's hit is never hidden
jq -r 'select(.id == "f8" or .id == "f9") | "sha256 \(.hashes.sha256) d\npdq \(.hashes.pdq) n"' files >>list
ct-syncdb -q sync
verdict not_csam 8
decided | ct-syncdb -q deny >/dev/null
ct-match -q <files | jq -c 'select(.id == "f8")' >out
json 'a digest that another list has stays a hit, marked, for people' \
    '[.match.verdict, (.match.hits[] | [.source, .type, .allowed, .policy]), (.match.allowed | map(.source))]' \
    '["match",["other","sha256",true,"review"],["good"]]' out
sed 's/"sha256":"[^"]*"/"sha256":"'"$(h else 64)"'"/' out | ct-match -q >near
json 'a near copy of it is not harmless for that' '[.match.verdict, (.match.hits[] | [.source, .type, .allowed])]' \
    '["match",["other","pdq",null]]' near

# ---- who may say so
refused() { # WHAT STATUS WORDS: of the record in the file rec
	exits "$1" "$2" ct-syncdb add <rec
	json "  refused with why" '[.error.tool, .error.code, (.error.msg | contains("'"$3"'"))]' "[\"ct-syncdb\",$2,true]" got
}
jq -c 'select(.id == "f1")' second >one
jq -c 'del(.review)' one >rec
refused 'no review' 65 'no review.verdict'
jq -c '.review |= {verdict, mac}' one >rec
refused 'nobody who decided' 65 'who decided'
jq -c 'select(.id == "f7")' early >rec
refused 'a preview' 65 'preview'
jq -c 'del(.review.proof)' one >rec
refused 'no proof' 77 'does not prove'
jq -c '.hashes.md5 = "'"$(h z 32)"'"' one >rec
refused 'other hashes' 77 'does not prove'
jq -c '.review.by = "me"' one >rec
refused 'another person' 77 'does not prove'
jq -c 'select(.id == "f6") | .review.verdict = "csam"' second >rec
refused 'another verdict' 77 'does not prove'
ct-review decide --item f9 --verdict csam --by r7 >rec
refused 'what only decide printed' 77 'does not prove'
printf '{"id":"a","error":{"tool":"x","code":65,"msg":"y"}}\n' >came
exits 'one that came with an error' 65 ct-syncdb add -q <came
ok '  passes' cmp came got
jq -c 'if .id == "f2" then del(.review.proof) else . end' second >mixed
exits 'one bad among good' 77 ct-syncdb add <mixed
json '  is one' 'select(.error) | [.id]' '["f2"]' got
is '  and nothing has changed' '1:bad 2:bad 3:bad 4:good 5:good 6 7:good 8:good:other 9:other' matched
mv "$CT_HOME/review.key" key
exits 'without the key nobody' 66 ct-syncdb add <one
head -c 32 /dev/zero >"$CT_HOME/review.key" && chmod 600 "$CT_HOME/review.key"
exits 'nor with another' 77 ct-syncdb add <one
mv key "$CT_HOME/review.key"
chmod 644 "$CT_HOME/review.key"
exits 'nor with one that all can read' 77 ct-syncdb add <one
chmod 600 "$CT_HOME/review.key"

# ---- which hashes
clock 13:00:00
printf '{"id":"g%d","file":{"decode":"%s"},"hashes":{"sha256":"%s","pdq":"%s","pdq_quality":%d}}\n' \
    1 ok "$(h g1 64)" "$(h q1 64)" 49 2 partial "$(h g2 64)" "$(h q2 64)" 100 \
    3 ok "$(h g3 64)" "$(h q3 64)" 50 >extra
printf '{"id":"g4","file":{"decode":"ok"},"hashes":{"sha256":"%s","sha512":"%s%s"}}\n' "$(h g4 64)" "$(h a 64)" "$(h b 64)" >>extra
echo '{"id":"g5","incident":{"type":"csam","text":"words"}}' >>extra
ct-review add -aq <extra >/dev/null
for i in 1 2 3 4; do ct-review decide --item g$i --verdict csam --by r8; done >/dev/null
ct-review decide --item g5 --verdict csam --by r8 >/dev/null
before=$(ct-syncdb show bad | jq .hashes)
decided | ct-syncdb add 2>said >/dev/null
is 'PDQ only of what was decoded whole and says something' $((before + 10)) sh -c 'ct-syncdb show bad | jq .hashes'
ok 'what has no bytes is passed' grep -q '1 no file' said

# ---- by hand
ct-match -q <files | jq -c 'select(.id == "f1") | .match.hits[0]' >hit
exits 'who takes out must say so' 64 ct-syncdb add --remove
exits '  and only who takes out' 64 ct-syncdb add --by ana
exits '  of other verbs neither' 64 ct-syncdb sync --remove --by ana
exits 'a hit is taken out' 0 ct-syncdb add --remove --by ana <hit
is '  and is gone' '1 2:bad 3:bad' sh -c 'matched() { ct-match -aq <files | head -3 | jq -r "[.id[1:], (.match.hits|map(.source)|unique)[]] | join(\":\")"; }; matched | xargs'
is '  as the log says' '["remove","bad","removed","ana"]' sh -c 'jq -c "select(.act == \"remove\") | [.act, .source, .verdict, .by]" "$CT_HOME/audit/ct-syncdb.log" | tail -n 1'
exits 'once more' 0 ct-syncdb add --remove --by ana <hit
ok '  it is known' grep -q '1 known' err
exits 'the verdict that was' 0 ct-syncdb add <one
ok '  does not bring it back' grep -q '1 older' err
exits 'by the record of the file' 0 ct-syncdb deny --remove --by ana <<END
$(jq -c 'select(.id == "f4")' first)
END
is '  gone from the other' '[]' sh -c 'ct-match -aq <files | jq -c "select(.id == \"f4\") | .match.allowed // []"'
exits 'of another source' 65 sh -c 'jq -c ".source = \"other\"" hit | ct-syncdb add --remove --by ana'
exits 'what is not there' 66 sh -c 'jq -c ".entry = \"00000000000000000000000000000000\"" hit | ct-syncdb add --remove --by ana'
clock 14:00:00
verdict not_csam 4
decided | ct-syncdb -q deny >/dev/null
is 'a later verdict does' '["good"]' sh -c 'ct-match -aq <files | jq -c "select(.id == \"f4\") | .match.allowed | map(.source)"'

# ---- which list
exits 'a list by name' 0 ct-syncdb add bad <one
exits 'of the wrong kind' 64 ct-syncdb add good <one
exits '  the other way' 64 ct-syncdb deny bad <one
exits '  or from elsewhere' 64 ct-syncdb add other <one
printf '[source bad2]\ntype = own\n' | cat - conf >two
exits 'two of a kind' 64 ct-syncdb add -c two <one
ok '  are named' grep -qx "ct-syncdb: which? 'bad' or 'bad2'" err
exits '  one of them' 0 ct-syncdb add -c two bad2 <one
grep -v 'allow' conf >swapped
exits 'an allow list that is none any more' 78 ct-syncdb -c swapped sync good
printf '[source a]\ntype = file\npath = list\n' >none
exits 'none' 78 ct-syncdb add -c none <one
for key in 'path = x' 'url = https://x' 'credential = x' 'hash = md5' 'class = csam' 'action = report' 'members = a'; do
	printf '[source own]\ntype = own\n%s\n' "$key" >wrong
	exits "not with $key" 78 ct-syncdb check -c wrong
done
rm -r "$CT_HOME/lists"
exits 'into nothing' 0 ct-syncdb add <second
is '  it is the first' 3 sh -c 'ct-syncdb show bad | jq .entries'
done_testing
