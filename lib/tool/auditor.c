#include "auditor.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "auditor_impl.h"
#include "prog.h"

/* ---- which logs ---------------------------------------------------------- */

static int
order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
all_of(struct ct_auditor *a, const char *dir, struct ct_err *err)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	size_t len;

	if (!d && errno == ENOENT)
		return 0;
	if (!d)
		return ct_fail_errno(
		    err, CT_NOINPUT, "cannot open the directory '%s'", dir);
	while ((e = readdir(d))) {
		len = strlen(e->d_name);
		if (len <= 4 || *e->d_name == '.' ||
		    strcmp(e->d_name + len - 4, ".log") != 0)
			continue;
		a->log = ct_grow(a->log, a->logs + 1, sizeof *a->log);
		a->log[a->logs++] = ct_printf("%s/%s", dir, e->d_name);
	}
	(void)closedir(d);
	if (a->logs)
		qsort(a->log, a->logs, sizeof *a->log, order);
	return 0;
}

int
ct_auditor_logs(struct ct_auditor *a, struct ct_err *err)
{
	char *dir = ct_printf("%s/audit", a->home), **named = a->log;
	size_t i, n = a->logs;
	int rc = 0;

	a->log = NULL;
	a->all = n == 0;
	if (a->all)
		rc = all_of(a, dir, err);
	else
		a->log = ct_alloc(n, sizeof *a->log);
	/* heads tell which logs there were */
	if (!rc && a->all && !a->logs && !a->heads)
		rc = ct_fail(err, CT_NOINPUT, "there is no log in '%s'", dir);
	for (i = 0; i < n; i++)
		a->log[i] = strchr(named[i], '/')
		    ? ct_strdup(named[i])
		    : ct_printf("%s/%s.log", dir, named[i]);
	free(dir);
	return rc;
}

void
ct_auditor_free(struct ct_auditor *a)
{
	while (a->logs)
		free(a->log[--a->logs]);
	free(a->log);
	a->log = NULL;
}

char *
ct_auditor_program(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = ct_strdup(slash ? slash + 1 : path);
	size_t len = strlen(name);

	if (len > 4 && strcmp(name + len - 4, ".log") == 0)
		name[len - 4] = '\0';
	return name;
}

/* ---- head ---------------------------------------------------------------- */

static int
first_line(const json_t *line, const struct ct_audit_head *head, void *arg,
    struct ct_err *err)
{
	(void)line;
	(void)err;
	memcpy(arg, head->sum, sizeof head->sum);
	return CT_NO; /* that is enough */
}

static int
head(const struct ct_auditor *a, const char *path, const struct ct_signet *s,
    struct ct_err *err)
{
	struct ct_audit_head last;
	uint8_t first[32];
	struct ct_audit *log;
	char *program;
	json_t *rec;
	int rc = ct_audit_look(&log, path, err);

	if (!rc)
		rc = ct_audit_last(log, &last, err);
	if (!rc && last.seq &&
	    (rc = ct_audit_each(log, NULL, first_line, first, err)) == CT_NO)
		rc = 0;
	if (!rc) {
		program = ct_auditor_program(path);
		rec = auditor_head_record(program, &last, first, s);
		free(program);
		rc = ct_out_rec(a->out, rec, err);
		json_decref(rec);
	}
	ct_audit_close(log);
	return rc;
}

int
ct_auditor_head(const struct ct_auditor *a)
{
	struct ct_signet *signet = NULL;
	struct ct_err err = { 0 };
	int rc, worst = 0;
	size_t i;

	if (a->key && ct_signet_read(&signet, a->key, &err))
		ct_die_err(&err);
	for (i = 0; i < a->logs; i++) {
		if (!(rc = head(a, a->log[i], signet, &err)))
			continue;
		ct_warn("%s", err.msg);
		worst = rc > worst ? rc : worst;
	}
	ct_signet_free(signet);
	return worst;
}
