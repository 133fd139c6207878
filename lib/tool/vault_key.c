/* vault_key.c - key files, and secret keys in memory that never leaves RAM */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "blake.h"
#include "file.h"
#include "hex.h"
#include "prog.h"
#include "vault_format.h"

#define KEY ((size_t)32)
#define CHECK ((size_t)8)
#define PUBLIC "ct-vault-public 1 "
#define SECRET "ct-vault-secret 1 "
#define PREFIX (sizeof PUBLIC - 1)
#define LINE (PREFIX + 2 * KEY + 1 + 2 * CHECK + 1)

_Static_assert(sizeof PUBLIC == sizeof SECRET, "both lines are as long");

static void
key_id(struct ct_vault_pub *pub)
{
	struct ct_blake b;

	ct_blake_start(&b, sizeof pub->id, NULL);
	ct_blake_add(&b, pub->key, sizeof pub->key);
	ct_blake_end(&b, pub->id, sizeof pub->id);
}

/* What tells a key file that was cut or mistyped from a whole one. */
static void
check_of(const char *prefix, const uint8_t key[KEY], uint8_t check[CHECK])
{
	struct ct_blake b;
	uint8_t sum[KEY];

	ct_blake_start(&b, sizeof sum, NULL);
	ct_blake_add(&b, prefix, PREFIX);
	ct_blake_add(&b, key, KEY);
	ct_blake_end(&b, sum, sizeof sum);
	memcpy(check, sum, CHECK);
	ct_wipe(sum, sizeof sum);
}

/* PREFIX, key and check in hex, a newline; line has room for a NUL more. */
static void
format(const char *prefix, const uint8_t key[KEY], char line[LINE + 1])
{
	uint8_t check[CHECK];

	check_of(prefix, key, check);
	memcpy(line, prefix, PREFIX);
	ct_hex(key, KEY, line + PREFIX);
	line[PREFIX + 2 * KEY] = ' ';
	ct_hex(check, CHECK, line + PREFIX + 2 * KEY + 1);
	memcpy(line + LINE - 1, "\n", 2);
}

static int
parse(const char *prefix, const char *line, size_t len, uint8_t key[KEY])
{
	uint8_t check[CHECK], want[CHECK];

	if (len != LINE || memcmp(line, prefix, PREFIX) != 0 ||
	    line[LINE - 1] != '\n' || line[PREFIX + 2 * KEY] != ' ' ||
	    ct_unhex(line + PREFIX, key, KEY) < 0 ||
	    ct_unhex(line + PREFIX + 2 * KEY + 1, check, CHECK) < 0)
		return -1;
	check_of(prefix, key, want);
	return memcmp(check, want, CHECK) == 0 ? 0 : -1;
}

int
ct_vault_pub_read(
    struct ct_vault_pub *pub, const char *path, struct ct_err *err)
{
	uint8_t *text;
	size_t len;
	int rc = ct_file_read(path, LINE, &text, &len, err);

	if (rc == CT_DATAERR)
		return ct_fail(
		    err, CT_CONFIG, "'%s' is no public key of ct-vault", path);
	if (rc)
		return rc;
	if (parse(PUBLIC, (char *)text, len, pub->key) < 0)
		rc = ct_fail(err, CT_CONFIG,
		    "'%s' is no public key of ct-vault, or damaged", path);
	free(text);
	key_id(pub);
	return rc;
}

/* Zeroed memory for secrets; sodium_malloc alone does not say if it is locked.
 */
static void *
locked(size_t len, struct ct_err *err)
{
	static const struct rlimit none = { 0, 0 };
	void *p;

	if (sodium_init() < 0 || setrlimit(RLIMIT_CORE, &none) < 0 ||
	    !(p = sodium_malloc(len))) {
		(void)ct_fail(err, CT_OSERR, "no memory for secret keys");
		return NULL;
	}
	if (sodium_mlock(p, len) < 0) {
		sodium_free(p);
		(void)ct_fail_errno(err, CT_NOPERM,
		    "cannot lock memory for secret keys (ulimit -l)");
		return NULL;
	}
	sodium_memzero(p, len);
	return p;
}

static int
read_secret(
    struct ct_vault_key *key, const char *path, char *line, struct ct_err *err)
{
	int fd = ct_file_secret_open(path, err);
	ssize_t n;

	if (fd < 0)
		return err->code;
	n = ct_read_full(fd, line, LINE + 1);
	(void)close(fd);
	if (n < 0)
		return ct_fail_errno(err, CT_IOERR, "cannot read '%s'", path);
	if (parse(SECRET, line, (size_t)n, key->secret) < 0 ||
	    crypto_scalarmult_base(key->pub.key, key->secret) != 0)
		return ct_fail(err, CT_CONFIG,
		    "'%s' is no secret key of ct-vault, or damaged", path);
	key_id(&key->pub);
	return 0;
}

int
ct_vault_key_read(
    struct ct_vault_key **out, const char *path, struct ct_err *err)
{
	struct ct_vault_key *key = locked(sizeof *key, err);
	char *line = key ? locked(LINE + 1, err) : NULL;
	int rc;

	*out = NULL;
	rc = line ? read_secret(key, path, line, err) : err->code;
	sodium_free(line);
	if (rc)
		ct_vault_key_free(key);
	else
		*out = key;
	return rc;
}

void
ct_vault_key_free(struct ct_vault_key *key)
{
	sodium_free(key);
}

int
ct_vault_keys_read(struct ct_vault_key *key[], const char *const path[],
    size_t n, struct ct_err *err)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (ct_vault_key_read(&key[i], path[i], err)) {
			ct_vault_keys_free(key, i);
			return err->code;
		}
	return 0;
}

void
ct_vault_keys_free(struct ct_vault_key *key[], size_t n)
{
	while (n > 0)
		ct_vault_key_free(key[--n]);
}

/* Does what is sealed to this pair open again? */
static int
works(const struct ct_vault_key *key)
{
	uint8_t probe[KEY], back[KEY], box[KEY + crypto_box_SEALBYTES];

	ct_random(probe, sizeof probe);
	return crypto_box_seal(box, probe, sizeof probe, key->pub.key) == 0 &&
	    crypto_box_seal_open(
		back, box, sizeof box, key->pub.key, key->secret) == 0 &&
	    ct_same(probe, back, sizeof probe);
}

static int
write_new(const char *name, const char *suffix, mode_t mode, const char *line,
    struct ct_err *err)
{
	char *path = ct_printf("%s%s", name, suffix);
	int rc = ct_file_create(path, mode, line, LINE, err);

	free(path);
	return rc;
}

int
ct_vault_keygen(const char *name, struct ct_err *err)
{
	struct ct_vault_key *key = locked(sizeof *key, err);
	char *line = key ? locked(LINE + 1, err) : NULL;
	char *pub = ct_printf("%s.pub", name);
	int rc = line ? 0 : err->code;

	/* before the secret is written: a pair that is half there is a trap */
	if (!rc && access(pub, F_OK) == 0)
		rc = ct_fail(err, CT_CANTCREAT, "'%s' exists", pub);
	if (!rc &&
	    (crypto_box_keypair(key->pub.key, key->secret) != 0 || !works(key)))
		rc = ct_fail(err, CT_SOFTWARE, "a new key pair does not work");
	if (!rc) {
		format(SECRET, key->secret, line);
		rc = write_new(name, ".key", 0600, line, err);
	}
	if (!rc) {
		format(PUBLIC, key->pub.key, line);
		rc = write_new(name, ".pub", 0644, line, err);
	}
	free(pub);
	sodium_free(line);
	ct_vault_key_free(key);
	return rc;
}
