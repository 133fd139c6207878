/* filing_sheet.c - a report record, and whether it may be sent */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "blake.h"
#include "bytes.h"
#include "clock.h"
#include "digest.h"
#include "file.h"
#include "filing.h"
#include "hex.h"
#include "prog.h"
#include "report.h"
#include "schema.h"
#include "xml.h"

#define KEY_LEN 32
#define BLOCK ((size_t)256 << 10)

static bool
is_hex(const char *s, size_t len)
{
	return s && strlen(s) == len && strspn(s, "0123456789abcdef") == len;
}

/* What of a file would be sent: where its sealed copy lies is not. */
static void
digest_of(struct ct_sheet *s)
{
	json_t *files = json_deep_copy(s->files), *file;
	struct ct_blake b;
	uint8_t sum[16];
	char *text;
	size_t i;

	json_array_foreach(files, i, file)
	{
		(void)json_object_del(file, "vault");
	}
	text = json_dumps(files, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(files);
	if (!text)
		ct_die(CT_OSERR, "out of memory");
	ct_blake_start(&b, sizeof sum, NULL);
	ct_blake_field(&b, s->xml ? s->xml : s->document);
	ct_blake_field(&b, text);
	ct_blake_end(&b, sum, sizeof sum);
	ct_hex(sum, sizeof sum, s->digest);
	free(text);
}

static int
check_files(const json_t *files, struct ct_err *err)
{
	const json_t *file;
	size_t i;

	if (!json_is_array(files))
		return ct_fail(err, CT_DATAERR, "report.files is no array");
	json_array_foreach((json_t *)(uintptr_t)files, i, file)
	{
		if (!is_hex(ct_rec_text(file, "sha256"), 2 * CT_SHA256_LEN))
			return ct_fail(err, CT_DATAERR,
			    "report.files[%zu].sha256 is not 64 hex digits", i);
		if (!ct_rec_text(file, "id"))
			return ct_fail(err, CT_DATAERR,
			    "report.files[%zu].id is no text", i);
	}
	return 0;
}

static int
read_key(struct ct_sheet *s, const json_t *rec, struct ct_err *err)
{
	const char *key = ct_rec_text(rec, "report.key");
	const json_t *part = ct_rec_get(rec, "report.part");
	const json_t *parts = ct_rec_get(rec, "report.parts");
	json_int_t n = parts ? json_integer_value(parts) : 1;
	json_int_t k = part ? json_integer_value(part) : 1;

	if (!is_hex(key, KEY_LEN))
		return ct_fail(
		    err, CT_DATAERR, "report.key is not 32 hex digits");
	if (n < 1 || n > 99999 || k < 1 || k > n)
		return ct_fail(
		    err, CT_DATAERR, "report.part is none of report.parts");
	if (n == 1)
		(void)snprintf(s->key, sizeof s->key, "%s", key);
	else
		(void)snprintf(
		    s->key, sizeof s->key, "%s.%d/%d", key, (int)k, (int)n);
	return 0;
}

static int
check_texts(const json_t *texts, struct ct_err *err)
{
	size_t i;

	if (texts && !json_is_array(texts))
		return ct_fail(err, CT_DATAERR, "report.texts is no array");
	for (i = 0; i < json_array_size(texts); i++)
		if (!ct_rec_text(json_array_get(texts, i), "content"))
			return ct_fail(err, CT_DATAERR,
			    "report.texts[%zu].content is no text", i);
	return 0;
}

/* Whom it is for decides what it has: one for another is never NCMEC's. */
static int
read_document(struct ct_sheet *s, const json_t *rec, struct ct_err *err)
{
	const json_t *authority = ct_rec_get(rec, "report.authority");

	if (authority && !json_is_string(authority))
		return ct_fail(err, CT_DATAERR, "report.authority is no text");
	if (authority && strcmp(json_string_value(authority), "ncmec") != 0) {
		s->authority = json_string_value(authority);
		s->document = ct_rec_text(rec, "report.document");
		return s->document && *s->document
		    ? 0
		    : ct_fail(err, CT_DATAERR, "report.document is no text");
	}
	s->xml = ct_rec_text(rec, "report.xml");
	return s->xml ? 0 : ct_fail(err, CT_DATAERR, "report.xml is no text");
}

int
ct_sheet_read(
    struct ct_sheet *s, const json_t *rec, bool production, struct ct_err *err)
{
	const char *env = ct_rec_text(rec, "report.env");
	const char *want = production ? "production" : "test";

	*s = (struct ct_sheet){ 0 };
	if (!env ||
	    (strcmp(env, "test") != 0 && strcmp(env, "production") != 0))
		return ct_fail(err, CT_DATAERR,
		    "report.env is neither test nor production");
	if (strcmp(env, want) != 0)
		return ct_fail(err, CT_NOPERM,
		    "a report for the %s environment, this is %s", env, want);
	if (read_document(s, rec, err))
		return err->code;
	s->files = ct_rec_get(rec, "report.files");
	s->texts = ct_rec_get(rec, "report.texts");
	if (read_key(s, rec, err) || check_files(s->files, err) ||
	    check_texts(s->texts, err))
		return err->code;
	digest_of(s);
	return 0;
}

/* ---- substance -------------------------------------------------------------
 */

/* Does it say where, what was written, or anything else of the incident? */
static bool
tells(const struct ct_xml_node *node)
{
	static const char *const names[] = { "url", "content",
		"additionalInfo" };
	const struct ct_xml_node *c;
	bool yes = false;
	char *text;
	size_t i;

	for (i = 0; !yes && i < sizeof names / sizeof *names; i++)
		if (strcmp(ct_xml_name(node), names[i]) == 0) {
			text = ct_xml_text(node);
			yes = text[strspn(text, " \t\r\n")] != '\0';
			free(text);
		}
	for (c = ct_xml_child(node, NULL); !yes && c; c = ct_xml_next(c, NULL))
		yes = tells(c);
	return yes;
}

int
ct_sheet_tells(const struct ct_sheet *s, struct ct_err *err)
{
	struct ct_err why = { 0 };
	struct ct_xml *doc = NULL;
	const struct ct_xml_node *n;
	bool yes = s->authority || json_array_size(s->files) > 0;

	/* one that is not well-formed is held, with the place, by the schema */
	if (yes || ct_xml_parse(&doc, s->xml, strlen(s->xml), &why))
		return 0;
	n = ct_xml_child(ct_xml_root(doc), "internetDetails");
	for (; !yes && n; n = ct_xml_next(n, "internetDetails"))
		yes = tells(n);
	ct_xml_free(doc);
	return yes ? 0
		   : ct_fail(err, CT_DATAERR,
			 "report.files is empty, and report.xml tells of "
			 "nothing else");
}

/* ---- bytes ----------------------------------------------------------------
 */

static int
digest_fd(int fd, struct ct_digests *sum, uint64_t *len, struct ct_err *err)
{
	uint8_t *buf = ct_alloc(BLOCK, 1);
	struct ct_digest d = { 0 };
	ssize_t n = 0;
	int rc;

	*len = 0;
	rc = ct_digest_start(&d, err);
	while (!rc && (n = ct_read_full(fd, buf, BLOCK)) > 0) {
		*len += (uint64_t)n;
		rc = ct_digest_add(&d, buf, (size_t)n, err);
	}
	if (!rc && n < 0)
		rc = ct_fail_errno(err, CT_NOINPUT, "cannot read");
	if (!rc)
		rc = ct_digest_end(&d, sum, err);
	ct_digest_free(&d);
	free(buf);
	return rc;
}

int
ct_sheet_open(const struct ct_sheet *s, size_t i, uint64_t *len, char md5[33],
    struct ct_err *err)
{
	const json_t *file = json_array_get(s->files, i);
	struct ct_digests sum;
	char sha256[2 * CT_SHA256_LEN + 1];
	int fd, rc = ct_bytes_open(file, CT_BYTES_ANY, CT_BYTES_TIME, &fd, err);

	/* err would quote the path, which may be private: the record has it */
	if (rc) {
		(void)ct_fail(err, rc,
		    "the bytes of report.files[%zu] cannot be opened", i);
		return -1;
	}
	if (digest_fd(fd, &sum, len, err)) {
		if (err->code == CT_NOINPUT)
			(void)ct_fail(err, CT_NOINPUT,
			    "the bytes of report.files[%zu] cannot be read", i);
		(void)close(fd);
		return -1;
	}
	ct_hex(sum.md5, sizeof sum.md5, md5);
	ct_hex(sum.sha256, sizeof sum.sha256, sha256);
	if (strcmp(sha256, ct_rec_text(file, "sha256")) == 0)
		return fd;
	(void)ct_fail(err, CT_DATAERR,
	    "the bytes of report.files[%zu] are not those of its SHA-256", i);
	(void)close(fd);
	return -1;
}

/* ---- documents ------------------------------------------------------------
 */

static int
check_details(
    struct ct_filing *f, const struct ct_sheet *s, size_t i, struct ct_err *err)
{
	struct ct_err why = { 0 };
	char *xml = NULL;
	size_t len;
	int rc;

	/* ids of the right form stand in for those still to come */
	rc = ct_report_file_xml(f->xsd, json_array_get(s->files, i), "1",
	    "00000000000000000000000000000000", &xml, &len, &why);
	if (!rc)
		rc = ct_live_check(f->live, xml, len, &why);
	free(xml);
	return rc ? ct_fail(err, rc, "report.files[%zu]: %.200s", i, why.msg)
		  : 0;
}

/* The service takes no other encoding; without a word it is this one. */
static bool
is_utf8(const char *xml)
{
	const char *end = strstr(xml, "?>"), *said;

	if (strncmp(xml, "<?xml", 5) != 0 || !end)
		return true;
	said = strstr(xml, "encoding");
	if (!said || said > end)
		return true;
	said += strcspn(said, "\"'?");
	return strncasecmp(said + 1, "UTF-8", 5) == 0 && said[6] == *said;
}

int
ct_sheet_check(
    struct ct_filing *f, const struct ct_sheet *s, struct ct_err *err)
{
	struct ct_err why = { 0 };
	char md5[33];
	uint64_t len;
	size_t i;
	int fd;

	len = strlen(s->xml);
	if (!is_utf8(s->xml))
		return ct_fail(err, CT_DATAERR,
		    "report.xml is not valid: its encoding is not UTF-8");
	if (ct_report_doc(f->xsd, "report", s->xml, len, ct_now(), &why) ||
	    ct_live_check(f->live, s->xml, len, &why))
		return ct_fail(
		    err, why.code, "report.xml is not valid: %.200s", why.msg);
	for (i = 0; i < json_array_size(s->files); i++) {
		if ((fd = ct_sheet_open(s, i, &len, md5, err)) < 0)
			return err->code;
		(void)close(fd);
		if (check_details(f, s, i, err))
			return err->code;
	}
	return 0;
}

static bool
has(const json_t *list, const char *name, const char *digest)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		if (strcmp(digest,
			ct_rec_text(json_array_get(list, i), name)) == 0)
			return true;
	return false;
}

