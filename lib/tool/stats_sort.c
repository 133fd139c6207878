#include "stats_sort.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"

#define LEN 64
#define LEAST 64 /* rows in memory, of all and of a lane */

struct lane { /* a run that is merged */
	off_t at, end;
	uint8_t *rows;
	size_t n, next;
};

struct stats_sort {
	uint8_t *rows, last[LEN];
	size_t n, cap, next;
	int fd; /* -1: all is in rows */
	off_t end;
	struct lane *lane;
	size_t lanes, room; /* rows of each in memory */
	size_t *heap;       /* of them, those that are not at their end */
	size_t left;
	bool reading, some; /* some: last is there */
};

struct stats_sort *
stats_sort_new(size_t rows)
{
	struct stats_sort *s = ct_alloc(1, sizeof *s);

	s->cap = rows > LEAST ? rows : LEAST;
	s->rows = ct_alloc(s->cap, LEN);
	s->fd = -1;
	return s;
}

void
stats_sort_free(struct stats_sort *s)
{
	size_t i;

	if (!s)
		return;
	for (i = 0; i < s->lanes; i++)
		free(s->lane[i].rows);
	free(s->lane);
	free(s->heap);
	free(s->rows);
	if (s->fd >= 0)
		(void)close(s->fd);
	free(s);
}

/* ---- rows as bytes ------------------------------------------------------ */

static void
put(uint8_t *out, uint64_t value, size_t len)
{
	while (len-- > 0) {
		out[len] = (uint8_t)value;
		value >>= 8;
	}
}

static uint64_t
get(const uint8_t *in, size_t len)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < len; i++)
		value = value << 8 | in[i];
	return value;
}

static void
pack(uint8_t out[LEN], const struct stats_row *row)
{
	memcpy(out, row->key, 16);
	out[16] = row->kind;
	put(out + 17, (uint64_t)row->at, 8);
	put(out + 25, row->value, 4);
	memcpy(out + 29, row->ref, 16);
	memcpy(out + 45, row->more, 16);
	memset(out + 61, 0, LEN - 61);
}

static void
unpack(struct stats_row *row, const uint8_t in[LEN])
{
	memcpy(row->key, in, 16);
	row->kind = in[16];
	row->at = (int64_t)get(in + 17, 8);
	row->value = (uint32_t)get(in + 25, 4);
	memcpy(row->ref, in + 29, 16);
	memcpy(row->more, in + 45, 16);
}

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, LEN);
}

/* ---- runs --------------------------------------------------------------- */

static int
scratch(struct stats_sort *s, struct ct_err *err)
{
	const char *dir = getenv("TMPDIR");
	char *path = ct_printf("%s/ct-stats", dir && *dir ? dir : "/var/tmp");

	s->fd = ct_file_scratch(path, err);
	free(path);
	return s->fd < 0 ? err->code : 0;
}

/* What is in memory becomes a run. */
static int
spill(struct stats_sort *s, struct ct_err *err)
{
	struct lane *l;
	int rc;

	if (s->fd < 0 && (rc = scratch(s, err)))
		return rc;
	qsort(s->rows, s->n, LEN, compare);
	if (ct_write_full(s->fd, s->rows, s->n * LEN) < 0)
		return ct_fail_errno(
		    err, CT_IOERR, "cannot write a temporary file");
	s->lane = ct_grow(s->lane, s->lanes + 1, sizeof *s->lane);
	l = &s->lane[s->lanes++];
	*l = (struct lane){ .at = s->end };
	s->end += (off_t)(s->n * LEN);
	l->end = s->end;
	s->n = 0;
	return 0;
}

int
stats_sort_add(
    struct stats_sort *s, const struct stats_row *row, struct ct_err *err)
{
	int rc;

	if (s->n == s->cap && (rc = spill(s, err)))
		return rc;
	pack(s->rows + s->n++ * LEN, row);
	return 0;
}

/* ---- merging ------------------------------------------------------------ */

static int
fill(struct stats_sort *s, struct lane *l, struct ct_err *err)
{
	size_t want = s->room * LEN;
	ssize_t n;

	if ((off_t)want > l->end - l->at)
		want = (size_t)(l->end - l->at);
	l->n = l->next = 0;
	while (l->n < want) {
		n = pread(
		    s->fd, l->rows + l->n, want - l->n, l->at + (off_t)l->n);
		if (n <= 0)
			return ct_fail_errno(
			    err, CT_IOERR, "cannot read a temporary file");
		l->n += (size_t)n;
	}
	l->at += (off_t)want;
	l->n /= LEN;
	return 0;
}

static const uint8_t *
head(const struct stats_sort *s, size_t lane)
{
	const struct lane *l = &s->lane[lane];

	return l->rows + l->next * LEN;
}

static void
sink(struct stats_sort *s, size_t i)
{
	size_t moved = s->heap[i], child;

	while ((child = 2 * i + 1) < s->left) {
		if (child + 1 < s->left &&
		    compare(head(s, s->heap[child + 1]),
			head(s, s->heap[child])) < 0)
			child++;
		if (compare(head(s, moved), head(s, s->heap[child])) <= 0)
			break;
		s->heap[i] = s->heap[child];
		i = child;
	}
	s->heap[i] = moved;
}

static int
start(struct stats_sort *s, struct ct_err *err)
{
	size_t i;
	int rc;

	s->reading = true;
	if (s->fd < 0) {
		qsort(s->rows, s->n, LEN, compare);
		return 0;
	}
	if ((rc = spill(s, err)))
		return rc;
	free(s->rows);
	s->rows = NULL;
	s->room = s->cap / s->lanes > LEAST ? s->cap / s->lanes : LEAST;
	s->heap = ct_alloc(s->lanes, sizeof *s->heap);
	for (i = 0; i < s->lanes; i++) {
		s->lane[i].rows = ct_alloc(s->room, LEN);
		if ((rc = fill(s, &s->lane[i], err)))
			return rc;
		s->heap[s->left++] = i;
	}
	for (i = s->left / 2; i-- > 0;)
		sink(s, i);
	return 0;
}

/* Past the least row. */
static int
pass(struct stats_sort *s, struct ct_err *err)
{
	struct lane *l = &s->lane[s->heap[0]];
	int rc = 0;

	if (++l->next == l->n) {
		if (l->at < l->end)
			rc = fill(s, l, err);
		else
			s->heap[0] = s->heap[--s->left];
	}
	if (!rc && s->left)
		sink(s, 0);
	return rc;
}

int
stats_sort_next(struct stats_sort *s, struct stats_row *row, struct ct_err *err)
{
	uint8_t now[LEN];
	int rc;

	if (!s->reading && (rc = start(s, err)))
		return rc;
	do {
		if (s->fd < 0 ? s->next == s->n : s->left == 0)
			return 0;
		memcpy(now,
		    s->fd < 0 ? s->rows + s->next * LEN : head(s, s->heap[0]),
		    LEN);
		if (s->fd < 0)
			s->next++;
		else if ((rc = pass(s, err)))
			return rc;
	} while (s->some && memcmp(now, s->last, LEN) == 0);
	memcpy(s->last, now, LEN);
	s->some = true;
	unpack(row, now);
	return 1;
}
