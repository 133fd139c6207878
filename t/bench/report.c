/*
 * report - how many reports a second one core makes
 *
 *	report [N]
 *
 * N reports (by default 2000) of one account and two pictures each, with what
 * a platform knows of it.  First only their XML: the documents of the report
 * and of both files, written from their models, read back, checked against the
 * schema and its rules.  Then all that ct-report does between a file record
 * that was parsed and a report record that is written.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conf.h"
#include "prog.h"
#include "report_impl.h"
#include "schema.h"

static const char conf[] =
    "[company]\nname = Example Images\nlegal_url = https://images.example/l\n"
    "[reporter]\nfirst_name = Ana\nlast_name = Lima\n"
    "email = trust@images.example\n[contact]\nphone = +49 30 1\n";

#define HASHES                                      \
	"'hashes':{'md5':'%032ld','sha1':'%040ld'," \
	"'sha256':'%063ld%d','pdq':'%064ld',"       \
	"'pdq_quality':100},"
#define HIT                                                               \
	"'match':{'verdict':'match','total':1,'hits':[{'source':'ncmec'," \
	"'list':'industry','member':'9002','entry':'1001','type':'pdq',"  \
	"'distance':6,'orientation':'orig','classification':'A1',"        \
	"'class':'csam','policy':'review'}]},"
#define REVIEW                                                    \
	"'review':{'verdict':'csam','class':'A1','by':'r7',"      \
	"'at':'2026-03-05T00:00:00Z','batch':'%032ld','items':2," \
	"'prior':[{'env':'test','report_id':'990000001'}],"       \
	"'viewed':{'level':'none','entire':false,'exif':false}}}"
#define USER                                                               \
	"'user':{'id':'u%ld','screen_name':'sam','display_name':'Sam',"    \
	"'email':{'value':'sam@images.example','type':'Home',"             \
	"'verified':true},'phone':['+49 30 1'],'profile_url':"             \
	"'https://images.example/u/1','ip':[{'address':'198.51.100.7',"    \
	"'port':51442,'at':'2026-03-04T05:06:07Z','event':'Login'},"       \
	"{'address':'2001:db8::7','port':443,'at':'2026-03-04T05:00:00Z'," \
	"'event':'Registration'}],'device':{'type':'IMEI','value':'0'}},"
#define OBJECT                                                         \
	"'object':{'name':'%d.jpg','modified':'2026-03-04T05:06:07Z'," \
	"'uploaded':'2026-03-04T05:06:07Z','url':"                     \
	"'https://images.example/p/%ld/%d.jpg','public':true,'ip':{"   \
	"'address':'198.51.100.7','port':51442,"                       \
	"'at':'2026-03-04T05:06:07Z','event':'Upload'}},"

static json_t *
record(long i, int k)
{
	static const char form[] =
	    "{'id':'up/%ld/%d.jpg','path':'/srv/%ld'," USER OBJECT
	    "'file':{'size':48213,'mime':'image/jpeg','decode':'ok'}," HASHES
		HIT REVIEW;
	char *text = ct_printf(form, i, k, i, i, k, i, k, i, i, i, k, i, i), *s;
	json_t *rec;

	for (s = text; *s; s++)
		if (*s == '\'')
			*s = '"';
	rec = json_loads(text, 0, NULL);
	free(text);
	if (!rec)
		ct_die(CT_SOFTWARE, "no record");
	return rec;
}

static double
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct ct_reporting how = { .now = 1790000000000, .incident = "csam" };

static json_t *
make(json_t *recs)
{
	json_t *parts, *notes = json_array();
	struct ct_err err = { 0 };

	if (ct_report_make(&how, recs, &parts, notes, &err))
		ct_die_err(&err);
	json_decref(notes);
	return parts;
}

/* The model that a document was written from. */
static json_t *
model(const struct ct_elem *root, const char *xml)
{
	struct ct_err err = { 0 };
	json_t *m;

	if (ct_report_tree(&m, root, xml, &err))
		ct_die_err(&err);
	return m;
}

static void
write_one(const struct ct_elem *root, const json_t *m)
{
	struct ct_err err = { 0 };
	size_t len;
	char *xml;

	if (ct_report_write(root, m, &how, &xml, &len, &err))
		ct_die_err(&err);
	free(xml);
}

static void
row(const char *what, long n, double took, const char *limit)
{
	printf("reports\t%s\t%.0f a second\t%.2f\t%s\n", what, (double)n / took,
	    (double)n / took / 5000, limit);
}

/* Only the documents. */
static void
documents(long n)
{
	json_t *recs = json_pack("[o, o]", record(1, 1), record(1, 2));
	json_t *parts = make(recs), *rec = json_array_get(parts, 0);
	json_t *whole = model(&ct_report_table, ct_rec_text(rec, "report.xml"));
	json_t *file[2];
	struct ct_err err = { 0 };
	double start;
	size_t len, k;
	char *xml;
	long i;

	for (k = 0; k < 2; k++) {
		if (ct_report_file_xml(how.xsd,
			json_array_get(ct_rec_get(rec, "report.files"), k),
			"990000009", "0f1e2d3c4b5a69788796a5b4c3d2e1f0", &xml,
			&len, &err))
			ct_die_err(&err);
		file[k] = model(&ct_file_table, xml);
		free(xml);
	}
	start = seconds();
	for (i = 0; i < n; i++) {
		write_one(&ct_report_table, whole);
		write_one(&ct_file_table, file[0]);
		write_one(&ct_file_table, file[1]);
	}
	row("XML of a report and two files, checked", n, seconds() - start,
	    "> 1");
	json_decref(file[0]);
	json_decref(file[1]);
	json_decref(whole);
	json_decref(parts);
	json_decref(recs);
}

static void
records(long n)
{
	json_t **recs = ct_alloc((size_t)n, sizeof *recs), *parts;
	double start;
	size_t len;
	long i;

	for (i = 0; i < n; i++)
		recs[i] = json_pack("[o, o]", record(i, 1), record(i, 2));
	start = seconds();
	for (i = 0; i < n; i++) {
		parts = make(recs[i]);
		free(ct_rec_dump(json_array_get(parts, 0), &len));
		json_decref(parts);
	}
	row("from records to a record", n, seconds() - start, "-");
	for (i = 0; i < n; i++)
		json_decref(recs[i]);
	free(recs);
}

int
main(int argc, char *argv[])
{
	long n = argc > 1 ? atol(argv[1]) : 2000;
	struct ct_err err = { 0 };
	struct ct_conf *c;

	ct_start("report");
	if (ct_conf_parse(&c, "bench", conf, &err) || ct_schema(&how.xsd, &err))
		ct_die_err(&err);
	how.conf = c;
	documents(n);
	records(n);
	ct_conf_free(c);
	ct_xsd_free(how.xsd);
	return 0;
}
