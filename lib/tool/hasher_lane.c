/* hasher_lane.c - what a lane does: read one, while others are decoded */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "hasher_impl.h"
#include "image.h"
#include "prog.h"
#include "rec.h"

/* ---- calls that may hang --------------------------------------------------
 */

void
lane_begin(struct hand *me)
{
	atomic_store(&me->lane->step, ++me->step);
}

/* If the lane was taken from us meanwhile, nothing here is ours any more; the
 * thread must stay, as processes it started would die with it. */
void
lane_end(struct hand *me)
{
	uint64_t step = me->step++;

	while (
	    !atomic_compare_exchange_strong(&me->lane->step, &step, me->step))
		for (;;)
			(void)pause();
}

/* ---- what comes of a job --------------------------------------------------
 */

void
lane_deliver(struct ct_hasher *h, struct ct_job *job, const struct ct_err *err)
{
	if (!err && !job->members) {
		job->status = job->hashed.res.status;
		job->members = hasher_text(&h->how, &job->hashed);
	}
	ct_video_free(&job->hashed.video);
	spool_free(h, job);
	(void)pthread_mutex_lock(&h->lock);
	if (err)
		job->err = *err;
	job->done = true;
	if (job->members)
		h->held += strlen(job->members);
	if (h->how.unordered) {
		*h->done_end = job;
		h->done_end = &job->order;
	}
	hasher_wake(h);
	(void)pthread_mutex_unlock(&h->lock);
}

/* The outcome of the oldest picture under way; nonzero if the lane is done
 * for, with all that it had. */
static int
collect(struct lane *l)
{
	struct ct_job *job = l->sent[l->first % CT_DECODE_DEPTH];
	struct ct_err err = { 0 };

	if (ct_decode_wait(l->decoder, &job->hashed.res, &err)) {
		lane_fail(l, &err);
		return -1;
	}
	l->first++;
	if (!film_moves(l, job))
		lane_deliver(l->h, job, NULL);
	return 0;
}

int
lane_collect(struct lane *l)
{
	int rc = 0;

	while (!rc && l->first != l->next)
		rc = collect(l);
	return rc;
}

/* Those that are decoded already, or should be. */
static int
glean(struct lane *l)
{
	int rc = 0;

	while (!rc && l->first != l->next && ct_decode_ready(l->decoder))
		rc = collect(l);
	return rc;
}

/* The next job, once there is room for its picture and no video waits; NULL if
 * none is to come, or the lane is done for. */
static struct ct_job *
next(struct hand *me)
{
	struct lane *l = me->lane;
	struct ct_hasher *h = l->h;
	struct ct_job *job = NULL;
	bool room;
	int rc = 0;

	(void)pthread_mutex_lock(&h->lock);
	while (!rc && !job) {
		room = l->next - l->first < CT_DECODE_DEPTH;
		if (room && h->queue && !l->film) {
			job = h->queue;
			h->queue = job->queue;
			if (!h->queue)
				h->queue_end = &h->queue;
			h->queued--;
			hasher_wake(h);
		} else if (l->first != l->next) {
			(void)pthread_mutex_unlock(&h->lock);
			rc = collect(l);
			(void)pthread_mutex_lock(&h->lock);
		} else if (l->film) {
			(void)pthread_mutex_unlock(&h->lock);
			rc = lane_films(me);
			(void)pthread_mutex_lock(&h->lock);
		} else if (h->closing) {
			break;
		} else {
			h->idle++;
			(void)pthread_cond_wait(&h->work, &h->lock);
			h->idle--;
		}
	}
	(void)pthread_mutex_unlock(&h->lock);
	return job;
}

/* ---- bytes ----------------------------------------------------------------
 */

/* The next len bytes are in the hand: digested, and put where the decoder
 * will find them, if not too many, and if it knows their kind. */
static int
swallow(struct hand *me, struct ct_job *job, size_t len, struct ct_err *err)
{
	struct lane *l = me->lane;
	struct ct_hashed *h = &job->hashed;
	size_t max = ct_decode_max(l->decoder), n;
	int rc;

	if (h->size < sizeof me->head) {
		n = sizeof me->head - (size_t)h->size;
		n = n < len ? n : len;
		memcpy(me->head + h->size, me->bytes, n);
		h->res.kind = ct_image_kind(me->head, (size_t)h->size + n);
	}
	if (h->size < max &&
	    (h->size < sizeof me->head || ct_image_decodable(h->res.kind)))
		memcpy(ct_decode_room(l->decoder) + h->size, me->bytes,
		    len < max - h->size ? len : max - (size_t)h->size);
	if (!job->path && film_kind(l->h, h->res.kind) &&
	    (rc = spool_add(me, job, len, err)))
		return rc; /* if negative, the job is no longer ours */
	h->size += len;
	atomic_fetch_add_explicit(&l->h->read, len, memory_order_relaxed);
	return ct_digest_add(&me->digest, me->bytes, len, err);
}

