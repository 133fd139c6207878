/*
 * report_desk.c - a report for another desk than NCMEC's
 *
 * It begins as NCMEC's, checked by the same rules; then the documents are read
 * back and told in the form that the profile names.  So nothing is in one
 * report that is not in the other.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"
#include "report_impl.h"

#define HOUR ((int64_t)60 * 60 * 1000)

static bool
other(const struct ct_reporting *r)
{
	return r->authority && ct_authority_form(r->authority) != CT_FORM_XML;
}

size_t
ct_desk_bytes(const struct ct_reporting *r)
{
	return other(r) ? CT_REPORT_BYTES / 3 : CT_REPORT_BYTES;
}

/* ---- what the profile asks ------------------------------------------------
 */

/* Is what this path names there?  Of an array, of every element; of an empty
 * one nothing is. */
static bool
there(const json_t *v, const char *path)
{
	size_t len = strcspn(path, "."), i;
	const json_t *one;

	if (json_is_array(v)) {
		json_array_foreach((json_t *)(uintptr_t)v, i, one)
		{
			if (!there(one, path))
				return false;
		}
		return json_array_size(v) > 0;
	}
	if (!*path)
		return v && !json_is_null(v);
	v = json_object_getn(v, path, len);
	return there(v, path + len + (path[len] == '.'));
}

static bool
begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

int
ct_desk_ready(const struct ct_reporting *r, struct ct_err *err)
{
	json_t *have;
	const char *need;
	size_t i;
	int rc = 0;

	if (!other(r))
		return 0;
	have = json_pack(
	    "{s:{s:o}}", "report", "reporter", ct_reporter_model(r->conf));
	if (ct_authority_get(r->authority, "recipient"))
		(void)json_object_set_new(have, "recipient", json_true());
	for (i = 0; !rc && (need = ct_authority_nth(r->authority, "need", i));
	     i++)
		if ((strcmp(need, "recipient") == 0 ||
			begins(need, "report.reporter")) &&
		    !there(have, need))
			rc = ct_fail(err, CT_CONFIG,
			    "authority '%s' needs '%s', which the "
			    "configuration lacks",
			    ct_authority_name(r->authority), need);
	json_decref(have);
	return rc;
}

static int
needs(const struct ct_authority *a, const json_t *doc, struct ct_err *err)
{
	const char *need;
	size_t i;

	for (i = 0; (need = ct_authority_nth(a, "need", i)); i++)
		if (!there(doc, need))
			return ct_fail(err, CT_DATAERR,
			    "authority '%s' needs '%s', which is not there",
			    ct_authority_name(a), need);
	return 0;
}

enum kind { GROUP, PRIVATE, UNKNOWN };

/* What nobody calls a group is private. */
static enum kind
kind_of(const json_t *thread)
{
	const json_t *kind = json_object_get(thread, "kind");
	const char *text = json_string_value(kind);

	if (!kind || json_is_null(kind) || (text && ct_blank(text)))
		return PRIVATE;
	return !text                       ? UNKNOWN
	    : strcmp(text, "group") == 0   ? GROUP
	    : strcmp(text, "private") == 0 ? PRIVATE
					   : UNKNOWN;
}

/* Is there what one wrote to another, on whatever surface the object is? */
static int
is_private(const struct ct_reporting *r, const json_t *rec, bool *yes,
    struct ct_err *err)
{
	const char *where =
	    ct_conf_get(r->conf, "incident", NULL, "internet_detail");
	const json_t *text = ct_rec_get(rec, "incident.text"), *thread;
	enum kind kind;
	size_t i;

	*yes =
	    text && !json_is_null(text) && where && strcmp(where, "chat") == 0;
	json_array_foreach(json_object_get(rec, "threads"), i, thread)
	{
		if ((kind = kind_of(thread)) == UNKNOWN && other(r))
			return ct_fail(err, CT_DATAERR,
			    "threads[%zu].kind is neither private nor group",
			    i);
		*yes |= kind != GROUP;
	}
	return 0;
}

int
ct_desk_open(
    const struct ct_reporting *r, const json_t *recs, struct ct_err *err)
{
	const json_t *rec;
	bool private;
	size_t i;

	if (!r->authority)
		return 0;
	json_array_foreach((json_t *)(uintptr_t)recs, i, rec)
	{
		if (is_private(r, rec, &private, err))
			return err->code;
		if (!ct_authority_open(
			r->authority, ct_rec_text(rec, "surface")) ||
		    (private &&
			!ct_authority_open(r->authority, "interpersonal")))
			return ct_fail(err, CT_NOPERM,
			    "a surface is closed to authority '%s': see "
			    "surfaces and basis in ct-authority(5)",
			    ct_authority_name(r->authority));
	}
	return 0;
}

/* ---- times -----------------------------------------------------------------
 */

