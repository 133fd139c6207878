/* report_doc.c - rules of CyberTipline documents beyond the schema */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clock.h"
#include "report_impl.h"

struct check {
	int64_t now;
	int line;
	struct ct_err *err;
};

/* NULL, or what is wrong with an element of this text. */
typedef const char *rule_fn(
    const struct check *c, const struct ct_xml_node *node, const char *text);

static const char *
past(const struct check *c, const struct ct_xml_node *node, const char *text)
{
	int64_t at;

	(void)node;
	return ct_time_parse(text, &at) == 0 && at <= c->now
	    ? NULL
	    : "must lie in the past";
}

static const char *
past_date(
    const struct check *c, const struct ct_xml_node *node, const char *text)
{
	char now[CT_TIME_LEN];

	(void)node;
	/* both begin with YYYY-MM-DD; whole days compare as text */
	return strncmp(text, ct_time(c->now, now), 10) <= 0
	    ? NULL
	    : "must lie in the past";
}

static const char *
hash(const struct check *c, const struct ct_xml_node *node, const char *text)
{
	static const struct {
		const char *type;
		size_t len;
	} known[] = { { "md5", 32 }, { "sha1", 40 }, { "sha-1", 40 },
		{ "sha256", 64 }, { "sha-256", 64 }, { "pdq", 64 } };
	char *type = ct_xml_attr(node, "hashType");
	size_t len = strlen(text), i;
	bool bad = false;

	(void)c;
	for (i = 0; type && i < sizeof known / sizeof known[0]; i++)
		if (strcasecmp(type, known[i].type) == 0)
			bad = len != known[i].len ||
			    strspn(text, "0123456789abcdefABCDEF") != len;
	free(type);
	return bad ? "has not the form of its type" : NULL;
}

static bool
positive(const char *text)
{
	return strtoll(text, NULL, 10) > 0;
}

/* Of a name that stands for a path, only the last part is one. */
static const char *
base_name(
    const struct check *c, const struct ct_xml_node *node, const char *text)
{
	(void)c;
	(void)node;
	if (ct_base_name(text) != text)
		return "has a path";
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return "holds a control character";
	return NULL;
}

/* The list of states is of the USA. */
static const char *
state(const struct check *c, const struct ct_xml_node *node, const char *text)
{
	const struct ct_xml_node *n = ct_xml_next(node, "country");
	char *country = n ? ct_xml_text(n) : NULL;
	bool bad = *text && country && *country && strcmp(country, "US") != 0;

	(void)c;
	free(country);
	return bad ? "is one of the USA, and the country another" : NULL;
}

/* A rule of its own, or a form that the text must have. */
static const struct {
	const char *name;
	rule_fn *fn;
	bool (*ok)(const char *text);
	const char *why;
} rules[] = {
	{ "incidentDateTime", past, NULL, NULL },
	{ "uploadedToEspTimestamp", past, NULL, NULL },
	{ "dateOfBirth", past_date, NULL, NULL },
	{ "originalFileHash", hash, NULL, NULL },
	{ "email", NULL, ct_mail_ok, "is not an e-mail address" },
	{ "emailAddress", NULL, ct_mail_ok, "is not an e-mail address" },
	{ "ipAddress", NULL, ct_ip_ok, "is not an IP address" },
	{ "legalURL", NULL, ct_http_ok, "is not an http or https URL" },
	{ "locationOfFile", NULL, ct_http_ok, "is not an http or https URL" },
	{ "originalFileName", base_name, NULL, NULL },
	{ "state", state, NULL, NULL },
	{ "priorCTReports", NULL, positive, "must be a report's number" },
	{ "priorCTReport", NULL, positive, "must be a report's number" },
};

static int
fail(struct check *c, const struct ct_xml_node *node, const char *why)
{
	c->line = ct_xml_line(node);
	return ct_fail(
	    c->err, CT_DATAERR, "element '%s' %s", ct_xml_name(node), why);
}

