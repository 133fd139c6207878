/*
 * seal - what sealing costs over the least that it can
 *
 *	seal IN OUT [TURNS]
 *
 * IN is sealed to OUT by the vault, and by a plain loop of what must be done
 * with the same chunks of 64 KiB: read, SHA-256, secretstream, BLAKE2b, write;
 * in turns (by default 5), each on one core, in CPU time.  The median counts,
 *of the times and of the ratios in each turn.  For comparison also that loop
 * without reading and writing.
 */
#include <fcntl.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"
#include "vault.h"

#define CHUNK ((size_t)64 << 10)
#define TAG ((size_t)crypto_secretstream_xchacha20poly1305_ABYTES)
#define TURNS 9

static uint8_t plain[CHUNK], cipher[CHUNK + TAG], ad[32];
static struct ct_vault_pub pub;

static double
cpu(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
open_new(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0)
		ct_die(CT_CANTCREAT, "cannot create '%s'", path);
	return fd;
}

/* in and out -1: as many bytes, but not read nor written */
static void
loop(int in, int out, off_t size)
{
	crypto_secretstream_xchacha20poly1305_state stream;
	crypto_generichash_state name;
	uint8_t key[32], header[24], sum[32];
	EVP_MD_CTX *sha = EVP_MD_CTX_new();
	size_t n;

	crypto_secretstream_xchacha20poly1305_keygen(key);
	(void)crypto_secretstream_xchacha20poly1305_init_push(
	    &stream, header, key);
	(void)crypto_generichash_init(&name, NULL, 0, sizeof sum);
	if (!sha || EVP_DigestInit_ex(sha, EVP_sha256(), NULL) != 1)
		ct_die(CT_SOFTWARE, "no SHA-256");
	do {
		n = size < (off_t)CHUNK ? (size_t)size : CHUNK;
		if (in >= 0)
			n = (size_t)ct_read_full(in, plain, CHUNK);
		(void)EVP_DigestUpdate(sha, plain, n);
		(void)crypto_secretstream_xchacha20poly1305_push(&stream,
		    cipher, NULL, plain, n, ad, sizeof ad, n < CHUNK ? 3 : 0);
		(void)crypto_generichash_update(&name, cipher, n + TAG);
		if (out >= 0 && ct_write_full(out, cipher, n + TAG) < 0)
			ct_die(CT_IOERR, "cannot write");
		size -= (off_t)n;
	} while (n == CHUNK);
	(void)EVP_DigestFinal_ex(sha, sum, NULL);
	(void)crypto_generichash_final(&name, sum, sizeof sum);
	EVP_MD_CTX_free(sha);
}

enum way { VAULT, LOOP, BARE, WAYS };

static double
run(enum way way, const char *from, const char *to, off_t size)
{
	int in = way == BARE ? -1 : open(from, O_RDONLY | O_CLOEXEC);
	int out = way == BARE ? -1 : open_new(to);
	json_t *manifest = json_pack("{s:s}", "kind", "file");
	struct ct_vault_sealed made;
	struct ct_err err = { 0 };
	double began = cpu(), took;

	if (way == VAULT && ct_vault_seal(&pub, manifest, in, out, &made, &err))
		ct_die_err(&err);
	else if (way != VAULT)
		loop(in, out, size);
	took = cpu() - began;
	json_decref(manifest);
	if (way != BARE) {
		(void)close(in);
		(void)close(out);
	}
	return took;
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double
half(double *v, int n)
{
	qsort(v, (size_t)n, sizeof *v, ascending);
	return v[n / 2];
}

int
main(int argc, char *argv[])
{
	static const char *const label[] = { "ct_vault_seal, of the loop",
		"the loop", "the loop, without reading and writing" };
	double took[WAYS][TURNS], ratio[WAYS][TURNS];
	int turns = argc == 4 ? atoi(argv[3]) : 5, i, w;
	struct stat st;

	ct_start("seal");
	if (argc < 3 || turns < 1 || turns > TURNS || sodium_init() < 0)
		ct_die(CT_USAGE, "usage: seal IN OUT [TURNS]");
	if (stat(argv[1], &st) < 0)
		ct_die(CT_NOINPUT, "cannot open '%s'", argv[1]);
	crypto_scalarmult_base(pub.key,
	    (const uint8_t *)"a key of 32 bytes for"
			     " measurements");
	for (i = 0; i < turns; i++)
		for (w = 0; w < WAYS; w++)
			took[w][i] =
			    run((enum way)w, argv[1], argv[2], st.st_size);
	for (w = 0; w < WAYS; w++)
		for (i = 0; i < turns; i++)
			ratio[w][i] = took[LOOP][i] / took[w][i];
	for (w = 0; w < WAYS; w++)
		printf("sealing %.0f MB\t%s\t%.0f MB/s\t%.2f\t%s\n",
		    (double)st.st_size / 1e6, label[w],
		    (double)st.st_size / 1e6 / half(took[w], turns),
		    half(ratio[w], turns), w == VAULT ? ">0.95" : "-");
	return 0;
}
