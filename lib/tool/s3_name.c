/* s3_name.c - the ids of objects: s3://NAME/KEY, whatever bytes a key has */
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "s3.h"

/* The bytes of one character of UTF-8, as RFC 3629 has it; 0: none. */
static size_t
character(const unsigned char *s, size_t len)
{
	static const struct {
		unsigned char lo, hi, second, top;
		size_t n;
	} form[] = { { 0x01, 0x7f, 0, 0, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 } };
	size_t i, k;

	for (i = 0; i < sizeof form / sizeof form[0]; i++) {
		if (s[0] < form[i].lo || s[0] > form[i].hi)
			continue;
		if (len < form[i].n ||
		    (form[i].n > 1 &&
			(s[1] < form[i].second || s[1] > form[i].top)))
			return 0;
		for (k = 2; k < form[i].n; k++)
			if (s[k] < 0x80 || s[k] > 0xbf)
				return 0;
		return form[i].n;
	}
	return 0;
}

bool
ct_key_plain(const char *key, size_t len)
{
	const uint64_t one = 0x0101010101010101U, top = 0x80 * one;
	const unsigned char *s = (const unsigned char *)key;
	uint64_t x;
	size_t i, n;

	for (i = 0; i < len; i += n) {
		if (len - i >= sizeof x) {
			memcpy(&x, s + i, sizeof x);
			n = sizeof x;
			/* eight of ASCII, none of them a NUL */
			if (!((x | (x - one)) & top))
				continue;
		}
		if (s[i] - 1U < 0x7f)
			n = 1;
		else if (!(n = character(s + i, len - i)))
			return false;
	}
	return true;
}

char *
ct_key_id(bool azure, const char *name, const char *key, size_t len)
{
	return ct_key_id_as(ct_key_plain(key, len), azure, name, key, len);
}

char *
ct_key_id_as(
    bool plain, bool azure, const char *name, const char *key, size_t len)
{
	static const char digit[] = "0123456789ABCDEF";
	char *id = ct_alloc(strlen(name) + 3 * len + 8, 1), *p;
	size_t i, n;

	p = stpcpy(stpcpy(id, azure ? "az://" : "s3://"), name);
	p = stpcpy(p, plain ? "/" : "%/");
	for (i = 0; i < len; i += n) {
		n = plain ? len
			  : character((const unsigned char *)key + i, len - i);
		if (n && (plain || key[i] != '%')) {
			memcpy(p, key + i, n);
			p += n;
			continue;
		}
		*p++ = '%';
		*p++ = digit[(unsigned char)key[i] >> 4];
		*p++ = digit[key[i] & 15];
		n = 1;
	}
	*p = '\0';
	return id;
}

int
ct_key_parse(struct ct_key *key, const char *id, size_t len, struct ct_err *err)
{
	const char *slash, *end = id + len;
	bool coded;
	size_t n, i;

	*key = (struct ct_key){ .azure = len > 5 && memcmp(id, "az", 2) == 0 };
	if (len < 5 || memcmp(id + 2, "://", 3) != 0 ||
	    (!key->azure && memcmp(id, "s3", 2) != 0))
		return CT_NO;
	id += 5;
	slash = memchr(id, '/', (size_t)(end - id));
	n = (size_t)((slash ? slash : end) - id);
	coded = slash && n && id[n - 1] == '%';
	n -= coded;
	key->name = ct_alloc(n + 1, 1);
	memcpy(key->name, id, n);
	for (i = 0; i < n; i++)
		if (!key->name[i] || key->name[i] == '%')
			n = 0;
	key->len = slash ? (size_t)(end - slash - 1) : 0;
	key->key = ct_alloc(key->len + 1, 1);
	if (key->len)
		memcpy(key->key, slash + 1, key->len);
	if (coded) {
		int64_t left = ct_s3_unescape(key->key, key->len, false);

		n = left < 0 ? 0 : n;
		key->len = left < 0 ? 0 : (size_t)left;
		key->key[key->len] = '\0';
	}
	if (!n || key->len > CT_KEY_MAX)
		return ct_fail(err, CT_DATAERR, "a malformed id of an object");
	return 0;
}

void
ct_key_free(struct ct_key *key)
{
	free(key->name);
	free(key->key);
	*key = (struct ct_key){ .name = NULL };
}
