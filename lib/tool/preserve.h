/*
 * preserve.h - the verbs of ct-preserve: what each takes, and what it does
 *
 * What is common to all stands here; each verb is a function of its own in
 * preserve_*.c, which reads its options, calls the vault, and returns an exit
 * status.
 */
#ifndef CT_PRESERVE_H
#define CT_PRESERVE_H

#include <getopt.h>
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
	const char *name;  /* one word, or two */
	const char *takes; /* the letters of its options */
	const char *needs; /* of these, what it cannot do without */
	const char *some;  /* and at least one of these, or an operand; or "" */
	size_t keys;       /* how often -k may be there */
	const char *operand; /* as in a usage: "ID", "FILE...", "[ID]..." */
	/* Returns an exit status; messages are printed. */
	int (*run)(const struct ct_preserve *);
};

extern const struct ct_preserve_verb ct_preserve_verbs[]; /* ended by NULL */

/* The verb that these words begin with, which of them is its last in *last;
 * NULL if there is none. */
const struct ct_preserve_verb *ct_preserve_verb(char **word, int *last);

/* Say what verbs there are in place of this one, and exit. */
_Noreturn void ct_preserve_no_verb(const char *word);

/* Say what is missing, too much, or does not go together, and exit, unless the
 * command line fits the verb.  given: how often each letter was there. */
#define CT_PRESERVE_LETTERS 128
void ct_preserve_fits(const struct ct_preserve_verb *,
    const struct option *options, const size_t given[CT_PRESERVE_LETTERS],
    int operands);

/* Print the lines of the usage that are of this verb, or of those that begin
 * with this word: "hold"; all, if it is none.  Returns an exit status. */
int ct_preserve_help(
    const char *usage, const char *word, const struct option *options);

#endif
