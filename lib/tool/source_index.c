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

/* clip: NULL, or its video. */
static char *
note_text(
    const struct ct_entry *e, const char *opinion, const struct ct_clip *clip)
{
	json_t *o = json_object();

	set(o, "member", *e->member ? e->member : NULL);
	set(o, "entry", e->entry);
	set(o, "content", e->content);
	set(o, "classification", e->classification);
	set(o, "opinion", strcmp(opinion, "positive") != 0 ? opinion : NULL);
	if (clip)
		ct_clip_note(clip, o);
	return dump(o);
}

/* ---- building --------------------------------------------------------------
 */

static int
add_note(const struct index_job *j, const struct ct_entry *e,
    const char *opinion, const struct ct_clip *clip, uint32_t *note,
    struct ct_err *err)
{
	char *text = note_text(e, opinion, clip);
	int rc = ct_build_note(j->build, text, strlen(text), note, err);

	free(text);
	return rc;
}

/* The fingerprint of a video; CT_NO: it is left out. */
static int
take_clip(struct index_job *j, const struct ct_signal *s, struct ct_clip *clip,
    struct ct_err *err)
{
	struct ct_large_bytes bytes;
	struct ct_err why = { 0 };
	int rc = ct_large_read(j->large, s->type, s->hash, &bytes, &why);

	if (!rc)
		rc = ct_clip_take(
		    clip, s->type, bytes.at, bytes.len, j->src->quality, &why);
	ct_large_release(&bytes);
	if (rc == CT_NO || rc == CT_DATAERR) {
		j->absent++;
		return CT_NO;
	}
	if (rc)
		return ct_fail(
		    err, rc, "source '%s': %s", j->src->name, why.msg);
	j->degenerate += ct_clip_empty(clip);
	return ct_clip_empty(clip) ? CT_NO : 0;
}

static int
add_clip(struct index_job *j, const struct ct_entry *e, const char *opinion,
    const struct ct_signal *s, struct ct_err *err)
{
	struct ct_clip clip = { 0 };
	uint32_t note;
	int rc = take_clip(j, s, &clip, err);

	if (!rc)
		rc = add_note(j, e, opinion, &clip, &note, err);
	if (!rc)
		rc = ct_clip_build(&clip, j->build, note, err);
	ct_clip_free(&clip);
	return rc == CT_NO ? 0 : rc;
}

/* The signals of one opinion share a note; a video has its own. */
static int
add_opinion(struct index_job *j, const struct ct_entry *e, const char *opinion,
    struct ct_err *err)
{
	const struct ct_signal *s = e->signal, *end = s ? s + e->n : NULL;
	bool noted = false;
	uint32_t note = 0;
	int rc = 0;

