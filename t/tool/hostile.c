/*
 * hostile - make a file or a line that nobody should send
 *
 * The cases, by name, with what must become of each, are at the top of
 * t/hostile/jpeg.c, png.c and line.c.
 */
#include "../hostile/hostile.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"

static const char usage[] =
    "usage: hostile NAME [NUMBER] >FILE\n"
    "       hostile --all DIRECTORY | --cut DIRECTORY <FILE | --list\n"
    "  --all   every picture, under its name\n"
    "  --cut   the first 0, 1, 2 and so on bytes of the file, as 00000 and up\n"
    "  --list  name, row, outcomes, ms, name of the one with the same hash\n";

static const struct hostile *const tables[] = { jpeg_cases, png_cases,
	line_cases };
#define TABLES (sizeof tables / sizeof *tables)

static const struct hostile *
find(const char *name)
{
	const struct hostile *h;
	size_t i;

	for (i = 0; i < TABLES; i++)
		for (h = tables[i]; h->name; h++)
			if (strcmp(h->name, name) == 0)
				return h;
	ct_die(CT_USAGE, "no case '%s'", name);
}

static int
list(void)
{
	const struct hostile *h;
	size_t i;

	for (i = 0; i < TABLES; i++)
		for (h = tables[i]; h->name; h++)
			printf("%s\t%s\t%s\t%u\t%s\n", h->name, h->row, h->want,
			    h->ms, *h->as ? h->as : "-");
	return fflush(stdout) ? CT_IOERR : 0;
}

static void
write_to(const char *path, const struct buf *b, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0 || ct_write_full(fd, b->p, len) < 0 || close(fd) < 0)
		ct_die(CT_CANTCREAT, "cannot write '%s'", path);
}

static int
all(const char *dir)
{
	const struct hostile *h;
	struct buf b = { 0 };
	char *path;
	size_t i;

	for (i = 0; i < TABLES; i++)
		for (h = tables[i]; h->name && *h->row != 'J'; h++) {
			b.len = 0;
			h->make(&b, h->arg);
			path = ct_printf("%s/%s", dir, h->name);
			write_to(path, &b, b.len);
			free(path);
		}
	free(b.p);
	return 0;
}

static int
cut(const char *dir)
{
	uint8_t piece[4096];
	struct buf b = { 0 };
	ssize_t got;
	char *path;
	size_t n;

	while ((got = ct_read_full(STDIN_FILENO, piece, sizeof piece)) > 0)
		put(&b, piece, (size_t)got);
	for (n = 0; n <= b.len; n++) {
		path = ct_printf("%s/%05zu", dir, n);
		write_to(path, &b, n);
		free(path);
	}
	free(b.p);
	return 0;
}

int
main(int argc, char *argv[])
{
	const struct hostile *h;
	struct buf b = { 0 };
	int rc;

	ct_start("hostile");
	if (argc == 2 && strcmp(argv[1], "--list") == 0)
		return list();
	if (argc == 3 && strcmp(argv[1], "--all") == 0)
		return all(argv[2]);
	if (argc == 3 && strcmp(argv[1], "--cut") == 0)
		return cut(argv[2]);
	if (argc < 2 || argc > 3)
		ct_usage(usage);
	h = find(argv[1]);
	h->make(
	    &b, argc == 3 ? ct_number("NUMBER", argv[2], 0, 1L << 32) : h->arg);
	rc = ct_write_full(STDOUT_FILENO, b.p, b.len) < 0 ? CT_IOERR : 0;
	free(b.p);
	return rc;
}
