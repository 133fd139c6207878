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
on_signal(void *arg, const struct ct_entry *e, struct ct_err *err)
{
	struct run *r = arg;

	if (e->n == 0)
		return ct_list_remove(r->src->db, e, &r->src->gone, err);
	r->src->put++;
	return ct_list_put(r->src->db, e, r->generation, true, err);
}

static int
on_bad(void *arg, size_t line, const char *why, struct ct_err *err)
{
	struct run *r = arg;
	char where[32];

	(void)snprintf(where, sizeof where, "%s %zu", r->file->unit, line);
	return ct_source_reject(r->src, where, NULL, why, err);
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
walk(struct ct_source *s, struct ct_list_state *state, struct ct_err *err)
{
	struct run r = { .src = s, .generation = state->generation + 1 };
	struct ct_listfile f = { .type = s->hash,
		.form = s->form,
		.map = s->map,
		.positive = s->positive,
		.negative = s->negative,
		.allow = strcmp(s->action, "allow") == 0,
		.each = on_signal,
		.bad = on_bad,
		.arg = &r };
	struct ct_list_count was;
	int64_t swept = 0;
	int rc;

	r.file = &f;
	if ((rc = ct_list_count(s->db, &was, err)) ||
	    (rc = ct_list_forget(s->db, err)) ||
	    (rc = ct_listfile_read(&f, s->path, err)) ||
	    (rc = ct_list_sweep(s->db, r.generation, &swept, err)) ||
	    (rc = guards(s, &f, &was, swept, err)))
		return rc;
	if (f.unknown)
		ct_warn("%s: %zu hashes kept that cannot be matched: their"
			" types are not known",
		    s->name, f.unknown);
	s->gone += swept;
	state->generation = r.generation;
	state->revision++;
	state->last_run = state->last_reconcile = ct_now();
	state->rejected = s->rejected;
	return 0;
}

static int
sync_file(struct ct_source *s, struct ct_err *err)
{
	struct ct_list_state state;
	int rc;

	if ((rc = ct_list_begin(s->db, err)) ||
	    (rc = ct_list_origin(s->db, "file", err)) ||
	    (rc = ct_list_state(s->db, &state, err)) ||
	    (rc = walk(s, &state, err)) ||
	    (rc = ct_list_keep(s->db, &state, err)) ||
	    (rc = ct_list_ran(s->db, &state, s->put, s->gone, err)) ||
	    (rc = ct_list_commit(s->db, err)))
		return rc;
	return s->rejected ? CT_DATAERR : 0;
}

static int
conf_file(struct ct_source *s, struct ct_err *err)
{
	if (!s->path || s->url || s->credential)
		return ct_fail(err, CT_CONFIG,
		    "source '%s': type = file wants path, no url or"
		    " credential",
		    s->name);
	if (s->hash && !ct_signal_matched(s->hash))
		return ct_fail(err, CT_CONFIG,
		    "source '%s': unknown type of hash '%s'", s->name, s->hash);
	return 0;
}

static int
check_file(struct ct_source *s, char **what, struct ct_err *err)
{
	struct ct_err why = { 0 };
	struct stat st;
	int fd = ct_file_open(s->path, true, &st, &why);

	*what = NULL;
	if (fd < 0)
		return ct_fail(err, why.code, "'%s': %s", s->path, why.msg);
	(void)close(fd);
	return 0;
}

const struct ct_adapter ct_source_file = { "file", conf_file, sync_file,
	check_file, NULL, NULL };
