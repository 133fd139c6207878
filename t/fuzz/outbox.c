/* Any lines as a journal, "EVENT DETAIL": what they add up to makes sense. */
#include "fuzz.h"

#include "filing.h"
#include "outbox.h"
#include "rec.h"

static void
sane(const struct ct_outbox_report *r)
{
	size_t i;

	must(memchr(r->id, 0, sizeof r->id) &&
	    memchr(r->sent_digest, 0, sizeof r->sent_digest));
	must(!r->held || r->why);
	for (i = 0; i < r->nfiles; i++)
		must(memchr(r->file[i].id, 0, sizeof r->file[i].id));
}

static void
tell(struct ct_outbox_report *r)
{
	struct ct_filing f = { .ob = NULL };
	struct ct_filing_end end = { .status = 0 };

	json_decref(ct_filing_submission(&f, r, &end));
	json_decref(ct_filing_status(&f, r));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ct_outbox_report r = { .key = "k" };
	char *text = fuzz_text(data, len), *rest = text, *event, *detail;
	struct ct_err err = { 0 };
	bool finished = false;
	json_t *more;
	int n;

	r.record = strdup("{\"id\":\"report:k\"}");
	for (n = 0; n < 50 && rest; n++) {
		detail = strsep(&rest, "\n");
		event = strsep(&detail, " ");
		more = detail ? ct_json_object(detail, strlen(detail), &err)
			      : NULL;
		if (ct_outbox_note(NULL, &r, event, more, NULL, 0, &err))
			break; /* it must not be used */
		sane(&r);
		must(r.finished || !finished); /* for ever */
		finished = r.finished;
		tell(&r);
	}
	ct_outbox_done(&r);
	free(text);
	return 0;
}
