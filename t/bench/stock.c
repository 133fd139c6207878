/*
 * stock - a store of made-up objects, as ct-seen would have it
 *
 *	stock store HOME NAME N
 *	stock listing N
 *	stock known N EACH
 *	stock films HOME NAME N FRAMES
 *	stock clip I FRAMES
 *
 * store puts objects 0 to N, whose ids ascend, with an MD5, a SHA-1, a SHA-256
 * and a PDQ hash each, and makes one file of them.  listing writes the lines
 * that ct-ls would write of these; known, lines of a list: the MD5 of each
 * EACH-th object, and the PDQ hash of the one after it.  films puts N videos of
 * so many frames; clip, the frames of the I-th, as the reference's lines.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hex.h"
#include "prog.h"
#include "seen_impl.h"

#define MOST 1000000000L

static const char usage[] = "usage: stock store HOME NAME N\n"
			    "       stock listing N\n"
			    "       stock known N EACH\n"
			    "       stock films HOME NAME N FRAMES\n"
			    "       stock clip I FRAMES\n";

static const char date[] = "2026-11-20T08:00:00Z";

static uint64_t
next(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15u);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static size_t
id_of(long i, char id[64])
{
	return (size_t)snprintf(
	    id, 64, "s3://media/user-%07ld/IMG_%04ld.jpeg", i / 50, i % 50);
}

static size_t
etag_of(long i, char etag[40])
{
	uint64_t state = (uint64_t)i * 77, a = next(&state), b = next(&state);

	return (size_t)snprintf(etag, 40, "%016llx%016llx",
	    (unsigned long long)a, (unsigned long long)b);
}

static void
row_of(long i, struct seen_row *row)
{
	uint64_t state = (uint64_t)i * 1000003, word;
	size_t k;

	*row = (struct seen_row){ .info = { .size = (uint64_t)(i + 1000),
				      .modified = 1795680000,
				      .flags = SEEN_HAS * 15 + SEEN_MIME * 2,
				      .decode = 1,
				      .quality = 100 } };
	for (k = 0; k < 100; k += 4) {
		word = next(&state);
		memcpy(row->hash + k, &word, 4);
	}
}

static int
store(const char *home, const char *name, long n)
{
	struct ct_seen s = { .home = home, .store = name };
	struct seen_said said = { .modified = date };
	struct seen_writer w;
	struct ct_err err = { 0 };
	struct seen_row row;
	char id[64], etag[40];
	size_t len;
	long i;

	if (seen_writer_open(&w, &s, true, &err))
		ct_die_err(&err);
	for (i = 0; i < n; i++) {
		row_of(i, &row);
		said.bytes = i + 1000;
		said.etag = etag;
		said.etag_len = etag_of(i, etag);
		row.stamp = seen_stamp(&w.m, &said);
		len = id_of(i, id);
		if (seen_writer_put(
			&w, (uint8_t *)id, len, &row, NULL, NULL, &err) ||
		    (i % 65536 == 65535 && seen_writer_sync(&w, &err)))
			ct_die_err(&err);
	}
	if (seen_writer_sync(&w, &err) || seen_writer_merge(&w, &err) ||
	    seen_writer_close(&w, true, &err))
		ct_die_err(&err);
	return 0;
}

/* ---- videos ---------------------------------------------------------------
 */

/* A frame a second, by chance. */
static void
film_of(long i, struct ct_vpdq_frame *frame, uint32_t n)
{
	uint64_t state = (uint64_t)i * 7000003, word;
	uint32_t k;
	size_t at;

	for (k = 0; k < n; k++) {
		for (at = 0; at < CT_PDQ_LEN; at += 8) {
			word = next(&state);
			memcpy(frame[k].hash + at, &word, 8);
		}
		frame[k].number = k;
		frame[k].ms = (int64_t)k * 1000;
		frame[k].quality = 100;
	}
}

