/* sandbox_hash.c - Hash Sharing v2: who, which members, entries in pages */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"
#include "sandbox_impl.h"
#include "xml.h"

#define NAMESPACE "https://hashsharing.ncmec.org/hashsharing/v2"
#define LINK_MS ((int64_t)12 * 3600000)
#define NLINKS \
	(sizeof(((struct ct_sandbox *)0)->link) / sizeof(struct sandbox_link))
#define OUR_MEMBER "9001"

/* ---- documents ------------------------------------------------------------
 */

struct ct_xmlout *
ct_sandbox_open(const struct sandbox_req *req, const char *root)
{
	struct ct_xmlout *x = ct_xmlout_new(req->plan.on[FAULT_INDENT]);

	ct_xmlout_start(x, req->plan.on[FAULT_WRONG_ROOT] ? "other" : root);
	ct_xmlout_attr(x, "xmlns", NAMESPACE);
	return x;
}

void
ct_sandbox_close(
    struct sandbox_req *req, struct sandbox_ans *ans, struct ct_xmlout *x)
{
	size_t len;
	char *xml;

	ct_xmlout_end(x);
	xml = ct_xmlout_done(x, &len);
	ct_sandbox_doc(req, ans, xml, len);
	ans->status = 200;
	ans->type = "application/xml";
}

void
ct_sandbox_refuse(struct sandbox_ans *ans, int status)
{
	ans->status = status;
	ans->body = ct_alloc(1, 1);
}

static void
put_member(struct ct_xmlout *x, const char *id)
{
	char *name = strcmp(id, OUR_MEMBER) == 0 ? ct_strdup("Sandbox Platform")
						 : ct_printf("Member %s", id);

	ct_xmlout_start(x, "member");
	ct_xmlout_attr(x, "id", id);
	ct_xmlout_text(x, name);
	ct_xmlout_end(x);
	free(name);
}

void
ct_sandbox_hash_status(struct sandbox_req *req, struct sandbox_ans *ans)
{
	struct ct_xmlout *x = ct_sandbox_open(req, "status");

	ct_xmlout_element(x, "ipAddress", "127.0.0.1");
	ct_xmlout_element(x, "username", req->box->user);
	put_member(x, OUR_MEMBER);
	ct_sandbox_close(req, ans, x);
}

void
ct_sandbox_members(struct sandbox_req *req, struct sandbox_ans *ans)
{
	const struct ct_sandbox *box = req->box;
	struct ct_xmlout *x = ct_sandbox_open(req, "members");
	const char **seen = ct_alloc(box->nentries + 1, sizeof *seen);
	size_t n = 0, i, k;

	seen[n++] = OUR_MEMBER;
	for (i = 0; i < box->nentries; i++) {
		for (k = 0; k < n; k++)
			if (strcmp(seen[k], box->entry[i].member) == 0)
				break;
		if (k == n)
			seen[n++] = box->entry[i].member;
	}
	for (i = 0; i < n; i++)
		put_member(x, seen[i]);
	free(seen);
	ct_sandbox_close(req, ans, x);
}

/* ---- large fingerprints ----------------------------------------------------
 */

static const char *
path_of(const struct sandbox_entry *e, const char *type)
{
	size_t i;

	for (i = 0; e && i < e->nprints; i++)
		if (e->print[i].path &&
		    ct_sandbox_same_type(e->print[i].type, type))
			return e->print[i].path;
	return NULL;
}

/* GET /entries/MEMBER/ENTRY/fingerprints/TYPE */
void
ct_sandbox_large(struct sandbox_req *req, struct sandbox_ans *ans)
{
	char *tail = ct_strdup(req->tail), *rest = tail;
	const char *member = strsep(&rest, "/"), *id = strsep(&rest, "/");
	const char *word = strsep(&rest, "/"), *path = NULL;

	if (rest && strcmp(word, "fingerprints") == 0) {
		path = path_of(
		    ct_sandbox_find(req->box, "video", member, id), rest);
		if (!path)
			path = path_of(
			    ct_sandbox_find(req->box, "image", member, id),
			    rest);
	}
	if (path)
		ct_sandbox_bytes(ans, path);
	else
		ct_sandbox_refuse(ans, 404);
	free(tail);
}

/* ---- entries --------------------------------------------------------------
 */

struct query {
	int64_t from, to; /* (from, to] */
	size_t start, size, max;
};

static bool
within(const struct query *q, const struct sandbox_entry *e)
{
	return e->at > q->from && e->at <= q->to;
}

static bool
number(const struct sandbox_req *req, const char *name, size_t *n)
{
	const char *s = ct_sandbox_arg(req, name);
	char *end;
	unsigned long v;

	if (!s)
		return true;
	v = strtoul(s, &end, 10);
	if (*s < '0' || *s > '9' || *end)
		return false;
	*n = v;
	return true;
}

