/* report_thread.c - conversations as CSV files that a report carries */
#include <ctype.h>
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
	bool guarded, untimed;
	json_t *notes;
};

/* ---- cells -----------------------------------------------------------------
 */

static void
cell(struct csv *c, const char *s)
{
	ct_csv_cell(&c->row, c->cells++ == 0, s, &c->guarded);
}

static void
member(struct csv *c, const json_t *m, const char *name)
{
	char *s = ct_thread_text(json_object_get(m, name)), *soft, *what;

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
		c->untimed = true, member(c, m, "at");
}

static void
add_row(struct csv *c, const json_t *m, const char *content, bool more)
{
	char *raw = ct_thread_text(json_object_get(m, "type"));
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
	char *raw = ct_thread_text(json_object_get(m, "text"));
	char *content = ct_soft_text(raw, strlen(raw)), *piece;
	const char *rest = content;
	bool more = false;

	if (strcmp(raw, content) != 0)
		ct_note(c->notes,
		    "'threads.messages.text' had characters that XML does not "
		    "allow");
	do {
		piece = ct_soft_piece(rest, CELL, &rest);
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

/* ---- elements of report.files -------------------------------------------- */

/* An id as part of a file's name, of several alike the nth. */
static char *
name_of(const char *id, size_t nth, size_t part, size_t parts)
{
	char *safe = ct_strdup(id), *base, *name;
	size_t i;

	for (i = 0; i < ID && safe[i]; i++)
		if (!strchr("0123456789-_ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "abcdefghijklmnopqrstuvwxyz",
			safe[i]))
			safe[i] = '_';
	safe[i] = '\0';
	base = nth == 1 ? ct_strdup(safe) : ct_printf("%s.%zu", safe, nth);
	name = parts == 1 ? ct_printf("thread-%s.csv", base)
			  : ct_printf("thread-%s-%zu.csv", base, part);
	free(base);
	free(safe);
	return name;
}

/* Into the set of names, which are alike in whatever case; false: it is there.
 */
static bool
claim(json_t *names, const char *name, bool now)
{
	char *low = ct_strdup(name), *s;
	bool mine;

	for (s = low; *s; s++)
		*s = (char)tolower((unsigned char)*s);
	mine = !json_object_get(names, low);
	if (now)
		(void)json_object_set_new(names, low, json_true());
	free(low);
	return mine;
}

static char *
file_id(const char *id, size_t nth, size_t part, size_t parts)
{
	char *base = nth == 1 ? ct_printf("thread:%s", id)
			      : ct_printf("thread:%s (%zu)", id, nth);
	char *all =
	    parts == 1 ? ct_strdup(base) : ct_printf("%s/%zu", base, part);

	free(base);
	return all;
}

/* The first of several alike that makes its files' names and ids its own. */
static size_t
choose(json_t *names, const char *id, size_t parts)
{
	size_t nth = 0, i;
	char *name, *file;
	bool mine = false;

	while (!mine && ++nth)
		for (mine = true, i = 1; i <= parts && mine; i++) {
			name = name_of(id, nth, i, parts);
			file = file_id(id, nth, i, parts);
			mine = claim(names, name, false) &&
			    claim(names, file, false);
			free(name);
			free(file);
		}
	return nth;
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
	    "in order of time%s.",
	    what, (long long)json_integer_value(json_array_get(c->counts, i)),
	    c->id,
	    c->untimed ? ", those of no known time behind the one before" : "");

	(void)json_array_append_new(info, json_string(line));
	free(line);
	if (parts > 1) {
		line =
		    ct_printf("Part %zu of %zu of this thread.", i + 1, parts);
		(void)json_array_append_new(info, json_string(line));
		free(line);
	}
	if (c->guarded)
		(void)json_array_append_new(info, json_string(CT_CSV_GUARD));
	return info;
}

static int
emit(struct csv *c, json_t *files, json_t *names, struct ct_err *err)
{
	size_t i, parts = json_array_size(c->files);
	size_t nth = choose(names, c->id, parts);
	const json_t *text;
	char *id, *name;
	json_t *file;
	int rc = 0;

	for (i = 0; !rc && i < parts; i++) {
		text = json_array_get(c->files, i);
		id = file_id(c->id, nth, i + 1, parts);
		name = name_of(c->id, nth, i + 1, parts);
		(void)claim(names, id, true);
		(void)claim(names, name, true);
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
make(const json_t *thread, json_t *files, json_t *names, json_t *notes,
    struct ct_err *err)
{
	const json_t *messages = json_object_get(thread, "messages");
	char *id = ct_soft_text(ct_rec_text(thread, "label"), SHORT);
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
	ct_thread_odd(thread, notes);
	rc = emit(&c, files, names, err);
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
	json_t *all = ct_thread_gather(recs), *names = json_object(), *thread;
	const char *id;
	int rc = 0;

	json_object_foreach(all, id, thread)
	{
		if (!rc)
			rc = make(thread, files, names, notes, err);
	}
	json_decref(names);
	json_decref(all);
	return rc;
}
