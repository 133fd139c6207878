/*
 * A decoder that crashes, hangs, lies or babbles costs its own picture an
 * outcome and nothing else.  Started as a worker, this very program serves as
 * ct-decode does, but misbehaves as the first byte behind the picture's magic
 * says (t/decode/bad.h).
 */
#include "decode.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "decode_serve.h"
#include "os.h"
#include "prog.h"

#include "../decode/bad.h"
#include "../tap.h"

static const uint8_t magic[] = { 0xff, 0xd8, 0xff };

/* Send pictures that make the worker do as the letters say; then tell what
 * became of each, a letter a picture. */
static const char *
fates(struct ct_decode *d, const char *letters)
{
	static char got[512];
	static uint32_t seed = 1;
	size_t n = strlen(letters), sent = 0, i;
	struct ct_err err = { 0 };
	struct ct_decoded res;
	uint8_t *room;

	for (i = 0; i < n; i++) {
		for (; sent < n && (room = ct_decode_room(d)); sent++) {
			memcpy(room, magic, sizeof magic);
			room[3] = (uint8_t)letters[sent];
			room[4] = (uint8_t)(sent % 100 + 10);
			memcpy(room + 5, &seed, sizeof seed);
			(void)bad_random(&seed);
			if (ct_decode_send(d, 9, &err))
				ct_die_err(&err);
		}
		if (ct_decode_wait(d, &res, &err))
			ct_die_err(&err);
		got[i] = res.status == CT_IMAGE_CRASH  ? 'C'
		    : res.status == CT_IMAGE_TIMEOUT   ? 'T'
		    : res.status == CT_IMAGE_VIOLATION ? 'V'
		    : res.status == CT_IMAGE_OK && res.hashed &&
			res.info.w == i % 100 + 10 &&
			res.pdq[0][31] == i % 100 + 10 &&
			res.kind == CT_IMAGE_JPEG && res.quality >= 90
		    ? '.'
		    : '?';
		if (got[i] != '.' && (res.hashed || res.info.w || res.quality))
			got[i] = '!';
	}
	got[n] = '\0';
	return got;
}

/* The same must come of it in batches of 64, of 3 and of 1. */
static void
is(struct ct_decode *d[3], const char *letters, const char *want,
    const char *what)
{
	static const char *const batch[] = { "64", "3", "1" };
	const char *got;
	size_t i;

	for (i = 0; i < 3; i++) {
		got = fates(d[i], letters);
		ok(strcmp(got, want) == 0, "%s, -B %s", what, batch[i]);
		if (strcmp(got, want) != 0)
			printf("# %s is %s, not %s\n", letters, got, want);
	}
}

/* Every third one dies, of 300. */
static void
thirds(struct ct_decode *d[3])
{
	char letters[301], want[301];
	size_t i;

	for (i = 0; i < 300; i++) {
		letters[i] = i % 3 == 2 ? 'c' : '.';
		want[i] = i % 3 == 2 ? 'C' : '.';
	}
	letters[300] = want[300] = '\0';
	is(d, letters, want, "300 pictures, each third breaks the decoder");
}

static void
noises(struct ct_decode *d, int n)
{
	int i, wrong = 0;

	for (i = 0; i < n; i++)
		wrong += strcmp(fates(d, "r"), "V") != 0;
	ok(wrong == 0, "%d answers of noise", n);
}

/* A program that waits for a picture, in a group of its own. */
static pid_t
waiting(const struct ct_decode_how *how)
{
	struct ct_decode *d;
	struct ct_err err;
	int begun[2];
	pid_t pid;
	char c = 0;

	if (pipe(begun) < 0 || (pid = fork()) < 0)
		ct_die(CT_OSERR, "cannot start");
	if (pid == 0) {
		if (setpgid(0, 0) < 0 || ct_decode_open(&d, how, &err) ||
		    write(begun[1], &c, 1) != 1)
			_exit(2);
		_exit(strcmp(fates(d, "t"), "T") != 0);
	}
	(void)close(begun[1]);
	(void)!read(begun[0], &c, 1);
	(void)close(begun[0]);
	return pid;
}

/* It is stopped for longer than a picture may take.  Where we come late
 * ourselves, nothing is shown: then it is done again. */
