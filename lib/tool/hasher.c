#include "hasher.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "clock.h"
#include "hasher_impl.h"
#include "prog.h"
#include "tally.h"

#define QUEUE 32     /* jobs a lane that wait for it */
#define WATCH_MS 100 /* between two looks at what hangs */
#define TWICE ((int64_t)2 * WATCH_MS)
#define FILES_LANE 17
#define HELD ((size_t)64 << 20) /* members that are done */
#define FILES_REST 12
#define STACK ((size_t)512 << 10)

/* ---- begin and end --------------------------------------------------------
 */

/* The signals that are for the one thread that can act on them; decoders do
 * not die of the terminal's, either: what they are at is finished. */
static void
mask(sigset_t *old)
{
	sigset_t ours;

	(void)sigemptyset(&ours);
	(void)sigaddset(&ours, SIGINT);
	(void)sigaddset(&ours, SIGTERM);
	(void)sigaddset(&ours, SIGUSR1);
	(void)pthread_sigmask(SIG_BLOCK, &ours, old);
}

static void
unmask(const sigset_t *old)
{
	(void)pthread_sigmask(SIG_SETMASK, old, NULL);
}

int
ct_hasher_cpus(void)
{
	int n = ct_cpus();

	return n > CT_HASHER_LANES ? CT_HASHER_LANES : n;
}

/*
 * Descriptors: of a lane its pictures, worker, a child for each under way, the
 * file and one more, pictures that move, a worker for video; the rest are
 * standard ones, events and the cache.  Files that hang keep theirs, which is
 * allowed for if it can be.
 */
static int
descriptors(int lanes, struct ct_err *err)
{
	const rlim_t need = (rlim_t)lanes * FILES_LANE + FILES_REST;
	const rlim_t wish = need + CT_HASHER_HUNG;
	struct rlimit max;
	int most;

	if (getrlimit(RLIMIT_NOFILE, &max) < 0)
		return 0;
	if (max.rlim_cur < wish) {
		max.rlim_cur = wish < max.rlim_max ? wish : max.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &max) < 0 &&
		    getrlimit(RLIMIT_NOFILE, &max) < 0)
			return 0;
	}
	if (max.rlim_cur >= need)
		return 0;
	most = max.rlim_cur < FILES_REST
	    ? 0
	    : (int)(max.rlim_cur - FILES_REST) / FILES_LANE;
	if (most == 0)
		return ct_fail(err, CT_OSERR,
		    "%d descriptors are too few (ulimit -n); %d would do",
		    (int)max.rlim_cur, FILES_LANE + FILES_REST);
	return ct_fail(err, CT_OSERR,
	    "%d descriptors (ulimit -n) are too few for -j %d;"
	    " -j %d would do",
	    (int)max.rlim_cur, lanes, most);
}

bool
ct_hasher_films(void)
{
	char *program = ct_sibling("ct-decode-video");
	bool there = program && access(program, X_OK) == 0;

	free(program);
	return there;
}

/* What would be more than a file may have is a signal, and no error. */
static void
limit_spool(struct ct_hasher *h)
{
	struct rlimit most;

	if (getrlimit(RLIMIT_FSIZE, &most) == 0 && most.rlim_cur < h->how.spool)
		h->how.spool = most.rlim_cur;
}

int
ct_hasher_open(
    struct ct_hasher **out, const struct ct_hasher_how *how, struct ct_err *err)
{
	struct ct_hasher *h = ct_alloc(1, sizeof *h);
	sigset_t old;
	int i, rc = 0;

