/* serve_admit.c - who may ask, and for what: by its headers, before a body */
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "blake.h"
#include "clock.h"
#include "hex.h"
#include "prog.h"
#include "serve_impl.h"

/* ---- what can be asked -----------------------------------------------------
 */

static const struct serve_verb verbs[] = {
	{ "/job", serve_job, " " },
	{ "/look", serve_look, " job n step at " },
	{ "/cover", serve_cover, " view " },
	{ "/alive", serve_alive, " job " },
	{ "/decide", serve_decide,
	    " job n verdict class annotations incident priority note " },
	{ "/decide-all", serve_decide_all,
	    " job verdict class annotations incident priority note " },
	{ "/agree", serve_agree, " job " },
	{ "/give", serve_give, " job " },
};

const struct serve_verb *
serve_verb_at(const char *path)
{
	size_t i;

	for (i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(verbs[i].path, path) == 0)
			return &verbs[i];
	return NULL;
}

/* ---- who may ask -----------------------------------------------------------
 */

static void
deny(struct serve_req *req, unsigned status, const char *more, const char *why)
{
	struct ct_err err;

	(void)ct_fail(&err, CT_NOPERM, "%s", why);
	serve_deny(&req->denied, status, more, &err);
}

/* All headers of this name, which there must be one of; NULL. */
struct only {
	const char *name, *value;
	int n;
};

static enum MHD_Result
count(void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct only *o = arg;

	(void)kind;
	if (strcasecmp(name, o->name) == 0) {
		o->value = value;
		o->n++;
	}
	return MHD_YES;
}

static struct only
header(struct MHD_Connection *conn, const char *name)
{
	struct only o = { name, NULL, 0 };

	(void)MHD_get_connection_values(conn, MHD_HEADER_KIND, count, &o);
	return o;
}

/* Is it asked for by a name of ours, so that no other name leads here? */
static bool
hosted(const struct ct_serve *s, struct MHD_Connection *conn)
{
	struct only host = header(conn, "Host");
	char ip[32], name[32];

	(void)snprintf(ip, sizeof ip, "127.0.0.1:%d", s->port);
	(void)snprintf(name, sizeof name, "localhost:%d", s->port);
	return host.n == 1 && host.value &&
	    (strcasecmp(host.value, ip) == 0 ||
		strcasecmp(host.value, name) == 0);
}

/* Does our own page ask, or with typed also a person who typed the address? */
static bool
ours(struct MHD_Connection *conn, bool post, bool typed)
{
	struct only origin = header(conn, "Origin"),
		    host = header(conn, "Host"),
		    site = header(conn, "Sec-Fetch-Site");

	if (site.n > 1 || origin.n > 1 || (post && origin.n != 1))
		return false;
	if (site.n &&
	    !(strcmp(site.value, "same-origin") == 0 ||
		(typed && strcmp(site.value, "none") == 0)))
		return false;
	return origin.n == 0 ||
	    (strncmp(origin.value, "http://", 7) == 0 &&
		strcasecmp(origin.value + 7, host.value) == 0);
}

static bool
fits(const char *given, const char *secret)
{
	return given && *secret && strlen(given) == SERVE_SECRET &&
	    ct_same(given, secret, SERVE_SECRET);
}

const char *
serve_below(const struct ct_serve *s, const char *url)
{
	size_t n = strlen(s->base);

	return n && strlen(url) > n && ct_same(url, s->base, n) && url[n] == '/'
	    ? url + n
	    : NULL;
}

/* A new one, in hex. */
static void
secret(char to[SERVE_SECRET + 1])
{
	uint8_t bytes[SERVE_SECRET / 2];

	ct_random(bytes, sizeof bytes);
	ct_hex(bytes, sizeof bytes, to);
	ct_wipe(bytes, sizeof bytes);
}

static void
guessed(struct ct_serve *s, struct serve_req *req)
{
	s->guesses++;
	req->guess = true;
	ct_warn(
	    "a wrong address or cookie: %u of %d", s->guesses, SERVE_GUESSES);
}

/* The token: dead from now on, whoever brought it. */
static void
open_at(struct ct_serve *s, struct MHD_Connection *conn, struct serve_req *req,
    const char *token)
{
	bool good = fits(token, s->token), own = ours(conn, false, true);

	if (good)
		ct_wipe(s->token, sizeof s->token);
	if (!own || !good) {
		if (own)
			guessed(s, req);
		else if (good)
			ct_warn("the address was opened by another site: it "
				"is dead");
		deny(req, MHD_HTTP_FORBIDDEN, NULL,
		    "this address is not, or no longer, good");
		return;
	}
	secret(s->session);
	*s->base = '/';
	secret(s->base + 1);
	s->guesses = 0;
	s->alive = ct_mono();
	req->denied =
	    (struct serve_ans){ .status = MHD_HTTP_SEE_OTHER, .in = true };
}

static bool
known(struct ct_serve *s, struct MHD_Connection *conn, struct serve_req *req,
    const char *url)
{
	char name[16];
	const char *cookie;

	(void)snprintf(name, sizeof name, "ct-%d", s->port);
	cookie = MHD_lookup_connection_value(conn, MHD_COOKIE_KIND, name);
	if (fits(cookie, s->session) && serve_below(s, url)) {
		s->guesses = 0;
		s->alive = ct_mono();
		return true;
	}
	if (cookie && !fits(cookie, s->session))
		guessed(s, req);
	deny(req, MHD_HTTP_FORBIDDEN, "over",
	    "this session is over: a new address is to be had where ct-review "
	    "runs");
	return false;
}

/* What a person who is known asks for: is there such a thing? */
static void
admit_verb(struct MHD_Connection *conn, struct serve_req *req, const char *url)
{
	const char *length = MHD_lookup_connection_value(
		       conn, MHD_HEADER_KIND, "Content-Length"),
		   *type = MHD_lookup_connection_value(
		       conn, MHD_HEADER_KIND, "Content-Type");
	static const char json[] = "application/json";
	size_t n = sizeof json - 1;

	req->verb = serve_verb_at(url);
	if (!req->verb)
		deny(req,
		    strncmp(url, "/picture/", 9) == 0 || serve_page(NULL, url)
			? MHD_HTTP_METHOD_NOT_ALLOWED
			: MHD_HTTP_NOT_FOUND,
		    NULL, "there is nothing to be asked");
	else if (!type || strncasecmp(type, json, n) != 0 ||
	    !strchr("; \t", type[n]))
		deny(req, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, NULL,
		    "want application/json");
	else if (length && strtoull(length, NULL, 10) > SERVE_BODY)
		deny(req, MHD_HTTP_CONTENT_TOO_LARGE, NULL, "too much asked");
}

void
serve_admit(struct ct_serve *s, struct MHD_Connection *conn,
    struct serve_req *req, const char *url, const char *method)
{
	static const char open[] = "/open/";

	req->post = strcmp(method, "POST") == 0;
	if (!hosted(s, conn))
		deny(req, MHD_HTTP_FORBIDDEN, NULL, "no such host");
	else if (!req->post && strcmp(method, "GET") != 0)
		deny(req, MHD_HTTP_METHOD_NOT_ALLOWED, NULL, "no such method");
	else if (!req->post && strncmp(url, open, sizeof open - 1) == 0)
		open_at(s, conn, req, url + sizeof open - 1);
	else if (!ours(conn, req->post, !req->post))
		deny(req, MHD_HTTP_FORBIDDEN, NULL, "another site asks");
	else if (known(s, conn, req, url) && req->post)
		admit_verb(conn, req, serve_below(s, url));
}
