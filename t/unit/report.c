/* The table is the schema; values and rules are as the server wants them. */
#include "report_impl.h"

#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "schema.h"

static struct ct_err err;
static const struct ct_xml_node *schema_root;
static int seen;

/* ---- the table and the schema say the same ------------------------------- */

static bool
attr_is(const struct ct_xml_node *n, const char *name, const char *want)
{
	char *v = ct_xml_attr(n, name);
	bool same = want ? v && strcmp(v, want) == 0 : v != NULL;

	free(v);
	return same;
}

static const struct ct_xml_node *
named(const char *kind, const char *name)
{
	const struct ct_xml_node *n = ct_xml_child(schema_root, kind);

	while (n && !attr_is(n, "name", name))
		n = ct_xml_next(n, kind);
	return n;
}

static int
wrong(const char *where, const char *what)
{
	printf("# %s: %s\n", where, what);
	return 1;
}

static enum ct_kind
kind_of(const char *type)
{
	static const struct {
		const char *type;
		enum ct_kind kind;
	} map[] = { { "xs:boolean", CT_BOOL }, { "portNumber", CT_INT },
		{ "ageYears", CT_INT }, { "xs:long", CT_INT },
		{ "zonedDateTime", CT_TIME }, { "degrees", CT_REAL },
		{ "xs:date", CT_DATE }, { "urlish", CT_URL },
		{ "url2083", CT_HTTP } };
	size_t i;

	for (i = 0; i < sizeof map / sizeof map[0]; i++)
		if (strcmp(type, map[i].type) == 0)
			return map[i].kind;
	return CT_TEXT;
}

static int compare(
    const struct ct_xml_node *n, const struct ct_elem **e, const char *where);

/* Attributes of a type, at any depth but in its elements. */
static int
attributes(
    const struct ct_xml_node *n, const struct ct_attr **a, const char *where)
{
	const struct ct_xml_node *c;
	int bad = 0;

	for (c = ct_xml_child(n, NULL); c; c = ct_xml_next(c, NULL)) {
		if (strcmp(ct_xml_name(c), "attribute") != 0) {
			if (strcmp(ct_xml_name(c), "element") != 0)
				bad += attributes(c, a, where);
			continue;
		}
		if (!*a || !(*a)->name || !attr_is(c, "name", (*a)->name) ||
		    attr_is(c, "use", "required") != (*a)->must)
			return wrong(where, "attributes differ");
		++*a;
	}
	return bad;
}

static int
one(const struct ct_xml_node *n, const struct ct_elem *e)
{
	char *type = ct_xml_attr(n, "type");
	const struct ct_xml_node *complex = named("complexType", type);
	const struct ct_elem *sub = e->sub;
	const struct ct_attr *a = e->attr;
	int bad = 0;

	seen++;
	if (!attr_is(n, "name", e->name))
		bad = wrong(e->name, "not in this place in the schema");
	if (attr_is(n, "minOccurs", NULL) != !(e->flags & CT_MUST))
		bad = wrong(e->name, "needed in one, not in the other");
	if (attr_is(n, "maxOccurs", NULL) != ((e->flags & CT_MANY) != 0))
		bad = wrong(e->name, "repeated in one, not in the other");
	if (attr_is(n, "fixed", NULL) != (e->kind == CT_FLAG))
		bad = wrong(e->name, "a flag in one, not in the other");
	if (!complex && e->kind != CT_FLAG && e->kind != CT_IP &&
	    e->kind != kind_of(type))
		bad = wrong(e->name, "of another kind");
	if (complex) {
		bad += attributes(complex, &a, e->name);
		bad += compare(complex, &sub, e->name);
	}
	if ((sub && sub->name) || (a && a->name))
		bad = wrong(e->name, "has more than the schema");
	free(type);
	return bad;
}

