/*
 * speed - what hashing costs over decoding alone, as ratios of CPU time
 *
 *	speed NAME FILE...
 *	speed bombs FILE...
 *	speed cache FILE...
 *
 * The JPEGs, all of one size, go through libjpeg-turbo alone, through our
 * decoder and PDQ in this process, through a ct-decode, and through ct-hash.
 * Every way takes its turn in every round, so that a machine that slows down
 * slows all of them, and the least of its rounds counts: other load can only
 * add.  Time is CPU time of the process and its children;
 * only where "wall" is said it is that.  What ct-hash needs to start and end
 * is measured with no picture at all, and subtracted.
 *
 * Lines for t/bench/run: NAME, a tab, the row, figure, ratio, limit.
 */
#include <stdio.h>

#include <jpeglib.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "decode.h"
#include "file.h"
#include "image.h"
#include "pdq.h"
#include "prog.h"

#define FILES 4096
#define ROUNDS 9
#define ROUND_S 0.25 /* of CPU a round and way, about */

static struct {
	const char *path;
	uint8_t *p;
	size_t n;
} file[FILES];
static size_t nfiles, reps; /* pictures in one way's turn */
static size_t exact, again; /* pictures hashed anew; of the files so many */

static double
now(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
cpu_of(const struct rusage *u)
{
	return (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) +
	    (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec) / 1e6;
}

/*
 * CPU of this process and of its children; those of a child that was killed
 * come to us, see PR_SET_CHILD_SUBREAPER below.
 */
static double
cpu(void)
{
	struct rusage u;

	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	(void)getrusage(RUSAGE_CHILDREN, &u);
	return now(CLOCK_PROCESS_CPUTIME_ID) + cpu_of(&u);
}

/* ---- libjpeg-turbo alone --------------------------------------------------
 */

/* The smallest of 1, 2, 4 and 8 eighths that leaves both sides 256. */
static unsigned
eighths(const struct jpeg_decompress_struct *c)
{
	unsigned least =
	    c->image_width < c->image_height ? c->image_width : c->image_height;
	unsigned n = 1;

	while (n < 8 && (least * n + 7) / 8 < 256)
		n *= 2;
	return n;
}

static void
bare(size_t i, bool luma)
{
	static JSAMPLE row[30000 * 3];
	struct jpeg_decompress_struct c;
	struct jpeg_error_mgr err;
	JSAMPROW to = row;

	c.err = jpeg_std_error(&err);
	jpeg_create_decompress(&c);
	jpeg_mem_src(&c, file[i].p, (unsigned long)file[i].n);
	(void)jpeg_read_header(&c, TRUE);
	if (luma) {
		c.out_color_space = JCS_GRAYSCALE;
		c.scale_num = eighths(&c);
		c.scale_denom = 8;
	}
	(void)jpeg_start_decompress(&c);
	while (c.output_scanline < c.output_height)
		(void)jpeg_read_scanlines(&c, &to, 1);
	(void)jpeg_finish_decompress(&c);
	jpeg_destroy_decompress(&c);
}

/* ---- decoded and hashed in this process, as ct-decode does it --------------
 */

struct hash {
	enum ct_pdq_method method;
	struct ct_pdq pdq;
	void *work;
};

static int
size(void *arg, uint32_t w, uint32_t h, uint32_t n)
{
	struct hash *hash = arg;
	struct ct_pdq_shape shape = {
		.method = hash->method, .w = w, .h = h, .eighths = n
	};

	hash->work = ct_alloc(ct_pdq_need(&shape), 1);
	ct_pdq_start(&hash->pdq, &shape, hash->work);
	return 0;
}

static void
row(void *arg, const uint8_t *pixels, int bytes)
{
	struct hash *hash = arg;

	ct_pdq_row(&hash->pdq, (enum ct_pdq_pixel)bytes, pixels);
}

static void
inside(size_t i, enum ct_pdq_method method)
{
	struct hash hash = { .method = method };
	struct ct_image_sink sink = { .size = size, .row = row, .arg = &hash };
	struct ct_image_info info;
	uint8_t out[CT_PDQ_LEN];
	bool sure;

	exact += method == CT_PDQ_EXACT;
	if (ct_image_decode(file[i].p, file[i].n, &ct_image_limits,
		method == CT_PDQ_FAST, &sink, &info) != CT_IMAGE_OK)
		ct_die(CT_SOFTWARE, "'%s' is not decoded", file[i].path);
	(void)ct_pdq_end(&hash.pdq, out);
	sure = ct_pdq_sure(&hash.pdq);
	free(hash.work);
	if (!sure)
		inside(i, CT_PDQ_EXACT);
}

/* ---- through a ct-decode --------------------------------------------------
 */

/* That of this tree. */
static const char *
decoder(void)
{
	static char path[4096 + 32];
	ssize_t n = readlink("/proc/self/exe", path, 4096);
	char *slash;

	path[n > 0 ? n : 0] = '\0';
	if (!(slash = strrchr(path, '/')))
		ct_die(CT_OSERR, "cannot find ct-decode");
	(void)snprintf(slash, 32, "/../../ct-decode");
	return path;
}

static void
isolated(size_t n)
{
	struct ct_decode_how how = ct_decode_how;
	struct ct_decode *d;
	struct ct_decoded res;
	struct ct_err err;
	uint8_t *room;
	size_t sent = 0, got = 0, i;

	how.program = decoder();
	if (ct_decode_open(&d, &how, &err))
		ct_die_err(&err);
	while (got < n) {
		for (; sent < n && (room = ct_decode_room(d)); sent++) {
			i = sent % nfiles;
			memcpy(room, file[i].p, file[i].n);
			if (ct_decode_send(d, file[i].n, &err))
				ct_die_err(&err);
		}
		if (ct_decode_wait(d, &res, &err))
			ct_die_err(&err);
		if (res.status != CT_IMAGE_OK)
			ct_die(CT_SOFTWARE, "a picture is not decoded");
		got++;
	}
	ct_decode_close(d);
}

/* ---- through ct-hash --------------------------------------------------------
 */

static void
hash(size_t n, const char *one, const char *two, double *wall)
{
	char *argv[] = { ct_strdup("ct-hash"), ct_strdup("-q"), ct_strdup(one),
		two ? ct_strdup(two) : NULL, NULL };
	FILE *list = tmpfile();
	size_t i, a;
	int status, null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	double start;
	pid_t pid;

	for (i = 0; list && i < n; i++)
		(void)fprintf(list, "%s\n", file[i % nfiles].path);
	if (!list || fflush(list) || fseek(list, 0, SEEK_SET) || null < 0)
		ct_die(CT_IOERR, "cannot make a list");
	start = now(CLOCK_MONOTONIC);
	if ((pid = fork()) == 0) {
		if (dup2(fileno(list), 0) == 0 && dup2(null, 1) == 1)
			(void)execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status)
		ct_die(CT_UNAVAILABLE, "ct-hash %s fails", one);
	*wall = now(CLOCK_MONOTONIC) - start;
	for (a = 0; a < sizeof argv / sizeof argv[0]; a++)
		free(argv[a]);
	(void)close(null);
	(void)fclose(list);
}

/* ---- ways -------------------------------------------------------------------
 */

enum way {
	BARE,
	TENT,
	LUMA,
	FAST,
	EMPTY_WORKER,
	WORKER,
	EMPTY,
	ONE,
	ONE_FAST,
	ONE_STRANGE,
	TWO,
	WAYS
};

static double took[WAYS][ROUNDS], walls[WAYS][ROUNDS];

static void
go(enum way way, size_t n, double *wall)
{
	size_t i;

	switch (way) {
	case BARE:
	case LUMA:
		for (i = 0; i < n; i++)
			bare(i % nfiles, way == LUMA);
		break;
	case TENT:
	case FAST:
		for (i = 0; i < n; i++)
			inside(i % nfiles,
			    way == FAST ? CT_PDQ_FAST : CT_PDQ_TENT);
		break;
	case EMPTY_WORKER:
	case WORKER:
		isolated(way == WORKER ? n : 0);
		break;
	case EMPTY:
	case ONE:
		hash(way == ONE ? n : 0, "-j1", NULL, wall);
		break;
	case ONE_FAST:
		hash(n, "-j1", "--fast", wall);
		break;
	case ONE_STRANGE:
		hash(n, "-j1", "-B1", wall);
		break;
	default:
		hash(n, "-j2", NULL, wall);
	}
}

static void
round_of(int r)
{
	double start, none = 0;
	int way;

	for (way = 0; way < WAYS; way++) {
		start = cpu();
		go((enum way)way, reps, &walls[way][r]);
		took[way][r] = cpu() - start;
		if (way == EMPTY || way == EMPTY_WORKER)
			none = took[way][r];
		else if (way > EMPTY_WORKER)
			took[way][r] -= none;
	}
}

/* The least of the rounds. */
static double
least(double (*t)[ROUNDS], enum way way)
{
	double v = t[way][0];
	int r;

	for (r = 1; r < ROUNDS; r++)
		v = t[way][r] < v ? t[way][r] : v;
	return v;
}

static void
say(const char *name, const char *what, enum way way, enum way over,
    const char *limit)
{
	double ms = least(took, way) * 1e3 / (double)reps;

	(void)printf("%s\t%s\t%.3f ms, %.0f/s\t%.2f\t%s\n", name, what, ms,
	    1e3 / ms, least(took, way) / least(took, over), limit);
}

static void
table(const char *name, bool large)
{
	double wall = least(walls, ONE) / least(walls, TWO);
	double rate = (double)reps / least(walls, TWO);

	say(name, "libjpeg-turbo, bare RGB", BARE, BARE, "-");
	say(name, "default, in process", TENT, BARE, "1.25");
	(void)printf("%s\tof them hashed anew by exact\t%zu of %zu\t-\t-\n",
	    name, again, nfiles);
	say(name, "default, ct-decode, over bare RGB", WORKER, BARE, "1.25");
	say(name, "  over in process: what isolation costs", WORKER, TENT,
	    large ? "1.05" : "-");
	say(name, "default, ct-hash -j1, digests and all", ONE, BARE, "1.25");
	say(name, "libjpeg-turbo, bare luma N/8", LUMA, LUMA, "-");
	say(name, "--fast, in process", FAST, LUMA, "1.20");
	say(name, "--fast, ct-hash -j1, digests and all", ONE_FAST, LUMA, "-");
	say(name, "ct-hash -B1, over -B64", ONE_STRANGE, ONE, "-");
	say(name, "ct-hash -j2, CPU over -j1", TWO, ONE, "1.05");
	(void)printf(
	    "%s\tct-hash -j2, wall: times faster\t%.0f/s\t%.2f\t>1.70\n", name,
	    rate, wall);
}

/* ---- what else there is -----------------------------------------------------
 */

/* CPU that ct-hash takes for n files more than for none. */
static double
more(size_t n, const char *one, const char *two)
{
	double start, none, wall;
	int r;

	for (r = 0; r < ROUNDS; r++) {
		start = cpu();
		hash(0, one, NULL, &wall);
		none = cpu() - start;
		start = cpu();
		hash(n, one, two, &wall);
		took[ONE][r] = cpu() - start - none;
	}
	return least(took, ONE);
}

static void
bombs(void)
{
	static const size_t n = 500;
	double ms = more(n, "-j1", NULL) * 1e3 / (double)n;

	(void)printf("a bomb of few bytes, ms\tct-hash -j1\t%.0f/s"
		     "\t%.3f\t5\n",
	    1e3 / ms, ms);
}

/* The first pass over the files, the second, and no more than a stat. */
static void
cached(void)
{
	static const char name[] = "a second pass over files of 34 kB";
	double first = more(nfiles, "-j1", NULL), wall, second, stats;
	struct stat st;
	size_t i;

	hash(nfiles, "-j1", "--cache=cache", &wall);
	second = more(nfiles, "-j1", "--cache=cache");
	stats = cpu();
	for (i = 0; i < nfiles; i++)
		(void)lstat(file[i].path, &st);
	stats = cpu() - stats;
	(void)printf("%s\t--cache, over the first pass\t%.1f us\t%.3f\t-\n",
	    name, second * 1e6 / (double)nfiles, second / first);
	(void)printf("%s\t  over lstat(2) alone\t%.1f us\t%.1f\t-\n", name,
	    stats * 1e6 / (double)nfiles, second / stats);
}

static void
photographs(const char *name)
{
	struct ct_err err;
	double start;
	size_t i;
	int r;

	for (i = 0; i < nfiles; i++)
		if (ct_file_read(file[i].path, (size_t)64 << 20, &file[i].p,
			&file[i].n, &err))
			ct_die_err(&err);
	for (i = 0; i < nfiles; i++)
		inside(i, CT_PDQ_TENT);
	again = exact;
	start = now(CLOCK_PROCESS_CPUTIME_ID);
	for (reps = 0; now(CLOCK_PROCESS_CPUTIME_ID) - start < ROUND_S; reps++)
		bare(reps % nfiles, false);
	reps += nfiles - reps % nfiles;
	for (r = 0; r < ROUNDS; r++)
		round_of(r);
	table(name, strcmp(name, "1920x1080") == 0);
}

int
main(int argc, char *argv[])
{
	ct_start("speed");
	if (argc < 3 || argc > FILES + 2)
		ct_usage("usage: speed NAME|bombs|cache FILE...\n");
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		ct_die(CT_OSERR, "cannot become a subreaper");
	for (; nfiles < (size_t)argc - 2; nfiles++)
		file[nfiles].path = argv[nfiles + 2];
	if (strcmp(argv[1], "bombs") == 0)
		bombs();
	else if (strcmp(argv[1], "cache") == 0)
		cached();
	else
		photographs(argv[1]);
	return 0;
}
