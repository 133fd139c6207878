/* source_compile.c - all lists into one index, and what changed beside it */
#include <errno.h>
#include <glob.h>
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
put(void *arg, const void *bytes, size_t len)
{
	return ct_write_full(*(int *)arg, bytes, len);
}

static int
verify(const char *path, struct ct_err *err)
{
	struct ct_set *set;
	int rc = ct_set_open(&set, path, err);

	if (!rc)
		rc = ct_set_verify(set, err);
	ct_set_close(set);
	return rc;
}

/* What was built at path, or the old set there with another head. */
static int
replace(const struct index_job *j, const char *path, const struct ct_set *old,
    const struct ct_set_head *head, struct ct_err *err)
{
	struct ct_newfile f;
	int rc = ct_newfile_open(&f, path, INDEX_MODE, err);

	if (rc)
		return rc;
	rc = j->build ? ct_build_write(j->build, head, put, &f.fd, err)
		      : ct_set_rewrite(old, head, put, &f.fd, err);
	if (rc)
		(void)ct_fail_errno(err, rc, "cannot write '%s'", f.tmp);
	else
		rc = verify(f.tmp, err);
	if (!rc)
		return ct_newfile_commit(&f, err);
	ct_newfile_abort(&f);
	return rc;
}

/* The delta of an index that is no longer there is ignored by all. */
static int
drop_delta(const struct index_job *j, struct ct_err *err)
{
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
static const struct ct_set *
top(const struct index_job *j)
{
	return j->side ? j->side : j->old;
}

static uint64_t
generation_of(const struct index_job *j)
{
	struct ct_set_head head = { 0 };

	if (j->old)
		ct_set_head(top(j), &head);
	return head.generation;
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

/* A set that is sound, or NULL: then it is said why, if it is there. */
static struct ct_set *
sound(const char *path)
{
	struct ct_err none = { 0 };
	struct ct_set *set;

	if (ct_set_open(&set, path, &none) == 0 &&
	    ct_set_size(set) <= INDEX_VERIFY && ct_set_verify(set, &none)) {
		ct_set_close(set);
		set = NULL;
	}
	if (!set && none.code == CT_DATAERR)
		ct_warn("'%s': %s; made anew", path, none.msg);
	return set;
}

static void
open_sets(struct index_job *j)
{
	struct ct_err none = { 0 };
	struct ct_set_head head;
	uint64_t generation, content;

	j->old = sound(j->path);
	if (!j->old || access(j->delta, F_OK) < 0)
		return;
	ct_set_head(j->old, &head);
	j->side = sound(j->delta);
	if (j->side &&
	    (ct_delta_base(j->side, &generation, &content, &none) ||
		generation != head.generation ||
		content != ct_set_content(j->old))) {
		ct_set_close(j->side);
		j->side = NULL;
	}
}

/*
 * The revision of a list that the index holds.  A list that was made anew, or
 * put back from a copy, does not know of it.
 */
static int
since(struct index_job *j, size_t i, struct ct_err *err)
{
	struct ct_set_head head;
	int rc;

	j->since[i] = -1;
	if (!j->old)
		return 0;
	ct_set_head(j->old, &head);
	rc = ct_list_held(j->list[i], head.generation, &j->since[i], err);
	return rc == CT_NO ? 0 : rc;
}

static int
gather(struct index_job *j, const char *home, struct ct_err *err)
{
	const struct ct_sources *all = j->all;
	size_t i;
	int rc = 0;

	open_sets(j);
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
		j->text[i] =
		    index_group(&all->src[i], j->state[i].last_run > 0);
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
	    ct_set_content(top(j)) == j->last_content;
}

/* Does the index know these sources as they are, and they it? */
static bool
same_sources(const struct index_job *j)
{
	struct ct_err none = { 0 };
	const char *text;
	size_t i, len;

	if (ct_set_ngroups(j->old) != j->all->n)
		return false;
	for (i = 0; i < j->all->n; i++)
		if (j->since[i] < 0 ||
		    ct_set_group(j->old, i, &text, &len, &none) ||
		    len != strlen(j->text[i]) ||
		    memcmp(text, j->text[i], len) != 0)
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
	if (j->side || !newest(j) || ct_set_content(j->old) != j->content) {
		head->generation = (j->last > was ? j->last : was) + 1;
		rc = note_generation(j, head->generation, err);
	}
	if (!rc)
		rc = replace(j, j->path, j->old, head, err);
	return rc ? rc : drop_delta(j, err);
}

/* What changed since, beside the index. */
static int
make_delta(struct index_job *j, struct ct_set_head *head, struct ct_err *err)
{
	bool first = !j->side;
	int rc = index_build_delta(j, err);

	if (rc)
		return rc;
	head->generation = generation_of(j);
	if (first || ct_set_content(j->side) != j->content) {
		/* one without anything in it only tells the time */
		head->generation += !first || j->changed;
		rc = note_generation(j, head->generation, err);
	}
	return rc ? rc : replace(j, j->delta, j->side, head, err);
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
	bool kept = newest(j) && same_sources(j);
	size_t i;
	int rc = kept ? index_small(j, err) : CT_NO;

	for (i = 0; i < j->all->n; i++)
		if (j->state[i].last_run < head.asof)
			head.asof = j->state[i].last_run;
	if (j->old)
		ct_set_head(top(j), &old);
	if (rc > CT_NO)
		return rc;
	if (kept && current(j)) {
		head.generation = old.generation;
		rc = head.asof == old.asof ? 0
		    : j->side || rc ? replace(j, j->side ? j->delta : j->path,
					  top(j), &head, err)
				    : make_delta(j, &head, err);
	} else {
		kept = rc == 0;
		rc = kept ? make_delta(j, &head, err) : make_all(j, &head, err);
	}
	*generation = head.generation;
	return rc ? rc : tell_lists(j, head.generation, !kept, err);
}

/* What runs left that were killed; the lock is ours, so none is at it. */
static void
tidy(const struct index_job *j)
{
	char *pattern = ct_printf("%s/known.*.tmp.*", j->dir);
	glob_t g;
	size_t i;

	if (glob(pattern, 0, NULL, &g) == 0) {
		for (i = 0; i < g.gl_pathc; i++)
			(void)unlink(g.gl_pathv[i]);
		globfree(&g);
	}
	free(pattern);
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
	ct_set_close(j->old);
	ct_set_close(j->side);
	ct_build_free(j->build);
	free(j->dir);
	free(j->path);
	free(j->delta);
}

int
ct_compile(struct ct_compile *c, struct ct_err *err)
{
	struct index_job j = { .all = c->all,
		.dir = ct_printf("%s/lists", c->home),
		.path = ct_printf("%s/lists/known.ctx", c->home),
		.delta = ct_printf("%s/lists/known.delta", c->home) };
	char *lock = ct_printf("%s/known.lock", j.dir);
	int fd = -1, rc;

	c->generation = 0;
	rc = ct_mkdirs(j.dir, err);
	if (!rc && !(rc = ct_file_lock_within(lock, WAIT, &fd, err))) {
		tidy(&j);
		rc = gather(&j, c->home, err);
	}
	if (!rc)
		rc = ct_compile_last(c->home, &j.last, &j.last_content, err);
	if (!rc && c->news)
		rc = index_news(&j, c->news, err);
	if (!rc)
		rc = make(&j, c->now, &c->generation, err);
	release(&j);
	free(lock);
	if (fd >= 0)
		(void)close(fd);
	return rc;
}
