/* source_vote.c - what people think of entries, told to the owner of a list */
#include "source_vote.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "prog.h"

#define ANSWER_MAX ((size_t)1 << 20)

/* ---- configuration --------------------------------------------------------
 */

/* 8-4-4-4-12 hex digits, as the services write them */
static bool
is_guid(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23
			? s[i] != '-'
			: !strchr("0123456789abcdefABCDEF", s[i]))
			return false;
	return len == 36;
}

static bool
good_reasons(const char *words)
{
	const char *p = words, *colon;
	size_t n = 0, len, skip;

	for (; *(p += strspn(p, " \t")); p += len) {
		len = strcspn(p, " \t");
		colon = memchr(p, ':', len);
		skip = colon ? (size_t)(colon - p) + 1 : 0;
		if (skip == 1 || !is_guid(p + skip, len - skip))
			return false;
		n++;
	}
	return n > 0;
}

int
ct_vote_conf(struct ct_source *s, const char *feedback, struct ct_err *err)
{
	bool no = feedback && strcmp(feedback, "no") == 0;
	const struct ct_vote_proto *vote = s->adapter->vote;

	if (feedback && !no && strcmp(feedback, "yes") != 0)
		return ct_fail(err, CT_CONFIG,
		    "source '%s': want feedback = yes or no", s->name);
	if (feedback && !vote)
		return ct_fail(err, CT_CONFIG,
		    "source '%s': feedback is for type = ncmec, threatexchange"
		    " and stopncii",
		    s->name);
	if (s->reason && (!vote || !vote->reasons))
		return ct_fail(err, CT_CONFIG,
		    "source '%s': reason is for type = ncmec", s->name);
	if (s->reason && !good_reasons(s->reason))
		return ct_fail(err, CT_CONFIG,
		    "source '%s': want reason = ids as ct-feedback reasons"
		    " prints them",
		    s->name);
	s->feedback = vote && !no;
	return 0;
}

size_t
ct_reason_of(const char *words, const char *type, size_t n, const char **reason)
{
	const char *p = words ? words : "", *colon;
	size_t len, skip, t = strlen(type);

	for (; *(p += strspn(p, " \t")); p += len) {
		len = strcspn(p, " \t");
		colon = memchr(p, ':', len);
		skip = colon ? (size_t)(colon - p) + 1 : 0;
		if (skip && (skip != t + 1 || strncasecmp(p, type, t) != 0))
			continue;
		if (n-- > 0)
			continue;
		*reason = p + skip;
		return len - skip;
	}
	return 0;
}

bool
ct_source_votes(const struct ct_source *src)
{
	return src->feedback;
}

bool
ct_source_asks_block(const struct ct_source *src)
{
	return src->adapter->vote && src->adapter->vote->blocks;
}

/* ---- one source -----------------------------------------------------------
 */

int
ct_voter_open(struct ct_voter **out, struct ct_source *src, const char *home,
    struct ct_err *err)
{
	struct ct_voter *v = ct_alloc(1, sizeof *v);

	*out = NULL;
	v->src = src;
	v->home = home;
	if (src->adapter->vote->open(v, err)) {
		ct_voter_close(v);
		return err->code;
	}
	v->get.max = ANSWER_MAX;
	*out = v;
	return 0;
}

void
ct_voter_close(struct ct_voter *v)
{
	if (!v)
		return;
	ct_stopncii_close(&v->get, &v->keys);
	free(v);
}

const struct ct_cred *
ct_voter_cred(const struct ct_voter *v)
{
	return &v->get.cred;
}

bool
ct_vote_ready(const struct ct_source *src, const struct ct_vote *vote)
{
	const char *reason;

	return vote->up || !src->adapter->vote->reasons ||
	    ct_reason_of(src->reason, vote->type, 0, &reason);
}

void
ct_voter_send(
    struct ct_voter *v, const struct ct_vote *vote, struct ct_vote_end *end)
{
	*end = (struct ct_vote_end){ .how = CT_VOTED, .wait = -1 };
	if (ct_vote_ready(v->src, vote))
		v->src->adapter->vote->send(v, vote, end);
	else
		ct_vote_not(end, CT_VOTE_REASON, CT_CONFIG,
		    "source '%s': a vote against wants a reason, see"
		    " ct-feedback reasons",
		    v->src->name);
}

