/* ct-submit, broken: that it is about to do something is written only with
 * what came of it. */
#include <string.h>

#include "wrap.h"

#define LATE_MAX 16

/* of one thread: that has a report to itself */
static _Thread_local struct {
	const char *event;
	json_t *detail;
	struct ct_outbox_report as; /* key and attempt: what is written */
} late[LATE_MAX];
static _Thread_local size_t nlate;

/* What of r an event in the journal is written with. */
static struct ct_outbox_report
shadow(const struct ct_outbox_report *r)
{
	struct ct_outbox_report as = { .attempts = r->attempts };

	memcpy(as.key, r->key, sizeof as.key);
	return as;
}

static int
write_late(struct ct_outbox *ob, const char *key, struct ct_err *err)
{
	size_t i, n = 0;
	int rc = 0;

	for (i = 0; i < nlate; i++)
		if (strcmp(late[i].as.key, key) == 0 && !rc)
			rc = __real_ct_outbox_note(ob, &late[i].as,
			    late[i].event, late[i].detail, NULL, 0, err);
		else
			late[n++] = late[i];
	nlate = n;
	return rc;
}

int
__wrap_ct_outbox_note(struct ct_outbox *ob, struct ct_outbox_report *r,
    const char *event, json_t *detail, const void *body, size_t len,
    struct ct_err *err)
{
	size_t n = strlen(event);
	int rc;

	if (n > 5 && strcmp(event + n - 5, "-sent") == 0 && nlate < LATE_MAX) {
		late[nlate].event = event;
		late[nlate].detail = json_incref(detail);
		late[nlate++].as = shadow(r);
		return __real_ct_outbox_note(
		    NULL, r, event, detail, body, len, err);
	}
	if ((rc = write_late(ob, r->key, err)))
		return rc;
	return __real_ct_outbox_note(ob, r, event, detail, body, len, err);
}
