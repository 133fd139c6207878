/* seen_writer.c - the one process that changes a store */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blake.h"
#include "clock.h"
#include "file.h"
#include "prog.h"
#include "seen_impl.h"

#define LOG_BYTES ((uint64_t)64 << 20) /* then it becomes a file */
#define LOG_FEW ((uint64_t)1 << 20)    /* it may stay as it is at the end */
#define TIMES 4 /* files that are not so much larger are merged */

/* ---- files ----------------------------------------------------------------
 */

static bool
listed(const struct seen_manifest *m, const char *name)
{
	char *end;
	unsigned long long id = strtoull(name, &end, 16);
	uint32_t i;

	if (strcmp(name, "current") == 0 || strcmp(name, "lock") == 0)
		return true;
	if (strcmp(end, ".log") == 0)
		return id == m->log;
	for (i = 0; i < m->n; i++)
		if (id == m->segment[i].id && strcmp(end, ".rows") == 0)
			return true;
	return false;
}

/* What runs left that were killed, and what was merged into others. */
static void
tidy(const struct seen_writer *w)
{
	DIR *d = opendir(w->dir);
	const struct dirent *e;

	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.' && !listed(&w->m, e->d_name))
			(void)unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		(void)closedir(d);
}

static int
log_to(struct seen_writer *w, struct ct_err *err)
{
	char *path = seen_path(w->dir, w->m.log, "log");
	struct stat st;
	int rc = 0;

	if (w->fd >= 0)
		(void)close(w->fd);
	w->fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	if (w->fd < 0 || fstat(w->fd, &st) < 0)
		rc = ct_fail_errno(err, CT_IOERR, "cannot open '%s'", path);
	else
		w->bytes = (uint64_t)st.st_size;
	free(path);
	return rc;
}

/* ---- opening --------------------------------------------------------------
 */

static int
make_new(struct seen_writer *w, struct ct_err *err)
{
	w->m = (struct seen_manifest){ .next = 2, .log = 1, .epoch = 1 };
	ct_random(&w->m.store, sizeof w->m.store);
	ct_random(w->m.key, sizeof w->m.key);
	seen_names_check(&w->names, w->m.check);
	if (seen_log_make(w->dir, w->m.store, w->m.log, err))
		return err->code;
	return seen_manifest_write(&w->m, w->dir, err);
}

/* Is the log as it should be?  What a killed run left of an entry is no part of
 * it, and nothing is to come behind that; nor frames behind what is of a
 * version without. */
static int
mend(struct seen_writer *w, struct ct_err *err)
{
	struct seen_log log;
	size_t good, len;
	bool old;

	if (seen_log_open(&log, w->dir, w->m.store, w->m.log, err)) {
		if (err->code == CT_NO)
			err->code = CT_DATAERR;
		return err->code;
	}
	good = log.good;
	len = log.len;
	old = log.version < CT_SEEN_VERSION;
	seen_log_close(&log);
	if (good == len)
		return old ? seen_writer_settle(w, true, err) : 0;
	ct_warn("'%s': the log ends with %zu bytes that are no entry, as a run"
		" leaves it that was killed; they are left out",
	    w->dir, len - good);
	return seen_writer_settle(w, true, err);
}

static int
open_locked(struct seen_writer *w, const struct ct_seen *s, bool make,
    struct ct_err *err)
{
	int rc = seen_manifest_read(&w->m, w->dir, err);
	bool made = rc == CT_NO && make;

	if (rc && !made)
		return rc;
	if (seen_names(&w->names, s, made ? NULL : &w->m, err))
		return err->code;
	err->code = 0; /* there is none: that was no failure */
	if (made && make_new(w, err))
		return err->code;
	tidy(w);
	if (log_to(w, err) || mend(w, err))
		return err->code;
	return 0;
}

int
seen_writer_open(struct seen_writer *w, const struct ct_seen *s, bool make,
    struct ct_err *err)
{
	char *path;
	int rc;

	*w = (struct seen_writer){ .dir = seen_dir(s), .lock = -1, .fd = -1 };
	if (!make && access(w->dir, F_OK) < 0 && errno == ENOENT)
		rc = ct_fail(err, CT_NO, "no store '%s'", w->dir);
	else
		rc = ct_mkdirs(w->dir, err);
	path = ct_printf("%s/lock", w->dir);
	if (!rc)
		rc = ct_file_lock(path, &w->lock, err);
	if (!rc)
		rc = open_locked(w, s, make, err);
	free(path);
	if (rc) {
		struct ct_err none = { 0 };

		(void)seen_writer_close(w, false, &none);
	}
	return rc;
}

/* ---- putting --------------------------------------------------------------
 */

/* From now on what is put is of a session of its own. */
static int
begin(struct seen_writer *w, struct ct_err *err)
{
	if (w->begun)
		return 0;
	if (w->m.epoch == UINT32_MAX)
		return ct_fail(err, CT_SOFTWARE, "the store is too old");
	w->m.epoch++;
	w->begun = true;
	return seen_manifest_write(&w->m, w->dir, err);
}

