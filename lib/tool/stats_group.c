/* stats_group.c - what is counted apart */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"
#include "stats_impl.h"

#define NAMES_MAX 256 /* of a dimension */
#define MONTHS_MAX 2400
#define NAME_LEN 64

const char *const stats_dims[STATS_DIMS] = { "all", "month", "list", "surface",
	"method" };

/* No name means anything to a shell, a page or a spreadsheet. */
static bool
is_name(const char *name)
{
	size_t n = strspn(name,
	    "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789._/-");

	return n > 0 && n < NAME_LEN && name[n] == '\0' &&
	    !strchr("._/-", name[0]);
}

static unsigned
find(struct stats *s, enum stats_dim dim, const char *name, size_t *n)
{
	unsigned i;

	*n = 0;
	for (i = 0; i < s->groups; i++) {
		if (s->group[i].dim != dim)
			continue;
		if (strcmp(s->group[i].name, name) == 0)
			return i;
		++*n;
	}
	return i;
}

unsigned
stats_group(struct stats *s, enum stats_dim dim, const char *name)
{
	size_t most = dim == STATS_MONTH ? MONTHS_MAX : NAMES_MAX, n;
	unsigned i;

	if (!is_name(name))
		name = "other";
	i = find(s, dim, name, &n);
	if (i == s->groups && n >= most) {
		name = "other";
		i = find(s, dim, name, &n);
	}
	if (i == s->groups) {
		s->group = ct_grow(s->group, s->groups + 1, sizeof *s->group);
		s->group[s->groups++] =
		    (struct stats_group){ .dim = dim, .name = ct_strdup(name) };
	}
	return i;
}

unsigned
stats_month(struct stats *s, int64_t at)
{
	char text[CT_TIME_LEN];

	(void)ct_time(at, text);
	text[strlen("2026-11")] = '\0';
	return stats_group(s, STATS_MONTH, text);
}
