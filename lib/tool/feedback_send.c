/* feedback_send.c - a vote to the owner of its list, and what comes of it */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "cred.h"
#include "feedback_impl.h"
#include "prog.h"

#define TRIES 2 /* without an answer */
#define LONGEST ((int64_t)72 * 3600 * 1000)

struct fb_desk *
fb_desk(const struct ct_feedback *f, const char *source)
{
	const struct ct_source *src = ct_source_named(f->sources, source);
	struct fb_desk *d = src ? &f->desk[src - f->sources->src] : NULL;

	return d && d->voter ? d : NULL;
}

json_t *
fb_tell(const struct ct_feedback *f, const struct fb_row *row)
{
	char at[CT_TIME_LEN];
	json_t *line = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
	    "id", (json_int_t)row->id, "env",
	    f->production ? "production" : "test", "source", row->source,
	    "member", row->member, "entry", row->entry, "content", row->content,
	    "type", row->type, "vote", row->up ? "up" : "down");

	(void)json_object_set_new(line, "state", json_string(row->state));
	(void)json_object_set_new(line, "by", json_string(row->by));
	(void)json_object_set_new(
	    line, "at", json_string(ct_time(row->at - row->at % 1000, at)));
	if (row->code)
		(void)json_object_set_new(
		    line, "code", json_integer((json_int_t)row->code));
	if (row->why)
		(void)json_object_set_new(
		    line, "reason", json_string(row->why));
	return line;
}

/* A time too far off was written under a clock that was wrong. */
static bool
paused(int64_t until)
{
	int64_t now = ct_now();

	return until > now && until <= now + LONGEST;
}

/* ---- may it be sent? ------------------------------------------------------
 */

static void
because(struct fb_row *row, const char *why)
{
	free(row->why);
	row->why = ct_strdup(why);
}

/* Else *row says why, and *status is what that makes the run's. */
static bool
may(struct ct_feedback *f, struct fb_desk *d, struct fb_row *row, int *status)
{
	const struct fb_service *k = &d->kept;
	char at[CT_TIME_LEN], why[256];
	bool tell = !d->told;

	*status = CT_TEMPFAIL;
	if (*k->refused) {
		(void)snprintf(why, sizeof why, "nothing is sent: %s", k->why);
		*status = CT_NOPERM;
	} else if (d->down || paused(k->until)) {
		(void)snprintf(
		    why, sizeof why, "nothing is sent for now: %s", k->why);
	} else if (paused(row->until) && !f->now) {
		(void)snprintf(why, sizeof why, "not before %s: %.180s",
		    ct_time(row->until, at), row->why ? row->why : "");
		tell = false;
	} else if (ct_stop) {
		(void)snprintf(why, sizeof why, "stopped by a signal");
		tell = false;
	} else {
		return true;
	}
	if (tell)
		ct_warn("%s", why);
	d->told |= tell;
	because(row, why);
	return false;
}

/* ---- what came of it ------------------------------------------------------
 */

static int
keep(struct ct_feedback *f, struct fb_desk *d, const struct fb_row *row,
    const char *why, struct ct_err *err)
{
	(void)snprintf(d->kept.why, sizeof d->kept.why, "%.159s", why);
	return fb_service_keep(f->store, row->source, &d->kept, err);
}

/* What it means for all votes that go there. */
static int
of_service(struct ct_feedback *f, struct fb_desk *d, const struct fb_row *row,
    const struct ct_vote_end *end, struct ct_err *err)
{
	int64_t wait = end->wait > f->wait ? end->wait : f->wait;

	switch (end->how) {
	case CT_VOTE_DENIED:
		if (ct_cred_seal(ct_voter_cred(d->voter), d->kept.refused))
			return ct_fail(err, CT_SOFTWARE, "no seal can be made");
		d->noted = true;
		return keep(f, d, row, end->why.msg, err);
	case CT_VOTE_BUSY:
		d->kept.until = ct_now() + wait;
		d->noted = true;
		return keep(f, d, row, end->why.msg, err);
	case CT_VOTE_UNSENT:
	case CT_VOTE_UNKNOWN:
		if (end->status)
			return 0;
		d->down = true;
		(void)snprintf(
		    d->kept.why, sizeof d->kept.why, "%.150s", end->why.msg);
		return 0;
	default:
		if (!d->noted)
			return 0;
		d->noted = false;
		d->kept = (struct fb_service){ 0 };
		return keep(f, d, row, "", err);
	}
}

/* What it means for this vote. */
static const char *
of_vote(struct ct_feedback *f, struct fb_row *row,
    const struct ct_vote_end *end, int *status)
{
	*status = 0;
	switch (end->how) {
	case CT_VOTED:
		return "done";
	case CT_VOTE_GONE:
	case CT_VOTE_CONFLICT:
		return "dropped";
	case CT_VOTE_UNKNOWN:
		row->until = ct_now() + f->wait;
		if (++row->tries < TRIES)
			break;
		row->until = 0;
		*status = CT_PROTOCOL;
		return "failed";
	case CT_VOTE_REFUSED:
		*status = CT_PROTOCOL;
		return "failed";
	default:
		break;
	}
	*status = end->why.code ? end->why.code : CT_TEMPFAIL;
	return "queued";
}

static int
over(struct ct_feedback *f, struct fb_desk *d, struct fb_row *row,
    const struct ct_vote_end *end, int *status, struct ct_err *err)
{
	const char *state = of_vote(f, row, end, status);
	int rc;

	row->code = end->status;
	free(row->why);
	row->why = end->how == CT_VOTED ? NULL : ct_strdup(end->why.msg);
	if ((rc = fb_become(f->store, row, state, err)))
		return rc;
	if (end->how != CT_VOTED)
		ct_warn("vote %lld is %s: %s", (long long)row->id, state,
		    end->why.msg);
	d->told |= end->how == CT_VOTE_DENIED || end->how == CT_VOTE_BUSY;
	return of_service(f, d, row, end, err);
}

int
fb_drive(
    struct ct_feedback *f, struct fb_row *row, int *status, struct ct_err *err)
{
	struct fb_desk *d = fb_desk(f, row->source);
	const struct ct_vote vote = { row->member, row->entry, row->content,
		row->type, row->up, row->turned };
	struct ct_vote_end end;
	const struct ct_source *src;

	*status = CT_CONFIG;
	if (!d) {
		because(row, "the configuration has no such source for it");
		return 0;
	}
	src = ct_source_named(f->sources, row->source);
	if (!ct_vote_ready(src, &vote)) {
		because(row, "it wants a reason, see ct-feedback reasons");
		if (!d->told)
			ct_warn("source '%s': a vote against wants a reason,"
				" see ct-feedback reasons",
			    row->source);
		d->told = true;
		return 0;
	}
	if (d->other) {
		because(row, "the credential is of the other environment");
		*status = CT_NOPERM;
		return 0;
	}
	if (!may(f, d, row, status))
		return 0;
	if (fb_become(f->store, row, "sent", err))
		return err->code;
	ct_voter_send(d->voter, &vote, &end);
	return over(f, d, row, &end, status, err);
}
