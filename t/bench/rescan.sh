# rescan.sh - a bucket of OpenStack Swift in which nothing is new
# shellcheck shell=sh disable=SC2034,SC2154
#
# What a rescan costs over the listing alone, by the clock; all in turns.

# filled N - so many objects of no bytes
filled() {
	: >empty
	{
		printf 'aws-sigv4 = "aws:amz:us-east-1:s3"\nheader = "x-amz-content-sha256: UNSIGNED-PAYLOAD"\n'
		seq -f "$url/u%05g/a.jpg" "$1" |
		    sed 's/.*/url = "&"\nupload-file = "empty"\noutput = "\/dev\/null"/'
	} >puts
	curl -q -s --no-progress-meter -K puts --parallel --parallel-max 8
}

rescan_rows() {
	n=${RESCAN:-5000}
	with_swift || return 0 # of objects.sh
	filled "$n"
	printf '[source own]\ntype = file\npath = own.list\n' >>web.conf
	echo "md5 0cc175b9c0f1b6a831c399e269772661 x" >own.list
	CT_HOME=$PWD/state CT_CONF=$PWD/web.conf
	export CT_HOME CT_CONF
	ct-syncdb -q sync
	# done_with of seen.sh
	ct-ls -q s3://vaults | done_with | ct-seen put -q --store vaults >kept
	[ "$(grep -c . kept)" -eq "$n" ]
	[ "$(ct-ls -q s3://vaults | ct-seen new -q --store vaults | wc -l)" -eq 0 ]
	: >ls.took
	: >new.took
	: >rescan.took
	for turn in 1 2 3 4 5; do
		took 1 ct-ls -q -j 8 s3://vaults </dev/null >>ls.took
		took 1 sh -c 'ct-ls -q -j 8 s3://vaults | ct-seen new -q --store vaults' \
		    </dev/null >>new.took
		took 1 "$bench/../../scripts/ct-rescan" -q s3://vaults </dev/null >>rescan.took
	done
	alone=$(middle wall ls.took)
	row "$n objects of Swift, none new" 'ct-ls alone' "$(short "$alone") s" - -
	for of in new rescan; do
		what=ct-rescan
		[ $of = rescan ] || what='ct-ls | ct-seen new'
		ours=$(middle wall $of.took)
		row "$n objects of Swift, none new" "$what, over it" "$(short "$ours") s" \
		    "$(short "$ours / $alone")" 1.2
	done
	unset CT_HOME CT_CONF
}
