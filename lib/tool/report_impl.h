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
	CT_IP,
	CT_CALLING, /* + and one to three digits */
	CT_DIGITS
};

/* What a value may be. */
struct ct_type {
	const char *name; /* of its type in the schema; NULL: no value */
	enum ct_kind kind;
	unsigned max;              /* characters; 0: any number */
	int64_t low, high;         /* of a number; both 0: any */
	const char *const *values; /* one of these, ended by NULL; or NULL */
	const char *what;          /* in words; NULL: name its values */
};

enum ct_type_id {
	CT_T_NODE,
	CT_T_CHOICE,
	CT_T_FLAGS,
	CT_T_FLAG,
	CT_T_TEXT,
	CT_T_STR20,
	CT_T_STR50,
	CT_T_STR64,
	CT_T_STR100,
	CT_T_STR255,
	CT_T_STR256,
	CT_T_STR300,
	CT_T_STR2056,
	CT_T_STR2083,
	CT_T_STR3000,
	CT_T_REASON,
	CT_T_TOKEN,
	CT_T_BOOL,
	CT_T_NUMBER,
	CT_T_PORT,
	CT_T_AGE,
	CT_T_DEGREES,
	CT_T_TIME,
	CT_T_DATE,
	CT_T_URL,
	CT_T_HTTP,
	CT_T_MAIL,
	CT_T_IP,
	CT_T_CALLING,
	CT_T_EXTENSION,
	CT_T_INCIDENT,
	CT_T_EVENT,
	CT_T_ADDRESS_KIND,
	CT_T_EMAIL_KIND,
	CT_T_PHONE_KIND,
	CT_T_ACCOUNT_KIND,
	CT_T_RELEVANCE,
	CT_T_CLASS,
	CT_T_METADATA_KIND,
	CT_T_BATCH_REASON,
	CT_T_COUNTRY,
	CT_T_STATE,
	CT_NTYPES
};
extern const struct ct_type ct_types[CT_NTYPES];

enum { CT_MUST = 1, CT_MANY = 2, CT_LATER = 4 };

struct ct_attr {
	const char *name;
	const struct ct_type *type;
	bool must;
};

/*
 * An element.  In the model it is the member of its name; if CT_MANY always
 * an array; with attributes a plain value or an object of its attributes and
 * "value" (or, for a node, its elements).  Both lists end with a NULL name.
 */
struct ct_elem {
	const char *name;
	const struct ct_type *type;
	int flags;
	const struct ct_elem *sub;
	const struct ct_attr *attr;
};

extern const struct ct_elem ct_report_table; /* <report> */
extern const struct ct_elem ct_file_table;   /* <fileDetails> */

/* The element or attribute of this name within e; NULL if there is none. */
const struct ct_elem *ct_elem_sub(const struct ct_elem *e, const char *name);
const struct ct_attr *ct_elem_attr(const struct ct_elem *e, const char *name);

/*
 * Write a model as a document, check it against the schema and its rules, of r
 * by xsd, live and now.  CT_DATAERR names the element.  Release *xml with free.
 */
int ct_report_write(const struct ct_elem *root, const json_t *model,
    const struct ct_reporting *r, char **xml, size_t *len, struct ct_err *err);

/* Could this value be written as this element?  By the table alone. */
int ct_report_fits(
    const struct ct_elem *e, const json_t *value, struct ct_err *err);

/* ---- values (report_value.c) ------------------------------------------- */

/* Of what a message tells: an element, or an attribute of it. */
struct ct_where {
	const char *element, *attr; /* attr: or NULL */
};

/* One value as its type is written, into text of its own. */
int ct_report_value(char **text, const struct ct_where *at,
    const struct ct_type *type, const json_t *value, struct ct_err *err);

/* CT_DATAERR: "element 'E' is not WHAT", or of its attribute. */
int ct_value_is_not(
    const struct ct_where *at, const char *what, struct ct_err *err);

/* Milliseconds of a time of the model; CT_DATAERR names element. */
int ct_report_time(
    int64_t *ms, const char *element, const json_t *value, struct ct_err *err);

/* ---- checks (report_rules.c) ------------------------------------------- */

bool ct_date_ok(const char *text);
bool ct_mail_ok(const char *text);
bool ct_url_ok(const char *text);
bool ct_http_ok(const char *text);
bool ct_ip_ok(const char *text);
const char *ct_base_name(const char *path); /* of any system */
bool ct_ip_private(const char *text); /* an address nobody outside can find */
bool ct_placeholder(const char *text);

/* ---- what people wrote (report_soft.c) --------------------------------- */

struct ct_soft {
	int64_t now;
	json_t *notes; /* for the operator: names of members */
	json_t *left;  /* texts: what does not fit, by member */
};

