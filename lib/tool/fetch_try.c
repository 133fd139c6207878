/* fetch_try.c - one try after another to get an object */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "fetch_impl.h"
#include "prog.h"

#define WAIT_MOST 60000          /* ms that a server may ask us to wait */
#define GOOD ((uint64_t)1 << 20) /* bytes of a try that count as progress */

/* ---- what is to become of it ------------------------------------------------
 */

static void
settle(struct item *it, enum outcome end)
{
	it->end = end;
	it->state = STATE_DONE;
	it->run->splits -= it->split;
	it->split = false;
	if (end != END_BYTES)
		fetch_only(it, NULL);
}

void
fetch_fail(struct item *it, const struct ct_err *err)
{
	it->err = *err;
	settle(it, END_ERROR);
}

/* Begin from nothing, with this part; false: what went out already cannot be
 * taken back. */
static bool
anew(struct part *p)
{
	struct item *it = p->it;

	if (it->begun)
		return false;
	fetch_only(it, p);
	fetch_drop(p);
	p->from = p->at = 0;
	p->to = it->asked = fetch_first_to(it);
	*it->etag = '\0';
	it->whole = UINT64_MAX;
	it->run->splits -= it->split;
	it->split = false;
	return true;
}

static void
rest(struct part *p, int64_t wait)
{
	p->state = STATE_RESTING;
	p->due = ct_mono() + wait;
	p->it->run->resting++;
	fetch_count(p);
}

/* It failed for now. */
static void
again(struct part *p, const struct ct_err *err)
{
	struct item *it = p->it;
	const struct ct_fetch_how *how = it->run->how;
	int64_t wait, asked = p->get.got.retry_after;
	struct ct_err cut = { 0 };

	if (*it->etag && p->at >= p->since + GOOD)
		p->tries = 0;
	if (p->tries >= how->retries || it->left <= 0 || asked > WAIT_MOST ||
	    ct_stop) {
		fetch_fail(it, err);
		return;
	}
	if (!*it->etag && !anew(p)) {
		(void)ct_fail(&cut, CT_TEMPFAIL,
		    "it was cut off, and cannot be gone on with");
		fetch_fail(it, &cut);
		return;
	}
	wait = how->wait << p->tries++;
	wait = wait < WAIT_MOST ? wait : WAIT_MOST;
	rest(p, asked > wait ? asked : wait);
}

/* It is not what it was when it was listed, or begun. */
static void
changed(struct part *p)
{
	struct item *it = p->it;
	struct ct_err err = { 0 };

	if (!it->listed && it->changes++ == 0 && anew(p)) {
		rest(p, 0);
		return;
	}
	(void)ct_fail(&err, CT_TEMPFAIL, "it changed %s",
	    it->listed ? "since it was listed" : "while it was read");
	fetch_fail(it, &err);
}

/* Its server does not know of parts, or not well: what is not there yet comes
 * in one. */
static void
one_stream(struct part *p)
{
	struct item *it = p->it;
	struct part *first = it->part;

	it->deaf = it->plain;
	it->plain = true;
	fetch_only(it, first);
	it->asked = first->to;
	if (first == p) {
		p->to = it->asked = UINT64_MAX;
		rest(p, 0);
	}
}

/* ---- an answer --------------------------------------------------------------
 */

/* An ETag without W/ and quotes: *n bytes. */
static const char *
tag(const char *etag, size_t *n)
{
	if (strncmp(etag, "W/", 2) == 0)
		etag += 2;
	*n = strlen(etag);
	if (*n >= 2 && *etag == '"' && etag[*n - 1] == '"') {
		etag++;
		*n -= 2;
	}
	return etag;
}

static bool
same_tag(const char *a, const char *b)
{
	size_t n, m;

	a = tag(a, &n);
	b = tag(b, &m);
	return n == m && memcmp(a, b, n) == 0;
}

