#include "decode.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "blake.h"
#include "decode_impl.h"
#include "os.h"
#include "prog.h"

#define KEEP ((size_t)2 << 20) /* bytes of a slot; a huge page, too */
#define PAGE 4096
#define BEHIND 64 /* bytes at least that are zero behind a picture */

const struct ct_decode_how ct_decode_how = {
	.limits = CT_IMAGE_LIMITS,
	.method = CT_PDQ_TENT,
	.batch = 64,
};

static size_t
up(size_t n, size_t unit)
{
	return (n + unit - 1) / unit * unit;
}

int
ct_decode_open(
    struct ct_decode **out, const struct ct_decode_how *how, struct ct_err *err)
{
	struct ct_decode *d = ct_alloc(1, sizeof *d);
	int rc = 0, i;

	d->how = *how;
	d->program =
	    how->program ? ct_strdup(how->program) : ct_sibling("ct-decode");
	d->slots = up((size_t)how->limits.bytes + BEHIND, CT_OS_PAGE);
	d->first = d->put = d->next = 1;
	d->bytes = 1;
	if (how->thumb)
		d->pixels = ct_alloc((size_t)how->thumb * how->thumb, 3);
	for (i = 0; i < CT_WIRE_SLOTS && !rc; i++)
		rc = ct_os_shared(
		    d->slots, &d->slot[i].at, &d->slot[i].memory, err);
	if (!rc)
		rc = decode_start(d, err);
	if (rc) {
		ct_decode_close(d);
		d = NULL;
	}
	*out = d;
	return rc;
}

void
ct_decode_close(struct ct_decode *d)
{
	int i;

	if (!d)
		return;
	decode_stop(d);
	for (i = 0; i < CT_WIRE_SLOTS && d->slot[i].at; i++) {
		ct_os_unshare(d->slot[i].at, d->slots);
		(void)close(d->slot[i].memory);
	}
	free(d->pixels);
	free(d->program);
	free(d->env);
	free(d);
}

void
ct_decode_about(const struct ct_decode *d, struct ct_decode_about *about)
{
	*about = d->about;
}

uint8_t *
ct_decode_room(struct ct_decode *d)
{
	if (d->next - d->first == CT_WIRE_SLOTS)
		return NULL;
	return d->slot[d->next % CT_WIRE_SLOTS].at;
}

/* What a large picture took is not kept for those that are to come. */
static int
trim(const struct ct_decode *d, uint32_t seq, struct ct_err *err)
{
	return ct_os_trim(
	    d->slot[seq % CT_WIRE_SLOTS].memory, KEEP, d->slots, err);
}

int
ct_decode_clear(struct ct_decode *d, struct ct_err *err)
{
	return ct_decode_room(d) ? trim(d, d->next, err) : 0;
}

size_t
ct_decode_max(const struct ct_decode *d)
{
	return d->how.limits.bytes;
}

int
ct_decode_forget(struct ct_decode *d, struct ct_err *err)
{
	int i, rc = 0;

	if (d->pixels)
		ct_wipe(d->pixels, d->held);
	d->held = 0;
	for (i = 0; i < CT_WIRE_SLOTS && !rc; i++)
		rc = ct_os_trim(d->slot[i].memory, 0, d->slots, err);
	return rc;
}

void
ct_decode_thumb(struct ct_decode *d, uint32_t side, bool colour)
{
	d->thumb = side;
	d->bytes = colour ? 3 : 1;
}

/* ---- asking ---------------------------------------------------------------
 */

