/* audit_line.c - one line of a log */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit_impl.h"
#include "blake.h"
#include "clock.h"
#include "hex.h"
#include "prog.h"

const char *const audit_first[AUDIT_FIRST] = { "seq", "prev", "at", "mono",
	"boot", "uid", "tool", "act", "behind" };

void
audit_sum(const char *line, size_t len, uint8_t sum[32])
{
	struct ct_blake b;

	ct_blake_start(&b, 32, NULL);
	ct_blake_add(&b, line, len);
	ct_blake_end(&b, sum, 32);
}

#define SECOND (sizeof "0000-00-00T00:00:00" - 1)

/* ---- reading ------------------------------------------------------------- */

struct cursor {
	const char *p, *end;
};

static bool
word(struct cursor *c, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(c->end - c->p) < len || memcmp(c->p, text, len) != 0)
		return false;
	c->p += len;
	return true;
}

/* Up to 15 digits, as they are written: no zero before them. */
static bool
number(struct cursor *c, int64_t *n)
{
	const char *from = c->p;

	for (*n = 0; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++) {
		if (c->p - from == 15)
			return false;
		*n = 10 * *n + (*c->p - '0');
	}
	return c->p > from && (*from != '0' || c->p == from + 1);
}

/* Text of these bytes alone, up to the quote that ends it. */
static bool
name(struct cursor *c, const char **text, size_t *len)
{
	static const bool in[256] = { ['-'] = 1,
		['_'] = 1,
		['0'] = 1,
		['1'] = 1,
		['2'] = 1,
		['3'] = 1,
		['4'] = 1,
		['5'] = 1,
		['6'] = 1,
		['7'] = 1,
		['8'] = 1,
		['9'] = 1,
		['a'] = 1,
		['b'] = 1,
		['c'] = 1,
		['d'] = 1,
		['e'] = 1,
		['f'] = 1,
		['g'] = 1,
		['h'] = 1,
		['i'] = 1,
		['j'] = 1,
		['k'] = 1,
		['l'] = 1,
		['m'] = 1,
		['n'] = 1,
		['o'] = 1,
		['p'] = 1,
		['q'] = 1,
		['r'] = 1,
		['s'] = 1,
		['t'] = 1,
		['u'] = 1,
		['v'] = 1,
		['w'] = 1,
		['x'] = 1,
		['y'] = 1,
		['z'] = 1 };

	*text = c->p;
	while (c->p < c->end && in[(unsigned char)*c->p])
		c->p++;
	*len = (size_t)(c->p - *text);
	return *len > 0 && word(c, "\"");
}

static bool
digest(struct cursor *c, const char **text)
{
	unsigned bad = 0, digit, letter;
	size_t i;

	*text = c->p;
	if (c->end - c->p < 64)
		return false;
	for (i = 0; i < 64; i++) {
		digit = (unsigned char)c->p[i] - '0';
		letter = (unsigned char)c->p[i] - 'a';
		bad |= digit > 9 && letter > 5;
	}
	c->p += 64;
	return !bad && word(c, "\"");
}

/* A time as ct_time writes it; the second is that of the line before, mostly.
 */
static bool
moment(struct cursor *c, struct audit_line *l)
{
	char text[] = "0000-00-00T00:00:00Z";
	int ms = 0, i;

	if (c->end - c->p < 25)
		return false;
	if (memcmp(c->p, l->second, SECOND) != 0) {
		memcpy(text, c->p, SECOND);
		l->second[0] = '\0';
		if (ct_time_parse(text, &l->second_ms) < 0)
			return false;
		memcpy(l->second, c->p, SECOND);
	}
	c->p += SECOND;
	if (*c->p == '.') {
		for (i = 1; i < 4; i++) {
			if (c->p[i] < '0' || c->p[i] > '9')
				return false;
			ms = 10 * ms + (c->p[i] - '0');
		}
		c->p += 4;
	}
	l->at = l->second_ms + ms;
	return word(c, "Z\"");
}

