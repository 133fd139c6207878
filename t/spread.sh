# spread.sh - objects to be spread over machines; after lib.sh
# shellcheck shell=sh disable=SC2154

# objects: $tmp/objects, 60 records, of which three match a list and one is no
# picture, and want.looked, what is said of them
objects() {
	mkdir -p media
	mkpix known.png --seed 1 --size 96x96
	i=10
	while [ $i -lt 70 ]; do
		printf '{"id":"o%s","path":"%s/media/%s.png"}\n' $i "$tmp" $i
		i=$((i + 1))
	done >objects
	for seed in 2 3 4; do
		mkpix some.png --seed $seed --size 96x96
		i=$seed
		while [ $i -lt 70 ]; do
			[ $i -lt 10 ] || cp some.png media/$i.png
			i=$((i + 3))
		done
	done
	for i in 17 33 69; do cp known.png media/$i.png; done
	echo text >media/40.png
	conf <<E
[source own]
type = file
path = $tmp/list
E
	ct-hash -q known.png | jq -r '"pdq " + .hashes.pdq + " known"' >list
	ct-syncdb -q sync
	ct-hash -q <objects | ct-match -aq | bare >want.looked
}

# bare - records without the age of the list
bare() { jq -c 'del(.match.db)'; }

# looked WHAT [FILE...] - they, or got, have every object as it should be, once,
# and in order unless they are several
looked() {
	what=$1
	shift
	if [ $# -gt 1 ]; then
		cat "$@" | bare | sort >have.looked
		sort want.looked >want.sorted
		ok "$what" cmp -s want.sorted have.looked
	else
		bare <"${1-got}" >have.looked
		ok "$what" cmp -s want.looked have.looked
	fi
}

# workers PATTERN - the commands shaky, which does not work for now, at the first
# try of each batch that has the pattern, and writes a line a try into
# shaky.tried; and bad, which never does, but once there is bad.mended
workers() {
	cat >shaky <<END
#!/bin/sh
cat >"\$0.\$\$"
name=\$(sha256sum <"\$0.\$\$" | cut -c -16)
echo "\$name" >>"\$0.tried"
! grep -q '$1' "\$0.\$\$" || [ "\$(grep -cx "\$name" "\$0.tried")" -gt 1 ] || exit 75
exec ct-work <"\$0.\$\$"
END
	cat >bad <<END
#!/bin/sh
cat >"\$0.\$\$"
! grep -q '"o17"' "\$0.\$\$" || [ -e "\$0.mended" ] || exit 77
exec ct-work <"\$0.\$\$"
END
	chmod +x shaky bad
}
