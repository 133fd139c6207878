/* vPDQ: the hash of a frame, both forms of text, and comparing as the
 * references do. */
#include "vpdq.h"

#include <stdlib.h>
#include <string.h>

#include "ham.h"
#include "hex.h"

#include "../tap.h"

#define HEX "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"

static struct ct_err err;

/* ---- the hash of a frame ------------------------------------------------- */

static void
hash(void)
{
	static const uint32_t side[][2] = { { 320, 180 }, { 64, 64 },
		{ 1280, 720 }, { 100, 333 }, { 4, 90 }, { 1, 1 } };
	static uint8_t luma[1300 * 720], film[1300 * 720];
	struct ct_vpdq_rows rows;
	struct ct_vpdq_hasher h = { .work = NULL };
	struct ct_vpdq_frame f;
	uint8_t want[CT_PDQ_LEN];
	size_t i, x, y, stride;
	uint32_t w, high;
	int quality, good = 1, far = 0;

	for (i = 0; i < sizeof side / sizeof *side; i++) {
		w = side[i][0];
		high = side[i][1];
		stride = w + i * 3;
		for (y = 0; y < high; y++)
			for (x = 0; x < w; x++)
				luma[y * stride + x] =
				    (uint8_t)((x * x / w + 3 * y +
						  x * y / high) /
					2 % 256);
		rows = (struct ct_vpdq_rows){ luma, (ptrdiff_t)stride, w, high,
			CT_PDQ_GREY };
		good &= ct_vpdq_hash(&h, &rows, &f, &err) == 0 &&
		    ct_pdq_grey(luma, w, high, stride, want, &quality, &err) ==
			0 &&
		    f.quality == quality && ct_ham(f.hash, want) == 0;
		/* the same in the range of films, and from below */
		for (x = 0; x < stride * high; x++)
			film[x] = (uint8_t)((luma[x] * 219 + 127) / 255 + 16);
		rows.at = film;
		rows.pixel = CT_PDQ_FILM;
		far |= ct_vpdq_hash(&h, &rows, &f, &err) ||
		    (quality >= 50 &&
			(abs(f.quality - quality) > 2 ||
			    ct_ham(f.hash, want) > 10));
		rows.at = luma + (high - 1) * stride;
		rows.stride = -rows.stride;
		rows.pixel = CT_PDQ_GREY;
		for (y = 0; y < high / 2; y++)
			for (x = 0; x < w; x++) {
				uint8_t *a = &luma[y * stride + x];
				uint8_t *b = &luma[(high - 1 - y) * stride + x];
				uint8_t c = *a;

				*a = *b;
				*b = c;
			}
		good &= ct_vpdq_hash(&h, &rows, &f, &err) == 0 &&
		    ct_ham(f.hash, want) == 0;
	}
	ok(!far, "those of films, of 16 to 235, nearly the same");
	ok(good && f.quality == 0, "frames of all sizes have the hash of PDQ");
	ct_vpdq_hasher_free(&h);
}

/* ---- text ---------------------------------------------------------------- */

static int
reads(struct ct_vpdq *v, const char *text)
{
	ct_vpdq_free(v);
	return ct_vpdq_read(v, text, strlen(text), &err);
}

/* but for what lies between its members */
static int
same(const struct ct_vpdq_frame *a, const struct ct_vpdq_frame *b)
{
	return ct_ham(a->hash, b->hash) == 0 && a->ms == b->ms &&
	    a->number == b->number && a->quality == b->quality;
}

static const char *const bad_text[] = { "", "\n", "0,100," HEX "\n",
	"0,101," HEX ",0.000\n", "0,100,f8f8,0.000\n", "x,100," HEX ",0.000\n",
	"-1,100," HEX ",0.000\n", "4294967296,100," HEX ",0.000\n",
	"0,100," HEX ",-1.000\n", "0,100," HEX ",nan\n", "0,100," HEX ",1e99\n",
	"0,100," HEX ",1e9.5\n", "0,100," HEX ",1.000 \n",
	"0,100," HEX ",1.000\n\n", "0 ,100," HEX ",1.000\n",
	" 0,100," HEX ",1.000\n" };
