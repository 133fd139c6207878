/*
 * A decoder of video that crashes, hangs or lies costs its video an outcome,
 * and what it said before is kept.  Started with no environment, this very
 * program is one: the first byte of the video says how it behaves.
 */
#include "video_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os.h"
#include "prog.h"

#include "../tap.h"

/* ---- the decoder -----------------------------------------------------------
 */

static struct ct_video_say say;

static void
tell(uint32_t what)
{
	say.what = what;
	if (write(1, &say, sizeof say) != (ssize_t)sizeof say)
		_exit(0);
}

static void
tell_frame(uint32_t number, int64_t ms)
{
	say.number = number;
	say.ms = ms;
	say.quality = 100;
	memset(say.hash, 0x0f, sizeof say.hash);
	tell(CT_VIDEO_FRAME);
}

static void
tell_end(void)
{
	say.status = CT_IMAGE_OK;
	say.number = 10;
	tell(CT_VIDEO_END);
}

static volatile unsigned spun;
static unsigned made; /* by the worker, before this child */

/* READY, a head and two frames; and then what the letter says. */
static void
behave(char how)
{
	static const char noise[4096] = { 1, 2, 3 };

	switch (how) {
	case 'c':
		__builtin_trap();
	case 'e':
		_exit(0);
	case 'h':
		for (;;)
			(void)pause();
	case 's':
		(void)signal(SIGSYS, SIG_DFL);
		(void)kill(getpid(), SIGSYS);
		break;
	case 'b':
		tell_frame(1, 2000); /* the number is not new */
		break;
	case 't':
		tell_frame(2, 999); /* time runs backwards */
		break;
	case 'q':
		say.quality = 101;
		tell(CT_VIDEO_FRAME);
		break;
	case 'o':
		memset(say.hash, 0xff, sizeof say.hash);
		say.number = 2;
		tell(CT_VIDEO_FRAME);
		break;
	case 'n':
		(void)!write(1, noise, sizeof noise);
		break;
	case 'f':
		tell_frame(5000000, 3000); /* over the limit */
		break;
	case '2':
		tell(CT_VIDEO_HEAD);
		break;
	case 'l':
		say.number = 1; /* fewer than there were */
		tell(CT_VIDEO_END);
		break;
	case 'k':
		tell_end();
		break;
	case 'x':
		if (ct_os_limit_cpu(1))
			break;
		for (;;)
			spun++;
	case 'P': /* its parent dies, once or whenever it is tried */
	case 'Q':
		if (how == 'P')
			*(char *)mmap(NULL, 1, PROT_READ | PROT_WRITE,
			    MAP_SHARED, 0, 0) = 'k';
		(void)kill(getppid(), SIGKILL);
		for (;;)
			(void)pause();
	case 'w':
		tell_end();
		for (;;) /* ended, but it does not */
			(void)pause();
	}
	_exit(0);
}

/* ---- stills: two of 4 x 3, and then what the letter says -------------------
 */

static void
tell_still(uint32_t number, int64_t ms, uint32_t w, uint32_t bytes)
{
	static const char grey[64] = { 5, 6, 7 };

	say.number = number;
	say.ms = ms;
	say.w = w;
	say.h = 3;
	say.quality = bytes;
	say.status = number == 1;
	tell(CT_VIDEO_STILL);
	if (write(1, grey, (size_t)w * 3 * bytes) < 0)
		_exit(1);
}

static _Noreturn void
behave_still(char how)
{
	if (how != 'j')
		tell_still(0, 0, 4, 1);
	if (how != 'i')
		tell_still(1, 400, 4, 1);
	switch (how) {
	case 'e':
		_exit(0);
	case 'h':
		for (;;)
			(void)pause();
	case 's':
		tell_still(2, 400, 4, 1); /* a second one of that time */
		break;
	case 'd':
		tell_still(2, 500, 9, 1); /* too wide */
		break;
	case 'b':
		tell_still(2, 500, 4, 3); /* in colour */
		break;
	case 'z':
		tell_still(2, 500, 0, 1);
		break;
	case 'm':
		tell_still(2, 500, 4, 1);
		tell_still(3, 600, 4, 1); /* more than were asked for */
		break;
	case 'f':
		tell_frame(7, 900); /* nobody wants a hash */
		break;
	case 'p':
		say.number = 2;
		say.ms = 500;
		tell(CT_VIDEO_STILL);
		_exit(0); /* before its pixels */
	}
	tell_end();
	_exit(0);
}

static void
decoder(void)
{
	struct ct_video_ask ask;
	char how;

	if (read(1, &ask, sizeof ask) != (ssize_t)sizeof ask ||
	    read(0, &how, 1) != 1 || how == 'u')
		_exit(CT_UNAVAILABLE);
	if (how == 'D')
		(void)raise(SIGKILL); /* before it is ready */
	tell(CT_VIDEO_READY);
	say.w = how == 'W' ? 70000 : 64;
	say.h = 48;
	strcpy(say.format, how == 'F' ? "a b" : "mov");
	strcpy(say.codec, "h264");
	say.ms = 5000;
	tell(CT_VIDEO_HEAD);
	if (ask.stills)
		behave_still(how);
	tell_frame(0, 0);
	tell_frame(1, 1000);
	behave(how);
}

