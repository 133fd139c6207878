/* report_details.c - an element of report.files as its fileDetails */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clock.h"
#include "entry.h"
#include "prog.h"
#include "report_impl.h"

#define HITS 16 /* told of one file */

static const char *
text(const json_t *hit, const char *name)
{
	const char *s = json_string_value(json_object_get(hit, name));

	return s && !ct_blank(s) ? s : NULL;
}

/* A text in additionalInfo, in as many as it takes; frees it. */
static void
inform(json_t *model, char *line)
{
	char *soft = ct_soft_text(line, strlen(line)), *piece;
	const char *rest = soft;

	do {
		piece = ct_soft_piece(rest, CT_FILE_TEXT, &rest);
		if (!ct_blank(piece))
			ct_model_add(
			    model, "additionalInfo", json_string(piece));
		free(piece);
	} while (*rest);
	free(soft);
	free(line);
}

/* ---- on what it rests ------------------------------------------------------
 */

bool
ct_same_bytes(const char *type)
{
	static const char *const exact[] = { "md5", "sha1", "sha256",
		"sha512" };
	size_t i;

	for (i = 0; i < sizeof exact / sizeof exact[0]; i++)
		if (strcmp(type, exact[i]) == 0)
			return true;
	return false;
}

/* What was compared; only equal digests are the same file. */
static char *
compared(const json_t *hit, const char *source)
{
	const char *type = text(hit, "type");
	json_int_t d = json_integer_value(json_object_get(hit, "distance"));

	if (!type)
		return ct_printf(
		    "Match by a hash of no name: source %s", source);
	if (ct_same_bytes(type))
		return ct_printf(
		    "Same %s as a known file: source %s", type, source);
	if (strcmp(type, CT_SIGNAL_URL) == 0)
		return ct_printf(
		    "Its address is a known one: source %s", source);
	if (strcmp(type, "pdq") == 0)
		return ct_printf(
		    "Near match by PDQ, distance %" JSON_INTEGER_FORMAT
		    " of 256 bits: source %s",
		    d, source);
	if (json_is_integer(json_object_get(hit, "compared_percent")))
		return ct_printf("Near match by vPDQ, %" JSON_INTEGER_FORMAT
				 " %% of its frames and %" JSON_INTEGER_FORMAT
				 " %% of those of the known video: source %s",
		    json_integer_value(json_object_get(hit, "query_percent")),
		    json_integer_value(
			json_object_get(hit, "compared_percent")),
		    source);
	if (json_is_number(json_object_get(hit, "level2")))
		return ct_printf(
		    "Near match by TMK+PDQF, level 2 %.4f of 1: source %s",
		    json_number_value(json_object_get(hit, "level2")), source);
	return ct_printf("Near match by %s, distance %" JSON_INTEGER_FORMAT
			 ": source %s",
	    strcmp(type, "pdna") == 0 ? "PhotoDNA" : type, d, source);
}

/* Where it was found, never what the list holds. */
static char *
provenance(const json_t *hit)
{
	static const struct {
		const char *name, *said;
	} parts[] = { { "list", "list" }, { "entry", "entry" },
		{ "member", "of member" }, { "classification", "classified" },
		{ "orientation", "orientation" }, { "opinion", "opinion" } };
	const char *source = text(hit, "source"), *v;
	char *line = compared(hit, source ? source : "unknown"), *longer;
	size_t i;

	for (i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		v = text(hit, parts[i].name);
		if (!v || (i == 4 && strcmp(v, "orig") == 0))
			continue;
		longer = ct_printf("%s, %s %s", line, parts[i].said, v);
		free(line);
		line = longer;
	}
	return line;
}

/* What it rests on, if no view by a person is proven. */
static void
basis(json_t *model, const json_t *file)
{
	bool has_hits = json_array_size(json_object_get(file, "hits")) > 0;
	bool decided = json_object_get(file, "review") != NULL;

	if (json_is_true(json_object_get(file, "viewed")))
		return;
	inform(model,
	    ct_printf("No person of the provider is on record as having "
		      "viewed the whole file.%s",
		!decided && !has_hits ? "" /* it goes along */
		    : !decided        ? " It rests on its hash alone:"
		    : has_hits ? " It rests on the decision of a person and on "
				 "its hash:"
			       : " It rests on the decision of a person."));
}

