/* image_decode.c - bytes to rows of luma: ct_image_decode of image.h */
#include <stdlib.h>
#include <string.h>

#include "image_job.h"

enum ct_image_status
ct_image_begin(
    struct ct_image_job *job, uint32_t w, uint32_t h, uint32_t eighths)
{
	const struct ct_image_limits *limits = job->limits;

	if (w == 0 || h == 0)
		return CT_IMAGE_CORRUPT;
	if (w > limits->side || h > limits->side ||
	    (uint64_t)w * h > limits->pixels)
		return CT_IMAGE_TOO_MANY_PIXELS;
	if (job->sink->size(job->sink->arg, w, h, eighths))
		return CT_IMAGE_OUT_OF_MEMORY;
	job->w = w;
	job->h = h;
	job->eighths = eighths;
	return CT_IMAGE_OK;
}

uint32_t
ct_image_across(const struct ct_image_job *job)
{
	return (job->w * job->eighths + 7) / 8;
}

uint32_t
ct_image_down(const struct ct_image_job *job)
{
	return (job->h * job->eighths + 7) / 8;
}

void
ct_image_row(struct ct_image_job *job, const uint8_t *row, int bytes)
{
	job->sink->row(job->sink->arg, row, bytes);
	job->rows++;
}

enum ct_image_status
ct_image_end(struct ct_image_job *job, uint32_t good, bool damaged)
{
	uint32_t down = ct_image_down(job);
	uint8_t *grey;

	if (!job->h || good < down - good)
		return CT_IMAGE_CORRUPT;
	if (job->rows < down) {
		damaged = true;
		if (!(grey = malloc(ct_image_across(job))))
			return CT_IMAGE_OUT_OF_MEMORY;
		memset(grey, 128, ct_image_across(job));
		while (job->rows < down)
			ct_image_row(job, grey, 1);
		free(grey);
	}
	return damaged ? CT_IMAGE_PARTIAL : CT_IMAGE_OK;
}

enum ct_image_status
ct_image_decode(const uint8_t *bytes, size_t len,
    const struct ct_image_limits *limits, bool luma,
    const struct ct_image_sink *sink, struct ct_image_info *info)
{
	struct ct_image_job job = { .bytes = bytes,
		.len = len,
		.limits = limits,
		.luma = luma,
		.sink = sink,
		.info.frames = 1 };
	enum ct_image_status status = CT_IMAGE_UNSUPPORTED;

	memset(info, 0, sizeof *info);
	if (len > limits->bytes)
		return CT_IMAGE_TOO_LARGE;
	switch (ct_image_kind(bytes, len)) {
	case CT_IMAGE_JPEG:
		status = ct_image_jpeg(&job);
		break;
	case CT_IMAGE_PNG:
		status = ct_image_png(&job);
		break;
	case CT_IMAGE_WEBP:
		status = ct_image_webp(&job);
		break;
	default:
		break;
	}
	if (ct_image_seen(status)) {
		*info = job.info;
		info->w = job.w;
		info->h = job.h;
	}
	return status;
}