	h->how = *how;
	h->n = how->lanes;
	h->lane = ct_alloc((size_t)h->n, sizeof *h->lane);
	h->order_end = &h->order;
	h->queue_end = &h->queue;
	h->done_end = &h->done;
	h->low = (size_t)h->n * QUEUE / 2;
	(void)pthread_mutex_init(&h->lock, NULL);
	(void)pthread_cond_init(&h->work, NULL);
	(void)pthread_cond_init(&h->food, NULL);
	(void)pthread_cond_init(&h->given, NULL);
	(void)pthread_mutex_init(&h->side, NULL);
	h->films = ct_hasher_films();
	limit_spool(h);
	rc = descriptors(h->n, err);
	h->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!rc && h->event < 0)
		rc = ct_fail_errno(err, CT_OSERR, "cannot make an event");
	mask(&old);
	for (i = 0; !rc && i < h->n; i++) {
		h->lane[i].h = h;
		h->lane[i].film_end = &h->lane[i].film;
		rc = ct_decode_open(&h->lane[i].decoder, &how->decode, err);
	}
	unmask(&old);
	if (rc) {
		ct_hasher_close(h);
		h = NULL;
	}
	*out = h;
	return rc;
}

/* A thread for this lane, which has none. */
static int
spawn(struct lane *l, struct ct_err *err)
{
	struct hand *me = ct_alloc(1, sizeof *me);
	pthread_attr_t attr;
	sigset_t old;
	int rc;

	me->lane = l;
	me->step = atomic_load(&l->step);
	me->films = ct_video_open(NULL);
	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setstacksize(&attr, STACK);
	mask(&old);
	rc = pthread_create(&l->thread, &attr, lane_run, me);
	unmask(&old);
	(void)pthread_attr_destroy(&attr);
	l->runs = rc == 0;
	if (rc == 0)
		return 0;
	ct_video_close(me->films);
	free(me);
	return ct_fail(
	    err, CT_TEMPFAIL, "cannot make a thread: %s", strerror(rc));
}

int
ct_hasher_start(struct ct_hasher *h, struct ct_cache *cache, struct ct_err *err)
{
	int i, rc = 0;

	h->cache = cache;
	h->watched = ct_mono();
	h->alive = h->n;
	for (i = 0; !rc && i < h->n; i++)
		rc = spawn(&h->lane[i], err);
	return rc;
}

void
ct_hasher_close(struct ct_hasher *h)
{
	struct ct_chunk *c;
	int i;

	if (!h)
		return;
	(void)pthread_mutex_lock(&h->lock);
	h->closing = true;
	(void)pthread_cond_broadcast(&h->work);
	(void)pthread_mutex_unlock(&h->lock);
	for (i = 0; i < h->n; i++) {
		if (h->lane[i].runs)
			(void)pthread_join(h->lane[i].thread, NULL);
		ct_decode_close(h->lane[i].decoder);
	}
	while ((c = h->spare)) {
		h->spare = c->next;
		free(c);
	}
	if (h->event >= 0)
		(void)close(h->event);
	/* a thread that hung may yet come back, and look at its lane's step */
	if (h->hung)
		return;
	(void)pthread_mutex_destroy(&h->side);
	(void)pthread_cond_destroy(&h->given);
	(void)pthread_cond_destroy(&h->food);
	(void)pthread_cond_destroy(&h->work);
	(void)pthread_mutex_destroy(&h->lock);
	free(h->lane);
	free(h);
}

/* ---- jobs -----------------------------------------------------------------
 */

void
hasher_wake(struct ct_hasher *h)
{
	static const uint64_t one = 1;

	if (!h->waiting || h->queued > h->low)
		return;
	h->waiting = false;
	if (write(h->event, &one, sizeof one) < 0)
		return; /* it says so already */
}

bool
ct_hasher_room(struct ct_hasher *h)
{
	bool room;

	(void)pthread_mutex_lock(&h->lock);
	room = h->queued < 2 * h->low && h->held < HELD;
	(void)pthread_mutex_unlock(&h->lock);
	return room;
}

static void
enlist(struct ct_hasher *h, struct ct_job *job)
{
	h->out++;
	job->order = NULL;
	job->fd = -1;
	if (h->how.unordered)
		return;
	*h->order_end = job;
	h->order_end = &job->order;
}

void
ct_hasher_put(struct ct_hasher *h, struct ct_job *job)
{
	enlist(h, job);
	job->queue = NULL;
	job->chunk_end = &job->chunk;
	(void)pthread_mutex_lock(&h->lock);
	*h->queue_end = job;
	h->queue_end = &job->queue;
	h->queued++;
	if (h->idle)
		(void)pthread_cond_signal(&h->work);
	(void)pthread_mutex_unlock(&h->lock);
}

