/*
 * cpu.h - which of several kernels: the best that this CPU runs
 *
 * CT_CPU in the environment names another; one that is not there is the last.
 */
#ifndef CT_CPU_H
#define CT_CPU_H

#include <stdatomic.h>
#include <stdbool.h>

struct ct_cpu {            /* a kernel begins with it */
	const char *title; /* the part, a blank, and what CT_CPU calls it */
	bool (*runs)(void);
};

struct ct_cpus {
	const struct ct_cpu *const *list; /* best first, NULL behind the last,
					     which runs always */
	_Atomic(const struct ct_cpu *) chosen; /* NULL at first */
};

/* Thread-safe: two that get here first choose the same. */
const struct ct_cpu *ct_cpu_chosen(struct ct_cpus *all);

const char *ct_cpu_name(const struct ct_cpu *cpu);

/* Choose the i-th of those that run; its name, or NULL.  For tests, not
 * thread-safe. */
const char *ct_cpu_force(struct ct_cpus *all, int i);

/* What each CPU has, as runs. */
bool ct_cpu_always(void);
#if defined(__x86_64__)
bool ct_cpu_popcnt(void);
bool ct_cpu_avx2(void); /* and POPCNT and BMI */
#endif

#endif
