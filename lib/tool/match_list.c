/* match_list.c - list files compiled, in memory or into an index */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clip.h"
#include "clock.h"
#include "file.h"
#include "list.h"
#include "listfile.h"
#include "match_impl.h"
#include "os.h"
#include "prog.h"

#define LARGE ((size_t)4 << 20) /* bytes: large pages are worth it */
#define MODE 0640               /* as known.ctx */

static const char standard[] = "stdin";

/* A signal of a list, kept until all have come. */
struct signal {
	char *note; /* what is told of its entry: the same is one entry */
	size_t line;
	char type[CT_SIGNAL_TYPE];
	uint8_t *hash; /* NULL: it is of a video */
	size_t len;
	struct ct_clip clip;
};

struct load {
	const char *path;
	struct ct_build *build;
	struct signal *signal; /* that can be matched */
	size_t n, cap;
	size_t flat; /* left out */
	int quality; /* of a frame that counts */
	bool news;   /* what is withdrawn is no news of a hash */
	/* of news: where the lists are that have the videos, or NULL; and that
	 * of the source that was asked last */
	const char *home;
	const struct ct_listfile *file;
	char *source;
	struct ct_large *large;
	size_t absent; /* videos that no list has */
};

static char *
dump(json_t *o)
{
	char *text = json_dumps(o, JSON_COMPACT);

	json_decref(o);
	if (!text)
		ct_die(CT_OSERR, "out of memory");
	return text;
}

/* Begins with what entries are told in order of. */
static char *
note_text(const struct ct_entry *e, const struct ct_clip *clip)
{
	json_t *o = json_object();

	if (*e->member)
		(void)json_object_set_new(o, "member", json_string(e->member));
	(void)json_object_set_new(o, "entry", json_string(e->entry));
	(void)json_object_set_new(o, "content", json_string(e->content));
	if (e->classification)
		(void)json_object_set_new(
		    o, "classification", json_string(e->classification));
	if (strcmp(e->signal->opinion, "positive") != 0)
		(void)json_object_set_new(
		    o, "opinion", json_string(e->signal->opinion));
	ct_clip_note(clip, o);
	return dump(o);
}

/* Is it a name of a source, and no way elsewhere? */
static bool
plain(const char *source)
{
	return source && *source && *source != '.' && !strchr(source, '/');
}

static int
open_large(struct load *l, struct ct_err *err)
{
	const char *source = l->file->source;

	if (l->source && strcmp(l->source, source) == 0)
		return 0;
	ct_large_close(l->large);
	l->large = NULL;
	free(l->source);
	l->source = ct_strdup(source);
	return ct_large_open(&l->large, l->home, source, err);
}

/* What the list of its source has of a video; CT_NO: nothing that is whole. */
static int
from_list(struct load *l, const struct ct_signal *s, struct ct_clip *clip,
    struct ct_err *err)
{
	struct ct_large_bytes bytes = { 0 };
	int rc = plain(l->file->source) ? open_large(l, err) : CT_NO;

	if (rc)
		return rc;
	rc = ct_large_read(l->large, s->type, s->hash, &bytes, err);
	if (!rc)
		rc = ct_clip_take(
		    clip, s->type, bytes.at, bytes.len, l->quality, err);
	ct_large_release(&bytes);
	return rc == CT_DATAERR ? CT_NO : rc;
}

/* Of a video, its file, which is in the signal or in a list; CT_NO. */
static int
take_clip(struct load *l, const struct ct_signal *s, struct ct_clip *clip,
    struct ct_err *err)
{
	int rc = 0;

	if (s->file)
		rc = ct_clip_take(
		    clip, s->type, s->file, s->file_len, l->quality, err);
	else if (ct_clip_type(s->type))
		rc = from_list(l, s, clip, err);
	if (rc)
		ct_clip_free(clip);
	if (rc == CT_NO) {
		*err = (struct ct_err){ 0 };
		l->absent++;
	}
	return rc;
}

static int
on_signal(void *arg, const struct ct_entry *e, struct ct_err *err)
{
	struct load *l = arg;
	struct ct_clip clip = { 0 };
	struct signal *s;
	bool film;
	int rc;

	if (e->n == 0 && l->news)
		return 0;
	if (e->n == 0)
		return ct_fail(err, CT_DATAERR,
		    "'%s': withdrawals are for ct-syncdb", l->path);
	if (!ct_signal_len(e->signal->type) ||
	    strcmp(e->signal->opinion, "negative") == 0)
		return 0;
	if ((rc = take_clip(l, e->signal, &clip, err)))
		return rc == CT_NO ? 0 : rc;
	film = ct_clip_type(e->signal->type);
	if (film ? ct_clip_empty(&clip) : ct_signal_flat(e->signal)) {
		ct_clip_free(&clip);
		l->flat++;
		return 0;
	}
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 1024;
		l->signal = ct_grow(l->signal, l->cap, sizeof *l->signal);
	}
	s = &l->signal[l->n];
	*s = (struct signal){
		.note = note_text(e, &clip), .line = l->n++, .clip = clip
	};
	memcpy(s->type, e->signal->type, sizeof s->type);
	if (film)
		return 0;
	s->len = e->signal->len;
	s->hash = ct_alloc(s->len, 1);
	memcpy(s->hash, e->signal->hash, s->len);
	return 0;
}

