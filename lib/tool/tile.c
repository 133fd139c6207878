#include "tile_impl.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blake.h"
#include "bytes.h"
#include "decode.h"
#include "digest.h"
#include "file.h"
#include "prog.h"

#define PIECE ((size_t)256 << 10)   /* bytes read at a time */
#define FETCHED ((uint64_t)1 << 30) /* bytes of what is not here, at most */

const char *const ct_step_levels[CT_STEPS] = { "tile", "obscured", "full" };

const uint32_t tile_sides[CT_STEPS] = { 16, 64, 1600 };

static int
start(struct ct_tiler *t, struct ct_err *err)
{
	struct ct_decode_how how = ct_decode_how;

	how.program = t->program;
	how.batch = 1; /* a picture has no say about the next */
	how.thumb = tile_sides[CT_STEP_FULL];
	return t->decoder ? 0 : ct_decode_open(&t->decoder, &how, err);
}

int
ct_tiler_open(struct ct_tiler **out, const char *program, struct ct_err *err)
{
	struct ct_tiler *t = ct_alloc(1, sizeof *t);
	char *film;
	int rc;

	t->program = program;
	film = program ? ct_printf("%s-video", program) : NULL;
	t->films = ct_video_open(film);
	free(film);
	t->film.fd = -1;
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
	ct_video_close(t->films);
	tile_film_close(t);
	ct_stills_free(&t->stills);
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

/* To where the decoder finds them, if they are those that were found. */
static int
load(struct ct_tiler *t, int fd, const uint8_t want[CT_SHA256_LEN], size_t *len,
    struct ct_err *err)
{
	struct ct_digests sums;
	int rc;

	*len = 0;
	if (!(rc = ct_digest_start(&t->digest, err)))
		rc = read_all(t, fd, len, err);
	if (!rc && *len <= ct_decode_max(t->decoder) &&
	    !(rc = ct_digest_end(&t->digest, &sums, err)) &&
	    memcmp(sums.sha256, want, sizeof sums.sha256) != 0)
		rc = tile_other(err);
	return rc;
}

/* Its file: what is fetched is in memory, so it has a limit.  CT_NO: it is
 * over that. */
static int
open_file(const json_t *rec, int *fd, struct ct_err *err)
{
	bool here = json_object_get(rec, "path") || ct_rec_get(rec, "path_b64");

	return ct_bytes_open(
	    rec, here ? CT_BYTES_ANY : FETCHED, CT_BYTES_SOON, fd, err);
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

	ct_decode_thumb(t->decoder, tile_sides[step], step == CT_STEP_FULL);
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
	tile->whole = tile->status == CT_IMAGE_OK && tile->info.frames <= 1 &&
	    tile->info.trailing == 0;
	return 0;
}

/* A picture, by ct-decode; of what moves that is the first of it. */
static int
picture(struct ct_tiler *t, int fd, const uint8_t want[CT_SHA256_LEN],
    enum ct_step step, struct ct_tile *tile, struct ct_err *err)
{
	struct ct_err why;
	size_t len;
	int rc = load(t, fd, want, &len, err);

	if (!rc && !(tile->status = known(t, len)) &&
	    !(rc = decode(t, len, step, tile, err)))
		return 0;
	/* not sent, or no decoder is left */
	if (t->decoder && ct_decode_room(t->decoder) &&
	    ct_decode_clear(t->decoder, &why) == 0 && rc != CT_TEMPFAIL &&
	    rc != CT_OSERR && rc != CT_UNAVAILABLE)
		return rc;
	ct_decode_close(t->decoder);
	t->decoder = NULL;
	return rc;
}

/* By its first bytes: of what kind is it? */
static enum ct_image_kind
kind_of(int fd)
{
	uint8_t head[4096];
	ssize_t n = pread(fd, head, sizeof head, 0);
	enum ct_image_kind kind = ct_image_kind(head, n > 0 ? (size_t)n : 0);

	ct_wipe(head, sizeof head);
	return kind;
}

int
ct_tile(struct ct_tiler *t, const json_t *rec, enum ct_step step, int64_t at,
    struct ct_tile *tile, struct ct_err *err)
{
	const struct tile_look look = { rec, step, at };
	uint8_t want[CT_SHA256_LEN];
	int fd = -1, rc = start(t, err);
	bool film;

	*tile = (struct ct_tile){ .status = CT_IMAGE_OK };
	ct_stills_free(&t->stills);
	if (rc)
		return rc;
	rc = ct_rec_hash(rec, "sha256", want, sizeof want, err);
	if (rc == CT_NO)
		return ct_fail(err, CT_DATAERR, "no hashes.sha256");
	if (rc)
		return rc;
	if (tile_film_known(t, want))
		return tile_film(t, &look, tile, err);
	rc = open_file(rec, &fd, err);
	if (rc == CT_NO) {
		tile->status = CT_IMAGE_TOO_LARGE;
		return 0;
	}
	if (rc)
		return rc;
	film = ct_image_video(kind_of(fd));
	if (!film) {
		rc = picture(t, fd, want, step, tile, err);
		film = !rc && tile->pixels &&
		    (tile->info.frames > 1 ||
			json_array_size(ct_rec_get(rec, "hashes.vpdq")));
	}
	if (!film) {
		(void)close(fd);
		return rc;
	}
	rc = tile_film_open(t, fd, want, err);
	return rc ? rc : tile_film(t, &look, tile, err);
}

struct ct_tile
ct_tile_still(const struct ct_tile *tile, uint32_t i)
{
	const struct ct_still *s = &tile->still[i];

	return (struct ct_tile){ .status = tile->status,
		.info = tile->info,
		.pixels = s->pixels,
		.w = s->w,
		.h = s->h,
		.bytes = s->bytes };
}

void
ct_tiler_forget(struct ct_tiler *t)
{
	struct ct_err err;

	ct_stills_free(&t->stills);
	if (!t->decoder || ct_decode_forget(t->decoder, &err) == 0)
		return;
	ct_decode_close(t->decoder); /* and its memory with it */
	t->decoder = NULL;
}
