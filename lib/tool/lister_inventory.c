/*
 * lister_inventory.c - the objects of an S3 inventory: a manifest and its files
 *
 * The store writes it daily or weekly; a listing of it costs no request an
 * object.  It may be of yesterday: what it names may be gone.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "blake.h"
#include "digest.h"
#include "file.h"
#include "hex.h"
#include "lister_gzip.h"
#include "lister_impl.h"
#include "prog.h"

#define MANIFEST_MAX ((size_t)16 << 20)
#define COLUMNS 32
#define BLOCK ((size_t)256 << 10)

enum { BUCKET, KEY, LATEST, MARKER, SIZE, MODIFIED, ETAG, WORDS };
static const char *const words[WORDS] = { "Bucket", "Key", "IsLatest",
	"IsDeleteMarker", "Size", "LastModifiedDate", "ETag" };

struct inventory {
	struct lister *l;
	const struct ct_key *key; /* bucket and prefix that are asked for */
	json_t *manifest;
	char sum[33];       /* of the manifest */
	const char *bucket; /* that it is of */
	int column[COLUMNS];
	size_t ncolumns;
	uint64_t row, skip; /* rows so far; those that are done with */

	/* where it is: a file, or a bucket */
	const char *path;
	struct ct_key id;
	struct ct_conf *conf;
	struct ct_bucket *at;
	struct lister_store store;
};

/* Into a file without a name, to be read from its start; -1. */
static int
fetch(struct inventory *v, const struct ct_key *key, struct ct_err *err)
{
	const char *tmp = getenv("TMPDIR");
	char *path =
	    ct_printf("%s/ct-ls.inventory", tmp && *tmp ? tmp : "/tmp");
	int fd = ct_file_scratch(path, err);

	free(path);
	if (fd < 0)
		return -1;
	if (lister_store_get(&v->store, key, fd, err) == 0) {
		if (lseek(fd, 0, SEEK_SET) == 0)
			return fd;
		(void)ct_fail_errno(err, CT_IOERR, "cannot read");
	}
	(void)close(fd);
	return -1;
}

/* Beside the manifest, or where the store has them: in ../data. */
static int
beside(const struct inventory *v, const char *key, struct ct_err *err)
{
	const char *name = strrchr(key, '/'), *slash = strrchr(v->path, '/');
	static const char *const in[] = { "", "data/", "../data/" };
	char *path;
	struct stat st;
	size_t i;
	int fd = -1;

	name = name ? name + 1 : key;
	for (i = 0; i < sizeof in / sizeof in[0] && fd < 0; i++) {
		path = ct_printf("%.*s%s%s",
		    slash ? (int)(slash + 1 - v->path) : 0, v->path, in[i],
		    name);
		fd = ct_file_open(path, true, &st, err);
		free(path);
	}
	return fd;
}

static int
open_file(struct inventory *v, const char *name, struct ct_err *err)
{
	struct ct_key key = { .len = strlen(name) };
	int fd;

	if (!v->at)
		return beside(v, name, err);
	key.key = ct_strdup(name);
	fd = fetch(v, &key, err);
	free(key.key);
	return fd;
}

/* Is it the file that the manifest speaks of?  It is read from its start. */
static int
check(int fd, const char *md5, struct ct_err *err)
{
	struct ct_digest d = { .sha256_only = false };
	struct ct_digests sums;
	char hex[33] = "", *buf = ct_alloc(BLOCK, 1);
	ssize_t n = 0;
	int rc = ct_digest_start(&d, err);

	while (!rc && (n = ct_read_full(fd, buf, BLOCK)) > 0)
		rc = ct_digest_add(&d, buf, (size_t)n, err);
	if (!rc && n < 0)
		rc = ct_fail_errno(err, CT_IOERR, "cannot read");
	if (!rc)
		rc = ct_digest_end(&d, &sums, err);
	ct_digest_free(&d);
	free(buf);
	if (rc)
		return rc;
	ct_hex(sums.md5, sizeof sums.md5, hex);
	if (strcasecmp(hex, md5) != 0)
		return ct_fail(err, CT_DATAERR, "its MD5 is another");
	return lseek(fd, 0, SEEK_SET) == 0
	    ? 0
	    : ct_fail_errno(err, CT_IOERR, "cannot read");
}

