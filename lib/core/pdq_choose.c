/* pdq_choose.c - which kernel, and what is made but once */
#include "pdq_kernel.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "ham.h"
#include "pdna.h"

/* best first */
static const struct ct_pdq_kernel *const kernels[] = {
#if defined(__x86_64__)
	&ct_pdq_avx512,
	&ct_pdq_avx2,
#elif defined(__aarch64__)
	&ct_pdq_neon,
#endif
	&ct_pdq_scalar,
};
static const int nkernels = sizeof kernels / sizeof kernels[0];

static _Atomic(const struct ct_pdq_kernel *) chosen;
static float dct[CT_PDQ_SIDE][CT_PDQ_FREQ];

static void
make_dct(void)
{
	static const double unit = 3.14159265358979323846 / 2 / CT_PDQ_SIDE;
	const float scale = (float)sqrt(2.0 / CT_PDQ_SIDE);
	int i, j;

	for (i = 0; i < CT_PDQ_FREQ; i++)
		for (j = 0; j < CT_PDQ_SIDE; j++)
			dct[j][i] = (float)((double)scale *
			    cos(unit * (i + 1) * (2 * j + 1)));
}

const float *
ct_pdq_dct(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, make_dct);
	return dct[0];
}

const struct ct_pdq_kernel *
ct_pdq_choose(const struct ct_pdq_kernel *const *list, int n, const char *cpu)
{
	int i;

	for (i = 0; i < n - 1; i++)
		if (list[i]->runs() &&
		    (!cpu || strcmp(cpu, ct_pdq_name(list[i])) == 0) &&
		    ct_pdq_passes(list[i], false))
			break;
	return list[i];
}

/* Two threads may both get here first; they choose the same. */
const struct ct_pdq_kernel *
ct_pdq_chosen(void)
{
	const struct ct_pdq_kernel *k = atomic_load(&chosen);

	if (!k) {
		k = ct_pdq_choose(kernels, nkernels, getenv("CT_CPU"));
		atomic_store(&chosen, k);
	}
	return k;
}

const char *
ct_pdq_kernel(void)
{
	return ct_pdq_name(ct_pdq_chosen());
}

const char *
ct_pdq_force(int i)
{
	int k;

	for (k = 0; k < nkernels; k++)
		if (kernels[k]->runs() && i-- == 0) {
			atomic_store(&chosen, kernels[k]);
			return ct_pdq_name(kernels[k]);
		}
	return NULL;
}

int
ct_pdq_self_test(
    void (*say)(void *arg, const char *kernel, bool good), void *arg)
{
	int i, bad = ct_ham_self_test(say, arg) + ct_pdna_self_test(say, arg);
	bool good;

	for (i = 0; i < nkernels; i++)
		if (kernels[i]->runs()) {
			good = ct_pdq_passes(kernels[i], true);
			bad += !good;
			say(arg, kernels[i]->title, good);
		}
	return bad;
}
