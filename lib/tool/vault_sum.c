/* vault_sum.c - are these the bytes that a manifest tells of? */
#include <string.h>

#include "hex.h"
#include "rec.h"
#include "vault_format.h"

int
vault_sum_start(struct vault_sum *sum, struct ct_err *err)
{
	sum->size = 0;
	return ct_digest_start(&sum->digest, err);
}

int
vault_sum_add(
    struct vault_sum *sum, const void *p, size_t len, struct ct_err *err)
{
	sum->size += len;
	return ct_digest_add(&sum->digest, p, len, err);
}

static int
is_hex(const json_t *manifest, const char *name, const uint8_t *sum, size_t len,
    struct ct_err *err)
{
	const json_t *want = json_object_get(manifest, name);
	char hex[2 * CT_SHA256_LEN + 1];

	ct_hex(sum, len, hex);
	if (want &&
	    (!json_is_string(want) ||
		strcasecmp(json_string_value(want), hex) != 0))
		return ct_fail(err, CT_DATAERR, "another %s", name);
	return 0;
}

int
vault_sum_end(struct vault_sum *sum, struct ct_err *err)
{
	return ct_digest_end(&sum->digest, &sum->got, err);
}

void
vault_sum_close(const struct vault_sum *sum, uint8_t close[VAULT_CLOSE])
{
	vault_put64(close, sum->size);
	memcpy(close + 8, sum->got.sha256, CT_SHA256_LEN);
}

int
vault_sum_compare(
    const struct vault_sum *sum, const json_t *manifest, struct ct_err *err)
{
	const json_t *size = json_object_get(manifest, "size");
	const struct ct_digests *got = &sum->got;

	if (is_hex(manifest, "sha256", got->sha256, CT_SHA256_LEN, err))
		return err->code;
	if (size &&
	    (!json_is_integer(size) ||
		(uint64_t)json_integer_value(size) != sum->size))
		return ct_fail(err, CT_DATAERR, "another size");
	return 0;
}

const char *
vault_sum_belied(const struct vault_sum *sum, const json_t *manifest)
{
	const struct ct_digests *got = &sum->got;
	struct ct_err why = { 0 };

	return sum->digest.sha256_only                               ? NULL
	    : is_hex(manifest, "sha1", got->sha1, CT_SHA1_LEN, &why) ? "sha1"
	    : is_hex(manifest, "md5", got->md5, CT_MD5_LEN, &why)    ? "md5"
								     : NULL;
}

void
vault_sum_free(struct vault_sum *sum)
{
	ct_digest_free(&sum->digest);
}
