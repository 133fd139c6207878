/*
 * lister_many.c - the prefixes of a bucket by several threads, in order
 *
 * One listing with a delimiter finds the prefixes; each is a job, that one
 * thread lists from its beginning to its end.  A job keeps at most QUEUE pages,
 * so that threads that are ahead wait: what is written stays in the order of
 * the keys, whatever thread is fast.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lister_impl.h"
#include "prog.h"

#define QUEUE 4
#define WAIT_MS 50
#define LEVELS 64 /* prefixes within one another that hold nothing else */

struct job {
	struct lister_walk walk; /* of the prefix, up to a NUL in it */
	char *prefix;
	size_t len;
	struct lister_page *page[QUEUE];
	unsigned first, n;
	bool done;
	int rc;
	struct ct_err err;
};

struct many {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct job *job;              /* of one page of prefixes */
	size_t njobs, taken, allowed; /* allowed: how far ahead is worth it */
	bool stop;
	unsigned nthreads;
	struct thread {
		pthread_t id;
		struct many *m;
		struct lister_store store;
	} * thread;
};

/* ---- threads --------------------------------------------------------------
 */

static void
changed(struct many *m)
{
	(void)pthread_cond_broadcast(&m->changed);
}

/* With the lock: hand over a page, when there is room for it. */
static void
hand(struct many *m, struct job *j, struct lister_page *page)
{
	while (j->n == QUEUE && !m->stop)
		(void)pthread_cond_wait(&m->changed, &m->lock);
	if (m->stop) {
		lister_page_free(page);
		free(page);
		return;
	}
	j->page[(j->first + j->n++) % QUEUE] = page;
	changed(m);
}

static void
work(struct thread *t, struct job *j)
{
	struct many *m = t->m;
	struct lister_page *page;
	bool stop = false;
	int rc = 0;

	while (!rc && !j->walk.ended && !stop && !ct_stop) {
		page = ct_alloc(1, sizeof *page);
		rc = lister_store_page(&t->store, &j->walk, page, &j->err);
		(void)pthread_mutex_lock(&m->lock);
		if (rc) {
			lister_page_free(page);
			free(page);
		} else {
			hand(m, j, page);
		}
		stop = m->stop;
		(void)pthread_mutex_unlock(&m->lock);
	}
	(void)pthread_mutex_lock(&m->lock);
	j->rc = rc ? rc : j->walk.ended ? 0 : LISTER_ENOUGH;
	j->done = true;
	changed(m);
	(void)pthread_mutex_unlock(&m->lock);
}

static void *
run(void *arg)
{
	struct thread *t = arg;
	struct many *m = t->m;
	struct job *j;

	for (;;) {
		(void)pthread_mutex_lock(&m->lock);
		while (!m->stop &&
		    (m->taken == m->njobs || m->taken >= m->allowed))
			(void)pthread_cond_wait(&m->changed, &m->lock);
		j = m->stop ? NULL : &m->job[m->taken++];
		(void)pthread_mutex_unlock(&m->lock);
		if (!j)
			return NULL;
		work(t, j);
	}
}

static int
start(struct many *m, const struct lister *l, struct lister_store *s,
    struct ct_err *err)
{
	unsigned n = (unsigned)l->how->jobs, opened, i;
	int rc = 0;

	(void)pthread_mutex_init(&m->lock, NULL);
	(void)pthread_cond_init(&m->changed, NULL);
	m->thread = ct_alloc(n, sizeof *m->thread);
	for (opened = 0; opened < n && !rc; opened += !rc) {
		m->thread[opened].m = m;
		rc = lister_store_open(
		    &m->thread[opened].store, s->bucket, l->how, err);
	}
	for (i = 0; i < opened && !rc; i++) {
		errno =
		    pthread_create(&m->thread[i].id, NULL, run, &m->thread[i]);
		if (errno)
			rc = ct_fail_errno(
			    err, CT_OSERR, "cannot start a thread");
		else
			m->nthreads++;
	}
	/* some are enough */
	for (i = m->nthreads; i < opened; i++)
		lister_store_close(&m->thread[i].store);
	return m->nthreads ? 0 : rc;
}

static void
drop_jobs(struct many *m)
{
	size_t i;
	struct job *j;

	for (i = 0; i < m->njobs; i++) {
		j = &m->job[i];
		for (; j->n; j->n--) {
			lister_page_free(j->page[j->first]);
			free(j->page[j->first]);
			j->first = (j->first + 1) % QUEUE;
		}
		lister_walk_free(&j->walk);
		free(j->prefix);
	}
	free(m->job);
	m->job = NULL;
	m->njobs = m->taken = m->allowed = 0;
}

static void
end(struct many *m)
{
	unsigned i;

	(void)pthread_mutex_lock(&m->lock);
	m->stop = true;
	changed(m);
	(void)pthread_mutex_unlock(&m->lock);
	for (i = 0; i < m->nthreads; i++) {
		(void)pthread_join(m->thread[i].id, NULL);
		lister_store_close(&m->thread[i].store);
	}
	free(m->thread);
	drop_jobs(m);
	(void)pthread_cond_destroy(&m->changed);
	(void)pthread_mutex_destroy(&m->lock);
}

/* ---- what they found, in order --------------------------------------------
 */

/* The next page of the job; NULL: there is none left, and *rc how it ended. */
static struct lister_page *
take(struct many *m, struct lister *l, struct job *j, int *rc,
    struct ct_err *err)
{
	struct lister_page *page = NULL;
	struct timespec t;
	int bad = 0;