static void
find_lacks(json_t *lacks, const json_t *filed, const json_t *rec,
    const char *list, const char *name, char where[CT_SHEET_WHERE])
{
	const char *digest;
	size_t i;

	for (i = 0; i < json_array_size(rec); i++) {
		digest = ct_rec_text(json_array_get(rec, i), name);
		if (has(filed, name, digest))
			continue;
		if (!json_array_size(lacks))
			(void)snprintf(
			    where, CT_SHEET_WHERE, "report.%s[%zu]", list, i);
		(void)json_array_append_new(lacks, json_string(digest));
	}
}

json_t *
ct_sheet_lacks(const struct ct_sheet *filed, const struct ct_sheet *rec,
    char where[CT_SHEET_WHERE])
{
	json_t *lacks = json_array();

	find_lacks(lacks, filed->files, rec->files, "files", "sha256", where);
	find_lacks(lacks, filed->texts, rec->texts, "texts", "content", where);
	return lacks;
}

/* Copy a document without its earlier reports, and the white space before. */
static char *
without_priors(const char *xml)
{
	static const char start[] = "<priorCTReports>",
			  end[] = "</priorCTReports>";
	char *text = ct_alloc(strlen(xml) + 1, 1), *to = text;
	const char *next, *past;

	while ((next = strstr(xml, start)) && (past = strstr(next, end))) {
		memcpy(to, xml, (size_t)(next - xml));
		to += next - xml;
		while (to > text && strchr(" \t\r\n", to[-1]))
			to--;
		xml = past + sizeof end - 1;
	}
	memcpy(to, xml, strlen(xml) + 1);
	return text;
}

bool
ct_sheet_changed(const struct ct_sheet *filed, const struct ct_sheet *rec)
{
	char *a = without_priors(filed->xml), *b = without_priors(rec->xml);
	bool changed = strcmp(a, b) != 0;

	free(a);
	free(b);
	return changed;
}
