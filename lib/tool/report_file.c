/* report_file.c - one file of a report: a record as an element of its files */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hex.h"
#include "prog.h"
#include "queue.h"
#include "report_impl.h"

static const struct {
	const char *name;
	size_t len;
	bool must;
} digests[] = {
	{ "md5", 16, true },
	{ "sha1", 20, false },
	{ "sha256", 32, true },
	{ "pdq", 32, false },
};

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
	size_t n = 0, chars = 0,
	       max = ct_types[CT_T_STR2056].max - 2; /* %XX is three */
	const char *base = ct_base_name(path), *s;
	bool legal = ct_xml_legal(path);
	unsigned char c;
	char *name;

	name = ct_alloc(3 * strlen(base) + 1, 1);
	for (s = base; (c = (unsigned char)*s) && chars < max; s++) {
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

/* What the log says, if it is proven; of what it does not know nothing is
 * said, for a person may have looked elsewhere. */
void
ct_report_viewed(const struct ct_reporting *r, const json_t *rec,
    struct ct_report_view *view)
{
	struct ct_viewed v = { .level = "none" };
	bool proven = r->key && ct_review_proven(r->key, rec, &v);
	bool whole = v.entire && strcmp(v.level, "full") == 0;
	bool none = strcmp(v.level, "none") == 0;

	view->file = !proven || none ? CT_UNSAID : whole ? CT_YES : CT_NOT;
	view->exif = proven && whole && v.exif ? CT_YES : CT_UNSAID;
	if (!ct_rec_get(rec, "review.viewed"))
		view->why = "no review says what a person viewed";
	else if (!r->key)
		view->why = "no key (review.key) to prove what the review says";
	else if (!ct_rec_get(rec, "review.mac"))
		view->why = "the review has no proof (review.mac)";
	else if (!proven)
		view->why = "review.mac is of another key or other content, "
			    "or review.viewed was changed";
	else if (none)
		view->why = "proven: no view of this content is in the log";
	else
		view->why = whole ? "proven: viewed whole"
				  : "proven: looked at, but not whole";
}

static void
viewed(const struct ct_reporting *r, const json_t *rec, json_t *file)
{
	struct ct_report_view v;

	ct_report_viewed(r, rec, &v);
	if (v.file != CT_UNSAID)
		(void)json_object_set_new(
		    file, "viewed", json_boolean(v.file == CT_YES));
	if (v.exif == CT_YES)
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
void
ct_file_review(json_t *file, const json_t *rec)
{
	json_t *review;

	if (!ct_review_has(rec, "review"))
		return;
	review = json_copy(json_object_get(rec, "review"));
	(void)json_object_del(review, "prior");
	(void)json_object_set_new(file, "review", review);
}

/* One value of a member of object into file, under the name that it has there.
 */
static void
member(struct ct_soft *soft, json_t *file, const char *const name[3],
    const struct ct_elem *e, const json_t *v)
{
	json_t *value = NULL;

	if (!v || json_is_null(v))
		return;
	if (e->type->kind == CT_TIME && ct_soft_future(soft, v))
		ct_soft_left(soft, name[1], v);
	else
		value = ct_soft_value(soft, e, name[1], v);
	if (value && e->flags & CT_MANY)
		ct_model_add(file, name[0], value);
	else if (value)
		(void)json_object_set_new(file, name[0], value);
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
		{ "device", "object.device", "deviceId" },
	};
	struct ct_soft soft = { r->now, notes, json_array() };
	const struct ct_elem *e;
	json_t *v, *one;
	size_t i, k;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		e = ct_elem_sub(&ct_file_table, names[i][2]);
		v = ct_rec_get(rec, names[i][1]);
		if (e->flags & CT_MANY && json_is_array(v)) {
			json_array_foreach(v, k, one)
			{
				member(&soft, file, names[i], e, one);
			}
			continue;
		}
		/* the rest goes to the account */
		member(&soft, file, names[i], e,
		    json_is_array(v) && i == 3 ? json_array_get(v, 0) : v);
	}
	if (json_array_size(soft.left))
		(void)json_object_set(file, "left", soft.left);
	json_decref(soft.left);
}

/* A text or an array of them, in place of what is there. */
static void
info(json_t *file, const json_t *rec, const char *path, json_t *notes)
{
	json_t *v = ct_rec_get(rec, path), *list, *all, *one;
	size_t i;

	if (!v || json_is_null(v))
		return;
	list = json_is_array(v) ? json_incref(v) : json_pack("[O]", v);
	all = json_array();
	json_array_foreach(list, i, one)
	{
		if (json_is_string(one))
			(void)json_array_append(all, one);
		else if (!json_is_null(one))
			ct_soft_note(notes, path, "is no text: left out");
	}
	(void)json_object_set_new(file, "info", all);
	json_decref(list);
}

/* Metadata of which the document has only the beginning. */
static void
note_exif(const json_t *rec, json_t *notes)
{
	json_t *exif = ct_rec_get(rec, "object.exif"), *v;
	const char *name;

	if (exif && !json_is_null(exif) && !json_is_object(exif))
		ct_soft_note(notes, "object.exif", "is no object: left out");
	if (json_object_size(exif) > CT_FILE_PAIRS)
		ct_soft_note(notes, "object.exif",
		    "has more than the details of a file take");
	json_object_foreach(exif, name, v)
	{
		if (json_string_length(v) > CT_FILE_TEXT)
			ct_soft_note(notes, "object.exif", CT_WAS_CUT);
	}
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
	if (!ct_rec_get(rec, "path") && !ct_rec_get(rec, "path_b64"))
		copy(file, "url", rec, "url");
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
	copy(file, "type_id", rec, "object.type_id");
	copy(file, "hash", rec, "object.hash");
	info(file, rec, "object.additional_info", notes);
	object(r, file, rec, notes);
	copy(file, "annotations", rec, "object.annotations");
	copy(file, "annotations", rec, "review.annotations");
	copy(file, "exif", rec, "object.exif");
	note_exif(rec, notes);
	copy(file, "cybertip", rec, "cybertip.file");
	copy(file, "hits", rec, "match.hits");
	copy(file, "db", rec, "match.db");
	ct_file_review(file, rec);
	viewed(r, rec, file);
	if (ct_review_along(rec)) {
		(void)json_object_set_new(file, "supplemental", json_true());
		info(file, rec, "supplemental.additional_info", notes);
	}
	*out = file;
	return 0;
}
