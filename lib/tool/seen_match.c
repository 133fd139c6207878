/*
 * seen_match.c - what the lists know of what is in the store
 *
 * One thread sifts the columns and writes what may match as records into a
 * pipe; the other is ct_match_run, which reads them from there.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "near.h"
#include "prog.h"
#include "seen_impl.h"

#define ROWS CT_NEAR_BLOCK /* sifted at once */

struct sift {
	const struct ct_seen *how;
	const struct ct_match *m;
	struct seen_view *v;
	struct ct_match_sieve *sieve;
	uint64_t generation, base;
	struct ct_out out; /* the pipe */
	struct ct_text text;
	struct seen_cursor *cursor; /* of the file in hand */
	bool *some;
	uint64_t rows; /* looked at */
	struct ct_err err;
};

/* ---- which rows ------------------------------------------------------------
 */

/* Is the row to be looked up?  *old: in more than what is new. */
static bool
wanted(const struct sift *s, const struct seen_info *info, bool *old)
{
	uint32_t g = seen_generation(&s->v->m, info);

	if (info->flags & SEEN_GONE)
		return false;
	if (s->how->delta || s->how->all) {
		*old = true;
		return true;
	}
	/* what is of a later one is of lists that were lost */
	if (g < s->base || g > s->generation)
		*old = true;
	return g != s->generation;
}

static int
put(struct sift *s, struct seen_place at, const uint8_t *key, size_t len)
{
	struct seen_row row;

	seen_row_at(s->v, at, &row);
	s->text.len = 0;
	seen_record(&s->text, s->how, s->v, key, len, &row);
	ct_text_add(&s->text, "}", 1);
	return ct_out_line(&s->out, s->text.s, s->text.len, &s->err);
}

/* A row that may match, of a file: if nothing newer is known of its object. */
static int
hand_on(struct sift *s, struct seen_place at)
{
	struct seen_cursor *c = s->cursor;
	struct seen_place newest;

	if (seen_go(c, at.row, &s->err))
		return s->err.code;
	if (at.source > 1 || s->v->log.n) {
		if (seen_find(s->v, c->key, c->len, &newest, &s->err))
			return s->err.code ? s->err.code
					   : ct_fail(&s->err, CT_DATAERR,
						 "the store is damaged: a key"
						 " is not found");
		if (newest.source != at.source || newest.row != at.row)
			return 0;
	}
	return put(s, at, c->key, c->len);
}

static int
chunk(struct sift *s, size_t source, size_t from, size_t n)
{
	const struct seen_segment *g = &s->v->segment[source - 1];
	struct ct_match_rows rows = { .n = n };
	bool old = false, any = false;
	size_t i;
	int rc;

	for (i = 0; i < n; i++)
		any |= wanted(s, &g->info[from + i], &old);
	s->rows += n;
	if (!any)
		return 0;
	for (i = 0; i < SEEN_HASHES; i++)
		rows.hash[i] = g->hash[i] + from * seen_len[i];
	rc = ct_match_sift(s->sieve, &rows, !old, s->some, &s->err);
	for (i = 0; !rc && i < n; i++)
		if (s->some[i] && wanted(s, &g->info[from + i], &old))
			rc =
			    hand_on(s, (struct seen_place){ source, from + i });
	return rc;
}

static int
segment(struct sift *s, size_t source)
{
	size_t n = s->v->segment[source - 1].rows, i;
	int rc = 0;

	s->cursor->s = &s->v->segment[source - 1];
	for (i = 0; !rc && !ct_stop && i < n; i += ROWS)
		rc = chunk(s, source, i, n - i < ROWS ? n - i : ROWS);
	return rc;
}

/* Its rows are few, and in no columns. */
static int
all_of_log(struct sift *s)
{
	const struct seen_log *log = &s->v->log;
	const struct seen_entry *e;
	struct ct_match_rows rows = { .n = 1 };
	bool old = false;
	size_t i, k;
	int rc = 0;

	for (i = 0; !rc && !ct_stop && i < log->n; i++) {
		e = log->entry[i];
		s->rows++;
		if (!wanted(s, &e->row.info, &old))
			continue;
		for (k = 0; k < SEEN_HASHES; k++)
			rows.hash[k] = e->row.hash + seen_at[k];
		rc = ct_match_sift(s->sieve, &rows, false, s->some, &s->err);
		if (!rc && s->some[0])
			rc = put(s, (struct seen_place){ 0, i },
			    seen_entry_key(e), e->key_len);
	}
	return rc;
}

