/*
 * outbox.h - the journal of reports: outbox-test.db, outbox-production.db
 *
 * A report lost is a child not helped and one filed twice an error in an
 * official file, so what is about to be done is durable here before the call
 * goes out, and what came of it after the answer.  Events are only ever added;
 * the state of a report is what they add up to:
 *
 *	accept        digest           the record is ours to file; authority: if
 *	                               it is another's than NCMEC, a person's
 *	submit-sent   digest           about to open a draft (a new attempt)
 *	open          report_id        the draft is open
 *	upload-sent   i                about to send file i
 *	uploaded      i file_id md5    file i is in the draft
 *	fileinfo-sent i                about to send its details
 *	fileinfo-done i                they are in the draft
 *	finish-sent                    about to file it
 *	done          files            filed; body: the answer, verbatim
 *	retract-sent                   about to give the draft up
 *	retracted     code             that draft is no more
 *	orphan                         an open draft may exist, its id unknown;
 *	                               NCMEC deletes what is not finished
 *	failed        call code        the call just sent did nothing, for sure
 *	pause         until why        no call before that time, ms since 1970
 *	hold          why              a person must look
 *	resume                         a person lets it go on
 *	lacks         files            finished without these (SHA-256), which
 *	                               a later record of its key has
 *	filed         ref              of another authority: a person filed it
 *	exempt        report_id        or need not, as NCMEC has this report
 *
 * One process at a time owns an outbox, and any number of its threads may use
 * it, each with reports of its own: what they add while the disk is busy
 * becomes durable together.  Readers may look at any time.
 */
#ifndef CT_OUTBOX_H
#define CT_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "blake.h"
#include "err.h"
#include "rec.h"

#define CT_REPORT_ID 20 /* bytes that hold a report's id: 19 digits, NUL */
#define CT_FILE_ID 65   /* bytes that hold a file's id */
#define CT_OUTBOX_KEY 48

struct ct_outbox;

/*
 * Open DIR/outbox-ENV.db, made if it is not there.  own: take the lock of the
 * only writer, CT_TEMPFAIL if another process has it.  Without own a file that
 * is not there is CT_NO.
 */
int ct_outbox_open(struct ct_outbox **ob, const char *dir, bool production,
    bool own, struct ct_err *err);
void ct_outbox_close(struct ct_outbox *ob);

/*
 * From now on what becomes of reports goes into the audit log of ct-submit
 * below home, as audit.h says of a feed.  The second ends that, if there was
 * any, and returns the status of the run; ob may be NULL.
 */
void ct_outbox_feed(struct ct_outbox *ob, const char *home);
int ct_outbox_fed(struct ct_outbox *ob, int status);

/* What it cost to be durable so far. */
struct ct_outbox_effort {
	int64_t events, commits, ms; /* ms: of waiting for commits */
};
void ct_outbox_worked(struct ct_outbox *ob, struct ct_outbox_effort *effort);

/* ---- one report ---------------------------------------------------------- */

struct ct_outbox_file {
	bool uploaded, described;
	char id[CT_FILE_ID]; /* NCMEC's, once uploaded */
};

/* What was sent and never answered; the next step settles it. */
struct ct_doubt {
	bool submit;  /* a draft may be open, its id unknown */
	bool draft;   /* a file or its details may be in the draft, or not */
	bool finish;  /* it may be filed */
	bool retract; /* the draft may be gone */
};

struct ct_outbox_report {
	char key[CT_OUTBOX_KEY];
	bool fresh;      /* just accepted, for the first time */
	bool split;      /* and other parts of its key in another number */
	char *record;    /* the report record, one line of JSON */
	char digest[33]; /* of what of it would be sent */
	int64_t accepted;
	int attempts, orphans;
	bool finished, held;
	char *why;     /* held or paused: a sentence; else NULL */
	int64_t until; /* paused: no call before this time; else 0 */
	int pauses;    /* since a person last said go on */
	int64_t finished_at;
	json_t *lacks; /* finished: SHA-256 of files that came later, or NULL */
	bool desk; /* of another authority: never sent, only kept account of */
	bool filed, exempt; /* and this came of it, at finished_at */
	char *ref; /* of filed: what a person said; of exempt: NCMEC's id */
	/* of the attempt in hand */
	bool open;               /* a draft, its id known */
	char id[CT_REPORT_ID];   /* of the draft or report, or "" */
	char sent_digest[33];    /* digest of what the draft was made of */
	int64_t opened, changed; /* NCMEC's clocks run from these */
	struct ct_doubt doubt, before; /* before: as the last call went out */
	struct ct_outbox_file *file;
	size_t nfiles;
};