static int
by_note(const void *a, const void *b)
{
	const struct signal *x = a, *y = b;
	int d = strcmp(x->note, y->note);

	return d ? d : x->line < y->line ? -1 : x->line > y->line;
}

/* All that came into the build, an entry once; but each video has a note of
 * its own. */
static int
add(struct load *l, struct ct_err *err)
{
	const struct signal *s = l->signal, *last = NULL;
	uint32_t note = 0;
	size_t i;
	int rc;

	if (l->n)
		qsort(l->signal, l->n, sizeof *l->signal, by_note);
	for (i = 0; i < l->n; i++, last = s++) {
		if ((!last || s->clip.frames.n ||
			strcmp(last->note, s->note) != 0) &&
		    ct_build_note(
			l->build, s->note, strlen(s->note), &note, err))
			return err->code;
		rc = s->hash ? ct_build_hash(l->build, s->type, s->hash, s->len,
				   note, err)
			     : ct_clip_build(&s->clip, l->build, note, err);
		if (rc)
			return rc;
	}
	return 0;
}

static void
forget(struct load *l)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		free(l->signal[i].note);
		free(l->signal[i].hash);
		ct_clip_free(&l->signal[i].clip);
	}
	free(l->signal);
	free(l->source);
	ct_large_close(l->large);
	*l = (struct load){ .build = l->build, .quality = l->quality };
}

static int
on_bad(void *arg, size_t line, const char *why, struct ct_err *err)
{
	struct load *l = arg;

	if (strcmp(why, "null-signal") == 0) {
		ct_warn("'%s' line %zu: left out: %s", l->path, line, why);
		return 0;
	}
	return ct_fail(
	    err, CT_DATAERR, "'%s' line %zu: %s", l->path, line, why);
}

static char *
group_text(const char *path, int threshold, int quality)
{
	const char *slash = strrchr(path, '/');
	json_t *name = json_string(slash ? slash + 1 : path);
	json_t *o = json_pack("{s:s, s:s}", "policy", "review", "class", "own");

	(void)json_object_set_new(
	    o, "source", name ? name : json_string("list"));
	if (threshold >= 0)
		(void)json_object_set_new(
		    o, "threshold", json_integer(threshold));
	if (quality != MATCH_QUALITY)
		(void)json_object_set_new(o, "quality", json_integer(quality));
	return dump(o);
}

/* A list as another group of l->build. */
static int
load(struct load *l, const char *type, int threshold, struct ct_err *err)
{
	struct ct_listfile f = { .type = type,
		.strict = true,
		.files = true,
		.digests = l->home != NULL,
		.each = on_signal,
		.bad = on_bad,
		.arg = l };
	char *text = group_text(l->path, threshold, l->quality);
	int rc = ct_build_group(l->build, text, strlen(text), err);

	free(text);
	l->file = &f;
	if (!rc)
		rc = l->path == standard
		    ? ct_listfile_read_fd(&f, STDIN_FILENO, standard, err)
		    : ct_listfile_read(&f, l->path, err);
	l->file = NULL;
	if (!rc && l->flat)
		ct_warn("'%s': %zu hashes left out: they are of something"
			" flat",
		    l->path, l->flat);
	if (!rc && l->absent)
		ct_warn("'%s': %zu videos left out: the lists in '%s' do not"
			" have their fingerprints, or not by this key",
		    l->path, l->absent, l->home);
	return rc ? rc : add(l, err);
}

static int
none(const struct load *l, struct ct_err *err)
{
	return ct_fail(
	    err, CT_DATAERR, "'%s' holds no hash that can be matched", l->path);
}

static struct ct_build *
build_new(void)
{
	struct ct_build *b = ct_build_new();

	if (!b)
		ct_die(CT_OSERR, "out of memory");
	return b;
}

/* 0 is the usual one. */
static int
quality_of(int quality)
{
	return quality > 0 ? quality : MATCH_QUALITY;
}

/* Finish it, and write it where it belongs. */
static int
finish(struct ct_build *b, size_t wide, ct_set_write_fn *put, void *arg,
    struct ct_err *err)
{
	struct ct_set_head head = { 0, ct_now(), ct_now() };
	uint64_t content;

	ct_build_near(b, "pdq", wide);
	ct_build_near(b, CT_CLIP_VPDQ, wide);
	if (ct_build_finish(b, &content, err))
		return err->code;
	return ct_build_write(b, &head, put, arg, err);
}

