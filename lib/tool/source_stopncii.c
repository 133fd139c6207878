/* source_stopncii.c - StopNCII: hashes that people filed of pictures of them */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"
#include "source_feed.h"
#include "source_vote.h"

#define PRODUCTION "https://api.stopncii.org/v1"
#define SECOND ((int64_t)1000)
#define FIRST 10 /* seconds: the moment that stands for all */

static void
wipe(char *text)
{
	if (text)
		ct_wipe(text, strlen(text));
	free(text);
}

int
ct_stopncii_open(struct ct_get *g, struct ct_source *src, bool feedback,
    struct ct_stopncii_keys *k, struct ct_err *err)
{
	const char *key;
	int rc = ct_get_open(g, src, CT_CRED_KEYS, PRODUCTION, NULL, err);

	if (rc)
		return rc;
	key = feedback ? g->cred.feedback_key : g->cred.fetch_key;
	if (!key)
		return ct_fail(err, CT_CONFIG,
		    "source '%s': the credential has no feedback_key",
		    src->name);
	k->function = ct_printf("x-functions-key: %s", key);
	k->subscription = ct_printf(
	    "Ocp-Apim-Subscription-Key: %s", g->cred.subscription_key);
	g->header[0] = k->function;
	g->header[1] = k->subscription;
	return 0;
}

void
ct_stopncii_close(struct ct_get *g, struct ct_stopncii_keys *k)
{
	ct_get_close(g);
	wipe(k->function);
	wipe(k->subscription);
	*k = (struct ct_stopncii_keys){ 0 };
}

static char *
path_of(const struct ct_feed *f, const char *token)
{
	int64_t from = f->cur.from / SECOND;

	return ct_printf("/FetchHashes?startTimestamp=%lld&pageSize=%d%s%s",
	    (long long)(from > FIRST ? from : FIRST), f->size,
	    token ? "&nextPageToken=" : "", token ? token : "");
}

static char *
first(const struct ct_feed *f)
{
	return path_of(f, NULL);
}

static int
page(struct ct_feed *f, const json_t *doc, struct ct_feed_page *p,
    struct ct_err *err)
{
	const json_t *token = json_object_get(doc, "nextPageToken");
	const json_t *count = json_object_get(doc, "count");
	const json_t *more = json_object_get(doc, "hasMoreRecords");
	char room[32], *text;
	const char *s = json_is_null(token) ? NULL : ct_feed_text(token, room);
	int64_t to = ct_feed_ms(json_object_get(doc, "nextSetTimestamp"));

	p->records = json_object_get(doc, "hashRecords");
	if (!json_is_array(p->records))
		return ct_fail(err, CT_DATAERR, "it holds no hashRecords");
	if (json_is_true(more) && (!s || !*s))
		return ct_fail(err, CT_DATAERR,
		    "it says that there are more records, and not where");
	if (json_is_integer(count) &&
	    json_integer_value(count) !=
		(json_int_t)json_array_size(p->records))
		ct_feed_warn(f, 2, "a page says another count than it has");
	if (to > 0)
		p->done_to = to;
	if (s && *s && !json_is_false(more)) {
		text = ct_get_escape(s);
		p->next = path_of(f, text);
		free(text);
	}
	return 0;
}

/* ImagePDQ and such: what it is of, and the type. */
static const char *
split(const char *type, char out[CT_SIGNAL_TYPE])
{
	static const struct {
		const char *prefix, *content;
	} kinds[] = { { "Image", "image" }, { "Video", "video" } };
	const char *content = "unknown", *rest = type;
	size_t i, n;

	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		n = strlen(kinds[i].prefix);
		if (strncmp(type, kinds[i].prefix, n) == 0 && type[n]) {
			content = kinds[i].content;
			rest = type + n;
		}
	}
	ct_feed_type(out, rest);
	if (strcmp(out, "url") == 0 || strcmp(out, "text") == 0)
		content = strcmp(out, "url") == 0 ? "url" : "text";
	return content;
}

static bool
withdrawn(const char *status)
{
	return status &&
	    (strcmp(status, "Withdrawn") == 0 ||
		strcmp(status, "Deleted") == 0);
}

/* Of a record without a status: are all its cases? */
static bool
all_withdrawn(const json_t *cases)
{
	const char *id;
	json_t *status;
	size_t n = 0;

	json_object_foreach((json_t *)(uintptr_t)cases, id, status)
	{
		if (!withdrawn(json_string_value(status)))
			return false;
		n++;
	}
	return n > 0;
}

