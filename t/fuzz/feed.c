/*
 * Any bytes as a page of ThreatExchange, StopNCII or Tech Against Terrorism,
 * whose records go into a list that is then as it was.
 */
#include "fuzz.h"

#include "list.h"
#include "rec.h"
#include "source_feed.h"

static const struct ct_feed_proto *const protos[] = { &ct_feed_threatexchange,
	&ct_feed_stopncii, &ct_feed_tat };

/* In a directory that is gone at once. */
static struct ct_list *
empty_list(void)
{
	static struct ct_list *list;
	char dir[] = "/tmp/ct-fuzz.XXXXXX";
	char *cmd = NULL;
	struct ct_err err = { 0 };

	if (list)
		return list;
	must(mkdtemp(dir) && ct_list_open(&list, dir, "f", true, &err) == 0);
	must(asprintf(&cmd, "rm -rf '%s'", dir) > 0 && system(cmd) == 0);
	free(cmd);
	return list;
}

static void
records(struct ct_feed *f, const json_t *all, struct ct_err *err)
{
	struct ct_list_count count = { .entries = -1 };
	const json_t *rec;
	size_t i;

	must(ct_list_begin(f->src->db, err) == 0);
	json_array_foreach(all, i, rec)
	{
		f->at = i + 1;
		if (json_is_object(rec))
			must(f->proto->record(f, rec, err) == 0);
	}
	must(f->src->put >= 0 && f->src->rejected >= 0);
	must(ct_list_count(f->src->db, &count, err) == 0);
	must(count.entries <= f->src->put);
	ct_list_rollback(f->src->db);
}

static void
as(const struct ct_feed_proto *proto, const uint8_t *data, size_t len)
{
	static char name[] = "f", group[] = "1", token[] = "12345678|x",
		    base[] = "http://127.0.0.1:1/v1";
	struct ct_source src = { .name = name, .group = group };
	struct ct_feed f = { .src = &src, .proto = proto, .name = "delta" };
	struct ct_feed_page page = { 0 };
	struct ct_err err = { 0 };
	json_t *doc = ct_json_page((const char *)data, len, &err);
	int rc;

	if (!doc)
		return;
	src.db = empty_list();
	f.get = (struct ct_get){
		.src = &src, .base = base, .cred = { .token = token }
	};
	f.size = proto->size;
	rc = proto->page(&f, doc, &page, &err);
	must(rc == 0 || err.code == rc);
	if (!rc) {
		must(json_is_array(page.records));
		must(!page.next || *page.next == '/');
		records(&f, page.records, &err);
	}
	free(page.next);
	free(page.mark);
	json_decref(doc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = fuzz_text(data, len);
	size_t i;

	for (i = 0; i < sizeof protos / sizeof protos[0]; i++)
		as(protos[i], (const uint8_t *)text, len);
	free(text);
	return 0;
}
