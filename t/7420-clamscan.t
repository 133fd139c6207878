#!/bin/sh
# ct-clamscan, and what asks ct-clamd: clamdscan, and the adapters of contrib
# shellcheck source=t/lib.sh disable=SC2016,SC2059,SC2317
. "${0%/*}/lib.sh"
# shellcheck source=t/clamd.sh
. "$t/clamd.sh"
c=$top/contrib

mkpix known.jpg --seed 1 --size 320x240 && mkpix clean.jpg --seed 2 --size 320x240 || exit 1
head -c 3000 clean.jpg >cut.jpg
echo 'no picture' >note.txt
ct-hash -q known.jpg | jq -r '"pdq \(.hashes.pdq) x"' >list
mkdir -p parts one && cp known.jpg clean.jpg note.txt parts && cp clean.jpg note.txt one

# printed WHAT EXPECTED - by the command that exits had
printed() {
	printf '%s\n' "$2" >want
	ok "$1" diff -u want got
}

# ---- ct-clamscan --------------------------------------------------------------
scan() { ct-clamscan --no-summary -l list "$@"; }
exits 'what is clean' 0 scan clean.jpg
printed '  is OK' 'clean.jpg: OK'
exits 'what is known' 1 scan clean.jpg known.jpg
printed '  is FOUND' 'clean.jpg: OK
known.jpg: ct.Match FOUND'
exits 'what cannot be judged' 1 scan cut.jpg note.txt
printed '  too' 'cut.jpg: ct.Undecided.corrupt FOUND
note.txt: ct.Undecided.other FOUND'
exits '  unless it may pass' 0 scan --undecided other=ok note.txt clean.jpg
exits '  all of it' 0 scan --undecided ok note.txt cut.jpg
exits '  or is an error' 2 scan --undecided error --undecided other=ok cut.jpg note.txt
printed '  of its own' 'cut.jpg: undecided: corrupt ERROR
note.txt: OK'
exits 'what is not there' 2 scan none clean.jpg
printed '  is an error, and the rest is scanned' 'none: no such file or directory ERROR
clean.jpg: OK'
exits 'FOUND is more than an error' 1 scan none known.jpg
exits 'a directory, what is not OK' 1 scan -r -i --undecided other=ok parts
printed '  by its name' 'parts/known.jpg: ct.Match FOUND'
input() { scan "$@" - <known.jpg; }
exits 'standard input' 1 input --stdout --spool spool --user u7
printed '  has a name' 'stdin: ct.Match FOUND'
json '  and what is found an account' .user.id '"u7"' spool/*.rec
exits '  too long' 1 input --max-bytes 100
printed '  as a file' 'stdin: ct.Undecided.too-large FOUND'
exits '  exactly as long as may be' 1 input --max-bytes "$(wc -c <known.jpg)"
printed '  is not' 'stdin: ct.Match FOUND'
exits 'no list' 2 ct-clamscan -l none clean.jpg
exits 'no list of that kind' 64 scan --undecided corrupt=maybe clean.jpg
exits '  and none of that name' 64 scan --undecided broken=ok clean.jpg
exits 'lists that are too old' 0 scan --max-age 1s clean.jpg
ct-match build -o own.ctx list 2>/dev/null
exits '  none of which has a time' 0 scan -l own.ctx clean.jpg
is 'counts' 'Scanned files: 2
Infected files: 1
Total errors: 1' sh -c 'ct-clamscan -l list known.jpg clean.jpg none | tail -n 3'
exits 'a full disk' 2 sh -c 'ct-clamscan -l list clean.jpg >/dev/full'
printf '[source own]\ntype = file\npath = %s/list\n' "$tmp" >sync.conf
CT_CLOCK=2026-01-01T00:00:00Z ct-syncdb -q -c sync.conf sync
exits 'a list of long ago' 2 ct-clamscan --no-summary --max-age 26h clean.jpg note.txt
printed '  lets nothing through' 'clean.jpg: the lists are too old ERROR
note.txt: the lists are too old ERROR'
exits '  and finds what is on it' 1 ct-clamscan --no-summary --max-age 26h known.jpg

clamd -l list --undecided other=ok --spool spool || exit 1
# ---- Nextcloud: files_antivirus ------------------------------------------------
# socket mode: a command, chunks, one line; then its rules in their order
nextcloud() { # FILE [SIZE]
	{ printf 'nINSTREAM\n' && chunks "$@"; } | raw "$sock" | head -n 1 >reply
	if grep -q ': OK$' reply; then
		echo clean
	elif grep -q ': .* FOUND$' reply; then
		echo infected
	else
		echo unchecked
	fi
}
is 'Nextcloud, socket: clean' clean nextcloud clean.jpg 8192
is '  known' infected nextcloud known.jpg 8192
is '  a text' clean nextcloud note.txt
is '  in pieces: damaged' infected nextcloud cut.jpg
# executable mode: the status, and names out of what is printed
executable() { # FILE
	sh -c "$top/ct-clamscan --no-summary -l list --undecided other=ok - 2>&1" <"$1" >printed
	status=$?
	echo "$status $(sed -n 's/.*: \(.*\) FOUND *$/\1/p' printed)"
}
is 'Nextcloud, executable: clean' '0 ' executable clean.jpg
is '  known' '1 ct.Match' executable known.jpg
printf '#!/bin/sh\necho "$*" >>%s/occ.said\n' "$tmp" >occ && chmod +x occ
exits 'its settings' 0 "$c/nextcloud/ct-setup" ./occ
is '  refuse what is not answered' 'config:app:set files_antivirus av_block_unreachable --type=boolean --value=true' \
    grep unreachable occ.said
is '  before they are in force' 'config:app:set files_antivirus av_mode --type=string --value=socket' tail -n 1 occ.said
is '  pieces as long as ct-clamd takes' 67108864 sed -n 's/.*av_stream_max_length.*value=//p' occ.said
exits '  not without occ' 64 "$c/nextcloud/ct-setup"
exits '  which fails' 1 "$c/nextcloud/ct-setup" false

# ---- Matrix: matrix-content-scanner, a path and a status ------------------------------
printf 'LocalSocket %s\nStreamMaxLength 64M\n' "$sock" >clamd.conf
matrix() { CT_CLAMD_CONF=$1 "$c/matrix/ct-scan" "$2"; }
mkdir bin
printf '#!/bin/sh\nexec %s/ct-clamscan -l %s/list "$@"\n' "$top" "$tmp" >bin/ct-clamscan
chmod +x bin/ct-clamscan
matrix_self() { PATH=$tmp/bin:$PATH CT_CLAMD_CONF=none "$c/matrix/ct-scan" "$1"; }
exits 'Matrix, by itself: clean' 0 matrix_self clean.jpg
exits '  known' 1 matrix_self "$tmp/known.jpg"
exits '  not there' 2 matrix_self none
exits '  no list' 2 env CT_HOME=none CT_CLAMD_CONF=none "$c/matrix/ct-scan" clean.jpg
ok '  and what could not be scanned is asked anew' grep -qx '    exit_codes_to_ignore: \[2\]' "$c/matrix/config.yaml"

# ---- mail: amavis ------------------------------------------------------------------
amavis() { # DIRECTORY - by the configuration itself, as amavis asks and reads
	sed "s#/run/ct-clamd/clamd.sock#$sock#" "$c/mail/50-ct" >50-ct
	perl -MIO::Socket::UNIX -e '
	    use vars qw(@av_scanners $virus_scanners_failure_is_fatal);
	    sub ask_daemon {
		my ($dir, $command, $socket) = @_;
		my $s = IO::Socket::UNIX->new(Peer => $socket) or return "";
		$command =~ s/\{\}/$dir/;
		print $s $command;
		$s->flush;
		local $/;
		return <$s>;
	    }
	    do "./50-ct" or die "$@$!";
	    die unless $virus_scanners_failure_is_fatal;
	    my ($name, $ask, $args, $clean, $infected, $names) = @{$av_scanners[0]};
	    my $said = $ask->($ARGV[0], @$args) // "";
	    print $said =~ $infected ? "infected " . join(" ", $said =~ /$names/mg)
		: $said =~ $clean ? "clean" : "failed", "\n"' "$tmp/$1"
}
if perl -MIO::Socket::UNIX -e 1 2>/dev/null; then
	is 'amavis: clean' clean amavis one
	is '  known' 'infected ct.Match' amavis parts
	ln -s nowhere one/gone
	mkdir deep && (cd deep && for _ in $(seq 34); do mkdir d && cd d || exit; done)
	is '  what it could not look at' failed amavis deep
	cp known.jpg one/OK && is '  names do not matter' 'infected ct.Match' amavis one
	rm one/OK
else
	echo '# no IO::Socket::UNIX: amavis is not tried'
fi
is 'rspamd: parts and pictures are sent' '  scan_image_mime = true;
  scan_mime_parts = true;' sh -c 'grep "scan_.* = true" "$1" | sort' - "$c/mail/antivirus.conf"
is '  and what fails is refused' CT_FOUND_FAIL sh -c \
    'grep -o "$(sed -n "s/.*symbol = \"\(.*\)\";/\1_FAIL/p" "$1/antivirus.conf")" "$1/force_actions.conf"' - "$c/mail"

# ---- ClamAV's own client ------------------------------------------------------------
if command -v clamdscan >/dev/null; then
	for how in '' --fdpass --stream --multiscan '--multiscan --fdpass' '--multiscan --stream' --allmatch; do
		# shellcheck disable=SC2086
		exits "clamdscan $how" 1 clamdscan -c clamd.conf $how --no-summary "$tmp/known.jpg" "$tmp/clean.jpg"
		sort -o got got
		printed '  says what we say' "$tmp/clean.jpg: OK
$tmp/known.jpg: ct.Match FOUND"
	done
	exits 'clamdscan, clean' 0 clamdscan -c clamd.conf --no-summary "$tmp/clean.jpg" "$tmp/one/note.txt"
	exits 'clamdscan, a directory' 1 clamdscan -c clamd.conf --no-summary -i "$tmp/parts"
	printed '  names what is in it' "$tmp/parts/known.jpg: ct.Match FOUND"
	exits 'clamdscan, standard input' 1 sh -c 'clamdscan -c clamd.conf --no-summary - <known.jpg'
	exits 'clamdscan --ping' 0 clamdscan -c clamd.conf --ping 1
	is 'clamdscan --version' "$(ct-clamd -V)" clamdscan -c clamd.conf --version
	exits 'clamdscan --reload' 0 clamdscan -c clamd.conf --reload
	exits 'Matrix, by clamdscan: clean' 0 matrix clamd.conf clean.jpg
	exits '  known' 1 matrix clamd.conf known.jpg
	sed "s#^LocalSocket .*#LocalSocket $tmp/nobody#" clamd.conf >nobody.conf
	exits '  nobody answers' 2 matrix nobody.conf clean.jpg
	sed "s#/run/ct-clamd/clamd.sock#$sock#" "$c/clamd/clamd.conf" >ours.conf
	exits 'clamd.conf is one' 0 clamdscan -c ours.conf --no-summary "$tmp/clean.jpg"
else
	echo '# no clamdscan: the client of ClamAV is not tried'
fi
clamd_ends
is 'nobody listens: Nextcloud refuses' unchecked nextcloud clean.jpg
! perl -MIO::Socket::UNIX -e 1 2>/dev/null || is '  and amavis' failed amavis one

# ---- the unit --------------------------------------------------------------------------
sed -n '/^UMask=/,$p' "$c/systemd/ct-submit.service" >hard
is 'the unit is hardened as the others' '' sh -c 'sed -n "/^UMask=/,\$p" "$1" | diff hard -' - "$c/clamd/ct-clamd.service"
is 'its options are there' '' sh -c 'sed -n "s/^ExecStart=//p" "$1" | grep -o -e "--[a-z-]*" |
    while read -r o; do ct-clamd --help | grep -qe "$o " || echo "$o"; done' - "$c/clamd/ct-clamd.service"
is 'it listens where clients ask' "$(sed -n 's/^LocalSocket //p' "$c/clamd/clamd.conf")" \
    sed -n 's/^ExecStart=.*--socket \([^ ]*\).*/\1/p' "$c/clamd/ct-clamd.service"
is '  all of them' /run/ct-clamd/clamd.sock sh -c 'grep -rhoE "/run/[a-z/-]*clamd.sock" "$1"/clamd "$1"/nextcloud "$1"/mail | sort -u' - "$c"
if command -v systemd-analyze >/dev/null; then
	sed "s#^ExecStart=[^ ]*#ExecStart=/bin/true#;/^Documentation/d" "$c/clamd/ct-clamd.service" >ct-clamd.service
	exits '  and it is exposed by 7 at most' 0 systemd-analyze security --offline=true --no-pager \
	    --threshold=7 "$tmp/ct-clamd.service"
fi
done_testing