static const char *const bad_json[] = { "[", "[,]", "[\"" HEX ",100,1.0\"",
	"[\"" HEX ",100,1.0\",]", "[\"" HEX ",100\"]", "[\"" HEX ",100,1.0]",
	"[\"" HEX ",100,1.0\" \"" HEX ",100,1.0\"]", "[] x",
	"[\"" HEX ",100,1.0,\"]", "[\"" HEX ",100,Infinity\"]", "[{}]" };

static int
all_bad(const char *const *text, size_t n)
{
	struct ct_vpdq v = { .n = 0 };
	int bad = 0;

	for (; n; n--, text++)
		if (reads(&v, *text) == CT_DATAERR)
			bad++;
		else
			printf("# taken: %s\n", *text);
	ct_vpdq_free(&v);
	return bad;
}

static void
text(void)
{
	struct ct_vpdq v = { .n = 0 };
	struct ct_vpdq_frame f = { .ms = 123456, .number = 3701, .quality = 7 };
	char out[CT_VPDQ_LINE];

	(void)ct_unhex(HEX, f.hash, sizeof f.hash);
	ok(ct_vpdq_line(&f, out) == strlen(out) &&
		strcmp(out, "3701,7," HEX ",123.456\n") == 0,
	    "a line");
	ok(reads(&v, out) == 0 && v.n == 1 && same(v.frame, &f),
	    "is read as it was written");
	ok(ct_vpdq_item(&f, out) == strlen(out) &&
		strcmp(out, "\"" HEX ",7,123.456\"") == 0,
	    "an element of JSON");
	f.number = UINT32_MAX;
	f.ms = CT_VPDQ_MS - 1;
	f.quality = 100;
	ok(ct_vpdq_line(&f, out) < sizeof out && reads(&v, out) == 0 &&
		v.frame->ms == f.ms && v.frame->number == f.number,
	    "the largest");
	ok(reads(&v,
	       "0,100," HEX ",0.000\r\n9,50," HEX ",1.5,more,of it\n10,0," HEX
	       ",2") == 0 &&
		v.n == 3 && v.frame[1].ms == 1500 && v.frame[2].ms == 2000,
	    "lines of other writers");
	ok(reads(&v,
	       " [ \"" HEX ",100,0.0\",\n\"" HEX ",50,1.23e+02\" , \"" HEX
	       ",9,4E-1\"]\n") == 0 &&
		v.n == 3 && v.frame[1].ms == 123000 && v.frame[2].ms == 400 &&
		v.frame[2].number == 2 && v.frame[2].quality == 9,
	    "JSON as Python writes it");
	ok(reads(&v, "[]") == 0 && v.n == 0, "JSON of no frame");
	ok(all_bad(bad_text, sizeof bad_text / sizeof *bad_text) ==
		sizeof bad_text / sizeof *bad_text,
	    "what is no line is not taken");
	ok(all_bad(bad_json, sizeof bad_json / sizeof *bad_json) ==
		sizeof bad_json / sizeof *bad_json,
	    "what is no JSON of frames neither");
	ct_vpdq_free(&v);
}

/* ---- comparing ----------------------------------------------------------- */

static void
golden(struct ct_vpdq *v, const char *name)
{
	char path[128], bytes[32768];
	FILE *in;
	size_t n;

	(void)snprintf(
	    path, sizeof path, "t/data/golden/vpdq/%s.vpdq.txt", name);
	in = fopen(path, "r");
	n = in ? fread(bytes, 1, sizeof bytes, in) : 0;
	ok(in && n < sizeof bytes && ct_vpdq_read(v, bytes, n, &err) == 0,
	    "%s: %zu frames", name, v->n);
	if (in)
		(void)fclose(in);
}

static struct ct_vpdq_score
compare(const struct ct_vpdq *a, const struct ct_vpdq *b, int quality,
    int distance, bool every)
{
	struct ct_vpdq_score s = { .query = 99 };
	struct ct_vpdq_set x, y;

	if (ct_vpdq_set(&x, a, quality, &err) ||
	    ct_vpdq_set(&y, b, quality, &err) ||
	    ct_vpdq_compare(&x, &y, distance, every, &s, &err))
		printf("Bail out! %s\n", err.msg);
	ct_vpdq_set_free(&x);
	ct_vpdq_set_free(&y);
	return s;
}

