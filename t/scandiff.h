/* scandiff.h - does a scan say what jansson says?  Include once, in a test. */
#ifndef CT_SCANDIFF_H
#define CT_SCANDIFF_H

#include "scan.h"

#include <stdlib.h>
#include <string.h>

#include "rec.h"

static const char *const scan_paths[] = { "error", "match", "surface", "id",
	"path", "file", "file.decode", "file.mime", "file.size", "hashes",
	"hashes.md5", "hashes.sha1", "hashes.sha256", "hashes.pdq",
	"hashes.pdq_quality", "hashes.pdq_degenerate", "hashes.pdq_dihedral",
	"a", "a.b", "b.a", "" };
enum { SCAN_PATHS = sizeof scan_paths / sizeof scan_paths[0] };

/* What is at fault, or NULL. */
static const char *
scan_scalar(const struct ct_scan_got *got, const json_t *v)
{
	static const json_type types[] = { JSON_NULL, JSON_NULL, JSON_FALSE,
		JSON_TRUE, JSON_INTEGER, JSON_REAL, JSON_STRING, JSON_ARRAY,
		JSON_OBJECT };

	if (got->kind == CT_SCAN_NONE || !v)
		return got->kind == CT_SCAN_NONE && !v ? NULL : "missing";
	if (json_typeof(v) != types[got->kind])
		return "type";
	if (got->kind == CT_SCAN_STRING &&
	    (json_string_length(v) != got->len ||
		memcmp(json_string_value(v), got->text, got->len) != 0))
		return "string";
	if (got->kind == CT_SCAN_INTEGER &&
	    json_integer_value(v) != got->number)
		return "integer";
	if (got->kind == CT_SCAN_REAL &&
	    (strtod(got->text, NULL) < json_real_value(v) ||
		strtod(got->text, NULL) > json_real_value(v)))
		return "real";
	return NULL;
}

static const char *
scan_array(const struct ct_scan_got *got, const json_t *v)
{
	enum { SOME = 9 };
	struct ct_scan_got items[SOME];
	size_t n = ct_scan_items(got, items, SOME), i;
	const char *bad = NULL;

	if (n != json_array_size(v))
		return "length of an array";
	for (i = 0; !bad && i < n && i < SOME; i++)
		bad = scan_scalar(&items[i], json_array_get(v, i));
	return bad;
}

static const char *
scan_object(const struct ct_scan_got *got, const json_t *v)
{
	struct ct_err err;
	json_t *o = ct_json_object(got->text, got->len, &err);
	const char *bad = o && json_equal(o, v) ? NULL : "object";

	json_decref(o);
	return bad;
}

/*
 * Scan over the line: *n as ct_scan returns it; what jansson says otherwise,
 * or NULL.  Of a line that is not regular it has nothing to say.
 */
static const char *
scan_differs(const char *line, size_t len, int *n)
{
	struct ct_scan_got got[SCAN_PATHS];
	static struct ct_scan scan;
	const char *bad = NULL;
	struct ct_err err;
	const json_t *v;
	json_t *rec;
	size_t i;

	ct_scan_want(&scan, scan_paths, SCAN_PATHS);
	*n = ct_scan(&scan, line, len, got);
	if (*n < 0)
		return NULL;
	rec = ct_json_object(line, len, &err);
	if (!rec)
		return "it is no record";
	if (json_object_size(rec) != (size_t)*n)
		bad = "number of members";
	for (i = 0; !bad && i < SCAN_PATHS; i++) {
		v = ct_rec_get(rec, scan_paths[i]);
		bad = scan_scalar(&got[i], v);
		if (!bad && got[i].kind == CT_SCAN_ARRAY)
			bad = scan_array(&got[i], v);
		if (!bad && got[i].kind == CT_SCAN_OBJECT)
			bad = scan_object(&got[i], v);
	}
	json_decref(rec);
	return bad;
}

#endif
