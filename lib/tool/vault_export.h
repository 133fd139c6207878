/* vault_export.h - evidence handed on, for vault_*.c only */
#ifndef CT_VAULT_EXPORT_H
#define CT_VAULT_EXPORT_H

#include "clock.h"
#include "rec.h"
#include "vault_dir.h"

#define VAULT_EXPORT "export.json" /* what an export is known by */
#define VAULT_EXPORT_VERSION 1

/* One object of an export. */
struct vault_item {
	const char *id;           /* in the vault; borrowed from the request */
	json_t *row;              /* what the index says of it */
	json_t *about;            /* what was sealed with it */
	char to[CT_VAULT_ID + 1]; /* sealed to the recipient */
};

/* A directory that is there complete or not at all. */
struct vault_newdir {
	char *path, *tmp; /* tmp: where it is filled */
};
/* CT_CANTCREAT, also if there is something at path. */
int vault_newdir_open(
    struct vault_newdir *d, const char *path, struct ct_err *err);
/* A new file in it: its descriptor, or -1. */
int vault_newdir_file(const struct vault_newdir *d, const char *name,
    mode_t mode, struct ct_err *err);
/* Close that, synced; rc: what has become of it so far, returned if it is not
 * 0. */
int vault_newdir_close(int fd, int rc, struct ct_err *err);
int vault_newdir_commit(struct vault_newdir *d, struct ct_err *err);
void vault_newdir_abort(struct vault_newdir *d); /* d zeroed: nothing */

struct vault_exporting {
	struct ct_vault *vault;
	const struct ct_vault_exported *how;
	const json_t *request;
	json_t *approval; /* of it, as the log gets it */
	const char *id;   /* of the request */
	char at[CT_TIME_LEN];
	struct vault_item *item;
	size_t n;
	struct vault_newdir dir;
};

/* Seal this object anew into the directory; what is in it is on no disk. */
int vault_export_item(
    struct vault_exporting *e, struct vault_item *item, struct ct_err *err);

/* A text of ours, sealed as the objects are; id gets its name. */
int vault_export_text(struct vault_exporting *e, const char *kind,
    const struct ct_text *text, char id[CT_VAULT_ID + 1], struct ct_err *err);

/*
 * What goes with the objects: their list, custody, the request with who
 * approved it, and with which key; then export.json, of which sum is the
 * digest.  The log says that it is exported.
 */
int vault_export_about(
    struct vault_exporting *e, char sum[CT_VAULT_ID + 1], struct ct_err *err);

/* A record (taken; NULL: CT_OSERR) to the text, as a line. */
int vault_export_line(struct ct_text *text, json_t *rec, struct ct_err *err);

/*
 * Into text all lines of the log that tell of these objects, of what they took
 * the place of, and of holds and requests that were about them, as they stand
 * there; then a head, where the log ends.  What another authority than this one
 * (NULL: any) asked for is not told, nor what is about other objects: in place
 * of lines that are left out, for one or the other reason, is how many.
 */
int vault_custody(struct ct_vault *v, const struct vault_item *item, size_t n,
    const char *authority, struct ct_text *text, struct ct_err *err);

#endif
