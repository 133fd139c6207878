/* filing_pipe.c - several reports at a time, in the order of the input */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "filing_impl.h"
#include "os.h"
#include "prog.h"

/*
 * A place in the queue of those with the same digits in their keys: parts of
 * one report, and records of one part, are filed one after the other.
 */
struct turn {
	char digits[33];
	struct turn *next;
};

struct pipe {
	struct ct_filing *f;
	pthread_mutex_t lock;
	pthread_cond_t passed;
	struct turn *first;
};

static void *
take_turn(struct pipe *p, const char *key)
{
	struct turn *t = ct_alloc(1, sizeof *t), **last = &p->first;

	(void)strncat(t->digits, key, sizeof t->digits - 1);
	(void)pthread_mutex_lock(&p->lock);
	while (*last)
		last = &(*last)->next;
	*last = t;
	(void)pthread_mutex_unlock(&p->lock);
	return t;
}

/* The first of these digits goes on; those before it are in some thread. */
static void
await_turn(struct pipe *p, const struct turn *t)
{
	const struct turn *before;

	(void)pthread_mutex_lock(&p->lock);
	for (before = p->first; before != t;) {
		if (strcmp(before->digits, t->digits) == 0) {
			(void)pthread_cond_wait(&p->passed, &p->lock);
			before = p->first;
		} else {
			before = before->next;
		}
	}
	(void)pthread_mutex_unlock(&p->lock);
}

static void
pass_turn(struct pipe *p, struct turn *t)
{
	struct turn **at = &p->first;

	(void)pthread_mutex_lock(&p->lock);
	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	(void)pthread_cond_broadcast(&p->passed);
	(void)pthread_mutex_unlock(&p->lock);
	free(t);
}

/* ---- threads ----------------------------------------------------------------
 */

/* The run in another hand: the same but for the connection. */
static void *
own(void *arg)
{
	struct pipe *p = arg;
	struct ct_filing *mine = ct_alloc(1, sizeof *mine);
	struct ct_err err = { 0 };

	*mine = *p->f;
	if (mine->tip &&
	    ct_tipline_new(&mine->tip, mine->cred, mine->production, &err))
		ct_die_err(&err);
	return mine;
}

static void
disown(void *arg)
{
	struct ct_filing *mine = arg;

	ct_tipline_free(mine->tip);
	free(mine);
}

static int
run(struct ct_filing *f, struct ct_lines *l)
{
	struct pipe p = { .f = f };
	struct turn *t;
	int rc;

	(void)pthread_mutex_init(&p.lock, NULL);
	(void)pthread_cond_init(&p.passed, NULL);
	l->arg = &p; /* cppcheck-suppress autoVariables */
	l->own = own;
	l->disown = disown;
	l->jobs = f->jobs;
	l->block = 1;
	l->promise = true;
	rc = ct_lines(l);
	while ((t = p.first)) { /* of those that nobody had in hand any more */
		p.first = t->next;
		free(t);
	}
	(void)pthread_cond_destroy(&p.passed);
	(void)pthread_mutex_destroy(&p.lock);
	return ct_service_broken(f, 0) ? ct_service_broken(f, 0) : rc;
}

/* ---- the rehearsal ----------------------------------------------------------
 */

struct rehearsal {
	const struct ct_filing *f;
	struct ct_line *line;
	size_t from; /* where its records begin */
};

/* Another record that the line becomes, of these members and more. */
static void
show(const struct rehearsal *r, json_t *more)
{
	const char *id = ct_rec_text(r->line->rec, "id");
	json_t *rec = json_pack("{s:s, s:s}", "id", id ? id : "", "env",
	    r->f->production ? "production" : "test");

	(void)json_object_update(rec, more);
	json_decref(more);
	if (r->line->out->len > r->from)
		ct_text_add(r->line->out, "\n", 1);
	if (ct_text_rec(r->line->out, rec))
		ct_die(CT_SOFTWARE, "cannot encode a record");
	json_decref(rec);
}

static void
show_call(void *arg, enum ct_tip_call call, size_t file, const char *xml)
{
	const struct rehearsal *r = arg;
	const char *name = ct_tip_name(call);
	json_t *more = json_pack("{s:s, s:o}", "call", name, "url",
	    json_sprintf("%s/%s", r->f->url, name));

	if (call == CT_TIP_UPLOAD || call == CT_TIP_FILEINFO)
		(void)json_object_set_new(
		    more, "file", json_integer((json_int_t)file));
	if (xml)
		(void)json_object_set_new(more, "xml", json_string(xml));
	show(r, more);
}

/* What comes of it, after the calls. */
static int
show_end(const struct rehearsal *r, int status, struct ct_err *err)
{
	json_t *lint = ct_rec_get(r->line->rec, "report.lint");

	if (status) /* it would be held */
		return ct_fail(err, status, "%s",
		    ct_rec_text(r->line->rec, "submission.reason"));
	if (lint && r->line->out->len > r->from)
		show(r, json_pack("{s:O}", "lint", lint));
	return 0;
}

