/* scanner_spool.c - what is found: a record and its bytes, on the disk */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "prog.h"
#include "rec.h"
#include "scanner_impl.h"

static char *
named(const struct ct_scanner *s, const char *id, const char *ending)
{
	/* "upload:NAME" */
	return ct_printf("%s/%s.%s", s->spool, strchr(id, ':') + 1, ending);
}

char *
scanner_bytes(const struct ct_scanner *s, const char *id)
{
	return s->spool ? named(s, id, "bytes") : NULL;
}

int
scanner_spool(struct ct_scanner *s, const char *id, const char *line,
    size_t len, const struct ct_upload *u, struct ct_err *err)
{
	char *bytes = scanner_bytes(s, id), *rec = named(s, id, "rec");
	struct ct_text text = { 0 };
	int rc = ct_file_create(bytes, 0640, u->bytes, u->len, err);

	/* a record is there only if its bytes are */
	if (!rc) {
		ct_text_add(&text, line, len);
		ct_text_add(&text, "\n", 1);
		rc = ct_file_create(rec, 0640, text.s, text.len, err);
		ct_text_free(&text);
	}
	free(bytes);
	free(rec);
	return rc;
}
