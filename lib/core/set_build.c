/* set_build.c - making a set: gather, sort, lay out, write */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "set_file.h"

#define KINDS 11 /* of which few are indexed: see place */

#define SPILL 65536 /* bytes gathered before they are written to a file */

struct mem {
	uint8_t *p;
	size_t len, cap;
	/* in a file, but for what comes last; at the end it is mapped */
	int file; /* descriptor + 1; 0: none */
	size_t written, mapped;
};

struct kind {
	char name[CT_SET_NAME];
	size_t len;      /* of a hash */
	bool near;       /* to be indexed, */
	size_t wide;     /* up to so many by the wide plan */
	struct mem pair; /* hash, then its note as 4 bytes, high byte first */
	struct mem hash, first, note;
	struct mem nfirst, sketch, id; /* of the index */
};

struct ct_build {
	struct kind *kind;
	size_t nkinds;
	struct mem text, at, gtext, gat, gfirst;
	char valued[CT_SET_NAME]; /* the kind that has values; "": none */
	struct mem unit, value;
	size_t unit_len, value_len;
	uint32_t nvalues;
	bool newer;
	struct set_section section[SET_SECTIONS];
	const uint8_t *bytes[SET_SECTIONS]; /* filled up to SET_ALIGN */
	size_t nsections;
};

static int
no_memory(struct ct_err *err)
{
	if (errno == ENOMEM)
		return ct_fail(err, CT_OSERR, "out of memory");
	return ct_fail_errno(err, CT_IOERR, "cannot write what is gathered");
}

/* So many bytes more in memory. */
static int
reserve(struct mem *m, size_t len)
{
	size_t cap = m->cap ? m->cap : 4096, have = m->len - m->written;
	uint8_t *p;

	errno = ENOMEM;
	if (have > SIZE_MAX / 4 || len > SIZE_MAX / 4)
		return -1;
	while (cap < have + len)
		cap *= 2;
	if (cap == m->cap)
		return 0;
	p = realloc(m->p, cap);
	if (!p)
		return -1;
	m->p = p;
	m->cap = cap;
	return 0;
}

static int
flush(struct mem *m)
{
	const uint8_t *p = m->p;
	size_t left = m->len - m->written;
	ssize_t n;

	for (; left; left -= (size_t)n, p += n) {
		n = write(m->file - 1, p, left);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n < 0)
			return -1;
	}
	m->written = m->len;
	return 0;
}

static int
append(struct mem *m, const void *bytes, size_t len)
{
	if (m->file && m->len - m->written >= SPILL && flush(m) < 0)
		return -1;
	if (reserve(m, len) < 0)
		return -1;
	if (len)
		memcpy(m->p + (m->len - m->written), bytes, len);
	m->len += len;
	return 0;
}

static int
append32(struct mem *m, size_t value)
{
	uint32_t v = (uint32_t)value;

	return append(m, &v, sizeof v);
}

static int
append64(struct mem *m, uint64_t v)
{
	return append(m, &v, sizeof v);
}

static void
release(struct mem *m)
{
	if (m->mapped)
		(void)munmap(m->p, m->mapped);
	else
		free(m->p);
	*m = (struct mem){ 0 };
}

struct ct_build *
ct_build_new(void)
{
	return calloc(1, sizeof(struct ct_build));
}

void
ct_build_free(struct ct_build *b)
{
	size_t i;

	if (!b)
		return;
	for (i = 0; i < b->nkinds; i++) {
		release(&b->kind[i].pair);
		release(&b->kind[i].hash);
		release(&b->kind[i].first);
		release(&b->kind[i].note);
		release(&b->kind[i].nfirst);
		release(&b->kind[i].sketch);
		release(&b->kind[i].id);
	}
	free(b->kind);
	release(&b->text);
	release(&b->at);
	release(&b->gtext);
	release(&b->gat);
	release(&b->gfirst);
	release(&b->unit);
	release(&b->value);
	free(b);
}

void
ct_build_spill(struct ct_build *b, int text, int at, int value)
{
	b->text.file = text + 1;
	b->at.file = at + 1;
	b->value.file = value + 1;
}

