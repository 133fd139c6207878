/* report_collect.c - records gathered into what one report is made of */
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "queue.h"
#include "report.h"

/* The name of a record's group, or NULL with *err set. */
static char *
group_name(const json_t *rec, size_t lineno, bool previews, struct ct_err *err)
{
	bool preview = ct_rec_get(rec, "review.preview") != NULL;
	bool review = ct_review_has(rec, "review");
	const char *account = NULL;
	const char *batch = ct_rec_text(rec, "review.batch");

	if (!ct_rec_text(rec, "id"))
		(void)ct_fail(err, CT_DATAERR, "id is not a string");
	else if (ct_rec_account(rec, &account, err))
		return NULL;
	else if (preview && !previews)
		(void)ct_fail(err, CT_NOPERM,
		    "a preview (ct-review decided -n) is only for -x");
	else if (review && !preview && (!batch || strlen(batch) != 32))
		(void)ct_fail(err, CT_DATAERR,
		    "a review without batch: use ct-review decided");
	else if (batch || account)
		return ct_printf("%zu:%s:%s", account ? strlen(account) : 0,
		    account ? account : "", batch ? batch : "");
	else
		return ct_printf("line %zu", lineno);
	return NULL;
}

static struct ct_group *
group_named(struct ct_collect *c, const char *name)
{
	const json_t *at = json_object_get(c->index, name);

	if (at)
		return &c->group[json_integer_value(at)];
	(void)json_object_set_new(
	    c->index, name, json_integer((json_int_t)c->n));
	c->group = ct_grow(c->group, c->n + 1, sizeof *c->group);
	c->group[c->n] =
	    (struct ct_group){ .recs = json_array(), .seen = json_object() };
	return &c->group[c->n++];
}

static void
with_error(
    const json_t *rec, const struct ct_err *err, ct_line_fn *pass, void *arg)
{
	json_t *copy = json_copy((json_t *)(uintptr_t)rec);
	char *text;

	ct_rec_fail(copy, err);
	text = json_dumps(copy, JSON_COMPACT);
	json_decref(copy);
	if (!text)
		ct_die(CT_OSERR, "out of memory");
	pass(text, arg);
	free(text);
}

/* Into its group, or its fate said. */
static int
take(struct ct_collect *c, json_t *rec, size_t lineno, ct_line_fn *pass,
    void *arg)
{
	const char *why = ct_report_unfit(rec), *sha256;
	struct ct_err err = { 0 };
	struct ct_group *g;
	char *name, *same;

	if (why) {
		ct_tally(&c->dropped, why);
		c->ndropped++;
		return 0;
	}
	if (!(name = group_name(rec, lineno, c->previews, &err))) {
		ct_warn("line %zu: %s", lineno, err.msg);
		with_error(rec, &err, pass, arg);
		c->nerrors++;
		return err.code;
	}
	g = group_named(c, name);
	free(name);
	sha256 = ct_rec_text(rec, "hashes.sha256");
	if (!sha256)
		sha256 = ct_rec_text(rec, "review.content");
	same =
	    ct_printf("%s\n%s", sha256 ? sha256 : "", ct_rec_text(rec, "id"));
	if (json_object_get(g->seen, same)) {
		ct_tally(&c->dropped, "twice");
		c->ndropped++;
	} else {
		(void)json_object_set_new(g->seen, same, json_true());
		(void)json_array_append(g->recs, rec);
		g->n++;
	}
	free(same);
	return 0;
}

static int
code_of(const json_t *error)
{
	json_int_t code = json_integer_value(json_object_get(error, "code"));

	return code > 0 && code <= CT_CONFIG ? (int)code : CT_DATAERR;
}

/* The rest of its batch fails as it did. */
static void
remember(struct ct_collect *c, const json_t *rec, int code)
{
	const char *batch = ct_rec_text(rec, "review.batch");

	if (batch &&
	    code > json_integer_value(json_object_get(c->failed, batch)))
		(void)json_object_set_new(c->failed, batch, json_integer(code));
}

static void
hand_on(struct ct_collect *c)
{
	const char *batch;
	size_t i;

	for (i = 0; i < c->n; i++) {
		batch = ct_rec_text(
		    json_array_get(c->group[i].recs, 0), "review.batch");
		if (batch)
			c->group[i].failed = (int)json_integer_value(
			    json_object_get(c->failed, batch));
	}
}

