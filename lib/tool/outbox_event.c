/* outbox_event.c - what events add up to: see outbox.h */
#include <stdlib.h>
#include <string.h>

#include "outbox_impl.h"
#include "prog.h"

#define FILES_MAX 100000

static void
copy(char *to, size_t cap, const json_t *detail, const char *name)
{
	const char *text = json_string_value(json_object_get(detail, name));
	size_t len = text ? strlen(text) : 0;

	if (len >= cap)
		len = 0;
	memcpy(to, text ? text : "", len);
	to[len] = '\0';
}

static struct ct_outbox_file *
file_of(struct ct_outbox_report *r, const json_t *detail)
{
	json_int_t i = json_integer_value(json_object_get(detail, "i"));

	if (i < 0 || i >= FILES_MAX)
		return NULL;
	if ((size_t)i >= r->nfiles) {
		r->file = ct_grow(r->file, (size_t)i + 1, sizeof *r->file);
		memset(r->file + r->nfiles, 0,
		    ((size_t)i + 1 - r->nfiles) * sizeof *r->file);
		r->nfiles = (size_t)i + 1;
	}
	return &r->file[i];
}

static void
no_draft(struct ct_outbox_report *r)
{
	r->open = false;
	r->doubt = r->before = (struct ct_doubt){ 0 };
	r->id[0] = '\0';
	free(r->file);
	r->file = NULL;
	r->nfiles = 0;
}

static void
on_submit_sent(struct ct_outbox_report *r, const struct ct_event *ev)
{
	no_draft(r);
	r->attempts++;
	r->doubt.submit = true;
	copy(r->sent_digest, sizeof r->sent_digest, ev->detail, "digest");
}

static void
on_open(struct ct_outbox_report *r, const struct ct_event *ev)
{
	r->doubt.submit = false;
	r->open = true;
	r->opened = r->changed = ev->at;
	copy(r->id, sizeof r->id, ev->detail, "report_id");
}

static void
on_draft_sent(struct ct_outbox_report *r, const struct ct_event *ev)
{
	(void)ev;
	r->doubt.draft = true;
}

static void
on_uploaded(struct ct_outbox_report *r, const struct ct_event *ev)
{
	struct ct_outbox_file *f = file_of(r, ev->detail);

	r->doubt.draft = false;
	r->changed = ev->at;
	if (!f)
		return;
	f->uploaded = true;
	copy(f->id, sizeof f->id, ev->detail, "file_id");
}

static void
on_described(struct ct_outbox_report *r, const struct ct_event *ev)
{
	struct ct_outbox_file *f = file_of(r, ev->detail);

	r->doubt.draft = false;
	r->changed = ev->at;
	if (f)
		f->described = true;
}

static void
on_finish_sent(struct ct_outbox_report *r, const struct ct_event *ev)
{
	(void)ev;
	r->doubt.finish = true;
}

static void
on_done(struct ct_outbox_report *r, const struct ct_event *ev)
{
	r->open = false;
	r->doubt = (struct ct_doubt){ 0 };
	r->finished = true;
	r->finished_at = ev->at;
}

static void
on_retract_sent(struct ct_outbox_report *r, const struct ct_event *ev)
{
	(void)ev;
	r->doubt.retract = true;
}

static void
on_retracted(struct ct_outbox_report *r, const struct ct_event *ev)
{
	(void)ev;
	no_draft(r);
}

static void
on_orphan(struct ct_outbox_report *r, const struct ct_event *ev)
{
	(void)ev;
	no_draft(r);
	r->orphans++;
}

/* The call did nothing: what was in doubt before it still is, no more. */
static void
on_failed(struct ct_outbox_report *r, const struct ct_event *ev)
{
	(void)ev;
	r->doubt = r->before;
}

static void
on_pause(struct ct_outbox_report *r, const struct ct_event *ev)
{
	const char *why = json_string_value(json_object_get(ev->detail, "why"));

	r->until = json_integer_value(json_object_get(ev->detail, "until"));
	r->pauses++;
	if (r->held)
		return;
	free(r->why);
	r->why = ct_strdup(why ? why : "");
}

