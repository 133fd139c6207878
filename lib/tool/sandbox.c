#include "sandbox.h"

#include <stdlib.h>
#include <string.h>

#include "blake.h"
#include "clock.h"
#include "prog.h"
#include "sandbox_impl.h"
#include "schema.h"
#include "xml.h"

static char *
base64(const char *text)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789+/=";
	const unsigned char *s = (const unsigned char *)text;
	size_t len = strlen(text), i, n = 0;
	char *out = ct_alloc(len / 3 * 4 + 5, 1);
	unsigned v;

	for (i = 0; i < len; i += 3) {
		v = (unsigned)s[i] << 16;
		v |= i + 1 < len ? (unsigned)s[i + 1] << 8 : 0;
		v |= i + 2 < len ? (unsigned)s[i + 2] : 0;
		out[n++] = digit[v >> 18];
		out[n++] = digit[v >> 12 & 63];
		out[n++] = digit[i + 1 < len ? v >> 6 & 63 : 64];
		out[n++] = digit[i + 2 < len ? v & 63 : 64];
	}
	return out;
}

int
ct_sandbox_new(struct ct_sandbox **out, const char *user, const char *password,
    size_t page, struct ct_err *err)
{
	struct ct_sandbox *box = ct_alloc(1, sizeof *box);
	uint32_t n;
	char *pair;

	*out = NULL;
	if (ct_schema(&box->xsd, err)) {
		free(box);
		return err->code;
	}
	pair = ct_printf("%s:%s", user, password);
	box->basic = base64(pair);
	ct_wipe(pair, strlen(pair));
	free(pair);
	box->user = ct_strdup(user);
	box->password = ct_strdup(password);
	box->page = page;
	ct_sandbox_webhook_new(box);
	ct_sandbox_feeds_new(box);
	box->clock = -1;
	box->log = ct_alloc(SANDBOX_LOG_MAX, sizeof *box->log);
	(void)pthread_mutex_init(&box->lock, NULL);
	/* nine digits, and others at the next start: an id of the last one
	 * is then no report of this one */
	ct_random(&n, sizeof n);
	box->next_id = 100000000 + n % 800000000;
	*out = box;
	return 0;
}

void
ct_sandbox_free(struct ct_sandbox *box)
{
	size_t i;

	if (!box)
		return;
	ct_sandbox_stop(box);
	for (i = 0; i < box->nreports; i++)
		ct_sandbox_report_free(&box->report[i]);
	for (i = 0; i < box->nentries; i++)
		ct_sandbox_entry_free(&box->entry[i]);
	for (i = 0; i < SANDBOX_LOG_MAX; i++) {
		free(box->log[i].method);
		free(box->log[i].path);
	}
	ct_wipe(box->basic, strlen(box->basic));
	ct_xsd_free(box->xsd);
	ct_wipe(box->password, strlen(box->password));
	ct_sandbox_webhook_free(box);
	ct_sandbox_feeds_free(box);
	free(box->report);
	free(box->entry);
	free(box->index);
	free(box->fault);
	free(box->log);
	free(box->basic);
	free(box->user);
	free(box->password);
	(void)pthread_mutex_destroy(&box->lock);
	free(box);
}

int
ct_sandbox_clock(struct ct_sandbox *box, const char *time, struct ct_err *err)
{
	int64_t ms = -1;

	if (time && ct_time_parse(time, &ms) < 0)
		return ct_fail(err, CT_USAGE, "clock: want a time with a zone");
	box->clock = ms;
	return 0;
}

int64_t
ct_sandbox_now(const struct ct_sandbox *box)
{
	return box->clock >= 0 ? box->clock : ct_now();
}
