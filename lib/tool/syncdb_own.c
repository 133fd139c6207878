/* syncdb_own.c - verdicts of one's own people into a list: add, deny */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "prog.h"
#include "queue.h"
#include "syncdb_impl.h"

#define MEMBER "us"
#define HASHES 8
#define LARGE 2    /* of them */
#define QUALITY 50 /* of a PDQ hash that says something */

struct own {
	struct ct_syncdb *r;
	struct ct_source *src;
	struct ct_list_state state;
	uint8_t key[CT_BLAKE_KEY];
	bool deny;
	struct ct_filter filter;
};

/* What becomes of an entry, and why. */
struct deed {
	char name[CT_SIGNAL_NAME];
	struct ct_entry e; /* n == 0: it goes */
	const json_t *rec;
	struct ct_signal *sig; /* HASHES of e */
	struct ct_list_decision d;
};

/* ---- which list -----------------------------------------------------------
 */

static struct ct_source *
target(const struct ct_syncdb *r, bool deny)
{
	struct ct_source *s, *found = NULL;

	for (s = r->sources.src; s < r->sources.src + r->sources.n; s++) {
		if (!syncdb_meant(r, s))
			continue;
		if (s->adapter != &ct_source_own ||
		    ct_source_allows(s) != deny) {
			if (r->nnames)
				ct_die(CT_USAGE, "source '%s' is none of %s",
				    s->name,
				    deny ? "type = own with action = allow"
					 : "type = own without action = allow");
			continue;
		}
		if (found)
			ct_die(CT_USAGE, "which? '%s' or '%s'", found->name,
			    s->name);
		found = s;
	}
	if (!found)
		ct_die(CT_CONFIG, "no [source NAME] with type = own%s",
		    deny ? " and action = allow" : "");
	return found;
}

/* ---- what a record says ---------------------------------------------------
 */

/* One of its hashes: 1, or 0 if there is none. */
static int
hash(const json_t *rec, const char *type, struct ct_signal *sig,
    struct ct_err *err)
{
	const json_t *v = json_object_get(json_object_get(rec, "hashes"), type);
	const char *text = json_string_value(v), *why;

	if (!v || json_is_null(v))
		return 0;
	why = text ? ct_signal_parse(sig, type, text) : "no text";
	if (why)
		return ct_fail(
		    err, CT_DATAERR, "hashes.%s: refused: %s", type, why);
	return 1;
}

/* Is its PDQ hash that of the whole picture, and of something? */
static bool
telling(const json_t *rec)
{
	const char *decode = ct_rec_text(rec, "file.decode");
	const json_t *quality = ct_rec_get(rec, "hashes.pdq_quality");

	return (!decode || strcmp(decode, "ok") == 0) &&
	    json_number_value(quality) >= QUALITY;
}

/*
 * What goes into the list.  What is harmless are these very bytes: a picture
 * can be made that is near them, or has their MD5 or SHA-1.
 */
static int
hashes(const struct own *o, const json_t *rec, struct ct_signal sig[HASHES],
    size_t *n, struct ct_err *err)
{
	static const char *const types[HASHES - LARGE] = { "sha256", "sha512",
		"sha1", "md5", "pdna", "pdq" };
	size_t i, max = o->deny ? 2 : HASHES - LARGE - !telling(rec);
	int rc = 0;

	*n = 0;
	for (i = 0; i < max && rc <= 1; i++)
		if ((rc = hash(rec, types[i], &sig[*n], err)) == 1)
			++*n;
	return rc > 1 ? rc : 0;
}

/* Fingerprints of a video, which are kept in files: what is put last, as they
 * are there from then on. */
static int
keep(const struct own *o, struct deed *d, const char *type, const void *bytes,
    size_t len, struct ct_err *err)
{
	struct ct_signal *s = &d->sig[d->e.n];
	uint8_t digest[CT_LARGE_DIGEST];
	int rc = ct_large_put(o->src->db, type, bytes, len, digest, err);

	if (rc)
		return rc;
	*s = (struct ct_signal){ .hash = ct_alloc(sizeof digest, 1),
		.len = sizeof digest,
		.opinion = "positive" };
	(void)strncpy(s->type, type, sizeof s->type - 1);
	memcpy(s->hash, digest, sizeof digest);
	d->e.n++;
	return 0;
}

static int
keep_frames(const struct own *o, struct deed *d, struct ct_err *err)
{
	const json_t *frames = ct_rec_get(d->rec, "hashes.vpdq");
	char *json, *lines = NULL;
	size_t len = 0;
	int rc;

	if (!json_array_size(frames))
		return 0;
	json = json_dumps(frames, JSON_COMPACT);
	rc = !json ? ct_fail(err, CT_OSERR, "out of memory")
	    : ct_large_lines(json, strlen(json), &lines, &len)
	    ? keep(o, d, CT_CLIP_VPDQ, lines, len, err)
	    : ct_fail(err, CT_DATAERR, "hashes.vpdq: refused: damaged");
	free(lines);
	free(json);
	return rc;
}

