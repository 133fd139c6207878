/*
 * video - what hashing a video costs over decoding it, as ratios of CPU time
 *
 *	video NAME FILE PROGRAM CT-HASH
 *	video small PROGRAM
 *
 * small: GIFs of 64 x 64, by one decoder that is kept, over one decoder each.
 *
 * PROGRAM is the ct-decode-video.
 *
 * Decoding alone is libav's, in a process of its own for each run as
 * ct-decode-video is; all take their turn in every round, and the least of a
 * way's rounds counts: other load can only add.  Lines are for t/bench/run.
 */
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os.h"
#include "prog.h"
#include "video.h"

#include "../rare.h"

#define ROUNDS 3
#define SMALL 64 /* pixels a side */
#define GIFS 400
#define STARTS 20

static double
spent(void)
{
	struct rusage r;

	(void)getrusage(RUSAGE_CHILDREN, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
	    (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

/* Every frame of the file, and nothing done with it. */
static void
decode(const char *path)
{
	AVFormatContext *file = NULL;
	AVPacket *packet = av_packet_alloc();
	AVFrame *frame = av_frame_alloc();
	const AVCodec *codec;
	AVCodecContext *c;
	int best, more;

	if (avformat_open_input(&file, path, NULL, NULL) < 0 ||
	    avformat_find_stream_info(file, NULL) < 0)
		_exit(1);
	best = av_find_best_stream(file, AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
	c = avcodec_alloc_context3(codec);
	if (best < 0 || !c ||
	    avcodec_parameters_to_context(c, file->streams[best]->codecpar) < 0)
		_exit(1);
	c->thread_count = 1;
	if (avcodec_open2(c, codec, NULL) < 0)
		_exit(1);
	do {
		more = av_read_frame(file, packet) == 0;
		if (!more || packet->stream_index == best)
			(void)avcodec_send_packet(c, more ? packet : NULL);
		while (avcodec_receive_frame(c, frame) == 0)
			av_frame_unref(frame);
		av_packet_unref(packet);
	} while (more);
	_exit(0);
}

static double
bare(char *self, char *path)
{
	char *argv[] = { self, NULL, path, NULL };
	double before = spent();
	char word[] = "decode";
	int status;
	pid_t pid = fork();

	argv[1] = word;
	if (pid == 0) {
		(void)execv("/proc/self/exe", argv);
		_exit(1);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status)
		ct_die(CT_OSERR, "cannot decode");
	return spent() - before;
}

/* All of ct-hash: to start, to digest, and the record. */
static double
whole(char *program, char *path, char *rate)
{
	char quiet[] = "-qj1", option[] = "--video-rate";
	char *argv[] = { program, quiet, option, rate, path, NULL };
	double before = spent();
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (!freopen("/dev/null", "w", stdout))
			_exit(1);
		(void)execv(program, argv);
		_exit(1);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status)
		ct_die(CT_OSERR, "cannot run %s", program);
	return spent() - before;
}

static double
ours(const char *path, char *program, uint32_t rate, bool keyframes, bool tmk,
    int64_t *ms)
{
	struct ct_video_how how = ct_video_how;
	double before = spent();
	struct ct_video_decoder *d;
	struct ct_video v;
	struct ct_err err;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	how.rate = rate;
	how.keyframes = keyframes;
	how.tmk = tmk;
	d = ct_video_open(program);
	if (fd < 0 || ct_video_hash(d, fd, &how, &v, &err) ||
	    v.status != CT_IMAGE_OK)
		ct_die(CT_DATAERR, "cannot hash");
	*ms = v.ms;
	ct_video_free(&v);
	ct_video_close(d);
	(void)close(fd);
	return spent() - before;
}

/* So many GIFs, whose bytes are at fd; seconds, and that is all of it: who
 * decoded is gone. */
static double
small(int fd, char *program, int gifs)
{
	struct ct_video_decoder *d = ct_video_open(program);
	double before = spent();
	struct ct_video v;
	struct ct_err err;
	int i;

	for (i = 0; i < gifs; i++) {
		if (ct_video_hash(d, fd, &ct_video_how, &v, &err) ||
		    v.status != CT_IMAGE_OK)
			ct_die(CT_DATAERR, "cannot hash");
		ct_video_free(&v);
	}
	ct_video_close(d);
	return spent() - before;
}

static void
least(double *to, double t)
{
	if (*to == 0 || t < *to)
		*to = t;
}

static int
small_rows(char *program)
{
	static uint8_t noise[SMALL * SMALL * 3];
	double kept = 0, each = 0, few;
	struct ct_err err;
	size_t i;
	int fd, round;

	w = h = SMALL;
	rgb = noise;
	for (i = 0; i < sizeof noise; i++)
		noise[i] = (uint8_t)((i * 2654435761U) >> 13);
	gif(false, 1);
	fd = ct_os_bytes(out, n, &err);
	if (fd < 0)
		ct_die_err(&err);
	for (round = 0; round < ROUNDS; round++) {
		least(&kept, small(fd, program, GIFS) / GIFS);
		for (few = 0, i = 0; i < STARTS; i++)
			few += small(fd, program, 1) / STARTS;
		least(&each, few);
	}
	printf("GIF of 64 x 64\ta second a core, over a start for each\t"
	       "%.0f, %.0f\t%.1f\t>8\n",
	    1 / kept, 1 / each, each / kept);
	return 0;
}

int
main(int argc, char *argv[])
{
	double alone = 0, second = 0, every = 0, key = 0, both = 0;
	double hash = 0, hash_all = 0;
	char one[] = "1", all[] = "all";
	int64_t ms = 0, last = 0;
	int i;

	ct_start("video");
	if (argc == 3 && strcmp(argv[1], "decode") == 0)
		decode(argv[2]);
	if (argc == 3 && strcmp(argv[1], "small") == 0)
		return small_rows(argv[2]);
	if (argc != 5)
		return CT_USAGE;
	for (i = 0; i < ROUNDS; i++) {
		least(&alone, bare(argv[0], argv[2]));
		least(&second, ours(argv[2], argv[3], 1000, false, false, &ms));
		least(&every, ours(argv[2], argv[3], 0, false, false, &ms));
		least(&both, ours(argv[2], argv[3], 1000, false, true, &ms));
		least(&hash, whole(argv[4], argv[2], one));
		least(&hash_all, whole(argv[4], argv[2], all));
		least(&key, ours(argv[2], argv[3], 0, true, false, &last));
	}
	printf("%s\tvPDQ, one a second, over decoding\t%.2f, %.2f s\t%.2f\t"
	       "1.15\n",
	    argv[1], alone, second, second / alone);
	printf("%s\tvPDQ, every frame, over decoding\t%.2f, %.2f s\t%.2f\t"
	       "1.3\n",
	    argv[1], alone, every, every / alone);
	printf("%s\tct-hash, one a second, over decoding\t%.2f, %.2f s\t%.2f\t"
	       "1.15\n",
	    argv[1], alone, hash, hash / alone);
	printf("%s\tct-hash, every frame, over decoding\t%.2f, %.2f s\t%.2f\t"
	       "1.3\n",
	    argv[1], alone, hash_all, hash_all / alone);
	printf("%s\tvPDQ and TMK+PDQF, over decoding\t%.2f, %.2f s\t%.2f\t-\n",
	    argv[1], alone, both, both / alone);
	printf("%s\tkey frames, times real time\t%.1f, %.2f s\t%.0f\t>50\n",
	    argv[1], (double)ms / 1000, key, (double)ms / 1000 / key);
	return 0;
}
