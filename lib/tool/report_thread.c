/*
 * report_thread.c - conversations as CSV files that a report carries
 *
 * RFC 4180, UTF-8, with a header; what is read with a spreadsheet must not be
 * computed by it, so a cell that begins like a formula has an apostrophe
 * before it.  So has one that begins with an apostrophe: whoever takes one
 * apostrophe off each cell that begins with one has the text again.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "hex.h"
#include "prog.h"
#include "report_impl.h"

#define CSV_BYTES 131072 /* of one file, as its record writes them */
#define CELL 30000       /* characters; spreadsheets take 32767 */
#define SHORT 2000       /* of other cells than the content */
#define ID 64            /* characters of a thread in a file's name */

static const char header[] =
    "time,sender,recipient,ip,port,type,thread,message,content\r\n";

struct message {
	int64_t ms; /* of the message, else of the one before */
	size_t i;
	const json_t *is;
};

struct csv { /* of one thread */
	const json_t *thread;
	const char *id;
	json_t *files; /* texts that are full */
	json_t *counts;
	struct ct_text text; /* the one in the making */
	size_t size;         /* of it, as its record writes it */
	struct ct_text row;
	size_t cells; /* in row */
	size_t n;     /* its messages */
	bool guarded;
	json_t *notes;
};

/* ---- cells -----------------------------------------------------------------
 */

/* A spreadsheet would compute it; or it looks as if it were guarded. */
static bool
formula(const char *s)
{
	static const char *const wide[] = { "\xef\xbc\x9d", "\xef\xbc\x8b",
		"\xef\xbc\x8d", "\xef\xbc\xa0" }; /* = + - @ of full width */
	size_t i;

	if (*s && strchr("=+-@'\t\r\n", *s))
		return true;
	for (i = 0; i < sizeof wide / sizeof wide[0]; i++)
		if (strncmp(s, wide[i], 3) == 0)
			return true;
	return false;
}

static void
cell(struct csv *c, const char *s)
{
	struct ct_text *row = &c->row;
	size_t len = strlen(s);
	bool guard = formula(s);
	bool quote = strpbrk(s, "\",\r\n") || guard || *s == ' ' ||
	    (len && s[len - 1] == ' ');

	if (c->cells++)
		ct_text_add(row, ",", 1);
	if (quote)
		ct_text_add(row, "\"", 1);
	if (guard)
		ct_text_add(row, "'", 1);
	c->guarded |= guard;
	for (; *s; s++) {
		if (*s == '"')
			ct_text_add(row, "\"", 1);
		ct_text_add(row, s, 1);
	}
	if (quote)
		ct_text_add(row, "\"", 1);
}

/* Any value as text: of an array its texts, what is no text as JSON. */
static char *
plain(const json_t *v)
{
	char *all = NULL, *one, *more;
	json_t *sub;
	size_t i;

	if (!v || json_is_null(v))
		return ct_strdup("");
	if (json_is_string(v))
		return ct_strdup(json_string_value(v));
	if (!json_is_array(v)) {
		all = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
		return all ? all : ct_strdup("");
	}
	json_array_foreach((json_t *)(uintptr_t)v, i, sub)
	{
		one = plain(sub);
		more = all ? ct_printf("%s; %s", all, one) : ct_strdup(one);
		free(all);
		free(one);
		all = more;
	}
	return all ? all : ct_strdup("");
}

static void
member(struct csv *c, const json_t *m, const char *name)
{
	char *s = plain(json_object_get(m, name)), *soft, *what;

	soft = ct_soft_text(s, SHORT);
	if (strcmp(soft, s) != 0) {
		what = ct_printf("threads.messages.%s", name);
		ct_soft_note(c->notes, what, CT_WAS_CUT);
		free(what);
	}
	cell(c, soft);
	free(soft);
	free(s);
}

/* ---- rows and files --------------------------------------------------------
 */

/* Bytes that a record takes to write these. */
static size_t
written(const struct ct_text *t)
{
	size_t i, n = t->len;

	for (i = 0; i < t->len; i++)
		if (t->s[i] == '\x7f' || t->s[i] == '\xc2')
			n += 5; /* perhaps a control: \u007f */
		else
			n += strchr("\"\\\r\n\t", t->s[i]) != NULL;
	return n;
}

static void
full(struct csv *c)
{
	if (!c->text.len)
		return;
	(void)json_array_append_new(
	    c->files, json_stringn(c->text.s, c->text.len));
	(void)json_array_append_new(c->counts, json_integer((json_int_t)c->n));
	ct_text_free(&c->text);
	c->text = (struct ct_text){ 0 };
	c->size = c->n = 0;
}

