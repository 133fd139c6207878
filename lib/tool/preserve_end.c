/* preserve_end.c - the end of evidence: destroy-request, destroy, expire */
#include <sys/stat.h>
#include <unistd.h>

#include "preserve_impl.h"
#include "prog.h"

int
preserve_request(const struct ct_preserve *p, const char *verb, const char *to)
{
	struct ct_vault_ask ask = { .verb = verb,
		.by = p->by,
		.authority = p->authority,
		.ref = p->ref,
		.reason = p->reason,
		.to = to,
		.of = { p->user, p->report, p->object, p->file },
		.ids = (const char *const *)p->operand };
	struct ct_out out = { .fd = STDOUT_FILENO };
	struct ct_err err = { 0 };
	struct ct_vault *vault;
	int rc;

	vault = preserve_enter(p, false);
	rc = ct_vault_request(vault, &ask, &out, &err);
	ct_vault_leave(vault);
	return preserve_shown(&out, rc, &err);
}

int
preserve_destroy_request(const struct ct_preserve *p)
{
	return preserve_request(p, "destroy", NULL);
}

/* Where certificates go must be there before anything is destroyed. */
static struct ct_vault_ending
ending(const struct ct_preserve *p)
{
	struct stat st;

	if (p->certificate &&
	    (stat(p->certificate, &st) < 0 || !S_ISDIR(st.st_mode) ||
		access(p->certificate, W_OK | X_OK) < 0))
		ct_die(CT_CANTCREAT,
		    "--certificate: '%s' is no directory to write in",
		    p->certificate);
	return (struct ct_vault_ending){ p->certificate, p->by,
		p->yes && !p->dry, p->clock_ok };
}

int
preserve_expire(const struct ct_preserve *p)
{
	struct ct_out out = { .fd = STDOUT_FILENO };
	struct ct_vault_ending how = ending(p);
	struct ct_tally tally = { 0 };
	struct ct_vault *vault =
	    how.yes ? preserve_enter(p, false) : preserve_look(p);
	struct ct_err err = { 0 };
	size_t due = 0;
	int rc = ct_vault_expire(vault, &how, &out, &tally, &err);

	rc = preserve_shown(&out, rc, &err);
	for (int i = 0; i < CT_TALLY_MAX; i++)
		due += tally.count[i];
	/* one certificate may be of many */
	ct_tally_end(&tally, due, due, p->quiet);
	ct_vault_leave(vault);
	return rc;
}

struct line {
	struct ct_filter filter;
	struct ct_vault *vault;
	struct ct_conf *conf;
	struct ct_vault_ending how;
};

static int
destroy_one(json_t *rec, void *arg, struct ct_err *err)
{
	struct line *l = arg;
	int rc = ct_vault_destroy(l->vault, l->conf, rec, &l->how, err);

	if (rc <= CT_NO)
		ct_tally(&l->filter.tally,
		    rc               ? "passed"
			: l->how.yes ? "destroyed"
				     : "approved");
	return rc == CT_NO ? 0 : rc;
}

int
preserve_destroy(const struct ct_preserve *p)
{
	struct line l = { .how = ending(p) };
	struct ct_err err = { 0 };
	int rc;

	preserve_must(ct_conf_load(&l.conf, p->conf, &err), &err);
	l.vault = preserve_enter(p, false);
	rc = preserve_filter(p, &l.filter, destroy_one, &l);
	ct_vault_leave(l.vault);
	ct_conf_free(l.conf);
	return rc;
}
