#include "pdna.h"

#include <stdlib.h>
#include <string.h>

#include "cpu.h"
#include "pdna_kernel.h"

struct kernel {
	struct ct_cpu cpu;
	ct_pdna_scan_fn *scan;
};

#if defined(__x86_64__)
static const struct kernel avx2 = { { "pdna avx2", ct_cpu_avx2 },
	ct_pdna_scan_avx2 };
#elif defined(__aarch64__)
static const struct kernel neon = { { "pdna neon", ct_cpu_always },
	ct_pdna_scan_neon };
#endif
static const struct kernel scalar = { { "pdna scalar", ct_cpu_always },
	ct_pdna_scan_scalar };

static const struct ct_cpu *const kernels[] = {
#if defined(__x86_64__)
	&avx2.cpu,
#elif defined(__aarch64__)
	&neon.cpu,
#endif
	&scalar.cpu,
	NULL,
};
static struct ct_cpus all = { .list = kernels };

static const struct kernel *
choose(void)
{
	return (const void *)ct_cpu_chosen(&all);
}

const char *
ct_pdna_kernel(void)
{
	return ct_cpu_name(ct_cpu_chosen(&all));
}

const char *
ct_pdna_force(int i)
{
	return ct_cpu_force(&all, i);
}

/* The sum over n bytes. */
static uint32_t
sum(const uint8_t *a, const uint8_t *b, size_t n)
{
	uint32_t total = 0;
	int d;

	for (; n; n--) {
		d = *a++ - *b++;
		total += (uint32_t)(d * d);
	}
	return total;
}

bool
ct_pdna_flat(const uint8_t hash[CT_PDNA_LEN])
{
	size_t i, differ = 0;

	for (i = 1; i < CT_PDNA_LEN; i++)
		differ += hash[i] != hash[i - 1];
	return 10 * differ <= 7 * (CT_PDNA_LEN - 1);
}

uint32_t
ct_pdna(const uint8_t a[CT_PDNA_LEN], const uint8_t b[CT_PDNA_LEN])
{
	return sum(a, b, CT_PDNA_LEN);
}

size_t
ct_pdna_scan_scalar(const uint8_t *q, const uint8_t *list, size_t n,
    uint32_t max, struct ct_pdna_hit *hit, size_t cap)
{
	size_t i, found = 0;
	uint32_t d;

	for (i = 0; i < n; i++, list += CT_PDNA_LEN) {
		if (sum(q, list, CT_PDNA_FIRST) > max)
			continue;
		d = ct_pdna(q, list);
		if (d > max)
			continue;
		if (found < cap)
			hit[found] = (struct ct_pdna_hit){ i, d };
		found++;
	}
	return found;
}

size_t
ct_pdna_scan(const uint8_t q[CT_PDNA_LEN], const uint8_t *list, size_t n,
    uint32_t max, struct ct_pdna_hit *hit, size_t cap)
{
	return choose()->scan(q, list, n, max, hit, cap);
}

/* ---- the self test ------------------------------------------------------- */

#define LIST 33 /* hashes */

static bool
agrees(const struct kernel *k, const uint8_t *list, uint32_t max)
{
	const uint8_t *q = list + LIST / 2 * CT_PDNA_LEN;
	struct ct_pdna_hit hit[LIST];
	size_t found = k->scan(q, list, LIST, max, hit, LIST), i, n = 0;
	uint32_t d;

	for (i = 0; i < LIST; i++) {
		d = ct_pdna(q, list + i * CT_PDNA_LEN);
		if (d > max)
			continue;
		if (n >= found || hit[n].i != i || hit[n].distance != d)
			return false;
		n++;
	}
	return n == found;
}

int
ct_pdna_self_test(
    void (*say)(void *arg, const char *kernel, bool good), void *arg)
{
	static const uint32_t max[] = { 0, CT_PDNA_DEFAULT, 500000,
		UINT32_MAX };
	uint8_t list[LIST * CT_PDNA_LEN];
	uint32_t x = 1;
	size_t n;
	const struct kernel *k;
	int i, bad = 0;
	bool good;

	/* around 128, ever wider; the first and the last are extremes */
	for (n = 0; n < sizeof list; n++) {
		x = x * 1664525 + 1013904223;
		list[n] = (uint8_t)(128 +
		    (int)(x >> 24) * (int)(n / CT_PDNA_LEN) / LIST / 2);
	}
	memset(list, 0, CT_PDNA_LEN);
	memset(list + (LIST - 1) * CT_PDNA_LEN, 255, CT_PDNA_LEN);
	for (i = 0; kernels[i]; i++) {
		if (!kernels[i]->runs())
			continue;
		k = (const void *)kernels[i];
		for (good = true, n = 0; n < sizeof max / sizeof *max; n++)
			good = good && agrees(k, list, max[n]);
		bad += !good;
		say(arg, kernels[i]->title, good);
	}
	return bad;
}
