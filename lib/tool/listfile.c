#include "listfile.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "blake.h"
#include "file.h"
#include "hex.h"
#include "prog.h"
#include "rec.h"

static int
give(struct ct_listfile *f, size_t line, const struct ct_entry *e,
    const char *type, const char *hash, const char *opinion, struct ct_err *err)
{
	struct ct_entry full = *e;
	struct ct_signal sig;
	const char *why = ct_signal_parse(&sig, type, hash);
	uint8_t digest[16];
	char id[2 * sizeof digest + 1];
	struct ct_blake b;
	json_t *utf8;
	int rc;

	if (!why && !ct_entry_fits(e)) {
		free(sig.hash);
		why = "too long";
	}
	if (why)
		return f->bad(f->arg, line, why, err);
	if (opinion)
		sig.opinion = opinion;
	/* a file's name need not be UTF-8; what goes into records must */
	utf8 = json_string(e->entry);
	json_decref(utf8);
	if (!utf8 || !*e->entry || strcasecmp(e->entry, hash) == 0) {
		/* a name that stays the same and does not tell the hash */
		ct_blake_start(&b, sizeof digest, NULL);
		ct_blake_field(&b, sig.type);
		ct_blake_add(&b, sig.hash, sig.len);
		ct_blake_end(&b, digest, sizeof digest);
		ct_hex(digest, sizeof digest, id);
		full.entry = id;
	}
	full.signal = &sig;
	full.n = 1;
	rc = f->each(f->arg, &full, err);
	free(sig.hash);
	return rc;
}

/* A member of the record, by either of its names. */
static const json_t *
member(const json_t *rec, const char *name, const char *other)
{
	const json_t *v = json_object_get(rec, name);

	return v && !json_is_null(v) ? v : json_object_get(rec, other);
}

/* An id: some write numbers. */
static const char *
id(const json_t *v, char room[24])
{
	if (!json_is_integer(v))
		return json_string_value(v);
	(void)snprintf(room, 24, "%lld", (long long)json_integer_value(v));
	return room;
}

static const char *
opinion_of(const char *text)
{
	static const char *const all[] = { "positive", "seed", "disputed",
		"negative" };
	size_t i;

	for (i = 0; text && i < sizeof all / sizeof all[0]; i++)
		if (strcmp(text, all[i]) == 0)
			return all[i];
	return text ? NULL : "positive";
}

static int
from_record(
    struct ct_listfile *f, size_t line, const json_t *rec, struct ct_err *err)
{
	const char *op = json_string_value(json_object_get(rec, "op"));
	const char *type =
	    json_string_value(member(rec, "type", "signal_type"));
	const char *hash = json_string_value(member(rec, "hash", "signal"));
	const char *opinion =
	    opinion_of(json_string_value(json_object_get(rec, "opinion")));
	char room[2][24];
	struct ct_entry e = {
		.member = id(member(rec, "member", "member_id"), room[0]),
		.entry = id(member(rec, "entry", "entry_id"), room[1]),
		.content =
		    json_string_value(member(rec, "content", "content_type")),
		.classification =
		    json_string_value(json_object_get(rec, "classification")),
		.at = json_string_value(member(rec, "at", "timestamp")),
	};

	if (!e.member)
		e.member = "";
	if (!e.content)
		e.content = "unknown";
	if (op && strcmp(op, "del") == 0)
		return e.entry && *e.entry
		    ? f->each(f->arg, &e, err)
		    : f->bad(f->arg, line, "no entry", err);
	if (op && strcmp(op, "reject") == 0)
		return 0;
	if (op && strcmp(op, "add") != 0)
		return f->bad(f->arg, line, "op", err);
	if (!opinion)
		return f->bad(f->arg, line, "opinion", err);
	if (!type)
		type = f->type;
	if (!hash || !type)
		return f->bad(f->arg, line, hash ? "no type" : "no hash", err);
	if (!ct_signal_matched(type)) {
		if (f->strict)
			return f->bad(f->arg, line, "unknown type", err);
		f->unknown++;
	}
	return give(f, line, &e, type, hash, opinion, err);
}

