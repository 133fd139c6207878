/* filing_ask.c - what is asked of the service besides filing */
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "filing_impl.h"
#include "prog.h"
#include "schema.h"

/* The exit status for an answer to a call that changes nothing. */
static int
status_of(enum ct_tip_call call, const struct ct_tip_answer *a)
{
	if (a->kind != CT_TIP_OK)
		ct_warn("/%s: %s", ct_tip_name(call), a->why);
	switch (a->kind) {
	case CT_TIP_OK:
		return 0;
	case CT_TIP_AUTH:
		return CT_NOPERM;
	case CT_TIP_PROTOCOL:
	case CT_TIP_INVALID:
		return CT_PROTOCOL;
	default:
		return CT_TEMPFAIL;
	}
}

int
ct_filing_check(struct ct_filing *f, struct ct_out *out)
{
	struct ct_err err = { 0 };
	struct ct_tip_answer a;
	int rc;

	(void)out;
	ct_tip_status(f->tip, &a);
	rc = status_of(CT_TIP_STATUS, &a);
	ct_tip_done(&a);
	if (!rc && (rc = ct_service_known(f, &err)))
		ct_warn("%s", err.msg);
	return rc;
}

/* ---- the schema -------------------------------------------------------------
 */

static bool
is_there(const char *path, const char *text, size_t len)
{
	struct ct_err err;
	uint8_t *old = NULL;
	size_t n = 0;
	bool same;

	same = ct_file_read(path, CT_LIVE_MAX, &old, &n, &err) == 0 &&
	    n == len && memcmp(old, text, len) == 0;
	free(old);
	return same;
}

/* Put it where ct-report and we look for it, unless it is no use. */
static int
install(struct ct_filing *f, const struct ct_tip_answer *a, struct ct_out *out,
    struct ct_err *err)
{
	char *path = ct_live_path(f->dir, f->production);
	bool same = is_there(path, a->body, a->len);
	struct ct_live *live = NULL;
	struct ct_err why = { 0 };
	json_t *rec;
	int rc;

	if (ct_live_parse(&live, a->body, a->len, &why))
		rc = ct_fail(
		    err, CT_PROTOCOL, "/xsd: not kept: %.200s", why.msg);
	else if (!(rc = ct_mkdirs(f->dir, err)) && !same)
		rc = ct_file_replace(path, 0640, a->body, a->len, err);
	if (!rc) {
		rec = json_pack("{s:s, s:s, s:I, s:b}", "env",
		    f->production ? "production" : "test", "path", path, "size",
		    (json_int_t)a->len, "changed", !same);
		rc = ct_out_rec(out, rec, err);
		json_decref(rec);
	}
	ct_live_free(live);
	free(path);
	return rc;
}

int
ct_filing_fetch(struct ct_filing *f, struct ct_out *out)
{
	struct ct_filing_end end = { 0 };
	struct ct_err err = { 0 };
	struct ct_tip_answer a;
	int rc;

	if (!ct_service_may(f, &end)) {
		ct_warn("%s", end.why);
		return end.status;
	}
	ct_tip_xsd(f->tip, &a);
	rc = status_of(CT_TIP_XSD, &a);
	err.code = 0;
	if (!rc)
		rc = install(f, &a, out, &err);
	else if (a.kind == CT_TIP_AUTH && a.status)
		(void)ct_service_refused(f, a.why, true, &err);
	if (err.code)
		ct_warn("%s", err.msg);
	ct_tip_done(&a);
	return rc;
}
