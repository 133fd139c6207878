# review.sh - what the queue of people costs when it is long
# shellcheck shell=sh disable=SC2154

review_rows() {
	"$bench/jobs" state 100000
	rm -r state
	[ -z "${BIG-}" ] || "$bench/jobs" state 1000000
	rm -rf state
	look_rows
}

# what a person waits for a picture in a browser
look_rows() {
	mkdir pics
	mkpix --size 4000x3000 pics/1.jpg
	for i in 2 3 4 5 6 7 8; do
		cp pics/1.jpg pics/$i.jpg
	done
	ct-hash -q --user u1 pics/*.jpg | ct-review add -aq -d state >/dev/null
	"$bench/look" state 8
	rm -rf pics state
}
