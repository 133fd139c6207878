/* report_told.c - what a report tells beside files, and what it carries */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "digest.h"
#include "hex.h"
#include "offence.h"
#include "prog.h"
#include "queue.h"
#include "report_impl.h"

#define CONTENT 10000 /* characters of content in the document */
#define PIECE 30000   /* of one file of text */
#define TOLD 20       /* missing files told one by one */

bool
ct_told_record(const json_t *rec)
{
	return !ct_review_bytes(rec);
}

/* Is a file that only goes along no longer where it was?  Nothing that is
 * reported waits for it. */
static bool
gone(const json_t *rec)
{
	struct ct_err none = { 0 };
	struct stat st;
	char *path = NULL;
	bool lost = ct_review_along(rec) &&
	    ct_rec_path(rec, &path, &none) == 0 && stat(path, &st) < 0 &&
	    (errno == ENOENT || errno == ENOTDIR);

	free(path);
	return lost;
}

static bool
missing(const json_t *rec)
{
	return json_is_true(ct_rec_get(rec, "object.missing")) || gone(rec);
}

bool
ct_told_only(const json_t *rec)
{
	return ct_told_record(rec) || missing(rec);
}

int
ct_told_check(const json_t *recs, struct ct_err *err)
{
	size_t i, lost = 0;
	const json_t *rec;
	bool tells = false;
	char content[65];
	int rc;

	json_array_foreach(recs, i, rec)
	{
		rc = ct_review_content(rec, content, err);
		if (rc > CT_NO)
			return rc;
		tells |= rc == 0 && !ct_review_along(rec);
		tells |= !ct_told_only(rec) && !ct_review_along(rec);
		lost += missing(rec);
	}
	if (tells)
		return 0;
	return lost ? ct_fail(err, CT_DATAERR,
			  "every file of the report is missing "
			  "(object.missing): there is nothing to report")
		    : ct_fail(err, CT_DATAERR,
			  "no hashes, and nothing told (incident.text, "
			  "incident.url, threads): there is nothing to report");
}

int
ct_told_offence(const json_t *recs, const json_t *model, struct ct_err *err)
{
	const char *type = ct_rec_text(model, "incidentSummary.incidentType");
	const struct ct_verdict *v;
	const char *verdict;
	const json_t *rec;
	size_t i;

	json_array_foreach(recs, i, rec)
	{
		verdict = ct_rec_text(rec, "review.verdict");
		v = verdict ? ct_verdict_named(verdict) : NULL;
		if (v && v->offence && type &&
		    strcmp(type, ct_offence_named("csam")) == 0)
			return ct_fail(err, CT_DATAERR,
			    "element 'incidentType': a text_offence is "
			    "another than csam");
	}
	return 0;
}

/* ---- files that the record carries ----------------------------------------
 */

int
ct_told_file(json_t **file, const char *id, const char *name, const char *mime,
    const json_t *text, json_t *info, struct ct_err *err)
{
	char md5[33], sha1[41], sha256[65];
	struct ct_digest d = { 0 };
	struct ct_digests sum;
	size_t len = json_string_length(text);
	int rc = ct_digest_start(&d, err);

	*file = NULL;
	if (!rc)
		rc = ct_digest_add(&d, json_string_value(text), len, err);
	if (!rc)
		rc = ct_digest_end(&d, &sum, err);
	ct_digest_free(&d);
	if (rc) {
		json_decref(info);
		return rc;
	}
	ct_hex(sum.md5, sizeof sum.md5, md5);
	ct_hex(sum.sha1, sizeof sum.sha1, sha1);
	ct_hex(sum.sha256, sizeof sum.sha256, sha256);
	*file = json_pack("{s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:b, s:o, s:O}",
	    "id", id, "size", (json_int_t)len, "mime", mime, "md5", md5, "sha1",
	    sha1, "sha256", sha256, "name", name, "supplemental", 1, "info",
	    info, "text", text);
	return *file ? 0 : ct_fail(err, CT_SOFTWARE, "cannot make a file");
}

/* A text that is too long for the document, whole. */
static int
attach(const char *text, json_t *files, struct ct_err *err)
{
	size_t part = 0;
	char *name, *id, *some;
	json_t *piece, *file;
	int rc = 0;

	while (!rc && *text) {
		some = ct_soft_piece(text, PIECE, &text);
		piece = json_string(some);
		free(some);
		id = ct_printf("text:%zu", ++part);
		name = ct_printf("text-%zu.txt", part);
		rc = ct_told_file(&file, id, name, "text/plain", piece,
		    json_pack("[s]",
			"What was written, whole; the report has the "
			"beginning of it.  Files text-1, text-2 and so on "
			"follow one another."),
		    err);
		if (!rc)
			(void)json_array_append_new(files, file);
		json_decref(piece);
		free(name);
		free(id);
	}
	return rc;
}

