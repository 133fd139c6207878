/*
 * tile.h - a picture for the eyes of a person, step by step
 *
 * The bytes are where the record says (bytes.h), used only if their SHA-256 is
 * the one that was found, and decoded by ct-decode, each picture by a process
 * of its own: what comes back is pixels, nothing else, and nothing is written
 * anywhere.  Whoever shows them says so first, with ct_queue_view_begin.
 *
 * A picture comes upright, as EXIF in it says, though its info is of how it is
 * stored.  What moves, a video or a picture, comes as stills, by
 * ct-decode-video (video.h); so does the one picture of a rarer kind.
 */
#ifndef CT_TILE_H
#define CT_TILE_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "image.h"
#include "rec.h"
#include "video.h"

enum ct_step {
	CT_STEP_TILE,     /* 16 pixels a side at most, grey */
	CT_STEP_OBSCURED, /* 64, grey */
	CT_STEP_FULL,     /* 1600, in colour */
	CT_STEPS
};
extern const char *const ct_step_levels[CT_STEPS]; /* as in ct_viewed */

#define CT_TILE_STILLS 12 /* of what moves, at most, in one strip */
#define CT_TILE_STRIP INT64_C(-1)

struct ct_tiler;

/* As ct_decode_open, of which the codes are, and what it says of threads holds
 * for all of these.  program: NULL, or in place of ct-decode, and with -video
 * behind it of ct-decode-video; it stays the caller's. */
int ct_tiler_open(struct ct_tiler **t, const char *program, struct ct_err *err);
void ct_tiler_close(struct ct_tiler *t);

struct ct_tile {
	enum ct_image_status status; /* of the decoder, as in file.decode */
	struct ct_image_info info;   /* of the picture, if it was seen */
	/* h rows of w pixels, each of so many bytes: 1, grey, or 3, red,
	 * green, blue; valid until the next call; NULL: it was not seen */
	const uint8_t *pixels;
	uint32_t w, h;
	int bytes;
	/* It has one picture, nothing behind it, and was decoded whole: who
	 * sees it in full has seen all of it.  Of stills this is never true. */
	bool whole;
	/* What moves: n stills as of ct_video_stills, the first of which is
	 * told above, too; and how long it is, in ms.  0: it does not. */
	uint32_t n;
	const struct ct_still *still;
	int64_t ms;
};

/*
 * The picture of this record.  Of what moves, if step is not CT_STEP_FULL and
 * at is CT_TILE_STRIP, a strip of stills: those at the times that its hits name
 * (match.hits[].at_ms; half of them at most) and others, evenly spread; else
 * one, at this time, or CT_TILE_STRIP: the first of the strip that a hit names,
 * or else the first.
 *
 * The file of what moves stays open until another is looked at, so that it is
 * not fetched and digested for every still: if its inode says that nothing has
 * changed, it is the one that was found.
 *
 * Whatever the decoder makes of it is an outcome:
 * 0.  CT_DATAERR: the bytes there are others than were found; CT_IOERR; what
 * ct_bytes_open and ct_tiler_open return.
 */
int ct_tile(struct ct_tiler *t, const json_t *rec, enum ct_step step,
    int64_t at, struct ct_tile *tile, struct ct_err *err);

/* Still i of it as a tile of its own; borrowed as it is. */
struct ct_tile ct_tile_still(const struct ct_tile *tile, uint32_t i);

/* What the last picture left in memory is to be zero, its pixels too; that of a
 * PNG is the caller's. */
void ct_tiler_forget(struct ct_tiler *t);

/*
 * A PNG of its pixels, of which there are some, each as a square of block x
 * block, 1 to 64; *len bytes, not compressed.  Release with free.
 */
uint8_t *ct_tile_png(const struct ct_tile *tile, uint32_t block, size_t *len);

#endif
