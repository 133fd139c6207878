/* rec_hint.c - lines that are no record: what may stand behind them */
#include <string.h>

#include "rec.h"

/* #: 4 to 7, of the escape of a letter */
static const char *const sign[CT_HINTS] = { "frame", "\\u00#", "\"frame\"" };

/* How much of sign is there, with one byte more. */
static unsigned
match(const char *text, unsigned n, unsigned char c)
{
	unsigned char low = c >= 'A' && c <= 'Z' ? c | 0x20 : c;

	if (!text[n])
		return n; /* it stays seen */
	if ((unsigned char)text[n] == low ||
	    (text[n] == '#' && c >= '4' && c <= '7'))
		return n + 1;
	/* no sign begins within itself, but for its first byte */
	return (unsigned char)text[0] == low;
}

void
ct_hint_add(struct ct_hint *h, const char *bytes, size_t len)
{
	unsigned char c;
	size_t i;
	int s;

	for (i = 0; i < len; i++) {
		c = (unsigned char)bytes[i];
		/* blanks and a byte order mark hide no brace */
		if (!h->begun && c > ' ' && c != 0xef && c != 0xbb &&
		    c != 0xbf) {
			h->begun = true;
			h->brace = c == '{';
		}
		for (s = 0; s < CT_HINTS; s++)
			h->n[s] = match(sign[s], h->n[s], c);
	}
}

bool
ct_hint_frame(const struct ct_hint *h)
{
	bool seen[CT_HINTS];
	int s;

	for (s = 0; s < CT_HINTS; s++)
		seen[s] = h->n[s] == strlen(sign[s]);
	return h->brace ? seen[0] || seen[1] : seen[2];
}
