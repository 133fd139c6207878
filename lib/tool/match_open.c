/* match_open.c - a set with the policies of its sources, ready to be asked */
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "match_impl.h"
#include "prog.h"
#include "source.h"

#define PRIVATE "interpersonal" /* a surface that wants to be allowed */
#define AHEAD 3600000           /* ms that clocks may differ */

const char *const match_actions[MATCH_ACTIONS] = { "review", "report", "block",
	"shadow", "allow" };

static int
number(const json_t *o, const char *name, int fallback)
{
	const json_t *v = json_object_get(o, name);

	return json_is_integer(v) && json_integer_value(v) >= 0 &&
		json_integer_value(v) <= INT_MAX
	    ? (int)json_integer_value(v)
	    : fallback;
}

/* Those members of o as text, without the braces; NULL if there are none. */
static char *
members(const json_t *o, const char *name, const char *other)
{
	json_t *some = json_object(), *v;
	char *text = NULL;
	size_t len;

	if ((v = json_object_get(o, name)))
		(void)json_object_set(some, name, v);
	if (other && (v = json_object_get(o, other)))
		(void)json_object_set(some, other, v);
	if (json_object_size(some)) {
		text = ct_rec_dump(some, &len);
		memmove(text, text + 1, len - 2);
		text[len - 2] = '\0';
	}
	json_decref(some);
	return text;
}

/* What a policy says that this program does not know is for people. */
static enum match_action
action_of(const json_t *o)
{
	const char *text = json_string_value(json_object_get(o, "policy"));
	int i;

	for (i = 0; text && i < MATCH_ACTIONS; i++)
		if (strcmp(text, match_actions[i]) == 0)
			return (enum match_action)i;
	return ACT_REVIEW;
}

static void
widen(struct ct_match *m, const struct match_group *g)
{
	if (g->threshold > m->threshold)
		m->threshold = g->threshold;
	if (g->pdna > m->pdna)
		m->pdna = g->pdna;
	if (g->clips.distance > m->frames)
		m->frames = g->clips.distance;
	if (g->clips.level1 < m->level1)
		m->level1 = g->clips.level1;
	if (g->quality < m->least)
		m->least = g->quality;
	if (g->quality > m->most && g->action < ACT_SHADOW)
		m->most = g->quality;
}

static int
take_group(struct ct_match *m, size_t i, struct ct_err *err)
{
	struct match_group *g = &m->group[i];
	const char *text, *name;
	size_t len;
	json_t *o;

	if (ct_set_group(m->set, i, &text, &len, err))
		return err->code;
	o = ct_json_object(text, len, err);
	name = ct_rec_text(o, "source");
	if (!o || !name) {
		json_decref(o);
		return ct_fail(err, CT_DATAERR,
		    "the index is damaged: what it says of a source");
	}
	g->name = ct_strdup(name);
	g->head = members(o, "source", "list");
	g->class = members(o, "class", NULL);
	g->action = action_of(o);
	g->threshold = number(o, "threshold", CT_HAM_DEFAULT);
	g->quality = number(o, "quality", MATCH_QUALITY);
	g->pdna = (uint32_t)number(o, "pdna_threshold", CT_PDNA_DEFAULT);
	ct_clip_limits_get(&g->clips, o);
	g->flood = (size_t)number(o, "flood", CT_SOURCE_FLOOD);
	g->surfaces = json_incref(json_object_get(o, "surfaces"));
	if (json_is_false(json_object_get(o, "complete"))) {
		m->complete = false;
		ct_warn("source '%s' was never read to its end: nothing is"
			" clean",
		    g->name);
	}
	m->lacks |= json_is_true(json_object_get(o, "lacks"));
	json_decref(o);
	widen(m, g);
	return 0;
}

bool
match_surface(const struct match_group *g, const char *surface, size_t len)
{
	const json_t *one;
	size_t i;

	if (!surface)
		return true;
	if (!g->surfaces)
		return len != strlen(PRIVATE) ||
		    memcmp(surface, PRIVATE, len) != 0;
	json_array_foreach(g->surfaces, i, one)
	{
		if (json_string_length(one) == len &&
		    memcmp(json_string_value(one), surface, len) == 0)
			return true;
	}
	return false;
}

static bool
is_index(const char *path)
{
	char magic[sizeof CT_SET_MAGIC] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n = fd < 0 ? 0 : ct_read_full(fd, magic, sizeof magic - 1);

	if (fd >= 0)
		(void)close(fd);
	return n == sizeof magic - 1 && strcmp(magic, CT_SET_MAGIC) == 0;
}

static int
load(struct ct_match *m, const struct ct_match_from *from, struct ct_err *err)
{
	size_t n = strlen(from->path), i;
	struct ct_set_head head;
	struct ct_match_lists lists;
	bool list = !is_index(from->path) &&
	    (n <= 4 || strcmp(from->path + n - 4, ".ctx") != 0);
	int rc;

	if (from->quality && !list)
		return ct_fail(err, CT_USAGE,
		    "--quality is of a list: an index has those of its"
		    " sources");
	rc = list ? match_list(m, from, err) : match_pair(m, from, err);
	if (rc)
		return rc;
	match_head(m, &head);
	if (head.asof < 0 || head.asof > INT64_MAX / 2)
		return ct_fail(err, CT_DATAERR,
		    "'%s': the index is damaged: its time", from->path);
	if (from->max_age &&
	    (ct_now() - head.asof > from->max_age ||
		head.asof - ct_now() > AHEAD))
		return ct_fail(err, CT_TEMPFAIL,
		    "'%s' is older than --max-age, or of the future: run"
		    " ct-syncdb sync",
		    from->path);
	m->complete = head.asof > 0;
	ct_match_lists(m, &lists);
	ct_match_lists_text(&lists, m->lists);
	m->level1 = CT_CLIP_LEVEL;
	for (i = 0; i < MATCH_PARTS; i++)
		m->clips |= match_kind(m, i, CT_CLIP_VPDQ) ||
		    match_kind(m, i, CT_CLIP_TMK);
	m->least = ct_set_ngroups(m->set) ? 100 : 0;
	m->group = ct_alloc(ct_set_ngroups(m->set), sizeof *m->group);
	match_view_want(&m->line);
	match_note_want(&m->note);
	m->ngroups = ct_set_ngroups(m->set);
	for (i = 0; i < m->ngroups; i++)
		if (take_group(m, i, err))
			return err->code;
	return 0;
}

int
ct_match_open(
    struct ct_match **out, const struct ct_match_from *from, struct ct_err *err)
{
	struct ct_match *m = ct_alloc(1, sizeof *m);
	int rc = load(m, from, err);

	if (rc) {
		ct_match_close(m);
		m = NULL;
	}
	*out = m;
	return rc;
}

void
ct_match_close(struct ct_match *m)
{
	size_t i;

	if (!m)
		return;
	for (i = 0; i < m->ngroups; i++) {
		free(m->group[i].name);
		free(m->group[i].head);
		free(m->group[i].class);
		json_decref(m->group[i].surfaces);
	}
	free(m->group);
	ct_set_close(m->set);
	ct_set_close(m->delta);
	free(m->bytes);
	free(m);
}
