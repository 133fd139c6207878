/*
 * mkvectors NAME.pub DIR - objects of ct-vault(5), good ones and every damage
 *
 * Made from the page alone, with nothing of lib/tool/vault: DIR/WHAT/ID is the
 * object, DIR/WHAT/plain what is in it.  Prints WHAT and the exit status that
 * opening it must have, a line each.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CHUNK ((size_t)65536)
#define TAG ((size_t)17)
#define HEAD ((size_t)152)
#define CLOSING ((size_t)40)
#define ROOM ((size_t)4 << 20)
#define EDGES 16

enum { OK = 0, DAMAGED = 65, REFUSED = 77 };
enum { MESSAGE = 0, PUSH = 1, REKEY = 2, FINAL = 3 };

/* What of an object is not as it should be; zeroed: nothing. */
struct spec {
	size_t size; /* of the bytes */
	const char *manifest;
	size_t manifest_len; /* padded with blanks to this */
	int version, m;      /* what is added to that of the header */
	int first;           /* tag of the manifest */
	int odd;             /* tag of the first chunk behind it */
	int early;           /* FINAL one chunk early */
	int last;            /* tag of the last, in place of FINAL: 1 + tag */
	int more;            /* so many empty FINAL chunks behind it */
	size_t chunk;        /* of so many bytes each, not 65536 */
	int size_off;        /* what is added to the size of the closing */
	int sum_off;         /* and to the first byte of its SHA-256 */
	size_t closing;      /* so many bytes of it are left out */
	int whole;           /* the last chunk is full, none is behind it */
	int other;           /* the key inside is sealed to nobody we know */
};

struct object {
	uint8_t *p;
	size_t len, edge[EDGES], edges; /* where chunks end */
};

static uint8_t pub[32];
static char id[65];
static const char *dir;

static _Noreturn void
die(int code, const char *what)
{
	(void)fprintf(stderr, "mkvectors: %s\n", what);
	exit(code);
}

static void *
memory(size_t len)
{
	void *p = calloc(1, len);

	if (!p)
		die(71, "out of memory");
	return p;
}

static void
put(struct object *o, const void *p, size_t len)
{
	if (o->len + len > ROOM)
		die(70, "no room");
	memcpy(o->p + o->len, p, len);
	o->len += len;
}

