/*
 * authority.h - whom a report is for: profiles of jurisdictions, as data
 *
 * A profile is "key = value" lines, see ct-authority(5).  Each key is that of
 * [authority NAME] of the configuration; else of authority/NAME.conf beside
 * it; else of the file that ships with the programs.
 */
#ifndef CT_AUTHORITY_H
#define CT_AUTHORITY_H

#include <stdbool.h>
#include <stddef.h>

#include "conf.h"
#include "err.h"
#include "rec.h"

#define CT_AUTHORITY "ncmec" /* whom a report is for that does not say */

enum ct_form {
	CT_FORM_XML,    /* a CyberTipline document, which ct-submit sends */
	CT_FORM_BUNDLE, /* a JSON document, for a portal */
	CT_FORM_LETTER  /* text, for a post or mail */
};

struct ct_authority;

/*
 * The profile of this name; path is what conf was loaded from, as
 * ct_conf_load takes it.  conf must outlive it.  CT_USAGE: there is none, and
 * err says which there are; CT_CONFIG: it is wrong.  Release with
 * ct_authority_free.
 */
int ct_authority_load(struct ct_authority **a, const char *name,
    const struct ct_conf *conf, const char *path, struct ct_err *err);
void ct_authority_free(struct ct_authority *a);

const char *ct_authority_name(const struct ct_authority *a);
enum ct_form ct_authority_form(const struct ct_authority *a);

/* The last value of a key, and the i-th of one given more than once, both from
 * the same place; NULL if there is none, or an empty one. */
const char *ct_authority_get(const struct ct_authority *a, const char *key);
const char *ct_authority_nth(
    const struct ct_authority *a, const char *key, size_t i);

/* Hours until a report is due, when it is urgent and when not; 0: none. */
long ct_authority_hours(const struct ct_authority *a, bool urgent);

/*
 * May a report tell of what was seen on this surface?  Not of a closed one,
 * unless the operator opened it, with the basis written down.  NULL is no
 * surface.
 */
bool ct_authority_open(const struct ct_authority *a, const char *surface);

/* The names of all profiles, sorted: an array of texts. */
json_t *ct_authority_names(const struct ct_conf *conf, const char *path);

/* All that the profile says, and "from": where it comes from.  Release with
 * json_decref. */
json_t *ct_authority_show(const struct ct_authority *a);

/* The same of each, a record to out; one that is wrong is a message and makes
 * the returned code. */
int ct_authority_list(struct ct_out *out, const struct ct_conf *conf,
    const char *path, struct ct_err *err);

/* Is this report record for NCMEC?  Only with its receipt is a case closed. */
bool ct_authority_is_ncmec(const json_t *rec);

#endif
