/* audit: a power cut in a batch, whichever of its pages it took; and damage
 * that looks like one */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../tap.h"
#include "audit.h"
#include "audit_impl.h"
#include "blake.h"
#include "file.h"
#include "prog.h"

#define PAGE 4096
#define LINES 300 /* of a batch */

static struct ct_err err;
static char home[] = "/tmp/ct-hole-XXXXXX";
static char *path;
/* a log of an earlier boot: single lines, a batch, another */
static char *log_;
static size_t single, first, size; /* where they end */

static struct ct_audit *
opened(bool earlier)
{
	struct ct_audit *a;

	if (ct_audit_open(&a, home, "ct-test", &err))
		ct_die_err(&err);
	if (earlier)
		memcpy(a->boot, "earlier", sizeof "earlier");
	return a;
}

static size_t
length(void)
{
	struct stat st;

	if (stat(path, &st) < 0)
		ct_die(CT_IOERR, "no log");
	return (size_t)st.st_size;
}

static char *
text(const char *of, size_t *len)
{
	static uint8_t *buf;

	if (ct_file_read(of, 64 << 20, &buf, len, &err))
		ct_die_err(&err);
	return (char *)buf;
}

static void
put(const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	if (fd < 0 || ct_write_full(fd, bytes, len) < 0)
		ct_die(CT_IOERR, "cannot write");
	(void)close(fd);
}

/* So many lines and one sync. */
static int
batch(struct ct_audit *a, int n)
{
	json_t *members = json_pack("{s:s}", "file", "0123456789abcdef");
	int rc = ct_audit_lock(a, NULL, &err);

	while (!rc && n-- > 0)
		rc = audit_put(a, "view", members, &err);
	if (!rc)
		rc = audit_sync(a, &err);
	ct_audit_unlock(a);
	json_decref(members);
	return rc;
}

static void
make(bool earlier)
{
	struct ct_audit *a = opened(earlier);
	int i;

	put("", 0);
	for (i = 0; i < 50; i++)
		(void)batch(a, 1);
	single = length();
	(void)batch(a, LINES);
	first = length();
	(void)batch(a, LINES);
	ct_audit_close(a);
	free(log_);
	log_ = text(path, &size);
}

static int
counts(const json_t *line, const struct ct_audit_head *head, void *arg,
    struct ct_err *why)
{
	(void)line;
	(void)why;
	*(int64_t *)arg = head->seq;
	return 0;
}

/* Is it kept aside, unless it is all NUL? */
static bool
is_kept(const char *cut, size_t len, int64_t seq)
{
	char *name =
		 ct_printf("%s/audit/ct-test.cut-%lld", home, (long long)seq),
	     *kept;
	size_t i = 0, kept_len;
	bool yes;

	while (i < len && !cut[i])
		i++;
	yes = (access(name, F_OK) == 0) == (i < len);
	if (yes && i < len) {
		kept = text(name, &kept_len);
		yes = kept_len == len && memcmp(kept, cut, len) == 0;
		free(kept);
	}
	(void)unlink(name);
	free(name);
	return yes;
}

/* Is the log that of these bytes, up to a line, with a line "cut" that says
 * how many there were behind that? */
static bool
was_cut(const char *was, size_t len, size_t safe)
{
	struct ct_audit *a = opened(false);
	int64_t n = 0;
	int rc = ct_audit_each(a, NULL, counts, &n, &err);
	char *now, *cut, want[64];
	size_t keep, now_len;
	bool yes = false;

	ct_audit_close(a);
	if (rc)
		return false;
	now = text(path, &now_len);
	cut = strstr(now, "\"act\":\"cut\"");
	if (cut) {
		while (cut > now && cut[-1] != '\n')
			cut--;
		keep = (size_t)(cut - now);
		(void)snprintf(want, sizeof want,
		    "\"act\":\"cut\",\"bytes\":%zu}\n", len - keep);
		/* behind it is one more line */
		yes = keep >= safe && keep < len && strstr(cut, want) &&
		    memcmp(now, was, keep) == 0 &&
		    is_kept(was + keep, len - keep, n - 1);
	}
	free(now);
	return yes;
}

/* The next program adds a line. */
static int
next(const char *was, size_t len)
{
	struct ct_audit *a;
	int rc;

	put(was, len);
	a = opened(false);
	rc = ct_audit_note(a, "note", NULL, &err);
	ct_audit_close(a);
	return rc;
}

