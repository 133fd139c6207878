/* review_look.c - what is seen of an item on a terminal: logged, then shown */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "item.h"
#include "review_face.h"

void
review_look_end(struct face *f)
{
	struct ct_err err;
	int64_t ms = ct_mono() - f->since;

	if (f->view &&
	    ct_queue_view_end(f->r->queue, f->view, (ms + 500) / 1000, &err))
		review_complain(&err);
	f->view = 0;
}

/* Logged before it is shown; false: it must not be. */
bool
review_look(struct face *f, const char *level, bool entire, bool exif)
{
	const struct ct_viewed v = {
		.level = level, .entire = entire, .exif = exif
	};
	struct ct_err err;

	review_look_end(f);
	if (ct_queue_view_begin(f->r->queue, ct_item_content(review_item(f)),
		f->r->by, &v, &f->view, &err)) {
		f->view = 0;
		review_complain(&err);
		return false;
	}
	f->since = ct_mono();
	return true;
}

/* The picture goes with the next answer: off the screen, and out of what can
 * be scrolled back to. */
void
review_cover(struct face *f, bool on)
{
	if (f->covered && !on)
		review_look_end(f);
	if (f->covered != on && !f->plain)
		printf(on ? "\033[?1049h\033[H\033[2J" : "\033[?1049l");
	f->covered = on && !f->plain;
}

/* A step closer comes next: of what moves, each still of its strip. */
static void
closer(struct face *f, const struct ct_tile *t)
{
	uint32_t i;

	if (f->step == CT_STEP_TILE) {
		for (i = 0; i < t->n; i++)
			f->ms[i] = t->still[i].ms;
		f->stills = t->n;
	}
	if (f->step == CT_STEP_TILE || ++f->still >= f->stills)
		f->step++;
}

static void
show(struct face *f, const struct ct_tile *t)
{
	review_cover(f, true);
	if (t->n && f->step == CT_STEP_TILE)
		review_say_strip(t, f->plain);
	else
		review_say_tile(t, f->step == CT_STEP_OBSCURED, f->plain);
	if (t->n && f->step != CT_STEP_TILE)
		review_say_still(t, f->still + 1, f->stills);
}

int
review_see(struct face *f, const char *rest)
{
	struct ct_err err;
	struct ct_tile t;
	int64_t at = f->stills ? f->ms[f->still] : CT_TILE_STRIP;

	(void)rest;
	if (!ct_review_bytes(review_item(f))) {
		printf("  it has no picture; r reads what it tells\n");
		return STAY;
	}
	if (f->step == CT_STEP_FULL) {
		printf("  no closer%s on a terminal\n",
		    f->stills ? ", and no other still," : "");
		return STAY;
	}
	if ((!f->tiler && ct_tiler_open(&f->tiler, NULL, &err)) ||
	    ct_tile(f->tiler, review_item(f), f->step, at, &t, &err)) {
		review_complain(&err);
		return STAY;
	}
	if (!t.pixels) {
		printf("  no picture: %s\n", ct_image_status(t.status));
		return STAY;
	}
	if (!review_look(f, ct_step_levels[f->step], false, false))
		return STAY;
	show(f, &t);
	closer(f, &t);
	return STAY;
}

/* What has no bytes is seen whole by that, unless there is more of it. */
int
review_read(struct face *f, const char *rest)
{
	const json_t *rec = review_item(f);
	bool all = !ct_review_has(rec, "threads");

	(void)rest;
	if (!ct_review_bytes(rec) && !review_look(f, "full", all, false))
		return STAY;
	if (!review_say_content(rec))
		printf("  it tells nothing\n");
	if (!all)
		printf("  its conversations are only in the record (j)\n");
	return STAY;
}

/* In which is all that is told, so what has no bytes is seen whole; and what
 * the platform read of the metadata within a file. */
int
review_record(struct face *f, const char *rest)
{
	const json_t *rec = review_item(f);
	bool bytes = ct_review_bytes(rec);
	bool exif = json_object_size(ct_rec_get(rec, "object.exif")) > 0;
	char *text;

	(void)rest;
	if (!review_look(f, bytes ? "metadata" : "full", !bytes, bytes && exif))
		return STAY;
	text = json_dumps(rec, JSON_COMPACT);
	review_say(text, SIZE_MAX);
	(void)putchar('\n');
	free(text);
	return STAY;
}
