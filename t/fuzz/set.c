/* Any bytes as an index, its checksum made good: nothing outside is read. */
#include "set.h"

#include <stdlib.h>
#include <string.h>

#include "ham.h"
#include "set_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
use(const struct ct_set *set)
{
	static const uint8_t q[CT_SET_HASH_MAX];
	const struct ct_set_kind *k;
	struct ct_near_find near = { 0 };
	const uint32_t *note;
	struct ct_err err;
	const char *text;
	size_t i, j, n, size, group;

	(void)ct_set_verify(set, &err);
	for (i = 0; (k = ct_set_nth(set, i)); i++) {
		(void)ct_set_find(k, q);
		(void)ct_set_near(k, q, 31, &near, &err);
		(void)ct_set_near(k, q, 140, &near, &err);
		for (j = 0; j < k->n; j++)
			if (ct_set_notes(k, j, &note, &n, &err) == 0)
				for (; n; n--, note++)
					(void)ct_set_note(set, *note, &text,
					    &size, &group, &err);
	}
	ct_near_free(&near);
	for (i = 0; i < ct_set_ngroups(set); i++)
		(void)ct_set_group(set, i, &text, &size, &err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct set_header *h = calloc(len / 8 + 1, 8);
	struct ct_set *set;
	struct ct_err err;

	if (len)
		memcpy(h, data, len);
	if (len >= SET_HEAD) {
		memcpy(h->magic, CT_SET_MAGIC, sizeof h->magic);
		h->version = SET_VERSION;
		h->probe = SET_PROBE;
		h->size = SET_HEAD;
		h->bytes = len;
		h->nsections %= SET_SECTIONS;
		h->sum = ct_set_sum(h, SET_HEAD - sizeof h->sum);
	}
	if (ct_set_bytes(&set, h, len, &err) == 0) {
		use(set);
		ct_set_close(set);
	}
	free(h);
	return 0;
}
