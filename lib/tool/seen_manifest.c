/* seen_manifest.c - which files a store has; names, keys and stamps */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blake.h"
#include "file.h"
#include "prog.h"
#include "seen_impl.h"
#include "set.h"

#define NAME_MAX_LEN 64
#define SECRET_LEAST 16 /* bytes of the file of --keyed */
#define SECRET_MOST 4096

bool
ct_seen_name(const char *name)
{
	size_t n = strspn(name,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._"
	    "-");

	return n && n <= NAME_MAX_LEN && !name[n] && *name != '.';
}

char *
seen_dir(const struct ct_seen *s)
{
	return ct_printf("%s/seen/%s", s->home, s->store);
}

char *
seen_path(const char *dir, uint64_t id, const char *ending)
{
	return ct_printf("%s/%08llx.%s", dir, (unsigned long long)id, ending);
}

/* ---- the file -------------------------------------------------------------
 */

int
seen_manifest_parse(
    struct seen_manifest *m, const void *bytes, size_t len, struct ct_err *err)
{
	uint32_t i;

	*m = (struct seen_manifest){ .version = 0 };
	if (len == sizeof *m || len == SEEN_MANIFEST_2)
		memcpy(m, bytes, len - sizeof m->sum);
	if (memcmp(m->magic, "ct-seenm", 8) != 0)
		return ct_fail(err, CT_DATAERR, "it is no manifest");
	if (m->probe != 0x01020304 || !m->version ||
	    m->version > CT_SEEN_VERSION)
		return ct_fail(err, CT_DATAERR,
		    "it is of another version, or another machine");
	if (len != (m->version < 3 ? SEEN_MANIFEST_2 : sizeof *m))
		return ct_fail(err, CT_DATAERR, "it is damaged");
	memcpy(&m->sum, (const uint8_t *)bytes + len - sizeof m->sum,
	    sizeof m->sum);
	if (m->sum != ct_set_sum(m, len - sizeof m->sum) ||
	    m->n > SEEN_SEGMENTS || m->nlists > SEEN_LISTS)
		return ct_fail(err, CT_DATAERR, "it is damaged");
	for (i = 0; i < m->n; i++)
		if (m->segment[i].id >= m->next)
			return ct_fail(err, CT_DATAERR, "it is damaged");
	return 0;
}

int
seen_manifest_read(struct seen_manifest *m, const char *dir, struct ct_err *err)
{
	char *path = ct_printf("%s/current", dir);
	struct ct_err why = { 0 };
	uint8_t *bytes = NULL;
	size_t len = 0;
	int rc = 0;

	if (access(path, F_OK) < 0 && (errno == ENOENT || errno == ENOTDIR))
		rc = ct_fail(err, CT_NO, "no store '%s'", dir);
	else
		rc = ct_file_read(path, sizeof *m, &bytes, &len, err);
	if (!rc && seen_manifest_parse(m, bytes, len, &why))
		rc = ct_fail(err, why.code, "'%s': %s", path, why.msg);
	free(bytes);
	free(path);
	return rc;
}

int
seen_manifest_write(
    struct seen_manifest *m, const char *dir, struct ct_err *err)
{
	char *path = ct_printf("%s/current", dir);
	char *tmp = ct_printf("%s/current.tmp", dir);
	int rc;

	memcpy(m->magic, "ct-seenm", sizeof m->magic);
	m->version = CT_SEEN_VERSION;
	m->probe = 0x01020304;
	memset(
	    m->segment + m->n, 0, (SEEN_SEGMENTS - m->n) * sizeof *m->segment);
	memset(m->lists + m->nlists, 0,
	    (SEEN_LISTS - m->nlists) * sizeof *m->lists);
	m->sum = ct_set_sum(m, sizeof *m - sizeof m->sum);
	rc = ct_file_replace_by(path, tmp, 0600, m, sizeof *m, err);
	free(tmp);
	free(path);
	return rc;
}

/* ---- keys of ids ----------------------------------------------------------
 */

static void
make_key(const uint8_t secret[32], const void *id, size_t len,
    uint8_t key[SEEN_KEYED])
{
	struct ct_blake b;

	ct_blake_start(&b, SEEN_KEYED, secret);
	ct_blake_add(&b, id, len);
	ct_blake_end(&b, key, SEEN_KEYED);
}

void
seen_names_check(const struct seen_names *names, uint8_t check[16])
{
	memset(check, 0, 16);
	if (names->keyed) /* no id is empty */
		make_key(names->secret, "", 0, check);
}

static int
secret(struct seen_names *names, const char *path, struct ct_err *err)
{
	struct ct_blake b;
	uint8_t *bytes;
	size_t len;
	int rc = ct_file_secret(path, SECRET_MOST, &bytes, &len, err);

	if (rc)
		return rc;
	if (len < SECRET_LEAST) {
		rc = ct_fail(err, CT_CONFIG,
		    "'%s' is too short for a secret: want %d bytes at least",
		    path, SECRET_LEAST);
	} else {
		ct_blake_start(&b, sizeof names->secret, NULL);
		ct_blake_add(&b, bytes, len);
		ct_blake_end(&b, names->secret, sizeof names->secret);
		names->keyed = true;
	}
	ct_wipe(bytes, len);
	free(bytes);
	return rc;
}

int
seen_names(struct seen_names *names, const struct ct_seen *s,
    const struct seen_manifest *m, struct ct_err *err)
{
	static const uint8_t none[16];
	uint8_t check[16];

	*names = (struct seen_names){ .keyed = false };
	if (s->keyed && secret(names, s->keyed, err))
		return err->code;
	seen_names_check(names, check);
	if (!m || memcmp(check, m->check, sizeof check) == 0)
		return 0;
	return ct_fail(err, CT_NOPERM,
	    !names->keyed ? "store '%s' wants the secret that it was made with:"
			    " --keyed"
		: memcmp(m->check, none, sizeof none) == 0
		? "store '%s' keeps ids as they are: it was made without"
		  " --keyed"
		: "store '%s' was made with another secret",
	    s->store);
}

const uint8_t *
seen_key(const struct seen_names *names, const char *id, size_t len,
    uint8_t buf[SEEN_KEYED], size_t *key_len)
{
	if (!names->keyed) {
		*key_len = len;
		return (const uint8_t *)id;
	}
	make_key(names->secret, id, len, buf);
	*key_len = SEEN_KEYED;
	return buf;
}

/* ---- stamps ---------------------------------------------------------------
 */

#define MOST 112 /* bytes of an etag or a time that are stamped as they are */
#define DIGEST 64

/* Apart, so that a stamp clears no more memory than it uses. */
static __attribute__((noinline)) void
digest(const char *text, size_t len, uint8_t out[DIGEST])
{
	struct ct_blake b;

	ct_blake_start(&b, DIGEST, NULL);
	ct_blake_add(&b, text, len);
	ct_blake_end(&b, out, DIGEST);
}

uint64_t
seen_stamp(const struct seen_manifest *m, const struct seen_said *said)
{
	bool etag = said->etag_len > 0;
	const char *text = etag ? said->etag : said->modified;
	size_t len = etag ? said->etag_len : said->modified_len;
	uint8_t room[MOST + 9];
	uint64_t stamp;

	if (!len || (!etag && said->bytes < 0))
		return 0;
	memcpy(room, &said->bytes, 8);
	room[8] = etag;
	if (len <= MOST) {
		memcpy(room + 9, text, len);
	} else {
		digest(text, len, room + 9);
		room[8] |= 2;
		len = DIGEST;
	}
	stamp = ct_short_hash(m->key, room, len + 9);
	return stamp ? stamp : 1;
}
