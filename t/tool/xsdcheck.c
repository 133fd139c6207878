/* xsdcheck FILE... - documents against our schema; 65 if one breaks it */
#include <stdio.h>
#include <stdlib.h>

#include "file.h"
#include "prog.h"
#include "schema.h"

int
main(int argc, char *argv[])
{
	struct ct_err err = { 0 };
	struct ct_xsd *xsd;
	int i, rc, worst = 0;
	uint8_t *buf;
	size_t len;

	ct_start("xsdcheck");
	if (argc < 2)
		ct_usage("usage: xsdcheck FILE...\n");
	if (ct_schema(&xsd, &err))
		ct_die_err(&err);
	for (i = 1; i < argc; i++) {
		if (ct_file_read(argv[i], 1 << 20, &buf, &len, &err))
			ct_die_err(&err);
		rc =
		    ct_xsd_check(xsd, (const char *)buf, len, NULL, NULL, &err);
		if (rc)
			printf("%s: %s\n", argv[i], err.msg);
		if (rc > worst)
			worst = rc;
		free(buf);
	}
	ct_xsd_free(xsd);
	return worst;
}
