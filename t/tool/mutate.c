/*
 * mutate - pictures damaged in a million ways, the same ways every time
 *
 * Mutant N is made of seed N modulo their number by one to four changes drawn
 * from N alone.  Some know nothing of pictures: bits flipped at a rate, as
 * zzuf does, bytes set to values at the edge, blocks moved, two seeds joined,
 * the end cut off.  Others know where a JPEG has its segments, a PNG its
 * chunks and a WebP its RIFF chunks: they change lengths, types, sizes of the
 * picture and tables, and the sums of a PNG's chunks are mostly made right
 * again, so that the mutant gets past them.
 *
 * Mutants go to standard output as frames, see ct-frame(5), with the id
 * "mutant:SEED:N"; or into a directory as files N-SEED.
 */
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "image.h"
#include "prog.h"

static const char usage[] =
    "usage: mutate [OPTION...] SEED...\n"
    "  --from N     number of the first mutant (0)\n"
    "  --count N    how many (1000)\n"
    "  --good N     each N-th is the seed itself, its id \"good:SEED:N\"\n"
    "  --cuts N     not these, but each seed cut off at every N-th part of it\n"
    "  --dir DIR    write files into DIR and their names to standard output\n";

#define SEEDS 64
#define ROOM ((size_t)1 << 18) /* bytes of the largest mutant */
#define PARTS 256

struct bytes {
	size_t n;
	uint8_t p[ROOM];
};

static struct seed {
	const char *name;
	uint8_t *p;
	size_t n;
} seed[SEEDS];
static size_t nseeds;

/* ---- chance ---------------------------------------------------------------
 */

static uint64_t state;

/* From 0 to below n; splitmix64 by its published constants. */
static size_t
below(size_t n)
{
	uint64_t z = state += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	z ^= z >> 31;
	return n ? (size_t)(z % n) : 0;
}

/* A value at some edge: of a byte, or of a number of 16 or 32 bits. */
static uint32_t
edge(int bytes)
{
	static const uint32_t of[] = { 0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17,
		63, 64, 65, 127, 128, 129, 254, 255, 256, 257, 511, 512, 4095,
		4096, 30000, 30001, 32767, 32768, 65500, 65535, 65536,
		0x7fffffff, 0x80000000, 0xffffffff };
	uint32_t v = of[below(sizeof of / sizeof of[0])];

	if (below(4) == 0)
		v = (uint32_t)below((size_t)UINT32_MAX + 1);
	return bytes == 1 ? v & 0xff : bytes == 2 ? v & 0xffff : v;
}

/* ---- changes that know nothing of pictures ---------------------------------
 */

/* In place of del bytes at at, ins bytes of p (which is not in b). */
static void
replace(struct bytes *b, size_t at, size_t del, const uint8_t *p, size_t ins)
{
	if (at > b->n)
		at = b->n;
	if (del > b->n - at)
		del = b->n - at;
	if (ins > ROOM - (b->n - del))
		ins = ROOM - (b->n - del);
	memmove(b->p + at + ins, b->p + at + del, b->n - at - del);
	if (ins)
		memcpy(b->p + at, p, ins);
	b->n += ins - del;
}

static void
put(struct bytes *b, size_t at, uint32_t v, int bytes, bool little)
{
	int i;

	for (i = 0; i < bytes && at + (size_t)i < b->n; i++)
		b->p[at + (size_t)i] =
		    (uint8_t)(v >> 8 * (little ? i : bytes - 1 - i));
}

static void
flip(struct bytes *b)
{
	static const size_t rate[] = { 0, 20000, 5000, 1000, 250, 50 };
	size_t bits = b->n * 8, one = rate[below(6)];
	size_t n = one ? bits / one + 1 : 1, at;

	while (n--) {
		at = below(bits);
		b->p[at / 8] ^= (uint8_t)(1 << at % 8);
	}
}

static void
set(struct bytes *b)
{
	int bytes = 1 << below(3);

	put(b, below(b->n), edge(bytes), bytes, below(2));
}

static void
block(struct bytes *b)
{
	static uint8_t copy[ROOM];
	size_t from = below(b->n), to = below(b->n), n, i;

	n = 1 + below(below(2) ? 16 : b->n / 4 + 1);
	if (n > b->n - from)
		n = b->n - from;
	memcpy(copy, b->p + from, n);
	switch (below(5)) {
	case 0:
		replace(b, from, n, NULL, 0);
		break;
	case 1:
		replace(b, to, 0, copy, n);
		break;
	case 2:
		replace(b, to, n, copy, n);
		break;
	case 3:
		replace(b, from, n, NULL, 0);
		replace(b, below(b->n), 0, copy, n);
		break;
	default:
		for (i = 0; i < n; i++)
			b->p[from + i] = (uint8_t)below(256);
	}
}

