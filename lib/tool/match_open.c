/* match_open.c - an index mapped, or a list file compiled in memory */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "ham.h"
#include "listfile.h"
#include "match_impl.h"
#include "prog.h"

/* ---- a list file -----------------------------------------------------------
 */

struct load {
	const char *path;
	struct ct_build *build;
	struct ct_match *m;
	size_t cap;
	size_t hashes; /* that can be matched */
};

static char *
dump(json_t *o)
{
	char *text = json_dumps(o, JSON_COMPACT);

	json_decref(o);
	if (!text)
		ct_die(CT_OSERR, "out of memory");
	return text;
}

static int
on_signal(void *arg, const struct ct_entry *e, struct ct_err *err)
{
	struct load *l = arg;
	json_t *o;
	uint32_t note;
	char *text;
	int rc;

	if (e->n == 0)
		return ct_fail(err, CT_DATAERR,
		    "'%s': withdrawals are for ct-syncdb", l->path);
	if (!ct_signal_len(e->signal->type) ||
	    strcmp(e->signal->opinion, "negative") == 0)
		return 0;
	if (ct_match_flat(e->signal->type, e->signal->hash)) {
		ct_warn("'%s': a PDQ hash left out: nearly all its bits are"
			" the same",
		    l->path);
		return 0;
	}
	o = json_pack("{s:s, s:s, s:s}", "member", e->member, "entry", e->entry,
	    "content", e->content);
	if (e->classification)
		(void)json_object_set_new(
		    o, "classification", json_string(e->classification));
	if (!*e->member)
		(void)json_object_del(o, "member");
	text = dump(o);
	rc = ct_build_note(l->build, text, strlen(text), &note, err);
	free(text);
	l->hashes++;
	return rc ? rc
		  : ct_build_hash(l->build, e->signal->type, e->signal->hash,
			e->signal->len, note, err);
}

static int
on_bad(void *arg, size_t line, const char *why, struct ct_err *err)
{
	struct load *l = arg;

	if (strcmp(why, "null-signal") == 0) {
		ct_warn("'%s' line %zu: left out: %s", l->path, line, why);
		return 0;
	}
	return ct_fail(
	    err, CT_DATAERR, "'%s' line %zu: %s", l->path, line, why);
}

static int
put(void *arg, const void *bytes, size_t len)
{
	struct load *l = arg;
	struct ct_match *m = l->m;

	if (l->cap - m->len < len) {
		l->cap = 2 * (m->len + len);
		m->bytes = ct_grow(m->bytes, l->cap, 1);
	}
	memcpy(m->bytes + m->len, bytes, len);
	m->len += len;
	return 0;
}

static char *
group_text(const char *path)
{
	const char *slash = strrchr(path, '/');
	json_t *name = json_string(slash ? slash + 1 : path);
	json_t *o = json_pack("{s:s, s:s}", "policy", "review", "class", "own");

	(void)json_object_set_new(
	    o, "source", name ? name : json_string("list"));
	return dump(o);
}

static int
load_list(
    struct ct_match *m, const char *path, const char *type, struct ct_err *err)
{
	struct load l = { .path = path, .build = ct_build_new(), .m = m };
	struct ct_listfile f = { .type = type,
		.strict = true,
		.each = on_signal,
		.bad = on_bad,
		.arg = &l };
	struct ct_set_head head = { 0, ct_now(), ct_now() };
	char *text = group_text(path);
	uint64_t content;
	int rc;

	if (!l.build)
		ct_die(CT_OSERR, "out of memory");
	if (!(rc = ct_build_group(l.build, text, strlen(text), err)))
		rc = ct_listfile_read(&f, path, err);
	if (!rc && !l.hashes)
		rc = ct_fail(err, CT_DATAERR,
		    "'%s' holds no hash that can be matched", path);
	ct_build_near(l.build, "pdq", 0);
	if (!rc && !(rc = ct_build_finish(l.build, &content, err)) &&
	    !(rc = ct_build_write(l.build, &head, put, &l, err)))
		rc = ct_set_bytes(&m->set, m->bytes, m->len, err);
	ct_build_free(l.build);
	free(text);
	return rc;
}

/* ---- either
 * ------------------------------------------------------------------ */

static int
take_group(struct ct_match *m, size_t i, struct ct_err *err)
{
	struct group *g = &m->group[i];
	const json_t *v;
	const char *text;
	size_t len;

	if (ct_set_group(m->set, i, &text, &len, err))
		return err->code;
	g->text = ct_json_object(text, len, err);
	if (!g->text)
		return ct_fail(err, CT_DATAERR,
		    "the index is damaged: what it says of a source");
	v = json_object_get(g->text, "threshold");
	g->threshold = v ? (int)json_integer_value(v) : CT_HAM_DEFAULT;
	v = json_object_get(g->text, "quality");
	g->quality = v ? (int)json_integer_value(v) : CT_MATCH_QUALITY;
	if (json_is_false(json_object_get(g->text, "complete"))) {
		m->complete = false;
		ct_warn("source '%s' was never read to its end: nothing is"
			" clean",
		    json_string_value(json_object_get(g->text, "source")));
	}
	if (g->threshold > m->threshold)
		m->threshold = g->threshold;
	if (g->quality < m->least)
		m->least = g->quality;
	if (g->quality > m->most)
		m->most = g->quality;
	return 0;
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
load(struct ct_match *m, const char *path, const char *type, bool verify,
    struct ct_err *err)
{
	size_t n = strlen(path), i;
	struct ct_err why = { 0 };
	struct ct_set_head head;
	int rc;

	if (is_index(path) || (n > 4 && strcmp(path + n - 4, ".ctx") == 0)) {
		rc = ct_set_open(&m->set, path, &why);
		if (!rc && verify)
			rc = ct_set_verify(m->set, &why);
		if (rc == CT_DATAERR)
			return ct_fail(err, rc, "'%s': %s", path, why.msg);
		if (rc)
			return ct_fail(err, rc, "%s", why.msg);
	} else if ((rc = load_list(m, path, type, err))) {
		return rc;
	}
	ct_set_head(m->set, &head);
	m->complete = head.asof > 0;
	m->least = ct_set_ngroups(m->set) ? 100 : 0;
	m->group = ct_alloc(ct_set_ngroups(m->set), sizeof *m->group);
	for (i = 0; i < ct_set_ngroups(m->set); i++, m->ngroups++)
		if (take_group(m, i, err))
			return err->code;
	return 0;
}

int
ct_match_open(struct ct_match **out, const char *path, const char *type,
    bool verify, struct ct_err *err)
{
	struct ct_match *m = ct_alloc(1, sizeof *m);
	int rc = load(m, path, type, verify, err);

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
	for (i = 0; i < m->ngroups; i++)
		json_decref(m->group[i].text);
	free(m->group);
	ct_set_close(m->set);
	free(m->bytes);
	free(m);
}
