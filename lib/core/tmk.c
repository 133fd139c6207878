#include "tmk.h"

#include <math.h>
#include <string.h>

#include "tmk_impl.h"

#define DIM CT_TMK_DIM

const uint32_t ct_tmk_period[CT_TMK_PERIODS] = { 2731, 4391, 9767, 14653 };

/* Poullot's, of 32: (I0 - e^-32) / (2 sinh 32), then Ij / sinh 32. */
const float ct_tmk_weight[CT_TMK_COEFFS] = { 0.0708041893112F, 0.13937789309F,
	0.132897260304F, 0.122765735552F, 0.109878684888F, 0.09529606433F,
	0.0800986647852F, 0.0652590650356F, 0.0515478238322F, 0.0394851531195F,
	0.0293374252025F, 0.0211492623679F, 0.0147973073245F, 0.0100512818746F,
	0.0066306408014F, 0.00424947117334F, 0.0026467615764F,
	0.00160270959695F, 0.000943882629639F, 0.000540841638603F,
	0.000301633183798F, 0.000163800158855F, 8.66454753015e-05F,
	4.46626303151e-05F, 2.24429442235e-05F, 1.09982139799e-05F,
	5.25823487999e-06F, 2.45358229988e-06F, 1.11781474895e-06F,
	4.97406489221e-07F, 2.16265487234e-07F, 9.19087006565e-08F };

void
ct_tmk_start(struct ct_tmk *t)
{
	memset(t, 0, sizeof *t);
}

/* Its length, as the reference sums it up. */
static float
norm(const float v[DIM])
{
	float sum = 0;
	int k;

	for (k = 0; k < DIM; k++)
		sum += v[k] * v[k];
	return sqrtf(sum);
}

static void
divide(float v[DIM], float by)
{
	int k;

	for (k = 0; k < DIM; k++)
		v[k] /= by;
}

/* Each product and each sum in double, then float again: as the reference. */
static void
gather(float sum[DIM], const float feature[DIM], double by)
{
	int k;

	for (k = 0; k < DIM; k++)
		sum[k] = (float)((double)sum[k] + (double)feature[k] * by);
}

void
ct_tmk_frame(struct ct_tmk *t, const float luma[CT_TMK_SIDE * CT_TMK_SIDE])
{
	const double turn = 2.0 * 3.14159265358979323846;
	float feature[DIM], length;
	double angle;
	int i, j, k;

	if (t->frames == INT32_MAX)
		return;
	ct_pdq_freqs(luma, feature);
	for (k = 0; k < DIM; k++)
		t->average[k] += feature[k];
	length = norm(feature);
	if (length > 0)
		divide(feature, length);
	for (i = 0; i < CT_TMK_PERIODS; i++) {
		for (k = 0; k < DIM; k++)
			t->cos[i][0][k] += feature[k];
		for (j = 1; j < CT_TMK_COEFFS; j++) {
			angle = turn * j * t->frames / ct_tmk_period[i];
			gather(t->cos[i][j], feature, cos(angle));
			gather(t->sin[i][j], feature, sin(angle));
		}
	}
	t->frames++;
}

static void
finish(float v[DIM], float weight)
{
	float length = norm(v), root = sqrtf(weight);
	int k;

	if (length > 0)
		divide(v, length);
	for (k = 0; k < DIM; k++)
		v[k] *= root;
}

void
ct_tmk_end(struct ct_tmk *t)
{
	int i, j;

	if (t->frames == 0)
		return;
	divide(t->average, (float)t->frames);
	for (i = 0; i < CT_TMK_PERIODS; i++)
		for (j = 0; j < CT_TMK_COEFFS; j++) {
			finish(t->cos[i][j], ct_tmk_weight[j]);
			finish(t->sin[i][j], ct_tmk_weight[j]);
		}
}

/* ---- level 1 ------------------------------------------------------------- */

/* Sixteen sums side by side: in order they would wait for each other. */
float
ct_tmk_dot(const float a[DIM], const float b[DIM])
{
	float sum[LANES] = { 0 }, all = 0;
	int k, i;

	for (k = 0; k < DIM; k += LANES)
		for (i = 0; i < LANES; i++)
			sum[i] += a[k + i] * b[k + i];
	for (i = 0; i < LANES; i++)
		all += sum[i];
	return all;
}

void
ct_tmk_unit(const struct ct_tmk *t, float unit[DIM])
{
	double sum = 0, length;
	int k;

	for (k = 0; k < DIM; k++)
		sum += (double)t->average[k] * (double)t->average[k];
	length = sqrt(sum);
	for (k = 0; k < DIM; k++)
		unit[k] =
		    length > 0 ? (float)((double)t->average[k] / length) : 0.0F;
}

float
ct_tmk_level1(const float a[DIM], const float b[DIM])
{
	return ct_tmk_dot(a, b);
}

size_t
ct_tmk_scan(const float q[DIM], const float *list, size_t n, float min,
    struct ct_tmk_hit *hit, size_t cap)
{
	size_t i, found = 0;
	float score;

	for (i = 0; i < n; i++, list += DIM) {
		score = ct_tmk_dot(q, list);
		if (score < min)
			continue;
		if (found < cap)
			hit[found] = (struct ct_tmk_hit){ i, score };
		found++;
	}
	return found;
}