static void
stopped(struct ct_decode_how how)
{
	static const struct timespec pause = { 0, 300000000 };
	int status = -1, tries = 0;
	bool stood, went_on;
	int64_t ran;
	pid_t pid;

	how.limits.ms = 1500;
	do {
		pid = waiting(&how);
		ran = -ct_mono();
		(void)nanosleep(&pause, NULL);
		(void)kill(-pid, SIGSTOP);
		ran += ct_mono();
		(void)sleep(2);
		stood = waitpid(pid, &status, WNOHANG) == 0;
		ran -= ct_mono();
		(void)kill(-pid, SIGCONT);
		(void)nanosleep(&pause, NULL);
		went_on = waitpid(pid, &status, WNOHANG) == 0;
		ran += ct_mono();
		(void)waitpid(pid, &status, 0);
	} while (ran > 1000 && ++tries < 30);
	ok(stood, "stopped");
	ok(went_on, "time while it is stopped does not count");
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "other time does");
}

static int
opens(const struct ct_decode_how *how, struct ct_err *err)
{
	struct ct_decode *d;
	int rc = ct_decode_open(&d, how, err);

	ct_decode_close(d);
	return rc;
}

static void
workers(const struct ct_decode_how *how)
{
	static const char *const bad[] = { "what", "landlock", "seccomp",
		"kernel", "long", "behind", "short" };
	struct ct_decode *d;
	struct ct_decoded res;
	struct ct_err err;
	size_t i;

	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		(void)setenv("CT_CPU", bad[i], 1);
		ok(opens(how, &err) == CT_UNAVAILABLE, "hello: bad %s", bad[i]);
	}
	(void)setenv("CT_CPU", "open", 1);
	ok(ct_os_sanitized() == (opens(how, &err) != CT_UNAVAILABLE),
	    "one without a filter: %s", err.msg);
	(void)setenv("CT_CPU", "poor", 1);
	if (ct_decode_open(&d, how, &err))
		ct_die_err(&err);
	memcpy(ct_decode_room(d), magic, sizeof magic);
	(void)ct_decode_send(d, sizeof magic, &err);
	ok(ct_decode_wait(d, &res, &err) == CT_TEMPFAIL,
	    "one that can make no process: %s", err.msg);
	ct_decode_close(d);
	(void)setenv("CT_CPU", "dies", 1);
	if (ct_decode_open(&d, how, &err))
		ct_die_err(&err);
	ok(strcmp(fates(d, "."), "C") == 0, "one that dies each time");
	ct_decode_close(d);
	(void)unsetenv("CT_CPU");
}

/* A picture behind the first 64 MiB of its slot, and the memory limit. */
static void
sizes(struct ct_decode_how how)
{
	struct ct_decode *d;
	struct ct_decoded res;
	struct ct_err err;
	uint8_t *room;
	size_t len = ((size_t)100 << 20) + 1;
	int i;

	how.limits.bytes = (uint32_t)len;
	how.limits.ms = 5000;
	if (ct_decode_open(&d, &how, &err))
		ct_die_err(&err);
	ok(ct_decode_max(d) == len, "room for large ones");
	for (i = 0; i < CT_DECODE_DEPTH; i++) {
		room = ct_decode_room(d);
		memcpy(room, magic, sizeof magic);
		room[3] = 'L';
		room[4] = (uint8_t)(i + 10);
		room[len - 1] = (uint8_t)(i + 50);
		(void)ct_decode_send(d, len, &err);
	}
	ok(ct_decode_room(d) == NULL, "for four of them");
	for (i = 0; i < CT_DECODE_DEPTH; i++)
		if (ct_decode_wait(d, &res, &err) ||
		    res.status != CT_IMAGE_OK || res.pdq[0][31] != i + 50)
			break;
	ok(i == CT_DECODE_DEPTH, "each is seen to its last byte");
	ct_decode_close(d);
}

/* Bytes that shared memory holds; -1 if the kernel does not tell. */
static long
held(void)
{
	char line[256];
	long kb = -1;
	FILE *f = fopen("/proc/self/status", "r");

	while (f && fgets(line, sizeof line, f))
		if (strncmp(line, "RssShmem:", 9) == 0)
			kb = atol(line + 9);
	if (f)
		(void)fclose(f);
	return kb < 0 ? -1 : kb * 1024;
}

/* One picture of len bytes 0xff but for its letter: what its hash ends with,
 * or -1 if it has none. */
