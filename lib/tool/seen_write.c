/* seen_write.c - a new sorted file of what others hold */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"
#include "seen_impl.h"
#include "set.h"

#define BUFFER ((size_t)256 << 10)

/* A column on its way to its place in the file. */
struct column {
	uint8_t *buf;
	size_t have;
	uint64_t at; /* in the file, of what comes next */
};

struct making {
	int fd; /* -1: only counting */
	struct seen_view *v;
	bool last;
	struct seen_head head;
	struct column column[SEEN_SUM];
	uint64_t keys; /* bytes of their column so far */
	uint64_t films, frames;
	size_t len; /* of the key before */
	uint8_t key[CT_SEEN_ID];
};

/* ---- bytes ----------------------------------------------------------------
 */

static int
put_at(int fd, const void *bytes, size_t len, uint64_t at, struct ct_err *err)
{
	const uint8_t *p = bytes;
	ssize_t n;

	for (; len; p += n, len -= (size_t)n, at += (uint64_t)n) {
		n = pwrite(fd, p, len, (off_t)at);
		if (n < 0 && errno != EINTR)
			return ct_fail_errno(
			    err, CT_IOERR, "cannot write the store");
		n = n < 0 ? 0 : n;
	}
	return 0;
}

static int
flush(const struct making *m, struct column *c, struct ct_err *err)
{
	if (put_at(m->fd, c->buf, c->have, c->at, err))
		return err->code;
	c->at += c->have;
	c->have = 0;
	return 0;
}

static int
add(const struct making *m, enum seen_column column, const void *bytes,
    size_t len, struct ct_err *err)
{
	struct column *c = (struct column *)(uintptr_t)&m->column[column];
	const uint8_t *p = bytes;
	size_t n;

	for (; len; len -= n, p += n) {
		if (c->have == BUFFER && flush(m, c, err))
			return err->code;
		n = len < BUFFER - c->have ? len : BUFFER - c->have;
		memcpy(c->buf + c->have, p, n);
		c->have += n;
	}
	return 0;
}

/* ---- one row --------------------------------------------------------------
 */

static size_t
number(uint8_t *p, size_t n)
{
	if (n < 0x80) {
		p[0] = (uint8_t)n;
		return 1;
	}
	p[0] = (uint8_t)(0x80 | n >> 8);
	p[1] = (uint8_t)n;
	return 2;
}

static size_t
common(const uint8_t *a, size_t la, const uint8_t *b, size_t lb)
{
	size_t n = la < lb ? la : lb, i;

	for (i = 0; i < n && a[i] == b[i]; i++)
		;
	return i;
}

static int
put_key(struct making *m, const uint8_t *key, size_t len, struct ct_err *err)
{
	bool begins = m->head.rows % SEEN_BLOCK == 0;
	size_t shared = begins ? 0 : common(m->key, m->len, key, len), n;
	uint8_t head[4];

	n = number(head, shared);
	n += number(head + n, len - shared);
	if (m->fd >= 0 &&
	    ((begins && add(m, SEEN_AT, &m->keys, sizeof m->keys, err)) ||
		add(m, SEEN_KEYS, head, n, err) ||
		add(m, SEEN_KEYS, key + shared, len - shared, err)))
		return err->code;
	m->keys += n + len - shared;
	memcpy(m->key + shared, key + shared, len - shared);
	m->len = len;
	m->head.key_bytes += len;
	return 0;
}

/* A film's place in the file that is made, and its frames there. */
static int
put_film(struct making *m, struct seen_frames *f, struct ct_err *err)
{
	size_t n = f->film.n;

	f->film.row = (uint32_t)m->head.rows;
	f->film.from = m->frames;
	return add(m, SEEN_FILM, &f->film, sizeof f->film, err) ||
		add(m, SEEN_MS, f->ms, n * sizeof *f->ms, err) ||
		add(m, SEEN_FRAME, f->hash, n * CT_HASH_LEN, err) ||
		add(m, SEEN_QUALITY, f->quality, n, err)
	    ? err->code
	    : 0;
}

/* film: it has one, which comes next. */
static int
put_row(struct making *m, struct seen_place at, bool sound, bool film,
    struct ct_err *err)
{
	struct seen_row row = { .info = { .size = SEEN_UNTOLD,
				    .flags = SEEN_GONE,
				    .quality = SEEN_NO_QUALITY } };
	int k;

	if (sound) {
		seen_row_at(m->v, at, &row);
		row.info.lists = seen_looked_up(&m->v->m, &row.info);
	}
	row.info.film = film ? (uint32_t)m->films + 1 : 0;
	if (add(m, SEEN_STAMP, &row.stamp, sizeof row.stamp, err) ||
	    add(m, SEEN_INFO, &row.info, sizeof row.info, err))
		return err->code;
	for (k = 0; k < SEEN_HASHES; k++)
		if (add(m, (enum seen_column)(SEEN_HASH + k),
			row.hash + seen_at[k], seen_len[k], err))
			return err->code;
	return 0;
}

/* A row, or that there is none any more; without a file it is counted. */
static int
put(struct making *m, const struct seen_walk *w, bool sound, bool gone,
    struct ct_err *err)
{
	struct seen_frames f;
	bool film = !gone && seen_frames_at(m->v, w->at, &f);

	if (put_key(m, w->key, w->len, err))
		return err->code;
	if (m->fd >= 0 &&
	    (put_row(m, w->at, sound, film, err) ||
		(film && put_film(m, &f, err))))
		return err->code;
	m->films += film;
	m->frames += film ? f.film.n : 0;
	seen_view_passed(m->v, film ? f.film.n : 0);
	m->head.rows++;
	m->head.gone += gone;
	return 0;
}

