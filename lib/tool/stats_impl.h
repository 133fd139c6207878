/* stats_impl.h - between the files of stats alone */
#ifndef CT_STATS_IMPL_H
#define CT_STATS_IMPL_H

#include "blake.h"
#include "rec.h"
#include "stats.h"
#include "stats_sort.h"
#include "verdict.h"

/* Of what rows are about, in the order in which they are wanted. */
enum stats_kind {
	/* an item: its id, content and account, see stats_item */
	STATS_VIEW,    /* a line of the log, not an item: level in value */
	STATS_SEEN,    /* its record came: it has no more hits than those */
	STATS_SCANNED, /* enum stats_match in value */
	STATS_IN,      /* a group in value */
	STATS_KNOWN,   /* since when it waits for a person */
	STATS_VERDICT, /* see stats_verdict */
	STATS_GONE,    /* hidden or deleted; value 1: restored */
	STATS_FILE,    /* it is a file: its content in ref; value 1: surely */
	STATS_BARE,    /* it was reported without a file */
	STATS_SENT,    /* in the report ref of environment value */
	/* a report: environment and number */
	STATS_FINISHED, /* environment in value */
	STATS_ACKED,    /* the same, later */
	STATS_COUNT,    /* how many files it has in value */
	STATS_UPLOAD,   /* one of its files in ref */
	STATS_ACCOUNT,  /* in ref */
	STATS_DECIDED,  /* when an item of it was */
	STATS_ITEM,     /* group in value, content in ref, item in more */
	STATS_OTHER,    /* not a report to NCMEC, but to another authority */
};

enum stats_env { STATS_TEST, STATS_PRODUCTION, STATS_DESK };
enum stats_match { STATS_CLEAN, STATS_UNDECIDED, STATS_MATCH, STATS_MATCHES };
enum stats_level { STATS_LEVELS = 4 };
extern const char *const stats_levels[STATS_LEVELS]; /* of a view */
extern const char *const stats_matches[STATS_MATCHES];

/* What is counted apart: all, and each of a month, a list, ... */
enum stats_dim {
	STATS_ALL,
	STATS_MONTH,
	STATS_LIST,
	STATS_SURFACE,
	STATS_METHOD,
	STATS_DIMS
};
extern const char *const stats_dims[STATS_DIMS];
extern const int64_t stats_nth[2]; /* percent: those quantiles of times */

enum stats_span {
	STATS_TO_VERDICT,
	STATS_TO_REPORT,
	STATS_TO_REMOVAL,
	STATS_SPANS
};
extern const char *const stats_spans[STATS_SPANS];

struct stats_times { /* milliseconds */
	int64_t n, nth[2], most;
};

struct stats_counts {
	int64_t reports, files, unique, accounts;
	int64_t decided, verdict[CT_VERDICTS], matched, wrong, removed;
	struct stats_times times[STATS_SPANS];
};

struct stats_group {
	enum stats_dim dim;
	char *name;
	struct stats_counts c;
};

struct stats {
	const struct ct_stats *how;
	uint8_t key[CT_BLAKE_KEY]; /* of digests, of this run */
	struct stats_sort *items, *reports, *values;
	struct stats_group *group; /* the first is all */
	size_t groups;
	int64_t now;
	int64_t lines, malformed, errors, other; /* read */
	int64_t scanned[STATS_MATCHES], views[STATS_LEVELS];
	int64_t left_out, filed; /* reports of the other environment; to other
				    authorities */
	int64_t waiting, overdue, oldest; /* items without their report; 0 */
};

/* stats_group.c: the group of this name, made if it is new; what cannot be the
 * name of one, or is one too many, is "other". */
unsigned stats_group(struct stats *s, enum stats_dim dim, const char *name);
unsigned stats_month(struct stats *s, int64_t at);