/* Of the whole; UINT64_MAX: nobody says it. */
static uint64_t
size_of(const struct ct_got *got)
{
	if (got->status == 206)
		return got->total;
	return got->length >= 0 ? (uint64_t)got->length : UINT64_MAX;
}

/* Is this answer of other bytes than we want? */
static bool
is_other(const struct part *p)
{
	const struct item *it = p->it;
	const struct ct_got *got = &p->get.got;
	uint64_t size = size_of(got);

	if (it->run->how->head)
		return false;
	if (*got->etag &&
	    ((*it->etag && !same_tag(it->etag, got->etag)) ||
		(it->listed && !same_tag(it->listed, got->etag))))
		return true;
	return size != UINT64_MAX &&
	    ((it->size >= 0 && size != (uint64_t)it->size) ||
		(it->whole != UINT64_MAX && size != it->whole));
}

/* Is this another part than was asked for? */
static bool
is_misfit(const struct part *p)
{
	const struct ct_got *got = &p->get.got;

	if (got->status != 206) /* the whole is no part of several */
		return p->to != UINT64_MAX || p->at != p->skip;
	if ((!p->at && p->to == UINT64_MAX) || !got->part || got->from != p->at)
		return true;
	if (p->to != UINT64_MAX)
		return got->total == UINT64_MAX || got->to != p->to ||
		    (!*p->it->etag && *got->etag != '"');
	return got->total != UINT64_MAX && got->to != got->total;
}

static void
too_large(struct part *p)
{
	(void)ct_fail(&p->err, CT_DATAERR, "it is over %llu bytes",
	    (unsigned long long)p->it->run->how->bytes);
}

/* The first answer says what these bytes are called, and how they can be had.
 */
static void
learn(struct part *p)
{
	const struct ct_got *got = &p->get.got;
	struct item *it = p->it;
	struct run *r = it->run;

	if (p->at || p->next || *got->etag != '"')
		return;
	memcpy(it->etag, got->etag, sizeof it->etag);
	it->whole = size_of(got);
	r->splits -= it->split;
	it->split = r->how->jobs > 1 && !it->plain && it->whole != UINT64_MAX &&
	    (p->to != UINT64_MAX ||
		((it->bucket || got->ranges) &&
		    it->whole > 2 * (uint64_t)r->window));
	r->splits += it->split;
}

/* Status and headers of a file are there; false: its bytes are not wanted, see
 * p->other, p->misfit and p->err. */
static bool
judge_file(struct part *p)
{
	const struct ct_got *got = &p->get.got;
	struct item *it = p->it;
	const bool head = it->run->how->head;
	uint64_t size = size_of(got);

	p->judged = true;
	p->other = is_other(p);
	if (head)
		return true;
	if (!p->other && got->status == 200 &&
	    (it->plain || (it->part == p && !p->next && !p->from))) {
		/* one that does not know of ranges: what we have comes again,
		 * if it is the same */
		it->plain |= p->to != UINT64_MAX;
		p->to = it->asked = UINT64_MAX;
		if (p->at && *got->etag)
			p->skip = p->at;
		else if (p->at)
			p->other = !anew(p);
	}
	if (p->other)
		return false;
	if (got->encoded && !it->bucket)
		(void)ct_fail(&p->err, CT_PROTOCOL,
		    "the server sends an encoding that nobody asked for");
	else if (is_misfit(p) &&
	    (p->to != UINT64_MAX || (it->plain && !it->deaf)))
		p->misfit = true;
	else if (is_misfit(p))
		(void)ct_fail(&p->err, CT_PROTOCOL,
		    "the server sends another part than was asked for");
	else if (size != UINT64_MAX && size > it->run->how->bytes)
		too_large(p);
	else
		learn(p);
	return !p->err.code && !p->misfit;
}

/* ---- bytes ------------------------------------------------------------------
 */

