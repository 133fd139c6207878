/* source_threatexchange.c - the updates of a ThreatExchange privacy group */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"
#include "source_feed.h"
#include "source_vote.h"

#define PRODUCTION "https://graph.facebook.com/v21.0"
#define SECOND ((int64_t)1000)
#define FIELDS                                                        \
	"id,indicator,type,last_updated,should_delete,descriptors%7B" \
	"id,reactions,owner%7Bid%7D,tags,status,added_on%7D"
#define APP_MAX 32

/* ---- what Graph answers ---------------------------------------------------
 */

static int
refusal(const struct ct_get *g, const json_t *error, struct ct_err *err)
{
	json_int_t code = json_integer_value(json_object_get(error, "code"));
	const char *text = json_string_value(json_object_get(error, "message"));
	const char *name = g->src->name;

	if (text && strstr(text, "threat_updates"))
		return ct_fail(err, CT_CONFIG,
		    "source '%s': the group has no threat_updates", name);
	if (code == 190 || code == 102)
		return ct_fail(
		    err, CT_NOPERM, "source '%s': the token is refused", name);
	if (code == 10 || (code >= 200 && code < 300))
		return ct_fail(err, CT_NOPERM,
		    "source '%s': the token may not do that", name);
	if (code == 1 || code == 2 || code == 4 || code == 17 || code == 32 ||
	    code == 613 || json_is_true(json_object_get(error, "is_transient")))
		return ct_fail(err, CT_TEMPFAIL,
		    "source '%s': the server answers error %lld", name,
		    (long long)code);
	return -1;
}

/* Its error says more than the status, which is 400 for most of them. */
static int
judge(const struct ct_get *g, const struct ct_http_res *res, struct ct_err *err)
{
	struct ct_err none = { 0 };
	json_t *doc;
	int rc;

	if (res->status == 200)
		return -1;
	doc = ct_json_page(res->body, res->len, &none);
	rc = json_is_object(json_object_get(doc, "error"))
	    ? refusal(g, json_object_get(doc, "error"), err)
	    : -1;
	json_decref(doc);
	return rc;
}

int
ct_graph_open(struct ct_get *g, struct ct_source *src, struct ct_err *err)
{
	const char *token, *bar;
	char *escaped;
	size_t n;
	int rc = ct_get_open(g, src, CT_CRED_TOKEN, PRODUCTION, NULL, err);

	if (rc)
		return rc;
	token = g->cred.token;
	bar = strchr(token, '|');
	n = bar ? (size_t)(bar - token) : 0;
	if (n < 8 || n >= APP_MAX || strspn(token, "0123456789") != n ||
	    strlen(bar + 1) < 20)
		return ct_fail(err, CT_CONFIG,
		    "source '%s': want token = the id of the application, |,"
		    " its secret",
		    src->name);
	escaped = ct_get_escape(token);
	g->query = ct_printf("access_token=%s", escaped);
	ct_wipe(escaped, strlen(escaped));
	free(escaped);
	g->judge = judge;
	return 0;
}

static bool
is_ours(const struct ct_feed *f, const char *app, size_t len)
{
	const char *token = f->get.cred.token;

	return strncmp(token, app, len) == 0 && token[len] == '|';
}

/* Of a group that has no updates Graph says so as a fault of its own. */
static int
see_group(struct ct_feed *f, struct ct_err *err)
{
	char *path = ct_printf(
	    "/%s?fields=id,name,threat_updates_enabled", f->src->group);
	struct ct_http_res res;
	json_t *doc;
	int rc = ct_get_path(&f->get, path, &res, err);

	free(path);
	if (rc)
		return rc;
	doc = ct_json_page(res.body, res.len, err);
	ct_http_done(&res);
	if (!doc)
		return err->code;
	if (json_is_false(json_object_get(doc, "threat_updates_enabled")))
		rc = ct_fail(err, CT_CONFIG,
		    "source '%s': the group has no threat_updates",
		    f->src->name);
	json_decref(doc);
	return rc;
}

/* ---- pages ----------------------------------------------------------------
 */

static char *
first(const struct ct_feed *f)
{
	long long from = (long long)(f->cur.from / SECOND);
	char *types = f->src->types ? ct_get_escape(f->src->types) : NULL;
	char *start = from ? ct_printf("&start_time=%lld", from) : NULL;
	char *path = ct_printf("/%s/threat_updates/?limit=%d%s%s%s&fields=%s",
	    f->src->group, f->size, start ? start : "", types ? "&types=" : "",
	    types ? types : "", FIELDS);

	free(types);
	free(start);
	return path;
}