int
ct_build_group(
    struct ct_build *b, const char *text, size_t len, struct ct_err *err)
{
	if (append32(&b->gfirst, b->at.len / 8) < 0 ||
	    append64(&b->gat, b->gtext.len) < 0 ||
	    append(&b->gtext, text, len) < 0)
		return no_memory(err);
	return 0;
}

int
ct_build_note(struct ct_build *b, const char *text, size_t len, uint32_t *note,
    struct ct_err *err)
{
	size_t n = b->at.len / 8;

	if (b->gfirst.len == 0)
		return ct_fail(err, CT_SOFTWARE, "a note outside of a group");
	if (n >= UINT32_MAX)
		return ct_fail(err, CT_DATAERR, "too many entries");
	if (append64(&b->at, b->text.len) < 0 ||
	    append(&b->text, text, len) < 0)
		return no_memory(err);
	*note = (uint32_t)n;
	return 0;
}

/* Kinds stand in order of their names. */
static struct kind *
kind_of(struct ct_build *b, const char *name, size_t len)
{
	struct kind *more;
	size_t i;

	for (i = 0; i < b->nkinds; i++) {
		int d = strcmp(name, b->kind[i].name);

		if (d == 0)
			return &b->kind[i];
		if (d < 0)
			break;
	}
	more = realloc(b->kind, (b->nkinds + 1) * sizeof *more);
	if (!more)
		return NULL;
	b->kind = more;
	memmove(more + i + 1, more + i, (b->nkinds - i) * sizeof *more);
	b->nkinds++;
	more[i] = (struct kind){ .len = len };
	memcpy(more[i].name, name, strlen(name));
	return &more[i];
}

int
ct_build_hash(struct ct_build *b, const char *name, const uint8_t *hash,
    size_t len, uint32_t note, struct ct_err *err)
{
	uint8_t tail[4] = { (uint8_t)(note >> 24), (uint8_t)(note >> 16),
		(uint8_t)(note >> 8), (uint8_t)note };
	struct kind *k;

	if (strlen(name) >= CT_SET_NAME || !*name || !len ||
	    len > CT_SET_HASH_MAX || b->nkinds > KINDS)
		return ct_fail(
		    err, CT_DATAERR, "a kind of hash that does not fit");
	k = kind_of(b, name, len);
	if (!k)
		return no_memory(err);
	if (k->len != len)
		return ct_fail(
		    err, CT_DATAERR, "hashes of one kind differ in length");
	if (k->pair.len / (len + 4) >= UINT32_MAX)
		return ct_fail(err, CT_DATAERR, "too many hashes");
	if (append(&k->pair, hash, len) < 0 ||
	    append(&k->pair, tail, sizeof tail) < 0)
		return no_memory(err);
	return 0;
}

int
ct_build_value(struct ct_build *b, const char *kind,
    const struct ct_build_value *v, uint32_t note, struct ct_err *err)
{
	uint32_t n = b->nvalues;
	const uint8_t hash[4] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16),
		(uint8_t)(n >> 8), (uint8_t)n };

	if (n &&
	    (strcmp(kind, b->valued) != 0 || v->unit_len != b->unit_len ||
		v->value_len != b->value_len))
		return ct_fail(
		    err, CT_DATAERR, "a kind of value that does not fit");
	if (n == UINT32_MAX)
		return ct_fail(err, CT_DATAERR, "too many values");
	if (ct_build_hash(b, kind, hash, sizeof hash, note, err))
		return err->code;
	if (append(&b->unit, v->unit, v->unit_len) < 0 ||
	    append(&b->value, v->value, v->value_len) < 0)
		return no_memory(err);
	memcpy(b->valued, kind, strlen(kind) + 1);
	b->unit_len = v->unit_len;
	b->value_len = v->value_len;
	b->nvalues++;
	return 0;
}

void
ct_build_newer(struct ct_build *b)
{
	b->newer = true;
}

static int
by_bytes(const void *a, const void *b, void *arg)
{
	return memcmp(a, b, *(size_t *)arg);
}

static uint32_t
note_of(const uint8_t *tail)
{
	return (uint32_t)tail[0] << 24 | (uint32_t)tail[1] << 16 |
	    (uint32_t)tail[2] << 8 | tail[3];
}

