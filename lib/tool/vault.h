/*
 * vault.h - evidence, sealed so that who keeps it cannot look at it
 *
 * An object is one file, encrypted to a public key; its name is the digest of
 * its bytes.  ct-vault(5) describes objects, keys and directory to the byte.
 */
#ifndef CT_VAULT_H
#define CT_VAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf.h"
#include "err.h"
#include "rec.h"
#include "signet.h"

#define CT_VAULT_ID 64         /* hex digits in the name of an object */
#define CT_VAULT_DAYS 400      /* kept this long if nothing else is said */
#define CT_VAULT_DAYS_MIN 365  /* and never less: 18 USC 2258A(h) */
#define CT_VAULT_DAYS_MAX 3650 /* ten years */
#define CT_VAULT_KEYS_MAX 64   /* one a month for more than five years */

/* ---- keys ---------------------------------------------------------------- */

#define CT_VAULT_MONTH 8 /* bytes of "2026-12" and a NUL */

struct ct_vault_pub {
	uint8_t key[32], id[32];    /* id: BLAKE2b-256 of key */
	char month[CT_VAULT_MONTH]; /* it is for this month; "": for any */
	uint8_t root[32];           /* of a month's: the id of who signed it */
	uint8_t signature[64];
};

/* CT_NOINPUT, or CT_CONFIG if the file is damaged or holds something else.
 * Signature and month are not looked at. */
int ct_vault_pub_read(
    struct ct_vault_pub *pub, const char *path, struct ct_err *err);

/*
 * The key that the section [vault] of a configuration file (NULL: the default
 * one) wants sealed to now: public_key, or with root the one key of this month
 * in the directory keys that root has signed; files there that are none are
 * told of on standard error, and in a month's last week that there is none for
 * the next.  CT_NOPERM: there is none of this month, or it is not so signed;
 * CT_NOINPUT; CT_CONFIG, also if there are two.
 */
int ct_vault_pub_choose(
    struct ct_vault_pub *pub, const char *conf, struct ct_err *err);
/* The key at path, if that section allows it: signed where there is a root, and
 * of this month if it is of one.  CT_NOPERM, CT_NOINPUT, CT_CONFIG. */
int ct_vault_pub_given(struct ct_vault_pub *pub, const char *conf,
    const char *path, struct ct_err *err);
/* Is it of no month, or of the one that is now? */
bool ct_vault_pub_now(const struct ct_vault_pub *pub);

/*
 * A key pair in memory that is locked, kept out of core dumps, and wiped by
 * ct_vault_key_free.  Refused with CT_NOPERM if the file is open to others or
 * the memory cannot be locked; CT_CONFIG as above.
 */
struct ct_vault_key;
int ct_vault_key_read(
    struct ct_vault_key **key, const char *path, struct ct_err *err);
void ct_vault_key_free(struct ct_vault_key *key);

/*
 * The same for n files, of which some may be shares: key[i] is that of file i,
 * the same one for all shares of a key.  CT_NOPERM says how many shares are
 * missing; CT_CONFIG if they do not fit each other.  None is read if not all
 * are.
 */
int ct_vault_keys_read(struct ct_vault_key *key[], const char *const path[],
    size_t n, struct ct_err *err);
void ct_vault_keys_free(struct ct_vault_key *key[], size_t n);

/*
 * Make NAME.key (0600) and then NAME.pub (0644), tried before they are
 * written.  CT_CANTCREAT if either exists.
 */
int ct_vault_keygen(const char *name, struct ct_err *err);

/*
 * The same, with more to say.  Of each month NAME-2026-12.key and so on; with
 * shares NAME.1.share (0600) and so on in place of NAME.key: any need of them
 * make the key.  No file is made if any exists.  CT_USAGE if there are no such
 * months (CT_VAULT_KEYS_MAX in all) or shares (2 <= need <= of <=
 * CT_VAULT_KEYS_MAX).
 */
struct ct_vault_new {
	const char *name;
	const char *month;            /* the first, "2026-12"; NULL: of none */
	size_t months;                /* how many */
	const struct ct_signet *root; /* who signs them */
	size_t need, of;              /* shares; 0: none */
};
int ct_vault_keygen_new(const struct ct_vault_new *new, struct ct_err *err);

/* The month that it is now. */
void ct_vault_month(char month[CT_VAULT_MONTH]);

/* How long the section [vault] of a configuration file (NULL: the default one)
 * wants evidence kept.  CT_CONFIG. */
int ct_vault_conf(const char *file, long *days, struct ct_err *err);

/* ---- what needs two people -----------------------------------------------
 */

/*
 * Do two different officers, each an [officer NAME] of the configuration, say
 * yes in rec.approval to rec.request as it stands, and is its verb this one?
 * 0; CT_NOPERM with the reason, also if any approval does not hold;
 * CT_DATAERR, or CT_NOINPUT, CT_CONFIG of an officer's key.
 */
