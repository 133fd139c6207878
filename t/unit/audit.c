/* audit: the chain is whole whatever happens, or says where it is not */
#include "audit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../tap.h"
#include "blake.h"
#include "clock.h"
#include "file.h"
#include "hex.h"
#include "prog.h"

static struct ct_err err;
static char home[] = "/tmp/ct-audit-XXXXXX";
static char *path; /* of the log */

static struct ct_audit *
opened(void)
{
	struct ct_audit *a = NULL;

	if (ct_audit_open(&a, home, "ct-test", &err))
		ct_die_err(&err);
	return a;
}

/* The log is another file, of exactly these bytes. */
static void
put(const void *bytes, size_t len)
{
	char *tmp = ct_printf("%s.new", path);
	int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || ct_write_full(fd, bytes, len) < 0 ||
	    rename(tmp, path) < 0)
		ct_die(CT_IOERR, "cannot write '%s'", path);
	(void)close(fd);
	free(tmp);
}

static void
more(const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_APPEND);

	if (fd < 0 || ct_write_full(fd, bytes, len) < 0)
		ct_die(CT_IOERR, "cannot write '%s'", path);
	(void)close(fd);
}

static char *
text(size_t *len)
{
	uint8_t *buf;

	if (ct_file_read(path, 64 << 20, &buf, len, &err))
		ct_die_err(&err);
	return (char *)buf;
}

static int
counts(const json_t *line, const struct ct_audit_head *head, void *arg,
    struct ct_err *why)
{
	int64_t *n = arg;

	(void)line;
	(void)why;
	return ++*n == head->seq ? 0 : CT_SOFTWARE;
}

/* How many lines there are; -1: the chain is broken. */
static int64_t
length(void)
{
	struct ct_audit *a;
	int64_t n = 0;
	int rc;

	if (ct_audit_look(&a, path, &err))
		return -1;
	rc = ct_audit_each(a, NULL, counts, &n, &err);
	ct_audit_close(a);
	return rc ? -1 : n;
}

static int
note(const char *act, int n)
{
	struct ct_audit *a = opened();
	json_t *members = json_pack("{s:i}", "n", n);
	int rc = ct_audit_note(a, act, members, &err);

	json_decref(members);
	ct_audit_close(a);
	return rc;
}

static void
form(void)
{
	struct ct_audit_head head = { 0 }, zero = { 0 };
	struct ct_audit *a = opened();
	struct stat st;
	char *all, *nl, want[512], sum[65];
	uint8_t raw[32];
	struct ct_blake b;
	size_t len;
	json_t *members =
		   json_pack("{s:s, s:[s]}", "object", "a\"b", "more", "x"),
	       *bad = json_pack("{s:s}", "at", "now");

	(void)setenv("CT_CLOCK", "2026-11-28T12:00:00Z", 1);
	ok(ct_audit_lock(a, &head, &err) == 0 &&
		memcmp(&head, &zero, sizeof head) == 0,
	    "an empty log has no head");
	ok(ct_audit_add(a, "seal", members, &head, &err) == 0 &&
		head.seq == 1 && head.at == 1795867200000,
	    "a line is added");
	ok(ct_audit_add(a, "open", NULL, &head, &err) == 0 && head.seq == 2,
	    "and one without members");
	ok(ct_audit_add(a, "seal", bad, &head, &err) == CT_SOFTWARE &&
		ct_audit_add(a, "se al", NULL, &head, &err) == CT_SOFTWARE &&
		head.seq == 2,
	    "not one whose members are ours, nor what is no act");
	ct_audit_unlock(a);
	ok(ct_audit_add(a, "seal", NULL, &head, &err) == CT_SOFTWARE,
	    "nor one without the lock");
	ct_audit_close(a);
	all = text(&len);
	ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600 &&
		(int64_t)len == head.offset,
	    "it is for its owner alone");
	nl = strchr(all, '\n');
	(void)snprintf(want, sizeof want,
	    "{\"seq\":1,\"prev\":\"%064d\",\"at\":\"2026-11-28T12:00:00Z\","
	    "\"mono\":",
	    0);
	ok(strncmp(all, want, strlen(want)) == 0 &&
		strstr(all,
		    ",\"tool\":\"ct-test\",\"act\":\"seal\",\"object\":"
		    "\"a\\\"b\",\"more\":[\"x\"]}\n"),
	    "the first line names no other");
	ct_blake_start(&b, 32, NULL);
	ct_blake_add(&b, all, (size_t)(nl + 1 - all));
	ct_blake_end(&b, raw, 32);
	ct_hex(raw, 32, sum);
	(void)snprintf(want, sizeof want, "{\"seq\":2,\"prev\":\"%s\",", sum);
	ok(strncmp(nl + 1, want, strlen(want)) == 0 &&
		strcmp(all + len - 14, "\"act\":\"open\"}\n") == 0,
	    "the second names the digest of the first");
	free(all);
	json_decref(members);
	json_decref(bad);
	(void)unsetenv("CT_CLOCK");
}

