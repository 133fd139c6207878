/* source_compile.c - all lists into one index, lists/known.ctx */
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"
#include "rec.h"
#include "set.h"
#include "source.h"

#define MODE 0640 /* ct-match runs as another user of the group */

struct job {
	const struct ct_sources *all;
	char *dir, *path;
	struct ct_set *old;    /* NULL: none that is sound */
	struct ct_list **list; /* of each source */
	struct ct_list_state *state;
	char **text; /* of each group */
	struct ct_build *build;
	uint64_t content;
	uint64_t last, last_content; /* of known.generation; 0: none */
	size_t degenerate;
};

/* ---- texts ----------------------------------------------------------------
 */

static void
set(json_t *o, const char *name, const char *text)
{
	if (text)
		(void)json_object_set_new(o, name, json_string(text));
}

static char *
dump(json_t *o)
{
	char *text = json_dumps(o, JSON_COMPACT);

	if (!text)
		ct_die(CT_OSERR, "out of memory");
	json_decref(o);
	return text;
}

static json_t *
words(const char *text)
{
	json_t *all = json_array();
	size_t len;

	for (; *text; text += len) {
		text += strspn(text, " \t");
		len = strcspn(text, " \t");
		if (len)
			(void)json_array_append_new(
			    all, json_stringn(text, len));
	}
	return all;
}

/* It says so if the source was never read to its end: then what is not in the
 * index proves nothing. */
static char *
group_text(const struct ct_source *s, bool complete)
{
	json_t *o = json_object();

	set(o, "source", s->name);
	set(o, "list", s->list);
	set(o, "policy", s->action);
	set(o, "class", s->class);
	(void)json_object_set_new(o, "threshold", json_integer(s->threshold));
	(void)json_object_set_new(o, "quality", json_integer(s->quality));
	(void)json_object_set_new(
	    o, "pdna_threshold", json_integer(s->pdna_threshold));
	(void)json_object_set_new(o, "flood", json_integer(s->flood));
	if (s->surfaces)
		(void)json_object_set_new(o, "surfaces", words(s->surfaces));
	if (!complete)
		(void)json_object_set_new(o, "complete", json_false());
	return dump(o);
}

static char *
note_text(const struct ct_entry *e, const char *opinion)
{
	json_t *o = json_object();

	set(o, "member", *e->member ? e->member : NULL);
	set(o, "entry", e->entry);
	set(o, "content", e->content);
	set(o, "classification", e->classification);
	set(o, "opinion", strcmp(opinion, "positive") != 0 ? opinion : NULL);
	return dump(o);
}

/* ---- building --------------------------------------------------------------
 */

/* The signals of one opinion share a note. */
static int
add_opinion(struct job *j, const struct ct_entry *e, const char *opinion,
    struct ct_err *err)
{
	const struct ct_signal *s;
	bool noted = false;
	uint32_t note = 0;
	char *text;
	int rc = 0;

	for (s = e->signal; !rc && s < e->signal + e->n; s++) {
		if (strcmp(s->opinion, opinion) != 0 ||
		    !ct_signal_len(s->type) || ct_signal_len(s->type) != s->len)
			continue;
		if (ct_signal_flat(s)) {
			j->degenerate++;
			continue;
		}
		if (!noted) {
			text = note_text(e, opinion);
			rc = ct_build_note(
			    j->build, text, strlen(text), &note, err);
			free(text);
			noted = true;
		}
		if (!rc)
			rc = ct_build_hash(
			    j->build, s->type, s->hash, s->len, note, err);
	}
	return rc;
}

/* What its source holds to be no such thing is not looked for. */
static int
add_entry(void *arg, const struct ct_entry *e, struct ct_err *err)
{
	static const char *const opinions[] = { "positive", "seed",
		"disputed" };
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < sizeof opinions / sizeof opinions[0]; i++)
		rc = add_opinion(arg, e, opinions[i], err);
	return rc;
}

static int
build(struct job *j, struct ct_err *err)
{
	size_t i;
	int rc = 0;

	j->build = ct_build_new();
	if (!j->build)
		ct_die(CT_OSERR, "out of memory");
	for (i = 0; !rc && i < j->all->n; i++) {
		rc = ct_build_group(
		    j->build, j->text[i], strlen(j->text[i]), err);
		if (!rc)
			rc = ct_list_each(j->list[i], add_entry, j, err);
	}
	ct_build_near(j->build, "pdq", CT_NEAR_SMALL);
	if (!rc)
		rc = ct_build_finish(j->build, &j->content, err);
	if (!rc && j->degenerate)
		ct_warn("%zu hashes left out: they are of something flat and"
			" would match anything flat",
		    j->degenerate);
	return rc;
}

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

/* The index as built, or the old one with another head. */
static int
replace(const struct job *j, const struct ct_set_head *head, struct ct_err *err)
{
	struct ct_newfile f;
	int rc = ct_newfile_open(&f, j->path, MODE, err);

	if (rc)
		return rc;
	rc = j->build ? ct_build_write(j->build, head, put, &f.fd, err)
		      : ct_set_rewrite(j->old, head, put, &f.fd, err);
	if (rc)
		(void)ct_fail_errno(err, rc, "cannot write '%s'", f.tmp);
	else
		rc = verify(f.tmp, err);
	if (!rc)
		return ct_newfile_commit(&f, err);
	ct_newfile_abort(&f);
	return rc;
}

