/* sandbox_fault.c - CALL:N:KIND[:ARG], and which of them one request gets */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "sandbox_impl.h"

static const struct {
	const char *name;
	enum sandbox_call call;
} calls[] = {
	{ "status", CALL_STATUS },
	{ "xsd", CALL_XSD },
	{ "submit", CALL_SUBMIT },
	{ "upload", CALL_UPLOAD },
	{ "fileinfo", CALL_FILEINFO },
	{ "finish", CALL_FINISH },
	{ "retract", CALL_RETRACT },
	{ "hash-status", CALL_HASH_STATUS },
	{ "entries", CALL_ENTRIES },
	{ "members", CALL_MEMBERS },
	{ "feedback", CALL_FEEDBACK },
	{ "reasons", CALL_REASONS },
	{ "enrich", CALL_ENRICH },
	{ "preserve", CALL_PRESERVE },
	{ "groups", CALL_GROUPS },
	{ "updates", CALL_UPDATES },
	{ "reaction", CALL_REACTION },
	{ "fetch", CALL_FETCH },
	{ "opinion", CALL_OPINION },
	{ "token", CALL_TOKEN },
	{ "list", CALL_LIST },
	{ "file", CALL_FILE },
	{ "classify", CALL_CLASSIFY },
	{ "media", CALL_MEDIA },
	{ "pdq", CALL_PDQ },
	{ "large", CALL_LARGE },
};

#define AT(call) (1U << (call))
#define FORM_CALLS (AT(CALL_UPLOAD) | AT(CALL_FINISH) | AT(CALL_RETRACT))
#define REPORT_CALLS (AT(CALL_SUBMIT) | AT(CALL_FILEINFO) | FORM_CALLS)
#define TIPLINE_CALLS (AT(CALL_STATUS) | REPORT_CALLS)
#define ANY_CALL (~0U)
#define COUNTED (AT(CALL_CLASSIFY) | AT(CALL_PDQ))
#define SCORED (COUNTED | AT(CALL_MEDIA))
#define JSON_CALLS                                                  \
	(AT(CALL_ENRICH) | AT(CALL_PRESERVE) | AT(CALL_GROUPS) |    \
	    AT(CALL_UPDATES) | AT(CALL_REACTION) | AT(CALL_FETCH) | \
	    AT(CALL_OPINION) | AT(CALL_TOKEN) | AT(CALL_LIST) |     \
	    AT(CALL_FILE) | AT(CALL_LARGE) | SCORED)
#define PAGED \
	(AT(CALL_ENTRIES) | AT(CALL_UPDATES) | AT(CALL_FETCH) | AT(CALL_LIST))
#define LINKED (AT(CALL_ENTRIES) | AT(CALL_UPDATES) | AT(CALL_LIST))
#define XML_CALLS (ANY_CALL & ~(AT(CALL_XSD) | JSON_CALLS))

enum arg { NONE, MAY, MUST };

static const struct {
	const char *name;
	enum sandbox_kind kind;
	unsigned calls; /* where it makes sense */
	enum arg arg;
	long lo, hi;
} kinds[] = {
	{ "drop-before", FAULT_DROP_BEFORE, ANY_CALL, NONE, 0, 0 },
	{ "drop-after", FAULT_DROP_AFTER, ANY_CALL, NONE, 0, 0 },
	{ "code", FAULT_CODE, TIPLINE_CALLS, MUST, 1, 9999 },
	{ "http", FAULT_HTTP, ANY_CALL, MUST, 200, 599 },
	{ "busy", FAULT_BUSY, ANY_CALL, MUST, 0, LONG_MAX },
	{ "html", FAULT_HTML, ANY_CALL, MAY, 200, 599 },
	{ "truncate", FAULT_TRUNCATE, ANY_CALL, MUST, 0, 1L << 30 },
	{ "wrong-root", FAULT_WRONG_ROOT, XML_CALLS, NONE, 0, 0 },
	{ "wrong-id", FAULT_WRONG_ID, REPORT_CALLS, NONE, 0, 0 },
	{ "wrong-hash", FAULT_WRONG_HASH, AT(CALL_UPLOAD) | AT(CALL_MEDIA),
	    NONE, 0, 0 },
	{ "no-id", FAULT_NO_ID, REPORT_CALLS, NONE, 0, 0 },
	{ "lost-file", FAULT_LOST_FILE, AT(CALL_FINISH), NONE, 0, 0 },
	{ "doctype", FAULT_DOCTYPE, XML_CALLS, NONE, 0, 0 },
	{ "big", FAULT_BIG, ANY_CALL, NONE, 0, 0 },
	{ "slow", FAULT_SLOW, ANY_CALL, MUST, 0, 600000 },
	{ "drip", FAULT_DRIP, ANY_CALL, MUST, 1, 600000 },
	{ "empty401", FAULT_EMPTY401, ANY_CALL, NONE, 0, 0 },
	{ "bare", FAULT_BARE, ANY_CALL, MUST, 200, 599 },
	{ "junk", FAULT_JUNK, ANY_CALL, MAY, 0, 1 },
	{ "indent", FAULT_INDENT, XML_CALLS, NONE, 0, 0 },
	{ "loop", FAULT_LOOP, PAGED, NONE, 0, 0 },
	{ "foreign", FAULT_FOREIGN, LINKED, MAY, 0, 3 },
	{ "count", FAULT_COUNT, (PAGED & ~AT(CALL_UPDATES)) | COUNTED, NONE, 0,
	    0 },
	{ "empty", FAULT_EMPTY, AT(CALL_ENTRIES) | AT(CALL_UPDATES), NONE, 0,
	    0 },
	{ "back", FAULT_BACK, AT(CALL_ENTRIES), NONE, 0, 0 },
	{ "endless", FAULT_ENDLESS, PAGED, NONE, 0, 0 },
	{ "no-token", FAULT_NO_TOKEN, AT(CALL_FETCH), NONE, 0, 0 },
	{ "rewind", FAULT_REWIND, AT(CALL_FETCH), NONE, 0, 0 },
	{ "limit", FAULT_LIMIT, ANY_CALL, MAY, 0, LONG_MAX },
	{ "limit-date", FAULT_LIMIT_DATE, ANY_CALL, MUST, 0, LONG_MAX },
	{ "redirect", FAULT_REDIRECT, ANY_CALL, MAY, 300, 308 },
	{ "no-date", FAULT_NO_DATE, ANY_CALL, NONE, 0, 0 },
	{ "chunk-cut", FAULT_CHUNK_CUT, ANY_CALL, MUST, 0, 1L << 30 },
	{ "close-cut", FAULT_CLOSE_CUT, ANY_CALL, MUST, 0, 1L << 30 },
	{ "body", FAULT_BODY, ANY_CALL, NONE, 0, 0 },
	{ "unknown", FAULT_UNKNOWN, SCORED, NONE, 0, 0 },
	{ "stray", FAULT_STRAY, AT(CALL_ENTRIES), MAY, 0, 3 },
};