static int
tail(struct ct_decode *d, char letter, size_t len)
{
	struct ct_decoded res;
	struct ct_err err;
	uint8_t *room = ct_decode_room(d);

	memset(room, 0xff, len);
	memcpy(room, magic, sizeof magic);
	room[3] = (uint8_t)letter;
	room[4] = 16;
	if (ct_decode_send(d, len, &err) || ct_decode_wait(d, &res, &err))
		ct_die_err(&err);
	return res.hashed ? res.pdq[0][31] : -1;
}

/* One picture that makes the worker do so: T, C, V; . its pixels are right. */
static char
shown(struct ct_decode *d, char letter, uint32_t side, bool colour)
{
	static uint8_t grey = 1;
	size_t n = (size_t)side * side * (colour ? 3 : 1), i;
	uint8_t *room = ct_decode_room(d);
	struct ct_decoded res;
	struct ct_err err;

	memcpy(room, magic, sizeof magic);
	room[3] = (uint8_t)letter;
	room[4] = ++grey;
	ct_decode_thumb(d, side, colour);
	if (ct_decode_send(d, 9, &err) || ct_decode_wait(d, &res, &err))
		ct_die_err(&err);
	if (!res.pixels)
		return res.info.w || res.thumb_w     ? '!'
		    : res.status == CT_IMAGE_CRASH   ? 'C'
		    : res.status == CT_IMAGE_TIMEOUT ? 'T'
						     : 'V';
	if (res.hashed || res.thumb_w != side || res.thumb_h != side ||
	    res.bytes != (colour ? 3 : 1) || res.info.w != 1000)
		return '?';
	for (i = 0; i < n && res.pixels[i] == grey; i++)
		;
	return i == n ? '.' : '?';
}

static void
pixels(struct ct_decode_how how)
{
	static const char bad[] = "teslnwhxqc2", want[] = "TCVVVVVVVVV";
	struct ct_decode *d;
	struct ct_err err;
	size_t i, b;
	char got;

	how.thumb = BAD_THUMB;
	for (b = 0; b < 2; b++) {
		how.batch = b ? 1 : 64;
		if (ct_decode_open(&d, &how, &err))
			ct_die_err(&err);
		ok(shown(d, '.', BAD_THUMB, true) == '.' &&
			shown(d, '.', 1, false) == '.' &&
			shown(d, '.', 128, false) == '.',
		    "pixels, in colour and grey, -B %u", how.batch);
		/* of the last one a batch hears later, if at all */
		for (i = 0; bad[i + !b]; i++) {
			got = shown(d, bad[i], BAD_THUMB, true);
			ok(got == want[i] && shown(d, '.', 99, true) == '.',
			    "pixels: %c, -B %u: %c", bad[i], how.batch, got);
		}
		ct_decode_thumb(d, 0, false);
		ok(strcmp(fates(d, "..c."), "..C.") == 0, "hashes again");
		ct_decode_close(d);
	}
}

/* What pictures leave behind: nothing for the next one, and not much. */
static void
remains(const struct ct_decode_how *how)
{
	const size_t large = (size_t)16 << 20;
	static const size_t small[] = { 5, 4000, 4032, 4033, 4096, 8192 - 63 };
	struct ct_decode *d;
	struct ct_err err;
	uint8_t *room;
	size_t i;
	int j, bad = 0, n = 0;

	if (ct_decode_open(&d, how, &err))
		ct_die_err(&err);
	for (i = 0; i < sizeof small / sizeof *small; i++) {
		for (j = 0; j < CT_DECODE_DEPTH; j++)
			bad += tail(d, '.', 9000) != 16;
		for (j = 0; j < CT_DECODE_DEPTH; j++)
			bad += tail(d, 'g', small[i]) != 16;
	}
	ok(bad == 0, "behind a picture there is nothing of another");
	for (j = 0; j < CT_DECODE_DEPTH; j++)
		n += tail(d, 'L', large) == 0xff;
	for (j = 0; j < CT_DECODE_DEPTH; j++)
		n += tail(d, 't', large) == -1;
	ok(n == 2 * CT_DECODE_DEPTH, "large pictures, one after another");
	ok(held() < 0 || held() <= (long)10 << 20,
	    "their memory is given back: %ld are held", held());
	room = ct_decode_room(d);
	memset(room, 0xff, large);
	ok(ct_decode_clear(d, &err) == 0 && room[large / 2] == 0,
	    "also of one that is not sent");
	ok(tail(d, '.', 9) == 16, "all is well");
	ct_decode_close(d);
}

