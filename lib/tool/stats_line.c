/* stats_line.c - what a record says of items and reports */
#include <string.h>

#include "authority.h"
#include "clock.h"
#include "stats_impl.h"

void
stats_digest(
    const struct stats *s, uint8_t out[16], const char *a, const char *b)
{
	struct ct_blake h;

	ct_blake_start(&h, 16, s->key);
	ct_blake_field(&h, a);
	ct_blake_field(&h, b);
	ct_blake_end(&h, out, 16);
}

/* A SHA-256 in capitals is the same content. */
static const char *
lower(const char *sum, char room[65])
{
	size_t i;

	if (!sum || strlen(sum) != 64)
		return sum;
	memcpy(room, sum, 65);
	for (i = 0; i < 64; i++)
		if (room[i] >= 'A' && room[i] <= 'F')
			room[i] = "abcdef"[room[i] - 'A'];
	return room;
}

void
stats_content(const struct stats *s, uint8_t out[16], const char *sum)
{
	char room[65];

	stats_digest(s, out, lower(sum, room), NULL);
}

void
stats_item(const struct stats *s, uint8_t key[16], const char *id,
    const char *sum, const char *user)
{
	uint8_t account[16] = { 0 };
	char room[65];

	stats_digest(s, key, id, lower(sum, room));
	if (user && *user) {
		stats_digest(s, account, user, "account");
		account[0] |= 1; /* none is that of no account */
	}
	memcpy(key + STATS_OBJECT, account, 16 - STATS_OBJECT);
}

int64_t
stats_time(const json_t *rec, const char *path)
{
	const char *text = ct_rec_text(rec, path);
	int64_t ms;

	return text && ct_time_parse(text, &ms) == 0 && ms > 0 ? ms : 0;
}

int
stats_env(const char *name)
{
	if (name && strcmp(name, "production") == 0)
		return STATS_PRODUCTION;
	return name && strcmp(name, "test") == 0 ? STATS_TEST : -1;
}

int
stats_put(struct stats_sort *to, const uint8_t key[16], enum stats_kind kind,
    int64_t at, size_t value, const uint8_t *ref, struct ct_err *err)
{
	struct stats_row row = {
		.kind = (uint8_t)kind, .at = at, .value = (uint32_t)value
	};

	memcpy(row.key, key, 16);
	if (ref)
		memcpy(row.ref, ref, 16);
	return stats_sort_add(to, &row, err);
}

static bool
is(const json_t *rec, const char *path, const char *word)
{
	const char *text = ct_rec_text(rec, path);

	return text && strcmp(text, word) == 0;
}

/* ---- an item ------------------------------------------------------------ */

static int
in(struct stats *s, const uint8_t key[16], enum stats_dim dim, const char *name,
    struct ct_err *err)
{
	return stats_put(
	    s->items, key, STATS_IN, 0, stats_group(s, dim, name), NULL, err);
}

int
stats_reported(struct stats *s, const uint8_t key[16], struct ct_err *err)
{
	return in(s, key, STATS_METHOD, "reported", err);
}

/* Its record has come, and no more hits than these. */
static int
seen(struct stats *s, const uint8_t key[16], const json_t *hits,
    struct ct_err *err)
{
	const char *source, *list, *type;
	char name[128];
	const json_t *hit;
	size_t i;
	int rc = stats_put(s->items, key, STATS_SEEN, 0, 0, NULL, err);

	json_array_foreach(hits, i, hit)
	{
		source = ct_rec_text(hit, "source");
		list = ct_rec_text(hit, "list");
		type = ct_rec_text(hit, "type");
		if (!source)
			continue;
		(void)snprintf(name, sizeof name, "%s%s%s", source,
		    list ? "/" : "", list ? list : "");
		if (!rc)
			rc = in(s, key, STATS_LIST, name, err);
		if (!rc && type)
			rc = in(s, key, STATS_METHOD, type, err);
	}
	return rc;
}

bool
stats_harmful(int verdict)
{
	return verdict >= 0 &&
	    strcmp(ct_verdicts[verdict].name, "not_csam") != 0 &&
	    strcmp(ct_verdicts[verdict].name, "unsure") != 0;
}

int
stats_verdict(struct stats *s, const uint8_t key[16], int64_t at,
    const char *name, int64_t order, struct ct_err *err)
{
	const struct ct_verdict *v = name ? ct_verdict_named(name) : NULL;
	size_t value;

	if (!v || !at)
		return CT_NO;
	value = (size_t)(v - ct_verdicts);
	value |= ((size_t)order & 0x7fffff) << 9 |
	    (size_t)stats_harmful((int)value) << 8;
	return stats_put(
	    s->items, key, STATS_VERDICT, at - at % 1000, value, NULL, err);
}

