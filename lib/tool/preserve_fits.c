/* preserve_fits.c - does a command line fit its verb, and what does help say */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "preserve.h"
#include "prog.h"

/* What an option of a verb asks for, and what it does not go with. */
static const struct rule {
	const char *verb;
	char with;
	const char *needs, *bars;
} rules[] = {
	{ "keygen", 'k', "M", "" },
	{ "keygen", 'M', "k", "FT" },
	{ "keygen", 'N', "M", "" },
	{ "keygen", 'S', "", "FT" },
	{ "keygen", 'T', "", "F" },
	{ "stage", 'i', "", "aU" },
	{ "stage", 'm', "i", "" },
	{ "stage", 'u', "i", "" },
	{ "find", 'G', "", "X" },
	{ "rewrap", 'k', "t", "bH" },
	{ "rewrap", 't', "k", "" },
	{ "rewrap", 'y', "", "bHkt" },
	{ "hold add", 'u', "", "br" },
	{ "hold add", 'r', "", "b" },
};

const struct ct_preserve_verb *
ct_preserve_verb(char **word, int *last)
{
	const struct ct_preserve_verb *v = ct_preserve_verbs;
	const char *rest;
	size_t n;

	for (; v->name && *word; v++) {
		n = strcspn(v->name, " ");
		rest = v->name + n + (v->name[n] != '\0');
		if (strncmp(v->name, *word, n) != 0 || (*word)[n])
			continue;
		if (!*rest || (word[1] && strcmp(rest, word[1]) == 0)) {
			*last = *rest ? 1 : 0;
			return v;
		}
	}
	return NULL;
}

/* Is name this word, or does it begin with it? */
static bool
begins(const char *name, const char *word)
{
	size_t n = strlen(word);

	return strncmp(name, word, n) == 0 && strchr(" \n", name[n]);
}

/* The list, and one word more. */
static char *
more(char *list, const char *before, const char *word)
{
	char *longer =
	    ct_printf("%s%s%s%s", list, *list ? ", " : "", before, word);

	free(list);
	return longer;
}

_Noreturn void
ct_preserve_no_verb(const char *word)
{
	const struct ct_preserve_verb *v;
	char *all = ct_strdup(""), *these = ct_strdup("");

	for (v = ct_preserve_verbs; v->name; v++) {
		all = more(all, "", v->name);
		if (begins(v->name, word)) /* only the second word is wrong */
			these = more(these, "", v->name);
	}
	if (*these)
		ct_die(CT_USAGE, "%s: want one of %s", word, these);
	ct_die(CT_USAGE, "no verb '%s'; there are %s", word, all);
}

static const char *
name_of(const struct option *options, int letter)
{
	while (options->val != letter)
		options++;
	return options->name;
}

static void
operands(const struct ct_preserve_verb *v, int n)
{
	const char *want = v->operand ? v->operand : "[";
	int most = v->operand ? 1 : 0;

	if (n == 0 && *want != '[')
		ct_die(CT_USAGE, "%s: %s is missing", v->name, want);
	if (n > most && !strstr(want, "..."))
		ct_die(CT_USAGE, "%s: an operand too many", v->name);
}

/* Each option: does the verb take it, and so often? */
static void
taken(const struct ct_preserve_verb *v, const struct option *o,
    const size_t *given)
{
	for (; o->name; o++) {
		if (given[o->val] && !strchr(v->takes, o->val))
			ct_die(CT_USAGE, "%s does not take --%s", v->name,
			    o->name);
		if (o->val == 'k' ? given['k'] > v->keys
				  : given[o->val] > 1 && o->has_arg &&
			    !strchr("cd", o->val))
			ct_die(CT_USAGE, "%s: --%s is there more than once",
			    v->name, o->name);
	}
}

void
ct_preserve_fits(const struct ct_preserve_verb *v, const struct option *options,
    const size_t given[CT_PRESERVE_LETTERS], int n)
{
	const struct rule *r = rules, *end = r + sizeof rules / sizeof *rules;
	char *some = ct_strdup("");
	const char *c;
	bool found = n > 0;

	taken(v, options, given);
	for (c = v->needs; *c; c++)
		if (!given[(unsigned char)*c])
			ct_die(CT_USAGE, "%s: --%s is missing", v->name,
			    name_of(options, *c));
	operands(v, n);
	for (c = v->some; *c; c++) {
		found |= given[(unsigned char)*c] > 0;
		some = more(some, "--", name_of(options, *c));
	}
	if (*some && !found)
		ct_die(CT_USAGE, "%s: want one of %s%s", v->name, some,
		    v->operand ? " or an ID" : "");
	free(some);
	for (; r < end; r++) {
		if (strcmp(r->verb, v->name) != 0 ||
		    !given[(unsigned char)r->with])
			continue;
		for (c = r->needs; *c; c++)
			if (!given[(unsigned char)*c])
				ct_die(CT_USAGE, "%s: --%s wants --%s, too",
				    v->name, name_of(options, r->with),
				    name_of(options, *c));
		for (c = r->bars; *c; c++)
			if (given[(unsigned char)*c])
				ct_die(CT_USAGE,
				    "%s: --%s and --%s do not go together",
				    v->name, name_of(options, r->with),
				    name_of(options, *c));
	}
}

/* ---- help -----------------------------------------------------------------
 */

/* Is the option on this line of the usage? */
static bool
on(const char *line, size_t len, const char *name)
{
	char *word = ct_printf("--%s", name);
	size_t n = strlen(word);
	bool found = false;

	for (size_t i = 0; i + n <= len && !found; i++)
		found = strncmp(line + i, word, n) == 0 &&
		    strchr(" ,\n[]|", line[i + n]) != NULL;
	free(word);
	return found;
}

/* Does any such verb take an option that is on this line? */
static bool
tells(const char *line, size_t len, const char *word, const struct option *o)
{
	const struct ct_preserve_verb *v;

	for (v = ct_preserve_verbs; v->name; v++)
		for (const char *c = v->takes; *c; c++)
			if (begins(v->name, word) &&
			    on(line, len, name_of(o, *c)))
				return true;
	return false;
}

int
ct_preserve_help(
    const char *usage, const char *word, const struct option *options)
{
	const struct ct_preserve_verb *v = ct_preserve_verbs;
	bool in = false, option = false;
	size_t n;

	while (v->name && !begins(v->name, word))
		v++;
	if (!v->name)
		return ct_help(usage);
	for (; *usage; usage += n) {
		n = strcspn(usage, "\n") + 1;
		option = option || *usage == '-';
		if (option)
			in = tells(usage, n, word, options);
		else if (strspn(usage, " ") == 2)
			in = begins(usage + 2, word);
		if (in && fwrite(usage, 1, n, stdout) != n)
			return CT_IOERR;
	}
	return fflush(stdout) ? CT_IOERR : 0;
}
