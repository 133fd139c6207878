#!/bin/sh
# ct-submit and a service that fails in every way, at every one of its calls
# shellcheck source=t/lib.sh disable=SC2016,SC2119,SC2120,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/submit.sh
. "$t/submit.sh"

sandbox
bytes a b
report 0 a b >template
k=0
: >ended

# in_hand - the record of case $k, by its key and the address in its document
in_hand() {
	sed "s/$(key 0)/$(key $k)/g; s,/p/1<,/p/$k<," template >in
}
run() { submit "$@" <in >got 2>err; }

# told - what the record that came out says of its report
told() {
	sed -n 's/.*"submission":{"env":"test",\("report_id":"[0-9]*",\)*"state":"\([a-z]*\)".*/\2/p' got
}

# plan SPEC,... - these faults; there is no other, each is taken back by clean
plan() {
	control "{\"fault\":[\"$(echo "$1" | sed 's/,/","/g')\"]}"
}

# clean - well again: what was held is let go on, the credential tried that was
# refused, and all is filed; checked at the end, in one
clean() {
	control '{"fault":null}'
	[ "$exit" -ne 77 ] || submit check 2>err
	[ "$1" != held ] || ct-submit resume "$(key $k)" >/dev/null
	run
	echo "$k $? $(told) $2" >>ended
}

# ---- every call, failing for as long as the run lasts -----------------------
# CALL KIND EXIT STATE HOLDS: what the run ends with, and the drafts that the
# service holds when the next run, without a fault, is through: open, retracted,
# finished, in their order
spec() { # CALL KIND
	case $2 in
	reset-before) echo "$1:*:drop-before" ;;
	reset-after) echo "$1:*:drop-after" ;;
	cut) echo "$1:*:truncate:60" ;;
	stall) echo "$1:1:drip:2000" ;; # once: it takes its time
	400) echo "$1:*:code:4100" ;;
	401) echo "$1:*:empty401" ;;
	404) echo "$1:*:html:404" ;;
	429) echo "$1:*:http:429,$1:*:busy:1" ;;
	502) echo "$1:*:html:502" ;;
	200-html) echo "$1:*:html:200" ;;
	code) echo "$1:*:code:9999" ;;
	wrong-id) [ "$1" = status ] && echo "$1:*:wrong-root" || echo "$1:*:wrong-id" ;;
	esac
}

# failing CALL KIND COMMAND... - it runs so
failing() {
	call=$1 kind=$2
	shift 2
	case $kind in
	refused)
		case $call in upload) nth=2 ;; fileinfo) nth=3 ;; finish) nth=6 ;; *) nth=1 ;; esac
		LD_PRELOAD=$t/fault.so CT_FAULT=connect:$nth+:ECONNREFUSED "$@"
		;;
	stall)
		plan "$(spec "$call" "$kind")"
		LD_PRELOAD=$t/fault.so CT_FAST=30 "$@"
		;;
	*)
		plan "$(spec "$call" "$kind")"
		"$@"
		;;
	esac
}

# each CALL KIND EXIT STATE HOLDS - one case
each() {
	case $2 in refused|stall) [ -z "${CT_SANITIZED-}" ] || return 0 ;; esac
	k=$((k + 1)) state=-
	in_hand
	case $1 in
	status) failing "$1" "$2" submit check >got 2>err ;;
	retract)
		plan 'fileinfo:*:http:429'
		run
		control '{"fault":null}'
		failing "$1" "$2" submit retract "$(key $k)" >got 2>err
		;;
	*) failing "$1" "$2" run ;;
	esac
	exit=$?
	[ "$1" = status ] || state=$(told)
	is "$1 $2: exit $3, $4" "$3 $4" echo "$exit $state"
	case $1 in
	status) control '{"fault":null}'; submit check >got 2>err || echo "$k $? - -" >>ended ;;
	retract) clean held "$5" ;;
	*) clean "$state" "$5" ;;
	esac
}

while read -r call kind exit state holds; do
	[ -z "$call" ] || each "$call" "$kind" "$exit" "$state" "$holds"
done <<'END'
status   refused      75 -        -
status   reset-before 75 -        -
status   reset-after  75 -        -
status   cut          75 -        -
status   stall        75 -        -
status   400          76 -        -
status   401          77 -        -
status   404          76 -        -
status   429          75 -        -
status   502          75 -        -
status   200-html     75 -        -
status   code         75 -        -
status   wrong-id     75 -        -

submit   refused      75 pending  f
submit   reset-before 75 pending  f
submit   reset-after  75 pending  oooof
submit   cut          75 pending  oooof
submit   stall         0 finished of
submit   400          76 held     f
submit   401          77 pending  f
submit   404          76 held     f
submit   429          75 pending  f
submit   502          75 pending  f
submit   200-html     75 pending  f
submit   code         75 pending  f
submit   wrong-id     75 pending  oooof

upload   refused      75 pending  f
upload   reset-before 75 pending  rrrrf
upload   reset-after  75 pending  rrrrf
upload   cut          75 pending  rrrrf
upload   stall         0 finished rf
upload   400          76 held     rf
upload   401          77 pending  rf
upload   404          76 held     rf
upload   429          75 pending  f
upload   502          75 pending  rrrrf
upload   200-html     75 pending  rrrrf
upload   code         75 pending  rrrrf
upload   wrong-id     76 held     rf

