/* Any bytes as the platform's answer: what is taken tells of all that was asked
 * for, and changes nothing that was said. */
#include "fuzz.h"

#include "enrich.h"

static const char *const recs[] = {
	"{\"id\":\"a\",\"user\":{\"id\":\"u\"}}",
	"{\"id\":\"b\",\"user\":{\"id\":\"u\",\"screen_name\":\"own\","
	"\"ip\":[]},\"object\":{\"name\":7,\"missing\":false}}",
	"{\"id\":\"c\",\"user\":{\"id\":\"u\"},\"threads\":[{\"messages\":"
	"[{\"id\":\"1\"},{\"id\":\"1\",\"ip\":\"own\"},7]},null]}",
};

/* Is all of what was still there, as it was? */
static void
kept(const json_t *was, const json_t *is)
{
	const char *name;
	json_t *v;
	size_t i;

	if (json_is_object(was)) {
		json_object_foreach((json_t *)(uintptr_t)was, name, v)
		{
			kept(v, json_object_get(is, name));
		}
	} else if (json_is_array(was)) {
		must(json_array_size(was) == json_array_size(is));
		json_array_foreach(was, i, v)
		{
			kept(v, json_array_get(is, i));
		}
	} else {
		must(json_equal(was, is));
	}
}

static void
apply(const json_t *was, const struct ct_answer *a,
    const struct ct_enrich_types *types)
{
	json_t *is = json_deep_copy(was), *files, *file;
	struct ct_err err = { 0 };
	size_t i;
	int rc = ct_enrich_apply(is, a, types, "command", &err);

	must(rc == 0 || (rc == CT_DATAERR && json_equal(was, is)));
	kept(was, is);
	must(rc || ct_enrich_passes(is));
	files = ct_enrich_files(is, a, "command");
	must(json_array_size(files) <= CT_ENRICH_FILES);
	json_array_foreach(files, i, file)
	{
		must(ct_enrich_passes(file) && ct_rec_text(file, "id") &&
		    strcmp(ct_rec_text(file, "supplemental.of"),
			ct_rec_text(was, "id")) == 0 &&
		    strncmp(ct_rec_text(file, "url"), "http", 4) == 0);
	}
	json_decref(files);
	json_decref(is);
}

static bool
told(const json_t *list, const char *id)
{
	const json_t *one;
	const char *is;
	size_t i;

	json_array_foreach(list, i, one)
	{
		is = ct_rec_text(one, "id");
		if (is && strcmp(is, id) == 0)
			return true;
	}
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct ct_enrich_types types = { "user", "media" };
	static json_t *all, *request;
	struct ct_answer a;
	struct ct_err err = { 0 };
	size_t i;
	int rc;

	if (!all) {
		all = json_array();
		for (i = 0; i < sizeof recs / sizeof recs[0]; i++)
			(void)json_array_append_new(all,
			    ct_json_object(recs[i], strlen(recs[i]), &err));
		request = ct_enrich_request(all, &types);
		must(json_array_size(json_object_get(request, "media")) == 2);
	}
	rc =
	    ct_enrich_answer(&a, request, false, (const char *)data, len, &err);
	must(rc == 0 || rc == CT_PROTOCOL || rc == CT_DATAERR);
	must(!rc == !err.code && !strchr(err.msg, '\n'));
	if (!rc) {
		must(told(json_object_get(a.body, "users"), "u"));
		must(told(json_object_get(a.body, "media"), "a"));
		must(told(json_object_get(a.body, "media"), "b"));
		for (i = 0; i < json_array_size(all); i++)
			apply(json_array_get(all, i), &a, &types);
	}
	ct_answer_done(&a);
	return 0;
}
