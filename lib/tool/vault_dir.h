/*
 * vault_dir.h - the vault directory, for vault_*.c only
 *
 * An object is written as tmp/new.part, synced, renamed to tmp/ID, and that
 * directory synced; then its row is written; then it is moved to objects/.
 * So a row without an object is never made, an object without a row is only
 * ever in tmp/, and whatever a killed process left there is either finished
 * (its row is there) or was promised to nobody.
 */
#ifndef CT_VAULT_DIR_H
#define CT_VAULT_DIR_H

#include "store.h"
#include "vault.h"

struct ct_vault {
	struct ct_store *store;
	char *dir; /* HOME/vault */
	int lock;  /* -1: not the one that seals */
};

/* Where object id belongs, and where it is before it got there. */
char *vault_object(const struct ct_vault *v, const char *id);
char *vault_tmp(const struct ct_vault *v, const char *name);

/* Is a name 64 digits, as those of objects are? */
bool vault_is_id(const char *name);

/* Move tmp/ID to objects/ and make that durable. */
int vault_place(const struct ct_vault *v, const char *id, struct ct_err *err);

/* Open object id wherever it is: a descriptor, or -1 with errno. */
int vault_open_object(const struct ct_vault *v, const char *id);

/* Is object id there, of this length, and do its bytes have its name?  Costs
 * one read of the object. */
bool vault_is_held(const struct ct_vault *v, const char *id, int64_t bytes);

/* Move what is in place of a damaged object to tmp/ID.  The next run puts it
 * back while its row is there, and removes it when there is none. */
int vault_retire(const struct ct_vault *v, const char *id, struct ct_err *err);

/* The checked members of a report record, borrowed from it. */
struct vault_report {
	const char *key, *env, *user; /* user may be NULL */
	int64_t part;
	json_t *files;
};
/* 0, CT_NO if rec is no report record, CT_DATAERR. */
int vault_report_of(
    const json_t *rec, struct vault_report *report, struct ct_err *err);

#endif
