/* tile_impl.h - private to the part tile */
#ifndef CT_TILE_IMPL_H
#define CT_TILE_IMPL_H

#include <sys/stat.h>

#include "decode.h"
#include "digest.h"
#include "tile.h"

struct ct_tiler {
	struct ct_decode *decoder; /* NULL: it failed, and a new one is due */
	struct ct_digest digest;
	struct ct_video_decoder *films;
	const char *program;
	struct ct_stills stills; /* of the last that moves */
	struct {
		int fd; /* -1: none */
		uint8_t sha256[CT_SHA256_LEN];
		struct stat st; /* when that was found to be right */
	} film;
};

extern const uint32_t tile_sides[CT_STEPS];

struct tile_look {
	const json_t *rec;
	enum ct_step step;
	int64_t at;
};

int tile_other(struct ct_err *err); /* CT_DATAERR */

/* tile_film.c: what moves, of which the file stays open. */

/* Is it the one that was looked at last, and unchanged? */
bool tile_film_known(struct ct_tiler *t, const uint8_t sha256[CT_SHA256_LEN]);
/* From now on it is this, if its bytes are those that were found; it is closed
 * in any case.  CT_DATAERR, CT_IOERR. */
int tile_film_open(struct ct_tiler *t, int fd,
    const uint8_t sha256[CT_SHA256_LEN], struct ct_err *err);
void tile_film_close(struct ct_tiler *t);
/* Its stills, or what *tile has already stays, if there are none. */
int tile_film(struct ct_tiler *t, const struct tile_look *look,
    struct ct_tile *tile, struct ct_err *err);

#endif
