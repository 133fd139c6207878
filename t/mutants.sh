# mutants.sh - the pictures that mutants are made of, as files seed-*
# shellcheck shell=sh

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