/* Would it take too long, as a hole of 1 TiB, or does it never end? */
static bool
over(struct hand *me, struct ct_job *job, uint64_t size)
{
	if (size <= me->lane->h->how.read)
		return false;
	job->hashed.size = size;
	job->hashed.unread = true;
	return true;
}

/* One read, and the time it took, in ms; of a long one a second counts, as we
 * may have been stopped meanwhile. */
static ssize_t
timed_read(struct hand *me, int fd, int64_t *spent)
{
	int64_t since = ct_mono(), took;
	ssize_t n;
	int why;

	lane_begin(me);
	n = read(fd, me->bytes, CHUNK);
	why = errno;
	lane_end(me);
	errno = why;
	took = ct_mono() - since;
	*spent += took < LEAST_MS ? took : LEAST_MS;
	return n;
}

/* Does it come, but so slowly that there is no end to it? */
static bool
drips(const struct hand *me, const struct ct_job *job, int64_t spent)
{
	int64_t limit = me->lane->h->how.decode.limits.ms;

	limit = limit < LEAST_MS ? LEAST_MS : limit;
	return spent > limit + (int64_t)(job->hashed.size / READ_RATE);
}

static int
slurp(struct hand *me, struct ct_job *job, int fd, struct ct_err *err)
{
	int rc = ct_digest_start(&me->digest, err);
	int64_t spent = 0;
	ssize_t n;

	while (!rc) {
		n = timed_read(me, fd, &spent);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ct_fail_errno(err, CT_IOERR, "cannot read");
		if (n == 0)
			break;
		rc = swallow(me, job, (size_t)n, err);
		if (!rc && over(me, job, job->hashed.size))
			return 0;
		if (!rc && drips(me, job, spent)) {
			(void)ct_fail(
			    err, CT_TEMPFAIL, "cannot read: timed out");
			return CT_NO; /* of the file, not of us */
		}
		if (!rc && job->hashed.size > CHUNK && glean(me->lane))
			return -1;
	}
	return rc ? rc : ct_digest_end(&me->digest, &job->hashed.sums, err);
}

/* What the cache has of the file. */
static bool
known(struct hand *me, struct ct_job *job)
{
	struct ct_hasher *h = me->lane->h;
	struct stat st;
	int rc, outcome;

	lane_begin(me);
	rc = h->how.follow ? stat(job->path, &st) : lstat(job->path, &st);
	lane_end(me);
	if (rc < 0 || !S_ISREG(st.st_mode))
		return false;
	job->key = ct_cache_key(&st);
	job->members = ct_cache_get(h->cache, &job->key, &outcome);
	if (!job->members)
		return false;
	job->status = (enum ct_image_status)outcome;
	job->cached = true;
	return true;
}

bool
lane_settle(struct hand *me, struct ct_job *job, int fd)
{
	struct ct_cache_key key;
	struct stat st;

	lane_begin(me);
	if (fstat(fd, &st) < 0)
		st = (struct stat){ .st_size = -1 };
	lane_end(me);
	key = ct_cache_key(&st);
	job->settled = !job->hashed.unread &&
	    ct_cache_settled(&key, job->since) &&
	    ct_cache_same(&key, &job->key) &&
	    (uint64_t)st.st_size == job->hashed.size;
	return (uint64_t)st.st_size == job->hashed.size &&
	    key.mtime == job->key.mtime;
}

/* The file as a whole, if it did not change meanwhile, may be kept; a video
 * stays open. */
static int
file(struct hand *me, struct ct_job *job, struct ct_err *err)
{
	struct ct_err why = { 0 };
	struct stat st = { 0 };
	int fd, rc;

	job->since = ct_now();

	lane_begin(me);
	fd = ct_file_open(job->path, me->lane->h->how.follow, &st, &why);
	lane_end(me);
	if (fd < 0) {
		*err = why;
		return why.code;
	}
	rc = over(me, job, (uint64_t)st.st_size) ? 0 : slurp(me, job, fd, err);
	if (rc >= 0) { /* else the job is no longer ours */
		job->key = ct_cache_key(&st);
		if (!rc && !job->hashed.unread &&
		    film_kind(me->lane->h, job->hashed.res.kind)) {
			job->fd = fd;
			return 0;
		}
		(void)lane_settle(me, job, fd);
	}
	lane_begin(me);
	(void)close(fd);
	lane_end(me);
	return rc;
}

/* The next piece of the frame into the hand: its length; 0 at the end; -1 if
 * the lane is done for. */
