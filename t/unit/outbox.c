/* The journal: what it adds up to, and that it cannot be changed. */
#include "outbox.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tap.h"
#include "store.h"

#define KEY "0123456789abcdef0123456789abcdef"

static struct ct_outbox *ob;
static struct ct_outbox_report r;
static struct ct_err err;
static char dir[] = "/tmp/ct-outbox-XXXXXX";

/* Journal an event, and read it all again: memory and journal must agree. */
static void
note(const char *event, json_t *detail)
{
	struct ct_outbox_report again;
	bool same;

	if (ct_outbox_note(ob, &r, event, detail, NULL, 0, &err) ||
	    ct_outbox_load(ob, r.key, &again, &err)) {
		ok(0, "%s: %s", event, err.msg);
		return;
	}
	same = again.attempts == r.attempts && again.open == r.open &&
	    again.held == r.held && again.finished == r.finished &&
	    strcmp(again.id, r.id) == 0 && again.nfiles == r.nfiles &&
	    again.opened == r.opened && again.changed == r.changed &&
	    memcmp(&again.doubt, &r.doubt, sizeof r.doubt) == 0 &&
	    memcmp(&again.before, &r.before, sizeof r.before) == 0;
	ok(same, "%s: read back as it was", event);
	ct_outbox_done(&again);
}

static json_t *
text(const char *name, const char *value)
{
	return json_pack("{s:s}", name, value);
}

static json_t *
file(int i, const char *id)
{
	return json_pack("{s:i, s:s}", "i", i, "file_id", id);
}

static void
doubts(void)
{
	note("submit-sent", text("digest", "d1"));
	ok(r.doubt.submit && r.attempts == 1 && !r.open, "a draft in doubt");
	note("failed", NULL);
	ok(!r.doubt.submit && !r.open, "it was not opened");
	note("submit-sent", text("digest", "d1"));
	note("orphan", NULL);
	ok(!r.doubt.submit && r.orphans == 1, "an orphan is no draft of ours");
	note("submit-sent", text("digest", "d1"));
	note("open", text("report_id", "77"));
	ok(r.open && strcmp(r.id, "77") == 0 && r.attempts == 3, "a draft");
	note("upload-sent", file(1, ""));
	ok(r.doubt.draft, "a file in doubt");
	note("uploaded", file(1, "f1"));
	ok(!r.doubt.draft && r.nfiles == 2 && r.file[1].uploaded &&
		!r.file[0].uploaded && strcmp(r.file[1].id, "f1") == 0,
	    "the second file is there, the first is not");
	note("fileinfo-sent", file(1, ""));
	note("fileinfo-done", file(1, ""));
	ok(r.file[1].described && !r.doubt.draft, "and described");
	note("retract-sent", NULL);
	ok(r.doubt.retract && r.open, "given up, perhaps");
	note("retracted", NULL);
	ok(!r.open && !r.nfiles && !*r.id, "nothing is left of that draft");
	note("submit-sent", text("digest", "d1"));
	note("open", text("report_id", "78"));
	note("finish-sent", NULL);
	ok(r.doubt.finish && !r.before.finish, "filed, perhaps");
	note("finish-sent", NULL);
	ok(r.before.finish, "an earlier call may have done it");
	note("failed", NULL);
	ok(r.doubt.finish, "that this one did nothing says nothing of that");
	note("pause", json_pack("{s:i, s:s}", "until", 5, "why", "silence"));
	ok(r.until == 5 && r.pauses == 1 && strcmp(r.why, "silence") == 0 &&
		r.doubt.finish,
	    "a pause changes nothing else");
	note("hold", text("why", "look"));
	ok(r.held && strcmp(r.why, "look") == 0 && r.doubt.finish, "held");
	note("resume", NULL);
	ok(!r.held && r.doubt.finish, "let go on, in doubt as before");
	ok(!r.until && !r.pauses, "and without a pause");
	ok(ct_outbox_note(ob, &r, "done", NULL, "<a\0b>", 5, &err) == 0 &&
		r.finished && !r.open && strcmp(r.id, "78") == 0,
	    "filed");
}

static int
accept_it(const char *key, const char *record, const char *digest)
{
	return ct_outbox_accept(ob,
	    &(struct ct_outbox_new){
		.key = key, .record = record, .digest = digest },
	    &r, &err);
}

static void
desk(void)
{
	static const char key[] = "e123456789abcdef0123456789abcdef";
	const struct ct_outbox_new new_ = { .key = key,
		.record = "{}",
		.digest = "d",
		.account = "u1",
		.authority = "nca" };

	ok(ct_outbox_accept(ob, &new_, &r, &err) == 0 && r.desk &&
		strcmp(ct_outbox_state(&r), "due") == 0,
	    "one for another authority is due");
	note("exempt", text("report_id", "78"));
	ok(strcmp(ct_outbox_state(&r), "exempt") == 0 &&
		strcmp(r.ref, "78") == 0,
	    "exempt by a report of NCMEC's");
	note("filed", text("ref", "A/1"));
	ok(strcmp(ct_outbox_state(&r), "filed") == 0 &&
		strcmp(r.ref, "A/1") == 0 && !r.finished,
	    "or filed after all, by a person");
	ct_outbox_done(&r);
}

