/* scanner.c - uploads, and what is said of them */
#include "scanner.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blake.h"
#include "clock.h"
#include "file.h"
#include "image.h"
#include "prog.h"
#include "rec.h"
#include "scanner_impl.h"

#define PIECE ((size_t)64 << 10)

/* ---- a scanner -------------------------------------------------------------
 */

static int
open_spool(struct ct_scanner *s, const char *dir, struct ct_err *err)
{
	json_t *name;
	int rc = ct_mkdirs(dir, err);

	if (rc)
		return rc;
	s->spool = realpath(dir, NULL);
	if (!s->spool || access(s->spool, W_OK | X_OK) < 0)
		return ct_fail_errno(
		    err, CT_CANTCREAT, "cannot write into '%s'", dir);
	name = json_string(s->spool); /* it will be in records */
	json_decref(name);
	return name
	    ? 0
	    : ct_fail(err, CT_USAGE, "the name of the spool is not UTF-8");
}

static void
free_all(struct ct_scanner *s)
{
	free(s->index);
	free(s->delta);
	free(s->spool);
	(void)pthread_mutex_destroy(&s->lock);
	(void)pthread_cond_destroy(&s->change);
	free(s);
}

/* Does the pair answer?  Of no bytes, for which no decoder starts. */
static int
try(struct ct_scanner *s, struct ct_err *err)
{
	static const struct ct_upload none = { .len = 0 };
	char *line;
	size_t len;
	int rc = scanner_put(s, "upload:none",
	    "{\"id\":\"upload:none\",\"frame\":true}", &none, &line, &len, err);

	free(line);
	(void)pthread_mutex_lock(&s->lock);
	s->open = !rc;
	(void)pthread_mutex_unlock(&s->lock);
	return rc;
}

int
ct_scanner_open(struct ct_scanner **out, const struct ct_scanner_how *how,
    struct ct_err *err)
{
	struct ct_scanner *s = ct_alloc(1, sizeof *s);
	char *end;
	int rc = 0;

	*out = NULL;
	s->how = how;
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_cond_init(&s->change, NULL);
	ct_random_id(s->run);
	s->index = how->list ? ct_strdup(how->list)
			     : ct_printf("%s/lists/known.ctx", how->dir);
	end = strrchr(s->index, '.');
	if (end && strcmp(end, ".ctx") == 0)
		s->delta =
		    ct_printf("%.*s.delta", (int)(end - s->index), s->index);
	if (how->spool)
		rc = open_spool(s, how->spool, err);
	if (!rc)
		rc = try(s, err);
	if (rc)
		ct_scanner_close(s);
	else
		*out = s;
	return rc;
}

void
ct_scanner_close(struct ct_scanner *s)
{
	(void)pthread_mutex_lock(&s->lock);
	scanner_retire(s);
	while (s->pairs)
		(void)pthread_cond_wait(&s->change, &s->lock);
	(void)pthread_mutex_unlock(&s->lock);
	free_all(s);
}

void
ct_scanner_reload(struct ct_scanner *s)
{
	(void)pthread_mutex_lock(&s->lock);
	scanner_retire(s);
	(void)pthread_mutex_unlock(&s->lock);
}

void
ct_scanner_stats(struct ct_scanner *s, struct ct_scanner_stats *stats)
{
	(void)pthread_mutex_lock(&s->lock);
	*stats = s->stats;
	(void)pthread_mutex_unlock(&s->lock);
}

/* ---- bytes -----------------------------------------------------------------
 */

/* May so much more, or less, be in memory? */
static bool
account(struct ct_scanner *s, size_t more, size_t less)
{
	bool fits;

	(void)pthread_mutex_lock(&s->lock);
	fits = more <= s->how->max_memory - s->stats.memory;
	if (fits)
		s->stats.memory += more - less;
	(void)pthread_mutex_unlock(&s->lock);
	return fits;
}

