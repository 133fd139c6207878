/* source_vote.h - how the owners of lists take votes; for source_*.c only */
#ifndef CT_SOURCE_VOTE_H
#define CT_SOURCE_VOTE_H

#include "source.h"
#include "source_get.h"

struct ct_stopncii_keys {
	char *function, *subscription;
};

struct ct_voter {
	struct ct_source *src;
	const char *home;
	struct ct_get get;
	struct ct_stopncii_keys keys;
};

struct ct_vote_proto {
	bool blocks; /* see ct_source_asks_block */
	int (*open)(struct ct_voter *v, struct ct_err *err);
	/* end is as of CT_VOTED; it says what became of it, by ct_vote_ask */
	void (*send)(struct ct_voter *v, const struct ct_vote *vote,
	    struct ct_vote_end *end);
	/* Does this answer, which is none of success, say in words of its own
	 * that there is no such entry?  May be NULL. */
	bool (*gone)(const struct ct_http_res *res);
	/* NULL: it wants none.  The path of a document of them, and what that
	 * says.  Release with free, json_decref. */
	char *(*reasons_path)(const char *type);
	int (*reasons)(const struct ct_http_res *res, json_t **reasons,
	    struct ct_err *err);
};

extern const struct ct_vote_proto ct_vote_ncmec, ct_vote_graph,
    ct_vote_stopncii;

/* What the configuration says of votes; feedback: its value, or NULL. */
int ct_vote_conf(
    struct ct_source *src, const char *feedback, struct ct_err *err);

/*
 * Send a request, and judge the answer by its status.  true: it is of success,
 * and res, to be released with ct_http_done, has the rest.
 */
bool ct_vote_ask(struct ct_voter *v, const char *path,
    const struct ct_http_req *req, struct ct_http_res *res,
    struct ct_vote_end *end);

/* It did not come to that; say why as ct_fail. */
void ct_vote_not(struct ct_vote_end *end, enum ct_voted how, int code,
    const char *fmt, ...) CT_PRINTF(4, 5);

/* The n-th reason, from 0, that the configuration has for this type: its
 * length, *reason is where it begins; 0: there is none.  reason is words, each
 * an id, or TYPE:id for hashes of that type alone. */
size_t ct_reason_of(
    const char *words, const char *type, size_t n, const char **reason);

/* ---- of the adapters, open to read -----------------------------------------
 */

int ct_ncmec_open(struct ct_get *g, struct ct_source *s, struct ct_err *err);
int ct_graph_open(struct ct_get *g, struct ct_source *src, struct ct_err *err);
/* feedback: with the key for that, which the credential may lack. */
int ct_stopncii_open(struct ct_get *g, struct ct_source *src, bool feedback,
    struct ct_stopncii_keys *keys, struct ct_err *err);
void ct_stopncii_close(struct ct_get *g, struct ct_stopncii_keys *keys);

#endif
