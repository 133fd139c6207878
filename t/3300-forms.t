#!/bin/sh
# ct-syncdb: a list in every form that the field uses, and what only looks so
# shellcheck source=t/lib.sh disable=SC2016,SC2154,SC2317,SC2086
. "${0%/*}/lib.sh"
export CT_CONF=$tmp/ct.conf

md5=900150983cd24fb0d6963f7d28e17f72
sha1=a9993e364706816aba3e25717850c26c9cd0d89d
sha256=ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
pdq=f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22
pdna=$(awk 'BEGIN { for (i = 0; i < 144; i++) printf "%02x", (i * 37) % 251 }')

# list LINE... - the list is the file "list", of a source with these lines
list() {
	rm -rf "$CT_HOME"
	{
		printf '[source own]\ntype = file\npath = list\n'
		printf '%s\n' "$@"
	} >ct.conf
}
# took STATUS - sync ends so; then of each hit by what is known of "abc"
took() {
	exits "$1" "$2" ct-syncdb -q sync own
}
hits() { # MEMBER... - of the hits of the record of abc, one a line
	printf '{"id":"x","hashes":{"md5":"%s","sha1":"%s","sha256":"%s","pdq":"%s","pdq_quality":100,"pdna":"%s"}}\n' \
	    $md5 $sha1 $sha256 $pdq "$pdna" | ct-match -a 2>/dev/null |
	    jq -r ".match.hits // [] | map([$1] | map(. // \"-\") | join(\" \")) | sort[]"
}

# ---- what tools write
list
printf '%s  a name\n\\%s *b\\nc\n' $md5 $sha1 >list
took 'md5sum and sha1sum' 0
is '  both' 'a name md5
b\nc sha1' hits .entry,.type
printf 'SHA256 (a (1) = x).jpg) = %s\nMD5(b)= %s\nCRC32 (c) = 12345678\n' $sha256 $md5 >list
took 'BSD and openssl; one of them unknown' 65
ok '  says where' grep -q 'line 3: refused: unknown type' err
is '  both' 'a (1) = x).jpg sha256
b md5' hits .entry,.type
printf '%%%%%%%% HASHDEEP-1.0\n%%%%%%%% size,md5,sha256,filename\n## x\n##\n3,%s,%s,a "b", c.jpg\n4,%s\n' \
    $md5 $sha256 $sha1 >list
took 'hashdeep, a line too short' 65
ok '  says where' grep -q 'line 6: refused: a column is missing' err
is '  the name as it is' 'a "b", c.jpg md5
a "b", c.jpg sha256' hits .entry,.type
printf 'ssdeep,1.1--blocksize:hash:hash,filename\n3:abc:abc,"x"\n' >list
took 'ssdeep: 78' 78
ok '  says why' grep -q 'a list of ssdeep' err

# ---- rows of cells
printf '\357\273\277Signal_Type,signal,classification,member_id,entry_id,content_type\r\nMD5,%s,"A1, ""x""",9,7,Image\r\n"sha1", %s ,,9,7,\r\n' \
    $md5 $sha1 >list
took 'CSV: mark, CRLF, quotes' 0
is '  one entry' '9 7 image A1, "x" md5
9 7 unknown - sha1' hits .member,.entry,.content,.classification,.type
printf 'note,md5\n"two\nlines",%s\n"no end,%s\n' $md5 $md5 >list
took 'a cell of two lines, and one without an end' 65
ok '  the other by its first line' grep -q 'line 4: refused: a quote is open' err
is '  the good one' md5 hits .type
printf 'note,md5,sha1\n"slip,%s,\nb,,%s\nc,%s,\n' 11111111111111111111111111111111 $sha1 $md5 >list
took 'a quote that nothing ends' 65
is '  takes no other row with it' 'md5
sha1' hits .type
printf 'Image ID;MD5;SHA1;PhotoDNA;Media Type;Baseline\n1;%s;%s;%s;Image;1\n2;%s\n3;;;;Image;1\n' \
    $md5 $sha1 "$pdna" d41d8cd98f00b204e9800998ecf8427e >list
took 'ICSE: semicolons, uneven rows' 65
is '  three hashes of one entry' '1 image md5
1 image pdna
1 image sha1' hits .entry,.content,.type
is '  two rows are refused' 2 sh -c 'ct-syncdb show | jq .rejects'
printf 'a|b|c\n%s|A|x\n%s|B|y\n%s|C|z\n' $md5 $sha1 $sha256 >list
list
took 'columns that nobody knows: lines refused' 65
list 'form = csv'
took 'form = csv: 78' 78
list 'map = a: hash, b: classification' 'positive = A' 'negative = C'
took 'with a map, but no type' 65
printf 'a|b|md5\n%s|A|%s\n' $sha1 $md5 >list
list 'hash = sha1' 'form = csv' 'map = a : hash, B: classification'
took 'with a map' 0
is '  both' 'A md5
A sha1' hits .classification,.type
printf 'a,b\n%s,A\n%s,B\n%s,C\n%s,\n' $md5 $sha1 $sha256 $sha1 >list
list 'form = csv' 'map = a: hash, b: category' 'positive = X, a' 'negative = C'
took 'classes' 65 # of 64 digits the type is not said
list 'map = nonsense'
took 'a map that is none: 78' 78
list 'form = xls'
took 'a form that is none: 78' 78
printf 'md5,sha1,sha256,Category\n%s,,,A\n,%s,,B\n,,%s,C\n' $md5 $sha1 $sha256 >list
list 'positive = X, a' 'negative = C'
took 'classes: positive, seed, negative' 0
is '  what is negative is not looked for' 'md5 -
sha1 seed' hits .type,.opinion

