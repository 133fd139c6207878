/* Any bytes as box meta: no crash, and what is said to be in it is. */
#include "heif.h"

#include "fuzz.h"

extern volatile unsigned fuzz_sum;
volatile unsigned fuzz_sum; /* so that bytes are read */

/* Every byte of it. */
static unsigned
touch(const uint8_t *p, size_t len)
{
	unsigned sum = 0;

	while (len--)
		sum += *p++;
	return sum;
}

static unsigned
look(const struct ct_heif_item *item)
{
	unsigned sum = touch(item->code, item->code_len), i;

	must(item->pieces > 0 && item->pieces <= CT_HEIF_PIECES);
	must(item->turn % 90 == 0 && item->turn < 360);
	must(item->range >= -1 && item->range <= 1);
	must(strlen(item->type) <= 4);
	for (i = 0; i < item->pieces; i++)
		if (item->piece[i].here)
			sum += touch(
			    item->piece[i].here, (size_t)item->piece[i].len);
	return sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint32_t ids[CT_HEIF_TILES];
	struct ct_heif_item item;
	struct ct_heif_grid g;
	struct ct_heif h;
	size_t n, i;

	if (ct_heif_grid(&g, data, len))
		must(g.w && g.h && g.rows * g.columns <= CT_HEIF_TILES);
	if (!ct_heif_open(&h, data, len) || !ct_heif_primary(&h, &item))
		return 0;
	fuzz_sum = look(&item);
	n = ct_heif_made_of(&h, item.id, ids, CT_HEIF_TILES);
	must(n <= CT_HEIF_TILES);
	(void)ct_heif_others(&h, item.id);
	for (i = 0; i < n && i < 16; i++)
		if (ct_heif_item(&h, ids[i], &item))
			fuzz_sum = look(&item);
	return 0;
}
