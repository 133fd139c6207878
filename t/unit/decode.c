/*
 * A decoder that crashes, hangs, lies or babbles costs its own picture an
 * outcome and nothing else.  Started as such a worker, this very program
 * misbehaves as the first byte behind the picture's magic says.
 */
#include "decode.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "decode_wire.h"
#include "file.h"
#include "prog.h"

#include "../tap.h"

static const uint8_t magic[] = { 0xff, 0xd8, 0xff };

/* ---- the worker -----------------------------------------------------------
 */

static uint32_t
rnd(void)
{
	static uint32_t x = 1;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

/* Has it nothing of ours but what it needs, and that for reading only? */
static bool
bare(void)
{
	char dir[8];
	int fd;

	if (mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, CT_WIRE_MEMORY,
		0) != MAP_FAILED ||
	    write(CT_WIRE_MEMORY, "x", 1) >= 0 ||
	    ftruncate(CT_WIRE_MEMORY, 0) == 0)
		return false;

	for (fd = 4; fd < 64; fd++)
		if (lseek(fd, 0, SEEK_CUR) >= 0)
			return false;
	return getcwd(dir, sizeof dir) && strcmp(dir, "/") == 0 && !environ[0];
}

static void
misbehave(char how, struct ct_wire_answer *a)
{
	size_t i;

	switch (how) {
	case 'c':
		(void)kill(getpid(), SIGKILL);
		break;
	case 'e':
		_exit(0);
	case 't':
		(void)sleep(60);
		break;
	case 'p': /* half an answer, and no more */
		(void)ct_write_full(1, a, sizeof *a / 2);
		(void)sleep(60);
		break;
	case '2':
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
	case 'm':
		a->h = 4;
		break;
	case 'b':
		a->quality = bare() ? 100 : 0;
		break;
	case 'r':
		for (i = 0; i < sizeof *a; i++)
			((uint8_t *)a)[i] = (uint8_t)rnd();
		break;
	default:
		break;
	}
}

static int
worker(const uint8_t *memory)
{
	struct ct_wire_answer a = { 0 };
	struct ct_wire_ask ask;
	const uint8_t *bytes;

	(void)ct_write_full(1, &a, sizeof a);
	while (ct_read_full(0, &ask, sizeof ask) == (ssize_t)sizeof ask) {
		bytes = memory + ask.slot * CT_WIRE_SLOT;
		a = (struct ct_wire_answer){ .seq = ask.seq,
			.kind = CT_IMAGE_JPEG,
			.w = bytes[4],
			.h = 100,
			.frames = 1,
			.method = CT_PDQ_TENT,
			.quality = 90 };
		a.hash[0][31] = bytes[4];
		misbehave((char)bytes[3], &a);
		if (ct_write_full(1, &a, sizeof a) < 0)
			return 1;
	}
	return 0;
}

/* ---- the tests ------------------------------------------------------------
 */

/* Send pictures that make the worker do as the letters say; then tell what
 * became of each, a letter a picture. */
static const char *
fates(struct ct_decode *d, const char *letters)
{
	static char got[64];
	size_t n = strlen(letters), sent = 0, i;
	struct ct_err err = { 0 };
	struct ct_decoded res;
	uint8_t *room;

	for (i = 0; i < n; i++) {
		for (; sent < n && (room = ct_decode_room(d)); sent++) {
			memcpy(room, magic, sizeof magic);
			room[3] = (uint8_t)letters[sent];
			room[4] = (uint8_t)(sent + 10);
			if (ct_decode_send(d, 5, &err))
				ct_die_err(&err);
		}
		if (ct_decode_wait(d, &res, &err))
			ct_die_err(&err);
		got[i] = res.status == CT_IMAGE_CRASH  ? 'C'
		    : res.status == CT_IMAGE_TIMEOUT   ? 'T'
		    : res.status == CT_IMAGE_VIOLATION ? 'V'
		    : res.status == CT_IMAGE_OK && res.hashed &&
			res.info.w == i + 10 && res.pdq[0][31] == i + 10 &&
			res.kind == CT_IMAGE_JPEG && res.quality >= 90
		    ? '.'
		    : '?';
		if (got[i] != '.' && (res.hashed || res.info.w || res.quality))
			got[i] = '!';
	}
	got[n] = '\0';
	return got;
}

int
main(int argc, char *argv[])
{
	static const struct timespec pause = { 0, 100000000 };
	static const char bad[] = "sSkwxqohfm";
	struct ct_decode_how how = ct_decode_how;
	struct ct_decode *d = NULL;
	struct ct_err err = { 0 };
	char letters[] = "..?..", want[] = "..V..";
	void *memory = MAP_FAILED;
	size_t i, wrong = 0;

	if (argc == 1 && !environ[0])
		memory = mmap(NULL, CT_WIRE_SLOTS * CT_WIRE_SLOT, PROT_READ,
		    MAP_SHARED, CT_WIRE_MEMORY, 0);
	if (memory != MAP_FAILED)
		return worker(memory);
	ct_start("decode");
	how.limits.ms = 1000;
	how.program = "/proc/self/exe";
	if (ct_decode_open(&d, &how, &err))
		ct_die_err(&err);
	(void)argv;
	ok(strcmp(fates(d, "........."), ".........") == 0, "all is well");
	ok(strcmp(fates(d, "b"), ".") == 0,
	    "no descriptor, directory or environment of ours");
	ok(strcmp(fates(d, "..c......"), "..C......") == 0, "a crash");
	ok(strcmp(fates(d, "ccc"), "CCC") == 0, "every time");
	ok(strcmp(fates(d, ".e..e."), ".C..C.") == 0, "an exit");
	ok(strcmp(fates(d, "..t.."), "..T..") == 0, "a hang");
	ok(strcmp(fates(d, ".p.."), ".T..") == 0, "half an answer");
	for (i = 0; bad[i]; i++) {
		letters[2] = bad[i];
		ok(strcmp(fates(d, letters), want) == 0, "lie %c", bad[i]);
	}
	ok(strcmp(fates(d, "2.."), ".V.") == 0,
	    "one answer too many spoils the next");
	(void)fates(d, "2");
	(void)nanosleep(&pause, NULL);
	ok(strcmp(fates(d, "."), ".") == 0, "but not what comes much later");
	for (i = 0; i < 100; i++)
		wrong += strcmp(fates(d, "r"), "V") != 0;
	ok(wrong == 0, "100 answers of noise");
	ok(strcmp(fates(d, "...."), "....") == 0, "all is well again");
	ct_decode_close(d);
	how.program = "/nonexistent";
	ok(ct_decode_open(&d, &how, &err) == CT_UNAVAILABLE,
	    "no such worker: %s", err.msg);
	how.program = "/bin/true";
	ok(ct_decode_open(&d, &how, &err) == CT_UNAVAILABLE,
	    "one that says nothing: %s", err.msg);
	done();
}
