/* preserve_hold.c - what may not be destroyed, and by whose word: hold */
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "preserve_impl.h"
#include "prog.h"

static struct ct_vault_of
whom(const struct ct_preserve *p)
{
	return (struct ct_vault_of){ .user = p->user,
		.report = p->report,
		.object = p->object,
		.file = p->file };
}

/* Print the record that came of it, and exit if none did. */
static int
print(struct ct_vault *vault, json_t *rec, int rc, struct ct_err *err)
{
	struct ct_out out = { .fd = STDOUT_FILENO };

	ct_vault_leave(vault);
	preserve_must(rc, err);
	rc = ct_out_rec(&out, rec, err);
	json_decref(rec);
	return preserve_shown(&out, rc, err);
}

/* A day, to its end, or a moment; not in the past. */
static int64_t
until(const char *text)
{
	char day[CT_TIME_LEN];
	int64_t ms;

	(void)snprintf(day, sizeof day, "%.10sT23:59:59Z", text);
	if (ct_time_parse(strlen(text) == 10 ? day : text, &ms) < 0)
		ct_die(CT_USAGE, "--until: want YYYY-MM-DD, or a time with Z");
	if (ms < ct_now())
		ct_die(CT_USAGE, "--until: that is past");
	return ms;
}

int
preserve_hold_add(const struct ct_preserve *p)
{
	static const char *const kinds[] = { "2703f", "warrant", "order",
		"internal" };
	struct ct_vault_hold h = { p->kind, p->authority, p->ref, p->by,
		p->until ? until(p->until) : 0, p->user, p->report, p->object };
	struct ct_err err = { 0 };
	struct ct_vault *vault;
	json_t *rec;
	size_t i = 0;
	int rc;

	while (
	    i < sizeof kinds / sizeof kinds[0] && strcmp(h.kind, kinds[i]) != 0)
		i++;
	if (i == sizeof kinds / sizeof kinds[0])
		ct_die(
		    CT_USAGE, "--kind: want 2703f, warrant, order or internal");
	vault = preserve_enter(p, false);
	rc = ct_vault_hold_add(vault, &h, &rec, &err);
	if (!rc && json_integer_value(ct_rec_get(rec, "hold.objects")) == 0)
		ct_warn("nothing of it is in the vault yet");
	return print(vault, rec, rc, &err);
}

int
preserve_hold_release(const struct ct_preserve *p)
{
	struct ct_err err = { 0 };
	struct ct_vault *vault;
	json_t *rec;
	int rc;

	vault = preserve_enter_old(p);
	rc = ct_vault_hold_release(
	    vault, p->hold, p->by, p->reason, p->clock_ok, &rec, &err);
	return print(vault, rec, rc, &err);
}

int
preserve_hold_list(const struct ct_preserve *p)
{
	struct ct_out out = { .fd = STDOUT_FILENO };
	struct ct_vault_of of = whom(p);
	struct ct_err err = { 0 };
	struct ct_vault *vault;
	int rc;

	vault = preserve_look(p);
	rc = ct_vault_hold_list(vault, &of, p->hold, &out, &err);
	rc = preserve_shown(&out, rc, &err);
	ct_vault_leave(vault);
	return rc;
}
