/* enrich_map.c - from records to what is asked, from the answer into records */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "enrich_impl.h"
#include "prog.h"
#include "queue.h"

char *
enrich_key(const char *id, const char *type)
{
	return ct_printf("%zu:%s:%s", strlen(type), type, id);
}

const json_t *
enrich_find(const json_t *index, const char *id, const char *type)
{
	char *key = enrich_key(id, type);
	const json_t *found = json_object_get(index, key);

	free(key);
	return found;
}

const char *
enrich_user_type(const json_t *rec, const struct ct_enrich_types *types)
{
	const char *own = ct_rec_text(rec, "user.type_id");

	return own ? own : types->user;
}

const char *
enrich_media_type(const json_t *rec, const struct ct_enrich_types *types)
{
	const char *own = ct_rec_text(rec, "object.type_id");

	return own ? own : types->media;
}

bool
enrich_medium(const json_t *rec)
{
	struct ct_err none;
	char content[65];

	return ct_review_bytes(rec) ||
	    ct_review_content(rec, content, &none) == CT_NO;
}

const char *
ct_enrich_passes(const json_t *rec)
{
	const char *verdict = ct_rec_text(rec, "match.verdict");

	if (json_object_get(rec, "report") ||
	    json_object_get(rec, "supplemental"))
		return "passed";
	if (json_object_get(rec, "enrich"))
		return "already";
	if (!ct_review_has(rec, "review") && verdict &&
	    strcmp(verdict, "clean") == 0)
		return "clean";
	return NULL;
}

/* ---- asking ----------------------------------------------------------------
 */

/* Name one more, unless it was. */
static void
name(json_t *list, json_t *seen, const char *id, const char *type)
{
	char *key = enrich_key(id, type);

	if (!json_object_get(seen, key)) {
		(void)json_object_set_new(seen, key, json_true());
		(void)json_array_append_new(
		    list, json_pack("{s:s, s:s}", "id", id, "typeId", type));
	}
	free(key);
}

json_t *
ct_enrich_request(const json_t *recs, const struct ct_enrich_types *types)
{
	json_t *users = json_array(), *media = json_array();
	json_t *u = json_object(), *m = json_object();
	const char *account;
	const json_t *rec;
	size_t i;

	json_array_foreach(recs, i, rec)
	{
		account = ct_rec_text(rec, "user.id");
		if (account)
			name(users, u, account, enrich_user_type(rec, types));
		if (enrich_medium(rec))
			name(media, m, ct_rec_text(rec, "id"),
			    enrich_media_type(rec, types));
	}
	json_decref(u);
	json_decref(m);
	return json_pack("{s:o, s:o}", "users", users, "media", media);
}

/* ---- telling ---------------------------------------------------------------
 */

/* Only where nothing is said yet; v is taken. */
static void
set(json_t *to, const char *member, json_t *v)
{
	if (v && !json_is_null(v) && !json_object_get(to, member))
		(void)json_object_set(to, member, v);
	json_decref(v);
}

static json_t *
copy(const json_t *from, const char *member)
{
	return json_incref(json_object_get(from, member));
}

/* Members of an object under our names; from has the contract's shape. */
static json_t *
renamed(const json_t *from, const char *const names[][2])
{
	json_t *to = json_object();

	for (; (*names)[0]; names++)
		set(to, (*names)[1], copy(from, (*names)[0]));
	return to;
}

/* NULL if there are none: an empty list says nothing. */
static json_t *
renamed_all(const json_t *list, const char *const names[][2])
{
	json_t *to;
	const json_t *one;
	size_t i;

	if (!json_array_size(list))
		return NULL;
	to = json_array();
	json_array_foreach(list, i, one)
	{
		(void)json_array_append_new(to, renamed(one, names));
	}
	return to;
}

static const char *const ip_names[][2] = { { "ipAddress", "address" },
	{ "eventName", "event" }, { "dateTime", "at" },
	{ "possibleProxy", "proxy" }, { "port", "port" }, { NULL, NULL } };

static const char *const email_names[][2] = { { "email", "value" },
	{ "type", "type" }, { "verified", "verified" },
	{ "verificationDate", "verificationDate" }, { NULL, NULL } };

static const char *const hash_names[][2] = { { "hashType", "type" },
	{ "hash", "value" }, { NULL, NULL } };

static void
apply_user(json_t *user, const json_t *said, const json_t *more)
{
	set(user, "screen_name", copy(said, "screenName"));
	set(user, "email",
	    renamed_all(json_object_get(said, "email"), email_names));
	set(user, "ip",
	    renamed_all(json_object_get(said, "ipCaptureEvent"), ip_names));
	set(user, "additional_info", json_incref((json_t *)(uintptr_t)more));
}

