/* review_coop.h - reports as Coop's platforms send them; private to review */
#ifndef CT_REVIEW_COOP_H
#define CT_REVIEW_COOP_H

#include "queue.h"

/*
 * Make of a body of Coop's POST /api/v1/report a record: id, user, incident;
 * *reason is why it was reported, and *by who did, or NULL: release both with
 * free.  CT_DATAERR: it is none, and stays as it is.
 */
int review_coop(json_t *body, const struct ct_policy *policy, char **reason,
    char **by, struct ct_err *err);

#endif
