/* auditor_verify.c - is a log what it was when its heads were taken? */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "audit.h"
#include "auditor_impl.h"
#include "clock.h"
#include "hex.h"
#include "prog.h"

/* Heads, and which have their log: only the first of each log's says so. */
struct survey {
	const struct ct_auditor *a;
	struct auditor_heads heads;
	bool *met;
};

struct verdict { /* on one log */
	struct survey *survey;
	const char *path;
	char *program;
	char *tool; /* whose lines there must be; NULL before the first */
	struct ct_audit_head head; /* of its last line */
	int64_t proven;            /* a head is of this line: so far all is
				      what it was */
	int64_t bad;               /* the first line that is wrong; 0: none */
	char why[128];
	int64_t back, back_at; /* times that run back, the first at this line */
	size_t torn;           /* bytes behind the last line */
	const struct auditor_head *next, *end; /* heads still to be met */
};

static void CT_PRINTF(3, 4)
    wrong(struct verdict *v, int64_t bad, const char *fmt, ...)
{
	va_list ap;

	if (v->bad)
		return;
	v->bad = bad;
	va_start(ap, fmt);
	(void)vsnprintf(v->why, sizeof v->why, fmt, ap);
	va_end(ap);
}

/* Is it in the state directory, under the name that it has there? */
static bool
home_log(const struct verdict *v)
{
	char *path =
	    ct_printf("%s/audit/%s.log", v->survey->a->home, v->program);
	bool yes = strcmp(path, v->path) == 0;

	free(path);
	return yes;
}

/* Who can write it can make it anew; its programs make it with mode 0600. */
static void
look_at_modes(const struct verdict *v)
{
	char *dir = ct_printf("%s/audit", v->survey->a->home);
	struct stat st;

	if (stat(v->path, &st) == 0 && (st.st_mode & 022))
		ct_warn("%s: others can write this log: it has mode %04o",
		    v->program, (unsigned)st.st_mode & 07777);
	if (home_log(v) && stat(dir, &st) == 0 && (st.st_mode & 022))
		ct_warn("%s: others can write the directory '%s': it has mode "
			"%04o",
		    v->program, dir, (unsigned)st.st_mode & 07777);
	free(dir);
}

/* The heads of the log that begins with a line of this digest. */
static void
own_heads(struct verdict *v, const uint8_t first[32])
{
	struct survey *all = v->survey;
	size_t i, end;

	for (i = 0; i < all->heads.n; i = end) {
		end = auditor_heads_end(&all->heads, i);
		if (strcmp(all->heads.head[i].program, v->program) != 0 ||
		    memcmp(all->heads.head[i].first, first, 32) != 0)
			continue;
		all->met[i] = true;
		v->next = &all->heads.head[i];
		v->end = &all->heads.head[end];
	}
}

/* Do the heads of this line fit it? */
static void
meet(struct verdict *v, const struct ct_audit_head *head)
{
	int64_t from = v->proven + 1;

	while (v->next < v->end && v->next->seq < head->seq)
		v->next++;
	for (; v->next < v->end && v->next->seq == head->seq; v->next++)
		if (memcmp(v->next->sum, head->sum, sizeof head->sum) == 0)
			v->proven = head->seq;
		else
			wrong(v, head->seq,
			    "a head of it names another digest: lines %" PRId64
			    " to %" PRId64 " are not all what they were",
			    from, head->seq);
}

/* A program writes into its own log alone; a copy elsewhere may have any name,
 * and then the first line says whose it is. */
static void
same_program(struct verdict *v, const struct ct_audit_text *t)
{
	if (!v->tool) {
		v->tool = home_log(v)
		    ? ct_strdup(v->program)
		    : ct_printf("%.*s", (int)t->toollen, t->tool);
	}
	if (strlen(v->tool) != t->toollen ||
	    memcmp(v->tool, t->tool, t->toollen) != 0)
		wrong(v, t->seq, "this is a line of another program");
}

static int
read_log(struct verdict *v, struct ct_err *err)
{
	struct ct_audit_scan *scan;
	struct ct_audit_text t;
	int64_t at = 0;
	int rc = ct_audit_scan_open(&scan, v->path, err);

	if (rc)
		return rc;
	while (!v->bad && (rc = ct_audit_scan_next(scan, &t, err)) == 1) {
		if (t.wrong)
			wrong(v, t.bad, "%s", t.wrong);
		else
			v->head = *t.head;
		if (t.head->offset == (int64_t)t.len)
			own_heads(v, t.head->sum);
		if (t.known && t.at < at && v->back++ == 0)
			v->back_at = t.seq;
		at = t.at;
		if (t.known)
			same_program(v, &t);
		if (!v->bad)
			meet(v, &v->head);
	}
	if (rc == 0 && !v->bad)
		v->torn = t.len;
	ct_audit_scan_close(scan);
	if (!v->bad && v->next < v->end)
		wrong(v, v->head.seq + 1,
		    "the log ends here; a head is of line %" PRId64,
		    v->end[-1].seq);
	return rc > CT_NO ? rc : 0;
}

/* ---- telling it ---------------------------------------------------------- */

