/* rec_io.c - lines in, whole records out: the ct_in and ct_out of rec.h */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "prog.h"
#include "rec.h"
#include "rec_lines.h"

#define OUT_BYTES ((size_t)64 << 10)
#define OUT_MS 100

int
ct_out_flush(struct ct_out *out, struct ct_err *err)
{
	size_t len = out->text.len, done;

	out->text.len = 0;
	done = ct_write_part(out->fd, out->text.s, len);
	if (done == len)
		return 0;
	(void)ct_fail_errno(err, CT_IOERR, "cannot write");
	for (; done < len; done++) /* these did not get out */
		out->n -= out->text.s[done] == '\n';
	return err->code;
}

/* A record of start..len is in the buffer: end its line. */
static int
finish(struct ct_out *out, size_t start, struct ct_err *err)
{
	int64_t now = ct_mono();

	ct_text_add(&out->text, "\n", 1);
	out->n++;
	if (start == 0)
		out->since = now;
	if (out->each || out->text.len >= OUT_BYTES ||
	    now - out->since >= OUT_MS)
		return ct_out_flush(out, err);
	return 0;
}

/* Bytes as they came; but a terminal gets none that it would obey. */
static void
pass(struct ct_out *out, const char *text, size_t len)
{
	if (out->tty == 0)
		out->tty = isatty(out->fd) ? 1 : -1;
	if (out->tty > 0)
		rec_text_tame(&out->text, text, len);
	else
		ct_text_add(&out->text, text, len);
}

int
ct_out_line(
    struct ct_out *out, const char *line, size_t len, struct ct_err *err)
{
	size_t start = out->text.len;

	pass(out, line, len);
	return finish(out, start, err);
}

int
ct_out_rec(struct ct_out *out, const json_t *rec, struct ct_err *err)
{
	size_t start = out->text.len;

	if (ct_text_rec(&out->text, rec) < 0)
		return ct_fail(err, CT_SOFTWARE, "cannot encode a record");
	return finish(out, start, err);
}

int
ct_out_more(struct ct_out *out, const char *line, size_t len, bool bare,
    const char *more, struct ct_err *err)
{
	size_t start = out->text.len;

	while (line[len - 1] != '}') /* it parsed: there is one */
		len--;
	pass(out, line, len - 1);
	ct_text_add(&out->text, ",", !bare);
	ct_text_add(&out->text, more, strlen(more));
	ct_text_add(&out->text, "}", 1);
	return finish(out, start, err);
}

/* What has gathered, and these bytes behind it, in one write if it takes them:
 * how many of them are out already. */
static size_t
write_both(struct ct_out *out, const void *bytes, size_t len)
{
	const struct iovec v[2] = { { out->text.s, out->text.len },
		{ (void *)(uintptr_t)bytes, len } };
	ssize_t n = out->text.len ? writev(out->fd, v, 2) : 0;
	size_t had = n > 0 ? (size_t)n : 0, text = out->text.len;

	if (had < text && had)
		memmove(out->text.s, out->text.s + had, text - had);
	out->text.len = had < text ? text - had : 0;
	return had < text ? 0 : had - text;
}

int
ct_out_bytes(
    struct ct_out *out, const void *bytes, size_t len, struct ct_err *err)
{
	size_t had;

	/* much is not copied once more */
	if (len >= OUT_BYTES) {
		had = write_both(out, bytes, len);
		if (ct_out_flush(out, err))
			return err->code;
		return ct_write_full(
			   out->fd, (const char *)bytes + had, len - had) < 0
		    ? ct_fail_errno(err, CT_IOERR, "cannot write")
		    : 0;
	}
	if (out->text.len == 0)
		out->since = ct_mono();
	ct_text_add(&out->text, bytes, len);
	return out->text.len >= OUT_BYTES ? ct_out_flush(out, err) : 0;
}

int
ct_out_tick(struct ct_out *out, struct ct_err *err)
{
	if (out->text.len && ct_mono() - out->since >= OUT_MS)
		return ct_out_flush(out, err);
	return 0;
}

int
ct_out_close(struct ct_out *out, struct ct_err *err)
{
	int rc = ct_out_flush(out, err);

	if (close(out->fd) < 0 && !rc)
		rc = ct_fail_errno(err, CT_IOERR, "cannot write");
	out->fd = -1;
	ct_text_free(&out->text);
	return rc;
}

/* Wait until there is input, showing how far we are: 1, or 0 if to stop; who
 * shows nothing and reads on after that was said has his reasons. */
