/* line.c - lines of JSON that nobody should send: the large ones of rows J */
#include <stdio.h>

#include "hostile.h"

typedef void make_fn(struct buf *b, long arg);
static make_fn longest, deep, keys, long_key;

#define MIB (1L << 20)

const struct hostile line_cases[] = {
	{ "line-1m-1", "J4", "record", 1000, "", longest, MIB - 1 },
	{ "line-1m", "J4", "record", 1000, "", longest, MIB },
	{ "line-1m+1", "J4", "error", 1000, "", longest, MIB + 1 },
	{ "line-100m", "J4", "error", 5000, "", longest, 100 * MIB },
	{ "line-deep-64", "J9", "record", 1000, "", deep, 64 },
	{ "line-deep-65", "J9", "error", 1000, "", deep, 65 },
	{ "line-deep-2049", "J9", "error", 1000, "", deep, 2049 },
	{ "line-deep-100000", "J9", "error", 1000, "", deep, 100000 },
	{ "line-85000-keys", "J10", "record", 300, "", keys, 85000 },
	{ "line-1000000-keys", "J10", "error", 1000, "", keys, 1000000 },
	{ "line-key-64k", "J17", "record", 1000, "", long_key, 65536 },
	{ NULL, NULL, NULL, 0, NULL, NULL, 0 },
};

/* Every line has an id, and after it what is odd. */
#define HEAD "{\"id\":\"x\",\"odd\":"

static void
longest(struct buf *b, long len)
{
	put_text(b, HEAD "\"");
	put_fill(b, 'o', (size_t)len - b->len - 2);
	put_text(b, "\"}\n");
}

/* So many objects and arrays within one another. */
static void
deep(struct buf *b, long depth)
{
	put_text(b, HEAD);
	put_fill(b, '[', (size_t)depth - 1);
	put_fill(b, ']', (size_t)depth - 1);
	put_text(b, "}\n");
}

static void
keys(struct buf *b, long n)
{
	char key[32];
	long i;

	put_text(b, HEAD "1");
	for (i = 0; i < n; i++) {
		(void)snprintf(key, sizeof key, ",\"%05ld\":0", i);
		put_text(b, key);
	}
	put_text(b, "}\n");
}

static void
long_key(struct buf *b, long len)
{
	put_text(b, HEAD "1,\"");
	put_fill(b, 'k', (size_t)len);
	put_text(b, "\":1}\n");
}
