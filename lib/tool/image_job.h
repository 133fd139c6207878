/* image_job.h - what the decoders share; private to the part image */
#ifndef CT_IMAGE_JOB_H
#define CT_IMAGE_JOB_H

#include "image.h"

struct ct_image_job {
	const uint8_t *bytes;
	size_t len;
	const struct ct_image_limits *limits;
	const struct ct_image_sink *sink;
	bool luma;        /* is enough */
	uint32_t w, h;    /* of the picture, */
	uint32_t eighths; /* and what it comes shrunk to */
	struct ct_image_info info;
	uint32_t rows; /* that went to the sink */
};

/* The size is known: CT_IMAGE_OK, or why it stops here. */
enum ct_image_status ct_image_begin(
    struct ct_image_job *job, uint32_t w, uint32_t h, uint32_t eighths);

/* Pixels in a row that is sent, and rows. */
uint32_t ct_image_across(const struct ct_image_job *job);
uint32_t ct_image_down(const struct ct_image_job *job);

/* Send the next row, of so many bytes a pixel: 1 or 4. */
void ct_image_row(struct ct_image_job *job, const uint8_t *row, int bytes);

/*
 * The end, good or bad: send what is missing as grey.  good: rows that came
 * from the file; damaged: something was wrong with it, were it the last byte.
 */
enum ct_image_status ct_image_end(
    struct ct_image_job *job, uint32_t good, bool damaged);

/* The decoders: begin, rows, end. */
enum ct_image_status ct_image_jpeg(struct ct_image_job *job);
enum ct_image_status ct_image_png(struct ct_image_job *job);
enum ct_image_status ct_image_webp(struct ct_image_job *job);

#endif
