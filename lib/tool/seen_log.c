/* seen_log.c - what was put since the last sorted file */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"
#include "seen_impl.h"
#include "set.h"

#define HEAD sizeof(struct seen_log_head)

/* What an entry's sum is: it is of this log, too. */
static uint64_t
sum(const struct seen_entry *e, uint64_t store, uint64_t id)
{
	uint64_t word[4] = { (uint64_t)e->len << 32 | e->key_len, store, id,
		ct_set_sum(
		    &e->row, e->len - offsetof(struct seen_entry, row)) };

	return ct_set_sum(word, sizeof word);
}

static size_t
filled(size_t len)
{
	return (len + 7) & ~(size_t)7;
}

/* ---- writing --------------------------------------------------------------
 */

void
seen_log_add(struct ct_text *text, uint64_t store, uint64_t id,
    const uint8_t *key, size_t len, const struct seen_row *row,
    const struct seen_frames *frames)
{
	static const uint8_t zero[8];
	struct seen_entry head = { .key_len = (uint32_t)len, .row = *row }, *e;
	size_t at = text->len;

	head.row.info.film = frames != NULL;
	ct_text_add(text, &head, sizeof head);
	ct_text_add(text, key, len);
	ct_text_add(text, zero, filled(len) - len);
	if (frames)
		seen_frames_add(text, frames);
	e = (void *)(text->s + at);
	e->len = (uint32_t)(text->len - at);
	e->sum = sum(e, store, id);
}

