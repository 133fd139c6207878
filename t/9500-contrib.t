#!/bin/sh
# contrib: what it runs exists, and its completion names what the programs do
# shellcheck source=t/lib.sh disable=SC2016,SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'its programs are run sanitized elsewhere'
c=$top/contrib
command -v bash >/dev/null || skip_all 'no bash'

# offers PROGRAM WORD PREVIOUS - what would be offered, one a line
offers() {
	bash -c '. "$1"; COMP_CWORD=$5; _ct "$2" "$3" "$4"; [ "${#COMPREPLY[@]}" -eq 0 ] || printf "%s\n" "${COMPREPLY[@]}"' \
	    - "$c/completion/ct" "$1" "$2" "$3" "${4-1}"
}

# ---- completion
is 'options of a program' '--page-size
--port' offers ct-sandbox --p ct-sandbox
is 'its verbs' 'control
state' offers ct-sandbox '' ct-sandbox
is 'of a usage with many lines' 'decide
decided' offers ct-review dec ct-review
is 'no verb after the first word' '' offers ct-sandbox '' state 2
is 'of a program that is a filter, too' 'build
histogram' offers ct-match '' ct-match
# within WORD... - what would be offered for the last of these
within() {
	bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
	    _ct "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
	    [ "${#COMPREPLY[@]}" -eq 0 ] || printf "%s\n" "${COMPREPLY[@]}"' - "$c/completion/ct" "$@"
}
is 'the second word of a verb' 'add
list
release' within ct-preserve hold ''
is 'its options: those of this one' '--reason' within ct-preserve hold release --re
is '  and of that' '--ref
--report' within ct-preserve hold add --re
is 'options of a verb of one word' '--due' within ct-preserve find --du
is '  but not those of others' '' within ct-preserve find --days
is 'a verb has no second word' '' within ct-preserve find ''
is 'a program without verbs has none' '' offers ct-hash '' ct-hash
ok 'verdicts are those of ct-review' sh -c '
    ct-review --help | grep -q -e "--verdict V *$(echo "$1" | tr "\n" " " | sed "s/ *$//")\$"' \
    - "$(offers ct-review '' --verdict 2)"
is 'classes' 'A1
A2
B1
B2' offers ct-review '' --class 2
conf </dev/null
is 'authorities are those of ct-report' "$(ct-report authorities | jq -r .name)" offers ct-report '' --authority 2
for p in "$top"/ct-*; do
	name=${p##*/}
	[ -f "$p" ] || continue
	case $name in ct-decode | ct-decode-video) continue ;; esac
	ok "$name is completed" grep -qw "$name" "$c/completion/ct"
	ok "$name tells of its options" test -n "$(offers "$name" --v "$name")"
done

# ---- what cron and systemd run
run() { # WHERE PROGRAM [WORD...]: program, verb and options exist
	where=$1 name=${2##*/}
	shift 2
	for script in "$c"/*/"$name"; do
		[ -x "$script" ] || continue
		for word; do
			case $word in *://* | [0-9]*) continue ;; esac
			ok "$where: $name has $word" \
			    sh -c '"$1" --help | grep -qwe "$2"' - "$script" "$word"
		done
		return
	done
	if [ ! -x "$top/$name" ]; then
		n=$((n + 1))
		echo "ok $n - $where: $name # SKIP not in this build"
		return
	fi
	for word; do
		case $word in
		[a-z]* | --*) ;;
		*) break ;;
		esac
		ok "$where: $name has $word" \
		    sh -c 'echo "$1" | grep -qx -e "$2"' - "$(offers "$name" "$word" "$name")" "$word"
	done
}
for unit in "$c"/systemd/*.service; do
	command=$(sed -n 's/^ExecStart=//p' "$unit")
	# shellcheck disable=SC2086 # its words
	run "${unit##*/}" $command
	ok "${unit##*/} has a timer" test -f "${unit%.service}.timer"
done
# hardening UNIT - its lines from UMask on
hardening() { sed -n '/^UMask=/,$p' "$1"; }
hardening "$c/systemd/ct-submit.service" >hard
for unit in "$c"/systemd/*.service; do
	hardening "$unit" >own
	case $unit in
	*/ct-line*.service)
		is "${unit##*/} is hardened as the others, but that it becomes them" \
		    '< CapabilityBoundingSet=
