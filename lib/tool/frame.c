#include "frame.h"

#include <stdio.h>
#include <string.h>

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
	    : c >= 'a' && c <= 'f'  ? c - 'a' + 10
				    : -1;
}

/* May c be the next of the line so far? */
static int
fits(const struct ct_frame *f, char c)
{
	if (f->len == 0)
		return digit(c) >= 0;
	if (f->line[0] != '0')
		return f->len < 6 && digit(c) >= 0;
	if (f->len == 1)
		return c == ' ';
	return f->len < CT_FRAME_REASON + 2 && c >= (f->len == 2 ? '!' : ' ') &&
	    c <= '~';
}

/* The line is whole: a block begins, or the frame ends. */
static int
line(struct ct_frame *f, struct ct_err *err)
{
	size_t i, len = f->len;

	f->len = 0;
	if (len > 2 && f->line[0] == '0' && f->line[len - 1] != ' ') {
		memcpy(f->reason, f->line + 2, len - 2);
		f->reason[len - 2] = '\0';
		return CT_FRAME_END;
	}
	for (i = 0; i < len; i++)
		f->left = f->left << 4 | (size_t)digit(f->line[i]);
	if (len == 0 || f->line[0] == '0' || f->left > CT_FRAME_BLOCK)
		return ct_fail(err, CT_DATAERR, "its frame is malformed");
	return CT_FRAME_MORE;
}

int
ct_frame_take(struct ct_frame *f, const char **in, size_t *len,
    const char **data, size_t *n, struct ct_err *err)
{
	int rc = CT_FRAME_MORE;
	char c;

	while (*len && !f->left && rc == CT_FRAME_MORE) {
		c = *(*in)++;
		--*len;
		if (c == '\n')
			rc = line(f, err);
		else if (fits(f, c))
			f->line[f->len++] = c;
		else
			rc = ct_fail(err, CT_DATAERR, "its frame is malformed");
	}
	if (rc != CT_FRAME_MORE || *len == 0)
		return rc;
	*data = *in;
	*n = *len < f->left ? *len : f->left;
	*in += *n;
	*len -= *n;
	f->left -= *n;
	return CT_FRAME_DATA;
}

int
ct_frame_put(
    struct ct_out *out, const void *bytes, size_t len, struct ct_err *err)
{
	const char *at = bytes;
	char head[16];
	size_t n;
	int rc = 0;

	for (; len && !rc; at += n, len -= n) {
		n = len < CT_FRAME_BLOCK ? len : CT_FRAME_BLOCK;
		(void)snprintf(head, sizeof head, "%zx\n", n);
		rc = ct_out_bytes(out, head, strlen(head), err);
		if (!rc)
			rc = ct_out_bytes(out, at, n, err);
	}
	return rc;
}

int
ct_frame_end(struct ct_out *out, const char *reason, struct ct_err *err)
{
	char text[CT_FRAME_REASON + 4];
	size_t i, len;

	(void)snprintf(text, sizeof text - 1, "0 %s", reason);
	len = strlen(text);
	for (i = 2; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			text[i] = '?';
	if (len == 2 || text[2] == ' ')
		text[2] = '?';
	len += len == 2;
	if (text[len - 1] == ' ')
		text[len - 1] = '?';
	text[len++] = '\n';
	return ct_out_bytes(out, text, len, err);
}
