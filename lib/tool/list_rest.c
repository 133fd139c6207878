/* list_rest.c - the hashes of a list, encrypted or not */
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "list_store.h"
#include "prog.h"
#include "store.h"

#define BATCH                                                            \
	10000 /* rows, or entries, that are read before they are written \
	       */

/* ---- keys ------------------------------------------------------------------
 */

static int
damaged(const struct ct_list *l, struct ct_err *err)
{
	return ct_fail(
	    err, CT_DATAERR, "list '%s' is damaged: a hash", l->name);
}

static int
sealed(struct ct_list *l, char id[CT_REST_ID], struct ct_err *err)
{
	char *text;
	int rc =
	    ct_store_text(l->st, &text, err, "SELECT sealed FROM state", "");

	id[0] = '\0';
	if (rc == 1)
		(void)strncat(id, text, CT_REST_ID - 1);
	free(text);
	return rc > 1 ? rc : 0;
}

int
list_keys(struct ct_list *l, struct ct_err *err)
{
	const struct ct_rest_key *key;
	char *what;
	int rc = sealed(l, l->sealed, err);

	if (rc || !*l->sealed)
		return rc;
	what = ct_printf("list '%s'", l->name);
	rc = ct_rest_key_named(l->sealed, what, &key, err);
	free(what);
	return rc ? rc : ct_rest_list(&l->rest, key, l->name, err);
}

int
list_keyed(struct ct_list *l, struct ct_err *err)
{
	char id[CT_REST_ID];
	int rc = sealed(l, id, err);

	return rc || strcmp(id, l->sealed) == 0
	    ? rc
	    : ct_fail(err, CT_TEMPFAIL,
		  "list '%s' was given another key just now", l->name);
}

/* ---- a hash ----------------------------------------------------------------
 */

struct ct_signal *
list_sealed(const struct ct_list *l, const struct ct_signal *s, size_t n)
{
	struct ct_signal *to;
	size_t size = 0, i;
	uint8_t *p;

	if (!l->rest || !n)
		return NULL;
	for (i = 0; i < n; i++)
		size += sizeof *s + s[i].len + CT_REST_MORE;
	to = ct_alloc(size, 1);
	p = (uint8_t *)(to + n);
	for (i = 0; i < n; i++) {
		to[i] = s[i];
		to[i].hash = p;
		to[i].len = s[i].len + CT_REST_MORE;
		ct_rest_hash(l->rest, s[i].type, s[i].hash, s[i].len, p);
		p += to[i].len;
	}
	return to;
}

/* of len bytes, as they are kept */
static int
take(const struct ct_list *l, const uint8_t *kept, size_t len,
    struct ct_signal *s)
{
	if (l->rest && len < CT_REST_MORE)
		return -1;
	s->len = l->rest ? len - CT_REST_MORE : len;
	s->hash = ct_alloc(s->len, 1);
	if (l->rest)
		return ct_rest_unhash(l->rest, s->type, kept, len, s->hash);
	if (len)
		memcpy(s->hash, kept, len);
	return 0;
}

int
list_hash(struct ct_list *l, struct ct_rows *r, int col, struct ct_signal *s,
    struct ct_err *err)
{
	size_t len;
	const void *kept = ct_rows_blob(r, col, &len);

	s->hash = NULL;
	s->len = 0;
	return take(l, kept, len, s) == 0 ? 0 : damaged(l, err);
}

/* ---- another key
 * -------------------------------------------------------------
 */

/* A row as it was, and where it stands. */
struct row {
	int64_t id; /* of the entry, or of the row itself */
	struct ct_signal s;
	uint8_t *kept;
	size_t len;
};

struct rekey {
	struct ct_list *l;
	struct ct_rest_list *to; /* NULL: in the clear */
	struct row *row;
	size_t n, cap;
};

static void
forget(struct rekey *k)
{
	while (k->n) {
		free(k->row[--k->n].s.hash);
		free(k->row[k->n].kept);
	}
}

static int
add(struct rekey *k, struct ct_rows *r, struct ct_err *err)
{
	const char *type = ct_rows_text(r, 1);
	struct row *row;
	const void *kept;

	if (k->n == k->cap) {
		k->cap = k->cap ? 2 * k->cap : BATCH;
		k->row = ct_grow(k->row, k->cap, sizeof *k->row);
	}
	row = &k->row[k->n++];
	*row = (struct row){ .id = ct_rows_int(r, 0) };
	(void)strncpy(row->s.type, type ? type : "", sizeof row->s.type - 1);
	kept = ct_rows_blob(r, 2, &row->len);
	row->kept = ct_alloc(row->len, 1);
	if (row->len)
		memcpy(row->kept, kept, row->len);
	return list_hash(k->l, r, 2, &row->s, err);
}

static int
read_rows(struct rekey *k, const char *sql, int64_t from, struct ct_err *err)
{
	struct ct_rows *r;
	int rc = ct_rows_open(&r, k->l->st, err, sql, "ii", from, from + BATCH);

	while (!rc && (rc = ct_rows_next(r, err)) == 1)
		rc = add(k, r, err);
	ct_rows_close(r);
	return rc;
}

