/*
 * sandbox.h - a loopback server that behaves as NCMEC and the exchanges do
 *
 * CyberTipline Reporting under /ispws, Hash Sharing v2 under /hashsharing/v2,
 * both with HTTP Basic authentication; ThreatExchange under /graph,
 * StopNCII.org under /stopncii, Tech Against Terrorism's list under /tat,
 * Google's Content Safety API under /google, Arachnid's Shield under /arachnid,
 * files under /files; what it holds at /_state and its controls at /_control,
 * without.  It listens on 127.0.0.1 alone, keeps all in memory, and of an
 * uploaded file only its size and digests.
 */
#ifndef CT_SANDBOX_H
#define CT_SANDBOX_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "rec.h"

struct ct_sandbox;

/* User and password are copied.  page: entries in one page of a hash list. */
int ct_sandbox_new(struct ct_sandbox **box, const char *user,
    const char *password, size_t page, struct ct_err *err);
void ct_sandbox_free(struct ct_sandbox *box); /* stops it first */

/*
 * Add a fault, CALL:N:KIND[:ARG]: the N-th such call from now (*: every one)
 * goes wrong in that way; see ct-sandbox(1).  CT_USAGE if it is none.
 */
int ct_sandbox_fault(
    struct ct_sandbox *box, const char *spec, struct ct_err *err);

/* From now on its clock stands at this time; NULL: it is the machine's. */
int ct_sandbox_clock(
    struct ct_sandbox *box, const char *time, struct ct_err *err);

/* Load list records, one JSON object a line; what has no time gets that of
 * an hour ago.  CT_NOINPUT, CT_DATAERR with the line. */
int ct_sandbox_load(
    struct ct_sandbox *box, const char *path, struct ct_err *err);

/* Credential files for its clients, in dir; url is its base.  The paths by the
 * names of the services; release with json_decref. */
json_t *ct_sandbox_creds(const char *dir, const char *url, const char *user,
    const char *password, struct ct_err *err);

/* Listen (port 0: any free one) and serve from threads of its own until it
 * is freed.  *url is the base, borrowed.  CT_UNAVAILABLE. */
int ct_sandbox_start(
    struct ct_sandbox *box, int port, const char **url, struct ct_err *err);

#endif
