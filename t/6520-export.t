#!/bin/sh
# ct-preserve export: to one officer of the police, by two of ours, whole or not
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
export CT_CLOCK=2026-11-22T10:00:00Z

told() {
	cp got last
	json "$1" "$2" "$3" last
	cp last got
}
object() { printf '%s/vault/objects/%.2s/%s' "$CT_HOME" "$1" "$1"; }

unhex() { tr -d '\n' | tr a-f A-F | basenc -d --base16; }
key() { cut -d' ' -f3 "$1.pub"; }

# ---- evidence of two accounts, and the people -----------------------------------
ct-preserve keygen -o k
ct-preserve keygen -o k2
ct-preserve keygen -o police
ct-preserve keygen -o stranger
ct-preserve keygen --officer -o ana
ct-preserve keygen --officer -o ben
conf <<END
[officer ana]
public_key = $tmp/ana.pub
[officer ben]
public_key = $tmp/ben.pub
END
cp k.pub vault.pub
echo 'twenty harmless letters' >a
head -c 200000 /dev/urandom >b
: >c
report() { # KEY USER FILE...
	key=$1 user=$2
	shift 2
	for f; do
		jq -nc --arg f "$f" --arg s "$(sha256sum <"$f" | cut -c-64)" \
		    --arg m "$(md5sum <"$f" | cut -c-32)" \
		    --arg h "$(sha1sum <"$f" | cut -c-40)" --argjson n "$(wc -c <"$f")" \
		    '{id: $f, path: $f, size: $n, mime: "image/png", sha256: $s, md5: $m, sha1: $h}'
	done | jq -sc --arg k "$key" --arg u "$user" '{id: "report:\($k)",
	    user: {id: $u}, report: {key: $k, env: "production", part: 1, files: .}}'
}
k1=00112233445566778899aabbccddeeff
k2=ffeeddccbbaa99887766554433221100
report $k1 u42 a b c | ct-preserve seal -q |
    jq -c '.submission = {env: "production", report_id: "990000007", state: "finished",
	at: "2026-11-22T10:00:00Z"}' | ct-preserve anchor -q >one
# another desk has it, too, under a number that is the smaller text
jq -c 'del(.vault) | .report.authority = "nca" | .submission.report_id = "1" |
    .submission.state = "filed"' one | ct-preserve anchor -q >one.nca
report $k2 u7 a | ct-preserve seal -q >two
ct-preserve hold add --kind 2703f --authority 'State Police' --ref 26-123 --by ana --user u42 >holding
# what State Police is not to hear of
ct-preserve hold add --kind order --authority 'Agency B' --ref B-77 --by eve --user u42 >theirs

# ---- the request ------------------------------------------------------------------
ask() {
	ct-preserve export-request --by ana --authority 'State Police' --ref 26-123 \
	    --to police.pub "$@"
}
for v in '' '--by x' '--by x --authority y --ref z --user u42' \
    '--by x --authority y --to police.pub --user u42' \
    '--by x --authority y --ref z --to police.pub'; do
	# shellcheck disable=SC2086 # words
	exits "usage: $v" 64 ct-preserve export-request $v
done
exits 'no key of the recipient' 66 ct-preserve export-request --by a --authority b --ref c --to none.pub --user u42
exits 'no such account' 66 ask --user nobody
exits 'no such object' 66 ask "$(printf %064d 0)"
exits 'a request' 0 ask --user u42
cp got request
told '  for all of the account' '[.request.verb, (.request.objects | length), .request.by]' '["export",3,"ana"]'
told '  to this key' '.request.to | test("^[0-9a-f]{64}$")' true
both() { ct-preserve approve --by ana -k ana.key | ct-preserve approve --by ben -k ben.key; }
both <request >approved
ct-preserve export-request --by eve --authority 'Agency B' --ref B-77 --to stranger.pub \
    --user u42 | both >theirs2