static int
stops(const json_t *line, const struct ct_audit_head *head, void *arg,
    struct ct_err *why)
{
	(void)line;
	(void)why;
	*(struct ct_audit_head *)arg = *head;
	return head->seq == 3 ? CT_NO : 0;
}

static void
each(void)
{
	struct ct_audit_head at = { 0 }, end;
	struct ct_audit *a;
	int64_t n = 3;
	char *all;
	size_t len;
	int i;

	put("", 0);
	for (i = 1; i <= 6; i++)
		(void)note("count", i);
	a = opened();
	ok(ct_audit_each(a, NULL, stops, &at, &err) == CT_NO && at.seq == 3,
	    "what the caller returns ends the walk");
	ok(ct_audit_each(a, &at, counts, &n, &err) == 0 && n == 6,
	    "and it goes on from there");
	ok(ct_audit_lock(a, &end, &err) == 0 && end.seq == 6 &&
		ct_audit_each(a, &end, counts, &n, &err) == 0 && n == 6,
	    "behind the last line there is none");
	ct_audit_unlock(a);
	at.sum[7] ^= 1;
	ok(ct_audit_each(a, &at, counts, &n, &err) == CT_DATAERR &&
		strstr(err.msg, "line 3 is not the one it was"),
	    "a head of another log is told");
	all = text(&len);
	put(all, len - 10);
	free(all);
	ok(ct_audit_each(a, &end, counts, &n, &err) == 0 && n == 6,
	    "a log put in its place is not what we have open");
	ok(ct_audit_lock(a, &end, &err) == CT_TEMPFAIL &&
		strstr(err.msg, "moved away"),
	    "and nothing is written to one that was moved");
	ct_audit_close(a);
	ok(length() == 5, "without the lock a line in the making is not seen");
	a = opened();
	ok(ct_audit_each(a, &end, counts, &n, &err) == CT_DATAERR,
	    "a head behind the end is told");
	ct_audit_close(a);
}

/* Every bit of a log of three lines. */
static void
flips(void)
{
	size_t len, i, missed = 0, wrong = 0, upto[3];
	char *all, want[32];
	int seq = 1;

	put("", 0);
	(void)note("a", 1);
	free(text(&upto[0]));
	(void)note("b", 2);
	free(text(&upto[1]));
	(void)note("c", 3);
	all = text(&upto[2]);
	len = upto[1]; /* of the last line nothing but its form is known */
	for (i = 0; i < 8 * len; i++) {
		all[i / 8] ^= (char)(1 << i % 8);
		put(all, upto[2]);
		all[i / 8] ^= (char)(1 << i % 8);
		seq += i / 8 >= upto[seq - 1];
		missed += length() >= 0;
		(void)snprintf(want, sizeof want, "line %d:", seq);
		wrong += !strstr(err.msg, want) &&
		    !(i / 8 > upto[0] && i / 8 < upto[0] + 81);
	}
	ok(missed == 0, "every bit flipped is found");
	ok(wrong == 0, "where it is; a digest where it is named, or of what");
	free(all);
}

