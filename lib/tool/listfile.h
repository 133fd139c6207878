/* listfile.h - a hash list in a file, in any form that the field uses */
#ifndef CT_LISTFILE_H
#define CT_LISTFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "entry.h"
#include "err.h"

/*
 * Called for every signal of a file: e has one signal, or none and then it
 * is withdrawn.  Returns 0 or a code that ends the reading.
 */
typedef int ct_listfile_fn(
    void *arg, const struct ct_entry *e, struct ct_err *err);
/* Called for a line that is refused: why is a fixed text. */
typedef int ct_listfile_bad_fn(
    void *arg, size_t line, const char *why, struct ct_err *err);

struct ct_listfile {
	const char *type; /* of lines that do not say; NULL: none */
	/* "words", "csv", "hashdeep", "vics", "url"; NULL: what it looks like
	 */
	const char *form;
	const char *map; /* of csv: COLUMN: WORD, ...; or NULL */
	/* Classifications, separated by commas, that make a hash positive or
	 * negative, where a row has one; any other is a seed.  NULL: none. */
	const char *positive, *negative;
	/* A hash of type vpdq or tmk may be the path of its file, from where
	 * the list is: for lists of one's own only. */
	bool files;
	/* It may be the digest of one, too, which is elsewhere. */
	bool digests;
	/* that the record at hand is of, by what it says, or NULL; borrowed,
	 * set by the reading */
	const char *source;
	bool allow; /* all that is listed is harmless: it is an allow list */
	ct_listfile_fn *each;
	ct_listfile_bad_fn *bad;
	void *arg;
	bool strict;      /* refuse records of types that we do not know */
	size_t unknown;   /* hashes of such types that were given, counted */
	size_t unsaid;    /* lines that may be of two types, refused, counted */
	size_t lines;     /* that held something, counted */
	const char *name; /* of the file; set by the reading, as is: */
	const char
	    *path; /* of the file, if it has one; set by ct_listfile_read,
		      before ct_listfile_read_fd by you */
	const char *unit; /* "line" or "object": what bad is told numbers of */
};

/* Is it a form, or a map?  CT_CONFIG. */
int ct_listfile_form(const char *form, struct ct_err *err);
int ct_listfile_map(const char *map, struct ct_err *err);

/* Lines as ct-syncdb(1) has them.  CT_NOINPUT, CT_IOERR, or what was
 * returned. */
int ct_listfile_read(
    struct ct_listfile *f, const char *path, struct ct_err *err);
/* The same of a descriptor, which may be a pipe. */
int ct_listfile_read_fd(
    struct ct_listfile *f, int fd, const char *name, struct ct_err *err);

#endif
