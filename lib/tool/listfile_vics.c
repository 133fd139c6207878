/* listfile_vics.c - VICS of Project VIC: JSON of any length, object by object
 *
 * {"@odata.context": "...#Media", "value": [MEDIA, ...]}; with #Cases each case
 * has its "Media".  Only one object of it is in memory at a time.
 */
#include <stdlib.h>
#include <string.h>

#include "listfile_impl.h"
#include "prog.h"

#define OBJECT_MAX ((size_t)4 << 20) /* bytes of a medium, or of a member */

struct vics {
	struct ct_listfile *f;
	struct ct_in *in;
	struct ct_err *err;
	const char *bytes;
	size_t len, at;
	size_t object, left; /* number of the medium; bytes it still may have */
	bool ended, known;   /* known: the context says that it is VICS */
};

/* ---- bytes -----------------------------------------------------------------
 */

/* The byte at hand, which stays; -1: the end, or *v->err. */
static int
peek(struct vics *v)
{
	int rc;

	if (v->at == v->len && !v->ended) {
		ct_in_took(v->in, v->at);
		v->at = v->len = 0;
		rc = ct_in_bytes(v->in, &v->bytes, &v->len, v->err);
		if (rc != 1) {
			v->len = 0;
			v->ended = true;
		}
	}
	return v->at < v->len ? (unsigned char)v->bytes[v->at] : -1;
}

static int
after_blanks(struct vics *v)
{
	int c;

	while ((c = peek(v)) == ' ' || c == '\t' || c == '\r' || c == '\n')
		v->at++;
	return c;
}

static int
broken(struct vics *v)
{
	char why[64];

	if (v->err->code)
		return listfile_named(v->f, v->err->code, v->err->msg, v->err);
	(void)snprintf(
	    why, sizeof why, "not VICS, or cut: behind object %zu", v->object);
	return listfile_named(v->f, CT_DATAERR, why, v->err);
}

static int
want(struct vics *v, char c)
{
	if (after_blanks(v) != c)
		return broken(v);
	v->at++;
	return 0;
}

/* One byte at a time, so that nothing behind the value is taken. */
static size_t
feed(void *buf, size_t cap, void *arg)
{
	struct vics *v = arg;
	int c = cap && v->left ? peek(v) : -1;

	if (c < 0)
		return 0;
	v->at++;
	v->left--;
	*(char *)buf = (char)c;
	return 1;
}

static json_t *
value(struct vics *v)
{
	json_error_t none;
	json_t *o;

	v->left = OBJECT_MAX;
	(void)after_blanks(v);
	o = json_load_callback(
	    feed, v, JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY, &none);
	if (!o)
		(void)broken(v);
	return o;
}

/* ---- a medium --------------------------------------------------------------
 */

/* A text, or an integer as one. */
static const char *
text(const json_t *o, const char *name, char room[24])
{
	const json_t *v = json_object_get(o, name);

	if (json_is_string(v))
		return json_string_value(v);
	if (!json_is_integer(v))
		return NULL;
	(void)snprintf(room, 24, "%lld", (long long)json_integer_value(v));
	return room;
}

static void
alternatives(struct listfile_row *row, const json_t *all)
{
	const json_t *one;
	const char *name;
	size_t i;

	json_array_foreach(all, i, one)
	{
		name = json_string_value(json_object_get(one, "HashName"));
		if (name)
			listfile_hash(row,
			    strcmp(name, "PhotoDNA") == 0 ? "pdna" : name,
			    json_string_value(
				json_object_get(one, "HashValue")));
	}
}

