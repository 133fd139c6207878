/*
 * match_impl.h - inside the matcher; for match*.c only
 *
 * A record becomes a view, whether it was scanned as text or parsed; the view
 * is looked up; what was found becomes the text of the member match.
 */
#ifndef CT_MATCH_IMPL_H
#define CT_MATCH_IMPL_H

#include "ham.h"
#include "match.h"
#include "near.h"
#include "pdna.h"
#include "rec.h"
#include "scan.h"
#include "set.h"

#define MATCH_QUALITY 50 /* of PDQ: below it a hash means little */
#define MATCH_TURNS 8    /* orientations */
#define MATCH_COVER 10   /* bits: frames left out are no further away */

/* ---- what is known --------------------------------------------------------
 */

enum match_action {
	ACT_REVIEW,
	ACT_REPORT,
	ACT_BLOCK,
	ACT_SHADOW,
	ACT_ALLOW,
	MATCH_ACTIONS
};
extern const char *const match_actions[MATCH_ACTIONS];

/* A source and its policy. */
struct match_group {
	char *name;  /* of the source */
	char *head;  /* "source":...,"list":... of a hit */
	char *class; /* "class":... or NULL */
	enum match_action action;
	int threshold, quality;
	uint32_t pdna; /* distance */
	struct ct_clip_limits clips;
	size_t flood;     /* objects an hour that one hash may hit; 0: any */
	json_t *surfaces; /* NULL: all but interpersonal */
};

struct ct_match {
	struct ct_set *set;
	struct ct_set *delta; /* what changed since; NULL: nothing */
	uint8_t *bytes;       /* of a set in memory */
	size_t len;
	struct match_group *group;
	size_t ngroups;
	bool complete;             /* every source was read to its end once */
	int threshold;             /* the widest of any group */
	uint32_t pdna;             /* likewise */
	int frames, level1;        /* likewise: bits; the least level 1 */
	bool clips;                /* it has videos */
	bool lacks;                /* not all: then none is clean */
	size_t absent;             /* of these: named by a list of news */
	int least, most;           /* quality that any group asks for */
	struct ct_scan line, note; /* what is wanted of each */
	char lists[CT_MATCH_LISTS];
};

/* Does the group look at this surface (NULL: it was not told)? */
bool match_surface(
    const struct match_group *g, const char *surface, size_t len);

/*
 * An index, and its delta if there is one: m->set, m->delta.  Whatever a writer
 * does meanwhile, they belong together.  CT_NOINPUT, CT_DATAERR, CT_OSERR.
 */
#define MATCH_PARTS 2 /* the index is part 0, the delta part 1 */
int match_pair(
    struct ct_match *m, const struct ct_match_from *from, struct ct_err *err);
void match_head(const struct ct_match *m, struct ct_set_head *head);

/* The hashes of a type in a part; NULL: none. */
const struct ct_set_kind *match_kind(
    const struct ct_match *m, size_t part, const char *type);

/* A note of a part becomes one of m; CT_NO if it counts no longer, because
 * its entry is not what it was. */
int match_noted(
    const struct ct_match *m, size_t part, uint32_t *note, struct ct_err *err);

/* Its text and group, as ct_set_note. */
int match_note(const struct ct_match *m, uint32_t note, const char **text,
    size_t *len, size_t *group, struct ct_err *err);

/* Of a list file, made in memory: m->set. */
int match_list(
    struct ct_match *m, const struct ct_match_from *from, struct ct_err *err);

/* ---- what a record says -----------------------------------------------------
 */

enum match_type {
	MD5,
	SHA1,
	SHA256,
	SHA512,
	PDQ,
	PDNA,
	VPDQ,
	TMK,
	URL,
	MATCH_TYPES
};
#define MATCH_DIGESTS PDQ /* those before it are digests of the bytes */
#define MATCH_HASHES URL  /* those before it are members of hashes */

