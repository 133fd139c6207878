/* source_file.c - a file that is the whole list: what is absent is gone */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blake.h"
#include "clock.h"
#include "file.h"
#include "hex.h"
#include "prog.h"
#include "rec.h"
#include "source.h"
#include "source_fetch.h"

/* ---- the adapter ----------------------------------------------------------
 */

#define RATIO_LEAST                                               \
	1000 /* lines, from which many bad ones mean another form \
	      */

struct run {
	struct ct_source *src;
	int64_t generation;
	const struct ct_listfile *file;
};

static int
on_bad(void *arg, size_t line, const char *why, struct ct_err *err)
{
	struct run *r = arg;
	char where[32];

	(void)snprintf(where, sizeof where, "%s %zu", r->file->unit, line);
	return ct_source_reject(r->src, where, NULL, why, err);
}

/* The file of a video's fingerprint goes beside the list; a digest alone is
 * of use if it is there.  *why: it is refused. */
static int
keep(struct run *r, const struct ct_signal *s, const char **why,
    struct ct_err *err)
{
	struct ct_large_bytes bytes;
	struct ct_large *large;
	uint8_t digest[CT_LARGE_DIGEST];
	int rc;

	*why = NULL;
	if (s->file) {
		*why = ct_large_refused(s->type, s->file, s->file_len);
		return *why ? 0
			    : ct_large_put(r->src->db, s->type, s->file,
				  s->file_len, digest, err);
	}
	if ((rc = ct_large_open(&large, r->src->home, r->src->name, err)))
		return rc;
	rc = ct_large_read(large, s->type, s->hash, &bytes, err);
	ct_large_release(&bytes);
	ct_large_close(large);
	if (rc != CT_NO && rc != CT_DATAERR)
		return rc;
	*err = (struct ct_err){ 0 };
	*why = "want its file";
	return 0;
}

static int
on_signal(void *arg, const struct ct_entry *e, struct ct_err *err)
{
	struct run *r = arg;
	const char *why = NULL;
	int rc = 0;

	if (e->n == 0)
		return ct_list_remove(r->src->db, e, &r->src->gone, err);
	if (ct_clip_type(e->signal->type))
		rc = keep(r, e->signal, &why, err);
	if (rc || why)
		return rc ? rc : on_bad(r, r->file->lines, why, err);
	r->src->put++;
	return ct_list_put(r->src->db, e, r->generation, true, err);
}

static int
guards(struct ct_source *s, const struct ct_listfile *f,
    const struct ct_list_count *was, int64_t swept, struct ct_err *err)
{
	struct ct_list_count now;
	int rc = ct_list_count(s->db, &now, err);

	if (rc)
		return rc;
	if (f->lines && f->unsaid == f->lines)
		return ct_fail(err, CT_CONFIG,
		    "source '%s': all its hashes may be PDQ or SHA-256: want"
		    " hash = pdq or sha256",
		    s->name);
	/* a page that says what went wrong, say: no list that was read */
	if (f->lines && s->rejected >= (int64_t)f->lines && !s->put)
		return ct_fail(err, CT_DATAERR,
		    "source '%s': not one of %zu lines is an entry: another"
		    " format? Nothing taken",
		    s->name, f->lines);
	if (f->lines >= RATIO_LEAST && s->rejected > (int64_t)(f->lines / 5))
		return ct_fail(err, CT_DATAERR,
		    "source '%s': %lld of %zu lines refused: another format?"
		    " Nothing taken",
		    s->name, (long long)s->rejected, f->lines);
	if (!s->allow_shrink && was->signals && !now.signals)
		return ct_fail(err, CT_NOPERM,
		    "source '%s': refused: the list has become empty"
		    " (--allow-shrink lets it)",
		    s->name);
	return ct_source_guard(s, swept + s->gone, was->signals, err);
}

static int
walk(struct ct_source *s, int fd, struct ct_list_state *state,
    struct ct_err *err)
{
	struct run r = { .src = s, .generation = state->generation + 1 };
	struct ct_listfile f = { .type = s->hash,
		.form = s->form,
		.map = s->map,
		.positive = s->positive,
		.negative = s->negative,
		.allow = strcmp(s->action, "allow") == 0,
		.files = s->path != NULL,
		.path = s->path,
		.each = on_signal,
		.bad = on_bad,
		.arg = &r };
	struct ct_list_count was;
	char *name = source_fetch_name(s);
	int64_t swept = 0, clashes = 0;
	int rc;

	r.file = &f;
	if ((rc = ct_list_count(s->db, &was, err)) ||
	    (rc = ct_list_forget(s->db, err)) ||
	    (rc = ct_listfile_read_fd(&f, fd, name, err)) ||
	    (rc = ct_list_sweep(s->db, r.generation, &swept, err)))
		;
	else
		rc = guards(s, &f, &was, swept, err);
	if (!rc)
		rc = ct_list_clashes(s->db, &clashes, err);
	free(name);
	if (rc)
		return rc;
	if (clashes)
		ct_warn("%s: %lld MD5 stand with one SHA-1 and with another:"
			" both are kept, one may be wrong",
		    s->name, (long long)clashes);
	if (f.unknown)
		ct_warn("%s: %zu hashes kept that cannot be matched: their"
			" types are not known",
		    s->name, f.unknown);
	s->gone += swept;
	state->generation = r.generation;
	state->revision++;
	state->rejected = s->rejected;
	return 0;
}

/* fd is all of the list; or -1: it is as it was. */
static int
take(struct ct_source *s, int fd, const struct ct_cursor *cur,
    struct ct_err *err)
{
	struct ct_list_state state;
	int rc;

	if ((rc = ct_list_begin(s->db, err)) ||
	    (rc = ct_list_origin(s->db, "file", err)) ||
	    (rc = ct_list_state(s->db, &state, err)) ||
	    (fd >= 0 && (rc = walk(s, fd, &state, err))))
		return rc;
	state.last_run = state.last_reconcile = ct_now();
	if ((rc = ct_list_keep(s->db, &state, err)) ||
	    (rc = ct_list_set_cursor(s->db, "file", cur, err)) ||
	    (rc = ct_list_ran(s->db, &state, s->put, s->gone, err)))
		return rc;
	return ct_list_commit(s->db, err);
}

static int
sync_file(struct ct_source *s, struct ct_err *err)
{
	struct ct_cursor cur;
	int fd = -1, rc = ct_list_cursor(s->db, "file", &cur, err);

	if (!rc)
		rc = source_fetch(s, &cur, &fd, err);
	if (rc == 0 || rc == CT_NO)
		rc = take(s, fd, &cur, err);
	if (fd >= 0)
		(void)close(fd);
	free(cur.next);
	return rc ? rc : s->rejected ? CT_DATAERR : 0;
}

static int
conf_file(struct ct_source *s, struct ct_err *err)
{
	if (s->hash && !ct_signal_matched(s->hash))
		return ct_fail(err, CT_CONFIG,
		    "source '%s': unknown type of hash '%s'", s->name, s->hash);
	return source_fetch_conf(s, err);
}

static int
check_file(struct ct_source *s, char **what, struct ct_err *err)
{
	*what = NULL;
	return source_fetch_check(s, err);
}

const struct ct_adapter ct_source_file = { "file", conf_file, sync_file,
	check_file, NULL, NULL };
