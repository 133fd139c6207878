# deeds.sh - what is done to a vault, for stops.sh, each as a case of it
# shellcheck shell=sh disable=SC2013,SC2034,SC2154,SC2317
T=2026-11-22T10:00:00Z
export CT_CLOCK=$T
for f in a b c; do echo "harmless $f" >$f; done
head -c 70000 /dev/urandom >b
ct-preserve keygen -o k
report production "$k1" u42 a b >in

# sealed: killed.out and again.out told the truth
is_sealed() { # STATE N
	[ "$(grep -o "\"state\":\"$1\"" again.out | grep -c .)" -eq "$2" ] ||
	    echo "not $1"
	ct-preserve find >live
	for id in $(promised "$1"); do
		grep -q "\"id\":\"$id\"" live || echo "promised, and lost: $id"
	done
}

# ---- seal: two files into a vault that has one
seal_start() {
	kept production "$k2" u7 8 $T c
}
seal() {
	"$@" seal -qk k.pub <in
}
# what the log says is sealed is there
seal_between() {
	ct-preserve verify -q 2>between.err | grep -v '"state":"\(ok\|stray\)"'
}
seal_after() {
	is_sealed sealed 2
}
# and into none
make() {
	seal "$@"
}
make_between() {
	seal_between
}
make_after() {
	seal_after
}
# and where one object was damaged, and one is lost
mend_start() {
	ct-preserve seal -qk k.pub <in
	set -- "$CT_HOME"/vault/objects/*/*
	chmod 600 "$1"
	spoil "$1" 200
	rm -f "$2"
}
mend() {
	seal "$@"
}
mend_after() {
	is_sealed sealed 2
}

# ---- anchor
anchor_start() {
	ct-preserve seal -qk k.pub <in | finished production 9 $T >rec
}
anchor() {
	"$@" anchor -q <rec
}
anchor_after() {
	ct-preserve find >live
	[ "$(grep -c '"report_id":"9","expires"' live)" -eq 2 ] ||
	    echo 'not anchored'
	json_of submission rec | cmp - "$home/vault/receipts/production-9"
}
anchor_between() {
	! grep -q '"receipt"' killed.out ||
	    [ "$(ct-preserve find | grep -c '"report_id":"9","expires"')" -eq 2 ] ||
	    echo 'promised, and lost'
}
json_of() {
	jq -jc ".$1" "$2"
}


# ---- rewrap --yes: the keys of two objects that are held
rewrap_start() {
	ct-preserve seal -qk k.pub <in >sealed
	ct-preserve keygen -o hold
	for id in $(ct-preserve find | jq -r .id); do
		ct-preserve rewrap --object "$id"
	done | ct-preserve rewrap -qk k.key --to hold.pub >wrapped
	keys='-k hold.key'
}
rewrap() {
	"$@" rewrap -q --yes <wrapped
}
rewrap_between() {
	grep -v '"error"' killed.out | grep -o '^{"id":"[^"]*"' | cut -d'"' -f4 |
	    while read -r id; do
		ct-preserve open -k hold.key "$id" >opened 2>&1 ||
		    echo "promised, and lost: $id"
	done
}
rewrap_after() {
	ct-preserve verify -qk hold.key >opened 2>&1 || echo 'not wrapped'
}
rewrap_shows() {
	ct-preserve keys
}

# ---- hold add, hold release
hold_start() {
	kept production "$k1" u42 9 $T a b
}
hold() {
	"$@" hold add --kind order --authority x --ref y --by ana --user u42
}
hold_after() {
	ct-preserve hold list >holds
	for id in $(grep -ho '"hold":{"id":"[^"]*"' killed.out again.out |
	    cut -d'"' -f6); do
		grep -q "\"id\":\"$id\",\"state\":\"active\"" holds ||
		    echo "promised, and lost: $id"
	done
	[ "$(ct-preserve find --hold "$id" | grep -c .)" -eq 2 ] ||
	    echo "$id holds nothing"
}
hold_shows() {
	ct-preserve find
	ct-preserve hold list
}
release_start() {
	hold_start
	hold ct-preserve >held
	held_by=$(jq -r .hold.id held)
}
release() {
	"$@" hold release --hold "$held_by" --by ben
}
release_after() {
	grep -q '"state":"released"' again.out || echo 'not released'
	[ -z "$(ct-preserve find --hold "$held_by")" ] || echo 'it holds'
}
release_shows() {
	hold_shows
}

# ---- expire, destroy: what has no key or no file any more, the log has said
# so before; in the end all has gone, and each is certified
ended() { # OBJECT
	! { [ -e "$1" ] && dd if="$1" bs=1 skip=48 count=104 2>/dev/null |
	    tr -d '\0' | grep -q .; }
}
is_honest() {
	jq -r 'select(.act == "destroy").objects[]' \
	    "$home/audit/ct-preserve.log" >intended
	for id in $(keyless); do
		grep -qx "$id" intended || echo "gone, and no line: $id"
	done
}
keyless() { # of all
	while read -r id; do
		! ended "$home/vault/objects/${id%"${id#??}"}/$id" || echo "$id"
	done <all
}
is_ended() {
	! grep . live || echo 'not destroyed'
	jq -r 'select(.act == "destroyed").objects[]' \
	    "$home/audit/ct-preserve.log" | sort | cmp - all
	cat again.out certs/* 2>/dev/null | grep -o '"id":"[0-9a-f]\{64\}"' |
	    cut -d'"' -f4 | sort -u | cmp - all
	rm -rf certs
	mkdir certs
}
expire_start() {
	hold_start
	ct-preserve find | jq -r .id | sort >all
	rm -rf certs
	mkdir certs
}
expire() {
	CT_CLOCK=2028-01-01T10:00:00Z "$@" expire -q --yes --clock-ok \
	    --certificate certs
}
expire_between() {
	is_honest
}
expire_after() {
	ct-preserve find >live
	is_ended
}
expire_shows() {
	ct-preserve find
	ct-preserve find --destroyed
}
destroy_start() {
	expire_start
	for who in ana ben; do
		ct-preserve keygen --officer -o $who
		printf '[officer %s]\npublic_key = %s/%s.pub\n' $who "$tmp" $who
	done >officers
	conf <officers
	cp k.pub vault.pub
	ct-preserve destroy-request --authority x --ref y --by ana --user u42 |
	    ct-preserve approve -q --by ana -k ana.key |
	    ct-preserve approve -q --by ben -k ben.key >two
}
destroy() {
	"$@" destroy -q --yes --certificate certs <two
}
destroy_between() {
	is_honest
}
destroy_after() {
	expire_after
}
destroy_shows() {
	expire_shows
}


# ---- stage: two files that wait; seal, which takes them over; and their end
items() { # VERDICT FILE...
	verdict=$1
	shift
	for f; do
		jq -nc --arg f "$f" --arg p "$PWD/$f" --arg v "$verdict" \
		    --arg s "$(sha256sum <"$f" | cut -c-64)" '{id: $f, path: $p,
		    user: {id: "u42"}, hashes: {sha256: $s},
		    match: {verdict: "match"}} +
		    if $v == "" then {} else {review: {verdict: $v}} end'
	done
}
items '' a b >waiting
items not_csam a b >harmless
stage_start() {
	seal_start
}
stage() {
	"$@" stage -aqk k.pub <waiting
}
stage_between() {
	seal_between
}
stage_after() {
	is_sealed staged 2
	# what is staged already needs no lock: one more, and all is settled
	items '' c | ct-preserve stage -aqk k.pub >out.more 2>&1 ||
	    cat out.more
}
claim_start() {
	seal_start
	stage ct-preserve
}
claim() {
	seal "$@"
}
claim_after() {
	seal_after
	[ "$(grep -c . live)" -eq 3 ] || echo 'sealed anew'
}
unstage_start() {
	stage ct-preserve
	ct-preserve find | jq -r .id | sort >all
}
unstage() {
	"$@" stage -aqk k.pub <harmless
}
unstage_between() {
	is_honest
	keyless >gone
	for id in $(promised destroyed); do
		grep -qx "$id" gone || echo "promised, and there: $id"
	done
}
unstage_after() {
	! ct-preserve find | grep . || echo 'not destroyed'
	[ "$(grep -c '"state":"destroyed"' again.out)" -eq 2 ] ||
	    echo 'it does not say so'
}
unstage_shows() {
	expire_shows
}

# ---- a line of one's own in another log, by ct-audit
note() {
	"$@" note --by ana 'harmless words'
}
note_after() {
	ct-audit verify "$home/audit/ct-audit.log" >chain 2>&1 ||
	    echo 'the chain is broken'
	lines=$(grep -c '"act":"note".*harmless words' \
	    "$home/audit/ct-audit.log")
	# no line is the same as another: who is killed may have said it
	[ "$lines" -eq 1 ] || [ "$lines" -eq 2 ] || echo "$lines lines"
}
note_start() {
	hold_start
}
