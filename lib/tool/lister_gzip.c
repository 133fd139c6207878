/* lister_gzip.c - the lines of a file that may be compressed by gzip */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "file.h"
#include "lister_gzip.h"
#include "prog.h"

#define BLOCK ((size_t)64 << 10)
#define LINE_MAX_BYTES ((size_t)64 << 10)

struct lister_lines {
	int fd;
	bool packed, eof, ended; /* ended: of its members, for now */
	z_stream z;
	uint8_t in[BLOCK];
	char *buf;
	size_t start, end;
};

/* More of the file; at its end z.avail_in stays 0. */
static int
fill(struct lister_lines *r, struct ct_err *err)
{
	ssize_t n = ct_read_full(r->fd, r->in, sizeof r->in);

	if (n < 0)
		return ct_fail_errno(err, CT_IOERR, "cannot read");
	r->eof = n == 0;
	r->z.next_in = r->in;
	r->z.avail_in = (unsigned)n;
	return 0;
}

int
lister_lines_open(struct lister_lines **out, int fd, struct ct_err *err)
{
	struct lister_lines *r = *out = ct_alloc(1, sizeof *r);

	r->fd = fd;
	r->buf = ct_alloc(LINE_MAX_BYTES + BLOCK + 1, 1);
	if (fill(r, err))
		return err->code;
	r->packed = r->z.avail_in >= 2 && r->in[0] == 0x1f && r->in[1] == 0x8b;
	if (r->packed && inflateInit2(&r->z, 15 + 16) != Z_OK) {
		r->packed = false;
		return ct_fail(err, CT_OSERR, "cannot set up zlib");
	}
	return 0;
}

/* Up to BLOCK bytes more behind buf[end]; none: the end. */
static int
more(struct lister_lines *r, size_t *got, struct ct_err *err)
{
	int rc;

	*got = 0;
	if (!r->packed) {
		*got = r->z.avail_in;
		memcpy(r->buf + r->end, r->z.next_in, *got);
		return r->eof ? 0 : fill(r, err);
	}
	r->z.next_out = (uint8_t *)r->buf + r->end;
	r->z.avail_out = BLOCK;
	while (r->z.avail_out == BLOCK) {
		if (!r->z.avail_in && !r->eof && fill(r, err))
			return err->code;
		if (!r->z.avail_in) {
			if (r->ended)
				return 0;
			return ct_fail(
			    err, CT_DATAERR, "the compressed file is cut");
		}
		if (r->ended && inflateReset(&r->z) != Z_OK)
			return ct_fail(err, CT_SOFTWARE, "zlib fails");
		r->ended = false;
		rc = inflate(&r->z, Z_NO_FLUSH);
		r->ended = rc == Z_STREAM_END;
		if (rc != Z_OK && !r->ended)
			return ct_fail(
			    err, CT_DATAERR, "the compressed file is damaged");
	}
	*got = BLOCK - r->z.avail_out;
	return 0;
}

int
lister_lines_next(
    struct lister_lines *r, char **line, size_t *len, struct ct_err *err)
{
	size_t got = 1, seen = 0;
	char *nl;

	for (;;) {
		nl = memchr(
		    r->buf + r->start + seen, '\n', r->end - r->start - seen);
		if (nl || !got)
			break;
		seen = r->end - r->start;
		if (seen > LINE_MAX_BYTES)
			return ct_fail(err, CT_DATAERR, "a line is too long");
		memmove(r->buf, r->buf + r->start, seen);
		r->start = 0;
		r->end = seen;
		if (more(r, &got, err))
			return err->code;
		r->end += got;
	}
	if (!nl && r->start == r->end)
		return 0;
	*line = r->buf + r->start;
	*len = nl ? (size_t)(nl - *line) : r->end - r->start;
	r->start += *len + (nl != NULL);
	(*line)[*len] = '\0';
	if (*len && (*line)[*len - 1] == '\r')
		(*line)[--*len] = '\0';
	return 1;
}

void
lister_lines_close(struct lister_lines *r)
{
	if (!r)
		return;
	if (r->packed)
		(void)inflateEnd(&r->z);
	free(r->buf);
	free(r);
}
