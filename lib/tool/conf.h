/*
 * conf.h - configuration: "key = value" lines under [section] or [kind NAME]
 *
 * A value may be "quoted" to keep outer blanks; # begins a comment at the
 * start of a line.  A key may be given more than once.  See ct.conf(5).
 * Secrets are never in it: it names files, which ct_file_secret reads.
 */
#ifndef CT_CONF_H
#define CT_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct ct_conf;

/*
 * Read path, or if it is NULL $CT_CONF, else /etc/ct/ct.conf and then
 * /etc/ct/conf.d/NAME.conf in byte order; a default file that is not there is
 * empty.  CT_CONFIG names file and line.  Release with ct_conf_free.
 */
int ct_conf_load(struct ct_conf **conf, const char *path, struct ct_err *err);

/* The path of name in the directory of that file, for what a configuration has
 * beside it.  Release with free. */
char *ct_conf_beside(const char *path, const char *name);

/* The same from memory, as the credential files are; name is for messages. */
int ct_conf_parse(struct ct_conf **conf, const char *name, const char *text,
    struct ct_err *err);
void ct_conf_free(struct ct_conf *conf); /* wipes the values */

/*
 * The last value of key in [section], or in [section name] if name is not
 * NULL; "" is no section.  NULL if there is none.
 */
const char *ct_conf_get(const struct ct_conf *conf, const char *section,
    const char *name, const char *key);

/* Its last value as a number from lo to hi into *n, which stays if there is
 * none.  CT_CONFIG. */
int ct_conf_number(const struct ct_conf *conf, const char *section,
    const char *key, long lo, long hi, long *n, struct ct_err *err);

/* The i-th value of a key given more than once, from 0; NULL past the end. */
const char *ct_conf_nth(const struct ct_conf *conf, const char *section,
    const char *name, const char *key, size_t i);

/* The i-th NAME of the sections [section NAME], in order; NULL past the end. */
const char *ct_conf_name(
    const struct ct_conf *conf, const char *section, size_t i);

/* Is it words of lower case, digits, _ and -, separated by blanks; at least
 * one? */
bool ct_conf_words(const char *text);

/*
 * CT_CONFIG if [section] or [section NAME] has a key that is not one of known
 * (ended by NULL): a misspelt key is an error, not a default.
 */
int ct_conf_known(const struct ct_conf *conf, const char *section,
    const char *const known[], struct ct_err *err);

#endif