static void
put(struct kid *kid, const struct ct_wire_ask *ask)
{
	ssize_t n;

	do
		n = send(kid->fd, ask, sizeof *ask, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	kid->sent++; /* if it is dead, that will show when it has to answer */
}

/* Another worker in place of one that is gone, with nothing under way. */
static int
renew(struct ct_decode *d, struct ct_err *err)
{
	int tries, rc;

	decode_stop(d);
	for (tries = 1; (rc = decode_start(d, err)); tries++) {
		if (tries == CT_WORKER_TRIES || rc == CT_UNAVAILABLE)
			return rc;
		ct_worker_nap();
	}
	return 0;
}

/* Send what no child has yet; where the last one has its batch, to a new one
 * that begins when that has ended. */
static int
pump(struct ct_decode *d, struct ct_err *err)
{
	struct kid *last;
	int rc;

	while (d->put != d->next) {
		last = d->kids ? &d->kid[d->kids - 1] : NULL;
		if (last && last->sent < d->how.batch) {
			put(last, &d->ask[d->put++ % CT_WIRE_SLOTS]);
			continue;
		}
		rc = kid_spawn(d, err);
		if (rc == CT_NO)
			rc = ++d->lost > CT_WORKER_TRIES
			    ? ct_fail(err, CT_TEMPFAIL, "the decoder dies")
			    : renew(d, err);
		if (rc)
			return rc;
	}
	return 0;
}

/* With nothing to do, has a child died, or spoken? */
static bool
restless(const struct kid *kid)
{
	struct pollfd p = { .fd = kid->fd, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

int
ct_decode_send(struct ct_decode *d, size_t len, struct ct_err *err)
{
	uint32_t seq = d->next, slot = seq % CT_WIRE_SLOTS;
	uint8_t *at = d->slot[slot].at;

	/* a decoder that reads too far sees nothing of another picture */
	memset(at + len, 0, up(len + BEHIND, PAGE) - len);
	d->kind[slot] = ct_image_kind(at, len);
	d->ask[slot] = (struct ct_wire_ask){ .seq = seq,
		.slot = slot,
		.len = (uint32_t)len,
		.pixels = d->how.limits.pixels,
		.side = d->how.limits.side,
		.scans = d->how.limits.scans,
		.memory = d->how.limits.memory,
		.method = d->how.method,
		.turns = d->how.turns,
		.thumb = d->thumb,
		.bytes = d->bytes };
	if (d->first == d->next && d->kids && restless(&d->kid[0]))
		kid_drop_all(d);
	d->next++;
	return pump(d, err);
}

/* ---- answers: from a process that may be an enemy's by now ----------------
 */

static int
ones(const uint8_t hash[CT_PDQ_LEN])
{
	int i, n = 0;

	for (i = 0; i < 256; i++)
		n += hash[i / 8] >> i % 8 & 1;
	return n;
}

/* Is a that of something not seen: has it neither sides nor hash? */
static bool
blank(const struct ct_wire_answer *a)
{
	const struct ct_wire_answer none = {
		.seq = a->seq, .status = a->status, .kind = a->kind
	};

	return memcmp(a, &none, sizeof none) == 0;
}

/* May the hashes of a picture seen be what they say? */
static bool
hashes_credible(const struct ct_decode *d, const struct ct_wire_answer *a)
{
	const struct ct_pdq_shape shape = {
		.method = d->how.method, .w = a->w, .h = a->h, .eighths = 8
	};
	const bool hashes = ct_pdq_hashes(&shape);
	int t, most;

	if (a->quality > (hashes ? 100 : 0))
		return false;
	if (a->method != (uint32_t)d->how.method &&
	    (d->how.method == CT_PDQ_COMPAT ||
		(a->method != CT_PDQ_EXACT &&
		    (a->method != CT_PDQ_TENT ||
			d->how.method != CT_PDQ_FAST))))
		return false;
	for (t = 0; t < CT_PDQ_TURNS; t++) {
		/* those above the median */
		most = hashes && (t == 0 || d->how.turns) ? 128 : 0;
		if (ones(a->hash[t]) > most)
			return false;
	}
	return true;
}

/* May this be what a picture of its size is shrunk to, and no more? */
static bool
thumb_credible(const struct ct_wire_ask *ask, const struct ct_wire_answer *a)
{
	struct ct_wire_answer want = *a;

	ct_image_fit(a->w, a->h, ask->thumb, &want.thumb_w, &want.thumb_h);
	if (a->thumb_w != want.thumb_w) /* it lay on its side */
		ct_image_fit(
		    a->h, a->w, ask->thumb, &want.thumb_w, &want.thumb_h);
	want.method = want.quality = 0;
	memset(want.hash, 0, sizeof want.hash);
	return memcmp(a, &want, sizeof want) == 0;
}

static bool
credible(const struct ct_decode *d, const struct ct_wire_answer *a)
{
	const struct ct_image_limits *l = &d->how.limits;
	const struct ct_wire_ask *ask = &d->ask[d->first % CT_WIRE_SLOTS];

	if (a->seq != d->first || a->status >= CT_IMAGE_TIMEOUT ||
	    a->kind != (uint32_t)d->kind[a->seq % CT_WIRE_SLOTS])
		return false;
	if (!ct_image_seen((enum ct_image_status)a->status))
		return blank(a);
	if (a->w == 0 || a->h == 0 || a->w > l->side || a->h > l->side ||
	    (uint64_t)a->w * a->h > l->pixels)
		return false;
	if (a->frames == 0 || a->frames > ask->len || a->trailing > ask->len)
		return false;
	/* of a damaged one partial is said, however many it has */
	if (a->status != CT_IMAGE_PARTIAL &&
	    (a->frames > 1) != (a->status == CT_IMAGE_TOO_MANY_FRAMES))
		return false;
	if (ask->thumb)
		return thumb_credible(ask, a);
	return !a->thumb_w && !a->thumb_h && hashes_credible(d, a);
}

/* ---- waiting --------------------------------------------------------------
 */

/*
 * Does the oldest child say more than it owes?  At the end of its batch it
 * has nothing to do but to end, which is waited for.  While it has other
 * pictures, what it says is looked at in the turn of those.
 */
static bool
babbles(const struct ct_decode *d)
{
	const struct kid *kid = &d->kid[0];
	uint32_t ms = d->how.limits.ms;
	char c;

	if (kid->got == d->how.batch)
		return ct_worker_hear(kid->fd, &c, 1, &ms) != 0;
	return kid->sent == kid->got &&
	    recv(kid->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

/*
 * The answer that the oldest child owes, and the pixels that follow it, in the
 * time that there is for all of it.  If they are not what they must be, *n is
 * what ct_worker_hear said last.
 */
static bool
answers(struct ct_decode *d, struct ct_wire_answer *a, ssize_t *n)
{
	const struct ct_wire_ask *ask = &d->ask[d->first % CT_WIRE_SLOTS];
	int fd = d->kid[0].fd;
	uint32_t ms = d->how.limits.ms;
	size_t at = 0, all, len;

	*n = ct_worker_hear(fd, a, sizeof *a, &ms);
	if (*n != (ssize_t)sizeof *a || !credible(d, a))
		return false;
	all = (size_t)a->thumb_w * a->thumb_h * ask->bytes;
	d->held = all > d->held ? all : d->held;
	for (; at < all; at += len) {
		len = all - at < CT_WIRE_PIECE ? all - at : CT_WIRE_PIECE;
		*n = ct_worker_hear(fd, d->pixels + at, len, &ms);
		if (*n != (ssize_t)len)
			return false;
	}
	return true;
}

static void
accept_answer(
    struct ct_decode *d, const struct ct_wire_answer *a, struct ct_decoded *res)
{
	const struct ct_wire_ask *ask = &d->ask[d->first % CT_WIRE_SLOTS];

	res->status = (enum ct_image_status)a->status;
	res->info = (struct ct_image_info){ .w = a->w,
		.h = a->h,
		.frames = a->frames,
		.trailing = a->trailing };
	res->hashed = a->w > 0 && !ask->thumb;
	res->pixels = a->thumb_w > 0 ? d->pixels : NULL;
	res->thumb_w = a->thumb_w;
	res->thumb_h = a->thumb_h;
	res->bytes = (int)ask->bytes;
	res->method = (enum ct_pdq_method)a->method;
	res->quality = (int)a->quality;
	res->turns = d->how.turns ? CT_PDQ_TURNS : 1;
	memcpy(res->pdq, a->hash, sizeof res->pdq);
}

/*
 * The oldest child gave n, as of ct_worker_hear, in place of the answer that
 * it owed; be rid of it.  CT_NO: the picture goes to a new one, for this may
 * be the doing of a picture before it, or of none.  CT_TEMPFAIL.
 */
static int
convict(struct ct_decode *d, ssize_t n, enum ct_image_status *status,
    struct ct_err *err)
{
	const struct kid kid = d->kid[0];
	const bool late = n < 0 && errno == ETIMEDOUT;
	enum death death = DEATH_VIOLATION;
	int why;

	if (n > 0 || late)
		kid_drop(d);
	else
		death = kid_autopsy(d);
	why = errno;
	if (death == DEATH_WORKER)
		decode_stop(d);
	else if (death == DEATH_UNBORN || kid.got || kid.sent > 1)
		kid_drop_all(d);
	if (death == DEATH_UNBORN || death == DEATH_WORKER) {
		if (++d->lost < CT_WORKER_TRIES) {
			ct_worker_nap();
			return CT_NO;
		}
		errno = why;
		if (death == DEATH_UNBORN)
			return ct_fail_errno(
			    err, CT_TEMPFAIL, "cannot make a process");
	} else if (kid.got && !late) {
		return CT_NO;
	}
	*status = late                 ? CT_IMAGE_TIMEOUT
	    : death == DEATH_VIOLATION ? CT_IMAGE_VIOLATION
				       : CT_IMAGE_CRASH;
	return 0;
}

/* The answer that is owed for the oldest one, or what became of it. */
static int
outcome(struct ct_decode *d, struct ct_decoded *res, struct ct_err *err)
{
	struct ct_wire_answer a;
	struct kid *kid = &d->kid[0];
	ssize_t n;
	int rc;

	do {
		if ((rc = pump(d, err)))
			return rc;
		if (answers(d, &a, &n)) {
			kid->got++;
			if (!babbles(d)) {
				accept_answer(d, &a, res);
				if (kid->got == d->how.batch)
					kid_drop(d);
				return 0;
			}
			kid->got--;
		}
	} while ((rc = convict(d, n, &res->status, err)) == CT_NO);
	return rc;
}

bool
ct_decode_ready(const struct ct_decode *d)
{
	return d->kids == 0 || restless(&d->kid[0]);
}

int
ct_decode_wait(struct ct_decode *d, struct ct_decoded *res, struct ct_err *err)
{
	int rc;

	memset(res, 0, sizeof *res);
	res->kind = d->kind[d->first % CT_WIRE_SLOTS];
	rc = outcome(d, res, err);
	if (!rc &&
	    (res->status == CT_IMAGE_TOO_MANY_FRAMES || res->info.trailing))
		res->sent = d->slot[d->first % CT_WIRE_SLOTS].at;
	else if (!rc)
		rc = trim(d, d->first, err);
	d->lost = 0;
	d->first++;
	if (d->put - d->first > d->next - d->first) /* it was not even sent */
		d->put = d->first;
	return rc;
}
