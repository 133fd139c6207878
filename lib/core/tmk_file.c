/* tmk_file.c - the bytes of a .tmk file: little-endian, of one size only */
#include <math.h>
#include <string.h>

#include "tmk_impl.h"

#define MAGIC "TMK1FVECPDQF"
#define LARGEST 1e9F /* of a number that is read */

static void
put32(uint8_t **at, uint32_t v)
{
	int i;

	for (i = 0; i < 4; i++, v >>= 8)
		*(*at)++ = (uint8_t)v;
}

static uint32_t
get32(const uint8_t **at)
{
	uint32_t v = 0;
	int i;

	for (i = 0; i < 4; i++)
		v |= (uint32_t) * (*at)++ << 8 * i;
	return v;
}

static void
put_floats(uint8_t **at, const float *f, size_t n)
{
	uint32_t v;

	for (; n; n--, f++) {
		memcpy(&v, f, sizeof v);
		put32(at, v);
	}
}

static bool
get_floats(const uint8_t **at, float *f, size_t n)
{
	uint32_t v;
	bool good = true;

	for (; n; n--, f++) {
		v = get32(at);
		memcpy(f, &v, sizeof v);
		good = good && fabsf(*f) <= LARGEST; /* NaN is not */
	}
	return good;
}

void
ct_tmk_write(const struct ct_tmk *t, uint8_t out[CT_TMK_LEN])
{
	uint8_t *at = out;
	int i;

	memcpy(at, MAGIC, sizeof MAGIC - 1);
	at += sizeof MAGIC - 1;
	put32(&at, CT_TMK_FPS);
	put32(&at, CT_TMK_PERIODS);
	put32(&at, CT_TMK_COEFFS);
	put32(&at, CT_TMK_DIM);
	put32(&at, t->frames);
	for (i = 0; i < CT_TMK_PERIODS; i++)
		put32(&at, ct_tmk_period[i]);
	put_floats(&at, ct_tmk_weight, CT_TMK_COEFFS);
	put_floats(&at, t->average, CT_TMK_DIM);
	put_floats(&at, t->cos[0][0], sizeof t->cos / sizeof(float));
	put_floats(&at, t->sin[0][0], sizeof t->sin / sizeof(float));
}

/* The head of the file: of the only video hash that is compared here? */
static bool
same(const uint8_t **at, uint32_t *frames)
{
	float weight[CT_TMK_COEFFS], diff;
	bool good = memcmp(*at, MAGIC, sizeof MAGIC - 1) == 0;
	int i;

	*at += sizeof MAGIC - 1;
	good &= get32(at) == CT_TMK_FPS;
	good &= get32(at) == CT_TMK_PERIODS;
	good &= get32(at) == CT_TMK_COEFFS;
	good &= get32(at) == CT_TMK_DIM;
	*frames = get32(at);
	good &= *frames <= INT32_MAX;
	for (i = 0; i < CT_TMK_PERIODS; i++)
		good &= get32(at) == ct_tmk_period[i];
	good &= get_floats(at, weight, CT_TMK_COEFFS);
	for (i = 0; i < CT_TMK_COEFFS; i++) {
		diff = fabsf(weight[i] - ct_tmk_weight[i]);
		good &= diff <= 1e-6F * ct_tmk_weight[i];
	}
	return good;
}

int
ct_tmk_read(
    struct ct_tmk *t, const uint8_t *bytes, size_t len, struct ct_err *err)
{
	const uint8_t *at = bytes;
	bool good;

	if (len != CT_TMK_LEN)
		return ct_fail(
		    err, CT_DATAERR, "a .tmk file has %zu bytes", CT_TMK_LEN);
	if (!same(&at, &t->frames))
		return ct_fail(err, CT_DATAERR,
		    "no TMK+PDQF with the reference's parameters");
	good = get_floats(&at, t->average, CT_TMK_DIM);
	good &= get_floats(&at, t->cos[0][0], sizeof t->cos / sizeof(float));
	good &= get_floats(&at, t->sin[0][0], sizeof t->sin / sizeof(float));
	if (!good)
		return ct_fail(err, CT_DATAERR, "a number that no video has");
	return 0;
}