ct-preserve hold release --hold "$(jq -r .hold.id theirs)" --by eve >theirs3
ask --user u42 | both >approved3
export_() { ct-preserve export -qk k.key --to police.pub --by ana -o out "$@"; }
refused() { # WHAT STATUS FILE
	rm -rf out
	exits "$1: $2" "$2" export_ <"$3"
	cp err said
	is '  nothing is written' '' find . -maxdepth 1 -name 'out' -o -maxdepth 1 -name 'out.??????'
}

# ---- without two people, or another request ------------------------------------------
refused 'nobody has approved' 77 request
ct-preserve approve --by ana -k ana.key <request >in
refused 'only one' 77 in
jq -c '.approval += .approval' in >in2
refused 'one, twice' 77 in2
jq -c --arg id "$(jq -r '.report.files[0].vault.id' two)" '.request.objects += [$id]' approved >in
refused 'one more object than was approved' 77 in
CT_CLOCK=2026-12-22T10:00:01Z
refused 'approved a month ago' 77 approved
ok '  says so' grep -q '30 days' said
CT_CLOCK=2026-11-22T10:00:00Z
jq -c '.request.verb = "destroy"' approved >in
exits 'a request to destroy passes' 0 export_ <in
ok '  untouched' cmp in got
ok '  and writes nothing' test ! -e out
exits 'to another key than was approved' 77 ct-preserve export -qk k.key --to stranger.pub --by ana -o out <approved
exits 'a key that does not open it' 77 ct-preserve export -qk k2.key --to police.pub --by ana -o out <approved
ok '  each object is named' test "$(grep -c '^ct-preserve: object [0-9a-f]\{64\}: ' err)" = 3
ok '  nothing is written' test ! -e out
for v in '' '-k k.key' '-k k.key --to police.pub' '-k k.key --to police.pub -o out' \
    '--to police.pub -o out --by x'; do
	# shellcheck disable=SC2086 # words
	exits "usage: $v" 64 ct-preserve export $v </dev/null
done

# ---- the export ----------------------------------------------------------------------
exits 'an export' 0 export_ <approved
cp got exported
told '  its record says what' '[.export.objects, .export.at, (.export.sum | length)]' \
    '[3,"2026-11-22T10:00:00Z",64]'
is '  the digest of its index' "$(jq -r .export.sum got)" sh -c 'b2sum -l 256 <out/export.json | cut -c-64'
json '  which names what there is' '[.version, (.objects | length), .to]' \
    "[1,3,$(jq .request.to request)]" out/export.json
ok '  and not whom it is about' sh -c '! grep -q "u42\|Police\|990000007\|ana" out/export.json'
is '  all that is there is an object, or the index' 7 sh -c 'ls out | wc -l'
is '  each with the name of its bytes' '' sh -c 'cd out && ls | grep -v json | xargs b2sum -l 256 | awk "\$1 != \$2"'
is 'the log tells all of it by the account, though most lines name but objects' \
    'anchor approve export hold release request seal' sh -c \
    'ct-audit find --user u42 | jq -r .act | sort -u | paste -sd " "'
is '  and of another only what is its own' seal sh -c 'ct-audit find --user u7 | jq -r .act'
ok '  nothing in the open' sh -c "! grep -rqF 'twenty harmless' out"
exits '  not for our own key' 77 ct-preserve open -k k.key "out/$(jq -r '.objects[0]' out/export.json)"
is '  the log tells' '["export",3,"ana"]' sh -c 'jq -c "select(.act == \"export\") | [.act, (.objects|length), .by]" $CT_HOME/audit/ct-preserve.log'
json '  and who approved it, elsewhere or here, with what they signed by' \
    'select(.act == "export") | [.approval[] | [.by, .key]]' \
    "[[\"ana\",\"$(key ana)\"],[\"ben\",\"$(key ben)\"]]" "$CT_HOME/audit/ct-preserve.log"
is '  who approved is found by name' 'approve export' sh -c \
    'ct-audit find --by ben | jq -r .act | sort -u | xargs'
exits 'once more' 77 export_ <approved
ok '  says so' grep -q 'done already' got
exits 'where there is one already' 73 export_ <approved3
ok '  it stays' test -e out/export.json

