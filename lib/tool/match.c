#include "match.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "entry.h"
#include "ham.h"
#include "hex.h"
#include "match_impl.h"
#include "prog.h"

const char *const ct_verdict_name[] = { "clean", "match", "undecided" };

static const char *const orientations[] = { "orig", "rot90", "rot180", "rot270",
	"flipx", "flipy", "flipp", "flipm" };
#define ORIENTATIONS 8

static const char *const exact[] = { "md5", "sha1", "sha256", "sha512" };
#define PDQ (sizeof exact / sizeof exact[0]) /* comes after them */

struct hit {
	uint32_t note;
	short distance;
	uint8_t type; /* index into exact, or PDQ */
	uint8_t orientation;
};

struct hits {
	struct hit *p;
	size_t n, cap;
};

/* What was found out about one record. */
struct find {
	const struct ct_match *m;
	const struct ct_match_how *how;
	struct hits hits;
	int looked;  /* hashes looked up */
	int quality; /* of the PDQ hash; -1: not told */
	bool near;   /* PDQ was looked up, for every source */
};

bool
ct_match_flat(const char *type, const uint8_t *hash)
{
	static const uint8_t zero[CT_HASH_LEN];
	int ones;

	if (strcmp(type, "pdq") != 0)
		return false;
	ones = ct_ham(hash, zero);
	return ones < CT_HAM_ONES_MIN || ones > CT_HAM_ONES_MAX;
}

static int
add(struct find *f, const struct ct_set_kind *k, size_t i, struct hit hit,
    struct ct_err *err)
{
	struct hits *h = &f->hits;
	const uint32_t *note;
	size_t n;

	if (ct_set_notes(k, i, &note, &n, err))
		return err->code;
	if (h->cap - h->n < n) {
		h->cap = 2 * (h->n + n);
		h->p = ct_grow(h->p, h->cap, sizeof *h->p);
	}
	for (; n; n--) {
		hit.note = *note++;
		h->p[h->n++] = hit;
	}
	return 0;
}

static int
look_exact(struct find *f, const json_t *rec, size_t type, struct ct_err *err)
{
	uint8_t hash[CT_SET_HASH_MAX];
	size_t len = ct_signal_len(exact[type]), at;
	const struct ct_set_kind *k = ct_set_kind(f->m->set, exact[type]);
	int rc = ct_rec_hash(rec, exact[type], hash, len, err);

	if (rc)
		return rc == CT_NO ? 0 : rc;
	f->looked++;
	if (!k)
		return 0;
	if (k->len != len)
		return ct_fail(err, CT_DATAERR,
		    "the index is damaged: the length of %s", k->name);
	at = ct_set_find(k, hash);
	return at == SIZE_MAX
	    ? 0
	    : add(f, k, at, (struct hit){ .type = (uint8_t)type }, err);
}

/* One PDQ hash against all. */
static int
look_near(
    struct find *f, const uint8_t *q, size_t orientation, struct ct_err *err)
{
	const struct ct_set_kind *k = ct_set_kind(f->m->set, "pdq");
	int max = f->how->threshold >= 0 ? f->how->threshold : f->m->threshold;
	struct ct_near_find near = { 0 };
	size_t i;
	int rc;

	if (ct_match_flat("pdq", q))
		return CT_NO;
	if (!k)
		return 0;
	if (k->len != CT_HASH_LEN)
		return ct_fail(
		    err, CT_DATAERR, "the index is damaged: the length of pdq");
	rc = ct_set_near(k, q, max, &near, err);
	for (i = 0; !rc && i < near.n; i++)
		rc = add(f, k, near.hit[i].i,
		    (struct hit){ .type = PDQ,
			.orientation = (uint8_t)orientation,
			.distance = (short)near.hit[i].distance },
		    err);
	ct_near_free(&near);
	return rc;
}

static int
look_turned(
    struct find *f, const json_t *v, size_t orientation, struct ct_err *err)
{
	uint8_t q[CT_HASH_LEN];
	int rc;

	if (!json_is_string(v) || json_string_length(v) != 2 * CT_HASH_LEN ||
	    ct_unhex(json_string_value(v), q, CT_HASH_LEN) < 0)
		return ct_fail(err, CT_DATAERR,
		    "hashes.pdq_dihedral: %s is not 64 hex digits",
		    orientations[orientation]);
	rc = look_near(f, q, orientation, err);
	return rc == CT_NO ? 0 : rc;
}

