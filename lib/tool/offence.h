/*
 * offence.h - the offences that a report can be about, as the schema names them
 */
#ifndef CT_OFFENCE_H
#define CT_OFFENCE_H

/* Both ended by NULL, in the same order, csam first. */
extern const char *const ct_offences[];      /* in the words of the schema */
extern const char *const ct_offence_short[]; /* as operators write them */

#endif
