/* seen.c - the store's own records: export, stats, merge, check */
#include "seen.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "hex.h"
#include "prog.h"
#include "seen_impl.h"

/* ---- a row as a record -----------------------------------------------------
 */

void
seen_record(struct ct_text *t, const struct ct_seen *s,
    const struct seen_view *v, const uint8_t *key, size_t len,
    const struct seen_row *row, const struct seen_frames *frames)
{
	static const uint8_t none[16];
	char hex[2 * SEEN_KEYED + 1], at[CT_TIME_LEN], *more;

	ct_text_add(t, "{", 1);
	if (memcmp(v->m.check, none, sizeof none) == 0) {
		seen_row_id(t, row, (const char *)key, len);
	} else {
		ct_hex(key, len < SEEN_KEYED ? len : SEEN_KEYED, hex);
		more = ct_printf("seen:%s:%s", s->store, hex);
		seen_row_id(t, row, more, strlen(more));
		free(more);
	}
	seen_row_text(t, row, frames);
	more = ct_printf(",\"seen\":{\"store\":\"%s\",\"at\":\"%s\"}", s->store,
	    ct_time((int64_t)row->info.at * 1000, at));
	ct_text_add(t, more, strlen(more));
	free(more);
}

/* Which store there is none of is said. */
int
seen_open(struct seen_view **v, const struct ct_seen *s, struct ct_err *err)
{
	int rc = seen_view_open(v, s, err);

	if (rc == CT_NO)
		rc = err->code = CT_NOINPUT;
	return rc;
}

static int
ended(int rc, struct ct_out *out, const struct ct_err *why)
{
	struct ct_err err = { 0 };

	if (rc)
		ct_warn("%s", why->msg);
	if (ct_out_close(out, &err) && !rc) {
		ct_warn("%s", err.msg);
		rc = CT_IOERR;
	}
	return rc;
}

/* ---- export ---------------------------------------------------------------
 */

static int export(const struct ct_seen *s, struct seen_view *v,
    struct ct_out *out, struct ct_err *err)
{
	struct ct_text text = { 0 };
	struct seen_frames f;
	struct seen_walk w;
	struct seen_row row;
	bool film;
	int rc;

	v->sound = true;
	for (rc = seen_walk_first(&w, v, true, v->n, err); !rc;
	     rc = seen_walk_next(&w, err)) {
		if (!seen_sound_at(v, w.at)) {
			v->left++;
			continue;
		}
		seen_row_at(v, w.at, &row);
		if (row.info.flags & SEEN_GONE)
			continue;
		text.len = 0;
		film = seen_frames_at(v, w.at, &f);
		seen_record(&text, s, v, w.key, w.len, &row, film ? &f : NULL);
		seen_view_passed(v, film ? f.film.n : 0);
		ct_text_add(&text, "}", 1);
		if ((rc = ct_out_line(out, text.s, text.len, err)))
			break;
	}
	seen_walk_end(&w);
	ct_text_free(&text);
	if (rc == CT_NO && v->left)
		return ct_fail(err, CT_DATAERR,
		    "the store is damaged: %" PRIu64 " rows are left out",
		    v->left);
	return rc == CT_NO ? 0 : rc;
}

int
ct_seen_export(const struct ct_seen *s)
{
	struct ct_out out = { .fd = s->out };
	struct ct_err err = { 0 };
	struct seen_view *v = NULL;
	int rc = seen_open(&v, s, &err);

	if (!rc)
		rc = export(s, v, &out, &err);
	seen_view_close(v);
	rc = ended(rc, &out, &err);
	if (!rc && !s->quiet)
		ct_warn("%zu objects", out.n);
	return rc;
}

/* ---- stats ----------------------------------------------------------------
 */

enum number {
	OBJECTS,
	ROWS,
	GONE,
	PDQ,
	VIDEOS,
	UNFRAMED,
	FRAMES,
	FILES,
	BYTES,
	KEYS,
	GENERATION,
	NUMBERS
};

static const struct {
	const char *name, *metric, *help;
} numbers[NUMBERS] = {
	{ "objects", "ct_seen_objects", "Objects in the store." },
	{ "rows", "ct_seen_rows", "Rows of its files and its log." },
	{ "gone", "ct_seen_gone_rows", "Rows that say that one is gone." },
	{ "pdq", "ct_seen_pdq", "Objects with a PDQ hash." },
	{ "videos", "ct_seen_videos", "Objects that had frames." },
	{ "unframed", "ct_seen_unframed_videos",
	    "Of these, whose frames are not kept." },
	{ "frames", "ct_seen_frames", "Frames in its files and its log." },
	{ "files", "ct_seen_files", "Sorted files." },
	{ "bytes", "ct_seen_bytes", "Bytes of its files and its log." },
	{ "key_bytes", "ct_seen_key_bytes", "Bytes of all keys as they are." },
	{ "generation", "ct_seen_generation",
	    "The oldest lists that any object was last looked up in, 0: not"
	    " known." },
};

