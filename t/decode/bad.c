#include "bad.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "image.h"
#include "prog.h"

uint32_t
bad_random(uint32_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 17;
	*x ^= *x << 5;
	return *x;
}

static _Noreturn void
hang(void)
{
	char c;

	while (read(0, &c, 1) >= 0) /* at the end too */
		;
	for (;;)
		;
}

/* What is never an answer: noise, but for what must be right to be read. */
static void
noise(const uint8_t *bytes, struct ct_wire_answer *a)
{
	uint32_t x, seq = a->seq;
	size_t i;

	memcpy(&x, bytes + 5, sizeof x);
	for (i = 0; i < sizeof *a; i++)
		((uint8_t *)a)[i] = (uint8_t)bad_random(&x);
	if (x & 1)
		a->seq = seq;
	if (x & 2)
		a->status %= CT_IMAGE_STATUSES;
	if (x & 4)
		a->kind = CT_IMAGE_JPEG;
}

static bool
misbehave(const uint8_t *bytes, size_t len, struct ct_wire_answer *a)
{
	static char after;
	int i;

	switch (bytes[3]) {
	case 'c':
		__builtin_trap();
	case 'e':
		_exit(0);
	case 'E': /* as if there were no memory for it */
		_exit(CT_OSERR);
	case 'z': /* of no use for another one */
		return false;
	case 't':
		hang();
	case 'p': /* half an answer, and no more */
		(void)ct_write_full(1, a, sizeof *a / 2);
		hang();
	case 'P': /* the same, and then one */
		(void)ct_write_full(1, a, sizeof *a / 2);
		break;
	case '0': /* nothing at all, said */
		(void)!write(1, a, 0);
		break;
	case 'l': /* two in one */
		(void)!write(
		    1, (struct ct_wire_answer[]){ *a, *a }, 2 * sizeof *a);
		break;
	case '2': /* one too many; in a batch it may go unheard */
		(void)ct_write_full(1, a, sizeof *a);
		break;
	case '9': /* as many as go in */
		for (i = 0; i < 100; i++)
			(void)ct_write_full(1, a, sizeof *a);
		break;
	case 'n': /* for the next ones too: in a batch nobody can tell */
		for (i = 0; i < 4; i++, a->seq++)
			(void)ct_write_full(1, a, sizeof *a);
		break;
	case 's':
		a->seq++;
		break;
	case 'S':
		a->status = CT_IMAGE_VIOLATION;
		break;
	case 'k':
		a->kind = CT_IMAGE_PNG;
		break;
	case 'w':
		a->w = 30001;
		break;
	case 'x': /* more pixels than allowed */
		a->w = a->h = 20000;
		break;
	case 'q':
		a->quality = 101;
		break;
	case 'o': /* more ones than a median leaves */
		memset(a->hash, 0xff, sizeof a->hash);
		break;
	case 'h': /* a hash of what was not seen */
		a->status = CT_IMAGE_CORRUPT;
		break;
	case 'f': /* no JPEG has several */
		a->status = CT_IMAGE_TOO_MANY_FRAMES;
		break;
	case 'T': /* pixels that nobody asked for */
		a->thumb_w = a->thumb_h = 16;
		break;
	case 'm':
		a->h = 4;
		break;
	case 'b': /* traps for those that come after it: nonsense, */
		after = 'w';
		break;
	case 'B': /* and a lie that nobody can tell */
		after = 'q';
		break;
	case 'g': /* what is behind it */
		for (i = 0; i < 64; i++)
			a->hash[0][31] |= bytes[len + (size_t)i];
		break;
	case 'L':
		a->hash[0][31] = bytes[len - 1];
		break;
	case 'r':
		noise(bytes, a);
		break;
	default:
		break;
	}
	if (bytes[3] == '.' && after == 'w')
		a->w = 0;
	if (bytes[3] == '.' && after == 'q')
		a->quality = 10;
	return true;
}

