/* match_pair.c - an index and beside it what changed since, as one */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "entry.h"
#include "file.h"
#include "match_impl.h"
#include "prog.h"
#include "rest.h"
#include "source.h"

#define TRIES 200
#define PAUSE 2000000             /* ns before the next */
#define VERIFY ((size_t)16 << 20) /* bytes that are always verified */

/* Mapped, or decrypted into memory that is locked; and looked at whole if that
 * is wanted or costs nothing. */
static int
map(struct ct_set **set, const char *path, const struct ct_match_from *from,
    struct ct_err *err)
{
	struct ct_err why = { 0 };
	int rc = from->closed ? ct_file_closed(path, 0640, &why) : 0;

	*set = NULL;
	if (!rc)
		rc = ct_rest_set_open(set, path, true, &why);
	if (!rc && (from->verify || ct_set_size(*set) <= VERIFY))
		rc = ct_set_verify(*set, &why);
	if (!rc)
		return 0;
	ct_set_close(*set);
	*set = NULL;
	return rc == CT_DATAERR ? ct_fail(err, rc, "'%s': %s", path, why.msg)
				: ct_fail(err, rc, "%s", why.msg);
}

/* PATH.ctx has a PATH.delta; NULL: it has another name. */
static char *
beside(const char *path)
{
	size_t n = strlen(path);

	return n > 4 && strcmp(path + n - 4, ".ctx") == 0
	    ? ct_printf("%.*s.delta", (int)(n - 4), path)
	    : NULL;
}

/* Does the delta belong to the set?  0; CT_NO: it is of an older one, whose
 * successor holds all of it; CT_TEMPFAIL: of one that we did not see. */
static int
fits(const struct ct_match *m, struct ct_err *err)
{
	struct ct_set_head head;
	uint64_t generation, content;
	const char *a, *b;
	size_t i, na, nb;

	ct_set_head(m->set, &head);
	if (ct_set_group(m->delta, 0, &a, &na, err) ||
	    ct_delta_base(a, na, &generation, &content, err))
		return err->code;
	if (generation < head.generation)
		return CT_NO;
	if (generation > head.generation || content != ct_set_content(m->set))
		return CT_TEMPFAIL;
	if (ct_set_ngroups(m->delta) != ct_set_ngroups(m->set) + 1)
		return ct_fail(
		    err, CT_DATAERR, "the index is damaged: sources");
	for (i = 0; i < ct_set_ngroups(m->set); i++)
		if (ct_set_group(m->set, i, &a, &na, err) ||
		    ct_set_group(m->delta, i + 1, &b, &nb, err))
			return err->code;
		else if (na != nb || memcmp(a, b, na) != 0)
			return ct_fail(
			    err, CT_DATAERR, "the index is damaged: sources");
	if (ct_set_nnotes(m->set) > UINT32_MAX - ct_set_nnotes(m->delta))
		return ct_fail(err, CT_DATAERR, "too many entries");
	return 0;
}

static void
forget(struct ct_match *m)
{
	ct_set_close(m->set);
	ct_set_close(m->delta);
	m->set = m->delta = NULL;
}

static bool
unmoved(const struct stat *a, const char *path)
{
	struct stat b;

	return stat(path, &b) == 0 && a->st_dev == b.st_dev &&
	    a->st_ino == b.st_ino && a->st_size == b.st_size &&
	    a->st_ctim.tv_sec == b.st_ctim.tv_sec &&
	    a->st_ctim.tv_nsec == b.st_ctim.tv_nsec;
}

/* Why it could not be opened; it may be there by now. */
static int
absent(const char *path)
{
	return access(path, R_OK) == 0 ? CT_TEMPFAIL
	    : errno == ENOENT          ? CT_NO
				       : CT_NOINPUT;
}

/*
 * The writer puts a new index in place, and then removes the delta of the old
 * one.  So a missing or older delta says that there is none, if the index is
 * still the one that was opened before.  CT_TEMPFAIL: look again.
 */
