/*
 * clock.h - time: RFC 3339 in UTC outside, milliseconds inside
 *
 * Wall time goes into records only; every deadline uses ct_mono.
 * CT_CLOCK=2026-11-22T10:00:00Z in the environment pins ct_now, for tests.
 */
#ifndef CT_CLOCK_H
#define CT_CLOCK_H

#include <stdint.h>

#define CT_TIME_LEN 32 /* bytes that hold any time as text */

int64_t ct_now(void);  /* milliseconds since 1970-01-01T00:00:00Z */
int64_t ct_mono(void); /* milliseconds since some moment; never goes back */

/* Write 2026-11-22T10:00:00Z; milliseconds only if there are any. */
const char *ct_time(int64_t ms, char text[CT_TIME_LEN]);

/* The time now as text, to the second. */
const char *ct_time_now(char text[CT_TIME_LEN]);

/*
 * Parse YYYY-MM-DDThh:mm:ss[.f](Z|+hh:mm|-hh:mm), years 1970 to 9999; a time
 * without a zone is refused.  Returns 0 or -1.
 */
int ct_time_parse(const char *text, int64_t *ms);

/* The time that option --name was given, or a day, which is its beginning; else
 * exits with CT_USAGE. */
int64_t ct_time_option(const char *name, const char *text);

#endif
