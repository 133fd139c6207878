#!/bin/sh
# ct-preserve anchor: a receipt is of all files of its report, and when it came
# is not for a clock to say that is wrong
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/evidence.sh
. "$t/evidence.sh"
T=2026-11-22T10:00:00Z
export CT_CLOCK=$T
ct-preserve keygen -o k
for f in a b d; do echo "harmless $f" >$f; done
seal() { ct-preserve seal -qk k.pub; }

# ---- which files
kept production $k1 u1 100 $T a b
report production $k1 u1 a d | seal | finished production 100 $T >rec
exits 'the same receipt, of another file' 0 ct-preserve anchor -q <rec
is '  each has its date' '["a","b","d"]' sh -c \
    'ct-preserve find | jq -sc "map(select(.expires).file) | sort"'
jq -c '.report.files += .report.files' rec >twice
lines=$(log | wc -l)
exits 'a file that is listed twice' 0 ct-preserve anchor -q <twice
is '  is no news' "$lines" sh -c "wc -l <$CT_HOME/audit/ct-preserve.log"

# ---- for how long
lengthen() { # DAYS - what ncmec.conf of the operator says
	mkdir -p conf/authority
	printf 'form = ncmec-xml\nretain_days = %s\n' "$1" >conf/authority/ncmec.conf
	[ -z "${CT_CONF-}" ] || cp "$CT_CONF" conf/ct.conf
	: >>conf/ct.conf
}
kept production $k3 u3 803 $T b
dated() { ct-preserve find --report "$1" | jq -r .expires; }
is '400 days, as the profile of NCMEC wants no more' 2027-12-27T10:00:00Z dated $k3
lengthen 500
report production $k3 u3 b | seal | finished production 804 $T >rec3
CT_CONF=$tmp/conf/ct.conf ct-preserve anchor -q <rec3 >got
is 'what a profile lengthens' 2028-04-05T10:00:00Z dated $k3
lengthen 365
report production $k3 u3 b | seal | finished production 805 $T >rec3
CT_CONF=$tmp/conf/ct.conf ct-preserve anchor -q <rec3 >got
is '  another does not shorten' 2028-04-05T10:00:00Z dated $k3

# ---- whose word
jq -c '.vault = {receipt: "made up", expires: "2099-01-01T00:00:00Z"}' rec >lie
exits 'a member vault that came with the record' 0 ct-preserve anchor -q <lie
cp got out
json '  gives way to what is so' .vault \
    '{"receipt":"100","expires":"2027-12-27T10:00:00Z"}' got
is '  and stands there once' 1 sh -c 'grep -o "\"vault\":{\"receipt\"" out | wc -l'
jq -c '.submission.at = "soon"' lie >lie2
exits '  and does not go on with an error' 65 ct-preserve anchor -q <lie2
json '  but with that alone' '[.vault, .error.code]' '[null,65]' got
for user in 42 '""' '["u1"]'; do
	report production $k2 u1 a | jq -c ".user.id = $user" >rec2
	exits "an account that is no text: $user" 65 seal <rec2
	is '  nothing is sealed of it' '' ct-preserve find --report $k2
done

# ---- when: a clock that is lost while all is sealed
CT_CLOCK=1970-01-02T00:00:00Z
report production $k2 u1 b | seal 2>err | finished production 101 $CT_CLOCK >lost
json 'in 1970 all is sealed' '.report.files[].vault.state' '"sealed"' lost
exits '  but no clock starts' 77 ct-preserve anchor -q <lost
exits '  whoever says that it is right' 77 ct-preserve anchor -q --clock-ok <lost
CT_CLOCK=2026-11-23T10:00:00Z
exits 'nor when the clock is right again' 65 ct-preserve anchor -q <lost
jq -c '.submission.already = true' lost >lost2
exits '  in no way' 65 ct-preserve anchor -q <lost2
is '  it has no date' '[null]' sh -c \
    "ct-preserve find --report $k2 | jq -sc 'map(.expires)'"
finished production 101 $CT_CLOCK <lost >found
exits '  but that of somebody who knows it' 0 ct-preserve anchor -q <found
json '  of then' .vault.expires '"2027-12-28T10:00:00Z"' got

# a clock that is ahead, and put right
CT_CLOCK=2038-01-20T00:00:00Z
report production $k3 u1 a | seal 2>err | finished production 102 $CT_CLOCK >ahead
exits 'in 2038 no clock starts' 77 ct-preserve anchor -q <ahead
ok '  it says why' grep -q 'clock is ahead' err
CT_CLOCK=2026-11-23T10:00:00Z
finished production 102 $CT_CLOCK <ahead >put_right
exits '  but when it is right' 0 ct-preserve anchor -q <put_right
json '  from then' .vault.expires '"2027-12-28T10:00:00Z"' got

# a report that was finished before its evidence could be sealed
CT_CLOCK=2026-11-24T10:00:00Z
report production 33333333333333333333333333333333 u1 a | seal |
    finished production 103 2026-08-01T10:00:00Z |
    jq -c '.submission.already = true' >late
exits 'evidence that is sealed late' 0 ct-preserve anchor -q <late
json '  is kept from when it was' .vault.expires '"2027-12-29T10:00:00Z"' got

# after a pause
CT_CLOCK=2026-12-24T10:00:00Z
report production 44444444444444444444444444444444 u1 a | seal 2>err |
    finished production 104 $CT_CLOCK >later
exits 'after a month without a line' 77 ct-preserve anchor -q <later
exits '  somebody looks at the clock' 0 ct-preserve anchor -q --clock-ok <later
json '  and it starts' .vault.expires '"2028-01-28T10:00:00Z"' got
CT_CLOCK=2026-12-26T10:00:00Z
finished production 105 2026-12-26T10:00:00Z <later >sweep
exits 'two days later that is no question' 0 ct-preserve anchor -q <sweep

# a new vault
CT_HOME=$tmp/new CT_CLOCK=1970-01-02T00:00:00Z
report production $k1 u1 a | seal 2>err | finished production 100 $CT_CLOCK >first
exits 'a vault whose first line is of 1970: no clock starts' 77 \
    ct-preserve anchor -q --clock-ok <first
CT_CLOCK=$T
exits '  not later, either' 65 ct-preserve anchor -q <first
finished production 100 $T <first >second
exits '  but from a time that can be' 0 ct-preserve anchor -q <second
ok '  all is as the log says' whole_log
exits '  and whole' 0 ct-preserve verify -qk k.key
done_testing