static void
le(uint8_t *p, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static void
name(const struct object *o)
{
	uint8_t sum[32];

	crypto_generichash(sum, sizeof sum, o->p, o->len, NULL, 0);
	sodium_bin2hex(id, sizeof id, sum, sizeof sum);
}

static void
fill(uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		p[i] = (uint8_t)(i * 2654435761u >> 16);
}

static void
chunk(struct object *o, crypto_secretstream_xchacha20poly1305_state *st,
    const uint8_t *bound, const uint8_t *p, size_t len, int tag)
{
	static uint8_t cipher[(1 << 20) + 99];

	if (len + TAG > sizeof cipher)
		die(70, "no room");
	crypto_secretstream_xchacha20poly1305_push(
	    st, cipher, NULL, p, len, bound, 32, (unsigned char)tag);
	put(o, cipher, len + TAG);
	if (o->edges < EDGES)
		o->edge[o->edges++] = o->len;
}

/* The bytes and their closing, into a buffer of its own. */
static uint8_t *
plain(const struct spec *s, size_t *len)
{
	uint8_t *p = memory(s->size + CLOSING + 1);

	fill(p, s->size);
	le(p + s->size, s->size + (uint64_t)(int64_t)s->size_off, 8);
	crypto_hash_sha256(p + s->size + 8, p, s->size);
	p[s->size + 8] = (uint8_t)(p[s->size + 8] + s->sum_off);
	*len = s->size + CLOSING - s->closing;
	return p;
}

static void
body(const struct spec *s, struct object *o,
    crypto_secretstream_xchacha20poly1305_state *st, const uint8_t *bound)
{
	size_t len, at = 0, most = s->chunk ? s->chunk : CHUNK, n;
	uint8_t *p = plain(s, &len);
	int more = s->more, tag;

	do {
		n = len - at < most ? len - at : most;
		tag = n < most || (s->whole && at + n == len) ? FINAL : MESSAGE;
		if (tag == FINAL && s->last)
			tag = s->last - 1;
		else if (at == 0 && s->odd)
			tag = s->odd;
		else if (tag == MESSAGE && s->early && len - at < 2 * most)
			tag = FINAL;
		chunk(o, st, bound, p + at, n, tag);
		at += n;
	} while (at < len || (n == most && !s->whole));
	while (more-- > 0)
		chunk(o, st, bound, p, 0, FINAL);
	free(p);
}

static void
manifest(const struct spec *s, char *text, size_t cap)
{
	uint8_t *p = memory(s->size + 1), sum[32];
	char hex[65];

	fill(p, s->size);
	crypto_hash_sha256(sum, p, s->size);
	sodium_bin2hex(hex, sizeof hex, sum, sizeof sum);
	if (s->manifest)
		(void)snprintf(text, cap, "%s", s->manifest);
	else
		(void)snprintf(text, cap,
		    "{\"kind\":\"file\",\"id\":\"a.txt\",\"sha256\":\"%s\","
		    "\"size\":%zu}",
		    hex, s->size);
	for (size_t n = strlen(text); n < s->manifest_len; n++) {
		text[n] = ' ';
		text[n + 1] = '\0';
	}
	free(p);
}

static struct object
build(const struct spec *s)
{
	static char text[(1 << 20) + 9];
	struct object o = { memory(ROOM), 0, { HEAD }, 1 };
	crypto_secretstream_xchacha20poly1305_state st;
	uint8_t head[HEAD], key[32], bound[32], stranger[32], none[32];

	manifest(s, text, sizeof text);
	crypto_box_keypair(stranger, none);
	randombytes_buf(key, sizeof key);
	memcpy(head, "ct-vault", 8);
	le(head + 8, (uint64_t)(2 + s->version), 4);
	le(head + 12, strlen(text) + (uint64_t)(int64_t)s->m, 4);
	crypto_generichash(head + 16, 32, pub, sizeof pub, NULL, 0);
	crypto_box_seal(head + 48, key, sizeof key, s->other ? stranger : pub);
	crypto_secretstream_xchacha20poly1305_init_push(&st, head + 128, key);
	crypto_generichash(bound, sizeof bound, head, sizeof head, NULL, 0);
	put(&o, head, sizeof head);
	chunk(&o, &st, bound, (uint8_t *)text, strlen(text), s->first);
	body(s, &o, &st, bound);
	return o;
}

static void
save(const char *path, const void *p, size_t len)
{
	FILE *f = fopen(path, "w");

	if (!f || fwrite(p, 1, len, f) != len || fclose(f) != 0)
		die(73, path);
}

/* Write it as what, and tell which status it must give. */
static void
vector(const char *what, int code, const struct object *o, size_t size)
{
	char path[512];
	uint8_t *p = memory(size + 1);

	fill(p, size);
	(void)snprintf(path, sizeof path, "%s/%s", dir, what);
	if (mkdir(path, 0700) < 0)
		die(73, path);
	name(o);
	(void)snprintf(path, sizeof path, "%s/%s/%s", dir, what, id);
	save(path, o->p, o->len);
	(void)snprintf(path, sizeof path, "%s/%s/plain", dir, what);
	save(path, p, size);
	(void)printf("%s %d\n", what, code);
	free(p);
}

static void
one(const char *what, int code, struct spec s)
{
	struct object o = build(&s);

	vector(what, code, &o, s.size);
	free(o.p);
}

/* ---- good ones, around the chunk and the closing ---------------------------
 */

static void
good(void)
{
	static const size_t size[] = { 0, 1, 23, 24, 25, 39, 40, 41, 65495,
		65496, 65497, 65535, 65536, 65537, 131031, 131032, 131033,
		131071, 131072, 131073, 300000 };
	char what[64];

	for (size_t i = 0; i < sizeof size / sizeof *size; i++) {
		(void)snprintf(what, sizeof what, "size-%zu", size[i]);
		one(what, OK, (struct spec){ .size = size[i] });
	}
	one("manifest-of-a-pipe", OK, (struct spec){ 5, .manifest = "{}" });
	/* only SHA-256 proves the bytes */
	one("manifest-md5", OK,
	    (struct spec){ 9,
		.manifest = "{\"md5\":\"00000000000000000000000000000000\"}" });
	one("manifest-sha1", OK,
	    (struct spec){ 9,
		.manifest = "{\"sha1\":\"00000000000000000000000000000000"
			    "00000000\"}" });
	one("manifest-longest", OK,
	    (struct spec){ 5, .manifest_len = 1 << 20 });
	one("manifest-longer-than-a-chunk", OK,
	    (struct spec){ 5, .manifest_len = CHUNK + 1 });
}

/* ---- made wrong by someone who has the public key --------------------------
 */

static const struct {
	const char *what;
	struct spec spec;
} wrong[] = {
	{ "version-0", { 9, .version = -2 } },
	{ "version-1", { 9, .version = -1 } },
	{ "version-3", { 9, .version = 1 } },
	{ "version-256", { 9, .version = 254 } },
	{ "m-less", { 9, .m = -1 } },
	{ "m-more", { 9, .m = 1 } },
	{ "m-past-the-end", { 9, .m = 4096 } },
	{ "m-past-the-most", { 9, .m = 1 << 20 } },
	{ "m-negative", { 9, .m = -4096 } },
	{ "m-none", { 9, .manifest = "" } },
	{ "manifest-too-long", { 9, .manifest_len = (1 << 20) + 1 } },
	{ "manifest-array", { 9, .manifest = "[]" } },
	{ "manifest-text", { 9, .manifest = "x" } },
	{ "manifest-cut", { 9, .manifest = "{\"sha256\":" } },
	{ "manifest-twice", { 9, .manifest = "{}{}" } },
	{ "manifest-doubled", { 9, .manifest = "{\"a\":1,\"a\":2}" } },
	{ "manifest-sha256",
	    { 9,
		.manifest = "{\"sha256\":\"00000000000000000000000000000000"
			    "00000000000000000000000000000000\"}" } },
	{ "manifest-sha256-short", { 9, .manifest = "{\"sha256\":\"00\"}" } },
	{ "manifest-sha256-number", { 9, .manifest = "{\"sha256\":1}" } },
	{ "manifest-size", { 9, .manifest = "{\"size\":8}" } },
	{ "manifest-size-text", { 9, .manifest = "{\"size\":\"9\"}" } },
	{ "manifest-size-fraction", { 9, .manifest = "{\"size\":9.5}" } },
	{ "manifest-final", { 9, .first = FINAL } },
	{ "manifest-push", { 9, .first = PUSH } },
	{ "manifest-rekey", { 9, .first = REKEY } },
	{ "chunk-push", { 131072, .odd = PUSH } },
	{ "chunk-rekey", { 131072, .odd = REKEY } },
	{ "final-first", { 131072, .odd = FINAL } },
	{ "final-early", { 131072, .early = 1 } },
	{ "final-early-empty-behind", { 65496, .early = 1 } },
	{ "final-missing", { 9, .last = 1 + MESSAGE } },
	{ "final-missing-two", { 65537, .last = 1 + MESSAGE } },
	{ "final-missing-empty", { 65496, .last = 1 + MESSAGE } },
	{ "final-push", { 9, .last = 1 + PUSH } },
	{ "final-rekey", { 9, .last = 1 + REKEY } },
	{ "final-twice", { 9, .more = 1 } },
	{ "final-thrice", { 65496, .more = 2 } },
	{ "final-full", { 65496, .whole = 1 } },
	{ "chunks-of-65535", { 131072, .chunk = CHUNK - 1 } },
	{ "chunks-of-65537", { 131072, .chunk = CHUNK + 1 } },
	{ "chunks-of-1", { 9, .chunk = 1 } },
	{ "size-less", { 9, .size_off = -1 } },
	{ "size-more", { 9, .size_off = 1 } },
	{ "size-less-large", { 131072, .size_off = -40 } },
	{ "size-huge", { 9, .size_off = 0x7fffffff } },
	{ "size-negative", { 0, .size_off = -1 } },
	{ "size-of-the-chunk", { 65496, .size_off = 40 } },
	{ "sum-wrong", { 9, .sum_off = 1 } },
	{ "sum-wrong-empty", { 0, .sum_off = 1 } },
	{ "sum-wrong-large", { 131072, .sum_off = 255 } },
	{ "closing-none", { 0, .closing = 40 } },
	{ "closing-39", { 0, .closing = 1 } },
	{ "closing-none-behind-bytes", { 39, .closing = 40 } },
	{ "closing-none-behind-more", { 100, .closing = 40 } },
	{ "closing-39-behind-bytes", { 65497, .closing = 1 } },
	{ "closing-none-behind-chunks", { 131072, .closing = 40 } },
	{ "closing-cut-over-the-edge", { 65516, .closing = 20 } },
	{ "key-of-nobody", { 9, .other = 1 } },
};

/* ---- made wrong by anyone --------------------------------------------------
 */

/* The object's bytes, without from to to, more in their place. */
static void
spliced(const char *what, int code, const struct object *o, size_t from,
    size_t to, const void *more, size_t len)
{
	struct object n = { memory(ROOM), 0, { 0 }, 0 };

	put(&n, o->p, from);
	if (len)
		put(&n, more, len);
	put(&n, o->p + to, o->len - to);
	vector(what, code, &n, 0);
	free(n.p);
}

static void
cuts(const struct object *o, size_t size)
{
	size_t at[4 * EDGES] = { 0, 1, 8, 12, 16, 48, 128, HEAD }, n = 8;
	char what[64];

	for (size_t i = 0; i < o->edges; i++)
		for (size_t d = 0; d < 3; d++)
			at[n++] = o->edge[i] + d - 1;
	at[n++] = o->edge[o->edges - 2] + TAG;
	for (size_t i = 0; i < n; i++)
		if (at[i] < o->len && (i < 8 || at[i] != HEAD)) {
			(void)snprintf(
			    what, sizeof what, "cut-%zu-at-%zu", size, at[i]);
			spliced(what, DAMAGED, o, at[i], o->len, NULL, 0);
		}
}

static void
behind(const struct object *o, size_t size)
{
	static const size_t n[] = { 1, 16, 17, 18, 40, 57, 65552, 65553,
		65554 };
	uint8_t *zero = memory(65554);
	char what[64];

	for (size_t i = 0; i < sizeof n / sizeof *n; i++) {
		(void)snprintf(
		    what, sizeof what, "behind-%zu-are-%zu", size, n[i]);
		spliced(what, DAMAGED, o, o->len, o->len, zero, n[i]);
	}
	(void)snprintf(what, sizeof what, "behind-%zu-is-its-last", size);
	spliced(what, DAMAGED, o, o->len, o->len, o->p + o->edge[o->edges - 2],
	    o->len - o->edge[o->edges - 2]);
	free(zero);
}

/* Chunks of one that has three full ones and an end: edge[1] is where the
 * manifest ends. */
static void
chunks(const struct object *o)
{
	const size_t *e = o->edge;
	size_t c = CHUNK + TAG;
	uint8_t *two = memory(2 * c);

	memcpy(two, o->p + e[2], c);
	memcpy(two + c, o->p + e[1], c);
	spliced("chunks-swapped", DAMAGED, o, e[1], e[3], two, 2 * c);
	spliced("chunk-doubled", DAMAGED, o, e[2], e[2], o->p + e[1], c);
	spliced("chunk-left-out", DAMAGED, o, e[1], e[2], NULL, 0);
	spliced("last-chunk-left-out", DAMAGED, o, e[3], e[4], NULL, 0);
	spliced("manifest-left-out", DAMAGED, o, e[0], e[1], NULL, 0);
	spliced(
	    "manifest-again", DAMAGED, o, e[1], e[1], o->p + e[0], e[1] - e[0]);
	spliced("end-left-out", DAMAGED, o, e[4], e[5], NULL, 0);
	spliced("end-first", DAMAGED, o, e[1], e[1], o->p + e[4], e[5] - e[4]);
	free(two);
}

/* Parts of another object of the same key and bytes. */
static void
mixed(const struct object *o, const struct object *x)
{
	static const struct {
		const char *what;
		size_t from, to;
	} part[] = { { "header-of-another", 0, HEAD },
		{ "sealed-key-of-another", 48, 128 },
		{ "stream-of-another", 128, HEAD },
		{ "keys-of-another", 48, HEAD } };
	const size_t *e = o->edge;

	for (size_t i = 0; i < sizeof part / sizeof *part; i++)
		spliced(part[i].what, DAMAGED, o, part[i].from, part[i].to,
		    x->p + part[i].from, part[i].to - part[i].from);
	spliced("manifest-of-another", DAMAGED, o, e[0], e[1], x->p + e[0],
	    e[1] - e[0]);
	spliced("chunk-of-another", DAMAGED, o, e[1], e[2], x->p + e[1],
	    e[2] - e[1]);
	spliced(
	    "end-of-another", DAMAGED, o, e[4], e[5], x->p + e[4], e[5] - e[4]);
}

/* One bit in every field of the header and in every chunk. */
static void
flips(const struct object *o)
{
	size_t at[16 + 3 * EDGES] = { 0, 7, 8, 11, 12, 15, 48, 79, 127, 128,
		151 },
			   n = 11;
	char what[64];
	uint8_t b;

	for (size_t i = 1; i < o->edges; i++) {
		at[n++] = o->edge[i - 1];
		at[n++] = o->edge[i - 1] + 1;
		at[n++] = o->edge[i] - 1;
	}
	for (size_t i = 0; i < n; i++) {
		b = o->p[at[i]] ^ (uint8_t)(1 << i % 8);
		(void)snprintf(what, sizeof what, "bit-of-%zu", at[i]);
		spliced(what, DAMAGED, o, at[i], at[i] + 1, &b, 1);
	}
	for (size_t i = 16; i < 48; i += 31) {
		b = o->p[i] ^ 1;
		(void)snprintf(what, sizeof what, "key-id-%zu", i);
		spliced(what, REFUSED, o, i, i + 1, &b, 1);
	}
}

static void
damages(void)
{
	static const size_t size[] = { 0, 65496, 196608 };
	struct object o, x;

	for (size_t i = 0; i < sizeof size / sizeof *size; i++) {
		struct spec s = { .size = size[i] };

		o = build(&s);
		cuts(&o, size[i]);
		behind(&o, size[i]);
		if (size[i] == 196608) {
			x = build(&s);
			chunks(&o);
			mixed(&o, &x);
			flips(&o);
			free(x.p);
		}
		free(o.p);
	}
	o = (struct object){ memory(ROOM), 0, { 0 }, 0 };
	vector("nothing", DAMAGED, &o, 0);
	put(&o,
	    "not an object at all, but long enough for a header of one: "
	    "not an object at all, but long enough for a header of one: "
	    "not an object at all, but long enough for a header of one: ",
	    177);
	vector("text", DAMAGED, &o, 0);
	free(o.p);
}

int
main(int argc, char *argv[])
{
	char line[256], hex[65];
	FILE *f;

	if (argc != 3)
		die(64, "usage: mkvectors NAME.pub DIR");
	dir = argv[2];
	if (sodium_init() < 0)
		die(70, "libsodium does not start");
	f = fopen(argv[1], "r");
	if (!f || !fgets(line, sizeof line, f) ||
	    sscanf(line, "ct-vault-public 1 %64s", hex) != 1 ||
	    sodium_hex2bin(pub, sizeof pub, hex, 64, NULL, NULL, NULL) != 0)
		die(66, "no public key there");
	(void)fclose(f);
	good();
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		one(wrong[i].what, DAMAGED, wrong[i].spec);
	damages();
	return 0;
}
