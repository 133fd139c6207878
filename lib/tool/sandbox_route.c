/* sandbox_route.c - which function answers, and who may ask it */
#include <microhttpd.h>
#include <string.h>
#include <strings.h>

#include "blake.h"
#include "sandbox_impl.h"

#define HS "/hashsharing/v2"
#define WEBHOOK "/webhook/"
#define GRAPH_PATH "/graph/"

/* What looks itself who asks: signatures, tokens, keys; or needs none. */
static const char *const own[] = { WEBHOOK, GRAPH_PATH, "/stopncii/", "/tat/",
	"/files/", "/google/" };

static const struct sandbox_route routes[] = {
	{ "GET", "/ispws/status", false, CALL_STATUS, BODY_NONE,
	    ct_sandbox_status, NULL },
	{ "GET", "/ispws/xsd", false, CALL_XSD, BODY_NONE, ct_sandbox_xsd,
	    NULL },
	{ "POST", "/ispws/submit", false, CALL_SUBMIT, BODY_TEXT,
	    ct_sandbox_submit, NULL },
	{ "POST", "/ispws/upload", false, CALL_UPLOAD, BODY_FORM,
	    ct_sandbox_upload, NULL },
	{ "POST", "/ispws/fileinfo", false, CALL_FILEINFO, BODY_TEXT,
	    ct_sandbox_fileinfo, NULL },
	{ "POST", "/ispws/finish", false, CALL_FINISH, BODY_FORM,
	    ct_sandbox_finish, NULL },
	{ "POST", "/ispws/retract", false, CALL_RETRACT, BODY_FORM,
	    ct_sandbox_retract, NULL },
	{ "GET", HS "/status", false, CALL_HASH_STATUS, BODY_NONE,
	    ct_sandbox_hash_status, NULL },
	{ "GET", HS "/members", false, CALL_MEMBERS, BODY_NONE,
	    ct_sandbox_members, NULL },
	{ "GET", HS "/entries", false, CALL_ENTRIES, BODY_NONE,
	    ct_sandbox_entries, NULL },
	{ "GET", HS "/entries/", true, CALL_LARGE, BODY_NONE, ct_sandbox_large,
	    "/fingerprints/" },
	{ "PUT", HS "/entries/", true, CALL_FEEDBACK, BODY_TEXT,
	    ct_sandbox_feedback, NULL },
	{ "GET", HS "/feedback/", true, CALL_REASONS, BODY_NONE,
	    ct_sandbox_reasons, NULL },
	{ "GET", HS "/categorizations", false, CALL_NONE, BODY_NONE,
	    ct_sandbox_categorizations, NULL },
	{ "POST", WEBHOOK "enrich", false, CALL_ENRICH, BODY_TEXT,
	    ct_sandbox_enrich, NULL },
	{ "POST", WEBHOOK "preserve", false, CALL_PRESERVE, BODY_TEXT,
	    ct_sandbox_preserve, NULL },
	{ "GET", GRAPH_PATH, true, CALL_UPDATES, BODY_NONE,
	    ct_sandbox_graph_get, "/threat_updates" },
	{ "GET", GRAPH_PATH, true, CALL_GROUPS, BODY_NONE, ct_sandbox_graph_get,
	    NULL },
	{ "POST", GRAPH_PATH, true, CALL_REACTION, BODY_TEXT,
	    ct_sandbox_graph_post, NULL },
	{ "GET", "/stopncii/v1/FetchHashes", false, CALL_FETCH, BODY_NONE,
	    ct_sandbox_fetch, NULL },
	{ "POST", "/stopncii/v1/SubmitFeedback", false, CALL_OPINION, BODY_TEXT,
	    ct_sandbox_opinion, NULL },
	{ "POST", "/tat/token-auth/tcap/", false, CALL_TOKEN, BODY_TEXT,
	    ct_sandbox_token, NULL },
	{ "GET", "/tat/api/hash-list/v2/all", false, CALL_LIST, BODY_NONE,
	    ct_sandbox_list, NULL },
	{ "GET", "/files/", true, CALL_FILE, BODY_NONE, ct_sandbox_file, NULL },
	{ "POST", "/google/v1beta1/images:classify", false, CALL_CLASSIFY,
	    BODY_LARGE, ct_sandbox_classify, NULL },
	{ "POST", "/arachnid/v1/media/", false, CALL_MEDIA, BODY_LARGE,
	    ct_sandbox_media, NULL },
	{ "POST", "/arachnid/v1/media", false, CALL_MEDIA, BODY_LARGE,
	    ct_sandbox_media, NULL },
	{ "POST", "/arachnid/v1/pdq/", false, CALL_PDQ, BODY_TEXT,
	    ct_sandbox_pdq, NULL },
	{ "POST", "/arachnid/v1/pdq", false, CALL_PDQ, BODY_TEXT,
	    ct_sandbox_pdq, NULL },
	{ "GET", "/_state", false, CALL_NONE, BODY_NONE, ct_sandbox_show,
	    NULL },
	{ "POST", "/_control", false, CALL_NONE, BODY_TEXT, ct_sandbox_control,
	    NULL },
};

/* Not from a page of some site whose name leads to this address. */
static bool
from_here(struct sandbox_req *req)
{
	const char *host = ct_sandbox_header(req, "Host");
	bool same;

	(void)pthread_mutex_lock(&req->box->lock);
	same = host && strcmp(host, req->box->url + strlen("http://")) == 0;
	(void)pthread_mutex_unlock(&req->box->lock);
	return same;
}

static bool
may(struct sandbox_req *req)
{
	const char *auth = ct_sandbox_header(req, "Authorization");
	const char *want = req->box->basic;
	size_t i;

	if (req->control)
		return from_here(req);
	for (i = 0; i < sizeof own / sizeof own[0]; i++)
		if (strncmp(req->url, own[i], strlen(own[i])) == 0)
			return true;
	if (!auth || strncasecmp(auth, "Basic ", 6) != 0)
		return false;
	auth += 6 + strspn(auth + 6, " ");
	return strlen(auth) == strlen(want) &&
	    ct_same(auth, want, strlen(want));
}

/* Sets the route, or what is wrong with the request as far as it is known. */
void
ct_sandbox_route(struct sandbox_req *req)
{
	const struct sandbox_route *r;
	size_t n;

	if (!may(req)) {
		req->refused =
		    req->control ? MHD_HTTP_FORBIDDEN : MHD_HTTP_UNAUTHORIZED;
		return;
	}
	req->refused = MHD_HTTP_NOT_FOUND;
	for (r = routes; r < routes + sizeof routes / sizeof *routes; r++) {
		n = strlen(r->path);
		if (r->below ? strncmp(req->url, r->path, n) != 0
			     : strcmp(req->url, r->path) != 0)
			continue;
		if (r->within && !strstr(req->url + n, r->within))
			continue;
		req->refused = MHD_HTTP_METHOD_NOT_ALLOWED;
		if (strcmp(req->method, r->method) != 0)
			continue;
		req->refused = 0;
		req->route = r;
		req->kind = r->body;
		req->tail = req->url + n;
		return;
	}
}
