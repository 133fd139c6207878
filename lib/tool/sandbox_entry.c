/* sandbox_entry.c - the hash lists' entries: put, taken back, found */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "prog.h"
#include "rec.h"
#include "sandbox_impl.h"
#include "xml.h"

#define HOUR ((int64_t)3600000)

void
ct_sandbox_entry_free(struct sandbox_entry *e)
{
	size_t i, k;

	for (i = 0; i < e->nprints; i++) {
		free(e->print[i].type);
		free(e->print[i].hash);
		free(e->print[i].path);
	}
	for (i = 0; i < e->nvotes; i++) {
		for (k = 0; k < e->vote[i].nreasons; k++)
			free(e->vote[i].reason[k]);
		free(e->vote[i].reason);
		free(e->vote[i].type);
	}
	free(e->print);
	free(e->vote);
	free(e->member);
	free(e->id);
	free(e->content);
	free(e->classification);
}

static char
folded(char c)
{
	if (c == '_')
		return '-';
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c;
}

bool
ct_sandbox_same_type(const char *a, const char *b)
{
	for (; *a && folded(*a) == folded(*b); a++, b++)
		continue;
	return *a == *b;
}

/* ---- finding them: a hash of the three names, open addressing ------------ */

static size_t
slot_of(const struct ct_sandbox *box, const char *content, const char *member,
    const char *id)
{
	const char *const part[] = { content, member, id };
	uint64_t h = 14695981039346656037U;
	const struct sandbox_entry *e;
	const char *s;
	size_t i;

	for (i = 0; i < 3; i++) {
		for (s = part[i]; *s; s++)
			h = (h ^ (unsigned char)*s) * 1099511628211U;
		h = (h ^ 255) * 1099511628211U;
	}
	for (i = (size_t)h & (box->nindex - 1); box->index[i];
	     i = (i + 1) & (box->nindex - 1)) {
		e = &box->entry[box->index[i] - 1];
		if (strcmp(e->id, id) == 0 && strcmp(e->member, member) == 0 &&
		    strcmp(e->content, content) == 0)
			break;
	}
	return i;
}

static void
grow_index(struct ct_sandbox *box)
{
	const struct sandbox_entry *e;
	size_t i;

	if (2 * (box->nentries + 1) <= box->nindex)
		return;
	box->nindex = box->nindex ? 2 * box->nindex : 1024;
	free(box->index);
	box->index = ct_alloc(box->nindex, sizeof *box->index);
	for (i = 0; box->entry && i < box->nentries; i++) {
		e = &box->entry[i];
		box->index[slot_of(box, e->content, e->member, e->id)] = i + 1;
	}
}

struct sandbox_entry *
ct_sandbox_find(struct ct_sandbox *box, const char *content, const char *member,
    const char *id)
{
	size_t at;

	if (!box->nindex)
		return NULL;
	at = box->index[slot_of(box, content, member, id)];
	return at ? &box->entry[at - 1] : NULL;
}

static struct sandbox_entry *
find_or_make(struct ct_sandbox *box, const char *content, const char *member,
    const char *id)
{
	struct sandbox_entry *e = ct_sandbox_find(box, content, member, id);

	if (e)
		return e;
	grow_index(box);
	if (!box->entry || box->nentries == box->capacity) {
		box->capacity = 2 * box->capacity + 16;
		box->entry =
		    ct_grow(box->entry, box->capacity, sizeof *box->entry);
	}
	box->index[slot_of(box, content, member, id)] = box->nentries + 1;
	e = &box->entry[box->nentries++];
	*e = (struct sandbox_entry){ .member = ct_strdup(member),
		.id = ct_strdup(id),
		.content = ct_strdup(content) };
	return e;
}

/* ---- changing them ------------------------------------------------------- */

/* What can be an element's name, folded as the lists spell it; else NULL. */
static char *
element_name(const char *type)
{
	char *name, *s;

	if (!type || !strchr("abcdefghijklmnopqrstuvwxyz", folded(*type)) ||
	    !*type)
		return NULL;
	name = ct_strdup(type);
	for (s = name; *s; s++) {
		*s = folded(*s);
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-", *s)) {
			free(name);
			return NULL;
		}
	}
	return name;
}

static void
free_print(struct sandbox_print *p)
{
	free(p->type);
	free(p->hash);
	free(p->path);
}