/* Does it match what is near, too? */
static inline bool
match_near(int type)
{
	return type >= PDQ && type <= TMK;
}

extern const char *const match_types[MATCH_TYPES];
extern const char *const match_turns[MATCH_TURNS];

enum match_decode { DECODE_UNTOLD, DECODE_OK, DECODE_BAD };

/* Addresses that a record has, borrowed from it. */
struct match_urls {
	struct match_url {
		const char *text;
		size_t len;
	} * p;
	size_t n, cap;
};

struct match_view {
	bool has[MATCH_TYPES];
	uint8_t digest[MATCH_DIGESTS][CT_SET_HASH_MAX];
	uint8_t pdq[CT_HASH_LEN], pdna[CT_PDNA_LEN];
	uint8_t turned[MATCH_TURNS][CT_HASH_LEN];
	bool has_turned[MATCH_TURNS], dihedral;
	int quality; /* of the PDQ hash; -1: not told */
	bool degenerate;
	enum match_decode decode;
	bool mime, picture, video; /* told; it is that of such */
	bool still;          /* it begins with a picture that does not move */
	const char *surface; /* NULL: not told; borrowed */
	size_t surface_len;
	size_t turn;     /* by which its frames become upright */
	bool sparse;     /* its frames are not all that it was to give */
	uint16_t cover;  /* bits that frames left out are from those there */
	const char *tmk; /* the path of its file, borrowed */
	size_t tmk_len;
	/* kept over from one record to the next */
	struct match_urls urls;
	struct ct_vpdq frames;
};

/* Of a parsed record.  CT_DATAERR: something is not what it seems. */
int match_view(struct match_view *v, const json_t *rec, struct ct_err *err);

/* Of a line: false if it is not regular, has an error, a match or anything
 * that is not as it should be: parse it. */
bool match_view_line(const struct ct_match *m, struct match_view *v,
    const char *line, size_t len);
void match_view_want(struct ct_scan *scan);

/* ---- what was found ---------------------------------------------------------
 */

struct match_hit {
	uint32_t note, hash; /* hash: its index among those of the type */
	uint32_t distance;
	uint8_t type, turn;
	bool allowed;
	bool timed; /* of a frame of the record: of this quality, and when */
	uint8_t quality;
	int64_t at; /* ms; of TMK by how much the record is later */
	uint8_t query, compared; /* percent, of VPDQ */
	float level1, level2;    /* of TMK */
};

struct match_hits {
	struct match_hit *p;
	size_t n, cap;
};

struct ct_match_work {
	struct ct_near_find near;
	struct ct_pdna_hit *pdna;
	size_t pdna_cap;
	struct match_view view;
	/* the hits that count; of sources that only watch; of those that know
	 * it to be harmless */
	struct match_hits hits, shadow, allowed;
	/* see match_clip.c, match_tmk.c; upright: the same turned, or NULL */
	struct match_clips *clips, *upright;
	struct match_tmk *tmk;
	/* which types were looked up, and how many; addresses not counted */
	bool asked[MATCH_TYPES];
	int looked;
	bool near_all;       /* PDQ was looked up, for every source */
	bool frames_all;     /* likewise enough of the frames */
	bool flat;           /* a hash of something flat was not looked up, or
				an address that is none, or TMK has doubts */
	struct ct_text text; /* of the member */
	size_t *at;          /* see match_tell */
};

struct ct_match_work *match_work(void);
void match_work_free(void *work);

void match_add(struct match_hits *h, struct match_hit hit);
/* Of each entry the nearest by each type stays, of frames apart. */
void match_compact(struct match_hits *h);
/* It counts once, in however many parts it was looked up. */
void match_asked(struct ct_match_work *w, enum match_type type);

/* Videos: the frames of w->view, or its picture, get ready; are looked up in a
 * part; and what was found in all of them becomes hits.  CT_DATAERR, CT_OSERR.
 */