static bool
read_query(const struct sandbox_req *req, struct query *q)
{
	const char *from = ct_sandbox_arg(req, "from");
	const char *to = ct_sandbox_arg(req, "to");

	q->size = req->box->page;
	if (!from || !to || ct_time_parse(from, &q->from) < 0 ||
	    ct_time_parse(to, &q->to) < 0 || !number(req, "start", &q->start) ||
	    !number(req, "size", &q->size) || !number(req, "max", &q->max))
		return false;
	if (q->size > req->box->page)
		q->size = req->box->page;
	return q->size > 0;
}

static struct sandbox_link *
find_link(struct ct_sandbox *box, const struct query *q)
{
	struct sandbox_link *l;

	for (l = box->link; l < box->link + NLINKS; l++)
		if (l->given && l->from == q->from && l->to == q->to)
			return l;
	return NULL;
}

static void
give_link(struct ct_sandbox *box, const struct query *q)
{
	struct sandbox_link *l = find_link(box, q);

	if (!l)
		l = &box->link[box->nlinks++ % NLINKS];
	*l = (struct sandbox_link){ q->from, q->to,
		.given = ct_sandbox_now(box), .max = q->max };
}

static void
put_votes(struct ct_xmlout *x, const struct sandbox_entry *e)
{
	const struct sandbox_vote *v;
	char at[CT_TIME_LEN];
	size_t i, k;

	ct_xmlout_start(x, "feedback");
	for (i = 0; i < e->nvotes; i++) {
		v = &e->vote[i];
		ct_xmlout_start(
		    x, v->up ? "affirmativeFeedback" : "negativeFeedback");
		ct_xmlout_attr(x, "type", v->type);
		ct_xmlout_attr(x, "lastUpdateTimestamp", ct_time(v->at, at));
		if (!v->up)
			ct_xmlout_start(x, "reasons");
		for (k = 0; k < v->nreasons; k++) {
			ct_xmlout_start(x, "reason");
			ct_xmlout_attr(x, "guid", v->reason[k]);
			ct_xmlout_attr(x, "type", v->type);
			ct_xmlout_end(x);
		}
		ct_xmlout_start(x, "members");
		ct_xmlout_attr(x, "timestamp", ct_time(v->at, at));
		put_member(x, OUR_MEMBER);
		ct_xmlout_end(x);
		if (!v->up)
			ct_xmlout_end(x);
		ct_xmlout_end(x);
	}
	ct_xmlout_end(x);
}

/* As the service does, a tombstone has its id before its time. */
static void
put_deleted(
    struct ct_xmlout *x, const struct sandbox_entry *e, const char *name)
{
	char at[CT_TIME_LEN];

	ct_xmlout_start(x, name);
	put_member(x, e->member);
	ct_xmlout_element(x, "id", e->id);
	ct_xmlout_element(x, "timestamp", ct_time(e->at, at));
	ct_xmlout_end(x);
}

/* Where a link leads that is to be ours. */
static const char *
elsewhere(const struct sandbox_req *req, enum sandbox_kind kind)
{
	static const char *const hosts[] = { "http://other.example",
		"https://other.example", "https://user:pw@127.0.0.1", "/.." };
	long n = req->plan.arg[kind];

	return req->plan.on[kind] ? hosts[n < 0 ? 0 : n] : "";
}

/* tmk-pdqf by its address: .../TMK_PDQF */
static void
put_large(const struct sandbox_req *req, struct ct_xmlout *x,
    const struct sandbox_entry *e, const struct sandbox_print *p)
{
	char *href = ct_printf("%s/v2/entries/%s/%s/fingerprints/%s",
	    elsewhere(req, FAULT_STRAY), e->member, e->id, p->type);
	char *c;

	for (c = href + strlen(href) - strlen(p->type); *c; c++)
		*c = (char)(*c == '-' ? '_' : toupper((unsigned char)*c));
	ct_xmlout_start(x, p->type);
	ct_xmlout_attr(x, "rel", "self");
	ct_xmlout_attr(x, "href", href);
	ct_xmlout_end(x);
	free(href);
}

static void
put_entry(const struct sandbox_req *req, struct ct_xmlout *x,
    const struct sandbox_entry *e)
{
	char at[CT_TIME_LEN];
	size_t i;

	ct_xmlout_start(x, e->content);
	put_member(x, e->member);
	ct_xmlout_element(x, "timestamp", ct_time(e->at, at));
	ct_xmlout_element(x, "id", e->id);
	if (e->classification)
		ct_xmlout_element(x, "classification", e->classification);
	ct_xmlout_start(x, "fingerprints");
	for (i = 0; i < e->nprints; i++)
		if (e->print[i].path)
			put_large(req, x, e, &e->print[i]);
		else
			ct_xmlout_element(
			    x, e->print[i].type, e->print[i].hash);
	ct_xmlout_end(x);
	if (e->nvotes)
		put_votes(x, e);
	ct_xmlout_end(x);
}

