/* file_names.c - what is in a directory: ct_file_names of file.h */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "prog.h"

struct name {
	char *text;
};

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(
	    ((const struct name *)a)->text, ((const struct name *)b)->text);
}

static bool
ends(const char *name, const char *ending)
{
	size_t len = strlen(name), end = strlen(ending);

	return *name != '.' && len > end &&
	    strcmp(name + len - end, ending) == 0;
}

char **
ct_file_names(const char *dir, const char *ending)
{
	struct name *list = NULL;
	struct dirent *e;
	char **names = NULL;
	size_t n = 0;
	DIR *d = opendir(dir);
	int why;

	if (!d)
		return NULL;
	while ((errno = 0, e = readdir(d)))
		if (ends(e->d_name, ending)) {
			list = ct_grow(list, n + 1, sizeof *list);
			list[n++].text = ct_strdup(e->d_name);
		}
	why = errno;
	(void)closedir(d);
	if (n > 0)
		qsort(list, n, sizeof *list, by_bytes);
	if (!why)
		names = ct_alloc(n + 1, sizeof(char *));
	for (size_t i = 0; i < n; i++)
		if (names)
			names[i] = list[i].text;
		else
			free(list[i].text);
	free(list);
	errno = why;
	return names;
}