# ---- the officer's side: only ct-preserve, the key and the directory ----------------------
mkdir desk && cp -r out desk/out && cp police.key desk/ && cd desk || exit 1
(
	unset CT_HOME CT_CONF
	ct-preserve open -k police.key -o case out
) >../said 2>../err
ok 'an export opens whole' test -s case/manifest.jsonl
ok '  each file is what it was' sh -c "cmp ../a case/$(sha256sum <../a | cut -c-64) &&
    cmp ../b case/$(sha256sum <../b | cut -c-64) && cmp ../c case/$(sha256sum <../c | cut -c-64)"
exits '  as sha256sum says' 0 sh -c 'cd case && sha256sum -c SHA256SUMS'
json '  the list' '[.file, .user, .report_ids, .size, .mime, (.md5|length), (.sha1|length), .sealed_at]' \
    '["a","u42",[{"authority":"nca","env":"production","id":"1"},{"authority":"ncmec","env":"production","id":"990000007"}],24,"image/png",32,40,"2026-11-22T10:00:00Z"]
["b","u42",[{"authority":"nca","env":"production","id":"1"},{"authority":"ncmec","env":"production","id":"990000007"}],200000,"image/png",32,40,"2026-11-22T10:00:00Z"]
["c","u42",[{"authority":"nca","env":"production","id":"1"},{"authority":"ncmec","env":"production","id":"990000007"}],0,"image/png",32,40,"2026-11-22T10:00:00Z"]' case/manifest.jsonl
ok '  nothing on standard output' test ! -s ../said
is '  the custody: every act on it' 'anchor approve export hold request seal' sh -c \
    'jq -r ".act // empty" case/custody.jsonl | sort -u | xargs'
is '  nothing of another account' 3 sh -c 'jq -c "select(.act == \"seal\")" case/custody.jsonl | wc -l'
is '  line for line as in the log' "$(grep -c '"act"' case/custody.jsonl)" sh -c \
    'grep -cxFf case/custody.jsonl ../state/audit/ct-preserve.log'
ok '  nothing of what another authority asked for' sh -c \
    '! grep -q "Agency B\|B-77\|eve\|$1" case/custody.jsonl' - "$(jq -r .hold.id ../theirs)"
ok '  which our log has' test "$(grep -c 'Agency B' ../state/audit/ct-preserve.log)" = 2
is '  of other lines how many there are, up to which, and its digest' '' sh -c \
    'jq -r "select(.withheld) | [.seq, .sum] | @tsv" case/custody.jsonl | while read -r seq sum; do
	test "$(sed -n "${seq}p" ../state/audit/ct-preserve.log | b2sum -l 256 | cut -c-64)" = "$sum" ||
	    echo "$seq"
     done'
is '  so that none is left out without a word' "$(wc -l <../state/audit/ct-preserve.log)" sh -c \
    'jq -s "map(.withheld // (if .act then 1 else 0 end)) | add" case/custody.jsonl'
is '  every line names the one before it' '' sh -c 'prev=$(printf %064d 0); while read -r line; do
	case $line in
	*\"withheld\"*) prev=$(printf %s "$line" | jq -r .sum) ;;
	*\"program\"*) [ "$prev" = "$(printf %s "$line" | jq -r .sum)" ] || echo "$line" ;;
	*) [ "$prev" = "$(printf %s "$line" | jq -r .prev)" ] || echo "$line"
	    prev=$(printf "%s\n" "$line" | b2sum -l 256 | cut -c-64) ;;
	esac
    done <case/custody.jsonl'
json '  and where the log ended' 'select(.program) | [.program, .seq, .sum]' \
    "[\"ct-preserve\",$(wc -l <../state/audit/ct-preserve.log),\"$(tail -n 1 ../state/audit/ct-preserve.log | b2sum -l 256 | cut -c-64)\"]" \
    case/custody.jsonl
tail -n 1 case/custody.jsonl >end
is '  which is a head to check our log by' '["ok",0]' sh -c \
    'ct-audit verify --heads end ../state/audit/ct-preserve.log | jq -c "[.state, .unproven]"'
