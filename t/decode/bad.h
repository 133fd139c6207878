/* A worker of ct-decode that misbehaves; t/unit/decode asks it. */
#pragma once

#include "decode_serve.h"

#define BAD_THUMB 150 /* x 150 x 3: two messages and a part */

/*
 * What ct_decode_serve() calls: hashes bytes, or with ask->thumb makes pixels
 * of them, honestly but for what the fourth byte, a letter, says.  Width and
 * brightness are the fifth byte; noise ('r') comes of the four behind it.
 */
bool bad_picture(const struct ct_wire_ask *ask, const uint8_t *bytes,
    struct ct_wire_answer *a, uint8_t **pixels);

/* Says and does as a worker what none may, by how, the CT_CPU it got: what
 * landlock seccomp kernel long behind short open poor dies; does not return. */
_Noreturn void bad_worker(const char *how);

/* The next of a sequence of numbers from *x, which is never 0. */
uint32_t bad_random(uint32_t *x);
