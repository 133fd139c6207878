/* decode_file.c - a file read once, digested and decoded */
#include <string.h>
#include <unistd.h>

#include "decode_impl.h"
#include "file.h"
#include "ham.h"
#include "hex.h"

/* All of it into room, and round again if it is larger. */
static int
swallow(struct ct_digest *digest, int fd, uint8_t *room, size_t slots,
    struct ct_hashed *h, struct ct_err *err)
{
	uint8_t *at;
	ssize_t n;
	int rc = ct_digest_start(digest, err);

	do {
		if (rc)
			return rc;
		at = room + h->size % slots;
		n = ct_read_full(fd, at, CT_DECODE_CHUNK);
		if (n < 0)
			return ct_fail_errno(err, CT_IOERR, "cannot read");
		if (h->size == 0)
			h->res.kind = ct_image_kind(at, (size_t)n);
		h->size += (uint64_t)n;
		rc = ct_digest_add(digest, at, (size_t)n, err);
	} while (n == (ssize_t)CT_DECODE_CHUNK);
	return rc ? rc : ct_digest_end(digest, &h->sums, err);
}

int
ct_decode_file(struct ct_decode *d, struct ct_digest *digest, const char *path,
    bool follow, struct ct_hashed *h, struct ct_err *err)
{
	struct stat st;
	int fd = ct_file_open(path, follow, &st, err), rc;

	memset(h, 0, sizeof *h);
	if (fd < 0)
		return err->code;
	rc = swallow(digest, fd, ct_decode_room(d), d->slots, h, err);
	(void)close(fd);
	if (rc)
		return rc;
	if (h->size > ct_decode_max(d)) {
		h->res.status = CT_IMAGE_TOO_LARGE;
		return 0;
	}
	if (!ct_image_decodable(h->res.kind)) {
		h->res.status = ct_image_cut(ct_decode_room(d), (size_t)h->size)
		    ? CT_IMAGE_CORRUPT
		    : CT_IMAGE_UNSUPPORTED;
		return 0;
	}
	h->sent = true;
	return ct_decode_send(d, (size_t)h->size, err);
}

static json_t *
hex(const uint8_t *bytes, size_t len)
{
	char text[2 * CT_SHA256_LEN + 1];

	ct_hex(bytes, len, text);
	return json_string(text);
}

static void
put(json_t *to, const char *name, const uint8_t *bytes, size_t len)
{
	(void)json_object_set_new(to, name, hex(bytes, len));
}

static void
number(json_t *to, const char *name, uint64_t n)
{
	(void)json_object_set_new(to, name, json_integer((json_int_t)n));
}

/* Why a hash says little about its picture, or NULL. */
static const char *
degenerate(const struct ct_decoded *res)
{
	static const uint8_t zero[CT_PDQ_LEN];

	if (res->info.w < CT_PDQ_SIDE || res->info.h < CT_PDQ_SIDE)
		return "tiny";
	return ct_ham(res->pdq[0], zero) == CT_HAM_MAX / 2 ? NULL : "ties";
}

static void
pdq(json_t *hashes, const struct ct_decoded *res)
{
	const char *why = degenerate(res);
	json_t *all;
	int i;

	put(hashes, "pdq", res->pdq[0], CT_PDQ_LEN);
	number(hashes, "pdq_quality", (uint64_t)res->quality);
	(void)json_object_set_new(
	    hashes, "pdq_method", json_string(ct_pdq_method(res->method)));
	if (why)
		(void)json_object_set_new(
		    hashes, "pdq_degenerate", json_string(why));
	if (res->turns == 1)
		return;
	all = json_array();
	for (i = 0; i < res->turns; i++)
		(void)json_array_append_new(all, hex(res->pdq[i], CT_PDQ_LEN));
	(void)json_object_set_new(hashes, "pdq_dihedral", all);
}

void
ct_hashed_members(json_t *rec, const struct ct_hashed *h)
{
	json_t *file = json_object(), *hashes = json_object();
	const char *status = ct_image_status(h->res.status);

	number(file, "size", h->size);
	(void)json_object_set_new(
	    file, "mime", json_string(ct_image_mime(h->res.kind)));
	if (h->res.info.w) {
		number(file, "width", h->res.info.w);
		number(file, "height", h->res.info.h);
	}
	if (h->res.info.frames > 1)
		number(file, "frames", h->res.info.frames);
	if (h->res.info.trailing)
		number(file, "trailing_bytes", h->res.info.trailing);
	(void)json_object_set_new(file, "decode", json_string(status));
	put(hashes, "md5", h->sums.md5, CT_MD5_LEN);
	put(hashes, "sha1", h->sums.sha1, CT_SHA1_LEN);
	put(hashes, "sha256", h->sums.sha256, CT_SHA256_LEN);
	if (h->res.hashed)
		pdq(hashes, &h->res);
	(void)json_object_set_new(rec, "file", file);
	(void)json_object_set_new(rec, "hashes", hashes);
}
