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
	size_t max;      /* bytes of answer */
	struct ct_patience patience;
};

/*
 * The one that [section] names with url, timeout (seconds) and key, which may
 * be there twice; if that has no key, those of [keys].  CT_CONFIG, and the
 * codes of ct_signer_add.  Release with ct_webhook_close, also after an error.
 */
int ct_webhook_open(struct ct_webhook *hook, const struct ct_conf *conf,
    const char *section, const char *keys, struct ct_err *err);
void ct_webhook_close(struct ct_webhook *hook);

/* Post it, as ct_http_patiently tells: if 0, res is to be released with
 * ct_http_done. */
int ct_webhook_post(struct ct_webhook *hook, const json_t *body,
    struct ct_http_res *res, struct ct_err *err);

#endif
