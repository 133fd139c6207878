/* vault_lawful.c - evidence that two people let go: ct_vault_destroy */
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "vault_end.h"

/* Is any of them held?  Then none is destroyed. */
static int
check_holds(struct ct_vault *v, const struct vault_fate *fate, size_t n,
    struct ct_err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < n; i++)
		rc = vault_unheld(v, fate[i].id, err);
	return rc;
}

/* All of them, so many with a line; *wrong counts those that stay. */
static int
end_all(struct ct_vault *v, struct vault_fate *fate, size_t n,
    const struct vault_word *word, const char *by, size_t *wrong,
    struct ct_err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < n; i += VAULT_BATCH)
		rc = vault_destroy(v, fate + i,
		    n - i < VAULT_BATCH ? n - i : VAULT_BATCH, "request", word,
		    by, err);
	for (i = 0; !rc && i < n; i++)
		if (fate[i].why.code > CT_NO) {
			if (!(*wrong)++)
				*err = fate[i].why;
		}
	return rc;
}

static int
fates(const json_t *objects, struct vault_fate **fate, size_t *n,
    struct ct_err *err)
{
	json_t *one;
	size_t i;

	*n = json_array_size(objects);
	*fate = ct_alloc(*n + 1, sizeof **fate);
	json_array_foreach(objects, i, one)
	{
		(*fate)[i].id = json_string_value(one);
		if (!(*fate)[i].id || !vault_is_id((*fate)[i].id))
			return ct_fail(err, CT_DATAERR,
			    "request.objects holds what is no object");
	}
	return 0;
}

int
ct_vault_destroy(struct ct_vault *v, const struct ct_conf *conf, json_t *rec,
    const struct ct_vault_ending *how, struct ct_err *err)
{
	const char *verb = ct_rec_text(rec, "request.verb");
	const json_t *request = json_object_get(rec, "request");
	json_t *certificate = NULL, *late, *one;
	struct vault_word word = { ct_rec_text(rec, "request.id"), NULL };
	struct vault_fate *fate = NULL;
	size_t n = 0, wrong = 0, i;
	int rc;

	if (!verb || strcmp(verb, "destroy") != 0)
		return CT_NO;
	late = json_array();
	rc = fates(json_object_get(request, "objects"), &fate, &n, err);
	if (!rc)
		rc = vault_approval(rec, conf, "destroy", &word.approval, err);
	if (!rc && how->yes)
		rc = vault_must_agree(v, err);
	if (!rc)
		rc = vault_begin(v, NULL, err);
	if (!rc)
		rc = vault_may_do(v, request, err);
	if (!rc && how->yes)
		rc = vault_clock(v, how->clock_ok, err);
	if (!rc && how->yes)
		rc = vault_resume(v, late, err);
	if (!rc)
		rc = check_holds(v, fate, n, err);
	if (!rc && how->yes)
		rc = end_all(v, fate, n, &word, how->by, &wrong, err);
	if (!rc && how->yes)
		rc = vault_certify(v, fate, n, word.request, &certificate, err);
	vault_end(v);
	json_array_foreach(late, i, one) rc =
	    rc ? rc : vault_hand_over(how, one, err);
	if (!rc)
		rc = vault_hand_over(how, certificate, err);
	json_decref(late);
	json_decref(word.approval);
	if (certificate)
		(void)json_object_set_new(rec, "certificate", certificate);
	free(fate);
	return rc ? rc : wrong ? err->code : 0;
}
