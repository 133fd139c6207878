/* audit_read.c - a log read, line by line */
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
		    audit_head_at(a, from->offset, &there, &same, &why) ||
		    there.seq != from->seq ||
		    memcmp(there.sum, from->sum, 32) != 0)
			return ct_fail(err, CT_DATAERR,
			    "'%s': line %" PRId64 " is not the one it was",
			    a->path, from->seq);
		w.head = *from;
	}
	return walk(&w, (int64_t)st.st_size, err);
}
