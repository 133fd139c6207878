/* lister_store.c - pages of a bucket, asked for until they come */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "lister_impl.h"
#include "prog.h"

#define PAGE_MAX ((size_t)32 << 20) /* bytes; a key may take 3 KiB */
#define GET_MS ((int64_t)3600000)   /* of an object, which may be large */
#define EMPTY_MAX 1000              /* pages without anything in a row */

int
lister_store_open(struct lister_store *s, struct ct_bucket *bucket,
    const struct ct_lister *how, struct ct_err *err)
{
	*s = (struct lister_store){
		.bucket = bucket, .how = how, .patience = { .wait = how->wait }
	};
	s->patience.who = bucket->name;
	return ct_http_new(&s->http, err);
}

void
lister_store_close(struct lister_store *s)
{
	ct_http_done(&s->res);
	ct_http_free(s->http);
	*s = (struct lister_store){ .bucket = NULL };
}

struct asked {
	struct lister_store *s;
	const struct ct_key *key; /* of an object; NULL: the bucket */
	const struct ct_pair *query;
	size_t n;
	int fd;
};

/* Signed anew each time: a signature is good for minutes only. */
static int
once(void *arg, struct ct_http_res *res, struct ct_err *err)
{
	struct asked *a = arg;
	struct ct_signed sig;
	struct ct_http_req req = { .method = "GET",
		.max = a->fd > 0 ? SIZE_MAX / 2 : PAGE_MAX,
		.timeout = a->s->how->timeout,
		.out = a->fd };
	int rc;

	/* a try before may have left a part */
	if (a->fd > 0 &&
	    (ftruncate(a->fd, 0) < 0 || lseek(a->fd, 0, SEEK_SET) < 0))
		return ct_fail_errno(err, CT_IOERR, "cannot write");
	if (a->fd > 0 && !req.timeout)
		req.timeout = GET_MS;
	ct_bucket_sign(a->s->bucket, "GET", a->key ? a->key->key : "",
	    a->key ? a->key->len : 0, a->query, a->n, ct_now(), &sig);
	req.url = sig.url;
	req.header = (const char *const *)sig.header;
	rc = ct_http_do(a->s->http, &req, res, err);
	ct_signed_free(&sig);
	return rc;
}

static int
ask(struct asked *a, struct ct_err *err)
{
	struct lister_store *s = a->s;
	int rc;

	ct_http_done(&s->res);
	rc = ct_http_patiently(&s->patience, once, a, &s->res, err);
	if (rc && s->res.fate == CT_HTTP_ANSWERED && s->res.status)
		return ct_bucket_judge(s->bucket, s->res.status,
		    s->res.body ? s->res.body : "", s->res.len, s->res.region,
		    err);
	return rc;
}

int
lister_store_get(struct lister_store *s, const struct ct_key *key, int fd,
    struct ct_err *err)
{
	struct asked a = { .s = s, .key = key, .fd = fd };

	return ask(&a, err);
}

/* The page behind w: by its token, if it has one and that is wanted. */
static int
ask_page(struct lister_store *s, const struct lister_walk *w, bool token,
    struct ct_err *err)
{
	static const struct ct_pair s3[] = { { "list-type", "2" },
		{ "encoding-type", "url" } };
	static const struct ct_pair az[] = { { "restype", "container" },
		{ "comp", "list" } };
	const bool azure = s->bucket->azure;
	struct ct_pair q[8];
	struct asked a = { .s = s, .query = q, .n = 2 };
	char max[16];

	memcpy(q, azure ? az : s3, sizeof s3);
	(void)snprintf(max, sizeof max, "%d",
	    s->how->page ? s->how->page
		: azure  ? 5000
			 : 1000);
	q[a.n++] = (struct ct_pair){ azure ? "maxresults" : "max-keys", max };
	if (*w->prefix)
		q[a.n++] = (struct ct_pair){ "prefix", w->prefix };
	if (w->delimited)
		q[a.n++] = (struct ct_pair){ "delimiter", "/" };
	if (token && w->token)
		q[a.n++] =
		    (struct ct_pair){ azure ? "marker" : "continuation-token",
			    w->token };
	else if (w->after && !azure)
		q[a.n++] = (struct ct_pair){ "start-after", w->after };
	return ask(&a, err);
}

