/* source_page.c - a queryResult of NCMEC Hash Sharing v2, taken apart */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clock.h"
#include "prog.h"
#include "source.h"
#include "xml.h"

#define ENTRIES_MAX 20000
#define DISPUTED_MAX 16

struct walk {
	struct ct_page *page;
	struct ct_err *err;
	int depth;
	bool paging;     /* in <paging>, not in a container of entries */
	bool known;      /* the container is <images> or <videos> */
	long want, have; /* entries of it: as told, as seen */
	char field[32];  /* the child of the entry that we are in */
	char *link;      /* of the fingerprint, or NULL */
	char vote[CT_SIGNAL_TYPE]; /* the type that is voted down, or "" */
	char disputed[DISPUTED_MAX][CT_SIGNAL_TYPE];
	size_t ndisputed;
};

static const char *
attribute(const char *const *attr, const char *name)
{
	for (; *attr; attr += 2)
		if (strcmp(attr[0], name) == 0)
			return attr[1];
	return NULL;
}

/* Is it one of these words? */
static bool
among(const char *const *words, const char *name)
{
	while (*words && strcmp(*words, name) != 0)
		words++;
	return *words != NULL;
}

static void
set(const char **text, const char *value)
{
	free((void *)(uintptr_t)*text);
	*text = ct_strdup(value);
}

static struct ct_page_entry *
last(const struct walk *w)
{
	return &w->page->entry[w->page->n - 1];
}

