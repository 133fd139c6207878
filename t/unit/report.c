/* Values, rules and documents are as the server wants them. */
#include "report_impl.h"

#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "offence.h"
#include "schema.h"

static struct ct_err err;

/* ---- values ----------------------------------------------------------------
 */

static bool
value(enum ct_type_id type, json_t *v, const char *want)
{
	const struct ct_where at = { "x", NULL };
	char *text = NULL;
	int rc = ct_report_value(&text, &at, &ct_types[type], v, &err);
	bool good = want ? rc == 0 && strcmp(text, want) == 0
			 : rc == CT_DATAERR && !text;

	if (!good)
		printf("# %s %s\n", text ? text : err.msg, want ? want : "");
	free(text);
	json_decref(v);
	return good;
}

static void
values(void)
{
	ok(value(CT_T_TIME, json_string("2026-01-02T03:04:05+01:00"),
	       "2026-01-02T02:04:05Z"),
	    "times are written in UTC");
	ok(value(CT_T_TIME, json_integer(1767323045), "2026-01-02T03:04:05Z"),
	    "seconds are times");
	ok(value(CT_T_TIME, json_string("2026-01-02T03:04:05"), NULL) &&
		value(CT_T_TIME, json_integer(-1), NULL) &&
		value(CT_T_TIME, json_real(1.5), NULL),
	    "without zone they are none");
	ok(value(CT_T_BOOL, json_true(), "true") &&
		value(CT_T_BOOL, json_string("true"), NULL),
	    "a truth is no text");
	ok(value(CT_T_NUMBER, json_integer(7), "7") &&
		value(
		    CT_T_NUMBER, json_string("123456789012"), "123456789012") &&
		value(CT_T_NUMBER, json_real(7.0), NULL) &&
		value(CT_T_NUMBER, json_string("7a"), NULL) &&
		value(CT_T_NUMBER, json_string(""), NULL) &&
		value(CT_T_NUMBER, json_string("-7"), NULL),
	    "numbers are integers");
	ok(value(CT_T_TEXT, json_string("a\xc3\xa4\n"), "a\xc3\xa4\n") &&
		value(CT_T_TEXT, json_string(" \t\n"), NULL) &&
		value(CT_T_TEXT, json_string("\x07"), NULL) &&
		value(CT_T_TEXT, json_string("\xef\xbf\xbf"), NULL) &&
		value(CT_T_TEXT, json_integer(1), NULL),
	    "texts are legal and say something");
}

static void
rules(void)
{
	ok(ct_mail_ok("a@b.example") && ct_mail_ok("a.b+c@d-e.example.org") &&
		!ct_mail_ok("a") && !ct_mail_ok("@b.example") &&
		!ct_mail_ok("a@b") && !ct_mail_ok("a@b.") &&
		!ct_mail_ok("a@.b") && !ct_mail_ok("a@b..c") &&
		!ct_mail_ok("a@b@c.d") && !ct_mail_ok("a b@c.d") &&
		!ct_mail_ok("A <a@b.c>"),
	    "e-mail addresses");
	ok(ct_http_ok("https://a.b/c?d=e&f") && ct_http_ok("HTTP://a") &&
		!ct_http_ok("ftp://a/") && !ct_http_ok("a.b/c") &&
		!ct_http_ok("https://") && !ct_http_ok("https:///c") &&
		!ct_http_ok("https://a b") && !ct_http_ok("https://a/\x07"),
	    "http URLs");
	ok(ct_url_ok("a.b/c") && !ct_url_ok("") && !ct_url_ok("a b"), "URLs");
	ok(ct_ip_ok("192.0.2.1") && ct_ip_ok("2001:db8::1") &&
		!ct_ip_ok("Unknown") && !ct_ip_ok("192.0.2.1:80") &&
		!ct_ip_ok("192.0.2") && !ct_ip_ok("[::1]") && !ct_ip_ok(""),
	    "IP addresses");
	ok(ct_ip_private("10.1.2.3") && ct_ip_private("172.31.0.1") &&
		ct_ip_private("192.168.1.1") && ct_ip_private("127.0.0.1") &&
		ct_ip_private("100.64.0.1") && ct_ip_private("fd00::1") &&
		ct_ip_private("fe80::1") && ct_ip_private("::1") &&
		!ct_ip_private("8.8.8.8") && !ct_ip_private("172.32.0.1") &&
		!ct_ip_private("2a00::1"),
	    "and those that nobody can be asked about");
	ok(ct_placeholder("[NAME]") && ct_placeholder("a@Example.com") &&
		ct_placeholder("ChangeMe") && ct_placeholder("a@b.test") &&
		ct_placeholder("https://images.example/legal") &&
		!ct_placeholder("Ana Trust") &&
		!ct_placeholder("a@images.berlin") &&
		!ct_placeholder("https://www.testing.org/") &&
		!ct_placeholder("a@counterexample.community"),
	    "placeholders");
	ok(ct_offence_named("csam") && ct_offence_named("tourism") &&
		ct_offence_named("Child Sex Tourism") ==
		    ct_offence_named("tourism") &&
		!ct_offence_named("CSAM") && !ct_offence_named(""),
	    "incident types");
}