int
lister_compare(const char *a, size_t alen, const char *b, size_t blen)
{
	int c = memcmp(a, b, alen < blen ? alen : blen);

	return c ? c : (alen > blen) - (alen < blen);
}

bool
lister_begins(
    const char *text, size_t len, const char *prefix, size_t prefixlen)
{
	return len >= prefixlen && memcmp(text, prefix, prefixlen) == 0;
}

/* All of a page is below the prefix; of S3 also behind what came before, and in
 * order: else start-after means nothing, and it may go round for ever. */
static int
sound(const struct lister_store *s, const struct lister_walk *w,
    const struct lister_page *page, struct ct_err *err)
{
	const char *last = s->bucket->azure ? NULL : w->after;
	size_t i, len = w->afterlen, below = strlen(w->prefix);

	for (i = 0; i < page->n + page->nprefix; i++) {
		bool object = i < page->n;
		const char *text = object ? page->object[i].key
					  : page->prefix[i - page->n].text;
		size_t n = object ? page->object[i].len
				  : page->prefix[i - page->n].len;

		if (!lister_begins(text, n, w->prefix, below) ||
		    (!object && n == below))
			return ct_fail(err, CT_PROTOCOL,
			    "bucket '%s' lists keys that were not asked for",
			    s->bucket->name);
		/* a walk that was begun anew is told of a prefix again */
		if (i == page->n)
			last = NULL;
		if (last && lister_compare(text, n, last, len) <= 0)
			return ct_fail(err, CT_PROTOCOL,
			    "bucket '%s' lists its keys in no order, or some "
			    "again",
			    s->bucket->name);
		last = s->bucket->azure ? NULL : text;
		len = n;
	}
	return 0;
}

/* Was this token there before?  One that was there when their number was last a
 * power of two is kept: no circle goes by it for ever. */
static bool
circles(struct lister_walk *w, const char *token)
{
	if (!*token)
		return false;
	if (w->seen && strcmp(w->seen, token) == 0)
		return true;
	if ((w->pages & (w->pages + 1)) == 0) {
		free(w->seen);
		w->seen = ct_strdup(token);
	}
	w->pages++;
	return false;
}

/* The next page begins behind this one. */
static int
move(struct lister_walk *w, const struct lister_page *page, bool azure,
    struct ct_err *err)
{
	const struct lister_object *o;
	const struct lister_prefix *p;
	bool more = azure ? *page->next : page->truncated;
	const char *last = NULL;
	size_t len = 0;

	if (page->n) {
		o = &page->object[page->n - 1];
		last = o->key;
		len = o->len;
	}
	if (page->nprefix) {
		p = &page->prefix[page->nprefix - 1];
		if (!last || lister_compare(p->text, p->len, last, len) > 0) {
			last = p->text;
			len = p->len;
		}
	}
	if (last) {
		free(w->after);
		w->after = ct_alloc(len + 1, 1);
		memcpy(w->after, last, len);
		w->afterlen = len;
	}
	w->empty = last ? 0 : w->empty + 1;
	if (more &&
	    (w->empty > EMPTY_MAX || (!*page->next && !last) ||
		circles(w, page->next)))
		return ct_fail(err, CT_PROTOCOL,
		    "the listing goes round: a page leads to itself");
	free(w->token);
	w->token = *page->next ? ct_strdup(page->next) : NULL;
	w->ended = !more;
	return 0;
}

int
lister_store_page(struct lister_store *s, struct lister_walk *w,
    struct lister_page *page, struct ct_err *err)
{
	bool azure = s->bucket->azure;
	int rc = ask_page(s, w, true, err);

	/* a token may have died meanwhile: the last key has not */
	if (rc && !azure && w->token && w->after &&
	    ct_bucket_stale(
		s->res.status, s->res.body ? s->res.body : "", s->res.len))
		rc = ask_page(s, w, false, err);
	if (!rc)
		rc = lister_page_parse(page, s->res.body, s->res.len, err);
	if (!rc)
		rc = sound(s, w, page, err);
	return rc ? rc : move(w, page, azure, err);
}

void
lister_walk_free(struct lister_walk *w)
{
	free(w->after);
	free(w->token);
	free(w->seen);
	*w = (struct lister_walk){ .prefix = NULL };
}
