/*
 * schema.h - what the CyberTipline's documents look like: our schema, compiled
 * in, and NCMEC's own where ct-submit fetch-xsd has put it
 */
#ifndef CT_SCHEMA_H
#define CT_SCHEMA_H

#include <stdbool.h>
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

/* ---- the live one, in addition to ours -------------------------------------
 */

struct ct_live;

#define CT_LIVE_MAX ((size_t)4 << 20) /* bytes of its text */

/* Where it is kept: DIR/cybertipline-ENV.xsd.  Release with free. */
char *ct_live_path(const char *dir, bool production);

/*
 * CT_DATAERR unless the text is a schema that stands alone (it names no other
 * file to be read) and takes our smallest documents.  Release with
 * ct_live_free.
 */
int ct_live_parse(
    struct ct_live **live, const char *text, size_t len, struct ct_err *err);

/*
 * The one that was fetched.  CT_NO if there is none, which is no error to
 * speak of; CT_DATAERR, CT_NOINPUT, CT_IOERR if it cannot be used.
 */
int ct_schema_live(struct ct_live **live, const char *dir, bool production,
    struct ct_err *err);
void ct_live_free(struct ct_live *live);

/*
 * Does it declare an element of this name, anywhere?  An element that our
 * schema marks "later" may be written only then.  live NULL: no.
 */
bool ct_schema_has(const struct ct_live *live, const char *element);

/* As ct_xsd_check.  live NULL: 0.  Any number of threads may check at once. */
int ct_live_check(
    struct ct_live *live, const char *text, size_t len, struct ct_err *err);

#endif
