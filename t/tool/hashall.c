/*
 * hashall - videos and pictures in frames, many hashed by one process
 *
 *	mutate SEED... | hashall [-t] [-m MS] [-d DIR]
 *
 * As ct-decode-video does it, and confined as it is, but forked from here and
 * for a batch of them, not one: its start, which loads a hundred libraries, is
 * most of what a small one costs.  A batch that dies goes on behind the one it
 * died of.  What is said is checked as ct_video_hash does.
 *
 * Prints how many there were of each outcome, "N word".  One that takes more
 *than MS milliseconds is a timeout.  Ends with 1 if one did what is not
 *allowed. What crashed or took too long goes to DIR.  -t: with TMK.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "av.h"
#include "clock.h"
#include "file.h"
#include "prog.h"
#include "video_impl.h"

#define BATCH 64
#define BLOCK ((size_t)1 << 20)

static struct ct_video_how how;
static size_t count[CT_IMAGE_STATUSES];
static size_t number; /* of all */
static int64_t slowest;
static const char *dir;

static int video;             /* the batch's bytes */
static int64_t at[BATCH + 1]; /* where each begins */
static pid_t child;
static int sock = -1;

/* ---- input ----------------------------------------------------------------
 */

/* The next one's bytes behind those before: their number, or -1 at the end. */
static int64_t
next(void)
{
	static uint8_t block[BLOCK];
	char line[4096], *end;
	int64_t all = 0;
	size_t n;

	if (!fgets(line, sizeof line, stdin))
		return -1;
	for (;; all += (int64_t)n) {
		if (!fgets(line, sizeof line, stdin))
			ct_die(CT_DATAERR, "a frame has no end");
		n = strtoul(line, &end, 16);
		if (n == 0)
			return all;
		if (n > sizeof block || fread(block, 1, n, stdin) != n ||
		    ct_write_full(video, block, n))
			ct_die(CT_DATAERR, "a frame is none");
	}
}

static size_t
batch(void)
{
	size_t n;
	int64_t len;

	if (ftruncate(video, 0) < 0 || lseek(video, 0, SEEK_SET) < 0)
		ct_die(CT_IOERR, "no memory file");
	for (n = 0; n < BATCH && (len = next()) >= 0; n++)
		at[n + 1] = at[n] + len;
	return n;
}

/* ---- the process ----------------------------------------------------------
 */

/* For those from number i on. */
static void
begin(struct video_talk *t, size_t i, size_t n)
{
	const struct ct_video_ask ask = video_ask(&how);
	int end[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, end) < 0 ||
	    (child = fork()) < 0)
		ct_die(CT_OSERR, "no process");
	if (child == 0) {
		if (dup2(video, 0) < 0 || dup2(end[1], 1) < 0)
			_exit(CT_OSERR);
		(void)close_range(3, ~0U, 0);
		_exit(ct_av_serve_all(at + i, n - i));
	}
	(void)close(end[1]);
	sock = end[0];
	t->ready = false;
	t->at = t->have = 0;
	if (send(sock, &ask, sizeof ask, MSG_NOSIGNAL) < 0)
		ct_die(CT_OSERR, "it died at once");
}

/* It has ended, or is ended: how the one that it was at came out. */
static enum ct_image_status
finish(bool late, bool lied)
{
	int status = 0;

	(void)kill(child, SIGKILL);
	(void)close(sock);
	sock = -1;
	if (waitpid(child, &status, 0) < 0)
		ct_die(CT_OSERR, "cannot wait");
	return late ? CT_IMAGE_TIMEOUT
	    : lied || (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
	    ? CT_IMAGE_VIOLATION
	    : CT_IMAGE_CRASH;
}

/* What went wrong, for a person to look at. */
static void
keep(const char *word, size_t i)
{
	size_t len = (size_t)(at[i + 1] - at[i]);
	uint8_t *bytes = ct_alloc(len + 1, 1);
	char *path;
	FILE *out;

	if (dir) {
		path = ct_printf("%s/%s-%zu", dir, word, number + i);
		out = fopen(path, "w");
		if (!out || pread(video, bytes, len, at[i]) != (ssize_t)len ||
		    fwrite(bytes, 1, len, out) != len || fclose(out))
			ct_die(CT_CANTCREAT, "cannot write '%s'", path);
		free(path);
	}
	free(bytes);
}

static void
hash(size_t i, size_t n)
{
	struct ct_video v = { .frames = 0 };
	static struct video_talk t; /* with what was heard of the next one */
	struct ct_video_say say;
	struct ct_err err = { 0 };
	bool late = false, lied = false;
	int64_t from = ct_mono();

	t.how = &how;
	t.v = &v;
	t.left = how.ms;
	t.says = 0;
	t.head = t.end = false;
	if (sock < 0)
		begin(&t, i, n);
	else
		t.ready = true;
	t.fd = sock;
	while (!t.end && !lied && video_hear(&t, &say, sizeof say, &late))
		lied = !video_take(&t, &say, &late, &err);
	if (!t.end && !t.ready)
		ct_die(CT_UNAVAILABLE, "it does not run here");
	if (!t.end)
		v.status = finish(late, lied);
	from = ct_mono() - from;
	slowest = from > slowest ? from : slowest;
	count[v.status]++;
	if (v.status >= CT_IMAGE_TIMEOUT)
		keep(ct_image_status(v.status), i);
	ct_video_free(&v);
}

int
main(int argc, char *argv[])
{
	int c;
	size_t n, i;

	ct_start("hashall");
	how = ct_video_how;
	how.ms = 20000;
	how.pixels = 1000000;
	how.side = 10000;
	how.frames = 2000;
	how.memory = (uint64_t)256 << 20;
	while ((c = getopt(argc, argv, "d:m:t")) != -1)
		if (c == 'm')
			how.ms = (uint32_t)ct_number("-m", optarg, 1, 1000000);
		else if (c == 'd')
			dir = optarg;
		else if (c == 't')
			how.tmk = true;
		else
			return CT_USAGE;
	video = memfd_create("video", MFD_CLOEXEC);
	for (; (n = batch()) > 0; number += n) {
		for (i = 0; i < n; i++)
			hash(i, n);
		if (sock >= 0)
			(void)finish(false, false);
	}
	for (c = 0; c < CT_IMAGE_STATUSES; c++)
		if (count[c])
			printf("%zu %s\n", count[c],
			    ct_image_status((enum ct_image_status)c));
	(void)fprintf(stderr, "slowest: %lld ms\n", (long long)slowest);
	return count[CT_IMAGE_VIOLATION] != 0;
}