static void
on_hold(struct ct_outbox_report *r, const struct ct_event *ev)
{
	const char *why = json_string_value(json_object_get(ev->detail, "why"));

	r->held = true;
	free(r->why);
	r->why = ct_strdup(why ? why : "");
}

static void
on_resume(struct ct_outbox_report *r, const struct ct_event *ev)
{
	(void)ev;
	r->held = false;
	r->until = r->pauses = 0;
	free(r->why);
	r->why = NULL;
}

static bool
among(const json_t *list, const json_t *text)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		if (json_equal(json_array_get(list, i), text))
			return true;
	return false;
}

static void
on_lacks(struct ct_outbox_report *r, const struct ct_event *ev)
{
	const json_t *files = json_object_get(ev->detail, "files");
	json_t *sha256;
	size_t i;

	if (!r->lacks)
		r->lacks = json_array();
	for (i = 0; i < json_array_size(files); i++) {
		sha256 = json_array_get(files, i);
		if (json_is_string(sha256) && !among(r->lacks, sha256))
			(void)json_array_append(r->lacks, sha256);
	}
}

static void
on_accept(struct ct_outbox_report *r, const struct ct_event *ev)
{
	if (!r->accepted)
		r->accepted = ev->at;
	r->until = r->pauses = 0; /* other content, another chance */
	r->desk = json_object_get(ev->detail, "authority") != NULL;
}

static void
settled(struct ct_outbox_report *r, const struct ct_event *ev, const char *name)
{
	const char *ref = json_string_value(json_object_get(ev->detail, name));

	free(r->ref);
	r->ref = ct_strdup(ref ? ref : "");
	r->finished_at = ev->at;
}

static void
on_filed(struct ct_outbox_report *r, const struct ct_event *ev)
{
	r->filed = true;
	settled(r, ev, "ref");
}

static void
on_exempt(struct ct_outbox_report *r, const struct ct_event *ev)
{
	r->exempt = true;
	settled(r, ev, "report_id");
}

static const struct {
	const char *name;
	void (*apply)(struct ct_outbox_report *r, const struct ct_event *ev);
} events[] = {
	{ "accept", on_accept },
	{ "submit-sent", on_submit_sent },
	{ "open", on_open },
	{ "upload-sent", on_draft_sent },
	{ "uploaded", on_uploaded },
	{ "fileinfo-sent", on_draft_sent },
	{ "fileinfo-done", on_described },
	{ "finish-sent", on_finish_sent },
	{ "done", on_done },
	{ "retract-sent", on_retract_sent },
	{ "retracted", on_retracted },
	{ "orphan", on_orphan },
	{ "failed", on_failed },
	{ "pause", on_pause },
	{ "hold", on_hold },
	{ "resume", on_resume },
	{ "lacks", on_lacks },
	{ "filed", on_filed },
	{ "exempt", on_exempt },
};

int
ct_outbox_apply(
    struct ct_outbox_report *r, const struct ct_event *ev, struct ct_err *err)
{
	size_t i, len = strlen(ev->name);

	for (i = 0; i < sizeof events / sizeof *events; i++)
		if (strcmp(ev->name, events[i].name) == 0) {
			if (len > 5 && strcmp(ev->name + len - 5, "-sent") == 0)
				r->before = r->doubt;
			events[i].apply(r, ev);
			return 0;
		}
	/* of a later version, or damage: nothing may be guessed from it */
	return ct_fail(err, CT_CONFIG,
	    "'report:%s': the outbox holds an unknown event", r->key);
}

const char *
ct_outbox_state(const struct ct_outbox_report *r)
{
	return r->finished ? "finished"
	    : r->filed     ? "filed"
	    : r->exempt    ? "exempt"
	    : r->desk      ? "due"
	    : r->held      ? "held"
			   : "pending";
}
