#include "set.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "set_file.h"

struct ct_set {
	const uint8_t *p;
	size_t len;
	bool mapped;
	struct set_header h;
	const uint64_t *at, *gat;
	const uint32_t *gfirst;
	size_t nnotes, ngroups, text, gtext; /* the last two in bytes */
	const char *texts, *gtexts;
	struct ct_set_kind kind[SET_SECTIONS];
	size_t nkinds;
};

static int
damaged(struct ct_err *err, const char *what)
{
	return ct_fail(err, CT_DATAERR, "the index is damaged: %s", what);
}

/* The fields of the header that let the rest of it be read at all. */
static int
check_header(const struct ct_set *s, struct ct_err *err)
{
	const struct set_header *h = &s->h;

	if (s->len < SET_HEAD ||
	    memcmp(h->magic, CT_SET_MAGIC, sizeof h->magic) != 0)
		return ct_fail(err, CT_DATAERR, "not an index of known hashes");
	if (h->probe != SET_PROBE)
		return ct_fail(err, CT_DATAERR,
		    "the index is little-endian, this machine is not");
	if (h->version < 1 || h->version > SET_VERSION)
		return ct_fail(err, CT_DATAERR,
		    "the index has version %u, this program knows up to %d",
		    h->version, SET_VERSION);
	if (h->size != SET_HEAD ||
	    h->sum != ct_set_sum(h, SET_HEAD - sizeof h->sum))
		return damaged(err, "its header");
	if (h->bytes != s->len)
		return damaged(err, "it is cut short or has grown");
	if (h->nsections > SET_SECTIONS)
		return damaged(err, "too many sections");
	return 0;
}

static int
check_section(
    const struct ct_set *s, const struct set_section *c, struct ct_err *err)
{
	static const uint32_t elem[SET_ROLES] = { [SET_FIRST] = 4,
		[SET_NOTE] = 4,
		[SET_TEXT] = 1,
		[SET_AT] = 8,
		[SET_GTEXT] = 1,
		[SET_GAT] = 8,
		[SET_GFIRST] = 4,
		[SET_NEAR_FIRST] = 4,
		[SET_NEAR_SKETCH] = 2,
		[SET_NEAR_ID] = 4 };
	uint64_t filled = (c->bytes + SET_ALIGN - 1) / SET_ALIGN * SET_ALIGN;

	if (c->offset % SET_ALIGN || c->offset < SET_HEAD ||
	    c->offset > s->len || filled < c->bytes ||
	    filled > s->len - c->offset)
		return damaged(err, "a section lies outside of it");
	if (c->elem == 0 || c->bytes % c->elem)
		return damaged(err, "a section has a part of an element");
	if (c->role < SET_ROLES && elem[c->role] && c->elem != elem[c->role])
		return damaged(err, "a section has elements of another size");
	if (c->role == SET_HASH && c->elem > CT_SET_HASH_MAX)
		return damaged(err, "its hashes are too long");
	if (!memchr(c->kind, 0, sizeof c->kind))
		return damaged(err, "a kind without a name");
	return 0;
}

static const struct set_section *
section(const struct ct_set *s, enum set_role role, const char *kind)
{
	size_t i;

	for (i = 0; i < s->h.nsections; i++)
		if (s->h.section[i].role == (uint32_t)role &&
		    strcmp(s->h.section[i].kind, kind) == 0)
			return &s->h.section[i];
	return NULL;
}

static const void *
start(const struct ct_set *s, const struct set_section *c)
{
	return s->p + c->offset;
}

/* The index of a kind, if there is one. */
static int
take_near(const struct ct_set *s, struct ct_set_kind *k, struct ct_err *err)
{
	const struct set_section *first = section(s, SET_NEAR_FIRST, k->name);
	const struct set_section *sketch = section(s, SET_NEAR_SKETCH, k->name);
	const struct set_section *id = section(s, SET_NEAR_ID, k->name);
	struct ct_near *x = &k->near;
	size_t m;

	if (k->len != CT_HASH_LEN)
		return 0;
	x->n = k->n;
	x->hash = k->hash;
	if (!first && !sketch && !id)
		return 0;
	if (!first || !sketch || !id || k->n > CT_NEAR_MAX)
		return damaged(err, "an index is not whole");
	m = id->bytes / sizeof *x->id / CT_NEAR_CHUNKS;
	x->plan = m == ct_near_entries(CT_NEAR_RING, k->n) ? CT_NEAR_RING
							   : CT_NEAR_WIDE;
	m = CT_NEAR_CHUNKS * ct_near_entries(x->plan, k->n);
	if (first->bytes != CT_NEAR_FIRST * sizeof *x->first ||
	    id->bytes != m * sizeof *x->id ||
	    sketch->bytes != (m + CT_NEAR_PAD) * sizeof *x->sketch)
		return damaged(err, "an index is not whole");
	x->first = start(s, first);
	x->sketch = start(s, sketch);
	x->id = start(s, id);
	return ct_near_check(x, err);
}