int
seen_writer_put(struct seen_writer *w, const uint8_t *key, size_t len,
    struct seen_row *row, const struct ct_match_lists *lists,
    const struct seen_frames *frames, struct ct_err *err)
{
	int64_t now = ct_now() / 1000;
	bool begun = w->begun, added;

	/* a number is never told before it is known what it says */
	row->info.lists = seen_lists_number(&w->m, lists, &added);
	if (begin(w, err) ||
	    (begun && added && seen_manifest_write(&w->m, w->dir, err)))
		return err->code;
	row->info.epoch = w->m.epoch;
	row->info.at = now > 0 && now <= UINT32_MAX ? (uint32_t)now : 0;
	seen_log_add(&w->text, w->m.store, w->m.log, key, len, row, frames);
	return 0;
}

int
seen_writer_sync(struct seen_writer *w, struct ct_err *err)
{
	size_t len = w->text.len;

	if (!len)
		return 0;
	if (ct_write_full(w->fd, w->text.s, len) < 0 || fdatasync(w->fd) < 0)
		return ct_fail_errno(err, CT_IOERR, "cannot write the store");
	w->bytes += len;
	w->text.len = 0;
	return w->bytes < LOG_BYTES ? 0 : seen_writer_settle(w, false, err);
}

/* ---- files into files -----------------------------------------------------
 */

static void
drop(const struct seen_writer *w, uint64_t id, const char *ending)
{
	char *path = seen_path(w->dir, id, ending);

	(void)unlink(path);
	free(path);
}

/* What becomes of the manifest when these are the file id. */
static int
replace(struct seen_writer *w, uint64_t id, uint64_t rows, bool log,
    uint32_t end, struct ct_err *err)
{
	struct seen_manifest old = w->m, next = w->m;
	uint32_t i, at = rows ? 1 : 0;

	next.next = id + 1;
	next.segment[0] = (struct seen_listed){ id, rows };
	for (i = end; i < old.n; i++)
		next.segment[at++] = old.segment[i];
	next.n = at;
	if (log) {
		next.log = next.next++;
		if (seen_log_make(w->dir, next.store, next.log, err))
			return err->code;
	}
	if (seen_manifest_write(&next, w->dir, err))
		return err->code;
	w->m = next;
	for (i = 0; i < end; i++)
		drop(w, old.segment[i].id, "rows");
	if (!log)
		return 0;
	drop(w, old.log, "log");
	return log_to(w, err);
}

/* The log, if log is set, and the newest files up to and without end become
 * one. */
static int
merge(struct seen_writer *w, bool log, uint32_t end, struct ct_err *err)
{
	uint64_t rows, id = w->m.next;
	struct seen_view *v;
	int rc;

	if (end == 0 && w->m.n == SEEN_SEGMENTS)
		return ct_fail(err, CT_DATAERR,
		    "the store has too many files that cannot be merged");
	if (seen_view_of(&v, w->dir, &w->m, err))
		return err->code;
	rc = seen_segment_write(
	    w->dir, id, v, log, end, end == w->m.n, &rows, err);
	if (!rc && v->left)
		ct_warn("'%s' is damaged: %llu rows are left out; to ct-seen"
			" new these objects are new",
		    w->dir, (unsigned long long)v->left);
	w->left += v->left;
	seen_view_close(v);
	return rc ? rc : replace(w, id, rows, log, end, err);
}

/* How many of the newest are to become one? */
static uint32_t
alike(const struct seen_manifest *m)
{
	uint64_t rows = m->n ? m->segment[0].rows : 0;
	uint32_t n;

	for (n = 1; n < m->n; n++) {
		if (m->segment[n].rows / TIMES >= rows &&
		    m->n - n < SEEN_SEGMENTS / 2)
			break;
		rows += m->segment[n].rows;
	}
	return n;
}

int
seen_writer_settle(struct seen_writer *w, bool all, struct ct_err *err)
{
	uint32_t n;

	err->code = 0;
	if ((all || w->bytes >= LOG_FEW) && merge(w, true, 0, err))
		return err->code;
	n = alike(&w->m);
	return n > 1 ? merge(w, false, n, err) : 0;
}

/* Is there one file, which is sound, and nothing in the log? */
static bool
one(const struct seen_writer *w)
{
	struct seen_view *v;
	struct ct_err none = { 0 };
	bool is;

	if (w->m.n != 1 || w->bytes > sizeof(struct seen_log_head) ||
	    seen_view_of(&v, w->dir, &w->m, &none))
		return false;
	is = seen_segment_sums(&v->segment[0], &none) == 0;
	seen_view_close(v);
	return is;
}

int
seen_writer_merge(struct seen_writer *w, struct ct_err *err)
{
	if (one(w))
		return 0;
	return merge(w, true, w->m.n, err);
}

/* ---- the end --------------------------------------------------------------
 */

int
seen_writer_close(struct seen_writer *w, bool good, struct ct_err *err)
{
	bool added;
	int rc = 0;

	if (good && (w->begun || w->floor_epoch > 0)) {
		w->m.epoch += w->begun; /* what this one put is complete */
		if (w->floor_epoch > 0 && w->floor_epoch >= w->m.floor_epoch) {
			w->m.floor_epoch = w->floor_epoch;
			w->m.floor =
			    seen_lists_number(&w->m, &w->floor, &added);
		}
		rc = seen_manifest_write(&w->m, w->dir, err);
	}
	if (w->fd >= 0)
		(void)close(w->fd);
	if (w->lock >= 0)
		(void)close(w->lock);
	ct_text_free(&w->text);
	ct_wipe(&w->names, sizeof w->names);
	free(w->dir);
	w->fd = w->lock = -1;
	w->dir = NULL;
	return rc;
}