printf 'id,md5,sha1\n1,%s,%s\n2,%s,%s\n3,%s,%s\n4,%s,\n' $md5 $sha1 $md5 0123456789012345678901234567890123456789 \
    11111111111111111111111111111111 $sha1 11111111111111111111111111111111 >list
list
took 'the same MD5 with two SHA-1' 0
ok '  is told' grep -q ': 1 MD5 stand with one SHA-1 and with another' err
is '  both are kept' '1 md5
1 sha1
2 md5
3 sha1' hits .entry,.type
took 'the same again: nothing changed' 0
ok '  and nothing is told' sh -c '! grep -q MD5 err'

# ---- what is known and harmless
printf '"SHA-1","MD5","CRC32","FileName","FileSize","ProductCode","OpSystemCode","SpecialCode"\r\n"%s","%s","1","\344.exe",3,1,"2",""\r\n"%s","","1","b",3,1,"2","M"\r\n' \
    $sha1 $md5 0123456789012345678901234567890123456789 >list
list
took 'NSRL as a list of what is wanted: 78' 78
ok '  says what to do' grep -q 'want action = allow' err
list 'action = allow'
took 'as an allow list' 0
is '  whole; what is malicious is no part of it' 3 sh -c 'ct-syncdb show | jq .hashes'
echo "{\"hashes\":{\"md5\":\"$md5\"}}" >rec
is '  nothing of it is a hit' '[0,"md5"]' sh -c \
    'ct-match -a <rec | jq -c "[.match.total,.match.allowed[0].type]"'

# ---- VICS
medium() { # CATEGORY MD5 [MORE]
	printf '{"MediaID":%s,"Category":%s,"MD5":"%s","SHA1":null,"MediaSize":"3","IsPrecategorized":"True"%s}' \
	    "$((k += 1))" "$1" "$2" "${3-}"
}
upper=$(printf %s $md5 | tr a-f A-F)
base64=$(printf %s "$pdna" | sed 's/../\\x&/g' | xargs -0 printf %b | base64 -w 0)
k=0
{
	printf '\357\273\277{"@odata.context":"http://x/2.0.xml/US/$metadata#Media",\n "value" : [\n'
	medium 1 "$upper" ',"AlternativeHashes":[{"HashName":"PhotoDNA","HashValue":"'"$base64"'"}],"MimeType":"image/png"'
	printf ','
	medium '"2"' 11111111111111111111111111111111 ',"AlternativeHashes":null'
	printf ','
	medium 0 22222222222222222222222222222222 ''
	printf ',\n{"MediaID":9,"MD5":"%s"}, 7 ]}\n' 33333333333333333333333333333333
} >list
list
took 'VICS, nobody says what its categories mean: 78' 78
list 'positive = 1, 2' 'negative = 0'
took 'VICS' 65
ok '  one is no object' grep -q 'object 5: refused: no object' err
is '  both hashes of the first' '1 image 1 md5
1 image 1 pdna' hits .entry,.content,.classification,.type
is '  what has no category is a seed, never more' \
    '{"op":"x","opinion":"seed"}' sh -c 'echo "{\"hashes\":{\"md5\":\"33333333333333333333333333333333\"}}" |
	ct-match | jq -c ".match.hits[0] | {op:\"x\",opinion}"'
k=0
{
	printf '{"odata.metadata":"http://x/1.3.xml#Cases","value":[{"CaseID":"c","Media":['
	medium 1 $md5
	printf '],"After":[[{}]]},{"Media":[]},{}]}'
} >list
took 'cases' 0
is '  their media' md5 hits .type
printf '{"@odata.context":"#Media","value":[' >list
medium 1 $md5 >>list
took 'cut: 65' 65
ok '  nothing is taken' test "$(ct-syncdb show | jq .hashes)" -eq 1
printf '{"@odata.context":"#Other","value":[]}' >list
took 'another context: 65' 65
printf '{"value":[],"@odata.context":"#Media"}' >list
took 'the context at the end: 65' 65
{
	printf '{"@odata.context":"#Media","value":[{"a":'
	head -c 5000000 /dev/zero | tr '\0' '['
} >list
took 'five million brackets: 65' 65
{
	printf '{"@odata.context":"#Media","value":[{"a":"'
	head -c 9000000 /dev/zero | tr '\0' x
	printf '"}]}'
} >list
took 'a text of 9 MB: 65' 65
done_testing
