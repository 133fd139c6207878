/* vault_custody.c - who did what to an object: vault_custody */
#include <string.h>

#include "blake.h"
#include "clock.h"
#include "hex.h"
#include "vault_export.h"

/* Sets of names, as objects whose members are all null; replaced: what each
 * object took the place of. */
struct custody {
	json_t *objects, *users, *reports, *acts, *replaced;
	struct ct_text *text;
	struct ct_audit_head end;
};

static void
put(json_t *set, const char *name)
{
	if (name)
		(void)json_object_set_new(set, name, json_null());
}

static bool
has(const json_t *set, const json_t *line, const char *member)
{
	const char *name = ct_rec_text(line, member);

	return name && json_object_get(set, name);
}

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
		     id = json_string_value(json_object_get(c->replaced, id))) {
			put(c->objects, id);
		}
}

/* Is it about one of our objects?  A hold or a request that is, is noted, so
 * that what is done about that is found, too. */
static bool
concerns(struct custody *c, const json_t *line)
{
	const json_t *ids = json_object_get(line, "objects"), *id;
	const char *act = ct_rec_text(line, "act");
	bool ours = has(c->objects, line, "object") ||
	    has(c->acts, line, "hold") || has(c->acts, line, "request");
	size_t i;

	json_array_foreach(ids, i, id) if (json_is_string(id) &&
	    json_object_get(c->objects, json_string_value(id))) ours = true;
	if (act && strcmp(act, "hold") == 0)
		ours = ours || has(c->users, line, "user") ||
		    has(c->reports, line, "report");
	if (ours) {
		put(c->acts, ct_rec_text(line, "hold"));
		put(c->acts, ct_rec_text(line, "request"));
	}
	return ours;
}

static int
collect(const json_t *line, const struct ct_audit_head *head, void *arg,
    struct ct_err *err)
{
	struct custody *c = arg;
	struct ct_text text = { 0 };
	uint8_t sum[32];
	struct ct_blake b;
	int rc = 0;

	c->end = *head;
	if (!concerns(c, line))
		return 0;
	if (ct_text_rec(&text, line) < 0)
		return ct_fail(err, CT_SOFTWARE, "a line cannot be written");
	ct_text_add(&text, "\n", 1);
	/* to the byte as it is in the log, so that it proves the next */
	ct_blake_start(&b, sizeof sum, NULL);
	ct_blake_add(&b, text.s, text.len);
	ct_blake_end(&b, sum, sizeof sum);
	if (memcmp(sum, head->sum, sizeof sum) != 0)
		rc = ct_fail(err, CT_DATAERR,
		    "line %lld of the log is not spelt as we spell it",
		    (long long)head->seq);
	else
		ct_text_add(c->text, text.s, text.len);
	ct_text_free(&text);
	return rc;
}

/* The end of the log, as ct-audit head tells it. */
static int
put_end(struct custody *c, struct ct_err *err)
{
	char sum[2 * sizeof c->end.sum + 1], at[CT_TIME_LEN];
	json_t *head;
	int rc;

	ct_hex(c->end.sum, sizeof c->end.sum, sum);
	head = json_pack("{s:s, s:I, s:s, s:s}", "program", "ct-preserve",
	    "seq", (json_int_t)c->end.seq, "at", ct_time(c->end.at, at), "sum",
	    sum);
	rc = head && ct_text_rec(c->text, head) == 0
	    ? 0
	    : ct_fail(err, CT_OSERR, "out of memory");
	ct_text_add(c->text, "\n", 1);
	json_decref(head);
	return rc;
}

int
vault_custody(struct ct_vault *v, const struct vault_item *item, size_t n,
    struct ct_text *text, struct ct_err *err)
{
	struct custody c = { json_object(), json_object(), json_object(),
		json_object(), json_object(), text, { 0 } };
	size_t i;
	int rc = ct_audit_each(v->audit, NULL, note_replaced, &c, err);

	add_replaced(&c, item, n);
	for (i = 0; i < n; i++) {
		put(c.users, ct_rec_text(item[i].row, "user"));
		put(c.reports, ct_rec_text(item[i].row, "report"));
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
	return rc;
}