/* They go out, or are held. */
static enum ct_pull_said
take_bytes(struct part *p, const char *at, size_t len)
{
	struct item *it = p->it;
	struct run *r = it->run;
	struct ct_err err = { 0 };
	bool direct = it->begun && it->part == p;
	int rc = 0;

	if (!direct && it->part == p && p->n + len > r->window &&
	    fetch_is_next(it)) {
		rc = fetch_begin(it, &err);
		direct = true;
	}
	if (direct && !rc)
		rc = fetch_put(it, at, len, &err);
	else if (!rc && !fetch_hold(p, at, len))
		return CT_PULL_LATER;
	if (rc) {
		fetch_end(r, &err);
		r->broken = true;
	}
	return rc ? CT_PULL_ENOUGH : CT_PULL_ON;
}

static enum ct_pull_said
on_body(struct ct_pull *get, const void *bytes, size_t len)
{
	struct part *p = (struct part *)get;
	struct run *r = p->it->run;
	enum ct_pull_said said = CT_PULL_ON;
	const char *at = bytes;
	bool enough = false;
	size_t had;

	if (!p->judged && !judge_file(p))
		return CT_PULL_ENOUGH;
	if (r->how->head || r->broken || p->err.code)
		return CT_PULL_ENOUGH;
	had = p->skip < len ? (size_t)p->skip : len;
	at += had;
	len -= had;
	if (len > p->to - p->at) {
		/* of one that was to bring more the rest has other parts */
		if (get->got.status == 206 && get->got.to <= p->to) {
			(void)ct_fail(&p->err, CT_PROTOCOL,
			    "the server sends more than it says");
			return CT_PULL_ENOUGH;
		}
		len = (size_t)(p->to - p->at);
		enough = true;
	}
	if (len > r->how->bytes - p->at) {
		too_large(p);
		return CT_PULL_ENOUGH;
	}
	if (len)
		said = take_bytes(p, at, len);
	if (said == CT_PULL_LATER)
		return said;
	p->skip -= had;
	p->at += len;
	r->show.bytes += len;
	fetch_flow_came(p, len);
	return enough ? CT_PULL_ENOUGH : said;
}

/* ---- a try ------------------------------------------------------------------
 */

/* Of the time that its object may take. */
static int64_t
left_for(const struct item *it)
{
	const struct part *p;
	int64_t left = it->left;

	for (p = it->part; p; p = p->next)
		if (p->state == STATE_GOING && p->get.left < left)
			left = p->get.left;
	return left;
}

void
fetch_try(struct part *p)
{
	struct item *it = p->it;
	struct run *r = it->run;
	struct ct_err err = { 0 };
	struct ct_signed s;

	r->resting -= p->state == STATE_RESTING;
	r->waiting -= it->state == STATE_NEW;
	it->state = STATE_GOING;
	p->state = STATE_NEW;
	p->get.body = on_body;
	p->get.stall = r->how->stall;
	p->get.left = left_for(it);
	p->judged = p->other = p->misfit = false;
	p->skip = 0;
	p->since = p->at;
	p->err = err;
	if (!fetch_ask(p, &s, &err) && !ct_many_add(r->many, &p->get, &err)) {
		p->state = STATE_GOING;
		r->going++;
	}
	fetch_asked(p, &s);
	if (err.code)
		fetch_fail(it, &err);
	else
		fetch_count(p);
}

/* Of a URL. */
static int
judge_status(long s, struct ct_err *err)
{
	int code = CT_PROTOCOL;

	if (s == 401 || s == 403)
		code = CT_NOPERM;
	else if (s == 408 || s == 425 || s == 429 || s >= 500)
		code = CT_TEMPFAIL;
	return ct_fail(err, code, "the server answers with status %ld", s);
}

