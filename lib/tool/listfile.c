#include "listfile.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "blake.h"
#include "clip.h"
#include "file.h"
#include "listfile_impl.h"
#include "prog.h"

/* The file that a path names, as seen from the list. */
static const char *
read_clip(const struct ct_listfile *f, const char *path, struct ct_signal *sig,
    uint8_t **bytes)
{
	const char *slash = f->path ? strrchr(f->path, '/') : NULL;
	char *whole = *path == '/' || !slash
	    ? ct_strdup(path)
	    : ct_printf("%.*s%s", (int)(slash + 1 - f->path), f->path, path);
	struct ct_err none = { 0 };
	struct ct_clip clip = { 0 };
	const char *why = NULL;

	if (ct_clip_file(whole, bytes, &sig->file_len, &none))
		why = "its file cannot be read";
	else if (ct_clip_take(&clip, sig->type, *bytes, sig->file_len,
		     CT_VPDQ_QUALITY, &none))
		why = strcmp(sig->type, CT_CLIP_VPDQ) == 0
		    ? "its file is no vPDQ"
		    : "its file is no TMK+PDQF";
	if (!why) {
		sig->file = *bytes;
		sig->len = CT_BLAKE_SHA256;
		sig->hash = ct_alloc(sig->len, 1);
		ct_blake_sha256(sig->file, sig->file_len, sig->hash);
	}
	ct_clip_free(&clip);
	free(whole);
	return why;
}

/* The hash itself, or a video's file. */
static const char *
parse(const struct ct_listfile *f, const char *type, const char *hash,
    struct ct_signal *sig, uint8_t **bytes)
{
	const char *why = ct_signal_parse(sig, type, hash);

	*bytes = NULL;
	if (!f->files || !ct_clip_type(sig->type) || (!why && f->digests))
		return why;
	free(sig->hash); /* a digest alone is of no use here */
	sig->hash = NULL;
	return why ? read_clip(f, hash, sig, bytes) : "want its file";
}

static int
give(struct ct_listfile *f, size_t line, const struct ct_entry *e,
    const char *type, const char *hash, const char *opinion, struct ct_err *err)
{
	struct ct_entry full = *e;
	struct ct_signal sig;
	uint8_t *bytes;
	const char *why = parse(f, type, hash, &sig, &bytes);
	char name[CT_SIGNAL_NAME];
	json_t *utf8;
	int rc;

	if (!why && !ct_entry_fits(e)) {
		free(sig.hash);
		why = "too long";
	}
	if (why) {
		free(bytes);
		return f->bad(f->arg, line, why, err);
	}
	if (opinion)
		sig.opinion = opinion;
	/* a file's name need not be UTF-8; what goes into records must */
	utf8 = json_string(e->entry);
	json_decref(utf8);
	if (!utf8 || !*e->entry || strcasecmp(e->entry, hash) == 0) {
		ct_signal_name(&sig, name);
		full.entry = name;
	}
	full.signal = &sig;
	full.n = 1;
	rc = f->each(f->arg, &full, err);
	free(sig.hash);
	free(bytes);
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
	int rc;

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
	f->source = json_string_value(json_object_get(rec, "source"));
	rc = give(f, line, &e, type, hash, opinion, err);
	f->source = NULL;
	return rc;
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
type_of(struct ct_listfile *f, size_t digits, const char **why)
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
	f->unsaid += digits == 64;
	*why = digits == 64 ? "64 digits may be PDQ or SHA-256: say which"
			    : "not a hash";
	return NULL;
}

/* ALGO (name) = HASH, of BSD; with less blanks, of openssl(1).  False: no such
 * line, or name has no end. */
static bool
from_bsd(char *text, const char **type, char **name, char **hash)
{
	char *open = strchr(text, '('), *end = open, *at;

	for (at = open; at && (at = strstr(at, ")")); at++)
		if (at[1 + strspn(at + 1, " ")] == '=')
			end = at;
	if (!open || open == text || end == open ||
	    strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789- ") !=
		(size_t)(open - text))
		return false;
	*hash = end + 1 + strspn(end + 1, " ") + 1;
	*hash += strspn(*hash, " ");
	*end = '\0';
	*name = open + 1;
	for (*open = '\0'; open > text && open[-1] == ' '; open--)
		open[-1] = '\0';
	*type = text;
	return true;
}

