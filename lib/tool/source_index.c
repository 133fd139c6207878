/* source_index.c - lists as an index: all of them, or what changed */
#include "source_index.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clip.h"
#include "file.h"
#include "prog.h"
#include "rec.h"

#define LEAST 4096  /* entries, from which making all anew costs something */
#define PART 16     /* of which one may change */
#define MOST 262144 /* entries in a delta */

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
char *
index_group(const struct ct_source *s, bool complete, bool lacks)
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
	ct_clip_limits_put(&s->clips, o);
	if (s->members)
		(void)json_object_set_new(o, "members", words(s->members));
	if (s->surfaces)
		(void)json_object_set_new(o, "surfaces", words(s->surfaces));
	if (!complete)
		(void)json_object_set_new(o, "complete", json_false());
	if (complete && lacks)
		(void)json_object_set_new(o, "lacks", json_true());
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
add_opinion(struct index_job *j, const struct ct_entry *e, const char *opinion,
    struct ct_err *err)
{
	const struct ct_signal *s = e->signal, *end = s ? s + e->n : NULL;
	bool noted = false;
	uint32_t note = 0;
	char *text;
	int rc = 0;

	for (; !rc && s != end; s++) {
		if (strcmp(s->opinion, opinion) != 0 ||
		    !ct_signal_len(s->type) ||
		    ct_signal_len(s->type) != s->len || ct_clip_type(s->type))
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
	const struct index_job *j = arg;
	size_t i;
	int rc = 0;

	if (!ct_source_wants(j->src, e->member))
		return 0;
	for (i = 0; !rc && i < sizeof opinions / sizeof opinions[0]; i++)
		rc = add_opinion(arg, e, opinions[i], err);
	return rc;
}

static struct ct_build *
begin(struct index_job *j)
{
	struct ct_build *b = ct_build_new();

	if (!b)
		ct_die(CT_OSERR, "out of memory");
	j->build = b;
	j->degenerate = j->changed = 0;
	return b;
}

static int
finish(struct index_job *j, struct ct_err *err)
{
	int rc;

	ct_build_near(j->build, "pdq", CT_NEAR_SMALL);
	rc = ct_build_finish(j->build, &j->content, err);
	if (!rc && j->degenerate)
		ct_warn("%zu hashes left out: they are of something flat and"
			" would match anything flat",
		    j->degenerate);
	return rc;
}

static int
scratch(const struct index_job *j, struct ct_err *err)
{
	char *path = ct_printf("%s/known.notes", j->dir);
	int fd = ct_file_scratch(path, err);

	free(path);
	return fd;
}

#define SPILT 3 /* files: ct_build_spill */

/* What is told of entries is as much as their hashes: it need not stay in
 * memory until it is written. */
static int
build_spilt(struct index_job *j, const int fd[SPILT], struct ct_err *err)
{
	struct ct_build *b = begin(j);
	size_t i;
	int rc = 0;

	ct_build_spill(b, fd[0], fd[1], fd[2]);
	for (i = 0; !rc && i < j->all->n; i++) {
		j->src = &j->all->src[i];
		rc = ct_build_group(b, j->text[i], strlen(j->text[i]), err);
		if (!rc)
			rc = ct_list_each(j->list[i], add_entry, j, err);
	}
	return rc ? rc : finish(j, err);
}

int
index_build(struct index_job *j, struct ct_err *err)
{
	int fd[SPILT], n = 0, rc = 0;

	while (!rc && n < SPILT) {
		fd[n] = scratch(j, err);
		rc = fd[n] < 0 ? err->code : 0;
		n += !rc;
	}
	if (!rc)
		rc = build_spilt(j, fd, err);
	while (n)
		(void)close(fd[--n]);
	return rc;
}

/* ---- what changed -----------------------------------------------------------
 */

struct changed {
	struct index_job *j;
	uint32_t note; /* of all that changed */
};

static int
add_changed(void *arg, const struct ct_entry *e, struct ct_err *err)
{
	struct changed *c = arg;
	uint8_t key[CT_ENTRY_KEY];
	int rc;

	c->j->changed++;
	ct_entry_key(c->j->src->name, e->member, e->entry, e->content, key);
	rc = ct_build_hash(
	    c->j->build, CT_ENTRY_KIND, key, sizeof key, c->note, err);
	return rc ? rc : add_entry(c->j, e, err);
}

/* The group that names what it is on top of. */
static int
head(struct index_job *j, uint32_t *note, struct ct_err *err)
{
	char *text = ct_printf("{\"base\":%llu,\"content\":\"%016llx\"}",
	    (unsigned long long)j->old->head.generation,
	    (unsigned long long)j->old->content);
	int rc = ct_build_group(j->build, text, strlen(text), err);

	free(text);
	return rc ? rc : ct_build_note(j->build, "{}", 2, note, err);
}

int
index_build_delta(struct index_job *j, struct ct_err *err)
{
	struct ct_build *b = begin(j);
	struct changed c = { .j = j };
	size_t i;
	int rc = head(j, &c.note, err);

	for (i = 0; !rc && i < j->all->n; i++) {
		j->src = &j->all->src[i];
		rc = ct_build_group(b, j->text[i], strlen(j->text[i]), err);
		if (!rc)
			rc = ct_list_each_since(
			    j->list[i], j->since[i], add_changed, &c, err);
	}
	return rc ? rc : finish(j, err);
}

int
index_small(const struct index_job *j, struct ct_err *err)
{
	int64_t all, n, sum = 0;
	size_t i;
	int rc = 0;

	all = (int64_t)j->old->nnotes;
	if (all < LEAST)
		return CT_NO;
	for (i = 0; !rc && i < j->all->n; i++) {
		rc = ct_list_changed(j->list[i], j->since[i], &n, err);
		sum += n;
	}
	return rc ? rc : sum <= all / PART && sum <= MOST ? 0 : CT_NO;
}
