/* source_get.h - runs, GET with patience, links; for source_*.c only */
#ifndef CT_SOURCE_GET_H
#define CT_SOURCE_GET_H

#include "cred.h"
#include "http.h"
#include "source.h"

struct ct_get {
	struct ct_source *src;
	struct ct_http *http;
	struct ct_cred cred;
	char *base;   /* no slash at its end */
	int64_t date; /* ms: the server's time of its last answer; 0: none */
	long status;  /* of the last answer */
	bool over;    /* it was larger than max */

	/* may be set once it is open */
	size_t max;      /* bytes of answer accepted */
	int64_t timeout; /* ms for an answer; 0: 120 s */
	int out;         /* > 0: a file that becomes the body of a 200 */
	bool cut;        /* only status and headers are wanted */
	bool basic;      /* every request has user and password */
	const char *header[4];
	char *query; /* a parameter that every request has and no message or
			state: a secret, which is wiped */
	/* What an answer means to this service: 0, a code as of ct_get_path,
	 * or -1: what its status says */
	int (*judge)(const struct ct_get *g, const struct ct_http_res *res,
	    struct ct_err *err);
	long used;    /* per cent of what the service allows, as it says */
	int64_t last; /* ct_mono of the last request */
};

/* Read the credentials, settle the base address: that of the credential file
 * (test only), else url, else production or test, which may be NULL: then one
 * of the others is needed. */
int ct_get_open(struct ct_get *g, struct ct_source *src, enum ct_cred_kind kind,
    const char *production, const char *test, struct ct_err *err);
void ct_get_close(struct ct_get *g);

/*
 * Fetch base + path.  Tries again after what passes by itself, each time
 * waiting twice as long or as the server asks.  0: status 200.  CT_TEMPFAIL:
 * tried in vain, or asked to wait too long; CT_NOPERM: 401 or 403, at once;
 * CT_PROTOCOL: any other status.  Release res with ct_http_done.
 */
int ct_get_path(struct ct_get *g, const char *path, struct ct_http_res *res,
    struct ct_err *err);
/* The same for a POST of a form that changes nothing: it may be sent again. */
int ct_get_post(struct ct_get *g, const char *path, const char *form,
    struct ct_http_res *res, struct ct_err *err);

/*
 * Send one request to base + path as it is, once: for what changes something.
 * 0: it was answered, with whatever status; else as ct_http_do.  Release res
 * with ct_http_done.
 */
int ct_get_once(struct ct_get *g, const char *path,
    const struct ct_http_req *what, struct ct_http_res *res,
    struct ct_err *err);

/*
 * What a link of the service is behind the base address, and without the
 * parameter of this name (may be NULL).  Release with free.  NULL: CT_PROTOCOL,
 * it leads elsewhere or is no address.
 */
char *ct_get_link(const struct ct_get *g, const char *link, const char *without,
    struct ct_err *err);

/* Does it hold this text, whichever of its bytes are spelt as %41? */
bool ct_get_link_holds(const char *link, const char *text);

/* The links of one walk.  CT_PROTOCOL: this one was there before, or is one too
 * many. */
struct ct_links {
	uint64_t *seen; /* digests, the last one last; release with free */
	size_t n;
};
int ct_links_add(struct ct_links *links, const struct ct_get *g,
    const char *link, struct ct_err *err);
/* Is this the link that was added last? */
bool ct_links_last(const struct ct_links *links, const char *link);

/* Text as it may stand for a value in a query.  Release with free. */
char *ct_get_escape(const char *text);

/* Wait before try number n, from 0.  CT_TEMPFAIL if we are told to stop. */
int ct_get_wait(
    const struct ct_get *g, int n, int64_t least, struct ct_err *err);

/* What the configuration of a service must have, and may not: CT_CONFIG. */
int ct_get_conf(struct ct_source *s, struct ct_err *err);

/* ---- a run ----------------------------------------------------------------
 */

/* The list is a copy of origin; what a run goes by, *state, that it was told
 * of before is forgotten.  One that did not get to its end goes on. */
int ct_run_begin(struct ct_source *s, const char *origin,
    struct ct_list_state *state, struct ct_err *err);
/* A walk has got to its end: what it withdrew goes, which until then matched,
 * as the run might have been refused. */
int ct_run_settle(
    struct ct_source *s, struct ct_list_state *state, struct ct_err *err);
/* All of it is in the list. */
int ct_run_end(
    struct ct_source *s, struct ct_list_state *state, struct ct_err *err);

#endif
