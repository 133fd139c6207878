#!/bin/sh
# What the manual promises: every program has a page, every option is in its
# page and in --help, and every example runs.
# shellcheck source=t/lib.sh
. "${0%/*}/lib.sh"

programs=$(cd "$top" && for f in cmd/ct-*.c; do basename "$f" .c; done)
scripts=$(cd "$top/scripts" && ls ct-* 2>/dev/null)

# a program that another one starts
helper() { case $1 in ct-decode | ct-decode-video) ;; *) return 1 ;; esac; }

# options_of_page PAGE, options_of_help PROGRAM - the long options, sorted
options_of_page() {
	grep -oE 'Fl (-|Fl )[a-z][a-z0-9-]*' "$1" |
	    sed 's/^Fl Fl //; s/^Fl -//' | sort -u
}
options_of_help() {
	"$1" --help </dev/null | grep -o -- '--[a-z][a-z0-9-]*' | sed 's/--//' | sort -u
}

for p in $programs $scripts; do
	page=$top/man/$p.1
	ok "$p has a page" test -s "$page"
	[ -s "$page" ] || continue
	for s in NAME SYNOPSIS DESCRIPTION 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
		grep -qx "\.Sh $s" "$page" || echo "$s"
	done >sections
	ok "$p: its page has every section" test ! -s sections
	helper "$p" || ok "README and ct(7) say when to use $p" \
	    sh -c 'grep -q -- "$1" "$2/README" && grep -q -- "$1" "$2/man/ct.7"' sh "$p" "$top"
done

for p in $programs $scripts; do
	helper "$p" && continue
	page=$top/man/$p.1
	exits "$p --help" 0 "$p" --help
	ok "$p --help fits one screen" \
	    awk 'length > 80 { bad = 1 } END { exit bad || NR > 40 }' got
	exits "$p --version" 0 "$p" --version
	ok "$p --version says which" grep -q "^$p [0-9]" got
	exits "$p refuses an unknown option" 64 "$p" --no-such-option
	[ -s "$page" ] || continue
	options_of_help "$p" >help.opts
	options_of_page "$page" >page.opts
	ok "$p: --help and the page name the same options" \
	    diff -u help.opts page.opts
done

for page in "$top"/man/*.[1-8]; do
	of=${page##*/} name=${of%.*}
	[ "$name" = ct ] || helper "$name" ||
	    ok "ct(7) leads to $name" grep -qx "\.Xr $name ${of##*.}.*" "$top/man/ct.7"
done

# ---- the law: each point says whether somebody read it, and names what exists
legal=$top/man/ct-legal.7
is 'each point of law is verified, or said not to be' '' awk '
    /^\.Ss NIST/ { exit }
    /^\.Ss What holds/ || /^\.(It|Ss) / { if (point != "" && !said) print point
	point = /^\.It/ ? $0 : ""; said = 0 }
    /verified/ { said = 1 }' "$legal"

sed -n 's/^\.Ic \(ct-[a-z]*\) \([a-z-]*\).*/\1 \2/p' "$legal" | sort -u >named
ok 'it names what to run' test -s named
is '  which there is' '' sh -c 'while read -r program verb; do
    "$program" --help | grep -qwe "$verb" || echo "$program $verb"; done <named'

if command -v mandoc >/dev/null; then
	ok 'mandoc finds no fault' mandoc -Tlint -Wwarning "$top"/man/*.[1-8]
fi
done_testing