/* When the first of them was decided: since then it is known; -1: not told. */
static int64_t
known(const json_t *recs)
{
	const json_t *rec;
	const char *at;
	int64_t ms, first = -1;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)recs, i, rec)
	{
		at = ct_rec_text(rec, "review.at");
		if (at && ct_time_parse(at, &ms) == 0 &&
		    (first < 0 || ms < first))
			first = ms;
	}
	return first;
}

static void
set_time(json_t *to, const char *name, int64_t ms)
{
	char text[CT_TIME_LEN];

	(void)json_object_set_new(to, name, json_string(ct_time(ms, text)));
}

/* ---- the document as JSON --------------------------------------------------
 */

static void
set(json_t *to, const char *name, const json_t *from, const char *path)
{
	json_t *v = ct_rec_get(from, path);

	if (v && !json_is_null(v))
		(void)json_object_set(to, name, v);
}

static void
set_texts(json_t *to, const char *name, const struct ct_authority *a)
{
	json_t *list = json_array();
	const char *v;
	size_t i;

	for (i = 0; (v = ct_authority_nth(a, name, i)); i++)
		(void)json_array_append_new(list, json_string(v));
	if (i)
		(void)json_object_set(to, name, list);
	json_decref(list);
}

/* On which lists it is, and whether its bytes are, or only its looks. */
static void
matches(json_t *doc, const json_t *hits)
{
	static const char *const names[] = { "type", "distance", "at_ms",
		"query_percent", "compared_percent", "level1", "level2",
		"source", "list", "entry", "member", "classification" };
	json_t *list = json_array(), *one;
	const json_t *hit;
	const char *type;
	size_t i, k;

	json_array_foreach((json_t *)(uintptr_t)hits, i, hit)
	{
		type = ct_rec_text(hit, "type");
		one = json_pack("{s:b}", "near", type && !ct_same_bytes(type));
		for (k = 0; k < sizeof names / sizeof names[0]; k++)
			set(one, names[k], hit, names[k]);
		(void)json_array_append_new(list, one);
	}
	if (json_array_size(list))
		(void)json_object_set(doc, "matches", list);
	json_decref(list);
}

/* What a person said of it, if one did. */
static void
decided(json_t *doc, const json_t *item)
{
	static const char *const names[] = { "verdict", "class", "at" };
	const json_t *review = json_object_get(item, "review");
	json_t *to = json_object();
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		set(to, names[i], review, names[i]);
	if (json_object_size(to))
		(void)json_object_set(doc, "decided", to);
	json_decref(to);
}

/* Those of an array of the record, without their bytes: texts, missing. */
static void
items_of(json_t *doc, const char *name, const json_t *rec)
{
	json_t *list = json_array(), *one;
	const json_t *item;
	size_t i;

	json_array_foreach(
	    json_object_get(json_object_get(rec, "report"), name), i, item)
	{
		one = json_object();
		set(one, "id", item, "id");
		set(one, "sha256", item, "sha256");
		decided(one, item);
		(void)json_array_append_new(list, one);
	}
	if (json_array_size(list))
		(void)json_object_set(doc, name, list);
	json_decref(list);
}

/* A file: what the provider knows of it, and what a person did with it. */
static int
file_of(const struct ct_reporting *r, const json_t *file, json_t **out,
    struct ct_err *err)
{
	json_t *details = NULL, *doc;
	size_t len;
	char *xml;
	int rc = ct_report_file_xml(r->xsd, file, "1", "0", &xml, &len, err);

	if (!rc)
		rc = ct_report_tree(&details, &ct_file_table, xml, err);
	free(xml);
	*out = doc = json_object();
	set(doc, "id", file, "id");
	set(doc, "size", file, "size");
	set(doc, "mime", file, "mime");
	(void)json_object_set_new(doc, "viewed",
	    json_pack("{s:b, s:b}", "file",
		json_is_true(json_object_get(file, "viewed")), "exif",
		json_is_true(json_object_get(file, "exif_viewed"))));
	matches(doc, json_object_get(file, "hits"));
	decided(doc, file);
	/* ours, of no meaning outside */
	(void)json_object_del(details, "reportId");
	(void)json_object_del(details, "fileId");
	if (details)
		(void)json_object_set_new(doc, "fileDetails", details);
	return rc;
}

static int
files_of(const struct ct_reporting *r, const json_t *rec, json_t *doc,
    struct ct_err *err)
{
	json_t *list = json_array(), *one;
	const json_t *file;
	size_t i;
	int rc = 0;

	(void)json_object_set_new(doc, "files", list);
	json_array_foreach(ct_rec_get(rec, "report.files"), i, file)
	{
		if ((rc = file_of(r, file, &one, err)))
			json_decref(one);
		else
			(void)json_array_append_new(list, one);
		if (rc)
			break;
	}
	return rc;
}

