/* fetch_where.c - whom to ask for an object, and how */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "fetch_impl.h"
#include "prog.h"

#define BAD 16 /* answers in a row, before a bucket is not asked any more */

int
fetch_conf(struct run *r, struct ct_err *err)
{
	static const char *const known[] = { "allow", NULL };
	const char *text;
	int rc = ct_conf_load(&r->conf, r->how->conf, err);

	if (rc || (rc = ct_conf_known(r->conf, "fetch", known, err)))
		return rc;
	while (!rc &&
	    (text = ct_conf_nth(r->conf, "fetch", NULL, "allow", r->nets))) {
		r->net = ct_grow(r->net, r->nets + 1, sizeof *r->net);
		rc = ct_network_parse(&r->net[r->nets++], text, err);
	}
	return rc;
}

void
fetch_conf_free(struct run *r)
{
	struct bucket *b;

	while ((b = r->bucket)) {
		r->bucket = b->next;
		ct_bucket_free(b->b);
		free(b->name);
		free(b);
	}
	ct_conf_free(r->conf);
	free(r->net);
}

int
fetch_bucket(struct item *it, struct ct_err *err)
{
	struct run *r = it->run;
	struct bucket *b = r->bucket;

	while (b &&
	    (b->azure != it->key.azure || strcmp(b->name, it->key.name) != 0))
		b = b->next;
	if (!b) {
		b = ct_alloc(1, sizeof *b);
		b->azure = it->key.azure;
		b->name = ct_strdup(it->key.name);
		b->next = r->bucket;
		r->bucket = b;
		(void)ct_bucket_load(
		    &b->b, r->conf, b->azure, b->name, &b->why);
	}
	it->bucket = b;
	*err = b->why;
	return err->code;
}

/* A header of our own, behind those that are signed. */
static void
add(struct part *p, char *header)
{
	size_t n = 0;

	while (p->get.header[n])
		n++;
	p->get.header[n] = header;
}

int
fetch_ask(struct part *p, struct ct_signed *s, struct ct_err *err)
{
	enum { SIGNED = sizeof s->header / sizeof s->header[0] };
	const unsigned long long at = p->at, to = p->to;
	struct item *it = p->it;
	size_t i;
	int rc = 0;

	*s = (struct ct_signed){ .url = NULL };
	p->get.header = ct_alloc(SIGNED + 3, sizeof *p->get.header);
	if (it->bucket) {
		if (it->bucket->why.code) {
			*err = it->bucket->why;
			return err->code;
		}
		ct_bucket_sign(it->bucket->b, "GET", it->key.key, it->key.len,
		    NULL, 0, ct_now(), s);
		rc = ct_pull_url(&p->get, s->url, err);
		for (i = 0; i < SIGNED && s->header[i]; i++)
			p->get.header[i] = s->header[i];
	}
	if (it->run->how->head)
		add(p, ct_strdup("Range: bytes=0-0"));
	else if (p->to != UINT64_MAX)
		add(p, ct_printf("Range: bytes=%llu-%llu", at, to - 1));
	else if (p->at && !it->deaf)
		add(p, ct_printf("Range: bytes=%llu-", at));
	if (*it->etag)
		add(p, ct_printf("If-Match: %s", it->etag));
	else if (it->listed && !it->run->how->head)
		add(p, ct_printf("If-Match: \"%s\"", it->listed));
	return rc;
}

void
fetch_asked(struct part *p, struct ct_signed *s)
{
	size_t i = 0;

	while (s->header[i])
		i++;
	for (; p->get.header[i]; i++)
		free(p->get.header[i]);
	free(p->get.header);
	p->get.header = NULL;
	ct_signed_free(s);
}

/* Does it say that the bucket is not for us, whatever the object? */
static bool
is_for_all(const struct part *p, const struct ct_err *err)
{
	const char *why = p->get.got.answer;

	if (err->code == CT_TEMPFAIL)
		return !p->get.got.met;
	if (err->code == CT_CONFIG)
		return true;
	/* access may be denied to some alone */
	return err->code == CT_NOPERM && why && strstr(why, "<Code>") &&
	    !strstr(why, "AccessDenied") && !strstr(why, "AccessDisabled");
}

void
fetch_heard(struct part *p, const struct ct_err *err)
{
	struct bucket *b = p->it->bucket;

	if (!b || b->why.code)
		return;
	b->bad = is_for_all(p, err) ? b->bad + 1 : 0;
	if (b->bad >= BAD)
		b->why = *err;
}
