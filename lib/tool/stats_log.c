/* stats_log.c - what a line of an audit log says of items and reports */
#include <string.h>

#include "stats_impl.h"

const char *const stats_levels[STATS_LEVELS] = { "metadata", "tile", "obscured",
	"full" };

struct fact {
	const json_t *line;
	int64_t at;      /* of the act, else of the line */
	uint8_t key[16]; /* of the item or the report; of a view, of the line */
};

typedef int act_fn(struct stats *s, const struct fact *f, struct ct_err *err);

static const char *
text(const struct fact *f, const char *name)
{
	return ct_rec_text(f->line, name);
}

/* ---- items -------------------------------------------------------------- */

static int
view(struct stats *s, const struct fact *f, struct ct_err *err)
{
	const char *level = text(f, "level");
	size_t i = 0;

	while (level && i < STATS_LEVELS && strcmp(stats_levels[i], level) != 0)
		i++;
	if (!level || i == STATS_LEVELS)
		return CT_NO;
	return stats_put(s->items, f->key, STATS_VIEW, f->at, i, NULL, err);
}

static int
verdict(struct stats *s, const struct fact *f, struct ct_err *err)
{
	return stats_verdict(s, f->key, f->at, text(f, "verdict"),
	    json_integer_value(json_object_get(f->line, "seq")), err);
}

static int
known(struct stats *s, const struct fact *f, struct ct_err *err)
{
	return stats_put(s->items, f->key, STATS_KNOWN, f->at, 0, NULL, err);
}

static int
reported(struct stats *s, const struct fact *f, struct ct_err *err)
{
	int rc = known(s, f, err);

	return rc ? rc : stats_reported(s, f->key, err);
}

static int
done(struct stats *s, const struct fact *f, bool back, struct ct_err *err)
{
	const char *state = text(f, "state");

	if (!state || strcmp(state, "done") != 0)
		return CT_NO;
	return stats_put(s->items, f->key, STATS_GONE, f->at, back, NULL, err);
}

static int
gone(struct stats *s, const struct fact *f, struct ct_err *err)
{
	return done(s, f, false, err);
}

static int
back(struct stats *s, const struct fact *f, struct ct_err *err)
{
	return done(s, f, true, err);
}

/* ---- reports ------------------------------------------------------------ */

static int
account(struct stats *s, const struct fact *f, const uint8_t report[16],
    struct ct_err *err)
{
	const char *user = text(f, "user");
	uint8_t digest[16];

	if (!user)
		return 0;
	stats_digest(s, digest, user, "account");
	return stats_put(s->reports, report, STATS_ACCOUNT, 0, 0, digest, err);
}

/* It has no file; so no list hit it. */
static int
tells(struct stats *s, const struct fact *f, struct ct_err *err)
{
	int rc = stats_put(s->items, f->key, STATS_SEEN, 0, 0, NULL, err);

	return rc ? rc
		  : stats_put(s->items, f->key, STATS_BARE, 0, 0, NULL, err);
}

static int
ack(struct stats *s, const struct fact *f, struct ct_err *err)
{
	const char *number = text(f, "report_id"), *env = text(f, "env");
	const char *content = text(f, "content");
	uint8_t report[16], digest[16];
	int rc;

	if (!number || stats_env(env) < 0 || !content)
		return CT_NO;
	stats_digest(s, report, env, number);
	stats_content(s, digest, content);
	rc = json_is_false(json_object_get(f->line, "bytes"))
	    ? tells(s, f, err)
	    : stats_put(s->items, f->key, STATS_FILE, 0, 0, digest, err);
	if (!rc)
		rc = stats_put(s->items, f->key, STATS_SENT, 0,
		    (size_t)stats_env(env), report, err);
	if (!rc)
		rc = stats_put(s->reports, report, STATS_ACKED, f->at,
		    (size_t)stats_env(env), NULL, err);
	return rc ? rc : account(s, f, report, err);
}

static int
finish(struct stats *s, const struct fact *f, struct ct_err *err)
{
	int rc = stats_put(s->reports, f->key, STATS_FINISHED, f->at,
	    (size_t)stats_env(text(f, "env")), NULL, err);

	return rc ? rc : account(s, f, f->key, err);
}

static int
upload(struct stats *s, const struct fact *f, struct ct_err *err)
{
	const char *file = text(f, "file_id");
	uint8_t digest[16];

	if (!file)
		return CT_NO;
	stats_digest(s, digest, file, NULL);
	return stats_put(s->reports, f->key, STATS_UPLOAD, 0, 0, digest, err);
}

/* ---- lines -------------------------------------------------------------- */

/* OBJECT: of all accounts that have it */
enum about { LINE, FILE_CONTENT, FILE_SHA256, OBJECT, REPORT };

static const struct act {
	const char *tool, *act;
	enum about about;
	act_fn *fn;
} acts[] = {
	{ "ct-review", "view", LINE, view },
	{ "ct-review", "verdict", FILE_CONTENT, verdict },
	{ "ct-review", "reported", FILE_CONTENT, reported },
	{ "ct-review", "ack", FILE_CONTENT, ack },
	{ "ct-preserve", "stage", FILE_SHA256, known },
	{ "ct-submit", "upload", REPORT, upload },
	{ "ct-submit", "finish", REPORT, finish },
	{ "ct-act", "hide", OBJECT, gone },
	{ "ct-act", "delete", OBJECT, gone },
	{ "ct-act", "restore", OBJECT, back },
};

static const struct act *
find(const json_t *line)
{
	const char *tool = ct_rec_text(line, "tool");
	const char *act = ct_rec_text(line, "act");
	size_t i;

	for (i = 0; tool && act && i < sizeof acts / sizeof *acts; i++)
		if (strcmp(acts[i].tool, tool) == 0 &&
		    strcmp(acts[i].act, act) == 0)
			return &acts[i];
	return NULL;
}

/* The key of what it is about; CT_NO if it does not name it. */
static int
about(const struct stats *s, const struct act *a, struct fact *f)
{
	const char *first = text(f, "file"), *second = NULL;

	if (a->about == LINE) {
		/* each names the one before it: no two are the same */
		first = text(f, "prev");
		second = text(f, "at");
	} else if (a->about == REPORT) {
		first = text(f, "env");
		second = text(f, "report_id");
		if (!second || stats_env(first) < 0)
			return CT_NO;
	} else {
		second =
		    text(f, a->about == FILE_SHA256 ? "sha256" : "content");
	}
	if (!first)
		return CT_NO;
	if (a->about == LINE || a->about == REPORT)
		stats_digest(s, f->key, first, second);
	else
		stats_item(s, f->key, first, second,
		    a->about == OBJECT ? NULL : text(f, "user"));
	return 0;
}

int
stats_log(struct stats *s, const json_t *line, struct ct_err *err)
{
	const struct act *a = find(line);
	struct fact f = { .line = line };

	f.at = stats_time(line, "when");
	if (!f.at)
		f.at = stats_time(line, "at");
	if (!a || !f.at || about(s, a, &f))
		return CT_NO;
	return a->fn(s, &f, err);
}
