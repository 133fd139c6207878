/* report_ask.c - what a report by hand lacks, asked of a person */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "offence.h"
#include "prog.h"
#include "report_impl.h"

#define TRIES 3 /* at an answer that is none */

/* A line of the terminal, without its end; exits when there is no more. */
static char *
line(void)
{
	char *text = NULL;
	size_t cap = 0;
	ssize_t n = getline(&text, &cap, stdin);

	if (n < 0)
		ct_die(CT_USAGE, "no answer; nothing was made");
	if (n && text[n - 1] == '\n')
		text[n - 1] = '\0';
	return text;
}

typedef bool fits_fn(const char *text);

static bool
is_type(const char *text)
{
	return ct_offence_named(text) != NULL;
}

static bool
is_time(const char *text)
{
	int64_t ms;

	return ct_time_parse(text, &ms) == 0 && ms > 0 && ms <= ct_now();
}

static bool
is_page(const char *text)
{
	return ct_blank(text) || (ct_url_ok(text) && ct_xml_legal(text));
}

static bool
is_name(const char *text)
{
	return !ct_blank(text);
}

static void
ask(json_t *rec, const char *flag, const char *question, fits_fn *fits)
{
	char *text;
	int i;

	for (i = 0; i < TRIES; i++) {
		(void)fprintf(stderr, "%s ", question);
		text = line();
		if (fits ? fits(text) : true)
			break;
		free(text);
		(void)fprintf(stderr, "That is none.\n");
	}
	if (i == TRIES)
		ct_die(CT_USAGE, "no answer; nothing was made");
	if (!ct_blank(text))
		ct_new_put(rec, flag, text);
	free(text);
}

static void
ask_text(json_t *rec)
{
	char *all = ct_strdup(""), *one, *more;

	(void)fprintf(stderr,
	    "What was written?  End with a line of one dot; none: the dot.\n");
	while (strcmp(one = line(), ".") != 0) {
		more = ct_printf("%s%s\n", all, one);
		free(all);
		free(one);
		all = more;
	}
	free(one);
	if (!ct_blank(all))
		ct_new_put(rec, "text", all);
	free(all);
}

/* A page or a text: one of the two. */
static void
ask_content(json_t *rec)
{
	int i;

	for (i = 0; i < TRIES; i++) {
		ask(rec, "url", "At which URL; none: enter?", is_page);
		ask_text(rec);
		if (ct_new_content(rec))
			return;
		(void)fprintf(stderr, "One of the two is needed.\n");
	}
	ct_die(CT_USAGE, "no answer; nothing was made");
}

/* Does anything tell who it is? */
static bool
somebody(const json_t *rec)
{
	static const char *const names[] = { "id", "screen_name", "email",
		"phone", "ip" };
	const json_t *user = json_object_get(rec, "user");
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (json_object_get(user, names[i]))
			return true;
	return false;
}

void
ct_new_ask(json_t *rec, bool lacks)
{
	if (!ct_new_told(rec, "incident.type"))
		ask(rec, "incident",
		    "What is it (csam trafficking tourism molestation domain "
		    "misleading\nenticement unsolicited)?",
		    is_type);
	if (!ct_new_told(rec, "incident.at"))
		ask(rec, "at", "When was it, as 2026-11-20T08:00:00Z?",
		    is_time);
	if (!ct_new_content(rec))
		ask_content(rec);
	if (lacks ? !ct_new_told(rec, "user.id") : !somebody(rec))
		ask(rec, "user", "Of which account; not known: enter?", NULL);
	if (lacks && !ct_new_told(rec, "incident.priority"))
		ask(rec, "priority",
		    "If a child may be in danger now, why; else: enter?", NULL);
	if (!ct_new_told(rec, "review.by"))
		ask(rec, "by", "Your name?", is_name);
}
