/* filing_service.c - what is known of the service, in this run and before */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "filing_impl.h"
#include "prog.h"

#define LONGEST ((int64_t)72 * 3600 * 1000)

/* One for all threads of a run. */
struct ct_service {
	pthread_mutex_t lock;
	struct ct_outbox_service kept; /* as the outbox has it */
	char refused[224]; /* "", or why our credential is of no use */
	bool down;         /* the last report ended with no answer: try once */
	int64_t until;     /* no call before this time */
	int broken;
};

int64_t
ct_drive_pause(const struct ct_filing *f, int n)
{
	int64_t unit = f->wait * PAUSE_TIMES, most = f->wait * PAUSE_TIMES_MAX;

	while (--n > 0 && unit < most)
		unit *= 2;
	return ct_now() + (unit < most ? unit : most);
}

bool
ct_drive_paused(int64_t until)
{
	int64_t now = ct_now();

	return until > now && until <= now + LONGEST;
}

static void
refuse(struct ct_service *s, const char *why)
{
	char at[CT_TIME_LEN];

	(void)snprintf(s->refused, sizeof s->refused,
	    "nothing is sent since %s: %.100s; see ct-submit check",
	    ct_time(s->kept.at, at), why);
}

int
ct_service_new(struct ct_filing *f, struct ct_err *err)
{
	struct ct_service *s = ct_alloc(1, sizeof *s);
	int rc = 0;

	(void)pthread_mutex_init(&s->lock, NULL);
	f->service = s;
	if (f->ob && f->tip)
		rc = ct_outbox_service(f->ob, &s->kept, err);
	if (!rc && *s->kept.refused && f->cred &&
	    ct_cred_fits(f->cred, s->kept.refused))
		refuse(s, s->kept.why);
	if (f->now)
		return rc;
	s->down = s->kept.pauses > 0;
	s->until = s->kept.until;
	return rc;
}

void
ct_service_free(struct ct_service *s)
{
	if (!s)
		return;
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

bool
ct_service_may(struct ct_filing *f, struct ct_filing_end *end)
{
	struct ct_service *s = f->service;
	char at[CT_TIME_LEN];
	int status = 0;

	(void)pthread_mutex_lock(&s->lock);
	if (*s->refused) {
		status = CT_NOPERM;
		(void)snprintf(end->why, sizeof end->why, "%s", s->refused);
	} else if (ct_drive_paused(s->until)) {
		status = CT_TEMPFAIL;
		end->waits = true;
		(void)snprintf(end->why, sizeof end->why,
		    "no call before %s: %.160s", ct_time(s->until, at),
		    s->kept.why);
	}
	(void)pthread_mutex_unlock(&s->lock);
	end->status = status;
	return !status;
}

/* Keep what has changed, for the runs to come. */
static int
keep(struct ct_filing *f, const char *why, struct ct_err *err)
{
	struct ct_service *s = f->service;

	s->kept.at = ct_now();
	(void)snprintf(s->kept.why, sizeof s->kept.why, "%s", why);
	return f->ob ? ct_outbox_service_keep(f->ob, &s->kept, err) : 0;
}

static int
good(struct ct_filing *f, bool asked, struct ct_err *err)
{
	struct ct_service *s = f->service;
	int rc = 0;

	(void)pthread_mutex_lock(&s->lock);
	s->down = false;
	if ((asked || !*s->refused) &&
	    (s->kept.until || s->kept.pauses || *s->kept.refused)) {
		s->kept = (struct ct_outbox_service){ 0 };
		*s->refused = '\0';
		s->until = 0;
		rc = keep(f, "", err);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return rc;
}

/* A call that was on its way when another was refused says nothing. */
int
ct_service_good(struct ct_filing *f, struct ct_err *err)
{
	return good(f, false, err);
}

int
ct_service_known(struct ct_filing *f, struct ct_err *err)
{
	return good(f, true, err);
}

int
ct_service_refused(
    struct ct_filing *f, const char *why, bool certain, struct ct_err *err)
{
	struct ct_service *s = f->service;
	bool first;
	int rc = 0;

	(void)pthread_mutex_lock(&s->lock);
	first = !*s->refused;
	if (first && certain && !ct_cred_seal(f->cred, s->kept.refused))
		rc = keep(f, why, err);
	if (first && !certain)
		s->kept.at = ct_now();
	if (first)
		refuse(s, why);
	(void)pthread_mutex_unlock(&s->lock);
	return rc;
}

int
ct_service_busy(
    struct ct_filing *f, int64_t until, const char *why, struct ct_err *err)
{
	struct ct_service *s = f->service;
	int rc;

	(void)pthread_mutex_lock(&s->lock);
	s->until = s->kept.until = until;
	rc = keep(f, why, err);
	(void)pthread_mutex_unlock(&s->lock);
	return rc;
}

bool
ct_service_down(struct ct_filing *f)
{
	struct ct_service *s = f->service;
	bool down;

	(void)pthread_mutex_lock(&s->lock);
	down = s->down;
	(void)pthread_mutex_unlock(&s->lock);
	return down;
}

int
ct_service_silent(struct ct_filing *f, const char *why, struct ct_err *err)
{
	struct ct_service *s = f->service;
	int rc = 0;

	(void)pthread_mutex_lock(&s->lock);
	if (s->down) {
		s->kept.pauses++;
		s->until = s->kept.until = ct_drive_pause(f, s->kept.pauses);
		rc = keep(f, why, err);
	}
	s->down = true;
	(void)pthread_mutex_unlock(&s->lock);
	return rc;
}

int
ct_service_broken(struct ct_filing *f, int code)
{
	struct ct_service *s = f->service;
	int rc;

	(void)pthread_mutex_lock(&s->lock);
	if (code && !s->broken) {
		s->broken = code;
		ct_stop = 1;
	}
	rc = s->broken;
	(void)pthread_mutex_unlock(&s->lock);
	return rc;
}
