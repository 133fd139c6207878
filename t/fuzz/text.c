/* Any bytes as a short text: a time, an address, a fault of the sandbox. */
#define FUZZ_BOX
#include "fuzz.h"

#include "clock.h"
#include "hex.h"
#include "http.h"
#include "queue.h"

/* What is read and written is read again as the same. */
static void
as_time(const char *text)
{
	char back[CT_TIME_LEN];
	int64_t ms, again;

	if (ct_time_parse(text, &ms))
		return;
	must(ct_time_parse(ct_time(ms, back), &again) == 0 && again == ms);
}

/* Without TLS nothing but this machine is spoken to. */
static void
as_url(const char *text)
{
	struct ct_err err = { 0 };
	char *host = ct_http_host(text), *p;

	for (p = host; p && *p; p++)
		must((unsigned char)*p < 0x80 && !(*p >= 'A' && *p <= 'Z'));
	if (ct_http_allowed(text, &err) == 0)
		must(strncasecmp(text, "http:", 5) != 0 ||
		    (host && ct_http_loopback(text)));
	else
		must(err.code == CT_NOPERM && *err.msg);
	free(host);
}

static void
as_fault(struct ct_sandbox *box, const char *text)
{
	struct ct_err err = { 0 };

	(void)ct_sandbox_fault(box, text, &err);
	(void)ct_sandbox_clock(box, text, &err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ct_sandbox *box = fuzz_box();
	char *text = fuzz_text(data, len), *hex;
	uint8_t back[32];

	as_time(text);
	as_url(text);
	(void)ct_class_ok(text);
	(void)ct_verdict_named(text);
	as_fault(box, text);
	if (len >= sizeof back) {
		hex = malloc(2 * len + 1);
		must(hex);
		ct_hex(data, len, hex);
		must(ct_unhex(hex, back, sizeof back) == 0);
		must(memcmp(back, data, sizeof back) == 0);
		free(hex);
	}
	if (strlen(text) >= 2 * sizeof back)
		(void)ct_unhex(text, back, sizeof back);
	free(text);
	return 0;
}