static void
end_row(struct csv *c)
{
	size_t size;

	ct_text_add(&c->row, "\r\n", 2);
	size = written(&c->row);
	if (c->size + size > CSV_BYTES)
		full(c);
	if (!c->text.len) {
		ct_text_add(&c->text, header, sizeof header - 1);
		c->size = sizeof header + 1;
	}
	ct_text_add(&c->text, c->row.s, c->row.len);
	c->size += size;
	c->row.len = c->cells = 0;
}

/* The first max characters of s, and where the rest begins. */
static char *
first(const char *s, size_t max, const char **rest)
{
	const char *end = s;
	size_t n;
	char *text;

	for (n = 0; *end && (n += (*end & 0xc0) != 0x80) <= max; end++)
		;
	*rest = end;
	text = ct_alloc((size_t)(end - s) + 1, 1);
	memcpy(text, s, (size_t)(end - s));
	return text;
}

static void
time_cell(struct csv *c, const json_t *m)
{
	const json_t *at = json_object_get(m, "at");
	struct ct_err none = { 0 };
	char time[CT_TIME_LEN];
	int64_t ms;

	if (at && ct_report_time(&ms, "at", at, &none) == 0)
		cell(c, ct_time(ms, time));
	else
		member(c, m, "at");
}

static void
add_row(struct csv *c, const json_t *m, const char *content, bool more)
{
	char *raw = plain(json_object_get(m, "type"));
	char *soft = ct_soft_text(raw, SHORT);
	char *type = ct_printf("%s%s", soft, more ? " (continued)" : "");

	time_cell(c, m);
	member(c, m, "from");
	member(c, m, "to");
	member(c, m, "ip");
	member(c, m, "port");
	cell(c, type);
	cell(c, c->id);
	member(c, m, "id");
	cell(c, content);
	end_row(c);
	free(type);
	free(soft);
	free(raw);
}

/* A message, in as many rows as its content takes. */
static void
add_message(struct csv *c, const json_t *m)
{
	char *raw = plain(json_object_get(m, "text"));
	char *content = ct_soft_text(raw, strlen(raw)), *piece;
	const char *rest = content;
	bool more = false;

	if (strcmp(raw, content) != 0)
		ct_note(c->notes,
		    "'threads.messages.text' had characters that XML does not "
		    "allow");
	do {
		piece = first(rest, CELL, &rest);
		add_row(c, m, piece, more);
		free(piece);
		c->n += !more;
		more = true;
	} while (*rest);
	free(content);
	free(raw);
}

/* ---- threads ---------------------------------------------------------------
 */

static int
by_time(const void *a, const void *b)
{
	const struct message *x = a, *y = b;

	if (x->ms != y->ms)
		return x->ms < y->ms ? -1 : 1;
	return x->i < y->i ? -1 : x->i > y->i;
}

/* In order of time; one of no time stays behind the one before it. */
static struct message *
sorted(const json_t *messages)
{
	size_t i, n = json_array_size(messages);
	struct message *all = ct_alloc(n + 1, sizeof *all);
	struct ct_err none = { 0 };
	const json_t *at;
	int64_t ms = 0;

	for (i = 0; i < n; i++) {
		all[i].is = json_array_get(messages, i);
		all[i].i = i;
		at = json_object_get(all[i].is, "at");
		if (at)
			(void)ct_report_time(&ms, "at", at, &none);
		all[i].ms = ms;
	}
	qsort(all, n, sizeof *all, by_time);
	return all;
}

/* What several records tell of one thread: each message once.  What one record
 * tells twice was said twice. */
static void
merge(json_t *into, json_t *seen, const json_t *messages)
{
	json_t *now = json_array(), *m;
	char *dump;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)messages, i, m)
	{
		dump = json_dumps(m, JSON_COMPACT | JSON_SORT_KEYS);
		if (dump && !json_object_get(seen, dump)) {
			(void)json_array_append(into, m);
			(void)json_array_append_new(now, json_string(dump));
		}
		free(dump);
	}
	json_array_foreach(now, i, m)
	{
		(void)json_object_set_new(
		    seen, json_string_value(m), json_true());
	}
	json_decref(now);
}

/* Its id as text; one of none gets a number that no other has. */
static char *
id_of(const json_t *all, const json_t *thread)
{
	char *id = plain(json_object_get(thread, "id"));
	size_t n = json_object_size(all);
	bool none = !*id;

	while (!*id || (none && json_object_get(all, id))) {
		free(id);
		id = ct_printf("%zu", ++n);
	}
	return id;
}

static void
add_thread(json_t *all, json_t *seen, const json_t *thread)
{
	json_t *kind = json_object_get(thread, "kind"), *one;
	char *id = id_of(all, thread);

	if (!(one = json_object_get(all, id))) {
		one = json_pack("{s:s, s:[]}", "id", id, "messages");
		(void)json_object_set_new(all, id, one);
		(void)json_object_set_new(seen, id, json_object());
	}
	if (kind)
		(void)json_object_set(one, "kind", kind);
	merge(json_object_get(one, "messages"), json_object_get(seen, id),
	    json_object_get(thread, "messages"));
	free(id);
}