int ct_vault_approved(const json_t *rec, const struct ct_conf *conf,
    const char *verb, struct ct_err *err);

/*
 * Add the approval of this officer, with their secret key, and log it; vault
 * NULL, on a machine that has none: only add it.  CT_NO if rec has no request;
 * CT_NOPERM if the key is not theirs, they have approved it before, an approval
 * that is there does not hold, or the vault's log has not this very request;
 * else as above.
 */
struct ct_vault;
int ct_vault_approve(struct ct_vault *vault, json_t *rec,
    const struct ct_conf *conf, const char *by, const struct ct_signet *key,
    struct ct_err *err);

/* Does [vault] say preserve = forbidden?  CT_CONFIG. */
int ct_vault_forbidden(const char *file, bool *forbidden, struct ct_err *err);

/* ---- one object ---------------------------------------------------------- */

/* What became of bytes that were sealed. */
struct ct_vault_sealed {
	char id[CT_VAULT_ID + 1]; /* the object */
	char sha256[64 + 1];      /* of the bytes */
	int64_t size, bytes;      /* of the bytes, and of the object */
};

/*
 * Seal all bytes of in to out, from where the descriptors stand; in may be a
 * pipe, and its size unknown.  manifest is sealed with them; the SHA-256 and
 * the size it gives, if any, must be those of the bytes, else CT_DATAERR and
 * what out holds is to be thrown away.
 */
int ct_vault_seal(const struct ct_vault_pub *pub, const json_t *manifest,
    int in, int out, struct ct_vault_sealed *made, struct ct_err *err);

/*
 * Open the object in the descriptor in with whichever of the n keys fits, and
 * write the bytes to out (-1: nowhere), each chunk only when it is known to be
 * as it was sealed.  Returns CT_NOPERM if no key fits, CT_DATAERR if the
 * object, or the SHA-256 or the size of its manifest, is not right, CT_IOERR.
 * With 0, *manifest (may be NULL) is the caller's to release.
 */
int ct_vault_open(struct ct_vault_key *const key[], size_t n, int in, int out,
    json_t **manifest, struct ct_err *err);

/* The name that the bytes of this descriptor, from its start, should have. */
int ct_vault_name(int fd, char id[CT_VAULT_ID + 1], struct ct_err *err);

/* ---- the vault directory --------------------------------------------------
 */

struct ct_vault;

/*
 * The vault below the state directory home, made if it is not there, with its
 * index as the log has it: made again, and said so, if it is lost or damaged.
 * To make objects (seal) it first puts right what killed processes left.
 * CT_TEMPFAIL: another has had the log for half a minute.  CT_DATAERR: the log
 * is damaged, or not the one that the index has seen.  CT_NOPERM: it belongs to
 * another user, or others can write it.
 */
int ct_vault_enter(
    struct ct_vault **vault, const char *home, bool seal, struct ct_err *err);
/*
 * The same for who only looks.  Where the vault cannot be written, or is not
 * this user's, all is read as the log says it, up to its last whole line; what
 * would be logged is not, and that is said on standard error.  CT_NOINPUT:
 * there is no log.
 */
int ct_vault_look(
    struct ct_vault **vault, const char *home, struct ct_err *err);
void ct_vault_leave(struct ct_vault *vault);

/*
 * Seal each file of a report record and set report.files[i].vault; *failed
 * counts those that could not be.  What was sealed before for the same report
 * key keeps its object, unless that is gone or damaged.  vault NULL: none can
 * be, for the reason in why. CT_DATAERR if the record is no valid report; CT_NO
 * if it is no report.
 */
int ct_vault_report(struct ct_vault *vault, const struct ct_vault_pub *pub,
    const char *why, json_t *rec, size_t *failed, struct ct_err *err);

struct ct_vault_anchoring {
	long days;       /* keep evidence so long */
	bool incomplete; /* although a file of it is not there */
	bool clock_ok;   /* somebody vouches for the clock */
};

/*
 * Store the receipt of a report record that is finished (filed, if it is for
 * another authority than NCMEC), and set its member vault.  A production
 * receipt keeps the objects for days and for no less than a calendar year,
 * counted from submission.at or from when the first of them was sealed, by the
 * steady time of the log, whichever is later; what is stored is only ever
 * extended.  CT_NO if it is no such report; CT_DATAERR; CT_NOPERM if the clock
 * cannot be right; CT_TEMPFAIL, with all that can be stored, if a file of the
 * report is not in the vault or not whole.
 */
int ct_vault_anchor(struct ct_vault *vault, json_t *rec,
    const struct ct_vault_anchoring *how, struct ct_err *err);