static void
hits(json_t *model, const json_t *file)
{
	const json_t *list = json_object_get(file, "hits"), *hit;
	const json_t *age = ct_rec_get(file, "db.age_s");
	size_t i;

	json_array_foreach(list, i, hit)
	{
		if (i == HITS)
			break;
		inform(model, provenance(hit));
	}
	if (json_array_size(list) > HITS)
		inform(model,
		    ct_printf("And %zu more known hashes.",
			json_array_size(list) - HITS));
	if (json_array_size(list) && json_is_integer(age))
		inform(model,
		    ct_printf(
			"The lists were of generation %" JSON_INTEGER_FORMAT
			", the oldest fetched %" JSON_INTEGER_FORMAT
			" seconds before they were asked.",
			json_integer_value(ct_rec_get(file, "db.generation")),
			json_integer_value(age)));
}

/* A hash that the platform gives, unless it is one of those that we made: it
 * proves nothing about the bytes, so it is no originalFileHash. */
static void
platform_hash(json_t *model, const json_t *file)
{
	static const char *const ours[] = { "md5", "sha1", "sha256", "pdq" };
	const char *type = ct_rec_text(file, "hash.type"), *made;
	const char *value = ct_rec_text(file, "hash.value");
	size_t i;

	if (!type || !value || ct_blank(type) || ct_blank(value))
		return;
	for (i = 0; i < sizeof ours / sizeof ours[0]; i++)
		if ((made = ct_rec_text(file, ours[i])) &&
		    strcasecmp(made, value) == 0)
			return;
	inform(model,
	    ct_printf("The provider's own records give the file the %s hash "
		      "%s.",
		type, value));
}

static void
add_info(json_t *model, const json_t *file)
{
	size_t i, pairs = json_object_size(json_object_get(file, "exif"));
	const json_t *t;
	char at[CT_TIME_LEN];
	struct ct_err err;
	int64_t ms;

	json_array_foreach(json_object_get(file, "info"), i, t)
	{
		if (json_is_string(t) && !ct_blank(json_string_value(t)))
			inform(model, ct_strdup(json_string_value(t)));
	}
	json_array_foreach(json_object_get(file, "left"), i, t)
	{
		ct_model_add(model, "additionalInfo", json_deep_copy(t));
	}
	if (pairs > CT_FILE_PAIRS)
		inform(model,
		    ct_printf("And %zu more metadata in the file.",
			pairs - CT_FILE_PAIRS));
	platform_hash(model, file);
	basis(model, file);
	hits(model, file);
	t = json_object_get(file, "modified");
	if (t && ct_report_time(&ms, "modified", t, &err) == 0)
		inform(model,
		    ct_printf("Last modified in the storage of the provider "
			      "at %s.",
			ct_time(ms, at)));
}

/* ---- the rest of it --------------------------------------------------------
 */

/* The file's own metadata: whoever made it wrote them, so anything may be in
 * them. */
static void
exif(json_t *model, const json_t *file)
{
	json_t *pairs = json_array(), *v;
	json_t *all = json_object_get(file, "exif");
	char *dump, *value, *name;
	const char *key;

	json_object_foreach(all, key, v)
	{
		dump = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
		value = ct_soft_text(
		    json_is_string(v) ? json_string_value(v) : dump,
		    CT_FILE_TEXT);
		name = ct_soft_text(key, 64);
		if (!ct_blank(name) && !ct_blank(value) && !json_is_null(v) &&
		    json_array_size(pairs) < CT_FILE_PAIRS)
			(void)json_array_append_new(pairs,
			    json_pack(
				"{s:s, s:s}", "name", name, "value", value));
		free(name);
		free(value);
		free(dump);
	}
	if (json_array_size(pairs))
		ct_model_add(model, "details",
		    json_pack(
			"{s:s, s:O}", "type", "EXIF", "nameValuePair", pairs));
	json_decref(pairs);
}

