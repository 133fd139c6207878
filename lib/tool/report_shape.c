/* report_shape.c - members that are what they should be, or else an error */
#include "report_impl.h"

int
ct_report_shape(const json_t *recs, struct ct_err *err)
{
	static const char *const objects[] = { "incident", "object", "review",
		"match", "supplemental", "file" };
	static const char *const arrays[] = { "prior", "review.prior",
		"match.hits" };
	const json_t *rec, *v;
	const char *account;
	size_t i, k;
	int rc;

	json_array_foreach(recs, i, rec)
	{
		if ((rc = ct_rec_account(rec, &account, err)))
			return rc;
		for (k = 0; k < sizeof objects / sizeof objects[0]; k++) {
			v = json_object_get(rec, objects[k]);
			if (v && !json_is_null(v) && !json_is_object(v))
				return ct_fail(err, CT_DATAERR,
				    "%s is no object", objects[k]);
		}
		for (k = 0; k < sizeof arrays / sizeof arrays[0]; k++) {
			v = ct_rec_get(rec, arrays[k]);
			if (v && !json_is_null(v) && !json_is_array(v))
				return ct_fail(err, CT_DATAERR,
				    "%s is no array", arrays[k]);
		}
	}
	return 0;
}
