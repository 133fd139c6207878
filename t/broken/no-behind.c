/* t/unit/audit_hole, broken: no line says what of its batch is before it. */
#include <stdlib.h>

#include "audit_impl.h"
#include "prog.h"

int __real_audit_line_make(struct ct_audit *a, const char *act,
    const json_t *members, struct ct_err *err);
int __wrap_audit_line_make(struct ct_audit *a, const char *act,
    const json_t *members, struct ct_err *err);

int
__wrap_audit_line_make(struct ct_audit *a, const char *act,
    const json_t *members, struct ct_err *err)
{
	struct ct_text before = a->batch;
	int rc;

	a->batch = (struct ct_text){ 0 };
	rc = __real_audit_line_make(a, act, members, err);
	ct_text_add(&before, a->batch.s, a->batch.len);
	ct_text_free(&a->batch);
	a->batch = before;
	return rc;
}
