/* image_decode.c - bytes to rows of luma: ct_image_decode of image.h */
#include <stdlib.h>

#include "image_job.h"

enum ct_image_status
ct_image_begin(struct ct_image_job *job, uint32_t w, uint32_t h)
{
	const struct ct_image_limits *limits = job->limits;

	if (w == 0 || h == 0)
		return CT_IMAGE_CORRUPT;
	if (w > limits->side || h > limits->side ||
	    (uint64_t)w * h > limits->pixels)
		return CT_IMAGE_TOO_MANY_PIXELS;
	job->luma = malloc(w * sizeof *job->luma);
	if (!job->luma || job->sink->size(job->sink->arg, w, h))
		return CT_IMAGE_OUT_OF_MEMORY;
	job->w = w;
	job->h = h;
	return CT_IMAGE_OK;
}

void
ct_image_row(struct ct_image_job *job)
{
	job->sink->row(job->sink->arg, job->luma);
	job->rows++;
}

void
ct_image_row8(struct ct_image_job *job, const uint8_t *row, int channels)
{
	float *luma = job->luma;
	uint32_t x;

	if (channels == 1)
		for (x = 0; x < job->w; x++)
			luma[x] = (float)row[x];
	else
		for (x = 0; x < job->w; x++, row += 3)
			luma[x] = 0.299F * (float)row[0] +
			    0.587F * (float)row[1] + 0.114F * (float)row[2];
	ct_image_row(job);
}

enum ct_image_status
ct_image_end(struct ct_image_job *job, uint32_t good, bool damaged)
{
	uint32_t x;

	if (!job->h || good < job->h - good)
		return CT_IMAGE_CORRUPT;
	if (job->rows < job->h) {
		damaged = true;
		for (x = 0; x < job->w; x++)
			job->luma[x] = 128;
		while (job->rows < job->h)
			ct_image_row(job);
	}
	return damaged ? CT_IMAGE_PARTIAL : CT_IMAGE_OK;
}

enum ct_image_status
ct_image_decode(const uint8_t *bytes, size_t len,
    const struct ct_image_limits *limits, const struct ct_image_sink *sink,
    uint32_t *w, uint32_t *h)
{
	struct ct_image_job job = {
		.bytes = bytes, .len = len, .limits = limits, .sink = sink
	};
	enum ct_image_status status = CT_IMAGE_UNSUPPORTED;

	if (len > limits->bytes)
		return CT_IMAGE_TOO_LARGE;
	switch (ct_image_kind(bytes, len)) {
	case CT_IMAGE_JPEG:
		status = ct_image_jpeg(&job);
		break;
	case CT_IMAGE_PNG:
		status = ct_image_png(&job);
		break;
	default:
		break;
	}
	free(job.luma);
	*w = job.w;
	*h = job.h;
	return status;
}
