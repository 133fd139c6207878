/* source_tat.c - the hash list of Tech Against Terrorism (TCAP) */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "blake.h"
#include "clock.h"
#include "prog.h"
#include "source_feed.h"

#define SIZE 1000

static char *
path_of(const struct ct_feed *f, const char *mark)
{
	char *after = mark ? ct_get_escape(mark) : NULL;
	char *path = ct_printf("/api/hash-list/v2/all?order=asc%s%s&limit=%d",
	    after ? "&after=" : "", after ? after : "", f->size);

	free(after);
	return path;
}

static char *
first(const struct ct_feed *f)
{
	return path_of(f, f->mark);
}

/*
 * Does the mark, TIME,ID, say where the last record of the page is?  Then what
 * is behind it is the next page, and nothing slips through when records change
 * meanwhile, as it does where pages are counted off.
 */
static bool
is_last(const char *mark, const json_t *records)
{
	const json_t *last = json_array_get(records,
	    json_array_size(records) ? json_array_size(records) - 1 : 0);
	char room[32], *end;
	const char *id = ct_feed_get(last, "id", room);
	double at = strtod(mark, &end);
	const json_t *v = json_object_get(last, "updated_on");

	return id && *end == ',' && strcmp(end + 1, id) == 0 &&
	    json_is_number(v) && json_number_value(v) >= at &&
	    json_number_value(v) <= at;
}

static int
page(struct ct_feed *f, const json_t *doc, struct ct_feed_page *p,
    struct ct_err *err)
{
	const json_t *next = json_object_get(doc, "next");
	char room[32];
	const char *mark = ct_feed_get(doc, "checkpoint", room);
	const char *link = json_is_null(next) ? NULL : ct_feed_text(next, room);
	char *path = NULL;

	p->records = json_object_get(doc, "results");
	if (!json_is_array(p->records))
		return ct_fail(err, CT_DATAERR, "it holds no results");
	if (link && *link && !(path = ct_get_link(&f->get, link, NULL, err)))
		return err->code;
	if (mark && *mark)
		p->mark = ct_strdup(mark);
	if (path && p->mark && is_last(p->mark, p->records))
		p->next = path_of(f, p->mark);
	else if (path)
		p->next = ct_strdup(path);
	free(path);
	return 0;
}

static const char *
content_of(const char *type)
{
	static const struct {
		const char *type, *content;
	} all[] = { { "mp4", "video" }, { "mov", "video" }, { "avi", "video" },
		{ "mkv", "video" }, { "webm", "video" }, { "wmv", "video" },
		{ "m4v", "video" }, { "3gp", "video" }, { "flv", "video" },
		{ "mpg", "video" }, { "mpeg", "video" }, { "jpg", "image" },
		{ "jpeg", "image" }, { "png", "image" }, { "gif", "image" },
		{ "webp", "image" }, { "bmp", "image" }, { "tiff", "image" },
		{ "heic", "image" } };
	size_t i;

	if (type && *type == '.')
		type++;
	for (i = 0; type && i < sizeof all / sizeof all[0]; i++)
		if (strcasecmp(type, all[i].type) == 0)
			return all[i].content;
	return type && strncmp(type, "video", 5) == 0 ? "video"
	    : type && strncmp(type, "image", 5) == 0  ? "image"
						      : "unknown";
}

static int
record(struct ct_feed *f, const json_t *rec, struct ct_err *err)
{
	char room[5][32], type[CT_SIGNAL_TYPE], at[CT_TIME_LEN];
	const char *id = ct_feed_get(rec, "id", room[0]);
	const char *hash = ct_feed_get(rec, "hash_digest", room[1]);
	const char *kind = ct_feed_get(rec, "algorithm", room[2]);
	int64_t ms = ct_feed_ms(json_object_get(rec, "updated_on"));
	struct ct_entry e = { .member = "",
		.entry = id,
		.content = content_of(ct_feed_get(rec, "file_type", room[3])),
		.classification = ct_feed_get(rec, "ideology", room[4]) };
	struct ct_signal sig;
	const char *why;
	int rc;