static bool
tells(const char *model, size_t nfiles)
{
	const struct ct_reporting r = { 0 };
	json_t *m = json_loads(model, 0, NULL);
	int rc = ct_report_rules(&r, m, nfiles, &err);

	json_decref(m);
	return rc == 0 || strstr(err.msg, "nothing to report") == NULL;
}

static void
substance(void)
{
	ok(tells("{}", 1) && tells("{\"additionalInfo\":\"x\"}", 0) &&
		tells("{\"internetDetails\":[{\"webPageIncident\":{}},"
		      "{\"chatImIncident\":{\"content\":\"x\"}}]}",
		    0) &&
		tells("{\"internetDetails\":[{\"webPageIncident\":"
		      "{\"url\":[\"a.b\"]}}]}",
		    0),
	    "a file, a text or a page is something");
	ok(!tells("{}", 0) &&
		!tells("{\"internetDetails\":[{\"webPageIncident\":"
		       "{\"url\":[]}},{\"chatImIncident\":"
		       "{\"chatClient\":\"x\"}}]}",
		    0),
	    "where it was is not what it was");
}

/* ---- whole documents -------------------------------------------------------
 */

static struct ct_reporting how = { .now = 1790000000000 };

static bool
writes(const struct ct_elem *table, const char *model, const char *want)
{
	json_t *m = json_loads(model, 0, NULL);
	char *xml = NULL;
	size_t len;
	int rc = m ? ct_report_write(table, m, &how, &xml, &len, &err) : -1;
	bool good = rc == 0 ? strstr(xml, want) != NULL
			    : !xml && strstr(err.msg, want) != NULL;

	if (!good)
		printf("# %s\n", xml ? xml : err.msg);
	free(xml);
	json_decref(m);
	return good;
}

#define REPORT(more)                                                     \
	"{\"reporter\":{\"reportingPerson\":{\"email\":[\"a@b.example\"" \
	"]}},\"incidentSummary\":{\"incidentType\":\"Child Sex "         \
	"Tourism\",\"incidentDateTime\":0}" more "}"
#define SUSPECT(more) REPORT(",\"personOrUserReported\":[{" more "}]")
#define FILE(more) "{\"fileId\":\"f\",\"reportId\":\"1\"" more "}"