/* All eight orientations, by name or in order. */
static int
look_dihedral(struct find *f, const json_t *all, struct ct_err *err)
{
	const json_t *v;
	size_t i, seen = 0;
	int rc = 0;

	if (!json_is_object(all) &&
	    (!json_is_array(all) || json_array_size(all) != ORIENTATIONS))
		return ct_fail(err, CT_DATAERR,
		    "hashes.pdq_dihedral: want an object, or an array of 8");
	for (i = 0; !rc && i < ORIENTATIONS; i++) {
		v = json_is_array(all) ? json_array_get(all, i)
				       : json_object_get(all, orientations[i]);
		if (!v)
			continue;
		seen++;
		rc = look_turned(f, v, i, err);
	}
	if (!rc && json_is_object(all) && seen != json_object_size(all))
		rc = ct_fail(err, CT_DATAERR,
		    "hashes.pdq_dihedral: an unknown orientation");
	return rc;
}

static int
look_pdq(struct find *f, const json_t *rec, struct ct_err *err)
{
	const json_t *quality = ct_rec_get(rec, "hashes.pdq_quality");
	const json_t *all = ct_rec_get(rec, "hashes.pdq_dihedral");
	uint8_t q[CT_HASH_LEN];
	int rc, none = ct_rec_hash(rec, "pdq", q, sizeof q, err);

	f->quality = -1;
	if (none > CT_NO || (none && !all))
		return none > CT_NO ? none : 0;
	if (quality &&
	    (!json_is_integer(quality) || json_integer_value(quality) < 0 ||
		json_integer_value(quality) > 100))
		return ct_fail(err, CT_DATAERR,
		    "hashes.pdq_quality is not a number from 0 to 100");
	if (quality)
		f->quality = (int)json_integer_value(quality);
	if (f->quality >= 0 && f->quality < f->m->least)
		return 0;
	rc = none ? CT_NO : look_near(f, q, 0, err);
	if (rc > CT_NO)
		return rc;
	if (!rc) {
		f->looked++;
		f->near =
		    f->quality >= CT_MATCH_QUALITY && f->quality >= f->m->most;
	}
	return all ? look_dihedral(f, all, err) : 0;
}

/* ---- the nearest, once each ------------------------------------------------
 */

static int
by_note(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	if (x->note != y->note)
		return x->note < y->note ? -1 : 1;
	if (x->type != y->type)
		return x->type - y->type;
	if (x->distance != y->distance)
		return x->distance - y->distance;
	return x->orientation - y->orientation;
}

/* Notes are in order of source, member and entry. */
static int
by_distance(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	return x->distance != y->distance ? x->distance - y->distance
					  : by_note(a, b);
}

/* Does the hit count by what its source asks for? */
static int
counts(const struct find *f, const struct hit *h, struct ct_err *err)
{
	const struct group *g;
	const char *text;
	size_t len, group;

	if (ct_set_note(f->m->set, h->note, &text, &len, &group, err))
		return err->code;
	g = &f->m->group[group];
	return h->type != PDQ ||
	    ((f->how->threshold >= 0 || h->distance <= g->threshold) &&
		(f->quality < 0 || f->quality >= g->quality));
}

static int
choose(struct find *f, struct ct_err *err)
{
	struct hits *h = &f->hits;
	size_t i, n = 0;
	int yes;

	if (h->n > 1)
		qsort(h->p, h->n, sizeof *h->p, by_note);
	for (i = 0; i < h->n; i++) {
		if (n && h->p[n - 1].note == h->p[i].note &&
		    h->p[n - 1].type == h->p[i].type)
			continue;
		if ((yes = counts(f, &h->p[i], err)) > 1)
			return yes;
		if (yes)
			h->p[n++] = h->p[i];
	}
	h->n = n;
	if (n > 1)
		qsort(h->p, n, sizeof *h->p, by_distance);
	return 0;
}

/* ---- telling ----------------------------------------------------------------
 */

static void
move(json_t *to, const json_t *from, const char *name)
{
	json_t *v = json_object_get(from, name);

	if (v)
		(void)json_object_set(to, name, v);
}

