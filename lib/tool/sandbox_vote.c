/* sandbox_vote.c - Hash Sharing v2: feedback on fingerprints */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "prog.h"
#include "sandbox_impl.h"
#include "xml.h"

static const char *const types[] = { "MD5", "SHA1", "PDNA", "PDQ", "NETCLEAN",
	"VIDENTIFIER", "TMK_PDQF", "SSVH_PDNA", "SSVH_SAFER_HASH",
	"TMK_SAFER_HASH" };

static const struct {
	const char *guid, *name;
} reasons[] = {
	{ "00000000-0000-4000-8000-000000000001", "Sandbox reason one" },
	{ "00000000-0000-4000-8000-000000000002", "Sandbox reason two" },
};

static bool
known_type(const char *type)
{
	size_t i;

	for (i = 0; i < sizeof types / sizeof types[0]; i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return false;
}

static bool
known_reason(const char *guid)
{
	size_t i;

	for (i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (strcasecmp(reasons[i].guid, guid) == 0)
			return true;
	return false;
}

/* GET /feedback/TYPE/reasons */
void
ct_sandbox_reasons(struct sandbox_req *req, struct sandbox_ans *ans)
{
	char *type = ct_strdup(req->tail), *rest = type;
	struct ct_xmlout *x;
	size_t i;

	(void)strsep(&rest, "/");
	if (!rest || strcmp(rest, "reasons") != 0 || !known_type(type)) {
		ct_sandbox_refuse(ans, 404);
		free(type);
		return;
	}
	x = ct_sandbox_open(req, "availableFeedbackReasons");
	for (i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
		ct_xmlout_start(x, "reason");
		ct_xmlout_attr(x, "guid", reasons[i].guid);
		ct_xmlout_attr(x, "name", reasons[i].name);
		ct_xmlout_attr(x, "type", type);
		ct_xmlout_end(x);
	}
	ct_sandbox_close(req, ans, x);
	free(type);
}

void
ct_sandbox_categorizations(struct sandbox_req *req, struct sandbox_ans *ans)
{
	struct ct_xmlout *x = ct_sandbox_open(req, "availableCategorizations");

	ct_xmlout_start(x, "group");
	ct_xmlout_attr(x, "name", "Sandbox group");
	ct_xmlout_attr(x, "allowMultiple", "false");
	ct_xmlout_start(x, "categorization");
	ct_xmlout_attr(x, "guid", "00000000-0000-4000-8000-0000000000a1");
	ct_xmlout_attr(x, "name", "Sandbox label");
	ct_xmlout_end(x);
	ct_xmlout_end(x);
	ct_sandbox_close(req, ans, x);
}

static bool
has_print(const struct sandbox_entry *e, const char *type)
{
	size_t i;

	for (i = 0; e && i < e->nprints; i++)
		if (ct_sandbox_same_type(e->print[i].type, type))
			return true;
	return false;
}

/* The live entry that MEMBER/ENTRY/TYPE/feedback names, and its type. */
static struct sandbox_entry *
voted(struct sandbox_req *req, char *path, const char **type)
{
	const char *member = strsep(&path, "/"), *id = strsep(&path, "/");
	struct sandbox_entry *e;

	*type = strsep(&path, "/");
	if (!path || strcmp(path, "feedback") != 0 || !known_type(*type))
		return NULL;
	e = ct_sandbox_find(req->box, "image", member, id);
	if (!has_print(e, *type))
		e = ct_sandbox_find(req->box, "video", member, id);
	return has_print(e, *type) ? e : NULL;
}

static void
free_vote(struct sandbox_vote *v)
{
	while (v->nreasons)
		free(v->reason[--v->nreasons]);
	free(v->reason);
	free(v->type);
}

/* A vote as the body has it; -1 if it is none. */
static int
read_vote(struct sandbox_req *req, struct sandbox_vote *v)
{
	const struct ct_xml_node *root, *guid, *no;
	struct ct_err err = { 0 };
	struct ct_xml *doc;
	int rc = -1;

	if (!req->text || req->too_large ||
	    ct_xml_parse(&doc, req->text, req->len, &err))
		return -1;
	root = ct_xml_root(doc);
	no = ct_xml_child(root, "negative");
	v->up = ct_xml_child(root, "affirmative") != NULL;
	if (strcmp(ct_xml_name(root), "feedbackSubmission") == 0 &&
	    v->up == !no)
		rc = 0;
	guid = ct_xml_child(ct_xml_child(no, "reasonIds"), "guid");
	if (no && !guid)
		rc = -1;
	for (; guid; guid = ct_xml_next(guid, "guid")) {
		v->reason =
		    ct_grow(v->reason, v->nreasons + 1, sizeof *v->reason);
		v->reason[v->nreasons] = ct_xml_text(guid);
		if (!known_reason(v->reason[v->nreasons++]))
			rc = -1;
	}
	ct_xml_free(doc);
	return rc;
}

static void
record(struct sandbox_entry *e, const struct sandbox_vote *v)
{
	size_t i;

	for (i = 0; i < e->nvotes; i++)
		if (strcmp(e->vote[i].type, v->type) == 0) {
			free_vote(&e->vote[i]);
			e->vote[i] = *v;
			return;
		}
	e->vote = ct_grow(e->vote, e->nvotes + 1, sizeof *e->vote);
	e->vote[e->nvotes++] = *v;
}

/* PUT /entries/MEMBER/ENTRY/TYPE/feedback */
void
ct_sandbox_feedback(struct sandbox_req *req, struct sandbox_ans *ans)
{
	struct sandbox_vote v = { .at = ct_sandbox_now(req->box) };
	char *path = ct_strdup(req->tail);
	struct sandbox_entry *e;
	const char *type;

	e = voted(req, path, &type);
	if (!e) {
		ct_sandbox_refuse(ans, 404);
	} else if (!ct_sandbox_typed(req, "application/xml") &&
	    !ct_sandbox_typed(req, "text/xml")) {
		ct_sandbox_refuse(ans, 415);
	} else if (read_vote(req, &v) < 0) {
		ct_sandbox_refuse(ans, 400);
		free_vote(&v);
	} else {
		v.type = ct_strdup(type);
		record(e, &v);
		ct_sandbox_close(
		    req, ans, ct_sandbox_open(req, "submissionResult"));
	}
	free(path);
}