	(void)pthread_mutex_lock(&m->lock);
	while (!j->n && !j->done && !bad && !ct_stop) {
		(void)clock_gettime(CLOCK_REALTIME, &t);
		t.tv_nsec += WAIT_MS * 1000000L;
		t.tv_sec += t.tv_nsec / 1000000000L;
		t.tv_nsec %= 1000000000L;
		(void)pthread_cond_timedwait(&m->changed, &m->lock, &t);
		bad = ct_out_tick(&l->out, err);
		ct_progress_tick(&l->show);
	}
	if (j->n && !bad) {
		page = j->page[j->first];
		j->first = (j->first + 1) % QUEUE;
		j->n--;
		changed(m);
	} else {
		*rc = bad ? bad : j->done ? j->rc : LISTER_ENOUGH;
		if (!bad && j->done && j->rc > 0)
			*err = j->err;
	}
	(void)pthread_mutex_unlock(&m->lock);
	return page;
}

static int
put_job(struct many *m, struct lister *l, struct job *j, struct ct_err *err)
{
	struct lister_page *page;
	size_t i;
	int rc = 0;

	while (!rc && (page = take(m, l, j, &rc, err))) {
		for (i = 0; i < page->n && !rc; i++)
			if (lister_begins(page->object[i].key,
				page->object[i].len, j->prefix, j->len))
				rc = lister_put(l, &page->object[i], err);
		if (!rc)
			rc = lister_mark(l, err);
		lister_page_free(page);
		free(page);
	}
	return rc;
}

static char *
bytes(const char *text, size_t len)
{
	char *copy = ct_alloc(len + 1, 1);

	memcpy(copy, text, len);
	return copy;
}

/* A walk below a prefix begins at the checkpoint, if that is below it. */
static void
begin_at(const struct lister *l, struct lister_walk *w, const char *prefix,
    size_t len)
{
	free(w->after);
	w->after = NULL;
	w->afterlen = 0;
	if (!l->after || !lister_begins(l->after, l->afterlen, prefix, len))
		return;
	/* no request can have a NUL: some come again, and none is missed */
	w->afterlen = strlen(l->after);
	w->after = bytes(l->after, w->afterlen);
}

/* A job for each prefix; the one that the checkpoint is in begins there. */
static void
make_jobs(struct many *m, const struct lister *l,
    const struct lister_page *page, const char *last, size_t lastlen)
{
	struct job *job = ct_alloc(page->nprefix, sizeof *job), *j;
	size_t i, n = 0;

	for (i = 0; i < page->nprefix; i++) {
		const struct lister_prefix *p = &page->prefix[i];

		/* told again, of a listing that was begun anew */
		if (last && lister_compare(p->text, p->len, last, lastlen) <= 0)
			continue;
		j = &job[n++];
		j->prefix = bytes(p->text, p->len);
		j->len = p->len;
		j->walk.prefix = j->prefix;
		begin_at(l, &j->walk, p->text, p->len);
	}
	(void)pthread_mutex_lock(&m->lock);
	m->job = job;
	m->njobs = n;
	m->taken = 0;
	m->allowed = 2 * (size_t)m->nthreads;
	changed(m);
	(void)pthread_mutex_unlock(&m->lock);
}

/* Objects and prefixes of a page are two lists, each in order. */
static int
put_page(struct many *m, struct lister *l, const struct lister_page *page,
    struct ct_err *err)
{
	size_t i = 0, k = 0;
	int rc = 0;

	while (!rc && (i < page->n || k < m->njobs)) {
		if (k == m->njobs ||
		    (i < page->n &&
			lister_compare(page->object[i].key, page->object[i].len,
			    m->job[k].prefix, m->job[k].len) < 0)) {
			rc = lister_put(l, &page->object[i++], err);
			continue;
		}
		rc = put_job(m, l, &m->job[k++], err);
		(void)pthread_mutex_lock(&m->lock);
		m->allowed++;
		changed(m);
		(void)pthread_mutex_unlock(&m->lock);
	}
	return rc;
}

/* A page of prefixes, further down while one holds all. */
static int
discover(const struct lister *l, struct lister_store *s, struct lister_walk *w,
    struct lister_page *page, char **deep, struct ct_err *err)
{
	int rc = lister_store_page(s, w, page, err), level;

	for (level = 0;
	     !rc && level < LEVELS && page->n == 0 && page->nprefix == 1 &&
	     w->ended && strcmp(page->prefix[0].text, w->prefix) != 0;
	     level++) {
		free(*deep);
		*deep = ct_strdup(page->prefix[0].text);
		w->prefix = *deep;
		w->ended = false;
		begin_at(l, w, w->prefix, strlen(w->prefix));
		rc = lister_store_page(s, w, page, err);
	}
	return rc;
}

int
lister_many(struct lister *l, struct lister_store *s, struct lister_walk *w,
    struct ct_err *err)
{
	struct many m = { .njobs = 0 };
	struct lister_page page = { .next = "" };
	char *deep = NULL, *last = NULL;
	size_t lastlen = 0;
	int rc = start(&m, l, s, err);

	w->delimited = true;
	while (!rc && !w->ended) {
		rc = discover(l, s, w, &page, &deep, err);
		if (rc)
			break;
		make_jobs(&m, l, &page, last, lastlen);
		rc = put_page(&m, l, &page, err);
		if (rc)
			break;
		if (page.nprefix) {
			const struct lister_prefix *p =
			    &page.prefix[page.nprefix - 1];

			free(last);
			lastlen = p->len;
			last = bytes(p->text, lastlen);
		}
		(void)pthread_mutex_lock(&m.lock);
		drop_jobs(&m);
		(void)pthread_mutex_unlock(&m.lock);
	}
	end(&m);
	lister_page_free(&page);
	free(deep);
	free(last);
	return rc;
}
