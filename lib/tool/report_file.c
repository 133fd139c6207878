/* report_file.c - one file of a report: its element, its fileDetails */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "hex.h"
#include "prog.h"
#include "queue.h"
#include "report_impl.h"

#define HITS 16   /* told of one file */
#define NAME 2056 /* characters of originalFileName */

/* The digests of a report's file, and their names in the document. */
static const struct {
	const char *name, *type;
	size_t len;
	bool must;
} digests[] = {
	{ "md5", "MD5", 16, true },
	{ "sha1", "SHA1", 20, false },
	{ "sha256", "SHA256", 32, true },
	{ "pdq", "PDQ", 32, false },
};

/* ---- file record to element of report.files ------------------------------ */

static int
hashes(json_t *file, const json_t *rec, struct ct_err *err)
{
	uint8_t raw[32];
	char hex[65];
	size_t i;
	int rc;

	for (i = 0; i < sizeof digests / sizeof digests[0]; i++) {
		rc =
		    ct_rec_hash(rec, digests[i].name, raw, digests[i].len, err);
		if (rc == CT_NO && digests[i].must)
			return ct_fail(
			    err, CT_DATAERR, "no hashes.%s", digests[i].name);
		if (rc == CT_NO)
			continue;
		if (rc)
			return rc;
		ct_hex(raw, digests[i].len, hex);
		(void)json_object_set_new(
		    file, digests[i].name, json_string(hex));
	}
	return 0;
}

/*
 * The name without its directory.  Of bytes that XML cannot carry, or that a
 * terminal would obey, %XX is left: a name must not keep a report back.
 */
static char *
base_name(const char *path)
{
	const char *base = strrchr(path, '/'), *s;
	bool legal = ct_xml_legal(path);
	size_t n = 0, chars = 0;
	unsigned char c;
	char *name;

	base = base ? base + 1 : path;
	name = ct_alloc(3 * strlen(base) + 1, 1);
	for (s = base; (c = (unsigned char)*s) && chars < NAME - 2; s++) {
		if (c < ' ' || c == 0x7f || (!legal && c >= 0x80)) {
			n += (size_t)sprintf(name + n, "%%%02X", c);
			chars += 3;
		} else {
			name[n++] = (char)c;
			chars += (c & 0xc0) != 0x80;
		}
	}
	while ((*s & 0xc0) == 0x80) /* do not cut a character */
		name[n++] = *s++;
	name[n] = '\0';
	return name;
}

/* Only what the log proves; nothing else makes a flag true. */
static void
viewed(const struct ct_reporting *r, const json_t *rec, json_t *file)
{
	struct ct_viewed v = { 0 };

	if (!r->key || !ct_review_proven(r->key, rec, &v) || !v.entire ||
	    strcmp(v.level, "full") != 0)
		return;
	(void)json_object_set_new(file, "viewed", json_true());
	if (v.exif)
		(void)json_object_set_new(file, "exif_viewed", json_true());
}

static void
copy(json_t *to, const char *name, const json_t *rec, const char *path)
{
	json_t *v = ct_rec_get(rec, path);

	if (v && !json_is_null(v))
		(void)json_object_set(to, name, v);
}

/* But for the earlier reports: those are of the account, see priors(). */
static void
copy_review(json_t *file, const json_t *rec)
{
	json_t *review = json_copy(json_object_get(rec, "review"));

	if (!review)
		return;
	(void)json_object_del(review, "prior");
	(void)json_object_set_new(file, "review", review);
}

static json_t *
wrap(const char *element, const json_t *v, const struct ct_elem **root)
{
	*root = &ct_file_table;
	return json_pack("{s:s, s:s, s:o}", "reportId", "1", "fileId", "0",
	    element,
	    strcmp(element, "ipCaptureEvent") == 0
		? ct_model_ip(v)
		: json_incref((json_t *)(uintptr_t)v));
}

/* What the platform says of the object, as much of it as fits. */
static void
object(const struct ct_reporting *r, json_t *file, const json_t *rec,
    json_t *notes)
{
	static const char *const names[][3] = {
		{ "uploaded", "object.uploaded", "uploadedToEspTimestamp" },
		{ "location", "object.url", "locationOfFile" },
		{ "public", "object.public", "publiclyAvailable" },
		{ "ip", "object.ip", "ipCaptureEvent" },
	};
	struct ct_soft soft = { r->xsd, r->now, notes, json_array() };
	json_t *v, *value;
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		v = ct_rec_get(rec, names[i][1]);
		if (json_is_array(v) && i == 3)
			v = json_array_get(v, 0);
		if (!v || json_is_null(v))
			continue;
		value = NULL;
		if (i == 0 && ct_soft_future(&soft, v))
			ct_soft_left(&soft, names[i][1], v);
		else
			value = ct_soft_value(
			    &soft, wrap, names[i][2], names[i][1], v);
		if (value)
			(void)json_object_set_new(file, names[i][0], value);
	}
	if (json_array_size(soft.left))
		(void)json_object_set(file, "left", soft.left);
	json_decref(soft.left);
}

