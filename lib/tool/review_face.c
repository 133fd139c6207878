/* review_face.c - jobs one after another on a terminal, a line an answer */
#include "review_face.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "prog.h"

json_t *
review_item(const struct face *f)
{
	return json_array_get(f->items, f->at);
}

void
review_complain(const struct ct_err *err)
{
	printf("  ! ");
	review_say(err->msg, sizeof err->msg);
	(void)putchar('\n');
}

static void
present(struct face *f)
{
	/* what was noted was of the item before */
	if (json_array_size(f->annotations) || f->incident || f->priority)
		printf("  what was noted with no verdict is dropped\n");
	review_forget(f);
	if (review_look(f, "metadata", false, false))
		review_say_item(
		    review_item(f), f->at + 1, json_array_size(f->items));
	f->step = CT_STEP_TILE;
	f->stills = f->still = 0;
}

/* ---- going on --------------------------------------------------------------
 */

static int
skip(struct face *f, const char *rest)
{
	(void)f;
	(void)rest;
	return NEXT;
}

static int
back(struct face *f, const char *rest)
{
	(void)rest;
	if (f->at == 0) {
		printf("  it is the first\n");
		return STAY;
	}
	f->at--;
	return AGAIN;
}

static int
give(struct face *f, const char *rest)
{
	struct ct_err err;

	(void)rest;
	review_look_end(f);
	if (ct_queue_give(f->r->queue, f->r->by, &err) > CT_NO)
		review_complain(&err);
	return QUIT;
}

static int
quit(struct face *f, const char *rest)
{
	(void)f;
	(void)rest;
	return QUIT;
}

static int help(struct face *f, const char *rest);

static const struct {
	const char *letter, *word;
	int (*run)(struct face *f, const char *rest);
	const char *help;
} answers[] = {
	{ "s", "see", review_see,
	    "see it: a grey tile, and again: four times as fine; of a video "
	    "stills, then one by one" },
	{ "r", "read", review_read, "read what it tells: text and pages" },
	{ "j", "record", review_record, "its record" },
	{ "a", "annotate", review_annotate,
	    "a WORD: note that with this item's verdict; a: none" },
	{ "o", "offence", review_offence, "o TYPE: the offence it is" },
	{ "p", "priority", review_urgent, "p WHY: look at it first" },
	{ "y", "yes", review_same, "as the same content was decided before" },
	{ "Y", "yes-all", review_all_same, "the same for all of the job" },
	{ "l", "all", review_all,
	    "l VERDICT: all that is open of the account" },
	{ "k", "skip", skip, "the next item" },
	{ "b", "back", back,
	    "the item before; a new verdict replaces its own" },
	{ "g", "give", give, "give the job back, and end" },
	{ "q", "quit", quit, "end; the job stays in hand for a while" },
	{ "?", "help", help, "this" },
};

static int
help(struct face *f, const char *rest)
{
	size_t i;

	(void)f;
	(void)rest;
	printf("  c [A1|A2|B1|B2]  csam, with a class\n"
	       "  e i t n u        exploitative ncii text_offence not_csam "
	       "unsure\n");
	for (i = 0; i < sizeof answers / sizeof *answers; i++)
		printf("  %s                %s\n", answers[i].letter,
		    answers[i].help);
	return STAY;
}

static int
obey(struct face *f, char *line)
{
	char *rest, *word = review_cut(line, &rest);
	const char *verdict = review_verdict_of(word);
	size_t i;

	if (!*word)
		return STAY;
	if (verdict)
		return review_judge(f, verdict, rest);
	for (i = 0; i < sizeof answers / sizeof *answers; i++)
		if (strcmp(word, answers[i].letter) == 0 ||
		    strcmp(word, answers[i].word) == 0)
			return answers[i].run(f, rest);
	printf("  ? helps\n");
	return STAY;
}

/* ---- a job -----------------------------------------------------------------
 */

static int
collect(json_t *rec, void *arg, struct ct_err *err)
{
	(void)err;
	(void)json_array_append(arg, rec);
	return 0;
}

