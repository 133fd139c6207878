/* serve_look.c - what is seen: decoded, then logged, then handed out, once */
#include <stdlib.h>
#include <string.h>

#include "blake.h"
#include "clock.h"
#include "hex.h"
#include "item.h"
#include "prog.h"
#include "serve_impl.h"

#define FETCHED 30000 /* ms in which a picture must be fetched */
#define SILENCE 60000 /* ms without a word: nobody sees anything any more */

/* ---- pictures that wait ----------------------------------------------------
 */

static void
forget(struct ct_serve *s, size_t i)
{
	struct serve_picture *p = &s->picture[i];

	if (p->png)
		ct_wipe(p->png, p->len);
	free(p->png);
	free(p->whole);
	*p = s->picture[--s->npictures];
	ct_wipe(&s->picture[s->npictures], sizeof *p);
}

/* A picture is kept until it is fetched; the oldest makes room. */
static const char *
keep(struct ct_serve *s, const struct ct_tile *t, int64_t view,
    const char *whole)
{
	uint8_t secret[SERVE_SECRET / 2];
	struct serve_picture *p;
	size_t i, oldest = 0;

	for (i = 1; i < s->npictures; i++)
		if (s->picture[i].since < s->picture[oldest].since)
			oldest = i;
	if (s->npictures == SERVE_PICTURES)
		forget(s, oldest);
	p = &s->picture[s->npictures++];
	*p = (struct serve_picture){ .view = view,
		.since = ct_mono(),
		.whole = whole ? ct_strdup(whole) : NULL };
	p->png = ct_tile_png(t, 1, &p->len);
	ct_random(secret, sizeof secret);
	ct_hex(secret, sizeof secret, p->name);
	return p->name;
}

/* ---- views -----------------------------------------------------------------
 */

static void
end_row(struct ct_serve *s, const struct serve_view *v)
{
	struct ct_err err;

	if (ct_queue_view_end(
		s->queue, v->row, (ct_mono() - v->since + 500) / 1000, &err))
		ct_warn("%s", err.msg);
}

static void
end(struct ct_serve *s, size_t i)
{
	struct serve_view v = s->view[i];
	size_t k;

	for (k = s->npictures; k-- > 0;)
		if (s->picture[k].view == v.id)
			forget(s, k);
	s->view[i] = s->view[--s->nviews];
	end_row(s, &v);
}

void
serve_covered(struct ct_serve *s)
{
	while (s->nviews)
		end(s, s->nviews - 1);
	while (s->npictures)
		forget(s, s->npictures - 1);
}

/* All of it leaves now, and that is logged first: only what was asked for was,
 * and who covers it at once has not seen it.  False: it must not. */
static bool
whole(struct ct_serve *s, const struct serve_picture *p)
{
	const struct ct_viewed v = { .level = "full", .entire = true };
	struct ct_err err;
	int64_t row;
	size_t i;

	if (ct_queue_view_begin(
		s->queue, p->whole, s->how->by, &v, &row, &err)) {
		ct_warn("%s", err.msg);
		return false;
	}
	for (i = 0; i < s->nviews; i++)
		if (s->view[i].id == p->view) {
			end_row(s, &s->view[i]);
			s->view[i].row = row;
			s->view[i].since = ct_mono();
		}
	return true;
}

bool
serve_picture(struct ct_serve *s, const char *name, struct serve_ans *ans)
{
	size_t i;
	bool may;

	for (i = 0; i < s->npictures; i++)
		if (strlen(name) == SERVE_SECRET &&
		    ct_same(s->picture[i].name, name, SERVE_SECRET)) {
			may = !s->picture[i].whole || whole(s, &s->picture[i]);
			if (may) {
				*ans = (struct serve_ans){ .status = 200,
					.type = "image/png",
					.body = s->picture[i].png,
					.len = s->picture[i].len };
				s->picture[i].png = NULL; /* the answer's now */
			}
			forget(s, i);
			return may;
		}
	return false;
}

/* Logged, before anything of it leaves: *view; those before it end, if it does
 * not stand beside them.  False: it must not be seen, and that is answered. */
