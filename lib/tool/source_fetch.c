#include "source_fetch.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "digest.h"
#include "file.h"
#include "hex.h"
#include "prog.h"
#include "source_get.h"

#define SUMS_MAX ((size_t)1 << 20)         /* bytes of a sidecar */
#define FILE_MS ((int64_t)4 * 3600 * 1000) /* for all of a file */
#define SUM CT_SHA256_LEN

/* ---- what sha256sum(1) writes ----------------------------------------------
 */

/* HASH, HASH NAME, HASH *NAME, or SHA256 (NAME) = HASH. */
static bool
one_sum(char *line, char **name, uint8_t sum[SUM])
{
	char *hash = line + (*line == '\\'), *end;

	*name = NULL;
	if (strncmp(line, "SHA256", 6) == 0) {
		hash = strrchr(line, '=');
		*name = strchr(line, '(');
		end = strrchr(line, ')');
		if (!hash || !*name || !end || end > hash)
			return false;
		++*name;
		*end = '\0';
		hash += 1 + strspn(hash + 1, " ");
	}
	if (strspn(hash, "0123456789abcdefABCDEF") != 2 * SUM ||
	    ct_unhex(hash, sum, SUM) < 0)
		return false;
	end = hash + 2 * SUM;
	if (!*name && *end) {
		*name = end + strspn(end, " \t");
		*name += **name == '*';
	}
	return true;
}

bool
source_fetch_sum(char *text, const char *name, uint8_t sum[SUM])
{
	uint8_t at[SUM];
	size_t n = 0;
	char *line, *of, *slash;

	while ((line = strsep(&text, "\n"))) {
		line[strcspn(line, "\r")] = '\0';
		if (!*line || *line == '#')
			continue;
		if (!one_sum(line, &of, at))
			return false;
		n++;
		slash = of ? strrchr(of, '/') : NULL;
		of = slash ? slash + 1 : of;
		if (of && strcmp(of, name) == 0) {
			memcpy(sum, at, SUM);
			return true;
		}
	}
	/* alone, it needs no name */
	if (n == 1)
		memcpy(sum, at, SUM);
	return n == 1;
}

/* ---- a server's ------------------------------------------------------------
 */

static int
judge(const struct ct_get *g, const struct ct_http_res *res, struct ct_err *err)
{
	if (res->status == 304 && g->header[0])
		return 0;
	if (res->status == 404 || res->status == 410)
		return ct_fail(err, CT_NOINPUT,
		    "source '%s': the server has no such file (HTTP %ld)",
		    g->src->name, res->status);
	if ((res->status == 401 || res->status == 403) && !g->src->credential)
		return ct_fail(err, CT_NOPERM,
		    "source '%s': the server refuses the file (HTTP %ld)",
		    g->src->name, res->status);
	return -1;
}

static int
open_server(struct ct_get *g, struct ct_source *s, struct ct_err *err)
{
	int rc = 0;

	if (s->credential) {
		rc = ct_get_open(g, s, CT_CRED_USER, s->url, s->url, err);
	} else {
		*g = (struct ct_get){ .src = s, .base = ct_strdup(s->url) };
		rc = ct_http_allowed(g->base, err);
		if (!rc)
			rc = ct_http_new(&g->http, err);
	}
	g->judge = judge;
	g->timeout = FILE_MS;
	g->max = (size_t)s->max_mb << 20;
	return rc;
}

/* Of all that makes the list what it is, but the bytes. */
static int64_t
settings(const struct ct_source *s)
{
	const char *const all[] = { s->url, s->form, s->map, s->hash,
		s->positive, s->negative, s->sha256, s->action };
	struct ct_blake b;
	uint8_t out[16];
	int64_t n = 0;
	size_t i;

	ct_blake_start(&b, sizeof out, NULL);
	for (i = 0; i < sizeof all / sizeof all[0]; i++)
		ct_blake_field(&b, all[i]);
	ct_blake_end(&b, out, sizeof out);
	for (i = 0; i < 7; i++)
		n = n << 8 | out[i];
	return n;
}

/* What to ask next time: is it another than this? */
static void
named(struct ct_cursor *cur, const struct ct_http_res *res, int64_t total)
{
	free(cur->next);
	*cur = (struct ct_cursor){ .total = total };
	if (*res->etag)
		cur->next = ct_printf("If-None-Match: %s", res->etag);
	else if (*res->modified)
		cur->next = ct_printf("If-Modified-Since: %s", res->modified);
}

static int
from_server(struct ct_source *s, struct ct_get *g, struct ct_cursor *cur,
    struct ct_err *err)
{
	struct ct_http_res res;
	int64_t total = settings(s);
	int rc;

	if (cur->next && cur->total == total && !s->reconcile)
		g->header[0] = cur->next;
	rc = ct_get_path(g, "", &res, err);
	g->header[0] = NULL;
	if (rc)
		return rc;
	if (res.status == 304)
		rc = CT_NO;
	else if (!res.bounded && !s->sha256)
		rc = ct_fail(err, CT_PROTOCOL,
		    "source '%s': the server does not say how long the file"
		    " is, which may be cut: want sha256",
		    s->name);
	else
		named(cur, &res, total);
	ct_http_done(&res);
	return rc;
}

/* ---- is it the file that it should be? -------------------------------------
 */

