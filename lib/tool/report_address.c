/* report_address.c - of very many addresses of an account, the older ones */
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "report_impl.h"

#define EVENTS 300       /* in the document */
#define CSV_BYTES 100000 /* of one file */
#define SHORT 200        /* characters of a cell */

static const char header[] = "time,address,port,event,proxy\r\n";

struct event {
	int64_t ms; /* -1: of no time */
	size_t i;
};

static int
newest_first(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	if (x->ms != y->ms)
		return x->ms > y->ms ? -1 : 1;
	return x->i < y->i ? -1 : x->i > y->i;
}

static struct event *
sorted(const json_t *list)
{
	size_t i, n = json_array_size(list);
	struct event *all = ct_alloc(n + 1, sizeof *all);
	struct ct_err none = { 0 };
	const json_t *at;

	for (i = 0; i < n; i++) {
		at = json_object_get(json_array_get(list, i), "at");
		all[i] = (struct event){ -1, i };
		if (at && ct_report_time(&all[i].ms, "at", at, &none))
			all[i].ms = -1;
	}
	qsort(all, n, sizeof *all, newest_first);
	return all;
}

/* What is no object is told whole, as the address. */
static void
row(struct ct_text *text, const json_t *event, bool *guarded)
{
	static const char *const names[] = { "at", "address", "port", "event",
		"proxy" };
	char *raw, *soft;
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		raw = ct_thread_text(json_is_object(event)
			? json_object_get(event, names[i])
			: i == 1 ? event
				 : NULL);
		soft = ct_soft_text(raw, SHORT);
		ct_csv_cell(text, i == 0, soft, guarded);
		free(soft);
		free(raw);
	}
	ct_text_add(text, "\r\n", 2);
}

static int
attach(json_t *files, size_t part, struct ct_text *text, bool guarded,
    struct ct_err *err)
{
	json_t *bytes = json_stringn(text->s, text->len), *file;
	char *name = ct_printf("addresses-%zu.csv", part);
	char *id = ct_printf("addresses:%zu", part);
	json_t *info = json_pack("[s]",
	    "Addresses from which the account was used, before those in the "
	    "report or at no known time.");
	int rc;

	if (guarded)
		(void)json_array_append_new(info, json_string(CT_CSV_GUARD));
	rc = ct_told_file(&file, id, name, "text/csv", bytes, info, err);
	if (!rc)
		(void)json_array_append_new(files, file);
	json_decref(bytes);
	free(id);
	free(name);
	ct_text_free(text);
	*text = (struct ct_text){ 0 };
	return rc;
}

int
ct_address_files(json_t *user, json_t *files, json_t *notes, struct ct_err *err)
{
	json_t *list = json_object_get(user, "ip"), *kept;
	size_t i, n = json_array_size(list), part = 0;
	struct ct_text text = { 0 };
	struct event *all;
	bool guarded = false;
	int rc = 0;

	if (n <= EVENTS)
		return 0;
	all = sorted(list);
	kept = json_array();
	for (i = 0; i < n && !rc; i++) {
		json_t *event = json_array_get(list, all[i].i);

		if (i < EVENTS) {
			(void)json_array_append(kept, event);
			continue;
		}
		if (!text.len)
			ct_text_add(&text, header, sizeof header - 1);
		row(&text, event, &guarded);
		if (text.len > CSV_BYTES || i + 1 == n)
			rc = attach(files, ++part, &text, guarded, err);
	}
	(void)json_object_set_new(user, "ip", kept);
	ct_soft_note(notes, "user.ip",
	    "has very many: the newest are in the report, the rest in "
	    "addresses-1.csv and so on");
	free(all);
	return rc;
}
