/* The schema that NCMEC serves: what is taken for it, and what it says. */
#include "schema.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tap.h"
#include "file.h"
#include "prog.h"

#define HEAD "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">"
#define TAIL "</xs:schema>"
#define ANY                                                              \
	"<xs:complexType><xs:sequence><xs:any processContents=\"skip\" " \
	"minOccurs=\"0\" maxOccurs=\"unbounded\"/></xs:sequence>"        \
	"</xs:complexType>"
#define ROOT(name) "<xs:element name=\"" name "\">" ANY "</xs:element>"
#define BOTH ROOT("report") ROOT("fileDetails")

static struct ct_err err;

/* What is wrong with this text, "" if nothing. */
static const char *
fault(const char *text)
{
	struct ct_live *live;
	int rc;

	err.msg[0] = '\0';
	rc = ct_live_parse(&live, text, strlen(text), &err);
	ct_live_free(live);
	return rc == 0 ? "" : rc == CT_DATAERR ? err.msg : "another code";
}

static bool
says(const char *text, const char *what)
{
	return strstr(fault(text), what) != NULL;
}

static void
texts(void)
{
	ok(!*fault(HEAD BOTH TAIL), "the least that takes our documents");
	ok(says(HEAD ROOT("report") TAIL, "is not the schema of the Cyber"),
	    "one that does not know fileDetails is another");
	ok(says(HEAD ROOT("fileDetails") TAIL, "is not the schema of"),
	    "nor report");
	ok(says("<html><body>log in</body></html>", "not an XML schema"),
	    "a page is no schema");
	ok(says("", "not well-formed"), "nothing is none");
	ok(says("<!DOCTYPE s [<!ENTITY e SYSTEM \"/etc/passwd\">]>" HEAD BOTH
		    TAIL,
	       "DOCTYPE"),
	    "a DOCTYPE is refused");
	ok(says(HEAD "<xs:include schemaLocation=\"/etc/passwd\"/>" BOTH TAIL,
	       "names another schema"),
	    "so is one that includes a file");
	ok(says(HEAD "<xs:import namespace=\"u\" "
		     "schemaLocation=\"http://127.0.0.1/x\"/>" BOTH TAIL,
	       "names another schema"),
	    "or imports one");
	ok(says(HEAD "<xs:redefine schemaLocation=\"x.xsd\"/>" BOTH TAIL,
	       "names another schema"),
	    "or redefines one");
	ok(!*fault(HEAD "<xs:import namespace=\"u\"/>" BOTH TAIL),
	    "an import of nothing reads nothing");
}

static void
kept(void)
{
	static const char doc[] = "<fileDetails><new/></fileDetails>";
	static const char bad[] = "<other>secret</other>";
	char dir[] = "/tmp/ct-schema-XXXXXX";
	struct ct_live *live;
	char *path;
	const char *ours;
	size_t len;

	if (!mkdtemp(dir))
		exit(1);
	path = ct_live_path(dir, true);
	ok(ct_schema_live(&live, dir, true, &err) == CT_NO && !live,
	    "none was fetched");
	ok(!ct_schema_has(NULL, "report") &&
		ct_live_check(NULL, bad, sizeof bad - 1, &err) == 0,
	    "then nothing is newer, and nothing is wrong by it");
	ours = ct_schema_text(&len);
	ok(ct_file_replace(path, 0640, ours, len, &err) == 0 &&
		ct_schema_live(&live, dir, true, &err) == 0,
	    "ours would do as well");
	ok(ct_schema_has(live, "ageAssertionDiscrepancy") &&
		!ct_schema_has(live, "noSuchThing"),
	    "which elements it declares");
	ok(!ct_schema_has(live, "relevance"), "a type is no element");
	ok(ct_live_check(live, doc, sizeof doc - 1, &err) == CT_DATAERR &&
		strstr(err.msg, "by the schema that NCMEC serves, line 1"),
	    "a document is checked by it");
	ok(ct_live_check(live, bad, sizeof bad - 1, &err) == CT_DATAERR &&
		!strstr(err.msg, "secret"),
	    "and not quoted");
	ct_live_free(live);
	ok(ct_schema_live(&live, dir, false, &err) == CT_NO,
	    "each environment has its own");
	ok(ct_file_replace(path, 0640, "x", 1, &err) == 0 &&
		ct_schema_live(&live, dir, true, &err) == CT_DATAERR &&
		strstr(err.msg, path),
	    "a damaged one is an error that names the file");
	(void)unlink(path);
	(void)mkdir(path, 0700);
	ok(ct_schema_live(&live, dir, true, &err) == CT_NOINPUT,
	    "and no file is one");
	(void)rmdir(path);
	(void)rmdir(dir);
	free(path);
}

int
main(void)
{
	texts();
	kept();
	done();
}
