/*
 * decode_serve.h - the other side of decode.h: be a ct-decode
 *
 * A program that is started by ct_decode_open calls this and nothing else.
 */
#ifndef CT_DECODE_SERVE_H
#define CT_DECODE_SERVE_H

#include <stdbool.h>

#include "decode_wire.h"

/*
 * Called in a child that can only compute, with the bytes of one picture:
 * fill in the answer, which is zero but for seq.  Where it has a thumb_w,
 * *pixels are those, in memory that is freed once they are sent.  Returns
 * whether the child is fit for another picture.
 */
typedef bool ct_serve_fn(const struct ct_wire_ask *ask, const uint8_t *bytes,
    struct ct_wire_answer *answer, uint8_t **pixels);

/*
 * Serve until the program that started us is gone.  kernel: what to say of
 * pdq in the hello.  Returns only if no program of ours has started this one:
 * CT_USAGE.  Otherwise it ends the process: 0, CT_OSERR without memory or
 * processes, CT_PROTOCOL if an order makes no sense, CT_SOFTWARE.
 */
int ct_decode_serve(ct_serve_fn *picture, const char *kernel);

#endif
