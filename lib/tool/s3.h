/*
 * s3.h - buckets: where they are, who we are to them, requests signed
 *
 * A bucket speaks the S3 API, and its requests carry an AWS Signature Version
 * 4, or it is a container of Azure's Blob service, whose requests carry a SAS.
 * It is a [bucket NAME] of ct.conf(5), or without one AWS's bucket NAME.
 * Nothing here opens a connection.
 */
#ifndef CT_S3_H
#define CT_S3_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf.h"
#include "err.h"

#define CT_KEY_MAX 1024 /* bytes of a key; 1 at least */

/* ---- names of objects in records -------------------------------------------
 *
 * The id of an object is s3://NAME/KEY or az://NAME/KEY, the key's bytes as
 * they are.  Those of a key that is not UTF-8, or holds a NUL, are
 * percent-encoded, as is % among them, and the id says so by a % behind NAME:
 * s3://NAME%/KEY.
 */
struct ct_key {
	bool azure;
	char *name; /* of the bucket */
	char *key;  /* len bytes and a NUL; there may be others among them */
	size_t len; /* 0: the bucket itself */
};

/*
 * What an id, or a place such as s3://NAME/PREFIX or s3://NAME, names: 0, CT_NO
 * if it is none of ours, CT_DATAERR if it is a malformed one.  Release with
 * ct_key_free, whatever it returned.
 */
int ct_key_parse(
    struct ct_key *key, const char *id, size_t len, struct ct_err *err);
void ct_key_free(struct ct_key *key);

/* Can the id of this key have its bytes as they are? */
bool ct_key_plain(const char *key, size_t len);

/* The id.  Release with free. */
char *ct_key_id(bool azure, const char *name, const char *key, size_t len);

/* The same in one form, whatever the key: with its bytes as they are, or with %
 * behind NAME.  Of a prefix: what ids of the keys below it begin with. */
char *ct_key_id_as(
    bool plain, bool azure, const char *name, const char *key, size_t len);

/* ---- text as it stands in a URL ------------------------------------------ */

/* Percent-encoded as AWS wants it: all but A-Za-z0-9-._~ and, with slash, /.
 * Room for 3 * len + 1 bytes; returns the length. */
size_t ct_s3_escape(const char *text, size_t len, bool slash, char *out);

/* Undo it in place, with plus also + for a blank; returns the length; -1: an
 * escape that is none. */
int64_t ct_s3_unescape(char *text, size_t len, bool plus);

struct ct_pair {
	const char *name, *value;
};

/* A query, each name and value encoded, sorted as it is signed, "" if there is
 * none.  Release with free. */
char *ct_s3_query(const struct ct_pair *pair, size_t n);

/* ---- AWS Signature Version 4 --------------------------------------------- */

#define CT_UNSIGNED "UNSIGNED-PAYLOAD"
#define CT_SHA256_EMPTY \
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

struct ct_sigv4 {
	const char *method;
	const char *path;  /* as it is sent, percent-encoded; "": / */
	const char *query; /* as it is sent, of ct_s3_query, without ? */
	const struct ct_pair *header; /* all that are signed, in any order and
					 case; host is one */
	size_t nheaders;
	const char *payload; /* SHA-256 of the body in hex, or CT_UNSIGNED */
	const char *date;    /* 20261128T120000Z */
	const char *region, *service;
	const char *access_key, *secret_key;
};

/* The value of the header Authorization.  Release with free. */
char *ct_sigv4(const struct ct_sigv4 *s);

/* The canonical request, which it signs: what a server that refuses it may tell
 * of its own.  Release with free. */
char *ct_sigv4_canonical(const struct ct_sigv4 *s);

/* ---- buckets ------------------------------------------------------------- */

struct ct_bucket {
	bool azure, virtual; /* virtual: its name is part of the host */
	char *name;          /* in ids */
	char *bucket;        /* at the store */
	char *endpoint;      /* http(s)://host[:port][/path], no / at its end */
	char *host;          /* as the header Host has it */
	char *region;
	char *access_key, *secret_key, *session_token; /* token: or NULL */
	char *sas;                                     /* without ? */
};

/*
 * The bucket of this name with its secrets, which are read from their files
 * now.  CT_CONFIG, CT_NOINPUT or CT_NOPERM (a file of secrets is not there, or
 * open to others; the endpoint is plain http elsewhere than on this machine).
 */
int ct_bucket_load(struct ct_bucket **bucket, const struct ct_conf *conf,
    bool azure, const char *name, struct ct_err *err);
void ct_bucket_free(struct ct_bucket *bucket); /* wipes the secrets */

/*
 * One request, ready for struct ct_http_req: url is secret where there is a
 * SAS in it, and never told.  Further headers may be sent unsigned, such as
 * Range and If-Match, but none that begins with x-amz-.  The path may hold
 * /../: it goes out as it is.
 */
struct ct_signed {
	char *url;
	char *header[8]; /* ended by NULL */
};

/*
 * Of a key, or of the bucket itself if len is 0; query: n pairs, not encoded.
 * Good for some minutes from now (ct_now).  Release with ct_signed_free.
 */
void ct_bucket_sign(const struct ct_bucket *bucket, const char *method,
    const char *key, size_t len, const struct ct_pair *query, size_t n,
    int64_t now, struct ct_signed *out);
void ct_signed_free(struct ct_signed *s);

/*
 * What an answer of another status than 2xx means: its code, and a message
 * that begins with "bucket 'NAME'" and has nothing of the answer, but the
 * region that it names.  CT_TEMPFAIL (408, 425, 429, 5xx, slow down, a clock
 * that is wrong), CT_NOINPUT (no such object or bucket), CT_NOPERM (a wrong
 * secret, expired credentials, access denied), CT_CONFIG (wrong region,
 * redirected), CT_PROTOCOL (any other).  body: of a GET; may be empty.
 */
int ct_bucket_judge(const struct ct_bucket *bucket, long status,
    const char *body, size_t len, const char *region, struct ct_err *err);

/* Does it say that a continuation token is no good any more? */
bool ct_bucket_stale(long status, const char *body, size_t len);

#endif
