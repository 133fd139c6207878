/* What was seen of a file is proven by its mac, and by nothing else. */
#include "queue.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tap.h"

#define SHA256 \
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static struct ct_err err;
static json_t *last;

static int
keep(json_t *rec, void *arg, struct ct_err *e)
{
	(void)e;
	++*(int *)arg;
	json_decref(last);
	last = json_incref(rec);
	return 0;
}

static bool
proven(const uint8_t *key, bool entire)
{
	struct ct_viewed v;
	bool good = ct_review_proven(key, last, &v);

	return good && strcmp(v.level, "full") == 0 && v.entire == entire;
}

int
main(void)
{
	static const struct ct_taking take = { .all = true };
	static const struct ct_viewed tile = { "tile", false, false },
				      full = { "full", false, false },
				      whole = { "full", true, true };
	static const struct ct_wanted all;
	static const struct ct_pick pick = { .account = "u1" };
	struct ct_decision d = {
		.verdict = ct_verdict_named("csam"), .class = "A1", .by = "r7"
	};
	char dir[] = "/tmp/ct-queue.XXXXXX", mac[65], other[65], cmd[64];
	uint8_t key[CT_BLAKE_KEY], wrong[CT_BLAKE_KEY] = { 1 };
	struct ct_viewed v;
	struct ct_queue *q;
	json_t *rec = json_pack("{s:s, s:{s:s}, s:{s:s}}", "id", "a", "user",
	    "id", "u1", "hashes", "sha256", SHA256);
	const char *what;
	int64_t view;
	int n = 0;

	ok(ct_class_ok("A1") && ct_class_ok("B2") && !ct_class_ok("A3") &&
		!ct_class_ok("C1") && !ct_class_ok("A") && !ct_class_ok(""),
	    "the classes are A1 A2 B1 B2");
	ok(!ct_verdict_named("CSAM"), "a verdict is spelled in one way");
	if (!mkdtemp(dir))
		return 1;
	ok(ct_review_key(dir, key, &err) == CT_NOINPUT, "no key at first");
	ok(ct_queue_open(&q, dir, &err) == 0, "the queue opens: %s", err.msg);
	ok(ct_review_key(dir, key, &err) == 0, "then there is one");
	ok(ct_queue_add(q, rec, &take, &what, &err) == 0 &&
		strcmp(what, "queued") == 0,
	    "added");
	ok(ct_queue_add(q, rec, &take, &what, &err) == 0 &&
		strcmp(what, "known") == 0,
	    "once");
	ok(ct_queue_decide(q, &pick, &d, keep, &n, &err) == 0 && n == 1 &&
		!ct_review_proven(key, last, &v),
	    "a decision proves no view");

	ok(ct_queue_decided(q, &all, keep, &n, &err) == 0 &&
		ct_review_proven(key, last, &v) &&
		strcmp(v.level, "none") == 0 && !v.entire && !v.exif,
	    "unseen: none is proven");
	ok(ct_review_vouched(key, last) && !ct_review_vouched(wrong, last),
	    "the verdict is proven, not under another key");
	(void)json_object_set_new(
	    ct_rec_get(last, "review"), "verdict", json_string("not_csam"));
	ok(!ct_review_vouched(key, last), "not another one");
	(void)json_object_set_new(
	    ct_rec_get(last, "review"), "verdict", json_string("csam"));
	ok(ct_review_vouched(key, last), "only that");
	(void)json_object_set_new(ct_rec_get(last, "hashes"), "md5",
	    json_string("00000000000000000000000000000000"));
	ok(!ct_review_vouched(key, last), "nor of other hashes");
	(void)ct_queue_view_begin(q, SHA256, "r7", &full, &view, &err);
	(void)ct_queue_view_begin(q, SHA256, "r8", &tile, &view, &err);
	(void)ct_queue_decided(q, &all, keep, &n, &err);
	ok(proven(key, false), "the most that was seen counts");
	(void)ct_queue_view_begin(q, SHA256, "r7", &whole, &view, &err);
	(void)ct_queue_decided(q, &all, keep, &n, &err);
	ok(proven(key, true), "the whole of it, then");
	ok(!proven(wrong, true), "not under another key");
	(void)json_object_set_new(
	    ct_rec_get(last, "review.viewed"), "exif", json_false());
	ok(!proven(key, true), "not if a flag was changed");
	(void)json_object_set_new(
	    ct_rec_get(last, "review.viewed"), "exif", json_true());
	(void)json_object_set_new(ct_rec_get(last, "hashes"), "sha256",
	    json_string("00000000000000000000000000000000"
			"00000000000000000000000000000000"));
	ok(!proven(key, true), "not for other content");

	ct_review_mac(key, SHA256, &tile, mac);
	ct_review_mac(key, SHA256, &full, other);
	ok(strcmp(mac, other) != 0, "the level is part of it");
	ct_queue_close(q);
	json_decref(last);
	json_decref(rec);
	(void)snprintf(cmd, sizeof cmd, "rm -r %s", dir);
	ok(system(cmd) == 0, "cleared up");
	done();
}