json '  who approved it' '[.request.by, [.approval[].by]]' '["ana",["ana","ben"]]' case/approval.json
if command -v openssl >/dev/null; then
	{ echo 'ct-vault-request 1' && jq -cjS .request case/approval.json; } >signed
	for i in 0 1; do
		jq -r ".approval[$i].signature" case/approval.json | unhex >signature
		{ printf 302a300506032b6570032100 && jq -r ".approval[$i].key" case/approval.json; } |
		    unhex >key
		exits '  openssl says so' 0 openssl pkeyutl -verify -pubin -keyform DER -inkey key \
		    -rawin -in signed -sigfile signature
	done
fi
id=$(jq -r '.objects[1]' out/export.json)
exits 'one object by itself' 0 ct-preserve open -k police.key "out/$id"
ok '  is the file' cmp got ../b
exits 'a directory that is there' 73 ct-preserve open -k police.key -o case out
exits 'without -o' 64 ct-preserve open -k police.key out
exits 'another key' 77 ct-preserve open -k ../stranger.key -o none out
ok '  gives nothing' test ! -e none
for harm in 'rm -f "$1"' 'chmod 600 "$1"; printf XXXX | dd conv=notrunc bs=1 seek=300 of="$1"' \
    'chmod 600 "$1"; truncate -s 300 "$1"' 'cp -f "out/$2" "$1"' 'rm -f "$1"; mkdir "$1"'; do
	for at in "$id" "$(jq -r .custody out/export.json)" "$(jq -r .manifest out/export.json)"; do
		cp -r out bad
		sh -c "$harm" - "bad/$at" "$(jq -r '.objects[0]' out/export.json)" 2>/dev/null
		ct-preserve open -k police.key -o none bad >got 2>said
		status=$?
		case $status in 65|66|74) status=refused ;; esac
		is "harmed: $harm" refused echo $status
		ok '  says which' grep -q "$at" said
		is '  gives nothing' '' sh -c 'ls -d none* 2>/dev/null'
		rm -rf bad
	done
done
for how in '.objects |= .[1:]' '.objects |= reverse' '.objects += [.objects[0]]' '.version = 2' \
    'del(.manifest)' '.manifest = .objects[0]' '.custody = .approval' '.objects = {}' '[.]'; do
	cp -r out bad
	chmod 600 bad/export.json
	jq -c "$how" out/export.json >bad/export.json
	exits "an index that was changed: $how" 65 ct-preserve open -k police.key -o none bad
	is '  gives nothing' '' sh -c 'ls -d none* 2>/dev/null'
	rm -rf bad
done
cd ..

# ---- what cannot be exported is named, and nothing is half there ----------------------------
rm -rf out
gone=$(jq -r '.report.files[1].vault.id' one)
cp "$(object "$gone")" kept
chmod 600 "$(object "$gone")"
spoil "$(object "$gone")" 90000
refused 'an object that is damaged' 65 approved3
ok '  is named' grep -q "$gone" said
rm -f "$(object "$gone")"
refused 'one that is gone' 66 approved3
cp kept "$(object "$gone")" && chmod 400 "$(object "$gone")"
: >full
mkdir locked && chmod 500 locked
[ "$(id -u)" = 0 ] || exits 'a directory that cannot be written' 73 ct-preserve export -qk k.key --to police.pub --by ana -o locked/out <approved3
exits 'a directory that is not there' 73 ct-preserve export -qk k.key --to police.pub --by ana -o no/out <approved3
ct-preserve hold release --hold "$(jq -r .hold.id holding)" --by ana >released

# ---- the same bytes in two reports are one file -----------------------------------------------
ask "$(jq -r '.report.files[0].vault.id' one)" "$(jq -r '.report.files[0].vault.id' two)" |
    both >approved2
exits 'the same bytes twice' 0 ct-preserve export -qk k.key --to police.pub --by ana -o twice <approved2
exits '  open' 0 ct-preserve open -k police.key -o twice.open twice
is '  as one file of two objects' '1 2' sh -c 'echo $(wc -l <twice.open/SHA256SUMS) $(wc -l <twice.open/manifest.jsonl)'

