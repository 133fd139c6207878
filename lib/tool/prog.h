/*
 * prog.h - what every command needs: its name, messages, memory, state
 *
 * These are for commands and for the parts under lib/tool; nothing in
 * lib/core prints or exits.
 */
#ifndef CT_PROG_H
#define CT_PROG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "err.h"

extern const char *ct_prog; /* set by ct_start */

/*
 * First thing in main: the program's name, umask 077, descriptors 0 to 2 open,
 * so that no state file ever gets one of them; one that was closed stays
 * unusable, so that what is written to it is an error and not lost.  Children
 * can be waited for, even where the program's own parent ignored that.
 */
void ct_start(const char *name);

/*
 * For commands with state: ignore SIGPIPE; on SIGINT or SIGTERM set ct_stop,
 * which is looked at between records and between steps, so that the one in
 * hand is finished.  A second signal kills.  Threads may look at it, and set
 * it.
 */
void ct_stop_gently(void);
extern atomic_int ct_stop;

/*
 * Keep this line at the foot of the terminal that is standard error, cut to
 * its width; NULL takes it away.  Messages go above it.
 */
void ct_status(const char *line);

/* Print "PROGRAM: message" to standard error.  ct_die then exits with code. */
void ct_warn(const char *fmt, ...) CT_PRINTF(1, 2);
_Noreturn void ct_die(int code, const char *fmt, ...) CT_PRINTF(2, 3);
_Noreturn void ct_die_err(const struct ct_err *err);

/*
 * Memory for n objects of the given size: zeroed, or *p grown (old content
 * kept, new part not zeroed).  Never NULL: on failure or overflow they exit
 * with CT_OSERR, the only library functions that exit.  Release with free().
 */
void *ct_alloc(size_t n, size_t size);
void *ct_grow(void *p, size_t n, size_t size);
char *ct_strdup(const char *s);
char *ct_printf(const char *fmt, ...) CT_PRINTF(1, 2);

/* The number that option opt was given, lo to hi; else exits with CT_USAGE. */
long ct_number(const char *opt, const char *arg, long lo, long hi);

/*
 * The same for a size in bytes, which may end in K, M or G (powers of 1024);
 * and for seconds, of which fractions to the thousandth count: returns
 * milliseconds, and lo and hi are such.
 */
long ct_size(const char *opt, const char *arg, long lo, long hi);
long ct_seconds(const char *opt, const char *arg, long lo, long hi);

/* An age in s, m, h or d (seconds, if no letter is there): milliseconds. */
long ct_age(const char *opt, const char *arg);

/* CPUs that this process may use. */
int ct_cpus(void);

/* The state directory: dir if not NULL, else $CT_HOME, else /var/lib/ct. */
const char *ct_home(const char *dir);

/*
 * The path of another program of ours: beside this one, as in the build tree,
 * else in ../libexec/ct from here, else in LIBEXECDIR.  Never looked up in
 * PATH.  Release with free().
 */
char *ct_sibling(const char *name);

/*
 * The path of a file or directory that ships with the programs: in lib/ beside
 * this one, as in the build tree, else in ../share/ct from here, else in
 * DATADIR.  Release with free().
 */
char *ct_shipped(const char *name);

/* -h: print text to standard output; returns 0.  A wrong option or operand:
 * print its first lines, which begin with "usage: " and seven blanks, to
 * standard error and exit with CT_USAGE. */
int ct_help(const char *text);
_Noreturn void ct_usage(const char *text);

/* Print "NAME VERSION" and the lines of more (may be NULL); returns 0. */
int ct_version(const char *more);

#endif
