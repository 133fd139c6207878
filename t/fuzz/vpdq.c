/* Any bytes as vPDQ text, and, repeated to its size, as a .tmk file: what is
 * taken is written and read again, and every score is a number. */
#include "fuzz.h"

#include <math.h>

#include "tmk.h"
#include "vpdq.h"

static void
again(const struct ct_vpdq *v, bool json)
{
	struct ct_vpdq w = { .n = 0 };
	struct ct_vpdq_set set;
	struct ct_vpdq_score score;
	struct ct_err err;
	char *text = malloc(v->n * CT_VPDQ_LINE + 3);
	size_t i, n = 0;

	must(text);
	text[n++] = json ? '[' : ' ';
	for (i = 0; i < v->n; i++) {
		if (json && i)
			text[n++] = ',';
		n += json ? ct_vpdq_item(&v->frame[i], text + n)
			  : ct_vpdq_line(&v->frame[i], text + n);
	}
	if (json)
		text[n++] = ']';
	must(ct_vpdq_read(&w, text + !json, n - !json, &err) == 0);
	must(w.n == v->n);
	for (i = 0; i < w.n; i++)
		must(memcmp(&w.frame[i], &v->frame[i], sizeof w.frame[i]) == 0);
	must(ct_vpdq_set(&set, &w, 0, &err) == 0);
	must(ct_vpdq_compare(&set, &set, 0, true, &score, &err) == 0);
	must(score.query == score.query_near &&
	    score.compared == score.compared_near && score.query <= v->n);
	ct_vpdq_set_free(&set);
	ct_vpdq_free(&w);
	free(text);
}

static void
tmk(const uint8_t *data, size_t len)
{
	static uint8_t bytes[CT_TMK_LEN];
	static struct ct_tmk t;
	float unit[CT_TMK_DIM], score;
	struct ct_err err;
	size_t i;

	ct_tmk_start(&t);
	ct_tmk_write(&t, bytes);
	for (i = len ? data[0] * 3U : CT_TMK_LEN; i < CT_TMK_LEN; i++)
		bytes[i] = data[i % len];
	must(ct_tmk_read(&t, bytes, len, &err) || len == CT_TMK_LEN);
	if (ct_tmk_read(&t, bytes, sizeof bytes, &err))
		return;
	ct_tmk_unit(&t, unit);
	score = ct_tmk_level1(unit, unit);
	must(score >= 0 && score < 1.001F);
	must(isfinite(ct_tmk_level2(&t, &t, NULL)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ct_vpdq v = { .n = 0 };
	struct ct_err err;
	char *text = fuzz_text(data, len);
	size_t i;

	if (ct_vpdq_read(&v, text, len, &err) == 0 && v.n) {
		for (i = 0; i < v.n; i++)
			must(v.frame[i].quality <= 100 && v.frame[i].ms >= 0 &&
			    v.frame[i].ms < CT_VPDQ_MS);
		again(&v, strspn(text, " \t\r\n[") > 0);
	} else {
		must(v.n == 0 || *err.msg);
	}
	ct_vpdq_free(&v);
	free(text);
	tmk(data, len);
	return 0;
}
