/* listfile_csv.c - rows of cells: RFC 4180 with any delimiter, and hashdeep */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "listfile_impl.h"
#include "prog.h"

#define CELLS 128 /* in one row; further ones are not looked at */
#define ROW_MAX ((size_t)16 << 10) /* bytes of one of several lines */

/* ---- what columns mean -----------------------------------------------------
 */

enum word {
	HASH_OF,
	TYPE,
	HASH,
	MEMBER,
	ENTRY,
	CONTENT,
	CLASS,
	AT,
	OPINION,
	SPECIAL,
	NOTHING
};

static const struct column {
	const char *name;
	enum word word;
	const char *type; /* HASH_OF: of what */
} columns[] = {
	{ "md5", HASH_OF, "md5" }, { "sha1", HASH_OF, "sha1" },
	{ "sha-1", HASH_OF, "sha1" }, { "sha256", HASH_OF, "sha256" },
	{ "sha-256", HASH_OF, "sha256" }, { "sha512", HASH_OF, "sha512" },
	{ "sha-512", HASH_OF, "sha512" }, { "pdq", HASH_OF, "pdq" },
	{ "pdna", HASH_OF, "pdna" }, { "photodna", HASH_OF, "pdna" },
	{ "url", HASH_OF, CT_SIGNAL_URL }, { "uri", HASH_OF, CT_SIGNAL_URL },
	{ "type", TYPE, NULL }, { "signal_type", TYPE, NULL },
	{ "hash", HASH, NULL }, { "signal", HASH, NULL },
	{ "member", MEMBER, NULL }, { "member_id", MEMBER, NULL },
	{ "entry", ENTRY, NULL }, { "entry_id", ENTRY, NULL },
	{ "id", ENTRY, NULL }, { "source_id", ENTRY, NULL },
	{ "image id", ENTRY, NULL }, { "mediaid", ENTRY, NULL },
	{ "content", CONTENT, NULL }, { "content_type", CONTENT, NULL },
	{ "media type", CONTENT, NULL }, { "classification", CLASS, NULL },
	{ "category", CLASS, NULL }, { "at", AT, NULL },
	{ "timestamp", AT, NULL }, { "updated", AT, NULL },
	{ "opinion", OPINION, NULL },
	{ "specialcode", SPECIAL, NULL }, /* of NSRL: no harmless file */
};

struct table {
	struct column of[CELLS];
	size_t n;
	char delim;
};

static struct column
column_named(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof columns / sizeof columns[0]; i++)
		if (strcasecmp(columns[i].name, name) == 0)
			return columns[i];
	return (struct column){ name, NOTHING, NULL };
}

/* The word that map, "COLUMN: word, ...", gives this column; false: none. */
static bool
mapped(const char *map, const char *name, struct column *c)
{
	size_t n = strlen(name), len;
	char *word;

	for (; map && *map; map += *map == ',') {
		map += strspn(map, " \t");
		len = strcspn(map, ",");
		if (len > n && strncasecmp(map, name, n) == 0 &&
		    map[n + strspn(map + n, " \t")] == ':') {
			word = ct_printf("%.*s", (int)(len - n), map + n);
			n = strcspn(word, ":") + 1;
			n += strspn(word + n, " \t");
			len = strlen(word);
			while (len > n && strchr(" \t", word[len - 1]))
				word[--len] = '\0';
			*c = column_named(word + n);
			free(word);
			return true;
		}
		map += len;
	}
	return false;
}

int
ct_listfile_map(const char *map, struct ct_err *err)
{
	struct column c;
	const char *at;
	size_t len, n;
	char *name;

	for (at = map; *at; at += *at == ',') {
		at += strspn(at, " \t");
		len = strcspn(at, ",");
		n = strcspn(at, ":");
		name = ct_printf("%.*s", (int)(n < len ? n : len), at);
		while (*name && strchr(" \t", name[strlen(name) - 1]))
			name[strlen(name) - 1] = '\0';
		if (n >= len || !*name || !mapped(map, name, &c) ||
		    c.word == NOTHING) {
			free(name);
			return ct_fail(
			    err, CT_CONFIG, "want map = COLUMN: WORD, ...");
		}
		free(name);
		at += len;
	}
	return 0;
}

/* ---- cells -----------------------------------------------------------------
 */

/* The most frequent one outside of quotes. */
static char
delimiter(const char *line)
{
	static const char all[] = ",;\t|";
	size_t count[sizeof all] = { 0 }, best = 0, i;
	bool quoted = false;
	const char *at;

	for (; *line; line++) {
		quoted ^= *line == '"';
		if (!quoted && (at = strchr(all, *line)))
			count[at - all]++;
	}
	for (i = 1; all[i]; i++)
		if (count[i] > count[best])
			best = i;
	if (!count[best])
		return '\0';
	return all[best];
}

