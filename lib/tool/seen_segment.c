/* seen_segment.c - a sorted file of a store, mapped */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "prog.h"
#include "seen_impl.h"
#include "set.h"

static int
damaged(struct ct_err *err, const char *what)
{
	return ct_fail(err, CT_DATAERR, "the store is damaged: %s", what);
}

/* Bytes that a column must have; SIZE_MAX: any number. */
static uint64_t
want(const struct seen_head *h, int column)
{
	uint64_t blocks = h->rows / SEEN_BLOCK + (h->rows % SEEN_BLOCK != 0);

	switch (column) {
	case SEEN_KEYS:
	case SEEN_QUALITY: /* it says how many frames there are */
		return SIZE_MAX;
	case SEEN_AT:
		return (blocks + 1) * sizeof(uint64_t);
	case SEEN_FILM:
		return h->column[column].bytes / sizeof(struct seen_film) *
		    sizeof(struct seen_film);
	case SEEN_MS:
	case SEEN_FRAME:
		return h->column[SEEN_QUALITY].bytes *
		    seen_width((enum seen_column)column);
	case SEEN_SUM:
		return (h->column[SEEN_SUM].offset + SEEN_CHUNK - 1) /
		    SEEN_CHUNK * sizeof(uint64_t);
	default:
		return h->rows * seen_width((enum seen_column)column);
	}
}

/* Version 1 has no frames, and one column behind the hashes. */
static void
upgrade(struct seen_head *h)
{
	struct seen_section sum = h->column[SEEN_FILM];
	int i;

	for (i = SEEN_FILM; i < SEEN_SUM; i++)
		h->column[i] = (struct seen_section){ sum.offset, 0 };
	h->column[SEEN_SUM] = sum;
}

static int
look(struct seen_head *h, size_t len, struct ct_err *err)
{
	uint64_t from = SEEN_HEAD;
	int i;

	if (memcmp(h->magic, "ct-seen1", sizeof h->magic) != 0)
		return ct_fail(err, CT_DATAERR, "it is no file of a store");
	if (h->probe != 0x01020304 || !h->version ||
	    h->version > CT_SEEN_VERSION)
		return ct_fail(err, CT_DATAERR,
		    "it is of another version, or another machine");
	if (h->sum != ct_set_sum(h, SEEN_HEAD - sizeof h->sum))
		return damaged(err, "a header");
	if (h->bytes != len || h->rows == 0 || h->rows > len ||
	    h->gone > h->rows)
		return damaged(err, "a file has another size");
	if (h->version == 1)
		upgrade(h);
	for (i = 0; i < SEEN_COLUMNS; i++) {
		const struct seen_section *c = &h->column[i];

		if (c->offset < from || c->offset % SEEN_ALIGN ||
		    c->offset > len || c->bytes > len - c->offset ||
		    (want(h, i) != SIZE_MAX && c->bytes != want(h, i)))
			return damaged(err, "a section");
		from = c->offset + c->bytes;
	}
	return 0;
}

int
seen_segment_take(
    struct seen_segment *s, const void *bytes, size_t len, struct ct_err *err)
{
	const uint8_t *p = bytes;
	int i;

	*s = (struct seen_segment){ .map = p, .len = len };
	if (len < SEEN_HEAD)
		return damaged(err, "a file is cut");
	memcpy(&s->head, p, SEEN_HEAD);
	if (look(&s->head, len, err))
		return err->code;
	s->rows = s->head.rows;
	s->blocks = s->head.column[SEEN_AT].bytes / sizeof(uint64_t) - 1;
	s->key = p + s->head.column[SEEN_KEYS].offset;
	s->key_len = s->head.column[SEEN_KEYS].bytes;
	s->at = (const void *)(p + s->head.column[SEEN_AT].offset);
	s->stamp = (const void *)(p + s->head.column[SEEN_STAMP].offset);
	s->info = (const void *)(p + s->head.column[SEEN_INFO].offset);
	for (i = 0; i < SEEN_HASHES; i++)
		s->hash[i] = p + s->head.column[SEEN_HASH + i].offset;
	s->film = (const void *)(p + s->head.column[SEEN_FILM].offset);
	s->films = s->head.column[SEEN_FILM].bytes / sizeof *s->film;
	s->ms = (const void *)(p + s->head.column[SEEN_MS].offset);
	s->frame = p + s->head.column[SEEN_FRAME].offset;
	s->quality = p + s->head.column[SEEN_QUALITY].offset;
	s->frames = s->head.column[SEEN_QUALITY].bytes;
	return 0;
}

