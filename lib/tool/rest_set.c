/* rest_set.c - an index at rest, in the clear or not */
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "prog.h"
#include "rec.h"
#include "rest_impl.h"

int
ct_rest_set_open(
    struct ct_set **set, const char *path, bool lock, struct ct_err *err)
{
	size_t len;
	void *map;
	int rc;

	*set = NULL;
	if (!ct_rest_sealed(path, NULL))
		return ct_set_open(set, path, err);
	rc = ct_rest_map(path, lock, &map, &len, err);
	return rc ? rc : ct_set_take(set, map, len, err);
}

/* ---- writing ---------------------------------------------------------------
 */

static int
put_plain(void *arg, const void *bytes, size_t len)
{
	return ct_write_full(*(int *)arg, bytes, len);
}

/* What ct_rest_peek tells, as the head of the file. */
static char *
head_text(const struct ct_build *b, const struct ct_set *set,
    const struct ct_set_head *head, uint64_t content, size_t *len)
{
	size_t n = b ? ct_build_ngroups(b) : ct_set_ngroups(set), i, size = 0;
	json_t *o = json_object(), *groups = json_array();
	struct ct_err none = { 0 };
	const char *text = "";
	char hex[17], *whole;

	(void)snprintf(hex, sizeof hex, "%016llx", (unsigned long long)content);
	for (i = 0; i < n; i++) {
		if (b)
			text = ct_build_group_text(b, i, &size);
		else
			(void)ct_set_group(set, i, &text, &size, &none);
		(void)json_array_append_new(groups, json_stringn(text, size));
	}
	(void)json_object_set_new(
	    o, "generation", json_integer((json_int_t)head->generation));
	(void)json_object_set_new(o, "compiled", json_integer(head->compiled));
	(void)json_object_set_new(o, "asof", json_integer(head->asof));
	(void)json_object_set_new(o, "content", json_string(hex));
	(void)json_object_set_new(o, "notes",
	    json_integer(
		(json_int_t)(b ? ct_build_nnotes(b) : ct_set_nnotes(set))));
	(void)json_object_set_new(o, "groups", groups);
	whole = ct_rec_dump(o, len);
	json_decref(o);
	return whole;
}

int
ct_rest_set_write(const struct ct_build *b, const struct ct_set *set,
    const struct ct_set_head *head, int fd, struct ct_err *err)
{
	const struct ct_rest_key *key;
	ct_set_write_fn *put = put_plain;
	struct ct_rest_out *out = NULL;
	void *arg = &fd;
	size_t len;
	char *text;
	int rc = ct_rest_key(&key, err);

	if (!rc && key) {
		text = head_text(b, set, head,
		    b ? ct_build_content(b) : ct_set_content(set), &len);
		rc = ct_rest_out(&out, key, fd, text, len, err);
		free(text);
		put = ct_rest_out_put;
		arg = out;
	}
	if (rc)
		return rc;
	rc = b ? ct_build_write(b, head, put, arg, err)
	       : ct_set_rewrite(set, head, put, arg, err);
	if (out && ct_rest_out_end(out, rc == 0) < 0 && !rc)
		rc = ct_fail(err, CT_IOERR, "cannot write the index");
	return rc;
}

/* ---- looking ---------------------------------------------------------------
 */

static int
peek_plain(
    struct ct_rest_peek *p, const char *path, size_t verify, struct ct_err *err)
{
	struct ct_set *set;
	const char *text;
	size_t i, len;
	int rc = ct_set_open(&set, path, err);

	if (!rc && ct_set_size(set) <= verify)
		rc = ct_set_verify(set, err);
	if (rc) {
		ct_set_close(set);
		return rc;
	}
	ct_set_head(set, &p->head);
	p->content = ct_set_content(set);
	p->nnotes = ct_set_nnotes(set);
	p->bytes = ct_set_size(set);
	p->group = ct_alloc(ct_set_ngroups(set), sizeof *p->group);
	for (i = 0; !rc && i < ct_set_ngroups(set); i++)
		if (!(rc = ct_set_group(set, i, &text, &len, err)))
			p->group[p->ngroups++] =
			    ct_printf("%.*s", (int)len, text);
	ct_set_close(set);
	return rc;
}

static int64_t
number(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

/* It was made by us, and nobody else can: what it says is so. */
static int
peek_head(struct ct_rest_peek *p, const char *path, struct ct_err *err)
{
	const json_t *groups, *one;
	const char *content;
	size_t len, i;
	char *text;
	json_t *o;
	int rc = ct_rest_head(path, &text, &len, err);

	if (rc)
		return rc;
	o = ct_json_object(text, len, err);
	free(text);
	if (!o)
		return err->code;
	content = ct_rec_text(o, "content");
	groups = json_object_get(o, "groups");
	p->head.generation = (uint64_t)number(o, "generation");
	p->head.compiled = number(o, "compiled");
	p->head.asof = number(o, "asof");
	p->content = content ? strtoull(content, NULL, 16) : 0;
	p->nnotes = (size_t)number(o, "notes");
	p->group = ct_alloc(json_array_size(groups), sizeof *p->group);
	json_array_foreach(groups, i, one)
	{
		p->group[p->ngroups++] = ct_strdup(
		    json_is_string(one) ? json_string_value(one) : "");
	}
	json_decref(o);
	return 0;
}

int
ct_rest_peek(
    struct ct_rest_peek *p, const char *path, size_t verify, struct ct_err *err)
{
	struct stat st;
	int rc;

	*p = (struct ct_rest_peek){ 0 };
	if (!ct_rest_sealed(path, p->id)) {
		rc = peek_plain(p, path, verify, err);
	} else {
		p->bytes = stat(path, &st) < 0 ? 0 : (size_t)st.st_size;
		rc = peek_head(p, path, err);
		if (!rc && p->bytes <= verify)
			rc = ct_rest_check(path, err);
	}
	if (rc)
		ct_rest_peek_free(p);
	return rc;
}

void
ct_rest_peek_free(struct ct_rest_peek *p)
{
	while (p->ngroups)
		free(p->group[--p->ngroups]);
	free(p->group);
	*p = (struct ct_rest_peek){ 0 };
}