static bool
is_refused(const char *was, size_t len)
{
	size_t now_len;
	char *now;
	bool yes = next(was, len) == CT_DATAERR &&
	    strstr(err.msg, "there are lines behind bytes that are zero");

	now = text(path, &now_len);
	yes = yes && now_len == len && memcmp(now, was, len) == 0;
	free(now);
	return yes;
}

static char *
copy(void)
{
	char *c = ct_alloc(size, 1);

	memcpy(c, log_, size);
	return c;
}

/* A page of it as if it never had been written, from a byte on. */
static void
lose(char *c, size_t page, size_t from, char with)
{
	size_t at = page * PAGE > from ? page * PAGE : from;
	size_t end = (page + 1) * PAGE < size ? (page + 1) * PAGE : size;

	if (at < end)
		memset(c + at, with, end - at);
}

static void
each_page(void)
{
	size_t page, pages = (size + PAGE - 1) / PAGE;
	int bad = 0, garbage = 0, damage = 0, kept = 0, n = 0;
	char *c;

	for (page = first / PAGE; page < pages; page++, n++) {
		c = copy();
		lose(c, page, first, '\0');
		bad += next(c, size) || !was_cut(c, size, first);
		free(c);
		if (page + 1 == pages)
			continue;
		c = copy();
		lose(c, page, first, 'x');
		garbage += next(c, size) || !was_cut(c, size, first);
		free(c);
	}
	ok(n > 15 && bad == 0, "any page of the last batch is lost (%d not)",
	    bad);
	ok(garbage == 0, "or has bytes of another file (%d not)", garbage);
	for (page = 0; page <= first / PAGE; page++) {
		c = copy();
		lose(c, page, 0, '\0');
		damage += !is_refused(c, size);
		lose(c, page, 0, 'x');
		kept += next(c, size) != 0;
		kept += length() <= size;
		free(c);
	}
	ok(damage == 0, "any page before it is damage (%d not)", damage);
	ok(kept == 0, "of other bytes there, nothing is cut (%d not)", kept);
}

/* Is there such a line in the log? */
static bool
says(const char *what)
{
	size_t len;
	char *now = text(path, &len);
	bool yes = memmem(now, len, what, strlen(what));

	free(now);
	return yes;
}

/* Some pages of the last batch; its end, too; then one before it. */
static void
some_pages(void)
{
	size_t from = first / PAGE, pages = size / PAGE, page, len, i;
	int bad = 0, damage = 0;
	uint64_t dice;
	char *c;

	for (i = 0; i < 100; i++) {
		ct_random(&dice, sizeof dice);
		c = copy();
		len = i % 2 ? size : size - dice % (size - first - PAGE);
		for (page = from; page < pages; page++)
			if (page == from + i % 5 || dice >> page % 64 & 1)
				lose(c, page, first, '\0');
		bad += next(c, len) != 0;
		/* what ends where a line does is whole */
		bad += says("\"act\":\"cut\"") && !was_cut(c, len, first);
		lose(c, dice % from, 0, '\0');
		if (i % 2) /* the last page is there, with whole lines */
			damage += !is_refused(c, len);
		free(c);
	}
	ok(bad == 0, "any pages of the last batch (%d not)", bad);
	ok(damage == 0, "with one before it they are damage (%d not)", damage);
}

/* What is no batch of an earlier boot that waited for its sync. */
static void
no_batch(void)
{
	size_t page = (first + size) / 2 / PAGE, line;
	struct ct_audit *a;
	int i;
	char *c;

	a = opened(true);
	put(log_, size);
	(void)batch(a, 1);
	ct_audit_close(a);
	free(log_);
	log_ = text(path, &size);
	c = copy();
	lose(c, page, 0, '\0');
	ok(is_refused(c, size), "a line behind it was synced later: damage");
	free(c);

	make(false);
	c = copy();
	lose(c, page, 0, '\0');
	ok(next(c, size) == 0 && length() > size && is_refused(c, size - 10),
	    "a batch of this boot: damage, and stays");
	free(c);

	put("", 0);
	a = opened(true);
	for (i = 0; i < 2 * LINES; i++)
		(void)batch(a, 1);
	ct_audit_close(a);
	free(log_);
	log_ = text(path, &size);
	c = copy();
	lose(c, page, 0, '\0');
	ok(is_refused(c, size), "lines of which each was synced: damage");
	free(c);

	make(true);
	c = copy();
	lose(c, page, 0, '\0');
	/* the last line but one is another */
	for (line = size - 1; c[line - 1] != '\n';)
		line--;
	c[line - 4] ^= 1;
	ok(is_refused(c, size), "lines behind it that do not follow: damage");
	free(c);
}