	if (!id || !*id || ms < 0)
		return ct_feed_reject(
		    f, id, id && *id ? "no timestamp" : "no id", err);
	e.at = ct_time(ms, at);
	/* of the same id whatever it is said to be */
	if (json_is_true(json_object_get(rec, "deleted")))
		return ct_feed_put_whole(f, id, &e, 0, err);
	if (!hash || !kind)
		return ct_feed_reject(f, id, hash ? "no type" : "no hash", err);
	ct_feed_type(type, kind);
	if ((rc = ct_feed_signal(f, type, hash, &sig, &why, err)))
		return rc;
	if (why)
		return ct_feed_reject(f, id, why, err);
	e.signal = &sig;
	e.n = 1;
	rc = ct_feed_put_whole(f, id, &e, 1, err);
	free(sig.hash);
	return rc;
}

const struct ct_feed_proto ct_feed_tat = {
	.size = SIZE,
	.first = first,
	.page = page,
	.record = record,
};

/* A token for our name and password; it is a header from then on. */
static int
log_in(struct ct_feed *f, char **bearer, struct ct_err *err)
{
	char *user = ct_get_escape(f->get.cred.user);
	char *password = ct_get_escape(f->get.cred.password);
	char *form =
	    ct_printf("username=%s&password=%s&resend=false", user, password);
	struct ct_err why = { 0 };
	struct ct_http_res res;
	json_t *doc = NULL;
	const char *token = NULL;
	int rc = ct_get_post(&f->get, "/token-auth/tcap/", form, &res, err);

	if (!rc) {
		doc = ct_json_page(res.body, res.len, &why);
		token = json_string_value(json_object_get(doc, "token"));
		if (!token || strpbrk(token, "\r\n"))
			rc = ct_fail(err, CT_PROTOCOL,
			    "source '%s': it gives no token", f->src->name);
		else
			*bearer = ct_printf("Authorization: Bearer %s", token);
		ct_wipe(res.body, res.len);
		ct_http_done(&res);
	}
	json_decref(doc);
	ct_wipe(password, strlen(password));
	ct_wipe(form, strlen(form));
	free(user);
	free(password);
	free(form);
	return rc;
}

static int
open_tat(struct ct_feed *f, char **bearer, struct ct_err *err)
{
	int rc = ct_get_open(&f->get, f->src, CT_CRED_USER, NULL, NULL, err);

	f->get.basic = false;
	if (rc || (rc = log_in(f, bearer, err)))
		return rc;
	f->get.header[0] = *bearer;
	return 0;
}

static void
close_tat(struct ct_feed *f, char *bearer)
{
	ct_get_close(&f->get);
	if (bearer)
		ct_wipe(bearer, strlen(bearer));
	free(bearer);
}

static int
sync_tat(struct ct_source *s, struct ct_err *err)
{
	struct ct_feed f = { .src = s, .proto = &ct_feed_tat };
	char *bearer = NULL;
	int rc = open_tat(&f, &bearer, err);

	if (!rc)
		rc = ct_feed_run(&f, f.get.base, err);
	close_tat(&f, bearer);
	return rc;
}

static int
check_tat(struct ct_source *s, char **what, struct ct_err *err)
{
	struct ct_feed f = { .src = s };
	char *bearer = NULL;
	int rc = open_tat(&f, &bearer, err);

	*what = NULL;
	close_tat(&f, bearer);
	return rc;
}

/* What it holds is no abuse of children. */
static const char *
class_tat(const struct ct_source *s)
{
	(void)s;
	return "own";
}

static int
conf_tat(struct ct_source *s, struct ct_err *err)
{
	if (ct_get_conf(s, err))
		return err->code;
	if (strcmp(s->class, "csam") == 0)
		return ct_fail(err, CT_CONFIG,
		    "source '%s': type = tat holds no class = csam", s->name);
	return 0;
}

const struct ct_adapter ct_source_tat = { "tat", conf_tat, sync_tat, check_tat,
	class_tat, NULL };