/* A log of two lines, as bytes. */
static char *
two(size_t *len)
{
	put("", 0);
	(void)note("a", 1);
	(void)note("b", 2);
	return text(len);
}

static void
torn(void)
{
	size_t len, second, cut, bad = 0;
	char *all = two(&len), *now;

	second = (size_t)(strchr(all, '\n') + 1 - all);
	for (cut = 1; cut < len; cut++) {
		put(all, cut);
		if (note("c", 3) || length() != (cut <= second ? 2 : 3))
			bad++;
		now = text(&(size_t){ 0 });
		if (!strstr(now, "\"act\":\"cut\",\"bytes\":") !=
		    (cut == second))
			bad++;
		free(now);
	}
	ok(bad == 0, "a torn end is cut, at every byte, and said to be");
	free(all);
	put("no log\n", 7);
	ok(note("a", 1) == CT_DATAERR && length() < 0,
	    "nothing is added to what is no log");
}

/* What was never written of a file is NULs. */
static void
unwritten(void)
{
	size_t len, second;
	char *all = two(&len), *now, *boot, *nul = ct_alloc(8192, 1);

	second = (size_t)(strchr(all, '\n') + 1 - all);
	more(nul, 8192);
	now = NULL;
	ok(note("c", 3) == 0 && length() == 4 && (now = text(&(size_t){ 0 })) &&
		strstr(now, "\"act\":\"cut\",\"bytes\":8192}"),
	    "bytes that were never written are cut");
	free(now);
	/* of a batch its first page is lost and its second is there */
	(void)note("d", 4);
	free(all);
	all = text(&len);
	memset(all + second, 0, 10);
	put(all, len);
	ok(note("e", 5) == 0 && length() < 0 && strstr(err.msg, "line 2"),
	    "in a line of this boot they are damage, and stay");
	for (now = boot = all + second + 10;
	     (now = memmem(now, len - (size_t)(now - all), "\"boot\":\"", 8));
	     now += 8)
		boot = now + 8;
	*boot = *boot == 'a' ? 'b' : 'a';
	put(all, len);
	ok(note("e", 5) == CT_DATAERR && strstr(err.msg, "behind bytes"),
	    "after another boot, too: a whole line is behind them");
	free(nul);
	free(all);
}

/* On a slow disk the other may have the log at each look of half a minute: then
 * it is to be run again later, as it says. */
static int
counted(struct ct_audit *a)
{
	int rc, tries = 0;

	do
		rc = ct_audit_note(a, "count", NULL, &err);
	while (rc == CT_TEMPFAIL && ++tries < 20);
	return rc;
}

static void
together(void)
{
	struct ct_audit *a;
	int who, i, st, bad = 0;
	pid_t pid[2];

	put("", 0);
	for (who = 0; who < 2; who++) {
		if ((pid[who] = fork()) != 0)
			continue;
		a = opened();
		for (i = 0; i < 500; i++)
			bad += counted(a) != 0;
		_exit(bad ? 1 : 0);
	}
	for (who = 0; who < 2; who++)
		bad += waitpid(pid[who], &st, 0) < 0 || st != 0;
	ok(bad == 0 && length() == 1000,
	    "two processes that add 500 lines each make one chain");
}

/* ---- follow -------------------------------------------------------------- */

static const char *const schema[] = {
	"CREATE TABLE view (id INTEGER PRIMARY KEY, sha TEXT, by TEXT);"
	"CREATE TABLE verdict (id INTEGER PRIMARY KEY, word TEXT)",
	NULL,
};

static const struct ct_audit_table tables[] = {
	{ "view",
	    "SELECT id, 'view', json_object('sha256', sha, 'by', by)"
	    " FROM view WHERE id > ? ORDER BY id" },
	{ "verdict",
	    "SELECT id, 'verdict', json_object('verdict', word)"
	    " FROM verdict WHERE id > ? ORDER BY id" },
	{ NULL, NULL },
};

