/* Any bytes as an object, as a key file, and as changes of a good object:
 * none opens but what was sealed. */
#include "fuzz.h"

#include "vault.h"

static struct ct_vault_pub pub;
static struct ct_vault_key *key;
static uint8_t good[4096];
static size_t ngood;

static void
setup(void)
{
	static const char empty[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e464"
				    "9b934ca495991b7852b855";
	char dir[] = "/tmp/ct-vault.XXXXXX";
	struct ct_vault_sealed made;
	char name[64], path[2][64];
	json_t *m = json_pack("{s:s}", "sha256", empty);
	struct ct_err err;
	int in = fuzz_fd(NULL, 0), out = fuzz_fd(NULL, 0);
	ssize_t n;

	if (!mkdtemp(dir))
		abort();
	(void)snprintf(name, sizeof name, "%s/k", dir);
	(void)snprintf(path[0], sizeof path[0], "%s/k.pub", dir);
	(void)snprintf(path[1], sizeof path[1], "%s/k.key", dir);
	if (ct_vault_keygen(name, &err) ||
	    ct_vault_pub_read(&pub, path[0], &err) ||
	    ct_vault_key_read(&key, path[1], &err) || unlink(path[0]) < 0 ||
	    unlink(path[1]) < 0 || rmdir(dir) < 0 ||
	    ct_vault_seal(&pub, m, in, out, &made, &err) ||
	    (n = pread(out, good, sizeof good, 0)) < 0)
		abort();
	ngood = (size_t)n;
	json_decref(m);
	(void)close(in);
	(void)close(out);
}

/* May it open?  Only if it is the good one to the last byte. */
static void
try(const uint8_t *p, size_t len)
{
	struct ct_err err = { 0 };
	int fd = fuzz_fd(p, len);
	int rc = ct_vault_open(&key, 1, fd, -1, NULL, &err);

	if ((rc == 0) != (len == ngood && memcmp(p, good, len) == 0))
		abort();
	(void)close(fd);
}

static void
as_key(const uint8_t *p, size_t len)
{
	struct ct_vault_key *k = NULL;
	struct ct_vault_pub other;
	struct ct_err err;
	int fd = fuzz_fd(p, len);
	struct fuzz_path path = fuzz_path(fd);

	(void)ct_vault_pub_read(&other, path.text, &err);
	if (ct_vault_key_read(&k, path.text, &err) == 0)
		ct_vault_key_free(k);
	(void)close(fd);
}

/* Three bytes a change: where, where, and what is added there. */
static void
changed(const uint8_t *p, size_t len)
{
	uint8_t copy[sizeof good];

	memcpy(copy, good, ngood);
	for (; len >= 3; p += 3, len -= 3)
		copy[((size_t)p[0] | (size_t)p[1] << 8) % ngood] ^= p[2];
	try(copy, ngood);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (!key)
		setup();
	try(data, len);
	as_key(data, len);
	changed(data, len);
	return 0;
}
