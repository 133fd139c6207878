/*
 * hasher_spool.c - the bytes of videos that come as frames, in memory
 *
 * One alone grows at a time, as frames do not interleave; it waits until those
 * that are being decoded have given back what it needs.  As it is the only one
 * that waits for memory while it has some, it cannot wait for ever.
 */
#include <unistd.h>

#include "file.h"
#include "hasher_impl.h"
#include "os.h"

/* Locked: is there room for n more?  What alone is too large never has any. */
static bool
room(const struct ct_hasher *h, const struct ct_job *job, size_t n)
{
	return h->spooled + n <= h->how.spool || h->spooled == job->spooled;
}

/* The job is the one that grows, and there is room for n bytes more, or never
 * will be.  Returns nonzero if the lane is done for. */
static int
wait_for(struct lane *l, struct ct_job *job, size_t n)
{
	struct ct_hasher *h = l->h;
	bool wait;

	(void)pthread_mutex_lock(&h->lock);
	wait = (h->grows && h->grows != job) || !room(h, job, n);
	(void)pthread_mutex_unlock(&h->lock);
	/* it may be long */
	if (wait && lane_collect(l))
		return -1;
	(void)pthread_mutex_lock(&h->lock);
	while ((h->grows && h->grows != job) || !room(h, job, n))
		(void)pthread_cond_wait(&h->given, &h->lock);
	h->grows = job;
	(void)pthread_mutex_unlock(&h->lock);
	return 0;
}

/* Nothing of it is kept; it is only digested. */
static void
drop(struct ct_hasher *h, struct ct_job *job, enum ct_image_status why)
{
	spool_free(h, job);
	job->lost = true;
	job->hashed.res.status = why;
}

static int
put(struct lane *l, struct ct_job *job, const void *bytes, size_t n)
{
	struct ct_hasher *h = l->h;
	bool good;

	if (wait_for(l, job, n))
		return -1;
	(void)pthread_mutex_lock(&h->lock);
	good = h->spooled + n <= h->how.spool;
	h->spooled += good ? n : 0;
	job->spooled += good ? n : 0;
	(void)pthread_mutex_unlock(&h->lock);
	if (!good)
		drop(h, job, CT_IMAGE_TOO_LARGE);
	else if (ct_write_full(job->fd, bytes, n) < 0)
		drop(h, job, CT_IMAGE_OUT_OF_MEMORY);
	return 0;
}

int
spool_add(struct hand *me, struct ct_job *job, size_t len, struct ct_err *err)
{
	size_t before = (size_t)job->hashed.size;

	if (job->lost)
		return 0;
	if (job->fd < 0) {
		if (wait_for(me->lane, job, 0))
			return -1;
		job->fd = ct_os_room(err);
		if (job->fd < 0)
			return err->code;
		if (before && put(me->lane, job, me->head, before))
			return -1;
	}
	return job->lost ? 0 : put(me->lane, job, me->bytes, len);
}

int
spool_end(struct ct_hasher *h, struct ct_job *job, struct ct_err *err)
{
	(void)pthread_mutex_lock(&h->lock);
	if (h->grows == job)
		h->grows = NULL;
	(void)pthread_cond_broadcast(&h->given);
	(void)pthread_mutex_unlock(&h->lock);
	return job->fd < 0 ? 0 : ct_os_seal(job->fd, err);
}

void
spool_free(struct ct_hasher *h, struct ct_job *job)
{
	if (job->fd >= 0)
		(void)close(job->fd);
	job->fd = -1;
	(void)pthread_mutex_lock(&h->lock);
	h->spooled -= job->spooled;
	job->spooled = 0;
	if (h->grows == job)
		h->grows = NULL;
	(void)pthread_cond_broadcast(&h->given);
	(void)pthread_mutex_unlock(&h->lock);
}