/* At most max characters of it; those that XML does not allow as U+FFFD. */
char *ct_soft_text(const char *s, size_t max);

/* As much of the value of a member of a record as the element takes, in the
 * names of the record, or NULL; the rest goes to left. */
json_t *ct_soft_value(struct ct_soft *soft, const struct ct_elem *e,
    const char *name, const json_t *v);
void ct_soft_left(struct ct_soft *soft, const char *name, const json_t *v);

/* The same in the names of the schema, which differ for ipCaptureEvent and
 * deviceId. */
json_t *ct_model_named(const struct ct_elem *e, const json_t *v);

/* A date or time after now? */
bool ct_soft_future(struct ct_soft *soft, const json_t *v);

/* The first max characters of s, and where the rest begins.  Release with
 * free. */
char *ct_soft_piece(const char *s, size_t max, const char **rest);

/* A text and what is left, a line each. */
char *ct_soft_lines(const struct ct_soft *soft, const char *first);

/* Append a text unless it is there. */
void ct_note(json_t *notes, const char *text);

/* The same: what became of a member of a record. */
#define CT_WAS_CUT "was cut, or had characters that XML does not allow"
void ct_soft_note(json_t *notes, const char *name, const char *what);

/* ---- what has no file (report_told.c, report_thread.c) ----------------- */

/* Is this record of no file; or of none that can be attached? */
bool ct_told_record(const json_t *rec);
bool ct_told_only(const json_t *rec);

/* CT_DATAERR: a member is not of its kind, so that all within would be lost. */
int ct_report_shape(const json_t *recs, struct ct_err *err);

/* Is there anything to report in these, and has what they tell its shape? */
int ct_told_check(const json_t *recs, struct ct_err *err);

/* Does the model of these name another offence than csam if a person did? */
int ct_told_offence(
    const json_t *recs, const json_t *model, struct ct_err *err);

/* An element of report.files that carries its text; info (an array of texts)
 * is taken. */
int ct_told_file(json_t **file, const char *id, const char *name,
    const char *mime, const json_t *text, json_t *info, struct ct_err *err);

/* The texts at this path of all records, each a text or an array of them, each
 * once, a line each, at most max characters; or NULL. */
char *ct_texts(const json_t *recs, const char *path, size_t max, json_t *notes);

/* incident.url of all records, with objects also object.url, as a
 * webPageIncident; what is no URL is told there. */
json_t *ct_told_pages(const json_t *recs, bool objects);

/* incident.text as the content of a channel; all of it into files if that does
 * not take it. */
int ct_told_content(const json_t *recs, json_t *model, json_t *files,
    json_t *notes, struct ct_err *err);

/* The threads of all records as CSV files. */
int ct_thread_files(
    const json_t *recs, json_t *files, json_t *notes, struct ct_err *err);

/* Any value as text: of an array its texts, what is no text as JSON. */
char *ct_thread_text(const json_t *v);

/* The threads of all records, {id, label, kind, messages}, each id once and
 * those of none apart; label is of no other. */
json_t *ct_thread_gather(const json_t *recs);

/* Note members of its messages that are not looked at. */
void ct_thread_odd(const json_t *thread, json_t *notes);

/* Has a thread of these no message with words, or with who wrote it? */
bool ct_thread_wordless(const json_t *recs);

/* A cell of CSV behind those that row has, or the first of it; guarded: it has
 * apostrophes that are not part of the text, which CT_CSV_GUARD tells. */
void ct_csv_cell(struct ct_text *row, bool first, const char *s, bool *guarded);
#define CT_CSV_GUARD                                                           \
	"Where a cell begins, or goes on behind a semicolon, a tab or a line " \
	"end, with = + - @ ' (a cell also with a tab or a line end), there "   \
	"is "                                                                  \
	"one apostrophe before it that is not part of the text."

/* Of very many addresses of this merged user only the newest stay; the rest
 * goes into CSV files. */
int ct_address_files(
    json_t *user, json_t *files, json_t *notes, struct ct_err *err);

/* The newest time of a message that is past, if it is after *ms. */
void ct_thread_newest(const json_t *recs, int64_t now, int64_t *ms);

/* report.texts and report.missing of these; and the latter as a text for the
 * report, or NULL. */
void ct_told_items(const json_t *recs, json_t **texts, json_t **gone);
char *ct_told_missing(const json_t *gone);

/* ---- pieces of the model -------------------------------------------------
 */

/* Set name unless the text is NULL or blank. */
void ct_model_text(json_t *model, const char *name, const char *text);

/* Append a value to the array name, made when needed, unless it has it. */
void ct_model_add(json_t *model, const char *name, json_t *value);