static void
splice(struct bytes *b)
{
	const struct seed *s = &seed[below(nseeds)];
	size_t at = below(b->n), from = below(2) ? at : below(s->n);

	if (from < s->n)
		replace(b, at, b->n, s->p + from, s->n - from);
}

static void
cut(struct bytes *b)
{
	if (below(2))
		b->n = 1 + below(b->n);
	else
		b->n -= below(b->n < 64 ? b->n : 64);
}

/* ---- pictures in parts ------------------------------------------------------
 */

struct part {
	size_t at, n; /* bytes, its head included */
};

static uint32_t
be(const uint8_t *p, int bytes)
{
	uint32_t v = 0;

	while (bytes--)
		v = v << 8 | *p++;
	return v;
}

/* A JPEG's segments, each scan with its data. */
static size_t
segments(const struct bytes *b, struct part *part)
{
	size_t at = 2, end, n = 0;
	uint8_t m;

	while (n < PARTS && at + 4 <= b->n && b->p[at] == 0xff) {
		m = b->p[at + 1];
		end = at + 2;
		if (m != 0x01 && (m < 0xd0 || m > 0xd9))
			end += be(b->p + end, 2);
		if (m == 0xda)
			for (; end + 1 < b->n; end++)
				if (b->p[end] == 0xff && b->p[end + 1] &&
				    (b->p[end + 1] & 0xf8) != 0xd0)
					break;
		if (end > b->n)
			break;
		part[n++] = (struct part){ at, end - at };
		at = end;
	}
	return n;
}

/* The chunks of a PNG or, little-endian and with even length, of a WebP. */
static size_t
chunks(const struct bytes *b, bool webp, struct part *part)
{
	size_t at = webp ? 12 : 8, n = 0, len;
	const uint8_t *p;

	while (n < PARTS && at + 8 <= b->n) {
		p = b->p + at;
		len = webp ? (uint32_t)p[4] | (uint32_t)p[5] << 8 |
			(uint32_t)p[6] << 16 | (uint32_t)p[7] << 24
			   : be(p, 4);
		len = webp ? 8 + len + (len & 1) : 12 + len;
		if (len > b->n - at)
			break;
		part[n++] = (struct part){ at, len };
		at += len;
	}
	return n;
}

static size_t
parts(const struct bytes *b, struct part *part)
{
	switch (ct_image_kind(b->p, b->n)) {
	case CT_IMAGE_JPEG:
		return segments(b, part);
	case CT_IMAGE_PNG:
		return chunks(b, false, part);
	case CT_IMAGE_WEBP:
		return chunks(b, true, part);
	default:
		return 0;
	}
}

/* Parts gone, twice, many times, elsewhere, or from another seed. */
static void
shuffle(struct bytes *b)
{
	static struct bytes other;
	static uint8_t copy[ROOM];
	struct part part[PARTS], theirs[PARTS];
	size_t n = parts(b, part), i = below(n), j = below(n), times, m;
	const struct seed *s = &seed[below(nseeds)];

	if (!n)
		return;
	memcpy(copy, b->p + part[i].at, part[i].n);
	switch (below(5)) {
	case 0:
		replace(b, part[i].at, part[i].n, NULL, 0);
		break;
	case 1:
		replace(b, part[j].at, 0, copy, part[i].n);
		break;
	case 2:
		times = 1 + below(below(8) ? 4 : 200);
		while (times-- && b->n + part[i].n < ROOM)
			replace(b, part[i].at, 0, copy, part[i].n);
		break;
	case 3:
		replace(b, part[i].at, part[i].n, NULL, 0);
		replace(b, part[j].at, 0, copy, part[i].n);
		break;
	default:
		memcpy(other.p, s->p, other.n = s->n);
		m = parts(&other, theirs);
		if (m) {
			m = below(m);
			replace(b, part[i].at, below(2) ? part[i].n : 0,
			    other.p + theirs[m].at, theirs[m].n);
		}
	}
}

/* Some byte of the part, near its head rather than not. */
static void
inside(struct bytes *b, const struct part *p, size_t head)
{
	size_t n = p->n > head ? p->n - head : 1;

	if (below(4) && n > 64)
		n = 64;
	put(b, p->at + head + below(n), edge(1), 1, false);
}