static void
nothing(void)
{
}

/* A worker that can make no process, or not at first. */
static pid_t
barren(void *always, const int *fd)
{
	pid_t pid = *(bool *)always || made++ == 0 ? -1 : fork();

	if (pid == 0) {
		if (dup2(fd[0], 0) < 0 || dup2(fd[1], 1) < 0)
			_exit(1);
		decoder();
	}
	(void)close(fd[0]);
	(void)close(fd[1]);
	return pid < 0 ? -EAGAIN : pid;
}

static _Noreturn void
poor(bool always)
{
	const struct ct_worker_news hello = { .what = CT_WORKER_HELLO };
	uint32_t setup;

	(void)ct_worker_setup(&setup, sizeof setup);
	ct_worker_obey(&hello, barren, &always, 2);
}

/* ---- the tests -------------------------------------------------------------
 */

static const char *self;
static char *found; /* where this is */

static int
run(char how, struct ct_video *v, struct ct_err *err)
{
	struct ct_video_how with = ct_video_how;
	struct ct_video_decoder *d = ct_video_open(self);
	int fd = memfd_create("video", MFD_CLOEXEC), rc;

	with.ms = how == 'h' ? 300 : 20000;
	if (fd < 0 || write(fd, &how, 1) != 1)
		printf("Bail out! no memory file\n");
	rc = ct_video_hash(d, fd, &with, v, err);
	(void)close(fd);
	ct_video_close(d);
	return rc;
}

static void
outcome(char how, enum ct_image_status want, size_t frames, const char *what)
{
	struct ct_err err = { 0 };
	struct ct_video v;
	int rc = run(how, &v, &err);

	ok(rc == 0 && v.status == want && v.vpdq.n == frames && !v.tmk,
	    "%s: %s, %zu frames", what, ct_image_status(v.status), v.vpdq.n);
	ct_video_free(&v);
}

static void
still(char how, enum ct_image_status want, uint32_t n, const char *what)
{
	const int64_t at = 400;
	const struct ct_stills_how with = { .n = 3,
		.wanted = 1,
		.at = &at,
		.side = 8,
		.ms = how == 'h' ? 300 : 20000 };
	struct ct_video_decoder *d = ct_video_open(self);
	int fd = memfd_create("video", MFD_CLOEXEC);
	struct ct_err err = { 0 };
	struct ct_stills s;
	bool right;

	if (fd < 0 || write(fd, &how, 1) != 1)
		printf("Bail out! no memory file\n");
	right = ct_video_stills(d, fd, &with, &s, &err) == 0 &&
	    s.status == want && s.n == n;
	if (right && n)
		right = s.still[0].w == 4 && s.still[0].h == 3 &&
		    s.still[0].bytes == 1 && s.still[0].pixels[2] == 7 &&
		    !s.still[0].wanted && s.ms == 5000;
	if (right && n > 1)
		right = s.still[1].ms == 400 && s.still[1].wanted;
	ok(right, "stills, %s: %s, %u", what, ct_image_status(s.status), s.n);
	ct_stills_free(&s);
	ct_video_close(d);
	(void)close(fd);
}

/* Is that letter's outcome this? */
static bool
came(struct ct_video_decoder *d, char how, enum ct_image_status want)
{
	struct ct_video_how with = ct_video_how;
	int fd = memfd_create("video", MFD_CLOEXEC);
	struct ct_err err = { 0 };
	struct ct_video v;
	bool right;

	with.ms = how == 'h' ? 100 : 20000;
	if (fd < 0 || write(fd, &how, 1) != 1)
		printf("Bail out! no memory file\n");
	right = ct_video_hash(d, fd, &with, &v, &err) == 0 && v.status == want;
	ct_video_free(&v);
	(void)close(fd);
	return right;
}

/* By one worker, whatever comes of those before. */
static void
many(void)
{
	struct ct_video_decoder *d = ct_video_open(self);
	pid_t first, next;
	int i, right = 0;

	ok(d->worker.pid == 0, "nothing is started before the first");
	right += came(d, 'k', CT_IMAGE_OK);
	first = d->worker.pid;
	for (i = 0; i < 99; i++)
		right += came(d, i % 2 ? 'w' : 'k', CT_IMAGE_OK);
	ok(right == 100 && d->worker.pid == first, "100 by one worker: %d",
	    right);
	ok(came(d, 'c', CT_IMAGE_CRASH) && d->worker.pid == 0,
	    "after a crash it is gone, ");
	ok(came(d, 'k', CT_IMAGE_OK), "another one goes on, ");
	next = d->worker.pid;
	(void)kill(next, SIGKILL);
	ok(came(d, 'k', CT_IMAGE_OK) && d->worker.pid != next,
	    "so it does where one was killed meanwhile, ");
	ok(came(d, 'h', CT_IMAGE_TIMEOUT) && came(d, 'k', CT_IMAGE_OK) &&
		came(d, 'n', CT_IMAGE_VIOLATION) && came(d, 'k', CT_IMAGE_OK),
	    "after one that hangs, and after noise");
	next = d->worker.pid;
	ct_video_close(d);
	ok(kill(next, 0) < 0 && errno == ESRCH, "closed, it is gone");
}

