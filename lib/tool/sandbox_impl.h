/* sandbox_impl.h - what the files of sandbox share; for no one else */
#ifndef CT_SANDBOX_IMPL_H
#define CT_SANDBOX_IMPL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "digest.h"
#include "rec.h"
#include "sandbox.h"

#define SANDBOX_XML_MAX ((size_t)2 << 20)
#define SANDBOX_LARGE_MAX ((size_t)32 << 20)
#define SANDBOX_FILE_MAX ((uint64_t)1 << 30)
#define SANDBOX_KEPT_MAX ((size_t)512 << 20) /* bytes of documents held */
#define SANDBOX_APP "810000000000001"        /* whom ThreatExchange knows */
#define SANDBOX_LOG_MAX 10000                /* requests remembered */

/* ---- faults -------------------------------------------------------------- */

enum sandbox_call {
	CALL_STATUS,
	CALL_XSD,
	CALL_SUBMIT,
	CALL_UPLOAD,
	CALL_FILEINFO,
	CALL_FINISH,
	CALL_RETRACT,
	CALL_HASH_STATUS,
	CALL_ENTRIES,
	CALL_MEMBERS,
	CALL_FEEDBACK,
	CALL_REASONS,
	CALL_ENRICH,
	CALL_PRESERVE,
	CALL_GROUPS,
	CALL_UPDATES,
	CALL_REACTION,
	CALL_FETCH,
	CALL_OPINION,
	CALL_TOKEN,
	CALL_LIST,
	CALL_FILE,
	CALL_CLASSIFY,
	CALL_MEDIA,
	CALL_PDQ,
	CALL_LARGE,
	CALL_NONE /* of no plan: the controls, and what is not there */
};

enum sandbox_kind {
	FAULT_DROP_BEFORE,
	FAULT_DROP_AFTER,
	FAULT_CODE,
	FAULT_HTTP,
	FAULT_BUSY,
	FAULT_HTML,
	FAULT_TRUNCATE,
	FAULT_WRONG_ROOT,
	FAULT_WRONG_ID,
	FAULT_WRONG_HASH,
	FAULT_NO_ID,
	FAULT_LOST_FILE,
	FAULT_DOCTYPE,
	FAULT_BIG,
	FAULT_SLOW,
	FAULT_DRIP,
	FAULT_EMPTY401,
	FAULT_BARE,
	FAULT_JUNK,
	FAULT_INDENT,
	FAULT_LOOP,
	FAULT_FOREIGN,
	FAULT_COUNT,
	FAULT_EMPTY,
	FAULT_BACK,
	FAULT_ENDLESS,
	FAULT_NO_TOKEN,
	FAULT_REWIND,
	FAULT_LIMIT,
	FAULT_LIMIT_DATE,
	FAULT_REDIRECT,
	FAULT_NO_DATE,
	FAULT_CHUNK_CUT,
	FAULT_CLOSE_CUT,
	FAULT_BODY,
	FAULT_UNKNOWN,
	FAULT_STRAY,
	FAULT_KINDS
};

/* What goes wrong with one request: several may. */
struct sandbox_plan {
	bool on[FAULT_KINDS];
	long arg[FAULT_KINDS]; /* -1: none given */
	unsigned recalled;     /* of the sandbox, as it was made */
};

struct sandbox_fault {
	enum sandbox_call call;
	enum sandbox_kind kind;
	long left; /* fires when it comes down to 0; -1: every time */
	long arg;
};

struct sandbox_plan ct_sandbox_plan(
    struct ct_sandbox *box, enum sandbox_call call);

const char *ct_sandbox_call_name(enum sandbox_call call); /* as in a fault */

/* ---- state --------------------------------------------------------------- */

struct sandbox_file {
	char id[33], *name, *details; /* details: the last document, or NULL */
	uint64_t size;
	char md5[33], sha256[65];
};

struct sandbox_report {
	int64_t id, opened, changed, finished; /* ms */
	bool is_finished, retracted;
	char *xml;
	struct sandbox_file *file;
	size_t nfiles;
};

struct sandbox_print {
	char *type, *hash; /* the type as an element is named: tmk-pdqf */
	char *path;        /* of a large one: its bytes; else NULL */
};

struct sandbox_vote {
	char *type; /* as in the path: TMK_PDQF */
	bool up;
	char **reason; /* guids */
	size_t nreasons;
	int64_t at;
};

struct sandbox_entry {
	char *member, *id, *content, *classification;
	int64_t at;
	bool deleted;
	struct sandbox_print *print;
	size_t nprints;
	struct sandbox_vote *vote;
	size_t nvotes;
};

