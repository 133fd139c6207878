/* source_vote_graph.c - reactions to descriptors of ThreatExchange */
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "source_vote.h"

#define UP "HELPFUL"
#define DOWN "NON_MALICIOUS"

static int
open_graph(struct ct_voter *v, struct ct_err *err)
{
	return ct_graph_open(&v->get, v->src, err);
}

/* An object that is gone, or that we may no longer see: Graph has an error of
 * its own for that, and no status. */
static bool
gone(const struct ct_http_res *res)
{
	struct ct_err none = { 0 };
	json_t *doc = ct_json_page(res->body, res->len, &none);
	const json_t *error = json_object_get(doc, "error");
	json_int_t code = json_integer_value(json_object_get(error, "code"));
	json_int_t sub =
	    json_integer_value(json_object_get(error, "error_subcode"));
	const char *type = json_string_value(json_object_get(error, "type"));
	bool yes = code == 803 ||
	    (code == 100 &&
		(sub == 33 ||
		    (type && strcmp(type, "GraphMethodException") == 0)));

	json_decref(doc);
	return yes;
}

static bool
says_success(const struct ct_http_res *res)
{
	struct ct_err none = { 0 };
	json_t *doc = ct_json_page(res->body, res->len, &none);
	bool yes = json_is_true(json_object_get(doc, "success"));

	json_decref(doc);
	return yes;
}

static bool
post(struct ct_voter *v, const char *path, const char *form,
    struct ct_vote_end *end)
{
	const struct ct_http_req req = { .method = "POST",
		.type = "application/x-www-form-urlencoded",
		.body = form,
		.len = strlen(form) };
	struct ct_http_res res;

	if (!ct_vote_ask(v, path, &req, &res, end))
		return false;
	if (!says_success(&res))
		ct_vote_not(end, CT_VOTE_UNKNOWN, CT_TEMPFAIL,
		    "source '%s': the server's answer says nothing",
		    v->src->name);
	ct_http_done(&res);
	return end->how == CT_VOTED;
}

/* Reactions gather: the contrary one must be taken back.  Where there was none
 * that may be refused. */
static void
send_graph(
    struct ct_voter *v, const struct ct_vote *vote, struct ct_vote_end *end)
{
	char *id = ct_get_escape(vote->entry), *path = ct_printf("/%s/", id);

	if (!vote->turned ||
	    post(v, path,
		vote->up ? "reactions_to_remove=" DOWN
			 : "reactions_to_remove=" UP,
		end) ||
	    end->how == CT_VOTE_REFUSED)
		(void)post(v, path,
		    vote->up ? "reactions=" UP : "reactions=" DOWN, end);
	free(id);
	free(path);
}

const struct ct_vote_proto ct_vote_graph = {
	.open = open_graph,
	.send = send_graph,
	.gone = gone,
};