/* The columns of a line in place: "..." with "" within; -1: none. */
static int
split(char *line, char *column[COLUMNS])
{
	char *p = line, *out;
	int n = 0;

	for (;;) {
		if (n == COLUMNS)
			return -1;
		column[n++] = out = p;
		if (*p == '"') {
			for (p++; *p && (*p != '"' || p[1] == '"');
			     *out++ = *p++)
				p += *p == '"';
			if (*p++ != '"')
				return -1;
		} else {
			p += strcspn(p, ",");
			out = p;
		}
		if (*p != ',' && *p)
			return -1;
		if (!*p) {
			*out = '\0';
			return n;
		}
		*out = '\0';
		p++;
	}
}

static const char *
cell(const struct inventory *v, char *const column[], int word)
{
	size_t i;

	for (i = 0; i < v->ncolumns; i++)
		if (v->column[i] == word)
			return column[i];
	return "";
}

static bool
says(const char *text, const char *word)
{
	return strcasecmp(text, word) == 0;
}

/* One row: 0, also if it is not listed. */
static int
row(struct inventory *v, char *line, struct ct_err *err)
{
	char *column[COLUMNS] = { 0 }, *key, when[CT_TIME_LEN];
	const char *text;
	struct lister_object o = { .bytes = -1, .modified = "" };
	int n = split(line, column);
	int64_t len;

	if (n < 0 || (size_t)n != v->ncolumns)
		return ct_fail(err, CT_DATAERR, "a line is malformed");
	if (strcmp(cell(v, column, BUCKET), v->bucket) != 0)
		return ct_fail(err, CT_DATAERR, "a line is of another bucket");
	if (says(cell(v, column, LATEST), "false") ||
	    says(cell(v, column, MARKER), "true"))
		return 0;
	/* the cells are ours to change */
	key = column[0] + (cell(v, column, KEY) - column[0]);
	len = ct_s3_unescape(key, strlen(key), true);
	if (len <= 0 || len > CT_KEY_MAX)
		return ct_fail(err, CT_DATAERR, "a line has no key");
	if ((size_t)len < v->key->len ||
	    memcmp(key, v->key->key, v->key->len) != 0)
		return 0;
	if (v->row++ < v->skip)
		return 0;
	o.key = key;
	o.len = (size_t)len;
	o.etag = cell(v, column, ETAG);
	if (!ct_key_plain(o.etag, strlen(o.etag)))
		return ct_fail(err, CT_DATAERR, "a line is malformed");
	text = cell(v, column, SIZE);
	o.bytes = lister_number(text, strlen(text));
	text = cell(v, column, MODIFIED);
	o.modified = lister_when(text, strlen(text), when);
	return lister_put(v->l, &o, err);
}

static int
read_file(
    struct inventory *v, const char *name, const char *md5, struct ct_err *err)
{
	struct lister_lines *lines = NULL;
	int fd = open_file(v, name, err), rc, got;
	size_t len;
	char *line;

	if (fd < 0)
		return err->code;
	rc = check(fd, md5, err);
	if (!rc)
		rc = lister_lines_open(&lines, fd, err);
	while (!rc && (got = lister_lines_next(lines, &line, &len, err)) != 0)
		rc = got != 1 ? got
		    : strlen(line) != len
		    ? ct_fail(err, CT_DATAERR, "a line is malformed")
		    : len ? row(v, line, err)
			  : 0;
	lister_lines_close(lines);
	(void)close(fd);
	if (rc == CT_DATAERR) {
		char why[sizeof err->msg];

		memcpy(why, err->msg, sizeof why);
		return ct_fail(err, rc, "inventory file '%s': %.128s",
		    strrchr(name, '/') ? strrchr(name, '/') + 1 : name, why);
	}
	return rc;
}

/* ---- the manifest ---------------------------------------------------------
 */

