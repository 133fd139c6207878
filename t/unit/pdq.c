/* Every kernel gives the bits of the reference, and what they imply. */
#include "pdq.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "hex.h"
#include "prog.h"
#include "rec.h"

#include "../tap.h"

static int
hash_by(enum ct_pdq_method method, const float *luma, uint32_t w, uint32_t h,
    uint8_t hash[8][32], bool *sure)
{
	struct ct_pdq_shape shape = {
		.method = method, .w = w, .h = h, .eighths = 8
	};
	void *work = malloc(ct_pdq_need(&shape)); /* for the sanitizer */
	struct ct_pdq p;
	uint8_t one[32];
	uint32_t y;
	int q;

	ct_pdq_start(&p, &shape, work);
	for (y = 0; y < h; y++)
		ct_pdq_luma(&p, luma + (size_t)y * w);
	q = ct_pdq_end(&p, one);
	ct_pdq_turns(&p, hash);
	*sure = ct_pdq_sure_turned(&p) && memcmp(one, hash[0], 32) == 0;
	free(work);
	return q;
}

static int
hash_of(const float *luma, uint32_t w, uint32_t h, uint8_t hash[32])
{
	uint8_t turned[8][32];
	bool sure;
	int q = hash_by(CT_PDQ_EXACT, luma, w, h, turned, &sure);

	memcpy(hash, turned[0], 32);
	return q;
}

static int
ones(const uint8_t hash[32])
{
	int i, n = 0;

	for (i = 0; i < 256; i++)
		n += hash[i / 8] >> i % 8 & 1;
	return n;
}

static int
apart(const uint8_t a[32], const uint8_t b[32])
{
	int i, n = 0;

	for (i = 0; i < 256; i++)
		n += (a[i / 8] ^ b[i / 8]) >> i % 8 & 1;
	return n;
}

/* Is a hash turned by itself near to that of the reference? */
static bool
turned_near(uint8_t hash[8][32], int quality)
{
	uint8_t got[32];
	bool good = true;
	size_t i;

	for (i = 0; i < 8; i++) {
		ct_pdq_turned(hash[0], i, got);
		good = good && apart(got, hash[i]) <= (i == 0 ? 0 : 16);
	}
	return good || quality < CT_PDQ_GOOD;
}

/* By every kernel and method: what the reference makes of this matrix? */
static void
like(const json_t *want, const float *luma, uint32_t w, uint32_t h)
{
	const json_t *turned = ct_rec_get(want, "dihedral");
	const char *name = ct_rec_text(want, "file"), *kernel;
	uint8_t expect[8][32], hash[8][32];
	bool sure, good;
	size_t i;
	int k, q;

	for (good = true, i = 0; i < 8; i++)
		good = good &&
		    ct_unhex(json_string_value(json_array_get(turned, i)),
			expect[i], 32) == 0;
	ok(good, "%s: eight hashes to compare with", name);
	for (k = 0; (kernel = ct_pdq_force(k)); k++) {
		q = hash_by(CT_PDQ_EXACT, luma, w, h, hash, &sure);
		ok(q == json_integer_value(ct_rec_get(want, "quality")) &&
			sure && memcmp(hash, expect, sizeof hash) == 0,
		    "%s: %s, quality and eight hashes", name, kernel);
		q = hash_by(CT_PDQ_TENT, luma, w, h, hash, &sure);
		ok(!sure ||
			(q == json_integer_value(ct_rec_get(want, "quality")) &&
			    memcmp(hash, expect, sizeof hash) == 0),
		    "%s: %s, by tent", name, kernel);
	}
	(void)ct_pdq_force(0);
	ok(turned_near(
	       expect, (int)json_integer_value(ct_rec_get(want, "quality"))),
	    "%s: turned without the picture", name);
	ok(ones(expect[0]) <= 128 && (w < 64 || ones(expect[0]) == 128),
	    "%s: half of the bits are ones", name);
}

