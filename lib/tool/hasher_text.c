/* hasher_text.c - the members file and hashes, as in ct-record(5) */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ham.h"
#include "hasher_impl.h"
#include "hex.h"
#include "prog.h"

struct text {
	char s[2048]; /* more than all of it with every number at its longest */
	size_t len;
};

static void
add(struct text *t, const char *s)
{
	size_t n = strlen(s);

	if (t->len + n >= sizeof t->s)
		ct_die(CT_SOFTWARE, "a record of more than it can hold");
	memcpy(t->s + t->len, s, n + 1);
	t->len += n;
}

static void
number(struct text *t, const char *name, uint64_t n)
{
	char s[64];

	(void)snprintf(s, sizeof s, "\"%s\":%" PRIu64, name, n);
	add(t, s);
}

static void
word(struct text *t, const char *name, const char *value)
{
	add(t, "\"");
	add(t, name);
	add(t, "\":\"");
	add(t, value);
	add(t, "\"");
}

static void
digest(struct text *t, const char *name, const uint8_t *bytes, size_t len)
{
	char s[2 * CT_SHA256_LEN + 1];

	ct_hex(bytes, len, s);
	word(t, name, s);
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
pdq(struct text *t, const struct ct_decoded *res)
{
	char hex[2 * CT_PDQ_LEN + 1];
	const char *why = degenerate(res);
	int i;

	add(t, ",");
	digest(t, "pdq", res->pdq[0], CT_PDQ_LEN);
	add(t, ",");
	number(t, "pdq_quality", (uint64_t)res->quality);
	add(t, ",");
	word(t, "pdq_method", ct_pdq_method(res->method));
	if (why) {
		add(t, ",");
		word(t, "pdq_degenerate", why);
	}
	if (res->turns == 1)
		return;
	add(t, ",\"pdq_dihedral\":[\"");
	for (i = 0; i < res->turns; i++) {
		add(t, i ? "\",\"" : "");
		ct_hex(res->pdq[i], CT_PDQ_LEN, hex);
		add(t, hex);
	}
	add(t, "\"]");
}

char *
hasher_text(const struct ct_hashed *h)
{
	const struct ct_image_info *info = &h->res.info;
	struct text t = { .len = 0 };

	add(&t, "\"file\":{");
	number(&t, "size", h->size);
	add(&t, ",");
	word(&t, "mime", ct_image_mime(h->res.kind));
	if (info->w) {
		add(&t, ",");
		number(&t, "width", info->w);
		add(&t, ",");
		number(&t, "height", info->h);
	}
	if (info->frames > 1) {
		add(&t, ",");
		number(&t, "frames", info->frames);
	}
	if (info->trailing) {
		add(&t, ",");
		number(&t, "trailing_bytes", info->trailing);
	}
	add(&t, ",");
	word(&t, "decode", ct_image_status(h->res.status));
	add(&t, "}");
	if (h->unread)
		return ct_strdup(t.s);
	add(&t, ",\"hashes\":{");
	digest(&t, "md5", h->sums.md5, CT_MD5_LEN);
	add(&t, ",");
	digest(&t, "sha1", h->sums.sha1, CT_SHA1_LEN);
	add(&t, ",");
	digest(&t, "sha256", h->sums.sha256, CT_SHA256_LEN);
	if (h->res.hashed)
		pdq(&t, &h->res);
	add(&t, "}");
	return ct_strdup(t.s);
}
