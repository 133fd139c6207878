/*
 * frame.h - the bytes of a file, in the stream behind its record: ct-frame(5)
 *
 *	HEXLEN\n and so many bytes, any number of times, then 0 REASON\n
 *
 * HEXLEN is 1 to 100000 (1 MiB) in lower-case hexadecimal without leading
 * zeros.  The reason is "ok", or says why the bytes are not all there.
 * Reading takes what is at hand and never waits; anything else than such a
 * frame is refused at the first byte that is wrong.
 */
#ifndef CT_FRAME_H
#define CT_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "rec.h"

#define CT_FRAME_BLOCK ((size_t)1 << 20)
#define CT_FRAME_REASON 200 /* bytes, of printable ASCII */

struct ct_frame { /* zeroed before each frame */
	/* once it has ended: "ok", or the reason */
	char reason[CT_FRAME_REASON + 1];
	/* private */
	size_t left;                    /* bytes to come of this block */
	char line[CT_FRAME_REASON + 3]; /* that begins a block, so far */
	size_t len;
};

enum { CT_FRAME_MORE, CT_FRAME_DATA, CT_FRAME_END };

/*
 * Take from *in, of *len bytes, and move both behind what was taken.  Returns
 *	CT_FRAME_DATA	*data, of *n bytes, are the next of the frame
 *	CT_FRAME_END	it has ended; see reason
 *	CT_FRAME_MORE	all is taken, and more is to come
 *	CT_DATAERR	this is no frame: nobody knows where it would end
 */
int ct_frame_take(struct ct_frame *f, const char **in, size_t *len,
    const char **data, size_t *n, struct ct_err *err);

/* Write the next bytes of a frame, and its end; 0 or CT_IOERR.  What a reason
 * may not hold is written as a question mark, or cut. */
int ct_frame_put(
    struct ct_out *out, const void *bytes, size_t len, struct ct_err *err);
int ct_frame_end(struct ct_out *out, const char *reason, struct ct_err *err);

#endif