/* Out of its quotes, in place: *p is left behind it; NULL: no quote ends it. */
static char *
unquoted(char **p, char *to)
{
	char *s = *p + 1;

	for (; *s; *to++ = *s++) {
		if (*s != '"')
			continue;
		if (s[1] != '"') {
			*p = s + 1;
			return to;
		}
		s++;
	}
	return NULL;
}

/* Take a line apart, in place; -1: a quote is open at its end. */
static int
split(char *line, char delim, char *cell[CELLS])
{
	bool end = false;
	char *to;
	int n = 0;

	while (!end) {
		to = line;
		if (n < CELLS)
			cell[n++] = line;
		if (*line == '"' && !(to = unquoted(&line, to)))
			return -1;
		while (*line && *line != delim)
			*to++ = *line++;
		end = !*line;
		line += !end;
		*to = '\0';
	}
	return n;
}

/* One more line behind a row whose quote is open; false: there is none. */
static bool
join(struct ct_in *in, struct ct_text *row, struct ct_err *err)
{
	char *line;
	size_t len;

	if (row->len > ROW_MAX || ct_in_next(in, &line, &len, err) != 1)
		return false;
	ct_text_add(row, "\n", 1);
	ct_text_add(row, line, len);
	return true;
}

/* ---- rows ------------------------------------------------------------------
 */

/* Where there are hashes, an address only tells where these were. */
static void
no_urls(struct table *t, const bool said[CELLS])
{
	bool hashes = false;
	size_t i;

	for (i = 0; i < t->n; i++)
		hashes |= t->of[i].word == HASH ||
		    (t->of[i].word == HASH_OF &&
			strcmp(t->of[i].type, CT_SIGNAL_URL) != 0);
	for (i = 0; hashes && i < t->n; i++)
		if (!said[i] && t->of[i].type &&
		    strcmp(t->of[i].type, CT_SIGNAL_URL) == 0)
			t->of[i].word = NOTHING;
}

static void
header(const struct ct_listfile *f, char *line, struct table *t)
{
	char *cell[CELLS];
	bool said[CELLS];
	int i, n;

	t->delim = delimiter(line);
	n = split(line, t->delim, cell);
	for (i = 0; i < n; i++) {
		said[i] = mapped(f->map, cell[i], &t->of[i]);
		if (!said[i])
			t->of[i] = column_named(cell[i]);
	}
	t->n = n < 0 ? 0 : (size_t)n;
	no_urls(t, said);
}

static bool
has(const struct table *t, enum word word)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (t->of[i].word == word)
			return true;
	return false;
}

static bool
is_table(const struct table *t)
{
	return has(t, HASH_OF) || has(t, HASH);
}

static void
take(struct listfile_row *row, const struct column *c, char *value,
    const char **type)
{
	switch (c->word) {
	case HASH_OF:
		listfile_hash(row, c->type, value);
		break;
	case TYPE:
		*type = value;
		break;
	case MEMBER:
		row->member = value;
		break;
	case ENTRY:
		row->entry = value;
		break;
	case CONTENT:
		row->content = value;
		break;
	case CLASS:
		row->classification = value;
		break;
	case AT:
		row->at = value;
		break;
	case OPINION:
		row->opinion = value;
		break;
	case SPECIAL:
		if (strchr("MSms", *value) && *value)
			row->opinion = "negative";
		break;
	case HASH:
	case NOTHING:
		break;
	}
}

static int
one_row(struct ct_listfile *f, const struct table *t, size_t line, char *text,
    struct ct_err *err)
{
	struct listfile_row row = { .line = line };
	const char *type = f->type;
	char *cell[CELLS];
	int i, n = split(text, t->delim, cell);

	if (n < 0)
		return f->bad(f->arg, line, "a quote is open", err);
	for (i = 0; i < n && (size_t)i < t->n; i++)
		take(&row, &t->of[i], cell[i], &type);
	if (type && !*type)
		type = f->type;
	for (i = 0; i < n && (size_t)i < t->n; i++)
		if (t->of[i].word == HASH && *cell[i]) {
			if (!type)
				return f->bad(f->arg, line, "no type", err);
			listfile_hash(&row, type, cell[i]);
		}
	return listfile_row(f, &row, err);
}

/* A line and those that its open quote took with it, each by itself: the quote
 * is a slip, and they are rows of their own. */
