/*
 * queue_near.c - what was decided of the same content, or of one like it
 *
 * The PDQ hashes of what was decided lie packed in pages, which are read once
 * for all items of a job, so that one is compared with a million in some
 * milliseconds.  They are packed when somebody next takes a job, not when one
 * decides.
 */
#include <stdlib.h>
#include <string.h>

#include "ham.h"
#include "hex.h"
#include "prog.h"
#include "queue_db.h"

#define PAGE 256      /* hashes */
#define QUALITY 50    /* of PDQ: less is of something flat */
#define AT_ONCE 65536 /* packed in one transaction */

_Static_assert(CT_NEAR_HASH == CT_HASH_LEN, "of PDQ");

/* The hash of a record that is worth a comparison. */
static bool
hash_of(const json_t *rec, uint8_t pdq[CT_HASH_LEN])
{
	const json_t *q = ct_rec_get(rec, "hashes.pdq_quality");
	struct ct_err none = { 0 };

	return ct_rec_hash(rec, "pdq", pdq, CT_HASH_LEN, &none) == 0 &&
	    (!q || json_integer_value(q) >= QUALITY) && !ct_ham_flat(pdq);
}

/* ---- packing ---------------------------------------------------------------
 */

struct page {
	int64_t id; /* 0: none yet */
	size_t n;
	uint8_t hash[PAGE * CT_HASH_LEN];
	int64_t item[PAGE];
};

static int
last_page(struct ct_queue *q, struct page *p, struct ct_err *err)
{
	struct ct_rows *r;
	const void *hash, *item;
	size_t n, m;
	int rc = ct_rows_open(&r, q->st, err,
	    "SELECT id, hash, item FROM near ORDER BY id DESC LIMIT 1", "");

	p->id = 0;
	p->n = 0;
	if (rc)
		return rc;
	if ((rc = ct_rows_next(r, err)) == 1) {
		p->id = ct_rows_int(r, 0);
		hash = ct_rows_blob(r, 1, &n);
		item = ct_rows_blob(r, 2, &m);
		p->n = m / sizeof *p->item;
		rc = 0;
		if (n != p->n * CT_HASH_LEN || m % sizeof *p->item ||
		    p->n > PAGE)
			rc = ct_fail(err, CT_DATAERR,
			    "review.db: a page of hashes is damaged");
		else if (n) {
			memcpy(p->hash, hash, n);
			memcpy(p->item, item, m);
		}
	}
	ct_rows_close(r);
	return rc;
}

static int
store(struct ct_queue *q, struct page *p, struct ct_err *err)
{
	if (!p->n)
		return 0;
	return ct_store_do(q->st, err,
	    "INSERT OR REPLACE INTO near (id, hash, item) VALUES (?, ?, ?)",
	    "ibb", p->id, p->hash, p->n * CT_HASH_LEN, p->item,
	    p->n * sizeof *p->item);
}

static int
put(struct ct_queue *q, struct page *p, const uint8_t hash[CT_HASH_LEN],
    int64_t item, struct ct_err *err)
{
	int rc = 0;

	if (p->n == PAGE) {
		rc = store(q, p, err);
		p->id++;
		p->n = 0;
	}
	if (!p->id)
		p->id = 1;
	memcpy(p->hash + p->n * CT_HASH_LEN, hash, CT_HASH_LEN);
	p->item[p->n++] = item;
	return rc;
}

/* Some of what is decided and not packed; *more if there is more. */
static int
pack(struct ct_queue *q, struct page *p, bool *more, struct ct_err *err)
{
	uint8_t hash[CT_HASH_LEN];
	int64_t id = 0;
	struct ct_rows *r;
	json_t *rec;
	int n = 0,
	    rc = ct_rows_open(&r, q->st, err,
		"SELECT record, id FROM item WHERE packed = 0 AND decision IS "
		"NOT"
		" NULL ORDER BY id LIMIT ?",
		"i", (int64_t)AT_ONCE);

	if (rc)
		return rc;
	while ((rc = ct_rows_next(r, err)) == 1) {
		if ((rc = ct_queue_record(r, &rec, err)))
			break;
		id = ct_rows_int(r, 1);
		if (hash_of(rec, hash))
			rc = put(q, p, hash, id, err);
		json_decref(rec);
		if (rc)
			break;
		n++;
	}
	ct_rows_close(r);
	*more = n == AT_ONCE;
	if (rc || !n)
		return rc;
	if ((rc = store(q, p, err)))
		return rc;
	return ct_store_do(q->st, err,
	    "UPDATE item SET packed = 1 WHERE packed = 0 AND decision IS NOT"
	    " NULL AND id <= ?",
	    "i", id);
}

