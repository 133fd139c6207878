#include "ham.h"

#include <stdlib.h>
#include <string.h>

#include "cpu.h"
#include "ham_kernel.h"

struct kernel {
	struct ct_cpu cpu;
	ct_ham_scan_fn *scan;
	ct_ham_pairs_fn *pairs;
};

#if defined(__x86_64__)
static bool
has_avx512(void)
{
	return ct_cpu_popcnt() && __builtin_cpu_supports("avx512f") &&
	    __builtin_cpu_supports("avx512vpopcntdq");
}

static const struct kernel avx512 = { { "ham avx512", has_avx512 },
	ct_ham_scan_avx512, ct_ham_pairs_avx512 };
static const struct kernel avx2 = { { "ham avx2", ct_cpu_avx2 },
	ct_ham_scan_avx2, ct_ham_pairs_avx2 };
static const struct kernel popcnt = { { "ham popcnt", ct_cpu_popcnt },
	ct_ham_scan_popcnt, ct_ham_pairs_popcnt };
#elif defined(__aarch64__)
static const struct kernel neon = { { "ham neon", ct_cpu_always },
	ct_ham_scan_neon, ct_ham_pairs_neon };
#endif
static const struct kernel scalar = { { "ham scalar", ct_cpu_always },
	ct_ham_scan_scalar, ct_ham_pairs_scalar };

static const struct ct_cpu *const kernels[] = {
#if defined(__x86_64__)
	&avx512.cpu,
	&avx2.cpu,
	&popcnt.cpu,
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
ct_ham_kernel(void)
{
	return ct_cpu_name(ct_cpu_chosen(&all));
}

const char *
ct_ham_force(int i)
{
	return ct_cpu_force(&all, i);
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

bool
ct_ham_flat(const uint8_t hash[CT_HASH_LEN])
{
	static const uint8_t zero[CT_HASH_LEN];
	int ones = ct_ham(hash, zero);

	return ones < CT_HAM_ONES_MIN || ones > CT_HAM_ONES_MAX;
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

void
ct_ham_pairs_scalar(const uint8_t *q, size_t nq, const uint8_t *list, size_t n,
    int max, ct_ham_pair_fn *pair, void *arg)
{
	size_t i, k;
	int bits;

	for (i = 0; i < n; i++)
		for (k = 0; k < nq; k++) {
			bits =
			    ct_ham(q + k * CT_HASH_LEN, list + i * CT_HASH_LEN);
			if (bits <= max)
				pair(arg, k, i, bits);
		}
}

size_t
ct_ham_scan(const uint8_t q[CT_HASH_LEN], const uint8_t *list, size_t n,
    int max, size_t *hit, size_t cap)
{
	return choose()->scan(q, list, n, max, hit, cap);
}

void
ct_ham_pairs(const uint8_t *q, size_t nq, const uint8_t *list, size_t n,
    int max, ct_ham_pair_fn *pair, void *arg)
{
	choose()->pairs(q, nq, list, n, max, pair, arg);
}

/* ---- the self test ------------------------------------------------------- */

#define LIST 65 /* hashes: an odd number, for the last step of wide kernels */

static int
count(const uint8_t *a, const uint8_t *b)
{
	int i, n = 0;

	for (i = 0; i < CT_HAM_MAX; i++)
		n += (a[i / 8] ^ b[i / 8]) >> i % 8 & 1;
	return n;
}

static bool
counts(const struct kernel *k, const uint8_t *list, int max)
{
	const uint8_t *q = list + LIST / 2 * CT_HASH_LEN;
	size_t hit[LIST], found = k->scan(q, list, LIST, max, hit, LIST);
	size_t i, n = 0;

	for (i = 0; i < LIST; i++)
		if (count(q, list + i * CT_HASH_LEN) <= max)
			if (n >= found || hit[n++] != i)
				return false;
	return n == found;
}

struct matrix {
	const uint8_t *list;
	int max;
	size_t bad;
	uint8_t seen[LIST][LIST];
};

static void
see(void *arg, size_t query, size_t hash, int distance)
{
	struct matrix *m = arg;
	const uint8_t *a = m->list + query * CT_HASH_LEN;
	const uint8_t *b = m->list + hash * CT_HASH_LEN;

	m->bad += m->seen[query][hash]++ || distance > m->max ||
	    distance != count(a, b);
}

static bool
pairs(const struct kernel *k, const uint8_t *list, int max)
{
	struct matrix m = { .list = list, .max = max };
	size_t i, n;

	k->pairs(list, LIST, list, LIST, max, see, &m);
	for (i = 0; i < LIST; i++)
		for (n = 0; n < LIST; n++)
			m.bad += !m.seen[i][n] &&
			    count(list + i * CT_HASH_LEN,
				list + n * CT_HASH_LEN) <= max;
	return m.bad == 0;
}

int
ct_ham_self_test(
    void (*say)(void *arg, const char *kernel, bool good), void *arg)
{
	uint8_t list[LIST * CT_HASH_LEN];
	uint32_t x = 1;
	size_t n;
	const struct kernel *k;
	int i, max, bad = 0;
	bool good;

	/* ever more bits set, so that there are all distances */
	for (n = 0; n < sizeof list; n++) {
		x = x * 1664525 + 1013904223;
		list[n] = (x >> 16) % LIST < n / CT_HASH_LEN
		    ? 0xff
		    : (uint8_t)(x >> 24);
	}
	for (i = 0; kernels[i]; i++) {
		if (!kernels[i]->runs())
			continue;
		k = (const void *)kernels[i];
		for (good = true, max = -1; max <= CT_HAM_MAX; max++)
			good = good && counts(k, list, max);
		good = good && pairs(k, list, CT_HAM_DEFAULT) &&
		    pairs(k, list, CT_HAM_MAX / 2);
		bad += !good;
		say(arg, kernels[i]->title, good);
	}
	return bad;
}
