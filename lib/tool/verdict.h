/* verdict.h - what a person can decide about an item */
#ifndef CT_VERDICT_H
#define CT_VERDICT_H

#include <stdbool.h>

/* Every verdict there is, ended by a NULL name. */
struct ct_verdict {
	const char *name;
	bool report;     /* by itself a reason to report */
	bool classified; /* may have a class: A1 A2 B1 B2 */
	bool offence;    /* only of what names an offence other than csam */
};
#define CT_VERDICTS 6 /* in ct_verdicts, without its end */
extern const struct ct_verdict ct_verdicts[];
const struct ct_verdict *ct_verdict_named(const char *name); /* or NULL */
bool ct_class_ok(const char *name);

#endif
