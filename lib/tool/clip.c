#include "clip.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "ham.h"
#include "prog.h"

bool
ct_clip_type(const char *type)
{
	return strcmp(type, CT_CLIP_VPDQ) == 0 ||
	    strcmp(type, CT_CLIP_TMK) == 0;
}

/* Times may be in any order, as they are a stranger's. */
static int64_t
span(const struct ct_vpdq *v, int quality)
{
	int64_t first = INT64_MAX, last = 0;
	size_t i;

	for (i = 0; i < v->n; i++) {
		if (v->frame[i].quality < quality ||
		    ct_ham_flat(v->frame[i].hash))
			continue;
		first = v->frame[i].ms < first ? v->frame[i].ms : first;
		last = v->frame[i].ms > last ? v->frame[i].ms : last;
	}
	return last > first ? last - first : 0;
}

static int
take_frames(struct ct_clip *c, const uint8_t *bytes, size_t len, int quality,
    struct ct_err *err)
{
	struct ct_vpdq v = { 0 };
	int rc = ct_vpdq_read(&v, (const char *)bytes, len, err);

	if (!rc)
		rc = ct_vpdq_set(&c->frames, &v, quality, err);
	c->ms = span(&v, quality);
	ct_vpdq_free(&v);
	return rc;
}

int
ct_clip_take(struct ct_clip *c, const char *type, const uint8_t *bytes,
    size_t len, int quality, struct ct_err *err)
{
	*c = (struct ct_clip){ 0 };
	if (strcmp(type, CT_CLIP_VPDQ) == 0)
		return take_frames(c, bytes, len, quality, err);
	c->tmk = ct_alloc(1, sizeof *c->tmk);
	return ct_tmk_read(c->tmk, bytes, len, err);
}

void
ct_clip_free(struct ct_clip *c)
{
	ct_vpdq_set_free(&c->frames);
	free(c->tmk);
	c->tmk = NULL;
}

bool
ct_clip_empty(const struct ct_clip *c)
{
	float unit[CT_TMK_DIM];
	int k;

	if (c->frames.n || !c->tmk)
		return !c->frames.n;
	ct_tmk_unit(c->tmk, unit);
	for (k = 0; k < CT_TMK_DIM && unit[k] == 0.0F; k++)
		;
	return k == CT_TMK_DIM;
}

void
ct_clip_note(const struct ct_clip *c, json_t *note)
{
	if (c->frames.n)
		(void)json_object_set_new(note, CT_CLIP_FRAMES,
		    json_integer((json_int_t)c->frames.n));
	if (c->frames.n && c->ms)
		(void)json_object_set_new(
		    note, CT_CLIP_MS, json_integer(c->ms));
}

int
ct_clip_build(const struct ct_clip *c, struct ct_build *b, uint32_t note,
    struct ct_err *err)
{
	float unit[CT_TMK_DIM];
	const struct ct_build_value value = { unit, c->tmk, sizeof unit,
		sizeof *c->tmk };
	size_t i;
	int rc = 0;

	ct_build_newer(b);
	for (i = 0; !rc && i < c->frames.n; i++)
		rc = ct_build_hash(b, CT_CLIP_VPDQ,
		    c->frames.hash + i * CT_PDQ_LEN, CT_PDQ_LEN, note, err);
	if (rc || !c->tmk)
		return rc;
	ct_tmk_unit(c->tmk, unit);
	return ct_build_value(b, CT_CLIP_TMK, &value, note, err);
}

int
ct_clip_file(const char *path, uint8_t **bytes, size_t *len, struct ct_err *err)
{
	struct stat st;
	int fd = ct_file_open(path, true, &st, err);
	ssize_t n = -1;

	*bytes = NULL;
	if (fd < 0)
		return err->code;
	if (st.st_size < 0 || (uint64_t)st.st_size > CT_CLIP_MAX) {
		(void)ct_fail(
		    err, CT_DATAERR, "more than %zu bytes", CT_CLIP_MAX);
	} else {
		*bytes = ct_alloc((size_t)st.st_size + 1, 1);
		n = ct_read_full(fd, *bytes, (size_t)st.st_size + 1);
		if (n < 0)
			(void)ct_fail_errno(err, CT_IOERR, "cannot read");
		else if (n != st.st_size)
			(void)ct_fail(err, CT_IOERR, "it changes");
	}
	(void)close(fd);
	if (n == st.st_size) {
		*len = (size_t)n;
		return 0;
	}
	free(*bytes);
	*bytes = NULL;
	return err->code;
}

/* ---- what a record says --------------------------------------------------
 */

