/* scanner_pair.c - ct-hash | ct-match as children, asked by frames */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "frame.h"
#include "os.h"
#include "prog.h"
#include "rec.h"
#include "scanner_impl.h"

#define TICK 500   /* ms between looks at what is late */
#define AGAIN 1000 /* ms between starts */
#define GRACE 2000 /* ms to end by itself */
#define PIPE (1 << 20)

/* ---- which list ------------------------------------------------------------
 */

static void
look(const struct ct_scanner *s, struct stamp *now)
{
	const char *const path[] = { s->index, s->delta };
	struct stat st;
	int i;

	*now = (struct stamp){ .file = { { 0 } } };
	for (i = 0; i < 2; i++) {
		if (!path[i] || stat(path[i], &st) < 0)
			continue;
		now->file[i][0] = st.st_dev;
		now->file[i][1] = st.st_ino;
		now->file[i][2] = (uint64_t)st.st_size;
		now->file[i][3] = (uint64_t)st.st_mtim.tv_sec;
		now->file[i][4] = (uint64_t)st.st_mtim.tv_nsec;
	}
}

/* ---- processes -------------------------------------------------------------
 */

static _Noreturn void
become(char *const argv[], pid_t parent, int in, int out)
{
	sigset_t none;
	int sig;

	for (sig = 1; sig < NSIG; sig++)
		(void)signal(sig, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	/* our descriptors are above the first three, see ct_start; a signal of
	 * the terminal is for us */
	if (setpgid(0, 0) == 0 && dup2(in, 0) == 0 && dup2(out, 1) == 1 &&
	    close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == 0 &&
	    ct_os_die_with(parent) == 0)
		(void)execv(argv[0], argv);
	_exit(CT_UNAVAILABLE);
}

/* The process, or -1 with errno. */
static pid_t
spawn(char *const argv[], int in, int out)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0)
		become(argv, parent, in, out);
	return pid;
}

