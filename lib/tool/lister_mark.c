/*
 * lister_mark.c - the checkpoint: a file that says where a listing is
 *
 * It is written after what it speaks of, so that what it takes for done is out:
 * whoever goes on from it lists nothing less, and may list something twice.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base64.h"
#include "blake.h"
#include "clock.h"
#include "file.h"
#include "hex.h"
#include "lister_impl.h"
#include "prog.h"

#define MARK_MAX ((size_t)64 << 10)
#define MARK_MS 1000

/* A digest of all that makes it this listing and no other. */
static char *
asked(const struct ct_lister *how)
{
	struct ct_blake b;
	uint8_t sum[16];
	char hex[33], *more;
	size_t i;

	ct_blake_start(&b, sizeof sum, NULL);
	for (i = 0; i < how->n; i++)
		ct_blake_field(&b, how->place[i]);
	ct_blake_field(&b, how->inventory);
	more = ct_printf(
	    "%u/%u %lld", how->shard, how->shards, (long long)how->since);
	ct_blake_field(&b, more);
	free(more);
	ct_blake_end(&b, sum, sizeof sum);
	ct_hex(sum, sizeof sum, hex);
	return ct_strdup(hex);
}

static char *
bytes(const json_t *rec, const char *name, size_t *len)
{
	const char *text = ct_rec_text(rec, name);
	char *out;

	if (!text)
		return NULL;
	out = ct_alloc(strlen(text) + 1, 1);
	if (ct_unbase64(text, strlen(text), (uint8_t *)out, len)) {
		out[*len] = '\0';
		return out;
	}
	free(out);
	return NULL;
}

static int
take(struct lister *l, const json_t *rec, struct ct_err *err)
{
	const char *of = ct_rec_text(rec, "of"),
		   *marker = ct_rec_text(rec, "marker");
	json_int_t place = json_integer_value(json_object_get(rec, "place"));
	json_int_t row = json_integer_value(json_object_get(rec, "row"));

	if (!of || strcmp(of, l->of) != 0)
		return ct_fail(err, CT_DATAERR,
		    "'%s' is the checkpoint of another listing",
		    l->how->checkpoint);
	if (place < 0 || (size_t)place >= l->how->n || row < 0)
		return ct_fail(err, CT_DATAERR, "'%s' is no checkpoint",
		    l->how->checkpoint);
	l->place = (size_t)place;
	l->row = (uint64_t)row;
	l->after = bytes(rec, "after", &l->afterlen);
	l->aftercap = l->after ? l->afterlen + 1 : 0;
	l->marker = marker ? ct_strdup(marker) : NULL;
	l->resumed = true;
	return 0;
}

int
lister_mark_load(struct lister *l, struct ct_err *err)
{
	const char *path = l->how->checkpoint;
	uint8_t *text;
	size_t len;
	json_t *rec;
	int rc;

	if (!path)
		return 0;
	l->of = asked(l->how);
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	if (ct_file_read(path, MARK_MAX, &text, &len, err))
		return err->code;
	rec = ct_json_object((char *)text, len, err);
	free(text);
	if (!rec)
		return ct_fail(err, CT_DATAERR, "'%s' is no checkpoint", path);
	rc = take(l, rec, err);
	json_decref(rec);
	return rc;
}

static int
save(struct lister *l, struct ct_err *err)
{
	json_t *rec = json_pack("{s:s, s:I, s:I, s:s*}", "of", l->of, "place",
	    (json_int_t)l->place, "row", (json_int_t)l->row, "marker",
	    l->marker);
	char *coded, *text;
	size_t len;
	int rc;

	if (l->after) {
		coded = ct_alloc(CT_BASE64_LEN(l->afterlen) + 1, 1);
		ct_base64(l->after, l->afterlen, coded);
		(void)json_object_set_new(rec, "after", json_string(coded));
		free(coded);
	}
	text = ct_rec_dump(rec, &len);
	json_decref(rec);
	rc = ct_file_replace(l->how->checkpoint, 0600, text, len, err);
	free(text);
	return rc;
}

int
lister_mark(struct lister *l, struct ct_err *err)
{
	int64_t now;
	int rc;

	if (!l->how->checkpoint)
		return 0;
	now = ct_mono();
	if (now - l->marked < MARK_MS)
		return 0;
	l->marked = now;
	rc = ct_out_flush(&l->out, err);
	return rc ? rc : save(l, err);
}

int
lister_mark_end(struct lister *l, struct ct_err *err)
{
	const char *path = l->how->checkpoint;

	if (!path || (unlink(path) < 0 && errno == ENOENT))
		return 0;
	if (access(path, F_OK) == 0)
		return ct_fail_errno(err, CT_IOERR, "cannot remove '%s'", path);
	return ct_file_sync_dir(path, err);
}
