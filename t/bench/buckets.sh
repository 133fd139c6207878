# buckets.sh - what a listing costs before any byte of an object is read
# shellcheck shell=sh disable=SC2154
#
# Pages as S3 sends them, of keys of 45 bytes, are listed again from a directory:
# what counts is the CPU time, of all else a store is the slower one.

# listing DIR N - N thousand objects, a page for each thousand
listing() {
	mkdir -p "$1"
	awk -v dir="$1" -v n="$2" 'BEGIN {
		for (p = 0; p < n; p++) {
			file = sprintf("%s/%09d.xml", dir, p)
			printf "%s\n%s", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
			    "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" \
			    "<Name>media</Name><Prefix></Prefix><KeyCount>1000</KeyCount><MaxKeys>1000</MaxKeys>" \
			    "<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>" >file
			for (i = 0; i < 1000; i++) {
				k = p * 1000 + i
				printf "<Contents><Key>u%08d/photos/2026/%08x%%20%09d.jpg</Key>" \
				    "<LastModified>2026-11-%02dT08:%02d:00.000Z</LastModified>" \
				    "<ETag>&quot;%032x&quot;</ETag><Size>%d</Size>" \
				    "<StorageClass>STANDARD</StorageClass></Contents>", \
				    k / 100, k * 2654435761 % 4294967296, k, \
				    k % 28 + 1, k % 60, k, 48213 + k >file
			}
			printf "</ListBucketResult>" >file
			close(file)
		}
	}'
}

buckets_rows() {
	n=300
	listing pages $n
	took 3 ct-ls -q --replay pages s3://media </dev/null |
	    sed 's/.*cpu=\([0-9.]*\).*/\1/' >cpu
	row "a listing of ${n},000 objects" 'ct-ls --replay, objects a CPU second' \
	    "$(awk -v n=$n '{ printf "%.0f", n * 1000 / $1 }' cpu)" \
	    "$(awk -v n=$n '{ printf "%.2f", n * 1000 / $1 / 600000 }' cpu)" '>1'
}
