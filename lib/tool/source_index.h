/*
 * source_index.h - what all lists are compiled from and into; for source_*.c
 * only
 *
 * The index is lists/known.ctx.  What changed since it was made stands in
 * lists/known.delta, an index too, whose first group names the one that it is
 * on top of; the other groups are the same.  Hashes of CT_ENTRY_KIND name the
 * entries that changed or went: what the index says of them counts no longer,
 * and what they are now stands in the delta.
 */
#ifndef CT_SOURCE_INDEX_H
#define CT_SOURCE_INDEX_H

#include "rest.h"
#include "set.h"
#include "source.h"

#define INDEX_MODE 0640 /* ct-match runs as another user of the group */
/* Bytes of an index that is verified whole before it is built upon: what is
 * larger takes longer to read than a delta may. */
#define INDEX_VERIFY ((size_t)16 << 20)

struct index_job {
	const struct ct_sources *all;
	const char *home;
	char *dir, *path, *delta;
	struct ct_rest_peek *old;  /* the index; NULL: none that is sound */
	struct ct_rest_peek *side; /* its delta; NULL: none */
	struct ct_list **list;     /* of each source */
	struct ct_list_state *state;
	int64_t *since; /* the revision that old holds; -1: not known */
	char **text;    /* of each group */
	const struct ct_source *src; /* the one in hand */
	struct ct_large *large;      /* its fingerprints of videos */
	struct ct_build *build;
	uint64_t content;
	uint64_t last, last_content; /* of known.generation; 0: none */
	size_t degenerate, changed;  /* hashes, entries */
	bool same;                   /* what was built is what side is */
	size_t absent; /* fingerprints that a list names and that are not there
			  or damaged: left out */
};

/*
 * What the index says of a source: "complete" false, it was never read to its
 * end; "lacks" true, it has fingerprints of videos that the list does not have:
 * then no video is clean.  Release with free.
 */
char *index_group(const struct ct_source *s, bool complete, bool lacks);

/* All lists as they are (of a source with something absent text says lacks), or
 * what changed in them since j->since, in j->build,
 * finished. */
int index_build(struct index_job *j, struct ct_err *err);
int index_build_delta(struct index_job *j, struct ct_err *err);

/* Is what changed so little that a delta is worth it?  CT_NO: it is not. */
int index_small(const struct index_job *j, struct ct_err *err);

/* Is the index encrypted, or not, as the configuration wants it? */
bool index_keyed(const struct index_job *j);

/* What runs left that were killed: removed.  The lock is ours, so that none is
 * at it. */
void index_tidy(const struct index_job *j);

/*
 * What is at path is about to go.  If it is in the clear and shall not be, it
 * gets another name, under which index_wipe finds it: there it is overwritten
 * once nobody reads it.  CT_TEMPFAIL: somebody does.
 */
int index_retire(const char *path, struct ct_err *err);
int index_wipe(const struct index_job *j, struct ct_err *err);

/* What changed since the lists were compiled, into the file of this path. */
int index_news(const struct index_job *j, const char *path, struct ct_err *err);

#endif
