/* auditor_impl.h - between the files of auditor alone */
#ifndef CT_AUDITOR_IMPL_H
#define CT_AUDITOR_IMPL_H

#include "auditor.h"
#include "signet.h"

struct auditor_head {
	char *program;
	int64_t seq;
	char sum[65];
};
struct auditor_heads {
	struct auditor_head *head; /* by program, then seq */
	size_t n;
	bool bad; /* some were of no worth, and were said to be */
};

/* Read a file of heads; with pub, only those that this key signed count. */
int auditor_heads_read(struct auditor_heads *h, const char *path,
    const struct ct_signet_pub *pub, struct ct_err *err);
void auditor_heads_free(struct auditor_heads *h);

/* The record of a head, signed if there is a key. */
json_t *auditor_head_record(const char *program, int64_t seq, int64_t at,
    const uint8_t sum[32], const struct ct_signet *signet);

#endif
