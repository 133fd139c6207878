/* vpdq_text.c - frames as lines and as JSON, written and read */
#include <stdio.h>
#include <string.h>

#include "hex.h"
#include "vpdq.h"

#define HEX (2 * CT_PDQ_LEN)

size_t
ct_vpdq_line(const struct ct_vpdq_frame *f, char out[CT_VPDQ_LINE])
{
	char hex[HEX + 1];

	ct_hex(f->hash, CT_PDQ_LEN, hex);
	return (size_t)snprintf(out, CT_VPDQ_LINE, "%u,%u,%s,%lld.%03d\n",
	    f->number, f->quality, hex, (long long)(f->ms / 1000),
	    (int)(f->ms % 1000));
}

size_t
ct_vpdq_item(const struct ct_vpdq_frame *f, char out[CT_VPDQ_LINE])
{
	char hex[HEX + 1];

	ct_hex(f->hash, CT_PDQ_LEN, hex);
	return (size_t)snprintf(out, CT_VPDQ_LINE, "\"%s,%u,%lld.%03d\"", hex,
	    f->quality, (long long)(f->ms / 1000), (int)(f->ms % 1000));
}

/* ---- reading: each of these steps over what it takes, or says no --------- */

struct cursor {
	const char *at, *end;
};

static bool
take(struct cursor *c, char want)
{
	if (c->at == c->end || *c->at != want)
		return false;
	c->at++;
	return true;
}

static bool
digit(const struct cursor *c)
{
	return c->at < c->end && *c->at >= '0' && *c->at <= '9';
}

static bool
number(struct cursor *c, uint32_t max, uint32_t *out)
{
	uint64_t v = 0;

	if (!digit(c))
		return false;
	while (digit(c)) {
		v = v * 10 + (uint64_t)(*c->at++ - '0');
		if (v > max)
			return false;
	}
	*out = (uint32_t)v;
	return true;
}

static bool
quality(struct cursor *c, struct ct_vpdq_frame *f)
{
	uint32_t v;

	if (!number(c, 100, &v))
		return false;
	f->quality = (uint8_t)v;
	return true;
}

static bool
hash(struct cursor *c, struct ct_vpdq_frame *f)
{
	if ((size_t)(c->end - c->at) < HEX ||
	    ct_unhex(c->at, f->hash, CT_PDQ_LEN))
		return false;
	c->at += HEX;
	return true;
}

/* The exponent of a number, if it has one; below -99 it is 0 all the same. */
static bool
exponent(struct cursor *c, int *out)
{
	uint32_t v;
	bool minus;

	*out = 0;
	if (!take(c, 'e') && !take(c, 'E'))
		return true;
	minus = take(c, '-');
	if (!minus)
		take(c, '+');
	if (!number(c, 99, &v))
		return false;
	*out = minus ? -(int)v : (int)v;
	return true;
}

/* Seconds: digits, perhaps with a fraction and an exponent, no sign. */
static bool
seconds(struct cursor *c, struct ct_vpdq_frame *f)
{
	double v = 0, unit = 1;
	int e;

	if (!digit(c))
		return false;
	while (digit(c))
		v = v * 10 + (*c->at++ - '0');
	if (take(c, '.'))
		while (digit(c)) {
			v = v * 10 + (*c->at++ - '0');
			unit *= 10;
		}
	if (!exponent(c, &e))
		return false;
	v /= unit;
	for (; e > 0; e--)
		v *= 10;
	for (; e < 0; e++)
		v /= 10;
	v = v * 1000 + 0.5;
	if (!(v < (double)CT_VPDQ_MS)) /* nor what grew beyond all bounds */
		return false;
	f->ms = (int64_t)v;
	return true;
}

static bool
line(struct cursor *c, struct ct_vpdq_frame *f)
{
	if (!number(c, UINT32_MAX, &f->number) || !take(c, ',') ||
	    !quality(c, f) || !take(c, ',') || !hash(c, f) || !take(c, ',') ||
	    !seconds(c, f))
		return false;
	if (take(c, ','))
		while (c->at < c->end && *c->at != '\n')
			c->at++;
	take(c, '\r');
	return c->at == c->end || take(c, '\n');
}

static bool
item(struct cursor *c, struct ct_vpdq_frame *f)
{
	return take(c, '"') && hash(c, f) && take(c, ',') && quality(c, f) &&
	    take(c, ',') && seconds(c, f) && take(c, '"');
}

static void
blanks(struct cursor *c)
{
	while (c->at < c->end && *c->at && strchr(" \t\r\n", *c->at))
		c->at++;
}

static int
read_json(struct ct_vpdq *v, struct cursor *c, struct ct_err *err)
{
	struct ct_vpdq_frame f = { .number = 0 };
	int rc = 0;

	blanks(c);
	if (!take(c, ']'))
		for (;; f.number++) {
			blanks(c);
			if (!item(c, &f))
				return ct_fail(err, CT_DATAERR,
				    "element %u is no frame of vPDQ", f.number);
			if ((rc = ct_vpdq_add(v, &f, err)))
				return rc;
			blanks(c);
			if (take(c, ']'))
				break;
			if (!take(c, ','))
				return ct_fail(err, CT_DATAERR,
				    "no end of the array of frames");
		}
	blanks(c);
	if (c->at != c->end)
		return ct_fail(
		    err, CT_DATAERR, "something after the array of frames");
	return 0;
}

int
ct_vpdq_read(
    struct ct_vpdq *v, const char *text, size_t len, struct ct_err *err)
{
	struct cursor c = { text, text };
	struct ct_vpdq_frame f;
	size_t n = 0;
	int rc;

	if (len)
		c.end += len;
	blanks(&c);
	if (take(&c, '['))
		return read_json(v, &c, err);
	c.at = text;
	do {
		n++;
		if (!line(&c, &f))
			return ct_fail(
			    err, CT_DATAERR, "line %zu is no frame of vPDQ", n);
		if ((rc = ct_vpdq_add(v, &f, err)))
			return rc;
	} while (c.at < c.end);
	return 0;
}
