/* vault_key.c - the keys that evidence is sealed to and opened with */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blake.h"
#include "hex.h"
#include "prog.h"
#include "vault_keys.h"

const struct ct_keyfile_kind vault_public = { "ct-vault-public 1 ", 0,
	{ crypto_box_PUBLICKEYBYTES } };
const struct ct_keyfile_kind vault_month = { "ct-vault-public 2 ", 1,
	{ crypto_box_PUBLICKEYBYTES, 32, CT_SIGNET_LEN } };
const struct ct_keyfile_kind vault_secret = { "ct-vault-secret 1 ", 0,
	{ crypto_box_SECRETKEYBYTES } };
const struct ct_keyfile_kind vault_share = { "ct-vault-share 1 ", 3,
	{ 32, VAULT_SECRET } };

_Static_assert(VAULT_SECRET == crypto_box_SECRETKEYBYTES, "what is shared");

static const struct ct_keyfile_kind *const secrets[] = { &vault_secret,
	&vault_share, NULL };
static const char secret_what[] = "secret key of ct-vault";

void
vault_pub_name(struct ct_vault_pub *pub)
{
	struct ct_blake b;

	ct_blake_start(&b, sizeof pub->id, NULL);
	ct_blake_add(&b, pub->key, sizeof pub->key);
	ct_blake_end(&b, pub->id, sizeof pub->id);
}

/* The month of a key's words. */
static int
month_of(const struct ct_keyfile *k, char month[CT_VAULT_MONTH])
{
	const char *text = k->text + strlen(vault_month.begin);
	char name[CT_VAULT_MONTH];

	(void)snprintf(name, sizeof name, "%s", text);
	return strlen(text) == CT_VAULT_MONTH ? vault_month_add(name, 0, month)
					      : -1;
}

int
ct_vault_pub_read(
    struct ct_vault_pub *pub, const char *path, struct ct_err *err)
{
	static const struct ct_keyfile_kind *const kinds[] = { &vault_public,
		&vault_month, NULL };
	static const char what[] = "public key of ct-vault";
	struct ct_keyfile k;
	int rc = ct_keyfile_read(&k, kinds, false, path, what, err);

	memset(pub, 0, sizeof *pub);
	if (rc)
		return rc;
	if (k.kind == &vault_month) {
		if (month_of(&k, pub->month) < 0)
			return ct_fail(
			    err, CT_CONFIG, "'%s' is of no month", path);
		memcpy(pub->root, k.raw + VAULT_AT_ROOT, sizeof pub->root);
		memcpy(pub->signature, k.raw + VAULT_AT_SIGNATURE,
		    sizeof pub->signature);
	}
	memcpy(pub->key, k.raw, sizeof pub->key);
	vault_pub_name(pub);
	return 0;
}

/* The shares of one key among the files. */
struct shares {
	const struct ct_keyfile *one; /* any of them */
	unsigned need, of;
	uint8_t place[CT_VAULT_KEYS_MAX];
	const uint8_t *share[CT_VAULT_KEYS_MAX];
	size_t n; /* different ones */
};

/* The next word as a number from 1 to 255; 0: it is none. */
static unsigned
number(const char **p)
{
	char *end;
	unsigned long n;

	if (**p < '1' || **p > '9')
		return 0;
	n = strtoul(*p, &end, 10);
	*p = end + 1; /* a blank is behind each word */
	return *end == ' ' && n <= 255 ? (unsigned)n : 0;
}

/* K, N and I of a share's words. */
static int
numbers(const struct ct_keyfile *k, unsigned *need, unsigned *of, unsigned *at)
{
	const char *p = k->text + strlen(vault_share.begin);

	return (*need = number(&p)) > 0 && (*of = number(&p)) >= *need &&
		(*at = number(&p)) > 0 && *at <= *of
	    ? 0
	    : -1;
}

/* One more of them, of the file path.  The same one twice counts once. */
static int
add(struct shares *s, const struct ct_keyfile *k, const char *path,
    struct ct_err *err)
{
	const uint8_t *share = k->raw + VAULT_AT_SHARE;
	unsigned need, of, at;
	size_t i = 0;

	if (numbers(k, &need, &of, &at) < 0)
		return ct_fail(err, CT_CONFIG, "'%s' is no share", path);
	if (s->n == 0) {
		s->need = need;
		s->of = of;
	}
	while (i < s->n && s->place[i] != at)
		i++;
	if (need != s->need || of != s->of ||
	    (i < s->n && !ct_same(share, s->share[i], VAULT_SECRET)))
		return ct_fail(err, CT_CONFIG,
		    "'%s' is of another cutting into shares", path);
	s->place[i] = (uint8_t)at;
	s->share[i] = share;
	s->n += i == s->n;
	return 0;
}

/* All shares among the n files of the key that k[at] is a share of. */
static int
gather(struct shares *s, const struct ct_keyfile *k, const char *const path[],
    size_t n, size_t at, struct ct_err *err)
{
	int rc = 0;

	*s = (struct shares){ .one = &k[at] };
	for (size_t i = at; !rc && i < n; i++)
		if (k[i].kind == &vault_share &&
		    memcmp(k[i].raw, k[at].raw, VAULT_AT_SHARE) == 0)
			rc = add(s, &k[i], path[i], err);
	return rc;
}