/* Which objects: every member that is set must fit.  Without staged and
 * destroyed: those that are not destroyed, but object names one in any state.
 */
struct ct_vault_find {
	const char *user, *report, *object, *file, *hold; /* NULL: any */
	bool staged, destroyed; /* only in this state */
	bool due;               /* past its date, and not held */
};

/* One record for each, oldest first: ct-preserve(1). */
int ct_vault_find(struct ct_vault *vault, const struct ct_vault_find *find,
    struct ct_out *out, struct ct_err *err);

/*
 * Check every object, with keys also what is in it, and every receipt, and that
 * the index says what the log says; one record for each object, for each stray
 * file, and for what else is wrong, counted in tally by its state.  A line in
 * the log tells of it.  Returns 0, CT_NO if any is not "ok", or a code.
 */
int ct_vault_verify(struct ct_vault *vault, struct ct_vault_key *const key[],
    size_t n, struct ct_out *out, struct ct_tally *tally, struct ct_err *err);

/*
 * Is object id in the vault below home, and do its bytes have its name?  0;
 * CT_USAGE if id is no name of an object, CT_NOINPUT, CT_DATAERR, CT_IOERR.
 * Nothing is made or locked, and no key is needed.
 */
int ct_vault_whole(const char *home, const char *id, struct ct_err *err);

/*
 * Does the index of the vault below home know each of report.files of rec as
 * it is there: vault.id an object of this sha256, sealed for this report.key in
 * production, tied to the stored receipt submission.report_id, which names the
 * file; and is none of them on hold?  0, CT_NOPERM with *i the first of which
 * it does not, or a code; CT_DATAERR if the index is not what the log says.
 * The log is read for that unless *agreed, which is set then: it does once a
 * run.
 */
int ct_vault_vouches(const char *home, const json_t *rec, bool *agreed,
    size_t *i, struct ct_err *err);

/*
 * Write what is in object id of the vault below home (a name with a slash: in
 * that file) to the new file output (NULL: standard output), with one of the n
 * secret keys in the files key.  The object's name is checked first; of one in
 * the vault, the log then says that it is opened, by whom (may be NULL), if it
 * can be written.  On any failure output is not made, but standard output may
 * have had a part.
 * CT_CANTCREAT if output exists; CT_USAGE if id is no name of an object;
 * CT_NOINPUT; the codes of ct_vault_key_read and ct_vault_open.
 */
int ct_vault_extract(const char *home, const char *id, const char *const key[],
    size_t n, const char *output, const char *by, struct ct_err *err);

/* ---- what waits for a verdict: ct-preserve(1), stage ------------------------
 */

/*
 * Seal the bytes of a file record (in: they are there; -1: where the record
 * says, path and hashes.sha256) until people have decided about it, and set its
 * member vault.  *outcome, for a tally: "staged", now or before; "sealed" or
 * "destroyed", by what came of it before; "failed", also with vault NULL, for
 * the reason in why.  With in, file.size and hashes.sha256 are set as well.
 * CT_NO if there is nothing to stage; CT_DATAERR.
 */
int ct_vault_stage(struct ct_vault *vault, const struct ct_vault_pub *pub,
    const char *why, int in, json_t *rec, const char **outcome,
    struct ct_err *err);

/*
 * Destroy what is staged of a record that a person called not_csam.  *outcome:
 * "destroyed", now or before; "held", it stays; "refused", the clock cannot be
 * right, unless clock_ok; "failed".  CT_NO if nothing ever was staged.
 */
int ct_vault_unstage(struct ct_vault *vault, const char *why, json_t *rec,
    bool clock_ok, const char **outcome, struct ct_err *err);

/* ---- evidence for others: ct-preserve(1), export ----------------------------
 */

struct ct_vault_exported {
	const struct ct_vault_pub *to;
	struct ct_vault_key *const *key;
	size_t nkeys;
	const char *dir, *by; /* dir: is made */
};

/*
 * Seal the objects of an approved request anew to a recipient, into a directory
 * that is there complete or not at all; the record gets the member export.
 * CT_NO if it is no request to export; CT_NOPERM if it is not approved, is not
 * as it was logged, or for another key; CT_CANTCREAT if there is such a
 * directory.  The highest code of any object that cannot be exported; each is
 * told of.
 */
int ct_vault_export(struct ct_vault *vault, const struct ct_conf *conf,
    json_t *rec, const struct ct_vault_exported *how, struct ct_err *err);

/*
 * Open all of the export dir into the new directory to, complete or not at
 * all.  CT_NOPERM if no key fits; CT_DATAERR if anything is damaged or not what
 * the list says, CT_NOINPUT if it is missing; CT_CANTCREAT.
 */
int ct_vault_unpack(const char *dir, struct ct_vault_key *const key[], size_t n,
    const char *to, struct ct_err *err);