static void
shut(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static pid_t
run_hash(const struct ct_scanner_how *how, int in, int out)
{
	char *path = ct_sibling("ct-hash"), *jobs = ct_printf("%d", how->jobs),
	     *most = ct_printf("%zu", how->max_bytes);
	char quiet[] = "-q", unordered[] = "--unordered", batch[] = "-B",
	     one[] = "1", j[] = "-j", bytes[] = "--max-bytes";
	char *argv[] = { path, quiet, unordered, batch, one, j, jobs, bytes,
		most, NULL };
	pid_t pid = spawn(argv, in, out);

	free(path);
	free(jobs);
	free(most);
	return pid;
}

static pid_t
run_match(const struct ct_scanner *s, int in, int out)
{
	const struct ct_scanner_how *how = s->how;
	char *path = ct_sibling("ct-match"), *list = ct_strdup(s->index),
	     *conf = how->conf ? ct_strdup(how->conf) : NULL,
	     *bits = how->bits ? ct_strdup(how->bits) : NULL;
	char quiet[] = "-aq", j[] = "-j1", l[] = "-l", c[] = "-c", t[] = "-t",
	     d[] = "-d";
	char *argv[12] = { path, quiet, j, how->list ? l : d, list };
	int n = 5;
	pid_t pid;

	if (!how->list) {
		free(list);
		argv[4] = list = ct_strdup(how->dir);
	}
	if (conf) {
		argv[n++] = c;
		argv[n++] = conf;
	}
	if (bits) {
		argv[n++] = t;
		argv[n++] = bits;
	}
	argv[n] = NULL;
	pid = spawn(argv, in, out);
	free(path);
	free(list);
	free(conf);
	free(bits);
	return pid;
}

/* 0, or CT_OSERR with what was begun in place. */
static int
start(struct pair *p, struct ct_err *err)
{
	int a[2] = { -1, -1 }, b[2] = { -1, -1 }, c[2] = { -1, -1 }, rc = 0;

	look(p->s, &p->of);
	if (pipe2(a, O_CLOEXEC) < 0 || pipe2(b, O_CLOEXEC) < 0 ||
	    pipe2(c, O_CLOEXEC) < 0)
		rc = ct_fail_errno(err, CT_OSERR, "cannot make a pipe");
	if (!rc) {
		(void)fcntl(a[1], F_SETPIPE_SZ, PIPE); /* fewer turns */
		p->hash = run_hash(p->s->how, a[0], b[1]);
		if (p->hash > 0)
			p->match = run_match(p->s, b[0], c[1]);
		if (p->hash < 0 || p->match < 0)
			rc = ct_fail_errno(
			    err, CT_OSERR, "cannot make a process");
	}
	shut(&a[0]);
	shut(&b[0]);
	shut(&b[1]);
	shut(&c[1]);
	p->in = a[1];
	p->out = c[0];
	return rc;
}

/* Wait for its end; how that was, if not well and if nothing is said yet. */
static void
reap(pid_t *pid, const char *name, struct ct_err *err)
{
	struct pollfd p = { .events = POLLIN };
	int status;

	if (*pid <= 0)
		return;
	p.fd = ct_os_watch(*pid);
	if (p.fd < 0 || poll(&p, 1, GRACE) <= 0)
		(void)kill(*pid, SIGKILL);
	if (p.fd >= 0)
		(void)close(p.fd);
	while (waitpid(*pid, &status, 0) < 0)
		if (errno != EINTR)
			return;
	*pid = -1;
	if (err->code)
		return;
	if (WIFSIGNALED(status))
		(void)ct_fail(err, CT_TEMPFAIL, "signal %d ended %s",
		    WTERMSIG(status), name);
	else if (WEXITSTATUS(status))
		(void)ct_fail(err, WEXITSTATUS(status),
		    "%s ended with exit status %d", name, WEXITSTATUS(status));
}

/* ---- the pair's own thread -------------------------------------------------
 */

/* s->lock is held. */
static void
unref(struct pair *p)
{
	if (--p->refs)
		return;
	p->s->pairs--;
	(void)pthread_cond_broadcast(&p->s->change);
	shut(&p->in);
	(void)pthread_mutex_destroy(&p->feed);
	free(p);
}

/* Nothing more is asked of it; s->lock is held. */
static void
leave(struct pair *p)
{
	if (!p->over)
		p->until = ct_mono() + p->s->how->timeout;
	p->over = true;
	if (p->s->pair == p)
		p->s->pair = NULL;
	if (!p->feeding)
		shut(&p->in); /* else who feeds it does so */
}

static void
answer(struct pair *p, const char *line, size_t len)
{
	struct ct_err err = { 0 };
	json_t *rec = ct_json_object(line, len, &err);
	const char *id = ct_rec_text(rec, "id");
	struct asked **at, *a;

	(void)pthread_mutex_lock(&p->s->lock);
	p->heard = ct_mono();
	for (at = &p->asked; id && *at; at = &(*at)->next)
		if (strcmp((*at)->id, id) == 0)
			break;
	if (id && *at) {
		a = *at;
		*at = a->next;
		a->line = ct_alloc(len + 1, 1);
		memcpy(a->line, line, len);
		a->len = len;
		a->done = true;
		(void)pthread_cond_signal(&a->cond);
	}
	(void)pthread_mutex_unlock(&p->s->lock);
	json_decref(rec);
}

/*
 * Is an answer late, or its end?  If there was none at all for as long, none
 * can be waited for; else there is much to do, and only that one is given up.
 */
static void
watch(struct pair *p)
{
	struct asked **at = &p->asked, *a;
	int64_t now = ct_mono();
	bool silent = p->s->how->timeout <= now - p->heard, hangs;

	(void)pthread_mutex_lock(&p->s->lock);
	hangs = p->over && !p->asked && p->until <= now;
	while ((a = *at) && !hangs) {
		if (a->until > now) {
			at = &a->next;
		} else if (!(hangs = silent)) {
			*at = a->next;
			a->late = a->done = true;
			(void)pthread_cond_signal(&a->cond);
		}
	}
	if (hangs) {
		leave(p);
		p->killed = true;
	}
	(void)pthread_mutex_unlock(&p->s->lock);
	if (!hangs)
		return;
	(void)kill(p->hash, SIGKILL);
	(void)kill(p->match, SIGKILL);
}

static void
listen_to(struct pair *p)
{
	struct ct_in in = { .fd = p->out, .delim = '\n' };
	struct pollfd fd = { .fd = p->out, .events = POLLIN };
	struct ct_err err = { 0 };
	char *line;
	size_t len;
	int rc = CT_IN_PART;

	for (;;) {
		if (!ct_in_here(&in)) {
			rc = poll(&fd, 1, TICK);
			watch(p);
			if (rc <= 0)
				continue;
		}
		rc = ct_in_some(&in, &line, &len, &err);
		if (rc == 1)
			answer(p, line, len);
		else if (rc != CT_IN_PART)
			break;
	}
	ct_in_free(&in);
}

/* It ends: what was asked of it has no answer. */
static void
finish(struct pair *p, struct ct_err *err)
{
	struct ct_scanner *s = p->s;
	struct asked *a;
	bool wanted;

	(void)pthread_mutex_lock(&s->lock);
	wanted = p->over && !p->asked && !err->code;
	leave(p);
	s->ending += !wanted;
	(void)pthread_mutex_unlock(&s->lock);
	if (p->killed)
		(void)ct_fail(err, CT_TEMPFAIL, "no answer in time");
	reap(&p->match, "ct-match", err);
	reap(&p->hash, "ct-hash", err);
	if (err->code == 0)
		(void)ct_fail(err, CT_TEMPFAIL, "it ended early");
	(void)pthread_mutex_lock(&s->lock);
	if (!wanted) {
		s->ending--;
		s->why = *err;
		if (s->open) /* else who opens it says so */
			ct_warn("%s", err->msg);
	}
	while ((a = p->asked)) {
		p->asked = a->next;
		a->done = true;
		(void)pthread_cond_signal(&a->cond);
	}
	(void)pthread_cond_broadcast(&s->change);
	unref(p);
	(void)pthread_mutex_unlock(&s->lock);
}

static void *
live(void *arg)
{
	struct pair *p = arg;
	struct ct_err err = { 0 };
	int rc = start(p, &err);

	(void)pthread_mutex_lock(&p->s->lock);
	p->ready = true;
	p->heard = ct_mono();
	(void)pthread_cond_broadcast(&p->s->change);
	(void)pthread_mutex_unlock(&p->s->lock);
	if (!rc)
		listen_to(p);
	shut(&p->out);
	finish(p, &err);
	return NULL;
}

/* ---- asking ----------------------------------------------------------------
 */

void
scanner_retire(struct ct_scanner *s)
{
	while (s->pair && !s->pair->ready)
		(void)pthread_cond_wait(&s->change, &s->lock);
	if (s->pair)
		leave(s->pair);
	s->again = 0;
}

/* Another pair, to be waited for; s->lock is held.  So soon after the last, it
 * says why that one ended. */
static int
begin(struct ct_scanner *s, struct ct_err *err)
{
	struct pair *p;
	pthread_attr_t detached;
	pthread_t thread;
	int rc;

	if (ct_mono() < s->again) {
		*err = s->why;
		return err->code ? err->code
				 : ct_fail(err, CT_TEMPFAIL, "it ended early");
	}
	p = ct_alloc(1, sizeof *p);
	*p = (struct pair){
		.s = s, .refs = 1, .in = -1, .out = -1, .hash = -1, .match = -1
	};
	(void)pthread_mutex_init(&p->feed, NULL);
	(void)pthread_attr_init(&detached);
	(void)pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	s->pair = p;
	s->pairs++;
	s->stats.started++;
	s->again = ct_mono() + AGAIN;
	rc = pthread_create(&thread, &detached, live, p);
	(void)pthread_attr_destroy(&detached);
	if (rc == 0)
		return 0;
	s->pair = NULL;
	unref(p);
	errno = rc;
	return ct_fail_errno(err, CT_OSERR, "cannot make a thread");
}

/* The pair to ask, with a reference; NULL with *err.  s->lock is held. */
static struct pair *
take(struct ct_scanner *s, struct ct_err *err)
{
	struct stamp now;

	for (;;) {
		while (s->pair ? !s->pair->ready : s->ending)
			(void)pthread_cond_wait(&s->change, &s->lock);
		look(s, &now);
		if (s->pair &&
		    memcmp(now.file, s->pair->of.file, sizeof now.file) == 0)
			break;
		if (s->pair)
			scanner_retire(s);
		if (begin(s, err))
			return NULL;
	}
	s->pair->refs++;
	return s->pair;
}

/* Its record and bytes into the pipe; what fails shows at the other end. */
static void
feed(struct pair *p, const char *rec, const struct ct_upload *u)
{
	struct ct_out out = { .fd = p->in };
	struct ct_err err = { 0 };

	if (ct_out_line(&out, rec, strlen(rec), &err) == 0 &&
	    ct_frame_put(&out, u->bytes, u->len, &err) == 0 &&
	    ct_frame_end(&out, "ok", &err) == 0)
		(void)ct_out_flush(&out, &err);
	ct_text_free(&out.text);
}

/* Ask it, and wait; s->lock is held, but not meanwhile. */
static void
converse(
    struct pair *p, struct asked *a, const char *rec, const struct ct_upload *u)
{
	struct ct_scanner *s = p->s;

	a->until = ct_mono() + s->how->timeout;
	a->next = p->asked;
	p->asked = a;
	p->feeding++;
	s->stats.waiting++;
	(void)pthread_mutex_unlock(&s->lock);
	(void)pthread_mutex_lock(&p->feed);
	feed(p, rec, u);
	(void)pthread_mutex_unlock(&p->feed);
	(void)pthread_mutex_lock(&s->lock);
	if (--p->feeding == 0 && p->over)
		shut(&p->in);
	while (!a->done)
		(void)pthread_cond_wait(&a->cond, &s->lock);
	s->stats.waiting--;
	unref(p);
}

int
scanner_put(struct ct_scanner *s, const char *id, const char *rec,
    const struct ct_upload *u, char **line, size_t *len, struct ct_err *err)
{
	struct asked a = { .until = 0 };
	struct pair *p;

	(void)pthread_cond_init(&a.cond, NULL);
	(void)snprintf(a.id, sizeof a.id, "%s", id);
	(void)pthread_mutex_lock(&s->lock);
	p = take(s, err);
	if (p) {
		converse(p, &a, rec, u);
		if (a.late)
			(void)ct_fail(err, CT_TEMPFAIL, "no answer in time");
		else if (!a.line)
			*err = s->why;
	}
	(void)pthread_mutex_unlock(&s->lock);
	(void)pthread_cond_destroy(&a.cond);
	*line = a.line;
	*len = a.len;
	if (a.line)
		return 0;
	return err->code ? err->code
			 : ct_fail(err, CT_TEMPFAIL, "it ended early");
}