/* All rows; without a file they are only counted. */
static int
rows(struct making *m, bool log, size_t end, struct ct_err *err)
{
	struct seen_walk w;
	bool gone, sound;
	int rc;

	m->v->sound = true;
	m->v->left = 0;
	m->head.rows = m->head.gone = m->head.key_bytes = m->keys = 0;
	m->films = m->frames = 0;
	m->len = 0;
	for (rc = seen_walk_first(&w, m->v, log, end, err); !rc;
	     rc = seen_walk_next(&w, err)) {
		sound = seen_sound_at(m->v, w.at);
		m->v->left += !sound;
		gone = !sound || seen_flags_at(m->v, w.at) & SEEN_GONE;
		if (gone && m->last)
			continue;
		if ((rc = put(m, &w, sound, gone, err)))
			break;
	}
	seen_walk_end(&w);
	return rc == CT_NO ? 0 : rc;
}

/* ---- the file -------------------------------------------------------------
 */

static uint64_t
aligned(uint64_t n)
{
	return (n + SEEN_ALIGN - 1) / SEEN_ALIGN * SEEN_ALIGN;
}

/* Where each column stands, now that the rows are counted. */
static void
lay_out(struct making *m)
{
	uint64_t at = SEEN_HEAD, n = m->head.rows, bytes;
	int i;

	for (i = 0; i < SEEN_COLUMNS; i++) {
		bytes = i == SEEN_KEYS ? m->keys
		    : i == SEEN_AT ? ((n + SEEN_BLOCK - 1) / SEEN_BLOCK + 1) * 8
		    : i == SEEN_SUM ? (at + SEEN_CHUNK - 1) / SEEN_CHUNK * 8
				    : (i < SEEN_FILM           ? n
					      : i == SEEN_FILM ? m->films
							       : m->frames) *
			seen_width((enum seen_column)i);
		m->head.column[i] = (struct seen_section){ at, bytes };
		if (i < SEEN_SUM)
			m->column[i].at = at;
		at = i == SEEN_SUM ? at + bytes : aligned(at + bytes);
	}
	m->head.bytes = at;
}

/* What is in the file by now; MAP_FAILED with errno. */
static uint8_t *
written(const char *path, uint64_t len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	uint8_t *p =
	    fd < 0 ? MAP_FAILED : mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);

	if (fd >= 0)
		(void)close(fd);
	return p;
}

/* Checksums, and the header. */
static int
finish(struct making *m, const char *path, struct ct_err *err)
{
	uint64_t all = m->head.column[SEEN_SUM].offset, at, n;
	uint64_t from = all, sum;
	uint8_t *p = written(path, all);
	int rc = 0;

	if (p == MAP_FAILED)
		return ct_fail_errno(err, CT_OSERR, "cannot map '%s'", path);
	for (at = 0; !rc && at < all; at += SEEN_CHUNK, from += sizeof sum) {
		n = all - at < SEEN_CHUNK ? all - at : SEEN_CHUNK;
		sum = at ? ct_set_sum(p + at, n)
			 : ct_set_sum(p + SEEN_HEAD, n - SEEN_HEAD);
		(void)madvise(p + at, n, MADV_DONTNEED);
		rc = put_at(m->fd, &sum, sizeof sum, from, err);
	}
	(void)munmap(p, all);
	m->head.sum = ct_set_sum(&m->head, SEEN_HEAD - sizeof m->head.sum);
	return rc ? rc : put_at(m->fd, &m->head, SEEN_HEAD, 0, err);
}

static int
fill(struct making *m, const char *path, bool log, size_t end,
    struct ct_err *err)
{
	uint64_t counted = m->head.rows, keys = m->keys;
	uint64_t films = m->films, frames = m->frames;
	int i;

	lay_out(m);
	/* what stands between the columns is zero */
	if (ftruncate(m->fd, (off_t)m->head.bytes) < 0)
		return ct_fail_errno(err, CT_IOERR, "cannot write the store");
	if (rows(m, log, end, err) ||
	    add(m, SEEN_AT, &m->keys, sizeof m->keys, err))
		return err->code;
	if (m->head.rows != counted || m->keys != keys || m->films != films ||
	    m->frames != frames)
		return ct_fail(err, CT_SOFTWARE, "rows were miscounted");
	for (i = 0; i < SEEN_SUM; i++)
		if (flush(m, &m->column[i], err))
			return err->code;
	return finish(m, path, err);
}

static int
make_file(struct making *m, const char *path, bool log, size_t end,
    struct ct_err *err)
{
	struct ct_newfile f;
	int rc = ct_newfile_open(&f, path, 0600, err), i;

	if (rc)
		return rc;
	m->fd = f.fd;
	for (i = 0; i < SEEN_SUM; i++)
		m->column[i].buf = ct_alloc(BUFFER, 1);
	rc = fill(m, f.tmp, log, end, err);
	for (i = 0; i < SEEN_SUM; i++)
		free(m->column[i].buf);
	if (!rc)
		return ct_newfile_commit(&f, err);
	ct_newfile_abort(&f);
	return rc;
}

int
seen_segment_write(const char *dir, uint64_t id, struct seen_view *v, bool log,
    size_t end, bool last, uint64_t *count, struct ct_err *err)
{
	struct making *m = ct_alloc(1, sizeof *m);
	char *path = seen_path(dir, id, "rows");
	int rc;

	*m = (struct making){ .fd = -1, .v = v, .last = last };
	m->head = (struct seen_head){
		.magic = "ct-seen1",
		.version = CT_SEEN_VERSION,
		.probe = 0x01020304,
		.store = v->m.store,
		.id = id,
	};
	rc = rows(m, log, end, err);
	*count = m->head.rows;
	if (!rc && *count)
		rc = make_file(m, path, log, end, err);
	free(path);
	free(m);
	return rc;
}
