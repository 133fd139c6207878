#include "ham.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "ham_kernel.h"

struct kernel {
	const char *name;
	ct_ham_scan_fn *scan;
	int (*runs)(void);
};

#if defined(__x86_64__)
static int
has_popcnt(void)
{
	return __builtin_cpu_supports("popcnt") != 0;
}

static int
has_avx512(void)
{
	return __builtin_cpu_supports("avx512f") &&
	    __builtin_cpu_supports("avx512vpopcntdq");
}
#endif

static int
always(void)
{
	return 1;
}

/* best first */
static const struct kernel kernels[] = {
#if defined(__x86_64__)
	{ "avx512", ct_ham_scan_avx512, has_avx512 },
	{ "popcnt", ct_ham_scan_popcnt, has_popcnt },
#endif
	{ "scalar", ct_ham_scan_scalar, always },
};
static const int nkernels = sizeof kernels / sizeof kernels[0];

static _Atomic(const struct kernel *) chosen;

/* Two threads may both get here first; they choose the same. */
static const struct kernel *
choose(void)
{
	const struct kernel *k = atomic_load(&chosen);
	const char *want;
	int i;

	if (k)
		return k;
	want = getenv("CT_CPU");
	for (i = 0; i < nkernels - 1; i++)
		if (kernels[i].runs() &&
		    (!want || strcmp(want, kernels[i].name) == 0))
			break;
	atomic_store(&chosen, &kernels[i]);
	return &kernels[i];
}

const char *
ct_ham_kernel(void)
{
	return choose()->name;
}

const char *
ct_ham_force(int i)
{
	int k;

	for (k = 0; k < nkernels; k++)
		if (kernels[k].runs() && i-- == 0) {
			atomic_store(&chosen, &kernels[k]);
			return kernels[k].name;
		}
	return NULL;
}

int
ct_ham(const uint8_t a[CT_HASH_LEN], const uint8_t b[CT_HASH_LEN])
{
	uint64_t x, y;
	int bits = 0;
	size_t i;

	for (i = 0; i < CT_HASH_LEN; i += sizeof x) {
		memcpy(&x, a + i, sizeof x);
		memcpy(&y, b + i, sizeof y);
		bits += __builtin_popcountll(x ^ y);
	}
	return bits;
}

size_t
ct_ham_scan_scalar(const uint8_t *q, const uint8_t *list, size_t n, int max,
    size_t *hit, size_t cap)
{
	size_t i, found = 0;

	for (i = 0; i < n; i++)
		if (ct_ham(q, list + i * CT_HASH_LEN) <= max) {
			if (found < cap)
				hit[found] = i;
			found++;
		}
	return found;
}

size_t
ct_ham_scan(const uint8_t q[CT_HASH_LEN], const uint8_t *list, size_t n,
    int max, size_t *hit, size_t cap)
{
	return choose()->scan(q, list, n, max, hit, cap);
}
