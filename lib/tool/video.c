#include "video.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "os.h"
#include "prog.h"
#include "video_impl.h"

#define SLICE_MS 200 /* of waiting */
#define HEARD 32     /* frames that gather, */
#define SHARE 16     /* in a sixteenth of the time that was spent, */
#define LEAST_US 500 /* and of these */
#define MOST_US 10000
#define FEW 4  /* that would come meanwhile, are not waited for */
#define LOST 2 /* workers that die with a video, till that is its outcome */

const struct ct_video_how ct_video_how = {
	.rate = 1000,
	.frames = 4000000,
	.pixels = 100000000,
	.side = 30000,
	.ms = 7200000,
	.memory = (uint64_t)1 << 30,
};

/* ---- what it says: it may be an enemy's by now ----------------------------
 */

/*
 * Frames come one by one, and to wake for each costs more than it does to read
 * it: let some gather.  A video that took long may take a little longer; no
 * more of them than the socket holds.
 */
static void
gather(const struct video_talk *t)
{
	const uint64_t spent = (uint64_t)(t->how->ms - t->left) * 1000;
	const uint64_t frames = t->v->vpdq.n, n = frames / HEARD;
	uint64_t us = spent / (n < SHARE ? SHARE : n);
	struct timespec nap = { 0, 0 };

	us = us < MOST_US ? us : MOST_US;
	if (t->stills || us < LEAST_US || frames * us < FEW * spent)
		return;
	nap.tv_nsec = (long)us * 1000;
	(void)nanosleep(&nap, NULL);
}

/* What there is of it, once there is some; 0 as of video_hear. */
static size_t
some(struct video_talk *t, void *to, size_t len, bool *late)
{
	struct pollfd p = { .fd = t->fd, .events = POLLIN };
	uint32_t slice;
	int64_t took;
	ssize_t n = 0;

	while (n == 0) {
		slice = t->left < SLICE_MS ? t->left : SLICE_MS;
		took = ct_mono();
		gather(t);
		if (poll(&p, 1, (int)slice) > 0) {
			n = recv(t->fd, to, len, 0);
			if (n == 0 || (n < 0 && errno != EINTR))
				return 0;
			n = n < 0 ? 0 : n;
		}
		took = ct_mono() - took;
		if (n == 0 && t->left == 0) {
			*late = true;
			return 0;
		}
		t->left -= took < slice ? (uint32_t)took : slice;
	}
	return (size_t)n;
}

/* Pixels are held nowhere but where they are wiped. */
int
video_hear(struct video_talk *t, void *to, size_t len, bool *late)
{
	const bool whole = t->stills || len > sizeof t->heard;
	uint8_t *at = to;
	size_t n;

	for (; len; at += n, len -= n) {
		n = t->have - t->at;
		n = n < len ? n : len;
		memcpy(at, t->heard + t->at, n);
		t->at += n;
		if (n == 0 && whole) {
			if (!(n = some(t, at, len, late)))
				return 0;
		} else if (n == 0) {
			t->at = 0;
			t->have = some(t, t->heard, sizeof t->heard, late);
			if (!t->have)
				return 0;
		}
	}
	return 1;
}

static bool
named(const char name[CT_VIDEO_NAME])
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz0123456789_-,";

	return memchr(name, '\0', CT_VIDEO_NAME) &&
	    name[strspn(name, good)] == '\0';
}

static bool
head(struct video_talk *t, const struct ct_video_say *s)
{
	struct ct_video *v = t->v;

	if (t->head || s->picture > 1 || s->w == 0 || s->h == 0 ||
	    s->w > t->how->side || s->h > t->how->side ||
	    (uint64_t)s->w * s->h > t->how->pixels || s->turn % 90 ||
	    s->turn > 270 || !named(s->format) || !named(s->codec))
		return false;
	t->head = true;
	v->w = s->w;
	v->h = s->h;
	v->turn = s->turn;
	v->picture = s->picture == 1;
	t->says = s->ms > 0 && s->ms < CT_VPDQ_MS ? s->ms : 0;
	memcpy(v->format, s->format, sizeof v->format);
	memcpy(v->codec, s->codec, sizeof v->codec);
	return true;
}

static int
ones(const uint8_t hash[CT_PDQ_LEN])
{
	int i, n = 0;

	for (i = 0; i < 256; i++)
		n += hash[i / 8] >> i % 8 & 1;
	return n;
}

