/*
 * lines - hashes as the text that ct-match reads: lists, and records
 *
 *	lines pdq HASHES N
 *	lines md5 N SEED
 *	lines records HASHES N SEED
 *
 * pdq and md5 write lines of a list, each with a label of its own, md5 of
 * chance digests.  records writes what ct-hash writes of pictures with these
 * PDQ hashes, digests by chance: but the MD5 of every hundredth is the one that
 * stands in the same line of the list md5 of SEED.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ham.h"
#include "hex.h"
#include "prog.h"

#define LISTED 100
#define MOST 1000000000L

static const char usage[] = "usage: lines pdq HASHES N\n"
			    "       lines md5 N SEED\n"
			    "       lines records HASHES N SEED\n";

/* The hex of len bytes, always those of this i, seed and name; good until the
 * call after the next. */
static const char *
digest(uint64_t i, uint64_t seed, int name, size_t len)
{
	static char hex[2][2 * CT_HASH_LEN + 1];
	static int turn;
	uint64_t z,
	    state = i * 0x9e3779b97f4a7c15 ^
	    (seed * 8 + (uint64_t)name) * 0xd6e8feb86659fd93;
	uint8_t bytes[CT_HASH_LEN];
	size_t k;

	for (z = 0, k = 0; k < len; k++, z >>= 8) {
		if (k % 8 == 0) {
			z = state += 0x9e3779b97f4a7c15;
			z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
			z = (z ^ z >> 27) * 0x94d049bb133111eb;
			z ^= z >> 31;
		}
		bytes[k] = (uint8_t)z;
	}
	turn = !turn;
	ct_hex(bytes, len, hex[turn]);
	return hex[turn];
}

static void
md5_lines(long n, uint64_t seed)
{
	long i;

	for (i = 0; i < n; i++)
		(void)printf(
		    "md5 %s m%ld\n", digest((uint64_t)i, seed, 0, 16), i);
}

static void
record(long i, const char *pdq, uint64_t seed)
{
	uint64_t u = (uint64_t)i;

	(void)printf("{\"id\":\"upload %ld\",\"path\":\"/srv/media/u%ld/%08lx"
		     ".jpg\",\"user\":{\"id\":\"u%ld\"},\"file\":{\"size\":%ld,"
		     "\"mime\":\"image/jpeg\",\"width\":1920,\"height\":1080,"
		     "\"decode\":\"ok\"},",
	    i, i % 977, i * 2654435761 % 4294967296, i % 977,
	    100000 + i * 7919 % 1000000);
	(void)printf("\"hashes\":{\"md5\":\"%s\",\"sha1\":\"%s\",",
	    digest(u, seed, i % LISTED != 0, 16), digest(u, seed, 2, 20));
	(void)printf("\"sha256\":\"%s\",\"pdq\":\"%s\",\"pdq_quality\":100,"
		     "\"pdq_method\":\"tent\"}}\n",
	    digest(u, seed, 3, 32), pdq);
}

/* The list, or the records. */
static void
of_hashes(const char *path, long n, bool records, uint64_t seed)
{
	FILE *f = fopen(path, "rb");
	char hex[2 * CT_HASH_LEN + 1];
	uint8_t h[CT_HASH_LEN];
	long i;

	for (i = 0; i < n; i++) {
		if (!f || fread(h, sizeof h, 1, f) != 1)
			ct_die(CT_NOINPUT, "'%s' has no %ld hashes", path, n);
		ct_hex(h, sizeof h, hex);
		if (records)
			record(i, hex, seed);
		else
			(void)printf("pdq %s p%ld\n", hex, i);
	}
	(void)fclose(f);
}

int
main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";

	ct_start("lines");
	if (strcmp(what, "pdq") == 0 && argc == 4)
		of_hashes(argv[2], ct_number("N", argv[3], 1, MOST), false, 0);
	else if (strcmp(what, "md5") == 0 && argc == 4)
		md5_lines(ct_number("N", argv[2], 1, MOST),
		    (uint64_t)ct_number("SEED", argv[3], 0, MOST));
	else if (strcmp(what, "records") == 0 && argc == 5)
		of_hashes(argv[2], ct_number("N", argv[3], 1, MOST), true,
		    (uint64_t)ct_number("SEED", argv[4], 0, MOST));
	else
		ct_usage(usage);
	if (fflush(stdout))
		ct_die(CT_IOERR, "cannot write: %s", strerror(errno));
	return 0;
}
