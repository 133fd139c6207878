/*
 * filing - what filing reports cannot do without, each alone
 *
 *	filing calls CREDENTIAL XML N FILE ...
 *	filing sync N
 *
 * calls: file N reports of this document and these files, one call after the
 * other, with no journal and no record.  sync: write 4 KiB behind a file in
 * this directory and wait until they are on the disk, N times, one after the
 * other; the median counts.  Either prints milliseconds.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "digest.h"
#include "file.h"
#include "hex.h"
#include "prog.h"
#include "tipline.h"

static double
now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* ---- the service ------------------------------------------------------------
 */

struct upload {
	int fd;
	uint64_t len;
	char md5[33];
};

static void
open_upload(struct upload *u, const char *path)
{
	struct ct_digest d = { 0 };
	struct ct_digests sum;
	struct ct_err err;
	uint8_t *bytes;
	size_t len;

	if (ct_file_read(path, (size_t)1 << 20, &bytes, &len, &err) ||
	    ct_digest_start(&d, &err) || ct_digest_add(&d, bytes, len, &err) ||
	    ct_digest_end(&d, &sum, &err))
		ct_die_err(&err);
	ct_hex(sum.md5, sizeof sum.md5, u->md5);
	ct_digest_free(&d);
	free(bytes);
	u->len = len;
	u->fd = open(path, O_RDONLY | O_CLOEXEC);
}

static void
must(const struct ct_tip_answer *a)
{
	if (a->kind != CT_TIP_OK)
		ct_die(CT_PROTOCOL, "%s", a->why);
}

static void
file_one(struct ct_tipline *tip, const char *xml, const struct upload *u, int n)
{
	struct ct_tip_answer a;
	char id[CT_REPORT_ID], *details;
	int i;

	ct_tip_submit(tip, xml, strlen(xml), &a);
	must(&a);
	memcpy(id, a.report_id, sizeof id);
	ct_tip_done(&a);
	for (i = 0; i < n; i++) {
		ct_tip_upload(tip, id, u[i].fd, u[i].len, "f",
		    "application/octet-stream", u[i].md5, &a);
		must(&a);
		details = ct_printf("<fileDetails><reportId>%s</reportId>"
				    "<fileId>%s</fileId></fileDetails>",
		    id, a.file_id);
		ct_tip_done(&a);
		ct_tip_fileinfo(tip, id, details, strlen(details), &a);
		must(&a);
		ct_tip_done(&a);
		free(details);
	}
	ct_tip_finish(tip, id, &a);
	must(&a);
	ct_tip_done(&a);
}

static void
calls(char **arg)
{
	int i, n = 0, reports = atoi(arg[2]);
	struct upload u[8];
	struct ct_tipline *tip;
	struct ct_cred cred;
	struct ct_err err;
	uint8_t *xml;
	size_t len;
	double from;

	if (ct_cred_read(&cred, arg[0], &err) ||
	    ct_tipline_new(&tip, &cred, false, &err) ||
	    ct_file_read(arg[1], (size_t)1 << 20, &xml, &len, &err))
		ct_die_err(&err);
	for (; arg[3 + n] && n < 8; n++)
		open_upload(&u[n], arg[3 + n]);
	from = now();
	for (i = 0; i < reports; i++)
		file_one(tip, (char *)xml, u, n);
	printf("%.0f\n", now() - from);
	free(xml);
	ct_tipline_free(tip);
	ct_cred_free(&cred);
}

/* ---- the disk ---------------------------------------------------------------
 */

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
syncs(int n)
{
	static const char block[4096] = "x";
	double *took = ct_alloc((size_t)n, sizeof *took), from;
	int i, fd = open("synced", O_WRONLY | O_CREAT | O_APPEND, 0600);

	for (i = 0; i < n; i++) {
		from = now();
		if (ct_write_full(fd, block, sizeof block) || fdatasync(fd))
			ct_die(CT_IOERR, "cannot write");
		took[i] = now() - from;
	}
	qsort(took, (size_t)n, sizeof *took, by_size);
	printf("%.3f\n", took[n / 2]);
	(void)close(fd);
	(void)unlink("synced");
	free(took);
}

int
main(int argc, char **argv)
{
	ct_start("filing");
	if (argc > 4 && strcmp(argv[1], "calls") == 0)
		calls(argv + 2);
	else if (argc == 3 && atoi(argv[2]) > 0)
		syncs(atoi(argv[2]));
	else
		return CT_USAGE;
	return 0;
}