/* No earlier than the frame before, no hash that PDQ cannot make. */
static bool
frame(struct video_talk *t, const struct ct_video_say *s, struct ct_err *err)
{
	const struct ct_vpdq *all = &t->v->vpdq;
	const struct ct_vpdq_frame *last =
	    all->n ? &all->frame[all->n - 1] : NULL;
	struct ct_vpdq_frame f = {
		.ms = s->ms, .number = s->number, .quality = (uint8_t)s->quality
	};

	if (!t->head || s->number >= t->how->frames || s->ms < 0 ||
	    s->ms >= CT_VPDQ_MS || s->quality > 100 || ones(s->hash) > 128 ||
	    (last && (s->number <= last->number || s->ms < last->ms)))
		return false;
	memcpy(f.hash, s->hash, sizeof f.hash);
	return ct_vpdq_add(&t->v->vpdq, &f, err) == 0;
}

static bool
tmk(struct video_talk *t, bool *late)
{
	struct ct_err why;
	uint8_t *bytes = ct_alloc(CT_TMK_LEN, 1);
	struct ct_tmk *made = ct_alloc(1, sizeof *made);
	bool good = video_hear(t, bytes, CT_TMK_LEN, late) &&
	    !ct_tmk_read(made, bytes, CT_TMK_LEN, &why);

	free(bytes);
	if (good)
		t->v->tmk = made;
	else
		free(made);
	return good;
}

static bool
end(struct video_talk *t, const struct ct_video_say *s, bool *late)
{
	struct ct_video *v = t->v;

	if (s->status >= CT_IMAGE_TIMEOUT || s->number > t->how->frames ||
	    s->ms < 0 || s->ms >= CT_VPDQ_MS ||
	    (s->status == CT_IMAGE_OK && !t->head) ||
	    (v->vpdq.n && v->vpdq.frame[v->vpdq.n - 1].number >= s->number))
		return false;
	v->frames = s->number;
	v->ms = s->ms;
	v->status = (enum ct_image_status)s->status;
	v->still = v->picture && v->frames == 1;
	t->end = !t->how->tmk || !t->head || tmk(t, late);
	return t->end;
}

bool
video_take(struct video_talk *t, const struct ct_video_say *s, bool *late,
    struct ct_err *err)
{
	if (!t->ready) {
		t->ready = s->what == CT_VIDEO_READY;
		t->v->seccomp = s->w == 1;
		t->v->landlock = (int)s->h;
		return t->ready;
	}
	return s->what == CT_VIDEO_HEAD               ? head(t, s)
	    : s->what == CT_VIDEO_FRAME && !t->stills ? frame(t, s, err)
	    : s->what == CT_VIDEO_STILL && t->stills  ? video_still(t, s, late)
	    : s->what == CT_VIDEO_END                 ? end(t, s, late)
						      : false;
}

/* ---- its process ----------------------------------------------------------
 */

struct ct_video_decoder *
ct_video_open(const char *program)
{
	struct ct_video_decoder *d = ct_alloc(1, sizeof *d);

	d->program =
	    program ? ct_strdup(program) : ct_sibling("ct-decode-video");
	d->worker.program = d->program;
	return d;
}

void
ct_video_close(struct ct_video_decoder *d)
{
	if (!d)
		return;
	ct_worker_stop(&d->worker);
	free(d->program);
	free(d);
}

static int
worker(struct ct_video_decoder *d, struct ct_err *err)
{
	const uint32_t setup = CT_VIDEO_SETUP;
	struct ct_worker_news hello;

	if (!d->program)
		return ct_fail(err, CT_UNAVAILABLE, "no ct-decode-video");
	return d->worker.pid ? 0
			     : ct_worker_start(&d->worker, NULL, 0, &setup,
				   sizeof setup, &hello, err);
}

/* A process for the video, and our end of the socket to it.  CT_NO: the worker
 * is gone. */
static int
launch(struct video_talk *t, const struct ct_video_ask *ask, int video,
    struct ct_err *err)
{
	int end[2], rc = worker(t->with, err);

	if (!rc)
		rc = ct_worker_pair(SOCK_STREAM, end, err);
	if (rc)
		return rc;
	/* if it is dead already, its death tells why */
	(void)send(end[0], ask, sizeof *ask, MSG_NOSIGNAL);
	if (ct_worker_spawn(&t->with->worker, (int[]){ video, end[1] }, 2) < 0)
		rc = CT_NO;
	(void)close(end[1]);
	if (rc)
		(void)close(end[0]);
	t->fd = end[0];
	return rc;
}

