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
}

void
fetch_fail(struct item *it, const struct ct_err *err)
{
	it->err = *err;
	settle(it, END_ERROR);
}

/* Begin from nothing; false: what went out already cannot be taken back. */
static bool
anew(struct item *it)
{
	if (it->begun)
		return false;
	it->run->held -= it->n;
	it->n = 0;
	it->total = 0;
	*it->etag = '\0';
	return true;
}

static void
rest(struct item *it, int64_t wait)
{
	it->state = STATE_RESTING;
	it->due = ct_mono() + wait;
	it->run->resting++;
}

/* It failed for now. */
static void
again(struct item *it, const struct ct_err *err)
{
	const struct ct_fetch_how *how = it->run->how;
	int64_t wait, asked = it->get.got.retry_after;
	struct ct_err cut = { 0 };

	if (*it->etag && it->total >= it->since + GOOD)
		it->tries = 0;
	if (it->tries >= how->retries || it->get.left <= 0 ||
	    asked > WAIT_MOST || ct_stop) {
		fetch_fail(it, err);
		return;
	}
	if (!*it->etag && !anew(it)) {
		(void)ct_fail(&cut, CT_TEMPFAIL,
		    "it was cut off, and cannot be gone on with");
		fetch_fail(it, &cut);
		return;
	}
	wait = how->wait << it->tries++;
	wait = wait < WAIT_MOST ? wait : WAIT_MOST;
	rest(it, asked > wait ? asked : wait);
}