> CapabilityBoundingSet=CAP_SETUID CAP_SETGID
> SystemCallFilter=@setuid' sh -c 'diff hard own | grep "^[<>]"'
		user=root
		;;
	*)
		ok "${unit##*/} is hardened as the others" cmp hard own
		user=$(sed -n 's/^StateDirectory=\([^ ]*\).*/\1/p' "$unit")
		;;
	esac
	ok "  and runs as $user" grep -qx "User=$user" "$unit"
	[ "$user" = '%i' ] || [ "$user" = root ] ||
	    ok '  which there is' grep -q "^u $user " "$c/systemd/ct.sysusers"
done
ok 'the vault is checked twice a week' grep -qx 'OnCalendar=Wed,Sun .*' "$c/systemd/ct-preserve.timer"
ok 'by verify, whose summary stays' grep -qx 'ExecStart=.*/ct-preserve verify' "$c/systemd/ct-preserve.service"
for unit in ct-preserve ct-preserve-expire ct-audit@; do
	ok "$unit.service is without the network" grep -qx PrivateNetwork=yes "$c/systemd/$unit.service"
done
ok 'what is past its date goes every day' grep -qx 'OnCalendar=\*-\*-\* .*' "$c/systemd/ct-preserve-expire.timer"
ok 'never without a certificate' grep -qx 'ExecStart=.* expire --yes --certificate /.*' "$c/systemd/ct-preserve-expire.service"
ok 'the logs have heads every hour' grep -qx 'OnCalendar=hourly' "$c/systemd/ct-audit@.timer"
# those that are to be chosen, too
sed -n 's/^#\{0,1\}\([0-9*]\)/\1/p' "$c/cron/ct" >cron.lines
ok 'the crontab has commands' test -s cron.lines
is 'each with five fields of time and a user' '' grep -vE '^([0-9*/,]+ ){5}ct ct-' cron.lines
while read -r _ _ _ _ _ _ command; do
	# shellcheck disable=SC2086
	run cron $command
done <cron.lines
is 'buckets are scanned every night and every week' 2 grep -c ' ct-rescan .* s3://' cron.lines
ok 'so does cron' grep -qE '^[0-9]+ [0-9]+ \* \* 0,3 ct ct-preserve verify ' cron.lines
if command -v systemd-analyze >/dev/null; then
	cp "$c"/systemd/*.service "$c"/systemd/*.timer .
	sed -i "s#^ExecStart=/usr/local/s*bin/[^ ]*#ExecStart=/bin/true#;/^Documentation/d" ./*.service
	for unit in ./*.timer ./*.service; do
		name=${unit#./} name=${name%%[@.]*}
		is "systemd takes ${unit#./}" '' sh -c 'systemd-analyze verify --man=no "$1" 2>&1 | grep "$2"' - "$unit" "$name"
	done
	# exposure as systemd counts it, in tenths: 96 where nothing is forbidden
	for unit in ./*.service; do
		most=15
		! grep -qx PrivateNetwork=yes "$unit" || most=7
		! grep -qx User=root "$unit" || most=22
		exits "${unit#./} is exposed by $most at most" 0 systemd-analyze security \
		    --offline=true --no-pager --threshold=$most "$tmp/$unit"
	done
	sed '/=/{/^ExecStart\|^Type/!d}' ct-submit.service >bare.service
	exits '  which one without these lines is not' 1 systemd-analyze security \
	    --offline=true --no-pager --threshold=90 "$tmp/bare.service"
fi
done_testing
