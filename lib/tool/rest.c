/* rest.c - keys for what is at rest, as the configuration names them */
#include "rest_impl.h"

#include <stdlib.h>
#include <string.h>

#include "blake.h"
#include "conf.h"
#include "cred.h"
#include "hex.h"
#include "keyfile.h"
#include "prog.h"

#define BEGIN "ct-lists-key 1 "
#define WHAT "key for lists"
#define WORDS 2

static const struct ct_keyfile_kind kind = { BEGIN, 0, { CT_BLAKE_KEY } };
/* key, old_key */
static const char *const words[WORDS] = { "key", "old_key" };

struct ct_rest_key {
	char id[CT_REST_ID];
	struct ct_keyfile file;
};

static struct {
	const char *conf;
	bool known; /* the rest is what the configuration says */
	char *path[WORDS];
	struct ct_rest_key *key[WORDS]; /* NULL: not read yet */
} keys;

void
ct_rest_from(const char *conf)
{
	keys.conf = conf;
}

static int
load(struct ct_err *err)
{
	static const char *const all[] = { "key", "old_key", NULL };
	struct ct_conf *conf;
	const char *name;
	size_t i;
	int rc;

	if (keys.known)
		return 0;
	if ((rc = ct_conf_load(&conf, keys.conf, err)))
		return rc;
	rc = ct_conf_known(conf, "lists", all, err);
	for (i = 0; !rc && i < WORDS; i++) {
		name = ct_conf_get(conf, "lists", NULL, words[i]);
		keys.path[i] = name && *name ? ct_cred_path(name) : NULL;
	}
	ct_conf_free(conf);
	keys.known = rc == 0;
	return rc;
}

static void
name_it(struct ct_rest_key *key)
{
	uint8_t raw[CT_REST_ID / 2], sum[16];
	struct ct_blake b;

	ct_blake_start(&b, sizeof sum, key->file.raw);
	ct_blake_field(&b, "ct-lists-key name");
	ct_blake_end(&b, sum, sizeof sum);
	memcpy(raw, sum, sizeof raw);
	ct_hex(raw, sizeof raw, key->id);
}

/* keys.key[i]; NULL if the configuration names none. */
static int
key_at(size_t i, struct ct_err *err)
{
	static const struct ct_keyfile_kind *const kinds[] = { &kind, NULL };
	struct ct_rest_key *key;
	int rc = load(err);

	if (rc || !keys.path[i] || keys.key[i])
		return rc;
	if (!(key = ct_locked(sizeof *key, err)))
		return err->code;
	rc = ct_keyfile_read(&key->file, kinds, true, keys.path[i], WHAT, err);
	if (rc) {
		ct_locked_free(key);
		return rc == CT_NOINPUT ? err->code = CT_NOPERM : rc;
	}
	name_it(key);
	keys.key[i] = key;
	return 0;
}

int
ct_rest_key(const struct ct_rest_key **key, struct ct_err *err)
{
	int rc = key_at(0, err);

	*key = keys.key[0];
	return rc;
}

int
ct_rest_old_key(const struct ct_rest_key **key, struct ct_err *err)
{
	int rc = key_at(1, err);

	*key = keys.key[1];
	return rc;
}

int
ct_rest_key_named(const char *id, const char *what,
    const struct ct_rest_key **key, struct ct_err *err)
{
	size_t i;

	*key = NULL;
	for (i = 0; i < WORDS; i++) {
		if (key_at(i, err))
			return err->code;
		if (keys.key[i] && strcmp(keys.key[i]->id, id) == 0) {
			*key = keys.key[i];
			return 0;
		}
	}
	return keys.path[0] || keys.path[1]
	    ? ct_fail(err, CT_NOPERM,
		  "%s is encrypted with another key than [lists] names", what)
	    : ct_fail(err, CT_NOPERM,
		  "%s is encrypted, and [lists] names no key", what);
}

const char *
ct_rest_key_id(const struct ct_rest_key *key)
{
	return key->id;
}

int
ct_rest_keygen(const char *name, struct ct_err *err)
{
	struct ct_keyfile *k = ct_locked(sizeof *k, err);
	int rc;

	if (!k)
		return err->code;
	k->kind = &kind;
	memcpy(k->text, BEGIN, sizeof BEGIN);
	ct_random(k->raw, CT_BLAKE_KEY);
	rc = ct_keyfile_write(k, true, name, ".key", err);
	ct_locked_free(k);
	return rc;
}

void
rest_derive(const struct ct_rest_key *key, const char *use, const char *name,
    uint8_t out[64])
{
	struct ct_blake b;

	ct_blake_start(&b, 64, key->file.raw);
	ct_blake_field(&b, use);
	ct_blake_field(&b, name);
	ct_blake_end(&b, out, 64);
}
