/* hashrun_limit.c - options that take a number: limits, and how often */
#include <stdlib.h>
#include <string.h>

#include "hashrun.h"
#include "prog.h"

#define RATE_MOST 1000000 /* frames in 1000 s */

struct limit {
	struct ct_hasher_how *how;
	const char *name;
	char *option; /* name with dashes, for messages */
	const char *arg;
};

static bool
is(const struct limit *l, const char *name)
{
	return strcmp(l->name, name) == 0;
}

static uint32_t
number(const struct limit *l, long hi)
{
	return (uint32_t)ct_number(l->option, l->arg, 1, hi);
}

/* Of pictures; what a video has as well, of it too. */
static bool
picture(const struct limit *l)
{
	struct ct_image_limits *p = &l->how->decode.limits;
	struct ct_video_how *v = &l->how->video;

	if (is(l, "max-bytes"))
		p->bytes =
		    (uint32_t)ct_size(l->option, l->arg, 1, CT_DECODE_BYTES);
	else if (is(l, "max-pixels"))
		p->pixels = v->pixels = number(l, CT_DECODE_PIXELS);
	else if (is(l, "max-side"))
		p->side = v->side = number(l, CT_DECODE_SIDE);
	else if (is(l, "max-scans"))
		p->scans = number(l, CT_DECODE_SCANS);
	else if (is(l, "max-memory"))
		v->memory = p->memory =
		    (uint32_t)ct_size(l->option, l->arg, 1, CT_DECODE_MEMORY);
	else if (is(l, "max-time"))
		p->ms =
		    (uint32_t)ct_seconds(l->option, l->arg, 1, CT_DECODE_MS);
	else
		return false;
	return true;
}

/* Frames in 1000 s; 0: all. */
static uint32_t
rate(const char *arg)
{
	char *end;
	double n = strtod(arg, &end);

	if (strcmp(arg, "all") == 0)
		return 0;
	if (strspn(arg, "0123456789.") != strlen(arg) || end == arg || *end ||
	    !(n * 1000 + 0.5 >= 1 && n * 1000 <= RATE_MOST))
		ct_die(CT_USAGE,
		    "--video-rate: want frames a second, 0.001 to 1000,"
		    " or all");
	return (uint32_t)(n * 1000 + 0.5);
}

void
ct_hashrun_limit(struct ct_hasher_how *how, const char *name, const char *arg)
{
	const struct limit l = { how, name, ct_printf("--%s", name), arg };

	if (picture(&l))
		;
	else if (is(&l, "video-rate"))
		how->video.rate = rate(arg);
	else if (is(&l, "max-frames"))
		how->video.frames = number(&l, (long)CT_VPDQ_FRAMES);
	else if (is(&l, "max-video-time"))
		how->video.ms =
		    (uint32_t)ct_seconds(l.option, arg, 1, CT_DECODE_MS);
	else if (is(&l, "max-read"))
		how->read = (uint64_t)ct_size(l.option, arg, 1, INT64_MAX);
	else
		how->spool = (uint64_t)ct_size(l.option, arg, 1, INT64_MAX);
	free(l.option);
}