/* Those of one kind among the page's entries. */
static void
put_kind(const struct sandbox_req *req, struct ct_xmlout *x,
    const struct sandbox_entry **page, size_t n, const char *content)
{
	bool image = strcmp(content, "image") == 0;
	char number_text[24], at[CT_TIME_LEN];
	int64_t newest = 0;
	size_t i, count = 0;

	for (i = 0; i < n; i++) {
		if (strcmp(page[i]->content, content) != 0)
			continue;
		count++;
		if (page[i]->at > newest)
			newest = page[i]->at;
	}
	ct_xmlout_start(x, image ? "images" : "videos");
	(void)snprintf(number_text, sizeof number_text, "%zu",
	    count + req->plan.on[FAULT_COUNT]);
	ct_xmlout_attr(x, "count", number_text);
	if (count)
		ct_xmlout_attr(x, "maxTimestamp", ct_time(newest, at));
	for (i = 0; i < n; i++) {
		if (strcmp(page[i]->content, content) != 0)
			continue;
		if (page[i]->deleted)
			put_deleted(x, page[i],
			    image ? "deletedImage" : "deletedVideo");
		else
			put_entry(req, x, page[i]);
	}
	ct_xmlout_end(x);
}

/* Times in a link have milliseconds even if there are none. */
static void
put_next(const struct sandbox_req *req, struct ct_xmlout *x,
    const struct query *q, size_t start)
{
	char from[CT_TIME_LEN], to[CT_TIME_LEN], *next;
	const char *host = elsewhere(req, FAULT_FOREIGN);

	(void)ct_time(q->from - q->from % 1000, from);
	(void)ct_time(q->to - q->to % 1000, to);
	next = ct_printf("%s/v2/entries?from=%.19s.%03dZ&to=%.19s.%03dZ"
			 "&start=%zu&size=%zu&max=%zu",
	    host, from, (int)(q->from % 1000), to, (int)(q->to % 1000), start,
	    q->size, q->max);
	ct_xmlout_start(x, "paging");
	ct_xmlout_element(x, "next", next);
	ct_xmlout_end(x);
	free(next);
}

/*
 * The entries of the window are counted off by start, in an order that is
 * not that of their times: so an entry that changes while a client pages
 * leaves the window and another slips past it, as with the service.
 */
static void
put_page(
    struct sandbox_req *req, struct sandbox_ans *ans, const struct query *q)
{
	const struct ct_sandbox *box = req->box;
	const struct sandbox_entry **page = ct_alloc(q->size, sizeof(void *));
	struct ct_xmlout *x = ct_sandbox_open(req, "queryResult");
	size_t i, seen = 0, n = 0, next;
	bool more = false;

	/* counted off, or from where the last page ended */
	i = box->by_entry ? q->start : 0;
	for (; i < box->nentries && !more && !req->plan.on[FAULT_EMPTY]; i++) {
		if (!within(q, &box->entry[i]) ||
		    (!box->by_entry && seen++ < q->start))
			continue;
		if (n == q->size)
			more = true;
		else
			page[n++] = &box->entry[i];
	}
	put_kind(req, x, page, n, "image");
	put_kind(req, x, page, n, "video");
	next = box->by_entry ? i - more : q->start + n;
	more |= req->plan.on[FAULT_ENDLESS] || req->plan.on[FAULT_EMPTY];
	if (req->plan.on[FAULT_ENDLESS])
		next += n == 0;
	if (req->plan.on[FAULT_LOOP])
		put_next(req, x, q, q->start);
	else if (req->plan.on[FAULT_BACK])
		put_next(req, x, q, q->start ? q->start - 1 : 0);
	else if (more || req->plan.on[FAULT_FOREIGN])
		put_next(req, x, q, next);
	free(page);
	ct_sandbox_close(req, ans, x);
	if (more || req->plan.on[FAULT_LOOP] || req->plan.on[FAULT_BACK])
		give_link(req->box, q);
	ct_sandbox_churn(req->box, q->from, q->to);
}

void
ct_sandbox_entries(struct sandbox_req *req, struct sandbox_ans *ans)
{
	const struct ct_sandbox *box = req->box;
	const struct sandbox_link *l;
	struct query q = { 0 };
	size_t i;

	if (!read_query(req, &q)) {
		ct_sandbox_refuse(ans, 400);
		return;
	}
	if (!ct_sandbox_arg(req, "start")) {
		q.max = 0;
		for (i = 0; i < box->nentries; i++)
			q.max += within(&q, &box->entry[i]);
	} else if (!(l = find_link(req->box, &q)) || l->max != q.max) {
		/* a link with other times than it was given for: the real one
		 * was seen to answer as if all had been read */
		q.start = (size_t)-1;
	} else if (ct_sandbox_now(box) - l->given > LINK_MS) {
		ct_sandbox_refuse(ans, 404);
		return;
	}
	put_page(req, ans, &q);
}
