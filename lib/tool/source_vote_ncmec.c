/* source_vote_ncmec.c - feedback on fingerprints: NCMEC Hash Sharing v2 */
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "source_vote.h"
#include "xml.h"

#define NAMESPACE "https://hashsharing.ncmec.org/hashsharing/v2"

static int
open_ncmec(struct ct_voter *v, struct ct_err *err)
{
	return ct_ncmec_open(&v->get, v->src, err);
}

/* A type as it stands in paths.  Release with free. */
static char *
upper(const char *type)
{
	char *out =
	    ct_get_escape(strcmp(type, CT_CLIP_TMK) == 0 ? "TMK_PDQF" : type);
	char *p;

	for (p = out; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
		else if (*p == '-')
			*p = '_';
	return out;
}

/* The member is the one whose entry it is, not the one who votes. */
static char *
path_of(const struct ct_vote *vote)
{
	char *member = ct_get_escape(vote->member);
	char *entry = ct_get_escape(vote->entry), *type = upper(vote->type);
	char *path =
	    ct_printf("/v2/entries/%s/%s/%s/feedback", member, entry, type);

	free(member);
	free(entry);
	free(type);
	return path;
}

static char *
document(const struct ct_voter *v, const struct ct_vote *vote, size_t *len)
{
	struct ct_xmlout *x = ct_xmlout_new(false);
	const char *reason;
	size_t i, n;
	char *guid;

	ct_xmlout_start(x, "feedbackSubmission");
	ct_xmlout_attr(x, "xmlns", NAMESPACE);
	ct_xmlout_start(x, vote->up ? "affirmative" : "negative");
	if (!vote->up)
		ct_xmlout_start(x, "reasonIds");
	for (i = 0; !vote->up &&
	     (n = ct_reason_of(v->src->reason, vote->type, i, &reason));
	     i++) {
		guid = ct_printf("%.*s", (int)n, reason);
		ct_xmlout_element(x, "guid", guid);
		free(guid);
	}
	if (!vote->up)
		ct_xmlout_end(x);
	ct_xmlout_end(x);
	ct_xmlout_end(x);
	return ct_xmlout_done(x, len);
}

static void
send_ncmec(
    struct ct_voter *v, const struct ct_vote *vote, struct ct_vote_end *end)
{
	char *path = path_of(vote), *xml;
	struct ct_http_req req = { .method = "PUT",
		.type = "application/xml; charset=utf-8" };
	struct ct_http_res res;

	xml = document(v, vote, &req.len);
	req.body = xml;
	/* what it answers is not documented: success is success */
	if (ct_vote_ask(v, path, &req, &res, end))
		ct_http_done(&res);
	free(xml);
	free(path);
}

static char *
reasons_path(const char *type)
{
	char *name = upper(type);
	char *path = ct_printf("/v2/feedback/%s/reasons", name);

	free(name);
	return path;
}

static void
add(json_t *all, const struct ct_xml_node *node)
{
	char *guid = ct_xml_attr(node, "guid"),
	     *name = ct_xml_attr(node, "name");

	if (guid)
		(void)json_array_append_new(all,
		    json_pack("{s:s, s:s*}", "reason", guid, "name", name));
	free(guid);
	free(name);
}

/* The list is the document, or something in it. */
static int
reasons(const struct ct_http_res *res, json_t **out, struct ct_err *err)
{
	const struct ct_xml_node *list, *node, *in;
	struct ct_xml *doc;
	json_t *all;

	if (ct_xml_parse(&doc, res->body, res->len, err))
		return err->code;
	all = json_array();
	list = ct_xml_root(doc);
	for (node = ct_xml_child(list, NULL); node;
	     node = ct_xml_next(node, NULL)) {
		if (strcmp(ct_xml_name(node), "reason") == 0)
			add(all, node);
		for (in = ct_xml_child(node, "reason"); in;
		     in = ct_xml_next(in, "reason"))
			add(all, in);
	}
	ct_xml_free(doc);
	*out = all;
	return 0;
}

const struct ct_vote_proto ct_vote_ncmec = {
	.open = open_ncmec,
	.send = send_ncmec,
	.reasons_path = reasons_path,
	.reasons = reasons,
};
