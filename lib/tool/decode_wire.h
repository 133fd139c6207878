/*
 * decode_wire.h - what a program and its ct-decode say to each other
 *
 * Descriptor 0 carries requests, 1 answers, both of fixed size in the byte
 * order of the machine.  Descriptor CT_WIRE_MEMORY is a memory file of
 * CT_WIRE_SLOTS slots that the worker can map for reading only.  The worker
 * answers seq 0 once, with the status CT_IMAGE_OK, when it is set up; then
 * every request in turn.  It ends at the end of its input.
 */
#ifndef CT_DECODE_WIRE_H
#define CT_DECODE_WIRE_H

#include <stddef.h>
#include <stdint.h>

#define CT_WIRE_MEMORY 3
#define CT_WIRE_SLOTS 4
#define CT_WIRE_SLOT ((size_t)64 << 20) /* bytes */

struct ct_wire_ask {
	uint32_t seq; /* from 1 */
	uint32_t slot;
	uint32_t len;                         /* bytes in the slot */
	uint32_t pixels, side, scans, memory; /* limits, as in image.h */
	uint32_t method;                      /* enum ct_pdq_method */
	uint32_t turns;                       /* 1: all orientations */
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
	/* the first, or with turns all; zero for a side under CT_PDQ_MIN */
	uint8_t hash[8][32];
};

#endif
