/*
 * report.h - file records into CyberTipline reports
 *
 * The documents are written by one walk over a table of the schema's elements
 * in the schema's order (report_impl.h), from a JSON model with the same
 * names; so no order of input matters, and what the table does not know is an
 * error, never left out in silence.
 */
#ifndef CT_REPORT_H
#define CT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "authority.h"
#include "conf.h"
#include "err.h"
#include "rec.h"
#include "schema.h"
#include "xml.h"

#define CT_REPORT_FILES 500    /* files of one report */
#define CT_REPORT_BYTES 600000 /* bytes of them in its record */

/* What holds for every report of a run. */
struct ct_reporting {
	const struct ct_authority *authority; /* NULL: NCMEC */
	const struct ct_conf *conf; /* company, reporter, contact, incident */
	bool production;
	const char *incident; /* a type or its short name, or NULL */
	const uint8_t *key;   /* of review.mac, or NULL */
	struct ct_xsd *xsd;   /* of ct_schema */
	struct ct_live *live; /* of ct_schema_live, or NULL */
	int64_t now;          /* ms since 1970 */
};

/*
 * Is this file record a reason to report?  Then NULL, else why not, in words
 * that fit a tally: no person decided csam, and not every hit is of a list
 * whose policy is to report unseen.
 */
const char *ct_report_unfit(const json_t *rec);

/*
 * Can conf report at all?  CT_CONFIG names what is missing, or on production
 * what is a placeholder.
 */
int ct_report_ready(const struct ct_reporting *r, struct ct_err *err);

/*
 * Make the report of these file records, all of one account and batch and
 * each object once: an array of report records, one for each part.  Every
 * document in it was checked against the schema and its rules.  notes is an
 * array of texts for the operator: what is legal, but poor.  CT_DATAERR names
 * the element at fault.  Release with json_decref.
 */
int ct_report_make(const struct ct_reporting *r, const json_t *recs,
    json_t **parts, json_t *notes, struct ct_err *err);

/*
 * The fileDetails document of one element of report.files, which may be sent,
 * see ct_report_doc; ids as the server gave them.  Release the text with free.
 */
int ct_report_file_xml(struct ct_xsd *xsd, const json_t *file,
    const char *report_id, const char *file_id, char **xml, size_t *len,
    struct ct_err *err);

/*
 * May this document be sent, whoever made it?  Its root is report or
 * fileDetails, it follows the schema and, at this time (ms since 1970), the
 * rules that a schema cannot say: what was lies in the past; mail, IP and
 * http addresses and digests have their form; report numbers are such; a
 * batch says so; exifViewedByEsp needs fileViewedByEsp; a supplemental file
 * has no class and is no meme.  CT_DATAERR names the element, never what is
 * in it.
 */
int ct_report_doc(struct ct_xsd *xsd, const char *root, const char *xml,
    size_t len, int64_t now, struct ct_err *err);

/* The rules alone, of a document that follows the schema; *line is where. */
int ct_report_doc_rules(
    const struct ct_xml_node *root, int64_t now, int *line, struct ct_err *err);

/* What fileDetails say of who viewed a file of a record, and why. */
enum ct_said { CT_UNSAID, CT_YES, CT_NOT };
struct ct_report_view {
	enum ct_said file, exif;
	const char *why; /* in words */
};
void ct_report_viewed(const struct ct_reporting *r, const json_t *rec,
    struct ct_report_view *view);

/* ---- gathering -------------------------------------------------------------
 */

/* The records of one report: of one account and batch, in order of arrival;
 * of no account and no batch, one file. */
struct ct_group {
	json_t *recs; /* n file records */
	json_t *seen; /* an object of their contents and ids */
	size_t n;
	int failed; /* code of an error that a record of its batch came with */
};

struct ct_collect {
	bool previews;          /* take what is not released, for a look */
	struct ct_group *group; /* n, in order of their first record */
	size_t n;
	json_t *index;           /* a group's place by its name */
	json_t *failed;          /* the worst code of an error by batch */
	size_t in;               /* records read */
	size_t nerrors;          /* passed on with an error */
	size_t ndropped;         /* not for a report, or there twice */
	struct ct_tally dropped; /* why */
};

/* Gets a whole record, without its newline. */
typedef void ct_line_fn(const char *line, void *arg);

/*
 * Read records to the end of fd, gather those that fit, hand those with an
 * error to pass.  A preview (review.preview) is an error, CT_NOPERM, unless
 * c->previews.  Returns the highest code of any; CT_IOERR in *err if
 * reading failed.  Stops early, without error, when ct_stop is set.
 */
int ct_collect_read(struct ct_collect *c, int fd, ct_line_fn *pass, void *arg,
    struct ct_err *err);

/* CT_TEMPFAIL if review.items says that the batch has more files, or the code
 * with which one of them came; CT_DATAERR if it is no number. */
int ct_group_whole(const struct ct_group *g, struct ct_err *err);

/* Hand all its records to pass with this error. */
void ct_group_refuse(const struct ct_group *g, const struct ct_err *err,
    ct_line_fn *pass, void *arg);

/* What became of all that was read: to standard error. */
void ct_collect_summary(
    const struct ct_collect *c, size_t filed, size_t reports);
void ct_collect_free(struct ct_collect *c);

/* ---- the verbs of ct-report ------------------------------------------------
 */

enum ct_lint {
	CT_LINT_TELL,  /* report.lint, and notes */
	CT_LINT_ONLY,  /* {id, score, errors, warnings} in place of a report */
	CT_LINT_ERROR, /* a report with errors of lint is one with an error */
};

struct ct_report_run {
	const struct ct_reporting *how;
	const char *only; /* write the report of this key alone; or NULL */
	bool xml;         /* the document of one report, nothing else */
	bool explain;     /* who viewed what, a record for each file */
	enum ct_lint lint;
	bool quiet; /* no notes, no summary */
};

/*
 * Fill in what production and incident leave open, of the configuration file
 * (NULL: the default one), for this authority, with the key and the schema
 * below home.  Exits if that is not to be had.
 */
void ct_report_prepare(struct ct_reporting *how, const char *conf_file,
    const char *authority, const char *home);

/*
 * Read records from in, write their reports to out, and close it.  Returns the
 * highest code of any record; exits if reading or writing fails.
 */
int ct_report_run(const struct ct_report_run *opt, int in, int out);

/* The same of this one record. */
int ct_report_one(const struct ct_report_run *opt, json_t *rec, int out);

/* A report by hand, of what a person says and of no file; zeroed. */
struct ct_new {
	bool quiet;          /* no notes */
	json_t *from, *said; /* private */
	bool stdin_used;
};

/*
 * The option of ct-report new with this name, at by email from incident info
 * ip phone priority screen-name text threads url user victim, says arg.
 * CT_NOINPUT, CT_DATAERR of a file that it names; CT_USAGE, also of one that
 * is there twice and is no list or text.
 */
int ct_new_say(
    struct ct_new *n, const char *flag, const char *arg, struct ct_err *err);

/*
 * The record of all that was said, with the review of who says so; what is
 * needed and was not said is asked for if standard input is a terminal.  n is
 * at its end.  CT_USAGE if something is lacking, CT_DATAERR.
 */
int ct_new_record(struct ct_new *n, json_t **rec, struct ct_err *err);

/* What from reads, with comments and nothing filled in. */
extern const char ct_new_template[];

/* Every element of both documents, in the schema's order: a line each for
 * people, or a record. */
int ct_report_schema(struct ct_out *out, bool json, struct ct_err *err);

#endif