# ---- what was sealed anew to another key of ours, and what is only staged -----------------------
first=$(jq -r '.report.files[0].vault.id' one)
ct-preserve rewrap --object "$first" |
    ct-preserve rewrap -qk k.key --to k2.pub | ct-preserve rewrap -q --yes >wrapped
exits 'by the key that it was wrapped to' 0 ct-preserve export -qk k2.key --to police.pub --by ana -o wrapped.out <<END
$(ask "$first" | both)
END
exits '  the officer opens it' 0 ct-preserve open -k police.key -o wrapped.open wrapped.out
is '  the custody tells of that, too' 1 sh -c 'grep -c "\"act\":\"wrap\"" wrapped.open/custody.jsonl'
staged=$(ct-preserve stage -q --id up/1 --user u5 <b | jq -r .vault.id)
exits 'what is staged' 0 ct-preserve export -qk k.key --to police.pub --by ana -o staged.out <<END
$(ask "$staged" | both)
END
exits '  opens' 0 ct-preserve open -k police.key -o staged.open staged.out
json '  with what is known of it' '[.file, .user, .report, .size]' '["up/1","u5",null,200000]' staged.open/manifest.jsonl

# ---- open tells the log first ---------------------------------------------------------------------
opens() { grep -c '"act":"open"' "$CT_HOME/audit/ct-preserve.log"; }
is 'an object of the vault' 'twenty harmless letters' ct-preserve open -k k.key --by ben "$first"
is '  its opening is in the log' "[\"$first\",\"ben\"]" sh -c 'jq -c "select(.act == \"open\") | [.object, .by]" $CT_HOME/audit/ct-preserve.log'
is 'of a copy it is not' 'twenty harmless letters' ct-preserve open -k k.key "$(object "$first")"
is '  which is as it was' 1 opens
exits 'a wrong key' 77 ct-preserve open -k stranger.key "$first"

# ---- whatever fails, it is whole or not there ----------------------------------------------------
[ -z "${CT_SANITIZED-}" ] || { echo '# no faults with sanitizers'; done_testing; }
CT_FAULT_PATH=ct-preserve.log LD_PRELOAD=$t/fault.so CT_FAULT=write:1:ENOSPC \
    ct-preserve open -k k.key -o never "$first" 2>err
ok 'a log that cannot be written: nothing is opened' test $? = 74 -a ! -e never
ask "$first" | both >small
cp -r "$CT_HOME/audit" "$CT_HOME/vault/index.db" .
for call in read write fsync open pthread_create; do
	k=0 wrong=''
	while [ $((k += 1)) -lt 500 ]; do
		rm -rf swept swept.?????? did
		# the request is not done yet
		rm -f "$CT_HOME"/vault/index.db-*
		cp audit/* "$CT_HOME/audit"
		cp index.db "$CT_HOME/vault"
		LD_PRELOAD=$t/fault.so CT_FAULT=$call:$k:EIO CT_FAULT_DID=did \
		    ct-preserve export -qk k.key --to police.pub --by ana \
		    -o swept <small >got 2>err
		status=$?
		[ -e did ] || break
		for left in swept.??????; do
			[ ! -e "$left" ] || wrong="$wrong $k:left"
		done
		# what fails behind the rename is told of, and all is there
		[ ! -e swept ] || rm -rf whole
		[ ! -e swept ] || ct-preserve open -k police.key -o whole swept >got 2>&1 ||
		    wrong="$wrong $k:half"
		[ $status -ne 0 ] || [ -e swept ] || wrong="$wrong $k:nothing"
		[ $status -lt 126 ] || wrong="$wrong $k:$status"
	done
	ok "each $call fails, of $((k - 1))" test $k -gt 1
	is '  whole or not there' '' printf %s "$wrong"
	ok '  without a fault it is whole' test "$status" = 0 -a -e swept/export.json
done
done_testing
