/* audit: a log of a thousand lines, changed at any of them, names that one */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tap.h"
#include "audit.h"
#include "blake.h"
#include "file.h"
#include "prog.h"

#define N 1000

static struct ct_err err;
static char dir[] = "/tmp/ct-tamper-XXXXXX";
static char *path, *log_; /* the file; its bytes */
static size_t at[N + 2];  /* where line i begins, from 1 */

static void
make(const char *self)
{
	const char *slash = strrchr(self, '/');
	char *cmd = ct_printf("%.*s/../tool/mklog %s ct-test %d",
		 slash ? (int)(slash - self) : 1, slash ? self : ".", dir, N),
	     *p;
	size_t len;
	int i;

	if (system(cmd) != 0)
		ct_die(CT_SOFTWARE, "no log");
	free(cmd);
	path = ct_printf("%s/audit/ct-test.log", dir);
	if (ct_file_read(path, 64 << 20, (uint8_t **)&log_, &len, &err))
		ct_die_err(&err);
	for (i = 1, p = log_; i <= N; i++) {
		at[i] = (size_t)(p - log_);
		p = strchr(p, '\n') + 1;
	}
	at[N + 1] = len;
}

/* What is named of a log with this in place of the bytes from to to: the first
 * wrong line, 0 if none is. */
static int64_t
named(size_t from, size_t to, const char *with, size_t len, int64_t *lines)
{
	struct ct_audit_scan *s;
	struct ct_audit_text t;
	int fd = open(path, O_WRONLY | O_TRUNC);

	if (fd < 0 || ct_write_full(fd, log_, from) < 0 ||
	    ct_write_full(fd, with, len) < 0 ||
	    ct_write_full(fd, log_ + to, at[N + 1] - to) < 0)
		ct_die(CT_IOERR, "cannot write");
	(void)close(fd);
	if (ct_audit_scan_open(&s, path, &err))
		ct_die_err(&err);
	*lines = 0;
	while (ct_audit_scan_next(s, &t, &err) == 1 && !t.wrong)
		++*lines;
	ct_audit_scan_close(s);
	return t.wrong ? t.bad : 0;
}

/* A byte of line i that is not in the digest that it names. */
static size_t
some(int i)
{
	size_t n = at[i + 1] - at[i] - 1;
	uint32_t dice;

	ct_random(&dice, sizeof dice);
	dice %= (uint32_t)n;
	return at[i] + (dice > 85 || dice < 10 ? dice : 90);
}

int
main(int argc, char **argv)
{
	int64_t lines;
	int i, bad[7] = { 0 };
	size_t p;
	char flip, *two, *rm;

	ct_start("audit_tamper");
	if (!mkdtemp(dir))
		ct_die(CT_CANTCREAT, "no directory");
	(void)argc;
	make(argv[0]);
	ok(named(0, 0, "", 0, &lines) == 0 && lines == N, "it is whole");
	for (i = 1; i < N; i++) {
		p = some(i);
		flip = (char)(log_[p] ^ 1 << i % 8);
		bad[0] += named(p, p + 1, &flip, 1, &lines) != i;
		bad[1] += named(at[i], at[i + 1], "", 0, &lines) != i;
		if (i > 16 && i < N - 16 && i % 4)
			continue; /* to save time */
		bad[2] += named(at[i + 1], at[i + 1], log_ + at[i],
			      at[i + 1] - at[i], &lines) != i;
		two = ct_alloc(at[i + 2] - at[i], 1);
		memcpy(two, log_ + at[i + 1], at[i + 2] - at[i + 1]);
		memcpy(two + (at[i + 2] - at[i + 1]), log_ + at[i],
		    at[i + 1] - at[i]);
		bad[3] += named(at[i], at[i + 2], two, at[i + 2] - at[i],
			      &lines) != i;
		free(two);
		bad[4] += named(p, at[i + 1], "", 0, &lines) != i;
		bad[5] += named(p, at[i + 1] - 1, "", 0, &lines) != i;
		/* the end gone: nothing in the log tells */
		bad[6] +=
		    named(p, at[N + 1], "", 0, &lines) != 0 || lines != i - 1;
	}
	ok(bad[0] == 0, "a bit flipped in any line is named (%d not)", bad[0]);
	ok(bad[1] == 0, "so is any line dropped (%d not)", bad[1]);
	ok(bad[2] == 0, "any that is there twice (%d not)", bad[2]);
	ok(bad[3] == 0, "any two that changed places (%d not)", bad[3]);
	ok(bad[4] == 0, "any that runs into the next (%d not)", bad[4]);
	ok(bad[5] == 0, "any that ends early (%d not)", bad[5]);
	ok(bad[6] == 0, "of a log that ends early all is whole (%d not)",
	    bad[6]);
	rm = ct_printf("rm -rf '%s'", dir);
	ok(system(rm) == 0, "all is gone");
	free(rm);
	free(path);
	free(log_);
	done();
}
