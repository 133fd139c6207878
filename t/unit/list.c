/* A list: what changed since when, also of a list made by the first version. */
#include "list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tap.h"
#include "file.h"
#include "prog.h"
#include "store.h"

/* as version 1 of a list is */
static const char *const first[] = {
	"CREATE TABLE state("
	" id INTEGER PRIMARY KEY CHECK(id = 1), origin TEXT,"
	" generation INTEGER NOT NULL DEFAULT 0,"
	" revision INTEGER NOT NULL DEFAULT 0,"
	" compiled INTEGER NOT NULL DEFAULT -1,"
	" last_run INTEGER NOT NULL DEFAULT 0,"
	" last_reconcile INTEGER NOT NULL DEFAULT 0,"
	" guard_live INTEGER NOT NULL DEFAULT -1,"
	" guard_gone INTEGER NOT NULL DEFAULT 0,"
	" rejected INTEGER NOT NULL DEFAULT 0);"
	"INSERT INTO state(id, revision, compiled) VALUES(1, 7, 6);"
	"CREATE TABLE cursor("
	" name TEXT PRIMARY KEY, done_to INTEGER NOT NULL,"
	" start INTEGER NOT NULL, stop INTEGER NOT NULL, next TEXT,"
	" next_at INTEGER NOT NULL, total INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE entry("
	" id INTEGER PRIMARY KEY, member TEXT NOT NULL, entry TEXT NOT NULL,"
	" content TEXT NOT NULL, classification TEXT, at TEXT,"
	" fetched INTEGER NOT NULL, generation INTEGER NOT NULL,"
	" missing_since INTEGER, UNIQUE(member, entry, content));"
	"CREATE TABLE signal("
	" entry INTEGER NOT NULL REFERENCES entry(id), type TEXT NOT NULL,"
	" hash BLOB NOT NULL, opinion TEXT NOT NULL,"
	" generation INTEGER NOT NULL,"
	" PRIMARY KEY(entry, type, hash)) WITHOUT ROWID;"
	"CREATE TABLE tombstone("
	" member TEXT NOT NULL, entry TEXT NOT NULL, content TEXT NOT NULL,"
	" at TEXT, fetched INTEGER NOT NULL,"
	" PRIMARY KEY(member, entry, content)) WITHOUT ROWID;"
	"CREATE TABLE reject("
	" id INTEGER PRIMARY KEY, place TEXT NOT NULL, reason TEXT NOT NULL,"
	" seen INTEGER NOT NULL);"
	"INSERT INTO entry VALUES(1,'m','a','image','A1',NULL,1,1,NULL);"
	"INSERT INTO signal VALUES(1,'md5',x'61','positive',1)",
	"CREATE TABLE run(id INTEGER PRIMARY KEY, at TEXT NOT NULL,"
	" generation INTEGER NOT NULL, revision INTEGER NOT NULL,"
	" put INTEGER NOT NULL, gone INTEGER NOT NULL,"
	" rejected INTEGER NOT NULL)",
	NULL
};

static struct ct_list *list;
static struct ct_err err;
static char told[4096];

static int64_t
revision(void)
{
	struct ct_list_state s;

	(void)ct_list_state(list, &s, &err);
	return s.revision;
}

/*
 * One change a word, as one revision: "a=x" the entry a has only the signal
 * x, "a+x" also, "a=" none; "a?x" it is disputed, "a!x" negative; "-a" it is
 * removed; "<" what was not put in this walk is swept, "<<" if twice.
 */
