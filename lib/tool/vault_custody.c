/* vault_custody.c - who did what to an object: vault_custody */
#include <string.h>

#include "blake.h"
#include "clock.h"
#include "hex.h"
#include "vault_export.h"

/* Sets of names; replaced: what each object took the place of. */
struct custody {
	const char *authority; /* on whose word it is exported; or NULL */
	json_t *objects, *users, *reports, *acts, *replaced;
	json_t *theirs; /* holds and requests of other authorities */
	struct ct_text *text;
	struct ct_audit_head end;
	int64_t withheld; /* lines, up to the end */
	uint8_t first[32];
};

static int
note_replaced(const json_t *line, const struct ct_audit_head *head, void *arg,
    struct ct_err *err)
{
	struct custody *c = arg;
	const char *id = ct_rec_text(line, "object");

	(void)head;
	if (id && ct_rec_text(line, "replaces") &&
	    json_object_set(c->replaced, id, json_object_get(line, "replaces")))
		return ct_fail(err, CT_OSERR, "out of memory");
	return 0;
}

/* What they took the place of, and that of it, and so on. */
static void
add_replaced(struct custody *c, const struct vault_item *item, size_t n)
{
	const char *id;
	size_t i;

	for (i = 0; i < n; i++)
		for (id = item[i].id; id;
		     id = json_string_value(json_object_get(c->replaced, id)))
			(void)json_object_set_new(c->objects, id, json_null());
}

/* Is it about one of our objects?  A hold or a request that is, is noted, so
 * that what is done about that is found, too. */
static bool
concerns(struct custody *c, const json_t *line)
{
	const char *act = ct_rec_text(line, "act");
	bool ours = ct_names_has(c->objects, line, "object") ||
	    ct_names_in(c->objects, line, "objects") ||
	    ct_names_has(c->acts, line, "hold") ||
	    ct_names_has(c->acts, line, "request");

	if (act && strcmp(act, "hold") == 0)
		ours = ours || ct_names_has(c->users, line, "user") ||
		    ct_names_has(c->reports, line, "report");
	if (ours) {
		ct_names_add(c->acts, line, "hold");
		ct_names_add(c->acts, line, "request");
	}
	return ours;
}

/*
 * Does it tell of what another authority asked for, or of objects that this
 * export has nothing to do with?  The reports are ours, whomever they went to,
 * and an own request was about all that it names.
 */
static bool
is_theirs(struct custody *c, const json_t *line)
{
	const char *act = ct_rec_text(line, "act");
	const char *whose = ct_rec_text(line, "authority");

	if (act && strcmp(act, "anchor") == 0)
		return false;
	if (whose && (!c->authority || strcmp(whose, c->authority) != 0)) {
		ct_names_add(c->theirs, line, "hold");
		ct_names_add(c->theirs, line, "request");
		return true;
	}
	return ct_names_has(c->theirs, line, "hold") ||
	    ct_names_in(c->theirs, line, "hold") ||
	    ct_names_has(c->theirs, line, "request") ||
	    (!ct_rec_text(line, "request") &&
		ct_names_in(c->objects, line, "objects") <
		    json_array_size(json_object_get(line, "objects")));
}

/* In place of lines that are withheld: how many, and the digest of the last,
 * which the line behind it names, and which vouches for all before it. */
static int
put_withheld(struct custody *c, struct ct_err *err)
{
	char sum[2 * sizeof c->end.sum + 1];
	json_t *rec;
	int rc;

	if (!c->withheld)
		return 0;
	ct_hex(c->end.sum, sizeof c->end.sum, sum);
	rec = json_pack("{s:I, s:I, s:s}", "withheld", (json_int_t)c->withheld,
	    "seq", (json_int_t)c->end.seq, "sum", sum);
	rc = vault_export_line(c->text, rec, err);
	c->withheld = 0;
	return rc;
}

/* To the byte as it is in the log, so that it proves the next. */
static int
put_line(struct custody *c, const json_t *line,
    const struct ct_audit_head *head, struct ct_err *err)
{
	struct ct_text text = { 0 };
	uint8_t sum[32];
	struct ct_blake b;
	int rc = put_withheld(c, err);

	if (!rc && ct_text_rec(&text, line) < 0)
		rc = ct_fail(err, CT_SOFTWARE, "a line cannot be written");
	ct_text_add(&text, "\n", 1);
	ct_blake_start(&b, sizeof sum, NULL);
	ct_blake_add(&b, text.s, text.len);
	ct_blake_end(&b, sum, sizeof sum);
	if (!rc && memcmp(sum, head->sum, sizeof sum) != 0)
		rc = ct_fail(err, CT_DATAERR,
		    "line %lld of the log is not spelt as we spell it",
		    (long long)head->seq);
	if (!rc)
		ct_text_add(c->text, text.s, text.len);
	ct_text_free(&text);
	return rc;
}

static int
collect(const json_t *line, const struct ct_audit_head *head, void *arg,
    struct ct_err *err)
{
	struct custody *c = arg;
	bool theirs = is_theirs(c, line);
	int rc = 0;

	if (head->seq == 1)
		memcpy(c->first, head->sum, sizeof c->first);
	if (!theirs && concerns(c, line))
		rc = put_line(c, line, head, err);
	else
		c->withheld++;
	c->end = *head;
	return rc;
}

/* The end of the log, as ct-audit head tells it. */
static int
put_end(struct custody *c, struct ct_err *err)
{
	char sum[2 * sizeof c->end.sum + 1], first[2 * sizeof c->first + 1];
	char at[CT_TIME_LEN], now[CT_TIME_LEN];
	int rc = put_withheld(c, err);

	ct_hex(c->end.sum, sizeof c->end.sum, sum);
	ct_hex(c->first, sizeof c->first, first);
	return rc ? rc
		  : vault_export_line(c->text,
			json_pack("{s:s, s:I, s:s, s:s, s:s, s:s}", "program",
			    "ct-preserve", "seq", (json_int_t)c->end.seq, "at",
			    ct_time(c->end.at, at), "first", first, "sum", sum,
			    "taken", ct_time_now(now)),
			err);
}

int
vault_custody(struct ct_vault *v, const struct vault_item *item, size_t n,
    const char *authority, struct ct_text *text, struct ct_err *err)
{
	struct custody c = { .authority = authority,
		.objects = json_object(),
		.users = json_object(),
		.reports = json_object(),
		.acts = json_object(),
		.replaced = json_object(),
		.theirs = json_object(),
		.text = text };
	size_t i;
	int rc = ct_audit_each(v->audit, NULL, note_replaced, &c, err);

	add_replaced(&c, item, n);
	for (i = 0; i < n; i++) {
		ct_names_add(c.users, item[i].row, "user");
		ct_names_add(c.reports, item[i].row, "report");
	}
	if (!rc)
		rc = ct_audit_each(v->audit, NULL, collect, &c, err);
	if (!rc)
		rc = put_end(&c, err);
	json_decref(c.objects);
	json_decref(c.users);
	json_decref(c.reports);
	json_decref(c.acts);
	json_decref(c.replaced);
	json_decref(c.theirs);
	return rc;
}