static int
count(struct seen_view *v, uint64_t n[NUMBERS], struct ct_err *err)
{
	struct seen_frames f;
	struct seen_walk w;
	struct seen_row row;
	uint64_t least = UINT64_MAX, generation;
	const struct seen_lists *lists;
	size_t i;
	int rc;

	for (rc = seen_walk_first(&w, v, true, v->n, err); !rc;
	     rc = seen_walk_next(&w, err)) {
		seen_row_at(v, w.at, &row);
		if (row.info.flags & SEEN_GONE)
			continue;
		n[OBJECTS]++;
		n[KEYS] += w.len;
		n[PDQ] += (row.info.flags & SEEN_HAS << SEEN_PDQ) != 0;
		n[VIDEOS] += (row.info.flags & SEEN_FRAMES) != 0;
		n[UNFRAMED] += row.info.flags & SEEN_FRAMES && !row.info.film;
		lists = seen_lists(&v->m, seen_looked_up(&v->m, &row.info));
		generation = lists ? lists->generation : 0;
		least = generation < least ? generation : least;
	}
	seen_walk_end(&w);
	n[GENERATION] = n[OBJECTS] ? least : 0;
	n[FILES] = v->n;
	n[ROWS] = v->log.entries;
	n[BYTES] = v->log.good;
	for (i = 0; i < v->log.n; i++) {
		n[GONE] += v->log.entry[i]->row.info.flags & SEEN_GONE;
		if (seen_log_frames(v->log.entry[i], &f))
			n[FRAMES] += f.film.n;
	}
	for (i = 0; i < v->n; i++) {
		n[FRAMES] += v->segment[i].frames;
		n[ROWS] += v->segment[i].rows;
		n[GONE] += v->segment[i].head.gone;
		n[BYTES] += v->segment[i].len;
	}
	return rc == CT_NO ? 0 : rc;
}

static int
tell(const struct ct_seen *s, const uint64_t n[NUMBERS], struct ct_out *out,
    struct ct_err *err)
{
	json_t *o = json_pack("{s:s}", "store", s->store);
	char *line;
	int rc = 0;
	size_t i;

	for (i = 0; i < NUMBERS; i++)
		(void)json_object_set_new(
		    o, numbers[i].name, json_integer((json_int_t)n[i]));
	if (!s->prometheus)
		rc = ct_out_rec(out, o, err);
	json_decref(o);
	for (i = 0; !rc && s->prometheus && i < NUMBERS; i++) {
		line = ct_printf("# HELP %s %s\n# TYPE %s gauge\n"
				 "%s{store=\"%s\"} %" PRIu64,
		    numbers[i].metric, numbers[i].help, numbers[i].metric,
		    numbers[i].metric, s->store, n[i]);
		rc = ct_out_line(out, line, strlen(line), err);
		free(line);
	}
	return rc;
}

int
ct_seen_stats(const struct ct_seen *s)
{
	struct ct_out out = { .fd = s->out };
	uint64_t n[NUMBERS] = { 0 };
	struct ct_err err = { 0 };
	struct seen_view *v = NULL;
	int rc = seen_open(&v, s, &err);

	if (!rc)
		rc = count(v, n, &err);
	if (!rc)
		rc = tell(s, n, &out, &err);
	seen_view_close(v);
	return ended(rc, &out, &err);
}

/* ---- merge ----------------------------------------------------------------
 */

int
ct_seen_merge(const struct ct_seen *s)
{
	struct seen_writer w;
	struct ct_err err = { 0 };
	int rc;

	ct_stop_gently();
	rc = seen_writer_open(&w, s, false, &err);
	if (!rc) {
		rc = seen_writer_merge(&w, &err);
		(void)seen_writer_close(&w, false, &err);
	}
	if (rc)
		ct_warn("%s", err.msg);
	else if (w.left)
		rc = CT_DATAERR;
	return rc == CT_NO ? CT_NOINPUT : rc;
}

/* ---- check ----------------------------------------------------------------
 */

static int
check_segment(const struct ct_seen *s, const struct seen_view *v, size_t i)
{
	struct ct_err err = { 0 };
	char *path, *dir;
	int rc = seen_segment_check(&v->segment[i], &err);

	if (!rc)
		return 0;
	dir = seen_dir(s);
	path = seen_path(dir, v->m.segment[i].id, "rows");
	ct_warn("'%s': %s", path, err.msg);
	free(path);
	free(dir);
	return rc;
}

int
ct_seen_check(const struct ct_seen *s)
{
	struct ct_err err = { 0 };
	struct seen_view *v = NULL;
	int rc = seen_open(&v, s, &err), worst = rc;
	uint64_t rows;
	size_t i;

	if (rc) {
		ct_warn("%s", err.msg);
		return rc;
	}
	rows = v->log.entries;
	for (i = 0; i < v->n; i++) {
		rc = check_segment(s, v, i);
		worst = rc > worst ? rc : worst;
		rows += v->segment[i].rows;
	}
	if (v->log.good < v->log.len)
		ct_warn("the log ends with %zu bytes that are no entry: a run"
			" is at it, or was killed",
		    v->log.len - v->log.good);
	if (!worst && !s->quiet)
		ct_warn("%" PRIu64 " rows in %zu files and a log, all as they"
			" were written",
		    rows, v->n);
	seen_view_close(v);
	return worst;
}
