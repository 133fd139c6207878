/* wrap.h - what the linker's --wrap=ct_outbox_note makes of that name */
#ifndef CT_WRAP_H
#define CT_WRAP_H

#include "outbox.h"

int __real_ct_outbox_note(struct ct_outbox *ob, struct ct_outbox_report *r,
    const char *event, json_t *detail, const void *body, size_t len,
    struct ct_err *err);
int __wrap_ct_outbox_note(struct ct_outbox *ob, struct ct_outbox_report *r,
    const char *event, json_t *detail, const void *body, size_t len,
    struct ct_err *err);

#endif