static int
sort_kind(struct kind *k)
{
	size_t size = k->len + 4, n = k->pair.len / size, i;
	const uint8_t *p = k->pair.p, *last = NULL;

	if (n)
		qsort_r(k->pair.p, n, size, by_bytes, &size);
	for (i = 0; i < n; i++, p += size) {
		if (last && memcmp(last, p, size) == 0)
			continue;
		if ((!last || memcmp(last, p, k->len) != 0) &&
		    (append(&k->hash, p, k->len) < 0 ||
			append32(&k->first, k->note.len / 4) < 0))
			return -1;
		if (append32(&k->note, note_of(p + k->len)) < 0)
			return -1;
		last = p;
	}
	release(&k->pair);
	return append32(&k->first, k->note.len / 4);
}

void
ct_build_near(struct ct_build *b, const char *kind, size_t wide)
{
	size_t i;

	for (i = 0; i < b->nkinds; i++)
		if (strcmp(kind, b->kind[i].name) == 0) {
			b->kind[i].near = true;
			b->kind[i].wide = wide;
		}
}

static int
index_kind(struct kind *k, struct ct_err *err)
{
	size_t n = k->hash.len / k->len, m;
	enum ct_near_plan plan = ct_near_plan(n);

	if (!k->near || k->len != CT_HASH_LEN || plan == CT_NEAR_BRUTE)
		return 0;
	if (plan == CT_NEAR_WIDE && n > k->wide)
		plan = CT_NEAR_RING;
	m = CT_NEAR_CHUNKS * ct_near_entries(plan, n);
	k->nfirst.len = CT_NEAR_FIRST * sizeof(uint32_t);
	k->sketch.len = (m + CT_NEAR_PAD) * sizeof(uint16_t);
	k->id.len = m * sizeof(uint32_t);
	if (reserve(&k->nfirst, 0) < 0 || reserve(&k->sketch, 0) < 0 ||
	    reserve(&k->id, 0) < 0)
		return ct_fail(err, CT_OSERR, "out of memory");
	return ct_near_build(plan, k->hash.p, n, (void *)k->nfirst.p,
	    (void *)k->sketch.p, (void *)k->id.p, err);
}

/* Zeros behind the bytes of m, which from now on are all at m->p. */
static int
fill_up(struct mem *m, size_t fill)
{
	static const uint8_t zero[SET_ALIGN];
	size_t len = m->len;

	if (append(m, zero, fill) < 0)
		return -1;
	if (m->file && m->len) {
		if (flush(m) < 0)
			return -1;
		free(m->p);
		m->p =
		    mmap(NULL, m->len, PROT_READ, MAP_SHARED, m->file - 1, 0);
		if (m->p == MAP_FAILED) {
			m->p = NULL;
			return -1;
		}
		m->mapped = m->len;
	}
	m->len = len;
	return 0;
}

/* The bytes of m as a section of the table. */
static int
place(struct ct_build *b, enum set_role role, const char *kind, size_t elem,
    struct mem *m)
{
	struct set_section *c = &b->section[b->nsections];
	size_t fill = (SET_ALIGN - m->len % SET_ALIGN) % SET_ALIGN;

	errno = ENOMEM;
	if (b->nsections == SET_SECTIONS)
		return -1;
	if (fill_up(m, fill) < 0)
		return -1;
	*c = (struct set_section){ .role = (uint32_t)role,
		.elem = (uint32_t)elem,
		.offset = SET_HEAD,
		.bytes = m->len,
		.sum = ct_set_sum(m->p, m->len + fill) };
	if (b->nsections)
		c->offset = c[-1].offset +
		    (c[-1].bytes + SET_ALIGN - 1) / SET_ALIGN * SET_ALIGN;
	memcpy(c->kind, kind, strlen(kind));
	b->bytes[b->nsections++] = m->p;
	return 0;
}

