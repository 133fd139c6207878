/* Any bytes as a log, as the end of one that is written on, and as heads: the
 * two that read it agree, and what is added follows on a line that is whole. */
#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>

#include "audit.h"
#include "auditor_impl.h"
#include "prog.h"

static int
counts(const json_t *line, const struct ct_audit_head *head, void *arg,
    struct ct_err *err)
{
	struct ct_audit_head *last = arg;

	(void)err;
	must(json_integer_value(json_object_get(line, "seq")) == head->seq);
	must(head->seq == last->seq + 1 && head->offset > last->offset);
	*last = *head;
	return 0;
}

/* Read by scan, up to the first wrong line. */
static int64_t
scanned(const char *path, struct ct_audit_head *last)
{
	struct ct_audit_scan *s;
	struct ct_audit_text t = { .line = NULL };
	struct ct_err err;
	int rc;

	*last = (struct ct_audit_head){ .seq = 0 };
	must(ct_audit_scan_open(&s, path, &err) == 0);
	while ((rc = ct_audit_scan_next(s, &t, &err)) == 1 && !t.wrong)
		*last = *t.head;
	must(rc <= 1);
	must(!t.wrong == !t.bad && (rc == 0 || t.bad > 0));
	while (rc == 1) /* behind it, too */
		rc = ct_audit_scan_next(s, &t, &err);
	must(rc == 0);
	ct_audit_scan_close(s);
	return t.wrong ? t.bad : 0;
}

static void
reads(const char *path)
{
	struct ct_audit_head by_scan, by_each = { .seq = 0 }, from, end;
	int64_t bad = scanned(path, &by_scan);
	struct ct_audit *a;
	struct ct_err err;
	int rc;

	must(ct_audit_look(&a, path, &err) == 0);
	rc = ct_audit_each(a, NULL, counts, &by_each, &err);
	must(rc == 0 || rc == CT_DATAERR);
	must(memcmp(&by_scan, &by_each, sizeof by_scan) == 0);
	must(!bad || rc == CT_DATAERR);
	from = end = by_each;
	must(ct_audit_each(a, &from, counts, &end, &err) == rc);
	if (!ct_audit_last(a, &end, &err) && !rc)
		must(memcmp(&end, &by_each, sizeof end) == 0);
	ct_audit_close(a);
}

/* The log, and what was cut off it. */
static void
clear(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;

	must(d);
	while ((e = readdir(d)))
		(void)unlinkat(dirfd(d), e->d_name, 0);
	(void)closedir(d);
}

/* It stands where a program goes on with it. */
static void
writes(const uint8_t *data, size_t len)
{
	static char home[] = "/dev/shm/ct-audit.XXXXXX", path[64];
	struct ct_audit_head head, next;
	struct ct_audit_scan *s;
	struct ct_audit_text t;
	struct ct_audit *a;
	struct ct_err err = { 0 };
	bool added;
	int fd;

	if (!*path) {
		must(mkdtemp(home));
		(void)snprintf(path, sizeof path, "%s/audit/x.log", home);
	}
	must(ct_audit_open(&a, home, "x", &err) == 0);
	fd = open(path, O_WRONLY | O_TRUNC);
	must(fd >= 0 && ct_write_full(fd, data, len) == 0 && close(fd) == 0);
	added = !ct_audit_lock(a, &head, &err);
	must(added || err.code == CT_DATAERR);
	if (added) {
		must(ct_audit_add(a, "x", NULL, &next, &err) == 0);
		must(next.seq == head.seq + 1 && next.offset > head.offset);
	}
	ct_audit_close(a);
	must(ct_audit_scan_open(&s, path, &err) == 0);
	for (fd = 0; ct_audit_scan_next(s, &t, &err) == 1;)
		fd = added && t.head->offset == next.offset &&
		    memcmp(t.head->sum, next.sum, 32) == 0 && !t.wrong;
	must(fd == added);
	ct_audit_scan_close(s);
	(void)snprintf(path + strlen(home), 8, "/audit");
	clear(path);
	must(rmdir(path) == 0 && rmdir(home) == 0);
	*path = '\0';
	memcpy(home + sizeof home - 7, "XXXXXX", 6);
}

static void
heads(const char *path)
{
	struct auditor_heads h = { .head = NULL };
	struct ct_signet_pub pub = { .key = { 1 } };
	struct ct_err err;
	size_t i;

	if (!auditor_heads_read(&h, path, NULL, &err))
		for (i = 1; i < h.n; i++)
			must(strcmp(h.head[i - 1].program, h.head[i].program) <=
			    0);
	auditor_heads_free(&h);
	must(auditor_heads_read(&h, path, &pub, &err) || !h.n);
	auditor_heads_free(&h);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	int fd = fuzz_fd(data, len);
	struct fuzz_path path = fuzz_path(fd);

	reads(path.text);
	writes(data, len);
	heads(path.text);
	(void)close(fd);
	return 0;
}