struct sandbox_link { /* a window that was given links to further pages */
	int64_t from, to, given;
	size_t max;
};

struct sandbox_log {
	char *method, *path, at[32];
	int status;
	long code; /* responseCode; -1: none */
	int64_t report_id;
};

/* The exchanges that speak JSON: their records as they give them. */
enum sandbox_service { GRAPH, STOPNCII, TAT, SERVICES };

struct ct_xsd;
struct ct_xmlout;
struct sandbox_webhook;

struct ct_sandbox {
	pthread_mutex_t lock; /* held for all below */
	char *user, *password, *basic, url[64];
	int port;
	int64_t clock; /* -1: the machine's */
	size_t page;
	struct ct_xsd *xsd;
	struct sandbox_fault *fault;
	size_t nfaults;
	int64_t next_id;
	struct sandbox_report *report;
	size_t nreports, kept;
	struct sandbox_entry *entry;
	size_t nentries, capacity, *index,
	    nindex; /* open addressing, number + 1 */
	struct sandbox_link link[64];
	size_t nlinks;
	long churn;    /* entries that change after each page of entries */
	bool by_entry; /* a link counts from an entry, so none is missed */
	json_t *feed[SERVICES]; /* [{"key","at","wire"}] in order of at, in s */
	json_t *group;          /* ThreatExchange's privacy groups, by id */
	json_t *token;          /* TAT's: when each was given */
	json_t *file;           /* by name: paths */
	json_t *body;           /* what the fault body answers */
	json_t *priority, *class; /* words by digest, of Google and Arachnid */
	struct sandbox_webhook *webhook;
	struct sandbox_log *log; /* a ring */
	size_t nlogs;
	void *daemon;
	atomic_bool stopping;
	atomic_uint recalled; /* times that all faults were taken back */
};

void ct_sandbox_stop(struct ct_sandbox *box);
int64_t ct_sandbox_now(const struct ct_sandbox *box);

/* ---- a request and its answer -------------------------------------------- */

enum sandbox_body { BODY_NONE, BODY_TEXT, BODY_LARGE, BODY_FORM };
struct sandbox_req;
struct sandbox_ans;
typedef void sandbox_fn(struct sandbox_req *req, struct sandbox_ans *ans);

struct sandbox_route {
	const char *method, *path;
	bool below; /* anything under path */
	enum sandbox_call call;
	enum sandbox_body body;
	sandbox_fn *fn;
	const char *within; /* below: what else the path has; NULL: nothing */
};

/* Sets the route of a request, or what is wrong with it as far as its head
 * tells. */
void ct_sandbox_route(struct sandbox_req *req);

struct sandbox_req {
	struct ct_sandbox *box;
	void *conn, *post;
	const struct sandbox_route *route;
	enum sandbox_body kind;
	const char *method, *url, *tail; /* tail: what follows the route */
	char *path;                      /* with its query, for the log */
	struct sandbox_plan plan;
	int refused; /* HTTP status known before the body came, or 0 */
	char *text;  /* BODY_TEXT, BODY_LARGE: len bytes and a NUL */
	size_t len;
	uint64_t total;
	bool too_large, form_bad, control;
	/* BODY_FORM */
	char id[32], file_id[33], *name;
	bool has_id, has_file, multipart, hashing;
	struct ct_digest digest;
	uint64_t size;
};

struct sandbox_ans {
	int status;
	const char *type;
	char *body; /* released with free */
	size_t len;
	long code;
	int64_t report_id;
	char request_id[33];
	json_t *header; /* further ones, by name; or NULL */
};

/* The query's argument, decoded, or NULL; the header, or NULL. */
const char *ct_sandbox_arg(const struct sandbox_req *req, const char *name);
const char *ct_sandbox_header(const struct sandbox_req *req, const char *name);
/* Is its Content-Type this, whatever the parameters? */
bool ct_sandbox_typed(const struct sandbox_req *req, const char *type);

/* A CyberTipline answer with this code (and the request's faults). */
void ct_sandbox_code(struct sandbox_req *req, struct sandbox_ans *ans,
    long code, const char *text);
void ct_sandbox_report_free(struct sandbox_report *r);
bool ct_sandbox_expired(
    const struct ct_sandbox *box, const struct sandbox_report *r);
const char *ct_sandbox_state(
    const struct ct_sandbox *box, const struct sandbox_report *r);

int ct_sandbox_entry(
    struct ct_sandbox *box, const json_t *rec, int64_t at, struct ct_err *err);
struct sandbox_entry *ct_sandbox_find(struct ct_sandbox *box,
    const char *content, const char *member, const char *id);
