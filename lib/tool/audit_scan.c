/* audit_scan.c - a log as it is, line by line, whatever was done to it */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit_impl.h"
#include "blake.h"
#include "file.h"
#include "prog.h"
#include "scan.h"

#define BLOCK ((size_t)1 << 20)

struct ct_audit_scan {
	int fd;
	char *path;
	char *buf;
	size_t cap, from, to;
	bool end;
	struct ct_audit_head head; /* behind the line given last */
	struct ct_scan scan;
	struct audit_line line;
};

int
ct_audit_scan_open(
    struct ct_audit_scan **out, const char *path, struct ct_err *err)
{
	struct ct_audit_scan *s = ct_alloc(1, sizeof *s);
	struct ct_err why = { 0 };
	struct stat st;

	*out = NULL;
	s->fd = ct_file_open(path, true, &st, &why);
	s->path = ct_strdup(path);
	if (s->fd < 0) {
		ct_audit_scan_close(s);
		return ct_fail(err, why.code, "'%s': %s", path, why.msg);
	}
	ct_scan_want(&s->scan, audit_first, AUDIT_FIRST);
	s->cap = 2 * BLOCK;
	s->buf = ct_alloc(s->cap, 1);
	*out = s;
	return 0;
}

void
ct_audit_scan_close(struct ct_audit_scan *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		(void)close(s->fd);
	free(s->path);
	free(s->buf);
	free(s);
}

/* More bytes behind those that there are. */
static int
fill(struct ct_audit_scan *s, struct ct_err *err)
{
	ssize_t n;

	memmove(s->buf, s->buf + s->from, s->to - s->from);
	s->to -= s->from;
	s->from = 0;
	if (s->cap - s->to < BLOCK)
		s->buf = ct_grow(s->buf, s->cap *= 2, 1);
	n = ct_read_full(s->fd, s->buf + s->to, BLOCK);
	if (n < 0)
		return ct_fail_errno(
		    err, CT_IOERR, "cannot read '%s'", s->path);
	s->end = (size_t)n < BLOCK;
	s->to += (size_t)n;
	return 0;
}

/* The newline of the next line; NULL: there is none. */
static int
find(struct ct_audit_scan *s, char **nl, struct ct_err *err)
{
	size_t seen = 0;
	int rc;

	for (;;) {
		*nl = memchr(
		    s->buf + s->from + seen, '\n', s->to - s->from - seen);
		seen = s->to - s->from;
		/* what has no newline for so long is none of ours */
		if (*nl || s->end || seen > CT_REC_MAX)
			return 0;
		if ((rc = fill(s, err)))
			return rc;
	}
}

/*
 * Is it JSON, given that its first members are?  Those of the act alone are
 * scanned, as an object that begins at the comma before them; what has a name
 * of the first again is for the slow way to refuse.
 */
static bool
json(struct ct_audit_scan *s, char *line, size_t len, size_t lead)
{
	struct ct_scan_got got[AUDIT_FIRST];
	struct ct_err why;
	json_t *rec;
	bool regular = lead + 1 == len;
	size_t i;

	if (!regular) {
		line[lead] = '{';
		regular = ct_scan(&s->scan, line + lead, len - lead, got) > 0;
		line[lead] = ',';
		for (i = 0; i < AUDIT_FIRST && regular; i++)
			regular = got[i].kind == CT_SCAN_NONE;
	}
	if (regular)
		return true;
	if (!(rec = ct_json_object(line, len, &why)))
		return false;
	json_decref(rec);
	return true;
}

/* What is wrong with it, and where; then the head is behind it. */
static void
judge(struct ct_audit_scan *s, struct ct_audit_text *t, char *line)
{
	int64_t want = s->head.seq + 1;
	struct audit_line *l = &s->line;

	t->wrong = NULL;
	t->bad = 0;
	t->known = t->len <= CT_REC_MAX &&
	    audit_line_parse(t->line, t->len - 1, l) == 0 &&
	    json(s, line, t->len - 1, l->lead);
	if (!t->known) {
		t->wrong = "this is no line of a log";
		t->bad = t->seq = want;
		t->at = s->head.at;
		s->head.seq = want;
	} else {
		t->seq = l->seq;
		t->at = l->at;
		t->tool = l->tool;
		t->toollen = l->toollen;
		t->bad = audit_line_bad(l, &s->head, &t->wrong);
		s->head.seq = l->seq;
		s->head.at = l->at;
	}
	s->head.offset += (int64_t)t->len;
	audit_sum(t->line, t->len, s->head.sum);
	t->head = &s->head;
}

int
ct_audit_scan_next(
    struct ct_audit_scan *s, struct ct_audit_text *t, struct ct_err *err)
{
	char *nl, *line;
	int rc;

	if ((rc = find(s, &nl, err)))
		return rc;
	line = s->buf + s->from;
	*t = (struct ct_audit_text){ .line = line };
	if (nl)
		t->len = (size_t)(nl + 1 - t->line);
	else
		t->len = s->to - s->from;
	s->from += t->len;
	if (nl || t->len > CT_REC_MAX) {
		judge(s, t, line);
		return 1;
	}
	/* behind the last newline: of a line that is being written, or torn */
	return 0;
}
