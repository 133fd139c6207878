/* near_choose.c - which kernel */
#include "near_kernel.h"

static const struct ct_cpu *const list[] = {
#if defined(__x86_64__)
	&ct_near_avx512.cpu,
	&ct_near_avx2.cpu,
#elif defined(__aarch64__)
	&ct_near_neon.cpu,
#endif
	&ct_near_scalar.cpu,
	NULL,
};
static struct ct_cpus all = { .list = list };

const struct ct_near_kernel *
ct_near_chosen(void)
{
	return (const void *)ct_cpu_chosen(&all);
}

const char *
ct_near_kernel(void)
{
	return ct_cpu_name(ct_cpu_chosen(&all));
}

const char *
ct_near_force(int i)
{
	return ct_cpu_force(&all, i);
}