int
audit_line_parse(const char *line, size_t len, struct audit_line *out)
{
	struct cursor c = { line, line + len };
	int64_t n;
	bool right = word(&c, "{\"seq\":") && number(&c, &out->seq) &&
	    word(&c, ",\"prev\":\"") && digest(&c, &out->prev) &&
	    word(&c, ",\"at\":\"") && moment(&c, out) &&
	    word(&c, ",\"mono\":") && number(&c, &n) &&
	    word(&c, ",\"boot\":\"") && name(&c, &out->boot, &out->bootlen) &&
	    word(&c, ",\"uid\":") && number(&c, &n) &&
	    word(&c, ",\"tool\":\"") && name(&c, &out->tool, &out->toollen) &&
	    word(&c, ",\"act\":\"") && name(&c, &out->act, &out->actlen);

	if (!right || c.p == c.end || c.end[-1] != '}')
		return -1;
	out->behind = 0;
	if (word(&c, ",\"behind\":") && !number(&c, &out->behind))
		return -1;
	out->lead = (size_t)(c.p - line);
	return *c.p == ',' || c.p + 1 == c.end ? 0 : -1;
}

/*
 * Where a line does not follow, the one before it may be what was changed: then
 * that one is named.  A line whose number alone is another is wrong itself, and
 * so is the one behind a gap.
 */
int64_t
audit_line_bad(const struct audit_line *l, const struct ct_audit_head *head,
    const char **wrong)
{
	int64_t want = head->seq + 1;
	bool follows;
	char sum[65];

	ct_hex(head->sum, 32, sum);
	follows = memcmp(l->prev, sum, 64) == 0;
	*wrong = NULL;
	if (l->seq == want && follows)
		return 0;
	*wrong = l->seq == want ? "the next line names another digest"
				: "lines are missing, or more than there were";
	if (follows || l->seq > want || l->seq < want - 1 || want == 1)
		return want;
	return want - 1;
}

/* ---- writing ------------------------------------------------------------- */

static int
fits(const char *act, const json_t *members, struct ct_err *err)
{
	size_t i;

	if (!*act || strspn(act, "abcdefghijklmnopqrstuvwxyz_-") != strlen(act))
		return ct_fail(err, CT_SOFTWARE, "'%s' is no act", act);
	for (i = 0; i < AUDIT_FIRST; i++)
		if (json_object_get(members, audit_first[i]))
			return ct_fail(err, CT_SOFTWARE,
			    "an act has no member '%s' of its own",
			    audit_first[i]);
	return 0;
}

int
audit_line_make(struct ct_audit *a, const char *act, const json_t *members,
    struct ct_err *err)
{
	struct ct_text *t = &a->batch;
	size_t from = t->len, mark;
	char prev[65], at[CT_TIME_LEN], lead[512];
	json_t *back;
	int n, rc = fits(act, members, err);

	if (rc)
		return rc;
	ct_hex(a->head.sum, 32, prev);
	n = snprintf(lead, sizeof lead,
	    "{\"seq\":%" PRId64
	    ",\"prev\":\"%s\",\"at\":\"%s\",\"mono\":%" PRId64
	    ",\"boot\":\"%s\",\"uid\":%lu,\"tool\":\"%s\",\"act\":\"%s\"",
	    a->head.seq + 1, prev, ct_time(ct_now(), at), ct_mono(), a->boot,
	    (unsigned long)getuid(), a->tool, act);
	if (n < 0 || (size_t)n >= sizeof lead)
		return ct_fail(err, CT_SOFTWARE, "too long an act");
	ct_text_add(t, lead, (size_t)n);
	if (from) {
		n = snprintf(lead, sizeof lead, ",\"behind\":%zu", from);
		ct_text_add(t, lead, (size_t)n);
	}
	mark = t->len;
	if (json_object_size(members) == 0) {
		ct_text_add(t, "}", 1);
	} else if (ct_text_rec(t, members) < 0) {
		rc = ct_fail(err, CT_DATAERR, "what was done is no valid text");
	} else {
		t->s[mark] = ','; /* in place of its brace */
	}
	if (!rc && t->len - from >= CT_REC_MAX)
		rc = ct_fail(err, CT_DATAERR, "what was done is over %d bytes",
		    CT_REC_MAX);
	/* no line that could not be read again */
	if (!rc) {
		back = ct_json_object(t->s + from, t->len - from, err);
		rc = back ? 0 : CT_DATAERR;
		json_decref(back);
	}
	if (rc) {
		t->len = from;
		return rc;
	}
	ct_text_add(t, "\n", 1);
	a->head.seq++;
	(void)ct_time_parse(at, &a->head.at);
	audit_sum(t->s + from, t->len - from, a->head.sum);
	a->head.offset += (int64_t)(t->len - from);
	return 0;
}
