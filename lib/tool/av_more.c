/*
 * av_more.c - pictures in a picture of which libav decodes but one: pages of a
 * TIFF, the frames of a JPEG XL
 */
#include <string.h>

#include "av_impl.h"
#include "number.h"

/* ---- TIFF -----------------------------------------------------------------
 */

#define SUB_IFDS 330

static uint32_t
number(const uint8_t *p, int bytes, bool little)
{
	return (uint32_t)(little ? ct_little(p, bytes) : ct_big(p, bytes));
}

/* Has it pages behind the first, or within it? */
static bool
pages(const struct av *a)
{
	uint8_t head[8], entry[12], b[4];
	uint32_t n;
	uint64_t at;
	bool little;

	if (av_read_at(a, 0, head, 8) < 8)
		return false;
	little = *head == 'I';
	at = number(head + 4, 4, little);
	if (av_read_at(a, at, b, 2) < 2)
		return false;
	at += 2;
	for (n = number(b, 2, little); n; n--, at += sizeof entry)
		if (av_read_at(a, at, entry, sizeof entry) < sizeof entry ||
		    number(entry, 2, little) == SUB_IFDS)
			return true;
	return av_read_at(a, at, b, 4) == 4 && number(b, 4, true) != 0;
}

/* ---- JPEG XL: ISO/IEC 18181-1, annexes D.2 and D.3 --------------------------
 */

struct bits { /* the lowest first */
	const uint8_t *p;
	size_t n, at;
};

static uint32_t
take(struct bits *b, unsigned n)
{
	uint32_t all = 0;
	unsigned i;

	for (i = 0; i < n; i++, b->at++)
		if (b->at / 8 < b->n)
			all |= (uint32_t)(b->p[b->at / 8] >> b->at % 8 & 1)
			    << i;
	return all;
}

static void
side(struct bits *b, bool eighths)
{
	static const unsigned wide[] = { 9, 13, 18, 30 };

	(void)take(b, eighths ? 5 : wide[take(b, 2)]);
}

static void
size(struct bits *b)
{
	const bool eighths = take(b, 1);

	side(b, eighths);
	if (take(b, 3) == 0)
		side(b, eighths);
}

/* Of its head: does it move, or has it another picture in front? */
static bool
moves(const uint8_t *code, size_t n)
{
	struct bits b = { code, n, 16 };

	size(&b);
	if (take(&b, 1) || !take(&b, 1)) /* all is as usual; nothing more */
		return false;
	(void)take(&b, 3);
	if (take(&b, 1))
		size(&b);
	return take(&b, 1) || take(&b, 1);
}

static bool
frames(const struct av *a)
{
	uint8_t b[64] = { 0 };
	uint64_t at = 0, len;
	size_t n, from;

	while ((n = av_read_at(a, at, b, sizeof b)) > 20) {
		if (b[0] == 0xff && b[1] == 0x0a)
			return moves(b, n);
		len = number(b, 4, false);
		from = memcmp(b + 4, "jxlc", 4) == 0 ? 8
		    : memcmp(b + 4, "jxlp", 4) == 0  ? 12
						     : 0;
		if (len == 1) {
			len = (uint64_t)number(b + 8, 4, false) << 32 |
			    number(b + 12, 4, false);
			from += from ? 8 : 0;
		}
		if (from)
			return moves(b + from, n - from);
		if (len < 8 || len > (uint64_t)a->size)
			break;
		at += len;
	}
	return false;
}

bool
av_more(const struct av *a)
{
	return a->kind == CT_IMAGE_TIFF ? pages(a)
	    : a->kind == CT_IMAGE_JXL   ? frames(a)
					: false;
}
