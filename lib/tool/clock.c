#include "clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "prog.h"

int64_t
ct_now(void)
{
	const char *pin = getenv("CT_CLOCK");
	struct timespec t;
	int64_t ms;

	if (pin && ct_time_parse(pin, &ms) == 0)
		return ms;
	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
ct_mono(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

const char *
ct_time(int64_t ms, char text[CT_TIME_LEN])
{
	time_t s = (time_t)(ms / 1000);
	struct tm tm = { 0 };
	size_t n;

	(void)gmtime_r(&s, &tm);
	n = strftime(text, CT_TIME_LEN, "%Y-%m-%dT%H:%M:%S", &tm);
	if (ms % 1000)
		(void)snprintf(
		    text + n, CT_TIME_LEN - n, ".%03dZ", (int)(ms % 1000));
	else
		(void)snprintf(text + n, CT_TIME_LEN - n, "Z");
	return text;
}

const char *
ct_time_now(char text[CT_TIME_LEN])
{
	return ct_time(ct_now() / 1000 * 1000, text);
}

/* n digits at *p as a number from lo to hi, or -1; *p moves past them. */
static int
digits(const char **p, int n, int lo, int hi)
{
	int v = 0;

	for (; n > 0; n--, (*p)++) {
		if (**p < '0' || **p > '9')
			return -1;
		v = 10 * v + (**p - '0');
	}
	return v < lo || v > hi ? -1 : v;
}

static int
one(const char **p, char c)
{
	return *(*p)++ == c ? 0 : -1;
}

/* Z or +hh:mm, in minutes east of UTC; nothing may follow. */
static int
zone(const char *p, int *minutes)
{
	int h, m, sign = *p == '-' ? -1 : 1;

	*minutes = 0;
	if (strcmp(p, "Z") == 0)
		return 0;
	if (*p != '+' && *p != '-')
		return -1;
	p++;
	if ((h = digits(&p, 2, 0, 23)) < 0 || one(&p, ':') < 0 ||
	    (m = digits(&p, 2, 0, 59)) < 0 || *p)
		return -1;
	*minutes = sign * (60 * h + m);
	return 0;
}

int
ct_time_parse(const char *text, int64_t *ms)
{
	struct tm tm = { 0 };
	const char *p = text;
	int frac = 0, scale = 100, east, day;
	time_t s;

	if ((tm.tm_year = digits(&p, 4, 1970, 9999)) < 0 || one(&p, '-') < 0 ||
	    (tm.tm_mon = digits(&p, 2, 1, 12)) < 0 || one(&p, '-') < 0 ||
	    (tm.tm_mday = digits(&p, 2, 1, 31)) < 0 || one(&p, 'T') < 0 ||
	    (tm.tm_hour = digits(&p, 2, 0, 23)) < 0 || one(&p, ':') < 0 ||
	    (tm.tm_min = digits(&p, 2, 0, 59)) < 0 || one(&p, ':') < 0 ||
	    (tm.tm_sec = digits(&p, 2, 0, 59)) < 0)
		return -1;
	if (*p == '.') {
		if (*++p < '0' || *p > '9')
			return -1;
		for (; *p >= '0' && *p <= '9'; p++, scale /= 10)
			frac += scale * (*p - '0');
	}
	if (zone(p, &east) < 0)
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	day = tm.tm_mday;
	s = timegm(&tm);
	/* the 31st of a shorter month comes back as another day */
	if (tm.tm_mday != day)
		return -1;
	*ms = ((int64_t)s - 60 * (int64_t)east) * 1000 + frac;
	return 0;
}

int64_t
ct_time_option(const char *name, const char *text)
{
	char *whole = ct_printf("%sT00:00:00Z", text);
	int64_t ms = 0;

	if (ct_time_parse(text, &ms) < 0 && ct_time_parse(whole, &ms) < 0)
		ct_die(CT_USAGE, "--%s: no time as 2026-11-28T12:00:00Z", name);
	free(whole);
	return ms;
}
