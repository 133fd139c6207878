/* pdq_grey.c - a whole picture at once */
#include <stdlib.h>

#include "pdq.h"

static int
hash(struct ct_pdq *p, const struct ct_pdq_shape *shape, const uint8_t *grey,
    size_t stride, uint8_t out[CT_PDQ_LEN], void *work)
{
	ct_pdq_start(p, shape, work);
	ct_pdq_rows(p, CT_PDQ_GREY, grey, (ptrdiff_t)stride);
	return ct_pdq_end(p, out);
}

int
ct_pdq_grey(const uint8_t *grey, uint32_t w, uint32_t h, size_t stride,
    uint8_t out[CT_PDQ_LEN], int *quality, struct ct_err *err)
{
	struct ct_pdq_shape tent = { CT_PDQ_TENT, w, h, 8 };
	struct ct_pdq_shape exact = { CT_PDQ_EXACT, w, h, 8 };
	size_t need = ct_pdq_need(&tent), other = ct_pdq_need(&exact);
	struct ct_pdq *p = malloc(sizeof *p);
	void *work = malloc(need > other ? need : other);
	int rc = 0;

	if (!p || !work) {
		rc = ct_fail(err, CT_OSERR, "out of memory");
	} else {
		*quality = hash(p, &tent, grey, stride, out, work);
		if (!ct_pdq_sure(p))
			*quality = hash(p, &exact, grey, stride, out, work);
	}
	free(work);
	free(p);
	return rc;
}