	for (; !rc && s != end; s++) {
		if (strcmp(s->opinion, opinion) != 0 ||
		    !ct_signal_len(s->type) || ct_signal_len(s->type) != s->len)
			continue;
		if (ct_clip_type(s->type)) {
			rc = add_clip(j, e, opinion, s, err);
			continue;
		}
		if (ct_signal_flat(s)) {
			j->degenerate++;
			continue;
		}
		if (!noted)
			rc = add_note(j, e, opinion, NULL, &note, err);
		noted = true;
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
	j->degenerate = j->changed = j->absent = 0;
	j->same = false;
	return b;
}

static int
finish(struct index_job *j, struct ct_err *err)
{
	int rc;

	ct_build_near(j->build, "pdq", CT_NEAR_SMALL);
	ct_build_near(j->build, CT_CLIP_VPDQ, CT_NEAR_SMALL);
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

struct changed {
	struct index_job *j;
	uint32_t note; /* of all that changed */
	struct ct_set
	    *was; /* what was beside the index before; NULL: nothing */
	const struct ct_set_kind *key; /* the entries in it; NULL: none */
	size_t still; /* of these, that are in what is made now, too */
};

static int
add_changed(void *arg, const struct ct_entry *e, struct ct_err *err)
{
	struct changed *c = arg;
	uint8_t key[CT_ENTRY_KEY];
	int rc;

	c->j->changed++;
	ct_entry_key(c->j->src->name, e->member, e->entry, e->content, key);
	c->still += c->key && ct_set_find(c->key, key) != SIZE_MAX;
	rc = ct_build_hash(
	    c->j->build, CT_ENTRY_KIND, key, sizeof key, c->note, err);
	return rc ? rc : add_entry(c->j, e, err);
}

/* The group says that no video is clean. */
static void
tell_absent(struct index_job *j, size_t i)
{
	char *text = index_group(j->src, j->state[i].last_run > 0, true);

	if (strcmp(text, j->text[i]) != 0)
		ct_warn("source '%s': fingerprints of videos are missing or"
			" damaged: no video is clean until they are there"
			" again",
		    j->src->name);
	free(j->text[i]);
	j->text[i] = text;
}

/* One source as a group: all of it (changed: NULL), or what changed. */
static int
add_source(
    struct index_job *j, size_t i, struct changed *changed, struct ct_err *err)
{
	size_t before = j->absent;
	int rc;

	j->src = &j->all->src[i];
	rc = ct_build_group(j->build, j->text[i], strlen(j->text[i]), err);
	if (!rc)
		rc = ct_large_open(&j->large, j->home, j->src->name, err);
	if (rc)
		return rc;
	rc = changed ? ct_list_each_since(
			   j->list[i], j->since[i], add_changed, changed, err)
		     : ct_list_each(j->list[i], add_entry, j, err);
	ct_large_close(j->large);
	j->large = NULL;
	if (j->absent > before)
		tell_absent(j, i);
	return rc;
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
	for (i = 0; !rc && i < j->all->n; i++)
		rc = add_source(j, i, NULL, err);
	return rc ? rc : finish(j, err);
}

static int
build_once(struct index_job *j, struct ct_err *err)
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

/* What turned out to be missing is to stand in a group's text. */
int
index_build(struct index_job *j, struct ct_err *err)
{
	int rc = build_once(j, err);

	if (rc || !j->absent)
		return rc;
	ct_build_free(j->build);
	j->build = NULL;
	return build_once(j, err);
}

/* ---- what changed -----------------------------------------------------------
 */

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

/* What is beside the index now, which only costs a search if it is not known.
 */
static void
look_back(struct changed *c)
{
	struct ct_err none = { 0 };

	if (!c->j->side || ct_rest_set_open(&c->was, c->j->delta, true, &none))
		return;
	c->key = ct_set_kind(c->was, CT_ENTRY_KIND);
	if (c->key && c->key->len != CT_ENTRY_KEY)
		c->key = NULL;
}

static int
add_were(const struct changed *c, uint64_t content, struct ct_err *err)
{
	return ct_build_hash(c->j->build, CT_WERE_KIND,
	    (const uint8_t *)&content, sizeof content, c->note, err);
}

/* What was known to be harmless and is not any more is no hash of what changed:
 * who was looked up with it is to be looked up in all.  *any: has that happened
 * since these revisions? */
static int
withdrawn(const struct index_job *j, bool last, bool *any, struct ct_err *err)
{
	int64_t n = 0;
	size_t i;
	int rc = 0;

	for (i = 0; !rc && !n && i < j->all->n; i++)
		if (ct_source_allows(&j->all->src[i]))
			rc = ct_list_withdrawn(j->list[i],
			    last ? j->state[i].compiled : j->since[i], &n, err);
	*any = n > 0;
	return rc;
}

static int
add_all_were(const struct changed *c, struct ct_err *err)
{
	const struct ct_set_kind *were = ct_set_kind(c->was, CT_WERE_KIND);
	uint64_t content;
	size_t i;
	int rc = add_were(c, ct_set_content(c->was), err);

	for (i = 0; !rc && were && were->len == sizeof content && i < were->n;
	     i++) {
		memcpy(
		    &content, were->hash + i * sizeof content, sizeof content);
		rc = add_were(c, content, err);
	}
	return rc;
}

/* In what may have been looked up all that this does not tell of: the index
 * alone; and what stood here before, unless there is an entry that changed then
 * and has not now: a list that was put back from a copy has such, and they
 * count again. */
static int
add_past(const struct changed *c, struct ct_err *err)
{
	bool any;
	int rc = withdrawn(c->j, false, &any, err);

	if (!rc && !any)
		rc = add_were(c, c->j->old->content, err);
	if (rc || !c->key || !c->key->n || c->still != c->key->n)
		return rc;
	rc = withdrawn(c->j, true, &any, err);
	return rc || any ? rc : add_all_were(c, err);
}

int
index_build_delta(struct index_job *j, struct ct_err *err)
{
	struct changed c = { .j = j };
	size_t i;
	int rc;

	(void)begin(j);
	look_back(&c);
	rc = head(j, &c.note, err);
	for (i = 0; !rc && i < j->all->n; i++)
		rc = add_source(j, i, &c, err);
	if (!rc)
		rc = add_past(&c, err);
	if (!rc)
		rc = finish(j, err);
	j->same = !rc && c.was &&
	    ct_build_content_but(j->build, CT_WERE_KIND) ==
		ct_set_content_but(c.was, CT_WERE_KIND);
	ct_set_close(c.was);
	return rc;
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
