#include "source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "ham.h"
#include "pdna.h"
#include "prog.h"
#include "source_vote.h"

#define TOLD 20 /* refused records told of one run */
#define GUARD_LEAST 1000

static const struct ct_adapter *const adapters[] = { &ct_source_file,
	&ct_source_ncmec, &ct_source_threatexchange, &ct_source_stopncii,
	&ct_source_tat, &ct_source_test, &ct_source_own };

static char *
get(const struct ct_conf *conf, const char *name, const char *key)
{
	const char *value = ct_conf_get(conf, "source", name, key);

	return value ? ct_strdup(value) : NULL;
}

static int
number(const struct ct_conf *conf, const char *name, const char *key, int hi,
    int fallback, int *out, struct ct_err *err)
{
	const char *value = ct_conf_get(conf, "source", name, key);
	char *end;
	long n;

	*out = fallback;
	if (!value)
		return 0;
	errno = 0;
	n = strtol(value, &end, 10);
	if (end == value || *end || errno || n < 0 || n > hi)
		return ct_fail(err, CT_CONFIG, "source '%s': want %s = 0 to %d",
		    name, key, hi);
	*out = (int)n;
	return 0;
}

/* Is text one of the words?  NULL stands for the first. */
static int
word(struct ct_source *s, const char *key, char **text,
    const char *const words[], struct ct_err *err)
{
	size_t i;

	if (!*text)
		*text = ct_strdup(words[0]);
	for (i = 0; words[i]; i++)
		if (strcmp(words[i], *text) == 0)
			return 0;
	return ct_fail(
	    err, CT_CONFIG, "source '%s': '%s' is no %s", s->name, *text, key);
}

