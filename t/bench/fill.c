/*
 * fill - a list of made-up hashes, as a source would have brought it
 *
 *	fill HOME NAME FROM TO [ONLY]
 *
 * Entries FROM to TO, each of an MD5, a SHA-1, a SHA-256 and a PDQ hash (or one
 * of the type ONLY), are put into HOME/lists/NAME.db, 1000 a transaction; as
 * another FROM gives other hashes to the entries that there are, it changes
 * them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "list.h"
#include "prog.h"

#define PAGE 1000

static uint64_t state;

static uint64_t
next(void)
{
	uint64_t z = (state += 0x9e3779b97f4a7c15u);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static int
put(struct ct_list *list, long i, const char *only, uint64_t turn,
    struct ct_err *err)
{
	static const char *const types[] = { "md5", "pdq", "sha1", "sha256" };
	uint64_t hash[4][4];
	struct ct_signal s[4];
	char id[32], member[16];
	struct ct_entry e = { member, id, "image", "A1", "2026-01-01T10:00:00Z",
		s, 0 };
	size_t k, j;

	(void)snprintf(id, sizeof id, "%ld", 10000000 + i);
	(void)snprintf(member, sizeof member, "%ld", 9000 + i % 40);
	state = (uint64_t)i * 1000003 + turn;
	for (k = 0; k < 4; k++) {
		for (j = 0; j < 4; j++)
			hash[k][j] = next();
		if (only && strcmp(only, types[k]) != 0)
			continue;
		s[e.n] = (struct ct_signal){ .hash = (uint8_t *)hash[k],
			.len = ct_signal_len(types[k]),
			.opinion = "positive" };
		memcpy(s[e.n++].type, types[k], strlen(types[k]));
	}
	return ct_list_put(list, &e, 1, false, err);
}

int
main(int argc, char *argv[])
{
	struct ct_list_state st;
	struct ct_list *list;
	struct ct_err err = { 0 };
	long i, from, to;

	ct_start("fill");
	if (argc < 5)
		ct_usage("usage: fill HOME NAME FROM TO [ONLY]\n");
	from = ct_number("FROM", argv[3], 0, 1L << 40);
	to = ct_number("TO", argv[4], from, 1L << 40);
	if (ct_list_open(&list, argv[1], argv[2], true, &err) ||
	    ct_list_state(list, &st, &err))
		ct_die_err(&err);
	for (i = from; i < to; i++) {
		if ((i - from) % PAGE == 0 && ct_list_begin(list, &err))
			ct_die_err(&err);
		if (put(list, i, argv[5], (uint64_t)st.generation, &err))
			ct_die_err(&err);
		if ((i - from) % PAGE != PAGE - 1 && i != to - 1)
			continue;
		st.revision++;
		if (i == to - 1) {
			st.generation++;
			st.last_run = st.last_reconcile = ct_now();
		}
		if (ct_list_keep(list, &st, &err) || ct_list_commit(list, &err))
			ct_die_err(&err);
	}
	ct_list_close(list);
	return 0;
}