static void
digests(json_t *model, const json_t *file)
{
	static const char *const names[][2] = { { "md5", "MD5" },
		{ "sha1", "SHA1" }, { "sha256", "SHA256" }, { "pdq", "PDQ" } };
	json_t *v;
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if ((v = json_object_get(file, names[i][0])))
			ct_model_add(model, "originalFileHash",
			    json_pack("{s:s, s:O}", "hashType", names[i][1],
				"value", v));
}

static json_t *
file_model(const json_t *file, const char *report_id, const char *file_id)
{
	static const char *const names[][2] = {
		{ "originalFileName", "name" },
		{ "uploadedToEspTimestamp", "uploaded" },
		{ "locationOfFile", "location" },
		{ "fileViewedByEsp", "viewed" },
		{ "exifViewedByEsp", "exif_viewed" },
		{ "publiclyAvailable", "public" },
		{ "industryClassification", "review.class" },
	};
	bool along = json_is_true(json_object_get(file, "supplemental"));
	json_t *model = json_pack("{s:s, s:s, s:s}", "reportId", report_id,
	    "fileId", file_id, "fileRelevance",
	    along ? "Supplemental Reported" : "Reported");
	const json_t *ip = json_object_get(file, "ip"), *one;
	json_t *v;
	size_t i;

	for (i = 0; model && i < sizeof names / sizeof names[0]; i++) {
		v = ct_rec_get(file, names[i][1]);
		if (v && !json_is_null(v))
			(void)json_object_set(model, names[i][0], v);
	}
	if (!model)
		return NULL;
	if (along)
		(void)json_object_del(model, "industryClassification");
	if ((v = json_object_get(file, "annotations")))
		ct_model_flags(model, "fileAnnotations", v);
	digests(model, file);
	if (ip)
		(void)json_object_set_new(model, "ipCaptureEvent",
		    ct_model_named(
			ct_elem_sub(&ct_file_table, "ipCaptureEvent"), ip));
	json_array_foreach(json_object_get(file, "device"), i, one)
	{
		ct_model_add(model, "deviceId",
		    ct_model_named(
			ct_elem_sub(&ct_file_table, "deviceId"), one));
	}
	exif(model, file);
	add_info(model, file);
	return model;
}

/* What no operator can know, or may say without proof. */
static int
no_claims(const json_t *over, struct ct_err *err)
{
	static const char *const names[] = { "reportId", "fileId",
		"fileViewedByEsp", "exifViewedByEsp" };
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (json_object_get(over, names[i]))
			return ct_fail(err, CT_DATAERR,
			    "element '%s' is not for the operator to say: %s",
			    names[i],
			    i < 2 ? "NCMEC gives it"
				  : "it comes from the log of views alone");
	return 0;
}

int
ct_file_write(const struct ct_reporting *r, const json_t *file,
    const char *report_id, const char *file_id, char **xml, size_t *len,
    struct ct_err *err)
{
	const json_t *over = json_object_get(file, "cybertip");
	json_t *model = file_model(file, report_id, file_id);
	int rc = 0;

	*xml = NULL;
	if (!model)
		return ct_fail(
		    err, CT_DATAERR, "an id of the server is not UTF-8");
	if (over && !(rc = no_claims(over, err)))
		rc = ct_model_overlay(&ct_file_table, &model, over, err);
	if (!rc)
		rc = ct_report_write(&ct_file_table, model, r, xml, len, err);
	json_decref(model);
	return rc;
}

int
ct_report_file_xml(struct ct_xsd *xsd, const json_t *file,
    const char *report_id, const char *file_id, char **xml, size_t *len,
    struct ct_err *err)
{
	const struct ct_reporting r = { .xsd = xsd, .now = ct_now() };

	return ct_file_write(&r, file, report_id, file_id, xml, len, err);
}
