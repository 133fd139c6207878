/* sandbox_fill.c - hash lists made up: many entries, and some that change */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blake.h"
#include "clock.h"
#include "prog.h"
#include "sandbox_impl.h"

#define MOST 20000000

static json_int_t
number(const json_t *v, const char *name, json_int_t fallback)
{
	const json_t *n = json_object_get(v, name);

	return json_is_integer(n) ? json_integer_value(n) : fallback;
}

/* Hashes that are always the same for the same number. */
static json_t *
signal_of(json_int_t i, const char *type, size_t digits)
{
	static const char hex[] = "0123456789abcdef";
	uint64_t x = (uint64_t)i * 4 + digits;
	char hash[129];
	size_t k;

	for (k = 0; k < digits; k++) {
		x += 0x9e3779b97f4a7c15U; /* splitmix64 */
		uint64_t z = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;

		z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
		hash[k] = hex[(z ^ (z >> 31)) & 15];
	}
	hash[digits] = '\0';
	return json_pack("{s:s, s:s}", "type", type, "hash", hash);
}

static int
put(struct ct_sandbox *box, json_int_t i, const char *member, int64_t at,
    struct ct_err *err)
{
	static const struct {
		const char *type;
		size_t digits;
	} types[] = { { "md5", 32 }, { "sha1", 40 }, { "sha256", 64 },
		{ "pdq", 64 } };
	char id[32];
	size_t k;
	int rc = 0;

	(void)snprintf(id, sizeof id, "%lld", (long long)i);
	for (k = 0; !rc && k < sizeof types / sizeof types[0]; k++) {
		json_t *rec = signal_of(i, types[k].type, types[k].digits);

		(void)json_object_set_new(rec, "member", json_string(member));
		(void)json_object_set_new(rec, "entry", json_string(id));
		rc = ct_sandbox_entry(box, rec, at, err);
		json_decref(rec);
	}
	return rc;
}

/* {"entries": n, "first": 1, "at": now, "member": "9002"}: n entries of one
 * moment, their ids numbers from first on. */
int
ct_sandbox_fill(struct ct_sandbox *box, const json_t *v, struct ct_err *err)
{
	const char *member = json_string_value(json_object_get(v, "member"));
	const char *text = json_string_value(json_object_get(v, "at"));
	json_int_t n = number(v, "entries", 0), first = number(v, "first", 1);
	int64_t at = ct_sandbox_now(box) / 1000 * 1000;
	json_int_t i;
	int rc = 0;

	if (n < 1 || n > MOST || (text && ct_time_parse(text, &at) < 0))
		return ct_fail(err, CT_DATAERR,
		    "fill: want entries, and a time"
		    " with a zone");
	for (i = 0; !rc && i < n; i++)
		rc = put(box, first + i, member ? member : "9002", at, err);
	return rc;
}

/* Of the entries of a window some change now: they leave it. */
void
ct_sandbox_churn(struct ct_sandbox *box, int64_t from, int64_t to)
{
	int64_t now = ct_sandbox_now(box) / 1000 * 1000;
	struct sandbox_entry *e;
	long left = box->churn, tries;
	uint32_t at;

	for (tries = 100 * left; left > 0 && tries > 0 && box->nentries;
	     tries--) {
		ct_random(&at, sizeof at);
		e = &box->entry[at % box->nentries];
		if (e->at > from && e->at <= to && e->at < now && !e->deleted) {
			e->at = now;
			left--;
		}
	}
}