/* "finished", "held", "pending"; "due", "filed", "exempt". */
const char *ct_outbox_state(const struct ct_outbox_report *r);

struct ct_outbox_new {
	const char *key;
	const char *record;    /* one line of JSON */
	const char *digest;    /* of what of it would be sent */
	const char *account;   /* whom it is about, or NULL */
	const char *authority; /* whom it is for, NULL: NCMEC */
};

/*
 * The report is now in hand: record is kept as new, or in place of an older
 * one of this key if what it would send differs and nothing of it can have
 * been filed.  Durable when 0 is returned.  Then as ct_outbox_load.
 */
int ct_outbox_accept(struct ct_outbox *ob, const struct ct_outbox_new *new_,
    struct ct_outbox_report *r, struct ct_err *err);

/* Read it.  CT_NO if there is none.  Release with ct_outbox_done. */
int ct_outbox_load(struct ct_outbox *ob, const char *key,
    struct ct_outbox_report *r, struct ct_err *err);
void ct_outbox_done(struct ct_outbox_report *r);

/*
 * Add an event to r's journal and to *r.  detail (may be NULL) is consumed;
 * body is len bytes kept as they are.  When 0 is returned it is durable; after
 * anything else r must not be used to act on, and nothing more can be added.
 * ob NULL: in *r alone, for a rehearsal.
 */
int ct_outbox_note(struct ct_outbox *ob, struct ct_outbox_report *r,
    const char *event, json_t *detail, const void *body, size_t len,
    struct ct_err *err);

/* ---- the service ----------------------------------------------------------
 */

/* What it said to all of us; zeroed, if nothing. */
struct ct_outbox_service {
	int64_t until;         /* no call before this time */
	int pauses;            /* in a row, with no good answer in between */
	char refused[CT_SEAL]; /* of the credential that it refused, or "" */
	int64_t at;            /* when that was */
	char why[160];         /* a sentence, if any of these is set */
};

/* It is durable when 0 is returned. */
int ct_outbox_service(struct ct_outbox *ob, struct ct_outbox_service *service,
    struct ct_err *err);
int ct_outbox_service_keep(struct ct_outbox *ob,
    const struct ct_outbox_service *service, struct ct_err *err);

/* ---- all of them ----------------------------------------------------------
 */

/*
 * Keys in the order they were accepted, each with its NUL, an empty one after
 * the last.  Release with free.
 */
enum ct_outbox_which {
	CT_OUTBOX_ALL,
	CT_OUTBOX_OPEN, /* all but those that are finished, filed or exempt */
};
int ct_outbox_keys(struct ct_outbox *ob, enum ct_outbox_which which,
    char **keys, struct ct_err *err);

/*
 * Call fn for the finished reports about this account (NULL: about none), in
 * the order in which they were finished, until it returns nonzero, and return
 * that.  It must not use the outbox.
 */
typedef int ct_outbox_fn(const char *report_id, const char *record, void *arg);
int ct_outbox_account(struct ct_outbox *ob, const char *account,
    ct_outbox_fn *fn, void *arg, struct ct_err *err);

/* Is a report or draft of this number ours?  0, CT_NO. */
int ct_outbox_has(
    struct ct_outbox *ob, const char *report_id, struct ct_err *err);

/*
 * The answer that said a report is filed, byte for byte; CT_NO if there is
 * none.  Release with free.
 */
int ct_outbox_receipt(struct ct_outbox *ob, const char *key, char **body,
    size_t *len, struct ct_err *err);

#endif
