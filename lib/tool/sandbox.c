#include "sandbox.h"

#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "blake.h"
#include "clock.h"
#include "prog.h"
#include "sandbox_impl.h"
#include "schema.h"
#include "xml.h"

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
	box->basic = ct_alloc(CT_BASE64_LEN(strlen(pair)) + 1, 1);
	ct_base64(pair, strlen(pair), box->basic);
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
