/*
 * rest.h - hashes at rest: encrypted with a key of the credentials (libsodium)
 *
 * [lists] of the configuration names a key.  With it, what is kept of hashes is
 * encrypted: each hash in a list, so that the same gives the same bytes and can
 * still be looked for, and the index as a whole.  old_key is what things may be
 * encrypted with from before.  Both are read when they are needed first, into
 * locked memory, and stay there.
 *
 * A key that is missing or another is CT_NOPERM; then nothing was written.
 */
#ifndef CT_REST_H
#define CT_REST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "set.h"

/* The configuration that names the keys, as ct_conf_load takes it; borrowed.
 * To be said before anything else. */
void ct_rest_from(const char *conf);

/* ---- keys ------------------------------------------------------------------
 */

struct ct_rest_key; /* borrowed, till the process ends */

#define CT_REST_ID 17 /* a key's name as text, which does not tell it */

/* What is written with; *key is NULL if that is in the clear. */
int ct_rest_key(const struct ct_rest_key **key, struct ct_err *err);
/* old_key, or NULL. */
int ct_rest_old_key(const struct ct_rest_key **key, struct ct_err *err);
/* The one of this name.  what: that which is encrypted, for messages. */
int ct_rest_key_named(const char *id, const char *what,
    const struct ct_rest_key **key, struct ct_err *err);
const char *ct_rest_key_id(const struct ct_rest_key *key);

/* Make the new file NAME.key, mode 0600.  CT_CANTCREAT, also if there is one.
 */
int ct_rest_keygen(const char *name, struct ct_err *err);

/* ---- hashes ----------------------------------------------------------------
 */

struct ct_rest_list; /* the keys of one list */

#define CT_REST_MORE 16 /* bytes by which an encrypted hash is longer */

/* CT_OSERR, CT_NOPERM.  Release with ct_rest_list_free. */
int ct_rest_list(struct ct_rest_list **list, const struct ct_rest_key *key,
    const char *name, struct ct_err *err);
void ct_rest_list_free(struct ct_rest_list *list);

/* len bytes into len + CT_REST_MORE; another type gives other bytes. */
void ct_rest_hash(const struct ct_rest_list *list, const char *type,
    const uint8_t *hash, size_t len, uint8_t *out);
/* And back, len bytes being the longer ones: 0, or -1: it was not made so. */
int ct_rest_unhash(const struct ct_rest_list *list, const char *type,
    const uint8_t *in, size_t len, uint8_t *hash);

/* ---- files -----------------------------------------------------------------
 */

#define CT_REST_MAGIC "ct-known-sealed" /* the first bytes of such a file */

/* Is it one?  id: the name of its key; may be NULL. */
bool ct_rest_sealed(const char *path, char id[CT_REST_ID]);

/* One that is written in order to fd; head is a text that can be read without
 * the rest.  put takes as many bytes as there are; end has to follow, and
 * releases it, whole or not.  Both -1 with errno. */
struct ct_rest_out;
int ct_rest_out(struct ct_rest_out **out, const struct ct_rest_key *key, int fd,
    const char *head, size_t len, struct ct_err *err);
int ct_rest_out_put(void *out, const void *bytes, size_t len);
int ct_rest_out_end(struct ct_rest_out *out, bool whole);

/* The head, len bytes and a NUL; release with free.  CT_NOINPUT, CT_DATAERR. */
int ct_rest_head(
    const char *path, char **head, size_t *len, struct ct_err *err);
/* Is all of it as it was written? */
int ct_rest_check(const char *path, struct ct_err *err);
/*
 * The bytes, in a mapping of their own, which no core dump has; with lock it is
 * never swapped either: CT_OSERR says what limit it takes.  Release with
 * munmap.
 */
int ct_rest_map(
    const char *path, bool lock, void **map, size_t *len, struct ct_err *err);

/* ---- an index ---------------------------------------------------------------
 */

/* As ct_set_open, encrypted or not; a decrypted one is in memory that is
 * locked, if that is wanted. */
int ct_rest_set_open(
    struct ct_set **set, const char *path, bool lock, struct ct_err *err);

/* Write what was built, or if that is NULL the set again, to fd as the key
 * says.  CT_IOERR with errno. */
int ct_rest_set_write(const struct ct_build *b, const struct ct_set *set,
    const struct ct_set_head *head, int fd, struct ct_err *err);

/* What an index is of, without its hashes: in little memory, and in little
 * time also if it is encrypted. */
struct ct_rest_peek {
	struct ct_set_head head;
	uint64_t content;
	size_t nnotes, ngroups, bytes;
	char **group;        /* their texts */
	char id[CT_REST_ID]; /* of its key; "": it is in the clear */
};

/* verify: look at all of it if it has no more bytes. */
int ct_rest_peek(struct ct_rest_peek *peek, const char *path, size_t verify,
    struct ct_err *err);
void ct_rest_peek_free(struct ct_rest_peek *peek);

#endif