/* Of the same edge of the same group, and without our secret elsewhere. */
static int
take_next(struct ct_feed *f, const char *link, char **next, struct ct_err *err)
{
	const char *secret = strchr(f->get.cred.token, '|') + 1;
	char *edge = ct_printf("/%s/threat_updates", f->src->group);
	size_t n = strlen(edge);
	char *path = ct_get_link(&f->get, link, "access_token", err);
	int rc = path ? 0 : err->code;

	if (path && (strncmp(path, edge, n) != 0 || !strchr("/?", path[n])))
		rc = ct_fail(err, CT_PROTOCOL,
		    "the next page is of another"
		    " group");
	else if (path && ct_get_link_holds(path, secret))
		rc = ct_fail(err, CT_PROTOCOL,
		    "the next page's address holds what it must not");
	if (rc)
		free(path);
	else
		*next = path;
	free(edge);
	return rc;
}

static int
page(struct ct_feed *f, const json_t *doc, struct ct_feed_page *p,
    struct ct_err *err)
{
	const json_t *paging = json_object_get(doc, "paging");
	const json_t *next = json_object_get(paging, "next"), *rec;
	const char *link = json_string_value(next);
	const json_t *error = json_object_get(doc, "error");
	int64_t ms;
	size_t i;
	int rc;

	p->records = json_object_get(doc, "data");
	if (!json_is_array(p->records)) {
		rc = json_is_object(error) ? refusal(&f->get, error, err) : -1;
		return rc > 0 ? rc
			      : ct_fail(err, CT_DATAERR, "it holds no data");
	}
	json_array_foreach(p->records, i, rec)
	{
		ms = ct_feed_ms(json_object_get(rec, "last_updated"));
		if (ms > p->done_to)
			p->done_to = ms;
	}
	if (!next || json_is_null(next) || (link && !*link))
		return 0;
	if (!link || strlen(link) != json_string_length(next))
		return ct_fail(err, CT_DATAERR, "its next page is no text");
	return take_next(f, link, &p->next, err);
}

/* ---- opinions -------------------------------------------------------------
 */

/* An array, be it wrapped as data or not. */
static const json_t *
data_of(const json_t *v)
{
	return json_is_array(v) ? v : json_object_get(v, "data");
}

static const char *
owner_of(const json_t *descriptor, char room[32])
{
	return ct_feed_get(json_object_get(descriptor, "owner"), "id", room);
}

enum voice { NONE, UP = 1, DOWN = 2 };

struct poll {
	const struct ct_feed *f;
	const json_t *descriptors;
	unsigned theirs, ours;
};

static void
count(struct poll *p, const char *app, size_t len, enum voice v)
{
	if (is_ours(p->f, app, len))
		p->ours |= v;
	else
		p->theirs |= v;
}

static bool
has_own(const struct poll *p, const char *app, size_t len)
{
	const json_t *d;
	const char *owner;
	char room[32];
	size_t i;

	json_array_foreach(p->descriptors, i, d)
	{
		owner = owner_of(d, room);
		if (owner && strlen(owner) == len &&
		    strncmp(owner, app, len) == 0)
			return true;
	}
	return false;
}

/* "APP,APP", or an array of them; who has a descriptor speaks by that. */
static void
react(struct poll *p, const char *key, const json_t *apps)
{
	enum voice v = NONE;
	const char *text;
	json_t *one;
	size_t i, len;

	if (key && strcmp(key, "HELPFUL") == 0)
		v = UP;
	else if (key &&
	    (strcmp(key, "DISAGREE_WITH_TAGS") == 0 ||
		strcmp(key, "NON_MALICIOUS") == 0))
		v = DOWN;
	if (v == NONE)
		return;
	if (json_is_array(apps))
		json_array_foreach(apps, i, one)
		{
			react(p, key, one);
		}
	for (text = json_string_value(apps); text && *text; text += len) {
		text += strspn(text, ", ");
		len = strcspn(text, ", ");
		if (len && !has_own(p, text, len))
			count(p, text, len, v);
	}
}