static int
films(const char *home, const char *name, long n, uint32_t each)
{
	const struct seen_film film = { .n = each,
		.all = SEEN_NO_NUMBER,
		.cover = SEEN_NO_COVER,
		.method = "1/s" };
	struct ct_vpdq_frame *frame = ct_alloc(each, sizeof *frame);
	struct ct_seen s = { .home = home, .store = name };
	struct ct_text room = { .s = NULL };
	struct ct_err err = { .code = 0 };
	struct seen_frames frames;
	struct seen_writer w;
	struct seen_row row;
	char id[64];
	size_t len;
	long i;

	if (seen_writer_open(&w, &s, true, &err))
		ct_die_err(&err);
	for (i = 0; i < n; i++) {
		row_of(i, &row);
		row.info.flags = SEEN_HAS * 7 + SEEN_FRAMES + SEEN_MIME * 10;
		memset(row.hash + seen_at[SEEN_PDQ], 0, CT_PDQ_LEN);
		film_of(i, frame, each);
		room.len = 0;
		seen_frames_pack(&room, &film, frame);
		(void)seen_frames_of(&frames, room.s, room.len);
		len = id_of(i, id);
		if (seen_writer_put(
			&w, (uint8_t *)id, len, &row, NULL, &frames, &err) ||
		    (w.text.len > (size_t)8 << 20 &&
			seen_writer_sync(&w, &err)))
			ct_die_err(&err);
	}
	if (seen_writer_sync(&w, &err) || seen_writer_merge(&w, &err) ||
	    seen_writer_close(&w, true, &err))
		ct_die_err(&err);
	ct_text_free(&room);
	free(frame);
	return 0;
}

static void
clip(long i, uint32_t n)
{
	struct ct_vpdq_frame *frame = ct_alloc(n, sizeof *frame);
	char line[CT_VPDQ_LINE];
	uint32_t k;

	film_of(i, frame, n);
	for (k = 0; k < n; k++) {
		(void)ct_vpdq_line(&frame[k], line);
		(void)fputs(line, stdout);
	}
	free(frame);
}

static void
listing(long n)
{
	char id[64], etag[40];
	long i;

	for (i = 0; i < n; i++) {
		(void)id_of(i, id);
		(void)etag_of(i, etag);
		(void)printf("{\"id\":\"%s\",\"object\":{\"bytes\":%ld,"
			     "\"etag\":\"%s\",\"modified\":\"%s\"}}\n",
		    id, i + 1000, etag, date);
	}
}

static void
known(long n, long each)
{
	struct seen_row row;
	char hex[65];
	long i;

	for (i = 0; i + 1 < n; i += each) {
		row_of(i, &row);
		ct_hex(row.hash + seen_at[SEEN_MD5], 16, hex);
		(void)printf("md5 %s m%ld\n", hex, i);
		row_of(i + 1, &row);
		ct_hex(row.hash + seen_at[SEEN_PDQ], 32, hex);
		(void)printf("pdq %s p%ld\n", hex, i);
	}
}

int
main(int argc, char *argv[])
{
	ct_start("stock");
	if (argc == 5 && strcmp(argv[1], "store") == 0)
		return store(
		    argv[2], argv[3], ct_number("N", argv[4], 1, MOST));
	if (argc == 6 && strcmp(argv[1], "films") == 0)
		return films(argv[2], argv[3], ct_number("N", argv[4], 1, MOST),
		    (uint32_t)ct_number("FRAMES", argv[5], 1, SEEN_MOST));
	if (argc == 4 && strcmp(argv[1], "clip") == 0)
		clip(ct_number("I", argv[2], 0, MOST),
		    (uint32_t)ct_number("FRAMES", argv[3], 1, SEEN_MOST));
	else if (argc == 3 && strcmp(argv[1], "listing") == 0)
		listing(ct_number("N", argv[2], 1, MOST));
	else if (argc == 4 && strcmp(argv[1], "known") == 0)
		known(ct_number("N", argv[2], 1, MOST),
		    ct_number("EACH", argv[3], 1, MOST));
	else
		ct_usage(usage);
	return fflush(stdout) || ferror(stdout) ? CT_IOERR : 0;
}