static void
drop_print(struct sandbox_entry *e, const char *type, const char *hash)
{
	size_t i, n = 0;

	for (i = 0; i < e->nprints; i++) {
		if (strcmp(e->print[i].type, type) == 0 &&
		    (!hash || strcmp(e->print[i].hash, hash) == 0)) {
			free_print(&e->print[i]);
		} else {
			e->print[n++] = e->print[i];
		}
	}
	e->nprints = n;
}

static void
tombstone(struct sandbox_entry *e)
{
	while (e->nprints)
		free_print(&e->print[--e->nprints]);
	free(e->classification);
	e->classification = NULL;
	e->deleted = true;
}

/* A large one has a path and no hash: an entry has one of a type. */
static void
add_print(
    struct sandbox_entry *e, char *type, const char *hash, const char *path)
{
	drop_print(e, type, path ? "" : hash);
	e->print = ct_grow(e->print, e->nprints + 1, sizeof *e->print);
	e->print[e->nprints++] = (struct sandbox_print){ type,
		ct_strdup(path ? "" : hash), path ? ct_strdup(path) : NULL };
	e->deleted = false;
}

static const char *
text(const json_t *rec, const char *name)
{
	const char *s = json_string_value(json_object_get(rec, name));

	return s && ct_xml_legal(s) ? s : NULL;
}

/* An identity: member and entry, and image unless it says video. */
static struct sandbox_entry *
entry_of(struct ct_sandbox *box, const json_t *rec, struct ct_err *err)
{
	const char *content = text(rec, "content");
	const char *member = text(rec, "member"), *id = text(rec, "entry");

	content = content ? content : "image";
	if (!member || !id) {
		(void)ct_fail(err, CT_DATAERR, "want member and entry");
		return NULL;
	}
	if (strcmp(content, "image") != 0 && strcmp(content, "video") != 0) {
		(void)ct_fail(
		    err, CT_DATAERR, "content must be image or video");
		return NULL;
	}
	return find_or_make(box, content, member, id);
}

static int
time_of(const json_t *rec, int64_t *at, struct ct_err *err)
{
	const char *s = text(rec, "at");

	if (!json_object_get(rec, "at") || (s && ct_time_parse(s, at) == 0))
		return 0;
	return ct_fail(err, CT_DATAERR, "at: want a time with a zone");
}

int
ct_sandbox_entry(
    struct ct_sandbox *box, const json_t *rec, int64_t at, struct ct_err *err)
{
	const char *op = text(rec, "op"), *hash = text(rec, "hash");
	const char *class = text(rec, "classification");
	const char *path = text(rec, "path");
	char *type = element_name(text(rec, "type"));
	bool del = op && strcmp(op, "del") == 0;
	struct sandbox_entry *e;

	if (op && !del && strcmp(op, "add") != 0)
		(void)ct_fail(err, CT_DATAERR, "op must be add or del");
	else if (!del && (!type || (!hash && !path)))
		(void)ct_fail(err, CT_DATAERR, "want type and hash or path");
	else if (time_of(rec, &at, err) == 0 && (e = entry_of(box, rec, err))) {
		e->at = at;
		if (class && !del) {
			free(e->classification);
			e->classification = ct_strdup(class);
		}
		if (!del) {
			add_print(e, type, hash, path);
			return 0;
		}
		if (type)
			drop_print(e, type, hash);
		else
			tombstone(e);
		free(type);
		return 0;
	}
	free(type);
	return err->code;
}

int
ct_sandbox_load(struct ct_sandbox *box, const char *path, struct ct_err *err)
{
	int64_t at = ct_sandbox_now(box) - HOUR;
	struct ct_in in = { .delim = '\n' };
	struct ct_err why = { 0 };
	struct stat st;
	size_t len;
	char *line;
	json_t *rec;
	int rc;

	at -= at % 1000; /* the service gives whole seconds */
	if ((in.fd = ct_file_open(path, true, &st, &why)) < 0)
		return ct_fail(err, why.code, "'%s': %s", path, why.msg);
	while ((rc = ct_in_next(&in, &line, &len, &why)) == 1) {
		rec = ct_json_object(line, len, &why);
		rc = rec ? ct_sandbox_entry(box, rec, at, &why) : why.code;
		json_decref(rec);
		if (rc)
			break;
	}
	ct_in_free(&in);
	(void)close(in.fd);
	if (rc)
		return ct_fail(
		    err, rc, "'%s' line %zu: %s", path, in.lineno, why.msg);
	return 0;
}
