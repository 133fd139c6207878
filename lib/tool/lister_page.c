/* lister_page.c - a page of a listing: what its elements mean */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "lister_impl.h"
#include "prog.h"
#include "xml.h"

#define NAMED(s) (nlen == sizeof(s) - 1 && memcmp(name, s, nlen) == 0)

/* The text is kept.  All of a page's is shorter than the page, but for one in
 * an encoding that takes more bytes as UTF-8: that is no good. */
static const char *
keep(struct lister_page *p, const char *text, size_t len)
{
	char *at = p->text + p->used;

	if (p->room - p->used <= len) {
		p->full = true;
		return "";
	}
	memcpy(at, text, len);
	at[len] = '\0';
	p->used += len + 1;
	return at;
}

int
lister_page_start(struct lister_page *p, const char *name, size_t nlen)
{
	struct lister_object *o;

	if (!p->ok) { /* the root */
		p->ok =
		    NAMED("ListBucketResult") || NAMED("EnumerationResults");
		return p->ok ? 0 : CT_PROTOCOL;
	}
	if (NAMED("Contents") || NAMED("Blob")) {
		if (p->n == p->cap) {
			p->cap = p->cap ? 2 * p->cap : 1024;
			p->object =
			    ct_grow(p->object, p->cap, sizeof *p->object);
		}
		o = &p->object[p->n++];
		*o = (struct lister_object){
			.bytes = -1, .etag = "", .modified = ""
		};
		p->in_object = true;
	} else if (NAMED("CommonPrefixes") || NAMED("BlobPrefix")) {
		p->in_prefix = true;
	}
	return 0;
}

static void
add_prefix(struct lister_page *p, const char *text, size_t len)
{
	if (p->nprefix == p->prefixcap) {
		p->prefixcap = p->prefixcap ? 2 * p->prefixcap : 64;
		p->prefix = ct_grow(p->prefix, p->prefixcap, sizeof *p->prefix);
	}
	p->prefix[p->nprefix++] =
	    (struct lister_prefix){ keep(p, text, len), len };
}

static bool
digits(const char *s, const char *form)
{
	for (; *form; s++, form++)
		if (*form == '0' ? *s < '0' || *s > '9' : *s != *form)
			return false;
	return true;
}

const char *
lister_when(const char *text, size_t len, char out[CT_TIME_LEN])
{
	static const char day[] = "0000-00-00T00:00:00";
	char copy[64];
	struct tm tm = { 0 };
	const char *end;
	int64_t ms;

	*out = '\0';
	if (len >= sizeof copy)
		return out;
	if (len == 24 && digits(text, day) &&
	    memcmp(text + 19, ".000Z", 5) == 0) {
		memcpy(out, text, 19);
		memcpy(out + 19, "Z", 2);
		return out;
	}
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (ct_time_parse(copy, &ms) < 0) {
		end = strptime(copy, "%a, %d %b %Y %H:%M:%S GMT", &tm);
		if (!end || *end)
			return out;
		ms = (int64_t)timegm(&tm) * 1000;
	}
	return ct_time(ms, out);
}

int64_t
lister_number(const char *text, size_t len)
{
	int64_t v = 0;
	size_t i;

	if (len == 0 || len > 18)
		return -1;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		v = 10 * v + (text[i] - '0');
	}
	return v;
}

static void
of_object(struct lister_page *p, struct lister_object *o, const char *name,
    size_t nlen, const char *text, size_t len)
{
	char when[CT_TIME_LEN];

	if (NAMED("Key") || (NAMED("Name") && !o->key)) {
		o->key = keep(p, text, len);
		o->len = len;
	} else if (NAMED("LastModified") || NAMED("Last-Modified")) {
		(void)lister_when(text, len, when);
		/* what grew would not fit where the text was */
		if (strlen(when) <= len)
			o->modified = keep(p, when, strlen(when));
	} else if (NAMED("ETag") || NAMED("Etag")) {
		if (len >= 2 && text[0] == '"' && text[len - 1] == '"') {
			text++;
			len -= 2;
		}
		o->etag = keep(p, text, len);
	} else if (NAMED("Size") || NAMED("Content-Length")) {
		o->bytes = lister_number(text, len);
	} else if (NAMED("Contents") || NAMED("Blob")) {
		p->in_object = false;
	}
}