/* What came of it, when it is gone without an END, or before it was READY:
 * nobody can say whose fault that is, CT_TEMPFAIL. */
static int
autopsy(
    struct video_talk *t, int status, bool late, bool lied, struct ct_err *err)
{
	struct ct_video *v = t->v;
	int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;

	v->frames = v->vpdq.n ? v->vpdq.frame[v->vpdq.n - 1].number + 1 : 0;
	v->ms = v->vpdq.n ? v->vpdq.frame[v->vpdq.n - 1].ms : 0;
	v->status = late || sig == SIGXCPU ? CT_IMAGE_TIMEOUT
	    : sig == SIGSYS || lied        ? CT_IMAGE_VIOLATION
					   : CT_IMAGE_CRASH;
	if (!late && !lied && code == CT_IOERR)
		return ct_fail(err, CT_IOERR, "cannot read");
	if (t->ready || late)
		return 0;
	if (code == CT_UNAVAILABLE)
		return ct_fail(err, CT_UNAVAILABLE,
		    "ct-decode-video does not run here, or has no seccomp");
	return ct_fail(err, CT_TEMPFAIL, "ct-decode-video does not start");
}

/* Nothing was said yet. */
static void
silence(struct video_talk *t)
{
	ct_video_free(t->v);
	memset(t->v, 0, sizeof *t->v);
	if (t->stills)
		ct_stills_free(t->stills);
	t->says = 0;
	t->at = t->have = 0;
	t->ready = t->head = t->end = false;
}

/* One process, from its start to its end.  CT_TEMPFAIL: it is worth another. */
static int
attempt(struct video_talk *t, const struct ct_video_ask *ask, int fd, int *lost,
    struct ct_err *err)
{
	struct ct_worker *w = &t->with->worker;
	struct ct_worker_news dead = { .status = 0 };
	bool late = false, lied = false, gone = true;
	struct ct_video_say say;
	int rc = launch(t, ask, fd, err);

	if (rc && rc != CT_NO)
		return rc;
	if (!rc) {
		while (
		    !t->end && !lied && video_hear(t, &say, sizeof say, &late))
			lied = !video_take(t, &say, &late, err);
		gone = ct_worker_autopsy(w, w->id, &dead) < 0;
		(void)close(t->fd);
	}
	if (gone || (!t->end && !dead.error))
		ct_worker_stop(w);
	if (t->end || err->code == CT_OSERR)
		return err->code;
	if (dead.error) {
		errno = dead.error;
		return ct_fail_errno(err, CT_TEMPFAIL, "cannot make a process");
	}
	if (gone && !late && !lied && (!t->ready || ++*lost < LOST))
		return ct_fail(err, CT_TEMPFAIL, "ct-decode-video dies");
	return autopsy(t, dead.status, late, lied, err);
}

int
video_talk(struct video_talk *t, const struct ct_video_ask *ask, int fd,
    struct ct_err *err)
{
	int tries = 0, lost = 0, rc;

	memset(t->v, 0, sizeof *t->v);
	t->left = t->how->ms;
	for (;;) {
		err->code = 0;
		silence(t);
		if (lseek(fd, 0, SEEK_SET) < 0)
			return ct_fail_errno(err, CT_IOERR, "cannot seek");
		rc = attempt(t, ask, fd, &lost, err);
		if (rc != CT_TEMPFAIL || ++tries == CT_WORKER_TRIES)
			return rc;
		ct_worker_nap();
	}
}

struct ct_video_ask
video_ask(const struct ct_video_how *how)
{
	return (struct ct_video_ask){ .rate = how->rate,
		.keyframes = how->keyframes,
		.tmk = how->tmk,
		.frames = how->frames,
		.pixels = how->pixels,
		.side = how->side,
		.seconds = how->ms / 1000 + 1,
		.memory = how->memory };
}

int
ct_video_hash(struct ct_video_decoder *d, int fd,
    const struct ct_video_how *how, struct ct_video *v, struct ct_err *err)
{
	struct video_talk t = { .with = d, .how = how, .v = v };
	const struct ct_video_ask ask = video_ask(how);

	return video_talk(&t, &ask, fd, err);
}

void
ct_video_free(struct ct_video *v)
{
	ct_vpdq_free(&v->vpdq);
	free(v->tmk);
	v->tmk = NULL;
}
