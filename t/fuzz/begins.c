/* Any bytes as what may stand behind a picture: where something begins is the
 * first place, by no more bytes than are promised, and whoever looks for more
 * kinds finds no fewer. */
#include "fuzz.h"

#include "image.h"

static size_t
look(const uint8_t *data, size_t len, enum ct_image_where where)
{
	size_t at = ct_image_begins(data, len, where), i, n;

	must(at <= len);
	for (i = at < 64 ? 0 : at - 64; i < at; i++)
		must(ct_image_begins(data + i, len - i, where) == at - i);
	if (at == len)
		return at;
	n = len - at < CT_IMAGE_BEGINS ? len - at : CT_IMAGE_BEGINS;
	must(ct_image_begins(data + at, n, where) == 0);
	return at;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	size_t films = look(data, len, CT_IMAGE_FILMS);
	size_t within = look(data, len, CT_IMAGE_WITHIN);
	size_t behind = look(data, len, CT_IMAGE_BEHIND);

	must(behind <= within && within <= films);
	return 0;
}
