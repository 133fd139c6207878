/*
 * entry.h - an entry of a hash list and its signals, in one normal form
 *
 * An entry is one known thing, named by member (who submitted it), entry (the
 * member's id of it) and content ("image", "video", ...).  It has signals: its
 * hashes, of several types.
 */
#ifndef CT_ENTRY_H
#define CT_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pdna.h"

#define CT_SIGNAL_TYPE 16 /* bytes of a type's name with its NUL */
#define CT_SIGNAL_MAX ((size_t)4096)

struct ct_signal {
	char type[CT_SIGNAL_TYPE]; /* "md5", "pdq": lower case, _ for - */
	uint8_t *hash;             /* the bytes; of an unknown type its text */
	size_t len;
	const char *opinion; /* positive, seed, disputed, negative; borrowed */
	/* of a video: the file of which hash is the SHA-256, borrowed; NULL:
	 * it is elsewhere */
	const uint8_t *file;
	size_t file_len;
};

/* Bytes of a hash of this type that can be matched: md5, sha1, sha256,
 * sha512, pdq, pdna (PhotoDNA), url; of vpdq and tmk, of the SHA-256 of the
 * file that holds it (clip.h); 0 for any other. */
size_t ct_signal_len(const char *type);

/* Is it one of these types, in any spelling? */
bool ct_signal_matched(const char *type);

/*
 * Take a signal as text, outer blanks cut: hex in either case for the types
 * above; for pdna base64 or hex; for url an address or the digest of one.
 * Returns NULL, or why it is refused: "type", "length", "alphabet",
 * "null-signal" (PDQ of all zeros or ones, the digest of the empty file), or
 * what ct_url_normal says.  Release sig->hash with free.
 */
const char *ct_signal_parse(
    struct ct_signal *sig, const char *type, const char *text);

/* An address of the web: the SHA-256 of its normal form, so that no list shows
 * any.  NULL, or why it is refused, as of ct_url_normal. */
#define CT_SIGNAL_URL "url"
#define CT_URL_HASH ((size_t)32)
const char *ct_url_hash(
    const char *text, size_t len, uint8_t hash[CT_URL_HASH]);

/* A PhotoDNA hash from text, as hex digits or base64: is it one? */
bool ct_signal_pdna(const char *text, size_t len, uint8_t out[CT_PDNA_LEN]);

/* A name for the entry of this hash that stays the same and does not tell it:
 * 32 digits and a NUL. */
#define CT_SIGNAL_NAME 33
void ct_signal_name(const struct ct_signal *sig, char name[CT_SIGNAL_NAME]);

/* Is it a hash of something flat, which never matches?  See ham.h, pdna.h. */
bool ct_signal_flat(const struct ct_signal *sig);

struct ct_entry {
	const char *member, *entry, *content; /* never NULL */
	const char *classification, *at;      /* NULL: not told */
	const struct ct_signal *signal;
	size_t n;
};

/* A digest of what names an entry of a source (NULL counts as ""), which an
 * index keeps as hashes of this kind. */
#define CT_ENTRY_KEY 16
#define CT_ENTRY_KIND "entry"
void ct_entry_key(const char *source, const char *member, const char *entry,
    const char *content, uint8_t key[CT_ENTRY_KEY]);

/* What changed since an index was made names by these, their contents
 * (ct_set_content) as 8 bytes, the index and what stood in its place before, if
 * what was looked up there need be looked up only in it. */
#define CT_WERE_KIND "were"

/* Is none of its texts longer than the 1024 bytes that a list takes? */
bool ct_entry_fits(const struct ct_entry *e);

#endif
