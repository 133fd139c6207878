/* preserve_impl.h - the verbs, and what they share, for preserve*.c only */
#ifndef CT_PRESERVE_IMPL_H
#define CT_PRESERVE_IMPL_H

#include "preserve.h"

int preserve_keygen(const struct ct_preserve *);
int preserve_stage(const struct ct_preserve *);
int preserve_seal(const struct ct_preserve *);
int preserve_anchor(const struct ct_preserve *);
int preserve_verify(const struct ct_preserve *);
int preserve_open(const struct ct_preserve *);
int preserve_find(const struct ct_preserve *);
int preserve_keys(const struct ct_preserve *);
int preserve_rewrap(const struct ct_preserve *);
int preserve_shred(const struct ct_preserve *);
int preserve_approve(const struct ct_preserve *);
int preserve_hold_add(const struct ct_preserve *);
int preserve_hold_list(const struct ct_preserve *);
int preserve_hold_release(const struct ct_preserve *);
int preserve_destroy_request(const struct ct_preserve *);
int preserve_destroy(const struct ct_preserve *);
int preserve_expire(const struct ct_preserve *);
int preserve_export_request(const struct ct_preserve *);
int preserve_export(const struct ct_preserve *);

/*
 * The public key to seal to now: of -k, if it was given, else as the
 * configuration says.  Ask before every object: it is looked up again only when
 * the month is another one.  rc 0, CT_NOPERM: nothing may be sealed this month,
 * for the reason in err; with any other the set-up is wrong.
 */
struct preserve_pub { /* zeroed */
	struct ct_vault_pub pub;
	char month[CT_VAULT_MONTH]; /* in which it was asked */
	int rc;
	struct ct_err err;
};
int preserve_pub(struct preserve_pub *pub, const struct ct_preserve *p);

/* Ask for verb, which two people must approve: destroy-request and so on. */
int preserve_request(
    const struct ct_preserve *, const char *verb, const char *to);

/* Enter the vault, or exit with the message and its code. */
struct ct_vault *preserve_enter(const struct ct_preserve *, bool seal);
/* The same, but none is made: CT_NOINPUT if there is none. */
struct ct_vault *preserve_enter_old(const struct ct_preserve *);
/* The same for who only looks, also where nothing can be written. */
struct ct_vault *preserve_look(const struct ct_preserve *);

/* The rest of a filter of records that promises what it writes, and run it. */
int preserve_filter(const struct ct_preserve *, struct ct_filter *f,
    ct_each_fn *each, void *arg);

/* Exit with the message, if there is one. */
void preserve_must(int rc, const struct ct_err *err);

/* What was written to standard output is all there, or exit; rc above CT_NO is
 * told of.  Returns rc. */
int preserve_shown(struct ct_out *out, int rc, struct ct_err *err);

#endif
