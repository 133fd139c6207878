/* enrich_impl.h - what the files of enrich share; for no one else */
#ifndef CT_ENRICH_IMPL_H
#define CT_ENRICH_IMPL_H

#include "enrich.h"

/* What names an object of the contract, as one text; release with free. */
char *enrich_key(const char *id, const char *type);

/* The one of these that is named so; NULL. */
const json_t *enrich_find(
    const json_t *index, const char *id, const char *type);

/* The typeId of a record's account, and of its object; borrowed. */
const char *enrich_user_type(
    const json_t *rec, const struct ct_enrich_types *types);
const char *enrich_media_type(
    const json_t *rec, const struct ct_enrich_types *types);

/* Is it a medium of the platform, or does it only tell of something? */
bool enrich_medium(const json_t *rec);

/* typeId of both kinds, by the configuration. */
struct ct_enrich_types enrich_types(const struct ct_conf *conf);

/* CT_CONFIG if a section has keys that it does not know. */
int enrich_known(const struct ct_conf *conf, struct ct_err *err);

#endif