/*
 * What the platforms say, and else how far the case is: one that nobody looked
 * at yet is a seed.  A platform that does not block what is an active case has
 * another opinion, no better one.
 */
static const char *
opinion(const json_t *rec, const char *status)
{
	const json_t *all = json_object_get(rec, "CSPFeedbacks"), *one;
	bool up = false, down = false;
	const char *value;
	size_t i;

	json_array_foreach(all, i, one)
	{
		value =
		    json_string_value(json_object_get(one, "feedbackValue"));
		up |= value && strcmp(value, "Blocked") == 0;
		down |= value && strcmp(value, "NotBlocked") == 0;
	}
	if (status && strcmp(status, "Active") == 0)
		up = true;
	return up && down ? "disputed"
	    : up          ? "positive"
	    : down        ? "negative"
			  : "seed";
}

static int
record(struct ct_feed *f, const json_t *rec, struct ct_err *err)
{
	char room[3][32], name[CT_SIGNAL_NAME], type[CT_SIGNAL_TYPE],
	    at[CT_TIME_LEN];
	const char *hash = ct_feed_get(rec, "hashValue", room[0]);
	const char *kind = ct_feed_get(rec, "signalType", room[1]);
	const char *status = ct_feed_get(rec, "hashStatus", room[2]);
	int64_t ms = ct_feed_ms(json_object_get(rec, "lastModtimestamp"));
	struct ct_entry e = { .member = "", .classification = status };
	struct ct_signal sig;
	const char *why;
	int rc;

	if (!hash || !kind || ms < 0)
		return ct_feed_reject(f, NULL,
		    !hash      ? "no hash"
			: kind ? "no timestamp"
			       : "no type",
		    err);
	e.content = split(kind, type);
	if ((rc = ct_feed_signal(f, type, hash, &sig, &why, err)))
		return rc;
	if (why)
		return ct_feed_reject(f, NULL, why, err);
	ct_signal_name(&sig, name);
	e.entry = name;
	e.at = ct_time(ms, at);
	e.signal = &sig;
	if (withdrawn(status) ||
	    (!status && all_withdrawn(json_object_get(rec, "caseNumbers")))) {
		rc = ct_feed_gone(f, &e, err);
	} else {
		sig.opinion = opinion(rec, status);
		e.n = 1;
		rc = ct_feed_put(f, &e, err);
	}
	free(sig.hash);
	return rc;
}

const struct ct_feed_proto ct_feed_stopncii = {
	.overlap = 600 * SECOND,
	.size = 800,
	.halve = true,
	.first = first,
	.page = page,
	.record = record,
};

static int
sync_stopncii(struct ct_source *s, struct ct_err *err)
{
	struct ct_feed f = { .src = s, .proto = &ct_feed_stopncii };
	struct ct_stopncii_keys k = { 0 };
	int rc = ct_stopncii_open(&f.get, s, false, &k, err);

	if (!rc)
		rc = ct_feed_run(&f, f.get.base, err);
	ct_stopncii_close(&f.get, &k);
	return rc;
}

static int
check_stopncii(struct ct_source *s, char **what, struct ct_err *err)
{
	struct ct_feed f = { .src = s, .size = 1 };
	struct ct_stopncii_keys k = { 0 };
	struct ct_http_res res;
	char *path;
	int rc = ct_stopncii_open(&f.get, s, false, &k, err);

	*what = NULL;
	f.cur.from = ct_now();
	path = path_of(&f, NULL);
	if (!rc && !(rc = ct_get_path(&f.get, path, &res, err)))
		ct_http_done(&res);
	free(path);
	ct_stopncii_close(&f.get, &k);
	return rc;
}

static const char *
class_stopncii(const struct ct_source *s)
{
	(void)s;
	return "ncii";
}

static int
conf_stopncii(struct ct_source *s, struct ct_err *err)
{
	if (ct_get_conf(s, err))
		return err->code;
	if (strcmp(s->action, "report") == 0)
		return ct_fail(err, CT_CONFIG,
		    "source '%s': what adults filed of themselves is never"
		    " reported by itself",
		    s->name);
	return 0;
}

const struct ct_adapter ct_source_stopncii = { "stopncii", conf_stopncii,
	sync_stopncii, check_stopncii, class_stopncii, &ct_vote_stopncii };
