/* Any bytes as a frame, in pieces; as the bytes that a frame carries. */
#include "fuzz.h"

#include "frame.h"

/* What comes of these bytes, given so many at a time. */
static int
take(const char *p, size_t len, size_t piece, char *out, size_t *nout,
    char *reason)
{
	struct ct_frame f = { .left = 0 };
	struct ct_err err = { 0 };
	const char *data;
	size_t had, n, got;
	int rc;

	for (*nout = 0; len; len -= had - n) {
		had = n = len < piece ? len : piece;
		while ((rc = ct_frame_take(&f, &p, &n, &data, &got, &err)) ==
		    CT_FRAME_DATA) {
			memcpy(out + *nout, data, got);
			*nout += got;
		}
		if (rc != CT_FRAME_MORE) {
			must(rc == CT_FRAME_END || *err.msg);
			memcpy(reason, f.reason, sizeof f.reason);
			return rc;
		}
		must(n == 0);
	}
	return CT_FRAME_MORE;
}

/* However it is cut, the same. */
static void
as_frame(const char *text, size_t len)
{
	char *whole = malloc(len + 1), *bits = malloc(len + 1);
	char why[2][CT_FRAME_REASON + 1] = { "", "" };
	size_t n[2];
	int rc;

	must(whole && bits);
	rc = take(text, len, len ? len : 1, whole, &n[0], why[0]);
	must(rc == take(text, len, 1, bits, &n[1], why[1]));
	must(n[0] == n[1] && memcmp(whole, bits, n[0]) == 0);
	must(strcmp(why[0], why[1]) == 0);
	must(rc != CT_FRAME_END || *why[0]);
	free(whole);
	free(bits);
}

static void
carried(const char *text, size_t len)
{
	char why[CT_FRAME_REASON + 1] = "", *back = malloc(len + 1), *wire;
	struct ct_out out = { .fd = memfd_create("t", MFD_CLOEXEC) };
	int in = dup(out.fd);
	struct ct_err err;
	size_t n;
	off_t end;

	must(back && in >= 0);
	must(ct_frame_put(&out, text, len, &err) == 0 &&
	    ct_frame_end(&out, text, &err) == 0 &&
	    ct_out_close(&out, &err) == 0);
	end = lseek(in, 0, SEEK_CUR);
	wire = malloc((size_t)end);
	must(wire && pread(in, wire, (size_t)end, 0) == end);
	must(take(wire, (size_t)end, 7, back, &n, why) == CT_FRAME_END);
	must(n == len && memcmp(back, text, len) == 0 && *why);
	(void)close(in);
	free(wire);
	free(back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = fuzz_text(data, len);

	as_frame(text, len);
	carried(text, len);
	free(text);
	return 0;
}