static int
each(struct check *c, const struct ct_xml_node *node)
{
	const char *name = ct_xml_name(node), *why = NULL;
	const struct ct_xml_node *child;
	char *text;
	size_t i;

	for (i = 0; i < sizeof rules / sizeof rules[0] && !why; i++)
		if (*rules[i].name == *name &&
		    strcmp(rules[i].name, name) == 0) {
			text = ct_xml_text(node);
			why = rules[i].fn       ? rules[i].fn(c, node, text)
			    : rules[i].ok(text) ? NULL
						: rules[i].why;
			free(text);
		}
	if (why)
		return fail(c, node, why);
	for (child = ct_xml_child(node, NULL); child;
	     child = ct_xml_next(child, NULL))
		if (each(c, child))
			return CT_DATAERR;
	return 0;
}

static bool
is(const struct ct_xml_node *node, const char *want)
{
	char *text = ct_xml_text(node);
	bool same = strcmp(text, want) == 0;

	free(text);
	return same;
}

static bool
is_true(const struct ct_xml_node *node)
{
	return node && (is(node, "true") || is(node, "1"));
}

static int
details(struct check *c, const struct ct_xml_node *root)
{
	const struct ct_xml_node *exif = ct_xml_child(root, "exifViewedByEsp");
	const struct ct_xml_node *class =
	    ct_xml_child(root, "industryClassification");
	const struct ct_xml_node *meme = ct_xml_child(root, "potentialMeme");
	const struct ct_xml_node *relevance =
	    ct_xml_child(root, "fileRelevance");

	if (!meme)
		meme = ct_xml_child(
		    ct_xml_child(root, "fileAnnotations"), "potentialMeme");
	if (is_true(exif) && !is_true(ct_xml_child(root, "fileViewedByEsp")))
		return fail(c, exif, "needs 'fileViewedByEsp' to be true");
	if (!relevance || !is(relevance, "Supplemental Reported"))
		return 0;
	if (class)
		return fail(c, class, "is not for a supplemental file");
	if (meme)
		return fail(c, meme, "is not for a supplemental file");
	return 0;
}

static int
report(struct check *c, const struct ct_xml_node *root)
{
	const struct ct_xml_node *one =
	    ct_xml_child(root, "personOrUserReported");
	const struct ct_xml_node *two =
	    one ? ct_xml_next(one, "personOrUserReported") : NULL;

	if (two && !ct_xml_child(root, "batchedReport"))
		return fail(c, two, "comes twice, without 'batchedReport'");
	return 0;
}

int
ct_report_doc_rules(
    const struct ct_xml_node *root, int64_t now, int *line, struct ct_err *err)
{
	struct check c = { .now = now, .err = err };
	int rc = each(&c, root);

	if (!rc)
		rc = strcmp(ct_xml_name(root), "report") == 0
		    ? report(&c, root)
		    : details(&c, root);
	if (rc)
		*line = c.line;
	return rc;
}

static int
check_tree(const struct ct_xml_node *node, const char *root, int64_t now,
    struct ct_err *err)
{
	struct ct_err why = { 0 };
	int line = 0;

	if (strcmp(ct_xml_name(node), root) != 0)
		return ct_fail(err, CT_DATAERR, "want root element '%s'", root);
	return ct_report_doc_rules(node, now, &line, &why)
	    ? ct_fail(err, why.code, "line %d: %s", line, why.msg)
	    : 0;
}

int
ct_report_doc(struct ct_xsd *xsd, const char *root, const char *xml, size_t len,
    int64_t now, struct ct_err *err)
{
	struct ct_xml *doc = NULL;
	int rc;

	/* before the schema: libxml2 must not read what XML cannot carry */
	if (!ct_xml_legal(xml) || strlen(xml) != len)
		return ct_fail(
		    err, CT_DATAERR, "it has characters that XML has not");
	rc = ct_xml_parse(&doc, xml, len, err);
	if (!rc)
		rc = ct_xsd_check_tree(xsd, doc, NULL, NULL, err);
	if (!rc)
		rc = check_tree(ct_xml_root(doc), root, now, err);
	ct_xml_free(doc);
	return rc;
}
