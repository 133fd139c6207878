#include "video.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "os.h"
#include "prog.h"
#include "video_impl.h"

#define SLICE_MS 200 /* of waiting */

const struct ct_video_how ct_video_how = {
	.rate = 1000,
	.frames = 4000000,
	.pixels = 100000000,
	.side = 30000,
	.ms = 7200000,
	.memory = (uint64_t)1 << 30,
};

/* ---- the process ----------------------------------------------------------
 */

static _Noreturn void
become(char *program, pid_t parent, int video, int sock)
{
	static const int quiet[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1,
		SIGUSR2 };
	char *argv[] = { program, NULL }, *envp[] = { NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;
	size_t i;

	video = fcntl(video, F_DUPFD, 3);
	sock = fcntl(sock, F_DUPFD, 3);
	if (dup2(video, 0) < 0 || dup2(sock, 1) < 0 || dup2(null, 2) < 0 ||
	    close_range(3, ~0U, 0) < 0 || chdir("/") < 0 ||
	    ct_os_die_with(parent) < 0)
		_exit(CT_OSERR);
	for (i = 0; i < sizeof quiet / sizeof *quiet; i++)
		(void)signal(quiet[i], SIG_IGN);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)execve(program, argv, envp);
	_exit(CT_UNAVAILABLE);
}

/* Its process, and our end of the socket; -1. */
static pid_t
launch(struct video_talk *t, const struct ct_video_ask *ask, int video,
    struct ct_err *err)
{
	const struct ct_video_how *how = t->how;
	char *program = how->program ? ct_strdup(how->program)
				     : ct_sibling("ct-decode-video");
	pid_t me = getpid(), pid = -1;
	int end[2] = { -1, -1 };

	if (!program)
		(void)ct_fail(err, CT_UNAVAILABLE, "no ct-decode-video");
	else if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, end) < 0)
		(void)ct_fail_errno(err, CT_OSERR, "cannot make a socket");
	else if ((pid = fork()) == 0)
		become(program, me, video, end[1]);
	else if (pid < 0)
		(void)ct_fail_errno(err, CT_TEMPFAIL, "cannot make a process");
	else if (send(end[0], ask, sizeof *ask, MSG_NOSIGNAL) < 0)
		t->ready = false; /* its death tells why */
	if (pid < 0 && end[0] >= 0)
		(void)close(end[0]);
	if (end[1] >= 0)
		(void)close(end[1]);
	t->fd = end[0];
	free(program);
	return pid;
}

/* ---- what it says: it may be an enemy's by now ----------------------------
 */

int
video_hear(struct video_talk *t, void *to, size_t len, bool *late)
{
	struct pollfd p = { .fd = t->fd, .events = POLLIN };
	uint8_t *at = to;
	uint32_t slice;
	int64_t took;
	ssize_t n;

	for (; len; at += n, len -= (size_t)n) {
		n = 0;
		slice = t->left < SLICE_MS ? t->left : SLICE_MS;
		took = ct_mono();
		if (poll(&p, 1, (int)slice) > 0) {
			n = recv(t->fd, at, len, 0);
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

/* What is known when it is gone without an END. */
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

int
video_talk(struct video_talk *t, const struct ct_video_ask *ask, int fd,
    struct ct_err *err)
{
	struct ct_video_say say;
	bool late = false, lied = false;
	int status = 0;
	pid_t pid;

	memset(t->v, 0, sizeof *t->v);
	t->left = t->how->ms;
	err->code = 0;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return ct_fail_errno(err, CT_IOERR, "cannot seek");
	pid = launch(t, ask, fd, err);
	if (pid < 0)
		return err->code;
	while (!t->end && !lied && video_hear(t, &say, sizeof say, &late))
		lied = !video_take(t, &say, &late, err);
	(void)kill(pid, SIGKILL); /* one that has ended keeps its status */
	(void)close(t->fd);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (err->code == CT_OSERR)
		return err->code;
	return t->end ? 0 : autopsy(t, status, late, lied, err);
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
ct_video_hash(int fd, const struct ct_video_how *how, struct ct_video *v,
    struct ct_err *err)
{
	struct video_talk t = { .how = how, .v = v };
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
