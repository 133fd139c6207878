/* source_compile.c - all lists into one index, and what changed beside it */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"
#include "source_index.h"

#define WAIT 60000 /* ms, for another that compiles */

/* ---- writing ---------------------------------------------------------------
 */

static int
verify(const char *path, struct ct_err *err)
{
	struct ct_rest_peek all;
	int rc = ct_rest_peek(&all, path, SIZE_MAX, err);

	if (!rc)
		ct_rest_peek_free(&all);
	return rc;
}

/* What was built at path, or if there is nothing, what is there with another
 * head. */
static int
replace(const struct index_job *j, const char *path,
    const struct ct_set_head *head, struct ct_err *err)
{
	struct ct_set *old = NULL;
	struct ct_newfile f;
	int rc = j->build ? 0 : ct_rest_set_open(&old, path, false, err);

	if (!rc && !(rc = ct_newfile_open(&f, path, INDEX_MODE, err))) {
		rc = ct_rest_set_write(j->build, old, head, f.fd, err);
		if (rc == CT_IOERR)
			(void)ct_fail_errno(
			    err, rc, "cannot write '%s'", f.tmp);
		if (!rc)
			rc = verify(f.tmp, err);
		if (!rc)
			rc = index_retire(path, err);
		if (rc)
			ct_newfile_abort(&f);
		else
			rc = ct_newfile_commit(&f, err);
	}
	ct_set_close(old);
	return rc;
}

/* The delta of an index that is no longer there is ignored by all. */
static int
drop_delta(const struct index_job *j, struct ct_err *err)
{
	int rc = index_retire(j->delta, err);

	if (rc)
		return rc;
	return unlink(j->delta) == 0 || errno == ENOENT
	    ? 0
	    : ct_fail_errno(err, CT_IOERR, "cannot remove '%s'", j->delta);
}

int
ct_compile_last(const char *home, uint64_t *generation, uint64_t *content,
    struct ct_err *err)
{
	char *path = ct_printf("%s/lists/known.generation", home), *end;
	uint8_t *text;
	size_t len;
	int rc = 0;

	*generation = *content = 0;
	if (access(path, F_OK) == 0 &&
	    !(rc = ct_file_read(path, 64, &text, &len, err))) {
		*generation = strtoull((char *)text, &end, 10);
		*content = strtoull(end, NULL, 16);
		free(text);
	}
	free(path);
	return rc;
}

/* What ct-match asks first. */
static const struct ct_rest_peek *
top(const struct index_job *j)
{
	return j->side ? j->side : j->old;
}

static uint64_t
generation_of(const struct index_job *j)
{
	return j->old ? top(j)->head.generation : 0;
}

/* This generation is written next, with what was built. */
static int
note_generation(
    const struct index_job *j, uint64_t generation, struct ct_err *err)
{
	char *path = ct_printf("%s/known.generation", j->dir);
	char *now = ct_printf("%llu %016llx\n", (unsigned long long)generation,
	    (unsigned long long)j->content);
	int rc = ct_file_replace(path, INDEX_MODE, now, strlen(now), err);

	free(now);
	free(path);
	return rc;
}

/* ---- what there is ----------------------------------------------------------
 */

/* *set is NULL if there is none that is sound; then it is said why. */
static int
sound(struct ct_rest_peek **set, const char *path, struct ct_err *err)
{
	struct ct_err why = { 0 };
	struct ct_rest_peek *p = ct_alloc(1, sizeof *p);
	int rc = ct_file_closed(path, INDEX_MODE, &why);

	*set = NULL;
	if (!rc && !(rc = ct_rest_peek(p, path, INDEX_VERIFY, &why))) {
		*set = p;
		return 0;
	}
	free(p);
	if (rc == CT_DATAERR)
		ct_warn("'%s': %s; made anew", path, why.msg);
	return rc == CT_NOPERM ? ct_fail(err, rc, "%s", why.msg) : 0;
}

