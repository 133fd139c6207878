/* outbox_impl.h - between the files of the outbox alone */
#ifndef CT_OUTBOX_IMPL_H
#define CT_OUTBOX_IMPL_H

#include "outbox.h"

struct ct_event { /* as it stands in the journal */
	const char *name;
	int64_t at;
	const json_t *detail;
};

/* Change *r as the event does.  CT_CONFIG for one that is not known. */
int ct_outbox_apply(
    struct ct_outbox_report *r, const struct ct_event *ev, struct ct_err *err);

#endif
