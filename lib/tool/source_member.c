/* source_member.c - whose entries are looked for; by itself, so that what reads
 * indexes links no adapter and with it no network */
#include <string.h>

#include "source.h"

bool
ct_source_wants(const struct ct_source *src, const char *member)
{
	const char *p = src->members;
	size_t n = strlen(member), len;

	if (!p)
		return true;
	for (; *p; p += len) {
		p += strspn(p, " \t");
		len = strcspn(p, " \t");
		if (len == n && n && strncmp(p, member, n) == 0)
			return true;
	}
	return false;
}
