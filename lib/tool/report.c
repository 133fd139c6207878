#include "report.h"

#include <stdlib.h>
#include <string.h>

#include "blake.h"
#include "clock.h"
#include "hex.h"
#include "prog.h"
#include "queue.h"
#include "report_impl.h"

/* Every hit of a list that its operator lets report unseen, none left out. */
static bool
unseen(const json_t *rec)
{
	const char *verdict = ct_rec_text(rec, "match.verdict");
	const json_t *hits = ct_rec_get(rec, "match.hits"), *hit;
	const char *policy;
	const json_t *class;
	size_t i;

	if (!verdict || strcmp(verdict, "match") != 0 ||
	    !json_array_size(hits) ||
	    json_integer_value(ct_rec_get(rec, "match.total")) !=
		(json_int_t)json_array_size(hits))
		return false;
	json_array_foreach(hits, i, hit)
	{
		policy = ct_rec_text(hit, "policy");
		class = json_object_get(hit, "class");
		if (!policy || strcmp(policy, "report") != 0 ||
		    json_object_get(hit, "opinion") ||
		    json_object_get(hit, "allowed") ||
		    json_object_get(hit, "flood") ||
		    (class &&
			(!json_is_string(class) ||
			    strcmp(json_string_value(class), "csam") != 0)))
			return false;
	}
	return true;
}

const char *
ct_report_unfit(const json_t *rec)
{
	const char *verdict = ct_rec_text(rec, "review.verdict");
	const struct ct_verdict *v = verdict ? ct_verdict_named(verdict) : NULL;

	if (ct_review_along(rec))
		return NULL;
	if (ct_review_has(rec, "review"))
		return v && v->report ? NULL : "not csam";
	return unseen(rec) ? NULL : "not reviewed";
}

/* ---- the key ---------------------------------------------------------------
 */

static int
by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* What of a record makes it this one: sum gets its 64 digits. */
static void
sum_of(const json_t *rec, char sum[65])
{
	struct ct_err none = { 0 };
	uint8_t raw[32];

	*sum = '\0';
	if (ct_rec_hash(rec, "sha256", raw, sizeof raw, &none) == 0)
		ct_hex(raw, sizeof raw, sum);
	else
		(void)ct_review_content(rec, sum, &none);
}

/* Of no batch: what is reported, and not what goes along or is sent with it. */
static void
add_sums(struct ct_blake *b, const json_t *recs)
{
	size_t i, n = 0, max = json_array_size(recs);
	char(*sum)[65] = ct_alloc(max, sizeof *sum);
	const json_t *rec;

	json_array_foreach(recs, i, rec)
	{
		if (!ct_review_along(rec))
			sum_of(rec, sum[n++]);
	}
	qsort(sum, n, sizeof *sum, by_text);
	for (i = 0; i < n; i++)
		ct_blake_field(b, sum[i]);
	free(sum);
}

/* Who decides the same again makes the same report: see report.h. */
static void
key_of(const struct ct_reporting *r, const json_t *recs, char key[33])
{
	const json_t *first = json_array_get(recs, 0);
	const char *account = ct_rec_text(first, "user.id");
	const char *batch = ct_rec_text(first, "review.batch");
	struct ct_blake b;
	uint8_t raw[16];

	if (!batch) /* by hand */
		batch = ct_rec_text(first, "review.statement");
	ct_blake_start(&b, sizeof raw, NULL);
	ct_blake_field(&b, r->production ? "production" : "test");
	ct_blake_field(
	    &b, r->authority ? ct_authority_name(r->authority) : CT_AUTHORITY);
	ct_blake_field(&b, account);
	if (batch)
		ct_blake_field(&b, batch);
	else
		add_sums(&b, recs);
	/* of no account, the same content elsewhere is another case */
	if (!batch && (!account || !*account))
		ct_blake_field(&b, ct_rec_text(first, "id"));
	ct_blake_end(&b, raw, sizeof raw);
	ct_hex(raw, sizeof raw, key);
}

/* ---- the model -------------------------------------------------------------
 */

/* Both, a line each; frees them. */
static char *
longer(char *line, char *more)
{
	char *all = ct_printf("%s\n%s", line, more);

	free(line);
	free(more);
	return all;
}