/* Percentages that the reference's C++ printed: strictly less than 32. */
static int
printed(const struct ct_vpdq_score *s, const char *query, const char *compared)
{
	char a[16], b[16];

	(void)snprintf(
	    a, sizeof a, "%.2f", ct_vpdq_percent(s->query_near, s->query));
	(void)snprintf(b, sizeof b, "%.2f",
	    ct_vpdq_percent(s->compared_near, s->compared));
	return strcmp(a, query) == 0 && strcmp(b, compared) == 0;
}

static void
videos(void)
{
	struct ct_vpdq small = { .n = 0 }, whole = { .n = 0 },
		       clip = { .n = 0 }, black = { .n = 0 };
	struct ct_vpdq_score s;

	golden(&small, "g_mandel_15_small.mp4");
	golden(&whole, "g_mandel_30_h264.mp4");
	golden(&clip, "g_mandel_clip_mpeg4.avi");
	golden(&black, "g_black_25.mp4");
	s = compare(&small, &whole, 50, 31, true);
	ok(printed(&s, "100.00", "100.00"), "another size and rate");
	s = compare(&small, &clip, 50, 31, true);
	ok(printed(&s, "62.67", "100.00"), "a clip of it");
	s = compare(&whole, &clip, 50, 31, true);
	ok(printed(&s, "63.33", "100.00"), "the same of the larger");
	ok(!ct_vpdq_match(&s, 80, 0) && ct_vpdq_match(&s, 60, 100) &&
		ct_vpdq_match(&s, 0, 0),
	    "either percentage decides");
	s = compare(&whole, &black, 50, 31, true);
	ok(s.compared == 0 && !ct_vpdq_match(&s, 0, 0) &&
		ct_vpdq_percent(s.compared_near, s.compared) == 0,
	    "a black one has no frame, and no match");
	s = compare(&black, &black, 0, 31, true);
	ok(s.query == 0, "nor with any quality: it is flat");
	ct_vpdq_free(&small);
	ct_vpdq_free(&whole);
	ct_vpdq_free(&clip);
	ct_vpdq_free(&black);
}

/* A hash that differs from HEX in so many bits, from the left. */
static void
add(struct ct_vpdq *v, int bits, int quality)
{
	struct ct_vpdq_frame f = { .quality = (uint8_t)quality };
	int i;

	(void)ct_unhex(HEX, f.hash, sizeof f.hash);
	for (i = 0; i < bits; i++)
		f.hash[i / 8] ^= (uint8_t)(1 << i % 8);
	if (ct_vpdq_add(v, &f, &err))
		printf("Bail out! %s\n", err.msg);
}

static void
rules(void)
{
	struct ct_vpdq a = { .n = 0 }, b = { .n = 0 };
	struct ct_vpdq_score s;

	add(&a, 0, 50);
	add(&a, 0, 100);
	add(&a, 0, 49);
	add(&a, 60, 50);
	add(&b, 31, 50);
	s = compare(&a, &b, 50, 31, false);
	ok(s.query == 2 && s.query_near == 2 && s.compared_near == 1,
	    "at a distance of just 31: from both sides of it");
	s = compare(&a, &b, 50, 30, false);
	ok(s.query_near == 1, "the nearer of the two, 29 bits away");
	s = compare(&a, &b, 50, 28, false);
	ok(s.query_near == 0 && s.compared_near == 0 &&
		!ct_vpdq_match(&s, 0, 0),
	    "none, closer");
	s = compare(&a, &b, 50, 31, true);
	ok(s.query == 3 && s.query_near == 3,
	    "identical hashes count each, of good quality");
	s = compare(&a, &b, 49, 30, true);
	ok(s.query == 4 && s.query_near == 1, "and one of less, if told");
	ct_vpdq_free(&a);
	ct_vpdq_free(&b);
}

int
main(void)
{
	hash();
	text();
	videos();
	rules();
	done();
}
