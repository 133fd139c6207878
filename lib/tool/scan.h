/*
 * scan.h - one line of JSON as our own programs write it, checked on the fly
 *
 * A scan goes once over a line, keeps nothing and builds nothing.  Either the
 * line is regular: it was checked as strictly as ct_json_object (rec.h) does
 * it, which would accept it too, and what was wanted of it is known.  Or it is
 * not, which says nothing about it: give it to ct_json_object.
 *
 * Regular is one object; its members are strings, numbers, true, false, null,
 * arrays of those, and objects of one more level with members like that.
 * Names have no escapes; strings have no surrogates written out; a number has
 * no exponent and up to 18 digits before the point; an object has up to
 * CT_SCAN_NAMES members.
 */
#ifndef CT_SCAN_H
#define CT_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CT_SCAN_NAMES 64 /* members of an object of a regular line */
#define CT_SCAN_WANTS 48 /* paths wanted, and objects on their way */

enum ct_scan_kind {
	CT_SCAN_NONE, /* there is no such member */
	CT_SCAN_NULL,
	CT_SCAN_FALSE,
	CT_SCAN_TRUE,
	CT_SCAN_INTEGER,
	CT_SCAN_REAL,
	CT_SCAN_STRING,
	CT_SCAN_ARRAY,
	CT_SCAN_OBJECT
};

struct ct_scan_got {
	enum ct_scan_kind kind;
	const char *text; /* in the line; of a string, between the quotes */
	size_t len;
	int64_t number; /* of an integer */
};

/*
 * Distinct paths of one or two names, "error" or "hashes.md5", ready to be
 * looked for: at most CT_SCAN_WANTS, with one for each first name of two that
 * is not itself wanted; else the program dies with CT_SOFTWARE.  The texts must
 * stay valid.  It is only read from then on: any number of threads may use it.
 */
struct ct_scan { /* private */
	struct ct_scan_want {
		const char *name;
		size_t len;
		unsigned scope, opens; /* scopes; 0 is the line itself */
		int got;               /* -1: only on the way to others */
		int next;              /* of the same hash, or -1 */
	} want[CT_SCAN_WANTS];
	int first[64]; /* by hash, or -1 */
	unsigned n, scopes;
	size_t gots;
};
void ct_scan_want(struct ct_scan *scan, const char *const *paths, size_t n);

/*
 * Scan over a line, reading no byte behind its len: got, as many as there are
 * paths, says what stands at each.  Returns how many members the object has,
 * or -1: not regular, and got says nothing.  Text of a wanted string, or of a
 * string in a wanted array, is what it stands for: with an escape the line is
 * not regular.
 */
int ct_scan(const struct ct_scan *scan, const char *line, size_t len,
    struct ct_scan_got *got);

/* The first max items of an array that ct_scan got; returns how many it has. */
size_t ct_scan_items(
    const struct ct_scan_got *array, struct ct_scan_got *items, size_t max);

#endif