/* Is k[at] a share, and none before it of the same key? */
static bool
first(const struct ct_keyfile *k, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (k[i].kind == k[at].kind &&
		    memcmp(k[i].raw, k[at].raw, VAULT_AT_SHARE) == 0)
			return false;
	return k[at].kind == &vault_share;
}

/* Enough of each key?  Too few of more than one are no set at all. */
static int
enough(const struct ct_keyfile *k, const char *const path[], size_t n,
    struct ct_err *err)
{
	struct shares s;
	int rc;

	err->code = 0;
	for (size_t i = 0; i < n; i++) {
		if (!first(k, i))
			continue;
		if ((rc = gather(&s, k, path, n, i, err)))
			return rc;
		if (s.n >= s.need)
			continue;
		if (err->code)
			return ct_fail(err, CT_CONFIG,
			    "'%s' is a share of another key than the rest, "
			    "and none has enough",
			    path[i]);
		(void)ct_fail(err, CT_NOPERM,
		    "'%s': of the %u shares of this key %u are needed: %zu "
		    "missing",
		    path[i], s.of, s.need, s.need - s.n);
	}
	return err->code;
}

static int
combine(struct ct_vault_key *key, const struct shares *s)
{
	vault_join(s->place, s->share, s->n, key->secret);
	if (crypto_scalarmult_base(key->pub.key, key->secret) != 0)
		return -1;
	vault_pub_name(&key->pub);
	return memcmp(key->pub.id, s->one->raw, sizeof key->pub.id) == 0 ? 0
									 : -1;
}

/* The key of file at, or the one that it is the first share of; NULL if it is
 * another of its shares. */
static int
make(struct ct_vault_key **out, const struct ct_keyfile *k,
    const char *const path[], size_t n, size_t at, struct ct_err *err)
{
	struct ct_vault_key *key;
	struct shares s;
	int rc = 0;

	if (k[at].kind == &vault_share && !first(k, at))
		return 0;
	if (!(key = *out = ct_locked(sizeof *key, err)))
		return err->code;
	if (k[at].kind == &vault_secret) {
		memcpy(key->secret, k[at].raw, sizeof key->secret);
		if (crypto_scalarmult_base(key->pub.key, key->secret) != 0)
			rc = ct_fail(err, CT_CONFIG,
			    "'%s' is no secret key of ct-vault", path[at]);
		vault_pub_name(&key->pub);
	} else if (!(rc = gather(&s, k, path, n, at, err)) &&
	    combine(key, &s) < 0) {
		rc = ct_fail(err, CT_CONFIG,
		    "the shares with '%s' do not make its key: one is wrong",
		    path[at]);
	}
	return rc;
}

int
ct_vault_keys_read(struct ct_vault_key *key[], const char *const path[],
    size_t n, struct ct_err *err)
{
	struct ct_keyfile *k;
	size_t i;
	int rc = 0;

	if (n == 0)
		return 0;
	if (!(k = ct_locked(n * sizeof *k, err)))
		return err->code;
	for (i = 0; i < n; i++)
		key[i] = NULL;
	for (i = 0; !rc && i < n; i++)
		rc = ct_keyfile_read(
		    &k[i], secrets, true, path[i], secret_what, err);
	if (!rc)
		rc = enough(k, path, n, err);
	for (i = 0; !rc && i < n; i++)
		rc = make(&key[i], k, path, n, i, err);
	for (i = 0; !rc && i < n; i++) /* shares: the key that they made */
		for (size_t j = 0; !key[i]; j++)
			if (key[j] && k[j].kind == &vault_share &&
			    memcmp(k[j].raw, k[i].raw, VAULT_AT_SHARE) == 0)
				key[i] = key[j];
	ct_locked_free(k);
	if (rc)
		ct_vault_keys_free(key, n);
	return rc;
}

int
vault_key_id(const char *path, char id[2 * 32 + 1], struct ct_err *err)
{
	struct ct_keyfile *k = ct_locked(sizeof *k, err);
	struct ct_vault_pub pub = { 0 };
	int rc;

	if (!k)
		return err->code;
	rc = ct_keyfile_read(k, secrets, true, path, secret_what, err);
	if (!rc && k->kind == &vault_share)
		ct_hex(k->raw, 32, id);
	else if (!rc && crypto_scalarmult_base(pub.key, k->raw) != 0)
		rc =
		    ct_fail(err, CT_CONFIG, "'%s' is no %s", path, secret_what);
	else if (!rc) {
		vault_pub_name(&pub);
		ct_hex(pub.id, sizeof pub.id, id);
	}
	ct_locked_free(k);
	return rc;
}

void
ct_vault_keys_free(struct ct_vault_key *key[], size_t n)
{
	size_t i;

	while (n-- > 0) {
		for (i = 0; i < n && key[i] != key[n]; i++)
			;
		if (i == n) /* the last place that has it */
			ct_vault_key_free(key[n]);
	}
}

int
ct_vault_key_read(
    struct ct_vault_key **key, const char *path, struct ct_err *err)
{
	return ct_vault_keys_read(key, &path, 1, err);
}

void
ct_vault_key_free(struct ct_vault_key *key)
{
	ct_locked_free(key);
}
