/* ct-decode - decode pictures for another program of ours; see decode_wire.h */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "decode_wire.h"
#include "file.h"
#include "image.h"
#include "pdq.h"
#include "prog.h"

static const char usage[] =
    "usage: ct-decode [-hV]\n"
    "Decodes pictures for ct-hash, which starts it.  Not for use by hand.\n"
    "  -h, --help     print this and exit\n"
    "  -V, --version  print the version and exit\n";

struct hash {
	enum ct_pdq_method method;
	struct ct_pdq pdq;
	void *work;
};

static int
size(void *arg, uint32_t w, uint32_t h, uint32_t eighths)
{
	struct hash *hash = arg;
	struct ct_pdq_shape shape = {
		.method = hash->method, .w = w, .h = h, .eighths = eighths
	};

	hash->work = malloc(ct_pdq_need(&shape));
	if (!hash->work)
		return -1;
	ct_pdq_start(&hash->pdq, &shape, hash->work);
	return 0;
}

static void
row(void *arg, const uint8_t *pixels, int bytes)
{
	struct hash *hash = arg;

	ct_pdq_row(&hash->pdq, (enum ct_pdq_pixel)bytes, pixels);
}

/* One picture by this method, into a. */
static void
by(enum ct_pdq_method method, const struct ct_wire_ask *ask,
    const uint8_t *bytes, struct ct_wire_answer *a, bool *sure)
{
	struct ct_image_limits limits = { .bytes = CT_WIRE_SLOT,
		.pixels = ask->pixels,
		.side = ask->side,
		.scans = ask->scans,
		.memory = ask->memory };
	struct hash hash = { .method = method };
	struct ct_image_sink sink = { .size = size, .row = row, .arg = &hash };
	struct ct_image_info info;

	memset(a, 0, sizeof *a);
	a->seq = ask->seq;
	a->kind = ct_image_kind(bytes, ask->len);
	a->status = ct_image_decode(
	    bytes, ask->len, &limits, method == CT_PDQ_FAST, &sink, &info);
	*sure = true;
	if (ct_image_seen((enum ct_image_status)a->status)) {
		a->w = info.w;
		a->h = info.h;
		a->frames = info.frames;
		a->trailing = info.trailing;
		a->method =
		    method == CT_PDQ_FAST && !info.luma ? CT_PDQ_TENT : method;
		a->quality = (uint32_t)ct_pdq_end(&hash.pdq, a->hash[0]);
		*sure = ct_pdq_sure(&hash.pdq);
		if (ask->turns)
			ct_pdq_turns(&hash.pdq, a->hash);
	}
	free(hash.work);
}

static void
decode(const struct ct_wire_ask *ask, const uint8_t *bytes,
    struct ct_wire_answer *a)
{
	bool sure;

	by((enum ct_pdq_method)ask->method, ask, bytes, a, &sure);
	if (!sure)
		by(CT_PDQ_EXACT, ask, bytes, a, &sure);
}

/*
 * Grow the heap once to what decoding may take, and let malloc neither give
 * it back nor ask for more elsewhere: later, memory needs no system call.
 */
static void
warm_up(void)
{
#ifdef __GLIBC__
	void *p;

	(void)mallopt(M_MMAP_MAX, 0);
	(void)mallopt(M_TRIM_THRESHOLD, -1);
	p = malloc((size_t)ct_image_limits.memory + (16 << 20));
	if (!p)
		ct_die(CT_OSERR, "out of memory");
	free(p);
#endif
}

int
main(int argc, char *argv[])
{
	const size_t len = CT_WIRE_SLOTS * CT_WIRE_SLOT;
	struct ct_wire_answer a = { .status = CT_IMAGE_OK };
	struct ct_wire_ask ask;
	const uint8_t *memory;
	ssize_t n;

	ct_start("ct-decode");
	if (argc == 2 &&
	    (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0))
		return ct_help(usage);
	if (argc == 2 &&
	    (strcmp(argv[1], "-V") == 0 || strcmp(argv[1], "--version") == 0))
		return ct_version(NULL);
	memory = argc == 1
	    ? mmap(NULL, len, PROT_READ, MAP_SHARED, CT_WIRE_MEMORY, 0)
	    : MAP_FAILED;
	if (memory == MAP_FAILED)
		ct_usage(usage);
	warm_up();
	if (ct_write_full(STDOUT_FILENO, &a, sizeof a) < 0)
		return CT_IOERR;
	while ((n = ct_read_full(STDIN_FILENO, &ask, sizeof ask)) ==
	    (ssize_t)sizeof ask) {
		if (ask.slot >= CT_WIRE_SLOTS || ask.len > CT_WIRE_SLOT ||
		    ask.method >= CT_PDQ_METHODS)
			return CT_PROTOCOL;
		decode(&ask, memory + ask.slot * CT_WIRE_SLOT, &a);
		if (ct_write_full(STDOUT_FILENO, &a, sizeof a) < 0)
			return CT_IOERR;
	}
	return n == 0 ? CT_OK : CT_IOERR;
}
