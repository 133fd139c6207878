#!/bin/sh
# ct-review dies, or its disk does, at any moment: nothing is lost, nothing is
# there twice, nothing was promised that is not kept
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'LD_PRELOAD and ASan do not mix'

for i in 1 2 3; do
	printf '{"id":"%d","user":{"id":"u%d"},"hashes":{"sha256":"%064d"},"match":{"verdict":"match"}}\n' \
	    $i $((i > 1)) $i
done >in
ids() { jq -r .id | xargs; }
sound() { jq -r 'select(.error | not) | .id' out 2>/dev/null | xargs; }
decide() { ct-review decide --account "$1" --verdict csam --by r7; }
quietly() { "$@" >/dev/null 2>&1; }

# the state that each verb starts from, made once
mkdir -p at/add
CT_HOME=at/decide quietly ct-review add -q <in
cp -r at/decide at/decided
for u in u0 u1; do CT_HOME=at/decided quietly decide $u; done
cp -r at/decided at/ack
CT_HOME=at/ack ct-review decided >released
jq -cs '{id: "r", report: {env: "test", files: map({id, sha256: .hashes.sha256, review})},
    submission: {env: "test", report_id: "1", state: "finished",
      files: map({id, sha256: .hashes.sha256, file_id: "f"})}}' released >rep

# after VERB - the bad run is over, its status in $status, its output in out:
# echo what is wrong
after_add() {
	sound >told
	ct-review list | ids >kept
	grep -q "^$(cat told)" kept || echo 'told of what is not there'
	quietly ct-review add -q <in
	[ "$(ct-review list | jq -r .id | sort | xargs)" = '1 2 3' ] || echo 'not all there once'
}
after_decide() {
	case "$(ct-review list | ids)$(sound)" in
	'1 2 3' | 1 | '12 3') ;;
	*) echo "half decided, or told before it is" ;;
	esac
	quietly decide u1
	[ "$(ct-review decided | ids)" = '2 3' ] || echo 'not decided'
}
after_decided() {
	ct-review decided >first
	ct-review decided >second
	cmp -s first second || echo 'another batch'
	grep -vxFf first out | grep -q '}$' && echo 'told another batch'
	[ "$(ids <first)" = '1 2 3' ] || echo 'not all of it'
	[ "$(jq -r .review.batch first | sort -u | wc -l)" = 2 ] || echo 'not two batches'
}
after_ack() {
	left=$(ct-review decided --test | ids)
	case "$left$(sound)" in '1 2 3' | r | '') ;; *) echo 'half done, or told before it is' ;; esac
	quietly ct-review ack -q <rep
	[ -z "$(ct-review decided --test)" ] || echo 'not done'
}

harmless_add() { [ "$(sound)" = '1 2 3' ] || echo 'no status of its failure'; }
harmless_decide() { [ "$(sound)" = '2 3' ] || echo 'no status of its failure'; }
harmless_decided() { harmless_add; }
harmless_ack() { [ "$(sound)" = r ] || echo 'no status of its failure'; }

# sweep CALL WHAT - let the N-th such call of every verb fail, for every N
sweep() {
	for verb in add decide decided ack; do
		k=1
		: >wrong
		while :; do
			rm -rf did state
			cp -r at/$verb state
			case $verb in
			add) set -- "$1" "$2" add -q ;;
			decide) set -- "$1" "$2" decide --account u1 --verdict csam --by r7 ;;
			decided) set -- "$1" "$2" decided ;;
			ack) set -- "$1" "$2" ack -q ;;
			esac
			call=$1 what=$2
			shift 2
			in=in
			[ $verb = ack ] && in=rep
			CT_FAULT=$call:$k:$what CT_FAULT_DID=did \
			    LD_PRELOAD=$t/fault.so ct-review "$@" <$in >out 2>err
			status=$?
			set -- "$call" "$what"
			[ -e did ] || break
			# a sync after the commit may fail without harm, no other
			[ "$status" -ne 0 ] || [ "$what" = EIO ] || echo "$k: status 0" >>wrong
			[ "$status" -ne 0 ] || harmless_$verb | sed "s/^/$k: /" >>wrong
			after_$verb | sed "s/^/$k: /" >>wrong
			k=$((k + 1))
		done
		[ "$status" -eq 0 ] || echo "no fault, but status $status" >>wrong
		ok "$verb: $call $what at any of $((k - 1)) places" diff /dev/null wrong
	done
}

sweep fdatasync KILL
ok 'it was cut somewhere' test "$k" -gt 1
sweep write KILL
sweep fdatasync EIO
done_testing
