#!/bin/sh
# The schema: what it lets pass and what it must not; a second validator agrees
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"

data=$t/data/tipline
lint=$(command -v xmllint || :)
cp "$top/lib/tool/cybertipline.xsd" xsd

# verdict FILE - "good" or "bad", as we see it; "differ" if xmllint does not
verdict() {
	ours=good theirs=good
	xsdcheck "$1" >said 2>&1 || ours=bad
	[ -z "$lint" ] || xmllint --noout --schema xsd "$1" 2>/dev/null || theirs=bad
	[ -z "$lint" ] || [ "$ours" = "$theirs" ] || ours=differ
	echo "$ours"
}

# good WHAT FILE EDIT, bad WHAT FILE EDIT - sed's EDIT makes it so
edited() {
	sed -E "$2" "$data/$1.xml" >doc.xml
	[ -z "$2" ] || ! cmp -s "$data/$1.xml" doc.xml || echo unchanged
	verdict doc.xml
}
good() { is "$1" good edited "$2" "$3"; }
bad() { is "not: $1" bad edited "$2" "$3"; }

good 'a report' report ''
good 'a file' file ''
good 'the least report' report '/<platform>|<escal|<reportAnn|Description>/d; /<internetD/,/<\/lawEnf/d; /<firstN/,/<phone/d; /<address t/d; /<legalURL/d; /<personOr/,/<\/pers.*ed>$/d; /<victim>/d; /<additional/d'
good 'the least file' file '/<originalFileName/,/<additionalInfo>Another/d'
good 'a time with an offset' report 's/05:06:07Z/05:06:07.5-03:30/'
good 'an empty kind of detail' report 's/<chatClient>.*<\/chatClient>//'
good 'flags in any order' report 's/<spam\/><sextortion\/>/<sextortion\/><spam\/>/'
good 'a meme, said the old way' file 's/<fileAnn.*Annotations>/<potentialMeme>true<\/potentialMeme>/'

bad 'an incident type one letter short' report 's/distribution\)/distribution/'
bad 'one with blanks around it' report 's/>(Child P[^<]*)</> \1 </'
bad 'an invented one' report 's/>Child P[^<]*</>Something else</'
bad 'a default namespace' report 's/<report>/<report xmlns="urn:x">/'
bad 'a time without zone' report 's/05:06:07Z<\/incid/05:06:07<\/incid/'
bad 'a blank in place of T' report 's/04T05:06:07Z<\/incid/04 05:06:07Z<\/incid/'
bad 'an offset without colon' report 's/05:06:07Z<\/incid/05:06:07+0000<\/incid/'
bad 'no incident time' report '/<incidentDateTime>/d'
bad 'no e-mail of the reporter' report '/<email type="Work"/d'
bad 'an e-mail before the name' report '/<firstName/{h;d;}; /<email type="Work"/{G;}'
bad 'a blank reason of priority' report 's/A test of priority/  /'
bad 'the reason behind the time' report '/<escal/{h;d;}; /<incidentDateTime>/{G;}'
bad 'a flag that is false' report 's/<spam\/>/<spam>false<\/spam>/'
bad 'a flag that is 0' report 's/<spam\/>/<spam>0<\/spam>/'
bad 'a flag that there is not' report 's/<spam\/>/<boring\/>/'
bad 'no kind of internet detail' report 's/<chatIm.*Incident>//'
bad 'two kinds in one' report 's/<chatImIncident>/<emailIncident\/>&/'
bad 'third-party as an element' report 's/<url>/<thirdPartyHostedContent>true<\/thirdPartyHostedContent>&/'
bad 'third-party in words' report 's/Content="false"/Content="Yes"/'
bad 'a URL with a blank' report 's/images.example\/p/images example\/p/'
bad 'a country in lower case' report 's/>DE</>de</'
bad 'a country in full' report 's/>DE</>Germany</'
bad 'a country that there is not' report 's/>DE</>QQ</'
bad 'a calling code with zeroes' report 's/"\+49"/"0049"/'
bad 'an extension in words' report 's/n="12"/n="x12"/'
bad 'an address as text' report 's/<city>Berlin<\/city><country>DE<\/country>/Berlin/'
bad 'an age of 151' report 's/<age>30/<age>151/'
bad 'port 0' report 's/>4711</>0</'
bad 'port 65536' report 's/>4711</>65536</'
bad 'an event of no name' report 's/>Upload</>Uploaded</'
bad 'an address without address' report '/<ipAddress>192/d'
bad 'report numbers in one element' report 's/>990000001</>990000001 990000002</'
bad 'an account of no type' report 's/ type="Linked"//'
bad 'a victim without person' report 's/<victimPerson\/>//'
bad 'additionalInfo before the suspect' report '/<additionalInfo/d; s/<personOrUserReported>/<additionalInfo>x<\/additionalInfo>&/'
bad 'invented elements' report 's/<screenName>/<userBio>x<\/userBio>&/'
bad 'a screen name of 257 characters' report "s/harmless/$(printf '%0257d' 0)/"
bad 'a raw ampersand' report 's/images.example\/p\/7/&?a=1\&b=2/'
bad 'a bell' report "s/harmless/$(printf '\007')/"
bad 'another root' report 's/(<.?)report>/\1reports>/'

bad 'a file of no id' file '/<fileId/d'
bad 'a blank id' file 's/0f1e2d3c4b5a69788796a5b4c3d2e1f0/ /'
bad 'a report number in words' file 's/>990000003</>R-1</'
bad 'two addresses of one file' file 's/<ipCapture.*Event>/&&/'
bad 'an address before the class' file '/<industry/{h;d;}; /<ipCapture/{G;}'
bad 'a hash of no type' file 's/ hashType="MD5"//'
bad 'another name for the hash' file 's/originalFileHash/originalBinaryHash/g'
bad 'a relevance before the views' file '/<fileRelevance/d; s/<fileViewed/<fileRelevance>Reported<\/fileRelevance>&/'
bad 'a relevance of no name' file 's/>Reported</>Relevant</'
bad 'a meme and annotations' file 's/<fileAnn/<potentialMeme>true<\/potentialMeme>&/'
bad 'a class that is none' file 's/>B2</>C1</'
bad 'the type on the pair' file 's/<details type="EXIF"><nameValuePair>/<details><nameValuePair type="EXIF">/'
bad 'details without a pair' file 's/<nameV.*Pair>//'
bad 'a location with blanks' file 's/p\/7.jpg/not specified/'

sed 's/<report>/<!DOCTYPE report>&/' "$data/report.xml" >doc.xml
exits 'not: a DOCTYPE, though a schema does not mind' 65 xsdcheck doc.xml

# what it says names the element, and never what is in it
sed 's/>4711</>harmful-4711</' "$data/report.xml" >doc.xml
exits 'a fault has its status' 65 xsdcheck doc.xml
ok 'it names the element' grep -q "element 'port'" got
ok 'it does not quote the content' sh -c '! grep -q harmful got'
[ -n "$lint" ] || echo '# no xmllint: not compared'
done_testing