static int
await(const struct ct_in *in)
{
	struct pollfd p[2] = { { .fd = in->fd, .events = POLLIN },
		{ .fd = in->show ? ct_progress_fd() : -1, .events = POLLIN } };
	bool known = !in->show && ct_stop;
	int ready;

	for (;;) {
		/* a signal just before poll is seen after it */
		ready = poll(p, 2, in->show && in->show->live ? 250 : 1000);
		if (ct_stop && !known && ready <= 0)
			return 0;
		if (in->show)
			ct_progress_tick(in->show);
		if (ready > 0 && p[0].revents)
			return 1;
	}
}

/* Read more behind end; 1, 0 at the end of input, CT_IOERR. */
static int
fill(struct ct_in *in, struct ct_err *err)
{
	struct pollfd p = { .fd = in->fd, .events = POLLIN };
	ssize_t n;
	int rc;

	if (in->start) {
		memmove(in->buf, in->buf + in->start, in->end - in->start);
		in->end -= in->start;
		in->start = 0;
	}
	if (in->cap - in->end < 2) {
		in->cap = in->cap ? 2 * in->cap : (size_t)64 << 10;
		in->buf = ct_grow(in->buf, in->cap, 1);
	}
	if (in->tie && in->tie->text.len && poll(&p, 1, 0) == 0 &&
	    (rc = ct_out_flush(in->tie, err)))
		return rc;
	if (!await(in))
		return 0;
	do
		n = read(in->fd, in->buf + in->end, in->cap - in->end - 1);
	while (n < 0 && !ct_stop &&
	    (errno == EINTR || (errno == EAGAIN && poll(&p, 1, -1) >= 0)));
	if (n < 0 && errno == EINTR)
		return 0;
	if (n < 0)
		return ct_fail_errno(err, CT_IOERR, "cannot read");
	in->end += (size_t)n;
	return n > 0;
}

/* Of a line too long, len bytes more, which are not kept. */
static void
drop(struct ct_in *in, const char *bytes, size_t len)
{
	if (in->hint && !in->skip)
		*in->hint = (struct ct_hint){ .begun = false };
	if (in->hint)
		ct_hint_add(in->hint, bytes, len);
	in->skip = true;
}

/* The delimiter of the line that begins at start, or NULL. */
static char *
delimiter(struct ct_in *in)
{
	char *nl = NULL;

	if (in->end > in->start + in->seen)
		nl = memchr(in->buf + in->start + in->seen, in->delim,
		    in->end - in->start - in->seen);
	in->seen =
	    nl ? (size_t)(nl - in->buf) - in->start : in->end - in->start;
	if (!nl && in->seen > CT_REC_MAX) {
		drop(in, in->buf + in->start, in->seen);
		in->start = in->end;
		in->seen = 0;
	}
	return nl;
}

int
ct_in_some(struct ct_in *in, char **line, size_t *len, struct ct_err *err)
{
	char *nl = delimiter(in);
	int rc;

	if (!nl && !in->eof) {
		rc = fill(in, err);
		if (rc > 1)
			return rc;
		in->eof = rc == 0;
		nl = delimiter(in);
		if (!nl && !in->eof)
			return CT_IN_PART;
	}
	if (!nl && in->end == in->start && !in->skip)
		return 0;
	in->torn = !nl;
	*line = in->buf + in->start;
	*len = nl ? (size_t)(nl - *line) : in->end - in->start;
	in->start = nl ? in->start + *len + 1 : in->end;
	in->seen = 0;
	in->lineno++;
	if (in->skip || *len > CT_REC_MAX) {
		drop(in, *line, *len);
		in->skip = false;
		return ct_fail(
		    err, CT_DATAERR, "line over %d bytes", CT_REC_MAX);
	}
	if (in->delim == '\n' && !in->names && *len &&
	    (*line)[*len - 1] == '\r')
		--*len;
	(*line)[*len] = '\0';
	return 1;
}

int
ct_in_next(struct ct_in *in, char **line, size_t *len, struct ct_err *err)
{
	int rc;

	while ((rc = ct_in_some(in, line, len, err)) == CT_IN_PART)
		;
	return rc;
}

bool
ct_in_here(struct ct_in *in)
{
	return in->eof || delimiter(in);
}

int
ct_in_bytes(
    struct ct_in *in, const char **bytes, size_t *len, struct ct_err *err)
{
	int rc = 1;

	if (in->start == in->end && !in->eof) {
		rc = fill(in, err);
		in->eof = rc == 0;
	}
	*bytes = in->buf + in->start;
	*len = in->end - in->start;
	return rc > 1 ? rc : *len > 0;
}

void
ct_in_took(struct ct_in *in, size_t n)
{
	in->start += n;
	in->seen = 0;
}

void
ct_in_free(struct ct_in *in)
{
	free(in->buf);
	in->buf = NULL;
}