uint8_t *
ct_upload_room(struct ct_scanner *s, struct ct_upload *u, size_t n, bool *large)
{
	size_t most = s->how->max_bytes, cap = u->cap ? u->cap : PIECE;
	uint8_t *mem;

	*large = n > most - u->len;
	if (*large)
		return NULL;
	if (n <= u->cap - u->len)
		return u->mem + u->len;
	while (cap - u->len < n)
		cap = cap < most / 2 ? 2 * cap : most;
	if (!account(s, cap - u->cap, 0))
		return NULL;
	mem = realloc(u->mem, cap);
	if (!mem) {
		(void)account(s, 0, cap - u->cap);
		return NULL;
	}
	u->bytes = u->mem = mem;
	u->cap = cap;
	return mem + u->len;
}

void
ct_upload_more(struct ct_upload *u, size_t n)
{
	u->len += n;
}

void
ct_upload_free(struct ct_scanner *s, struct ct_upload *u)
{
	(void)account(s, 0, u->cap);
	free(u->mem);
	*u = (struct ct_upload){ .len = 0 };
}

/* ---- what is said ----------------------------------------------------------
 */

static void
say(struct ct_said *said, enum ct_answer answer, const char *text)
{
	size_t i;

	said->answer = answer;
	(void)snprintf(said->text, sizeof said->text, "%s", text);
	for (i = 0; said->text[i]; i++)
		if (said->text[i] < ' ' || said->text[i] > '~')
			said->text[i] = '?';
}

static void
say_undecided(struct ct_scanner *s, int why, struct ct_said *said)
{
	static const char *const begin[] = { [CT_ANSWER_OK] = "",
		[CT_ANSWER_FOUND] = "ct.Undecided.",
		[CT_ANSWER_ERROR] = "undecided: " };
	enum ct_answer answer = s->how->undecided[why];
	char text[64];

	(void)snprintf(text, sizeof text, "%s%s", begin[answer],
	    answer == CT_ANSWER_OK ? "" : ct_scanner_why[why]);
	say(said, answer, text);
}

/* Why there is no verdict; -1: it does not say. */
static int
undecided_why(const json_t *rec)
{
	const char *decode = ct_rec_text(rec, "file.decode"),
		   *mime = ct_rec_text(rec, "file.mime");
	int i;

	if (!decode || !mime)
		return -1;
	if (json_is_false(ct_rec_get(rec, "match.db.complete")))
		return CT_WHY_HASH;
	if (json_integer_value(ct_rec_get(rec, "file.size")) == 0 ||
	    (strcmp(decode, "unsupported") == 0 &&
		strcmp(mime, ct_image_mime(CT_IMAGE_OTHER)) == 0))
		return CT_WHY_OTHER;
	if (strcmp(decode, "ok") == 0)
		return CT_WHY_HASH;
	for (i = 0; i < CT_SCANNER_WHYS; i++)
		if (strcmp(decode, ct_scanner_why[i]) == 0)
			return i;
	return -1;
}

/* What its record comes to; is that kept?  What it does not say is an error. */
static bool
judge(struct ct_scanner *s, const json_t *rec, struct ct_said *said)
{
	const char *verdict = ct_rec_text(rec, "match.verdict");
	const json_t *age = ct_rec_get(rec, "match.db.age_s");
	const bool watched = json_array_size(ct_rec_get(rec, "match.shadow"));
	int why;

	say(said, CT_ANSWER_ERROR, "it could not be scanned");
	if (ct_rec_error(rec) || !verdict || !json_is_integer(age))
		return false;
	if (strcmp(verdict, "match") == 0) {
		say(said, CT_ANSWER_FOUND, "ct.Match");
		return true;
	}
	if (s->how->max_age &&
	    json_integer_value(age) > s->how->max_age / 1000) {
		say(said, CT_ANSWER_ERROR, "the lists are too old");
		return watched;
	}
	if (strcmp(verdict, "clean") == 0) {
		say(said, CT_ANSWER_OK, "");
		return watched;
	}
	why = undecided_why(rec);
	if (strcmp(verdict, "undecided") != 0 || why < 0)
		return watched;
	say_undecided(s, why, said);
	return watched || s->how->spool_all;
}

/* The record that goes to ct-hash.  Release with free. */
static char *
record(struct ct_scanner *s, const char *id, const char *name)
{
	char *path = scanner_bytes(s, id), *text;
	char at[CT_TIME_LEN];
	json_t *rec = json_pack(
	    "{s:s, s:{s:s}}", "id", id, "incident", "at", ct_time_now(at));
	json_t *given = name ? json_string(name) : NULL;
	size_t len;