void ct_sandbox_entry_free(struct sandbox_entry *e);
/* The answer is this document (and the request's faults); xml is taken. */
void ct_sandbox_doc(
    struct sandbox_req *req, struct sandbox_ans *ans, char *xml, size_t len);
/* A document of Hash Sharing: begun with its root, made the answer. */
struct ct_xmlout *ct_sandbox_open(
    const struct sandbox_req *req, const char *root);
void ct_sandbox_close(
    struct sandbox_req *req, struct sandbox_ans *ans, struct ct_xmlout *x);
void ct_sandbox_refuse(struct sandbox_ans *ans, int status); /* no body */
/* PDQ of a path, Pdq of an attribute, pdq of an element, compared. */
bool ct_sandbox_same_type(const char *a, const char *b);

sandbox_fn ct_sandbox_status, ct_sandbox_xsd, ct_sandbox_submit,
    ct_sandbox_upload, ct_sandbox_fileinfo, ct_sandbox_finish,
    ct_sandbox_retract;
sandbox_fn ct_sandbox_hash_status, ct_sandbox_members, ct_sandbox_entries,
    ct_sandbox_reasons, ct_sandbox_feedback, ct_sandbox_categorizations,
    ct_sandbox_large;
sandbox_fn ct_sandbox_enrich, ct_sandbox_preserve;
sandbox_fn ct_sandbox_graph_get, ct_sandbox_graph_post;
sandbox_fn ct_sandbox_fetch, ct_sandbox_opinion;
sandbox_fn ct_sandbox_token, ct_sandbox_list;
sandbox_fn ct_sandbox_file;
sandbox_fn ct_sandbox_classify, ct_sandbox_media, ct_sandbox_pdq;
sandbox_fn ct_sandbox_show, ct_sandbox_control;

/* An answer of this JSON, which is taken. */
void ct_sandbox_json(struct sandbox_ans *ans, int status, json_t *o);
/* A parameter of the query or of the form in the body, decoded; NULL.  Release
 * with free. */
char *ct_sandbox_param(const struct sandbox_req *req, const char *name);

/* ---- the exchanges that speak JSON --------------------------------------- */

extern const char *const ct_sandbox_service[SERVICES]; /* as controls name it */

void ct_sandbox_feeds_new(struct ct_sandbox *box);
void ct_sandbox_feeds_free(struct ct_sandbox *box);
/* Records of a service, put in place of those of the same key; what has no time
 * gets that of the clock. */
int ct_sandbox_feed(struct ct_sandbox *box, enum sandbox_service s,
    const json_t *records, struct ct_err *err);
/* One of them has changed now: it goes to the end. */
void ct_sandbox_touch(struct ct_sandbox *box, enum sandbox_service s, size_t i);
/* The number that a record changed at, or a parameter, in s; -1: none. */
double ct_sandbox_seconds(const json_t *v);

/* May it?  The credentials are where each service wants them. */
bool ct_sandbox_graph_may(struct sandbox_req *req);
bool ct_sandbox_key_may(struct sandbox_req *req, const char *key);
bool ct_sandbox_bearer_may(struct sandbox_req *req);

int ct_sandbox_group(
    struct ct_sandbox *box, const json_t *v, struct ct_err *err);
int ct_sandbox_files(
    struct ct_sandbox *box, const json_t *v, struct ct_err *err);
int ct_sandbox_body(
    struct ct_sandbox *box, const json_t *v, struct ct_err *err);
int ct_sandbox_priorities(
    struct ct_sandbox *box, const json_t *v, struct ct_err *err);
int ct_sandbox_classifications(
    struct ct_sandbox *box, const json_t *v, struct ct_err *err);
/* The answer is what is in this file; 404 if that cannot be read. */
void ct_sandbox_bytes(struct sandbox_ans *ans, const char *path);
/* What the fault body says in place of an answer. */
void ct_sandbox_instead(struct sandbox_req *req, struct sandbox_ans *ans);
/* Many entries of one moment, made up; so many of them change. */
int ct_sandbox_fill(
    struct ct_sandbox *box, const json_t *v, struct ct_err *err);
void ct_sandbox_churn(struct ct_sandbox *box, int64_t from, int64_t to);

/* Webhooks: what the control says of them; the calls, a new reference. */
void ct_sandbox_webhook_new(struct ct_sandbox *box);
void ct_sandbox_webhook_free(struct ct_sandbox *box);
int ct_sandbox_webhook(
    struct ct_sandbox *box, const json_t *v, struct ct_err *err);
json_t *ct_sandbox_webhook_calls(const struct ct_sandbox *box);

#endif