static json_t *
tell(const struct find *f, const struct hit *h, struct ct_err *err)
{
	json_t *o, *note;
	const json_t *group;
	const char *text;
	size_t len, at;

	if (ct_set_note(f->m->set, h->note, &text, &len, &at, err))
		return NULL;
	note = ct_json_object(text, len, err);
	if (!note) {
		(void)ct_fail(err, CT_DATAERR,
		    "the index is damaged: what it says of an entry");
		return NULL;
	}
	group = f->m->group[at].text;
	o = json_object();
	move(o, group, "source");
	move(o, group, "list");
	move(o, note, "member");
	move(o, note, "entry");
	move(o, note, "content");
	(void)json_object_set_new(
	    o, "type", json_string(h->type == PDQ ? "pdq" : exact[h->type]));
	(void)json_object_set_new(o, "distance", json_integer(h->distance));
	if (h->type == PDQ)
		(void)json_object_set_new(o, "orientation",
		    json_string(orientations[h->orientation]));
	move(o, note, "classification");
	move(o, note, "opinion");
	move(o, group, "policy");
	move(o, group, "class");
	json_decref(note);
	return o;
}

/* Only what was read whole and looked up, with every hash it has, in lists
 * that were read whole, is clean. */
static enum ct_verdict
verdict_of(const struct find *f, const json_t *rec)
{
	const char *decode = ct_rec_text(rec, "file.decode");
	const char *mime = ct_rec_text(rec, "file.mime");

	if (f->hits.n)
		return CT_MATCH;
	if (!f->m->complete || !f->looked ||
	    (decode && strcmp(decode, "ok") != 0) ||
	    ct_rec_get(rec, "hashes.pdq_degenerate"))
		return CT_UNDECIDED;
	if (f->near)
		return CT_CLEAN;
	/* no picture, so that there is no PDQ hash to look up */
	return decode && mime && strncmp(mime, "image/", 6) != 0 &&
		!ct_rec_get(rec, "hashes.pdq") &&
		!ct_rec_get(rec, "hashes.pdq_dihedral")
	    ? CT_CLEAN
	    : CT_UNDECIDED;
}

static int
report(const struct find *f, json_t *rec, enum ct_verdict verdict,
    struct ct_err *err)
{
	json_t *hits = json_array(), *hit, *match;
	struct ct_set_head head;
	int64_t age;
	size_t i;

	for (i = 0; i < f->hits.n && i < f->how->max_hits; i++) {
		hit = tell(f, &f->hits.p[i], err);
		if (!hit) {
			json_decref(hits);
			return err->code;
		}
		(void)json_array_append_new(hits, hit);
	}
	ct_set_head(f->m->set, &head);
	age = (ct_now() - head.asof) / 1000;
	match = json_pack("{s:s, s:I, s:o, s:{s:I, s:I}}", "verdict",
	    ct_verdict_name[verdict], "total", (json_int_t)f->hits.n, "hits",
	    hits, "db", "generation", (json_int_t)head.generation, "age_s",
	    (json_int_t)(age > 0 ? age : 0));
	if (match && !f->m->complete)
		(void)json_object_set_new(
		    json_object_get(match, "db"), "complete", json_false());
	if (!match || json_object_set_new(rec, "match", match) < 0)
		return ct_fail(err, CT_SOFTWARE, "cannot add the match");
	return 0;
}

/* What the verdict goes by must be what it seems. */
static int
check(const json_t *rec, struct ct_err *err)
{
	static const char *const texts[] = { "file.decode", "file.mime" };
	const json_t *v = json_object_get(rec, "file");
	size_t i;

	if (v && !json_is_object(v))
		return ct_fail(err, CT_DATAERR, "file is not an object");
	for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		v = ct_rec_get(rec, texts[i]);
		if (v && !json_is_string(v))
			return ct_fail(
			    err, CT_DATAERR, "%s is not a string", texts[i]);
	}
	return 0;
}

int
ct_match_rec(const struct ct_match *m, const struct ct_match_how *how,
    json_t *rec, enum ct_verdict *verdict, struct ct_err *err)
{
	struct find f = { .m = m, .how = how };
	size_t i;
	int rc = check(rec, err);

	for (i = 0; !rc && i < PDQ; i++)
		rc = look_exact(&f, rec, i, err);
	if (!rc)
		rc = look_pdq(&f, rec, err);
	if (!rc)
		rc = choose(&f, err);
	if (!rc) {
		*verdict = verdict_of(&f, rec);
		rc = report(&f, rec, *verdict, err);
	}
	free(f.hits.p);
	return rc;
}
