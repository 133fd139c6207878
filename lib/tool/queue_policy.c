/* queue_policy.c - the section [review] of the configuration */
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "ham.h"
#include "prog.h"
#include "queue_db.h"

#define BLANK " \t"

static const struct ct_policy policy = { .near = CT_HAM_DEFAULT,
	.lease = (int64_t)30 * 60000,
	.shift = (int64_t)8 * 3600000 };

/* The next word of a list behind *p, its length in *n; NULL at the end. */
static const char *
word(const char **p, size_t *n)
{
	const char *w = *p + strspn(*p, BLANK);

	*n = strcspn(w, BLANK);
	*p = w + *n;
	return *n ? w : NULL;
}

static int
second(struct ct_policy *p, const char *list, struct ct_err *err)
{
	const char *w;
	size_t n, i;

	while (list && (w = word(&list, &n))) {
		for (i = 0; i < CT_VERDICTS; i++)
			if (strlen(ct_verdicts[i].name) == n &&
			    strncmp(ct_verdicts[i].name, w, n) == 0)
				break;
		if (i == CT_VERDICTS)
			return ct_fail(err, CT_CONFIG,
			    "[review] second: '%.*s' is no verdict", (int)n, w);
		p->second[i] = true;
	}
	return 0;
}

static int
numbers(struct ct_policy *p, const struct ct_conf *conf, struct ct_err *err)
{
	long lease = p->lease / 60000, shift = p->shift / 3600000;
	int rc;

	if ((rc = ct_conf_number(
		 conf, "review", "least", 0, 1000000, &p->least, err)) ||
	    (rc = ct_conf_number(
		 conf, "review", "views", 0, 1000000, &p->views, err)) ||
	    (rc = ct_conf_number(
		 conf, "review", "near", -1, CT_HAM_DEFAULT, &p->near, err)) ||
	    (rc = ct_conf_number(
		 conf, "review", "lease_minutes", 1, 1440, &lease, err)) ||
	    (rc = ct_conf_number(
		 conf, "review", "shift_hours", 1, 168, &shift, err)))
		return rc;
	p->lease = (int64_t)lease * 60000;
	p->shift = (int64_t)shift * 3600000;
	return 0;
}

static char *
text(const struct ct_conf *conf, const char *key)
{
	const char *value = ct_conf_get(conf, "review", NULL, key);

	return value ? ct_strdup(value) : NULL;
}

int
ct_policy_load(struct ct_policy *p, const char *path, struct ct_err *err)
{
	static const char *const known[] = { "reviewers", "second", "least",
		"views", "near", "lease_minutes", "shift_hours", "coop_account",
		"coop_time", NULL };
	struct ct_conf *conf;
	int rc = ct_conf_load(&conf, path, err);

	*p = policy;
	if (rc)
		return rc;
	if (!(rc = ct_conf_known(conf, "review", known, err)) &&
	    !(rc = numbers(p, conf, err)) &&
	    !(rc = second(
		  p, ct_conf_get(conf, "review", NULL, "second"), err))) {
		p->reviewers = text(conf, "reviewers");
		p->coop_account = text(conf, "coop_account");
		p->coop_time = text(conf, "coop_time");
	}
	ct_conf_free(conf);
	return rc;
}

void
ct_policy_free(struct ct_policy *p)
{
	free(p->reviewers);
	free(p->coop_account);
	free(p->coop_time);
	p->reviewers = p->coop_account = p->coop_time = NULL;
}

void
ct_queue_policy(struct ct_queue *q, const struct ct_policy *p)
{
	q->policy = p;
}

const struct ct_policy *
ct_queue_rules(const struct ct_queue *q)
{
	return q->policy ? q->policy : &policy;
}

int
ct_queue_admits(const struct ct_queue *q, const char *by, struct ct_err *err)
{
	const char *list = ct_queue_rules(q)->reviewers, *w;
	size_t n, len = strlen(by);

	if (!list)
		return 0;
	while ((w = word(&list, &n)))
		if (n == len && strncmp(w, by, n) == 0)
			return 0;
	return ct_fail(err, CT_NOPERM,
	    "'%s' is none of the reviewers in the configuration", by);
}
