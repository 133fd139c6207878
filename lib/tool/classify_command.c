/*
 * classify_command.c - a program of the operator's that goes on running: a
 * record a line to it, an answer a line from it, in any order
 *
 * Whatever it does wrong is told of the record it had in hand, and it is
 * started anew.  If it had several, each of them is asked about once more,
 * alone, so that none pays for another.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "classify_impl.h"
#include "classify_talk.h"
#include "clock.h"
#include "prog.h"

#define SECONDS 30
/* starts in a row without an answer, before it is given up: of one that never
 * gave any; of one that met some records that it does not survive */
#define STARTS 8
#define STARTS_MOST 64
#define LINE ((size_t)256 << 10) /* bytes of an answer */
#define PIECE ((size_t)64 << 10)
#define TICK 1000  /* ms */
#define GRACE 2000 /* ms to its end, when there is nothing more */

struct classify_talk {
	struct ct_child child;
	unsigned starts;
	bool ever, fresh;  /* it gave an answer; none since it was started */
	bool gone;         /* it cannot be, or was given up */
	int code;          /* if it cannot be run */
	struct ct_text to; /* not written yet */
	char *from;        /* PIECE + LINE: read, and no whole line yet */
	size_t nfrom;
	/* of the asks in hand */
	struct classify_ask *ask;
	struct flight *flight;
	size_t n, open, flying; /* all; without outcome; of those sent */
};

enum { WAITING, SENT, DONE };
struct flight {
	int state;
	bool again;    /* it was in hand when the child died */
	int64_t until; /* ct_mono */
};

static void
land(struct classify_talk *t, size_t i)
{
	t->flying -= t->flight[i].state == SENT;
	t->flight[i].state = DONE;
	t->open--;
}

static void
fail(struct classify_talk *t, size_t i, enum classify_why why)
{
	t->ask[i].why = why;
	land(t, i);
}

/* ---- its process -----------------------------------------------------------
 */

static void
end_child(struct classify_talk *t)
{
	if (!t->child.pid)
		return;
	ct_child_kill(&t->child);
	(void)ct_child_wait(&t->child);
	ct_child_end(&t->child);
	t->nfrom = 0;
	t->to.len = 0;
}

static void
give_up(struct classify_talk *t, enum classify_why why)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (t->flight[i].state != DONE)
			fail(t, i, why);
}

/* It is of no use any more.  Those it had are asked about once more, but not
 * one that it was started anew for, or that it had all the time for alone. */
static void
lose(struct classifier *c, enum classify_why why, const char *what)
{
	struct classify_talk *t = c->talk;
	bool alone = t->flying == 1;
	struct ct_err err;
	size_t i;

	(void)ct_fail(&err, classify_code(why), "%s %s", c->who, what);
	classify_warn(c, &err);
	if (err.code == CT_PROTOCOL)
		c->status = err.code; /* whatever comes of the records */
	end_child(t);
	for (i = 0; i < t->n; i++) {
		if (t->flight[i].state != SENT)
			continue;
		if (alone &&
		    ((t->flight[i].again && t->fresh) || why == LATE)) {
			fail(t, i, why);
			continue;
		}
		t->flight[i].state = WAITING;
		t->flight[i].again = true;
		t->flying--;
	}
}

static bool
have_child(struct classifier *c)
{
	struct classify_talk *t = c->talk;
	unsigned most = t->ever ? STARTS_MOST : STARTS;
	struct ct_err err;

	if (t->child.pid)
		return true;
	if (!t->gone && t->starts >= most) {
		t->code = ct_fail(&err, CT_TEMPFAIL,
		    "%s was started %u times without an answer", c->who, most);
		t->gone = true;
		classify_warn(c, &err);
	}
	if (!t->gone && ct_child_start(&t->child, c->hook.argv, true, &err)) {
		t->gone = true;
		t->code = err.code;
		classify_warn(c, &err);
	}
	t->starts++;
	t->fresh = true;
	return !t->gone;
}

/* ---- to it -----------------------------------------------------------------
 */