static void
apply_object(json_t *object, const json_t *said)
{
	const json_t *info = json_object_get(said, "additionalInfo");
	const json_t *hash = json_object_get(said, "fileDetails");

	set(object, "name", copy(said, "fileName"));
	set(object, "public", copy(said, "publiclyAvailable"));
	if (json_is_true(json_object_get(said, "missing")))
		set(object, "missing", json_true());
	set(object, "ip",
	    renamed_all(json_object_get(said, "ipCaptureEvent"), ip_names));
	if (json_array_size(info))
		set(object, "additional_info", copy(said, "additionalInfo"));
	if (json_is_object(hash))
		set(object, "hash", renamed(hash, hash_names));
}

/* The addresses from which messages were sent. */
static void
apply_messages(json_t *threads, const json_t *by_id)
{
	json_t *thread, *message;
	const json_t *said;
	const char *id;
	size_t i, k;

	json_array_foreach(threads, i, thread)
	{
		json_array_foreach(
		    json_object_get(thread, "messages"), k, message)
		{
			id = json_string_value(json_object_get(message, "id"));
			said = id ? json_object_get(by_id, id) : NULL;
			set(message, "ip", copy(said, "ipAddress"));
		}
	}
}

/* The object that a member is, made if there is none. */
static json_t *
object_of(json_t *rec, const char *member)
{
	json_t *o = json_object_get(rec, member);

	if (!o) {
		o = json_object();
		(void)json_object_set_new(rec, member, o);
	}
	return o;
}

static json_t *
stamp(const char *by)
{
	char at[CT_TIME_LEN];

	return json_pack("{s:s, s:s}", "at", ct_time_now(at), "by", by);
}

static void
apply(json_t *rec, const struct ct_answer *a,
    const struct ct_enrich_types *types, const char *by)
{
	const json_t *more = json_object_get(a->body, "additionalInfo");
	const char *account = ct_rec_text(rec, "user.id");
	const json_t *said = NULL;

	if (account)
		apply_user(json_object_get(rec, "user"),
		    enrich_find(a->user, account, enrich_user_type(rec, types)),
		    more);
	if (enrich_medium(rec))
		said = enrich_find(a->medium, ct_rec_text(rec, "id"),
		    enrich_media_type(rec, types));
	if (said)
		apply_object(object_of(rec, "object"), said);
	if (!account && json_is_string(more))
		set(object_of(rec, "object"), "additional_info",
		    json_pack("[O]", more));
	if (!json_object_size(json_object_get(rec, "object")))
		(void)json_object_del(rec, "object");
	apply_messages(json_object_get(rec, "threads"), a->message);
	(void)json_object_set_new(rec, "enrich", stamp(by));
}

int
ct_enrich_apply(json_t *rec, const struct ct_answer *a,
    const struct ct_enrich_types *types, const char *by, struct ct_err *err)
{
	json_t *grown = json_deep_copy(rec);
	bool fits;

	apply(grown, a, types, by);
	fits = ct_rec_size(grown) <= CT_REC_MAX;
	if (fits)
		(void)json_object_update(rec, grown);
	json_decref(grown);
	return fits ? 0
		    : ct_fail(err, CT_DATAERR,
			  "the record and the answer would be over %d bytes",
			  CT_REC_MAX);
}

/* ---- further files ---------------------------------------------------------
 */

/* The address without what may be a pass to it; what a name has twice gets a
 * number. */
static char *
file_id(const char *url, json_t *taken)
{
	size_t len = strcspn(url, "?#");
	char *id = ct_printf("%.*s", (int)len, url), *next;
	size_t n = 1;

	while (json_object_get(taken, id)) {
		next = ct_printf("%.*s#%zu", (int)len, url, ++n);
		free(id);
		id = next;
	}
	(void)json_object_set_new(taken, id, json_true());
	return id;
}

json_t *
ct_enrich_files(const json_t *rec, const struct ct_answer *a, const char *by)
{
	const json_t *files = json_object_get(a->body, "additionalFiles");
	const json_t *account = ct_rec_get(rec, "user.id"), *one, *info;
	json_t *all = json_array(), *taken = json_object(), *file, *more;
	char *id;
	size_t i;

	json_array_foreach(files, i, one)
	{
		id = file_id(ct_rec_text(one, "fileUrl"), taken);
		more = json_pack("{s:O}", "of", json_object_get(rec, "id"));
		info = json_object_get(one, "additionalInfo");
		if (json_array_size(info))
			(void)json_object_set(
			    more, "additional_info", (json_t *)(uintptr_t)info);
		file = json_pack("{s:s, s:O, s:o, s:o}", "id", id, "url",
		    json_object_get(one, "fileUrl"), "supplemental", more,
		    "enrich", stamp(by));
		if (account)
			(void)json_object_set_new(
			    file, "user", json_pack("{s:O}", "id", account));
		if (json_is_string(json_object_get(one, "fileName")))
			(void)json_object_set_new(file, "object",
			    json_pack("{s:O}", "name",
				json_object_get(one, "fileName")));
		(void)json_array_append_new(all, file);
		free(id);
	}
	json_decref(taken);
	return all;
}