/* What a person decided, not what is only wanted or goes along. */
static int
verdict(struct stats *s, const uint8_t key[16], const json_t *review,
    struct ct_err *err)
{
	int rc;

	if (json_object_get(review, "wants"))
		return 0;
	rc = stats_verdict(s, key, stats_time(review, "at"),
	    ct_rec_text(review, "verdict"), 0, err);
	return rc == CT_NO ? 0 : rc;
}

/* Since when people want it looked at; they are how it was found, too. */
static int
known(struct stats *s, const uint8_t key[16], const json_t *reasons,
    struct ct_err *err)
{
	const json_t *one;
	int64_t at;
	size_t i;
	int rc = 0;

	json_array_foreach(reasons, i, one)
	{
		at = stats_time(one, "at");
		if (at && !rc)
			rc = stats_put(
			    s->items, key, STATS_KNOWN, at, 0, NULL, err);
		if (at && !rc)
			rc = stats_reported(s, key, err);
	}
	return rc;
}

/* A classifier wanted it looked at. */
static int
scored(struct stats *s, const uint8_t key[16], const json_t *scores,
    struct ct_err *err)
{
	const json_t *one;
	size_t i;

	json_array_foreach(scores, i, one)
	{
		if (json_is_true(json_object_get(one, "review")))
			return in(s, key, STATS_METHOD, "classifier", err);
	}
	return 0;
}

static bool
was_done(const json_t *action)
{
	return is(action, "state", "done") || is(action, "state", "already");
}

/* What became of an object; id: of a report, its object; NULL: of a file. */
static int
removed(struct stats *s, const uint8_t key[16], const json_t *actions,
    const char *id, struct ct_err *err)
{
	const json_t *action, *one, *did;
	int64_t at;
	size_t i, k;
	bool back;
	int rc = 0;

	json_array_foreach(actions, i, action)
	{
		did = id ? NULL : action;
		json_array_foreach(json_object_get(action, "objects"), k, one)
		{
			if (id && is(one, "id", id))
				did = one;
		}
		at = stats_time(action, "at");
		back = is(action, "verb", "restore");
		if (did && at && was_done(did) && !rc &&
		    (back || is(action, "verb", "hide") ||
			is(action, "verb", "delete")))
			rc = stats_put(
			    s->items, key, STATS_GONE, at, back, NULL, err);
	}
	return rc;
}

/* ---- a report ----------------------------------------------------------- */

struct report {
	const json_t *rec, *sent; /* submission.files, or NULL */
	uint8_t key[16];
	bool over; /* finished, or filed elsewhere */
	enum stats_env env;
};

static bool
was_sent(const struct report *r, const char *id, const char *sha256)
{
	const json_t *one;
	size_t i;

	json_array_foreach(r->sent, i, one)
	{
		if (is(one, "id", id) && is(one, "sha256", sha256))
			return true;
	}
	return !r->sent;
}

/* What has a file, what tells something, what has no bytes any more. */
static const struct list {
	const char *name, *content; /* content: the member of one */
	bool file, text;
} lists[] = { { "report.files", "sha256", true, false },
	{ "report.texts", "content", false, true },
	{ "report.missing", "sha256", false, false } };

static int
part(struct stats *s, const struct report *r, const json_t *one,
    const struct list *l, struct ct_err *err)
{
	const char *id = ct_rec_text(one, "id");
	const char *sum = ct_rec_text(one, l->content);
	const char *user = ct_rec_text(r->rec, "user.id");
	const json_t *hits = json_object_get(one, "hits");
	uint8_t key[16], all[16], digest[16];
	int rc = 0;

	if (!id || !sum)
		return 0;
	stats_item(s, key, id, sum, user);
	stats_item(s, all, id, sum, NULL);
	stats_content(s, digest, sum);
	if (l->text || (l->file && json_is_array(hits)))
		rc = seen(s, key, hits, err);
	if (!rc)
		rc = verdict(s, key, json_object_get(one, "review"), err);
	if (!rc)
		rc =
		    removed(s, all, json_object_get(r->rec, "action"), id, err);
	if (!rc)
		rc = stats_put(s->items, key, l->file ? STATS_FILE : STATS_BARE,
		    0, l->file, l->file ? digest : NULL, err);
	if (!rc && r->over && (!l->file || was_sent(r, id, sum)))
		rc = stats_put(
		    s->items, key, STATS_SENT, 0, r->env, r->key, err);
	return rc;
}

static int
parts(struct stats *s, const struct report *r, struct ct_err *err)
{
	const json_t *one;
	size_t i, k;
	int rc = 0;

	for (k = 0; k < sizeof lists / sizeof *lists; k++) {
		json_array_foreach(ct_rec_get(r->rec, lists[k].name), i, one)
		{
			if (!rc)
				rc = part(s, r, one, &lists[k], err);
		}
	}
	return rc;
}

