/* hasher_side.c - the files beside a record: all frames, TMK+PDQF */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "hasher_impl.h"
#include "hex.h"
#include "prog.h"

#define BUFFER ((size_t)64 << 10)

char *
hasher_side(const char *dir, const struct ct_digests *sums, const char *ending)
{
	char hex[2 * CT_SHA256_LEN + 1];

	ct_hex(sums->sha256, CT_SHA256_LEN, hex);
	return ct_printf("%s/%s%s", dir, hex, ending);
}

static int
put(int fd, const void *bytes, size_t len, struct ct_err *err)
{
	return ct_write_full(fd, bytes, len) == 0
	    ? 0
	    : ct_fail_errno(err, CT_IOERR, "cannot write");
}

static int
lines(int fd, const struct ct_vpdq *v, struct ct_err *err)
{
	char *text = ct_alloc(BUFFER + CT_VPDQ_LINE, 1);
	size_t i, len = 0;
	int rc = 0;

	for (i = 0; !rc && i < v->n; i++) {
		len += ct_vpdq_line(&v->frame[i], text + len);
		if (len >= BUFFER || i + 1 == v->n) {
			rc = put(fd, text, len, err);
			len = 0;
		}
	}
	free(text);
	return rc;
}

static int
features(int fd, const struct ct_tmk *tmk, struct ct_err *err)
{
	uint8_t *bytes = ct_alloc(CT_TMK_LEN, 1);
	int rc;

	ct_tmk_write(tmk, bytes);
	rc = put(fd, bytes, CT_TMK_LEN, err);
	free(bytes);
	return rc;
}

/* One of them, whole or not at all. */
static int
beside(const struct ct_hasher *h, const struct ct_hashed *hashed, bool tmk,
    struct ct_err *err)
{
	char *path =
	    hasher_side(h->how.beside, &hashed->sums, tmk ? ".tmk" : ".vpdq");
	struct ct_newfile f;
	int rc = ct_newfile_open(&f, path, 0600, err);

	if (!rc) {
		rc = tmk ? features(f.fd, hashed->video.tmk, err)
			 : lines(f.fd, &hashed->video.vpdq, err);
		if (rc)
			ct_newfile_abort(&f);
		else
			rc = ct_newfile_commit(&f, err);
	}
	free(path);
	return rc;
}

int
hasher_beside(struct ct_hasher *h, struct ct_hashed *hashed, struct ct_err *err)
{
	int rc;

	/* two lanes may have the same video */
	(void)pthread_mutex_lock(&h->side);
	rc = beside(h, hashed, false, err);
	if (!rc && hashed->video.tmk) {
		rc = beside(h, hashed, true, err);
		hashed->kept_tmk = !rc;
	}
	(void)pthread_mutex_unlock(&h->side);
	return rc;
}
