/*
 * keyfile.h - keys as files of one line, and memory for secrets
 *
 * A line is words with a blank between: what it is and its version, then
 * words of text, then bytes in hex, at last a check of all before it, which is
 * there to find typing mistakes and damage and nothing else.
 */
#ifndef CT_KEYFILE_H
#define CT_KEYFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define CT_KEYFILE_TEXT 64 /* bytes of the words of text, and a NUL */
#define CT_KEYFILE_RAW 128 /* bytes of all words in hex */

struct ct_keyfile_kind {
	const char *begin; /* "ct-vault-share 1 " */
	size_t words;      /* of text after that */
	uint8_t raw[4];    /* then words in hex, of so many bytes; ended by 0 */
};

struct ct_keyfile {
	const struct ct_keyfile_kind *kind;
	char text[CT_KEYFILE_TEXT]; /* begin and words, a blank after each */
	uint8_t raw[CT_KEYFILE_RAW];
};

/*
 * Read a file of one of these kinds, ended by NULL, which messages call "no "
 * what; a secret's must be ours and closed to others (ct_file_secret_open), and
 * no part of it is in memory but in *k.  CT_NOINPUT, CT_IOERR, CT_NOPERM,
 * CT_CONFIG if it is no such file or is damaged.
 */
int ct_keyfile_read(struct ct_keyfile *k,
    const struct ct_keyfile_kind *const kind[], bool secret, const char *path,
    const char *what, struct ct_err *err);

/* Make the new file NAMEsuffix of it: mode 0600 if it is secret, else 0644.
 * CT_CANTCREAT, also if there is one; CT_IOERR. */
int ct_keyfile_write(const struct ct_keyfile *k, bool secret, const char *name,
    const char *suffix, struct ct_err *err);

/* Is NAMEsuffix not there yet?  0 or CT_CANTCREAT. */
int ct_keyfile_absent(const char *name, const char *suffix, struct ct_err *err);

/* Make NAME.key of secret and then NAME.pub of public: both or none. */
int ct_keyfile_pair(const struct ct_keyfile *secret,
    const struct ct_keyfile *public, const char *name, struct ct_err *err);

/*
 * Zeroed memory for secrets: never swapped, out of core dumps, wiped by
 * ct_locked_free (NULL: nothing).  NULL with CT_OSERR, or CT_NOPERM if memory
 * cannot be locked.
 */
void *ct_locked(size_t len, struct ct_err *err);
void ct_locked_free(void *p);

#endif
