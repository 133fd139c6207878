/* tipline_read.c - what an answer means: ct_tip_read of tipline.h */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "tipline.h"
#include "xml.h"

#define ID_MAX "9223372036854775807"

static void
judge(struct ct_tip_answer *a, enum ct_tip_kind kind, const char *why)
{
	a->kind = kind;
	if (a->code > 0)
		(void)snprintf(a->why, sizeof a->why, "%s (code %d, HTTP %ld)",
		    why, a->code, a->status);
	else
		(void)snprintf(
		    a->why, sizeof a->why, "%s (HTTP %ld)", why, a->status);
}

/* No document of the service: only the HTTP status can be gone by. */
static void
by_status(struct ct_tip_answer *a)
{
	a->undone = a->status == 429;
	if (a->undone)
		judge(a, CT_TIP_AGAIN, "the server has too many requests");
	else if (a->status == 401 || a->status == 403)
		judge(a, CT_TIP_AUTH, "the server refuses us");
	else if (a->status >= 300 && a->status < 400)
		judge(a, CT_TIP_PROTOCOL, "the server points elsewhere");
	else if (a->status >= 400 && a->status < 500 && a->status != 408)
		judge(a, CT_TIP_INVALID, "the server refuses the request");
	else
		judge(a, CT_TIP_UNKNOWN, "no answer that can be read");
}

static void
by_code(struct ct_tip_answer *a)
{
	switch (a->code) {
	case 1210:
		a->undone = true;
		judge(a, CT_TIP_INVALID, "the service has no such resource");
		return;
	case 5001:
		judge(a, CT_TIP_GONE, "there is no such report");
		return;
	case 5002:
		judge(a, CT_TIP_NO_FILE, "there is no such file");
		return;
	case 5101:
		judge(a, CT_TIP_RETRACTED, "the report is retracted");
		return;
	case 5102:
		judge(a, CT_TIP_FINISHED, "the report is finished");
		return;
	default:
		break;
	}
	switch (a->code / 1000) {
	case 1:
		judge(a, CT_TIP_AGAIN, "the service has an error of its own");
		break;
	case 2:
	case 3:
		judge(a, CT_TIP_AUTH, "the service refuses us");
		break;
	case 4:
		judge(a, CT_TIP_INVALID, "the service refuses the request");
		break;
	default:
		judge(a, CT_TIP_UNKNOWN, "the service gives an unknown code");
	}
	a->undone = a->kind != CT_TIP_UNKNOWN;
}

/* The text of the only child of this name: 1; 0 if there is none; -1 if there
 * are more, or it holds elements. */
static int
field(const struct ct_xml_node *root, const char *name, char *out, size_t cap)
{
	const struct ct_xml_node *node = ct_xml_child(root, name);
	char *text;
	size_t len;

	out[0] = '\0';
	if (!node)
		return 0;
	if (ct_xml_next(node, name) || ct_xml_child(node, NULL))
		return -1;
	text = ct_xml_text(node);
	len = strlen(text);
	if (len < cap)
		memcpy(out, text, len + 1);
	free(text);
	return len && len < cap ? 1 : -1;
}

static bool
is_number(const char *s)
{
	return *s && strspn(s, "0123456789") == strlen(s) &&
	    (*s != '0' || !s[1]);
}

static bool
is_report_id(const char *s)
{
	size_t len = strlen(s), max = sizeof ID_MAX - 1;

	return is_number(s) && *s != '0' &&
	    (len < max || (len == max && strcmp(s, ID_MAX) <= 0));
}

static bool
is_file_id(const char *s)
{
	size_t n = strspn(s,
	    "0123456789abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-");

	return n && !s[n];
}

static bool
read_md5(char *md5)
{
	char *p;

	for (p = md5; *p; p++) {
		if (!isxdigit((unsigned char)*p))
			return false;
		*p = (char)tolower((unsigned char)*p);
	}
	return p - md5 == 32;
}

static const char *
read_files(const struct ct_xml_node *root, struct ct_tip_answer *a)
{
	const struct ct_xml_node *files = ct_xml_child(root, "files"), *n;
	char *text;

	if (!files || ct_xml_next(files, "files"))
		return "it does not list the files";
	for (n = ct_xml_child(files, NULL); n; n = ct_xml_next(n, NULL)) {
		text = ct_xml_text(n);
		if (strcmp(ct_xml_name(n), "fileId") != 0 ||
		    ct_xml_child(n, NULL) || strlen(text) >= CT_FILE_ID ||
		    !is_file_id(text)) {
			free(text);
			return "it lists what is no file id";
		}
		a->files = ct_grow(a->files, a->nfiles + 1, sizeof *a->files);
		(void)snprintf(a->files[a->nfiles++], CT_FILE_ID, "%s", text);
		free(text);
	}
	return NULL;
}