static int
medium(struct vics *v)
{
	static const struct {
		const char *name, *type;
	} hash[] = { { "MD5", "md5" }, { "SHA1", "sha1" },
		{ "SHA256", "sha256" }, { "PhotoDNA", "pdna" } };
	struct listfile_row row = { .line = ++v->object };
	char id[24], category[24];
	json_t *o = value(v);
	const char *mime;
	size_t i;
	int rc;

	if (!o)
		return v->err->code;
	v->f->lines++;
	if (!json_is_object(o)) {
		json_decref(o);
		return v->f->bad(v->f->arg, v->object, "no object", v->err);
	}
	row.entry = text(o, "MediaID", id);
	row.classification = text(o, "Category", category);
	row.at = json_string_value(json_object_get(o, "DateUpdated"));
	mime = json_string_value(json_object_get(o, "MimeType"));
	row.content = mime && strncmp(mime, "image/", 6) == 0 ? "image"
	    : mime && strncmp(mime, "video/", 6) == 0         ? "video"
							      : NULL;
	for (i = 0; i < sizeof hash / sizeof hash[0]; i++)
		listfile_hash(&row, hash[i].type,
		    json_string_value(json_object_get(o, hash[i].name)));
	alternatives(&row, json_object_get(o, "AlternativeHashes"));
	rc = listfile_row(v->f, &row, v->err);
	json_decref(o);
	if (!rc && ct_stop)
		rc = ct_fail(v->err, CT_TEMPFAIL, "stopped");
	return rc;
}

/* ---- what they stand in ----------------------------------------------------
 */

enum within { FILE_OBJECT, CASE };

static int object(struct vics *v, enum within what, bool cases);

/* An array of media, or of cases that have them. */
static int
array(struct vics *v, bool cases)
{
	int rc = want(v, '['), c;

	if (rc || after_blanks(v) == ']')
		return rc ? rc : want(v, ']');
	do {
		if ((rc = cases ? object(v, CASE, false) : medium(v)))
			return rc;
		c = after_blanks(v);
		if (c != ',' && c != ']')
			return broken(v);
		v->at++;
	} while (c == ',');
	return 0;
}

/* #Media or #Cases, in whatever version and region. */
static int
context(struct vics *v, bool *cases)
{
	json_t *o = value(v);
	const char *s = json_string_value(o);
	const char *tail = s ? strrchr(s, '#') : NULL;

	if (!v->err->code && tail) {
		*cases = strcmp(tail, "#Cases") == 0;
		v->known = *cases || strcmp(tail, "#Media") == 0;
	}
	json_decref(o);
	if (!v->err->code && !v->known)
		return listfile_named(v->f, CT_DATAERR,
		    "its context is neither #Media nor #Cases", v->err);
	return v->err->code;
}

static int
member(struct vics *v, enum within what, const char *name, bool *cases)
{
	json_t *o;

	if (what == FILE_OBJECT &&
	    (strcmp(name, "odata.metadata") == 0 ||
		strcmp(name, "@odata.context") == 0))
		return context(v, cases);
	if (what == FILE_OBJECT && strcmp(name, "value") == 0)
		return v->known
		    ? array(v, *cases)
		    : listfile_named(v->f, CT_DATAERR,
			  "its value comes before its context", v->err);
	if (what == CASE && strcmp(name, "Media") == 0 &&
	    after_blanks(v) == '[')
		return array(v, false);
	if (!(o = value(v)))
		return v->err->code;
	json_decref(o);
	return 0;
}

static int
object(struct vics *v, enum within what, bool cases)
{
	json_t *name;
	int rc = want(v, '{'), c;

	if (rc || after_blanks(v) == '}')
		return rc ? rc : want(v, '}');
	do {
		if (after_blanks(v) != '"')
			return broken(v);
		if (!(name = value(v)))
			return v->err->code;
		if (!(rc = want(v, ':')))
			rc = member(v, what, json_string_value(name), &cases);
		json_decref(name);
		if (rc)
			return rc;
		c = after_blanks(v);
		if (c != ',' && c != '}')
			return broken(v);
		v->at++;
	} while (c == ',');
	return 0;
}

int
listfile_vics(struct ct_listfile *f, struct ct_in *in, struct ct_err *err)
{
	struct vics v = { .f = f, .in = in, .err = err };
	int rc;

	if (!f->allow && !f->positive)
		return listfile_named(f, CT_CONFIG,
		    "VICS wants positive = the categories that are, which is"
		    " another in each country",
		    err);
	f->unit = "object";
	if (peek(&v) == 0xef) /* a byte order mark */
		v.at += v.len >= 3 ? 3 : 0;
	rc = object(&v, FILE_OBJECT, false);
	if (!rc && after_blanks(&v) >= 0)
		rc = broken(&v);
	ct_in_took(in, v.at);
	return rc;
}
