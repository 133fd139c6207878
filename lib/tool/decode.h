/*
 * decode.h - pictures decoded and hashed by a ct-decode process
 *
 * Bytes of strangers never meet a decoder in the process that reads the pipe.
 * Up to CT_DECODE_DEPTH pictures are under way at once; results come in the
 * order they were sent.  A worker that crashes, hangs or answers nonsense is
 * killed and replaced: the picture it was at gets that outcome, the others
 * are sent again.
 */
#ifndef CT_DECODE_H
#define CT_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digest.h"
#include "err.h"
#include "image.h"
#include "pdq.h"
#include "rec.h"

#define CT_DECODE_DEPTH 4

struct ct_decode;

/* The greatest limits there may be; bytes is a slot of the memory file. */
#define CT_DECODE_BYTES ((uint32_t)64 << 20)
#define CT_DECODE_PIXELS 1000000000
#define CT_DECODE_SIDE 65535
#define CT_DECODE_SCANS 1000000
#define CT_DECODE_MEMORY ((uint32_t)2 << 30)
#define CT_DECODE_MS 86400000

struct ct_decode_how {
	struct ct_image_limits limits;
	enum ct_pdq_method method;
	bool turns;          /* hash all orientations */
	uint32_t batch;      /* pictures that one process decodes at most */
	const char *program; /* NULL: ct_sibling("ct-decode") */
};

/* ct_image_limits, CT_PDQ_TENT, one orientation, 64 pictures a process. */
extern const struct ct_decode_how ct_decode_how;

struct ct_decoded {
	enum ct_image_status status;
	enum ct_image_kind kind;
	struct ct_image_info info; /* 0 unless it was seen, at least in part */
	bool hashed; /* it was; zero if a side is under CT_PDQ_MIN */
	/* if hashed: */
	enum ct_pdq_method method;
	int quality; /* 0 to 100 */
	int turns;   /* 1, or CT_PDQ_TURNS if that was asked for */
	uint8_t pdq[CT_PDQ_TURNS][CT_PDQ_LEN];
};

/*
 * Start a worker: before anything large is allocated.  CT_UNAVAILABLE: it does
 * not run here; CT_TEMPFAIL: no process could be made; CT_OSERR: no memory.
 */
int ct_decode_open(
    struct ct_decode **d, const struct ct_decode_how *how, struct ct_err *err);
void ct_decode_close(struct ct_decode *d);

/*
 * Where the next picture's bytes go: 64 MiB; NULL if CT_DECODE_DEPTH are under
 * way.
 */
uint8_t *ct_decode_room(struct ct_decode *d);

/* How many bytes a picture may have: limits->bytes, or those 64 MiB. */
size_t ct_decode_max(const struct ct_decode *d);

/* Send the len bytes that were put there; their kind is a decodable one. */
int ct_decode_send(struct ct_decode *d, size_t len, struct ct_err *err);

/* The outcome of the oldest one under way; there must be one.  CT_TEMPFAIL or
 * CT_UNAVAILABLE if no new worker could be had; nothing more is decoded. */
int ct_decode_wait(
    struct ct_decode *d, struct ct_decoded *res, struct ct_err *err);

/* ---- files ----------------------------------------------------------------
 */

struct ct_hashed {
	uint64_t size;
	struct ct_digests sums;
	struct ct_decoded res; /* to be had from ct_decode_wait if sent */
	bool sent;
};

/*
 * Read the file to its end, once: these bytes are digested, and these very
 * bytes are sent to be decoded, unless they are too many or no picture.  Room
 * for them there must be.  CT_NOINPUT, CT_IOERR: it cannot be opened as
 * ct_file_open does, or read; other codes are not the file's fault.
 */
int ct_decode_file(struct ct_decode *d, struct ct_digest *digest,
    const char *path, bool follow, struct ct_hashed *h, struct ct_err *err);

/* Put the members file and hashes into rec, as in ct-record(5). */
void ct_hashed_members(json_t *rec, const struct ct_hashed *h);

#endif