/* Why a document with code 0 is no success, or NULL. */
static const char *
refute(enum ct_tip_call call, const struct ct_xml_node *root,
    struct ct_tip_answer *a)
{
	bool done = strcmp(ct_xml_name(root), "reportDoneResponse") == 0;

	if (done != (call == CT_TIP_FINISH))
		return "it is the answer to another call";
	if (call == CT_TIP_STATUS)
		return NULL;
	if (!*a->report_id)
		return "it names no report";
	if (call == CT_TIP_FINISH)
		return read_files(root, a);
	if (call != CT_TIP_UPLOAD)
		return NULL;
	if (field(root, "fileId", a->file_id, sizeof a->file_id) != 1 ||
	    !is_file_id(a->file_id))
		return "it names no file id";
	if (field(root, "hash", a->md5, sizeof a->md5) != 1 ||
	    !read_md5(a->md5))
		return "it names no MD5";
	return NULL;
}

static void
contradiction(struct ct_tip_answer *a, const char *why)
{
	a->kind = CT_TIP_PROTOCOL;
	a->report_id[0] = a->file_id[0] = a->md5[0] = '\0';
	a->nfiles = 0;
	(void)snprintf(a->why, sizeof a->why,
	    "the answer breaks the protocol: %s (HTTP %ld)", why, a->status);
}

static bool
read_code(const struct ct_xml_node *root, struct ct_tip_answer *a)
{
	char code[10];

	if (field(root, "responseCode", code, sizeof code) != 1 ||
	    !is_number(code))
		return false;
	a->code = (int)strtol(code, NULL, 10);
	return true;
}

/* HTTP 401 or 403, and a document: we are refused, whatever it says; that
 * nothing was done only if it says the same. */
static void
refused(const struct ct_xml_node *root, struct ct_tip_answer *a)
{
	if (read_code(root, a))
		a->undone = a->code / 1000 == 2 || a->code / 1000 == 3;
	judge(a, CT_TIP_AUTH, "the server refuses us");
}

static void
read_root(enum ct_tip_call call, const struct ct_xml_node *root,
    const char *report_id, struct ct_tip_answer *a)
{
	const char *why;
	int has;

	if (!read_code(root, a)) {
		contradiction(a, "no responseCode");
		return;
	}
	has = field(root, "reportId", a->report_id, sizeof a->report_id);
	if (has < 0 || (has && !is_report_id(a->report_id))) {
		contradiction(a, "what it names is no report id");
	} else if (has && report_id && strcmp(a->report_id, report_id) != 0) {
		contradiction(a, "it names another report");
	} else if (a->code) {
		by_code(a);
	} else if ((why = refute(call, root, a))) {
		contradiction(a, why);
	} else {
		a->kind = CT_TIP_OK;
	}
}

/* The schema is a document of its own kind; whether it is one is not asked. */
static void
other_root(enum ct_tip_call call, struct ct_tip_answer *a)
{
	if (call == CT_TIP_XSD && a->status == 200)
		a->kind = CT_TIP_OK;
	else
		by_status(a);
}

void
ct_tip_read(
    enum ct_tip_call call, const char *report_id, struct ct_tip_answer *a)
{
	const struct ct_xml_node *root;
	struct ct_xml *doc = NULL;
	struct ct_err err = { 0 };

	a->code = -1;
	a->why[0] = '\0';
	a->undone = false;
	if ((a->status >= 300 && a->status < 400) || !a->body ||
	    ct_xml_parse(&doc, a->body, a->len, &err)) {
		by_status(a);
	} else {
		root = ct_xml_root(doc);
		if (*ct_xml_space(root) ||
		    (strcmp(ct_xml_name(root), "reportResponse") != 0 &&
			strcmp(ct_xml_name(root), "reportDoneResponse") != 0))
			other_root(call, a);
		else if (a->status == 401 || a->status == 403)
			refused(root, a);
		else
			read_root(call, root, report_id, a);
	}
	ct_xml_free(doc);
}