/* That it is finished, with so many files, and whose it is. */
static int
finished(struct stats *s, const struct report *r, struct ct_err *err)
{
	const char *user = ct_rec_text(r->rec, "user.id");
	size_t n = json_array_size(r->sent);
	uint8_t account[16];
	int rc;

	if (!r->sent)
		n = json_array_size(ct_rec_get(r->rec, "report.files"));
	rc = stats_put(s->reports, r->key, STATS_FINISHED,
	    stats_time(r->rec, "submission.at"), r->env, NULL, err);
	if (!rc)
		rc =
		    stats_put(s->reports, r->key, STATS_COUNT, 0, n, NULL, err);
	if (rc || !user)
		return rc;
	stats_digest(s, account, user, "account");
	return stats_put(s->reports, r->key, STATS_ACCOUNT, 0, 0, account, err);
}

static int
report(struct stats *s, const json_t *rec, struct ct_err *err)
{
	const char *authority = ct_rec_text(rec, "report.authority");
	const char *number = ct_rec_text(rec, "submission.report_id");
	const char *env = ct_rec_text(rec, "submission.env");
	const json_t *sent = ct_rec_get(rec, "submission.files");
	struct report r = { .rec = rec,
		.sent = json_is_array(sent) ? sent : NULL };
	int rc = 0;

	if (!ct_authority_is_ncmec(rec)) {
		r.env = STATS_DESK;
		r.sent = NULL;
		r.over = is(rec, "submission.state", "filed") ||
		    is(rec, "submission.state", "exempt");
		stats_digest(s, r.key, authority, ct_rec_text(rec, "id"));
		if (is(rec, "submission.state", "filed"))
			rc = stats_put(s->reports, r.key, STATS_OTHER,
			    stats_time(rec, "submission.at"),
			    (size_t)(stats_env(env) == STATS_PRODUCTION), NULL,
			    err);
		/* an exemption, or one filed, of the test environment ends no
		 * wait in the other */
		if (stats_env(env) !=
		    (s->how->test ? STATS_TEST : STATS_PRODUCTION))
			r.over = false;
	} else if (is(rec, "submission.state", "finished") && number &&
	    stats_env(env) >= 0 && stats_time(rec, "submission.at")) {
		r.env = (enum stats_env)stats_env(env);
		r.over = true;
		stats_digest(s, r.key, env, number);
		rc = finished(s, &r, err);
	}
	return rc ? rc : parts(s, &r, err);
}

/* ---- a record ----------------------------------------------------------- */

static int
scanned(struct stats *s, const uint8_t key[16], const uint8_t all[16],
    const json_t *rec, struct ct_err *err)
{
	const char *word = ct_rec_text(rec, "match.verdict");
	const char *surface = ct_rec_text(rec, "surface");
	size_t m = 0;
	int rc;

	while (m < STATS_MATCHES && strcmp(stats_matches[m], word) != 0)
		m++;
	if (m == STATS_MATCHES)
		return 0;
	rc = stats_put(s->items, all, STATS_SCANNED, 0, m, NULL, err);
	if (!rc && m == STATS_MATCH)
		rc = seen(s, key, ct_rec_get(rec, "match.hits"), err);
	if (!rc && surface)
		rc = in(s, key, STATS_SURFACE, surface, err);
	return rc;
}

int
stats_line(struct stats *s, const json_t *rec, struct ct_err *err)
{
	const json_t *review = json_object_get(rec, "review");
	const json_t *actions = json_object_get(rec, "action");
	const char *id = ct_rec_text(rec, "id");
	const char *sum = ct_rec_text(rec, "hashes.sha256");
	const char *user = ct_rec_text(rec, "user.id");
	bool matched = ct_rec_text(rec, "match.verdict") != NULL, told;
	uint8_t key[16], all[16];
	int rc = 0;

	if (json_is_object(json_object_get(rec, "report")))
		return report(s, rec, err);
	if (!id || !(matched || review || actions))
		return CT_NO;
	told = !sum;
	if (told)
		sum = ct_rec_text(review, "content");
	stats_item(s, key, id, sum, user);
	stats_item(s, all, id, sum, NULL);
	if (told && !matched)
		rc = seen(s, key, NULL, err);
	if (!rc && matched)
		rc = scanned(s, key, all, rec, err);
	if (!rc)
		rc = scored(s, key, json_object_get(rec, "scores"), err);
	if (!rc && review)
		rc = verdict(s, key, review, err);
	if (!rc && review)
		rc = known(s, key, json_object_get(review, "reasons"), err);
	if (!rc && actions)
		rc = removed(s, all, actions, NULL, err);
	return rc;
}
