/*
 * tipline.h - the calls of NCMEC's CyberTipline Reporting API, and what their
 * answers mean
 *
 * An answer counts by its responseCode, not by its HTTP status.  It is taken
 * for what it says only if it is a whole document of the kind that the call
 * must get, for the report it was asked about; everything less is one of the
 * kinds below that promise nothing.
 */
#ifndef CT_TIPLINE_H
#define CT_TIPLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cred.h"
#include "err.h"
#include "outbox.h"

enum ct_tip_kind {
	CT_TIP_OK,
	CT_TIP_AUTH,      /* refused: credentials or certificate; ask nobody */
	CT_TIP_INVALID,   /* the same request will fail again; look at it */
	CT_TIP_AGAIN,     /* not done, for sure; later it may be */
	CT_TIP_UNKNOWN,   /* done or not done: no answer that can be read */
	CT_TIP_GONE,      /* 5001: there is no such report */
	CT_TIP_NO_FILE,   /* 5002: there is no such file */
	CT_TIP_RETRACTED, /* 5101 */
	CT_TIP_FINISHED,  /* 5102 */
	CT_TIP_PROTOCOL   /* it contradicts the protocol; look at it */
};

enum ct_tip_call {
	CT_TIP_STATUS,
	CT_TIP_SUBMIT,
	CT_TIP_UPLOAD,
	CT_TIP_FILEINFO,
	CT_TIP_FINISH,
	CT_TIP_RETRACT,
	CT_TIP_XSD
};

struct ct_tip_answer {
	enum ct_tip_kind kind;
	bool undone;   /* for sure the call did nothing: it never went out, or
			  a document of the service (or HTTP 429) says so */
	int code;      /* responseCode, -1 if there was none */
	long status;   /* of HTTP, 0 if there was none */
	char why[160]; /* a sentence on it unless OK; nothing the server said
			  but its codes */
	char report_id[CT_REPORT_ID]; /* as answered, or "" */
	char file_id[CT_FILE_ID];     /* upload */
	char md5[33];                 /* upload: lower-case */
	char (*files)[CT_FILE_ID];    /* finish: nfiles of them */
	size_t nfiles;
	char *body; /* len bytes as they came, and a NUL; or NULL */
	size_t len;
	char request_id[128]; /* or "" */
	int64_t retry_after;  /* ms that the server asks to wait; -1: none */
};

const char *ct_tip_name(enum ct_tip_call call); /* "submit", ... */

/*
 * The address that the calls of this credential go to, without a slash at its
 * end; cred NULL: NCMEC's own.  CT_NOPERM, CT_CONFIG as below.  Release with
 * free.
 */
int ct_tip_base(char **base, const struct ct_cred *cred, bool production,
    struct ct_err *err);

struct ct_tipline;

/*
 * The service in one environment.  cred is borrowed; it must be of that
 * environment (CT_NOPERM), and only a test one may name a URL (CT_CONFIG), of
 * NCMEC's test host or of one that is not NCMEC's (CT_NOPERM).
 */
int ct_tipline_new(struct ct_tipline **tip, const struct ct_cred *cred,
    bool production, struct ct_err *err);
void ct_tipline_free(struct ct_tipline *tip);

/* Each sends one request, once, and fills *a; release it with ct_tip_done. */
void ct_tip_status(struct ct_tipline *tip, struct ct_tip_answer *a);
void ct_tip_xsd(struct ct_tipline *tip, struct ct_tip_answer *a); /* in body */
void ct_tip_submit(struct ct_tipline *tip, const char *xml, size_t len,
    struct ct_tip_answer *a);
/* len bytes from the start of fd, whose MD5 the answer must name: else
 * CT_TIP_OK does not come but CT_TIP_UNKNOWN, with a->md5 set. */
void ct_tip_upload(struct ct_tipline *tip, const char *report_id, int fd,
    uint64_t len, const char *filename, const char *type, const char *md5,
    struct ct_tip_answer *a);
void ct_tip_fileinfo(struct ct_tipline *tip, const char *report_id,
    const char *xml, size_t len, struct ct_tip_answer *a);
void ct_tip_finish(
    struct ct_tipline *tip, const char *report_id, struct ct_tip_answer *a);
void ct_tip_retract(
    struct ct_tipline *tip, const char *report_id, struct ct_tip_answer *a);
void ct_tip_done(struct ct_tip_answer *a);

/*
 * What the answer in a (status, body, len) to this call means: the other
 * members.  report_id is the one that was asked about, NULL for none.
 */
void ct_tip_read(
    enum ct_tip_call call, const char *report_id, struct ct_tip_answer *a);

#endif