/* No process can be made: at first, or ever. */
static void
poorly(void)
{
	char dir[] = "/tmp/ct-video-XXXXXX", how = 'k', *path;
	int fd = memfd_create("video", MFD_CLOEXEC);
	struct ct_video_decoder *d;
	struct ct_err err = { 0 };
	struct ct_video v;

	if (!mkdtemp(dir) || chdir(dir) < 0 || write(fd, &how, 1) != 1 ||
	    symlink(self, "poor") < 0 || symlink(self, "poorer") < 0)
		printf("Bail out! no directory\n");
	path = ct_printf("%s/poorer", dir);
	path[strlen(path) - 2] = '\0';
	d = ct_video_open(path);
	ok(came(d, 'k', CT_IMAGE_OK) && came(d, 'k', CT_IMAGE_OK),
	    "no process at first: it is tried again");
	ct_video_close(d);
	path[strlen(path)] = 'e';
	d = ct_video_open(path);
	ok(ct_video_hash(d, fd, &ct_video_how, &v, &err) == CT_TEMPFAIL &&
		strstr(err.msg, "process"),
	    "no process at all: %s", err.msg);
	ct_video_free(&v);
	ct_video_close(d);
	(void)close(fd);
	free(path);
	if (unlink("poor") < 0 || unlink("poorer") < 0 || rmdir(dir) < 0)
		printf("# %s stays\n", dir);
}

int
main(int argc, char *argv[])
{
	struct ct_err err = { 0 };
	struct ct_video v;

	(void)argc;
	if (!getenv("PATH")) {
		if (strstr(argv[0], "/poor"))
			poor(strstr(argv[0], "/poorer") != NULL);
		return ct_video_serve(nothing, decoder);
	}
	self = found = realpath(argv[0], NULL);
	outcome('k', CT_IMAGE_OK, 2, "one that keeps to it");
	outcome('w', CT_IMAGE_OK, 2, "one that does not end");
	outcome('c', CT_IMAGE_CRASH, 2, "a crash");
	outcome('e', CT_IMAGE_CRASH, 2, "an end too early");
	outcome('h', CT_IMAGE_TIMEOUT, 2, "one that hangs");
	outcome('s', CT_IMAGE_VIOLATION, 2, "a call that is not allowed");
	outcome('b', CT_IMAGE_VIOLATION, 2, "the same frame again");
	outcome('t', CT_IMAGE_VIOLATION, 2, "time that runs backwards");
	outcome('q', CT_IMAGE_VIOLATION, 2, "a quality that is none");
	outcome('o', CT_IMAGE_VIOLATION, 2, "a hash that is none");
	outcome('n', CT_IMAGE_VIOLATION, 2, "noise");
	outcome('f', CT_IMAGE_VIOLATION, 2, "more frames than allowed");
	outcome('2', CT_IMAGE_VIOLATION, 2, "two heads");
	outcome('l', CT_IMAGE_VIOLATION, 2, "fewer frames than it told of");
	outcome('W', CT_IMAGE_VIOLATION, 0, "a side over the limit");
	outcome('F', CT_IMAGE_VIOLATION, 0, "a name that is none");
	still('k', CT_IMAGE_OK, 2, "one that keeps to it");
	still('e', CT_IMAGE_CRASH, 2, "an end too early");
	still('h', CT_IMAGE_TIMEOUT, 2, "one that hangs");
	still('j', CT_IMAGE_VIOLATION, 0, "the first is missing");
	still('i', CT_IMAGE_OK, 1, "fewer than there might be");
	still('s', CT_IMAGE_VIOLATION, 2, "two of one time");
	still('d', CT_IMAGE_VIOLATION, 2, "wider than was asked");
	still('b', CT_IMAGE_VIOLATION, 2, "in colour unasked");
	still('z', CT_IMAGE_VIOLATION, 2, "of no width");
	still('m', CT_IMAGE_VIOLATION, 3, "more than were asked for");
	still('f', CT_IMAGE_VIOLATION, 2, "a hash unasked");
	still('p', CT_IMAGE_VIOLATION, 2, "no pixels");
	outcome('x', CT_IMAGE_TIMEOUT, 2, "its CPU time is over");
	outcome('P', CT_IMAGE_OK, 2, "the worker dies, and it is done again");
	outcome('Q', CT_IMAGE_CRASH, 2, "the worker dies, and the next one");
	still('P', CT_IMAGE_OK, 2, "the worker dies, and it is done again");
	many();
	poorly();
	ok(run('D', &v, &err) == CT_TEMPFAIL, "one that is killed too early");
	ct_video_free(&v);
	ok(run('u', &v, &err) == CT_UNAVAILABLE, "none that runs here");
	ct_video_free(&v);
	self = "/nowhere/ct-decode-video";
	ok(run('k', &v, &err) == CT_UNAVAILABLE, "none at all");
	ct_video_free(&v);
	free(found);
	done();
}
