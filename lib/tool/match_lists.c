/* match_lists.c - which lists are these, and what have they that others had
 * not?
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "entry.h"
#include "match_impl.h"

/* One that tells of no entry tells but the time. */
static bool
news(const struct ct_match *m)
{
	const struct ct_set_kind *k =
	    m->delta ? ct_set_kind(m->delta, CT_ENTRY_KIND) : NULL;

	return k && k->n;
}

void
ct_match_lists(const struct ct_match *m, struct ct_match_lists *lists)
{
	struct ct_set_head head;

	match_head(m, &head);
	*lists = (struct ct_match_lists){ .generation = head.generation,
		.base = ct_set_content(m->set),
		.own = news(m) ? ct_set_content(m->delta) : 0 };
}

uint64_t
ct_match_base(const struct ct_match *m)
{
	struct ct_set_head head;

	ct_set_head(m->set, &head);
	return head.generation;
}

void
ct_match_lists_text(
    const struct ct_match_lists *lists, char text[CT_MATCH_LISTS])
{
	(void)snprintf(text, CT_MATCH_LISTS, "%016llx%016llx",
	    (unsigned long long)lists->base, (unsigned long long)lists->own);
}

void
ct_match_lists_parse(struct ct_match_lists *lists, const char *text)
{
	char base[17] = { 0 };

	lists->base = lists->own = 0;
	if (!text || strlen(text) != CT_MATCH_LISTS - 1 ||
	    strspn(text, "0123456789abcdef") != CT_MATCH_LISTS - 1)
		return;
	memcpy(base, text, sizeof base - 1);
	lists->base = strtoull(base, NULL, 16);
	lists->own = strtoull(text + sizeof base - 1, NULL, 16);
}

/* Is it known that all but what changed by now is as it was then? */
static bool
were(const struct ct_match *m, uint64_t content)
{
	const struct ct_set_kind *k =
	    m->delta ? ct_set_kind(m->delta, CT_WERE_KIND) : NULL;

	return k && k->len == sizeof content &&
	    ct_set_find(k, (const uint8_t *)&content) != SIZE_MAX;
}

/* What was looked up in the index when more had changed since than it is known
 * of now may have missed what has come back. */
enum ct_match_left
ct_match_left(const struct ct_match *m, const struct ct_match_lists *then)
{
	struct ct_match_lists now;

	ct_match_lists(m, &now);
	if (!then->generation || !then->base || then->base != now.base)
		return CT_MATCH_ALL;
	if (then->own == now.own)
		return CT_MATCH_NOTHING;
	return were(m, then->own ? then->own : then->base) ? CT_MATCH_NEWS
							   : CT_MATCH_ALL;
}
