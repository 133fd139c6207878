#!/bin/sh
# Every example of the manual runs, in the order of its page; so does the
# daily pipe of ct(7) and README.
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
command -v bash >/dev/null || skip_all 'no bash'
command -v flock >/dev/null || skip_all 'no flock'

# blocks PAGE SECTION - its literal blocks into 1.sh, 2.sh, ... of the current
# directory: a shell's input, N.want what it must print, N.why why it is not
# run, N.exits with which status.  What has a prompt is input, what is
# indented goes on with it, all else is output; without a prompt all is input.
blocks() {
	awk -v section="$2" '
	function text(line) {
		gsub(/\\e/, "\\", line)
		gsub(/\\&/, "", line)
		return line
	}
	/^\.S[hs] / { on = substr($0, 5) == section }
	!on { next }
	/^\.\\" not run: / { print substr($0, 14) >(n + 1 ".why"); next }
	/^\.\\" exits / { print $3 >(n + 1 ".exits"); next }
	/^\.Bd / { n++; inside = 1; prompt = 0; printf "" >(n ".sh"); next }
	/^\.Ed/ { inside = 0 }
	!inside { next }
	/^\$ / { prompt = 1; print text(substr($0, 3)) >(n ".sh"); next }
	prompt && /^[^ \t]/ { print text($0) >(n ".want"); next }
	{ print text($0) >(n ".sh") }
	' "$1"
}

# ---- the fixture: what the examples take for granted ---------------------------
mkdir -p media/u42 media/u7 media/u9 video etc
cp "$t/data/golden/video/g_black_25.mp4" video/a.mp4
mkpix media/u42/a.jpg --seed 1 --size 128x96
mkpix media/u42/b.jpg --seed 2 --size 128x96
mkpix media/u42/c.jpg --seed 50 --size 128x96
mkpix media/u7/a.png --seed 2 --size 128x96
mkpix media/u9/a.png --seed 3 --size 128x96
ct-hash -q media/*/[ab].* | jq -c '{member: "9002", entry: .id, type: "pdq",
    hash: .hashes.pdq, classification: "A1"}' >list.rec
sandbox --hashes list.rec || exit 1
cp "$box/cybertip.cred" etc/cybertip-test.cred
cp "$box/hashsharing.cred" etc/hashsharing-test.cred

# here TEXT-FILE - the folders of the examples are those of the fixture
here() {
	sed "s#/etc/ct\>#$tmp/etc#g; s#/var/lib/ct\>#$tmp/state#g
	    s#/srv/media\>#$tmp/media#g; s#/srv/video\>#$tmp/video#g; s#/usr/local/share/ct\>#$top/lib#g" "$1"
}
mkdir conf && cd conf && blocks "$top/man/ct.conf.5" EXAMPLES && cd .. || exit 1
here conf/1.sh >etc/ct.conf
CT_CONF=$tmp/etc/ct.conf
export CT_CONF
(cd etc && ct-preserve keygen -o vault 2>/dev/null)
exits 'the example of ct.conf(5) is a configuration' 0 ct-syncdb sync --all -q
ct-syncdb show >shown
json '  that names a list' '[.source, .entries]' '["ncmec",4]' shown

# u7 is decided, u9 is reported, u42 is new
scan() {
	ct-hash -q --user "$1" media/"$1"/* | ct-match -q | ct-review add -q >/dev/null
	ct-review decide -q --account "$1" --verdict csam --by r7 >/dev/null
}
scan u9
ct-review decided -q | ct-report -q | ct-preserve seal -q >sealed
ct-submit -q <sealed | ct-preserve anchor -q | ct-review ack -q >receipt
json 'a report is finished' .submission.state '"finished"' receipt
scan u7
cp -r state state.0
cp -r etc etc.0

# ---- running -------------------------------------------------------------------
restore() {
	rm -rf "${tmp:?}/state" "${tmp:?}/etc"
	cp -r "$tmp/state.0" "$tmp/state"
	cp -r "$tmp/etc.0" "$tmp/etc"
}

# A server that an example left running ends.
stop() {
	for ready in ready*; do
		[ ! -s "$ready" ] || kill "$(jq .pid "$ready")" 2>/dev/null
	done
}

ran=0 skipped=''
run() { # run WHAT N - block N of the current directory
	name=$1
	here "$2.sh" >script
	if [ -s "$2.why" ]; then
		n=$((n + 1)) skipped="$skipped$name
"
		echo "ok $n - $name # SKIP $(cat "$2.why")"
		return
	fi
	ran=$((ran + 1))
	exits "$name" "$(cat "$2.exits" 2>/dev/null || echo 0)" \
	    bash -eo pipefail script
	cp got printed
	[ ! -s "$2.want" ] || is '  it prints what it says' '' grep -vxFf printed "$2.want"
}

for page in "$top"/man/*.[1-8]; do
	of=${page##*/}
	mkdir "$tmp/$of" && cd "$tmp/$of" || exit 1
	blocks "$page" EXAMPLES
	ok "$of has an example" test -s 1.sh
	restore
	i=1
	while [ -f $i.sh ]; do
		run "$of $i" $i
		i=$((i + 1))
	done
	stop