/* ---- keys that are needed, and that are not -------------------------------
 */

/*
 * A record for each key that is installed, see ct_vault_pub_choose, or that an
 * object was sealed to: ct-preserve(1).
 */
int ct_vault_keys(struct ct_vault *vault, const char *conf, struct ct_out *out,
    struct ct_err *err);

/*
 * Overwrite and remove a file that holds a secret key or a share of one, with
 * yes; a record says what became of it.  CT_NOPERM if an object needs the key,
 * or one may yet be sealed to it.
 */
int ct_vault_shred(struct ct_vault *vault, const char *conf, const char *path,
    bool yes, struct ct_out *out, struct ct_err *err);

/*
 * What is held gets another key, in three steps: a record with the header of
 * each object that is held (by this hold; or of this object, held or not);
 * where a secret key is that opens it, its own key sealed anew, into
 * rec.wrap; and that into the vault.  CT_NO if rec is no such record;
 * CT_DATAERR; CT_NOPERM if none of the keys fits; CT_NOINPUT if an object is
 * not there.
 */
int ct_vault_rewrap_ask(struct ct_vault *vault, const char *hold,
    const char *object, struct ct_out *out, struct ct_err *err);
int ct_vault_rewrap(struct ct_vault_key *const key[], size_t n,
    const struct ct_vault_pub *to, json_t *rec, struct ct_err *err);
int ct_vault_rewrap_take(
    struct ct_vault *vault, const json_t *rec, struct ct_err *err);

/* ---- what is held, and what ends: ct-preserve(1), DESTRUCTION --------------
 */

/* Objects by what they are of; what is NULL does not count. */
struct ct_vault_of {
	const char *user, *report, *object, *file;
};

/* A hold to be made; borrowed. */
struct ct_vault_hold {
	const char *kind, *authority, *ref, *by;
	int64_t until; /* ms since 1970; 0: the law's 90 days for 2703f, else no
			  end */
	const char *user, *report, *object; /* one of the three */
};

/*
 * Add a hold, and release it; *rec is the hold as a record, the caller's.  It
 * holds whatever is of this user or report, also what comes later.  What was
 * released stays as it is, by whomever.  CT_NOINPUT if there is no such object,
 * report or hold; CT_USAGE if several reports have this number; release:
 * CT_NOPERM if the clock cannot be right, unless clock_ok.
 */
int ct_vault_hold_add(struct ct_vault *vault, const struct ct_vault_hold *hold,
    json_t **rec, struct ct_err *err);
int ct_vault_hold_release(struct ct_vault *vault, const char *hold,
    const char *by, const char *reason, bool clock_ok, json_t **rec,
    struct ct_err *err);

/* A record for each hold of these, or the one of this id; oldest first. */
int ct_vault_hold_list(struct ct_vault *vault, const struct ct_vault_of *of,
    const char *hold, struct ct_out *out, struct ct_err *err);

/* A request that two people must approve; borrowed. */
#define CT_VAULT_REQUEST_MAX 500 /* objects in one */
struct ct_vault_ask {
	const char *verb; /* "destroy" or "export" */
	const char *by, *authority, *ref, *reason, *to;
	struct ct_vault_of of;
	const char *const *ids; /* of objects, ended by NULL; or NULL */
};

/*
 * Log the request for all objects that ask names, and write it as a record; as
 * several if there are many.  CT_NOINPUT if there is no such object or
 * report; CT_USAGE if several reports have this number;
 * CT_NOPERM if one that is to be destroyed is held: then none is asked for.
 */
int ct_vault_request(struct ct_vault *vault, const struct ct_vault_ask *ask,
    struct ct_out *out, struct ct_err *err);

/* How evidence ends. */
struct ct_vault_ending {
	const char *certificates; /* the directory that gets them, or NULL */
	const char *by;           /* or NULL */
	bool yes;                 /* or only say what would be destroyed */
	bool clock_ok;            /* somebody vouches for the clock */
};

/*
 * Destroy what an approved request of this log asks for; its record gets the
 * member certificate.  CT_NO if it is no such request; CT_NOPERM if it is not
 * approved, or not as it was logged, or an object is held, or the clock cannot
 * be right: then nothing is destroyed.  Otherwise as much as can be.
 */
int ct_vault_destroy(struct ct_vault *vault, const struct ct_conf *conf,
    json_t *rec, const struct ct_vault_ending *how, struct ct_err *err);

/*
 * Destroy what is past its date and not held: a record for each certificate,
 * and for each object that is due and not destroyed.  CT_NOPERM if the clock
 * cannot be right; or the code of the first that cannot be destroyed.
 */
int ct_vault_expire(struct ct_vault *vault, const struct ct_vault_ending *how,
    struct ct_out *out, struct ct_tally *tally, struct ct_err *err);

#endif