static int
count(const char *report_id, const char *record, void *arg)
{
	(void)record;
	ok(strcmp(report_id, "78") == 0, "it is the one of NCMEC's");
	++*(int *)arg;
	return 0;
}

static void
service(void)
{
	struct ct_outbox_service s = { .until = 9,
		.pauses = 2,
		.refused = "seal",
		.at = 8,
		.why = "because" };
	struct ct_outbox_service got;
	int n = 0;

	ok(ct_outbox_service(ob, &got, &err) == 0 && !got.until &&
		!*got.refused && !got.pauses,
	    "nothing is known of the service");
	ok(ct_outbox_service_keep(ob, &s, &err) == 0 &&
		ct_outbox_service(ob, &got, &err) == 0 && got.until == 9 &&
		got.pauses == 2 && got.at == 8 &&
		strcmp(got.refused, "seal") == 0 &&
		strcmp(got.why, "because") == 0,
	    "what is kept of it is read back");
	ok(ct_outbox_account(ob, NULL, count, &n, &err) == 0 && n == 1,
	    "reports about nobody that are finished: one");
	ok(ct_outbox_account(ob, "u1", count, &n, &err) == 0 && n == 1,
	    "what is filed elsewhere is none");
	ok(ct_outbox_has(ob, "78", &err) == 0 &&
		ct_outbox_has(ob, "A/1", &err) == CT_NO,
	    "whose numbers are ours");
}

static void
accepting(void)
{
	ok(accept_it(KEY, "{}", "d1") == 0 && r.fresh && !r.split &&
		strcmp(r.record, "{}") == 0,
	    "accepted");
	ct_outbox_done(&r);
	ok(accept_it(KEY, "{\"x\":1}", "d2") == 0 && !r.fresh &&
		strcmp(r.digest, "d2") == 0 &&
		strcmp(r.record, "{\"x\":1}") == 0,
	    "another content takes its place");
	doubts();
	ct_outbox_done(&r);
	ok(accept_it(KEY, "{}", "d3") == 0 && r.finished &&
		strcmp(r.digest, "d2") == 0,
	    "but not that of a finished report");
	ct_outbox_done(&r);
	ok(accept_it(KEY ".1/2", "{}", "d") == 0 && r.fresh && r.split,
	    "a part of what was one report stands out");
	ct_outbox_done(&r);
	ok(accept_it(KEY ".2/2", "{}", "d") == 0 && r.split,
	    "so does the other");
	ct_outbox_done(&r);
}

static void
parts(void)
{
	static const char other[] = "f123456789abcdef0123456789abcdef";
	char key[CT_OUTBOX_KEY];
	int i;

	for (i = 1; i <= 3; i++) {
		(void)snprintf(key, sizeof key, "%s.%d/3", other, i);
		ok(accept_it(key, "{}", "d") == 0 && !r.split, "part %d of 3",
		    i);
		ct_outbox_done(&r);
	}
	(void)snprintf(key, sizeof key, "%s.1/13", other);
	ok(accept_it(key, "{}", "d") == 0 && r.split,
	    "part 1 of 13 is another cut");
	ct_outbox_done(&r);
}

static void
reading(void)
{
	char *keys, *body;
	struct ct_outbox *second;
	size_t len;

	ok(ct_outbox_receipt(ob, KEY, &body, &len, &err) == 0 && len == 5 &&
		memcmp(body, "<a\0b>", 5) == 0,
	    "the receipt, byte for byte");
	free(body);
	ok(ct_outbox_receipt(ob, KEY ".1/2", &body, &len, &err) == CT_NO,
	    "none of what is not filed");
	ok(ct_outbox_keys(ob, CT_OUTBOX_OPEN, &keys, &err) == 0 &&
		strcmp(keys, KEY ".1/2") == 0,
	    "what is not finished");
	free(keys);
	ok(ct_outbox_keys(ob, CT_OUTBOX_ALL, &keys, &err) == 0 &&
		strcmp(keys, KEY) == 0,
	    "all there is, in order");
	free(keys);
	ok(ct_outbox_load(ob, "no", &r, &err) == CT_NO, "no such key");
	ok(ct_outbox_open(&second, dir, false, true, &err) == CT_TEMPFAIL,
	    "one writer");
	ok(ct_outbox_open(&second, dir, false, false, &err) == 0,
	    "a reader beside it");
	ct_outbox_close(second);
	ok(ct_outbox_open(&second, dir, true, false, &err) == CT_NO,
	    "the other environment has another");
	ct_outbox_close(ob);
}

int
main(void)
{
	struct ct_store *st;
	static const char *const version[] = { "", "", NULL };
	char path[64];

	if (!mkdtemp(dir))
		return 1;
	ok(ct_outbox_open(&ob, dir, false, true, &err) == 0, "opened");
	accepting();
	parts();
	desk();
	service();
	reading();
	(void)snprintf(path, sizeof path, "%s/outbox-test.db", dir);
	ok(ct_store_open(&st, path, version, &err) == 0, "as a database");
	ok(ct_store_do(st, &err, "DELETE FROM events", "") != 0,
	    "no event can be taken out");
	ok(ct_store_do(st, &err, "UPDATE events SET event='done'", "") != 0,
	    "nor changed");
	ct_store_close(st);
	(void)unlink(path);
	(void)snprintf(path, sizeof path, "%s/outbox-test.lock", dir);
	(void)unlink(path);
	(void)rmdir(dir);
	done();
}
