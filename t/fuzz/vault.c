/* Any bytes as an object, as a key file, and as changes of a good object:
 * none opens but what was sealed. */
#include "vault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct ct_vault_pub pub;
static struct ct_vault_key *key;
static uint8_t good[4096];
static size_t ngood;

static int
fd_of(const uint8_t *p, size_t len)
{
	int fd = memfd_create("t", MFD_CLOEXEC);

	if (fd < 0 || ct_write_full(fd, p, len) < 0 || lseek(fd, 0, SEEK_SET))
		abort();
	return fd;
}

static void
setup(void)
{
	static const char empty[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e464"
				    "9b934ca495991b7852b855";
	char dir[] = "/tmp/ct-vault.XXXXXX", id[CT_VAULT_ID + 1];
	char name[64], path[2][64];
	json_t *m = json_pack("{s:s}", "sha256", empty);
	struct ct_err err;
	int in = fd_of(NULL, 0), out = fd_of(NULL, 0);
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
	    ct_vault_seal(&pub, m, in, out, id, &err) ||
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
	int fd = fd_of(p, len);
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
	char path[32];
	int fd = fd_of(p, len);

	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (fchmod(fd, 0600) < 0)
		abort();
	(void)ct_vault_pub_read(&other, path, &err);
	if (ct_vault_key_read(&k, path, &err) == 0)
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
		copy[(p[0] | p[1] << 8) % ngood] ^= p[2];
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