static bool
flies(const struct classify_talk *t, const char *id)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (t->flight[i].state == SENT &&
		    strcmp(ct_rec_text(t->ask[i].rec, "id"), id) == 0)
			return true;
	return false;
}

/* The next one; t->n: none.  Two of one name are not in hand together. */
static size_t
next_of(const struct classify_talk *t, bool again)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (t->flight[i].state == WAITING &&
		    t->flight[i].again == again &&
		    !flies(t, ct_rec_text(t->ask[i].rec, "id")))
			break;
	return i;
}

static void
send_one(struct classifier *c, size_t i)
{
	struct classify_talk *t = c->talk;
	json_t *line = classify_line(t->ask[i].rec);

	if (ct_text_rec(&t->to, line) < 0)
		ct_die(CT_SOFTWARE, "cannot encode a record");
	ct_text_add(&t->to, "\n", 1);
	json_decref(line);
	t->flight[i].state = SENT;
	t->flight[i].until = ct_mono() + c->timeout;
	t->flying++;
}

/* Those that were lost before go first, and each alone. */
static void
fill(struct classifier *c)
{
	struct classify_talk *t = c->talk;
	size_t i, again = 0;

	if (t->child.in < 0)
		return;
	for (i = 0; i < t->n; i++)
		again += t->flight[i].state != DONE && t->flight[i].again;
	while (t->flying < (again ? 1 : (size_t)c->at_once) &&
	    (i = next_of(t, again > 0)) < t->n)
		send_one(c, i);
}

static void
feed(struct classify_talk *t)
{
	ssize_t n = write(t->child.in, t->to.s, t->to.len);

	if (n > 0) {
		memmove(t->to.s, t->to.s + n, t->to.len - (size_t)n);
		t->to.len -= (size_t)n;
	} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
		ct_child_shut(&t->child.in); /* it may still answer */
		t->to.len = 0;
	}
}

/* ---- from it ---------------------------------------------------------------
 */

/* false: it is to be lost. */
static bool
take_line(struct classifier *c, const char *text, size_t len)
{
	struct classify_talk *t = c->talk;
	struct ct_err err;
	json_t *o = ct_json_object(text, len, &err);
	const char *id = ct_rec_text(o, "id");
	size_t i;

	for (i = 0; id && i < t->n; i++)
		if (t->flight[i].state == SENT &&
		    strcmp(ct_rec_text(t->ask[i].rec, "id"), id) == 0)
			break;
	if (!id || i == t->n) {
		json_decref(o);
		lose(c, GARBAGE,
		    id ? "answers for what it was not asked"
		       : "writes a line that is no answer");
		return false;
	}
	t->starts = 0;
	t->ever = true;
	t->fresh = false;
	classify_read(c, &t->ask[i], o);
	land(t, i);
	json_decref(o);
	return true;
}

static void
take_lines(struct classifier *c)
{
	struct classify_talk *t = c->talk;
	size_t at = 0, len;
	const char *nl;

	while ((nl = memchr(t->from + at, '\n', t->nfrom - at))) {
		len = (size_t)(nl - t->from) - at;
		if (!take_line(c, t->from + at, len))
			return;
		at += len + 1;
	}
	memmove(t->from, t->from + at, t->nfrom - at);
	t->nfrom -= at;
	if (t->nfrom > LINE)
		lose(c, GARBAGE, "writes a line that is too long");
}

/* All that it has written; at the end, whatever that is, it is lost. */
static void
drain(struct classifier *c, bool ended)
{
	struct classify_talk *t = c->talk;
	ssize_t n;

	for (;;) {
		n = read(t->child.out, t->from + t->nfrom, PIECE);
		if (n < 0 && (errno == EINTR || errno == EAGAIN) && !ended)
			return;
		if (n <= 0)
			break;
		t->nfrom += (size_t)n;
		take_lines(c);
		if (!t->child.pid)
			return;
		if (!ended)
			return;
	}
	if (t->nfrom)
		lose(c, SHORT, "ended within an answer");
	else
		lose(c, DIED, "ended");
}