static void
forget(struct ct_rest_peek **set)
{
	if (*set)
		ct_rest_peek_free(*set);
	free(*set);
	*set = NULL;
}

static int
open_sets(struct index_job *j, struct ct_err *err)
{
	struct ct_err none = { 0 };
	uint64_t generation, content;
	const char *text;
	int rc = sound(&j->old, j->path, err);

	if (!rc && j->old && access(j->delta, F_OK) == 0)
		rc = sound(&j->side, j->delta, err);
	if (rc || !j->side)
		return rc;
	text = j->side->ngroups ? j->side->group[0] : "";
	if (ct_delta_base(text, strlen(text), &generation, &content, &none) ||
	    generation != j->old->head.generation || content != j->old->content)
		forget(&j->side);
	return 0;
}

/*
 * The revision of a list that the index holds.  A list that was made anew, or
 * put back from a copy, does not know of it.
 */
static int
since(struct index_job *j, size_t i, struct ct_err *err)
{
	int rc;

	j->since[i] = -1;
	if (!j->old)
		return 0;
	rc = ct_list_held(
	    j->list[i], j->old->head.generation, &j->since[i], err);
	return rc == CT_NO ? 0 : rc;
}

static int
gather(struct index_job *j, const char *home, struct ct_err *err)
{
	const struct ct_sources *all = j->all;
	bool lacks = false;
	size_t i;
	int rc = open_sets(j, err);

	j->list = ct_alloc(all->n, sizeof(struct ct_list *));
	j->state = ct_alloc(all->n, sizeof *j->state);
	j->since = ct_alloc(all->n, sizeof *j->since);
	j->text = ct_alloc(all->n, sizeof *j->text);
	for (i = 0; !rc && i < all->n; i++) {
		rc = ct_list_open(
		    &j->list[i], home, all->src[i].name, false, err);
		if (!rc)
			rc = ct_list_state(j->list[i], &j->state[i], err);
		if (!rc)
			rc = since(j, i, err);
		if (!rc)
			rc = ct_source_lacks(
			    &all->src[i], j->list[i], &lacks, err);
		j->text[i] =
		    index_group(&all->src[i], j->state[i].last_run > 0, lacks);
		if (!rc && !j->state[i].last_run)
			ct_warn("source '%s' was never read to its end:"
				" nothing is clean until it is",
			    all->src[i].name);
	}
	return rc;
}

/* Is the index the one that was written last, and no copy of an older one? */
static bool
newest(const struct index_job *j)
{
	return j->old && generation_of(j) == j->last &&
	    top(j)->content == j->last_content;
}

/* Does the index know these sources as they are, and they it? */
static bool
same_sources(const struct index_job *j)
{
	size_t i;

	if (j->old->ngroups != j->all->n)
		return false;
	for (i = 0; i < j->all->n; i++)
		if (j->since[i] < 0 ||
		    strcmp(j->old->group[i], j->text[i]) != 0)
			return false;
	return true;
}

/* Are the lists as it has them? */
static bool
current(const struct index_job *j)
{
	size_t i;

	for (i = 0; i < j->all->n; i++)
		if (j->state[i].revision != j->state[i].compiled)
			return false;
	return true;
}

/* ---- making it --------------------------------------------------------------
 */

/* All lists anew, with a number above any that there ever was, also if the
 * index was deleted; it stays if nothing is other than it was. */
static int
make_all(struct index_job *j, struct ct_set_head *head, struct ct_err *err)
{
	uint64_t was = generation_of(j);
	int rc = index_build(j, err);

	if (rc)
		return rc;
	head->generation = was;
	if (j->side || !newest(j) || j->old->content != j->content) {
		head->generation = (j->last > was ? j->last : was) + 1;
		rc = note_generation(j, head->generation, err);
	}
	if (!rc)
		rc = replace(j, j->path, head, err);
	return rc ? rc : drop_delta(j, err);
}

