/*
 * webhook.h - a signed request with a JSON body to a server of the operator's
 *
 * What cannot be signed is not sent.  Every try is signed anew.
 */
#ifndef CT_WEBHOOK_H
#define CT_WEBHOOK_H

#include <stddef.h>
#include <stdint.h>

#include "conf.h"
#include "err.h"
#include "http.h"
#include "rec.h"
#include "sign.h"

#define CT_WEBHOOK_SECONDS 30 /* for one try, if nothing else is said */
#define CT_WEBHOOK_SECONDS_MAX 600

struct ct_webhook {
	char *url;
	struct ct_signer *signer;
	struct ct_http *http;
	int64_t timeout; /* ms, of a try */
	int64_t wait;    /* ms before the second try; then twice that */
	size_t max;      /* bytes of answer */
	unsigned silent; /* tries in a row that met no server at all */
	bool shaky;      /* the last one failed for now: the next has one try */
	bool refused;    /* it does not want us: nothing more is sent */
};

/*
 * The one that [section] names with url, timeout (seconds) and key, which may
 * be there twice; if that has no key, those of [keys].  CT_CONFIG, and the
 * codes of ct_signer_add.  Release with ct_webhook_close, also after an error.
 */
int ct_webhook_open(struct ct_webhook *hook, const struct ct_conf *conf,
    const char *section, const char *keys, struct ct_err *err);
void ct_webhook_close(struct ct_webhook *hook);

/*
 * Post it, three times at most, until there is an answer of 2xx: 0, and res is
 * to be released with ct_http_done.  Else CT_TEMPFAIL (no answer, or one of
 * 408, 425, 429, 5xx), CT_NOINPUT (404, 410), CT_NOPERM (401, 403; and for all
 * requests after it, which are not sent), CT_PROTOCOL (any other, or too
 * large).
 */
int ct_webhook_post(struct ct_webhook *hook, const json_t *body,
    struct ct_http_res *res, struct ct_err *err);

#endif
