#!/bin/sh
# every damage of an object: its exit status, and not a byte is taken for good
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
unset CT_HOME

# ---- objects made from ct-vault(5) alone, by a program of their own ----------
ct-preserve keygen -o k
mkdir v
exits 'objects are made' 0 mkvectors k.pub v
cp got list
ok '  good ones' test "$(grep -c ' 0$' list)" -gt 20
ok '  and bad ones' test "$(grep -vc ' 0$' list)" -gt 150

# object WHAT - its path
object() { find "v/$1" -type f ! -name plain; }
while read -r vector status; do
	rm -f back
	# without a terminal, and without a vault: a path is enough
	ct-preserve open -k k.key -o back "$(object "$vector")" </dev/null 2>err
	got=$?
	if [ "$status" = 0 ]; then
		ok "$vector: opens" test $got = 0
		ok '  byte for byte' cmp back "v/$vector/plain"
	else
		ok "$vector: $status" test $got = "$status"
		[ $got = "$status" ] || echo "# it is $got: $(cat err)"
		ok '  says why' grep -q '^ct-preserve: ' err
		is '  and leaves nothing' '' find . -maxdepth 1 -name 'back*'
	fi
done <list

# what is only cut gives what stands before the cut, and says so
exits 'to a pipe: the status tells that it is not whole' 65 \
    ct-preserve open -k k.key "$(object cut-196608-at-"$(
	sed -n 's/^cut-196608-at-\([0-9]*\) .*/\1/p' list | sort -n | tail -n 1)")"
ok '  and what came is the beginning of it' cmp -n "$(wc -c <got)" got \
    v/size-300000/plain

# ---- objects of the first day: the format stays --------------------------------
# made by ct-preserve; t/data/vault/NAME/ID, and its key, which is no secret
g=$t/data/vault
cp "$g/golden.key" g.key && chmod 600 g.key
: >empty
echo 'harmless text' >text
yes 'harmless text' | head -c 65496 >chunk
for vector in empty text chunk; do
	id=$(cd "$g/$vector" && echo *)
	exits "golden $vector opens" 0 ct-preserve open -k g.key "$g/$vector/$id"
	ok '  byte for byte' cmp got $vector
	is '  its name is its digest' "$id" sh -c "b2sum -l 256 '$g/$vector/$id' | cut -c-64"
	is '  its length is as ct-vault(5) says' "$(wc -c <"$g/$vector/$id")" sh -c "
	    b() { od -An -tu1 -j\$1 -N1 '$g/$vector/$id'; }
	    n=\$((\$(wc -c <$vector) + 40))
	    echo \$((152 + \$(b 12) + 256 * \$(b 13) + 17 + n + 17 * (n / 65536 + 1)))"
	exits '  to no other key' 77 ct-preserve open -k k.key "$g/$vector/$id"
done
exits 'its public half is a key' 0 ct-preserve seal -d s -qk "$g/golden.pub" </dev/null
done_testing