/* The generation that was written last, and the digest of its content. */
static int
last_generation(struct job *j, struct ct_err *err)
{
	char *path = ct_printf("%s/known.generation", j->dir), *end;
	uint8_t *text;
	size_t len;
	int rc = 0;

	if (access(path, F_OK) == 0 &&
	    !(rc = ct_file_read(path, 64, &text, &len, err))) {
		j->last = strtoull((char *)text, &end, 10);
		j->last_content = strtoull(end, NULL, 16);
		free(text);
	}
	free(path);
	return rc;
}

/* One above any generation there ever was, also if the index was deleted. */
static int
next_generation(const struct job *j, uint64_t *generation, struct ct_err *err)
{
	char *path = ct_printf("%s/known.generation", j->dir);
	struct ct_set_head head = { 0 };
	char *now;
	int rc;

	if (j->old)
		ct_set_head(j->old, &head);
	*generation =
	    (j->last > head.generation ? j->last : head.generation) + 1;
	now = ct_printf("%llu %016llx\n", (unsigned long long)*generation,
	    (unsigned long long)j->content);
	rc = ct_file_replace(path, MODE, now, strlen(now), err);
	free(now);
	free(path);
	return rc;
}

/* ---- what there is ----------------------------------------------------------
 */

static int
gather(struct job *j, const char *home, struct ct_err *err)
{
	const struct ct_sources *all = j->all;
	struct ct_err none = { 0 };
	size_t i;
	int rc = 0;

	j->list = ct_alloc(all->n, sizeof(struct ct_list *));
	j->state = ct_alloc(all->n, sizeof *j->state);
	j->text = ct_alloc(all->n, sizeof *j->text);
	for (i = 0; !rc && i < all->n; i++) {
		rc = ct_list_open(
		    &j->list[i], home, all->src[i].name, false, err);
		if (!rc)
			rc = ct_list_state(j->list[i], &j->state[i], err);
		j->text[i] = group_text(&all->src[i], j->state[i].last_run > 0);
		if (!rc && !j->state[i].last_run)
			ct_warn("source '%s' was never read to its end:"
				" nothing is clean until it is",
			    all->src[i].name);
	}
	if (ct_set_open(&j->old, j->path, &none) == 0 &&
	    ct_set_verify(j->old, &none)) {
		ct_set_close(j->old);
		j->old = NULL;
	}
	if (!j->old && none.code == CT_DATAERR)
		ct_warn("'%s': %s; made anew", j->path, none.msg);
	return rc;
}

/* Is the index the one that was written last, and no copy of an older one? */
static bool
newest(const struct job *j)
{
	struct ct_set_head head;

	if (!j->old)
		return false;
	ct_set_head(j->old, &head);
	return head.generation == j->last &&
	    ct_set_content(j->old) == j->last_content;
}

/* Does the index hold these lists as they are? */
static bool
current(const struct job *j)
{
	struct ct_err none = { 0 };
	const char *text;
	size_t i, len;

	if (!newest(j) || ct_set_ngroups(j->old) != j->all->n)
		return false;
	for (i = 0; i < j->all->n; i++)
		if (j->state[i].revision != j->state[i].compiled ||
		    ct_set_group(j->old, i, &text, &len, &none) ||
		    len != strlen(j->text[i]) ||
		    memcmp(text, j->text[i], len) != 0)
			return false;
	return true;
}

/* Build if need be, and put the index in place. */
static int
make(struct job *j, int64_t now, uint64_t *generation, struct ct_err *err)
{
	struct ct_set_head head = { 0 }, old = { 0 };
	size_t i;
	int rc = 0;

	head.compiled = head.asof = now;
	for (i = 0; i < j->all->n; i++)
		if (j->state[i].last_run < head.asof)
			head.asof = j->state[i].last_run;
	if (j->old)
		ct_set_head(j->old, &old);
	head.generation = old.generation;
	if (current(j)) {
		*generation = old.generation;
		if (head.asof == old.asof)
			return 0;
	} else {
		if ((rc = build(j, err)))
			return rc;
		if (!newest(j) || ct_set_content(j->old) != j->content)
			rc = next_generation(j, &head.generation, err);
	}
	if (rc || (rc = replace(j, &head, err)))
		return rc;
	*generation = head.generation;
	for (i = 0; !rc && i < j->all->n; i++)
		if (j->state[i].compiled != j->state[i].revision)
			rc = ct_list_compiled(j->list[i], head.generation,
			    j->state[i].revision, err);
	return rc;
}

/* What runs left that were killed; the lock is ours, so none is at it. */
static void
tidy(const struct job *j)
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

int
ct_compile(const struct ct_sources *all, const char *home, int64_t now,
    uint64_t *generation, struct ct_err *err)
{
	struct job j = { .all = all,
		.dir = ct_printf("%s/lists", home),
		.path = ct_printf("%s/lists/known.ctx", home) };
	char *lock = ct_printf("%s/known.lock", j.dir);
	uint64_t got = 0;
	int fd = -1, rc;
	size_t i;

	rc = ct_mkdirs(j.dir, err);
	if (!rc && !(rc = ct_file_lock(lock, &fd, err))) {
		tidy(&j);
		rc = gather(&j, home, err);
		if (!rc)
			rc = last_generation(&j, err);
	}
	if (!rc)
		rc = make(&j, now, &got, err);
	if (generation)
		*generation = got;
	for (i = 0; i < all->n; i++) {
		if (j.list)
			ct_list_close(j.list[i]);
		if (j.text)
			free(j.text[i]);
	}
	free(j.list);
	free(j.state);
	free(j.text);
	ct_set_close(j.old);
	ct_build_free(j.build);
	free(j.dir);
	free(j.path);
	free(lock);
	if (fd >= 0)
		(void)close(fd);
	return rc;
}
