/*
 * report - how many reports a second one core makes and checks
 *
 *	report [N]
 *
 * N reports (by default 2000) of one account and two pictures each, with what
 * a platform knows of it: as ct-report makes them, the documents of report and
 * files written and checked against the schema, and the record written.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conf.h"
#include "prog.h"
#include "report.h"
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

int
main(int argc, char *argv[])
{
	struct ct_reporting how = { .now = 1790000000000, .incident = "csam" };
	long i, n = argc > 1 ? atol(argv[1]) : 2000;
	json_t *recs, *parts, *notes;
	struct ct_err err = { 0 };
	struct ct_conf *c;
	double start, took;
	size_t len, bytes = 0;

	ct_start("report");
	if (ct_conf_parse(&c, "bench", conf, &err) || ct_schema(&how.xsd, &err))
		ct_die_err(&err);
	how.conf = c;
	start = seconds();
	for (i = 0; i < n; i++) {
		recs = json_pack("[o, o]", record(i, 1), record(i, 2));
		notes = json_array();
		if (ct_report_make(&how, recs, &parts, notes, &err))
			ct_die_err(&err);
		free(ct_rec_dump(json_array_get(parts, 0), &len));
		bytes += len;
		json_decref(parts);
		json_decref(notes);
		json_decref(recs);
	}
	took = seconds() - start;
	printf("reports\tof two files, %zu bytes a record\t%.0f a second\t%.2f"
	       "\t> 1\n",
	    bytes / (size_t)n, (double)n / took, (double)n / took / 5000);
	return 0;
}
