/* The journal in many hands: one commit for what comes at the same time. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tap.h"
#include "outbox.h"
#include "prog.h"
#include "store.h"

enum { THREADS = 8, REPORTS = 20, FILES = 3 };

static struct ct_outbox *ob;
static char dir[] = "/tmp/ct-outbox-XXXXXX";
static _Atomic int bad;

/* Another process, that sees only what is committed. */
static bool
seen(struct ct_store *st, const char *key, const char *event, int n)
{
	struct ct_err err;
	int64_t have = 0;

	return ct_store_int(st, &have, &err,
		   "SELECT count(*) FROM events WHERE key=? AND event=?", "ss",
		   key, event) == 1 &&
	    have == n;
}

static void
report(struct ct_store *st, const char *key)
{
	const struct ct_outbox_new new_ = {
		.key = key, .record = "{}", .digest = "d"
	};
	struct ct_outbox_report r;
	struct ct_err err;
	int i;

	bad += ct_outbox_accept(ob, &new_, &r, &err) != 0 || !r.fresh;
	bad += !seen(st, key, "accept", 1);
	for (i = 0; i < FILES; i++) {
		bad += ct_outbox_note(ob, &r, "upload-sent",
			   json_pack("{s:i}", "i", i), NULL, 0, &err) != 0;
		bad += !seen(st, key, "upload-sent", i + 1);
		bad += ct_outbox_note(ob, &r, "uploaded",
			   json_pack("{s:i,s:s}", "i", i, "file_id", key), NULL,
			   0, &err) != 0;
		bad += !seen(st, key, "uploaded", i + 1);
	}
	ct_outbox_done(&r);
	bad += ct_outbox_load(ob, key, &r, &err) != 0;
	bad += r.nfiles != FILES || strcmp(r.file[FILES - 1].id, key) != 0;
	ct_outbox_done(&r);
}

static void *
work(void *arg)
{
	static const char *const none[] = { "", "", NULL };
	int i, me = *(int *)arg;
	struct ct_store *st;
	struct ct_err err;
	char key[33], path[64];

	(void)snprintf(path, sizeof path, "%s/outbox-test.db", dir);
	if (ct_store_open(&st, path, none, &err)) {
		bad++;
		return NULL;
	}
	for (i = 0; i < REPORTS; i++) {
		(void)snprintf(key, sizeof key, "%032d", me * REPORTS + i);
		report(st, key);
	}
	ct_store_close(st);
	return NULL;
}

int
main(void)
{
	enum { EVENTS = THREADS * REPORTS * (1 + 2 * FILES) };
	struct ct_outbox_effort done;
	pthread_t thread[THREADS];
	int n[THREADS], i;
	struct ct_err err;
	char *keys, path[64];
	size_t k, keyn = 0;

	if (!mkdtemp(dir))
		return 1;
	json_object_seed(0);
	ok(ct_outbox_open(&ob, dir, false, true, &err) == 0, "opened");
	for (i = 0; i < THREADS; i++) {
		n[i] = i;
		if (pthread_create(&thread[i], NULL, work, &n[i]))
			return 1;
	}
	for (i = 0; i < THREADS; i++)
		(void)pthread_join(thread[i], NULL);
	ok(!bad, "every event was committed before anyone went on");
	ct_outbox_worked(ob, &done);
	ok(done.events == EVENTS, "all %d are counted", EVENTS);
	ok(done.commits < done.events, "in fewer commits (%lld)",
	    (long long)done.commits);
	ok(ct_outbox_keys(ob, CT_OUTBOX_ALL, &keys, &err) == 0, "the keys");
	for (k = 0; keys[k]; k += strlen(keys + k) + 1)
		keyn++;
	ok(keyn == (size_t)THREADS * REPORTS, "are all there");
	free(keys);
	ct_outbox_close(ob);
	(void)snprintf(path, sizeof path, "%s/outbox-test.db", dir);
	(void)unlink(path);
	(void)snprintf(path, sizeof path, "%s/outbox-test.lock", dir);
	(void)unlink(path);
	ok(rmdir(dir) == 0, "nothing is left behind");
	done();
}