/* ---- the filter -------------------------------------------------------------
 */

static void *
record_ticket(const char *line, size_t len, void *arg)
{
	struct ct_err err = { 0 };
	json_t *rec = ct_json_object(line, len, &err);
	const char *key = rec ? ct_rec_text(rec, "report.key") : NULL;
	void *t = take_turn(arg, key ? key : "");

	json_decref(rec);
	return t;
}

static int
record(struct ct_filing *f, struct ct_line *line, struct ct_err *err)
{
	struct rehearsal r = { f, line, line->out->len };
	int rc = ct_line_rec(line, err);
	bool had;

	if (rc)
		return rc;
	had = json_object_get(line->rec, "submission") != NULL;
	f->show = show_call;
	f->arg = &r; /* cppcheck-suppress autoVariables */
	rc = ct_filing_record(f, line->rec, &line->outcome, &line->status, err);
	if (rc >= CT_SOFTWARE && rc != CT_NOPERM && rc != CT_CONFIG)
		(void)ct_service_broken(f, rc);
	if (!rc && !f->tip)
		rc = show_end(&r, line->status, err);
	else if (!rc)
		ct_line_put(line, had);
	return rc;
}

static int
record_line(struct ct_line *line, void *arg, struct ct_err *err)
{
	int rc;

	await_turn(arg, line->ticket);
	rc = record(line->own, line, err);
	pass_turn(arg, line->ticket);
	return rc;
}

static void
say_effort(struct ct_outbox *ob)
{
	struct ct_outbox_effort e;

	ct_outbox_worked(ob, &e);
	if (e.commits)
		ct_warn("%lld events in %lld commits of %lld.%lld ms",
		    (long long)e.events, (long long)e.commits,
		    (long long)(e.ms / e.commits),
		    (long long)(e.ms * 10 / e.commits % 10));
}

int
ct_filing_filter(struct ct_filing *f)
{
	struct ct_tally tally = { .name = { NULL } };
	struct ct_lines l = { .line = record_line,
		.ticket = record_ticket,
		.in = STDIN_FILENO,
		.out = STDOUT_FILENO,
		.several = !f->tip,
		.quiet = f->quiet,
		.tally = &tally };
	int rc = run(f, &l);

	if (f->ob && f->tip && !f->quiet)
		say_effort(f->ob);
	return rc;
}

static int
fail(json_t *rec, void *why, struct ct_err *err)
{
	(void)rec;
	*err = *(const struct ct_err *)why;
	return err->code;
}

int
ct_filing_busy(const struct ct_filing *f, struct ct_err *why)
{
	struct ct_filter filter = { .in = STDIN_FILENO,
		.out = STDOUT_FILENO,
		.quiet = f->quiet,
		.promise = true,
		.each = fail,
		.arg = why };
	int rc = ct_filter(&filter);

	return rc > why->code ? rc : why->code;
}

/* ---- what the outbox has ----------------------------------------------------
 */

static void *
key_ticket(const char *line, size_t len, void *arg)
{
	(void)len;
	return take_turn(arg, line);
}

/* A report of which there is no record to write is only spoken of. */
static int
key_line(struct ct_line *line, void *arg, struct ct_err *err)
{
	struct ct_filing *f = line->own;
	json_t *rec = NULL;
	int rc, status = 0;

	await_turn(arg, line->ticket);
	rc = ct_filing_key(f, line->line, false, &rec, &status, err);
	pass_turn(arg, line->ticket);
	line->status = rc ? rc : status;
	if (rc)
		ct_warn("%s", err->msg);
	if (rc && rc != CT_NOPERM && rc != CT_TEMPFAIL && rc != CT_CONFIG)
		(void)ct_service_broken(f, rc);
	if (!rc && rec && ct_text_rec(line->out, rec))
		ct_die(CT_SOFTWARE, "cannot encode a record");
	json_decref(rec);
	return 0;
}

int
ct_filing_sweep(struct ct_filing *f, struct ct_out *out)
{
	struct ct_tally tally = { .name = { NULL } };
	struct ct_lines l = { .line = key_line,
		.ticket = key_ticket,
		.in = -1,
		.out = STDOUT_FILENO,
		.quiet = true,
		.tally = &tally };
	struct ct_err err = { 0 };
	char *keys = NULL, *end;
	int rc;

	(void)out; /* ct_lines has its own */
	rc = ct_outbox_keys(f->ob, CT_OUTBOX_OPEN, &keys, &err);
	for (end = keys; !rc && *end; end++) { /* each NUL becomes a newline */
		end += strlen(end);
		*end = '\n';
	}
	if (!rc)
		l.in = ct_os_bytes(keys, (size_t)(end - keys), &err);
	if (l.in >= 0) {
		rc = run(f, &l);
		(void)close(l.in);
	} else {
		ct_warn("%s", err.msg);
		rc = err.code;
	}
	free(keys);
	return rc;
}
