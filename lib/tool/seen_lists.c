/*
 * seen_lists.c - which lists rows were looked up in
 *
 * A generation says little: lists that were made anew, that came of a copy put
 * back, or of another machine have such numbers as well.  So rows have a number
 * of the store's own, and the manifest says of each which content that was.
 */
#include <string.h>

#include "seen_impl.h"

void
seen_lists_said(struct ct_match_lists *lists, const json_t *o)
{
	json_int_t n = json_integer_value(json_object_get(o, "generation"));

	ct_match_lists_parse(lists, ct_rec_text(o, "content"));
	lists->generation = n > 0 && n <= UINT32_MAX ? (uint64_t)n : 0;
}

const struct seen_lists *
seen_lists(const struct seen_manifest *m, uint32_t number)
{
	uint32_t i;

	if (number < SEEN_LISTS_FIRST)
		return NULL;
	for (i = m->nlists; i--;)
		if (m->lists[i].number == number)
			return &m->lists[i];
	return NULL;
}

/* The oldest goes, but not those of the most rows. */
static void
make_room(struct seen_manifest *m)
{
	uint32_t i = m->lists[0].number == m->floor ? 1 : 0;

	if (m->nlists < SEEN_LISTS)
		return;
	memmove(m->lists + i, m->lists + i + 1,
	    (SEEN_LISTS - i - 1) * sizeof *m->lists);
	m->nlists--;
}

uint32_t
seen_lists_number(
    struct seen_manifest *m, const struct ct_match_lists *l, bool *added)
{
	uint32_t i;

	*added = false;
	if (!l || !l->generation || !l->base)
		return 0;
	for (i = m->nlists; i--;)
		if (m->lists[i].base == l->base && m->lists[i].own == l->own &&
		    m->lists[i].generation == l->generation)
			return m->lists[i].number;
	if (!m->lists_next)
		m->lists_next = SEEN_LISTS_FIRST;
	if (m->lists_next == UINT32_MAX)
		return 0;
	make_room(m);
	m->lists[m->nlists++] = (struct seen_lists){ .base = l->base,
		.own = l->own,
		.number = m->lists_next,
		.generation = (uint32_t)l->generation };
	*added = true;
	return m->lists_next++;
}