/* Say this answer, n bytes of the pixels in whole messages, and some bytes. */
static void
say_part(const struct ct_wire_answer *a, size_t n, size_t more)
{
	static const uint8_t piece[2 * CT_WIRE_PIECE];

	(void)ct_write_full(1, a, sizeof *a);
	for (; n; n -= CT_WIRE_PIECE)
		(void)!write(1, piece, CT_WIRE_PIECE);
	if (more)
		(void)!write(1, piece, more);
}

/* A picture of one brightness, which is its fifth byte. */
static bool
pixels_of(const struct ct_wire_ask *ask, const uint8_t *bytes,
    struct ct_wire_answer *a, uint8_t **pixels)
{
	size_t all;

	a->w = a->h = 1000;
	ct_image_fit(a->w, a->h, ask->thumb, &a->thumb_w, &a->thumb_h);
	all = (size_t)a->thumb_w * a->thumb_h * ask->bytes;
	*pixels = malloc(all);
	memset(*pixels, bytes[4], all);
	switch (bytes[3]) {
	case 't': /* half of it, and no more */
		say_part(a, CT_WIRE_PIECE, 0);
		hang();
	case 'e':
		say_part(a, CT_WIRE_PIECE, 0);
		_exit(0);
	case 's': /* a message too short, */
		say_part(a, CT_WIRE_PIECE, 100);
		break;
	case 'l': /* or too long */
		say_part(a, 0, CT_WIRE_PIECE + 1);
		break;
	case '2': /* all of it, and then again */
		say_part(a, 2 * CT_WIRE_PIECE, all - 2 * CT_WIRE_PIECE);
		break;
	case 'n': /* none at all */
		a->thumb_w = a->thumb_h = 0;
		break;
	case 'w':
		a->thumb_w++;
		break;
	case 'h':
		a->thumb_h = 1;
		break;
	case 'x': /* and a hash */
		a->hash[0][0] = 1;
		break;
	case 'q':
		a->quality = 1;
		break;
	case 'c': /* of what was not seen */
		a->status = CT_IMAGE_CORRUPT;
		break;
	default:
		break;
	}
	return true;
}

bool
bad_picture(const struct ct_wire_ask *ask, const uint8_t *bytes,
    struct ct_wire_answer *a, uint8_t **pixels)
{
	a->kind = CT_IMAGE_JPEG;
	a->frames = 1;
	if (ask->thumb)
		return pixels_of(ask, bytes, a, pixels);
	a->w = bytes[4];
	a->h = 100;
	a->method = CT_PDQ_TENT;
	a->quality = 90;
	a->hash[0][31] = bytes[4];
	return misbehave(bytes, ask->len, a);
}

void
bad_worker(const char *how)
{
	struct ct_worker_news news = { .what = CT_WORKER_HELLO,
		.seccomp = strcmp(how, "open") != 0,
		.kernel = "test1" };
	struct ct_worker_order order;
	struct ct_wire_setup setup;

	if (read(0, &setup, sizeof setup) != (ssize_t)sizeof setup)
		_exit(CT_USAGE);
	if (strcmp(how, "what") == 0)
		news.what = CT_WORKER_DEAD;
	if (strcmp(how, "landlock") == 0)
		news.landlock = -1;
	if (strcmp(how, "seccomp") == 0)
		news.seccomp = 2;
	if (strcmp(how, "kernel") == 0)
		memcpy(news.kernel, "bad name", 9);
	if (strcmp(how, "long") == 0)
		memset(news.kernel, 'a', sizeof news.kernel);
	if (strcmp(how, "behind") == 0)
		news.kernel[10] = 'x';
	(void)!write(0, &news, sizeof news - (strcmp(how, "short") == 0));
	while (read(0, &order, sizeof order) == (ssize_t)sizeof order) {
		if (strcmp(how, "dies") == 0)
			_exit(0);
		/* no process: the socket that came is closed, as none took it
		 */
		news = (struct ct_worker_news){
			.what = CT_WORKER_DEAD, .id = order.id, .error = EAGAIN
		};
		if (order.what == CT_WORKER_TELL)
			(void)!write(0, &news, sizeof news);
	}
	_exit(0);
}
