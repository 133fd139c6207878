#include "entry.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "blake.h"
#include "ham.h"
#include "hex.h"
#include "pdna.h"
#include "prog.h"
#include "url.h"

#define NO_BYTES                           \
	"e3b0c44298fc1c149afbf4c8996fb924" \
	"27ae41e4649b934ca495991b7852b855"
#define BASE64 (CT_PDNA_LEN / 3 * 4) /* characters of a PhotoDNA hash */

static const struct type {
	const char *name;
	size_t len;
	const char *null; /* its value for the empty file */
} types[] = {
	{ "md5", 16, "d41d8cd98f00b204e9800998ecf8427e" },
	{ "sha1", 20, "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
	{ "sha256", 32, NO_BYTES },
	{ "sha512", 64,
	    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
	    "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3"
	    "e" },
	{ "pdq", CT_HASH_LEN, NULL },
	{ "pdna", CT_PDNA_LEN, NULL },
	{ "vpdq", 32, NO_BYTES },
	{ "tmk", 32, NO_BYTES },
	{ CT_SIGNAL_URL, CT_URL_HASH, NULL },
};

static const struct type *
find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof types / sizeof types[0]; i++)
		if (strcmp(types[i].name, name) == 0)
			return &types[i];
	return NULL;
}

size_t
ct_signal_len(const char *name)
{
	const struct type *t = find(name);

	return t ? t->len : 0;
}

/* PHOTODNA, Sha-256 and such become what the table and the list call them. */
static bool
name_of(char out[CT_SIGNAL_TYPE], const char *name)
{
	size_t i;

	if (!*name || strlen(name) >= CT_SIGNAL_TYPE)
		return false;
	for (i = 0; name[i]; i++) {
		if (!isalnum((unsigned char)name[i]) && !strchr("-_", name[i]))
			return false;
		out[i] = (char)tolower((unsigned char)name[i]);
		if (out[i] == '-')
			out[i] = '_';
	}
	out[i] = '\0';
	if (strncmp(out, "sha_", 4) == 0)
		memmove(out + 3, out + 4, strlen(out + 4) + 1);
	return true;
}

bool
ct_signal_matched(const char *type)
{
	char name[CT_SIGNAL_TYPE];

	return name_of(name, type) && find(name);
}

static const char *
take_hex(struct ct_signal *s, const char *text, size_t len, size_t want)
{
	if (len != 2 * want)
		return "length";
	s->hash = ct_alloc(want, 1);
	s->len = want;
	return ct_unhex(text, s->hash, want) < 0 ? "alphabet" : NULL;
}

/* What a character stands for, plus 1; 0: it is none of base64. */
static const uint8_t sixty_four[256] = {
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	63,
	0,
	0,
	0,
	64,
	53,
	54,
	55,
	56,
	57,
	58,
	59,
	60,
	61,
	62,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	1,
	2,
	3,
	4,
	5,
	6,
	7,
	8,
	9,
	10,
	11,
	12,
	13,
	14,
	15,
	16,
	17,
	18,
	19,
	20,
	21,
	22,
	23,
	24,
	25,
	26,
	0,
	0,
	0,
	0,
	0,
	0,
	27,
	28,
	29,
	30,
	31,
	32,
	33,
	34,
	35,
	36,
	37,
	38,
	39,
	40,
	41,
	42,
	43,
	44,
	45,
	46,
	47,
	48,
	49,
	50,
	51,
	52,
	0,
	0,
	0,
	0,
	0,
};

/* 4 characters to 3 bytes of out; false: one is none of base64. */
static bool
base64(const char *text, size_t len, uint8_t *out)
{
	const unsigned char *in = (const unsigned char *)text;
	uint8_t a, b, c, d;
	uint32_t word;

	for (; len; len -= 4, in += 4) {
		a = sixty_four[in[0]];
		b = sixty_four[in[1]];
		c = sixty_four[in[2]];
		d = sixty_four[in[3]];
		if (!a || !b || !c || !d)
			return false;
		word =
		    (a - 1u) << 18 | (b - 1u) << 12 | (c - 1u) << 6 | (d - 1u);
		*out++ = (uint8_t)(word >> 16);
		*out++ = (uint8_t)(word >> 8);
		*out++ = (uint8_t)word;
	}
	return true;
}