void
lister_page_end(struct lister_page *p, const char *name, size_t nlen,
    const char *text, size_t len)
{
	if (p->in_object) {
		of_object(p, &p->object[p->n - 1], name, nlen, text, len);
	} else if (p->in_prefix) {
		if (NAMED("Prefix") || NAMED("Name"))
			add_prefix(p, text, len);
		else if (NAMED("CommonPrefixes") || NAMED("BlobPrefix"))
			p->in_prefix = false;
	} else if (NAMED("IsTruncated")) {
		p->truncated = len == 4 && memcmp(text, "true", 4) == 0;
	} else if (NAMED("NextContinuationToken") || NAMED("NextMarker")) {
		p->next = keep(p, text, len);
	} else if (NAMED("EncodingType")) {
		p->coded = len == 3 && memcmp(text, "url", 3) == 0;
	}
}

/* ---- by libxml2 -----------------------------------------------------------
 */

static int
on_start(void *arg, const char *name, const char *const *attr)
{
	(void)attr;
	return lister_page_start(arg, name, strlen(name));
}

static int
on_end(void *arg, const char *name, const char *text)
{
	lister_page_end(arg, name, strlen(name), text, strlen(text));
	return 0;
}

static void
reset(struct lister_page *p)
{
	p->n = p->nprefix = p->used = 0;
	p->truncated = p->coded = p->in_object = p->in_prefix = false;
	p->ok = p->full = false;
	p->next = "";
}

/* Keys and prefixes as they are, and all there? */
static int
decode(struct lister_page *p, struct ct_err *err)
{
	size_t i;
	int64_t len;

	for (i = 0; i < p->n + p->nprefix; i++) {
		struct lister_prefix *x =
		    i < p->n ? NULL : &p->prefix[i - p->n];
		const char *text = x ? x->text : p->object[i].key;

		len = (int64_t)(x ? x->len : p->object[i].len);
		if (text && p->coded)
			len = ct_s3_unescape(
			    p->text + (text - p->text), (size_t)len, true);
		if (!text || len <= 0)
			return ct_fail(err, CT_PROTOCOL,
			    "a listing has an object whose key is not told");
		/* what was longer stands behind it */
		p->text[text - p->text + len] = '\0';
		if (x)
			x->len = (size_t)len;
		else
			p->object[i].len = (size_t)len;
	}
	return 0;
}

int
lister_page_parse(
    struct lister_page *p, const char *xml, size_t len, struct ct_err *err)
{
	struct ct_xml_walk walk = {
		.start = on_start, .end = on_end, .arg = p, .whole = true
	};
	int rc;

	free(p->text);
	p->room = len + 1;
	p->text = ct_alloc(p->room, 1);
	reset(p);
	if (!lister_page_scan(p, xml, len)) {
		reset(p);
		rc = ct_xml_walk(&walk, xml, len, err);
		if (rc == CT_OSERR)
			return rc;
		if (rc == CT_PROTOCOL)
			return ct_fail(
			    err, rc, "the answer is no listing of a bucket");
		if (rc)
			return ct_fail(err, CT_PROTOCOL,
			    "a listing is not well-formed XML");
	}
	if (p->full)
		return ct_fail(err, CT_PROTOCOL, "a listing is not in UTF-8");
	return decode(p, err);
}

void
lister_page_free(struct lister_page *p)
{
	free(p->object);
	free(p->prefix);
	free(p->text);
	*p = (struct lister_page){ .next = "" };
}
