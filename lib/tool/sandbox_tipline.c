/* sandbox_tipline.c - the seven calls of CyberTipline Reporting */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "blake.h"
#include "hex.h"
#include "prog.h"
#include "report.h"
#include "sandbox_impl.h"
#include "schema.h"
#include "xml.h"

#define HOUR ((int64_t)3600000)

/* ---- answers --------------------------------------------------------------
 */

static const struct {
	long code;
	const char *text;
} codes[] = {
	{ 0, "Success" },
	{ 1000, "Server error" },
	{ 1100, "Save failed" },
	{ 1110, "Upload failed" },
	{ 1111, "File upload failed" },
	{ 1210, "Resource not found" },
	{ 1300, "Update failed" },
	{ 2000, "Authentication required" },
	{ 3000, "User is not authorized to perform this action" },
	{ 3100, "User does not have authorization to make submissions" },
	{ 3300, "User does not have authorization to make updates" },
	{ 4000, "Invalid request" },
	{ 4100, "Validation failed" },
	{ 4110, "Malformed XML submittal" },
	{ 4200, "Malformed file submittal" },
	{ 5001, "Report does not exist" },
	{ 5002, "File does not exist" },
	{ 5101, "Report already retracted" },
	{ 5102, "Report already finished" },
};

static const char *
words(long code)
{
	size_t i;

	for (i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (codes[i].code == code)
			return codes[i].text;
	return "Unknown";
}

/* Nothing is published of these: a guess to test clients with. */
static int
http_status(long code)
{
	switch (code / 1000) {
	case 1:
		return 500;
	case 2:
		return 401;
	case 3:
		return 403;
	case 4:
		return 400;
	default:
		return 200;
	}
}

/* What an answer may hold besides its code. */
struct answer {
	const char *root, *text;         /* text NULL: no responseDescription */
	int64_t report_id;               /* 0: none */
	const struct sandbox_file *file; /* upload: its id and hash */
	const struct sandbox_report *done; /* finish: all its files */
};

static void
put_files(struct ct_xmlout *x, const struct sandbox_plan *plan,
    const struct sandbox_report *r)
{
	size_t i, n = r->nfiles;

	if (plan->on[FAULT_LOST_FILE] && n)
		n--;
	ct_xmlout_start(x, "files");
	for (i = 0; i < n; i++)
		ct_xmlout_element(x, "fileId", r->file[i].id);
	ct_xmlout_end(x);
}

static void
put_upload(struct ct_xmlout *x, const struct sandbox_plan *plan,
    const struct sandbox_file *f)
{
	if (!plan->on[FAULT_NO_ID])
		ct_xmlout_element(x, "fileId", f->id);
	ct_xmlout_element(x, "hash",
	    plan->on[FAULT_WRONG_HASH] ? "d41d8cd98f00b204e9800998ecf84270"
				       : f->md5);
}

void
ct_sandbox_doc(
    struct sandbox_req *req, struct sandbox_ans *ans, char *xml, size_t len)
{
	static const char doctype[] = "<!DOCTYPE answer>\n";
	char *nl = memchr(xml, '\n', len);
	size_t head = nl ? (size_t)(nl + 1 - xml) : 0;

	ans->body = xml;
	ans->len = len;
	if (!req->plan.on[FAULT_DOCTYPE])
		return;
	ans->len = len + sizeof doctype - 1;
	ans->body = ct_alloc(ans->len + 1, 1);
	memcpy(ans->body, xml, head);
	memcpy(ans->body + head, doctype, sizeof doctype - 1);
	memcpy(ans->body + head + sizeof doctype - 1, xml + head, len - head);
	free(xml);
}

static void
respond(struct sandbox_req *req, struct sandbox_ans *ans, long code,
    const struct answer *a)
{
	const struct sandbox_plan *plan = &req->plan;
	struct ct_xmlout *x = ct_xmlout_new(plan->on[FAULT_INDENT]);
	bool id = a->report_id && !(plan->on[FAULT_NO_ID] && !a->file);
	char number[24], *xml;
	size_t len;

	ct_xmlout_start(
	    x, plan->on[FAULT_WRONG_ROOT] ? "otherResponse" : a->root);
	(void)snprintf(number, sizeof number, "%ld", code);
	ct_xmlout_element(x, "responseCode", number);
	if (a->text)
		ct_xmlout_element(x, "responseDescription", a->text);
	(void)snprintf(number, sizeof number, "%lld",
	    (long long)a->report_id + plan->on[FAULT_WRONG_ID]);
	if (id)
		ct_xmlout_element(x, "reportId", number);
	if (a->file)
		put_upload(x, plan, a->file);
	if (a->done)
		put_files(x, plan, a->done);
	ct_xmlout_end(x);
	xml = ct_xmlout_done(x, &len);
	ct_sandbox_doc(req, ans, xml, len);
	ans->status = http_status(code);
	ans->code = code;
	ans->report_id = a->report_id;
	ans->type = "application/xml;charset=ISO-8859-1";
}

void
ct_sandbox_code(struct sandbox_req *req, struct sandbox_ans *ans, long code,
    const char *text)
{
	respond(req, ans, code,
	    &(struct answer){
		.root = "reportResponse", .text = text ? text : words(code) });
}

/* ---- reports --------------------------------------------------------------
 */

void
ct_sandbox_report_free(struct sandbox_report *r)
{
	size_t i;

	for (i = 0; i < r->nfiles; i++) {
		free(r->file[i].name);
		free(r->file[i].details);
	}
	free(r->file);
	free(r->xml);
}

bool
ct_sandbox_expired(const struct ct_sandbox *box, const struct sandbox_report *r)
{
	int64_t now = ct_sandbox_now(box);

	return !r->is_finished && !r->retracted &&
	    now > r->opened + 24 * HOUR && now > r->changed + HOUR;
}

const char *
ct_sandbox_state(const struct ct_sandbox *box, const struct sandbox_report *r)
{
	return r->is_finished            ? "finished"
	    : r->retracted               ? "retracted"
	    : ct_sandbox_expired(box, r) ? "expired"
					 : "open";
}

/* The open report of this number, or NULL after the answer that says why. */
static struct sandbox_report *
open_report(
    struct sandbox_req *req, struct sandbox_ans *ans, const char *number)
{
	struct ct_sandbox *box = req->box;
	struct sandbox_report *r = NULL;
	char *end;
	long long id = strtoll(number, &end, 10);
	size_t i;
	long code;

	for (i = 0; i < box->nreports && !r; i++)
		if (box->report[i].id == id && !*end && *number)
			r = &box->report[i];
	code = !r || ct_sandbox_expired(box, r) ? 5001
	    : r->retracted                      ? 5101
	    : r->is_finished                    ? 5102
						: 0;
	if (!code)
		return r;
	ct_sandbox_code(req, ans, code, NULL);
	ans->report_id = r ? r->id : 0;
	return NULL;
}

/* May this much more be held?  Else the answer says so. */
static bool
hold(struct sandbox_req *req, struct sandbox_ans *ans, size_t len)
{
	if (len <= SANDBOX_KEPT_MAX - req->box->kept) {
		req->box->kept += len;
		return true;
	}
	ct_sandbox_code(req, ans, 1100, NULL);
	return false;
}

static void
success(struct sandbox_req *req, struct sandbox_ans *ans, int64_t id)
{
	respond(req, ans, 0,
	    &(struct answer){
		.root = "reportResponse", .text = words(0), .report_id = id });
}

/* ---- documents ------------------------------------------------------------
 */

/* A declaration that names an encoding other than UTF-8. */
static bool
other_encoding(const char *text)
{
	const char *end = strstr(text, "?>"), *at = strstr(text, "encoding");

	if (strncmp(text, "<?xml", 5) != 0 || !end || !at || at > end)
		return false;
	at += strlen("encoding") + strspn(at + strlen("encoding"), " =\"'");
	return strncasecmp(at, "UTF-8", 5) != 0;
}

static void
invalid(struct sandbox_req *req, struct sandbox_ans *ans, int line, int column,
    const struct ct_err *why)
{
	char *text =
	    ct_printf("%s\n[%d,%d] - %s", words(4100), line, column, why->msg);

	ct_sandbox_code(req, ans, 4100, text);
	free(text);
}

/* The parsed document if it is valid; else NULL after the answer. */
static struct ct_xml *
valid(struct sandbox_req *req, struct sandbox_ans *ans, const char *root)
{
	int64_t now = ct_sandbox_now(req->box);
	struct ct_xml *doc = NULL;
	struct ct_err why = { 0 };
	int line = 1, column = 1, rc;

	if (!ct_sandbox_typed(req, "text/xml") || req->too_large) {
		ct_sandbox_code(req, ans, 4000, NULL);
		if (req->too_large)
			ans->status = 413;
		return NULL;
	}
	if (!req->text || strlen(req->text) != req->len ||
	    !ct_xml_legal(req->text) || other_encoding(req->text) ||
	    ct_xml_parse(&doc, req->text, req->len, &why)) {
		ct_sandbox_code(req, ans, 4110, NULL);
		return NULL;
	}
	rc = ct_xsd_check(
	    req->box->xsd, req->text, req->len, &line, &column, &why);
	if (!rc && strcmp(ct_xml_name(ct_xml_root(doc)), root) != 0)
		rc = ct_fail(&why, CT_DATAERR, "want root element '%s'", root);
	if (!rc)
		rc = ct_report_doc_rules(ct_xml_root(doc), now, &line, &why);
	if (!rc)
		return doc;
	invalid(req, ans, line, column, &why);
	ct_xml_free(doc);
	return NULL;
}

/* ---- the calls ------------------------------------------------------------
 */

void
ct_sandbox_status(struct sandbox_req *req, struct sandbox_ans *ans)
{
	char *text = ct_printf(
	    "Remote User : %s, Remote Ip : 127.0.0.1", req->box->user);

	ct_sandbox_code(req, ans, 0, text);
	free(text);
}

void
ct_sandbox_xsd(struct sandbox_req *req, struct sandbox_ans *ans)
{
	size_t len;
	const char *text = ct_schema_text(&len);

	(void)req;
	ans->body = ct_alloc(len + 1, 1);
	memcpy(ans->body, text, len);
	ans->len = len;
	ans->status = 200;
	ans->type = "application/xml";
}

void
ct_sandbox_submit(struct sandbox_req *req, struct sandbox_ans *ans)
{
	struct ct_sandbox *box = req->box;
	struct ct_xml *doc = valid(req, ans, "report");
	struct sandbox_report *r;

	ct_xml_free(doc);
	if (!doc || !hold(req, ans, req->len))
		return;
	box->report =
	    ct_grow(box->report, box->nreports + 1, sizeof *box->report);
	r = &box->report[box->nreports++];
	*r = (struct sandbox_report){ .id = box->next_id++,
		.opened = ct_sandbox_now(box) };
	r->changed = r->opened;
	r->xml = ct_strdup(req->text);
	success(req, ans, r->id);
}

static int
end_digest(struct sandbox_req *req, struct sandbox_file *f)
{
	struct ct_digests d;
	struct ct_err err = { 0 };

	if (!req->hashing || ct_digest_end(&req->digest, &d, &err))
		return -1;
	ct_hex(d.md5, sizeof d.md5, f->md5);
	ct_hex(d.sha256, sizeof d.sha256, f->sha256);
	return 0;
}

void
ct_sandbox_upload(struct sandbox_req *req, struct sandbox_ans *ans)
{
	struct sandbox_file file = { .size = req->size };
	struct sandbox_report *r;

	if (!req->multipart || !req->post || !req->has_id) {
		ct_sandbox_code(req, ans, 4000, NULL);
		return;
	}
	if (!(r = open_report(req, ans, req->id)))
		return;
	if (!req->has_file || req->form_bad || req->too_large) {
		ct_sandbox_code(req, ans, 4200, NULL);
		ans->report_id = r->id;
		return;
	}
	if (end_digest(req, &file)) {
		ct_sandbox_code(req, ans, 1111, NULL);
		return;
	}
	if (!hold(req, ans, sizeof file + strlen(req->name)))
		return;
	ct_random_id(file.id);
	file.name = ct_strdup(req->name);
	r->file = ct_grow(r->file, r->nfiles + 1, sizeof *r->file);
	r->file[r->nfiles++] = file;
	r->changed = ct_sandbox_now(req->box);
	respond(req, ans, 0,
	    &(struct answer){ .root = "reportResponse",
		.text = words(0),
		.report_id = r->id,
		.file = &file });
}

void
ct_sandbox_fileinfo(struct sandbox_req *req, struct sandbox_ans *ans)
{
	struct ct_xml *doc = valid(req, ans, "fileDetails");
	struct sandbox_file *f = NULL;
	struct sandbox_report *r;
	char *number, *id;
	size_t i;

	if (!doc)
		return;
	number = ct_xml_text(ct_xml_child(ct_xml_root(doc), "reportId"));
	id = ct_xml_text(ct_xml_child(ct_xml_root(doc), "fileId"));
	ct_xml_free(doc);
	r = open_report(req, ans, number);
	for (i = 0; r && i < r->nfiles; i++)
		if (strcmp(r->file[i].id, id) == 0)
			f = &r->file[i];
	free(number);
	free(id);
	if (!r)
		return;
	if (!f) {
		ct_sandbox_code(req, ans, 5002, NULL);
		ans->report_id = r->id;
		return;
	}
	if (!hold(req, ans, req->len))
		return;
	if (f->details)
		req->box->kept -= strlen(f->details);
	free(f->details);
	f->details = ct_strdup(req->text);
	r->changed = ct_sandbox_now(req->box);
	success(req, ans, r->id);
}

/* The report that a form names, if it is open; else NULL, answered. */
static struct sandbox_report *
named(struct sandbox_req *req, struct sandbox_ans *ans)
{
	if (req->post && req->has_id && !req->form_bad)
		return open_report(req, ans, req->id);
	ct_sandbox_code(req, ans, 4000, NULL);
	return NULL;
}

void
ct_sandbox_finish(struct sandbox_req *req, struct sandbox_ans *ans)
{
	struct sandbox_report *r = named(req, ans);

	if (!r)
		return;
	r->is_finished = true;
	r->finished = ct_sandbox_now(req->box);
	respond(req, ans, 0,
	    &(struct answer){
		.root = "reportDoneResponse", .report_id = r->id, .done = r });
}

void
ct_sandbox_retract(struct sandbox_req *req, struct sandbox_ans *ans)
{
	struct sandbox_report *r = named(req, ans);

	if (!r)
		return;
	r->retracted = true;
	success(req, ans, r->id);
}
