#!/bin/sh
# ct-hash: every picture that nobody should send has the outcome it should
# have, and the good picture behind it comes out right
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

mkdir pics && hostile --all pics && mkpix --seed 7 good.jpg || exit 1
hostile --list | awk '$2 !~ /^J/' >list
cut -f1 list >names
good=$(ct-hash -q good.jpg | jq -r .hashes.pdq)
size() { echo $(($(wc -c <"$1"))); }

# outcomes [OPTION...] - all of them and after each the good one, in one run:
# the records in o, in out a line each of name, outcome, PDQ
inputs() { sed 's,.*,pics/&\ngood.jpg,' names; }
digest() {
	jq -r '[(.path|split("/")[-1]), .file.decode, .hashes.pdq // "none"] |
	    join(" ")' o >out
}
outcomes() {
	inputs | timeout 600 ct-hash -q "$@" >o 2>err
	status=$?
	digest
	return "$status"
}
# live - the same by a process that is looked at before and after
anon() { sed -n 's/^RssAnon:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pids/status"; }
lines() { [ "$(grep -c . o)" -ge "$1" ]; } # that many, or more, are in o
live() {
	mkfifo pipe
	ct-hash -q <pipe >o 2>err &
	pids=$!
	exec 5>pipe
	echo good.jpg >&5
	eventually lines 1
	before=$(anon)
	inputs >&5
	all=$(($(grep -c . names) * 2 + 1))
	# minutes, where others are at work
	for _ in 1 2 3 4 5; do ! eventually lines "$all" || break; done
	after=$(anon)
	exec 5>&-
	wait "$pids"
	status=$?
	pids=
	sed -i 1d o
	digest
	return "$status"
}
whole() { # the run went through: a record each, the good ones right
	sed 's/$/\ngood.jpg/' names >want
	cut -d' ' -f1 out >got
	cmp want got && test "$(grep ^good out | sort -u)" = "good.jpg ok $good"
}
named() { # NAME: its line in $1 of out
	grep "^$1 " "${2-out}"
}
outcome() { # NAME OUTCOMES
	now=$(named "$1")
	now=${now#* }
	echo "${now%% *}"
	case "|$2|" in *"|${now%% *}|"*) ;; *) false ;; esac
}
same() { # NAME OTHER: have the same hash
	one=$(named "$1") two=$(named "$2")
	test "${one##* }" != none && test "${one##* }" = "${two##* }"
}

# ---- all in one run
exits 'all in one run: 0, for each has an outcome' 0 live
ok 'a record each, and the picture behind each is right' whole
# sanitizers keep what is freed
[ -n "${CT_SANITIZED-}" ] ||
    ok "the reader's memory stays flat: $before, $after kB" test $((after - before)) -lt 4096
tab=$(printf '\t')
while IFS=$tab read -r name row want _ as; do
	ok "$row $name: $want" outcome "$name" "$want"
	[ "$as" = - ] || ok "  with the hash of $as" same "$name" "$as"
done <list
ok 'what was read has its digests' jq -es 'all(.hashes.md5 and .hashes.sha1 and .hashes.sha256)' o
ok 'a hash only of what was seen' jq -es 'all((.file.decode | IN("ok","partial","too-many-frames")) == (.hashes|has("pdq")))' o
ok 'degenerate ones say so' jq -es 'map(select(.path|test("all-grey|all-black|one-colour|1x1|99-scans$|rgba16$")) |
    select(.hashes.pdq)) | length >= 4 and all(.hashes.pdq_degenerate)' o
cp out first
mv o records

# ---- no verdict clears what was not seen whole
jq -c 'select(.path|endswith("good.jpg")|not)' records >seen
printf 'md5 %032d\n' 1 >other
ct-match -aq -l other <seen >matched
ok 'clean is only what is whole, and of quality' jq -es 'all(.match.verdict == "undecided" or
    (.match.verdict == "clean" and .file.decode == "ok" and .hashes.pdq_quality >= 50))' matched
