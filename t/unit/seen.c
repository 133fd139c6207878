/* A store against a plain table: keys that share much, found in any order, from
 * files and a log at once, each as it was put last. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tap.h"
#include "prog.h"
#include "seen_impl.h"
#include "set.h"

#define MOST 4000
#define ROUNDS 8
#define LONGEST 420

struct known {
	uint8_t key[LONGEST];
	size_t len;
	uint64_t size; /* of the row; 0: none */
};

static struct known table[MOST];
static size_t keys;
static uint64_t state = 1;

static uint64_t
chance(uint64_t n)
{
	uint64_t z = (state += 0x9e3779b97f4a7c15u);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (z ^ z >> 31) % n;
}

/* Mostly of few letters behind much that all share. */
static void
make_key(struct known *k)
{
	size_t shared = chance(3) ? chance(260) : 0, i;

	k->len = shared + 1 + chance(chance(4) ? 8 : LONGEST - 261);
	for (i = 0; i < k->len; i++)
		k->key[i] =
		    i < shared ? 'k' : (uint8_t) "\0ab\x7f\xff"[chance(5)];
}

static int
by_key(const void *a, const void *b)
{
	const struct known *x = a, *y = b;

	return seen_order(x->key, x->len, y->key, y->len);
}

/* Sorted, no two the same. */
static void
make_table(void)
{
	size_t i;

	for (i = 0; i < MOST; i++)
		make_key(&table[i]);
	qsort(table, MOST, sizeof *table, by_key);
	for (i = 0; i < MOST; i++)
		if (i == 0 || by_key(&table[keys - 1], &table[i]) != 0)
			table[keys++] = table[i];
}

/* What is put in this round, the last of it again. */
static int
put(const struct ct_seen *s, int round, struct ct_err *err)
{
	struct seen_row row = { .stamp = 1 };
	struct seen_writer w;
	size_t i;

	if (seen_writer_open(&w, s, true, err))
		return err->code;
	for (i = 0; i < keys; i++) {
		if (chance((uint64_t)1 << 3 * (round % 4)))
			continue; /* ever fewer, so that files stay apart */
		table[i].size = chance(1000) + 1;
		row.info.size = table[i].size;
		if (seen_writer_put(
			&w, table[i].key, table[i].len, &row, NULL, NULL, err))
			return err->code;
	}
	if (seen_writer_sync(&w, err) ||
	    (round % 4 < 3 && seen_writer_settle(&w, true, err)) ||
	    (round == 4 && seen_writer_merge(&w, err)))
		return err->code;
	return seen_writer_close(&w, true, err);
}

/* Is it there as the table says? */
static bool
right(struct seen_view *v, const struct known *k)
{
	struct seen_place at;
	struct seen_row row;
	struct ct_err err = { 0 };
	int rc = seen_find(v, k->key, k->len, &at, &err);

	if (rc == CT_NO)
		return k->size == 0;
	if (rc)
		return false;
	seen_row_at(v, at, &row);
	return row.info.size == k->size;
}

static bool
all_right(struct seen_view *v)
{
	bool good = true;
	struct known none;
	size_t i;

	for (i = 0; i < keys; i++)
		good &= right(v, &table[i]);
	for (i = keys; i--;)
		good &= right(v, &table[i]);
	for (i = 0; i < keys; i++) {
		good &= right(v, &table[chance(keys)]);
		make_key(&none);
		none.size = 0;
		if (!bsearch(&none, table, keys, sizeof *table, by_key))
			good &= right(v, &none);
	}
	return good;
}

/* All in order, each once. */
static bool
walks(struct seen_view *v)
{
	struct ct_err err = { 0 };
	struct seen_walk w;
	size_t i = 0;
	bool good = true;
	int rc;

	for (rc = seen_walk_first(&w, v, true, v->n, &err); !rc;
	     rc = seen_walk_next(&w, &err), i++) {
		while (i < keys && table[i].size == 0)
			i++;
		good &= i < keys &&
		    seen_order(table[i].key, table[i].len, w.key, w.len) == 0;
		if (!good)
			break;
	}
	seen_walk_end(&w);
	while (i < keys && table[i].size == 0)
		i++;
	return good && rc == CT_NO && i == keys;
}

/* ---- a store that is merged while it is opened -----------------------------
 */

static const char *store;

static bool
shell(const char *script)
{
	char *command = ct_printf("cd %s && %s", store, script);
	int rc = system(command);

	free(command);
	return rc == 0;
}

/* Whoever opens the log waits until this has the files that came of a merge
 * in the place of those that the manifest named. */
static void *
swap(void *arg)
{
	const int *log = arg;
	struct timespec most = { 10, 0 };
	sigset_t opened;
	bool good;

	(void)sigemptyset(&opened);
	(void)sigaddset(&opened, SIGIO);
	good = sigtimedwait(&opened, NULL, &most) == SIGIO &&
	    shell("rm $(ls ../old | grep rows) && mv now current");
	(void)fcntl(*log, F_SETLEASE, F_UNLCK);
	return good ? arg : NULL;
}

