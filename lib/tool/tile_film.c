/* tile_film.c - what moves, as stills: a strip of it, or one */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blake.h"
#include "file.h"
#include "prog.h"
#include "tile_impl.h"

#define PIECE ((size_t)1 << 20) /* bytes read at a time */
#define MOST_MS 10000           /* a person waits */
#define WANTED (CT_TILE_STILLS / 2)

int
tile_other(struct ct_err *err)
{
	return ct_fail(
	    err, CT_DATAERR, "the file is another than the one that was found");
}

/* ---- its file --------------------------------------------------------------
 */

static bool
same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	    a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	    a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static bool
unchanged(const struct ct_tiler *t)
{
	struct stat now;

	return fstat(t->film.fd, &now) == 0 && same(&now, &t->film.st);
}

void
tile_film_close(struct ct_tiler *t)
{
	if (t->film.fd >= 0)
		(void)close(t->film.fd);
	t->film.fd = -1;
}

bool
tile_film_known(struct ct_tiler *t, const uint8_t sha256[CT_SHA256_LEN])
{
	bool known = t->film.fd >= 0 && unchanged(t) &&
	    memcmp(t->film.sha256, sha256, CT_SHA256_LEN) == 0;

	if (!known)
		tile_film_close(t);
	return known;
}

static int
check(struct ct_tiler *t, struct ct_err *err)
{
	uint8_t *piece = ct_alloc(PIECE, 1);
	struct ct_digests sums;
	ssize_t n = 1;
	int rc = ct_digest_start(&t->digest, err);

	if (!rc && lseek(t->film.fd, 0, SEEK_SET) < 0)
		rc = ct_fail_errno(err, CT_IOERR, "cannot seek");
	while (!rc && n) {
		if ((n = ct_read_full(t->film.fd, piece, PIECE)) < 0)
			rc = ct_fail_errno(err, CT_IOERR, "cannot read");
		else
			rc = ct_digest_add(&t->digest, piece, (size_t)n, err);
	}
	ct_wipe(piece, PIECE);
	free(piece);
	if (!rc)
		rc = ct_digest_end(&t->digest, &sums, err);
	if (!rc &&
	    (!unchanged(t) ||
		memcmp(sums.sha256, t->film.sha256, CT_SHA256_LEN) != 0))
		rc = tile_other(err);
	return rc;
}

int
tile_film_open(struct ct_tiler *t, int fd, const uint8_t sha256[CT_SHA256_LEN],
    struct ct_err *err)
{
	int rc;

	tile_film_close(t);
	t->film.fd = fd;
	memcpy(t->film.sha256, sha256, CT_SHA256_LEN);
	rc = fstat(fd, &t->film.st) < 0
	    ? ct_fail_errno(err, CT_IOERR, "cannot tell what it is")
	    : check(t, err);
	if (rc)
		tile_film_close(t);
	return rc;
}

/* ---- its stills ------------------------------------------------------------
 */

/* Times that hits name, each once, at most so many. */
static uint32_t
named(const json_t *rec, int64_t at[WANTED])
{
	const json_t *hit, *ms;
	uint32_t n = 0, k;
	size_t i;

	json_array_foreach(ct_rec_get(rec, "match.hits"), i, hit)
	{
		ms = json_object_get(hit, "at_ms");
		if (!json_is_integer(ms) || json_integer_value(ms) < 0 ||
		    json_integer_value(ms) >= CT_VPDQ_MS || n == WANTED)
			continue;
		at[n] = json_integer_value(ms);
		for (k = 0; at[k] != at[n]; k++)
			;
		n += k == n;
	}
	return n;
}

static int
ask(struct ct_tiler *t, const struct tile_look *look, struct ct_err *err)
{
	bool one = look->step == CT_STEP_FULL || look->at != CT_TILE_STRIP;
	int64_t at[WANTED] = { 0 };
	struct ct_stills_how how = { .n = one ? 1 : CT_TILE_STILLS,
		.at = at,
		.side = tile_sides[look->step],
		.colour = look->step == CT_STEP_FULL,
		.ms = MOST_MS };
	int rc;

	how.wanted = named(look->rec, at);
	if (look->at != CT_TILE_STRIP)
		at[0] = look->at;
	if (look->at != CT_TILE_STRIP || (one && how.wanted))
		how.wanted = 1;
	rc = ct_video_stills(t->films, t->film.fd, &how, &t->stills, err);
	if (!rc && one && look->at == CT_TILE_STRIP && t->stills.n == 0 &&
	    how.wanted) { /* it ends before the hit */
		how.wanted = 0;
		rc = ct_video_stills(
		    t->films, t->film.fd, &how, &t->stills, err);
	}
	return rc;
}

int
tile_film(struct ct_tiler *t, const struct tile_look *look,
    struct ct_tile *tile, struct ct_err *err)
{
	struct ct_stills *s = &t->stills;
	struct ct_still *first = &t->stills.still[0];
	int rc = ask(t, look, err);

	if (rc == CT_UNAVAILABLE) { /* built without */
		tile->status =
		    tile->pixels ? tile->status : CT_IMAGE_UNSUPPORTED;
		return 0;
	}
	if (!rc && !unchanged(t))
		rc = tile_other(err);
	if (rc) {
		tile_film_close(t);
		return rc;
	}
	/* asked for by a person, not by a hit */
	if (look->at != CT_TILE_STRIP)
		first->wanted = false;
	if (s->n == 0) {
		tile->status = tile->pixels ? tile->status : s->status;
		return 0;
	}
	*tile = (struct ct_tile){ .status = s->status,
		.info = { .w = s->w, .h = s->h },
		.pixels = first->pixels,
		.w = first->w,
		.h = first->h,
		.bytes = first->bytes,
		.n = s->alone ? 0 : s->n,
		.still = s->still,
		.ms = s->ms };
	return 0;
}
