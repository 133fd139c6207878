/* schema.h - the schema of the CyberTipline's documents, compiled in */
#ifndef CT_SCHEMA_H
#define CT_SCHEMA_H

#include <stddef.h>

#include "err.h"
#include "xml.h"

/*
 * Our schema, ready for ct_xsd_check; roots report, fileDetails,
 * reportResponse and reportDoneResponse.  Release with ct_xsd_free.  Fails
 * only with CT_SOFTWARE.
 */
int ct_schema(struct ct_xsd **xsd, struct ct_err *err);

/* Its text: *len bytes, no NUL behind them. */
const char *ct_schema_text(size_t *len);

#endif