static int
put(const struct ct_auditor *a, const struct verdict *v, struct ct_err *err)
{
	char at[CT_TIME_LEN], sum[65];
	json_t *rec = json_pack("{s:s, s:s, s:I, s:I, s:I}", "program",
	    v->program, "state", v->bad ? "bad" : "ok", "lines",
	    (json_int_t)v->head.seq, "proven", (json_int_t)v->proven,
	    "unproven", (json_int_t)(v->head.seq - v->proven));
	int rc;

	ct_hex(v->head.sum, 32, sum);
	(void)json_object_set_new(rec, "sum", json_string(sum));
	if (v->head.seq)
		(void)json_object_set_new(
		    rec, "at", json_string(ct_time(v->head.at, at)));
	if (v->bad) {
		(void)json_object_set_new(
		    rec, "bad", json_integer((json_int_t)v->bad));
		(void)json_object_set_new(rec, "reason", json_string(v->why));
	}
	if (v->back)
		(void)json_object_set_new(
		    rec, "back", json_integer((json_int_t)v->back));
	if (v->torn)
		(void)json_object_set_new(
		    rec, "torn", json_integer((json_int_t)v->torn));
	rc = ct_out_rec(a->out, rec, err);
	json_decref(rec);
	return rc;
}

static void
say(const struct ct_auditor *a, const struct verdict *v)
{
	if (v->bad)
		ct_warn("%s: line %" PRId64 ": %s", v->program, v->bad, v->why);
	if (v->back)
		ct_warn("%s: line %" PRId64 ": the time runs back (%" PRId64
			" times in all)",
		    v->program, v->back_at, v->back);
	if (v->torn)
		ct_warn("%s: %zu bytes behind the last line: being written, or "
			"torn by a crash",
		    v->program, v->torn);
	if (v->bad || a->quiet || v->proven == v->head.seq)
		return;
	if (v->proven)
		ct_warn("%s: lines %" PRId64 " to %" PRId64
			" are unproven: no head is of them",
		    v->program, v->proven + 1, v->head.seq);
	else
		ct_warn("%s: all %" PRId64 " lines are unproven: no head is of "
			"them",
		    v->program, v->head.seq);
}

static int
tell(struct verdict *v, struct ct_err *err)
{
	int rc = put(v->survey->a, v, err);

	if (rc)
		return rc;
	say(v->survey->a, v);
	return v->bad ? CT_NO : 0;
}

static int
verify(struct survey *s, const char *path)
{
	struct verdict v = {
		.survey = s, .path = path, .program = ct_auditor_program(path)
	};
	struct ct_err err = { 0 };
	int rc;

	look_at_modes(&v);
	rc = read_log(&v, &err);
	if (!rc)
		rc = tell(&v, &err);
	if (rc > CT_NO)
		ct_warn("%s", err.msg);
	free(v.tool);
	free(v.program);
	return rc;
}

/* Was it asked for a log of this program? */
static bool
asked(const struct ct_auditor *a, const char *program)
{
	bool yes = a->all;
	char *name;
	size_t i;

	for (i = 0; i < a->logs && !yes; i++) {
		name = ct_auditor_program(a->log[i]);
		yes = strcmp(name, program) == 0;
		free(name);
	}
	return yes;
}

/* Logs that heads are of, and that are none of those that there are: gone,
 * made anew from their first line on, or elsewhere. */
static int
missing(struct survey *s)
{
	const struct auditor_head *h = s->heads.head;
	struct verdict v;
	struct ct_err err = { 0 };
	int rc, worst = 0;
	size_t i, end;

	for (i = 0; i < s->heads.n; i = end) {
		end = auditor_heads_end(&s->heads, i);
		if (s->met[i] || !asked(s->a, h[i].program))
			continue;
		v = (struct verdict){ .survey = s, .program = h[i].program };
		wrong(&v, 1,
		    "no log begins as the one that a head of line %" PRId64
		    " is of",
		    h[end - 1].seq);
		if ((rc = tell(&v, &err)) > CT_NO)
			ct_warn("%s", err.msg);
		worst = rc > worst ? rc : worst;
	}
	return worst;
}

int
ct_auditor_verify(const struct ct_auditor *a)
{
	struct survey s = { .a = a };
	struct ct_signet_pub pub;
	struct ct_err err = { 0 };
	int rc, worst = 0;
	size_t i;

	if ((a->key && ct_signet_pub_read(&pub, a->key, &err)) ||
	    (a->heads &&
		auditor_heads_read(
		    &s.heads, a->heads, a->key ? &pub : NULL, &err)))
		ct_die_err(&err);
	s.met = ct_alloc(s.heads.n + 1, sizeof *s.met);
	if (s.heads.bad)
		worst = CT_NO;
	if (!a->logs && !s.heads.n) {
		ct_warn("there is no log in '%s/audit'", a->home);
		worst = CT_NOINPUT;
	}
	for (i = 0; i < a->logs; i++)
		if ((rc = verify(&s, a->log[i])) > worst)
			worst = rc;
	if ((rc = missing(&s)) > worst)
		worst = rc;
	free(s.met);
	auditor_heads_free(&s.heads);
	return worst;
}