static void
head(struct face *f, const json_t *job, int64_t seen)
{
	const char *account = ct_rec_text(job, "account");
	size_t n = json_array_size(f->items);

	printf("\n%s", account ? "account " : "of no account");
	review_say(account, 200);
	printf(": %zu item%s, in your hands until %s\n", n, n == 1 ? "" : "s",
	    ct_rec_text(job, "until"));
	printf("%lld seen closer than a tile in this shift", (long long)seen);
	if (f->r->policy.views)
		printf(" of %ld", f->r->policy.views);
	printf("; ? helps\n");
}

/* CT_NO: there is none. */
static int
take(struct face *f, struct ct_err *err)
{
	int64_t seen = 0;
	json_t *job;
	int rc = ct_queue_take(f->r->queue, f->r->by, &f->r->pick, &job, err);

	if (rc)
		return rc;
	(void)json_array_clear(f->items);
	rc = ct_queue_job(f->r->queue, f->r->by, collect, f->items, err);
	if (!rc)
		rc = ct_queue_shift(f->r->queue, f->r->by, &seen, err);
	free(f->done);
	f->done = ct_alloc(json_array_size(f->items) + 1, sizeof *f->done);
	f->at = 0;
	f->jobs++;
	if (!rc)
		head(f, job, seen);
	json_decref(job);
	return rc;
}

/* To the next that is not decided; false: there is none. */
static bool
forward(struct face *f)
{
	size_t n = json_array_size(f->items), i;

	for (i = 1; i <= n; i++)
		if (!f->done[(f->at + i) % n]) {
			f->at = (f->at + i) % n;
			return true;
		}
	return false;
}

/* One answer, and what is to come then; CT_IOERR. */
static int
ask(struct face *f, int *then, struct ct_err *err)
{
	char *line;
	size_t len;
	int rc;

	printf("> ");
	(void)fflush(stdout);
	rc = ct_in_next(&f->in, &line, &len, err);
	review_cover(f, false);
	*then = rc == 1 ? STAY : QUIT;
	if (rc == 0)
		(void)putchar('\n');
	if (rc != 1)
		return rc;
	rc = ct_queue_keep(f->r->queue, f->r->by, err);
	if (rc == CT_NO) {
		printf("  the time for this job is over\n");
		*then = ANEW;
		return 0;
	}
	if (!rc)
		*then = obey(f, line);
	return rc;
}

/* Until it is done, or given up: *then is ANEW or QUIT. */
static int
work(struct face *f, int *then, struct ct_err *err)
{
	int rc = 0;

	*then = json_array_size(f->items) ? AGAIN : ANEW;
	while (!rc && *then != ANEW && *then != QUIT) {
		if (*then == NEXT && !forward(f))
			*then = ANEW;
		else if (*then != STAY)
			present(f);
		if (*then == ANEW)
			break;
		rc = ask(f, then, err);
	}
	review_look_end(f);
	return rc;
}

int
review_face(struct ct_reviewing *r, struct ct_err *err)
{
	const char *term = getenv("TERM");
	struct face f = { .r = r,
		.in = { .fd = STDIN_FILENO, .delim = '\n' },
		.plain = !term || !*term || strcmp(term, "dumb") == 0,
		.items = json_array(),
		.annotations = json_array() };
	int then = ANEW, rc = 0;

	ct_json_wipe();
	while (!rc && then == ANEW && !(rc = take(&f, err)))
		rc = work(&f, &then, err);
	if (rc == CT_NO && f.jobs) {
		printf("\nNothing else waits.\n");
		rc = 0;
	}
	if (!rc && ct_stop)
		rc = ct_fail(err, CT_TEMPFAIL, "told to stop");
	if (fflush(stdout) && !rc)
		rc = ct_fail_errno(err, CT_IOERR, "cannot write");
	ct_tiler_close(f.tiler);
	ct_in_free(&f.in);
	review_forget(&f);
	free(f.done);
	json_decref(f.annotations);
	json_decref(f.items);
	return rc;
}
