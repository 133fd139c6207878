/*
 * filing.h - one report driven to its end over outbox and tipline
 *
 * What to do next follows from the journal alone, so a run that was killed
 * anywhere goes on as if it had not been:
 *
 *	retract in doubt       retract again
 *	finish in doubt        finish again: 0 or 5102 and it is filed
 *	submit in doubt        an orphan is noted; a new draft
 *	no draft               check all bytes and documents; submit
 *	a file in doubt, the draft of another content, or soon expired
 *	                       retract; then a new draft
 *	else                   the first file not there: upload, fileinfo;
 *	                       when all are there: finish
 */
#ifndef CT_FILING_H
#define CT_FILING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "outbox.h"
#include "rec.h"
#include "tipline.h"

struct ct_live;
struct ct_service;
struct ct_xsd;

struct ct_filing {              /* one run; zeroed, then these set */
	struct ct_outbox *ob;   /* NULL: there is none, nothing is kept */
	struct ct_outbox *test; /* in production that of the test environment,
				   if there is one */
	struct ct_tipline *tip; /* NULL: a rehearsal, nothing is sent */
	const struct ct_cred *cred; /* that of tip; borrowed, as they all are */
	char *url;                  /* rehearsal: of ct_tip_base */
	const char *dir;            /* the state directory */
	bool production;
	bool quiet;      /* no summary */
	bool now;        /* pauses of earlier runs do not count */
	bool tell;       /* due: CT_NO if there is any */
	int64_t max_age; /* due: ms since it was accepted */
	const char *ref; /* filed: what the authority calls it */
	int64_t wait;    /* ms before a call is made again the first time */
	int jobs;        /* reports at a time */
	/* rehearsal: a call that would be made; file: of those of the report;
	 * xml: the document that would go out, or NULL */
	void (*show)(
	    void *arg, enum ct_tip_call call, size_t file, const char *xml);
	void *arg;
	/* of ct_filing_start */
	struct ct_xsd *xsd;
	struct ct_live *live;
	struct ct_service *service;
};
int ct_filing_start(struct ct_filing *f, struct ct_err *err);
void ct_filing_done(struct ct_filing *f); /* what that allocated */

/* ---- a report record ------------------------------------------------------
 */

struct ct_sheet {
	char key[CT_OUTBOX_KEY]; /* report.key; "KEY.2/3" for a part of several
				  */
	char digest[33];         /* of the document and the files */
	/* all these are borrowed from the record */
	const char *authority;       /* whom it is for, NULL: NCMEC */
	const char *xml;             /* the document for NCMEC, or NULL */
	const char *document;        /* that for another */
	const json_t *files, *texts; /* texts: an array, or NULL */
};

/* CT_DATAERR: not a report record; CT_NOPERM: of the other environment. */
int ct_sheet_read(
    struct ct_sheet *s, const json_t *rec, bool production, struct ct_err *err);

/*
 * Is there anything in it?  CT_DATAERR for a report without files whose
 * internetDetails tell of no url, content or additionalInfo: a shell, which
 * accuses a person of nothing that can be looked at.
 */
int ct_sheet_tells(const struct ct_sheet *s, struct ct_err *err);

/*
 * May it be sent?  The document and those of all files against the schema,
 * the bytes of every file against its SHA-256.  CT_DATAERR, CT_NOINPUT with
 * what is wrong, files named as report.files[I]; CT_SOFTWARE.
 */
int ct_sheet_check(
    struct ct_filing *f, const struct ct_sheet *s, struct ct_err *err);

/*
 * Open the bytes of file i and check them.  md5 gets their digest, 32 digits
 * and a NUL.  Returns the descriptor, or -1.
 */
int ct_sheet_open(const struct ct_sheet *s, size_t i, uint64_t *len,
    char md5[33], struct ct_err *err);

/*
 * What of the files and texts of rec is not among those of filed: an array of
 * SHA-256 and contents to be released, empty if there is none.  where names the
 * first of them.
 */
#define CT_SHEET_WHERE 48
json_t *ct_sheet_lacks(const struct ct_sheet *filed, const struct ct_sheet *rec,
    char where[CT_SHEET_WHERE]);

