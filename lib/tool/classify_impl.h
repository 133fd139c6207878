/* classify_impl.h - what the files of classify share; for no one else */
#ifndef CT_CLASSIFY_IMPL_H
#define CT_CLASSIFY_IMPL_H

#include "classify.h"
#include "cred.h"
#include "hook.h"
#include "http.h"
#include "rec.h"

#define CLASSIFY_MAX 100            /* the highest score */
#define CLASSIFY_TEXT ((size_t)200) /* bytes of a label or a model's name */

/* Why there is no answer: the word in the record, and what it does to the exit
 * status. */
enum classify_why {
	ANSWERED,
	SURFACE,     /* it does not look at that of this record */
	NO_BYTES,    /* the record does not say where its bytes are */
	NO_HASH,     /* nor has it what is asked about in their place */
	UNSUPPORTED, /* no picture of a kind that is taken */
	TOO_LARGE,
	DECLINED, /* asked about this one alone, it says it cannot tell */
	CHANGED,  /* the bytes are not those that were hashed */
	MISSING,  /* they cannot be read */
	LATE,
	DIED,
	STOPPED, /* we are to stop */
	UNREACHED,
	CANNOT_RUN,
	SHORT,
	GARBAGE,
	UNKNOWN, /* a value that it is not known to have */
	REFUSED
};
const char *classify_word(enum classify_why why);
int classify_code(enum classify_why why);

/* A record, and what one classifier says of it. */
struct classify_ask {
	const json_t *rec;
	enum classify_why why;
	json_t *said;   /* members of the answer, an object */
	json_t *hashes; /* to be added, by name; or NULL */
};

/* The answer is this: score -1: it has none. */
void classify_says(struct classify_ask *a, const char *label, long score);
/* A text of an answer, if it is one, and not too long, as this member. */
void classify_note(
    struct classify_ask *a, const char *member, const json_t *text);

struct classifier;
struct classify_kind {
	const char *type;
	const char *const *keys; /* beside type and threshold, ended by NULL */
	int (*open)(struct classifier *c, const struct ct_conf *conf,
	    struct ct_err *err);
	void (*ask)(struct classifier *c, struct classify_ask *ask, size_t n);
	void (*close)(struct classifier *c);
};
extern const struct classify_kind classify_google, classify_arachnid,
    classify_command;

struct classifier {
	const struct classify_kind *kind;
	const char *name;
	char *who;            /* for messages */
	const char *surfaces; /* words; NULL: all but private messages */
	long threshold;       /* a person is to look at what scores this much */
	int64_t timeout;      /* ms */
	int status;           /* the least exit status of the run */
	char said[256]; /* the last message, not to be said again at once */
	/* a service */
	struct ct_http *http;
	struct ct_cred cred;
	char *base; /* no slash at its end */
	struct ct_patience patience;
	bool media, details;
	bool bare;         /* its paths have no slash at their end */
	bool ever;         /* it answered a request */
	unsigned declined; /* requests about one thing */
	/* a command */
	struct ct_hook hook;
	struct classify_talk *talk;
	long at_once;
	bool adds_pdna, adds_sha512;
};

/* A key of its section; or a number, which stays if there is none.
 * CT_CONFIG. */
const char *classify_key(
    const struct classifier *c, const struct ct_conf *conf, const char *key);
int classify_number(const struct classifier *c, const struct ct_conf *conf,
    const char *key, long lo, long hi, long *n, struct ct_err *err);
int classify_yes(const struct classifier *c, const struct ct_conf *conf,
    const char *key, bool *yes, struct ct_err *err);

/* Does it look at this surface (NULL: it was not told)? */
bool classify_looks(const struct classifier *c, const char *surface);

/* Say what failed, unless that was said last. */
void classify_warn(struct classifier *c, const struct ct_err *err);

/* ---- services ------------------------------------------------------------ */

/* Credentials of this kind, the base address: that of the credential file (test
 * only), else url, else production. */
int classify_service(struct classifier *c, const struct ct_conf *conf,
    enum ct_cred_kind kind, const char *production, struct ct_err *err);
void classify_service_close(struct classifier *c); /* may change status */

struct classify_post {
	const char *path, *type;
	char *query; /* a secret behind the path, or NULL */
	const void *body;
	size_t len;
	size_t max; /* bytes of answer */
};
/* Post it with patience; res is to be released whatever comes. */
int classify_send(struct classifier *c, const struct classify_post *post,
    struct ct_http_res *res, struct ct_err *err);
/* Why a request that failed with this code has no answer. */
enum classify_why classify_failed(int code);

/* It declined whatever it was asked, so that it is not these things. */
bool classify_useless(const struct classifier *c);

/* ---- bytes ----------------------------------------------------------------
 */

/* The bytes of the record's file, of its SHA-256 and of at most max; else why
 * not.  Release with free. */
enum classify_why classify_bytes(
    const json_t *rec, size_t max, uint8_t **bytes, size_t *len);

#endif
