/* ct-decode-video on clips of which the references' values are known: each
 * frame within 10 bits and 2 of quality, TMK's scores within 0.01. */
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ham.h"
#include "os.h"
#include "video.h"

#include "../tap.h"

#define DIR "t/data/golden/"

enum { AUDIO, BLACK, LIFE, MANDEL, TEST, CLIPS };
static const char *const clip[CLIPS] = { "g_audio_first_bframes.mp4",
	"g_black_25.mp4", "g_life_10_vp8.webm", "g_mandel_15_small.mp4",
	"g_testsrc_25_h264.mp4" };
static struct ct_video video[CLIPS];
static struct ct_video_decoder *decoder;
static struct ct_err err;

static int
hash(const char *name, const struct ct_video_how *how, struct ct_video *v)
{
	char path[128];
	int fd, rc;

	(void)snprintf(path, sizeof path, DIR "video/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	rc = ct_video_hash(decoder, fd, how, v, &err);
	if (rc)
		printf("# %s: %s\n", name, err.msg);
	(void)close(fd);
	return rc;
}

static void
known(struct ct_vpdq *v, const char *name)
{
	char path[128], text[32768];
	FILE *in;
	size_t n;

	(void)snprintf(path, sizeof path, DIR "vpdq/%s.vpdq.txt", name);
	in = fopen(path, "r");
	n = in ? fread(text, 1, sizeof text, in) : 0;
	if (!in || ct_vpdq_read(v, text, n, &err))
		printf("Bail out! %s\n", path);
	if (in)
		(void)fclose(in);
}

static void
frames(int c)
{
	const struct ct_video *v = &video[c];
	struct ct_vpdq want = { .n = 0 };
	int d, far = 0, off = 0, late = 0, q;
	size_t i;

	known(&want, clip[c]);
	for (i = 0; i < want.n && i < v->vpdq.n; i++) {
		const struct ct_vpdq_frame *a = &v->vpdq.frame[i];
		const struct ct_vpdq_frame *b = &want.frame[i];

		d = b->quality < 50 ? 0 : ct_ham(a->hash, b->hash);
		q = abs(a->quality - b->quality);
		far = d > far ? d : far;
		off = q > off ? q : off;
		late |= a->number != b->number || llabs(a->ms - b->ms) > 1;
	}
	ok(v->status == CT_IMAGE_OK && far <= 10 && off <= 2 && !late,
	    "%s: within %d bits, %d of quality", clip[c], far, off);
	ok(v->vpdq.n == want.n + (c == AUDIO ? 2 : 0) && v->frames == v->vpdq.n,
	    "%s: every frame, those too that come when the file is over",
	    clip[c]);
	ct_vpdq_free(&want);
}

static void
score(int a, int b, float level1, float level2)
{
	float x[CT_TMK_DIM], y[CT_TMK_DIM], one, two;

	if (!video[a].tmk || !video[b].tmk) {
		ok(0, "TMK of both");
		return;
	}
	ct_tmk_unit(video[a].tmk, x);
	ct_tmk_unit(video[b].tmk, y);
	one = ct_tmk_level1(x, y);
	two = ct_tmk_level2(video[a].tmk, video[b].tmk, NULL);
	ok(fabsf(one - level1) <= 0.01F && fabsf(two - level2) <= 0.01F,
	    "%s and %s: %.4f, %.4f", clip[a], clip[b], (double)one,
	    (double)two);
}

/* A film of colours by BT.709, to be turned by 270 degrees: ffmpeg, by which
 * the reference has its frames, minds both. */
static void
shown(const struct ct_video_how *how)
{
	static const float first[] = { -0.0450F, -0.0027F, 0.0088F, 0.0023F,
		-0.0063F, 0.0106F, -0.0101F, 0.0045F, 0.0032F, -0.0015F,
		0.0012F, -0.0004F, -0.0006F, 0.0019F, -0.0038F, 0.0018F };
	struct ct_video v;
	float unit[CT_TMK_DIM], off = 0, d;
	size_t i;

	if (hash("../turned_bt709.mp4", how, &v) || !v.tmk) {
		ok(0, "TMK of what is turned");
		return;
	}
	ct_tmk_unit(v.tmk, unit);
	for (i = 0; i < sizeof first / sizeof *first; i++) {
		d = fabsf(unit[i] - first[i]);
		off = d > off ? d : off;
	}
	ok(v.turn == 270 && off <= 0.01F,
	    "what is turned, and of other colours: within %.4f", (double)off);
	ct_video_free(&v);
}

static void
sampled(struct ct_video_how how)
{
	struct ct_video v;

	how.rate = 1000;
	how.tmk = false;
	ok(hash(clip[TEST], &how, &v) == 0 && v.vpdq.n == 4 &&
		v.vpdq.frame[3].number == 75 && v.vpdq.frame[3].ms == 3000 &&
		v.frames == 100,
	    "one a second, of all that are decoded");
	ct_video_free(&v);
	how.rate = 2500;
	ok(hash(clip[TEST], &how, &v) == 0 && v.vpdq.n == 10 &&
		v.vpdq.frame[1].number == 10,
	    "two and a half");
	ct_video_free(&v);
	how.keyframes = true;
	how.rate = 0;
	ok(hash(clip[TEST], &how, &v) == 0 && v.status == CT_IMAGE_OK &&
		v.frames >= 1 && v.frames < 10,
	    "key frames only: %u", v.frames);
	ok(ct_ham(v.vpdq.frame[0].hash, video[TEST].vpdq.frame[0].hash) == 0,
	    "the first of them is the first frame");
	ct_video_free(&v);
}

static void
limits(struct ct_video_how how)
{
	struct ct_video v;

	how.frames = 10;
	ok(hash(clip[TEST], &how, &v) == 0 &&
		v.status == CT_IMAGE_TOO_MANY_FRAMES && v.vpdq.n == 10,
	    "ten frames and no more");
	ct_video_free(&v);
	how.frames = ct_video_how.frames;
	how.tmk = false;
	how.pixels = 1000;
	ok(hash(clip[TEST], &how, &v) == 0 &&
		v.status == CT_IMAGE_TOO_MANY_PIXELS && v.vpdq.n == 0,
	    "no larger frames");
	ct_video_free(&v);
	how.pixels = 100000000;
	ok(hash("audio_only.m4a", &how, &v) == 0 &&
		v.status == CT_IMAGE_UNSUPPORTED,
	    "sound alone");
	ct_video_free(&v);
	ok(hash("../g_gray8.jpg", &how, &v) == 0 && v.vpdq.n == 1,
	    "a picture is a video of one frame");
	ct_video_free(&v);
}

/* What can be had of it is no whole video: who has opened it for writing cannot
 * read it. */
static void
unread(struct ct_video_how how)
{
	char name[] = "/tmp/ct-video-XXXXXX";
	struct ct_video v;
	int fd = mkstemp(name), out = open(name, O_WRONLY | O_CLOEXEC);

	ok(fd >= 0 && write(fd, "GIF89a", 6) == 6 && out >= 0, "a file");
	ok(ct_video_hash(decoder, out, &how, &v, &err) == CT_IOERR,
	    "one that cannot be read is no short one");
	ct_video_free(&v);
	(void)unlink(name);
	(void)close(fd);
	(void)close(out);
}

int
main(void)
{
	struct ct_video_how how = ct_video_how;
	char *program = realpath("ct-decode-video", NULL);
	int c, rc = 0;

	if (!program) {
		printf("1..0 # SKIP built with VIDEO=0\n");
		return 0;
	}
	decoder = ct_video_open(program);
	how.rate = 0;
	how.tmk = true;
	for (c = 0; c < CLIPS; c++)
		rc |= hash(clip[c], &how, &video[c]);
	ok(rc == 0, "all are hashed");
	ok(video[0].seccomp == !ct_os_sanitized() && video[0].w == 320 &&
		video[0].h == 240 && strcmp(video[0].codec, "h264") == 0,
	    "confined, and it tells what it is");
	for (c = 0; c < CLIPS; c++)
		frames(c);
	score(MANDEL, TEST, 0.019562F, 0.063197F);
	score(LIFE, MANDEL, 0.097283F, 0.110183F);
	score(AUDIO, TEST, -0.015777F, 0.003280F);
	score(AUDIO, LIFE, 0.037239F, 0.036641F);
	score(BLACK, MANDEL, 0, 0);
	shown(&how);
	sampled(how);
	limits(how);
	unread(how);
	for (c = 0; c < CLIPS; c++)
		ct_video_free(&video[c]);
	ct_video_close(decoder);
	free(program);
	done();
}