void match_clip_start(const struct ct_match *m, struct ct_match_work *w);
int match_clip_look(const struct ct_match *m, const struct ct_match_how *how,
    struct ct_match_work *w, size_t part, struct ct_err *err);
int match_clip_end(const struct ct_match *m, const struct ct_match_how *how,
    struct ct_match_work *w, struct ct_err *err);
void match_clip_free(struct match_clips *c);

void match_tmk_start(struct ct_match_work *w);
int match_tmk_look(const struct ct_match *m, const struct ct_match_how *how,
    struct ct_match_work *w, size_t part, struct ct_err *err);
void match_tmk_free(struct match_tmk *t);

/*
 * match_span.c: parts of a video that are like a listed one.  A part begins and
 * ends with a frame that is near, and lasts until the next one behind it is
 * shown; of one frame, for step.
 */
struct match_spans { /* zeros at first */
	struct match_like {
		uint32_t note, frame;
	} * like;
	size_t n, cap;
	int64_t *when; /* frames are shown, ascending; NULL: not yet known */
	size_t frames;
	uint32_t *room;
	int64_t step;
};
/* Of another video, whose frames are step ms apart as a rule. */
void match_spans_start(struct match_spans *s, int64_t step);
/* Its i-th frame is near to one of that note: once for each. */
void match_spans_add(struct match_spans *s, uint32_t note, size_t i);
/* All are added: the i-th of n is shown at ms[i]. */
void match_spans_order(struct match_spans *s, const int64_t *ms, size_t n);
/* The longest part of whose frames percent are near to the note's, in ms. */
int64_t match_spans_longest(
    const struct match_spans *s, uint32_t note, int percent);
void match_spans_free(struct match_spans *s);

/* When a video of a source matches: what it says, unless how does. */
struct ct_clip_limits match_clip_limits(
    const struct ct_match_how *how, const struct ct_clip_limits *of);

/* Bits that a listed frame may be away for any source. */
int match_clip_bits(const struct ct_match *m, const struct ct_match_how *how);

/* Look w->view up: fills the hits, each entry once a type, at its nearest, the
 * nearest first.  CT_DATAERR: the index is damaged; CT_OSERR. */
int match_look(const struct ct_match *m, const struct ct_match_how *how,
    struct ct_match_work *w, struct ct_err *err);

enum ct_verdict match_verdict(
    const struct ct_match *m, const struct ct_match_work *w);

/* Names in a hit that its note must not have, and what it may. */
#define MATCH_OURS 15
enum { NOTE_OPINION = MATCH_OURS, NOTE_FRAMES, NOTE_MS, NOTE_WANTS };
void match_note_want(struct ct_scan *scan);

/* Append "match":{...}.  at: where in text the policy of the i-th hit told
 * begins; NULL, or room for how->max_hits.  CT_DATAERR. */
int match_tell(const struct ct_match *m, const struct ct_match_how *how,
    const struct ct_match_work *w, enum ct_verdict verdict,
    struct ct_text *text, size_t *at, struct ct_err *err);

/* The rest of w, of its view, and the verdict: text begins with "match". */
int match_found(const struct ct_match *m, const struct ct_match_how *how,
    struct ct_match_work *w, enum ct_verdict *verdict, struct ct_err *err);

/* Put that text, the member, into a parsed record. */
int match_attach(json_t *rec, const struct ct_text *text, struct ct_err *err);

/* ---- a hash that hits too much ----------------------------------------------
 */

struct match_flood; /* counts, in the order of the input */
struct match_flood *match_flood(void);
void match_flood_free(struct match_flood *f);

/* What of a record's text is to be settled: NULL if nothing.  offset: where in
 * the record w->text begins. */
void *match_later(const struct ct_match *m, const struct ct_match_how *how,
    const struct ct_match_work *w, size_t offset);
/* Count it, and mark what is too much; releases later. */
void match_settle(struct match_flood *f, void *later, struct ct_text *record);

#endif