static void *
sift(void *arg)
{
	struct sift *s = arg;
	struct ct_err err = { 0 };
	size_t i;
	int rc;

	s->cursor = ct_alloc(1, sizeof *s->cursor);
	s->some = ct_alloc(ROWS, sizeof *s->some);
	rc = ct_match_sieve(&s->sieve, s->m, &s->how->how, &s->err);
	if (!rc)
		rc = all_of_log(s);
	for (i = 1; !rc && i <= s->v->n; i++)
		rc = segment(s, i);
	if (ct_out_close(&s->out, &err) && !rc)
		s->err = err;
	ct_match_sieve_free(s->sieve);
	ct_text_free(&s->text);
	free(s->cursor);
	free(s->some);
	return NULL;
}

/* ---- both threads ----------------------------------------------------------
 */

/* The last line: all that matches was told. */
static int
tell_end(struct sift *s, size_t told, struct ct_out *out, struct ct_err *err)
{
	char *line =
	    ct_printf("{\"id\":\"seen:%s\",\"seen\":{\"store\":\"%s\","
		      "\"generation\":%llu,\"epoch\":%u,\"told\":%zu}}",
		s->how->store, s->how->store, (unsigned long long)s->generation,
		s->v->m.epoch, told);
	int rc = ct_out_line(out, line, strlen(line), err);

	free(line);
	return rc;
}

static size_t
counted(const struct ct_tally *t, const char *name)
{
	size_t i;

	for (i = 0; i < CT_TALLY_MAX && t->name[i]; i++)
		if (strcmp(t->name[i], name) == 0)
			return t->count[i];
	return 0;
}

/* Start the thread that sifts; signals are for this one. */
static int
start(struct sift *s, pthread_t *thread, struct ct_err *err)
{
	sigset_t all, old;
	int rc;

	json_object_seed(0);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(thread, NULL, sift, s);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	errno = rc;
	return rc ? ct_fail_errno(err, CT_OSERR, "cannot start a thread") : 0;
}

static int
run(struct sift *s, int end, struct ct_err *err)
{
	struct ct_tally tally = { { NULL }, { 0 } };
	struct ct_match_run run = { .m = s->m,
		.how = s->how->how,
		.known = true,
		.out = s->how->out,
		.jobs = 1,
		.quiet = true,
		.tally = &tally };
	struct ct_out out = { .fd = end };
	struct ct_err late = { 0 };
	bool whole;
	pthread_t thread;
	int fd[2], rc;
	size_t told;

	if (pipe2(fd, O_CLOEXEC) < 0)
		return ct_fail_errno(err, CT_OSERR, "cannot make a pipe");
	s->out.fd = fd[1];
	run.in = fd[0];
	if (start(s, &thread, err))
		return err->code;
	rc = ct_match_run(&run);
	(void)close(fd[0]); /* it is not to wait for us, if we failed */
	(void)pthread_join(thread, NULL);
	told = counted(&tally, ct_verdict_name[CT_MATCH]);
	if (s->err.code && rc < CT_IOERR)
		*err = s->err;
	whole = !rc && !s->err.code && !ct_stop && !s->how->delta &&
	    s->how->how.threshold < 0 && s->generation > 0;
	if (whole && tell_end(s, told, &out, err))
		rc = err->code;
	if (ct_out_close(&out, &late) && whole && !rc)
		*err = late;
	if (!s->how->quiet)
		ct_warn(
		    "%llu rows: %zu match", (unsigned long long)s->rows, told);
	return err->code > rc ? err->code : rc;
}

static int
open_index(const struct ct_seen *s, struct ct_match **m, struct ct_err *err)
{
	char *path = s->delta ? ct_strdup(s->delta)
			      : ct_printf("%s/lists/known.ctx", s->home);
	struct ct_match_from from = { .path = path,
		.delta = s->delta != NULL,
		.closed = s->delta == NULL };
	int rc;

	if (!s->delta && access(path, F_OK) < 0 && errno == ENOENT)
		rc = ct_fail(
		    err, CT_NOINPUT, "no index '%s': run ct-syncdb sync", path);
	else
		rc = ct_match_open(m, &from, err);
	free(path);
	return rc;
}

int
ct_seen_match(const struct ct_seen *how)
{
	struct sift s = { .how = how };
	struct ct_match *m = NULL;
	struct ct_err err = { 0 };
	int end = -1, rc;

	ct_stop_gently();
	rc = open_index(how, &m, &err);
	if (!rc)
		rc = seen_open(&s.v, how, &err);
	if (!rc && (end = fcntl(how->out, F_DUPFD_CLOEXEC, 3)) < 0)
		rc = ct_fail_errno(&err, CT_OSERR, "cannot write");
	if (!rc) {
		s.m = m;
		s.generation = ct_match_generation(m, &s.base);
		rc = run(&s, end, &err);
	}
	if (err.code)
		ct_warn("%s", err.msg);
	seen_view_close(s.v);
	ct_match_close(m);
	return rc;
}