/* The threads of all records: {id, kind, messages}, each id once. */
static json_t *
gather(const json_t *recs)
{
	json_t *all = json_object(), *seen = json_object(), *thread;
	const json_t *rec;
	size_t i, k;

	json_array_foreach(recs, i, rec)
	{
		json_array_foreach(json_object_get(rec, "threads"), k, thread)
		{
			if (json_array_size(
				json_object_get(thread, "messages")))
				add_thread(all, seen, thread);
		}
	}
	json_decref(seen);
	return all;
}

/* ---- elements of report.files -------------------------------------------- */

/* An id as part of a file's name. */
static char *
name_of(const char *id, size_t part, size_t parts)
{
	char *safe = ct_strdup(id), *name;
	size_t i;

	for (i = 0; safe[i] && i < ID; i++)
		if (!strchr("0123456789-_ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "abcdefghijklmnopqrstuvwxyz",
			safe[i]))
			safe[i] = '_';
	safe[i] = '\0';
	name = parts == 1 ? ct_printf("thread-%s.csv", safe)
			  : ct_printf("thread-%s-%zu.csv", safe, part);
	free(safe);
	return name;
}

static json_t *
about(const struct csv *c, size_t i, size_t parts)
{
	const char *kind = ct_rec_text(c->thread, "kind");
	const char *what = !kind           ? ""
	    : strcmp(kind, "private") == 0 ? " private"
	    : strcmp(kind, "group") == 0   ? " group"
					   : "";
	json_t *info = json_array();
	char *line = ct_printf(
	    "Messages of a%s conversation: %lld of thread %s, "
	    "in order of time.",
	    what, (long long)json_integer_value(json_array_get(c->counts, i)),
	    c->id);

	(void)json_array_append_new(info, json_string(line));
	free(line);
	if (parts > 1) {
		line =
		    ct_printf("Part %zu of %zu of this thread.", i + 1, parts);
		(void)json_array_append_new(info, json_string(line));
		free(line);
	}
	if (c->guarded)
		(void)json_array_append_new(info,
		    json_string("A cell that begins with = + - @ ', a tab or a "
				"line end has "
				"one apostrophe before it that is not part of "
				"the text."));
	return info;
}

static int
emit(struct csv *c, json_t *files, struct ct_err *err)
{
	size_t i, parts = json_array_size(c->files);
	const json_t *text;
	char *id, *name;
	json_t *file;
	int rc = 0;

	for (i = 0; !rc && i < parts; i++) {
		text = json_array_get(c->files, i);
		id = parts == 1 ? ct_printf("thread:%s", c->id)
				: ct_printf("thread:%s/%zu", c->id, i + 1);
		name = name_of(c->id, i + 1, parts);
		rc = ct_told_file(
		    &file, id, name, "text/csv", text, about(c, i, parts), err);
		if (!rc)
			(void)json_array_append_new(files, file);
		free(name);
		free(id);
	}
	return rc;
}

static int
make(const json_t *thread, json_t *files, json_t *notes, struct ct_err *err)
{
	const json_t *messages = json_object_get(thread, "messages");
	char *id = ct_soft_text(ct_rec_text(thread, "id"), SHORT);
	struct csv c = { .thread = thread,
		.id = id,
		.notes = notes,
		.files = json_array(),
		.counts = json_array() };
	struct message *all = sorted(messages);
	size_t i;
	int rc;

	for (i = 0; i < json_array_size(messages); i++)
		add_message(&c, all[i].is);
	full(&c);
	rc = emit(&c, files, err);
	json_decref(c.files);
	json_decref(c.counts);
	ct_text_free(&c.row);
	free(all);
	free(id);
	return rc;
}

int
ct_thread_files(
    const json_t *recs, json_t *files, json_t *notes, struct ct_err *err)
{
	json_t *all = gather(recs), *thread;
	const char *id;
	int rc = 0;

	json_object_foreach(all, id, thread)
	{
		if (!rc)
			rc = make(thread, files, notes, err);
	}
	json_decref(all);
	return rc;
}

void
ct_thread_newest(const json_t *recs, int64_t now, int64_t *ms)
{
	const json_t *rec, *at;
	json_t *thread, *m;
	size_t i, k, l;
	struct ct_err none = { 0 };
	int64_t t;

	json_array_foreach(recs, i, rec)
	{
		json_array_foreach(json_object_get(rec, "threads"), k, thread)
		{
			json_array_foreach(
			    json_object_get(thread, "messages"), l, m)
			{
				at = json_object_get(m, "at");
				if (at &&
				    ct_report_time(&t, "at", at, &none) == 0 &&
				    t > *ms && t <= now)
					*ms = t;
			}
		}
	}
}
