/*
 * cred.h - credential files: who we are to one service, in one environment
 *
 *	environment = test
 *	username = ...
 *	password = ...
 *	url = http://127.0.0.1:8080/ispws
 *
 * Some services know us by other secrets in place of username and password:
 *
 *	token = APPID|SECRET                     ThreatExchange
 *	fetch_key, feedback_key, subscription_key = ...      StopNCII
 *
 * The file must be ours and closed to others.  url is optional and only
 * allowed for the test environment of a service that has a fixed production
 * address.  Nothing of it is ever printed.
 */
#ifndef CT_CRED_H
#define CT_CRED_H

#include <stdbool.h>

#include "blake.h"
#include "err.h"

enum ct_cred_kind { CT_CRED_USER, CT_CRED_TOKEN, CT_CRED_KEYS };

struct ct_cred {
	char *user, *password; /* NULL in a file of another kind */
	char *token;
	char *fetch_key, *subscription_key;
	char *feedback_key; /* NULL: we only read */
	char *url;          /* NULL if the file names none */
	bool production;
};

/* Where the secret of this name is: a path, or without a slash a file of
 * $CREDENTIALS_DIRECTORY.  Release with free. */
char *ct_cred_path(const char *name);

/*
 * Read the file of this name, of CT_CRED_USER or that kind.  CT_NOINPUT,
 * CT_NOPERM (open to others), CT_CONFIG (a key missing, unknown, or an
 * environment that is neither test nor production).
 */
int ct_cred_read(struct ct_cred *cred, const char *name, struct ct_err *err);
int ct_cred_read_kind(struct ct_cred *cred, const char *name,
    enum ct_cred_kind kind, struct ct_err *err);
/* A seal (blake.h) of what it says, to know it again by.  -1: none. */
int ct_cred_seal(const struct ct_cred *cred, char seal[CT_SEAL]);
bool ct_cred_fits(const struct ct_cred *cred, const char *seal);

void ct_cred_free(struct ct_cred *cred); /* wipes it */

#endif