int
ct_queue_pack(struct ct_queue *q, struct ct_err *err)
{
	struct page *p;
	int64_t some = 0;
	bool more = true;
	int rc = ct_store_int(q->st, &some, err,
	    "SELECT 1 FROM item WHERE packed = 0 AND decision IS NOT NULL"
	    " LIMIT 1",
	    "");

	if (rc > 1 || !some)
		return rc > 1 ? rc : 0;
	p = ct_alloc(1, sizeof *p);
	for (rc = 0; !rc && more;) {
		if ((rc = ct_store_begin(q->st, err)))
			break;
		if (!(rc = last_page(q, p, err)))
			rc = pack(q, p, &more, err);
		rc = ct_queue_end(q, rc, err);
	}
	free(p);
	return rc;
}

/* ---- looking ---------------------------------------------------------------
 */

/* The nearest one of a page, if it is nearer, but for the item itself. */
static void
scan(struct ct_near_item *it, const uint8_t *page, size_t n,
    const uint8_t *items)
{
	size_t hit[PAGE],
	    k = ct_ham_scan(it->hash, page, n, it->distance, hit, n);
	int64_t id;
	size_t i;
	int d;

	for (i = 0; i < k; i++) {
		memcpy(&id, items + hit[i] * sizeof id, sizeof id);
		d = ct_ham(it->hash, page + hit[i] * CT_HASH_LEN);
		if (id != it->item && d <= it->distance) {
			it->like = id;
			it->distance = d;
		}
	}
}

static int
by_item(const void *a, const void *b)
{
	const struct ct_near_item *x = a, *y = b;

	return x->item < y->item ? -1 : x->item > y->item;
}

void
ct_queue_near_add(const struct ct_queue *q, struct ct_near *near, int64_t item,
    const json_t *rec)
{
	struct ct_near_item it = { .item = item,
		.distance = (int)ct_queue_rules(q)->near };

	if (it.distance < 0 || !hash_of(rec, it.hash))
		return;
	near->items = ct_grow(near->items, near->n + 1, sizeof *near->items);
	near->items[near->n++] = it;
}

int
ct_queue_near_find(struct ct_queue *q, struct ct_near *near, struct ct_err *err)
{
	const uint8_t *page, *items;
	struct ct_rows *r;
	size_t n, m, i;
	int rc;

	if (!near->n)
		return 0;
	qsort(near->items, near->n, sizeof *near->items, by_item);
	rc = ct_rows_open(
	    &r, q->st, err, "SELECT hash, item FROM near ORDER BY id", "");
	if (rc)
		return rc;
	while ((rc = ct_rows_next(r, err)) == 1) {
		page = ct_rows_blob(r, 0, &n);
		items = ct_rows_blob(r, 1, &m);
		if (n / CT_HASH_LEN > PAGE ||
		    n / CT_HASH_LEN != m / sizeof(int64_t)) {
			rc = ct_fail(err, CT_DATAERR,
			    "review.db: a page of hashes is damaged");
			break;
		}
		for (i = 0; n && i < near->n; i++)
			scan(&near->items[i], page, n / CT_HASH_LEN, items);
	}
	ct_rows_close(r);
	return rc;
}

void
ct_queue_near_free(struct ct_near *near)
{
	free(near->items);
	*near = (struct ct_near){ NULL, 0 };
}

/* What stands of the item that a query found; distance -1: the same content.
 */
static int
tell(struct ct_queue *q, int64_t decision, int distance, json_t **suggest,
    struct ct_err *err)
{
	int rc = ct_queue_review(q, decision, suggest, err);

	if (!rc && distance >= 0)
		(void)json_object_set_new(
		    *suggest, "distance", json_integer(distance));
	return rc;
}

int
ct_queue_suggest(struct ct_queue *q, int64_t item, const char *sha256,
    const struct ct_near *near, json_t **suggest, struct ct_err *err)
{
	const struct ct_near_item key = { .item = item }, *it = NULL;
	int64_t decision = 0;
	int rc = ct_store_int(q->st, &decision, err,
	    "SELECT decision FROM item WHERE sha256 = ? AND id <> ?"
	    " AND decision IS NOT NULL ORDER BY decision DESC LIMIT 1",
	    "si", sha256, item);

	*suggest = NULL;
	if (rc > 1)
		return rc;
	if (rc == 1)
		return tell(q, decision, -1, suggest, err);
	if (near->n)
		it = bsearch(&key, near->items, near->n, sizeof key, by_item);
	if (!it || !it->like)
		return 0;
	rc = ct_store_int(q->st, &decision, err,
	    "SELECT decision FROM item WHERE id = ? AND decision IS NOT NULL",
	    "i", it->like);
	return rc == 1 ? tell(q, decision, it->distance, suggest, err)
	    : rc > 1   ? rc
		       : 0;
}
