/* lister_bucket.c - all objects of a bucket below a prefix; pages kept */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "lister_impl.h"
#include "prog.h"

#define REPLAY_MAX ((size_t)64 << 20)

static int
put_all(struct lister *l, const struct lister_page *page, struct ct_err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < page->n && !rc; i++)
		rc = lister_put(l, &page->object[i], err);
	return rc;
}

int
lister_save(struct lister *l, const struct lister_store *s, struct ct_err *err)
{
	char *path, **name, **p;
	int rc;

	if (!l->how->save)
		return 0;
	if (l->saved == 0) { /* pages of two listings would be mixed */
		name = ct_file_names(l->how->save, ".xml");
		rc = name && *name;
		for (p = name; p && *p; p++)
			free(*p);
		free(name);
		if (rc)
			return ct_fail(err, CT_CANTCREAT,
			    "'%s' holds pages already", l->how->save);
	}
	path = ct_printf("%s/%09zu.xml", l->how->save, ++l->saved);
	rc = ct_file_replace(path, 0600, s->res.body, s->res.len, err);
	free(path);
	return rc;
}

static int
walk(struct lister *l, struct lister_store *s, struct lister_walk *w,
    struct ct_err *err)
{
	struct lister_page page = { .next = "" };
	int rc = 0;

	while (!rc && !w->ended) {
		if (ct_stop) {
			rc = LISTER_ENOUGH;
			break;
		}
		if (l->azure && l->how->checkpoint) {
			free(l->marker);
			l->marker = w->token ? ct_strdup(w->token) : NULL;
		}
		rc = lister_store_page(s, w, &page, err);
		if (!rc)
			rc = lister_save(l, s, err);
		if (!rc)
			rc = put_all(l, &page, err);
		/* what is out goes on its way while the next page comes */
		if (!rc)
			rc = ct_out_tick(&l->out, err);
		if (!rc)
			rc = lister_mark(l, err);
		ct_progress_tick(&l->show);
	}
	lister_page_free(&page);
	return rc;
}

/* Where it was, by its checkpoint. */
static void
resume(struct lister *l, struct lister_walk *w)
{
	if (l->azure) {
		w->token = l->marker ? ct_strdup(l->marker) : NULL;
	} else if (l->after) {
		/* see begin_at in lister_many.c */
		w->after = ct_strdup(l->after);
		w->afterlen = strlen(l->after);
	}
}

int
lister_bucket(struct lister *l, const struct ct_key *key, struct ct_err *err)
{
	struct ct_conf *conf = NULL;
	struct ct_bucket *bucket = NULL;
	struct lister_store s = { .bucket = NULL };
	struct lister_walk w = { .prefix = key->key };
	int rc;

	if (strlen(key->key) != key->len)
		return ct_fail(
		    err, CT_USAGE, "no prefix can have a NUL within");
	rc = ct_conf_load(&conf, l->how->conf, err);
	if (!rc)
		rc = ct_bucket_load(&bucket, conf, key->azure, key->name, err);
	if (!rc)
		rc = lister_store_open(&s, bucket, l->how, err);
	if (!rc) {
		resume(l, &w);
		rc = l->how->jobs > 1 && !key->azure
		    ? lister_many(l, &s, &w, err)
		    : walk(l, &s, &w, err);
		lister_store_close(&s);
	}
	lister_walk_free(&w);
	ct_bucket_free(bucket);
	ct_conf_free(conf);
	return rc;
}

/* Is it below the prefix that was asked for? */
static bool
below(const struct lister_object *o, const struct ct_key *key)
{
	return lister_begins(o->key, o->len, key->key, key->len);
}

static int
replay(struct lister *l, const char *path, const struct ct_key *key,
    struct lister_page *page, struct ct_err *err)
{
	uint8_t *text;
	size_t len, i;
	int rc = ct_file_read(path, REPLAY_MAX, &text, &len, err);

	if (rc)
		return rc;
	rc = lister_page_parse(page, (char *)text, len, err);
	if (rc)
		rc = ct_fail(
		    err, CT_DATAERR, "'%s' is no page of a listing", path);
	for (i = 0; i < page->n && !rc; i++)
		if (below(&page->object[i], key))
			rc = lister_put(l, &page->object[i], err);
	free(text);
	return rc;
}

int
lister_replay(struct lister *l, const struct ct_key *key, struct ct_err *err)
{
	struct lister_page page = { .next = "" };
	char **name = ct_file_names(l->how->replay, ".xml"), **p, *path;
	int rc = 0;

	if (!name)
		return ct_fail_errno(
		    err, CT_NOINPUT, "cannot read '%s'", l->how->replay);
	for (p = name; *p; p++) {
		path = ct_printf("%s/%s", l->how->replay, *p);
		if (!rc)
			rc = replay(l, path, key, &page, err);
		free(path);
		free(*p);
	}
	free(name);
	lister_page_free(&page);
	return rc;
}