static void
follow(void)
{
	static const struct ct_audit_table bad[] = {
		{ "view",
		    "SELECT id, 'view', 'x' FROM view WHERE id >= ? - 1" },
		{ NULL, NULL },
	};
	char *db = ct_printf("%s/x.db", home), *all;
	struct ct_audit *a;
	struct ct_store *st;
	size_t len;

	put("", 0);
	a = opened();
	if (ct_store_open(&st, db, schema, &err))
		ct_die_err(&err);
	ok(ct_audit_follow(a, st, tables, &err) == 0 && length() == 0,
	    "an empty table has no lines");
	(void)ct_store_do(st, &err,
	    "INSERT INTO view (sha, by) VALUES ('aa', 'r7'), ('bb', NULL)", "");
	ok(ct_audit_follow(a, st, tables, &err) == 0 && length() == 2 &&
		ct_audit_follow(a, st, tables, &err) == 0 && length() == 2,
	    "each row is a line, once");
	(void)ct_store_do(
	    st, &err, "INSERT INTO verdict (word) VALUES ('csam')", "");
	(void)note("note", 1);
	ok(ct_audit_follow(a, st, tables, &err) == 0 && length() == 4,
	    "of two tables, too");
	all = text(&len);
	ok(strstr(all,
	       "\"act\":\"view\",\"sha256\":\"aa\",\"by\":\"r7\","
	       "\"row\":{\"view\":1}}") &&
		strstr(all, "\"sha256\":\"bb\",\"row\":{\"view\":2}}") &&
		strstr(all,
		    "\"verdict\":\"csam\",\"row\":{\"view\":2,"
		    "\"verdict\":1}}"),
	    "they say up to where the log has got; null is left out");
	free(all);
	(void)ct_store_do(st, &err, "DELETE FROM view", "");
	(void)ct_store_do(
	    st, &err, "INSERT INTO view (sha, by) VALUES ('cc', 'r8')", "");
	ok(ct_audit_follow(a, st, tables, &err) == 0 && length() == 6,
	    "a table begun anew is told, and taken whole");
	all = text(&len);
	ok(strstr(all,
	       "\"act\":\"restart\",\"table\":\"view\",\"row\":"
	       "{\"view\":0,\"verdict\":1}}"),
	    "by a line of its own");
	free(all);
	ok(ct_audit_follow(a, st, bad, &err) == CT_SOFTWARE && length() == 6,
	    "what is no act makes no line");
	ok(ct_audit_reach(a, "n", 7, "count", NULL, &err) == 0 &&
		ct_audit_reach(a, "n", 7, "count", NULL, &err) == 0 &&
		length() == 7 &&
		ct_audit_reach(a, "n", 6, "count", NULL, &err) == 0 &&
		length() == 8,
	    "what is counted is a line when it is another");
	ct_audit_close(a);
	ct_store_close(st);
	free(db);
}

/* As many rows as make some batches. */
static void
many(void)
{
	char *db = ct_printf("%s/y.db", home);
	struct ct_audit *a;
	struct ct_store *st;

	put("", 0);
	a = opened();
	if (ct_store_open(&st, db, schema, &err))
		ct_die_err(&err);
	(void)ct_store_do(st, &err,
	    "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n"
	    " WHERE i < 5000) INSERT INTO view (sha, by) SELECT i, 'r' FROM n",
	    "");
	ok(ct_audit_follow(a, st, tables, &err) == 0 && length() == 5000,
	    "5000 rows are 5000 lines");
	ct_audit_close(a);
	ct_store_close(st);
	free(db);
}

int
main(void)
{
	char *rm;
	int rc;

	ct_start("audit");
	if (!mkdtemp(home))
		ct_die(CT_CANTCREAT, "no directory");
	path = ct_printf("%s/audit/ct-test.log", home);
	ct_audit_close(opened());
	form();
	each();
	flips();
	torn();
	unwritten();
	together();
	follow();
	many();
	rm = ct_printf("rm -rf '%s'", home);
	rc = system(rm);
	free(rm);
	free(path);
	ok(rc == 0, "all is gone");
	done();
}