static void
reactions(struct poll *p, const json_t *all)
{
	const json_t *list = data_of(all), *one;
	const char *key;
	json_t *apps;
	size_t i;

	if (json_is_array(list)) {
		json_array_foreach(list, i, one)
		{
			react(p, json_string_value(json_object_get(one, "key")),
			    json_object_get(one, "value"));
		}
	} else {
		json_object_foreach((json_t *)(uintptr_t)all, key, apps)
		{
			react(p, key, apps);
		}
	}
}

/* Of all who speak of an indicator: ours alone, if we do. */
static const char *
opinion(const struct ct_feed *f, const json_t *descriptors)
{
	struct poll p = { .f = f, .descriptors = descriptors };
	const char *status, *owner;
	const json_t *d;
	char room[32];
	unsigned all;
	size_t i;

	json_array_foreach(descriptors, i, d)
	{
		owner = owner_of(d, room);
		if (!owner)
			continue;
		status = json_string_value(json_object_get(d, "status"));
		if (status && strcmp(status, "MALICIOUS") == 0)
			count(&p, owner, strlen(owner), UP);
		else if (status && strcmp(status, "NON_MALICIOUS") == 0)
			count(&p, owner, strlen(owner), DOWN);
		reactions(&p, json_object_get(d, "reactions"));
	}
	all = p.ours ? p.ours : p.theirs;
	return all == (UP | DOWN) ? "disputed"
	    : all == UP           ? "positive"
	    : all == DOWN         ? "negative"
				  : "seed";
}

/* ---- records --------------------------------------------------------------
 */

/* As many of its tags, with commas between, as a list takes. */
static char *
tags_of(const json_t *descriptor, bool *photo, bool *video)
{
	const json_t *tags = data_of(json_object_get(descriptor, "tags"));
	char *out = ct_alloc(1, 1024);
	const char *text;
	char room[32];
	size_t n = 0, i, len;
	json_t *one;

	json_array_foreach(tags, i, one)
	{
		text = json_is_string(one) ? ct_feed_text(one, room)
					   : ct_feed_get(one, "text", room);
		if (!text || !*text)
			continue;
		*photo |= strcmp(text, "media_type_photo") == 0;
		*video |= strcmp(text, "media_type_video") == 0;
		len = strlen(text);
		if (n + len + 2 > 1024)
			continue;
		if (n)
			out[n++] = ',';
		memcpy(out + n, text, len);
		n += len;
	}
	return out;
}

/* HASH_VIDEO_MD5 and such: what it is of, and the type. */
static const char *
split(const char *type, char out[CT_SIGNAL_TYPE])
{
	const char *content = "unknown";

	if (strncmp(type, "HASH_", 5) == 0)
		type += 5;
	if (strncmp(type, "VIDEO_", 6) == 0) {
		type += 6;
		content = "video";
	}
	ct_feed_type(out, type);
	return strcmp(out, "pdq") == 0 || strcmp(out, "pdna") == 0     ? "image"
	    : strcmp(out, "tmk_pdqf") == 0 || strcmp(out, "vpdq") == 0 ? "video"
	    : strcmp(out, "url") == 0                                  ? "url"
				      : content;
}

/* One descriptor; false: nobody can be named for it. */
static bool
describe(const json_t *d, struct ct_entry *e, char room[2][32])
{
	bool photo = false, video = false;
	const char *owner = owner_of(d, room[0]);
	const char *id = ct_feed_get(d, "id", room[1]);

	if (!owner || !*owner || !id || !*id)
		return false;
	e->member = ct_strdup(owner);
	e->entry = ct_strdup(id);
	e->classification = tags_of(d, &photo, &video);
	if (strcmp(e->content, "unknown") == 0 && photo != video)
		e->content = photo ? "image" : "video";
	return true;
}

static void
undescribe(struct ct_entry *e, size_t n)
{
	while (n-- > 0) {
		free((void *)(uintptr_t)e[n].member);
		free((void *)(uintptr_t)e[n].entry);
		free((void *)(uintptr_t)e[n].classification);
	}
	free(e);
}

/* It stands as one entry for each descriptor; if none is left, it is gone. */
static int
put(struct ct_feed *f, const char *id, const json_t *all,
    const struct ct_entry *like, struct ct_err *err)
{
	size_t cap = json_array_size(all) + 1, n = 0, i;
	struct ct_entry *e = ct_alloc(cap, sizeof *e);
	char room[2][32];
	json_t *d;
	int rc;

	json_array_foreach(all, i, d)
	{
		e[n] = *like;
		n += describe(d, &e[n], room);
	}
	if (!n)
		e[0] = *like;
	for (i = 0; i < n; i++)
		if (!*e[i].classification) {
			free((void *)(uintptr_t)e[i].classification);
			e[i].classification = NULL;
		}
	rc = ct_feed_put_whole(f, id, e, n, err);
	undescribe(e, n);
	return rc;
}

