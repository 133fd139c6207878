/*
 * report_text.c - lines of a letter
 *
 * What a suspect wrote must not pass for a line of the letter: a value is
 * behind its label, or on lines of its own behind a bar, and characters that
 * only change how others look are written as their number.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "report_impl.h"

#define WIDTH 72 /* columns, counted in characters */

size_t
ct_unseen(const char *s, unsigned *code)
{
	const unsigned char *u = (const unsigned char *)s;

	*code = u[0];
	if ((u[0] < ' ' && u[0]) || u[0] == 0x7f)
		return 1;
	if (u[0] == 0xc2 && u[1] >= 0x80 && u[1] < 0xa0) {
		*code = u[1];
		return 2;
	}
	if (u[0] != 0xe2 || (u[1] != 0x80 && u[1] != 0x81) || u[2] < 0x80)
		return 0;
	*code = 0x2000U + ((u[1] & 1U) << 6) + (u[2] & 0x3fU);
	return (*code >= 0x200b && *code <= 0x200f) ||
		(*code >= 0x2028 && *code <= 0x202e) ||
		(*code >= 0x2060 && *code <= 0x2069)
	    ? 3
	    : 0;
}

/* A copy in which what cannot be seen is told; lines end in LF alone. */
static char *
visible(const char *s)
{
	char *text = ct_alloc(8 * strlen(s) + 1, 1), *to = text;
	unsigned code;
	size_t n;

	while (*s) {
		n = ct_unseen(s, &code);
		if (*s == '\n' || !n)
			*to++ = *s++;
		else if (*s == '\t')
			*to++ = ' ', s++;
		else if (*s == '\r')
			*to++ = '\n', s += s[1] == '\n' ? 2 : 1;
		else
			to += sprintf(to, "<U+%04X>", code), s += n;
	}
	return text;
}

static size_t
columns(const char *s, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++)
		n += (s[i] & 0xc0) != 0x80;
	return n;
}

void
ct_letter_add(struct ct_text *t, const char *s)
{
	ct_text_add(t, s, strlen(s));
}

/* A line of text behind this lead, as many as it takes; a word that is too long
 * for one has one to itself. */
static void
wrap(struct ct_text *t, const char *lead, const char *s)
{
	size_t room = WIDTH - columns(lead, strlen(lead)), n, next;

	do {
		s += strspn(s, " ");
		n = strcspn(s, " ");
		for (next = n; s[next]; n = next) {
			next += strspn(s + next, " ");
			next += strcspn(s + next, " ");
			if (s[next - 1] == ' ' || columns(s, next) > room)
				break;
		}
		ct_letter_add(t, lead);
		ct_text_add(t, s, n);
		ct_letter_add(t, "\n");
		s += n;
	} while (s[strspn(s, " ")]);
}

void
ct_letter_text(struct ct_text *t, const char *lead, const char *text)
{
	char *seen = visible(text), *s = seen, *next;

	for (; s; s = next) {
		if ((next = strchr(s, '\n')))
			*next++ = '\0';
		wrap(t, lead, s);
	}
	free(seen);
}

void
ct_letter_line(
    struct ct_text *t, int depth, const char *label, const char *value)
{
	char *seen = visible(value);
	char *one = ct_printf("%*s%s: %s", 2 * depth, "", label, seen), *lead;

	if (!strchr(seen, '\n') && columns(one, strlen(one)) <= WIDTH) {
		ct_letter_add(t, one);
		ct_letter_add(t, "\n");
	} else {
		lead = ct_printf("%*s%s:\n", 2 * depth, "", label);
		ct_letter_add(t, lead);
		free(lead);
		lead = ct_printf("%*s| ", 2 * depth + 2, "");
		ct_letter_text(t, lead, value);
		free(lead);
	}
	free(one);
	free(seen);
}
