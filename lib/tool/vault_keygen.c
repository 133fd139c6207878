/* vault_keygen.c - new keys: plain, of months, in shares */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blake.h"
#include "prog.h"
#include "vault_keys.h"

/* A key pair being made; all of it in locked memory. */
struct making {
	struct ct_vault_key key;
	struct ct_keyfile file;
	uint8_t random[CT_VAULT_KEYS_MAX][VAULT_SECRET];
	uint8_t share[CT_VAULT_KEYS_MAX][VAULT_SECRET];
};

/* Does what is sealed to this pair open again? */
static bool
works(const struct ct_vault_key *key)
{
	uint8_t probe[32], back[32], box[32 + crypto_box_SEALBYTES];

	ct_random(probe, sizeof probe);
	return crypto_box_seal(box, probe, sizeof probe, key->pub.key) == 0 &&
	    crypto_box_seal_open(
		back, box, sizeof box, key->pub.key, key->secret) == 0 &&
	    ct_same(probe, back, sizeof probe);
}

/* Do the first and the last of so many shares make the key? */
static bool
joins(struct making *m, size_t need, size_t of)
{
	const uint8_t *share[CT_VAULT_KEYS_MAX];
	uint8_t place[CT_VAULT_KEYS_MAX];
	bool same = true;

	for (size_t from = 0; same; from = of - need) {
		for (size_t i = 0; i < need; i++) {
			place[i] = (uint8_t)(from + i + 1);
			share[i] = m->share[from + i];
		}
		vault_join(place, share, need, m->random[0]);
		same = ct_same(m->random[0], m->key.secret, VAULT_SECRET);
		if (from == of - need)
			break;
	}
	return same;
}

static int
make(struct making *m, size_t need, size_t of, struct ct_err *err)
{
	if (crypto_box_keypair(m->key.pub.key, m->key.secret) != 0 ||
	    !works(&m->key))
		return ct_fail(
		    err, CT_SOFTWARE, "a new key pair does not work");
	vault_pub_name(&m->key.pub);
	if (of == 0)
		return 0;
	ct_random(m->random, sizeof m->random);
	vault_split(m->key.secret, m->random[0], need, of, m->share);
	return joins(m, need, of)
	    ? 0
	    : ct_fail(err, CT_SOFTWARE, "new shares do not work");
}

static void
public_half(struct ct_keyfile *k, const struct ct_vault_pub *pub,
    const char *month, const struct ct_signet *root)
{
	*k =
	    (struct ct_keyfile){ .kind = month ? &vault_month : &vault_public };
	(void)snprintf(k->text, sizeof k->text, "%s%s%s", k->kind->begin,
	    month ? month : "", month ? " " : "");
	memcpy(k->raw, pub->key, sizeof pub->key);
	if (month) {
		memcpy(k->raw + VAULT_AT_ROOT, ct_signet_public(root)->id, 32);
		vault_month_sign(k, root);
	}
}

static void
secret_half(struct making *m)
{
	m->file.kind = &vault_secret;
	(void)snprintf(
	    m->file.text, sizeof m->file.text, "%s", vault_secret.begin);
	memcpy(m->file.raw, m->key.secret, VAULT_SECRET);
}

static void
share_of(struct making *m, size_t need, size_t of, size_t i)
{
	m->file.kind = &vault_share;
	(void)snprintf(m->file.text, sizeof m->file.text, "%s%zu %zu %zu ",
	    vault_share.begin, need, of, i + 1);
	memcpy(m->file.raw, m->key.pub.id, VAULT_AT_SHARE);
	memcpy(m->file.raw + VAULT_AT_SHARE, m->share[i], VAULT_SECRET);
}

/* All shares and the public half, or none. */
static int
write_shares(struct making *m, const struct ct_vault_new *new,
    const struct ct_keyfile *pub, const char *name, struct ct_err *err)
{
	char *path;
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < new->of; i++) {
		share_of(m, new->need, new->of, i);
		path = ct_printf(".%zu.share", i + 1);
		rc = ct_keyfile_write(&m->file, true, name, path, err);
		free(path);
	}
	if (!rc)
		rc = ct_keyfile_write(pub, false, name, ".pub", err);
	else
		i--; /* not made */
	for (; rc && i > 0; i--) {
		path = ct_printf("%s.%zu.share", name, i);
		(void)unlink(path);
		free(path);
	}
	return rc;
}

static int
one(struct making *m, const struct ct_vault_new *new, const char *name,
    const char *month, struct ct_err *err)
{
	struct ct_keyfile pub;
	int rc = make(m, new->need, new->of, err);

	if (rc)
		return rc;
	public_half(&pub, &m->key.pub, month, new->root);
	if (new->of > 0)
		return write_shares(m, new, &pub, name, err);
	secret_half(m);
	return ct_keyfile_pair(&m->file, &pub, name, err);
}

/* Is none of the files there yet? */
static int
absent(const struct ct_vault_new *new, const char *name, struct ct_err *err)
{
	int rc = ct_keyfile_absent(name, ".pub", err);
	char *suffix;

	if (!rc && new->of == 0)
		return ct_keyfile_absent(name, ".key", err);
	for (size_t i = 0; !rc && i < new->of; i++) {
		suffix = ct_printf(".%zu.share", i + 1);
		rc = ct_keyfile_absent(name, suffix, err);
		free(suffix);
	}
	return rc;
}

/* For each month: m NULL: may its files be made?  Else make them. */
static int
months(const struct ct_vault_new *new, struct making *m, struct ct_err *err)
{
	char month[CT_VAULT_MONTH], *name;
	int rc = 0;

	for (size_t i = 0; !rc && i < new->months; i++) {
		if (vault_month_add(new->month, (long)i, month) < 0)
			return ct_fail(err, CT_USAGE, "no such month");
		name = ct_printf("%s-%s", new->name, month);
		rc = m ? one(m, new, name, month, err) : absent(new, name, err);
		free(name);
	}
	return rc;
}

int
ct_vault_keygen_new(const struct ct_vault_new *new, struct ct_err *err)
{
	struct making *m;
	int rc;

	if (new->of > CT_VAULT_KEYS_MAX || new->need > new->of ||
	    (new->of > 0 && new->need < 2))
		return ct_fail(err, CT_USAGE, "no such shares");
	rc = new->month ? months(new, NULL, err) : absent(new, new->name, err);
	if (rc)
		return rc;
	if (!(m = ct_locked(sizeof *m, err)))
		return err->code;
	rc = new->month ? months(new, m, err)
			: one(m, new, new->name, NULL, err);
	ct_locked_free(m);
	return rc;
}

int
ct_vault_keygen(const char *name, struct ct_err *err)
{
	struct ct_vault_new new = { .name = name };

	return ct_vault_keygen_new(&new, err);
}