static void
jpeg_field(struct bytes *b, const struct part *p)
{
	static const uint8_t markers[] = { 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5,
		0xc9, 0xca, 0xcb, 0xcc, 0xcf, 0xd0, 0xd8, 0xd9, 0xda, 0xdb,
		0xdc, 0xdd, 0xde, 0xe0, 0xe1, 0xee, 0xf0, 0xfe, 0x01, 0xff };
	static const uint8_t news[][18] = {
		/* length, then the segment: Adobe's, DRI, DNL, a comment */
		{ 16, 0xff, 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0,
		    0, 0, 1 },
		{ 16, 0xff, 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0,
		    0, 0, 2 },
		{ 6, 0xff, 0xdd, 0, 4, 0, 1 },
		{ 6, 0xff, 0xdc, 0, 4, 0, 200 },
		{ 4, 0xff, 0xfe, 0, 2 },
	};
	uint8_t m = b->p[p->at + 1];
	bool sof =
	    m >= 0xc0 && m <= 0xcf && m != 0xc4 && m != 0xc8 && m != 0xcc;
	const uint8_t *add = news[below(5)];

	switch (below(sof ? 10 : 6)) {
	case 0:
		put(b, p->at + 1, markers[below(sizeof markers)], 1, false);
		break;
	case 1:
		put(b, p->at + 2, edge(2), 2, false);
		break;
	case 2:
		replace(b, p->at, 0, add + 1, add[0]);
		break;
	case 3:
	case 4:
	case 5:
		inside(b, p, 4);
		break;
	case 6: /* height, width, or either of them by little */
	case 7:
		put(b, p->at + (below(2) ? 5 : 7), edge(2), 2, false);
		break;
	default: /* precision, components, sampling, tables */
		put(b, p->at + 4 + below(15), edge(1), 1, false);
	}
}

static void
png_field(struct bytes *b, const struct part *p)
{
	static const char types[][5] = { "IHDR", "PLTE", "IDAT", "IEND", "tRNS",
		"gAMA", "cHRM", "iCCP", "sBIT", "sRGB", "bKGD", "hIST", "pHYs",
		"sPLT", "tEXt", "zTXt", "iTXt", "tIME", "eXIf", "acTL", "fcTL",
		"fdAT", "XXXX", "xxXx" };
	uint8_t news[12 + 40] = { 0 };
	size_t n, i;

	switch (below(6)) {
	case 0:
		put(b, p->at, edge(4), 4, false);
		break;
	case 1:
		memcpy(b->p + p->at + 4, types[below(24)], 4);
		break;
	case 2:
		news[3] = (uint8_t)(n = below(40));
		memcpy(news + 4, types[below(24)], 4);
		for (i = 0; i < n; i++)
			news[8 + i] = (uint8_t)edge(1);
		replace(b, p->at, 0, news, 12 + n);
		break;
	case 3: /* the first is IHDR: width, height, then five of a byte */
		put(b, below(2) ? 16 : 20, edge(2), 4, false);
		break;
	case 4:
		put(b, 24 + below(5), edge(1), 1, false);
		break;
	default:
		inside(b, p, 8);
	}
}

static void
webp_field(struct bytes *b, const struct part *p)
{
	static const char types[][5] = { "VP8 ", "VP8L", "VP8X", "ALPH", "ANIM",
		"ANMF", "ICCP", "EXIF", "XMP ", "RIFF" };

	switch (below(6)) {
	case 0:
		put(b, 4, edge(4), 4, true);
		break;
	case 1:
		put(b, p->at + 4, edge(4), 4, true);
		break;
	case 2:
		memcpy(b->p + p->at, types[below(10)], 4);
		break;
	case 3: /* flags and size are here, whatever its type */
		put(b, p->at + 8 + below(10), edge(2), 2, true);
		break;
	default:
		inside(b, p, 8);
	}
}

static void
field(struct bytes *b)
{
	struct part part[PARTS];
	size_t n = parts(b, part), i = below(n);

	if (!n)
		return;
	switch (ct_image_kind(b->p, b->n)) {
	case CT_IMAGE_JPEG:
		jpeg_field(b, &part[i]);
		break;
	case CT_IMAGE_PNG:
		png_field(b, &part[i]);
		break;
	default:
		webp_field(b, &part[i]);
	}
}

/* CRC-32 as PNG has it, of a chunk's type and data. */
static uint32_t
crc(const uint8_t *p, size_t n)
{
	static uint32_t table[256];
	uint32_t c, i, k;

	if (!table[1])
		for (i = 0; i < 256; table[i++] = c)
			for (c = i, k = 0; k < 8; k++)
				c = c & 1 ? c >> 1 ^ 0xedb88320 : c >> 1;
	for (c = 0xffffffff; n; n--)
		c = table[(c ^ *p++) & 0xff] ^ c >> 8;
	return ~c;
}

