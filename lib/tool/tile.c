#include "tile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bytes.h"
#include "decode.h"
#include "digest.h"
#include "file.h"
#include "prog.h"

#define PIECE ((size_t)256 << 10) /* bytes read at a time */

const char *const ct_step_levels[CT_STEPS] = { "tile", "obscured", "full" };

static const uint32_t sides[CT_STEPS] = { 16, 64, 1600 };

struct ct_tiler {
	struct ct_decode *decoder; /* NULL: it failed, and a new one is due */
	struct ct_digest digest;
	const char *program;
};

static int
start(struct ct_tiler *t, struct ct_err *err)
{
	struct ct_decode_how how = ct_decode_how;

	how.program = t->program;
	how.batch = 1; /* a picture has no say about the next */
	how.thumb = sides[CT_STEP_FULL];
	return t->decoder ? 0 : ct_decode_open(&t->decoder, &how, err);
}

int
ct_tiler_open(struct ct_tiler **out, const char *program, struct ct_err *err)
{
	struct ct_tiler *t = ct_alloc(1, sizeof *t);
	int rc;

	t->program = program;
	t->digest.sha256_only = true;
	if ((rc = start(t, err))) {
		ct_tiler_close(t);
		t = NULL;
	}
	*out = t;
	return rc;
}

void
ct_tiler_close(struct ct_tiler *t)
{
	if (!t)
		return;
	ct_decode_close(t->decoder);
	ct_digest_free(&t->digest);
	free(t);
}

/* ---- its bytes -------------------------------------------------------------
 */

/* All that is there, to where the decoder finds it; *len more than it may
 * have: too many. */
static int
read_all(struct ct_tiler *t, int fd, size_t *len, struct ct_err *err)
{
	uint8_t *room = ct_decode_room(t->decoder);
	size_t max = ct_decode_max(t->decoder), n;
	ssize_t got = 1;
	uint8_t more;
	int rc = 0;

	*len = 0;
	while (!rc && got && *len < max) {
		n = max - *len < PIECE ? max - *len : PIECE;
		if ((got = ct_read_full(fd, room + *len, n)) < 0)
			return ct_fail_errno(err, CT_IOERR, "cannot read");
		rc = ct_digest_add(&t->digest, room + *len, (size_t)got, err);
		*len += (size_t)got;
	}
	if (!rc && *len == max && ct_read_full(fd, &more, 1) > 0)
		++*len;
	return rc;
}

/* The bytes of its file, if they are those that were found. */
static int
load(struct ct_tiler *t, const json_t *rec, size_t *len, struct ct_err *err)
{
	struct ct_digests sums;
	uint8_t want[CT_SHA256_LEN];
	int fd, rc;

	*len = 0;
	rc = ct_rec_hash(rec, "sha256", want, sizeof want, err);
	if (rc == CT_NO)
		return ct_fail(err, CT_DATAERR, "no hashes.sha256");
	if (rc)
		return rc;
	rc = ct_bytes_open(
	    rec, ct_decode_max(t->decoder), CT_BYTES_SOON, &fd, err);
	if (rc == CT_NO) {
		*len = ct_decode_max(t->decoder) + 1;
		return 0;
	}
	if (rc)
		return rc;
	if (!(rc = ct_digest_start(&t->digest, err)))
		rc = read_all(t, fd, len, err);
	(void)close(fd);
	if (!rc && *len <= ct_decode_max(t->decoder) &&
	    !(rc = ct_digest_end(&t->digest, &sums, err)) &&
	    memcmp(sums.sha256, want, sizeof want) != 0)
		rc = ct_fail(err, CT_DATAERR,
		    "the file is another than the one that was found");
	return rc;
}

/* ---- its pixels ------------------------------------------------------------
 */

/* What is known without a decoder; CT_IMAGE_OK: nothing. */
static enum ct_image_status
known(struct ct_tiler *t, size_t len)
{
	const uint8_t *bytes = ct_decode_room(t->decoder);

	if (len > ct_decode_max(t->decoder))
		return CT_IMAGE_TOO_LARGE;
	if (ct_image_decodable(ct_image_kind(bytes, len)))
		return CT_IMAGE_OK;
	return ct_image_cut(bytes, len) ? CT_IMAGE_CORRUPT
					: CT_IMAGE_UNSUPPORTED;
}

static int
decode(struct ct_tiler *t, size_t len, enum ct_step step, struct ct_tile *tile,
    struct ct_err *err)
{
	struct ct_decoded d;
	int rc;

	ct_decode_thumb(t->decoder, sides[step], step == CT_STEP_FULL);
	/* what fails here, waiting says again */
	(void)ct_decode_send(t->decoder, len, err);
	if ((rc = ct_decode_wait(t->decoder, &d, err)))
		return rc;
	*tile = (struct ct_tile){ .status = d.status,
		.info = d.info,
		.pixels = d.pixels,
		.w = d.thumb_w,
		.h = d.thumb_h,
		.bytes = d.bytes };
	return 0;
}

int
ct_tile(struct ct_tiler *t, const json_t *rec, enum ct_step step,
    struct ct_tile *tile, struct ct_err *err)
{
	struct ct_err why;
	size_t len;
	int rc = start(t, err);

	*tile = (struct ct_tile){ .status = CT_IMAGE_OK };
	if (rc ||
	    ((rc = load(t, rec, &len, err)) == 0 &&
		!(tile->status = known(t, len)) &&
		!(rc = decode(t, len, step, tile, err))))
		return rc;
	/* not sent, or no decoder is left */
	if (t->decoder && ct_decode_room(t->decoder) &&
	    ct_decode_clear(t->decoder, &why) == 0 && rc != CT_TEMPFAIL &&
	    rc != CT_OSERR && rc != CT_UNAVAILABLE)
		return rc;
	ct_decode_close(t->decoder);
	t->decoder = NULL;
	return rc;
}

void
ct_tiler_forget(struct ct_tiler *t)
{
	struct ct_err err;

	if (!t->decoder || ct_decode_forget(t->decoder, &err) == 0)
		return;
	ct_decode_close(t->decoder); /* and its memory with it */
	t->decoder = NULL;
}
