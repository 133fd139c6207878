/* pdq_plain.h - PDQ as one would write it from its description, whole pictures
 * at a time; what the streamed, vectorised code must equal to the bit */
#ifndef CT_PDQ_PLAIN_H
#define CT_PDQ_PLAIN_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct plain {
	float small[64][64], freq[16][16];
	uint8_t hash[32];
	int quality;
};

/* n values, each step floats after the other */
static void
plain_box(const float *in, float *out, int n, int step)
{
	int w = (n + 127) / 128, half = (w + 2) / 2, o = 0, i, count = 0;
	float sum = 0;

	for (i = 0; i < n + half - 1; i++) {
		if (i < n) {
			sum += in[i * step];
			count++;
		}
		if (i >= w) {
			sum -= in[(i - w) * step];
			count--;
		}
		if (i >= half - 1)
			out[o++ * step] = sum / (float)count;
	}
}

static int
plain_order(const void *a, const void *b)
{
	const float *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
plain_shrink(struct plain *p, const float *luma, int w, int h)
{
	size_t size = (size_t)(w * h) * sizeof *luma;
	float *a = malloc(size), *b = malloc(size);
	int round, i, j;

	memcpy(a, luma, size);
	for (round = 0; round < 2 && (w != 64 || h != 64); round++) {
		for (i = 0; i < h; i++)
			plain_box(a + i * w, b + i * w, w, 1);
		for (j = 0; j < w; j++)
			plain_box(b + j, a + j, h, w);
	}
	for (i = 0; i < 64; i++)
		for (j = 0; j < 64; j++)
			p->small[i][j] = a[(int)((i + 0.5) * h / 64) * w +
			    (int)((j + 0.5) * w / 64)];
	free(a);
	free(b);
}

static void
plain_transform(struct plain *p)
{
	const float scale = (float)sqrt(2.0 / 64);
	float d[16][64], t[16][64], sum;
	int i, j, k;

	for (i = 0; i < 16; i++)
		for (j = 0; j < 64; j++)
			d[i][j] = (float)((double)scale *
			    cos(3.14159265358979323846 / 128 * (i + 1) *
				(2 * j + 1)));
	for (i = 0; i < 16; i++)
		for (j = 0; j < 64; j++) {
			for (sum = 0, k = 0; k < 64; k++)
				sum += d[i][k] * p->small[k][j];
			t[i][j] = sum;
		}
	for (i = 0; i < 16; i++)
		for (j = 0; j < 16; j++) {
			for (sum = 0, k = 0; k < 64; k++)
				sum += t[i][k] * d[j][k];
			p->freq[i][j] = sum;
		}
}

static void
plain_hash(struct plain *p, const float *luma, int w, int h)
{
	float sorted[256];
	int i, j, k, sum = 0;

	plain_shrink(p, luma, w, h);
	plain_transform(p);
	memcpy(sorted, p->freq, sizeof sorted);
	qsort(sorted, 256, sizeof *sorted, plain_order);
	memset(p->hash, 0, sizeof p->hash);
	for (k = 0; k < 256; k++)
		if (p->freq[k / 16][k % 16] > sorted[127])
			p->hash[31 - k / 8] |= (uint8_t)(1 << k % 8);
	for (i = 0; i < 64; i++)
		for (j = 0; j < 64; j++) {
			if (i < 63)
				sum += abs((
				    int)((p->small[i][j] - p->small[i + 1][j]) *
				    100 / 255));
			if (j < 63)
				sum += abs((
				    int)((p->small[i][j] - p->small[i][j + 1]) *
				    100 / 255));
		}
	p->quality = sum / 90 > 100 ? 100 : sum / 90;
}

#endif