/* The name becomes part of the names of files. */
static bool
good_name(const char *name)
{
	size_t n = strspn(name,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

	return n && n <= 64 && !name[n] && strcmp(name, "known") != 0 &&
	    *name != '-';
}

static int
policy(struct ct_source *s, struct ct_err *err)
{
	static const char *const actions[] = { "review", "report", "block",
		"shadow", "allow", NULL };
	static const char *const classes[] = { "csam", "exploitative", "ncii",
		"own", NULL };

	if (!s->class && s->adapter->class) {
		s->class = ct_strdup(s->adapter->class(s));
		if (!*s->class)
			return ct_fail(err, CT_CONFIG,
			    "source '%s': want class = what the list holds",
			    s->name);
	}
	if (word(s, "action", &s->action, actions, err) ||
	    word(s, "class", &s->class, classes, err))
		return err->code;
	if (strcmp(s->action, "report") == 0 && strcmp(s->class, "csam") != 0)
		return ct_fail(err, CT_CONFIG,
		    "source '%s': action = report is for class = csam only",
		    s->name);
	return 0;
}

static int
surfaces(const struct ct_source *s, struct ct_err *err)
{
	return s->surfaces && !ct_conf_words(s->surfaces)
	    ? ct_fail(err, CT_CONFIG,
		  "source '%s': want surfaces = words of lower case, as "
		  "public interpersonal",
		  s->name)
	    : 0;
}

static int
numbers(struct ct_source *s, const struct ct_conf *conf, struct ct_err *err)
{
	const char *name = s->name;
	int rc, days;

	if ((rc = number(conf, name, "threshold", CT_HAM_MAX, CT_HAM_DEFAULT,
		 &s->threshold, err)) ||
	    (rc = number(conf, name, "pdna_threshold", CT_PDNA_MAX,
		 CT_PDNA_DEFAULT, &s->pdna_threshold, err)) ||
	    (rc = number(conf, name, "quality", 100, 50, &s->quality, err)) ||
	    (rc = number(conf, name, "requests_per_minute", 60000, 0,
		 &s->per_minute, err)) ||
	    (rc = number(
		 conf, name, "max_mb", 1 << 20, 4096, &s->max_mb, err)) ||
	    (rc = number(conf, name, "reconcile_days", 365, 7, &days, err)))
		return rc;
	s->reconcile_ms = days * (int64_t)86400000;
	return number(
	    conf, name, "flood", 1000000000, CT_SOURCE_FLOOD, &s->flood, err);
}

/* Are large fingerprints fetched?  Where they are told of by link. */
static int
large(struct ct_source *s, const char *value, struct ct_err *err)
{
	bool ncmec = s->adapter == &ct_source_ncmec;

	s->large = ncmec && (!value || strcmp(value, CT_CLIP_TMK) == 0);
	if (!value || (ncmec && (s->large || strcmp(value, "none") == 0)))
		return 0;
	return ct_fail(err, CT_CONFIG,
	    "source '%s': want large = tmk or none, of type = ncmec", s->name);
}

/* When its videos match. */
static int
clips(struct ct_source *s, const struct ct_conf *conf, struct ct_err *err)
{
	const struct ct_clip_limit *l;
	const char *text;
	size_t i;
	int v;

	s->clips = ct_clip_usual;
	for (i = 0; (l = ct_clip_limit(i)); i++) {
		text = ct_conf_get(conf, "source", s->name, l->name);
		if (!text)
			continue;
		v = ct_clip_limit_parse(l, text);
		if (v < 0)
			return ct_fail(err, CT_CONFIG,
			    "source '%s': want %s = a number from 0 to %d",
			    s->name, l->name, l->decimal ? 1 : l->most);
		*ct_clip_limit_of(&s->clips, i) = v;
	}
	return 0;
}

/* What is said of the form of a file. */
static int
of_file(const struct ct_source *s, struct ct_err *err)
{
	struct ct_err why = { 0 };

	if (s->adapter != &ct_source_file &&
	    (s->form || s->map || s->positive || s->negative || s->sha256))
		return ct_fail(err, CT_CONFIG,
		    "source '%s': form, map, positive, negative and sha256 are"
		    " for type = file",
		    s->name);
	if ((s->form && ct_listfile_form(s->form, &why)) ||
	    (s->map && ct_listfile_map(s->map, &why)))
		return ct_fail(
		    err, why.code, "source '%s': %s", s->name, why.msg);
	return 0;
}

static int
load(struct ct_source *s, const struct ct_conf *conf, const char *name,
    struct ct_err *err)
{
	char *type = get(conf, name, "type");
	size_t i;
	int rc = 0;

	s->name = ct_strdup(name);
	s->path = get(conf, name, "path");
	s->url = get(conf, name, "url");
	s->credential = get(conf, name, "credential");
	s->list = get(conf, name, "list");
	s->hash = get(conf, name, "hash");
	s->action = get(conf, name, "action");
	s->class = get(conf, name, "class");
	s->surfaces = get(conf, name, "surfaces");
	s->members = get(conf, name, "members");
	s->group = get(conf, name, "group");
	s->types = get(conf, name, "types");
	s->reason = get(conf, name, "reason");
	s->form = get(conf, name, "form");
	s->map = get(conf, name, "map");
	s->positive = get(conf, name, "positive");
	s->negative = get(conf, name, "negative");
	s->sha256 = get(conf, name, "sha256");
	s->retry_ms = 1000;
	for (i = 0; i < sizeof adapters / sizeof adapters[0]; i++)
		if (type && strcmp(adapters[i]->type, type) == 0)
			s->adapter = adapters[i];
	free(type);
	if (!good_name(name))
		rc = ct_fail(err, CT_CONFIG,
		    "source '%s': want a name of letters, digits, - and _",
		    name);
	else if (!s->adapter)
		rc = ct_fail(err, CT_CONFIG,
		    "source '%s': want type = file, ncmec, threatexchange,"
		    " stopncii, tat, own or test",
		    name);
	else if ((s->group || s->types) &&
	    s->adapter != &ct_source_threatexchange)
		rc = ct_fail(err, CT_CONFIG,
		    "source '%s': group and types are for type ="
		    " threatexchange",
		    name);
	if (rc || (rc = numbers(s, conf, err)) || (rc = clips(s, conf, err)) ||
	    (rc = surfaces(s, err)) || (rc = policy(s, err)) ||
	    (rc = of_file(s, err)) ||
	    (rc = large(s, ct_conf_get(conf, "source", name, "large"), err)) ||
	    (rc = ct_vote_conf(
		 s, ct_conf_get(conf, "source", name, "feedback"), err)))
		return rc;
	return s->adapter->conf(s, err);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct ct_source *)a)->name,
	    ((const struct ct_source *)b)->name);
}