static bool
begin(struct ct_serve *s, const json_t *rec, const struct ct_viewed *v,
    bool beside, int64_t *view, struct serve_ans *ans)
{
	struct ct_err err;

	if (ct_queue_view_begin(
		s->queue, ct_item_content(rec), s->how->by, v, view, &err)) {
		if (err.code == CT_NOPERM)
			serve_deny(ans, 429, "hard_stop", &err);
		else
			serve_fail(ans, &err);
		return false;
	}
	if (!beside)
		serve_covered(s);
	if (s->nviews == SERVE_VIEWS)
		end(s, 0);
	s->view[s->nviews++] = (struct serve_view){
		.id = *view, .row = *view, .since = ct_mono()
	};
	return true;
}

void
serve_cover(struct ct_serve *s, const json_t *ask, struct serve_ans *ans)
{
	json_int_t view;
	size_t i;

	if (!serve_number(ans, ask, "view", &view))
		return;
	for (i = s->nviews; i-- > 0;)
		if (s->view[i].id == view)
			end(s, i);
	if (!view)
		serve_covered(s);
	serve_say(ans, 200, json_object());
}

void
serve_tick(struct ct_serve *s)
{
	int64_t now = ct_mono();
	size_t i;

	for (i = s->npictures; i-- > 0;)
		if (now - s->picture[i].since > FETCHED)
			forget(s, i);
	if (s->nviews && now - s->alive > SILENCE)
		serve_covered(s);
}

/* ---- looking ---------------------------------------------------------------
 */

static void
none(struct serve_ans *ans, const char *why)
{
	serve_say(ans, 200,
	    json_pack("{s:i, s:o}", "view", 0, "none", serve_words(why)));
}

static void
facts(struct ct_serve *s, const json_t *rec, struct serve_ans *ans)
{
	const struct ct_viewed v = { .level = "metadata" };
	int64_t view;

	if (begin(s, rec, &v, false, &view, ans))
		serve_say(ans, 200,
		    json_pack("{s:I, s:o, s:o}", "view", (json_int_t)view,
			"facts", ct_item_facts(rec), "shift", serve_shift(s)));
}

/* Lines, one under another; null: none. */
static json_t *
joined(json_t *lines)
{
	struct ct_text text = { 0 };
	const json_t *line;
	json_t *all = json_null();
	size_t i;

	json_array_foreach(lines, i, line)
	{
		if (i)
			ct_text_add(&text, "\n", 1);
		ct_text_add(
		    &text, json_string_value(line), json_string_length(line));
	}
	if (json_array_size(lines))
		all = json_stringn(text.s ? text.s : "", text.len);
	if (text.s)
		ct_wipe(text.s, text.len);
	ct_text_free(&text);
	json_decref(lines);
	return all;
}

/* What has no bytes is seen whole by that, unless there is more of it. */
static void
words(struct ct_serve *s, const json_t *rec, struct serve_ans *ans)
{
	bool more = ct_review_has(rec, "threads");
	const struct ct_viewed v = { .level = "full", .entire = !more };
	int64_t view = 0;

	if (!ct_item_tells(rec)) {
		none(ans,
		    more ? "its conversations are only in the record"
			 : "it tells nothing");
		return;
	}
	if (!ct_review_bytes(rec) && !begin(s, rec, &v, false, &view, ans))
		return;
	serve_say(ans, 200,
	    json_pack("{s:I, s:o, s:o, s:b, s:o}", "view", (json_int_t)view,
		"text", joined(ct_item_lines(rec)), "url",
		joined(ct_item_urls(rec)), "more", more, "shift",
		serve_shift(s)));
}

/* What the platform read of the metadata within its file. */
static void
exif(struct ct_serve *s, const json_t *rec, struct serve_ans *ans)
{
	const struct ct_viewed v = { .level = "metadata", .exif = true };
	json_t *lines = ct_item_exif(rec);
	int64_t view;

	if (json_array_size(lines) == 0)
		none(ans, "nothing of it is in its record");
	else if (begin(s, rec, &v, false, &view, ans))
		serve_say(ans, 200,
		    json_pack("{s:I, s:o, s:o}", "view", (json_int_t)view,
			"text", joined(json_incref(lines)), "shift",
			serve_shift(s)));
	json_decref(lines);
}

