#include "authority.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"

#define SECTION "authority"
#define FILE_MAX ((size_t)64 << 10)
#define HOURS_MAX 8784 /* a year */
#define DAYS_MAX 36600
#define BLANKS " \t"
#define PLACES 3 /* where a key can be from */

struct ct_authority {
	char *name;
	enum ct_form form;
	const struct ct_conf *conf; /* of [authority NAME] */
	struct ct_conf *file[2];    /* the operator's, the shipped */
	char *path[2];              /* of those that are there */
	long hours, urgent_hours;
};

enum kind { TEXT, TEXTS, WORDS, NUMBER };

static const struct {
	const char *name;
	enum kind kind;
	long max; /* of a NUMBER */
} keys[] = {
	{ "title", TEXT, 0 },
	{ "form", TEXT, 0 },
	{ "recipient", TEXTS, 0 },
	{ "channel", TEXT, 0 },
	{ "language", TEXT, 0 },
	{ "subject", TEXT, 0 },
	{ "hours", NUMBER, HOURS_MAX },
	{ "urgent_hours", NUMBER, HOURS_MAX },
	{ "emergency", TEXT, 0 },
	{ "exempt_by", TEXT, 0 },
	{ "closed", WORDS, 0 },
	{ "surfaces", WORDS, 0 },
	{ "basis", TEXTS, 0 },
	{ "need", TEXTS, 0 },
	{ "declaration", TEXT, 0 },
	{ "retain_days", NUMBER, DAYS_MAX },
	{ "law", TEXTS, 0 },
	{ "checked", TEXT, 0 },
};
#define KEYS (sizeof keys / sizeof keys[0])

static const char *const forms[] = {
	[CT_FORM_XML] = "ncmec-xml",
	[CT_FORM_BUNDLE] = "bundle",
	[CT_FORM_LETTER] = "letter",
};

/* ---- what it says ----------------------------------------------------------
 */

/* What one place has: [authority NAME], the operator's file, the shipped. */
static const char *
said(const struct ct_authority *a, size_t place, const char *key, size_t i)
{
	const char *v = NULL;

	if (place == 0)
		v = ct_conf_nth(a->conf, SECTION, a->name, key, i);
	else if (a->file[place - 1])
		v = ct_conf_nth(a->file[place - 1], "", NULL, key, i);
	return v;
}

const char *
ct_authority_nth(const struct ct_authority *a, const char *key, size_t i)
{
	const char *v;
	size_t place = 0;

	while (place < PLACES && !said(a, place, key, 0))
		place++;
	v = place < PLACES ? said(a, place, key, i) : NULL;
	return v && *v ? v : NULL;
}

const char *
ct_authority_get(const struct ct_authority *a, const char *key)
{
	const char *v = NULL, *next;
	size_t i;

	for (i = 0; (next = ct_authority_nth(a, key, i)); i++)
		v = next;
	return v;
}

const char *
ct_authority_name(const struct ct_authority *a)
{
	return a->name;
}

enum ct_form
ct_authority_form(const struct ct_authority *a)
{
	return a->form;
}

long
ct_authority_hours(const struct ct_authority *a, bool urgent)
{
	return urgent && a->urgent_hours ? a->urgent_hours : a->hours;
}

/* The next word of *s, of *len bytes; NULL at the end. */
static const char *
word(const char **s, size_t *len)
{
	const char *w = *s + strspn(*s, BLANKS);

	*len = strcspn(w, BLANKS);
	*s = w + *len;
	return *len ? w : NULL;
}

static bool
has_word(const char *list, const char *want)
{
	const char *w;
	size_t len;

	while (list && (w = word(&list, &len)))
		if (strlen(want) == len && strncmp(w, want, len) == 0)
			return true;
	return false;
}

/* What one place closes no other opens by saying less. */
bool
ct_authority_open(const struct ct_authority *a, const char *surface)
{
	bool closed = false;
	size_t place, i;

	for (place = 0; surface && place < PLACES; place++)
		for (i = 0; said(a, place, "closed", i); i++)
			closed = closed ||
			    has_word(said(a, place, "closed", i), surface);
	return !closed || has_word(ct_authority_get(a, "surfaces"), surface);
}

bool
ct_authority_is_ncmec(const json_t *rec)
{
	const json_t *name = ct_rec_get(rec, "report.authority");

	return !name ||
	    (json_is_string(name) &&
		strcmp(json_string_value(name), CT_AUTHORITY) == 0);
}

static json_t *
value_of(const struct ct_authority *a, const char *key, enum kind kind)
{
	const char *v = ct_authority_get(a, key), *w;
	json_t *list;
	size_t i, len;

	if (kind == TEXT)
		return json_string(v);
	if (kind == NUMBER)
		return json_integer(strtol(v, NULL, 10));
	list = json_array();
	if (kind == WORDS)
		while ((w = word(&v, &len)))
			(void)json_array_append_new(list, json_stringn(w, len));
	else
		for (i = 0; (v = ct_authority_nth(a, key, i)); i++)
			(void)json_array_append_new(list, json_string(v));
	return list;
}

