/*
 * preserve.h - the verbs of ct-preserve: what each takes, and what it does
 *
 * What is common to all stands here; each verb is a function of its own in
 * preserve_*.c, which reads its options, calls the vault, and returns an exit
 * status.
 */
#ifndef CT_PRESERVE_H
#define CT_PRESERVE_H

#include <stdbool.h>
#include <stddef.h>

#include "rec.h"
#include "vault.h"

/* What stood on the command line; NULL, 0 or false: was not given. */
struct ct_preserve {
	const char *conf, *dir, *output, *key[CT_VAULT_KEYS_MAX];
	size_t nkeys;
	/* whom or what */
	const char *user, *report, *object, *file, *hold, *id, *mime;
	/* on whose word */
	const char *by, *kind, *authority, *ref, *reason, *until;
	/* keys, and where to */
	const char *month, *shares, *to, *certificate;
	long days, months;
	bool all, undecided; /* stage: as ct-review add */
	bool incomplete, quiet, dry, yes, clock_ok;
	bool root, officer;          /* keygen: of this kind */
	bool staged, due, destroyed; /* find: only these */
	char **operand;              /* ended by NULL */
};

struct ct_preserve_verb {
	const char *name, *takes; /* the letters of its options */
	bool operands;            /* may have some */
	/* Returns an exit status, CT_USAGE if an option is missing or does not
	 * go with another; messages are printed. */
	int (*run)(const struct ct_preserve *);
};

extern const struct ct_preserve_verb ct_preserve_verbs[]; /* ended by NULL */

#endif
