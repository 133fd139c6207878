/* outbox_write.c - into the journal: many threads, one commit */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "outbox_impl.h"
#include "prog.h"

void
ct_outbox_enter(struct ct_outbox *ob)
{
	(void)pthread_mutex_lock(&ob->mutex);
	while (ob->busy)
		(void)pthread_cond_wait(&ob->free, &ob->mutex);
	ob->busy = true;
	(void)pthread_mutex_unlock(&ob->mutex);
}

void
ct_outbox_leave(struct ct_outbox *ob)
{
	(void)pthread_mutex_lock(&ob->mutex);
	ob->busy = false;
	(void)pthread_cond_broadcast(&ob->free);
	(void)pthread_mutex_unlock(&ob->mutex);
}

/* ---- one transaction --------------------------------------------------------
 */

static int
accept(struct ct_outbox *ob, const struct ct_write *w, struct ct_err *err)
{
	return ct_store_do(ob->st, err,
	    "INSERT INTO reports(key, state, digest, record, account,"
	    " accepted_at) VALUES(?,'pending',?,?,?,?)"
	    " ON CONFLICT(key) DO UPDATE SET digest=excluded.digest,"
	    " record=excluded.record, account=excluded.account",
	    "ssssi", w->r->key, w->r->digest, w->r->record, w->accept->account,
	    w->ev->at);
}

static int
insert(struct ct_outbox *ob, const struct ct_write *w, struct ct_err *err)
{
	char *text =
	    w->ev->detail ? json_dumps(w->ev->detail, JSON_COMPACT) : NULL;
	int rc;

	rc = ct_store_do(ob->st, err,
	    "INSERT INTO events(key, attempt, at, event, detail, body)"
	    " VALUES(?,?,?,?,?,nullif(?,x''))",
	    "siissb", w->r->key, (int64_t)w->r->attempts, w->ev->at,
	    w->ev->name, text, w->body ? w->body : "", w->len);
	free(text);
	return rc;
}

static int
summarise(
    struct ct_outbox *ob, const struct ct_outbox_report *r, struct ct_err *err)
{
	return ct_store_do(ob->st, err,
	    "UPDATE reports SET state=?, report_id=nullif(?,''), attempts=?,"
	    " finished_at=nullif(?,0) WHERE key=?",
	    "ssiis", ct_outbox_state(r), r->id, (int64_t)r->attempts,
	    r->finished_at, r->key);
}

static int
commit(struct ct_outbox *ob, const struct ct_write *w, struct ct_err *err)
{
	int rc = ct_store_begin(ob->st, err);

	for (; !rc && w; w = w->next) {
		if (w->accept)
			rc = accept(ob, w, err);
		if (!rc)
			rc = insert(ob, w, err);
		if (!rc)
			rc = summarise(ob, w->r, err);
	}
	if (!rc)
		rc = ct_store_commit(ob->st, err);
	if (rc)
		ct_store_rollback(ob->st);
	return rc;
}

/* ---- many of them -----------------------------------------------------------
 */

/* Make all that wait durable at once; the mutex is ours, but for that time. */
static void
lead(struct ct_outbox *ob)
{
	struct ct_write *w, *all = ob->queue;
	struct ct_err err = { 0 };
	int64_t since = ct_mono();
	int rc = ob->broken.code;

	ob->queue = NULL;
	ob->tail = &ob->queue;
	ob->busy = true;
	(void)pthread_mutex_unlock(&ob->mutex);
	if (!rc)
		rc = commit(ob, all, &err);
	(void)pthread_mutex_lock(&ob->mutex);
	if (rc && !ob->broken.code)
		ob->broken = err;
	ob->effort.commits++;
	ob->effort.ms += ct_mono() - since;
	for (w = all; w; w = all) {
		all = w->next;
		w->rc = rc;
		w->done = true;
		ob->effort.events++;
	}
	(void)pthread_cond_broadcast(
	    &ob->free); /* what is done need not wait */
	(void)pthread_mutex_unlock(&ob->mutex);
	ct_audit_feed_tick(&ob->feed);
	(void)pthread_mutex_lock(&ob->mutex);
	ob->busy = false;
	(void)pthread_cond_broadcast(&ob->free);
}

