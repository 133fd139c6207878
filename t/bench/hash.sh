# hash.sh - what hashing costs over decoding alone
# shellcheck shell=sh

# photos SIZE DETAIL N - so many, of about 34 kB, 207 kB or 1.37 MB
photos() {
	for seed in $(seq "$3"); do
		photo --seed "$seed" --size "$1" --detail "$2" "$1-$seed.jpg"
	done
}

hash_rows() {
	photos 640x480 8 32
	photos 1920x1080 53 16
	photos 4000x3000 94 8
	for size in 640x480 1920x1080 4000x3000; do
		speed $size $size-*.jpg
	done
	kernels
	hostile jpeg-bomb-progressive >bomb
	speed bombs bomb
	mkdir many
	for n in $(seq 500); do
		cp 640x480-1.jpg "many/$n.jpg"
	done
	# what is a minute old is kept
	CT_CLOCK=2037-01-01T00:00:00Z speed cache many/*
}