void
ct_hasher_pass(struct ct_hasher *h, struct ct_job *job)
{
	enlist(h, job);
	(void)pthread_mutex_lock(&h->lock);
	job->done = job->whole_frame = true;
	if (h->how.unordered) {
		*h->done_end = job;
		h->done_end = &job->order;
	}
	(void)pthread_mutex_unlock(&h->lock);
}

/* Worth remembering: what would come of it again. */
static bool
lasting(const struct ct_job *job)
{
	return job->settled && !job->err.code && !job->cached &&
	    job->status < CT_IMAGE_OUT_OF_MEMORY;
}

/* Locked: the next to be taken, if it is done and its frame was given. */
static struct ct_job *
first(const struct ct_hasher *h)
{
	struct ct_job *job = h->how.unordered ? h->done : h->order;

	return job && job->done && (job->path || job->whole_frame) ? job : NULL;
}

struct ct_job *
ct_hasher_take(struct ct_hasher *h)
{
	struct ct_job *job;

	(void)pthread_mutex_lock(&h->lock);
	if ((job = first(h)))
		*(h->how.unordered ? &h->done : &h->order) = job->order;
	if (job && job->members)
		h->held -= strlen(job->members);
	if (!h->done)
		h->done_end = &h->done;
	(void)pthread_mutex_unlock(&h->lock);
	if (!h->order)
		h->order_end = &h->order;
	if (!job)
		return NULL;
	h->out--;
	if (h->cache && lasting(job))
		ct_cache_put(
		    h->cache, &job->key, (int)job->status, job->members);
	return job;
}

size_t
ct_hasher_out(const struct ct_hasher *h)
{
	return h->out;
}

void
ct_job_free(struct ct_job *job)
{
	struct ct_chunk *c;

	free(job->path);
	free(job->whole);
	free(job->members);
	ct_video_free(&job->hashed.video);
	while ((c = job->chunk)) {
		job->chunk = c->next;
		free(c);
	}
}

uint64_t
ct_hasher_read(const struct ct_hasher *h)
{
	return atomic_load_explicit(&h->read, memory_order_relaxed);
}

int
ct_hasher_failed(struct ct_hasher *h, struct ct_err *err)
{
	int code;

	(void)pthread_mutex_lock(&h->lock);
	if ((code = h->failed.code))
		*err = h->failed;
	(void)pthread_mutex_unlock(&h->lock);
	return code;
}

/* ---- frames ---------------------------------------------------------------
 */

bool
ct_hasher_hungry(struct ct_hasher *h)
{
	bool hungry;

	(void)pthread_mutex_lock(&h->lock);
	hungry = h->spare || h->chunks < CHUNKS;
	(void)pthread_mutex_unlock(&h->lock);
	return hungry;
}

/* Where the job's next bytes go: its last piece, or one more. */
static struct ct_chunk *
chunk(struct ct_hasher *h, struct ct_job *job)
{
	struct ct_chunk *c = h->spare;

	/* next is the first member, and chunk_end that of the last piece */
	if (job->chunk && ((struct ct_chunk *)job->chunk_end)->len < CHUNK)
		return (struct ct_chunk *)job->chunk_end;
	if (c) {
		h->spare = c->next;
	} else {
		c = ct_alloc(1, sizeof *c);
		h->chunks++;
	}
	c->next = NULL;
	c->len = 0;
	*job->chunk_end = c;
	job->chunk_end = &c->next;
	return c;
}

void
ct_hasher_bytes(
    struct ct_hasher *h, struct ct_job *job, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;
	struct ct_chunk *c;
	size_t n;

	(void)pthread_mutex_lock(&h->lock);
	for (; len && !job->done; at += n, len -= n) {
		c = chunk(h, job);
		n = len < CHUNK - c->len ? len : CHUNK - c->len;
		memcpy(c->bytes + c->len, at, n);
		c->len += n;
	}
	(void)pthread_cond_broadcast(&h->food);
	(void)pthread_mutex_unlock(&h->lock);
}