/* How the files came to notice, as far as their records say. */
static const char *
found(const json_t *recs)
{
	const json_t *rec;
	size_t i, hits = 0;

	json_array_foreach(recs, i, rec)
	{
		hits += json_array_size(ct_rec_get(rec, "match.hits")) > 0;
	}
	if (hits == json_array_size(recs))
		return "Found by comparing the hashes of files with lists of "
		       "known files; each file says which.";
	return hits ? "Some of the files were found by comparing their hashes "
		      "with lists of known files; those say which."
		    : "Found and decided by a person of the provider.";
}

/* said: what the operator has for additionalInfo beside it; gone: files that
 * are missing; or NULL. */
static void
info(json_t *model, const json_t *recs, const json_t *said, const json_t *gone,
    size_t part, size_t parts, json_t *notes)
{
	char *line = ct_strdup(found(recs)), *soft = ct_told_missing(gone);

	if (soft)
		line = longer(line, soft);

	if (parts > 1)
		line = longer(line,
		    ct_printf("Part %zu of %zu: the account has more files "
			      "than one report takes.",
			part, parts));
	soft = ct_texts(recs, "incident.additional_info", SIZE_MAX, notes);
	if (soft)
		line = longer(line, soft);
	if (said)
		line = longer(line, ct_strdup(json_string_value(said)));
	soft = ct_soft_text(line, 10000);
	if (strcmp(soft, line) != 0)
		ct_soft_note(notes, "incident.additional_info", CT_WAS_CUT);
	ct_model_text(model, "additionalInfo", soft);
	free(soft);
	free(line);
}

/* ---- the records -----------------------------------------------------------
 */

/* No less than the bytes of it, written; cheaper to know. */
static size_t
at_most(const json_t *v)
{
	size_t n = json_string_length(v), i;
	const char *name;
	json_t *sub;

	if (json_is_string(v))
		return 6 * n + 3; /* if each were written as \u00XX */
	n = 26;                   /* a number, or brackets */
	json_array_foreach(v, i, sub)
	{
		n += at_most(sub);
	}
	json_object_foreach((json_t *)(uintptr_t)v, name, sub)
	{
		n += 6 * strlen(name) + 4 + at_most(sub);
	}
	return n;
}

/* What of a file is the same in every run: its cut must not move. */
static size_t
stable(const json_t *file)
{
	json_t *copy = json_deep_copy(file);
	json_t *review = json_object_get(copy, "review");
	size_t n;

	(void)json_object_del(copy, "viewed");
	(void)json_object_del(copy, "exif_viewed");
	(void)json_object_del(review, "viewed");
	(void)json_object_del(review, "prior");
	n = ct_rec_size(copy);
	json_decref(copy);
	return n + 128; /* for what was taken away, and a comma */
}

static size_t
stable_all(const json_t *list)
{
	const json_t *one;
	size_t i, n = 0;

	json_array_foreach(list, i, one)
	{
		n += stable(one);
	}
	return n;
}

/* files as arrays of what one report takes, the first beside what has no file;
 * there is one, though it be empty. */
static json_t *
split(const struct ct_reporting *r, json_t *files, const json_t *texts,
    const json_t *missing)
{
	json_t *parts = json_array(), *part = json_array(), *file;
	size_t i, len, more, most = ct_desk_bytes(r);

	if (json_array_size(files) <= CT_REPORT_FILES &&
	    at_most(files) + at_most(texts) + at_most(missing) <= most) {
		(void)json_array_extend(part, files);
		(void)json_array_append_new(parts, part);
		return parts;
	}
	(void)json_array_append_new(parts, part);
	len = stable_all(texts) + stable_all(missing);
	json_array_foreach(files, i, file)
	{
		more = stable(file);
		if (json_array_size(part) == CT_REPORT_FILES ||
		    (json_array_size(part) && len + more > most)) {
			part = json_array();
			(void)json_array_append_new(parts, part);
			len = 0;
		}
		(void)json_array_append(part, file);
		len += more;
	}
	return parts;
}

/* Those that are reported, or those that go along.  A flag that nothing proves
 * is left out, and said to be. */
static int
make_files(const struct ct_reporting *r, const json_t *recs, bool along,
    json_t *files, json_t *notes, struct ct_err *err)
{
	const json_t *rec;
	json_t *file;
	size_t i;
	int rc;

	json_array_foreach(recs, i, rec)
	{
		if (ct_review_along(rec) != along)
			continue;
		if (ct_told_only(rec)) {
			if (along && !ct_told_record(rec))
				ct_note(notes,
				    "a file that goes along is there no "
				    "longer: not attached");
			continue;
		}
		if ((rc = ct_report_file(r, rec, &file, notes, err)))
			return rc;
		(void)json_array_append_new(files, file);
		if (json_is_true(ct_rec_get(rec, "review.viewed.entire")) &&
		    !json_is_true(json_object_get(file, "viewed")))
			ct_note(notes,
			    "a file is said to be viewed, but it is not "
			    "proven: left out");
	}
	return 0;
}

