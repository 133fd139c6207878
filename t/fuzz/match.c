/* Any record looked up in a small list: a verdict or an error, and clear only
 * what was hashed well and hits nothing. */
#include "fuzz.h"

#include "match.h"

static const char list[] =
    "md5 0123456789abcdef0123456789abcdef a\n"
    "sha1 0123456789abcdef0123456789abcdef01234567 b\n"
    "pdq 0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f c\n"
    "pdq 0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0fff d\n";
static const char frames[] =
    "0,100,f0f00f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f,0\n"
    "1,50,00ff0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0ff0ff,1\n";

static struct ct_match *m;

static void
check(const json_t *rec, enum ct_verdict verdict)
{
	const json_t *hits = ct_rec_get(rec, "match.hits");
	const char *said = ct_rec_text(rec, "match.verdict");
	const char *decode = ct_rec_text(rec, "file.decode");

	must(said && strcmp(said, ct_verdict_name[verdict]) == 0);
	must((verdict == CT_MATCH) == (json_array_size(hits) > 0));
	must(json_array_size(hits) <= 2);
	if (verdict == CT_CLEAN && ct_rec_get(rec, "file.decode"))
		must(decode && strcmp(decode, "ok") == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ct_match_how how = { .threshold = -1, .max_hits = 2 };
	enum ct_verdict verdict = CT_CLEAN;
	struct ct_err err = { 0 };
	json_t *rec;
	char whole[sizeof list + 64];
	int fd, clip;

	if (!m) {
		clip = fuzz_fd(frames, sizeof frames - 1);
		fd = snprintf(whole, sizeof whole, "%svpdq %s e\n", list,
		    fuzz_path(clip).text);
		fd = fuzz_fd(whole, (size_t)fd);
		must(ct_match_open(&m,
			 &(struct ct_match_from){ .path = fuzz_path(fd).text },
			 &err) == 0);
		(void)close(fd);
	}
	rec = ct_json_object((const char *)data, len, &err);
	if (!rec)
		return 0;
	if (ct_match_rec(m, &how, rec, &verdict, &err) == 0)
		check(rec, verdict);
	else
		must(err.code == CT_DATAERR && *err.msg);
	json_decref(rec);
	return 0;
}
