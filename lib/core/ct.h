/*
 * ct.h - libct: hash a picture, build, open and search a set of known hashes
 *
 * Everything in libct.a needs only libc, libm and threads; nothing prints or
 * exits.  What is borrowed, owned, allowed to fail and safe to call from
 * threads stands with each function:
 *
 *	pdq.h	rows of pixels to 256 bits and a quality
 *	vpdq.h	a video as hashes of its frames; comparing two
 *	tmk.h	a video as sums of its frames over time (TMK+PDQF); its file
 *	set.h	a file of known hashes: ct_build_* makes it, ct_set_* asks it
 *	near.h	search by distance among 256-bit hashes in memory
 *	ham.h	distance between two, brute force, all pairs
 *	pdna.h	the same for PhotoDNA hashes of one's own hasher
 *	url.h	an address of the web in one normal form
 *	hex.h	bytes as text
 *	err.h	what a function returns
 *
 * See libct(3), which has a whole program.
 */
#ifndef CT_H
#define CT_H

#include "err.h"
#include "ham.h"
#include "hex.h"
#include "near.h"
#include "pdna.h"
#include "pdq.h"
#include "set.h"
#include "tmk.h"
#include "url.h"
#include "vpdq.h"

#endif