static int
write_rows(struct rekey *k, const char *sql, struct ct_err *err)
{
	const struct ct_list to = { .rest = k->to };
	const struct ct_signal *s;
	struct ct_signal *kept;
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < k->n; i++) {
		kept = list_sealed(&to, &k->row[i].s, 1);
		s = kept ? kept : &k->row[i].s;
		rc = ct_store_do(k->l->st, err, sql, "bisb",
		    (const void *)s->hash, s->len, k->row[i].id, s->type,
		    (const void *)k->row[i].kept, k->row[i].len);
		free(kept);
	}
	return rc;
}

/* Rows by numbers that none of them changes. */
static int
turn(struct rekey *k, const char *last, const char *get, const char *set,
    struct ct_err *err)
{
	int64_t from, end;
	int rc = ct_store_int(k->l->st, &end, err, last, "");

	rc = rc == 1 ? 0 : rc ? rc : ct_fail(err, CT_SOFTWARE, "no count");
	for (from = 0; !rc && from < end; from += BATCH) {
		rc = read_rows(k, get, from, err);
		if (!rc)
			rc = write_rows(k, set, err);
		forget(k);
	}
	return rc;
}

static int
turn_all(struct rekey *k, const char *id, struct ct_err *err)
{
	struct ct_list *l = k->l;
	int rc = ct_store_do(l->st, err, "PRAGMA secure_delete = ON", "");

	if (!rc)
		rc = ct_list_begin(l, err);
	if (!rc)
		rc = turn(k, "SELECT coalesce(max(id), 0) FROM entry",
		    "SELECT entry, type, hash FROM signal"
		    " WHERE entry > ? AND entry <= ?",
		    "UPDATE signal SET hash = ?"
		    " WHERE entry = ? AND type = ? AND hash = ?",
		    err);
	if (!rc)
		rc = turn(k, "SELECT coalesce(max(id), 0) FROM past",
		    "SELECT id, type, hash FROM past WHERE id > ? AND id <= ?",
		    "UPDATE past SET hash = ?"
		    " WHERE id = ? AND type = ? AND hash = ?",
		    err);
	if (!rc)
		rc = turn(k, "SELECT coalesce(max(id), 0) FROM large",
		    "SELECT id, type, hash FROM large"
		    " WHERE id > ? AND id <= ? AND hash IS NOT NULL",
		    "UPDATE large SET hash = ?"
		    " WHERE id = ? AND type = ? AND hash = ?",
		    err);
	if (!rc)
		rc = ct_store_do(l->st, err,
		    "UPDATE state SET sealed = ?, scrub = ? OR (scrub AND ?)",
		    "sii", id, (int64_t)(k->to && !*l->sealed),
		    (int64_t)(k->to != NULL));
	if (!rc)
		rc = ct_list_commit(l, err);
	if (rc)
		ct_list_rollback(l);
	return rc;
}

/* What was in the clear before, and may have outlived its rows. */
static int
scrub(struct ct_list *l, struct ct_err *err)
{
	int64_t due = 0;
	int rc = ct_store_int(l->st, &due, err, "SELECT scrub FROM state", "");

	if (rc > 1 || !due)
		return rc > 1 ? rc : 0;
	if (!(rc = list_large_sweep(l, err)))
		rc = ct_store_scrub(l->st, err);
	return rc ? rc
		  : ct_store_do(l->st, err, "UPDATE state SET scrub = 0", "");
}

int
list_rekey(struct ct_list *l, struct ct_err *err)
{
	const struct ct_rest_key *key;
	struct rekey k = { .l = l };
	const char *id;
	int rc = ct_rest_key(&key, err);

	id = key ? ct_rest_key_id(key) : "";
	if (rc || strcmp(id, l->sealed) == 0)
		return rc ? rc : scrub(l, err);
	if (key && (rc = ct_rest_list(&k.to, key, l->name, err)))
		return rc;
	rc = list_large_turn(l, key, k.to, err);
	if (!rc)
		rc = turn_all(&k, id, err);
	forget(&k);
	free(k.row);
	if (rc) {
		ct_rest_list_free(k.to);
		return rc;
	}
	ct_rest_list_free(l->rest);
	l->rest = k.to;
	l->sealed[0] = '\0';
	(void)strncat(l->sealed, id, CT_REST_ID - 1);
	/* all of them stand there twice now */
	return (rc = list_large_sweep(l, err)) ? rc : scrub(l, err);
}

int
ct_list_settle(const char *home, const char *name, struct ct_err *err)
{
	const struct ct_rest_key *key;
	struct ct_list *l;
	bool settled;
	int rc = ct_rest_key(&key, err);

	if (rc || (rc = ct_list_open(&l, home, name, false, err)))
		return rc;
	settled = strcmp(l->sealed, key ? ct_rest_key_id(key) : "") == 0;
	ct_list_close(l);
	if (settled)
		return 0;
	rc = ct_list_open(&l, home, name, true, err);
	ct_list_close(l);
	return rc;
}
