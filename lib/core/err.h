/*
 * err.h - status codes and error values
 *
 * A library function that can fail returns 0 or one of the codes below and
 * writes one sentence into *err, its last parameter, so the code that knows
 * the reason words it and the command that knows the context prints it, once.
 * The codes are those of sysexits(3); a command returns the highest it met as
 * its exit status: see ct-exit(7).
 *
 * A sentence is lower case without full stop, says what failed first and
 * quotes its subject; it never holds content of a record, of a picture's
 * metadata, of a hash list or of a server's answer.
 */
#ifndef CT_ERR_H
#define CT_ERR_H

#include <stddef.h>

enum {
	CT_OK = 0,
	CT_NO = 1,       /* the answer is no; nothing went wrong */
	CT_USAGE = 64,   /* bad option or operand */
	CT_DATAERR = 65, /* bad input; the same input will fail again */
	CT_NOINPUT = 66, /* an input file cannot be opened */
	CT_UNAVAILABLE =
	    69,            /* a program, service or kernel feature is missing */
	CT_SOFTWARE = 70,  /* a bug of ours */
	CT_OSERR = 71,     /* out of memory, processes, descriptors */
	CT_CANTCREAT = 73, /* an output file cannot be created */
	CT_IOERR = 74,     /* read, write or fsync failed */
	CT_TEMPFAIL = 75,  /* nothing is lost; run it again later */
	CT_PROTOCOL = 76,  /* the other side broke its protocol; look at it */
	CT_NOPERM = 77,    /* refused: credentials, key mode, hold, guard */
	CT_CONFIG = 78     /* bad configuration file */
};

struct ct_err {
	int code;      /* one of the above; CT_OK if unset */
	char msg[256]; /* no full stop, no newline, no program name */
};

#define CT_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))

/* Set *err; both return code.  The _errno form appends strerror(errno). */
int ct_fail(struct ct_err *err, int code, const char *fmt, ...) CT_PRINTF(3, 4);
int ct_fail_errno(struct ct_err *err, int code, const char *fmt, ...)
    CT_PRINTF(3, 4);

/* clang's analyzer reads one file at a time: tell it that both never give 0 */
#ifdef __clang_analyzer__
#define ct_fail(err, c, ...) \
	((ct_fail)((err), (c), __VA_ARGS__), (err)->code = (c))
#define ct_fail_errno(err, c, ...) \
	((ct_fail_errno)((err), (c), __VA_ARGS__), (err)->code = (c))
#endif

#endif
