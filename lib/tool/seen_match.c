/*
 * seen_match.c - what the lists know of what is in the store
 *
 * Threads sift the columns and write what may match as records into a pipe;
 * ct_match_run reads them from there.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "prog.h"
#include "seen_impl.h"

static void *
sift(void *arg)
{
	seen_sift(arg);
	return NULL;
}

/* ---- both ------------------------------------------------------------------
 */

/* The last line: all that matches was told. */
static int
tell_end(
    struct seen_sift *s, size_t told, struct ct_out *out, struct ct_err *err)
{
	char lists[CT_MATCH_LISTS], *line;
	int rc;

	ct_match_lists_text(&s->now, lists);
	line = ct_printf("{\"id\":\"seen:%s\",\"seen\":{\"store\":\"%s\","
			 "\"generation\":%llu,\"content\":\"%s\","
			 "\"epoch\":%u,\"told\":%zu}}",
	    s->how->store, s->how->store, (unsigned long long)s->now.generation,
	    lists, s->v->m.epoch, told);
	rc = ct_out_line(out, line, strlen(line), err);
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
start(struct seen_sift *s, pthread_t *thread, struct ct_err *err)
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

/* What of the store is not as it was written, and the status. */
static int
damaged(const struct seen_sift *s, int rc)
{
	const struct seen_log *log = &s->v->log;

	if (log->good < log->len)
		ct_warn("the log ends with %zu bytes that are no entry: a run"
			" is at it, or was killed",
		    log->len - log->good);
	if (!s->undecided && !s->damaged)
		return rc;
	ct_warn("the store is damaged: %llu objects were not looked up by all"
		" that they were hashed to; to ct-seen new they are new",
	    (unsigned long long)s->undecided);
	return rc > CT_DATAERR ? rc : CT_DATAERR;
}

static int
run(struct seen_sift *s, int end, struct ct_err *err)
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
	if (s->others)
		ct_warn("%llu rows were looked up in lists that are not these,"
			" whatever their generation is, or that are not known:"
			" in all of these now",
		    (unsigned long long)s->others);
	rc = damaged(s, rc);
	whole = !rc && !s->err.code && !ct_stop && !s->how->delta &&
	    s->how->how.threshold < 0 && s->now.generation > 0;
	if (whole && tell_end(s, told, &out, err))
		rc = err->code;
	if (ct_out_close(&out, &late) && whole && !rc)
		*err = late;
	if (!s->how->quiet)
		ct_warn("%llu rows: %zu match, %llu undecided",
		    (unsigned long long)s->rows, told,
		    (unsigned long long)s->undecided);
	return err->code > rc ? err->code : rc;
}

static int
open_index(const struct ct_seen *s, struct ct_match **m, struct ct_err *err)
{
	char *path = s->delta ? ct_strdup(s->delta)
			      : ct_printf("%s/lists/known.ctx", s->home);
	struct ct_match_from from = { .path = path,
		.delta = s->delta != NULL,
		.home = s->home,
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

/* Which lists these are, and what those of the store have not seen of them. */
static void
known(struct seen_sift *s)
{
	const struct seen_manifest *m = &s->v->m;
	struct ct_match_lists then;
	uint32_t i;

	ct_match_lists(s->m, &s->now);
	s->base = ct_match_base(s->m);
	for (i = 0; i < m->nlists; i++) {
		then = (struct ct_match_lists){ m->lists[i].generation,
			m->lists[i].base, m->lists[i].own };
		s->left[i] = ct_match_left(s->m, &then);
	}
}

int
ct_seen_match(const struct ct_seen *how)
{
	struct seen_sift s = { .how = how };
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
		known(&s);
		rc = run(&s, end, &err);
	}
	if (err.code)
		ct_warn("%s", err.msg);
	seen_view_close(s.v);
	ct_match_close(m);
	return rc;
}
