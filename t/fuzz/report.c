/* Any bytes as what ct-report reads: what it makes of them fits the schema,
 * and nothing accuses without reason. */
#include "fuzz.h"

#include "conf.h"
#include "prog.h"
#include "report.h"
#include "schema.h"

static const char text[] =
    "[company]\nname = Example Images\n[reporter]\nfirst_name = Ana\n"
    "last_name = Lima\nemail = trust@images.example\n";

static struct ct_reporting how = { .now = 1790000000000 };

static void
pass(const char *line, void *arg)
{
	size_t *n = arg;

	must(*line == '{' && !strchr(line, '\n'));
	++*n;
}

static void
setup(void)
{
	struct ct_err err = { 0 };
	struct ct_conf *conf;

	must(ct_conf_parse(&conf, "fuzz", text, &err) == 0);
	must(ct_schema(&how.xsd, &err) == 0);
	how.conf = conf;
	how.incident = "csam";
}

static void
files(const json_t *part)
{
	const json_t *file;
	struct ct_err err = { 0 };
	char *xml;
	size_t i, len;

	json_array_foreach(ct_rec_get(part, "report.files"), i, file)
	{
		must(ct_report_file_xml(
			 how.xsd, file, "42", "f1", &xml, &len, &err) == 0);
		must(ct_xsd_check(how.xsd, xml, len, NULL, NULL, &err) == 0);
		/* there is no key, so nobody is said to have viewed it */
		must(!strstr(xml, "ViewedByEsp>"));
		free(xml);
	}
}

static void
make(const struct ct_group *g)
{
	json_t *parts = NULL, *notes = json_array(), *part;
	struct ct_err err = { 0 };
	const char *xml;
	size_t i;

	json_array_foreach(g->recs, i, part)
	    must(ct_report_unfit(part) == NULL);
	if (ct_report_make(&how, g->recs, &parts, notes, &err)) {
		must(err.code && *err.msg && !strchr(err.msg, '\n'));
	} else {
		must(json_array_size(parts) > 0);
		json_array_foreach(parts, i, part)
		{
			xml = ct_rec_text(part, "report.xml");
			must(!xml ||
			    ct_xsd_check(how.xsd, xml, strlen(xml), NULL, NULL,
				&err) == 0);
			files(part);
			must(json_is_array(
			    ct_rec_get(part, "report.lint.errors")));
		}
	}
	json_decref(parts);
	json_decref(notes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ct_collect c = { 0 };
	struct ct_err err = { 0 };
	size_t i, passed = 0;
	int fd = fuzz_fd(data, len);

	if (!how.xsd)
		setup();
	(void)ct_collect_read(&c, fd, pass, &passed, &err);
	for (i = 0; i < c.n; i++)
		if (ct_group_whole(&c.group[i], &err) == 0)
			make(&c.group[i]);
	ct_collect_free(&c);
	(void)close(fd);
	return 0;
}
