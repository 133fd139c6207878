#include "keyfile.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "blake.h"
#include "file.h"
#include "hex.h"
#include "prog.h"

#define CHECK ((size_t)8)
/* the text, each word in hex and the check with a blank or newline after */
#define LINE (CT_KEYFILE_TEXT + 2 * (CT_KEYFILE_RAW + CHECK) + 4)

void *
ct_locked(size_t len, struct ct_err *err)
{
	static const struct rlimit none = { 0, 0 };
	void *p;

	if (sodium_init() < 0 || setrlimit(RLIMIT_CORE, &none) < 0 ||
	    !(p = sodium_malloc(len))) {
		(void)ct_fail(err, CT_OSERR, "no memory for secret keys");
		return NULL;
	}
	/* sodium_malloc alone does not say if it is locked */
	if (sodium_mlock(p, len) < 0) {
		sodium_free(p);
		(void)ct_fail_errno(err, CT_NOPERM,
		    "cannot lock memory for secret keys (ulimit -l)");
		return NULL;
	}
	sodium_memzero(p, len);
	return p;
}

void
ct_locked_free(void *p)
{
	sodium_free(p);
}

static size_t
raw_len(const struct ct_keyfile_kind *kind)
{
	size_t len = 0;

	for (const uint8_t *n = kind->raw; *n; n++)
		len += *n;
	return len;
}

static void
check_of(const struct ct_keyfile *k, uint8_t check[CHECK])
{
	struct ct_blake b;
	uint8_t sum[32];

	ct_blake_start(&b, sizeof sum, NULL);
	ct_blake_add(&b, k->text, strlen(k->text));
	ct_blake_add(&b, k->raw, raw_len(k->kind));
	ct_blake_end(&b, sum, sizeof sum);
	memcpy(check, sum, CHECK);
	ct_wipe(sum, sizeof sum);
}

/* line has room for a NUL: LINE + 1 bytes.  The length of one of this kind from
 * its words on, or 0 if they are not its own. */
static size_t
words(const struct ct_keyfile_kind *kind, const char *line)
{
	size_t len = strlen(kind->begin), n;

	if (memcmp(line, kind->begin, len) != 0)
		return 0;
	for (size_t i = 0; i < kind->words; i++, len += n + 1) {
		n = strcspn(line + len, " \n");
		if (n == 0 || line[len + n] != ' ')
			return 0;
	}
	return len < CT_KEYFILE_TEXT ? len : 0;
}

/* line is len bytes and a NUL */
static int
parse(struct ct_keyfile *k, const char *line, size_t len)
{
	size_t at = words(k->kind, line), raw = raw_len(k->kind), done = 0;
	uint8_t check[CHECK], want[CHECK];
	const uint8_t *n = k->kind->raw;
	size_t count = strlen((const char *)n);

	if (at == 0 || len != at + 2 * raw + count + 2 * CHECK + 1 ||
	    line[len - 1] != '\n')
		return -1;
	memcpy(k->text, line, at);
	k->text[at] = '\0';
	for (; *n; done += *n++, at++) {
		if (ct_unhex(line + at, k->raw + done, *n) < 0)
			return -1;
		at += 2 * (size_t)*n;
		if (line[at] != ' ')
			return -1;
	}
	if (ct_unhex(line + at, check, CHECK) < 0)
		return -1;
	check_of(k, want);
	return memcmp(check, want, CHECK) == 0 ? 0 : -1;
}

static size_t
format(const struct ct_keyfile *k, char line[LINE])
{
	size_t at = strlen(k->text), done = 0;
	uint8_t check[CHECK];

	(void)snprintf(line, LINE, "%s", k->text);
	for (const uint8_t *n = k->kind->raw; *n; done += *n++) {
		ct_hex(k->raw + done, *n, line + at);
		at += 2 * (size_t)*n;
		line[at++] = ' ';
	}
	check_of(k, check);
	ct_hex(check, CHECK, line + at);
	at += 2 * CHECK;
	line[at++] = '\n';
	return at;
}

static int
read_line(
    char *line, size_t *len, bool secret, const char *path, struct ct_err *err)
{
	uint8_t *text;
	ssize_t n;
	int fd, rc;

	if (!secret) {
		if ((rc = ct_file_read(path, LINE - 1, &text, len, err)))
			return rc;
		memcpy(line, text, *len);
		free(text);
		return 0;
	}
	if ((fd = ct_file_secret_open(path, err)) < 0)
		return err->code;
	n = ct_read_full(fd, line, LINE);
	(void)close(fd);
	if (n < 0)
		return ct_fail_errno(err, CT_IOERR, "cannot read '%s'", path);
	*len = (size_t)n;
	return *len < LINE ? 0 : CT_DATAERR;
}

int
ct_keyfile_read(struct ct_keyfile *k,
    const struct ct_keyfile_kind *const kind[], bool secret, const char *path,
    const char *what, struct ct_err *err)
{
	char *line = secret ? ct_locked(LINE + 1, err) : ct_alloc(LINE + 1, 1);
	size_t len = 0, i = 0;
	int rc;

	if (!line)
		return err->code;
	rc = read_line(line, &len, secret, path, err);
	if (rc == CT_DATAERR)
		rc = ct_fail(err, CT_CONFIG, "'%s' is no %s", path, what);
	for (; !rc && (k->kind = kind[i]); i++)
		if (parse(k, line, len) == 0)
			break;
	if (!rc && !k->kind)
		rc = ct_fail(
		    err, CT_CONFIG, "'%s' is no %s, or damaged", path, what);
	if (secret)
		ct_locked_free(line);
	else
		free(line);
	return rc;
}

int
ct_keyfile_absent(const char *name, const char *suffix, struct ct_err *err)
{
	char *path = ct_printf("%s%s", name, suffix);
	int rc = access(path, F_OK) < 0
	    ? 0
	    : ct_fail(err, CT_CANTCREAT, "'%s' exists", path);

	free(path);
	return rc;
}

int
ct_keyfile_write(const struct ct_keyfile *k, bool secret, const char *name,
    const char *suffix, struct ct_err *err)
{
	char *line = ct_locked(LINE, err), *path;
	int rc;

	if (!line)
		return err->code;
	path = ct_printf("%s%s", name, suffix);
	rc = ct_file_create(
	    path, secret ? 0600 : 0644, line, format(k, line), err);
	free(path);
	ct_locked_free(line);
	return rc;
}

int
ct_keyfile_pair(const struct ct_keyfile *secret,
    const struct ct_keyfile *public, const char *name, struct ct_err *err)
{
	/* before the secret is written: a pair that is half there is a trap */
	int rc = ct_keyfile_absent(name, ".pub", err);
	char *path;

	if (!rc)
		rc = ct_keyfile_write(secret, true, name, ".key", err);
	if (!rc && (rc = ct_keyfile_write(public, false, name, ".pub", err))) {
		path = ct_printf("%s.key", name);
		(void)unlink(path);
		free(path);
	}
	return rc;
}