static int
record(struct ct_feed *f, const json_t *rec, struct ct_err *err)
{
	char room[3][32], type[CT_SIGNAL_TYPE], at[CT_TIME_LEN];
	const char *id = ct_feed_get(rec, "id", room[0]);
	const char *hash = ct_feed_get(rec, "indicator", room[1]);
	const char *kind = ct_feed_get(rec, "type", room[2]);
	const json_t *all = data_of(json_object_get(rec, "descriptors"));
	int64_t ms = ct_feed_ms(json_object_get(rec, "last_updated"));
	struct ct_entry e = { .n = 1 };
	struct ct_signal sig;
	const char *why;
	int rc;

	if (!id || !*id)
		return ct_feed_reject(f, NULL, "no id", err);
	if (ms >= 0)
		e.at = ct_time(ms, at);
	if (json_is_true(json_object_get(rec, "should_delete")) ||
	    !json_array_size(all))
		return ct_feed_put_whole(f, id, &e, 0, err);
	if (!hash || !kind || ms < 0)
		return ct_feed_reject(f, id,
		    !hash      ? "no hash"
			: kind ? "no timestamp"
			       : "no type",
		    err);
	e.content = split(kind, type);
	if ((rc = ct_feed_signal(f, type, hash, &sig, &why, err)))
		return rc;
	if (why)
		return ct_feed_reject(f, id, why, err);
	sig.opinion = opinion(f, all);
	e.signal = &sig;
	rc = put(f, id, all, &e, err);
	free(sig.hash);
	return rc;
}

/* ---- the adapter ----------------------------------------------------------
 */

const struct ct_feed_proto ct_feed_threatexchange = {
	.ordered = true,
	.overlap = 300 * SECOND,
	.size = 100,
	.first = first,
	.page = page,
	.record = record,
};

/* The service and the group, whatever the version of its protocol. */
static char *
origin(const struct ct_feed *f)
{
	const char *base = f->get.base, *v = strrchr(base, '/');
	size_t n = strlen(base);

	if (v && v[1] == 'v' && isdigit((unsigned char)v[2]) &&
	    !v[2 + strspn(v + 2, "0123456789.")])
		n = (size_t)(v - base);
	return ct_printf("%.*s %s", (int)n, base, f->src->group);
}

static int
sync_graph(struct ct_source *s, struct ct_err *err)
{
	struct ct_feed f = { .src = s, .proto = &ct_feed_threatexchange };
	char *of = NULL;
	int rc = ct_graph_open(&f.get, s, err);

	if (!rc && !(rc = see_group(&f, err))) {
		of = origin(&f);
		rc = ct_feed_run(&f, of, err);
	}
	free(of);
	ct_get_close(&f.get);
	return rc;
}

static int
check_graph(struct ct_source *s, char **what, struct ct_err *err)
{
	struct ct_feed f = { .src = s };
	int rc = ct_graph_open(&f.get, s, err);

	*what = NULL;
	if (!rc && !(rc = see_group(&f, err)))
		*what = ct_printf("%.*s", (int)strcspn(f.get.cred.token, "|"),
		    f.get.cred.token);
	ct_get_close(&f.get);
	return rc;
}

/* Any kind of list is there. */
static const char *
class_graph(const struct ct_source *s)
{
	(void)s;
	return "";
}

static int
conf_graph(struct ct_source *s, struct ct_err *err)
{
	if (ct_get_conf(s, err))
		return err->code;
	if (!s->group || !*s->group || s->group[strspn(s->group, "0123456789")])
		return ct_fail(err, CT_CONFIG,
		    "source '%s': want group = the id of a privacy group",
		    s->name);
	if (s->types &&
	    s->types[strspn(s->types,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_,")])
		return ct_fail(err, CT_CONFIG,
		    "source '%s': want types = HASH_PDQ,HASH_MD5 and such",
		    s->name);
	return 0;
}

const struct ct_adapter ct_source_threatexchange = { "threatexchange",
	conf_graph, sync_graph, check_graph, class_graph, &ct_vote_graph };