static int
schema(struct inventory *v, const char *text, struct ct_err *err)
{
	char *copy = ct_strdup(text), *p, *rest = copy;
	unsigned have = 0;
	int w;

	while ((p = strtok_r(rest, ", ", &rest)) && v->ncolumns < COLUMNS) {
		for (w = 0; w < WORDS && strcmp(words[w], p) != 0; w++)
			;
		v->column[v->ncolumns++] = w;
		have |= 1U << w;
	}
	free(copy);
	if (p || !(have & 1U << BUCKET) || !(have & 1U << KEY))
		return ct_fail(
		    err, CT_DATAERR, "the manifest has no columns of a bucket");
	return 0;
}

static int
understand(struct inventory *v, struct ct_err *err)
{
	const char *form = ct_rec_text(v->manifest, "fileFormat"),
		   *columns = ct_rec_text(v->manifest, "fileSchema");

	v->bucket = ct_rec_text(v->manifest, "sourceBucket");
	if (!form || !columns || !v->bucket ||
	    !json_is_array(json_object_get(v->manifest, "files")))
		return ct_fail(err, CT_DATAERR,
		    "'%s' is no manifest of an S3 inventory",
		    v->l->how->inventory);
	if (strcmp(form, "CSV") != 0)
		return ct_fail(err, CT_DATAERR,
		    "the inventory is in a form that is not read: want CSV");
	return schema(v, columns, err);
}

static int
files(struct inventory *v, struct ct_err *err)
{
	const json_t *all = json_object_get(v->manifest, "files"), *one;
	size_t i;
	int rc = 0;

	json_array_foreach(all, i, one)
	{
		const char *name = ct_rec_text(one, "key"),
			   *md5 = ct_rec_text(one, "MD5checksum");

		if (!name || !md5)
			return ct_fail(err, CT_DATAERR,
			    "the manifest has a file without name or MD5");
		rc = read_file(v, name, md5, err);
		if (rc)
			break;
	}
	return rc;
}

static int
open_bucket(struct inventory *v, struct ct_err *err)
{
	int rc = ct_conf_load(&v->conf, v->l->how->conf, err);

	if (!rc)
		rc = ct_bucket_load(
		    &v->at, v->conf, v->id.azure, v->id.name, err);
	return rc ? rc : lister_store_open(&v->store, v->at, v->l->how, err);
}

static int
manifest(struct inventory *v, struct ct_err *err)
{
	const char *name = v->l->how->inventory;
	uint8_t *text = NULL, sum[CT_BLAKE_SHA256];
	size_t len = 0;
	int rc = ct_key_parse(&v->id, name, strlen(name), err);

	if (rc == CT_NO) {
		v->path = name;
		rc = ct_file_read(name, MANIFEST_MAX, &text, &len, err);
	} else if (!rc && !(rc = open_bucket(v, err))) {
		rc = lister_store_get(&v->store, &v->id, 0, err);
		text = (uint8_t *)v->store.res.body;
		len = v->store.res.len;
	}
	if (!rc) {
		ct_blake_sha256(text, len, sum);
		ct_hex(sum, sizeof v->sum / 2, v->sum);
		v->manifest = ct_json_object((char *)text, len, err);
		if (!v->manifest)
			rc = err->code;
	}
	if (v->path)
		free(text);
	return rc ? rc : understand(v, err);
}

int
lister_inventory(struct lister *l, const struct ct_key *key, struct ct_err *err)
{
	struct inventory v = { .l = l, .key = key };
	int rc = manifest(&v, err);

	if (!rc && l->resumed && (!l->marker || strcmp(l->marker, v.sum) != 0))
		rc = ct_fail(err, CT_DATAERR,
		    "'%s' is the checkpoint of an older inventory",
		    l->how->checkpoint);
	if (!rc) {
		v.skip = l->row;
		free(l->marker);
		l->marker = ct_strdup(v.sum);
		rc = files(&v, err);
	}
	json_decref(v.manifest);
	if (v.store.http)
		lister_store_close(&v.store);
	ct_bucket_free(v.at);
	ct_conf_free(v.conf);
	ct_key_free(&v.id);
	return rc;
}
