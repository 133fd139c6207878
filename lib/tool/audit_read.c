/* audit_read.c - a log read: its end, and line by line */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit_impl.h"
#include "file.h"
#include "prog.h"

#define NEAR 4096 /* bytes in which the last line mostly is */
/* bytes in which all that was not synced is: a batch and a line */
#define UNSAFE ((int64_t)2 * CT_REC_MAX)

int
audit_pread(const struct ct_audit *a, void *buf, size_t len, int64_t at,
    struct ct_err *err)
{
	size_t have = 0;
	ssize_t n;

	while (have < len) {
		n = pread(a->fd, (char *)buf + have, len - have,
		    (off_t)at + (off_t)have);
		if (n > 0)
			have += (size_t)n;
		else if (n == 0)
			return ct_fail(err, CT_DATAERR,
			    "'%s' became shorter while it was read", a->path);
		else if (errno != EINTR)
			return ct_fail_errno(
			    err, CT_IOERR, "cannot read '%s'", a->path);
	}
	return 0;
}

int
audit_line_before(const struct ct_audit *a, int64_t end, char **line,
    size_t *len, struct ct_err *err)
{
	int64_t span = NEAR, most = CT_REC_MAX + 1;
	char *buf, *nl;
	int rc;

	*line = NULL;
	for (;; span *= 16) {
		span = span < end ? span : end;
		span = span < most ? span : most;
		buf = ct_alloc((size_t)span + 1, 1);
		if ((rc = audit_pread(a, buf, (size_t)span, end - span, err)))
			break;
		if (span == 0 || buf[span - 1] != '\n') {
			rc = CT_DATAERR;
			break;
		}
		nl = memrchr(buf, '\n', (size_t)span - 1);
		if (nl || span == end) {
			*len =
			    nl ? (size_t)(buf + span - 1 - nl) : (size_t)span;
			memmove(buf, buf + span - *len, *len);
			*line = buf;
			return 0;
		}
		if (span == most) {
			rc = CT_DATAERR;
			break;
		}
		free(buf);
	}
	free(buf);
	if (rc == CT_DATAERR)
		return ct_fail(err, CT_DATAERR,
		    "'%s' has no line that ends at byte %" PRId64, a->path,
		    end);
	return rc;
}

/* ---- where it ends ------------------------------------------------------- */

/* What the line that ends at end says. */
static int
head_at(struct ct_audit *a, int64_t end, struct ct_audit_head *head,
    bool *same_boot, struct ct_err *err)
{
	struct audit_line l = { .second = "" };
	json_t *rec = NULL;
	char *line;
	size_t len;
	int rc;

	*head = (struct ct_audit_head){ .seq = 0 };
	*same_boot = true;
	if (end == 0)
		return 0;
	if ((rc = audit_line_before(a, end, &line, &len, err)))
		return rc;
	if (audit_line_parse(line, len - 1, &l) < 0 ||
	    !(rec = ct_json_object(line, len - 1, err))) {
		rc = ct_fail(err, CT_DATAERR,
		    "'%s': the last line is none of a log", a->path);
	} else {
		*head = (struct ct_audit_head){
			.seq = l.seq, .at = l.at, .offset = end
		};
		audit_sum(line, len, head->sum);
		*same_boot = l.bootlen == strlen(a->boot) &&
		    memcmp(l.boot, a->boot, l.bootlen) == 0;
	}
	json_decref(rec);
	free(line);
	return rc;
}

/* Is any line in here one of a log?  The first is no whole one. */
static bool
has_line(const char *buf, const char *end)
{
	struct audit_line l = { .second = "" };
	const char *at, *nl = memchr(buf, '\n', (size_t)(end - buf));

	while ((at = nl) && (nl = memchr(at + 1, '\n', (size_t)(end - at - 1))))
		if (audit_line_parse(at + 1, (size_t)(nl - at - 1), &l) == 0)
			return true;
	return false;
}

/*
 * How much of size bytes is whole: up to the last newline before any NUL.
 * Behind what a power cut tore there is nothing that was promised: where whole
 * lines come behind a NUL, something else was at work.
 */
static int
whole(struct ct_audit *a, int64_t size, int64_t *keep, struct ct_err *err)
{
	int64_t span = size < UNSAFE ? size : UNSAFE;
	char *buf = ct_alloc((size_t)span + 1, 1), *end = buf + span;
	char *bad, *nl;
	int rc = audit_pread(a, buf, (size_t)span, size - span, err);

	*keep = size;
	if (!rc) {
		bad = memchr(buf, '\0', (size_t)span);
		if (!bad)
			bad = end;
		nl = memrchr(buf, '\n', (size_t)(bad - buf));
		if (has_line(bad, end))
			rc = ct_fail(err, CT_DATAERR,
			    "'%s' is damaged: there are lines behind bytes that"
			    " are zero; nothing is cut off",
			    a->path);
		else if (nl)
			*keep = size - span + (nl + 1 - buf);
		else if (span == size)
			*keep = 0;
		else
			rc = ct_fail(err, CT_DATAERR, "'%s': its end is no log",
			    a->path);
	}
	free(buf);
	return rc;
}

int
ct_audit_last(
    struct ct_audit *a, struct ct_audit_head *head, struct ct_err *err)
{
	struct stat st;
	int64_t keep;
	bool same;
	int rc;

	if (fstat(a->fd, &st) < 0)
		return ct_fail_errno(
		    err, CT_IOERR, "cannot look at '%s'", a->path);
	rc = whole(a, (int64_t)st.st_size, &keep, err);
	return rc ? rc : head_at(a, keep, head, &same, err);
}

/* What will be cut is kept beside the log, durably, but for mere NULs; head is
 * where it begins. */
