/* feedback_judge.c - what a verdict says of the hashes that led to it */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "feedback_impl.h"
#include "prog.h"
#include "queue.h"

enum says { NOTHING, UP, DOWN };

/*
 * Harmless contradicts whatever the list is of; harm confirms one that is of
 * the same.  Of another kind of harm nobody can tell what the list's owner
 * would make of it; but one who asks whether it was blocked is told.
 */
static enum says
says(const struct ct_source *src, const char *verdict)
{
	static const char *const harm[] = { "csam", "exploitative", "ncii" };
	size_t i;

	if (strcmp(verdict, "not_csam") == 0)
		return DOWN;
	for (i = 0; i < sizeof harm / sizeof harm[0]; i++)
		if (strcmp(verdict, harm[i]) == 0)
			return strcmp(verdict, src->class) == 0 ||
				ct_source_asks_block(src)
			    ? UP
			    : NOTHING;
	return NOTHING;
}

static const char *
text(const json_t *hit, const char *name, const char *fallback)
{
	const char *s = json_string_value(json_object_get(hit, name));

	return s ? s : fallback;
}

/*
 * A near hash that finds what it should is right.  One that is near something
 * harmless may be right all the same, of what it was made of.
 */
static bool
judge(const json_t *hit, const struct ct_sources *all, const char *verdict,
    struct fb_said *s)
{
	const char *source = text(hit, "source", "");
	const json_t *distance = json_object_get(hit, "distance");
	enum says what;

	s->src = ct_source_named(all, source);
	s->vote = (struct ct_vote){
		.member = text(hit, "member", ""),
		.entry = text(hit, "entry", ""),
		.content = text(hit, "content", "unknown"),
		.type = text(hit, "type", ""),
	};
	/* one frame says nothing of the rest of a video */
	s->exact = json_is_integer(distance) &&
	    json_integer_value(distance) == 0 && !ct_clip_type(s->vote.type) &&
	    !json_object_get(hit, "at_ms");
	if (!s->src || !ct_source_votes(s->src) || !*s->vote.entry ||
	    !*s->vote.type)
		return false;
	what = says(s->src, verdict);
	s->vote.up = what == UP;
	return what == UP || (what == DOWN && s->exact);
}

/* A verdict of a person, that stands? */
static bool
decided(const json_t *rec, const char **verdict, struct fb_said *s)
{
	const char *at = ct_rec_text(rec, "review.at");

	*verdict = ct_rec_text(rec, "review.verdict");
	s->by = ct_rec_text(rec, "review.by");
	s->object = ct_rec_text(rec, "id");
	return *verdict && ct_verdict_named(*verdict) && s->by && *s->by &&
	    at && ct_time_parse(at, &s->at) == 0 &&
	    !json_is_true(ct_rec_get(rec, "review.preview"));
}

const char *
fb_judge(const json_t *rec, const struct ct_sources *all, struct fb_said **said,
    size_t *n)
{
	const json_t *hits = ct_rec_get(rec, "match.hits"), *hit;
	struct fb_said one = { .src = NULL };
	const char *verdict;
	size_t i;

	*said = NULL;
	*n = 0;
	if (json_object_get(rec, "report"))
		return "report";
	if (!decided(rec, &verdict, &one))
		return "no verdict";
	json_array_foreach(hits, i, hit)
	{
		if (!judge(hit, all, verdict, &one))
			continue;
		*said = ct_grow(*said, *n + 1, sizeof **said);
		(*said)[(*n)++] = one;
	}
	return *n ? NULL : "no vote";
}