/* Their documents are checked now, with ids of nobody. */
static int
check_files(
    const struct ct_reporting *r, const json_t *files, struct ct_err *err)
{
	const json_t *file;
	char *xml;
	size_t i, len;
	int rc;

	json_array_foreach(files, i, file)
	{
		if ((rc = ct_file_write(r, file, "1", "0", &xml, &len, err)))
			return rc;
		free(xml);
	}
	return 0;
}

struct draft {
	json_t *model, *user, *incident, *files, *texts, *missing;
	json_t *said; /* additionalInfo of the operator, or NULL */
	char key[33];
};

/* What was written comes behind the files, then what only goes along. */
static int
make_all_files(const struct ct_reporting *r, const json_t *recs,
    struct draft *d, json_t *notes, struct ct_err *err)
{
	int rc = ct_told_check(recs, err);

	if (!rc)
		rc = make_files(r, recs, false, d->files, notes, err);
	if (!rc)
		rc = ct_incident_model(
		    r, recs, d->model, &d->incident, d->files, notes, err);
	if (!rc)
		rc = ct_thread_files(recs, d->files, notes, err);
	if (!rc)
		rc = ct_address_files(d->user, d->files, notes, err);
	if (!rc)
		rc = make_files(r, recs, true, d->files, notes, err);
	if (!rc)
		ct_told_items(recs, &d->texts, &d->missing);
	return rc ? rc : check_files(r, d->files, err);
}

/* Only the account of the records is reported, whatever the operator says. */
static int
is_account(const json_t *model, const json_t *id, struct ct_err *err)
{
	const json_t *one, *said;
	size_t i;

	json_array_foreach(
	    json_object_get(model, "personOrUserReported"), i, one)
	{
		said = json_object_get(one, "espIdentifier");
		if (said && !json_equal(said, id))
			return ct_fail(err, CT_DATAERR,
			    "element 'espIdentifier' of the operator is not "
			    "user.id");
	}
	return 0;
}

static int
overlay_all(const struct ct_reporting *r, const json_t *recs, struct draft *d,
    struct ct_err *err)
{
	const json_t *first = json_array_get(
	    json_object_get(d->model, "personOrUserReported"), 0);
	json_t *id = json_incref(json_object_get(first, "espIdentifier"));
	int rc = ct_report_overlay(r, recs, &d->model, err);

	if (!rc)
		rc = is_account(d->model, id, err);
	json_decref(id);
	return rc;
}

/* What the operator lays over it, and what comes of it in the record. */
static int
overlay(const struct ct_reporting *r, const json_t *recs, struct draft *d,
    struct ct_err *err)
{
	const json_t *summary, *at;
	json_t *type;
	char text[CT_TIME_LEN];
	struct ct_err none;
	int64_t ms;
	int rc;

	if ((rc = overlay_all(r, recs, d, err)))
		return rc;
	summary = json_object_get(d->model, "incidentSummary");
	at = json_object_get(summary, "incidentDateTime");
	if ((type = json_object_get(summary, "incidentType")))
		(void)json_object_set(d->incident, "type", type);
	if (at && ct_report_time(&ms, "", at, &none) == 0)
		(void)json_object_set_new(
		    d->incident, "at", json_string(ct_time(ms, text)));
	if (json_object_get(summary, "escalateToHighPriority"))
		(void)json_object_set_new(d->incident, "priority", json_true());
	d->said = json_incref(json_object_get(d->model, "additionalInfo"));
	if (d->said && !json_is_string(d->said))
		return ct_fail(
		    err, CT_DATAERR, "element 'additionalInfo' is not a text");
	if ((rc = ct_told_offence(recs, d->model, err)))
		return rc;
	return ct_report_rules(r, d->model, json_array_size(d->files), err);
}

