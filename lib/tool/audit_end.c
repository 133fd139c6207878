/* audit_end.c - where a log ends; what a power cut left there is cut off */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit_impl.h"
#include "file.h"
#include "prog.h"

/* Bytes in which all that was not synced is, and the line before it. */
#define UNSAFE ((int64_t)AUDIT_BATCH + (int64_t)2 * CT_REC_MAX)

int
audit_head_at(struct ct_audit *a, int64_t end, struct ct_audit_head *head,
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

/* ---- its last bytes ------------------------------------------------------ */

struct tail {
	const char *boot; /* this one's */
	struct audit_line line;
	struct ct_audit_head head; /* behind the last whole line */
	int64_t batch;             /* where the batch of that began */
	/* where the first line is that is none, the first that has a NUL, and
	 * what stands behind the last newline; -1: there is none */
	int64_t hole, nul, torn;
	bool behind_hole, behind_nul; /* whole lines come there */
	bool apart; /* some of those behind the hole were not in one batch with
		     * what it took, or are not what they were */
};

static bool
is_line(struct tail *t, const char *line, size_t len)
{
	struct ct_err why;
	json_t *rec = NULL;

	if (audit_line_parse(line, len, &t->line) == 0)
		rec = ct_json_object(line, len, &why);
	json_decref(rec);
	return rec != NULL;
}

/* A whole line at at that comes behind a hole: was it written with what was
 * there, by an earlier boot, and does it follow on the one before? */
static bool
of_the_batch(const struct tail *t, int64_t at)
{
	int64_t start = at - t->line.behind;
	const char *wrong;

	if (start < 0 || (start != t->hole && start != t->batch))
		return false;
	if (t->line.bootlen == strlen(t->boot) &&
	    memcmp(t->line.boot, t->boot, t->line.bootlen) == 0)
		return false;
	return t->head.offset != at ||
	    audit_line_bad(&t->line, &t->head, &wrong) == 0;
}

/* The bytes at at up to a newline. */
static void
look_at(struct tail *t, const char *line, size_t len, int64_t at)
{
	if (!is_line(t, line, len - 1)) {
		if (t->hole < 0)
			t->hole = at;
		if (t->nul < 0 && memchr(line, '\0', len))
			t->nul = at;
		return;
	}
	if (t->hole < 0) {
		t->batch = at - t->line.behind;
	} else {
		t->behind_hole = true;
		t->apart = t->apart || !of_the_batch(t, at);
	}
	t->behind_nul = t->nul >= 0;
	t->head = (struct ct_audit_head){ .seq = t->line.seq,
		.offset = at + (int64_t)len };
	audit_sum(line, len, t->head.sum);
}

/* All bytes of buf, which are those at at of the log; where that is not its
 * beginning, the first line is no whole one. */
static void
look(struct tail *t, const char *buf, size_t len, int64_t at)
{
	const char *p = buf, *end = buf + len, *nl = NULL;

	t->batch = t->hole = t->nul = t->torn = -1;
	if (at && (nl = memchr(buf, '\n', len))) {
		p = nl + 1;
		if (memchr(buf, '\0', (size_t)(p - buf)))
			t->hole = t->nul = at;
	}
	for (; p < end && (nl = memchr(p, '\n', (size_t)(end - p))); p = nl + 1)
		look_at(t, p, (size_t)(nl + 1 - p), at + (p - buf));
	if (p < end)
		t->torn = at + (p - buf);
}

/*
 * How much of size bytes is whole.  Behind what a power cut tore there is
 * nothing that was promised.  Nor is there where whole lines come behind it, if
 * all of them were to be synced together with what it took: of pages that wait
 * for one sync any may be on the disk.  Where others come behind bytes that
 * are zero, something else was at work.
 */
static int
whole(struct ct_audit *a, int64_t size, int64_t *keep, struct ct_err *err)
{
	int64_t span = size < UNSAFE ? size : UNSAFE, at = size - span;
	char *buf = ct_alloc((size_t)span + 1, 1);
	struct tail t = { .boot = a->boot };
	int rc = audit_pread(a, buf, (size_t)span, at, err);

	*keep = size;
	if (!rc) {
		look(&t, buf, (size_t)span, at);
		if (t.behind_hole && !t.apart)
			*keep = t.hole;
		else if (t.behind_nul)
			rc = ct_fail(err, CT_DATAERR,
			    "'%s' is damaged: there are lines behind bytes that"
			    " are zero; nothing is cut off",
			    a->path);
		else if (t.nul >= 0)
			*keep = t.nul;
		else if (t.torn >= 0)
			*keep = t.torn;
		if (!rc && at && *keep == at)
			rc = ct_fail(err, CT_DATAERR, "'%s': its end is no log",
			    a->path);
	}
	free(buf);
	return rc;
}

/* ---- its end ------------------------------------------------------------- */

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
	return rc ? rc : audit_head_at(a, keep, head, &same, err);
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

	if ((rc = audit_head_at(a, keep, &a->head, &same, err)) ||
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
	if (last == '\n' && !audit_head_at(a, size, &a->head, &a->sure, err) &&
	    a->sure) {
		a->safe = a->head;
		return 0;
	}
	if ((rc = whole(a, size, &keep, err)))
		return rc;
	if (keep < size)
		return cut(a, keep, size, err);
	if ((rc = audit_head_at(a, size, &a->head, &a->sure, err)))
		return rc;
	a->safe = a->head;
	return 0;
}
