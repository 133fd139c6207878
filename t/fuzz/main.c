/* main.c - a fuzz target over files and directories, without a fuzzer */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "prog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static size_t done;

/* From memory of exactly that size, so that a byte too far shows. */
static void
input(const char *path)
{
	struct ct_err err;
	uint8_t *p, *exact;
	size_t len;

	if (ct_file_read(path, (size_t)64 << 20, &p, &len, &err))
		ct_die_err(&err);
	exact = malloc(len);
	if (len && !exact)
		ct_die(CT_OSERR, "out of memory");
	if (len)
		memcpy(exact, p, len);
	free(p);
	(void)fprintf(stderr, "%s\n", path);
	(void)LLVMFuzzerTestOneInput(exact, len);
	free(exact);
	done++;
}

static void
each(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *d;
	char *name;

	if (!dir) {
		input(path);
		return;
	}
	while ((d = readdir(dir))) {
		if (d->d_name[0] == '.')
			continue;
		name = ct_printf("%s/%s", path, d->d_name);
		input(name);
		free(name);
	}
	(void)closedir(dir);
}

int
main(int argc, char *argv[])
{
	int i;

	ct_start("fuzz");
	for (i = 1; i < argc; i++)
		each(argv[i]);
	(void)printf("%zu inputs\n", done);
	return 0;
}
