/* review_judge.c - verdicts on a terminal, and what is noted with them */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "item.h"
#include "offence.h"
#include "prog.h"
#include "review_face.h"

void
review_forget(struct face *f)
{
	(void)json_array_clear(f->annotations);
	free(f->incident);
	free(f->priority);
	f->incident = f->priority = NULL;
}

/* One that was decided; arg counts them. */
static int
decided(json_t *rec, void *arg, struct ct_err *err)
{
	size_t *n = arg;
	const char *wants = ct_rec_text(rec, "review.wants");

	(void)err;
	if (++*n == 1 && wants)
		printf("  noted; it wants %s\n", wants);
	else if (*n == 1)
		printf("  decided\n");
	return 0;
}

static bool
decide(struct face *f, const struct ct_pick *pick, const char *verdict,
    const char *class)
{
	struct ct_decision d = { .verdict = ct_verdict_named(verdict),
		.class = class,
		.by = f->r->by,
		.annotations = f->annotations,
		.incident = f->incident,
		.priority = f->priority };
	struct ct_err err;
	size_t n = 0;

	review_look_end(f);
	if (ct_decision_check(pick, &d, &err) ||
	    ct_queue_decide(f->r->queue, pick, &d, decided, &n, &err)) {
		review_complain(&err);
		return false;
	}
	if (n > 1)
		printf("  so %zu items\n", n);
	review_forget(f);
	return true;
}

static int
judge(struct face *f, const char *verdict, const char *class)
{
	const json_t *rec = review_item(f);
	const char *account = ct_rec_text(rec, "user.id");
	/* another may be the same but of some account: "" is of none */
	const struct ct_pick pick = { .account = account ? account : "",
		.item = ct_rec_text(rec, "id"),
		.sha256 = ct_item_content(rec) };

	if (!decide(f, &pick, verdict, class))
		return STAY;
	f->done[f->at] = true;
	return NEXT;
}

/* As a class is written; NULL: none. */
static char *
class_of(char *text)
{
	char *p;

	for (p = text; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	return *text ? text : NULL;
}

int
review_judge(struct face *f, const char *verdict, const char *class)
{
	char *text = ct_strdup(class);
	int then = judge(f, verdict, class_of(text));

	free(text);
	return then;
}

const char *
review_verdict_of(const char *word)
{
	static const char *const letters[][2] = { { "c", "csam" },
		{ "e", "exploitative" }, { "i", "ncii" },
		{ "t", "text_offence" }, { "n", "not_csam" },
		{ "u", "unsure" } };
	size_t i;

	for (i = 0; i < sizeof letters / sizeof *letters; i++)
		if (strcmp(word, letters[i][0]) == 0)
			return letters[i][1];
	return ct_verdict_named(word) ? ct_verdict_named(word)->name : NULL;
}

char *
review_cut(char *text, char **rest)
{
	char *word = text + strspn(text, " \t"), *end;

	end = word + strcspn(word, " \t");
	*rest = end + strspn(end, " \t");
	*end = '\0';
	for (end = *rest + strlen(*rest);
	     end > *rest && strchr(" \t", end[-1]);)
		*--end = '\0';
	return word;
}

int
review_all(struct face *f, const char *rest)
{
	const struct ct_pick pick = { .account = ct_rec_text(
					  review_item(f), "user.id") };
	char *text = ct_strdup(rest), *class;
	const char *verdict = review_verdict_of(review_cut(text, &class));
	int then = STAY;

	if (!pick.account)
		printf("  it is of no account\n");
	else if (!verdict)
		printf("  all what? such as: l c A1\n");
	else if (decide(f, &pick, verdict, class_of(class)))
		then = ANEW;
	free(text);
	return then;
}

/* The very same content was decided: the same again, with what was noted of it
 * unless something else is noted now. */
int
review_same(struct face *f, const char *rest)
{
	const json_t *s = ct_rec_get(review_item(f), "review.suggest");
	bool noted = json_array_size(f->annotations) || f->incident;
	const char *incident = ct_rec_text(s, "incident");
	int then;

	(void)rest;
	if (!s || json_object_get(s, "distance")) {
		printf("  the same content was not decided before\n");
		return STAY;
	}
	if (!noted) {
		(void)json_array_extend(
		    f->annotations, json_object_get(s, "annotations"));
		f->incident = incident ? ct_strdup(incident) : NULL;
	}
	then = judge(f, ct_rec_text(s, "verdict"), ct_rec_text(s, "class"));
	if (then == STAY && !noted) {
		(void)json_array_clear(f->annotations);
		free(f->incident);
		f->incident = NULL;
	}
	return then;
}

int
review_all_same(struct face *f, const char *rest)
{
	struct ct_err err;
	size_t n = 0;

	(void)rest;
	review_look_end(f);
	if (ct_queue_agree(f->r->queue, f->r->by, decided, &n, &err)) {
		review_complain(&err);
		return STAY;
	}
	printf("  so %zu items\n", n);
	return ANEW;
}

int
review_annotate(struct face *f, const char *rest)
{
	if (!*rest)
		(void)json_array_clear(f->annotations);
	else if (!ct_annotation_named(rest))
		printf("  none of NCMEC's words: see ct-review(1)\n");
	else
		(void)json_array_append_new(f->annotations, json_string(rest));
	return STAY;
}

int
review_offence(struct face *f, const char *rest)
{
	if (*rest && !ct_offence_named(rest)) {
		printf("  no such offence: see ct-report(1)\n");
		return STAY;
	}
	free(f->incident);
	f->incident = *rest ? ct_strdup(rest) : NULL;
	return STAY;
}

int
review_urgent(struct face *f, const char *rest)
{
	if (strlen(rest) > CT_PRIORITY_MAX) {
		printf("  over %d characters\n", CT_PRIORITY_MAX);
		return STAY;
	}
	free(f->priority);
	f->priority = *rest ? ct_strdup(rest) : NULL;
	return STAY;
}
