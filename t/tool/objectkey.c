/*
 * objectkey KEY OBJECT - what opens an object, as whoever has the secret key
 * knows it: its own key, and what the stream makes of that, as "NAME HEX"
 */
#include <stdio.h>
#include <unistd.h>

#include "file.h"
#include "hex.h"
#include "prog.h"
#include "vault_format.h"

static void
say(const char *name, const uint8_t *p, size_t len)
{
	char hex[2 * VAULT_OBJECT_KEY + 1];

	ct_hex(p, len, hex);
	printf("%s %s\n", name, hex);
}

int
main(int argc, char *argv[])
{
	struct ct_err err = { 0 };
	struct ct_vault_key *key;
	struct stat st;
	crypto_secretstream_xchacha20poly1305_state stream;
	uint8_t head[VAULT_HEAD], own[VAULT_OBJECT_KEY];
	int fd;

	ct_start("objectkey");
	if (argc != 3)
		ct_usage("usage: objectkey KEY OBJECT\n");
	if (ct_vault_key_read(&key, argv[1], &err) ||
	    (fd = ct_file_open(argv[2], false, &st, &err)) < 0)
		ct_die_err(&err);
	if (ct_read_full(fd, head, sizeof head) != sizeof head ||
	    crypto_box_seal_open(own, head + VAULT_AT_SEALED, VAULT_SEALED,
		key->pub.key, key->secret) != 0 ||
	    crypto_secretstream_xchacha20poly1305_init_pull(
		&stream, head + VAULT_AT_STREAM, own) != 0)
		ct_die(CT_NOPERM, "it does not open");
	say("key", own, sizeof own);
	say("stream", stream.k, sizeof stream.k);
	say("secret", key->secret, sizeof key->secret);
	ct_vault_key_free(key);
	return 0;
}
