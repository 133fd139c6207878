#include "cache.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "prog.h"
#include "store.h"

#define BATCH 256
#define BATCH_MS 1000
#define BATCH_BYTES ((size_t)8 << 20)
#define RACY_MS 60000

/* A new inode takes the row of the one that had its number before. */
static const char *const schema[] = {
	"CREATE TABLE how(id INTEGER PRIMARY KEY, text TEXT UNIQUE NOT NULL);"
	"CREATE TABLE hash(dev INTEGER, ino INTEGER, how INTEGER,"
	" size INTEGER, mtime INTEGER, ctime INTEGER, outcome INTEGER,"
	" text TEXT, sum INTEGER, PRIMARY KEY(dev, ino, how)) WITHOUT ROWID",
	NULL
};

struct row {
	struct ct_cache_key key;
	int outcome;
	char *text;
};

struct ct_cache {
	struct ct_store *in, *out;
	int64_t how;
	pthread_mutex_t lock; /* of in */
	atomic_bool broken;
	struct row row[BATCH]; /* not yet written */
	size_t n, bytes;
	int64_t since; /* ct_mono of the first of them */
};

/* ---- keys -----------------------------------------------------------------
 */

static int64_t
nanoseconds(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

struct ct_cache_key
ct_cache_key(const struct stat *st)
{
	return (struct ct_cache_key){ .dev = (int64_t)st->st_dev,
		.ino = (int64_t)st->st_ino,
		.size = st->st_size,
		.mtime = nanoseconds(st->st_mtim),
		.ctime = nanoseconds(st->st_ctim) };
}

bool
ct_cache_same(const struct ct_cache_key *a, const struct ct_cache_key *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

bool
ct_cache_settled(const struct ct_cache_key *key, int64_t now)
{
	int64_t last = key->mtime > key->ctime ? key->mtime : key->ctime;

	return last / 1000000 <= now - RACY_MS;
}

/* FNV-1a over all of a row: for bytes that went bad, not against anyone. */
static int64_t
sum(const struct ct_cache_key *key, int64_t how, int outcome, const char *text)
{
	int64_t head[] = { key->dev, key->ino, key->size, key->mtime,
		key->ctime, how, outcome };
	uint64_t h = 14695981039346656037U;
	const uint8_t *p;
	size_t i;
	int bit;

	for (i = 0; i < sizeof head / sizeof *head; i++)
		for (bit = 0; bit < 64; bit += 8)
			h = (h ^ ((uint64_t)head[i] >> bit & 0xff)) *
			    1099511628211U;
	for (p = (const uint8_t *)text; *p; p++)
		h = (h ^ *p) * 1099511628211U;
	return (int64_t)(h >> 1);
}

/* ---- the file -------------------------------------------------------------
 */

/* May nobody but us and root have written it, and what SQLite keeps beside it?
 * What is not there is as good. */
static int
ours(const char *path, struct ct_err *err)
{
	static const char *const beside[] = { "", "-wal", "-shm", "-journal" };
	struct stat st;
	char *name;
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < sizeof beside / sizeof *beside; i++) {
		name = ct_printf("%s%s", path, beside[i]);
		if (lstat(name, &st) < 0 || (!i && !S_ISREG(st.st_mode)))
			rc = 0; /* the store will say why it cannot be */
		else if (st.st_uid != geteuid() && st.st_uid != 0)
			rc = ct_fail(err, CT_NOPERM,
			    "the cache '%s' belongs to another user", name);
		else if (st.st_mode & 022)
			rc = ct_fail(err, CT_NOPERM,
			    "others may write the cache '%s': chmod 600", name);
		free(name);
	}
	return rc;
}

static int
setting(struct ct_cache *c, const char *how, struct ct_err *err)
{
	int rc = ct_store_do(
	    c->out, err, "INSERT OR IGNORE INTO how(text) VALUES(?)", "s", how);

	if (!rc)
		rc = ct_store_int(c->out, &c->how, err,
		    "SELECT id FROM how WHERE text = ?", "s", how);
	return rc == 1 ? 0 : rc ? rc : ct_fail(err, CT_SOFTWARE, "no setting");
}

int
ct_cache_open(struct ct_cache **out, const char *path, const char *how,
    struct ct_err *err)
{
	struct ct_cache *c = ct_alloc(1, sizeof *c);
	struct ct_err why = { 0 };
	int rc;

	(void)pthread_mutex_init(&c->lock, NULL);
	*out = c;
	rc = ours(path, &why);
	if (!rc)
		rc = ct_store_open(&c->out, path, schema, &why);
	/* of a cache, the last rows may be lost */
	if (!rc)
		rc = ct_store_do(c->out, &why, "PRAGMA synchronous=NORMAL", "");
	if (!rc)
		rc = setting(c, how, &why);
	if (!rc)
		rc = ct_store_open(&c->in, path, schema, &why);
	/* nobody can have put his own there between: it would still be his */
	if (!rc)
		rc = ours(path, &why);
	if (!rc)
		return 0;
	ct_cache_close(c);
	*out = NULL;
	if (rc == CT_CONFIG || rc == CT_TEMPFAIL || rc == CT_NOPERM)
		return ct_fail(err, rc, "%s", why.msg);
	return ct_fail(err, CT_CANTCREAT,
	    "no cache (a damaged one can be removed): %.180s", why.msg);
}

/* From now on there is no cache; say why. */
static void
give_up(struct ct_cache *c, const struct ct_err *err)
{
	if (!atomic_exchange(&c->broken, true))
		ct_warn("the cache is not used any more: %s", err->msg);
}

static char *
fetch(struct ct_cache *c, const struct ct_cache_key *key, int *outcome,
    struct ct_err *err)
{
	struct ct_rows *rows;
	const char *text;
	char *found = NULL;
	int rc;

	rc = ct_rows_open(&rows, c->in, err,
	    "SELECT outcome, text, sum FROM hash WHERE dev = ? AND ino = ?"
	    " AND how = ? AND size = ? AND mtime = ? AND ctime = ?",
	    "iiiiii", key->dev, key->ino, c->how, key->size, key->mtime,
	    key->ctime);
	if (!rc && (rc = ct_rows_next(rows, err)) == 1) {
		*outcome = (int)ct_rows_int(rows, 0);
		text = ct_rows_text(rows, 1);
		if (text &&
		    sum(key, c->how, *outcome, text) == ct_rows_int(rows, 2))
			found = ct_strdup(text);
	}
	ct_rows_close(rows);
	if (rc > CT_NO && rc != CT_TEMPFAIL)
		give_up(c, err);
	return found;
}

char *
ct_cache_get(struct ct_cache *c, const struct ct_cache_key *key, int *outcome)
{
	struct ct_err err = { 0 };
	char *found;

	if (atomic_load(&c->broken))
		return NULL;
	(void)pthread_mutex_lock(&c->lock);
	found = fetch(c, key, outcome, &err);
	(void)pthread_mutex_unlock(&c->lock);
	return found;
}

static void
forget(struct ct_cache *c)
{
	while (c->n)
		free(c->row[--c->n].text);
	c->bytes = 0;
}

/* The rows at hand, in one short transaction: who shares the file waits for
 * no more than that.  If another is in the way for long, they are dropped. */
static void
save(struct ct_cache *c)
{
	struct ct_err err = { 0 };
	struct row *r;
	int rc = ct_store_begin(c->out, &err);

	for (r = c->row; !rc && r < c->row + c->n; r++)
		rc = ct_store_do(c->out, &err,
		    "INSERT OR REPLACE INTO hash VALUES(?,?,?,?,?,?,?,?,?)",
		    "iiiiiiisi", r->key.dev, r->key.ino, c->how, r->key.size,
		    r->key.mtime, r->key.ctime, (int64_t)r->outcome, r->text,
		    sum(&r->key, c->how, r->outcome, r->text));
	if (!rc)
		rc = ct_store_commit(c->out, &err);
	if (rc)
		ct_store_rollback(c->out);
	if (rc && rc != CT_TEMPFAIL)
		give_up(c, &err);
	forget(c);
}

void
ct_cache_put(struct ct_cache *c, const struct ct_cache_key *key, int outcome,
    const char *text)
{
	int64_t now = ct_mono();

	if (atomic_load(&c->broken))
		return;
	if (c->n == 0)
		c->since = now;
	c->row[c->n++] = (struct row){ *key, outcome, ct_strdup(text) };
	c->bytes += strlen(text);
	if (c->n == BATCH || c->bytes >= BATCH_BYTES ||
	    now - c->since >= BATCH_MS)
		save(c);
}

void
ct_cache_close(struct ct_cache *c)
{
	if (!c)
		return;
	if (c->n && !atomic_load(&c->broken))
		save(c);
	forget(c);
	ct_store_close(c->in);
	ct_store_close(c->out);
	(void)pthread_mutex_destroy(&c->lock);
	free(c);
}
