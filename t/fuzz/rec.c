/* Any bytes as input of a filter, and as the name of a file. */
#include "fuzz.h"

#include <fcntl.h>

#include "rec.h"

static int
each(json_t *rec, void *arg, struct ct_err *err)
{
	uint8_t hash[32];
	const char *id;
	int rc = ct_rec_hash(rec, "pdq", hash, sizeof hash, err);

	(void)arg;
	if (ct_rec_account(rec, &id, err) == 0)
		must(!id || json_string_value(ct_rec_get(rec, "user.id")));
	(void)json_object_set_new(rec, "seen", json_integer(rc));
	return rc == CT_NO ? 0 : rc;
}

static void
filter(const uint8_t *data, size_t len)
{
	struct ct_filter f = { .each = each, .quiet = true };

	f.in = fuzz_fd(data, len);
	f.out = open("/dev/null", O_WRONLY);
	must(f.out >= 0);
	(void)ct_filter(&f);
	(void)close(f.in);
}

/* The record of a name, as a later program reads it. */
static char *
there_and_back(const char *name)
{
	json_t *rec = json_object();
	struct ct_err err;
	char *line, *path;

	ct_rec_name(rec, name);
	line = json_dumps(rec, JSON_COMPACT);
	must(line && !strchr(line, '\n'));
	json_decref(rec);
	rec = ct_json_object(line, strlen(line), &err);
	must(rec && ct_rec_text(rec, "id"));
	must(ct_rec_path(rec, &path, &err) == 0);
	json_decref(rec);
	free(line);
	return path;
}

/* Whatever bytes a name is of, its record leads to the same file. */
static void
name(const uint8_t *data, size_t len)
{
	char *text = fuzz_text(data, len), *whole, *again, *path;

	if (*text) {
		whole = ct_rec_whole(text);
		again = ct_rec_whole(whole);
		must(strcmp(whole, again) == 0);
		path = there_and_back(whole);
		must(strcmp(path, whole) == 0);
		free(whole);
		free(again);
		free(path);
	}
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	filter(data, len);
	name(data, len);
	return 0;
}