static int
change(int64_t generation, const char *words)
{
	struct ct_list_state s;
	char name[2] = "";
	uint8_t byte;
	struct ct_signal sig = { .type = "md5", .hash = &byte, .len = 1 };
	struct ct_entry e = { "m", name, "image", "A1", NULL, &sig, 1 };
	int64_t n = 0;
	const char *p;
	int rc = ct_list_begin(list, &err);

	for (p = words; !rc && *p; p += strcspn(p, " "), p += *p == ' ') {
		if (*p == '<') {
			rc = p[1] == '<'
			    ? ct_list_sweep_twice(list, generation, &n, &err)
			    : ct_list_sweep(list, generation, &n, &err);
			continue;
		}
		*name = *(*p == '-' ? p + 1 : p);
		if (*p == '-') {
			rc = ct_list_remove(list, &e, &n, &err);
			continue;
		}
		byte = (uint8_t)p[2];
		e.n = byte > ' ';
		sig.opinion = p[1] == '?' ? "disputed"
		    : p[1] == '!'         ? "negative"
					  : "positive";
		rc = ct_list_put(list, &e, generation, p[1] == '+', &err);
	}
	if (!rc && !(rc = ct_list_state(list, &s, &err))) {
		s.revision++;
		rc = ct_list_keep(list, &s, &err);
	}
	return rc ? rc : ct_list_commit(list, &err);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The words of told in order: entries come in none. */
static const char *
sorted(void)
{
	static char out[sizeof told];
	char *word[64], *p, *save = NULL;
	size_t n = 0, i;

	for (p = strtok_r(told, " ", &save); p && n < 64;
	     p = strtok_r(NULL, " ", &save))
		word[n++] = p;
	if (n)
		qsort(word, n, sizeof *word, by_text);
	*out = '\0';
	for (i = 0; i < n; i++)
		(void)snprintf(out + strlen(out), sizeof out - strlen(out),
		    "%s%s", i ? " " : "", word[i]);
	return out;
}

static void
tell(const char *text, size_t len)
{
	(void)snprintf(told + strlen(told), sizeof told - strlen(told), "%.*s",
	    (int)len, text);
}

static int
entry(void *arg, const struct ct_entry *e, struct ct_err *why)
{
	size_t i;

	(void)arg;
	(void)why;
	tell(e->entry, 1);
	tell("=", 1);
	for (i = 0; i < e->n; i++) {
		tell((const char *)e->signal[i].hash, 1);
		if (strcmp(e->signal[i].opinion, "positive") != 0)
			tell(e->signal[i].opinion, 1);
	}
	tell(" ", 1);
	return 0;
}

static const char *
since(int64_t r)
{
	*told = '\0';
	(void)ct_list_each_since(list, r, entry, NULL, &err);
	return sorted();
}

static int
signal_(void *arg, const struct ct_entry *e, const char *why, struct ct_err *x)
{
	(void)arg;
	(void)x;
	if (!why)
		why = e->signal->opinion;
	tell(why == e->signal->opinion ? "+" : "-", 1);
	tell(e->entry, 1);
	tell("-", 1);
	tell(why, strlen(why));
	tell("-", 1);
	tell((const char *)e->signal->hash, 1);
	tell(" ", 1);
	return 0;
}

static const char *
diff(int64_t r)
{
	*told = '\0';
	(void)ct_list_diff(list, r, signal_, NULL, &err);
	return sorted();
}

static void
is(const char *got, const char *want, const char *what)
{
	ok(strcmp(got, want) == 0, "%s", what);
	if (strcmp(got, want) != 0)
		printf("# got '%s', want '%s'\n", got, want);
}

static void
changes(void)
{
	int64_t r, n = -1;

	ok(change(1, "a=x a+y b=x c=z") == 0, "entries put");
	is(since(-1), "a=xy b=x c=z", "since ever: all of them");
	is(diff(-1), "+a-positive-x +a-positive-y +b-positive-x +c-positive-z",
	    "all came");
	r = revision();
	is(since(r), "", "since now: none");
	ok(change(2, "a+x a+y b=x c=z") == 0, "the same put again");
	is(since(r), "", "is no change");
	ok(change(2, "a=y b=x b+q") == 0, "one loses a signal, one gains one");
	is(since(r), "a=y b=qx", "each is told once, as it is now");
	is(diff(r), "+a-positive-y +b-positive-q -a-deleted-x",
	    "what went, and then all that it has; else what is new");
	ok(ct_list_changed(list, r, &n, &err) == 0 && n == 2, "two changed");
	ok(change(2, "a+x b=x") == 0, "and all is as it was");
	is(diff(r), "", "then nothing came or went");
	ok(change(2, "-a d=x -d b?x c!z") == 0, "removed, disputed, refused");
	is(since(r), "a= b=xd c=zn d=", "the gone ones have no signals");
	is(diff(r),
	    "+b-disputed-x +c-negative-z -a-deleted-x -a-deleted-y"
	    " -b-downvoted-x -c-downvoted-z",
	    "why a hash counts no longer");
	r = revision();
	ok(change(2, "b=x c=z") == 0, "opinions change back");
	is(diff(r), "+b-positive-x +c-positive-z", "which is told as news");
	r = revision();
	ok(change(2, "-c") == 0 && change(2, "c=w") == 0, "one comes again");
	is(since(r), "c=w", "is told once");
	is(diff(r), "+c-positive-w -c-deleted-z", "with another hash");
}

static void
sweeps(void)
{
	int64_t r = revision();

	ok(change(3, "b=x <") == 0, "a walk without c");
	is(since(r), "c=", "c is gone, b unchanged");
	is(diff(r), "-c-deleted-w", "with its hash");
	ok(change(3, "e=1 e+2") == 0 && change(4, "b=x e+2 <") == 0,
	    "one of two signals swept");
	is(since(r), "c= e=2", "the other stays");
	r = revision();
	ok(change(5, "b=x <<") == 0, "absent once");
	is(since(r), "", "is no change");
	ok(change(6, "b=x <<") == 0, "absent twice");
	is(since(r), "e=", "is gone");
	is(diff(r), "-e-deleted-2", "with its hash");
}

static void
generations(void)
{
	int64_t r = revision(), got = 0, i;
	int bad = 0;

	ok(ct_list_revision(list, 5, &got, &err) == 0 && got == -1,
	    "of a list that was not there nothing was in an index");
	ok(ct_list_compiled(list, 3, r, &err) == 0 &&
		ct_list_compiled(list, 4, r, &err) == 0 &&
		change(6, "f=1") == 0 &&
		ct_list_compiled(list, 9, r + 1, &err) == 0,
	    "three indexes");
	ok(ct_list_revision(list, 2, &got, &err) == 0 && got == -1,
	    "before the first");
	ok(ct_list_revision(list, 8, &got, &err) == 0 && got == r, "between");
	ok(ct_list_revision(list, 9, &got, &err) == 0 && got == r + 1, "last");
	for (i = 0; i < 3; i++)
		bad |= ct_list_compiled(list, (uint64_t)(10 + i), r + i, &err);
	ok(!bad && ct_list_revision(list, 99, &got, &err) == 0 && got == r + 2,
	    "more of them");
}

static void
many(void)
{
	int64_t r = revision(), got = 0, i;
	struct ct_store *st;
	char *db = ct_printf("state/lists/old.db");
	/* more versions than a list has: none is too late */
	const char *none[32] = { NULL };
	int bad;

	for (i = 0; i < 31; i++)
		none[i] = "";
	bad = ct_store_open(&st, db, none, &err);
	bad = bad || ct_store_begin(st, &err);
	for (i = 0; !bad && i < CT_LIST_KNOWN; i++)
		bad = ct_store_do(st, &err, "INSERT INTO compiled VALUES(?, ?)",
		    "ii", 1000 + i, r + i);
	ok(!bad && ct_store_commit(st, &err) == 0, "as many as are kept");
	ct_store_close(st);
	free(db);
	ok(ct_list_compiled(
	       list, 1000000, r + 2 * (int64_t)CT_LIST_KNOWN, &err) == 0,
	    "and one more");
	ok(ct_list_revision(list, 7, &got, &err) == CT_NO,
	    "what was before them is no longer known");
	ok(ct_list_revision(list, 1001, &got, &err) == 0 && got == r + 1,
	    "they are");
}

static void
old_list(void)
{
	struct ct_store *st = NULL;
	struct ct_list_count n;
	int64_t got, r;

	ok(ct_mkdirs("state/lists", &err) == 0 &&
		ct_store_open(&st, "state/lists/old.db", first, &err) == 0,
	    "a list as version 1 made it");
	ct_store_close(st);
	ok(ct_list_open(&list, "state", "old", true, &err) == 0,
	    "is brought up to date");
	ok(ct_list_count(list, &n, &err) == 0 && n.entries == 1 &&
		n.signals == 1,
	    "with all in it");
	is(since(-1), "a=a", "it is all new to an index");
	r = revision();
	ok(r == 7, "its revision goes on");
	is(since(r), "", "nothing changed since");
	ok(ct_list_revision(list, 5, &got, &err) == CT_NO,
	    "what an index held before is not known");
	ok(change(1, "a=b") == 0, "what changes now");
	is(diff(r), "+a-positive-b -a-deleted-a", "is known");
	ok(ct_list_compiled(list, 6, r + 1, &err) == 0 &&
		ct_list_revision(list, 6, &got, &err) == 0 && got == r + 1,
	    "and so is the next index");
	many();
	ct_list_close(list);
}

static int
put_four(char *hash)
{
	struct ct_signal sig[4];
	struct ct_entry e = { "m", "q", "image", "A1", NULL, sig, 4 };
	struct ct_list_state s;
	size_t i;
	int rc = ct_list_begin(list, &err);

	for (i = 0; i < 4; i++)
		sig[i] = (struct ct_signal){ .type = "md5",
			.hash = (uint8_t *)&hash[i],
			.len = 1,
			.opinion = i == 3 ? "seed" : "positive" };
	if (!rc)
		rc = ct_list_put(list, &e, 1, false, &err);
	if (!rc && !(rc = ct_list_state(list, &s, &err))) {
		s.revision++;
		rc = ct_list_keep(list, &s, &err);
	}
	return rc ? rc : ct_list_commit(list, &err);
}

/* Entries of four signals are put in another way. */
static void
fours(void)
{
	int64_t r = revision();

	ok(put_four((char[]){ "efgh" }) == 0, "an entry of four signals");
	is(since(r), "q=efghs", "has them");
	ok(change(1, "-q") == 0 && put_four((char[]){ "efee" }) == 0,
	    "one of four that are not all different");
	is(since(r), "q=esf", "has each once, as it was told last");
	ok(change(1, "-q") == 0, "it is removed");
	is(since(r), "q=", "and has none");
}

/* What was to go went otherwise; its number is that of another then. */
static void
doomed(void)
{
	struct ct_entry e = { .member = "m", .entry = "q", .content = "image" };
	int64_t gone = 0, r;

	ok(put_four((char[]){ "efgh" }) == 0 &&
		ct_list_begin(list, &err) == 0 &&
		ct_list_doom(list, &e, &gone, &err) == 0 && gone == 1 &&
		ct_list_commit(list, &err) == 0,
	    "an entry is to go");
	r = revision();
	ok(change(1, "-q") == 0 && put_four((char[]){ "ijkl" }) == 0,
	    "it goes, and another has its number");
	ok(ct_list_begin(list, &err) == 0 &&
		ct_list_fall(list, &gone, &err) == 0 && gone == 0 &&
		ct_list_commit(list, &err) == 0,
	    "nothing goes any more");
	is(since(r), "q=ijkls", "the other stays");
	ok(change(1, "-q") == 0, "it is removed");
}

/* No signal is left of an entry that went. */
static void
whole(void)
{
	struct ct_store *st;
	int64_t n = -1;

	ok(ct_store_open_still(&st, "state/lists/new.db", &err) == 0 &&
		ct_store_int(st, &n, &err,
		    "SELECT count(*) FROM signal"
		    " WHERE entry NOT IN (SELECT id FROM entry)",
		    "") == 1 &&
		n == 0,
	    "no signal is without its entry");
	ct_store_close(st);
}

static void
clean(const char *dir)
{
	static const char *const all[] = { "new.db", "new.lock", "old.db",
		"old.lock", NULL };
	size_t i;

	if (chdir("state/lists") == 0)
		for (i = 0; all[i]; i++)
			(void)unlink(all[i]);
	if (chdir("../..") == 0) {
		(void)rmdir("state/lists");
		(void)rmdir("state");
	}
	(void)rmdir(dir);
}

int
main(void)
{
	char dir[] = "/tmp/ct-list.XXXXXX";

	ct_start("list");
	if (!mkdtemp(dir) || chdir(dir) < 0)
		return 1;
	ok(ct_list_open(&list, "state", "new", true, &err) == 0, "a new list");
	changes();
	sweeps();
	generations();
	fours();
	doomed();
	ct_list_close(list);
	whole();
	old_list();
	clean(dir);
	done();
}
