/* hasher_film.c - what a lane does with a video, once its bytes are known */
#include <string.h>
#include <unistd.h>

#include "hasher_impl.h"
#include "os.h"
#include "prog.h"

#define GRACE_MS 60000 /* to start and end processes */

/* ---- which --------------------------------------------------------------- */

bool
film_kind(const struct ct_hasher *h, enum ct_image_kind kind)
{
	return h->films && ct_image_video(kind);
}

void
film_put(struct lane *l, struct ct_job *job)
{
	job->queue = NULL;
	*l->film_end = job;
	l->film_end = &job->queue;
}

/* Does a picture or a video begin behind its end, as phones have them there? */
static bool
behind(const struct ct_hashed *h)
{
	const size_t n = h->res.info.trailing;
	const uint8_t *at = h->res.sent + (h->size - n);

	return n &&
	    (ct_image_kind(at, n) != CT_IMAGE_OTHER ||
		ct_image_begins(at, n, CT_IMAGE_BEHIND) < n);
}

/* A picture that turned out to move, or not to be the last, is hashed as a
 * video as well.  Without memory for that it is what it is. */
bool
film_moves(struct lane *l, struct ct_job *job)
{
	struct ct_decoded *res = &job->hashed.res;
	struct ct_err why;

	if (!res->sent)
		return false;
	if (res->status == CT_IMAGE_OK && behind(&job->hashed)) {
		res->status = CT_IMAGE_TOO_MANY_FRAMES;
		job->hashed.behind = true;
	}
	if (res->status != CT_IMAGE_TOO_MANY_FRAMES || !l->h->films)
		return false;
	job->fd = ct_os_bytes(res->sent, (size_t)job->hashed.size, &why);
	if (job->fd < 0)
		return false;
	film_put(l, job);
	return true;
}

/* ---- what comes of it ---------------------------------------------------- */

/* Is it a picture, or may it be one? */
static bool
pictorial(enum ct_image_kind kind)
{
	return strncmp(ct_image_mime(kind), "image/", 6) == 0;
}

/* The first frame of a picture is hashed as a picture is. */
static void
first_frame(struct ct_decoded *res, const struct ct_video *v)
{
	const struct ct_vpdq_frame *f = v->vpdq.frame;

	if (v->vpdq.n == 0 || f->number != 0)
		return;
	res->hashed = true;
	res->method = CT_PDQ_TENT;
	res->turns = 1;
	res->quality = f->quality;
	memcpy(res->pdq[0], f->hash, CT_PDQ_LEN);
}

/* Of a still picture with more behind it the frames are those: it has a hash of
 * its own already. */
static void
without_first(struct ct_vpdq *v)
{
	if (v->n && v->frame->number == 0)
		memmove(v->frame, v->frame + 1, --v->n * sizeof *v->frame);
}

/* What the video process says joins what is known. */
static void
join(struct ct_hashed *h)
{
	struct ct_decoded *res = &h->res;
	struct ct_video *v = &h->video;

	if (ct_image_decodable(res->kind)) {
		/* if not all frames were, it is a picture of which one is */
		if (v->status != CT_IMAGE_UNSUPPORTED &&
		    v->status != CT_IMAGE_CORRUPT &&
		    (v->status != CT_IMAGE_OK || v->frames >= res->info.frames))
			res->status = v->status;
		if (v->frames > res->info.frames)
			res->info.frames = v->frames;
		if (h->behind)
			without_first(&v->vpdq);
	} else {
		res->status = v->status;
		res->info.w = v->w;
		res->info.h = v->h;
		res->info.frames = v->frames;
		if (pictorial(res->kind))
			first_frame(res, v);
	}
	h->film = v->w && (!pictorial(res->kind) || v->frames > 1);
}

/* Of a picture that moves every frame counts: they are few, and one in a second
 * may be the only one of its kind. */
static int
decode(struct hand *me, struct ct_job *job, struct ct_err *err)
{
	struct lane *l = me->lane;
	struct ct_video_how how = l->h->how.video;
	int rc;

	if (pictorial(job->hashed.res.kind))
		how.rate = 0;
	job->hashed.rate = how.rate;
	atomic_store(&l->more, (int64_t)how.ms + GRACE_MS);
	lane_begin(me);
	rc = ct_video_hash(me->films, job->fd, &how, &me->video, err);
	lane_end(me);
	atomic_store(&l->more, 0);
	job->hashed.video = me->video;
	me->video = (struct ct_video){ .frames = 0 };
	return rc;
}

/* The video as a whole; nonzero: it is of us and not of the video. */
static int
film(struct hand *me, struct ct_job *job, struct ct_err *err)
{
	struct ct_hasher *h = me->lane->h;
	struct ct_hashed *hashed = &job->hashed;
	int rc;

	if (ct_stop) {
		(void)ct_fail(
		    err, CT_TEMPFAIL, "stopped before it was decoded");
		return CT_NO;
	}
	if ((rc = decode(me, job, err)))
		return rc == CT_IOERR ? CT_NO : rc;
	join(hashed);
	/* bytes that a picture was sent as do not change */
	if (job->path && !ct_image_decodable(hashed->res.kind) &&
	    !lane_settle(me, job, job->fd)) {
		(void)ct_fail(
		    err, CT_TEMPFAIL, "it was changed while it was hashed");
		return CT_NO;
	}
	if (h->how.beside && hashed->film && hashed->video.vpdq.n) {
		job->settled = false;
		(void)hasher_beside(h, hashed, &job->side);
	}
	hashed->frames = hashed->video.vpdq.n;
	if (!hasher_cover(&hashed->video.vpdq, HASHER_TEXT, &hashed->cover))
		hashed->res.status = CT_IMAGE_TOO_MANY_FRAMES;
	return 0;
}

int
lane_films(struct hand *me)
{
	struct lane *l = me->lane;
	struct ct_err err = { 0 };
	struct ct_job *job = l->film;
	int fd, rc;

	l->film = job->queue;
	if (!l->film)
		l->film_end = &l->film;
	l->job = job;
	rc = film(me, job, &err);
	if (rc && rc != CT_NO) {
		lane_fail(l, &err);
		return -1;
	}
	l->job = NULL;
	fd = job->fd;
	job->fd = -1;
	lane_begin(me);
	(void)close(fd);
	lane_end(me);
	lane_deliver(l->h, job, rc ? &err : NULL);
	return 0;
}
