/*
 * clips - what finding a video among many costs
 *
 *	clips NAME FILE
 *
 * FILE becomes an index of 10,000 videos of 60 frames.  A video of 60 frames
 * is looked up: one of them with up to 20 bits of each frame the other way,
 * and one that is not there.  CPU time, by chance hashes; the comparison is
 * every frame with every frame, by the fastest kernel.  Lines are for
 * t/bench/run.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clip.h"
#include "file.h"
#include "ham.h"
#include "match.h"
#include "prog.h"

#define VIDEOS ((size_t)10000)
#define FRAMES ((size_t)60)
#define RUNS 21

static uint8_t *all; /* the listed frames */

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static uint32_t
rnd(void)
{
	static uint64_t x = 88172645463325252u;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (uint32_t)(x >> 20);
}

static int
put(void *arg, const void *bytes, size_t len)
{
	return ct_write_full(*(int *)arg, bytes, len);
}

static void
build(const char *path)
{
	const struct ct_set_head head = { 1, 1, 1 };
	struct ct_build *b = ct_build_new();
	struct ct_err err = { 0 };
	struct ct_clip clip = { .frames = { .n = FRAMES } };
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	uint64_t content;
	uint32_t note;
	size_t i;
	char *text;
	int rc;

	if (!b || fd < 0)
		ct_die(CT_CANTCREAT, "cannot make an index");
	rc = ct_build_group(b, "{\"source\":\"s\"}", 14, &err);
	for (i = 0; !rc && i < VIDEOS; i++) {
		text =
		    ct_printf("{\"entry\":\"%zu\",\"frames\":%zu}", i, FRAMES);
		rc = ct_build_note(b, text, strlen(text), &note, &err);
		free(text);
		clip.frames.hash = all + i * FRAMES * CT_HASH_LEN;
		if (!rc)
			rc = ct_clip_build(&clip, b, note, &err);
	}
	ct_build_near(b, CT_CLIP_VPDQ, CT_NEAR_SMALL);
	if (rc || ct_build_finish(b, &content, &err) ||
	    ct_build_write(b, &head, put, &fd, &err))
		ct_die_err(&err);
	ct_build_free(b);
	(void)close(fd);
}

/* A record of 60 frames. */
static json_t *
record(const uint8_t *hash)
{
	json_t *frames = json_array();
	struct ct_vpdq_frame f = { .quality = 100 };
	char item[CT_VPDQ_LINE];
	size_t i, len;

	for (i = 0; i < FRAMES; i++, f.ms += 1000) {
		memcpy(f.hash, hash + i * CT_HASH_LEN, CT_HASH_LEN);
		len = ct_vpdq_item(&f, item);
		(void)json_array_append_new(
		    frames, json_stringn(item + 1, len - 2));
	}
	return json_pack("{s:s, s:{s:s}, s:{s:o}}", "id", "x", "file", "decode",
	    "ok", "hashes", "vpdq", frames);
}

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The median, of looking up; dies unless the verdict is this. */
static double
look(const struct ct_match *m, const uint8_t *hash, enum ct_verdict want)
{
	const struct ct_match_how how = { -1, CT_MATCH_HITS, NULL };
	enum ct_verdict verdict;
	struct ct_err err = { 0 };
	double took[RUNS], t;
	json_t *rec;
	int i;

	for (i = 0; i < RUNS; i++) {
		rec = record(hash);
		t = now();
		if (ct_match_rec(m, &how, rec, &verdict, &err))
			ct_die_err(&err);
		took[i] = now() - t;
		if (verdict != want)
			ct_die(CT_SOFTWARE, "not what it should be");
		json_decref(rec);
	}
	qsort(took, RUNS, sizeof took[0], compare);
	return took[RUNS / 2];
}

static void
count(void *arg, size_t query, size_t hash, int distance)
{
	(void)query;
	(void)hash;
	(void)distance;
	++*(size_t *)arg;
}

int
main(int argc, char *argv[])
{
	size_t i, k, pairs = 0;
	uint8_t known[FRAMES * CT_HASH_LEN], other[sizeof known];
	struct ct_match *m;
	struct ct_err err = { 0 };
	double brute, hit, miss;

	ct_start("clips");
	if (argc != 3)
		return CT_USAGE;
	all = ct_alloc(VIDEOS * FRAMES, CT_HASH_LEN);
	for (i = 0; i < VIDEOS * FRAMES * CT_HASH_LEN; i++)
		all[i] = (uint8_t)rnd();
	for (i = 0; i < sizeof other; i++)
		other[i] = (uint8_t)rnd();
	memcpy(known, all + VIDEOS / 2 * sizeof known, sizeof known);
	for (i = 0; i < FRAMES; i++)
		for (k = rnd() % 21; k; k--)
			known[i * CT_HASH_LEN + rnd() % CT_HASH_LEN] ^=
			    (uint8_t)(1 << rnd() % 8);
	build(argv[2]);
	if (ct_match_open(&m, &(struct ct_match_from){ .path = argv[2] }, &err))
		ct_die_err(&err);
	hit = look(m, known, CT_MATCH);
	miss = look(m, other, CT_CLEAN);
	brute = now();
	ct_ham_pairs(
	    known, FRAMES, all, VIDEOS * FRAMES, CT_HAM_DEFAULT, count, &pairs);
	brute = now() - brute;
	if (pairs < FRAMES)
		ct_die(CT_SOFTWARE, "brute force does not find it");
	printf("%s\ta listed one: brute force over it\t%.1f ms, %.2f ms\t%.1f"
	       "\t>10\n",
	    argv[1], brute, hit, brute / hit);
	printf("%s\tanother, ms\t%.1f ms, %.2f ms\t%.2f\t5\n", argv[1], brute,
	    miss, miss);
	ct_match_close(m);
	free(all);
	return 0;
}