/* ---- where it is, and what was written ------------------------------------
 */

static void
page(json_t *channel, json_t *url, bool must)
{
	const char *s = json_string_value(url);
	struct ct_soft soft = { .notes = json_array(), .left = json_array() };
	const char *said;
	char *all;

	if (s && !ct_blank(s) && ct_url_ok(s) && ct_xml_legal(s)) {
		ct_model_add(channel, "url", json_incref(url));
	} else if (must && s && !ct_blank(s)) {
		ct_soft_left(&soft, "incident.url", url);
		said = ct_rec_text(channel, "additionalInfo");
		all = ct_soft_lines(&soft, said);
		ct_model_text(channel, "additionalInfo", all);
		free(all);
	}
	json_decref(soft.notes);
	json_decref(soft.left);
}

json_t *
ct_told_pages(const json_t *recs, bool objects)
{
	json_t *channel = json_object(), *urls, *url;
	const json_t *rec;
	size_t i, k;

	json_array_foreach(recs, i, rec)
	{
		if (objects)
			page(channel, ct_rec_get(rec, "object.url"), false);
		urls = ct_rec_get(rec, "incident.url");
		page(channel, urls, true);
		json_array_foreach(urls, k, url)
		{
			page(channel, url, true);
		}
	}
	return channel;
}

/* The channel for content: that of the platform if it has one. */
static json_t *
channel_of(json_t *model)
{
	static const char *const kinds[] = { "chatImIncident",
		"onlineGamingIncident" };
	json_t *all = json_object_get(model, "internetDetails"), *one, *chat;
	size_t i, k;

	json_array_foreach(all, i, one)
	{
		for (k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
			if ((chat = json_object_get(one, kinds[k])))
				return chat;
	}
	chat = json_object();
	ct_model_add(model, "internetDetails",
	    json_pack("{s:o}", "chatImIncident", chat));
	return chat;
}

int
ct_told_content(const json_t *recs, json_t *model, json_t *files, json_t *notes,
    struct ct_err *err)
{
	char *all = ct_texts(recs, "incident.text", SIZE_MAX, notes), *some;
	int rc = 0;

	if (!all)
		return 0;
	some = ct_soft_text(all, CONTENT);
	if (!ct_blank(some))
		ct_model_text(channel_of(model), "content", some);
	if (strcmp(some, all) != 0)
		rc = attach(all, files, err);
	free(some);
	free(all);
	return rc;
}

/* ---- what has no file ------------------------------------------------------
 */

/* id, content and review of it, for ack. */
static json_t *
item(const json_t *rec, const char *name)
{
	const char *content = ct_rec_text(rec, "review.content");
	json_t *one = json_pack("{s:O}", "id", json_object_get(rec, "id"));
	struct ct_err none = { 0 };
	uint8_t raw[32];
	char sum[65] = "";

	if (ct_rec_hash(rec, "sha256", raw, sizeof raw, &none) == 0)
		ct_hex(raw, sizeof raw, sum);
	else if (content)
		(void)snprintf(sum, sizeof sum, "%s", content);
	else
		(void)ct_review_content(rec, sum, &none);
	(void)json_object_set_new(one, name, json_string(sum));
	ct_file_review(one, rec);
	return one;
}

void
ct_told_items(const json_t *recs, json_t **texts, json_t **gone)
{
	const json_t *rec;
	size_t i;

	*texts = json_array();
	*gone = json_array();
	json_array_foreach(recs, i, rec)
	{
		if (ct_told_record(rec))
			(void)json_array_append_new(
			    *texts, item(rec, "content"));
		else if (missing(rec))
			(void)json_array_append_new(*gone, item(rec, "sha256"));
	}
}

char *
ct_told_missing(const json_t *gone)
{
	size_t i, n = json_array_size(gone);
	char *all = NULL, *more;

	if (!n)
		return NULL;
	all = ct_printf("%zu files of this account are not attached: the "
			"provider has their bytes no longer.",
	    n);
	for (i = 0; i < n && i < TOLD; i++) {
		more = ct_printf("%s\nNot attached: SHA-256 %s", all,
		    ct_rec_text(json_array_get(gone, i), "sha256"));
		free(all);
		all = more;
	}
	return all;
}
