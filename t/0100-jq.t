#!/bin/sh
# jq of the tests: what it answers itself is what jq answers
# shellcheck source=t/lib.sh
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'its programs are run sanitized elsewhere'

# shellcheck disable=SC2154
own=$t/tool/jq
sh=$(command -v sh)
real=${PATH#*"$t/tool":}
PATH=$real
cat >in <<'END'
{"id":"a/b.jpg","n":3,"t":true,"f":false,"z":null,"list":[3,1,2],"names":["b","a","b"],"file":{"decode":"ok","w":[{"x":1},{"x":2}]}}
{"id":"tab\tquote\"\\ \u007f\u0001 é 😀","n":-7,"list":[],"names":[],"file":{"decode":"partial"},"error":{"code":65,"msg":"m: n"}}
{"id":"","n":9007199254740992,"list":[{"x":[[]]},{}],"names":["one"],"file":{}}
END
sed 1q in >one

# filters, one a line; from the empty line on those that are jq's own
cat >filters <<'END'
.id
.n
.file.decode // .error.code
.error.code // "none"
[.id, .n, .t, .f, .z]
.list[]
.names[0], .names[-1], .names[7]
.names[0:1], .names[-1:], .names[:-1], .id[2:5]
.file.w[]?.x
.file["decode"]
."file"."decode"
{id, n: .n, "a b": (.t | not), (.names[0] // "k"): 1}
{a: .file.w | length, b: {c: [.n]}}
"\(.id) is \(.n + 1) of \(.list | length)" | length
"\(.list) \(.names)"
select(.n > 0) | .id
select(.n >= 3 and .t) | .n
select((.t | not) or .f) | .n
.n == 3, .n != 3, .n < 3, .n <= 3, .id < "b"
.n as $n | [$n, .id] | {$n, len: length}
.names as $a | .list as $b | [$a, $b]
if .t then "t" elif .n < 0 then "e" else .n end
[.list[] | select(. != 1)]
.list | map(. == 1)
.names | sort, unique, join("-"), length
keys, keys_unsorted
has("t"), has("error")
.names | all(. == "b"), any(. == "b"), all, any
.id | startswith("a"), endswith("jpg"), contains("b"), test("b"), test("^a/b$"), test("^a"), test("jpg$")
.names + ["x"] - ["b"], .file + {"decode": 1, k: 2}
1, 2 | . + 1
(1, 2) + (10, 20)
1 + 2 * 3 - 4
8 / 4 / 2, 7 % 4
empty
[empty]
.n + -1 | [., -1]
[range(1; 4)], [range(0; 7; 3)]
[range(3)]
.id | tostring, length
.list | tostring
.n = 1 | .file.new.deep = [2]
.file.decode |= "\(.)!" | .n += 1
.list |= map(1) | .list[0:1]
del(.file, .n)
del(.error.code)
.file.w[]?.x
.list[] |= 5
first(.names[]), (.names | first)
[.names[] | {k: .}] | map(.k) | add
.id * 3, ("0" * 64 | length)
.names | min, max
.list | min, max, ([] | max)
["7", "120", "0", 5 | tonumber + 1]
.z < .f, .f < .t, .t < .n, .n < .id, .id < .list, .list < .file, .z < null, .t <= true, .z > 0
.id | split("/"), (split("/") | .[-1]), split("x"), ltrimstr("a/"), ltrimstr("x")
.id | split("/b."), split("."), test("A/"), sub("B"; "x"), test("a.*jpg"), sub("a?"; "")
.id | test("[ab]/"), test("^a.b"), test("b[.]jpg$"), test("x*"), test("\\.jpg")
.id | sub("b"; "c"), sub("/.*"; ""), sub("\\.[a-z]+$"; ".png"), sub("[^/]*/"; ""), sub("x"; "y")
.names | map(IN("a", "c")), map(select(IN("b")))
.n | todate, (1795929110 | todate | ., fromdate, fromdateiso8601)
"a b/c+\u00e9\n-_.~" | @uri
[paths], [paths | map(strings) | join(".")]
[.list[], .id | strings]
del(.file.w[0]) | del(.names[-1])
del(.file.w[].x, .n)
"\u0041\u00e9\u20ac\u007f\u0001" | ., length
.names | add
.list - [1] | length
{"a": 1} | .a, .b
"a\nb\t\"c\"\\d"
[.id, (.list | length)] | .[1]

{"a": (1, 2), "b": (3, 4)}
.id | test("(a).b")
.id | test("b|c")
"\u00e9" | test(".")
"a!" | @uri
@text "x\(.n)"
.id | split("a"; null)
del(.names[0], .names[1])
del(.names[])
del(.names[7])
"2026-01-01" | try fromdate catch "no"
{id, nosuch} | with_entries(select(.value))
limit(3; empty)
nosuch(empty)
.. | numbers
to_entries | length
.names | map(ascii_upcase) | index("B")
reduce .list[] as $x (0; . + 1)
try error("x") catch .
.id | sub("(?<x>b)"; "c")
.error.code | . * 1.5
"ab" * 0
"\ud83d\ude00"
"007", "x", "1e3", "-1" | tonumber? // .
$__loc__
.names | .[
.id.x
.n[0]
.list | sort_by(.)
nosuch
[.n, 1.0, 1e3, 123456789012345678901]
END

# each JQ - its answer to each filter of standard input, with its status
each() {
	while IFS= read -r filter; do
		echo "# $filter"
		"$1" -c "$filter" one 2>/dev/null
		echo "status $?"
	done
}

# jq starts once for all that this program has to know, without jq
sed '/^$/,$d' filters >known
sed '1,/^$/d' filters >other
jq -c "$(awk '{ printf "%s%d, (%s)", (NR > 1) ? ", " : "", NR, $0 }' known)" one >want.known
# shellcheck disable=SC2123
PATH=$tmp/none
i=0
while IFS= read -r filter; do
	i=$((i + 1))
	echo $i
	"$own" -c "$filter" one
done <known >got.known 2>&1
PATH=$real
ok 'each filter: what jq answers, without it' diff -u want.known got.known
# shellcheck disable=SC2123
PATH=$tmp/none
each "$own" <other >other.got
PATH=$real
is 'the rest is not for it' "$(grep -c . other)" sh -c "grep -c '^status 127' other.got"
each jq <other >other.want
each "$own" <other >other.jq
ok 'so jq runs' diff -u other.want other.jq

# what is no JSON is for jq to say, and files and pipes it has as they were
printf '{"n":1}\n{"n":\n' >short
for in in short none . in; do
	is "of $in" "$(jq -c '.n, (.id? | ascii_upcase?)' $in 2>&1; echo $?)" \
	    sh -c '"$1" -c ".n, (.id? | ascii_upcase?)" "$2" 2>&1; echo $?' - "$own" $in
	is "of $in, which it knows" "$(jq -c .n $in 2>&1; echo $?)" \
	    sh -c '"$1" -c .n "$2" 2>&1; echo $?' - "$own" $in
done
is 'of a pipe' "$(jq -c '.id | ascii_upcase' in)" \
    sh -c 'cat in | "$1" -c ".id | ascii_upcase"' - "$own"
is 'of three files' "$(jq -c .n in one in)" "$own" -c .n in one in

# the options, with what ends well and what does not
while read -r options; do
	# shellcheck disable=SC2086 # several options
	is "jq $options" "$(jq $options in; echo $?)" \
	    env PATH="$tmp/none" "$sh" -c '"$@"; echo $?' - "$own" $options in
done <<'END'
-r .id
-c .file
-e .t
-er .error.code
-e .f
-e .z
-sc map(.n)
-s length
-j .names[]
-nc [1]
-nr "a\nb"
-c --arg a b {$a,b:$a,n}
-rc --argjson a [1] $a+.list
-nc --rawfile a one [$a|length]
-nc $ARGS.positional --args a b
END

# a line at a time, each answered as it comes
mkfifo asked answered
env PATH="$tmp/none" "$own" -c --unbuffered --argjson n 7 '[.n, $n]' <asked >answered &
exec 3>asked 4<answered
echo '{"n":1}' >&3
read -r line <&4
is 'a line is answered before the next' '[1,7]' echo "$line"
printf '{"n":2} {"n":\n3}\n' >&3
exec 3>&-
is '  what is more than a line is for jq' 127 sh -c 'wait "$1"; echo $?' - "$!"
exec 4<&-
# what it says of an error counts lines from there
for filter in .n '.n, (.id | ascii_upcase)' 'if .n < 0 then .n * 1.5 else .n end' 'select(.n > 3)' '.n + .id'; do
	for in in in short; do
		is "of a stream, $in: $filter" "$(jq -c --unbuffered "$filter" <$in 2>/dev/null; echo $?)" \
		    sh -c '"$1" -c --unbuffered "$2" <"$3"; echo $?' - "$own" "$filter" "$in"
	done
done
is 'all of it as a text' "$(jq -sRr @uri one)" env PATH="$tmp/none" "$own" -sRr @uri one
done_testing
