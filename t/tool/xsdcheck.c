/*
 * xsdcheck [-r] FILE... - documents against our schema; 65 if one breaks it.
 * -r: and against the rules, as ct-submit does; report or fileDetails by name
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "prog.h"
#include "report.h"
#include "schema.h"

static int
check(struct ct_xsd *xsd, const char *xml, size_t len, bool rules,
    struct ct_err *err)
{
	if (!rules)
		return ct_xsd_check(xsd, xml, len, NULL, NULL, err);
	return ct_report_doc(xsd,
	    strstr(xml, "<fileDetails") ? "fileDetails" : "report", xml, len,
	    ct_now(), err);
}

int
main(int argc, char *argv[])
{
	struct ct_err err = { 0 };
	struct ct_xsd *xsd;
	bool rules = false;
	int i, rc, worst = 0;
	uint8_t *buf;
	size_t len;

	ct_start("xsdcheck");
	while ((rc = getopt(argc, argv, "r")) == 'r')
		rules = true;
	if (rc != -1 || optind == argc)
		ct_usage("usage: xsdcheck [-r] FILE...\n");
	if (ct_schema(&xsd, &err))
		ct_die_err(&err);
	for (i = optind; i < argc; i++) {
		if (ct_file_read(argv[i], 1 << 20, &buf, &len, &err))
			ct_die_err(&err);
		rc = check(xsd, (const char *)buf, len, rules, &err);
		if (rc)
			printf("%s: %s\n", argv[i], err.msg);
		if (rc > worst)
			worst = rc;
		free(buf);
	}
	ct_xsd_free(xsd);
	return worst;
}