/* What changed since, beside the index; CT_NO: it has to be made anew. */
static int
make_delta(struct index_job *j, struct ct_set_head *head, struct ct_err *err)
{
	bool first = !j->side;
	int rc = index_build_delta(j, err);

	if (rc)
		return rc;
	if (j->absent) { /* the sources are not told of as they were */
		ct_build_free(j->build);
		j->build = NULL;
		return CT_NO;
	}
	head->generation = generation_of(j);
	if (j->same) { /* it stays, but for the time */
		ct_build_free(j->build);
		j->build = NULL;
	} else {
		/* one without anything in it only tells the time */
		head->generation += !first || j->changed;
		rc = note_generation(j, head->generation, err);
	}
	return rc ? rc : replace(j, j->delta, head, err);
}

/* The lists are told what the index holds now. */
static int
tell_lists(
    struct index_job *j, uint64_t generation, bool all, struct ct_err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < j->all->n; i++)
		if (all || j->state[i].compiled != j->state[i].revision)
			rc = ct_list_compiled(
			    j->list[i], generation, j->state[i].revision, err);
	return rc;
}

/* Build if need be, and put the index in place. */
static int
make(struct index_job *j, int64_t now, uint64_t *generation, struct ct_err *err)
{
	struct ct_set_head head = { .compiled = now, .asof = now }, old = { 0 };
	bool kept = newest(j) && index_keyed(j) && same_sources(j);
	size_t i;
	int rc = kept ? index_small(j, err) : CT_NO;

	for (i = 0; i < j->all->n; i++)
		if (j->state[i].last_run < head.asof)
			head.asof = j->state[i].last_run;
	if (j->old)
		old = top(j)->head;
	if (rc > CT_NO)
		return rc;
	if (kept && current(j)) {
		head.generation = old.generation;
		rc = head.asof == old.asof ? 0
		    : j->side || rc
		    ? replace(j, j->side ? j->delta : j->path, &head, err)
		    : make_delta(j, &head, err);
	} else {
		kept = rc == 0;
		rc = kept ? make_delta(j, &head, err) : CT_NO;
		if (rc == CT_NO) {
			kept = false;
			rc = make_all(j, &head, err);
		}
	}
	*generation = head.generation;
	return rc ? rc : tell_lists(j, head.generation, !kept, err);
}

static void
release(struct index_job *j)
{
	size_t i;

	for (i = 0; i < j->all->n; i++) {
		if (j->list)
			ct_list_close(j->list[i]);
		if (j->text)
			free(j->text[i]);
	}
	free(j->list);
	free(j->state);
	free(j->since);
	free(j->text);
	forget(&j->old);
	forget(&j->side);
	ct_build_free(j->build);
	free(j->dir);
	free(j->path);
	free(j->delta);
}

int
ct_compile(struct ct_compile *c, struct ct_err *err)
{
	struct index_job j = { .all = c->all,
		.home = c->home,
		.dir = ct_printf("%s/lists", c->home),
		.path = ct_printf("%s/lists/known.ctx", c->home),
		.delta = ct_printf("%s/lists/known.delta", c->home) };
	char *lock = ct_printf("%s/known.lock", j.dir);
	int fd = -1, rc;

	c->generation = 0;
	rc = ct_mkdirs(j.dir, err);
	if (!rc && !(rc = ct_file_lock_within(lock, WAIT, &fd, err))) {
		index_tidy(&j);
		rc = gather(&j, c->home, err);
	}
	if (!rc)
		rc = ct_compile_last(c->home, &j.last, &j.last_content, err);
	if (!rc && c->news)
		rc = index_news(&j, c->news, err);
	if (!rc)
		rc = make(&j, c->now, &c->generation, err);
	if (!rc)
		rc = index_wipe(&j, err);
	release(&j);
	free(lock);
	if (fd >= 0)
		(void)close(fd);
	return rc;
}
