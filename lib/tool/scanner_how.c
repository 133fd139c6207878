/* scanner_how.c - the options of a scanner */
#include <string.h>

#include "prog.h"
#include "scanner.h"

const char *const ct_scanner_why[CT_SCANNER_WHYS] = { "other", "hash",
	"partial", "corrupt", "unsupported", "too-large", "too-many-pixels",
	"too-many-scans", "too-many-frames", "out-of-memory", "timeout",
	"decoder-crash", "sandbox-violation" };

void
ct_scanner_defaults(struct ct_scanner_how *how)
{
	int i;

	*how = (struct ct_scanner_how){ .jobs = ct_cpus(),
		.timeout = 60000,
		.max_bytes = (size_t)64 << 20,
		.max_memory = (size_t)1 << 30 };
	for (i = 0; i < CT_SCANNER_WHYS; i++)
		how->undecided[i] = CT_ANSWER_FOUND;
}

/* "ANSWER" or "WHY=ANSWER" */
static void
undecided(struct ct_scanner_how *how, const char *text)
{
	static const char *const answers[] = { "ok", "found", "error" };
	const char *eq = strchr(text, '='), *word = eq ? eq + 1 : text;
	size_t len = eq ? (size_t)(eq - text) : 0;
	int a, i, n = 0;

	for (a = 0; a < 3 && strcmp(word, answers[a]) != 0; a++)
		;
	for (i = 0; a < 3 && i < CT_SCANNER_WHYS; i++)
		if (!eq ||
		    (strlen(ct_scanner_why[i]) == len &&
			memcmp(ct_scanner_why[i], text, len) == 0)) {
			how->undecided[i] = (enum ct_answer)a;
			n++;
		}
	if (n == 0)
		ct_die(CT_USAGE, "--undecided: want [WHY=]ok, found or error");
}

bool
ct_scanner_option(struct ct_scanner_how *how, int c, const char *arg)
{
	if (c == 'c')
		how->conf = arg;
	else if (c == 'd')
		how->dir = arg;
	else if (c == 'j')
		how->jobs = (int)ct_number("-j", arg, 1, 256);
	else if (c == 'l')
		how->list = arg;
	else if (c == 't') {
		(void)ct_number("-t", arg, 0, 256);
		how->bits = arg;
	} else if (c == CT_SCANNER_AGE)
		how->max_age = ct_age("--max-age", arg);
	else if (c == CT_SCANNER_BYTES)
		how->max_bytes =
		    (size_t)ct_size("--max-bytes", arg, 1, 1L << 30);
	else if (c == CT_SCANNER_SPOOL)
		how->spool = arg;
	else if (c == CT_SCANNER_SPOOL_ALL)
		how->spool_all = true;
	else if (c == CT_SCANNER_TIMEOUT)
		how->timeout = ct_seconds("--timeout", arg, 1, 3600000);
	else if (c == CT_SCANNER_UNDECIDED)
		undecided(how, arg);
	else
		return false;
	return true;
}
