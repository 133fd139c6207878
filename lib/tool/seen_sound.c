/*
 * seen_sound.c - is it what was written?
 *
 * A chunk is summed when it is first asked for.  It is loaded at once before,
 * so that one that the disk cannot read is bad and no signal.
 */
#include <errno.h>
#include <sys/mman.h>

#include "seen_impl.h"
#include "set.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22 /* Linux 5.14; before, EINVAL */
#endif

enum { UNKNOWN, GOOD, BAD };

/* Bytes of the chunk, and where it begins. */
static size_t
chunk(const struct seen_segment *s, size_t i, size_t *at)
{
	size_t end = s->head.column[SEEN_SUM].offset;

	*at = i * SEEN_CHUNK;
	return end - *at < SEEN_CHUNK ? end - *at : SEEN_CHUNK;
}

/* Load it; false: it cannot be, and to touch it would be a signal. */
static bool
readable(const void *p, size_t n)
{
	return madvise((void *)(uintptr_t)p, n, MADV_POPULATE_READ) == 0 ||
	    (errno != EFAULT && errno != EIO && errno != EHWPOISON);
}

static bool
summed(const struct seen_segment *s, size_t i)
{
	const uint64_t *sum =
	    (const void *)(s->map + s->head.column[SEEN_SUM].offset);
	size_t at, n = chunk(s, i, &at);
	uint64_t is;

	if (s->sound && !readable(s->map + at, n))
		return false;
	/* the header has a sum of its own, which was checked */
	is = i ? ct_set_sum(s->map + at, n)
	       : ct_set_sum(s->map + SEEN_HEAD, n - SEEN_HEAD);
	if (s->passing && at >= s->head.column[SEEN_HASH].offset)
		(void)madvise(
		    (void *)(uintptr_t)(s->map + at), n, MADV_DONTNEED);
	return is == sum[i];
}

/* Of chunks of a mapped file it is remembered; two threads may do the same. */
static bool
good(const struct seen_segment *s, size_t i)
{
	uint8_t is = s->sound ? __atomic_load_n(&s->sound[i], __ATOMIC_RELAXED)
			      : UNKNOWN;

	if (is == UNKNOWN) {
		is = summed(s, i) ? GOOD : BAD;
		if (s->sound)
			__atomic_store_n(&s->sound[i], is, __ATOMIC_RELAXED);
	}
	return is == GOOD;
}

/* Bytes of the file, from there up to and without to. */
static bool
bytes(const struct seen_segment *s, uint64_t from, uint64_t to)
{
	size_t i;

	for (i = from / SEEN_CHUNK; i * SEEN_CHUNK < to; i++)
		if (!good(s, i))
			return false;
	return true;
}

static bool
keys(const struct seen_segment *s, size_t from, size_t n)
{
	const struct seen_section *c = s->head.column;
	size_t first = from / SEEN_BLOCK, end = (from + n - 1) / SEEN_BLOCK + 1;

	return bytes(s, c[SEEN_AT].offset + first * sizeof *s->at,
		   c[SEEN_AT].offset + (end + 1) * sizeof *s->at) &&
	    s->at[first] <= s->at[end] && s->at[end] <= s->key_len &&
	    bytes(s, c[SEEN_KEYS].offset + s->at[first],
		c[SEEN_KEYS].offset + s->at[end]);
}

bool
seen_sound(
    const struct seen_segment *s, enum seen_column c, size_t from, size_t n)
{
	size_t len = seen_width(c);
	uint64_t at = s->head.column[c].offset + from * len;

	return c == SEEN_KEYS || c == SEEN_AT ? keys(s, from, n)
					      : bytes(s, at, at + n * len);
}

bool
seen_segment_frames(
    const struct seen_segment *s, size_t row, struct seen_frames *f)
{
	uint32_t i = s->info[row].film;
	int c;

	if (!i || i > s->films || !seen_sound(s, SEEN_FILM, i - 1, 1))
		return false;
	f->film = s->film[i - 1];
	if (f->film.row != row || f->film.n > SEEN_MOST ||
	    f->film.from > s->frames || f->film.n > s->frames - f->film.from)
		return false;
	for (c = SEEN_MS; c <= SEEN_QUALITY; c++)
		if (!seen_sound(
			s, (enum seen_column)c, f->film.from, f->film.n))
			return false;
	f->ms = s->ms + f->film.from;
	f->hash = s->frame + f->film.from * CT_HASH_LEN;
	f->quality = s->quality + f->film.from;
	return true;
}

bool
seen_sound_rows(const struct seen_segment *s, size_t from, size_t n)
{
	struct seen_frames f;
	size_t i;
	int c;

	for (c = SEEN_STAMP; c < SEEN_FILM; c++)
		if (!seen_sound(s, (enum seen_column)c, from, n))
			return false;
	for (i = from; i < from + n; i++)
		if (s->info[i].film && !seen_segment_frames(s, i, &f))
			return false;
	return keys(s, from, n);
}

size_t
seen_sound_chunks(const struct seen_segment *s)
{
	return (s->head.column[SEEN_SUM].offset + SEEN_CHUNK - 1) / SEEN_CHUNK;
}

int
seen_segment_sums(const struct seen_segment *s, struct ct_err *err)
{
	size_t i, n, at, bad = 0, end = seen_sound_chunks(s);

	for (i = 0; i < end; i++) {
		if (good(s, i))
			continue;
		n = chunk(s, i, &at);
		if (bad++ == 0)
			(void)ct_fail(err, CT_DATAERR,
			    "the store is damaged: bytes %zu to %zu of a file",
			    at, at + n - 1);
	}
	if (bad > 1)
		(void)ct_fail(err, CT_DATAERR,
		    "the store is damaged: %zu of %zu times 1 MiB of a file",
		    bad, end);
	return err->code;
}
