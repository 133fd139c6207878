/* vault_unpack.c - what an export holds, to files: ct_vault_unpack */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "hex.h"
#include "prog.h"
#include "vault_export.h"
#include "vault_format.h"

#define INDEX_MAX ((size_t)16 << 20) /* bytes */
#define LIST_MAX ((size_t)256 << 20)
#define MANIFEST "manifest.jsonl"

struct unpacking {
	struct ct_vault_key *const *key;
	size_t nkeys;
	const char *from;
	json_t *index;
	struct vault_newdir dir;
	struct ct_text sums; /* SHA256SUMS */
};

/* ---- one object ------------------------------------------------------------
 */

/* The object of this name in the export, to the new file as (NULL: nowhere);
 * *about is what was sealed with it. */
static int
open_one(struct unpacking *u, const char *id, const char *as, json_t **about,
    struct ct_err *err)
{
	char *path = ct_printf("%s/%s", u->from, id), name[CT_VAULT_ID + 1];
	int in = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), out = -1;
	struct ct_err why = { 0 };
	int rc = 0;

	if (in < 0)
		rc = ct_fail_errno(&why, CT_NOINPUT, "cannot open it");
	if (!rc && !(rc = ct_vault_name(in, name, &why)) &&
	    strcmp(name, id) != 0)
		rc = ct_fail(&why, CT_DATAERR, "its name is not its digest");
	if (!rc && as && (out = vault_newdir_file(&u->dir, as, 0400, &why)) < 0)
		rc = why.code;
	if (!rc)
		rc = ct_vault_open(u->key, u->nkeys, in, out, about, &why);
	vault_warn_belied(id, *about);
	if (out >= 0)
		rc = vault_newdir_close(out, rc, &why);
	if (in >= 0)
		(void)close(in);
	free(path);
	return rc ? ct_fail(err, rc, "object %s: %s", id, why.msg) : 0;
}

/* One of those that tell of the others: it is of this kind, and no file of
 * somebody's that is passed off as one. */
static int
open_about(
    struct unpacking *u, const char *kind, const char *as, struct ct_err *err)
{
	const char *id = ct_rec_text(u->index, kind), *is;
	json_t *about = NULL;
	int rc;

	if (!id || !vault_is_id(id))
		return ct_fail(
		    err, CT_DATAERR, "'%s' names no %s", u->from, kind);
	if ((rc = open_one(u, id, as, &about, err)))
		return rc;
	is = ct_rec_text(about, "kind");
	if (!is || strcmp(is, kind) != 0)
		rc = ct_fail(err, CT_DATAERR, "object %s is no %s", id, kind);
	json_decref(about);
	return rc;
}

/* ---- the list
 * ----------------------------------------------------------------
 */

/* Object i of the export, to a file called by its SHA-256: the same bytes come
 * once, however many objects hold them. */
static int
open_listed(
    struct unpacking *u, size_t i, const json_t *line, struct ct_err *err)
{
	const json_t *name =
	    json_array_get(json_object_get(u->index, "objects"), i);
	const char *id = ct_rec_text(line, "id"), *is;
	const char *sha256 = ct_rec_text(line, "sha256");
	json_t *about = NULL;
	struct stat st;
	char *path;
	bool again;
	int rc;

	if (!id || !vault_is_id(id) || !sha256 || !vault_is_id(sha256) ||
	    !json_is_string(name) || strcmp(json_string_value(name), id) != 0)
		return ct_fail(err, CT_DATAERR,
		    "its list and '" VAULT_EXPORT "' do not name the same");
	path = ct_printf("%s/%s", u->dir.tmp, sha256);
	again = lstat(path, &st) == 0;
	free(path);
	rc = open_one(u, id, again ? NULL : sha256, &about, err);
	is = ct_rec_text(about, "sha256");
	if (!rc && (!is || strcmp(is, sha256) != 0))
		rc = ct_fail(
		    err, CT_DATAERR, "object %s is not what the list says", id);
	json_decref(about);
	if (!rc && !again) {
		ct_text_add(&u->sums, sha256, strlen(sha256));
		ct_text_add(&u->sums, "  ", 2);
		ct_text_add(&u->sums, sha256, strlen(sha256));
		ct_text_add(&u->sums, "\n", 1);
	}
	return rc;
}

/* Every line of the list, in the order of the objects. */
static int
open_all(struct unpacking *u, struct ct_err *err)
{
	char *path = ct_printf("%s/" MANIFEST, u->dir.tmp);
	char *line = NULL, *end;
	json_t *rec;
	uint8_t *buf = NULL;
	size_t len, n = 0;
	int rc = ct_file_read(path, LIST_MAX, &buf, &len, err);

	if (!rc)
		line = (char *)buf;
	for (; !rc && *line; line = end + 1, n++) {
		end = strchr(line, '\n');
		rec = end ? ct_json_object(line, (size_t)(end - line), err)
			  : NULL;
		rc = rec ? open_listed(u, n, rec, err)
			 : ct_fail(err, CT_DATAERR, "its list is damaged");
		json_decref(rec);
		if (!rc && ct_stop)
			rc = ct_fail(err, CT_TEMPFAIL, "stopped by a signal");
		if (rc)
			break;
	}
	if (!rc && n != json_array_size(json_object_get(u->index, "objects")))
		rc = ct_fail(err, CT_DATAERR,
		    "its list does not name all that '" VAULT_EXPORT "' does");
	free(buf);
	free(path);
	return rc;
}

static int
read_index(struct unpacking *u, struct ct_err *err)
{
	char *path = ct_printf("%s/" VAULT_EXPORT, u->from);
	uint8_t *buf = NULL;
	size_t len;
	int rc = ct_file_read(path, INDEX_MAX, &buf, &len, err);

	free(path);
	if (rc)
		return rc;
	while (len && buf[len - 1] == '\n')
		len--;
	u->index = ct_json_object((char *)buf, len, err);
	free(buf);
	if (!u->index)
		return ct_fail(
		    err, CT_DATAERR, "'" VAULT_EXPORT "' is damaged");
	if (json_integer_value(json_object_get(u->index, "version")) !=
	    VAULT_EXPORT_VERSION)
		return ct_fail(err, CT_DATAERR,
		    "'" VAULT_EXPORT "' is of a version that we do not know");
	return 0;
}

static int
write_sums(struct unpacking *u, struct ct_err *err)
{
	int fd = vault_newdir_file(&u->dir, "SHA256SUMS", 0400, err), rc = 0;

	if (fd < 0)
		return err->code;
	if (ct_write_full(fd, u->sums.s, u->sums.len) < 0)
		rc = ct_fail_errno(err, CT_IOERR, "cannot write SHA256SUMS");
	return vault_newdir_close(fd, rc, err);
}

int
ct_vault_unpack(const char *dir, struct ct_vault_key *const key[], size_t n,
    const char *to, struct ct_err *err)
{
	struct unpacking u = { .key = key, .nkeys = n, .from = dir };
	int rc = read_index(&u, err);

	if (!rc)
		rc = vault_newdir_open(&u.dir, to, err);
	if (!rc)
		rc = open_about(&u, "manifest", MANIFEST, err);
	if (!rc)
		rc = open_about(&u, "custody", "custody.jsonl", err);
	if (!rc)
		rc = open_about(&u, "approval", "approval.json", err);
	if (!rc)
		rc = open_all(&u, err);
	if (!rc)
		rc = write_sums(&u, err);
	if (!rc)
		rc = vault_newdir_commit(&u.dir, err);
	else
		vault_newdir_abort(&u.dir);
	ct_text_free(&u.sums);
	json_decref(u.index);
	return rc;
}
