/* Any lines as records for the queue, and as reports that ack its items: what
 * is not filed stays in it. */
#include "fuzz.h"

#include "queue.h"

static struct ct_queue *q;
static char dir[64];

static void
gone(void)
{
	static const char *const name[] = { "review.db", "review.db-wal",
		"review.db-shm", "review.key", "" };
	char path[96];
	size_t i;

	ct_queue_close(q);
	for (i = 0; *name[i]; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", dir, name[i]);
		(void)unlink(path);
	}
	(void)rmdir(dir);
}

static void
setup(void)
{
	struct ct_err err = { 0 };

	(void)snprintf(dir, sizeof dir, "%s/ct-queue.XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	must(mkdtemp(dir) && ct_queue_open(&q, dir, &err) == 0);
	must(atexit(gone) == 0);
}

static int
each(json_t *rec, void *arg, struct ct_err *err)
{
	(void)err;
	must(json_is_object(rec) &&
	    (ct_rec_text(rec, "hashes.sha256") ||
		ct_rec_text(rec, "review.content")));
	++*(int *)arg;
	return 0;
}

static long
stat_of(const char *name)
{
	struct ct_err err = { 0 };
	json_t *stats = NULL;
	long n;

	must(ct_queue_stats(q, &stats, &err) == 0);
	n = (long)json_integer_value(json_object_get(stats, name));
	json_decref(stats);
	return n;
}

static void
line(const char *text, size_t len)
{
	static const uint8_t key[CT_BLAKE_KEY];
	static const struct ct_taking all = { .all = true, .replace = true };
	struct ct_pick pick = { .account = NULL };
	struct ct_err err = { 0 };
	struct ct_viewed v;
	const char *outcome;
	json_t *rec = ct_json_object(text, len, &err);
	long acked = stat_of("acked");
	int n = 0;

	if (!rec)
		return;
	must(!ct_review_proven(key, rec, &v) && !v.entire && !v.exif);
	if (ct_queue_ack(q, rec, &outcome, &err))
		must(err.code && *err.msg);
	must(stat_of("acked") == acked);
	if (ct_queue_add(q, rec, &all, &outcome, &err) == 0)
		must(ct_queue_list(q, &pick, each, &n, &err) == 0 &&
		    (n > 0 || ct_review_along(rec)));
	json_decref(rec);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = fuzz_text(data, len), *rest = text, *one;

	if (!q)
		setup();
	while ((one = strsep(&rest, "\n")))
		if (*one)
			line(one, strlen(one));
	free(text);
	return 0;
}
