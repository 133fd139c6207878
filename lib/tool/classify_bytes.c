/* classify_bytes.c - the bytes of a record, if they are those that were hashed
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytes.h"
#include "classify_impl.h"
#include "digest.h"
#include "file.h"
#include "prog.h"

static bool
same(const uint8_t *bytes, size_t len, const uint8_t sha256[CT_SHA256_LEN])
{
	struct ct_digest d = { .sha256_only = true };
	struct ct_digests is;
	struct ct_err err = { 0 };
	bool same = ct_digest_start(&d, &err) == 0 &&
	    ct_digest_add(&d, bytes, len, &err) == 0 &&
	    ct_digest_end(&d, &is, &err) == 0 &&
	    memcmp(is.sha256, sha256, CT_SHA256_LEN) == 0;

	ct_digest_free(&d);
	return same;
}

static enum classify_why
take(int fd, const uint8_t sha256[CT_SHA256_LEN], uint8_t **bytes, size_t *len)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return MISSING;
	*bytes = ct_alloc((size_t)st.st_size + 1, 1);
	n = ct_read_full(fd, *bytes, (size_t)st.st_size + 1);
	if (n < 0)
		return MISSING;
	*len = (size_t)n;
	return *len == (size_t)st.st_size && same(*bytes, *len, sha256)
	    ? ANSWERED
	    : CHANGED;
}

static enum classify_why
cannot(int rc)
{
	switch (rc) {
	case CT_NO:
		return TOO_LARGE;
	case CT_TEMPFAIL:
		return LATE;
	case CT_DATAERR:
		return CHANGED;
	case CT_NOPERM:
		return REFUSED;
	default:
		return MISSING;
	}
}

enum classify_why
classify_bytes(const json_t *rec, size_t max, uint8_t **bytes, size_t *len)
{
	uint8_t sha256[CT_SHA256_LEN];
	struct ct_err err = { 0 };
	enum classify_why why;
	int fd, rc;

	*bytes = NULL;
	*len = 0;
	if (!ct_bytes_told(rec) ||
	    ct_rec_hash(rec, "sha256", sha256, sizeof sha256, &err))
		return NO_BYTES;
	if ((rc = ct_bytes_open(rec, max, CT_BYTES_WHILE, &fd, &err)))
		return cannot(rc);
	why = take(fd, sha256, bytes, len);
	(void)close(fd);
	if (why == ANSWERED)
		return why;
	free(*bytes);
	*bytes = NULL;
	return why;
}