void
ct_hasher_end(struct ct_hasher *h, struct ct_job *job, const struct ct_err *why)
{
	(void)pthread_mutex_lock(&h->lock);
	if (why && !job->done)
		job->err = *why;
	job->whole_frame = true;
	(void)pthread_cond_broadcast(&h->food);
	(void)pthread_mutex_unlock(&h->lock);
}

/* ---- what hangs -----------------------------------------------------------
 */

/* The lane's thread is in a call that does not end, and the lane is ours. */
static void
replace(struct ct_hasher *h, struct lane *l)
{
	struct ct_err err = { 0 };
	struct ct_job *job = l->job;

	l->job = NULL;
	/* the call may still look at the name it was given */
	job->path = job->path ? ct_strdup(job->path) : NULL;
	job->fd = -1;
	(void)ct_fail(&err, CT_TEMPFAIL, "cannot read: timed out");
	lane_deliver(h, job, &err);
	(void)pthread_detach(l->thread);
	l->runs = false;
	if (++h->hung == CT_HASHER_HUNG)
		(void)ct_fail(&err, CT_TEMPFAIL,
		    "reading %d files timed out; no more is tried",
		    CT_HASHER_HUNG);
	if (h->hung >= CT_HASHER_HUNG || spawn(l, &err))
		lane_fail(l, &err);
}

/* When the last lane is gone, nobody comes for what is queued. */
static void
drain(struct ct_hasher *h)
{
	struct ct_err err = { 0 };
	struct ct_job *job, *queue;

	(void)pthread_mutex_lock(&h->lock);
	queue = h->queue;
	h->queue = NULL;
	h->queue_end = &h->queue;
	h->queued = 0;
	err = h->failed;
	(void)pthread_mutex_unlock(&h->lock);
	while ((job = queue)) {
		queue = job->queue;
		lane_deliver(h, job, &err);
	}
}

/* Time in which this thread did not run is nobody's: all of us were stopped,
 * or the machine was. */
static void
watch(struct ct_hasher *h)
{
	int64_t now = ct_mono(), past = now - h->watched;
	int64_t limit = h->how.decode.limits.ms;
	struct lane *l;
	uint64_t step;
	int alive;

	if (past < WATCH_MS)
		return;
	h->watched = now;
	limit = limit < LEAST_MS ? LEAST_MS : limit;
	past = past > TWICE ? TWICE : past;
	for (l = h->lane; l < h->lane + h->n; l++) {
		step = atomic_load(&l->step);
		l->stuck = step % 2 && step == l->seen ? l->stuck + past : 0;
		l->seen = step;
		if (l->stuck > limit + atomic_load(&l->more) && l->runs &&
		    atomic_compare_exchange_strong(&l->step, &step, step + 1))
			replace(h, l);
	}
	(void)pthread_mutex_lock(&h->lock);
	alive = h->alive;
	(void)pthread_mutex_unlock(&h->lock);
	if (alive == 0)
		drain(h);
}

bool
ct_hasher_wait(struct ct_hasher *h, int fd, int ms)
{
	struct pollfd p[3] = { { .fd = fd, .events = POLLIN },
		{ .fd = h->event, .events = POLLIN },
		{ .fd = ct_progress_fd(), .events = POLLIN } };
	uint64_t n;

	(void)pthread_mutex_lock(&h->lock);
	if (first(h))
		ms = 0;
	h->waiting = true;
	(void)pthread_mutex_unlock(&h->lock);
	if (poll(p, 3, ms < WATCH_MS ? ms : WATCH_MS) <= 0)
		p[0].revents = p[1].revents = 0;
	(void)pthread_mutex_lock(&h->lock);
	h->waiting = false;
	(void)pthread_mutex_unlock(&h->lock);
	if (p[1].revents && read(h->event, &n, sizeof n) < 0)
		p[1].revents = 0;
	watch(h);
	return p[0].revents != 0;
}
