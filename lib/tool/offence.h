/*
 * offence.h - the offences that a report can be about, as the schema names them
 */
#ifndef CT_OFFENCE_H
#define CT_OFFENCE_H

#include <stdbool.h>

/* Both ended by NULL, in the same order, csam first. */
extern const char *const ct_offences[];      /* in the words of the schema */
extern const char *const ct_offence_short[]; /* as operators write them */

/* In the words of the schema: of either writing; NULL if it is none. */
const char *ct_offence_named(const char *name);

/* What a person may note of a file, as the schema names it; ended by NULL. */
extern const char *const ct_annotations[];
bool ct_annotation_named(const char *name);

#endif
