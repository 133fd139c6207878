# seen.sh - a listing against a store, and a list that grew against all of it
# shellcheck shell=sh disable=SC2154
#
# A store of a million made-up objects, with BIG=1 of ten million; all in
# seconds of CPU of one thread.

# matches LIST - how many the store has of it
matches() {
	ct-seen match -q --store bench --delta "$1" | wc -l
}

# done_with - what becomes of these lines
done_with() {
	sed 's/}}$/},"file":{"size":1,"decode":"ok"},"hashes":{"md5":"900150983cd24fb0d6963f7d28e17f72","pdq":"d8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"},"match":{"verdict":"clean","total":0,"hits":[],"db":{"generation":1,"age_s":1}}}/'
}

seen_rows() {
	objects=1000000 lines=1000000 limit=- # most of it is the list then
	[ -z "${BIG-}" ] || objects=10000000 limit=3
	name="ct-seen, $objects objects"
	CT_HOME=$PWD/state
	export CT_HOME
	wait_for stock store state bench $objects >made
	row "$name" 'store made, us an object' "$(cut -d ' ' -f 1 made) s" \
	    "$(short "$(cut -d ' ' -f 1 made) / $objects * 1e6")" -
	ct-seen stats --store bench | tr '{,:' '\n ' |
	    sed -n 's/.*"bytes" *//p; s/.*"key_bytes" *//p' | paste -sd ' ' >sizes
	row "$name" 'bytes an object, without its key' "$(cut -d ' ' -f 1 sizes) in all" \
	    "$(short "($(cut -d ' ' -f 1 sizes) - $(cut -d ' ' -f 2 sizes)) / $objects")" 160
	stock listing "$lines" >all
	[ "$(ct-seen new -q --store bench <all | wc -l)" -eq 0 ]
	took 5 ct-seen new -q --store bench <all >ours
	c=$(middle cpu ours)
	row "$name" 'new: unchanged lines a second' "$(short "$c / $lines * 1e9") ns" \
	    "$(short "$lines / $c")" '>300000'
	listing pages 300 # of buckets.sh
	ct-ls -q --replay pages s3://media | done_with | ct-seen put -q --store pages >kept
	[ "$(wc -l <kept)" -eq 300000 ]
	took 3 sh -c 'ct-ls -q --replay pages s3://media | ct-seen new -q --store pages' </dev/null >ours
	c=$(middle cpu ours)
	row "$name" '  of ct-ls --replay, with its time' "$(short "$c / 300000 * 1e9") ns" \
	    "$(short "300000 / $c")" '>300000'
	rm -r pages
	head -n 200000 all | shuf --random-source=all >mixed
	took 3 ct-seen new -q --store bench <mixed >ours
	c=$(middle cpu ours)
	row "$name" '  in no order' "$(short "$c / 200000 * 1e9") ns" \
	    "$(short "200000 / $c")" -
	head -n 100000 all | done_with >handled
	took 1 ct-seen put -q --store other <handled >ours
	c=$(middle cpu ours)
	row "$name" 'put: lines a second' "$(short "$c / 100000 * 1e6") us" \
	    "$(short "100000 / $c")" -
	hashes uniform 10000 3 >new.db
	lines pdq new.db 10000 >pdqs
	took 3 ct-seen match -q -j 1 --store bench --delta pdqs >ours
	c=$(middle cpu ours)
	row "$name" 'match, 1e4 new: s of ten million' "$(short "$c / $objects * 1e9") ns" \
	    "$(short "$c / $objects * 1e7")" "$limit"
	{ cat pdqs && lines md5 10000 7 && stock known $objects 10000; } >news
	[ "$(matches news)" -eq $((objects * 2 / 10000)) ]
	took 3 ct-seen match -q -j 1 --store bench --delta news >ours
	c=$(middle cpu ours)
	row "$name" '  1.2e4 digests besides, 2e3 of them known' "$(short "$c / $objects * 1e9") ns" \
	    "$(short "$c / $objects * 1e7")" -
	hashes uniform 1000000 9 >stored.db
	REPS=2 near each new.db 10000 stored.db 1000000 31 >theirs
	b=$(middle us theirs)
	row "$name" '  over ct_near_each of as many alone' "$(short "$b * 1000") ns" \
	    "$(short "$c / $objects * 1e6 / $b")" 2
	rm -rf state/seen/bench
	films
	unset CT_HOME
	rm -rf state
}

# films - a hundred frames each, as many as there are objects above
films() {
	name="ct-seen, videos of $objects frames"
	wait_for stock films state films $((objects / 100)) 100 >made
	row "$name" 'store made, us a frame' "$(cut -d ' ' -f 1 made) s" \
	    "$(short "$(cut -d ' ' -f 1 made) / $objects * 1e6")" -
	ct-seen stats --store films | tr '{,:' '\n ' | sed -n 's/.*"bytes" *//p' >sizes
	row "$name" 'bytes a frame' "$(cut -d ' ' -f 1 sizes) in all" \
	    "$(short "$(cut -d ' ' -f 1 sizes) / $objects")" -
	for i in 3 777; do # and 9,800 hashes of others
		stock clip $i 100 >clip.$i
		echo "vpdq clip.$i listed$i"
	done >clips
	sed 's/^.*pdq /pdq /' pdqs | head -n 9800 >>clips
	[ "$(ct-seen match -q --store films --delta clips | wc -l)" -eq 2 ]
	took 3 ct-seen match -q -j 1 --store films --delta clips >ours
	c=$(middle cpu ours)
	row "$name" 'match, 1e4 new: s of ten million' "$(short "$c / $objects * 1e9") ns" \
	    "$(short "$c / $objects * 1e7")" "$limit"
}
