#!/bin/sh
# ct-review decided --settle: one report an account, and nothing waits for ever
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

# rec ID ACCOUNT [EDIT] - a match; its content is of its id
rec() {
	jq -cn --arg id "$1" --arg u "$2" --arg s "$(printf %s "$1" | sha256sum | cut -c-64)" \
	    '{$id, user: {id: $u}, hashes: {sha256: $s}, match: {verdict: "match"}} |
	    if $u == "" then del(.user) else . end | '"${3:-.}"
}
at() { export CT_CLOCK="2026-11-$1Z"; }
add() { rec "$@" | ct-review add -q >/dev/null; }
decide() { ct-review decide --account "$1" --verdict "${2:-csam}" --by r7 >/dev/null; }
ids() { jq -rs 'map(.id) | select(. != []) | join(" ")'; }
settled() { ct-review decided --settle 24h "$@" | ids; }

at 20T08:00:00
add a1 u1
add n1 ''
decide u1
ct-review decide --item n1 --verdict csam --by r7 >/dev/null
is 'an account waits; of no account there is none to wait for' n1 settled
at 20T20:00:00
add a2 u1
decide u1
at 21T19:59:59
is 'it counts from the newest decision' n1 settled
is '  -n too' n1 settled -n
at 21T20:00:00
is '  to the second; -n shows it' 'n1 a1 a2' settled -n
json '  as one batch to come' 'select(.user) | .review | [.items, .batch, .preview]' '[2,null,true]
[2,null,true]' /dev/stdin <<END
$(ct-review decided -n --settle 24h)
END
is '  nothing was released for it' '{"decided":2,"released":1}' \
    sh -c 'ct-review stats | jq -c "{decided, released}"'
is '  both go' 'n1 a1 a2' settled
is '  in one batch' 1 sh -c 'ct-review decided --account u1 | jq -r .review.batch | sort -u | wc -l'

# what comes later is another batch
at 21T21:00:00
add a3 u1
decide u1
is 'a released batch is written while a later one waits' 'n1 a1 a2' settled
at 22T21:00:00
is '  which is a batch of its own' 'n1 a1 a2 a3' settled
is '  (two)' 2 sh -c 'ct-review decided --account u1 | jq -r .review.batch | sort -u | wc -l'

# what is open and new holds, what is open and old does not
at 23T08:00:00
add b1 u2
decide u2
at 24T07:00:00
add b2 u2
at 24T08:00:00
is 'an item that was queued just now may belong to the same report' '' settled --account u2
at 25T06:59:59
is '  for as long' '' settled --account u2
at 25T07:00:00
is '  and no longer: who decides nothing holds nothing' b1 settled --account u2

# a verdict that reports nothing shows that somebody is at it
add c1 u3
decide u3
at 26T06:00:00
add c2 u3
decide u3 not_csam
at 26T07:00:00
is 'any verdict counts' '' settled --account u3
at 27T06:00:00
is '  and -a tells of it' 'c1 c2' settled -a --account u3

# a priority
at 28T08:00:00
add d1 u4
add d2 u4 '.incident.priority = "a child may be in danger"'
ct-review decide --item d1 --verdict csam --by r7 >/dev/null
is 'what is only said to be urgent, and not decided, changes nothing' '' settled --account u4
ct-review decide --item d2 --verdict not_csam --by r7 >/dev/null
is 'nor what is decided to be nothing' '' settled --account u4
ct-review decide --item d2 --verdict csam --by r7 >/dev/null
is 'a priority goes at once, and all of its account with it' 'd1 d2' settled --account u4
add e1 u5 '.cybertip.report.incidentSummary.escalateToHighPriority = "so"'
decide u5
is '  in the words of the schema, too' e1 settled --account u5

for p in '""' '" \t"' '[]' '["", " "]' null; do
	add "k$p" u9 ".incident.priority = $p"
	add "l$p" u9 ".cybertip.report.incidentSummary.escalateToHighPriority = $p"
done
decide u9
is '  what is blank is none' '' settled --account u9
add m1 u9 '.incident.priority = ["", "so"]'
ct-review decide --item m1 --verdict csam --by r7 >/dev/null
is '  one of several is' 11 sh -c 'ct-review decided --settle 24h --account u9 | wc -l'

# an account that never rests
for day in 10 11 12; do
	at $day'T08:00:00'
	add f$day u6
	decide u6
	is "day $day: it moves" '' settled --account u6
done
at 13T07:59:59
add f13 u6
decide u6
is 'just before three times as long' '' settled --account u6
at 13T08:00:00
is 'an account that never rests is reported all the same' 'f10 f11 f12 f13' settled --account u6

# a clock that was wrong
at 30T08:00:00
add g1 u7
decide u7
at 20T08:00:00
is 'a decision of the future holds nothing' g1 settled --account u7
add g2 u7
decide u7
is '  and what is decided now waits as ever' g1 settled --account u7
at 21T08:00:00
is '  its time' 'g1 g2' settled --account u7

# by item, and without
at 22T08:00:00
add h1 u8
add h2 u8
decide u8
is '--item waits, too' '' settled --account u8 --item h1
is 'without --settle nothing waits' h1 sh -c 'ct-review decided --account u8 --item h1 | jq -r .id'
is 'the other waits on' h1 settled --account u8
exits 'an age of none' 64 ct-review decided --settle soon
exits '--settle is of decided' 64 ct-review list --settle 24h
done_testing