/* Each line that says so stands so far behind one that does not; so many of
 * each batch. */
static bool
are_batches(int lines)
{
	struct audit_line l = { .second = "" };
	size_t len;
	char *all = text(path, &len), *p, *nl, *from = all;
	int n = lines, bad = 0;

	for (p = all; p < all + len; p = nl + 1, n++) {
		nl = strchr(p, '\n');
		bad += audit_line_parse(p, (size_t)(nl - p), &l) != 0;
		if (!l.behind) {
			bad += n != lines;
			from = p;
			n = 0;
		}
		bad += l.behind != p - from;
	}
	free(all);
	return len && !bad && n == lines;
}

/* A batch.  On a slow disk the other may have the log at each look of half a
 * minute: then it is to be run again later, as it says. */
static int
patient(struct ct_audit *a)
{
	int rc, tries = 0;

	while ((rc = batch(a, 5)) == CT_TEMPFAIL && ++tries < 20)
		(void)fprintf(stderr, "# %s\n", err.msg);
	if (rc)
		(void)fprintf(stderr, "# %s\n", err.msg);
	return rc;
}

static void
in_turn(void)
{
	struct ct_audit *a;
	int who, i, st, bad = 0;
	pid_t pid[2];

	put("", 0);
	for (who = 0; who < 2; who++) {
		if ((pid[who] = fork()) != 0)
			continue;
		a = opened(false);
		for (i = 0; i < 100 && !bad; i++)
			bad = patient(a);
		_exit(bad ? 1 : 0);
	}
	for (who = 0; who < 2; who++)
		bad += waitpid(pid[who], &st, 0) < 0 || st != 0;
	ok(!bad, "two processes in turn: each has its time");
	ok(are_batches(5), "  and its batches");
}

/* What was not written is no part of the next batch. */
static void
after_failure(void)
{
	struct rlimit none = { 0 }, all;
	struct ct_audit *a = opened(false);
	int rc;

	put("", 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	(void)getrlimit(RLIMIT_FSIZE, &all);
	(void)batch(a, 5);
	none = (struct rlimit){ .rlim_cur = length() + 500,
		.rlim_max = all.rlim_max };
	(void)setrlimit(RLIMIT_FSIZE, &none);
	rc = batch(a, 5);
	(void)setrlimit(RLIMIT_FSIZE, &all);
	ok(rc == CT_IOERR && batch(a, 5) == 0 && are_batches(5),
	    "what could not be written counts for nothing");
	ct_audit_close(a);
}

/* Several to one call: each is synced before the next is begun. */
static void
many(void)
{
	struct ct_audit *a = opened(true);
	struct audit_line l = { .second = "" };
	char *c, *p, *start = NULL;
	int starts = 0;

	put("", 0);
	ok(batch(a, 10 * LINES) == 0, "more lines than a batch has");
	ct_audit_close(a);
	free(log_);
	log_ = text(path, &size);
	for (p = log_; p < log_ + size; p = strchr(p, '\n') + 1) {
		(void)audit_line_parse(p, (size_t)(strchr(p, '\n') - p), &l);
		if (l.behind)
			continue;
		start = p;
		starts++;
	}
	first = (size_t)(start - log_);
	ok(starts == (int)((size + AUDIT_BATCH - 1) / AUDIT_BATCH) &&
		starts > 2 && first < size,
	    "are some batches");
	c = copy();
	lose(c, first / PAGE + 1, first, '\0');
	ok(next(c, size) == 0 && was_cut(c, size, first),
	    "a page of the last is lost");
	free(c);
	c = copy();
	lose(c, first / PAGE - 1, 0, '\0');
	ok(is_refused(c, size), "one of the last but one is damage");
	free(c);
}

int
main(void)
{
	char *rm;

	ct_start("audit_hole");
	if (!mkdtemp(home))
		ct_die(CT_CANTCREAT, "no directory");
	path = ct_printf("%s/audit/ct-test.log", home);
	ct_audit_close(opened(false));
	make(true);
	each_page();
	some_pages();
	no_batch();
	in_turn();
	after_failure();
	many();
	rm = ct_printf("rm -rf '%s'", home);
	ok(system(rm) == 0, "all is gone");
	free(rm);
	free(path);
	free(log_);
	done();
}
