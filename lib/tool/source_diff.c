/* source_diff.c - what changed in lists, as list records */
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "hex.h"
#include "prog.h"
#include "source_index.h"

struct diff {
	const struct ct_source *src;
	struct ct_out *out;
};

static void
set(json_t *o, const char *name, const char *text)
{
	if (text)
		(void)json_object_set_new(o, name, json_string(text));
}

/* Hex digits; a type that we do not know has its text. */
static json_t *
hash_of(const struct ct_signal *s)
{
	char *text;
	json_t *hash;

	if (!ct_signal_len(s->type))
		return json_stringn((const char *)s->hash, s->len);
	text = ct_alloc(2 * s->len + 1, 1);
	ct_hex(s->hash, s->len, text);
	hash = json_string(text);
	free(text);
	return hash;
}

static int
put(void *arg, const struct ct_entry *e, const char *why, struct ct_err *err)
{
	const struct diff *d = arg;
	const struct ct_signal *s = e->signal;
	json_t *o;
	int rc;

	if (!ct_source_wants(d->src, e->member))
		return 0;
	o = json_object();
	set(o, "op", why ? "del" : "add");
	set(o, "source", d->src->name);
	set(o, "list", d->src->list);
	set(o, "member", *e->member ? e->member : NULL);
	set(o, "entry", e->entry);
	set(o, "content", e->content);
	set(o, "type", s->type);
	(void)json_object_set_new(o, "hash", hash_of(s));
	set(o, "why", why);
	if (!why) {
		set(o, "classification", e->classification);
		if (strcmp(s->opinion, "positive") != 0)
			set(o, "opinion", s->opinion);
		set(o, "at", e->at);
	}
	rc = ct_out_rec(d->out, o, err);
	json_decref(o);
	return rc;
}

int
ct_diff(struct ct_source *src, const char *home, uint64_t generation,
    struct ct_out *out, struct ct_err *err)
{
	struct diff d = { src, out };
	struct ct_list_state state;
	struct ct_list *list;
	int64_t since;
	int rc = ct_list_open(&list, home, src->name, false, err);

	if (rc)
		return rc;
	rc = ct_list_state(list, &state, err);
	since = state.compiled;
	if (!rc && generation)
		rc = ct_list_revision(list, generation, &since, err);
	if (rc == CT_NO)
		rc = err->code = CT_NOINPUT;
	if (!rc)
		rc = ct_list_diff(list, since, put, &d, err);
	ct_list_close(list);
	return rc;
}

int
index_news(const struct index_job *j, const char *path, struct ct_err *err)
{
	struct ct_newfile f;
	struct ct_out out = { 0 };
	struct diff d = { .out = &out };
	size_t i;
	struct stat st;
	int rc;

	/* a file takes the place of what is there: never that of a device */
	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return ct_fail(err, CT_CANTCREAT,
		    "'%s' is there and no regular file; it stays", path);
	if ((rc = ct_newfile_open(&f, path, 0600, err)))
		return rc;
	out.fd = f.fd;
	for (i = 0; !rc && i < j->all->n; i++) {
		d.src = &j->all->src[i];
		rc = ct_list_diff(
		    j->list[i], j->state[i].compiled, put, &d, err);
	}
	if (!rc)
		rc = ct_out_flush(&out, err);
	ct_text_free(&out.text);
	if (!rc)
		return ct_newfile_commit(&f, err);
	ct_newfile_abort(&f);
	return rc;
}
