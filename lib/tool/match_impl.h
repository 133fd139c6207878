/* match_impl.h - an open set of known hashes; for match*.c only */
#ifndef CT_MATCH_IMPL_H
#define CT_MATCH_IMPL_H

#include "match.h"
#include "rec.h"
#include "set.h"

#define CT_MATCH_QUALITY 50 /* of PDQ: below it a hash means little */

struct group {
	json_t *text; /* what every hit of it carries, and its policy */
	int threshold, quality;
};

struct ct_match {
	struct ct_set *set;
	uint8_t *bytes; /* of a set in memory */
	size_t len;
	struct group *group;
	size_t ngroups;
	bool complete;   /* every source was read to its end once */
	int threshold;   /* the widest of any group */
	int least, most; /* quality that any group asks for */
};

/* Is it a PDQ hash of something flat, which never matches? */
bool ct_match_flat(const char *type, const uint8_t *hash);

#endif