/* Does the document of rec say other than the one that was filed?  Which
 * reports came before it does not count: one more is each that was filed. */
bool ct_sheet_changed(const struct ct_sheet *filed, const struct ct_sheet *rec);

/* ---- driving it -----------------------------------------------------------
 */

struct ct_filing_end {
	int status;    /* 0 finished, CT_TEMPFAIL pending, CT_NOPERM pending and
			  refused, CT_PROTOCOL held */
	char why[256]; /* a sentence, unless finished */
	bool already;  /* finished by an earlier run */
	bool changed;  /* the document, since then */
	bool waits;    /* it pauses: nothing was tried */
};

/*
 * Take r as far as it goes now.  Returns 0 with *end; or a code when the
 * journal failed: then stop, nothing more may be sent in this run.
 */
int ct_filing_drive(struct ct_filing *f, struct ct_outbox_report *r,
    struct ct_filing_end *end, struct ct_err *err);

/* Hold r and give its draft up, even one that may be filed. */
int ct_filing_retract(struct ct_filing *f, struct ct_outbox_report *r,
    struct ct_filing_end *end, struct ct_err *err);

/* ---- from record to record ------------------------------------------------
 */

/*
 * File what a report record asks for and give it its member submission; in a
 * rehearsal, as if all went well.  *outcome is "finished", "already",
 * "pending" or "held", *status the exit status that goes with it.  A code:
 * the record is none of ours, or (CT_OSERR and above, but CT_NOPERM) the
 * journal failed: then stop.
 */
int ct_filing_record(struct ct_filing *f, json_t *rec, const char **outcome,
    int *status, struct ct_err *err);

/* In place of ct_filing_filter if there is no outbox to be had: every record is
 * written with this error, so that the last program of a line tells of it.
 * Returns its code. */
int ct_filing_busy(const struct ct_filing *f, struct ct_err *why);

/* Records from standard input, filed and written to standard output in their
 * order; returns the exit status. */
int ct_filing_filter(struct ct_filing *f);

/*
 * Go on with a report of the outbox, or give it up (CT_NOPERM if finished).
 * *rec is its record with submission.  CT_NO if there is no such key.
 */
int ct_filing_key(struct ct_filing *f, const char *key, bool give_up,
    json_t **rec, int *status, struct ct_err *err);

/* ---- verbs: each done to reports of the outbox ----------------------------
 */

enum ct_filing_keys {
	CT_KEYS_NONE, /* all that are not finished */
	CT_KEYS_ANY,  /* those named, or all */
	CT_KEYS_SOME, /* those named */
	CT_KEYS_ONE
};

struct ct_filing_verb {
	const char *name;
	/* to one report; or to all there is, then it returns the exit status */
	int (*on)(struct ct_filing *f, const char *key, struct ct_out *out,
	    int *status, struct ct_err *err);
	int (*all)(struct ct_filing *f, struct ct_out *out);
	enum ct_filing_keys keys;
	bool send, own; /* it needs the service; the outbox as its writer */
	bool now;       /* a person asks: no pause counts */
};

const struct ct_filing_verb *ct_filing_verb(const char *name); /* or NULL */

/* May it be done to n keys, or with all to every report?  What is sent may
 * not: that wants names. */
bool ct_filing_fits(const struct ct_filing_verb *v, int n, bool all);

/* Do it to these keys (ended by NULL), or to all that it can be done to.
 * Messages are printed; returns the exit status. */
int ct_filing_do(struct ct_filing *f, const struct ct_filing_verb *v,
    char **keys, struct ct_out *out);
int ct_filing_do_all(
    struct ct_filing *f, const struct ct_filing_verb *v, struct ct_out *out);

/* The member submission of r, and what ct-submit status prints of it. */
json_t *ct_filing_submission(const struct ct_filing *f,
    const struct ct_outbox_report *r, const struct ct_filing_end *end);
json_t *ct_filing_status(
    const struct ct_filing *f, const struct ct_outbox_report *r);

#endif