/* The next word of *p, ended in place; "" at the end. */
static char *
word(char **p)
{
	char *w = *p + strspn(*p, " \t"), *end = w + strcspn(w, " \t");

	*p = *end ? end + 1 : end;
	*end = '\0';
	return w;
}

/* The type that a bare hash of this many digits has. */
static const char *
type_of(const struct ct_listfile *f, size_t digits, const char **why)
{
	*why = NULL;
	if (f->type)
		return f->type;
	if (digits == 32)
		return "md5";
	if (digits == 40)
		return "sha1";
	if (digits == 128)
		return "sha512";
	*why = digits == 64 ? "64 digits may be PDQ or SHA-256: say which"
			    : "not a hash";
	return NULL;
}

/* TYPE HASH [label], HASH [label], or what sha256sum(1) writes */
static int
from_words(struct ct_listfile *f, size_t line, char *text, struct ct_err *err)
{
	static const char hex[] = "0123456789abcdefABCDEF";
	struct ct_entry e = { .member = "", .content = "unknown" };
	const char *type = NULL, *why = NULL;
	char *hash;
	size_t n;

	if (*text == '\\') /* sha256sum's sign for an escaped name */
		text++;
	hash = word(&text);
	n = strspn(hash, hex);
	if (hash[n] == '\0' && n >= 32) {
		type = type_of(f, n, &why);
	} else {
		type = hash;
		hash = word(&text);
		if (strncmp(type, "video_", 6) == 0) {
			type += 6;
			e.content = "video";
		}
		/* an unknown word is no type but a hash gone wrong */
		if (!ct_signal_matched(type))
			why = *hash ? "unknown type" : "not a hash";
	}
	if (why)
		return f->bad(f->arg, line, why, err);
	text += strspn(text, " \t");
	e.entry = text + (*text == '*');
	return give(f, line, &e, type, hash, NULL, err);
}

static int
one_line(
    struct ct_listfile *f, size_t n, char *line, size_t len, struct ct_err *err)
{
	struct ct_err why = { 0 };
	json_t *rec;
	int rc;

	if (n == 1 && strncmp(line, "\xef\xbb\xbf", 3) == 0) {
		line += 3;
		len -= 3;
	}
	line[len] = '\0';
	while (len && strchr(" \t", line[len - 1]))
		line[--len] = '\0';
	if (line[strspn(line, " \t")] == '\0' || *line == '#')
		return memchr(line, 0, len) ? f->bad(f->arg, n, "a NUL", err)
					    : 0;
	f->lines++;
	if (memchr(line, 0, len))
		return f->bad(f->arg, n, "a NUL", err);
	if (*line != '{')
		return from_words(f, n, line, err);
	rec = ct_json_object(line, len, &why);
	if (!rec)
		return f->bad(f->arg, n, "not a JSON object", err);
	rc = from_record(f, n, rec, err);
	json_decref(rec);
	return rc;
}

int
ct_listfile_read_fd(
    struct ct_listfile *f, int fd, const char *name, struct ct_err *err)
{
	struct ct_err why = { 0 };
	struct ct_in in = { .fd = fd, .delim = '\n' };
	char *line;
	size_t len;
	int got, rc = 0;

	while (!rc && (got = ct_in_next(&in, &line, &len, &why))) {
		if (got == 1) {
			rc = one_line(f, in.lineno, line, len, err);
		} else if (got == CT_DATAERR) {
			f->lines++;
			rc = f->bad(f->arg, in.lineno, "too long", err);
		} else {
			rc = ct_fail(err, got, "'%s': %s", name, why.msg);
		}
		if (!rc && ct_stop)
			rc = ct_fail(err, CT_TEMPFAIL, "stopped");
	}
	ct_in_free(&in);
	return rc;
}

int
ct_listfile_read(struct ct_listfile *f, const char *path, struct ct_err *err)
{
	struct ct_err why = { 0 };
	struct stat st;
	int fd = ct_file_open(path, true, &st, &why), rc;

	if (fd < 0)
		return ct_fail(err, why.code, "'%s': %s", path, why.msg);
	rc = ct_listfile_read_fd(f, fd, path, err);
	(void)close(fd);
	return rc;
}
