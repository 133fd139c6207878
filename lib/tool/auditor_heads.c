/* auditor_heads.c - heads of logs, as records, signed */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "auditor_impl.h"
#include "clock.h"
#include "file.h"
#include "hex.h"
#include "prog.h"

static bool
sum_of(const json_t *rec, const char *name, uint8_t sum[32])
{
	const char *hex = ct_rec_text(rec, name);

	return hex && strlen(hex) == 64 && ct_unhex(hex, sum, 32) == 0;
}

/* What is signed of a head, a line; NULL: it is none. */
static char *
signed_text(const json_t *rec)
{
	const char *program = ct_rec_text(rec, "program");
	const char *sum = ct_rec_text(rec, "sum");
	const char *at = ct_rec_text(rec, "at");
	const char *taken = ct_rec_text(rec, "taken");
	const char *first = ct_rec_text(rec, "first");
	const json_t *seq = json_object_get(rec, "seq");
	uint8_t raw[32];

	if (!program || !taken || !json_is_integer(seq) ||
	    json_integer_value(seq) < 0 || !sum_of(rec, "sum", raw))
		return NULL;
	if (json_integer_value(seq) && (!at || !sum_of(rec, "first", raw)))
		return NULL;
	return ct_printf("%s %s %" PRId64 " %s %s %s\n", program,
	    first ? first : "-", (int64_t)json_integer_value(seq),
	    at ? at : "-", sum, taken);
}

json_t *
auditor_head_record(const char *program, const struct ct_audit_head *last,
    const uint8_t first[32], const struct ct_signet *signet)
{
	char when[CT_TIME_LEN], now[CT_TIME_LEN], hex[2 * CT_SIGNET_LEN + 1];
	uint8_t sig[CT_SIGNET_LEN];
	json_t *rec = json_object();
	char *text;

	(void)json_object_set_new(rec, "program", json_string(program));
	(void)json_object_set_new(
	    rec, "seq", json_integer((json_int_t)last->seq));
	if (last->seq) {
		(void)json_object_set_new(
		    rec, "at", json_string(ct_time(last->at, when)));
		ct_hex(first, 32, hex);
		(void)json_object_set_new(rec, "first", json_string(hex));
	}
	ct_hex(last->sum, 32, hex);
	(void)json_object_set_new(rec, "sum", json_string(hex));
	(void)json_object_set_new(rec, "taken", json_string(ct_time_now(now)));
	if (signet && (text = signed_text(rec))) {
		ct_signet_sign(signet, CT_SIGNET_HEAD, text, strlen(text), sig);
		free(text);
		ct_hex(ct_signet_public(signet)->id, 32, hex);
		(void)json_object_set_new(rec, "key", json_string(hex));
		ct_hex(sig, sizeof sig, hex);
		(void)json_object_set_new(rec, "signature", json_string(hex));
	}
	return rec;
}

static bool
fits(const json_t *rec, const char *text, const struct ct_signet_pub *pub)
{
	const char *hex = ct_rec_text(rec, "signature");
	uint8_t sig[CT_SIGNET_LEN];

	return hex && strlen(hex) == 2 * sizeof sig &&
	    ct_unhex(hex, sig, sizeof sig) == 0 &&
	    ct_signet_fits(pub, CT_SIGNET_HEAD, text, strlen(text), sig);
}

/* A line of the file; NULL, or why it is none that counts. */
static const char *
take(struct auditor_heads *h, const char *line, size_t len,
    const struct ct_signet_pub *pub)
{
	struct ct_err why;
	json_t *rec = ct_json_object(line, len, &why);
	char *text = rec ? signed_text(rec) : NULL;
	const char *wrong = NULL;
	struct auditor_head *one;

	if (!text) {
		wrong = "this is no head";
	} else if (pub && !fits(rec, text, pub)) {
		wrong = "this head is not signed by the key";
	} else if (json_integer_value(json_object_get(rec, "seq"))) {
		h->head = ct_grow(h->head, h->n + 1, sizeof *h->head);
		one = &h->head[h->n++];
		one->program = ct_strdup(ct_rec_text(rec, "program"));
		one->seq =
		    (int64_t)json_integer_value(json_object_get(rec, "seq"));
		(void)sum_of(rec, "first", one->first);
		(void)sum_of(rec, "sum", one->sum);
	}
	free(text);
	json_decref(rec);
	return wrong;
}

static int
by_log(const struct auditor_head *x, const struct auditor_head *y)
{
	int by = strcmp(x->program, y->program);

	return by ? by : memcmp(x->first, y->first, sizeof x->first);
}

static int
order(const void *a, const void *b)
{
	const struct auditor_head *x = a, *y = b;
	int by = by_log(x, y);

	return by ? by : x->seq < y->seq ? -1 : x->seq > y->seq;
}

size_t
auditor_heads_end(const struct auditor_heads *h, size_t i)
{
	size_t end = i;

	while (end < h->n && by_log(&h->head[i], &h->head[end]) == 0)
		end++;
	return end;
}

int
auditor_heads_read(struct auditor_heads *h, const char *path,
    const struct ct_signet_pub *pub, struct ct_err *err)
{
	struct ct_in in = { .delim = '\n' };
	struct ct_err why = { 0 };
	const char *wrong;
	struct stat st;
	char *line;
	size_t len;
	int rc;

	if ((in.fd = ct_file_open(path, true, &st, &why)) < 0)
		return ct_fail(err, why.code, "'%s': %s", path, why.msg);
	while (
	    (rc = ct_in_next(&in, &line, &len, err)) == 1 || rc == CT_DATAERR) {
		wrong = rc == CT_DATAERR ? "this is no head"
		    : len                ? take(h, line, len, pub)
					 : NULL;
		if (!wrong)
			continue;
		ct_warn("'%s', line %zu: %s", path, in.lineno, wrong);
		h->bad = true;
	}
	ct_in_free(&in);
	(void)close(in.fd);
	if (h->n)
		qsort(h->head, h->n, sizeof *h->head, order);
	return rc;
}

void
auditor_heads_free(struct auditor_heads *h)
{
	while (h->n)
		free(h->head[--h->n].program);
	free(h->head);
	h->head = NULL;
}