is 'I46 one colour is never clean' 'undecided undecided undecided' \
    sh -c 'grep -e all-grey -e all-black -e one-colour matched | jq -r .match.verdict | xargs'

# ---- what is behind the picture is said, and how many pictures there are
trailing() {
	jq -r "select(.path|endswith(\"/$1\")).file.trailing_bytes" records
}
for name in zip html twice mpo; do
	more=0
	if [ $name = mpo ]; then # less the segment that is put in
		more=$(($(size pics/jpeg-mpo) - $(size pics/jpeg-twice)))
	fi
	is "I25 I26 jpeg-$name: bytes behind the picture" \
	    $(($(size pics/jpeg-$name) - $(size pics/jpeg) - more)) trailing jpeg-$name
done
is 'I41 10000 frames are counted' 10000 jq 'select(.path|endswith("10000-frames")).file.frames' records

# ---- the same by every way, but for the slow ones
grep -v -e 99-scans -e rgba16 -e 1000-scans names >few && mv few names
while read -r name; do named "$name" first; echo "good.jpg ok $good"; done <names >want
agree() { # OPTION...
	outcomes "$@"
	status=$?
	diff want out && return "$status"
}
ok '-B 1: a process each' agree -B 1
ok '-j 2' agree -j 2
ok '--exact' agree --exact
ok '--dihedral' agree --dihedral
cp want want.all
ok 'the scalar kernel' env CT_CPU=scalar sh -c 'sed "s,.*,pics/&\ngood.jpg," names | timeout 600 ct-hash -q |
    jq -r "[(.path|split(\"/\")[-1]), .file.decode, .hashes.pdq // \"none\"] | join(\" \")" | diff want.all -'
# of brightness alone no fraction is asked
outcomes --fast
ok '--fast: the same outcomes' sh -c 'for f in want.all out; do grep -v fraction $f | cut -d" " -f1,2 >cut.$f; done
    diff cut.want.all cut.out'

# ---- limits are options
limited() { # NAME OPTION...
	name=$1
	shift
	timeout 900 ct-hash -q "$@" "pics/$name" good.jpg >o 2>err || return
	jq -r '.file.decode' o | xargs
}
is 'I10 65500 x 1, if it may be that wide' 'ok ok' limited jpeg-65500x1 --max-side 65535
is 'I10 1 x 65500' 'ok ok' limited jpeg-1x65500 --max-side 65535
is 'I8 5000 scans, if it may have them' 'ok ok' limited jpeg-5000-scans --max-scans 5000 --max-time 600
is 'I9 no time for it' 'timeout ok' limited jpeg-1000-scans --max-scans 1000 --max-time 1
is 'I9 no memory for it' 'out-of-memory ok' limited jpeg-99-scans --max-memory 64M
is 'I32 no time for it' 'timeout ok' limited png-10000-rgba16 --max-time 0.5
is 'I31 too large' 'too-large ok' limited png-10000-rgba16 --max-bytes 700000

# ---- cut anywhere
mkpix --size 40x48 lossy.webp && mkpix --size 40x48 --lossless whole.webp || exit 1
cut_at() { # FILE
	rm -rf cuts && mkdir cuts && hostile --cut cuts <"$1" || return
	find cuts -type f | sort | timeout 300 ct-hash -q >one || return
	find cuts -type f | sort | timeout 300 ct-hash -q -B 16 -j 2 >two || return
	cmp one two || return
	jq -r .file.decode one | uniq >order
	printf 'corrupt\npartial\nok\n' | diff - order
}
for name in pics/jpeg-small pics/jpeg-progressive \
    pics/png-small pics/png-interlaced lossy.webp whole.webp; do
	case $name in *jpeg*) row=I3 ;; *) row=I4 ;; esac
	ok "$row ${name#*/} cut anywhere: corrupt, partial, ok, the same each time" cut_at $name
done
done_testing