fileinfo refused      75 pending  f
fileinfo reset-before 75 pending  rrrrf
fileinfo reset-after  75 pending  rrrrf
fileinfo cut          75 pending  rrrrf
fileinfo stall         0 finished rf
fileinfo 400          76 held     rf
fileinfo 401          77 pending  rf
fileinfo 404          76 held     rf
fileinfo 429          75 pending  f
fileinfo 502          75 pending  rrrrf
fileinfo 200-html     75 pending  rrrrf
fileinfo code         75 pending  rrrrf
fileinfo wrong-id     76 held     rf

finish   refused      75 pending  f
finish   reset-before 75 pending  f
finish   reset-after  75 pending  f
finish   cut          75 pending  f
finish   stall         0 finished f
finish   400          76 held     f
finish   401          77 pending  f
finish   404          76 held     f
finish   429          75 pending  f
finish   502          75 pending  f
finish   200-html     75 pending  f
finish   code         75 pending  f
finish   wrong-id     76 held     f

retract  refused      75 pending  f
retract  reset-before 75 pending  rf
retract  reset-after  75 pending  rf
retract  cut          75 pending  rf
retract  stall        75 pending  rf
retract  400          75 pending  f
retract  401          77 pending  rf
retract  404          75 pending  rf
retract  429          75 pending  f
retract  502          75 pending  rf
retract  200-html     75 pending  rf
retract  code         75 pending  rf
retract  wrong-id     75 pending  rf
END

# ---- a call that fails once -----------------------------------------------
# once EXIT SPEC... - a run in which these happen ends so; then it is filed
once() {
	want=$1 k=$((k + 1))
	shift
	in_hand
	plan "$(echo "$*" | tr ' ' ,)"
	run
	exit=$?
	state=$(told)
	case $want in 0) then=finished ;; 76) then=held ;; *) then=pending ;; esac
	is "$*: $want" "$want $then" echo "$exit $state"
	clean "$state" '*'
}

for call in submit upload fileinfo finish; do
	for kind in drop-after http:500 truncate:0 doctype wrong-root big indent slow:50 \
	    junk junk:1 bare:502 code:1000 code:1300; do
		once 0 "$call:1:$kind"
	done
done
for spec in upload:2:drop-after submit:1:code:9999 upload:1:wrong-hash \
    upload:1:code:5001 upload:2:code:5101 fileinfo:1:code:5002 \
    fileinfo:2:code:5001 finish:1:code:5001 finish:1:code:5101 \
    submit:1:wrong-id; do
	once 0 $spec
done
once 0 upload:1:drop-after retract:1:drop-after
once 0 upload:1:drop-after retract:1:code:5001
once 0 upload:1:drop-after retract:1:code:1000
held=$k
for spec in submit:1:code:4100 submit:1:code:4110 submit:1:no-id \
    submit:1:code:5102 submit:1:http:302 submit:1:http:404 \
    upload:1:code:4200 upload:1:wrong-id upload:1:http:413 upload:1:code:5002 \
    upload:1:code:5102 finish:1:code:5102 fileinfo:1:code:4100 \
    fileinfo:2:wrong-id fileinfo:1:no-id submit:1:bare:404 upload:1:bare:413 \
    finish:1:bare:404 finish:1:no-id finish:1:lost-file finish:1:wrong-id \
    finish:1:code:4000; do
	once 76 $spec
done
once 76 upload:1:wrong-hash upload:2:wrong-hash upload:3:wrong-hash
is 'the drafts of what was held are given up' '[]' state --argjson n "$held" \
    '[.reports[] | select((.xml | capture("/p/(?<n>[0-9]+)<").n | tonumber) > $n
	and .state == "open" and (.files | length) > 0)]'
for spec in submit:1:empty401 submit:1:http:403 upload:1:code:2000 \
    finish:1:code:3300 submit:1:bare:401 upload:1:bare:403 \
    fileinfo:2:bare:401 finish:1:bare:401 finish:1:bare:403; do
	once 77 $spec
done

once 75 'finish:*:junk'
once 75 'finish:*:junk:1'

# ---- what became of them --------------------------------------------------
state '.reports' >reports.json
jq -r 'def number: .xml | capture("/p/(?<n>[0-9]+)<").n;
    group_by(number)[] | map(select(.state == "finished")) as $done |
    "\(.[0] | number) 0 finished \(map(.state[:1]) | join("")) \(
    if ($done | length) != 1 then "\($done | length) times"
    elif $done[0] | (.files | length) == 2 and
	([.files[].sha256] | unique | length) == 2 and
	all(.files[]; .details != "" and .details != null)
    then "once, whole" else "not whole" end)"' reports.json | sort >holds
sort ended | awk '
    { want = $1 FS $2 FS $3 FS ($4 == "*" ? "[orf]*" : $4) " once, whole" }
    { getline is <"holds" }
    is !~ "^" want "$" { print "want " want ", is " is; bad = 1 }
    END { if ((getline is <"holds") > 0) { print "also " is; bad = 1 } exit bad }' >differ
ok "then each of $(wc -l <ended) is filed once, whole, and the rest is as told" \
    sh -c 'cat differ; ! test -s differ'
done_testing
