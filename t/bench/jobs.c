/*
 * jobs - what an operation on a queue of many jobs costs over one sync
 *
 *	jobs DIR JOBS
 *
 * A queue in DIR gets JOBS accounts of one open item, and a tenth as many that
 * are decided and have a PDQ hash.  Then of each operation the median of many,
 * each a transaction of its own, and of the least transaction there is beside
 * it: one row changed in the same file, in turns.  Lines as t/bench/run wants
 * them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "prog.h"
#include "queue_db.h"

#define TIMES 201

static struct ct_queue *q;
static struct ct_err err;

static void
must(int rc)
{
	if (rc)
		ct_die(rc, "%s", err.msg);
}

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* ---- what is in it ---------------------------------------------------------
 */

#define RECORD                                                             \
	"json_object('id', 'o' || value, 'user', json_object('id', 'u' ||" \
	" value), 'hashes', json_object('sha256', printf('%064x', value)," \
	" 'pdq', lower(hex(randomblob(32))), 'pdq_quality', 100),"         \
	" 'match', json_object('verdict', 'match'))"
#define MANY                                                    \
	"WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT" \
	" value + 1 FROM n WHERE value < ?1) "

static void
fill(int64_t jobs)
{
	must(ct_store_begin(q->st, &err));
	must(ct_store_do(q->st, &err,
	    MANY "INSERT INTO item (object, sha256, account, record, added)"
		 " SELECT 'o' || value, printf('%064x', value), 'u' || "
		 "value, " RECORD ", '2026-11-01T00:00:00Z' FROM n",
	    "i", jobs + jobs / 10));
	must(ct_store_do(q->st, &err,
	    "INSERT INTO decision (item, verdict, class, by, at) SELECT id,"
	    " 'csam', 'A1', 'r0', '2026-11-01T00:00:00Z' FROM item"
	    " WHERE id > ?",
	    "i", jobs));
	must(ct_store_do(q->st, &err,
	    "UPDATE item SET state = 'decided', report = 1, decision ="
	    " (SELECT d.id FROM decision d WHERE d.item = item.id)"
	    " WHERE id > ?",
	    "i", jobs));
	must(ct_store_do(
	    q->st, &err, "CREATE TABLE least (id INTEGER PRIMARY KEY, n)", ""));
	must(ct_store_do(q->st, &err, "INSERT INTO least VALUES (1, 0)", ""));
	must(ct_store_commit(q->st, &err));
	must(ct_queue_pack(q, &err));
}

/* ---- operations ------------------------------------------------------------
 */

static int
ignore(json_t *rec, void *arg, struct ct_err *e)
{
	(void)rec;
	(void)arg;
	(void)e;
	return 0;
}

static void
least(int i)
{
	must(ct_store_do(q->st, &err, "UPDATE least SET n = ? WHERE id = 1",
	    "i", (int64_t)i));
}

static void
add(int i)
{
	static const struct ct_taking take;
	char id[32], sha256[65];
	const char *what;
	json_t *rec;

	(void)snprintf(id, sizeof id, "new%d", i);
	(void)snprintf(sha256, sizeof sha256, "f%063x", (unsigned)i);
	rec = json_pack("{s:s, s:{s:s}, s:{s:s}, s:{s:s}}", "id", id, "user",
	    "id", id, "hashes", "sha256", sha256, "match", "verdict", "match");
	must(ct_queue_add(q, rec, &take, &what, &err));
	json_decref(rec);
}

static const char *
person(int i)
{
	static char name[16];

	(void)snprintf(name, sizeof name, "r%d", i);
	return name;
}

static void
take(int i)
{
	json_t *job;

	must(ct_queue_take(q, person(i), NULL, &job, &err));
	json_decref(job);
}

static void
look(int i)
{
	must(ct_queue_job(q, person(i), ignore, NULL, &err));
}

static void
view(int i)
{
	static const struct ct_viewed v = { "obscured", false, false };
	int64_t id;

	must(ct_queue_view_begin(q,
	    "00000000000000000000000000000000000000000000000000000000000000aa",
	    person(i), &v, &id, &err));
}

static void
decide(int i)
{
	struct ct_decision d = { .verdict = ct_verdict_named("unsure"),
		.by = person(i) };
	char account[32];
	struct ct_pick pick = { .account = account };

	(void)snprintf(account, sizeof account, "u%d", i + 1);
	must(ct_queue_decide(q, &pick, &d, ignore, NULL, &err));
}

static void
measure(int64_t jobs, const char *name, void (*op)(int i), bool writes)
{
	double it[TIMES], base[TIMES], t, more;
	int i;

	for (i = 0; i < TIMES; i++) {
		t = now();
		op(i);
		it[i] = now() - t;
		t = now();
		least(i);
		base[i] = now() - t;
	}
	qsort(it, TIMES, sizeof *it, by_size);
	qsort(base, TIMES, sizeof *base, by_size);
	more = it[TIMES / 2] - (writes ? base[TIMES / 2] : 0);
	printf("a queue of %lld jobs\t%s: ms%s, of 1\t%.3f ms\t%.2f\t%s\n",
	    (long long)jobs, name, writes ? " beyond a sync" : "",
	    it[TIMES / 2], more, writes ? "1" : "-");
}

int
main(int argc, char *argv[])
{
	int64_t jobs;

	ct_start("jobs");
	if (argc != 3)
		ct_usage("usage: jobs DIR JOBS\n");
	jobs = ct_number("JOBS", argv[2], 1000, 10000000);
	must(ct_queue_open(&q, argv[1], &err));
	fill(jobs);
	measure(jobs, "add", add, true);
	measure(jobs, "take a job", take, true);
	measure(jobs, "look at it, with what is like it", look, false);
	measure(jobs, "begin a view", view, true);
	measure(jobs, "decide", decide, true);
	ct_queue_close(q);
	return 0;
}
