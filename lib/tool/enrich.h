/*
 * enrich.h - what the platform knows of accounts and objects, into records
 *
 * The platform is asked by Coop's Additional Info contract, over a webhook or
 * of a command: {"users":[{"id","typeId"}],"media":[{"id","typeId"}]}.  An
 * answer that does not tell of all that was asked for is none.  What a record
 * says already stays as it is.
 */
#ifndef CT_ENRICH_H
#define CT_ENRICH_H

#include <stdbool.h>
#include <stddef.h>

#include "conf.h"
#include "err.h"
#include "rec.h"

#define CT_ENRICH_ADJACENT 256 /* records that are asked for in one call */
#define CT_ENRICH_FILES 100    /* further files in one answer */

/* ---- the contract -------------------------------------------------------- */

struct ct_enrich_types {
	const char *user, *media; /* typeId where a record gives none */
};

/* Is this record to be asked for?  NULL, or what it is in place of that, a word
 * for the summary. */
const char *ct_enrich_passes(const json_t *rec);

/* What to ask for these records of one account, an array. */
json_t *ct_enrich_request(
    const json_t *recs, const struct ct_enrich_types *types);

struct ct_answer {
	json_t *body; /* as it came, checked */
	/* what is in its lists, by id (and typeId) */
	json_t *user, *medium, *message;
};

/*
 * Read an answer to this request.  CT_PROTOCOL if it is not as the contract
 * says, is short of something asked for, or says two things of one; CT_DATAERR
 * if it is right, every medium asked for is missing, and there are no others:
 * records that are no media, for which it was asked too.  Release with
 * ct_answer_done, also after an error.
 */
int ct_enrich_answer(struct ct_answer *answer, const json_t *request,
    bool others, const char *text, size_t len, struct ct_err *err);
void ct_answer_done(struct ct_answer *answer);

/*
 * Put what the answer says of this record's account, object and messages into
 * it, where it says nothing itself, and its member enrich: by is command or
 * webhook.  CT_DATAERR, and rec is as it was, if it would get too long for
 * others to read.
 */
int ct_enrich_apply(json_t *rec, const struct ct_answer *answer,
    const struct ct_enrich_types *types, const char *by, struct ct_err *err);

/* The further files of the answer: an array of records that supplement rec. */
json_t *ct_enrich_files(
    const json_t *rec, const struct ct_answer *answer, const char *by);

/* ---- the filters ----------------------------------------------------------
 */

struct ct_enrich_how {
	const struct ct_conf *conf;
	const char *command; /* in place of the configuration's; or NULL */
	long wait;           /* ms before a second try */
	int in, out;
	bool quiet;
};

/* Records in, records out; asked for are those that are not clean.  Returns an
 * exit status. */
int ct_enrich_run(const struct ct_enrich_how *how);

/* Tell the platform of every finished report in production, so that it keeps
 * what it has of the account.  Without a section [preservation] all passes. */
int ct_preservation_run(const struct ct_enrich_how *how);

#endif