/* One matrix that the reference hashed: the line of luma.ndjson tells. */
static void
golden(const char *dir, const json_t *want)
{
	const char *name = ct_rec_text(want, "file");
	uint32_t w = (uint32_t)json_integer_value(ct_rec_get(want, "w"));
	uint32_t h = (uint32_t)json_integer_value(ct_rec_get(want, "h"));
	char *path = ct_printf("%s/%s", dir, name);
	bool wide = strcmp(ct_rec_text(want, "dtype"), "uint8") != 0;
	size_t n = (size_t)w * h, len, i;
	float *luma = ct_alloc(n, sizeof *luma);
	struct ct_err err = { 0 };
	uint8_t *raw;

	if (ct_file_read(path, 1 << 20, &raw, &len, &err))
		ct_die_err(&err);
	if (len != n * (wide ? sizeof *luma : 1))
		ct_die(CT_DATAERR, "'%s' is of another size", path);
	if (wide)
		memcpy(luma, raw, len);
	else
		for (i = 0; i < n; i++)
			luma[i] = (float)raw[i];
	like(want, luma, w, h);
	free(raw);
	free(luma);
	free(path);
}

/* Cosines that no symmetry ties. */
static void
waves(float *luma, uint32_t w, uint32_t h, float shift)
{
	uint32_t x, y;

	for (y = 0; y < h; y++)
		for (x = 0; x < w; x++)
			luma[(size_t)y * w + x] = 128 +
			    60 * sinf((float)(3 * x + 7 * y + 11) / 9) +
			    50 * cosf((float)x * (float)y / 77 + shift);
}

int
main(int argc, char *argv[])
{
	static const uint32_t side[] = { 1, 4, 5, 63, 64, 65, 128, 129, 256,
		257, 384, 385, 1000 };
	static float luma[1000 * 1000];
	char *dir = ct_strdup(argv[0]), *slash, *list, *line, *next;
	uint8_t hash[32], other[32], none[32] = { 0 };
	struct ct_err err = { 0 };
	size_t i, len;
	uint8_t *text;
	json_t *want;

	(void)argc;
	if ((slash = strrchr(dir, '/')))
		*slash = '\0';
	list = ct_printf("%s/../data/golden", slash ? dir : ".");
	free(dir);
	dir = list;
	list = ct_printf("%s/luma.ndjson", dir);
	if (ct_file_read(list, 1 << 20, &text, &len, &err))
		ct_die_err(&err);
	for (line = (char *)text; *line; line = next + 1) {
		next = line + strcspn(line, "\n");
		want = ct_json_object(line, (size_t)(next - line), &err);
		golden(dir, want);
		json_decref(want);
	}
	for (i = 0; i < sizeof side / sizeof *side; i++) {
		waves(luma, side[i], 1000, 0);
		(void)hash_of(luma, side[i], 1000, hash);
		ok(ones(hash) == (side[i] < CT_PDQ_MIN ? 0 : 128), "%u columns",
		    (unsigned)side[i]);
		waves(luma, 1000, side[i], 0);
		(void)hash_of(luma, 1000, side[i], hash);
		ok(ones(hash) == (side[i] < CT_PDQ_MIN ? 0 : 128), "%u rows",
		    (unsigned)side[i]);
	}
	ok(hash_of(luma, 4, 1000, hash) == 0 && memcmp(hash, none, 32) == 0,
	    "a side under 5: zero, quality 0");
	waves(luma, 300, 200, 0);
	(void)hash_of(luma, 300, 200, hash);
	waves(luma, 300, 200, 2);
	(void)hash_of(luma, 300, 200, other);
	ok(memcmp(hash, other, 32) != 0, "another picture, another hash");
	for (i = 0; i < 300 * 200; i++)
		luma[i] = 0;
	ok(hash_of(luma, 300, 200, hash) == 0 && ones(hash) == 0,
	    "black: no bit, quality 0");
	free(text);
	free(list);
	free(dir);
	done();
}
