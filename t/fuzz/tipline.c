/* Any bytes as the CyberTipline's answer: success only where it is plain. */
#include "fuzz.h"

#include "tipline.h"

/* The first byte: which call; the second: of which status. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const long status[] = { 200, 201, 400, 401, 403, 404, 429, 500,
		502, 503 };
	struct ct_tip_answer a = { 0 };
	enum ct_tip_call call;
	const char *id;

	if (len < 2)
		return 0;
	call = (enum ct_tip_call)(data[0] % (CT_TIP_RETRACT + 1));
	id = call == CT_TIP_STATUS || call == CT_TIP_SUBMIT ? NULL : "42";
	a.status = status[data[1] % (sizeof status / sizeof status[0])];
	a.body = fuzz_text(data + 2, len - 2);
	a.len = len - 2;
	a.retry_after = -1;
	ct_tip_read(call, id, &a);
	must(a.kind <= CT_TIP_PROTOCOL);
	must(a.kind == CT_TIP_OK || *a.why);
	must(!strchr(a.why, '\n') && memchr(a.why, 0, sizeof a.why));
	if (a.kind == CT_TIP_OK) {
		must(a.code == 0 && strstr(a.body, "responseCode"));
		must(call == CT_TIP_STATUS || *a.report_id);
		must(!id || strcmp(a.report_id, id) == 0);
		must(call != CT_TIP_UPLOAD ||
		    (*a.file_id && strlen(a.md5) == 32));
	}
	ct_tip_done(&a);
	return 0;
}