/* It is not what it was when it was listed, or begun. */
static void
changed(struct item *it)
{
	struct ct_err err = { 0 };

	if (!it->listed && it->changes++ == 0 && anew(it)) {
		rest(it, 0);
		return;
	}
	(void)ct_fail(&err, CT_TEMPFAIL, "it changed %s",
	    it->listed ? "since it was listed" : "while it was read");
	fetch_fail(it, &err);
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
is_other(const struct item *it)
{
	const struct ct_got *got = &it->get.got;
	uint64_t size = size_of(got);

	if (it->run->how->head)
		return false;
	if (*got->etag &&
	    ((*it->etag && !same_tag(it->etag, got->etag)) ||
		(it->listed && !same_tag(it->listed, got->etag))))
		return true;
	return it->size >= 0 && size != UINT64_MAX &&
	    size != (uint64_t)it->size;
}

static void
too_large(struct item *it)
{
	(void)ct_fail(&it->err, CT_DATAERR, "it is over %llu bytes",
	    (unsigned long long)it->run->how->bytes);
}

/* Status and headers of a file are there; false: its bytes are not wanted, see
 * it->other and it->err. */
static bool
judge_file(struct item *it)
{
	const struct ct_got *got = &it->get.got;
	uint64_t size = size_of(got);

	it->judged = true;
	it->other = is_other(it);
	/* one that does not know of ranges: what we have comes again, if it is
	 * the same */
	if (!it->other && got->status == 200 && it->total) {
		if (*got->etag)
			it->skip = it->total;
		else
			it->other = !anew(it);
	}
	if (it->run->how->head || it->other)
		return !it->other;
	if (got->encoded && !it->bucket)
		(void)ct_fail(&it->err, CT_PROTOCOL,
		    "the server sends an encoding that nobody asked for");
	else if (got->status == 206 &&
	    (!it->total || !got->part || got->from != it->total))
		(void)ct_fail(&it->err, CT_PROTOCOL,
		    "the server sends another part than was asked for");
	else if (size != UINT64_MAX && size > it->run->how->bytes)
		too_large(it);
	else if (!it->total && *got->etag == '"')
		memcpy(it->etag, got->etag, sizeof it->etag);
	return !it->err.code;
}

/* ---- bytes ------------------------------------------------------------------
 */

/* May its bytes go out now? */
static bool
is_next(const struct item *it)
{
	const struct run *r = it->run;

	if (r->owner)
		return r->owner == it;
	return r->how->unordered || r->first == it;
}

static void
hold(struct item *it, const char *bytes, size_t len)
{
	struct run *r = it->run;
	size_t want = it->n + len;
	int64_t length = it->get.got.length;

	if (!it->buf && r->spares) {
		it->buf = r->spare[--r->spares].buf;
		it->cap = r->spare[r->spares].cap;
	}
	if (!it->buf || want > it->cap) {
		it->cap = it->cap ? 2 * it->cap : (size_t)16 << 10;
		if (length > 0 && (uint64_t)length <= r->window)
			it->cap = (size_t)length;
		it->cap = it->cap > want ? it->cap : want;
		it->buf = ct_grow(it->buf, it->cap, 1);
	}
	memcpy(it->buf + it->n, bytes, len);
	it->n = want;
	r->held += len;
}

static enum ct_pull_said
on_body(struct ct_pull *get, const void *bytes, size_t len)
{
	struct item *it = (struct item *)get;
	struct run *r = it->run;
	struct ct_err err = { 0 };
	const char *at = bytes;
	size_t had;
	int rc = 0;

	if (!it->judged && !judge_file(it))
		return CT_PULL_ENOUGH;
	if (r->how->head || r->broken)
		return CT_PULL_ENOUGH;
	had = it->skip < len ? (size_t)it->skip : len;
	at += had;
	len -= had;
	if (len && !it->begun && it->n + len > r->window) {
		if (!is_next(it))
			return CT_PULL_LATER;
		rc = fetch_begin(it, &err);
	}
	it->skip -= had;
	if (len > r->how->bytes - it->total) {
		too_large(it);
		return CT_PULL_ENOUGH;
	}
	it->total += len;
	r->show.bytes += len;
	if (!it->begun && len)
		hold(it, at, len);
	else if (!rc && len)
		rc = fetch_put(it, at, len, &err);
	if (rc) {
		fetch_end(r, &err);
		r->broken = true;
	}
	return rc ? CT_PULL_ENOUGH : CT_PULL_ON;
}

/* ---- a try ------------------------------------------------------------------
 */

void
fetch_try(struct item *it)
{
	struct run *r = it->run;
	struct ct_err err = { 0 };
	struct ct_signed s;

	r->resting -= it->state == STATE_RESTING;
	r->waiting -= it->state == STATE_NEW;
	it->get.body = on_body;
	it->get.stall = r->how->stall;
	it->judged = false;
	it->skip = 0;
	it->since = it->total;
	it->err = err;
	if (fetch_ask(it, &s, &err) || ct_many_add(r->many, &it->get, &err)) {
		fetch_fail(it, &err);
	} else {
		it->state = STATE_GOING;
		r->going++;
	}
	fetch_asked(it, &s);
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
is_gone(const struct item *it)
{
	static const char *const word[] = { "<Code>NoSuchKey</Code>",
		"<Code>BlobNotFound</Code>", NULL };
	const struct ct_got *got = &it->get.got;
	size_t i;

	if (!it->bucket)
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
hop(struct item *it)
{
	struct ct_err err = { 0 };

	if (it->hops++ == CT_FETCH_HOPS)
		(void)ct_fail(&err, CT_PROTOCOL, "over %d redirects in a row",
		    CT_FETCH_HOPS);
	else if (!ct_pull_hop(&it->get, &err)) {
		rest(it, 0);
		return;
	}
	fetch_fail(it, &err);
}

/* All of an answer of another status is there. */
static void
refused(struct item *it)
{
	const struct ct_got *got = &it->get.got;
	struct ct_err err = { 0 };

	if (it->bucket)
		(void)ct_bucket_judge(it->bucket->b, got->status,
		    got->answer ? got->answer : "", got->answered, got->region,
		    &err);
	else
		(void)judge_status(got->status, &err);
	fetch_heard(it, &err);
	if (err.code == CT_TEMPFAIL)
		again(it, &err);
	else
		fetch_fail(it, &err);
}

/* All of a file is there, or as much as is wanted. */
static void
have(struct item *it)
{
	const struct ct_got *got = &it->get.got;
	struct ct_err why = { 0 };

	fetch_heard(it, &why);
	if (!it->judged) /* it has no bytes */
		(void)judge_file(it);
	why = it->err;
	if (why.code)
		fetch_fail(it, &why);
	else if (it->run->how->head)
		settle(it, END_THERE);
	else if (it->other || it->skip ||
	    (got->status == 206 && got->total != UINT64_MAX &&
		it->total != got->total))
		changed(it);
	else
		settle(it, END_BYTES);
}

void
fetch_tried(struct item *it)
{
	const struct ct_got *got = &it->get.got;
	const bool head = it->run->how->head;

	it->run->going--;
	if (it->get.err.code) {
		fetch_heard(it, &it->get.err);
		if (it->get.err.code == CT_TEMPFAIL)
			again(it, &it->get.err);
		else
			fetch_fail(it, &it->get.err);
	} else if (got->status == 200 || got->status == 206) {
		have(it);
	} else if (head && got->status == 416) {
		settle(it, END_THERE); /* it is there, and empty */
	} else if (got->status == 412 || got->status == 416) {
		changed(it);
	} else if (is_gone(it)) {
		settle(it, END_GONE);
	} else if (!it->bucket && is_redirect(got->status)) {
		hop(it);
	} else {
		refused(it);
	}
}
