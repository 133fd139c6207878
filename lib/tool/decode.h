/*
 * decode.h - pictures decoded and hashed by confined processes
 *
 * Bytes of strangers never meet a decoder in the process that reads the pipe.
 * A worker, ct-decode, makes children that can do nothing but read a request,
 * compute and write an answer; each serves a batch of pictures, one child at a
 * time.  Up to CT_DECODE_DEPTH pictures are under way at once; results come in
 * the order they were sent.
 *
 * A child that crashes, hangs, does what it may not or answers nonsense is
 * killed and replaced.  If that was at its first picture, that picture gets
 * the outcome; else the picture is first sent to a new child, for it may be an
 * earlier one that broke this.  (Not after a time-out, which would double the
 * time.)  The others that it had are sent again.  So with a batch of 1 no
 * picture can have a say about any other.  That is no secrecy: a picture that
 * has got hold of its child can read those that are under way with it, and
 * what is left of earlier ones.
 */
#ifndef CT_DECODE_H
#define CT_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "image.h"
#include "pdq.h"

#define CT_DECODE_DEPTH 4

struct ct_decode;

/* The greatest limits there may be. */
#define CT_DECODE_BYTES ((uint32_t)1 << 30)
#define CT_DECODE_PIXELS 1000000000
#define CT_DECODE_SIDE 65535
#define CT_DECODE_SCANS 1000000
#define CT_DECODE_MEMORY ((uint32_t)2 << 30)
#define CT_DECODE_MS 86400000
#define CT_DECODE_THUMB 2048

struct ct_decode_how {
	struct ct_image_limits limits;
	enum ct_pdq_method method;
	bool turns;     /* hash all orientations */
	uint32_t batch; /* pictures that one process decodes at most, > 0 */
	uint32_t thumb; /* pixels a side that ct_decode_thumb may ask for, at
			   most; 0: it is not called */
	const char *program; /* NULL: ct_sibling("ct-decode") */
};

/* ct_image_limits, CT_PDQ_TENT, one orientation, 64 pictures a process. */
extern const struct ct_decode_how ct_decode_how;

struct ct_decoded {
	enum ct_image_status status;
	enum ct_image_kind kind;
	struct ct_image_info info; /* 0 unless it was seen, at least in part */
	bool hashed;               /* it was; zero if not ct_pdq_hashes */
	/* if hashed: */
	enum ct_pdq_method method;
	int quality; /* 0 to 100 */
	int turns;   /* 1, or CT_PDQ_TURNS if that was asked for */
	uint8_t pdq[CT_PDQ_TURNS][CT_PDQ_LEN];
	/* if there were too many frames, or bytes behind its end: its bytes as
	 * they were sent, until ct_decode_room is written to; else NULL */
	const uint8_t *sent;
	/* if pixels were asked for, and it was seen: thumb_h rows of thumb_w,
	 * each of bytes, in memory of ours until the next ct_decode_wait */
	const uint8_t *pixels; /* or NULL */
	uint32_t thumb_w, thumb_h;
	int bytes; /* 1, grey, or 3, red, green, blue */
};

/*
 * Start a worker: before anything large is allocated, and in a thread that
 * lives until ct_decode_close, as the worker dies with it; all other calls
 * are for that thread too.  CT_UNAVAILABLE: it does not run here, or there is
 * no seccomp here; CT_TEMPFAIL: no process could be made; CT_OSERR: no memory.
 * Built with sanitizers it runs unconfined and warns of it, once.
 */
int ct_decode_open(
    struct ct_decode **d, const struct ct_decode_how *how, struct ct_err *err);
void ct_decode_close(struct ct_decode *d);

/* What confines its children. */
struct ct_decode_about {
	bool seccomp;    /* false only if built with sanitizers */
	int landlock;    /* version; 0: this system has none */
	char kernel[16]; /* that pdq uses there; "" if it did not say */
};
void ct_decode_about(const struct ct_decode *d, struct ct_decode_about *about);

/*
 * Where the next picture's bytes go: ct_decode_max of them; NULL if
 * CT_DECODE_DEPTH are under way.
 */
uint8_t *ct_decode_room(struct ct_decode *d);

/* What was put there is not to be sent: give back its memory.  CT_OSERR. */
int ct_decode_clear(struct ct_decode *d, struct ct_err *err);

/* How many bytes a picture may have: limits.bytes. */
size_t ct_decode_max(const struct ct_decode *d);

/* Nothing is under way: what the last pictures left in our memory, bytes and
 * pixels, is to be zero.  CT_OSERR. */
int ct_decode_forget(struct ct_decode *d, struct ct_err *err);

/*
 * From now on what is sent is not hashed, but comes back itself: shrunk, never
 * grown, to side pixels at most, grey or in colour, and turned upright, as EXIF
 * in it says.  side 0: hashed again.
 */
void ct_decode_thumb(struct ct_decode *d, uint32_t side, bool colour);

/* Send the len bytes that were put there; their kind is a decodable one.  It
 * is under way even if no child can be had, and ct_decode_wait says so again.
 */
int ct_decode_send(struct ct_decode *d, size_t len, struct ct_err *err);

/* Has the oldest one under way, of which there must be one, an outcome? */
bool ct_decode_ready(const struct ct_decode *d);

/*
 * The outcome of the oldest one under way; there must be one.  Its time, the
 * limit ms, is what passes in this call while we run: a program that was
 * stopped finds its pictures as they were.  CT_TEMPFAIL, CT_OSERR or
 * CT_UNAVAILABLE if no new worker could be had; nothing more is decoded.
 */
int ct_decode_wait(
    struct ct_decode *d, struct ct_decoded *res, struct ct_err *err);

#endif
