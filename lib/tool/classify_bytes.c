/* classify_bytes.c - the bytes of a record, if they are those that were hashed
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
take(int fd, size_t max, const uint8_t sha256[CT_SHA256_LEN], uint8_t **bytes,
    size_t *len)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return MISSING;
	if ((uint64_t)st.st_size > max)
		return TOO_LARGE;
	*bytes = ct_alloc((size_t)st.st_size + 1, 1);
	n = ct_read_full(fd, *bytes, (size_t)st.st_size + 1);
	if (n < 0)
		return MISSING;
	*len = (size_t)n;
	return *len == (size_t)st.st_size && same(*bytes, *len, sha256)
	    ? ANSWERED
	    : CHANGED;
}

enum classify_why
classify_bytes(const json_t *rec, size_t max, uint8_t **bytes, size_t *len)
{
	uint8_t sha256[CT_SHA256_LEN];
	struct ct_err err = { 0 };
	enum classify_why why;
	char *path;
	int fd, rc = ct_rec_path(rec, &path, &err);

	*bytes = NULL;
	*len = 0;
	free(path);
	if (rc || ct_rec_hash(rec, "sha256", sha256, sizeof sha256, &err))
		return NO_BYTES;
	if ((fd = ct_rec_open(rec, &err)) < 0)
		return MISSING;
	why = take(fd, max, sha256, bytes, len);
	(void)close(fd);
	if (why == ANSWERED)
		return why;
	free(*bytes);
	*bytes = NULL;
	return why;
}