	if (path)
		(void)json_object_set_new(rec, "path", json_string(path));
	if (s->how->user)
		(void)json_object_set_new(
		    rec, "user", json_pack("{s:s}", "id", s->how->user));
	if (given) /* one that is no text says nothing */
		(void)json_object_set_new(
		    rec, "object", json_pack("{s:o}", "name", given));
	(void)json_object_set_new(rec, "frame", json_true());
	text = ct_rec_dump(rec, &len);
	json_decref(rec);
	free(path);
	return text;
}

static void
count(struct ct_scanner *s, const struct ct_said *said, bool undecided)
{
	(void)pthread_mutex_lock(&s->lock);
	s->stats.asked++;
	s->stats.found += said->answer == CT_ANSWER_FOUND && !undecided;
	s->stats.undecided += undecided;
	s->stats.failed += said->answer == CT_ANSWER_ERROR && !undecided;
	(void)pthread_mutex_unlock(&s->lock);
}

void
ct_scanner_ask(
    struct ct_scanner *s, const struct ct_upload *u, struct ct_said *said)
{
	struct ct_err err = { 0 };
	char id[SCANNER_ID], *rec, *line = NULL;
	const char *verdict;
	json_t *got = NULL;
	size_t len;
	uint64_t n;
	bool keep = false, undecided = false;

	(void)pthread_mutex_lock(&s->lock);
	n = ++s->n;
	(void)pthread_mutex_unlock(&s->lock);
	(void)snprintf(id, sizeof id, "upload:%s-%" PRIu64, s->run, n);
	rec = record(s, id, u->name);
	if (scanner_put(s, id, rec, u, &line, &len, &err)) {
		say(said, CT_ANSWER_ERROR, err.msg);
	} else if (!(got = ct_json_object(line, len, &err))) {
		say(said, CT_ANSWER_ERROR, "it could not be scanned");
	} else {
		keep = judge(s, got, said);
		verdict = ct_rec_text(got, "match.verdict");
		undecided = verdict && strcmp(verdict, "undecided") == 0;
	}
	if (keep && s->spool && scanner_spool(s, id, line, len, u, &err)) {
		ct_warn("%s", err.msg);
		say(said, CT_ANSWER_ERROR, "it could not be kept");
	}
	count(s, said, undecided);
	json_decref(got);
	free(line);
	free(rec);
}

void
ct_scanner_large(struct ct_scanner *s, struct ct_said *said)
{
	say_undecided(s, CT_WHY_LARGE, said);
	count(s, said, true);
}

/* All of a file: 0, or -1 with *large or why. */
static int
read_all(struct ct_scanner *s, int fd, struct ct_upload *u, bool *large,
    const char **why)
{
	uint8_t one, *room;
	ssize_t n;

	for (;;) {
		room = ct_upload_room(s, u, 1, large);
		if (!room && !*large) {
			*why = "no memory for it now";
			return -1;
		}
		/* one that is as long as may be ends here, or it is longer */
		n = pread(fd, room ? room : &one, room ? u->cap - u->len : 1,
		    (off_t)u->len);
		if (n < 0 && errno == EINTR)
			continue;
		*why = "it cannot be read";
		*large = n > 0 && !room;
		if (n <= 0 || *large)
			return n == 0 ? 0 : -1;
		ct_upload_more(u, (size_t)n);
	}
}

void
ct_scanner_file(
    struct ct_scanner *s, int fd, const char *name, struct ct_said *said)
{
	struct ct_upload u = { .name = name };
	const char *why = "it is no regular file";
	struct stat st;
	bool large = false, fail = true;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		large = (uintmax_t)st.st_size > s->how->max_bytes;
		fail = large || read_all(s, fd, &u, &large, &why);
	}
	if (!fail) {
		ct_scanner_ask(s, &u, said);
	} else if (large) {
		ct_scanner_large(s, said);
	} else {
		say(said, CT_ANSWER_ERROR, why);
		count(s, said, false);
	}
	ct_upload_free(s, &u);
}