static int
make_model(const struct ct_reporting *r, const json_t *recs, struct draft *d,
    json_t *notes, struct ct_err *err)
{
	json_t *suspect;
	int rc;

	if ((rc = make_all_files(r, recs, d, notes, err)))
		return rc;
	(void)json_object_set_new(
	    d->model, "reporter", ct_reporter_model(r->conf));
	suspect = ct_account_model(r,
	    ct_elem_sub(&ct_report_table, "personOrUserReported"), "user",
	    d->user, notes);
	if (!json_object_get(suspect, "espService"))
		ct_model_text(suspect, "espService",
		    ct_conf_get(r->conf, "incident", NULL, "service"));
	ct_priors(r, recs, suspect, notes);
	if (json_object_size(suspect))
		ct_model_add(d->model, "personOrUserReported", suspect);
	else
		json_decref(suspect);
	ct_others_model(r, recs, d->model, notes);
	key_of(r, recs, d->key);
	return overlay(r, recs, d, err);
}

/* What has no file is in the first part. */
static void
told(json_t *report, const struct draft *d)
{
	if (json_array_size(d->texts))
		(void)json_object_set(report, "texts", d->texts);
	if (json_array_size(d->missing))
		(void)json_object_set(report, "missing", d->missing);
}

static bool
fits(const json_t *rec)
{
	return at_most(rec) <= CT_REC_MAX || ct_rec_size(rec) <= CT_REC_MAX;
}

/* The document has all of the account; those behind need its id. */
static void
less_user(json_t *rec, json_t *notes)
{
	const json_t *user = json_object_get(rec, "user");

	(void)json_object_set_new(rec, "user",
	    json_pack("{s:O*, s:O*}", "id", json_object_get(user, "id"),
		"type_id", json_object_get(user, "type_id")));
	ct_note(notes,
	    "the record has only user.id of the account, as it is too long: "
	    "the document has all");
}

/* One part as a record of its own. */
static int
make_part(const struct ct_reporting *r, const json_t *recs,
    const struct draft *d, json_t *files, size_t part, size_t parts,
    json_t **out, json_t *notes, struct ct_err *err)
{
	size_t len;
	char *xml, *id;
	int rc;

	info(d->model, recs, d->said, part == 1 ? d->missing : NULL, part,
	    parts, notes);
	rc = ct_report_write(&ct_report_table, d->model, r, &xml, &len, err);
	if (rc)
		return rc;
	id = parts == 1 ? ct_printf("report:%s", d->key)
			: ct_printf("report:%s/%zu", d->key, part);
	*out =
	    json_pack("{s:s, s:O, s:{s:s, s:s, s:I, s:I, s:O, s:o, s:s, s:O}}",
		"id", id, "user", d->user, "report", "key", d->key, "env",
		r->production ? "production" : "test", "part", (json_int_t)part,
		"parts", (json_int_t)parts, "incident", d->incident, "lint",
		ct_report_lint(r, recs, d->model, files), "xml", xml, "files",
		files);
	free(id);
	free(xml);
	if (!*out)
		return ct_fail(err, CT_SOFTWARE, "cannot make a report record");
	if (part == 1)
		told(json_object_get(*out, "report"), d);
	if (fits(*out))
		return 0;
	less_user(*out, notes);
	if (fits(*out))
		return 0;
	json_decref(*out);
	*out = NULL;
	return ct_fail(err, CT_DATAERR,
	    "its report would be over %d bytes; too long for a record",
	    CT_REC_MAX);
}

int
ct_report_make(const struct ct_reporting *r, const json_t *recs, json_t **out,
    json_t *notes, struct ct_err *err)
{
	struct draft d = { .model = json_object(),
		.user = ct_user_merge(recs),
		.files = json_array() };
	json_t *parts = NULL, *part, *done = json_array();
	size_t i;
	int rc = ct_report_shape(recs, err);

	if (!rc)
		rc = ct_desk_open(r, recs, err);
	if (!rc)
		rc = make_model(r, recs, &d, notes, err);
	if (!rc) {
		parts = split(r, d.files, d.texts, d.missing);
		json_array_foreach(parts, i, part)
		{
			json_t *rec;

			rc = make_part(r, recs, &d, part, i + 1,
			    json_array_size(parts), &rec, notes, err);
			if (rc)
				break;
			(void)json_array_append_new(done, rec);
		}
	}
	if (!rc)
		rc = ct_desk_make(r, recs, done, err);
	json_decref(parts);
	json_decref(d.model);
	json_decref(d.user);
	json_decref(d.incident);
	json_decref(d.said);
	json_decref(d.files);
	json_decref(d.texts);
	json_decref(d.missing);
	if (rc) {
		json_decref(done);
		done = NULL;
	}
	*out = done;
	return rc;
}
