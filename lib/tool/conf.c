#include "conf.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"

#define CONF_MAX ((size_t)1 << 20) /* bytes in one file */

struct item {
	char *section, *name, *key,
	    *value; /* name NULL if the section has none */
	const char *file;
	size_t line;
};

struct ct_conf {
	struct item *item;
	size_t n;
	char **file; /* names for messages */
	size_t nfiles;
};

static char *
trim(char *s)
{
	size_t n;

	s += strspn(s, " \t");
	n = strlen(s);
	while (n && strchr(" \t\r", s[n - 1]))
		s[--n] = '\0';
	return s;
}

/* "..." loses its quotes. */
static char *
unquote(char *s)
{
	size_t n = strlen(s);

	if (n >= 2 && s[0] == '"' && s[n - 1] == '"') {
		s[n - 1] = '\0';
		s++;
	}
	return s;
}

static void
add(struct ct_conf *c, const char *section, const char *name, const char *key,
    const char *value, size_t line)
{
	struct item *it;

	c->item = ct_grow(c->item, c->n + 1, sizeof *c->item);
	it = &c->item[c->n++];
	it->section = ct_strdup(section);
	it->name = name ? ct_strdup(name) : NULL;
	it->key = ct_strdup(key);
	it->value = ct_strdup(value);
	it->file = c->file[c->nfiles - 1];
	it->line = line;
}

/* [section] or [section NAME]; both point into line. */
static int
header(char *line, char **section, char **name)
{
	size_t n = strlen(line);

	if (line[n - 1] != ']')
		return -1;
	line[n - 1] = '\0';
	*section = trim(line + 1);
	*name = strpbrk(*section, " \t");
	if (*name) {
		*(*name)++ = '\0';
		*name = unquote(trim(*name));
	}
	return **section ? 0 : -1;
}

static int
parse(struct ct_conf *c, const char *file, char *text, struct ct_err *err)
{
	char *line, *next, *eq, empty[] = "", *section = empty, *name = NULL;
	size_t n = 0;

	c->file = ct_grow(c->file, c->nfiles + 1, sizeof *c->file);
	c->file[c->nfiles++] = ct_strdup(file);
	for (line = text; line; line = next) {
		n++;
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		line = trim(line);
		if (!*line || *line == '#')
			continue;
		if (*line == '[') {
			if (header(line, &section, &name) < 0)
				return ct_fail(err, CT_CONFIG,
				    "'%s' line %zu: want [section]", file, n);
			/* a section without a key exists too */
			add(c, section, name, "", "", n);
			continue;
		}
		eq = strchr(line, '=');
		if (!eq || eq == line)
			return ct_fail(err, CT_CONFIG,
			    "'%s' line %zu: want key = value", file, n);
		*eq++ = '\0';
		add(c, section, name, trim(line), unquote(trim(eq)), n);
	}
	return 0;
}

int
ct_conf_parse(struct ct_conf **conf, const char *name, const char *text,
    struct ct_err *err)
{
	char *copy = ct_strdup(text);
	int rc;

	*conf = ct_alloc(1, sizeof **conf);
	rc = parse(*conf, name, copy, err);
	explicit_bzero(copy, strlen(text));
	free(copy);
	if (rc) {
		ct_conf_free(*conf);
		*conf = NULL;
	}
	return rc;
}

static int
load_file(struct ct_conf *c, const char *path, struct ct_err *err)
{
	uint8_t *text;
	size_t len;
	int rc;

	if (ct_file_read(path, CONF_MAX, &text, &len, err))
		return err->code;
	if (memchr(text, 0, len))
		rc = ct_fail(err, CT_CONFIG, "'%s' holds a NUL", path);
	else
		rc = parse(c, path, (char *)text, err);
	free(text);
	return rc;
}

static int
load_default(struct ct_conf *c, struct ct_err *err)
{
	char **name, *path;
	int rc = 0;

	if (access("/etc/ct/ct.conf", F_OK) == 0)
		rc = load_file(c, "/etc/ct/ct.conf", err);
	name = ct_file_names("/etc/ct/conf.d", ".conf");
	for (char **p = name; p && *p; p++) {
		path = ct_printf("/etc/ct/conf.d/%s", *p);
		if (!rc)
			rc = load_file(c, path, err);
		free(path);
		free(*p);
	}
	free(name);
	return rc;
}

