/*
 * auditor.h - the logs of all programs: proven, searched (ct-audit)
 *
 * A head is what a log was at one time: the number and the digest of its last
 * line, and so of all before it.  Kept where the log's writer cannot change
 * it, it proves the log up to there.
 */
#ifndef CT_AUDITOR_H
#define CT_AUDITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "rec.h"

/* Which lines; what is NULL does not matter. */
struct ct_audit_wanted {
	const char *user, *object, *report, *key, *act, *by;
	int64_t from, to; /* ms: from here on, before there; to 0: all */
};

struct ct_auditor {
	const char *home;
	char **log; /* names of programs, or paths with a slash in them */
	size_t logs;
	bool all;          /* of ct_auditor_logs: none was named */
	const char *heads; /* a file of heads, or NULL */
	const char *key;   /* verify: that signed them; head: that signs */
	struct ct_audit_wanted wanted;
	bool quiet; /* nothing on standard error when all is well */
	struct ct_out *out;
};

/* All logs of home, unless some were named; CT_NOINPUT if there are none and no
 * heads of any.  Release with ct_auditor_free. */
int ct_auditor_logs(struct ct_auditor *a, struct ct_err *err);
void ct_auditor_free(struct ct_auditor *a);

/* The program that a log is of, by the name of the file.  Release with free. */
char *ct_auditor_program(const char *path);

/*
 * Each writes records to a->out and says on standard error what is wrong;
 * returns the exit status: CT_NO if a log is not what it was (verify),
 * CT_DATAERR if it is damaged (find), or the code of another failure.
 */
int ct_auditor_verify(const struct ct_auditor *a);
int ct_auditor_head(const struct ct_auditor *a);
int ct_auditor_find(const struct ct_auditor *a); /* in order of time */

#endif
