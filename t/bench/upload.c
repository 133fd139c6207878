/*
 * upload - how long an upload waits for its answer, beside decoding alone
 *
 *	upload SOCKET N FILE...
 *
 * N times in turn, one of the JPEGs is decoded by libjpeg-turbo in this
 *process, and one goes to the ct-clamd at SOCKET by INSTREAM, over a connection
 *of its own.  A line for t/bench/run, of wall time: what must be reached is a
 *p99 of the second of at most twice the p50 of the first and 5 ms.
 */
#include <stdio.h>

#include <jpeglib.h>

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"

#define MOST 100000
#define EXTRA_MS 5

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
bare(const uint8_t *p, size_t n)
{
	static JSAMPLE row[30000 * 3];
	struct jpeg_decompress_struct c;
	struct jpeg_error_mgr err;
	JSAMPROW to = row;

	c.err = jpeg_std_error(&err);
	jpeg_create_decompress(&c);
	jpeg_mem_src(&c, p, (unsigned long)n);
	(void)jpeg_read_header(&c, TRUE);
	(void)jpeg_start_decompress(&c);
	while (c.output_scanline < c.output_height)
		(void)jpeg_read_scanlines(&c, &to, 1);
	(void)jpeg_finish_decompress(&c);
	jpeg_destroy_decompress(&c);
}

static void
ask(const char *where, const uint8_t *p, size_t n)
{
	static const char command[] = "zINSTREAM", ok[] = "stream: OK";
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	uint32_t len = htonl((uint32_t)n), end = 0;
	char said[256] = "";
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(at.sun_path, sizeof at.sun_path, "%s", where);
	if (fd < 0 ||
	    connect(fd, (const struct sockaddr *)&at, sizeof at) < 0 ||
	    ct_write_full(fd, command, sizeof command) < 0 ||
	    ct_write_full(fd, &len, sizeof len) < 0 ||
	    ct_write_full(fd, p, n) < 0 ||
	    ct_write_full(fd, &end, sizeof end) < 0 ||
	    ct_read_full(fd, said, sizeof ok) != (ssize_t)sizeof ok ||
	    strcmp(said, ok) != 0)
		ct_die(CT_PROTOCOL, "no OK, but '%s'", said);
	(void)close(fd);
}

static int
order(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The least that q of n are not above. */
static double
rank(double *v, int n, double q)
{
	int i = (int)(q * n + 0.999999);

	qsort(v, (size_t)n, sizeof *v, order);
	return v[i > 0 ? i - 1 : 0];
}

int
main(int argc, char *argv[])
{
	static double alone[MOST], asked[MOST];
	struct ct_err err;
	uint8_t *p;
	size_t len;
	double start, p50, p99;
	int n, i;

	ct_start("upload");
	ct_stop_gently();
	if (argc < 4)
		ct_die(CT_USAGE, "usage: upload SOCKET N FILE...");
	n = (int)ct_number("N", argv[2], 1, MOST);
	for (i = -3; i < n; i++) { /* the first few only warm it */
		if (ct_file_read(argv[3 + (i + 3) % (argc - 3)],
			(size_t)64 << 20, &p, &len, &err))
			ct_die_err(&err);
		start = now();
		bare(p, len);
		alone[i < 0 ? 0 : i] = now() - start;
		start = now();
		ask(argv[1], p, len);
		asked[i < 0 ? 0 : i] = now() - start;
		free(p);
	}
	p50 = rank(alone, n, 0.5);
	p99 = rank(asked, n, 0.99);
	printf("upload to answer, wall\tp50, p99, beside decoding's p50\t"
	       "%.1f, %.1f, %.1f ms\t-\t-\n",
	    rank(asked, n, 0.5), p99, p50);
	printf("upload to answer, wall\tp99 but for %d ms, over decoding's "
	       "p50\t%.1f ms\t%.2f\t2\n",
	    EXTRA_MS, p99 - EXTRA_MS, (p99 - EXTRA_MS) / p50);
	return 0;
}