static int
each_line(struct ct_listfile *f, const struct table *t, size_t lineno,
    char *text, struct ct_err *err)
{
	char *line;
	int rc = 0;

	for (; !rc && (line = strsep(&text, "\n")); lineno++) {
		if (!*line)
			continue;
		f->lines++;
		rc = one_row(f, t, lineno, line, err);
	}
	return rc;
}

/* A row and what its open quotes take with it, until it can be split. */
static int
whole_row(struct ct_listfile *f, struct ct_in *in, const struct table *t,
    const char *line, size_t len, struct ct_err *err)
{
	size_t lineno = in->lineno;
	struct ct_text row = { 0 };
	struct ct_err none = { 0 };
	char *cell[CELLS], *copy;
	int n, rc;

	ct_text_add(&row, line, len);
	do {
		copy = ct_printf("%.*s", (int)row.len, row.s);
		n = split(copy, t->delim, cell);
		free(copy);
	} while (n < 0 && join(in, &row, &none));
	ct_text_add(&row, "", 1);
	if (memchr(row.s, 0, row.len - 1)) {
		f->lines++;
		rc = f->bad(f->arg, lineno, "a NUL", err);
	} else if (n < 0) {
		rc = each_line(f, t, lineno, row.s, err);
	} else {
		f->lines++;
		rc = one_row(f, t, lineno, row.s, err);
	}
	ct_text_free(&row);
	return rc;
}

bool
listfile_is_csv(const char *line)
{
	const struct ct_listfile f = { 0 };
	char *copy = ct_strdup(line);
	struct table t = { 0 };

	header(&f, copy, &t);
	free(copy);
	return t.delim && is_table(&t);
}

static int
rows(struct ct_listfile *f, struct ct_in *in, const struct table *t,
    struct ct_err *err)
{
	char *line;
	size_t len;
	int got, rc = 0;

	while (!rc && (got = ct_in_next(in, &line, &len, err))) {
		if (got == CT_DATAERR) {
			f->lines++;
			*err = (struct ct_err){ 0 };
			rc = f->bad(f->arg, in->lineno, "too long", err);
		} else if (got != 1) {
			rc = listfile_named(f, got, err->msg, err);
		} else if (len) {
			rc = whole_row(f, in, t, line, len, err);
		}
		if (!rc && ct_stop)
			rc = ct_fail(err, CT_TEMPFAIL, "stopped");
	}
	return rc;
}

int
listfile_csv(
    struct ct_listfile *f, struct ct_in *in, char *head, struct ct_err *err)
{
	struct table t = { 0 };

	header(f, head, &t);
	if (!is_table(&t))
		return listfile_named(f, CT_CONFIG,
		    "no column is a hash: want map = COLUMN: WORD, ...", err);
	if (has(&t, SPECIAL) && !f->allow)
		return listfile_named(f, CT_CONFIG,
		    "this is a list of what is known and harmless: want"
		    " action = allow",
		    err);
	return rows(f, in, &t, err);
}

/* ---- hashdeep --------------------------------------------------------------
 */

/* The last column is the name, as it is: commas and quotes are its own. */
static int
deep_row(struct ct_listfile *f, const struct table *t, size_t line, char *text,
    struct ct_err *err)
{
	struct listfile_row row = { .line = line };
	size_t i;

	for (i = 0; i + 1 < t->n && text; i++)
		take(&row, &t->of[i], strsep(&text, ","), &(const char *){ 0 });
	if (!text)
		return f->bad(f->arg, line, "a column is missing", err);
	row.entry = text;
	return listfile_row(f, &row, err);
}

int
listfile_hashdeep(struct ct_listfile *f, struct ct_in *in, struct ct_err *err)
{
	static const char mark[] = "%%%% ";
	struct table t = { .delim = ',' };
	char *line, *name, *head = NULL;
	size_t len;
	int got, rc = 0;

	while (!rc && (got = ct_in_next(in, &line, &len, err)) == 1) {
		if (strncmp(line, mark, sizeof mark - 1) == 0) {
			free(head);
			head = ct_strdup(line + sizeof mark - 1);
			t.n = 0;
			line = head;
			while ((name = strsep(&line, ",")) && t.n < CELLS)
				t.of[t.n++] = column_named(name);
		} else if (len && *line != '#') {
			f->lines++;
			rc = !t.n ? f->bad(f->arg, in->lineno, "no header", err)
			    : memchr(line, 0, len)
			    ? f->bad(f->arg, in->lineno, "a NUL", err)
			    : deep_row(f, &t, in->lineno, line, err);
		}
		if (!rc && ct_stop)
			rc = ct_fail(err, CT_TEMPFAIL, "stopped");
	}
	free(head);
	return rc ? rc : got > 1 ? listfile_named(f, got, err->msg, err) : 0;
}