static int
open_once(struct ct_match *m, const struct ct_match_from *from,
    const char *delta, struct ct_err *err)
{
	const char *path = from->path;
	struct ct_err none = { 0 };
	struct ct_set_head head;
	struct stat st;
	int rc;

	if (stat(path, &st) < 0)
		return ct_fail_errno(err, CT_NOINPUT, "cannot open '%s'", path);
	if ((rc = map(&m->set, path, from, err)))
		return rc;
	ct_set_head(m->set, &head);
	if (!delta || !head.generation)
		return 0;
	rc = map(&m->delta, delta, from, &none);
	if (!rc)
		rc = fits(m, &none);
	else if (rc == CT_NOINPUT)
		rc = absent(delta);
	if (rc == CT_NO) {
		ct_set_close(m->delta);
		m->delta = NULL;
		return unmoved(&st, path) ? 0 : CT_TEMPFAIL;
	}
	if (rc && rc != CT_TEMPFAIL)
		*err = none;
	return rc;
}

int
match_pair(
    struct ct_match *m, const struct ct_match_from *from, struct ct_err *err)
{
	const struct timespec pause = { .tv_nsec = PAUSE };
	char *delta = beside(from->path);
	int i, rc = CT_TEMPFAIL;

	for (i = 0; i < TRIES && rc == CT_TEMPFAIL && !err->code; i++) {
		if (i)
			(void)nanosleep(&pause, NULL);
		rc = open_once(m, from, delta, err);
		if (rc)
			forget(m);
	}
	if (rc == CT_TEMPFAIL && !err->code)
		rc = ct_fail(err, CT_DATAERR,
		    "'%s' is of another index than '%s': run ct-syncdb sync",
		    delta, from->path);
	free(delta);
	return rc;
}

void
match_head(const struct ct_match *m, struct ct_set_head *head)
{
	ct_set_head(m->delta ? m->delta : m->set, head);
}

/* ---- what is known ---------------------------------------------------------
 */

const struct ct_set_kind *
match_kind(const struct ct_match *m, size_t part, const char *type)
{
	const struct ct_set *set = part ? m->delta : m->set;

	return set ? ct_set_kind(set, type) : NULL;
}

int
match_note(const struct ct_match *m, uint32_t note, const char **text,
    size_t *len, size_t *group, struct ct_err *err)
{
	size_t n = ct_set_nnotes(m->set);
	int rc;

	if (note < n || !m->delta)
		return ct_set_note(m->set, note, text, len, group, err);
	rc = ct_set_note(m->delta, (uint32_t)(note - n), text, len, group, err);
	if (!rc && !(*group)--)
		rc = ct_fail(err, CT_DATAERR, "the index is damaged: a note");
	return rc;
}

/* Did the entry of a note of the index change since? */
static int
changed(const struct ct_match *m, uint32_t note, struct ct_err *err)
{
	const struct ct_set_kind *k = ct_set_kind(m->delta, CT_ENTRY_KIND);
	struct ct_err none = { 0 };
	uint8_t key[CT_ENTRY_KEY];
	const char *text;
	size_t len, group;
	json_t *o;

	if (!k || !k->n)
		return 0;
	if (k->len != sizeof key)
		return ct_fail(
		    err, CT_DATAERR, "the index is damaged: its entries");
	if (ct_set_note(m->set, note, &text, &len, &group, err))
		return err->code;
	o = ct_json_object(text, len, &none);
	if (!o)
		return ct_fail(err, CT_DATAERR,
		    "the index is damaged: what it says of an entry");
	ct_entry_key(m->group[group].name, ct_rec_text(o, "member"),
	    ct_rec_text(o, "entry"), ct_rec_text(o, "content"), key);
	json_decref(o);
	return ct_set_find(k, key) == SIZE_MAX ? 0 : CT_NO;
}

int
match_noted(
    const struct ct_match *m, size_t part, uint32_t *note, struct ct_err *err)
{
	if (part) {
		*note += (uint32_t)ct_set_nnotes(m->set);
		return 0;
	}
	return m->delta ? changed(m, *note, err) : 0;
}