#define N(table) (sizeof(table) / sizeof(table)[0])

const char *
ct_sandbox_call_name(enum sandbox_call call)
{
	size_t i;

	for (i = 0; i < N(calls); i++)
		if (calls[i].call == call)
			return calls[i].name;
	return "";
}

/* A number from lo to hi, or -1. */
static long
number(const char *text, long lo, long hi)
{
	char *end;
	long n = strtol(text, &end, 10);

	return *text < '0' || *text > '9' || *end || n < lo || n > hi ? -1 : n;
}

static int
parse(struct sandbox_fault *f, char *spec, struct ct_err *err)
{
	const char *call = strsep(&spec, ":"), *nth = strsep(&spec, ":");
	const char *kind = strsep(&spec, ":");
	size_t c, k;

	if (!kind)
		return ct_fail(err, CT_USAGE, "want CALL:N:KIND[:ARG]");
	for (c = 0; c < N(calls) && strcmp(calls[c].name, call) != 0; c++)
		continue;
	for (k = 0; k < N(kinds) && strcmp(kinds[k].name, kind) != 0; k++)
		continue;
	if (c == N(calls))
		return ct_fail(err, CT_USAGE, "no call '%s'", call);
	if (k == N(kinds))
		return ct_fail(err, CT_USAGE, "no fault '%s'", kind);
	if (!(kinds[k].calls & AT(calls[c].call)))
		return ct_fail(
		    err, CT_USAGE, "'%s' cannot happen to '%s'", kind, call);
	f->call = calls[c].call;
	f->kind = kinds[k].kind;
	f->left = strcmp(nth, "*") == 0 ? 0 : number(nth, 1, 1L << 30);
	if (f->left < 0)
		return ct_fail(err, CT_USAGE, "want N or *, not '%s'", nth);
	if (f->left == 0)
		f->left = -1;
	f->arg = -1;
	if (spec && kinds[k].arg == NONE)
		return ct_fail(err, CT_USAGE, "'%s' takes no argument", kind);
	if (!spec && kinds[k].arg == MUST)
		return ct_fail(err, CT_USAGE, "'%s' wants an argument", kind);
	if (spec && (f->arg = number(spec, kinds[k].lo, kinds[k].hi)) < 0)
		return ct_fail(err, CT_USAGE, "'%s': want %ld to %ld", kind,
		    kinds[k].lo, kinds[k].hi);
	return 0;
}

int
ct_sandbox_fault(struct ct_sandbox *box, const char *spec, struct ct_err *err)
{
	struct sandbox_fault f = { 0 };
	char *copy = ct_strdup(spec);
	int rc = parse(&f, copy, err);

	free(copy);
	if (rc)
		return rc;
	box->fault = ct_grow(box->fault, box->nfaults + 1, sizeof *box->fault);
	box->fault[box->nfaults++] = f;
	return 0;
}

struct sandbox_plan
ct_sandbox_plan(struct ct_sandbox *box, enum sandbox_call call)
{
	struct sandbox_plan plan = { .recalled = atomic_load(&box->recalled) };
	struct sandbox_fault *f;
	size_t i;

	for (i = 0; i < box->nfaults; i++) {
		f = &box->fault[i];
		if (f->call != call || f->left == 0)
			continue;
		if (f->left > 0 && --f->left > 0)
			continue;
		plan.on[f->kind] = true;
		plan.arg[f->kind] = f->arg;
	}
	return plan;
}