/* The values of a kind, if it has any. */
static int
take_values(const struct ct_set *s, struct ct_set_kind *k, struct ct_err *err)
{
	const struct set_section *unit = section(s, SET_UNIT, k->name);
	const struct set_section *value = section(s, SET_VALUE, k->name);

	if (!unit && !value)
		return 0;
	if (!unit || !value || unit->bytes / unit->elem != k->n ||
	    value->bytes / value->elem != k->n)
		return damaged(err, "its values are not whole");
	k->unit = start(s, unit);
	k->unit_len = unit->elem;
	k->value = start(s, value);
	k->value_len = value->elem;
	return 0;
}

static int
take_kind(struct ct_set *s, const struct set_section *hash, struct ct_err *err)
{
	const struct set_section *first = section(s, SET_FIRST, hash->kind);
	const struct set_section *note = section(s, SET_NOTE, hash->kind);
	struct ct_set_kind *k = &s->kind[s->nkinds];

	if (!first || !note || section(s, SET_HASH, hash->kind) != hash)
		return damaged(err, "a kind is not whole");
	memcpy(k->name, hash->kind, sizeof k->name);
	k->len = hash->elem;
	k->n = hash->bytes / hash->elem;
	k->hash = start(s, hash);
	k->first = start(s, first);
	k->note = start(s, note);
	k->nnotes = note->bytes / sizeof *k->note;
	if (first->bytes / sizeof *k->first != k->n + 1)
		return damaged(err, "a kind is not whole");
	s->nkinds++;
	return take_values(s, k, err) ? err->code : take_near(s, k, err);
}

static int
take_notes(struct ct_set *s, struct ct_err *err)
{
	const struct set_section *text = section(s, SET_TEXT, "");
	const struct set_section *at = section(s, SET_AT, "");
	const struct set_section *gtext = section(s, SET_GTEXT, "");
	const struct set_section *gat = section(s, SET_GAT, "");
	const struct set_section *gfirst = section(s, SET_GFIRST, "");
	size_t i;

	if (!text || !at || !gtext || !gat || !gfirst || !at->bytes ||
	    !gat->bytes || gfirst->bytes / 4 != gat->bytes / 8)
		return damaged(err, "a section is missing");
	s->at = start(s, at);
	s->gat = start(s, gat);
	s->gfirst = start(s, gfirst);
	s->texts = start(s, text);
	s->gtexts = start(s, gtext);
	s->text = text->bytes;
	s->gtext = gtext->bytes;
	s->nnotes = at->bytes / sizeof *s->at - 1;
	s->ngroups = gat->bytes / sizeof *s->gat - 1;
	for (i = 0; i < s->ngroups; i++)
		if (s->gfirst[i] > s->gfirst[i + 1] ||
		    s->gat[i] > s->gat[i + 1])
			return damaged(err, "its groups are out of order");
	if (s->gfirst[s->ngroups] != s->nnotes || s->gfirst[0] != 0 ||
	    s->gat[s->ngroups] > s->gtext)
		return damaged(err, "its groups do not add up");
	return 0;
}

static int
take(struct ct_set *s, struct ct_err *err)
{
	size_t i;

	if (s->len >= SET_HEAD)
		memcpy(&s->h, s->p, SET_HEAD);
	if (check_header(s, err))
		return err->code;
	for (i = 0; i < s->h.nsections; i++)
		if (check_section(s, &s->h.section[i], err))
			return err->code;
	for (i = 0; i < s->h.nsections; i++)
		if (s->h.section[i].role == SET_HASH &&
		    take_kind(s, &s->h.section[i], err))
			return err->code;
	return take_notes(s, err);
}

int
ct_set_bytes(
    struct ct_set **set, const void *bytes, size_t len, struct ct_err *err)
{
	struct ct_set *s = calloc(1, sizeof *s);

	*set = NULL;
	if (!s)
		return ct_fail(err, CT_OSERR, "out of memory");
	s->p = bytes;
	s->len = len;
	if (take(s, err)) {
		ct_set_close(s);
		return err->code;
	}
	*set = s;
	return 0;
}

int
ct_set_take(struct ct_set **set, void *map, size_t len, struct ct_err *err)
{
	int rc = ct_set_bytes(set, map, len, err);

	if (*set)
		(*set)->mapped = true;
	else
		(void)munmap(map, len);
	return rc;
}

