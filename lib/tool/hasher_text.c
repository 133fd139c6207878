/* hasher_text.c - the members file and hashes, as in ct-record(5) */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ham.h"
#include "hasher_impl.h"
#include "hex.h"
#include "rec.h"

static void
add(struct ct_text *t, const char *s)
{
	ct_text_add(t, s, strlen(s));
}

static void
number(struct ct_text *t, const char *name, uint64_t n)
{
	char s[64];

	(void)snprintf(s, sizeof s, "\"%s\":%" PRIu64, name, n);
	add(t, s);
}

static void
word(struct ct_text *t, const char *name, const char *value)
{
	add(t, "\"");
	add(t, name);
	add(t, "\":\"");
	add(t, value);
	add(t, "\"");
}

static void
digest(struct ct_text *t, const char *name, const uint8_t *bytes, size_t len)
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
pdq(struct ct_text *t, const struct ct_decoded *res)
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

/* Frames a second that were wanted, or which. */
static void
method(struct ct_text *t, bool keyframes, uint32_t rate)
{
	char s[32];
	int n;

	if (keyframes) {
		word(t, "vpdq_method", "key");
		return;
	}
	if (rate == 0) {
		word(t, "vpdq_method", "all");
		return;
	}
	n = snprintf(s, sizeof s, "%u.%03u", rate / 1000, rate % 1000);
	while (s[n - 1] == '0')
		n--;
	n -= s[n - 1] == '.';
	(void)snprintf(s + n, sizeof s - (size_t)n, "/s");
	word(t, "vpdq_method", s);
}

/* The path of a file, from the root and in UTF-8. */
static void
path_of(struct ct_text *t, const char *name, const char *path)
{
	json_t *rec = json_pack("{s:s}", name, path);
	size_t len;
	char *text = ct_rec_dump(rec, &len);

	add(t, ",");
	ct_text_add(t, text + 1, len - 2); /* without its braces */
	free(text);
	json_decref(rec);
}

static void
vpdq(struct ct_text *t, const struct ct_hasher_how *how,
    const struct ct_hashed *h)
{
	const struct ct_vpdq *v = &h->video.vpdq;
	char item[CT_VPDQ_LINE], *path;
	size_t i;

	add(t, ",\"vpdq\":[");
	for (i = 0; i < v->n; i++) {
		(void)ct_vpdq_item(&v->frame[i], item);
		add(t, i ? "," : "");
		add(t, item);
	}
	add(t, "],");
	method(t, how->video.keyframes, h->rate);
	if (h->cover) {
		add(t, ",");
		number(t, "vpdq_cover", (uint64_t)h->cover);
	}
	if (h->frames > v->n) {
		add(t, ",");
		number(t, "vpdq_frames", h->frames);
	}
	if (h->kept_tmk) {
		path = hasher_side(how->beside, &h->sums, ".tmk");
		path_of(t, "tmk", path);
		free(path);
	}
}

/* The members of file that only a video has, or what was decoded as one. */
static void
film(struct ct_text *t, const struct ct_hashed *h)
{
	const struct ct_video *v = &h->video;

	if (v->turn) {
		add(t, ",");
		number(t, "turn", v->turn);
	}
	if (!h->film)
		return;
	add(t, ",");
	number(t, "duration_ms", (uint64_t)v->ms);
	if (*v->format) {
		add(t, ",");
		word(t, "container", v->format);
	}
	if (*v->codec) {
		add(t, ",");
		word(t, "codec", v->codec);
	}
}

static void
file(struct ct_text *t, const struct ct_hashed *h)
{
	const struct ct_image_info *info = &h->res.info;

	add(t, "\"file\":{");
	number(t, "size", h->size);
	add(t, ",");
	word(t, "mime", ct_image_mime(h->res.kind));
	if (info->w) {
		add(t, ",");
		number(t, "width", info->w);
		add(t, ",");
		number(t, "height", info->h);
	}
	if (info->frames > 1 || (h->film && info->frames)) {
		add(t, ",");
		number(t, "frames", info->frames);
	}
	film(t, h);
	if (info->trailing) {
		add(t, ",");
		number(t, "trailing_bytes", info->trailing);
	}
	add(t, ",");
	word(t, "decode", ct_image_status(h->res.status));
	add(t, "}");
}

char *
hasher_text(const struct ct_hasher_how *how, const struct ct_hashed *h)
{
	struct ct_text t = { .len = 0 };

	file(&t, h);
	if (!h->unread) {
		add(&t, ",\"hashes\":{");
		digest(&t, "md5", h->sums.md5, CT_MD5_LEN);
		add(&t, ",");
		digest(&t, "sha1", h->sums.sha1, CT_SHA1_LEN);
		add(&t, ",");
		digest(&t, "sha256", h->sums.sha256, CT_SHA256_LEN);
		if (h->res.hashed)
			pdq(&t, &h->res);
		if (h->film && h->video.vpdq.n)
			vpdq(&t, how, h);
		add(&t, "}");
	}
	ct_text_add(&t, "", 1);
	return t.s;
}
