/* listfile_impl.h - what the files of listfile share; for no one else */
#ifndef CT_LISTFILE_IMPL_H
#define CT_LISTFILE_IMPL_H

#include "listfile.h"
#include "rec.h"

#define LISTFILE_HASHES 16 /* in one row */

/* What a row or an object of a file tells: one entry, of several hashes.  Texts
 * are NULL or "" where nothing is told. */
struct listfile_row {
	size_t line;
	const char *member, *entry, *content, *classification, *at, *opinion;
	struct {
		const char *type, *hash;
	} hash[LISTFILE_HASHES];
	size_t n;
};

/* Give its hashes, each by itself under one name; what is malformed is refused
 * and the others given. */
int listfile_row(
    struct ct_listfile *f, const struct listfile_row *row, struct ct_err *err);

/* A hash of the row; what is empty, or one too many, is not taken. */
void listfile_hash(
    struct listfile_row *row, const char *type, const char *hash);

/* An error of the file: its name before it.  Errors of each and bad have what
 * they need. */
int listfile_named(
    const struct ct_listfile *f, int code, const char *why, struct ct_err *err);

/* Is text one of the words, which commas separate, in either case? */
bool listfile_word(const char *words, const char *text);

/* The rest of the file is of this form; of csv, its first line was this. */
int listfile_csv(
    struct ct_listfile *f, struct ct_in *in, char *head, struct ct_err *err);
int listfile_hashdeep(
    struct ct_listfile *f, struct ct_in *in, struct ct_err *err);
int listfile_vics(struct ct_listfile *f, struct ct_in *in, struct ct_err *err);

/* Is this the first line of such a file? */
bool listfile_is_csv(const char *line);

#endif