int
ct_sources_load(
    struct ct_sources *all, const struct ct_conf *conf, struct ct_err *err)
{
	static const char *const known[] = { "type", "path", "url",
		"credential", "list", "hash", "threshold", "quality", "action",
		"class", "surfaces", "flood", "pdna_threshold", "group",
		"members", "types", "requests_per_minute", "reconcile_days",
		"form", "map", "positive", "negative", "sha256", "max_mb",
		"feedback", "reason", "large", "vpdq_distance", "vpdq_query",
		"vpdq_compared", "vpdq_contained", "tmk_level1", "tmk_level2",
		NULL };
	const char *name;

	*all = (struct ct_sources){ 0 };
	if (ct_conf_known(conf, "source", known, err))
		return err->code;
	while ((name = ct_conf_name(conf, "source", all->n))) {
		all->src = ct_grow(all->src, all->n + 1, sizeof *all->src);
		all->src[all->n] = (struct ct_source){ 0 };
		if (load(&all->src[all->n++], conf, name, err)) {
			ct_sources_free(all);
			return err->code;
		}
	}
	if (all->n)
		qsort(all->src, all->n, sizeof *all->src, by_name);
	return 0;
}

void
ct_sources_free(struct ct_sources *all)
{
	struct ct_source *s;
	size_t i;

	for (i = 0; i < all->n; i++) {
		s = &all->src[i];
		free(s->name);
		free(s->path);
		free(s->url);
		free(s->credential);
		free(s->list);
		free(s->hash);
		free(s->action);
		free(s->class);
		free(s->surfaces);
		free(s->members);
		free(s->group);
		free(s->types);
		free(s->reason);
		free(s->form);
		free(s->map);
		free(s->positive);
		free(s->negative);
		free(s->sha256);
	}
	free(all->src);
	*all = (struct ct_sources){ 0 };
}

struct ct_source *
ct_source_named(const struct ct_sources *all, const char *name)
{
	size_t i;

	for (i = 0; i < all->n; i++)
		if (strcmp(all->src[i].name, name) == 0)
			return &all->src[i];
	return NULL;
}

int
ct_source_reject(struct ct_source *src, const char *where, const char *id,
    const char *why, struct ct_err *err)
{
	if (++src->rejected <= TOLD)
		ct_warn("%s: %s: refused: %s", src->name, where, why);
	return ct_list_reject(src->db, id ? id : where, why, err);
}

int
ct_source_guard(
    const struct ct_source *src, int64_t gone, int64_t live, struct ct_err *err)
{
	if (src->allow_shrink || gone <= GUARD_LEAST || gone <= live / 10)
		return 0;
	return ct_fail(err, CT_NOPERM,
	    "source '%s': refused: %lld of %lld entries would go"
	    " (--allow-shrink lets them)",
	    src->name, (long long)gone, (long long)live);
}

int
ct_source_sync(struct ct_source *src, const char *home, struct ct_err *err)
{
	int rc;

	if (ct_list_open(&src->db, home, src->name, true, err))
		return err->code;
	src->home = home;
	rc = src->adapter->sync(src, err);
	ct_list_rollback(src->db); /* of what an error left open */
	rc = ct_list_log(src->db, home, rc);
	ct_list_close(src->db);
	src->db = NULL;
	if (src->rejected > TOLD)
		ct_warn("%s: %lld refused in all", src->name,
		    (long long)src->rejected);
	return rc;
}