/* ---- till all have an outcome ----------------------------------------------
 */

static void
late(struct classifier *c)
{
	const struct classify_talk *t = c->talk;
	int64_t now = ct_mono();
	size_t i;

	for (i = 0; i < t->n; i++)
		if (t->flight[i].state == SENT && t->flight[i].until <= now)
			break;
	if (i < t->n)
		lose(c, LATE, "took too long");
}

static int
left(const struct classify_talk *t)
{
	int64_t now = ct_mono(), ms = TICK;
	size_t i;

	for (i = 0; i < t->n; i++)
		if (t->flight[i].state == SENT && t->flight[i].until - now < ms)
			ms = t->flight[i].until - now;
	return ms > 0 ? (int)ms : 0;
}

static void
attend(struct classifier *c)
{
	struct classify_talk *t = c->talk;
	struct pollfd p[3];

	if (!t->flying) {
		lose(c, DIED, "reads no more");
		return;
	}
	p[0] = (struct pollfd){ .fd = t->child.out, .events = POLLIN };
	p[1] = (struct pollfd){ .fd = t->child.ended, .events = POLLIN };
	p[2] = (struct pollfd){ .fd = t->to.len ? t->child.in : -1,
		.events = POLLOUT };
	(void)poll(p, 3, left(t));
	if (p[1].revents)
		drain(c, true);
	else if (p[0].revents)
		drain(c, false);
	else if (p[2].revents)
		feed(t);
	else
		late(c);
}

static void
ask_command(struct classifier *c, struct classify_ask *ask, size_t n)
{
	struct classify_talk *t = c->talk;

	t->ask = ask;
	t->n = t->open = n;
	t->flight = ct_alloc(n, sizeof *t->flight);
	while (t->open) {
		if (ct_stop)
			give_up(t, STOPPED);
		else if (!have_child(c))
			give_up(t, t->code == CT_TEMPFAIL ? DIED : CANNOT_RUN);
		else {
			fill(c);
			attend(c);
		}
	}
	free(t->flight);
	t->flight = NULL;
	t->n = 0;
}

/* Its input ends; it may have something to do yet. */
static void
bid_farewell(struct classify_talk *t)
{
	struct pollfd p = { .fd = t->child.ended, .events = POLLIN };

	if (!t->child.pid)
		return;
	ct_child_shut(&t->child.in);
	ct_child_shut(&t->child.out);
	(void)poll(&p, 1, GRACE);
	end_child(t);
}

static void
close_command(struct classifier *c)
{
	if (c->talk) {
		bid_farewell(c->talk);
		ct_text_free(&c->talk->to);
		free(c->talk->from);
		free(c->talk);
	}
	ct_hook_free(&c->hook);
}

static int
open_command(
    struct classifier *c, const struct ct_conf *conf, struct ct_err *err)
{
	const char *line = classify_key(c, conf, "command");
	char *where = ct_printf("[classifier %s] command", c->name);
	long seconds = SECONDS;
	int rc;

	c->at_once = 1;
	if (!line)
		rc = ct_fail(
		    err, CT_CONFIG, "[classifier %s] has no command", c->name);
	else
		rc = ct_hook_parse(&c->hook, where, line, err);
	free(where);
	if (rc ||
	    (rc = classify_number(
		 c, conf, "timeout", 1, 3600, &seconds, err)) ||
	    (rc = classify_number(
		 c, conf, "at_once", 1, 64, &c->at_once, err)) ||
	    (rc = classify_hashes(c, conf, err)))
		return rc;
	c->timeout = (int64_t)seconds * 1000;
	c->talk = ct_alloc(1, sizeof *c->talk);
	c->talk->from = ct_alloc(LINE + PIECE + 1, 1);
	c->talk->child = (struct ct_child){ 0, -1, -1, -1 };
	return 0;
}

static const char *const keys[] = { "command", "timeout", "at_once", "hashes",
	NULL };
const struct classify_kind classify_command = { "command", keys, open_command,
	ask_command, close_command };