/* Where a picture of this view is, once, and how large. */
static json_t *
placed(struct ct_serve *s, const struct ct_tile *t, int64_t view,
    const char *whole)
{
	char *path = ct_printf("picture/%s", keep(s, t, view, whole));
	json_t *at = json_pack("{s:s, s:i, s:i}", "picture", path, "width",
	    (int)t->w, "height", (int)t->h);

	free(path);
	return at;
}

/* Stills of what moves, each with its time. */
static json_t *
stills(struct ct_serve *s, const struct ct_tile *t, int64_t view)
{
	json_t *all = json_array(), *one;
	struct ct_tile still;
	uint32_t i;

	for (i = 0; i < t->n; i++) {
		still = ct_tile_still(t, i);
		one = placed(s, &still, view, NULL);
		(void)json_object_set_new(
		    one, "ms", json_integer(t->still[i].ms));
		(void)json_object_set_new(
		    one, "hit", json_boolean(t->still[i].wanted));
		(void)json_array_append_new(all, one);
	}
	return all;
}

/* A picture that was decoded: logged, and where it is, once. */
static void
show(struct ct_serve *s, const json_t *rec, enum ct_step step,
    const struct ct_tile *t, struct serve_ans *ans)
{
	const struct ct_viewed v = { .level = ct_step_levels[step] };
	bool entire = step == CT_STEP_FULL && t->whole;
	int64_t view;
	json_t *got;

	if (!begin(s, rec, &v, step == CT_STEP_TILE, &view, ans))
		return;
	if (t->n)
		got = json_pack("{s:o, s:I}", "stills", stills(s, t, view),
		    "long", (json_int_t)t->ms);
	else
		got = placed(s, t, view, entire ? ct_item_content(rec) : NULL);
	(void)json_object_set_new(got, "view", json_integer(view));
	(void)json_object_set_new(got, "entire", json_boolean(entire));
	(void)json_object_set_new(got, "shift", serve_shift(s));
	serve_say(ans, 200, got);
}

static void
see(struct ct_serve *s, const json_t *rec, enum ct_step step, int64_t at,
    struct serve_ans *ans)
{
	struct ct_err err;
	struct ct_tile t;
	int rc = 0;

	if (!ct_review_bytes(rec)) {
		none(ans, "it has no picture");
		return;
	}
	if (!s->tiler)
		rc = ct_tiler_open(&s->tiler, NULL, &err);
	if (!rc)
		rc = ct_tile(s->tiler, rec, step, at, &t, &err);
	if (rc == CT_NOINPUT || rc == CT_DATAERR)
		none(ans, err.msg);
	else if (rc)
		serve_fail(ans, &err);
	else if (!t.pixels && t.status == CT_IMAGE_OK)
		none(ans, "there is no such still");
	else if (!t.pixels)
		none(ans, ct_image_status(t.status));
	else
		show(s, rec, step, &t, ans);
	if (s->tiler)
		ct_tiler_forget(s->tiler);
}

void
serve_look(struct ct_serve *s, const json_t *ask, struct serve_ans *ans)
{
	const json_t *rec = serve_item(s, ask, ans, NULL);
	json_int_t at = CT_TILE_STRIP;
	const char *step;
	struct ct_err err;
	int i = 0;

	if (!rec || !serve_text(ans, ask, "step", &step) ||
	    (json_object_get(ask, "at") && !serve_number(ans, ask, "at", &at)))
		return;
	while (step && i < CT_STEPS && strcmp(step, ct_step_levels[i]) != 0)
		i++;
	if (step && i < CT_STEPS)
		see(s, rec, (enum ct_step)i, at, ans);
	else if (step && strcmp(step, "text") == 0)
		words(s, rec, ans);
	else if (step && strcmp(step, "exif") == 0)
		exif(s, rec, ans);
	else if (step && strcmp(step, "metadata") == 0)
		facts(s, rec, ans);
	else {
		(void)ct_fail(&err, CT_DATAERR, "step: there is no such step");
		serve_deny(ans, 400, NULL, &err);
	}
}