int
seen_log_make(const char *dir, uint64_t store, uint64_t id, struct ct_err *err)
{
	struct seen_log_head h = {
		.magic = "ct-seenl",
		.version = CT_SEEN_VERSION,
		.probe = 0x01020304,
		.store = store,
		.id = id,
	};
	char *path = seen_path(dir, id, "log");
	int fd, rc = 0;

	h.sum = ct_set_sum(&h, HEAD - sizeof h.sum);
	fd = open(
	    path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		rc = ct_fail_errno(
		    err, CT_CANTCREAT, "cannot create '%s'", path);
	else if (ct_write_full(fd, &h, HEAD) < 0 || fsync(fd) < 0)
		rc = ct_fail_errno(err, CT_IOERR, "cannot write '%s'", path);
	if (fd >= 0 && close(fd) < 0 && !rc)
		rc = ct_fail_errno(err, CT_IOERR, "cannot write '%s'", path);
	free(path);
	return rc;
}

/* ---- reading --------------------------------------------------------------
 */

static bool
frames_of(const struct seen_entry *e, struct seen_frames *frames)
{
	size_t at = sizeof *e + filled(e->key_len);

	return seen_frames_of(frames, (const uint8_t *)e + at, e->len - at);
}

/* Has it all that it says?  Its len is there. */
static bool
whole(const struct seen_entry *e)
{
	size_t at = sizeof *e + filled(e->key_len);
	struct seen_frames f;

	if (!e->key_len || e->key_len > CT_SEEN_ID || e->len < at)
		return false;
	return e->row.info.film ? frames_of(e, &f) : e->len == at;
}

/* The entry at this place; NULL: none. */
static const struct seen_entry *
entry(const uint8_t *p, size_t left, uint64_t store, uint64_t id)
{
	const struct seen_entry *e = (const void *)p;

	return left >= sizeof *e && e->len <= left && whole(e) &&
		e->sum == sum(e, store, id)
	    ? e
	    : NULL;
}

bool
seen_log_frames(const struct seen_entry *e, struct seen_frames *frames)
{
	return e->row.info.film && frames_of(e, frames);
}

/* By key, the newest first. */
static int
by_key(const void *a, const void *b)
{
	const struct seen_entry *x = *(const struct seen_entry *const *)a,
				*y = *(const struct seen_entry *const *)b;
	int d = seen_order(
	    seen_entry_key(x), x->key_len, seen_entry_key(y), y->key_len);

	return d ? d : x < y ? 1 : x > y ? -1 : 0;
}

static void
sort(struct seen_log *log)
{
	const struct seen_entry *e, *last = NULL;
	size_t i, n = 0;

	if (log->n)
		qsort(log->entry, log->n, sizeof(void *), by_key);
	for (i = 0; i < log->n; i++) {
		e = log->entry[i];
		if (last &&
		    seen_order(seen_entry_key(e), e->key_len,
			seen_entry_key(last), last->key_len) == 0)
			continue;
		log->entry[n++] = last = e;
	}
	log->n = n;
}

int
seen_log_take(struct seen_log *log, const void *bytes, size_t len,
    uint64_t store, uint64_t id, struct ct_err *err)
{
	const uint8_t *p = bytes;
	struct seen_log_head h = { .version = 0 };
	const struct seen_entry *e;
	size_t cap = 0;

	*log = (struct seen_log){ .map = p, .len = len };
	if (len >= HEAD)
		memcpy(&h, p, HEAD);
	if (len < HEAD || memcmp(h.magic, "ct-seenl", sizeof h.magic) != 0 ||
	    h.probe != 0x01020304 || !h.version ||
	    h.version > CT_SEEN_VERSION ||
	    h.sum != ct_set_sum(&h, HEAD - sizeof h.sum) || h.store != store ||
	    h.id != id)
		return ct_fail(err, CT_DATAERR,
		    "the store is damaged: the beginning of its log");
	log->version = h.version;
	for (log->good = HEAD;
	     (e = entry(p + log->good, len - log->good, store, id));
	     log->good += e->len) {
		if (log->n == cap) {
			cap = cap ? 2 * cap : 1024;
			log->entry = ct_grow(log->entry, cap, sizeof(void *));
		}
		log->entry[log->n++] = e;
	}
	log->entries = log->n;
	sort(log);
	return 0;
}

int
seen_log_open(struct seen_log *log, const char *dir, uint64_t store,
    uint64_t id, struct ct_err *err)
{
	char *path = seen_path(dir, id, "log");
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), rc = 0;
	struct stat st = { .st_size = 0 };
	void *p = MAP_FAILED;

	*log = (struct seen_log){ .map = NULL };
	if (fd < 0)
		rc = errno == ENOENT
		    ? ct_fail(err, CT_NO, "'%s' is missing", path)
		    : ct_fail_errno(err, CT_NOINPUT, "cannot open '%s'", path);
	else if (fstat(fd, &st) < 0)
		rc = ct_fail_errno(err, CT_NOINPUT, "cannot stat '%s'", path);
	else if (st.st_size)
		p = mmap(
		    NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (!rc && st.st_size && p == MAP_FAILED)
		rc = ct_fail_errno(err, CT_OSERR, "cannot map '%s'", path);
	if (!rc) {
		rc = seen_log_take(log, p == MAP_FAILED ? NULL : p,
		    (size_t)st.st_size, store, id, err);
		if (rc)
			seen_log_close(log);
	}
	if (fd >= 0)
		(void)close(fd);
	free(path);
	return rc;
}

void
seen_log_close(struct seen_log *log)
{
	if (log->map)
		(void)munmap((void *)(uintptr_t)log->map, log->len);
	free(log->entry);
	*log = (struct seen_log){ .map = NULL };
}

/* The order of the i-th object to this key. */
static int
order(const struct seen_log *log, size_t i, const uint8_t *key, size_t len)
{
	const struct seen_entry *e = log->entry[i];

	return seen_order(seen_entry_key(e), e->key_len, key, len);
}

size_t
seen_log_seek(
    const struct seen_log *log, size_t from, const uint8_t *key, size_t len)
{
	size_t lo = from, hi = log->n, step = 1, mid;

	if (lo >= hi || order(log, lo, key, len) >= 0)
		return lo;
	for (; lo + step < hi; step *= 2) {
		if (order(log, lo + step, key, len) >= 0)
			hi = lo + step;
		else
			lo += step;
	}
	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		if (order(log, mid, key, len) >= 0)
			hi = mid;
		else
			lo = mid;
	}
	return hi;
}
