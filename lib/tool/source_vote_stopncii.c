/* source_vote_stopncii.c - what became of content: feedback to StopNCII */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hex.h"
#include "prog.h"
#include "source_vote.h"

static int
open_stopncii(struct ct_voter *v, struct ct_err *err)
{
	return ct_stopncii_open(&v->get, v->src, true, &v->keys, err);
}

/* ---- the hash, by which the service knows its entries ---------------------
 */

struct want {
	const char *type;
	char *hash;
};

static int
pick(void *arg, const struct ct_entry *e, struct ct_err *err)
{
	struct want *w = arg;
	const struct ct_signal *s;
	size_t i;

	(void)err;
	for (i = 0; i < e->n && !w->hash; i++) {
		s = &e->signal[i];
		if (strcmp(s->type, w->type) != 0)
			continue;
		if (ct_signal_len(s->type)) {
			w->hash = ct_alloc(2 * s->len + 1, 1);
			ct_hex(s->hash, s->len, w->hash);
		} else {
			w->hash = ct_alloc(s->len + 1, 1);
			memcpy(w->hash, s->hash, s->len);
		}
	}
	return 0;
}

/* As the list has it now; release with free.  NULL: end says why. */
static char *
hash_of(struct ct_voter *v, const struct ct_vote *vote, struct ct_vote_end *end)
{
	char *db = ct_printf("%s/lists/%s.db", v->home, v->src->name);
	struct want want = { .type = vote->type };
	struct ct_list *list = NULL;
	struct ct_err err = { 0 };
	int rc;

	if (access(db, R_OK) < 0)
		rc = ct_fail_errno(&err, CT_NOINPUT, "cannot read '%s'", db);
	else
		rc = ct_list_open(&list, v->home, v->src->name, false, &err);
	if (!rc)
		rc = ct_list_one(list, vote->member, vote->entry, vote->content,
		    pick, &want, &err);
	ct_list_close(list);
	free(db);
	if (rc > CT_NO) {
		free(want.hash);
		want.hash = NULL;
		ct_vote_not(end, CT_VOTE_UNSENT, err.code, "%s", err.msg);
	} else if (!want.hash) {
		ct_vote_not(end, CT_VOTE_GONE, CT_PROTOCOL,
		    "source '%s': the entry is no longer on the list",
		    v->src->name);
	}
	return want.hash;
}

/* ---- feedback -------------------------------------------------------------
 */

/* It counts those that it knew, if it says so. */
static bool
knew_none(const struct ct_http_res *res)
{
	struct ct_err none = { 0 };
	json_t *doc = ct_json_page(res->body, res->len, &none);
	const json_t *count = json_object_get(doc, "count");
	bool yes = json_is_integer(count) && json_integer_value(count) == 0;

	json_decref(doc);
	return yes;
}

static void
send_stopncii(
    struct ct_voter *v, const struct ct_vote *vote, struct ct_vote_end *end)
{
	struct ct_http_req req = { .method = "POST",
		.type = "application/json" };
	char *hash = hash_of(v, vote, end), *body;
	struct ct_http_res res;
	json_t *doc;

	if (!hash)
		return;
	doc = json_pack("{s:i, s:[{s:s, s:s, s:[]}]}", "count", 1,
	    "hashFeedbacks", "hashValue", hash, "feedbackValue",
	    vote->up ? "Blocked" : "NotBlocked", "tags");
	free(hash);
	if (!doc || !(body = json_dumps(doc, JSON_COMPACT))) {
		json_decref(doc);
		ct_vote_not(end, CT_VOTE_UNSENT, CT_SOFTWARE,
		    "source '%s': the hash is no text", v->src->name);
		return;
	}
	req.body = body;
	req.len = strlen(body);
	if (ct_vote_ask(v, "/SubmitFeedback", &req, &res, end)) {
		if (knew_none(&res))
			ct_vote_not(end, CT_VOTE_GONE, CT_PROTOCOL,
			    "source '%s': the server knows no such hash",
			    v->src->name);
		ct_http_done(&res);
	}
	json_decref(doc);
	free(body);
}

const struct ct_vote_proto ct_vote_stopncii = {
	.blocks = true,
	.open = open_stopncii,
	.send = send_stopncii,
};