static int
place_kind(struct ct_build *b, struct kind *k)
{
	if (place(b, SET_HASH, k->name, k->len, &k->hash) < 0 ||
	    place(b, SET_FIRST, k->name, 4, &k->first) < 0 ||
	    place(b, SET_NOTE, k->name, 4, &k->note) < 0)
		return -1;
	if (b->nvalues && strcmp(k->name, b->valued) == 0 &&
	    (place(b, SET_UNIT, k->name, b->unit_len, &b->unit) < 0 ||
		place(b, SET_VALUE, k->name, b->value_len, &b->value) < 0))
		return -1;
	if (!k->id.len)
		return 0;
	return place(b, SET_NEAR_FIRST, k->name, 4, &k->nfirst) < 0 ||
		place(b, SET_NEAR_SKETCH, k->name, 2, &k->sketch) < 0 ||
		place(b, SET_NEAR_ID, k->name, 4, &k->id) < 0
	    ? -1
	    : 0;
}

int
ct_build_finish(struct ct_build *b, uint64_t *content, struct ct_err *err)
{
	struct kind *k;
	size_t i;

	if (append32(&b->gfirst, b->at.len / 8) < 0 ||
	    append64(&b->gat, b->gtext.len) < 0 ||
	    append64(&b->at, b->text.len) < 0)
		return no_memory(err);
	for (i = 0; i < b->nkinds; i++) {
		k = &b->kind[i];
		if (sort_kind(k) < 0)
			return no_memory(err);
		if (index_kind(k, err))
			return err->code;
		if (place_kind(b, k) < 0)
			return no_memory(err);
	}
	if (place(b, SET_TEXT, "", 1, &b->text) < 0 ||
	    place(b, SET_AT, "", 8, &b->at) < 0 ||
	    place(b, SET_GTEXT, "", 1, &b->gtext) < 0 ||
	    place(b, SET_GAT, "", 8, &b->gat) < 0 ||
	    place(b, SET_GFIRST, "", 4, &b->gfirst) < 0)
		return no_memory(err);
	*content = ct_set_digest(b->section, b->nsections, NULL);
	return 0;
}

uint64_t
ct_build_content(const struct ct_build *b)
{
	return ct_set_digest(b->section, b->nsections, NULL);
}

uint64_t
ct_build_content_but(const struct ct_build *b, const char *kind)
{
	return ct_set_digest(b->section, b->nsections, kind);
}

size_t
ct_build_nnotes(const struct ct_build *b)
{
	return b->at.len / 8 - 1;
}

size_t
ct_build_ngroups(const struct ct_build *b)
{
	return b->gat.len / 8 - 1;
}

const char *
ct_build_group_text(const struct ct_build *b, size_t group, size_t *len)
{
	uint64_t from, to;

	memcpy(&from, b->gat.p + 8 * group, 8);
	memcpy(&to, b->gat.p + 8 * (group + 1), 8);
	*len = (size_t)(to - from);
	return (const char *)b->gtext.p + from;
}

int
ct_build_write(const struct ct_build *b, const struct ct_set_head *head,
    ct_set_write_fn *write, void *arg, struct ct_err *err)
{
	const struct set_section *last = &b->section[b->nsections - 1];
	struct set_header h = { .version = b->newer ? SET_VERSION : 1,
		.probe = SET_PROBE,
		.size = SET_HEAD,
		.nsections = (uint32_t)b->nsections,
		.generation = head->generation,
		.compiled = head->compiled,
		.asof = head->asof };
	size_t i, filled;

	memcpy(h.magic, CT_SET_MAGIC, sizeof h.magic);
	memcpy(h.section, b->section, sizeof h.section);
	h.content = ct_set_digest(b->section, b->nsections, NULL);
	h.bytes = last->offset +
	    (last->bytes + SET_ALIGN - 1) / SET_ALIGN * SET_ALIGN;
	h.sum = ct_set_sum(&h, SET_HEAD - sizeof h.sum);
	if (write(arg, &h, sizeof h) < 0)
		return ct_fail(err, CT_IOERR, "cannot write the index");
	for (i = 0; i < b->nsections; i++) {
		filled = (b->section[i].bytes + SET_ALIGN - 1) / SET_ALIGN *
		    SET_ALIGN;
		if (filled && write(arg, b->bytes[i], filled) < 0)
			return ct_fail(err, CT_IOERR, "cannot write the index");
	}
	return 0;
}