/* A line that is no record. */
static int
bad_line(struct ct_collect *c, size_t lineno, const struct ct_err *err,
    ct_line_fn *pass, void *arg)
{
	json_t *none = json_object();

	ct_warn("line %zu: %s", lineno, err->msg);
	with_error(none, err, pass, arg);
	json_decref(none);
	c->nerrors++;
	return err->code;
}

/* What only goes along does not go alone. */
static void
drop_lone(struct ct_collect *c)
{
	const json_t *rec;
	size_t g, i, kept = 0;
	bool lone;

	for (g = 0; g < c->n; g++) {
		lone = true;
		json_array_foreach(c->group[g].recs, i, rec)
		{
			lone = lone && ct_review_along(rec);
		}
		if (!lone) {
			c->group[kept++] = c->group[g];
			continue;
		}
		for (i = 0; i < c->group[g].n; i++)
			ct_tally(&c->dropped, "supplements of nothing");
		c->ndropped += c->group[g].n;
		json_decref(c->group[g].recs);
		json_decref(c->group[g].seen);
	}
	c->n = kept;
}

int
ct_collect_read(struct ct_collect *c, int fd, ct_line_fn *pass, void *arg,
    struct ct_err *err)
{
	struct ct_in in = { .fd = fd, .delim = '\n' };
	struct ct_err why = { 0 };
	int got, rc, worst = 0;
	json_t *rec, *error;
	char *line;
	size_t len;

	c->index = json_object();
	c->failed = json_object();
	while (!ct_stop && (got = ct_in_next(&in, &line, &len, &why))) {
		if (got == CT_IOERR) {
			*err = why;
			break;
		}
		if (got == 1 && strspn(line, " \t") == len)
			continue;
		c->in++;
		rec = NULL;
		if (got == 1 && in.torn)
			(void)ct_fail(&why, CT_DATAERR,
			    "the last line has no newline; it may be cut");
		else if (got == 1)
			rec = ct_json_object(line, len, &why);
		if (!rec) {
			rc = bad_line(c, in.lineno, &why, pass, arg);
		} else if ((error = json_object_get(rec, "error"))) {
			rc = code_of(error);
			pass(line, arg);
			c->nerrors++;
		} else {
			rc = take(c, rec, in.lineno, pass, arg);
		}
		if (rc)
			remember(c, rec, rc);
		if (rc > worst)
			worst = rc;
		json_decref(rec);
	}
	ct_in_free(&in);
	drop_lone(c);
	hand_on(c);
	return worst;
}

int
ct_group_whole(const struct ct_group *g, struct ct_err *err)
{
	const json_t *items =
	    ct_rec_get(json_array_get(g->recs, 0), "review.items");

	if (!items || json_is_null(items) ||
	    json_integer_value(items) == (json_int_t)g->n)
		return 0;
	if (!json_is_integer(items))
		return ct_fail(
		    err, CT_DATAERR, "review.items is not an integer");
	return ct_fail(err, g->failed ? g->failed : CT_TEMPFAIL,
	    "%zu of the %lld files of a batch are here: no report of a part",
	    g->n, (long long)json_integer_value(items));
}

void
ct_group_refuse(const struct ct_group *g, const struct ct_err *err,
    ct_line_fn *pass, void *arg)
{
	const json_t *rec;
	size_t i;

	json_array_foreach(g->recs, i, rec)
	{
		with_error(rec, err, pass, arg);
	}
}

void
ct_collect_summary(const struct ct_collect *c, size_t filed, size_t reports)
{
	char *line = ct_printf("%zu in = %zu in %zu reports + %zu with errors "
			       "+ %zu dropped",
	    c->in, filed, reports, c->in - filed - c->ndropped, c->ndropped);
	size_t i;

	for (i = 0; i < CT_TALLY_MAX && c->dropped.name[i]; i++) {
		char *more = ct_printf("%s%s%zu %s", line, i ? ", " : ": ",
		    c->dropped.count[i], c->dropped.name[i]);

		free(line);
		line = more;
	}
	ct_warn("%s", line);
	free(line);
}

void
ct_collect_free(struct ct_collect *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		json_decref(c->group[i].recs);
		json_decref(c->group[i].seen);
	}
	free(c->group);
	json_decref(c->index);
	json_decref(c->failed);
	*c = (struct ct_collect){ 0 };
}
