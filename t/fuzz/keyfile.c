/* Key files, secret and public: what is read is what would be written. */
#include "blake.h"
#include "fuzz.h"
#include "signet.h"
#include "vault.h"

/* The input with a check behind it that fits, where it has fields in hex. */
static char *
checked(const char *text)
{
	size_t len = strcspn(text, "\n"), at = 0, room = len + 32;
	char *line = malloc(room);
	struct ct_blake b;
	uint8_t sum[32], byte;
	unsigned digit;

	must(line);
	/* the text ends where the first long word begins */
	while (at < len && strcspn(text + at, " \n") < 64)
		at += strcspn(text + at, " \n") + 1;
	at = at < len ? at : len;
	ct_blake_start(&b, sizeof sum, NULL);
	ct_blake_add(&b, text, at);
	for (size_t i = at; i + 1 < len; i += 2) {
		i += text[i] == ' ';
		if (sscanf(text + i, "%2x", &digit) != 1)
			break;
		byte = (uint8_t)digit;
		ct_blake_add(&b, &byte, 1);
	}
	ct_blake_end(&b, sum, sizeof sum);
	(void)snprintf(line, room, "%.*s %02x%02x%02x%02x%02x%02x%02x%02x\n",
	    (int)len, text, sum[0], sum[1], sum[2], sum[3], sum[4], sum[5],
	    sum[6], sum[7]);
	return line;
}

static void
try(const char *path)
{
	const char *const same[] = { path, path, path };
	struct ct_vault_key *key[3] = { NULL };
	struct ct_vault_pub pub;
	struct ct_signet_pub signer;
	struct ct_signet *s = NULL;
	struct ct_err err = { 0 };

	if (ct_vault_pub_read(&pub, path, &err))
		must(err.code == CT_CONFIG && *err.msg);
	else
		must(!*pub.month || strlen(pub.month) == 7);
	err = (struct ct_err){ 0 };
	if (ct_vault_keys_read(key, same, 3, &err))
		must((err.code == CT_CONFIG || err.code == CT_NOPERM) &&
		    *err.msg);
	else
		ct_vault_keys_free(key, 3);
	err = (struct ct_err){ 0 };
	if (ct_signet_pub_read(&signer, path, &err))
		must(err.code == CT_CONFIG && *err.msg);
	err = (struct ct_err){ 0 };
	if (ct_signet_read(&s, path, &err))
		must(err.code == CT_CONFIG && *err.msg);
	ct_signet_free(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = fuzz_text(data, len), *line = checked(text);
	int fd = fuzz_fd(data, len), whole = fuzz_fd(line, strlen(line));

	try(fuzz_path(fd).text);
	try(fuzz_path(whole).text);
	(void)close(fd);
	(void)close(whole);
	free(line);
	free(text);
	return 0;
}
