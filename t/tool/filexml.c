/* filexml < REPORT - the fileDetails of every file of a report record */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "prog.h"
#include "report.h"
#include "schema.h"

int
main(void)
{
	struct ct_in in = { .fd = STDIN_FILENO, .delim = '\n' };
	struct ct_err err = { 0 };
	struct ct_xsd *xsd;
	json_t *rec, *file;
	char *line, *xml;
	size_t i, len;

	ct_start("filexml");
	if (ct_schema(&xsd, &err))
		ct_die_err(&err);
	while (ct_in_next(&in, &line, &len, &err) == 1) {
		if (!(rec = ct_json_object(line, len, &err)))
			ct_die_err(&err);
		json_array_foreach(ct_rec_get(rec, "report.files"), i, file)
		{
			if (ct_report_file_xml(xsd, file, "990000009",
				"0f1e2d3c4b5a69788796a5b4c3d2e1f0", &xml, &len,
				&err))
				ct_die_err(&err);
			(void)fputs(xml, stdout);
			free(xml);
		}
		json_decref(rec);
	}
	ct_xsd_free(xsd);
	ct_in_free(&in);
	return err.code;
}
