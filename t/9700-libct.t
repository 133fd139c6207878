#!/bin/sh
# libct as others use it: installed, and the program of libct(3) with it
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED:-}" ] || skip_all 'a sanitized library wants a sanitized program'
cc=${CC:-cc}

make -s -C "$top" install-lib DESTDIR="$tmp/root" PREFIX=/usr >made 2>&1
ok 'it is installed' test -s root/usr/lib/libct.a
awk '/^\.Sh EXAMPLES/ { on = 1 } on && /^\.Ed/ { exit } inside { gsub(/\\e/, "\\"); print } on && /^\.Bd/ { inside = 1 }' \
    "$top/man/libct.3" >near.c
export PKG_CONFIG_SYSROOT_DIR="$tmp/root" PKG_CONFIG_PATH="$tmp/root/usr/lib/pkgconfig"
export PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1
# shellcheck disable=SC2046 # flags
ok 'the program of the manual is built' "$cc" -std=c11 -Wall -Wextra -Werror \
    -o near near.c $(pkg-config --cflags --libs libct)
for h in root/usr/include/ct/*.h; do
	echo "#include <ct/${h##*/}>" >one.c
	ok "${h##*/} stands alone" "$cc" -std=c11 -Wall -Wextra -Wpedantic -Werror \
	    -fsyntax-only -I root/usr/include one.c
done
ok 'it needs libc, libm and nothing else' sh -c \
    '! readelf -d near | sed -n "s/.*NEEDED.*\[\(.*\)\]/\1/p" | grep -vE "^(libc|libm|ld-linux.*|libpthread)\."'
ok 'all it gives begins with ct_' sh -c \
    '! nm -g --defined-only root/usr/lib/libct.a | grep -E " [A-Z] " | grep -vE " (ct_|set_)"'

mkpix a.png --seed 1 --size 128x96
ct-hash -q a.png | jq -r '"pdq \(.hashes.pdq) a"' >list
ct-match build -o known.ctx list
exits 'no picture' 64 ./near known.ctx </dev/null
{ printf 'P5 64 64 255\n'; head -c 4096 /dev/zero; } >flat.pgm
exits 'a flat one: nothing is near' 0 ./near known.ctx <flat.pgm
exits 'no index' 66 ./near none <flat.pgm
ok 'it is said' grep -q "cannot open 'none'" err
done_testing
