/* schema_live.c - the schema that NCMEC serves, as it was fetched */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"
#include "schema.h"

#define XS "http://www.w3.org/2001/XMLSchema"

struct ct_live {
	struct ct_xsd *xsd;
	struct ct_xml *text; /* the same as a tree, for names */
};

/* A schema that refuses one of these is not that of the service. */
static const char *const smallest[] = {
	"<report><incidentSummary><incidentType>Child Pornography (possession, "
	"manufacture, and distribution)</incidentType><incidentDateTime>"
	"2026-01-02T03:04:05Z</incidentDateTime></incidentSummary><reporter>"
	"<reportingPerson><email>a@images.example</email></reportingPerson>"
	"</reporter></report>",
	"<fileDetails><reportId>1</reportId>"
	"<fileId>0123456789abcdef0123456789abcdef</fileId></fileDetails>",
};

static bool
is_xs(const struct ct_xml_node *node)
{
	return strcmp(ct_xml_space(node), XS) == 0;
}

/* The XSD library would go and get what these name. */
static bool
names_other(const struct ct_xml_node *node)
{
	static const char *const names[] = { "include", "redefine", "import" };
	const struct ct_xml_node *c;
	char *where;
	size_t i;

	for (i = 0; is_xs(node) && i < sizeof names / sizeof *names; i++)
		if (strcmp(ct_xml_name(node), names[i]) == 0 &&
		    (where = ct_xml_attr(node, "schemaLocation"))) {
			free(where);
			return true;
		}
	for (c = ct_xml_child(node, NULL); c; c = ct_xml_next(c, NULL))
		if (names_other(c))
			return true;
	return false;
}

int
ct_live_parse(
    struct ct_live **out, const char *text, size_t len, struct ct_err *err)
{
	struct ct_live *live = ct_alloc(1, sizeof *live);
	size_t i;
	int rc;

	*out = NULL;
	rc = ct_xml_parse(&live->text, text, len, err);
	if (!rc && names_other(ct_xml_root(live->text)))
		rc = ct_fail(err, CT_DATAERR, "it names another schema");
	if (!rc)
		rc = ct_xsd_parse(&live->xsd, text, len, err);
	for (i = 0; !rc && i < sizeof smallest / sizeof *smallest; i++)
		if (ct_xsd_check(live->xsd, smallest[i], strlen(smallest[i]),
			NULL, NULL, err))
			rc = ct_fail(err, CT_DATAERR,
			    "it is not the schema of the CyberTipline");
	if (rc)
		ct_live_free(live);
	else
		*out = live;
	return rc;
}

char *
ct_live_path(const char *dir, bool production)
{
	return ct_printf(
	    "%s/cybertipline-%s.xsd", dir, production ? "production" : "test");
}

int
ct_schema_live(
    struct ct_live **live, const char *dir, bool production, struct ct_err *err)
{
	char *path = ct_live_path(dir, production);
	struct ct_err why = { 0 };
	uint8_t *text = NULL;
	size_t len = 0;
	int rc;

	*live = NULL;
	if (access(path, F_OK) < 0 && errno == ENOENT)
		rc = ct_fail(err, CT_NO, "no schema was fetched to '%s'", path);
	else
		rc = ct_file_read(path, CT_LIVE_MAX, &text, &len, err);
	if (!rc && ct_live_parse(live, (char *)text, len, &why))
		rc = ct_fail(err, why.code, "'%s': %.200s", path, why.msg);
	free(text);
	free(path);
	return rc;
}

void
ct_live_free(struct ct_live *live)
{
	if (!live)
		return;
	ct_xsd_free(live->xsd);
	ct_xml_free(live->text);
	free(live);
}

static bool
declares(const struct ct_xml_node *node, const char *element)
{
	const struct ct_xml_node *c;
	bool yes = false;
	char *name;

	if (is_xs(node) && strcmp(ct_xml_name(node), "element") == 0 &&
	    (name = ct_xml_attr(node, "name"))) {
		yes = strcmp(name, element) == 0;
		free(name);
	}
	for (c = ct_xml_child(node, NULL); !yes && c; c = ct_xml_next(c, NULL))
		yes = declares(c, element);
	return yes;
}

bool
ct_schema_has(const struct ct_live *live, const char *element)
{
	return live && declares(ct_xml_root(live->text), element);
}

int
ct_live_check(
    struct ct_live *live, const char *text, size_t len, struct ct_err *err)
{
	struct ct_err why = { 0 };

	if (!live || !ct_xsd_check(live->xsd, text, len, NULL, NULL, &why))
		return 0;
	return ct_fail(
	    err, why.code, "by the schema that NCMEC serves, %.200s", why.msg);
}