/* Does it say itself what it is?  Or whoever gave us the list? */
static bool
is_url(const struct ct_listfile *f, const char *text)
{
	return strncasecmp(text, "http://", 7) == 0 ||
	    strncasecmp(text, "https://", 8) == 0 ||
	    (f->type && strcasecmp(f->type, CT_SIGNAL_URL) == 0 &&
		!ct_signal_matched(text));
}

/* TYPE HASH [label], HASH [label], URL [label], or what sha256sum(1) writes */
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
	if (from_bsd(text, &type, &text, &hash)) {
		if (!ct_signal_matched(type))
			return f->bad(f->arg, line, "unknown type", err);
		e.entry = text;
		return give(f, line, &e, type, hash, NULL, err);
	}
	hash = word(&text);
	n = strspn(hash, hex);
	if (hash[n] == '\0' && n >= 32) {
		type = type_of(f, n, &why);
	} else if (is_url(f, hash)) {
		type = CT_SIGNAL_URL;
		if (text[strspn(text, " \t")] && f->type &&
		    strcasecmp(f->type, CT_SIGNAL_URL) == 0)
			why = "a blank in an address";
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

/* ---- rows of several hashes ------------------------------------------------
 */

bool
listfile_word(const char *words, const char *text)
{
	size_t n = strlen(text), len;

	for (; words && *words; words += *words == ',') {
		words += strspn(words, " \t");
		len = strcspn(words, ",");
		if (len >= n && strncasecmp(words, text, n) == 0 &&
		    n + strspn(words + n, " \t") >= len)
			return true;
		words += len;
	}
	return false;
}

void
listfile_hash(struct listfile_row *row, const char *type, const char *hash)
{
	if (hash && *hash && row->n < LISTFILE_HASHES) {
		row->hash[row->n].type = type;
		row->hash[row->n++].hash = hash;
	}
}

static const char *
opinion_by(const struct ct_listfile *f, const struct listfile_row *row)
{
	if (row->opinion && *row->opinion)
		return opinion_of(row->opinion);
	if (f->allow || (!f->positive && !f->negative))
		return "positive";
	if (row->classification && *row->classification) {
		if (listfile_word(f->positive, row->classification))
			return "positive";
		if (listfile_word(f->negative, row->classification))
			return "negative";
	}
	return "seed";
}

int
listfile_row(
    struct ct_listfile *f, const struct listfile_row *row, struct ct_err *err)
{
	char name[CT_SIGNAL_NAME] = "", low[16];
	struct ct_entry e = { .member = row->member ? row->member : "",
		.entry = row->entry ? row->entry : "",
		.classification = row->classification,
		.at = row->at };
	const char *opinion = opinion_by(f, row);
	struct ct_signal sig;
	size_t i;
	int rc = 0;

	for (i = 0; row->content && row->content[i] && i < sizeof low - 1; i++)
		low[i] = (char)tolower((unsigned char)row->content[i]);
	low[i] = '\0';
	e.content = *low ? low : "unknown";
	if (e.classification && !*e.classification)
		e.classification = NULL;
	if (e.at && !*e.at)
		e.at = NULL;
	if (!opinion)
		return f->bad(f->arg, row->line, "opinion", err);
	if (!row->n)
		return f->bad(f->arg, row->line, "no hash", err);
	for (i = 0; !rc && i < row->n; i++) {
		/* all have the name of the first, if they have none */
		if (!*e.entry && !*name &&
		    !ct_signal_parse(
			&sig, row->hash[i].type, row->hash[i].hash)) {
			ct_signal_name(&sig, name);
			free(sig.hash);
		}
		if (!ct_signal_matched(row->hash[i].type)) {
			if (f->strict)
				continue;
			f->unknown++;
		}
		e.entry = *name ? name : e.entry;
		rc = give(f, row->line, &e, row->hash[i].type,
		    row->hash[i].hash, opinion, err);
	}
	return rc;
}

/* ---- lines -----------------------------------------------------------------
 */

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
listfile_named(
    const struct ct_listfile *f, int code, const char *why, struct ct_err *err)
{
	struct ct_err copy = { 0 };

	(void)ct_fail(&copy, code, "%s", why);
	return ct_fail(err, code, "'%s': %s", f->name, copy.msg);
}

static int
words(struct ct_listfile *f, struct ct_in *in, struct ct_err *err)
{
	char *line;
	size_t len;
	int got, rc = 0;

	while (!rc && (got = ct_in_next(in, &line, &len, err))) {
		if (got == 1) {
			rc = one_line(f, in->lineno, line, len, err);
		} else if (got == CT_DATAERR) {
			*err = (struct ct_err){ 0 };
			f->lines++;
			rc = f->bad(f->arg, in->lineno, "too long", err);
		} else {
			rc = listfile_named(f, got, err->msg, err);
		}
		if (!rc && ct_stop)
			rc = ct_fail(err, CT_TEMPFAIL, "stopped");
	}
	return rc;
}

/* ---- forms -----------------------------------------------------------------
 */

static const char *const forms[] = { "words", "csv", "hashdeep", "vics", "url",
	NULL };

int
ct_listfile_form(const char *form, struct ct_err *err)
{
	size_t i;

	for (i = 0; forms[i]; i++)
		if (strcmp(forms[i], form) == 0)
			return 0;
	return ct_fail(err, CT_CONFIG, "unknown form '%s'", form);
}

static const char *
behind_mark(const char *text, size_t len)
{
	return len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? text + 3
								: text;
}

static bool
begins(const char *text, const char *end, const char *with)
{
	size_t n = strlen(with);

	return (size_t)(end - text) >= n && memcmp(text, with, n) == 0;
}

/* What it looks like from its first bytes, where that is certain; "words" may
 * still be csv. */
static int
look(const struct ct_listfile *f, struct ct_in *in, const char **form,
    struct ct_err *err)
{
	const char *bytes, *text, *end;
	size_t len;
	int rc = ct_in_bytes(in, &bytes, &len, err);

	*form = "words";
	if (rc != 1)
		return rc ? listfile_named(f, rc, err->msg, err) : 0;
	text = behind_mark(bytes, len);
	end = bytes + len;
	if (begins(text, end, "ssdeep,1."))
		return listfile_named(f, CT_CONFIG,
		    "a list of ssdeep: it tells of texts that are alike, and"
		    " nothing here has such hashes",
		    err);
	if (begins(text, end, "%%%% HASHDEEP"))
		*form = "hashdeep";
	if (begins(text, end, "{") &&
	    (memmem(text, (size_t)(end - text), "odata.context\"", 14) ||
		memmem(text, (size_t)(end - text), "odata.metadata\"", 15)))
		*form = "vics";
	return 0;
}

/* Rows, if the first line is the header of such, or is said to be. */
static int
lines(struct ct_listfile *f, struct ct_in *in, struct ct_err *err)
{
	bool said = f->form && strcmp(f->form, "csv") == 0;
	char *line, *head;
	size_t len;
	int rc = ct_in_next(in, &line, &len, err);

	if (rc == CT_DATAERR && !said) {
		*err = (struct ct_err){ 0 };
		f->lines++;
		rc = f->bad(f->arg, in->lineno, "too long", err);
		return rc ? rc : words(f, in, err);
	}
	if (rc != 1)
		return rc ? listfile_named(f, rc, err->msg, err) : 0;
	head = ct_strdup(behind_mark(line, len));
	if (said ||
	    (!f->form && *head != '{' && *head != '#' && listfile_is_csv(head)))
		rc = listfile_csv(f, in, head, err);
	else if (!(rc = one_line(f, in->lineno, line, len, err)))
		rc = words(f, in, err);
	free(head);
	return rc;
}

int
ct_listfile_read_fd(
    struct ct_listfile *f, int fd, const char *name, struct ct_err *err)
{
	struct ct_in in = { .fd = fd, .delim = '\n' };
	const char *form = f->form;
	int rc;

	f->name = name;
	f->unit = "line";
	if (form && strcmp(form, "url") == 0)
		f->type = CT_SIGNAL_URL;
	rc = form ? 0 : look(f, &in, &form, err);

	if (!rc && form)
		rc = strcmp(form, "vics") == 0 ? listfile_vics(f, &in, err)
		    : strcmp(form, "hashdeep") == 0
		    ? listfile_hashdeep(f, &in, err)
		    : lines(f, &in, err);
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
	f->path = path;
	rc = ct_listfile_read_fd(f, fd, path, err);
	f->path = NULL;
	(void)close(fd);
	return rc;
}