done

# ---- the daily pipe ----------------------------------------------------------------
mkdir "$tmp/pipe" && cd "$tmp/pipe" || exit 1
blocks "$top/man/ct.7" 'The pipe'
sed -n '/^The pipe$/,/^Any of these/s/^    //p' "$top/README" >2.sh
for i in 1 2; do
	restore
	[ $i = 1 ] && what='ct(7): the pipe' || what='README: the pipe'
	run "$what" $i
	json '  its reports are finished' '[.user.id, .submission.state, .vault.receipt == .submission.report_id]' \
	    '["u9","finished",true]
["u7","finished",true]
["u42","finished",true]' filed
	is '  nothing is left' '' ct-review decided --test
done
is 'both are the same' '' sh -c 'for i in 1 2; do tr -s " \n" " " <$i.sh >$i.words; done; diff 1.words 2.words'

# ---- the crontab ---------------------------------------------------------------------
mkdir "$tmp/cron" && cd "$tmp/cron" || exit 1
restore
sed -n 's/^\([0-9*,/]* \)\{5\}ct //p' "$top/contrib/cron/ct" >lines
cron() { # cron PROGRAM - run its lines; what cron would mail
	grep "^$1 " lines >script && sh script 2>&1
	return 0
}
for p in ct-syncdb ct-submit ct-preserve; do
	ok "the crontab has $p" grep -q "^$p " lines
	is '  and all being well, mails nothing' '' cron $p
done
control '{"fault":"finish:*:http:500"}'
ct-review decided -q --test | ct-report -q | ct-preserve seal -q |
    ct-submit -q --retry-wait 1 >first 2>/dev/null
control '{"fault":null}'
json 'a report that is not finished' .submission.state '"pending"' first
# none is named of one that is due already
next=$(ct-submit status | jq -r 'select(.state == "pending").next // "now"')
while [ "$(date -u +%s%3N)" -lt "$(date -u -d "$next" +%s%3N)" ]; do
	sleep 0.02
done
is '  goes on, and mails nothing' '' cron ct-submit
is '  and is closed' '' ct-review decided --test
rm -f "$(find "$tmp/state/vault/objects" -type f | head -n 1)"
is 'evidence that is gone is mailed' 1 sh -c 'sh -c "$(grep ^ct-preserve lines)" | grep -c missing'

echo "# $ran run"
is 'not run' 'ct-act.1 3
ct-audit.1 2
ct-audit.1 3
ct-clamd.1 2
ct-classify.1 3
ct-enrich.1 3
ct-feedback.1 4
ct-fetch.1 1
ct-fetch.1 2
ct-fetch.1 3
ct-ls.1 4
ct-report.1 6
ct-rescan.1 4
ct-review.1 3
ct-seen.1 2
ct-spread.1 1
ct-spread.1 2
ct-syncdb.1 6
ct-syncdb.1 9
ct.7 2
ct.conf.5 1
ct.conf.5 2
ct.conf.5 3
libct.3 1' printf '%s' "$skipped"
done_testing