static void
documents(void)
{
	const struct ct_elem *r = &ct_report_table, *f = &ct_file_table;

	if (ct_schema(&how.xsd, &err))
		exit(1);
	ok(writes(r, REPORT(""), "<incidentSummary>"),
	    "order of members is no matter");
	ok(writes(r, REPORT(",\"x\":1"), "'report': unknown member"),
	    "an unknown member is an error");
	ok(writes(r, SUSPECT("\"screenName\":\"a&<b>\""), "a&amp;&lt;b"),
	    "text is escaped");
	ok(writes(r, SUSPECT("\"screenName\":null"), "Reported/>"),
	    "null is absent");
	ok(writes(r,
	       SUSPECT("\"accountPermanentlyDisabled\":{\"value\":true,"
		       "\"disabledDate\":\"2026-01-01T00:00:00+01:00\"}"),
	       "disabledDate=\"2025-12-31T23:00:00Z\">true<"),
	    "attributes come as members");
	ok(writes(r,
	       SUSPECT("\"accountPermanentlyDisabled\":{\"value\":true,"
		       "\"who\":1}"),
	       "unknown member"),
	    "unknown ones, too, are errors");
	ok(writes(r, SUSPECT("\"displayName\":\"a\""), "not an array"),
	    "what may be repeated is an array");
	ok(writes(r,
	       SUSPECT("\"personOrUserReportedPerson\":{"
		       "\"ageAssertionDiscrepancy\":true}"),
	       "newer than the schema"),
	    "what is not sure to be known is not sent");
	ok(writes(
	       r, SUSPECT("\"priorCTReports\":[\"0\"]"), "not a report number"),
	    "report 0 is none");
	ok(writes(r, SUSPECT("\"associatedAccount\":[{}]"), "lacks 'type'"),
	    "an attribute that must be there");
	ok(writes(r, REPORT(",\"internetDetails\":[{}]"), "exactly one"),
	    "a choice is one");
	ok(writes(r, REPORT(",\"victim\":[{}]"), "lacks 'victimPerson'"),
	    "an element that must be there");
	ok(writes(r,
	       "{\"incidentSummary\":{\"incidentType\":\"Child Sex Tourism\","
	       "\"incidentDateTime\":0,\"reportAnnotations\":[\"spam\","
	       "\"sextortion\"]},\"reporter\":{\"reportingPerson\":"
	       "{\"email\":[\"a@b.example\"]}}}",
	       "<sextortion/>"),
	    "flags are names");
	ok(writes(f, FILE(""), "<fileId>f</fileId>"), "a file");
	ok(writes(f, FILE(",\"industryClassification\":\"C1\""),
	       "'industryClassification' is none of A1, A2, B1, B2"),
	    "a value is one of the list");
	ok(writes(f, FILE(",\"locationOfFile\":\"x/y\""), "http"),
	    "a location is a whole URL");
	ok(writes(f, FILE(",\"fileViewedByEsp\":true,\"exifViewedByEsp\":true"),
	       "<exifViewedByEsp>true<"),
	    "file and metadata viewed");
	ok(writes(f, FILE(",\"exifViewedByEsp\":true"),
	       "'exifViewedByEsp' needs 'fileViewedByEsp'"),
	    "metadata without the file is not believed");
	ok(writes(f,
	       FILE(",\"fileRelevance\":\"Supplemental Reported\","
		    "\"industryClassification\":\"A1\""),
	       "'industryClassification' is not for a supplemental"),
	    "a supplemental file has no class");
	ok(writes(f,
	       FILE(",\"fileRelevance\":\"Supplemental Reported\","
		    "\"potentialMeme\":true"),
	       "'potentialMeme' is not for a supplemental"),
	    "and is no meme");
	ok(writes(f,
	       FILE(",\"potentialMeme\":true,\"fileAnnotations\":[\"viral\"]"),
	       "'fileAnnotations' is not expected"),
	    "a meme is said in one way");
	ok(writes(f,
	       FILE(",\"originalFileHash\":[{\"hashType\":\"MD5\","
		    "\"value\":\"00\"}]"),
	       "'originalFileHash' has not the form"),
	    "a digest has its length");
	ok(writes(f, FILE(",\"originalFileName\":\"a/b\""), "has a path"),
	    "a name has no path");
}

int
main(void)
{
	values();
	rules();
	substance();
	documents();
	ct_xsd_free(how.xsd);
	done();
}
