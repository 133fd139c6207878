# mutants.sh - damaged pictures through ct-hash
# shellcheck shell=sh

# seeds - the pictures that mutants are made of, as files seed-*
seeds() {
	mkpix --seed 1 --size 96x72 --quality 60 seed-base.jpg &&
		mkpix --seed 2 --size 80x100 --quality 50 --progressive seed-prog.jpg &&
		mkpix --seed 3 --size 96x72 --quality 50 --arithmetic seed-arith.jpg &&
		mkpix --seed 4 --size 72x64 --quality 50 --cmyk seed-cmyk.jpg &&
		mkpix --seed 10 --size 72x80 --quality 50 --ycck --sampling 21 --apart seed-ycck.jpg &&
		mkpix --seed 5 --size 96x72 --quality 50 --gray --restart 1 seed-gray.jpg &&
		mkpix --seed 6 --size 64x64 --stored --gray seed-plain.png &&
		mkpix --seed 7 --size 64x72 --interlaced --alpha seed-inter.png &&
		mkpix --seed 8 --size 80x64 --palette --stored seed-pal.png &&
		mkpix --seed 9 --size 64x64 --16bit seed-deep.png &&
		mkpix --seed 11 --size 72x64 --quality 50 seed-lossy.webp &&
		mkpix --seed 12 --size 64x64 --lossless --alpha seed-less.webp
}

# in_order COUNT - reads the records of COUNT mutants: a record each, in order,
# and of each seed among them the record that seeds.out has; prints what is not
# so, and else the number of seeds
in_order() {
	awk -v count="$1" '
		function rest(line) { return substr(line, index(line, "\"file\":")) }
		FILENAME == "seeds.out" {
			match($0, /seed-[a-z.]*/)
			want[substr($0, RSTART, RLENGTH)] = rest($0)
			next
		}
		{
			split($0, quoted, "\"")
			split(quoted[4], id, ":")
			if (id[3] != n++) { print "record " n " is " quoted[4]; bad = 1; exit }
			if (id[1] == "good") {
				good++
				if (want[id[2]] != rest($0)) { print quoted[4] " is not as it was"; bad = 1 }
			}
		}
		END {
			if (n != count && !bad) print n " records of " count
			else if (!bad) print good
		}' seeds.out -
}

# mutants COUNT - that many, by make fuzz-mutants
mutants() (
	tmp=$(mktemp -d) && cd "$tmp" || exit 1
	trap 'rm -rf "$tmp"' EXIT
	trap 'exit 1' HUP INT TERM
	seeds || exit 1
	ct-hash -q seed-* >seeds.out
	mutate --count "$1" --good 100 seed-* |
		{ ct-hash; echo $? >status; } | in_order "$1" >good
	if [ "$(cat good)" != $(($1 / 100)) ] || [ "$(cat status)" != 0 ]; then
		echo "mutants: $(cat good); exit $(cat status)" >&2
		exit 1
	fi
	echo "$1 mutants, one record each, in order; $(cat good) seeds among them all right"
)
