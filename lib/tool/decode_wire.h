/*
 * decode_wire.h - what a program and its ct-decode say to each other
 *
 * All of it in messages of fixed size, in the byte order of the machine.
 *
 * ct-decode itself reads no picture: it is a worker (worker.h), of which the
 * setup is a struct ct_wire_setup, and from CT_WORKER_FIRST on its descriptors
 * are the memory files of CT_WIRE_SLOTS slots, which it can map for reading
 * only.  A child has the socket that came with its order, and serves requests
 * on it: it answers each in turn, and ends after as many as the setup says or
 * sooner.  A child begins when the one before it has ended.
 */
#ifndef CT_DECODE_WIRE_H
#define CT_DECODE_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "pdq.h"
#include "worker.h"

#define CT_WIRE_SLOTS 4
#define CT_WIRE_THUMB 2048  /* most pixels a side that can be asked for */
#define CT_WIRE_PIECE 32768 /* bytes of them in a message */

struct ct_wire_setup {
	uint64_t slot;    /* bytes of a slot */
	uint64_t heap;    /* bytes that decoding a picture may take */
	uint32_t batch;   /* pictures that a child decodes at most */
	uint32_t seconds; /* of CPU time that a child may take for all */
};

/* ---- with its children ----------------------------------------------------
 */

struct ct_wire_ask {
	uint32_t seq; /* from 1 */
	uint32_t slot;
	uint32_t len;                         /* bytes in the slot */
	uint32_t pixels, side, scans, memory; /* limits, as in image.h */
	uint32_t method;                      /* enum ct_pdq_method */
	uint32_t turns;                       /* 1: all orientations */
	uint32_t thumb; /* 0, or: no hash but the picture itself, shrunk to so
			   many pixels a side at most, */
	uint32_t bytes; /* each of 1, grey, or 3, red, green, blue */
};

struct ct_wire_answer {
	uint32_t seq;
	uint32_t status; /* enum ct_image_status */
	uint32_t kind;   /* enum ct_image_kind */
	/* 0 unless the status is one of which ct_image_seen is true: */
	uint32_t w, h, frames, trailing; /* as in image.h */
	uint32_t method;                 /* that made the hash: the one asked
					    for, or CT_PDQ_EXACT or CT_PDQ_TENT
					    in its place */
	uint32_t quality;
	/* as of ct_image_fit, of the picture or of it on its side, if thumb
	 * was asked for: then the pixels follow, turned upright, row by row, in
	 * messages of CT_WIRE_PIECE bytes, the last one of what is left;
	 * method, quality and hash are 0 */
	uint32_t thumb_w, thumb_h;
	/* the first, or with turns all; zero if not ct_pdq_hashes */
	uint8_t hash[CT_PDQ_TURNS][CT_PDQ_LEN];
};

#endif
