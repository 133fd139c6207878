/* hashrun_about.c - what a result depends on, as text */
#include <stdlib.h>

#include "ham.h"
#include "hashrun_impl.h"
#include "prog.h"

/* What is decoded here. */
static char *
formats(void)
{
	const bool films = ct_hasher_films();
	char *text = ct_strdup(""), *more;
	int kind;

	for (kind = 0; kind < CT_IMAGE_KINDS; kind++) {
		if (!ct_image_decodable((enum ct_image_kind)kind) &&
		    !(films && ct_image_video((enum ct_image_kind)kind)))
			continue;
		more = ct_printf("%s%s%s", text, *text ? " " : "",
		    ct_image_mime((enum ct_image_kind)kind));
		free(text);
		text = more;
	}
	return text;
}

char *
ct_hashrun_about(const struct ct_decode_how *how, struct ct_err *err)
{
	struct ct_decode_about about;
	struct ct_decode *d;
	char *decodes, *text;

	if (ct_decode_open(&d, how, err))
		return NULL;
	ct_decode_about(d, &about);
	ct_decode_close(d);
	decodes = formats();
	text = ct_printf("kernels: pdq %s, ham %s\n"
			 "decodes: %s\n"
			 "isolation: %s, landlock %d, no files,"
			 " %u pictures a process%s",
	    about.kernel, ct_ham_kernel(), decodes,
	    about.seccomp ? "seccomp" : "no seccomp (sanitizers)",
	    about.landlock, how->batch,
	    ct_hasher_films() ? ", 1 video a process" : "");
	free(decodes);
	return text;
}

char *
run_setting(const struct ct_hasher_how *how)
{
	const struct ct_image_limits *l = &how->decode.limits;
	const struct ct_video_how *v = &how->video;
	char *decodes = formats();
	char *text = ct_printf(
	    "%s %s %s %d %d %u %u %u %u %u %u %llu, %u %d %d %u %u %u %u %llu"
	    " %d",
	    CT_VERSION, decodes, ct_pdq_method(how->decode.method),
	    how->decode.turns,
	    how->decode.batch == 1, /* what a batch says is not as sure */
	    l->bytes, l->pixels, l->side, l->scans, l->memory, l->ms,
	    (unsigned long long)how->read, v->rate, v->keyframes, v->tmk,
	    v->frames, v->pixels, v->side, v->ms, (unsigned long long)v->memory,
	    how->beside != NULL);

	free(decodes);
	return text;
}