/* stats_line.c, stats_log.c: the rows of a line.  CT_NO: it says nothing. */
int stats_line(struct stats *s, const json_t *rec, struct ct_err *err);
int stats_log(struct stats *s, const json_t *line, struct ct_err *err);
/* What both need: a digest of two texts, either NULL as ""; a time, 0 if it is
 * none; an environment, -1 */
void stats_digest(
    const struct stats *s, uint8_t out[16], const char *a, const char *b);
void stats_content(const struct stats *s, uint8_t out[16], const char *sum);
/* The key of an item.  One object can be an item of several accounts; user
 * NULL: what is so for all of them, or that of no account.  That is the first
 * of those that are alike in the first STATS_OBJECT bytes. */
#define STATS_OBJECT 12
void stats_item(const struct stats *s, uint8_t key[16], const char *id,
    const char *sum, const char *user);
/* A verdict; of those of one second the one of the highest order is the last,
 * then one that is harmful. */
#define STATS_VERDICT_OF(value) ((value)&0xff) /* index of ct_verdicts */
bool stats_harmful(int verdict);
int stats_verdict(struct stats *s, const uint8_t key[16], int64_t at,
    const char *name, int64_t order, struct ct_err *err);
/* It was found by a person who said so. */
int stats_reported(struct stats *s, const uint8_t key[16], struct ct_err *err);
int64_t stats_time(const json_t *rec, const char *path);
int stats_env(const char *name);
int stats_put(struct stats_sort *to, const uint8_t key[16],
    enum stats_kind kind, int64_t at, size_t value, const uint8_t *ref,
    struct ct_err *err);

/* stats_item.c, stats_report.c: from the rows of one sorter into counts and
 * the next sorter; stats_value.c: from the last one into counts. */
int stats_items(struct stats *s, struct ct_err *err);
int stats_reports(struct stats *s, struct ct_err *err);
int stats_values(struct stats *s, struct ct_err *err);
/* To values: that the group has this account or content; a span in it. */
int stats_has(struct stats *s, unsigned group, enum stats_kind kind,
    const uint8_t digest[16], struct ct_err *err);
int stats_took(struct stats *s, unsigned group, enum stats_span span,
    int64_t ms, const uint8_t of[16], struct ct_err *err);
bool stats_within(const struct stats *s, int64_t at);

/* stats_tell.c: all of it as a record, or what waits; stats_text.c,
 * stats_html.c: from such a record the other formats. */
json_t *stats_record(const struct stats *s);
json_t *stats_waiting(const struct stats *s);
void stats_csv(struct ct_text *text, const json_t *rec);
void stats_prometheus(struct ct_text *text, const json_t *rec);
void stats_html(struct ct_text *text, const json_t *rec);
void stats_add(struct ct_text *text, const char *fmt, ...) CT_PRINTF(2, 3);
/* The number at this path of it, 0 if there is none; the elements of a
 * dimension. */
int64_t stats_number(const json_t *of, const char *path);

/* stats_chart.c: pictures of the elements of a dimension, as SVG that a style
 * sheet gives its colours: columns of a number; bars of one, the longest first,
 * of which a part may stand out; both quantiles of a span, a line each. */
struct stats_chart {
	const char *title;
	const char *path, *part; /* of an element; part: or NULL */
};
void stats_columns(struct ct_text *text, const json_t *groups,
    const struct stats_chart *chart);
void stats_bars(struct ct_text *text, const json_t *groups,
    const struct stats_chart *chart);
void stats_lines(struct ct_text *text, const json_t *groups,
    const struct stats_chart *chart);
/* "12 345", "4 s", "12 min", "3.5 h", "2.1 d", "4 (80.0 %)" as text of a
 * page. */
#define STATS_WORD 64
const char *stats_grouped(int64_t n, char room[STATS_WORD]);
const char *stats_span(int64_t s, char room[STATS_WORD]);
const char *stats_share(int64_t part, int64_t of, char room[STATS_WORD]);

#endif
