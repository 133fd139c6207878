/* auditor_impl.h - between the files of auditor alone */
#ifndef CT_AUDITOR_IMPL_H
#define CT_AUDITOR_IMPL_H

#include "audit.h"
#include "auditor.h"
#include "signet.h"

struct auditor_head {
	char *program;
	uint8_t first[32]; /* the digest of line 1: which log it is of */
	int64_t seq;
	uint8_t sum[32];
};
struct auditor_heads {
	struct auditor_head *head; /* by log, then seq; none has 0 */
	size_t n;
	bool bad; /* some were of no worth, and were said to be */
};

/* Read a file of heads; with pub, only those that this key signed count. */
int auditor_heads_read(struct auditor_heads *h, const char *path,
    const struct ct_signet_pub *pub, struct ct_err *err);
void auditor_heads_free(struct auditor_heads *h);
/* Behind the last of the heads that are of the same log as that at i. */
size_t auditor_heads_end(const struct auditor_heads *h, size_t i);

/* The record of a head, signed if there is a key; first does not matter if
 * seq is 0. */
json_t *auditor_head_record(const char *program,
    const struct ct_audit_head *last, const uint8_t first[32],
    const struct ct_signet *signet);

#endif
