/* Lines of a letter: 72 columns, nothing lost, nobody writes another's line. */
#include "report_impl.h"

#include <stdlib.h>
#include <string.h>

#include "../tap.h"

static struct ct_text text;

static const char *
line(int depth, const char *label, const char *value)
{
	ct_text_free(&text);
	ct_letter_line(&text, depth, label, value);
	ct_text_add(&text, "", 1);
	return text.s;
}

static const char *
lines(const char *lead, const char *value)
{
	ct_text_free(&text);
	ct_letter_text(&text, lead, value);
	ct_text_add(&text, "", 1);
	return text.s;
}

static bool
is(const char *got, const char *want)
{
	if (strcmp(got, want) == 0)
		return true;
	printf("# got  %s# want %s", got, want);
	return false;
}

static size_t
chars(const char *s, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++)
		n += (s[i] & 0xc0) != 0x80;
	return n;
}

/* Every line is the label's, or behind a bar; 72 columns unless one word. */
static bool
right(const char *got)
{
	const char *s = got, *end, *word;

	for (; *s; s = end + 1) {
		if (!(end = strchr(s, '\n')))
			return false;
		if (s == got ? strncmp(s, "  Label:", 8) != 0
			     : strncmp(s, "    | ", 6) != 0)
			return false;
		word = s == got ? s + 8 : s + 6;
		if (chars(s, (size_t)(end - s)) > 72 &&
		    memchr(word, ' ', (size_t)(end - word)))
			return false;
		for (; s < end; s++)
			if ((unsigned char)*s < ' ' || *s == 0x7f)
				return false;
	}
	return true;
}

/* The words of both, one after another, are the same. */
static bool
same_words(const char *a, const char *got)
{
	const char *b = got + strlen("  Label:");

	for (;;) {
		while (*a && strchr(" \n\t", *a))
			a++;
		while (*b && strchr(" \n", *b))
			b++;
		/* the bar is ours where it begins a line */
		if (*b == '|' && b[1] == ' ' && b[-1] == ' ' && b[-5] == '\n') {
			b++;
			continue;
		}
		if (*a != *b)
			return false;
		if (!*a)
			return true;
		a++, b++;
	}
}

static void
random_values(void)
{
	static const char *const pieces[] = { "a", "word", " ", "  ", "\n",
		"\t", "\xc3\xa9", "\xe2\x82\xac", "1. What", "Label: x",
		("0123456789012345678901234567890123456789012345678901234567890"
		 "12345678901234567890") };
	char value[4096];
	size_t i, n, bad = 0;
	const char *got;

	srand(7);
	for (i = 0; i < 20000; i++) {
		value[0] = '\0';
		for (n = (size_t)(rand() % 40); n > 0; n--)
			(void)strcat(value,
			    pieces[rand() %
				(int)(sizeof pieces / sizeof *pieces)]);
		got = line(1, "Label", value);
		bad += !right(got) || !same_words(value, got);
	}
	ok(bad == 0, "20000 values: every line in its place, every word there");
}

static void
unseen(void)
{
	static const struct {
		const char *text;
		size_t len;
	} cases[] = { { "a", 0 }, { "\xc3\xa9", 0 }, { "\x1b[", 1 },
		{ "\x7f", 1 }, { "\xc2\x9b", 2 }, { "\xc2\xa0", 0 },
		{ "\xe2\x80\xae", 3 }, { "\xe2\x80\xa8", 3 },
		{ "\xe2\x81\xa6", 3 }, { "\xe2\x80\x8b", 3 },
		{ "\xe2\x82\xac", 0 }, { "\xe2\x80\xa6", 0 }, { "", 0 },
		{ "\xc2", 0 }, { "\xe2", 0 }, { "\xe2\x80", 0 } };
	size_t i, bad = 0;
	unsigned code;

	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		bad += ct_unseen(cases[i].text, &code) != cases[i].len;
	ok(bad == 0, "what cannot be seen, and what can");
	(void)ct_unseen("\xe2\x81\xa9", &code);
	ok(code == 0x2069, "  by its number");
}

int
main(void)
{
	ok(is(line(1, "Name", "a.jpg"), "  Name: a.jpg\n"), "one line");
	ok(is(line(0, "Name", "a\nb"), "Name:\n  | a\n  | b\n"), "two");
	ok(is(line(0, "Name", "a\r\nb\rc"), "Name:\n  | a\n  | b\n  | c\n"),
	    "  however they end");
	ok(is(line(0, "N", "\x1b[2J\xe2\x80\xae"), "N: <U+001B>[2J<U+202E>\n"),
	    "a terminal obeys none of it");
	ok(is(lines("", ""), "\n"), "an empty text");
	ok(is(lines("  ", "a\n\nb\n"), "  a\n  \n  b\n  \n"), "empty lines");
	ok(is(lines("", "  a   b  "), "a   b\n"), "blanks around it go");
	random_values();
	unseen();
	ct_text_free(&text);
	done();
}
