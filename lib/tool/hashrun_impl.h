/* hashrun_impl.h - what hashrun.c and hashrun_item.c share */
#ifndef CT_HASHRUN_IMPL_H
#define CT_HASHRUN_IMPL_H

#include "frame.h"
#include "hashrun.h"
#include "tally.h"

struct item {              /* an input on its way to being a record */
	struct ct_job job; /* first: it is how the item comes back */
	size_t number;     /* from 1 */
	char *line;        /* the record it came as, or NULL */
	size_t len;
	bool bare;   /* line has no members */
	bool hollow; /* neither record nor path */
	bool gone;   /* it has no bytes any more: it only passes */
	bool mute;   /* the error it came with has no message */
	int code;    /* of that error, or 0 */
};

struct run {
	const struct ct_hashrun *how;
	struct ct_hasher *hasher;
	char *dir; /* for files beside records, or NULL */
	struct ct_cache *cache;
	struct ct_in in;
	struct ct_hint hint;
	struct ct_out out;
	struct ct_tally tally;
	struct ct_progress show;
	size_t taken, cached;
	size_t bytes;      /* of the lines under way */
	int worst, told;   /* told: code of the last message on the run's end */
	bool failed;       /* ct_hasher_failed */
	bool ended;        /* nothing more is taken in */
	bool framed;       /* a frame was seen: every line must be a record */
	bool inside;       /* we are within one, */
	struct item *item; /* of this item; NULL: of one that is done */
	struct ct_frame frame;
};

/*
 * Make an item.  If job.err or code is set, it has its outcome already.
 * *frame: a frame follows; *lost: nobody can tell whether one does.
 */
struct item *item_record(const char *line, size_t len, bool *frame, bool *lost);
/* The same of a line that does not begin with a brace: a path, or lost. */
struct item *item_name(const char *line, size_t len, bool *lost);
struct item *item_path(const char *path, size_t len);
struct item *item_bad(const struct ct_err *err);

/* Write it, count it, release it.  Returns what ct_out does. */
int item_finish(struct run *r, struct item *it, struct ct_err *err);

/* All that the members of a file depend on besides its bytes, as text; the
 * key of a cache.  Release with free. */
char *run_setting(const struct ct_hasher_how *how);

#endif
