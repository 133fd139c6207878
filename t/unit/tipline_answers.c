/* The answers of t/data/tipline/responses, whole, and cut at every byte. */
#include "tipline.h"

#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "file.h"
#include "prog.h"

#define REPORT "1000003"

/* What cannot be told apart by a code alone: was anything done? */
static const struct {
	const char *name;
	enum ct_tip_call call;
	long status;
	enum ct_tip_kind kind;
	bool undone;
} answers[] = {
	{ "status-ok", CT_TIP_STATUS, 200, CT_TIP_OK, false },
	{ "submit-ok", CT_TIP_SUBMIT, 200, CT_TIP_OK, false },
	{ "upload-ok", CT_TIP_UPLOAD, 200, CT_TIP_OK, false },
	{ "fileinfo-ok", CT_TIP_FILEINFO, 200, CT_TIP_OK, false },
	{ "finish-ok", CT_TIP_FINISH, 200, CT_TIP_OK, false },
	{ "finish-ok-nofiles", CT_TIP_FINISH, 200, CT_TIP_OK, false },
	{ "retract-ok", CT_TIP_RETRACT, 200, CT_TIP_OK, false },
	{ "err-1000", CT_TIP_SUBMIT, 500, CT_TIP_AGAIN, true },
	{ "err-1100", CT_TIP_SUBMIT, 500, CT_TIP_AGAIN, true },
	{ "err-1110", CT_TIP_UPLOAD, 500, CT_TIP_AGAIN, true },
	{ "err-1111", CT_TIP_UPLOAD, 200, CT_TIP_AGAIN, true },
	{ "err-1210", CT_TIP_SUBMIT, 404, CT_TIP_INVALID, true },
	{ "err-1300", CT_TIP_FILEINFO, 500, CT_TIP_AGAIN, true },
	{ "err-2000", CT_TIP_STATUS, 401, CT_TIP_AUTH, true },
	{ "err-3000", CT_TIP_SUBMIT, 403, CT_TIP_AUTH, true },
	{ "err-3100", CT_TIP_SUBMIT, 200, CT_TIP_AUTH, true },
	{ "err-3300", CT_TIP_FINISH, 200, CT_TIP_AUTH, true },
	{ "err-4000", CT_TIP_UPLOAD, 400, CT_TIP_INVALID, true },
	{ "err-4100", CT_TIP_SUBMIT, 400, CT_TIP_INVALID, true },
	{ "err-4110", CT_TIP_FILEINFO, 200, CT_TIP_INVALID, true },
	{ "err-4200", CT_TIP_UPLOAD, 400, CT_TIP_INVALID, true },
	{ "err-5001", CT_TIP_FINISH, 200, CT_TIP_GONE, false },
	{ "err-5002", CT_TIP_FILEINFO, 200, CT_TIP_NO_FILE, false },
	{ "err-5101", CT_TIP_RETRACT, 200, CT_TIP_RETRACTED, false },
	{ "err-5102", CT_TIP_FINISH, 200, CT_TIP_FINISHED, false },
};

static const char *
asked(enum ct_tip_call call)
{
	return call == CT_TIP_STATUS || call == CT_TIP_SUBMIT ? NULL : REPORT;
}

/* It promises nothing: not done for sure, nor done. */
static bool
promises(const struct ct_tip_answer *a)
{
	return a->kind == CT_TIP_OK || a->undone || *a->report_id ||
	    *a->file_id || *a->md5 || a->nfiles || a->code >= 0;
}

static void
cut(size_t n, const char *body, size_t len)
{
	const char *end = strrchr(body, '>');
	struct ct_tip_answer a = { .status = answers[n].status };
	size_t i, bad = 0, whole = (size_t)(end + 1 - body);

	for (i = 0; i < len; i++) {
		a.body = ct_alloc(i + 1, 1); /* no byte more to read */
		memcpy(a.body, body, i);
		a.len = i;
		ct_tip_read(answers[n].call, asked(answers[n].call), &a);
		if (i < whole ? promises(&a) : a.kind != answers[n].kind) {
			printf("# cut at %zu: %d\n", i, a.kind);
			bad++;
		}
		ct_tip_done(&a);
		a.status = answers[n].status;
	}
	ok(!bad, "%s: cut at any of %zu bytes it says nothing", answers[n].name,
	    whole);
}

static void
one(size_t n, const char *dir)
{
	char *path = ct_printf("%s/%s.xml", dir, answers[n].name);
	struct ct_tip_answer a = { .status = answers[n].status };
	struct ct_err err = { 0 };
	uint8_t *buf = NULL;
	size_t len;

	if (ct_file_read(path, 1 << 16, &buf, &len, &err)) {
		ok(false, "%s: %s", answers[n].name, err.msg);
		free(path);
		return;
	}
	a.body = ct_strdup((char *)buf);
	a.len = len;
	ct_tip_read(answers[n].call, asked(answers[n].call), &a);
	ok(a.kind == answers[n].kind, "%s: is of its kind", answers[n].name);
	ok(a.undone == answers[n].undone, "%s: %s", answers[n].name,
	    answers[n].undone ? "nothing was done" : "no proof of that");
	ct_tip_done(&a);
	cut(n, (char *)buf, len);
	free(buf);
	free(path);
}

int
main(int argc, char **argv)
{
	char *self = ct_strdup(argc ? argv[0] : "");
	char *dir = ct_printf("%s/../data/tipline/responses", dirname(self));
	size_t i;

	for (i = 0; i < sizeof answers / sizeof *answers; i++)
		one(i, dir);
	ok(i == 25, "all of them");
	free(self);
	free(dir);
	done();
}