static void
mend(struct bytes *b)
{
	struct part part[PARTS];
	size_t n, i;

	if (ct_image_kind(b->p, b->n) != CT_IMAGE_PNG)
		return;
	n = chunks(b, false, part);
	for (i = 0; i < n; i++)
		put(b, part[i].at + part[i].n - 4,
		    crc(b->p + part[i].at + 4, part[i].n - 8), 4, false);
}

/* ---- mutants ----------------------------------------------------------------
 */

static void
mutate(struct bytes *b, size_t number)
{
	static void (*const change[])(struct bytes *) = { flip, flip, set, set,
		block, splice, cut, shuffle, shuffle, field, field, field,
		field };
	const struct seed *s = &seed[number % nseeds];
	size_t n;

	state = (uint64_t)number * 0xd1342543de82ef95U + 1;
	memcpy(b->p, s->p, b->n = s->n);
	for (n = 0; n < 4 && b->n && (n == 0 || below(2)); n++)
		change[below(sizeof change / sizeof change[0])](b);
	if (below(5))
		mend(b);
}

static void
frame(const struct bytes *b, const char *kind, const char *name, size_t number)
{
	(void)printf(
	    "{\"id\":\"%s:%s:%zu\",\"frame\":true}\n", kind, name, number);
	if (b->n)
		(void)printf("%zx\n", b->n);
	(void)fwrite(b->p, 1, b->n, stdout);
	(void)printf("0 ok\n");
}

static void
file(const struct bytes *b, const char *dir, const char *name, size_t number)
{
	char *path = ct_printf("%s/%zu-%s", dir, number, name);
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(b->p, 1, b->n, f) != b->n || fclose(f))
		ct_die(CT_CANTCREAT, "cannot write '%s'", path);
	(void)printf("%s\n", path);
	free(path);
}

static void
take(const char *path)
{
	struct seed *s = &seed[nseeds++];
	const char *slash = strrchr(path, '/');
	struct ct_err err;

	if (nseeds > SEEDS ||
	    ct_file_read(path, ROOM / 2, &s->p, &s->n, &err) || !s->n)
		ct_die(CT_NOINPUT, "'%s' is no seed", path);
	s->name = slash ? slash + 1 : path;
}

/* Each seed as long as 0, 1, ... parts of it. */
static void
cuts(size_t parts)
{
	static struct bytes b;
	size_t s, i;

	for (s = 0; s < nseeds; s++)
		for (i = 0; i < parts; i++) {
			b.n = seed[s].n * i / parts;
			memcpy(b.p, seed[s].p, b.n);
			frame(&b, "cut", seed[s].name, i);
		}
}

int
main(int argc, char *argv[])
{
	static const struct option longopt[] = {
		{ "from", required_argument, NULL, 'f' },
		{ "count", required_argument, NULL, 'c' },
		{ "good", required_argument, NULL, 'g' },
		{ "cuts", required_argument, NULL, 'C' },
		{ "dir", required_argument, NULL, 'd' },
		{ NULL, 0, NULL, 0 },
	};
	static struct bytes b;
	size_t from = 0, count = 1000, good = 0, parts = 0, i;
	const char *dir = NULL, *name;
	bool whole;
	int c;

	ct_start("mutate");
	while ((c = getopt_long(argc, argv, "", longopt, NULL)) != -1)
		if (c == 'f')
			from = (size_t)ct_number("--from", optarg, 0, 1L << 40);
		else if (c == 'c')
			count =
			    (size_t)ct_number("--count", optarg, 0, 1L << 40);
		else if (c == 'g')
			good = (size_t)ct_number("--good", optarg, 2, 1L << 40);
		else if (c == 'C')
			parts = (size_t)ct_number("--cuts", optarg, 1, 10000);
		else if (c == 'd')
			dir = optarg;
		else
			ct_usage(usage);
	while (optind < argc)
		take(argv[optind++]);
	if (!nseeds)
		ct_usage(usage);
	if (parts)
		cuts(parts);
	for (i = from; !parts && i < from + count; i++) {
		whole = good && i % good == good - 1;
		name = seed[i % nseeds].name;
		mutate(&b, i);
		if (whole)
			memcpy(
			    b.p, seed[i % nseeds].p, b.n = seed[i % nseeds].n);
		if (dir)
			file(&b, dir, name, i);
		else
			frame(&b, whole ? "good" : "mutant", name, i);
	}
	if (fflush(stdout) || ferror(stdout))
		ct_die(CT_IOERR, "cannot write");
	return 0;
}