bool
ct_signal_pdna(const char *text, size_t len, uint8_t out[CT_PDNA_LEN])
{
	return len == BASE64
	    ? base64(text, len, out)
	    : len == 2 * CT_PDNA_LEN && ct_unhex(text, out, CT_PDNA_LEN) == 0;
}

static const char *
take_base64(struct ct_signal *s, const char *text, size_t len)
{
	s->len = len / 4 * 3;
	s->hash = ct_alloc(s->len, 1);
	return base64(text, len, s->hash) ? NULL : "alphabet";
}

const char *
ct_url_hash(const char *text, size_t len, uint8_t hash[CT_URL_HASH])
{
	char form[CT_URL_MAX];
	const char *why = ct_url_normal(text, len, form, &len);

	if (!why)
		ct_blake_sha256(form, len, hash);
	return why;
}

/* An address, or the digest of one. */
static const char *
take_url(struct ct_signal *s, const char *text, size_t len)
{
	if (len == 2 * CT_URL_HASH && !take_hex(s, text, len, CT_URL_HASH))
		return NULL;
	free(s->hash);
	s->len = CT_URL_HASH;
	s->hash = ct_alloc(s->len, 1);
	return ct_url_hash(text, len, s->hash);
}

static bool
is_null(const struct ct_signal *s, const struct type *t)
{
	uint8_t empty[64];
	size_t i;

	if (t->null)
		return ct_unhex(t->null, empty, s->len) == 0 &&
		    memcmp(empty, s->hash, s->len) == 0;
	for (i = 1; i < s->len && s->hash[i] == s->hash[0]; i++)
		;
	return i == s->len && (s->hash[0] == 0 || s->hash[0] == 0xff);
}

static const char *
take(struct ct_signal *s, const char *text, size_t len)
{
	const struct type *t = find(s->type);
	const char *why;

	if (t) {
		why = strcmp(t->name, CT_SIGNAL_URL) == 0
		    ? take_url(s, text, len)
		    : strcmp(t->name, "pdna") == 0 && len == BASE64
		    ? take_base64(s, text, len)
		    : take_hex(s, text, len, t->len);
		return why ? why : is_null(s, t) ? "null-signal" : NULL;
	}
	if (len == 0 || len > CT_SIGNAL_MAX)
		return "length";
	s->hash = ct_alloc(len, 1);
	s->len = len;
	memcpy(s->hash, text, len);
	return NULL;
}

const char *
ct_signal_parse(struct ct_signal *s, const char *type, const char *text)
{
	const char *why;
	size_t len;

	*s = (struct ct_signal){ .opinion = "positive" };
	if (!name_of(s->type, type))
		return "type";
	text += strspn(text, " \t\r\n");
	len = strlen(text);
	while (len && strchr(" \t\r\n", text[len - 1]))
		len--;
	why = take(s, text, len);
	if (why) {
		free(s->hash);
		s->hash = NULL;
		s->len = 0;
	}
	return why;
}

static bool
fits(const char *s)
{
	return !s || strnlen(s, 1025) <= 1024;
}

bool
ct_entry_fits(const struct ct_entry *e)
{
	return fits(e->member) && fits(e->entry) && fits(e->content) &&
	    fits(e->classification) && fits(e->at);
}

void
ct_signal_name(const struct ct_signal *sig, char name[CT_SIGNAL_NAME])
{
	uint8_t digest[CT_SIGNAL_NAME / 2];
	struct ct_blake b;

	ct_blake_start(&b, sizeof digest, NULL);
	ct_blake_field(&b, sig->type);
	ct_blake_add(&b, sig->hash, sig->len);
	ct_blake_end(&b, digest, sizeof digest);
	ct_hex(digest, sizeof digest, name);
}

bool
ct_signal_flat(const struct ct_signal *s)
{
	return (strcmp(s->type, "pdq") == 0 && ct_ham_flat(s->hash)) ||
	    (strcmp(s->type, "pdna") == 0 && ct_pdna_flat(s->hash));
}

void
ct_entry_key(const char *source, const char *member, const char *entry,
    const char *content, uint8_t key[CT_ENTRY_KEY])
{
	struct ct_blake b;

	ct_blake_start(&b, CT_ENTRY_KEY, NULL);
	ct_blake_field(&b, source);
	ct_blake_field(&b, member);
	ct_blake_field(&b, entry);
	ct_blake_field(&b, content);
	ct_blake_end(&b, key, CT_ENTRY_KEY);
}