/* ---- in memory -----------------------------------------------------------
 */

struct memory {
	struct ct_match *m;
	size_t cap;
};

static int
put(void *arg, const void *bytes, size_t len)
{
	struct memory *to = arg;
	struct ct_match *m = to->m;

	if (to->cap - m->len < len) {
		to->cap = 2 * (m->len + len);
		m->bytes = ct_grow(m->bytes, to->cap, 1);
	}
	memcpy(m->bytes + m->len, bytes, len);
	m->len += len;
	return 0;
}

/* Where it is read fastest. */
static void
settle(struct ct_match *m)
{
	uint8_t *p = m->len >= LARGE ? ct_os_large(m->len) : NULL;

	if (!p)
		return;
	memcpy(p, m->bytes, m->len);
	free(m->bytes);
	m->bytes = p;
}

int
match_list(
    struct ct_match *m, const struct ct_match_from *from, struct ct_err *err)
{
	struct load l = { .path = from->path,
		.build = build_new(),
		.quality = quality_of(from->quality),
		.news = from->delta,
		.home = from->delta ? from->home : NULL };
	struct memory to = { .m = m };
	int rc = load(&l, from->type, -1, err);

	if (!rc && !l.n && !from->delta)
		rc = none(&l, err);
	if (!rc)
		rc = finish(
		    l.build, from->delta ? CT_NEAR_SMALL : 0, put, &to, err);
	if (!rc)
		settle(m);
	m->absent = l.absent;
	m->lacks = l.absent > 0;
	if (!rc)
		rc = ct_set_bytes(&m->set, m->bytes, m->len, err);
	forget(&l);
	ct_build_free(l.build);
	return rc;
}

/* ---- as a file -----------------------------------------------------------
 */

static int
put_file(void *arg, const void *bytes, size_t len)
{
	return ct_write_full(*(int *)arg, bytes, len);
}

static int
verify(const char *path, struct ct_err *err)
{
	struct ct_set *set;
	int rc = ct_set_open(&set, path, err);

	if (!rc)
		rc = ct_set_verify(set, err);
	ct_set_close(set);
	return rc;
}

/* An index may take the place of nothing, of nothing in it, or of an index. */
static int
replaces(const char *path, struct ct_err *err)
{
	char magic[sizeof CT_SET_MAGIC] = "";
	struct stat st;
	ssize_t n;
	int fd;

	if (lstat(path, &st) < 0 && errno == ENOENT)
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	n = fd < 0 ? -1 : ct_read_full(fd, magic, sizeof magic - 1);
	if (fd >= 0)
		(void)close(fd);
	return S_ISREG(st.st_mode) &&
		(n == 0 || (n > 0 && strcmp(magic, CT_SET_MAGIC) == 0))
	    ? 0
	    : ct_fail(err, CT_CANTCREAT, "'%s' is there and no index; it stays",
		  path);
}

/* What runs left that were killed. */
static void
tidy(const char *path)
{
	char *pattern = ct_printf("%s.tmp.*", path), *dot;
	glob_t g;
	size_t i;
	long pid;

	if (glob(pattern, 0, NULL, &g) == 0) {
		for (i = 0; i < g.gl_pathc; i++) {
			dot = strrchr(g.gl_pathv[i], '.');
			pid = strtol(dot + 1, NULL, 10);
			if (pid > 0 && kill((pid_t)pid, 0) < 0 &&
			    errno == ESRCH)
				(void)unlink(g.gl_pathv[i]);
		}
		globfree(&g);
	}
	free(pattern);
}

static int
write_file(struct ct_build *b, const char *path, struct ct_err *err)
{
	struct ct_newfile f;
	int rc = ct_newfile_open(&f, path, MODE, err);

	if (rc)
		return rc;
	rc = finish(b, CT_NEAR_SMALL, put_file, &f.fd, err);
	if (rc == CT_IOERR)
		(void)ct_fail_errno(err, rc, "cannot write '%s'", f.tmp);
	if (!rc)
		rc = verify(f.tmp, err);
	if (!rc)
		return ct_newfile_commit(&f, err);
	ct_newfile_abort(&f);
	return rc;
}

int
ct_match_build(const struct ct_match_build *b, struct ct_err *err)
{
	struct load l = { .build = build_new(),
		.quality = quality_of(b->quality) };
	size_t i;
	int rc = 0;

	ct_stop_gently();
	(void)signal(SIGUSR1, SIG_IGN); /* it has no progress to show */
	tidy(b->out);
	rc = replaces(b->out, err);
	for (i = 0; !rc && i < (b->n ? b->n : 1); i++) {
		l.path = b->n ? b->list[i] : standard;
		rc = load(&l, b->type, b->threshold, err);
		if (!rc && !l.n)
			rc = none(&l, err);
		forget(&l);
	}
	if (!rc)
		rc = write_file(l.build, b->out, err);
	ct_build_free(l.build);
	return rc;
}