/* A file, which may be gone, or another one, by now: then the verdict counts
 * without it. */
static int
keep_tmk(const struct own *o, struct deed *d, struct ct_err *err)
{
	const char *path = ct_rec_text(d->rec, "hashes.tmk");
	struct ct_err why = { 0 };
	uint8_t *bytes;
	size_t len;
	int rc;

	if (!path)
		return 0;
	rc = ct_file_read(path, CT_CLIP_MAX, &bytes, &len, &why);
	if (!rc && ct_large_refused(CT_CLIP_TMK, bytes, len)) {
		rc = ct_fail(&why, CT_DATAERR, "it is none");
		free(bytes);
	}
	if (rc) {
		ct_warn("hashes.tmk: %s: taken without it", why.msg);
		syncdb_worse(o->r, rc);
		return 0;
	}
	rc = keep(o, d, CT_CLIP_TMK, bytes, len, err);
	free(bytes);
	return rc;
}

static const char *
content(const json_t *rec)
{
	const char *mime = ct_rec_text(rec, "file.mime");

	return !mime                          ? "unknown"
	    : strncmp(mime, "image/", 6) == 0 ? "image"
	    : strncmp(mime, "video/", 6) == 0 ? "video"
					      : "unknown";
}

/*
 * Is there a verdict of a person about bytes, and is it proven?  0; CT_NO:
 * there is nothing to be done with it, *outcome says why.
 */
static int
decided(const struct own *o, const json_t *rec, struct deed *d,
    const char **outcome, struct ct_err *err)
{
	d->d.verdict = ct_rec_text(rec, "review.verdict");
	d->d.by = ct_rec_text(rec, "review.by");
	if (!d->d.verdict)
		return ct_fail(err, CT_DATAERR,
		    "no review.verdict: only what a person decided is taken");
	*outcome = "not decided";
	if (strcmp(d->d.verdict, "supplemental") == 0)
		return CT_NO;
	if (!d->d.by || !*d->d.by ||
	    ct_time_parse(ct_rec_text(rec, "review.at")
		    ? ct_rec_text(rec, "review.at")
		    : "",
		&d->d.at))
		return ct_fail(err, CT_DATAERR,
		    "no review.by or review.at: who decided, and when?");
	if (ct_rec_get(rec, "review.preview"))
		return ct_fail(err, CT_DATAERR,
		    "review.preview: the verdict may still become another");
	if (!ct_review_vouched(o->key, rec))
		return ct_fail(err, CT_NOPERM,
		    "review.proof does not prove this verdict on these hashes");
	*outcome = "no file";
	return ct_review_has(rec, "hashes") ? 0 : CT_NO;
}

/* ---- into the list --------------------------------------------------------
 */

static int
change(struct own *o, const struct deed *d, struct ct_err *err)
{
	int64_t gone = 0;
	int rc;

	if (!*d->d.act) /* the list stays as it is */
		return 0;
	o->state.revision++;
	rc = ct_list_put_whole(o->src->db, d->name, d->e.at, &d->e, d->e.n > 0,
	    o->state.generation, &gone, err);
	if (!rc)
		rc = ct_list_fall(o->src->db, &gone, err);
	return rc ? rc : ct_list_keep(o->src->db, &o->state, err);
}

static int
write_deed(struct own *o, const struct deed *d, struct ct_err *err)
{
	struct ct_list *db = o->src->db;
	int64_t revision = o->state.revision;
	int rc = ct_list_begin(db, err);

	if (!rc && !(rc = change(o, d, err)) &&
	    !(rc = ct_list_decide(db, d->name, &d->d, err)))
		rc = ct_list_commit(db, err);
	if (rc) {
		ct_list_rollback(db);
		o->state.revision = revision;
	}
	return rc;
}

static const char *
wanted(const struct own *o)
{
	return o->deny ? "not_csam" : "csam";
}

/* Does what stands say it all already?  An outcome, or NULL.  Of two at the
 * same time that of harm stands, else the one that came first: what comes again
 * changes nothing. */
static const char *
stands(const struct deed *d, const char *last, int64_t at)
{
	if (!last || at < d->d.at)
		return NULL;
	if (at == d->d.at && strcmp(last, d->d.verdict) == 0)
		return "known";
	if (at == d->d.at && strcmp(last, "removed") != 0)
		return strcmp(d->d.verdict, "csam") == 0 ? NULL : "older";
	return at > d->d.at || strcmp(last, "removed") == 0 ? "older" : NULL;
}

/* The verdict that was given last stands, also if it comes first: so others
 * are noted, too. */
static int
settle(struct own *o, struct deed *d, const char **outcome, struct ct_err *err)
{
	bool in = strcmp(d->d.verdict, wanted(o)) == 0, was;
	int64_t at = 0;
	char *last;
	int rc = ct_list_verdict(o->src->db, d->name, &at, &last, err);

	if (rc > 1)
		return rc;
	was = last && strcmp(last, wanted(o)) == 0;
	*outcome = stands(d, last, at);
	free(last);
	if (*outcome)
		return 0;
	if (!in)
		d->e.n = 0;
	d->d.act = !in ? was ? "remove" : "" : o->deny ? "deny" : "add";
	*outcome = in ? was ? "again" : "added"
	    : was     ? "taken out"
		      : "other verdict";
	if (in && !o->deny &&
	    ((rc = keep_frames(o, d, err)) || (rc = keep_tmk(o, d, err))))
		return rc;
	return write_deed(o, d, err);
}