static ssize_t
piece(struct hand *me, struct ct_job *job)
{
	struct lane *l = me->lane;
	struct ct_hasher *h = l->h;
	struct ct_chunk *c = NULL;
	ssize_t n = 0;

	(void)pthread_mutex_lock(&h->lock);
	while (n == 0 && !job->chunk && !job->whole_frame) {
		if (l->first != l->next) {
			(void)pthread_mutex_unlock(&h->lock);
			n = collect(l);
			(void)pthread_mutex_lock(&h->lock);
		} else {
			(void)pthread_cond_wait(&h->food, &h->lock);
		}
	}
	if (n == 0 && (c = job->chunk)) {
		job->chunk = c->next;
		if (!job->chunk)
			job->chunk_end = &job->chunk;
		n = (ssize_t)c->len;
		memcpy(me->bytes, c->bytes, c->len);
		c->next = h->spare;
		h->spare = c;
		hasher_wake(h);
	}
	(void)pthread_mutex_unlock(&h->lock);
	return n;
}

static int
frame(struct hand *me, struct ct_job *job, struct ct_err *err)
{
	int rc = ct_digest_start(&me->digest, err);
	ssize_t n;

	/* to its end, whatever comes: its pieces are few and wanted back */
	while ((n = piece(me, job)) > 0)
		if (!rc && (rc = swallow(me, job, (size_t)n, err)) < 0)
			return -1;
	if (n < 0)
		return -1;
	if (!rc)
		rc = spool_end(me->lane->h, job, err);
	if (rc)
		return rc;
	if (job->err.code) {
		*err = job->err;
		return CT_NO;
	}
	return ct_digest_end(&me->digest, &job->hashed.sums, err);
}

/* ---- jobs -----------------------------------------------------------------
 */

/* Its bytes, once they are read: to the decoder, or done. */
static int
send(struct lane *l, struct ct_job *job, struct ct_err *err)
{
	struct ct_hashed *h = &job->hashed;

	if (!film_kind(l->h, h->res.kind))
		spool_free(l->h, job); /* its first bytes were as of one */
	else if (job->fd >= 0) {
		l->job = NULL;
		film_put(l, job);
		return ct_decode_clear(l->decoder, err);
	}
	if (film_kind(l->h, h->res.kind) && job->lost)
		; /* it says why */
	else if (h->unread || h->size > ct_decode_max(l->decoder))
		h->res.status = CT_IMAGE_TOO_LARGE;
	else if (!ct_image_decodable(h->res.kind))
		h->res.status =
		    ct_image_cut(ct_decode_room(l->decoder), (size_t)h->size)
		    ? CT_IMAGE_CORRUPT
		    : CT_IMAGE_UNSUPPORTED;
	else {
		l->sent[l->next++ % CT_DECODE_DEPTH] = job;
		l->job = NULL;
		return ct_decode_send(l->decoder, (size_t)h->size, err);
	}
	if (ct_decode_clear(l->decoder, err))
		return err->code;
	l->job = NULL;
	lane_deliver(l->h, job, NULL);
	return 0;
}

static void
name(struct hand *me, struct ct_job *job)
{
	char *whole;

	lane_begin(me);
	whole = ct_rec_whole(job->path);
	lane_end(me);
	job->whole = whole;
}

/* Returns nonzero if the lane is done for. */
static int
work(struct hand *me, struct ct_job *job)
{
	struct lane *l = me->lane;
	struct ct_err err = { 0 };
	int rc;

	l->job = job;
	if (job->path && job->named)
		name(me, job);
	if (job->path && l->h->cache && known(me, job)) {
		l->job = NULL;
		lane_deliver(l->h, job, NULL);
		return 0;
	}
	rc = job->path ? file(me, job, &err) : frame(me, job, &err);
	if (!rc && !(rc = send(l, job, &err)))
		return 0;
	if (rc < 0)
		return rc;
	/* of the file, or of us? */
	if (ct_decode_clear(l->decoder, &err) ||
	    (rc != CT_NO && rc != CT_NOINPUT && rc != CT_IOERR)) {
		lane_fail(l, &err);
		return -1;
	}
	l->job = NULL;
	lane_deliver(l->h, job, &err);
	return 0;
}

void *
lane_run(void *arg)
{
	struct hand *me = arg;
	struct ct_job *job;

	while ((job = next(me)))
		if (work(me, job))
			break;
	ct_digest_free(&me->digest);
	ct_video_close(me->films);
	free(me);
	return NULL;
}

void
lane_fail(struct lane *l, const struct ct_err *err)
{
	struct ct_hasher *h = l->h;
	struct ct_job *job;

	(void)pthread_mutex_lock(&h->lock);
	if (!h->failed.code)
		h->failed = *err;
	h->alive--;
	(void)pthread_mutex_unlock(&h->lock);
	for (; l->first != l->next; l->first++) {
		job = l->sent[l->first % CT_DECODE_DEPTH];
		lane_deliver(h, job, err);
	}
	while ((job = l->film)) {
		l->film = job->queue;
		lane_deliver(h, job, err);
	}
	l->film_end = &l->film;
	if ((job = l->job)) {
		l->job = NULL;
		lane_deliver(h, job, err);
	}
}
