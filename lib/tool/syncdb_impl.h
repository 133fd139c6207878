/* syncdb_impl.h - what the verbs of ct-syncdb share */
#ifndef CT_SYNCDB_IMPL_H
#define CT_SYNCDB_IMPL_H

#include "syncdb.h"

/* The status of the run becomes this one, if that is more. */
void syncdb_worse(struct ct_syncdb *r, int rc);

/* Is this source meant?  Without names all are. */
bool syncdb_meant(const struct ct_syncdb *r, const struct ct_source *s);

/* Compile all lists. */
void syncdb_compile(struct ct_syncdb *r);

ct_syncdb_fn syncdb_add, syncdb_deny;

/* show: the sources as metrics, in the text format of Prometheus. */
void syncdb_prometheus(struct ct_syncdb *r);

#endif