/* image, deletedImage, video, ... */
static int
begin_entry(struct walk *w, const char *name)
{
	static const char *const contents[] = { "image", "video", NULL };
	struct ct_page *p = w->page;
	struct ct_page_entry *e;
	bool gone = strncmp(name, "deleted", 7) == 0 && name[7];
	char *content, *c;

	if (p->n == ENTRIES_MAX)
		return ct_fail(w->err, CT_PROTOCOL, "a page of over %d entries",
		    ENTRIES_MAX);
	if (p->n == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 64;
		p->entry = ct_grow(p->entry, p->cap, sizeof *p->entry);
	}
	e = &p->entry[p->n++];
	*e = (struct ct_page_entry){ .gone = gone };
	content = ct_strdup(gone ? name + 7 : name);
	for (c = content; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	e->e.content = content;
	if (!among(contents, content))
		p->odd |= CT_ODD_UNKNOWN;
	w->have++;
	w->ndisputed = 0;
	*w->field = *w->vote = '\0';
	return 0;
}

static int
begin_field(struct walk *w, const char *name, const char *const *attr)
{
	static const char *const fields[] = { "member", "timestamp", "id",
		"classification", "categorizations", "fingerprints", "feedback",
		NULL };
	const char *id = attribute(attr, "id");

	if (!among(fields, name))
		w->page->odd |= CT_ODD_UNKNOWN;
	(void)strncpy(w->field, name, sizeof w->field - 1);
	if (strcmp(name, "member") == 0 && id)
		set(&last(w)->e.member, id);
	return 0;
}

/* In <feedback>: a vote down needs a type and, further in, a member. */
static void
begin_vote(struct walk *w, const char *name, const char *const *attr)
{
	const char *type = attribute(attr, "type");
	size_t i;

	if (w->depth == 5) {
		*w->vote = '\0';
		if (strcmp(name, "negativeFeedback") == 0 && type)
			(void)strncpy(w->vote, type, sizeof w->vote - 1);
		for (i = 0; w->vote[i]; i++) {
			w->vote[i] = (char)tolower((unsigned char)w->vote[i]);
			if (w->vote[i] == '-')
				w->vote[i] = '_';
		}
	} else if (*w->vote && strcmp(name, "member") == 0 &&
	    w->ndisputed < DISPUTED_MAX) {
		memcpy(w->disputed[w->ndisputed++], w->vote, sizeof w->vote);
		*w->vote = '\0';
	}
}

static int
on_start(void *arg, const char *name, const char *const *attr)
{
	struct walk *w = arg;
	const char *count;

	w->depth++;
	if (w->depth == 1 && strcmp(name, "queryResult") != 0)
		return ct_fail(w->err, CT_PROTOCOL,
		    "the answer is XML, but no queryResult");
	if (w->depth == 2) {
		count = attribute(attr, "count");
		w->paging = strcmp(name, "paging") == 0;
		w->known =
		    strcmp(name, "images") == 0 || strcmp(name, "videos") == 0;
		if (!w->paging && !w->known)
			w->page->odd |= CT_ODD_UNKNOWN;
		w->want = count ? strtol(count, NULL, 10) : 0;
		w->have = 0;
	} else if (w->paging) {
		return 0;
	} else if (w->depth == 3) {
		return begin_entry(w, name);
	} else if (w->depth == 4) {
		return begin_field(w, name, attr);
	} else if (w->depth == 5 && strcmp(w->field, "fingerprints") == 0) {
		free(w->link);
		w->link = attribute(attr, "href")
		    ? ct_strdup(attribute(attr, "href"))
		    : NULL;
	} else if (w->depth >= 5 && strcmp(w->field, "feedback") == 0) {
		begin_vote(w, name, attr);
	}
	return 0;
}

void
ct_page_signal(struct ct_page_entry *e, const struct ct_signal *sig)
{
	struct ct_signal *all = (struct ct_signal *)(uintptr_t)e->e.signal;

	if (e->e.n == e->cap) {
		e->cap = e->cap ? 2 * e->cap : 4;
		all = ct_grow(all, e->cap, sizeof *all);
	}
	all[e->e.n++] = *sig;
	e->e.signal = all;
}

void
ct_page_refuse(
    struct ct_page *p, size_t entry, const char *type, const char *why)
{
	p->bad = ct_grow(p->bad, p->nbad + 1, sizeof *p->bad);
	p->bad[p->nbad++] = (struct ct_page_bad){ entry, ct_strdup(type), why };
}

/* One that is elsewhere: only of what can be matched. */
static void
take_link(struct walk *w, const char *type)
{
	struct ct_page_entry *e = last(w);

	if (!w->link)
		return;
	if (strcasecmp(type, "tmk-pdqf") != 0 &&
	    strcasecmp(type, "tmk_pdqf") != 0) {
		w->page->odd |= CT_ODD_LARGE;
		return;
	}
	e->large = ct_grow(e->large, e->nlarge + 1, sizeof *e->large);
	e->large[e->nlarge++] = (struct ct_large_link){
		.type = CT_CLIP_TMK, .link = w->link, .opinion = "positive"
	};
	w->link = NULL;
}

static void
take_signal(struct walk *w, const char *type, const char *text)
{
	/* those that we match, and those that only some can */
	static const char *const types[] = { "netclean", "videntifier",
		"tmk_pdqf", "ssvh_pdna", "ssvh_safer_hash", "tmk_safer_hash",
		NULL };
	struct ct_page *p = w->page;
	struct ct_signal sig;
	const char *why;

	if (!*text) {
		take_link(w, type);
		return;
	}
	why = ct_signal_parse(&sig, type, text);
	if (why) {
		ct_page_refuse(p, p->n - 1, type, why);
		return;
	}
	if (!ct_signal_len(sig.type) && !among(types, sig.type))
		p->odd |= CT_ODD_UNKNOWN;
	ct_page_signal(last(w), &sig);
}

static void
take_field(struct ct_entry *e, const char *name, const char *text)
{
	int64_t ms;

	if (strcmp(name, "id") == 0)
		set(&e->entry, text);
	else if (strcmp(name, "classification") == 0 && *text)
		set(&e->classification, text);
	else if (strcmp(name, "timestamp") == 0 && *text)
		/* one in another form is told as such, not kept */
		set(&e->at, ct_time_parse(text, &ms) == 0 ? text : "");
}

static void
free_entry(struct ct_page_entry *e)
{
	size_t i;

	for (i = 0; i < e->e.n; i++)
		free(e->e.signal[i].hash);
	free((void *)(uintptr_t)e->e.signal);
	for (i = 0; i < e->nlarge; i++)
		free((void *)(uintptr_t)e->large[i].link);
	free(e->large);
	free((void *)(uintptr_t)e->e.member);
	free((void *)(uintptr_t)e->e.entry);
	free((void *)(uintptr_t)e->e.content);
	free((void *)(uintptr_t)e->e.classification);
	free((void *)(uintptr_t)e->e.at);
}

static void
end_entry(struct walk *w)
{
	struct ct_page_entry *e = last(w);
	struct ct_signal *s = (struct ct_signal *)(uintptr_t)e->e.signal;
	size_t i, k;

	for (i = 0; i < e->e.n; i++)
		for (k = 0; k < w->ndisputed; k++)
			if (strcmp(s[i].type, w->disputed[k]) == 0)
				s[i].opinion = "disputed";
	for (k = 0; e->nlarge && k < w->ndisputed; k++)
		if (strcmp(w->disputed[k], "tmk_pdqf") == 0)
			for (i = 0; i < e->nlarge; i++)
				e->large[i].opinion = "disputed";
	if (!e->e.entry || !*e->e.entry)
		e->why = "no id";
	else if (!e->e.member || !*e->e.member)
		e->why = "no member";
	else if (!e->e.at)
		e->why = "no timestamp";
	else if (!ct_entry_fits(&e->e))
		e->why = "too long";
	/* in a container that we do not know it need not be an entry */
	if (e->why && !w->known && !e->e.n && !e->nlarge) {
		free_entry(e);
		w->page->n--;
		while (w->page->nbad &&
		    w->page->bad[w->page->nbad - 1].entry == w->page->n)
			free(w->page->bad[--w->page->nbad].type);
	}
}

static int
on_end(void *arg, const char *name, const char *text)
{
	struct walk *w = arg;
	int depth = w->depth--;

	if (depth == 2 && !w->paging && w->have < w->want)
		return ct_fail(w->err, CT_DATAERR,
		    "the page says %ld entries and has %ld", w->want, w->have);
	if (depth == 2 && w->known && w->want && w->have > w->want)
		w->page->odd |= CT_ODD_MORE;
	if (w->paging && depth == 3 && strcmp(name, "next") == 0 && *text) {
		free(w->page->next);
		w->page->next = ct_strdup(text);
	}
	if (w->paging)
		return 0;
	if (depth == 5 && strcmp(w->field, "fingerprints") == 0)
		take_signal(w, name, text);
	else if (depth == 4)
		take_field(&last(w)->e, name, text);
	else if (depth == 3)
		end_entry(w);
	return 0;
}

/* ---- an entry that stands there twice ------------------------------------ */

static bool
same(const struct ct_entry *a, const struct ct_entry *b)
{
	return strcmp(a->entry, b->entry) == 0 &&
	    strcmp(a->member, b->member) == 0 &&
	    strcmp(a->content, b->content) == 0;
}

static size_t
slot_of(const struct ct_entry *e)
{
	const char *const part[] = { e->entry, e->member, e->content };
	uint64_t h = 14695981039346656037u;
	const char *s;
	size_t i;

	for (i = 0; i < 3; i++)
		for (s = part[i]; *s; s++)
			h = (h ^ (unsigned char)*s) * 1099511628211u;
	return (size_t)(h ^ h >> 32);
}

static bool
has_twice(const struct ct_page *p)
{
	size_t room = 64, i, at;
	const struct ct_entry *e;
	size_t *index; /* 1 + that of an entry; open addressing */
	bool twice = false;

	while (room < 2 * p->n)
		room *= 2;
	index = ct_alloc(room, sizeof *index);
	for (i = 0; i < p->n && !twice; i++) {
		e = &p->entry[i].e;
		if (p->entry[i].why)
			continue;
		for (at = slot_of(e) & (room - 1); index[at] && !twice;
		     at = (at + 1) & (room - 1))
			twice = same(e, &p->entry[index[at] - 1].e);
		index[at] = i + 1;
	}
	free(index);
	return twice;
}

int
ct_page_parse(
    struct ct_page *page, const char *xml, size_t len, struct ct_err *err)
{
	struct walk w = { .page = page, .err = err };
	struct ct_xml_walk walk = {
		.start = on_start, .end = on_end, .arg = &w
	};

	int rc;

	*page = (struct ct_page){ 0 };
	rc = ct_xml_walk(&walk, xml, len, err);
	free(w.link);
	if (!rc && has_twice(page))
		page->odd |= CT_ODD_TWICE;
	return rc;
}

void
ct_page_free(struct ct_page *page)
{
	size_t i;

	for (i = 0; i < page->n; i++)
		free_entry(&page->entry[i]);
	for (i = 0; i < page->nbad; i++)
		free(page->bad[i].type);
	free(page->entry);
	free(page->bad);
	free(page->next);
	*page = (struct ct_page){ 0 };
}