static int
sum_of(int fd, uint8_t sum[SUM], struct ct_err *err)
{
	struct ct_digest d = { .sha256_only = true };
	struct ct_digests all;
	uint8_t block[32768];
	ssize_t n;
	int rc = lseek(fd, 0, SEEK_SET) < 0
	    ? ct_fail_errno(err, CT_IOERR, "cannot read")
	    : ct_digest_start(&d, err);

	while (!rc && (n = ct_read_full(fd, block, sizeof block))) {
		if (n < 0)
			rc = ct_fail_errno(err, CT_IOERR, "cannot read");
		else
			rc = ct_digest_add(&d, block, (size_t)n, err);
		if (!rc && ct_stop)
			rc = ct_fail(err, CT_TEMPFAIL, "stopped");
	}
	if (!rc && !(rc = ct_digest_end(&d, &all, err)))
		memcpy(sum, all.sha256, SUM);
	ct_digest_free(&d);
	return rc;
}

/* The text beside the file. */
static int
sidecar(struct ct_source *s, struct ct_get *g, char **text, struct ct_err *err)
{
	struct ct_http_res res;
	char *path;
	size_t len;
	int rc;

	*text = NULL;
	if (s->path) {
		path = ct_printf("%s.sha256", s->path);
		rc = ct_file_read(path, SUMS_MAX, (uint8_t **)text, &len, err);
		free(path);
		return rc;
	}
	g->out = 0;
	g->max = SUMS_MAX;
	if ((rc = ct_get_path(g, ".sha256", &res, err)))
		return rc;
	*text = res.body;
	res.body = NULL;
	ct_http_done(&res);
	return 0;
}

static int
verify(struct ct_source *s, struct ct_get *g, int fd, struct ct_err *err)
{
	const char *of = s->path ? s->path : s->url, *slash = strrchr(of, '/');
	uint8_t want[SUM], is[SUM];
	char *text = NULL;
	int rc = 0;

	if (strcmp(s->sha256, "yes") != 0)
		(void)ct_unhex(s->sha256, want, SUM);
	else if (!(rc = sidecar(s, g, &text, err)) &&
	    !source_fetch_sum(text, slash ? slash + 1 : of, want))
		rc = ct_fail(err, CT_DATAERR,
		    "source '%s': its .sha256 does not tell of it: nothing"
		    " taken",
		    s->name);
	free(text);
	if (!rc)
		rc = sum_of(fd, is, err);
	if (!rc && memcmp(want, is, SUM) != 0)
		rc = ct_fail(err, CT_DATAERR,
		    "source '%s': the file has another SHA-256 than it should:"
		    " nothing taken",
		    s->name);
	return rc;
}

/* ----------------------------------------------------------------------------
 */

char *
source_fetch_name(const struct ct_source *s)
{
	return s->url ? ct_http_redacted(s->url) : ct_strdup(s->path);
}

static int
open_path(const struct ct_source *s, int *fd, struct ct_err *err)
{
	struct ct_err why = { 0 };
	struct stat st;

	*fd = ct_file_open(s->path, true, &st, &why);
	return *fd < 0 ? ct_fail(err, why.code, "'%s': %s", s->path, why.msg)
		       : 0;
}

int
source_fetch(
    struct ct_source *s, struct ct_cursor *cur, int *fd, struct ct_err *err)
{
	struct ct_get g = { 0 };
	char *path;
	int rc;

	*fd = -1;
	if (s->path) {
		rc = open_path(s, fd, err);
	} else if (!(rc = open_server(&g, s, err))) {
		path = ct_printf("%s/lists/known.fetch", s->home);
		*fd = g.out = ct_file_scratch(path, err);
		free(path);
		rc = *fd < 0 ? err->code : from_server(s, &g, cur, err);
	}
	if (!rc && s->sha256)
		rc = verify(s, &g, *fd, err);
	if (!rc && lseek(*fd, 0, SEEK_SET) < 0)
		rc = ct_fail_errno(err, CT_IOERR, "cannot read");
	ct_get_close(&g);
	if (rc && *fd >= 0) {
		(void)close(*fd);
		*fd = -1;
	}
	return rc;
}

int
source_fetch_check(struct ct_source *s, struct ct_err *err)
{
	struct ct_http_res res;
	struct ct_get g = { 0 };
	int fd, rc;

	if (s->path) {
		if (!(rc = open_path(s, &fd, err)))
			(void)close(fd);
		return rc;
	}
	rc = open_server(&g, s, err);
	g.cut = true;
	if (!rc && !(rc = ct_get_path(&g, "", &res, err)))
		ct_http_done(&res);
	ct_get_close(&g);
	return rc;
}

int
source_fetch_conf(const struct ct_source *s, struct ct_err *err)
{
	uint8_t sum[SUM];

	if (!s->path == !s->url || (s->path && s->credential))
		return ct_fail(err, CT_CONFIG,
		    "source '%s': type = file wants either path or url, and a"
		    " credential only for a url",
		    s->name);
	if (s->sha256 && strcmp(s->sha256, "yes") != 0 &&
	    (strlen(s->sha256) != 2 * SUM || ct_unhex(s->sha256, sum, SUM) < 0))
		return ct_fail(err, CT_CONFIG,
		    "source '%s': want sha256 = yes, or 64 hex digits",
		    s->name);
	if (s->sha256 && s->url && strcmp(s->sha256, "yes") == 0 &&
	    strpbrk(s->url, "?#"))
		return ct_fail(err, CT_CONFIG,
		    "source '%s': beside a url with ? is no .sha256: want"
		    " sha256 = 64 hex digits",
		    s->name);
	return 0;
}
