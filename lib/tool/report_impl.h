/* report_impl.h - what the files of report share: the table, the model */
#ifndef CT_REPORT_IMPL_H
#define CT_REPORT_IMPL_H

#include "report.h"

enum ct_kind {
	CT_NODE,   /* elements within; in the model an object */
	CT_CHOICE, /* exactly one element within */
	CT_FLAGS,  /* flags within: an array of names, or {"name": true} */
	CT_FLAG,   /* written empty, or not at all */
	CT_TEXT,
	CT_BOOL,
	CT_INT,
	CT_REAL,
	CT_TIME, /* RFC 3339 with a zone, or Unix seconds; written in UTC */
	CT_DATE, /* YYYY-MM-DD */
	CT_URL,  /* no white space */
	CT_HTTP, /* an absolute http or https URL */
	CT_MAIL,
	CT_IP
};

enum { CT_MUST = 1, CT_MANY = 2, CT_LATER = 4 };

struct ct_attr {
	const char *name;
	enum ct_kind kind;
	bool must;
};

/*
 * An element.  In the model it is the member of its name; if CT_MANY always
 * an array; with attributes a plain value or an object of its attributes and
 * "value" (or, for a node, its elements).  Both lists end with a NULL name.
 */
struct ct_elem {
	const char *name;
	enum ct_kind kind;
	int flags;
	const struct ct_elem *sub;
	const struct ct_attr *attr;
};

extern const struct ct_elem ct_report_table; /* <report> */
extern const struct ct_elem ct_file_table;   /* <fileDetails> */

/*
 * Write a model as a document, check it against the schema.  CT_DATAERR names
 * the element.  Release *xml with free.
 */
int ct_report_write(const struct ct_elem *root, const json_t *model,
    struct ct_xsd *xsd, char **xml, size_t *len, struct ct_err *err);

/* One value as its kind is written, into text of its own; element is for
 * the message. */
int ct_report_value(char **text, const char *element, enum ct_kind kind,
    const json_t *value, struct ct_err *err);

/* ---- checks (report_rules.c) ------------------------------------------- */

bool ct_blank(const char *text); /* nothing but white space */
bool ct_mail_ok(const char *text);
bool ct_url_ok(const char *text);
bool ct_http_ok(const char *text);
bool ct_ip_ok(const char *text);
bool ct_ip_private(const char *text); /* an address nobody outside can find */
bool ct_placeholder(const char *text);

/* Milliseconds of a time of the model; CT_DATAERR names element. */
int ct_report_time(
    int64_t *ms, const char *element, const json_t *value, struct ct_err *err);

/* What the schema cannot say about a file's document. */
int ct_report_file_rules(const json_t *model, struct ct_err *err);

/* ---- what people wrote (report_soft.c) --------------------------------- */

struct ct_soft {
	struct ct_xsd *xsd;
	int64_t now;
	json_t *notes; /* for the operator: names of members */
	json_t *left;  /* texts: what does not fit, by member */
};

/* The model of a document with this element and what it must have. */
typedef json_t *ct_wrap_fn(
    const char *element, const json_t *v, const struct ct_elem **root);

/* At most max characters of it; those that XML does not allow as U+FFFD. */
char *ct_soft_text(const char *s, size_t max);

/* As much of the value of a member of a record as the form takes, or NULL;
 * the rest goes to left. */
json_t *ct_soft_value(struct ct_soft *soft, ct_wrap_fn *wrap,
    const char *element, const char *name, const json_t *v);
void ct_soft_left(struct ct_soft *soft, const char *name, const json_t *v);

/* A date or time after now? */
bool ct_soft_future(struct ct_soft *soft, const json_t *v);

/* A text and what is left, a line each. */
char *ct_soft_lines(const struct ct_soft *soft, const char *first);

/* Append a text unless it is there. */
void ct_note(json_t *notes, const char *text);

/* ---- pieces of the model -------------------------------------------------
 */

/* Set name unless the text is NULL or blank. */
void ct_model_text(json_t *model, const char *name, const char *text);

/* Append a value to the array name, made when needed, unless it has it. */
void ct_model_add(json_t *model, const char *name, json_t *value);

/* {address, port, at, event, proxy} as an ipCaptureEvent. */
json_t *ct_model_ip(const json_t *ip);

/* The user objects of all records as one: of plain members the last, of
 * lists every entry once.  Addresses that files do not take come along. */
json_t *ct_user_merge(const json_t *recs);

/* A merged user as personOrUserReported; what does not fit becomes
 * additionalInfo. */
json_t *ct_user_model(
    const struct ct_reporting *r, const json_t *user, json_t *notes);

/* An element of report.files from a file record. */
int ct_report_file(const struct ct_reporting *r, const json_t *rec,
    json_t **file, json_t *notes, struct ct_err *err);

/* reporter of the model, out of the configuration. */
json_t *ct_reporter_model(const struct ct_conf *conf);

/* incidentSummary and internetDetails of these records into model; *at is
 * the time, as text, in "at" of the object *incident for the record. */
int ct_incident_model(const struct ct_reporting *r, const json_t *recs,
    json_t *model, json_t **incident, json_t *notes, struct ct_err *err);

/* ---- other desks than NCMEC's (report_desk.c) ---------------------------- */

/* CT_CONFIG: the configuration lacks what the profile needs. */
int ct_desk_ready(const struct ct_reporting *r, struct ct_err *err);

/* Bytes of files that the record of one part takes: a document tells of each
 * of them once more. */
size_t ct_desk_bytes(const struct ct_reporting *r);

/* CT_NOPERM if one of the records is of a surface that is closed. */
int ct_desk_open(
    const struct ct_reporting *r, const json_t *recs, struct ct_err *err);

/*
 * The report records of these file records, made for NCMEC, become those of
 * r->authority: document, document_type, due, exempt_by in place of xml.
 * CT_DATAERR: something is needed and not there.
 */
int ct_desk_make(const struct ct_reporting *r, const json_t *recs,
    json_t *parts, struct ct_err *err);

/* A document that ct_report_write wrote as JSON, with the same names in the
 * same order: text, but for booleans; what may be repeated is an array, what
 * has attributes an object of them and "value". */
int ct_report_tree(json_t **to, const struct ct_elem *root, const char *xml,
    struct ct_err *err);

/* The document of a desk as a letter.  Release with free. */
char *ct_letter(const json_t *doc);

/* Is the character at s one that cannot be seen, a control or a mark that
 * changes how others are shown?  Then its bytes and *code; else 0. */
size_t ct_unseen(const char *s, unsigned *code);

void ct_letter_add(struct ct_text *t, const char *s); /* as it is */
/* Every line of it behind this lead, wrapped. */
void ct_letter_text(struct ct_text *t, const char *lead, const char *text);
/* "Label: value" where that is one line; else the value on lines of its own,
 * each behind a bar. */
void ct_letter_line(
    struct ct_text *t, int depth, const char *label, const char *value);

#endif
