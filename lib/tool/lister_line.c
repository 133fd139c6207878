/* lister_line.c - an object, or a file, as the line that tells of it */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "blake.h"
#include "clock.h"
#include "lister_impl.h"
#include "prog.h"

unsigned
ct_shard(const void *key, size_t len, unsigned shards)
{
	struct ct_blake b;
	uint8_t sum[16];
	uint64_t v = 0;
	size_t i;

	ct_blake_start(&b, sizeof sum, NULL);
	ct_blake_add(&b, key, len);
	ct_blake_end(&b, sum, sizeof sum);
	for (i = 0; i < 8; i++)
		v = v << 8 | sum[i];
	return (unsigned)(v % shards) + 1;
}

void
lister_begin(struct lister *l, const struct ct_key *key)
{
	free(l->name);
	free(l->head);
	l->files = !key;
	l->azure = key && key->azure;
	l->name = key ? ct_strdup(key->name) : NULL;
	l->head = key ? ct_printf("{\"id\":\"%s://%s/",
			    key->azure ? "az" : "s3", key->name)
		      : ct_strdup("{\"id\":\"");
	l->headlen = strlen(l->head);
}

void
lister_bad(struct lister *l, int code, const char *fmt, ...)
{
	char msg[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(msg, sizeof msg, fmt, ap);
	va_end(ap);
	ct_warn("%s", msg);
	l->show.in++;
	ct_tally(&l->tally, "error");
	l->status = code > l->status ? code : l->status;
}

static void
text(struct ct_text *t, const char *s)
{
	ct_text_add(t, s, strlen(s));
}

/* Where one begins that a string has only escaped. */
static size_t
safe(const char *s, size_t from, size_t len)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	const uint64_t one = 0x0101010101010101U, top = 0x80 * one;
	uint64_t x, quote, slash, found;

	for (; len - from >= sizeof x; from += sizeof x) {
		memcpy(&x, s + from, sizeof x);
		quote = x ^ '"' * one;
		slash = x ^ '\\' * one;
		found = (((quote - one) & ~quote) | ((slash - one) & ~slash) |
			    ((x - ' ' * one) & ~x)) &
		    top;
		if (found)
			return from + (size_t)(__builtin_ctzll(found) >> 3);
	}
#endif
	while (from < len && (unsigned char)s[from] >= ' ' && s[from] != '"' &&
	    s[from] != '\\')
		from++;
	return from;
}

/* As it stands between the quotes of a string. */
static void
escape(struct ct_text *t, const char *s, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	char u[6] = { '\\', 'u', '0', '0', 0, 0 };
	size_t i, from;

	for (from = 0; from < len; from = i + 1) {
		i = safe(s, from, len);
		ct_text_add(t, s + from, i - from);
		if (i == len)
			return;
		if (s[i] == '"' || s[i] == '\\') {
			ct_text_add(t, u, 1);
			ct_text_add(t, s + i, 1);
		} else {
			u[4] = hex[(unsigned char)s[i] >> 4];
			u[5] = hex[s[i] & 15];
			ct_text_add(t, u, 6);
		}
	}
}

static void
base64(struct ct_text *t, const char *key, size_t len)
{
	char *coded = ct_alloc(CT_BASE64_LEN(len) + 1, 1);

	ct_base64(key, len, coded);
	text(t, coded);
	free(coded);
}

static void
number(struct ct_text *t, int64_t n)
{
	char digit[24], *p = digit + sizeof digit;

	do
		*--p = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	ct_text_add(t, p, (size_t)(digit + sizeof digit - p));
}

/* {"id":"..." and of a file its path. */
static void
names(struct lister *l, const struct lister_object *o)
{
	struct ct_text *t = &l->line;
	bool plain = ct_key_plain(o->key, o->len);
	char *id;

	if (!l->files && plain) {
		ct_text_add(t, l->head, l->headlen);
		escape(t, o->key, o->len);
		text(t, "\",\"object\":{");
	} else if (!l->files) {
		id = ct_key_id(l->azure, l->name, o->key, o->len);
		text(t, "{\"id\":\"");
		escape(t, id, strlen(id));
		free(id);
		text(t, "\",\"object\":{\"key_b64\":\"");
		base64(t, o->key, o->len);
		text(t, "\"");
	} else if (plain) {
		text(t, "{\"id\":\"");
		escape(t, o->key, o->len);
		text(t, "\",\"path\":\"");
		escape(t, o->key, o->len);
		text(t, "\",\"object\":{");
	} else {
		text(t, "{\"id\":\"b64:");
		base64(t, o->key, o->len);
		text(t, "\",\"path_b64\":\"");
		base64(t, o->key, o->len);
		text(t, "\",\"object\":{");
	}
}

static void
members(struct lister *l, const struct lister_object *o)
{
	struct ct_text *t = &l->line;
	const char *comma = t->s[t->len - 1] == '{' ? "" : ",";

	if (o->bytes >= 0) {
		text(t, comma);
		text(t, "\"bytes\":");
		number(t, o->bytes);
		comma = ",";
	}
	if (*o->etag) {
		text(t, comma);
		text(t, "\"etag\":\"");
		escape(t, o->etag, strlen(o->etag));
		text(t, "\"");
		comma = ",";
	}
	if (*o->modified) {
		text(t, comma);
		text(t, "\"modified\":\"");
		text(t, o->modified);
		text(t, "\"");
	}
	text(t, "}}");
}

/* Its key is done with. */
static void
passed(struct lister *l, const struct lister_object *o)
{
	if (!l->how->checkpoint)
		return;
	if (l->aftercap <= o->len) {
		l->aftercap = 2 * (o->len + 1);
		l->after = ct_grow(l->after, l->aftercap, 1);
	}
	memcpy(l->after, o->key, o->len);
	l->after[o->len] = '\0';
	l->afterlen = o->len;
}

/* Why is it not listed?  NULL: it is. */
static const char *
left_out(const struct lister *l, const struct lister_object *o)
{
	int64_t ms;

	if (l->how->shards &&
	    ct_shard(o->key, o->len, l->how->shards) != l->how->shard)
		return "of other shards";
	/* what has no time may be new */
	if (l->how->since && *o->modified &&
	    ct_time_parse(o->modified, &ms) == 0 && ms < l->how->since)
		return "older";
	return NULL;
}

int
lister_put(struct lister *l, const struct lister_object *o, struct ct_err *err)
{
	const char *why = left_out(l, o);
	int rc;

	if (ct_stop)
		return LISTER_ENOUGH;
	if (!why && l->how->limit && l->left == 0)
		return LISTER_ENOUGH;
	l->show.in++;
	if (!why) {
		l->line.len = 0;
		names(l, o);
		members(l, o);
		rc = ct_out_line(&l->out, l->line.s, l->line.len, err);
		if (rc)
			return rc;
		l->show.out++;
		l->left--;
	}
	ct_tally(&l->tally, why ? why : "listed");
	passed(l, o);
	l->row++;
	if ((l->show.in & 255) == 0) {
		ct_progress_tick(&l->show);
		rc = ct_out_tick(&l->out, err);
		return rc ? rc : lister_mark(l, err);
	}
	return 0;
}