static void
head(const struct ct_reporting *r, const json_t *recs, const json_t *rec,
    json_t *doc)
{
	static const char *const names[] = { "key", "env", "part", "parts" };
	const struct ct_authority *a = r->authority;
	bool urgent = json_is_true(ct_rec_get(rec, "report.incident.priority"));
	int64_t since = known(recs);
	const char *text;
	char *path;
	size_t i;

	(void)json_object_set_new(doc, "form", json_string("ct-bundle/1"));
	if (!r->production)
		(void)json_object_set_new(doc, "test",
		    json_string("This is a test.  It reports nothing."));
	(void)json_object_set_new(
	    doc, "authority", json_string(ct_authority_name(a)));
	set_texts(doc, "recipient", a);
	if ((text = ct_authority_get(a, "subject")))
		(void)json_object_set_new(doc, "subject", json_string(text));
	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		path = ct_printf("report.%s", names[i]);
		set(doc, names[i], rec, path);
		free(path);
	}
	(void)json_object_set_new(doc, "urgent", json_boolean(urgent));
	if (since >= 0)
		set_time(doc, "known", since);
	if (since >= 0 && ct_authority_hours(a, urgent))
		set_time(
		    doc, "due", since + ct_authority_hours(a, urgent) * HOUR);
	if (ct_authority_get(a, "surfaces"))
		set_texts(doc, "basis", a);
}

static void
foot(const struct ct_reporting *r, json_t *doc)
{
	const char *text = ct_authority_get(r->authority, "declaration");

	(void)json_object_set_new(doc, "evidence",
	    json_string("No file is in this document; each is named by "
			"its SHA-256."));
	if (text)
		(void)json_object_set_new(doc, "declaration",
		    json_pack("{s:s, s:b}", "text", text, "declared", 0));
}

static int
document(const struct ct_reporting *r, const json_t *recs, const json_t *rec,
    json_t *doc, struct ct_err *err)
{
	json_t *report;
	int rc;

	head(r, recs, rec, doc);
	rc = ct_report_tree(
	    &report, &ct_report_table, ct_rec_text(rec, "report.xml"), err);
	if (rc)
		return rc;
	(void)json_object_set_new(doc, "report", report);
	items_of(doc, "texts", rec);
	if ((rc = files_of(r, rec, doc, err)))
		return rc;
	items_of(doc, "missing", rec);
	foot(r, doc);
	return needs(r->authority, doc, err);
}

/* ---- the record ------------------------------------------------------------
 */

/* What of a text a terminal would obey, as JSON spells it; a line end after. */
static char *
spelt(const char *s)
{
	char *safe = ct_alloc(6 * strlen(s) + 2, 1), *to = safe;
	unsigned code;
	size_t n;

	while (*s)
		if (*s == '\n' || !(n = ct_unseen(s, &code)))
			*to++ = *s++;
		else
			to += sprintf(to, "\\u%04x", code), s += n;
	*to++ = '\n';
	*to = '\0';
	return safe;
}

/* JSON for people: indented. */
static char *
bundle(const json_t *doc)
{
	char *text = json_dumps(doc, JSON_INDENT(2));
	char *safe = text ? spelt(text) : NULL;

	if (!safe)
		ct_die(CT_OSERR, "out of memory");
	free(text);
	return safe;
}

static int
readdress(const struct ct_reporting *r, const json_t *recs, json_t *rec,
    struct ct_err *err)
{
	bool letter = ct_authority_form(r->authority) == CT_FORM_LETTER;
	json_t *report = json_object_get(rec, "report"), *doc = json_object();
	const char *by = ct_authority_get(r->authority, "exempt_by");
	int rc = document(r, recs, rec, doc, err);
	char *text;

	if (!rc) {
		(void)json_object_set_new(report, "authority",
		    json_string(ct_authority_name(r->authority)));
		text = letter ? ct_letter(doc) : bundle(doc);
		(void)json_object_del(report, "xml");
		(void)json_object_set_new(
		    report, "document", json_string(text));
		(void)json_object_set_new(report, "document_type",
		    json_string(letter ? "text/plain; charset=utf-8"
				       : "application/json"));
		free(text);
		if (by)
			(void)json_object_set_new(
			    report, "exempt_by", json_string(by));
		set(report, "due", doc, "due");
		rc = ct_rec_size(rec) <= CT_REC_MAX
		    ? 0
		    : ct_fail(err, CT_DATAERR,
			  "its report would be over %d bytes; too long for a "
			  "record",
			  CT_REC_MAX);
	}
	json_decref(doc);
	return rc;
}

int
ct_desk_make(const struct ct_reporting *r, const json_t *recs, json_t *parts,
    struct ct_err *err)
{
	json_t *rec;
	size_t i;
	int rc;

	if (!other(r))
		return 0;
	json_array_foreach(parts, i, rec)
	{
		if ((rc = readdress(r, recs, rec, err)))
			return rc;
	}
	return 0;
}