int
ct_set_open(struct ct_set **set, const char *path, struct ct_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	void *p;

	*set = NULL;
	if (fd < 0)
		return ct_fail_errno(err, CT_NOINPUT, "cannot open '%s'", path);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		return ct_fail(
		    err, CT_NOINPUT, "'%s' is not a regular file", path);
	}
	if ((uint64_t)st.st_size < SET_HEAD) {
		(void)close(fd);
		return ct_fail(err, CT_DATAERR, "not an index of known hashes");
	}
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		(void)ct_fail_errno(err, CT_OSERR, "cannot map '%s'", path);
	(void)close(fd);
	if (p == MAP_FAILED)
		return err->code;
	return ct_set_take(set, p, (size_t)st.st_size, err);
}

void
ct_set_close(struct ct_set *s)
{
	if (s && s->mapped)
		(void)munmap((void *)(uintptr_t)s->p, s->len);
	free(s);
}

void
ct_set_head(const struct ct_set *s, struct ct_set_head *head)
{
	head->generation = s->h.generation;
	head->compiled = s->h.compiled;
	head->asof = s->h.asof;
}

uint64_t
ct_set_content(const struct ct_set *s)
{
	return s->h.content;
}

uint64_t
ct_set_content_but(const struct ct_set *s, const char *kind)
{
	return ct_set_digest(s->h.section, s->h.nsections, kind);
}

size_t
ct_set_size(const struct ct_set *s)
{
	return s->len;
}

const struct ct_set_kind *
ct_set_nth(const struct ct_set *s, size_t i)
{
	return i < s->nkinds ? &s->kind[i] : NULL;
}

const struct ct_set_kind *
ct_set_kind(const struct ct_set *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->nkinds; i++)
		if (strcmp(s->kind[i].name, name) == 0)
			return &s->kind[i];
	return NULL;
}

int
ct_set_near(const struct ct_set_kind *k, const uint8_t *q, int max,
    struct ct_near_find *found, struct ct_err *err)
{
	return ct_near(&k->near, q, max, found, err);
}

int
ct_set_near_each(const struct ct_set_kind *k, const uint8_t *q, size_t n,
    int max, struct ct_near_find *found, ct_near_fn *each, void *arg,
    struct ct_err *err)
{
	return ct_near_each(&k->near, q, n, max, found, each, arg, err);
}

int
ct_set_notes(const struct ct_set_kind *k, size_t i, const uint32_t **note,
    size_t *n, struct ct_err *err)
{
	uint32_t from = k->first[i], to = k->first[i + 1];

	if (from > to || to > k->nnotes)
		return damaged(err, "the notes of a hash");
	*note = k->note + from;
	*n = to - from;
	return 0;
}

static size_t
group_of(const struct ct_set *s, uint32_t note)
{
	size_t lo = 0, hi = s->ngroups, mid;

	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		if (s->gfirst[mid] <= note)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

int
ct_set_note(const struct ct_set *s, uint32_t note, const char **text,
    size_t *len, size_t *group, struct ct_err *err)
{
	if (note >= s->nnotes || s->ngroups == 0 ||
	    s->at[note] > s->at[note + 1] || s->at[note + 1] > s->text)
		return damaged(err, "a note");
	*text = s->texts + s->at[note];
	*len = (size_t)(s->at[note + 1] - s->at[note]);
	*group = group_of(s, note);
	return 0;
}

size_t
ct_set_nnotes(const struct ct_set *s)
{
	return s->nnotes;
}

size_t
ct_set_ngroups(const struct ct_set *s)
{
	return s->ngroups;
}

int
ct_set_group(const struct ct_set *s, size_t group, const char **text,
    size_t *len, struct ct_err *err)
{
	if (group >= s->ngroups)
		return damaged(err, "a group");
	*text = s->gtexts + s->gat[group];
	*len = (size_t)(s->gat[group + 1] - s->gat[group]);
	return 0;
}

int
ct_set_verify(const struct ct_set *s, struct ct_err *err)
{
	const struct set_section *c;
	size_t i, filled;

	for (i = 0; i < s->h.nsections; i++) {
		c = &s->h.section[i];
		filled = (c->bytes + SET_ALIGN - 1) / SET_ALIGN * SET_ALIGN;
		if (ct_set_sum(start(s, c), filled) != c->sum)
			return ct_fail(err, CT_DATAERR,
			    "the index is damaged: section %zu", i + 1);
	}
	if (s->h.content != ct_set_digest(s->h.section, s->h.nsections, NULL))
		return damaged(err, "its digest");
	return 0;
}

int
ct_set_rewrite(const struct ct_set *s, const struct ct_set_head *head,
    ct_set_write_fn *write, void *arg, struct ct_err *err)
{
	struct set_header h = s->h;

	h.generation = head->generation;
	h.compiled = head->compiled;
	h.asof = head->asof;
	h.sum = ct_set_sum(&h, SET_HEAD - sizeof h.sum);
	if (write(arg, &h, sizeof h) < 0 ||
	    write(arg, s->p + SET_HEAD, s->len - SET_HEAD) < 0)
		return ct_fail(err, CT_IOERR, "cannot write the index");
	return 0;
}