/*
 * While one thread waits for the disk, the others queue up; one of them then
 * takes all along.
 */
static int
store(struct ct_outbox *ob, struct ct_write *w, struct ct_err *err)
{
	(void)pthread_mutex_lock(&ob->mutex);
	*ob->tail = w;
	ob->tail = &w->next;
	while (!w->done) {
		if (ob->busy)
			(void)pthread_cond_wait(&ob->free, &ob->mutex);
		else
			lead(ob);
	}
	if (w->rc)
		*err = ob->broken;
	(void)pthread_mutex_unlock(&ob->mutex);
	return w->rc;
}

int
ct_outbox_note(struct ct_outbox *ob, struct ct_outbox_report *r,
    const char *event, json_t *detail, const void *body, size_t len,
    struct ct_err *err)
{
	struct ct_event ev = { event, ct_now(), detail };
	struct ct_write w = { .r = r, .ev = &ev, .body = body, .len = len };
	int rc;

	rc = ct_outbox_apply(r, &ev, err);
	if (!rc && ob)
		rc = store(ob, &w, err);
	json_decref(detail);
	return rc;
}

/* ---- accepting --------------------------------------------------------------
 */

/* *r is a report that the outbox does not have, or has with other content. */
static int
keep(struct ct_outbox *ob, struct ct_outbox_report *r,
    const struct ct_outbox_new *new_, struct ct_err *err)
{
	json_t *detail = json_pack("{s:s, s:s*}", "digest", new_->digest,
	    "authority", new_->authority);
	struct ct_event ev = { "accept", ct_now(), detail };
	struct ct_write w = { .r = r, .ev = &ev, .accept = new_ };
	int rc;

	free(r->record);
	r->record = ct_strdup(new_->record);
	r->digest[0] = '\0';
	(void)strncat(r->digest, new_->digest, sizeof r->digest - 1);
	if (!(rc = ct_outbox_apply(r, &ev, err)))
		rc = store(ob, &w, err);
	json_decref(detail);
	return rc;
}

/* A key is 32 digits, or of part k of n those and ".k/n": *split if others of
 * the same digits are not parts of n. */
static int
look_for_split(
    struct ct_outbox *ob, const char *key, bool *split, struct ct_err *err)
{
	const char *of = strchr(key, '/');
	char *like = ct_printf("%s%s", of ? "%" : "", of ? of : "");
	int64_t n = 0;
	int rc;

	ct_outbox_enter(ob);
	rc = ct_store_int(ob->st, &n, err,
	    "SELECT count(*) FROM reports WHERE substr(key,1,32)=substr(?,1,32)"
	    " AND substr(key,33) NOT LIKE ?",
	    "ss", key, like);
	ct_outbox_leave(ob);
	*split = n > 0;
	free(like);
	return rc > 1 ? rc : 0;
}

int
ct_outbox_accept(struct ct_outbox *ob, const struct ct_outbox_new *new_,
    struct ct_outbox_report *r, struct ct_err *err)
{
	size_t len = strlen(new_->key);
	int rc = ct_outbox_load(ob, new_->key, r, err);

	if (rc == CT_NO && len >= sizeof r->key)
		return ct_fail(err, CT_SOFTWARE, "a key is too long");
	if (rc == CT_NO) {
		memcpy(r->key, new_->key, len + 1);
		r->fresh = true;
		rc = look_for_split(ob, new_->key, &r->split, err);
	} else if (!rc &&
	    (r->finished || r->filed || r->exempt || r->doubt.finish ||
		strcmp(r->digest, new_->digest) == 0)) {
		return 0;
	}
	if (!rc)
		rc = keep(ob, r, new_, err);
	if (rc)
		ct_outbox_done(r);
	return rc;
}
