/* decode_impl.h - private to the part decode: the worker and its children */
#ifndef CT_DECODE_IMPL_H
#define CT_DECODE_IMPL_H

#include "decode.h"
#include "decode_wire.h"

_Static_assert(CT_DECODE_DEPTH == CT_WIRE_SLOTS, "a slot each");

struct kid { /* a child of the worker */
	uint32_t id;
	int fd;             /* our end of the socket to it */
	uint32_t sent, got; /* requests, answers */
};

struct ct_decode {
	char *program, *env;
	struct ct_decode_how how;
	size_t slots; /* bytes of each slot */
	struct {
		int memory;  /* the memory file, */
		uint8_t *at; /* mapped; NULL: none */
	} slot[CT_WIRE_SLOTS];
	struct ct_worker worker;
	struct ct_decode_about about;
	/* its children that have anything under way, or are idle, oldest
	 * first; each but the last has got its whole batch */
	struct kid kid[CT_WIRE_SLOTS];
	size_t kids;
	/* seq of the oldest under way, of the first that no child has been
	 * sent yet, of the next */
	uint32_t first, put, next;
	int lost;              /* workers that died at first */
	uint32_t thumb, bytes; /* of what is sent now, as in the request */
	uint8_t *pixels;       /* of the last one waited for; NULL: never any */
	size_t held;           /* bytes of it that ever held any */
	struct ct_wire_ask ask[CT_WIRE_SLOTS];
	enum ct_image_kind kind[CT_WIRE_SLOTS];
};

/* Start a worker; there is none.  The codes are those of ct_decode_open. */
int decode_start(struct ct_decode *d, struct ct_err *err);

/* Kill the worker, if there is one, and all its children. */
void decode_stop(struct ct_decode *d);

/*
 * Make one more child; CT_NO: the worker is gone.  CT_TEMPFAIL.  A child that
 * could not be made shows when it does not answer.
 */
int kid_spawn(struct ct_decode *d, struct ct_err *err);

/* Be done with the oldest child, or with all of them; the rest move up. */
void kid_drop(struct ct_decode *d);
void kid_drop_all(struct ct_decode *d);

enum death {
	DEATH_CRASH,
	DEATH_VIOLATION, /* by the system call filter */
	DEATH_UNBORN,    /* there was no process for it, see errno */
	DEATH_WORKER     /* the worker itself is gone */
};

/* What did the oldest child die of?  It is killed, if it lives, and dropped. */
enum death kid_autopsy(struct ct_decode *d);

#endif