/* Numbers that a verdict goes by, and how the frames were chosen. */
static int
say_method(struct ct_clip_said *said, const json_t *rec, struct ct_err *err)
{
	const json_t *method = ct_rec_get(rec, "hashes.vpdq_method");
	const json_t *cover = ct_rec_get(rec, "hashes.vpdq_cover");

	if (method && !json_is_string(method))
		return ct_fail(
		    err, CT_DATAERR, "hashes.vpdq_method is not a string");
	if (cover &&
	    (!json_is_integer(cover) || json_integer_value(cover) < 0 ||
		json_integer_value(cover) > CT_HAM_MAX))
		return ct_fail(err, CT_DATAERR,
		    "hashes.vpdq_cover is not a number from 0 to 256");
	said->method = json_string_value(method);
	said->cover = cover ? (int)json_integer_value(cover) : -1;
	return 0;
}

int
ct_clip_said(struct ct_clip_said *said, const json_t *rec, struct ct_err *err)
{
	const json_t *frames = ct_rec_get(rec, "hashes.vpdq");
	struct ct_err why = { 0 };
	char *text;
	int rc;

	said->frames.n = 0;
	said->method = NULL;
	said->cover = -1;
	if (!frames)
		return CT_NO;
	if (!json_is_array(frames))
		return ct_fail(err, CT_DATAERR, "hashes.vpdq is not an array");
	text = json_dumps(frames, JSON_COMPACT);
	if (!text)
		return ct_fail(err, CT_OSERR, "out of memory");
	rc = ct_vpdq_read(&said->frames, text, strlen(text), &why);
	free(text);
	return rc ? ct_fail(err, rc, "hashes.vpdq: %s", why.msg)
		  : say_method(said, rec, err);
}

/* ---- limits ----------------------------------------------------------------
 */

#define DECIMALS 4 /* of CT_CLIP_LEVEL */

const struct ct_clip_limits ct_clip_usual = { CT_VPDQ_DISTANCE,
	(int)CT_VPDQ_QUERY, (int)CT_VPDQ_COMPARED, CT_CLIP_CONTAINED, 7000,
	9000 };

static const struct ct_clip_limit all[] = {
	{ "vpdq_distance", CT_HAM_MAX, false },
	{ "vpdq_query", 100, false },
	{ "vpdq_compared", 100, false },
	{ "vpdq_contained", 100, false },
	{ "tmk_level1", CT_CLIP_LEVEL, true },
	{ "tmk_level2", CT_CLIP_LEVEL, true },
};

const struct ct_clip_limit *
ct_clip_limit(size_t i)
{
	return i < sizeof all / sizeof all[0] ? &all[i] : NULL;
}

int *
ct_clip_limit_of(struct ct_clip_limits *l, size_t i)
{
	int *const at[] = { &l->distance, &l->query, &l->compared,
		&l->contained, &l->level1, &l->level2 };

	return at[i];
}

/* Digits of *text, at most so many; -1: none. */
static int
digits(const char **text, int most)
{
	const char *from = *text;
	int v = 0;

	for (; **text >= '0' && **text <= '9' && *text - from < most; ++*text)
		v = 10 * v + (**text - '0');
	return *text == from ? -1 : v;
}

int
ct_clip_limit_parse(const struct ct_clip_limit *l, const char *text)
{
	const char *from;
	int v = digits(&text, 3), part = 0, n = 0;

	if (v < 0)
		return -1;
	if (l->decimal && *text == '.') {
		from = ++text;
		part = digits(&text, DECIMALS);
		if (part < 0)
			return -1;
		n = (int)(text - from);
	}
	if (l->decimal)
		v *= CT_CLIP_LEVEL;
	for (; n && n < DECIMALS; n++)
		part *= 10;
	v += part;
	return *text || v > l->most ? -1 : v;
}

bool
ct_clip_limit_option(struct ct_clip_limits *limits, int i, const char *text)
{
	const struct ct_clip_limit *l = i < 0 ? NULL : ct_clip_limit((size_t)i);
	int v = l ? ct_clip_limit_parse(l, text) : 0;

	if (v < 0)
		ct_die(CT_USAGE, "%s: want a number from 0 to %d", l->name,
		    l->decimal ? 1 : l->most);
	if (l)
		*ct_clip_limit_of(limits, (size_t)i) = v;
	return l != NULL;
}

void
ct_clip_limits_put(const struct ct_clip_limits *limits, json_t *o)
{
	struct ct_clip_limits have = *limits, usual = ct_clip_usual;
	size_t i;
	int v;

	for (i = 0; ct_clip_limit(i); i++) {
		v = *ct_clip_limit_of(&have, i);
		if (v != *ct_clip_limit_of(&usual, i))
			(void)json_object_set_new(
			    o, ct_clip_limit(i)->name, json_integer(v));
	}
}

void
ct_clip_limits_get(struct ct_clip_limits *limits, const json_t *o)
{
	const json_t *v;
	size_t i;

	*limits = ct_clip_usual;
	for (i = 0; ct_clip_limit(i); i++) {
		v = json_object_get(o, ct_clip_limit(i)->name);
		if (json_is_integer(v) && json_integer_value(v) >= 0 &&
		    json_integer_value(v) <= ct_clip_limit(i)->most)
			*ct_clip_limit_of(limits, i) =
			    (int)json_integer_value(v);
	}
}