static int
map(struct seen_segment *s, int fd, struct ct_err *err)
{
	struct stat st;
	void *p;

	if (fstat(fd, &st) < 0)
		return ct_fail_errno(err, CT_NOINPUT, "cannot stat");
	if (st.st_size < SEEN_HEAD)
		return damaged(err, "a file is cut");
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return ct_fail_errno(err, CT_OSERR, "cannot map");
	if (seen_segment_take(s, p, (size_t)st.st_size, err)) {
		(void)munmap(p, (size_t)st.st_size);
		return err->code;
	}
	s->sound = ct_alloc(seen_sound_chunks(s), 1);
	return 0;
}

int
seen_segment_open(struct seen_segment *s, const char *dir, uint64_t store,
    uint64_t id, struct ct_err *err)
{
	char *path = seen_path(dir, id, "rows");
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), rc;
	struct ct_err why = { 0 };

	*s = (struct seen_segment){ .map = NULL };
	if (fd < 0) {
		rc = errno == ENOENT
		    ? ct_fail(err, CT_NO, "'%s' is missing", path)
		    : ct_fail_errno(err, CT_NOINPUT, "cannot open '%s'", path);
	} else {
		rc = map(s, fd, &why);
		(void)close(fd);
		if (!rc && (s->head.store != store || s->head.id != id)) {
			rc = ct_fail(&why, CT_DATAERR, "of another store");
			seen_segment_close(s);
		}
		if (rc)
			(void)ct_fail(err, rc, "'%s': %s", path, why.msg);
	}
	if (rc)
		*s = (struct seen_segment){ .map = NULL };
	free(path);
	return rc;
}

void
seen_segment_close(struct seen_segment *s)
{
	if (s->map)
		(void)munmap((void *)(uintptr_t)s->map, s->len);
	free(s->sound);
	s->map = NULL;
	s->sound = NULL;
}

void
seen_segment_row(const struct seen_segment *s, size_t i, struct seen_row *row)
{
	int k;

	*row = (struct seen_row){ .stamp = s->stamp[i], .info = s->info[i] };
	for (k = 0; k < SEEN_HASHES; k++)
		memcpy(row->hash + seen_at[k], s->hash[k] + i * seen_len[k],
		    seen_len[k]);
}

size_t
seen_width(enum seen_column c)
{
	static const uint8_t width[SEEN_COLUMNS] = { [SEEN_KEYS] = 1,
		[SEEN_AT] = sizeof(uint64_t),
		[SEEN_STAMP] = sizeof(uint64_t),
		[SEEN_INFO] = sizeof(struct seen_info),
		[SEEN_HASH + SEEN_MD5] = 16,
		[SEEN_HASH + SEEN_SHA1] = 20,
		[SEEN_HASH + SEEN_SHA256] = 32,
		[SEEN_HASH + SEEN_PDQ] = CT_HASH_LEN,
		[SEEN_FILM] = sizeof(struct seen_film),
		[SEEN_MS] = sizeof(uint64_t),
		[SEEN_FRAME] = CT_HASH_LEN,
		[SEEN_QUALITY] = 1,
		[SEEN_SUM] = sizeof(uint64_t) };

	return width[c];
}

void
seen_forget(
    const struct seen_segment *s, enum seen_column c, size_t from, size_t n)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t at =
	    (uintptr_t)s->map + s->head.column[c].offset + from * seen_width(c);
	uintptr_t to = (at + n * seen_width(c)) / page * page;

	at = (at + page - 1) / page * page;
	if (to > at)
		(void)madvise((void *)at, to - at, MADV_DONTNEED);
}

/* ---- is it what was written? ----------------------------------------------
 */

static int
check_keys(const struct seen_segment *s, struct ct_err *err)
{
	struct seen_cursor *c = ct_alloc(1, sizeof *c);
	uint8_t *last = ct_alloc(CT_SEEN_ID, 1);
	uint64_t gone = 0, bytes = 0, films = 0, frames = 0;
	struct seen_frames f;
	size_t len = 0;
	int rc;

	c->s = s;
	for (rc = seen_first(c, err); !rc && c->row < s->rows;
	     rc = seen_next(c, err)) {
		if (c->row && seen_order(last, len, c->key, c->len) >= 0) {
			rc = damaged(err, "its keys are not in order");
			break;
		}
		len = c->len;
		memcpy(last, c->key, len);
		gone += s->info[c->row].flags & SEEN_GONE;
		bytes += len;
		if (s->info[c->row].film &&
		    seen_segment_frames(s, c->row, &f)) {
			films++;
			frames += f.film.n;
		}
	}
	if (!rc &&
	    (gone != s->head.gone || bytes != s->head.key_bytes ||
		films != s->films || frames != s->frames))
		rc = damaged(err, "it holds more or less than it says");
	free(last);
	free(c);
	return rc;
}

int
seen_segment_check(const struct seen_segment *s, struct ct_err *err)
{
	return seen_segment_sums(s, err) || check_keys(s, err) ? err->code : 0;
}