char *
ct_conf_beside(const char *path, const char *name)
{
	const char *slash;

	if (!path)
		path = getenv("CT_CONF");
	if (!path)
		path = "/etc/ct/ct.conf";
	slash = strrchr(path, '/');
	return ct_printf(
	    "%.*s%s", slash ? (int)(slash + 1 - path) : 0, path, name);
}

int
ct_conf_load(struct ct_conf **conf, const char *path, struct ct_err *err)
{
	int rc;

	if (!path)
		path = getenv("CT_CONF");
	*conf = ct_alloc(1, sizeof **conf);
	rc = path ? load_file(*conf, path, err) : load_default(*conf, err);
	if (rc) {
		ct_conf_free(*conf);
		*conf = NULL;
	}
	return rc;
}

void
ct_conf_free(struct ct_conf *c)
{
	size_t i;

	if (!c)
		return;
	for (i = 0; i < c->n; i++) {
		explicit_bzero(c->item[i].value, strlen(c->item[i].value));
		free(c->item[i].section);
		free(c->item[i].name);
		free(c->item[i].key);
		free(c->item[i].value);
	}
	for (i = 0; i < c->nfiles; i++)
		free(c->file[i]);
	free(c->item);
	free(c->file);
	free(c);
}

static int
same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static int
is(const struct item *it, const char *section, const char *name,
    const char *key)
{
	return strcmp(it->section, section) == 0 && same(it->name, name) &&
	    strcmp(it->key, key) == 0;
}

const char *
ct_conf_get(const struct ct_conf *c, const char *section, const char *name,
    const char *key)
{
	size_t i;

	for (i = c->n; i > 0; i--)
		if (is(&c->item[i - 1], section, name, key))
			return c->item[i - 1].value;
	return NULL;
}

int
ct_conf_number(const struct ct_conf *c, const char *section, const char *key,
    long lo, long hi, long *n, struct ct_err *err)
{
	const char *text = ct_conf_get(c, section, NULL, key);
	char *end;
	long v;

	if (!text)
		return 0;
	v = strtol(text, &end, 10);
	if (!*text || *end || v < lo || v > hi)
		return ct_fail(err, CT_CONFIG,
		    "%s of [%s]: want a number from %ld to %ld", key, section,
		    lo, hi);
	*n = v;
	return 0;
}

const char *
ct_conf_nth(const struct ct_conf *c, const char *section, const char *name,
    const char *key, size_t nth)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (is(&c->item[i], section, name, key) && nth-- == 0)
			return c->item[i].value;
	return NULL;
}

/* Is item i the first of its section and name? */
static bool
first(const struct ct_conf *c, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (strcmp(c->item[k].section, c->item[i].section) == 0 &&
		    same(c->item[k].name, c->item[i].name))
			return false;
	return true;
}

const char *
ct_conf_name(const struct ct_conf *c, const char *section, size_t nth)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->item[i].name &&
		    strcmp(c->item[i].section, section) == 0 && first(c, i) &&
		    nth-- == 0)
			return c->item[i].name;
	return NULL;
}

int
ct_conf_known(const struct ct_conf *c, const char *section,
    const char *const known[], struct ct_err *err)
{
	const struct item *it;
	size_t i, k;

	for (i = 0; i < c->n; i++) {
		it = &c->item[i];
		if (strcmp(it->section, section) != 0 || !*it->key)
			continue;
		for (k = 0; known[k] && strcmp(known[k], it->key) != 0; k++)
			;
		if (!known[k])
			return ct_fail(err, CT_CONFIG,
			    "'%s' line %zu: unknown key '%s' in [%s]", it->file,
			    it->line, it->key, section);
	}
	return 0;
}

bool
ct_conf_words(const char *text)
{
	const char *p = text + strspn(text, " \t");
	size_t len;

	do {
		len = strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789_-");
		if (!len || (p[len] && !strchr(" \t", p[len])))
			return false;
		p += len;
		p += strspn(p, " \t");
	} while (*p);
	return true;
}