json_t *
ct_authority_show(const struct ct_authority *a)
{
	json_t *show = json_pack("{s:s}", "name", a->name);
	json_t *from = json_array();
	size_t i;

	for (i = 0; i < KEYS; i++)
		if (ct_authority_get(a, keys[i].name))
			(void)json_object_set_new(show, keys[i].name,
			    value_of(a, keys[i].name, keys[i].kind));
	if (ct_conf_get(a->conf, SECTION, a->name, ""))
		(void)json_array_append_new(from, json_string("ct.conf"));
	for (i = 0; i < 2; i++)
		if (a->file[i])
			(void)json_array_append_new(
			    from, json_string(a->path[i]));
	(void)json_object_set_new(show, "from", from);
	return show;
}

/* ---- finding it ------------------------------------------------------------
 */

/* A name is part of a path: letters, digits, '-'. */
static bool
name_ok(const char *name, size_t len)
{
	return len > 0 && len <= 32 &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") >= len;
}

/* The directories of profiles, the operator's first.  Release both. */
static void
places(char *dir[2], const char *path)
{
	dir[0] = ct_conf_beside(path, SECTION);
	dir[1] = ct_shipped(SECTION);
}

static int
by_text(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static json_t *
sorted(json_t *set)
{
	size_t n = json_object_size(set), i = 0;
	const char **name = ct_alloc(n, sizeof *name), *key;
	json_t *list = json_array(), *v;

	json_object_foreach(set, key, v)
	{
		name[i++] = key;
	}
	qsort(name, n, sizeof *name, by_text);
	for (i = 0; i < n; i++)
		(void)json_array_append_new(list, json_string(name[i]));
	free(name);
	json_decref(set);
	return list;
}

json_t *
ct_authority_names(const struct ct_conf *conf, const char *path)
{
	json_t *set = json_object();
	const struct dirent *e;
	const char *name;
	char *dir[2];
	size_t i, len;
	DIR *d;

	places(dir, path);
	for (i = 0; i < 2; i++) {
		d = opendir(dir[i]);
		while (d && (e = readdir(d))) {
			len = strlen(e->d_name);
			if (len < 6 || !name_ok(e->d_name, len - 5) ||
			    strcmp(e->d_name + len - 5, ".conf") != 0)
				continue;
			(void)json_object_setn_new(
			    set, e->d_name, len - 5, json_true());
		}
		if (d)
			(void)closedir(d);
		free(dir[i]);
	}
	for (i = 0; (name = ct_conf_name(conf, SECTION, i)); i++)
		(void)json_object_set_new(set, name, json_true());
	(void)json_object_set_new(set, CT_AUTHORITY, json_true());
	return sorted(set);
}

static int
unknown(const struct ct_authority *a, const char *path, struct ct_err *err)
{
	json_t *names = ct_authority_names(a->conf, path), *one;
	char *list = ct_strdup(""), *more;
	size_t i;

	json_array_foreach(names, i, one)
	{
		more = ct_printf(
		    "%s%s%s", list, i ? " " : "", json_string_value(one));
		free(list);
		list = more;
	}
	(void)ct_fail(err, CT_USAGE, "no authority '%.40s'; there are: %s",
	    a->name, list);
	free(list);
	json_decref(names);
	return err->code;
}

/* ---- is it right? ----------------------------------------------------------
 */

static int
wrong(const struct ct_authority *a, const char *what, struct ct_err *err)
{
	return ct_fail(err, CT_CONFIG, "authority '%s': %s", a->name, what);
}

static int
number(const struct ct_authority *a, const char *key, long max, long *n,
    struct ct_err *err)
{
	const char *v = ct_authority_get(a, key);
	char *end;

	*n = v ? strtol(v, &end, 10) : 0;
	if (v && (!*v || *end || *n < 0 || *n > max))
		return ct_fail(err, CT_CONFIG,
		    "authority '%s': want %s = a number from 0 to %ld", a->name,
		    key, max);
	return 0;
}

/* What is not UTF-8 would be left out of the document in silence. */
static int
texts(const struct ct_authority *a, const char *key, struct ct_err *err)
{
	const char *v;
	json_t *text;
	size_t i;

	for (i = 0; (v = ct_authority_nth(a, key, i)); i++) {
		if (!(text = json_string(v)))
			return ct_fail(err, CT_CONFIG,
			    "authority '%s': %s is not UTF-8", a->name, key);
		json_decref(text);
	}
	return 0;
}

static int
check(struct ct_authority *a, struct ct_err *err)
{
	bool ncmec = strcmp(a->name, CT_AUTHORITY) == 0;
	const char *form = ct_authority_get(a, "form");
	const char *language = ct_authority_get(a, "language"), *by;
	size_t i;
	long n;

	for (i = 0; i < KEYS; i++)
		if (texts(a, keys[i].name, err) ||
		    (keys[i].kind == NUMBER &&
			number(a, keys[i].name, keys[i].max, &n, err)))
			return err->code;
	(void)number(a, "hours", HOURS_MAX, &a->hours, err);
	(void)number(a, "urgent_hours", HOURS_MAX, &a->urgent_hours, err);
	if (!form && ncmec) /* reports go there whatever is installed */
		form = forms[CT_FORM_XML];
	for (i = 0; form && i < sizeof forms / sizeof forms[0]; i++)
		if (strcmp(form, forms[i]) == 0)
			break;
	if (!form || i == sizeof forms / sizeof forms[0])
		return wrong(a, "want form = ncmec-xml, bundle, letter", err);
	a->form = (enum ct_form)i;
	if ((a->form == CT_FORM_XML) != ncmec)
		return wrong(
		    a, "form ncmec-xml is for ncmec, and no other", err);
	if (language && strcmp(language, "en") != 0)
		return wrong(a, "there are forms in language = en only", err);
	if ((by = ct_authority_get(a, "exempt_by")) &&
	    strcmp(by, CT_AUTHORITY) != 0)
		return wrong(a, "want exempt_by = ncmec, or none", err);
	if (ct_authority_get(a, "surfaces") && !ct_authority_get(a, "basis"))
		return wrong(a, "surfaces are opened without a basis", err);
	return 0;
}

static int
read_file(struct ct_conf **conf, const char *path, struct ct_err *err)
{
	const char *known[KEYS + 1] = { 0 };
	uint8_t *text;
	size_t len, i;
	int rc;

	if (access(path, F_OK) < 0)
		return 0;
	if ((rc = ct_file_read(path, FILE_MAX, &text, &len, err)))
		return rc;
	for (i = 0; i < KEYS; i++)
		known[i] = keys[i].name;
	rc = memchr(text, 0, len)
	    ? ct_fail(err, CT_CONFIG, "'%s' holds a NUL", path)
	    : ct_conf_parse(conf, path, (const char *)text, err);
	free(text);
	return rc ? rc : ct_conf_known(*conf, "", known, err);
}

int
ct_authority_load(struct ct_authority **out, const char *name,
    const struct ct_conf *conf, const char *path, struct ct_err *err)
{
	const char *known[KEYS + 1] = { 0 };
	struct ct_authority *a = ct_alloc(1, sizeof *a);
	bool named = name_ok(name, strlen(name));
	char *dir[2];
	size_t i;
	int rc;

	a->name = ct_strdup(name);
	a->conf = conf;
	for (i = 0; i < KEYS; i++)
		known[i] = keys[i].name;
	rc = ct_conf_known(conf, SECTION, known, err);
	places(dir, path);
	for (i = 0; i < 2; i++) {
		if (!rc && named) {
			a->path[i] = ct_printf("%s/%s.conf", dir[i], name);
			rc = read_file(&a->file[i], a->path[i], err);
		}
		free(dir[i]);
	}
	if (!rc &&
	    (!named ||
		(!a->file[0] && !a->file[1] &&
		    !ct_conf_get(conf, SECTION, name, "") &&
		    strcmp(name, CT_AUTHORITY) != 0)))
		rc = unknown(a, path, err);
	if (!rc)
		rc = check(a, err);
	if (rc) {
		ct_authority_free(a);
		a = NULL;
	}
	*out = a;
	return rc;
}

void
ct_authority_free(struct ct_authority *a)
{
	size_t i;

	if (!a)
		return;
	for (i = 0; i < 2; i++) {
		ct_conf_free(a->file[i]);
		free(a->path[i]);
	}
	free(a->name);
	free(a);
}

int
ct_authority_list(struct ct_out *out, const struct ct_conf *conf,
    const char *path, struct ct_err *err)
{
	json_t *names = ct_authority_names(conf, path), *one, *show;
	struct ct_authority *a;
	size_t i;
	int rc = 0, worst = 0;

	json_array_foreach(names, i, one)
	{
		rc = ct_authority_load(
		    &a, json_string_value(one), conf, path, err);
		if (rc) {
			ct_warn("%s", err->msg);
			worst = rc > worst ? rc : worst;
			continue;
		}
		show = ct_authority_show(a);
		rc = ct_out_rec(out, show, err);
		json_decref(show);
		ct_authority_free(a);
		if (rc)
			break;
	}
	json_decref(names);
	return rc > worst ? rc : worst;
}
