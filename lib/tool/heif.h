/*
 * heif.h - which bytes of a file are its picture, in HEIF: HEIC and AVIF
 *
 * Such a file has items, which its box "meta" describes: pictures, each coded
 * as HEVC, AV1 or JPEG, a grid that puts several together, thumbnails, EXIF and
 * more; one item is the picture.  Here that box is read, from memory, and no
 * picture decoded.  What is described may be anywhere, or nowhere, in the file.
 * ISO/IEC 23008-12 and 14496-12.
 */
#ifndef CT_HEIF_H
#define CT_HEIF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CT_HEIF_TILES 1024 /* of a grid, at most */
#define CT_HEIF_PIECES 16  /* of an item, at most */

struct ct_heif { /* all of it private: points into the box */
	struct ct_heif_box {
		const uint8_t *p;
		size_t n;
	} pitm, iinf, iloc, ipco, ipma, iref, idat;
};

struct ct_heif_piece {
	const uint8_t *here; /* in the box; NULL: in the file, at */
	uint64_t at, len;    /* bytes; either may be too large */
};

struct ct_heif_item {
	uint32_t id;
	char type[5];  /* four letters: hvc1, av01, jpeg, grid, … */
	uint32_t w, h; /* pixels, as it says; 0: it does not */
	uint32_t turn; /* to be shown turned so many degrees clockwise */
	int range;     /* of brightness; 1: all, 0: as films, -1: unsaid */
	const uint8_t *code; /* hvcC or av1C, in the box; or NULL */
	size_t code_len;
	struct ct_heif_piece piece[CT_HEIF_PIECES];
	unsigned pieces;
};

/* From the contents of a box meta, which must stay: false if it is of no
 * picture at all. */
bool ct_heif_open(struct ct_heif *h, const uint8_t *meta, size_t len);

/* The item that is the picture; false: none is, or it is not there. */
bool ct_heif_primary(const struct ct_heif *h, struct ct_heif_item *item);

/* That item; false: it is not there, is in another file, or in too many
 * pieces. */
bool ct_heif_item(
    const struct ct_heif *h, uint32_t id, struct ct_heif_item *item);

/* What the item is made of, in order; 0: nothing, or of more than most. */
size_t ct_heif_made_of(
    const struct ct_heif *h, uint32_t id, uint32_t *ids, size_t most);

/* Is there another picture than that item: one that is neither a part of one
 * nor its thumbnail, depth or transparency?  Of very many items: yes. */
bool ct_heif_others(const struct ct_heif *h, uint32_t primary);

struct ct_heif_grid {
	uint32_t rows, columns; /* of tiles */
	uint32_t w, h;          /* pixels of the whole */
};

/* From the bytes of an item grid. */
bool ct_heif_grid(struct ct_heif_grid *g, const uint8_t *bytes, size_t len);

#endif
