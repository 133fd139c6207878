#include "cpu.h"

#include <stdlib.h>
#include <string.h>

bool
ct_cpu_always(void)
{
	return true;
}

#if defined(__x86_64__)
bool
ct_cpu_popcnt(void)
{
	return __builtin_cpu_supports("popcnt") != 0;
}

bool
ct_cpu_avx2(void)
{
	return __builtin_cpu_supports("avx2") && ct_cpu_popcnt() &&
	    __builtin_cpu_supports("bmi");
}
#endif

const char *
ct_cpu_name(const struct ct_cpu *cpu)
{
	return strchr(cpu->title, ' ') + 1;
}

const struct ct_cpu *
ct_cpu_chosen(struct ct_cpus *all)
{
	const struct ct_cpu *cpu = atomic_load(&all->chosen);
	const char *want;
	int i;

	if (cpu)
		return cpu;
	want = getenv("CT_CPU");
	for (i = 0; all->list[i + 1]; i++)
		if (all->list[i]->runs() &&
		    (!want || strcmp(want, ct_cpu_name(all->list[i])) == 0))
			break;
	atomic_store(&all->chosen, all->list[i]);
	return all->list[i];
}

const char *
ct_cpu_force(struct ct_cpus *all, int i)
{
	int k;

	for (k = 0; all->list[k]; k++)
		if (all->list[k]->runs() && i-- == 0) {
			atomic_store(&all->chosen, all->list[k]);
			return ct_cpu_name(all->list[k]);
		}
	return NULL;
}
