/* Any bytes as a report record, for ct-submit (a rehearsal), for ct-preserve
 * (no vault), and as an answer that was given to one. */
#include "fuzz.h"

#include "filing.h"
#include "prog.h"
#include "vault.h"

static void
show(void *arg, enum ct_tip_call call, size_t file, const char *xml)
{
	int *n = arg;

	(void)file;
	must(call != CT_TIP_SUBMIT || xml);
	must(ct_tip_name(call));
	++*n;
}

static void
submit(const json_t *was)
{
	int calls = 0, status = 0;
	struct ct_filing f = { .show = show, .arg = &calls };
	json_t *rec = json_deep_copy(was);
	struct ct_err err = { 0 };
	const char *outcome = NULL;

	must(ct_filing_start(&f, &err) == 0);
	if (ct_filing_record(&f, rec, &outcome, &status, &err) == 0)
		must(outcome && *outcome);
	else
		must(*err.msg && !strchr(err.msg, '\n'));
	ct_filing_done(&f);
	json_decref(rec);
}

static void
seal(const json_t *was)
{
	static const struct ct_vault_pub pub;
	json_t *rec = json_deep_copy(was);
	struct ct_err err = { 0 };
	size_t failed = 0;

	if (ct_vault_report(NULL, &pub, "no vault", rec, &failed, &err) == 0)
		must(
		    failed == json_array_size(ct_rec_get(rec, "report.files")));
	json_decref(rec);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ct_err err = { 0 };
	json_t *rec = ct_json_object((const char *)data, len, &err);

	if (!rec)
		return 0;
	submit(rec);
	seal(rec);
	json_decref(rec);
	return 0;
}
