/* source_get.h - GET with patience; for source_*.c only */
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
};

/* Read the credentials, settle the base address: that of the credential file
 * (test only), else url, else production or test. */
int ct_get_open(struct ct_get *g, struct ct_source *src, const char *production,
    const char *test, struct ct_err *err);
void ct_get_close(struct ct_get *g);

/*
 * Fetch base + path.  Tries again after what passes by itself, each time
 * waiting twice as long or as the server asks.  0: status 200.  CT_TEMPFAIL:
 * tried in vain, or asked to wait too long; CT_NOPERM: 401 or 403, at once;
 * CT_PROTOCOL: any other status.  Release res with ct_http_done.
 */
int ct_get_path(struct ct_get *g, const char *path, struct ct_http_res *res,
    struct ct_err *err);

/* Wait before try number n, from 0.  CT_TEMPFAIL if we are told to stop. */
int ct_get_wait(
    const struct ct_get *g, int n, int64_t least, struct ct_err *err);

#endif
