/* audit_impl.h - between the files of audit alone */
#ifndef CT_AUDIT_IMPL_H
#define CT_AUDIT_IMPL_H

#include "audit.h"
#include "os.h"

/* Bytes that one sync makes safe: so many at most, and a line. */
#define AUDIT_BATCH ((size_t)256 << 10)

struct ct_audit {
	int fd;
	char *path, *tool; /* tool NULL: for reading only */
	char boot[CT_OS_BOOT];
	bool locked;
	bool sure;            /* no power was cut since its last line */
	struct ct_err broken; /* a sync failed so: nothing more is written */
	struct ct_audit_head head; /* locked: where it ends, with the batch */
	struct ct_audit_head safe; /* locked: where it ends on the disk */
	struct ct_text batch;      /* lines between the two */
};

/* The beginning that every line has. */
struct audit_line {
	int64_t seq, at;
	const char *prev; /* these are in the line; prev: 64 digits */
	const char *tool;
	size_t toollen;
	const char *act;
	size_t actlen;
	const char *boot;
	size_t bootlen;
	size_t lead;    /* up to what follows these: a comma, or the end */
	int64_t behind; /* bytes of its batch that stand before it */
	/* kept from line to line, zeroed at first */
	char second[20];
	int64_t second_ms;
};

/* Their names; the last is not in the first line of a batch. */
#define AUDIT_FIRST 9
extern const char *const audit_first[AUDIT_FIRST];

/* Is this, without its newline, a line of a log?  0 or -1. */
int audit_line_parse(const char *line, size_t len, struct audit_line *out);

/*
 * The number of the first line that is wrong if l comes behind head, and in
 * what way; 0 if none is.
 */
int64_t audit_line_bad(const struct audit_line *l,
    const struct ct_audit_head *head, const char **wrong);

/* Append the line that comes behind a->head to the batch; one that is not the
 * first of it says so. */
int audit_line_make(struct ct_audit *a, const char *act, const json_t *members,
    struct ct_err *err);

/* The digest of len bytes, a line with its newline. */
void audit_sum(const char *line, size_t len, uint8_t sum[32]);

/*
 * The line that ends at end, where there must be a newline, with it; its text
 * is released with free.  CT_DATAERR: there is none, or it is too long.
 */
int audit_line_before(const struct ct_audit *a, int64_t end, char **line,
    size_t *len, struct ct_err *err);

/* What the line that ends at end says. */
int audit_head_at(struct ct_audit *a, int64_t end, struct ct_audit_head *head,
    bool *same_boot, struct ct_err *err);

/* Read exactly len bytes at an offset. */
int audit_pread(const struct ct_audit *a, void *buf, size_t len, int64_t at,
    struct ct_err *err);

/* Locked: another line into the batch, which is written when it is large. */
int audit_put(struct ct_audit *a, const char *act, const json_t *members,
    struct ct_err *err);

/* Write the batch and sync. */
int audit_sync(struct ct_audit *a, struct ct_err *err);

/* Locked: find where the log ends, cutting off what is torn. */
int audit_end(struct ct_audit *a, struct ct_err *err);

#endif