int
ct_voter_reasons(
    struct ct_voter *v, const char *type, json_t **reasons, struct ct_err *err)
{
	const struct ct_vote_proto *vote = v->src->adapter->vote;
	struct ct_http_res res;
	char *path;
	int rc;

	*reasons = NULL;
	if (!vote->reasons)
		return ct_fail(err, CT_USAGE, "source '%s' wants no reasons",
		    v->src->name);
	path = vote->reasons_path(type);
	rc = ct_get_path(&v->get, path, &res, err);
	free(path);
	if (!rc) {
		rc = vote->reasons(&res, reasons, err);
		ct_http_done(&res);
	}
	return rc;
}

/* ---- one request ----------------------------------------------------------
 */

void
ct_vote_not(
    struct ct_vote_end *end, enum ct_voted how, int code, const char *fmt, ...)
{
	va_list ap;

	end->how = how;
	end->why.code = code;
	va_start(ap, fmt);
	(void)vsnprintf(end->why.msg, sizeof end->why.msg, fmt, ap);
	va_end(ap);
}

/* A page for people, in place of the service's answer: of a proxy. */
static bool
is_page(const struct ct_http_res *res)
{
	return res->type && strncasecmp(res->type, "text/html", 9) == 0;
}

static enum ct_voted
meaning(const struct ct_http_res *res, int *code)
{
	long s = res->status;

	*code = CT_PROTOCOL;
	if (s >= 200 && s < 300 && !is_page(res))
		return CT_VOTED;
	if (s == 401 || s == 403) {
		*code = CT_NOPERM;
		return CT_VOTE_DENIED;
	}
	if (s == 404 || s == 410)
		return CT_VOTE_GONE;
	if (s == 409)
		return CT_VOTE_CONFLICT;
	*code = CT_TEMPFAIL;
	if (s == 408 || s == 429 || s == 503)
		return CT_VOTE_BUSY;
	if (s >= 500 || (s >= 200 && s < 300))
		return CT_VOTE_UNKNOWN;
	*code = CT_PROTOCOL;
	return CT_VOTE_REFUSED;
}

/* What the service says in words of its own about all of us. */
static bool
by_words(
    struct ct_voter *v, const struct ct_http_res *res, struct ct_vote_end *end)
{
	struct ct_err why = { 0 };
	int rc = v->get.judge ? v->get.judge(&v->get, res, &why) : -1;

	if (rc != CT_NOPERM && rc != CT_TEMPFAIL)
		return false;
	end->why = why;
	end->how = rc == CT_NOPERM ? CT_VOTE_DENIED : CT_VOTE_BUSY;
	return true;
}

bool
ct_vote_ask(struct ct_voter *v, const char *path, const struct ct_http_req *req,
    struct ct_http_res *res, struct ct_vote_end *end)
{
	bool (*gone)(const struct ct_http_res *) = v->src->adapter->vote->gone;
	struct ct_err why = { 0 };
	int code, rc = ct_get_once(&v->get, path, req, res, &why);

	end->how = CT_VOTED;
	end->wait = res->retry_after;
	end->status = rc ? 0 : res->status;
	if (rc) {
		end->how = res->fate == CT_HTTP_UNSENT ? CT_VOTE_UNSENT
						       : CT_VOTE_UNKNOWN;
		end->why = why;
	} else if (!by_words(v, res, end)) {
		end->how = meaning(res, &code);
		if (end->how == CT_VOTE_REFUSED && gone && gone(res))
			end->how = CT_VOTE_GONE;
		if (end->how != CT_VOTED)
			(void)ct_fail(&end->why, code,
			    "source '%s': the server answers HTTP %ld",
			    v->src->name, res->status);
	}
	if (end->how != CT_VOTED)
		ct_http_done(res);
	return end->how == CT_VOTED;
}
