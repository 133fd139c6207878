#include "bytes.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "hook.h"
#include "os.h"
#include "prog.h"
#include "s3.h"

#define SLACK 2000 /* ms more than ct-fetch was given */

static const char *conf;

void
ct_bytes_from(const char *name)
{
	conf = name;
}

/* Can ct-fetch get it? */
static bool
remote(const json_t *rec)
{
	const json_t *id = json_object_get(rec, "id");
	struct ct_key key = { 0 };
	struct ct_err none = { 0 };
	bool yes = json_is_string(id) &&
	    ct_key_parse(&key, json_string_value(id), json_string_length(id),
		&none) == 0;

	ct_key_free(&key);
	return yes || json_is_string(json_object_get(rec, "url"));
}

bool
ct_bytes_told(const json_t *rec)
{
	struct ct_err none = { 0 };
	char *path;
	int rc = ct_rec_path(rec, &path, &none);

	free(path);
	return rc == 0 ||
	    (rc == CT_NO &&
		(json_is_string(json_object_get(rec, "text")) || remote(rec)));
}

/* ---- from a path -----------------------------------------------------------
 */

static int
at_path(const char *path, uint64_t max, int *fd, struct ct_err *err)
{
	struct stat st;

	if ((*fd = ct_file_open(path, true, &st, err)) < 0)
		return err->code;
	if ((uint64_t)st.st_size <= max)
		return 0;
	(void)close(*fd);
	*fd = -1;
	return CT_NO;
}

/* ---- by ct-fetch -----------------------------------------------------------
 */

/* In a record of a file, or in a file of a report; NULL: in neither. */
static const json_t *
said(const json_t *rec, const char *in_record, const char *in_file)
{
	const json_t *v = ct_rec_get(rec, in_record);

	return v ? v : json_object_get(rec, in_file);
}

/* What ct-fetch reads: no argument, which all may see, says what is wanted. */
static int
ask(const json_t *rec, struct ct_err *err)
{
	const json_t *sum = said(rec, "hashes.sha256", "sha256");
	json_t *one;
	size_t len;
	char *line;
	int fd;

	if (!json_is_string(sum)) {
		(void)ct_fail(err, CT_DATAERR, "no hashes.sha256");
		return -1;
	}
	one =
	    json_pack("{s:O*, s:O*, s:{s:O}}", "id", json_object_get(rec, "id"),
		"url", json_object_get(rec, "url"), "hashes", "sha256", sum);
	line = ct_rec_dump(one, &len);
	fd = ct_os_bytes(line, len, err);
	free(line);
	json_decref(one);
	return fd;
}

static int
ended(int status, struct ct_err *err)
{
	if (status == CT_NO)
		return ct_fail(err, CT_NOINPUT, "it is gone from where it was");
	if (status == CT_NOINPUT)
		return ct_fail(err, status,
		    "there is no such bucket, or no "
		    "file of its secrets");
	if (status == CT_DATAERR)
		return ct_fail(
		    err, status, "it is another than the one that was found");
	if (status == CT_NOPERM)
		return ct_fail(err, status, "its store refuses us");
	if (status == CT_TEMPFAIL)
		return ct_fail(err, status, "its store fails for now");
	return ct_fail(err,
	    status > CT_USAGE && status <= CT_CONFIG ? status : CT_SOFTWARE,
	    "it cannot be fetched: ct-fetch ended with exit status %d", status);
}

static int
run(uint64_t size, int64_t ms, int in, int out, struct ct_err *err)
{
	static const char *const env[] = { "CT_CONF", "CREDENTIALS_DIRECTORY",
		"AWS_SHARED_CREDENTIALS_FILE", "AWS_PROFILE", "HOME", NULL };
	const struct ct_hook_ours ours = { in, out, env };
	struct ct_hook_run how = { .ours = &ours };
	char *most = ct_printf("--max-bytes=%llu", (unsigned long long)size),
	     *time = ct_printf("--max-time=%lld", (long long)ms / 1000),
	     *file = conf ? ct_printf("--config=%s", conf) : NULL,
	     *program = ct_sibling("ct-fetch");
	char *argv[] = { program, ct_strdup("--one"), ct_strdup("--retries=2"),
		most, time, file, NULL };
	struct ct_hook hook = {
		.argv = argv, .n = file ? 6 : 5, .timeout = ms + SLACK
	};
	int rc = ct_hook_run(&hook, &how, err);
	size_t i;

	if (rc && how.status > 0)
		rc = ended(how.status, err);
	for (i = 0; i < hook.n; i++)
		free(argv[i]);
	return rc;
}

static int
fetch(const json_t *rec, uint64_t max, int64_t ms, int *fd, struct ct_err *err)
{
	const json_t *size = said(rec, "file.size", "size");
	uint64_t most = (uint64_t)4 << 30;
	int in, rc;

	if (json_is_integer(size) && json_integer_value(size) >= 0) {
		most = (uint64_t)json_integer_value(size);
		if (most > max)
			return CT_NO;
	}
	if ((in = ask(rec, err)) < 0)
		return err->code;
	if ((*fd = ct_os_room(err)) < 0) {
		(void)close(in);
		return err->code;
	}
	most = most < max ? most : max;
	rc = run(most ? most : 1, ms, in, *fd, err);
	(void)close(in);
	if (!rc)
		rc = ct_os_seal(*fd, err);
	if (rc) {
		(void)close(*fd);
		*fd = -1;
	}
	return rc;
}

int
ct_bytes_open(
    const json_t *rec, uint64_t max, int64_t ms, int *fd, struct ct_err *err)
{
	const json_t *text = json_object_get(rec, "text");
	char *path;
	int rc = ct_rec_path(rec, &path, err);

	*fd = -1;
	if (rc == 0)
		rc = at_path(path, max, fd, err);
	else if (rc == CT_NO && json_is_string(text))
		rc = (*fd = ct_os_bytes(json_string_value(text),
			  json_string_length(text), err)) < 0
		    ? err->code
		    : 0;
	else if (rc == CT_NO)
		rc = remote(rec) ? fetch(rec, max, ms, fd, err)
				 : ct_fail(err, CT_NOINPUT, "it has no path");
	free(path);
	return rc;
}