/* Flags, as names or as members that are true, to the array name. */
void ct_model_flags(json_t *model, const char *name, const json_t *flags);

/*
 * Lay what the operator says, in the names of root, over a model, which is
 * replaced by a copy: objects member by member, lists by what they have not
 * yet (an object, over their first), all else in place of what is there.
 * What the table does not know stays for the writer to find.
 */
int ct_model_overlay(const struct ct_elem *root, json_t **model,
    const json_t *over, struct ct_err *err);

/* The user objects of all records as one: of plain members the last, of
 * lists every entry once.  Addresses that files do not take come along. */
json_t *ct_user_merge(const json_t *recs);

/*
 * An object shaped like user as e, one of personOrUserReported,
 * intendedRecipient, victim and associatedAccount; name is what the record
 * calls it.  What does not fit becomes additionalInfo.  NULL, only of
 * associatedAccount: it says nothing of what the account is.
 */
json_t *ct_account_model(const struct ct_reporting *r, const struct ct_elem *e,
    const char *name, const json_t *user, json_t *notes);

/* The same of all records' victim or recipient into model. */
void ct_others_model(const struct ct_reporting *r, const json_t *recs,
    json_t *model, json_t *notes);

#define CT_FILE_PAIRS 200 /* of the metadata in a file */
#define CT_FILE_TEXT 3000 /* characters of one, and of an additionalInfo */

/* Earlier reports of the account in this environment, whoever knows of them,
 * into its model. */
void ct_priors(const struct ct_reporting *r, const json_t *recs,
    json_t *suspect, json_t *notes);

/* An element of report.files from a file record. */
int ct_report_file(const struct ct_reporting *r, const json_t *rec,
    json_t **file, json_t *notes, struct ct_err *err);

/* review of a record into an element of the report, without what is of the
 * account. */
void ct_file_review(json_t *file, const json_t *rec);

/* Is a hit of this type on the bytes themselves?  All others are near. */
bool ct_same_bytes(const char *type);

/* Its document, see ct_report_file_xml. */
int ct_file_write(const struct ct_reporting *r, const json_t *file,
    const char *report_id, const char *file_id, char **xml, size_t *len,
    struct ct_err *err);

/* reporter of the model, out of the configuration. */
json_t *ct_reporter_model(const struct ct_conf *conf);

/* ---- what a model must have beside what is derived (report_rules.c) ------ */

/* All that cybertip.report of these records says, over the model; then what
 * is no element's own: no placeholder on production, and something to tell. */
int ct_report_overlay(const struct ct_reporting *r, const json_t *recs,
    json_t **model, struct ct_err *err);
int ct_report_rules(const struct ct_reporting *r, const json_t *model,
    size_t nfiles, struct ct_err *err);

/* Has internetDetails what was said, or a page? */
bool ct_model_tells(const json_t *model);

/* What is legal, but poor: {"score", "errors", "warnings"} of one part. */
json_t *ct_report_lint(const struct ct_reporting *r, const json_t *recs,
    const json_t *model, const json_t *files);

/* Is this a time that somebody stated?  0 is what a program writes that knows
 * none. */
bool ct_time_told(const json_t *v);

/* incidentSummary and internetDetails of these records into model, what those
 * do not take into files; *at is the time, as text, in "at" of the object
 * *incident for the record. */
int ct_incident_model(const struct ct_reporting *r, const json_t *recs,
    json_t *model, json_t **incident, json_t *files, json_t *notes,
    struct ct_err *err);

/* ---- a report by hand (report_new.c, report_ask.c) ----------------------- */

/* Does a text stand at this path; is there anything to report? */
bool ct_new_told(const json_t *rec, const char *path);
bool ct_new_content(const json_t *rec);

/* What the option of this name says, into rec. */
void ct_new_put(json_t *rec, const char *flag, const char *text);

/* Ask at the terminal for what is not told, each answer until it can be one;
 * if nothing that is needed is lacking, only for who it is, if nobody is
 * named.  Exits if there is no answer. */
void ct_new_ask(json_t *rec, bool lacks);

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

/* The name of an element in words, as "Screen name" of screenName, or what a
 * letter calls it; release both.  The title of its section, what a class is:
 * or NULL. */
char *ct_letter_words(const char *name);
char *ct_letter_label(const char *name);
const char *ct_letter_title(const char *name);
const char *ct_letter_class(const char *class);

void ct_letter_add(struct ct_text *t, const char *s); /* as it is */
/* Every line of it behind this lead, wrapped. */
void ct_letter_text(struct ct_text *t, const char *lead, const char *text);
/* "Label: value" where that is one line; else the value on lines of its own,
 * each behind a bar. */
void ct_letter_line(
    struct ct_text *t, int depth, const char *label, const char *value);

#endif