static int
take(json_t *rec, void *arg, struct ct_err *err)
{
	struct own *o = arg;
	struct ct_signal sig[HASHES] = { 0 };
	struct deed d = { .e = { .member = MEMBER,
			      .content = content(rec),
			      .at = ct_rec_text(rec, "review.at"),
			      .classification =
				  ct_rec_text(rec, "review.class"),
			      .signal = sig },
		.rec = rec,
		.sig = sig };
	const char *outcome = NULL;
	size_t i;
	int rc = decided(o, rec, &d, &outcome, err);

	if (!rc)
		rc = hashes(o, rec, sig, &d.e.n, err);
	if (!rc && (!d.e.n || strcmp(sig[0].type, "sha256") != 0))
		rc = ct_fail(err, CT_DATAERR, "no hashes.sha256");
	if (!rc) {
		ct_signal_name(&sig[0], d.name);
		d.e.entry = d.name;
		rc = settle(o, &d, &outcome, err);
	}
	for (i = 0; i < HASHES; i++)
		free(sig[i].hash);
	if (rc > CT_NO)
		return rc;
	ct_tally(&o->filter.tally, outcome);
	return 0;
}

/* ---- taking out by hand ---------------------------------------------------
 */

/* Which entry: a list record or a hit names it, another has its SHA-256. */
static int
name_of(const struct own *o, const json_t *rec, char name[CT_SIGNAL_NAME],
    struct ct_err *err)
{
	const char *entry = ct_rec_text(rec, "entry");
	const char *source = ct_rec_text(rec, "source");
	struct ct_signal sig = { 0 };
	int rc;

	if (source && strcmp(source, o->src->name) != 0)
		return ct_fail(
		    err, CT_DATAERR, "the entry is of another source");
	if (entry && strlen(entry) == CT_SIGNAL_NAME - 1) {
		memcpy(name, entry, CT_SIGNAL_NAME);
		return 0;
	}
	if ((rc = hash(rec, "sha256", &sig, err)) != 1)
		return rc ? rc
			  : ct_fail(err, CT_DATAERR,
				"neither entry nor hashes.sha256");
	ct_signal_name(&sig, name);
	free(sig.hash);
	return 0;
}

static int
remove_one(json_t *rec, void *arg, struct ct_err *err)
{
	struct own *o = arg;
	struct deed d = { .d = { "remove", "removed", o->r->by, ct_now() } };
	char at[CT_TIME_LEN], *last = NULL;
	int64_t when = 0;
	bool known;
	int rc = name_of(o, rec, d.name, err);

	if (!rc)
		rc = ct_list_verdict(o->src->db, d.name, &when, &last, err);
	if (rc > 1)
		return rc;
	known = last && strcmp(last, "removed") == 0;
	if (!known && (!last || strcmp(last, wanted(o)) != 0)) {
		free(last);
		return ct_fail(err, CT_NOINPUT, "no such entry in the list");
	}
	/* no verdict that there was brings it back, whatever the clock says */
	if (d.d.at <= when)
		d.d.at = when + 1;
	d.e.at = ct_time(d.d.at, at);
	free(last);
	rc = known ? 0 : write_deed(o, &d, err);
	if (!rc)
		ct_tally(&o->filter.tally, known ? "known" : "taken out");
	return rc;
}

/* ---- the verbs ------------------------------------------------------------
 */

static void
must(int rc, const struct ct_err *err)
{
	if (rc)
		ct_die_err(err);
}

static void
run(struct ct_syncdb *r, bool deny)
{
	struct own o = { .r = r,
		.src = target(r, deny),
		.deny = deny,
		.filter = { .each = r->remove ? remove_one : take,
		    .out = STDOUT_FILENO,
		    .promise = true,
		    .quiet = r->quiet } };
	struct ct_err err = { 0 };
	struct ct_source *s = o.src;

	if (!r->remove)
		must(ct_review_key(r->home, o.key, &err), &err);
	must(ct_list_open(&s->db, r->home, s->name, true, &err), &err);
	must(ct_own_begin(s, &o.state, &err), &err);
	must(ct_list_commit(s->db, &err), &err);
	o.filter.arg = &o;
	syncdb_worse(r, ct_filter(&o.filter));
	ct_wipe(o.key, sizeof o.key);
	syncdb_worse(r, ct_list_log(s->db, r->home, 0));
	ct_list_close(s->db);
	s->db = NULL;
	r->out.fd = -1; /* the filter has closed it */
	syncdb_compile(r);
}

void
syncdb_add(struct ct_syncdb *r)
{
	run(r, false);
}

void
syncdb_deny(struct ct_syncdb *r)
{
	run(r, true);
}
