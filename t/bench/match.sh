# match.sh - what searching costs: FAISS, brute force and ours on the same data
# shellcheck shell=sh
#
# One thread, what differs in at most 31 bits.  Ours is measured before and
# after the other side, and its median counts.  A ratio is told only of two
# sides that found the same, by the sum over all they found; else the row has
# failed.  With BIG=1 there are 1e7 hashes, too.

# ---- measuring --------------------------------------------------------------

# ask ENGINE - what it takes for $q hashes of the file $from, in $n of $data
ask() {
	case $1 in
	multihash) anchor "$1" "$data" "$n" "$from" "$q" 31 ;;
	scalar | avx2) CT_CPU=$1 near ring "$data" "$n" "$from" "$q" 31 ;;
	*) near "$1" "$data" "$n" "$from" "$q" 31 ;;
	esac
}

# turns OURS THEIRS - the files ours, theirs: engines in turn
turns() {
	ask "$1" >ours
	ask "$1" >>ours
	ask "$2" >theirs
	ask "$1" >>ours
	ask "$1" >>ours
}

# middle FIELD FILE - the median of what its lines of NAME=VALUE say
middle() {
	tr ' ' '\n' <"$2" | sed -n "s/^$1=//p" | sort -n | awk '
		{ v[NR] = $1 }
		END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

# short EXPRESSION - three digits of it, or all of those before the point
short() {
	awk "BEGIN { v = $1
		printf v < 10 ? \"%.2f\" : v < 100 ? \"%.1f\" : \"%.0f\", v }"
}

# same - did ours and theirs find the same?
same() {
	cat ours theirs | awk '
		{ sub(/.* matches=/, "") }
		NR > 1 && $0 != last { bad = 1 }
		{ last = $0 }
		END { exit bad || NR < 2 }'
}

# over NAME ROW LIMIT - microseconds a query of theirs over ours
over() {
	if same && ! grep -q ' matches=0 ' ours; then
		a=$(middle us ours) b=$(middle us theirs)
		row "$1" "$2" "$(short "$b"), $(short "$a") us" \
		    "$(short "$b / $a")" "$3"
	else
		row "$1" "$2" 'not the same found' - failed
	fi
}

# ---- queries ----------------------------------------------------------------

# search WHAT DATA N PLAN Q FAISS BRUTE - those two with their limits
search() {
	data=$2.db n=$3 from=queries.db q=$5
	hashes query "$data" "$n" "$2.new" "$q" 1 >queries.db
	turns "$4" pairs
	over "search, $1" "blocked brute force over $4" "$7"
	if command -v anchor >/dev/null; then
		turns "$4" multihash
		over "search, $1" "FAISS MultiHash over $4" "$6"
	fi
}

# arrays WHAT BUILD - how large they are; seconds to make them, with a limit
arrays() {
	row "search, $1" 'all arrays, bytes a hash' - "$(middle bytes ours)" 136
	row "search, $1" 'build, s' - "$(short "$(middle build_s ours)")" "$2"
}

kernels_of_search() {
	data=uniform.db n=1000000 from=queries.db q=10000
	hashes query $data $n uniform.new $q 1 >queries.db
	best=$(ask ring | sed 's/.*kernel=//; s/ .*//')
	turns ring scalar
	over 'search, kernels' "scalar over $best" -
	if [ "$best" = avx512 ]; then
		turns ring avx2
		over 'search, kernels' "avx2 over $best" 2
	fi
}

# cluster DATA ROW - the 99th of 100 queries one by one
cluster() {
	name='search, 99th of 100 queries, in brute passes'
	data=$1 n=1000000 q=100
	for from in near.db inside.db; do
		REPS=2 ask ring >ours
		REPS=2 ask brute >theirs
		REPS=2 ask ring >>ours
		a=$(middle p99_us ours) b=$(middle p50_us theirs)
		if same; then
			row "$name" "$2, ${from%.db} it" \
			    "$(short "$b"), $(short "$a") us" \
			    "$(short "$a / $b")" 2
		else
			row "$name" "$2, ${from%.db} it" \
			    'not the same found' - failed
		fi
	done
}

# clusters - of 1e6, 1e5 are nearly the same: the last ones, or every tenth;
# queries are 40 to 70 bits from some of them, or they themselves
clusters() {
	hashes cluster 1000000 5 >last.db
	hashes cluster 1000000 5 spread >tenth.db
	tail -c 3200 last.db >inside.db
	hashes away inside.db 40 70 100 7 >near.db
	cluster last.db 'cluster at the end'
	cluster tenth.db 'cluster spread'
	rm last.db tenth.db
}

# rescan D NS TIMES REPS - 1e6 stored hashes asked for D new ones
rescan() {
	name="rescan: 1e6 uniform, $1 new, ns a stored one"
	data=queries.db n=$1 from=uniform.db q=1000000 REPS=$4
	export REPS
	hashes query uniform.db 1000000 uniform.new "$n" 2 >queries.db
	turns each pairs
	row "$name" 'index of the new' - \
	    "$(short "$(middle us ours) * 1000")" "$2"
	over "$name" 'blocked brute force over it' "$3"
	unset REPS
}

# ---- the program ------------------------------------------------------------

# agree - does ct-match find what near does, on any number of threads?
agree() {
	for jobs in 1 2; do
		CT_CLOCK=2030-01-01T00:00:00Z ct-match -aq -j$jobs -l index \
		    <records.jsonl >out.$jobs
	done
	cmp -s out.1 out.2 || return 1
	# and the MD5 of every hundredth is listed
	sed 's/.*"total":\([0-9]*\).*/\1/' out.1 | awk -v lines="$lines" '
		{ sum += $0 }
		END { print sum - lines / 100; exit NR != lines }' >ours
	data=uniform.db n=1000000 from=queries.db q=$lines
	REPS=1 ask ring | sed 's/.* matches=//; s/ .*//' | cmp -s - ours
}

# filter NAME - all of the records
filter() {
	rm -f ours theirs
	for _ in 1 2 3; do
		took 1 ct-match -aq -j1 -l index <records.jsonl >>theirs
		took 1 ct-match -aq -j2 -l index <records.jsonl >>ours
	done
	a=$(middle wall ours) b=$(middle wall theirs) c=$(middle cpu theirs)
	row "$1" '-j1, records a second of CPU' \
	    "$(short "$c / $lines * 1e6") us" "$(short "$lines / $c")" \
	    '>100000'
	row "$1" '-j2, wall: times faster' "$(short "$lines / $a")/s" \
	    "$(short "$b / $a")" '>1.8'
}

# first NAME ROW INDEX - one record, from exec to the end of the process
first() {
	took 3 ct-match -aq -l "$3" <one >theirs
	took 41 ct-match -aq -l "$3" <one >ours
	row "$1" "$2" "$(short "$(middle cpu ours) * 1000") ms CPU" \
	    "$(short "$(middle wall ours) * 1000")" 20
}

program() {
	name='ct-match, index of 1e6 PDQ and 1e6 MD5' lines=200000
	lines pdq uniform.db 1000000 >list
	lines md5 1000000 7 >>list
	took 1 ct-match build -o index <list >ours
	row "$name" 'build of the index, s of CPU' \
	    "$(short "$(middle wall ours)") s wall" \
	    "$(short "$(middle cpu ours)")" -
	hashes query uniform.db 1000000 uniform.new $lines 1 >queries.db
	lines records queries.db $lines 7 >records.jsonl
	if agree; then
		filter "$name"
	else
		row "$name" 'all records' 'not the same found' - failed
	fi
	head -n 1 records.jsonl >one
	first "$name" 'start to answer, ms' index
}

# ---- all --------------------------------------------------------------------

big() {
	search '1e7 uniform' uniform 10000000 ring 200 '>800' '>40'
	arrays '1e7 uniform' -
	search '1e7 real' real 10000000 ring 200 '>1000' '>40'
	name='ct-match, index of 1e7 PDQ'
	lines pdq uniform.db 10000000 >list
	took 1 ct-match build -o index <list >ours
	row "$name" 'build of the index, s of CPU' \
	    "$(short "$(middle wall ours)") s wall" \
	    "$(short "$(middle cpu ours)")" -
	first "$name" 'start to answer, ms' index
}

match_rows() {
	most=1000000
	[ -z "${BIG-}" ] || most=10000000
	hashes uniform $most 1 >uniform.db
	hashes real $most 2 >real.db
	hashes uniform 200000 3 >uniform.new
	hashes real 20000 4 >real.new
	command -v anchor >/dev/null ||
		row 'search, against FAISS' 'left out: t/bench/anchor' \
		    'is not built' - -
	search '1e5 uniform' uniform 100000 wide 5000 '>100' -
	search '1e5 real' real 100000 wide 5000 '>100' -
	search '1e6 uniform' uniform 1000000 ring 500 '>150' '>15'
	arrays '1e6 uniform' 1.5
	search '1e6 real' real 1000000 ring 500 '>300' '>15'
	kernels_of_search
	clusters
	rescan 10000 250 '>6' 3
	rescan 100000 900 '>15' 1
	program
	if [ -n "${BIG-}" ]; then
		big
	else
		row 'search, 1e7' 'left out: takes long' 'make bench BIG=1' - -
	fi
}
