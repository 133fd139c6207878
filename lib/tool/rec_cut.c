/* rec_cut.c - a member out of the text of a record: ct_rec_cut of rec.h */
#include <string.h>

#include "rec.h"

/* Behind the string whose opening quote is at i. */
static size_t
string(const char *line, size_t i)
{
	for (i++; line[i] != '"'; i++)
		if (line[i] == '\\')
			i++;
	return i + 1;
}

/* The comma or brace behind the value that begins at i, or before it. */
static size_t
value(const char *line, size_t i)
{
	int depth = 0;

	for (;;) {
		if (line[i] == '"') {
			i = string(line, i);
			continue;
		}
		if (depth == 0 && (line[i] == ',' || line[i] == '}'))
			return i;
		if (line[i] == '{' || line[i] == '[')
			depth++;
		if (line[i] == '}' || line[i] == ']')
			depth--;
		i++;
	}
}

int
ct_rec_cut(char *line, size_t *len, const char *name)
{
	size_t n = strlen(name), from, key, to;

	from = strcspn(line, "{");
	do { /* from: the brace or comma before a member */
		key = from + strcspn(line + from, "\"");
		to = string(line, key);
		if (to - key == n + 2 && memcmp(line + key + 1, name, n) == 0) {
			to = value(line, to);
			if (line[from] == '{') { /* keep the brace */
				from++;
				to += line[to] == ',';
			}
			memmove(line + from, line + to, *len - to + 1);
			*len -= to - from;
			return 0;
		}
		from = value(line, to);
	} while (line[from] == ',');
	return -1;
}