static bool
is_gone(const struct part *p)
{
	static const char *const word[] = { "<Code>NoSuchKey</Code>",
		"<Code>BlobNotFound</Code>", NULL };
	const struct ct_got *got = &p->get.got;
	size_t i;

	if (!p->it->bucket)
		return got->status == 404 || got->status == 410;
	/* of a bucket that is not there its objects are not gone */
	for (i = 0; got->status == 404 && got->answer && word[i]; i++)
		if (strstr(got->answer, word[i]))
			return true;
	return false;
}

static bool
is_redirect(long s)
{
	return s == 301 || s == 302 || s == 303 || s == 307 || s == 308;
}

static void
hop(struct part *p)
{
	struct ct_err err = { 0 };

	if (p->it->hops++ == CT_FETCH_HOPS)
		(void)ct_fail(&err, CT_PROTOCOL, "over %d redirects in a row",
		    CT_FETCH_HOPS);
	else if (!ct_pull_hop(&p->get, &err)) {
		/* other parts are had from where it leads, too */
		ct_pull_free(&p->it->get);
		ct_pull_like(&p->it->get, &p->get);
		rest(p, 0);
		return;
	}
	fetch_fail(p->it, &err);
}

/* All of an answer of another status is there. */
static void
refused(struct part *p)
{
	const struct ct_got *got = &p->get.got;
	struct item *it = p->it;
	struct ct_err err = { 0 };

	if (it->bucket)
		(void)ct_bucket_judge(it->bucket->b, got->status,
		    got->answer ? got->answer : "", got->answered, got->region,
		    &err);
	else
		(void)judge_status(got->status, &err);
	fetch_heard(p, &err);
	if (err.code == CT_TEMPFAIL)
		again(p, &err);
	else
		fetch_fail(it, &err);
}

/* Is less there than the answer was to have, or more than there can be? */
static bool
is_short(const struct part *p)
{
	const struct ct_got *got = &p->get.got;

	if (p->skip)
		return true;
	if (p->to != UINT64_MAX)
		return p->at != p->to;
	if (p->it->whole != UINT64_MAX)
		return p->at != p->it->whole;
	return got->status == 206 && got->total != UINT64_MAX &&
	    p->at != got->total;
}

/* All of it is there: is that all of the object? */
static void
complete(struct part *p)
{
	struct item *it = p->it;
	const struct part *q;

	p->state = STATE_DONE;
	fetch_count(p);
	for (q = it->part; q && q->state == STATE_DONE; q = q->next)
		;
	if (!q && (it->asked == UINT64_MAX || it->asked == it->whole))
		settle(it, END_BYTES);
}

/* All of a file is there, or as much as is wanted. */
static void
have(struct part *p)
{
	struct ct_err why = { 0 };

	fetch_heard(p, &why);
	if (!p->judged) /* it has no bytes */
		(void)judge_file(p);
	why = p->err;
	if (why.code)
		fetch_fail(p->it, &why);
	else if (p->it->run->how->head)
		settle(p->it, END_THERE);
	else if (p->misfit)
		one_stream(p);
	else if (p->other || is_short(p))
		changed(p);
	else
		complete(p);
}

void
fetch_tried(struct part *p)
{
	struct item *it = p->it;
	const struct ct_got *got = &p->get.got;
	const bool head = it->run->how->head;
	struct ct_err err = p->get.err;

	it->run->going--;
	p->state = STATE_NEW;
	if (p->get.left < it->left)
		it->left = p->get.left;
	if (err.code) {
		fetch_heard(p, &err);
		if (err.code == CT_TEMPFAIL)
			again(p, &err);
		else
			fetch_fail(it, &err);
	} else if (got->status == 200 || got->status == 206) {
		have(p);
	} else if (head && got->status == 416) {
		settle(it, END_THERE); /* it is there, and empty */
	} else if (got->status == 412 || got->status == 416) {
		changed(p);
	} else if (is_gone(p)) {
		settle(it, END_GONE);
	} else if (!it->bucket && is_redirect(got->status)) {
		hop(p);
	} else {
		refused(p);
	}
}
