/* queue_key.c - the key of review.mac and what it proves */
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "hex.h"
#include "prog.h"
#include "queue.h"

#define MAC_LEN 32

int
ct_review_key(const char *dir, uint8_t key[CT_BLAKE_KEY], struct ct_err *err)
{
	char *path = ct_printf("%s/review.key", dir);
	uint8_t *buf;
	size_t len;
	int rc = ct_file_secret(path, CT_BLAKE_KEY, &buf, &len, err);

	if (!rc) {
		if (len == CT_BLAKE_KEY)
			memcpy(key, buf, CT_BLAKE_KEY);
		else
			rc = ct_fail(err, CT_DATAERR, "'%s' is not %d bytes",
			    path, CT_BLAKE_KEY);
		ct_wipe(buf, len);
		free(buf);
	}
	free(path);
	return rc;
}

void
ct_review_mac(const uint8_t key[CT_BLAKE_KEY], const char *sha256,
    const struct ct_viewed *v, char mac[65])
{
	uint8_t raw[MAC_LEN];
	struct ct_blake b;

	ct_blake_start(&b, sizeof raw, key);
	ct_blake_field(&b, sha256);
	ct_blake_field(&b, v->level);
	ct_blake_field(&b, v->entire ? "true" : "false");
	ct_blake_field(&b, v->exif ? "true" : "false");
	ct_blake_end(&b, raw, sizeof raw);
	ct_hex(raw, sizeof raw, mac);
}

bool
ct_review_proven(
    const uint8_t key[CT_BLAKE_KEY], const json_t *rec, struct ct_viewed *v)
{
	const char *mac = ct_rec_text(rec, "review.mac");
	struct ct_viewed said = {
		.level = ct_rec_text(rec, "review.viewed.level"),
		.entire = json_is_true(ct_rec_get(rec, "review.viewed.entire")),
		.exif = json_is_true(ct_rec_get(rec, "review.viewed.exif")),
	};
	char want[65], sha256[65];
	struct ct_err err;
	uint8_t raw[32];

	*v = (struct ct_viewed){ .level = "none" };
	if (!mac || !said.level ||
	    ct_rec_hash(rec, "sha256", raw, sizeof raw, &err))
		return false;
	ct_hex(raw, sizeof raw, sha256);
	ct_review_mac(key, sha256, &said, want);
	if (strlen(mac) != 64 || !ct_same(mac, want, 64))
		return false;
	*v = said;
	return true;
}

/* Of a video, too; of what is none the proof is what it was before. */
static void
add_video(struct ct_blake *b, const json_t *rec)
{
	const json_t *frames = ct_rec_get(rec, "hashes.vpdq"), *frame;
	const char *tmk = ct_rec_text(rec, "hashes.tmk");
	size_t i;

	if (!frames && !tmk)
		return;
	ct_blake_field(b, "video");
	ct_blake_field(b, tmk);
	json_array_foreach(frames, i, frame)
	{
		ct_blake_field(b, json_string_value(frame));
	}
}

void
ct_review_vouch(
    const uint8_t key[CT_BLAKE_KEY], const json_t *rec, char proof[65])
{
	static const char *const said[] = { "review.verdict", "review.class",
		"review.by", "review.at", "review.second", "review.content",
		"hashes.md5", "hashes.sha1", "hashes.sha256", "hashes.sha512",
		"hashes.pdq", "hashes.pdna" };
	uint8_t raw[MAC_LEN];
	struct ct_blake b;
	size_t i;

	ct_blake_start(&b, sizeof raw, key);
	ct_blake_field(&b, "verdict"); /* no review.mac */
	for (i = 0; i < sizeof said / sizeof said[0]; i++)
		ct_blake_field(&b, ct_rec_text(rec, said[i]));
	add_video(&b, rec);
	ct_blake_end(&b, raw, sizeof raw);
	ct_hex(raw, sizeof raw, proof);
}

bool
ct_review_vouched(const uint8_t key[CT_BLAKE_KEY], const json_t *rec)
{
	const char *proof = ct_rec_text(rec, "review.proof");
	char want[65];

	ct_review_vouch(key, rec, want);
	return proof && strlen(proof) == 64 && ct_same(proof, want, 64);
}
