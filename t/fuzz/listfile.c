/* Any bytes as a hash list: in a file, to be matched by, in the sandbox. */
#define FUZZ_BOX
#include "fuzz.h"

#include "entry.h"
#include "listfile.h"
#include "match.h"
#include "source_fetch.h"

static const char probe[] =
    "{\"id\":\"x\",\"file\":{\"decode\":\"ok\"},\"hashes\":{"
    "\"md5\":\"0123456789abcdef0123456789abcdef\",\"pdq_quality\":100,\"pdq\":"
    "\"0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f\"}}";

/* What is given is in normal form, and fits where it goes. */
static int
each(void *arg, const struct ct_entry *e, struct ct_err *err)
{
	size_t *n = arg, len, i;

	(void)err;
	must(e->member && e->entry && e->content && *e->entry);
	must(e->n <= 1 && ct_entry_fits(e));
	for (i = 0; i < e->n; i++) {
		len = ct_signal_len(e->signal[i].type);
		must(!len || e->signal[i].len == len);
		must(e->signal[i].len && e->signal[i].len <= CT_SIGNAL_MAX);
	}
	++*n;
	return 0;
}

static int
bad(void *arg, size_t line, const char *why, struct ct_err *err)
{
	size_t *n = arg;

	(void)err;
	must(line && why && *why);
	++*n;
	return 0;
}

static void
read_it(const char *path, const char *type, const char *form, bool strict)
{
	size_t n = 0;
	struct ct_listfile f = { .type = type,
		.form = form,
		.map = form ? "a: url, b: hash, c: type, d: category" : NULL,
		.positive = form ? "1, 2" : NULL,
		.each = each,
		.bad = bad,
		.arg = &n,
		.strict = strict };
	struct ct_err err = { 0 };

	(void)ct_listfile_read(&f, path, &err);
}

/* As what stands beside a file. */
static void
sums(const uint8_t *data, size_t len)
{
	char *text = fuzz_text(data, len);
	uint8_t sum[32];

	(void)source_fetch_sum(text, "list", sum);
	free(text);
}

static void
match_by(const char *path, const char *type)
{
	struct ct_match_how how = { .threshold = -1, .max_hits = 3 };
	enum ct_verdict verdict = CT_CLEAN;
	struct ct_match *m = NULL;
	struct ct_err err = { 0 };
	json_t *rec;

	if (ct_match_open(&m,
		&(struct ct_match_from){ .path = path, .type = type }, &err))
		return;
	rec = ct_json_object(probe, sizeof probe - 1, &err);
	must(rec && ct_match_rec(m, &how, rec, &verdict, &err) == 0);
	must(ct_rec_text(rec, "match.verdict"));
	json_decref(rec);
	ct_match_close(m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	int fd = fuzz_fd(data, len);
	struct fuzz_path path = fuzz_path(fd);
	struct ct_sandbox *box = fuzz_box();
	struct ct_err err = { 0 };

	read_it(path.text, NULL, NULL, false);
	read_it(path.text, "pdq", NULL, true);
	read_it(path.text, "md5", "csv", false);
	read_it(path.text, NULL, "hashdeep", false);
	read_it(path.text, NULL, "vics", false);
	read_it(path.text, NULL, "url", true);
	match_by(path.text, NULL);
	match_by(path.text, "md5");
	(void)ct_sandbox_load(box, path.text, &err);
	(void)close(fd);
	sums(data, len);
	return 0;
}