static int
opens_within(const struct ct_decode_how *how, unsigned what, rlim_t most)
{
	const struct rlimit limit = { most, most };
	struct ct_err err;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (setrlimit(what, &limit) < 0 ||
		    (what == RLIMIT_NPROC && setuid(65534) < 0))
			_exit(1);
		_exit(opens(how, &err));
	}
	(void)waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
shortages(const struct ct_decode_how *how)
{
	if (ct_os_sanitized()) {
		ok(1, "limits # SKIP sanitizers need memory");
		return;
	}
	ok(opens_within(how, RLIMIT_AS, 64 << 20) == CT_OSERR,
	    "64 MiB of memory are too little");
	ok(opens_within(how, RLIMIT_AS, 600 << 20) == 0, "600 will do");
	ok(opens_within(how, RLIMIT_AS, 400 << 20) == CT_OSERR,
	    "400 will not do for the decoder");
	ok(opens_within(how, RLIMIT_NOFILE, 20) == 0, "20 descriptors will");
	ok(opens_within(how, RLIMIT_NOFILE, 4) == CT_OSERR, "4 are too few");
	ok(opens_within(how, RLIMIT_FSIZE, 4096) == CT_OSERR,
	    "no room for the memory file");
	if (getuid() == 0)
		ok(opens_within(how, RLIMIT_NPROC, 0) == CT_TEMPFAIL,
		    "no process");
}

int
main(int argc, char *argv[])
{
	static const struct timespec pause = { 0, 100000000 };
	static const uint32_t batch[] = { 64, 3, 1 };
	static const char once[] = "29n", bad[] = "lPpsSkwxqohfmT";
	struct ct_decode_how how = ct_decode_how;
	struct ct_decode *d[3];
	struct ct_err err = { 0 };
	char letters[] = "..?..";
	size_t i;

	if (argc == 1 && getenv("CT_CPU") && environ[1] == NULL)
		bad_worker(getenv("CT_CPU"));
	/* a worker has a socket for its input; make and prove give none */
	if (argc == 1 && ct_decode_serve(bad_picture, "test1") != CT_USAGE)
		return CT_SOFTWARE;
	(void)argv;
	(void)unsetenv("CT_CPU");
	ct_start("decode");
	how.limits.ms = 1000;
	how.program = "/proc/self/exe";
	for (i = 0; i < 3; i++) {
		how.batch = batch[i];
		if (ct_decode_open(&d[i], &how, &err))
			ct_die_err(&err);
	}
	is(d, ".........", ".........", "all is well");
	is(d, "..c......", "..C......", "a crash");
	is(d, "ccc", "CCC", "every time");
	is(d, ".e..e.", ".C..C.", "an exit");
	is(d, ".E.", ".C.", "one that blames the system");
	is(d, ".zzz.z.", ".......", "a child that has had enough");
	is(d, "..t..", "..T..", "a hang");
	thirds(d);
	for (i = 0; bad[i]; i++) {
		letters[2] = bad[i];
		is(d, letters, "..V..", letters);
	}
	for (i = 0; once[i]; i++) {
		letters[2] = once[i];
		ok(strcmp(fates(d[2], letters), "..V..") == 0, "%s, -B 1",
		    letters);
	}
	is(d, "..0..", "..C..", "an answer of no bytes is an end");
	is(d, "..b.", "....", "nonsense is not put down to the wrong one");
	ok(strcmp(fates(d[2], ".B..."), ".....") == 0,
	    "with -B 1 a picture has no say about others");
	ok(strcmp(fates(d[1], "cB..."), "C.!!.") == 0,
	    "with -B 3 it has, until its batch is over");
	noises(d[0], ct_os_sanitized() ? 100 : 3000);
	is(d, "....", "....", "all is well again");
	(void)fates(d[0], "2");
	(void)nanosleep(&pause, NULL);
	is(d, ".", ".", "what comes late is for nobody");
	for (i = 0; i < 3; i++)
		ct_decode_close(d[i]);
	pixels(how);
	remains(&how);
	stopped(how);
	shortages(&how);
	workers(&how);
	sizes(how);
	how.program = "/nonexistent";
	ok(opens(&how, &err) == CT_UNAVAILABLE, "no such worker: %s", err.msg);
	how.program = "/bin/true";
	ok(opens(&how, &err) == CT_UNAVAILABLE, "one that says nothing: %s",
	    err.msg);
	done();
}