int
ct_report_file(const struct ct_reporting *r, const json_t *rec, json_t **out,
    json_t *notes, struct ct_err *err)
{
	const char *name = ct_rec_text(rec, "object.name");
	json_t *file = json_object();
	char *base;
	int rc;

	*out = NULL;
	copy(file, "id", rec, "id");
	copy(file, "path", rec, "path");
	copy(file, "path_b64", rec, "path_b64");
	copy(file, "size", rec, "file.size");
	copy(file, "mime", rec, "file.mime");
	if ((rc = hashes(file, rec, err))) {
		json_decref(file);
		return rc;
	}
	if (!name)
		name = ct_rec_text(rec, "path");
	if (name) {
		base = base_name(name);
		ct_model_text(file, "name", base);
		free(base);
	}
	copy(file, "modified", rec, "object.modified");
	object(r, file, rec, notes);
	copy(file, "hits", rec, "match.hits");
	copy_review(file, rec);
	viewed(r, rec, file);
	*out = file;
	return 0;
}

/* ---- element of report.files to fileDetails ------------------------------ */

static const char *
text(const json_t *hit, const char *name)
{
	const char *s = json_string_value(json_object_get(hit, name));

	return s && !ct_blank(s) ? s : NULL;
}

/* Where it was found, never what the list holds. */
static char *
provenance(const json_t *hit)
{
	static const struct {
		const char *name, *said;
	} parts[] = { { "list", "list" }, { "entry", "entry" },
		{ "member", "of member" }, { "classification", "classified" } };
	const char *source = text(hit, "source"), *type = text(hit, "type"), *v;
	json_int_t d = json_integer_value(json_object_get(hit, "distance"));
	char *line, *longer;
	size_t i;

	line = type && strcmp(type, "pdq") == 0
	    ? ct_printf("Near match by PDQ, distance %" JSON_INTEGER_FORMAT
			" of 256 bits: source %s",
		  d, source ? source : "unknown")
	    : ct_printf("Same %s as a known file: source %s",
		  type ? type : "hash", source ? source : "unknown");
	for (i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		if (!(v = text(hit, parts[i].name)))
			continue;
		longer = ct_printf("%s, %s %s", line, parts[i].said, v);
		free(line);
		line = longer;
	}
	return line;
}

static void
add_info(json_t *model, const json_t *file)
{
	const json_t *hits = json_object_get(file, "hits"), *hit, *t;
	char at[CT_TIME_LEN], *line, *soft;
	struct ct_err err = { 0 };
	int64_t ms;
	size_t i;

	json_array_foreach(json_object_get(file, "left"), i, t)
	{
		ct_model_add(model, "additionalInfo", json_deep_copy(t));
	}
	json_array_foreach(hits, i, hit)
	{
		if (i == HITS)
			break;
		line = provenance(hit);
		soft = ct_soft_text(line, 3000);
		ct_model_add(model, "additionalInfo", json_string(soft));
		free(soft);
		free(line);
	}
	if (json_array_size(hits) > HITS) {
		line = ct_printf(
		    "And %zu more known hashes.", json_array_size(hits) - HITS);
		ct_model_add(model, "additionalInfo", json_string(line));
		free(line);
	}
	t = json_object_get(file, "modified");
	if (t && ct_report_time(&ms, "modified", t, &err) == 0) {
		line = ct_printf(
		    "Last modified in the storage of the provider at %s.",
		    ct_time(ms, at));
		ct_model_add(model, "additionalInfo", json_string(line));
		free(line);
	}
}

static void
put(json_t *model, const char *name, const json_t *file, const char *from)
{
	json_t *v = ct_rec_get(file, from);

	if (v && !json_is_null(v))
		(void)json_object_set(model, name, v);
}

static json_t *
file_model(const json_t *file, const char *report_id, const char *file_id)
{
	json_t *model = json_pack("{s:s, s:s, s:s}", "reportId", report_id,
	    "fileId", file_id, "fileRelevance", "Reported");
	const json_t *ip = json_object_get(file, "ip"), *v;
	size_t i;

	put(model, "originalFileName", file, "name");
	put(model, "uploadedToEspTimestamp", file, "uploaded");
	put(model, "locationOfFile", file, "location");
	if (json_is_true(json_object_get(file, "viewed")))
		(void)json_object_set_new(
		    model, "fileViewedByEsp", json_true());
	if (json_is_true(json_object_get(file, "exif_viewed")))
		(void)json_object_set_new(
		    model, "exifViewedByEsp", json_true());
	put(model, "publiclyAvailable", file, "public");
	put(model, "industryClassification", file, "review.class");
	for (i = 0; i < sizeof digests / sizeof digests[0]; i++)
		if ((v = json_object_get(file, digests[i].name)))
			ct_model_add(model, "originalFileHash",
			    json_pack("{s:s, s:O}", "hashType", digests[i].type,
				"value", v));
	if (ip)
		(void)json_object_set_new(
		    model, "ipCaptureEvent", ct_model_ip(ip));
	add_info(model, file);
	return model;
}

int
ct_report_file_xml(struct ct_xsd *xsd, const json_t *file,
    const char *report_id, const char *file_id, char **xml, size_t *len,
    struct ct_err *err)
{
	json_t *model;
	int rc;

	*xml = NULL;
	model = file_model(file, report_id, file_id);
	if (!model)
		return ct_fail(
		    err, CT_DATAERR, "an id of the server is not UTF-8");
	if (!(rc = ct_report_file_rules(model, err)))
		rc = ct_report_write(&ct_file_table, model, xsd, xml, len, err);
	json_decref(model);
	return rc;
}