static void
merged_meanwhile(const struct ct_seen *s)
{
	struct seen_view *v = NULL;
	struct ct_err err = { 0 };
	struct seen_writer w;
	void *swapped = NULL;
	pthread_t thread;
	sigset_t opened;
	char *path;
	int log, rc;

	(void)sigemptyset(&opened);
	(void)sigaddset(&opened, SIGIO);
	(void)pthread_sigmask(SIG_BLOCK, &opened, NULL);
	rc = shell("mkdir ../old && ln * ../old") &&
	    seen_writer_open(&w, s, false, &err) == 0;
	path = rc ? seen_path(w.dir, w.m.log, "log") : NULL;
	ok(rc && seen_writer_merge(&w, &err) == 0 &&
		seen_writer_close(&w, true, &err) == 0 &&
		shell("mv current now && ln ../old/*.rows ../old/*.log"
		      " ../old/current ."),
	    "a store that was merged, and its files of before");
	log = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	free(path);
	if (log < 0 || fcntl(log, F_SETLEASE, F_WRLCK) < 0 ||
	    pthread_create(&thread, NULL, swap, &log)) {
		ok(1, "no lease # SKIP");
		return;
	}
	err.code = 0;
	rc = seen_view_open(&v, s, &err);
	(void)pthread_join(thread, &swapped);
	ok(swapped && rc == 0 && err.code == 0 && v->n == 1 && all_right(v),
	    "merged while it is opened, it is what it is now, and no failure");
	seen_view_close(v);
	(void)close(log);
}

/* ---- lists that were looked up in ------------------------------------------
 */

static uint32_t
number(struct seen_manifest *m, uint64_t base, uint64_t own)
{
	struct ct_match_lists l = { .generation = 7, .base = base, .own = own };
	bool added;

	return seen_lists_number(m, &l, &added);
}

static void
known_lists(void)
{
	struct seen_manifest m = { .version = 0 };
	uint32_t floor = number(&m, 1, 0), second = number(&m, 1, 1), i;

	ok(floor >= SEEN_LISTS_FIRST && second > floor &&
		number(&m, 1, 0) == floor && number(&m, 1, 1) == second,
	    "lists have a number of their own, and keep it");
	ok(number(&m, 0, 0) == 0, "  those that nobody could know again none");
	m.floor = floor;
	for (i = 0; i < 2 * SEEN_LISTS; i++)
		(void)number(&m, 2, i);
	ok(m.nlists == SEEN_LISTS && seen_lists(&m, floor) &&
		seen_lists(&m, floor)->base == 1,
	    "of many, those of the most rows stay");
	ok(!seen_lists(&m, second) && number(&m, 1, 1) > second,
	    "  a number is never another's");
	ok(!seen_lists(&m, 7), "a generation is none");
}

/* The manifest as version 2 has it, whose rows were looked up in a generation.
 */
static void
version_2(const struct ct_seen *s)
{
	struct seen_info info = { .lists = 7 };
	struct seen_manifest m;
	struct seen_view *v = NULL;
	struct seen_writer w;
	struct ct_err err = { 0 };
	char *dir = seen_dir(s), *path = ct_printf("%s/current", dir);
	FILE *f;
	uint64_t sum;
	int rc = seen_manifest_read(&m, dir, &err);

	m.version = 2;
	m.floor = 7;
	m.floor_epoch = m.epoch + 1;
	m.nlists = m.lists_next = 0;
	sum = ct_set_sum(&m, SEEN_MANIFEST_2 - sizeof sum);
	f = fopen(path, "w");
	ok(!rc && f && fwrite(&m, SEEN_MANIFEST_2 - sizeof sum, 1, f) == 1 &&
		fwrite(&sum, sizeof sum, 1, f) == 1 && fclose(f) == 0,
	    "a store of version 2");
	rc = seen_view_open(&v, s, &err);
	ok(rc == 0 && all_right(v) && v->m.sum == sum, "  has what it had");
	ok(rc == 0 && !seen_lists(&v->m, seen_looked_up(&v->m, &info)),
	    "  nobody knows in which lists that was looked up");
	seen_view_close(v);
	rc = seen_writer_open(&w, s, false, &err);
	w.floor_epoch = m.epoch + 2;
	w.floor = (struct ct_match_lists){ 7, 3, 4 };
	ok(rc == 0 && seen_writer_close(&w, true, &err) == 0 &&
		seen_view_open(&v, s, &err) == 0 && v->m.version == 3,
	    "  it is written as it is now");
	ok(all_right(v) && v->m.floor == SEEN_LISTS_FIRST &&
		seen_lists(&v->m, v->m.floor)->own == 4,
	    "  and has what it had, and in which lists");
	seen_view_close(v);
	ok(truncate(path, SEEN_MANIFEST_2) == 0 &&
		seen_view_open(&v, s, &err) == CT_DATAERR,
	    "  one of now that is as short is damaged");
	free(path);
	free(dir);
}

int
main(void)
{
	char dir[] = "/tmp/ct-seen.XXXXXX", *command;
	struct ct_seen s = { .home = dir, .store = "s" };
	struct ct_err err = { 0 };
	struct seen_view *v;
	size_t i;
	int round;

	ct_start("seen");
	if (!mkdtemp(dir))
		return 1;
	make_table();
	for (round = 0; round < ROUNDS; round++) {
		ok(put(&s, round, &err) == 0, "round %d", round);
		err.code = 0;
		if (seen_view_open(&v, &s, &err)) {
			ok(0, "%s", err.msg);
			break;
		}
		ok(all_right(v),
		    "  %zu files, %zu in the log: all is found as it was put"
		    " last",
		    v->n, v->log.n);
		ok(walks(v), "  and in order, each once");
		for (i = 0; i < v->n; i++)
			ok(seen_segment_check(&v->segment[i], &err) == 0,
			    "  as it was written");
		seen_view_close(v);
	}
	store = command = seen_dir(&s);
	merged_meanwhile(&s);
	free(command);
	known_lists();
	version_2(&s);
	command = ct_printf("rm -rf %s", dir);
	ok(system(command) == 0, "gone");
	free(command);
	done();
}
