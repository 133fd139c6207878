/* near_choose.c - which kernel */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "near_kernel.h"

/* best first */
static const struct ct_near_kernel *const kernels[] = {
#if defined(__x86_64__)
	&ct_near_avx512,
	&ct_near_avx2,
#elif defined(__aarch64__)
	&ct_near_neon,
#endif
	&ct_near_scalar,
};
static const int nkernels = sizeof kernels / sizeof kernels[0];

static _Atomic(const struct ct_near_kernel *) chosen;

static const char *
name(const struct ct_near_kernel *k)
{
	return k->title + sizeof "near";
}

/* Two threads may both get here first; they choose the same. */
const struct ct_near_kernel *
ct_near_chosen(void)
{
	const struct ct_near_kernel *k = atomic_load(&chosen);
	const char *want;
	int i;

	if (k)
		return k;
	want = getenv("CT_CPU");
	for (i = 0; i < nkernels - 1; i++)
		if (kernels[i]->runs() &&
		    (!want || strcmp(want, name(kernels[i])) == 0))
			break;
	atomic_store(&chosen, kernels[i]);
	return kernels[i];
}

const char *
ct_near_kernel(void)
{
	return name(ct_near_chosen());
}

const char *
ct_near_force(int i)
{
	int k;

	for (k = 0; k < nkernels; k++)
		if (kernels[k]->runs() && i-- == 0) {
			atomic_store(&chosen, kernels[k]);
			return name(kernels[k]);
		}
	return NULL;
}