/* The elements of a type in order, through sequence, choice and all. */
static int
compare(
    const struct ct_xml_node *n, const struct ct_elem **e, const char *where)
{
	const struct ct_xml_node *c;
	int bad = 0;

	for (c = ct_xml_child(n, NULL); c; c = ct_xml_next(c, NULL)) {
		if (strcmp(ct_xml_name(c), "element") == 0) {
			if (!*e || !(*e)->name)
				return wrong(where, "has less than the schema");
			bad += one(c, (*e)++);
		} else if (strcmp(ct_xml_name(c), "attribute") != 0) {
			bad += compare(c, e, where);
		}
	}
	return bad;
}

static int
table_differs(const struct ct_elem *table)
{
	const struct ct_elem *e = table->sub;
	int bad =
	    compare(ct_xml_child(named("element", table->name), "complexType"),
		&e, table->name);

	return bad + (e->name != NULL);
}

/* ---- values ----------------------------------------------------------------
 */

static bool
value(enum ct_kind kind, json_t *v, const char *want)
{
	char *text = NULL;
	int rc = ct_report_value(&text, "x", kind, v, &err);
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
	ok(value(CT_TIME, json_string("2026-01-02T03:04:05+01:00"),
	       "2026-01-02T02:04:05Z"),
	    "times are written in UTC");
	ok(value(CT_TIME, json_integer(1767323045), "2026-01-02T03:04:05Z"),
	    "seconds are times");
	ok(value(CT_TIME, json_string("2026-01-02T03:04:05"), NULL) &&
		value(CT_TIME, json_integer(-1), NULL) &&
		value(CT_TIME, json_real(1.5), NULL),
	    "without zone they are none");
	ok(value(CT_BOOL, json_true(), "true") &&
		value(CT_BOOL, json_string("true"), NULL),
	    "a truth is no text");
	ok(value(CT_INT, json_integer(7), "7") &&
		value(CT_INT, json_string("123456789012"), "123456789012") &&
		value(CT_INT, json_real(7.0), NULL) &&
		value(CT_INT, json_string("7a"), NULL) &&
		value(CT_INT, json_string(""), NULL) &&
		value(CT_INT, json_string("-7"), NULL),
	    "numbers are integers");
	ok(value(CT_TEXT, json_string("a\xc3\xa4\n"), "a\xc3\xa4\n") &&
		value(CT_TEXT, json_string(" \t\n"), NULL) &&
		value(CT_TEXT, json_string("\x07"), NULL) &&
		value(CT_TEXT, json_string("\xef\xbf\xbf"), NULL) &&
		value(CT_TEXT, json_integer(1), NULL),
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
	ok(ct_report_incident("csam") && ct_report_incident("tourism") &&
		ct_report_incident("Child Sex Tourism") ==
		    ct_report_incident("tourism") &&
		!ct_report_incident("CSAM") && !ct_report_incident(""),
	    "incident types");
}

/* ---- whole documents -------------------------------------------------------
 */

static bool
file_breaks(const char *model, const char *why)
{
	json_t *m = json_loads(model, 0, NULL);
	int rc = m ? ct_report_file_rules(m, &err) : 0;

	json_decref(m);
	return why ? rc == CT_DATAERR && strstr(err.msg, why) : rc == 0;
}

static bool
writes(const struct ct_elem *table, struct ct_xsd *xsd, const char *model,
    const char *want)
{
	json_t *m = json_loads(model, 0, NULL);
	char *xml = NULL;
	size_t len;
	int rc = m ? ct_report_write(table, m, xsd, &xml, &len, &err) : -1;
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
	struct ct_xsd *xsd;

	if (ct_schema(&xsd, &err))
		exit(1);
	ok(writes(r, xsd, REPORT(""), "<incidentSummary>"),
	    "order of members is no matter");
	ok(writes(r, xsd, REPORT(",\"x\":1"), "'report': unknown member"),
	    "an unknown member is an error");
	ok(writes(r, xsd, SUSPECT("\"screenName\":\"a&<b>\""), "a&amp;&lt;b"),
	    "text is escaped");
	ok(writes(r, xsd, SUSPECT("\"screenName\":null"), "Reported/>"),
	    "null is absent");
	ok(writes(r, xsd,
	       SUSPECT("\"accountPermanentlyDisabled\":{\"value\":true,"
		       "\"disabledDate\":\"2026-01-01T00:00:00+01:00\"}"),
	       "disabledDate=\"2025-12-31T23:00:00Z\">true<"),
	    "attributes come as members");
	ok(writes(r, xsd,
	       SUSPECT("\"accountPermanentlyDisabled\":{\"value\":true,"
		       "\"who\":1}"),
	       "unknown member"),
	    "unknown ones, too, are errors");
	ok(writes(r, xsd, SUSPECT("\"displayName\":\"a\""), "not an array"),
	    "what may be repeated is an array");
	ok(writes(r, xsd,
	       SUSPECT("\"personOrUserReportedPerson\":{"
		       "\"ageAssertionDiscrepancy\":true}"),
	       "newer than the schema"),
	    "what is not sure to be known is not sent");
	ok(writes(r, xsd, SUSPECT("\"priorCTReports\":[\"0\"]"),
	       "not a report number"),
	    "report 0 is none");
	ok(writes(r, xsd, SUSPECT("\"associatedAccount\":[{}]"), "lacks type"),
	    "an attribute that must be there");
	ok(writes(r, xsd, REPORT(",\"internetDetails\":[{}]"), "exactly one"),
	    "a choice is one");
	ok(writes(r, xsd, REPORT(",\"victim\":[{}]"), "lacks 'victimPerson'"),
	    "an element that must be there");
	ok(writes(r, xsd,
	       "{\"incidentSummary\":{\"incidentType\":\"Child Sex Tourism\","
	       "\"incidentDateTime\":0,\"reportAnnotations\":[\"spam\","
	       "\"sextortion\"]},\"reporter\":{\"reportingPerson\":"
	       "{\"email\":[\"a@b.example\"]}}}",
	       "<sextortion/>"),
	    "flags are names");
	ok(writes(f, xsd, FILE(""), "<fileId>f</fileId>"), "a file");
	ok(writes(f, xsd, FILE(",\"industryClassification\":\"C1\""),
	       "'industryClassification' is none of the values"),
	    "the schema has the last word");
	ok(writes(f, xsd, FILE(",\"locationOfFile\":\"x/y\""), "http"),
	    "a location is a whole URL");
	ct_xsd_free(xsd);

	ok(file_breaks(
	       "{\"fileViewedByEsp\":true,\"exifViewedByEsp\":true}", NULL),
	    "file and metadata viewed");
	ok(file_breaks("{\"exifViewedByEsp\":true}", "exifViewedByEsp"),
	    "metadata without the file is not believed");
	ok(file_breaks("{\"fileRelevance\":\"Supplemental Reported\","
		       "\"industryClassification\":\"A1\"}",
	       "supplemental"),
	    "a supplemental file has no class");
	ok(file_breaks("{\"fileRelevance\":\"Supplemental Reported\","
		       "\"potentialMeme\":true}",
	       "supplemental"),
	    "and is no meme");
	ok(file_breaks(
	       "{\"potentialMeme\":true,\"fileAnnotations\":[]}", "exclude"),
	    "a meme is said in one way");
	ok(file_breaks("{\"originalFileHash\":[{\"hashType\":\"MD5\","
		       "\"value\":\"00\"}]}",
	       "no MD5"),
	    "a digest has its length");
	ok(file_breaks("{\"originalFileName\":\"a/b\"}", "path"),
	    "a name has no path");
}

int
main(void)
{
	struct ct_xml *doc;
	const char *text;
	size_t len;

	text = ct_schema_text(&len);
	ok(ct_xml_parse(&doc, text, len, &err) == 0, "the schema is XML");
	schema_root = ct_xml_root(doc);
	ok(table_differs(&ct_report_table) == 0, "report is as in the schema");
	ok(table_differs(&ct_file_table) == 0, "so is fileDetails");
	ok(seen > 300, "all of it: %d elements", seen);
	ct_xml_free(doc);
	values();
	rules();
	documents();
	done();
}