static int
keep_aside(struct ct_audit *a, int64_t size, struct ct_err *err)
{
	size_t len = (size_t)(size - a->head.offset), i = 0;
	char *buf = ct_alloc(len + 1, 1), *to;
	int rc = audit_pread(a, buf, len, a->head.offset, err);

	while (!rc && i < len && !buf[i])
		i++;
	if (!rc && i < len) {
		to = ct_printf("%.*s.cut-%" PRId64,
		    (int)(strlen(a->path) - strlen(".log")), a->path,
		    a->head.seq + 1);
		rc = ct_file_replace(to, 0600, buf, len, err);
		free(to);
	}
	free(buf);
	return rc;
}

static int
cut(struct ct_audit *a, int64_t keep, int64_t size, struct ct_err *err)
{
	json_t *how;
	bool same;
	int rc;

	if ((rc = head_at(a, keep, &a->head, &same, err)) ||
	    (rc = keep_aside(a, size, err)))
		return rc;
	if (ftruncate(a->fd, (off_t)keep) < 0)
		return ct_fail_errno(
		    err, CT_IOERR, "cannot shorten '%s'", a->path);
	a->safe = a->head;
	how = json_pack("{s:I}", "bytes", (json_int_t)(size - keep));
	rc = audit_put(a, "cut", how, err);
	json_decref(how);
	return rc ? rc : audit_sync(a, err);
}

int
audit_end(struct ct_audit *a, struct ct_err *err)
{
	int64_t keep, size;
	struct stat st;
	char last = '\n';
	int rc;

	if (fstat(a->fd, &st) < 0)
		return ct_fail_errno(
		    err, CT_IOERR, "cannot look at '%s'", a->path);
	size = keep = (int64_t)st.st_size;
	a->batch.len = 0;
	if (size && (rc = audit_pread(a, &last, 1, size - 1, err)))
		return rc;
	/* a line that this boot wrote was not torn by a power cut */
	if (last == '\n' && !head_at(a, size, &a->head, &a->sure, err) &&
	    a->sure) {
		a->safe = a->head;
		return 0;
	}
	if ((rc = whole(a, size, &keep, err)))
		return rc;
	if (keep < size)
		return cut(a, keep, size, err);
	if ((rc = head_at(a, size, &a->head, &a->sure, err)))
		return rc;
	a->safe = a->head;
	return 0;
}

/* ---- line by line -------------------------------------------------------- */

struct walk {
	struct ct_audit *a;
	struct ct_audit_head head;
	ct_audit_fn *fn;
	void *arg;
};

static int
step(struct walk *w, const char *line, size_t len, struct ct_err *err)
{
	const char *wrong = "this is no line of a log";
	int64_t bad = w->head.seq + 1;
	struct ct_err why;
	struct audit_line l = { .second = "" };
	json_t *rec = NULL;
	int rc;

	if (audit_line_parse(line, len - 1, &l) == 0 &&
	    (rec = ct_json_object(line, len - 1, &why)))
		bad = audit_line_bad(&l, &w->head, &wrong);
	if (bad) {
		json_decref(rec);
		return ct_fail(err, CT_DATAERR, "'%s': line %" PRId64 ": %s",
		    w->a->path, bad, wrong);
	}
	w->head.seq = l.seq;
	w->head.at = l.at;
	w->head.offset += (int64_t)len;
	audit_sum(line, len, w->head.sum);
	rc = w->fn(rec, &w->head, w->arg, err);
	json_decref(rec);
	return rc;
}

/* All whole lines of these bytes; *used: how many bytes they are. */
static int
lines(struct walk *w, const char *buf, size_t len, size_t *used,
    struct ct_err *err)
{
	const char *nl;
	int rc = 0;

	*used = 0;
	while (!rc && (nl = memchr(buf + *used, '\n', len - *used))) {
		rc = step(w, buf + *used, (size_t)(nl + 1 - buf) - *used, err);
		*used = (size_t)(nl + 1 - buf);
	}
	return rc;
}

static int
walk(struct walk *w, int64_t size, struct ct_err *err)
{
	size_t cap = CT_REC_MAX + 1, used, len;
	char *buf = ct_alloc(cap, 1);
	int64_t left;
	int rc = 0;

	while (!rc && (left = size - w->head.offset) > 0) {
		len = left < (int64_t)cap ? (size_t)left : cap;
		rc = audit_pread(w->a, buf, len, w->head.offset, err);
		if (!rc)
			rc = lines(w, buf, len, &used, err);
		if (rc || used)
			continue;
		if (len == cap)
			rc = ct_fail(err, CT_DATAERR,
			    "'%s': line %" PRId64 " is too long", w->a->path,
			    w->head.seq + 1);
		break; /* being written, or torn */
	}
	free(buf);
	return rc;
}

int
ct_audit_each(struct ct_audit *a, const struct ct_audit_head *from,
    ct_audit_fn *fn, void *arg, struct ct_err *err)
{
	struct walk w = { .a = a, .fn = fn, .arg = arg };
	struct ct_audit_head there;
	struct ct_err why;
	struct stat st;
	bool same;

	if (fstat(a->fd, &st) < 0)
		return ct_fail_errno(
		    err, CT_IOERR, "cannot look at '%s'", a->path);
	if (from && from->seq) {
		if (from->offset > (int64_t)st.st_size ||
		    head_at(a, from->offset, &there, &same, &why) ||
		    there.seq != from->seq ||
		    memcmp(there.sum, from->sum, 32) != 0)
			return ct_fail(err, CT_DATAERR,
			    "'%s': line %" PRId64 " is not the one it was",
			    a->path, from->seq);
		w.head = *from;
	}
	return walk(&w, (int64_t)st.st_size, err);
}
